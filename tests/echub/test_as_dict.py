"""What is told to machines: every field of a result stands under its own key, with its own value."""

from __future__ import annotations

import dataclasses
import json

import pytest

from echub.analysis.fitting import Standing, Suitability
from echub.analysis.outcome import (
    FORMAT,
    Component,
    Condition,
    Interval,
    Measurand,
    Outcome,
    Sensitivity,
    Series,
)
from echub.batch.lake.rows import outcome_frame
from echub.errors import ReadError
from echub.files.aligning import Alignment
from echub.files.conversion import Conversion, summary
from echub.files.verification import Check
from echub.model.build import SourceColumn, build_dataset
from echub.model.comparison import Comparison, Verdict
from echub.model.record import Provenance, Record
from echub.plugin import Decision
from echub.remark import Dropped, Remark
from echub.science.events import Offset
from echub.validation.problem import Problem
from tests.messages.saying import Fake

REMARK = Remark(
    "truncated", "a message", "refusal", "a place", "expected", "found", "cause", "hint", "column", (3, 4), 9
)
ERROR = {
    name: f"the {name}" for name in ("path", "where", "expected", "found", "cause", "hint", "column")
}  # every part that an error can have
MEASURAND = Measurand(
    "mA/cm^2", 1.5, 0.25,
    Interval(1.0, 2.0, level=0.9, kind="coverage", includes_low=False, method="by bootstrap"),
    n=7, quantity="current_density", components=(Component("scatter", 0.2, "B", "area"),), note="a note",
    area_basis="geometric",
)  # fmt: skip
OUTCOME = Outcome(
    {"level": MEASURAND},
    flags=(REMARK,),
    tables={"by_cycle": {"n": Series.of([1.0, 2.0], "s")}},
    sensitivity=(Sensitivity("window", "20 s", "level", 1.25, 0.5),),
    diagnostics={"U": Series.of([3.0], "V")},
    conditions={"cycle": Condition(3, "1", compared=False)},
    metadata={"cell.area": {"value": 2.0, "unit": "cm^2", "source": "file"}},
    provenance={"inputs": [{"sha256": "ab"}]},
    analysis="toy",
    label="a.mpr",
)
DATASET = build_dataset("timeseries", [SourceColumn("I/uA", [1.0, 2.0], "current", "mA", "programmed", index=0)])
COLUMNS = [
    {"name": "row", "unit": "1", "quantity": "record", "origin": "reported", "source": ""},
    {"name": "current", "unit": "mA", "quantity": "current", "origin": "programmed", "source": "I/uA"},
]
VERDICT = Verdict("timeseries", "a header", "b header", "differs", 9, 2, 4, 1.5, 2.5)
PROVENANCE = Provenance({"name": "a.x"}, {"name": "acme"}, {"echub": "1"}, ("a.mps",), ("joined",))
RECORD = Record([DATASET], dropped=[Dropped("3 bytes", "no column")], provenance=PROVENANCE)
EVENT = Offset(1.0, 2.0, 3.0, 4.0, 5, 6, 7.0, (), 8.0, 9.0, 10.0)
PLACES = {name: getattr(REMARK, name) for name in ("expected", "found", "cause", "hint", "column")}


def conversion(**changes):
    made = Conversion("a.x", ["a.h5"], record=RECORD, seconds=1.23456, content_hash="blake3:1")
    for name, value in changes.items():
        setattr(made, name, value)
    return made


CONVERTED = {
    "source": "a.x", "output": "a.h5", "status": "flagged", "reader": "acme",
    "datasets": [{"name": "timeseries", "kind": "timeseries", "rows": 2, "columns": COLUMNS}],
    "dropped": [{"what": "3 bytes", "why": "no column"}], "warnings": [], "seconds": 1.2346, "siblings": ["a.mps"],
    "content_hash": "blake3:1",
}  # fmt: skip

