"""The analysis contract catches deliberately bad analyses: one per rule, and passes a good one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub.analysis import needs
from echub.plugin import Analysis, Component, Interval, Measurand, Need, Outcome, Output, Refusal, Series, option
from echub.testing import AnalysisContract
from echub.testing.synth import Case, Column

HERE = "tests.echub.testing.test_analysis"


def measured(seed):
    """A constant current with noise for 100 s; the truth is its charge density, mA·h/cm²."""
    rng = np.random.default_rng(seed)
    time = np.arange(101.0)
    current = 2.0 + 0.01 * rng.standard_normal(101)
    truth = {"charge": 2.0 / 0.5 * 100 / 3600, "end": 100.0}
    return Case({"time": Column(time, "s"), "current": Column(current, "mA")}, {"cell.area": "0.5 cm^2"}, truth)


GOOD = Analysis(
    "charge",
    "Charge density",
    run=f"{HERE}:good",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA"),
    ),
    outputs=(Output("charge", "mA*h/cm^2", or_units=("mA*h",)), Output("end", "s")),
)


def answer(value, spread, data, end=None):
    unit = "mA*h" if data.unit_of("j") == "mA" else "mA*h/cm^2"
    interval = Interval(value - 2 * spread, value + 2 * spread, level=0.95)
    last = Measurand("s", float(data["t"][-1] if end is None else end), 0.1)
    return Outcome({"charge": Measurand(unit, value, spread, interval), "end": last})


def charge_of(data):
    t, j = data["t"], data["j"]
    steps = np.diff(t)
    value = float(((j[1:] + j[:-1]) / 2 * steps).sum() / 3600)
    spread = float(np.std(j) * np.sqrt((steps**2).sum()) / 3600)
    return value, spread


def good(data, params):
    return answer(*charge_of(data), data)


def random(data, params):
    value, spread = charge_of(data)
    return answer(value + spread * 1e-3 * np.random.default_rng().standard_normal(), spread, data)


def greedy(data, params):
    """Writes into the record through the arrays it was given."""
    found = charge_of(data)
    data["t"][:] = 0.0
    return answer(*found, data, 100.0)


def numpy_values(data, params):
    return good(data, params).replace(label=("a", "tuple"))


def bare(data, params):
    outcome = good(data, params)
    measurand = dataclasses.replace(outcome["charge"], uncertainty=None, interval=None)
    return outcome.replace(measurands={"charge": measurand})


def incoherent(data, params):
    """States a covariance that its uncertainty contradicts."""
    outcome = good(data, params)
    table = {"measurand": Series(("charge",)), "charge": Series((1.0,), outcome["charge"].unit)}
    return outcome.replace(tables={"covariance": table})


def biased(data, params):
    value, spread = charge_of(data)
    return answer(1.1 * value, spread, data)


def low(data, params):
    value, spread = charge_of(data)
    return answer(0.9 * value, spread, data)


def beyond(data, params):
    """Says "more than" of twice the truth."""
    return good(data, params).replace(
        measurands={"charge": Measurand.more_than("mA*h/cm^2", 2 * charge_of(data)[0])}
    )


def narrow(data, params):
    value, spread = charge_of(data)
    return answer(value, spread * 1e-3, data)


def with_uncertainty(outcome, factor):
    """Return the outcome with another uncertainty beside the same interval."""
    charge = outcome["charge"]
    return outcome.replace(
        measurands={"charge": dataclasses.replace(charge, uncertainty=factor * charge.uncertainty)}
    )


def astray(data, params):
    """States an interval that ends below its value."""
    value, spread = charge_of(data)
    interval = Interval(value - 3 * spread, value - spread, level=0.95)
    outcome = good(data, params)
    return outcome.replace(measurands={"charge": dataclasses.replace(outcome["charge"], interval=interval)})


def twice(data, params):
    """States twice the standard uncertainty that belongs to its interval: a rectangle's √3 for its √12."""
    outcome = good(data, params)
    charge = outcome["charge"]
    return outcome.replace(
        measurands={"charge": dataclasses.replace(charge, uncertainty=2.1 * charge.uncertainty)}
    )


