"""Values that are read when they are used are those that would have been read at once."""

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset
from echub.model.deferred import (
    STEP,
    Deferred,
    altered,
    extremes,
    held,
    occurring,
    parts,
    passed,
    shuffled,
    unread,
    unshuffled,
)

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


@pytest.mark.parametrize(
    ("quantity", "printed"), [("cycle", None), ("current", "A"), ("current", "mA"), (None, None)]
)
def test_a_deferred_column_is_built_as_an_array_is(quantity, printed):
    at_once = SourceColumn("x", WHOLE, quantity, printed, index=0, negate=quantity == "current")
    later = altered(at_once, values=Counted(WHOLE).deferred())
    one, other = (build_dataset("timeseries", [column]) for column in (at_once, later))
    assert one.same_as(other)
    assert [c.dtype for c in one.columns.values()] == [c.dtype for c in other.columns.values()]


def test_the_ends_of_a_map_are_those_of_all_its_axes():
    source = Counted(np.array([[5.0, 1.0], [2.0, 9.0], [3.0, 4.0]]))
    assert extremes(source.deferred()) == (1.0, 9.0)


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


# -- faster ways, and arrays of other shapes ---------------------------------------------------------


@pytest.mark.parametrize("step", [3, 7, 8, STEP])
def test_parts_have_the_asked_length_and_their_first_row(step):
    values = np.arange(7.0)
    expected = [(first, values[first : first + step].tolist()) for first in range(0, 7, step)]
    for given in (values, Counted(values).deferred()):
        assert [(first, part.tolist()) for first, part in parts(given, step)] == expected
    assert list(parts(np.empty(0), step)) == []
    ((first, whole),) = parts(np.array(3.5), step)
    assert (first, whole.shape) == (0, ())


def test_a_faster_way_is_taken_until_the_values_are_there():
    values = np.arange(4.0)
    asked = []

    def way(name, answer):
        return lambda *given: asked.append((name, *given)) or answer(*given)

    deferred = Deferred(
        values.dtype, values.shape, way("part", lambda first, last: values[first:last]),
        whole=way("whole", lambda: values), stream=way("stream", lambda: iter([(0, values)])),
        each=way("each", lambda look: iter([look(values)])),
    )  # fmt: skip
    assert (len(deferred), deferred.ndim, deferred.nbytes, deferred.shape) == (4, 1, 32, (4,))
    assert deferred.part(1, 3).tolist() == [1, 2]
    assert [part.sum() for _, part in deferred.stream()] == list(deferred.each(np.sum)) == [6]
    assert deferred.fresh() is values
    assert deferred._loaded is None
    assert [name for name, *_ in asked] == ["part", "stream", "each", "whole"]
    assert deferred.load() is deferred.load() is deferred.fresh() is values
    assert [name for name, *_ in asked] == ["part", "stream", "each", "whole", "whole"]
    assert (deferred.part(1, 3).tolist(), list(deferred.each(np.sum))) == ([1, 2], [6])
    assert [part.tolist() for _, part in deferred.stream()] == [[0, 1, 2, 3]]
    assert len(asked) == 5


def test_values_made_of_others_are_made_when_they_are_asked_for():
    made = []
    known = Deferred(
        np.dtype("<i2"), (3,), lambda first, last: np.array([5, 7, 5], "<i2")[first:last],
        distinct=lambda: np.array([5, 7], "<i2"),
    )  # fmt: skip
    turned = known.map(lambda part: made.append(len(part)) or -part / 2, np.dtype("<f8"))
    assert (turned.dtype, turned.shape, made) == (np.dtype("<f8"), (3,), [])
    assert turned.part(0, 2).tolist() == [-2.5, -3.5]
    assert occurring(turned).tolist() == [-3.5, -2.5]
    assert extremes(turned) == (-3.5, -2.5)
    assert turned.load().tolist() == [-2.5, -3.5, -2.5]
    assert Counted(WHOLE).deferred().map(np.negative, np.dtype("<i8")).distinct is None


def test_extremes_are_asked_of_what_knows_them():
    values = np.array([3.0, 9.0, 1.0])

    def deferred(**ways):
        return Deferred(values.dtype, values.shape, lambda first, last: values[first:last], **ways)

    assert extremes(deferred()) == extremes(values) == (1, 9)
    assert extremes(deferred(ends=lambda: (0.0, 10.0))) == (0, 10)
    assert extremes(deferred(distinct=lambda: np.array([2.0, 4.0, 8.0]), ends=lambda: (0.0, 10.0))) == (2, 8)
    assert extremes(np.array([[3, 9], [1, 4]])) == (1, 9)
    assert extremes(np.array(5)) == (5, 5)
    assert all(np.isnan(end) for end in extremes(np.array([1.0, np.nan])))


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (np.array([2, 2, 1, 2], np.uint8), [1, 2]), (np.array([2.5, 1.5, 2.5]), [1.5, 2.5]),
        (np.array([], np.int64), []), (np.array([7], np.int8), [7]),
        (np.array([True, False, True]), [False, True]),
        (np.array([3, -1, 3], np.int64), [-1, 3]),
    ],
)  # fmt: skip
def test_values_that_occur_ascend_and_stand_once(values, found):
    assert occurring(values).tolist() == found
    assert occurring(values).dtype == values.dtype
    assert occurring(Counted(values).deferred()).tolist() == found


@pytest.mark.parametrize("size", [1, 2, 16, 17, 40])
@pytest.mark.parametrize("items", [0, 1, 256, 257, 600])
def test_shuffled_bytes_are_the_transposed_ones_also_in_a_room_of_ones_own(items, size):
    octets = (np.arange(items * size) % 251).astype(np.uint8).reshape(items, size)
    planes = shuffled(octets)
    assert np.array_equal(planes, octets.T)
    assert np.array_equal(unshuffled(planes), octets)
    room, back = np.full((size, items), 9, np.uint8), np.full((items, size), 9, np.uint8)
    assert shuffled(octets, room) is room
    assert unshuffled(room, back) is back
    assert np.array_equal(back, octets)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2, 3], (1, 3, True, False)), ([1.0, 1, 3], (1, 3, False, False)),
        ([3.0, 1, 2], (1, 3, False, True)),
        ([1.0, np.nan, 2], (np.nan, np.nan, False, True)), ([np.nan], (np.nan, np.nan, True, False)),
        ([2, 5], (2, 5, True, False)), ([5, 2], (2, 5, False, True)), ([5, 5], (5, 5, False, False)),
    ],
)  # fmt: skip
def test_one_pass_tells_the_ends_and_how_a_column_runs(values, expected):
    found = passed(np.array(values))
    assert [float(end) for end in found[:2]] == pytest.approx(expected[:2], nan_ok=True)
    assert found[2:] == expected[2:]
