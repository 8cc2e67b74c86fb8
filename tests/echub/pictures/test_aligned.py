"""The stacked picture of an aligned record: at most two panels for each source, on one clock."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.drawing import BLUE, GREY, OCHRE, RED
from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.record import Record
from echub.pictures.aligned import PER_SOURCE, _in_two_lines

pytest.importorskip("matplotlib")


def drawn(*datasets):
    return [axis.get_ylabel() for axis in echub.plot(Record(list(datasets))).axes]


def on_one_clock(name, *columns):
    clock = SourceColumn("time", np.arange(4.0), "time", "s")
    built = build_dataset("timeseries", [clock, *columns])
    aligned = Column("time_aligned", np.arange(4.0), "time_aligned", "s", "derived", "aligned time")
    return replace(built, columns={**built.columns, "time_aligned": aligned}, label=name)


def known(name, unit):
    return SourceColumn(name, np.arange(4.0), name, unit)


def test_the_signals_that_are_known_come_first_and_two_are_enough():
    first = on_one_clock("a", known("voltage", "V"), known("temperature", "degC"), known("current", "mA"))
    assert drawn(first) == ["$I$ / mA", "$U$ / V"]
    assert PER_SOURCE == 2


def test_a_source_of_which_nothing_is_known_shows_its_own_columns():
    first = on_one_clock("a", known("current", "mA"), SourceColumn("Pressure gauge", np.arange(4.0), None, "mbar"))
    strange = on_one_clock(
        "b",
        SourceColumn("Word", np.array(list("abcd"), object), None, None),
        SourceColumn("Analog 3", np.arange(4.0), None, "mV"),
        SourceColumn("Analog 4", np.arange(4.0), None, None),
        SourceColumn("Analog 5", np.arange(4.0), None, "mV"),
    )
    assert drawn(first, strange) == ["$I$ / mA", "vendor_analog_3\n/ mV", "vendor_analog_4"]


def test_a_column_without_a_number_takes_no_panel():
    lost = SourceColumn("current", np.full(4, np.nan), "current", "mA")
    assert drawn(on_one_clock("a", known("voltage", "V"), lost, known("temperature", "degC"))) == [
        "$U$ / V", "$T$ / °C",
    ]  # fmt: skip


def test_rows_are_drawn_in_the_order_of_the_common_clock():
    built = on_one_clock("a", known("voltage", "V"))
    clock = replace(built.columns["time_aligned"], values=np.array([2.0, 0.0, 3.0, 1.0]))
    shown = replace(built, columns={**built.columns, "time_aligned": clock})
    (line,) = echub.plot(Record([shown])).axes[0].lines
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([0, 1, 2, 3], [1, 3, 0, 2])


def test_panels_share_the_unit_of_all_clocks_and_are_named_after_their_source():
    first, second = on_one_clock("a", known("voltage", "V")), on_one_clock("b", known("current", "mA"))
    clock = replace(second.columns["time_aligned"], values=np.array([0.0, 3600.0, 7200.0, 10800.0]))
    second = replace(second, columns={**second.columns, "time_aligned": clock}, attrs={"part": "sims"})
    upper, lower = echub.plot(Record([first, second])).axes
    assert (upper.get_title(loc="right"), lower.get_title(loc="right")) == ("a", "sims")
    assert lower.get_xlabel() == "$t$ / h, clock of a"
    assert list(lower.lines[0].get_xdata()) == [0, 1, 2, 3]
    assert upper.lines[0].get_color() != lower.lines[0].get_color()


@pytest.mark.parametrize("count", [1, 4, 5])
def test_each_source_has_a_colour_and_the_fifth_that_of_the_first(count):
    named = [on_one_clock(f"s{n}", known("voltage", "V"), known("current", "mA")) for n in range(count)]
    axes = echub.plot(Record(named)).axes
    used = [line.get_color() for axis in axes for line in axis.lines]
    assert used == [colour for n in range(count) for colour in [(BLUE, RED, OCHRE, GREY)[n % 4]] * 2]


def test_spectra_are_points_between_which_nothing_was_measured():
    columns = [
        SourceColumn("f", np.array([9.0, 8.0, 7.0, 6.0]), "frequency", "Hz"),
        SourceColumn("R", np.array([1.0, 2.0, 3.0, 4.0]), "impedance_real", "ohm"),
        SourceColumn("X", np.array([-1.0, -2.0, -3.0, -4.0]), "impedance_imag", "ohm"),
    ]
    built = build_dataset("impedance", columns)
    clock = Column("time_aligned", np.arange(4.0) * 600, "time_aligned", "s", "derived", "aligned time")
    given = replace(built, columns={**built.columns, "time_aligned": clock}, label="z")
    (axis,) = echub.plot(Record([given])).axes
    (points,) = axis.containers
    assert (points[0].get_marker(), points[0].get_linestyle(), points[0].get_color()) == ("o", "None", BLUE)
    assert (list(points[0].get_xdata()), list(points[0].get_ydata())) == ([0, 10, 20, 30], [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("abcd / mV", "abcd / mV"), ("abcde / mV", "abcde / mV"), ("abcdef / mV", "abcdef\n/ mV"),
        ("$E_{\\mathrm{we}}$ / mV", "$E_{\\mathrm{we}}$ / mV"), ("abcdefghijk", "abcdefghijk"),
        ("a / b / c / d", "a\n/ b / c / d"),
    ],
)  # fmt: skip
def test_a_label_of_more_than_ten_printed_letters_has_its_unit_below(label, shown):
    """Of a formula only what is printed counts: Ewe / mV has eight."""
    assert _in_two_lines(label) == shown


def test_an_aligned_record_without_numbers_is_refused():
    words = SourceColumn("note", np.array(list("abcd"), object), None, None)
    with pytest.raises(DataError) as refused:
        echub.plot(Record([on_one_clock("a", words)]))
    assert (refused.value.message, refused.value.found) == ("the aligned record has nothing to draw", "a")
    with pytest.raises(DataError) as refused:
        echub.plot(Record([on_one_clock("b", words), on_one_clock("a", words)]))
    assert refused.value.found == "b, a"


def test_of_a_table_the_first_two_measured_columns_are_drawn_with_what_they_state():
    """The dose describes a row; of hardness nothing was measured; a mass is a text with its uncertainty."""
    stated = {
        "dose": ([5.0, 5.0, 7.0, 7.0], "s"),
        "replicate": ([1, 2, 1, 2], None),
        "hardness": ([np.nan] * 4, "GPa"),
        "mass": (["1.0 ± 0.1", "< 2", "3.0 ± 0.2", "4.0 ± 0.1"], "mg"),
        "area": ([1.0, 2.0, 3.0, 4.0], None),
        "volume": ([1.0, 2.0, 3.0, 4.0], "mL"),
    }
    columns = [SourceColumn("sample_id", np.array(list("stuv"), object), "sample_id", None, index=0)]
    for n, (name, (values, unit)) in enumerate(stated.items(), 1):
        quantity = "replicate" if name == "replicate" else None
        values = np.array(values, object if isinstance(values[0], str) else float)
        columns.append(SourceColumn(f"{name} / {unit}" if unit else name, values, quantity, unit, index=n))
    built = build_dataset("table", columns)
    clock = Column("time_aligned", np.arange(4.0) * 600, "time_aligned", "s", "derived", "aligned time")
    given = replace(built, columns={**built.columns, "time_aligned": clock}, label="t")
    upper, lower = echub.plot(Record([given])).axes
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("mass / mg", "area")
    ((points, _, (bars,)),) = upper.containers
    assert (points.get_marker(), points.get_linestyle()) == ("o", "None")
    np.testing.assert_array_equal(points.get_ydata(), [1, np.nan, 3, 4])
    ends = [part[:, 1].tolist() for part in bars.get_segments() if part.size]
    assert ends == [pytest.approx(v) for v in ([0.9, 1.1], [2.8, 3.2], [3.9, 4.1])]
