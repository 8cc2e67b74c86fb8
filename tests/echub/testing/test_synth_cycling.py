"""Generated cycles: charge, energy and voltage by plain sums over rows, and what a recorder makes of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth import CyclingCell, CyclingSetup, Programme, Recorder, cycles, cycling, foreign_cycles

STILL = Recorder(step_s=20.0, accuracy=0.0, drift=0.0, offset_v=0.0, noise_v=0.0, counter="half")
CELL = CyclingCell(capacity=3.0, fade=0.02, efficiency=0.97, first_efficiency=0.8, resistance=20.0)
SETUP = CyclingSetup(CELL, Programme(rates=(0.2, 0.5, 0.5, 0.5), rest_s=300.0, hold=0.1), STILL, 10.0, 0.5)


def columns(case):
    return {name: column.values for name, column in case.columns.items()}


def halves(case):
    """Return of each half cycle: charge in mA·h, energy in mA·h·V, both as magnitudes, and its rows."""
    c = columns(case)
    found = []
    for number in range(int(c["cycle"].max()) + 1):
        at = np.flatnonzero(c["cycle"] == number)
        t, i, u = (c[name][at] for name in ("time", "current", "voltage"))
        t, i = np.append(t[0] - 0.01, t), np.append(i[0], i)  # a row comes 10 ms after a change of control
        step = np.diff(t)
        change = np.abs(np.diff(i)) > 0.5  # the charge of the first row after an edge belongs to the new phase
        charge = np.abs(np.where(change, i[1:], (i[1:] + i[:-1]) / 2)) * step / 3600
        before = np.where(change, u, np.append(u[0], u[:-1]))
        found.append((charge.sum(), (charge * (u + before) / 2).sum(), at))
    return found


@pytest.mark.parametrize("hold", [0.1, 0.4, 0.0])
@pytest.mark.parametrize("rest", [300.0, 0.0])
def test_what_is_true_of_cycles_is_the_sum_over_their_rows(hold, rest):
    """The reference is the second of four cycles: the first at the rate of the last."""
    setup = replace(SETUP, programme=Programme((0.2, 0.5, 0.5, 0.5), rest, hold))
    case = cycles(0, setup)
    found = halves(case)
    charge, energy = (np.array([half[n] for half in found]) for n in (0, 1))
    given, taken = charge[::2], charge[1::2]
    close = {"rel": 3e-4}
    truth = case.truth
    assert truth["count"] == 4
    assert truth["c_rate"] == 0.5
    assert (truth["charge_capacity"], truth["discharge_capacity"]) == pytest.approx((given[1], taken[1]), **close)
    assert truth["first_efficiency"] == pytest.approx(100 * taken[0] / given[0], **close)
    assert truth["coulombic_efficiency"] == pytest.approx(100 * np.median(taken[1:] / given[1:]), **close)
    assert truth["retention"] == pytest.approx(100 * taken[3] / taken[1], **close)
    assert truth["specific_capacity"] == pytest.approx(taken[1] / 0.010, **close)
    assert truth["areal_capacity"] == pytest.approx(taken[1] / 0.5, **close)
    assert truth["mean_charge_voltage"] == pytest.approx(energy[2] / charge[2], **close)
    assert truth["mean_discharge_voltage"] == pytest.approx(energy[3] / charge[3], **close)
    ratio = energy[1::2] / energy[::2]
    assert truth["energy_efficiency"] == pytest.approx(100 * np.median(ratio[1:]), **close)


def test_a_single_cycle_has_no_retention_and_an_energy_efficiency_of_its_own():
    case = cycles(0, replace(SETUP, programme=Programme((0.3,))))
    (given, first, _), (taken, back, _) = halves(case)
    assert case.truth["first_efficiency"] == pytest.approx(100 * taken / given, rel=3e-4)
    assert case.truth["energy_efficiency"] == pytest.approx(100 * back / first, rel=3e-4)
    assert not {"retention", "coulombic_efficiency"} & set(case.truth)
    assert "retention" not in cycles(0, replace(SETUP, programme=Programme((0.2, 0.5)))).truth


@pytest.mark.parametrize("efficiency", [0.97, 0.9])
def test_a_part_of_the_charge_does_not_return(efficiency):
    """All cycles but the first start where they ended, but for the little that fades."""
    cell = replace(CELL, efficiency=efficiency, fade=0.0)
    truth = cycles(0, replace(SETUP, cell=cell, programme=Programme((0.2, 0.2, 0.2), hold=0.0))).truth
    assert truth["coulombic_efficiency"] == pytest.approx(100 * efficiency, rel=1e-6)
    first = replace(cell, first_efficiency=0.75)
    found = cycles(0, replace(SETUP, cell=first, programme=Programme((0.001, 0.001), hold=0.0))).truth
    assert found["first_efficiency"] == pytest.approx(75.0, rel=2e-3)


def test_a_capacity_fades_by_a_part_of_itself_each_cycle():
    programme = Programme((0.2,) * 4, hold=0.0)
    truth = cycles(0, replace(SETUP, cell=replace(CELL, fade=0.05), programme=programme)).truth
    assert truth["retention"] == pytest.approx(100 * 0.95**3)


@pytest.mark.parametrize("resistance", [20.0, 80.0])
def test_voltages_end_at_the_limits_with_the_ohmic_drop(resistance):
    cell = replace(CELL, resistance=resistance)
    case = cycles(0, replace(SETUP, cell=cell, programme=Programme((0.2, 0.5), hold=0.1)))
    c = columns(case)
    for number, (_, _, at) in enumerate(halves(case)):
        flows = at[np.abs(c["current"][at]) > 0]
        rate = (0.2, 0.5)[number // 2]
        level = np.abs(c["current"][flows]) > 0.999 * rate * 3.0
        last = flows[level][-1]
        assert c["voltage"][last] == pytest.approx(2.8 if number % 2 else 4.2, abs=1e-6)
        assert np.sign(c["current"][last]) == 1 - 2 * (number % 2)
        if not number:  # from 2.8 V at rest
            assert c["voltage"][flows[0]] - 2.8 == pytest.approx(rate * 3.0 * resistance / 1000, abs=1e-4)


def test_a_hold_decays_with_900_s_to_its_part():
    c = columns(cycles(0, replace(SETUP, programme=Programme((0.5,), hold=0.25))))
    held = np.flatnonzero((c["cycle"] == 0) & (c["current"] < 1.499) & (c["current"] > 0))
    t, i = c["time"][held], c["current"][held]
    assert np.polyfit(t, np.log(i), 1)[0] == pytest.approx(-1 / 900)
    assert i[-1] == pytest.approx(0.25 * 1.5)
    assert c["voltage"][held] == pytest.approx(4.2)


def test_rests_are_before_the_first_and_after_each_half_cycle():
    c = columns(cycles(0, SETUP))
    still = c["current"] == 0
    edges = np.flatnonzero(np.diff(still.astype(int)))
    lengths = np.diff(c["time"][edges])[1::2]
    assert c["time"][edges[0]] == pytest.approx(300.0)
    assert lengths == pytest.approx(300.0, abs=0.02)
    assert still[-1]
    assert not (
        columns(cycles(0, replace(SETUP, programme=Programme((0.5,), rest_s=0.0))))["current"][20:] == 0
    ).any()


@pytest.mark.parametrize("cut", [0.3, 0.8])
def test_a_cut_leaves_a_part_of_the_last_discharge(cut):
    whole, part = (cycles(0, replace(SETUP, programme=Programme((0.2, 0.5, 0.5), cut=c))) for c in (1.0, cut))
    a, b = halves(whole), halves(part)
    assert b[5][0] == pytest.approx(cut * a[5][0], rel=1e-3)
    assert [x[0] for x in b[:5]] == pytest.approx([x[0] for x in a[:5]])
    assert columns(part)["current"][-1] != 0
    assert part.truth["count"] == 2
    assert "retention" not in part.truth
    assert part.truth["discharge_capacity"] == pytest.approx(b[3][0], rel=3e-4)


@pytest.mark.parametrize(("sign", "polarity"), [(1, "positive"), (-1, "negative")])
def test_the_sign_of_a_charge_belongs_to_the_electrode(sign, polarity):
    case = cycles(0, replace(SETUP, programme=replace(SETUP.programme, sign=sign)))
    c = columns(case)
    first = c["current"][c["current"] != 0][0]
    assert np.sign(first) == sign
    assert case.truth == pytest.approx(cycles(0, SETUP).truth)
    assert case.metadata == {
        "cell.area": "0.5 cm^2", "cell.active_mass": "10.0 mg", "cell.capacity": "3.0 mA*h",
        "cell.electrodes.working.polarity": polarity,
    }  # fmt: skip


# -- the recorder --------------------------------------------------------------------------------------


def recorded(seed=0, case=cycles, **how):
    recorder = replace(STILL, **how)
    return columns(case(seed, replace(SETUP, recorder=recorder) if case is cycles else recorder))


@pytest.mark.parametrize("make", [cycles, foreign_cycles])
def test_counted_charge_is_the_integral_of_the_current(make):
    """Read by its change in each half cycle; both ways restart with every cycle."""
    running, grown, both = (recorded(case=make, charge=way) for way in ("charge", "charge_increment", "both"))
    assert np.cumsum(grown["charge_increment"]) == pytest.approx(running["charge"])
    fine = recorded(case=make, charge="charge", step_s=2.0)
    steps = (fine["current"][1:] + fine["current"][:-1]) / 2 * np.diff(fine["time"]) / 3600
    assert np.abs(np.diff(fine["charge"]) - steps).max() < 1e-2
    ends = [np.flatnonzero(running["cycle"] == k)[-1] for k in range(int(running["cycle"].max()) + 1)]
    change = np.diff(running["charge"][ends], prepend=0.0)
    assert (np.sign(change) == 1 - 2 * (np.arange(len(ends)) % 2)).all()
    for number, at in enumerate(ends):
        cycle = change[number - number % 2 : number + 1]
        assert both["charge_anodic"][at] == pytest.approx(cycle[0], rel=1e-9)
        assert both["charge_cathodic"][at] == pytest.approx(-cycle[1] if number % 2 else 0.0, abs=1e-9)


@pytest.mark.parametrize(("counter", "numbers"), [("cycle", range(4)), ("half", range(8)), ("still", range(1))])
def test_counters(counter, numbers):
    assert sorted(set(recorded(counter=counter)["cycle"])) == list(numbers)
    assert "cycle" not in recorded(counter="none")


def test_rows_come_at_edges_or_by_a_clock():
    by_clock = recorded(edges=False, step_s=17.0)["time"]
    assert np.diff(by_clock) == pytest.approx(17.0)
    assert 0 <= by_clock[0] < 17
    at_edges = recorded(step_s=17.0)
    first = np.flatnonzero(np.diff((at_edges["current"] == 0).astype(int)))[0]
    assert at_edges["time"][first : first + 3] == pytest.approx([300.0, 300.01, 317.0])


def test_an_averaged_current_is_the_charge_over_the_time():
    case = cycles(0, replace(SETUP, recorder=replace(STILL, averaged=True, edges=False, charge="charge")))
    c = columns(case)
    assert case.columns["current"].averaged
    assert c["current"][1:] == pytest.approx(np.diff(c["charge"]) * 3600 / np.diff(c["time"]))
    assert not cycles(0, SETUP).columns["current"].averaged


def test_each_direction_has_a_gain_within_the_accuracy_and_the_counter_too():
    """Without drift the read current is the true one times one factor for each direction."""
    true = recorded(charge="charge")
    found = {1: [], -1: []}
    for seed in range(30):
        read = recorded(seed, accuracy=0.01, charge="charge")
        for way in (1, -1):
            at = np.sign(true["current"]) == way
            ratio = read["current"][at] / true["current"][at]
            assert ratio == pytest.approx(ratio[0])
            found[way].append(float(ratio[0]) - 1)
        up, down = (1 + found[way][-1] for way in (1, -1))
        steps = np.diff(true["charge"], prepend=0.0)
        assert read["charge"] == pytest.approx(np.cumsum(steps * np.where(steps > 0, up, down)), abs=1e-9)
    for gains in found.values():
        assert 0.007 < np.abs(gains).max() <= 0.01
        assert min(gains) < 0 < max(gains)
    assert np.abs(np.subtract(found[1], found[-1])).min() > 0


def test_a_gain_moves_from_the_reference_to_the_last_half_cycle():
    true = recorded()
    for seed in range(3):
        read = recorded(seed, drift=0.02)
        rows = [(true["cycle"] == k) & (true["current"] != 0) for k in range(8)]
        moved = [float(np.median(read["current"][at] / true["current"][at])) - 1 for at in rows]
        assert moved[3] == pytest.approx(0.0, abs=1e-12)
        assert np.diff(moved) == pytest.approx(moved[7] / 4)
        assert 0 < abs(moved[7]) <= 0.02


def test_ranges_have_an_offset_and_a_gain_each_within_accuracy():
    names = ("1 mA", "10 mA")
    read = recorded(2, ranges=names, accuracy=0.01)
    exact = recorded(2)["current"]
    assert set(read["current_range"]) <= set(names)
    small = np.abs(exact) <= 1.0
    assert (read["current_range"] == np.where(small, "1 mA", "10 mA")).all()
    off = read["current"] - exact
    assert (off[exact == 0] == 0).all()
    for rows, full in ((small & (exact != 0), 1.0), (~small, 10.0)):
        slope, offset = np.polyfit(exact[rows], off[rows], 1)
        assert off[rows] == pytest.approx(slope * exact[rows] + offset, abs=1e-9)
        assert 0 < abs(slope) <= 0.01
        assert 0 < abs(offset) <= 0.01 * full
    assert "current_range" not in recorded(2, ranges=names, told=False)
    counted = recorded(2, ranges=names, accuracy=0.01, charge="charge", step_s=1.0)
    steps = (counted["current"][1:] + counted["current"][:-1]) / 2 * np.diff(counted["time"]) / 3600
    assert counted["charge"][-1] == pytest.approx(steps.sum(), abs=3e-4)
    assert set(recorded()) == {"time", "current", "voltage", "cycle"}


def test_noise_is_on_the_voltage_and_on_a_current_that_flows():
    true, read = recorded(), recorded(4, noise_v=2e-3, noise_ma=0.01, offset_v=0.05)
    off = read["voltage"] - true["voltage"]
    assert off.std() == pytest.approx(2e-3, rel=0.05)
    assert 0 < abs(off.mean()) <= 0.05
    flows = true["current"] != 0
    assert (read["current"] - true["current"])[flows].std() == pytest.approx(0.01, rel=0.05)
    assert (read["current"][~flows] == 0).all()


def test_units_and_seeds():
    made = cycles(1, replace(SETUP, recorder=replace(STILL, charge="both")))
    assert {name: column.unit for name, column in made.columns.items()} == {
        "time": "s", "current": "mA", "voltage": "V", "cycle": None,
        "charge_anodic": "mA*h", "charge_cathodic": "mA*h",
    }  # fmt: skip
    for make in (cycles, foreign_cycles):
        one, same, other = (columns(make(seed))["voltage"] for seed in (1, 1, 2))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)


# -- cycles of no cell ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_foreign_cycles_have_the_charge_of_their_rows(seed):
    case = foreign_cycles(seed, replace(STILL, step_s=5.0), 3)
    charge = np.array([half[0] for half in halves(case)])
    given, taken = charge[::2], charge[1::2]
    assert case.metadata == {"cell.electrodes.working.polarity": "positive"}
    assert case.truth["count"] == 3 == len(given)
    assert (case.truth["charge_capacity"], case.truth["discharge_capacity"]) == pytest.approx(
        (given[0], taken[0]), rel=2e-3
    )
    assert case.truth["first_efficiency"] == pytest.approx(95.0)
    assert case.truth["coulombic_efficiency"] == pytest.approx(100 * np.median(taken[1:] / given[1:]), rel=2e-3)
    assert case.truth["retention"] == pytest.approx(100 * taken[2] / taken[0], rel=2e-3)


SHAPES = {
    # the voltage of the phases less 3.4 V, charged, at their start and 100 s later
    "_pulses": [(0.1, 0.11), (0.05, 0.05 / math.e), (0.15, 0.16), (0.1, 0.05 + 0.05 / math.e)],
    "_stepped": [(0.04, 0.042), (0.04, 0.042)],
    "_wobbling": [(0.1, 0.103)],
}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_foreign_half_cycle_has_a_voltage_on_its_own_side(shape, sign):
    """Charged it lies above 3.4 V and discharged below, by the same; in a rest it goes back from that side."""
    phases = list(getattr(cycling, shape)(2.0, np.random.default_rng(1), sign))
    told = [phase.voltage(np.array([0.0, 100.0])) for phase in phases[: len(SHAPES[shape])]]
    assert np.array(told) == pytest.approx(3.4 + sign * np.array(SHAPES[shape]))


def test_a_cell_has_its_limits_at_the_states_that_it_finds():
    for volts in (2.8, 3.5, 4.2):
        assert float(CELL.open_circuit(np.array(CELL.state_at(volts)))) == pytest.approx(volts)
    assert (np.diff(CELL.open_circuit(np.linspace(-0.1, 1.2, 500))) > 0).all()
