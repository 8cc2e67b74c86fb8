"""Depth profiles whose edges, plateaus and detectors are not those of an error function and of counting.

A profile is one ion over depth: an edge of any shape, times what the beam does, through a detector. The position
is where the edge itself is half way, the width from 16 to 84 % of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase

Floats = NDArray[np.float64]
Edge = Callable[[Floats], Floats]
"""Share of the plateau at a depth, nm, from 1 at the surface to 0."""
ANALYSIS, POSITION, WIDTH = "sims-profile", "interface_position", "interface_width"
POINTS = 160


def _case(
    rng: np.random.Generator, expected: Floats, z: Floats, measurand: str, truth: float, *,
    holds: bool = False, dead_time: float = 0.0, dwell: float = 0.0, gain: float = 1.0,
) -> ForeignCase:  # fmt: skip
    """Count; with dead time and dwell, s, the detector misses what comes too soon, and then varies less."""
    if dead_time:
        live = 1 / (1 + expected / dwell * dead_time)
        counts = np.maximum(
            np.round(expected * live + live**1.5 * np.sqrt(expected) * rng.standard_normal(len(z))), 0
        )
    else:
        counts = rng.poisson(expected / gain) * gain
    columns = {
        "species": Column(np.repeat(np.array(["Na+"]), len(z))),
        "polarity": Column(np.ones(len(z), dtype=np.int8), "1"),
        "depth": Column(z, "nm"),
        "ion_counts": Column(counts.astype(float), "count"),
    }
    metadata = {"sims.dwell_time": f"{dwell!r} s"} if dwell else {}
    return ForeignCase(Case(columns, metadata, kind="depth_profile"), ANALYSIS, measurand, truth, holds=holds)


def _places(rng: np.random.Generator) -> tuple[Floats, float, float, float, float]:
    """Draw depths, position, width, plateau and background."""
    step = float(rng.uniform(6, 15))
    z = np.asarray(step * (np.arange(POINTS) + float(rng.random())), dtype=np.float64)
    position = float(rng.uniform(0.35, 0.65) * z[-1])
    return z, position, float(rng.uniform(4, 12) * step), float(rng.uniform(50, 2000)), float(rng.uniform(0.5, 5))


def _normal(rng: np.random.Generator, measurand: str, few: bool = False) -> ForeignCase:
    z, at, width, high, low = _places(rng)
    high = 20.0 if few else high
    share = ndtr(-(z - at) / (width / 2))
    return _case(rng, low + high * share, z, measurand, at if measurand == POSITION else width, holds=True)


def _logistic(rng: np.random.Generator, measurand: str) -> ForeignCase:
    z, at, width, high, low = _places(rng)
    scale = width / (2 * math.log(0.84134 / 0.15866))
    share = 1 / (1 + np.exp(np.clip((z - at) / scale, -60, 60)))
    return _case(rng, low + high * share, z, measurand, at if measurand == POSITION else width)


def _tailed(rng: np.random.Generator, measurand: str) -> ForeignCase:
    """Draw a normal edge behind which the signal falls by a decade in one to five widths: the beam mixes."""
    z, at, width, high, low = _places(rng)
    decay = float(rng.uniform(1, 5)) * width / math.log(10)
    fine = np.linspace(-20 * width, 40 * width, 60_001)
    density = np.exp(-0.5 * (fine / (width / 2)) ** 2)
    tail = np.where(fine >= 0, np.exp(-np.maximum(fine, 0) / decay), 0.0)
    from scipy.signal import fftconvolve

    mixed = np.cumsum(fftconvolve(density, tail, "full")[: len(fine)])
    share = 1 - mixed / mixed[-1]
    fine = fine + fine[0]  # both started at -20 widths
    half, upper, lower = (float(np.interp(-level, -share, fine)) for level in (0.5, 0.84134, 0.15866))
    there = np.asarray(np.interp(z - at + half, fine, share, left=1.0, right=0.0), dtype=np.float64)
    return _case(rng, low + high * there, z, measurand, at if measurand == POSITION else lower - upper)


def _double(rng: np.random.Generator) -> ForeignCase:
    """Draw two steps 80 to 250 nm apart: a single edge with a small interval is wrong whatever it says."""
    apart, width = float(rng.uniform(80, 250)), float(rng.uniform(20, 50))
    share = float(rng.uniform(0.35, 0.65))
    z = 10.0 * (np.arange(POINTS) + float(rng.random()))
    at = float(rng.uniform(500, 900))
    edge: Floats = share * ndtr(-(z - at) / (width / 2)) + (1 - share) * ndtr(-(z - at - apart) / (width / 2))
    return _case(rng, 1 + 200.0 * edge.astype(np.float64), z.astype(np.float64), POSITION, math.nan)


def _graded(rng: np.random.Generator) -> ForeignCase:
    """Draw a linear fall, whose width from 16 to 84 % is 0.683 of it."""
    z, at, width, high, low = _places(rng)
    length = 2 * width
    share = np.clip(0.5 - (z - at) / length, 0, 1)
    return _case(rng, low + high * share, z, POSITION, at)


def _drifting(rng: np.random.Generator) -> ForeignCase:
    """Draw a beam that loses 10 to 40 % over the profile."""
    z, at, width, high, low = _places(rng)
    beam = 1 - float(rng.uniform(0.1, 0.4)) * z / z[-1]
    return _case(rng, (low + high * ndtr(-(z - at) / (width / 2))) * beam, z, POSITION, at)


def _wavy(rng: np.random.Generator) -> ForeignCase:
    """Draw a beam that wanders by 5 % in the manner of 1/f."""
    z, at, width, high, low = _places(rng)
    spectrum = np.fft.rfft(rng.standard_normal(2 * POINTS))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    wander = np.fft.irfft(spectrum)[:POINTS]
    beam = np.asarray(1 + 0.05 * wander / wander.std(), dtype=np.float64)
    return _case(rng, (low + high * ndtr(-(z - at) / (width / 2))) * beam, z, POSITION, at)


def _stepped_yield(rng: np.random.Generator) -> ForeignCase:
    """Draw a yield that changes by a third half a width away from the edge: the matrix is another one there."""
    z, at, width, high, low = _places(rng)
    factor = np.where(z > at - width / 2, 1.35, 1.0)
    return _case(rng, low + high * ndtr(-(z - at) / (width / 2)) * factor, z, POSITION, at)


def _dead(rng: np.random.Generator) -> ForeignCase:
    """Draw a detector that misses 20 to 40 % on the plateau, which nobody says."""
    z, at, width, _, _ = _places(rng)
    lost, high = float(rng.uniform(0.2, 0.4)), float(rng.uniform(2000, 20000))
    dwell = high * 30e-9 * (1 - lost) / lost
    expected = 1 + high * ndtr(-(z - at) / (width / 2))
    return _case(rng, expected, z, POSITION, at, dead_time=30e-9, dwell=dwell)


def _overdispersed(rng: np.random.Generator) -> ForeignCase:
    """Draw counts that come in bunches of four: a detector that rings."""
    z, at, width, high, low = _places(rng)
    return _case(rng, low + high * ndtr(-(z - at) / (width / 2)), z, POSITION, at, gain=4.0)


SHAPES: dict[str, Draw] = {
    "error function: position": lambda rng: _normal(rng, POSITION),
    "error function: width": lambda rng: _normal(rng, WIDTH),
    "error function, 20 counts: position": lambda rng: _normal(rng, POSITION, few=True),
    "error function, 20 counts: width": lambda rng: _normal(rng, WIDTH, few=True),
    "logistic: position": lambda rng: _logistic(rng, POSITION),
    "logistic: width": lambda rng: _logistic(rng, WIDTH),
    "exponential tail: position": lambda rng: _tailed(rng, POSITION),
    "exponential tail: width": lambda rng: _tailed(rng, WIDTH),
    "two steps, 80 to 250 nm apart, 200 counts": _double,
    "linear fall": _graded,
    "beam loses 10 to 40 %": _drifting,
    "beam wanders by 5 %, 1/f": _wavy,
    "yield changes at the edge": _stepped_yield,
    "dead time not stated": _dead,
    "counts in bunches of four": _overdispersed,
}
