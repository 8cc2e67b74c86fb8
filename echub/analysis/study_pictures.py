"""Which answers of a study are drawn, and their pictures: a figure takes ten times as long as its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from echub.analysis.outcome import Outcome
from echub.declare_analysis import Analysis
from echub.drawing.canvas import png
from echub.errors import DataError, EchubError, PluginError
from echub.files.annotations import Annotations
from echub.files.reading import read
from echub.pictures.sheet import Look, draw
from echub.registry.boundary import PluginFault

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPERATURE = "cell.temperature"

PICTURES = 9
"""Figures of the parts of one file, or of a long step: each takes a third of a second, and nobody reads 96."""
MOST = 24
"""A step with more answers than this has `PICTURES` figures, unless the study says otherwise: `figures = 100`."""


def pictured(count: int, most: int) -> list[int]:
    """Choose which of `count` answers are drawn: all up to `most`, else some evenly, with the first and last."""
    if count <= most:
        return list(range(count))
    shown = min(most, PICTURES)
    return sorted({round(n * (count - 1) / (shown - 1)) for n in range(shown)}) if shown > 1 else [0] * (shown > 0)


def picture(outcome: Outcome, declared: Analysis) -> bytes:
    """Draw an outcome as PNG; nothing if it has no picture or matplotlib is missing."""
    from echub.analysis import figures

    try:
        figure = figures.draw_outcome(outcome, declared)
    except PluginFault:
        raise
    except (DataError, PluginError):
        return b""
    return _png(figure)


def overlay(files: Mapping[Path, str], annotations: Annotations) -> bytes:
    """Draw files, by name, in one figure as PNG, with a colour per temperature if that is stated.

    Nothing if they have no picture. The files of a step are few, or nobody could tell them apart: more than `MOST`
    are not drawn.
    """
    if not 1 < len(files) <= MOST:
        return b""
    records = {}
    for path, name in files.items():
        with suppress(EchubError):  # the report has said already which cannot be read
            records[name] = read(path, annotations=annotations)
    stated = all(record.metadata.get(TEMPERATURE) for record in records.values())
    try:
        figure = draw(records, Look(by=TEMPERATURE if stated else None))
    except (DataError, PluginError):
        return b""
    return _png(figure)


def _png(figure: Figure) -> bytes:
    """Return a figure in the size that all pictures of a report have."""
    figure.set_size_inches(7, 5)
    return png(figure, dpi=100)
