"""The answer of `stability-window`: limits of one scan at one threshold, and tables of all scans and
thresholds."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from echub.plugin import (
    Component,
    Condition,
    Flag,
    Inputs,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Series,
    UnknownOption,
    current_still,
)
from echub.science import coverage_half_width, standstills
from echub_window import WindowParams
from echub_window.data.sweeps import LEAST_V, PotentialSweep, sweeps_of
from echub_window.method.baseline import BaselineFit, baseline_of
from echub_window.method.crossing import RISES, Crossing, crossing
from echub_window.method.peaks import CurrentPeak, charges_of, peaks_of

THRESHOLDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Thresholds of the table, µA/cm²: those that publications use, and what lies between."""
METAL = re.compile(r"\b(Li|Na|K|NaK|Mg|Ca|Zn|Al)\b")
MARGIN = 0.02
"""Potential above that of the metal from which on a reduction may be its plating, V: alloys and nucleation
aside."""
CHOICE, CURRENT, AREA = "choice of the baseline", "accuracy of the current", "area"
SHARED = (CHOICE, CURRENT, AREA)
"""Parts that move both limits the same way, outward or inward: they add. The foot of both reactions bends the
baselines to the same side; gain and area scale both currents."""
TURNED = 5.0
"""Standard errors by which the baselines lie the other way around before a sign is turned."""
ENDS = 5
"""Rows at the end of a sweep whose median is the current there: a spike is none."""
FAR = 20.0
"""Steps of the potential, in the median one, that are a jump, if they are as long as a sweep at least. By eye."""
POINTS = 1500


@dataclass(frozen=True, eq=False)
class Judged:
    """A sweep with its baseline; None without one."""

    sweep: PotentialSweep
    base: BaselineFit | None


def look(data: Inputs, params: WindowParams) -> None:
    """Raise the refusal of data without sweeps of the potential."""
    sweeps_of(data, params.resistance)


def run(data: Inputs, params: WindowParams) -> Outcome:
    """Find the limits of each sweep, at each threshold."""
    found = sweeps_of(data, params.resistance)
    stated = _range(params.baseline)
    judged = [Judged(sweep, baseline_of(sweep, params.threshold, stated)) for sweep in found]
    plating = _plating(data, params)
    up, down = (_chosen(judged, way, params.scan) for way in (1, -1))
    if up is None and down is None:
        last = max(s.scan for s in found)
        why = f"the record has {last}" if params.scan > last else "which is not swept at one rate"
        raise Refusal(
            "no-such-scan",
            f"scan {params.scan} is asked for, {why}",
            hint="--param scan=1",
            diagnostics=_curves(judged),
        )
    try:
        measurands = _measurands(judged, up, down, plating, params)
    except Refusal as refusal:
        refusal.diagnostics.update(_curves(judged))
        raise
    return Outcome(
        measurands,
        tuple(_flags(judged, up, down, plating, measurands, params)),
        {
            "limits": _limits(judged, plating, params),
            "sweeps": _sweeps(judged),
            "peaks": _peaks(judged, plating, params),
        },
        diagnostics=_curves(judged) | {"threshold": Series.of([params.threshold], "uA/cm^2")},
        conditions={
            "threshold": Condition(params.threshold, "uA/cm^2"),
            "scan": Condition(params.scan),
            "scan_rate": Condition(float(f"{np.median([s.rate for s in found]):.3g}"), "mV/s"),
            "observed": Condition(data.source_of("E")),
        },
    )


