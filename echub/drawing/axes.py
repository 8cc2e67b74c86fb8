"""A common style of axes: frame and grid, equal axes of a Nyquist plot, titles, and the figure of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from echub.drawing.canvas import plain_decades, printed_numbers
from echub.drawing.labels import axis_label, short_name, time_unit
from echub.drawing.palette import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._base import _AxesBase
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox
    from numpy.typing import ArrayLike


class Coded(Protocol):
    """What this module needs of a flag or refusal."""

    @property
    def code(self) -> str:
        """Return the stable code."""

    @property
    def message(self) -> str:
        """Return the message."""


def tidy(*axes: Axes, right: bool = False, which: Literal["major", "minor", "both"] = "major") -> None:
    """Remove the frame at the top and right (with `right`, only at the right), and add a faint grid.

    Logarithmic axes of less than two decades get plain numbers at their ticks.

    which: the ticks with a grid line; ``both`` for a logarithmic axis of less than two decades.
    """
    for axis in axes:
        axis.spines[["right"] if right else ["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25, linewidth=0.5, which=which)
        printed_numbers(axis)
        if "log" in (axis.get_xscale(), axis.get_yscale()):
            plain_decades(axis)


def nyquist(axis: Axes, unit: str = "ohm") -> None:
    """Turn axes into a Nyquist plot: equal scales, so that a semicircle looks like one, capacitive up, labels.

    Plot Re Z against -Im Z. unit: that of both axes, such as ``ohm`` or ``ohm*cm^2``.
    """
    equal_upwards(axis)
    axis.set(xlabel=axis_label("Re $Z$", unit), ylabel=axis_label("−Im $Z$", unit))
    tidy(axis)


def equal_upwards(axis: Axes) -> None:
    """Make scales equal by widening the upper end of y or of x, not the lower end.

    Matplotlib alone widens both ends. y starts just below zero, or at the lowest of the limits. x is widened from
    zero to the right; where that would not hold all points, on both sides.
    """
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_axes_locator(_Upwards())


class _Upwards:
    """Sets the limits before each drawing, when the size of the axes is known; not once someone has zoomed."""

    def __init__(self) -> None:
        self._wanted: tuple[float, ...] = ()
        self._last: tuple[float, ...] = ()

    def __call__(self, axis: _AxesBase, renderer: object) -> Bbox:
        place = axis.get_position(original=True)
        now = (*axis.get_xlim(), *axis.get_ylim())
        if not self._wanted or now == self._last:
            self._wanted = self._wanted or now
            size = place.transformed(axis.figure.transSubfigure)
            axis.set(**dict(zip(("xlim", "ylim"), _widened(self._wanted, size.height / size.width), strict=True)))
            self._last = (*axis.get_xlim(), *axis.get_ylim())
        return place


BELOW = 0.04
"""Part of a Nyquist plot below zero, or left of it: room for half a marker and the line of the axis."""


def _widened(limits: tuple[float, ...], shape: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return limits of x and y with equal scales; shape: height over width of the axes."""
    left, right, low, high = limits
    height = max(high - min(low, 0.0), shape * (right - left))
    bottom = min(low, -BELOW * height)
    height = max(high - bottom, shape * (right - left))
    width = height / shape
    start = -BELOW * width
    if width == right - left or left < start or right > start + width:
        start = (left + right - width) / 2
    return (start, start + width), (bottom, bottom + height)


def reasons(remarks: Iterable[Coded]) -> list[str]:
    """Return the text of flags or refusals, one line each: ``code: message``."""
    return [f"{remark.code}: {remark.message}" for remark in remarks]


def title(figure: Figure, *parts: str, below: Iterable[str] = ()) -> None:
    """Set the title of a figure: its parts on one line, further lines below, long ones wrapped.

    Dollar signs are escaped: the name of a file is not a formula.
    """
    lines = ["  ·  ".join(short_name(part) for part in parts if part), *below]
    figure.suptitle("\n".join(lines), fontsize=9 if len(lines) > 1 else 10, wrap=True, parse_math=False)


def refused(
    figure: Figure, seconds: ArrayLike, traces: Mapping[str, ArrayLike], *parts: str, below: Iterable[str] = ()
) -> Any:  # noqa: ANN401
    """Draw the figure of a refusal: what was measured against time, and why there is no answer; return the axes.

    seconds: (n,), s, drawn in a readable unit. traces: axis labels to values (n,), from the top.
    """
    import numpy as np

    given = np.asarray(seconds, dtype=np.float64)
    length, name = time_unit(given)
    axes = figure.subplots(len(traces), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (label, values) in zip(axes, traces.items(), strict=True):
        axis.plot(given / length, np.asarray(values), color=BLUE, linewidth=1)
        axis.set_ylabel(label)
    axes[-1].set_xlabel(axis_label("t", name))
    tidy(*axes)
    title(figure, *parts, below=below)
    return axes
