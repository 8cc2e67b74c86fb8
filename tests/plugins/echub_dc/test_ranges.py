"""The accuracy of the range in which a tail was measured."""

import numpy as np
import pytest

import echub
from echub.science import RANGE_ACCURACY
from echub.testing.synth import PolarisationPlan, polarisation


def ask(plan, seed=1, **params):
    return echub.analyze("dc-polarisation", polarisation(seed, plan).data(), params=params)


def part(measurand):
    return next((one.uncertainty for one in measurand.components if one.name == RANGE_ACCURACY), 0.0)


def test_the_steady_current_is_uncertain_by_its_range():
    """1.97 nA: ± 0.01 nA of a range of 10 nA, ± 0.1 nA of one of 100 nA, and a thousandth of it."""
    for name, limit in (("10 nA", 0.01), ("100 nA", 0.1)):
        found = ask(PolarisationPlan(ranges=(name,), accuracy=0.0))["steady_current"]
        assert part(found) == pytest.approx(np.hypot(limit, 1.97e-3) / 3**0.5, rel=0.01)
        assert found.uncertainty >= part(found)


def test_a_current_below_the_accuracy_of_its_range_is_a_bound():
    outcome = ask(PolarisationPlan(ranges=("10 µA",), accuracy=0.0))  # ± 10 nA
    assert outcome["steady_current"].value is None
    assert outcome["steady_current"].interval.high == pytest.approx(1.97 + 10, rel=0.1)
    (flag,) = [flag for flag in outcome.flags if flag.code == "below-offset"]
    assert "accuracy of the current range" in flag.message
    assert ask(PolarisationPlan(ranges=("10 µA",), accuracy=0.0), range_accuracy=0.001)["steady_current"].value


def test_the_range_of_the_tail_counts_and_not_that_of_the_first_rows():
    """The decay starts at 22 nA, in the range of 100 nA, and ends in that of 10 nA."""
    outcome = ask(PolarisationPlan(ranges=("10 nA", "100 nA"), accuracy=0.0))
    assert part(outcome["steady_current"]) == pytest.approx(np.hypot(0.01, 1.97e-3) / 3**0.5, rel=0.01)
    assert "current-range-unknown" not in [flag.code for flag in outcome.flags]


def test_without_a_range_it_is_said_that_its_accuracy_is_missing():
    outcome = ask(PolarisationPlan())
    assert part(outcome["steady_current"]) == 0
    assert "current-range-unknown" in [flag.code for flag in outcome.flags]


def test_intervals_cover_whatever_offset_and_gain_the_range_has():
    hits = []
    for seed in range(60):
        plan = PolarisationPlan(ranges=(("10 nA", "100 nA"), ("1 µA",), ("100 nA",))[seed % 3], sampling=5.0)
        interval = ask(plan, seed)["steady_current"].interval
        hits.append((interval.low or 0.0) <= 1.97 <= interval.high)
    assert np.mean(hits) >= 0.93
