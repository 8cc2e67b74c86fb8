"""Read copies of a text with an odd table, and compare what a record holds with what stands there now."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.model.record import Record
from echub.remark import Remark
from echub.testing import guard
from echub.testing.base import NO_NUMBER, Contract
from echub.testing.odd_tables import MOST_TABLES, OddTable, chosen, odd_columns, odd_rows
from echub.testing.tables import parts
from echub.testing.text_table import Numbers, TextTable, find_tables

ROUNDING = 1e-6
"""Relative difference between a number as printed and as kept: float32 holds seven digits."""

Key = tuple[int, str]
Known = Mapping[Key, Numbers]


@dataclass(frozen=True)
class OddReading:
    """What reading an odd copy gave: `unsound` says what is wrong by itself, `strange` what else changed."""

    what: str
    error: BaseException | None = None
    warning: str = ""
    unsound: str = ""
    strange: str = ""


@dataclass(frozen=True)
class Places:
    """Where the numbers of a text table stand in a record: the key of each column, and the row of the first."""

    keys: Mapping[int, Key]
    start: int = 0


def readings(contract: Contract, path: Path) -> list[OddReading]:
    """Read a sample with odd tables, each copy under the sample's name; nothing if it holds no table of numbers.

    Raises what reading the sample alone raises.
    """
    data = path.read_bytes()
    tables = find_tables(data)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(data)
        whole = contract._read(copy) if tables else Record([])
        found = []
        for case in _cases(tables, whole, len(data)):
            found.append(_reading(contract, copy, whole, *case))
            if isinstance(found[-1].error, guard.Endless):
                break  # one is enough, and each is slow
        return found


def _cases(tables: Sequence[TextTable], whole: Record, size: int) -> Iterator[tuple[OddTable, TextTable, Places]]:
    for table in tables[:MOST_TABLES]:
        places = placed(table, whole)
        columns = chosen(list(places.keys or table.numbers), size) if table is tables[0] else []
        for odd in (*odd_rows(table), *odd_columns(table, columns)):
            yield odd, table, places


def _reading(
    contract: Contract, copy: Path, whole: Record, odd: OddTable, table: TextTable, places: Places
) -> OddReading:
    copy.write_bytes(odd.data)
    with warnings.catch_warnings(record=True) as issued:
        warnings.simplefilter("always")
        done = guard.run(lambda: _record_and_columns(contract, copy), len(odd.data))
    if done.result is None:
        return OddReading(odd.what, done.error.with_traceback(None) if done.error is not None else None)
    record, found = done.result
    warning = f"{issued[0].category.__name__}: {issued[0].message}" if issued else ""
    strange = _strange(found, record, whole, odd, table.rows, places)
    return OddReading(odd.what, None, warning, _unsound(record, whole), strange)


def _record_and_columns(contract: Contract, copy: Path) -> tuple[Record, dict[Key, Numbers]]:
    """Read a copy, and its columns too: those of large files are read only when they are used."""
    record = contract._read(copy)
    return record, known(record)


# -- a record by itself --------------------------------------------------------------------------


def _unsound(record: Record, whole: Record) -> str:
    """Say which sentence lacks its number, or which column is infinite, if the sample's record has none such."""
    for remark in _new(record, whole):
        for text in (remark.text, *(text for _, text in remark.details())):
            if NO_NUMBER.search(text):
                return text
    infinite = [name for name, values in _columns(record) if np.isinf(values).any()]
    known_before = any(np.isinf(values).any() for _, values in _columns(whole))
    return "" if known_before or not infinite else f"{infinite[0]} is infinite"


def _columns(record: Record) -> Iterator[tuple[str, NDArray[Any]]]:
    for dataset in record.datasets.values():
        yield from ((n, c.values) for n, c in dataset.columns.items() if c.values.dtype.kind == "f")


def _new(record: Record, whole: Record) -> list[Remark]:
    """Return the notices and losses that the sample does not have."""
    lost: list[Remark] = [dropped for dropped in record.dropped if dropped not in whole.dropped]
    return [notice for notice in record.notices if notice not in whole.notices] + lost


