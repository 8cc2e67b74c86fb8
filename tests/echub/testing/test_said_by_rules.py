"""What a broken rule says: the value that was expected, the one that was found, and what helps, in this order."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.registry.registry import Plugin
from echub.remark import Remark
from echub.testing.analysis import _half_width, _judged, _per_area, _short, _spoken
from echub.testing.base import differences, one_line
from echub.testing.checking import RuleVerdict, Subject
from echub.testing.rules_robust import FAR, NORMAL_95, _contradict, _range, _said, _with_holes
from tests.echub.testing.test_analysis import BAD, charge_of, contract, measured

CASE = measured(0)
RAW = {"t": CASE.columns["time"].values, "j": CASE.columns["current"].values / 0.5}
CHARGE, SPREAD = charge_of(RAW)
"""What the analyses of these tests find in the first case, mA·h/cm²."""
HALF = 2 * SPREAD
UNIT = "mA*h/cm^2"
SAID = {
    "test_its_declaration_is_sound": (
        "units and parameters that exist",
        "UnknownOption: the analysis charge has no option 'no_such' [unknown-option] (no_such)",
        "correct the declaration",
    ),
    "test_it_answers": ("a value", "refused: too_shy (it never answers)", "answer what `generate` makes"),
    "test_its_first_look_accepts_what_it_answers": (
        "no refusal", "it never answers", "let `look` refuse only what `run` refuses",
    ),
    "test_the_same_question_has_the_same_answer": (
        "equal outcomes", "outcomes that differ", "draw random numbers from data.rng()",
    ),
    "test_it_leaves_its_input_alone": ("an unchanged record", "changed columns", "work on copies of data[...]"),
    "test_units_do_not_matter": (
        f"charge {CHARGE:.8g} {UNIT}", f"{2 * CHARGE:.8g} {UNIT}", "use the units in which the needs arrive",
    ),
    "test_values_have_uncertainties": ("an uncertainty", "none for charge", "state one, or an interval"),
    "test_values_lie_in_their_intervals": (
        "an outcome that the hub takes",
        f"it gave charge = {CHARGE:g} {UNIT}, outside its own interval "
        f"[{CHARGE - 3 * SPREAD:.5g}, {CHARGE - SPREAD:.5g}]",
        "state the value and the interval of one estimate",
    ),
    "test_uncertainties_fit_their_intervals": (
        f"an uncertainty of charge between {HALF / 3:.3g} and {HALF:.3g}", f"{2.1 * SPREAD:.3g}",
        "state the standard uncertainty that belongs to the interval, or say in `note` why it differs",
    ),
    "test_covariances_agree_with_uncertainties": (
        "a covariance that fits its measurands",
        f"the diagonal makes u(charge) 1, stated is {SPREAD:.5g}", "use covariance_table",
    ),
    "test_components_make_up_the_uncertainty": (
        f"an uncertainty of charge of {math.sqrt(2) * SPREAD:.4g}: noise {SPREAD:.3g}, area {SPREAD:.3g}",
        f"{SPREAD:.4g}", "list every component once, and add them in squares; a note if they are correlated",
    ),
    "test_a_stated_uncertainty_counts": (
        "a larger uncertainty with area_uncertainty=50%", "the same", "add the part in squares",
    ),
    "test_the_clock_does_not_matter": (
        f"charge {CHARGE:.8g} {UNIT}", f"{CHARGE * (1 + 86400):.8g} {UNIT}", "subtract the first time",
    ),
    "test_the_sampling_hardly_matters": (
        f"charge {RAW['j'].sum() / 3600:.8g} {UNIT}", f"{RAW['j'][::2].sum() / 3600:.8g} {UNIT}",
        "weigh by time, not by rows",
    ),
    "test_columns_without_numbers_are_refused": (
        "a refusal of columns without a number", f"ok: charge 1.0 {UNIT}, end 1.0 s",
        "declare the need as required, with its unit",
    ),
    "test_no_area_no_density": ("currents, not densities", "charge", "take data.unit_of(...)"),
}  # fmt: skip


@pytest.mark.parametrize("rule", SAID)
def test_a_broken_rule_says_expected_found_and_what_to_do(rule):
    with pytest.raises(pytest.fail.Exception) as caught:
        getattr(contract(BAD[rule]), rule)()
    broken = caught.value.broken
    assert (broken.expected, broken.found, broken.advice) == SAID[rule]
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("charge: ")
    assert [line.strip() for line in lines[1:]] == [
        f"expected: {broken.expected}", f"found: {broken.found}", f"to do: {broken.advice}"
    ]  # fmt: skip


@pytest.mark.parametrize(("factor", "breaks"), [(1.01, False), (0.99, True)])
def test_a_mean_error_up_to_the_tolerance_is_small(factor, breaks):
    mean = np.mean([1.1 * charge_of(raw(seed))[0] / measured(seed).truth["charge"] - 1 for seed in range(2)])
    made = contract(BAD["test_it_finds_the_truth"], bias=factor * mean, seeds=2)
    if not breaks:
        made.test_it_finds_the_truth()
        return
    with pytest.raises(pytest.fail.Exception) as caught:
        made.test_it_finds_the_truth()
    assert caught.value.broken.found == f"{mean:+.2%}"
    assert caught.value.broken.expected == f"a mean error of charge below {factor * mean:.1%}"


def raw(seed):
    columns = measured(seed).columns
    return {"t": columns["time"].values, "j": columns["current"].values / 0.5}


# -- words -------------------------------------------------------------------------------------------


def test_a_measurand_and_an_outcome_in_short():
    volt = Measurand("V", 1.5, 0.1)
    assert (_short(volt), _short(None)) == ("1.5 V", "missing")
    assert _spoken(Outcome({"u": volt, "v": volt})) == "ok: u 1.5 V, v 1.5 V"
    assert _spoken(Outcome()).endswith(": nothing")
    refused = Outcome(flags=(Remark("no-area", "there is none", "refusal"), Remark("a", "b", "refusal")))
    assert _spoken(refused) == "refused: no-area (there is none), a (b)"


@pytest.mark.parametrize(("level", "covers"), [(0.95, True), (0.9, None)])
def test_only_intervals_of_95_percent_are_judged_by_their_cover(level, covers):
    near = Interval(1.0, 2.0, level=level)
    assert _judged(1.5, near, 1.25) == (pytest.approx(0.2), covers)
    assert _judged(1.5, near, -3.0)[0] == pytest.approx(1.5)
    assert _judged(1.5, near, 5.0)[1] is (False if covers else None)
    assert _judged(1.5, None, 1.5) == (0.0, None)


@pytest.mark.parametrize(("measurand", "half"), [
    (Measurand("V", 1.5, 0.1, Interval(1.0, 2.5, level=0.95)), 0.75),
    (Measurand("V", 1.5, None, Interval(1.0, 2.5, level=0.95)), None), (Measurand("V", 1.5, 0.1), None),
    (Measurand("V", 1.5, 0.1, Interval(1.0, None, level=0.95)), None),
])  # fmt: skip
def test_half_the_width_of_a_coverage_interval(measurand, half):
    assert _half_width(measurand) == half


@pytest.mark.parametrize(("unit", "areal"), [
    ("mA/cm^2", True), ("ohm*cm^2", True), ("mA*h/cm^2", True), ("V", False), ("mA", False), ("ohm", False),
])  # fmt: skip
def test_units_per_area(unit, areal):
    assert bool(_per_area(unit)) is areal


def test_an_error_in_one_line():
    assert one_line(None) == "no error"
    assert one_line(ValueError("a\nb")) == "ValueError: a"
    assert one_line(SimpleNamespace(found="x")) == f"SimpleNamespace: {SimpleNamespace(found='x')} (x)"


def test_two_records_differ_in_words():
    one, other = CASE.record(), CASE.record()
    assert differences(one, other) == ""
    other.settings["a"] = 1
    other.metadata.set("sample.id", "x")
    assert differences(one, other) == "metadata, settings"
    assert differences(one, CASE.with_values("current", CASE.columns["current"].values + 1).record()) == (
        "timeseries: current"
    )
    (data,) = CASE.record().datasets.values()
    told = type(one)([replace(data, history=(*data.history, "turned"))])
    assert differences(type(one)([data]), told) == "timeseries: attributes, history or omitted columns"
    fewer = measured(0)
    lacking = type(CASE)({"time": fewer.columns["time"]}, CASE.metadata, CASE.truth).record()
    assert differences(one, lacking) == "timeseries: columns ['row', 'time', 'current'] and ['row', 'time']"
    empty = type(one)([])
    assert differences(one, empty) == "datasets ['timeseries'] and []"


def test_a_subject_tells_its_verdicts_to_machines():
    verdicts = [RuleVerdict(f"r{n}", "text", verdict) for n, verdict in enumerate(("kept", "kept", "broken"))]
    verdicts.append(RuleVerdict("r3", "t3", "skipped", "about", "reason", "expected", "found", "advice"))
    plugin = Plugin("acme", "echub_acme", "echub-acme", "1.2")
    told = Subject(plugin, "reader", "acme-x", ["a.x"], verdicts).as_dict()
    assert {key: value for key, value in told.items() if key != "rules"} == {
        "distribution": "echub-acme", "version": "1.2", "plugin": "acme", "kind": "reader", "name": "acme-x",
        "samples": ["a.x"], "kept": 2, "broken": 1, "skipped": 1,
    }  # fmt: skip
    assert told["rules"][3] == {
        "rule": "r3", "text": "t3", "verdict": "skipped", "about": "about", "reason": "reason",
        "expected": "expected", "found": "found", "advice": "advice",
    }  # fmt: skip


# -- answers that contradict each other --------------------------------------------------------------


def within(low, high, value=None):
    return Measurand("V", value, None, Interval(low, high, level=0.95))


@pytest.mark.parametrize(("measurand", "ends", "said"), [
    (within(1.0, 2.0, 1.25), (1.0, 2.0, 1.25), "[1, 2] V"), (within(1.0, 2.0), (1.0, 2.0, 1.5), "[1, 2] V"),
    (within(1.0, None), (1.0, math.inf, 1.0), "[1, inf] V"),
    (within(None, 2.0), (-math.inf, 2.0, 2.0), "[-inf, 2] V"),
    (Measurand("V", 5.0, 0.5), (5 - 0.5 * NORMAL_95, 5 + 0.5 * NORMAL_95, 5.0), "[4.02, 5.98] V"),
    (Measurand("V", 5.0), None, "missing"),
])  # fmt: skip
def test_what_an_answer_says_as_a_range(measurand, ends, said):
    assert _range(measurand) == (None if ends is None else pytest.approx(ends))
    assert _said(measurand) == said


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("apart", "contradict"), [(0.99 * FAR, False), (1.01 * FAR, True)])
def test_answers_contradict_beyond_three_half_widths_of_each(sign, apart, contradict):
    one = within(-1.0, 1.0, 0.0)
    far = within(sign * apart, sign * apart, sign * apart)
    assert _contradict(one, far) is contradict
    assert _contradict(far, one) is contradict
    assert not _contradict(one, Measurand("V", 100.0))
    assert not _contradict(Measurand("V", 100.0), one)
    wide = within(sign * apart - 50, sign * apart + 50, sign * apart)
    assert not _contradict(one, wide)


def test_holes_take_an_eighth_of_the_rows_at_five_places():
    found = list(_with_holes(CASE))
    assert [round(part, 4) for part, _ in found] == [0.05, 0.245, 0.44, 0.635, 0.83]
    for part, case in found:
        lost = sorted(set(CASE.columns["time"].values) - set(case.columns["time"].values))
        assert lost == [t for t in range(101) if part * 101 <= t < (part + 0.12) * 101]


def test_an_answer_that_goes_by_the_order_of_columns_names_what_differs(monkeypatch):
    made = contract(BAD["test_it_finds_the_truth"])
    asked = []

    def ask(case, *_):
        asked.append(list(case.columns))
        value = 1.0 if asked[-1][0] == asked[0][0] else 2.0
        return Outcome({"charge": Measurand("V", value, 0.1), "end": Measurand("s", 5.0, 0.1)})

    monkeypatch.setattr(made, "_ask", ask, raising=False)
    with pytest.raises(pytest.fail.Exception) as caught:
        made.test_the_order_of_columns_does_not_matter()
    assert asked == [["time", "current"], ["current", "time"]]
    assert caught.value.broken.found == "other values of charge"
