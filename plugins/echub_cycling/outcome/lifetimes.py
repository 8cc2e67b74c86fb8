"""Lifetimes of several cells: the part that survives against time (Kaplan and Meier), and its median."""

from __future__ import annotations

import numpy as np

from echub.plugin import (
    Flag,
    InputSet,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Series,
    input_flags,
    require_comparable,
    require_distinct,
    wrong_unit,
)
from echub.text import several
from echub_cycling import LifetimesParams
from echub_cycling.data.charge import Floats

LEAST = 3
"""Cells below which half of them is not a fraction."""
NORMAL = 1.959964
"""Standard deviations of 95 %."""


def run(outcomes: InputSet[Outcome], params: LifetimesParams) -> Outcome:
    """Return the median lifetime over cells; cells without a drop count as long as they were watched."""
    alive = [o for o in outcomes if "lifetime" in o.measurands and o.status != "refused"]
    wrong = [f"{o.label}: {why}" for o in alive if (why := _unusable(o["lifetime"]))]
    used = [o for o in alive if not _unusable(o["lifetime"])]
    if len(used) < LEAST:
        raise Refusal(
            "too-few-lifetimes",
            f"{several(len(used), 'outcome has', 'outcomes have')} a lifetime, at least {LEAST} are needed",
            where="; ".join(wrong) or None,
        )
    require_distinct(used)
    if not params.allow_mixed:
        require_comparable(used, ("cell.temperature",))
    time = np.array([_time(o["lifetime"]) for o in used])
    failed = np.array([o["lifetime"].value is not None for o in used])
    table, survival, low, high = _survival(time, failed)
    measurands = {
        "median_lifetime": _median(table, survival, low, high, float(time.max())),
        "cells": Measurand("1", float(len(used))),
        "failed": Measurand("1", float(failed.sum())),
    }
    left = len(outcomes) - len(alive)
    text = several(left, "outcome without a lifetime was left out", "outcomes without a lifetime were left out")
    flags = [Flag("left-out", text, "info")] if left else []
    if wrong:
        text = several(len(wrong), "lifetime was left out", "lifetimes were left out")
        flags.append(Flag("left-out", text, where="; ".join(wrong)))
    flags += input_flags(used)
    tables = {
        "survival": {
            "time": Series.of(table, "h"),
            "surviving": Series.of(100 * survival, "%"),
            "low": Series.of(100 * low, "%"),
            "high": Series.of(100 * high, "%"),
        },
        "cells": {
            "outcome": Series.of([o.label for o in used]),
            "time": Series.of(time, "h"),
            "dropped": Series.of(failed),
        },
    }
    return Outcome(measurands, tuple(flags), tables, diagnostics={"watched": Series.of(time[~failed], "h")})


def _unusable(lifetime: Measurand) -> str:
    """Say why a lifetime is none; "" where it is one. A cell that was dead from the start has one of 0."""
    if wrong := wrong_unit("lifetime", lifetime.unit, ("h",)):
        return wrong
    return "lifetime is below zero" if lifetime.value is not None and lifetime.value < 0 else ""


def _time(lifetime: Measurand) -> float:
    if lifetime.value is not None:
        return lifetime.value
    assumed = lifetime.interval.low if lifetime.interval else None
    if assumed is None:
        raise Refusal("no-values", "a lifetime has neither a value nor a lower bound")
    return assumed


def _survival(time: Floats, failed: np.ndarray) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the times of failures, the part that survives each, and its 95 % band.

    The product-limit estimate of E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53 (1958) 457, with Greenwood's
    variance on the scale of log(-log S), on which the band stays between 0 and 1.
    """
    events = np.unique(time[failed])
    at_risk = np.array([(time >= t).sum() for t in events], dtype=np.float64)
    fell = np.array([(failed & (time == t)).sum() for t in events], dtype=np.float64)
    survival = np.cumprod(1 - fell / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(fell / (at_risk * (at_risk - fell)))
        width = NORMAL * np.sqrt(variance) / np.abs(np.log(survival))
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    upper = np.nan_to_num(high, nan=float(survival[-1]) if len(survival) else 1.0)
    return np.asarray(events, np.float64), np.asarray(survival, np.float64), np.nan_to_num(low), upper


def _median(times: Floats, survival: Floats, low: Floats, high: Floats, longest: float) -> Measurand:
    if not len(times) or survival[-1] > 0.5:
        return Measurand.more_than("h", longest, note="more than half of the cells survive")
    middle = float(times[np.flatnonzero(survival <= 0.5)[0]])
    first = np.flatnonzero(low <= 0.5)
    last = np.flatnonzero(high <= 0.5)
    begin = float(times[first[0]])  # the band's lower end is below the estimate
    end = float(times[last[0]]) if len(last) else None
    interval = Interval(begin, end, level=0.95, method="Kaplan-Meier, log(-log)")
    return Measurand("h", middle, interval=interval, note="half of the cells have dropped")
