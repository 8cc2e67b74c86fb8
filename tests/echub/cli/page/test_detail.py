"""Points of a chart: few for all rows, all for few rows, and no spike lost."""

import itertools

import numpy as np
import pytest

import echub
from echub.cli.page.detail import PIECES, Curve, first_choice, numeric, options
from echub.drawing import PALETTE
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from fixtures.eclab.make import FOLDER


def series(rows=1_000_000, time=None):
    t = np.arange(float(rows)) if time is None else np.asarray(time, float)
    u = np.zeros(len(t))
    u[len(t) // 3] = 7.0
    u[-1] = 2.0
    return build_dataset("timeseries", [SourceColumn("t", t, "time", "s"), SourceColumn("U", u, "voltage", "V")])


def test_a_spike_in_a_million_rows_is_among_few_points():
    points = Curve(series(), "time", "voltage").points()
    assert len(points) <= 6 * (PIECES + 1)
    assert [333_333.0 / 86_400, 7.0] in points  # in days


def test_a_window_has_all_its_rows_and_one_on_either_side():
    points = Curve(series(), "time", "voltage").points(100.0 / 86_400, 110.0 / 86_400)
    assert [x * 86_400 for x, _ in points] == pytest.approx([float(n) for n in range(99, 112)])


def test_a_restart_of_the_clock_breaks_the_line():
    points = Curve(series(time=[0, 1, 2, 0, 1, 2]), "time", "voltage").points()
    assert points == [[0, 0], [1, 0], [2, 7], [None, None], [0, 0], [1, 0], [2, 2]]


def test_what_is_not_a_number_is_a_gap():
    data = build_dataset(
        "timeseries",
        [SourceColumn("t", [0.0, 1.0], "time", "s"), SourceColumn("U", [np.nan, np.inf], "voltage", "V")],
    )
    assert Curve(data, "time", "voltage").points() == [[0.0, None], [1.0, None]]


def test_a_chart_starts_with_the_first_choice_of_its_dataset():
    pytest.importorskip("nicegui")
    from echub.cli.page.tab_figure import Chart

    data = series(10)
    chart = Chart(Record([data]), {"timeseries": data}, data)
    assert (chart.x, chart.y) == ("time", ["voltage"])


def test_a_dataset_starts_with_its_potential_against_time():
    data = series(100)
    assert first_choice(Record([data]), data) == ("time", ["voltage"])
    assert numeric(data) == ["row", "time", "voltage"]


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["impedance_real", "impedance_imag"], ("impedance_real", ["impedance_imag"])),
        (["row", "sputter_time", "depth", "ion_counts"], ("depth", ["ion_counts"])),
        (["row", "mass_to_charge", "ion_count_rate"], ("mass_to_charge", ["ion_count_rate"])),
        (["time", "current_density", "current", "voltage"], ("time", ["voltage", "current"])),
        (["vendor_a", "row", "vendor_b"], ("row", ["vendor_a"])),
        (["vendor_a", "vendor_b"], ("vendor_a", ["vendor_b"])),
        (["vendor_a"], ("vendor_a", [])),
    ],
)
def test_no_column_is_first_drawn_against_itself(names, first):
    data = Dataset("timeseries", {name: Column(name, np.arange(3.0)) for name in names})
    assert first_choice(Record([data]), data) == first


def test_only_numbers_of_rows_can_be_drawn():
    columns = {
        "time": Column("time", np.arange(2.0)),
        "count": Column("count", np.arange(2)),
        "on": Column("on", np.array([True, False])),
        "note": Column("note", np.arange(2), labels={0: "a", 1: "b"}),
        "packed": Column("packed", np.arange(2), bits=(Bits("low", "low", 1),)),
        "z": Column("z", np.arange(2) * 1j),
        "text": Column("text", np.array(["a", "b"])),
        "map": Column("map", np.ones((2, 3)), axes=("row", "mass")),
    }
    assert numeric(Dataset("timeseries", columns)) == ["time", "count", "on"]


def test_only_a_clock_breaks_a_line_where_it_goes_back():
    columns = [SourceColumn("t", [0.0, 1.0, 2.0], "time", "s"), SourceColumn("U", [1.0, 3.0, 2.0], "voltage", "V")]
    curve = Curve(build_dataset("timeseries", columns), "voltage", "time")
    assert curve.points() == [[1, 0], [3, 1], [2, 2]]


def across(n, name, *, shown):
    return {**upwards(n, name), "nameGap": 28, "axisLabel": {"show": shown}}


def upwards(n, name):
    scale = {"type": "value", "scale": True, "gridIndex": n, "nameLocation": "middle", "nameGap": 60}
    return {**scale, "name": name}


