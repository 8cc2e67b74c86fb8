"""The stacked picture of an aligned record: at most two panels for each source, on one clock."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.record import Record
from echub.pictures.aligned import PER_SOURCE

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
    strange = on_one_clock("b", SourceColumn("Analog 3", np.arange(4.0), None, "mV"))
    assert drawn(first, strange) == ["$I$ / mA", "vendor_analog_3\n/ mV"]


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


def test_an_aligned_record_without_numbers_is_refused():
    words = SourceColumn("note", np.array(list("abcd"), object), None, None)
    with pytest.raises(DataError) as refused:
        echub.plot(Record([on_one_clock("a", words)]))
    assert (refused.value.message, refused.value.found) == ("the aligned record has nothing to draw", "a")
