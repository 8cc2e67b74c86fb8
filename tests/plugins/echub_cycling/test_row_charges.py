"""The charge of every row, by each counter and by the current: limits from both sides, values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub_cycling.data import charge as c
from echub_cycling.data.counter import ChargeCounter
from tests.messages.saying import Fake

A, NAN = np.array, np.nan
HOUR = 3600.0
ONES = np.ones(4)


class Columns(Fake):
    """Columns, whose current is a sample."""

    clock_step = 0.0

    def is_averaged(self, name):
        return self.averaged


def names(averaged=False, **columns):
    data = Columns(items={name: A(values, float) for name, values in columns.items()}, averaged=averaged)
    with patch.object(c, "_counted", lambda name, counter, *_: Fake(name=name)):
        return [way.name for way in c.ways(data, np.arange(4.0), ONES, A([1, 1, 1, 1], np.int8), 1.0)]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({}, []),
        ({"dq": [0, 1, 1, 1]}, ["charge_increment"]),
        ({"q": [0, 1, 2, 3]}, ["charge"]),
        ({"q_ox": [0, 1, 2, 3], "q_red": [0, 0, 0, 0]}, ["charge_anodic and charge_cathodic"]),
        ({"q_ox": [0, 1, 2, 3]}, []),
        ({"q_red": [0, 1, 2, 3]}, []),
        ({"q_step": [0, 1, 2, 3]}, ["charge_step"]),
        (
            {"q_step": [0, 1, 2, 3], "q": [0, 1, 2, 3], "dq": [0, 1, 1, 1]},
            ["charge_increment", "charge", "charge_step"],
        ),
        ({"q": [5, 5, 5, 5]}, []),
    ],
)
def test_every_counter_that_moves_is_a_way_and_the_current_is_the_last(columns, found):
    assert names(**columns) == [*found, "sampled current"]
    assert names(averaged=True, **columns) == [*found, "averaged current"]


def test_an_average_holds_since_the_row_before_and_a_sample_around_its_row():
    """2 mA for steps of 1, 2 and 4 h: the averages of rows 1 to 3; each sample for half of both steps."""
    t, current = HOUR * A([0.0, 1, 3, 7]), A([1.0, 2, 2, 3])
    state = A([1, 1, 0, 1], np.int8)
    found = c.from_current(t, current, state, averaged=True)
    assert found.charge == pytest.approx([0, 2, 4, 12])
    assert (found.since, found.variance) == (True, None)
    sampled = c.from_current(t, current, state, averaged=False)
    assert sampled.charge == pytest.approx([0.5, 3, 0, 6])
    assert not sampled.since
    # Between rows the current is anywhere between both: in the first step 1 mA for 1 h, in the last 1 mA for 4 h.
    assert sampled.variance == pytest.approx([0, 1 / 12, 0, 16 / 12])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_smooth_change_of_the_current_is_no_jump_and_a_reversal_is_its_larger_side(sign):
    """A change that those beside it are like is smooth; of a reversal from 9 to -2 at most 9 are of one half."""
    rows, size = c._jumps(sign * A([1.0, 2, 3, 4, 9, 9, -2, -2, -2.001]))
    assert rows.tolist() == [0, 1, 2, 3, 5]
    assert size == pytest.approx([1.0, 0.0, 1.0, 5.0, 9.0])
    # A thousandth of the largest current is none; of 1.5 the change beside it is another way, and none follows.
    rows, size = c._jumps(sign * A([1000.0, 999, 1000, 998.5]))
    assert (rows.tolist(), size.tolist()) == ([2], [1.5])


@pytest.mark.parametrize(
    ("grown", "digit"),
    [
        ([0, 0.5, 0, 0.5, 0, 1.0, 0.5, 0.5, 0.5, 0.5], 0.5),
        ([0.5] * 10, 0.0),
        ([0] * 10, 0.0),
    ],
)
def test_a_counter_that_stands_still_under_current_is_coarse(grown, digit):
    t, way = np.arange(10.0), c.RowCharge("q", ONES, True)
    for sign in (1, -1):
        assert c._with_resolution(way, sign * A(grown, float), t, np.ones(10)).digit == digit


@pytest.mark.filterwarnings("error")
def test_a_pulse_of_one_row_does_not_tell_how_coarse_a_counter_is():
    way = c.RowCharge("q", ONES, True)
    assert c._with_resolution(way, A([0.0, 0, 1, 0]), np.arange(4.0), A([0.0, 0, 1, 0])) is way


@pytest.mark.parametrize("rest", [0.04, 0.05])
def test_a_counter_stands_still_in_a_tenth_of_the_rows_with_current(rest):
    t, way = np.arange(20.0), c.RowCharge("q", ONES, True)
    for still, digit in ((1, 0.0), (2, 0.25)):
        grown = np.where(np.isin(np.arange(20), [5, 9][:still]), 0.0, 0.25)
        assert c._with_resolution(way, grown, t, np.ones(20)).digit == digit
    # At rest it has to; nor does the first row after a rest count, nor one at the time of the row before.
    current = np.ones(20)
    current[[4, 5]] = rest
    grown = np.full(20, 0.25)
    grown[[4, 5, 6]] = 0.0
    assert c._with_resolution(way, grown, t, current).digit == 0.0
    t[9] = t[8]
    grown = np.full(20, 0.25)
    grown[[0, 9]] = 0.0
    assert c._with_resolution(way, grown, t, np.ones(20)).digit == 0.0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("counter", "grown", "restarted"),
    [
        ([1, 2, 3, 5], [0, 1, 1, 2], [0, 0, 0, 0]),
        ([1, 2, 0.5, 1], [0, 1, 0.5, 0.5], [0, 0, 1, 0]),
        ([1, 2, 0, 1], [0, 1, 0, 1], [0, 0, 1, 0]),
        ([1, 2, -2, -3], [0, 1, -2, -1], [0, 0, 1, 0]),
        ([1, 2, -3, -4], [0, 1, -3, -1], [0, 0, 1, 0]),
        ([1, NAN, 3, 3], [0, 0, 2, 0], [0, 0, 0, 0]),
        ([NAN, NAN, 3, 4], [0, 0, 3, 1], [0, 0, 0, 0]),
    ],
)
def test_a_counter_that_falls_or_turns_its_sign_has_restarted(counter, grown, restarted, sign):
    found = c._restarting(sign * A(counter, float))
    assert found.grown == pytest.approx(sign * A(grown, float))
    assert found.restarted.tolist() == [bool(one) for one in restarted]
    assert found.first == (0.0 if np.isnan(counter[0]) else sign * counter[0])


def test_two_counters_are_one_of_a_net_charge():
    found = c._pair(A([1.0, 3, 3, 1]), A([-4.0, -4, -6, -6]))
    assert found.grown == pytest.approx([0, 2, -2, 1])
    assert found.restarted.tolist() == [False, False, False, True]
    assert found.first == -3.0


def test_a_counter_without_a_sign_has_that_of_the_last_current():
    """Rows at rest belong to what flowed before; before any current it is the anodic one."""
    state = A([0, 1, 0, -1, 0, 1], np.int8)
    assert c._signed(np.arange(1.0, 7), state).tolist() == [1, 2, 3, -4, -5, 6]
    assert c._signed(A([1.0, 2, 3, -4, 5, 6]), state).tolist() == [1, 2, 3, -4, 5, 6]
    assert c._signed(np.arange(1.0, 7), np.abs(state)).tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("known", "restarted", "grown"),
    [
        # 1 mA for an hour from row to row: a fall from 9 to what one step gives is a restart.
        ([7.0, 8, 9, 0.5, 1.5], [0, 0, 0, 1, 0], [0, 1, 1, 0.5, 1]),
        ([7.0, 8, 9, 8, 7], [0, 0, 0, 0, 0], [0, 1, 1, -1, -1]),
        ([97.0, 98, 99, 60, 61], [0, 0, 0, 0, 0], [0, 1, 1, -39, 1]),
        # A step is half more than the current makes; a fall by more than two of these, to one at most.
        ([7.0, 8, 9, 1.5, 2.5], [0, 0, 0, 1, 0], [0, 1, 1, 1.5, 1]),
        ([1.75, 2.75, 3.75, 0.75, 1.75], [0, 0, 0, 0, 0], [0, 1, 1, -3, 1]),
        ([2.0, 3, 4, 0.75, 1.75], [0, 0, 0, 1, 0], [0, 1, 1, 0.75, 1]),
    ],
)
def test_a_net_charge_restarts_if_it_falls_far_to_what_one_step_is(known, restarted, grown, sign):
    state = A([1, 1, 1, 1, 1], np.int8)
    found = c._net(sign * A(known), HOUR * np.arange(5.0), sign * np.ones(5), sign * state)
    assert found.restarted.tolist() == [bool(one) for one in restarted]
    assert found.grown == pytest.approx(sign * A(grown))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("known", "restarts", "open_by"),
    [
        # A rest, then a start: the counter shows what flowed since it, or runs on from 0.3, or may do either.
        ([0.0, 5, 5, 0.5, 1.5], True, 0.0),
        ([0.0, 5, 5, 5.5, 6.5], False, 0.0),
        ([0.0, 0.3, 0.3, 0.6, 1.6], False, 0.3**2 / 3),
    ],
)
def test_a_net_charge_may_restart_where_a_current_starts(known, restarts, open_by, sign):
    known = sign * A(known)
    before = np.append(known[:1], known[:-1])
    state = sign * A([0, 0, 0, 1, 1], np.int8)
    flows, gap = np.abs(state).astype(float), A([0.0, 1, 1, 1, 1])
    restarted, variance = np.zeros(5, bool), np.zeros(5)
    c._at_starts(sign, restarted, variance, (known, before, flows, gap, state))
    assert restarted.tolist() == [False, False, False, restarts, False]
    assert variance == pytest.approx([0, 0, 0, open_by, 0])
    c._at_starts(-sign, restarted, variance, (known, before, flows, gap, state))
    assert variance == pytest.approx([0, 0, 0, open_by, 0])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("before", "known", "found"),
    [
        # Of a step of 1 mA·h a twentieth less than nothing, or more than all, may be what flowed since a start.
        (5.0, -0.05, "restarted"),
        (5.0, 1.05, "restarted"),
        (5.0, -0.06, "runs"),
        (5.0, 1.06, "runs"),
        # And what flowed since the row before: then it may be either.
        (0.05, 0.0, "either"),
        (-0.05, 1.0, "either"),
        (0.06, 0.0, "restarted"),
        (-0.06, 1.0, "restarted"),
    ],
)
def test_a_start_shows_what_one_step_gives_to_a_twentieth(before, known, found, sign):
    values, was = sign * A([before, known]), sign * A([before, before])
    restarted, variance = np.zeros(2, bool), np.zeros(2)
    c._at_starts(sign, restarted, variance, (values, was, A([0.0, 1]), A([0.0, 1]), A([0, sign], np.int8)))
    assert restarted.tolist() == [False, found == "restarted"]
    assert variance == pytest.approx([0, before**2 / 3 if found == "either" else 0])


def test_a_counter_carries_its_marks_to_its_charge():
    counter = ChargeCounter(A([0.0, 1, 0, 1]), np.zeros(4, bool))
    made = Fake(charge=ONES, variance=2 * ONES, jumps=A([2]), edged=False)
    with patch.object(c, "whole", lambda *_: made):
        found = c._counted("q", counter, np.arange(4.0), ONES, A([1, 1, 1, 1], np.int8))
    assert (found.name, found.since, found.jumps, found.edged, found.digit) == ("q", True, (2,), False, 1.0)
    assert found.variance.tolist() == [2.0] * 4
