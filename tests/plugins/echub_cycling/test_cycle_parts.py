"""How half cycles become cycles, curves and shares of ranges: a few half cycles, sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub.science import CurrentRanges
from echub.segments import Segments
from echub_cycling.data import halves as halves_of_cell
from echub_cycling.data import offset, ranges, sweep
from echub_cycling.data.charge import RowCharge
from echub_cycling.data.halves import CellTrace
from echub_cycling.method import cycles
from echub_cycling.outcome import accuracy, curves, measured
from tests.messages.saying import Fake

A, NAN = np.array, np.nan
HOUR = 3600.0


# -- cycles --------------------------------------------------------------------------------------


class Halves(Fake):
    """Half cycles of ten rows each, that know their number."""


def halves(*sign, charge=None, **other):
    n = len(sign)
    start = 10 * np.arange(n)
    rows = Segments(start, start + 10, A(sign, np.int8))
    given = {"spread": np.zeros(n), "energy": np.zeros(n), "level": np.ones(n), "begin": start, "end": start + 9.0}
    given |= {name: A(values, float) for name, values in other.items()}
    return Halves(items=range(n), rows=rows, sign=rows.sign, charge=A(charge or [1.0] * n, float), **given)


def trace(counter=None):
    """Return a trace whose counter has a value for each half cycle, and turns a row before the half cycle."""
    data = Fake(items={} if counter is None else {"counter": np.r_[np.repeat(A(counter), 10)[1:], counter[-1]]})
    return Fake(data=data, t=np.zeros(10 * len(counter) if counter else 1))


def cut(given, of=None, sign=1, choice="auto"):
    """Return cycles; all half cycles are whole but those `of` these numbers."""
    whole = np.ones(len(given), bool)
    whole[list(of or [])] = False
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cycles, "_whole", lambda *_: whole)
        return cycles.cycles_of(trace(), given, sign, choice)[0]


def test_a_cycle_is_a_charge_and_what_follows_it():
    """What is discharged before the first charge is cycle 0; a last charge is alone. Spreads add in squares."""
    given = halves(-1, 1, -1, 1, -1, 1, charge=[0.5, 2, 1, 4, 3, 5], spread=[1, 2, 3, 4, 5, 6], energy=range(6),
                   level=[1, 2, 3, 4, 5, 6])  # fmt: skip
    found = cut(given)
    assert found.number.tolist() == [0, 1, 2, 3]
    assert found.of.tolist() == [0, 1, 1, 2, 2, 3]
    expected = {
        "charge": [NAN, 2, 4, 5], "discharge": [0.5, 1, 3, NAN], "charge_spread": [NAN, 2, 4, 6],
        "discharge_spread": [1, 3, 5, NAN], "charge_energy": [NAN, 1, 3, 5], "discharge_energy": [0, 2, 4, NAN],
        "discharge_level": [1, 3, 5, NAN], "begin": [0, 10, 30, 50],
        "end": [9, 29, 49, 59], "counter": [NAN] * 4,
    }  # fmt: skip
    assert {name: getattr(found, name).tolist() for name in expected} == {
        name: pytest.approx(values, nan_ok=True) for name, values in expected.items()
    }
    assert found.complete.tolist() == [False, True, True, False]
    assert (found.source, len(found)) == ("current", 4)
    turned = cut(given, sign=-1)
    assert turned.number.tolist() == [1, 2, 3]
    assert turned.of.tolist() == [0, 0, 1, 1, 2, 2]
    assert turned.charge.tolist() == [0.5, 1, 3]
    assert turned.discharge.tolist() == [2, 4, 5]
    # The first discharge is four times as large as the charge before: the cell held a charge.
    assert turned.complete.tolist() == [False, True, True]


@pytest.mark.parametrize(("cut_off", "complete"), [([], [1, 1]), ([0], [0, 1]), ([1], [0, 1]), ([3], [1, 0])])
def test_a_cycle_with_half_a_half_cycle_is_not_complete(cut_off, complete):
    assert cut(halves(1, -1, 1, -1), cut_off).complete.tolist() == [bool(one) for one in complete]


@pytest.mark.parametrize(("discharge", "complete"), [(1.09, True), (1.1, True), (1.11, False)])
def test_a_first_cycle_that_gives_a_tenth_more_than_it_took_is_not_complete(discharge, complete):
    assert cut(halves(1, -1, 1, -1, charge=[1, discharge, 1, 5])).complete.tolist() == [complete, True]
    # A discharge before it does not count, nor does a half cycle without a charge, which makes none complete.
    before = cut(halves(-1, 1, -1, 1, -1, charge=[9, 1, discharge, 1, 5])).complete.tolist()
    assert before == [False, complete, True]
    empty = cut(halves(1, -1, 1, -1, 1, -1, charge=[0, 1, 1, discharge, 1, 5])).complete.tolist()
    assert empty == [False, complete, True]
    assert cut(halves(1, -1, 1, -1, charge=[1, 0, 1, 1])).complete.tolist() == [False, True]


@pytest.mark.parametrize(
    ("counter", "choice", "source", "counted"),
    [
        # Two reversals in each count: drive cycles, or pulses. Of half cycles and cycles the current decides.
        ([1, 1, 1, 1, 2, 2, 2, 2], "auto", "counter", (2, 4.0)),
        ([1, 1, 2, 2, 3, 3, 4, 4], "auto", "current", (4, 2.0)),
        ([1, 2, 3, 4, 5, 6, 7, 8], "auto", "current", (8, 1.0)),
        ([7, 7, 7, 7, 7, 7, 7, 7], "auto", "current", (1, 8.0)),
        ([1, 1, 1, 1, 2, 2, 2, 2], "current", "current", (2, 4.0)),
        ([7, 7, 7, 7, 7, 7, 7, 7], "counter", "counter", (1, 8.0)),
        ([1, 2, 2, 2, 2, 2, 2, 1], "counter", "counter", (3, 1.0)),
    ],
)
def test_the_counter_decides_where_a_count_holds_several_reversals(counter, choice, source, counted):
    given = halves(*[1, -1] * 4, charge=[1, 2, 3, 4, 5, 6, 7, 8], level=[1, 2, 1, 6, 1, 1, 1, 1])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cycles, "_whole", lambda *_: np.ones(8, bool))
        found, count = cycles.cycles_of(trace(counter), given, 1, choice)
    assert found.source == source
    assert (count.groups, count.each, count.text) == (*counted, f"{counted[0]} by the counter")
    assert found.number.tolist() == list(range(1, 5 if source == "current" else counted[0] + 1))
    if source == "counter" and counted[0] == 2:
        assert found.of.tolist() == [0] * 4 + [1] * 4
        assert found.charge.tolist() == [4, 12]
        assert found.discharge.tolist() == [6, 14]
        assert found.discharge_level.tolist() == [(2 * 2 + 6 * 4) / 6, 1]
    # The instrument's own number is that in the middle of the first half cycle.
    first = [counter[found.of.tolist().index(k)] for k in range(len(found))]
    assert found.counter.tolist() == first


def whole(*, start=0.0, stops=True, q=None, reached=(), charge=10.0, n=3, gap=1.0):
    """Return which of n half cycles are whole; `reached` are (which, other) that come as far as the other."""
    rows = Segments(10 * np.arange(n), 10 * np.arange(1, n + 1), np.resize(A([1, -1], np.int8), n))
    t = start + gap * np.arange(10.0 * n + (0 if stops else 1))
    items = {} if q is None else {"q": np.full(len(t), q)}
    given = Halves(items=range(n), rows=rows, charge=np.full(n, charge))
    asked = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            cycles, "_reached",
            lambda _trace, _halves, one, other, *, at_end: asked.append((one, other, at_end)) or one in reached,
        )  # fmt: skip
        found = cycles._whole(Fake(t=t, data=Fake(items=items), area=2.0, unit="mA"), given)
    return found.tolist(), asked


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [1, 1, 0]),
        ({"reached": [2]}, [1, 1, 1]),
        ({"stops": False}, [1, 1, 1]),
        ({"n": 2}, [1, 1]),  # nothing to compare with: it is told, not left out
        ({"n": 1}, [1]),
        # A clock that stands at more than two rows, or two seconds, says that something was before.
        ({"start": 2.1}, [0, 1, 0]),
        ({"start": 2.0}, [1, 1, 0]),
        ({"start": 19.0, "gap": 10.0}, [1, 1, 0]),
        ({"start": 21.0, "gap": 10.0}, [0, 1, 0]),
        ({"start": 1.9, "gap": 0.1}, [1, 1, 0]),
        ({"start": 2.1, "gap": 0.1}, [0, 1, 0]),
        ({"start": 99.0, "reached": [0, 2]}, [1, 1, 1]),
        ({"start": 99.0, "n": 2}, [1, 1]),
        # A charge per area near zero, to 2 % of that of the half cycle, shows that nothing was.
        ({"start": 99.0, "q": 0.099}, [1, 1, 0]),
        ({"start": 99.0, "q": -0.099}, [1, 1, 0]),
        ({"start": 99.0, "q": 0.1}, [1, 1, 0]),
        ({"start": 99.0, "q": 0.101}, [0, 1, 0]),
        ({"start": 99.0, "q": -0.101}, [0, 1, 0]),
    ],
)
def test_the_first_and_the_last_half_cycle_may_be_cut(given, found):
    got, asked = whole(**given)
    assert got == [bool(one) for one in found]
    n = given.get("n", 3)
    assert set(asked) <= {(n - 1, n - 3, True), (0, 2, False)}


# -- half cycles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charge", "merged", "left"),
    [
        # A half cycle of 0.5 % of the smaller neighbour counts, one of less is a blip, and joins its neighbours.
        ([9, 0.02, 4, 4], 0, [9, 0.02, 4, 4]),
        ([9, 0.0199, 4, 4], 1, [9 - 0.0199 + 4, 4]),
        ([4, 0.02, 9, 4], 0, [4, 0.02, 9, 4]),
        # At the start against the larger of the next two; at the end none is.
        ([0.02, 4, 2, 2], 0, [0.02, 4, 2, 2]),
        ([0.0199, 4, 2, 2], 1, [4, 2, 2]),
        ([0.0199, 2, 4, 2], 1, [2, 4, 2]),
        ([4, 4, 4, 0.001], 0, [4, 4, 4, 0.001]),
        ([4, 0.001, 4, 0.001, 4, 4], 2, [12 - 0.002, 4]),
        ([4, 0.001], 0, [4, 0.001]),
    ],
)
@pytest.mark.parametrize("first", [1, -1])
def test_a_blip_is_less_than_half_a_percent_of_both_neighbours(charge, merged, left, first):
    n = len(charge)
    sign = first * np.resize(A([1, -1], np.int8), n)
    rows = Segments(np.arange(n), np.arange(1, n + 1), sign)
    way = RowCharge("q", sign * A(charge, float), since=False)
    found, count = halves_of_cell._without_blips(rows, way, sign)
    assert count == merged
    assert np.abs(halves_of_cell.charge_of(way, found, sign)) == pytest.approx(left)
    assert (found.start[0], found.stop[-1]) == (1 if left == charge[1:] else int(charge[0] < 1 and merged), n)


def spread_of(variance, *, before=0, after=0, **way):
    """Return the spread of two half cycles of four rows, an hour and 1 mA each, with rests before and after."""
    state = np.r_[np.zeros(before), np.ones(4), -np.ones(4), np.zeros(after)].astype(np.int8)
    n, open_ = len(state), np.zeros(len(state))
    open_[[before + 2, before + 6]] = variance
    counted = RowCharge("q", state.astype(float), variance=open_, **way)
    given = CellTrace(
        Fake(clock_step=0.0),
        HOUR * np.arange(float(n)),
        np.arange(n),
        state.astype(float),
        "mA",
        None,
        [counted],
        state,
    )
    rows = Segments(A([before, before + 4]), A([before + 4, before + 8]), A([1, -1], np.int8))
    return halves_of_cell._measured(given, rows, state, 0).spread ** 2


@pytest.mark.parametrize(("open_by", "more"), [(0.1, 0.0), (0.11, 1 / 3)])
def test_what_flowed_beyond_the_rows_of_a_file_is_open_by_a_step(open_by, more):
    """An hour of 1 mA: before the first row; after the last one if edges are open by more than a tenth of that."""
    own = open_by**2
    assert spread_of(own, since=False, before=1, after=1) == pytest.approx([own, own])
    assert spread_of(own, since=False, after=1) == pytest.approx([own + 1 / 3, own])
    assert spread_of(own, since=False, before=1) == pytest.approx([own, own + more])
    # A counter shows what flowed before its first row, and whether it has a row at each edge.
    assert spread_of(own, since=True) == pytest.approx([own, own])
    assert spread_of(own, since=True, edged=False) == pytest.approx([own, own + 1 / 3])
    assert spread_of(own, since=True, edged=False, after=1) == pytest.approx([own, own])
    # A digit leaves both ends open, each evenly.
    assert spread_of(own, since=True, digit=0.6) == pytest.approx([own + 2 * 0.6**2 / 12] * 2)


# -- curves --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rising", [True, False])
def test_dq_dv_is_the_charge_of_each_step_of_voltage(rising):
    """2 mA·h per volt up to 0.3 V, 6 above; from 0.05 to 0.75 V there are six whole steps of 0.1 V."""
    u = np.linspace(0.05, 0.75, 701)
    q = 2 * (u - 0.05) + 4 * np.maximum(u - 0.3, 0)
    grid, density = curves.dq_dv(q, u if rising else -u, 0.1, rising=rising)
    assert grid == pytest.approx((1 if rising else -1) * A([0.15, 0.25, 0.35, 0.45, 0.55, 0.65]))
    assert density == pytest.approx([2, 2, 6, 6, 6, 6])


def test_no_charge_is_lost_where_the_voltage_goes_back_or_is_held():
    """U stands at 0.2 V for 3 mA·h, goes back, and is held in the end: what flows then is left out."""
    u = A([0.0, 0.1, 0.2, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.7])
    q = A([0.0, 1, 2, 3, 5, 6, 7, 8, 9, 99])
    grid, density = curves.dq_dv(q, u, 0.1, rising=True)
    assert grid == pytest.approx([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65])
    assert density == pytest.approx([10, 10, 40, 10, 10, 5, 5])


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize(("low", "high", "first"), [(4.07, 4.1, 4.07), (4.1, 4.13, 4.1), (4.0699, 4.1001, 4.07)])
def test_a_voltage_that_ends_on_a_whole_step_has_it(low, high, first, rising):
    """4.1 V are 819.999… steps of 5 mV in binary numbers; 2 mA·h per volt."""
    u = np.linspace(low, high, 301)
    sign = 1 if rising else -1
    grid, density = curves.dq_dv(2 * (u - low), sign * u, 0.005, rising=rising)
    assert grid == pytest.approx(sign * (first + 0.0025 + 0.005 * np.arange(6)))
    assert density == pytest.approx(np.full(6, 2.0))


@pytest.mark.parametrize(("top", "steps"), [(0.5, 5), (0.49, 0), (-1.0, 0)])
def test_dq_dv_needs_five_steps(top, steps):
    found = curves.dq_dv(np.linspace(0, 1, 100), np.linspace(0, top, 100), 0.1, rising=True)
    assert [len(one) for one in found] == [steps, steps]


@pytest.mark.parametrize(("top", "steps"), [(1e5, 1_000_000), (1.0001e5, 0), (9.9e37, 0)])
def test_a_reading_beyond_the_range_has_no_dq_dv(top, steps):
    """Its steps of 0.1 V would not fit into any memory."""
    found = curves.dq_dv(np.linspace(0, 1, 10), np.append(np.linspace(0, 1, 9), top), 0.1, rising=True)
    assert [len(one) for one in found] == [steps, steps]


def test_an_edge_between_two_rows_has_its_part_of_the_charge():
    grid, density = curves.dq_dv(A([0.0, 1, 2, 10]), A([0.0, 0.15, 0.35, 0.55]), 0.1, rising=True)
    assert grid == pytest.approx([0.05, 0.15, 0.25, 0.35, 0.45])
    reached = A([0, 2 / 3, 1 + 1 / 4, 1 + 3 / 4, 2 + 2, 2 + 6])
    assert density == pytest.approx(np.diff(reached) / 0.1)


def found_of(numbers, complete, at="", points=30, step=0.1):
    """Return cycles of one charge and one discharge each; U rises by 1 V and falls, Q is a row each."""
    n = len(numbers)
    rows = Segments(points * np.arange(2 * n), points * np.arange(1, 2 * n + 1), np.tile(A([1, -1], np.int8), n))
    up = np.linspace(0, 1, points)
    way = Fake(charge=np.tile(np.repeat([1.0, -1.0], points), n))
    return Fake(
        cycles=Fake(number=A(numbers), complete=A(complete, bool), of=np.repeat(np.arange(n), 2)),
        halves=Fake(rows=rows, sign=rows.sign), direction=Fake(sign=1), reference=0, last=n - 1,
        params=Fake(at=at, dqdv_step=step), trace=Fake(u=np.tile(np.r_[up, up[::-1]], n), counted=[way],
                                                       charge_unit="mA*h"),
    )  # fmt: skip


def test_curves_start_at_no_charge_and_a_discharge_counts_below_zero():
    shown = {name: series.array() for name, series in curves.shown(found_of([1], [1])).items()}
    charge = np.r_[np.arange(1.0, 31), NAN]
    assert shown["q"] == pytest.approx(np.r_[charge, charge], nan_ok=True)
    assert shown["U"][:31] == pytest.approx(np.r_[np.linspace(0, 1, 30), NAN], nan_ok=True)
    assert shown["U"][31:] == pytest.approx(np.r_[np.linspace(1, 0, 30), NAN], nan_ok=True)
    assert shown["d_U"] == pytest.approx(
        np.r_[np.arange(0.05, 1, 0.1), NAN, np.arange(0.95, 0, -0.1), NAN], nan_ok=True
    )
    assert shown["d_q"] == pytest.approx(np.r_[np.full(10, 29.0), NAN, np.full(10, -29.0), NAN], nan_ok=True)
    assert set(shown["cycle"]) == set(shown["d_cycle"]) == {1.0}
    assert shown["step"] == 0.1
    units = {name: series.unit for name, series in curves.shown(found_of([1], [1])).items()}
    assert units == {"cycle": "", "q": "mA*h", "U": "V", "d_cycle": "", "d_U": "V", "d_q": "mA*h/V", "step": "V"}


@pytest.mark.parametrize(
    ("numbers", "complete", "at", "drawn"),
    [
        (range(1, 4), [1, 1, 1], "", [1, 2, 3]),
        (range(1, 4), [1, 0, 1], "", [1, 3]),
        (range(1, 4), [0, 1, 1], "1", [1]),  # nothing of what is asked for is complete: the reference
        # Of 1, 2, 3, 5, 10, 20 and 21 six, evenly spread from the first to the last.
        (range(1, 22), [1] * 21, "", [1, 2, 3, 5, 10, 21]),
    ],
)
def test_six_complete_cycles_of_the_summary_are_drawn(numbers, complete, at, drawn):
    shown = curves.shown(found_of(numbers, complete, at))
    assert sorted(set(shown["cycle"].values)) == drawn


def test_a_long_curve_is_thinned_evenly_with_both_of_its_ends():
    shown = curves.shown(found_of([1], [1], points=4000))
    charge = shown["q"].array()[:400]
    assert (charge[0], charge[-1]) == (1, 4000)
    assert set(np.diff(charge)) == {10.0, 11.0}


# -- ranges --------------------------------------------------------------------------------------


def pieces(place, names=("1 mA", "10 mA"), rows=((0, 4), (4, 6), (8, 10))):
    found = CurrentRanges(names, np.arange(1.0, 1 + len(names)), A(place, np.int8), 0.1)
    start, stop = A(rows).T
    cuts, of = ranges._pieces(Segments(start, stop, np.ones(len(rows))), found)
    return [*zip(cuts.start.tolist(), cuts.stop.tolist(), of.tolist(), strict=True)]


def test_a_half_cycle_is_cut_where_the_range_changes():
    uncut = [(0, 4, 0), (4, 6, 1), (8, 10, 2)]
    assert pieces([0] * 10) == uncut
    assert pieces([0, 0, 1, 1, 1, 0, 1, 0, 0, 0]) == [(0, 2, 0), (2, 4, 0), (4, 5, 1), (5, 6, 1), (8, 10, 2)]
    # Changes at the start of a half cycle, between two, and before the first or after the last cut nothing.
    assert pieces([0, 0, 0, 0, 1, 1, 0, 1, 0, 0]) == uncut
    assert pieces([1, 0, 0, 1], rows=((1, 3),)) == [(1, 3, 0)]
    # One range: only where it is not known is there something to cut.
    assert pieces([0, -1] * 5, names=("1 mA",), rows=((0, 3),)) == [(0, 1, 0), (1, 2, 0), (2, 3, 0)]
    assert pieces([-1] * 10, names=()) == uncut


def shares(since):
    """Two half cycles of four rows, an hour and 1, 2, 3 and 4 mA·h each; a row of rest; two ranges and none."""
    state = A([1, 1, 1, 1, 0, -1, -1, -1, -1], np.int8)
    charge = A([1.0, 2, 3, 4, 0, -1, -2, -3, -4])
    way = RowCharge("q", charge, since=since)
    trace = Fake(t=HOUR * np.arange(9.0), state=state, counted=[way])
    rows = Segments(A([0, 5]), A([4, 9]), A([1, -1], np.int8))
    place = CurrentRanges(("1 mA", "10 mA"), A([0.1, 1.0]), A([0, 0, 1, 1, 1, 1, 1, -1, -1], np.int8), 0.01)
    return ranges.shares_of(trace, Halves(items=range(2), rows=rows), place)


def test_hours_and_charges_are_those_of_the_rows_in_each_range():
    """A row since the one before it has that hour; else half of the time to both neighbours, and none at rest."""
    found = shares(since=True)
    assert found.hours.tolist() == [[1, 2, 0], [0, 2, 2]]
    assert found.charge.tolist() == [[3, 7, 0], [0, 3, 7]]
    assert (found.names, found.limit.tolist(), found.gain) == (("1 mA", "10 mA"), [0.1, 1.0, 0.0], 0.01)
    found = shares(since=False)
    assert found.hours.tolist() == [[1.5, 2, 0], [0, 2, 1.5]]
    # ± 0.1 mA for 1.5 h and 1 mA for 2 h, of 10 mA·h; 1 % of 3 and 7.
    assert found.offset == pytest.approx(A([[0.015, 0.2, 0], [0, 0.2, 0]]))
    assert found.scale == pytest.approx(A([[0.003, 0.007, 0], [0, 0.003, 0.007]]))
    assert found.used(A([0])).tolist() == [True, True, False]
    assert found.used(A([0, 1])).tolist() == [True, True, True]
    both = found.summed(A([True, True]), A([1, 1]), 3)
    assert both.hours.tolist() == [[0, 0, 0], [1.5, 4, 1.5], [0, 0, 0]]
    assert both.charge.tolist() == [[0, 0, 0], [3, 10, 7], [0, 0, 0]]
    assert found.summed(A([False, True]), A([0, 0]), 1).charge.tolist() == [[0, 3, 7]]


def test_what_the_accuracy_of_the_current_leaves_open():
    """Of a charge both; of a change of charges only what they do not share; of a mean current by its weights."""
    found = shares(since=False)
    known = "accuracy of the current range"
    assert accuracy.of_charge(found, 0, 10.0) == {known: pytest.approx((0.15, 2.0, 0.03, 0.07))}
    assert accuracy.of_change(found, 0, 1, 10.0) == {known: pytest.approx((0.15, 0.03, 0.04, 0.07))}
    assert accuracy.of_change(found, 0, 0, 10.0) == {known: ()}
    # Weights 0.3 and 0.7: ± 0.1 and 1 mA of 2.5 mA, and 1 %.
    weighted = (10 * 0.1 / 2.5 * 0.3, 10 * 1.0 / 2.5 * 0.7, 10 * 0.01 * 0.3, 10 * 0.01 * 0.7)
    assert accuracy.of_level(found, 0, 2.5, 10.0) == {known: pytest.approx(weighted)}
    unknown = ranges.RangeShares((), A([0.0]), 0.01, A([[2.0], [4.0]]), A([[10.0], [5.0]]))
    assert accuracy.of_charge(unknown, 1, 10.0) == {"accuracy of the current": pytest.approx((0.1,))}
    assert accuracy.of_level(unknown, 1, 2.5, 10.0) == {"accuracy of the current": pytest.approx((0.1,))}
    assert accuracy.of_ratio(unknown, unknown, 0, 10.0) == {
        "accuracy of the current, charging": pytest.approx((0.1,)),
        "accuracy of the current, discharging": pytest.approx((0.1,)),
    }


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        # Weights 1, 1 and 0.5 of levels of 1, 2 and 4: shares of 1, 4 and 8 thirteenths of the slope.
        ([0.1, 0.1, 0.1], {"accuracy of the current range": (0.1 * (1 + 4 / 2 + 8 / 4), 0.01 * 13)}),
        # Two ranges, from the smaller error on: an offset of each, then a gain of each.
        ([0.3, 0.1, 0.1],
         {"accuracy of the current range": (0.1 * (4 / 2 + 8 / 4), 0.3, 0.01 * 12, 0.01)}),
        ([0.3, 0.1, NAN],
         {"accuracy of the current range": (0.1 * 4 / 2, 0.3, 0.01 * 4, 0.01, 0.01 * 8)}),
        ([NAN] * 3, {"accuracy of the current": (0.01 * 13,)}),
    ],
)  # fmt: skip
def test_levels_of_one_range_share_its_offset_and_gain(limit, found):
    got = accuracy.of_line(A(limit), 0.01, A([1.0, 2, 4]), A([1.0, 1, 0.5]), 13.0)
    assert got == {name: pytest.approx(widths) for name, widths in found.items()}


@pytest.mark.parametrize(("values", "place"), [([3.0, 1.0, 2.0], 7), ([1.0, 2.0, 3.0, 4.4], 5), ([5.0], 9)])
def test_the_middle_is_the_cycle_that_is_nearest_to_the_median(values, place):
    """Of 1, 2, 3 and 4.4 the median is 2.5, to which 2 is as near as 3: the first."""
    places = {3: [9, 8, 7], 4: [4, 5, 6, 7], 1: [9]}[len(values)]
    assert accuracy.middle(A(values), A(places)) == place


def widths_of(offsets, gain=0.0):
    """Return charges of cycles of 1 mA·h in one range, whose offset is this part of each."""
    n = len(offsets)
    return ranges.RangeShares(
        ("1 mA",), A([1.0, 0.0]), gain, np.c_[offsets, np.zeros(n)], np.c_[np.ones(n), np.zeros(n)]
    )


@pytest.mark.parametrize(
    ("offsets", "drawn"),
    [
        ([0.0, 0.0, 0.0], False),
        ([0.009, 0.009, 0.009], False),
        ([0.0095, 0.009, 0.009], False),  # twice this is 1.9 %, and they differ by less than a tenth
        ([5 / 1024, 4.5 / 1024, 5 / 1024], True),  # a tenth
        ([0.01, 0.01, 0.01], True),  # 2 %
        ([0.0105, 0.0105, 0.0105], True),  # above 2 %, a ratio is not linear in them
        ([0.009, 0.008, 0.009], True),  # an offset that changes the order
    ],
)
def test_offsets_are_drawn_if_they_are_large_or_differ(offsets, drawn):
    one = widths_of(offsets)
    found = accuracy.median_ratios(one, one, A([98.0, 99.0, 100.0]), A([0, 1, 2]), np.random.default_rng(1))
    assert (found is not None) == drawn


def test_drawn_ratios_are_those_of_an_offset_that_charges_and_discharges_share():
    """An offset x in (-0.1, 0.1) takes x of a charge and gives it back: 100 (1 + x)/(1 - x)."""
    one = widths_of([0.1, 0.1, 0.1])
    found = accuracy.median_ratios(one, one, A([100.0] * 3), A([0, 1, 2]), np.random.default_rng(1))
    assert len(found) == 20_000
    assert (found.min(), found.max()) == pytest.approx((100 * 0.9 / 1.1, 100 * 1.1 / 0.9), rel=1e-3)
    assert np.median(found) == pytest.approx(100, rel=5e-3)
    # Of thousands every so many are drawn, fewer times; the median is that of all.
    many = widths_of(np.full(2500, 0.1))
    values = 99 + np.arange(2500) / 2500
    found = accuracy.median_ratios(many, many, values, np.arange(2500), np.random.default_rng(1))
    assert len(found) == 1199  # a million over 834 cycles, every third
    assert np.median(found) == pytest.approx(np.median(values), abs=1.5)


# -- rests, meetings and sweeps --------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
def test_a_rest_is_a_current_below_a_twentieth_of_the_largest(sign):
    """Steps of 1, 2, 4 and 8 s belong to the row that they end with: 0.049 rests, 0.051 flows."""
    t = A([0.0, 1, 3, 7, 15])
    assert offset.rest_share(t, sign * A([0, 1, -0.049, 0.051, 0.5])) == pytest.approx(2 / 13)
    assert offset.rest_share(t, sign * A([0, 1, -0.05, 0.051, 0.5])) == pytest.approx(2 / 13)
    assert offset.rest_share(t, sign * A([1.0, 0, 0, 0, 0])) == 0.0


def resting(after_anodic=0.01, after_cathodic=0.01, rows=3):
    """Return a current of 1 and -1 mA, twice each, with rests of so many rows after them."""
    once = np.r_[np.ones(3), np.full(rows, after_anodic), -np.ones(3), np.full(3, after_cathodic)]
    return np.tile(once, 2)


@pytest.mark.parametrize(
    ("current", "accuracy", "limits", "found"),
    [
        (resting(), 0.0099, {}, 0.01),
        (resting(), 0.0101, {}, 0.0),  # the instrument may be off by as much
        (-resting(), 0.0099, {}, -0.01),
        (-resting(), 0.0101, {}, 0.0),
        (resting(), 0.01, {}, 0.0),
        (resting(), 0.001, {"flows": 0.1, "rests": 0.0099}, 0.01),
        (resting(), 0.001, {"flows": 0.0, "rests": 0.0101}, 0.0),  # or its range
        (resting(), 0.02, {"flows": 0.0, "rests": 0.0}, 0.0),
        (resting(), 0.001, {"flows": 0.1}, 0.01),  # the range of the rests is not known
        (resting(0.01, -0.01), 0.001, {}, 0.0),
        (resting(0.01, 0.014), 0.001, {}, 0.0),  # a third more than their mean
        (resting(0.01, 0.013), 0.001, {}, 0.0115),
        (resting(rows=2), 0.001, {}, 0.0),  # four rows after one direction
        (np.r_[resting(rows=2), np.ones(3), 0.01], 0.001, {}, 0.01),  # five
    ],
)
def test_what_is_read_at_rest_after_both_directions_is_an_offset(current, accuracy, limits, found):
    place = np.where(
        np.abs(current) > 0.5, *(list(limits).index(k) if k in limits else -1 for k in ("flows", "rests"))
    )
    known = CurrentRanges(tuple(limits), A([*limits.values()]), place.astype(np.int8))
    assert offset.offset_of(current, accuracy, known) == pytest.approx(found)


def test_a_discharge_meets_its_charge_where_no_rest_is_between():
    rows = Segments(A([0, 10, 20, 32, 42]), A([10, 20, 30, 42, 50]), A([1, -1, 1, -1, 1]))
    given = Fake(halves=Fake(rows=rows, sign=rows.sign), direction=Fake(sign=1),
                 cycles=Fake(items=range(3), of=A([0, 0, 1, 1, 2])))  # fmt: skip
    assert measured._meet(given).tolist() == [True, False, False]
    given.direction.sign = -1  # the charge is then 10 to 20, and meets the discharge from 20 on
    given.cycles.of = A([0, 1, 1, 2, 2])
    assert measured._meet(given).tolist() == [False, True, True]


def test_the_first_six_sweeps_are_looked_at():
    """Ten sweeps of 2000 rows, looked at on every fifth: 12,000 rows hold six. Of few rows all are."""
    sweeps = np.tile(np.r_[np.arange(2000), np.arange(2000, 0, -1)], 5) / 2000
    assert sweep._first_sweeps(sweeps) == pytest.approx(12_000, abs=5)
    assert sweep._first_sweeps(sweeps[:1000]) == 1000
    assert sweep._first_sweeps(np.tile(sweeps[::200], 100)[:6000]) == 4000


def held(moves, rows=12, ways=(1,), **given):
    setpoint = np.cumsum((np.arange(rows) < moves) * np.resize(ways, rows)) * 0.1
    data = Fake(items={"E_set": setpoint} | given)
    trace = Fake(data=data, t=np.arange(float(rows)), u=np.zeros(rows), current=np.ones(rows))
    return sweep._swept(trace, Fake(rows=Segments(A([0]), A([rows]), A([1]))))


def test_a_set_potential_that_changes_in_most_rows_is_a_sweep():
    """Of eleven steps six; with ten rows or fewer nothing is said."""
    assert held(7) == held(7, ways=(-1,)) == held(7, ways=(1, 1, -1, -1)) == "potential"  # up, down, or both
    assert held(6) == held(6, ways=(-1,)) == ""
    assert held(7, rows=13) == ""  # of twelve six
    assert held(8, rows=13) == "potential"
    assert held(9, rows=10) == ""


@pytest.mark.parametrize(("part", "unsteady"), [(0.021, True), (0.019, False)])
def test_a_current_that_is_not_held_varies_by_a_fiftieth_within_half_cycles(part, unsteady):
    """Between the 5th and 95th percentile, of even steps nine tenths; the first and the last row do not count."""
    inner = 1 + part / 0.9 * np.linspace(-0.5, 0.5, 101)
    current = np.r_[9.0, inner, 0.0, -9.0, -inner, 0.0]
    rows = Segments(A([0, 103]), A([103, 206]), A([1, -1]))
    assert sweep._is_unsteady(Fake(current=current), Fake(rows=rows)) == unsteady
    # A fiftieth itself: from 49.5 to 50.5.
    current[1:102], current[104:205] = 50 + np.arange(-50, 51) / 90, -50 - np.arange(-50, 51) / 90
    assert not sweep._is_unsteady(Fake(current=current), Fake(rows=rows))


@pytest.mark.parametrize(
    ("rows", "step", "halves", "found"),
    [
        (20, 1.0, 2, True),
        (19, 1.0, 2, False),
        (20, 1.5, 2, True),  # as far as one and a half rows: it turned between two
        (20, 1.6, 2, False),  # an ohmic step
        (20, 1.0, 1, False),
        (20, 1.6, 1, False),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_sweep_turns_without_a_step(rows, step, halves, found, sign):
    """U rises by 1 V per row, and falls from `step` below where it had got."""
    up = np.arange(float(rows))
    u = np.r_[up, up[-1] - step - up][: halves * rows]
    segments = Segments(A([0, rows])[:halves], A([rows, 2 * rows])[:halves], A([1, -1])[:halves])
    trace = Fake(t=np.arange(float(len(u))), u=sign * u)
    assert sweep.turns_without_step(trace, Halves(items=range(halves), rows=segments)) == found
