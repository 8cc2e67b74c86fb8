"""Charge of the same pulses in four ways: which is exact, and by how much the others are off."""

import numpy as np
import pytest

from echub.segments import (
    by_edges,
    by_increments,
    by_integration,
    by_running_charge,
    edges,
    half_cycles,
    runs,
    steps,
)

PULSES, PULSE_S, REST_S, MA = 36, 1.0, 2.0, 100.0
TRUE_MAH = PULSES * PULSE_S * MA / 3600


def train(offsets, tick=None):
    """Sample a pulse train; `offsets` after each begin of a pulse, s; `tick` adds rows around each edge."""
    begin = np.arange(PULSES) * (PULSE_S + REST_S) + 0.35
    end = begin + PULSE_S
    time = np.concatenate([[0.0], (begin[:, None] + np.asarray(offsets)).ravel()])
    if tick is not None:
        time = np.concatenate([time, begin, begin + tick, end, end + tick])
    time = np.unique(time)
    which = np.searchsorted(begin, time, side="left") - 1  # current flows in (begin, end]
    running = np.where(which >= 0, which * PULSE_S + np.clip(time - begin[which], 0, PULSE_S), 0.0)
    flows = (which >= 0) & (time > begin[which]) & (time <= end[which])
    return time, np.where(flows, MA, 0.0), running * MA / 3600


def test_rows_at_the_edges_make_the_edges_exact():
    time, current, charge = train([0.25, 0.5, 0.75, 1.5, 2.5], tick=2e-4)
    found = half_cycles(steps(current)).steps
    pulses = found.where(found.sign > 0)
    assert len(pulses) == PULSES
    bracketed = edges(time, pulses)
    assert bracketed.duration == pytest.approx(PULSE_S, abs=1e-9)
    assert bracketed.begin_within == pytest.approx(1e-4)
    assert by_edges(np.full(PULSES, MA), bracketed).sum() == pytest.approx(TRUE_MAH, rel=1e-9)
    increments = np.diff(charge, prepend=0.0)
    assert by_increments(increments, pulses).sum() == pytest.approx(TRUE_MAH, rel=1e-12)
    assert by_running_charge(charge, pulses).sum() == pytest.approx(TRUE_MAH, rel=1e-12)


def test_integration_of_samples_loses_the_edges_and_shows_it():
    time, current, _ = train(np.arange(0.05, 3.0, 0.1))
    found = steps(current)
    pulses = found.where(found.sign > 0)
    assert by_integration(time, current, pulses).sum() == pytest.approx(0.9 * TRUE_MAH, rel=1e-6)
    assert by_integration(time, current, pulses, "hold").sum() == pytest.approx(TRUE_MAH, rel=1e-6)
    bracketed = edges(time, pulses)
    assert bracketed.duration[1:] == pytest.approx(PULSE_S, abs=1e-9)
    assert bracketed.duration_uncertainty[1:] == pytest.approx(np.sqrt(2) * 0.05 / np.sqrt(3))


def test_averages_reach_back_to_the_row_before():
    time = np.array([0.0, 10, 20, 30, 40])
    average = np.array([np.nan, 2.0, 2.0, -1.0, -1.0])  # mA since the row before
    found = half_cycles(steps(average))
    assert edges(time, found, averaged=True).duration.tolist() == [20, 20]
    assert by_integration(time, average, found, "back") * 3600 == pytest.approx([40, -20])
    running = np.array([0.0, 20, 40, 30, 20]) / 3600
    assert by_running_charge(running, found) * 3600 == pytest.approx([40, -20])


UNEVEN = np.array([0.0, 1, 3, 6])
RISING = np.array([1.0, 2, 4, 8])  # mA


@pytest.mark.parametrize(
    ("how", "whole", "end"),
    [
        ("trapezoid", 1 * 1.5 + 2 * 3 + 3 * 6, 3 * 6),
        ("hold", 1 * 1 + 2 * 2 + 3 * 4, 3 * 4),  # the last row is held for no time
        ("back", 1 * 2 + 2 * 4 + 3 * 8, 2 * 4 + 3 * 8),
    ],
)
def test_each_way_of_integrating_takes_its_own_height_of_an_interval(how, whole, end):
    """Intervals of 1, 2 and 3 s; the last two rows alone, of which the trapezoid has one interval."""
    assert by_integration(UNEVEN, RISING, runs([0, 0, 0, 0]), how) * 3600 == pytest.approx([whole])
    assert by_integration(UNEVEN, RISING, runs([0, 0, 1, 1]).where([1]), how) * 3600 == pytest.approx([end])


def test_edges_lie_in_the_middle_between_rows_but_at_the_ends_of_the_series():
    time, found = [0.0, 10, 20, 30, 36], runs([1, 1, 0, 0, 2]).where([0, 2])
    between = edges(time, found)
    assert (between.begin.tolist(), between.end.tolist()) == ([0, 33], [15, 36])
    assert (between.begin_within.tolist(), between.end_within.tolist()) == ([0, 3], [5, 0])
    assert between.duration_uncertainty == pytest.approx([5 / np.sqrt(3), 3 / np.sqrt(3)])
    averaged = edges(time, found, averaged=True)
    assert (averaged.begin.tolist(), averaged.end.tolist()) == ([0, 30], [10, 36])
    assert averaged.duration_uncertainty.tolist() == [0, 0]


def test_a_coarse_clock_widens_every_edge_by_half_of_its_step():
    time, found = [0.0, 10, 20, 30, 36], runs([1, 1, 0, 0, 2]).where([0, 2])
    coarse = edges(time, found, clock=4.0)
    assert (coarse.begin.tolist(), coarse.end.tolist()) == ([0, 33], [15, 36])
    assert (coarse.begin_within.tolist(), coarse.end_within.tolist()) == ([2, 5], [7, 2])
    averaged = edges(time, found, averaged=True, clock=4.0)
    assert averaged.duration_uncertainty == pytest.approx([2 * np.sqrt(2 / 3)] * 2)


def test_the_running_charge_of_the_first_row_is_not_that_of_its_segment():
    """5 mA·h were there before the series; the second segment starts from the last row of the first."""
    assert by_running_charge([5.0, 6, 8, 7], runs([0, 0, 1, 1])).tolist() == [1, 1]


def test_an_empty_series_has_no_charge():
    nothing = runs([])
    assert edges([], nothing).duration.shape == (0,)
    assert by_running_charge([], nothing).shape == by_increments([], nothing).shape == (0,)
    for how in ("trapezoid", "hold", "back"):
        assert by_integration([], [], nothing, how).shape == (0,)
