"""The picture of any columns against each other, in stated units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from echub.drawing import palette_of
from echub.errors import DataError
from echub.pictures.curves import axis_of, curve, curve_of_time, finish
from echub.pictures.shown import Shown

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase


def named(text: str) -> tuple[str, str | None]:
    """Split ``current/mA`` into the column and the unit; a name alone takes a readable unit."""
    name, slash, unit = text.partition("/")
    return name.strip(), unit.strip() if slash else None


def draw_columns(figure: FigureBase, shown: Sequence[Shown], x: str, y: Sequence[str]) -> None:
    """Draw columns against one, a panel for each; against the time, restarts and pauses break the line.

    x, y: names, with a unit if wanted: ``time/h``, ``current/mA``. Raises `UnknownColumn`, `UnitMismatch`, and
    `DataError` for a column of words.
    """
    name, unit = named(x)
    across = axis_of([one.dataset.column(name) for one in shown], unit)
    axes = figure.subplots(len(y), 1, sharex=True, squeeze=False)[:, 0]
    colours = palette_of(len(y))
    for axis, text, colour in zip(axes, y, colours, strict=True):
        upwards, of = named(text)
        columns = [one.dataset.column(upwards) for one in shown]
        if any(column.labels for column in columns):
            raise DataError(f"the column {upwards} holds words", expected="numbers")
        up = axis_of(columns, of)
        for one, column in zip(shown, columns, strict=True):
            base = one.dataset.column(name)
            x_values, y_values = across.of(base), up.of(column)
            draw = curve_of_time if base.quantity == "time" else curve
            draw(axis, x_values, y_values, color=one.colour or colour, label=one.label)
        finish(axis, "", up.words, legend=bool(shown[0].label) and axis is axes[0])
    axes[-1].set_xlabel(across.words)
