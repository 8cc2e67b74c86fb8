"""Excel workbooks by the same rules: a sheet is looked at as text and read as numbers.

The text of a cell is only for the inference: the library prints numbers with nine decimals, which
would turn 1e-10 A into 0. Columns of numbers are loaded a second time, as the workbook holds them.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from weakref import WeakSet

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import (
    Decision,
    LibraryPanic,
    Notice,
    PluginError,
    ReadError,
    Record,
    Source,
    find_unit,
    panics_caught,
    quantities,
    unit,
)
from echub.text import several
from echub_table.cells import CLOCK, DATE, NUMBER, TEXT, UNITED
from echub_table.digits import are_codes
from echub_table.excel_numbers import Marks, columns_of_numbers, with_all_digits
from echub_table.header_rows import begins_another, joined_tables
from echub_table.ordinary import ArchiveLimits, column_number, is_ordinary
from echub_table.parse import LISTED, LOOKED_AT, Faults, Table, judge
from echub_table.percents import percent_columns
from echub_table.reader import Plan, assemble, plan
from echub_table.sheets import continued, is_summary, stacked

if TYPE_CHECKING:
    from echub_table.headers import Meaning
    from echub_table.options import ExcelOptions

_Type = Literal["string", "float", "duration", "boolean"]
_EARLY = r"^(?:1899|19[0-4]\d)-\d\d-\d\d \d\d:\d\d:\d\d"
"""A date before any instrument: the library's view of a duration, or of a time of day, which count from 1899."""
_DATED = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_MIDNIGHT = r"^(\d{4}-\d\d-\d\d) 00:00:00$"
"""A date whose time of day the library adds, if all dates of a column are such."""

_NO_CELLS = "not a valid worksheet"
"""What the library logs of a sheet that holds a chart: it has no cells, and the user need not be told."""
logging.getLogger("calamine.xlsx").addFilter(lambda record: _NO_CELLS not in record.getMessage())


def _pattern(text: bytes) -> re.Pattern[bytes]:
    """Compile a pattern of elements, whose names may have a prefix of their namespace (`<x:c>`)."""
    return re.compile(re.sub(rb"<(/?)(?=\w)", rb"<\1(?:\\w+:)?", text))


_FORMULA = _pattern(rb"<c\s[^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f\s*>)\s*(?:<v\s*/>|<v\s*></v\s*>)?\s*</c\s*>")
"""A cell with a formula and no stored value; the formula itself may stand in another cell (`<f …/>`)."""
_NUMBER_TEXT = _pattern(rb"<t(?:\s[^>]*)?>\s*[-+]?[.\d]")
_TEXT_RESULT = _pattern(rb"<c\s[^>]*?\bt\s?=\s?[\"']str[\"']")
_BROKEN_ARCHIVE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError)
"""What `zipfile` raises for damage, for methods that it does not know, and for a password."""
_UNPACKED, _RATIO = 100_000_000, 100
"""Bytes that any workbook may unpack to, and beyond these how many times its size: tables of numbers reach 12."""
_DIGITS = 20
"""Digits of a row that are counted: the last cell of the largest sheets is XFD1048576."""
_AREA, _SPREAD = 10_000_000, 20
"""Cells of the used rectangle that any sheet may have, and beyond these how many times its filled cells."""
_CELL = _pattern(rb"<c\s")
_ROW = _pattern(rb"<row\s[^>]*?\br\s?=\s?[\"'](\d+)")
_FAR = _pattern(rb"<c\s[^>]*?\br\s?=\s?[\"'][A-Za-z]+(\d{7,})")
_WIDE = _pattern(rb"<c\s[^>]*?\br\s?=\s?[\"']([A-Za-z]{2,})\d")
"""Cells far down or far to the right, however they are written: a place that no sheet has ends the library."""
_ordinary: WeakSet[Source] = WeakSet()
"""Sources that were looked at and found ordinary, so that they are not looked at again."""
_MEASURED = frozenset(
    [
        "current",
        "current_density",
        "voltage",
        "potential_we",
        "charge",
        "capacity",
        "impedance_real",
        "impedance_abs",
        "ion_current",
    ]
)
"""Quantities of which a table of measured rows has one."""


