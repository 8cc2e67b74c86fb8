"""What generators state as true is what their data show without noise, read by the definition of the measurand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing import synth
from echub.testing.synth.foreign import ccd, cube
from echub.testing.synth.operando import Operando, operando
from echub.testing.synth.polarisation import PolarisationPlan, polarisation, symmetric_polarisation
from echub.testing.synth.recovery import Recovering, recovery
from echub.testing.synth.symmetric import LevelSteps, SymmetricRun, linear_staircase, symmetric
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


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"lag_s": 40.0},
        {"averaged": False},
        {"trend": 0.5},
        {"row_s": 0.5, "counted_row_s": 2.0, "contrast": 0.2},
    ],
)
def test_counts_follow_the_current_on_the_second_clock(changes):
    setup = Operando(**{"drift": 1e-3, "counts": 4e6, "jitter_s": 0.0} | changes)
    first, second = operando(3, setup)
    own = values(second, "time")
    assert np.diff(own) == pytest.approx(setup.counted_row_s)
    assert 137.3 <= second.truth["offset"] < 137.3 + setup.counted_row_s
    true = second.truth["offset"] + own * (1 + setup.drift) - setup.lag_s
    middle = true - (setup.counted_row_s / 2 if setup.averaged else 0.0)
    current = np.interp(middle, values(first, "time"), values(first, "current"))
    counts = values(second, "ion_counts") / setup.counts / (1 + setup.trend * own / own[-1])
    flat = np.abs(np.gradient(current)) < 1e-3
    assert flat.mean() > 0.9
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


def test_a_metal_is_plated_below_0_v_and_stripped_on_the_way_up_only():
    """2 mA/cm²/V on 0.5 cm²: −0.2 mA at −0.2 V; stripping peaks at 0.2 V with 0.3 V of it, 0.3 mA."""
    setup = Sweeps(
        low=-0.2, high=0.6, start=0.1, scans=2, anodic=None, cathodic=None, capacitance=0.0, leak=0.0, metal=2.0,
        noise_ua=0.0, step_v=1e-3, offset_v=0.0, accuracy=0.0, area_cm2=0.5,
    )  # fmt: skip
    case = sweeps(0, setup)
    e, i = values(case, "potential_we"), values(case, "current")
    plated, way = e < 0, np.diff(e, prepend=e[0])
    assert e.min() == pytest.approx(-0.2, abs=1e-3)
    assert i[plated] == pytest.approx(e[plated])
    assert i[(e > 0) & (e < 0.5) & (way < 0)] == pytest.approx(0.0)
    assert i[(np.abs(e - 0.2) < 5e-4) & (way > 0)] == pytest.approx(0.3, rel=1e-3)
    assert i.max() == pytest.approx(0.3, rel=1e-3)


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


# -- symmetric cells -------------------------------------------------------------------------------


def resistances(case, area):
    """Return R·A, Ω·cm², and j, mA/cm², of the rows under current."""
    j, u = values(case, "current") / area, values(case, "voltage")
    flows = j != 0
    return values(case, "time")[flows], 1000 * u[flows] / j[flows], j[flows]


@pytest.mark.parametrize("shape", ["flat", "arch", "grows"])
@pytest.mark.parametrize("drop_h", [2.25, 1.99, None])
def test_a_symmetric_cell_has_its_resistance_until_it_shorts(shape, drop_h):
    """Of half cycles of half an hour; the fourth ends at 2 h. Each counts that ended before the drop."""
    exact = SymmetricRun(
        count=6, duration_s=1800.0, rest_s=0.0, shape=shape, drop_h=drop_h, drift=0.01, step_s=2.0, accuracy=0.0,
        noise_v=0.0, offset_v=0.0,
    )  # fmt: skip
    case = symmetric(0, exact)
    t, r, j = resistances(case, exact.area_cm2)
    hours = t / 3600
    assert np.abs(j) == pytest.approx(np.full(len(j), 0.5))
    assert [set(np.sign(j[(hours // 0.5) == k])) for k in range(3)] == [{1.0}, {-1.0}, {1.0}]
    ended = 6 if drop_h is None else int(drop_h / 0.5)
    medians = [np.median(r[(hours >= k / 2) & (hours < (k + 1) / 2)]) for k in range(ended)]
    asr = np.mean([np.median(medians[k::2]) for k in (0, 1)])
    assert case.truth["asr_cell"] == pytest.approx(asr, rel=1e-3)
    assert case.truth["overpotential"] == pytest.approx(0.5e-3 * asr, rel=1e-3)
    assert medians[0] != pytest.approx(medians[1], rel=5e-3)  # it drifts
    if drop_h is None:
        assert "lifetime" not in case.truth
        return
    low = r < 0.5 * exact.asr
    assert case.truth["lifetime"] == drop_h == pytest.approx(hours[low][0], abs=1e-3)
    assert r[low] == pytest.approx(0.08 * exact.asr)
    assert low[hours > drop_h].all()


def test_shapes_of_a_half_cycle():
    """An arch is low in its middle; what grows starts at nine tenths and ends at eleven."""
    still = {
        "count": 2,
        "rest_s": 0.0,
        "drop_h": None,
        "drift": 0.0,
        "accuracy": 0.0,
        "noise_v": 0.0,
        "offset_v": 0.0,
    }
    for shape, ends in (("arch", (1.2, 0.8, 1.2)), ("grows", (0.9, 0.925, 1.1)), ("flat", (1.0, 1.0, 1.0))):
        t, r, _ = resistances(symmetric(0, SymmetricRun(shape=shape, step_s=10.0, **still)), 0.785)
        assert np.interp([0.0, 1800.0, 3599.9], t, r) / 120 == pytest.approx(ends, abs=2e-3)


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize(
    ("kind", "excess"), [("smooth", (0.1 / 2**6, 0.1)), ("sudden", (0.0, 0.8)), ("none", (0.0, 0.0))]
)
def test_a_staircase_leaves_the_line_at_its_limit(kind, excess, both):
    """At the end of a level nearly all of the slow rise is there: 1 - 0.5 exp(-10) of it."""
    exact = LevelSteps((0.2, 0.4), limit=0.4, kind=kind, both=both, offset_v=0.0, noise_v=0.0)
    case = linear_staircase(0, exact)
    t, r, j = resistances(case, exact.area_cm2)
    number = (t // exact.duration_s).astype(int)
    ends = {round(float(j[number == k][-1]), 9): float(r[number == k][-1]) / 80 - 1 for k in sorted(set(number))}
    levels = [0.2, -0.2, 0.4, -0.4] if both else [0.2, 0.4]
    assert list(ends) == pytest.approx(levels)
    for level, found in ends.items():
        assert found == pytest.approx(excess[abs(level) > 0.3], abs=1e-4)
    first = float(r[j > 0.3][0]) / 80 - 1
    assert first == pytest.approx(0.5 * excess[1], abs=1e-3)  # half of it comes slowly
    names = ["we_oxidised", "we_reduced"] if both else ["we_oxidised"]
    limits = {} if kind == "none" else {f"linear_limit_{name}": 0.4 for name in names}
    assert case.truth == {**{f"asr_{name}": 80.0 for name in names}, **limits}


def test_a_wave_is_in_the_current_and_not_in_its_set_point():
    case = linear_staircase(
        0, LevelSteps((0.2, 0.4), wave=0.1, area_cm2=0.5, noise_v=0.0, offset_v=0.0, kind="none")
    )
    set_point, current = values(case, "current_setpoint"), values(case, "current")
    assert sorted(set(np.round(set_point / 0.5, 9))) == [-0.4, -0.2, 0.0, 0.2, 0.4]
    share = (current - set_point)[set_point != 0] / set_point[set_point != 0]
    assert (share.min(), share.max()) == pytest.approx((-0.1, 0.1), abs=1e-3)
    assert values(case, "voltage") == pytest.approx(80e-3 * current / 0.5)


@pytest.mark.parametrize("transference", [0.2, 0.7])
def test_a_polarised_cell_follows_bruce_and_vincent(transference):
    """t = I_ss (U - I_0 R_0) / (I_0 (U - I_ss R_ss)), with 10 mV, 60 Ω before and 65 Ω after."""
    case = symmetric_polarisation(1, transference=transference, tau=8.0)
    first, steady = (1e-9 * case.truth[name] for name in ("initial_current", "steady_current"))
    assert first == pytest.approx(0.01 / 160)
    found = steady * (0.01 - first * 60) / (first * (0.01 - steady * 65))
    assert found == pytest.approx(transference) == pytest.approx(case.truth["transference_number"])
    t, i = values(case, "time") - 30.0, values(case, "current")
    assert i[t < 0] == pytest.approx(np.zeros((t < 0).sum()), abs=25)
    assert i[t > 200].mean() == pytest.approx(1e9 * steady, abs=1)
    left = (i - 1e9 * steady) / (1e9 * (first - steady))
    assert np.interp([1e-9, 8.0, 16.0], t[t > 0], left[t > 0]) == pytest.approx(
        np.exp([-0.05 / 8, -1, -2]), abs=2e-3
    )
    voltage = values(case, "voltage")
    assert (voltage[t < 0].mean(), voltage[t > 0].mean()) == pytest.approx((0.0, 0.01), abs=1e-6)
