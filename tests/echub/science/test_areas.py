"""The area of a mask, by hand."""

import numpy as np
import pytest

from echub.science import mask_area


def test_a_square_island():
    mask = np.zeros((30, 30), bool)
    mask[5:25, 5:25] = True
    area, u = mask_area(mask, 1.0)
    assert area == pytest.approx(400e-8)
    assert u == pytest.approx(np.sqrt(76 / 12) * 1e-8)  # 4 · 20 - 4 pixels at the edge


def test_the_pixel_size_counts_twice():
    area, u = mask_area(np.ones((1000, 1000)), 0.5, 0.005)
    assert u / area == pytest.approx(0.02, rel=1e-2)


@pytest.mark.parametrize(("mask", "pixel"), [(np.zeros((3, 3)), 1.0), (np.ones(3), 1.0), (np.ones((3, 3)), 0.0)])
def test_nothing_has_no_area(mask, pixel):
    with pytest.raises(ValueError, match=r"mask|pixel"):
        mask_area(mask, pixel)


def test_each_side_of_a_pixel_counts_as_an_edge():
    """A cross of five: the middle has neighbours on all four sides; without any one of them it is an edge too."""
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
    assert mask_area(cross, 2.0)[1] == pytest.approx(np.sqrt(4 / 12) * 4e-8)
    for row, column in ((0, 1), (1, 0), (1, 2), (2, 1)):
        less = cross.copy()
        less[row, column] = False
        area, u = mask_area(less, 2.0)
        assert area == pytest.approx(4 * 4e-8)
        assert u == pytest.approx(np.sqrt(4 / 12) * 4e-8)
