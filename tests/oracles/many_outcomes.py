"""Outcomes of several cells and runs: survival, a common clock, a value against a setting."""

from __future__ import annotations

from math import exp, hypot, log, sqrt
from typing import Any

from echub.plugin import Condition, Interval, Measurand, Outcome, Series
from tests.oracles.told import World

NORMAL_95 = 1.959964


def cell(label: str, dropped: float | None, watched: float = 0.0) -> Outcome:
    """Return a cell that dropped, or was watched for so many hours."""
    found = Measurand("h", dropped) if dropped is not None else Measurand.more_than("h", watched)
    return Outcome({"lifetime": found}, analysis="symmetric-cycling", label=label)


def survival(dropped: tuple[float, ...], watched: tuple[float, ...], lost: int = 0) -> World:
    """Return the lifetimes of cells, by the product limit with Greenwood's variance of ln(-ln S)."""
    cells = [cell(f"d{n}", t) for n, t in enumerate(dropped)] + [
        cell(f"w{n}", None, t) for n, t in enumerate(watched)
    ]
    others = [Outcome({}, analysis="symmetric-cycling", label=f"x{n}") for n in range(lost)]
    alive, variance, rows = 1.0, 0.0, []
    for t in sorted(set(dropped)):
        risk = sum(one >= t for one in (*dropped, *watched))
        fell = dropped.count(t)
        alive *= 1 - fell / risk
        variance += fell / (risk * (risk - fell)) if risk > fell else 0.0
        if alive:
            width = NORMAL_95 * sqrt(variance) / abs(log(alive))
            rows.append((t, alive, alive ** exp(width), alive ** exp(-width)))
        else:
            rows.append((t, 0.0, 0.0, 0.0))
    expected: dict[str, Any] = {
        f"survival.{name}": [(1 if name == "time" else 100) * row[k] for row in rows]
        for k, name in enumerate(("time", "surviving", "low", "high"))
    }
    expected |= {
        "cells.outcome": [one.label for one in cells],
        "cells.time": [*dropped, *watched],
        "cells.dropped": [True] * len(dropped) + [False] * len(watched),
        "~watched": list(watched) or None,
        "cells": len(cells),
        "failed": len(dropped),
    }
    half = [t for t, alive, *_ in rows if alive <= 0.5]
    if half:
        low, high = ([t for t, *ends in rows if ends[k] <= 0.5] for k in (1, 2))
        expected |= {
            "median_lifetime": half[0],
            "note(median_lifetime)": "half of the cells have dropped",
            "low(median_lifetime)": low[0] if low else half[0],
            "high(median_lifetime)": high[0] if high else None,
        }
    else:
        expected["low(median_lifetime)"] = max((*dropped, *watched))
        expected["note(median_lifetime)"] = "more than half of the cells survive"
    if lost:
        expected["!left-out"] = (f"{lost} outcomes without a lifetime were left out", "")
    return World("cell-lifetimes", [*cells, *others], expected)


def run(analysis: str, began: str, zero: float, cell_id: str = "A", **columns: tuple[str, list[Any]]) -> Outcome:
    """Return an outcome with a table over time."""
    table = {name: Series.of(values, unit) for name, (unit, values) in columns.items()}
    stated = {"cell.id": {"value": cell_id}, **({"experiment.start": {"value": began}} if began else {})}
    return Outcome({}, tables={"rows": table}, metadata=stated, analysis=analysis, label=analysis,
                   conditions={"zero": Condition(zero, "s")} if zero else {})  # fmt: skip


def clock() -> World:
    """Return three runs of a cell, out of order; one has a clock that starts late, one has no start."""
    early = run("steps", "2026-03-02T09:00:00", 0.0, start=("s", [0.0, 600.0]), level=("mA/cm^2", [-1.5, 2.5]),
                j=("mA/cm^2", [7.0, 8.0]), R_end=("ohm*cm^2", [12.0, 13.0]))  # fmt: skip
    late = run("spectra", "2026-03-02T10:30:00", 40.0, begin=("s", [0.0, 10.0, 30.0]),
               resistance_hf=("ohm", [3.0, 4.0, 5.0]), resistance_int=("ohm", [30.0, 40.0, 50.0]),
               potential=("V", [-0.1, 0.2, 0.3]), U_end=("V", [9.0, 9.0, 9.0]))  # fmt: skip
    none = run("other", "", 0.0, start=("s", [0.0]), level=("mA", [1.0]))
    after = [5440.0, 5450.0, 5470.0]
    nothing = [None] * 2
    columns = {
        "time": [0.0, 600.0] * 2 + after * 3,
        "analysis": ["steps"] * 4 + ["spectra"] * 9,
        "column": ["R_end"] * 2
        + ["level"] * 2
        + ["resistance_hf"] * 3
        + ["resistance_int"] * 3
        + ["potential"] * 3,
        "value_ohm*cm^2": [12.0, 13.0, *nothing, *[None] * 9],
        "value_mA/cm^2": [*nothing, 1.5, 2.5, *[None] * 9],
        "value_ohm": [*nothing, *nothing, 3.0, 4.0, 5.0, 30.0, 40.0, 50.0, *[None] * 3],
        "value_V": [*nothing, *nothing, *[None] * 6, 0.1, 0.2, 0.3],
    }
    expected: dict[str, Any] = {f"{where}{name}": values for name, values in columns.items()
                                for where in ("timeline.", "~")}  # fmt: skip
    expected |= {
        "~run": [0] * 4 + [1] * 9,
        "duration": 5470 / 3600,
        "outcomes_placed": 2,
        "!outcomes-without-time": ("1 of 3 outcomes has no start or no table over time", ""),
        "!clocks-without-zone": ("the starts are wall-clock times without a zone", ""),
    }
    return World("timeline", [late, none, early], expected)


