"""Re and Im of an impedance from modulus and phase, and vice versa, if a dataset holds only the other pair."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import DataError
from echub.model.dataset import Dataset

Floats = NDArray[np.float64]


def _real(modulus: Floats, degrees: Floats) -> Floats:
    return modulus * np.cos(np.radians(degrees))


def _imag(modulus: Floats, degrees: Floats) -> Floats:
    return modulus * np.sin(np.radians(degrees))


def _phase(real: Floats, imag: Floats) -> Floats:
    return np.asarray(np.degrees(np.arctan2(imag, real)))


_Rule = tuple[str, str, Callable[[Any, Any], Any], str]


def _pairs(prefix: str, electrode: str) -> dict[str, _Rule]:
    """Return how to compute each quantity of one electrode: two quantities, the function, its formula."""
    re, im, modulus, phase = f"{prefix}_real", f"{prefix}_imag", f"{prefix}_abs", f"phase{electrode}"
    return {
        re: (modulus, phase, _real, f"{modulus} · cos({phase})"),
        im: (modulus, phase, _imag, f"{modulus} · sin({phase})"),
        modulus: (re, im, np.hypot, f"sqrt({re}² + {im}²)"),
        phase: (re, im, _phase, f"atan2({im}, {re})"),
    }


RULES = {
    name: rule
    for electrode in ("", "_ce", "_wece")
    for name, rule in _pairs(f"impedance{electrode}", electrode).items()
}
"""Signs as everywhere in echub: Im Z is signed, capacitive negative, and so is the phase, in degrees."""


def converted(quantity: str, data: Dataset) -> tuple[Floats, str, str] | None:
    """Return values (n,), unit and formula of an impedance quantity from the other pair; None without it."""
    if quantity not in RULES:
        return None
    first, second, function, formula = RULES[quantity]
    if first not in data.columns or second not in data.columns:
        return None
    given = (data[name].astype(np.float64) for name in (first, second))
    return function(*given), "deg" if quantity.startswith("phase") else "ohm", formula


def lacking(quantity: str, columns: Collection[str]) -> str:
    """Say what is missing for a quantity of which columns hold one half, as |Z| without a phase; else ""."""
    if quantity not in RULES:
        return ""
    names = RULES[quantity][:2]
    there, missing = ([name for name in names if (name in columns) == wanted] for wanted in (True, False))
    return f"{there[0]} alone does not give it: {missing[0]} is missing" if len(there) == 1 else ""


def impedance_parts(dataset: Dataset) -> tuple[Floats, Floats]:
    """Return Re Z and Im Z ((n,), Ω, capacitive Im negative) from whichever pair a dataset holds.

    Raises `DataError` if it holds neither Re and Im nor modulus and phase.
    """
    if {"impedance_real", "impedance_imag"} <= set(dataset.columns):
        return dataset.to("impedance_real", "ohm"), dataset.to("impedance_imag", "ohm")
    real, imag = converted("impedance_real", dataset), converted("impedance_imag", dataset)
    if real is None or imag is None:
        raise DataError("the impedance dataset holds neither Re and Im nor |Z| and phase")
    return real[0], imag[0]
