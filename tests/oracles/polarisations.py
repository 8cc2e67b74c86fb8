"""Currents that decay under a constant voltage, evaluated with plain sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, hypot, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from echub.testing import synth
from tests.oracles.plain import line, propagated
from tests.oracles.told import World

RESTS, ROWS, STEP = 40, 240, 20.0
SLOWEST, LEVEL_SIGMA = 0.5, 1.959964


@dataclass(frozen=True)
class Decay:
    """A voltage after a rest; currents in nA: of the instrument at rest, in the end, and above it at first."""

    volts: float = 0.4
    offset: float = 0.7
    steady: float = 30.0
    excess: float = 90.0
    tau: float = 300.0
    noise: float = 0.05
    seed: int = 1
    area: float | None = 0.8
    thickness: float = 0.09
    resistances: tuple[float, float] | None = None

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, nA, V: rests to 0 s, the voltage half a step before its first row."""
        t = STEP * (np.arange(RESTS + ROWS) - RESTS + 0.5)
        flows = np.where(t > 0, self.steady + self.excess * np.exp(-np.maximum(t, 0) / self.tau), 0.0)
        noise = self.noise * np.random.default_rng(self.seed).normal(size=len(t))
        return t, np.sign(self.volts) * flows + self.offset + noise, np.where(t > 0, self.volts, 0.0)

    def case(self) -> synth.Case:
        """Return its columns."""
        t, current, volts = self.rows()
        columns = {"time": synth.Column(t + 1000, "s"), "current": synth.Column(current * 1e-6, "mA"),
                   "voltage": synth.Column(volts, "V")}  # fmt: skip
        stated = {"cell.area": f"{self.area} cm^2", "cell.thickness": f"{self.thickness} cm"} if self.area else {}
        return synth.Case(columns, stated)

    def polarisation(self) -> World:
        """Return the world of `dc-polarisation`."""
        return World("dc-polarisation", self.case().record(), Answer(self).polarisation(), within=1e-5,
                     loose={"u(extrapolated_current)": 1e-3, "~curve": 1e-4})  # fmt: skip

    def transference(self) -> World:
        """Return the world of `transference-number`."""
        params = {}
        if self.resistances:
            before, after = self.resistances
            params = {"resistance_before": f"{before} ohm", "resistance_after": f"{after} ohm",
                      "resistance_uncertainty": "3 %"}  # fmt: skip
        return World("transference-number", self.case().record(), Answer(self).transference(), params,
                     within=1e-5, loose={"~curve": 1e-4})  # fmt: skip


def decaying(t: np.ndarray, a: float, b: float, tau: float) -> np.ndarray:
    """Return an exponential above a constant."""
    return a + b * np.exp(-t / tau)


