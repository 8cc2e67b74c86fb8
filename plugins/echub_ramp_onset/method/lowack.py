"""The method of the paper, to the letter; what it leaves open is a parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Refusal
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import Floats, RampTrace

HELD = 0.5
"""A ramp that stands still from row to row in more than half of the rows is read in steps."""
ROUNDING = 1e-9
"""Changes below this part of the largest value are rounding of binary numbers."""


@dataclass(frozen=True)
class LowackCurves:
    """What is judged, on a uniform grid (n,): time, level, voltage, its average and its line; their deviation.

    Voltages in V are those of the file: an offset that was taken off is in them again. deviation: signed.
    """

    t: Floats
    x: Floats
    u: Floats
    smooth: Floats
    line: Floats
    deviation: Floats


@dataclass(frozen=True)
class LowackOnset:
    """The onset: x, t on the file's clock, t1, the line, whose slope is in V/s, on [begin, end], grid step.

    line_v: V, the line at the onset.
    """

    x: float
    t: float
    t1: float
    slope: float
    slope_error: float
    begin: float
    end: float
    step: float
    line_v: float
    curves: LowackCurves

    @property
    def within_fit(self) -> bool:
        """Return whether rows that the line was fitted to leave it: by noise, or as they are not straight."""
        return self.t <= self.end


def find_onset(trace: RampTrace, params: RampOnsetParams) -> LowackOnset:
    """Follow the five steps of the paper; refuse where one of them finds nothing.

    Source: A. Lowack et al., arXiv:2603.23340, "Data Evaluation". Raises `Refusal`: `no-t1`, `too-fast`,
    `ohmic-to-end`, `no-rest`.
    """
    t, u, x, step = _uniform(trace)
    zero = _zero(trace, params)
    u = u - zero
    smooth, inside = _smoothed(u, step, params)
    curvature = _second_derivative(smooth, step, params.lowack_scheme)
    curvature[~inside] = np.nan
    start = trace.begin + params.start
    search = t >= (start if params.lowack_search == "start" else trace.begin)
    above = np.flatnonzero(search & (curvature > params.lowack_curvature))
    if not len(above):
        raise _no_t1(u, curvature, step, params)
    t1 = float(t[above[0]])
    end = trace.begin + 0.7 * (t1 - trace.begin)  # of the paper
    fitted = (t >= start) & (t <= end)
    if fitted.sum() < 5:  # a line, and three degrees of freedom for its error
        raise Refusal(
            "too-fast", f"t1 lies {t1 - trace.begin:.3g} s after the start of the ramp, too early for a fit"
        )
    since = t - trace.begin  # a clock may count from far away, as in Unix seconds
    (slope, offset), covariance = np.polyfit(
        since[fitted], (u if params.lowack_fit == "raw" else smooth)[fitted], 1, cov=True
    )
    line = offset + slope * since
    with np.errstate(divide="ignore", invalid="ignore"):  # at the start of the ramp the line may be 0 exactly
        deviation = (smooth - line) / np.abs(line)
    judged = np.abs(deviation) if params.lowack_sign == "either" else deviation
    beyond = np.flatnonzero(search & inside & (judged > params.threshold / 100))
    if not len(beyond):
        raise Refusal("ohmic-to-end", f"U stays within {np.nanmax(judged[inside]):.2%} of the line")
    at = int(beyond[0])
    _require_resolved(held_step(trace.u), abs(float(line[at])), params)
    return LowackOnset(
        float(x[at]),
        float(t[at]),
        t1,
        float(slope),
        float(np.sqrt(covariance[0, 0])),
        start,
        end,
        step,
        float(line[at]),
        LowackCurves(t, x, u + zero, smooth + zero, line + zero, deviation),
    )


def held_step(values: Floats) -> float:
    """Return the digit of a reading of a ramp (n,), in its unit: each value is held for rows; 0 if none is."""
    change = np.abs(np.diff(values))
    moved = change > ROUNDING * float(np.max(np.abs(values)))
    return float(change[moved].min()) if moved.any() and np.mean(~moved) > HELD else 0.0


def _require_resolved(step: float, ohmic: float, params: RampOnsetParams) -> None:
    """Refuse an onset that one digit of the voltage makes: the first row beyond is then a rounding."""
    if step > params.threshold / 100 * ohmic:
        raise Refusal(
            "unresolved-noise",
            f"U is read in steps of {step:.3g} V, more than the {params.threshold:g} % of {ohmic:.3g} V that are "
            "looked for",
            hint="a finer range of the voltage, or a larger --param threshold",
        )


def _uniform(trace: RampTrace) -> tuple[Floats, Floats, Floats, float]:
    """Bring the rows to a uniform grid of the median time step, which the outcome states."""
    step = trace.usual_step
    t = np.arange(trace.t[0], trace.t[-1], step)
    return t, np.interp(t, trace.t, trace.u), np.interp(t, trace.t, trace.x), step


def _zero(trace: RampTrace, params: RampOnsetParams) -> float:
    """Return the voltage from which the method counts, V."""
    if params.lowack_offset != "rest":
        return 0.0
    if trace.rest_v is None:
        raise Refusal("no-rest", "there is no rest before the ramp from which to take the offset")
    return trace.rest_v


def _smoothed(u: Floats, step: float, params: RampOnsetParams) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the centred moving average, and where it is one (`valid`), or shorter at the ends."""
    half = max(round((params.window / step - 1) / 2), 1)
    index = np.arange(len(u))
    reach = np.minimum(half, np.minimum(index, len(u) - 1 - index))
    total = np.concatenate([[0.0], np.cumsum(u)])
    smooth = (total[index + reach + 1] - total[index - reach]) / (2 * reach + 1)
    return smooth, (reach == half) | (params.lowack_edges == "shorter")


def _second_derivative(u: Floats, step: float, scheme: str) -> Floats:
    if scheme == "gradient_twice":
        return np.asarray(np.gradient(np.gradient(u, step), step))
    second = np.full(len(u), np.nan)
    second[1:-1] = (u[2:] - 2 * u[1:-1] + u[:-2]) / step**2
    return second


def _no_t1(u: Floats, curvature: Floats, step: float, params: RampOnsetParams) -> Refusal:
    if not np.isfinite(curvature).any():
        return Refusal(
            "no-t1",
            f"an average over {params.window:g} s does not fit into the ramp, which lasts "
            f"{step * len(u):.4g} s: its second derivative is not known",
            hint="--param window=…, or --param lowack_edges=shorter",
        )
    largest = float(np.nanmax(curvature))
    jump = float(np.max(np.abs(np.diff(u))))
    seen = jump / (params.window * step)
    return Refusal(
        "no-t1",
        f"the second derivative of the averaged voltage never exceeds {params.lowack_curvature:g} V/s²: "
        f"its largest value is {largest:.3g} V/s² at a time step of {step:.3g} s. The largest step of U, "
        f"{jump:.3g} V, can give {seen:.3g} V/s² after {params.window:g} s of averaging",
        hint="--param method=robust, or --param lowack_curvature=…",
    )
