"""Values against known truth, and against the instruments' own counters."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import CyclingCell, CyclingSetup, LevelSteps, Programme, Recorder, SymmetricRun
from echub_cycling.method.rates import blocks_of
from fixtures.cycling.make import FOLDER

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
EXACT = Recorder(accuracy=0.0, drift=0.0, offset_v=0.0, noise_v=0.0, charge="charge")
FEW = Programme(rates=(0.5, 0.5, 0.5, 0.5))


def ask(case, **params):
    return echub.analyze("cycling", case.data(), params=params)


def cycles(seed=1, programme=FEW, recorder=EXACT, **cell):
    return synth.cycles(seed, CyclingSetup(CyclingCell(**cell), programme, recorder))


@pytest.mark.parametrize("charge", ["charge", "charge_increment", "both"])
def test_every_counter_of_the_instrument_gives_the_exact_charge(charge):
    case = cycles(recorder=replace(EXACT, charge=charge))
    outcome = ask(case)
    for name in ("charge_capacity", "discharge_capacity", "first_efficiency", "coulombic_efficiency", "retention"):
        assert outcome[name].value == pytest.approx(case.truth[name], rel=1e-9), name


def test_averages_count_exactly_since_the_row_before_and_a_trapezoid_does_not():
    case = cycles(recorder=replace(EXACT, charge="", averaged=True, edges=False, step_s=600.0))
    outcome = ask(case)
    assert outcome["discharge_capacity"].value == pytest.approx(case.truth["discharge_capacity"], rel=1e-9)
    t, i = case.columns["time"].values, case.columns["current"].values
    assert abs(np.trapezoid(np.minimum(i, 0), t) / -3600 / 4 / case.truth["discharge_capacity"] - 1) > 1e-3


@pytest.mark.parametrize("counter", ["cycle", "half", "still", "none"])
def test_the_cycles_do_not_depend_on_what_the_instrument_counts(counter):
    outcome = ask(cycles(recorder=replace(EXACT, counter=counter)))
    assert outcome["cycles"].value == 4
    differs = "cycle-counter-differs" in [flag.code for flag in outcome.flags]
    assert differs == (counter in ("half", "still"))


def test_a_counter_that_groups_reversals_is_followed():
    case = cycles(programme=Programme(rates=(0.5,) * 8))
    grouped = case.with_values("cycle", case.columns["cycle"].values // 4)
    outcome = ask(grouped)
    assert outcome["cycles"].value == 2
    assert outcome["discharge_capacity"].value == pytest.approx(
        float(np.sum(ask(case).tables["cycles"]["discharge"].array()[:4])), rel=1e-9
    )
    assert ask(grouped, cycles="current")["cycles"].value == 8


def test_a_negative_electrode_exchanges_the_directions():
    case = cycles(programme=replace(FEW, sign=-1))
    assert ask(case)["first_efficiency"].value == pytest.approx(case.truth["first_efficiency"], rel=1e-9)
    bare = case.without("cell.electrodes.working.polarity")
    assert "direction-assumed" in [flag.code for flag in ask(bare).flags]
    assert ask(bare, charge="cathodic")["first_efficiency"].value == pytest.approx(case.truth["first_efficiency"])


def test_one_cycle_is_told_and_a_negative_voltage_doubts_the_assumed_direction():
    one = ask(cycles(programme=Programme(rates=(0.5,))))
    assert "one-cycle" in [flag.code for flag in one.flags]
    assert "retention" not in one.measurands
    assert "median of 1" not in one["energy_efficiency"].note
    bare = cycles().without("cell.electrodes.working.polarity")
    turned = bare.with_values("voltage", -bare.columns["voltage"].values)
    severities = [[f.severity for f in ask(c).flags if f.code == "direction-assumed"] for c in (bare, turned)]
    assert severities == [["info"], ["warning"]]


def test_at_a_reversal_each_half_cycle_is_uncertain_by_its_own_current():
    """An edge anywhere within a row of 60 s at 1 mA: 1 mA · 60 s / √12 for each of two edges."""
    t = np.arange(0.0, 36_000.0, 60.0)
    columns = {
        "time": synth.Column(t, "s"),
        "current": synth.Column(np.where(t // 6000 % 2, -1.0, 1.0), "mA"),
        "voltage": synth.Column(3.5 + 0.1 * np.sin(t / 900), "V"),
    }
    case = synth.Case(columns, {"cell.electrodes.working.polarity": "positive"}, {})
    outcome = ask(case, reference=2, current_accuracy=0.0)
    assert outcome["discharge_capacity"].uncertainty == pytest.approx(60 / 3600 / 12**0.5 * 2**0.5, rel=1e-6)


def test_a_mean_voltage_is_uncertain_by_what_its_two_edges_hide():
    """U rises by 0.99 V within 100 rows: each edge may move by half a row, at 0.495 V from the mean and
    0.01 V more beyond its row, by itself."""
    row = np.arange(600)
    columns = {
        "time": synth.Column(60.0 * row, "s"),
        "current": synth.Column(np.where(row // 100 % 2, -1.0, 1.0), "mA"),
        "voltage": synth.Column(3.0 + 0.01 * (row % 100), "V"),
    }
    case = synth.Case(columns, {"cell.electrodes.working.polarity": "positive"}, {})
    found = ask(case, reference=2, voltage_accuracy=0.0)["mean_discharge_voltage"]
    assert [part.name for part in found.components] == ["edges between rows"]
    assert found.uncertainty == pytest.approx(2**0.5 * 0.5 * 0.505 / 100 / 3**0.5, rel=0.01)


def test_a_symmetric_cell_has_no_energy_efficiency():
    case = cycles().with_values("voltage", np.sign(cycles().columns["current"].values) * 0.02)
    assert set(ask(case).tables["cycles"]["energy_efficiency"].values) == {None}


def test_a_current_density_without_an_area_answers_per_area_as_a_current_with_one():
    setup = SymmetricRun(count=6, drop_h=None)
    run = synth.symmetric(1, setup)
    density = run.with_values("current_density", run.columns["current"].values / setup.area_cm2, "mA/cm^2")
    bare = density.without("current", "cell.area")
    whole, per_area = (echub.analyze("symmetric-cycling", case.data()) for case in (run, bare))
    assert per_area["asr_cell"].unit == whole["asr_cell"].unit == "ohm*cm^2"
    assert per_area["asr_cell"].value == pytest.approx(whole["asr_cell"].value, rel=1e-6)
    for name in ("level", "charge", "resistance"):
        a, b = (outcome.tables["half_cycles"][name] for outcome in (whole, per_area))
        assert b.unit == a.unit, name
        assert b.array() == pytest.approx(a.array(), rel=1e-6), name


def test_cycles_of_a_current_density_have_no_mass_and_no_other_area():
    """The charge of each cycle is per area already; a capacity in mA·h, and a mass, say nothing of it."""
    run = cycles(recorder=replace(EXACT, charge=""))
    density = run.with_values("current_density", run.columns["current"].values / 0.785, "mA/cm^2")
    bare = density.without("current", "cell.area")
    told = synth.Case(bare.columns, {**bare.metadata, "cell.capacity": "9 mA*h"}, {})
    whole, per_area = ask(run), ask(told)
    assert "specific_capacity" in whole.measurands
    assert "specific_capacity" not in per_area.measurands
    for name in ("charge_capacity", "discharge_capacity", "areal_capacity"):
        size = whole[name].value if name == "areal_capacity" else whole[name].value / 0.785
        assert (per_area[name].value, per_area[name].unit) == (pytest.approx(size), "mA*h/cm^2"), name
    table = per_area.tables["cycles"]
    assert not [name for name in table if "_per_" in name]
    assert table["charge"].unit == table["discharge"].unit == "mA*h/cm^2"
    assert table["charge"].array() == pytest.approx(whole.tables["cycles"]["charge_per_area"].array())
    assert table["rate"].values == ask(run.without("cell.capacity")).tables["cycles"]["rate"].values
    assert "no-area" not in [flag.code for flag in per_area.flags]


def test_a_cut_run_leaves_its_last_cycle_out():
    outcome = ask(cycles(programme=replace(FEW, cut=0.6)))
    assert outcome["cycles"].value == 3
    assert outcome.tables["cycles"]["complete"].values == (True, True, True, False)
    assert "incomplete-cycles" in [flag.code for flag in outcome.flags]


def test_the_reference_is_the_first_cycle_at_the_rate_of_the_last_or_the_one_named():
    programme = Programme(rates=(0.1, 0.1, 0.5, 1.0, 0.5))
    outcome = ask(cycles(programme=programme))
    assert outcome.conditions["reference_cycle"].value == 3
    assert outcome.tables["rates"]["rate"].values == ("C/10", "C/2", "1C", "C/2")
    named = ask(cycles(programme=programme), reference=1)
    assert named.conditions["reference_cycle"].value == 1
    assert "rates-differ" in [flag.code for flag in named.flags]
    assert ask(cycles(), reference=9).refusals[0].code == "no-such-cycle"


def test_mass_area_and_summary():
    outcome = ask(cycles(), at="2, 4", mass_uncertainty=20)
    found = outcome["specific_capacity"]
    assert found.uncertainty / found.value == pytest.approx(0.2, rel=0.01)
    assert outcome.tables["summary"]["cycle"].values == (2, 4)
    bare = ask(cycles().without("cell.active_mass", "cell.area"))
    assert {"specific_capacity", "areal_capacity"}.isdisjoint(bare.measurands)
    assert {"no-mass", "no-area"} <= {flag.code for flag in bare.flags}


@pytest.mark.parametrize(("rate", "capacity", "name"), [(1.0, 112, "1C"), (0.5, 112, "C/2"), (2.0, 98, "2C")])
def test_published_rates_and_capacities_are_read_back(rate, capacity, name):
    """118 mA/g is 1C of 117.5 mA·h/g; 112 mA·h/g were delivered, 99 % in the first cycle (s41467-023-42308-0)."""
    mass = 0.7 * 1.25 * 0.785  # mg: 70 % of 1.25 mg/cm² on 0.785 cm²
    t = np.arange(0.0, 3600 * 12, 1.0)
    current = rate * 0.118 * mass
    half = 3600 * capacity * mass / 1000 / current
    number = np.floor(t / half).astype(int)
    chosen = number < 6
    t, sign = t[chosen], 1 - 2 * (number[chosen] % 2)
    case = synth.Case(
        {
            "time": synth.Column(t, "s"),
            "current": synth.Column(sign * current * np.where(number[chosen] == 0, 1 / 0.99, 1.0), "mA"),
            "voltage": synth.Column(3.1 + sign * (0.8 * ((t % half) / half - 0.5) + 0.05), "V"),
        },
        {"cell.active_mass": f"{mass} mg", "cell.capacity": f"{117.5 * mass / 1000} mA*h",
         "cell.electrodes.working.polarity": "positive"},
    )  # fmt: skip
    outcome = ask(case, reference=1)
    assert outcome["specific_capacity"].value == pytest.approx(capacity, rel=2e-3)
    assert outcome.conditions["reference_rate"].value == name
    assert outcome["first_efficiency"].value == pytest.approx(99, abs=0.2)


# -- real files ------------------------------------------------------------------------------

FILES = {
    "biologic/yadg/gcpl.issue_228.mpr": (11, "charge_half_cycle"),
    "biologic/yadg/gcpl.mpr": (15, "charge_half_cycle"),
    "biologic/yadg/gcpl.issue_211.mpt": (5, "charge_half_cycle"),
    "biologic/datalab/jdb11-1_e1_s3_squidTest_data_C15.mpr": (6, "charge_half_cycle"),
    "vendors/navani/arbin_example.res": (4, "charge_anodic"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_charge_is_that_of_the_instruments_own_half_cycles(name):
    if not (CORPUS / name).exists():
        pytest.skip(f"no {name} in $ECHUB_CORPUS")
    count, quantity = FILES[name]
    record = echub.read(CORPUS / name)
    outcome = echub.analyze("cycling", record)
    assert outcome["cycles"].value == count
    column = next(c for c in record["timeseries"].columns.values() if c.quantity == quantity)
    counted = np.abs(np.asarray(column.values, dtype=np.float64))
    ends = counted[:-1][np.diff(counted) < -0.5 * counted.max()]  # just before it restarts
    ours = outcome.tables["cycles"]
    both = np.concatenate([ours["charge"].array(), ours["discharge"].array()])
    for charge in ends[:6]:
        assert np.nanmin(np.abs(both / charge - 1)) < 1e-4


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("biologic/biologic-converter/cv.mpr", "potential-swept"),
        ("biologic/ixdat/Pt_poly_cv.mpt", "potential-swept"),
        ("biologic/yadg/mb.issue_218.mpr", "one-direction"),
        ("biologic/battery-data-format/GCPL-0.mpr", "no-current"),
        ("tables/battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv", "no-complete-cycle"),
    ],
)
def test_what_has_no_cycles_is_refused_for_its_reason(name, code):
    if not (CORPUS / name).exists():
        pytest.skip(f"no {name} in $ECHUB_CORPUS")
    assert echub.analyze("cycling", CORPUS / name).refusals[0].code == code


# -- symmetric cells and staircases -------------------------------------------------------------


def test_the_committed_cells_short_when_they_were_made_to():
    truth = json.loads((FOLDER / "truth.json").read_text("utf-8"))
    found = []
    for number in (1, 2, 3, 4):
        name = f"symmetric_{number}.csv"
        outcome = echub.analyze("symmetric-cycling", FOLDER / name, metadata={"cell.area": "0.785 cm^2"})
        life = outcome["lifetime"]
        assert life.interval.covers(truth[name]["lifetime"]) if number < 4 else life.censoring == "right"
        found.append(outcome.replace(label=name))
    median = echub.analyze("cell-lifetimes", found)["median_lifetime"]
    assert median.value == pytest.approx(found[1]["lifetime"].value)
    assert median.interval.high is None


@pytest.mark.parametrize("shape", ["flat", "arch", "grows"])
@pytest.mark.parametrize("drop", [5.5, 17.3, None])
def test_the_drop_is_found_whatever_the_shape(shape, drop):
    case = synth.symmetric(3, SymmetricRun(shape=shape, drop_h=drop, count=24))
    life = echub.analyze("symmetric-cycling", case.data())["lifetime"]
    assert life.interval.covers(drop if drop else 1e9)
    assert (life.value is None) == (drop is None)


@pytest.mark.parametrize(("count", "known"), [(3, False), (4, True)])
def test_a_change_of_r_takes_four_half_cycles(count, known):
    outcome = echub.analyze("symmetric-cycling", synth.symmetric(1, SymmetricRun(count=count, drop_h=None)).data())
    assert outcome["half_cycles"].value == count
    assert ("change" in outcome.measurands) == known


@pytest.mark.filterwarnings("error")
def test_a_cell_that_shows_no_voltage_has_no_change_of_its_resistance():
    """A voltage below the digit of the instrument in all half cycles but the last."""
    case = synth.symmetric(1, SymmetricRun(count=8, drop_h=None))
    u = case.columns["voltage"].values
    u = np.where(np.arange(len(u)) < len(u) * 7 // 8, 0.0, u)
    outcome = echub.analyze("symmetric-cycling", case.with_values("voltage", u).data())
    assert (outcome["asr_cell"].value, outcome["overpotential"].value, outcome["half_cycles"].value) == (0, 0, 8)
    assert "change" not in outcome.measurands
    upper, lower = outcome.figure().axes  # there is no usual voltage to scale by: all is shown
    assert upper.get_ylim()[0] < u.min() < u.max() < upper.get_ylim()[1]
    assert lower.get_ylim()[1] > outcome.tables["half_cycles"]["resistance"].array().max() > 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("still", [[3], [0, 1], [0, 1, 2, 3, 4], [5]])
def test_a_counter_that_stands_still_in_a_half_cycle_leaves_its_current(still):
    """Eight half cycles of an hour at 1 mA, 0.1 V either way: 100 Ω, in those without a counted charge too."""
    way = np.repeat(np.tile([1.0, -1.0], 4), 30)
    counted = np.where(np.isin(np.repeat(np.arange(8), 30), still), 0.0, way / 60)
    columns = {
        "time": synth.Column(60.0 * np.arange(240), "s"), "current": synth.Column(way, "mA"),
        "voltage": synth.Column(0.1 * way, "V"), "charge_increment": synth.Column(counted, "mA*h"),
    }  # fmt: skip
    outcome = echub.analyze("symmetric-cycling", synth.Case(columns, {"cell.symmetric": "true"}, {}).data())
    table = outcome.tables["half_cycles"]
    assert [len(table["level"].values), len(outcome.tables["levels"]["level"].values)] == [8, 1]
    assert table["level"].array() == pytest.approx(np.ones(8))
    assert table["resistance"].array() == pytest.approx(np.full(8, 100.0))
    assert outcome["resistance_cell"].value == pytest.approx(100.0)
    assert (outcome["lifetime"].censoring, outcome["change"].value) == ("right", pytest.approx(0.0))


@pytest.mark.filterwarnings("error")
def test_a_half_cycle_in_which_the_counter_stands_still_has_no_energy():
    """Two counts of two cycles each: 3.1 V while charging, 3.0 V back; of one discharge nothing is counted."""
    way = np.repeat(np.tile([1.0, -1.0], 4), 60)
    counted = np.where(np.repeat(np.arange(8), 60) == 5, 0.0, way / 60)
    columns = {
        "time": synth.Column(60.0 * np.arange(480), "s"), "current": synth.Column(way, "mA"),
        "voltage": synth.Column(np.where(way > 0, 3.1, 3.0), "V"),
        "charge_increment": synth.Column(counted, "mA*h"), "cycle": synth.Column(np.repeat([1.0, 2.0], 240)),
    }  # fmt: skip
    stated = {"cell.electrodes.working.polarity": "positive"}
    outcome = echub.analyze("cycling", synth.Case(columns, stated, {}).data(), params={"cycles": "counter"})
    table = outcome.tables["cycles"]
    assert table["U_charge"].array() == pytest.approx([3.1, 3.1], abs=0.01)
    assert table["U_discharge"].array() == pytest.approx([3.0, 3.0], abs=0.01)
    assert table["discharge"].array() == pytest.approx([2.0, 1.0], abs=0.03)


def test_a_lost_contact_is_not_a_short():
    case = synth.symmetric(3, SymmetricRun(drop_h=12.2, left=20.0, count=24))
    outcome = echub.analyze("symmetric-cycling", case.data())
    assert outcome["lifetime"].censoring == "right"
    assert "resistance-rises" in [flag.code for flag in outcome.flags]


@pytest.mark.parametrize("kind", ["smooth", "sudden", "none"])
@pytest.mark.parametrize("wave", [0.0, 0.1])
def test_the_limit_lies_in_the_interval(kind, wave):
    case = synth.linear_staircase(4, LevelSteps(kind=kind, wave=wave))
    outcome = echub.analyze("staircase-linearity", case.data())
    for way in ("we_oxidised", "we_reduced"):
        limit = outcome[f"linear_limit_{way}"]
        assert (limit.interval.low, limit.interval.high) == (
            (pytest.approx(1.0, rel=0.01), None) if kind == "none" else
            (pytest.approx(0.3, rel=0.01), pytest.approx(0.4, rel=0.01))
        )  # fmt: skip
        assert outcome[f"asr_{way}"].value == pytest.approx(80, rel=0.01)


@pytest.mark.parametrize(("limit", "low", "high"), [(0.6, 0.5, 0.6), (0.15, 0.1, 0.15), (0.07, 0.05, 0.1)])
def test_published_limits_are_bracketed(limit, low, high):
    """0.6 mA/cm² for NaK50, 0.15 for NaK65 (d5eb00097a): the first level beyond is the published one."""
    case = synth.linear_staircase(4, LevelSteps(kind="sudden", limit=limit))
    found = echub.analyze("staircase-linearity", case.data())["linear_limit_we_oxidised"].interval
    assert (found.low, found.high) == (pytest.approx(low, rel=0.01), pytest.approx(high, rel=0.01))


def test_currents_that_drift_leave_their_block_at_five_percent_of_its_first():
    level = np.array([1.0, 1.03, 1.049, 1.051, 1.09, np.nan, 1.1, 2.0, 2.0])
    blocks = blocks_of(level)
    assert blocks.first.tolist() == [0, 3, 7]
    assert blocks.last.tolist() == [2, 6, 8]
    assert blocks.level.tolist() == [1.03, 1.09, 2.0]


@pytest.mark.parametrize(("value", "n"), [(1.05 - 1e-9, 1), (1.05 + 1e-9, 2), (0.95 + 1e-9, 1), (0.95 - 1e-9, 2)])
def test_five_percent_are_one_current(value, n):
    assert len(blocks_of(np.array([1.0, value])).first) == n


@pytest.mark.parametrize(("share", "told"), [(0.05, False), (0.2, True)])
def test_rows_that_are_missing_count_by_the_charge_that_they_hide(share, told):
    """Of the current alone a gap counts as half before and half after it: a tenth of a half cycle is too much."""
    case = cycles(recorder=replace(EXACT, charge=""))
    current = case.columns["current"].values
    first = int(np.flatnonzero(current != 0)[0])
    length = int(np.flatnonzero(np.sign(current[first:]) != np.sign(current[first]))[0])
    gap = slice(first + length // 3, first + length // 3 + int(share * length))
    kept = np.delete(np.arange(len(current)), gap)
    shorter = replace(case, columns={n: replace(c, values=c.values[kept]) for n, c in case.columns.items()})
    flagged = {flag.code for flag in ask(shorter).flags}
    assert length > 60
    assert ("rows-missing" in flagged) is told


def test_an_efficiency_is_more_uncertain_where_charge_and_discharge_share_an_edge():
    """Errors of four edges, 1 + 1 + 1 + 1, against three of which the middle one counts twice: 1 + 4 + 1."""
    relative = {}
    for rest in (0, 20):
        half = np.concatenate([np.ones(100), np.zeros(rest), -np.ones(100), np.zeros(rest)])
        current = np.concatenate([np.zeros(10), np.tile(half, 3), np.zeros(10)])
        columns = {
            "time": synth.Column(60.0 * np.arange(len(current)), "s"),
            "current": synth.Column(current, "mA"),
            "voltage": synth.Column(3.0 + 0.2 * current, "V"),
        }
        case = synth.Case(columns, {"cell.electrodes.working.polarity": "positive"}, {})
        found = ask(case, current_accuracy=0.0)["first_efficiency"]
        relative[rest] = found.uncertainty / found.value * 100
    edges = 12**-0.5  # of rows, for an edge that lies anywhere between two
    assert relative[20] == pytest.approx(edges * 4**0.5, rel=1e-6)
    assert relative[0] == pytest.approx(edges * 6**0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("stated", "flagged"),
    [
        ({"cell.electrodes.working.polarity": "positive"}, False),
        ({"cell.electrodes.working.polarity": "negative"}, True),
        ({"cell.electrodes.working.polarity": "negative", "cell.electrode_of_interest": "working"}, False),
    ],
)
def test_a_cell_that_gains_energy_is_charged_by_the_other_current_or_a_half_cell(stated, flagged):
    """U is 3.2 V while the current is anodic, 3.0 V while it is cathodic: anodic charges; 3.2/3.0 is 107 %."""
    current = np.repeat(np.tile([1.0, -1.0], 4), 50)
    columns = {
        "time": synth.Column(60.0 * np.arange(400), "s"),
        "current": synth.Column(current, "mA"),
        "voltage": synth.Column(3.1 + 0.1 * current, "V"),
    }
    found = {flag.code: flag for flag in ask(synth.Case(columns, stated, {})).flags}
    assert ("energy-gained" in found) is flagged
    if flagged:
        assert "106.7 %" in found["energy-gained"].message
        assert "--param charge=anodic" in found["energy-gained"].hint
