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


KEPT = {"time": np.arange(20.0), "current": np.zeros(20), "temperature": np.r_[np.zeros(6), 9.0, np.zeros(13)]}
UNITS = {"time": "s", "current": "mA", "temperature": "degC", "charge": "A*h"}


@pytest.fixture
def pieces_of_ten(monkeypatch):
    """Shorten 11 rows and more, to two pieces."""
    monkeypatch.setattr("echub.pictures.long.LONG", 10)
    monkeypatch.setattr("echub.pictures.long.PIECES", 2)


@pytest.mark.parametrize(
    ("stated", "rows"),
    [
        (("current",), [0, 9, 10, 19]),
        (("temperature",), [0, 9, 10, 19]),  # not a potential, not a current: of the time
        (("current", "temperature"), [0, 9, 10, 19]),
    ],
)
@pytest.mark.usefixtures("pieces_of_ten")
def test_the_ends_of_each_piece_are_kept(stated, rows):
    columns = [SourceColumn(name, KEPT[name], name, UNITS[name]) for name in ("time", *stated)]
    assert shortened(build_dataset("timeseries", columns))["row"].tolist() == rows


@pytest.mark.parametrize(("second", "rows"), [(5.0, [0, 9, 10, 19]), (4.0, [0, 4, 5, 9, 10, 19])])
@pytest.mark.usefixtures("pieces_of_ten")
def test_rows_are_kept_where_the_clock_goes_back_not_where_it_stands(second, rows):
    time = np.arange(20.0)
    time[4], time[5] = 5.0, second
    columns = [SourceColumn("t", time, "time", "s"), SourceColumn("I", KEPT["current"], "current", "mA")]
    assert shortened(build_dataset("timeseries", columns))["row"].tolist() == rows


@pytest.mark.usefixtures("pieces_of_ten")
def test_without_a_time_all_rows_stay_and_a_charge_that_was_counted_is_kept():
    current = SourceColumn("I", KEPT["current"], "current", "mA")
    timeless = build_dataset("timeseries", [current])
    assert shortened(timeless) is timeless
    counted = SourceColumn("Q", np.arange(20.0), "charge", "A*h")
    built = build_dataset("timeseries", [SourceColumn("t", KEPT["time"], "time", "s"), current, counted])
    assert shortened(built)["charge"].tolist() == built["charge"][[0, 9, 10, 19]].tolist()
