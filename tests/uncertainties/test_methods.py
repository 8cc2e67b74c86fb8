"""Uncertainties that a method computes, against its textbook formula on a few numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from echub.segments import Segments
from echub_cycling.data import halves
from echub_cycling.data.charge import RowCharge, from_current
from echub_cycling.data.reading import digit_of_means
from echub_cycling.outcome.lifetimes import _survival
from echub_sims_map.data.cube import MapGrid
from echub_sims_map.method.upright import Third, Uprightness
from echub_sims_map.method.width import Found
from echub_sims_map.outcome.tables import column_table, depth_table
from echub_window.data.sweeps import PotentialSweep
from echub_window.method.peaks import charges_of
from tests.messages.saying import Fake

A = np.array


def trace(way, clock=0.0):
    """Two half cycles of four rows with a row of rest between, 10 s apart; 2 mA, then -2 mA."""
    current = A([2.0] * 4 + [0.0] + [-2.0] * 4 + [0.0])
    state = np.sign(current).astype(np.int8)
    t = 10.0 * np.arange(10)
    return halves.CellTrace(Fake(clock_step=clock), t, np.full(10, 0.5), current, "mA", None, [way], state)


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


def test_a_coarse_clock_leaves_each_edge_open_by_its_step():
    """Rows 10 s apart by a clock of 20 s: each edge is open by 10 s and, on its own, by 20 s; 2 mA of both."""
    current = A([2.0] * 4 + [0.0] + [-2.0] * 4 + [0.0])
    state, t = np.sign(current).astype(np.int8), 10.0 * np.arange(10)
    found = from_current(t, current, state, averaged=False, clock=20.0)
    edge = (2 / 3600) ** 2 * (10**2 + 20**2) / 12
    assert found.variance == pytest.approx([0, 0, 0, 0, edge, edge, 0, 0, 0, edge])
    averaged = from_current(t, current, state, averaged=True, clock=20.0)
    assert averaged.variance == pytest.approx([0, 0, 0, 0] + [(2 / 3600) ** 2 * 20**2 / 12] * 2 + [0, 0, 0] + [
        (2 / 3600) ** 2 * 20**2 / 12])  # fmt: skip
    assert from_current(t, current, state, averaged=True).variance is None


def test_a_coarse_clock_moves_the_mean_voltage_by_a_part_of_its_range():
    """U from 0.1 to 0.4 V in 30 s by a clock of 10 s: a quarter of 0.3 V, uniform over a step: /√12."""
    way = RowCharge("q", A([0.1] * 4 + [0.0] + [-0.1] * 4 + [0.0]), since=True)
    given = replace(trace(way, clock=10.0), u=A([0.1, 0.2, 0.3, 0.4, 0.0, 0.5, 0.5, 0.5, 0.5, 0.0]))
    found = halves.halves_of(given)
    assert found.blur == pytest.approx([0.3 / 4 / np.sqrt(12), 0.0])
    # The means of the stamps are those of their charge: 0.25 V, not those of a row and the one before.
    assert found.energy == pytest.approx([0.4 * 0.25 / 1000, 0.4 * 0.5 / 1000])


def test_a_coarse_counter_moves_the_mean_voltage_too():
    """A digit of 0.1 of 0.4 mA·h is a quarter, and so is 0.3 V of U: as by a clock."""
    way = RowCharge("q", A([0.1] * 4 + [0.0] + [-0.1] * 4 + [0.0]), since=True, digit=0.1)
    given = replace(trace(way), u=A([0.1, 0.2, 0.3, 0.4, 0.0, 0.5, 0.5, 0.5, 0.5, 0.0]))
    assert halves.halves_of(given).blur == pytest.approx([0.3 / 4 / np.sqrt(12), 0.0])


def test_the_digit_of_a_mean_is_half_of_it_for_one_reading_and_less_for_several():
    """Readings of 1 mV, each held for 30 rows; segments of one reading, of two alike, and of 3 : 1.

    The roots of the sum of squares are 1, √(1/2) and √(10/16). Nine steps in 329 rows are not noise.
    """
    steps = np.repeat(A([0, 1, 0, 1, 1, 1, 2, 1, 2, 1, 20.0]) * 1e-3, 30)
    found = Segments(A([0, 30, 90]), A([30, 90, 210]), A([1, -1, 1], dtype=np.int8))
    half = 0.5e-3
    assert digit_of_means(steps, np.ones(330), found) == pytest.approx(
        [half, half * 0.5**0.5, half * (10 / 16) ** 0.5], rel=1e-6
    )
    assert digit_of_means(np.sin(np.arange(300.0)), np.ones(300), found).tolist() == [0, 0, 0]


def test_a_sawtooth_without_noise_shows_no_digit():
    """It rises and falls by one step in every row, and stands still in none."""
    rows = np.tile(A([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1.0]), 5)
    assert digit_of_means(rows, np.ones(90), Segments(A([0]), A([90]), A([1], dtype=np.int8))).tolist() == [0.0]


def test_noise_beyond_a_digit_makes_its_error_small():
    """Readings that go up and down by a digit in every second row: σ² is 1/4, less 1/12 of rounding."""
    rows = np.append(np.tile(A([0.0, 0, 1, 1]), 100), 20.0) * 1e-3
    found = Segments(A([0]), A([400]), A([1], dtype=np.int8))
    small = float(np.exp(-2 * np.pi**2 * (1 / 4 - 1 / 12)))
    assert digit_of_means(rows, np.ones(401), found) == pytest.approx([0.5e-3 * 0.5**0.5 * small], rel=0.02)


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
