"""From a fitted edge to measurands with intervals and flags."""

from __future__ import annotations

import math

import numpy as np

from echub.plugin import Component, Flag, Interval, Measurand, Refusal
from echub_sims_profile.data.profile import Array, CountProfile
from echub_sims_profile.method.decay import decay_length
from echub_sims_profile.method.edge import Edge, find_edge
from echub_sims_profile.method.interval import NORMAL_95, Ends
from echub_sims_profile.outcome.checks import spikes

OVERDISPERSED = 2.0
_METHOD = "profile likelihood times the dispersion"


def interface(edge: Edge, one: CountProfile, depth_percent: float) -> dict[str, Measurand]:
    """Return position, width, decay lengths and dispersion of an edge.

    `depth_percent` is the standard uncertainty of the depth calibration, of the depth.
    """
    position = _measured(edge.position, edge.position_error, edge.position_interval, one.unit, depth_percent)
    width = _measured(2 * edge.sigma, 2 * edge.sigma_error, _doubled(edge.sigma_interval), one.unit, depth_percent)
    if edge.undersampled:
        position, width = _bracketed(edge, one.x, one.unit)
    found = {
        "interface_position": position,
        "interface_width": width,
        "dispersion": Measurand("1", edge.dispersion, math.sqrt(2 / max(1, edge.points - 4)), n=edge.points),
    }
    return found | _decays(edge, one, depth_percent)


def _measured(value: float, error: float, ends: Ends, unit: str, percent: float) -> Measurand:
    """Put the uncertainty of the calibration beside that of the fit, into error and interval."""
    low, high = ends
    scale = abs(value) * percent / 100
    parts = (Component("counting statistics", error), Component("depth calibration", scale, "B", "depth"))
    if scale:
        low = None if low is None else value - math.hypot(value - low, NORMAL_95 * scale)
        high = None if high is None else value + math.hypot(high - value, NORMAL_95 * scale)
    interval = Interval(low, high, level=0.95, method=_METHOD)
    return Measurand(unit, value, math.hypot(error, scale), interval, components=parts if scale else parts[:1])


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


def said(edge: Edge, one: CountProfile) -> list[Flag]:
    """Flag what limits the answer."""
    flags = []
    if edge.undersampled:
        text = f"the width is below two steps of {edge.step:.3g}: the edge is only bracketed by its points"
        flags.append(Flag("interface_undersampled", text))
    if edge.dispersion > OVERDISPERSED:
        text = f"the scatter is {edge.dispersion:.1f} times that of counting; the intervals are widened"
        flags.append(Flag("overdispersed", text))
    inside = (one.x >= edge.window[0]) & (one.x <= edge.window[1])
    if one.analogue[inside].any():
        text = "the fit holds points of the Faraday cup: its scatter is not that of counting"
        flags.append(Flag("faraday_cup_in_fit", text))
    if spikes(one.n)[inside].any():
        flags.append(Flag("spikes_in_fit", "the fit holds points that stand out singly; they are kept"))
    return flags