def read(source: Source, options: ExcelOptions) -> Record:
    """Read one sheet of a workbook."""
    data = source.read()
    with _damage(source):
        _require_modest(data, source)
        said = {"point": ".", "comma": ","}.get(options.decimal, "")
        chosen = replace(_plan(source, data, options), decimal=said)
        table, notices = _table(data, chosen, source.shown)
    record = assemble(chosen.plan, source, table)
    record.settings["sheet"] = chosen.sheet
    record.notices += notices
    return record


def is_intact(source: Source) -> bool:
    """Return whether the workbook is whole, and as spreadsheet programs write them; others may end the library."""
    if is_ordinary(source, ArchiveLimits(_UNPACKED + _RATIO * source.size, _AREA, _SPREAD)):
        _ordinary.add(source)
    return source in _ordinary


def explain(source: Source, options: ExcelOptions) -> list[Decision]:
    """List every decision about the sheet."""
    with _damage(source):
        _require_modest(source.read(), source)
    chosen = _plan(source, source.read(), options)
    return [Decision("sheet", chosen.sheet, chosen.why), *chosen.plan.decisions]


def first_profile(source: Source, options: ExcelOptions) -> str:
    """Write a first profile from what was inferred about the sheet."""
    from echub_table.explain import first_profile as of_text

    data = source.read()
    with _damage(source):
        _require_modest(data, source)
    chosen = _plan(source, data, options)
    return of_text(_as_text(chosen.cells, source), replace(options, delimiter="tab", decimal="point"))


@dataclass(frozen=True)
class _Chosen:
    """The sheet that is read: its cells as text, what is known of its table, and why it was chosen.

    `decimal`: the mark that the user stated for numbers that stand as text; empty if none. `parts`: the sheets, if
    its rows stand in several, with the row at which those of each begin.
    """

    sheet: str
    cells: pl.DataFrame
    plan: Plan
    why: str
    among: int
    decimal: str = ""
    parts: Mapping[str, int] = field(default_factory=dict)


def _plan(source: Source, data: bytes, options: ExcelOptions) -> _Chosen:
    """Take the sheet that was asked for, or the only one with a table of measured rows."""
    import fastexcel

    with _damage(source):
        names = list(fastexcel.read_excel(data).sheet_names)
    told = replace(options, delimiter="tab", decimal="point", encoding="utf-8")
    if options.sheet in names:
        cells = sheet_cells(data, options.sheet)
        return _Chosen(options.sheet, cells, plan(_as_text(cells, source), told, source), "asked for", 1)
    filled = {name: cells for name in names if (cells := sheet_cells(data, name)).height}
    if not options.sheet and len(filled) == 1:
        ((name, cells),) = filled.items()
        return _Chosen(name, cells, plan(_as_text(cells, source), told, source), "the only one with cells", 1)
    plans = (
        {} if options.sheet else {n: p for n, c in filled.items() if (p := _tried(c, told, source)) is not None}
    )
    measured = [name for name, planned in plans.items() if _is_measured(planned)]
    records = [name for name in measured if not is_summary(plans[name], filled[name])]
    for kept, why in ((measured, "measured rows"), (records, "several measured rows per cycle or step")):
        if len(kept) == 1:
            (name,) = kept
            return _Chosen(name, filled[name], plans[name], f"the only one with a table of {why}", len(filled))
    if parts := continued(records, plans, filled) if len(records) > 1 else []:
        begin = {name: plans[name].dialect.data_line for name in parts}
        cells = stacked([filled[name] for name in parts], [*begin.values()])
        why = "one table, whose rows are counted from sheet to sheet"
        planned = plan(_as_text(cells, source), told, source)
        return _Chosen(", ".join(parts), cells, planned, why, len(filled), parts=begin)
    shown = [_with_visibility(data, name) for name in names]
    raise _no_sheet(source, options.sheet, shown, records or measured or list(plans) or list(filled))


def _with_visibility(data: bytes, name: str) -> str:
    """Return the name of a sheet; one that a spreadsheet program hides is said to be hidden."""
    import fastexcel

    hidden = fastexcel.read_excel(data).load_sheet(name, header_row=None, n_rows=1).visible != "visible"
    return f"{name} (hidden)" if hidden else name


def _tried(cells: pl.DataFrame, options: ExcelOptions, source: Source) -> Plan | None:
    try:
        return plan(_as_text(cells, source), options, source)
    except ReadError:
        return None


