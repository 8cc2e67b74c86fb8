"""Where a reading stands still, although it moves beside."""

import numpy as np
import pytest

from echub.science import standstills

NOISY = np.random.default_rng(1).normal(size=200)


def held(first, last, value, values=NOISY):
    """Return the values, of which the rows from first to last, without the latter, are one."""
    found = np.array(values)
    found[first:last] = value
    return found


@pytest.mark.parametrize("value", [0.0, 7.0, -7.0])
@pytest.mark.parametrize(("first", "last"), [(0, 8), (50, 58), (50, 150), (192, 200)])
def test_eight_equal_rows_beside_others_stand_still(first, last, value):
    assert standstills(held(first, last, value)) == [slice(first, last)]


def test_seven_equal_rows_need_not():
    assert standstills(held(50, 57, 0.0)) == []


def test_each_run_is_found():
    twice = held(100, 120, 3.0, held(20, 40, 0.0))
    assert standstills(twice) == [slice(20, 40), slice(100, 120)]


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        np.ones(50),
        NOISY,
        np.repeat(NOISY, 2),  # each reading written twice
        np.repeat(NOISY[:40], 10),  # each ten times
        np.round(NOISY),  # a coarse reading
        np.round(20 * np.exp(-np.arange(500) / 40)),  # one that settles
        np.round(20 * np.exp(-np.arange(500) / 4), 2),
        np.concatenate([np.zeros(50), np.linspace(0, 1, 50)]),  # rest, then a ramp
    ],
)
def test_what_is_coarse_or_written_several_times_does_not_stand_still(values):
    assert standstills(values) == []
