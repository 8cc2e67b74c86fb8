"""Cells that are built otherwise: no answer is `ok` and wrong, and the examples that once were."""

from __future__ import annotations

import numpy as np
import pytest

from echub.testing.synth.foreign import ccd
from echub.testing.synth.foreign.ccd import Climb, climb, relaxing, step
from tests.plugins.echub_ccd.support import codes

DRAWS = 4
SLOW = "short of 60 %, tau "


def drawn(shape, seed=0):
    return ccd.SHAPES[shape](np.random.default_rng([15, seed]))


def interval(outcome):
    return outcome["critical_current_density"].interval


@pytest.mark.parametrize("shape", ccd.SHAPES)
def test_no_answer_is_silently_wrong(shape):
    for seed in range(DRAWS):
        case = drawn(shape, seed)
        outcome = case.answer(seed)
        assert case.judge(outcome) != "silently wrong", (seed, case.truth, interval(outcome))
        if case.holds:
            assert case.covered(outcome["critical_current_density"])


def test_a_staircase_of_tenths_has_fifty_levels():
    never = climb(Climb(ccd.FINE, hold_s=300), None, np.random.default_rng(1)).answer()
    assert len(never.tables["levels"]["level"]) == 50
    assert interval(never).low == pytest.approx(5.0, rel=1e-3)
    short = climb(Climb(ccd.FINE, hold_s=300), step(0.95), np.random.default_rng(1), critical=3.95).answer()
    assert (interval(short).low, interval(short).high) == pytest.approx((3.9, 4.0), rel=1e-3)


@pytest.mark.parametrize("noise", [1e-4, 1e-3])
def test_ninety_six_levels_of_a_hundredth_stay_ninety_six(noise):
    setup = Climb(ccd.HUNDREDTHS, hold_s=200, noise_j=noise)
    outcome = climb(setup, None, np.random.default_rng(2)).answer()
    assert len(outcome.tables["levels"]["level"]) == 96


def test_a_fall_of_28_per_cent_in_a_rest_at_a_new_level_is_the_bracket():
    for seed in range(2 * DRAWS):
        case = drawn("short of 28 % at rest", seed)
        outcome = case.answer()
        assert {"fell-between", "r-drop-alone"} <= codes(outcome)
        assert case.covered(outcome["critical_current_density"])


def test_falls_at_every_level_are_a_lower_bound_not_a_failure():
    """R falls by 20 % at 1.0 and by 18 % at 3.0: nothing decides, and nothing from 1.0 on is known as survived."""

    def falls(rows, rng):
        rows.r = rows.r * np.where(np.abs(rows.j) >= 1, 0.8, 1.0) * np.where(np.abs(rows.j) >= 3, 0.82, 1.0)

    outcome = climb(Climb(), None, np.random.default_rng(3), change=falls).answer()
    assert "fell-with-level" in codes(outcome)
    assert (interval(outcome).low, interval(outcome).high) == (pytest.approx(0.5, rel=1e-3), None)


def test_a_statement_that_the_cell_contradicts_is_refused_with_both_numbers():
    case = drawn("electrolyte stated too high")
    (refusal,) = case.answer().refusals
    assert refusal.code == "electrolyte-contradicted"
    assert "60 Ω·cm²" in refusal.message
    assert refusal.message.count("Ω·cm²") == 2


@pytest.mark.parametrize("tau", [0.02, 0.05, 0.1, 0.3, 0.6, 1.0])
def test_a_slow_short_is_bracketed_and_never_survives_the_highest(tau):
    for seed in range(DRAWS):
        case = climb(Climb(), relaxing(0.6, tau), np.random.default_rng([3, seed]))
        found = case.answer()["critical_current_density"]
        assert case.covered(found)
        assert found.interval.low < 4.9


def test_criteria_that_disagree_are_told_with_their_intervals():
    outcome = drawn(f"{SLOW}0.1").answer()
    (flag,) = [f for f in outcome.flags if f.code == "criteria-disagree"]
    assert "half_drop: [" in flag.message
    assert "r_drop: > 5 mA/cm^2" in flag.message
    assert list(outcome.tables["criteria"]["criterion"].values) == ["r_drop", "half_drop", "near_zero"]


def test_formation_with_several_durations_at_a_level_is_complete():
    outcome = drawn("formation, no short").answer()
    assert outcome.conditions["protocol"].value == "formation"
    assert interval(outcome).low == pytest.approx(5.0, rel=1e-3)


def test_bursts_of_noise_are_hardly_ever_a_short():
    shorts = [interval(drawn("noise bursts, no short", seed).answer()).high is not None for seed in range(30)]
    assert sum(shorts) <= 4


def test_the_accuracy_of_the_range_and_the_area_are_in_the_interval():
    setup = Climb(set_point=True, reach=0.01)
    case = climb(setup, step(0.95), np.random.default_rng(4), critical=2.5)
    found = case.answer()["critical_current_density"].interval
    error = 0.01 / setup.area
    assert (found.low, found.high) == pytest.approx((2 - error, 3 + error))
    wider = climb(setup, step(0.95), np.random.default_rng(4), critical=2.5, params={"area_uncertainty": 1.0})
    outcome = wider.answer()
    assert interval(outcome).high == pytest.approx(3 + error + 0.03 * 1.959964)
    parts = {c.name for c in outcome["first_failed"].components}
    assert {"accuracy of the current range", "area"} <= parts
