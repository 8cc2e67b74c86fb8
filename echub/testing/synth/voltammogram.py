"""Voltammograms with a known window: a capacitive baseline, and currents that cross a threshold at a known
potential.

The baseline is a capacitance times the scan rate, with a slope. Oxidation and reduction rise from their foot
exponentially (Tafel), up to a limiting current, or, foreign, as a power of the distance (`power`): no curve of the
method is the generator's. On a metal electrode the metal is plated below 0 V and stripped on the way back.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Floats

THRESHOLDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


@dataclass(frozen=True)
class Sweeps:
    """Sweeps: from, to the two turns, V; rate mV/s; scans. anodic, cathodic: potential at 10 µA/cm², V (None:
    none).

    tafel: V per decade; power: if positive, the current grows as this power of the distance from a foot, instead.
    capacitance µF/cm²; leak µA/cm²/V: slope of the baseline; decay: part by which each scan's reactions shrink.
    metal: plating
    below 0 V of so many mA/cm²/V. offset_v, accuracy: half widths of the offset of the potential, the gain of
    the current.
    """

    low: float = 0.3
    high: float = 5.0
    start: float = 2.5
    rate: float = 5.0
    scans: int = 2
    anodic: float | None = 4.2
    cathodic: float | None = 0.9
    tafel: float = 0.12
    power: float = 0.0
    capacitance: float = 40.0
    leak: float = 0.05
    decay: float = 0.5
    metal: float = 0.0
    noise_ua: float = 0.05
    step_v: float = 2e-3
    offset_v: float = 1e-3
    accuracy: float = 1e-2
    area_cm2: float = 1.0


def sweeps(seed: int = 0, setup: Sweeps | None = None) -> Case:
    """Record sweeps; the truth has the first scan's limits at 10 µA/cm², and at each threshold (`anodic_5`)."""
    given = setup or Sweeps()
    rng = np.random.default_rng(seed)
    e, direction, scan = _potential(given)
    t = np.append(0.0, np.cumsum(np.abs(np.diff(e)))) / (given.rate / 1000)
    j = direction * given.capacitance * given.rate / 1000 + given.leak * (e - given.start)
    shrunk = given.decay**scan
    j = j + shrunk * _reaction(given, given.anodic, e, 1) - shrunk * _reaction(given, given.cathodic, e, -1)
    if given.metal:
        plated = np.where(e < 0, 1000 * given.metal * e, 0.0)
        stripped = np.where(
            (e > 0) & (direction > 0), 1000 * given.metal * 0.3 * np.exp(-(((e - 0.2) / 0.1) ** 2)), 0.0
        )
        j = j + plated + stripped
    j = j + given.noise_ua * rng.standard_normal(len(e))
    offset, gain = given.offset_v * float(rng.uniform(-1, 1)), 1 + given.accuracy * float(rng.uniform(-1, 1))
    columns = {
        "time": Column(t, "s"),
        "current": Column(j * given.area_cm2 / 1000 * gain, "mA"),
        "potential_we": Column(e + offset, "V"),
    }
    truth: dict[str, float] = {}
    for name, at, way in (("anodic", given.anodic, 1), ("cathodic", given.cathodic, -1)):
        if at is not None:
            truth[f"{name}_limit"] = at
            truth |= {f"{name}_{x:g}": _crossing(given, at, way, x) for x in THRESHOLDS}
    if given.anodic is not None and given.cathodic is not None:
        truth["window"] = given.anodic - given.cathodic
    metadata = {"cell.area": f"{given.area_cm2!r} cm^2", "cell.reference": "Na+/Na"}
    return Case(columns, metadata, truth)


def _potential(given: Sweeps) -> tuple[Floats, Floats, Floats]:
    """Return potential, direction and number of the scan: up to the high turn, down to the low one, back."""
    turns = [given.start]
    for _ in range(given.scans):
        turns += [given.high, given.low]
    turns.append(given.start)
    parts = [a + np.sign(b - a) * np.arange(0, abs(b - a), given.step_v) for a, b in itertools.pairwise(turns)]
    e = np.concatenate(parts)
    way = np.concatenate(
        [np.full(len(p), np.sign(b - a)) for p, a, b in zip(parts, turns, turns[1:], strict=False)]
    )
    number = np.concatenate([np.full(len(p), min(k // 2, given.scans - 1)) for k, p in enumerate(parts)])
    return e, way, number


def _reaction(given: Sweeps, at: float | None, e: Floats, way: int) -> Floats:
    """Return the current of a reaction, µA/cm²: 10 at its potential."""
    if at is None:
        return np.zeros_like(e)
    beyond = way * (e - at)
    if given.power:
        foot = 0.4
        return np.asarray(10 * (np.maximum(beyond + foot, 0) / foot) ** given.power)
    return np.asarray(10 * 10 ** np.minimum(beyond / given.tafel, 3))


def _crossing(given: Sweeps, at: float, way: int, threshold: float) -> float:
    if given.power:
        return float(at + way * 0.4 * ((threshold / 10) ** (1 / given.power) - 1))
    return float(at + way * given.tafel * np.log10(threshold / 10))
