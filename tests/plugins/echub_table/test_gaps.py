"""What a cell without a number is: empty or a word for nothing is missing; anything else is NaN."""

import io

import numpy as np
import pytest

import echub
from echub.model.missing import is_missing


def column(cells, name="voltage/V", **options):
    text = f"time/s,{name},current/mA\n" + "".join(f"{n},{cell},{n}.5\n" for n, cell in enumerate(cells))
    return echub.read(text.encode(), reader="table", options=options)["timeseries"]


NOTHING = ["", " ", "NA", "n/a", "#N/A", "null", "None", "--", "-"]
NOT_A_NUMBER = ["NaN", "nan", "-1.#IND", "1.#QNAN", "OVL", "#DIV/0!"]


@pytest.mark.parametrize("cell", [*NOTHING, *NOT_A_NUMBER])
def test_the_cell_says_which(cell):
    numbers = [f"3.{n}" for n in range(200)]
    found = column([*numbers, cell, "3.5"])["voltage"]
    assert np.isnan(found).nonzero()[0].tolist() == [200]
    assert is_missing(found).any() == (cell in NOTHING)


def test_a_column_without_any_value():
    assert column(["", "", ""])["voltage"].shape == (3,)
    assert is_missing(column(["", "NA", ""])["voltage"]).all()
    assert is_missing(column(["NaN", "", "NaN"])["voltage"]).tolist() == [False, True, False]


def test_counters_keep_their_gaps():
    found = column(["1", "", "2"], "Cycle number").column("cycle")
    assert found.missing.tolist() == [False, True, False]
    assert found.values[[0, 2]].tolist() == [1, 2]


def test_groups_of_thousands_and_units_behind_numbers():
    text = "time/s;voltage/V;current/mA\n0;3,5;1.000,5\n1;;2.000,5\n2;3,6;NaN\n3;3,6;\n"
    found = echub.read(text.encode(), reader="table")["timeseries"]
    assert found.column("voltage").missing.tolist() == [False, True, False, False]
    assert found.column("current").missing.tolist() == [False, False, False, True]
    assert np.isnan(found["current"]).tolist() == [False, False, True, True]


def test_clocks_and_dates():
    rows = ["2024-01-01 10:00:00,0:00:00,3.5", ",,3.6", "2024-01-01 10:00:02,0:00:02,3.7"]
    text = "Date,Elapsed time,voltage/V\n" + "\n".join(rows) + "\n"
    found = echub.read(text.encode(), reader="table")["timeseries"]
    gaps = {name for name, c in found.columns.items() if c.missing.tolist() == [False, True, False]}
    assert len(gaps) == 2


def test_a_line_in_the_middle_of_a_large_file():
    """The first chunk is read as it is, a later one line by line."""
    rows = [f"{n},3.{n % 10},{n}.5" for n in range(60_000)]
    rows[50_000] = "50000,,1.5"
    rows[50_001] = "50001,NaN,1.5"
    found = echub.read(("time/s,voltage/V,current/mA\n" + "\n".join(rows) + "\n").encode(), reader="table")
    assert is_missing(found["timeseries"]["voltage"]).nonzero()[0].tolist() == [50_000]


def test_notices_count_both():
    record = echub.read(b"time/s,voltage/V\n0,3.5\n1,\n2,NaN\n3,inf\n4,\n", reader="table")
    told = [n.message for n in record.notices if n.code == "non-finite"]
    assert told == ["voltage/V has 2 missing values, 1 NaN", "voltage/V has 1 infinite value, the first in row 3"]


def test_workbooks(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("fastexcel")
    book = openpyxl.Workbook()
    for row in [("time/s", "voltage/V"), (0, 3.5), (1, None), (2, "NaN"), (3, "NA"), (4, 3.6)]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    (tmp_path / "a.xlsx").write_bytes(file.getvalue())
    found = echub.read(tmp_path / "a.xlsx")["timeseries"]["voltage"]
    assert is_missing(found).tolist() == [False, True, False, True, False]
    assert np.isnan(found).tolist() == [False, True, True, True, False]
