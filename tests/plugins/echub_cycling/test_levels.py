"""Levels of a staircase whose current, voltage and noise are known at every row."""

import numpy as np
import pytest

from echub_cycling.data.levels import staircase

ROWS, SIGMA = 2000, 1e-3


class Bound(dict):
    """Columns and units, as an analysis is given them."""

    def __len__(self):
        return len(self["t"])

    def unit_of(self, name):
        return {"t": "s", "j": "mA/cm^2", "U": "V"}[name]


@pytest.fixture(scope="module")
def table():
    """Rest, then 1, 2 and 3 mA/cm² at 10 Ω·cm², a row each second, white noise of 1 mV."""
    current = np.repeat([0.0, 1.0, 2.0, 3.0], ROWS)
    noise = np.random.default_rng(3).normal(0, SIGMA, len(current))
    data = Bound(t=np.arange(float(len(current))), j=current, U=0.01 * current + noise)
    return staircase(data, tail=0.2, rest=0.0)


def test_levels_have_their_current_their_time_and_the_mean_of_their_end(table):
    assert table.level == pytest.approx([1, 2, 3])
    assert table.begin == pytest.approx(ROWS * np.array([1, 2, 3]))
    assert table.end == pytest.approx(ROWS * np.array([2, 3, 4]) - 1)
    # Four standard errors of the mean of 400 rows.
    assert table.u_end == pytest.approx(0.01 * np.array([1, 2, 3]), abs=4 * SIGMA / 20)


def test_the_error_of_a_mean_falls_with_the_root_of_its_rows(table):
    """A fifth of 2000 rows: 1 mV / sqrt(400); the noise itself is known to some 6 %."""
    assert table.u_error == pytest.approx(np.full(3, SIGMA / 20), rel=0.25)
    assert table.wave.max() < 0.5 * SIGMA
    assert table.rested
