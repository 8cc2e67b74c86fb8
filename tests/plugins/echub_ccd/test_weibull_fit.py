"""Whether one Weibull distribution describes the cells: false alarms, and populations that are two."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import kstest

import echub
from echub.testing.synth.foreign import weibull
from echub_ccd.method import goodness as module
from echub_ccd.method.goodness import goodness
from echub_ccd.method.likelihood import CellIntervals, fit
from echub_ccd.method.observation import first_levels, last_levels, simulated


def flags(shape, seeds):
    cases = [weibull.SHAPES[shape](np.random.default_rng(seed)) for seed in seeds]
    return [{flag.code for flag in case.answer().flags} for case in cases]


@pytest.mark.parametrize("shape", ["45 % at a quarter", "30 % at half", "a fifth fails at once"])
def test_two_populations_are_flagged(shape):
    found = flags(shape, range(8))
    assert sum("two-populations" in codes for codes in found) >= 6


@pytest.mark.parametrize("shape", [name for name in weibull.SHAPES if name.startswith("Weibull")])
def test_chances_of_weibull_batches_are_uniform(shape):
    """Of good batches 5 % have a chance below 5 %, 50 % one below 50 %: however their cells were observed."""
    tests = [weibull.SHAPES[shape](np.random.default_rng(seed)).answer().tables.get("tests") for seed in range(60)]
    for which in range(2):
        chances = [table["p"].values[which] for table in tests if table]
        assert len(chances) >= 25  # none below five cells
        assert kstest(chances, "uniform").pvalue > 1e-3


def test_the_same_cell_twice_is_refused_and_flags_travel():
    assert flags("every cell twice", range(2)) == [{"same-outcome-twice"}] * 2
    assert all("flagged-inputs" in codes for codes in flags("one flagged cell", range(2)))


def test_a_refusal_has_the_unit_of_its_numbers():
    cells = [weibull._outcome(number, 4.2, weibull.EVEN) for number in range(4)]
    assert "mA/cm" in echub.analyze("ccd-weibull", cells).refusals[0].message


KINDS = {"intervals": (0, np.inf), "lower bounds": (0, 5.5), "upper bounds": (3.5, np.inf), "all": (3.5, 5.5)}
"""What is seen of a cell: nothing below the first level (but 0) and nothing above the second."""


def batch(kind):
    """Draw cells, and see them through steps of a fifth, less what fails below or above all levels."""
    drawn = 5 * np.random.default_rng(0).weibull(3, 12)
    bottom, top = KINDS[kind]
    low = 1.2 ** np.floor(np.log(drawn) / np.log(1.2))
    low, high = np.minimum(low, top), np.where(low < top, 1.2 * low, np.inf)
    return CellIntervals(np.where(drawn < bottom, 0.0, low), np.maximum(high, bottom))


def survives(level, scale, shape):
    return math.exp(-((level / scale) ** shape))


def plain(low, high):
    """Return both statistics of one batch, by loops over cells and a fit of their chances."""

    def unlikely(x):
        chances = [survives(a, *np.exp(x)) - survives(b, *np.exp(x)) for a, b in zip(low, high, strict=True)]
        return -sum(math.log(max(chance, 1e-300)) for chance in chances)

    scale, shape = np.exp(minimize(unlikely, np.log([5, 3]), method="Nelder-Mead", tol=1e-7).x)
    ends = [(1 - survives(a, scale, shape), 1 - survives(b, scale, shape)) for a, b in zip(low, high, strict=True)]
    distance = 0.0
    for p in (np.arange(40) + 0.5) / 40:
        failed = np.mean([min(max((p - a) / (b - a), 0), 1) for a, b in ends])
        distance += (failed - p) ** 2 / (p * (1 - p))
    logs = sorted(math.log(-math.log(1 - (a + b) / 2)) for a, b in ends)
    parts = [(logs[:at], logs[at:]) for at in range(2, len(logs) - 1)]
    within = min(len(one) * np.var(one) + len(other) * np.var(other) for one, other in parts)
    return distance, -within / np.var(logs)


@pytest.mark.parametrize("kind", KINDS)
def test_the_chances_are_those_of_a_second_plain_computation(kind, monkeypatch):
    monkeypatch.setattr(module, "DRAWS", 19)
    cells = batch(kind)
    found = fit(cells)
    tested = goodness(cells, found, np.random.default_rng(1))
    low, high = simulated(cells, found, np.random.default_rng(1), 19)
    own, *drawn = (plain(*one) for one in [(cells.low, cells.high), *zip(low, high, strict=True)])
    chances = [(1 + sum(d[which] >= own[which] - 1e-9 for d in drawn)) / 20 for which in (0, 1)]
    assert [tested.fit, tested.two] == pytest.approx(chances)


def shares(drawn):
    """Return how often each value was drawn."""
    return {float(value): float((drawn == value).mean()) for value in np.unique(drawn)}


def test_the_end_of_a_cell_that_failed_is_drawn_from_the_ends_of_others_beyond_its_failure():
    # Ended at 2 and at 10; failed up to 1.5, 3 and 5. Of the four that reached 2 one was ended there.
    cells = CellIntervals(np.array([2.0, 10, 1, 2, 3]), np.array([np.inf, np.inf, 1.5, 3, 5]))
    ends = last_levels(cells, np.random.default_rng(0), 4000)
    assert [shares(one) for one in ends[:, [0, 1, 3, 4]].T] == [{2: 1}, {10: 1}, {10: 1}, {10: 1}]
    assert shares(ends[:, 2]) == pytest.approx({2: 0.25, 10: 0.75}, abs=0.021)  # three standard deviations


def test_the_first_level_of_a_cell_is_drawn_from_those_of_others_below_what_it_survived():
    # Failed at first levels of 6 and 1; survived 8, 5, 0.5.
    cells = CellIntervals(np.array([0.0, 0, 8, 5, 0.5]), np.array([6, 1, np.inf, 7, 0.7]))
    begins = first_levels(cells, np.random.default_rng(0), 4000)
    # Of the four that were seen at 6 or below, one began at 6; of the two at 1 or below, one began at 1.
    assert shares(begins[:, 2]) == pytest.approx({6: 0.25, 1: 0.375, 0: 0.375}, abs=0.023)
    assert shares(begins[:, 3]) == pytest.approx({1: 0.5, 0: 0.5}, abs=0.024)
    assert [shares(one) for one in begins[:, [0, 1, 4]].T] == [{6: 1}, {1: 1}, {0: 1}]


def test_without_open_ends_cells_are_followed_until_they_fail():
    cells = CellIntervals(np.array([1.0, 2]), np.array([2.0, 3]))
    rng = np.random.default_rng(0)
    assert np.isinf(last_levels(cells, rng, 3)).all()
    assert (first_levels(cells, rng, 3) == 0).all()
