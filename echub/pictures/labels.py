"""Axis labels from what the vocabulary knows about a column."""

from __future__ import annotations

from echub.drawing import axis_label, symbol_text
from echub.model.column import Column
from echub.model.vocabulary import quantities


def label(column: Column) -> str:
    """Return symbol and unit as an axis label: quantity divided by unit."""
    known = quantities().get(column.quantity or "")
    return axis_label(symbol_text(known.symbol) if known and known.symbol else column.name, column.unit or "")
