"""The steady current: a value, or a bound, and why; shared by both analyses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from echub.plugin import (
    Component,
    Flag,
    Interval,
    Measurand,
    Series,
    current_still,
    range_unknown,
    several_ranges,
)
from echub.science import RANGE_ACCURACY, coverage_half_width, standstills
from echub.text import percent, several
from echub_dc import DecayParams
from echub_dc.data import Decay
from echub_dc.method.decay import Exponentials, exponentials
from echub_dc.method.jumps import jumps
from echub_dc.method.tail import Tail, tail

CURVE = 600
"""Points of the drawn decay."""


@dataclass(frozen=True)
class Steady:
    """The tail and the exponentials of a decay, with what they allow to say."""

    decay: Decay
    tail: Tail
    fitted: Exponentials
    measurand: Measurand
    flags: tuple[Flag, ...]

    @property
    def known(self) -> bool:
        """Return whether there is a value."""
        return self.measurand.value is not None


def steady(decay: Decay, params: DecayParams) -> Steady:
    """Judge a decay, and say where it jumps."""
    judged, still = _judged(decay, params), standstills(decay.current)
    if _is_still(decay, still, judged.tail.part):
        judged = replace(judged, measurand=Measurand("nA", note="the current stands still"), flags=())
    flags = (*_lost(decay), *_still(decay, still), *_jumps(decay), *_ranges(judged, params))
    return replace(judged, flags=(*judged.flags, *flags))


def _ranges(found: Steady, params: DecayParams) -> Iterator[Flag]:
    """Flag ranges of the tail that are not known, or differ."""
    decay = found.decay
    tail_rows = decay.ranges.at(decay.time >= (1 - found.tail.part) * decay.span)
    yield from several_ranges(dict.fromkeys(tail_rows.used(), ""))
    if tail_rows.unknown() and params.range_accuracy:
        where = f" in {tail_rows.unknown()} of {len(tail_rows.place)} rows of the tail" if tail_rows.used() else ""
        yield range_unknown(where, "its accuracy is not in the interval")


def _lost(decay: Decay) -> Iterator[Flag]:
    """Flag rows of another potential between those of the applied one."""
    if decay.lost:
        rows = several(decay.lost, "row is", "rows are")
        yield Flag("potential-lost", f"{rows} at another potential, between those of the applied one: left out")


def _still(decay: Decay, still: Sequence[slice]) -> Iterator[Flag]:
    """Flag a current that stands still, although it moves beside: beyond its range, or not measured."""
    for run in still:
        start, end = decay.time[run.start], decay.time[run.stop - 1]
        yield current_still(
            f"{decay.current[run.start] + decay.offset:.4g} nA",
            run.stop - run.start,
            f"{start:.4g} to {end:.4g} s after the step",
            also="; --time START:END takes the part before or after it",
        )


def _is_still(decay: Decay, still: Sequence[slice], part: float) -> bool:
    """Return whether most of the tail stands still."""
    first = int(np.searchsorted(decay.time, (1 - part) * decay.span))
    rows = sum(max(run.stop - max(run.start, first), 0) for run in still)
    return bool(rows > (len(decay.time) - first) / 2)


def _jumps(decay: Decay) -> list[Flag]:
    """Flag steps of the current at a constant potential: no decay has any, another range or contact has."""
    places = jumps(decay.current, decay.noise)
    if not len(places):
        return []
    worst = max(places, key=lambda k: abs(decay.current[k + 1] - decay.current[k]))
    size = float(decay.current[worst + 1] - decay.current[worst])
    times = "once" if len(places) == 1 else f"{len(places)} times"
    text = f"the current jumps {times}, by {size:+.3g} nA: the offset of another range, or a contact, is in it"
    place = f"{decay.time[worst + 1]:.5g} s after the step"
    return [Flag("current-jumps", text, where=place, hint="--time START:END takes the part before or after it")]


def _judged(decay: Decay, params: DecayParams) -> Steady:
    found, fitted = tail(decay, params), exponentials(decay)
    note = f"offset {decay.offset:.3g} ± {decay.u_offset:.2g} nA ({decay.how})"
    if not found.flat and found.slope > 0:
        text = f"the current rises by {found.slope * decay.span:.3g} nA per run: there is no steady state"
        return Steady(decay, found, fitted, Measurand("nA", note="no steady state"), (Flag("tail-rises", text),))
    open_by = 2 * decay.u_offset + sum(found.limits[:1])
    if found.high <= 0 or found.mean < open_by:
        of_range = ", and the accuracy of the current range" if found.limits else ""
        text = f"{found.mean:.3g} nA is not above what the offset{of_range} may be, ± {open_by:.2g} nA"
        bound = Measurand.less_than("nA", max(found.high, open_by), note=note)
        return Steady(decay, found, fitted, bound, (Flag("below-offset", text),))
    if found.sinks:
        text = "the current falls ever faster, which no decay does: it may rise again, and bounds nothing"
        return Steady(decay, found, fitted, Measurand("nA", note="no steady state"), (Flag("tail-sinks", text),))
    if not found.flat:
        text = (
            f"the current falls by {percent(-found.slope * decay.span / found.mean)} per run at its end: "
            f"{found.mean:.3g} nA is an upper bound"
        )
        return Steady(
            decay,
            found,
            fitted,
            Measurand.less_than("nA", found.high, note=note),
            (Flag("tail-still-falls", text, hint="measure longer"),),
        )
    interval = Interval(
        found.low,
        found.high,
        level=params.level / 100,
        method=f"flat tail, and a hidden decay t^-{params.slowest:g}",
    )
    z = float(ndtri(0.5 + params.level / 200))
    hidden = max(found.mean - found.low - (found.high - found.mean), 0.0) / z
    stated = (
        Component("scatter", (max(found.u**2 - decay.u_offset**2 - found.u_range**2, 0.0)) ** 0.5),
        Component("offset", decay.u_offset, "B"),
        Component(RANGE_ACCURACY, found.u_range, "B"),
        Component("hidden decay", hidden, "B"),
    )
    parts = tuple(part for part in stated if part.uncertainty or part.name != RANGE_ACCURACY)
    u = sum(part.uncertainty**2 for part in parts) ** 0.5
    told = f"mean of the last {found.part:.0%}, {note}"
    return Steady(decay, found, fitted, Measurand("nA", found.mean, u, interval, components=parts, note=told), ())


def extrapolated(found: Steady, params: DecayParams) -> tuple[Measurand, tuple[Flag, ...]]:
    """Return the constant of the exponentials, if these describe the decay and end within the run."""
    fitted, decay = found.fitted, found.decay
    taus = " and ".join(f"{tau:.3g} s" for tau in fitted.taus)
    if not fitted.white():
        text = f"residuals of {len(fitted.taus)} exponentials are correlated by {fitted.correlation:.2f}"
        return Measurand("nA", note="not exponential"), (Flag("not-exponential", text, "info"),)
    if not fitted.seen(decay.span):
        text = f"the time constant of {taus} is more than a fifth of the run of {decay.span:.3g} s"
        return Measurand("nA", note="too slow a decay"), (Flag("slow-decay", text, "info"),)
    z = float(ndtri(0.5 + params.level / 200))
    normal, limits = (fitted.u**2 + decay.u_offset**2) ** 0.5, found.tail.limits
    reach = coverage_half_width(normal, limits, params.level / 100) if limits else z * normal
    u = (normal**2 + found.tail.u_range**2) ** 0.5
    interval = Interval(
        fitted.constant - reach, fitted.constant + reach, level=params.level / 100, method="propagated"
    )
    return Measurand("nA", fitted.constant, u, interval, note=f"if the decay is exponential: {taus}"), ()


def diagnostics(found: Steady) -> dict[str, Series]:
    """Return the decay, the exponentials and the tail, thinned."""
    decay = found.decay
    step = max(1, len(decay.time) // CURVE)
    return {
        "t": Series.of(decay.time[::step], "s"),
        "I": Series.of(decay.current[::step], "nA"),
        "curve": Series.of(found.fitted.curve[::step], "nA"),
        "tail": Series.of([(1 - found.tail.part) * decay.span, decay.span], "s"),
        "ends": Series.of([found.tail.low if found.tail.flat else None, found.tail.mean, found.tail.high], "nA"),
        "offset": Series.of([decay.u_offset], "nA"),
    }
