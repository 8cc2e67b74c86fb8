"""Several cells in the rows of one file: never one answer, and the hint answers for each."""

import contextlib
import shlex

import numpy as np
import pytest

import echub
from echub.analysis.one_cell import require_one_cell
from echub.analysis.outcome import Refusal
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.text import names_a_cell
from tests.messages.parts import said

PERIOD = 120.0


def rows_of(cell, current):
    """Three cycles of one cell: time in s, current in A, voltage in V."""
    time = np.arange(72) * PERIOD
    sign = np.where(np.arange(72) // 12 % 2, -1, 1)
    voltage = 3 + sign * 0.01 * (np.arange(72) % 12)
    return [(cell, t, i, u) for t, i, u in zip(time, sign * current, voltage, strict=True)]


def written(path, header, names, *, interleaved):
    rows = rows_of(names[0], 0.001) + rows_of(names[1], 0.002)
    if interleaved:
        rows.sort(key=lambda row: row[1])
    lines = [f"{header},time / s,current / A,voltage / V", *(f"{c},{t:g},{i:g},{u:.3f}" for c, t, i, u in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("interleaved", [True, False])
@pytest.mark.parametrize(
    ("header", "names"),
    [("channel", (1, 2)), ("Cell", ("A", "B")), ("Channel_Index", (7, 9)), ("Sample ID", "xy")],
)
@pytest.mark.parametrize("analysis", ["cycling", "symmetric-cycling", "ccd"])
def test_rows_of_several_cells_are_refused_and_each_is_answered(tmp_path, analysis, header, names, interleaved):
    file = written(tmp_path / "two.csv", header, names, interleaved=interleaved)
    refusal = echub.analyze(analysis, file).refusals[0]
    assert refusal.code == "several-cells"
    select = shlex.split(refusal.hint)[1]
    alone = echub.analyze("cycling", file, select=select)
    assert alone["discharge_capacity"].value == pytest.approx(12 * PERIOD / 3600, rel=0.1)  # 1 mA, not 2 or a mean


def test_one_cell_is_not_refused_for_the_column_that_names_it(tmp_path):
    file = written(tmp_path / "one.csv", "channel", (3, 3), interleaved=False)
    file.write_text("\n".join(file.read_text("utf-8").splitlines()[:73]) + "\n", encoding="utf-8")
    assert echub.analyze("cycling", file)["cycles"].value == 3


@pytest.mark.parametrize(
    ("header", "is_one"),
    [
        ("channel", True),
        ("Chl", True),
        ("cell_id", True),
        ("Sample ID", True),
        ("Battery No.", True),
        ("sample", False),
        ("cell voltage", False),
        ("Ecell", False),
        ("channel temperature", False),
    ],
)
def test_names_of_cells(header, is_one):
    assert names_a_cell(header) is is_one


def cells(*columns, kind="timeseries"):
    """Return a dataset of columns (header, values, unit)."""
    made = [SourceColumn(h, np.asarray(v), unit=u, index=n) for n, (h, v, u) in enumerate(columns)]
    return build_dataset(kind, made)


@pytest.mark.parametrize(
    ("values", "unit", "refused"),
    [
        ([1, 1, 2, 2], None, True), ([1, 1, 1, 2], "1", True), ([1, 2, 3, 3], None, False),  # counts the rows
        ([1, 1, 1, 1], None, False), ([1, 1, 2, 2], "V", False), (["A", "A", "B", "B"], None, True),
        ([1.0, 1.0, 2.0, 2.0], None, True), ([1.5, 1.5, 2.0, 2.0], None, False),
        ([1.0, 1.0, np.nan, np.nan], None, False), ([1.0, 2.0, 1.0, np.nan], None, True),
    ],
)  # fmt: skip
def test_a_column_of_cells_has_several_values_in_two_rows_each_or_more(values, unit, refused):
    data = cells(("t", [0.0, 1, 2, 3], None), ("channel", values, unit))
    with pytest.raises(Refusal) if refused else contextlib.nullcontext():
        require_one_cell(data)
    require_one_cell(cells(("channel", values, unit), kind="depth_profile"))
    require_one_cell(cells(("number", values, unit)))


def test_rows_of_several_values_name_no_cell():
    given = cells(("t", [0.0, 1, 2, 3], None))
    wide = Column("channel", np.array([[1, 2]] * 4), header="channel", axes=("row", "point"))
    require_one_cell(Dataset("timeseries", {**given.columns, "channel": wide}))


@pytest.mark.parametrize(
    ("count", "is_float", "shown"),
    [
        (4, False, "1, 2, 3, 4"), (5, False, "1, 2, 3, 4, …"), (4, True, "1.0, 2.0, 3.0, 4.0"),
        (5, True, "1.0, 2.0, 3.0, 4.0, …"),
    ],
)  # fmt: skip
def test_four_cells_are_listed_and_each_can_be_asked_for_if_whole_numbers_count_them(count, is_float, shown):
    values = np.repeat(np.arange(1, count + 1), 2).astype(float if is_float else int)
    takes = f'--select "vendor_channel == {shown[: 3 if is_float else 1]}" takes one'
    assert said(lambda: require_one_cell(cells(("channel", values, None)))) == {
        "message": f"the rows are of {count} cells or channels: vendor_channel is {shown}",
        "where": "column vendor_channel",
        "hint": takes if is_float else f"{takes}, --each vendor_channel analyses each",
    }  # fmt: skip
