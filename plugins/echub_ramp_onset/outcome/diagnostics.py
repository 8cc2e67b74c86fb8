"""What the figure needs: the trace thinned, the ohmic line, the deviation and what is resolvable."""

from __future__ import annotations

from echub.drawing import thinned
from echub.plugin import Inputs, Series
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace
from echub_ramp_onset.method.crossing import Onset
from echub_ramp_onset.method.lowack import LowackOnset

PICTURE_POINTS = 1500
"""About as many as a figure has pixels across."""


def rows(data: Inputs) -> dict[str, Series]:
    """Return the trace of a file in which no ramp is found."""
    some = thinned(len(data), PICTURE_POINTS)
    return {
        "t": Series.of(data["t"][some], "s"),
        "x": Series.of(data["j"][some], data.unit_of("j")),
        "U": Series.of(data["U"][some], "V"),
    }


def trace_series(trace: RampTrace) -> dict[str, Series]:
    """Return the trace of a ramp without an onset."""
    some = thinned(len(trace.t), PICTURE_POINTS)
    return {
        "t": Series.of(trace.t[some], "s"),
        "x": Series.of(trace.x[some], trace.unit),
        "U": Series.of(trace.u[some], "V"),
    }


def robust_series(onset: Onset, trace: RampTrace, params: RampOnsetParams) -> dict[str, Series]:
    """Return trace, line, deviation and resolution of the robust method."""
    deviation, grid, line = onset.deviation, onset.deviation.grid, onset.deviation.line
    some = thinned(len(grid.t), PICTURE_POINTS)
    limit = params.guard * deviation.noise
    return {
        "t": Series.of(grid.t[some], "s"),
        "x": Series.of(grid.x[some], trace.unit),
        "U": Series.of(grid.u[some], "V"),
        "U_smooth": Series.of(grid.mean(grid.u, params.window)[some], "V"),
        "U_fit": Series.of(line.at(grid.x)[some], "V"),
        "deviation": Series.of(100 * deviation.value[some], "%"),
        "resolvable": Series.of(100 * limit[some], "%"),
        "threshold": Series.of([params.threshold], "%"),
        "fit": Series.of([line.begin, line.end], "s"),
        "onset": Series.of([onset.t], "s"),
        "onset_x": Series.of([onset.x]),
    }


def lowack_series(onset: LowackOnset, trace: RampTrace, params: RampOnsetParams) -> dict[str, Series]:
    """Return trace, line and deviation of the method of the paper, as it judged them."""
    curves = onset.curves
    some = thinned(len(curves.t), PICTURE_POINTS)
    return {
        "t": Series.of(curves.t[some], "s"),
        "x": Series.of(curves.x[some], trace.unit),
        "U": Series.of(curves.u[some], "V"),
        "U_smooth": Series.of(curves.smooth[some], "V"),
        "U_fit": Series.of(curves.line[some], "V"),
        "deviation": Series.of(100 * curves.deviation[some], "%"),
        "threshold": Series.of([params.threshold], "%"),
        "fit": Series.of([onset.begin, onset.end], "s"),
        "onset": Series.of([onset.t], "s"),
        "onset_x": Series.of([onset.x]),
        "t1": Series.of([onset.t1], "s"),
    }
