"""Which picture a dataset gets, what several files share, and what a figure says that it does not show."""

from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import DataError, UnitMismatch, UnknownColumn, UnknownOption
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record

pytest.importorskip("matplotlib")

SIMS = Path(__file__).parents[3] / "fixtures" / "sims"
UNITS = {"time": "s", "potential_we": "V", "current": "mA", "cycle": "1", "charge": "mA*h", "temperature": "degC"}


def series(technique="", label="", **columns):
    built = [SourceColumn(name, values, name, UNITS[name]) for name, values in columns.items()]
    record = Record([build_dataset("timeseries", built)])
    if technique:
        record.metadata.set("technique.name", technique)
    return record


def axes_labels(figure):
    return [(axis.get_xlabel(), axis.get_ylabel()) for axis in figure.axes]


def drawn(axis):
    return [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axis.lines]


def legend(axis):
    found = axis.get_legend()
    return [] if found is None else [text.get_text() for text in found.get_texts()]


SCANS = {
    "time": np.arange(8.0),
    "potential_we": [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0],
    "current": [1.0, 2.0, -1.0, -2.0, 3.0, 4.0, -3.0, -4.0],
    "cycle": [1, 1, 1, 1, 2, 2, 2, 2],
}


@pytest.mark.parametrize("technique", ["CV", "cva", "LSV", "LASV", "acv"])
def test_a_sweep_of_the_potential_is_current_against_potential(technique):
    (axis,) = echub.plot(series(technique, **SCANS)).axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("$E_{\\mathrm{we}}$ / V", "$I$ / mA")
    assert drawn(axis) == [([0, 1, 1, 0], [1, 2, -1, -2]), ([0, 1, 1, 0], [3, 4, -3, -4])]
    assert legend(axis) == ["scan 1", "scan 2"]


def test_scans_that_are_not_counted_in_every_row_are_one_line():
    (axis,) = echub.plot(series("CV", **{**SCANS, "cycle": [1.0, 1.0, np.nan, np.nan, 2.0, 2.0, 2.0, 2.0]})).axes
    assert drawn(axis) == [(SCANS["potential_we"], SCANS["current"])]
    assert legend(axis) == []


def test_another_technique_is_drawn_against_time_unless_asked():
    record = series("OCV", **SCANS)
    assert axes_labels(echub.plot(record, picture="time"))[-1] == ("$t$ / s", "$I$ / mA")
    assert axes_labels(echub.plot(record, picture="voltammogram")) == [("$E_{\\mathrm{we}}$ / V", "$I$ / mA")]


# 1 mA for an hour each way, twice; the counter of the instrument runs up and down.
CYCLED = {
    "time": [0.0, 1800.0, 3600.0, 3600.0, 5400.0, 7200.0, 7200.0, 9000.0, 10800.0],
    "potential_we": [3.0, 3.5, 4.0, 4.0, 3.5, 3.0, 3.0, 3.4, 3.9],
    "current": [1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0],
    "charge": [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 0.0, 0.5, 1.0],
}


@pytest.mark.parametrize("counted", [True, False])
def test_charge_and_discharge_are_drawn_against_charge_and_time(counted):
    columns = dict(CYCLED) if counted else {name: v for name, v in CYCLED.items() if name != "charge"}
    figure = echub.plot(series("GCPL", **columns))
    capacity, potential, current = figure.axes
    assert (capacity.get_xlabel(), potential.get_ylabel()) == ("$Q$ / mA·h", "$E_{\\mathrm{we}}$ / V")
    assert (current.get_xlabel(), current.get_ylabel()) == ("$t$ / h", "$I$ / mA")
    for x, _ in drawn(capacity):
        assert x == pytest.approx([0.0, 0.5, 1.0])
    assert [y for _, y in drawn(capacity)] == [[3.0, 3.5, 4.0], [4.0, 3.5, 3.0], [3.0, 3.4, 3.9]]
    assert legend(capacity) == ["cycle 1", "cycle 2"]


def test_a_clock_that_starts_again_has_passed_no_charge():
    columns = {name: v for name, v in CYCLED.items() if name != "charge"}
    columns["time"] = [0.0, 1800.0, 3600.0, 0.0, 1800.0, 3600.0, 0.0, 1800.0, 3600.0]
    capacity = echub.plot(series("GCPL", **columns)).axes[0]
    assert [x[-1] for x, _ in drawn(capacity)] == pytest.approx([1.0, 1.0, 1.0])


