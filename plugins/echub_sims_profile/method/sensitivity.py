"""Detection limits from the background plateau, and concentrations where a sensitivity factor is stated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from echub.plugin import Flag, Inputs, Refusal, Series, UnknownSpecies
from echub.species import abundances, parse_species
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.profile import CountProfile
from echub_sims_profile.method.regions import Total

CONVENTIONS = ("per_matrix_ratio", "per_count_rate")
REFERENCES = ("isotope", "element")


def currie(background: float) -> float:
    """Return the detection limit in counts (L. A. Currie, Anal. Chem. 40 (1968) 586).

    2.71 is 1.645², 3.29 is 2 · 1.645: 5 % of blanks lie above the critical level, 5 % at the limit below it.
    """
    return 2.71 + 3.29 * math.sqrt(2 * background)


def limits(profile: CountProfile, params: SimsProfileParams) -> dict[str, Series] | None:
    """Return each channel's detection limit per point from its background plateau; None without one.

    A channel whose plateau was left out, as where it is divided by nothing, has no row.
    """
    if not params.background_stop:
        return None
    rows = []
    for key in profile.channels():
        one = profile.rows(profile.of(*key))
        inside = (one.x >= params.background_start) & (one.x <= params.background_stop)
        if not inside.any():
            continue
        gain, level = float(np.median(one.gain)), float(one.n[inside].mean())
        rows.append((*key, level, currie(level), currie(level) / gain))
    names = ("region", "species", "polarity", "background", "limit_counts", "limit")
    units = ("", "", "", "count", "count", profile.signal_unit)
    return {n: Series.of([r[k] for r in rows], u) for k, (n, u) in enumerate(zip(names, units, strict=True))}


# -- concentrations --------------------------------------------------------------------------


def concentrations(
    found: Sequence[Total], data: Inputs, params: SimsProfileParams
) -> tuple[dict[str, Series] | None, list[Flag]]:
    """Return window means as concentrations, for species with a sensitivity factor and its convention.

    A factor without convention, or whose matrix was not measured, is said and not used.
    """
    rows: list[tuple[Any, ...]] = []
    flags: list[Flag] = []
    for entry in data.meta("sims.rsf") or []:
        try:
            rows += _rows(entry, found, data, params)
        except Refusal as refusal:
            flags.append(Flag(refusal.code, refusal.message, hint=refusal.hint or ""))
    names = ("region", "species", "window", "concentration", "low", "high", "rsf", "convention", "refers_to")
    units = ("", "", "", "1/cm^3", "1/cm^3", "1/cm^3", "", "", "")
    if not rows:
        return None, flags
    return {
        n: Series.of([r[k] for r in rows], u) for k, (n, u) in enumerate(zip(names, units, strict=True))
    }, flags


def _rows(
    entry: Mapping[str, Any], found: Sequence[Total], data: Inputs, params: SimsProfileParams
) -> list[tuple[Any, ...]]:
    name, convention, factor = str(entry.get("species", "")), str(entry.get("convention", "")), entry.get("value")
    mine = [t for t in found if t.species == name]
    if not mine:
        return []
    if not factor:
        raise Refusal("rsf-not-applicable", f"the sensitivity factor of {name} has no value")
    if convention not in CONVENTIONS:
        raise Refusal(
            "rsf-convention-missing",
            f"the sensitivity factor of {name} has no convention: {' or '.join(CONVENTIONS)}",
        )
    if params.normalise != "none" and convention == "per_count_rate":
        raise Refusal("rsf-not-applicable", f"the factor of {name} is per count rate, the signal is normalised")
    refers = str(entry.get("refers_to", "isotope"))
    scale = float(factor) * _element_share(name, refers)
    rows = []
    for total in mine:
        by = _rate(name, data) if convention == "per_count_rate" else _matrix_mean(total, entry, found)
        ends = total.ends() or (None, None)
        values = [None if v is None else scale * max(v, 0.0) / by for v in (total.mean, *ends)]
        rows.append((total.region, name, total.window, *values, float(factor), convention, refers))
    return rows


def _rate(name: str, data: Inputs) -> float:
    """Return the counts that a rate of one count per second is: the dwell, or one over the quantum."""
    if "quantum" in data:
        mine = data["quantum"][np.array([str(s) == name for s in data["species"]])]
        if np.isfinite(mine).any():
            return float(1 / np.nanmedian(mine))
    dwell = data.meta("sims.dwell_time")
    if not dwell:
        text = f"the factor of {name} is per count rate, and no dwell time is stated"
        raise Refusal("rsf-not-applicable", text, hint='--set sims.dwell_time="1 s"')
    return float(dwell)


def _matrix_mean(total: Total, entry: Mapping[str, Any], found: Sequence[Total]) -> float:
    matrix = str(entry.get("matrix", ""))
    key = (total.region, total.window, total.polarity)
    means = [t.mean for t in found if t.species == matrix and (t.region, t.window, t.polarity) == key]
    text = f"the factor of {total.species} is per ratio to {matrix or 'a matrix that it does not name'}"
    if not means:
        raise Refusal("rsf-not-applicable", f"{text}, which was not measured in that polarity")
    if means[0] <= 0:
        raise Refusal("rsf-not-applicable", f"{text}, which has no signal in the window {total.window}")
    return means[0]


def _element_share(name: str, refers: str) -> float:
    """Return 1 / abundance where the factor counts one isotope and the element is meant."""
    if refers not in REFERENCES:
        raise Refusal("rsf-convention-missing", f"the factor of {name} refers to {refers!r}: isotope or element")
    if refers == "isotope":
        return 1.0
    try:
        atom = parse_species(name).atoms[0]
        return 1 / abundances(atom.symbol)[atom.nucleons] if atom.nucleons else 1.0
    except (UnknownSpecies, IndexError, KeyError):
        return 1.0
