"""A lake says what its archive says: each source once, with units, after every kind of change and interruption."""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from echub.batch.batch import convert_many
from echub.batch.lake import gathering, rows
from echub.batch.lake.gathering import gather
from echub.batch.lake.places import FILES
from echub.batch.lake.tables import read_table, units_of, write_table
from echub.batch.ledger import Entry, Ledger
from echub.batch.workers import Died
from echub.errors import (
    DataError,
    PluginDied,
    PluginError,
    TargetBusy,
    TargetClash,
    TargetNotWritable,
    UnknownOption,
)
from echub.files import store
from echub.files.output import Written, file_sha256
from echub.model.build import SourceColumn, build_dataset, build_map
from echub.model.record import Record
from tests.echub.folders import TABLE


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def converted(folder, out):
    list(convert_many([folder], out))
    return out


def table(lake, kind="timeseries"):
    """Every row of a kind, as polars reads it without us."""
    parts = [pl.scan_parquet(path, hive_partitioning=True) for path in sorted((lake / kind).rglob("*.parquet"))]
    return pl.concat(parts, how="diagonal_relaxed").collect()


def counts(result):
    return result.added, result.replaced, result.removed, result.unchanged


def rows_by_source(lake, kind="timeseries"):
    return dict(table(lake, kind).group_by("source").len().iter_rows())


def test_polars_reads_every_value_and_unit_without_us(converted, folder, lake):
    gather(converted, lake)
    cp = table(lake).filter(pl.col("source") == "cp.mpr").sort("row")
    record = echub.read(folder / "cp.mpr")["timeseries"]
    assert cp["current"].to_list() == record["current"].tolist()
    assert cp["technique"].unique().to_list() == ["CP"]
    (part,) = (lake / "timeseries" / "technique=CP").rglob("*.parquet")
    assert {"time": "s", "current": "mA"}.items() <= units_of(part).items()
    pq = pytest.importorskip("pyarrow.parquet")
    assert pq.read_schema(part).field("current").metadata == {b"units": b"mA"}
    assert pq.read_schema(lake / FILES).field("cell.area").metadata == {b"units": b"cm^2"}


def test_what_is_missing_is_null_in_every_part(folder, out, lake):
    for name, lines in (("a", "0,3.5,,x\n1,NaN,1.5,\n"), ("b", "0,,0.5,y\n1,3.6,0.6,z\n")):
        (folder / f"{name}.csv").write_text(f"time/s,voltage/V,current/mA,note\n{lines}", encoding="utf-8")
    list(convert_many([folder], out))
    gather(out, lake)
    found = table(lake).filter(pl.col("source").is_in(["a.csv", "b.csv"])).sort("source", "row")
    assert found["current"].to_list() == [None, 1.5, 0.5, 0.6]
    assert found["voltage"].is_null().to_list() == [False, False, True, False]
    assert found["voltage"].is_nan().to_list() == [False, True, None, False]
    assert found["vendor_note"].to_list() == ["x", None, "y", "z"]


def test_a_lake_of_an_older_format_is_gathered_anew_and_said_until_then(converted, lake, monkeypatch):
    monkeypatch.setattr("echub.batch.lake.places.FORMAT", "echub-lake 1")
    monkeypatch.setattr("echub.batch.lake.rows.FORMAT", "echub-lake 1")
    assert counts(gather(converted, lake))[1] == 0
    monkeypatch.undo()
    pytest.importorskip("duckdb")
    from echub.batch.lake.query import Lake

    assert Lake(lake).is_outdated
    before = table(lake).height
    added, replaced, removed, unchanged = counts(gather(converted, lake))
    assert (added, removed, unchanged) == (0, 0, 0)
    assert replaced > 0
    assert table(lake).height == before
    assert not Lake(lake).is_outdated


