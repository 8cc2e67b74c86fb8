"""Faraday's law: charge, amount, thickness of a plated or stripped layer, and what an electrode holds.

Nothing is assumed about the material: the caller gives molar mass, density and electrons. The thickness is
that of a dense, even layer; filaments and side reactions are not accounted for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FARADAY = 96485.33212
"""C/mol; exact to the digits given since the SI of 2019 (e · N_A)."""

_COULOMBS = 3.6
"""C in one mA·h."""
_MICRO = 1e6
_MICROMETRES = 1e4
"""µm in one cm."""
_NANOMETRES_PER_MICROMETRE = 1e3
_SECONDS_PER_HOUR = 3600.0


def amount(charge: ArrayLike, electrons: int = 1) -> NDArray[np.float64]:
    """Return the amount of substance that a charge converts: n = Q / (z·F).

    charge: mA·h or mA·h/cm², any shape; result: µmol or µmol/cm², the same shape and sign. electrons: z, per
    formula unit. Raises `ValueError` if it is not positive.
    """
    _require_positive(electrons=electrons)
    return np.asarray(charge, dtype=np.float64) * (_COULOMBS * _MICRO / (electrons * FARADAY))


def charge_of_amount(amount: ArrayLike, electrons: int = 1) -> NDArray[np.float64]:
    """Return the charge that converts an amount of substance: Q = z·F·n.

    amount: µmol or µmol/cm², any shape; result: mA·h or mA·h/cm², the same shape and sign. electrons: z, per
    formula unit. Raises `ValueError` if it is not positive.
    """
    _require_positive(electrons=electrons)
    return np.asarray(amount, dtype=np.float64) * (electrons * FARADAY / (_COULOMBS * _MICRO))


def thickness(charge: ArrayLike, *, molar_mass: float, density: float, electrons: int = 1) -> NDArray[np.float64]:
    """Return the thickness of the dense layer that a charge per area plates or strips: d = Q·M / (z·F·ρ).

    charge: mA·h/cm², any shape; result: µm, the same shape and sign. molar_mass: g/mol. density: g/cm³.
    electrons: z, per atom. Raises `ValueError` if one of them is not positive.
    """
    _require_positive(molar_mass=molar_mass, density=density)
    return amount(charge, electrons) * (molar_mass / density / _MICRO * _MICROMETRES)


def charge_of_thickness(
    thickness: ArrayLike, *, molar_mass: float, density: float, electrons: int = 1
) -> NDArray[np.float64]:
    """Return the charge per area that plates or strips a dense layer: Q = z·F·ρ·d / M.

    thickness: µm, any shape; result: mA·h/cm², the same shape and sign. molar_mass: g/mol. density: g/cm³.
    electrons: z, per atom. Raises `ValueError` if one of them is not positive.
    """
    _require_positive(molar_mass=molar_mass, density=density)
    per_area = np.asarray(thickness, dtype=np.float64) * (density / molar_mass * _MICRO / _MICROMETRES)
    return charge_of_amount(per_area, electrons)


def thickness_rate(
    current_density: ArrayLike, *, molar_mass: float, density: float, electrons: int = 1
) -> NDArray[np.float64]:
    """Return how fast a dense layer grows or dissolves: v = j·M / (z·F·ρ).

    current_density: mA/cm², any shape; result: nm/s, the same shape and sign. molar_mass: g/mol. density: g/cm³.
    electrons: z, per atom. Raises `ValueError` if one of them is not positive.
    """
    layer = thickness(current_density, molar_mass=molar_mass, density=density, electrons=electrons)
    return layer * (_NANOMETRES_PER_MICROMETRE / _SECONDS_PER_HOUR)


def layers(thickness: ArrayLike, spacing: float) -> NDArray[np.float64]:
    """Return how many layers of atoms a thickness is; a fraction is kept.

    thickness: µm, any shape, which is that of the result. spacing: distance of two layers of atoms, nm; it depends
    on the face of the crystal. Raises `ValueError` if it is not positive.
    """
    _require_positive(spacing=spacing)
    return np.asarray(thickness, dtype=np.float64) * (_NANOMETRES_PER_MICROMETRE / spacing)


def inventory(
    volume: float, *, density: float, mass_fraction: float, molar_mass: float, area: float, electrons: int = 1
) -> float:
    """Return the charge per area that an electrode holds in one of its components: V·ρ·w·z·F / (M·A).

    volume: µL, of the whole electrode. density: g/cm³, of the whole electrode. mass_fraction: w of the component,
    0 to 1. molar_mass: g/mol, of the component. area: cm². Result: mA·h/cm². It is an upper limit of what can
    be stripped. Raises `ValueError` if one of them is not positive, or the fraction is above 1.
    """
    _require_positive(
        volume=volume, density=density, mass_fraction=mass_fraction, molar_mass=molar_mass, area=area
    )
    if mass_fraction > 1:
        raise ValueError(f"mass_fraction is at most 1, not {mass_fraction}")
    micromoles = volume * density * mass_fraction / molar_mass * 1e3  # µL g/cm³ is mg
    return float(charge_of_amount(micromoles, electrons)) / area


def specific_capacity(molar_mass: float, electrons: float = 1) -> float:
    """Return the theoretical capacity of a material: z·F / M, mA·h/g.

    molar_mass: g/mol, per formula unit. electrons: z, exchanged per formula unit; it may be a fraction. Raises
    `ValueError` if one of them is not positive.
    """
    _require_positive(molar_mass=molar_mass, electrons=electrons)
    return electrons * FARADAY / (_COULOMBS * molar_mass)


def _require_positive(**given: float) -> None:
    for name, value in given.items():
        if not value > 0:
            raise ValueError(f"{name} is positive, not {value}")
