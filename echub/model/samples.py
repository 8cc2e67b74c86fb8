"""Tables of measured samples: rows by `sample_id`, what describes them, what was measured, replicates, joining.

In a table with a `replicate` column, what stands to its left describes the row (dose, temperature, treatment) and
what stands to its right was measured. Rows that agree in all that describes them are replicates of one value. A
column that states how well another is known (``u(H)``, ``H ±``) belongs to that one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import DataError
from echub.model.cell_text import cell_readings
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.given import DATASET, takes
from echub.model.metadata import leaves
from echub.model.replicates import Mean, Readings, mean_of_readings
from echub.model.spreads import Kind, least, named, spreads_of
from echub.model.stated_spread import in_unit_of, standard

TABLE, SAMPLE, REPLICATE = "table", "sample_id", "replicate"
CLOCKS = ("time", "step_time", "unix_time")
TEMPERATURE = "temperature"
DESCRIBING = (*CLOCKS, TEMPERATURE)
"""Quantities that describe a row wherever they stand: when, and how warm, it was measured."""
_REMARKS = re.compile(
    r"(?i)(remark|comment|note|file|operator|date|spectrum|bemerkung|kommentar|anmerkung)(s|en|name)?\b"
)
"""Texts that say something of a row and do not part replicates."""


@dataclass(frozen=True)
class Replicates:
    """Rows that are replicates of one value: the sample, what describes it (by column), and the rows."""

    sample: str
    described: tuple[Any, ...]
    rows: NDArray[np.intp]


def is_path(header: str) -> bool:
    """Return whether a header names metadata, such as ``cell.temperature / degC``."""
    path = header.partition("/")[0].strip()
    return path in leaves() or path.startswith("extra.")


def parts(dataset: Dataset) -> tuple[list[str], list[str]]:
    """Return the names of the columns that describe a row, and of those that were measured."""
    names = [name for name in dataset.columns if name not in ("row", SAMPLE, REPLICATE)]
    at = dataset.columns[REPLICATE].index if REPLICATE in dataset.columns else None
    described = [name for name in names if _describes(dataset.columns[name], at)]
    rest = [name for name in names if name not in described and name not in _spreads(dataset)]
    return described, [name for name in rest if not dataset.columns[name].labels or is_read(dataset.columns[name])]


def _describes(column: Column, replicate: int | None) -> bool:
    left = replicate is not None and column.index is not None and column.index < replicate
    if left or column.quantity in DESCRIBING or is_path(column.header):
        return True
    return bool(column.labels) and not is_read(column) and not _is_remark(column)


def is_read(column: Column) -> bool:
    """Return whether a column is text that holds values: one at least, beside limits, remarks and empty cells."""
    if not column.labels or column.quantity or is_path(column.header):
        return False
    read, _ = cell_readings(list(column.labels.values()), unit_of(column))
    return any(one is not None and one.says_something for one in read)


def _is_remark(column: Column) -> bool:
    return "" in column.labels.values() or _REMARKS.match(column.header) is not None


def unit_of(column: Column) -> str | None:
    """Return the unit of a column: that of its values, or for text what header, row of units or cells print."""
    if column.unit or not column.labels:
        return column.unit
    printed = column.attrs.get("printed_unit") or named(column.header)[1]
    return cell_readings(list(column.labels.values()), printed)[1]


def _spreads(dataset: Dataset) -> dict[str, tuple[str, Kind]]:
    """Return the columns that state the spread of another: the name of that one, and the kind."""
    names = [n for n in dataset.columns if n not in ("row", SAMPLE, REPLICATE)]
    found = spreads_of([dataset.columns[name].header for name in names])
    return {names[place]: (names[spread.of], spread.kind) for place, spread in found.items()}


def readings(dataset: Dataset, name: str) -> Readings:
    """Return what the cells of a measured column say, with the uncertainties that other columns state."""
    column = dataset.columns[name]
    unit = unit_of(column)
    found = Readings.of(column, unit)
    told: dict[Kind, NDArray[np.float64]] = {}
    for other, (of, kind) in _spreads(dataset).items():
        if of == name:
            spread = dataset.columns[other]
            own = unit_of(spread)
            values = Readings.of(spread, own).values
            values = np.where(values < least(kind), np.nan, values)  # none that a value can have
            told[kind] = values if kind == "n" else in_unit_of(values, own, found.values, unit, spread.header)
    return replace(found, u=standard(told, found.u), shared=told.get("shared", found.shared))


def groups(dataset: Dataset) -> list[Replicates]:
    """Group the rows into replicates, in order of appearance; without a replicate column each row is its own."""
    require_samples(dataset)
    described, _ = parts(dataset)
    keys = [dataset[SAMPLE], *(dataset[name] for name in described)]
    if REPLICATE not in dataset.columns:
        keys.append(np.arange(dataset.rows))
    found: dict[tuple[str, ...], list[int]] = {}
    for row in range(dataset.rows):
        found.setdefault(tuple(str(values[row]) for values in keys), []).append(row)
    shown = keys[1 : 1 + len(described)]
    return [
        Replicates(str(keys[0][rows[0]]), tuple(values[rows[0]] for values in shown), np.array(rows))
        for rows in found.values()
    ]


def require_samples(dataset: Dataset) -> None:
    """Raise `DataError` if the rows of a dataset are not those of samples."""
    if SAMPLE not in dataset.columns:
        raise DataError(
            f"the {dataset.name} dataset does not name its samples",
            expected="a table with a column sample.id",
            found=", ".join(dataset.columns),
        )


@takes(DATASET)
def averaged(dataset: Dataset) -> Dataset:
    """Return a table with one row per value: the mean of its replicates, with ``u_NAME`` and ``n_NAME``.

    The uncertainty is the standard deviation of the replicates over the root of their number, or what the rows
    state if that is larger; NaN for one that states none. Replicates of which some are below a limit have no mean.
    """
    found = groups(dataset)
    first = np.array([group.rows[0] for group in found], dtype=int)
    described, measured = parts(dataset)
    kept = {n: replace(dataset.columns[n], values=dataset.columns[n].values[first]) for n in (SAMPLE, *described)}
    for name in measured:
        read = readings(dataset, name)
        kept |= _mean_columns(dataset.columns[name], [mean_of_readings(read, group.rows) for group in found])
    return replace(dataset, columns=kept, history=(*dataset.history, "mean of the replicates"))


def _mean_columns(column: Column, means: Sequence[Mean]) -> dict[str, Column]:
    values = np.array([mean.value for mean in means])
    errors = np.array([np.nan if mean.u is None else np.hypot(mean.u, mean.shared) for mean in means])
    number = np.array([mean.n for mean in means], dtype=np.uint16)
    name, header, unit, u_name = column.name, column.header, unit_of(column), f"u_{column.name}"
    mean = Column(name, values, column.quantity, unit, "derived", header, uncertainty=u_name)
    before = column.attrs.get("recipe")
    mean = replace(mean, attrs={"recipe": f"mean of the replicates{f'; {before}' if before else ''}"})
    stated = any(mean.chance is not None or (mean.n == 1 and mean.u is not None) for mean in means)
    recipe = "standard deviation of the replicates / sqrt(n)" + (", or as stated if larger" if stated else "")
    printed, short = named(header)[1], named(header)[0]
    head = f"u({short}) / {printed}" if printed else f"u({header})"
    u = Column(u_name, errors, None, unit, "derived", head, attrs={"recipe": recipe})
    n = Column(f"n_{name}", number, None, "1", "derived", f"n({short})", attrs={"recipe": "replicates"})
    return {name: mean, u.name: u, n.name: n}


@takes(DATASET, every=True)
def join_samples(left: Dataset, *others: Dataset) -> Dataset:
    """Join tables by `sample_id`: the means of all, for the samples that all have.

    Samples that not all have are left out, and the history names them. Columns whose name is taken get ``__2``,
    ``__3`` after the number of their table. Raises `DataError` if another than the first table has several values
    per sample, such as several doses.
    """
    joined = averaged(left)
    for number, other in enumerate(others, 2):
        two = averaged(other)
        _require_single(two, parts(other)[0])
        joined = _joined(joined, two, number)
    return joined


def _joined(one: Dataset, two: Dataset, number: int) -> Dataset:
    at = {str(sample): row for row, sample in enumerate(two[SAMPLE])}
    rows = [row for row, sample in enumerate(one[SAMPLE]) if str(sample) in at]
    if not rows:
        raise DataError(
            "the tables have no sample in common",
            expected=", ".join(map(str, dict.fromkeys(one[SAMPLE]))),
            found=", ".join(at),
            cause="the samples have other names in the other table: case and blanks count",
        )
    other = [at[str(one[SAMPLE][row])] for row in rows]
    columns = {name: replace(c, values=c.values[rows]) for name, c in one.columns.items()}
    columns |= _further(two, other, columns, number)
    alone = sorted({*map(str, one[SAMPLE])} ^ set(at))
    before = two.history[:-1]  # the last is the mean, which the first table has had too
    history = (*one.history, *before, f"joined by sample_id; left out: {', '.join(alone) or 'none'}")
    return replace(one, columns=columns, history=history)


def _further(dataset: Dataset, rows: Sequence[int], taken: Mapping[str, Column], number: int) -> dict[str, Column]:
    names = {n: f"{n}__{number}" if n in taken else n for n in dataset.columns if n != SAMPLE}
    made = {}
    for old, new in names.items():
        column = dataset.columns[old]
        u = names.get(column.uncertainty or "", column.uncertainty)
        made[new] = replace(column, name=new, values=column.values[list(rows)], uncertainty=u)
    return made


def _require_single(dataset: Dataset, described: Sequence[str]) -> None:
    """Refuse a table of means with several rows of a sample, which these columns of the table before it part."""
    names, counts = np.unique(dataset[SAMPLE].astype(str), return_counts=True)
    if (counts > 1).any():
        several = ", ".join(names[counts > 1][:5])
        columns = ", ".join(described) or "no column"
        raise DataError(
            f"a table that is joined to the first has several values for a sample: {several}",
            expected=f"one row per sample after averaging; it is described by {columns}",
            hint="select one first: --where FILE='vendor_dose == 1.6e15', or table.query(…) in Python",
        )


def short_name(column: Column) -> str:
    """Return the name of a column without its unit: ``Zr 3d5/2 / eV`` is ``Zr 3d5/2``, ``H (GPa)`` is ``H``."""
    return column.name if column.quantity else named(column.header)[0]