def test_the_table_of_files_has_metadata_status_ends_and_counts(converted, folder, lake):
    gather(converted, lake)
    files = {row["source"]: row for row in pl.read_parquet(lake / FILES).to_dicts()}
    record = echub.read(folder / "cp.mpr")
    cp, series = files["cp.mpr"], record["timeseries"]
    assert cp["cell.area"] == record.metadata.value("cell.area") == 0.785
    assert (cp["status"], cp["rows"], cp["timeseries.rows"]) == ("ok", series.rows, series.rows)
    assert (cp["timeseries.time.first"], cp["timeseries.time.last"]) == (series["time"][0], series["time"][-1])
    assert cp["sha256"] == record.provenance.source["sha256"]
    assert (files["damaged.mpr"]["status"], files["damaged.mpr"]["error"]) == ("failed", "read-error")
    assert files["notes.txt"]["parts"] == []
    assert files["deep/peis.mpr"]["kinds"] == ["impedance"]


def test_nothing_changed_changes_no_byte(converted, lake):
    assert counts(gather(converted, lake)) == (5, 0, 0, 0)
    before = {path: path.read_bytes() for path in lake.rglob("*.parquet")}
    assert counts(gather(converted, lake)) == (0, 0, 0, 5)
    assert {path: path.read_bytes() for path in lake.rglob("*.parquet")} == before


def test_changed_removed_and_new_sources_are_there_once(converted, folder, lake):
    gather(converted, lake)
    (folder / "deep" / "table.csv").write_text(TABLE.format(7) + "3,5;7,5\n")
    (folder / "cp.mpr").unlink()
    shutil.copy(folder / "deep" / "peis.mpr", folder / "again.mpr")
    list(convert_many([folder], converted))
    assert counts(gather(converted, lake)) == (1, 1, 1, 3)
    assert set(rows_by_source(lake)) == {"deep/table.csv"}
    assert rows_by_source(lake)["deep/table.csv"] == 4
    impedance = rows_by_source(lake, "impedance")
    assert impedance["again.mpr"] == impedance["deep/peis.mpr"]
    assert impedance["again.mpr"] == echub.read(folder / "again.mpr")["impedance"].rows
    assert "cp.mpr" not in pl.read_parquet(lake / FILES)["source"]
    assert not (lake / "timeseries" / "technique=CP").exists()


def test_a_source_folder_that_is_not_mounted_keeps_its_rows(converted, folder, lake):
    gather(converted, lake)
    folder.rename(folder.with_name("elsewhere"))
    result = gather(converted, lake)
    assert (result.removed, result.unreachable, result.unchanged) == (0, 5, 5)
    folder.mkdir()  # an empty mount point
    assert gather(converted, lake).removed == 0


def test_small_parts_of_one_partition_become_one(folder, out, lake):
    for name in ("a", "b", "c"):
        shutil.copy(folder / "cp.mpr", folder / f"{name}.mpr")
        list(convert_many([folder], out))
        gather(out, lake)
    assert len(list((lake / "timeseries" / "technique=CP").rglob("*.parquet"))) == 1
    assert len(set(rows_by_source(lake).values()) - {3}) == 1
    assert {"a.mpr", "b.mpr", "c.mpr", "cp.mpr"} < set(rows_by_source(lake))


def test_full_parts_are_left_alone(folder, out, lake, monkeypatch):
    monkeypatch.setattr(gathering, "PART_BYTES", 1)
    for name in ("a", "b"):
        list(convert_many([folder], out))
        gather(out, lake)
        shutil.copy(folder / "cp.mpr", folder / f"{name}.mpr")
    assert len(list((lake / "timeseries" / "technique=CP").rglob("*.parquet"))) == 2
    assert len(table(lake).unique(["source", "row"])) == len(table(lake))


@pytest.mark.parametrize("at", ["moved", "manifest"])
def test_a_run_killed_at_any_point_leaves_nothing_doubled(converted, folder, lake, monkeypatch, at):
    gather(converted, lake)
    whole = rows_by_source(lake)
    (folder / "deep" / "table.csv").write_text(TABLE.format(9))
    list(convert_many([folder], converted))

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if at == "moved":
            patched.setattr(gathering, "write_atomically", die)
        else:
            patched.setattr(gathering._Gathering, "_delete", lambda self, parts: die() if set(parts) else None)
        with pytest.raises(KeyboardInterrupt):
            gather(converted, lake)
    gather(converted, lake)
    assert rows_by_source(lake) == whole
    values = table(lake).filter(pl.col("source") == "deep/table.csv")
    assert 9.75 in [value for name in values.columns for value in values[name].to_list()]


