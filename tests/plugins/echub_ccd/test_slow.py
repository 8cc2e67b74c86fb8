"""How far U moves from one half cycle to another: an offset that drifts, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub_ccd.data import slow


def drifting(count, *, by=0.001, level=None):
    """Return U of half cycles of alternating direction at 2 Ω·level, whose offset drifts by so many V each."""
    sign, row = (-1.0) ** np.arange(count), np.arange(count)
    level = np.ones(count) if level is None else level
    return slow.moved(2 * level * sign + by * row, level, sign)


@pytest.mark.parametrize(("count", "known"), [(8, False), (9, True), (20, True)])
@pytest.mark.parametrize("by", [0.001, -0.001])
def test_a_drift_is_known_from_six_changes_on(count, known, by):
    """Of nine half cycles seven have neighbours on both sides, and six changes; each is by 1 mV."""
    assert drifting(count, by=by) == pytest.approx(0.001 / 0.1015**0.5 if known else 0.0)


def test_levels_that_rise_are_no_drift_and_one_direction_tells_none():
    assert drifting(20, by=0.0, level=np.arange(1.0, 21)) == pytest.approx(0.0, abs=1e-12)
    sign = np.ones(20)
    assert slow.moved(0.1 * np.arange(20.0), sign, sign) == 0.0
