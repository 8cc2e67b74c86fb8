"""A distribution is a picture: true peaks are kept, false ones are not, what is not measured is said."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

import echub
from echub.analysis import figures
from echub.registry.registry import registry
from echub.testing import AnalysisContract, synth
from echub.testing.synth.impedance import CASES, Sweep
from echub.testing.synth.series import SeriesPlan, eis_series
from echub_eis.drt.method.solve import nonnegative


class TestEisDrt(AnalysisContract):
    analysis = "eis-drt"
    generate = staticmethod(lambda seed: replace(synth.impedance(seed), truth={"polarisation_resistance": 160.0}))
    params: ClassVar = {"bootstrap": "5"}
    bias = 0.08  # a picture: what lies between R∞ and the fastest arc goes to either
    test_values_have_uncertainties = None  # numbers with intervals come from circuits: decision 74
    test_the_sampling_hardly_matters = None  # another grid of frequencies has another regularisation
    seeds = 3


def drt(case, **params):
    return echub.analyze("eis-drt", case.data(), params=params)


def test_a_series_of_which_nothing_is_left_is_refused_as_its_first_spectrum_is():
    (refusal,) = drt(synth.impedance(1), f_min="10 MHz").refusals
    assert (refusal.code, refusal.message) == ("all-points-masked", "none of 62 points is left: 62 below f_min")


@pytest.mark.parametrize("name", ["two_arcs", "na_sym", "three_arcs", "one_arc"])
def test_true_peaks_are_kept_and_false_ones_are_not(name):
    true = np.log10([(r * q) ** (1 / n) for r, q, n in CASES[name].arcs])
    kept, false, wrong = 0, 0, 0
    for seed in range(4):
        peaks = drt(synth.impedance(seed, name, Sweep(2e-3))).tables["peaks"]
        sure = np.array(peaks["kept"].values, dtype=bool)
        away = np.min(np.abs(np.log10(peaks["tau"].array())[:, None] - true), axis=1)
        kept += len(
            {int(np.argmin(np.abs(np.log10(t) - true))) for t in peaks["tau"].array()[sure & (away < 0.15)]}
        )
        wrong += int((away >= 0.15).sum())
        false += int((sure & (away >= 0.15)).sum())
    assert kept >= 0.75 * 4 * len(true)
    assert false <= 0.1 * wrong


def test_the_area_is_a_resistance_in_ln_and_2_3_times_per_decade():
    case = synth.impedance(1, "two_arcs", Sweep(1e-3))
    ln, decade = drt(case, bootstrap="0"), drt(case, bootstrap="0", per="decade")
    table = ln.tables["drt"]
    step = np.log(table["tau"].array()[1] / table["tau"].array()[0])
    assert table["gamma_per_ln_tau"].array().sum() * step == pytest.approx(160, rel=0.05)
    assert ln["polarisation_resistance"].value == pytest.approx(160, rel=0.05)
    ratio = decade.tables["drt"]["gamma_per_decade"].array().max() / table["gamma_per_ln_tau"].array().max()
    assert ratio == pytest.approx(np.log(10))


def test_an_arc_beyond_the_window_is_said_to_be():
    outcome = drt(synth.impedance(0, "short_band", Sweep(2e-3)))
    assert outcome["outside_window_share"].value < 20
    slow = replace(CASES["two_arcs"], arcs=((100, 3e-9, 0.95), (600, 1e-3, 0.9)))
    outcome = drt(synth.impedance(0, slow, Sweep(2e-3)))
    assert "mostly-outside-window" in {flag.code for flag in outcome.flags}


def test_a_loop_has_no_distribution():
    case = synth.impedance(1)
    f = case.columns["frequency"].values
    loop = 30 / (1 + 1j * f / 100)  # Re falls and Im is positive: an inductive loop
    re = case.columns["impedance_real"].values - loop.real
    im = case.columns["impedance_imag"].values - loop.imag
    bent = case.with_values("impedance_real", re).with_values("impedance_imag", im)
    assert "drt-does-not-fit" in {flag.code for flag in drt(bent).flags}


@pytest.fixture(params=[0.0, 2e-4], ids=["no noise", "little noise"])
def sharp(tmp_path, request):
    """Return a spectrum of two parallel RC: two points of a distribution, which the grid and λ draw too broad."""
    f = np.logspace(6.5, -1, 61)
    rng = np.random.default_rng(3)
    z = 5 + 20 / (1 + 2j * np.pi * f * 1e-6) + 60 / (1 + 2j * np.pi * f * 1e-3)
    z *= 1 + request.param * (rng.normal(size=len(f)) + 1j * rng.normal(size=len(f)))
    rows = "".join(f"{x:.9g},{y.real:.9g},{-y.imag:.9g}\n" for x, y in zip(f, z, strict=True))
    path = tmp_path / "sharp.csv"
    path.write_text(f"freq/Hz,Z'/Ohm,-Z''/Ohm\n{rows}")
    return path


def test_sharp_arcs_with_little_noise_have_a_distribution(sharp):
    outcome = echub.analyze("eis-drt", sharp, params={"points": "20"})
    (flag,) = outcome.flags
    assert (flag.code, flag.severity) == ("drt-not-resolved", "info")
    assert outcome["polarisation_resistance"].value == pytest.approx(80, rel=2e-3)


@pytest.mark.parametrize("times", [1e-3, 100.0])
@pytest.mark.parametrize("given", ["0", "0.01"])
def test_a_spectrum_of_another_size_has_the_same_regularisation(times, given):
    """In milliohms, or of a cell a hundred times smaller, λ is the same and γ is that many times as large."""
    case = synth.impedance(1, "two_arcs", Sweep(1e-3))
    other = case
    for name in ("impedance_real", "impedance_imag"):
        other = other.with_values(name, times * case.columns[name].values)
    plain, scaled = (drt(one, bootstrap="0", regularisation=given) for one in (case, other))
    assert scaled["regularisation"].value == pytest.approx(plain["regularisation"].value, rel=1e-6)
    gamma = plain.tables["drt"]["gamma_per_ln_tau"].array()
    assert scaled.tables["drt"]["gamma_per_ln_tau"].array() == pytest.approx(
        times * gamma, rel=1e-4, abs=1e-6 * times * gamma.max()
    )


def test_a_finer_grid_leaves_what_the_regularisation_does():
    case = synth.impedance(1, "two_arcs", Sweep(1e-3))
    found = [drt(case, bootstrap="0", regularisation="10", points=points) for points in ("10", "40")]
    coarse, fine = (outcome.tables["drt"]["gamma_per_ln_tau"].array().max() for outcome in found)
    assert fine == pytest.approx(coarse, rel=0.02)


@pytest.mark.parametrize("weaker", [1e2, 1e3, 1e4])
def test_a_weaker_regularisation_never_leaves_more(sharp, weaker):
    """Of what was solved before, the residuals can only become smaller."""
    best = echub.analyze("eis-drt", sharp, params={"points": "20"})
    given = str(best["regularisation"].value / weaker)
    outcome = echub.analyze("eis-drt", sharp, params={"points": "20", "regularisation": given, "bootstrap": "0"})
    left, before = (o.tables["spectra"]["rms_over_noise"].values[0] for o in (outcome, best))
    assert left < before
    assert outcome["polarisation_resistance"].value == pytest.approx(80, rel=5e-3)


def test_a_series_is_one_map():
    levels = tuple(0.1 * n for n in range(1, 10))
    outcome = drt(eis_series(0, SeriesPlan(levels=levels)), bootstrap="0")
    assert len(outcome.tables["spectra"]["level"]) == len(levels)
    figure = figures.draw_outcome(outcome, registry().analysis("eis-drt"))
    figure.savefig(io.BytesIO(), format="png")
    assert any("per ln τ" in axis.get_ylabel() for axis in figure.axes)


def test_the_solver_finds_the_optimum_that_no_coefficient_is_below_zero():
    rng = np.random.default_rng(0)
    for _ in range(20):
        a, y = rng.standard_normal((40, 25)), rng.standard_normal(40)
        x = nonnegative(a.T @ a, a.T @ y)
        slack = a.T @ (a @ x - y)
        assert (x >= 0).all()
        assert (slack > -1e-8).all()
        assert np.abs(slack[x > 0]).max() < 1e-8
