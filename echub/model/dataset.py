"""A dataset: named columns over common axes, with selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import AmbiguousColumn, PluginError, SelectionError, UnitMismatch, UnknownColumn
from echub.model.column import Bits, Column
from echub.text import encodable, nearest, rows_by_columns, several, with_article

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray


@dataclass(frozen=True, slots=True)
class Omitted:
    """A source column left out of a dataset because all of its values were the same zero or NaN.

    `fill` is that one value, its bytes in hexadecimal, so that the source table can be rebuilt.
    """

    header: str
    index: int
    dtype: str
    fill: str

    def values(self, rows: int) -> NDArray[Any]:
        """Return the values that were left out, (rows,)."""
        one = np.frombuffer(bytes.fromhex(self.fill), dtype=self.dtype)
        return np.repeat(one, rows) if one.size else np.empty(0, self.dtype)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Columns of one kind; ``dataset["current"]`` is the array of that column.

    Bit fields of a packed column are available under their own names. `query`, `time_slice` and
    `select` return smaller datasets, with the selection recorded in `history`.
    """

    kind: str
    columns: Mapping[str, Column]
    omitted: tuple[Omitted, ...] = ()
    history: tuple[str, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)
    label: str = ""

    def __post_init__(self) -> None:
        if not _is_name(self.kind):
            raise PluginError(f"a dataset cannot have the kind {self.kind!r}", expected="a name without slashes")
        if self.label and not _is_name(self.label):
            raise PluginError(f"a dataset cannot have the label {self.label!r}", expected="a name without slashes")
        lengths: dict[str, int] = {}
        # Columns that are made when they are used (`echub.model.later`) say beforehand what is checked here.
        for name, column in getattr(self.columns, "outlines", self.columns).items():
            if problem := _fault(name, column, lengths):
                raise PluginError(f"the {self.kind} dataset cannot hold the column {name!r}", found=problem)

    # -- looking ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Return the name in its record: the kind, or the label of one of several of a kind."""
        return self.label or self.kind

    @property
    def rows(self) -> int:
        """Count the rows (for maps: the length of the first axis)."""
        return next((column.shape[0] for column in self.columns.values() if column.shape), 0)

    @property
    def names(self) -> list[str]:
        """List all names: columns, then bit fields of packed columns."""
        return [*self.columns, *(bits.name for _, bits in self.bit_fields())]

    def __repr__(self) -> str:
        from echub.model.notebook import short

        names = short(", ".join(self.columns))
        return f"<Dataset {short(self.name)}: {rows_by_columns(self.rows, len(self.columns))}: {names}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the columns with unit, range, origin and source."""
        from echub.model.notebook import heading, span, table

        rows = [
            (c.name, "" if c.unit == "1" else c.unit, span(c.values), c.origin, c.header)
            for c in self.columns.values()
        ]
        title = heading(f"{self.name}: {rows_by_columns(self.rows, len(self.columns))}", *self.history)
        return title + table(("column", "unit", "range", "origin", "source"), rows)

    def _ipython_key_completions_(self) -> list[str]:
        """Return what a notebook completes after ``dataset["``."""
        return self.names

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return the values of a column or bit field; labelled codes as text.

        Raises `UnknownColumn`, with similar names.
        """
        _require_name(name)
        if name in self.columns:
            return self.columns[name].plain()
        for column, bits in self.bit_fields():
            if bits.name == name:
                return bits.extract(column.values)
        raise self._unknown(name)

    def column(self, name: str) -> Column:
        """Return a column with everything known about it."""
        _require_name(name)
        if name not in self.columns:
            raise self._unknown(name)
        return self.columns[name]

    def quantity(self, quantity: str) -> Column:
        """Return the one column of a quantity; `AmbiguousColumn` lists them if there are several."""
        found = [column for column in self.columns.values() if column.quantity == quantity]
        if len(found) > 1:
            names = ", ".join(column.name for column in found)
            raise AmbiguousColumn(
                f"{len(found)} columns are {with_article(quantity)}",
                found=names,
                hint="ask for one of them by its name",
            )
        if not found:
            raise self._unknown(quantity)
        return found[0]

    @property
    def quantities(self) -> set[str]:
        """Return the quantities present, those of bit fields included."""
        of_bits = {bits.quantity for _, bits in self.bit_fields() if bits.quantity}
        return {column.quantity for column in self.columns.values() if column.quantity} | of_bits

    def to(self, name: str, unit: str) -> NDArray[np.float64]:
        """Return a column in any unit of its dimension, as float64, (n,) or one dimension per axis.

        Raises `UnitMismatch` if the dimensions differ. A temperature converts as a point on
        its scale.
        """
        from echub.model.vocabulary import quantities

        column = self.column(name)
        known = quantities().get(column.quantity or "")
        try:
            return column.to(unit, point=known is not None and known.point)
        except UnitMismatch as error:
            error.column = name
            raise

    def bit_fields(self) -> Iterator[tuple[Column, Bits]]:
        """Iterate over the bit fields of packed columns, each with the column that holds it."""
        for column in self.columns.values():
            for bits in column.bits:
                yield column, bits

    def _unknown(self, name: str) -> UnknownColumn:
        holder = next((column.name for column, bits in self.bit_fields() if bits.name == name), None)
        if holder is not None:
            return UnknownColumn(
                f"{name} is a bit of the column {holder}, and no column of its own",
                hint=f'dataset["{name}"] gives its values, dataset.column("{holder}") the column that holds it',
            )
        return UnknownColumn(
            f"the {self.kind} dataset has no column {name!r}",
            found=", ".join(self.names),
            hint=nearest(name, self.names),
        )

    # -- choosing --------------------------------------------------------------------------

    def query(self, expression: str) -> Dataset:
        """Keep the rows for which an expression holds: ``query("cycle == 3 and current > 0")``.

        Names are columns, in their canonical units; comparison, arithmetic, `and`, `or`, `not`
        and `in (1, 2)` are supported. Raises `SelectionError`.
        """
        from echub.model.selection import evaluate

        self._require_table()
        return self._keep(evaluate(expression, self.__getitem__, self.rows), f"query {expression}")

    def where(self, expression: str) -> Dataset:
        """Do what `query` does; the name is deprecated, because in pandas and xarray `where` masks."""
        import warnings

        warnings.warn("Dataset.where is now Dataset.query", DeprecationWarning, stacklevel=2)
        return self.query(expression)

    def time_slice(self, start: float | None = None, stop: float | None = None) -> Dataset:
        """Keep rows with start <= time < stop, in seconds of the source's own clock.

        Raises `SelectionError` for an end that is not a number.
        """
        self._require_table()
        for end in (start, stop):
            if end is not None and (not isinstance(end, (int, float, np.number)) or np.isnan(end)):
                raise SelectionError(
                    f"a time cannot be {end!r}", expected="seconds, such as dataset.time_slice(0, 3600)"
                )
        time = self["time"]
        keep = np.ones(len(time), dtype=bool)
        if start is not None:
            keep &= time >= start
        if stop is not None:
            keep &= time < stop
        ends = ["" if end is None else f"{end:g}" for end in (start, stop)]
        return self._keep(keep, f"time {ends[0]}:{ends[1]} s")

    def every(self, step: int) -> Dataset:
        """Keep every step-th row, the first one included; `SelectionError` for a step that is not 1, 2, …"""
        self._require_table()
        if not isinstance(step, (int, np.integer)) or step < 1:
            raise SelectionError(f"every {step} rows cannot be kept", expected="a whole number from 1")
        kept = {n: replace(c, values=c.values[::step]) for n, c in self.columns.items()}
        return replace(self, columns=kept, history=(*self.history, f"every {step} rows"))

    def select(self, *names: str) -> Dataset:
        """Keep these columns, and the row numbers."""
        kept = {name: self.column(name) for name in ("row", *names) if name != "row" or "row" in self.columns}
        return replace(self, columns=kept, history=(*self.history, f"columns {', '.join(names)}"))

    def _require_table(self) -> None:
        if any(column.axes != ("row",) for column in self.columns.values()):
            raise SelectionError(
                f"{with_article(self.kind)} dataset is not a table of rows", hint="use .to_xarray()"
            )

    def _keep(self, rows: NDArray[np.bool_], how: str) -> Dataset:
        if rows.shape != (self.rows,):
            raise SelectionError("a selection must give one truth value per row", found=str(rows.shape))
        kept = {n: replace(c, values=c.values[rows]) for n, c in self.columns.items()}
        return replace(self, columns=kept, history=(*self.history, how))

    # -- conversions ----------------------------------------------------------------------

    def plain(self) -> dict[str, NDArray[Any]]:
        """Return the values by name: text for labelled codes, bit fields instead of packed columns."""
        return {name: self[name] for name in self.names if not (name in self.columns and self.columns[name].bits)}

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas DataFrame; the units are in ``frame.attrs["units"]``."""
        from echub.model import frames

        return frames.to_pandas(self.kind, self.columns, self.plain())

    def to_polars(self) -> polars.DataFrame:
        """Return a polars DataFrame."""
        from echub.model import frames

        return frames.to_polars(self.kind, self.columns, self.plain())

    def to_xarray(self) -> xarray.Dataset:
        """Return an xarray Dataset with units and origins as attributes."""
        from echub.model import frames

        return frames.to_xarray(self.kind, self.columns, self.plain())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export through the Arrow PyCapsule interface, for pyarrow, duckdb and others."""
        return self.to_polars().__arrow_c_stream__(requested_schema)

    def same_as(self, other: Dataset) -> bool:
        """Compare kind, columns, omissions and history; NaN equals NaN."""
        if (self.name, self.kind, list(self.columns), self.omitted, self.history, dict(self.attrs)) != (
            other.name,
            other.kind,
            list(other.columns),
            other.omitted,
            other.history,
            dict(other.attrs),
        ):
            return False
        return all(column.same_as(other.columns[name]) for name, column in self.columns.items())


def _require_name(name: object) -> None:
    """Refuse what pandas would take in brackets, with what is written here instead."""
    if isinstance(name, str):
        return
    names = name if isinstance(name, (list, tuple)) else ()
    hint = 'dataset["NAME"] is a column as an array, whose rows are then chosen: dataset["NAME"][0:10]'
    if names and all(isinstance(one, str) for one in names):
        hint = f"dataset.select({', '.join(map(repr, names))}) is the dataset of these columns"
    elif hasattr(name, "dtype"):
        hint = 'dataset.query("current > 0") keeps the rows for which a condition holds'
    raise UnknownColumn(
        "a column is asked for by its name", expected="a text", found=type(name).__name__, hint=hint
    )


def _is_name(name: str) -> bool:
    """Return whether HDF5 and its readers accept a name."""
    return name not in ("", ".", "..") and not set("/\0") & set(name) and name == encodable(name)


def _fault(name: str, column: Any, lengths: dict[str, int]) -> str:  # noqa: ANN401
    """Say what is wrong with a column next to the others, whose `lengths` by axis it must share."""
    if name != column.name:
        return f"a column that calls itself {column.name!r}"
    if not _is_name(name):
        return "a name that no file format can hold"
    if len(column.axes) != len(column.shape):
        return f"{len(column.shape)} dimensions, but the axes {', '.join(column.axes) or 'none'}"
    for axis, length in zip(column.axes, column.shape, strict=True):
        if lengths.setdefault(axis, length) != length:
            return f"{several(length, 'value')} along {axis}, where other columns have {lengths[axis]}"
    return ""