def at_once() -> World:
    """Return two runs that started together, on two channels: they keep their order."""
    both = [
        run(name, "2026-03-02T09:00:00", 0.0, start=("s", [0.0, 60.0]), R_end=("ohm*cm^2", [r, r + 1]))
        for name, r in (("one", 5.0), ("two", 3.0))
    ]
    columns = {"time": [0.0, 60.0] * 2, "analysis": ["one"] * 2 + ["two"] * 2, "column": ["R_end"] * 4,
               "value_ohm*cm^2": [5.0, 6.0, 3.0, 4.0]}  # fmt: skip
    expected: dict[str, Any] = {f"{where}{name}": values for name, values in columns.items()
                                for where in ("timeline.", "~")}  # fmt: skip
    expected |= {"~run": [0, 0, 1, 1], "duration": 1 / 60, "outcomes_placed": 2,
                 "!clocks-without-zone": ("the starts are wall-clock times without a zone", "")}  # fmt: skip
    return World("timeline", both, expected)


PRESSED = (
    ("one", "x", 2.0, 30.0, 1.5, (27.0, 34.0)),
    ("two", "y", 5.0, 21.0, None, None),
    ("three", "x", 1.0, 40.0, 2.5, None),
    ("four", "y", 3.0, 22.0, 0.5, None),
    ("five", "x", 9.0, None, None, (1.0, 2.0)),
)


def against(load: bool = False) -> World:
    """Return a value at several pressures, or at stated loads, in two series; one outcome has no value."""
    outcomes = []
    for label, group, pressure, value, u, ends in PRESSED:
        interval = Interval(*ends, level=0.95) if ends and value else None
        found = Measurand("ohm", value, u, interval) if value else Measurand.more_than("ohm", 1.0)
        outcomes.append(Outcome({"other": Measurand("V", None), "asr": found}, label=label,
                                conditions={"pressure": Condition(pressure, "MPa"), "level": Condition(4.0)},
                                metadata={"cell.maker": {"value": group},
                                          "cell.load": {"value": 0.1 * pressure, "unit": "kN"}}))  # fmt: skip
    rows = sorted((one for one in PRESSED if one[3]), key=lambda one: (one[1], one[2]))
    far = [(abs(a[3] - b[3]) / (a[3] + b[3]) * 200, abs(a[3] - b[3]) / hypot(a[4], b[4]) if a[4] and b[4] else 0)
           for a in rows for b in rows if a[1] == b[1] and a[2] < b[2]]  # fmt: skip
    columns = {
        "cell.load" if load else "pressure": [(0.1 if load else 1.0) * one[2] for one in rows],
        "asr": [one[3] for one in rows],
        "u": [one[4] for one in rows],
        "low": [one[5][0] if one[5] else None for one in rows],
        "high": [one[5][1] if one[5] else None for one in rows],
        "series": [one[1] for one in rows],
        "of": [one[0] for one in rows],
    }
    expected: dict[str, Any] = {f"{where}{name}": values for name, values in columns.items()
                                for where in ("values.", "~")}  # fmt: skip
    expected |= {
        "largest_difference": max(share for share, _ in far),
        "largest_difference_in_sigma": max(pull for _, pull in far),
        "note(largest_difference)": "of two values of a series, of their mean; no statistics of its own",
        "note(largest_difference_in_sigma)": "the same in standard uncertainties, "
        "as if independent: of the same data it weighs more",
        "values_placed": 4,
        "!left-out": ("1 of 5 outcomes has no value, or no number to place it at", "five"),
    }
    return World(
        "against",
        outcomes,
        expected,
        {"measurand": "asr", "series": "cell.maker"} | ({"x": "cell.load"} if load else {}),
    )


WORLDS = {
    "lifetimes": lambda: survival((12.0, 20.0, 20.0, 33.0, 41.0), (15.0, 48.0, 48.0), 2),
    "lifetimes: all drop": lambda: survival((3.0, 5.0, 8.0, 8.0), ()),
    "lifetimes: most survive": lambda: survival((10.0,), (30.0, 50.0, 40.0)),
    "timeline": clock,
    "timeline: at once": at_once,
    "against": against,
    "against: a statement": lambda: against(load=True),
}