def test_a_clock_that_restarts_within_a_half_cycle_loses_and_adds_no_charge():
    """3 h with +1 mA, the clock restarts after 2 h; then 2 h with -2 mA from the row before on."""
    record = series(
        "GCPL",
        time=[0.0, 3600.0, 7200.0, 0.0, 3600.0, 7200.0, 10800.0],
        potential_we=[1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0],
        current=[1.0, 1.0, 1.0, 1.0, 1.0, -2.0, -2.0],
    )
    capacity = echub.plot(record).axes[0]
    (up, e_up), (down, e_down) = drawn(capacity)
    assert (up, e_up) == (pytest.approx([0, 1, 2, 2, 3]), [1, 2, 3, 4, 5])
    assert (down, e_down) == (pytest.approx([0, 2]), [4, 3])
    assert capacity.get_xlabel() == "$Q$ / mA·h"


@pytest.mark.parametrize(
    ("cycle", "names"),
    [
        ([7, 7, 7, 7, 8, 8, 8, 8], ["cycle 7", "cycle 8"]),
        ([7] * 8, ["cycle 1", "cycle 2"]),  # a counter that does not count
        ([1, 1, 1, 1, np.nan, 2, 2, 2], ["cycle 1", "cycle 2"]),
    ],
)
def test_cycles_are_those_of_the_instrument_if_it_counts(cycle, names):
    current = [1.0, 1.0, -1.0, -1.0] * 2
    record = series("GCPL", time=3600 * np.arange(8.0), potential_we=np.arange(8.0), current=current, cycle=cycle)
    assert legend(echub.plot(record).axes[0]) == names


def test_half_cycles_without_charge_have_no_prefix():
    current = [1.0, 1.0, -1.0, -1.0]
    record = series(
        "GCPL", time=[0.0, 1.0, 2.0, 3.0], potential_we=[1.0, 2.0, 2.0, 1.0], current=current, charge=[0.0] * 4
    )
    assert echub.plot(record).axes[0].get_xlabel() == "$Q$ / A·h"


@pytest.mark.parametrize("least", [None, 0.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_current_of_one_sign_is_not_cycling(sign, least):
    """A rest between has neither sign."""
    current = np.abs(CYCLED["current"]) if least is None else np.maximum(CYCLED["current"], least)
    columns = {**CYCLED, "current": sign * current}
    assert len(echub.plot(series("CP", **columns)).axes) == 2


@pytest.mark.parametrize("by", [None, "technique.name"])
def test_a_clock_that_restarts_breaks_the_line_and_names_the_file_once(by):
    record = series("OCV", time=[0.0, 1.0, 2.0, 0.0, 1.0], potential_we=[1.0, 2.0, 3.0, 4.0, 5.0])
    (axis,) = echub.plot(record, by=by).axes
    (line,) = axis.lines
    np.testing.assert_array_equal(line.get_ydata(), [1, 2, 3, np.nan, 4, 5])
    assert legend(axis) == ([] if by is None else ["OCV"])


# -- several files -------------------------------------------------------------------------------


def grouped(group, scale):
    record = series("OCV", time=[0.0, 1.0], potential_we=[scale, scale])
    record.metadata.set("sample.group", group)
    return record


def test_several_files_share_a_figure_in_a_colour_each():
    (axis,) = echub.plot([grouped("a", 1.0), grouped("b", 2.0), grouped("a", 3.0)], by="sample.group").axes
    assert [y for _, y in drawn(axis)] == [[1, 1], [2, 2], [3, 3]]
    colours = [line.get_color() for line in axis.lines]
    assert colours[0] == colours[2] != colours[1]
    assert legend(axis) == ["a", "b"]


def test_a_file_that_does_not_state_the_group_is_labelled_so():
    (axis,) = echub.plot(
        [grouped("a", 1.0), series("OCV", time=[0.0], potential_we=[2.0])], by="sample.group"
    ).axes
    assert legend(axis) == ["a", "not stated"]


def test_a_value_keeps_its_unit_across_files_of_different_size():
    (axis,) = echub.plot([grouped("a", 0.002), grouped("b", 0.5)], by="sample.group").axes
    assert axis.get_ylabel() == "$E_{\\mathrm{we}}$ / V"
    assert drawn(axis)[0][1] == [0.002, 0.002]


# -- any columns ---------------------------------------------------------------------------------


def test_any_columns_in_stated_units():
    figure = echub.plot(series(**CYCLED), x="time/h", y=["current/uA", "charge"])
    assert axes_labels(figure) == [("", "$I$ / µA"), ("$t$ / h", "$Q$ / mA·h")]
    ((hours, current),) = drawn(figure.axes[0])
    assert hours == pytest.approx([t / 3600 for t in CYCLED["time"]])
    assert current == [1000.0] * 3 + [-1000.0] * 3 + [1000.0] * 3


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"y": "nothing"}, UnknownColumn),
        ({"y": "current/V"}, UnitMismatch),
        ({"picture": "nyquist"}, UnknownOption),
        ({"picture": "impedance"}, DataError),
        ({"style": "loud"}, UnknownOption),
    ],
)
def test_what_cannot_be_drawn_is_refused(asked, error):
    with pytest.raises(error):
        echub.plot(series(**CYCLED), **asked)


