"""What befalls the rows of a foreign measurement befalls as many of them as it says."""

from __future__ import annotations

import numpy as np
import pytest

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import ForeignCase
from echub.testing.synth.foreign.rows import doubled, full_seconds, jitter, kept

TIME = np.arange(40) * 1.75


def measured():
    columns = {"time": Column(TIME, "s"), "voltage": Column(100.0 + np.arange(40), "V")}
    return ForeignCase(Case(columns, {}, {}, "timeseries"), "ramp-onset", "onset", 1.0)


def times(case):
    return case.data.columns["time"].values


@pytest.mark.parametrize(("share", "more"), [(0.0, 0), (0.1, 4), (0.5, 20), (1.0, 40)])
def test_that_share_of_the_rows_stands_twice_each_behind_itself(share, more):
    case = doubled(measured(), np.random.default_rng(3), share)
    seen, often = np.unique(times(case), return_counts=True)
    assert np.array_equal(seen, TIME)
    assert sorted(often) == [1] * (40 - more) + [2] * more
    assert np.array_equal(times(case), np.repeat(seen, often))
    assert np.array_equal(case.data.columns["voltage"].values, 100.0 + times(case) / 1.75)


def test_rows_are_kept_by_mask_and_by_number():
    assert np.array_equal(times(kept(measured(), TIME > 60)), TIME[35:])
    assert np.array_equal(times(kept(measured(), np.array([2, 2, 5]))), TIME[[2, 2, 5]])


def test_full_seconds_are_those_that_have_passed():
    assert list(times(full_seconds(measured()))[:5]) == [0, 1, 3, 5, 7]


def test_a_late_row_comes_before_the_next_and_the_last_is_on_time():
    late = (times(jitter(measured(), np.random.default_rng(3), 0.4)) - TIME) / 1.75
    assert (late >= 0).all()
    assert 0.3 < late.max() <= 0.4
    assert late[-1] == 0
