"""Ramps with a reference: each electrode has its law, its share of R and its offset; the truth is the other's."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth.foreign.electrodes import SHAPES, watched
from echub.testing.synth.foreign.ramp_onset import RampSource, abrupt, ohmic

STILL = RampSource(swing=0.0, noise_v=0.0, area=0.5, asr=40.0)


def rng(seed=1):
    return np.random.default_rng(seed)


def columns(case):
    c = {name: column.values for name, column in case.columns.items()}
    return c["time"], c["current_setpoint"], c["potential_we"], c["potential_ce"]


def test_the_electrode_asked_for_has_three_fifths_and_the_other_falls_by_the_rest():
    t, i, we, ce = columns(watched(abrupt(0.3, 2.0), abrupt(0.4, 1.5), STILL, rng()))
    j = i / 0.5
    assert t[0] == 0.0
    assert we - we[0] == pytest.approx(24e-3 * j * np.where(j >= 0.3, 2.0, 1.0), abs=1e-9)
    assert ce - ce[0] == pytest.approx(-16e-3 * j * np.where(j >= 0.4, 1.5, 1.0), abs=1e-9)


def test_each_has_an_offset_of_its_own_of_5_mv_at_most():
    ends = np.array(
        [[we[0], ce[0]] for *_, we, ce in (columns(watched(ohmic(), ohmic(), STILL, rng(n))) for n in range(60))]
    )
    assert 4e-3 < np.abs(ends).max() <= 5e-3
    assert (ends.min(axis=0) < 0).all()
    assert (ends.max(axis=0) > 0).all()
    assert abs(np.corrcoef(ends.T)[0, 1]) < 0.4


def test_a_drift_of_the_reference_is_in_both():
    still, drifting = (columns(watched(ohmic(), ohmic(), STILL, rng(), drift)) for drift in (0.0, 2e-3))
    for number in (2, 3):
        assert drifting[number] - still[number] == pytest.approx(2e-3 * still[0] / 3600)


def test_noise_is_in_both_and_the_voltage_is_replaced():
    case = watched(ohmic(), ohmic(), replace(STILL, noise_v=3e-4), rng())
    _, i, we, ce = columns(case)
    for potential, asr in ((we, 24.0), (ce, -16.0)):
        assert (potential - asr / 1000 * i / 0.5).std() == pytest.approx(3e-4, rel=0.1)
    assert "voltage" not in case.columns
    assert case.metadata == {"cell.area": "0.5 cm^2"}
    assert {case.columns[name].unit for name in ("potential_we", "potential_ce")} == {"V"}


DEVIATIONS = {
    "quiet": 0.0, "jumps by a fifth": 20.0, "falls by a fifth": -20.0, "reference drifts by 1 mV/h": 0.0,
}  # fmt: skip
"""Percent."""


@pytest.mark.parametrize("name", SHAPES)
def test_the_truth_of_a_shape_is_the_deviation_in_its_own_rows(name):
    """Without noise, offset and drift, that of the other electrode is read from its rows."""
    drawn = SHAPES[name](rng(3))
    assert drawn.params == {"electrode": "oxidised"}
    largest = "largest" in name
    assert drawn.measurand == ("other_largest_deviation" if largest else "other_deviation_at_onset")
    t, i, we, ce = columns(drawn.data)
    j = i / 0.785
    slope_we, slope_ce = 31.0 * 0.6 / 1000, -31.0 * 0.4 / 1000
    rest = t < 60
    moved = 1e-3 * t / 3600 if "drifts" in name else 0.0 * t
    own, other = (u - moved - (u - moved)[rest].mean() for u in (we, ce))
    beyond = np.flatnonzero(own / slope_we <= 1.05 * j + 0.3 * 1e-2)
    onset = j[beyond[-1]]
    deviation = 100 * (other / slope_ce / np.maximum(j, 1e-9) - 1)
    smooth = np.convolve(deviation, np.ones(41) / 41, "same")
    late = np.flatnonzero(j > 0.15)[:-21]
    found = smooth[late][np.argmax(np.abs(smooth[late]))] if largest else np.interp(onset, j, smooth)
    assert drawn.truth == pytest.approx(found, abs=1.5 + 0.12 * abs(found))
    for start, percent in DEVIATIONS.items():
        if name.split(", ", 1)[1].startswith(start):
            assert drawn.truth == pytest.approx(percent)
    assert not math.isnan(drawn.truth)


def test_the_model_holds_where_nothing_rises_late_or_drifts():
    unsure = {name.split(", ", 1)[1] for name in SHAPES if not SHAPES[name](rng()).holds}
    assert unsure == {
        "leaves after: largest", "leaves after: at the onset", "third power: at the onset",
        "linear from the start: at the onset", "reference drifts by 1 mV/h: at the onset",
    }  # fmt: skip