def test_two_panels_share_their_x_zoom_and_crosshair():
    """Of 84 % each has half, less the 10 % below it; only the lower one has numbers and a name across."""
    data = series(time=[0, 1, 2])
    made = options([Curve(data, "time", "voltage"), Curve(data, "time", "row")])
    line = {"type": "line", "showSymbol": False, "symbolSize": 5, "lineStyle": {"width": 1.5}}
    both = {"xAxisIndex": [0, 1], "filterMode": "none"}  # a line goes on beyond the window
    assert {name: made[name] for name in ("grid", "xAxis", "yAxis", "dataZoom", "series")} == {
        "grid": [{"left": 80, "right": 30, "top": f"{top}%", "height": "32.0%"} for top in (5.0, 47.0)],
        "xAxis": [across(0, "", shown=False), across(1, "t / s", shown=True)],
        "yAxis": [upwards(0, "U / V"), upwards(1, "n")],
        "dataZoom": [{"type": "inside", **both}, {"type": "slider", "bottom": 8, "height": 22, **both}],
        "series": [
            {**line, "name": name, "color": PALETTE[n], "xAxisIndex": n, "yAxisIndex": n, "data": points}
            for n, (name, points) in enumerate(
                [("U / V", [[0, 0], [1, 7], [2, 2]]), ("n", [[0, 0], [1, 1], [2, 2]])]
            )
        ],
    }
    assert (made["animation"], made["tooltip"]) == (False, {"trigger": "axis", "axisPointer": {"type": "cross"}})
    assert made["axisPointer"]["link"] == [{"xAxisIndex": "all"}]


@pytest.mark.parametrize("count", [1, 2, 3, 6, 9, 40])
def test_panels_stand_one_below_the_other_and_above_the_slider(count):
    grids = options([Curve(series(10), "time", "voltage")] * count)["grid"]
    places = [(float(g["top"].rstrip("%")), float(g["height"].rstrip("%"))) for g in grids]
    assert all(height > 0 for _, height in places)
    assert all(top + height < below for (top, height), (below, _) in itertools.pairwise(places))
    assert places[0][0] == 5
    assert sum(places[-1]) < 90


def test_a_panel_has_the_same_share_of_its_place_however_many_there_are():
    """Of the 42 % that each of two has, 32 % are the panel; the chart grows with their number."""
    for count in (2, 8, 9, 40):
        grids = options([Curve(series(10), "time", "voltage")] * count)["grid"]
        assert [float(g["height"].rstrip("%")) for g in grids] == pytest.approx([84 / count * 32 / 42] * count)


def test_the_ninth_panel_has_the_first_colour_again():
    made = options([Curve(series(10), "time", "voltage")] * 9)["series"]
    assert [line["color"] for line in made] == [*PALETTE, PALETTE[0]]


def test_time_and_current_are_in_units_that_can_be_read():
    assert Curve(series(), "time", "voltage").across[1] == "t / d"
    data = build_dataset(
        "timeseries",
        [SourceColumn("t", [0.0, 9.0], "time", "s"), SourceColumn("I", [0.0, 2e-5], "current", "mA")],
    )
    curve = Curve(data, "time", "current")
    assert curve.up[1] == "I / nA"
    assert curve.points()[-1] == pytest.approx([9.0, 20.0])


def test_a_voltammogram_is_current_against_potential():
    record = echub.read(FOLDER / "cv.mpr")
    assert first_choice(record, record["timeseries"]) == ("potential_we", ["current"])


def test_spectra_are_apart_with_the_capacitive_part_upwards():
    data = echub.read(FOLDER / "geis_with_dc.mpr")["impedance"]
    curve = Curve(data, "impedance_real", "impedance_imag")
    points = curve.points()
    assert points.count([None, None]) == len(set(data["spectrum"])) - 1
    assert curve.up[1].startswith("−Z_im / ")
    sign = np.sign([y for _, y in points if y is not None])
    assert list(sign) == list(-np.sign(data["impedance_imag"]))


@pytest.mark.parametrize(
    ("cell", "text"), [(None, ""), (0.0, "0"), (1.23456789, "1.2346"), (3, "3"), (True, "True"), ("<b>", "<b>")]
)
def test_a_cell_of_a_table_is_a_text(cell, text):
    pytest.importorskip("nicegui")
    from echub.cli.page.desk import _text

    assert _text(cell) == text


def test_each_part_of_a_line_has_its_own_rows_of_the_window():
    """The clock restarts after ten rows: both parts have rows between 3 and 5 s, and one beside each end."""
    time = np.tile(np.arange(10.0), 2)
    columns = [SourceColumn("t", time, "time", "s"), SourceColumn("U", 1 + np.arange(20.0), "voltage", "V")]
    curve = Curve(build_dataset("timeseries", columns), "time", "voltage")
    first, second = ([[t, start + t] for t in range(2, 7)] for start in (1, 11))
    assert curve.points(3.0, 5.0) == [*first, [None, None], *second]
    for ends in ((None, 5.0), (3.0, None)):
        assert len(curve.points(*ends)) == 21


@pytest.mark.parametrize("spike", [3, 12_345])
def test_a_spike_in_the_second_part_of_a_long_line_is_where_it_was_measured(spike):
    rows = 20_000
    voltage = np.ones(2 * rows)
    voltage[rows + spike] = 7.0
    columns = [
        SourceColumn("t", np.tile(np.arange(float(rows)), 2), "time", "s"),
        SourceColumn("U", voltage, "voltage", "V"),
    ]
    points = Curve(build_dataset("timeseries", columns), "time", "voltage").points()
    at = points.index([None, None])
    assert all(u == 1.0 for _, u in points[:at])
    assert [t * 3600 for t, u in points[at + 1 :] if u == 7.0] == pytest.approx([spike])
    assert points[at - 1][0] == points[-1][0] == pytest.approx((rows - 1) / 3600)
