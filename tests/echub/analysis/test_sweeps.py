"""A parameter of a step over stated values, and what is made of the outcomes of each."""

from __future__ import annotations

import io
import shutil
from dataclasses import make_dataclass, replace
from pathlib import Path

import pytest

import echub
from echub.analysis import figures
from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.analysis.study import load_study, run_study
from echub.analysis.study_report import write_results
from echub.analysis.sweeps import ParameterSweep, grouped, settings_of, sweep_of, with_settings
from echub.declare import option
from echub.declare_analysis import Analysis
from echub.errors import EchubError
from echub.registry.registry import registry
from fixtures.study_na.make import FOLDER
from tests.messages.parts import said

STUDY = """\
files = ["*.mpr"]
meta = ["cells.csv"]
[[step]]
name = "onset"
analysis = "ramp-onset"
params.bootstrap = 20
sweep.threshold = [5, 20]
[[step]]
name = "activation"
analysis = "arrhenius"
from = "onset"
by = ["sample.group", "threshold"]
[[step]]
name = "against"
analysis = "against"
from = "activation"
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    for name in ("cell1_-30C.mpr", "cell1_+30C.mpr", "cell1_+90C.mpr", "cells.csv"):
        shutil.copy(FOLDER / name, folder)
    (folder / "broken.mpr").write_text("no instrument wrote this")
    (folder / "study.toml").write_text(STUDY, "utf-8")
    study = load_study(folder / "study.toml")
    answers = run_study(study, folder / "out", workers=1)
    write_results(study, answers, folder / "out")
    return study, answers, folder / "out"


def of(answers, step):
    return {answer.label: answer.outcome for answer in answers if answer.step.name == step}


def test_each_value_is_the_answer_of_the_parameter_by_itself(swept):
    study, answers, _ = swept
    alone = echub.analyze(
        "ramp-onset",
        study.path.parent / "cell1_+30C.mpr",
        params={"threshold": 20, "bootstrap": 20},
        annotations=study.annotations(),
        seed=study.seed,
    )
    found = of(answers, "onset")["cell1_+30C.mpr, threshold 20 %"]
    assert found["onset_current_density"].value == alone["onset_current_density"].value
    assert found.conditions["threshold"] == Condition(20.0, "%")


def test_groups_are_made_by_statement_and_by_condition(swept):
    # The broken file has no group: its two answers are groups of their own, and are refused.
    energies = {label: o for label, o in of(swept[1], "activation").items() if o.status != "refused"}
    assert list(energies) == ["bare, threshold 5 %", "bare, threshold 20 %"]
    assert [o.conditions["threshold"].value for o in energies.values()][:2] == [5.0, 20.0]
    assert all(len(o.tables["values"]["outcome"]) == 3 for o in list(energies.values())[:2])


def test_the_last_step_is_the_energy_against_the_threshold(swept):
    found = of(swept[1], "against")["against"]
    energies = of(swept[1], "activation")
    table = found.tables["values"]
    assert table["threshold"].values == (5.0, 20.0)
    assert table["threshold"].unit == "%"
    expected = [energies[f"bare, threshold {t} %"]["activation_energy_ln_y"].value for t in (5, 20)]
    assert list(table["activation_energy_ln_y"].values) == expected
    low, high = sorted(expected)
    assert found["largest_difference"].value == pytest.approx(200 * (high - low) / (high + low))
    figure = figures.draw_outcome(found, registry().analysis("against"))
    figure.savefig(io.BytesIO(), format="png")
    assert figure.axes[0].get_xlabel() == "threshold / %"


def test_the_methods_say_what_was_varied(swept):
    page = (swept[2] / "report.html").read_text("utf-8")
    assert "threshold varied: 5, 20 %" in page
    assert "separately for each sample.group and threshold" in page


def test_a_second_run_takes_everything_from_the_cache(swept):
    study, answers, output = swept
    again = run_study(study, output, workers=1)
    assert [a.outcome for a in again] == [a.outcome for a in answers]
    assert all(a.cached for a in again if a.outcome.provenance)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sweep.threshold = [5]", "a sweep that cannot be made"),
        ("sweep.threshold = 5", "a sweep that cannot be made"),
        ("sweep = {threshold = [2, 5], window = [10, 20]}", "a sweep that cannot be made"),
        ("params.threshold = 5\nsweep.threshold = [2, 5]", "a sweep that cannot be made"),
        ("sweep.threshold = [5, 5.0]", "a value twice"),
        ("sweep.threshhold = [2, 5]", "threshhold"),
        ("sweep.threshold = [2, -5]", "threshold"),
        ('each = "spectrum"\nsweep.threshold = [2, 5]', "sweep"),
    ],
)
def test_a_sweep_that_cannot_be_made_is_refused_when_it_is_read(tmp_path, line, said):
    (tmp_path / "a.mpr").write_text("")
    text = f'files = ["*.mpr"]\n[[step]]\nanalysis = "ramp-onset"\n{line}\n'
    (tmp_path / "study.toml").write_text(text, "utf-8")
    with pytest.raises(EchubError) as raised:
        load_study(tmp_path / "study.toml")
    assert said in str(raised.value)


def entry(**more):
    return {"analysis": "ramp-onset", **more}


PARAMS = make_dataclass("Params", [("threshold", float, option(5.0, "a share", unit="%"))])
DECLARED = Analysis("ramp-onset", "R", "m:r", params=PARAMS)
LIST = "one parameter with a list of two values or more: sweep.threshold = [2, 5, 10]"


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        (entry(sweep={"threshold": [5]}), {
            "message": "step 2 has a sweep that cannot be made", "expected": LIST, "found": "{'threshold': [5]}",
        }),
        (entry(sweep={"threshold": [5, 6], "window": [1, 2]}), {
            "message": "step 2 has a sweep that cannot be made", "expected": LIST,
            "found": "{'threshold': [5, 6], 'window': [1, 2]}",
        }),
        (entry(sweep={"threshold": [5, 6]}, params={"threshold": 5}), {
            "message": "step 2 has a sweep that cannot be made", "expected": LIST,
            "found": "{'threshold': [5, 6]}, and params.threshold",
        }),
        (entry(sweep={"threshold": [5, 6]}, each="cycle"), {
            "message": "step 2 has a sweep, which takes files and no `each`",
        }),
        (entry(sweep={"threshold": [5, "5 %"]}), {
            "message": "step 2 sweeps threshold over a value twice", "found": "[5, '5 %']",
        }),
    ],
)  # fmt: skip
def test_a_sweep_that_cannot_be_made_says_what_can(told, parts):
    assert said(lambda: sweep_of(told, DECLARED, "step 2", Path("s.toml"))) == {
        **parts, "path": "s.toml", "where": "step 2"
    }  # fmt: skip


def test_a_sweep_has_its_values_as_they_are_understood():
    found = sweep_of(entry(sweep={"threshold": [5, "0.1"]}), DECLARED, "step 1", Path("s.toml"))
    assert found == ParameterSweep("threshold", (5.0, 0.1), "%")
    assert str(found) == "threshold varied: 5, 0.1 %"
    assert found.condition(5.0) == Condition(5.0, "%")
    assert str(ParameterSweep("how_far", ("a", 3))) == "how far varied: a, 3"
    for told in (entry(), entry(sweep={})):
        assert sweep_of(told, DECLARED, "step 1", Path("s.toml")) is None
    with pytest.raises(EchubError, match="takes files and no"):
        sweep_of(
            entry(sweep={"threshold": [5, 6]}), replace(DECLARED, consumes="outcomes"), "step 1", Path("s.toml")
        )


def test_settings_are_added_to_the_conditions_of_an_outcome():
    bare = Outcome(conditions={"a": Condition(1), "b": Condition(2)})
    assert with_settings(bare, {}) is bare
    assert with_settings(bare, {"b": Condition(3), "c": Condition(4)}).conditions == {
        "a": Condition(1), "b": Condition(3), "c": Condition(4)
    }  # fmt: skip


def one(value, label, unit="eV", **conditions):
    stated = {name: Condition(v) for name, v in conditions.items()}
    return Outcome({"y": Measurand(unit, value, 0.1)}, conditions=stated, label=label, analysis="x")


@pytest.mark.parametrize(
    ("outcomes", "params", "code"),
    [
        ([one(1.0, "a", window=1.0), one(2.0, "b", window=1.0)], {}, "which-setting"),
        ([one(1.0, "a", window=1.0, start=1.0), one(2.0, "b", window=2.0, start=2.0)], {}, "which-setting"),
        ([one(1.0, "a", window=1.0), one(2.0, "b", window=2.0)], {"x": "nothing"}, "which-setting"),
        ([one(1.0, "a", window=1.0), one(None, "b", window=2.0)], {}, "too-few-settings"),
        ([one(1.0, "a", window=1.0), one(2.0, "b", "V", window=2.0)], {}, "mixed-unit"),
        ([one(1.0, "a", window=1.0), one(2.0, "b", window=2.0)], {"measurand": "z"}, "no-such-measurand"),
    ],
)
def test_what_cannot_be_placed_is_refused(outcomes, params, code):
    assert {f.code for f in echub.analyze("against", outcomes, params=params).flags} == {code}


def test_outcomes_without_a_value_are_named():
    found = echub.analyze("against", [one(1.0, "a", w=1.0), one(2.0, "b", w=2.0), one(None, "c", w=3.0)])
    assert {f.code for f in found.flags} == {"left-out"}
    assert found["largest_difference_in_sigma"].value == pytest.approx(1 / (0.1 * 2**0.5))


@pytest.mark.parametrize(
    ("value", "label"),
    [(0.0, "0.0"), (False, "False"), (-30.0, "-30.0"), ("b", "b"), ("", "(not stated)"), (None, "(not stated)")],
)
def test_a_stated_zero_is_a_group_of_its_own(value, label):
    stated = {"one": value, "two": None, "three": value}
    groups = dict(grouped(["one", "two", "three"], ["cell.temperature"], lambda item, path: stated[item]))
    same = label == "(not stated)"
    assert groups == (
        {label: ["one", "two", "three"]} if same else {label: ["one", "three"], "(not stated)": ["two"]}
    )


def test_groups_of_two_paths_are_in_the_order_of_their_first_members():
    stated = {"a": ("x", 1), "b": ("y", 1), "c": ("x", 2), "d": ("x", 1)}
    found = list(grouped("abcd", ["p", "q"], lambda item, path: stated[item][path == "q"]))
    assert found == [("x, 1", ["a", "d"]), ("y, 1", ["b"]), ("x, 2", ["c"])]
    assert list(grouped("ab", [], lambda item, path: None)) == [("", ["a", "b"])]


def test_a_comma_in_a_member_makes_no_other_group_of_it():
    stated = {"a": ("x, y", "z"), "b": ("x", "y, z"), "c": ("x", "y, z")}
    found = list(grouped("abc", ["p", "q"], lambda item, path: stated[item][path == "q"]))
    assert found == [('"x, y", z', ["a"]), ('x, "y, z"', ["b", "c"])]
    assert list(grouped("a", ["p"], lambda item, path: "x, y")) == [("x, y", ["a"])]


def test_values_that_differ_late_are_values_of_their_own():
    values = (0.05, 0.0500000001, 1e-30, 5.0)
    outcomes = [Outcome(conditions={"level": Condition(value, "%")}) for value in values]
    labels = ["level 0.05 %", "level 0.0500000001 %", "level 1e-30 %", "level 5 %"]
    assert [label for label, _ in grouped(outcomes, ["level"], lambda item, path: None)] == labels
    assert str(ParameterSweep("level", values, "%")) == "level varied: 0.05, 0.0500000001, 1e-30, 5 %"


def test_conditions_of_outcomes_group_them_before_what_is_stated():
    outcomes = [Outcome(conditions={"level": Condition(value, "%")}) for value in (5.0, 0.0, 5.0)]
    found = dict(grouped(outcomes, ["level"], lambda item, path: "stated"))
    assert {label: len(group) for label, group in found.items()} == {"level 5 %": 2, "level 0 %": 1}
    assert settings_of(outcomes[0], ["level", "other"]) == {"level": Condition(5.0, "%")}
