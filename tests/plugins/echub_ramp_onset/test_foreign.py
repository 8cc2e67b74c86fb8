"""Cells and records that are built otherwise: no answer is `ok` and wrong, and the examples that once were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.foreign import electrodes, ramp_onset
from echub.testing.synth.foreign.ramp_onset import RampSource, abrupt, climb, measured, ohmic, steep

DRAWS = 2


def drawn(shape, seed=0):
    return ramp_onset.SHAPES[shape](np.random.default_rng([15, seed]))


def warnings(outcome):
    return {flag.code for flag in outcome.flags if flag.severity != "info"}


def onset(outcome):
    return outcome["onset_current_density"]


@pytest.mark.parametrize("shape", ramp_onset.SHAPES)
def test_no_answer_is_silently_wrong(shape):
    for seed in range(DRAWS):
        case = drawn(shape, seed)
        outcome = case.answer(seed)
        assert case.judge(outcome) != "silently wrong", (seed, case.truth, onset(outcome))


def test_intervals_cover_where_the_model_holds():
    held = ("sharp", "abrupt, R doubles", "jitter", "steps of 5 s", "80 % lost, abrupt")
    cases = [(drawn(name, seed), seed) for name in held for seed in range(6)]
    answers = [(case, case.answer(seed)) for case, seed in cases]
    covered = [case.covered(onset(outcome)) for case, outcome in answers if outcome.status == "ok"]
    assert len(covered) > 20
    assert np.mean(covered) >= 0.9


@pytest.mark.parametrize("step_s", [1.0, 5.0, 10.0])
def test_the_distance_of_the_rows_is_in_the_interval(step_s):
    quiet = RampSource(step_s=step_s, noise_v=1e-6, swing=0.0)
    outcome = climb(abrupt(0.3001, 2.0), quiet, np.random.default_rng(1)).answer()
    (part,) = [c for c in onset(outcome).components if c.name.startswith("rows")]
    assert part.uncertainty == pytest.approx(step_s / 3600 / np.sqrt(12), rel=0.02)
    assert onset(outcome).value == pytest.approx(0.3001, abs=step_s / 3600 / 2 * 1.1)


@pytest.mark.parametrize("stair_s", [5.0, 20.0, 60.0])
def test_a_staircase_is_a_ramp_and_half_a_step_is_in_the_interval(stair_s):
    source = RampSource(stair_s=stair_s, step_s=1.0, swing=0.0)
    case = climb(abrupt(0.305, 2.0), source, np.random.default_rng(2))
    outcome = case.answer()
    step = stair_s / 3600
    assert "staircase" in {flag.code for flag in outcome.flags}
    assert onset(outcome).interval.high - onset(outcome).interval.low >= 0.9 * step
    assert case.covered(onset(outcome))


@pytest.mark.parametrize("hours", [0.5, 1.0, 2.0])
def test_every_step_up_to_a_minute_is_a_ramp_however_the_bins_fall(hours):
    for stair_s in (5.0, 20.0, 36.0, 45.0, 60.0):
        for step_s in (1.0, 5.0):
            rng, t = np.random.default_rng(4), np.arange(0, 3600 * hours, step_s)
            j = 2 * stair_s / (3600 * hours) * np.floor(t / stair_s + 1)
            u = 0.05 * j * (1 + 0.5 * np.maximum(j / 1.2 - 1, 0)) + 1e-4 * rng.normal(size=t.size)
            j = j + 1e-5 * rng.normal(size=t.size)
            values = {"time": (t, "s"), "current_density": (j, "mA/cm^2"), "voltage": (u, "V")}
            columns = {name: synth.Column(*given) for name, given in values.items()}
            case = synth.Case(columns, {"cell.configuration": "two_electrode"})
            outcome = echub.analyze("ramp-onset", case.data())
            assert outcome.status != "refused", (stair_s, step_s, outcome.refusals)
            assert onset(outcome).value == pytest.approx(1.32, abs=0.05), (stair_s, step_s)


def test_forty_seconds_of_noise_are_no_onset():
    """Where the averages happen to begin decides whether the burst counts as noise of a row."""
    told = [drawn("burst of 10 mV, 40 s, no onset", seed).answer().refusals for seed in range(8)]
    codes = [refusal.code for (refusal,) in told]
    assert set(codes) <= {"ohmic-to-end", "unresolved-noise"}
    assert codes.count("ohmic-to-end") >= 6


@pytest.mark.parametrize("length", [45, 120])
def test_a_gap_at_an_abrupt_loss_brackets_it(length):
    for seed in range(4):
        case = drawn(f"gap of {length} s at an abrupt loss", seed)
        found = onset(case.answer())
        assert case.covered(found)
        assert found.interval.high - found.interval.low > 0.9 * length / 3600


@pytest.mark.parametrize("seed", [1, 5, 18, 19])
def test_a_short_gap_beside_the_crossing_does_not_move_the_interval_to_its_side(seed):
    """Of rows lost at random some are neighbours: the crossing may lie there, and need not."""
    case = ramp_onset.SHAPES["30 % of the rows lost"](np.random.default_rng(seed))
    assert case.covered(onset(case.answer()))


def test_the_other_electrode_is_as_uncertain_as_the_place_of_the_onset():
    """Its deviation rises by up to 1 % of R·j per second there: a second more or less is more than noise."""
    law = steep(0.22, 0.05)
    data = electrodes.watched(steep(0.35, 0.03), law, electrodes.SOURCE, np.random.default_rng(3))
    found = echub.analyze("ramp-onset", data.data(), params={"electrode": "oxidised"})
    j = onset(found).value
    slope = float(law(np.array([j + 1e-4]))[0] - law(np.array([j - 1e-4]))[0]) / 2e-4
    own = [c.uncertainty for c in onset(found).components if c.name.startswith(("noise", "rows", "window", "fit"))]
    by_place = 100 * slope * float(np.hypot.reduce(own))
    assert by_place > 0.5
    assert found["other_deviation_at_onset"].uncertainty > 0.8 * by_place


@pytest.mark.parametrize("shape", electrodes.SHAPES)
def test_what_the_other_electrode_did_is_not_silently_wrong(shape):
    case = electrodes.SHAPES[shape](np.random.default_rng([15, 1]))
    outcome = case.answer()
    assert case.judge(outcome) != "silently wrong", (case.truth, outcome.measurands.get(case.measurand))


def test_a_deviation_that_comes_back_is_told():
    outcome = drawn("excursion of 60 s").answer()
    assert "recovered" in warnings(outcome)
    assert onset(outcome).value == pytest.approx(0.35, rel=0.01)
    (refusal,) = drawn("excursion near the end").answer().refusals
    assert refusal.code == "recovered"
    assert "mA/cm²" in refusal.message


@pytest.mark.parametrize("params", [{}, {"method": "lowack2026"}])
def test_methods_that_disagree_are_told_whichever_is_chosen(params):
    case = drawn("abrupt, to the limit")
    outcome = replace(case, params=params).answer()
    (flag,) = [f for f in outcome.flags if f.code == "methods-disagree"]
    assert flag.severity == "warning"
    assert flag.message.count("[") == 2
    profiled = replace(case, profile="lowack2026").answer()
    assert "methods-disagree" in warnings(profiled)


@pytest.mark.parametrize("left", [0.7, 0.3, 0.02])
def test_a_soft_short_is_named(left):
    case = climb(ramp_onset.shorted(0.3, left), RampSource(), np.random.default_rng(3))
    outcome = case.answer()
    assert [f.code for f in outcome.refusals] == ["soft-short"]
    assert onset(outcome).interval.low == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("then", [0.0, 5.0])
def test_a_soft_short_is_named_also_if_the_current_is_lost_later(then):
    case = climb(ramp_onset.shorted(0.3, 0.3), RampSource(), np.random.default_rng(3))
    current, voltage = (case.data.columns[name].values.copy() for name in ("current", "voltage"))
    lost = current > 0.8 * current.max()
    current[lost], voltage[lost] = 0.0, then
    cut = replace(case, data=case.data.with_values("current", current).with_values("voltage", voltage))
    outcome = cut.answer()
    assert [f.code for f in outcome.refusals] == ["soft-short"]
    assert onset(outcome).interval.low == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("factor", [0.8, 10])
def test_current_density_and_area_that_contradict_are_refused(factor):
    record = measured(steep(0.3, 0.03), RampSource(), np.random.default_rng(1))
    density = record.columns["current"].values / 0.785
    agree = climb(ohmic(), RampSource(), np.random.default_rng(1))
    right = replace(agree, data=record.with_values("current_density", density, "mA/cm^2"))
    assert right.answer().status == "ok"
    wrong = replace(agree, data=record.with_values("current_density", factor * density, "mA/cm^2"))
    (refusal,) = wrong.answer().refusals
    assert refusal.code == "contradicting-current"
    assert f"{0.785 / factor:.4g} cm²" in refusal.message


def test_a_voltage_that_is_added_is_no_loss_of_contact():
    jump = drawn("step of 1 mV", 5)
    assert warnings(jump.answer()) & {"voltage-step", "unresolved-noise"}
