"""Faraday's law against figures of the field, and there and back."""

import numpy as np
import pytest
from scipy.constants import physical_constants

from echub.science import (
    FARADAY,
    amount,
    charge_of_amount,
    charge_of_thickness,
    inventory,
    layers,
    specific_capacity,
    thickness,
    thickness_rate,
)

LITHIUM = {"molar_mass": 6.94, "density": 0.534}
SODIUM = {"molar_mass": 22.98977, "density": 0.968}


def test_the_constant_is_that_of_the_si():
    assert physical_constants["Faraday constant"][0] == pytest.approx(FARADAY, abs=5e-6)


@pytest.mark.parametrize(("metal", "micrometres"), [(LITHIUM, 4.85), (SODIUM, 8.86)])
def test_one_mah_per_square_centimetre_is_as_thick_as_the_field_says(metal, micrometres):
    assert thickness(1.0, **metal) == pytest.approx(micrometres, abs=0.005)


def test_a_mole_of_electrons_is_26_8_ampere_hours():
    assert charge_of_amount(1e6) == pytest.approx(26_801.48, abs=0.01)  # mA·h
    assert amount(26_801.48, electrons=2) == pytest.approx(0.5e6, rel=1e-6)


def test_there_and_back_keeps_values_signs_and_shape():
    charge = np.array([[-2.0, 0.0], [1e-6, 350.0]])
    assert charge_of_amount(amount(charge, 3), 3) == pytest.approx(charge)
    layer = thickness(charge, electrons=2, **SODIUM)
    assert charge_of_thickness(layer, electrons=2, **SODIUM) == pytest.approx(charge)
    assert layer.shape == charge.shape
    assert thickness(1.0, electrons=2, **SODIUM) == pytest.approx(float(thickness(1.0, **SODIUM)) / 2)


@pytest.mark.parametrize("given", [{"density": 0.0}, {"molar_mass": -1.0}, {"electrons": 0}, {"density": np.nan}])
def test_what_is_not_positive_is_refused_by_its_name(given):
    for function in (thickness, charge_of_thickness):
        with pytest.raises(ValueError, match=next(iter(given))):
            function(1.0, **(LITHIUM | given))


def test_a_current_density_is_a_rate_of_growth():
    assert float(thickness_rate(10.0, **SODIUM)) == pytest.approx(24.62, abs=0.01)
    hour = float(thickness_rate(1.0, electrons=2, **LITHIUM)) * 3600 / 1000
    assert hour == pytest.approx(float(thickness(1.0, electrons=2, **LITHIUM)))


def test_layers_are_counted_by_their_spacing():
    assert float(layers(0.0429, 0.429)) == pytest.approx(100)
    with pytest.raises(ValueError, match="spacing"):
        layers(1.0, 0.0)


def test_an_electrode_holds_the_charge_of_its_atoms():
    """1 µL of a metal of 1 g/cm³ and 1 g/mol is 1 mg, 1 mmol, 26.8 mA·h."""
    pure = {"density": 1.0, "mass_fraction": 1.0, "molar_mass": 1.0, "area": 1.0}
    assert inventory(1.0, **pure) == pytest.approx(26.80148, rel=1e-6)
    assert inventory(1.0, **pure | {"mass_fraction": 0.5, "area": 0.25}) == pytest.approx(2 * 26.80148, rel=1e-6)
    assert inventory(1.0, **pure, electrons=2) == pytest.approx(2 * 26.80148, rel=1e-6)
    for name, wrong in {"mass_fraction": 1.5, "area": 0.0, "density": -1.0}.items():
        with pytest.raises(ValueError, match=name):
            inventory(1.0, **pure | {name: wrong})


def test_lithium_has_3861_mah_per_gram():
    assert specific_capacity(6.941) == pytest.approx(3861, abs=1)
    assert specific_capacity(6.941, 2) == pytest.approx(2 * specific_capacity(6.941))
