"""The limits of the formats that are written: what just fits, and what just does not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import PluginError
from echub_export import matlab
from echub_export.csv import write_dataset as write_csv
from echub_export.excel import MOST_COLUMNS, MOST_ROWS, _require_room
from echub_export.options import CsvOptions
from echub_export.parquet import write_dataset as write_parquet
from echub_export.spectra import _plain, _scientific


def sized(rows=1, columns=1, axes=1, nbytes=8):
    """Return what looks like a dataset of so many rows and columns."""
    column = SimpleNamespace(axes=("row",) * axes, values=SimpleNamespace(nbytes=nbytes))
    return SimpleNamespace(
        rows=rows,
        kind="cube",
        name="part",
        columns=dict.fromkeys(map(str, range(min(columns, 2))), column),
        plain=lambda: dict.fromkeys(range(columns)),
    )


@pytest.mark.parametrize(
    ("rows", "columns", "found"),
    [
        (1_048_574, 16_384, None),  # two rows of names and units above them
        (1_048_575, 16_384, "1048575 rows, 16384 columns"),
        (1_048_574, 16_385, "1048574 rows, 16385 columns"),
    ],
)
def test_a_sheet_holds_so_many_rows_and_columns(rows, columns, found):
    assert (MOST_ROWS, MOST_COLUMNS) == (1_048_576, 16_384)
    if found is None:
        _require_room(sized(rows, columns))
        return
    with pytest.raises(PluginError, match="the part dataset does not fit") as caught:
        _require_room(sized(rows, columns))
    assert caught.value.expected == "at most 1048574 rows and 16384 columns"
    assert caught.value.found.replace(",", "").replace(" ", "") == found.replace(",", "").replace(" ", "")


@pytest.mark.parametrize(
    "write",
    [
        _require_room,
        lambda cube: write_csv(cube, CsvOptions(), None),
        lambda cube: write_parquet(None, cube, None),
    ],
    ids=["xlsx", "csv", "parquet"],
)
def test_a_cube_is_no_table(write):
    with pytest.raises(PluginError, match="a cube dataset is not a table") as caught:
        write(sized(axes=3))
    assert caught.value.hint == "--to native keeps it"


@pytest.mark.parametrize(("nbytes", "said"), [(2**30 - 1, None), (2**30, "has 2.0 GB"), (3 * 2**29, "has 3.0 GB")])
def test_a_variable_of_matlab_is_below_two_gigabytes(nbytes, said):
    """Of two columns with so many bytes each."""
    record = SimpleNamespace(datasets={"part": sized(columns=2, nbytes=nbytes)})
    options = SimpleNamespace(columns="", units="")
    if said is None:
        assert [ending for ending, _ in matlab.write(record, options)] == [".mat"]
    else:
        with pytest.raises(PluginError, match=said):
            list(matlab.write(record, options))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e-4, "0.0001"),
        (-1e-4, "-0.0001"),
        (9.9e-5, "9.9E-05"),
        (-9.9e-5, "-9.9E-05"),
        (9e15, "9000000000000000"),
        (1e16, "1E+16"),
        (0.0, "0E+00"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_a_number_of_relaxis_is_spelt_out_if_that_is_short(value, plain):
    assert _plain(value) == plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1.000000E+00"), (-0.125, "-1.250000E-01"), (1.23456789, "1.23456789E+00"), (1e-100, "1.000000E-100")],
)
def test_a_number_of_zview_has_six_digits_or_all_it_needs(value, shown):
    assert _scientific(value) == shown
