"""Every part of an uncertainty is in the total, with its own weight, and nothing else is.

A row is a function of the parts, their weights, and values for them. The total must be the root of the sum of
squares, and each part alone must give its own.
"""

from __future__ import annotations

from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
import pytest

from echub.files import aligning
from echub.plugin import Component, Measurand, Outcome
from echub.science.areas import mask_area
from echub.segments.charge import Edges
from echub_arrhenius.method_budget import Budget
from echub_ccd.outcome import ccd
from echub_cycling.data.ranges import RangeShares
from echub_cycling.method import linearity
from echub_cycling.outcome import accuracy, measured
from echub_cycling.outcome.values import ErrorBudget
from echub_cycling.outcome.values import measurand as of_budget
from echub_dc import data as dc_data
from echub_dc import resistances
from echub_eis.method.noise import Noise
from echub_eis.method.propagate import derive
from echub_eis.outcome import check, excess
from echub_eis.series.outcome import answers
from echub_sims_profile.method import enrichment, pairing, regions, species_ratios
from echub_sims_profile.method.edge import find_edge
from echub_sims_profile.outcome import results
from echub_timeline import against
from echub_window.method.baseline import INDEPENDENT, BaselineFit
from echub_window.outcome import window
from tests.messages.saying import Fake

A = np.array
ROOT3 = float(np.sqrt(3))
STARTED = Fake(metadata=Fake(value=lambda _: "2024-01-01T00:00:00+00:00"))
NOTHING = 1e-12
"""In place of zero, which some functions divide by."""


def total(counts=-0.5, base=0.0, base_error=0.0, relative=0.0, exposure=1.0):
    """Return counts of a channel; minus half a count leaves nothing but the errors of background and gain."""
    return regions.Total("r", "Na+", 1, "whole", counts, exposure, 1, base, base_error, relative)


def _log_error(base_error, relative):
    return enrichment._log_error(total(base_error=base_error, relative=relative))


def _ratio(a_base, a_relative, b_base, b_relative):
    a, b = total(base_error=a_base, relative=a_relative), total(base_error=b_base, relative=b_relative)
    middle, high = species_ratios._row("", a, b)[3:6:2]
    return np.log(high / middle) / 1.959964


def _two_craters(one, first, second):
    with patch.object(enrichment, "stdtr", lambda *_: 0.5):
        found = enrichment._ratio(total(relative=one), [total(relative=first), total(relative=second)])
    return found.error


def _level(scatter, accuracy, digit, area):
    params = Fake(area_uncertainty=area)
    return ccd._level(
        "mA/cm^2", 10.0, Component("own", scatter), (accuracy, digit), Fake(per_area=True), params
    ).uncertainty


def _shares(hours, limit, gain):
    """Return a charge of 2 mA·h in two ranges, 1.5 and 0.5, so many hours in each; limit mA and gain of both."""
    return RangeShares(("1 mA", "3 mA"), A([limit, 3 * limit, 0.0]), gain, A([hours]), A([[1.5, 0.5, 0.0]]))


def _charge(offset, gain):
    return of_budget(
        "mA*h", 2.0, ErrorBudget({}, accuracy.of_charge(_shares([1, 2, 0], offset, gain), 0, 2.0))
    ).uncertainty


def _efficiency(offset, gain):
    both = _shares([1, 2, 0], offset, gain), _shares([1, 1, 0], offset, gain)
    return of_budget("%", 50.0, ErrorBudget({}, accuracy.of_ratio(*both, 0, 50.0))).uncertainty


def _retention(reference, last, repeatability, offset, digit):
    """Both take an hour in one range: 2 and 4 mA·h, so that an offset is 1/2 and 1/4 of them; a gain cancels."""
    shares = RangeShares(("1 mA",), A([offset, 0.0]), 0.7, A([[1.0, 0], [1.0, 0]]), A([[2.0, 0], [4.0, 0]]))
    cycles = Fake(discharge_spread=A([reference, last]), discharge=A([2.0, 4.0]), number=[1, 2])
    found = Fake(
        reference=0,
        last=1,
        cycles=cycles,
        retention=A([100.0, 50.0]),
        params=Fake(repeatability=repeatability),
        measured_in={"discharge": shares},
        read=lambda half, k: digit,
    )
    return measured._retention(found)["retention"].uncertainty


