"""Which falls of R count as failures: deep, at once, beyond jumps and noise, and for good; values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub_ccd.method import detectors as d
from tests.plugins.echub_ccd.support import context, halves

A, NAN = np.array, np.nan
CALM = {"jump": [0.0] * 4, "fall": [0.0] * 4, "fall_wide": [0.0] * 4, "fall_sigma": [0.0] * 4,
        "fall_sharp": [1.0] * 4, "fall_before": [100.0] * 4, "fall_usual": [100.0] * 4, "calm": [0.0] * 4,
        "r_first": [100.0] * 4, "r_last": [100.0] * 4, "r_quarter": [100.0] * 4, "rows": [60] * 4,
        "end": [10.0, 20, 30, 40], "fell": [5.0, 15, 25, 35], "duration": [10.0] * 4}  # fmt: skip


def table(**other):
    """Return four half cycles in which R is 100 and nothing happens, but what is given."""
    return halves(other.pop("r_end", [100.0] * 4), **{**CALM, **other})


def at(k, value, usual):
    """Return the usual value of all four half cycles, but that of one."""
    return [value if n == k else usual for n in range(4)]


def marked(found):
    return np.flatnonzero(found).tolist()


# -- within a half cycle -----------------------------------------------------------------------


@pytest.mark.parametrize(("jump", "beyond"), [(13.3, True), (13.4, False)])
def test_a_fall_is_half_as_large_again_as_the_second_largest_jump_of_its_file(jump, beyond):
    """A fall of 20 % of 100 Ω·cm² at 1 mA/cm² is 20 mV, of which two thirds are 13.33 mV."""
    found = table(jump=A([99.0, jump, 0, 0]) / 1000)
    assert marked(d.beyond_jumps(found, np.full(4, 0.2), np.full(4, 100.0))) == ([0, 1, 2, 3] if beyond else [])
    found = table(jump=A([99.0, 0, jump, 99.0]) / 1000, file=[0, 0, 1, 1])
    assert marked(d.beyond_jumps(found, np.full(4, 0.2), np.full(4, 100.0))) == (
        [0, 1, 2, 3] if beyond else [0, 1]
    )
    alone = table(jump=A([99.0, 0, 0, 0]) / 1000, file=[0, 1, 1, 1])
    assert marked(d.beyond_jumps(alone, np.full(4, 0.2), np.full(4, 100.0))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"fall": 0.151}, True),
        ({"fall": 0.149}, False),
        ({"fall": 0.15}, False),
        ({"fall": 0.2, "fall_sigma": 0.04}, False),
        ({"fall": 0.25, "fall_sharp": 0.7}, True),
        ({"fall": 0.2, "fall_sigma": 0.039}, True),
        ({"fall": 0.2, "fall_sigma": 0.041}, False),
        ({"fall": 0.2, "fall_sharp": 0.71}, True),
        ({"fall": 0.2, "fall_sharp": 0.69}, False),
    ],
)
def test_a_fall_is_deep_beyond_its_noise_and_at_once(given, counts):
    """By 15 %, five standard deviations, seven tenths at once."""
    found = table(**{name: at(1, value, CALM[name][0]) for name, value in given.items()})
    assert marked(d.deep_and_sharp(found, context(), 0.15)) == ([1] if counts else [])


@pytest.mark.parametrize(
    ("first", "quarter", "fell", "sharpness"),
    [
        # What goes on in the first quarter of the next half cycle, 5 of 100, counts to a fall near the end.
        (80.0, 75.0, 19.0, 0.9 * 0.2 / 0.25),
        (80.0, 85.0, 19.0, 0.9),
        (80.0, 75.0, 17.4, 0.9),
        (80.0, 75.0, 17.6, 0.9 * 0.2 / 0.25),
        (NAN, 75.0, 19.0, 0.9),
    ],
)
def test_a_fall_that_goes_on_in_the_next_half_cycle_is_less_sharp(first, quarter, fell, sharpness):
    """If it comes in the last quarter of its own: after 17.5 s of a half cycle from 10 to 20 s."""
    found = table(fall=at(1, 0.2, 0.0), fall_sharp=at(1, 0.9, 1.0), r_first=at(2, first, 100.0),
                  r_quarter=at(2, quarter, 100.0), fell=at(1, fell, 5.0))  # fmt: skip
    assert d.sharpness(found)[1] == pytest.approx(sharpness)


@pytest.mark.parametrize(
    ("narrow", "wide", "sigma", "counts"),
    [
        (0.2, 0.0, 0.0, True),
        (0.0, 0.2, 0.0, True),
        (0.0, 0.14, 0.0, False),
        (0.15, 0.0, 0.0, False),
        (0.0, 0.15, 0.0, False),
        (0.2, 0.0, 0.04, False),
        (0.0, 0.2, 0.04, False),
    ],
)
def test_without_a_sharpness_the_wide_window_counts_too(narrow, wide, sigma, counts):
    found = table(fall=at(1, narrow, 0.0), fall_wide=at(1, wide, 0.0), fall_sigma=at(1, sigma, 0.0))
    with patch.object(d, "_stays", lambda table, fall: fall < 0.21):
        assert marked(d.sharp_fall(found, context(r_drop_sharpness=0.0))) == ([1] if counts else [])


def stays(**other):
    """Return whether a fall by 20 % in half cycle 1 stays."""
    found = {"r_start": [100.0, 100, 80, 80], "r_median": [100.0, 90, 80, 80], "r_end": [100.0, 80, 80, 80]}
    return bool(d._stays(table(**{**found, **other}), np.full(4, 0.2))[1])


@pytest.mark.parametrize(
    ("given", "stay"),
    [
        ({}, True),
        ({"r_start": [100, 100, 89, 80]}, True),
        ({"r_start": [100, 100, 91, 80]}, False),
        # The least of R before the fall, and of the larger start of this half cycle and the one before.
        ({"fall_before": at(1, 98.0, 100), "r_start": [100, 100, 88, 80]}, True),
        ({"fall_before": at(1, 98.0, 100), "r_start": [100, 100, 88.4, 80]}, False),
        ({"fall_before": at(1, 130.0, 100), "r_start": [120, 100, 107, 80]}, True),
        ({"fall_before": at(1, 130.0, 100), "r_start": [120, 100, 109, 80]}, False),
        ({"fall_before": at(1, 130.0, 100), "r_start": [100, 120, 107, 80]}, True),
        # The whole of the next half cycle is lower than usual, and lower than both before.
        ({"r_median": [100, 90, 89.9, 80]}, True),
        ({"r_median": [100, 89.8, 89.9, 80]}, True),
        ({"r_median": [100, 90, 90.1, 80]}, False),
        (
            {"r_median": [100, 90, 90.1, 80], "fall_before": at(1, 103.0, 100), "fall_usual": at(1, 102.0, 100)},
            True,
        ),
    ],
)
def test_r_is_still_low_when_the_next_half_cycle_begins_and_all_through_it(given, stay):
    assert stays(**given) == stay


def test_after_a_burst_r_is_back_and_not_lower_than_both_half_cycles_before():
    """The half cycle after the fall, number 2, has to lie below those before it, 0 and 1, if they are known."""
    for last, stay in ((84.9, True), (85.1, False)):
        r = [99.0, 85.0, 100.0, last]
        found = table(r_median=r, r_start=[100, 100, 100, 80])
        assert d._lower_than_cycle(found)[2] == stay
    assert d._lower_than_cycle(table(r_median=[99.0, 85, 100, 86], file=[0, 0, 1, 1]))[2]


@pytest.mark.parametrize(
    ("end", "usual", "stay"), [(89, 100, True), (91, 100, False), (89, 98, False), (88, 98, True)]
)
def test_the_last_half_cycle_is_judged_by_its_end(end, usual, stay):
    found = table(r_end=[100, 100, 100, end], fall_usual=at(3, usual, 100))
    assert d._stays(found, np.full(4, 0.2))[3] == stay
    found = table(r_end=[100, end, 100, 100], fall_usual=at(1, usual, 100), file=[0, 0, 1, 1])
    assert d._stays(found, np.full(4, 0.2))[1] == stay


# -- between half cycles -----------------------------------------------------------------------


def between(*, changed=2.0, params=None, **other):
    """Return where R falls between half cycles, if from half cycle 2 on it is 80 of 100."""
    fallen = {name: [100.0, 100, 80, 80] for name in ("r_first", "r_last", "r_quarter", "r_start", "r_median")}
    found = table(**{"r_end": [100.0, 100, 80, 80], **fallen, **other})
    with patch.object(d, "bends", lambda table: np.zeros(len(table))):
        return marked(d.fell_between(found, context(**(params or {})), changed))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2]),
        ({"r_first": [100, 100, 84.9, 80], "r_quarter": [100, 100, 84.9, 80]}, [2]),
        ({"r_first": [100, 100, 85.1, 80], "r_quarter": [100, 100, 85.1, 80]}, []),
        ({"r_first": [100, 100, 75, 75], "r_quarter": [100, 100, 75, 75], "params": {"r_drop": 25.0}}, []),
        (
            {"r_first": [100, 100, 75, 75], "r_quarter": [100, 100, 50, 50], "params": {"r_drop_sharpness": 0.5}},
            [2],
        ),
        (
            {"r_first": [100, 100, 75, 75], "r_quarter": [100, 100, 49, 50], "params": {"r_drop_sharpness": 0.5}},
            [],
        ),
        # The noise of both neighbours, and slow noise: five of them are 20 at 4.
        ({"calm": [0, 2.4, 3.1, 0]}, [2]),
        ({"calm": [0, 2.6, 3.1, 0]}, []),
        ({"slow": [0, 0, 3.9, 0]}, [2]),
        ({"slow": [0, 0, 4.1, 0]}, []),
        # At once: what it falls in the first quarter more, 28 of which 20 are 0.71, or 29.
        ({"r_quarter": [100, 100, 72, 80]}, [2]),
        ({"r_quarter": [100, 100, 71, 80]}, []),
        # For good: the next starts below 90, and the end of the last.
        ({"r_first": [100, 100, 80, 89]}, [2]),
        ({"r_first": [100, 100, 80, 91]}, []),
        ({"file": [0, 0, 0, 1], "r_end": [100, 100, 89, 80]}, [2]),
        ({"file": [0, 0, 0, 1], "r_end": [100, 100, 91, 80]}, []),
        # In the whole of it, and against the same direction a cycle before.
        ({"r_median": [100, 100, 89, 80]}, [2]),
        ({"r_median": [100, 100, 91, 80]}, []),
        ({"r_start": [100, 100, 89, 80]}, [2]),
        ({"r_start": [100, 100, 91, 80]}, []),
        ({"r_start": [80, 100, 80, 80]}, []),
        ({"r_start": [80, 100, 80, 80], "sign": [-1, -1, 1, -1]}, [2]),
        # What the reversal takes off each time: 15 % before, so that 20 % more are a fall by 6 %.
        ({"r_first": [100, 85, 80, 80], "r_last": [100, 100, 80, 80]}, []),
        ({"r_last": [100, 125, 80, 80]}, [2]),
        ({"r_last": [100, 90, 80, 80]}, []),
        ({"jump": [0.1, 0.014, 0, 0]}, []),
        ({"jump": [0.1, 0.013, 0, 0]}, [2]),
        # Where the level changed twice the fall is needed.
        ({"level": [1, 1, 1.04, 1.04]}, [2]),
        ({"level": [1, 1, 1.06, 1.06]}, []),
        ({"level": [1, 1, 1.06, 1.06], "changed": 1.0}, [2]),
        ({"level": [1, 1, 0.94, 0.94]}, []),
        ({"level": [1, 1, 2, 2], "params": {"r_drop": 9.0}}, [2]),
    ],
)
def test_r_falls_between_two_half_cycles(given, found):
    assert between(**given) == found


@pytest.mark.filterwarnings("error")
def test_r_falls_to_nothing_once_and_not_from_nothing():
    """As after a dead short, which opens a little later."""
    r = [100.0, 0, 0, 20]
    names = ("r_end", "r_first", "r_last", "r_quarter", "r_start", "r_median")
    assert between(**dict.fromkeys(names, r)) == [1]
    # Of a few rows too: one began with 100 and ends with nothing, with which the next ones begin.
    coarse = table(r_end=r, r_first=[100.0, 100, 0, 0], r_last=r, rows=[9] * 4)
    assert marked(d.coarse_fall(coarse, context())) == [1]


def test_what_the_level_takes_off_is_no_fall_and_what_it_takes_later_not_of_it():
    fallen = {name: [100.0, 100, 80, 89] for name in ("r_first", "r_last", "r_quarter", "r_start", "r_median")}
    found = table(r_end=[100.0, 100, 80, 89], **fallen)
    for by_level, expected in (([0, 0, 0, 0], [2]), ([0, 0, -0.1, 0], []), ([0, 0, 0, -0.1], [])):
        with patch.object(d, "bends", lambda _, by_level=by_level: A(by_level, float)):
            assert marked(d.fell_between(found, context())) == expected


@pytest.mark.parametrize(
    ("fall", "moved", "lone"),
    [
        ([0.1, 0.31, 0.1, 0.1], [1, 1, 1, 0], [1]),
        ([0.1, 0.29, 0.1, 0.1], [1, 1, 1, 0], []),
        ([0.1, 0.31, 0.2, 0.2], [1, 1, 0, 1], []),
        ([0.1, 0.31, 0.2, 0.2], [1, 1, 0, 0], []),
        ([-0.9, 0.31, 0.1, NAN], [1, 1, 1, 1], [1]),
    ],
)
def test_a_lone_fall_is_three_times_as_deep_as_at_any_other_of_three_changes_of_level(fall, moved, lone):
    assert marked(d._lone(A(fall), A(moved, bool))) == lone


# -- coarse, slow, and what noise hides ---------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [1]),
        ({"rows": [9, 10, 9, 9]}, []),
        ({"r_last": [100, 84.9, 80, 80]}, [1]),
        ({"r_last": [100, 85.1, 80, 80]}, []),
        ({"calm": [0, 3.9, 0, 0]}, [1]),
        ({"calm": [0, 4.1, 0, 0]}, []),
        ({"calm": [0, NAN, 0, 0], "slow": [0, 4.1, 0, 0]}, []),
        ({"r_last": [100, 80, 89, 80]}, [1]),
        ({"r_last": [100, 80, 91, 91]}, []),
        ({"r_last": [100, 80, 91, 80], "file": [0, 0, 1, 1]}, [1]),
        ({"r_first": [100, 90, 80, 80]}, []),
    ],
)
def test_a_fall_in_few_rows_is_to_below_its_start_and_the_half_cycle_before(given, found):
    """By 15 %, and five standard deviations; R is 80 from half cycle 1 on."""
    if "r_first" in given:
        given = {**given, "r_last": [100, 78, 78, 78]}
    usual = {"rows": [9] * 4, "r_first": [100, 100, 80, 80], "r_last": [100, 80, 80, 80]}
    coarse = table(**{**usual, **given})
    assert marked(d.coarse_fall(coarse, context())) == found
    quarter = table(**{**usual, "r_last": [100, 75, 75, 75]})
    assert marked(d.coarse_fall(quarter, context(r_drop=24.9))) == [1]
    assert marked(d.coarse_fall(quarter, context(r_drop=25.0))) == []


@pytest.mark.parametrize(
    ("r_end", "r_start", "other", "found"),
    [
        ([100, 75, 75, 75], [100, 100, 75, 75], {"r_drop": 25.0}, []),
        ([100, 84.9, 84.9, 84.9], [100, 100, 85, 85], {}, [1]),
        ([100, 85.1, 85.1, 85.1], [100, 100, 85, 85], {}, []),
        ([90, 84.9, 84.9, 84.9], [100, 100, 85, 85], {}, []),
        ([100, 80, 80, 80], [100, 100, 80, 80], {"fall_sigma": [0, 0.039, 0, 0]}, [1]),
        ([100, 80, 80, 80], [100, 100, 80, 80], {"fall_sigma": [0, 0.041, 0, 0]}, []),
    ],
)
def test_a_slow_fall_is_as_deep_and_no_failure(r_end, r_start, other, found):
    asked = context(r_drop=other.pop("r_drop", 15.0))
    made = table(r_end=r_end, r_start=r_start, **other)
    with (
        patch.object(d, "lost_within", lambda _: np.zeros(4)),
        patch.object(d, "r_drop", lambda *_: A([0.0, 0, 0, 0])),
    ):
        assert marked(d.slow_fall(made, asked)) == found
    with patch.object(d, "lost_within", lambda _: np.zeros(4)), patch.object(d, "r_drop", lambda *_: np.ones(4)):
        assert marked(d.slow_fall(made, context())) == []


@pytest.mark.parametrize(
    ("lost", "unsure", "lower", "found"),
    [
        (0.15, 0, 1, []),
        (0.2, 0.2, 1, []),
        (0.151, 0, 1, [1]),
        (0.149, 0, 1, []),
        (0.2, 0.19, 1, [1]),
        (0.2, 0.21, 1, []),
        (0.2, 0, 0, []),
    ],
)
def test_what_grows_less_than_it_did_falls_too_if_it_stays_lower(lost, unsure, lower, found):
    with (
        patch.object(d, "lost_within", lambda _: A([0, lost, 0, 0])),
        patch.object(d, "uncertain", lambda _: np.full(4, unsure)),
        patch.object(d, "stays_lower", lambda *_: np.full(4, bool(lower))),
        patch.object(d, "r_drop", lambda *_: np.zeros(4)),
    ):
        assert marked(d.slow_fall(table(), context())) == found


@pytest.mark.parametrize(("slow", "fired"), [(0.9, 1.0), (1.1, 0.0)])
def test_slow_noise_makes_asymmetry_and_half_drop_unsure(slow, fired):
    """Three of 1 % each are taken off an asymmetry of 23 %; three of 1 are added to 47 of 100."""
    sides = d.asymmetry(halves([100.0, 126.0], slow=[0.0, slow]), context())
    assert sides[1] == (1.0 if 2 * 26 / 226 - 0.03 * slow > 0.2 else 0.0) == fired
    assert d.half_drop(halves([100.0, 47.0], slow=[0.0, slow], fall_before=[NAN] * 2), context())[1] == fired


@pytest.mark.parametrize(("slow", "known"), [(19.9, True), (20.1, False)])
def test_near_zero_says_nothing_where_slow_noise_hides_it(slow, known):
    """100 Ω·cm² at 1 mA/cm² make 100 mV, which are five times 20."""
    found = d.near_zero(halves([100.0], slow=[slow], u_end=[0.001]), context())
    assert np.isfinite(found[0]) == known


@pytest.mark.parametrize(("u", "fired"), [(0.501, 1.0), (0.5, 1.0), (0.499, 0.0)])
def test_an_open_circuit_is_at_half_a_volt(u, fired):
    assert d.limit(halves([1.0, 100.0], u_end=[0.1, u], u_largest=[0.1, u]), context())[1] == fired
