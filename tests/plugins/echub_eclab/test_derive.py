"""Derived columns: the vendor's recipes, NaN where it prints 0 for no value, nothing where an input is missing."""

import numpy as np
import pytest

from echub.plugin import SourceColumn
from echub_eclab.columns import FLAGS
from echub_eclab.derive import derived_columns, loop_numbers
from tests.plugins.echub_eclab.support import fixture, read

NAN = np.nan


def column(header, values, quantity=None, dtype="f8", **more):
    return SourceColumn(header, np.array(values, dtype), quantity, **more)


def modes(*values):
    return column("flags", values, "flags", "u1", bits=(FLAGS[1],))


TIME = column("time/s", [0, 10, 10, 12, 11, 21], "time")
CHARGE = column("dq/mA.h", [0, 1, 2, 3, 4, -5], "charge_increment")
CONTROL = column("control/V/mA", [0.5, 3.7, 0.0, -0.5], None, "f4")


def derived(*columns):
    return {c.header: c for c in derived_columns(columns)}


def test_mean_current_is_charge_over_time():
    found = derived(TIME, CHARGE)["<I>/mA"]
    assert (found.quantity, found.unit, found.origin, found.averaged) == ("current", "mA", "derived", True)
    assert found.index is None
    np.testing.assert_array_equal(found.values, [NAN, 360.0, NAN, 5400.0, NAN, -1800.0])


def test_mean_current_says_how_it_was_made():
    assert derived(TIME, CHARGE)["<I>/mA"].attrs == {
        "recipe": "dq/mA.h * 3600 / (time/s - time/s of the row before)"
    }


@pytest.mark.parametrize(
    "columns",
    [(TIME,), (CHARGE,), (), (TIME, CHARGE, column("I/mA", [0] * 6, "current"))],
    ids=["no charge", "no time", "nothing", "a current is there"],
)
def test_no_mean_current_without_its_inputs_or_beside_a_current(columns):
    assert "<I>/mA" not in derived(*columns)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_of_no_interval_has_no_mean_current_in_any_row(rows):
    found = derived(column("time/s", [5.0] * rows), column("dq/mA.h", [1.0] * rows))["<I>/mA"]
    assert len(found.values) == rows
    assert np.isnan(found.values).all()


def test_the_control_is_split_by_mode():
    found = derived(CONTROL, modes(1, 2, 3, 1))
    np.testing.assert_array_equal(found["control/V"].values, np.array([NAN, 3.7, NAN, NAN], "f4"))
    np.testing.assert_array_equal(found["control/mA"].values, np.array([0.5, NAN, NAN, -0.5], "f4"))
    assert found["control/V"].values.dtype == "f4"
    assert (found["control/V"].quantity, found["control/V"].unit) == ("potential_setpoint", "V")
    assert (found["control/mA"].quantity, found["control/mA"].unit) == ("current_setpoint", "mA")
    assert found["control/mA"].attrs["recipe"] == "control/V/mA where mode = 1"


def test_the_mode_is_read_from_its_two_bits_alone():
    found = derived(CONTROL, modes(0xFD, 0xFE, 0xFF, 0xFC))
    np.testing.assert_array_equal(found["control/mA"].values, np.array([0.5, NAN, NAN, NAN], "f4"))
    np.testing.assert_array_equal(found["control/V"].values, np.array([NAN, 3.7, NAN, NAN], "f4"))


def test_a_mode_that_never_occurs_makes_no_column():
    assert "control/V" not in derived(CONTROL, modes(1, 1, 3, 1))
    assert "control/mA" not in derived(CONTROL, modes(2, 2, 3, 2))
    assert not {"control/V", "control/mA"} & set(derived(CONTROL, modes(3, 3, 3, 3)))


def test_no_split_without_a_mode():
    assert not derived(CONTROL)
    assert not derived(CONTROL, column("flags", [1, 2, 3, 1], "flags", "u1", bits=(FLAGS[3],)))


def test_the_option_leaves_derived_columns_out():
    with_them, without = read(fixture("gcpl"))["timeseries"], read(fixture("gcpl"), "none")["timeseries"]
    extra = set(with_them.columns) - set(without.columns)
    assert extra >= {"current", "potential_setpoint", "current_setpoint"}
    assert all(with_them.column(name).origin == "derived" for name in extra)
    assert not [c for c in without.columns.values() if c.origin == "derived"]


