"""What is flagged and never mended: spikes, pinned and switched detectors, isotopes, overlaid masses."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, Series, UnknownSpecies
from echub.species import Species, abundances, overlay, parse_species
from echub.text import several
from echub_sims_profile.data.profile import Array, CountProfile, Mask
from echub_sims_profile.method.regions import Total, totals

SPIKE_SIGMA = 6.0
"""Standard deviations above the neighbours: counting shows them in 1 of 10⁹ points."""
_SPIKE_SHARE = 0.2
"""A spike is a fifth above its neighbours as well: at 10⁵ counts six sigma are 2 %, and every film has them."""
_PINNED_POINTS = 5
_PINNED_COUNTS = 1000.0
"""Equal counts in a row, and from which counts on: two of 1000 are equal in 1 of 100, five in 1 of 10⁸."""
_SWITCH = 0.1
_SWITCH_MOST = 2.0
"""Step between counting and Faraday cup, as a fraction, above which it is said; a factor beyond which
it is no matter of detectors but of the sample. By eye."""
_ISOTOPE_SIGMA = 5.0
_ISOTOPE_SHARE = 0.1
"""Deviation from natural abundance that is said: significant, and above this fraction, since at high counts every
deviation is significant. By eye."""

Tables = dict[str, Mapping[str, Series]]
Channel = tuple[str, str, int]
"""Region, species and polarity."""


def checked(profile: CountProfile) -> tuple[list[Flag], Tables]:
    """Make all checks; give flags and tables."""
    flags: list[Flag] = []
    tables: Tables = {}
    for check in (_spikes, _pinned, _switched, _isotopes, _overlaid):
        said, table = check(profile)
        flags += said
        tables |= table
    return flags, tables


# -- detectors -------------------------------------------------------------------------------


def spikes(n: Array) -> Mask:
    """Find single points of counts (n,) far above the highest of their four neighbours; returns (n,)."""
    found = np.zeros(len(n), bool)
    if len(n) < 5:  # a point and its four neighbours
        return found
    padded = np.pad(n, 2, mode="reflect")
    neighbours = np.stack([padded[k : k + len(n)] for k in (0, 1, 3, 4)])
    highest = np.maximum(neighbours.max(axis=0), 1.0)
    # two neighbours on one side may belong to a rising edge, so that the trend counts as well
    trend = np.maximum(2 * padded[1 : 1 + len(n)] - padded[: len(n)], 2 * padded[3 : 3 + len(n)] - padded[4:])
    likely = np.maximum(highest, trend)
    found = n > (1 + _SPIKE_SHARE) * likely + SPIKE_SIGMA * np.sqrt(likely + 1)
    found[:2] = found[-2:] = False  # they have no two neighbours on either side
    return np.asarray(found, dtype=bool)


def _spikes(profile: CountProfile) -> tuple[list[Flag], Tables]:
    rows = []
    for region, species, polarity in profile.channels():
        one = profile.ordered(region, species, polarity)
        rows += [
            (region, species, polarity, float(one.x[k]), float(one.n[k])) for k in np.flatnonzero(spikes(one.n))
        ]
    if not rows:
        return [], {}
    names, units = ("region", "species", "polarity", "x", "counts"), ("", "", "", profile.unit, "count")
    table = {n: Series.of([r[k] for r in rows], u) for k, (n, u) in enumerate(zip(names, units, strict=True))}
    where = ", ".join(f"{r[1]} at {r[3]:.4g} {unit_text(profile.unit)}" for r in rows[:5])
    text = several(len(rows), "single point stands out; it is kept", "single points stand out; they are kept")
    return [Flag("spikes", text, where=where)], {"spikes": table}


def _pinned(profile: CountProfile) -> tuple[list[Flag], Tables]:
    """Say where a high signal does not move: no counting detector does that."""
    where = []
    for key in profile.channels():
        n = profile.ordered(*key).n
        same = np.flatnonzero((np.diff(n) == 0) & (n[1:] > _PINNED_COUNTS))
        runs = np.split(same, np.flatnonzero(np.diff(same) > 1) + 1)
        if max(map(len, runs)) >= _PINNED_POINTS - 1:
            where.append(_name(key))
    text = f"{_PINNED_POINTS} or more equal counts follow each other: the detector or its register is full"
    return ([Flag("saturated", text, where=", ".join(where))] if where else []), {}


def _switched(profile: CountProfile) -> tuple[list[Flag], Tables]:
    """Say where the signal jumps as the detector changes from counting to the Faraday cup or back."""
    where = []
    for key in profile.channels():
        one = profile.ordered(*key)
        for k in np.flatnonzero(np.diff(one.analogue.astype(int))):
            jump = _jump(one.signal, int(k))
            if abs(jump) > _SWITCH and 1 / _SWITCH_MOST < 1 + jump < _SWITCH_MOST:
                where.append(f"{_name(key)} at {one.x[k]:.4g} {unit_text(profile.unit)}: {100 * jump:+.0f} %")
    text = f"the signal jumps by more than {100 * _SWITCH:.0f} % where the detector is switched"
    return ([Flag("detector-switch-step", text, where="; ".join(where))] if where else []), {}


def _jump(signal: Array, k: int) -> float:
    """Return the step between points k and k + 1 beyond the trend on both sides, as a fraction."""
    before, after = signal[max(0, k - 2) : k + 1], signal[k + 1 : k + 4]
    # Two steps on each side: of one the slope is its noise.
    if len(before) < 3 or len(after) < 3 or min(before.min(), after.min()) <= 0:
        return 0.0
    # The mean slope per step of both sides, each over two steps.
    slope = (math.log(before[-1] / before[0]) + math.log(after[-1] / after[0])) / 4
    return float(math.exp(math.log(after[0] / before[-1]) - slope) - 1)


def _name(key: tuple[str, str, int]) -> str:
    return f"{key[1]} {key[0]}".strip()


# -- masses ----------------------------------------------------------------------------------


def _parsed(label: str) -> Species | None:
    try:
        found = parse_species(label)
    except UnknownSpecies:
        return None
    return None if found.special else found


def _isotopes(profile: CountProfile) -> tuple[list[Flag], Tables]:
    """Compare nuclides of one element, in ions otherwise alike, with natural abundances."""
    rows = [row for group in _families(profile) for row in _shares(profile, group)]
    if not rows:
        return [], {}
    names = ("region", "ion", "element", "nuclide", "counts", "share", "natural", "sigma")
    table = {name: Series.of([row[k] for row in rows]) for k, name in enumerate(names)}
    odd = [r for r in rows if abs(r[7]) > _ISOTOPE_SIGMA and abs(r[5] / r[6] - 1) > _ISOTOPE_SHARE]
    where = ", ".join(f"{r[3]}{r[2]} {r[0]}".strip() for r in odd)
    text = "isotopes are not in their natural ratio: an overlaid mass, saturation, or an enriched sample"
    return ([Flag("isotope-pattern", text, where=where)] if odd else []), {"isotopes": table}


def _families(profile: CountProfile) -> Iterator[dict[int, tuple[str, str, int]]]:
    """Return channels that differ in the nuclide of one element only: nucleons to channel."""
    families: dict[object, dict[int, tuple[str, str, int]]] = {}
    for key in profile.channels():
        species = _parsed(key[1])
        if species is None:
            continue
        for k, atom in enumerate(species.atoms):
            if atom.nucleons and atom.count == 1:
                rest = tuple((a.symbol, a.nucleons, a.count) for j, a in enumerate(species.atoms) if j != k)
                alike = (key[0], key[2], species.charge, atom.symbol, k, rest)
                families.setdefault(alike, {})[atom.nucleons] = key
    yield from (family for family in families.values() if len(family) > 1)


def _shares(profile: CountProfile, family: Mapping[int, tuple[str, str, int]]) -> list[tuple[Any, ...]]:
    symbol = _element_of(family)
    natural = abundances(symbol)
    known = {n: key for n, key in family.items() if n in natural}  # tritium is none of them
    if len(known) < 2:
        return []
    found = {n: one for n, key in known.items() for one in _where_all(profile, known.values(), key)}
    total, whole = sum(one.counts for one in found.values()), sum(natural[n] for n in known)
    if total <= 0:
        return []
    signal = {n: one.counts / one.exposure for n, one in found.items()}
    exposed = sum(natural[n] * one.exposure for n, one in found.items())
    rows = []
    for n, one in found.items():
        share, expected = signal[n] / sum(signal.values()), natural[n] * one.exposure / exposed
        error = math.sqrt(max(expected * (1 - expected) / total, 1e-18))
        sigma = (one.counts / total - expected) / error
        rows.append((one.region, one.species, symbol, n, one.counts, share, natural[n] / whole, sigma))
    return rows


def _where_all(profile: CountProfile, keys: Collection[Channel], mine: Channel) -> list[Total]:
    """Sum one of several channels over the depths that all of them have; empty where there are none."""
    places = [profile.x[profile.of(*key)] for key in keys]
    first, last = max(x.min() for x in places), min(x.max() for x in places)
    part = profile.rows(profile.of(*mine) & (profile.x >= first) & (profile.x <= last))
    return totals(part, {"shared": (-math.inf, math.inf)})


def _element_of(family: Mapping[int, tuple[str, str, int]]) -> str:
    nucleons, key = next(iter(family.items()))
    species = parse_species(key[1])
    return next(atom.symbol for atom in species.atoms if atom.nucleons == nucleons)


def _overlaid(profile: CountProfile) -> tuple[list[Flag], Tables]:
    """Warn of ions of a silicon-rich matrix at the same mass number."""
    parsed = {s.name: s for s in map(_parsed, dict.fromkeys(profile.species.tolist())) if s is not None}
    if not any("Si" in species.elements() for species in parsed.values()):
        return [], {}
    pairs = [f"{other} on {name}" for name, species in parsed.items() if (other := overlay(species))]
    text = "ions of a silicon-rich matrix lie on others at unit mass resolution"
    return ([Flag("mass-interference", text, where=", ".join(pairs))] if pairs else []), {}