# -- a record beside that of the sample ----------------------------------------------------------


def known(record: Record) -> dict[Key, Numbers]:
    """Return the columns of the source as numbers; what is not a number is NaN."""
    return {key: _numbers(values) for key, values in record.source_table().items() if values.ndim == 1}


def _numbers(values: NDArray[Any]) -> Numbers:
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: object) -> float:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return np.nan


def placed(table: TextTable, whole: Record) -> Places:
    """Find where a record holds the columns of a text table, number by number; nowhere is an answer too.

    Only what is found is judged, so a reader may store its rows and columns as it likes.
    """
    names = [part for part in parts(whole) if part]
    groups: dict[tuple[str, int], dict[int, list[Key]]] = {}
    for key, values in known(whole).items():
        part = next((name for name in names if key[1].startswith(name)), "")
        for column, printed in table.numbers.items():
            for start in _starts(values, printed):
                groups.setdefault((part, start), {}).setdefault(column, []).append(key)
    most = max(map(len, groups.values()), default=0)
    best = [group for group, found in groups.items() if len(found) == most]
    # Two blocks of the same numbers: nothing tells which of them this one is.
    return Places(_one_each(groups[best[0]]), best[0][1]) if len(best) == 1 else Places({})


def _starts(values: Numbers, printed: Numbers) -> list[int]:
    """Return the rows from which a column holds the printed numbers."""
    if len(values) < len(printed):
        return []
    there = np.flatnonzero(np.isfinite(printed))
    first = np.flatnonzero(_same(values[there[0] : len(values) - len(printed) + there[0] + 1], printed[there[0]]))
    return [int(n) for n in first if _same(values[n : n + len(printed)][there], printed[there]).all()]


def _one_each(found: Mapping[int, list[Key]]) -> dict[int, Key]:
    """Return one key for each column: columns of equal numbers are in one order; others stay out."""
    equal: dict[tuple[Key, ...], list[int]] = {}
    for column, keys in sorted(found.items()):
        equal.setdefault(tuple(sorted(keys)), []).append(column)
    return {
        column: key
        for keys, columns in equal.items()
        if len(keys) == len(columns)
        for column, key in zip(columns, keys, strict=True)
    }


def _same(one: Numbers, other: Numbers | float) -> NDArray[np.bool_]:
    return np.isclose(one, other, rtol=ROUNDING, atol=0.0, equal_nan=True)


def _strange(found: Known, record: Record, whole: Record, odd: OddTable, rows: int, places: Places) -> str:
    """Say what changed besides what was changed; a column or row may be missing if a remark says so."""
    told = bool(_new(record, whole))
    before = known(whole)
    for column, key in places.keys.items():
        expected = _edited(before[key], odd, rows, column, places.start)
        if key not in found:
            if told:
                continue
            return f"the column {key[1]!r} is gone, and no remark says so"
        if problem := _difference(found[key], expected, told=told):
            return f"the column {key[1]!r} {problem}"
    return ""


def _edited(before: Numbers, odd: OddTable, rows: int, column: int, start: int) -> Numbers:
    """Return a column of the sample's record as it must be after the change."""
    held = before[start : start + rows][odd.rows]
    for row, value in odd.changed.get(column, {}).items():
        held[row] = value
    return np.concatenate([before[:start], held, before[start + rows :]])


def _difference(found: Numbers, expected: Numbers, *, told: bool) -> str:
    if len(found) == len(expected):
        differ = np.flatnonzero(~_same(found, expected))
        row = differ[0] if len(differ) else None
        return "" if row is None else f"holds {found[row]:g} in row {row}, not {expected[row]:g}"
    if len(found) < len(expected) and told:
        return "" if _in_order(found, expected) else "holds numbers that do not stand there, in this order"
    return f"has {len(found)} rows, not {len(expected)}" + ("" if told else ", and no remark says so")


def _in_order(found: Numbers, expected: Numbers) -> bool:
    """Return whether some of the expected numbers are all that was found, in their order."""
    rest = iter(expected)
    return all(any(_same(value, one) for one in rest) for value in found)
