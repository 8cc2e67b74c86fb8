"""Which half cycles share a level, how levels follow each other, and the parts of the table: rows by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Refusal
from echub.segments import Segments
from echub_ccd.data import levels
from echub_ccd.data import table as t
from echub_ccd.data.fall import steepest_rise
from echub_ccd.data.levels import common_levels
from echub_ccd.data.protocol import Protocol, _grows, recognise
from echub_ccd.method import definitions
from echub_ccd.method.verdict import CcdVerdict, _highest_run
from echub_ccd.outcome import cycles, tables
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


# -- formation cycles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "level", "grows"),
    [
        ([1, 2, 3], [1, 2, 3], True),
        ([3, 1, 2], [3, 1, 2], True),  # in the order of the levels
        ([1, 1, 1], [1, 2, 3], False),
        ([1, 1, 1.049], [1, 2, 3], False),
        ([1, 1, 1.051], [1, 2, 3], True),
        ([20, 20, 21], [1, 2, 3], False),
        ([21, 20, 25], [1, 2, 3], True),
        ([1, 0.96, 1.1], [1, 2, 3], True),
        ([1, 0.95, 1.1], [1, 2, 3], False),  # by more than 5 % of itself
        ([1], [1], False),
    ],
)
def test_durations_grow_with_the_levels_by_a_twentieth_in_all(duration, level, grows):
    assert _grows(A(duration, float), A(level, float)) is grows


@pytest.mark.parametrize(("earlier", "run"), [([0, 1, 2], 4), ([0, 2], 3), ([], 0)])
def test_the_run_of_the_highest_level_that_was_survived(earlier, run):
    protocol = Fake(run=A([1, 4, 3]), level=A([1.0, 3.0, 2.0]))
    assert _highest_run(protocol, A(earlier, np.intp)) == run


# -- levels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "u", "found"),
    [
        # Programmed levels are one if they are equal, whatever lies between others.
        ([1, 1, 2, 2], 0.0, [1, 1, 2, 2]),
        ([1, 1.0001, 1, 1.0001], 0.0, [1, 1.0001, 1, 1.0001]),
        ([1, 1 + 4e-10, 2, 2], 0.0, [1 + 2e-10, 1 + 2e-10, 2, 2]),
        # Measured ones differ by 5 % of the higher one at least to be two without doubt; their median counts.
        ([1, 1.02, 1.05, 2], 0.01, [1.02, 1.02, 1.02, 2]),
        ([1, 1.06], 0.01, [1, 1.06]),
        ([19, 20], 0.5, [19.5, 19.5]),  # a twentieth
        ([19, 20.1], 0.5, [19, 20.1]),
        ([1e9 - 1, 1e9], 0.0, [1e9 - 0.5] * 2),  # one of 1e9
        ([1.06, 1], 0.01, [1.06, 1]),
        # Below that, six standard deviations of the difference of two: 0.0085 for 0.001 each.
        ([1, 1.009, 1.018, 1.027, 1.036], 0.001, [1, 1.009, 1.018, 1.027, 1.036]),
        ([1, 1.008, 1.016, 1.024, 1.032], 0.001, [1.016] * 5),
        # Such differences come in order in a staircase, of which there are four; else they are a scatter.
        ([1.018, 1, 1.036, 1.009, 1.027], 0.001, [1.018] * 5),
        # A few of them are steps from a hundredth on.
        ([1, 1.0105, 1.0215], 1e-4, [1, 1.0105, 1.0215]),
        ([1, 1.0095, 1.0185], 1e-4, [1.0095] * 3),
        # Steps that exceed the scatter four times are told by that.
        ([1, 1.001, 1.0055, 1.0065], 1e-5, [1.0005, 1.0005, 1.006, 1.006]),
    ],
)
def test_measured_levels_are_one_by_how_they_scatter_and_programmed_ones_exactly(level, u, found):
    sign = np.ones(len(level))
    assert common_levels(A(level, float), np.full(len(level), u), sign) == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize(("second", "one"), [(1030.0, True), (1030.5, False)])
def test_a_difference_of_six_standard_deviations_is_none(second, one):
    """Of 3 and 4 together, 5."""
    found = common_levels(A([1000.0, second]), A([3.0, 4.0]), np.ones(2))
    assert found.tolist() == ([1015.0] * 2 if one else [1000.0, second])


@pytest.mark.parametrize(
    ("gaps", "rises", "limit"),
    [
        ([1, 4], [1, 1], 1.0),  # four times as large as the scatter
        ([4, 1, 1], [1, 1, 1], 1.0),
        ([1, 3.9], [1, 1], 0.01),
        ([1] * 10, [1] * 9 + [0], 0.0),  # nine of ten rise
        ([1] * 10, [1] * 8 + [0] * 2, np.inf),
        ([1] * 4, [1] * 4, 0.0),
        ([1] * 3, [1] * 3, 0.01),
    ],
)
def test_steps_are_told_from_scatter_by_their_size_or_their_order(gaps, rises, limit):
    assert levels._limit(A(gaps, float), A(rises, bool)) == limit


@pytest.mark.parametrize(("first", "offset"), [(20.9, 0.45), (21.0, 0.0)])
def test_both_directions_of_a_cycle_lie_within_less_than_a_twentieth(first, offset):
    found = levels._offset(A([first, 20.0]), A([0.1, 0.1]), A([1.0, -1.0]))
    assert found == pytest.approx(offset)


def test_a_programmed_level_counts_among_measured_ones():
    found = common_levels(A([1.0, 1.01, 1.03]), A([0.01, 0.0, 0.01]), np.ones(3))
    assert found == pytest.approx([1.01] * 3)


@pytest.mark.parametrize("first", [1, -1])
def test_an_offset_of_the_current_moves_both_directions_apart(first):
    """By 0.004: a pair of neighbours at one level shows twice that; levels are 0.018 apart."""
    sign = first * A([1.0, -1, 1, -1, 1, -1])
    level = A([1.0, 1, 1.018, 1.018, 1.036, 1.036])
    found = common_levels(level + 0.004 * sign, np.full(6, 1e-4), sign)
    assert found == pytest.approx(level, abs=1e-9)
    # Programmed levels have none, nor levels of one direction.
    exact = common_levels(level + 0.004 * sign, np.zeros(6), sign)
    assert exact == pytest.approx(level + 0.004 * sign, abs=1e-12)


# -- protocols -----------------------------------------------------------------------------------


class Table(Fake):
    """Half cycles that know their number."""


def half_cycles(level, duration, *, sign=None, charge=None, steady=True, file=None):
    n = len(level)
    level, duration = A(level, float), A(duration, float)
    sign = np.where(np.arange(n) % 2, -1.0, 1.0) if sign is None else A(sign, float)
    return Table(
        items=range(n), level=level, level_u=np.zeros(n), sign=sign, duration=duration, steady=np.full(n, steady),
        q_edges=sign * (level * duration if charge is None else A(charge, float)),
        file=np.zeros(n, int) if file is None else A(file),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "duration", "name", "charge", "time"),
    [
        ([1, 1, 1], [4, 4, 4], "one level", 4.0, 4.0),
        ([1, 1, 2, 2], [4, 4, 2, 2], "constant charge", 4.0, None),
        ([1, 1, 2, 2], [4.1, 4, 2, 1.95], "constant charge", 4.0, None),
        ([1, 1, 2, 2], [4, 4, 4, 4], "constant time", None, 4.0),
        ([1, 1, 2, 2], [1, 1, 2, 2], "formation", None, None),
        ([1, 2, 3], [1, 1, 1.06], "formation", None, None),
        ([1, 2, 3], [100, 96, 106], "formation", None, None),  # a twentieth less is as long
        ([1, 2, 3], [100, 94, 106], "unequal half cycles", None, None),
        ([1, 1, 2, 2], [20, 100, 21, 100], "formation", None, None),
        ([1, 1, 2, 2], [1, 5, 1, 5], "formation", None, None),
        ([1, 1, 2, 2, 3, 3], [1, 5, 5, 1, 1, 5], "unequal half cycles", None, None),
        ([1, 2, 1, 2], [1, 2, 1, 2], "unequal half cycles", None, None),
        ([1, 2, 3], [1, 3, 2], "unequal half cycles", None, None),
    ],
)
def test_a_protocol_is_named_by_what_stays_the_same(level, duration, name, charge, time):
    found = recognise(half_cycles(level, duration), False)
    assert found.name == name
    assert found.level.tolist() == level
    assert (found.charge, found.time) == (pytest.approx(charge) if charge else None, time)
    spots = recognise(half_cycles(level, duration), True)
    assert (spots.name, spots.run.tolist()) == ("one level per file", [0] * len(level))


@pytest.mark.parametrize(("last", "same"), [(1.049, True), (1.051, False), (0.951, True), (0.949, False)])
def test_times_and_charges_within_a_twentieth_of_their_median_are_one(last, same):
    assert recognise(half_cycles([1, 2, 3, 3], [1, 1, 1, last]), False).time == (1.0 if same else None)
    charged = recognise(half_cycles([1, 2, 3, 3], [9, 9, 9, 9], charge=[1, 1, 1, last]), False)
    assert charged.charge == (1.0 if same else None)
    assert recognise(half_cycles([1, 2], [1, 1], charge=[0, 0]), False).charge is None
    assert recognise(half_cycles([1, 2, 3, 3], [20, 20, 20, 21]), False).time == 20.0


def test_a_level_that_falls_begins_another_run():
    assert recognise(half_cycles([1, 1, 2, 1, 3, 2, 2], [1] * 7), False).run.tolist() == [0, 0, 0, 1, 1, 2, 2]


def test_what_follows_an_open_circuit_or_has_no_level_names_no_protocol():
    table = half_cycles([1, 1, 2, 2], [4, 4, 2, 2], charge=[4, 4, 9, 9])
    assert recognise(table, False).name == "unequal half cycles"
    assert recognise(table, False, 2).name == "one level"
    assert recognise(table, False, 3).charge is None
    table.steady = A([True, True, False, False])
    assert (recognise(table, False).name, recognise(table, False).charge) == ("one level", 4.0)


@pytest.mark.parametrize(
    ("level", "duration", "complete"),
    [
        ([1, 1, 1, 1], [4, 4, 4, 4], [1, 1, 1, 1]),
        # Nine tenths of the median of its level and run; the last of a file, of the one before.
        ([1, 1, 1, 1], [4, 3.61, 4, 4], [1, 1, 1, 1]),
        ([1, 1, 1, 1], [4, 3.59, 4, 4], [1, 0, 1, 1]),
        ([1, 1, 1, 1], [4, 4, 4, 3.59], [1, 1, 1, 0]),
        ([1, 1, 1, 1], [9, 9, 4, 3.61], [1, 1, 0, 1]),
        ([1, 1, 1, 1], [10, 9, 10, 10], [1, 1, 1, 1]),
        ([2, 2, 1], [10, 10, 9], [1, 1, 1]),
        ([2, 2, 1], [10, 10, 8.9], [1, 1, 0]),
        # A duration that another has too was planned.
        ([1, 1, 1, 2, 2, 2], [4, 4, 1, 4, 1.04, 4], [1, 1, 1, 1, 1, 1]),
        ([1, 1, 1, 2, 2, 2], [4, 4, 1, 4, 1.06, 4], [1, 1, 0, 1, 0, 1]),
        # The last one, alone at its level, may have passed the charge of the one before: 4 and 3.6.
        ([1, 1, 2], [4, 4, 1.81], [1, 1, 1]),
        ([1, 1, 2], [4, 4, 1.79], [1, 1, 0]),
        # Another run of a level is compared with itself.
        ([1, 1, 2, 1, 1, 1], [4, 4, 4, 2, 2.1, 2], [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_half_cycle_is_complete_if_it_took_as_long_as_its_equals(level, duration, complete):
    assert recognise(half_cycles(level, duration), False).complete.tolist() == [bool(one) for one in complete]


def test_the_last_half_cycle_of_each_file_is_compared_in_its_file():
    table = half_cycles([1, 1, 1, 1, 1], [4, 1, 4, 4, 4], file=[0, 0, 1, 1, 2])
    assert recognise(table, False).complete.tolist() == [True, False, True, True, True]


# -- parts of half cycles ------------------------------------------------------------------------


def spans(found):
    return [*zip(found.start.tolist(), found.stop.tolist(), strict=True)]


def one(rows):
    return Segments(A([7]), A([7 + rows]), A([1]))


@pytest.mark.parametrize(
    ("rows", "head", "tail"),
    [(1, (0, 1), (0, 1)), (3, (1, 3), (0, 3)), (10, (1, 4), (7, 10)), (100, (2, 12), (95, 100)),
     (101, (3, 14), (95, 101)), (1000, (20, 120), (950, 1000))],
)  # fmt: skip
def test_the_start_is_a_tenth_after_a_fiftieth_and_the_end_a_twentieth_of_the_rows(rows, head, tail):
    assert [spans(part) for part in t._ends(one(rows))] == [[(7 + a, 7 + b)] for a, b in (head, tail)]


@pytest.mark.parametrize(
    ("rows", "first", "last", "quarter"),
    [(1, (0, 1), (0, 1), (0, 1)), (2, (1, 2), (1, 2), (1, 2)), (5, (1, 2), (4, 5), (1, 3)),
     (6, (1, 4), (3, 6), (1, 4)), (40, (1, 4), (37, 40), (1, 11))],
)  # fmt: skip
def test_the_first_rows_leave_out_the_very_first(rows, first, last, quarter):
    found = (t._few(one(rows), 1), t._few(one(rows), -1), t._few(one(rows), 1, 0.25))
    assert [spans(part) for part in found] == [[(7 + a, 7 + b)] for a, b in (first, last, quarter)]


def test_few_rows_have_no_more_noise_than_others_relative_to_r():
    """The median of 0.1, 0.4 and 0.05 is 0.1; a twentieth of a half cycle of twenty rows is a row."""
    noise, r = A([1.0, 4.0, 1.0]), A([10.0, 10.0, 20.0])
    assert t._calm(noise, r, A([10, 19, 30])).tolist() == [1.0, 1.0, 1.0]
    assert t._calm(noise, r, A([10, 20, 30])).tolist() == [1.0, 4.0, 1.0]
    assert t._calm(A([1.0, NAN]), A([10.0, 10.0]), A([5, 5])).tolist() == [1.0, 1.0]
    assert t._calm(A([NAN, 3.0]), A([10.0, NAN]), A([5, 60])) == pytest.approx([0.0, 3.0])


@pytest.mark.parametrize(("spread", "steady"), [(0.1, True), (0.101, False), (NAN, False)])
def test_a_current_that_spreads_by_a_tenth_has_a_level(spread, steady):
    assert t.HalfCycleTable.steady.fget(Fake(spread=A([spread]))).tolist() == [steady]


def test_half_a_digit_counts_against_each_voltage():
    assert t._half_digit(A([0.002, 0.002]), A([0.1, -0.05])).tolist() == pytest.approx([0.01, 0.02])


@pytest.mark.parametrize(
    ("measured", "programmed"), [(0.951, True), (0.949, False), (1.049, True), (1.051, False)]
)
def test_a_set_current_is_believed_within_a_twentieth(measured, programmed):
    """It is -1 while current flows, and 9 at rest."""
    found = Segments(A([0]), A([4]), A([-1]))
    columns = Fake(items={"j_set": A([9.0, -1, -1, -1])})
    trace = Fake(data=columns, items=columns.items, found=found, flows=A([False, True, True, True]))
    level, told = t._level(trace, A([measured]))
    assert (level.tolist(), told.tolist()) == ([1.0 if programmed else measured], [bool(programmed)])
    columns.items["j_set"] = A([9.0, -20, -20, -20])
    assert [one.tolist() for one in t._level(trace, A([19.0]))] == [[20.0], [True]]
    trace.data = Fake(items={})
    level, told = t._level(trace, A([measured]))
    assert (level.tolist(), told.tolist()) == ([measured], [False])


@pytest.mark.parametrize(
    ("rise", "size"),
    [
        ([], 5.0),
        # With one value between, windows of five rows see 4.5, of two rows 3.75: more than 0.7 at once.
        ([12.5], 4.5),
        # With four between, 3.8 and 2: less.
        ([11, 12, 13, 14], 0.0),
    ],
)
def test_a_rise_at_once_is_told_with_its_size(rise, size):
    """From 10 to 15 in the middle of a hundred rows; the half cycle after it does not rise."""
    half = len(rise) // 2
    r = np.r_[np.full(49 - half, 10.0), rise, np.full(51 + half - len(rise), 15.0), np.full(100, 15.0)]
    found = Segments(A([0, 100]), A([100, 200]), A([1, -1]))
    assert steepest_rise(r, found, np.zeros(2)).tolist() == pytest.approx([size, 0.0])
    assert steepest_rise(r[::-1], found, np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("noise", "slow", "told"),
    [(0.99, 0, 1), (1.01, 0, 0), (0, 0.99, 1), (0, 1.01, 0), (0.7, 0.7, 1), (0.71, 0.71, 0)],
)
def test_a_rise_is_five_standard_deviations_of_two_means_of_two_rows(noise, slow, told):
    r = np.r_[np.full(50, 10.0), np.full(50, 15.0)]
    assert steepest_rise(r, Segments(A([0]), A([100]), A([1])), A([noise]), A([slow])).tolist() == [5.0 * told]


# -- tables --------------------------------------------------------------------------------------


def protocol(level, run, complete):
    return Protocol("", A(level, float), A(run), A(complete, bool), None, None)


def test_the_fate_of_a_level_is_that_of_its_half_cycles_in_its_run():
    given = protocol([1, 1, 2, 2, 3, 1, 1, 4], [0, 0, 0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 1, 1, 1, 1])
    fails = A([0, 0, 0, 0, 1, 0, 0, 1], bool)
    found = {name: series.values for name, series in tables.levels(None, given, fails, "mA").items()}
    assert [*zip(*found.values(), strict=True)] == [
        (1, 1.0, 2, 1, "passed"), (1, 2.0, 2, 3, "not complete"), (1, 3.0, 1, 5, "failed"),
        (2, 1.0, 2, 6, "after the failure"), (2, 4.0, 1, 8, "failed"),
    ]  # fmt: skip
    assert list(found) == ["run", "level", "half_cycles", "first", "fate"]
    passed = tables.levels(None, given, np.zeros(8, bool), "mA")
    assert passed["fate"].values == ("passed", "not complete", "passed", "passed", "passed")
    assert [series.unit for series in passed.values()] == ["", "mA", "", "", ""]


def test_charges_are_off_the_instruments_or_what_the_edges_give():
    table = Table(items=range(3), q=A([-2.0, NAN, 4.0]), q_edges=A([-2.2, 3.0, 4.0]), duration_u=A([1.0, 2, 3]),
                  q_integral=A([-1.0, 3.3, 5.0]), duration=A([10.0, 0.0, 100.0]))  # fmt: skip
    for per_area, unit in ((True, "mA*h/cm^2"), (False, "mA*h")):
        found = tables.charges(Fake(table=table, per_area=per_area))
        assert found["edges_error"].array() == pytest.approx([-10, 0, 0])
        assert found["integral_error"].array() == pytest.approx([50, 10, 25])
        assert found["edge_uncertainty"].array() == pytest.approx([10, NAN, 3], nan_ok=True)
        assert [series.unit for series in found.values()] == ["", unit, unit, unit, "%", "%", "%"]
        assert found["half_cycle"].values == (1, 2, 3)


@pytest.mark.parametrize(
    ("sign", "file", "pairs"),
    [
        ([1, -1, 1, -1], [0, 0, 0, 0], [0, 2]),
        ([1, -1, 1], [0, 0, 0], [0]),
        ([1, 1, -1, 1, -1], [0] * 5, [1, 3]),
        ([1, -1, 1, -1], [0, 1, 1, 1], [1]),
        ([1, 1], [0, 0], []),
        ([1], [0], []),
    ],
)
def test_a_cycle_is_two_neighbours_of_both_directions_in_one_file(sign, file, pairs):
    table = Table(items=range(len(sign)), sign=A(sign), file=A(file))
    assert cycles._pairs(table).tolist() == pairs


@pytest.mark.parametrize(
    ("count", "bulk", "per_area", "interface"),
    [(2, 4.0, True, [(15 - 4) / 2, (50 - 4) / 2]), (1, 4.0, True, [11, 46]), (None, 4.0, True, None),
     (2, NAN, False, None)],
)  # fmt: skip
def test_a_cycle_has_the_means_of_both_half_cycles_and_the_asymmetry_of_the_oxidised_one(
    count, bulk, per_area, interface
):
    """R of 20 and 10, then of 40 and 60, of which the second is oxidised: +100 % and +50 %."""
    table = Table(
        items=range(4), sign=A([1, -1, -1, 1]), file=np.zeros(4), r_median=A([20.0, 10, 40, 60]),
        begin=A([0.0, 5, 10, 15]), level=A([1.0, 2, 3, 4]), charge=A([7.0, 8, 9, 10]),
        u_median=A([0.2, -0.1, -0.3, 0.5]),
    )  # fmt: skip
    unit = "mA/cm^2" if per_area else "mA"
    experiment = Fake(table=table, unit=unit, per_area=per_area, meta={"cell.n_interfaces": count}.get)
    found = cycles._cycles(experiment, A([0, 2]), bulk)
    name = "asr_cell" if per_area else "resistance_cell"
    expected = {
        "cycle": (1, 2), "time": (0, 10), "level": (1, 3), "charge": (7, 9), "overpotential": (0.15, 0.4),
        name: (15, 50), "asymmetry": (100, 50),
    }  # fmt: skip
    expected |= {"asr_interface": tuple(interface)} if interface else {}
    assert {key: series.values for key, series in found.items()} == {
        key: pytest.approx(values) for key, values in expected.items()
    }
    ohm, charge = ("ohm*cm^2", "mA*h/cm^2") if per_area else ("ohm", "mA*h")
    units = ["", "s", unit, charge, "V", ohm, "%", "ohm*cm^2"]
    assert [series.unit for series in found.values()] == units[: len(expected)]


@pytest.mark.filterwarnings("error")
def test_a_cycle_without_a_resistance_has_no_asymmetry():
    table = Table(items=range(4), sign=A([1, -1, 1, -1]), r_median=A([20.0, 0, 0, 0]))
    assert cycles._skew(table, A([0, 2])) == pytest.approx([np.inf, NAN], nan_ok=True)


@pytest.mark.parametrize(
    ("takes", "number", "survived", "failed", "told"),
    [
        ("survived", 3, 2.0, 3.0, ("=", 2.0)),
        ("survived", 0, None, 1.0, ("<", 1.0)),
        ("failed", 3, 2.0, 3.0, ("=", 3.0)),
        ("failed", 0, None, 1.0, ("=", 1.0)),
        # If the second half cycle of a level fails, its first one passed; else the level below counts.
        ("stripped", 3, 1.0, 2.0, ("=", 2.0)),
        ("stripped", 2, 1.0, 2.0, ("=", 1.0)),
        ("stripped", 0, None, 1.0, ("<", 1.0)),
        ("stripped", None, 2.0, None, (">", 2.0)),
        ("survived", None, 2.0, None, (">", 2.0)),
    ],
)
def test_a_definition_reports_the_level_that_its_authors_do(takes, number, survived, failed, told):
    """Levels of two half cycles each."""
    given = protocol([1, 1, 2, 2], [0] * 4, [1] * 4)
    definition = definitions.Definition("", "", "", "near_zero", takes)
    asked = []
    marks = {"near_zero": A([0.0, 1.0, NAN, 1.0]), "r_drop": A([9.0] * 4)}

    def judge(found, fails, opened, spots):
        asked.append((found, fails.tolist(), opened, spots))
        return CcdVerdict(number, failed, survived)

    with patch.object(definitions, "judge", judge):
        assert definitions._reported(definition, marks, given, 7, True) == told
    assert asked == [(given, [False, True, False, True], 7, True)]

    def nothing(*_):
        raise Refusal("no-values", "nothing")

    with patch.object(definitions, "judge", nothing):
        assert definitions._reported(definition, marks, given, 7, True) == ("", None)
