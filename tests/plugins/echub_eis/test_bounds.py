"""What is said of a resistance that is not known: a bound, an interval, or nothing, and why."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import t as student

import echub
from echub.testing import synth
from echub_eis.method.identify import Known
from echub_eis.outcome import parts

PARAMS = SimpleNamespace(level=90.0, identified=50.0)


def a_fit(outside=(), freedom=10):
    """Return a fit within its noise, some arcs of which leave the band: label and side."""
    check = SimpleNamespace(p=0.5)
    return SimpleNamespace(outside=dict(outside), fitted=SimpleNamespace(freedom=freedom), lack_of_fit=1.0,
                           examined=SimpleNamespace(check=check), conducting=["hf", "gb"])  # fmt: skip


def told(m):
    ends = None if m.interval is None else (m.interval.low, m.interval.high, m.interval.method)
    return m.value, m.uncertainty, m.censoring, ends, m.note


PROFILE = "profile of the likelihood"
KNOWN = {
    "known": (Known(20.0, 0.1, 17.0, 24.0), (), (20.0, 2.0, "none", (17.0, 24.0, "symmetric in ln R"), "")),
    "at the limit": (Known(20.0, 0.5, 9.0, 44.0, ("vague",)), (), (20.0, 10.0, "none", (9.0, 44.0, PROFILE), "")),
    "beyond the limit": (
        Known(20.0, 0.51, 9.0, 44.0, ("vague",)), (),
        (None, None, "interval", (9.0, 44.0, PROFILE), "not identified: relative uncertainty 51 %")),
    "open above": (Known(20.0, 0.6, 9.0, None), (), (None, None, "right", 9.0, "not identified")),
    "open below": (Known(20.0, 0.6, None, 44.0), (), (None, None, "left", 44.0, "not identified")),
    "open": (Known(20.0, np.inf, None, None), (), (None, None, "none", None, "not identified")),
    "its arc has not ended": (
        Known(20.0, 0.1, 17.0, 24.0), {"gb": "low"}, (None, None, "right", 17.0, "not identified")),
    "its arc has not begun": (
        Known(20.0, 0.1, 17.0, 24.0), {"gb": "high"},
        (None, None, "interval", (17.0, 24.0, "symmetric in ln R"),
         "not identified: its apex is outside of what was measured")),
    "the arc of another": (
        Known(20.0, 0.1, 17.0, 24.0), {"hf": "low"}, (20.0, 2.0, "none", (17.0, 24.0, "symmetric in ln R"), "")),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN)
def test_a_resistance_is_a_value_a_bound_or_an_interval(case):
    known, outside, (value, u, censoring, ends, note) = KNOWN[case]
    found = parts.resistance("gb", known, a_fit(outside), PARAMS)
    assert found.unit == "ohm"
    assert [(part.name, part.uncertainty) for part in found.components] == ([("fit", u)] if value else [])
    if censoring in ("right", "left"):
        bound = found.interval.low if censoring == "right" else found.interval.high
        assert (found.value, found.censoring, bound, found.note) == (None, censoring, ends, note)
        return
    assert told(found) == (value, u, censoring, ends, note)
    if value is not None:
        assert [(part.name, part.uncertainty) for part in found.components] == [("fit", u)]
    if ends:
        assert found.interval.level == 0.9


@pytest.mark.parametrize(("value", "relative", "note"), [
    (2.0, 0.501, "not identified: relative uncertainty 50 %"),
    (2.0, np.inf, "not identified: any value fits as well"),
    (np.nan, 0.1, "not identified"), (0.0, 0.1, "not identified"), (-2.0, 0.1, "not identified"),
])  # fmt: skip
def test_a_value_that_is_none_or_too_uncertain_is_not_given(value, relative, note):
    found = parts.measurand("F", value, relative, a_fit(), PARAMS)
    assert told(found) == (None, None, "none", None, note)


def test_a_derived_value_has_an_interval_that_is_symmetric_in_ln():
    found = parts.measurand("F", 2.0, 0.5, a_fit(), PARAMS)
    reach = student.ppf(0.95, 10) * 0.5
    assert (found.value, found.uncertainty) == (2.0, 1.0)
    assert (found.interval.low, found.interval.high) == pytest.approx((2 * np.exp(-reach), 2 * np.exp(reach)))
    assert (found.interval.level, found.interval.method) == (0.9, "propagated in ln")
    assert [(part.name, part.uncertainty) for part in found.components] == [("fit", 1.0)]


@pytest.mark.parametrize(("u", "given"), [(0.99, True), (1.0, False), (1.01, False)])
def test_an_exponent_is_given_if_its_error_is_below_a_quarter(u, given):
    """At n = 1/2 its logit has a slope of a quarter."""
    found = parts._exponent(0.5, u, a_fit(), PARAMS)
    assert (found.value, found.note) == ((0.5, "") if given else (None, "not identified"))
    if given:
        assert found.uncertainty == pytest.approx(u / 4)
        reach = student.ppf(0.95, 10) * u
        assert found.interval.low == pytest.approx(1 / (1 + np.exp(reach)))
        assert found.interval.high == pytest.approx(1 / (1 + np.exp(-reach)))
        assert (found.interval.level, found.interval.method) == (0.9, "symmetric in the logit")


def test_an_exponent_near_one_has_an_interval_that_ends_below():
    """At n = 0.9 the logit is ln 9, and its slope 0.09."""
    found = parts._exponent(0.9, 0.5, a_fit(), PARAMS)
    assert (found.unit, found.value, found.uncertainty) == ("1", 0.9, pytest.approx(0.045))
    factor = np.exp(student.ppf(0.95, 10) * 0.5)
    assert (found.interval.low, found.interval.high) == pytest.approx((9 / (9 + factor), 9 / (9 + 1 / factor)))


def test_a_sum_names_the_arc_that_has_not_ended():
    found = parts._total(a_fit({"gb": "low"}), PARAMS)
    assert found.unit == "ohm"
    assert told(found) == (
        None,
        None,
        "none",
        None,
        "not identified: the arc gb is not inside of what was measured",
    )


@pytest.mark.parametrize(("apexes", "known"), [((3e6, 300.0), True), ((3e4, 0.2), False)])
def test_a_total_resistance_is_known_past_an_arc_that_is_too_fast_but_not_one_that_is_too_slow(apexes, known):
    f = np.geomspace(1e6, 1.0, 60)
    fast, slow = (1j * f / apex for apex in apexes)
    noise = np.random.default_rng(1).normal(size=(2, 60))
    z = (100 / (1 + fast) + 300 / (1 + slow**0.9)) * (1 + 1e-3 * (noise[0] + 1j * noise[1]))
    columns = {"frequency": synth.Column(f, "Hz"), "impedance_real": synth.Column(z.real, "ohm"),
               "impedance_imag": synth.Column(z.imag, "ohm")}  # fmt: skip
    case = synth.Case(columns, {}, kind="impedance")
    params = {"circuit": "(RC):fast (RQ):slow", "sensitivity": "false"}
    outcome = echub.analyze("eis-resistance", case.record(), params=params)
    assert "arc-outside-window" in {flag.code for flag in outcome.flags}
    total = outcome["resistance_total"].value
    assert total == pytest.approx(400, rel=1e-3) if known else total is None
