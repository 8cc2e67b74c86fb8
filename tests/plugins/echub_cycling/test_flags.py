"""Each flag of cycling and symmetric cycling just inside its condition and just outside; values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Condition
from echub.segments import Segments
from echub_cycling.data.ranges import RangeShares
from echub_cycling.outcome import flags as f
from echub_cycling.outcome import symmetric as s
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


def codes(flags):
    return [flag.code for flag in flags]


# -- charge and discharge ------------------------------------------------------------------------


def cycled(first=99.0, levels=(1.0, 1.0), whole=(0, 1), programmed=False):
    cycles = Fake(number=A([1, 2]), discharge_level=A(levels, float))
    return Fake(cycles=cycles, reference=0, last=1, whole=A(whole), efficiency=A([first, 99.0]),
                rate_names=["1C", "2C"], is_programmed=lambda: programmed)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"first": f.MORE + 0.1}, ["more-discharged"]),
        ({"first": f.MORE}, []),
        ({"levels": (1.051, 1.0)}, ["rates-differ"]),
        ({"levels": (1.049, 1.0)}, []),
        ({"levels": (0.949, 1.0)}, ["rates-differ"]),
        ({"levels": (0.951, 1.0)}, []),
        ({"whole": (1,)}, ["one-cycle"]),
        ({"programmed": True}, ["programmed-charge"]),
    ],
)
def test_what_the_values_of_cycles_show(given, found):
    assert codes(f._of_values(cycled(**given))) == found


@pytest.mark.parametrize(
    ("groups", "each", "source", "text"),
    [
        (3, 2.0, "current", None),
        (4, 2.0, "current", "the instrument counts 4 cycles with current, the current itself shows 3"),
        (6, 1.0, "current", "the instrument counts 6 half cycles with current, the current itself shows 3"),
        (2, 1.0, "current", "the instrument counts 2 half cycles with current, the current itself shows 3"),
        (1, 1.0, "current", "the instrument counts 1 cycle with current, the current itself shows 3"),
        (2, 8.0, "counter", "the instrument's cycles have 8 half cycles each; they are used as they are"),
    ],
)
def test_a_counter_of_cycles_that_counts_otherwise(groups, each, source, text):
    class Cycles(Fake):
        """Three of them."""

    found = Fake(cycles=Cycles(items=range(3), source=source))
    flags = list(f._of_counter(found, Fake(groups=groups, each=each)))
    assert [flag.message for flag in flags] == ([text] if text else [])
    assert list(f._of_counter(found, None)) == []


def stated(assumed=True, of="voltage", charge=1.0, discharge=1.0, energy=90.0, **meta):
    data = Fake(source_of=lambda _: of, meta=meta.get)
    volts = {"charge": A([charge]), "discharge": A([discharge])}
    return Fake(trace=Fake(data=data, area=meta.get("area", 1.0), charge_unit="mA*h"), reference=0, whole=A([0]),
                direction=Fake(assumed=assumed, sign=meta.get("sign", 1), how="h"), voltage=volts.__getitem__,
                energy_efficiency=A([energy]), mass=meta.get("mass", 1.0))  # fmt: skip


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [("direction-assumed", "info")]),
        ({"assumed": False}, []),
        ({"charge": -1.0, "discharge": -1.0}, [("direction-assumed", "warning")]),
        ({"charge": -1.0, "discharge": 1.0}, [("direction-assumed", "info")]),
        ({"charge": 0.0, "discharge": -1.0}, [("direction-assumed", "info")]),
        ({"charge": -1.0, "discharge": 0.0}, [("direction-assumed", "warning")]),
        ({"charge": -1.0, "discharge": -1.0, "of": "potential_we", "cell.configuration": "two_electrode"},
         [("direction-assumed", "info")]),
        ({"assumed": False, "energy": 100.6}, [("energy-gained", "warning")]),
        ({"assumed": False, "energy": 100.4}, []),
        ({"assumed": False, "energy": 100.5}, []),
        ({"assumed": False, "energy": 100.6, "cell.electrode_of_interest": "working"}, []),
        ({"assumed": False, "energy": 100.6, "of": "potential_we"}, [("one-electrode", "info")]),
        ({"assumed": False, "of": "potential_we", "cell.configuration": "two_electrode"}, []),
        ({"assumed": False, "mass": None}, [("no-mass", "info")]),
        ({"assumed": False, "area": None}, [("no-area", "info")]),
    ],
)  # fmt: skip
def test_what_is_assumed_or_not_stated(given, found):
    assert [(flag.code, flag.severity) for flag in f._missing(stated(**given))] == found


@pytest.mark.parametrize(("sign", "other"), [(1, "cathodic"), (-1, "anodic")])
def test_the_other_direction_is_named_where_energy_is_gained(sign, other):
    (flag,) = f._missing(stated(assumed=False, energy=101.0, sign=sign))
    assert flag.hint.startswith(f"--param charge={other};")


def ended(complete=(True,) * 7, stop=9, merged=0, halves=2):
    rows = Segments(np.arange(halves), A([*range(1, halves), stop]), np.ones(halves))
    found = Fake(rows=rows, merged=merged, end=A([1.0] * (halves - 1) + [5.5]), items=range(halves))
    numbers = np.arange(1, len(complete) + 1)
    return Fake(cycles=Fake(number=numbers, complete=A(complete)), halves=found, trace=Fake(t=np.zeros(9)))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ["ends-under-current"]),
        ({"stop": 8}, []),
        ({"halves": 3}, []),
        ({"stop": 8, "merged": 1}, ["short-pulses"]),
        ({"stop": 8, "complete": (False, True)}, ["incomplete-cycles"]),
    ],
)
def test_what_the_ends_of_a_file_leave_open(given, found):
    flags = list(f._of_ends(ended(**given)))
    assert codes(flags) == found
    assert all(flag.where == "t = 5.5 s" for flag in flags if flag.code == "ends-under-current")


def test_five_cycles_are_named():
    (flag,) = f._of_ends(ended(complete=(False,) * 5, stop=8))
    assert flag.message.endswith("cycle 1, 2, 3, 4, 5")
    (flag,) = f._of_ends(ended(complete=(False,) * 6, stop=8))
    assert flag.message.endswith("cycle 1, 2, 3, 4, 5 …")


def counted(totals=((1.0, 1.0), (1.0, 1.0)), gap=0.0, rows=20, offset=0.0, jumps=()):
    """Return two half cycles of so many rows with a charge of 1, of which one row has `gap`; ways of counting."""
    table = {"method": Fake(values=["charge", "current", "other"][: len(totals)])}
    for k, name in enumerate(("anodic", "cathodic")):
        table[name] = Fake(array=lambda k=k: A([one[k] for one in totals]))
    charge = np.full(2 * rows, 1 / rows)
    charge[rows + 3] = -gap
    halves = Fake(
        rows=Segments(A([0, rows]), A([rows, 2 * rows]), A([1, -1])), charge=A([1.0, 1.0]), begin=A([0, 7.0])
    )
    way = Fake(charge=charge, jumps=jumps, name="charge")
    return table, Fake(trace=Fake(t=np.arange(2.0 * rows), counted=[way]), halves=halves, offset=offset)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"totals": ((1.0, 1.0), (1.0, 1.0 + 2.02 * f.DISAGREE))}, ["ways-disagree"]),
        ({"totals": ((1.0, 1.0), (1.0, 1.0 + 1.98 * f.DISAGREE))}, []),
        ({"totals": ((1.0, 1.0), (1.0 - 2.02 * f.DISAGREE, 1.0))}, ["ways-disagree"]),
        ({"totals": ((0.0, 0.0), (1.0, 1.0))}, []),
        ({"gap": 0.101}, ["rows-missing"]),
        ({"gap": 0.099}, []),
        ({"gap": 0.1}, []),
        ({"gap": 0.2, "rows": 19}, []),
        ({"offset": 0.01}, ["current-at-rest"]),
        ({"jumps": (3,)}, ["counter-jumps"]),
    ],
)
def test_what_ways_of_counting_and_gaps_show(given, found):
    table, made = counted(**given)
    with patch.object(f, "ways_table", lambda _: table), patch.object(f, "turns_without_step", lambda *_: False):
        flags = list(f._of_charge(made))
    assert codes(flags) == found
    assert [flag.where for flag in flags if flag.code == "rows-missing"] == ["t = 7 s"] * ("rows-missing" in found)
    with patch.object(f, "ways_table", lambda _: table), patch.object(f, "turns_without_step", lambda *_: True):
        assert "perhaps-swept" in codes(f._of_charge(made))


def test_ways_that_disagree_are_named_with_their_difference():
    for anodic, named in ((1.0, "other +50.0%"), (0.75, "current -25.0%, other +50.0%")):
        table, made = counted(totals=((1.0, 1.0), (anodic, anodic), (1.5, 1.5)))
        with (
            patch.object(f, "ways_table", return_value=table),
            patch.object(f, "turns_without_step", lambda *_: 0),
        ):
            (flag,) = f._of_charge(made)
        assert flag.message == f"ways of counting the charge differ from charge: {named}"


# -- a symmetric cell --------------------------------------------------------------------------


class Cells(Fake):
    """A symmetric cell."""


def cell(offset=0.0, over=(0.1, 0.1, -0.1), per_area=True):
    halves = Fake(begin=A([0.0, 10, 20, 30]), end=A([9.0, 19, 29, 39]))
    return Cells(
        offset=offset, overpotential=A(over), per_area=per_area, halves=halves, trace=Fake(t=A([-3600.0, 0]))
    )


def judged(event=None, soft=None, high=None, levels=1, until=4, **given):
    with (
        patch.object(s, "soft_drop", lambda *_: soft),
        patch.object(s, "rises", lambda *_: high),
        patch.object(s, "_missing", lambda _: []),
    ):
        return s._flags(cell(**given), event, until, levels, Fake(rise=2.0))


def recorded(t, cuts):
    """Return half cycles of the rows from … to (exclusive) in these times."""
    t, (start, stop) = A(t, float), A(cuts).T
    rows = Segments(start, stop, np.ones(len(start), np.int8))
    return Fake(trace=Fake(t=t), halves=Fake(rows=rows, begin=t[start], end=t[stop - 1]))


FLOWS = "while current flows, where rows are 1 s apart"
SINGLE = [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]


@pytest.mark.parametrize(
    ("t", "cuts", "text", "where"),
    [
        ([0, 1, 2, 3, 8, 9], [(0, 6)], None, ""),  # five usual steps
        ([0, 1, 2, 3, 8.1, 9.1], [(0, 6)], f"no row for 5.1 s {FLOWS}", "t = 3 s"),
        ([0, 1, 2, 9, 10, 11], [(0, 3), (3, 6)], f"no row for 7 s {FLOWS}", "t = 2 s"),  # where it turns
        ([0, 1, 2, 9, 10, 11, 12], [(0, 3), (4, 7)], None, ""),  # in a rest
        ([0, 1, 2, 3, 4, 5, 6, 7, 16], SINGLE, None, ""),  # five usual rests
        (
            [0, 1, 2, 3, 4, 5, 6, 7, 16.1],
            SINGLE,
            "10.1 s pass between two half cycles, where rests take 2 s",
            "t = 6 s",
        ),
        ([0], [(0, 1)], None, ""),
    ],
)
def test_rows_that_are_missing_while_current_flows(t, cuts, text, where):
    assert [(flag.code, flag.message, flag.where) for flag in s._missing(recorded(t, cuts))] == (
        [("rows-missing", text, where)] if text else []
    )


@pytest.mark.parametrize(("until", "level"), [(0, 1.0), (1, 1.0), (3, 1.23), (4, 1.62)])
def test_the_level_that_is_compared_is_the_median_before_the_drop_to_three_digits(until, level):
    found = Fake(level=A([1.0, 1.2345, 2.0, 3.0]), level_unit="mA/cm^2")
    assert s._level_condition(found, until) == {"level": Condition(level, "mA/cm^2")}


@pytest.mark.parametrize("event", [None, Fake(before=3.0, after=4.0)])
def test_the_trace_and_the_event_are_drawn(event):
    found = Fake(trace=Fake(t=A([0.0, 1]), u=A([2.0, 3]), current=A([4.0, 5]), unit="mA"))
    shown = {name: (series.values, series.unit) for name, series in s._diagnostics(found, event).items()}
    units = {"t": "s", "U_low": "V", "U_high": "V", "I_low": "mA", "I_high": "mA", "event": "s"}
    assert {name: unit for name, (_, unit) in shown.items()} == units
    assert shown["event"][0] == (() if event is None else (3.0, 4.0))


@pytest.mark.parametrize(("after", "number"), [(9.9, 1), (10.0, 2), (19.0, 2), (30.0, 4)])
def test_r_fell_in_the_half_cycle_of_its_first_low_row(after, number):
    assert s._fell_in(cell(), Fake(after=after)) == number


@pytest.mark.parametrize(("rest", "said"), [(11.0, False), (11.1, True)])
def test_a_rest_longer_than_five_usual_ones_and_a_half_cycle_hides_some(rest, said):
    """Half cycles of 6 s with rests of 1 s."""
    t = np.cumsum([0, 6, 1, 6, 1, 6, rest, 6])
    flags = s._skipped(recorded(t, [(0, 2), (2, 4), (4, 6), (6, 8)]))
    text = f"{rest:g} s pass between two half cycles, where rests take 1 s"
    assert [(flag.message, flag.where) for flag in flags] == ([(text, "t = 20 s")] if said else [])


SURE, OPEN = Fake(confirmed=True), Fake(confirmed=False)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"event": SURE}, []),
        ({}, ["no-event"]),
        ({"event": OPEN}, ["event-not-confirmed"]),
        ({"event": SURE, "soft": Fake(share=0.7, after=25.0)}, ["resistance-falls"]),
        ({"event": SURE, "high": 3}, ["resistance-rises"]),
        ({"event": SURE, "high": 0}, ["resistance-rises"]),
        ({"event": SURE, "high": 3, "until": 3}, []),
        ({"event": SURE, "levels": 2}, ["mixed-levels"]),
        ({"event": SURE, "offset": 0.101 * s.OFFSET}, ["offset"]),
        ({"event": SURE, "offset": -0.101 * s.OFFSET}, ["offset"]),
        ({"event": SURE, "offset": 0.099 * s.OFFSET}, []),
        ({"event": SURE, "offset": 0.1 * s.OFFSET}, []),
        ({"event": SURE, "per_area": False}, ["no-area"]),
    ],
)
def test_what_a_symmetric_cell_shows(given, found):
    flags = judged(**given)
    assert codes(flags) == found
    places = {"resistance-falls": "t = 25 s", "resistance-rises": f"t = {10 * given.get('high', 0)} s"}
    assert [flag.where for flag in flags if flag.code in places] == [places[one] for one in found if one in places]
    assert all("in half cycle 3 " in flag.message for flag in flags if flag.code == "resistance-falls")


def test_what_heals_is_told_with_its_first_time_and_their_number():
    first, second = Fake(before=0.0, after=11.0, share=0.3), Fake(before=20.0, after=21.0, share=0.1)
    for events, more in (([first], "heals"), ([first, second], "heals (2 of them)")):
        with patch.object(s, "healed", lambda *_, events=events: events):
            (flag,) = s._healed(cell(), 0.5)
        assert flag.message == f"R drops to 30% at 1 h, and comes back: a soft short that {more}"
        assert flag.where == "half cycle 2"
    with patch.object(s, "healed", lambda *_: [Fake(before=0.0, after=11.0, share=-1e-4)]):
        assert s._healed(cell(), 0.5)[0].message.startswith("R drops to 0% at ")
    with patch.object(s, "healed", lambda *_: []):
        assert s._healed(cell(), 0.5) == []


@pytest.mark.parametrize(("step", "missing"), [(s.GAP + 0.1, True), (s.GAP, False)])
@pytest.mark.parametrize("rest", [False, True])
def test_rows_are_missing_where_a_step_under_current_is_many_usual_ones(step, missing, rest):
    """A step of a rest may be longer: the fourth row is of one, or of the half cycle."""
    t = np.cumsum([0.0, 1, 1, 1, step, 1, 1, 1])
    rows = Segments(A([0, 5]) if rest else A([0]), A([3, 8]) if rest else A([8]), A([1, -1]) if rest else A([1]))
    found = Fake(trace=Fake(t=t), halves=Fake(rows=rows))
    with patch.object(s, "_skipped", lambda _: []):
        flags = s._missing(found)
    assert [flag.where for flag in flags] == (["t = 3 s"] if missing and not rest else [])


def test_a_lifetime_lies_between_the_rows_around_the_drop_and_the_start():
    """The current starts between 0 and 100 s; the drop lies between 3700 and 7300 s, in the second half cycle."""
    halves = Fake(rows=Segments(A([1]), A([4]), A([1])), end=A([3800.0, 7500.0]), begin=A([100.0, 4000.0]))
    found = Fake(trace=Fake(t=A([0.0, 100.0, 200.0]), data=Fake(clock_step=0.0)), halves=halves)
    life = s._lifetime(found, Fake(before=3700.0, after=7300.0, share=0.4))
    assert (life.interval.low, life.interval.high) == pytest.approx((1.0, 7300 / 3600))
    assert life.value == pytest.approx((1 + 7300 / 3600) / 2)
    assert life.uncertainty == pytest.approx((7300 / 3600 - 1) / 2 / 3**0.5)
    assert life.note == "in half cycle 2, R falls to 40%"
    # After a dead short -1 µV may be read: R is 0 then, not below.
    assert s._lifetime(found, Fake(before=3700.0, after=7300.0, share=-1e-4)).note.endswith("R falls to 0%")
    # A clock that stands at both edges: the time is that of two rows, and nothing is open.
    twice = Fake(trace=Fake(t=A([100.0, 100.0, 200.0]), data=Fake(clock_step=0.0)), halves=halves)
    at_once = s._lifetime(twice, Fake(before=3700.0, after=3700.0, share=0.4))
    assert (at_once.value, at_once.uncertainty, at_once.interval.low, at_once.interval.high) == (
        1.0,
        None,
        1.0,
        1.0,
    )
    alive = s._lifetime(found, None)
    assert (alive.censoring, alive.interval.low) == ("right", pytest.approx(7400 / 3600))
    halves.rows = Segments(A([0]), A([4]), A([1]))
    assert s._first_current(found) == (-100.0, 0.0)


def test_the_median_of_half_cycles_that_drift_is_known_as_its_middle_one():
    """Second differences of ±1 in turns are ±4; their robust scatter over √6 is the noise."""
    noise = 4 / 0.67449 / 6**0.5
    rattle = (-1.0) ** np.arange(100)
    assert s._error_of_median(rattle) == pytest.approx(noise * min(2 / noise, 1.0), rel=1e-4)
    assert s._error_of_median(0.01 * np.arange(100.0)) == pytest.approx(0.0, abs=1e-12)
    both = s._both_ways(Fake(halves=Fake(sign=A([1, -1, 1, -1]))), A([1.0, 5, 1, 5]), slice(0, 4))
    assert both == (3.0, 0.0)
    assert s._both_ways(Fake(halves=Fake(sign=A([1, 1, 1]))), A([2.0, 2, 9]), slice(0, 2)) == (2.0, 0.0)


# -- shares of ranges --------------------------------------------------------------------------


def test_shares_of_ranges_are_of_the_charge_of_the_whole_half_cycle():
    """In two ranges and one that is not known: 1, 2 and 0 h, of 2, 6 and 2 mA·h; ± 0.1 and 0.2 mA, 1 %."""
    found = RangeShares(
        ("a", "b"), A([0.1, 0.2, 0.0]), 0.01, A([[1.0, 2, 0], [1, 0, 0]]), A([[2.0, 6, 2], [4, 0, 0]])
    )
    assert found.offset == pytest.approx(A([[0.01, 0.04, 0.0], [0.025, 0, 0]]))
    assert found.scale == pytest.approx(0.01 * A([[0.2, 0.6, 0.2], [1, 0, 0]]))
    assert found.used(A([1])).tolist() == [True, False, False]
    assert found.used(A([0, 1])).tolist() == [True, True, True]
    total = found.summed(A([True, True]), A([1, 1]), 2)
    assert total.hours.tolist() == [[0, 0, 0], [2, 2, 0]]
    assert found.summed(A([False, True]), A([0, 0]), 1).charge.tolist() == [[4, 0, 0]]
