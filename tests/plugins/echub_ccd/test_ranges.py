"""Each end of the interval has the accuracy of the range in which its own level was measured."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.science import RANGE_ACCURACY
from echub.testing import synth
from echub.testing.synth import Staircase

AREA = 0.785
HALF_DIGIT = 3.18e-5 / 2 / AREA
"""Of the current of the generated instrument, mA/cm²: a measured level is wrong by it at most."""


def with_ranges(*ranges):
    """Return levels of 1 to 5 mA/cm² of which 4 fails, in the smallest of these ranges that holds each, in mA."""
    case = synth.staircase(1, Staircase(levels=(1.0, 2.0, 3.0, 4.0, 5.0), fails_above=3.5))
    place = np.searchsorted(ranges, np.abs(case.columns["current"].values))
    names = np.array([f"{size:g} mA" for size in ranges])[np.minimum(place, len(ranges) - 1)]
    return replace(case, columns={**case.columns, "current_range": synth.Column(names)})


def ask(case):
    return echub.analyze("ccd", [case.data()])


def part(measurand):
    return next((one.uncertainty for one in measurand.components if one.name == RANGE_ACCURACY), 0.0)


def codes(outcome):
    return [flag.code for flag in outcome.flags]


def test_the_widest_range_of_the_file_does_not_decide_for_all_levels():
    """3 mA/cm² are 2.4 mA, 4 are 3.1 mA: in a range of 2.5 mA, and in one of 1 A."""
    outcome = ask(with_ranges(2.5, 1000.0))
    interval = outcome["critical_current_density"].interval
    low, high = outcome["last_survived"].value, outcome["first_failed"].value
    assert interval.low == pytest.approx(low - 2.5e-3 / AREA - HALF_DIGIT, rel=1e-6)
    assert interval.high == pytest.approx(high + 1.0 / AREA + HALF_DIGIT, rel=1e-6)
    assert part(outcome["last_survived"]) == pytest.approx(2.5e-3 / AREA / 3**0.5)
    assert part(outcome["first_failed"]) == pytest.approx(1.0 / AREA / 3**0.5)
    (flag,) = [flag for flag in outcome.flags if flag.code == "several-ranges"]
    assert "2.5 mA (at 3" in flag.message
    assert "1 A (at 4" in flag.message


def test_one_range_is_not_several_and_an_unknown_one_is_said():
    one = ask(with_ranges(10.0))
    assert not {"several-ranges", "current-range-unknown"} & set(codes(one))
    case = with_ranges(2.5, 1000.0)
    hidden = np.where(case.columns["current_range"].values == "1000 mA", "auto", "2.5 mA")
    outcome = ask(replace(case, columns={**case.columns, "current_range": synth.Column(hidden)}))
    (flag,) = [flag for flag in outcome.flags if flag.code == "current-range-unknown"]
    assert " at 4" in flag.message
    assert part(outcome["last_survived"]) == pytest.approx(2.5e-3 / AREA / 3**0.5)
