"""Saturation recoveries whose relaxation times are known: one, two, and a distribution of times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub.testing.synth.case import Case, Column


@dataclass(frozen=True)
class Recovering:
    """How a recovery was measured: times (s), shares, exponent, delays, noise relative to the plateau.

    unsaturated: part of the signal at zero delay. celsius: temperature of the sample; NaN states none.
    """

    times_s: tuple[float, ...] = (0.5e-3, 20e-3)
    shares: tuple[float, ...] = (0.4, 0.6)
    beta: float = 1.0
    first_s: float = 5e-5
    last_s: float = 0.2
    points: int = 32
    noise: float = 0.005
    unsaturated: float = 0.0
    plateau: float = 1000.0
    celsius: float = float("nan")


def recovery(seed: int = 0, setup: Recovering | None = None) -> Case:
    """Generate one recovery over delays that are even in their logarithm."""
    setup = setup or Recovering()
    rng = np.random.default_rng(seed)
    delay = np.geomspace(setup.first_s, setup.last_s, setup.points)
    ratio = (delay[:, None] / np.array(setup.times_s)[None, :]) ** setup.beta
    signal = (np.array(setup.shares)[None, :] * -np.expm1(-ratio)).sum(axis=1)
    signal = setup.unsaturated + (1 - setup.unsaturated) * signal
    signal = setup.plateau * (signal + setup.noise * rng.standard_normal(len(delay)))
    metadata = {} if np.isnan(setup.celsius) else {"cell.temperature": f"{setup.celsius} degC"}
    columns = {"recovery_delay": Column(delay, "s"), "magnetisation": Column(signal, "1")}
    return Case(columns, metadata, _truth(setup), "recovery")


def _truth(setup: Recovering) -> dict[str, float]:
    if len(setup.times_s) == 2:
        fast, slow = setup.times_s
        rates = {"T1_fast": fast, "T1_slow": slow, "R1_fast": 1 / fast, "R1_slow": 1 / slow}
        return rates | {"share_fast": setup.shares[0] / sum(setup.shares)}
    time = setup.times_s[0]
    shape = {} if setup.beta == 1 else {"beta": setup.beta}
    return {"T1": time, "R1": 1 / time} | shape
