"""Every refusal of ramp-onset, each for the measured reason, from generated ramps."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import ContactLoss, Instrument, Ramp


def ask(case, **settings):
    return echub.analyze("ramp-onset", case.data(), params={"bootstrap": 0, **settings})


def ohmic(**changes):
    return Ramp(ContactLoss(j_crit=9.0, lost_at=math.inf), duration_s=1200, **changes)


def steps():
    """A staircase of two levels: what a galvanostatic cycling does."""
    case = synth.ramp(1, ohmic())
    current = np.where(case.columns["time"].values > 600, 0.2, 0.1)
    return case.with_values("current", current).with_values("current_setpoint", current)


def two_ramps():
    case = synth.ramp(1, ohmic(rest_s=0.0))
    time = case.columns["time"].values
    twice = {name: np.concatenate([c.values, c.values]) for name, c in case.columns.items()}
    twice["time"] = np.concatenate([time, time + time[-1] + 1])
    for name, values in twice.items():
        case = case.with_values(name, values)
    return case


def uncontrolled():
    """From half way the current stays where it is, though the set point rises."""
    case = synth.ramp(1, ohmic())
    current = case.columns["current"].values
    stuck = np.minimum(current, current[len(current) // 2])
    voltage = 31e-3 * stuck / 0.785
    return case.with_values("current", stuck).with_values("voltage", voltage)


def unconnected():
    """The set point rises, and no current flows: the cell is not connected."""
    case = synth.ramp(1, ohmic())
    return case.with_values("current", np.zeros(len(case.columns["time"].values)))


def compliance():
    """An ohmic cell of 30 kΩ that reaches the instrument's limit of 5 V, and then gets no more current."""
    case = synth.ramp(1, ohmic())
    limited = np.minimum(case.columns["current"].values, 5 / 30)
    return case.with_values("current", limited).with_values("voltage", 30 * limited)


def one_electrode(quantity, direction):
    case = synth.ramp(1, Ramp(direction=direction))
    return case.with_values(quantity, case.columns["voltage"].values, "V").without("voltage")


def fast():
    cell = ContactLoss(j_crit=0.01, onset_delay=0.02, asr=3000)
    return synth.ramp(1, Ramp(cell, Instrument(range_ma=0.1, noise_ma=1e-6, quantum_ma=1e-6), duration_s=300))


def noisy():
    return synth.ramp(1, Ramp(instrument=Instrument(noise_v=2e-3)))


def coarse():
    return synth.ramp(1, Ramp(instrument=Instrument(sampling_s=15)))


def unbroken():
    return synth.ramp(1, Ramp(ContactLoss(lost_at=math.inf)))


def falling():
    """The voltage falls while the current rises: exchanged leads, or a short that grows."""
    case = synth.ramp(1, ohmic())
    return case.with_values("voltage", -case.columns["voltage"].values)


PAPER = {"method": "lowack2026"}
UNSEEN = "oxidised-electrode-not-observed"


@pytest.mark.parametrize(
    ("code", "case", "params", "reason"),
    [
        ("ohmic-to-end", lambda: synth.ramp(1, ohmic()), {}, r"0\.33\d* mA/cm², where the ramp ends"),
        ("not-a-ramp", steps, {}, "does not rise linearly"),
        ("several-ramps", two_ramps, {}, "2 times"),
        ("too-short", lambda: synth.ramp(1, Ramp(duration_s=100)), {}, "the ramp lasts 100"),
        ("too-fast", fast, {}, "after the start of the ramp, less than 5 windows"),
        ("unresolved-noise", noisy, {}, "sigma of the averaged voltage; 10 are needed"),
        ("sampled-too-coarsely", coarse, {}, "every 15 s"),
        ("current-not-controlled", uncontrolled, {}, "leaves its course"),
        ("current-not-controlled", unconnected, {}, "stays at 0 mA/cm² while its set point rises"),
        ("current-not-controlled", unconnected, PAPER, "stays at 0 mA/cm² while its set point rises"),
        ("compliance", compliance, {}, "rests at 5 V"),
        ("no-ohmic-part", falling, {}, "not proportional to the current"),
        (UNSEEN, lambda: one_electrode("potential_we", -1), {}, "of the working electrode"),
        (UNSEEN, lambda: one_electrode("potential_ce", 1), {}, "of the counter electrode"),
        ("no-t1", unbroken, PAPER, "largest value is"),
        ("no-rest", lambda: synth.ramp(1, Ramp(rest_s=0.0)), {**PAPER, "lowack_offset": "rest"}, "no rest"),
    ],
)
def test_it_refuses_for_the_measured_reason(code, case, params, reason):
    import re

    outcome = ask(case(), **params)
    assert [flag.code for flag in outcome.refusals] == [code], outcome.flags
    assert re.search(reason, outcome.refusals[0].message), outcome.refusals[0].message


