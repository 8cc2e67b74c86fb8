"""The steepest fall of each half cycle: where, how deep, how sharp."""

import numpy as np
import pytest

from echub.segments import runs
from echub_ccd.data.fall import steepest


def of(*parts):
    """Find the falls of half cycles given row by row."""
    r = np.concatenate(parts)
    found = runs(np.repeat(np.arange(len(parts)), [len(p) for p in parts]))
    return steepest(r, found, np.full(len(parts), 0.01))


def step(rows, at, depth):
    return np.where(np.arange(rows) < at, 1.0, 1.0 - depth)


def test_a_step_is_found_at_its_row_and_is_sharp():
    falls = of(step(60, 40, 0.2), step(400, 100, 0.5))
    assert falls.row.tolist() == [40, 60 + 100]
    assert falls.narrow == pytest.approx([0.2, 0.5])
    assert falls.sharpness == pytest.approx([1, 1])
    assert falls.before == pytest.approx([1, 1])


@pytest.mark.parametrize("span", [0.05, 0.1, 0.5])
def test_an_exponential_is_not_sharp(span):
    x = np.linspace(0, 1, 200)
    falls = of(np.where(x < 0.4, 1.0, 1 - 0.6 * -np.expm1(-(x - 0.4) / span)))
    assert falls.sharpness[0] < 0.7


def test_a_fall_on_a_rise_keeps_its_depth():
    grown = 1 / (1 - 0.8 * np.linspace(0, 1, 200))
    falls = of(grown * step(200, 150, 0.2))
    assert falls.narrow[0] == pytest.approx(0.2, abs=0.03)
    assert falls.row[0] == 150


def test_the_noise_of_a_window_falls_with_its_rows():
    falls = of(step(60, 30, 0.2), step(6000, 3000, 0.2))
    assert falls.sigma[0] == pytest.approx(0.01 * np.sqrt(2 / 3))
    assert falls.sigma[1] == pytest.approx(0.01 * np.sqrt(2 / 300))


def test_a_fall_in_the_first_rows_is_the_reversal_s_own():
    falls = of(step(400, 3, 0.5))
    assert falls.narrow[0] < 0.5


def test_too_few_rows_have_no_fall():
    falls = of(np.ones(3), step(60, 30, 0.3))
    assert np.isnan(falls.narrow[0])
    assert falls.narrow[1] == pytest.approx(0.3)
