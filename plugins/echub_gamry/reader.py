"""Read a Gamry data file: one dataset per table, the header whole, nothing merged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from echub.plugin import Dataset, Dropped, Notice, ReadError, Record, Source, SourceColumn, build_tables
from echub.text import several
from echub_gamry.cells import Words, header_mark, read_rows, table_mark
from echub_gamry.columns import MEANINGS, NO_SENSOR_CODE, column_of, words_of
from echub_gamry.explain import Explain, GamryTable, parse
from echub_gamry.objects import describe, settings_of
from echub_gamry.options import GamryOptions
from echub_gamry.overloads import flags_of, overload_notice
from echub_gamry.signs import contradiction, current_sign

_OVER = "Over"


def read(source: Source, options: GamryOptions) -> Record:
    """Read a data file; a file without a table gives its header, and says so.

    Raises `ReadError` for damaged tables, for two files in one, and where the decimal mark is open.
    """
    explain = parse(source)
    mark = header_mark(explain, options.decimal)
    notices = explain.notices
    sign = None
    if any(MEANINGS[name].signed for block in explain.blocks for name in block.names if name in MEANINGS):
        sign = current_sign(explain, options.current, notices)
    dropped: list[Dropped] = []
    tables = []
    for block in explain.blocks:
        if found := _table(source, explain, block, options, sign, dropped):
            tables.append((block.name, found))
    _report(explain, tables)
    _say_once(notices)
    metadata = describe(explain, mark, options.dates, notices)
    return Record(
        _named(tables), metadata=metadata, settings=settings_of(explain, mark), notices=notices, dropped=dropped
    )


def _report(explain: Explain, tables: Sequence[tuple[str, list[Dataset]]]) -> None:
    """Say that the measurement was stopped, that there is no table, or that lines belong to nothing."""
    if explain.text("EXPERIMENTABORTED") in ("T", "TRUE"):
        explain.notices.append(Notice("experiment-aborted", "the measurement was stopped before its end"))
    if not tables:
        text = "the file has no table: the measurement never started, or the file was cut in its header"
        explain.notices.append(Notice("no-table", text))
    if explain.stray:
        lines = several(len(explain.stray), "line of the header belongs", "lines of the header belong")
        text = f"{lines} to no object; kept in the settings"
        explain.notices.append(Notice("stray-lines", text))


def _say_once(notices: list[Notice]) -> None:
    """Say of a missing thermocouple once what holds for several tables."""
    found = [notice for notice in notices if notice.code == NO_SENSOR_CODE]
    if len(found) < 2:
        return
    more = f"{len(found) - 1} more table" + "s" * (len(found) > 2)
    notices[notices.index(found[0])] = Notice("no-temperature-sensor", f"{found[0].message}; the same in {more}")
    for notice in found[1:]:
        notices.remove(notice)


# -- one table -------------------------------------------------------------------------------


def _table(
    source: Source,
    explain: Explain,
    block: GamryTable,
    options: GamryOptions,
    sign: int | None,
    dropped: list[Dropped],
) -> list[Dataset]:
    """Return the datasets of one table: a time series, an impedance, or both."""
    notices = explain.notices
    if not block.names:
        notices.append(Notice("no-columns", f"the table {block.name} has no column names: the file was cut there"))
        return []
    _check_head(source, block)
    mark, _ = table_mark(source, explain, block, options.decimal)
    rows = read_rows(source, explain, block, mark)
    notices += rows.notices
    dropped += rows.dropped
    numbers = {n: c for n, c in zip(block.names, rows.columns, strict=True) if not isinstance(c, Words)}
    _check_count(block, rows.count, notices)
    if sign == 1 and (against := contradiction(explain, numbers, header_mark(explain, options.decimal))):
        text = f"CONVENTION is 1, but in {block.name} {against}: its currents stay vendor columns"
        notices.append(Notice("sign-contradicted", text))
        sign = None
    columns = [_column(block, n, values, sign, notices) for n, values in enumerate(rows.columns)]
    over = next((c for n, c in zip(block.names, rows.columns, strict=True) if n == _OVER), None)
    if isinstance(over, Words):
        notices += overload_notice(block.name, over)
        columns.append(flags_of(_OVER, over))
    return build_tables(columns)


def _column(
    block: GamryTable, number: int, values: NDArray[Any] | Words, sign: int | None, notices: list[Notice]
) -> SourceColumn:
    return (
        words_of(block, number, values)
        if isinstance(values, Words)
        else column_of(block, number, values, sign, notices)
    )


def _check_head(source: Source, block: GamryTable) -> None:
    if block.units is not None and len(block.units) != len(block.names) and block.end > block.start:
        raise ReadError(
            "names and units of a table do not fit",
            path=source.shown,
            where=f"in {block.name}",
            expected=f"{len(block.names)} units: one for each of {', '.join(block.names)}",
            found=f"{len(block.units)}: {', '.join(block.units)}",
            cause="the file was edited or is damaged",
        )


def _check_count(block: GamryTable, rows: int, notices: list[Notice]) -> None:
    """Compare the rows with the number that the table's first line states."""
    if block.units is None:
        text = f"{block.name} has no line of units: its columns stay vendor columns without a unit"
        notices.append(Notice("no-units", text))
    if block.declared is not None and block.declared != rows:
        why = "it was stopped or cut" if rows < block.declared else "the number is that of the programme"
        text = f"{block.name} states {several(block.declared, 'row')} and has {rows}: {why}"
        notices.append(Notice("row-count", text))


# -- names -----------------------------------------------------------------------------------


def _named(tables: Sequence[tuple[str, list[Dataset]]]) -> list[Dataset]:
    """Name the datasets: the kind alone where it is the only one, else with the table's name.

    Each dataset knows its table (`part`), which is a source table of its own.
    """
    kinds = Counter(dataset.kind for _, found in tables for dataset in found)
    seen: Counter[str] = Counter()
    named = []
    for name, found in tables:
        seen[name] += 1
        part = name if seen[name] == 1 else f"{name} ({seen[name]})"
        for dataset in found:
            label = dataset.kind if kinds[dataset.kind] == 1 else f"{dataset.kind}_{_slug(part)}"
            named.append(replace(dataset, label=label, attrs={**dataset.attrs, "part": part}))
    return named


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "table"
