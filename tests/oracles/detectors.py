"""Counts in which something is wrong that is told and not mended: spikes, full registers, odd isotopes."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

NATURAL = {"28Si+": 0.92223, "29Si+": 0.04685, "30Si+": 0.03092}
"""Natural abundances of silicon (IUPAC)."""
POINTS = 80


def counts(odd: float) -> dict[tuple[str, str], np.ndarray]:
    """Return the counts of each crater and ion; odd: factor of the rare isotopes."""
    rng = np.random.default_rng(9)
    found = {}
    for region in ("old", "new"):
        found[region, "Na+"] = rng.poisson(100, POINTS).astype(float)
        found[region, "Al+"] = rng.poisson(5000, POINTS).astype(float)
        for ion, share in NATURAL.items():
            found[region, ion] = rng.poisson(3000 * share * (odd if ion != "28Si+" else 1), POINTS).astype(float)
    return found


def isotopes(drawn: dict[tuple[str, str], np.ndarray], odd: float) -> dict[str, Any]:
    """Return the table of the isotopes, and its flag if they are far from what is natural."""
    rows, wrong = [], []
    for region in ("old", "new"):
        sums = {ion: drawn[region, ion].sum() for ion in NATURAL}
        total = sum(sums.values())
        for ion, natural in NATURAL.items():
            expected = natural / sum(NATURAL.values())
            share = sums[ion] / total
            sigma = (share - expected) / sqrt(expected * (1 - expected) / total)
            rows.append((region, ion, "Si", int(ion[:2]), sums[ion], share, expected, sigma))
            if abs(sigma) > 5 and abs(share / expected - 1) > 0.1:
                wrong.append(f"{ion[:2]}Si {region}")
    names = ("region", "ion", "element", "nuclide", "counts", "share", "natural", "sigma")
    found: dict[str, Any] = {f"isotopes.{name}": [row[k] for row in rows] for k, name in enumerate(names)}
    if odd != 1:
        text = "isotopes are not in their natural ratio: an overlaid mass, saturation, or an enriched sample"
        found["!isotope-pattern"] = (text, ", ".join(wrong))
    return found


def world(odd: float = 1.0, spike: bool = False, full: bool = False) -> World:
    """Return two craters; spike: of a single point; full: a register that holds one value."""
    drawn = counts(odd)
    x = 10.0 * np.arange(POINTS) + 5
    expected = isotopes(drawn, odd)
    if spike:
        drawn["new", "Na+"][[20, 47]] = 900, 700
        columns = {"region": ["new"] * 2, "species": ["Na+"] * 2, "polarity": [1, 1], "x": x[[20, 47]],
                   "counts": [900.0, 700.0]}  # fmt: skip
        expected |= {f"spikes.{name}": values for name, values in columns.items()}
        where = f"Na+ at {x[20]:.4g} nm, Na+ at {x[47]:.4g} nm"
        expected["!spikes"] = ("2 single points stand out; they are kept", where)
    if full:
        drawn["old", "Al+"][30:36] = 5200
        text = "5 or more equal counts follow each other: the detector or its register is full"
        expected["!saturated"] = (text, "Al+ old")
    columns = {
        "species": synth.Column(np.repeat([ion for _, ion in drawn], POINTS)),
        "polarity": synth.Column(np.ones(POINTS * len(drawn), np.int8), "1"),
        "region": synth.Column(np.repeat([region for region, _ in drawn], POINTS)),
        "depth": synth.Column(np.tile(x, len(drawn)), "nm"),
        "ion_counts": synth.Column(np.concatenate(list(drawn.values())), "count"),
    }
    params = {"report": "enrichment", "reference": "old", "species": "Na+"}
    silent = ("~", "steps.", "=", "note(", "means.", "enrichment", "u(", "low(", "high(", "!counting", "!mass")
    return World("sims-profile", synth.Case(columns, {}, kind="depth_profile").record(), expected, params,
                 within=1e-4, silent=silent)  # fmt: skip


WORLDS = {
    "craters: sound": world,
    "craters: spikes": lambda: world(spike=True),
    "craters: a full register": lambda: world(full=True),
    "craters: odd isotopes": lambda: world(odd=1.5),
}
