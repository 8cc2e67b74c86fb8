"""The line of each pulse, from trains whose voltage is known at every row."""

from types import SimpleNamespace

import numpy as np
import pytest

from echub_pulsed_stripping.method.table import jumps, rise_in_gap


def train(slope, rows=10):
    """A pulse from row 5 on, whose edge lies half a second to either side of the middle between two rows."""
    t = np.arange(20.0)
    u = np.where(t < 5, 0.1, 0.4 + slope * (t - 5))
    edges = SimpleNamespace(begin_within=np.array([0.5]), duration=np.array([float(rows)]))
    return SimpleNamespace(
        t=t, u=u, edges=edges, pulses=SimpleNamespace(start=np.array([5]), rows=np.array([rows]))
    )


@pytest.mark.parametrize("slope", [0.02, -0.02])
def test_the_slow_rise_is_that_of_the_whole_gap_between_the_rows(slope):
    """The rows around the edge are 1 s apart, in which the voltage moves by 20 mV."""
    assert rise_in_gap(train(slope), 0) == pytest.approx(0.02)


def test_a_pulse_of_one_row_has_no_slope():
    assert rise_in_gap(train(0.02, rows=1), 0) == 0.0


@pytest.mark.parametrize(("duration", "found"), [(10.0, 0.3), (9.9, np.nan)])
def test_a_jump_is_stated_if_the_gap_is_at_most_a_tenth_of_the_pulse(duration, found):
    pulse = train(0.0)
    pulse.edges.duration[:] = duration
    assert jumps(pulse) == pytest.approx([found], nan_ok=True)
