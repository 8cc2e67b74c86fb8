"""The background across the field: the optics, not the columns that stand on it."""

import numpy as np
import pytest

from echub_sims_map.data.cube import IonCube
from echub_sims_map.method.surface import surface


def cube(rate, frames=60):
    counts = np.random.default_rng(1).poisson(rate, (frames, *rate.shape)).astype(float)
    return IonCube("Li+", "", 1, counts, counts.copy(), np.ones(counts.shape, bool))


def dome(size=40):
    across = np.linspace(-1, 1, size)
    return 10.0 * (1 - 0.2 * (across[None, :] ** 2 + across[:, None] ** 2))


def test_columns_on_an_eighth_of_the_field_hardly_move_it():
    """Sixteen columns on one side, three times as bright: least squares would follow them by a quarter."""
    rate = dome()
    there = rate.copy()
    for row, column in ((2 + 5 * k, 2 + 9 * n) for k in range(4) for n in range(4)):
        there[row : row + 3, column : column + 4] *= 3
    ratio = surface(cube(there)) / rate
    assert ratio / np.median(ratio) == pytest.approx(np.ones(rate.shape), abs=0.05)


def test_pixels_that_are_not_clear_are_left_out():
    rate = dome()
    clear = np.ones(rate.shape, bool)
    clear[:, :15] = False
    there = np.where(clear, rate, 3 * rate)
    found = surface(cube(there), clear) / rate
    assert found[:, 15:] == pytest.approx(np.full((40, 25), found[:, 15:].mean()), rel=0.02)