def _is_measured(planned: Plan) -> bool:
    """Return whether a sheet has a time or a frequency, and something measured over it, or rows of samples."""
    known = {q for meaning in planned.meant for q in (meaning.quantity, *meaning.candidates) if q}
    axis = known & {"time", "step_time", "unix_time", "frequency"} or {CLOCK, DATE} & set(planned.dialect.columns)
    return (bool(axis) and bool(known & _MEASURED)) or "sample_id" in known


def _no_sheet(source: Source, wanted: str, names: Sequence[str], tables: Sequence[str]) -> ReadError:
    return ReadError(
        f"the workbook has no sheet {wanted!r}"
        if wanted
        else f"{len(tables) or 'no'} sheets of the workbook hold a table",
        path=source.shown,
        expected="rows of numbers below a row of names" if not tables else None,
        found=", ".join(names) if tables else f"no cell in the sheets {', '.join(names)}",
        hint=" or ".join(f'--option sheet="{name}"' for name in tables[:5]),
    )


@contextmanager
def _damage(source: Source) -> Iterator[None]:
    """Say that the library finds the workbook damaged."""
    import fastexcel

    known = (fastexcel.FastExcelError, pl.exceptions.PolarsError, LibraryPanic, zlib.error, *_BROKEN_ARCHIVE)
    try:
        with panics_caught():
            yield
    except known as error:
        raise ReadError(
            "the workbook cannot be opened",
            path=source.shown,
            found=(str(error) or type(error).__name__).splitlines()[0],
            cause="it is damaged, or protected by a password",
        ) from None


def _require_modest(data: bytes, source: Source) -> None:
    """Refuse an archive that unpacks to far more than it is, and a sheet that is nearly all empty cells.

    The library makes room for every cell of the rectangle that is used; asked before it is opened.
    """
    if source in _ordinary:
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _UNPACKED + _RATIO * len(data):
            raise _too_large(source, f"{unpacked:,} bytes unpacked, from {len(data):,}")
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _require_filled(archive.read(name), name, source)


def _require_filled(sheet: bytes, name: str, source: Source) -> None:
    last = [int(row[1][:_DIGITS]) for row in deque(_ROW.finditer(sheet), maxlen=1)]
    rows = max([0, *last, *(int(row[:_DIGITS]) for row in _FAR.findall(sheet))])
    columns = max((column_number(letters) for letters in set(_WIDE.findall(sheet))), default=26)
    cells = len(_CELL.findall(sheet))
    if rows * columns > max(_AREA, _SPREAD * cells):
        raise _too_large(source, f"{name}: {cells} cells spread over {rows:,} rows and {columns:,} columns")


def _too_large(source: Source, found: str) -> ReadError:
    return ReadError(
        "the workbook would need far more memory than its size",
        path=source.shown,
        expected=f"cells next to each other, and at most {_RATIO} times its size unpacked",
        found=found,
        hint="copy the table to a new workbook, or save it as CSV",
    )


def sheet_cells(data: bytes, sheet: str) -> pl.DataFrame:
    """Return the cells of a sheet as text: durations as `h:m:s`, dates without an added midnight."""
    cells = _load(data, sheet, dtypes="string")
    early = _columns_where(cells, pl.all().str.contains(_EARLY).any())
    if early:
        spans = _load(data, sheet, dtypes="duration")
        if spans.height == cells.height:
            clocks = spans.select(_as_clock(name) for name in early)
            cells = cells.with_columns(
                pl.when(pl.col(name).str.contains(_EARLY)).then(clocks[name]).otherwise(pl.col(name)).alias(name)
                for name in early
            )
    dated = pl.all().str.contains(_DATED).fill_null(False)
    days = _columns_where(cells, dated.any() & (~dated | pl.all().str.ends_with(" 00:00:00")).all())
    return cells.with_columns(pl.col(days).str.replace(_MIDNIGHT, "${1}"))


def _columns_where(cells: pl.DataFrame, holds: pl.Expr) -> list[str]:
    """Return the columns for which an expression over `pl.all()`, one value for each, is true."""
    found = cells.select(holds)
    return [name for name, yes in zip(found.columns, found.row(0), strict=True) if yes] if found.height else []