def _capacitance(up, down, choice, digit, gain, area):
    def line(level, error):
        return Fake(
            low=-1.0, high=1.0, at=lambda _: A([level]), error_at=lambda _: error, choice_at=lambda _: choice,
            coarse=digit,
        )  # fmt: skip

    params = Fake(current_accuracy=gain, area_uncertainty=area)
    return window._capacitance(line(10.0, up), line(2.0, down), 1.0, params).uncertainty


def _onset_level(scatter, accuracy, area, limit):
    params = Fake(current_accuracy=accuracy, area_uncertainty=area, level=95.0)
    result = Fake(params=params, series=Fake(unit="mA/cm^2", limit_at=lambda _: limit))
    found = Fake(value=10.0, u=scatter, low=9.0, high=11.0)
    return answers._onset_level(found, result, "").uncertainty


def _asr(relative, area):
    result = Fake(
        params=Fake(area_uncertainty=area, level=95.0),
        followed=Fake(fits=[Fake(fitted=None)]),
        series=Fake(called=str),
    )
    part = Fake(resistance=[5.0], relative=[relative], label="1")
    with patch.object(answers, "note_of", lambda _: ""):
        return answers._resistance(result, part, 0, unit="ohm*cm^2").uncertainty


def _excess(fit, noise):
    """The gradient of Re is 3 per coordinate; the noise is that of the mean of two points."""
    spectrum = Fake(frequency=A([1.0, 5.0, 100.0]), z=A([10 + 0j, 8 + 0j, 1 + 0j]), modulus=A([1.0, 1.0, 1.0]))
    found = Fake(trace=None, spectrum=spectrum, noise=Fake(sigma=lambda modulus: noise * modulus))
    fitted = Fake(x=[], covariance=lambda: A([[fit**2]]), freedom=1e6)
    model = Fake(evaluate=lambda *_: (A([5 + 0j, 5 + 0j]), A([[2 + 0j, 4 + 0j]])))
    stubs = {
        "examine": lambda *_: Fake(spectrum=None), "affordable": lambda *_: True, "fit": lambda *_: fitted,
        "settled": lambda one: one, "Model": lambda _: model, "parse": lambda _: None,
        "replace": lambda *_, **__: None,
    }  # fmt: skip
    with ExitStack() as stack:
        for name, stub in stubs.items():
            stack.enter_context(patch.object(excess, name, stub))
        params = Fake(excess_from=1e3, interface_capacitance=0.0)
        return excess.excess(found, Fake(area=None), params)["excess_resistance_below"].uncertainty


