"""A record holds datasets by kind, rebuilds its source, and compares whole."""

import datetime

import numpy as np
import pytest

from echub.errors import PluginError, UnknownColumn
from echub.model.build import SourceColumn, build_dataset, build_tables
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.remark import Dropped, Notice


def series(values=(1.0, 2.0)):
    return build_dataset("timeseries", [SourceColumn("time/s", np.asarray(values), "time", "s", index=0)])


def full(**changes):
    parts = {
        "metadata": Metadata([Entry("cell.area", 1.0, "cm^2", "x")]),
        "settings": {"a": [1, 2]},
        "notices": [Notice("n", "m")],
        "dropped": [Dropped("w", "y")],
        "provenance": Provenance(source={"name": "run.mpr"}, operations=("cut",)),
    }
    return Record([series()], **parts | changes)


def test_datasets_by_kind():
    record = full()
    assert record["timeseries"]["time"].tolist() == [1, 2]
    assert list(record) == ["timeseries"]
    assert len(record) == 1
    assert "impedance" not in record
    with pytest.raises(UnknownColumn, match="the record has no impedance dataset") as refused:
        record["impedance"]
    assert refused.value.found == "timeseries"


def test_a_record_without_datasets_is_there():
    empty = Record([], notices=[Notice("n", "m")])
    assert (bool(empty), len(empty)) == (True, 0)


def test_two_datasets_of_a_kind_are_a_mistake_of_the_reader():
    with pytest.raises(PluginError, match="two timeseries datasets"):
        Record([series(), series()])


def test_settings_become_plain_json():
    settings = {
        1: np.float32(0.5),
        "a": np.array([[1, 2]]),
        "b": (1, None),
        "c": b"\x01\xff",
        "d": datetime.date(2024, 1, 2),
        "e": float("nan"),
        "f": -np.inf,
    }
    assert Record([], settings=settings).settings == {
        "1": 0.5,
        "a": [[1, 2]],
        "b": [1, None],
        "c": "01ff",
        "d": "2024-01-02",
        "e": "NaN",
        "f": "-Infinity",
    }


def test_a_setting_that_json_cannot_hold_is_refused_by_name():
    with pytest.raises(TypeError, match="is a complex, which JSON cannot hold"):
        Record([], settings={"z": 1j})


def test_repr_says_what_is_there():
    assert repr(full()) == "<Record run.mpr: timeseries (2 rows, 2 columns)>"
    assert repr(Record([])) == "<Record record: no data>"
    table = build_dataset("table", [SourceColumn("y", np.ones(1), None, "V", index=0)])
    assert repr(Record([series(), table])) == (
        "<Record record: timeseries (2 rows, 2 columns), table (1 row, 2 columns)>"
    )


def test_source_table_puts_rows_and_columns_back_in_order():
    columns = [
        SourceColumn("time/s", [0.0, 1.0, 2.0], "time", "s", index=1),
        SourceColumn("freq/Hz", [0.0, 5.0, 0.0], "frequency", "Hz", index=0),
        SourceColumn("derived", [9.0, 9.0, 9.0]),
        SourceColumn("comment", ["a", "b", "a"], index=2),
    ]
    rebuilt = Record(build_tables(columns)).source_table()
    assert list(rebuilt) == [(0, "freq/Hz"), (1, "time/s"), (2, "comment")]
    assert rebuilt[0, "freq/Hz"].tolist() == [0, 5, 0]
    assert rebuilt[1, "time/s"].tolist() == [0, 1, 2]
    assert rebuilt[2, "comment"].tolist() == ["a", "b", "a"]


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": Metadata()},
        {"settings": {}},
        {"notices": []},
        {"dropped": []},
        {"provenance": Provenance()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_same_as_sees_every_difference(change):
    assert full().same_as(full())
    assert not full().same_as(full(**change))
    assert not full().same_as(Record([]))


def test_provenance_survives_its_dict():
    known = Provenance({"name": "a"}, {"name": "r"}, {"echub": "1"}, ("a.mps",), ("cut",))
    assert Provenance.from_dict(known.as_dict()) == known
    assert Provenance.from_dict({}) == Provenance()
