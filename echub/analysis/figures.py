"""Figures (extra `plot`): of measured data, and of the outcome of an analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from echub.declare_analysis import Analysis
from echub.drawing import new_figure
from echub.errors import DataError, UnknownOption
from echub.files.reading import Readable, record_of
from echub.model.given import takes
from echub.model.record import Record
from echub.pictures.sheet import Limits, Look, draw
from echub.registry.calling import call
from echub.remark import Remark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".svg", ".png", ".pdf")


class Answered(Protocol):
    """What a figure needs of an outcome."""

    @property
    def refusals(self) -> Sequence[Remark]:
        """Return why there is no answer."""

    @property
    def diagnostics(self) -> Mapping[str, Any]:
        """Return the traces behind the answer; empty if there are none."""


def require_format(path: Path) -> None:
    """Raise `UnknownOption` for a suffix that is not a picture format."""
    if path.suffix.lower() not in FORMATS:
        raise UnknownOption(
            f"{path} has no picture format", expected=" or ".join(FORMATS), found=path.suffix or "no suffix"
        )


@takes()
def plot(
    what: Readable | Record | Sequence[Readable | Record],
    *,
    select: str | None = None,
    picture: str | None = None,
    x: str | None = None,
    y: str | Sequence[str] = (),
    by: str | None = None,
    xlim: Limits | None = None,
    ylim: Limits | None = None,
    size: tuple[float, float] | None = None,
    style: str = "screen",
    title: str = "",
) -> Figure:
    """Draw files or records as one matplotlib figure; `figure.savefig` writes it.

    Each dataset gets the picture of its technique: a voltammogram, potential against charge and time, Nyquist
    and Bode, a depth profile, a mass spectrum, maps. picture: one of them by name. x, y: any columns instead, with
    a unit if wanted: ``x="time/h", y=["current/mA"]``. by: a metadata path, such as ``sample.group``, that labels
    and colours the files. size: inches. Raises what `read` raises, `DataError` if there is nothing to draw,
    `UnknownColumn`, `UnknownOption`, `PluginError` without matplotlib.
    """
    given = what if isinstance(what, Sequence) and not isinstance(what, (str, bytes)) else [what]
    columns = (y,) if isinstance(y, str) else tuple(y)
    look = Look(select, picture, x, columns, by, xlim, ylim, size, style, title)
    return draw(_named(given), look)


def _named(given: Sequence[Readable | Record]) -> Mapping[str, Record]:
    """Read files; two of the same name are told apart by a number."""
    found: dict[str, Record] = {}
    for number, one in enumerate(given, 1):
        record = record_of(one)
        name = str(record.provenance.source.get("name", ""))
        found[f"{name} ({number})" if name in found else name] = record
    return found


def draw_outcome(outcome: Answered, analysis: Analysis) -> Figure:
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
