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
