"""Thinning keeps what stands out."""

import numpy as np
import pytest

from echub.drawing import envelope, envelope_line, outline, thinned


def test_one_row_that_stands_out_is_kept():
    y = np.zeros(100_000)
    y[[33_333, 77_777]] = -5.0, 7.0
    t, low, high = envelope(np.arange(len(y)), y, 1000)
    assert (len(t), low.min(), high.max()) == (1000, -5.0, 7.0)
    assert np.flatnonzero(low).tolist() == [333]
    assert np.flatnonzero(high).tolist() == [777]


@pytest.mark.parametrize(("rows", "pieces"), [(1, 10), (10, 10), (11, 10), (999, 10), (5, 1)])
def test_there_are_never_more_pieces_than_asked_for_and_every_row_is_in_one(rows, pieces):
    y = np.random.default_rng(3).normal(size=rows)
    t, low, high = envelope(np.arange(rows), y, pieces)
    assert len(t) == len(low) == len(high) <= pieces
    assert (low.min(), high.max(), t[0]) == (y.min(), y.max(), 0)


def test_few_rows_stay_as_they_are_and_gaps_hide_nothing():
    t, low, high = envelope([0, 1, 2], [3.0, np.nan, 5.0])
    assert t.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(low, [3, np.nan, 5])
    np.testing.assert_array_equal(high, low)
    assert [end.tolist() for end in envelope([0, 1], [np.nan, 5.0], 1)] == [[0], [5], [5]]


def test_no_rows_are_no_pieces():
    assert [len(part) for part in envelope([], [])] == [0, 0, 0]


def test_a_line_goes_up_and_down_through_the_envelope():
    x, y = envelope_line([1.0, 2.0], [0.0, 4.0], [3.0, 5.0])
    assert x.tolist() == [1, 1, 2, 2]
    assert y.tolist() == [0, 3, 4, 5]


@pytest.mark.parametrize(("rows", "left"), [(0, 0), (10, 10), (11, 6), (20, 10), (1001, 10)])
def test_a_slice_leaves_at_most_so_many(rows, left):
    assert len(range(rows)[thinned(rows, 10)]) == left


def test_an_outline_keeps_the_extremes_of_both_axes_and_the_ends():
    x, y = np.sin(np.arange(90_001) / 9e4 * 7), np.cos(np.arange(90_001) / 9e4 * 5)
    x[40_000], y[70_000] = 9.0, -9.0
    kept = outline(x, y, pieces=100)
    assert {0, 40_000, 70_000, 90_000} <= set(kept.tolist())
    assert len(kept) <= 6 * 101
    assert (np.diff(kept) > 0).all()


def test_an_outline_of_a_short_curve_is_all_of_it_and_a_gap_stays():
    assert outline([1, 2, 3], [3, 2, 1]).tolist() == [0, 1, 2]
    y = np.ones(10_000)
    y[2_000:4_000] = np.nan
    kept = outline(np.arange(10_000.0), y, pieces=10)
    assert np.isnan(y[kept]).any()
    assert {1_999, 4_000} <= set(kept.tolist())


@pytest.mark.parametrize(("rows", "all_kept"), [(60, True), (61, False)])
def test_a_curve_is_thinned_from_six_rows_a_piece_on(rows, all_kept):
    x = np.arange(float(rows))
    kept = outline(x, x * 0, pieces=10)
    assert (len(kept) == rows) is all_kept


@pytest.mark.parametrize("rows", [100, 101, 107])
@pytest.mark.parametrize("which", ["x", "y"])
@pytest.mark.parametrize("sign", [1, -1])
def test_each_piece_keeps_its_least_and_largest_of_both(rows, which, sign):
    """In each piece of ten or eleven rows one row stands out, the third of it, by another amount."""
    length = -(-rows // 10)
    values = {"x": np.linspace(0, 1e-3, rows), "y": np.linspace(0, 1e-3, rows)}
    peaks = np.arange(2, rows, length)
    values[which][peaks] = sign * (5.0 + np.arange(len(peaks)))
    kept = outline(values["x"], values["y"], pieces=10)
    assert set(peaks.tolist()) <= set(kept.tolist())
    assert {0, rows - 1, length - 1, length} <= set(kept.tolist())
