"""Limits of the staircase's answers and flags: a row on each side, values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Condition, Refusal
from echub.science import CurrentRanges
from echub_cycling.outcome import staircase
from tests.messages.saying import Fake

A = np.array


def line(slope=1.0, *, sign=1, error=0.0, row_error=0.0, **other):
    return Fake(slope=slope, sign=sign, slope_error=error, row_error=row_error, **other)


def codes(flags):
    return [flag.code for flag in flags]


@pytest.mark.parametrize(
    ("slopes", "row_error", "differ"),
    [
        ([1.0, 1.0203], 0.0, True),
        ([1.0, 1.0201], 0.0, False),
        ([1.0203, 1.0], 0.0, True),
        ([49.5, 50.5], 0.0, True),
        ([1.0, 1.1], 0.1 / 3 / 2**0.5 - 1e-4, True),
        ([1.0, 1.1], 0.1 / 3 / 2**0.5 + 1e-4, False),
        ([1.0], 0.0, False),
    ],
)
def test_resistances_of_both_directions_differ_by_two_percent_of_their_mean_and_three_sigma(
    slopes, row_error, differ
):
    """0.0202 of 1.0101 are 2 %."""
    flags = staircase._of_both([line(slope, row_error=row_error) for slope in slopes])
    assert codes(flags) == (["directions-differ"] if differ else [])
    if differ:
        size = abs(slopes[0] - slopes[1]) / np.mean(slopes)
        text = f"R of both directions differs by {size:.1%}: the voltage drifts, or the interfaces differ"
        assert (flags[0].message, flags[0].hint) == (text, "a rest after the staircase shows a drift")


@pytest.mark.parametrize(("difference", "differ"), [(7.5, True), (7.4, False)])
def test_the_noise_of_a_difference_is_that_of_both_directions(difference, differ):
    """1.5 and 2 together are 2.5, three times that 7.5."""
    lines = [line(100.0, row_error=1.5), line(100.0 + difference, row_error=2.0)]
    assert codes(staircase._of_both(lines)) == (["directions-differ"] if differ else [])


@pytest.mark.parametrize(
    ("wave", "oscillates"),
    [([0.0, 0.05, 0.9], False), ([0.0, 0.0, 0.9], False), ([0.0, 0.049, 0.9], False), ([0.0, 0.051, 0.9], True)],
)
def test_u_oscillates_if_it_does_in_most_levels_by_a_tenth_of_its_value(wave, oscillates):
    """U of the levels is 0.5 V off the voltage at rest, in either direction."""
    found = Fake(wave=A(wave), u_end=A([0.6, -0.4, 0.6]), offset=0.1, rested=True, unit="mA/cm^2")
    with patch.object(staircase, "_ranges", lambda _: Fake(flags=list)):
        flags = staircase._of_file(found)
        assert codes(flags) == (["oscillates"] if oscillates else [])
        assert codes(staircase._of_file(Fake(**{**vars(found), "rested": False})))[-1:] == ["offset-not-measured"]
        assert codes(staircase._of_file(Fake(**{**vars(found), "unit": "mA"})))[-1:] == ["no-area"]
    if oscillates:
        assert "by 10% of its value" in flags[0].message


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no-levels"),
        ([line(error=0.334)], "line-uncertain"),
        ([line(error=0.333)], None),
        ([line(error=0.334), line(error=0.0)], None),
        ([line(-1.0, error=0.334)], "line-uncertain"),
        ([line(-1.0, error=0.1)], "not-resistive"),
        ([line(0.0)], "not-resistive"),
        ([line(1.0), line(-1.0)], "not-resistive"),
    ],
)
def test_what_has_no_line_to_compare_with_is_refused(lines, code):
    """Noise of a third of the slope hides it; one direction that is known is enough."""
    if code is None:
        staircase._require(A([1.0, 2.0]), lines)
        return
    with pytest.raises(Refusal) as refused:
        staircase._require(A([1.0, 2.0]), lines)
    assert refused.value.code == code


def test_the_noise_that_is_told_is_that_of_the_better_direction():
    with pytest.raises(Refusal, match="noise is 40% of"):
        staircase._require(A([1.0]), [line(2.0, error=1.2), line(-1.0, error=0.4)])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("start", "end", "first", "noise", "slow"),
    [
        (0.2, 0.2551, 1, 0.0, True),
        (0.2, 0.2499, 1, 0.0, False),
        (0.2, 0.3, 1, 0.033, True),
        (0.2, 0.3, 1, 0.034, False),
        (0.2, 0.3, 2, 0.0, False),
        (0.2, 0.3, None, 0.0, False),
        (0.1, 0.3, 1, 0.0, False),
    ],
)
def test_a_first_level_is_slow_if_u_rises_by_half_of_its_step_and_beyond_its_noise(
    sign, start, end, first, noise, slow
):
    """U at rest is 0.1 V: a start at 0.2 V is a step by 0.1 V, of which half is 0.05 V."""
    u = [sign * (one - 0.1) + 0.1 for one in (start, end)]
    found = Fake(u_start=A([9.0, u[0]]), u_end=A([9.0, u[1]]), u_error=A([9.0, noise]), offset=0.1)
    assert staircase._slow_from_the_start(found, Fake(first=first, sign=sign, places=A([1, 0]))) == slow


@pytest.mark.parametrize(
    ("end", "noise", "slow"), [(3.0, 0.0, False), (3.25, 0.0, True), (3.5, 0.5, False), (3.5, 0.25, True)]
)
def test_a_rise_of_half_of_the_step_or_of_three_sigma_is_not_slow(end, noise, slow):
    """A step of 2 V to 2 V, and a rise to 3 V by 1 V; one by 1.5 V is three times 0.5 V."""
    found = Fake(u_start=A([2.0]), u_end=A([end]), u_error=A([noise]), offset=0.0)
    assert staircase._slow_from_the_start(found, Fake(first=1, sign=1, places=A([0]))) == slow


@pytest.mark.parametrize(("missing", "part"), [(0.02, None), (0.021, 42.0 / 3**0.5)])
@pytest.mark.parametrize(("unit", "areal"), [("mA/cm^2", True), ("mA", False)])
def test_r_is_uncertain_by_what_may_be_missing_if_that_is_more_than_two_percent(missing, part, unit, areal):
    """The slope is 2 V/mA, so R is 2000 Ω; U is settled to 42 of them at most."""
    found = Fake(unit=unit, u_error=A([0.1, 0.1]), level=A([1.0, 2.0]), limit=A([np.nan] * 2), rested=False,
                 j=A([1.0, 2.0]))  # fmt: skip
    course = Fake(slope=2.0, sign=-1, slope_error=0.003, places=A([0, 1]), fitted=1)
    params = Fake(current_accuracy=0.1, voltage_accuracy=0.001, tail=20.0)
    with (
        patch.object(staircase, "_unsettled", lambda one, line, tail: missing * tail / 0.2),
        patch.object(staircase, "_limit", lambda *_: "limit"),
    ):
        got = staircase._measurands(found, course, params)
    name = "asr_we_reduced" if areal else "resistance_we_reduced"
    assert list(got) == ["linear_limit_we_reduced", name]
    assert (got[name].value, got[name].unit) == (2000.0, "ohm*cm^2" if areal else "ohm")
    assert got[name].note == "line of the lowest level"
    # Noise of 3 Ω; 0.1 % of the current; an offset of 1 mV over 1 mA.
    parts = {"noise": 3.0, "accuracy of the current": 2 / 3**0.5, "offset of the voltage": 1 / 3**0.5}
    parts |= {"not settled": part} if part else {}
    assert {one.name: one.uncertainty for one in got[name].components} == pytest.approx(parts)


def test_a_level_in_two_ranges_has_both_and_the_first_level_of_each_is_named():
    place = A([0, 0, 1, 1, 1, 0, -1, -1])
    ranges = CurrentRanges(("1 mA", "10 mA", "1 A"), A([0.1, 1.0, 100.0]), place.astype(np.int8))
    found = Fake(
        unit="mA/cm^2", level=A([0.5, 1.0, 2.0]), t=np.arange(8.0), begin=A([0.0, 1, 6]), end=A([0.0, 5, 7]),
        limit=A([0.1, 0.5, np.nan]), ranges=ranges, data={"range"},
    )  # fmt: skip
    used = staircase._ranges(found)
    assert used.first == {"1 mA": "0.5 mA/cm²", "10 mA": "1 mA/cm²"}
    assert (used.unknown, used.recorded) == ("2 mA/cm²", True)
    assert used.condition() == Condition("1 mA, 10 mA, not known", compared=False)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ["no-event"]),
        ({"missing": staircase.UNSETTLED}, ["no-event"]),
        ({"missing": staircase.UNSETTLED + 0.001}, ["not-settled", "no-event"]),
        ({"missing": 0.5, "slow": True, "first": 1}, []),  # that is said of the limit
        ({"first": 1}, ["one-level-line"]),
        ({"first": 2}, []),
        ({"first": 2, "confirmed": False}, ["event-not-confirmed"]),
        ({"first": 2, "deviation": -0.2}, ["falls-below-line"]),
        ({"error": [0.0, 0.0, 0.101]}, ["line-uncertain", "no-event"]),
        ({"error": [0.0, np.nan, 0.1]}, ["no-event"]),
        ({"error": [0.0, 0.101, 0.0], "first": 1, "slow": True}, ["line-uncertain"]),
        ({"error": [0.0, 0.0, 0.101], "first": 1, "slow": True}, []),  # beyond the event
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_what_a_line_shows_of_levels_that_do_not_settle_and_of_its_event(given, found, sign):
    course = Fake(
        sign=sign,
        first=given.get("first"),
        confirmed=given.get("confirmed", True),
        level=A([1.0, 2, 3]),
        error=A(given.get("error", [0.0] * 3)),
        deviation=np.full(3, given.get("deviation", 0.2)),
    )
    with (
        patch.object(staircase, "_slow_from_the_start", lambda *_: given.get("slow", False)),
        patch.object(staircase, "_unsettled", lambda found, line, tail: given.get("missing", 0.0) * tail / 0.2),
    ):
        flags = staircase._flags(Fake(), course, Fake(tail=20.0, deviation=10.0))
    assert codes(flags) == found
    assert all(flag.message.startswith(f"{staircase.NAMES[sign]}: ") for flag in flags)


def level_table(level=(1.0, 2.0, 4.0), limit=(0.01, 0.02, 0.03)):
    return Fake(level=A(level), limit=A(limit), unit="mA/cm^2")


def limit_of(first, last, off=(0.01, 0.02, 0.03), slow=False):
    course = Fake(
        level=A([1.0, 2.0, 4.0]), places=A([0, 1, 2]), first=first, last=last, deviation=A([0.0, 0.1, -0.2])
    )
    with patch.object(staircase, "_slow_from_the_start", lambda *_: slow):
        return staircase._limit(level_table(limit=off), course)


def test_the_limit_of_linearity_lies_between_levels_and_as_far_off_as_their_ranges():
    found = limit_of(2, 1)
    assert (found.interval.low, found.interval.high) == pytest.approx((1.98, 4.03))
    assert (found.note, found.interval.method) == (
        "U is -20% off the line", "last linear, first beyond, and the accuracy of their ranges",
    )  # fmt: skip
    assert limit_of(2, 1, [np.nan] * 3).interval.method == "last linear, first beyond"
    assert limit_of(1, 0, [2.0, 0, 0]).interval.low == 0.0


@pytest.mark.parametrize(
    ("last", "low", "note"),
    [(2, 3.97, "linear up to the highest level"), (1, 1.98, "noise hides what is above")],
)
def test_without_an_event_the_last_linear_level_is_a_lower_bound(last, low, note):
    found = limit_of(None, last)
    assert (found.censoring, found.interval.low, found.note) == ("right", pytest.approx(low), note)
    assert limit_of(None, last, [9.0] * 3).interval.low == 0.0


def test_a_level_that_is_slow_from_the_start_is_an_upper_bound():
    found = limit_of(1, 0, slow=True)
    assert (found.censoring, found.interval.high) == ("left", pytest.approx(1.01))
    assert found.note == "U rises slowly at the lowest level already"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("noise", "told"), [(0.0, True), (0.0231, True), (0.0239, False)])
def test_an_exponential_has_as_far_to_go_as_it_tells_by_its_last_two_parts(sign, noise, told):
    """U goes from 0.1 to 1.1 V by 1 - x^l; the last of five parts of a level, and the four before less a half.

    The last tail ends 0.1 V lower than its end (u_error counts √2 times); what is left is told with a third more.
    """
    tail, left = 0.2, 0.5
    lengths = 1 / tail - 1.5
    course = 1.0 - left ** A([0.0, lengths, lengths + 1.0])
    end = course[2]
    found = Fake(
        u_start=sign * A([course[0]]) + 0.1, u_early=sign * A([course[1]]) + 0.1, u_end=sign * A([end]) + 0.1,
        u_error=A([noise * (course[2] - course[1]) / 0.1]), offset=0.1,
    )  # fmt: skip
    got = staircase._unsettled(found, Fake(sign=sign, places=A([0]), fitted=1), tail)
    assert got == pytest.approx(4 / 3 * left ** (lengths + 1) / end if told else 0.0, rel=1e-4)
