"""Several cells in the rows of one file: never one answer, and the hint answers for each."""

import shlex

import numpy as np
import pytest

import echub
from echub.text import names_a_cell

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
