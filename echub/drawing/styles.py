"""Styles of a figure: for the screen, for one column of a journal, for a slide, and as Origin draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from echub.errors import PluginError, UnknownOption
from echub.text import nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Style:
    """Size in inches (None: by the number of pictures), settings of matplotlib, and a frame on all four sides.

    grows: the size is that of one picture, and a figure of several is as many times higher.
    """

    size: tuple[float, float] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    framed: bool = False
    grows: bool = False

    def size_of(self, pictures: int) -> tuple[float, float] | None:
        """Return the size of a figure with so many pictures below each other, in inches; None if any will do."""
        if self.size is None or not self.grows:
            return self.size
        return self.size[0], self.size[1] * pictures

    def finish(self, figure: Figure) -> None:
        """Close the frame of all axes, with ticks inside, if the style has one."""
        for axis in figure.axes if self.framed else ():
            axis.spines[:].set_visible(True)
            axis.grid(visible=False)
            axis.grid(visible=False, which="minor")
            axis.tick_params(which="both", direction="in", top=True, right=True)


STYLES: Mapping[str, Style] = {
    "screen": Style(),
    # 86 mm is one column of most journals; 7 pt is the least that they print.
    "single-column": Style(
        (3.39, 2.6), {"font.size": 7, "axes.linewidth": 0.6, "lines.markersize": 2}, grows=True
    ),
    # Half a page of 16:9, readable from the last row.
    "slide": Style((10.0, 5.6), {"font.size": 16, "axes.linewidth": 1.2}),
    "origin": Style(
        None, {"font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"], "font.size": 11}, framed=True
    ),
}


@contextmanager
def styled(name: str) -> Iterator[Style]:
    """Draw in a style: ``with styled("slide") as style: …; style.finish(figure)``.

    Raises `UnknownOption` for a name that is not in `STYLES`, `PluginError` without matplotlib.
    """
    if name not in STYLES:
        raise UnknownOption(
            f"there is no style {name}", expected=", ".join(STYLES), found=name, hint=nearest(name, STYLES)
        )
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise PluginError("matplotlib is not installed", hint="pip install 'echub[plot]'") from error
    with mpl.rc_context(dict(STYLES[name].settings)):
        yield STYLES[name]
