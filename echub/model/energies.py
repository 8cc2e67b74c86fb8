"""The energy scale of a table of spectra: all lines shifted until one lies where it is known to lie."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from echub.errors import DataError
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.samples import parts, short_name
from echub.model.units import parse_unit
from echub.remark import Remark

CLOSURE_EV = 0.1
"""Lines that lie within 0.1 eV of where they should are right: the usual accuracy of an XPS energy scale."""
DIGITS = 9
"""Digits after the point, in eV, of what is shifted: the rest is the rounding of the sum, not of the spectrum."""
WIDTHS = re.compile(
    r"\b(fwhm|width|split(ting)?|shift|delta|gap|loss|separation|step|correction)\b|Δ", re.IGNORECASE
)
"""Names of energies that are differences: no shift changes them."""


def refer_energies(
    dataset: Dataset,
    line: str,
    energy_ev: float,
    closures: Mapping[str, float] | None = None,
    uncertainty_ev: float | None = None,
) -> tuple[Dataset, list[Remark]]:
    """Shift the energies of each row so that one line lies at `energy_ev`; return the table and what was noticed.

    line: header without its unit (``C 1s``) or name of a column in eV. closures: further lines, and where they
    must lie afterwards, in eV: those that do not are named (``energy-closure``). Differences of energies, such as
    widths, are left as they are (``energies-left``). The history states the shifts. Raises `DataError`.

    A shift has two uncertainties. That of finding the line in a spectrum differs from row to row, and shows in
    the scatter of replicates. That of where the line lies, `uncertainty_ev`, is the same for all rows and lines:
    it is in the recipe and the history, not in the uncertainty of a mean, since it does not change a difference.
    Without it, ``reference-uncertainty`` says so.
    """
    measured = [dataset.columns[name] for name in parts(dataset)[1]]
    energies = [c for c in measured if c.unit and parse_unit(c.unit).dimension == parse_unit("eV").dimension]
    reference = _line(energies, line)
    shift = energy_ev - np.asarray(reference.to("eV"), dtype=np.float64)
    if not np.isfinite(shift).all():
        row = int(np.argmin(np.isfinite(shift)))
        raise DataError(
            f"the reference line {line} has no energy in row {row + 1}",
            expected="an energy of the line in every row: each is shifted by its own",
            hint="--where FILE='…' chooses rows",
        )
    left = [c for c in energies if WIDTHS.search(short_name(c)) and c is not reference]
    place = f"{energy_ev:g} eV" if uncertainty_ev is None else f"{energy_ev:g} ± {uncertainty_ev:g} eV"
    made = {c.name: _shifted(c, shift, f"{line} at {place}") for c in energies if c not in left}
    told = f"energies shifted by {_range(shift)} eV: {line} at {place}"
    shifted = replace(dataset, columns={**dataset.columns, **made}, history=(*dataset.history, told))
    remarks = [Remark("energies-left", f"left as they are: {_named(left)}", "info")] if left else []
    if uncertainty_ev is None:
        text = f"{line} is put at {place} without an uncertainty: all energies have one more, the same for all"
        remarks.append(
            Remark("reference-uncertainty", text, "info", hint=f"--reference '{line}={energy_ev:g}±… eV'")
        )
    for name, expected in (closures or {}).items():
        remarks += _closure(shifted, _line(list(made.values()), name), name, expected)
    return shifted, remarks


def _line(energies: list[Column], line: str) -> Column:
    found = [column for column in energies if line in (short_name(column), column.name)]
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"{len(found)} columns of energies are called {line}" if found else f"there is no energy of a line {line}",
        expected=_named(energies) or "a column in eV, such as C 1s / eV",
        found=line,
    )


def _shifted(column: Column, shift_ev: np.ndarray[tuple[int], np.dtype[np.float64]], place: str) -> Column:
    values = np.round(np.asarray(column.to("eV"), dtype=np.float64) + shift_ev, DIGITS)
    attrs = {**column.attrs, "recipe": f"{column.header} shifted, as a whole with all energies, so that {place}"}
    return replace(column, values=values, unit="eV", origin="derived", attrs=attrs)


def _closure(dataset: Dataset, column: Column, line: str, expected: float) -> list[Remark]:
    """Name the rows in which a line does not lie where it must after the shift."""
    off = np.asarray(column.values, dtype=np.float64) - expected
    rows = np.flatnonzero(~(np.abs(off) <= CLOSURE_EV))
    if not len(rows):
        return []
    worst = int(rows[np.argmax(np.nan_to_num(np.abs(off[rows]), nan=np.inf))])
    said = f"is {off[worst]:+.3g} eV away from {expected:g} eV" if np.isfinite(off[worst]) else "has no energy"
    text = f"{line} {said} after the shift, in {len(rows)} of {len(off)} rows by more than {CLOSURE_EV:g} eV"
    where = f"row {worst + 1}, sample {dataset['sample_id'][worst]}"
    cause = "the reference line is another species, or charging differs between the lines"
    return [Remark("energy-closure", text, where=where, cause=cause)]


def _range(shift: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    low, high = float(shift.min()), float(shift.max())
    return f"{low:+.4g}" if low == high else f"{low:+.4g} to {high:+.4g}"


def _named(columns: list[Column]) -> str:
    return ", ".join(short_name(column) for column in columns)
