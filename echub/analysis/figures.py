"""A sensible first picture for each kind of dataset (extra `plot`)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from echub.analysis.outcome import Outcome
from echub.declare import Analysis
from echub.errors import DataError, PluginError, SelectionError, UnknownColumn, UnknownOption
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.polar import impedance_parts
from echub.model.record import Record
from echub.model.spectra import numbered
from echub.model.vocabulary import quantities
from echub.registry.registry import resolve
from echub.segments import clock_segments, runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")
_BLUE, _RED = "#1f5fa8", "#b5341f"
_UPPER = ("potential_we", "voltage", "potential_ce", "ion_counts", "ion_count_rate", "partial_pressure")
_LOWER = ("current", "current_density", "charge", "temperature")
_SYMBOLS = {"ohm": "Ω", "deg": "°", "degC": "°C", "mA*h": "mA·h", "mA/cm^2": "mA/cm²", "um": "µm", "uF": "µF"}
_TIMES = ((2 * 86400, 86400.0, "d"), (2 * 3600, 3600.0, "h"), (300, 60.0, "min"), (0, 1.0, "s"))
"""Span in seconds from which a unit of time reads well, its length, its name."""


def require_format(path: Path) -> None:
    """Raise `UnknownOption` for a suffix that is no picture format."""
    if path.suffix.lower() not in FORMATS:
        raise UnknownOption(
            f"{path} has no picture format", expected=" or ".join(FORMATS), found=path.suffix or "no suffix"
        )


def draw(record: Record, *, select: str | None = None, title: str = "") -> Figure:
    """Draw the first dataset of a record that has a picture and rows.

    `select` keeps the rows for which an expression holds, in the datasets that have its columns.
    Raises `DataError` where nothing can be drawn, `PluginError` without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PluginError("matplotlib is not installed", hint="pip install 'echub[plot]'") from error
    chosen = _selected(record, select) if select else list(record.datasets.values())
    drawable = [d for d in chosen if d.kind in PICTURES and d.rows]
    if not drawable:
        raise DataError(
            "there is nothing to draw",
            expected=f"rows in a dataset of the kind {' or '.join(PICTURES)}",
            found=", ".join(f"{d.kind}: {d.rows} rows" for d in chosen) or "no dataset",
        )
    best = max(drawable, key=lambda d: (d.kind == "impedance", d.rows))
    figure = Figure(figsize=(8, 5), layout="constrained")
    PICTURES[best.kind](best, figure)
    technique = record.metadata.value("technique.title") or record.metadata.value("technique.name")
    # A file may be named with dollar signs: its name is no formula.
    figure.suptitle("  ·  ".join(part for part in (title, technique) if part), fontsize=10, parse_math=False)
    return figure


def _selected(record: Record, expression: str) -> list[Dataset]:
    """Select in every dataset that can; where none can, the last refusal stands."""
    chosen, refused = [], None
    for dataset in record.datasets.values():
        try:
            chosen.append(dataset.query(expression))
        except (UnknownColumn, SelectionError) as error:
            refused = error
    if refused is not None and not chosen:
        raise refused
    return chosen


