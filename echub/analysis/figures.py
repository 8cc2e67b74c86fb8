"""A sensible first picture for each kind of dataset (extra `plot`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from echub.analysis.labels import label
from echub.analysis.nyquist import draw_spectra
from echub.analysis.outcome import Outcome
from echub.analysis.stacked_figure import ALIGNED, draw_stacked
from echub.analysis.table_figure import draw_table
from echub.declare import Analysis
from echub.drawing import (
    BLUE,
    RED,
    new_figure,
    tidy,
    time_unit,
)
from echub.errors import DataError, SelectionError, UnknownColumn, UnknownOption
from echub.files.reading import Readable, record_of
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.registry.calling import call
from echub.segments import clock_segments

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")
_UPPER = ("potential_we", "voltage", "potential_ce", "ion_counts", "ion_count_rate", "partial_pressure")
_LOWER = ("current", "current_density", "charge", "temperature")


def require_format(path: Path) -> None:
    """Raise `UnknownOption` for a suffix that is not a picture format."""
    if path.suffix.lower() not in FORMATS:
        raise UnknownOption(
            f"{path} has no picture format", expected=" or ".join(FORMATS), found=path.suffix or "no suffix"
        )


def plot(what: Readable | Record, *, select: str | None = None, title: str = "") -> Figure:
    """Draw the first picture of a file or a record as a matplotlib figure; `figure.savefig` writes it.

    Raises what `read` raises, `DataError` if there is nothing to draw, `PluginError` without matplotlib.
    """
    record = record_of(what)
    return draw(record, select=select, title=title or str(record.provenance.source.get("name", "")))


def draw(record: Record, *, select: str | None = None, title: str = "") -> Figure:
    """Draw the first dataset of a record that has a picture and rows.

    `select` keeps the rows for which an expression holds, in the datasets that have its columns.
    Raises `DataError` if nothing can be drawn, `PluginError` without matplotlib.
    """
    figure = new_figure(8, 5)
    chosen = _selected(record, select) if select else list(record.datasets.values())
    drawable = [d for d in chosen if d.kind in PICTURES and d.rows]
    if not drawable and not any(ALIGNED in d.columns for d in chosen):
        raise DataError(
            "there is nothing to draw",
            expected=f"rows in a dataset of the kind {' or '.join(PICTURES)}",
            found=", ".join(f"{d.kind}: {d.rows} rows" for d in chosen) or "no dataset",
        )
    aligned = [d for d in chosen if ALIGNED in d.columns and d.rows]
    if len(aligned) > 1:
        draw_stacked(aligned, figure)
        figure.suptitle(title, fontsize=10, parse_math=False)
        return figure
    best = max(drawable, key=lambda d: (d.kind == "impedance", d.rows))
    PICTURES[best.kind](best, figure)
    technique = record.metadata.value("technique.title") or record.metadata.value("technique.name")
    # A file may be named with dollar signs: its name is not a formula.
    figure.suptitle("  ·  ".join(part for part in (title, technique) if part), fontsize=10, parse_math=False)
    return figure


def _selected(record: Record, expression: str) -> list[Dataset]:
    """Select in every dataset that has the columns; if none has them, raise the last error."""
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

    Raises `DataError` if it has none or the outcome has nothing to show, `PluginError`
    without matplotlib.
    """
    figure = new_figure()
    if not analysis.figure or not outcome.diagnostics:
        why = "; ".join(flag.message for flag in outcome.refusals)
        raise DataError(f"the {analysis.name} outcome has no picture", cause=why or None)
    call(analysis, analysis.figure, outcome, figure)
    return figure


# -- time series -----------------------------------------------------------------------------


def _timeseries(dataset: Dataset, figure: Figure) -> None:
    """Draw potential above current, against time; a restart of the clock breaks the line."""
    upper, lower = _first(dataset, _UPPER), _first(dataset, _LOWER)
    shown = [column for column in (upper, lower) if column is not None]
    if not shown or "time" not in dataset.columns:
        raise DataError("the time series has nothing to draw against time", found=", ".join(dataset.columns))
    seconds = dataset["time"]
    factor, unit = time_unit(seconds)
    axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axis, column, colour in zip(axes, shown, (BLUE, RED), strict=False):
        for rows in clock_segments(seconds):
            axis.plot(seconds[rows] / factor, column.values[rows], color=colour, linewidth=1)
        axis.set_ylabel(label(column))
        tidy(axis)
    axes[-1].set_xlabel(f"$t$ / {unit}")


def _first(dataset: Dataset, wanted: tuple[str, ...]) -> Column | None:
    return next((dataset.columns[name] for name in wanted if name in dataset.columns), None)


# -- common ----------------------------------------------------------------------------------

PICTURES: dict[str, Callable[[Dataset, Figure], None]] = {
    "timeseries": _timeseries,
    "impedance": draw_spectra,
    "table": draw_table,
}
