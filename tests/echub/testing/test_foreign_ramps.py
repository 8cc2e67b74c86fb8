"""Laws of foreign ramps are what their words say, and the record has current, voltage and rows as stated."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth.foreign import ramp_onset as ramps
from echub.testing.synth.foreign.ramp_onset import RampSource, climb, measured, ohmic, truth_of

QUIET = RampSource(noise_v=0.0, swing=0.0)
ONSET = 0.3
FIVE = {
    "steep": ramps.steep(ONSET, 0.03), "power": ramps.power(ONSET, 3.0),
    "logistic": ramps.logistic(ONSET, 0.02, 1.0),
}  # fmt: skip


def rng():
    return np.random.default_rng(5)


def at(law, *j):
    return [float(value) for value in law(np.array(j))]


@pytest.mark.parametrize("name", FIVE)
def test_a_law_passes_five_percent_at_its_onset(name):
    low, here, high = at(FIVE[name], ONSET - 0.001, ONSET, ONSET + 0.001)
    assert here == pytest.approx(0.05)
    assert low < 0.05 < high
    assert truth_of(FIVE[name], 0.5) == pytest.approx(ONSET, abs=2e-6)


def test_laws_away_from_their_onset():
    assert at(ramps.steep(0.3, 0.03), 0.1, 0.27) == [0.0, pytest.approx(0.0, abs=1e-12)]
    assert at(ramps.steep(0.3, 0.03), 0.33) == pytest.approx([1.05**4 - 1])
    assert at(ramps.power(0.3, 2.0), 0.15, 0.6) == pytest.approx([0.05 / 4, 0.05 * 4])
    assert at(ramps.logistic(0.3, 0.02, 1.0), 9.0) == pytest.approx([1.0])
    assert at(ramps.abrupt(0.3, 2.5), 0.2999, 0.3, 0.4) == [0.0, 1.5, 1.5]
    assert at(ramps.two_stage(0.2, 0.08, 0.35), 0.19, 0.2, 0.34, 0.35) == [0.0, 0.08, 0.08, 3.0]
    assert at(ramps.excursion(0.4, 0.1, 0.05, 0.2), 0.09, 0.1, 0.149, 0.151, 0.39, 0.4) == [0, 0.2, 0.2, 0, 0, 2.0]
    assert at(ramps.shorted(0.3, 0.7), 0.29, 0.3) == pytest.approx([0.0, -0.3])
    assert at(ohmic(), 0.1, 9.0) == [0.0, 0.0]
    swing = at(ramps.oscillating(0.3, 0.04), 0.29, 0.3, 0.32, 0.34)
    assert swing == pytest.approx([0.0, 0.08, 0.16 * 0.1, 0.24])


def test_the_truth_is_the_last_crossing_and_none_is_infinite():
    assert truth_of(ramps.excursion(0.4, 0.1, 0.05, 0.2), 0.5) == pytest.approx(0.4, abs=2e-6)
    assert truth_of(ohmic(), 0.5) == math.inf
    assert truth_of(ramps.abrupt(0.3, 1.04), 0.5) == math.inf
    assert truth_of(ramps.abrupt(0.3, 1.06), 0.5) == pytest.approx(0.3, abs=2e-6)
    assert truth_of(ramps.abrupt(0.3, 2.0), 0.25) == math.inf


def test_a_ramp_rises_as_stated_after_its_rest():
    source = replace(QUIET, rate=2.0, top=0.5, rest_s=100.0, step_s=2.0, area=0.5, asr=40.0)
    case = measured(ohmic(), source, rng())
    t, i = case.columns["time"].values, case.columns["current_setpoint"].values
    assert (t[0], t[1], t[-1]) == (0.0, 2.0, 998.0)
    assert np.allclose(i, np.where(t > 100, 2.0 * (t - 100) / 3600 * 0.5, 0.0))
    assert case.columns["voltage"].values == pytest.approx(40.0 * i / 0.5 / 1000)
    assert case.columns["current"].values == pytest.approx(i, rel=1e-3)
    assert [case.columns[name].unit for name in ("time", "current", "voltage", "current_setpoint")] == [
        "s", "mA", "V", "mA"
    ]  # fmt: skip
    assert set(case.columns["current_range"].values) == {"1 mA"}
    assert case.metadata == {"cell.area": "0.5 cm^2"}
    assert "current_setpoint" not in measured(ohmic(), replace(source, set_point=False), rng()).columns


def test_stairs_hold_the_current_for_their_length():
    case = measured(ohmic(), replace(QUIET, stair_s=20.0, step_s=5.0, rest_s=60.0), rng())
    i = case.columns["current_setpoint"].values[12:]
    assert np.array_equal(i[: 4 * 20], np.repeat(i[0 : 4 * 20 : 4], 4))
    assert np.allclose(np.diff(i[::4])[:20], 20.0 / 3600 * 0.785)


def test_the_deviation_is_in_the_voltage_up_to_its_limit():
    case = measured(ramps.abrupt(0.3, 2.0), QUIET, rng())
    j = case.columns["current_setpoint"].values / 0.785
    assert case.columns["voltage"].values == pytest.approx(
        np.where(j >= 0.3, 2.0, 1.0) * 31.0 * j / 1000, abs=1e-9
    )
    limited = measured(ramps.abrupt(0.3, 1e6), replace(QUIET, limit_v=4.5), rng())
    assert limited.columns["voltage"].values.max() == 4.5


def test_the_noise_and_the_error_of_the_current_are_as_stated():
    case = measured(ohmic(), replace(QUIET, noise_v=2e-4), rng())
    j = case.columns["current_setpoint"].values / 0.785
    assert (case.columns["voltage"].values - 0.031 * j).std() == pytest.approx(2e-4, rel=0.1)
    wide = replace(QUIET, swing=0.01, range_ma=2.0)
    ends = [measured(ohmic(), wide, np.random.default_rng(n)).columns["voltage"].values[-1] for n in range(40)]
    apart = (np.array(ends) / 0.031 - 0.5) * 0.785
    assert 0.015 < np.abs(apart).max() <= 0.0201
    assert apart.min() < 0 < apart.max()


def test_what_is_drawn_has_its_truth_and_its_promise():
    drawn = climb(ramps.abrupt(0.3, 2.0), QUIET, rng(), holds=True)
    assert (drawn.analysis, drawn.measurand, drawn.holds) == ("ramp-onset", "onset_current_density", True)
    assert drawn.truth == pytest.approx(0.3, abs=2e-6)
    assert not climb(ohmic(), QUIET, rng()).holds


@pytest.mark.parametrize("around", [True, False])
def test_a_gap_is_around_the_onset_or_before_it(around):
    for seed in range(8):
        g = np.random.default_rng(seed)
        drawn = climb(ramps.abrupt(0.3, 2.0), QUIET, rng())
        t = ramps._gap(drawn, g, 45, around=around).data.columns["time"].values
        at = int(np.argmax(np.diff(t)))
        assert t[at + 1] - t[at] == pytest.approx(46, abs=1)
        assert bool(t[at] < 60 + 0.3 * 3600 < t[at + 1]) is around
        assert t[at + 1] < 60 + 0.3 * 3600 - 55 or around


def test_what_is_added_to_the_voltage():
    t, j = np.arange(0.0, 3600.0), np.full(3600, 0.5)
    burst = ramps._burst(rng(), 0.01, 40)(t, j)
    rows = np.flatnonzero(burst)
    assert (len(rows), rows[-1] - rows[0] + 1) == (40, 40)
    assert 200 <= t[rows[0]] <= 501
    assert burst[rows].std() == pytest.approx(0.01, rel=0.35)
    jump = ramps._jump(rng(), 1e-3)(t, j)
    assert set(jump) == {0.0, 1e-3}
    assert jump[0] == 0
    assert 200 <= t[np.argmax(jump > 0)] <= 501
    assert ramps._drift(0.06)(t, j)[1800] == pytest.approx(31.0 * 0.5 / 1000 * 0.03)
    pink = ramps._pink(rng(), 1e-4)(t, j)
    assert (pink.mean(), pink.std()) == (pytest.approx(0, abs=1e-12), pytest.approx(1e-4))
    power = np.abs(np.fft.rfft(pink)) ** 2
    assert power[1:11].mean() / power[101:1101].mean() == pytest.approx(550 / 4, rel=0.9)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_that_share_of_the_rows_is_lost(share):
    drawn = climb(ohmic(), QUIET, rng())
    before, after = (len(d.data.columns["time"].values) for d in (drawn, ramps._lost(drawn, rng(), share)))
    assert after / before == pytest.approx(1 - share, abs=0.05)


def test_three_statements_of_which_one_is_wrong_have_no_truth():
    drawn = ramps._contradicting(rng(), 10.0)
    density = drawn.data.columns["current_density"]
    assert density.unit == "mA/cm^2"
    assert density.values == pytest.approx(drawn.data.columns["current"].values / 0.785 * 10)
    assert math.isnan(drawn.truth)


NUMBERS = {
    "steps of 5 s": 5.0, "steps of 20 s": 20.0, "steps of 60 s": 60.0, "steps of 60 s, abrupt": 60.0,
    "steps of 20 s, abrupt": 20.0,
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_steps_are_as_long_as_their_name_says(name):
    drawn = ramps.SHAPES[name](rng())
    t, i = drawn.data.columns["time"].values, drawn.data.columns["current_setpoint"].values
    rises = t[1:][np.diff(i) > 0]
    assert np.diff(rises) == pytest.approx(NUMBERS[name], abs=1e-6)


@pytest.mark.parametrize(("name", "seconds"), [
    ("sharp", 1.0), ("sharp, 10 Hz, 300 µV", 0.1), ("sharp, a row every 5 s", 5.0),
    ("abrupt, a row every 10 s", 10.0),
])  # fmt: skip
def test_rows_come_as_often_as_their_name_says(name, seconds):
    t = ramps.SHAPES[name](rng()).data.columns["time"].values
    assert np.diff(t) == pytest.approx(seconds)


@pytest.mark.parametrize(("name", "finite"), [
    ("no onset", False), ("burst of 10 mV, 40 s, no onset", False), ("soft short to 70 %", False),
    ("two stages, 3 %", True), ("abrupt, by 8 %", True), ("oscillating", True),
])  # fmt: skip
def test_an_onset_is_there_if_its_name_says_so(name, finite):
    assert math.isfinite(ramps.SHAPES[name](rng()).truth) is finite


ENDS = {
    "abrupt, R doubles": 2.0, "abrupt, a row every 10 s": 2.0, "abrupt, by 8 %": 1.08, "logistic to twice": 2.0,
    "logistic to 1.2": 1.2, "steps of 60 s, abrupt": 2.0, "steps of 20 s, abrupt": 2.0, "80 % lost, abrupt": 2.0,
    "gap of 45 s at an abrupt loss": 3.0, "gap of 120 s at an abrupt loss": 3.0, "soft short to 70 %": 0.7,
    "soft short to 30 %": 0.3, "hard short": 0.02, "two stages, 8 %": 4.0, "two stages, 3 %": 4.0,
    "drift of R, +6 %/h": 2 * 1.03, "drift of R, -6 %/h": 2 * 0.97, "doubled rows, full seconds": 2.0,
    "excursion of 60 s": 3.0, "excursion of 300 s": 3.0, "excursion near the end": 1.0, "no onset": 1.0,
    "abrupt, to the limit": 10 / (0.031 * 0.5),
}  # fmt: skip
"""R at the end of the ramp, at half an hour, over 31 Ω·cm²."""


@pytest.mark.parametrize("name", ENDS)
def test_a_resistance_ends_where_its_name_says(name):
    c = ramps.SHAPES[name](rng()).data.columns
    u, i = (c[column].values for column in ("voltage", "current_setpoint"))
    last = i > 0.97 * i.max()
    assert np.mean(u[last] / (i[last] / 0.785)) / 0.031 == pytest.approx(ENDS[name], rel=0.025)