def test_a_run_killed_while_it_claimed_the_folder_is_followed_by_a_whole_one(converted, lake):
    lake.mkdir()
    for name in ("0123456789abcdef", "fedcba9876543210"):
        (lake / f".echub-{name}.part").write_bytes(b"{")
    gather(converted, lake)
    assert not list(lake.glob("*.part"))
    assert rows_by_source(lake)


@pytest.mark.parametrize("name", ["a.txt", "z.txt"])
def test_a_folder_with_one_strange_file_among_unfinished_ones_is_no_lake(converted, lake, name):
    lake.mkdir()
    for other in (".echub-1.part", ".echub-2.part", name):
        (lake / other).write_bytes(b"x")
    with pytest.raises(TargetClash, match="something else than a lake"):
        gather(converted, lake)
    assert len(list(lake.iterdir())) == 3


def test_each_line_of_a_ledger_that_cannot_be_read_is_named(out, lake):
    out.mkdir()
    (out / "echub-ledger.jsonl").write_bytes(b"torn\n{}\n")
    problems = gather(out, lake).problems
    assert problems == [f"echub-ledger.jsonl line {n} cannot be read" for n in (1, 2)]


def test_small_old_and_new_parts_of_a_partition_become_one(tmp_path, out, lake, monkeypatch):
    """Two parts that were full by an earlier measure, and two that two workers made."""
    raw = tmp_path / "raw"
    raw.mkdir()
    monkeypatch.setattr(gathering, "CHUNK", 1)
    for names, size, parts in (("ab", 1, 2), ("cd", 1 << 20, 1)):
        for name in names:
            (raw / f"{name}.csv").write_text(TABLE.format(3))
        list(convert_many([raw], out))
        monkeypatch.setattr(gathering, "PART_BYTES", size)
        assert gather(out, lake).parts == parts
    assert rows_by_source(lake) == {f"{name}.csv": 3 for name in "abcd"}
    (told,) = pl.read_parquet(lake / FILES)["parts"].unique().to_list()
    assert [lake / part for part in told] == list((lake / "timeseries").rglob("*.parquet"))


def test_what_is_no_table_or_has_no_rows_is_a_row_of_files_alone(out, lake):
    axes = ("species", "frame", "y", "x")
    counts_ = SourceColumn("N", np.ones((1, 1, 2, 2)), "ion_counts", "count", axes=axes)
    empty = SourceColumn("t", np.zeros(0), "time", "s", index=0)
    out.mkdir()
    made = {"map": build_map("ion_map", [counts_]), "none": build_dataset("timeseries", [empty])}
    with Ledger(out) as ledger:
        for name, dataset in made.items():
            path = out / f"{name}.h5"
            (out.parent / f"{name}.x").touch()
            store.write(Record([dataset]), path)
            written = (Written(path.name, path.stat().st_size, file_sha256(path)),)
            ledger.note(Entry(f"{name}.x", f"../{name}.x", 1, name, "ok", written))
    result = gather(out, lake)
    assert (counts(result), result.parts, result.problems) == ((2, 0, 0, 0), 0, [])
    files = pl.read_parquet(lake / FILES).sort("source").to_dicts()
    assert [(row["source"], row["status"], row["kinds"], row["parts"]) for row in files] == [
        ("map.x", "ok", ["ion_map"], []), ("none.x", "ok", ["timeseries"], [])
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["impedance", "timeseries"])
def test_a_source_that_fails_takes_out_its_own_rows_alone(tmp_path, eclab, out, lake, kind):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("a", "b", "c"):
        shutil.copy(eclab / "geis_with_dc.mpr", raw / f"{name}.mpr")
    list(convert_many([raw], out, to="csv"))
    (out / f"b.mpr.{kind}.csv").write_text("1,2\n")
    assert [problem.split(":")[0] for problem in gather(out, lake).problems] == ["b.mpr"]
    for own in ("impedance", "timeseries"):
        assert set(rows_by_source(lake, own)) == {"a.mpr", "c.mpr"}


