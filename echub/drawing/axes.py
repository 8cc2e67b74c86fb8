"""A common style of axes: frame and grid, equal axes of a Nyquist plot, titles, and the figure of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from echub.drawing.labels import axis_label, time_unit
from echub.drawing.palette import BLUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
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

    which: the ticks with a grid line; ``both`` for a logarithmic axis of less than two decades.
    """
    for axis in axes:
        axis.spines[["right"] if right else ["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25, linewidth=0.5, which=which)


def nyquist(axis: Axes, unit: str = "ohm") -> None:
    """Turn axes into a Nyquist plot: equal scales, so that a semicircle looks like one, capacitive up, labels.

    Plot Re Z against -Im Z. unit: that of both axes, such as ``ohm`` or ``ohm*cm^2``.
    """
    axis.set_aspect("equal", adjustable="datalim")
    axis.set(xlabel=axis_label("Re $Z$", unit), ylabel=axis_label("−Im $Z$", unit))
    tidy(axis)


def reasons(remarks: Iterable[Coded]) -> list[str]:
    """Return the text of flags or refusals, one line each: ``code: message``."""
    return [f"{remark.code}: {remark.message}" for remark in remarks]


def title(figure: Figure, *parts: str, below: Iterable[str] = ()) -> None:
    """Set the title of a figure: its parts on one line, further lines below, long ones wrapped.

    Dollar signs are escaped: the name of a file is not a formula.
    """
    lines = ["  ·  ".join(part for part in parts if part), *below]
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
