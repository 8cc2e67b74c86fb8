"""The measurands of a series: start, end, greatest, onset, recovery, and when arcs vanish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from echub.plugin import Component, Interval, Measurand
from echub.science import RANGE_ACCURACY, coverage_half_width
from echub_eis.method.answer import MISFIT
from echub_eis.method.elements import Floats
from echub_eis.series import SeriesParams
from echub_eis.series.method.onset import FoundOnset, Levels, onset, sound, staircase, without
from echub_eis.series.method.recovery import WHITE, Recovered, is_of_temperature, recovery
from echub_eis.series.method.resolve import PartOverTime, SeriesResult
from echub_eis.series.method.vanish import comparable, vanished

EARLY = 5
"""Spectra at the start of which the median is the electrolyte's resistance: one may be disturbed."""
LEAST_DIGITS = 1e-6
"""Relative uncertainty of U/j below which its weights are those of rounding."""


@dataclass(frozen=True)
class SeriesAnswer:
    """The measurands, and what flags, tables and figure need beside them."""

    measurands: dict[str, Measurand]
    onset: FoundOnset | None = None
    levels: Levels | None = None
    onset_voltage: FoundOnset | None = None
    levels_voltage: Levels | None = None
    recovered: Recovered | None = None
    resting: tuple[int, ...] = ()
    gone: int | None = None
    warmed: tuple[float, float] | None = None
    """Lowest and highest temperature, °C, of a rest whose recovery may be of the temperature."""


def answered(result: SeriesResult, seed: int) -> SeriesAnswer:
    """Return all measurands."""
    made = _sizes(result)
    found, levels = _onset(result, seed)
    found_u, levels_u = _onset_voltage(result, seed)
    made |= _onset_measurands(found, "", result) | _onset_measurands(found_u, "_voltage", result)
    recovered, resting = _recovery(result)
    warmed = _warmed(result, recovered, resting)
    if warmed is None:
        made |= _recovery_measurands(recovered, result)
    else:
        made["recovery_time"], recovered = Measurand("s", note="the temperature moved: see the flag"), None
    gone = _gone(result)
    made |= _vanish_measurands(gone, result)
    misfit = result.misfit
    if np.isfinite(misfit).any():
        made["lack_of_fit"] = Measurand("1", float(np.nanmedian(misfit)), n=int(np.isfinite(misfit).sum()))
    return SeriesAnswer(made, found, levels, found_u, levels_u, recovered, resting, gone, warmed)


def note_of(result: SeriesResult) -> str:
    """Return the reservation that all resistances share."""
    misfit = result.misfit
    return "if the circuit holds" if np.isfinite(misfit).any() and np.nanmedian(misfit) > MISFIT else ""


# -- start, end, greatest ----------------------------------------------------------------------


def _sizes(result: SeriesResult) -> dict[str, Measurand]:
    part = result.main
    known = np.flatnonzero(np.isfinite(part.resistance))
    if not len(known):
        return {name: Measurand("ohm", note="not identified") for name in ("resistance_start", "resistance_end")}
    places = {"start": known[0], "end": known[-1], "max": known[_greatest(part.resistance[known])]}
    made = {f"resistance_{name}": _resistance(result, part, int(k)) for name, k in places.items()}
    area, number = result.series.first.meta("cell.area"), result.series.first.meta("cell.n_interfaces")
    if area is not None:
        factor = float(area) / float(number or 1)
        note = "of one interface" if number else "of the whole cell: the number of interfaces is not stated"
        for name in ("start", "end"):
            made[f"asr_{name}"] = _resistance(result, part, int(places[name]), factor, "ohm*cm^2", note)
    return made


def _greatest(values: Floats) -> int:
    """Return the place of the greatest value: one bad spectrum, high or low, is not it."""
    smooth = _smooth(values)
    lower = np.minimum(values, smooth)
    alike = np.flatnonzero(lower == lower.max())
    return int(alike[np.argmin(np.abs(values - smooth)[alike])])


def _smooth(values: Floats) -> Floats:
    """Return the median of three neighbours.

    An end is compared with what its neighbours continue to (J. W. Tukey, Exploratory Data Analysis, 1977, ch. 7):
    the last value of a series that rises is the greatest.
    """
    if len(values) < 4:
        return values
    inner = np.median(np.stack([values[:-2], values[1:-1], values[2:]]), axis=0)
    first = float(np.median([values[0], inner[0], 3 * inner[0] - 2 * inner[1]]))
    last = float(np.median([values[-1], inner[-1], 3 * inner[-1] - 2 * inner[-2]]))
    return np.concatenate([[first], inner, [last]])