def without_a_part(data, params):
    """Lists a component that its total leaves out."""
    outcome = good(data, params)
    charge = outcome["charge"]
    parts = (Component("noise", charge.uncertainty), Component("area", charge.uncertainty, "B"))
    return outcome.replace(measurands={"charge": dataclasses.replace(charge, components=parts)})


@dataclasses.dataclass(frozen=True)
class AreaParams:
    area_uncertainty: float = option(0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0)


def deaf(data, params):
    """Declares a parameter for the uncertainty of the area, and does not use it."""
    return good(data, params)


def with_area(data, params):
    """Adds it to the uncertainty, and to the interval."""
    return widened(good(data, params), params.area_uncertainty / 100)


def instead(data, params):
    """Takes it instead of the noise: a small one makes the answer better."""
    outcome = good(data, params)
    part = params.area_uncertainty / 100
    return widened(outcome, -0.5) if part else outcome


def widened(outcome, relative):
    charge = outcome["charge"]
    u = charge.uncertainty * (1 + relative)
    return outcome.replace(measurands={"charge": dataclasses.replace(charge, uncertainty=u, interval=None)})


def half(data, params):
    """States half of it."""
    outcome = good(data, params)
    charge = outcome["charge"]
    return outcome.replace(
        measurands={"charge": dataclasses.replace(charge, uncertainty=charge.uncertainty / 1.9)}
    )


def noted(data, params):
    """States half of it, and says why."""
    outcome = half(data, params)
    charge = dataclasses.replace(outcome["charge"], note="the interval holds the drift as well")
    return outcome.replace(measurands={"charge": charge})


def by_rows(data, params):
    """Takes every row for a second."""
    _, spread = charge_of(data)
    return answer(float(data["j"].sum() / 3600), spread * 1e-3, data)


def from_zero(data, params):
    """Takes the clock to begin at zero."""
    value, spread = charge_of(data)
    return answer(value * (1 + data["t"][0]), spread, data)


def brittle(data, params):
    """Takes the clock to tick in whole seconds, exactly."""
    value, spread = charge_of(data)
    return answer(value if (data["t"] == np.round(data["t"])).all() else 2 * value, spread, data)


def first(data, params):
    return Outcome({"charge": data[0]["charge"]})


def silent(data, params):
    raise Refusal("too_shy", "it never answers")


def always(data, params):
    return answer(1.0, 0.1, data, 1.0) if len(data) else answer(0.0, 0.1, data, 0.0)


def forgetful(data, params):
    """Claims a density where no area is stated."""
    outcome = good(data, params)
    return outcome.replace(
        measurands={
            n: dataclasses.replace(m, unit="mA*h/cm^2") if n == "charge" else m
            for n, m in outcome.measurands.items()
        }
    )


def lenient(analysis):
    """Declare every need optional."""
    needs = tuple(dataclasses.replace(n, optional=True) for n in analysis.needs)
    return dataclasses.replace(analysis, needs=needs)


def contract(declared, **attributes):
    body = {"analysis": declared, "generate": staticmethod(measured), "moves_with_time": ("end",), **attributes}
    return type("Contract", (AnalysisContract,), body)()


def running(function, **changes):
    return dataclasses.replace(GOOD, run=f"{HERE}:{function}", **changes)


BAD = {
    "test_its_declaration_is_sound": dataclasses.replace(GOOD, profiles={"other": {"no_such": 1}}),
    "test_it_answers": running("silent"),
    "test_its_first_look_accepts_what_it_answers": dataclasses.replace(GOOD, look=f"{HERE}:silent"),
    "test_the_same_question_has_the_same_answer": running("random"),
    "test_it_leaves_its_input_alone": running("greedy"),
    "test_units_do_not_matter": running("brittle"),
    "test_its_outcome_survives_json": running("numpy_values"),
    "test_values_have_uncertainties": running("bare"),
    "test_values_lie_in_their_intervals": running("astray"),
    "test_uncertainties_fit_their_intervals": running("twice"),
    "test_covariances_agree_with_uncertainties": running("incoherent"),
    "test_components_make_up_the_uncertainty": running("without_a_part"),
    "test_a_stated_uncertainty_counts": running("deaf", params=AreaParams),
    "test_it_finds_the_truth": running("biased"),
    "test_the_clock_does_not_matter": running("from_zero"),
    "test_the_sampling_hardly_matters": running("by_rows"),
    "test_columns_without_numbers_are_refused": lenient(running("always")),
    "test_no_area_no_density": running("forgetful"),
}


