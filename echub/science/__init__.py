"""What analyses share: robust noise, counting statistics, dead time, electrodes, Faraday's law, diffusion times.

Plain NumPy over arrays, for the hub and for anybody's plugin; SciPy is imported when a function needs it.
Segments of a time series are in `echub.segments`, ion labels in `echub.species`.

>>> from echub.science import poisson_interval, robust_sigma, thickness
>>> round(robust_sigma([1.0, 1.1, 0.9, 1.0, 25.0]), 3)  # one spike does not count
0.148
>>> low, high = poisson_interval(0, 0.6827)
>>> float(low), round(float(high), 2)
(0.0, 1.84)
>>> round(float(thickness(1.0, molar_mass=22.98977, density=0.968)), 2)  # µm of sodium per mA·h/cm²
8.86
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.lazy import names_of

if TYPE_CHECKING:
    from echub.science.areas import mask_area
    from echub.science.counting import poisson_interval
    from echub.science.coverage import coverage_half_width
    from echub.science.dead_time import live_share, saturation
    from echub.science.diffusion import BOLTZMANN_EV, ZERO_CELSIUS, diffusion_time, diffusivity
    from echub.science.electrodes import Observed, oxidised_electrode, oxidised_voltage
    from echub.science.faraday import (
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
    from echub.science.noise import (
        MAD_TO_SIGMA,
        MEDIAN_TO_MEAN,
        difference_noise,
        median_error,
        robust_centre,
        robust_sigma,
        robust_variance,
    )
    from echub.science.ranges import RANGE_ACCURACY, CurrentRanges
    from echub.science.resolution import digit, digit_error, noise_of_digits
    from echub.science.slow_noise import Wander, wander
    from echub.science.standstill import standstills

_LAZY = {
    "BOLTZMANN_EV": ".diffusion",
    "CurrentRanges": ".ranges",
    "FARADAY": ".faraday",
    "MAD_TO_SIGMA": ".noise",
    "MEDIAN_TO_MEAN": ".noise",
    "Observed": ".electrodes",
    "RANGE_ACCURACY": ".ranges",
    "Wander": ".slow_noise",
    "ZERO_CELSIUS": ".diffusion",
    "amount": ".faraday",
    "charge_of_amount": ".faraday",
    "charge_of_thickness": ".faraday",
    "coverage_half_width": ".coverage",
    "difference_noise": ".noise",
    "diffusion_time": ".diffusion",
    "diffusivity": ".diffusion",
    "digit": ".resolution",
    "digit_error": ".resolution",
    "inventory": ".faraday",
    "layers": ".faraday",
    "live_share": ".dead_time",
    "mask_area": ".areas",
    "median_error": ".noise",
    "noise_of_digits": ".resolution",
    "oxidised_electrode": ".electrodes",
    "oxidised_voltage": ".electrodes",
    "poisson_interval": ".counting",
    "robust_centre": ".noise",
    "robust_sigma": ".noise",
    "robust_variance": ".noise",
    "saturation": ".dead_time",
    "specific_capacity": ".faraday",
    "standstills": ".standstill",
    "thickness": ".faraday",
    "thickness_rate": ".faraday",
    "wander": ".slow_noise",
}

__all__ = [
    "BOLTZMANN_EV",
    "FARADAY",
    "MAD_TO_SIGMA",
    "MEDIAN_TO_MEAN",
    "RANGE_ACCURACY",
    "ZERO_CELSIUS",
    "CurrentRanges",
    "Observed",
    "Wander",
    "amount",
    "charge_of_amount",
    "charge_of_thickness",
    "coverage_half_width",
    "difference_noise",
    "diffusion_time",
    "diffusivity",
    "digit",
    "digit_error",
    "inventory",
    "layers",
    "live_share",
    "mask_area",
    "median_error",
    "noise_of_digits",
    "oxidised_electrode",
    "oxidised_voltage",
    "poisson_interval",
    "robust_centre",
    "robust_sigma",
    "robust_variance",
    "saturation",
    "specific_capacity",
    "standstills",
    "thickness",
    "thickness_rate",
    "wander",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)
