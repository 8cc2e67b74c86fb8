"""The source tables of two records compared bit for bit: block by block, so that neither is held as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.model.channels import is_long
from echub.model.column import Column, same_values
from echub.model.dataset import Dataset, Omitted
from echub.model.deferred import STEP, Deferred, held, passed
from echub.model.missing import is_missing
from echub.model.record import Record
from echub.text import some_of

Key = tuple[int, str]
"""A column of the source: its position and header."""
Table = Mapping[Key, Column | Omitted]


def compare_tables(written: Record, now: Record) -> dict[Key, str]:
    """Return for each column of either source table how it differs, in words; an empty text if it does not."""
    one, other = _table(written), _table(now)
    if one is None or other is None or _rows(written) != _rows(now):
        return _compare_whole(written.source_table(), now.source_table())
    found = {key: _one_sided(key, one, other) for key in dict.fromkeys((*sorted(one), *sorted(other)))}
    return found | _compare_blocks(one, other, _rows(now))


def _compare_whole(written: Mapping[Key, NDArray[Any]], now: Mapping[Key, NDArray[Any]]) -> dict[Key, str]:
    found = {key: _one_sided(key, written, now) for key in dict.fromkeys((*written, *now))}
    for key in written.keys() & now.keys():
        told = _Difference(len(now[key]))
        told.add(0, written[key], now[key])
        found[key] = str(told)
    return found


def _one_sided(key: Key, written: Mapping[Key, Any], now: Mapping[Key, Any]) -> str:
    if key in written and key in now:
        return ""
    return f"only in {'the source' if key in now else 'the converted file'}"


# -- block by block ------------------------------------------------------------------------------


def _table(record: Record) -> Table | None:
    """Return the source's columns by key, if their rows stand in one dataset in the order of the source."""
    with_rows = [dataset for dataset in record.datasets.values() if "row" in dataset.columns]
    if len(with_rows) != 1 or with_rows[0].label or is_long(with_rows[0]) or not _in_order(with_rows[0]):
        return None
    (dataset,) = with_rows
    columns = [(c.index, c) for c in dataset.columns.values() if c.index is not None]
    keyed = [((index, c.header), c) for index, c in columns]
    omitted = [((o.index, o.header), o) for o in dataset.omitted]
    table: dict[Key, Column | Omitted] = dict([*keyed, *omitted])
    return table if len(table) == len(keyed) + len(omitted) else None


def _in_order(dataset: Dataset) -> bool:
    is_table = all(column.axes == ("row",) for column in dataset.columns.values())
    return is_table and dataset.rows > 0 and passed(held(dataset.columns["row"])).rises


def _rows(record: Record) -> int:
    return sum(dataset.rows for dataset in record.datasets.values() if "row" in dataset.columns)


def _compare_blocks(one: Table, other: Table, rows: int) -> dict[Key, str]:
    """Compare the columns that both have, a block of all at a time: they may lie in the same bytes."""
    told = {key: _Difference(rows) for key in one if key in other}
    for first, last in _blocks(rows):
        for key, difference in told.items():
            if not _same_bytes(one[key], other[key], first, last):
                difference.add(first, _part(one[key], first, last), _part(other[key], first, last))
    return {key: str(difference) for key, difference in told.items() if difference.found}


def _blocks(rows: int) -> Iterator[tuple[int, int]]:
    return ((first, min(first + STEP, rows)) for first in range(0, rows, STEP))


def _same_bytes(one: Column | Omitted, other: Column | Omitted, first: int, last: int) -> bool:
    """Return whether rows are known to be the same by their bytes as they are stored."""
    if isinstance(one, Omitted) or isinstance(other, Omitted) or one.dtype != other.dtype:
        return False
    if one.is_as_in_source and other.is_as_in_source:
        both = [values.planes for c in (one, other) if isinstance(values := held(c), Deferred)]
        if len(both) == 2 and both[0] and both[1]:
            return np.array_equal(both[0](first, last), both[1](first, last))
    return False


def _part(column: Column | Omitted, first: int, last: int) -> NDArray[Any]:
    if isinstance(column, Omitted):
        return column.values(last - first)
    values = held(column)
    return column.as_in_source(values.part(first, last) if isinstance(values, Deferred) else values[first:last])


class _Difference:
    """How many rows of a column of `rows` differ, and the first of them."""

    def __init__(self, rows: int) -> None:
        self.found = False
        self._rows, self._count, self._text = rows, 0, ""

    def add(self, first: int, written: NDArray[Any], now: NDArray[Any]) -> None:
        """Compare rows from `first` on; NaN equals NaN, and missing equals missing only."""
        if same_values(written, now):
            return
        self.found = True
        if written.dtype != now.dtype or written.shape != now.shape:
            self._text = self._text or f"{written.dtype} {written.shape} against {now.dtype} {now.shape}"
            return
        same = (written == now) | ((written != written) & (now != now) & (is_missing(written) == is_missing(now)))
        unequal = np.flatnonzero(~same)
        self._count += len(unequal)
        row = int(unequal[0])
        self._text = self._text or f"first row {first + row}: {_word(written, row)} against {_word(now, row)}"

    def __str__(self) -> str:
        differ = some_of(self._count, self._rows, "row", "differs", "differ")
        return f"{differ}, {self._text}" if self._count else self._text


def _word(values: NDArray[Any], row: int) -> str:
    return "missing" if is_missing(values[row : row + 1]).any() else str(values[row])
