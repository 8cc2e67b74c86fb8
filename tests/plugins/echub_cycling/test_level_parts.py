"""The parts of levels: which rows they are, their means and noise; limits from both sides, values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.segments import Segments
from echub_cycling.data import halves, levels
from echub_cycling.data.halves import _states

A = np.array


def cut(*rows, sign=None):
    """Return segments of so many rows each, one after the other."""
    stop = np.cumsum(rows)
    return Segments(stop - A(rows), stop, A(sign if sign is not None else [1] * len(rows)))


def spans(found):
    return list(zip(found.start.tolist(), found.stop.tolist(), strict=True))


@pytest.mark.parametrize(
    ("current", "first"),
    [
        ([1, -1, 2, -2], [0, 2]),
        ([1, -1, 1, -1], [0, 2]),
        ([1, -1, 1], [0]),
        ([1, -1.019, 2, -2.05], [0]),
        ([49, -50, 49.5, -50], [1]),  # the difference is 2 % of the second, or half of that
        ([3, 1, -1, 2], [1]),
        ([1, 1, -1, -1], [1]),
    ],
)
def test_pairs_are_neighbours_of_one_level_and_both_directions(current, first):
    assert levels._pairs(A(current, float)).tolist() == first


@pytest.mark.parametrize(
    ("current", "change", "slope"),
    [
        ([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4], 0.1),
        ([4, 1, 3, 2], [0.4, 0.1, 0.3, 0.2], 0.1),
        ([1, 2, 9, 3, 4], [0.1, 0.2, np.nan, 0.5, 0.6], 0.2),
        ([1, 2, 3, 4, 5], [0.0, 0.0, 7.0, 0.3, 0.3], 0.1),
        ([1, 1, 1, 2], [0.0, 0.0, 5.0, 0.5], 0.5),
        ([1, 1, 1, 1], [0.0, 0.0, 1.0, 1.0], 0.0),
        ([1, 2, 3], [0.1, 0.2, 0.3], 0.0),
    ],
)
def test_what_settles_is_a_median_slope_between_halves_of_the_currents(current, change, slope):
    assert levels._settles(A(current, float), A(change, float)) == pytest.approx(slope)


def test_the_last_four_fifths_of_a_level_have_a_mean_each():
    """Rows 0 to 10 of a level of 10 s: two in each fifth, three in the last; of six rows one, too few."""
    t = np.r_[np.arange(11.0), 100 + np.arange(6.0)]
    means, rows = levels._fifths(t, t, cut(11, 6))
    assert means[0] == pytest.approx([2.5, 4.5, 6.5, 9.0])
    assert np.isnan(means[1]).all()
    assert rows.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("rows", "tail", "last", "before"),
    [
        ((11,), 0.2, [(8, 11)], [(6, 8)]),
        ((11,), 0.5, [(5, 11)], [(0, 5)]),
        ((11,), 0.8, [(2, 11)], [(0, 2)]),
        ((2,), 0.2, [(1, 2)], [(0, 1)]),
        ((1, 11), 0.2, [(0, 1), (9, 12)], [(0, 1), (7, 9)]),
    ],
)
def test_the_last_part_of_a_level_and_what_is_as_long_before_it(rows, tail, last, before):
    t, found = np.arange(float(sum(rows))), cut(*rows)
    assert spans(levels._last_part(t, found, tail)) == last
    assert spans(levels._earlier_part(t, found, tail)) == before
    hours = (0.1 + t) / 3600  # rounded otherwise: a row at a limit stays on its side
    assert spans(levels._last_part(hours, found, tail)) == last
    assert spans(levels._earlier_part(hours, found, tail)) == before


def test_dense_rows_weigh_less_in_a_mean_over_time():
    """Half the way to both neighbours: 1, 1, 4.5 and 8 s."""
    t, values = A([0.0, 1.0, 2.0, 10.0]), A([1.0, 2.0, 3.0, 4.0])
    assert levels._weighted(t, values, cut(4)) == pytest.approx([(1 + 2 + 13.5 + 32) / 14.5])
    assert levels._weighted(t, values, cut(1, 2, 1)) == pytest.approx([1.0, 2.5, 4.0])
    assert levels._weighted(np.zeros(4), values, cut(4)) == pytest.approx([2.5])


@pytest.mark.parametrize(
    ("level", "sign", "joined"),
    [
        ([1, 1.019, 2], [1, 1, 1], [(0, 8), (8, 12)]),
        ([1, 1.021, 2], [1, 1, 1], [(0, 4), (4, 8), (8, 12)]),
        ([1, 0.981, 1], [1, 1, 1], [(0, 12)]),
        ([1, 1, 1], [1, -1, -1], [(0, 4), (4, 12)]),
    ],
)
def test_neighbours_of_one_direction_and_current_are_one_level(level, sign, joined):
    found = levels._merged(cut(4, 4, 4, sign=sign), A(level, float))
    assert spans(found) == joined
    assert found.sign.tolist() == [sign[start // 4] for start, _ in joined]


def of_currents(*parts, rest=0.0, asked=None):
    j = np.concatenate([np.full(rows, value, float) for value, rows in parts])
    return spans(levels._levels(np.arange(float(len(j))), j, asked, rest))


def test_a_level_lasts_a_fifth_of_the_usual_and_three_rows():
    usual = ((0, 21), (1, 21), (2, 21), (3, 21))
    assert of_currents(*usual) == [(21, 42), (42, 63), (63, 84)]
    # A level of five rows lasts for 4 s, a fifth of 20 s.
    assert of_currents(*usual, (4, 5))[3:] == [(84, 89)]
    assert of_currents(*usual, (4, 4))[3:] == []
    assert of_currents((1, 3), (2, 3)) == [(0, 3), (3, 6)]
    assert of_currents((1, 2), (2, 2)) == []
    assert of_currents((0, 20)) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_currents_below_a_stated_rest_are_rest_whatever_was_before(sign):
    """Right after a larger one too, and at the start of a file; 1.2 times the stated current flows."""
    assert of_currents((1, 20), (sign * 2, 20), (sign * 3, 20), (sign * 1.49, 20), rest=1.5) == [
        (20, 40),
        (40, 60),
    ]
    current = sign * A([0.9, 1.3, 0.9, 1.1, -1.3, -0.9, 5, 0.99, -0.99])
    assert (sign * _states(current, 1.0)).tolist() == [0, 1, 0, 0, -1, 0, 1, 0, 0]
    assert (sign * _states(current, 0.5)).tolist() == [1, 1, 1, 1, -1, -1, 1, 1, -1]


@pytest.mark.parametrize("largest", [1.0, 1000.0])
def test_the_rest_of_many_rows_is_that_of_some_of_them_and_of_the_largest_currents(largest, monkeypatch):
    """Of 100 rows every fifth piece of five is looked at: they show rest alone, and the currents lie between.

    A thousandth of the largest is rest.
    """
    monkeypatch.setattr(halves, "NOISE_ROWS", 20)
    monkeypatch.setattr(halves, "PIECE", 5)
    row = np.arange(100)
    current = 1e-4 * np.where(row % 2, 1, -1)
    current[5:15], current[30:45] = largest, -1.0
    expected = np.where((row >= 5) & (row < 15), 1, np.where((row >= 30) & (row < 45), -1, 0))
    assert _states(current, 0.0).tolist() == (expected if largest == 1 else np.maximum(expected, 0)).tolist()
    assert _states(-current, 0.0).tolist() == (-_states(current, 0.0)).tolist()


@pytest.mark.parametrize(("rows", "looked"), [(40, 40), (41, 22)])
def test_a_long_run_is_more_than_twice_the_rows_that_tell_its_noise(rows, looked, monkeypatch):
    """Of 41 rows every second of eight pieces of five, and the largest and the lowest current."""
    monkeypatch.setattr(halves, "NOISE_ROWS", 20)
    monkeypatch.setattr(halves, "PIECE", 5)
    seen = []
    monkeypatch.setattr(halves, "rest_threshold", lambda given: seen.append(given.tolist()) or 0.5)
    monkeypatch.setattr(halves, "states", lambda current, limit: (current.tolist(), limit))
    current = np.arange(float(rows)) - 7
    assert _states(current, 0.0) == (current.tolist(), 0.5)
    assert [len(one) for one in seen] == [looked]
    assert seen[0][:6] == [-7, -6, -5, -4, -3, -2 if looked == rows else 3]
    assert looked == rows or seen[0][-2:] == [33, -7]


@pytest.mark.parametrize(
    ("asked", "used"),
    [([1, 2, 3], True), ([1, 2, 2], False), ([1, 2, np.nan], False)],
    ids=["three values", "two values", "not known everywhere"],
)
def test_a_set_point_names_the_levels_if_it_is_known_everywhere_and_has_three_values(asked, used):
    expected = [(0, 20), (20, 40), (40, 60)] if used else [(0, 60)]
    assert of_currents((5, 60), asked=np.repeat(A(asked, float), 20)) == expected


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("apart", "asked", "held"),
    [(0.049, 0, 1), (0.05, 0, 0), (0.051, 0, 0), (0.99, 1, 1), (1.0, 1, 0), (1.01, 1, 0)],
)
def test_a_level_is_held_if_eight_tenths_of_its_rows_lie_within_five_percent(apart, asked, held, sign):
    """Of 11 rows the 10 and 90 % quantiles are the second and the last but one."""
    j = sign * 20 * np.r_[-9.0, 1 - apart / 2, np.ones(7), 1 + apart / 2, 9.0]
    assert levels._is_held(j, cut(11, sign=[sign]), bool(asked)).tolist() == [bool(held)]


def test_the_offset_is_the_mean_of_the_last_fifth_of_the_rest_before_the_first_level():
    u = np.r_[np.zeros(8), 0.2, 0.4, np.ones(5), np.full(10, 9.0)]
    j = np.r_[np.zeros(10), np.ones(5), np.zeros(10)]
    found = Segments(A([10]), A([15]), A([1]))
    with (
        patch.object(levels, "digit", lambda _: 0.01),
        patch.object(levels, "_row_noise", lambda rows, step: 0.1 * len(rows)),
        patch.object(levels, "digit_error", lambda rows, step: 0.6 * len(rows)),
    ):
        # Two rows do not tell their noise: that of all ten rows at rest counts.
        expected = 0.3, np.hypot(1.0 / 2**0.5, 1.2 / 3**0.5), True
        assert levels._offset(u, j, found) == (pytest.approx(expected[0]), pytest.approx(expected[1]), True)
    assert levels._offset(u[10:], j[10:], cut(5)) == (0.0, 0.0, False)


def test_a_long_rest_tells_its_noise_by_its_last_rows():
    u, j = np.zeros(260), np.r_[np.zeros(250), np.ones(10)]
    with patch.object(levels, "_row_noise", lambda rows, step: float(len(rows))):
        for rests in (250, 245):
            got = levels._offset(u[250 - rests :], j[250 - rests :], Segments(A([rests]), A([rests + 10]), A([1])))
            last = rests // 5
            assert got[1] == pytest.approx((last if last >= 50 else rests) / last**0.5)


@pytest.mark.parametrize(("rows", "own"), [(49, 1.5), (50, 0.7)])
def test_few_rows_have_the_noise_of_all_levels_if_that_is_larger(rows, own):
    """Levels of 8, 8 and 120 rows with last parts of 2, 2 and 49 or 50; their noise is said by their number."""
    found, last = cut(8, 8, 120), Segments(A([6, 14, 136 - rows]), A([8, 16, 136]), A([1, 1, 1]))
    with (
        patch.object(levels, "digit", lambda _: 0.01),
        patch.object(levels, "_row_noise", lambda part, step: {2: 0.5, 4: 1.5, 60: 1.5, rows: 0.7}[len(part)]),
        patch.object(levels, "digit_error", lambda part, step: {2: 0.1, rows: 0.3}[len(part)]),
    ):
        noise, coarse = levels._noise_of(np.zeros(136), found, last)
    assert noise.tolist() == [1.5, 1.5, own]
    assert coarse == pytest.approx(A([0.1, 0.1, 0.3]) / 3**0.5)


def test_slow_noise_is_that_of_both_directions_together_if_they_follow_each_other():
    """Sums of neighbours, over √2; else the levels of the lower half, six of them at least, less what settles."""
    asked = []

    class Told:
        def between(self, distance):
            return distance

    def wander(means, variance):
        asked.append((means.copy(), variance.copy()))
        return Told()

    t = np.arange(66.0)
    found = cut(*[11] * 6)
    noise = np.full(6, 0.2)
    with patch.object(levels, "wander", wander):
        distance = levels._slow_noise(t, t, found, A([1, -1, 2, -2, 3, -3.0]), noise)
        assert distance == pytest.approx(A([10, 21, 32, 43, 54, 65.0]) * 5 / 10)
        means, variance = asked.pop()
        assert means[:, 0] == pytest.approx((A([2.5, 24.5, 46.5]) + A([13.5, 35.5, 57.5])) / 2**0.5)
        assert variance == pytest.approx(0.04 / 2)
        levels._slow_noise(t, 0.1 * np.repeat([6, 5, 4, 3, 2, 1.0], 11), found, A([6, 5, 4, 3, 2, 1.0]), noise)
        means, variance = asked.pop()
        assert means == pytest.approx(0.1 * np.repeat(A([[1.0, 2, 3, 4, 5, 6]]).T, 4, axis=1))
        assert variance == pytest.approx(0.04 / 2)
        # U that rises in each level in proportion to its current settles: nothing of it is left.
        rising = np.tile(np.arange(11.0), 6) * np.repeat([1, 2, 3, 4, 5, 6.0], 11)
        levels._slow_noise(t, rising, found, A([1, 2, 3, 4, 5, 6.0]), noise)
        means, _ = asked.pop()
        assert means == pytest.approx(np.repeat(means[:, :1], 4, axis=1))
