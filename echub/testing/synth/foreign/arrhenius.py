"""Values at several temperatures that break what a fit of an activation energy assumes.

A value is drawn as a cell's own prefactor times exp(-E/kT) at the temperature that the cell really had; what is
stated about it (temperature, uncertainty, name of the cell) is drawn apart. The true energy is that of the sample:
the mean over cells, or the slope over the whole range if it changes with temperature.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from echub.analysis.outcome import Component, Measurand, Outcome
from echub.remark import Flag
from echub.science import ZERO_CELSIUS
from echub.testing.synth.foreign.case import Draw, ForeignCase

K_EV = 8.617333e-5
NAME, ANALYSIS = "activation_energy_ln_y", "arrhenius"
FIVE = (-30.0, 0.0, 30.0, 60.0, 90.0)


@dataclass(frozen=True)
class StatedEnergy:
    """One value as a file states it; uncertainty relative, `shared` that of all values of the set alike."""

    celsius: float
    y: float
    cell: str = ""
    name: str = "conductivity"
    unit: str = "S/cm"
    uncertainty: float | None = None
    shared: float = 0.0
    group: str = ""
    flags: tuple[Flag, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def outcome(self, number: int) -> Outcome:
        """Return it as the outcome of an analysis."""
        stated: dict[str, Any] = {"cell.temperature": (self.celsius, "degC"), **self.more}
        stated |= {"cell.id": (self.cell, None)} if self.cell else {}
        stated |= {"sample.group": (self.group, None)} if self.group else {}
        parts = (Component("thickness", self.shared * self.y, "B", "sample"),) if self.shared else ()
        total = None if self.uncertainty is None else math.hypot(self.uncertainty, self.shared) * self.y
        return Outcome(
            {self.name: Measurand(self.unit, self.y, total, components=parts)},
            self.flags,
            metadata={path: {"value": v, "unit": u, "source": "drawn"} for path, (v, u) in stated.items()},
            provenance={"inputs": [{"name": f"run{number}", "sha256": f"{number:064x}"}]},
            label=f"run{number}",
        )


def outcomes(values: Sequence[StatedEnergy]) -> list[Outcome]:
    """Return all values as outcomes, numbered."""
    return [value.outcome(number) for number, value in enumerate(values)]


def law(energy: float, celsius: float, prefactor: float = 3.0) -> float:
    """Return prefactor · exp(-E/kT)."""
    return prefactor * math.exp(-energy / (K_EV * (celsius + ZERO_CELSIUS)))


def _case(values: Sequence[StatedEnergy], energy: float, *, holds: bool = False, **params: Any) -> ForeignCase:  # noqa: ANN401
    return ForeignCase(outcomes(values), ANALYSIS, NAME, energy, params, holds=holds)


def _energy(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.08, 0.5))


def _temperatures(rng: np.random.Generator) -> tuple[float, ...]:
    """Draw four to eight temperatures, at least 12 K apart."""
    count, start = int(rng.integers(4, 9)), float(rng.uniform(-40, 25))
    return tuple(start + np.cumsum(rng.uniform(12, 35, count)))


def _plain(rng: np.random.Generator) -> ForeignCase:
    energy, sd = _energy(rng), float(rng.uniform(0.01, 0.15))
    values = [StatedEnergy(t, law(energy, t) * math.exp(sd * rng.standard_normal())) for t in _temperatures(rng)]
    return _case(values, energy, holds=True)


def _uncertainties(rng: np.random.Generator, understated: float = 1.0) -> ForeignCase:
    energy, sd = _energy(rng), float(rng.uniform(0.02, 0.15))
    values = [
        StatedEnergy(t, law(energy, t) * math.exp(sd * rng.standard_normal()), uncertainty=sd / understated)
        for t in _temperatures(rng)
    ]
    return _case(values, energy, holds=understated == 1)


def _uneven(rng: np.random.Generator) -> ForeignCase:
    """Draw a scatter that grows tenfold towards the cold, as stated."""
    energy, temperatures = _energy(rng), _temperatures(rng)
    sds = np.geomspace(0.2, 0.02, len(temperatures))
    values = [
        StatedEnergy(t, law(energy, t) * math.exp(sd * rng.standard_normal()), uncertainty=float(sd))
        for t, sd in zip(temperatures, sds, strict=True)
    ]
    return _case(values, energy)


def _common(rng: np.random.Generator) -> ForeignCase:
    """Draw a thickness that is wrong by 20 % in all values, and nearly no scatter."""
    energy, factor = _energy(rng), math.exp(0.2 * rng.standard_normal())
    values = [
        StatedEnergy(t, factor * law(energy, t) * (1 + 0.01 * rng.standard_normal()), uncertainty=0.01, shared=0.2)
        for t in _temperatures(rng)
    ]
    return _case(values, energy)


def _thermometer(rng: np.random.Generator, offset: float, scale: float) -> ForeignCase:
    """Draw a stated temperature that is off by some kelvin, and a cell that follows the oven in part only."""
    energy, off, part = _energy(rng), offset * rng.standard_normal(), scale * rng.standard_normal()
    values = []
    for t in _temperatures(rng):
        real = t + off + part * (t - 23.0)
        values.append(StatedEnergy(t, law(energy, real) * math.exp(0.002 * rng.standard_normal())))
    return _case(values, energy)


def _own_energies(rng: np.random.Generator) -> ForeignCase:
    """Draw three cells that stay for the whole series, each with an energy of its own."""
    energy = _energy(rng)
    own = energy + 0.02 * rng.standard_normal(3)
    factors = np.exp(0.3 * rng.standard_normal(3))
    values = [
        StatedEnergy(t, float(factors[k]) * law(float(own[k]), t) * (1 + 0.01 * rng.standard_normal()), f"c{k}")
        for t in FIVE
        for k in range(3)
    ]
    return _case(values, energy, replicates="mean")


def _relieved(rng: np.random.Generator) -> ForeignCase:
    """Draw one cell in the cold and another in the warmth, with prefactors of their own."""
    energy = _energy(rng)
    factors = np.exp(0.5 * rng.standard_normal(2))
    values = [
        StatedEnergy(
            t,
            float(factors[int(n > 2)]) * law(energy, t) * (1 + 0.01 * rng.standard_normal()),
            "a" if n < 3 else "b",
        )
        for n, t in enumerate((-30.0, -10.0, 10.0, 30.0, 50.0, 70.0))
    ]
    return _case(values, energy)


def _curved(rng: np.random.Generator) -> ForeignCase:
    """Draw the law of Vogel, Fulcher and Tammann: its slope at the middle of the range is the truth."""
    b, zero = float(rng.uniform(0.04, 0.09)), float(rng.uniform(140, 185))
    kelvin = np.array(FIVE) + ZERO_CELSIUS
    energy = -K_EV * np.polyfit(1 / kelvin, -b / (K_EV * (kelvin - zero)), 1)[0]
    y = 3.0 * np.exp(-b / (K_EV * (kelvin - zero)) + 0.02 * rng.standard_normal(5))
    return _case([StatedEnergy(t, float(v)) for t, v in zip(FIVE, y, strict=True)], float(energy))


def _two_regimes(rng: np.random.Generator) -> ForeignCase:
    """Draw an energy that is 0.15 eV higher below 30 °C; that of the warm side is the truth."""
    warm = float(rng.uniform(0.1, 0.2))
    values = []
    for t in (-30.0, -10.0, 10.0, 30.0, 50.0, 70.0, 90.0):
        cold = max(0.0, 1 / (t + ZERO_CELSIUS) - 1 / (30.0 + ZERO_CELSIUS)) * 0.15 / K_EV
        values.append(StatedEnergy(t, law(warm, t) * math.exp(-cold + 0.02 * rng.standard_normal())))
    return _case(values, warm)


def _doubled(rng: np.random.Generator) -> ForeignCase:
    """Draw a set whose every file was given twice."""
    drawn = _plain(rng)
    return ForeignCase([*drawn.data, *drawn.data], ANALYSIS, NAME, drawn.truth)


def _losing(rng: np.random.Generator) -> ForeignCase:
    """Draw cells that lose up to 60 % in the cold and nothing in the warmth; replicates 3 each."""
    energy = _energy(rng)
    values = [
        StatedEnergy(t, law(energy, t) * (1 - 0.6 * rng.random() * (90 - t) / 120), f"{t}/{k}")
        for t in FIVE
        for k in range(3)
    ]
    return _case(values, energy)


def _unequal(rng: np.random.Generator) -> ForeignCase:
    """Draw one cell in the cold and up to eight in the warmth, of which the best counts."""
    energy = _energy(rng)
    values = [
        StatedEnergy(t, law(energy, t) * math.exp(0.3 * rng.standard_normal()), f"{t}/{k}")
        for t, count in zip(FIVE, (1, 2, 3, 5, 8), strict=True)
        for k in range(count)
    ]
    return _case(values, energy, error_bars="generalised")


def _kelvin_as_celsius(rng: np.random.Generator) -> ForeignCase:
    """Draw kelvin in a column of °C: from -60 °C on, up to 200 °C."""
    energy, start = _energy(rng), float(rng.uniform(-60, 60))
    values = [
        StatedEnergy(t + ZERO_CELSIUS, law(energy, t) * math.exp(0.03 * rng.standard_normal()))
        for t in start + np.arange(5) * float(rng.uniform(8, 28))
    ]
    return _case(values, energy)


def _both_scales(rng: np.random.Generator) -> ForeignCase:
    """Draw a table of which one half is in kelvin."""
    energy = _energy(rng)
    values = [
        StatedEnergy(t + (ZERO_CELSIUS if n > 2 else 0.0), law(energy, t) * math.exp(0.03 * rng.standard_normal()))
        for n, t in enumerate((0.0, 20.0, 40.0, 60.0, 80.0, 100.0))
    ]
    return _case(values, energy)


def _resistance(rng: np.random.Generator) -> ForeignCase:
    """Draw resistances, which fall with temperature."""
    energy, sd = _energy(rng), 0.05
    values = [
        StatedEnergy(t, math.exp(sd * rng.standard_normal()) / law(energy, t), name="resistance", unit="ohm")
        for t in _temperatures(rng)
    ]
    return ForeignCase(outcomes(values), ANALYSIS, "activation_energy_ln_1_over_y", energy, holds=True)


def _flagged_input(rng: np.random.Generator) -> ForeignCase:
    """Draw a set of which the warmest value is half, flagged by the analysis that made it."""
    energy, temperatures = _energy(rng), _temperatures(rng)
    flag = Flag("slow-fall", "R falls slowly")
    values = []
    for t in temperatures:
        last = t == temperatures[-1]
        value = law(energy, t) * (0.5 if last else 1.0) * (1 + 0.02 * rng.standard_normal())
        values.append(StatedEnergy(t, value, flags=(flag,) if last else ()))
    return _case(values, energy)


def _outlier(rng: np.random.Generator) -> ForeignCase:
    """Draw one value that is wrong by a factor of two, unnoticed."""
    energy, temperatures = _energy(rng), _temperatures(rng)
    odd = int(rng.integers(len(temperatures)))
    values = [
        StatedEnergy(t, law(energy, t) * (2.0 if k == odd else 1.0) * (1 + 0.02 * rng.standard_normal()))
        for k, t in enumerate(temperatures)
    ]
    return _case(values, energy)


SHAPES: dict[str, Draw] = {
    "scatter": _plain,
    "stated uncertainties": _uncertainties,
    "uncertainties stated three times too small": lambda rng: _uncertainties(rng, 3.0),
    "scatter tenfold in the cold": _uneven,
    "thickness wrong by 20 %": _common,
    "thermometer off by 2 K": lambda rng: _thermometer(rng, 2.0, 0.0),
    "cell 2 % behind the oven": lambda rng: _thermometer(rng, 0.5, 0.02),
    "cells with energies of their own": _own_energies,
    "another cell in the warmth": _relieved,
    "VTF": _curved,
    "two regimes": _two_regimes,
    "loss in the cold only": _losing,
    "one cell cold, eight warm": _unequal,
    "kelvin as °C": _kelvin_as_celsius,
    "half of the table in kelvin": _both_scales,
    "resistances": _resistance,
    "every file twice": _doubled,
    "one flagged value": _flagged_input,
    "one value twice too high": _outlier,
}
