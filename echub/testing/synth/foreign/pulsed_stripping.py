"""Stripping pulses of every course and record, and capacities against rest that rise in any way.

One pulse after the other is laid out in time; the contact is a function of the charge that has passed, and the
first moment at which U reaches the cut-off is found on a time step of a microsecond, never from rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase
from echub.testing.synth.foreign.rows import doubled, full_seconds, kept

Floats = NDArray[np.float64]
Contact = Callable[[Floats], Floats]
"""What U is, V, under current at the charge (n,) that has passed, as a fraction of the capacity."""
CUT_OFF = 3.0


@dataclass(frozen=True)
class PulseSeries:
    """A series of pulses: s, mA/cm², mA·h/cm², cm², V. ends: it stops at this part of the capacity."""

    capacity: float = 0.015
    pulse_s: float = 1.0
    rest_s: float = 2.0
    j: float = 1.0
    area: float = 0.385
    step_s: float = 0.1
    edges: bool = True
    charge: bool = True
    noise_v: float = 1e-4
    at_rest_v: float = 0.0
    sign: float = 1.0
    swapped: bool = False
    ends: float = math.inf
    swing: float = 1e-3


def _crossing(contact: Contact, per_pulse: float) -> float:
    """Return the share of the capacity at which U first reaches the cut-off; `per_pulse` of it passes in each."""
    share = np.linspace(0, 1.5, 3_000_001)
    return float(share[int(np.argmax(contact(share) >= CUT_OFF))])


def series(contact: Contact, setup: PulseSeries, rng: np.random.Generator, holds: bool = False) -> ForeignCase:
    """Record one series up to the cut-off, or to where it ends before."""
    per_pulse = setup.j * setup.pulse_s / 3600 / setup.capacity
    end = min(_crossing(contact, per_pulse), setup.ends)
    reached = end < setup.ends
    period = setup.pulse_s + setup.rest_s
    # What ends with a pulse ends in it, not at the start of the next one.
    whole = max(math.ceil(end / per_pulse - 1e-9) - 1, 0)
    last = 10.0 + whole * period + (end - whole * per_pulse) / per_pulse * setup.pulse_s
    t = np.arange(rng.uniform(0, setup.step_s), last, setup.step_s)
    if setup.edges:
        begin = 10.0 + period * np.arange(whole + 1)
        marks = np.concatenate([begin, begin + 2e-4, begin + setup.pulse_s, begin + setup.pulse_s + 2e-4])
        t = np.unique(np.concatenate([t, marks[marks < last]]))
    t = np.append(t[t < last - 1e-4], [last, last + 2e-4])
    since = t - 10.0
    number = np.floor(np.maximum(since - 1e-4, 0) / period)
    inside = since - number * period
    on = (since > 1e-4) & (inside <= setup.pulse_s + 1e-6)
    passed = (number * setup.pulse_s + np.clip(inside, 0, setup.pulse_s)) * (since > 0) * setup.j / 3600
    passed = np.minimum(passed, end * setup.capacity + 1e-9)
    u = np.where(on, contact(passed / setup.capacity), 0.0) * (-1 if setup.swapped else 1)
    u = u * setup.sign + setup.at_rest_v + setup.noise_v * rng.standard_normal(len(t))
    u[-2:] = np.where(
        reached, CUT_OFF * 1.0001 * setup.sign * (-1 if setup.swapped else 1) + setup.at_rest_v, u[-2:]
    )
    gain = 1 + setup.swing * rng.uniform(-1, 1)
    j = setup.sign * setup.j * setup.area / gain
    columns = {
        "time": Column(t, "s"),
        "current": Column(np.where(on, j, 0.0) + 1e-5 * rng.standard_normal(len(t)), "mA"),
        "voltage": Column(u, "V"),
    }
    if setup.charge:
        columns["charge"] = Column(passed * setup.area * setup.sign / gain, "mA*h")
    case = Case(columns, {"cell.area": f"{setup.area!r} cm^2"})
    truth = end * setup.capacity if reached else math.inf
    if setup.swapped or setup.at_rest_v:
        truth = math.nan
    return ForeignCase(case, "pulsed-stripping", "stripping_capacity", truth, holds=holds)


def hyperbolic(q: Floats) -> Floats:
    """Return U of a contact that shrinks in proportion to the charge."""
    return 0.03 + 0.01 / np.maximum(1 - q, 1e-6)


def abrupt(q: Floats) -> Floats:
    """Return U of a contact that is lost at once."""
    return np.where(q >= 1, 5.0, 0.04)


def logistic(q: Floats) -> Floats:
    """Return U that rises along a logistic curve."""
    return 0.04 + 5 / (1 + np.exp(-(q - 1) / 0.03))


def two_stage(q: Floats) -> Floats:
    """Return U that jumps to half a volt, and later to the limit."""
    return np.where(q >= 1, 5.0, np.where(q >= 0.5, 0.5, 0.04))


def power_law(q: Floats) -> Floats:
    """Return U that rises with the fourth power of the charge."""
    return 0.04 + 3.5 * q**4


def _gap(drawn: ForeignCase, g: np.random.Generator) -> ForeignCase:
    """Lose five seconds somewhere before the last pulses."""
    t = drawn.data.columns["time"].values
    at = g.uniform(15, t[-1] - 20)
    return kept(drawn, (t < at) | (t > at + 5))


# -- capacity against rest -----------------------------------------------------------------------

RESTS = (0.1, 0.3, 1.0, 3.0, 10.0, 20.0, 40.0)
Rise = Callable[[Floats], Floats]


def plateau(
    rise: Rise,
    truth: float,
    g: np.random.Generator,
    *,
    scatter: float = 0.02,
    cells: int = 3,
    rests: tuple[float, ...] = RESTS,
    holds: bool = False,
    known: bool = True,
) -> ForeignCase:
    """Generate the outcomes of cells at several rests; `known`: the scatter is what each states."""
    found = []
    for rest in rests:
        mean = float(rise(np.array([rest]))[0])
        for number in range(cells):
            value = mean * (1 + scatter * g.standard_normal())
            measurands = {
                "stripping_capacity": Measurand("mA*h/cm^2", value, scatter * value if known else 1e-4 * value),
                "rest_duration": Measurand("s", rest),
            }
            conditions = {"cut_off": Condition(CUT_OFF, "V"), "direction": Condition("we_oxidised")}
            label = f"rest {rest:g} s, cell {number + 1}"
            found.append(Outcome(measurands, conditions=conditions, analysis="pulsed-stripping", label=label))
    return ForeignCase(found, "pulsed-stripping-plateau", "capacity_plateau", truth, holds=holds)


def saturating(r: Floats) -> Floats:
    """Return capacities that saturate exponentially, at 10."""
    return 10 / (1 + 4 * np.exp(-r))


def logarithmic(share: float) -> Rise:
    """Return capacities that rise by a share for each factor of e of the rest, without end."""
    return lambda r: 8 * (1 + share * np.log(r / 0.1))


def power(exponent: float) -> Rise:
    """Return capacities that rise as a power of the rest, without end."""
    return lambda r: 5 * (r / 0.1) ** exponent


def stretched(r: Floats) -> Floats:
    """Return capacities that saturate as a stretched exponential, at 10: 95 % of it only after 36 s."""
    return 10 * (1 - 0.8 * np.exp(-((r / 4) ** 0.5)))


def twice(r: Floats) -> Floats:
    """Return capacities with one plateau at 6, and another at 10 beyond 15 s."""
    return np.where(r > 15, 10.0, 6 / (1 + 4 * np.exp(-3 * r)))


SHAPES: dict[str, Draw] = {
    "hyperbolic": lambda g: series(hyperbolic, PulseSeries(), g, holds=True),
    "abrupt": lambda g: series(abrupt, PulseSeries(), g, holds=True),
    "logistic": lambda g: series(logistic, PulseSeries(), g, holds=True),
    "two stages": lambda g: series(two_stage, PulseSeries(), g, holds=True),
    "fourth power": lambda g: series(power_law, PulseSeries(), g, holds=True),
    "noise of 10 mV": lambda g: series(logistic, PulseSeries(noise_v=0.01), g, holds=True),
    "no charge column": lambda g: series(hyperbolic, PulseSeries(charge=False), g, holds=True),
    "no rows at edges": lambda g: series(hyperbolic, PulseSeries(edges=False), g, holds=True),
    "no rows at edges, no charge": lambda g: series(
        hyperbolic, PulseSeries(edges=False, charge=False), g, holds=True
    ),
    "a row every 0.7 s": lambda g: series(hyperbolic, PulseSeries(edges=False, step_s=0.7, rest_s=5.0), g),
    "counter electrode": lambda g: series(hyperbolic, PulseSeries(sign=-1.0), g, holds=True),
    "ended before": lambda g: series(hyperbolic, PulseSeries(ends=0.6), g),
    "doubled rows": lambda g: doubled(series(hyperbolic, PulseSeries(), g, holds=True), g, 0.2),
    "full seconds": lambda g: full_seconds(series(hyperbolic, PulseSeries(), g)),
    "full seconds, no charge": lambda g: full_seconds(
        series(hyperbolic, PulseSeries(charge=False, rest_s=6.0), g)
    ),
    "gap of 5 s": lambda g: _gap(series(hyperbolic, PulseSeries(), g), g),
    "gap of 5 s, no charge": lambda g: _gap(series(hyperbolic, PulseSeries(charge=False), g), g),
    "a wire swapped": lambda g: series(hyperbolic, PulseSeries(swapped=True), g),
    "a wire swapped, cathodic": lambda g: series(hyperbolic, PulseSeries(swapped=True, sign=-1.0), g),
    "a battery": lambda g: series(hyperbolic, PulseSeries(at_rest_v=float(g.uniform(1, 2.9))), g),
    "plateau": lambda g: plateau(saturating, 10.0, g, holds=True),
    "plateau, scatter unknown": lambda g: plateau(saturating, 10.0, g, known=False, holds=True),
    "plateau, one cell": lambda g: plateau(saturating, 10.0, g, cells=1, scatter=0.01, holds=True),
    "logarithmic rise of 2 %": lambda g: plateau(logarithmic(0.02), math.nan, g),
    "logarithmic rise of 2 %, quiet": lambda g: plateau(logarithmic(0.02), math.nan, g, scatter=0.003),
    "logarithmic rise of 5 %": lambda g: plateau(logarithmic(0.05), math.nan, g),
    "logarithmic rise of 5 %, one cell": lambda g: plateau(logarithmic(0.05), math.nan, g, cells=1),
    "power law of 0.03": lambda g: plateau(power(0.03), math.nan, g),
    "power law of 0.2": lambda g: plateau(power(0.2), math.nan, g),
    "stretched exponential": lambda g: plateau(stretched, 10.0, g),
    "stretched exponential, one cell": lambda g: plateau(stretched, 10.0, g, cells=1),
    "two plateaus": lambda g: plateau(twice, 10.0, g),
}
