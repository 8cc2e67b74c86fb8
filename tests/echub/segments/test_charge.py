"""Charge of the same pulses in four ways: which is exact, and by how much the others are off."""

import numpy as np
import pytest

from echub.segments import by_edges, by_increments, by_integration, by_running_charge, edges, half_cycles, steps

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
