"""Peaks of a distribution, their support, and the solution without negative parts, on numbers stated here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub_eis.drt import DrtParams, outcome
from echub_eis.drt.method.kernel import _curvature, kernel, stacked
from echub_eis.drt.method.peaks import Peak, peaks_of, resample, supported
from echub_eis.drt.method.solve import NonNegative, is_optimal, nonnegative
from echub_eis.method.elements import Grid
from echub_eis.method.fit import Spectrum
from tests.oracles.spectra import Smoothest

A = np.array
TAU = 10.0 ** -np.arange(9)[::-1]
STEP = 0.5


def peaks(*gamma, least=0.0):
    return peaks_of(TAU[: len(gamma)], A(gamma, float), STEP, least)


@pytest.mark.parametrize(
    ("gamma", "tops"),
    [
        ((0, 1, 4, 1, 0), [2]),
        ((0, 4, 0, 0, 2, 0), [1, 4]),
        ((4, 1, 0, 1, 4), [0, 4]),  # both ends
        ((0, 2, 2, 0), [1.5]),  # the summit of a flat top lies in its middle
        ((0, 0, 0), []),
        ((0, 1, 3, 2, 0), [2 + 0.5 * (1 - 2) / (1 - 6 + 2)]),  # of the parabola through three
    ],
)
def test_a_peak_is_a_maximum_above_zero(gamma, tops):
    found = [np.log10(peak.tau / TAU[0]) for peak in peaks(*gamma)]
    assert found == pytest.approx(tops)


def test_peaks_share_the_area_at_the_least_value_between_them():
    """The valley itself counts for the later one; of three peaks the middle one ends at both."""
    found = peaks(0, 4, 1, 2, 0.5, 0.7, 3, 0)
    assert [peak.area for peak in found] == pytest.approx([STEP * 4, STEP * 3, STEP * 4.2])


@pytest.mark.parametrize(("least", "count"), [(0.199, 2), (0.2, 2), (0.201, 1)])
def test_a_peak_has_a_least_part_of_the_whole(least, count):
    assert len(peaks(0, 8, 0, 2, 0, least=least)) == count


def spread(*places):
    """Return a distribution of equal peaks at some places of a grid of a fiftieth of a decade."""
    gamma = np.zeros(80)
    gamma[list(places)] = 1.0
    return gamma


def test_support_is_the_share_of_the_resamplings_with_a_peak_near():
    """0.14 of a decade away counts, 0.16 does not: of five there are at 20, at 27, at 60 and 53."""
    tau = 10 ** (np.arange(80) / 50)
    model = SimpleNamespace(tau=tau, step=np.log(10) / 50)
    resampled = A([spread(20, 60), spread(27, 52), spread(28, 53), spread(13, 68), np.zeros(80)])
    found = supported([Peak(tau[20], 1.0), Peak(tau[60], 2.0)], model, resampled, DrtParams())
    assert [peak.support for peak in found] == pytest.approx([0.6, 0.4])
    assert [(peak.tau, peak.area) for peak in found] == [(tau[20], 1.0), (tau[60], 2.0)]
    none = supported(found, model, np.empty((0, 80)), DrtParams())
    assert none == found


@pytest.mark.parametrize(("small", "support"), [(0.0049, 0.0), (0.0051, 1.0)])
def test_a_peak_of_a_resampling_has_half_of_the_least_area(small, support):
    tau = 10 ** (np.arange(80) / 20)
    gamma = spread(60)
    gamma[20] = small / (1 - small)
    model = SimpleNamespace(tau=tau, step=np.log(10) / 20)
    (found,) = supported([Peak(tau[20], 1.0)], model, gamma[None, :], DrtParams(least=1.0))
    assert found.support == support


def test_resampled_spectra_scatter_by_the_noise_around_the_fitted_one():
    """The solver that gives the data back shows them; the start is where the solution is positive."""
    model = SimpleNamespace(columns=np.eye(6), tau=np.arange(4.0))
    solver = SimpleNamespace(solve=lambda y, start: (starts.append(start), y)[1])
    starts = []
    found = A([1.0, 2, 3, 0, 5, 6])
    drawn = resample(model, solver, found, 0.25, 4000, np.random.default_rng(1))
    assert drawn.shape == (4000, 4)
    assert drawn.mean(axis=0) == pytest.approx(found[2:], abs=0.05)
    assert drawn.std(axis=0) == pytest.approx(0.5, rel=0.05)
    assert list(starts[0]) == [True, True, True, False, True, True]
    assert resample(model, solver, found, 0.25, 0, np.random.default_rng(1)).shape == (0, 4)


def test_the_curvature_is_that_of_a_distribution_that_is_zero_on_both_sides():
    gamma = A([1.0, 3, 2, 5])
    bends = np.diff(np.r_[0, 0, gamma, 0, 0], 2)
    assert gamma @ _curvature(4) @ gamma == pytest.approx(bends @ bends)


def test_the_model_is_that_of_a_resistance_an_inductance_and_arcs_per_ln_tau():
    f, sigma = A([1e4, 1e2, 1.0]), A([1.0, 2, 4])
    found = kernel(f, sigma, 8.0, DrtParams(points=5, beyond=0.5))
    omega = 2 * np.pi * f
    assert found.window == pytest.approx((1 / omega[0], 1 / omega[2]))
    assert len(found.tau) == 26  # five per decade, of four decades and a half on both sides
    assert (found.tau[0], found.tau[-1]) == pytest.approx((10**-0.5 / omega[0], 10**0.5 / omega[2]))
    assert found.step == pytest.approx(np.log(10) / 5)
    gamma = np.exp(-np.arange(26.0))
    z = 7 + 3 * 1j * omega / omega[0] + found.step * (gamma / (1 + 1j * omega[:, None] * found.tau)).sum(axis=1)
    assert found.columns @ np.r_[7, 3, gamma] == pytest.approx(stacked(z, sigma))
    assert stacked(z, sigma) == pytest.approx(np.r_[z.real / sigma, z.imag / sigma])
    bends = np.diff(np.r_[0, 0, gamma, 0, 0], 2) / found.step**2  # d²γ/dlnτ²
    assert gamma @ found.penalty @ gamma == pytest.approx((bends**2).sum() * found.step / 8**2)


@pytest.mark.parametrize(
    ("x", "slack", "optimal"),
    [
        ([1.0, 0.0], [0.9e-6, 0.5], True),
        ([1.0, 0.0], [1.1e-6, 0.5], False),
        ([1.0, 0.0], [-1.1e-6, 0.5], False),
        ([1.0, 0.0], [0.0, -0.9e-6], True),
        ([1.0, 0.0], [0.0, -1.1e-6], False),
    ],
)
def test_a_solution_is_optimal_if_no_gradient_is_left(x, slack, optimal):
    """In parts of the largest component of the gradient at zero, 50."""
    right = A([50.0, -20.0])
    gram = np.diag((right + 50 * A(slack)) / A([1.0, 1.0]))
    gram[1, 0], gram[1, 1] = right[1] + 50 * slack[1], 1.0
    assert is_optimal(gram, right, A(x)) == optimal


def test_from_any_start_and_with_exchanges_of_single_ones_the_same_is_found():
    rng = np.random.default_rng(3)
    for _ in range(10):
        a, y = rng.standard_normal((30, 12)), rng.standard_normal(30)
        gram, right = a.T @ a, a.T @ y
        plain = nonnegative(gram, right)
        for start in (np.zeros(12, bool), rng.random(12) > 0.5):
            kept = start.copy()
            assert nonnegative(gram, right, start) == pytest.approx(plain, abs=1e-10)
            assert (start == kept).all()
        assert is_optimal(gram, right, plain)


def test_what_the_normal_equations_lose_is_solved_by_its_rows():
    """Columns that are nearly one: the normal equations are singular, and least squares of the rows are not."""
    f = np.geomspace(1e4, 1, 12)
    model = kernel(f, np.full(12, 1e-3), 10.0, DrtParams(points=10))
    solver = NonNegative.of(model, 1e-6)
    assert solver.gram[2:, 2:] == pytest.approx(
        model.columns[:, 2:].T @ model.columns[:, 2:] + 1e-6 * model.penalty
    )
    y = stacked(5 + 20 / (1 + 2j * np.pi * f * 1e-2), np.full(12, 1e-3))
    by_rows = solver._by_rows(y)
    assert (by_rows >= 0).all()
    assert np.abs(y - model.columns @ by_rows).max() < 1e-2 * np.abs(y).max()
    cost = lambda x: ((y - model.columns @ x) ** 2).sum() + 1e-6 * x[2:] @ model.penalty @ x[2:]  # noqa: E731
    solved = solver.solve(y)
    assert cost(solved) <= cost(by_rows) * (1 + 1e-6)
    assert cost(by_rows) < cost(by_rows * 1.01)


def test_a_misfit_is_tried_again_on_a_finer_grid_with_a_weaker_regularisation():
    """40 time constants per decade, and a hundredth of the likeliest λ there; 2n values less R∞ and L are free."""
    f, rng = np.geomspace(1e5, 1, 21), np.random.default_rng(6)
    z = 5 + 20 / (1 + 2j * np.pi * f * 1e-4) + 60 / (1 + 2j * np.pi * f * 1e-2)
    z = z * (1 + 1e-2 * (rng.standard_normal(21) + 1j * rng.standard_normal(21)))
    sigma, params = 1e-2 * np.abs(z), DrtParams(points=10, beyond=0.5)
    finest = Smoothest(2 * np.pi * f, z, sigma, kernel(f, sigma, 1.0, DrtParams(points=40, beyond=0.5)).tau)
    expected = finest.misfit(finest.likeliest() / 100) ** 2
    assert outcome._least(Spectrum(Grid.of(f), z), sigma, params) == pytest.approx(expected, rel=1e-4)


def found(*spectra, support=95.0, bootstrap=10):
    """Return the flags of distributions with parts outside, squares of misfits and least misfits, and supports."""
    made = [SimpleNamespace(outside=outside, variance=variance, least=least,
                            examined=SimpleNamespace(check=SimpleNamespace(p=p)),
                            peaks=[SimpleNamespace(support=one) for one in peaks])
            for outside, variance, least, p, peaks in spectra]  # fmt: skip
    params = SimpleNamespace(support=support, bootstrap=bootstrap)
    return [(flag.code, flag.message, flag.where) for flag in outcome._flags(made, params)]


def test_the_worst_of_several_distributions_is_told_with_how_many_there_are():
    flags = found(
        (0.1, 1.0, 1.0, 0.5, [1.0, 0.9]),
        (0.3, 9.0, 9.0, 0.5, [0.5]),
        (0.0, 25.0, 16.0, 0.5, []),
        (0.2, 36.0, 1.0, 0.5, [0.96]),
        (0.0, 49.0, 49.0, None, []),  # its noise is not known
        (0.0, 16.0, 4.0, 0.5, []),
    )
    texts = {
        "mostly-outside-window": "up to 30% of the distribution lies at time constants that were not measured",
        "drt-does-not-fit": "residuals reach 5.0 times the noise: no distribution of positive resistances "
        "describes this",
        "drt-not-resolved": "residuals reach 6.0 times the noise, and 1.0 times with more time constants and a "
        "weaker λ: they are those of the grid or of λ, not of the spectrum",
        "peaks-without-support": "2 of 4 peaks are in fewer than 95 % of the resamplings",
    }
    places = ("3 of 6 spectra", "2 of 6 spectra", "2 of 6 spectra", "")
    assert flags == [(*told, place) for told, place in zip(texts.items(), places, strict=True)]
