"""What `--to csv` writes reads in again to the same record; without its description, to the same values."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.files.conversion import convert
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.make import FILES

READ = [case for case in CASES.values() if case.columns is not None]


def _there_and_back(source, tmp_path, **options):
    first = convert(source, tmp_path / "x", to="csv", **options)
    (table,) = first.outputs
    assert first.companions == [f"{table}-metadata.json"]
    return first.record, table


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_table_comes_back_as_the_same_record(case, tmp_path):
    record, table = _there_and_back(FILES / case.name, tmp_path, options=dict(case.options))
    again = echub.read(table)
    assert again[case.kind].same_as(record[case.kind])
    assert (again.metadata, again.settings, again.dropped) == (record.metadata, record.settings, record.dropped)
    assert set(again.notices) - set(record.notices) == {
        notice for notice in again.notices if notice.code == "read-back"
    }


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_bare_table_comes_back_with_the_same_values(case, tmp_path):
    record, table = _there_and_back(FILES / case.name, tmp_path, options=dict(case.options))
    for beside in tmp_path.glob("*-metadata.json"):
        beside.unlink()
    again = echub.read(table, options={"delimiter": "comma"})[case.kind]
    for name, column in record[case.kind].columns.items():
        if column.quantity and name != "row":
            np.testing.assert_array_equal(again[name], column.values, err_msg=name)
            assert again.columns[name].unit == column.unit


def test_packed_flags_and_labels_come_back(tmp_path):
    from fixtures.eclab.scenarios import SCENARIOS

    path = tmp_path / "gcpl.mpr"
    path.write_bytes(SCENARIOS["gcpl"]().data)
    record, table = _there_and_back(path, tmp_path)
    assert any(column.bits for column in record["timeseries"].columns.values())
    assert echub.read(table)["timeseries"].same_as(record["timeseries"])


def test_an_edited_table_is_refused_with_the_way_out(tmp_path):
    _, table = _there_and_back(FILES / "crlf.csv", tmp_path)
    with open(table, "a", encoding="utf-8") as file:
        file.write("6,3.0,3.625,-2.0\n")
    with pytest.raises(ReadError, match="no longer") as caught:
        echub.read(table)
    assert "-metadata.json" in caught.value.hint


@pytest.mark.parametrize(("was", "becomes"), [("3.7", "3.6"), ("3.7", "bad")])
def test_an_edited_value_is_refused(tmp_path, was, becomes):
    _, table = _there_and_back(FILES / "crlf.csv", tmp_path)
    with open(table, encoding="utf-8") as file:
        text = file.read()
    with open(table, "w", encoding="utf-8") as file:
        file.write(text.replace(was, becomes, 1))
    with pytest.raises(ReadError, match="no longer") as caught:
        echub.read(table)
    assert "-metadata.json" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        '{"@context": "http://www.w3.org/ns/csvw"}', '["echub"]', "{", '{"echub": "echub table 1"}',
        '{"echub": {"format": "echub table 2"}}', '{"echub": {}}',
    ],
)  # fmt: skip
def test_a_foreign_description_is_left_alone(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_bytes(CASES["crlf.csv"].data)
    (tmp_path / "a.csv-metadata.json").write_text(text)
    assert echub.read(path)["timeseries"].rows == 6


@pytest.mark.parametrize("style", ["plain", "origin"])
def test_a_table_without_rows_comes_back(tmp_path, style):
    (tmp_path / "run.csv").write_text("t / s;U / V;I / mA\n0.0;3.5;1.0\n1.0;3.4;1.5\n2.0;3.3;2.0\n")
    record = echub.read(tmp_path / "run.csv")
    record.datasets["timeseries"] = record["timeseries"].query("time > 100")
    echub.convert(record, path=tmp_path / "none.csv", to="csv", writer_options={"style": style})
    again = echub.read(tmp_path / "none.csv")
    assert (again["timeseries"].rows, again["timeseries"].names) == (0, record["timeseries"].names)
    assert again.settings == record.settings


@pytest.mark.parametrize("delimiter", [",", ";", "tab"])
@pytest.mark.parametrize("style", ["plain", "origin"])
@pytest.mark.parametrize("words", [["a", "b"], ["a\0b", ""], ["", ""], ["1\n2", ";,\t"], ["-", "\0\0\0\0"]])
def test_words_alone_come_back(tmp_path, words, style, delimiter):
    note = SourceColumn("note", np.array(words, dtype=object))
    record = Record([build_dataset("timeseries", [note])])
    options = {"style": style, "delimiter": delimiter, "bom": style == "plain"}
    (table,) = convert(record, tmp_path / "x", to="csv", writer_options=options).outputs
    assert echub.read(table)["timeseries"].same_as(record["timeseries"])


def test_words_alone_without_their_description_are_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("row,note\n0,a\n1,b\n")
    with pytest.raises(ReadError, match="no block of lines holds numbers in columns"):
        echub.read(path)
