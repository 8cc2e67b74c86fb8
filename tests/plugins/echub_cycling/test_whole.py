"""Which half cycle at an end of the file is whole, and which one the file cuts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import CyclingCell, CyclingSetup, Programme, Recorder
from echub_cycling.method.cycles import _reached

EXACT = Recorder(accuracy=0.0, drift=0.0, offset_v=0.0, noise_v=0.0, charge="charge")


class Two(SimpleNamespace):
    """Two half cycles in the same direction."""

    def __len__(self):
        return 2


def reached(*, end=3.0, charge=0.9, last=1.0, level=1.0, at_end=True):
    """Compare a half cycle with one to 3.0 V, of charge 1 and a current of 1 to its end; the range is 1 V."""
    rows = SimpleNamespace(start=np.array([0, 2]), stop=np.array([2, 4]))
    u = np.array([4.0, 3.0, 4.0, end]) if at_end else np.array([3.0, 4.0, end, 4.0])
    trace = SimpleNamespace(u=u, current=-np.array([1.0, 1.0, 1.0, last]))
    halves = Two(rows=rows, charge=np.array([1.0, charge]), level=np.array([1.0, level]), u_end=u[rows.stop - 1])
    return _reached(trace, halves, 1, 0, at_end=at_end)


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ({"end": 3.0}, True),
        ({"end": 3.019}, True),
        ({"end": 3.021}, False),
        ({"end": 3.5, "charge": 0.981}, True),  # a fixed charge
        ({"end": 3.5, "charge": 1.019}, True),
        ({"end": 3.5, "charge": 0.979}, False),
        ({"end": 3.5, "charge": 1.021}, False),
        ({"charge": 0.21}, True),
        ({"charge": 0.19}, False),  # a relaxation to the limit
        ({"last": 1.29}, True),
        ({"last": 1.31}, False),  # the voltage is held, and the current still falls
        ({"last": 2.5, "level": 2.0}, True),
        ({"last": 1.4, "charge": 0.99}, True),
        ({"end": 3.019, "at_end": False}, True),
        ({"end": 3.021, "at_end": False}, False),
        ({"last": 9.0, "at_end": False}, True),
    ],
)
def test_a_half_cycle_is_whole_at_its_limit_or_at_its_charge(told, whole):
    assert reached(**told) == whole


@pytest.mark.parametrize(("cut", "complete"), [(1.0, True), (0.6, False)])
def test_a_last_discharge_at_another_rate_is_whole_at_its_limit(cut, complete):
    """At ten times the rate the limit comes after much less charge."""
    programme = Programme(rates=(0.1, 0.1, 1.0), cut=cut)
    case = synth.cycles(1, CyclingSetup(CyclingCell(resistance=150.0), programme, EXACT))
    table = echub.analyze("cycling", case.data()).tables["cycles"]
    discharge = table["discharge"].values
    assert discharge[2] < 0.97 * discharge[1]
    assert table["complete"].values == (True, True, complete)
