"""The steepest fall of each half cycle: where, how deep, how sharp."""

import numpy as np
import pytest

from echub.segments import Segments, runs
from echub_ccd.data import fall as module
from echub_ccd.data.fall import steepest, steepest_rise


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


@pytest.mark.filterwarnings("error")
def test_one_half_cycle_without_any_known_r_has_no_fall_beside_one_that_rises():
    found = Segments(np.array([0, 0]), np.array([0, 60]), np.array([1, -1]))
    falls = steepest(step(60, 30, -0.5), found, np.full(2, 0.01))
    assert np.isnan([falls.before[0], falls.narrow[0], falls.held[0], falls.usual[0]]).all()
    assert falls.narrow[1] <= 0
    assert steepest_rise(step(60, 30, -0.5), found, np.full(2, 0.01)) == pytest.approx([0.0, 0.5])


@pytest.mark.parametrize(("fall", "known"), [(0.05, False), (0.051, True)])
def test_a_twentieth_is_too_small_to_matter(fall, known):
    """Of a fall by half in the middle of a hundred rows that rattle, told to be smaller."""
    r, found = step(100, 50, 0.5) * (1 + RATTLES[:100]), Segments(np.array([0]), np.array([100]), np.array([1]))
    at, near, far, fell = (np.array([one]) for one in (50, 5, 25, fall))
    assert np.isfinite(module._extrapolated(r, at, found, near, far, fell)[0]) == known
    assert module._of_deciles(r, at, found, near, fell)[0] == pytest.approx(0.5 * known, abs=0.01)
    assert (module._local(r, at, found, near, fell)[0] > 0) == known


def test_half_cycles_without_any_known_r_have_no_fall_and_no_rise():
    found = Segments(np.zeros(2, np.intp), np.zeros(2, np.intp), np.ones(2, np.int8))
    falls = steepest(np.zeros(0), found, np.full(2, 0.01))
    assert np.isnan([falls.before, falls.narrow, falls.held]).all()
    assert steepest_rise(np.zeros(0), found, np.full(2, 0.01)).tolist() == [0.0, 0.0]


RATTLES = 0.002 * (-1.0) ** np.arange(400)
"""Rows that rattle: neighbours differ by twice this, second differences by four times."""


def rattling(depth, at=100, rows=400):
    """Return the falls of a half cycle that rattles: windows of 20 rows, 1 row in 100 is fine, of any quarter."""
    r = step(rows, at, depth) * (1 + RATTLES[:rows])
    return steepest(r, runs(np.zeros(rows, dtype=int)), np.array([1e-9]))


@pytest.mark.parametrize(("at", "rest"), [(100, None), (359, None), (360, 40), (370, 30)])
def test_a_fall_is_as_uncertain_as_the_rows_beside_it_rattle(at, rest):
    """Variance of a mean of 20: (4 d)² / 6 / 20. An end of up to two windows may lie anywhere."""
    right = min(400 - at, 20)
    variance = 16 * 0.002**2 / 6 * (1 / 20 + 0.8**2 / right) + ((0.8 * 0.002) ** 2 / rest if rest else 0)
    found = rattling(0.2, at)
    assert found.row.tolist() == [at]
    assert found.sigma / found.before == pytest.approx(np.sqrt(variance) / found.before**2, rel=1e-3)


def test_the_deciles_of_rows_that_rattle_are_nearer_to_each_other():
    assert rattling(0.2).held == pytest.approx(1 - 0.8 * 1.002 / 0.998)


@pytest.mark.parametrize(("depth", "told"), [(0.04, False), (0.06, True)])
def test_a_fall_by_less_than_a_twentieth_is_not_looked_at(depth, told):
    """Nothing but the noise of all rows is its uncertainty."""
    found = rattling(depth)
    assert np.isfinite(found.usual[0]) == told
    assert (found.held[0] > 0) == told
    assert (found.sigma[0] > 1e-6) == told


@pytest.mark.parametrize(("slope", "at"), [(1e-3, 199.5), (-1e-4, 159.5)])
def test_r_at_a_fall_is_expected_by_its_course_if_that_rises(slope, at):
    """The windows are 20 and 100 of 400 rows: 80 rows up to 20 before the fall in row 200 tell the course.

    One that falls is not carried on: the median of the later half of them counts, rows 140 to 179.
    """
    r = (1 + slope * np.arange(400)) * step(400, 200, 0.3)
    found = steepest(r, runs(np.zeros(400, dtype=int)), np.array([1e-9]))
    assert found.row.tolist() == [200]
    assert found.usual == pytest.approx([1 + slope * at], abs=1e-9)


@pytest.mark.parametrize(("rows", "known"), [(28, False), (33, True)])
def test_a_course_needs_six_rows_before_the_window_of_a_fall(rows, known):
    """A quarter of 28 rows is 7, of 33 rows 9; less the two of the narrow window."""
    found = of(step(rows, 20, 0.3))
    assert np.isfinite(found.usual[0]) == known


def test_from_no_resistance_nothing_falls():
    """A tenth of the rows before the steepest fall are 0 and the others 1, the rows after it 0.5."""
    part = np.concatenate([np.ones(40), np.zeros(6), np.ones(14), np.full(40, 0.5)])
    with np.errstate(all="raise"):
        found = module._of_deciles(part, np.array([60]), runs(np.zeros(100)), np.array([20]), np.array([0.5]))
    assert found.tolist() == [0.0]
