"""Means of regions over depth windows, and their enrichment against a reference region."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binom, chi2

Z95 = 1.959963984540054


def poisson_interval(n: float, level: float = 0.95) -> tuple[float, float]:
    """Give the interval of an expected count: exact below 10 counts, else n ± z√n (Garwood)."""
    tail = (1 - level) / 2
    if n > 1000:
        return n - Z95 * math.sqrt(n), n + Z95 * math.sqrt(n)
    low = 0.0 if n <= 0 else float(chi2.ppf(tail, 2 * n)) / 2
    return low, float(chi2.ppf(1 - tail, 2 * n + 2)) / 2


@dataclass(frozen=True)
class Total:
    """All counts of one species in one window of one region, over so many points."""

    region: str
    species: str
    polarity: int
    window: str
    counts: float
    points: int

    @property
    def mean(self) -> float:
        """Give counts per point."""
        return self.counts / self.points


def enrichment(totals: list[Total], reference: str, rate: float) -> list[dict[str, Any]]:
    """Compare every region with the reference by conditional-binomial tests, one false-discovery rate over all.

    The same species, polarity and window only: never across polarities.
    """
    base = {(t.species, t.polarity, t.window): t for t in totals if t.region == reference}
    rows = [_ratio(t, base[t.species, t.polarity, t.window]) for t in totals if _comparable(t, base, reference)]
    for row, passed in zip(rows, discovered([row["p"] for row in rows], rate), strict=True):
        row["beyond_counting"] = passed
    return rows


def _comparable(total: Total, base: Mapping[tuple[str, int, str], Total], reference: str) -> bool:
    return total.region != reference and (total.species, total.polarity, total.window) in base


def _ratio(one: Total, other: Total) -> dict[str, Any]:
    n, m = round(one.counts), round(other.counts)
    share = one.points / (one.points + other.points)
    log = math.log((n + 0.5) / one.points) - math.log((m + 0.5) / other.points)
    error = math.sqrt(1 / (n + 0.5) + 1 / (m + 0.5))
    p = min(1.0, 2 * min(float(binom.cdf(n, n + m, share)), float(binom.sf(n - 1, n + m, share))))
    return {
        "region": one.region,
        "species": one.species,
        "polarity": one.polarity,
        "window": one.window,
        "ratio": math.exp(log),
        "low": math.exp(log - Z95 * error),
        "high": math.exp(log + Z95 * error),
        "p": p,
    }


def discovered(p: list[float], rate: float) -> list[bool]:
    """Decide by Benjamini and Hochberg which of the tests are discoveries at a false-discovery rate."""
    order = np.argsort(p)
    limits = rate * (np.arange(len(p)) + 1) / max(1, len(p))
    passing = np.flatnonzero(np.array(p, dtype=float)[order] <= limits)
    found = [False] * len(p)
    for at in order[: int(passing[-1]) + 1] if len(passing) else []:
        found[int(at)] = True
    return found
