"""What the axes of all figures share: labels, units, a unit of time that reads well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.model.column import Column
from echub.model.vocabulary import quantities

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SYMBOLS = {"ohm": "Ω", "deg": "°", "degC": "°C", "mA*h": "mA·h", "mA/cm^2": "mA/cm²", "um": "µm", "uF": "µF"}
_TIMES = ((2 * 86400, 86400.0, "d"), (2 * 3600, 3600.0, "h"), (300, 60.0, "min"), (0, 1.0, "s"))
"""Span in seconds from which a unit of time reads well, its length, its name."""


def time_unit(seconds: Any) -> tuple[float, str]:  # noqa: ANN401
    """Return the length in seconds and the name of the unit in which a span of time reads well."""
    timed = seconds[np.isfinite(seconds)]
    span = float(timed.max() - timed.min()) if len(timed) else 0.0
    return next((length, name) for least, length, name in _TIMES if span >= least)


def label(column: Column) -> str:
    """Return symbol and unit as an axis label: quantity divided by unit."""
    known = quantities().get(column.quantity or "")
    symbol = _set_in_math(known.symbol) if known and known.symbol else column.name
    return f"{symbol} / {unit_text(column.unit)}" if column.unit else symbol


def unit_text(unit: str) -> str:
    """Write a unit as the field prints it: mA/cm², Ω·cm²."""
    text = _SYMBOLS.get(unit) or unit.replace("^2", "²").replace("^3", "³").replace("*", "·").replace("ohm", "Ω")
    return "" if unit == "1" else text


def _set_in_math(symbol: str) -> str:
    """Set a symbol as printed papers do: italic, its index upright and lowered (`E_we`)."""
    name, _, index = symbol.partition("_")
    if not name.isalpha():
        return symbol
    return f"${name}_{{\\mathrm{{{index}}}}}$" if index else f"${name}$"


def tidy(axis: Axes) -> None:
    """Leave out what carries no data, and draw a faint grid."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, linewidth=0.5)