TOLD = {
    "remark": (REMARK, {
        "code": "truncated", "message": "a message", "severity": "refusal", "where": "a place", **PLACES,
        "rows": [3, 4], "count": 9,
    }),
    "dropped": (Dropped("3 bytes", "no column"), {"what": "3 bytes", "why": "no column"}),
    "error": (ReadError("a message", **ERROR), {
        "code": "read-error", "message": "a message", **ERROR, "where": "the where, column the column",
    }),
    "decision": (Decision("what", "chosen", "evidence", "rival"), {
        "what": "what", "chosen": "chosen", "evidence": "evidence", "rival": "rival",
    }),
    "provenance": (PROVENANCE, {
        "source": {"name": "a.x"}, "reader": {"name": "acme"}, "software": {"echub": "1"}, "siblings": ["a.mps"],
        "operations": ["joined"],
    }),
    "check": (Check("values", False, "8"), {"what": "values", "holds": False, "found": "8"}),
    "comparison": (Comparison([VERDICT], ["p"], ["q"], ["rows"], ["meta"]), {
        "agrees": False, "columns": [{
            "dataset": "timeseries", "a_header": "a header", "b_header": "b header", "verdict": "differs",
            "compared": 9, "rows": 2, "first": 4, "a": 1.5, "b": 2.5,
        }], "only_a": ["p"], "only_b": ["q"], "differences": ["rows"], "metadata": ["meta"],
    }),
    "alignment": (Alignment("b.x", "steps", 1.5, 0.5, 1.0, 2.0, 1e-3, EVENT), {
        "name": "b.x", "found": "steps", "offset": 1.5, "uncertainty": 0.5, "low": 1.0, "high": 2.0,
        "drift": 1e-3, "steps": 5, "steps_inside": 6, "drift_found": 8.0, "drift_uncertainty": 9.0,
    }),
    "suitability": (
        Suitability(Fake(name="toy", title="Mean"), Standing.ASKS, Remark("c", "m", hint="h"), 0.5),
        {"name": "toy", "title": "Mean", "standing": "asks", "why": {
            "code": "c", "message": "m", "severity": "warning", "hint": "h"}},
    ),
    "suitability of one of several": (
        Suitability(Fake(name="toy", title="Mean"), Standing.SUITS, choose="--select one"),
        {"name": "toy", "title": "Mean", "standing": "suits", "why": None, "choose": "--select one"},
    ),
    "problem": (Problem(Fake(id="ECH101", name="unit-mismatch"), "a.x", REMARK, "timeseries"), {
        "rule": "ECH101", "name": "unit-mismatch", "severity": "refusal", "path": "a.x", "message": "a message",
        "dataset": "timeseries", "where": "a place", "rows": [3, 4], "count": 9, **PLACES,
    }),
    "conversion": (conversion(), CONVERTED),
    "several outputs": (conversion(outputs=["a.csv", "a.json"]), {**CONVERTED, "output": ["a.csv", "a.json"]}),
    "failed conversion": (Conversion("a.x", error=ReadError("a message", path="a.x")), {
        "source": "a.x", "output": None, "status": "failed", "reader": None, "datasets": [], "dropped": [],
        "warnings": [], "seconds": 0.0, "siblings": [],
        "error": {"code": "read-error", "message": "a message", "path": "a.x"},
    }),
    "outcome": (OUTCOME, {
        "format": FORMAT, "analysis": "toy", "label": "a.mpr", "status": "refused",
        "measurands": {"level": {
            "unit": "mA/cm^2", "value": 1.5, "uncertainty": 0.25, "interval": {
                "low": 1.0, "high": 2.0, "level": 0.9, "kind": "coverage", "includes_low": False,
                "includes_high": True, "method": "by bootstrap"},
            "censoring": "none", "n": 7, "quantity": "current_density",
            "components": [{"name": "scatter", "uncertainty": 0.2, "kind": "B", "group": "area"}],
            "note": "a note", "area_basis": "geometric",
        }},
        "flags": [{
            "code": "truncated", "message": "a message", "severity": "refusal", "where": "a place", **PLACES,
            "rows": [3, 4], "count": 9}],
        "conditions": {"cycle": {"value": 3, "unit": "1", "compared": False}},
        "sensitivity": [{
            "parameter": "window", "setting": "20 s", "measurand": "level", "value": 1.25, "change": 0.5}],
        "tables": {"by_cycle": {"n": {"unit": "s", "values": [1.0, 2.0]}}},
        "metadata": {"cell.area": {"value": 2.0, "unit": "cm^2", "source": "file"}},
        "provenance": {"inputs": [{"sha256": "ab"}]},
        "diagnostics": {"U": {"unit": "V", "values": [3.0]}},
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_each_field_stands_under_its_key(name):
    thing, expected = TOLD[name]
    told = thing.as_dict()
    assert told == expected
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("name", ["remark", "provenance", "outcome"])
def test_what_was_told_is_read_back(name):
    thing, _ = TOLD[name]
    again = type(thing).from_dict(thing.as_dict())
    assert again.as_dict() == thing.as_dict()
    for field in dataclasses.fields(thing):
        assert getattr(again, field.name) == getattr(thing, field.name), field.name


def test_a_dataset_in_short():
    assert summary(dataclasses.replace(DATASET, label="timeseries_a")) == {
        "name": "timeseries_a", "kind": "timeseries", "rows": 2, "columns": COLUMNS,
    }  # fmt: skip


def test_a_row_of_a_lake_has_each_field_of_an_outcome(tmp_path):
    answered = OUTCOME.replace(flags=(Remark("noisy", "x"), Remark("drift", "y")))
    (tmp_path / "a.outcome.json").write_text(answered.to_json())
    refused = OUTCOME.replace(measurands={}, provenance={"inputs": [{"sha256": "b"}, {"sha256": "a"}]})
    (tmp_path / "b.outcome.json").write_text(refused.to_json())
    (tmp_path / "c.outcome.json").write_text('{"format": "other"}')
    units: dict[str, str] = {}
    frame, wrong = outcome_frame([tmp_path], units)
    first, second = frame.to_dicts()
    assert first == {
        "file": "a.outcome.json", "analysis": "toy", "label": "a.mpr", "status": "flagged", "measurand": "level",
        "value": 1.5, "unit": "mA/cm^2", "uncertainty": 0.25, "low": 1.0, "high": 2.0, "interval": "coverage",
        "level": 0.9, "censoring": "none", "n": 7, "flags": "noisy drift", "inputs": "ab", "cell.area": 2.0,
    }  # fmt: skip
    assert (second["status"], second["measurand"], second["value"], second["low"]) == ("refused", "", None, None)
    assert second["inputs"] == "a b"
    assert units == {"cell.area": "cm^2"}
    assert wrong == [f"{tmp_path / 'c.outcome.json'}: format other"]
