"""Limits at several thresholds, bounds, plating, scans, and every refusal."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import Sweeps

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
EXACT = {"noise_ua": 0.0, "offset_v": 0.0, "accuracy": 0.0}


def ask(case, **params):
    return echub.analyze("stability-window", case.data(), params=params)


@pytest.mark.parametrize("threshold", [2, 5, 10, 50, 100])
@pytest.mark.parametrize("power", [0.0, 2.5])
def test_each_threshold_has_its_limit(threshold, power):
    case = synth.sweeps(1, Sweeps(low=0.1, power=power, **EXACT))
    outcome = ask(case, threshold=threshold)
    for name in ("anodic", "cathodic"):
        assert outcome[f"{name}_limit"].value == pytest.approx(case.truth[f"{name}_{threshold}"], abs=5e-3)


@pytest.mark.parametrize("first", ["potential_we", "voltage"])
def test_the_potential_of_the_electrode_is_preferred_to_the_voltage_of_the_cell(first):
    case = synth.sweeps(1, Sweeps(**EXACT))
    potential = case.columns["potential_we"]
    both = {"potential_we": potential, "voltage": replace(potential, values=potential.values + 0.5)}
    columns = {first: both[first], **case.columns, **both}
    alone, beside = ask(case), ask(replace(case, columns=columns))
    assert beside["anodic_limit"].value == alone["anodic_limit"].value
    assert beside["cathodic_limit"].value == alone["cathodic_limit"].value


def test_the_table_has_all_thresholds_scan_by_scan():
    table = ask(synth.sweeps(1, Sweeps(**EXACT))).tables["limits"]
    names = ("scan", "limit", "threshold", "potential")
    rows = list(zip(*(table[name].values for name in names), strict=True))
    anodic = {scan: potential for scan, limit, x, potential in rows if limit == "anodic" and x == 10}
    assert anodic[1] == pytest.approx(4.2, abs=2e-3)
    # Half the current: one factor of two later, 0.12 V per decade.
    assert anodic[2] - anodic[1] == pytest.approx(0.12 * np.log10(2), abs=2e-3)


def test_a_limit_that_is_not_reached_is_a_bound():
    outcome = ask(synth.sweeps(1, Sweeps(anodic=None, cathodic=0.9)))
    limit = outcome["anodic_limit"]
    assert limit.censoring == "right"
    assert limit.interval.low == pytest.approx(5.0, abs=0.01)
    assert "window" not in outcome.measurands
    assert "window-not-left" in [flag.code for flag in outcome.flags]


def test_more_than_5_volts_on_sodium_with_its_plating_named():
    """-1 … 8 V at 5 mV/s on sodium (s41467-023-42308-0): nothing until 5 V; below 0 V it is plating."""
    case = synth.sweeps(1, Sweeps(low=-1, high=8, anodic=5.4, cathodic=None, metal=2.0, scans=1))
    outcome = ask(case)
    assert outcome["anodic_limit"].interval.covers(5.4)
    assert outcome["cathodic_limit"].censoring == "left"
    assert outcome["cathodic_limit"].interval.high < 0.1
    assert "stripping of the metal" in outcome.tables["peaks"]["what"].values
    untold = ask(case.without("cell.reference"))
    assert "plating-unknown" in [flag.code for flag in untold.flags]
    assert ask(case, plating="none")["cathodic_limit"].value is not None


def test_the_capacitance_is_that_of_the_double_layer():
    found = ask(synth.sweeps(1, Sweeps(**EXACT)))["capacitance"]
    assert found.value == pytest.approx(40, abs=4 * found.uncertainty)


def test_a_stated_baseline_and_a_resistance():
    case = synth.sweeps(1, Sweeps(**EXACT))
    assert ask(case, baseline="1.8:3.2")["anodic_limit"].value == pytest.approx(4.2, abs=2e-3)
    short = synth.sweeps(1, Sweeps(low=0.8, high=4.45, **EXACT))
    moved = ask(short, resistance=100, threshold=100)["anodic_limit"].value
    assert moved == pytest.approx(case.truth["anodic_100"] - 0.01, abs=2e-3)  # 100 µA/cm² at 100 Ω·cm²


def test_refusals():
    case = synth.sweeps(1)
    assert ask(case.without("cell.area")).refusals[0].code == "missing-area"
    assert ask(case, scan=9).refusals[0].code == "no-such-scan"
    assert ask(case, baseline="20:30").refusals[0].code == "no-baseline"
    assert ask(synth.sweeps(1, Sweeps(noise_ua=50.0))).refusals[0].code == "threshold-in-noise"
    still = case.with_values("potential_we", np.full(len(case.columns["time"].values), 3.0))
    assert ask(still).refusals[0].code == "no-sweep"
    stepped = case.with_values("potential_we", np.round(case.columns["potential_we"].values * 1.25) / 1.25)
    assert ask(stepped).refusals[0].code == "no-sweep"
    assert (
        ask(case.with_values("current", np.zeros(len(case.columns["time"].values)))).refusals[0].code
        == "no-current"
    )


def test_a_single_sweep_has_one_limit():
    case = synth.sweeps(1)
    outcome = ask(case.rows(1000))
    assert set(outcome.measurands) == {"anodic_limit", "scan_rate"}
    assert "one-sweep" in [flag.code for flag in outcome.flags]


@pytest.mark.parametrize("name", ["yadg/gcpl.mpr", "biologic-converter/cp.mpr", "biologic-converter/ocv.mpr"])
def test_what_was_not_swept_is_refused(name):
    if not (CORPUS / "biologic" / name).exists():
        pytest.skip(f"no {name} in $ECHUB_CORPUS")
    area = {"cell.area": "1 cm^2"}
    outcome = echub.analyze("stability-window", CORPUS / "biologic" / name, metadata=area)
    assert outcome.refusals[0].code in ("no-sweep", "missing-column")


def changed(case, **columns):
    """Return the case with columns changed by functions of their values and of the number of the row."""
    made = {}
    for name, change in columns.items():
        values = case.columns[name].values
        made[name] = replace(case.columns[name], values=np.asarray(change(values, np.arange(len(values)))))
    return replace(case, columns={**case.columns, **made})


def messages(outcome):
    return {flag.code: flag.message for flag in outcome.flags}


@pytest.mark.parametrize("turned", ["current", "potential_we"])
@pytest.mark.parametrize(
    ("setup", "shown"),
    [
        # 40 µF/cm² at 5 mV/s are 0.2 µA/cm² in each direction.
        ({"anodic": None, "cathodic": None, "leak": 0.0}, "the baseline is 0.4 µA/cm² lower upward than downward"),
        ({"capacitance": 0.0}, "upward the sweep ends at -"),
    ],
)
def test_a_turned_sign_is_flagged(turned, setup, shown):
    case = synth.sweeps(1, Sweeps(**{"noise_ua": 0.005, "offset_v": 0.0, "accuracy": 0.0, **setup}))
    assert "sign-turned" not in messages(ask(case))
    assert messages(ask(changed(case, **{turned: lambda v, _: -v})))["sign-turned"].startswith(shown)
    both = ask(changed(case, current=lambda v, _: -v, potential_we=lambda v, _: -v))
    assert "sign-turned" not in messages(both)


@pytest.mark.parametrize(("value", "said"), [(0.0, "at 0 µA/cm² in 600 rows"), (5e-3, "at 5 µA/cm² in 600 rows")])
def test_a_current_that_is_not_measured_in_a_sweep_is_flagged(value, said):
    """From 2 V down to 0.8 V the current is one value: the limit at 0.9 V is not seen."""
    case = synth.sweeps(1, Sweeps(scans=1))
    down = np.flatnonzero(np.diff(case.columns["potential_we"].values) < 0)
    first = down[case.columns["potential_we"].values[down] < 2.0][0]
    held = changed(case, current=lambda v, n: np.where((n >= first) & (n < first + 600), value, v))
    assert said in messages(ask(held))["current-stands-still"]
    assert "current-stands-still" not in messages(ask(case))


@pytest.mark.parametrize("rows", [50, 5])
def test_a_potential_that_is_lost_in_a_sweep_is_flagged(rows):
    """On the way down from 5 V, 0 V is read in some rows; where they are left out, the way between is short."""
    case = synth.sweeps(1, Sweeps(scans=1))
    lost = ask(changed(case, potential_we=lambda v, n: np.where((n >= 3000) & (n < 3000 + rows), 0.0, v)))
    assert messages(lost)["potential-jumps"].startswith("the potential jumps by ")
    for gap in (rows, 0):
        left = ask(
            changed(case, potential_we=lambda v, n, gap=gap: np.where((n >= 3000) & (n < 3000 + gap), np.nan, v))
        )
        assert ("potential-jumps" in messages(left)) == (gap == 50)


@pytest.mark.parametrize("step", [0.005, 0.01])
def test_a_potential_that_is_read_in_steps_is_known_within_one(step):
    """Rows every millivolt or so, read in steps of 5 and 10 mV: ± half a step, uniform, is in the limits."""
    case = synth.sweeps(1, Sweeps(**EXACT))
    rounded = np.round(case.columns["potential_we"].values / step) * step
    exact, coarse = ask(case), ask(case.with_values("potential_we", rounded))
    for name in ("anodic_limit", "cathodic_limit"):
        assert coarse[name].uncertainty >= step / 2 / np.sqrt(3)
        assert coarse[name].interval.covers(exact[name].value)
    assert coarse["window"].uncertainty >= step / 2 / np.sqrt(3) * np.sqrt(2)
