"""One electrode against the reference, with what the other one did."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import ContactLoss, Ramp

QUIET = ContactLoss(j_crit=9.0, lost_at=math.inf, asr=20)
"""An electrode that stays ohmic."""
EARLY = ContactLoss(j_crit=0.2, onset_delay=0.05, lost_at=math.inf, asr=20)
"""An electrode that leaves its line by 5 % at 0.25 mA/cm², before the 0.327 of the oxidised one."""


def ask(case, **params):
    return echub.analyze("ramp-onset", case.data(), params={"bootstrap": 50, **params})


def codes(outcome):
    return {flag.code for flag in outcome.flags}


@pytest.mark.parametrize("direction", [1, -1])
def test_the_oxidised_electrode_is_read_by_itself(direction):
    case = synth.ramp(1, Ramp(direction=direction, other=QUIET))
    found = ask(case, electrode="oxidised")
    assert found["onset_current_density"].interval.covers(case.truth["onset_current_density"])
    assert found["asr_to_reference"].value == pytest.approx(case.truth["asr_to_reference"], rel=0.005)
    assert found["other_deviation_at_onset"].interval.covers(0.0)
    assert found["other_largest_deviation"].censoring == "left"
    assert found["other_largest_deviation"].interval.high < 5
    assert "both-electrodes-deviate" not in codes(found)


def test_the_cell_voltage_is_still_the_first_choice():
    case = synth.ramp(1, Ramp(other=QUIET))
    found = ask(case)
    assert found["asr_cell"].value == pytest.approx(51.0, rel=0.005)
    assert "other_deviation_at_onset" in found.measurands


def test_a_potential_follows_from_the_cell_voltage_and_the_other_one():
    case = synth.ramp(2, Ramp(direction=-1, other=QUIET))
    we, ce = (case.columns[name].values for name in ("potential_we", "potential_ce"))
    derived = case.with_values("voltage", we - ce, "V").without("potential_ce")
    one, two = (ask(c, electrode="oxidised")["onset_current_density"].value for c in (case, derived))
    assert two == pytest.approx(one, rel=1e-6)


def test_the_deviation_of_the_other_one_is_found_and_flagged():
    covered = 0
    for seed in range(8):
        case = synth.ramp(seed, Ramp(other=EARLY))
        found = ask(case, electrode="oxidised")
        assert "both-electrodes-deviate" in codes(found)
        at_onset = found["other_deviation_at_onset"]
        assert at_onset.value == pytest.approx(case.truth["other_deviation_at_onset"], rel=0.02)
        covered += at_onset.interval.covers(case.truth["other_deviation_at_onset"])
        assert found["other_largest_deviation"].value > at_onset.value
    assert covered >= 7


def test_a_rise_of_the_other_one_inside_the_fit_stays_within_three_sigma():
    gradual = ContactLoss(j_crit=0.15, onset_delay=0.3, lost_at=math.inf, asr=20)
    cases = [synth.ramp(seed, Ramp(other=gradual)) for seed in range(4)]
    found = [ask(case, electrode="oxidised")["other_deviation_at_onset"] for case in cases]
    truth = cases[0].truth["other_deviation_at_onset"]
    pulls = [(m.value - truth) / m.uncertainty for m in found]
    assert max(map(abs, pulls)) < 3  # the bend is below the noise, and takes a sixth of the 1.7 %


def test_the_reduced_electrode_has_its_own_onset():
    found = ask(synth.ramp(3, Ramp(other=EARLY)), electrode="reduced")
    assert found["onset_current_density"].value == pytest.approx(EARLY.onset(0.05), rel=0.01)


@pytest.mark.parametrize(
    ("kept", "electrode", "code"),
    [
        (("potential_we",), "cell", "electrode-not-observed"),
        (("potential_we",), "reduced", "electrode-not-observed"),
        (("potential_ce",), "oxidised", "oxidised-electrode-not-observed"),
    ],
)
def test_what_is_not_recorded_is_refused(kept, electrode, code):
    case = synth.ramp(1, Ramp(other=QUIET))
    for name in {"potential_we", "potential_ce"} - set(kept):
        case = case.without(name)
    assert codes(ask(case, electrode=electrode)) == {code}


def test_an_electrode_that_is_not_there_or_does_not_answer_is_told():
    case = synth.ramp(1, Ramp(other=QUIET))
    assert "other-electrode-unknown" in codes(ask(case.without("potential_ce"), electrode="oxidised"))
    flat = case.with_values("potential_ce", np.zeros(len(case.columns["time"].values)), "V")
    found = ask(flat, electrode="oxidised")
    assert "other-electrode-unknown" in codes(found)
    assert "other_deviation_at_onset" not in found.measurands
    empty = case.columns["potential_we"].values.copy()
    empty[100:110] = np.nan
    holes = case.with_values("potential_we", empty, "V")
    assert codes(ask(holes, electrode="reduced")) & {"other-electrode-unknown", "current-not-controlled"}


EXCHANGED = {"working": "counter", "counter": "working"}
OTHERS = {"cell": "counter", "oxidised": "counter", "reduced": "working"}
"""What is told of beside the watched one where the current is positive: it oxidises the working electrode."""


def exchange(case):
    """Return the same cell whose working electrode is called counter electrode."""
    names = {"potential_we": "potential_ce", "potential_ce": "potential_we"}
    turned = {
        n: case.columns[n].values * -1 for n in ("current", "current_setpoint", "voltage") if n in case.columns
    }
    columns = {names.get(n, n): replace(c, values=turned.get(n, c.values)) for n, c in case.columns.items()}
    return replace(case, columns=columns)


def told(outcome):
    """Return what an outcome says of the other electrode: whose it is, its deviations, its flags."""
    other = [m for name, m in outcome.measurands.items() if name.startswith("other_")]
    flags = [f.message for f in outcome.flags if f.code == "both-electrodes-deviate"]
    (whose,) = {text.split(" electrode")[0].split()[-1] for text in [*(m.note for m in other), *flags]}
    return whose, [m.value for m in other], len(flags)


@pytest.mark.parametrize("with_voltage", [True, False])
@pytest.mark.parametrize("electrode", OTHERS)
def test_the_other_electrode_has_the_name_that_the_sign_of_the_current_gives_it(electrode, with_voltage):
    """Working and counter are names: exchanged, the same is told of the electrode with the other name."""
    case = synth.ramp(4, Ramp(other=EARLY))
    if with_voltage:
        we, ce = (case.columns[name].values for name in ("potential_we", "potential_ce"))
        case = case.with_values("voltage", we - ce, "V")
    (whose, values, flagged), turned = (told(ask(c, electrode=electrode)) for c in (case, exchange(case)))
    assert whose == OTHERS[electrode]
    assert turned == (EXCHANGED[whose], pytest.approx(values, rel=1e-6), flagged)
    assert flagged == (electrode != "reduced")  # EARLY is the one that is reduced
