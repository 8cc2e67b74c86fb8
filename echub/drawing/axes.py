"""Axes that look alike: frame and grid, equal axes of a Nyquist plot, titles, and the figure of a refusal."""

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
    """What a flag or refusal says."""

    @property
    def code(self) -> str:
        """Return its stable name."""

    @property
    def message(self) -> str:
        """Return it in words."""


def tidy(*axes: Axes, right: bool = False, which: Literal["major", "minor", "both"] = "major") -> None:
    """Take the frame off above and to the right, with `right` only there, and put a faint grid in.

    which: the ticks that have a line of the grid, ``both`` for a logarithmic axis of less than two decades.
    """
    for axis in axes:
        axis.spines[["right"] if right else ["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25, linewidth=0.5, which=which)


def nyquist(axis: Axes, unit: str = "ohm") -> None:
    """Make an axis that of a Nyquist plot: equal scales, so that a semicircle is one, capacitive up, labels.

    Plot Re Z against -Im Z. unit: that of both, such as ``ohm`` or ``ohm*cm^2``.
    """
    axis.set_aspect("equal", adjustable="datalim")
    axis.set(xlabel=axis_label("Re $Z$", unit), ylabel=axis_label("−Im $Z$", unit))
    tidy(axis)


def reasons(remarks: Iterable[Coded]) -> list[str]:
    """Return what flags or refusals say, a line each: ``code: message``."""
    return [f"{remark.code}: {remark.message}" for remark in remarks]


def title(figure: Figure, *parts: str, below: Iterable[str] = ()) -> None:
    """Set the title of a figure: its parts in one line, further lines below, long ones wrapped.

    Dollar signs are dollar signs: the name of a file is not a formula.
    """
    lines = ["  ·  ".join(part for part in parts if part), *below]
    figure.suptitle("\n".join(lines), fontsize=9 if len(lines) > 1 else 10, wrap=True, parse_math=False)


def refused(
    figure: Figure, seconds: ArrayLike, traces: Mapping[str, ArrayLike], *parts: str, below: Iterable[str] = ()
) -> Any:  # noqa: ANN401
    """Draw the figure of a refusal: what was measured against time, and why there is no answer; return the axes.

    seconds: (n,), s, drawn in the unit that reads well. traces: labels of axes to their values (n,), from the top.
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
