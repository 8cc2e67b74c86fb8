"""The whole refusal of what a table format cannot hold, and of options that ask for what is not there."""

from __future__ import annotations

import io
from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Metadata, NoOptions, Record, SourceColumn, build_dataset
from echub.testing import synth
from echub.testing.synth.cube import MappedIon
from echub_export import csv, excel, matlab, parquet
from echub_export.options import CsvOptions, ExportOptions
from echub_export.shape import shaped
from echub_export.spectra import write_zview
from tests.messages.parts import row, said

MAP = synth.cube(1, synth.Cube(4, 2, 1.0, {"Na+": MappedIon(background=2.0)})).record()
CUBE = MAP["ion_map"]
NATIVE = "--to native keeps it"


def timed(area=None):
    columns = [
        SourceColumn("time/s", np.array([0.0, 3600.0]), "time", "s", index=0),
        SourceColumn("I/mA", np.array([1.0, 2.0]), "current", "mA", index=1),
    ]
    metadata = Metadata()
    if area:
        metadata.set("cell.area", area, "cm^2")
    return Record([build_dataset("timeseries", columns)], metadata=metadata)


TIMED = timed()


def asked(**options):
    return lambda: shaped(TIMED, ExportOptions(**options))


def excel_of(most_rows):
    def run():
        with patch.object(excel, "MOST_ROWS", most_rows):
            list(excel.write(TIMED, ExportOptions()))

    return run


def matlab_of(most):
    def run():
        with patch.object(matlab, "MOST_BYTES", most):
            list(matlab.write(TIMED, ExportOptions()))

    return run


@pytest.mark.parametrize(("function", "parts"), [
    row(lambda: list(csv.write(TIMED, CsvOptions(decimal=","))),
        "a comma cannot be both the decimal mark and the delimiter", hint="--delimiter ';' or --delimiter tab"),
    row(lambda: csv.write_dataset(CUBE, CsvOptions(), io.BytesIO()),
        "an ion_map dataset is not a table and has no CSV", hint=NATIVE),
    row(lambda: list(excel.write(MAP, ExportOptions())), "an ion_map dataset is not a table and has no sheet",
        hint=NATIVE),
    row(lambda: parquet.write_dataset(MAP, CUBE, io.BytesIO()),
        "an ion_map dataset is not a table and has no Parquet", hint=NATIVE),
    row(excel_of(3), "the timeseries dataset does not fit on a sheet of Excel",
        expected="at most 1 rows and 16384 columns", found="2 rows, 3 columns",
        hint="--to csv or --to parquet; --columns writes some of them"),
    row(matlab_of(32), "the timeseries dataset has 0.0 GB: too much for a variable of MATLAB's file",
        expected="less than 2 GB",
        hint="the native file opens in MATLAB with h5read; --columns writes some columns"),
    row(lambda: list(write_zview(TIMED, NoOptions())), "the record has no spectra to write",
        expected="an impedance dataset", found="timeseries", hint="--to csv writes any dataset"),
    row(lambda: list(write_zview(Record([]), NoOptions())), "the record has no spectra to write",
        expected="an impedance dataset", found="no dataset", hint="--to csv writes any dataset"),
    row(asked(units="current"), "units are name=unit", expected="--units current=A,time=h", found="current"),
    row(asked(units="time=h, current="), "units are name=unit", expected="--units current=A,time=h",
        found="current="),
    row(asked(columns="time,voltage"), "no dataset has a column 'voltage'", found="current, row, time"),
    row(asked(units="current=V"), "mA cannot become V", expected="V (current^-1 length^2 mass^1 time^-3)",
        found="mA (current^1)", column="current"),
    row(asked(units="current=A/m^2"), "a current in A/m^2 needs the area",
        expected="cell.area in the metadata", found="no area is stated", hint='--set cell.area="0.785 cm^2"'),
])  # fmt: skip
def test_what_cannot_be_written_says_why(function, parts):
    assert said(function) == parts


def test_a_sheet_holds_as_many_rows_as_it_says():
    """Two rows of numbers below two of names and units."""
    excel_of(4)()
    matlab_of(2**31)()


def test_columns_in_other_units_and_a_current_per_area():
    """1 and 2 mA of half a square centimetre are 2 and 4 mA/cm², which are 20 and 40 A/m²."""
    found = shaped(timed(0.5), ExportOptions(columns="current,time", units="current=A/m^2,time=h"))
    data = found["timeseries"]
    assert list(data.columns) == ["current_density", "time"]
    assert (data["current_density"].tolist(), data["time"].tolist()) == ([20.0, 40.0], [0.0, 1.0])
    density = data.columns["current_density"]
    assert (density.unit, density.origin, density.header, density.attrs["recipe"]) == (
        "A/m^2", "derived", "I/mA", "current / cell.area, 0.5 cm^2",
    )  # fmt: skip
    assert data.columns["time"].unit == "h"
    assert shaped(TIMED, ExportOptions()) is TIMED
