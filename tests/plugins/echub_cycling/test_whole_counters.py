"""What a counter misses at its restarts, at edges between rows and where it jumps: rows of an hour, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub_cycling.data.counter import SMALL, ChargeCounter, CurrentCourse, whole

A = np.array
HOUR = 3600.0
KNOWN = SMALL**2
"""Variance of an hour of 1 mA whose edge is solved for, (mA·h)²; of one whose edge is anywhere it is 1/12."""


def completed(grown, state, *, restarted=(), first=0.0, sides=(), t=None, current=None, variance=None):
    """Return the charge of rows; the current is 1 mA in the direction of each state, the rows an hour apart."""
    state = A(state, np.int8)
    rows = np.arange(len(state))
    sides = tuple((A(one, float), np.isin(rows, again)) for one, again in sides)
    counter = ChargeCounter(
        A(grown, float), np.isin(rows, restarted), first, sides, None if variance is None else A(variance, float)
    )
    t = HOUR * rows if t is None else HOUR * A(t, float)
    return whole(counter, t, state.astype(float) if current is None else A(current, float), state)


def test_a_counter_that_runs_on_is_left_as_it_is():
    found = completed([0, 1, 1, 0, 0, -1], [1, 1, 1, 0, 0, -1], variance=[0, 0, 0, 0, 0, 0.5])
    assert found.charge.tolist() == [0, 1, 1, 0, 0, -1]
    assert found.variance.tolist() == [0, 0, 0, 0, 0, 0.5]
    assert found.jumps.tolist() == []


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("first", "state", "counts"),
    [(0.5, 1, True), (1.04, 1, True), (1.06, 1, False), (0.0, 1, False), (-0.5, 1, False), (0.5, 0, False)],
)
def test_a_first_row_counts_what_one_step_of_its_current_can_be(first, state, counts, sign):
    found = completed([0, sign, sign], [sign * state, sign, sign], first=sign * first)
    assert found.charge[0] == (sign * first if counts else 0.0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("seen", "early", "late", "known"),
    [
        # A net charge: 0.25 h of one current less 0.75 h of the other.
        (-0.5, 0.25, 0.75, True),
        (0.0, 0.5, 0.5, True),
        # A little beyond what both currents can be is one of them all the time; more says nothing of the edge.
        (-1.15, 0.0, 1.0, True),
        (1.15, 1.0, 0.0, True),
        (-1.25, 0.5, 0.5, False),
        (1.25, 0.5, 0.5, False),
    ],
)
def test_a_net_charge_tells_when_the_current_turned(seen, early, late, known, sign):
    found = completed(sign * A([0, 1, seen, -1]), sign * A([1, 1, -1, -1]))
    assert found.charge == pytest.approx(sign * A([0, 1 + early, -late, -1]))
    assert found.variance == pytest.approx([0, *[KNOWN if known else 1 / 12] * 2, 0])


@pytest.mark.parametrize("sign", [1, -1])
def test_currents_of_two_sizes_turn_where_both_give_the_charge(sign):
    """3 mA for 0.2 h less 1 mA for 0.8 h; the variances grow with the square of each current."""
    found = completed(
        sign * A([0, 3, 0.6 - 0.8, -1]), sign * A([1, 1, -1, -1]), current=sign * A([3.0, 3, -1, -1])
    )
    assert found.charge == pytest.approx(sign * A([0, 3 + 0.6, -0.8, -1]))
    assert found.variance == pytest.approx([0, 9 * KNOWN, KNOWN, 0])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_counter_that_restarts_at_a_turn_tells_it_by_its_first_row(sign):
    found = completed(sign * A([0, 1, -0.75, -1]), sign * A([1, 1, -1, -1]), restarted=[2])
    assert found.charge == pytest.approx(sign * A([0, 1.25, -0.75, -1]))


@pytest.mark.parametrize(
    ("again", "anodic", "early"),
    [
        ([[], []], 0.3, 0.3),  # each counter shows its own, also where both are less than the hour
        ([[], [2]], 0.3, 0.3),
        ([[2], []], 0.0, 0.25),  # the anodic one restarted, and lost what flowed until 0.75 h before the row
        ([[2], [2]], 0.0, 0.25),
    ],
)
def test_two_counters_tell_each_side_of_a_turn(again, anodic, early):
    sides = (([0, 1, anodic, 0], again[0]), ([0, 0, 0.75, 1], again[1]))
    found = completed([0, 1, anodic - 0.75, -1], [1, 1, -1, -1], restarted=[2] if any(again) else [], sides=sides)
    assert found.charge == pytest.approx([0, 1 + early, -0.75, -1])
    turned = (([0, 0, 0.75, 1], again[1]), ([0, 1, anodic, 0], again[0]))
    found = completed([0, -1, 0.75 - anodic, 1], [-1, -1, 1, 1], restarted=[2] if any(again) else [], sides=turned)
    assert found.charge == pytest.approx([0, -1 - early, 0.75, 1])


@pytest.mark.parametrize(("gap", "known"), [(2.9, True), (3.0, True), (3.1, False)])
def test_a_step_of_three_usual_ones_may_hold_more_than_a_turn(gap, known):
    t = [0, 1, 2, 2 + gap, 3 + gap, 4 + gap]
    found = completed([0, 1, 1, 0, -1, -1], [1, 1, 1, -1, -1, -1], t=t)
    assert found.variance == pytest.approx([0, 0, *[gap**2 * (KNOWN if known else 1 / 12)] * 2, 0, 0])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_restart_under_current_lost_what_flowed_before_it(sign):
    """It shows 0.4 h since its restart, 0.6 h after the row before; of a whole hour nothing is lost."""
    found = completed(sign * A([0, 1, 0.4, 1.2]), sign * A([1, 1, 1, 1]), restarted=[2, 3])
    assert found.charge == pytest.approx(sign * A([0, 1, 1.0, 1.2]))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("edged", [True, False])
def test_a_restart_in_a_rest_leaves_half_of_a_step_of_current_open(sign, edged):
    """Where the instrument writes a row at each edge, here half an hour after the last one, nothing is lost."""
    t = [0, 1, 2, 2.5 if edged else 3, 4, 5, 6, 7]
    found = completed(sign * A([0, 1, 1, 1, 0, 0, 0, 0]), sign * A([1, 1, 1, 1, 0, 0, 0, 0]), restarted=[4], t=t)
    assert found.edged == edged
    step = 4 - t[3]
    assert found.charge[4] == pytest.approx(0.0 if edged else sign * step / 2)
    assert found.variance[4] == pytest.approx(0.0 if edged else step**2 / 12)


@pytest.mark.parametrize(
    ("first", "last", "edged"),
    [
        # The first row shows no charge of its direction, or a whole step: the edge is on a row, to 2 %.
        (0.01, 1.0, True),
        (0.03, 1.0, False),
        (0.97, 1.0, False),
        (0.99, 1.0, True),
        # Or the last row before it is off the time between rows.
        (0.5, 0.97, True),
        (0.5, 0.99, False),
        (0.5, 1.01, False),
        (0.5, 1.03, True),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_edges_have_rows_where_half_cycles_start_at_one_or_end_off_the_grid(first, last, edged, sign):
    """A rest, a half cycle from a row, a rest: the last step with current takes `last` hours."""
    t = np.cumsum([0, 1, 1, 1, 1, last, 1, 1, 1, 1])
    found = completed(
        sign * A([0, 0, 0, first, 1, last, 0, 0, 0, 0]), sign * A([0, 0, 0, 1, 1, 1, 0, 0, 0, 0]), t=t
    )
    assert found.edged == edged


@pytest.mark.parametrize(
    ("t", "first", "edged"),
    [
        # Rows 50 h apart: 2 % are 1 h. A first row that close to rest tells nothing of its edge.
        ([0, 50, 51, 101, 151, 201], 1.0, False),
        # It shows 1 h of the 50 since the row before, or 49 of them, or less than 1: then the edge is on a row.
        ([0, 50, 100, 150, 200, 250], 1.0, False),
        ([0, 50, 100, 150, 200, 250], 49.0, False),
        ([0, 50, 100, 150, 200, 250], 0.9, True),
        # The last row under current is 49, 51 or 52 h after the one before.
        ([0, 50, 100, 149, 199, 249], 25.0, False),
        ([0, 50, 100, 151, 201, 251], 25.0, False),
        ([0, 50, 100, 152, 202, 252], 25.0, True),
    ],
)
def test_an_edge_is_on_a_row_to_less_than_two_percent_of_the_usual_time(t, first, edged):
    assert completed([0, 0, first, 50, 0, 0], [0, 0, 1, 1, 0, 0], t=t).edged == edged


@pytest.mark.parametrize(
    ("on_a_row", "edged"), [((1, 1), True), ((1, 0), False), ((0, 1), False), ((0, 0), False)]
)
def test_edges_have_rows_if_more_than_half_of_them_do(on_a_row, edged):
    """Two half cycles with a rest before each: by their starts, then by their ends."""
    state = [0, 0, 1, 1, 0, 0, 1, 1, 0, 0]
    grown = [0, 0, 1.0 if on_a_row[0] else 0.5, 1, 0, 0, 1.0 if on_a_row[1] else 0.5, 1, 0, 0]
    assert completed(grown, state).edged == edged
    steps = [0, 1, 1, 0.5 if on_a_row[0] else 1, 1, 1, 1, 0.5 if on_a_row[1] else 1, 1, 1]
    assert completed([0, 0, 0.5, 1, 0, 0, 0.5, 1, 0, 0], state, t=np.cumsum(steps)).edged == edged


@pytest.mark.parametrize("sign", [1, -1])
def test_where_a_counter_moves_by_itself_the_current_counts(sign):
    """A step of 1.6 h of the current; of both currents beside it half of the time each."""
    for moved, jumps in ((1.6, [2]), (1.5 + SMALL, []), (-1.6, [2]), (-1.5 - SMALL, []), (40.0, [2])):
        found = completed(sign * A([0, 1, moved, 1, 1]), sign * A([1, 1, 1, 1, 1]))
        assert found.jumps.tolist() == jumps
        assert found.charge[2] == pytest.approx(sign if jumps else sign * moved)
        assert found.variance == pytest.approx([0, 1 / 12, 1 / 12, 0, 0] if jumps else [0] * 5)
    # A larger current near it, up to two rows before and one after, may have been there between the rows.
    for place, jumps in ((0, []), (1, []), (3, []), (4, [2]), (5, [2])):
        current = np.ones(6)
        current[place] = 2.0
        grown = current.copy()
        grown[[0, 2]] = 0.0, 1.6
        assert completed(sign * grown, np.full(6, sign), current=sign * current).jumps.tolist() == jumps


@pytest.mark.parametrize(("rows", "told"), [(3, 3), (4, 0)])
def test_more_than_three_of_few_rows_are_no_jumps(rows, told):
    grown = np.ones(40)
    grown[[10, 20, 30, 35][:rows]] = 50.0
    assert len(completed(grown, np.ones(40)).jumps) == told


@pytest.mark.parametrize(("rows", "told"), [(5, 5), (6, 0)])
def test_more_than_a_hundredth_of_many_rows_are_no_jumps(rows, told):
    """Of 500 rows with current; rests count for nothing."""
    grown = np.r_[np.ones(500), np.zeros(100)]
    grown[50 + 50 * np.arange(rows)] = 50.0
    assert len(completed(grown, np.r_[np.ones(500), np.zeros(100)]).jumps) == told


def test_the_course_of_a_current_is_what_was_before_and_how_long_ago():
    found = CurrentCourse.of(HOUR * A([1.0, 2, 4, 5]), A([3.0, -0.1, -2, 4]), A([1, 0, -1, 1], np.int8))
    assert found.gap.tolist() == [0, 1, 2, 1]
    assert found.flows.tolist() == [3, 0, 2, 4]
    assert found.before.tolist() == [0, 3, 0, 2]
    assert found.lag.tolist() == [1, 1, 0, -1]
    assert found.usual == 1.0
    some = found.at(A([2, 3]))
    assert [one.tolist() for one in (some.gap, some.flows, some.before, some.state, some.lag)] == [
        [2, 1], [2, 4], [0, 2], [-1, 1], [0, -1],
    ]  # fmt: skip
    assert CurrentCourse.of(A([0.0]), A([1.0]), A([1], np.int8)).usual == 0.0
