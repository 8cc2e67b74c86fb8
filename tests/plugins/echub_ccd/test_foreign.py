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


@pytest.mark.parametrize("tau", [0.02, 0.05, 0.1, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("plan", [Climb(), Climb(ccd.FINE, hold_s=300)])
def test_a_slow_short_to_60_per_cent_of_r_ends_the_levels_that_are_survived(plan, tau):
    """R is compared with that of the same direction, a cycle before: the bound may lie a level lower."""
    case = climb(plan, relaxing(0.4, tau), np.random.default_rng([4, 1]), critical=2.95)
    outcome = case.answer()
    assert 1.5 <= round(interval(outcome).low, 2) <= 2.9
    (flag,) = [f for f in outcome.flags if f.code in ("slow-fall", "r-drop-alone")][:1]
    assert flag.code == "r-drop-alone" or "what is survived ends before" in flag.message


def test_a_slow_short_is_seen_where_r_grows_in_each_half_cycle_or_jumps_up_later():
    def later(rows, rng):
        rows.r = rows.r * np.where(rows.t > 0.8 * rows.t[-1], 1.1, 1.0)

    for change in (ccd._growth, later):
        case = climb(Climb(), relaxing(0.4, 0.1), np.random.default_rng(5), critical=1.8, change=change)
        assert interval(case.answer()).low <= 1.5 * 1.001


def test_a_slow_short_that_the_last_level_begins_is_seen_by_what_it_lost():
    """R falls by 13 and 18 % in the last two half cycles: neither is much, both are."""
    case = climb(Climb(), None, np.random.default_rng(6))
    time = case.data.columns["time"].values
    lost = 0.4 * -np.expm1(-np.maximum(time - (time[-1] - 1270), 0) / 900)
    case.data.columns["voltage"].values[:] *= 1 - lost
    assert 1.1 * 900 < 1270 < 1.5 * 900
    assert interval(case.answer()).low <= 4 * 1.001


@pytest.mark.parametrize("depth", [0.25, 0.3, 0.34])
def test_a_contact_that_heals_as_far_as_is_published_is_a_flag_alone(depth):
    for tau in (0.05, 0.2):
        outcome = climb(Climb(), relaxing(depth, tau), np.random.default_rng(7), critical=2.5).answer()
        assert "slow-fall" in codes(outcome)
        assert (interval(outcome).low, interval(outcome).high) == (pytest.approx(5.0, rel=1e-3), None)


def test_a_cell_that_is_not_ohmic_or_drifts_keeps_its_levels():
    """R falls by 40 %, but where the level changes, or over the whole experiment."""

    def drift(rows, rng):
        rows.r = rows.r * (1 - 0.4 * (rows.t - rows.t[0]) / np.ptp(rows.t))

    def bend(rows, rng):
        rows.r = rows.r / (1 + np.abs(rows.j) / 6.5)

    for change in (drift, bend):
        outcome = climb(Climb(), None, np.random.default_rng(8), change=change).answer()
        assert interval(outcome).low == pytest.approx(5.0, rel=1e-3)


def test_criteria_that_disagree_are_told_with_their_intervals():
    outcome = drawn(f"{SLOW}0.1").answer()
    (flag,) = [f for f in outcome.flags if f.code == "criteria-disagree"]
    assert "half_drop: [" in flag.message
    assert "r_drop: > 5 mA/cm²" in flag.message
    assert list(outcome.tables["criteria"]["criterion"].values) == ["r_drop", "half_drop", "near_zero"]


def test_formation_with_several_durations_at_a_level_is_complete():
    outcome = drawn("formation, no short").answer()
    assert outcome.conditions["protocol"].value == "formation"
    assert interval(outcome).low == pytest.approx(5.0, rel=1e-3)


def test_bursts_of_noise_are_hardly_ever_a_short():
    shorts = [interval(drawn("noise bursts, no short", seed).answer()).high is not None for seed in range(30)]
    assert not any(shorts)


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


@pytest.mark.parametrize("symmetry", [0.5, 0.3])
@pytest.mark.parametrize("exchange", [0.05, 0.3, 3.0])
def test_charge_transfer_is_not_a_short_whatever_the_symmetry(exchange, symmetry):
    """U/j falls to a fifth over the staircase, smoothly; at a symmetry of 0.3 both directions differ twofold."""
    for seed in range(2):
        change = ccd._charge_transfer(exchange, symmetry, share=0.8)
        outcome = climb(Climb(), None, np.random.default_rng([9, seed]), change=change).answer()
        assert (interval(outcome).low, interval(outcome).high) == (pytest.approx(5.0, rel=1e-3), None)
        assert "fell-with-level" not in codes(outcome)


@pytest.mark.parametrize("at_rest", [True, False])
def test_a_short_of_such_a_cell_is_still_bracketed(at_rest):
    for seed in range(2):
        change = ccd._charge_transfer(0.3, 0.4, share=0.8)
        case = climb(Climb(), step(0.6), np.random.default_rng([10, seed]), change=change, at_rest=at_rest)
        found = case.answer()["critical_current_density"]
        assert found.interval.high is not None
        assert case.covered(found)


@pytest.mark.parametrize("with_j", [0.0, 0.2])
def test_a_slow_short_is_seen_though_r_grows_and_the_file_ends(with_j):
    """R grows by 60 % and more in each half cycle, and loses as much within the last two of the file."""
    case = climb(
        Climb(),
        relaxing(0.6, 1.0),
        np.random.default_rng([11, 1]),
        critical=4.5,
        change=ccd._growing(0.6, with_j),
    )
    assert interval(case.answer()).low <= 4 * 1.001


def test_what_r_does_after_a_short_does_not_hide_it():
    """R falls to 40 % within a cycle, stays there for one, and is then larger than it ever was."""
    course = ccd._loses_contact(relaxing(0.6, 0.3), 3.0, 4.5)
    case = climb(Climb(), course, np.random.default_rng(12), critical=1.8, change=ccd._growing(0.6))
    assert interval(case.answer()).low <= 1.5 * 1.001


@pytest.mark.parametrize("tau", [0.02, 0.1, 0.3])
def test_the_bound_of_a_slow_short_is_the_level_below_it(tau):
    for seed in range(DRAWS):
        case = climb(Climb(), relaxing(0.6, tau), np.random.default_rng([13, seed]))
        below = max(level for level in ccd.COARSE if level < case.truth)
        assert interval(case.answer()).low == pytest.approx(below, rel=1e-3)


def test_a_fall_that_takes_back_a_burst_of_noise_is_not_a_short():
    """R is twice as high for a minute in the first half cycle of the file, and as it was after that."""
    for seed in range(DRAWS):
        case = climb(Climb(), None, np.random.default_rng([14, seed]))
        time, rng = case.data.columns["time"].values, np.random.default_rng(seed)
        inside = (time > 600) & (time < 660)
        case.data.columns["voltage"].values[inside] *= 2 * np.exp(0.1 * rng.standard_normal(inside.sum()))
        assert interval(case.answer()).high is None
