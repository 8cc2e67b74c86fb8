"""Faraday's law: charge, amount of substance, and the thickness of a plated or stripped layer.

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


def _require_positive(**given: float) -> None:
    for name, value in given.items():
        if not value > 0:
            raise ValueError(f"{name} is positive, not {value}")
