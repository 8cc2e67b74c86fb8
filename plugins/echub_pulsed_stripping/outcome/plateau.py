"""Capacity against rest over outcomes and blocks, and the plateau that longer rests do not raise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from echub.drawing import unit_text
from echub.plugin import (
    Component,
    Flag,
    InputSet,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Series,
    input_flags,
    require_distinct,
)
from echub.text import several
from echub_pulsed_stripping import PlateauParams
from echub_pulsed_stripping.data.points import (
    COMPARED,
    RestPoint,
    levels_of,
    points_of,
    require_comparable,
    require_one_unit,
)
from echub_pulsed_stripping.method.rise import is_flat, lower_bound, slope_of

LEAST_RESTS = 3
"""A plateau takes two rests on it, and one below that shows where it starts."""
Levels = Sequence[Sequence[RestPoint]]


def run(data: InputSet[Outcome], params: PlateauParams) -> Outcome:
    """Order the capacities by rest and find the plateau, from the longest rest on."""
    points = points_of(data, params)
    used, left_out = [p for p in points if not p.reason], [p for p in points if p.reason]
    reasons = "; ".join(f"{p.label}: {p.reason}" for p in left_out[:10])
    if not used:
        raise Refusal(
            "no-values", f"none of {several(len(points), 'capacity', 'capacities')} is usable", where=reasons
        )
    outcomes = list({id(p.outcome): p.outcome for p in used}.values())  # one may state several capacities
    require_distinct([one for one in data if any(one is other for other in outcomes)])
    require_one_unit(used)  # whatever else may be mixed
    if not params.allow_mixed:
        require_comparable(used)
    levels = levels_of(used)
    if len(levels) < LEAST_RESTS:
        text = f"{several(len(levels), 'rest')}: a plateau takes at least {LEAST_RESTS}, two on it and one below"
        raise Refusal("too-few-rests", text, where=reasons, tables={"capacities": _table(points, [])})
    # A rest at which no series reached the cut-off says nothing, unless it is above the others.
    known = [level for level in levels if not all(p.bound for p in level)]
    plateau = _flat(known, params)
    measurands, flags = _answer(levels, plateau)
    if left_out:
        text = several(len(left_out), "capacity was left out", "capacities were left out")
        flags.append(Flag("left-out", text, where=reasons))
    if params.allow_mixed:
        flags.append(Flag("mixed", "series that are not comparable were allowed"))
    flags += input_flags(outcomes)
    on = [p for level in plateau for p in level] if "plateau_from" in measurands else []
    conditions = used[0].outcome.conditions
    return Outcome(
        measurands,
        tuple(flags),
        {"capacities": _table(points, on)},
        diagnostics=_diagnostics(points, on, measurands["capacity_plateau"]),
        conditions={name: conditions[name] for name in COMPARED if name in conditions},
        label=f"{len(used)} capacities at {len(levels)} rests",
    )


def _flat(known: Levels, params: PlateauParams) -> Levels:
    """Return the longest rests that are a plateau, at least two; only the longest where there is none."""
    for on in range(_on_plateau(known, params), 1, -1):
        first = len(known) - on
        below = known[first - 1] if first else []
        if is_flat([p for level in known[first:] for p in level], below, params.tolerance / 100):
            return known[first:]
    return known[-1:]


def _on_plateau(levels: Levels, params: PlateauParams) -> int:
    """Count the longest rests whose capacities agree, within the tolerance or twice their uncertainty."""
    on = min(1, len(levels))
    while 0 < on < len(levels):
        mean, error = _mean([p for level in levels[len(levels) - on :] for p in level])
        other, other_error = _mean(levels[len(levels) - on - 1])
        # Two standard uncertainties of a difference: agreement within 95 %.
        allowed = max(params.tolerance / 100 * mean, 2 * float(np.hypot(error, other_error)))
        if abs(other - mean) > allowed:
            break
        on += 1
    return on


def _mean(points: Sequence[RestPoint]) -> tuple[float, float]:
    """Return the mean of those with a value, and its standard error by what they do not share."""
    known = [p for p in points if not p.bound]
    own = np.sqrt(sum(p.independent**2 for p in known)) / len(known)
    return float(np.mean([p.value for p in known])), float(own)


def _answer(levels: Levels, plateau: Levels) -> tuple[dict[str, Measurand], list[Flag]]:
    """Return the plateau, or a lower bound where the capacity still rises or a series never ended."""
    points = [p for level in levels for p in level]
    unit = points[0].unit
    values = [p.value for level in plateau for p in level if not p.bound]
    beyond = [p for p in points if p.bound and (not values or p.value > np.mean(values))]
    if len(plateau) >= 2 and not beyond:
        return _plateau(levels, plateau)
    text = f"the capacity still rises at the longest rest of {levels[-1][0].rest_s:.3g} s{_spoken_slope(levels)}"
    if beyond:
        most = f"{beyond[0].value:.4g} {unit_text(unit)}"
        text = f"{beyond[0].label} passed more than {most} without reaching the cut-off"
    flags = [Flag("no-plateau", f"{text}: a lower bound")]
    longest = max(level[0].rest_s for level in levels)
    candidates = [level for level in levels if level[0].rest_s == longest or any(p in beyond for p in level)]
    bounds = [(*lower_bound(level, levels), level) for level in candidates]
    mean, error, level = max(bounds, key=lambda bound: bound[0] - bound[1])  # each holds: the highest says most
    note = f"mean at a rest of {level[0].rest_s:.3g} s, less its error of {error:.2g}"
    found = {"capacity_plateau": Measurand.more_than(unit, max(mean - error, 0.0), note=note)}
    return {**found, **_slope([p for level in levels[-2:] for p in level])}, flags


def _slope(points: Sequence[RestPoint]) -> dict[str, Measurand]:
    """Return the slope of the capacity against ln(rest); nothing at a single rest."""
    if len({p.rest_s for p in points if not p.bound}) < 2:
        return {}
    slope = slope_of(points)
    interval = Interval(slope.low, slope.high, level=0.95, method="least squares")
    rests = f"{points[0].rest_s:.3g} to {points[-1].rest_s:.3g} s"
    note = f"rise per factor of e of the rest, {rests}"
    return {"capacity_slope": Measurand(points[0].unit, slope.value, slope.error, interval, note=note)}


def _spoken_slope(levels: Levels) -> str:
    """Say how steeply the capacity rises over the two longest rests; nothing where that is not known."""
    points = [p for level in levels[-2:] for p in level]
    if len({p.rest_s for p in points if not p.bound}) < 2:
        return ""
    slope = slope_of(points)
    unit = points[0].unit
    return f", by {slope.value:.2g} [{slope.low:.2g}, {slope.high:.2g}] {unit_text(unit)} per factor of e"


def _plateau(levels: Levels, plateau: Levels) -> tuple[dict[str, Measurand], list[Flag]]:
    points = [p for level in plateau for p in level]
    unit, first = points[0].unit, plateau[0][0].rest_s
    values = [p.value for p in points if not p.bound]
    mean, own = _mean(points)
    scatter = max(float(np.std(values, ddof=1) / np.sqrt(len(values))), own)
    shared = [Component(name, u, "B", name) for name, u in _shared(points).items()]
    systematic = float(np.sqrt(sum(c.uncertainty**2 for c in shared)))
    # Both at 95 %: t of the scatter, and the normal quantile of what does not average out.
    half = float(np.hypot(stats.t.ppf(0.975, len(values) - 1) * scatter, 1.959964 * systematic))
    interval = Interval(mean - half, mean + half, level=0.95, method=f"t, {len(values) - 1} degrees of freedom")
    shorter = max((level[0].rest_s for level in levels if level[0].rest_s < first), default=0.0)
    bracket = Interval(shorter, first, "bracketing", includes_low=False, method="rests that were tried")
    found = {
        "capacity_plateau": Measurand(
            unit,
            mean,
            float(np.hypot(scatter, systematic)),
            interval,
            n=len(values),
            components=(Component("scatter", scatter), *shared),
            note=f"mean of the capacities at rests from {first:.3g} s",
        ),
        **_slope(points),
        "plateau_from": Measurand("s", first, interval=bracket, n=len(levels)),
    }
    text = "no rest was so short that it lowers the capacity: where the plateau begins is not bracketed"
    return found, [] if shorter else [Flag("plateau-throughout", text)]


def _shared(points: Sequence[RestPoint]) -> dict[str, float]:
    """Return the uncertainties that all points have alike, by group: an area does not average out."""
    parts = [c for p in points for c in p.components if c.group]
    groups = sorted({c.group for c in parts})
    return {group: max(c.uncertainty for c in parts if c.group == group) for group in groups}


# -- what is shown ---------------------------------------------------------------------------


def _table(points: Sequence[RestPoint], on: Sequence[RestPoint]) -> dict[str, Series]:
    """Tabulate what was used, on the plateau or below, and what was left out and why."""
    unit = points[0].unit
    return {
        "outcome": Series.of([p.label for p in points]),
        "rest": Series.of([p.rest_s for p in points], "s"),
        "capacity": Series.of([None if p.bound else p.value for p in points], unit),
        "uncertainty": Series.of([None if p.bound else p.uncertainty for p in points], unit),
        "more_than": Series.of([p.value if p.bound else None for p in points], unit),
        "on_plateau": Series.of([any(p is other for other in on) for p in points]),
        "left_out": Series.of([p.reason for p in points]),
    }


def _diagnostics(points: Sequence[RestPoint], on: Sequence[RestPoint], plateau: Measurand) -> dict[str, Series]:
    shown = [p for p in points if np.isfinite(p.rest_s) and np.isfinite(p.value)]
    interval = plateau.interval
    ends = [plateau.value, interval.low, interval.high] if plateau.value is not None and interval else []
    return {
        "rest": Series.of([p.rest_s for p in shown], "s"),
        "value": Series.of([p.value for p in shown], plateau.unit),
        "u": Series.of([p.uncertainty for p in shown], plateau.unit),
        "bound": Series.of([p.bound for p in shown]),
        "used": Series.of([not p.reason for p in shown]),
        "plateau": Series.of(ends, plateau.unit),
        "plateau_rests": Series.of([p.rest_s for p in on], "s"),
    }
