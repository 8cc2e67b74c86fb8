"""Counting the charge of pulses, their table, what is said of a file and what is drawn: a few rows, by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.figure import Figure

from echub.plugin import Component, Flag, Interval, Measurand, Outcome, Series
from echub.science import RANGE_ACCURACY
from echub.segments import Segments
from echub_pulsed_stripping.data.accuracy import CurrentAccuracy
from echub_pulsed_stripping.figure import plateau, pulsed_stripping
from echub_pulsed_stripping.method import capacity as c
from echub_pulsed_stripping.method import table
from echub_pulsed_stripping.outcome import diagnostics, flags, results
from echub_pulsed_stripping.outcome import pulsed_stripping as pulsed
from tests.messages.saying import Fake

A, NAN = np.array, np.nan
HOUR = 3600.0


def cut(*spans):
    start, stop = A(spans).T
    return Segments(start, stop, np.ones(len(spans), np.int8))


def rows(j, pulses, *, u=None, end="file", charges=None, step=1.0, offset=0):
    """Return rows an hour apart."""
    n = len(j)
    u = np.zeros(n) if u is None else A(u, float)
    given = {name: A(values, float) for name, values in (charges or {}).items()}
    return c.Rows(step * HOUR * np.arange(n), A(j, float), u, given, cut(*pulses), offset, end)


# -- where the rows end ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bracket", "share", "spread"), [((0.5, 1.0), 0.75, 0.5), ((0.0, 1.0), 0.5, 1.0), ((1.0, 1.0), 1.0, 0.0)]
)
def test_rows_end_in_the_middle_of_where_the_voltage_crossed(bracket, share, spread):
    """U goes from 1 to 3 V within two hours of 0.5 mA; the charge of the step is taken by its part."""
    whole = rows([0, 1, 1, 0.5, 1, 0, 1], [(1, 5), (6, 7)], u=[0, 1, 1, 3, 4, 0, 0], step=2.0,
                 charges={"charge_increment": [0, 1, 2, 4, 8, 0, 1],
                          "charge": [0, 1, 3, 7, 15, 15, 16]})  # fmt: skip
    found = c._until(whole, 3, bracket, "cut_off")
    assert found.t.tolist() == [0, 2 * HOUR, 4 * HOUR, (4 + 2 * share) * HOUR]
    assert found.u.tolist() == [0, 1, 1, 1 + 2 * share]
    assert found.j.tolist() == [0, 1, 1, 0.5]
    assert found.charges["charge_increment"].tolist() == [0, 1, 2, 4 * share]
    assert found.charges["charge"].tolist() == [0, 1, 3, 3 + 4 * share]
    assert [*zip(found.pulses.start, found.pulses.stop, strict=True)] == [(1, 4)]
    assert (found.end, found.offset) == ("cut_off", 0)
    assert found.spread == pytest.approx(0.5 * 2 * spread / 12**0.5)
    assert (whole.t[3], whole.u[3], whole.charges["charge"][3]) == (6 * HOUR, 3, 7)


def limited(j, u, *, commanded=True, height=1.0):
    """Return the first row at the limit: pulses of 1 mA from row 1 on, whose rests are the last rows of u."""
    found = rows(j, [(1, len(j))], u=u, offset=2)
    setpoint = np.r_[9.0, 9.0, 0.0, np.ones(len(j) - 1)] if commanded else None
    train = Fake(set_point=setpoint, level=A([9.0, 0.9, 1.0, 1.4, 9.0]), height=height)
    return c._limited(train, found, slice(1, 4))


@pytest.mark.parametrize("commanded", [True, False])
@pytest.mark.parametrize(
    ("j", "u", "at"),
    [
        ([0, 1, 1, 0.97, 0.9, 0.8], [0, 0.5, 2, 2, 2, 2], 3),
        ([0, 1, 1, 0.99, 0.9, 0.8], [0, 0.5, 2, 2, 2, 2], None),  # two rows may be an edge
        ([0, 1, 1, 0.99, 0.9, 0.8, 0.7], [0, 0.5, 2, 2, 2, 2, 2], 4),  # a current within its accuracy is held
        ([0, 1, 1, 0.97, 0.9, 0.8], [0, 0.5, 2, 1.99, 0.99 * 2, 2], 3),  # flat within a hundredth
        ([0, 1, 1, 0.97, 0.9, 0.8], [0, 0.5, 2, 1.97, 1.99, 2], None),
        ([0, 1, 1, 0.97, 0.9, 0.8], [0, 0.1, 0.5, 0.5, 0.5, 0.5], 3),  # limits are volts
        ([0, 1, 1, 0.97, 0.9, 0.8], [0, 0.1, 0.49, 0.49, 0.49, 0.49], None),
    ],
)
def test_a_limit_is_a_flat_voltage_with_less_than_the_commanded_current_in_three_rows(j, u, at, commanded):
    assert limited(j, u, commanded=commanded) == at


def test_a_current_that_was_not_asked_for_is_no_limit():
    """Half of the height of the pulses is commanded at least."""
    assert limited([0, 1, 1, 0.5, 0.5, 0.5], [0, 0.5, 2, 2, 2, 2], height=1.99) == 3
    assert limited([0, 1, 1, 0.5, 0.5, 0.5], [0, 0.5, 2, 2, 2, 2], height=2.0) is None


# -- ways of counting ------------------------------------------------------------------------------

PULSED = [0, 1, 1, 0, 0, 1, 1, 1, 0, 0]
SPANS = [(1, 3), (5, 8)]
GROWN = [5.0, 0.5, 1, 0.5, 0.01, 0.5, 1, 1, 0.5, 0.02]
"""Increments in mA·h, each since the row before; edges lie in the middle, and a little flows at rest."""


def by_instrument(numbers=range(40, 50), **charges):
    given = rows(PULSED, SPANS, charges=charges, offset=3)
    found = c._by_instrument(Fake(data=Fake(row=A([0, 0, 0, *numbers, 99]))), given)
    return [(way.name, way.each.tolist(), pytest.approx(way.at_rest), way.own, way.deciding) for way in found]


def test_the_charge_up_to_the_first_row_of_rest_is_of_the_pulse_and_the_rest_of_it_at_rest():
    """What was before the first row does not count."""
    running = np.cumsum(GROWN)
    increments = ("charge_increment", pytest.approx([2.0, 3.0]), 0.03, 0.0)
    charge = ("charge", pytest.approx([2.0, 3.0]), 0.03, 0.0)
    assert by_instrument(charge_increment=GROWN) == [(*increments, True)]
    assert by_instrument(charge=running) == [(*charge, True)]
    both = {"charge_increment": GROWN, "charge": running}
    assert by_instrument(**both) == [(*increments, True), (*charge, True)]
    # Increments of a file that lacks a row do not decide, and come after what does.
    lost = [*range(40, 45), *range(46, 51)]
    assert by_instrument(lost, **both) == [(*charge, True), (*increments, False)]
    assert by_instrument(lost, charge_increment=GROWN) == [(*increments, False)]
    # A counter that stands still, or counts the other way, decides nothing.
    still, back = 0 * A(GROWN), -A(GROWN)
    assert by_instrument(charge_increment=still, charge=running) == [
        (*charge, True), ("charge_increment", [0, 0], 0.0, 0.0, False),
    ]  # fmt: skip
    assert by_instrument(charge=np.cumsum(back)) == [("charge", pytest.approx([-2.0, -3.0]), -0.03, 0.0, False)]


@pytest.mark.parametrize(("after", "rests"), [(0.0, 1), (-0.049, 1), (-0.05, 0)])
def test_a_pulse_after_which_the_current_turns_ends_with_its_last_row(after, rests):
    given = rows([0, 1, 1, after, 0, 1, 1], [(1, 3), (5, 7)])
    assert c._rest_follows(given).tolist() == [rests, 0]
    assert c._rest_follows(rows([0, 1, 1, after], [(1, 3)])).tolist() == [rests]


def test_integrals_lose_the_edges_each_in_its_way():
    """The on-samples alone, with both rows beside them, and each row held until the next."""
    found = {way.name: (way.each.tolist(), way.deciding) for way in c._integrated(rows(PULSED, SPANS))}
    assert found == {
        "trapezoid": ([2.0, 3.0], False), "left hold": ([2.0, 3.0], False), "on-samples": ([1.0, 2.0], False),
    }  # fmt: skip
    ends = {way.name: way.each.tolist() for way in c._integrated(rows([0, 1, 1], [(1, 3)]))}
    assert ends == {"trapezoid": [1.5], "left hold": [1.0], "on-samples": [1.0]}


def test_a_running_charge_that_stands_still_is_read_in_digits():
    """It climbs by 3 or 6 in steps of 3, with four rows in each pulse: two digits of 3, each uniform."""
    counted = A([0.0, 0, 3, 3, 6, 6, 6, 12, 12, 12])
    pulses = Segments(A([1, 6]), A([5, 10]), A([1, 1]))
    train = Fake(pulses=pulses, t=np.arange(10.0), data={c.CHARGES["charge"]: counted})
    assert pulsed._by_digit(train, "charge") == pytest.approx(3 * np.sqrt(2 / 12))
    moving = Fake(pulses=pulses, t=np.arange(10.0), data={c.CHARGES["charge"]: np.arange(10.0)})
    assert pulsed._by_digit(moving, "charge") == 0, "its steps are what flows from row to row"
    assert pulsed._by_digit(train, "charge_step") == 0


@pytest.mark.parametrize(("marked", "slips", "own"), [(False, 0, 4.0), (False, 3, 2.0), (True, 3, 4.0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_level_and_edges_err_alike_unless_the_rows_slip(marked, slips, own, sign):
    """± 0.5 h · √3 at each of four edges of 2 mA are one rectangle of ± 4 mA·h · √3; three slips halve it."""
    within = HOUR * A([0.5, 0.5]) * 3**0.5
    found = Fake(begin=HOUR * A([1.0, 5.0]), begin_within=within, end_within=within, duration=HOUR * A([2.0, 3.0]))
    train = Fake(
        level=A([9.0, 2.0, 2.0, 9.0]), data=Fake(is_averaged=lambda _: False, clock_step=7.0), set_point=None,
        sign=sign, threshold=Fake(level=0.1 * sign),
    )  # fmt: skip
    given = rows(PULSED, SPANS)
    with (
        patch.object(c, "edges", lambda t, pulses, averaged, clock: found if clock == 7 else None),
        patch.object(c, "_are_marked", lambda *_: marked),
        patch.object(c, "_phase_slips", lambda _: slips),
        patch.object(c, "_by_instrument", lambda *_: ["instrument"]),
        patch.object(c, "_integrated", lambda _: ["integrals"]),
    ):
        first, way, last = c.counted(train, Fake(first=1), given)
        assert (first, last) == ("instrument", "integrals")
        assert (way.name, way.each.tolist(), way.deciding) == ("measured level and edges", [4.0, 6.0], True)
        assert way.own == pytest.approx(own)
        # From the first edge to the last row 8 h pass, of which the pulses take 5: 0.1 mA for 3 h.
        assert way.at_rest == pytest.approx(0.3)
        train.set_point = A([1.0])
        assert c.counted(train, Fake(first=1), given)[1].name == "commanded level and edges"
    assert way.total == 10.0


# -- the table of pulses ---------------------------------------------------------------------------


def test_a_jump_is_told_where_rows_around_the_edge_are_close():
    """A tenth of the usual pulse of 2 s at most between them, and a row before it."""
    train = Fake(u=A([1.0, 1.5, 1.0, 1.7, 1.0, 1.9]), pulses=cut((0, 2), (3, 4), (5, 6)),
                 edges=Fake(begin_within=A([0.0, 0.1, 0.101]), duration=A([2.0, 2, 9])))  # fmt: skip
    assert table.jumps(train) == pytest.approx([NAN, 0.7, NAN], nan_ok=True)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_rise_in_the_gap_of_an_edge_is_that_of_the_first_two_rows(sign):
    train = Fake(u=sign * A([0.0, 1.0, 1.2, 5.0]), t=A([0.0, 1, 3, 4]), pulses=cut((1, 3), (3, 4)),
                 edges=Fake(begin_within=A([0.25, 0.5])))  # fmt: skip
    assert table.rise_in_gap(train, 0) == pytest.approx(0.2 / 2 * 0.5)
    assert table.rise_in_gap(train, 1) == 0.0


def relaxing(*rests, noise=0.0):
    """Return the relaxation times of rests: a row each second, from a start to an end within a time."""
    u, spans = [], []
    for start, end, tau, count in rests:
        u += [7.0, *(end + (start - end) * np.exp(-np.arange(count) / tau))]
        spans.append((len(u) - count, len(u)))
    train = Fake(t=np.arange(float(len(u))), u=A(u), rests=cut(*spans), noise=noise)
    return table.relaxation(train)


def test_a_relaxation_time_is_that_of_an_exponential_though_the_rest_ends():
    """Rests of three times and of ten, up and down; the way to its end is corrected for what is left."""
    found = relaxing((0.3, 0.1, 10.0, 36), (0.1, 0.3, 10.0, 101), (0.3, 0.1, 2.0, 21))
    assert found == pytest.approx([10.0, 10.0, 2.0], rel=0.02)
    assert np.isnan(relaxing((0.3, 0.1, 10.0, 29))).all()
    assert np.isfinite(relaxing((0.3, 0.1, 10.0, 32))).all()


def test_a_relaxation_has_five_rows_and_is_beyond_the_noise():
    assert np.isfinite(relaxing((0.3, 0.1, 1.0, 5), (0.3, 0.1, 1.0, 4))).tolist() == [True, False]
    way = 0.2 * (1 - np.exp(-40 / 5))
    assert np.isfinite(relaxing((0.3, 0.1, 5.0, 41), noise=0.99 * way / 5)).all()
    assert np.isnan(relaxing((0.3, 0.1, 5.0, 41), noise=1.01 * way / 5)).all()


def test_pulses_of_all_blocks_are_one_table_and_the_last_one_ends_with_its_rows():
    """Of the first block two of three pulses count, the second up to the cut-off after half of its time."""
    n = 5
    train = Fake(
        edges=Fake(begin=10.0 * np.arange(n), duration=np.full(n, 4.0)), level=A([1.0, 2, 3, 4, 5]), sign=-1,
        pulses=Fake(last=lambda u: u + 0.5, first=lambda u: u - 0.5), u=np.arange(5.0), unit="mA/cm^2",
        rest=A([6.0, 7, 8, 9, NAN]), rests=Fake(last=lambda u: u + 0.25),
    )  # fmt: skip
    blocks = [Fake(number=1, first=0), Fake(number=2, first=3)]
    ended = [
        Fake(pulses=[0, 1], end="cut_off", t=[0.0, 12.0], u=[0.0, 3.0]),
        Fake(pulses=[0, 1], end="file", t=[99.0]),
    ]
    with patch.object(table, "jumps", lambda _: np.arange(5.0) / 10):
        found = table.pulse_table(train, blocks, ended, [A([0.1, 0.2]), A([0.3, 0.4])], np.arange(5.0) * 2)
    assert {name: (series.values, series.unit) for name, series in found.items()} == {
        "pulse": ((1, 2, 4, 5), ""), "block": ((1, 1, 2, 2), ""), "start": ((0, 10, 30, 40), "s"),
        "duration": ((4, 2, 4, 4), "s"), "j": ((-1, -2, -4, -5), "mA/cm^2"),
        "U_start": ((-0.5, 0.5, 2.5, 3.5), "V"), "U_end": ((0.5, 3, 3.5, 4.5), "V"),
        "U_jump": ((0, 0.1, 0.3, 0.4), "V"), "rest": ((6, 7, 9, None), "s"),
        "U_rest_end": ((0.25, 1.25, 3.25, 4.25), "V"), "relaxation": ((0, 2, 6, 8), "s"),
        "charge": ((0.1, 0.2, 0.3, 0.4), "mA*h/cm^2"),
    }  # fmt: skip


# -- what is said ----------------------------------------------------------------------------------


def filed(
    *,
    blocks=1,
    block=0,
    uneven=False,
    widest=0.1,
    rest=1.0,
    known=True,
    there=(),
    observed="voltage",
    unit="mA/cm^2",
    times=None,
    commanded=True,
):
    data = Fake(items=there, how=lambda name: f"as {name}", meta=lambda _: None)
    train = Fake(
        rest=A([rest, rest, NAN]), rest_steps=A([widest, widest, 99.0]), data=data, observed=observed, unit=unit,
        times_set_point=times, set_point=A([1.0]) if commanded else None,
    )  # fmt: skip
    with (
        patch.object(flags, "uneven_rests", lambda _: uneven),
        patch.object(flags, "charge_needs", lambda _: {"charge": "Q"} if known else {}),
    ):
        return [
            (one.code, one.message, one.severity, one.where, one.hint)
            for one in flags.file_flags(train, blocks, Fake(block=block))
        ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"blocks": 3}, [("several-blocks", "the file holds 3 blocks of different rests, levels or platings: none "
                          "is its capacity alone", "warning", "table blocks", "--param block=1")]),
        ({"blocks": 3, "block": 2}, []),
        ({"uneven": True}, [("uneven-rests", "the rests change from pulse to pulse, 1 to 1 s: the capacity is "
                             "that of none", "warning", "as j", "")]),
        # Rows as far apart as a fifth of the rest do; without a rest nothing is said of it.
        ({"widest": 0.2}, []),
        ({"widest": 0.21}, [("coarse-rest", "rows in the rests of 1 s are up to 0.21 s apart", "warning", "",
                             "")]),
        ({"widest": 9.0, "rest": NAN}, []),
        ({"known": False}, [("no-charge-column", "the instrument's charge column is not there: commanded level "
                             "and edges decide", "info", "", "")]),
        ({"known": False, "there": {"Q": A([1.0, 2.0])}}, [
            ("no-charge-column", "the instrument's charge column is in mA·h while the current is per area: "
             "commanded level and edges decide", "info", "", "")]),
        ({"known": False, "there": {"Q": A([1.0, NAN])}}, [
            ("no-charge-column", "the instrument's charge column has empty cells: commanded level and edges "
             "decide",
             "info", "", "")]),
        ({"known": False, "commanded": False}, [
            ("no-charge-column", "the instrument's charge column is not there: measured level and edges decide",
             "info", "", "")]),
        ({"times": 1000.0}, []),  # within the limits, as the set point is there
        ({"times": 1000.0, "commanded": False}, [
            ("set-point-contradicted", "the current is 1e+03 times its set point in the pulses: that is left out",
             "warning", "as j_set", "correct the unit or the sign of the column that is wrong")]),
        ({"observed": "potential_we"}, [("one-electrode", "the cut-off is read from potential_we against a "
                                         "reference that is not stated, not across the cell", "info", "", "")]),
        ({"unit": "mA"}, [("no-area", "no area is stated: a charge, not a capacity", "info", "",
                           '--set cell.area="0.385 cm^2"')]),
    ],
)  # fmt: skip
def test_what_concerns_the_whole_file_is_said(given, said):
    assert filed(**given) == said


@pytest.mark.parametrize("reached", [True, False])
@pytest.mark.parametrize("unit", ["mA*h", "mA*h/cm^2"])
def test_a_capacity_has_its_parts_and_is_a_lower_bound_before_the_cut_off(unit, reached):
    """Of 10: 0.3 and 0.4 by the rows, 3 % of the current uniform, 2 % of the area where it is per area."""
    parts = {"rows around the crossing": 0.3, "nothing": 0.0, "edges between rows": 0.4}
    found = results.capacity(unit, 10.0, parts, Fake(area_uncertainty=2.0), CurrentAccuracy(0.03, ("1 mA",)),
                             reached=reached, note="n")  # fmt: skip
    expected = [Component("rows around the crossing", 0.3, "B"), Component("edges between rows", 0.4, "B"),
                Component(RANGE_ACCURACY, 0.3 / 3**0.5, "B", "current")]  # fmt: skip
    expected += [Component("area", 0.2, "B", "area")] if unit != "mA*h" else []
    assert [(one.name, one.kind, one.group) for one in found.components] == [
        (one.name, one.kind, one.group) for one in expected
    ]
    sizes = [one.uncertainty for one in expected]
    assert [one.uncertainty for one in found.components] == pytest.approx(sizes)
    u = float(np.linalg.norm(sizes))
    assert (found.unit, found.uncertainty, found.note) == (unit, pytest.approx(u), "n")
    assert found.quantity == ("charge" if unit == "mA*h" else "areal_charge")
    if reached:
        assert (found.value, found.interval.level, found.interval.method) == (
            10.0,
            0.95,
            "components in quadrature",
        )
        assert (found.interval.low, found.interval.high) == pytest.approx((10 - 1.959964 * u, 10 + 1.959964 * u))
    else:
        assert (found.value, found.censoring) == (None, "right")
        assert found.interval == Interval(10.0, None, "bracketing", includes_low=False)
    assert results.name_of(unit) == ("stripping_charge" if unit == "mA*h" else "stripping_capacity")


def test_a_capacity_that_is_hardly_known_does_not_reach_below_zero():
    found = results.capacity(
        "mA*h", 1.0, {"x": 9.0}, Fake(area_uncertainty=0.0), CurrentAccuracy(0.0), reached=True, note=""
    )
    assert (found.interval.low, [one.name for one in found.components]) == (0.0, ["x"])


# -- what is drawn ---------------------------------------------------------------------------------


def test_the_picture_shows_the_middle_pulse_with_a_third_before_and_five_times_its_length_after():
    """Pulses of 2 s every 20 s, a row each half second; three of four pulses count: the second of them."""
    t = np.arange(0.0, 120.0, 0.5)
    begin = 20.0 * np.arange(6)
    train = Fake(
        t=t, u=t / 100, j=np.ones(len(t)), unit="mA/cm^2", level=np.full(6, 1.8), rest=A([18.0] * 5 + [NAN]),
        edges=Fake(begin=begin, end=begin + 2, duration=np.full(6, 2.0)),
        pulses=Fake(last=lambda u: 10.0 * np.arange(6)),
    )  # fmt: skip
    blocks = {"capacity": Series.of([1.0], "mA*h/cm^2")}
    given = Fake(pulses=range(3), t=[0.0, 77.0])
    found = diagnostics.picture(train, Fake(first=1, last=4), given, Fake(cut_off=3.0), blocks)
    shown = found["pulse_t"].array()
    assert (shown[0], shown[-1]) == (-0.5, 11.5)  # after 0.6 s before, and before 2 and five times 2 s
    assert found["pulse_U"].array() == pytest.approx((shown + 40) / 100)
    rest = {
        name: (found[name].values, found[name].unit)
        for name in ("pulse_number", "charge", "U_end", "cut_off", "end")
    }
    assert rest == {
        "pulse_number": ((3,), ""), "charge": (pytest.approx((0.001, 0.002, 0.003)), "mA*h/cm^2"),
        "U_end": ((10.0, 20.0, 30.0), "V"), "cut_off": ((3.0,), "V"), "end": ((77.0,), "s"),
    }  # fmt: skip
    assert [found[name].unit for name in ("t", "U_low", "U_high", "j_low", "j_high", "pulse_t", "pulse_U")] == [
        "s", "V", "V", "mA/cm^2", "mA/cm^2", "s", "V",
    ]  # fmt: skip
    # A short rest ends before that; one that is not known is as long as the pulse.
    train.rest = A([18.0, 18, 3, 18, 18, NAN])
    assert (
        diagnostics.picture(train, Fake(first=1, last=4), given, Fake(cut_off=3.0), blocks)["pulse_t"].values[-1]
        == 4.5
    )
    train.rest = np.full(6, NAN)
    assert (
        diagnostics.picture(train, Fake(first=1, last=4), given, Fake(cut_off=3.0), blocks)["pulse_t"].values[-1]
        == 3.5
    )


def points(rest=(0.1, 1.0, 10.0, 100.0), bound=(False, False, True, True), used=(True, False, True, False)):
    given = {"rest": rest, "value": [1.0, 2, 3, 4], "u": [0.1, 0.2, NAN, NAN], "bound": bound, "used": used}
    return {name: A(values) for name, values in given.items()}


def test_capacities_stand_with_their_bars_bounds_as_arrows_and_what_is_left_out_hollow():
    axis = Figure().subplots()
    pulsed_stripping.capacity_against_rest(axis, points(), "mA*h/cm^2")
    drawn = []
    for one in axis.containers:
        line, (segment,) = one.lines[0], one.lines[2][0].get_segments()
        hollow = line.get_markerfacecolor() == "white"
        drawn.append((one.get_label(), line.get_marker(), hollow, line.get_xdata()[0], segment[:, 1].tolist()))
    assert drawn == [
        ("reached the cut-off", "o", False, 0.1, pytest.approx([1 - 0.196, 1 + 0.196])),
        ("reached the cut-off, left out", "o", True, 1.0, pytest.approx([2 - 0.392, 2 + 0.392])),
        ("more than", "^", False, 10.0, [3, 3]),
        ("more than, left out", "^", True, 100.0, [4, 4]),
    ]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == [label for label, *_ in drawn]
    assert (axis.get_xscale(), axis.get_xlabel(), axis.get_ylabel()) == ("log", "rest / s", "capacity / mA·h/cm²")
    assert (axis.get_ylim()[0], [*axis.get_xticks()]) == (0, [0.1, 1, 10, 100])
    plain = Figure().subplots()
    pulsed_stripping.capacity_against_rest(plain, points(bound=(False,) * 4, used=(True,) * 4), "mA*h")
    assert (plain.get_ylabel(), len(plain.containers)) == ("charge / mA·h", 1)


@pytest.mark.parametrize(("count", "numbers"), [(8, True), (9, False)])
def test_eight_rests_stand_as_numbers_on_the_axis(count, numbers):
    rest = 1.0 + np.arange(count)
    given = {"rest": rest, "value": rest, "u": rest, "bound": rest < 0, "used": rest > 0}
    axis = Figure().subplots()
    pulsed_stripping.capacity_against_rest(axis, given, "mA*h")
    assert ([*axis.get_xticks()] == [*rest]) == numbers


def test_a_block_without_a_rest_leaves_the_axis_of_the_others_alone():
    """A block of one pulse has none, and no place on it."""
    axes = [Figure().subplots() for _ in range(2)]
    for axis, rests in zip(axes, [(0.1, 1.0, 10.0, NAN), (0.1, 1.0, 10.0, 1.0)], strict=True):
        pulsed_stripping.capacity_against_rest(axis, points(rest=rests), "mA*h")
    assert [[*axis.get_xticks()] for axis in axes] == [[0.1, 1, 10]] * 2
    assert axes[0].get_xlim() == axes[1].get_xlim()


def test_blocks_without_a_value_are_drawn_as_bounds():
    blocks = {
        "rest": Series.of([1.0, 2.0]), "capacity": Series.of([5.0, None]), "more_than": Series.of([None, 7.0]),
        "uncertainty": Series.of([0.5, 0.7]), "before": Series.of(["start", "stripped"]),
    }  # fmt: skip
    found = {name: values.tolist() for name, values in pulsed_stripping._points(blocks).items()}
    assert found == {
        "rest": [1, 2], "value": [5, 7], "u": pytest.approx([0.5, NAN], nan_ok=True), "bound": [False, True],
        "used": [True, False],
    }  # fmt: skip
    blocks["before"] = Series.of(["plated", "partly plated"])
    assert pulsed_stripping._points(blocks)["used"].tolist() == [True, False]


def test_a_plateau_is_a_band_over_its_rests_with_its_numbers_in_the_title():
    shown = {"rest": Series.of([1.0, 10.0, 100.0]), "value": Series.of([1.0, 2, 2], "mA*h"),
             "u": Series.of([0.1] * 3), "bound": Series.of([False] * 3), "used": Series.of([True] * 3),
             "plateau": Series.of([2.0, 1.5, 2.5]),
             "plateau_rests": Series.of([100.0, 10.0])}  # fmt: skip
    figure = Figure()
    plateau.draw(Outcome({}, diagnostics=shown, label="x"), figure)
    (axis,) = figure.axes
    assert ([*axis.lines[-1].get_xdata()], [*axis.lines[-1].get_ydata()]) == ([10, 100], [2, 2])
    corners = {tuple(one) for one in axis.collections[-1].get_paths()[0].vertices.tolist()}
    assert corners == {(10, 1.5), (10, 2.5), (100, 1.5), (100, 2.5)}
    assert figure.get_suptitle() == "x  ·  plateau 2 [1.5, 2.5] mA·h"
    shown["plateau"] = Series.of([])
    figure = Figure()
    plateau.draw(Outcome({}, diagnostics=shown, label="x"), figure)
    assert (figure.get_suptitle(), len(figure.axes[0].containers)) == ("x", 1)


@pytest.mark.parametrize(
    ("measurands", "said"),
    [
        ({"stripping_charge": Measurand("mA*h", 5.0, 0.5)}, "5.00 ± 0.50 mA·h"),
        ({"stripping_capacity": Measurand("mA*h/cm^2", 5.0, 0.5)}, "5.00 ± 0.50 mA·h/cm²"),
        ({"stripping_capacity": Measurand.more_than("mA*h/cm^2", 5.0)}, "> 5 mA·h/cm²"),
        ({}, "2 blocks"),
        ({"stripping_capacity": Measurand("mA*h/cm^2")}, "2 blocks"),
    ],
)
def test_the_heading_is_the_capacity_or_how_many_blocks_there_are(measurands, said):
    outcome = Outcome(measurands, tables={"blocks": {"rest": Series.of([1.0, 2.0])}})
    assert pulsed_stripping._headline(outcome) == said


def test_a_refused_series_shows_its_trace_and_what_is_no_mere_information():
    shown = {
        "t": Series.of([0.0, 60.0, 120.0]),
        "U_low": Series.of([1.0, 2, 3]),
        "U_high": Series.of([1.5, 2.5, 3.5]),
    }
    said = (Flag("no-rests", "why", "refusal"), Flag("a", "b", "info"), Flag("c", "d"))
    figure = Figure()
    pulsed_stripping.draw(Outcome({}, said, diagnostics=shown, label="x"), figure)
    (axis,) = figure.axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("t / s", "U / V")
    assert figure.get_suptitle() == "x  ·  refused\nno-rests: why\nc: d"
    line = axis.lines[0]
    assert (min(line.get_ydata()), max(line.get_ydata()), max(line.get_xdata())) == (1.0, 3.5, 120)
