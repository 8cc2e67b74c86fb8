"""Capacities of several cells at several rests, of which the longest are a plateau."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import numpy as np
from scipy.stats import t as student

from echub.plugin import Component, Condition, Measurand, Outcome, Series
from tests.oracles.plain import NORMAL_95, line
from tests.oracles.told import World

RESTS = (0.5, 2.0, 10.0, 20.0, 40.0)
VALUES = ((0.011, 0.012), (0.016, 0.0155), (0.0201, 0.0199), (0.0202, 0.01995), (0.0200, 0.02025))
"""Of two cells at each rest, mA·h/cm²; the last three are a plateau."""

RISING = ((0.011, 0.012), (0.016, 0.0155), (0.021, 0.0205), (0.026, 0.0265), (0.031, 0.0315))
"""The same, which rises with every rest."""


@dataclass(frozen=True)
class Plateau:
    """own, shared: relative uncertainties of each value, its own and that of `group`, which all share.

    bare: the values are in mA·h, of cells without an area. blocks: each outcome has its table of one block.
    """

    own: float = 0.001
    shared: float = 0.0
    left: bool = False
    group: str = "area"
    bare: bool = False
    blocks: bool = False

    def world(self) -> World:
        """Return it with its outcome, out of order."""
        outcomes = [
            self._outcome(r, v, n) for r, pair in zip(RESTS, VALUES, strict=True) for n, v in enumerate(pair)
        ]
        if self.left:
            outcomes.append(Outcome({}, analysis="pulsed-stripping", label="none"))
        return World("pulsed-stripping-plateau", outcomes[::-1], self.expected(),
                     units={"charge": "mA*h"} if self.bare else {})  # fmt: skip

    def _outcome(self, rest: float, value: float, number: int) -> Outcome:
        parts = [Component("own", self.own * value), Component("given", self.shared * value, "B", self.group)]
        parts = parts if self.shared else parts[:1]
        u = value * hypot(self.own, self.shared)
        name, unit = ("stripping_charge", "mA*h") if self.bare else ("stripping_capacity", "mA*h/cm^2")
        found = {name: Measurand(unit, value, u, components=tuple(parts)), "rest_duration": Measurand("s", rest)}
        tables = {"blocks": self._block(rest, value, u, unit)} if self.blocks else {}
        conditions = {"cut_off": Condition(3.0, "V"), "direction": Condition("we_oxidised")}
        label = f"{rest:g} s, {number}"
        return Outcome(found, tables=tables, analysis="pulsed-stripping", label=label, conditions=conditions)

    @staticmethod
    def _block(rest: float, value: float, u: float, unit: str) -> dict[str, Series]:
        given = {"block": (1, "1"), "before": ("start", ""), "rest": (rest, "s"), "j": (1.0, ""),
                 "pulse": (1.0, "s"), "capacity": (value, unit), "uncertainty": (u, unit),
                 "more_than": (None, unit)}  # fmt: skip
        return {name: Series.of([one], of) for name, (one, of) in given.items()}

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        rest, value = np.repeat(RESTS, 2), np.ravel(VALUES)
        u = value * hypot(self.own, self.shared)
        on = value[4:]
        own = sqrt(((self.own * on) ** 2).sum()) / 6
        scatter = max(on.std(ddof=1) / sqrt(6), own)
        shared = self.shared * on.max()
        half = hypot(student.ppf(0.975, 5) * scatter, NORMAL_95 * shared)
        mean = on.mean()
        labels = [f"{r:g} s, {n}" for r in RESTS for n in (0, 1)]
        found: dict[str, Any] = {
            "capacity_plateau": mean, "u(capacity_plateau)": hypot(scatter, shared), "n(capacity_plateau)": 6,
            "low(capacity_plateau)": mean - half, "high(capacity_plateau)": mean + half,
            "capacity_plateau: scatter": scatter, "plateau_from": 10.0, "low(plateau_from)": 2.0,
            "high(plateau_from)": 10.0, "n(plateau_from)": 5, **self._slope(rest[4:], on),
            "note(capacity_plateau)": "mean of the capacities at rests from 10 s",
            "note(capacity_slope)": "rise per factor of e of the rest, 10 to 40 s",
            "=cut_off": 3.0, "=direction": "we_oxidised",
            "~rest": rest, "~value": value, "~u": u, "~bound": [False] * 10, "~used": [True] * 10,
            "~plateau": [mean, mean - half, mean + half], "~plateau_rests": rest[4:],
        }  # fmt: skip
        columns = {
            "outcome": labels, "rest": [*rest], "capacity": [*value], "uncertainty": [*u],
            "more_than": [None] * 10,
            "on_plateau": [False] * 4 + [True] * 6, "left_out": [""] * 10,
        }  # fmt: skip
        if self.left:
            none = ("none", None, ..., ..., None, False, "has no stripping_capacity with a rest_duration")
            for values, one in zip(columns.values(), none, strict=True):
                values.append(one)
        if self.shared:
            found[f"capacity_plateau: {self.group}"] = shared
        if self.left:
            why = "none: has no stripping_capacity with a rest_duration"
            found["!left-out"] = ("1 capacity was left out", why)
        return found | {f"capacities.{name}": values for name, values in columns.items()}

    def _slope(self, rest: np.ndarray, value: np.ndarray) -> dict[str, float]:
        """Return the rise per factor of e, by the scatter of the values if that is more than they state."""
        x = np.log(rest)
        _, slope, _, error = line(x, value)
        spread = ((x - x.mean()) ** 2).sum()
        own = sqrt(((self.own * value) ** 2).mean())
        scatter, reach = error * sqrt(spread), student.ppf(0.975, len(x) - 2)
        if scatter <= own:
            error, reach = own / sqrt(spread), NORMAL_95
        return {"capacity_slope": slope, "u(capacity_slope)": error, "low(capacity_slope)": slope - reach * error,
                "high(capacity_slope)": slope + reach * error}  # fmt: skip


@dataclass(frozen=True)
class Rising(Plateau):
    """Capacities that still rise at the longest rest, which is all that is known of the plateau."""

    def world(self) -> World:
        """Return it with its outcome."""
        outcomes = [
            self._outcome(r, v, n) for r, pair in zip(RESTS, RISING, strict=True) for n, v in enumerate(pair)
        ]
        return World("pulsed-stripping-plateau", outcomes[::-1], self.expected(),
                     units={"charge": "mA*h"} if self.bare else {})  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome: the mean at the longest rest less its error, by what cells differ at any."""
        rest, value = np.repeat(RESTS, 2), np.ravel(RISING)
        u = value * hypot(self.own, self.shared)
        slope = self._slope(rest[6:], value[6:])
        pooled = sqrt(sum((a - b) ** 2 / 2 for a, b in RISING) / len(RISING))
        own = sqrt(((self.own * value[8:]) ** 2).sum()) / 2
        half = max(NORMAL_95 * own, student.ppf(0.975, len(RISING)) * pooled / sqrt(2))
        error = hypot(half, NORMAL_95 * self.shared * value[8:].max())
        low, high = slope["low(capacity_slope)"], slope["high(capacity_slope)"]
        text = (f"the capacity still rises at the longest rest of 40 s, by {slope['capacity_slope']:.2g} "
                f"[{low:.2g}, {high:.2g}] mA·h/cm² per factor of e: a lower bound")  # fmt: skip
        columns = {
            "outcome": [f"{r:g} s, {n}" for r in RESTS for n in (0, 1)], "rest": rest, "capacity": value,
            "uncertainty": u, "more_than": [None] * 10, "on_plateau": [False] * 10, "left_out": [""] * 10,
        }  # fmt: skip
        return slope | {f"capacities.{name}": values for name, values in columns.items()} | {
            "low(capacity_plateau)": value[8:].mean() - error, "!no-plateau": (text, ""),
            "note(capacity_plateau)": f"mean at a rest of 40 s, less its error of {error:.2g}",
            "note(capacity_slope)": "rise per factor of e of the rest, 20 to 40 s",
            "=cut_off": 3.0, "=direction": "we_oxidised", "~rest": rest, "~value": value, "~u": u,
            "~bound": [False] * 10, "~used": [True] * 10,
        }  # fmt: skip


PLATEAUS = {
    "rises": Rising(),
    "rises, of uncertain cells": Rising(own=0.05),
    "rises, of an area": Rising(shared=0.03),
    "scatter": Plateau(),
    "stated": Plateau(own=0.02),
    "an area, one is left out": Plateau(shared=0.03, left=True),
    "an area, in a table of blocks": Plateau(shared=0.03, blocks=True),
    "a current, of cells without an area": Plateau(shared=0.03, group="current", bare=True),
    "a current, without an area, in a table of blocks": Plateau(
        shared=0.03, group="current", bare=True, blocks=True
    ),
}
WORLDS = {f"plateau: {name}": one.world for name, one in PLATEAUS.items()}
