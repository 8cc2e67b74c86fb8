"""What cycles say, of a few that are written by hand: efficiencies, programmes, parts of an uncertainty."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

import echub
from echub.plugin import Component, Measurand, Outcome, Refusal
from echub_cycling.outcome import cycling, lifetimes, measured
from echub_cycling.outcome.measured import CyclesFound
from echub_cycling.outcome.values import ErrorBudget, drawn, measurand
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


def test_an_energy_efficiency_is_known_where_one_direction_takes_energy_and_the_other_gives_it():
    cycles = Fake(charge_energy=A([2.0, 2.0, -2.0, 2.0, 0.0]), discharge_energy=A([1.0, 0.0, -1.0, -1.0, 1.0]))
    found = CyclesFound.energy_efficiency.fget(Fake(cycles=cycles))
    assert found.tolist() == pytest.approx([50, NAN, 50, NAN, np.inf], nan_ok=True)


@pytest.mark.parametrize(
    ("charge", "discharge", "programmed"),
    [
        ([1000, 1000, 1000], [1000, 1000, 1000], True),
        # Half of the cycles give back all but a thousandth; then all but less.
        ([1000, 1000, 1000], [999, 999, 999], False),
        ([1000, 1000, 1000], [999.5, 999.5, 999.5], True),
        ([1000, 1000, 1000], [999.5, 999.5, 990], False),
        # And from cycle to cycle the same.
        ([1000, 1000, 1001], [1000, 1000, 1001], False),
        ([1000, 1000, 1000.5], [1000, 1000, 1000.5], True),
        ([1000, 1000, 1000], [1000, 1000, 999], False),
    ],
)
def test_a_programme_makes_charges_equal_to_less_than_a_thousandth(charge, discharge, programmed):
    """The first cycle is not complete, and as large as it likes."""
    cycles = Fake(charge=A([7.0, *charge]), discharge=A([3.0, *discharge]))
    assert CyclesFound.is_programmed(Fake(whole=A([1, 2, 3]), cycles=cycles)) == programmed


@pytest.mark.parametrize("symmetric", [True, False, None])
def test_of_one_cycle_a_symmetric_cell_is_programmed(symmetric):
    data = Fake(meta={"cell.symmetric": symmetric}.get)
    assert CyclesFound.is_programmed(Fake(whole=A([1]), trace=Fake(data=data))) == bool(symmetric)


@pytest.mark.parametrize(("lowest", "known"), [(1e-6, True), (0.0, False), (-0.1, False)])
@pytest.mark.parametrize("half", ["charge", "discharge"])
@pytest.mark.parametrize("whole", [[0, 1, 2], [1]])
def test_energy_is_given_back_if_every_voltage_is_above_zero(lowest, known, half, whole):
    """Of the later cycles; of the only one, if there are no others."""
    volts = {one: A([-9.0, lowest if one == half else 1.0, 1.0]) for one in ("charge", "discharge")}
    found = Fake(
        whole=A(whole), cycles=Fake(number=A([1, 2, 3])), voltage=volts.__getitem__, efficiency=A([97.0, 98, 99]),
        energy_efficiency=A([80.0, 81, 82]),
    )  # fmt: skip
    with patch.object(measured, "_median", lambda _, values, chosen, note, voltage=False: (
        values.tolist(), chosen.tolist(), note, voltage,
    )):  # fmt: skip
        got = measured._efficiencies(found)
    one = len(whole) == 1
    expected = {"first_efficiency": ([98.0], [1], "cycle 2", False) if one else ([97.0], [0], "cycle 1", False)}
    if not one:
        expected["coulombic_efficiency"] = (
            [98.0, 99.0], [1, 2], "median of 2 cycles after the first complete one", False,
        )  # fmt: skip
    if known:
        expected["energy_efficiency"] = (
            ([81.0], [1], "cycle 2", True) if one else ([81.0, 82.0], [1, 2], "median of 2 cycles", True)
        )
    assert got == expected


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("way", "part"), [("sampled current", 0.03), ("charge", 0.0), ("charge_step", 0.0)])
def test_what_is_read_at_rest_is_a_part_of_the_reference_current_unless_the_instrument_counts(sign, way, part):
    """0.02 mA of 2 mA, and half as much again for rests that take half of the time under current."""
    found = Fake(
        trace=Fake(counted=[Fake(name=way)], current="i", t="t"), params=Fake(current_accuracy=0.1), ranges="r",
        cycles=Fake(discharge_level=A([9.0, 2.0])), reference=1,
    )  # fmt: skip
    with (
        patch.object(measured, "offset_of", lambda *given: sign * 0.02 if given == ("i", 0.001, "r") else None),
        patch.object(measured, "rest_share", lambda *given: 2.0 if given == ("t", "i") else None),
    ):
        assert CyclesFound.offset.func(found) == pytest.approx(part)


@pytest.mark.parametrize(("halves", "refused"), [(1, True), (2, False)])
def test_a_first_look_asks_for_two_half_cycles_of_a_held_current(halves, refused, monkeypatch):
    asked = []
    found = Fake(items=range(halves), sign=A([-1] * halves), charge=A([0.25] * halves))
    trace = Fake(charge_unit="mA*h")
    monkeypatch.setattr(cycling, "trace_of", lambda *given: asked.append(given) or trace)
    monkeypatch.setattr(cycling, "halves_of", lambda given: found if given is trace else None)
    monkeypatch.setattr(cycling, "require_held", lambda *given: asked.append(given))
    if refused:
        with pytest.raises(Refusal) as one:
            cycling.look("data", Fake(rest=0.5))
        assert one.value.message == "the current is only cathodic, 0.25 mA·h: it never reverses"
    else:
        cycling.look("data", Fake(rest=0.5))
    assert asked == [("data", 0.5), (trace, found)]


# -- uncertainties -------------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", [NAN, np.inf])
def test_a_value_of_which_a_part_is_not_known_has_no_uncertainty(unknown):
    assert measurand("V", 2.0, ErrorBudget({"scatter": unknown, "noise": 0.1})) == Measurand("V", 2.0)
    assert measurand("V", 2.0, ErrorBudget({}, {"digit": (0.1, unknown)}), note="n") == Measurand(
        "V", 2.0, note="n"
    )
    assert measurand("V", 2.0, ErrorBudget({"scatter": 0.0}, {"digit": 0.0})) == Measurand("V", 2.0)


def test_parts_add_in_squares_and_a_uniform_one_may_be_several():
    found = measurand(
        "V", 2.0, ErrorBudget({"scatter": -3.0, "mass": 4.0, "none": 0.0}, {"digit": (3.0, 0.0, 4.0)})
    )
    assert found.components == (
        Component("scatter", 3.0, "A"),
        Component("mass", 4.0, "B", "mass"),
        Component("digit", pytest.approx(5 / 3**0.5), "B"),
    )
    assert found.uncertainty == pytest.approx((25 + 25 / 3) ** 0.5)
    half = found.interval.high - 2.0
    assert (found.interval.low, found.interval.level) == (pytest.approx(2.0 - half), 0.95)
    assert half == pytest.approx(1.96 * found.uncertainty, rel=0.01)


def test_every_part_is_added_to_what_is_drawn():
    """One standard deviation each: of the draws, of two normal parts, of a double uniform one and of another."""
    draws = np.random.default_rng(1).normal(0, 1.0, 20_000) + 50
    normal, uniform = {"scatter": 1.0, "noise": 1.0}, {"digit": (3**0.5, 3**0.5), "offset": 3**0.5}
    found = drawn("%", 50.0, "range", draws, ErrorBudget(normal, uniform), note="n")
    assert found.uncertainty == pytest.approx(6**0.5, rel=0.01)
    assert (found.interval.high - 50, 50 - found.interval.low) == pytest.approx([1.96 * 6**0.5] * 2, rel=0.03)
    kinds = {"scatter": "A", "noise": "A", "digit": "B", "offset": "B", "range": "B"}
    assert {one.name: one.kind for one in found.components} == kinds
    assert [one.uncertainty for one in found.components] == pytest.approx([1, 1, 2**0.5, 1, 1], rel=0.01)
    assert (found.note, found.interval.method) == ("n", "parts drawn and added (GUM)")
    # The value is in the interval, wherever the draws are.
    off = drawn("%", 60.0, "range", draws, ErrorBudget())
    assert (off.interval.low, off.interval.high, off.interval.level) == (pytest.approx(48.04, abs=0.1), 60.0, 0.95)


# -- lifetimes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "median"),
    [
        ([1, 1, 0, 0], 20.0),  # a half of the cells has dropped at 20 h
        ([1, 0, 0, 0], None),
        ([1, 1, 1, 0], 20.0),
        ([0, 0, 0, 0], None),
        ([1, 0, 1, 0], 30.0),  # of the two that were left at 30 h one dropped: 3/8 survive
        ([1, 0, 0, 1], 40.0),
    ],
)
def test_half_of_the_cells_have_dropped_at_the_median(failed, median):
    time = A([10.0, 20, 30, 40])
    times, survival, low, high = lifetimes._survival(time, A(failed, bool))
    found = lifetimes._median(times, survival, low, high, 40.0)
    if median is None:
        assert found == Measurand.more_than("h", 40.0, note="more than half of the cells survive")
    else:
        assert (found.value, found.unit, found.note) == (median, "h", "half of the cells have dropped")


def test_the_interval_of_a_median_is_where_the_band_is_at_a_half():
    """At a half itself too."""
    times, survival = A([1.0, 2, 3, 4]), A([0.9, 0.7, 0.5, 0.2])
    found = lifetimes._median(times, survival, A([0.6, 0.5, 0.3, 0.1]), A([0.9, 0.8, 0.7, 0.5]), 9.0)
    assert (found.value, found.interval.low, found.interval.high) == (3.0, 2.0, 4.0)
    found = lifetimes._median(times, survival, A([0.5, 0.4, 0.3, 0.1]), A([0.9, 0.8, 0.7, 0.51]), 9.0)
    assert (found.value, found.interval.low, found.interval.high) == (3.0, 1.0, None)
    assert (found.interval.level, found.interval.method) == (0.95, "Kaplan-Meier, log(-log)")


@pytest.mark.parametrize("hours", [3, 2])
def test_a_lifetime_in_days_is_not_taken_for_hours(hours):
    """Three cells of 10, 20 and 30 h, and one of 40 d; or two, which are too few."""
    given = [Outcome({"lifetime": Measurand("h", 10.0 * k)}, label=f"c{k}") for k in (1, 2, 3)[:hours]]
    given.append(Outcome({"lifetime": Measurand("d", 40.0)}, label="c4"))
    outcome = echub.analyze("cell-lifetimes", given)
    said = [(flag.code, flag.where) for flag in outcome.flags]
    code = "left-out" if hours == 3 else "too-few-lifetimes"
    assert said == [(code, "c4: lifetime is in d, not in h")]
    if hours == 3:
        assert outcome["cells"].value == 3
        assert outcome["median_lifetime"].value == 20.0