ROWS = {
    "arrhenius": (
        lambda *p: Budget.total.fget(Fake(statistical=p[0], systematic=p[1], temperature=p[2])),
        (1, 1, 1), (3, 4, 12)),
    "baseline at a potential": (
        lambda level, slope, slow: BaselineFit.error_at(
            Fake(error=level, slope_error=slope, middle=1.0, low=1 - ROOT3, high=1 + ROOT3, slow=slow), 3.0),
        (1, 2, np.sqrt((1 + 2**2) / INDEPENDENT)), (3, 4, 12)),
    "capacitance": (
        _capacitance, (500, 500, 1000 / ROOT3, 1000 / 6**0.5, 40 / ROOT3, 40), (0.3, 0.4, 0.5, 0.2, 10, 20)),
    "ccd: a level": (_level, (1, 1 / ROOT3, 1 / ROOT3, 0.1), (0.3, 0.4, 0.5, 2)),
    "clocks of two files": (
        lambda u: aligning._by_clock(STARTED, STARTED, "", u).uncertainty, (np.sqrt(2),), (3,)),
    "cycling: budget": (
        lambda normal, uniform: of_budget("%", 5.0, ErrorBudget({"a": normal}, {"b": uniform})).uncertainty,
        (1, 1 / ROOT3), (0.3, 0.4)),
    "cycling: line": (
        lambda own, offset: linearity._line(A([2.0]), A([6.0]), A([own]), offset)[1], (0.5, 0.5), (0.3, 0.4)),
    "cycling: charge in two ranges": (_charge, (37**0.5 / ROOT3, 2.5**0.5 / ROOT3), (0.3, 0.4)),
    "cycling: efficiency in two ranges": (
        _efficiency, (25 * (2**2 + 9**2) ** 0.5 / ROOT3, 50 * 1.25**0.5 / ROOT3), (0.03, 0.04)),
    "cycling: retention": (
        _retention, (25, 12.5, 0.5 / ROOT3, 12.5 / ROOT3, 50 * 2**0.5 / ROOT3), (0.03, 0.02, 0.4, 0.03, 0.01)),
    "difference of clocks": (
        lambda late, early: pairing._difference(
            Fake(position=9.0, position_error=late), Fake(position=2.0, position_error=early), "nm").uncertainty,
        (1, 1), (3, 4)),
    "duration": (
        lambda begin, end: Edges(A([0.0]), A([1.0]), A([begin]), A([end])).duration_uncertainty[0],
        (1 / ROOT3, 1 / ROOT3), (3, 4)),
    "eis: noise": (lambda p, a: Noise(p, a, 1.0).sigma(A([2.0]))[0], (2, 1), (3, 4)),
    "eis: resistance below": (_excess, (3, np.sqrt(1 / 2)), (0.2, 0.5)),
    "eis series: onset": (_onset_level, (1, 0.1 / ROOT3, 0.1, 1 / ROOT3), (0.3, 4, 2, 0.4)),
    "eis series: resistance": (_asr, (5, 0.05), (0.03, 4)),
    "enrichment": (_log_error, (2, 1), (0.03, 0.04)),
    "enrichment: two craters": (_two_craters, (1, 0.5, 0.5), (0.03, 0.04, 0.12)),
    "interface": (
        lambda fit, percent, form: results._measured(
            200.0, fit, (None, None), "nm", percent, form).uncertainty, (1, 2, 1), (3, 4, 12)),
    "species ratio": (_ratio, (2, 1, 2, 1), (0.03, 0.04, 0.12, 0.1)),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_every_part_is_in_the_total_with_its_own_weight(row):
    function, weights, parts = ROWS[row]
    own = np.array(weights) * np.array(parts)
    assert function(*parts) == pytest.approx(np.sqrt((own**2).sum()), rel=1e-4)
    for at, expected in enumerate(own):
        alone = [part if k == at else NOTHING for k, part in enumerate(parts)]
        assert function(*alone) == pytest.approx(expected, rel=1e-4)


# -- totals other than a plain sum of squares -------------------------------------------------------


@pytest.mark.parametrize(("percent", "expected"), [(1.0, 0.1), (5.0, 0.4)])
def test_a_resistance_is_at_least_as_uncertain_as_stated(percent, expected):
    outcome = Outcome({"resistance_2": Measurand("ohm", 8.0, 0.1)})
    params = Fake(measurand="", resistance_uncertainty=percent)
    found = resistances._of_measurand(outcome, "resistance_2", "a.json", params)
    assert found.u == pytest.approx(expected)


def test_an_offset_current_has_its_scatter_and_its_drift():
    """Eight rows of 1 and eight of 3 nA: a standard deviation of 1 over √16, and a drift of 2."""
    found = dc_data._offset(
        A([1.0] * 8 + [3.0] * 8), np.zeros(16), 0.01, Fake(offset=0.0, offset_uncertainty=0.0), Fake()
    )
    assert found[:2] == pytest.approx((2.0, np.hypot(0.25, 2.0)))


def test_the_area_of_a_mask_has_its_edge_and_its_pixel():
    """2 × 2 pixels of 10 ± 0.5 µm, all at the edge: √(4/12) of a pixel, and twice 5 % of four."""
    area, u = mask_area(np.ones((2, 2)), 10.0, 0.5)
    assert (area, u) == pytest.approx((400e-8, np.hypot(np.sqrt(4 / 12), 0.4) * 100e-8))


def test_counts_have_the_errors_of_background_and_gain_in_both_ends():
    """10,000 counts: √N = 100 and nearly symmetric; background ± 300, gain ± 5 %."""
    low, high = total(10_000.0, 1000.0, 300.0, 0.05, exposure=2.0).ends()
    half = np.hypot(196.0, 1.96 * np.hypot(300.0, 500.0))
    assert low == pytest.approx((9000 - half) / 2, rel=1e-3)
    assert high == pytest.approx((9000 + half) / 2, rel=1e-3)


def test_the_interval_of_an_interface_is_widened_by_scale_and_form_on_both_sides():
    interval = results._measured(200.0, 1.0, (197.0, 204.0), "nm", 1.0, 1.5).interval
    more = 1.959964 * np.hypot(2.0, 1.5)
    assert (interval.low, interval.high) == pytest.approx((200 - np.hypot(3, more), 200 + np.hypot(4, more)))


def test_the_least_dispersion_widens_an_edge():
    """A gain that is itself uncertain makes a variance of four times that of counting: twice the error."""
    x = np.arange(60.0)
    n = np.round(2 + 400 / (1 + np.exp((x - 30) / 2)))
    narrow, wide = (find_edge(x, n, "falling", floor=floor) for floor in (1.0, 4.0))
    assert wide.position_error == pytest.approx(2 * narrow.position_error, rel=0.05)
    assert wide.sigma_error == pytest.approx(2 * narrow.sigma_error, rel=0.1)


def test_values_differ_in_units_of_both_their_uncertainties():
    points = [Fake(y=10.0, u=0.3, series=""), Fake(y=12.0, u=0.4, series="")]
    found = against._measurands(points)
    assert found["largest_difference_in_sigma"].value == pytest.approx(4.0)
    assert found["largest_difference"].value == pytest.approx(100 * 2 / 11)


def test_a_window_shares_the_area_and_loses_the_offset_of_the_potential():
    def limit(value, noise):
        parts = (
            Component("noise and baseline", noise),
            Component(window.SHARED[0], 0.2, "B"),
            Component("accuracy of the potential", 9.0, "B"),
        )
        return Measurand("V", value, components=parts)

    found = window._difference(limit(4.0, 0.03), limit(1.0, 0.05))
    assert found.value == 3.0
    assert found.uncertainty == pytest.approx(np.sqrt(0.4**2 + 0.03**2 + 0.05**2))


def test_each_noise_has_its_own_uncertainty():
    noise = Fake(proportional=0.01, u_proportional=0.002, additive=3.0, u_additive=0.4)
    found = Fake(noise=noise, spectrum=Fake(modulus=A([1.0])), check=Fake(p=0.5, largest=lambda _: 0.03))
    made = check.measurands(found)
    assert (made["noise_proportional"].value, made["noise_proportional"].uncertainty) == pytest.approx((1.0, 0.2))
    assert (made["noise_additive"].value, made["noise_additive"].uncertainty) == pytest.approx((3.0, 0.4))
    assert made["kk_residual"].value == pytest.approx(3.0)


def test_uncertainty_is_carried_by_the_gradient_and_stays_infinite_where_it_was():
    """ln(ab) has both variances, ln(a/b) their correlation with the other sign; ln a knows nothing of b."""
    functions = {"ab": lambda v: v[0] * v[1], "a/b": lambda v: v[0] / v[1], "a": lambda v: v[0]}
    covariance = A([[0.09, 0.02], [0.02, 0.16]])
    found = derive(functions, lambda x: np.exp(x).tolist(), A([0.5, 1.5]), covariance)
    assert [found.of(name)[1] for name in functions] == pytest.approx([0.29**0.5, 0.21**0.5, 0.3], rel=1e-6)
    unknown = derive(functions, lambda x: np.exp(x).tolist(), A([0.5, 1.5]), A([[0.09, 0.0], [0.0, np.inf]]))
    assert [unknown.of(name)[1] for name in functions] == pytest.approx([np.inf, np.inf, 0.3])
