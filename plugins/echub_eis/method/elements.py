"""Circuit elements: impedance and its derivatives after the coordinates in which they are fitted.

A coordinate is ln of a positive parameter, or the logit of an exponent n in (0, 1). Each function takes
the parameters in their units and the grid, and returns Z (n,) in Ω and one derivative (n,) per coordinate.
Parameters may be columns (k, 1): of k spectra at once, Z and derivatives are then (k, n).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[Any]
"""complex128; NumPy's own types lose the width in exp() and in products."""
Floats = NDArray[np.float64]

LARGE = 300.0
"""exp() of more overflows in the square that a derivative takes."""


@dataclass(frozen=True)
class Grid:
    """Angular frequencies (n,), rad/s, with what every element needs of them."""

    omega: Floats
    jw: Complex
    log: Complex

    @classmethod
    def of(cls, frequency: Floats) -> Grid:
        """Build the grid of frequencies (n,) in Hz."""
        omega = 2 * np.pi * np.asarray(frequency, dtype=np.float64)
        return cls(omega, 1j * omega, np.log(omega) + 0.5j * np.pi)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an element: its name, unit and whether it is an exponent."""

    name: str
    unit: str
    is_exponent: bool = False


Derived = tuple[Complex, Sequence[Complex]]


@dataclass(frozen=True)
class ElementKind:
    """An element: its symbol, parameters, and function."""

    symbol: str
    title: str
    parameters: tuple[Parameter, ...]
    evaluate: Callable[[Sequence[float], Grid], Derived]


def _slope(n: float) -> float:
    """Return dn / d logit(n)."""
    return n * (1 - n)


def _resistor(p: Sequence[float], grid: Grid) -> Derived:
    z = p[0] + 0 * grid.jw
    return z, (z,)


def _capacitor(p: Sequence[float], grid: Grid) -> Derived:
    z = 1 / (p[0] * grid.jw)
    return z, (-z,)


def _inductor(p: Sequence[float], grid: Grid) -> Derived:
    z = p[0] * grid.jw
    return z, (z,)


def _lossy_inductor(p: Sequence[float], grid: Grid) -> Derived:
    z = p[0] * np.exp(p[1] * grid.log)
    return z, (z, z * grid.log * _slope(p[1]))


def _constant_phase(p: Sequence[float], grid: Grid) -> Derived:
    z = np.exp(-p[1] * grid.log) / p[0]
    return z, (-z, -z * grid.log * _slope(p[1]))


def _warburg(p: Sequence[float], grid: Grid) -> Derived:
    z = np.exp(-0.5 * grid.log) / p[0]
    return z, (-z,)


def _warburg_short(p: Sequence[float], grid: Grid) -> Derived:
    s, e = _diffusion(p[1], grid)
    tanh = (1 - e) / (1 + e)
    z = p[0] * tanh / s
    return z, (z, 0.5 * p[0] * (4 * e / (1 + e) ** 2 - tanh / s))


def _warburg_open(p: Sequence[float], grid: Grid) -> Derived:
    s, e = _diffusion(p[1], grid)
    coth = (1 + e) / (1 - e)
    z = p[0] * coth / s
    return z, (z, 0.5 * p[0] * (-4 * e / (1 - e) ** 2 - coth / s))


def _diffusion(tau: float, grid: Grid) -> tuple[Complex, Complex]:
    """Return s = sqrt(jωτ) and exp(-2s), which cannot overflow."""
    s = np.exp(0.5 * (grid.log + np.log(tau)))
    return s, np.exp(-2 * s)


def _gerischer(p: Sequence[float], grid: Grid) -> Derived:
    x = grid.jw * p[1]
    z = p[0] / np.sqrt(1 + x)
    return z, (z, -0.5 * z * x / (1 + x))


def _arc(p: Sequence[float], grid: Grid) -> Derived:
    resistance, tau, n = p
    log = grid.log + np.log(tau)
    power = n * log
    u = np.exp(np.minimum(power.real, LARGE) + 1j * power.imag)
    z = resistance / (1 + u)
    common = -z * u / (1 + u)
    return z, (z, common * n, common * log * _slope(n))


R, TAU, N = Parameter("R", "ohm"), Parameter("tau", "s"), Parameter("n", "1", is_exponent=True)

KINDS = {
    kind.symbol: kind
    for kind in (
        ElementKind("R", "resistance", (R,), _resistor),
        ElementKind("C", "capacitance", (Parameter("C", "F"),), _capacitor),
        ElementKind("L", "inductance", (Parameter("L", "H"),), _inductor),
        ElementKind("La", "lossy inductance, Z = L (jω)^n", (Parameter("L", "H*s^(n-1)"), N), _lossy_inductor),
        ElementKind(
            "Q", "constant phase element, Z = 1/(Q (jω)^n)", (Parameter("Q", "S*s^n"), N), _constant_phase
        ),
        ElementKind("W", "semi-infinite diffusion, Z = 1/(Y (jω)^½)", (Parameter("Y", "S*s^0.5"),), _warburg),
        ElementKind("Ws", "diffusion to a sink, Z = R tanh(√(jωτ))/√(jωτ)", (R, TAU), _warburg_short),
        ElementKind("Wo", "diffusion to a wall, Z = R coth(√(jωτ))/√(jωτ)", (R, TAU), _warburg_open),
        ElementKind("G", "Gerischer, Z = R/√(1 + jωτ)", (R, TAU), _gerischer),
        ElementKind("Z", "arc, Z = R/(1 + (jωτ)^n)", (R, TAU, N), _arc),
    )
}
"""Every element by its symbol in a circuit description."""
