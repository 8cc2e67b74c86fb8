"""Points of a chart: few for all rows, all for few rows, and no spike lost."""

import numpy as np
import pytest

from echub.cli.page.detail import PIECES, Curve, first_choice, numeric, options
from echub.model.build import SourceColumn, build_dataset


def series(rows=1_000_000, time=None):
    t = np.arange(float(rows)) if time is None else np.asarray(time, float)
    u = np.zeros(len(t))
    u[len(t) // 3] = 7.0
    return build_dataset("timeseries", [SourceColumn("t", t, "time", "s"), SourceColumn("U", u, "voltage", "V")])


def test_a_spike_in_a_million_rows_is_among_few_points():
    points = Curve(series(), "time", "voltage").points()
    assert len(points) <= 6 * (PIECES + 1)
    assert [333_333.0, 7.0] in points


def test_a_window_has_all_its_rows_and_one_on_either_side():
    points = Curve(series(), "time", "voltage").points(100.0, 110.0)
    assert [x for x, _ in points] == [float(n) for n in range(99, 112)]


def test_a_restart_of_the_clock_breaks_the_line():
    points = Curve(series(time=[0, 1, 2, 0, 1, 2]), "time", "voltage").points()
    assert [x for x, _ in points] == [0, 1, 2, None, 0, 1, 2]


def test_what_is_not_a_number_is_a_gap():
    data = build_dataset(
        "timeseries",
        [SourceColumn("t", [0.0, 1.0], "time", "s"), SourceColumn("U", [np.nan, np.inf], "voltage", "V")],
    )
    assert Curve(data, "time", "voltage").points() == [[0.0, None], [1.0, None]]


def test_a_chart_starts_with_the_first_choice_of_its_dataset():
    pytest.importorskip("nicegui")
    from echub.cli.page.tab_figure import Chart

    chart = Chart({"timeseries": series(10)}, series(10))
    assert (chart.x, chart.y) == ("time", ["voltage"])


def test_each_column_upwards_has_a_panel_and_the_zoom_moves_all():
    data = series(100)
    x, y = first_choice(data)
    assert (x, y) == ("time", ["voltage"])
    made = options([Curve(data, "time", "voltage"), Curve(data, "time", "row")])
    assert len(made["grid"]) == len(made["series"]) == 2
    assert made["dataZoom"][0]["xAxisIndex"] == [0, 1]
    assert made["yAxis"][0]["name"] == "U / V"
    assert "time" in numeric(data)


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (0.0, "0"), (1.23456789, "1.2346"), (3, "3"), (True, "True"), ("<b>", "<b>")]
)
def test_a_cell_of_a_table_is_a_text(cell, text):
    pytest.importorskip("nicegui")
    from echub.cli.page.desk import _text

    assert _text(cell) == text
