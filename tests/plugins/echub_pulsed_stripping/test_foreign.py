"""Series and rests that are built otherwise: no answer is `ok` and wrong, and the examples that once were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing.synth.case import Case, Column
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


@pytest.mark.parametrize("other_way", [False, True])
def test_a_battery_is_refused_with_its_voltage(other_way):
    case = drawn("a battery")
    u = case.data.columns["voltage"].values
    turned = case.data.with_values("voltage", u - 2 * u[0] * other_way)
    (refusal,) = replace(case, data=turned).answer().refusals
    assert refusal.code == "voltage-at-rest"
    assert " V at rest" in refusal.message


def test_a_gap_that_may_hide_pulses_is_said():
    codes = {flag.code for seed in range(4) for flag in drawn("gap of 5 s, no charge", seed).answer().flags}
    assert "pulses-hidden" in codes


def written_by_edges(rests, seed=0, count=40):
    """Record 1 s pulses of 1 mA/cm² with rows 1 ms before and after they start, and 10 ms after they stop."""
    rng = np.random.default_rng(seed)
    t, on, q = [np.arange(0, 10, 0.1)], [np.zeros(100)], 10.0
    for number in range(count):
        stop = 1.0 if number < count - 1 else 0.5
        inside = np.append(np.arange(1e-3, stop, 0.1), stop)
        rest = rests(number, rng)
        after = np.append(np.arange(0.01, rest, 0.1), rest)
        t += [q + inside, q + stop + after]
        on += [np.ones(len(inside)), np.zeros(len(after))]
        q += stop + rest
    t, on = np.concatenate(t), np.concatenate(on)
    u = np.where(on > 0, 0.05, 0.0)
    u[np.flatnonzero(on)[-1]] = 3.01
    columns = {"time": Column(t, "s"), "current": Column(on, "mA"), "voltage": Column(u, "V")}
    return Case(columns, {"cell.area": "1 cm^2"}), (count - 0.5) / 3600


@pytest.mark.parametrize("jitter", [0.0, 0.1])
def test_edges_that_err_alike_do_not_average_out_because_the_rests_differ(jitter):
    """Every pulse reads 5 ms long; that rests scatter draws none of these errors anew."""
    case, truth = written_by_edges(lambda _, rng: 2.0 * (1 + jitter * rng.uniform(-1, 1)))
    found = echub.analyze("pulsed-stripping", case.data())["stripping_capacity"]
    assert found.value == pytest.approx(truth, rel=0.01)
    assert found.interval.covers(truth)
    assert found.uncertainty > 40 * 0.0055 / np.sqrt(3) / 3600


@pytest.mark.parametrize("rests", [lambda n, _: (2.0, 3.0)[n % 2], lambda _, rng: rng.uniform(1, 3)])
def test_rests_that_change_from_pulse_to_pulse_are_one_series(rests):
    case, truth = written_by_edges(rests)
    outcome = echub.analyze("pulsed-stripping", case.data())
    codes = {flag.code for flag in outcome.flags}
    assert "uneven-rests" in codes
    assert "several-blocks" not in codes
    assert outcome["stripping_capacity"].interval.covers(truth)


def test_two_rests_are_still_two_blocks():
    case, _ = written_by_edges(lambda n, _: 2.0 if n < 20 else 5.0)
    assert "several-blocks" in {flag.code for flag in echub.analyze("pulsed-stripping", case.data()).flags}
