"""Craters whose counts are added window by window, one point after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, hypot, log, sqrt
from statistics import mean, stdev
from typing import Any

import numpy as np
from scipy.stats import binom, chi2
from scipy.stats import t as student

from echub.testing import synth
from tests.oracles.plain import NORMAL_95
from tests.oracles.told import World

CAVEAT = "matrix effect not corrected: yields differ between metal and ceramic"
IONS = (("Na+", 1, 30.0), ("Zr+", 1, 11.0), ("PO2-", -1, 18.0))
ONE_SIGMA = 0.682689492137086
WINDOWS = {"surface": (0.0, 100.0), "near_surface": (0.0, 500.0), "bulk": (500.0, 2000.0), "whole": (0.0, 2000.0)}


@dataclass(frozen=True)
class Craters:
    """Craters by name, each with the factor of its sodium; 60 points, 40 nm apart, of every ion.

    background: from 2050 nm on, where a third of the signal is left. shared: percent of ions that are counted.
    """

    factors: tuple[tuple[str, float], ...] = (("old", 1.0), ("new", 1.4), ("worn", 0.8))
    reference: str = "old"
    background: bool = False
    shared: float = 100.0
    asked: str = "new"
    window: str = "near_surface"
    step: float = 120.0
    seed: int = 5

    def counts(self) -> dict[tuple[str, str, int], tuple[np.ndarray, np.ndarray]]:
        """Return depth and counts of each channel."""
        rng = np.random.default_rng(self.seed)
        found = {}
        for name, factor in self.factors:
            for at, (ion, sign, level) in enumerate(IONS):
                x = 40.0 * np.arange(60) + 7 + 3 * at
                expected = level * (factor if ion == "Na+" else 1.0) * np.where(x < 2040, 1, 1 / 3)
                found[name, ion, sign] = x, rng.poisson(expected).astype(float)
        return found

    def world(self) -> World:
        """Return it with its outcome."""
        drawn = self.counts()
        columns = {
            "species": synth.Column(np.repeat([key[1] for key in drawn], 60)),
            "polarity": synth.Column(np.repeat(np.array([key[2] for key in drawn], np.int8), 60), "1"),
            "region": synth.Column(np.repeat([key[0] for key in drawn], 60)),
            "depth": synth.Column(np.concatenate([x for x, _ in drawn.values()]), "nm"),
            "ion_counts": synth.Column(np.concatenate([n for _, n in drawn.values()]), "count"),
        }
        params = {"report": "enrichment", "reference": self.reference, "species": "Na+", "region": self.asked,
                  "ratios": "Na+/Zr+", "window": self.window, "rebin": f"{self.step:g}",
                  "detector_yield": f"{self.shared:g} %"}  # fmt: skip
        if self.background:
            params |= {"background_start": "2050", "background_stop": "3000"}
        data = synth.Case(columns, {}, kind="depth_profile").record()
        return World("sims-profile", data, Sums(self).expected(), params, within=1e-5,
                     silent=("steps.", "=steps", "note("))  # fmt: skip


@dataclass(frozen=True)
class Sum:
    """All counts of a channel in a window, how many signals they are, and what of them is background."""

    region: str
    ion: str
    sign: int
    window: str
    counts: float
    points: int
    exposure: float
    base: float
    u_base: float

    @property
    def net(self) -> float:
        """Return the counts above the background, and half of one."""
        return max(self.counts - self.base, 0.0) + 0.5

    @property
    def log(self) -> float:
        """Return ln of the signal."""
        return log(self.net / self.exposure)

    @property
    def error(self) -> float:
        """Return its standard error."""
        return sqrt(self.counts + 0.5 + self.u_base**2) / self.net


class Sums:
    """All sums of some craters."""

    def __init__(self, given: Craters) -> None:
        self.given, self.sums = given, []
        gain = given.shared / 100
        for key, (x, n) in given.counts().items():
            level, u_level = 0.0, 0.0
            if given.background:
                late = x >= 2050
                level, u_level = n[late].mean(), sqrt(n[late].sum()) / late.sum()
            for name, (low, high) in WINDOWS.items():
                inside = (x >= low) & (x < high)
                count = int(inside.sum())
                one = Sum(*key, name, n[inside].sum(), count, count * gain, count * level, count * u_level)
                self.sums.append(one)

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        given = self.given
        names = [part.strip() for part in given.reference.split(",")]
        text = (f"one reference crater: counting statistics only, no significance claimed; {CAVEAT}"
                if len(names) == 1
                else f"{len(names)} reference craters: intervals hold their spread; {CAVEAT}")  # fmt: skip
        flag = "counting-statistics-only" if len(names) == 1 else "matrix-effect"
        return {
            **self._means(), **self._enrichment(names), **self._ratios(), **self._rebinned(),
            **self._limits(), **self._series(),
            "=species": "Na+", "=polarity": "+", "=region": given.asked, f"!{flag}": (text, ""),
        }  # fmt: skip

    def _series(self) -> dict[str, Any]:
        """Return all points with what holds the signal in two of three cases: exact up to ten counts, then √n."""
        drawn, gain, rows = self.given.counts(), self.given.shared / 100, []
        for key, (x, n) in drawn.items():
            late = x >= 2050
            base, u = n[late].mean(), sqrt(n[late].sum()) / late.sum()
            if not self.given.background:
                base = u = 0.0
            tail = (1 - ONE_SIGMA) / 2
            below = np.where(n <= 10, n - np.nan_to_num(chi2.ppf(tail, 2 * n)) / 2, np.sqrt(n))
            above = np.where(n <= 10, chi2.ppf(1 - tail, 2 * n + 2) / 2 - n, np.sqrt(n))
            signal = (n - base) / gain
            low, high = signal - np.hypot(below, u) / gain, signal + np.hypot(above, u) / gain
            rows += [(*one, *key) for one in zip(x, signal, low, high, strict=True)]
        names = ("x", "signal", "low", "high", "region", "species", "polarity")
        return {f"~{name}": [row[k] for row in rows] for k, name in enumerate(names)}

    def _means(self) -> dict[str, Any]:
        ends = []
        for one in self.sums:
            n, z = one.counts, 1.96
            low, high = chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2
            if n > 1000:
                low, high = n - NORMAL_95 * sqrt(n), n + NORMAL_95 * sqrt(n)
            below, above = hypot(n - low, z * one.u_base), hypot(high - n, z * one.u_base)
            ends.append(((n - one.base - below) / one.exposure, (n - one.base + above) / one.exposure))
        columns = {
            "region": [s.region for s in self.sums], "species": [s.ion for s in self.sums],
            "polarity": [s.sign for s in self.sums], "window": [s.window for s in self.sums],
            "from": [WINDOWS[s.window][0] for s in self.sums], "to": [WINDOWS[s.window][1] for s in self.sums],
            "points": [s.points for s in self.sums], "counts": [s.counts for s in self.sums],
            "mean": [(s.counts - s.base) / s.exposure for s in self.sums],
            "low": [low for low, _ in ends], "high": [high for _, high in ends],
        }  # fmt: skip
        return {f"means.{name}": values for name, values in columns.items()}

    def _enrichment(self, names: list[str]) -> dict[str, Any]:
        rows = []
        for one in (s for s in self.sums if s.region not in names):
            others = [s for s in self.sums if s.region in names and (s.ion, s.window) == (one.ion, one.window)]
            ratio = one.log - mean(s.log for s in others)
            error = hypot(one.error, hypot(*(s.error for s in others)) / len(others))
            if len(others) == 1:
                p, reach = _exchanged(one, others[0]), NORMAL_95
            else:
                error = max(error, stdev(s.log for s in others) * sqrt(1 + 1 / len(others)))
                reach = student.ppf(0.975, len(others) - 1)
                p = 2 * student.sf(abs(ratio) / error, len(others) - 1)
            rows.append((one, ratio, error, reach, p))
        beyond = _discovered([row[-1] for row in rows])
        low, high = ([exp(r + s * reach * e) for _, r, e, reach, _ in rows] for s in (-1, 1))
        found = {
            "region": [row[0].region for row in rows], "species": [row[0].ion for row in rows],
            "polarity": [row[0].sign for row in rows], "window": [row[0].window for row in rows],
            "ratio": [exp(row[1]) for row in rows], "low": low, "high": high,
            "log_ratio": [row[1] for row in rows],
            "log_error": [row[2] for row in rows], "p": [row[4] for row in rows], "beyond_counting": beyond,
            "reference_craters": [len(names)] * len(rows), "caveat": [CAVEAT] * len(rows),
            "verdict": [_verdict(row[1], found, len(names)) for row, found in zip(rows, beyond, strict=True)],
        }  # fmt: skip
        at = next(k for k, row in enumerate(rows)
                  if (row[0].region, row[0].ion, row[0].window) ==
                  (self.given.asked, "Na+", self.given.window))  # fmt: skip
        answer = {"enrichment": found["ratio"][at], "low(enrichment)": low[at], "high(enrichment)": high[at],
                  "u(enrichment)": found["ratio"][at] * rows[at][2]}  # fmt: skip
        return answer | {f"enrichment.{name}": values for name, values in found.items()}

    def _ratios(self) -> dict[str, Any]:
        upper, lower = ([s for s in self.sums if s.ion == ion] for ion in ("Na+", "Zr+"))
        logs = [(a.log - b.log, hypot(a.error, b.error)) for a, b in zip(upper, lower, strict=True)]
        found = {
            "ratio_of": ["Na+/Zr+"] * len(upper), "region": [s.region for s in upper],
            "window": [s.window for s in upper], "ratio": [exp(r) for r, _ in logs],
            "low": [exp(r - NORMAL_95 * u) for r, u in logs], "high": [exp(r + NORMAL_95 * u) for r, u in logs],
            "caveat": [CAVEAT] * len(upper),
        }  # fmt: skip
        return {f"ratios.{name}": values for name, values in found.items()}

    def _rebinned(self) -> dict[str, Any]:
        step, drawn = self.given.step, self.given.counts()
        count = int(max(x.max() for x, _ in drawn.values()) / step + 1.5)  # the last point reaches beyond itself
        edges = step * np.arange(count + 1)
        names = [name for name, _ in self.given.factors]
        found = {"region": [name for name in names for _ in range(count)],
                 "from": np.tile(edges[:-1], len(names)), "to": np.tile(edges[1:], len(names))}  # fmt: skip
        for ion, sign, _ in IONS:
            found[ion] = np.concatenate([_shared(*drawn[name, ion, sign], edges) for name in names])
        return {f"rebinned.{name}": values for name, values in found.items()}

    def _limits(self) -> dict[str, Any]:
        if not self.given.background:
            return {}
        drawn = self.given.counts()
        levels = [n[x >= 2050].mean() for x, n in drawn.values()]
        limits = [2.71 + 3.29 * sqrt(2 * level) for level in levels]
        found = {
            "region": [key[0] for key in drawn], "species": [key[1] for key in drawn],
            "polarity": [key[2] for key in drawn], "background": levels, "limit_counts": limits,
            "limit": [limit / self.given.shared * 100 for limit in limits],
        }  # fmt: skip
        return {f"detection_limits.{name}": values for name, values in found.items()}


def _exchanged(one: Sum, other: Sum) -> float:
    """Return the chance of counts so unequal if both signals are one."""
    n, m = int(one.counts), int(other.counts)
    level = (n + m - one.base - other.base) / (one.exposure + other.exposure)
    mine, theirs = one.exposure * level + one.base, other.exposure * level + other.base
    share = mine / (mine + theirs)
    return min(1.0, 2 * min(binom.cdf(n, n + m, share), binom.sf(n - 1, n + m, share)))


def _discovered(p: list[float]) -> list[bool]:
    """Return which are discoveries at 5 %, after Benjamini and Hochberg."""
    limits = [one for k, one in enumerate(sorted(p), 1) if one <= 0.05 * k / len(p)]
    return [bool(limits) and one <= max(limits) for one in p]


def _verdict(ratio: float, beyond: bool, craters: int) -> str:
    if craters == 1:
        return "counting statistics only, no significance claimed"
    if not beyond:
        return "no difference beyond the spread of the reference craters"
    return "enriched" if ratio > 0 else "depleted"


def _shared(x: np.ndarray, n: np.ndarray, edges: np.ndarray) -> list[float]:
    """Share the counts of points that reach half the way to their neighbours to bins; NaN beyond all of them."""
    middle = (x[1:] + x[:-1]) / 2
    lows = np.r_[max(2 * x[0] - middle[0], 0.0), middle]
    highs = np.r_[middle, 2 * x[-1] - middle[-1]]
    inside = [np.clip(np.minimum(highs, b) - np.maximum(lows, a), 0, None) for a, b in pairwise(edges)]
    return [float((n * part / (highs - lows)).sum()) if part.any() else np.nan for part in inside]


CRATERS = {
    "one reference": Craters(),
    "half of the ions": Craters(shared=50.0, asked="worn", window="bulk", seed=6),
    "a background": Craters(background=True, step=200.0, seed=7),
    "three references": Craters((("a", 1.0), ("b", 1.05), ("c", 0.97), ("new", 3.0), ("less", 0.3)), "a, b, c",
                                window="bulk", seed=8),
}  # fmt: skip
WORLDS = {f"craters: {name}": craters.world for name, craters in CRATERS.items()}
