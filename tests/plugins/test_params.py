"""Each parameter of an analysis does something: another value gives another outcome, on data that it speaks of."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import pytest

import echub
from echub.registry.registry import registry
from tests.plugins.examples import ALL, case_of

PARAMS = {
    "ccd": {
        "criterion": "half_drop",
        "direction": "we_oxidised",
        "report": "cycles",
        "electrolyte_asr": "25 ohm*cm^2",
        "rest": "3.5 mA",
        "r_drop": "90",
        "r_drop_sigma": "1e6",
        "r_drop_sharpness": "0.999",
        "half_drop": "10",
        "near_zero": "99",
        "near_zero_floor": "100 mV",
        "asymmetry": "90",
        "growth": "0.01",
        "limit": "0.05 V",
        "area_uncertainty": "5",
    },
    "cycling": {
        "charge": "cathodic",
        "cycles": "counter",
        "reference": "3",
        "at": "1",
        "rest": "1.5 mA",
        "current_accuracy": "3",
        "repeatability": "1",
        "voltage_accuracy": "0.1 V",
        "mass_uncertainty": "5",
        "area_uncertainty": "5",
        "dqdv_step": "0.1 V",
    },
    "symmetric-cycling": {"drop": "99", "rest": "0.6 mA", "current_accuracy": "3", "voltage_gain": "3"},
    "staircase-linearity": {
        "deviation": "30",
        "fit": "5",
        "tail": "90",
        "rest": "0.12 mA/cm^2",
        "current_accuracy": "3",
    },
    "staircase-linearity: unrested": {"voltage_accuracy": "0.05 V"},
    "dc-polarisation": {"level": "80", "flat": "1", "slowest": "1.5", "offset_uncertainty": "1 nA"},
    "transference-number": {"level": "80", "flat": "1", "slowest": "1.5", "offset_uncertainty": "100 nA"},
    "transference-number: resistances": {
        "resistance_uncertainty": "20",
        "resistance_before": "80 ohm",
        "resistance_after": "80 ohm",
    },
    "eis-check": {"f_min": "100 Hz", "f_max": "1 kHz"},
    "eis-check: drifting": {"kk_residual": "90", "kk_p": "0"},
    "pulsed-stripping": {
        "cut_off": "0.5 V",
        "direction": "we_reduced",
        "current_accuracy": "3",
        "area_uncertainty": "5",
    },
    "pulsed-stripping: blocks": {"block": "2"},
    "pulsed-stripping-plateau": {"tolerance": "50", "exclude": "10"},
    "ramp-onset": {
        "method": "lowack2026",
        "threshold": "20",
        "window": "60 s",
        # Not sustain: the deviation of this ramp stays; test_crossing.py has one that ends.
        "start": "300 s",
        "fit_fraction": "0.3",
        "bootstrap": "0",
        "range_accuracy": "3",
        "area_uncertainty": "5",
        "vacancy_charge": "4 uA*h/cm^2",
    },
    "ramp-onset: three electrodes": {"electrode": "reduced"},
    "ramp-onset: lowack": {
        "lowack_curvature": "0.7 V/s^2",
        "lowack_fit": "smoothed",
        "lowack_scheme": "gradient_twice",
        "lowack_offset": "rest",
        "window": "60 s",
        "threshold": "20",
    },
    "relaxation": {"form": "single", "offset": "true", "level": "80"},
    "sims-profile": {
        "species": "Zr+",
        "region": "failed",
        "edge": "rising",
        "report": "enrichment",
        "start": "500",
        "stop": "900",
        "dead_time": "none",
        "background_stop": "1700",
        "detector_yield": "50",
        "normalise": "total",
        "depth_uncertainty": "10",
        "smooth": "11",
    },
    "sims-profile: enrichment": {
        "window": "bulk",
        "surface": "300 nm",
        "near_surface": "900 nm",
        "bulk": "1500 nm",
        "false_discovery": "40",
        "ratios": "Na+/Zr+",
        "detector_yield": "50",
        "reference": "failed",
    },
    "stability-window": {
        "threshold": "50 uA/cm^2",
        "scan": "2",
        "baseline": "2:3",
        "plating": "2 V",
        "resistance": "2000 ohm*cm^2",
        "voltage_accuracy": "0.1 V",
        "current_accuracy": "10",
        "area_uncertainty": "5",
    },
    "arrhenius": {
        "form": "both",
        "replicates": "mean",
        "error_bars": "none",
        "temperature_offset": "5",
        "level": "80",
        "weights": "own",
        "exclude": "-30C",
    },
}
ROWS = [(name, param) for name, params in PARAMS.items() for param in params]
STEPS = "counts: ion_counts, measured; depth: time · crater depth / total time, per crater"
STATED = {
    "ccd": {"criterion": {"criterion": "half_drop"}, "direction": {"direction": "we_oxidised"},
            # 30 Ω·cm² reach 60 mV at the second level, 2 mA/cm²: an open circuit, and one level is left.
            "limit": {"protocol": "one level", "half_cycle_charge": None}},
    # Charged the other way round, the file has a half cycle before its first charge: cycles begin elsewhere.
    "cycling": {"charge": {"charge": "cathodic", "reference_cycle": 1, "reference_rate": ...},
                "cycles": {"cycles_by": "counter"}, "reference": {"reference_cycle": 3}},
    "symmetric-cycling": {"drop": {"criterion": "R falls by 99 % and stays"}},
    "staircase-linearity": {"deviation": {"criterion": "30 % off the line of up to 3 lowest levels"},
                            "fit": {"criterion": "10 % off the line of up to 5 lowest levels"}},
    "relaxation": {"form": {"form": "single"}, "offset": {"offset": True}},
    "pulsed-stripping": {"cut_off": {"cut_off": 0.5}},
    "ramp-onset": {"method": {"method": "lowack2026"}, "threshold": {"criterion": "20 % above the ohmic line"}},
    "ramp-onset: lowack": {"threshold": {"criterion": "20 % above the ohmic line"}},
    "sims-profile": {
        "species": {"species": "Zr+"}, "region": {"region": "failed"},
        "background_stop": {"steps": f"{STEPS}; background: mean from 0 to 1700 nm"},
        "detector_yield": {"steps": f"{STEPS}; yield: divided by 50 %"},
        "normalise": {"steps": f"{STEPS}; normalisation: by the total of each polarity, per region, relative to "
                               "its median over all regions"},
        "smooth": {"steps": f"{STEPS}; smoothing: mean of 11 points, in the figure only"},
    },
    "sims-profile: enrichment": {"detector_yield": {"steps": f"{STEPS}; yield: divided by 50 %"},
                                 "reference": {"region": "pristine"}},
    "stability-window": {"threshold": {"threshold": 50.0}, "scan": {"scan": 2}},
    "arrhenius": {"replicates": {"replicates": "mean"}},
}  # fmt: skip
"""What the conditions state of a setting in `PARAMS`, in their usual units; it is stated in no other condition.

