"""Sums over depth windows of every region, and the table of their means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from echub.plugin import Inputs, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.poisson import interval
from echub_sims_profile.data.profile import CountProfile

Windows = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Total:
    """All counts of one species in one window of one region.

    (counts - base) / exposure is the mean signal; `base_error` is the standard error of the base,
    `counted` false where a Faraday cup took part.
    """

    region: str
    species: str
    polarity: int
    window: str
    counts: float
    exposure: float
    points: int = 1
    base: float = 0.0
    base_error: float = 0.0
    relative: float = 0.0
    counted: bool = True

    @property
    def mean(self) -> float:
        """Return the mean signal per point."""
        return (self.counts - self.base) / self.exposure

    def ends(self) -> tuple[float, float] | None:
        """Return the 95 % interval of the mean; None where it is not counting."""
        if not self.counted:
            return None
        low, high = interval(self.counts)
        rest = 1.96 * math.hypot(self.base_error, self.relative * self.counts)  # 95 %
        below, above = math.hypot(self.counts - low, rest), math.hypot(high - self.counts, rest)
        net = self.counts - self.base
        return (net - below) / self.exposure, (net + above) / self.exposure


def windows(params: SimsProfileParams, unit: str) -> Windows:
    """Return the windows by name; on a time axis only the whole profile is one."""
    if unit != "nm":
        return {"whole": (0.0, math.inf)}
    return {
        "surface": (0.0, params.surface),
        "near_surface": (0.0, params.near_surface),
        "bulk": (params.near_surface, params.bulk),
        "whole": (0.0, params.bulk),
    }


def totals(profile: CountProfile, chosen: Windows) -> list[Total]:
    """Sum every channel over every window that holds points of it."""
    found = []
    for key in profile.channels():
        mine = profile.of(*key)
        for name, (low, high) in chosen.items():
            inside = mine & (profile.x >= low) & (profile.x < high)
            if inside.any():
                found.append(_total(profile.rows(inside), key, name))
    return found


def _total(part: CountProfile, key: tuple[str, str, int], window: str) -> Total:
    """Sum the points so that (counts - base) / exposure is the mean signal, whatever the gains are.

    The background is one number, so that its errors add and do not average.
    """
    counts, level = float(part.n.sum()), float((part.n / part.gain).sum())
    exposure = counts * len(part.n) / level if level > 0 else float(part.gain.sum())
    base = exposure * float((part.base / part.gain).mean())
    spread = float(np.sqrt(((part.relative * part.n) ** 2).sum()))
    return Total(
        *key,
        window,
        counts,
        exposure,
        len(part.n),
        base,
        exposure * float((part.base_error / part.gain).mean()),
        spread / counts if counts else 0.0,
        not part.analogue.any(),
    )


def told(data: Inputs) -> dict[str, Mapping[str, Any]]:
    """Return what the metadata say of each region."""
    return {str(r["name"]): r for r in data.meta("sims.regions") or []}


def tests(regions: Sequence[str], about: Mapping[str, Mapping[str, Any]]) -> dict[str, Series]:
    """Return one row per region: its state and its electrochemical test; empty where none is stated."""
    if not any(set(about.get(name, {})) - {"name"} for name in regions):
        return {}
    named = {key: Series.of([about.get(name, {}).get(key) for name in regions]) for key in ("test", "test_sha256")}
    return applied_to(regions, about) | named


def applied_to(regions: Sequence[str], about: Mapping[str, Mapping[str, Any]]) -> dict[str, Series]:
    """Return the columns that say what was done to each region, as far as any is stated."""
    columns = {"region": Series.of(regions)}
    told_of = [about.get(name, {}) for name in regions]
    units = {str(r["current_density_unit"]) for r in about.values() if r.get("current_density_unit")}
    for key, unit in (("state", ""), ("current_density", " ".join(units))):
        if any(key in r for r in told_of):
            columns[key] = Series.of([r.get(key) for r in told_of], unit)
    return columns


def means(
    found: Sequence[Total], chosen: Windows, about: Mapping[str, Mapping[str, Any]], unit: str, axis: str
) -> dict[str, Series]:
    """Return one row per region, species and window, with what was done to the region."""
    ends = [t.ends() or (None, None) for t in found]
    return {
        **applied_to([t.region for t in found], about),
        "species": Series.of([t.species for t in found]),
        "polarity": Series.of([t.polarity for t in found]),
        "window": Series.of([t.window for t in found]),
        "from": Series.of([chosen[t.window][0] for t in found], axis),
        "to": Series.of([chosen[t.window][1] for t in found], axis),
        "points": Series.of([t.points for t in found]),
        "counts": Series.of([t.counts for t in found], "count"),
        "mean": Series.of([t.mean for t in found], unit),
        "low": Series.of([low for low, _ in ends], unit),
        "high": Series.of([high for _, high in ends], unit),
    }