def _as_clock(name: str) -> pl.Expr:
    """Write durations as hours, minutes and seconds, hours beyond 24 included."""
    ms = pl.col(name).dt.total_milliseconds()
    parts = ((ms // 60_000 % 60, 2), (ms // 1000 % 60, 2), (ms % 1000, 3))
    padded = [part.cast(pl.String).str.zfill(digits) for part, digits in parts]
    return pl.format("{}:{}:{}.{}", ms // 3_600_000, *padded).alias(name)


def _load(data: bytes, sheet: str, dtypes: _Type) -> pl.DataFrame:
    """Load all cells of a sheet as values of a type.

    Without the help of polars, which makes whole numbers of floats, and fails for those from 2^63 on.
    """
    import fastexcel

    cells: pl.DataFrame = fastexcel.read_excel(data).load_sheet(sheet, header_row=None, dtypes=dtypes).to_polars()
    cells.columns = [f"column_{i}" for i in range(cells.width)]
    return cells.cast({pl.Null: pl.String}) if cells.is_empty() else cells


def _as_text(cells: pl.DataFrame, source: Source) -> Source:
    """Write the sheet as lines of cells between tabs, for the inference."""
    plain = cells.select(pl.all().fill_null("").str.replace_all(r"[\t\r\n]+", " "))
    text = plain.write_csv(include_header=False, separator="\t", quote_style="never")
    written = Source.from_bytes(text.encode(), source.name)
    written.path = source.path  # errors name the file
    return written


def _table(data: bytes, chosen: _Chosen, path: str) -> tuple[Table, list[Notice]]:
    """Load the rows of the table: numbers as the workbook holds them, the rest as text."""
    cells, dialect, sheet = chosen.cells, chosen.plan.dialect, chosen.sheet
    first, last = dialect.data_line, cells.height - len(dialect.footer)
    floats = _as_numbers(data, chosen)
    if floats.height != cells.height:
        raise PluginError("the workbook reads differently as numbers and as text", found=f"sheet {sheet}")
    texts = cells[first:last]
    keep = texts.select(pl.any_horizontal(pl.all().fill_null("").str.strip_chars() != "")).to_series()
    texts, numbers = texts.filter(keep), floats[first:last].filter(keep)
    lines = first + 1 + np.flatnonzero(keep.to_numpy())
    faults, notices = Faults(), _about_sheet(data, chosen, texts)
    plain = texts.select(pl.all().fill_null(""))
    width = dialect.width - dialect.trailing
    codes = [i for i in range(width) if _names_something(texts[:, i], numbers[:, i], chosen.plan.meant[i])]
    wanted = [i for i in range(width) if dialect.columns[i] == NUMBER and i not in codes]
    texted = [i for i in range(width) if _may_hold_numbers(dialect.columns[i], chosen.plan.meant[i])]
    bad = np.zeros(texts.height, dtype=bool)
    _require_one_table(numbers, plain, wanted, chosen, lines, path)
    names = [dialect.name_of(i) for i in range(width)]
    marks = Marks(numbers, texts, names, (*wanted, *texted), chosen.decimal, path)
    decimals = {i: marks.of(i) for i in texted}
    read = dict(zip(wanted, columns_of_numbers(marks, wanted), strict=True))
    shown = _percents(data, chosen, names, wanted, path)
    notices += [_as_shown(names[i]) for i in sorted(shown)]
    columns = [
        read[i].times(100 if i in shown else 1)
        if i in read
        else with_all_digits(plain[:, i], numbers[:, i], decimals.get(i, "."))
        for i in range(width)
    ]
    for i, found in read.items():
        if found.from_text:
            cells_hold = several(found.from_text, "cell holds", "cells hold")
            text = f"{names[i]}: {cells_hold} a number as text, read as such"
            notices.append(Notice("numbers-as-text", text))
        if found.faulty is not None:
            bad |= found.faulty
            for at in np.flatnonzero(found.faulty)[:LISTED]:
                faults.note(int(lines[at]), f"{names[i]} is {texts[int(at), i]!r}, no number")
    faults.rows = int(bad.sum())
    judge(faults, texts.height, texts.height, dialect)
    return Table(columns, texts.height, texts.height, faults, decimals=decimals), notices


def _as_numbers(data: bytes, chosen: _Chosen) -> pl.DataFrame:
    """Return the numbers of the sheet; a text is none, even if it looks like one: its decimal mark is open."""
    floats = _loaded(data, chosen, "float")
    if not _holds_numbers_as_text(data):
        return floats
    truths = _loaded(data, chosen, "boolean")  # the library takes a number for a truth value, and no text
    return floats.select(
        pl.when(truths[name].is_not_null()).then(pl.col(name)).alias(name) for name in floats.columns
    )


def _loaded(data: bytes, chosen: _Chosen, dtypes: _Type) -> pl.DataFrame:
    """Load the sheet, or the sheets of one table, as values of a type."""
    parts = chosen.parts or {chosen.sheet: 0}
    return stacked([_load(data, name, dtypes=dtypes) for name in parts], [*parts.values()])


def _percents(data: bytes, chosen: _Chosen, names: Sequence[str], wanted: Sequence[int], path: str) -> set[int]:
    """Return the columns in % whose cells are shown as percentages, and hold fractions."""
    units = [find_unit(meaning.unit or "") for meaning in chosen.plan.meant]
    asked = [name if i in wanted and units[i] == unit("%") else "" for i, name in enumerate(names)]
    dialect, height = chosen.plan.dialect, chosen.cells.height
    begin = chosen.parts or {chosen.sheet: dialect.data_line}
    rows = {name: range(first, height - len(dialect.footer)) for name, first in begin.items()}
    return percent_columns(data, rows, asked, path) if any(asked) else set()


def _as_shown(name: str) -> Notice:
    text = f"the cells of {name} are shown as percentages and hold fractions: read as shown, times 100"
    return Notice("percent-cells", text, column=name)


def _names_something(texts: pl.Series, numbers: pl.Series, meaning: Meaning) -> bool:
    """Return whether a column holds texts of digits that name something, such as barcodes."""
    return meaning.is_unknown and bool(numbers.is_null().all()) and are_codes(texts)


def _may_hold_numbers(kind: str, meaning: Meaning) -> bool:
    """Return whether the texts of a column are read as numbers: behind each its unit, or as its name wants."""
    named = quantities()[meaning.quantity].type != "text" if meaning.quantity else bool(meaning.candidates)
    return kind == UNITED or (kind == TEXT and named)


def _require_one_table(
    numbers: pl.DataFrame,
    texts: pl.DataFrame,
    wanted: Sequence[int],
    chosen: _Chosen,
    lines: NDArray[np.intp],
    path: str,
) -> None:
    """Refuse other names or units among the rows; `lines`: the row of the sheet in which each stands."""
    names, units = list(chosen.plan.dialect.names), list(chosen.plan.dialect.units)
    empty = numbers.select(pl.all_horizontal(pl.nth(wanted).is_null())).to_series() if wanted else pl.Series([])
    for at in np.flatnonzero(empty.to_numpy())[:LOOKED_AT]:
        cells = [str(cell).strip() for cell in texts.row(int(at))]
        if cells[: len(names)] not in (names, units) and begins_another(cells, wanted):
            raise joined_tables(path, int(lines[at]), "; ".join(names), "; ".join(cells))


def _about_sheet(data: bytes, chosen: _Chosen, texts: pl.DataFrame) -> list[Notice]:
    """Say which of several sheets is read, and where formulas stand without values."""
    notices = []
    if chosen.among > 1:
        verb, they = ("are", "they are") if chosen.parts else ("is", "it is")
        text = f"{chosen.sheet} {verb} read, of {chosen.among} sheets with cells: {they} {chosen.why}"
        text += "; --option sheet=… names another"
        notices.append(Notice("sheet-chosen", text))
    blank = _columns_where(texts, (pl.all().fill_null("").str.strip_chars() == "").any())
    if blank and (count := _formulas_without_values(data)):
        text = several(
            count,
            "cell of the workbook holds a formula whose value was never stored: it is empty",
            "cells of the workbook hold formulas whose values were never stored: they are empty",
        )
        notices.append(Notice("formulas-without-values", f"{text}; open and save it in a spreadsheet program"))
    return notices


def _holds_numbers_as_text(data: bytes) -> bool:
    """Return whether a text of the workbook begins like a number, or a formula gives a text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/") and name.endswith(".xml")]
        texts = map(archive.read, parts)
        return any(_NUMBER_TEXT.search(text) or _TEXT_RESULT.search(text) for text in texts)


def _formulas_without_values(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(len(_FORMULA.findall(archive.read(name))) for name in sheets)