def test_an_output_that_was_changed_is_not_gathered_and_tried_again(converted, lake):
    target = converted / "cp.mpr.h5"
    whole = target.read_bytes()
    target.write_bytes(whole[:-1])
    result = gather(converted, lake)
    assert [problem.split(":")[0] for problem in result.problems] == ["cp.mpr"]
    assert "cp.mpr" not in rows_by_source(lake)
    target.write_bytes(whole)
    assert counts(gather(converted, lake)) == (0, 1, 0, 4)
    assert "cp.mpr" in rows_by_source(lake)


def test_an_output_that_is_gone_is_a_problem_until_it_is_there_again(converted, lake):
    target = converted / "cp.mpr.h5"
    target.rename(converted / "aside")
    assert gather(converted, lake).problems == [
        "cp.mpr: the output is not what the ledger says was written [source-changed]"
    ]
    assert "cp.mpr" not in rows_by_source(lake)
    (converted / "aside").rename(target)
    assert (counts(gather(converted, lake)), "cp.mpr" in rows_by_source(lake)) == ((0, 1, 0, 4), True)


@pytest.fixture
def tables(tmp_path, eclab, out):
    """Convert two files to CSV, one of which has two tables: three tables with a file each that describes them."""
    raw = tmp_path / "two"
    raw.mkdir()
    shutil.copy(eclab / "geis_with_dc.mpr", raw / "geis.mpr")
    shutil.copy(eclab / "cp.mpr", raw)
    list(convert_many([raw], out, to="csv"))
    return out


def test_tables_of_text_are_gathered_with_what_describes_them(tables, lake):
    result = gather(tables, lake)
    assert (result.problems, counts(result)) == ([], (2, 0, 0, 0))
    files = {row["source"]: row for row in pl.read_parquet(lake / FILES).to_dicts()}
    assert sorted(files["geis.mpr"]["kinds"]) == ["impedance", "timeseries"]
    assert rows_by_source(lake) == {name: files[name]["timeseries.rows"] for name in ("geis.mpr", "cp.mpr")}
    assert rows_by_source(lake, "impedance") == {"geis.mpr": files["geis.mpr"]["impedance.rows"]}


@pytest.mark.parametrize("kinds", [["impedance"], ["timeseries"], ["impedance", "timeseries"], []])
def test_only_the_kinds_that_are_asked_for_are_tables_and_all_are_counted(tables, lake, kinds):
    gather(tables, lake, kinds=kinds)
    there = {path.name for path in lake.iterdir() if path.is_dir()}
    assert there == set(kinds or ["impedance", "timeseries"])
    files = pl.read_parquet(lake / FILES).sort("source").to_dicts()
    assert [sorted(row["kinds"]) for row in files] == [["timeseries"], ["impedance", "timeseries"]]


def test_other_kinds_are_gathered_anew(tables, lake):
    """What is there is of the kinds that the last run was asked for, in any order."""
    for kinds in (["impedance"], [], ["timeseries"], ["timeseries", "impedance"], ["impedance", "timeseries"]):
        result = gather(tables, lake, kinds=kinds)
        there = {path.name for path in lake.iterdir() if path.is_dir()}
        assert there == set(kinds or ["impedance", "timeseries"])
    assert counts(result) == (0, 0, 0, 2)


@pytest.mark.parametrize(("kind", "others"), [("impedance", {"cp.mpr"}), ("timeseries", {"cp.mpr"})])
def test_a_source_is_gathered_whole_or_not_at_all(tables, lake, kind, others):
    (tables / f"geis.mpr.{kind}.csv").write_text("1,2\n")
    result = gather(tables, lake)
    assert [problem.split(":")[0] for problem in result.problems] == ["geis.mpr"]
    assert set(rows_by_source(lake)) == others
    assert {path.name for path in lake.iterdir() if path.is_dir()} == {"timeseries"}


