"""What generators state as true is what their data show without noise, read by the definition of the measurand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing import synth
from echub.testing.synth.foreign import ccd, cube
from echub.testing.synth.operando import Operando, operando
from echub.testing.synth.polarisation import PolarisationPlan, polarisation
from echub.testing.synth.recovery import Recovering, recovery
from echub.testing.synth.voltammogram import THRESHOLDS, Sweeps, sweeps

STILL = synth.Instrument(noise_v=0, quantum_v=0)


def values(case, name):
    return case.columns[name].values


@pytest.mark.parametrize("rest", [10.0, 250.0])
def test_the_onset_of_a_ramp_is_where_u_is_five_percent_above_the_line(rest):
    case = synth.ramp(1, synth.Ramp(instrument=STILL, rest_s=rest))
    t, j, u = values(case, "time"), values(case, "current_setpoint") / 0.785, values(case, "voltage")
    beyond = np.flatnonzero((j > 0) & (u > 1.05 * case.truth["asr_cell"] / 1000 * j + 1e-9))
    step = np.diff(t).max()
    assert t[beyond[0]] == pytest.approx(case.truth["onset_time"], abs=step)
    assert j[beyond[0]] == pytest.approx(case.truth["onset_current_density"], abs=step / 3600 + 1e-9)
    assert case.truth["onset_5%"] == case.truth["onset_current_density"]


def test_the_ends_of_a_ramp_are_its_thresholds():
    case = synth.ramp(1, synth.Ramp(instrument=STILL))
    j, u = values(case, "current_setpoint") / 0.785, values(case, "voltage")
    for percent in (2, 10, 20):
        beyond = (j > 0) & (u > (1 + percent / 100) * case.truth["asr_cell"] / 1000 * j + 1e-9)
        assert j[beyond][0] == pytest.approx(case.truth[f"onset_{percent}%"], abs=1e-3)


def test_the_other_electrode_is_as_far_from_its_line_as_stated():
    other = synth.ContactLoss(asr=20.0, j_crit=0.25, onset_delay=0.1)
    case = synth.ramp(1, synth.Ramp(instrument=STILL, other=other))
    t, j, u = values(case, "time"), values(case, "current_setpoint") / 0.785, -values(case, "potential_ce")
    at = int(np.argmin(np.abs(t - case.truth["onset_time"])))
    deviation = 100 * (u[at] / (20.0 / 1000 * j[at]) - 1)
    assert deviation == pytest.approx(case.truth["other_deviation_at_onset"], abs=0.15)


@pytest.mark.parametrize("shares", [(0.4, 0.6), (1.0, 3.0)])
def test_the_share_of_a_recovery_is_one_of_the_whole(shares):
    case = recovery(0, Recovering(shares=shares, noise=0.0, times_s=(0.5e-3, 20e-3), last_s=2.0))
    magnetisation = values(case, "magnetisation")
    fast = np.interp(5e-3, values(case, "recovery_delay"), magnetisation) / magnetisation[-1]
    # After ten times the fast time, its share is there, and 22 % of the slow one.
    share = case.truth["share_fast"]
    assert fast == pytest.approx(share + (1 - share) * -np.expm1(-0.25), abs=2e-2)
    assert case.truth["R1_fast"] * case.truth["T1_fast"] == pytest.approx(1)
    assert case.truth["R1_slow"] * case.truth["T1_slow"] == pytest.approx(1)
    assert (case.truth["T1_fast"], case.truth["T1_slow"]) == (0.5e-3, 20e-3)


def test_a_single_recovery_is_at_its_time_one_e_th_from_its_end():
    case = recovery(0, Recovering(times_s=(3e-3,), shares=(1.0,), noise=0.0, last_s=0.2, beta=0.7, points=400))
    rest = 1 - values(case, "magnetisation") / 1000.0
    assert np.interp(-1 / math.e, -rest, values(case, "recovery_delay")) == pytest.approx(3e-3, rel=1e-3)
    assert (case.truth["T1"], case.truth["R1"], case.truth["beta"]) == pytest.approx((3e-3, 1 / 3e-3, 0.7))


@pytest.mark.parametrize("drift", [0.0, 2e-3, -2e-3])
def test_the_offset_of_a_second_clock_holds_in_its_middle(drift):
    """Its clock shows t2 = (t1 - offset) / (1 + drift): at its middle it is behind by the offset there."""
    _, second = operando(3, Operando(drift=drift))
    middle = float(values(second, "time").mean())
    first_clock = second.truth["offset"] + middle * (1 + drift)
    assert second.truth["offset_middle"] == pytest.approx(first_clock - middle)
    assert second.truth["drift"] == drift


def test_counts_follow_the_current_on_the_second_clock():
    setup = Operando(drift=1e-3, counts=4e6, trend=0.0, jitter_s=0.0)
    first, second = operando(3, setup)
    own = values(second, "time")
    true = second.truth["offset"] + own * (1 + setup.drift)
    current = np.interp(true - setup.counted_row_s / 2, values(first, "time"), values(first, "current"))
    counts = values(second, "ion_counts") / setup.counts
    flat = np.abs(np.gradient(current)) < 1e-3
    assert counts[flat] == pytest.approx(1 + setup.contrast * np.sign(np.round(current[flat], 2)), abs=5e-3)


def test_sputtering_ends_one_cycle_after_the_last_point():
    ions = (synth.Ion("Na+"), synth.Ion("Zr+"), synth.Ion("P-", polarity=-1))
    layers = synth.Layers(ions=ions, dwell=1.0, settle=0.7)
    last = max(channel.time[-1] for channel in synth.channels(1, layers))
    assert layers.end == pytest.approx(last + layers.cycle)
    assert layers.crater_depth == pytest.approx(layers.rate * (last + layers.cycle))


@pytest.mark.parametrize("power", [0.0, 2.0, 3.0])
@pytest.mark.parametrize("way", ["anodic", "cathodic"])
def test_a_sweep_crosses_each_threshold_where_it_says(way, power):
    setup = Sweeps(
        capacitance=0.0, leak=0.0, noise_ua=0.0, offset_v=0.0, accuracy=0.0, power=power, scans=1, step_v=1e-3
    )
    case = sweeps(0, replace(setup, **{"cathodic" if way == "anodic" else "anodic": None}))
    e, j = values(case, "potential_we"), 1000 * values(case, "current")
    for threshold in THRESHOLDS[1:5]:
        at = case.truth[f"{way}_{threshold:g}"]
        assert abs(j[np.argmin(np.abs(e - at))]) == pytest.approx(threshold, rel=0.05)
    assert case.truth[f"{way}_limit"] == case.truth[f"{way}_10"]


def test_the_accuracy_of_a_current_is_a_thousandth_of_its_range():
    plan = ccd.Climb((1.0, 2.0), reach=0.01)
    drawn = ccd.climb(plan, None, np.random.default_rng(1))
    assert set(values(drawn.data, "current_range")) == {"10 mA"}
    moving = values(drawn.data, "current") / plan.area
    assert np.abs(np.abs(moving[moving != 0]) - np.round(np.abs(moving[moving != 0]))).max() < 0.03


def test_a_vignetted_field_has_half_the_light_in_its_corners():
    counts = values(cube.SHAPES["vignetting"](np.random.default_rng(2)).data, "ion_counts")[0].mean(axis=0)
    corners = np.mean([counts[y, x] for y in (slice(2), slice(-2, None)) for x in (slice(2), slice(-2, None))])
    assert corners / 4.0 == pytest.approx(0.53, abs=0.06)


def test_a_polarisation_rises_by_what_is_stated_per_hour():
    flat, rising = (polarisation(0, PolarisationPlan(rising=rate, duration=9000)) for rate in (0.0, 0.5))
    since = values(flat, "time") - 120.0
    growth = values(rising, "current") - values(flat, "current")
    assert np.interp([-10.0, 3600.0, 7200.0], since, growth) == pytest.approx([0.0, 0.5, 1.0], abs=1e-9)
