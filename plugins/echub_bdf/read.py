"""Read a BDF table: labels or machine-readable names, fixed units, a charging current positive.

BDF's voltage is that of the positive against the negative electrode, and its current is anodic at
the positive one. So the positive electrode is taken as the working electrode, which no sign
contradicts; `.metadata.json` of our own making says where it was the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from glob import escape
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub import structured
from echub.currents import settle_currents
from echub.dates import dated
from echub.plugin import (
    MISSING,
    Dropped,
    Metadata,
    MetadataError,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_tables,
    plain_text,
)
from echub.text import NO_VALUE, is_cut_number, names_a_statistic, several
from echub_bdf.columns import VERSION, BdfColumn, has_core, known, misnamed, split_header, working
from echub_bdf.times import clock_column, compare_dates, derived_time

if TYPE_CHECKING:
    from echub_bdf.options import BdfReadOptions

POLARITY = "cell.electrodes.working.polarity"
_LAST = 20
"""Rows that show whether all have as many decimals. By eye."""
_SHOWN = 20
"""Entries of a list that a notice shows; the others are counted."""


def read(source: Source, options: BdfReadOptions) -> Record:
    """Read the table, and what `.metadata.json` beside it says.

    Raises `ReadError` for a table that is none, or whose current contradicts its charges; `UnitMismatch` where a
    header's unit is of another dimension. Cells that are not number become NaN and are listed.
    """
    notices: list[Notice] = []
    headers, body, dropped = _lines(source, notices)
    record = record_of(source, headers, _cells(source, body, headers), options, notices)
    record.dropped = dropped
    return record


def record_of(
    source: Source,
    headers: Sequence[str],
    cells: Sequence[pl.Series],
    options: BdfReadOptions,
    notices: list[Notice],
) -> Record:
    """Make the record of a table from its headers and cells, numbers or texts."""
    beside = _beside(source)
    metadata = _metadata(beside)
    polarity = str(metadata.value(POLARITY) or "positive")
    if POLARITY not in metadata:
        metadata.set(POLARITY, "positive", source="definition of BDF")
    origins = _origins(beside, source.name)
    columns = []
    for number, (header, series) in enumerate(zip(headers, cells, strict=True)):
        column = _column(header, series, number, polarity, options, notices)
        columns.append(replace(column, origin=origins.get(column.header, column.origin)))

    def note(code: str, message: str) -> None:
        notices.append(Notice(code, message))

    columns = [dated(column, notices) for column in columns]
    columns += derived_time(columns, note)
    compare_dates(columns, options.dates, note)
    columns, signs = settle_currents(
        columns,
        options.current,
        note,
        defined=f"by the definition of BDF {VERSION}",
        charging=-1 if polarity == "negative" else 1,
    )
    settings: dict[str, Any] = {"bdf": beside} if beside else {}
    settings["decisions"] = [decision.as_dict() for decision in signs]
    return Record(build_tables(columns), metadata=metadata, settings=settings, notices=notices)


def _lines(source: Source, notices: list[Notice]) -> tuple[list[str], bytes, list[Dropped]]:
    """Split header and body; a last line without its end is said, and left out where cells are missing."""
    source, remarks = plain_text(source)
    notices += remarks
    headers = split_header(source.head)
    first, end, body = source.read().partition(b"\n")
    exact = sum(known(header) is not None for header in headers)
    if not end or not (exact >= 2 or has_core(headers)):
        raise ReadError(
            "this is not a BDF table",
            path=source.shown,
            where="line 1",
            expected="a header with labels of BDF, such as Test Time / s,Voltage / V,Current / A",
            found=repr(first[:60]),
        )
    dropped = []
    if body.endswith(b"\n"):
        body = body.rstrip(b"\r\n")  # empty lines at the end are none
        body += b"\n" if body else b""
    if body and not body.endswith(b"\n"):
        whole, _, last = body.rpartition(b"\n")
        ends = [row.rpartition(b",")[2].decode("utf-8", "replace") for row in body.split(b"\n")[-_LAST:]]
        if last.count(b",") < len(headers) - 1 or is_cut_number(ends):
            body = whole + b"\n" if whole else b""
            dropped.append(Dropped(f"the last line {last.decode('utf-8', 'replace')!r}", "it is cut"))
        else:
            notices.append(Notice("no-line-end", "the last line has no end: its last number may be cut"))
    body, below = _without_summary(body)
    dropped += below
    _check_width(source, body, len(headers))
    return [header or f"column {number}" for number, header in enumerate(headers, 1)], body, dropped


def _without_summary(body: bytes) -> tuple[bytes, list[Dropped]]:
    """Take off the last lines that summarise those above, such as `Mean,3.7,0.1`: they were not measured."""
    dropped: list[Dropped] = []
    while body:
        rows, _, last = body.rstrip(b"\r\n").rpartition(b"\n")
        if not names_a_statistic(split_header(last)[0]):
            break
        shown = last.decode("utf-8", "replace").strip()
        dropped.insert(0, Dropped(f"the line {shown!r}", "it summarises the rows above it"))
        body = rows + b"\n" if rows else b""
    return body, dropped


def _check_width(source: Source, body: bytes, width: int) -> None:
    """Refuse lines with fewer or more cells than the header, if their commas do not add up to as many."""
    lines = body.count(b"\n") + (bool(body) and not body.endswith(b"\n"))
    if body.count(b",") != lines * (width - 1):
        _require_even(source, body, width)


def _require_even(source: Source, body: bytes, width: int) -> None:
    """Refuse the first line with fewer or more cells than the header; quoted cells are left to the parser."""
    if b'"' in body:
        return
    for number, line in enumerate(body.splitlines(), start=2):
        if line.count(b",") != width - 1:
            raise ReadError(
                "a line has another number of cells than the header",
                path=source.shown,
                where=f"line {number}",
                expected=several(width, "cell"),
                found=several(line.count(b",") + 1, "cell"),
                cause="the line is damaged, or commas are decimal marks",
            )


def _cells(source: Source, body: bytes, headers: list[str]) -> list[pl.Series]:
    """Read all columns: numbers where each cell is one, else text."""
    types = {f"column_{n + 1}": pl.Float64 for n, header in enumerate(headers) if _is_number(header)}
    try:
        return _frame(body, types, len(headers)).get_columns()
    except pl.exceptions.PolarsError:
        pass  # a cell that is not a number, or no table at all: the text says which
    try:
        return _frame(body, {}, len(headers)).get_columns()
    except pl.exceptions.PolarsError as error:
        _require_even(source, body, len(headers))
        raise ReadError(
            "the table cannot be read",
            path=source.shown,
            expected=f"{several(len(headers), 'cell')} in every line, as in the header",
            found=str(error).splitlines()[0],
            cause="a line is longer or shorter, or a quotation mark is not closed",
        ) from None


def _frame(data: bytes, types: dict[str, Any], width: int) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        schema={f"column_{n + 1}": types.get(f"column_{n + 1}", pl.String) for n in range(width)},
        encoding="utf8-lossy",
        raise_if_empty=False,
    )


def _is_number(header: str) -> bool:
    column = known(header)
    return column is not None and not column.text


def _column(
    header: str, cells: pl.Series, index: int, polarity: str, options: BdfReadOptions, notices: list[Notice]
) -> SourceColumn:
    column, unit = known(header), None
    if column is None and (found := misnamed(header)) is not None:
        column, unit = found
        text = f"BDF fixes the unit of {column.stem} to {column.unit}"
        notices.append(Notice("bdf-unit", text, column=header))
    if column is None:
        return SourceColumn(header, _numbers_or_text(cells), unit=None, index=index, origin="measured")
    if column.text:
        return SourceColumn(header, _text(cells), column.quantity or None, index=index, origin="programmed")
    if column.quantity in ("time", "step_time", "unix_time") and not cells.dtype.is_numeric():
        clock = clock_column(header, cells, column.quantity, index, options, notices)
        if clock is not None:
            return clock
    numbers = _numbers(header, cells, notices)
    if numbers is None:
        return SourceColumn(header, _text(cells), index=index, origin="measured")
    return SourceColumn(
        header,
        numbers,
        working(column, polarity) or None,
        unit=unit or column.unit,
        index=index,
        origin=_origin(column),
        negate=column.turns and polarity == "negative",
        attrs={"reset": column.reset} if column.reset else {},
    )


def _origin(column: BdfColumn) -> Any:  # noqa: ANN401  one of the origins
    if column.quantity in ("step", "cycle", "step_execution"):
        return "programmed"
    return "reported" if column.unit in ("A*h", "W*h", "W") or column.quantity == "record" else "measured"


def _numbers(header: str, cells: pl.Series, notices: list[Notice]) -> NDArray[np.float64] | None:
    """Return numbers (rows,), NaN in place of other texts, which are listed; None where no cell is a number."""
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64).fill_null(MISSING).to_numpy()
    text = _as_text(cells).fill_null("").str.strip_chars()
    values = text.cast(pl.Float64, strict=False)
    empty = (text == "") | text.str.to_lowercase().is_in(list(NO_VALUE))
    bad = np.flatnonzero((values.is_null() & ~empty).to_numpy())
    if len(bad):
        listed = ", ".join(f"line {row + 2} {text[int(row)]!r}" for row in bad[:_SHOWN])
        more = f" … ({len(bad)} in all)" if len(bad) > _SHOWN else ""
        notices.append(Notice("not-a-number", f"{listed}{more}", column=header))
    if len(bad) and values.null_count() == len(values):
        return None
    return np.where(empty.to_numpy(), MISSING, values.fill_null(np.nan).to_numpy())


def _numbers_or_text(cells: pl.Series) -> NDArray[Any]:
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64).fill_null(MISSING).to_numpy()
    cells = _as_text(cells)
    values = cells.fill_null("").str.strip_chars().cast(pl.Float64, strict=False)
    empty = cells.is_null() | (cells.str.strip_chars() == "")
    return _text(cells) if (values.is_null() & ~empty).any() else values.fill_null(MISSING).to_numpy()


def _text(cells: pl.Series) -> NDArray[Any]:
    return np.array(_as_text(cells).fill_null("").to_list(), dtype=object)


def _as_text(cells: pl.Series) -> pl.Series:
    """Return the cells as texts; lists, structures and bytes of a binary table as Python prints them."""
    if cells.dtype.is_nested() or cells.dtype in (pl.Binary, pl.Object):
        return pl.Series([None if cell is None else str(cell) for cell in cells.to_list()], dtype=pl.String)
    return cells.cast(pl.String)


class _LabelShape(TypedDict):
    label: str
    origin: Literal["measured", "programmed", "reported", "derived", "assumed"]


class _LeafShape(TypedDict):
    value: Any
    unit: NotRequired[str | None]
    source: NotRequired[str]


class _BesideShape(TypedDict, total=False):
    generator: str
    tables: dict[str, list[_LabelShape]]
    metadata: structured.Table


_ANY = structured.Shape("the metadata beside the table", Any, ReadError)
"""Any JSON: other programs write such files too, and theirs are kept as a setting."""
_LEAF = structured.Shape("a value of the metadata beside the table", _LeafShape, MetadataError, unknown="drop")
_OURS = structured.Shape("the metadata beside the table", _BesideShape, ReadError, unknown="keep")


# -- beside the table --------------------------------------------------------------------------


def _beside(source: Source) -> dict[str, Any]:
    """Read `.metadata.json` beside the table, or that of all tables of its record; empty where there is none."""
    sibling = source.sibling(".metadata.json")
    return _of_several(source) if sibling is None else _said(sibling)


def _of_several(source: Source) -> dict[str, Any]:
    """Read the description that `run.impedance.bdf.csv` shares with `run.bdf.csv`, if it names this table."""
    stem, _, ending = source.name.rpartition(".bdf.")
    base, _, table = stem.rpartition(".")
    for sibling in source.beside(escape(f"{base}.bdf.metadata.json")) if base else ():
        found = _said(sibling)
        if f".{table}.bdf.{ending}" in _tables(found):
            source.used.append(sibling.name)
            return found
    return {}


def _said(sibling: Source) -> dict[str, Any]:
    found = structured.parse(sibling.read(), _ANY, sibling.shown, "json")
    if not isinstance(found, dict):
        return {}
    ours = found.get("generator") == "echub"
    return structured.checked(found, _OURS, sibling.shown) if ours else found


def _tables(beside: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of each table, by the end of its file's name, as a file of our own making lists them."""
    return beside.get("tables", {}) if beside.get("generator") == "echub" else {}


def _origins(beside: dict[str, Any], name: str) -> dict[str, Any]:
    """Return who made each column of a file: of the table that its name ends with, else of all."""
    tables = _tables(beside)
    own = max((ending for ending in tables if name.endswith(ending)), key=len, default=None)
    described = tables.values() if own is None else [tables[own]]
    return {column["label"]: column["origin"] for columns in described for column in columns}


def _metadata(beside: dict[str, Any]) -> Metadata:
    """Take the statements of a `.metadata.json` that echub wrote; any other is kept as a setting only."""
    metadata = Metadata()
    if beside.get("generator") == "echub":
        for path, node in _leaves(beside.get("metadata", {}), ""):
            try:
                leaf = structured.checked(node, _LEAF)
                metadata.set(path, leaf["value"], leaf.get("unit"), source=leaf.get("source", "file"))
            except MetadataError:
                continue  # kept in the settings, which hold the file verbatim
    return metadata


def _leaves(tree: dict[str, Any], prefix: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, node in tree.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(node, dict) and "value" in node:
            found.append((path, node))
        elif isinstance(node, dict):
            found += _leaves(node, path)
    return found
