"""The figure: a panel for each unit, all on one axis of time, which is broken at long gaps between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import PALETTE, axis_label, reasons, tidy, time_unit, title
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
SYMBOLS = {"ohm*cm^2": "$R·A$", "ohm": "$R$", "V": "$|U|$", "mA/cm^2": "$|j|$", "mA": "$|I|$"}
LONG_GAP = 0.08
"""Runs that lie apart by more than this part of the whole may be drawn apart. By eye."""
NARROW = 0.12
"""A run that takes less than this part of the whole cannot be read: then the axis is broken. By eye."""
MOST_RUNS = 5
"""Pieces of the axis at most: more are too narrow for their ticks."""
TICKS = 7
"""Ticks of the whole axis, about."""
LEAST_WIDTH = 0.45
"""Width of a piece at least, of what equal pieces would have."""
BETWEEN = 0.005
"""Free space between two pieces, of the width of the figure: the strokes of a broken axis fill it."""
WIDE = 30.0
"""Values that reach this many times their median need a logarithmic scale: the others lie on zero. By eye."""
LEGEND = 8
"""Size of the legend in points: with 7 inches on 700 pixels still 11 pixels."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one has only its reason."""
    shown = outcome.diagnostics
    units = [name.removeprefix("value_") for name in shown if name.startswith("value_")]
    if not units:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    seconds = shown["time"].array()
    pieces = _pieces(seconds, shown["run"].array())
    engine: Any = figure.get_layout_engine()
    if engine is not None and len(pieces) > 1:
        engine.set(wspace=BETWEEN)
    axes = figure.subplots(
        len(units),
        len(pieces),
        sharex="col",
        sharey="row",
        squeeze=False,
        width_ratios=_widths(pieces).tolist(),
    )
    for row, unit in zip(axes, units, strict=True):
        _panel(row, outcome, unit, pieces)
    _time_axis(axes, seconds, pieces)
    title(figure, outcome.label)


def _pieces(seconds: Floats, run_of: Floats) -> list[tuple[float, float]]:
    """Return the stretches of time to draw, s: one, or one for each run if some would be too narrow to read."""
    known = np.isfinite(seconds)
    of_run = [seconds[known & (run_of == number)] for number in np.unique(run_of[known])]
    runs = sorted((float(times.min()), float(times.max())) for times in of_run)
    whole = runs[0][0], max(end for _, end in runs)
    span = whole[1] - whole[0]
    apart = [runs[0]]
    for start, end in runs[1:]:
        if start - apart[-1][1] > LONG_GAP * span:
            apart.append((start, end))
        else:
            apart[-1] = apart[-1][0], max(apart[-1][1], end)
    readable = all(end - start >= NARROW * span for start, end in apart)
    return [whole] if readable or len(apart) > MOST_RUNS else apart


def _widths(pieces: list[tuple[float, float]]) -> Floats:
    lengths = np.array([end - start for start, end in pieces])
    return np.maximum(lengths / max(float(lengths.sum()), 1e-300), LEAST_WIDTH / len(pieces))


def _panel(row: Any, outcome: Outcome, unit: str, pieces: list[tuple[float, float]]) -> None:  # noqa: ANN401
    """Draw what has one unit, in every piece, with the legend to the right."""
    shown = outcome.diagnostics
    seconds, values = shown["time"].array(), shown[f"value_{unit}"].array()
    kinds = list(zip(shown["analysis"].values, shown["column"].values, strict=True))
    analyses = list(dict.fromkeys(analysis for analysis, _ in kinds))
    here = list(dict.fromkeys(kind for kind, known in zip(kinds, np.isfinite(values), strict=True) if known))
    alone = len({analysis for analysis, _ in here}) == 1
    for number, (analysis, column) in enumerate(here):
        rows = np.array([kind == (analysis, column) for kind in kinds]) & np.isfinite(values)
        # The colour is that of the analysis in all panels; columns of one that is alone are told apart from there.
        colour = PALETTE[(analyses.index(analysis) + number * alone) % len(PALETTE)]
        for axis, (start, end) in zip(row, pieces, strict=True):
            inside = rows & (seconds >= start) & (seconds <= end)
            label = f"{analysis}: {str(column).replace('_', ' ')}"
            axis.plot(seconds[inside], values[inside], ".", color=colour, markersize=4, label=label)
    row[0].set_ylabel(axis_label(SYMBOLS.get(unit, ""), unit))
    known = values[np.isfinite(values)]
    if known.min() > 0 and known.max() > WIDE * np.median(known):
        row[0].set_yscale("log")
    else:
        row[0].set_ylim(bottom=0)
    row[-1].legend(frameon=False, fontsize=LEGEND, loc="upper left", bbox_to_anchor=(1.0, 1.05), handletextpad=0.1)


def _time_axis(axes: Any, seconds: Floats, pieces: list[tuple[float, float]]) -> None:  # noqa: ANN401
    """Label the axis of time, each piece with its own ticks in one unit, and mark where it is broken."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    length, unit = time_unit(seconds)
    widths = _widths(pieces)
    for column, ((start, end), share) in enumerate(zip(pieces, widths / widths.sum(), strict=True)):
        margin = 0.05 * ((end - start) or length)
        for axis in axes[:, column]:
            tidy(axis)
            axis.set_xlim(start - margin, end + margin)
            axis.spines["left"].set_visible(column == 0)
            axis.tick_params(which="both", left=column == 0, labelleft=column == 0)
        low = axes[-1, column]
        ends = (start - margin) / length, (end + margin) / length
        ticks = MaxNLocator(max(round(TICKS * share), 2), steps=[1, 2, 5, 10]).tick_values(*ends)
        low.set_xticks([t * length for t in ticks if start - margin <= t * length <= end + margin])
        low.xaxis.set_major_formatter(FuncFormatter(lambda t, _: f"{t / length:g}"))
        if column:
            _break(axes[-1, column - 1], low)
    figure = axes[0, 0].figure
    broken = ", axis broken where nothing was measured" if len(pieces) > 1 else ""
    figure.supxlabel(f"{axis_label('t since the first start', unit)}{broken}", fontsize=10)


def _break(before: Any, after: Any) -> None:  # noqa: ANN401
    """Draw the slanted strokes of a broken axis between two pieces."""
    for axis, x in ((before, 1.0), (after, 0.0)):
        axis.plot(
            [x], [0], transform=axis.transAxes, marker=[(-0.5, -1), (0.5, 1)], markersize=8,
            linestyle="none", color="black", markeredgewidth=0.8, clip_on=False,
        )  # fmt: skip
