"""Every refusal and every flag of pulsed-stripping, each for the measured reason, from generated series."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import Pulses
from echub.testing.synth.pulses import QUIET

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "biologic"


def ask(case, **params):
    return echub.analyze("pulsed-stripping", case.data(), params=params)


def series(**changes):
    return synth.pulses(1, Pulses(**changes))


def sampled(step, **changes):
    """No rows at the edges, one every `step` s."""
    return series(edge_rows=False, instrument=replace(QUIET, sampling_s=step), **changes)


def square(rests):
    """Return six cycles of 10 s of stripping and 10 s of plating, after so many rows of rest each, 1 s apart."""
    cycle = [0.4] * 10 + [0.0] * rests + [-0.4] * 10 + [0.0] * rests
    j = np.array([0.0] * 5 + cycle * 6)
    columns = {"time": synth.Column(np.arange(len(j)) * 1.0, "s"), "current": synth.Column(j, "mA"),
               "voltage": synth.Column(j / 10, "V")}  # fmt: skip
    return synth.Case(columns, {"cell.area": "1 cm^2"})


@pytest.mark.parametrize("rests", [0, 1])
def test_a_current_that_turns_after_every_pulse_has_no_rests(rests):
    (flag,) = ask(square(rests), direction="we_oxidised").refusals
    assert flag.code == "no-rests"
    assert flag.message == "the current turns after each of the 6 pulses: no rest lies between two of them"


@pytest.mark.parametrize("empty", [slice(None), slice(7, 9)])
def test_a_charge_with_empty_cells_decides_nothing(empty):
    case = series()
    charge = case.columns["charge"].values.copy()
    charge[empty] = np.nan
    outcome, without = ask(case.with_values("charge", charge)), ask(case.without("charge"))
    assert outcome.measurands == without.measurands
    assert [flag.code for flag in outcome.flags] == [flag.code for flag in without.flags]
    (flag,) = [flag for flag in outcome.flags if flag.code == "no-charge-column"]
    assert flag.message.startswith("the instrument's charge column has empty cells: ")


def test_a_block_of_one_pulse_has_no_rest_between_two():
    """Each is followed by its plating, which makes a block of it."""
    outcome = ask(square(3), direction="we_oxidised", block=2)
    assert list(outcome.measurands) == [
        "stripping_capacity", "pulses", "charge_per_pulse", "pulse_current_density", "pulse_duration", "asr_jump",
    ]  # fmt: skip
    assert outcome["stripping_capacity"].interval.low == pytest.approx(0.4 * 10 / 3600)
    assert outcome["asr_jump"].value == pytest.approx(100)
    assert outcome.tables["blocks"]["rest"].values == (None,) * 6


def with_current(make):
    case = series()
    return case.with_values("current", make(case.columns["current"].values)).without("current_setpoint")


def every_second_cathodic():
    def turned(j):
        number = np.cumsum(np.diff(j > 0.2, prepend=0) > 0)
        return np.where(number % 2, j, -j)

    return with_current(turned)


def one_electrode(direction):
    case = series(direction=direction)
    return case.with_values("potential_we", case.columns["voltage"].values, "V").without("voltage")


def potential_controlled():
    case = series()
    return case.with_values("control_mode", np.full(len(case.columns["time"].values), 2))


def stripped_on():
    """Three blocks of ten pulses, nothing plated back."""
    return series(rests_s=(0.3, 1.0, 3.0), replated=False, limit=10 / 3600)


def constant(j):
    return 0 * j + 0.4


def noisy_constant(j):
    return 0.4 + 1e-4 * np.random.default_rng(1).standard_normal(len(j))


@pytest.mark.parametrize(
    ("code", "make", "params", "reason"),
    [
        ("no-current", lambda: with_current(lambda j: 0 * j), {}, "zero throughout"),
        ("no-rests", lambda: with_current(constant), {}, "100% of the rows"),
        ("no-rests", lambda: with_current(noisy_constant), {}, "100% of the rows"),
        ("no-rests", lambda: series().rows(70), {}, "flows once"),
        ("no-pulses", lambda: series().rows(40), {}, "no pulses stand out"),
        ("no-pulses", series, {"direction": "we_reduced"}, "no pulses stand out"),
        ("direction-reverses", every_second_cathodic, {}, "30 anodic and 29 cathodic"),
        ("oxidised-electrode-not-observed", lambda: one_electrode(-1), {}, "the counter electrode is stripped"),
        ("not-galvanostatic", potential_controlled, {}, "control of the potential"),
        ("pulse-unresolved", lambda: sampled(1.3, charge=""), {}, "a row every 1.3 s is sparser"),
        ("rest-unresolved", lambda: sampled(0.3, rests_s=(0.25,)), {}, "have 1 row, at least 2"),
        ("beyond-cut-off-at-once", series, {"cut_off": 0.03}, "beyond the cut-off of 0.03 V"),
        ("no-such-block", series, {"block": 2}, "has 1 block,"),
        ("missing-column", lambda: series().without("current"), {}, "no current_density or current"),
    ],
)
def test_it_refuses_for_the_measured_reason(code, make, params, reason):
    outcome = ask(make(), **params)
    assert [flag.code for flag in outcome.refusals] == [code], outcome.flags
    assert reason in outcome.refusals[0].message
    assert all(m.value is None for m in outcome.measurands.values())


@pytest.mark.parametrize(
    ("codes", "make", "params"),
    [
        ({"right-censored"}, lambda: series(limit=36 / 3600), {}),
        ({"right-censored", "ends-mid-pulse"}, lambda: series(limit=36.4 / 3600), {}),
        ({"offset-current", "charges-disagree"}, lambda: series(offset=0.03), {}),
        ({"coarse-rest"}, lambda: series(rests_s=(0.1,)), {}),
        ({"coarse-rest", "edges-uncertain"}, lambda: sampled(0.45, charge=""), {}),
        ({"pulses-not-resolved"}, lambda: sampled(1.3), {}),
        ({"continued-after-cut-off"}, series, {"cut_off": 0.1}),
        ({"several-blocks"}, lambda: series(rests_s=(0.3, 1.0)), {}),
        ({"not-fresh", "right-censored"}, stripped_on, {"block": 2}),
    ],
)  # fmt: skip
def test_it_warns_for_what_qualifies_the_answer(codes, make, params):
    outcome = ask(make(), **params)
    assert {flag.code for flag in outcome.flags if flag.severity == "warning"} == codes
    assert outcome.status == "flagged"


def test_the_current_in_the_figure_of_coarse_rows_is_that_of_stripping():
    """It is positive while the electrode that is watched is stripped, whichever sign the file gives it."""
    mirrored = sampled(1.3)
    for name in ("current", "current_setpoint", "charge", "voltage"):
        mirrored = mirrored.with_values(name, -np.asarray(mirrored.columns[name].values))
    shown, turned = ask(sampled(1.3)), ask(mirrored)
    assert [one.conditions["direction"].value for one in (shown, turned)] == ["we_oxidised", "we_reduced"]
    for name in ("j_low", "j_high"):
        np.testing.assert_allclose(turned.diagnostics[name].array(), shown.diagnostics[name].array())
    assert np.nanmax(shown.diagnostics["j_high"].array()) > 0.5


def test_the_instruments_limit_bounds_the_capacity_from_below():
    """U rests at 1.5 V while less current flows than was commanded: with or without the set point recorded."""
    case = series()
    u, j = case.columns["voltage"].values, case.columns["current"].values
    limited = case.with_values("voltage", np.minimum(u, 1.5))
    limited = limited.with_values("current", np.where(u > 1.5, j * 1.5 / np.maximum(u, 1e-9), j))
    for told in (limited, limited.without("current_setpoint")):
        outcome = ask(told)
        assert {"compliance", "right-censored"} <= {flag.code for flag in outcome.flags}
        assert outcome["stripping_capacity"].value is None
        assert outcome["stripping_capacity"].interval.low < case.truth["stripping_capacity"]
        pulse = {name: outcome.tables["pulses"][name].values[-1] for name in ("start", "duration", "U_end")}
        whole = np.flatnonzero(u > 1.5 / 0.98)[0] - 1  # the last row with at least 98 % of the commanded current
        assert pulse["start"] + pulse["duration"] == pytest.approx(case.columns["time"].values[whole], abs=1e-6)
        assert pulse["U_end"] == pytest.approx(u[whole])


def test_rows_without_a_value_take_their_increments_along():
    """A row without voltage is left out, and its charge with it: the edges decide then."""
    case = series(charge="charge_increment")
    u = case.columns["voltage"].values.copy()
    u[500] = np.nan
    outcome = ask(case.with_values("voltage", u))
    assert {"increments-incomplete", "rows-without-values"} == {flag.code for flag in outcome.flags}
    assert outcome.conditions["charge_by"].value == "commanded level and edges"
    assert outcome["stripping_capacity"].value == pytest.approx(case.truth["stripping_capacity"], rel=1e-4)


def test_an_area_in_a_wrong_unit_is_an_error_and_no_area_gives_a_charge():
    record = series().without("cell.area").record()
    with pytest.raises(echub.EchubError, match="area"):
        echub.analyze("pulsed-stripping", record, metadata={"cell.area": "0.385 cm"})
    outcome = echub.analyze("pulsed-stripping", record)
    assert outcome["stripping_charge"].unit == "mA*h"
    assert {"stripping_capacity", "asr_jump"}.isdisjoint(outcome.measurands)
    assert outcome["stripping_charge"].value == pytest.approx(
        0.385 * series().truth["stripping_capacity"], rel=1e-4
    )


def test_what_the_cut_off_is_against_is_stated():
    assert ask(series()).conditions["cut_off_against"].value == "across the cell"
    case = one_electrode(1)
    outcome = echub.analyze("pulsed-stripping", case.record(), metadata={"cell.reference": "Na+/Na"})
    assert outcome.conditions["cut_off_against"].value == "potential_we against Na+/Na"
    assert "one-electrode" in {flag.code for flag in outcome.flags}


def test_a_refused_file_has_a_picture():
    assert len(ask(every_second_cathodic()).diagnostics["U_high"]) > 100


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here ($ECHUB_CORPUS)")
def test_no_real_file_without_pulses_is_given_a_capacity():
    seen = 0
    for path in sorted(CORPUS.rglob("*.mpr")):
        try:
            record = echub.read(path)
        except echub.EchubError:
            continue
        if "timeseries" in record and record["timeseries"].rows < 200_000:
            assert echub.analyze("pulsed-stripping", record).status == "refused", path
            seen += 1
    assert seen > 20
