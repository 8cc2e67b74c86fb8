"""Values that are read when they are used are those that would have been read at once."""

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset
from echub.model.deferred import STEP, Deferred, altered, extremes, held, occurring, parts, passed, unread

ROWS = 2 * STEP + 5
WHOLE = (np.arange(ROWS) // 1000).astype(np.uint32)


class Counted:
    """An array that counts how many values are read of it."""

    def __init__(self, values):
        self.values, self.read = values, 0

    def part(self, first, last):
        self.read += last - first
        return self.values[first:last]

    def deferred(self):
        return Deferred(self.values.dtype, self.values.shape, self.part)


def test_nothing_is_read_before_it_is_used_and_once_then():
    source = Counted(np.arange(ROWS, dtype=float))
    column = SourceColumn("t", unread(source.deferred()), index=0)
    renamed = altered(column, header="time")
    dataset = build_dataset("timeseries", [renamed])
    assert (dataset.rows, source.read) == (ROWS, 0)
    assert np.array_equal(dataset["vendor_time"], source.values)
    assert column.values is dataset.columns["vendor_time"].values
    assert source.read == ROWS


@pytest.mark.parametrize(("quantity", "printed"), [("cycle", None), ("current", "A"), (None, None)])
def test_a_deferred_column_is_built_as_an_array_is(quantity, printed):
    at_once = SourceColumn("x", WHOLE, quantity, printed, index=0, negate=quantity == "current")
    later = altered(at_once, values=Counted(WHOLE).deferred())
    one, other = (build_dataset("timeseries", [column]) for column in (at_once, later))
    assert one.same_as(other)
    assert [c.dtype for c in one.columns.values()] == [c.dtype for c in other.columns.values()]


def test_parts_cover_every_row_once():
    source = Counted(WHOLE)
    assert np.array_equal(np.concatenate([part for _, part in parts(source.deferred())]), WHOLE)


@pytest.mark.parametrize("at", [1, 7, STEP - 1, STEP, STEP + 1, 2 * STEP])
def test_one_pass_sees_every_step_also_between_blocks(at):
    for change, rises, falls in (
        (1.0, True, False),
        (0.0, False, False),
        (-2.0, False, True),
        (np.nan, False, True),
    ):
        values = np.arange(2 * STEP + 5, dtype=np.float64)
        values[at:] += change - 1  # the step at this row is `change`
        found = passed(Counted(values).deferred())
        assert (found.rises, found.falls) == (rises, falls), change
        assert np.array_equal((found.low, found.high), (values.min(), values.max()), equal_nan=True)


def test_a_single_value_rises_and_does_not_fall():
    assert (passed(np.array([3])).rises, passed(np.array([3])).falls) == (True, False)


@pytest.mark.parametrize("values", [WHOLE, np.array([3.0, -1.0]), np.array([1.0, np.nan, 5.0])])
def test_extremes_and_what_occurs(values):
    deferred = Counted(values).deferred()
    assert np.array_equal(extremes(deferred), (values.min(), values.max()), equal_nan=True)
    assert np.array_equal(occurring(deferred), np.unique(values), equal_nan=True)
    assert isinstance(held(SourceColumn("x", unread(deferred))), Deferred)
