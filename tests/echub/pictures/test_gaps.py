"""Lines end where nothing was measured, and only there; every point is still drawn."""

import numpy as np
import pytest

from echub.drawing import new_figure
from echub.model.build import SourceColumn, build_dataset
from echub.pictures.curves import curve_of_time
from echub.pictures.gaps import AROUND, pauses, stretches
from echub.pictures.long import LONG, shortened

STEADY = np.arange(50.0)
PAUSED = np.concatenate([STEADY, STEADY + 400, STEADY + 1000])


def test_a_line_ends_at_a_pause_and_keeps_every_point():
    axis = new_figure().subplots()
    curve_of_time(axis, PAUSED, PAUSED)
    (line,) = axis.lines
    drawn = np.asarray(line.get_xdata())
    np.testing.assert_array_equal(drawn[np.isfinite(drawn)], PAUSED)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(drawn)), [50, 101])


@pytest.mark.parametrize(
    "time",
    [
        np.concatenate([STEADY, STEADY + 55]),  # a few values are missing
        np.concatenate([STEADY, 50 + 30 * STEADY]),  # sampled more seldom from then on
        np.cumsum(np.geomspace(0.1, 1000, 80)),  # a relaxation, sampled ever more seldom
        # Stored at each change of the potential: ever faster towards a plateau and after it.
        np.concatenate([[0], np.cumsum([*np.geomspace(1, 40, 20), 5000, *np.geomspace(40, 1, 20)])]),
        np.concatenate([STEADY[: AROUND - 1], STEADY + 400]),  # too few values to tell a sampling
        np.concatenate([np.zeros(20), np.full(20, 60.0)]),  # a clock that only tells minutes
    ],
)
def test_seldom_values_are_no_pause(time):
    assert len(pauses(time)) == 0


@pytest.mark.parametrize("unit", [1.0, 1 / 3600])
def test_the_last_value_of_a_step_may_come_early(unit):
    time = np.concatenate([STEADY, [49.3], STEADY + 400]) * unit
    assert pauses(time).tolist() == [50]


def test_a_restart_of_the_clock_is_no_pause_and_ends_the_line():
    parts = stretches(np.concatenate([PAUSED, STEADY]))
    assert [(part.start, part.stop) for part in parts] == [(0, 50), (50, 100), (100, 150), (150, 200)]


@pytest.mark.parametrize("at", [1000, LONG // 2, 256 * 1000, 256 * 1000 - 1])
def test_a_pause_of_a_long_series_is_found_in_what_is_drawn_of_it(at):
    time = np.arange(LONG + 5, dtype=float)
    time[at + 1 :] += 5000
    assert pauses(time).tolist() == [at]
    columns = [SourceColumn("t", time, "time", "s"), SourceColumn("E", np.sin(time), "potential_we", "V")]
    short = shortened(build_dataset("timeseries", columns))["time"]
    assert short[pauses(short)].tolist() == [at]


@pytest.mark.parametrize(
    ("before", "after", "longer", "found"),
    [
        (AROUND, AROUND, 10.0, 1),
        (AROUND, AROUND, 9.9, 0),
        (AROUND - 1, AROUND, 10.0, 0),  # too few intervals on one side
        (AROUND, AROUND - 1, 10.0, 0),
    ],
)
def test_a_pause_is_ten_times_the_interval_of_five_on_either_side(before, after, longer, found):
    time = np.cumsum([0.0, *[1.0] * before, longer, *[1.0] * after])
    assert pauses(time).tolist() == [before] * found


@pytest.mark.parametrize(("longer", "found"), [(9.9, []), (10.0, [100])])
def test_a_pause_of_a_long_recording_is_ten_times_the_interval_too(longer, found):
    interval = np.ones(600)
    interval[100] = longer
    assert pauses(np.cumsum([0.0, *interval])).tolist() == found


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    ("others", "longer", "found"),
    [
        ([1.04, 1, 1, 1], 20, 1),
        ([1.06, 1, 1, 1], 20, 1),
        ([1.06, 1.06, 1, 1], 20, 0),
        ([3, 1, 1, 1], 30, 1),
        ([3, 1, 1, 1], 29, 0),
    ],
)
def test_four_of_the_five_intervals_are_equal_to_a_twentieth(side, others, longer, found):
    """The one beside the pause is as long as their median."""
    uneven = [*others, 1] if side == "before" else [1, *others]
    parts = [uneven, [longer], [1] * 5] if side == "before" else [[1] * 5, [longer], uneven]
    time = np.cumsum([0.0, *np.concatenate(parts)])
    assert pauses(time).tolist() == [5] * found


def test_each_part_of_a_long_line_is_drawn_from_its_own_rows():
    """20 000 rows each, with another spike in both; the second part is shorter by one row."""
    rows = 20_000
    time = np.concatenate([np.arange(float(rows)), np.arange(rows - 1.0)])
    values = np.where(np.arange(len(time)) < rows, 1.0, 2.0)
    values[5000], values[rows + 12_345] = 8.0, 9.0
    axis = new_figure().subplots()
    curve_of_time(axis, time, values)
    (line,) = axis.lines
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    (end,) = np.flatnonzero(np.isnan(x))
    assert (x[:end][y[:end] != 1].tolist(), y[:end].max()) == ([5000], 8)
    assert (x[end + 1 :][y[end + 1 :] != 2].tolist(), y[end + 1 :].max()) == ([12_345], 9)
    assert (x[0], x[end - 1], x[end + 1], x[-1]) == (0, rows - 1, 0, rows - 2)


def test_nothing_is_drawn_of_no_rows():
    axis = new_figure().subplots()
    curve_of_time(axis, np.zeros(0), np.zeros(0))
    assert not axis.lines


@pytest.mark.parametrize(("uneven", "found"), [(21, [5]), (19, [5]), (22, []), (18, [])])
def test_intervals_are_equal_up_to_a_twentieth_of_their_median(uneven, found):
    """Two of five are not 20; with both, all five count as equal, without them only three."""
    time = np.cumsum([0, uneven, uneven, 20, 20, 20, 400, *[20] * 5])
    assert pauses(time).tolist() == found
