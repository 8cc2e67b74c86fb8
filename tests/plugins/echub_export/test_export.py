"""CSV styles and Parquet: every number reads back, every unit is there."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import UnknownOption
from fixtures.eclab.make import FOLDER


@pytest.fixture(scope="module")
def record():
    return echub.read(FOLDER / "peis.mpr")


def written(tmp_path, to, **options):
    result = echub.convert(FOLDER / "peis.mpr", tmp_path / "run", to=to, writer_options=options)
    (output,) = result.outputs
    return Path(output)


def test_parquet_reads_back_with_units_in_its_metadata(tmp_path, record):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = written(tmp_path, "parquet")
    assert path.name == "peis.mpr.impedance.parquet"
    table = parquet.read_table(path)
    dataset = record["impedance"]
    for name, column in dataset.columns.items():
        if not column.labels and not column.bits:
            np.testing.assert_array_equal(table[name].to_numpy(), column.values)
            assert table[name].to_numpy().dtype == column.values.dtype
    texts = pl.read_parquet_metadata(path)
    stored = parquet.ParquetFile(path).metadata.metadata
    assert stored[b"units"].decode() == texts["units"]
    assert json.loads(texts["units"])["frequency"] == "Hz"
    assert json.loads(texts["columns"])["impedance_imag"]["sign"] == "capacitive_negative"
    assert json.loads(texts["provenance"])["source"]["name"] == "peis.mpr"
    assert texts["kind"] == "impedance"
    assert table.schema.field("frequency").metadata == {b"units": b"Hz"}
    assert table.schema.field("impedance_real").metadata == {b"units": b"ohm"}


def test_parquet_is_zstd(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    group = parquet.ParquetFile(written(tmp_path, "parquet")).metadata.row_group(0)
    assert {group.column(n).compression for n in range(group.num_columns)} == {"ZSTD"}


def test_plain_csv_has_a_unit_in_every_header(tmp_path, record):
    frame = pl.read_csv(written(tmp_path, "csv"))
    assert "frequency / Hz" in frame.columns
    np.testing.assert_array_equal(
        frame["frequency / Hz"].to_numpy().astype(np.float32), record["impedance"]["frequency"]
    )


def test_origin_csv_has_rows_for_name_unit_and_comment(tmp_path, record):
    lines = written(tmp_path, "csv", style="origin").read_text("utf-8").splitlines()
    names, units, comments = (line.split(",") for line in lines[:3])
    at = names.index("impedance imag")
    assert (units[at], comments[at]) == ("ohm", "-Im(Z)/Ohm")
    assert len(lines) == 3 + record["impedance"].rows
    assert float(lines[3].split(",")[at]) == pytest.approx(float(record["impedance"]["impedance_imag"][0]))


@pytest.mark.parametrize(("delimiter", "separator"), [(";", ";"), ("tab", "\t")])
def test_decimal_comma(tmp_path, record, delimiter, separator):
    path = written(tmp_path, "csv", delimiter=delimiter, decimal=",")
    header, first, *_ = path.read_text("utf-8").splitlines()
    at = header.split(separator).index("impedance_real / ohm")
    cell = first.split(separator)[at]
    assert "," in cell
    assert float(cell.replace(",", ".")) == pytest.approx(
        float(record["impedance"]["impedance_real"][0]), rel=1e-6
    )


def test_a_comma_cannot_be_both(tmp_path):
    with pytest.raises(UnknownOption, match="both"):
        written(tmp_path, "csv", decimal=",")
    assert list(tmp_path.iterdir()) == []


def test_styles_are_a_closed_set(tmp_path):
    with pytest.raises(UnknownOption):
        written(tmp_path, "csv", style="excel")


@pytest.mark.parametrize("style", ["plain", "origin"])
def test_what_is_no_number_is_an_empty_cell(tmp_path, style):
    """The current of the first row of a GCPL file has no row before it to be derived from."""
    result = echub.convert(FOLDER / "gcpl.mpr", tmp_path / "run", to="csv", writer_options={"style": style})
    text = Path(result.outputs[0]).read_text("utf-8")
    lines = text.splitlines()[0 if style == "plain" else 2 :]
    at = next(n for n, cell in enumerate(lines[0].split(",")) if cell in ("current / mA", "<I>/mA"))
    assert lines[1].split(",")[at] == ""
    assert float(lines[2].split(",")[at]) == 0.0
    assert "nan" not in text.lower()


@pytest.mark.parametrize(
    ("decimal", "real"), [(",", {"base": "double", "format": {"decimalChar": ","}}), (".", "double")]
)
def test_the_description_names_a_decimal_comma_for_numbers_that_have_one(tmp_path, decimal, real):
    written(tmp_path, "csv", delimiter=";", decimal=decimal)
    (path,) = tmp_path.rglob("*-metadata.json")
    columns = json.loads(path.read_text("utf-8"))["tableSchema"]["columns"]
    kinds = {column["name"].partition(" / ")[0]: column["datatype"] for column in columns}
    assert kinds["time"] == kinds["impedance_real"] == real
    assert kinds["cycle"] == "integer"
