"""What `--to parquet` writes reads in again to the same record, unless it was written in part or changed since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import ReadError
from echub.files.conversion import convert
from echub.plugin import MISSING
from fixtures.eclab.scenarios import SCENARIOS
from fixtures.golden.make import FOLDER, PARQUET, TABLE
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.make import FILES

ECLAB = FOLDER.parent / "eclab"
READ = [case for case in CASES.values() if case.columns is not None]


def written(source, folder, **options):
    done = convert(source, folder, to="parquet", **options)
    (table,) = done.outputs
    return done.record, table


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_a_table_comes_back_as_the_same_record(case, tmp_path):
    record, table = written(FILES / case.name, tmp_path, options=dict(case.options))
    again = echub.read(table)
    assert again[case.kind].same_as(record[case.kind])
    assert (again.metadata, again.settings, again.dropped) == (record.metadata, record.settings, record.dropped)
    assert [n.code for n in again.notices] == [*(n.code for n in record.notices), "read-back"]


@pytest.mark.parametrize("scenario", ["gcpl", "peis", "cv"])
def test_flags_labels_and_settings_of_an_instrument_come_back(scenario, tmp_path):
    path = tmp_path / f"{scenario}.mpr"
    path.write_bytes(SCENARIOS[scenario]().data)
    record, table = written(path, tmp_path)
    (name,) = record.datasets
    again = echub.read(table)
    assert again[name].same_as(record[name])
    assert again.settings == record.settings
    (native,) = echub.convert(table, tmp_path / "native").outputs
    assert echub.read(native)[name].same_as(record[name])


def test_a_missing_value_and_one_that_is_not_a_number_stay_apart(tmp_path):
    (tmp_path / "run.csv").write_text("t / s;U / V\n0.0;3.5\n1.0;\n2.0;NaN\n3.0;3.2\n")
    _, table = written(tmp_path / "run.csv", tmp_path)
    found = echub.read(table)["timeseries"].columns["voltage"].values
    bits = found.view(np.uint64)
    assert bits[1] == np.array(MISSING).view(np.uint64)
    assert np.isnan(found[2])
    assert bits[2] != bits[1]


def test_a_table_in_other_units_is_not_the_record(tmp_path):
    _, table = written(FILES / "crlf.csv", tmp_path, writer_options={"units": "current=A"})
    with pytest.raises(ReadError, match="not a BDF table"):
        echub.read(table)


def test_a_table_that_another_program_changed_is_refused(tmp_path):
    _, table = written(FILES / "crlf.csv", tmp_path)
    metadata = pl.read_parquet_metadata(table)
    pl.read_parquet(table).head(2).write_parquet(
        table, metadata={k: v for k, v in metadata.items() if k != "ARROW:schema"}
    )
    with pytest.raises(ReadError, match="no longer the one") as caught:
        echub.read(table)
    assert caught.value.found.startswith("2 rows, 4 columns: ")


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (pl.col("voltage") + 0.25, "other values in 1 column: voltage"),
        (pl.col("voltage").cast(pl.String), "other values in 1 column: voltage"),
        (pl.col("voltage").reverse(), "other values in 1 column: voltage"),
        (pl.lit(None).cast(pl.Int64).alias("row"), "other values in 1 column: row"),
        (pl.lit(1.5).alias("more"), "6 rows, 5 columns: row, time, voltage, current, more"),
    ],
    ids=["moved", "as texts", "reversed", "emptied", "one more"],
)
def test_values_that_another_program_changed_are_refused(tmp_path, changed, found):
    _, table = written(FILES / "crlf.csv", tmp_path)
    metadata = {k: v for k, v in pl.read_parquet_metadata(table).items() if k != "ARROW:schema"}
    pl.read_parquet(table).with_columns(changed).write_parquet(table, metadata=metadata)
    with pytest.raises(ReadError, match="no longer the one") as caught:
        echub.read(table)
    assert caught.value.found == found


def test_a_further_dataset_of_a_kind_keeps_its_name(tmp_path):
    record = echub.read(FILES / "crlf.csv")
    record.datasets = {"timeseries_part_2": replace(record["timeseries"], label="timeseries_part_2")}
    (table,) = convert(record, path=tmp_path / "run.parquet", to="parquet").outputs
    assert list(echub.read(table)) == ["timeseries_part_2"]


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_cut_file_is_refused(tmp_path, kept):
    _, table = written(FILES / "crlf.csv", tmp_path)
    data = Path(table).read_bytes()
    Path(table).write_bytes(data[: int(kept * len(data))])
    with pytest.raises(ReadError, match="cannot be read"):
        echub.read(table, reader="parquet")


def test_a_file_of_the_first_description_still_reads():
    assert echub.read(PARQUET)["timeseries"].same_as(echub.read(ECLAB / f"{TABLE}.mpr")["timeseries"])
