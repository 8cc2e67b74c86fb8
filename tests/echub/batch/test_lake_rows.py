"""Rows, partitions and cells of a lake: each value in its place, by what is stated here."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import os
import sys
import uuid
from dataclasses import replace

import numpy as np
import pytest

from echub.batch.lake import gathering, places
from echub.batch.lake.archive import Archive
from echub.batch.lake.places import Partition, claim, told
from echub.batch.lake.query import plain_cell
from echub.batch.lake.rows import add_record, bare_row, files_frame, frame_of, outcome_frame, state_of
from echub.batch.ledger import Entry, Ledger, Shard
from echub.errors import DataError, TargetClash
from echub.files.output import Written
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.remark import Notice


def metadata(**stated):
    made = Metadata()
    for path, value in stated.items():
        made.set(path.replace("__", "."), value, source="its head")
    return made


# -- partitions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "folder"),
    [
        ({}, "technique=unknown/month=unknown/instrument=unknown"),
        ({"technique__name": "CP"}, "technique=CP/month=unknown/instrument=unknown"),
        ({"experiment__start": "2024-03-14T10:00:00"}, "technique=unknown/month=2024-03/instrument=unknown"),
        (
            {"experiment__start": "2024-03-01T00:10:00", "experiment__start_utc": "2024-02-29T23:10:00+00:00"},
            "technique=unknown/month=2024-02/instrument=unknown",
        ),
        ({"instrument__model": "VSP"}, "technique=unknown/month=unknown/instrument=VSP"),
        ({"instrument__serial": "0017"}, "technique=unknown/month=unknown/instrument=0017"),
        (
            {"instrument__model": "VSP-3e", "instrument__serial": "7/8"},
            "technique=unknown/month=unknown/instrument=VSP-3e%207%2F8",
        ),
        ({"technique__name": ".."}, "technique=unknown/month=unknown/instrument=unknown"),
        ({"technique__name": "a.b_c"}, "technique=a.b_c/month=unknown/instrument=unknown"),
    ],
)
def test_a_partition_is_named_by_technique_month_and_instrument(stated, folder):
    assert Partition.of("timeseries", metadata(**stated)).folder == f"timeseries/{folder}"


@pytest.mark.parametrize(("month", "known"), [("00", False), ("01", True), ("12", True), ("13", False)])
def test_a_month_is_one_of_twelve(month, known):
    made = Partition.of("x", Fakes(**{"experiment.start": f"2024-{month}-01"}))
    assert made.month == (f"2024-{month}" if known else "unknown")


class Fakes:
    """Metadata that were not checked."""

    def __init__(self, **stated):
        self.stated = stated

    def value(self, path):
        return self.stated.get(path)


# -- the mark of a lake ----------------------------------------------------------------------------


def test_a_folder_is_claimed_once_for_one_archive(tmp_path):
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / ".echub-left.part").write_text("of a killed run")
    claim(lake, "../out")
    assert told(lake) == {"format": places.FORMAT, "archive": "../out"}
    claim(lake, "../out")
    with pytest.raises(TargetClash, match="another archive") as other:
        claim(lake, "../other")
    assert (other.value.expected, other.value.found) == ("../out", "../other")
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "a.txt").write_text("mine")
    with pytest.raises(TargetClash, match="something else"):
        claim(strange, "../out")


@pytest.mark.parametrize(
    ("mark", "refused"),
    [
        ('{"format": "echub-lake 2"}', ""),
        ('{"format": "echub-lake 1"}', ""),
        ('{"format": "echub-lake 3"}', "made by a newer echub"),
        ('{"format": "other-lake 2"}', "made by a newer echub"),
        ("{}", "is not a lake"),
        ("[]", "is not a lake"),
        ("no json", "is not a lake"),
    ],
)
def test_a_mark_that_cannot_be_understood_is_refused(tmp_path, mark, refused):
    (tmp_path / places.MARK).write_text(mark)
    if not refused:
        assert told(tmp_path) == json.loads(mark)
        return
    with pytest.raises(DataError, match=refused):
        told(tmp_path)


# -- cells -----------------------------------------------------------------------------------------

UNIQUE = uuid.UUID(int=5)


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        (1.5, 1.5), (math.nan, None), (math.inf, None), (decimal.Decimal("2.5"), 2.5), (None, None), (3, 3),
        (True, True), ("a", "a"), ([1.5, [math.nan]], [1.5, [None]]), ((1, "b"), [1, "b"]),
        ({1: math.inf, "b": {"c": 2}}, {"1": None, "b": {"c": 2}}), (datetime.date(2024, 3, 1), "2024-03-01"),
        (datetime.datetime(2024, 3, 1, 10), "2024-03-01T10:00:00"), (datetime.time(10, 5), "10:05:00"),
        (UNIQUE, str(UNIQUE)),
    ],
)  # fmt: skip
def test_a_cell_is_a_plain_type(cell, plain):
    found = plain_cell(cell)
    assert (found, type(found)) == (plain, type(plain))


def test_bytes_are_the_text_that_duckdb_makes_of_them():
    duckdb = pytest.importorskip("duckdb")
    octets = bytes(range(256))
    text = duckdb.connect().execute("SELECT ?::BLOB::VARCHAR", [octets]).fetchall()[0][0]
    assert plain_cell(octets) == text
    assert plain_cell([b"a\0'"]) == ["a\\x00\\x27"]


# -- files -----------------------------------------------------------------------------------------

ENTRY = Entry(
    "a.x", "../a.x", 7, "ab", "flagged", (Written("a.h5", 3, "cd"), Written("a.json", 1, "ef")), "acme", "2",
    "0.1", "1.2", "mark", "blake3:1", {"*.mps": "x"}, "code", "why",
)  # fmt: skip
BARE = {
    "source": "a.x", "path": "../a.x", "status": "flagged", "size": 7, "sha256": "ab", "reader": "acme",
    "version": "2", "echub": "0.1", "schema": "1.2", "settings": "mark", "content_hash": "blake3:1",
    "error": "code", "reason": "why", "output": ["a.h5", "a.json"], "state": "s", "parts": [], "kinds": [],
    "rows": 0, "notices": [],
}  # fmt: skip


def records():
    times = [
        SourceColumn("t", np.array([1.0, 2.0, 4.0]), "time", "s", index=0),
        SourceColumn("U", np.array([np.nan, 3.0, np.nan]), "voltage", "V", index=1),
        SourceColumn("I", np.full(3, np.nan), "current", "mA", index=2),
        SourceColumn("n", np.array([4, 5, 6]), "cycle", "#", index=3),
        SourceColumn("knob", np.array([7.0, 8.0, 9.0]), None, "bar", index=4),
    ]
    spectra = [SourceColumn("f", np.array([9.0, 8.0]), "frequency", "Hz", index=0)]
    yes, no = Notice("truncated", "it was cut"), Notice("late", "it began late")
    first = Record([build_dataset("timeseries", times)], notices=[yes, no, yes])
    first.metadata.set("cell.area", 2.0, "cm^2", source="--set")
    first.metadata.set("technique.name", "CP", source="its head")
    first.metadata.set("extra.note", "by hand", source="--set")
    return first, Record([build_dataset("impedance", spectra)], notices=[no])


def test_a_row_of_files_says_what_is_known_of_the_source_and_of_all_its_outputs():
    units: dict[str, str] = {}
    row = bare_row(ENTRY, "s")
    assert row == BARE
    first, second = records()
    add_record(row, units, first)
    known = {
        "cell.area": 2.0, "technique.name": "CP", "technique": "CP", "month": "unknown", "instrument": "unknown",
        "notices": ["truncated", "late"], "kinds": ["timeseries"], "rows": 3, "timeseries.rows": 3,
        "timeseries.row.first": 0.0, "timeseries.row.last": 2.0, "timeseries.time.first": 1.0,
        "timeseries.time.last": 4.0, "timeseries.voltage.first": 3.0, "timeseries.voltage.last": 3.0,
        "timeseries.cycle.first": 4.0, "timeseries.cycle.last": 6.0,
    }  # fmt: skip
    assert row == {**BARE, **known}
    seconds = {f"timeseries.time.{end}": "s" for end in ("first", "last")}
    volts = {f"timeseries.voltage.{end}": "V" for end in ("first", "last")}
    assert {name: unit for name, unit in units.items() if unit != "1"} == {"cell.area": "cm^2", **seconds, **volts}
    add_record(row, units, second)
    assert (row["kinds"], row["rows"], row["notices"]) == (["timeseries", "impedance"], 5, ["truncated", "late"])
    assert (row["impedance.rows"], row["impedance.frequency.first"], row["impedance.frequency.last"]) == (2, 9, 8)


def test_tables_hold_names_that_are_no_utf8_as_escapes():
    frame = frame_of([{"source": "caf\udce9", "output": ["\udcff", "b"], "rows": 3}])
    assert frame.to_dicts() == [{"source": "caf\\udce9", "output": ["\\udcff", "b"], "rows": 3}]


def test_a_table_of_no_files_has_every_column_with_its_type():
    import polars as pl

    kinds = dict(files_frame([]).schema)
    stated = {
        "source": pl.String, "size": pl.Int64, "rows": pl.Int64, "kinds": pl.List(pl.String), "state": pl.String,
        "cell.area": pl.Float64, "sample.id": pl.String, "month": pl.String, "parts": pl.List(pl.String),
    }  # fmt: skip
    assert {name: kinds[name] for name in stated} == stated
    extra = frame_of([{"timeseries.rows": 3, "timeseries.time.last": 2.0, "n": 1}]).schema
    assert list(extra.values()) == [pl.Int64, pl.Float64, pl.Int64]


def test_the_state_of_a_line_changes_with_it_and_with_the_format(monkeypatch):
    before = state_of(b"a\n")
    assert before == state_of(b"a\n") != state_of(b"b\n")
    assert len(before) == 16
    monkeypatch.setattr("echub.batch.lake.rows.FORMAT", "echub-lake 99")
    assert state_of(b"a\n") != before


# -- outcomes --------------------------------------------------------------------------------------

NONE = dict.fromkeys(("value", "unit", "uncertainty", "low", "high", "interval", "level", "censoring", "n"))


def outcome(**changes):
    made = {
        "format": "echub-outcome 1", "analysis": "x", "label": "cell 1", "status": "ok", "flags": [],
        "measurands": {}, "metadata": {}, "provenance": {"inputs": []},
    }  # fmt: skip
    return {**made, **changes}


def test_an_outcome_has_a_row_for_each_measurand(tmp_path):
    level = {"low": 1.0, "high": None, "kind": "bracket", "level": 0.95}
    told = outcome(
        flags=[{"code": "late"}, {"code": "noisy"}],
        measurands={
            "r": {"unit": "ohm", "value": 2.5, "uncertainty": 0.1, "interval": level, "n": 3, "censoring": "none"},
            "c": {
                "unit": "F",
                "value": None,
                "uncertainty": None,
                "interval": None,
                "n": None,
                "censoring": "right",
            },
        },
        metadata={
            "cell.temperature": {"value": 25.0, "unit": "degC", "source": "x"},
            "sample.id": {"value": "S1", "unit": None, "source": "x"},
            "no.such.path": {"value": 1, "unit": None, "source": "x"},
        },
        provenance={"inputs": [{"sha256": "cd"}, {"sha256": "ab"}, {"sha256": "cd"}, {}]},
    )
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.outcome.json").write_text(json.dumps(told))
    (tmp_path / "b.outcome.json").write_text(json.dumps(outcome(status="refused", measurands={})))
    units: dict[str, str] = {}
    frame, wrong = outcome_frame([tmp_path, tmp_path / "deep"], units)
    both = {
        "file": "a.outcome.json", "analysis": "x", "label": "cell 1", "status": "ok", "flags": "late noisy",
        "inputs": "ab cd", "cell.temperature": 25.0, "sample.id": "S1",
    }  # fmt: skip
    r = {
        "measurand": "r", "unit": "ohm", "value": 2.5, "uncertainty": 0.1, "low": 1.0, "high": None,
        "interval": "bracket", "level": 0.95, "n": 3, "censoring": "none",
    }  # fmt: skip
    refused = {
        **both, **NONE, "file": "b.outcome.json", "status": "refused", "flags": "", "inputs": "", "measurand": "",
        "cell.temperature": None, "sample.id": None,
    }  # fmt: skip
    assert (frame.to_dicts(), wrong) == (
        [refused, {**both, **r}, {**both, **NONE, "measurand": "c", "unit": "F", "censoring": "right"}], [],
    )  # fmt: skip
    assert units == {"cell.temperature": "degC"}


def test_what_is_no_number_has_no_value_and_a_list_has_no_column(tmp_path):
    """Of a file that was written by hand: NaN becomes null; the steps of a technique are not one cell."""
    interval = {"low": math.nan, "high": 2.5, "kind": "bracketing", "level": None}
    level = {"unit": "V", "value": 2.0, "uncertainty": 0.5, "interval": interval, "n": 1, "censoring": "none"}
    steps = {"value": [{"name": "CP"}], "unit": None, "source": "x"}
    told = outcome(measurands={"level": level}, metadata={"technique.steps": steps})
    (tmp_path / "a.outcome.json").write_text(json.dumps(told))
    frame, wrong = outcome_frame([tmp_path], {})
    (row,) = frame.to_dicts()
    assert (row["value"], row["low"], row["high"], wrong) == (2.0, None, 2.5, [])
    assert "technique.steps" not in row


def test_only_columns_over_rows_make_a_table():
    columns = {"time": Column("time", np.arange(2.0)), "map": Column("map", np.ones((2, 2)), axes=("row", "mass"))}
    assert gathering._is_table(Dataset("timeseries", {"time": columns["time"]}))
    assert not gathering._is_table(Dataset("timeseries", columns))


@pytest.mark.parametrize("text", ["{}", "[]", "no json", json.dumps(outcome(format="echub-outcome 2"))])
def test_what_is_no_outcome_is_named_and_the_others_are_read(tmp_path, text):
    (tmp_path / "a.outcome.json").write_text(text)
    (tmp_path / "b.outcome.json").write_text(json.dumps(outcome()))
    frame, wrong = outcome_frame([tmp_path], {})
    assert frame["file"].to_list() == ["b.outcome.json"]
    assert [problem.split(":")[0] for problem in wrong] == [str(tmp_path / "a.outcome.json")]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("measurands", "r", "value"), "2.5 ohm", "value is '2.5 ohm', not a number"),
        (("measurands", "r", "uncertainty"), [1], "uncertainty is [1], not a number"),
        (("measurands", "r", "n"), "3", "n is '3', not a number"),
        (("measurands", "r", "interval", "level"), "95%", "level is '95%', not a number"),
        (("metadata", "cell.temperature", "value"), "warm", "cell.temperature is 'warm', not a number"),
        (("metadata", "cell.n_interfaces"), {"value": 1.5}, "cell.n_interfaces is 1.5, not an integer"),
        (("metadata", "cell.symmetric"), {"value": "yes"}, "cell.symmetric is 'yes', not a boolean"),
    ],
)
def test_an_outcome_with_a_value_of_another_type_is_named_and_the_others_are_read(tmp_path, place, value, said):
    (tmp_path / "b.outcome.json").write_text(json.dumps(outcome()))
    interval = {"low": 1.0, "high": 4.0, "kind": "coverage", "level": 0.95}
    r = {"unit": "ohm", "value": 2.5, "uncertainty": 0.1, "interval": interval, "n": 3, "censoring": "none"}
    temperature = {"value": 25.0, "unit": "degC", "source": "x"}
    wrong = outcome(measurands={"r": r}, metadata={"cell.temperature": temperature})
    holder = wrong
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    (tmp_path / "a.outcome.json").write_text(json.dumps(wrong))
    frame, problems = outcome_frame([tmp_path], {})
    assert set(frame["file"]) == {"b.outcome.json"}
    assert problems == [f"{tmp_path / 'a.outcome.json'}: {said}"]


# -- the archive -----------------------------------------------------------------------------------


def entry(source, **more):
    return Entry(source, f"../raw/{source}", 7, "ab", "ok", **more)


@pytest.fixture
def archive(tmp_path):
    """Sources a, b and c in two ledgers, of which the second says something else about b."""
    out = tmp_path / "out"
    (tmp_path / "raw").mkdir()
    for name in "abc":
        (tmp_path / "raw" / name).touch()
    with Ledger(out, Shard(1, 2)) as first:
        first.note(entry("c"))
        first.note(entry("b", reader="before"))
        first.note(entry("a", reader="before"))
        first.note(entry("a"))
    with Ledger(out, Shard(2, 2)) as second:
        second.note(entry("b"))
    return out


def test_the_last_line_about_a_source_counts_in_whichever_ledger_it_is(archive):
    found = Archive(archive)
    new, replaced, gone = found.compare(())
    assert (len(found), replaced, gone, found.unreachable, found.damaged) == (3, [], [], 0, [])
    lines = list(found.entries(found.by_source(new)))
    assert sorted(read.source for read, _ in lines) == ["a", "b", "c"]
    assert {read.reader for read, _ in lines} == {""}
    assert [state for read, state in lines] == [state_of(read.line()) for read, _ in lines]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
def test_lines_are_sorted_by_the_names_that_the_lake_has(tmp_path):
    """An escape begins with a backslash, which stands before z; the byte that it stands for comes behind."""
    with Ledger(tmp_path / "out") as ledger:
        for name in ("cafz", os.fsdecode(b"caf\xe9"), "b"):
            ledger.note(replace(entry(name), path=f"s3://bucket/{name}"))
    found = Archive(tmp_path / "out")
    lines = found.entries(found.by_source(found.compare(())[0]))
    assert [read.source for read, _ in lines] == ["b", "caf\\udce9", "cafz"]


def test_what_is_known_is_new_only_if_it_says_something_else(archive, tmp_path):
    found = Archive(archive)
    states = {read.source: state for read, state in found.entries(found.compare(())[0])}
    new, replaced, gone = found.compare([("a", states["a"]), ("b", "0" * 16), ("x", states["a"]), ("y", "")])
    assert sorted(read.source for read, _ in found.entries(new)) == ["b", "c"]
    assert (replaced, gone) == (["b"], ["x", "y"])
    assert len(found.compare(states.items())[0]) == 0
    (tmp_path / "raw" / "b").unlink()
    there = Archive(archive)
    assert (len(there), there.unreachable) == (2, 0)
    assert there.compare(states.items())[1:] == ([], ["b"])
    for name in "ac":
        (tmp_path / "raw" / name).unlink()  # an empty mount point
    hidden = Archive(archive)
    assert (len(hidden), hidden.unreachable) == (3, 3)
    assert [len(part) for part in hidden.compare(states.items())] == [0, 0, 0]


def test_damaged_lines_are_named_and_an_unfinished_one_is_not(archive):
    ledger = archive / "echub-ledger.1-of-2.jsonl"
    ledger.write_bytes(b"{}\n" + ledger.read_bytes() + b'{"source": "d')
    found = Archive(archive)
    assert found.damaged == ["echub-ledger.1-of-2.jsonl line 1"]
    assert sorted(read.source for read, _ in found.entries(found.compare(())[0])) == ["a", "b", "c"]


def test_what_was_in_an_archive_is_gone_with_its_lines(archive):
    for name in ("1-of-2", "2-of-2"):
        (archive / f"echub-ledger.{name}.jsonl").write_bytes(b"")
    found = Archive(archive)
    new, replaced, gone = found.compare([("a", "1"), ("b", "")])
    assert (len(found), len(new), replaced, gone, found.unreachable) == (0, 0, [], ["a", "b"], 0)


@pytest.mark.parametrize(
    ("source", "path", "stays", "unreachable"),
    [
        ("b", "../raw/b", 0, 0),
        ("b", "s3://bucket/raw/b", 1, 0),  # whose store is not asked
        ("run_C01", "../raw/run_C01_01.mpr", 1, 0),  # joined files: the name of their run, not of a file
        ("deep/b", "../nowhere/deep/b", 1, 1),  # its whole folder cannot be seen
    ],
)
def test_a_source_stays_in_the_lake_unless_it_is_known_to_be_gone(tmp_path, source, path, stays, unreachable):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "other").touch()
    with Ledger(tmp_path / "out") as ledger:
        ledger.note(Entry(source, path, 7, "ab", "ok"))
    found = Archive(tmp_path / "out")
    assert (len(found), found.unreachable) == (stays, unreachable)


def test_first_and_last_values_are_those_of_numbers_over_rows():
    """A column without a unit has ends without one; codes, flags, yes and no, and maps have no ends."""
    columns = {
        "i": Column("i", np.array([1.0, 2.0]), "current", "mA"),
        "bare": Column("bare", np.array([3, 4]), "cycle", None),
        "code": Column("code", np.array([0, 1]), "technique", labels={0: "a", 1: "b"}),
        "flags": Column("flags", np.array([0, 1]), "flags", bits=(Bits("low", "low", 1),)),
        "on": Column("on", np.array([True, False]), "current"),
        "map": Column("map", np.ones((2, 2)), "current", "mA", axes=("row", "mass")),
        "knob": Column("knob", np.array([5.0, 6.0]), None, "bar"),
    }
    units: dict[str, str] = {}
    row = bare_row(ENTRY, "s")
    add_record(row, units, Record([Dataset("timeseries", columns)]))
    ends = {name: value for name, value in row.items() if name.endswith((".first", ".last"))}
    assert ends == {
        "timeseries.i.first": 1.0, "timeseries.i.last": 2.0,
        "timeseries.bare.first": 3.0, "timeseries.bare.last": 4.0,
    }  # fmt: skip
    assert units == {"timeseries.i.first": "mA", "timeseries.i.last": "mA"}


def test_a_column_without_rows_has_no_ends():
    row, units = bare_row(ENTRY, "s"), {}
    counts = Column("n", np.array([], np.int64), "cycle", "1")
    add_record(row, units, Record([Dataset("timeseries", {"n": counts})]))
    assert (row["rows"], row["timeseries.rows"], units) == (0, 0, {})
    assert "timeseries.n.first" not in row


@pytest.mark.parametrize(("sizes", "groups"), [([], []), ([3], [1]), ([10, 1], [1, 1]), ([9, 1], [2]),
                                              ([5, 5, 1], [2, 1]), ([4, 5, 2, 3], [3, 1])])  # fmt: skip
def test_files_are_put_together_until_a_part_is_full(tmp_path, monkeypatch, sizes, groups):
    """A part is full from ten bytes on; the file that fills it is the last one in it."""
    monkeypatch.setattr(gathering, "PART_BYTES", 10)
    paths = [tmp_path / str(n) for n in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        path.write_bytes(b"x" * size)
    found = list(gathering._groups(paths))
    assert ([len(group) for group in found], [path for group in found for path in group]) == (groups, paths)


@pytest.mark.parametrize(("size", "rewritten"), [(9, ["d/old.parquet"]), (10, []), (11, [])])
def test_a_part_that_is_full_is_not_written_anew(tmp_path, monkeypatch, size, rewritten):
    monkeypatch.setattr(gathering, "PART_BYTES", 10)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "old.parquet").write_bytes(b"x" * size)
    lake = gathering._Gathering.__new__(gathering._Gathering)
    lake.lake = tmp_path
    assert lake._to_rewrite("d", set()) == rewritten
    assert lake._to_rewrite("d", {"d/old.parquet"}) == ["d/old.parquet"]
