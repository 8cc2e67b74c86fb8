"""Impedance tables: the sign of Z'' by declaration, and how many spectra were told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Dataset, Decision, ReadError, SourceColumn
from echub_table.headers import Meaning

_SIGNED = {"impedance_imag": -1.0, "impedance_real": 1.0, "phase": -1.0}
"""The sign that most values have in a cell, by quantity: capacitive, and passive."""


def settle_signs(
    columns: Sequence[SourceColumn], meant: Sequence[Meaning], said: str
) -> tuple[list[SourceColumn], list[Decision]]:
    """Take the sign of each impedance column from its declaration; refuse where values speak against silence.

    `said` (`signed`, `negated` or empty) is what the user or a profile says of Z'' and the phase.
    """
    settled, decisions = [], []
    frequency = next((c.values for c in columns if c.quantity == "frequency"), None)
    for column in columns:
        meaning = meant[column.index or 0]
        if column.quantity not in _SIGNED or column.index is None:
            settled.append(column)
            continue
        if said and not meaning.declared_sign and column.quantity != "impedance_real":
            column = replace(column, negate=said == "negated")
            decisions.append(Decision(f"sign of {column.header}", said, "said by the user or a profile"))
        elif meaning.declared_sign:
            word = "negated" if meaning.negate else "signed"
            decisions.append(Decision(f"sign of {column.header}", word, f"declared by the {meaning.said_by}"))
        else:
            decisions.append(_undeclared(column, frequency))
        if column.quantity == "phase":
            _require_degrees(column, meaning)
        settled.append(column)
    return settled, decisions


def _require_degrees(column: SourceColumn, meaning: Meaning) -> None:
    """Refuse a phase without a printed unit that may as well be in radians."""
    values = np.asarray(column.values, dtype=np.float64)
    finite = np.abs(values[np.isfinite(values)])
    # A phase of a passive cell stays within π/2 rad, and 1 % for its noise: more can only be degrees.
    if meaning.said_by != "profile" or not finite.size or finite.max() > np.pi / 2 * 1.01:
        return
    raise ReadError(
        f"{column.header} prints no unit and may be in radians",
        column=column.header,
        expected="degrees, some of them beyond 1.6",
        found=f"values up to {finite.max():g}",
        hint="print the unit in the header, such as `phase / deg`; radians are to be converted before",
    )


def _undeclared(column: SourceColumn, frequency: NDArray[Any] | None) -> Decision:
    """Take an undeclared column as printed, if its values have the usual sign."""
    values = np.asarray(column.values, dtype=np.float64)
    if frequency is not None:
        values = values[np.asarray(frequency) > 0]
    counted = values[np.isfinite(values) & (values != 0)]
    usual = _SIGNED[column.quantity or ""]
    share = float((counted * usual > 0).mean()) if counted.size else 1.0
    if share >= 0.5:  # most of them
        text = f"{share:.0%} of its values are {'negative' if usual < 0 else 'positive'}, as the quantity has it"
        return Decision(f"sign of {column.header}", "as printed", text)
    said = f'in a profile: [columns."{column.header}"] sign = "negated"'
    cause, hint = (
        (
            "the table prints the negated part, or a third electrode disturbs",
            f'{said}, or "signed" if they are right',
        )
        if usual > 0
        else (
            "the table prints the negated part, or the cell is inductive throughout",
            "`--option zimag=negated` if it prints the negated part, `--option zimag=signed` if the values "
            f"are right; {said}",
        )
    )
    raise ReadError(
        f"the sign of {column.header} is not declared, and its values speak against it",
        column=column.header,
        expected=f"mostly {'negative' if usual < 0 else 'positive'} values, or a header -{column.header}",
        found=f"{1 - share:.0%} of the values have the other sign",
        cause=cause,
        hint=hint,
    )


def told_apart(datasets: Sequence[Dataset]) -> list[Decision]:
    """Say how many spectra the hub counted in the table, and by which rule."""
    spectra = next((d.columns["spectrum"] for d in datasets if "spectrum" in d.columns), None)
    if spectra is None:
        return []
    return [Decision("spectra", str(int(spectra.values.max()) + 1), spectra.attrs["recipe"])]
