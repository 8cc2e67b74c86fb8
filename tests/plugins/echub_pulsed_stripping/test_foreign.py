"""Series and rests that are built otherwise: no answer is `ok` and wrong, and the examples that once were."""

from __future__ import annotations

import numpy as np
import pytest

from echub.testing.synth.foreign import pulsed_stripping as foreign

DRAWS = 3


def drawn(shape, seed=0):
    return foreign.SHAPES[shape](np.random.default_rng([15, seed]))


@pytest.mark.parametrize("shape", foreign.SHAPES)
def test_no_answer_is_silently_wrong(shape):
    for seed in range(DRAWS):
        case = drawn(shape, seed)
        outcome = case.answer(seed)
        assert case.judge(outcome) != "silently wrong", (seed, case.truth, outcome.measurands)


def test_intervals_of_a_plateau_cover_it():
    answers = [
        (case, case.answer()["capacity_plateau"]) for seed in range(60) for case in [drawn("plateau", seed)]
    ]
    covered = [case.covered(found) for case, found in answers if found.value is not None]
    assert len(covered) > 45
    assert np.mean(covered) > 0.9


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_a_slow_rise_is_a_lower_bound_with_its_slope(share):
    rise = foreign.logarithmic(share)
    for seed in range(10):
        outcome = foreign.plateau(rise, np.nan, np.random.default_rng(seed), scatter=0.01).answer()
        assert outcome["capacity_plateau"].censoring == "right"
        slope = outcome["capacity_slope"]
        assert slope.interval.low < 8 * share < slope.interval.high or seed
        (flag,) = [f for f in outcome.flags if f.code == "no-plateau"]
        assert "per factor of e" in flag.message


def test_the_bound_is_a_mean_less_its_error_not_the_noisiest_value():
    for seed in range(20):
        case = foreign.plateau(foreign.power(0.2), np.nan, np.random.default_rng(seed), cells=5, scatter=0.05)
        at_longest = [o["stripping_capacity"].value for o in case.data if o["rest_duration"].value == 40]
        low = case.answer()["capacity_plateau"].interval.low
        assert 0.9 * np.mean(at_longest) < low < np.mean(at_longest) < max(at_longest)


@pytest.mark.parametrize("shape", ["a wire swapped", "a wire swapped, cathodic"])
def test_a_swapped_wire_is_refused(shape):
    (refusal,) = drawn(shape).answer().refusals
    assert refusal.code == "voltage-falls"
    assert " V when the stripping current flows" in refusal.message


def test_a_battery_is_refused_with_its_voltage():
    (refusal,) = drawn("a battery").answer().refusals
    assert refusal.code == "voltage-at-rest"
    assert " V at rest" in refusal.message


def test_a_gap_that_may_hide_pulses_is_said():
    codes = {flag.code for seed in range(4) for flag in drawn("gap of 5 s, no charge", seed).answer().flags}
    assert "pulses-hidden" in codes