def _resistance(
    result: SeriesResult, part: PartOverTime, k: int, factor: float = 1.0, unit: str = "ohm", note: str = ""
) -> Measurand:
    value, relative = factor * float(part.resistance[k]), float(part.relative[k])
    area = result.params.area_uncertainty / 100 if unit != "ohm" else 0.0
    fitted = result.followed.fits[k].fitted
    freedom = fitted.freedom if fitted is not None else 1
    reach = relative * float(stdtrit(freedom, 0.5 + result.params.level / 200))
    reach = float(np.hypot(reach, coverage_half_width(area, level=result.params.level / 100)))
    interval = Interval(
        value * float(np.exp(-reach)),
        value * float(np.exp(reach)),
        level=result.params.level / 100,
        method="symmetric in ln R",
    )
    where = f"{part.label} of spectrum {result.series.called(k)}"
    said = ", ".join(filter(None, (where, note, note_of(result))))
    parts = [Component("fit", value * relative), Component("area", value * area, "B", "area")]
    u = value * float(np.hypot(relative, area))
    return Measurand(unit, value, u, interval, components=tuple(parts if area else parts[:1]), note=said)


# -- onset -------------------------------------------------------------------------------------


def _onset(result: SeriesResult, seed: int) -> tuple[FoundOnset | None, Levels | None]:
    part, params = result.main, result.params
    levels = staircase(result.series.column("level"), part.resistance, part.relative)
    return _found(levels, params, seed), levels


def _onset_voltage(result: SeriesResult, seed: int) -> tuple[FoundOnset | None, Levels | None]:
    """Do the same with U over the level: what a direct measurement would show."""
    level, params = result.series.column("level"), result.params
    read = result.series.column("potential")
    potential = np.where(read == 0, np.nan, read)  # of an input that is not connected, or a short
    if not (np.isfinite(potential) & (np.abs(np.nan_to_num(level)) > 0)).any():
        return None, None
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.abs(level) > 0, np.abs(potential / level), np.nan)
    # The noise of U is even over the levels, so that of U/j falls with the level.
    relative = np.where(np.abs(level) > 0, LEAST_DIGITS / np.maximum(np.abs(potential), LEAST_DIGITS), np.nan)
    levels = staircase(level, ratio, np.maximum(relative, LEAST_DIGITS))
    return _found(levels, params, seed), levels


def _found(levels: Levels, params: SeriesParams, seed: int) -> FoundOnset | None:
    """Return the onset of the levels that agree with their neighbours."""
    levels = without(levels, sound(levels))
    return onset(levels, params.onset / 100, params.sustained, params.bootstrap, params.level / 100, seed)


def _onset_measurands(found: FoundOnset | None, suffix: str, result: SeriesResult) -> dict[str, Measurand]:
    if found is None:
        return {}
    unit = result.series.unit
    what = f"resistance_{result.chosen}" if not suffix else "U/j"
    name, bracket = f"onset_level{suffix}", f"onset_bracket{suffix}"
    if found.beyond is None and found.below is not None:
        return {name: Measurand.more_than(unit, found.below, note=f"{what} stays on its line")}
    if found.below is None and found.beyond is not None:
        return {name: Measurand.less_than(unit, found.beyond, note=f"{what} deviates from the first levels on")}
    around = Interval(found.below, found.beyond, "bracketing", includes_high=False, method="neighbouring levels")
    made = {bracket: Measurand(unit, interval=around, censoring="interval", note=what)}
    if found.value is not None and found.u is not None:
        rises = "rises" if found.sign > 0 else "falls"
        note = f"{what} {rises} {result.params.onset:g} % off its line"
        made = {name: _onset_level(found, result, note), **made}
    return made


