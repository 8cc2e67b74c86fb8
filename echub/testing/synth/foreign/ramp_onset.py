"""Current ramps on cells that stop being ohmic in any way but the usual one, and records of every quality.

The law of a cell is U/(R·j) - 1 as a function of j, and the truth is where it exceeds 5 % for good: found on a
grid of j a thousand times finer than any row. Sources climb in steps, rows are lost, doubled or late, the voltage
drifts and crackles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase
from echub.testing.synth.foreign.rows import doubled, full_seconds, jitter, kept

Floats = NDArray[np.float64]
Law = Callable[[Floats], Floats]
"""The deviation from the ohmic line (n,), as a fraction, at j (n,) in mA/cm²."""
NAME, ANALYSIS = "onset_current_density", "ramp-onset"
THRESHOLD = 0.05


@dataclass(frozen=True)
class RampSource:
    """What drives and records the ramp: mA/cm²/h, s, V, cm², mA, Ω·cm².

    stair_s: the current climbs in steps of this length. swing: the true current is off by up to this part of the
    range, drawn once.
    """

    rate: float = 1.0
    top: float = 0.5
    step_s: float = 1.0
    stair_s: float = 0.0
    noise_v: float = 5e-5
    area: float = 0.785
    range_ma: float = 1.0
    swing: float = 1e-3
    rest_s: float = 60.0
    asr: float = 31.0
    set_point: bool = True
    limit_v: float = 10.0


def truth_of(law: Law, top: float) -> float:
    """Return the j at which a law exceeds 5 % and stays there, inf if it does not up to the top."""
    j = np.linspace(1e-6, top, 400_001)
    below = np.flatnonzero(law(j) <= THRESHOLD)
    return float(j[below[-1] + 1]) if below[-1] + 1 < len(j) else math.inf


def measured(
    law: Law, source: RampSource, rng: np.random.Generator, extra: Callable[[Floats, Floats], Floats] | None = None
) -> Case:
    """Record one ramp; `extra` adds to the voltage (n,), V, as a function of time (n,), s, and j (n,)."""
    t = np.arange(0.0, source.rest_s + source.top / source.rate * 3600, source.step_s)
    since = np.maximum(t - source.rest_s, 0.0)
    if source.stair_s:
        since = np.floor(since / source.stair_s + 1e-9) * source.stair_s
    programmed = source.rate * since / 3600
    off = source.range_ma * source.swing * rng.uniform(-1, 1) / source.area
    j = np.where(programmed > 0, np.maximum(programmed + off, 0.0), 0.0)
    u = source.asr * j * (1 + law(j)) / 1000
    u = u + (extra(t, j) if extra is not None else 0.0)
    u = np.minimum(u, source.limit_v) + source.noise_v * rng.standard_normal(len(t))
    read = programmed * source.area * (1 + 1e-4 * rng.standard_normal(len(t)))
    columns = {
        "time": Column(t, "s"),
        "current": Column(read, "mA"),
        "voltage": Column(u, "V"),
        "current_range": Column(np.full(len(t), f"{source.range_ma:g} mA")),
    }
    if source.set_point:
        columns["current_setpoint"] = Column(programmed * source.area, "mA")
    return Case(columns, {"cell.area": f"{source.area!r} cm^2"})


# -- laws --------------------------------------------------------------------------------------


def steep(onset: float, width: float) -> Law:
    """Return a rise with the square of the excess, 5 % at `onset`, from `width` below."""
    return lambda j: np.expm1((np.maximum(j - onset + width, 0) / width) ** 2 * math.log(1 + THRESHOLD))


def abrupt(onset: float, factor: float) -> Law:
    """Return a loss of contact at once: R is `factor` times as large from `onset` on."""
    return lambda j: np.where(j >= onset, factor - 1, 0.0)


def power(onset: float, exponent: float) -> Law:
    """Return a deviation that is there from the start, as a power of j: 5 % at `onset`."""
    return lambda j: THRESHOLD * (j / onset) ** exponent


def logistic(onset: float, width: float, height: float) -> Law:
    """Return a rise to `height` along a logistic curve that passes 5 % at `onset`."""
    middle = onset + width * math.log(height / THRESHOLD - 1)
    return lambda j: height / (1 + np.exp(-np.clip((j - middle) / width, -60, 60)))


def two_stage(first: float, small: float, second: float) -> Law:
    """Return a deviation of `small` from `first` on, and a loss of contact at `second`."""
    return lambda j: np.where(j >= second, 3.0, np.where(j >= first, small, 0.0))


def excursion(onset: float, at: float, length: float, height: float) -> Law:
    """Return a loss at `onset`, and before it a deviation between `at` and `at` + `length` that recovers."""
    return lambda j: np.where(j >= onset, 2.0, np.where((j >= at) & (j < at + length), height, 0.0))


def oscillating(onset: float, period: float) -> Law:
    """Return a deviation that grows while it swings back to a tenth of it, once in each period of j."""

    def law(j: Floats) -> Floats:
        beyond = np.maximum(j - onset, 0.0)
        swing = 0.55 + 0.45 * np.cos(2 * np.pi * beyond / period)
        return np.where(j >= onset, (0.08 + 4 * beyond) * swing, 0.0)

    return law


def shorted(at: float, left: float) -> Law:
    """Return a soft short: R falls to a part that is left."""
    return lambda j: np.where(j >= at, left - 1, 0.0)


def ohmic() -> Law:
    """Return no deviation at all."""
    return lambda j: np.zeros_like(j)


# -- what is drawn -------------------------------------------------------------------------------


def climb(
    law: Law,
    source: RampSource,
    rng: np.random.Generator,
    extra: Callable[[Floats, Floats], Floats] | None = None,
    holds: bool = False,
) -> ForeignCase:
    """Draw one ramp on a cell of a given law."""
    return ForeignCase(measured(law, source, rng, extra), ANALYSIS, NAME, truth_of(law, source.top), holds=holds)


def _at(g: np.random.Generator) -> float:
    return float(g.uniform(0.15, 0.4))


def _gap(drawn: ForeignCase, g: np.random.Generator, length: float, around: bool = True) -> ForeignCase:
    """Lose the rows of some seconds, with the onset anywhere in them."""
    t = drawn.data.columns["time"].values
    onset = 60.0 + drawn.truth * 3600
    begin = onset - g.uniform(0.05, 0.95) * length if around else g.uniform(200, onset - length - 60)
    return kept(drawn, (t < begin) | (t > begin + length))


def _lost(drawn: ForeignCase, g: np.random.Generator, share: float) -> ForeignCase:
    n = len(drawn.data.columns["time"].values)
    return kept(drawn, g.random(n) >= share)


def _burst(g: np.random.Generator, height: float, length: float) -> Callable[[Floats, Floats], Floats]:
    """Return noise of a height, V, for some seconds, well before any onset."""
    at = g.uniform(200, 500)
    return lambda t, j: np.where((t >= at) & (t < at + length), height * g.standard_normal(len(t)), 0.0)


def _pink(g: np.random.Generator, height: float) -> Callable[[Floats, Floats], Floats]:
    """Return 1/f noise, V, root mean square."""

    def noise(t: Floats, j: Floats) -> Floats:
        spectrum = np.fft.rfft(g.standard_normal(len(t)))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        slow = np.fft.irfft(spectrum, len(t))
        return np.asarray(height * (slow - slow.mean()) / slow.std())

    return noise


def _drift(per_hour: float, asr: float = 31.0) -> Callable[[Floats, Floats], Floats]:
    """Return the voltage of an R that drifts, by a fraction per hour: as a cell whose temperature does."""
    return lambda t, j: asr * j / 1000 * per_hour * t / 3600


def _jump(g: np.random.Generator, height: float) -> Callable[[Floats, Floats], Floats]:
    """Return a step of the voltage, as a contact that moves."""
    at = g.uniform(200, 500)
    return lambda t, j: np.where(t >= at, height, 0.0)


def _contradicting(g: np.random.Generator, factor: float) -> ForeignCase:
    """State an area, a current and a current density of which one is wrong by a factor."""
    drawn = climb(steep(_at(g), 0.03), RampSource(), g)
    density = drawn.data.columns["current"].values / 0.785 * factor
    return replace(drawn, data=drawn.data.with_values("current_density", density, "mA/cm^2"), truth=math.nan)


def _stairs(seconds: float) -> RampSource:
    return RampSource(stair_s=seconds, step_s=min(1.0, seconds / 4))


SHAPES: dict[str, Draw] = {
    "sharp": lambda g: climb(steep(_at(g), 0.03), RampSource(), g, holds=True),
    "sharp, 10 Hz, 300 µV": lambda g: climb(
        steep(_at(g), 0.03), RampSource(step_s=0.1, noise_v=3e-4), g, holds=True
    ),
    "sharp, a row every 5 s": lambda g: climb(steep(_at(g), 0.03), RampSource(step_s=5.0), g, holds=True),
    "sharp, 3 mA/cm²/h": lambda g: climb(steep(_at(g), 0.03), RampSource(rate=3.0, step_s=0.5), g, holds=True),
    "sharp, no set point": lambda g: climb(steep(_at(g), 0.03), RampSource(set_point=False), g, holds=True),
    "abrupt, R doubles": lambda g: climb(abrupt(_at(g), 2.0), RampSource(), g, holds=True),
    "abrupt, to the limit": lambda g: climb(abrupt(_at(g), 1e4), RampSource(), g, holds=True),
    "abrupt, a row every 10 s": lambda g: climb(abrupt(_at(g), 2.0), RampSource(step_s=10.0), g, holds=True),
    "abrupt, by 8 %": lambda g: climb(abrupt(_at(g), 1.08), RampSource(), g),
    "gradual, square of j": lambda g: climb(power(_at(g), 2.0), RampSource(), g),
    "gradual, third power": lambda g: climb(power(_at(g), 3.0), RampSource(), g),
    "gradual, sixth power": lambda g: climb(power(_at(g), 6.0), RampSource(), g),
    "gradual, linear": lambda g: climb(power(_at(g), 1.0), RampSource(), g),
    "wide rise": lambda g: climb(steep(0.35, 0.25), RampSource(), g),
    "logistic to twice": lambda g: climb(logistic(_at(g), 0.02, 1.0), RampSource(), g),
    "logistic to 1.2": lambda g: climb(logistic(_at(g), 0.02, 0.2), RampSource(), g),
    "logistic, wide": lambda g: climb(logistic(_at(g), 0.06, 2.0), RampSource(), g),
    "two stages, 8 %": lambda g: climb(two_stage(0.2, 0.08, 0.35), RampSource(), g),
    "two stages, 3 %": lambda g: climb(two_stage(0.2, 0.03, 0.35), RampSource(), g),
    "excursion of 60 s": lambda g: climb(excursion(0.35, g.uniform(0.1, 0.2), 1 / 60, 0.2), RampSource(), g),
    "excursion of 300 s": lambda g: climb(excursion(0.4, g.uniform(0.1, 0.2), 5 / 60, 0.15), RampSource(), g),
    "excursion near the end": lambda g: climb(excursion(9.0, 0.45, 0.03, 0.2), RampSource(), g),
    "oscillating": lambda g: climb(oscillating(_at(g), 0.03), RampSource(), g),
    "no onset": lambda g: climb(ohmic(), RampSource(), g),
    "burst of 10 mV, 40 s, no onset": lambda g: climb(ohmic(), RampSource(), g, _burst(g, 0.01, 40)),
    "burst of 10 mV, 40 s": lambda g: climb(steep(_at(g) + 0.1, 0.03), RampSource(), g, _burst(g, 0.01, 40)),
    "burst of 30 mV, 90 s": lambda g: climb(steep(_at(g) + 0.1, 0.03), RampSource(), g, _burst(g, 0.03, 90)),
    "1/f noise of 100 µV": lambda g: climb(steep(_at(g), 0.03), RampSource(), g, _pink(g, 1e-4)),
    "1/f noise of 500 µV": lambda g: climb(steep(_at(g), 0.03), RampSource(), g, _pink(g, 5e-4)),
    "drift of R, +6 %/h": lambda g: climb(abrupt(_at(g), 2.0), RampSource(), g, _drift(0.06)),
    "drift of R, -6 %/h": lambda g: climb(abrupt(_at(g), 2.0), RampSource(), g, _drift(-0.06)),
    "step of 1 mV": lambda g: climb(steep(_at(g) + 0.1, 0.03), RampSource(), g, _jump(g, 1e-3)),
    "step of -1 mV": lambda g: climb(steep(_at(g) + 0.1, 0.03), RampSource(), g, _jump(g, -1e-3)),
    "gap of 45 s at an abrupt loss": lambda g: _gap(climb(abrupt(_at(g), 3.0), RampSource(), g), g, 45),
    "gap of 45 s at a sharp rise": lambda g: _gap(climb(steep(_at(g), 0.03), RampSource(), g), g, 45),
    "gap of 120 s at an abrupt loss": lambda g: _gap(climb(abrupt(_at(g), 3.0), RampSource(), g), g, 120),
    "gap of 45 s before": lambda g: _gap(climb(steep(_at(g) + 0.1, 0.03), RampSource(), g), g, 45, around=False),
    "30 % of the rows lost": lambda g: _lost(climb(steep(_at(g), 0.03), RampSource(), g, holds=True), g, 0.3),
    "80 % lost, abrupt": lambda g: _lost(climb(abrupt(_at(g), 2.0), RampSource(), g, holds=True), g, 0.8),
    "doubled rows, full seconds": lambda g: full_seconds(
        doubled(climb(abrupt(_at(g), 2.0), RampSource(step_s=0.4), g), g, 0.1)
    ),
    "jitter": lambda g: jitter(climb(steep(_at(g), 0.03), RampSource(), g, holds=True), g, 0.8),
    "steps of 1 s": lambda g: climb(steep(_at(g), 0.03), _stairs(1.0), g, holds=True),
    "steps of 5 s": lambda g: climb(steep(_at(g), 0.03), _stairs(5.0), g, holds=True),
    "steps of 20 s": lambda g: climb(steep(_at(g), 0.03), _stairs(20.0), g),
    "steps of 60 s": lambda g: climb(steep(_at(g), 0.03), _stairs(60.0), g),
    "steps of 60 s, abrupt": lambda g: climb(abrupt(_at(g), 2.0), _stairs(60.0), g),
    "steps of 20 s, abrupt": lambda g: climb(abrupt(_at(g), 2.0), _stairs(20.0), g),
    "soft short to 70 %": lambda g: climb(shorted(_at(g), 0.7), RampSource(), g),
    "soft short to 30 %": lambda g: climb(shorted(_at(g), 0.3), RampSource(), g),
    "hard short": lambda g: climb(shorted(_at(g), 0.02), RampSource(), g),
    "density and area contradict": lambda g: _contradicting(g, float(g.choice([0.1, 0.8, 1.3, 10, 1000]))),
}
