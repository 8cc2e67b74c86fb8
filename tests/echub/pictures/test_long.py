"""Long series are drawn from few rows: no spike, turn or restart is lost, and the charge is that of all rows."""

import numpy as np
import pytest

import echub
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from echub.pictures.long import LONG, PIECES, running_charge, shortened
from echub.testing import synth

ROWS = LONG + 12_345
SPIKE, DIP, RESTART = 700_001, 123_456, 900_000


@pytest.fixture(scope="module")
def long_run():
    time = np.arange(float(ROWS))
    time[RESTART:] -= RESTART
    current = np.where((time // 50_000) % 2, -1.0, 1.0)
    potential = 3.0 + 0.5 * np.sin(np.arange(ROWS) / 1e5)
    potential[SPIKE], potential[DIP] = 9.0, np.nan
    columns = [
        SourceColumn("t", time, "time", "s"),
        SourceColumn("I", current, "current", "mA"),
        SourceColumn("E", potential, "potential_we", "V"),
        SourceColumn("n", np.arange(ROWS) // 333_333, "cycle"),
    ]
    return build_dataset("timeseries", columns)


def test_spikes_ends_restarts_and_new_cycles_are_kept(long_run):
    few = shortened(long_run)
    assert few.rows < 12 * PIECES
    assert 9.0 in few["potential_we"]
    kept = set(few["row"].tolist())
    assert {0, SPIKE, RESTART - 1, RESTART, 333_332, 333_333, ROWS - 1} <= kept


def test_the_charge_is_that_of_all_rows(long_run):
    few = shortened(long_run)
    assert few["charge"].tolist() == running_charge(long_run)[few["row"]].tolist()
    charge = running_charge(long_run)
    assert charge[50_000] == pytest.approx(1e-3 * 49_998 / 3600)  # 49,999 s of +1 mA, one of -1
    assert (
        charge[RESTART] == charge[RESTART - 1] != charge[RESTART + 1]
    )  # no time passes as the clock starts again


def test_short_series_and_other_kinds_are_left_alone(long_run):
    short = long_run.time_slice(0, 1000)
    assert shortened(short) is short


def test_a_figure_of_a_long_run_has_the_spike_and_no_more_points_than_pixels_need(long_run):
    figure = echub.plot(Record([long_run]))
    lines = [line for axis in figure.axes for line in axis.get_lines()]
    assert max(np.nanmax(line.get_ydata()) for line in lines) == 9.0
    assert max(len(line.get_xdata()) for line in lines) < 10_000


def test_a_bar_of_cycles_has_whole_numbers():
    figure = echub.plot(synth.cycles(0).record())
    bars = [axis for axis in figure.axes if axis.get_ylabel() == "cycle"]
    assert bars
    assert all(tick == round(tick) for axis in bars for tick in axis.get_yticks())
