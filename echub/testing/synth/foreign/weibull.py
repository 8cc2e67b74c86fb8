"""Cells whose critical current densities are not of one Weibull distribution, seen through staircases.

The truth is the median of the population, half way through its distribution function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.remark import Flag
from echub.testing.synth.foreign.case import Draw, ForeignCase

Floats = NDArray[np.float64]
Values = Callable[[np.random.Generator, int], Floats]
ANALYSIS, NAME, UNIT = "ccd-weibull", "median", "mA/cm^2"
EVEN = tuple(0.5 * k for k in range(1, 41))
COARSE = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0)
SHORT = tuple(0.5 * k for k in range(1, 13))


def _outcome(number: int, value: float, levels: Sequence[float], flags: tuple[Flag, ...] = ()) -> Outcome:
    place = sum(level < value for level in levels)
    if place == len(levels):
        found = Measurand.more_than(UNIT, levels[-1])
    elif place == 0:
        found = Measurand.less_than(UNIT, levels[0])
    else:
        between = Interval(levels[place - 1], levels[place], "bracketing", includes_high=False)
        found = Measurand(UNIT, interval=between, censoring="interval")
    inputs = [{"name": f"cell{number}", "sha256": f"{number:064x}"}]
    return Outcome(
        {"critical_current_density": found}, flags, provenance={"inputs": inputs}, label=f"cell{number}"
    )


def _batch(
    rng: np.random.Generator,
    values: Values,
    truth: float,
    *,
    levels: Sequence[float] = EVEN,
    least: int = 6,
    most: int = 30,
    holds: bool = False,
) -> ForeignCase:
    cells = int(rng.integers(least, most + 1))
    drawn = values(rng, cells)
    made = [_outcome(number, float(value), levels) for number, value in enumerate(drawn)]
    return ForeignCase(made, ANALYSIS, NAME, truth, holds=holds)


def _one(shape: float, median: float) -> Values:
    return lambda rng, n: median * (rng.weibull(shape, n) / math.log(2) ** (1 / shape))


def _weibull(rng: np.random.Generator, levels: Sequence[float] = EVEN, *, few: bool = False) -> ForeignCase:
    shape, median = float(rng.uniform(1.5, 8)), float(rng.uniform(3, 7))
    least, most = (4, 6) if few else (6, 30)
    return _batch(rng, _one(shape, median), median, levels=levels, least=least, most=most, holds=not few)


def _ended_early(rng: np.random.Generator) -> ForeignCase:
    """Draw a Weibull batch of which each third cell is taken off after any level, or starts at any."""
    shape, median = float(rng.uniform(1.5, 8)), float(rng.uniform(3, 7))
    made = []
    for number, value in enumerate(_one(shape, median)(rng, int(rng.integers(8, 31)))):
        at = int(rng.integers(2, 14))
        levels = (EVEN[:at], EVEN[at - 1 :], EVEN, EVEN, EVEN, EVEN)[int(rng.integers(6))]
        made.append(_outcome(number, float(value), levels))
    return ForeignCase(made, ANALYSIS, NAME, median, holds=True)


def _lognormal(rng: np.random.Generator) -> ForeignCase:
    median, sd = float(rng.uniform(3, 6)), float(rng.uniform(0.15, 0.5))
    return _batch(rng, lambda g, n: median * np.exp(sd * g.standard_normal(n)), median)


def _uniform(rng: np.random.Generator) -> ForeignCase:
    low, high = float(rng.uniform(1, 3)), float(rng.uniform(6, 12))
    return _batch(rng, lambda g, n: g.uniform(low, high, n), (low + high) / 2)


def _mixed(rng: np.random.Generator, share: float, apart: float) -> ForeignCase:
    """Draw two populations, the lower with a share below one half: the median is the upper's at what remains."""
    upper, shape = float(rng.uniform(6, 9)), 10.0

    def values(g: np.random.Generator, n: int) -> Floats:
        weak = g.random(n) < share
        one = _one(shape, upper)(g, n)
        return np.where(weak, one / apart, one)

    grid = np.linspace(0.01, 20, 20_000)
    fails = [-np.expm1(-math.log(2) * (grid / m) ** shape) for m in (upper, upper / apart)]
    median = float(np.interp(0.5, (1 - share) * fails[0] + share * fails[1], grid))
    return _batch(rng, values, median, least=12)


def _infant(rng: np.random.Generator) -> ForeignCase:
    """Draw a fifth of cells that fail at once."""
    shape, median = 6.0, float(rng.uniform(4, 8))

    def values(g: np.random.Generator, n: int) -> Floats:
        return np.where(g.random(n) < 0.2, 0.6, _one(shape, median)(g, n))

    # half of all cells are 0.3 of 0.8 of the good ones
    at = median * (-math.log(1 - 0.3 / 0.8) / math.log(2)) ** (1 / shape)
    return _batch(rng, values, float(at), least=12)


def _threshold(rng: np.random.Generator) -> ForeignCase:
    """Draw cells that never fail below a threshold, and exponentially above it."""
    low, scale = float(rng.uniform(2, 5)), float(rng.uniform(0.5, 3))
    return _batch(rng, lambda g, n: low + g.exponential(scale, n), low + scale * math.log(2))


def _outliers(rng: np.random.Generator) -> ForeignCase:
    """Draw a narrow batch of which one cell in ten reaches three times as much."""
    median = float(rng.uniform(3, 5))

    def values(g: np.random.Generator, n: int) -> Floats:
        base = median * np.exp(0.08 * g.standard_normal(n))
        return np.where(g.random(n) < 0.1, 3 * base, base)

    at = median * math.exp(0.08 * 0.1397)  # 0.5 of all are 0.5556 of the ordinary ones
    return _batch(rng, values, at, least=10)


def _flagged(rng: np.random.Generator) -> ForeignCase:
    drawn = _weibull(rng)
    odd = _outcome(99, 0.3, EVEN, (Flag("slow-fall", "R falls slowly"),))
    return ForeignCase([*drawn.data, odd], ANALYSIS, NAME, drawn.truth)


def _twice(rng: np.random.Generator) -> ForeignCase:
    drawn = _weibull(rng)
    return ForeignCase([*drawn.data, *drawn.data[::-1]], ANALYSIS, NAME, drawn.truth)


SHAPES: dict[str, Draw] = {
    "Weibull": _weibull,
    "Weibull, coarse levels": lambda rng: _weibull(rng, COARSE),
    "Weibull, levels end at 6": lambda rng: _weibull(rng, SHORT),
    "Weibull, cells ended early": _ended_early,
    "Weibull, 4 to 6 cells": lambda rng: _weibull(rng, few=True),
    "lognormal": _lognormal,
    "uniform": _uniform,
    "a threshold": _threshold,
    "45 % at a quarter": lambda rng: _mixed(rng, 0.45, 4.0),
    "30 % at half": lambda rng: _mixed(rng, 0.3, 2.0),
    "a fifth fails at once": _infant,
    "one in ten three times as high": _outliers,
    "one flagged cell": _flagged,
    "every cell twice": _twice,
}