def test_limits_are_of_the_first_axes():
    first = echub.plot(series("OCV", **SCANS), xlim=(1.0, 5.0), ylim=(None, 2.0)).axes[0]
    assert first.get_xlim() == (1.0, 5.0)
    assert first.get_ylim()[1] == 2.0


# -- nothing hidden ------------------------------------------------------------------------------


def test_what_has_no_picture_is_named():
    one = build_dataset(
        "timeseries", [SourceColumn("t", [0.0, 1.0], "time", "s"), SourceColumn("U", [1.0, 2.0], "voltage", "V")]
    )
    two = build_dataset("acme_curve", [SourceColumn("f", [1.0], None, None)])
    assert "not drawn: acme_curve (1 row)" in echub.plot(Record([one, two])).get_suptitle()


def test_a_spike_of_one_row_in_a_million_is_drawn():
    rows = 1_000_000
    potential = np.zeros(rows)
    potential[654_321] = 5.0
    (axis,) = echub.plot(series("OCV", time=np.arange(rows, dtype=float), potential_we=potential)).axes
    (line,) = axis.lines
    assert len(line.get_xdata()) < 10_000
    assert line.get_ydata().max() == 5.0


def test_impedance_of_a_stated_area_is_drawn_per_area():
    columns = [
        SourceColumn("f", [1000.0, 1.0], "frequency", "Hz"),
        SourceColumn("Re", [1.0, 3.0], "impedance_real", "ohm"),
        SourceColumn("Im", [-1.0, -2.0], "impedance_imag", "ohm"),
    ]
    record = Record([build_dataset("impedance", columns)])
    record.metadata.set("cell.area", "0.5 cm^2")
    nyquist, modulus, _ = echub.plot(record).axes
    assert drawn(nyquist) == [([0.5, 1.5], [0.5, 1.0])]
    assert nyquist.get_xlabel() == "Re $Z$·$A$ / Ω·cm²"
    assert modulus.lines[0].get_ydata() == pytest.approx(np.hypot([0.5, 1.5], [0.5, 1.0]))


def test_styles_differ_in_size_and_frame():
    record = series("OCV", time=[0.0, 1.0], potential_we=[1.0, 2.0])
    column = echub.plot(record, style="single-column")
    framed = echub.plot(record, style="origin").axes[0]
    assert column.get_size_inches()[0] == pytest.approx(3.39)
    assert framed.spines["top"].get_visible()
    assert not echub.plot(record).axes[0].spines["top"].get_visible()


def test_a_depth_profile_is_logarithmic_with_a_line_per_species():
    record = echub.read(SIMS / "profile.dp_rpc_asc")
    (axis,) = echub.plot(record).axes
    assert axis.get_yscale() == "log"
    assert len(axis.lines) == len(set(record["depth_profile"]["species"]))


