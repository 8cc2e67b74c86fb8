"""Texts that UTF-8 cannot hold, as names of files and damaged cells give: written as escapes, and read back."""

import os

import numpy as np
import pytest

import echub
from echub.plugin import MISSING, Record, SourceColumn, build_dataset, is_missing

WRITERS = ("native", "csv", "parquet")


def record() -> Record:
    """Return a record with lone surrogates in a header, a cell, the metadata and the settings."""
    columns = [
        SourceColumn("t\udcff", np.array([1.0, 2.0]), "time", "s", index=0),
        SourceColumn("w", np.array(["a\ud800", "b"], dtype=object), index=1),
    ]
    made = Record([build_dataset("timeseries", columns)], settings={"a": "x\udcffy"})
    made.metadata.set("sample.id", "S\ud800")
    return made


@pytest.mark.parametrize("to", [*WRITERS, "xlsx", "mat"])
def test_such_texts_can_be_written(tmp_path, to):
    pytest.importorskip({"xlsx": "xlsxwriter", "mat": "scipy"}.get(to, "numpy"))
    assert echub.convert(record(), path=tmp_path / f"a.{to}", to=to).outputs


@pytest.mark.parametrize("to", WRITERS)
def test_metadata_settings_and_headers_come_back(tmp_path, to):
    back = echub.read(echub.convert(record(), path=tmp_path / f"a.{to}", to=to).outputs[0])
    assert back.settings["a"] == "x\udcffy"
    assert back.metadata.value("sample.id") == "S\ud800"
    columns = back["timeseries"].columns
    assert (columns["time"].header, columns["vendor_w"].labels[0]) == ("t\udcff", "a\ud800")


def test_people_see_an_escape():
    assert record()["timeseries"].plain()["vendor_w"].tolist() == [r"a\ud800", "b"]


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
@pytest.mark.parametrize("to", WRITERS)
def test_a_name_that_is_not_utf8(tmp_path, to):
    source = tmp_path / os.fsdecode(b"a\xff.csv")
    source.write_text("t / s,U / V\n0,1\n1,2\n")
    assert echub.convert(source, tmp_path / "out", to=to).outputs


@pytest.mark.parametrize("to", WRITERS)
def test_nan_among_codes_is_not_missing_afterwards(tmp_path, to):
    """The codes are 0, 1, NaN and one that is missing: only the last one is missing, before and afterwards."""
    codes = np.array([0.0, 1.0, np.nan, MISSING])
    columns = [
        SourceColumn("t", np.array([0.0, 1.0, 2.0, 3.0]), "time", "s", index=0),
        SourceColumn("state", codes, labels={0: "rest", 1: "charge"}, index=1),
    ]
    made = Record([build_dataset("timeseries", columns)])
    back = echub.read(echub.convert(made, path=tmp_path / f"a.{to}", to=to).outputs[0])
    values = back["timeseries"].columns["vendor_state"].values
    assert values[:2].tolist() == [0.0, 1.0]
    assert np.isnan(values[2:]).all()
    assert is_missing(values).tolist() == [False, False, False, True]