def test_a_ramp_in_a_file_that_mostly_holds_a_potential_is_one():
    case = synth.ramp(1)
    rows = len(case.columns["time"].values)
    last = {name: c.values[-1] for name, c in case.columns.items()}
    held = np.repeat([1, 2], [rows, 3 * rows])

    def longer(name, column):
        after = np.full(3 * rows, last[name] if name != "current" else 0.0)
        after = last[name] + np.arange(1, 3 * rows + 1.0) if name == "time" else after
        return replace(column, values=np.concatenate([column.values, after]))

    columns = {name: longer(name, c) for name, c in case.columns.items() if np.asarray(c.values).dtype.kind == "f"}
    longer_case = replace(case, columns=columns).with_values("control_mode", held)
    found, alone = ask(longer_case), ask(case)
    assert not found.refusals
    assert found["onset_current_density"].value == pytest.approx(alone["onset_current_density"].value, rel=1e-3)


def test_an_ohmic_ramp_bounds_the_onset_from_below():
    measurand = ask(synth.ramp(1, ohmic()))["onset_current_density"]
    assert measurand.value is None
    assert measurand.censoring == "right"
    assert measurand.interval.low == pytest.approx(1200 / 3600, rel=0.01)


def test_the_counter_electrode_is_watched_where_it_is_oxidised():
    case = one_electrode("potential_ce", -1)
    outcome = ask(case.with_values("potential_ce", -case.columns["potential_ce"].values))
    assert outcome["onset_current_density"].value == pytest.approx(0.327, rel=0.01)
    assert outcome.conditions["observed"].value == "potential_ce"
    assert "asr_to_reference" in outcome.measurands


def test_no_t1_reports_the_largest_derivative_of_the_sampling():
    """A jump of 10 V after 30 s of averaging is 10 / (30 dt): never 0.2 V/s² for dt >= 1.67 s."""
    jump = Ramp(ContactLoss(lost_at=0.30), Instrument(sampling_s=2.0))
    refusal = ask(synth.ramp(1, jump), method="lowack2026").refusals[0]
    assert refusal.code == "no-t1"
    largest = float(refusal.message.split("largest value is ")[1].split(" ")[0])
    assert largest == pytest.approx(10 / (30 * 2), rel=0.1)
    possible = float(refusal.message.split("can give ")[1].split(" ")[0])
    assert possible == pytest.approx(10 / (30 * 2), rel=0.1)
    denser = synth.ramp(1, Ramp(ContactLoss(lost_at=0.30), Instrument(sampling_s=1.0, noise_v=0)))
    assert ask(denser, method="lowack2026").status != "refused"


def test_the_paper_answers_where_the_robust_method_finds_the_noise_too_large():
    """That is said in the table of methods; it tells nothing against the answer."""
    outcome = ask(noisy(), **PAPER)
    assert outcome.status != "refused"
    assert outcome.tables["methods"]["refusal"].values == ("unresolved-noise", "")
    assert "methods-disagree" not in [flag.code for flag in outcome.flags]


def test_the_letter_of_the_paper_triggers_early_under_noise():
    """Why the robust method is the default: 5 % of U at 30 s is 13 µV."""
    noisy = Ramp(instrument=Instrument(noise_v=300e-6))
    outcomes = [ask(synth.ramp(seed, noisy), **PAPER) for seed in range(5)]
    assert all(outcome["onset_current_density"].value < 0.2 for outcome in outcomes)


def test_a_refused_file_has_a_picture_and_both_methods():
    outcome = ask(synth.ramp(1, ohmic()))
    assert len(outcome.diagnostics["U"]) > 100
    assert outcome.tables["methods"]["refusal"].values == ("ohmic-to-end", "no-t1")


@pytest.mark.parametrize("factor", [1000.0, 1e-3, -1.0])
def test_a_current_in_another_unit_or_sign_than_its_set_point_is_refused(factor):
    case = synth.ramp(1, ohmic())
    (refusal,) = ask(case.with_values("current", factor * case.columns["current"].values)).refusals
    assert (refusal.code, refusal.message) == (
        "contradicting-current",
        f"the current is {factor:.3g} times its set point, row by row",
    )


def test_a_current_that_breaks_off_in_the_middle_is_answered_however_short_a_deviation_counts():
    """Where no current flows, no deviation is relative to R·j, and nothing is divided by it."""
    case = synth.ramp(1)
    current = case.columns["current"].values.copy()
    current[len(current) // 2 :] = 0.0
    outcome = ask(case.with_values("current", current), bootstrap=200, sustain=1e-12)
    assert outcome.status in {"flagged", "refused"}
    assert all(m.value is None or math.isfinite(m.value) for m in outcome.measurands.values())
