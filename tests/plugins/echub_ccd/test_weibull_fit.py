"""Whether one Weibull distribution describes the cells: false alarms, and populations that are two."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.testing.synth.foreign import weibull


def flags(shape, seeds):
    cases = [weibull.SHAPES[shape](np.random.default_rng(seed)) for seed in seeds]
    return [{flag.code for flag in case.answer().flags} for case in cases]


@pytest.mark.parametrize("shape", ["45 % at a quarter", "30 % at half", "a fifth fails at once"])
def test_two_populations_are_flagged(shape):
    found = flags(shape, range(8))
    assert sum("two-populations" in codes for codes in found) >= 6


def test_a_weibull_batch_is_rarely_flagged():
    found = flags("Weibull", range(20))
    assert sum(bool(codes) for codes in found) <= 6  # by two tests at 5 %: more is 1 in 1000


def test_the_same_cell_twice_is_refused_and_flags_travel():
    assert flags("every cell twice", range(2)) == [{"same-outcome-twice"}] * 2
    assert all("flagged-inputs" in codes for codes in flags("one flagged cell", range(2)))


def test_a_refusal_has_the_unit_of_its_numbers():
    cells = [weibull._outcome(number, 4.2, weibull.EVEN) for number in range(4)]
    assert "mA/cm" in echub.analyze("ccd-weibull", cells).refusals[0].message