@pytest.mark.parametrize("rule", sorted(AnalysisContract.rules()))
def test_a_good_analysis_keeps_every_rule(rule):
    try:
        getattr(contract(GOOD), rule)()
    except pytest.skip.Exception as skipped:
        reasons = ("not installed", "takes a file", "no first look", "no parameter ..._uncertainty")
        assert any(reason in str(skipped) for reason in reasons)  # noqa: PT017


@pytest.mark.parametrize("rule", sorted(BAD))
def test_a_bad_analysis_breaks_its_rule(rule):
    with pytest.raises(pytest.fail.Exception, match="expected:"):
        getattr(contract(BAD[rule]), rule)()


def test_an_analysis_that_goes_by_order_is_caught():
    def outcomes(seed):
        return Case(outcomes=tuple(Outcome({"charge": Measurand("s", v, 0.1)}) for v in (1.0, 2.0)))

    declared = running("first", consumes="outcomes", needs=(), outputs=(Output("charge", "s"),))
    with pytest.raises(pytest.fail.Exception, match="expected: charge 1 s"):
        contract(declared, generate=staticmethod(outcomes)).test_the_order_does_not_matter()


@pytest.mark.parametrize(
    ("check", "rule"),
    [
        ("_check_clock", "test_a_falling_clock_is_refused"),
        ("_require_unit", "test_columns_without_units_are_refused"),
    ],
)
def test_what_the_hub_refuses_for_all_is_checked_too(monkeypatch, check, rule):
    monkeypatch.setattr(needs, check, lambda *_: None)
    with pytest.raises(pytest.fail.Exception, match="expected: a refusal"):
        getattr(contract(running("always")), rule)()


def test_a_heavy_declaration_is_caught(monkeypatch):
    monkeypatch.setattr("echub.testing.analysis.HEAVY", ("dataclasses",))
    with pytest.raises(pytest.fail.Exception, match="imports dataclasses"):
        contract("ramp-onset").test_declaring_it_is_light()


def test_intervals_that_are_too_narrow_are_caught():
    with pytest.raises(pytest.fail.Exception, match="cover"):
        contract(running("narrow")).test_it_finds_the_truth()


@pytest.mark.parametrize(("bias", "shown"), [("biased", r"found: \+9"), ("low", r"found: -10")])
def test_a_bias_of_either_sign_is_caught(bias, shown):
    with pytest.raises(pytest.fail.Exception, match=f"mean error of charge below 2.0%(.|\n)*{shown}"):
        contract(running(bias)).test_it_finds_the_truth()


def test_an_uncertainty_below_a_third_of_its_interval_is_caught_and_a_note_explains_it():
    with pytest.raises(pytest.fail.Exception, match="standard uncertainty that belongs"):
        contract(running("half")).test_uncertainties_fit_their_intervals()
    contract(running("noted")).test_uncertainties_fit_their_intervals()


def test_a_stated_uncertainty_that_is_used_passes_and_one_that_makes_the_answer_better_is_caught():
    contract(running("with_area", params=AreaParams)).test_a_stated_uncertainty_counts()
    with pytest.raises(pytest.fail.Exception, match=r"at least .* with area_uncertainty=50%"):
        contract(running("instead", params=AreaParams)).test_a_stated_uncertainty_counts()


def test_a_censored_measurand_that_misses_the_truth_is_caught():
    with pytest.raises(pytest.fail.Exception, match=r"an interval of charge around 0\.11"):
        contract(running("beyond")).test_it_finds_the_truth()


def test_the_failure_says_what_to_do():
    with pytest.raises(pytest.fail.Exception, match=r"(?s)charge: .*expected: .*found: .*to do: "):
        contract(running("silent")).test_it_answers()