def draw_outcome(outcome: Outcome, analysis: Analysis) -> Figure:
    """Draw the outcome of an analysis by the analysis's own figure.

    Raises `DataError` where it has none or the outcome has nothing to show, `PluginError`
    without matplotlib.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PluginError("matplotlib is not installed", hint="pip install 'echub[plot]'") from error
    if not analysis.figure or not outcome.diagnostics:
        why = "; ".join(flag.message for flag in outcome.refusals)
        raise DataError(f"the {analysis.name} outcome has no picture", cause=why or None)
    figure = Figure(figsize=(8, 6), layout="constrained")
    resolve(analysis.figure)(outcome, figure)
    return figure


def save(figure: Figure, path: Path, form: str) -> None:
    """Write a figure; the same figure gives the same bytes."""
    import matplotlib as mpl

    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    with mpl.rc_context({"svg.hashsalt": "echub"}):
        figure.savefig(path, format=form, dpi=150, metadata=metadata)


# -- time series -----------------------------------------------------------------------------


def _timeseries(dataset: Dataset, figure: Figure) -> None:
    """Draw potential above current, against time; a restart of the clock breaks the line."""
    upper, lower = _first(dataset, _UPPER), _first(dataset, _LOWER)
    shown = [column for column in (upper, lower) if column is not None]
    if not shown or "time" not in dataset.columns:
        raise DataError("the time series has nothing to draw against time", found=", ".join(dataset.columns))
    seconds = dataset["time"]
    factor, unit = _time_unit(seconds)
    axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axis, column, colour in zip(axes, shown, (_BLUE, _RED), strict=False):
        for rows in clock_segments(seconds):
            axis.plot(seconds[rows] / factor, column.values[rows], color=colour, linewidth=1)
        axis.set_ylabel(label(column))
        _tidy(axis)
    axes[-1].set_xlabel(f"$t$ / {unit}")


def _first(dataset: Dataset, wanted: tuple[str, ...]) -> Column | None:
    return next((dataset.columns[name] for name in wanted if name in dataset.columns), None)


def _time_unit(seconds: Any) -> tuple[float, str]:  # noqa: ANN401
    timed = seconds[np.isfinite(seconds)]
    span = float(timed.max() - timed.min()) if len(timed) else 0.0
    return next((length, name) for least, length, name in _TIMES if span >= least)


# -- impedance -------------------------------------------------------------------------------


def _impedance(dataset: Dataset, figure: Figure) -> None:
    """Draw Nyquist with equal axes, and Bode beside it; one line per spectrum."""
    frequency, (real, imag) = dataset["frequency"], impedance_parts(dataset)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    nyquist = figure.add_subplot(grid[:, 0])
    modulus, phase = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    edges = [*runs(numbered(dataset)["spectrum"]).start, len(frequency)]
    parts = [slice(first, last) for first, last in itertools.pairwise(edges)]
    for number, (part, colour) in enumerate(zip(parts, _shades(len(parts)), strict=True), 1):
        shown = number in (1, len(parts)) and len(parts) > 1
        style = {"color": colour, "marker": "o", "markersize": 2.5, "linewidth": 0.8}
        style |= {"label": f"spectrum {number}"} if shown else {}
        nyquist.plot(real[part], -imag[part], **style)
        modulus.loglog(frequency[part], np.hypot(real[part], imag[part]), **style)
        phase.semilogx(frequency[part], np.degrees(np.arctan2(imag[part], real[part])), **style)
    nyquist.set_aspect("equal", adjustable="datalim")
    nyquist.set(xlabel="Re $Z$ / Ω", ylabel="−Im $Z$ / Ω")
    modulus.set(ylabel="|$Z$| / Ω")
    phase.set(xlabel="$f$ / Hz", ylabel="phase / °")
    if len(parts) > 1:
        nyquist.legend(frameon=False, fontsize=8)
    for axis in (nyquist, modulus, phase):
        _tidy(axis)


def _shades(count: int) -> list[Any]:
    import matplotlib as mpl

    return [_BLUE] if count == 1 else list(mpl.colormaps["viridis"](np.linspace(0, 0.9, count)))


# -- common ----------------------------------------------------------------------------------

PICTURES: dict[str, Callable[[Dataset, Figure], None]] = {"timeseries": _timeseries, "impedance": _impedance}


def label(column: Column) -> str:
    """Return symbol and unit as an axis label: quantity divided by unit."""
    known = quantities().get(column.quantity or "")
    symbol = _set_in_math(known.symbol) if known and known.symbol else column.name
    return f"{symbol} / {unit_text(column.unit)}" if column.unit else symbol


def unit_text(unit: str) -> str:
    """Write a unit as the field prints it: mA/cm², Ω·cm²."""
    text = _SYMBOLS.get(unit) or unit.replace("^2", "²").replace("^3", "³").replace("*", "·").replace("ohm", "Ω")
    return "" if unit == "1" else text


def _set_in_math(symbol: str) -> str:
    """Set a symbol as printed papers do: italic, its index upright and lowered (`E_we`)."""
    name, _, index = symbol.partition("_")
    if not name.isalpha():
        return symbol
    return f"${name}_{{\\mathrm{{{index}}}}}$" if index else f"${name}$"


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, linewidth=0.5)
