"""Numbers in parentheses, as accountants write negative ones: read with a notice, and never a silent NaN."""

from __future__ import annotations

import pytest

import echub
from echub.errors import Ambiguous
from echub_table.cells import TEXT, UNITED, kind_of

CODE = "negative-in-parentheses"


def read(tmp_path, rows, header="t / s,U / V,I / mA"):
    path = tmp_path / "run.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    record = echub.read(path)
    return record, {notice.code: notice.message for notice in record.notices}


@pytest.mark.parametrize(
    ("cells", "current"),
    [
        (["(0.3)", "(0.2)", "0.1", "0.1"], [-0.3, -0.2, 0.1, 0.1]),  # from the first row on
        (["0.1", "0.1", "(0.2)", "0.1"], [0.1, 0.1, -0.2, 0.1]),
        (["(0.3)", "(2)", "(.1)", "(1e-3)"], [-0.3, -2, -0.1, -0.001]),  # all of them
        (['"(1,234.5)"', "0.5", "0.5", "0.5"], [-1234.5, 0.5, 0.5, 0.5]),
    ],
)
def test_a_number_in_parentheses_is_negative_and_said(tmp_path, cells, current):
    record, said = read(tmp_path, [f"{n},3.5,{cell}" for n, cell in enumerate(cells)])
    assert record["timeseries"]["current"].tolist() == current
    written = [cell.strip('"') for cell in cells if "(" in cell]
    count = "1 cell" if len(written) == 1 else f"{len(written)} cells"
    assert said[CODE] == f"{count} of I / mA in parentheses read as negative: {written[0]!r}"


def test_the_decimal_mark_of_numbers_in_parentheses_is_theirs(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("t / s;U / V\n0;(1,5)\n1;(1,235)\n2;(2,500)\n", "utf-8")
    assert echub.read(path)["timeseries"]["voltage"].tolist() == [-1.5, -1.235, -2.5]
    path.write_text("t / s;U / V\n0;(1,234)\n1;(1,235)\n2;(2,500)\n", "utf-8")
    with pytest.raises(Ambiguous, match="the decimal mark is not settled"):
        echub.read(path)


def test_a_first_row_of_a_table_of_samples_is_not_lost(tmp_path):
    record, said = read(tmp_path, ["a,(0.3)", "b,1"], header="sample.id,x / GPa")
    assert record["table"]["vendor_x_gpa"].tolist() == [-0.3, 1]
    assert CODE in said


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("(0.3)", UNITED), ("(12)", UNITED), ("(1)", TEXT), ("(2)", TEXT), ("(s)", TEXT), ("(a1)", TEXT)],
)
def test_a_unit_in_parentheses_is_none(cell, kind):
    assert kind_of(cell) == kind


def test_the_unit_of_a_number_in_a_row_of_units_is_none(tmp_path):
    record, said = read(tmp_path, ["(s),(V),(1)", "0,3.5,2", "1,3.5,2"], header="t,U,cycle")
    assert record["timeseries"]["cycle"].tolist() == [2, 2]
    assert CODE not in said