def _onset_level(found: FoundOnset, result: SeriesResult, note: str) -> Measurand:
    """Return the onset with what the scale of the levels adds: the accuracy of the current, and the area."""
    params, unit, value = result.params, result.series.unit, float(found.value or 0.0)
    limit, gain = result.series.limit_at(value), value * params.current_accuracy / 100
    widths = [width for width in (limit or 0.0, gain) if width]
    area = value * params.area_uncertainty / 100 if unit != "mA" else 0.0
    scale = coverage_half_width(area, widths, params.level / 100)
    # Both ends of the scatter's own interval, which need not be alike, and of the scale's, in quadrature.
    low, high = (end if end is not None else value for end in (found.low, found.high))
    ends = value - float(np.hypot(value - low, scale)), value + float(np.hypot(high - value, scale))
    parts = (
        Component("scatter", float(found.u or 0.0)),
        Component(
            "accuracy of the current" if limit is None else RANGE_ACCURACY,
            float(np.linalg.norm(widths)) / float(np.sqrt(3)),
            "B",
        ),
        Component("area", area, "B", "area"),
    )
    kept = tuple(part for part in parts if part.uncertainty or part.name == "scatter")
    u = float(np.sqrt(sum(part.uncertainty**2 for part in kept)))
    interval = Interval(*ends, level=params.level / 100, method="resampled residuals, and the scale")
    return Measurand(unit, value, u, interval, components=kept, note=note)


# -- recovery ----------------------------------------------------------------------------------


def _recovery(result: SeriesResult) -> tuple[Recovered | None, tuple[int, ...]]:
    """Take the longest run of spectra at rest, and fit what is followed."""
    if not result.series.timed:
        return None, ()
    level = result.series.column("level")
    resting = np.flatnonzero(~(np.abs(np.nan_to_num(level)) > 0))
    if not len(resting):
        return None, ()
    runs = np.split(resting, np.flatnonzero(np.diff(resting) > 1) + 1)
    run = max(runs, key=len)
    part = result.main
    u = part.relative * part.resistance
    return recovery(part.time[run], part.resistance[run], u[run], result.params.level / 100), tuple(run.tolist())


def _warmed(result: SeriesResult, found: Recovered | None, resting: tuple[int, ...]) -> tuple[float, float] | None:
    """Return the temperatures, °C, between which a rest lies, if these alone may have moved its resistance."""
    rest = list(resting)
    temperature = result.series.column("temperature")[rest]
    if found is None or not is_of_temperature(found, result.main.time[rest], temperature):
        return None
    return float(np.nanmin(temperature)), float(np.nanmax(temperature))


def _recovery_measurands(found: Recovered | None, result: SeriesResult) -> dict[str, Measurand]:
    if found is None:
        return {}
    if found.correlation > WHITE:
        return {"recovery_time": Measurand("s", note="not one exponential: see the flag")}
    if found.high is None:
        return {
            "recovery_time": Measurand.more_than("s", found.low or 0.0, note="the rest is too short for the end")
        }
    if found.low is None:
        return {"recovery_time": Measurand.less_than("s", found.high, note="over within the first spectra")}
    interval = Interval(found.low, found.high, level=result.params.level / 100, method="profile of the likelihood")
    return {
        "recovery_time": Measurand("s", found.tau, found.u, interval, components=(Component("fit", found.u),)),
        "resistance_recovered": Measurand(
            "ohm", found.rest, found.u_rest, components=(Component("fit", found.u_rest),)
        ),
    }


# -- what vanishes -----------------------------------------------------------------------------


def electrolyte(result: SeriesResult) -> float | None:
    """Return what is not the followed part at the start of the series, Ω: the electrolyte with its boundaries."""
    rest = result.total.resistance - result.main.resistance
    known = rest[np.isfinite(rest)]
    return float(np.median(known[:EARLY])) if len(known) else None


def _gone(result: SeriesResult) -> int | None:
    size = electrolyte(result)
    if size is None:
        return None
    factor = result.params.vanish
    return vanished(comparable([one.trace for one in result.series.spectra], size / factor), size, factor)


def _vanish_measurands(gone: int | None, result: SeriesResult) -> dict[str, Measurand]:
    if gone is None:
        return {}
    before, first = result.series.spectra[gone - 1], result.series.spectra[gone]
    made = {}
    levels = abs(before.level), abs(first.level)
    if np.isfinite(levels).all() and max(levels) > 0:
        between = Interval(min(levels), max(levels), "bracketing", method="neighbouring spectra")
        made["vanish_level"] = Measurand(result.series.unit, interval=between, censoring="interval")
    if result.series.timed:
        between = Interval(before.middle, first.middle, "bracketing", method="neighbouring spectra")
        made["vanish_time"] = Measurand("s", interval=between, censoring="interval")
    return made
