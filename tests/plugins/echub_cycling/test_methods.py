"""Rates, blocks, drops, lines and sweeps: limits from both sides, values by hand."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest

from echub.segments import Segments
from echub_cycling.data import sweep
from echub_cycling.method import cycles, drop, linearity, rates
from echub_cycling.method.direction import Direction, charging
from echub_cycling.outcome import staircase
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


# -- rates -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "stated", "name"),
    [
        (0.1, True, "C/10"),
        (1.0, True, "1C"),
        (2.5, True, "2.5C"),
        (0.75, True, "3C/4"),
        (0.1029, True, "C/10"),
        (0.1031, True, "0.1C"),
        (0.0971, True, "C/10"),
        (0.0969, True, "0.097C"),
        (1.119, False, "1C"),
        (1.121, False, "1.1C"),
        (0.881, False, "1C"),
        (0.879, False, "0.88C"),
        (120.0, False, "1.2e+02C"),
        (0.0, False, ""),
        (NAN, True, ""),
        (-1.0, True, ""),
    ],
)
def test_a_rate_has_the_name_that_is_within_three_percent_or_twelve(rate, stated, name):
    assert rates.rate_names(A([9.9e9, rate]), stated=stated)[1] == name


@pytest.mark.parametrize(
    ("level", "first", "last", "middle"),
    [
        ([1, 1.049, 1.049], [0], [2], [1.049]),
        ([1, 1.051, 1.051], [0, 1], [0, 2], [1, 1.051]),
        ([1, 0.951, 0.949], [0, 2], [1, 2], [0.9755, 0.949]),
        ([1, 1.04, 1.08, 1.08], [0, 2], [1, 3], [1.02, 1.08]),
        ([1, NAN, 1, 2, 2, NAN], [0, 3], [2, 5], [1, 2]),
        ([NAN, 1, 1, 2, NAN], [0, 3], [2, 4], [1, 2]),  # what comes before the first known level belongs to it
        ([NAN, np.inf, 1, 1], [0], [3], [1]),
    ],
)
def test_cycles_within_five_percent_of_the_first_are_a_block(level, first, last, middle):
    found = rates.blocks_of(A(level, float))
    assert (found.first.tolist(), found.last.tolist()) == (first, last)
    assert found.level == pytest.approx(middle)


# -- drops -----------------------------------------------------------------------------------


def cell(resistance, level=None):
    """Return half cycles of alternating direction whose resistance is this."""
    n = len(resistance)
    sign = np.where(np.arange(n) % 2, -1, 1)
    found = Fake(halves=Halves(sign=sign, items=range(n)), resistance=A(resistance, float))
    found.level = np.ones(n) if level is None else A(level, float)
    return found


class Halves(Fake):
    """Half cycles that know their number."""


def events(found):
    return [(one.half, round(one.share, 3), one.confirmed) for one in found]


def test_what_is_expected_is_the_median_of_five_before_in_the_same_direction():
    r = [10, 20, 11, 21, 12, 22, 13, 23, 14, 24, 99, 98, 0, 0]
    assert drop.expected(cell(r)).tolist()[2:] == [10, 20, 10.5, 20.5, 11, 21, 11.5, 21.5, 12, 22, 13, 23]
    assert np.isnan(drop.expected(cell(r))[:2]).all()


@pytest.fixture
def without_times(monkeypatch):
    monkeypatch.setattr(drop, "_bracket", lambda _cell, half, limit: (half, limit))


@pytest.mark.usefixtures("without_times")
@pytest.mark.parametrize(
    ("r", "drops", "heals"),
    [
        ([10] * 6 + [4.9] * 4, [(6, 0.49, True)], []),
        ([10] * 6 + [5.1] * 4, [], []),
        ([10] * 6 + [5.0] * 4, [], []),
        ([10] * 6 + [4.9] + [5.0] * 4, [], []),
        # The next half cycle, and the one after it, have it too, if there are any.
        ([10] * 6 + [4.9], [(6, 0.49, False)], []),
        ([10] * 6 + [4.9, 10, 10, 10, 10], [], []),
        ([10] * 6 + [4.9, 4.9, 10, 10, 10, 10], [], []),
        ([10] * 6 + [4.9, 4.9], [(6, 0.49, True)], []),
        # It is back after four half cycles in a row; what is low meanwhile belongs to it.
        ([10] * 6 + [4, 4, 4] + [10] * 4, [], [(6, 0.4, True)]),
        ([10] * 6 + [4, 4, 4] + [10] * 3, [(6, 0.4, True)], []),
        ([10] * 6 + [4, 4, 4] + [10] * 3 + [4], [(6, 0.4, True)], []),
        ([10] * 6 + [4, 4, 4] + [10] * 4 + [3] * 4, [(13, 0.3, True)], [(6, 0.4, True)]),
        # Where R is back to 8 of 10 in one direction, and still at 8 of 20 in the other, another drop starts.
        ([10, 20] * 3 + [4, 4, 4, 8, 9, 8, 9], [(9, 0.4, True)], [(6, 0.4, True)]),
    ],
)
def test_a_drop_lasts_unless_r_is_back_for_two_cycles(r, drops, heals):
    assert events(one for one in [drop.sudden_drop(cell(r), 0.5)] if one) == drops
    assert events(drop.healed(cell(r), 0.5)) == heals


@pytest.mark.usefixtures("without_times")
def test_the_limit_of_a_drop_is_that_of_its_own_half_cycle():
    assert drop.sudden_drop(cell([10, 20] * 3 + [4, 4, 4, 4]), 0.5).after == 5.0


@pytest.mark.usefixtures("without_times")
@pytest.mark.parametrize(
    ("r", "other", "half"),
    [
        ([10] * 6 + [7.9] * 4, {}, 6),
        ([10] * 6 + [8.1] * 4, {}, None),
        # Two half cycles before, in the same direction, R was as usual to a tenth.
        ([10] * 4 + [9.1, 10] + [7.5] * 4, {}, 6),
        ([10] * 4 + [8.9, 10] + [7.5] * 4, {}, None),
        ([10] * 4 + [9.0, 10] + [7.5] * 4, {}, None),
        ([10] * 6 + [7.9] * 4, {"until": 8}, 6),
        ([10] * 6 + [7.9] * 4, {"until": 7}, None),
        ([10] * 6 + [7.9] * 4, {"level": [1.0] * 9 + [1.11]}, None),
        ([10] * 6 + [7.9] * 4, {"level": [1.0] * 9 + [1.09]}, 6),
        ([10] * 6 + [7.9] * 4, {"level": [10.0] * 9 + [11.0]}, 6),
        ([10] * 6 + [7.9] * 4, {"level": [1.0] * 8 + [9.0, 9.0], "until": 8}, 6),
        ([10, 10, 7, 7], {}, 2),
        ([10, 10, 7], {}, None),
        ([10, 10, 7, 7], {"until": 2}, None),
        ([10, 10, 7, 7], {"until": 0}, None),
    ],
)
def test_a_soft_drop_is_a_fall_by_a_fifth_at_one_current(r, other, half):
    found = drop.soft_drop(cell(r, other.get("level")), other.get("until", len(r)))
    assert (None if found is None else found.half) == half


@pytest.mark.parametrize(
    ("r", "half"),
    [([10] * 4 + [20.1], 4), ([10] * 4 + [20.0], None), ([10] * 4 + [19.9], None), ([10, 10, 30, 30], 2)],
)
def test_r_rises_by_a_factor(r, half):
    assert drop.rises(cell(r), 2.0) == half


def test_a_drop_lies_between_the_last_row_above_and_the_first_below():
    """R is 1000 · 5 over 1, 2 or 10; the half cycle before is looked at too; rows at rest do not count."""
    state = A([1, 1, 0, -1, -1, -1])
    current = A([1.0, 1.0, 0.01, -1.0, -1.0, -1.0])
    u = A([10.0, 5.0, 5.0, -5.0, -1.0, -1.0])
    trace = Fake(state=state, current=current, u=u, t=A([0.0, 10, 20, 30, 40, 50]))
    found = Fake(halves=Fake(rows=Segments(A([0, 3]), A([2, 6]), A([1, -1]))), trace=trace, scale=1.0)
    assert drop._bracket(found, 1, 3000.0) == (30.0, 40.0)
    assert drop._bracket(found, 1, 7000.0) == (0.0, 10.0)
    assert drop._bracket(found, 0, 7000.0) == (0.0, 10.0)
    assert drop._bracket(found, 1, 5000.0) == (0.0, 10.0)
    assert drop._bracket(found, 1, 500.0) == (50.0, 50.0)
    found.scale = 0.5
    assert drop._bracket(found, 1, 3000.0) == (0.0, 10.0)
    assert drop._bracket(found, 1, 1999.0) == (30.0, 40.0)


# -- lines -----------------------------------------------------------------------------------


def course(u, level=None, sign=None, **other):
    n = len(u)
    values = {"offset": 0.1, "offset_error": 0.0, "slow": np.zeros(n), "u_error": np.full(n, 1e-6)} | other
    return Fake(
        u_end=A(u, float), level=A(level or range(1, n + 1), float), sign=A(sign or [1] * n), **values
    )  # fmt: skip


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("off", "first", "confirmed"),
    [
        ([0, 0, 0, 0], None, False),
        ([0, 0, 0.11, 0.11], 2, True),
        ([0, 0, 0.09, 0.09], None, False),
        ([0, 0, -0.11, 0.11], 2, True),
        ([0, 0, 0.11, 0.09], 2, False),
        ([0, 0, 0, 0.11], 3, False),
        ([0, 0.11, 0.11, 0.11], 1, True),
    ],
)
def test_the_first_level_beyond_the_line_is_a_tenth_off_it(sign, off, first, confirmed):
    """U is 0.1 V at rest, and 1 V/level on the line of the two lowest."""
    level = np.arange(1.0, 5.0)
    found = linearity.linearity(course(0.1 + sign * level * (1 + A(off)), sign=[sign] * 4), sign, 0.1, 2)
    assert (found.first, found.confirmed) == (first, confirmed)
    assert found.slope == pytest.approx(1.0)
    assert found.fitted == (1 if first == 1 else 2)
    assert found.deviation[1:] == pytest.approx(off[1:], abs=1e-9)
    assert linearity.linearity(course(0.1 + level), -sign, 0.1, 2) is None or sign == -1


@pytest.mark.parametrize(
    ("u", "noise", "first", "confirmed"),
    [
        # A quarter off the line is what is asked for, and not beyond it; so is three times the noise.
        ([1, 2, 3.75, 4], 0.0, None, False),
        ([1, 2, 3.75, 6], 0.0, 3, False),
        ([1, 2, 4.5, 5], 0.0, 2, False),
        ([1, 2, 4.5, 5.5], 0.0, 2, True),
        ([1, 2, 4.125, 4], 0.375, None, False),
        ([1, 2, 4.125, 4], 0.374, 2, False),
    ],
)
def test_a_level_at_the_limit_is_not_beyond(u, noise, first, confirmed):
    """On the line U is the level."""
    u_error = A([1e-9, 1e-9, noise, 1e-9])
    found = linearity.linearity(course(u, u_error=u_error, offset=0.0), 1, 0.25, 2)
    assert (found.first, found.confirmed) == (first, confirmed)


@pytest.mark.parametrize(("noise", "first", "last"), [(0.199, 2, 1), (0.201, None, 3)])
def test_a_level_is_beyond_if_its_noise_is_a_third_of_that(noise, first, last):
    """The third level is 0.6 V beyond the 3 V of the line."""
    u_error = A([1e-9, 1e-9, noise, 1e-9])
    found = linearity.linearity(course(A([1.1, 2.1, 3.7, 4.1]), u_error=u_error), 1, 0.1, 4)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    ("reach", "first", "last"),
    [
        ([NAN, 0.05, 0.05, 0.05], None, 3),
        ([NAN, 0.05, 0.05, 0.11], None, 2),
        ([NAN, 0.05, 0.05, 0.1], None, 3),
        ([NAN, 0.05, 0.11, 0.11], None, 1),
        ([NAN, 0.11, 0.11, 0.11], None, 0),
        ([NAN, 0.11, 0.05, 0.11], None, 2),
        ([NAN, 0.05, 0.05, 0.5], 3, 2),
        ([NAN, 0.05, 0.11, 0.5], 3, 1),
        ([NAN, 0.5, 0.5, 0.5], 1, 0),
    ],
)
def test_the_last_linear_level_is_one_that_noise_does_not_hide(reach, first, last):
    assert linearity._last_linear(A(reach), first, 0.1) == last


def test_a_line_through_the_origin_by_its_weights():
    """Weights 4 and 1: Σwxy = 4·1·3 + 2·8 = 28, Σwx² = 4 + 4 = 8; both levels move by 0.5: Σwx·0.5 = 3."""
    slope, error = linearity._line(A([1.0, 2.0]), A([3.0, 8.0]), A([0.5, 1.0]), A([0.5, 0.5]))
    assert slope == pytest.approx(28 / 8)
    assert error == pytest.approx(np.hypot(1 / 8**0.5, 3 / 8))


@pytest.mark.parametrize(
    ("level", "places"),
    [
        ([1, 2, 3], [0, 1, 2]),
        ([1, 1.019, 3], [0, 2]),
        ([1, 1.02, 3], [0, 2]),
        ([1, 1.021, 3], [0, 1, 2]),
        ([1, 3, 2, 4], [0, 1, 3]),
        ([1, 1.015, 1.03, 1.04], [0]),
    ],
)
def test_levels_rise_by_two_percent_above_all_before(level, places):
    assert linearity._rising(course(level, level), 1).tolist() == places
    assert linearity._rising(course(level, level), -1).tolist() == []


def test_a_first_look_asks_with_the_parameters_as_parts():
    asked = []
    params = SimpleNamespace(tail=20.0, rest=3.0, current_accuracy=0.1, deviation=10.0, fit=4)
    with (
        patch.object(staircase, "staircase", lambda *given: asked.append(given) or "found"),
        patch.object(staircase, "linearity", lambda *given: asked.append(given) or "line"),
        patch.object(staircase, "_require", lambda *_: None),
    ):
        assert staircase.look("data", params) == ("found", ["line", "line"])
    assert asked == [("data", 0.2, 3.0, 0.1), ("found", 1, 0.1, 4), ("found", -1, 0.1, 4)]


# -- sweeps ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("odd", "most", "even"),
    [(19, 0.8, True), (20, 0.8, False), (21, 0.8, False), (4, 0.95, True), (5, 0.95, False), (6, 0.95, False)],
)
@pytest.mark.parametrize("off", [0.11, -0.11])
def test_a_rate_is_even_if_it_is_within_a_tenth_for_most_of_the_time(odd, most, even, off):
    steps = np.where(np.arange(100) < odd, 1 + off, 1.0)
    assert sweep._is_even(np.arange(101.0), np.cumsum(np.r_[0, steps]), most) == even
    assert sweep._is_even(np.arange(101.0), -np.cumsum(np.r_[0, steps]), most) == even
    steps = np.where(np.arange(100) < odd, 1 + off / 1.2, 1.0)
    assert sweep._is_even(np.arange(101.0), np.cumsum(np.r_[0, steps]), most)


def test_a_rate_needs_ten_steps_in_time_and_a_change():
    assert sweep._is_even(np.arange(11.0), np.arange(11.0), 0.8)
    assert not sweep._is_even(np.arange(10.0), np.arange(10.0), 0.8)
    assert not sweep._is_even(np.zeros(50), np.arange(50.0), 0.8)
    assert not sweep._is_even(np.arange(50.0), np.zeros(50), 0.8)
    # Two rows at one time are left out, and rates are over the time that passes.
    t = np.r_[np.arange(20.0), 19.0, np.arange(21.0, 60.0, 2)]
    assert sweep._is_even(t, np.r_[np.arange(20.0), 30.0, np.arange(21.0, 60.0, 2)], 0.9)


@pytest.mark.parametrize(("rows", "even"), [(2000, False), (2001, True)])
def test_of_many_rows_the_rate_is_that_over_several(rows, even):
    """A noise of 0.1 on steps of 1 makes them 0.8 and 1.2; over five rows it is a rate of 0.96 and 1.04."""
    row = np.arange(float(rows))
    assert sweep._is_even(row, row + 0.1 * (-1) ** row, 0.95) == even


def swept(u, i):
    return sweep.what_is_swept(np.arange(float(len(u))), A(u, float), A(i, float))


def test_what_has_one_rate_while_the_other_varies_was_swept():
    ramp, wild = np.linspace(0, 1, 201), 1 + np.sin(np.arange(201.0)) ** 2
    assert swept(ramp, wild) == "potential"
    assert swept(wild, ramp) == "current"
    assert swept(ramp, np.ones(201)) == ""
    assert swept(np.abs(np.sin(np.arange(201.0))), wild) == ""
    assert swept(ramp, -wild) == "potential"


@pytest.mark.parametrize(("quarter", "what"), [(1.0, ""), (1.01, "potential")])
def test_a_current_varies_by_two_fifths_between_its_quartiles(quarter, what):
    """U has one rate for nine tenths of its rows: that is enough for a current that varies, not for a held one."""
    row = np.arange(201)
    u = np.cumsum(np.where(row < 20, 2.0, 1.0))
    assert swept(u, 5 + quarter * (row * 83 % 201 - 100) / 50) == what


def test_a_flat_current_that_varies_by_a_fiftieth_is_held():
    """From 49.5 to 50.5 between its 5th and its 95th percentile."""
    row = np.arange(401.0)
    assert swept(row, 50 + (row - 200) / 360) == ""
    assert swept(row, 50 + (row - 200) / 350) == "potential"


@pytest.mark.parametrize(("varies", "what"), [(0.0249, "potential"), (0.0201, "potential"), (0.0199, "")])
def test_a_flat_voltammogram_has_a_current_that_is_not_held(varies, what):
    """Between the 5th and the 95th percentile, of a current that drifts by even steps: nine tenths of it."""
    n = 401
    steps = np.linspace(-0.5, 0.5, n) * varies / 0.9
    assert swept(np.linspace(0, 1, n), 1 + steps) == what
    # A capacitor's potential has one rate for 90 % only where it settles.
    u = np.cumsum(np.where(np.arange(n) < 30, 2.0, 1.0))
    assert swept(u, 1 + steps) == ""


# -- the direction of charging ---------------------------------------------------------------


@pytest.mark.parametrize("first", [1, -1])
@pytest.mark.parametrize(
    ("interest", "sign", "how"),
    [
        (None, None, "the first half cycle of a symmetric cell"),
        ("working", -1, "plating at the working electrode of a symmetric cell"),
        ("counter", 1, "plating at the counter electrode of a symmetric cell"),
    ],
)
def test_a_symmetric_cell_charges_by_what_plates_or_by_its_first_half_cycle(first, interest, sign, how):
    meta = {"cell.symmetric": True, "cell.electrode_of_interest": interest,
            "cell.electrodes.working.polarity": "positive"}  # fmt: skip
    assert charging(Fake(meta=meta.get), "auto", first) == Direction(sign or first, how, assumed=False)
    told = {**meta, "cell.symmetric": False}
    assert charging(Fake(meta=told.get), "auto", first).how == "the working electrode is the positive one"


# -- whole cycles ----------------------------------------------------------------------------


def reached(ends=(3.0, 3.0), charge=(1.0, 1.0), tail=(1.0, 1.0), at_end=True):
    """Return whether half cycle 2 comes as far as half cycle 0; U spans 1 V."""
    rows = Segments(A([0, 2, 4]), A([2, 4, 6]), A([1, -1, 1]))
    u = A([ends[0], ends[0], 2.5, 3.5, ends[1], ends[1]])
    current = A([tail[0], tail[0], -1, -1, tail[1], tail[1]], float)
    halves = Fake(
        items=range(3), rows=rows, u_end=u[[1, 3, 5]], charge=A([charge[0], 1, charge[1]]), level=np.ones(3)
    )
    return cycles._reached(Fake(u=u, current=current), halves, 2, 0, at_end=at_end)


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ({"charge": (1.0, 0.5)}, True),
        ({"charge": (1.0, 0.21)}, True),
        ({"charge": (1.0, 0.19)}, False),
        ({"charge": (1.0, 0.2)}, False),
        ({"charge": (1.0, 0.5), "ends": (3.0, 3.019)}, True),
        ({"charge": (1.0, 0.5), "ends": (3.0, 3.021)}, False),
        ({"charge": (1.0, 0.5), "ends": (3.0, 2.979)}, False),
        ({"charge": (1.0, 0.981), "ends": (3.0, 3.3)}, True),
        ({"charge": (1.0, 1.019), "ends": (3.0, 3.3)}, True),
        ({"charge": (1.0, 0.979), "ends": (3.0, 3.3)}, False),
        ({"charge": (1.0, 0.5), "tail": (0.1, 0.129)}, True),
        ({"charge": (1.0, 0.5), "tail": (1.0, 1.3)}, True),
        ({"charge": (1.0, 0.5), "tail": (0.1, 0.131)}, False),
        ({"charge": (1.0, 0.5), "tail": (0.1, 0.131), "at_end": False}, True),
    ],
)
def test_a_half_cycle_that_the_file_cuts_is_whole_if_it_comes_as_far_as_another(given, whole):
    assert reached(**given) == whole


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("charge", [0.0, 0.5])
def test_over_a_half_cycle_without_a_charge_any_is_enough_at_the_same_voltage(charge):
    """Its counter stood still: then the voltage decides."""
    assert reached(charge=(0.0, charge))
    assert not reached(charge=(0.0, charge), ends=(3.0, 3.021))


@pytest.mark.parametrize(("end", "whole"), [(0.99, True), (1.0, False)])
def test_a_limit_of_voltage_is_reached_to_less_than_a_fiftieth_of_its_range(end, whole):
    """U goes from 0 to 50 V, and ends 1 V from where it did before; one that stands still has always got there."""
    rows = Segments(A([0, 2, 4]), A([2, 4, 6]), A([1, -1, 1]))
    halves = Fake(items=range(3), rows=rows, u_end=A([0.0, 50, end]), charge=A([1, 1, 0.5]), level=np.ones(3))
    trace = Fake(u=A([50.0, 0, 0, 50, 50, end]), current=np.ones(6))
    assert cycles._reached(trace, halves, 2, 0, at_end=True) == whole
    halves.u_end = np.full(3, 3.0)
    assert cycles._reached(Fake(u=np.full(6, 3.0), current=np.ones(6)), halves, 2, 0, at_end=True)
