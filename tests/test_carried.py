"""What a function passes on, it passes on whole: every part of a record, every row, every limit."""

from __future__ import annotations

import numpy as np
import pytest

from echub.analysis.samples import outcomes_of
from echub.files.joining import Link, join
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Provenance
from echub.plugin import Dropped, Metadata, Notice, Record
from echub.testing.base import RuleViolation
from echub.testing.rules_content import ROUNDING, _check_positions
from echub.testing.tables import same_numbers
from echub_eis.method.circuit import canonical
from echub_eis.method.model import Model
from echub_eis.method.parse import parse
from echub_export.options import ExportOptions
from echub_export.shape import shaped


def record(name="a.mpr"):
    columns = [
        SourceColumn("t", np.arange(3.0), "time", "s", index=0),
        SourceColumn("I", np.arange(3.0), "current", "mA", index=1),
    ]
    metadata = Metadata()
    metadata.set("cell.area", "2 cm^2")
    metadata.set("experiment.start", "2024-03-14T10:00:00")
    return Record(
        [build_dataset("timeseries", columns)],
        metadata=metadata,
        settings={"mode": "GCPL", "of": name},
        notices=[Notice("truncated", "the file was cut")],
        dropped=[Dropped("3 bytes", "no column")],
        provenance=Provenance(source={"name": name, "size": 5, "sha256": name}, siblings=(f"{name}.mps",)),
    )


PARTS = [name for name in vars(record()) if name != "datasets"]


@pytest.mark.parametrize("options", [{"columns": "current"}, {"units": "current=A"}])
@pytest.mark.parametrize("part", PARTS)
def test_a_record_of_other_columns_keeps_everything_else(part, options):
    given = record()
    assert getattr(shaped(given, ExportOptions(**options)), part) == getattr(given, part)


def test_parts_of_a_run_keep_what_each_says_under_its_name():
    links = [Link("run", 1, "01_CP"), Link("run", 2, "02_OCV")]
    joined = join([record("a"), record("b")], links)
    assert [(d.what, d.why) for d in joined.dropped] == [
        ("01_CP: 3 bytes", "no column"),
        ("02_OCV: 3 bytes", "no column"),
    ]
    assert [n.message for n in joined.notices] == ["01_CP: the file was cut", "02_OCV: the file was cut"]
    assert joined.settings == {"01_CP": {"mode": "GCPL", "of": "a"}, "02_OCV": {"mode": "GCPL", "of": "b"}}
    assert joined.metadata.value("cell.area", "cm^2") == 2
    assert joined.provenance.source["size"] == 10
    assert [part["name"] for part in joined.provenance.source["parts"]] == ["a", "b"]
    assert joined.provenance.siblings == ("a.mps", "b.mps")
    assert joined.provenance.operations == ("joined a, b",)
    assert [dataset.attrs["part"] for dataset in joined.datasets.values()] == ["01_CP", "02_OCV"]


def test_an_outcome_of_a_sample_names_its_row_as_a_spreadsheet_does():
    columns = [
        SourceColumn("sample_id", np.array(["a", "a", "b"]), "sample_id", None, index=0),
        SourceColumn("dose", np.array([1.0, 1.0, 2.0]), None, "1", index=1),
        SourceColumn("replicate", np.array([1, 2, 1]), "replicate", "1", index=2),
        SourceColumn("y", np.array([1.0, 3.0, 9.0]), None, "1", index=3),
    ]
    table = Record(
        [build_dataset("table", columns)], provenance=Provenance(source={"name": "t.csv", "sha256": "f"})
    )
    one, two = outcomes_of(table)
    assert [outcome.provenance["inputs"] for outcome in (one, two)] == [
        [{"name": "t.csv", "sha256": "f", "row": 1}],
        [{"name": "t.csv", "sha256": "f", "row": 3}],
    ]
    assert two.metadata["sample.id"]["source"] == "t.csv row 3"
    assert (one["y"].value, one["y"].n) == (2.0, 2)


# -- circuits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "R{R=5/1/10}",
        "R{R=5/1/inf}",
        "R{R=5/0/10}",
        "R{R=5f}",
        "R(RQ{Q=0.001, n=0.8f})",
        "R(RC{C=0.001/1e-05/0.1})",
    ],
)
def test_a_circuit_is_written_with_everything_that_was_stated(text):
    assert canonical(parse(canonical(parse(text)))) == canonical(parse(text)) == text


def test_limits_of_each_parameter_are_those_of_the_fit():
    model = Model(parse("R{R=5/1/10}(R{R=7/2/inf}C{C=0.001/1e-05/0.1})"))
    given = [value for leaf in model.leaves for value in leaf.given]
    assert sorted(given) == ["C", "R", "R"]
    low, high = model.limits()
    places = [model.at(number, "R") for number in range(2)]
    assert np.exp([low[at] for at in places]) == pytest.approx([1, 2])
    assert np.exp([high[at] for at in places]) == pytest.approx([10, np.inf])


# -- rules of the contract ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "gaps", "found"),
    [
        ([(0, "a"), (0, "b")], False, r"several at \[0\]"),
        ([(0, "a"), (0, "b")], True, r"several at \[0\]"),
        ([(0, "a"), (2, "b")], False, r"none at \[1\]"),
    ],
)
def test_positions_that_are_doubtful_break_the_rule(places, gaps, found):
    with pytest.raises(RuleViolation, match=found):
        _check_positions(dict.fromkeys(places, np.zeros(1)), may_have_gaps=gaps)


def test_positions_that_are_sound_keep_it():
    _check_positions(dict.fromkeys([(0, "a"), (1, "b")], np.zeros(1)), may_have_gaps=False)
    _check_positions(dict.fromkeys([(0, "a"), (2, "b")], np.zeros(1)), may_have_gaps=True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1e-20], [2e-20], False),
        ([0.0], [1e-16], False),
        ([1.0], [1.0 + 2.0**-52], True),
        ([np.nan], [np.nan], True),
        ([np.nan], [0.0], False),
        ([[1.0], [1.0]], [1.0, 1.0], False),
    ],
)
def test_numbers_are_the_same_to_some_roundings_however_small(one, other, same):
    assert same_numbers(np.array(one), np.array(other), tolerance=ROUNDING) is same
