"""The stacked picture of an aligned record: at most two panels for each source, on one clock."""

from dataclasses import replace

import numpy as np
import pytest

import echub
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
