"""What decides of one spectrum, on numbers stated here: each limit just inside and just outside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Refusal, Sensitivity
from echub_eis.data import Trace
from echub_eis.declared import FitParams
from echub_eis.method import answer, choose, identify, profile
from echub_eis.method.circuit import canonical
from echub_eis.method.elements import Grid
from echub_eis.method.fit import CircuitFit, Pin, Spectrum, fit, has_vanished, off_its_limits, revived, solve
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.method.step import gain_step
from echub_eis.method.turn import turns_back
from echub_eis.outcome import fitting, intercepts
from tests.messages.saying import Fake

NOISE = Noise(1e-3, 0.0, 50.0)


def trace(frequency, z, reason=None):
    z = np.array(z, complex)
    reason = np.array(reason or [""] * len(z))
    return Trace(np.array(frequency, float), z, np.arange(len(z)), reason, {})


# -- Re that falls again -----------------------------------------------------------------------

LATE = [95, 95, 95, 97, 99, 100, 100, 100, 60, 20, 20, 20]
"""Re from low to high frequency, Ω: the mean of three is largest, 100, around the seventh point."""


def turn(re, sigma, freedom=10, order=1):
    frequency = np.geomspace(1, 1000, len(re))[::order]
    return turns_back(Spectrum(Grid.of(frequency), np.array(re, complex)[::order]), Noise(0, sigma, freedom))


@pytest.mark.parametrize("order", [1, -1])
def test_a_fall_of_re_is_told_with_its_size_and_place(order):
    found = turn(LATE, 1e-3, order=order)
    assert found.fall == pytest.approx(5)
    assert found.frequency == pytest.approx(np.geomspace(1, 1000, 12)[6])
    for high in (150, 1000):  # above the smallest Re it is the leads'
        assert turn([*LATE, high, high, high], 1e-3, order=order).fall == pytest.approx(5)


@pytest.mark.parametrize(
    ("re", "sigma", "told"),
    [
        (LATE, 0.999 / np.sqrt(2 / 3), True),  # five deviations of a difference of two means of three
        (LATE, 1.001 / np.sqrt(2 / 3), False),
        ([99] * 3 + LATE[3:], 1e-3, True),  # a hundredth of |Z|
        ([99.01] * 3 + LATE[3:], 1e-3, False),
        ([95, 96, 97, 100, 100, 100, 60, 20, 20, 20], 1e-3, True),
        ([95, 96, 100, 100, 100, 60, 20, 20, 20], 1e-3, False),  # the two means share a point
        ([95, 95, 95, 100, 100, 100, 20, 20, 20], 1e-3, True),
        ([95, 95, 95, 100, 100, 100, 20, 20], 1e-3, False),  # too few points
    ],
)
def test_a_fall_of_re_is_one_beyond_its_limits_only(re, sigma, told):
    assert (turn(re, sigma) is not None) == told
    assert turn(re, sigma, freedom=0) is None  # the noise is not known


# -- a step of the modulus ---------------------------------------------------------------------


def stepped(size, count=20, below=10, chi2=1.0, known=True):
    """Return 100 Ω, larger by `size` at the lowest frequencies; all that is fitted is R, or the step as well."""
    frequency = np.geomspace(1e5, 1, count)
    z = np.full(count, 100 + 0j)
    step = np.where(np.arange(count) >= count - below, z, 0)
    spectrum = Spectrum(Grid.of(frequency), z + size * step)
    slopes = np.array([z] if known else [z, step])
    return frequency, SimpleNamespace(spectrum=Spectrum(spectrum.grid, spectrum.z, np.full(count, 100.0)), z=z,
                                      noise=NOISE, jacobian=slopes, residual=size * step, chi2=chi2,
                                      freedom=1)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "told"), [(2.24e-3, True), (2.23e-3, False), (-2.24e-3, True), (-2.23e-3, False)]
)
def test_a_step_lowers_chi2_by_25_or_is_none(size, told):
    """Beside a free R, a step of ten points of twenty lowers χ² by size²/σ² times 10 (20 - 10)/20."""
    frequency, fitted = stepped(size)
    found = gain_step(fitted)
    assert (found is not None) == told
    if told:
        assert found.size == pytest.approx(size)
        assert found.frequency == pytest.approx(frequency[9])
    assert gain_step(stepped(size, known=False)[1]) is None  # a change of the parameters explains it


@pytest.mark.parametrize(("size", "told"), [(4.48e-3, True), (4.46e-3, False)])
def test_a_step_counts_in_units_of_what_the_fit_leaves(size, told):
    assert (gain_step(stepped(size, chi2=4.0)[1]) is not None) == told


@pytest.mark.parametrize(
    ("count", "below", "told"),
    [(5, 2, False), (6, 3, True), (20, 3, True), (20, 17, True), (20, 2, False), (20, 18, False)],
)
def test_a_step_has_three_points_on_either_side(count, below, told):
    frequency, fitted = stepped(0.01, count, below)
    found = gain_step(fitted)
    exact = found is not None and found.frequency == pytest.approx(frequency[count - below - 1])
    assert exact == told


# -- intercepts --------------------------------------------------------------------------------


def plateau(phases, sign=-1, re=None):
    z = np.exp(1j * np.radians(sign * np.array(phases, float)))
    z = z if re is None else np.array(re) * (1 + 1j * np.tan(np.radians(sign * np.array(phases))))
    return intercepts._plateau(np.geomspace(1e5, 1, len(z)), z).get("re_at_phase_minimum")


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        ([50, 40, 29.9, 45, 65], True),
        ([50, 40, 30.1, 45, 65], False),
        ([50, 40, 20, 45, 60.1], True),
        ([50, 40, 20, 45, 59.9], False),
        ([20, 40, 50, 60, 65], False),  # smallest at an end
    ],
)
def test_a_plateau_is_flat_and_ends_in_a_tail(phases, told):
    assert (plateau(phases) is not None) == told
    assert plateau(phases, sign=1) is None


@pytest.mark.parametrize(
    ("phases", "value", "u"),
    [
        ([50, 10, 50, 20, 65], 4.0, (6 - 3) / 4),  # the last of two
        ([50, 20, 20, 45, 65], 3.0, (4 - 2) / 4),  # the last of two equal ones
    ],
)
def test_a_plateau_lies_at_the_last_smallest_phase(phases, value, u):
    found = plateau(phases, re=[1.0, 2, 3, 4, 6])
    assert (found.value, found.uncertainty) == pytest.approx((value, u))


def test_a_plateau_without_a_slope_has_an_uncertainty_all_the_same():
    assert 0 < plateau([50, 40, 20, 45, 65], re=[1.0, 2, 2, 2, 2]).uncertainty < 1e-9


def test_a_crossing_passes_over_outliers_and_may_lie_on_a_point():
    z = [10 + 3j, 11 + 1j, 99 - 1j, 12 + 0j, 13 - 2j]
    reasons = ["", "", "outlier", "above f_max", ""]
    found = intercepts._crossing(trace([16, 8, 4, 2, 1], z, reasons))
    assert found["re_at_crossing"].value == pytest.approx(12)
    assert found["re_at_crossing"].uncertainty == pytest.approx(0.5 / np.sqrt(3))
    assert found["frequency_at_crossing"].value == pytest.approx(2)


@pytest.mark.parametrize("reason", ["zero", "outlier"])
def test_a_point_of_no_impedance_at_all_is_no_crossing(reason):
    """It lies between 11 + j and 12 - j, where Im is zero half way."""
    z, reasons = [10 + 3j, 11 + 1j, 0j, 12 - 1j], ["", "", reason, ""]
    assert intercepts._crossing(trace([8, 4, 2, 1], z, reasons))["re_at_crossing"].value == pytest.approx(11.5)


# -- how many arcs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "end", "told"),
    [
        (9.5, 90 - 10j, True),  # 1.05 times what it was half a decade above
        (9.53, 90 - 10j, False),
        (10.0, 90 - 10.5j, False),  # 5 % are none
        (1.0, 99.4 - 10j, True),  # a tenth of |Z|
        (1.0, 99.6 - 10j, False),
        (9.5, 90 + 10j, False),
    ],
)
def test_a_spectrum_that_still_rises_at_its_end(before, end, told):
    """Four points per decade: the one half a decade before the end is two before it; the others do not matter."""
    z = np.array([100 - 90j, 100 - 90j, 100 - 1j * before, 100 - 90j, end])
    frequency = 10 ** -(np.arange(5) / 4)
    for order in (1, -1):
        assert choose.rises(Spectrum(Grid.of(frequency[::order]), z[::order])) == told


def test_circuits_that_are_tried_end_in_a_tail_only_if_the_spectrum_rises():
    with patch.object(choose, "rises", lambda _: False):
        assert choose.texts(None, 2) == ["LR(RQ)", "LR(RQ)(RQ)"]
    with patch.object(choose, "rises", lambda _: True):
        assert choose.texts(None, 2) == ["LRQ", "LR(RQ)", "LR(RQ)Q", "LR(RQ)(RQ)"]


@pytest.mark.parametrize(("count", "enough"), [(10, True), (9, False)])
def test_two_points_for_each_parameter(count, enough):
    assert choose.affordable(Model(parse("LR(RQ)")), SimpleNamespace(z=np.zeros(count))) == enough


def rated(bic, u=0.1, tau=0.1, chi2=1.0):
    """Return a rated fit of one arc over 1 rad/s and more, whose R has an uncertainty `u`."""
    model = Model(parse("R(RQ)"))
    spectrum = SimpleNamespace(grid=SimpleNamespace(omega=np.array([1.0, 9.0])))
    fitted = SimpleNamespace(chi2=chi2, model=model, covariance=lambda: np.diag([0.9, u**2, 0.9, 0.9]),
                             natural=[1.0, 1.0, tau, 0.9], spectrum=spectrum)  # fmt: skip
    return choose.RatedCircuit("", fitted, bic)


@pytest.mark.parametrize(
    ("larger", "taken"),
    [
        (rated(-6.1), True),
        (rated(-5.9), False),
        (rated(-6.0), False),
        (rated(-6.1, u=0.49), True),
        (rated(-6.1, u=0.5), False),
        (rated(-6.1, u=0.51), False),  # an arc that is not found
        (rated(-6.1, tau=0.99), True),
        (rated(-6.1, tau=1.0), False),
        (rated(-6.1, tau=1.01), False),  # its apex lies below the band
        (rated(-6.1, u=0.51, chi2=0.249), True),  # the smaller circuit is wrong
        (rated(-6.1, u=0.51, chi2=0.25), False),
        (rated(-6.1, u=0.51, chi2=0.251), False),
        (rated(-5.9, chi2=0.1), False),
    ],
)
def test_a_larger_circuit_is_taken_if_it_is_better_and_tells_its_arcs(larger, taken):
    smaller = rated(0.0)
    assert choose.choose([smaller, larger]) is (larger if taken else smaller)
    assert choose.choose([smaller, rated(-1.0), larger]) is (larger if taken else smaller)


@pytest.mark.parametrize(
    ("circuit", "exchanged"),
    [
        ("R(RQ)(RQ)", True),
        ("R(RQ)(RQ{n=0.9f})", False),  # of another form
        ("R(RQ)(R{R=10}Q)", False),  # the description says which is which
        ("R(C[R(RQ)])(RQ)", False),  # inside another part
    ],
)
def test_arcs_of_one_form_stand_in_the_order_of_their_time_constants(circuit, exchanged):
    model = Model(parse(circuit))
    tau = [i for i, free in enumerate(model.free) if free.name == "tau"]
    x = np.arange(10.0, 10 + len(model))
    x[tau] = [5.0, 2.0]
    fitted = CircuitFit(model, None, x, None, np.arange(len(x))[:, None] * 1j, NOISE, 1.0)
    found = choose.ordered(fitted)
    if not exchanged:
        assert list(found.x) == list(x)
        return
    order = [0, 4, 5, 6, 1, 2, 3]
    assert list(found.x) == list(x[order])
    assert list(found.jacobian[:, 0].imag) == order


def test_arcs_of_each_of_two_forms_are_put_in_order_by_themselves():
    model = Model(parse("R(RC)(RC)(RQ)(RQ)"))
    x = np.arange(10.0, 21.0)
    x[[2, 4, 6, 9]] = 8.0, 3.0, 5.0, 2.0  # the time constants
    fitted = CircuitFit(model, None, x, None, np.arange(11)[:, None] * 1j, NOISE, 1.0)
    order = [0, 3, 4, 1, 2, 8, 9, 10, 5, 6, 7]
    found = choose.ordered(fitted)
    assert list(found.x) == list(x[order])
    assert list(found.jacobian[:, 0].imag) == order


# -- what is known of a resistance -------------------------------------------------------------


def reasons(covariance, at=1, outside=False):
    fitted = SimpleNamespace(model=Model(parse("LR(RQ)")))
    return identify._reasons(fitted, at, np.array(covariance), outside)


def variances(**known):
    """Return a covariance of L, R, and R, τ, n of an arc; standard deviations that are not given are 0.01."""
    return np.diag([known.get(name, 0.01) ** 2 for name in ("L", "R", "R1", "tau", "n")])


def correlated(rho, scale=1.0):
    cov = variances()
    cov[1, 3] = cov[3, 1] = rho * scale * 1e-4
    cov[3, 3] *= scale**2
    return cov


@pytest.mark.parametrize(
    ("covariance", "said"),
    [
        (variances(), []),
        (variances(R=0.299), []),
        (variances(R=0.3), ["vague"]),
        (variances(R=0.301), ["vague"]),
        (variances(R=np.inf), ["vague"]),
        (variances(R=1e100, tau=1e100), ["vague"]),  # the product of both variances is beyond any float
        (variances(R1=0.3), ["beside"]),
        (variances(R1=0.301), ["beside"]),
        (variances(L=0.301), ["beside"]),
        (variances(L=0.299, tau=3.0, n=np.inf), []),
        (correlated(0.979), []),
        (correlated(0.981), ["correlated"]),
        (correlated(-0.981, 5.0), ["correlated"]),
    ],
)
def test_a_parabola_does_not_do_for_what_is_vague_correlated_or_beside_it(covariance, said):
    assert reasons(covariance) == said
    assert reasons(covariance, outside=True) == [*said, "outside"]


def test_correlations_are_those_of_finite_variances():
    cov = np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, np.inf]])
    assert identify.correlation(cov) == pytest.approx(np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]))


@pytest.mark.parametrize(
    ("chi2", "freedom", "worse", "height"),
    [
        (6.0, 3, 24.0, 3.0),  # 2 for each degree of freedom: √(18 / 2)
        (6.0, 24, 7.0, 2.0),
        (6.0, 3, 5.0, 0.0),
        (0.0, 3, 0.0, 0.0),  # exact data
    ],
)
def test_a_rise_is_counted_in_chi2_per_degree_of_freedom(chi2, freedom, worse, height):
    fitted = SimpleNamespace(x=np.log([60.0, 2.0]), chi2=chi2, freedom=freedom,
                             spectrum=SimpleNamespace(modulus=np.array([100.0, 400.0])))  # fmt: skip
    with patch.object(profile, "revived", lambda fitted: fitted.x):
        found = profile.LikelihoodProfile(fitted, np.array([0]), 0.1, np.eye(2))
    assert found._height(SimpleNamespace(chi2=worse)) == pytest.approx(height)


class Climbing(profile.LikelihoodProfile):
    """A profile whose rise is a stated function of the offset."""

    def _rise(self, offset, direction):
        self.directions.add(direction)
        return self.rising(offset)


def ends(rising, t, r=60.0, u=0.1):
    fitted = SimpleNamespace(x=np.array([np.log(r)]), chi2=1.0, freedom=1,
                             spectrum=SimpleNamespace(modulus=np.array([100.0, 400.0])))  # fmt: skip
    with patch.object(profile, "revived", lambda fitted: fitted.x):
        found = Climbing(fitted, np.array([0]), u, np.eye(1))
    found.rising, found.directions = rising, set()
    low, high = (found.end(t, way) for way in (-1, 1))
    return [None if end is None else end - np.log(r) for end in (low, high)]


@pytest.mark.parametrize(
    ("rising", "t", "offset"),
    [
        (lambda x: 10 * x, 2.0, 0.2),
        (lambda x: 10 * x**2, 2.0, np.sqrt(0.2)),
        (lambda x: 4 * np.sqrt(x), 2.0, 0.25),
        (lambda x: x, 4.5, 4.5),  # ln 100 is 4.605: an interval up to that is closed
        (lambda x: x, 4.7, None),
        (lambda x: 1.9 * np.tanh(9 * x), 2.0, None),
        (lambda x: 2.1 * np.tanh(9 * x), 2.0, np.arctanh(2 / 2.1) / 9),
    ],
)
def test_an_interval_ends_where_the_fit_is_worse_by_t(rising, t, offset):
    low, high = ends(rising, t)
    if offset is None:
        assert (low, high) == (None, None)
        return
    for end in (-low, high):
        assert rising(end) == pytest.approx(t, rel=0.02) or 0 <= end - offset <= 0.02 * end


@pytest.mark.parametrize(("t", "closed"), [(11.4, True), (11.6, False)])
def test_what_has_vanished_is_bounded_from_above_only(t, closed):
    """A thousandth of the smallest |Z| is 0.1 Ω; from there a factor of 100 on, and those three decades."""
    low, high = ends(lambda x: x, t, r=1e-9)
    assert low is None
    assert (high is not None) == closed
    if closed:
        assert high + np.log(1e-9) == pytest.approx(np.log(0.1) + t, rel=0.02)


@pytest.mark.parametrize(("r", "open_"), [(0.101, False), (0.099, True)])
def test_a_resistance_below_a_thousandth_of_the_smallest_modulus_is_none(r, open_):
    assert (ends(lambda x: 10 * x, 2.0, r=r)[0] is None) == open_


# -- limits of a fit ---------------------------------------------------------------------------

SIXTY = Spectrum(Grid.of(np.geomspace(1e5, 1, 21)), np.full(21, 60 + 0j))
OMEGA = 2e5 * np.pi


def of(**values):
    """Return a fit of LR(RQ) with stated parameters."""
    model = Model(parse("LR(RQ)"))
    given = {"L": 1e-6, "R": 50.0, "R1": 10.0, "tau": 1e-3, "n": 0.9, **values}
    x = np.array([np.log(v) if name != "n" else np.log(v / (1 - v)) for name, v in given.items()])
    z, jacobian = model.evaluate(x, SIXTY.grid)
    return CircuitFit(model, SIXTY, x, z, jacobian, NOISE, 1.0)


@pytest.mark.parametrize(
    ("values", "at", "back"),
    [
        # A hundredth of the smallest |Z|, 0.6 Ω, is in no point; it begins again at a tenth.
        ({"R": 0.599}, 1, np.log(6)),
        ({"R": 0.601}, None, None),
        ({"R1": 0.599}, 2, np.log(6)),
        ({"L": 0.599 / OMEGA}, 0, np.log(6 / OMEGA)),
        ({"L": 0.601 / OMEGA}, None, None),
        ({"n": 0.9991}, 4, np.log(19)),
        ({"n": 0.9989}, None, None),
        ({"tau": 1e-30}, None, None),
    ],
)
def test_what_has_vanished_begins_again_where_it_is_seen(values, at, back):
    fitted = of(**values)
    expected = fitted.x.copy()
    if at is not None:
        expected[at] = back
    assert revived(fitted) == pytest.approx(expected)
    assert has_vanished(fitted) == (at in (1, 2))
    assert list(fitted.at_limit) == ([4] if at == 4 else [])


@pytest.mark.parametrize("better", [True, False])
def test_a_fit_off_its_limits_is_taken_if_it_is_better(better):
    fitted = of(R=0.1)
    again = SimpleNamespace(chi2=0.9 if better else 1.1)
    with patch("echub_eis.method.fit.solve", lambda *_: again):
        assert off_its_limits(fitted) is (again if better else fitted)
        assert off_its_limits(inside := of()) is inside


def test_a_fit_is_the_size_of_the_noise_within_a_factor_of_two():
    spectrum = Spectrum(Grid.of(np.array([1.0, 2, 3])), np.array([10.0, 10, 10]) + 0j)
    assert list(spectrum.smoothed(np.array([4.0, 12, 30]) + 0j).modulus) == [5, 12, 20]


def test_a_pin_holds_a_sum():
    pin = Pin(np.array([0, 2]), np.log(40.0), 100.0)
    x = np.log([10.0, 7.0, 31.0])
    assert pin.rest(x) == pytest.approx([100 * np.log(41 / 40)])
    step = 1e-6 * np.eye(3)
    slope = [(pin.rest(x + d) - pin.rest(x - d))[0] / 2e-6 for d in step]
    assert pin.slope(x, np.arange(3))[:, 0] == pytest.approx(slope, abs=1e-6)
    assert pin.slope(x, np.array([2]))[:, 0] == pytest.approx([100 * 31 / 41])


def test_held_coordinates_stay_and_nothing_may_be_free():
    fitted = of()
    data = Spectrum(SIXTY.grid, fitted.z)
    moved = fitted.x + 0.1
    held = solve(fitted.model, data, NOISE, moved, {1: float(fitted.x[1]), 2: float(fitted.x[2])})
    assert held.x == pytest.approx(fitted.x, abs=1e-4)
    every = solve(fitted.model, data, NOISE, moved, dict(enumerate(fitted.x.tolist())))
    assert every.x == pytest.approx(fitted.x)
    assert every.chi2 == pytest.approx(0, abs=1e-12)


# -- what is said of a fit ---------------------------------------------------------------------


def codes(flags):
    return [flag.code for flag in flags]


def kk_flags(p, rest, relative=0.01, noise=1e-3):
    """Return the flags if Kramers-Kronig leaves `rest` of |Z|, beside one resistance."""
    modulus = np.full(4, 100.0)
    check = Fake(p=p, residual=np.full(4, 100 * rest + 0j), noise=Noise(noise, 0, 9))
    known = Fake(relative=relative, closed=True)
    found = Fake(examined=Fake(check=check, spectrum=Fake(modulus=modulus)), known={"hf": known})
    return codes(answer._kk_flags(found, FitParams()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # Beyond noise: √(rest² - 2 noise²), against half of the smallest uncertainty.
        ({"p": 1e-4, "rest": np.hypot(5.01e-3, np.sqrt(2) * 1e-3)}, True),
        ({"p": 1e-4, "rest": np.hypot(4.99e-3, np.sqrt(2) * 1e-3)}, False),
        ({"p": 1e-4, "rest": 0.005, "noise": 0.0}, True),
        ({"p": 1e-3, "rest": 0.1}, False),
        ({"p": 9e-4, "rest": 0.1}, True),
        ({"p": None, "rest": 0.1}, False),
        ({"p": 1e-4, "rest": 0.1, "relative": 0.6}, False),  # no resistance is stated
        ({"p": 1e-4, "rest": 0.0}, False),
    ],
)
def test_a_deviation_beyond_half_of_an_uncertainty_limits_it(given, said):
    assert kk_flags(**given) == ["kk-limits-uncertainty"] * said


@pytest.mark.parametrize(("misfit", "p", "said"), [(2.01, 0.5, True), (2.0, 0.5, False), (2.01, None, False)])
def test_a_misfit_is_twice_a_noise_that_is_known(misfit, p, said):
    found = Fake(examined=Fake(check=Fake(p=p)), lack_of_fit=misfit, model=Model(parse("R(RQ)")))
    assert codes(answer._misfit_flags(found)) == ["circuit-does-not-fit"] * said


@pytest.mark.parametrize(("misfit", "said"), [(2.01, False), (2.0, True)])
def test_a_step_is_told_of_a_circuit_that_fits(misfit, said):
    with patch.object(answer, "gain_step", lambda _: Fake(size=0.01, frequency=1e3)):
        assert codes(answer._step_flags(Fake(lack_of_fit=misfit, fitted=None))) == ["range-step"] * said


@pytest.mark.parametrize(
    ("circuit", "chosen", "said"),
    [("arcs", "LR(RQ)Q", True), ("arcs", "LR(RQ)", False), ("LR(RQ)Q", "LR(RQ)Q", False)],
)
def test_a_tail_is_told_if_it_was_chosen(circuit, chosen, said):
    found = Fake(chosen=Fake(text=chosen))
    assert codes(answer._tail_flags(found, FitParams(circuit=circuit))) == ["tail-chosen"] * said


def arc_flags(apex=1e3, relative=0.1, outside=(), reasons=(), symbol="Z", z=10 - 1j):
    """Return the flags of an arc whose apex is at so many Hz, in a band down to 1 Hz."""
    spectrum = Fake(frequency=np.array([1e5, 1.0]), z=np.array([1 + 0j, z]))
    known = {"gb": identify.Known(5.0, relative, 4.0, 6.0, tuple(reasons))}
    found = Fake(examined=Fake(spectrum=spectrum), known=known, outside=dict(outside), labels={},
                 leaf=lambda _: Fake(symbol=symbol),
                 values=lambda _: {"tau": 1 / (2 * np.pi * apex)})  # fmt: skip
    return codes(answer._arc_flags(found, FitParams()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"relative": 0.5}, []),
        ({"relative": 0.501}, ["not-identified"]),
        ({"apex": 10.1}, []),
        ({"apex": 9.9}, ["arc-reaches-window-end"]),
        ({"apex": 9.9, "symbol": "R"}, []),
        ({"apex": 9.9, "relative": 0.501}, ["not-identified"]),
        ({"reasons": ["correlated"]}, ["correlated"]),
        ({"reasons": ["correlated"], "relative": 0.501}, ["not-identified"]),
        ({"reasons": ["vague"]}, []),
        ({"outside": {"gb": "low"}.items(), "z": 10 - 4.9j}, ["arc-outside-window"]),
        ({"outside": {"gb": "low"}.items(), "z": 10 - 5j}, ["arc-outside-window"]),
        ({"outside": {"gb": "low"}.items(), "z": 10 - 5.1j}, ["tail-taken-for-arc"]),
        ({"outside": {"gb": "low"}.items(), "z": 10 + 5.1j}, ["arc-outside-window"]),
        ({"outside": {"gb": "high"}.items(), "z": 10 - 5.1j}, ["arc-outside-window"]),
    ],
)
def test_an_arc_is_told_to_be_vague_cut_or_a_tail(given, said):
    assert arc_flags(**given) == said


@pytest.mark.parametrize(
    ("circuit", "n", "said"),
    [
        ("R(RQ)", 0.9989, []),
        ("R(RQ)", 0.999, []),
        ("R(RQ)", 0.9991, ["n-at-limit"]),
        ("RQ", 0.9991, ["n-at-limit"]),
        ("R(RQ)", 0.51, []),
        ("R(RQ)", 0.5, []),
        ("R(RQ)", 0.49, ["n-below-half"]),
        ("RQ", 0.49, []),  # a tail may be that of diffusion
        ("R(RC)", 0.49, []),
    ],
)
def test_an_exponent_at_its_limit_or_below_one_half_is_told(circuit, n, said):
    model = Model(parse(circuit))
    natural = [n if free.is_exponent else 1.0 for free in model.free]
    found = Fake(model=model, fitted=Fake(natural=natural), labels=answer.labels_of(model))
    assert codes(answer._exponent_flags(found)) == said


@pytest.mark.parametrize(("apex", "side"), [(0.99, "low"), (1.01, ""), (0.99e5, ""), (1.01e5, "high")])
def test_an_apex_is_inside_of_the_band_or_on_one_of_its_sides(apex, side):
    fitted = of(tau=1 / (2 * np.pi * apex))
    assert answer._outside(fitted, 2) == side
    assert answer._outside(fitted, 1) == ""


@pytest.mark.parametrize(
    ("circuit", "labels"),
    [
        ("LR(RQ)(RQ)", ["l", "hf", "1", "2"]),
        ("LR:hf (RQ):gb (RQ)(RQ)", ["l", "hf", "gb", "1", "2"]),
        ("RR(RQ):hf", ["hf", "hf_2", "hf_3"]),
        ("R(Q[RW])", ["hf", "q", "ct", "w"]),
        ("R(Q:dl[R:film W])Q", ["hf", "q", "film", "w", "tail"]),
        ("LaRCWWsWoG", ["la", "hf", "c", "w", "ws", "wo", "g"]),
        ("R(RQ)(Q[RR])", ["hf", "1", "q", "ct", "ct_2"]),
    ],
)
def test_every_element_has_a_name_and_none_twice(circuit, labels):
    assert list(answer.labels_of(Model(parse(circuit))).values()) == labels


@pytest.mark.parametrize(("value", "far"), [(13.9, True), (14.1, False), (28.9, False), (29.1, True)])
def test_a_resistance_three_intervals_away_is_another(value, far):
    """20 Ω, from 18 to 23 Ω."""
    assert fitting._is_far(value, identify.Known(20.0, 0.1, 18.0, 23.0)) == far


@pytest.mark.parametrize(("low", "high", "value", "far"), [
    (None, 23.0, 19.9, True), (None, 23.0, 20.0, False), (18.0, None, 20.1, True), (18.0, None, 20.0, False)
])  # fmt: skip
def test_an_open_end_is_no_room_for_another_resistance(low, high, value, far):
    assert fitting._is_far(value, identify.Known(20.0, 0.1, low, high)) == far


@pytest.mark.parametrize(
    ("moved", "u", "all_u", "known", "said"),
    [
        (0.36, 0.1, 0.0, 0.01, True),
        (-0.36, 0.1, 0.0, 0.01, True),
        (0.34, 0.1, 0.0, 0.01, False),  # three and a half deviations of the difference
        (0.36, 0.125, 0.075, 0.01, True),  # variances are subtracted
        (0.34, 0.125, 0.075, 0.01, False),
        (0.36, 0.1, 0.0, 0.37, False),  # within its uncertainty
        (0.36, 0.1, 0.1, 0.01, False),  # the points tell nothing
        (0.36, 0.1, np.inf, 0.01, False),
        (2.0, 0.31, 0.0, 0.01, False),  # without them it is vague
    ],
)
def test_a_resistance_that_moves_without_an_end_of_the_band_is_told(moved, u, all_u, known, said):
    """R of an arc is 50 Ω; the scatter of what remains, χ² of 4 per degree of freedom, counts in both."""
    model = Model(parse("R:hf (RQ):gb"))

    def fit(x, u, chi2):
        return Fake(x=np.array([0.0, x, 0.0, 0.0]), covariance=lambda: np.diag([1.0, u**2, 1.0, 1.0]), chi2=chi2,
                    freedom=10)  # fmt: skip

    given = [fit(1.0 + moved, u, 40.0), None]
    own = Fake(model=model, fitted=fit(1.0, all_u / 2, 10.0), number={"hf": 0, "gb": 1}.get,
               examined=Fake(spectrum=Fake(frequency=np.array([3e4, 1.0]))),
               known={"hf": identify.Known(1.0, 0.1, 0.9, 1.1, ("vague",)),
                      "gb": identify.Known(50.0, known, 49.0, 51.0)})  # fmt: skip
    asked = []
    with patch.object(fitting, "_masked", lambda _, params: asked.append(params) or given[len(asked) - 1]):
        flags = list(fitting._band_flags(own, FitParams()))
    assert [(params.f_max, params.f_min) for params in asked] == [(1e4, 0.0), (0.0, 3.0)]
    text = f"resistance_gb changes by {np.expm1(moved):+.1%} without the points above 1e+04 Hz"
    assert [(one.code, one.message, one.where, one.hint) for one in flags] == [
        ("depends-on-band", text, "resistance_gb", "the circuit does not describe this end of the spectrum")
    ] * said


@pytest.mark.parametrize(("least", "left"), [(0.5, True), (1e3, True), (1e4, False), (5e4, False), (1e6, False)])
def test_a_mask_leaves_two_points_for_each_parameter_or_there_is_no_fit(least, left):
    """Forty points over five decades: 40, 16, 8, 3 and none are left for eight parameters."""
    f = np.geomspace(1e5, 1, 40)
    examined = Fake(trace=trace(f, 20 + 60 / (1 + 2j * np.pi * f * 1e-3)))
    own = Fake(examined=examined, model=Model(parse("LR(RQ)(RQ)")), fitted=Fake(noise=NOISE, x=None))
    with patch.multiple(fitting, solve=lambda *_: "a fit", ordered=lambda fit: fit):
        assert fitting._masked(own, FitParams(f_min=least)) == ("a fit" if left else None)


def test_a_mask_that_leaves_too_little_has_no_values():
    own = Fake(known={"gb": identify.Known(50.0, 0.01, 49.0, 51.0)})
    assert fitting._table(own, [("f_min", "1 kHz", None)]) == [
        Sensitivity("f_min", "1 kHz", "resistance_gb", None, None)
    ]


@pytest.mark.parametrize(
    ("circuit", "others"),
    [
        ("LR(RQ)(RQ)", ["La{n=0.95f}R(RQ)(RQ)", "LR(RQ)(RC)"]),
        ("LaR(RQ)Q", ["LaR(RC)Q", "LaR(RQ)W"]),
        ("R(RQ):gb Q", ["R(RC):gb Q", "R(RQ):gb W"]),
        ("R(RC)", []),
    ],
)
def test_neighbours_of_a_circuit(circuit, others):
    assert list(fitting._simpler(circuit)) == others


# -- descriptions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("R" * 2000, None, ""),
        ("R" * 2001, 2001, "at most 2000 characters"),
        ("(" * 20 + "RR" + ")" * 20, 2, "[ for a series"),
        ("(" * 21 + "RR" + ")" * 21, 21, "at most 20 brackets"),
        ("R{R=1/2", 8, "'}' that closes the values"),
        ("R{R=1e-3", 9, "'}' that closes the values"),
        ("R{R 1}", 5, "'='"),
        ("R{R=x}", 5, "a number"),
        ("R{Q=1}", 3, "a parameter of R: R"),
        ("R{=1}", 3, "a parameter of R: R"),
        ("R+(Q/R", 7, "')'"),
        ("R1+R2)", 6, "+ or /"),
        ("R1-R2)", 6, "- or the end"),
        ("R0-p(R1)", 9, "a second part"),
        ("R1-[R2]-R3", 8, "a second part"),
        ("R)", 2, "an element or ( after"),
        ("(RR]", 4, "')' that closes the parallel"),
        ("R([RQ)", 6, "']' that closes the series"),
        ("R([]Q)", 4, "one of R C L"),
    ],
)
def test_a_wrong_circuit_is_refused_at_its_place(text, place, expected):
    if place is None:
        parse(text)
        return
    with pytest.raises(Refusal) as caught:
        parse(text)
    assert (caught.value.where, expected in caught.value.message) == (f"character {place}", True)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("5", None, None), ("5/1", 1, None), ("5/1/9", 1, 9), ("5/0/9", None, 9), ("5/-inf/9", None, 9),
     ("5/1/inf", 1, None), ("5/1%/9%", 1, 9), ("5f/1/9", 1, 9), (".5e1/+1/9.", 1, 9)],
)  # fmt: skip
def test_limits_of_a_value(text, low, high):
    stated = parse(f"R{{R={text}}}").values["R"]
    assert (stated.value, stated.low, stated.high, stated.fixed) == (5, low, high, text[1:2] == "f")
    again = parse(canonical(parse(f"R{{R={text}}}"))).values["R"]
    assert again == stated


@pytest.mark.parametrize(
    ("low", "high", "closed"),
    [(1.0, 3.0, True), (None, 3.0, False), (1.0, None, False), (None, None, False), (0.0, 3.0, True)],
)
def test_an_interval_is_closed_if_both_ends_are_known(low, high, closed):
    assert identify.Known(2.0, 0.01, low, high).closed is closed


@pytest.mark.parametrize(
    ("first", "known", "tried"),
    [
        ({}, True, 1),  # adequate: no other start is needed
        ({"R1": 0.1}, True, 2),  # adequate, and yet one element has vanished: the next start may be the optimum
        ({}, False, 3),  # what is adequate is not known before the noise is
    ],
)
def test_starts_are_tried_until_a_fit_is_adequate_and_whole(first, known, tried):
    fits = [replace(of(**first), chi2=0.5), replace(of(), chi2=0.4), replace(of(), chi2=0.6)]
    solved = []

    def next_fit(*_):
        solved.append(fits[len(solved)])
        return solved[-1]

    names = {"solve": next_fit, "_tried": lambda *_: iter([None] * 3), "off_its_limits": lambda fitted: fitted}
    with patch.multiple("echub_eis.method.fit", **names):
        assert fit(None, SIXTY, Fake(known=known)) is min(solved, key=lambda one: one.chi2)
    assert len(solved) == tried


def test_a_pin_holds_resistances_that_are_no_numbers_any_more():
    """The sum of two that are exp(-2000) Ω is twice that, of exp(2000) Ω as well: ln 2 more than each."""
    for place in (-2000.0, 2000.0):
        x = np.array([place, 1.0, place])
        pin = Pin(np.array([0, 2]), place + np.log(2.0), 100.0)
        with np.errstate(all="raise"):
            assert pin.rest(x) == pytest.approx(0.0, abs=1e-9)
            assert pin.slope(x, np.array([0, 1, 2])).ravel() == pytest.approx([50.0, 0.0, 50.0])


def test_a_coordinate_that_ran_away_ends_where_the_model_does():
    """exp(±250), the model's limits: beyond them Z changes no more."""
    model = Model(parse("R(RQ)"))
    grid = Grid.of(np.array([100.0, 10.0, 1.0]))
    x = np.array([1.0, 5e3, -5e3, 2.0])
    spectrum = Spectrum(grid, model.impedance(x, grid))
    found = solve(model, spectrum, NOISE, x, held=dict(enumerate(x)))
    assert found.x.tolist() == [1.0, 250.0, -250.0, 2.0]
    assert found.z == pytest.approx(spectrum.z)