@dataclass
class Answer:
    """What follows from a decay."""

    given: Decay
    steady: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        given = self.given
        t, current, _ = given.rows()
        rest, rested = current[:RESTS], RESTS // 2
        drift = abs(rest[rested:].mean() - rest[:rested].mean())
        self.zero = rest.mean()
        self.offset = hypot(rest.std() / sqrt(RESTS), drift)
        # The voltage came a step before its first row, at the last row of the rest.
        self.t = t[RESTS:] - t[RESTS - 1]
        self.i = np.sign(given.volts) * (current[RESTS:] - rest.mean())
        self._tail()

    def _tail(self) -> None:
        late = self.t >= self.t[-1] / 2
        t, i = self.t[late], self.i[late]
        at, slope, _, u_slope = line(t, i)
        left = i - at - slope * t
        rho = (left[1:] * left[:-1]).sum() / (left**2).sum()
        wider = sqrt((1 + rho) / (1 - rho)) if rho > 0 else 1.0
        u_slope *= wider
        scatter = wider * sqrt((left**2).sum() / (len(t) - 2) / len(t))
        hidden = (max(-slope, 0) + LEVEL_SIGMA * u_slope) * t.mean() / SLOWEST
        u, self.mean = hypot(scatter, self.offset), i.mean()
        self.u = hypot(u, hidden / LEVEL_SIGMA)
        self.low, self.high = self.mean - hidden - LEVEL_SIGMA * u, self.mean + LEVEL_SIGMA * u
        self.table = {"tail.part": [0.5], "tail.mean": [self.mean], "tail.u": [u], "tail.slope": [slope],
                      "tail.u_slope": [u_slope], "tail.flat": [True]}  # fmt: skip
        zero = np.sign(self.given.volts) * self.zero
        self.note = f"offset {zero:.3g} ± {self.offset:.2g} nA ({RESTS} rows at rest before the step)"
        start = (self.given.steady, self.given.excess, self.given.tau)
        self.fitted = curve_fit(decaying, self.t, self.i, start, xtol=1e-14)
        self.steady = {
            "!current-range-unknown": ("the current range is not known: its accuracy is not in the interval", ""),
            "note(steady_current)": f"mean of the last 50%, {self.note}",
            "~curve": decaying(self.t, *self.fitted[0]),
            "steady_current": self.mean, "u(steady_current)": self.u, "low(steady_current)": self.low,
            "high(steady_current)": self.high, "steady_current: scatter": scatter,
            "steady_current: offset": self.offset, "steady_current: hidden decay": hidden / LEVEL_SIGMA,
            "potential_step": abs(self.given.volts), "~t": self.t, "~I": self.i, "~offset": [self.offset],
            "~tail": [self.t[-1] / 2, self.t[-1]], "~ends": [self.low, self.mean, self.high],
        }  # fmt: skip

    def polarisation(self) -> dict[str, Any]:
        """Return the outcome of `dc-polarisation`."""
        given, volts = self.given, abs(self.given.volts)
        found, cov = self.fitted
        u = hypot(sqrt(cov[0, 0]), self.offset)
        answers = {
            **self.steady, **self.table, "=potential": given.volts,
            "note(extrapolated_current)": f"if the decay is exponential: {found[2]:.3g} s",
            "note(electronic_resistance)": self.steady["note(steady_current)"],
            "extrapolated_current": found[0], "u(extrapolated_current)": u,
            "low(extrapolated_current)": found[0] - LEVEL_SIGMA * u,
            "high(extrapolated_current)": found[0] + LEVEL_SIGMA * u,
            "electronic_resistance": 1e9 * volts / self.mean,
            "u(electronic_resistance)": 1e9 * volts * self.u / self.mean**2,
            "low(electronic_resistance)": 1e9 * volts / self.high,
            "high(electronic_resistance)": 1e9 * volts / self.low,
        }  # fmt: skip
        if not given.area:
            text = "cell.area is not stated: there is no conductivity"
            return answers | {"!no-area": (text, "")}
        factor, name = 1e-9 * given.thickness / given.area / volts, "electronic_conductivity"
        return answers | {name: factor * self.mean,
                          f"note({name})": self.steady["note(steady_current)"],
                          f"u({name})": factor * self.u,
                          f"low({name})": factor * self.low, f"high({name})": factor * self.high}  # fmt: skip

    def first(self) -> tuple[float, float]:
        """Return the current at the step and its uncertainty, nA."""
        above = self.i - self.mean
        rows = int(np.argmax(above < above[0] / 2))
        half = self.t[rows] - self.t[0]
        t, y = self.t[:rows], np.log(above[:rows])
        at, _, error, _ = line(t, y)
        bent = np.polyfit(t, y, 2)[-1]
        value = exp(at)
        fallen = value * log(2) / half * STEP / sqrt(12)
        return self.mean + value, hypot(value * error, value * (bent - at), fallen)

    def transference(self) -> dict[str, Any]:
        """Return the outcome of `transference-number`."""
        initial, u = self.first()
        given, volts = self.given, abs(self.given.volts)
        values = (self.mean, initial, volts)
        parts = propagated(lambda i, j, _: i / j, values, (self.u, u, 0.0))
        answers = {
            **self.steady, "initial_current": initial, "u(initial_current)": u,
            "initial_current: extrapolation": u,
            **_with("current_ratio", self.mean / initial, dict(zip(PARTS, parts[:2], strict=False))),
        }  # fmt: skip
        if given.resistances is None:
            text = ("both resistances of the interfaces are not stated: I_ss/I_0 takes their share for a "
                    "concentration's")  # fmt: skip
            return answers | {
                "!no-resistances": (text, ""),
                "!current-range-unknown": None,
            }  # refused: nothing else
        before, after = given.resistances
        values = (*values, before, after)
        errors = (self.u, u, 0.0, 0.03 * before, 0.03 * after)
        parts = dict(zip(PARTS, propagated(bruce_vincent, values, errors), strict=True))
        answers["note(transference_number)"] = "interfaces: stated, stated"
        return answers | _with("transference_number", bruce_vincent(*values), parts)


PARTS = ("steady current", "initial current", "potential", "resistance before", "resistance after")


def bruce_vincent(late: float, early: float, volts: float, before: float, after: float) -> float:
    """Return I_ss (ΔV - I_0 R_0)/(I_0 (ΔV - I_ss R_ss)), nA, V, Ω."""
    return late * (volts - early * before * 1e-9) / (early * (volts - late * after * 1e-9))


def _with(name: str, value: float, parts: dict[str, float]) -> dict[str, float]:
    u = hypot(*parts.values())
    ends = {f"low({name})": value - LEVEL_SIGMA * u, f"high({name})": value + LEVEL_SIGMA * u}
    return {name: value, f"u({name})": u, **ends, **{f"{name}: {p}": v for p, v in parts.items() if v}}


POLARISED = {
    "anodic": Decay(seed=5),
    "cathodic": Decay(volts=-0.25, steady=55.0, seed=2),
    "no area": Decay(area=None, seed=3, tau=200.0),
}
SYMMETRIC = {
    "resistances": Decay(steady=4e4, excess=9e4, noise=60.0, resistances=(900.0, 1300.0), volts=0.2),
    "resistances, cathodic": Decay(steady=4e4, excess=9e4, noise=60.0, resistances=(700.0, 300.0), volts=-0.2),
    "none": Decay(steady=3e3, excess=2e3, noise=0.5, seed=4),
}
WORLDS = {
    **{f"dc: {name}": decay.polarisation for name, decay in POLARISED.items()},
    **{f"transference: {name}": decay.transference for name, decay in SYMMETRIC.items()},
}
