"""From a fitted edge to measurands with intervals and flags."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Component, Flag, Interval, Measurand, Refusal, Series
from echub_sims_profile.data.profile import Array, CountProfile
from echub_sims_profile.method.alternatives import RANDOM, TWO_STEPS, Doubts
from echub_sims_profile.method.decay import decay_length
from echub_sims_profile.method.edge import Edge, find_edge
from echub_sims_profile.method.interval import NORMAL_95, Ends
from echub_sims_profile.method.yields import YieldChange
from echub_sims_profile.outcome.checks import spikes

SHARED = 0.1
"""A channel with so many of its points at the place of the one before has too coarse an axis."""
OVERDISPERSED = 2.0
FEW = 5.0
"""Counts of a point on the plateau below which the intervals hold the truth in 88 to 91 of 100 generated edges:
the likelihood is far from a parabola, and a fit may be sharp by chance."""
_PARTS = "--param start=… --param stop=… fit one of them"
_METHOD = "profile likelihood times the dispersion"


def interface(edge: Edge, one: CountProfile, depth_percent: float, other: Doubts) -> dict[str, Measurand]:
    """Return position, width, decay lengths and dispersion of an edge.

    `depth_percent` is the standard uncertainty of the depth calibration, of the depth. `other`: what other shapes
    of the edge make of it.
    """
    read = _axis_step(one.x) / math.sqrt(3)  # times may be rounded, or cut off: wrong by a step either way
    position = _measured(
        edge.position, edge.position_error, edge.position_interval, one.unit, depth_percent, other.position, read
    )
    ends = _doubled(edge.sigma_interval)
    width = _measured(2 * edge.sigma, 2 * edge.sigma_error, ends, one.unit, depth_percent, other.width, read)
    if edge.undersampled:
        position, width = _bracketed(edge, one.x, one.unit)
    found = {
        "interface_position": position,
        "interface_width": width,
        "dispersion": Measurand("1", edge.dispersion, math.sqrt(2 / (edge.points - 4)), n=edge.points),
    }
    return found | _decays(edge, one, depth_percent)


def _axis_step(x: Array) -> float:
    """Return the step of an axis that puts points of one channel at one place; 0 if each has its own."""
    gaps = np.diff(np.sort(x))
    if not len(gaps) or np.mean(gaps == 0) < SHARED or not gaps.any():
        return 0.0
    return float(gaps[gaps > 0].min())


def _measured(
    value: float, error: float, ends: Ends, unit: str, percent: float, shape: float = 0.0, read: float = 0.0
) -> Measurand:
    """Add the uncertainties of the calibration, of the edge's shape and of a coarse axis to that of the fit."""
    low, high = ends
    scale = abs(value) * percent / 100
    more = NORMAL_95 * math.hypot(scale, shape, read)
    parts = (
        Component("counting statistics", error),
        Component("shape of the edge", shape, "B"),
        Component("steps of the axis", read, "B"),
        Component("depth calibration", scale, "B", "depth"),
    )
    if more:
        low = None if low is None else value - math.hypot(value - low, more)
        high = None if high is None else value + math.hypot(high - value, more)
    interval = Interval(low, high, level=0.95, method=_METHOD)
    total = math.hypot(error, shape, scale, read)
    return Measurand(unit, value, total, interval, components=tuple(part for part in parts if part.uncertainty))


def _doubled(ends: Ends) -> Ends:
    return tuple(None if end is None else 2 * end for end in ends)  # type: ignore[return-value]


def _bracketed(edge: Edge, x: Array, unit: str) -> tuple[Measurand, Measurand]:
    """Say what is known of an edge between two points: where it lies at most, and how wide it is at most.

    The fit's own errors would rest on the shape of an error function that no point shows.
    """
    after = int(np.clip(np.searchsorted(x, edge.position), 1, len(x) - 1))
    low, high = float(x[max(after - 2, 0)]), float(x[min(after + 1, len(x) - 1)])
    ends = edge.position_interval
    low, high = (
        min(low, ends[0] if ends[0] is not None else low),
        max(high, ends[1] if ends[1] is not None else high),
    )
    error = math.hypot(edge.position_error, edge.step / math.sqrt(12))
    widest = edge.sigma_interval[1]
    most = max(2 * edge.step, 2 * widest if widest is not None else float(x[-1] - x[0]))
    return (
        Measurand(
            unit, edge.position, error, Interval(low, high, "bracketing", method="two points on either side")
        ),
        Measurand.less_than(unit, most),
    )


def _decays(edge: Edge, one: CountProfile, percent: float) -> dict[str, Measurand]:
    """Return the decay on the leading (towards the surface) and trailing side of the layer at this edge."""
    found = {}
    for side in (edge, _other_side(edge, one)):
        decay = None if side is None or side.undersampled else decay_length(one.x, one.n, side, one.gain)
        if side is not None and decay is not None:
            name = "trailing_decay_length" if side.sign < 0 else "leading_decay_length"
            low, high = (max(decay[0] + s * NORMAL_95 * decay[1], 0.0) for s in (-1, 1))
            found[name] = _measured(*decay, (low, high), one.unit, percent)
    return found


