"""Sputter depth profiles of layers with known interfaces."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ion:
    """One ion: counts per dwell in its layer and outside, the layer's ends in nm, and its edges.

    `width` is from 16 to 84 % of an edge. A layer without `start` starts at the surface, one
    without `stop` continues. `polarity` +1 or -1.
    """

    label: str
    plateau: float = 400.0
    background: float = 2.0
    start: float | None = None
    stop: float | None = 1000.0
    width: float = 60.0
    polarity: int = 1

    def counts(self, depth: Array, factor: float = 1.0) -> Array:
        """Return the expected counts at depths in nm, the plateau times a factor."""
        inside = np.ones(len(depth))
        for edge, sign in ((self.start, 1), (self.stop, -1)):
            if edge is not None:
                inside = inside * _share(sign * (depth - edge) / (self.width / 2))
        return self.background + factor * self.plateau * inside


def _share(u: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(u), dtype=np.float64)


@dataclass(frozen=True)
class Layers:
    """A measurement of layers: ions, regions, the sputter rate, and the effects of the instrument.

    `factors`: of each region, for each ion's plateau. `craters`: how many craters of each region,
    between which the plateaus spread by `crater_spread` (relative standard deviation). A
    quadrupole counts the ions of a polarity one after another, `dwell` and `settle` each, so that
    every ion has its own times. `lag` seconds pass on the negative clock before sputtering
    starts. `spikes` are single points of ten times the plateau.
    """

    ions: tuple[Ion, ...] = (Ion("Na+"), Ion("Zr+", 200.0, start=1000.0, stop=None), Ion("Si+", 50.0, stop=None))
    factors: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {"pristine": {}, "failed": {"Na+": 2.0}}
    )
    craters: int = 1
    crater_spread: float = 0.0
    rate: float = 2.0
    cycles: int = 150
    cycle: float = 6.0
    dwell: float = 1.0
    settle: float = 0.2
    dead_time: float = 0.0
    lag: float = 0.0
    acquisition: str = "simultaneous"
    spikes: int = 0

    @property
    def regions(self) -> list[tuple[str, Mapping[str, float]]]:
        """Return every crater's name with the factors of its region."""
        if self.craters == 1:
            return list(self.factors.items())
        return [(f"{name} {k + 1}", f) for name, f in self.factors.items() for k in range(self.craters)]

    @property
    def end(self) -> float:
        """Return the time in s at which sputtering ends: the crater's depth is measured afterwards.

        One cycle after the last point was recorded.
        """
        most = max(sum(ion.polarity == sign for ion in self.ions) for sign in (1, -1))
        return self.cycles * self.cycle + most * (self.dwell + self.settle)

    @property
    def crater_depth(self) -> float:
        """Return the depth of every crater in nm."""
        return self.rate * self.end


@dataclass(frozen=True, eq=False)
class IonChannel:
    """The counts of one ion in one crater: times in s, counts, and the expected counts."""

    region: str
    ion: Ion
    time: Array
    counts: Array
    expected: Array


def channels(seed: int = 0, layers: Layers | None = None) -> list[IonChannel]:
    """Draw the counts of every ion in every crater."""
    layers, rng = layers or Layers(), np.random.default_rng(seed)
    drawn = []
    for region, factors in layers.regions:
        spread = math.exp(layers.crater_spread * rng.standard_normal())
        turn = {1: 0, -1: 0}
        for ion in layers.ions:
            turn[ion.polarity] += 1
            factor = factors.get(ion.label, 1.0) * spread
            drawn.append(_channel(region, ion, turn[ion.polarity], factor, layers, rng))
    return drawn


def _channel(
    region: str, ion: Ion, turn: int, factor: float, layers: Layers, rng: np.random.Generator
) -> IonChannel:
    time = layers.cycle * np.arange(layers.cycles) + turn * (layers.dwell + layers.settle)
    since = (time - (layers.lag if ion.polarity < 0 else 0.0)).astype(np.float64)
    expected = ion.counts(layers.rate * since, factor)
    rate = expected / layers.dwell
    counts = rng.poisson(expected / (1 + rate * layers.dead_time)).astype(float)
    at = rng.choice(np.arange(3, layers.cycles - 3, 6), layers.spikes, replace=False)
    counts[at] = 10 * (ion.plateau * factor + ion.background)
    return IonChannel(region, ion, time.astype(np.float64), counts, expected)


def layered(seed: int = 0, layers: Layers | None = None) -> Case:
    """Generate a profile of layers; the true value is the first ion's deepest interface."""
    layers = layers or Layers()
    drawn = channels(seed, layers)
    lengths = [len(channel.time) for channel in drawn]
    columns = {
        "species": Column(np.repeat(np.array([c.ion.label for c in drawn]), lengths)),
        "polarity": Column(np.repeat(np.array([c.ion.polarity for c in drawn], dtype=np.int8), lengths), "1"),
        "region": Column(np.repeat(np.array([c.region for c in drawn]), lengths)),
        "sputter_time": Column(np.concatenate([c.time for c in drawn]), "s"),
        "ion_counts": Column(np.concatenate([c.counts for c in drawn]), "count"),
    }
    metadata = {
        "sims.acquisition": layers.acquisition,
        "sims.dwell_time": f"{layers.dwell!r} s",
        "sims.crater_depth": f"{layers.crater_depth / 1000!r} um",
    }
    if layers.dead_time:
        metadata["sims.dead_time"] = f"{1000 * layers.dead_time!r} ms"
    first = layers.ions[0]
    position = first.stop if first.stop is not None else first.start or 0.0
    truth = {"interface_position": position, "interface_width": first.width}
    if layers.lag:
        truth["polarity_lag"] = layers.lag * layers.rate
    return Case(columns, metadata, truth, kind="depth_profile")
