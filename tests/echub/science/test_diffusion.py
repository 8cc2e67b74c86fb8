"""Times of diffusion, in round numbers."""

import numpy as np
import pytest
from scipy.constants import physical_constants, zero_Celsius

from echub.science import BOLTZMANN_EV, ZERO_CELSIUS, diffusion_time, diffusivity


def test_the_constants_are_those_of_the_si():
    assert physical_constants["Boltzmann constant in eV/K"][0] == pytest.approx(BOLTZMANN_EV, rel=1e-9)
    assert zero_Celsius == ZERO_CELSIUS == 273.15


def test_ten_micrometres_at_1e_8_take_a_hundred_seconds():
    assert float(diffusion_time(10.0, 1e-8)) == pytest.approx(100.0)
    assert float(diffusion_time(10.0, 1e-8, 2)) == pytest.approx(50.0)
    assert diffusion_time([10.0, 20.0], 1e-8).tolist() == pytest.approx([100.0, 400.0])
    assert diffusion_time([10.0, 20.0], [1e-8, 4e-8]).tolist() == pytest.approx([100.0, 100.0])
    assert diffusivity(1.0, 0.0, [300.0, 400.0]).tolist() == [1.0, 1.0]


def test_an_energy_of_kt_divides_by_e():
    kelvin = np.array([250.0, 500.0])
    found = diffusivity(2.0, BOLTZMANN_EV * 500, kelvin)
    assert found.tolist() == pytest.approx([2 / np.e**2, 2 / np.e])


@pytest.mark.parametrize("call", [lambda: diffusion_time(1.0, 0.0), lambda: diffusion_time(1.0, 1.0, 0.0)])
def test_a_diffusivity_is_positive(call):
    with pytest.raises(ValueError, match="positive"):
        call()


@pytest.mark.parametrize(("prefactor", "kelvin"), [(0.0, 300.0), (1.0, -30.0), (1.0, np.nan)])
def test_celsius_and_zero_are_refused(prefactor, kelvin):
    with pytest.raises(ValueError, match="positive"):
        diffusivity(prefactor, 0.1, kelvin)
