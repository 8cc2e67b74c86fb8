"""The table of a series, a row per spectrum, and what its figure needs."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import envelope
from echub.plugin import Series
from echub_eis.method.elements import Floats
from echub_eis.series.method.resolve import SeriesResult
from echub_eis.series.method.vanish import extents
from echub_eis.series.outcome.answers import SeriesAnswer

MOST = 64
"""Spectra of the waterfall: more cannot be told apart."""
PIECES = 400
"""Pieces of the envelope of U and I."""

SeriesTable = dict[str, Series]


def tables(result: SeriesResult, found: SeriesAnswer) -> dict[str, SeriesTable]:
    """Return one row per spectrum, and the levels around the onset."""
    made = {"spectra": _spectra(result)}
    for name, levels, onset in (
        ("levels", found.levels, found.onset),
        ("levels_voltage", found.levels_voltage, found.onset_voltage),
    ):
        if levels is not None and onset is not None:
            line = onset.line[0] + onset.line[1] * levels.level
            per_level = f"V/({result.series.unit})" if "/" in result.series.unit else f"V/{result.series.unit}"
            unit = "ohm" if name == "levels" else per_level
            made[name] = {
                "level": Series.of(levels.level, result.series.unit),
                "value": Series.of(levels.value, unit),
                "line": Series.of(line, unit),
                "deviation": Series.of(100 * (levels.value / line - 1), "%"),
            }
    return made


def _spectra(result: SeriesResult) -> SeriesTable:
    series, spectra = result.series, result.series.spectra
    per_area = "m^2" in series.unit
    table = {
        "file": Series.of([series.names[one.file] for one in spectra]),
        "spectrum": Series.of([one.spectrum for one in spectra]),
        "start": Series.of(np.array([np.min(one.time) for one in spectra]), "s"),
        "end": Series.of(np.array([np.max(one.time) for one in spectra]), "s"),
        "level": Series.of(series.column("level"), series.unit),
        "potential": Series.of(series.column("potential"), "V"),
        "temperature": Series.of(series.column("temperature"), "degC"),
        "charge": Series.of(series.column("charge"), "mA*h/cm^2" if per_area else "mA*h"),
        "half_cycle": Series.of([one.half_cycle for one in spectra]),
        "direction": Series.of([one.direction for one in spectra]),
    }
    for label, part in {**result.parts, "total": result.total}.items():
        table |= {
            f"resistance_{label}": Series.of(part.resistance, "ohm"),
            f"u_{label}": Series.of(part.resistance * part.relative, "ohm"),
            f"time_{label}": Series.of(part.time, "s"),
        }
        if np.isfinite(part.tau).any():
            table[f"tau_{label}"] = Series.of(part.tau, "s")
    table |= _per_area(result)
    fits = result.followed.fits
    return table | {
        "lack_of_fit": Series.of(result.misfit, "1"),
        "points": Series.of([0 if f.fitted is None else len(f.fitted.z) for f in fits]),
        "from_nothing": Series.of([f.restarted for f in fits]),
        "arcs_span": Series.of(extents([one.trace for one in spectra]), "ohm"),
        "reason": Series.of([f.reason or part for f, part in zip(fits, result.main.reason, strict=True)]),
    }


def _per_area(result: SeriesResult) -> SeriesTable:
    """Return R·A of the followed part, and the conductivity of the rest, where the cell's sizes are stated."""
    data = result.series.first
    area, thickness, number = (data.meta(path) for path in ("cell.area", "cell.thickness", "cell.n_interfaces"))
    if area is None:
        return {}
    found = {
        f"asr_{result.chosen}": Series.of(result.main.resistance * float(area) / float(number or 1), "ohm*cm^2")
    }
    if thickness is not None:
        rest = result.total.resistance - result.main.resistance
        with np.errstate(divide="ignore", invalid="ignore"):
            found["conductivity"] = Series.of(
                np.where(rest > 0, float(thickness) / float(area) / rest, np.nan), "S/cm"
            )
    return found


