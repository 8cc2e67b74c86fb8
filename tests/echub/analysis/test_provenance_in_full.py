"""A run of an analysis to the last key: what its outcome says of the inputs, and each mistake of a plugin."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy

import echub
import echub_schemas
from echub.analysis import analysis
from echub.analysis.analysis import InputSet, analyze, analyze_each, handed, parameters
from echub.analysis.needs import Inputs
from echub.analysis.outcome import Condition, Measurand, Outcome, Refusal, Series
from echub.declare import option
from echub.declare_analysis import Analysis, Need, Output, Sampling
from echub.model.build import SourceColumn, build_dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from tests.echub.toy_analysis import TOY
from tests.messages.parts import said

HERE = "tests.echub.analysis.test_provenance_in_full"


def record(name="toy.dat", **stated):
    columns = [
        SourceColumn("t", np.arange(4.0), "time", "s", index=0),
        SourceColumn("U", np.array([0.5, 1.5, 2.5, 3.5]), "voltage", "V", index=1),
        SourceColumn("I", np.array([1.0, 1.0, 3.0, 3.0]), "current", "mA", index=2),
    ]
    metadata = Metadata()
    for path, text in stated.items():
        metadata.set(path.replace("__", "."), text)
    source = {"name": name, "size": 1, "sha256": name[:2] * 32}
    origin = Provenance(source, {"name": "made"}, siblings=("toy.mps",))
    return Record([build_dataset("timeseries", columns)], metadata=metadata, provenance=origin)


ORIGIN = {"size": 1, "reader": {"name": "made"}, "siblings": ["toy.mps"]}


def test_an_outcome_says_what_it_was_made_from_and_how():
    made = analyze(
        TOY, record(cell__area="0.5 cm^2", sample__group="bare", technique__name="CP"), profile="high",
        params={"above": "500 mV"}, select="voltage > 0", time=(None, 3.0), seed=7,
    )  # fmt: skip
    assert made.provenance == {
        "inputs": [{"name": "toy.dat", "sha256": "to" * 32, **ORIGIN}],
        "columns": [{"t": "time", "U": "voltage", "j": "current / 0.5 cm^2 (cell.area by file)"}],
        "selection": [["query voltage > 0", "time :3 s"]],
        "analysis": {"name": "toy", "version": "1", "distribution": "not installed", "reference": ""},
        "parameters": {
            "above": {"value": 0.5, "unit": "V", "default": False},
            "how": {"value": "max", "unit": "", "default": False},
        },
        "profile": "high",
        "software": {
            "echub": echub.__version__, "schema": echub_schemas.VERSION, "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "seed": 7,
    }  # fmt: skip
    assert (made.analysis, made.label, made["level"].value, made["level"].n) == ("toy", "toy.dat", 2.5, 2)
    assert made.metadata == {
        "cell.area": {"value": 0.5, "unit": "cm^2", "source": "file"},
        "sample.group": {"value": "bare", "unit": None, "source": "file"},
    }  # not the technique: nothing is grouped by it


def test_an_installed_analysis_names_its_distribution():
    made = analyze("ramp-onset", record())
    assert made.provenance["analysis"]["distribution"] == f"echub {echub.__version__}"
    changed = dataclasses.replace(echub.registry.registry.registry().analysis("ramp-onset"), version="0")
    assert analyze(changed, record()).provenance["analysis"]["distribution"] == "not installed"


def level(data, params):
    """Return the mean over all inputs, and what was handed over."""
    assert isinstance(data, InputSet)
    whole = float(np.mean([np.mean(one["U"]) for one in data]))
    return Outcome({"level": Measurand("V", whole, n=len(data))}, conditions={"own": Condition(data.seed)})


TOGETHER = dataclasses.replace(TOY, name="together", consumes="datasets", run=f"{HERE}:level")


def test_of_several_inputs_what_all_share_is_kept():
    one = record("a", cell__area="1 cm^2", sample__group="x", sample__id="p")
    two = record("b", cell__area="1 cm^2", sample__group="y")
    made = analyze(TOGETHER, [one, two], seed=3, metadata={"cell.temperature": "30 degC"})
    assert (made.label, made["level"].value, made["level"].n) == ("2 inputs", 2.0, 2)
    assert {path: entry["value"] for path, entry in made.metadata.items()} == {
        "cell.area": 1.0, "cell.temperature": 30.0
    }  # fmt: skip
    assert [origin["name"] for origin in made.provenance["inputs"]] == ["a", "b"]
    assert len(made.provenance["columns"]) == len(made.provenance["selection"]) == 2
    assert made.conditions["own"] == Condition(3)
    assert analyze(TOGETHER, (one,)).label == "a"
    assert analyze(TOGETHER, one).label == "a"
    (flag,) = analyze(TOGETHER, []).flags
    assert (flag.code, flag.message, flag.severity) == ("empty", "there is nothing to analyse", "refusal")


def seen(data, params):
    raise Refusal("seen", ", ".join(str(len(one)) if isinstance(one, Inputs) else one.label for one in data))


def lacking(data, params):
    raise Refusal("missing-area", "cell.area is not stated")


def test_a_kind_that_does_not_suit_is_told_of_all_inputs_before_their_area_is_asked_for():
    current = Need("j", any_of=("current_density", "current"), unit="mA/cm^2")
    asking = dataclasses.replace(TOGETHER, needs=(*TOY.needs[:2], current), look=f"{HERE}:seen")
    (flag,) = analyze(asking, [record("a"), record("b")], select="time > 0").flags
    assert (flag.code, flag.message) == ("seen", "3, 3")
    two = (
        dataclasses.replace(record("c")["timeseries"], label="c2"),
        dataclasses.replace(record("c")["timeseries"].query("time > 1"), label="c1"),
    )
    asking = dataclasses.replace(asking, every_dataset=True, sampling=Sampling())
    (flag,) = analyze(asking, [Record(two), record("d")]).flags
    assert sorted(flag.message.split(", ")) == ["2", "4", "4"]
    outcomes = dataclasses.replace(AFTER, run=f"{HERE}:lacking", look=f"{HERE}:seen")
    (flag,) = analyze(outcomes, [Outcome(label="x"), Outcome(label="y")]).flags
    assert (flag.code, flag.message) == ("seen", "x, y")


def test_every_remark_on_the_inputs_is_one_on_the_outcome():
    gaps = record()["timeseries"]
    changed = {"voltage": np.array([np.nan, 1.5, 2.5, 3.5]), "time": np.array([0.0, 2.0, 2.0, 3.5])}
    columns = {n: dataclasses.replace(c, values=changed.get(n, c.values)) for n, c in gaps.columns.items()}
    patient = dataclasses.replace(TOY, sampling=Sampling())
    made = analyze(patient, Record([dataclasses.replace(gaps, columns=columns)]))
    assert [flag.code for flag in made.flags] == ["rows-without-values", "coarse-clock"]


def test_remarks_on_each_of_several_inputs_are_on_the_outcome():
    together = dataclasses.replace(TOGETHER, sampling=Sampling())
    inputs = []
    for volts in ([np.nan, 1.5, 2.5, 3.5], [np.nan, np.nan, 2.5, 3.5]):
        whole = record()["timeseries"]
        lacking = dataclasses.replace(whole.columns["voltage"], values=np.array(volts))
        inputs.append(Record([dataclasses.replace(whole, columns={**whole.columns, "voltage": lacking})]))
    assert [flag.message for flag in analyze(together, inputs).flags] == [
        "1 of 4 rows lacks a value and was left out",
        "2 of 4 rows lack a value and were left out",
    ]


def test_runs_are_joined_by_the_reader_that_is_named(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(analysis, "joined_runs", lambda *given: asked.append(given) or given[1][:1])
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_text("time / s,voltage / V\n0,1\n1,2\n2,3\n", encoding="utf-8")
    together = dataclasses.replace(TOGETHER, every_dataset=True)
    made = analyze(together, paths, reader="table")
    ((many, records, reader),) = asked
    assert (many, len(records), reader, made["level"].n) == (paths, 2, "table", 1)
    assert analyze(together, paths[:1])["level"].n == len(asked)  # one file alone is never a run of several


def second(data, params):
    return Outcome({"level": data[-1]["x"]}, label="own label")


AFTER = Analysis("after", "A", f"{HERE}:second", consumes="outcomes", outputs=(Output("level", "V"),))


def test_of_earlier_outcomes_their_sources_and_metadata_are_passed_on():
    inputs = [
        Outcome(
            {"x": Measurand("V", value)}, label=name, analysis="toy", provenance={"inputs": [{"sha256": name}]},
            metadata={"cell.area": {"value": 1.0, "unit": "cm^2", "source": "file"}},
        )
        for name, value in (("a", 1.0), ("b", 2.0))
    ]  # fmt: skip
    made = analyze(AFTER, inputs)
    assert (made["level"].value, made.label, made.meta("cell.area")) == (2.0, "own label", 1.0)
    assert made.provenance["inputs"] == [
        {"outcome": name, "analysis": "toy", "inputs": [{"sha256": name}]} for name in "ab"
    ]
    assert (made.provenance["columns"], made.provenance["selection"]) == ([], [])
    assert said(lambda: analyze(AFTER, [record()])) == {
        "message": "this analysis takes outcomes or a table", "expected": "an .outcome.json or a CSV table",
        "found": "Record",
    }  # fmt: skip


def test_a_set_of_inputs_is_a_sequence_with_one_seed():
    given = handed(TOGETHER, ["a", "b", "c"], 5)
    assert (list(given), len(given), given[1], given[-1], given[:2]) == (["a", "b", "c"], 3, "b", "c", ("a", "b"))
    assert given.rng().random() == given.rng().random() == np.random.default_rng(5).random()
    assert handed(TOY, ["a"]) == "a"
    assert handed(AFTER, ["a"]).seed == 0


def test_a_question_that_cannot_be_asked_is_told():
    assert said(lambda: analyze(TOY, [record(), record()])) == {
        "message": "toy takes one file at a time", "expected": "one file", "found": "2"
    }  # fmt: skip
    expected = 'a column, such as each="spectrum", and an analysis of one dataset'
    assert said(lambda: analyze_each(TOY, record())) == {
        "message": "toy does not say of what it answers for each", "expected": expected,
        "found": "each='', an analysis of dataset",
    }  # fmt: skip
    assert said(lambda: analyze_each(TOGETHER, record(), each="cycle")) == {
        "message": "together does not say of what it answers for each", "expected": expected,
        "found": "each='cycle', an analysis of datasets",
    }  # fmt: skip
    assert said(lambda: parameters(TOY, {}, "low")) == {
        "message": "toy has no profile 'low'", "expected": "high", "found": "low"
    }  # fmt: skip
    assert said(lambda: parameters(AFTER, {}, "low"))["expected"] == "no profile at all"


@dataclasses.dataclass(frozen=True)
class Params:
    """One parameter of each kind."""

    rest_time: float = option(1.0, "a time", unit="s")
    strict: bool = option(False, "yes or no")


def test_parameters_are_numbers_texts_or_truth_values_and_dashes_count_as_underscores():
    declared = dataclasses.replace(TOY, params=Params, profiles={"slow": {"rest_time": 60, "strict": True}})
    for given, profile, wanted in (
        ({}, None, Params()), ({"rest-time": 5, "strict": True}, None, Params(5.0, True)),
        ({"rest_time": "2 min"}, "slow", Params(120.0, True)), ({"strict": False}, "slow", Params(60.0, False)),
        ({"strict": "NO"}, "slow", Params(60.0, False)),
    ):  # fmt: skip
        assert parameters(declared, given, profile) == wanted


# -- what a plugin may give -----------------------------------------------------------------------------

GIVES = {
    "fine": Outcome({"level": Measurand("V", 1.0), "part_a": Measurand("ohm", 1.0), "any": Measurand("s", 1.0)}),
    "other": Outcome({"level": Measurand("mV", 1.0)}),
    "surprise": Outcome({"level": Measurand("V", 1.0), "surprise": Measurand("V", 1.0)}),
    "odd_part": Outcome({"part_b": Measurand("V", 1.0)}),
    "number": Outcome({"level": 1.0}),
    "array": Outcome(tables={"t": {"a": Series.of([1.0]), "b": np.zeros(1)}}),
    "trace": Outcome(diagnostics={"b": [1.0]}),
    "text": Outcome(flags=("no",)),
    "bare": Outcome(conditions={"c": 3}),
    "nothing": None,
}
OUTPUTS = (Output("level", "V", or_units=("A",)), Output("part_*", "ohm"), Output("any", unit_from="x"))


@dataclasses.dataclass(frozen=True)
class Which:
    """What the analysis gives."""

    one: str = option("fine", "its name")


def give(data, params):
    return GIVES[params.one]


GIVING = Analysis("giving", "G", f"{HERE}:give", (Need("U", "voltage", "V"),), params=Which, outputs=OUTPUTS)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        ("other", "it gave level in 'mV', declared is 'V or A'"),
        ("surprise", "it gave the measurand surprise, which it does not declare"),
        ("odd_part", "it gave part_b in 'V', declared is 'ohm'"),
        ("number", "it gave level: float, not Measurand"),
        ("array", "it gave table t, b: ndarray, not Series"),
        ("trace", "it gave diagnostic b: list, not Series"),
        ("text", "it gave flag 0: str, not Remark"),
        ("bare", "it gave c: int, not Condition"),
        ("nothing", "it gave a NoneType, not an Outcome"),
    ],
)
def test_an_outcome_that_is_not_as_declared_is_the_plugins_fault(one, found):
    assert said(lambda: analyze(GIVING, record(), params={"one": one})) == {
        "message": "the analysis giving failed", "where": f"{HERE}:give", "found": found,
        "cause": "a mistake in a plugin that is not installed",
        "hint": "report it to the plugin's author, with the file if you can",
    }  # fmt: skip


def test_an_outcome_of_declared_names_patterns_and_units_is_taken():
    assert analyze(GIVING, record()).measurands == GIVES["fine"].measurands
