"""Checks: what is flagged, and that nothing is changed by it."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub_sims_profile.method.sensitivity import currie
from echub_sims_profile.outcome.checks import spikes

PLAIN = synth.Layers(factors={"only": {}})


def analyze(case, **params):
    return echub.analyze("sims-profile", case.record() if isinstance(case, synth.Case) else case, params=params)


def flag(outcome, code):
    return next((f for f in outcome.flags if f.code == code), None)


def test_spikes_are_found_and_kept():
    layers = replace(PLAIN, spikes=2)
    outcome = analyze(synth.layered(3, layers))
    assert len(outcome.tables["spikes"]["x"]) == 6  # two in each of three channels
    assert max(outcome.diagnostics["signal"].values) > 3000
    assert flag(analyze(synth.layered(3, PLAIN)), "spikes") is None


def test_an_edge_is_no_spike():
    n = np.array([1.0, 1, 1, 40, 200, 390, 400, 400, 400, 390, 200, 40, 1, 1, 1])
    assert not spikes(n).any()
    n[7] = 4000
    assert np.flatnonzero(spikes(n)).tolist() == [7]


def test_a_full_register_is_said():
    case = synth.layered(4, replace(PLAIN, ions=(synth.Ion("Na+", 3000.0), synth.Ion("Si+", 50.0, stop=None))))
    full = np.minimum(case.columns["ion_counts"].values, 2900)
    assert flag(analyze(case.with_values("ion_counts", full)), "saturated").where == "Na+ only"
    assert flag(analyze(case), "saturated") is None


def test_equal_counts_that_do_not_follow_each_other_are_no_full_register():
    case = synth.layered(4, replace(PLAIN, ions=(synth.Ion("Na+", 3000.0), synth.Ion("Si+", 50.0, stop=None))))
    n = case.columns["ion_counts"].values.astype(float)
    high = np.flatnonzero((n[:-20] > 2500) & (case.columns["ion_counts"].values[20:] > 2500))
    repeated = n.copy()
    for start in (high[0], high[0] + 10):
        repeated[start : start + 4] = 2800
    assert flag(analyze(case.with_values("ion_counts", repeated)), "saturated") is None
    repeated[high[0] : high[0] + 5] = 2800
    assert flag(analyze(case.with_values("ion_counts", repeated)), "saturated") is not None


def test_a_step_at_the_detector_switch_is_said():
    case = synth.layered(5, PLAIN)
    counts, row = case.columns["ion_counts"].values, np.arange(450)
    cup = (row >= 20) & (row < 50)
    case = case.with_values("ion_counts", np.where(cup, 1.5 * counts, counts)).with_values(
        "faraday_cup", cup * 1.0, "1"
    )
    assert "%" in flag(analyze(case), "detector-switch-step").where


ZIRCONIUM = {90: 51.45, 91: 11.22, 92: 17.15, 94: 17.38}
"""Natural abundances in percent (IUPAC 2013)."""


def zirconium(**changed):
    ions = [synth.Ion("Na+")]
    for nucleons, percent in (ZIRCONIUM | {int(k[1:]): v for k, v in changed.items()}).items():
        ions.append(synth.Ion(f"{nucleons}Zr+", 4 * percent, 0.0, stop=None))
    return synth.layered(6, replace(PLAIN, ions=tuple(ions)))


def test_natural_zirconium_passes_and_its_shares_are_tabulated():
    outcome = analyze(zirconium())
    table = outcome.tables["isotopes"]
    assert table["nuclide"].values == (90, 91, 92, 94)
    total = sum(ZIRCONIUM.values())
    assert table["natural"].values == pytest.approx([v / total for v in ZIRCONIUM.values()], rel=2e-3)
    assert flag(outcome, "isotope-pattern") is None


def test_an_overlaid_isotope_is_said():
    assert "91Zr only" in flag(analyze(zirconium(_91=20.0)), "isotope-pattern").where


def test_overlaid_masses_of_silicon_are_said():
    ions = (synth.Ion("PO2-", polarity=-1), synth.Ion("SiO2-", 50.0, stop=None, polarity=-1))
    outcome = analyze(synth.layered(7, replace(PLAIN, ions=ions)))
    assert flag(outcome, "mass-interference").where == "30SiO2H- on PO2-"


def test_the_detection_limit_is_curries():
    assert currie(0) == 2.71
    assert currie(50) == pytest.approx(35.61)


def factors(*entries):
    record = synth.layered(8, replace(PLAIN, cycles=90)).record()
    record.metadata.set("sims.rsf", list(entries), source="test")
    return record


RSF = {"species": "Na+", "value": 1e18, "unit": "1/cm^3"}


def concentration(outcome):
    table = outcome.tables["concentrations"]
    rows = zip(*(table[k].values for k in ("window", "low", "high")), strict=True)
    return next(row[1:] for row in rows if row[0] == "near_surface")


@pytest.mark.parametrize(
    ("entry", "truth"),
    [
        ({"convention": "per_count_rate"}, 402e18),
        ({"convention": "per_matrix_ratio", "matrix": "Si+"}, 402 / 52 * 1e18),
    ],
)
def test_a_concentration_follows_the_convention_of_its_factor(entry, truth):
    low, high = concentration(analyze(factors(RSF | entry)))
    assert low * 0.98 < truth < high * 1.02


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({}, "rsf-convention-missing"),
        ({"convention": "per_matrix_ratio"}, "rsf-not-applicable"),
        ({"convention": "per_count_rate", "refers_to": "atom"}, "rsf-convention-missing"),
    ],
)
def test_a_factor_that_cannot_be_used_gives_no_concentration(entry, code):
    outcome = analyze(factors(RSF | entry))
    assert flag(outcome, code) is not None
    assert "concentrations" not in outcome.tables


def test_a_factor_of_an_isotope_is_scaled_to_the_element_where_that_is_meant():
    record = zirconium().record()
    entry = {"species": "90Zr+", "value": 1e18, "convention": "per_count_rate"}
    record.metadata.set("sims.rsf", [entry], source="test")
    isotope = concentration(analyze(record, species="Na+"))
    record = zirconium().record()
    record.metadata.set("sims.rsf", [entry | {"refers_to": "element"}], source="test")
    element = concentration(analyze(record, species="Na+"))
    assert element[0] / isotope[0] == pytest.approx(1 / 0.5145, rel=2e-3)
