"""Axes of a Nyquist plot: equal scales, and no empty half below zero."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from echub.drawing import nyquist
from echub.drawing.axes import _widened


@pytest.mark.parametrize(
    ("re", "minus_im", "bottom"),
    [([20, 80, 140], [0.5, 40, 0.5], 0), ([10, 11], [1, 900], 0), ([20, 80], [-30, 9], -30)],
)
def test_it_starts_near_zero_with_equal_scales(re, minus_im, bottom):
    figure = Figure(figsize=(4, 6), layout="constrained")
    axis = figure.subplots()
    nyquist(axis)
    axis.plot(re, minus_im, "o")
    for _ in range(2):
        figure.draw_without_rendering()
        (left, right), (low, high) = axis.get_xlim(), axis.get_ylim()
        assert bottom - 0.06 * (high - low) <= low <= bottom
        assert high > max(minus_im)
        assert left < min(re)
        assert right > max(re)
        box = axis.get_window_extent()
        assert (right - left) / box.width == pytest.approx((high - low) / box.height, rel=0.01)


def test_limits_that_someone_zoomed_to_stay():
    figure = Figure()
    axis = figure.subplots()
    nyquist(axis)
    axis.plot([0, 10], [0, 5])
    figure.draw_without_rendering()
    axis.set(xlim=(1, 2), ylim=(1, 1.5))
    figure.draw_without_rendering()
    assert axis.get_xlim()[0] >= 0.5


@pytest.mark.parametrize(
    ("limits", "shape", "widened"),
    [
        ((0, 100, 0, 50), 1.0, ((0, 100), (-4, 96))),  # y grows to the width of x, with 4 % of it below zero
        ((0, 10, -30, 9), 1.0, ((-1.56, 37.44), (-30, 9))),  # x grows to the right of zero: 4 % of 39 below it
        ((0, 10, 2, 20), 0.5, ((-1.664, 39.936), (-0.8, 20))),  # 20.8 high, so 41.6 wide
        ((-3, 10, -30, 9), 1.0, ((-16, 23), (-30, 9))),  # a point left of that: x grows on both sides
        ((500, 510, -30, 9), 1.0, ((485.5, 524.5), (-30, 9))),  # zero is too far
        ((100, 110, 0, 1), 2.0, ((100, 110), (-0.8, 19.2))),
    ],
)
def test_limits_are_widened_to_equal_scales(limits, shape, widened):
    found = _widened(limits, shape)
    assert np.array(found) == pytest.approx(np.array(widened))