# -- the figure --------------------------------------------------------------------------------


def diagnostics(result: SeriesResult, found: SeriesAnswer) -> SeriesTable:
    """Return what is drawn: every part over time, U and I, some spectra with their fits, levels with the line."""
    made: SeriesTable = {"axis_is_level": Series.of([_by_level(result)])}
    made["level"] = Series.of(result.series.column("level"), result.series.unit)
    made["followed"] = Series.of([result.chosen])
    number = np.arange(len(result.series), dtype=np.float64)
    for label, part in {**result.parts, "total": result.total}.items():
        made[f"r_{label}"] = Series.of(part.resistance, "ohm")
        made[f"u_{label}"] = Series.of(part.resistance * part.relative, "ohm")
        made[f"t_{label}"] = Series.of(
            part.time if result.series.timed else number, "s" if result.series.timed else ""
        )
    course = result.series.course
    if len(course.time):
        for name, values, unit in (("I", course.current, result.series.unit), ("U", course.potential, "V")):
            t, low, high = _envelope(course.time, values, course.empty)
            made |= {
                f"{name}_t": Series.of(t, "s"),
                f"{name}_low": Series.of(low, unit),
                f"{name}_high": Series.of(high, unit),
            }
    made |= _some_spectra(result)
    if found.levels is not None and found.onset is not None:
        made["step_level"] = Series.of(found.levels.level, result.series.unit)
        made["step_value"] = Series.of(found.levels.value, "ohm")
        made["step_line"] = Series.of(found.onset.line[0] + found.onset.line[1] * found.levels.level, "ohm")
    if found.recovered is not None:
        known = [k for k in found.resting if np.isfinite(result.main.resistance[k])]
        made["recovery_t"] = Series.of(result.main.time[known], "s")
        made["recovery_r"] = Series.of(found.recovered.curve, "ohm")
    return made


def _by_level(result: SeriesResult) -> bool:
    """Return whether the levels differ enough to be an axis: at least three of them."""
    level = result.series.column("level")
    return len(np.unique(np.abs(level[np.isfinite(level)]))) > 2


def _envelope(t: Floats, values: Floats, empty: NDArray[np.intp]) -> tuple[Floats, ...]:
    """Return the envelope of each recorded stretch, with a row without values between two: a line parts there."""
    parts: list[tuple[Floats, Floats, Floats]] = []
    for start, end in itertools.pairwise([-1, *empty.tolist(), len(t)]):
        own = slice(start + 1, end)
        pieces = max(PIECES * (end - start - 1) // len(t), 1)
        parts.append(envelope(t[own], values[own], pieces))
        if end < len(t):
            parts.append((t[end : end + 1], values[end : end + 1], values[end : end + 1]))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _some_spectra(result: SeriesResult) -> SeriesTable:
    """Return the points of at most `MOST` spectra, even over the series, as long columns."""
    count = len(result.series)
    chosen = sorted({round(n * (count - 1) / (MOST - 1)) for n in range(MOST)}) if count > MOST else range(count)
    parts: dict[str, list[Any]] = {name: [] for name in ("k", "f", "re", "im", "fit_re", "fit_im")}
    for k in chosen:
        trace, fitted = result.series.spectra[k].trace, result.followed.fits[k].fitted
        examined = result.followed.examined[k]
        trace = examined.trace if examined is not None else trace
        used = trace.used & np.isfinite(trace.frequency)
        z = np.full(int(used.sum()), np.nan + 0j) if fitted is None else fitted.z
        for name, values in (
            ("k", np.full(int(used.sum()), float(k))),
            ("f", trace.frequency[used]),
            ("re", trace.z.real[used]),
            ("im", trace.z.imag[used]),
            ("fit_re", z.real),
            ("fit_im", z.imag),
        ):
            parts[name].append(values)
    units = {"k": "", "f": "Hz"}
    return {f"z_{name}": Series.of(np.concatenate(v), units.get(name, "ohm")) for name, v in parts.items()}
