"""Axis labels from what the vocabulary knows about a column."""

from __future__ import annotations

from echub.drawing import axis_label, symbol_text
from echub.model.column import Column
from echub.model.samples import short_name, unit_of
from echub.model.vocabulary import quantities


def symbol(column: Column) -> str:
    """Return the symbol of the quantity, set as papers do; the name of a column without one."""
    known = quantities().get(column.quantity or "")
    return symbol_text(known.symbol) if known and known.symbol else column.name


def printed_label(column: Column) -> str:
    """Return the name of a column as its table prints it, and its unit, as an axis label."""
    return axis_label(short_name(column), unit_of(column) or "1")


def label(column: Column) -> str:
    """Return symbol and unit as an axis label: quantity divided by unit."""
    return axis_label(symbol(column), column.unit or "")