def _range(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        low, high = (_volts(part) for part in text.split(":"))
    except ValueError:
        raise UnknownOption("the baseline is a range of potential", expected="1.5:3", found=text) from None
    return low, high


def _volts(text: str) -> float:
    """Return a potential that is written with or without its unit, V; raise `ValueError` if it is none."""
    found = float(text.replace("V", "").strip())
    if not np.isfinite(found):
        raise ValueError(text)
    return found


def _plating(data: Inputs, params: WindowParams) -> float | None:
    """Return the potential below which the metal itself is plated, V; None if none is known."""
    if params.plating == "none":
        return None
    if params.plating != "auto":
        try:
            return _volts(params.plating)
        except ValueError:
            raise UnknownOption(
                "plating is a potential", expected="0 V, none, auto", found=params.plating
            ) from None
    reference = str(data.meta("cell.reference") or "")
    if not reference and data.meta("cell.configuration") == "two_electrode":
        reference = str(data.meta("cell.electrodes.counter.material") or "")
    return 0.0 if METAL.search(re.sub(r"\d*\+", " ", reference)) else None


def _chosen(judged: list[Judged], way: int, scan: int) -> Judged | None:
    return next((j for j in judged if j.sweep.direction == way and j.sweep.scan == scan), None)


def _until(judged: Judged, plating: float | None) -> float | None:
    return plating + MARGIN if plating is not None and judged.sweep.direction < 0 else None


# -- measurands ------------------------------------------------------------------------------


def _measurands(
    judged: list[Judged], up: Judged | None, down: Judged | None, plating: float | None, params: WindowParams
) -> dict[str, Measurand]:
    result = {}
    for name, one in (("anodic_limit", up), ("cathodic_limit", down)):
        if one is not None:
            result[name] = _limit(one, plating, params)
    both = [result.get("anodic_limit"), result.get("cathodic_limit")]
    if all(m is not None and m.value is not None for m in both):
        result["window"] = _difference(*both)  # type: ignore[arg-type]
    rate = float(np.median([j.sweep.rate for j in judged]))
    result["scan_rate"] = Measurand("mV/s", rate)
    if up is not None and down is not None:  # a sweep without a baseline has been refused
        capacitance = _capacitance(up.base, down.base, rate, params)  # type: ignore[arg-type]
        if capacitance is not None:
            result["capacitance"] = capacitance
    return result


def _limit(one: Judged, plating: float | None, params: WindowParams) -> Measurand:
    """Return a limit: the crossing, or the end of the sweep as a bound."""
    sweep = one.sweep
    if one.base is None:
        raise Refusal("no-baseline", "fewer than five rows of the sweep lie in the stated range of the baseline")
    try:
        found = crossing(sweep, one.base, params.threshold, _until(one, plating))
    except ValueError as error:
        raise Refusal(
            "threshold-in-noise",
            f"{error}, the threshold is {params.threshold:g} µA/cm²",
            hint=f"--param threshold={_larger(max(one.base.noise, one.base.slow)):g}",
        ) from None
    note = f"{params.threshold:g} µA/cm² beyond the baseline, scan {sweep.scan}"
    if found is None:
        end = float(sweep.e[-1])
        if sweep.direction > 0:
            return Measurand.more_than("V", end, note=note)
        if plating is not None and plating + MARGIN > end:
            return Measurand.less_than("V", plating + MARGIN, note=f"{note}; below it the metal itself is plated")
        return Measurand.less_than("V", end, note=note)
    return _with_budget(found, params, note)


def _larger(noise: float) -> float:
    """Return the next threshold of the table above five times the noise."""
    return next((x for x in THRESHOLDS if x > 5 * noise), float(np.ceil(5 * noise)))


def _with_budget(found: Crossing, params: WindowParams, note: str) -> Measurand:
    gain = params.current_accuracy / 100 * params.threshold / found.slope
    area = params.area_uncertainty / 100 * params.threshold / found.slope
    limits = {"accuracy of the potential": params.voltage_accuracy, CURRENT: gain}
    limits |= {"between rows": found.between, CHOICE: found.choice}
    parts = [Component("noise and baseline", found.noise), Component(AREA, area, "B", "area")]
    parts += [Component(name, value / float(np.sqrt(3)), "B") for name, value in limits.items()]
    kept = tuple(part for part in parts if part.uncertainty)
    normal = float(np.hypot(found.noise, area))
    half = coverage_half_width(normal, [value for value in limits.values() if value])
    total = float(np.sqrt(sum(part.uncertainty**2 for part in kept)))
    interval = Interval(
        found.potential - half, found.potential + half, level=0.95, method="normal and uniform parts"
    )
    return Measurand("V", found.potential, total, interval, components=kept, note=note)


def _difference(anodic: Measurand, cathodic: Measurand) -> Measurand:
    value = (anodic.value or 0.0) - (cathodic.value or 0.0)
    # The offset of the potential is in both, and cancels.
    parts = [c for m in (anodic, cathodic) for c in m.components if c.name != "accuracy of the potential"]
    shared = [sum(c.uncertainty for c in parts if c.name == name) for name in SHARED]
    own = [c.uncertainty for c in parts if c.name not in SHARED]
    total = float(np.sqrt(sum(value**2 for value in (*shared, *own))))
    half = 1.96 * total
    return Measurand("V", value, total, Interval(value - half, value + half, level=0.95, method="normal"))


def _distance(up: BaselineFit, down: BaselineFit) -> tuple[float, float, float, float] | None:
    """Return half the distance of the baselines of both directions: where, V; the half, its standard error and
    what the choice of their rows moves it, µA/cm². None if they lie apart."""
    low, high = max(up.low, down.low), min(up.high, down.high)
    if low > high:
        return None
    at = (low + high) / 2
    half = float(up.at(np.array([at]))[0] - down.at(np.array([at]))[0]) / 2
    own = float(np.hypot(up.error_at(at), down.error_at(at))) / 2
    return at, half, own, (up.choice_at(at) + down.choice_at(at)) / 2


def _capacitance(up: BaselineFit, down: BaselineFit, rate: float, params: WindowParams) -> Measurand | None:
    distance = _distance(up, down)
    if distance is None or distance[1] <= 0:
        return None
    at, half, own, choice = distance
    read = np.hypot(up.coarse, down.coarse) / 2
    limits = np.linalg.norm([choice, params.current_accuracy / 100 * half, read])
    error = float(np.linalg.norm([own, limits / np.sqrt(3), params.area_uncertainty / 100 * half]))
    return Measurand("uF/cm^2", 1000 * half / rate, 1000 * error / rate or None, note=f"at {at:.3g} V")


# -- flags and tables --------------------------------------------------------------------------


def _flags(
    judged: list[Judged],
    up: Judged | None,
    down: Judged | None,
    plating: float | None,
    measurands: dict[str, Measurand],
    params: WindowParams,
) -> list[Flag]:
    flags = []
    for name, one in (("anodic_limit", up), ("cathodic_limit", down)):
        if one is None:
            way = "upward" if name == "anodic_limit" else "downward"
            flags.append(
                Flag("one-sweep", f"scan {params.scan} has no {way} sweep: no {name.replace('_', ' ')}", "info")
            )
        elif measurands[name].censoring != "none":
            text = f"{name.replace('_', ' ')}: the threshold is not exceeded until {one.sweep.e[-1]:.3g} V"
            flags.append(Flag("window-not-left", text, "info"))
    flags += [flag for one in (up, down) if one is not None for flag in _inside(one, plating, params)]
    flags += [flag for one in (up, down) if one is not None for flag in (*_still(one.sweep), *_jumps(one.sweep))]
    flags += [flag for one in (up, down) if one is not None for flag in _crossed(one, plating, params)]
    flags += _turned(up, down, params.threshold)
    flags += _left_out(judged)
    below = min(float(j.sweep.e.min()) for j in judged)
    if plating is not None and below < plating:
        text = (
            f"below {plating:g} V the metal itself is plated: what flows there is named in the table "
            f"`peaks`, not counted"
        )
        flags.append(Flag("metal-plated", text, "info"))
    elif plating is None and below < 0:
        text = f"the sweep goes to {below:.3g} V; that no metal is plated there is assumed"
        flags.append(
            Flag("plating-unknown", text, "info", hint='--set cell.reference="Na+/Na", or --param plating="0 V"')
        )
    flags.append(
        Flag(
            "threshold-stated",
            f"a limit is one at {params.threshold:g} µA/cm²; the table `limits` has others",
            "info",
        )
    )
    return flags


def _turned(up: Judged | None, down: Judged | None, threshold: float) -> list[Flag]:
    """Flag currents that are the other way around: those of the double layer, or at the ends of both sweeps."""
    if up is None or down is None or up.base is None or down.base is None:
        return []
    distance, ends = _distance(up.base, down.base), [_end(up.sweep, up.base), _end(down.sweep, down.base)]
    if ends[0] < -threshold and ends[1] > threshold:
        shown = f"upward the sweep ends at {ends[0]:+.3g} µA/cm², downward at {ends[1]:+.3g} µA/cm²"
    elif distance is not None and distance[1] < -TURNED * float(np.hypot(distance[2], distance[3])):
        shown = f"the baseline is {-2 * distance[1]:.3g} µA/cm² lower upward than downward"
    else:
        return []
    text = f"{shown}: a cell has it the other way, so the current or the potential has the opposite sign"
    hint = "multiply the column by -1: an oxidation is a positive current here"
    return [Flag("sign-turned", text, hint=hint)]


def _crossed(one: Judged, plating: float | None, params: WindowParams) -> list[Flag]:
    """Flag a current that lies on the other side of its baseline before it crosses the threshold."""
    found = _tried(one, params.threshold, plating) if one.base is not None else None
    if not isinstance(found, Crossing) or found.crossed < RISES * params.threshold:
        return []
    text = (
        f"between its baseline and the limit the current lies up to {found.crossed:.3g} µA/cm² on the other side "
        "of the line: a wave of the mains, a drift or another reaction bends it"
    )
    hint = "--param baseline=1.5:3 states where it is; a larger --param threshold=… depends less on it"
    return [Flag("baseline-not-straight", text, where=f"scan {one.sweep.scan}", hint=hint)]


def _left_out(judged: list[Judged]) -> list[Flag]:
    """Name the scans between others whose sweep is not at one rate: their numbers are not given to others."""
    known = {(j.sweep.scan, j.sweep.direction) for j in judged}
    last = {way: max((scan for scan, other in known if other == way), default=0) for way in (1, -1)}
    lost = [
        f"scan {scan} {'upward' if way > 0 else 'downward'}"
        for way in (1, -1)
        for scan in range(1, last[way])
        if (scan, way) not in known
    ]
    if not lost:
        return []
    return [Flag("sweep-uneven", f"{', '.join(lost)}: not at one rate, and left out", "info")]


def _end(sweep: PotentialSweep, base: BaselineFit) -> float:
    """Return the current at the end of a sweep beyond its baseline, µA/cm²."""
    return float(np.median((sweep.j - base.at(sweep.e))[-ENDS:]))


def _jumps(sweep: PotentialSweep) -> list[Flag]:
    """Flag a jump of the potential within a sweep: rows are missing there, or it was not measured."""
    steps = np.abs(np.diff(sweep.e))
    k = int(np.argmax(steps))
    if steps[k] < max(LEAST_V, FAR * float(np.median(steps))):
        return []
    text = f"the potential jumps by {steps[k]:.3g} V from one row to the next: a limit between is not seen"
    where = f"scan {sweep.scan}, {sweep.e[k]:.4g} to {sweep.e[k + 1]:.4g} V"
    return [Flag("potential-jumps", text, where=where)]


def _still(sweep: PotentialSweep) -> list[Flag]:
    """Flag a current that stands still, although it moves beside: beyond its range, or not measured."""
    return [
        current_still(
            f"{sweep.j[run.start]:.3g} µA/cm²",
            run.stop - run.start,
            f"scan {sweep.scan}, {sweep.e[run.start]:.4g} to {sweep.e[run.stop - 1]:.4g} V",
            effect=", and a limit there is not seen",
        )
        for run in standstills(sweep.j)
    ]


def _inside(one: Judged, plating: float | None, params: WindowParams) -> list[Flag]:
    """Flag a current of the sweep's own sign that passes the threshold and comes back: before or at the limit."""
    if one.base is None:
        return []
    way = one.sweep.direction
    metal = ("stripping of the metal", "plating of the metal")
    found = [p for p in peaks_of(one.sweep, one.base, params.threshold) if way * p.height > 0]
    found = [p for p in found if _what(p, plating) not in metal]
    if not found:
        return []
    worst = max(found, key=lambda p: abs(p.height))
    text = (
        f"{worst.height:+.3g} µA/cm² at {worst.potential:.3g} V comes back: a couple, an impurity, or a layer "
        "that forms; which of them is the limit is not told by one threshold"
    )
    hint = "a larger --param threshold=… passes over it, if it is not the limit; the table `peaks` has all"
    return [Flag("peak-comes-back", text, where=f"scan {worst.scan}, {worst.potential:.4g} V", hint=hint)]


def _limits(judged: list[Judged], plating: float | None, params: WindowParams) -> dict[str, Series]:
    """Return the crossing of each sweep at each threshold; None where it is not crossed, or within the noise."""
    every = sorted({*THRESHOLDS, params.threshold})
    rows = [(j.sweep.scan, j.sweep.direction, x, _tried(j, x, plating)) for j in judged if j.base for x in every]
    return {
        "scan": Series.of([scan for scan, *_ in rows]),
        "limit": Series.of(["anodic" if way > 0 else "cathodic" for _, way, *_ in rows]),
        "threshold": Series.of([x for _, _, x, _ in rows], "uA/cm^2"),
        "potential": Series.of(
            [found.potential if isinstance(found, Crossing) else None for *_, found in rows], "V"
        ),
        "why_not": Series.of([found if isinstance(found, str) else "" for *_, found in rows]),
    }


def _tried(judged: Judged, threshold: float, plating: float | None) -> Crossing | str:
    try:
        found = crossing(judged.sweep, judged.base, threshold, _until(judged, plating))  # type: ignore[arg-type]
    except ValueError:
        return "within the noise"
    return found or "not exceeded"


def _sweeps(judged: list[Judged]) -> dict[str, Series]:
    known = [j for j in judged if j.base is not None]
    both = [charges_of(j.sweep, j.base) for j in known]  # type: ignore[arg-type]
    return {
        "scan": Series.of([j.sweep.scan for j in known]),
        "direction": Series.of(["up" if j.sweep.direction > 0 else "down" for j in known]),
        "from": Series.of([float(j.sweep.e[0]) for j in known], "V"),
        "to": Series.of([float(j.sweep.e[-1]) for j in known], "V"),
        "rate": Series.of([j.sweep.rate for j in known], "mV/s"),
        "baseline_low": Series.of([j.base.low for j in known], "V"),  # type: ignore[union-attr]
        "baseline_high": Series.of([j.base.high for j in known], "V"),  # type: ignore[union-attr]
        "baseline": Series.of([j.base.level for j in known], "uA/cm^2"),  # type: ignore[union-attr]
        "noise": Series.of([j.base.noise for j in known], "uA/cm^2"),  # type: ignore[union-attr]
        "charge_above": Series.of([q for q, _ in both], "mA*h/cm^2"),
        "charge_below": Series.of([q for _, q in both], "mA*h/cm^2"),
    }


def _peaks(judged: list[Judged], plating: float | None, params: WindowParams) -> dict[str, Series]:
    found = [p for j in judged if j.base is not None for p in peaks_of(j.sweep, j.base, params.threshold)]
    return {
        "scan": Series.of([p.scan for p in found]),
        "direction": Series.of(["up" if p.direction > 0 else "down" for p in found]),
        "potential": Series.of([p.potential for p in found], "V"),
        "height": Series.of([p.height for p in found], "uA/cm^2"),
        "charge": Series.of([p.charge for p in found], "mA*h/cm^2"),
        "what": Series.of([_what(p, plating) for p in found]),
    }


STRIPPING = 1.0
"""Oxidation peaks up to so many V above the metal, after plating, are its stripping."""


def _what(peak: CurrentPeak, plating: float | None) -> str:
    if plating is None:
        return ""
    if peak.height < 0:
        return "plating of the metal" if peak.potential < plating + MARGIN else "reduction"
    return "stripping of the metal" if plating <= peak.potential < plating + STRIPPING else "oxidation"


def _curves(judged: list[Judged]) -> dict[str, Series]:
    """Return the sweeps, thinned, with their baselines; breaks between them."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("E", "j", "base", "scan")}
    for one in judged:
        thin = np.unique(np.linspace(0, len(one.sweep.e) - 1, POINTS).astype(int))
        e = one.sweep.e[thin]
        base = one.base.at(e) if one.base is not None else np.full(len(e), np.nan)
        values = {"E": e, "j": one.sweep.j[thin], "base": base, "scan": np.full(len(e), float(one.sweep.scan))}
        for name, column in values.items():
            parts[name].append(np.append(column, np.nan))
    units = {"E": "V", "j": "uA/cm^2", "base": "uA/cm^2", "scan": ""}
    return {name: Series.of(np.concatenate(values), units[name]) for name, values in parts.items()}
