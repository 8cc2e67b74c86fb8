"""Series that mislead: arcs that vanish or pass each other, drift under overlapping arcs, one bad spectrum."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.testing.synth.case import Case, Column
from echub_eis.series.method.onset import REMEMBERED, onset, sound, staircase
from echub_eis.series.method.recovery import is_of_temperature

CIRCUIT = {"circuit": "LR:hf (RQ):a (RQ):b", "bootstrap": "50"}
F = np.geomspace(5e6, 1, 62)
OTHER = np.array(
    [0.0, 0.0, 0.4, 0.4, 0.4, -0.9, -0.9, -0.9, -0.9, -0.9, -0.9, -0.9, -0.9, -0.9, 0.4, 0.4, 0.0, 0.0]
)


def sweeps(arcs, levels, noise, seed, scaled=None):
    """Generate spectra of 20 Ω and arcs(k, t): (R, τ, n) of each, with R over time in the sweep; t0: the first."""
    rng = np.random.default_rng(seed)
    parts = {name: [] for name in ("time", "impedance_real", "impedance_imag", "current")}
    clock = 0.0
    for k, level in enumerate(levels):
        t = clock + np.cumsum(np.maximum(3 / F, 0.02) + 0.15)
        clock = t[-1] + 5
        w = 2j * np.pi * F
        z = 20 + 2e-7 * w + sum(r / (1 + (w * tau) ** n) for r, tau, n in arcs(k, t))
        z = z + noise * np.abs(z) * (rng.standard_normal(62) + 1j * rng.standard_normal(62))
        z = z * (scaled or {}).get(k, 1.0)
        for name, values in zip(parts, (t, z.real, z.imag, np.full(62, level)), strict=True):
            parts[name].append(values)
    units = {"time": "s", "impedance_real": "ohm", "impedance_imag": "ohm", "current": "mA"}
    columns = {name: Column(np.concatenate(values), units[name]) for name, values in parts.items()}
    return Case({"frequency": Column(np.tile(F, len(levels)), "Hz"), **columns}, {}, {}, "impedance")


def answered(case):
    return echub.analyze("eis-series", case.data(), params=CIRCUIT)


def off(table, label, true):
    """Return how many standard uncertainties each value is from the truth, in ln R; those without left out."""
    r, u = table[f"resistance_{label}"].array(), table[f"u_{label}"].array()
    return np.abs(np.log(r / true) / (u / r))[np.isfinite(r)]


def codes(outcome, severity="warning"):
    return {flag.code for flag in outcome.flags if flag.severity == severity}


@pytest.mark.parametrize("seed", range(4))
def test_an_arc_that_shrinks_to_nothing_and_comes_back_is_fitted_in_every_spectrum(seed):
    """Where it is not seen its exponent runs away; the next fits once did not move at all, and were all alike."""
    grown = 10**OTHER
    case = sweeps(lambda k, t: ((54, 8e-7, 0.97), (40 * grown[k], 8e-6, 0.8)), [0.0] * 18, 1e-2, seed)
    table = answered(case).tables["spectra"]
    assert len(set(table["resistance_a"].array())) == 18
    assert off(table, "a", 54.0).max() < 4.5
    assert off(table, "b", 40 * grown).max() < 4.5


@pytest.mark.parametrize("seed", range(4))
def test_arcs_of_nearly_one_size_pass_each_other(seed):
    tau = 3e-5 * 10 ** ((np.arange(24) - 11.5) / 6)
    case = sweeps(lambda k, t: ((286, 3e-5, 0.9), (255, tau[k], 0.95)), [0.0] * 24, 2e-3, seed)
    outcome = answered(case)
    table = outcome.tables["spectra"]
    found = table["tau_a"].array(), table["tau_b"].array()
    moved = found[0] if np.ptp(np.log(found[0])) > np.ptp(np.log(found[1])) else found[1]
    ends = np.r_[0:6, 18:24]
    assert np.log(moved / tau)[ends] == pytest.approx(0, abs=0.1)
    assert "labels-crossed" in codes(outcome)


def test_a_sum_has_the_time_of_what_drifts():
    """Arcs a factor of 3 apart, one of which grows by 1 % in a sweep: the sum was 0.2 %, 8 uncertainties, off."""
    grown = lambda t: np.exp(3e-4 * t)  # noqa: E731
    case = sweeps(lambda k, t: ((9, 4.3e-7, 0.9), (22 * grown(t), 1.4e-6, 0.9)), [0.0] * 24, 1e-3, 5)
    table = answered(case).tables["spectra"]
    t = table["time_total"].array() + case.columns["time"].values[0]
    ratio = off(table, "total", 20 + 9 + 22 * grown(t))
    assert ratio.max() < 4.0
    assert np.sqrt(np.mean(ratio**2)) < 1.5


@pytest.mark.parametrize(
    ("shorted", "first"), [((4, 5, 6), 4), ((2, 5, 6, 7), 5), ((8, 9), 8), ((3, 4, 7, 8), 3), ((4,), None)]
)
def test_arcs_that_vanish_and_come_back_are_told_from_the_first_spectrum_without(shorted, first):
    """One spectrum without arcs alone may be disturbed. 20 Ω and an arc of 40 Ω are the electrolyte."""
    left = np.where(np.isin(np.arange(10), shorted), 0.02, 1.0)
    case = sweeps(
        lambda k, t: ((40 * left[k], 1e-7, 0.9), (60 * left[k], 4e-5, 0.95)), 0.1 * np.arange(1, 11), 2e-3, 1
    )
    outcome = answered(case)
    told = [flag.message for flag in outcome.flags if flag.code == "arcs-vanished"]
    assert [text.split(" on ")[0] for text in told] == ([] if first is None else [f"from spectrum {first}"])
    if first is not None:
        vanish = outcome["vanish_level"].interval
        assert (vanish.low, vanish.high) == pytest.approx((0.1 * first, 0.1 * (first + 1)))


LEVELS = tuple(np.round(0.05 + 0.025 * np.arange(36), 3))


def interface(k, t):
    return ((40, 1e-7, 0.9), (60 * (1 + 16 * max(LEVELS[k] - 0.5, 0) ** 2), 4e-5, 0.95))


@pytest.mark.parametrize("bad", [0, 7, 20, 30])
@pytest.mark.parametrize("size", [0.3, 6.0])
def test_one_bad_spectrum_does_not_hide_an_onset(bad, size):
    true = 0.5 + np.sqrt(0.05 / 16)
    outcome = answered(sweeps(interface, LEVELS, 3e-3, bad, {bad: size}))
    onset = outcome["onset_level"]
    assert onset.value == pytest.approx(true, abs=4 * onset.uncertainty)
    assert onset.uncertainty < 0.01
    flag = next(flag for flag in outcome.flags if flag.code == "level-stands-out")
    assert f"at {LEVELS[bad]:g} mA " in flag.message


def test_what_rises_or_steps_does_not_stand_out():
    x = np.arange(1.0, 31.0)
    for value in (60 + np.maximum(x - 15, 0) ** 2, np.where(x < 15, 60.0, 90.0), np.exp(-x / 5), 60 + 0 * x):
        assert sound(staircase(x, value, np.full(30, 1e-3))).all()
    rng = np.random.default_rng(1)
    for _ in range(200):
        noisy = (60 + np.maximum(x - 15, 0) ** 2) * (1 + 0.02 * rng.standard_normal(30))
        assert sound(staircase(x, noisy, np.full(30, 0.02))).all()


def test_ageing_without_a_current_is_not_a_recovery_that_failed():
    case = sweeps(lambda k, t: ((40, 1e-7, 0.9), (60 + 0.05 * t, 4e-5, 0.95)), [0.0] * 16, 2e-3, 3)
    outcome = answered(case)
    assert outcome.status == "ok"
    assert "recovery_time" not in outcome.measurands or outcome["recovery_time"].value is None


def remembered(shape, seeds):
    """Return in how many of the series the residuals of an onset at 0.15 mA/cm² tell that the shape is another."""
    x = 0.05 + 0.01 * np.arange(50)
    count = 0
    for seed in seeds:
        noise = 2e-3 * np.random.default_rng(seed).standard_normal(50)
        levels = staircase(x, 60 * (1 + shape(np.maximum(x - 0.15, 0))) * (1 + noise), np.full(50, 2e-3))
        count += onset(levels, 0.05, 6, 100, 0.95, seed).memory > REMEMBERED
    return count


def test_an_onset_that_is_no_power_law_is_told_by_its_residuals():
    assert remembered(lambda e: 0.02 * np.expm1(e / 0.05), range(40)) > 20
    assert remembered(lambda e: 16 * e**2, range(40)) <= 2
    assert remembered(lambda e: 1.5 * e, range(40)) <= 2


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("share", "told"), [(0.19, False), (0.21, True)])
def test_a_recovery_is_of_the_temperature_if_half_an_electronvolt_explains_a_fifth_of_it(way, share, told):
    """From 25 to 26 °C, 0.5 eV make 6.5 % of R; the resistance falls, or rises, by `share` as its fifth."""
    hours = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8])
    shape = 1 - np.exp(-hours / 3)
    warm = 1 / (1 / 298.15 + (1 / 299.15 - 1 / 298.15) * shape / shape[-1]) - 273.15
    moved = 0.5 / 8.617333e-5 * (1 / 298.15 - 1 / 299.15)
    found = SimpleNamespace(tau=3.0, curve=60 * np.exp(way * moved / share * shape / shape[-1]))
    assert is_of_temperature(found, hours, warm) is told
    assert is_of_temperature(found, hours + 1000, np.where(hours == 4, np.nan, warm)) is told
    assert not is_of_temperature(found, hours, np.full(9, np.nan))
    assert not is_of_temperature(found, hours, np.where(hours == 4, 25.0, np.nan))


def test_a_sensor_that_scatters_explains_no_recovery():
    """By ±0.4 K in turn: half an electronvolt would make 5 % of it, a third of the recovery."""
    hours = np.arange(20.0)
    found = SimpleNamespace(tau=5.0, curve=60 + 10 * np.exp(-hours / 5))
    assert not is_of_temperature(found, hours, 25 + 0.4 * (-1) ** hours)


@pytest.mark.parametrize("points", [3, 8])
def test_a_last_spectrum_that_was_aborted_has_not_lost_its_arcs(points):
    case = sweeps(lambda *_: ((40, 1e-7, 0.9), (60, 4e-5, 0.95)), 0.1 * np.arange(1, 7), 2e-3, 1)
    count = len(case.columns["frequency"].values)
    outcome = answered(case.rows(count - count // 6 + points))
    assert "vanish_level" not in outcome.measurands
    assert "arcs-vanished" not in {flag.code for flag in outcome.flags}
