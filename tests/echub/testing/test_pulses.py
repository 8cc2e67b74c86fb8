"""The generator of stripping pulses: its capacity is that of the formula, by another way than its own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from echub.testing import synth
from echub.testing.synth import Pulses, Voids


def test_without_polarisation_the_crossing_has_a_closed_form():
    """U = j (asr_bulk + asr_contact / (1 - Q/C)) = 3 V solved for Q."""
    cell = Voids(polarisation_v=0.0)
    for rest in (0.1, 1.0, 10.0):
        capacity = 0.005 / (0.2 + 0.8 * math.exp(-rest))
        expected = capacity * (1 - 10 / (3000 - 30))
        truth = synth.pulses(0, Pulses(cell, rests_s=(rest,))).truth
        assert truth["stripping_capacity"] == pytest.approx(expected)


def test_the_charge_column_counts_what_the_pulses_pass():
    case = synth.pulses(0, Pulses(limit=36.4 / 3600))
    counted = case.columns["charge"].values / 0.385 * 3600
    assert counted[-1] == pytest.approx(36.4)
    assert case.truth["passed"] * 3600 == pytest.approx(36.4)
    assert (np.diff(counted) >= -1e-9).all()


def test_the_same_seed_gives_the_same_rows_and_time_never_stands_still():
    setup = Pulses(rests_s=(0.3, 1.0))
    first, again = synth.pulses(3, setup), synth.pulses(3, setup)
    for name, column in first.columns.items():
        assert np.array_equal(column.values, again.columns[name].values)
    assert (np.diff(first.columns["time"].values) > 0).all()


def test_longer_rests_raise_the_capacity_to_the_plateau():
    found = [case.truth["stripping_capacity"] for case in synth.rest_series(rests_s=(0.1, 0.3, 1.0, 3.0))]
    assert found == sorted(found)
    assert found[-1] < synth.pulses().truth["plateau"]