def test_an_archive_without_a_source_makes_a_lake_of_no_files(out, lake):
    out.mkdir()
    (out / "echub-ledger.jsonl").write_bytes(b"")
    assert counts(gather(out, lake)) == (0, 0, 0, 0)
    files = pl.read_parquet(lake / FILES)
    assert (files.height, "cell.area" in files.columns) == (0, True)
    before = (lake / FILES).stat().st_mtime_ns
    assert counts(gather(out, lake)) == (0, 0, 0, 0)
    assert (lake / FILES).stat().st_mtime_ns == before


def test_a_worker_that_dies_at_a_part_names_its_first_sources(converted, lake, monkeypatch):
    def each(work, chunks, jobs):
        for chunk in chunks:
            yield chunk, Died("acme.read")

    monkeypatch.setattr(gathering, "each", each)
    with pytest.raises(PluginDied, match=r"died in acme\.read") as died:
        gather(converted, lake)
    assert died.value.path == "cp.mpr, damaged.mpr, deep/peis.mpr"


def as_of_another_version(path, unit):
    """Rewrite a table as a version would that has a column more, with a unit, and lacks one of today's."""
    frame, units = read_table(path), units_of(path)
    lacks = next(name for name in ("cell.volume", "current") if name in frame.columns)
    frame = frame.drop(lacks).with_columns(pl.lit(4.5).alias("of_another_version"))
    write_table(frame, {**units, "of_another_version": unit}, path)
    return lacks


def test_columns_of_another_version_stay_with_their_units_and_new_ones_are_added(converted, folder, lake):
    gather(converted, lake)
    (part,) = (lake / "timeseries" / "technique=CP").rglob("*.parquet")
    lacks = {path: as_of_another_version(path, "furlong") for path in (part, lake / FILES)}
    before = pl.read_parquet(lake / FILES)
    shutil.copy(folder / "cp.mpr", folder / "new.mpr")
    list(convert_many([folder], converted))
    assert counts(gather(converted, lake)) == (1, 0, 0, 5)
    (part_now,) = (lake / "timeseries" / "technique=CP").rglob("*.parquet")
    for now, name in ((part_now, lacks[part]), (lake / FILES, lacks[lake / FILES])):
        frame = read_table(now)
        old, new = frame.filter(pl.col("source") == "cp.mpr"), frame.filter(pl.col("source") == "new.mpr")
        assert old["of_another_version"].unique().to_list() == [4.5]
        assert new["of_another_version"].null_count() == new.height
        assert units_of(now)["of_another_version"] == "furlong"
        assert name in frame.columns
        assert old[name].null_count() == old.height
    assert set(before.columns) <= set(pl.read_parquet(lake / FILES).columns)
    assert read_table(part_now).filter(pl.col("source") == "new.mpr")["current"].null_count() == 0


def test_another_format_of_the_lake_gathers_each_source_again_once(converted, lake, monkeypatch):
    gather(converted, lake)
    whole = rows_by_source(lake)
    monkeypatch.setattr(rows, "FORMAT", "echub-lake 99")
    assert counts(gather(converted, lake)) == (0, 5, 0, 0)
    assert rows_by_source(lake) == whole


@pytest.mark.parametrize("change", ["replaced", "removed"])
def test_a_source_of_many_in_a_full_part_is_replaced_never_doubled(folder, out, lake, monkeypatch, change):
    monkeypatch.setattr(gathering, "PART_BYTES", 1)
    for name in ("a", "b", "c"):
        (folder / f"{name}.csv").write_text(TABLE.format(3))
    list(convert_many([folder], out))
    gather(out, lake)
    if change == "replaced":
        (folder / "b.csv").write_text(TABLE.format(8) + "3,5;8,5\n")
    else:
        (folder / "b.csv").unlink()
    list(convert_many([folder], out))
    for _ in range(2):
        gather(out, lake)
        found = rows_by_source(lake)
        assert found.get("b.csv") == (4 if change == "replaced" else None)
        assert (found["a.csv"], found["c.csv"]) == (3, 3)
    parts = [part for parts in pl.read_parquet(lake / FILES)["parts"].to_list() for part in parts or ()]
    there = {path.relative_to(lake).as_posix() for path in lake.glob("*/*/*/*/*.parquet")}
    assert set(parts) == there


