"""A refused outcome shows its trace, and the reason with its numbers beside the name of the file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import CyclingSetup, LevelSteps, Programme
from tests.plugins.examples import CASES, case_of, drawn, outcome_of

SHORT = Programme(rates=(0.5, 0.5))
REFUSED = {
    "cycling": (
        lambda: synth.cycles(1, CyclingSetup(programme=SHORT)),
        {"reference": "9"},
        [("U / V", ""), ("I / mA", "t / h")],
        "cycle 9",
    ),
    "staircase-linearity": (
        lambda: synth.linear_staircase(1, LevelSteps(levels=(0.1,))),
        {},
        [("U / V", ""), ("I / mA/cm²", "t / min")],
        "no-levels: 2 levels",
    ),
    "ramp-onset": (
        lambda: case_of("ramp-onset"),
        {"method": "lowack2026", "lowack_curvature": "1e9 V/s^2"},
        [("U / V", ""), ("j / mA/cm²", "t / min")],
        "never exceeds 1e+09 V/s²",
    ),
    "pulsed-stripping": (
        lambda: case_of("pulsed-stripping"),
        {"direction": "we_reduced"},
        [("U / V", "t / s")],
        "no-pulses: no pulses stand out of the current (largest 1)",
    ),
    "stability-window": (
        lambda: case_of("stability-window"),
        {"scan": "9"},
        [("j / µA/cm²", ""), ("j / µA/cm²", "E / V")],
        "scan 9 is asked for, the record has 3",
    ),
    "ccd": (
        lambda: case_of("ccd"),
        {"electrolyte_asr": "900 ohm*cm^2"},
        [("U / mV", ""), ("R·A / Ω·cm²", ""), ("level / mA/cm²", "t / min"), ("j / mA/cm²", "")],
        "refused: the electrolyte is stated as 900 Ω·cm², but the whole cell has 30 Ω·cm²",
    ),
    "eis-fit": (
        lambda: case_of("eis-fit"),
        {"f_min": "10 MHz"},
        [("−Im $Z$ / Ω", "Re $Z$ / Ω")],
        "all-points-masked: none of 62 points is left: 62 below f_min",
    ),
    "sims-profile": (
        lambda: case_of("sims-profile"),
        {"species": "Na+", "start": "900", "stop": "910"},
        [("positive ions / counts", "depth / nm"), ("", "depth / nm")],
        "too-few-points: an edge needs 6 points",
    ),
}


@pytest.fixture(scope="module")
def refused():
    return {
        name: echub.analyze(name, case().data(), params=params) for name, (case, params, *_) in REFUSED.items()
    }


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_outcome_shows_its_trace_and_why(name, refused):
    *_, labels, words = REFUSED[name]
    outcome = refused[name]
    figure = drawn(outcome)
    assert outcome.status == "refused"
    heading, *below = figure.get_suptitle().splitlines()
    assert heading.startswith("generated")
    assert words in "".join(below)
    assert [(axis.get_ylabel(), axis.get_xlabel()) for axis in figure.axes] == labels
    known = {
        name: series.array() for name, series in outcome.diagnostics.items() if name in ("U_low", "U", "re", "j")
    }
    shown = np.concatenate([line.get_ydata() for axis in figure.axes for line in axis.lines] + [np.empty(0)])
    factor = 1000 if labels[0][0] == "U / mV" else 1
    for values in (known[one] for one in ("U_low", "U") if one in known):
        assert np.nanmin(shown) <= factor * np.nanmin(values) + 1e-9


@pytest.mark.parametrize("name", sorted(set(REFUSED) - {"ccd", "sims-profile"}))
def test_the_heading_says_that_it_is_refused(name, refused):
    assert "refused" in drawn(refused[name]).get_suptitle().splitlines()[0]


@pytest.mark.parametrize("name", CASES)
def test_the_heading_names_the_file(name):
    label = "cell 7 of the third batch"
    assert drawn(replace(outcome_of(name), label=label)).get_suptitle().splitlines()[0].startswith(label)
