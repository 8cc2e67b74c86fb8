"""Questions to a lake of no files: what it always has, how answers are written, and what is said of a refusal."""

from __future__ import annotations

import json

import pytest

from echub.batch.lake import query
from echub.batch.lake.places import FILES, OUTCOMES, claim
from echub.batch.lake.rows import files_frame, outcome_frame, units_of_files
from echub.batch.lake.tables import write_table
from echub.errors import DataError, EchubError, TargetExists

pytest.importorskip("duckdb", reason="needs the extra lake (duckdb)")


@pytest.fixture
def folder(tmp_path):
    """A lake of no files: its mark and its two tables."""
    made = tmp_path / "lake"
    claim(made, "../out")
    write_table(files_frame([]), units_of_files(), made / FILES)
    write_table(outcome_frame([], {})[0], {}, made / OUTCOMES)
    return made


@pytest.fixture
def lake(folder):
    return query.Lake(folder)


def refusal(work, *given, **named):
    with pytest.raises(EchubError) as refused:
        work(*given, **named)
    return refused.value.as_dict()


@pytest.mark.parametrize("kind", ["timeseries", "impedance"])
def test_two_tables_are_there_though_nothing_was_measured(lake, kind):
    answer = lake.ask(f"SELECT * FROM {kind}")
    assert (answer.names, list(answer.rows())) == (("source", "dataset", "technique", "month", "instrument"), [])
    assert list(lake.ask("SELECT count(*) FROM files").rows()) == [(0,)]
    area = """SELECT unit FROM units WHERE "table" = 'files' AND "column" = 'cell.area'"""
    assert list(lake.ask(area).rows()) == [("cm^2",)]


def test_an_answer_is_objects_of_plain_values(lake):
    answer = lake.ask("SELECT n, 'nan'::DOUBLE AS x, [1.5, 'inf'::DOUBLE] AS y FROM range(3) AS t(n) ORDER BY n")
    assert list(answer.objects()) == [{"n": n, "x": None, "y": [1.5, None]} for n in range(3)]
    assert list(answer.rows()) == []  # it is fetched once


def test_all_rows_come_however_few_are_taken_at_a_time(lake, monkeypatch):
    monkeypatch.setattr(query, "_AT_ONCE", 2)
    assert [n for (n,) in lake.ask("SELECT n FROM range(5) AS t(n) ORDER BY n").rows()] == [0, 1, 2, 3, 4]


SQL = "SELECT 1 AS a, 'it''s' AS b -- one row"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("x.csv", lambda text: text == "a,b\n1,it's\n"),
        ("x.JSON", lambda text: json.loads(text) == [{"a": 1, "b": "it's"}]),
    ],
)
def test_an_answer_is_written_once_unless_it_may_be_replaced(lake, tmp_path, name, read):
    path = tmp_path / name
    lake.write(SQL, path)
    assert read(path.read_text("utf-8"))
    path.write_text("mine", "utf-8")
    with pytest.raises(TargetExists):
        lake.write(SQL, path)
    assert path.read_text("utf-8") == "mine"
    lake.write(SQL, path, force=True)
    assert read(path.read_text("utf-8"))


def test_an_answer_as_parquet_has_its_columns(lake, tmp_path):
    import polars as pl

    lake.write(SQL, tmp_path / "x.parquet")
    assert pl.read_parquet(tmp_path / "x.parquet").to_dicts() == [{"a": 1, "b": "it's"}]


def test_a_file_of_another_kind_is_refused(lake, tmp_path):
    assert refusal(lake.write, SQL, tmp_path / "x.xlsx") == {
        "code": "unknown-option", "message": "-o takes a file", "expected": ".csv or .parquet or .json",
        "found": "x.xlsx",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "found"),
    [("", "0 statements"), ("SELECT 1; SELECT 2", "2 statements"), ("DROP VIEW impedance", "DROP")],
)
def test_one_question_is_taken_to_be_printed_or_written(lake, tmp_path, sql, found):
    expected = {
        "code": "unknown-option", "message": "echub query takes one question", "found": found,
        "expected": "one SELECT, FROM, DESCRIBE or SUMMARIZE",
        "hint": "-o FILE writes the answer; DuckDB itself opens the lake for anything else",
    }  # fmt: skip
    assert refusal(lake.ask, sql) == refusal(lake.write, sql, tmp_path / "x.csv") == expected
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(
    ("said", "message", "found"),
    [
        ("it fails", "it fails", None), ("it fails\n  here\n     ^\n\nand there", "it fails", "here and there"),
        (f"it fails\n{'x' * 301}", "it fails", "x" * 300),
    ],
)  # fmt: skip
def test_what_the_engine_says_is_told_in_two_parts(lake, said, message, found):
    with pytest.raises(DataError) as refused, lake.refusing():
        raise query._duckdb().Error(said)
    assert (refused.value.message, refused.value.found) == (message, found)


def test_columns_of_the_same_name_are_numbered_as_in_a_file(lake, tmp_path):
    """As in a join of two tables that both have a source."""
    answer = lake.ask("SELECT 1 AS a, 2 AS a, 3 AS b, 4 AS A")
    assert list(answer.objects()) == [{"a": 1, "a_1": 2, "b": 3, "A_2": 4}]
    lake.write("SELECT 1 AS a, 2 AS a, 3 AS b, 4 AS A", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().splitlines()[0] == ",".join(answer.names)


def test_a_wrong_question_has_the_words_of_the_engine_and_what_helps(lake, tmp_path):
    written = refusal(lake.write, "SELECT nothing\nFROM files", tmp_path / "x.csv")
    told = refusal(lake.ask, "SELECT nothing\nFROM files")
    assert written.items() - told.items() == {("found", told["found"].removesuffix(" LINE 1: SELECT nothing"))}
    assert told.pop("message").startswith('Binder Error: Referenced column "nothing" not found')
    assert "^" not in told.pop("found")
    assert told == {
        "code": "data", "expected": "SQL over files, outcomes, units, timeseries, impedance and further kinds",
        "hint": 'SELECT * FROM units lists columns; a name with a dot is quoted: "cell.temperature"',
    }  # fmt: skip


def test_a_lake_of_which_the_first_run_was_killed_is_empty(folder):
    (folder / FILES).unlink()
    assert refusal(query.Lake, folder) == {
        "code": "data", "message": f"nothing was gathered into {folder} yet", "hint": "repeat echub gather"
    }  # fmt: skip


def test_a_lake_with_a_torn_table_is_refused(folder):
    (folder / FILES).write_bytes(b"torn")
    told = refusal(query.Lake, folder)
    assert str(folder / FILES) in told.pop("found")
    assert told == {
        "code": "data", "message": "the lake cannot be opened", "path": str(folder),
        "cause": "a part was changed or deleted by another program, or a run of echub gather ended meanwhile",
        "hint": "repeat the question; if that fails, delete the lake and gather again",
    }  # fmt: skip


@pytest.mark.parametrize(("made", "old"), [("echub-lake 1", True), ("echub-lake 2", False)])
def test_a_lake_of_an_older_echub_is_known_as_such(folder, made, old):
    (folder / "lake.json").write_text(json.dumps({"format": made, "archive": "../out"}))
    assert query.Lake(folder).is_outdated is old


def test_a_folder_that_is_no_lake_says_how_one_is_made(tmp_path):
    with pytest.raises(DataError) as refused:
        query.Lake(tmp_path)
    assert refused.value.as_dict() == {
        "code": "data", "message": f"{tmp_path} is not a lake", "expected": "a folder with lake.json",
        "hint": f"echub gather DST --to {tmp_path}",
    }  # fmt: skip