def test_derived_columns_are_no_part_of_the_source_table():
    assert list(read(fixture("gcpl")).source_table()) == list(read(fixture("gcpl"), "none").source_table())


def test_the_capacity_is_zero_where_the_current_runs_against_its_half_cycle():
    charge = column("Q charge/discharge/mA.h", [0.0, 1.0, 2.0, 1.5, -0.5, -1.0, -0.75])
    half = column("half cycle", [0, 0, 0, 0, 1, 1, 1], "half_cycle", "u4")
    current = column("I/mA", [5, 5, 5, -5, 5, -5, 5], "current", "f4")
    found = derived(charge, half, current)["Capacity/mA.h"]
    # Row 4: the charge is of a new half cycle, though the current has turned already: it keeps its capacity.
    assert found.values.tolist() == [0.0, 1.0, 2.0, 0.0, 0.5, 1.0, 0.0]
    assert "0 where the current runs against it" in found.attrs["recipe"]
    late = derived(charge, half, column("I/mA", [5, 5, -5, -5, 5, -5, -5], "current", "f4"))["Capacity/mA.h"]
    # Rows 2 and 6: one of charge and current alone opposes, as in the last row before a change.
    assert late.values.tolist() == [0.0, 1.0, 2.0, 0.0, 0.5, 1.0, 0.75]


@pytest.mark.parametrize(("half", "dtype", "cycles", "made"), [
    ([0, 1, 2, 5], "u4", [0, 0, 1, 2], "u1"), ([0, 511, 512], "u4", [0, 255, 256], "u2"),
    ([-3, -1, 0, 300], "i8", [-2, -1, 0, 150], "i8"), ([0, 255], "i8", [0, 127], "u1"), ([], "u4", [], "u4"),
])  # fmt: skip
def test_a_cycle_is_two_half_cycles_in_the_smallest_type_that_holds_them(half, dtype, cycles, made):
    found = derived(column("half cycle", half, "half_cycle", dtype))["cycle number"].values
    assert (found.tolist(), found.dtype.str.lstrip("<|")) == (cycles, made)


def test_the_capacity_without_a_current_is_the_charge():
    charge = column("Q charge/discharge/mA.h", [0.0, 1.0, -2.0])
    assert derived(charge)["Capacity/mA.h"].values.tolist() == [0.0, 1.0, 2.0]


def test_the_capacity_of_a_long_table_looks_back_over_the_edges_of_its_blocks():
    rows = 40_000
    charge = np.minimum(np.arange(rows), rows - np.arange(rows)).astype(float) + 1
    sign = np.where(np.arange(rows) <= rows // 2, 1.0, -1.0)
    found = derived(
        column("Q charge/discharge/mA.h", charge),
        column("half cycle", np.zeros(rows), "half_cycle", "u4"),
        column("I/mA", sign, "current", "f4"),
    )["Capacity/mA.h"].values
    assert np.array_equal(found, np.where(sign > 0, charge, 0.0))


@pytest.mark.parametrize(
    ("first_rows", "rows", "numbers"),
    [
        ([], 4, None),
        ([0], 4, None),  # one loop is none
        ([0, 2], 4, [0, 0, 1, 1]),
        ([0, 1, 3], 4, [0, 1, 1, 2]),
        ([0, 2, 2], 4, [0, 0, 2, 2]),  # a loop without a row
        ([0, 3, 1], 4, None),  # in no order
        ([0, 2, 9], 4, [0, 0, 1, 1]),  # a loop beyond the rows
        ([0, 2], 0, []),
        ([0, 2], 65_536, [0, 0, *[1] * 65_534]),
        ([0, 65_536], 65_537, [*[0] * 65_536, 1]),  # so many are computed when they are asked for
    ],
)
def test_loops_are_numbered_by_their_first_rows(first_rows, rows, numbers):
    found = loop_numbers(first_rows, rows)
    assert [column.header for column in found] == ([] if numbers is None else ["loop number"])
    if numbers is not None:
        assert (found[0].values.tolist(), found[0].origin) == (numbers, "reported")