def test_maps_are_sums_over_the_frames():
    record = echub.read(SIMS / "maps" / "sims.toml")
    images = [axis.images[0].get_array() for axis in echub.plot(record).axes if axis.images]
    counts = record["ion_map"]["ion_counts"]
    assert len(images) == len(counts)
    assert np.array_equal(images[0], counts[0].sum(axis=0))


def test_a_temperature_in_another_unit_is_a_point_on_its_scale():
    (axis,) = echub.plot(series(time=[0.0, 1.0], temperature=[20.0, 25.0]), y="temperature/K").axes
    assert drawn(axis)[0][1] == pytest.approx([293.15, 298.15])


@pytest.mark.parametrize("style", ["screen", "single-column", "slide"])
@pytest.mark.parametrize(("first", "names"), [(0, {"1 Hz"}), (1, {"1 kHz", "1 Hz"})])
def test_names_of_decades_are_not_written_over_each_other(first, names, style):
    """Of a small arc beside a large one, points of several decades lie in one place; the first arc has names."""
    decades = np.array([1000.0, 100.0, 10.0, 1.0])
    frequency, spectrum = np.tile(decades, 2), np.repeat([first, 1 - first], 4)
    real = np.concatenate([[1.0, 1.1, 1.2, 1.3], [1.0, 300.0, 700.0, 1000.0]])
    imag = -np.concatenate([[0.1, 0.2, 0.2, 0.1], [0.1, 400.0, 400.0, 0.1]])
    order = np.argsort(spectrum, kind="stable")
    frequency, real, imag, spectrum = frequency[order], real[order], imag[order], spectrum[order]
    columns = [
        SourceColumn("f", frequency, "frequency", "Hz"),
        SourceColumn("Re", real, "impedance_real", "ohm"),
        SourceColumn("Im", imag, "impedance_imag", "ohm"),
        SourceColumn("n", spectrum, "spectrum"),
    ]
    figure = echub.plot(Record([build_dataset("impedance", columns)]), style=style)
    figure.draw_without_rendering()
    named = [text for text in figure.axes[0].texts if "Hz" in text.get_text()]
    known = {text.get_text() for text in named}
    assert known >= names
    assert first == 1 or len(known) <= 2  # one to the left and one to the right
    boxes = [text.get_window_extent() for text in named]
    assert not [1 for n, one in enumerate(boxes) for other in boxes[:n] if one.overlaps(other)]


@pytest.mark.parametrize(
    ("look", "size", "beside"),
    [
        ({}, (8.0, 8.4), False),
        ({"style": "slide"}, (10.0, 5.6), True),
        ({"style": "single-column"}, (3.39, 5.2), False),
        ({"size": (9, 4)}, (9, 4), True),
        ({"size": (9, 6)}, (9, 6), False),
        ({"size": (9.2, 6)}, (9.2, 6), True),
    ],
)
def test_pictures_stand_beside_each_other_where_they_would_be_strips(look, size, beside):
    figure = echub.plot(series("GCPL", **CYCLED), **look)
    assert figure.get_size_inches().tolist() == pytest.approx(size)
    figure.draw_without_rendering()
    capacity, potential, _ = (axis.get_window_extent() for axis in figure.axes)
    assert (potential.x0 > capacity.x1) == beside
    assert (potential.y1 < capacity.y0) != beside


def test_a_single_count_between_zeros_is_drawn(tmp_path):
    mass, counts = [1.0, 2.0, 3.0, 4.0, 5.0], [0.0, 7.0, 0.0, 0.0, 900.0]
    columns = [
        SourceColumn("m", mass, "mass_to_charge", "1"),
        SourceColumn("N", counts, "ion_counts", "count"),
    ]
    figure = echub.plot(Record([build_dataset("mass_spectrum", columns)]))
    (axis,) = figure.axes
    assert drawn(axis) == [(mass, counts)]
    figure.draw_without_rendering()
    low, high = axis.get_ylim()
    assert 0 < low < 7 < 900 < high
    bottom = axis.transData.transform((1.0, 0.0))[1]
    assert bottom < axis.get_window_extent().y0  # clipped below the axes, not cut out of the line


def test_maps_fill_the_figure_and_name_both_axes():
    figure = echub.plot(echub.read(SIMS / "maps" / "sims.toml"))
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_ylabel() for axis in shown] == ["$y$ / µm", "", "", "$y$ / µm", ""]
