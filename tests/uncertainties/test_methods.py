"""Uncertainties that a method computes, against its textbook formula on a few numbers."""

from __future__ import annotations

import numpy as np
import pytest

from echub_cycling.data import halves
from echub_cycling.data.charge import RowCharge
from echub_cycling.outcome.lifetimes import _survival
from echub_sims_map.data.cube import MapGrid
from echub_sims_map.method.upright import Third, Uprightness
from echub_sims_map.method.width import Found
from echub_sims_map.outcome.tables import column_table, depth_table
from echub_window.data.sweeps import PotentialSweep
from echub_window.method.peaks import charges_of
from tests.messages.saying import Fake

A = np.array


def trace(way):
    """Two half cycles of four rows with a row of rest between, 10 s apart; 2 mA, then -2 mA."""
    current = A([2.0] * 4 + [0.0] + [-2.0] * 4 + [0.0])
    state = np.sign(current).astype(np.int8)
    t = 10.0 * np.arange(10)
    return halves.CellTrace(Fake(), t, np.full(10, 0.5), current, "mA", None, [way], state)


def test_a_coarse_counter_is_uncertain_by_a_digit_at_both_ends():
    """Each end is uniform in a digit, u = d/√12; their difference has √2 of it."""
    charge = A([0.1] * 4 + [0.0] + [-0.1] * 4 + [0.0])
    found = halves.halves_of(trace(RowCharge("q", charge, since=True, digit=0.06)))
    assert found.spread == pytest.approx(np.full(2, np.sqrt(2) * 0.06 / np.sqrt(12)))
    assert found.charge == pytest.approx([0.4, 0.4])
    assert found.energy == pytest.approx([0.4 * 0.5 / 1000] * 2)


def test_what_flows_before_the_first_row_is_open():
    """2 mA for up to 10 s, uniform: 2·10/3600/√3, beside the variance of the rows and of the next one."""
    charge = A([0.1] * 4 + [0.0] + [-0.1] * 4 + [0.0])
    variance = np.full(10, 1e-6)
    found = halves.halves_of(trace(RowCharge("i", charge, since=False, variance=variance)))
    lost = 2 * 10 / 3600 / np.sqrt(3)
    assert found.spread == pytest.approx([np.hypot(np.sqrt(5e-6), lost), np.sqrt(5e-6)])


def test_the_band_of_survival_is_greenwoods():
    """Deaths at 1 and 2 of four: S = 3/4 and 1/2; var = 1/(4·3), and that plus 1/(3·2), on log(-log S)."""
    _, survival, low, high = _survival(A([1.0, 2, 3, 4]), A([True, True, False, False]))
    assert survival == pytest.approx([0.75, 0.5])
    for at, variance in enumerate((1 / 12, 1 / 12 + 1 / 6)):
        s = survival[at]
        width = 1.959964 * np.sqrt(variance) / -np.log(s)
        assert (low[at], high[at]) == pytest.approx((s ** np.exp(width), s ** np.exp(-width)))


def test_ties_count_together():
    times, survival, _, _ = _survival(A([1.0, 1, 3, 4]), A([True, True, True, False]))
    assert (times.tolist(), survival.tolist()) == ([1.0, 3.0], pytest.approx([0.5, 0.25]))


# -- tables of columns in a map ----------------------------------------------------------------------

GRID = MapGrid(A([10.0, 12.0, 14.0]), A([20.0, 22.0]), "um", A([5.0, 15.0, 25.0, 35.0]), "nm")
"""Pixels of 2 µm, frames of 10 nm."""
ONE = Found(1.0, 0.5, 1, 2, np.pi, 0.5, 8.0, 2.0, False, np.ones((2, 3), bool), np.ones((2, 3), bool))
"""A column of 2 pixels width, u = 0.5/π pixels."""


@pytest.mark.parametrize(("dispersion", "factor"), [(0.5, 1.0), (1.0, 1.0), (4.0, 2.0)])
def test_the_width_of_a_column_is_wider_by_the_dispersion(dispersion, factor):
    table = column_table([ONE], GRID, dispersion, 2)
    assert table["width"].values == pytest.approx((4.0,))
    assert table["uncertainty"].values == pytest.approx((factor * 2 * 0.5 / np.pi,))
    assert (table["x"].values[0], table["y"].values[0]) == (12.0, 21.0)
    assert (table["depth_from"].values[0], table["depth_to"].values[0]) == pytest.approx((20.0, 40.0))
    assert table["contrast"].values == (5.0,)


def test_the_thirds_of_a_column_have_their_own_errors_and_lean_from_the_top():
    top, deep = Third(0, 1, 3.0, 0.25, 1.0, 1.0, 0.1), Third(1, 4, 2.0, 0.5, 2.5, 3.0, 0.1)
    table = depth_table([Uprightness((top, deep), False, False, False, False)], GRID, 1)
    assert table["uncertainty"].values == pytest.approx((0.5, 1.0))
    assert table["width"].values == pytest.approx((6.0, 4.0))
    assert table["lean"].values == pytest.approx((0.0, 5.0))
    assert table["depth_to"].values == pytest.approx((10.0, 40.0))


def test_charges_above_and_below_the_baseline_have_their_signs():
    """36 µA/cm² for 100 s and half of it the other way: 1 and -0.5 µA·h/cm²."""
    t = np.arange(0.0, 201.0)
    j = np.where(t <= 100, 36.0, -18.0)
    sweep = PotentialSweep(1, 1, t, t / 200, j, 5.0)
    above, below = charges_of(sweep, Fake(at=np.zeros_like))
    assert (above, below) == pytest.approx((1e-3, -0.5e-3), rel=0.02)
