"""Currents that decay under a constant voltage, evaluated with plain sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, hypot, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import curve_fit
from scipy.stats import norm

from echub.testing import synth
from tests.oracles.plain import half_width, line, propagated
from tests.oracles.told import World

RESTS, ROWS, STEP = 40, 240, 20.0
UNKNOWN = ("the current range is not known: its accuracy is not in the interval", "")


@dataclass(frozen=True)
class Decay:
    """A voltage after a rest; currents in nA: of the instrument at rest, in the end, and above it at first.

    full: range of the current, nA; accuracy, level: %. slowest: exponent of a decay that may be hidden. stated:
    offset of the instrument with its uncertainty, nA. climbs: by how much the current rises over the run, nA.
    """

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
    full: float | None = None
    accuracy: float = 0.1
    level: float = 95.0
    slowest: float = 0.5
    stated: tuple[float, float] | None = None
    climbs: float = 0.0

    @property
    def sigmas(self) -> float:
        """Return the standard deviations of the stated coverage."""
        return float(norm.ppf(0.5 + self.level / 200))

    @property
    def params(self) -> dict[str, str]:
        """Return the options of both analyses."""
        zero = (
            {"offset": f"{self.stated[0]} nA", "offset_uncertainty": f"{self.stated[1]} nA"} if self.stated else {}
        )
        return {
            "level": f"{self.level} %",
            "slowest": f"{self.slowest}",
            "range_accuracy": f"{self.accuracy} %",
            **zero,
        }

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, nA, V: rests to 0 s, the voltage half a step before its first row."""
        t = STEP * (np.arange(RESTS + ROWS) - RESTS + 0.5)
        flows = np.where(t > 0, self.steady + self.excess * np.exp(-np.maximum(t, 0) / self.tau), 0.0)
        flows = flows + self.climbs * np.maximum(t, 0) / (t[-1] - t[RESTS - 1])
        noise = self.noise * np.random.default_rng(self.seed).normal(size=len(t))
        return t, np.sign(self.volts) * flows + self.offset + noise, np.where(t > 0, self.volts, 0.0)

    def case(self) -> synth.Case:
        """Return its columns."""
        t, current, volts = self.rows()
        columns = {"time": synth.Column(t + 1000, "s"), "current": synth.Column(current * 1e-6, "mA"),
                   "voltage": synth.Column(volts, "V")}  # fmt: skip
        if self.full:
            columns["current_range"] = synth.Column(np.full(len(t), f"{self.full:g} nA"))
        stated = {"cell.area": f"{self.area} cm^2", "cell.thickness": f"{self.thickness} cm"} if self.area else {}
        return synth.Case(columns, stated)

    def polarisation(self) -> World:
        """Return the world of `dc-polarisation`."""
        return World("dc-polarisation", self.case().record(), Answer(self).polarisation(), self.params,
                     within=1e-5, loose={"u(extrapolated_current)": 1e-3, "~curve": 1e-4})  # fmt: skip

    def rising(self) -> World:
        """Return the world of `dc-polarisation` for a current that never gets steady."""
        text = f"the current rises by {self.climbs:.3g} nA per run: there is no steady state"
        none = ("steady_current", "electronic_resistance", "electronic_conductivity")
        found = {f"note({name})": "no steady state" for name in none} | {
            "potential_step": abs(self.volts), "=potential": self.volts, "!tail-rises": (text, ""),
            "!current-range-unknown": UNKNOWN}  # fmt: skip
        return World("dc-polarisation", self.case().record(), found, self.params, within=1e-5,
                     silent=("~", "tail.", "note(extra", "!not-exponential", "!slow-decay"))  # fmt: skip

    def falling(self) -> World:
        """Return the world of `dc-polarisation` for a current that still falls: the mean of the end is a bound."""
        answer, volts = Answer(self, 0.1), abs(self.volts)
        share = -answer.table["tail.slope"][0] * answer.t[-1] / answer.mean
        text = f"the current falls by {share:.0%} per run at its end: {answer.mean:.3g} nA is an upper bound"
        factor = 1e-9 * self.thickness / (self.area or 1.0) / volts
        none = ("steady_current", "electronic_resistance", "electronic_conductivity")
        kept = ("~t", "~I", "~offset", "~tail", "potential_step", "!current")
        found = {path: value for path, value in answer.steady.items() if path.startswith(kept)} | answer.table
        found |= {f"note({name})": answer.note for name in none} | {
            "high(steady_current)": answer.high, "low(electronic_resistance)": 1e9 * volts / answer.high,
            "high(electronic_conductivity)": factor * answer.high, "=potential": self.volts,
            "~ends": [None, answer.mean, answer.high], "tail.flat": [False], "!tail-still-falls": (text, ""),
        }  # fmt: skip
        return World("dc-polarisation", self.case().record(), found, self.params, within=1e-5,
                     silent=("~curve", "note(extra", "!not-exponential", "!slow-decay"))  # fmt: skip

    def transference(self) -> World:
        """Return the world of `transference-number`."""
        params = self.params
        if self.resistances:
            before, after = self.resistances
            params |= {"resistance_before": f"{before} ohm", "resistance_after": f"{after} ohm",
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
    part: float = 0.5
    steady: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        given = self.given
        t, current, _ = given.rows()
        rest, rested = current[:RESTS], RESTS // 2
        drift = abs(rest[rested:].mean() - rest[:rested].mean())
        self.zero, self.offset = given.stated or (rest.mean(), hypot(rest.std() / sqrt(RESTS), drift))
        # The voltage came a step before its first row, at the last row of the rest.
        self.t = t[RESTS:] - t[RESTS - 1]
        self.i = np.sign(given.volts) * (current[RESTS:] - self.zero)
        self._tail()

    def _tail(self) -> None:
        late = self.t >= (1 - self.part) * self.t[-1]
        t, i = self.t[late], self.i[late]
        at, slope, _, u_slope = line(t, i)
        left = i - at - slope * t
        rho = (left[1:] * left[:-1]).sum() / (left**2).sum()
        wider = sqrt((1 + rho) / (1 - rho)) if rho > 0 else 1.0
        u_slope *= wider
        scatter = wider * sqrt((left**2).sum() / (len(t) - 2) / len(t))
        given, self.mean = self.given, i.mean()
        hidden = (max(-slope, 0) + given.sigmas * u_slope) * t.mean() / given.slowest
        self.limits = [given.accuracy / 100 * size for size in (given.full, self.mean)] if given.full else []
        self.range = hypot(*self.limits) / sqrt(3)
        u = hypot(scatter, self.offset, self.range)
        self.u = hypot(u, hidden / given.sigmas)
        reach = self.reach(hypot(scatter, self.offset))
        self.low, self.high = self.mean - hidden - reach, self.mean + reach
        self.table = {"tail.part": [self.part], "tail.mean": [self.mean], "tail.u": [u], "tail.slope": [slope],
                      "tail.u_slope": [u_slope], "tail.flat": [True]}  # fmt: skip
        zero = np.sign(self.given.volts) * self.zero
        how = "stated" if self.given.stated else f"{RESTS} rows at rest before the step"
        self.note = f"offset {zero:.3g} ± {self.offset:.2g} nA ({how})"
        start = (self.given.steady, self.given.excess, self.given.tau)
        self.fitted = curve_fit(decaying, self.t, self.i, start, xtol=1e-14)
        self.steady = {
            "!current-range-unknown": None if given.full else UNKNOWN,
            "note(steady_current)": f"mean of the last {self.part:.0%}, {self.note}",
            "~curve": decaying(self.t, *self.fitted[0]),
            "steady_current": self.mean, "u(steady_current)": self.u, "low(steady_current)": self.low,
            "high(steady_current)": self.high, "steady_current: scatter": scatter,
            "steady_current: offset": self.offset, "steady_current: hidden decay": hidden / given.sigmas,
            "steady_current: accuracy of the current range": self.range or None,
            "potential_step": abs(self.given.volts), "~t": self.t, "~I": self.i, "~offset": [self.offset],
            "~tail": [(1 - self.part) * self.t[-1], self.t[-1]], "~ends": [self.low, self.mean, self.high],
        }  # fmt: skip

    def reach(self, normal: float) -> float:
        """Return half of an interval by what is normal and by the range, nA."""
        if not self.limits:
            return self.given.sigmas * normal
        return half_width(normal, self.limits, self.given.level / 100)

    def polarisation(self) -> dict[str, Any]:
        """Return the outcome of `dc-polarisation`."""
        given, volts = self.given, abs(self.given.volts)
        found, cov = self.fitted
        normal = hypot(sqrt(cov[0, 0]), self.offset)
        u, reach = hypot(normal, self.range), self.reach(normal)
        answers = {
            **self.steady, **self.table, "=potential": given.volts,
            "note(extrapolated_current)": f"if the decay is exponential: {found[2]:.3g} s",
            "note(electronic_resistance)": self.steady["note(steady_current)"],
            "extrapolated_current": found[0], "u(extrapolated_current)": u,
            "low(extrapolated_current)": found[0] - reach,
            "high(extrapolated_current)": found[0] + reach,
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
        given, first = self.given, self.mean + value
        ranges = [given.accuracy / 100 * size / sqrt(3) for size in (given.full, first)] if given.full else []
        return first, hypot(value * error, value * (bent - at), fallen, *ranges)

    def transference(self) -> dict[str, Any]:
        """Return the outcome of `transference-number`."""
        initial, u = self.first()
        given, volts = self.given, abs(self.given.volts)
        values = (self.mean, initial, volts)
        parts = propagated(lambda i, j, _: i / j, values, (self.u, u, 0.0))
        answers = {
            **self.steady, "initial_current": initial, "u(initial_current)": u,
            "initial_current: extrapolation": u,
            **_with("current_ratio", self.mean / initial, dict(zip(PARTS, parts[:2], strict=False)),
                    given.sigmas),
        }  # fmt: skip
        if given.resistances is None:
            text = ("both resistances of the interfaces are not stated: I_ss/I_0 takes their share for a "
                    "concentration's")  # fmt: skip
            return answers | {
                "!no-resistances": (text, ""),
                "severity(!no-resistances)": "refusal",
                "hint(!no-resistances)": "--param before=FILE.outcome.json --param after=…, of eis-resistance; or "
                "resistance_before='60 ohm', …",
                "!current-range-unknown": None,
            }  # refused: nothing else
        before, after = given.resistances
        values = (*values, before, after)
        errors = (self.u, u, 0.0, 0.03 * before, 0.03 * after)
        parts = dict(zip(PARTS, propagated(bruce_vincent, values, errors), strict=True))
        answers["note(transference_number)"] = "interfaces: stated, stated"
        return answers | _with("transference_number", bruce_vincent(*values), parts, given.sigmas)


PARTS = ("steady current", "initial current", "potential", "resistance before", "resistance after")


def bruce_vincent(late: float, early: float, volts: float, before: float, after: float) -> float:
    """Return I_ss (ΔV - I_0 R_0)/(I_0 (ΔV - I_ss R_ss)), nA, V, Ω."""
    return late * (volts - early * before * 1e-9) / (early * (volts - late * after * 1e-9))


def _with(name: str, value: float, parts: dict[str, float], sigmas: float) -> dict[str, float]:
    u = hypot(*parts.values())
    ends = {f"low({name})": value - sigmas * u, f"high({name})": value + sigmas * u}
    return {name: value, f"u({name})": u, **ends, **{f"{name}: {p}": v for p, v in parts.items() if v}}


POLARISED = {
    "anodic": Decay(seed=5),
    "cathodic": Decay(volts=-0.25, steady=55.0, seed=2),
    "a range": Decay(full=100.0, seed=5, accuracy=0.4),
    "another level": Decay(level=80.0, slowest=1.0, volts=-0.3, seed=6),
    "a stated offset": Decay(stated=(0.6, 0.2), seed=7, full=200.0, level=90.0),
    "no area": Decay(area=None, seed=3, tau=200.0),
}
SYMMETRIC = {
    "resistances": Decay(steady=4e4, excess=9e4, noise=60.0, resistances=(900.0, 1300.0), volts=0.2),
    "resistances, cathodic": Decay(steady=4e4, excess=9e4, noise=60.0, resistances=(700.0, 300.0), volts=-0.2),
    "another level": Decay(steady=4e4, excess=9e4, noise=60.0, resistances=(700.0, 300.0), level=80.0, full=2e5),
    "none": Decay(steady=3e3, excess=2e3, noise=0.5, seed=4),
}
WORLDS = {
    **{f"dc: {name}": decay.polarisation for name, decay in POLARISED.items()},
    "dc: still falls": Decay(tau=8000.0, noise=0.5).falling,
    "dc: still falls, cathodic": Decay(tau=6000.0, noise=0.3, volts=-0.2, level=80.0, full=200.0).falling,
    "dc: rises": Decay(climbs=20.0, noise=0.001).rising,
    "dc: rises, cathodic": Decay(climbs=5.0, noise=0.001, volts=-0.2).rising,
    **{f"transference: {name}": decay.transference for name, decay in SYMMETRIC.items()},
}
