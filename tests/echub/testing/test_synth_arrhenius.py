"""Generated cells at several temperatures: an Arrhenius law, one-sided losses and a scatter, and who is who."""

from __future__ import annotations

import math

import numpy as np
import pytest

from echub.testing.synth import Cells, activated, boltzmann_factor, faulty

STILL = Cells(0.3, 0.5, 20.0, (0.0, 20.0, 60.0), 2, 0.0, 0.0, group="coated", unit="mA")


def rows(case):
    """Return temperature and value of each outcome."""
    said = [outcome.metadata["cell.temperature"]["value"] for outcome in case.outcomes]
    return list(zip(said, [o.measurands["onset_current_density"].value for o in case.outcomes], strict=True))


@pytest.mark.parametrize("energy", [0.1, 0.3])
def test_values_rise_by_the_law_from_the_reference(energy):
    case = activated(0, Cells(energy, 0.5, 20.0, (0.0, 20.0, 60.0), 2, 0.0, 0.0))
    for celsius, value in rows(case):
        inverse = 1 / (celsius + 273.15) - 1 / 293.15
        assert value == pytest.approx(0.5 * math.exp(-energy / 8.617333262e-5 * inverse))
    assert case.truth == {"activation_energy_ln_y": energy}
    assert boltzmann_factor(energy, 20.0, 20.0) == 1.0


def test_who_is_who():
    case = activated(0, STILL)
    first, second = case.outcomes[:2]
    names = ["cell1 +0C", "cell2 +0C", "cell1 +20C", "cell2 +20C", "cell1 +60C", "cell2 +60C"]
    assert [outcome.metadata["cell.id"]["value"] for outcome in case.outcomes] == names
    assert second.label == "coated cell2 +0C"
    assert first.metadata == {
        "cell.temperature": {"value": 0.0, "unit": "degC", "source": "generator"},
        "cell.id": {"value": "cell1 +0C", "unit": None, "source": "generator"},
        "sample.group": {"value": "coated", "unit": None, "source": "generator"},
    }
    assert first.analysis == "ramp-onset"
    assert first.measurands["onset_current_density"].unit == "mA"
    conditions = {name: (c.value, c.unit) for name, c in first.conditions.items()}
    assert conditions == {"ramp_rate": (1.0, "mA/cm^2/h"), "criterion": ("5% above ohmic", "")}


def test_a_fault_takes_up_to_its_worst_and_a_scatter_both_ways():
    rng = np.random.default_rng(1)
    lost = np.array([faulty(2.0, 0.25, 0.0, rng) for _ in range(4000)]) / 2
    assert 0.75 <= lost.min() < 0.752
    assert 0.998 < lost.max() <= 1.0
    assert lost.mean() == pytest.approx(0.875, abs=5e-3)
    scattered = np.array([faulty(2.0, 0.0, 0.03, rng) for _ in range(4000)]) / 2
    assert (scattered.mean(), scattered.std()) == (pytest.approx(1, abs=3e-3), pytest.approx(0.03, rel=0.05))


def test_losses_grow_in_the_cold_by_a_part_per_100_k():
    """Of 0.2 in the warmest cells: 0.2 (1 + 2 · 0.5) half a hundred kelvin below, and never more than 0.95."""
    cold = Cells(0.0, 1.0, 20.0, (-30.0, 20.0), 3000, 0.2, 0.0, loss_in_cold=2.0)
    found = np.array(rows(activated(2, cold)))
    least = [found[found[:, 0] == celsius, 1].min() for celsius in (-30.0, 20.0)]
    assert least == pytest.approx([0.6, 0.8], abs=2e-3)
    worse = Cells(0.0, 1.0, 20.0, (-30.0, 20.0), 3000, 0.9, 0.0, loss_in_cold=2.0)
    assert min(value for _, value in rows(activated(2, worse))) == pytest.approx(0.05, abs=2e-3)


def test_the_same_seed_draws_the_same_cells():
    one, same, other = (rows(activated(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other