Of `...` only that it changes.
"""
ANOTHER = {("ccd", "report"), ("sims-profile", "report")}
"""Settings that ask for another outcome, whose conditions are its own."""


@cache
def analyzed(name, param=""):
    """Return the outcome of an example, or the one with another value of a parameter."""
    other = {param: PARAMS[name][param]} if param else {}
    return echub.analyze(name.partition(":")[0], case_of(name).data(), params={**ALL[name][1], **other})


def answer(outcome):
    """Return all that an outcome says; a refusal says its code."""
    tables = [(t, c, s.unit, s.values) for t, table in outcome.tables.items() for c, s in table.items()]
    shown = [(c, s.unit, s.values) for c, s in outcome.diagnostics.items()]
    return repr((list(outcome.measurands.items()), outcome.flags, tables, shown, list(outcome.conditions.items())))


@pytest.mark.parametrize(("name", "param"), ROWS)
def test_another_value_gives_another_outcome(name, param):
    assert answer(analyzed(name, param)) != answer(analyzed(name))


@pytest.mark.parametrize(("name", "param"), [row for row in ROWS if row not in ANOTHER])
def test_a_setting_is_stated_in_its_own_condition_and_in_no_other(name, param):
    usual, other = analyzed(name).conditions, analyzed(name, param).conditions
    if analyzed(name, param).status == "refused":
        return
    changed = {c: getattr(other.get(c), "value", None) for c in {*usual, *other} if usual.get(c) != other.get(c)}
    stated = STATED.get(name, {}).get(param, {})
    assert changed == {c: changed.get(c) if value is ... else value for c, value in stated.items()}


@pytest.mark.parametrize("name", PARAMS)
def test_the_table_names_parameters_that_there_are(name):
    declared = {field.name for field in fields(registry().analysis(name.partition(":")[0]).params)}
    assert set(PARAMS[name]) <= declared