def _other_side(edge: Edge, one: CountProfile) -> Edge | None:
    """Fit the layer's other edge, on the high side of this one; None where the signal has none there."""
    high_side = np.sign(one.x - edge.position) == edge.sign
    try:
        part = one.rows(high_side)
        return find_edge(part.x, part.n, "falling" if edge.sign > 0 else "rising", part.gain)
    except Refusal:
        return None


def enriched(table: Mapping[str, Series], key: tuple[str, str, int, str]) -> dict[str, Measurand]:
    """Return the enrichment of a region, ion, polarity and window; raise `Refusal` where there is none."""
    names = ("region", "species", "polarity", "window", "ratio", "low", "high", "log_error", "verdict")
    rows = zip(*(table[name].values for name in names), strict=True) if table else ()
    for *found, ratio, low, high, error, verdict in rows:
        if tuple(found) == key:
            if low is None or high is None or error is None or not isinstance(ratio, float):
                raise Refusal("not-counted", f"{key[1]} was not counted: a ratio has no interval")
            ends = Interval(low, high, level=0.95, method="ratio of counts")
            note = f"{key[1]} in {key[0]}, {key[3]}; {verdict}"
            return {"enrichment": Measurand("1", ratio, ratio * float(error), ends, note=note)}
    text = f"there is no enrichment of {key[1]} in {key[0] or 'the only region'}, window {key[3]}"
    raise Refusal("unknown-region", text, hint="see the table `enrichment`")


def shapes(edge: Edge, other: Doubts) -> dict[str, Series]:
    """Tabulate the shapes that were fitted, with what each makes of the edge."""
    found = other.shapes
    return {
        "shape": Series.of([f.name for f in found]),
        "position": Series.of([edge.position + edge.sign * f.position for f in found]),
        "width": Series.of([f.width for f in found]),
        "parameters": Series.of([4 + f.more for f in found]),
        "deviance": Series.of([f.deviance for f in found]),
    }


def doubted(edge: Edge, other: Doubts, unit: str) -> list[Flag]:
    """Flag an edge of another shape, further steps, and residuals that are not random."""
    flags = []
    if other.better and other.best.name == TWO_STEPS:
        flags.append(
            Flag("several-steps", "two steps fit better than one: this is more than one edge", hint=_PARTS)
        )
    elif other.better:
        text = (
            f"the edge is not an error function: {other.best.name} fits better; the intervals "
            "include the difference"
        )
        flags.append(Flag("edge-shape", text))
    if other.yields is not None:
        flags.append(_yield_changes(edge, other.yields, unit))
    if other.steps:
        where = ", ".join(f"{place:.4g} {unit_text(unit)}" for place in other.steps)
        flags.append(
            Flag("several-steps", "the signal steps again in the same direction", where=where, hint=_PARTS)
        )
    if other.runs < RANDOM:
        text = (
            f"too many neighbouring residuals have the same sign (p = {other.runs:.2g}): the model "
            "is not that of the data"
        )
        flags.append(Flag("residuals-not-random", text))
    return flags


def _yield_changes(edge: Edge, found: YieldChange, unit: str) -> Flag:
    """Flag a yield that seems to change within the edge."""
    position = f"{edge.position + edge.sign * found.position:.4g} {unit_text(unit)}"
    text = (
        f"the edge fits better if the yield changes within it, by a factor of {found.factor:.2f}: the position "
        f"would then be {position}; the interval includes both"
    )
    where = f"{edge.position + edge.sign * found.place:.4g} {unit_text(unit)}"
    return Flag("yield-changes", text, where=where, hint="--param normalise=matrix --param matrix=ION")


def said(edge: Edge, one: CountProfile) -> list[Flag]:
    """Flag what limits the answer."""
    flags = []
    if edge.undersampled:
        text = f"the width is below two steps of {edge.step:.3g}: the edge is only bracketed by its points"
        flags.append(Flag("interface-undersampled", text))
    if edge.dispersion > OVERDISPERSED:
        text = f"the scatter is {edge.dispersion:.1f} times that of counting; the intervals are widened"
        flags.append(Flag("overdispersed", text))
    inside = (one.x >= edge.window[0]) & (one.x <= edge.window[1])
    counts = (edge.high + edge.low) * float(np.median(one.gain[inside])) if inside.any() else FEW
    if counts < FEW:
        text = f"the plateau has {counts:.2g} counts a point: intervals hold the truth in about 90 of 100, not 95"
        flags.append(Flag("few-counts", text, hint="add cycles or craters up, or count for longer"))
    if one.analogue[inside].any():
        text = "the fit includes points of the Faraday cup, whose scatter is not that of counting"
        flags.append(Flag("faraday-cup-in-fit", text))
    if spikes(one.n)[inside].any():
        flags.append(Flag("spikes-in-fit", "the fit includes single points that stand out; they are kept"))
    return flags
