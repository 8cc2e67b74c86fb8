"""Enrichment of regions against reference craters, as ratios within one polarity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np
from scipy.special import bdtr, bdtrc, stdtr, stdtrit

from echub.plugin import Refusal, Series
from echub_sims_profile.method.interval import NORMAL_95
from echub_sims_profile.method.regions import Total, applied_to

COUNTING_ONLY = "counting statistics only, no significance claimed"
MATRIX = "matrix effect not corrected: yields differ between metal and ceramic"
_HALF = 0.5
"""Added to counts in a logarithm, so that zero counts have one (Haldane, Anscombe)."""


@dataclass(frozen=True)
class Ratio:
    """One region against the reference: the logarithm of the ratio, its error, and the chance of it."""

    total: Total
    log: float
    error: float
    reach: float
    p: float | None
    craters: int

    @property
    def ends(self) -> tuple[float, float]:
        """Return the 95 % interval of the ratio."""
        half = min(self.reach * self.error, 700.0)  # exp() of more overflows
        return math.exp(self.log - half), math.exp(min(self.log + half, 700.0))


def craters_of(regions: Sequence[str], reference: str, about: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Find the reference craters: the regions of that name, of several names, or of that state.

    Raises `Refusal` `no-reference` where there are none.
    """
    names = [part.strip() for part in reference.split(",")]
    found = [r for r in regions if r in names]
    found = found or [r for r in regions if about.get(r, {}).get("state") in names]
    if not found:
        text = f"there is no region {reference} to compare with, but {', '.join(regions)}"
        raise Refusal("no-reference", text, hint="--param reference=REGION, several names, or a state")
    return found


def ratios(found: Sequence[Total], craters: Sequence[str], left_out: str = "") -> list[Ratio]:
    """Compare every other region with the reference craters: same species, polarity and window only.

    `left_out` is the species of the normalisation, whose ratio is 1 by construction.
    """
    base: dict[tuple[str, int, str], list[Total]] = {}
    for total in found:
        if total.region in craters:
            base.setdefault((total.species, total.polarity, total.window), []).append(total)
    return [
        _ratio(total, base[key])
        for total in found
        if total.region not in craters
        and total.species != left_out
        and (key := (total.species, total.polarity, total.window)) in base
    ]


def _ratio(one: Total, craters: Sequence[Total]) -> Ratio:
    """Compare with one crater by counting alone, with several also by their spread."""
    logs = [_log(c) for c in craters]
    log = _log(one) - fmean(logs)
    counting = math.hypot(_log_error(one), math.hypot(*map(_log_error, craters)) / len(craters))
    if len(craters) < 2:
        return Ratio(one, log, counting, NORMAL_95, rate_test(one, craters[0]), 1)
    error = max(counting, stdev(logs) * math.sqrt(1 + 1 / len(craters)))
    freedom = len(craters) - 1
    p = 2 * float(stdtr(freedom, -abs(log) / error))
    return Ratio(one, log, error, float(stdtrit(freedom, 0.975)), p, len(craters))


def _log(total: Total) -> float:
    net = max(total.counts - total.base, 0.0)
    return math.log((net + _HALF) / total.exposure)


def _log_error(total: Total) -> float:
    net = max(total.counts - total.base, 0.0) + _HALF
    return math.hypot(math.sqrt(total.counts + _HALF + total.base_error**2) / net, total.relative)


def rate_test(one: Total, other: Total) -> float | None:
    """Return the two-sided chance of counts so unequal at equal signals, by the conditional binomial.

    None where a Faraday cup took part, which does not count.
    """
    if not (one.counted and other.counted):
        return None
    n, m = round(one.counts), round(other.counts)
    level = max(n + m - one.base - other.base, 0.0) / (one.exposure + other.exposure)
    mine, theirs = one.exposure * level + one.base, other.exposure * level + other.base
    if n + m == 0:
        return 1.0
    share = mine / (mine + theirs)
    return min(1.0, 2 * min(float(bdtr(n, n + m, share)), float(bdtrc(n - 1, n + m, share))))


def discovered(p: Sequence[float], rate: float) -> list[bool]:
    """Decide by Benjamini and Hochberg which tests are discoveries at a false-discovery rate."""
    order = np.argsort(p)
    limits = rate * (np.arange(len(p)) + 1) / max(1, len(p))
    passing = np.flatnonzero(np.array(p, dtype=float)[order] <= limits)
    found = [False] * len(p)
    for at in order[: int(passing[-1]) + 1] if len(passing) else []:
        found[int(at)] = True
    return found


def table(rows: Sequence[Ratio], rate: float, about: Mapping[str, Mapping[str, object]]) -> dict[str, Series]:
    """Return one row per region, species and window, with what was done to it and what may be claimed."""
    beyond = discovered([1.0 if row.p is None else row.p for row in rows], rate)
    # Without a chance one of both was measured by a Faraday cup, which does not count: no interval holds.
    ends = [(None, None) if row.p is None else row.ends for row in rows]
    return {
        **applied_to([row.total.region for row in rows], about),
        "species": Series.of([row.total.species for row in rows]),
        "polarity": Series.of([row.total.polarity for row in rows]),
        "window": Series.of([row.total.window for row in rows]),
        "ratio": Series.of([math.exp(row.log) for row in rows]),
        "low": Series.of([low for low, _ in ends]),
        "high": Series.of([high for _, high in ends]),
        "log_ratio": Series.of([row.log for row in rows]),
        "log_error": Series.of([None if row.p is None else row.error for row in rows]),
        "p": Series.of([row.p for row in rows]),
        "beyond_counting": Series.of(beyond),
        "reference_craters": Series.of([row.craters for row in rows]),
        "verdict": Series.of([_verdict(row, found) for row, found in zip(rows, beyond, strict=True)]),
        "caveat": Series.of([MATRIX for _ in rows]),
    }


def _verdict(row: Ratio, found: bool) -> str:
    """Claim nothing without the spread between craters."""
    if row.craters < 2:
        return COUNTING_ONLY
    if not found:
        return "no difference beyond the spread of the reference craters"
    return "enriched" if row.log > 0 else "depleted"
