"""Figures without a window, colours from a map, and saving: the only module that imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echub.drawing.labels import unit_text
from echub.drawing.palette import BLUE, PALETTE
from echub.errors import PluginError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase
    from numpy.typing import NDArray

PALEST = 0.9
"""Part of viridis that is used: its last tenth is too pale on white paper."""
STYLE: Mapping[str, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "echub"}
"""Settings for saving figures. Text stays text, to be searched and edited: `none` in SVG, TrueType (42)
in PDF, which many journals ask for. A fixed salt gives the parts of an SVG the same names each time."""

DPI = 150
"""Resolution of PNG: 8 inches are 1200 pixels, sharp on a page and on most screens."""
_UNDATED: Mapping[str, Mapping[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""No date in the file, so that the same figure gives the same bytes."""


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


def save(figure: Figure, path: Path, form: str, *, dpi: int = DPI) -> None:
    """Write a figure as `svg`, `png` or `pdf`, under `STYLE`; the same figure gives the same bytes."""
    with style():
        figure.savefig(path, format=form, dpi=dpi, metadata=dict(_UNDATED.get(form, {})))


def shades(count: int) -> list[Any]:
    """Return colours for `count` ordered curves; for one, blue."""
    import numpy as np

    return shades_of(np.arange(count, dtype=np.float64))


def shades_of(values: NDArray[np.float64]) -> list[Any]:
    """Return the colour of each curve by its value (n,), such as a set point; for one curve, blue."""
    import matplotlib as mpl
    import numpy as np

    if len(values) == 1:
        return [BLUE]
    span = float(np.ptp(values)) or 1.0
    return list(mpl.colormaps["viridis"](PALEST * (values - values.min()) / span))


def svg(figure: Figure) -> str:
    """Return a figure as the text of an SVG, for a page."""
    import io

    buffer = io.BytesIO()
    with style():
        figure.savefig(buffer, format="svg", metadata=dict(_UNDATED["svg"]))
    text = buffer.getvalue().decode("utf-8")
    return text[text.index("<svg") :]


def png(figure: Figure, *, dpi: int = DPI) -> bytes:
    """Return a figure as PNG, with the pixels of `savefig`, which lays it out twice and takes a sixth longer."""
    import io

    import PIL.Image
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = PIL.Image.frombuffer(
        "RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()), "raw", "RGBA", 0, 1
    )
    buffer = io.BytesIO()
    pixels.save(buffer, format="png", dpi=(dpi, dpi))
    return buffer.getvalue()


def palette_of(count: int) -> list[str]:
    """Return the colours of `count` files: eight that the colour-blind can tell apart, of more, shades."""
    from matplotlib.colors import to_hex

    return list(PALETTE[:count]) if count <= len(PALETTE) else [to_hex(shade) for shade in shades(count)]


def colour_bar(figure: FigureBase, axes: list[Axes], values: NDArray[np.float64], words: str) -> None:
    """Draw the colour bar for the colours of `shades_of`: the values (n,) and their label."""
    import matplotlib as mpl
    import numpy as np
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize
    from matplotlib.ticker import MaxNLocator

    colours = ListedColormap(mpl.colormaps["viridis"](np.linspace(0, PALEST, 256)))
    norm = Normalize(float(values.min()), float(values.max()))
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes, pad=0.02)
    if (values == np.round(values)).all():  # numbers of cycles or scans: there is no cycle 2.5
        bar.locator = MaxNLocator(integer=True)
        bar.update_ticks()
    bar.set_label(words)
    bar.outline.set_visible(False)


def printed_numbers(axes: Axes) -> None:
    """Write the ticks of linear axes whole, not as a difference to a number above the axis, which is overlooked.

    A power of ten for all of them is written as papers do, ×10¹⁵, not 1e15.
    """
    from matplotlib.ticker import ScalarFormatter

    class PrintedNumbers(ScalarFormatter):
        """Labels as matplotlib chooses them."""

        def get_offset(self) -> str:
            _, power, exponent = super().get_offset().partition("1e")
            return f"×{unit_text(f'10^{exponent}'.replace('−', '-'))}" if power else ""

    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:  # one that the figure has not chosen itself
            axis.set_major_formatter(PrintedNumbers(useOffset=False))


FEW = 100.0
"""Ratio of the ends of a logarithmic axis below which its ticks are read as numbers."""
SHORT = (1e-3, 1e5)
"""Numbers that are shorter than as a power of ten."""


def plain_decades(axes: Axes) -> None:
    """Write the ticks of logarithmic axes of less than two decades as plain numbers: 20, not 2×10¹.

    Labels that the figure has chosen itself stay.
    """
    from matplotlib.ticker import LogFormatter, LogFormatterSciNotation

    class PlainDecades(LogFormatterSciNotation):
        """Labels where matplotlib chooses them."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            text = super().__call__(x, pos)
            low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]
            few = high < FEW * low
            return f"{x:g}" if text and few and SHORT[0] <= x < SHORT[1] else text

    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            if isinstance(axis.get_major_formatter(), LogFormatter):
                axis.set_major_formatter(PlainDecades())
            if isinstance(axis.get_minor_formatter(), LogFormatter):
                axis.set_minor_formatter(PlainDecades())