def test_two_printed_units_never_share_a_column(folder, out, lake):
    (folder / "one.csv").write_text("t / s;Thickness / mm\n0;1\n1;2\n")
    (folder / "two.csv").write_text("t / s;Thickness / um\n0;1000\n1;2000\n")
    list(convert_many([folder], out))
    gather(out, lake)
    units = {}
    for part in (lake / "timeseries").rglob("*.parquet"):
        for name, unit in units_of(part).items():
            assert units.setdefault(name, unit) == unit


def test_processes_make_the_same_lake(converted, tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "CHUNK", 2)
    gather(converted, tmp_path / "one")
    gather(converted, tmp_path / "two", jobs=2)
    one, two = (
        {path.relative_to(lake).as_posix(): path.read_bytes() for path in lake.rglob("*.parquet")}
        for lake in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_a_lake_of_another_archive_and_a_folder_of_something_else_are_refused(converted, folder, lake, tmp_path):
    gather(converted, lake)
    list(convert_many([folder], tmp_path / "other"))
    with pytest.raises(TargetClash, match="another archive"):
        gather(tmp_path / "other", lake)
    with pytest.raises(TargetClash, match="something else"):
        gather(converted, folder)
    with pytest.raises(DataError, match="has no ledger"):
        gather(folder, tmp_path / "new")


def test_two_runs_exclude_each_other_and_a_full_disk_is_an_error(converted, folder, lake, monkeypatch):
    gather(converted, lake)
    held = gathering.hold(lake / ".echub-lake.lock")
    with pytest.raises(TargetBusy):
        gather(converted, lake)
    os.close(held)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    (folder / "cp.mpr").unlink()
    monkeypatch.setattr(gathering, "write_table", full)
    with pytest.raises(TargetNotWritable):
        gather(converted, lake)


def test_outcomes_are_rows_with_their_units(converted, lake, tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    outcome = {
        "format": "echub-outcome 1",
        "analysis": "x",
        "label": "cell 1",
        "status": "ok",
        "measurands": {"r": {"unit": "ohm", "value": 2.5, "uncertainty": 0.1, "interval": None, "n": 3}},
        "flags": [],
        "metadata": {"cell.temperature": {"value": 25.0, "unit": "degC", "source": "file"}},
        "provenance": {"inputs": [{"sha256": "ab"}]},
    }
    (study / "a.outcome.json").write_text(json.dumps(outcome))
    (study / "b.outcome.json").write_text("{}")
    result = gather(converted, lake, outcomes=[study])
    assert (result.outcomes, len(result.problems)) == (1, 1)
    (row,) = pl.read_parquet(lake / "outcomes.parquet").to_dicts()
    assert (row["measurand"], row["value"], row["unit"], row["cell.temperature"]) == ("r", 2.5, "ohm", 25.0)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
def test_a_name_that_is_no_utf8_is_there_once_with_escapes(folder, out, lake):
    odd = folder / os.fsdecode(b"caf\xe9.csv")
    odd.write_text(TABLE.format(3))
    list(convert_many([folder], out))
    shown = "caf\\udce9.csv"
    assert counts(gather(out, lake)) == (6, 0, 0, 0)
    assert rows_by_source(lake)[shown] == 3
    row = pl.read_parquet(lake / FILES).filter(pl.col("source") == shown).to_dicts()[0]
    assert (row["path"], row["output"]) == (f"../data/{shown}", [f"{shown}.h5"])
    assert counts(gather(out, lake)) == (0, 0, 0, 6)
    odd.write_text(TABLE.format(4) + "3,5;8,5\n")
    list(convert_many([folder], out))
    assert counts(gather(out, lake)) == (0, 1, 0, 5)
    assert rows_by_source(lake)[shown] == 4
    odd.unlink()
    assert counts(gather(out, lake)) == (0, 0, 1, 5)
    assert shown not in rows_by_source(lake)


# -- questions -------------------------------------------------------------------------------


@pytest.fixture
def asked(converted, lake):
    pytest.importorskip("duckdb", reason="needs the extra lake (duckdb)")
    from echub.batch.lake.query import Lake

    gather(converted, lake)
    return Lake(lake)


def test_questions_are_answered_across_files(asked, folder):
    charge = echub.read(folder / "cp.mpr")["timeseries"]
    sql = "SELECT f.technique, max(t.time) FROM timeseries t JOIN files f USING (source) WHERE f.technique = 'CP'"
    assert list(asked.ask(sql + " GROUP BY ALL").rows()) == [("CP", charge["time"].max())]
    assert list(asked.ask("SELECT count(*) FROM outcomes").rows()) == [(0,)]
    unit = """SELECT unit FROM units WHERE "table" = 'timeseries' AND "column" = 'current'"""
    assert list(asked.ask(unit).rows()) == [("mA",)]


def test_units_are_those_of_every_table(asked):
    parts = [(path.relative_to(asked.folder).parts[0], path) for path in asked.folder.rglob("*.parquet")]
    told = {(kind.removesuffix(".parquet"), *pair) for kind, path in parts for pair in units_of(path).items()}
    found = list(asked.ask("SELECT * FROM units").rows())
    assert len({table for table, *_ in told}) > 2
    assert found == sorted(told)


def test_a_large_table_of_files_is_read_for_each_question(asked, monkeypatch):
    from echub.batch.lake import query

    sql = "SELECT table_type FROM information_schema.tables WHERE table_name = 'files'"
    whole = "SELECT * FROM files ORDER BY source"
    assert list(asked.ask(sql).rows()) == [("BASE TABLE",)]
    size = (asked.folder / FILES).stat().st_size
    monkeypatch.setattr(query, "HELD_BYTES", size)
    assert list(query.Lake(asked.folder).ask(sql).rows()) == [("BASE TABLE",)]
    monkeypatch.setattr(query, "HELD_BYTES", size - 1)
    large = query.Lake(asked.folder)
    assert list(large.ask(sql).rows()) == [("VIEW",)]
    assert list(large.ask(whole).rows()) == list(asked.ask(whole).rows())
    assert large.ask(whole).names == asked.ask(whole).names


@pytest.mark.parametrize("sql", ["DROP VIEW files", "SELECT 1; SELECT 2", "COPY files TO 'x.csv'", ""])
def test_only_one_question_is_taken(asked, sql):
    with pytest.raises(UnknownOption):
        asked.ask(sql)


@pytest.mark.parametrize("sql", ["SELECT nothing FROM files", "SELEC", "SELECT * FROM nowhere"])
def test_a_wrong_question_is_refused_with_the_words_of_the_engine(asked, sql):
    with pytest.raises(DataError, match="Error"):
        asked.ask(sql)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_answers_are_files(asked, tmp_path, suffix):
    path = tmp_path / f"it's [an] answer{suffix}"
    asked.write("SELECT source, rows FROM files ORDER BY source -- all", path)
    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".json": pl.read_json}[suffix]
    with path.open("rb") as file:
        assert read(file)["source"].to_list() == pl.read_parquet(asked.folder / FILES)["source"].to_list()


def test_a_folder_that_is_not_a_lake_is_refused(tmp_path):
    pytest.importorskip("duckdb", reason="needs the extra lake (duckdb)")
    from echub.batch.lake.query import Lake

    with pytest.raises(DataError, match="is not a lake"):
        Lake(tmp_path)


def test_a_lake_under_a_strange_name_opens(converted, tmp_path):
    pytest.importorskip("duckdb", reason="needs the extra lake (duckdb)")
    from echub.batch.lake.query import Lake

    lake = tmp_path / "Grüße [2024] it's*"
    gather(converted, lake)
    for table in ("timeseries", "units"):
        assert list(Lake(lake).ask(f"SELECT count(*) > 0 FROM {table}").rows()) == [(True,)]


def test_without_duckdb_the_extra_is_named(converted, lake, monkeypatch):
    import sys

    from echub.batch.lake.query import Lake

    gather(converted, lake)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(PluginError, match="duckdb") as caught:
        Lake(Path(lake))
    assert caught.value.hint == "pip install 'echub[lake]'"
