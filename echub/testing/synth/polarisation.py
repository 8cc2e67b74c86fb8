"""DC polarisations with a known steady current: five shapes of decay, an offset, late rows, a drift.

Sample and instrument are those of 10.1038/s41467-023-42308-0: 1 mm thick, 12 mm in diameter, 0.3 V for 100
minutes, 5.8e-10 S/cm, which is 1.97 nA.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Ammeter

Floats = NDArray[np.float64]
STEADY_NA = 1.97
AREA_CM2, THICKNESS_CM, STEP_V = 1.131, 0.1, 0.3

DECAYS: Mapping[str, Callable[[Floats], Floats]] = {
    "exponential": lambda t: 20 * np.exp(-t / 300),
    "two exponentials": lambda t: 20 * np.exp(-t / 60) + 20 * np.exp(-t / 900),
    "stretched": lambda t: 200 * np.exp(-((t / 40) ** 0.45)),
    "power law": lambda t: 200 * np.maximum(t, 0.5) ** -0.7,
    "slow": lambda t: 20 * np.exp(-t / 4000),
}
"""What flows beside the steady current, nA, at times t (n,) since the step, s."""


@dataclass(frozen=True)
class PolarisationPlan:
    """A run: shape of the decay, duration, sampling and delay of the first row in s; noise and offset in nA.

    rest: s at 0 V before the step, in which the offset shows. rising: growth of the current in nA per hour.
    ranges: names of the current ranges, as of `Ammeter`, each with an offset and a gain within accuracy.
    """

    decay: str = "exponential"
    steady: float = STEADY_NA
    duration: float = 6000.0
    sampling: float = 1.0
    first: float = 1.0
    noise: float = 0.02
    offset: float = 0.0
    rest: float = 120.0
    rising: float = 0.0
    ranges: tuple[str, ...] = ()
    accuracy: float = 1e-3


def polarisation(seed: int = 0, plan: PolarisationPlan | None = None, **stated: str) -> Case:
    """Generate one run; `stated` is metadata with __ for the dot."""
    plan = plan or PolarisationPlan()
    rng = np.random.default_rng(seed)
    before = np.arange(0.0, plan.rest, plan.sampling)
    since = np.arange(plan.first, plan.duration, plan.sampling)
    flowing = plan.steady + DECAYS[plan.decay](since) + plan.rising * since / 3600
    applied = plan.rest if plan.rest else 0.0
    t = np.concatenate([before, applied + since])
    current = np.concatenate([np.zeros(len(before)), flowing])
    true_ma = current * 1e-6
    current += plan.offset + plan.noise * rng.standard_normal(len(t))
    potential = np.where(t > applied, STEP_V, 0.0) + 2e-6 * rng.standard_normal(len(t))
    if not plan.rest:
        potential = np.full(len(t), STEP_V)
    metadata = {"cell.area": f"{AREA_CM2} cm^2", "cell.thickness": f"{10 * THICKNESS_CM} mm"}
    metadata |= {path.replace("__", "."): text for path, text in stated.items()}
    conductivity = plan.steady * 1e-9 * THICKNESS_CM / (STEP_V * AREA_CM2)
    truth = {
        "steady_current": plan.steady,
        "electronic_conductivity": conductivity,
        "electronic_resistance": STEP_V / (plan.steady * 1e-9),
    }
    columns = {"time": Column(t, "s"), "current": Column(current, "nA"), "voltage": Column(potential, "V")}
    if plan.ranges:
        meter = Ammeter.drawn(plan.ranges, plan.accuracy, rng)
        columns["current"] = Column(current + 1e6 * meter.error(true_ma), "nA")
        columns["current_range"] = Column(np.array(plan.ranges)[meter.range_of(true_ma)])
    return Case(columns, metadata, truth)


def symmetric_polarisation(
    seed: int = 0,
    *,
    transference: float = 0.356,
    tau: float = 5.0,
    first: float = 0.05,
    sampling: float = 0.05,
    **stated: str,
) -> Case:
    """Generate a lithium cell with a salt: 10 mV, bulk 100 Ω, interfaces of 60 Ω that grow to 65 Ω.

    The steady current follows from the transference number by the equation of Bruce and Vincent, solved for it.
    """
    rng = np.random.default_rng(seed)
    volts, before, after, bulk = 0.01, 60.0, 65.0, 100.0
    i_0 = volts / (before + bulk)
    drive = transference * i_0 / (volts - i_0 * before)
    i_ss = drive * volts / (1 + drive * after)
    since = np.concatenate([np.arange(first, 60, sampling), np.arange(60, 3000, 2.0)])
    flowing = 1e9 * (i_ss + (i_0 - i_ss) * np.exp(-since / tau))
    before_rows = np.arange(0.0, 30.0, 1.0)
    t = np.concatenate([before_rows, 30.0 + since])
    current = np.concatenate([np.zeros(len(before_rows)), flowing]) + 5.0 * rng.standard_normal(len(t))
    potential = np.where(t > 30.0, volts, 0.0) + 1e-7 * rng.standard_normal(len(t))
    columns = {"time": Column(t, "s"), "current": Column(current, "nA"), "voltage": Column(potential, "V")}
    metadata = {path.replace("__", "."): text for path, text in stated.items()}
    return Case(
        columns,
        metadata,
        {"transference_number": transference, "initial_current": 1e9 * i_0, "steady_current": 1e9 * i_ss},
    )
