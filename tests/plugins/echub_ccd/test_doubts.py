"""Falls of R for good that no criterion decides: where they begin, each limit from both sides, values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub_ccd.method import doubts
from tests.plugins.echub_ccd.support import context, halves

A, NONE = np.array, np.zeros


def marked(found):
    return np.flatnonzero(found).tolist()


# -- to half, over any time ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("r", "maybe", "found"),
    [
        ([100, 100, 100, 49, 49], 0.0, (2, 2)),
        ([100, 100, 100, 51, 51], 0.0, None),
        ([100, 100, 100, 50, 50], 0.0, (2, 2)),
        ([100, 100, 94, 49], 0.0, (1, 2)),
        ([100, 100, 100, 49, 51], 0.0, None),
        ([100, 100, 100, 40, 49], 0.0, (2, 2)),
        ([100, 80, 60, 49], 0.0, (0, 2)),
        # Drift by 1 % and 7 % over all, and then a fall: that begins where R is 6 % lower than shortly before.
        ([*np.arange(100, 89, -1.0), 40], 0.0, (10, 10)),
        ([100, 100, 94.5, 49], 0.0, (2, 2)),
        ([100, 100, 93.5, 49], 0.0, (1, 2)),
        # Slow noise of 1 at both ends: 49.5 is half of 99.
        ([100, 100, 48.4, 48.4], 1.0, (1, 1)),
        ([100, 100, 48.6, 48.6], 1.0, None),
    ],
)
def test_r_that_ends_below_half_fell_from_where_it_was_the_last_time(r, maybe, found):
    assert doubts._halved(A(r, float), np.full(len(r), maybe)) == found


# -- to 65 %, within three cycles and under current -------------------------------------------


def soon(r, at=1, lost=0.5, maybe=0.0):
    """Return where R (n + 1,) of one direction falls, if a part of it is lost under current in half cycle `at`."""
    n = len(r) - 1
    table = halves([100.0] * n)
    with patch.object(doubts, "lost_within", lambda _: np.where(np.arange(n) == at, lost, 0.0)):
        return doubts._fell_soon(A(r, float), np.full(n + 1, maybe), table, np.arange(n))


@pytest.mark.parametrize(
    ("r", "at", "found"),
    [
        ([100, 100, 64, 64, 64], 1, (1, 1)),
        ([100, 100, 66, 66, 66], 1, None),
        ([100, 100, 65, 65, 65], 1, (1, 1)),
        ([100, 94, 64, 64, 64], 1, (0, 1)),
        ([100, 95, 64, 64, 64], 1, (1, 1)),
        ([100, 100, 100, 64, 82.5, 64], 1, (2, 2)),
        ([100, 85, 75, 64, 64], 1, (0, 2)),
        ([100, 90, 80, 70, 64, 64, 64], 1, None),
        # Of the two half cycles after it none comes back beyond the middle of 65 % and all; what is later may.
        ([100, 100, 100, 64, 82, 64], 1, (2, 2)),
        ([100, 100, 100, 64, 83, 64], 1, None),
        ([100, 64, 64, 64, 83, 83], 1, (0, 0)),
        # What heals was higher shortly before: 65 % of the median of 140, 120 and 100 are 78.
        ([140, 120, 100, 77.5, 77.5, 77.5], 4, (2, 2)),
        ([140, 120, 100, 78.5, 78.5, 78.5], 4, None),
        # What is lost earlier, or in the fourth half cycle, is not part of the fall.
        ([100, 100, 100, 100, 64, 64, 64], 0, None),
        ([100, 100, 64, 64, 64, 64, 64], 5, None),
    ],
)
def test_r_falls_soon(r, at, found):
    assert soon(r, at) == found


@pytest.mark.parametrize(("maybe", "found"), [(1.0, (1, 1)), (1.3, None)])
def test_slow_noise_may_be_such_a_fall(maybe, found):
    """63 and the noise must be 65 % of 100 without it: 64 of 64.35, or 64.3 of 64.155."""
    assert soon([100, 100, 63, 63, 63], maybe=maybe) == found


@pytest.mark.parametrize(("part", "falls"), [(0.26, True), (0.24, False)])
def test_a_quarter_of_such_a_fall_is_under_current(part, falls):
    """One half cycle loses a part of ln 0.65, the others nothing."""
    lost = 1 - 0.65**part
    assert (soon([100, 100, 64, 64], lost=lost) is not None) == falls
    with patch.object(doubts, "_under_current", lambda *_: round(part, 1) - 0.05):
        assert soon([100, 100, 64, 64]) == ((1, 1) if falls else None)


def test_what_every_half_cycle_loses_is_not_under_current():
    table = halves([100.0] * 3)
    for each, told in ((A([0.35, 0.35, 0.0]), 1.0), (A([0.0, 0.35, 0.0]), 1.0), (A([0.35] * 3), 0.0)):
        with patch.object(doubts, "lost_within", lambda _, each=each: each):
            median = -np.log1p(-np.median(each)) / -np.log(0.65)
            parts = -np.log1p(-each) / -np.log(0.65) - median
            assert doubts._under_current(table, 0, 2) == pytest.approx(parts.sum())
            assert doubts._under_current(table, 1, 1) == pytest.approx(parts[1])
            assert parts[1] == pytest.approx(0.0 if median else told)


# -- where falls begin -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("r", "begins"),
    [
        # Both directions are at half from their third half cycle on: it began in the second of the first of them.
        ([100, 100, 100, 100, 45, 45, 45, 45], [3]),
        # Only one direction is: the other says nothing of where it began.
        ([100, 100, 100, 100, 45, 100, 45, 100], [2]),
        # The next half cycle starts lower by 2.1 %: it began in this one; by 1.9 %: in the next.
        ([100, 100, 100, 97.9, 45, 45, 45, 45], [2, 3]),
        ([100, 100, 100, 98.1, 45, 45, 45, 45], [3]),
        ([100] * 8, []),
    ],
)
def test_a_fall_to_half_begins_in_the_half_cycle_before_the_first_lower_one(r, begins):
    table = halves(r)
    assert marked(doubts.crept(table, NONE(8, bool))) == begins


def test_what_a_criterion_decides_is_no_doubt():
    table = halves([100, 100, 100, 100, 45, 45, 45, 45])
    # One direction falls from the third to the fifth half cycle, the other from the fourth to the sixth.
    for decided, begins in ((1, [3]), (2, [3]), (3, []), (4, []), (5, [2]), (6, [3]), (7, [3])):
        assert marked(doubts.crept(table, np.arange(8) == decided)) == begins, decided


def test_too_few_half_cycles_of_a_direction_or_several_files_tell_no_slow_fall():
    assert marked(doubts.crept(halves([100, 100, 45, 45]), NONE(4, bool))) == []
    table = halves([100, 100, 100, 100, 45, 45], file=[0, 0, 0, 0, 1, 1])
    assert marked(doubts.crept(table, NONE(6, bool))) == []


# -- the fall that the last half cycle is in ---------------------------------------------------


def unfinished(ratio, *, slow=(), file=(), n=6, lower=False):
    """Return the half cycle in which the last fall starts; ratio: R at the end of each over that at its start."""
    ratio = A(ratio, float)
    table = halves(100 * ratio, r_start=[100.0] * n, file=file or [0] * n)
    with (
        patch.object(doubts, "slow_fall", lambda *_: np.isin(np.arange(n), slow)),
        patch.object(doubts, "_ends_lower", lambda *_: lower),
    ):
        return marked(doubts.unfinished(table, context()))


@pytest.mark.parametrize(
    ("ratio", "other", "found"),
    [
        ([1, 1, 1, 1, 1, 0.97], {"slow": [5]}, [5]),
        ([1, 1, 1, 1, 1, 0.981], {"slow": [5]}, []),
        ([1, 1, 1, 1, 1, 0.97], {"slow": [3]}, [5]),
        ([1, 1, 1, 1, 1, 0.97], {"slow": [2]}, []),
        ([1, 1, 1, 1, 1, 0.97], {"lower": True}, [5]),
        ([1, 1, 1, 1, 0.97, 0.97], {"slow": [5]}, [4]),
        ([0.97] * 6, {"slow": [5]}, [3]),
        ([0.97] * 6, {"slow": [5], "file": [0, 0, 0, 0, 1, 1]}, [4]),
        ([0.97] * 3, {"slow": [2], "n": 3}, [0]),
        ([0.97] * 2, {"slow": [1], "n": 2}, []),
    ],
)
def test_a_fall_that_the_file_ends_in_starts_three_half_cycles_before_its_end_at_most(ratio, other, found):
    assert unfinished(ratio, **other) == found


@pytest.mark.parametrize(("lost", "unsure", "found"), [(0.02, 0.0, []), (0.021, 0.0, [3]), (0.03, 0.03, [])])
def test_a_fall_goes_on_if_more_than_two_percent_are_lost_beyond_what_is_uncertain(lost, unsure, found):
    table = halves([100.0] * 4)
    with (
        patch.object(doubts, "slow_fall", lambda *_: np.ones(4, bool)),
        patch.object(doubts, "lost_within", lambda _, ever: A([0.0, 0, 0, lost]) if ever else None),
        patch.object(doubts, "uncertain", lambda _: np.full(4, unsure)),
    ):
        assert marked(doubts.unfinished(table, context())) == found


@pytest.mark.parametrize(
    ("ends", "starts", "slow", "found"),
    [
        ([100, 100, 100, 84], [100, 100, 100, 98], 0.0, True),
        ([100, 100, 100, 85], [100, 100, 100, 97], 0.0, True),
        ([100, 100, 100, 84], [100, 100, 100, 97], 0.0, True),
        ([100, 100, 100, 86], [100, 100, 100, 97], 0.0, False),
        ([100, 100, 100, 84], [100, 100, 100, 98.1], 0.0, False),
        ([100, 100, 100, 81.9], [100, 100, 100, 97], 1.0, True),
        ([100, 100, 100, 82.1], [100, 100, 100, 97], 1.0, False),
        ([100, 100, 84, 100], [100, 100, 97, 100], 0.0, False),
    ],
)
def test_the_last_half_cycle_ends_lower_than_a_cycle_before(ends, starts, slow, found):
    """By `r_drop`, 15 %, and three standard deviations of slow noise; it starts lower by 2 %."""
    table = halves(ends, r_start=starts, slow=[slow] * 4)
    assert doubts._ends_lower(table, context(r_drop=15.0)) == found


def test_what_has_no_cycle_before_it_does_not_end_lower():
    assert not doubts._ends_lower(halves([100, 50], r_start=[100, 90]), context(r_drop=15.0))
    table = halves([100, 100, 100, 50], r_start=[100, 100, 100, 90], file=[0, 0, 1, 1])
    assert not doubts._ends_lower(table, context(r_drop=15.0))


# -- at once, but too small --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "file", "kept"),
    [
        # A fall by 20 % in the second half cycle lasts if R starts below 90 % in both directions three times.
        ([100, 100, 89, 89, 89, 100], [0] * 6, True),
        ([100, 100, 91, 89, 89, 100], [0] * 6, False),
        ([100, 100, 90, 90, 90, 100], [0] * 6, True),
        ([100, 100, 89, 91, 89, 100], [0] * 6, False),
        ([100, 100, 89, 89, 91, 100], [0] * 6, False),
        ([100, 100, 100, 100, 100, 100], [0, 0, 1, 1, 1, 1], True),
        ([100, 200, 89, 179, 89, 200], [0] * 6, True),
        ([100, 200, 89, 181, 89, 200], [0] * 6, False),
    ],
)
def test_a_small_fall_lasts_if_r_starts_lower_by_half_of_it_three_times(starts, file, kept):
    table = halves(starts, file=file)
    falls = np.arange(6) == 1
    assert marked(doubts.lasting(table, falls, np.full(6, 0.2))) == ([1] if kept else [])


def test_a_direction_that_was_not_there_before_says_nothing():
    for r, kept in ((89, [0]), (91, [])):
        assert marked(doubts.lasting(halves([100, 100, r]), A([True, False, False]), np.full(3, 0.2))) == kept
    table = halves([100, 100, 89], sign=[1, -1, -1])
    assert marked(doubts.lasting(table, A([True, False, False]), np.full(3, 0.2))) == [0]


def test_a_small_fall_counts_before_a_failure_only():
    """All that R loses at once, by a tenth and for good, is a first stage where something fails later."""
    table = halves([100.0] * 6)
    first = np.arange(6) == 2
    with (
        patch.object(doubts, "crept", lambda *_: NONE(6, bool)),
        patch.object(doubts, "unfinished", lambda *_: NONE(6, bool)),
        patch.object(doubts, "first_stages", lambda *_: first),
        patch.object(doubts, "fell_between", lambda *_, changed: NONE(6, bool)),
    ):
        for fails, found in ((None, []), (5, [2]), (3, [2]), (2, []), (1, [])):
            assert marked(doubts.doubts(table, context(), np.arange(6) == fails)) == found


def test_a_fall_at_a_change_of_level_counts_as_it_is():
    """The detector asks for twice the fall there, since R may change with the level; a bound holds either way."""
    table, asked = halves([100.0] * 3), []
    with (
        patch.object(doubts, "crept", lambda *_: A([True, False, False])),
        patch.object(doubts, "unfinished", lambda *_: A([False, True, False])),
        patch.object(doubts, "first_stages", lambda *_: NONE(3, bool)),
        patch.object(doubts, "fell_between", lambda *_, changed: asked.append(changed) or A([False, False, True])),
    ):
        assert marked(doubts.doubts(table, context(), NONE(3, bool))) == [0, 1, 2]
        assert marked(doubts.doubts(table, context(), A([False, False, True]))) == [0, 1]
    assert asked == [1.0, 1.0]


@pytest.mark.parametrize(
    ("sign", "again", "kept"),
    [
        ([1, -1, 1, -1], 99.0, [1, 2]),
        ([1, -1, 1, -1], 100.0, [2]),
        ([1, -1, -1, 1], 100.0, [1, 2]),  # of the other direction: it says nothing
    ],
)
def test_a_fall_begins_after_the_later_of_both_directions(sign, again, kept):
    """The third half cycle begins with R as the first did, to 100 (1 - `CREEPS`), or lower."""
    start = [100 / (1 - doubts.CREEPS), 100.0, again, 50.0]
    table = halves([100.0] * 4, sign=sign, r_start=start)
    assert doubts._narrowed(table, [1, 2]) == kept
    assert doubts._narrowed(table, [0, 1]) == [0, 1]  # before the first there is none
    assert doubts._narrowed(table, [1]) == [1]
