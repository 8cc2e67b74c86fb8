"""Figures without a window, colours from a map, and saving: the only module that imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echub.drawing.palette import BLUE
from echub.errors import PluginError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE: Mapping[str, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "echub"}
"""Settings under which figures are saved. Text stays text, to be searched and edited: `none` in SVG, TrueType (42)
in PDF, which many journals ask for. A fixed salt gives the parts of an SVG the same names each time."""

DPI = 150
"""Of PNG: 8 inches are 1200 pixels, sharp on a page and on most screens."""
_UNDATED: Mapping[str, Mapping[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""The same figure gives the same bytes: no time of day."""


def new_figure(width: float = 8, height: float = 6) -> Figure:
    """Return an empty figure that belongs to no window; raise `PluginError` without matplotlib.

    width, height: inches.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PluginError("matplotlib is not installed", hint="pip install 'echub[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")


def style() -> AbstractContextManager[None]:
    """Return a context in which matplotlib has the settings `STYLE`: ``with style(): figure.savefig(…)``."""
    import matplotlib as mpl

    return mpl.rc_context(dict(STYLE))


def save(figure: Figure, path: Path, form: str) -> None:
    """Write a figure as `svg`, `png` or `pdf`, under `STYLE`; the same figure gives the same bytes."""
    with style():
        figure.savefig(path, format=form, dpi=DPI, metadata=dict(_UNDATED.get(form, {})))


def shades(count: int) -> list[Any]:
    """Return colours for so many curves in an order: viridis without its palest tenth; for one, blue."""
    import matplotlib as mpl
    import numpy as np

    return [BLUE] if count == 1 else list(mpl.colormaps["viridis"](np.linspace(0, 0.9, count)))
