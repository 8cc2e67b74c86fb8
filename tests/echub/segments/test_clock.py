"""Where a clock restarts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from echub.segments import clock_restarts, clock_segments

NAN = np.nan


@pytest.mark.parametrize(
    ("time", "rows"),
    [
        ([], []),
        ([5], []),
        ([0, 1, 2], []),
        ([0, 0, 0], []),
        ([0, 1, 0, 1], [2]),
        ([3, 2, 1], [1, 2]),
        ([0, NAN, 1], []),
        ([2, NAN, 1], [2]),
        ([NAN, NAN], []),
        ([NAN, 3, NAN, 4, 1], [4]),
    ],
)
def test_restarts(time, rows):
    assert clock_restarts(time).tolist() == rows


@given(hnp.arrays(np.float64, st.integers(0, 30), elements=st.integers(0, 5).map(float) | st.just(NAN)))
def test_segments_cover_all_rows_and_time_never_falls_inside(time):
    segments = clock_segments(time)
    assert [row for s in segments for row in range(s.start, s.stop)] == list(range(len(time)))
    for segment in segments:
        inside = time[segment]
        assert (np.diff(inside[~np.isnan(inside)]) >= 0).all()
