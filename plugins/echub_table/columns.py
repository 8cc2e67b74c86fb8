"""From parsed columns to source columns: meaning by header and profile, values by kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.dates import WallClock, wall_clock
from echub.plugin import Dropped, Metadata, Notice, ReadError, SourceColumn, UnitMismatch, quantities
from echub.text import several, some_of
from echub_table.cells import CLOCK, DATE, MISSING_TOKENS, UNITED
from echub_table.dialect import Dialect
from echub_table.digits import are_codes, numbers_of
from echub_table.gaps import with_gaps
from echub_table.headers import Meaning, bare_unit, contradict, meaning_of, printed_unit, split_header
from echub_table.parse import ALLOWED, Table
from echub_table.profile import Profile
from echub_table.times import DayClock, clock_seconds, instant_column

_AGAIN = re.compile(r"(?s)(.+)\.\d{1,3}\Z")


@dataclass
class Findings:
    """What is collected while the columns are made."""

    metadata: Metadata = field(default_factory=Metadata)
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    clocks: dict[str, WallClock] = field(default_factory=dict)
    day_clocks: dict[int, DayClock] = field(default_factory=dict)
    of_day: set[int] = field(default_factory=set)
    """Columns `h:m:s` that are the time of day beside a date."""
    dates: list[pl.Series] = field(default_factory=list)
    """Dates elsewhere in the file, which may prove the order of day and month."""

    def note(self, code: str, message: str, *, column: str = "") -> None:
        """Add a warning, of one column where it is of one."""
        self.notices.append(Notice(code, message, column=column))


def meanings(dialect: Dialect, profile: Profile | None) -> list[Meaning]:
    """Say what each column means; one whose name and unit contradict each other is none of the quantities."""
    width = dialect.width - dialect.trailing
    names = _as_first([*dialect.names, *[""] * width][:width])
    units = [*dialect.units, *[""] * width][:width]
    return [_meaning(name, unit, profile) for name, unit in zip(names, units, strict=True)]


def _as_first(names: Sequence[str]) -> list[str]:
    """Take the numbers off names that pandas gives to a column whose name stands there already: `I / mA.1`."""
    return [again[1] if (again := _AGAIN.match(name)) and again[1] in names else name for name in names]


def _meaning(name: str, unit: str, profile: Profile | None) -> Meaning:
    said = profile.columns.get(name) if profile else None
    if said is None:
        return _printed(name, unit, profile.units if profile else {})
    if not said.get("quantity", ""):
        return Meaning(unit=said.get("unit") or None, said_by="profile")
    printed = Meaning() if "unit" in said else _printed(name, unit, {})
    sign = said.get("sign", "")
    return Meaning(
        said["quantity"],
        said.get("unit") or printed.unit,
        negate=sign == "negated",
        declared_sign=bool(sign),
        said_by="profile",
        origin=said.get("origin", "measured"),
    )


def _printed(name: str, unit: str, units: Mapping[str, str]) -> Meaning:
    """Say what a header means; a contradiction costs the column its quantity, and not the file."""
    return _printed_alone(name, unit) if not units else _with_units(name, unit, units)


@lru_cache(8192)
def _printed_alone(name: str, unit: str) -> Meaning:
    """Say what a header means without a profile; kept, because each is asked twice, and files repeat them."""
    return _with_units(name, unit, {})


def _with_units(name: str, unit: str, units: Mapping[str, str]) -> Meaning:
    try:
        found = meaning_of(name, unit, units)
        if (cell := bare_unit(unit)) is None or not contradict(found, cell):
            return found
        text = f"the header of {name} says {found.unit}, and the row of units says {cell}"
        return Meaning(problem=text, mismatch=True, two_units=True)
    except UnitMismatch as error:
        printed = next((text for _, text in split_header(name) if text), unit)
        return Meaning(
            unit=printed,
            problem=f"{error.message}; name and unit contradict each other: expected {error.expected}",
            mismatch=True,
        )


def source_columns(
    dialect: Dialect, table: Table, meant: Sequence[Meaning], found: Findings, options: Mapping[str, str]
) -> list[SourceColumn]:
    """Make the source columns of a table; clocks are kept in `found` for comparison."""
    columns = []
    found.dates += [
        v for k, v in zip(dialect.columns, table.columns, strict=False) if k == DATE and isinstance(v, pl.Series)
    ]
    for i, values in enumerate(table.columns):
        if not dialect.names[i] and is_blank(values):
            found.dropped.append(Dropped(f"column {i + 1}", "it has neither a name nor a value"))
            continue
        name = dialect.name_of(i)
        decimal = table.decimals.get(i, dialect.decimal)
        columns.append(_column(i, name, values, dialect.columns[i], decimal, meant[i], found, options))
    return columns


def _column(
    i: int,
    name: str,
    values: NDArray[Any] | pl.Series,
    kind: str,
    decimal: str,
    meaning: Meaning,
    found: Findings,
    options: Mapping[str, str],
) -> SourceColumn:
    if meaning.reference and "cell.reference" not in found.metadata:
        found.metadata.set("cell.reference", meaning.reference)
    if isinstance(values, pl.Series) and meaning.quantity and quantities()[meaning.quantity].type == "text":
        return _text(i, name, values, meaning, found)
    if isinstance(values, np.ndarray):
        return _numeric(i, name, values, meaning)
    if is_blank(values):
        return _numeric(i, name, with_gaps(pl.repeat(np.nan, len(values), eager=True), values), meaning)
    if kind == CLOCK:
        return _elapsed(i, name, values, meaning, found)
    if kind == DATE:
        return _wall(i, name, values, meaning, found, options)
    if meaning.is_unknown and are_codes(values):
        return _text(i, name, values, meaning, found)
    wanted = meaning.quantity is not None or bool(meaning.candidates)
    numbers, unit = numbers_of(
        values,
        decimal,
        united=kind == UNITED,
        name=name,
        wanted=wanted,
        note=found.note,
    )
    if numbers is not None:
        if unit and meaning.candidates:
            meaning = meaning_of(f"{name} ({unit})")
        elif unit and contradict(meaning, unit):
            text = f"the header of {name} says {meaning.unit}, and its cells say {unit}; kept as text"
            found.note("unit-mismatch", text, column=name)
            return _text(i, name, values, Meaning(), found)
        elif unit and meaning.quantity is None:
            meaning = replace(meaning, unit=meaning.unit or printed_unit(unit) or None)
        return _numeric(i, name, numbers, meaning)
    return _text(i, name, values, meaning, found)


def _numeric(i: int, name: str, values: NDArray[Any], meaning: Meaning) -> SourceColumn:
    by_profile = meaning.said_by == "profile" and meaning.quantity
    return SourceColumn(
        name,
        values,
        meaning.quantity,
        meaning.unit,
        origin=meaning.origin,  # type: ignore[arg-type]
        negate=meaning.negate,
        index=i,
        attrs={"unit_from": "profile"} if by_profile else {},
    )


def _elapsed(i: int, name: str, texts: pl.Series, meaning: Meaning, found: Findings) -> SourceColumn:
    """Read h:m:s as seconds; whether they elapse or tell the time of day is settled beside the other columns."""
    parsed, twelve = clock_seconds(texts.fill_null(""))
    seconds = with_gaps(parsed, texts)
    _report_lost(seconds, texts, name, found)
    found.day_clocks[i] = DayClock(i, name, seconds, twelve, meaning)
    return SourceColumn(name, seconds, None, "s", index=i, attrs={"printed_as": "h:m:s"})


def _wall(
    i: int, name: str, texts: pl.Series, meaning: Meaning, found: Findings, options: Mapping[str, str]
) -> SourceColumn:
    """Read dates as seconds of the wall clock; UTC only where a zone is stated."""
    others = [dates for dates in found.dates if dates is not texts]
    clock = wall_clock(texts.fill_null(""), name, options.get("dates", ""), others)
    clock = replace(clock, seconds=with_gaps(pl.Series(clock.seconds), texts))
    _report_lost(clock.seconds, texts, name, found)
    found.clocks[name] = clock
    return instant_column(name, clock, i, options, {"printed_as": str(texts[0])})


def _report_lost(seconds: NDArray[np.float64], texts: pl.Series, name: str, found: Findings) -> None:
    """Count clocks and dates that are none; more than 1 % make the file an error, as for numbers."""
    cells = texts.fill_null("").str.strip_chars()
    empty = (cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))
    lost = np.isnan(seconds) & ~empty.to_numpy()
    if not lost.any():
        return
    words = ", ".join(repr(cells[int(at)]) for at in np.flatnonzero(lost)[:3])
    if lost.sum() > ALLOWED * len(seconds):
        raise ReadError(
            some_of(
                int(lost.sum()), len(seconds), "clock", f"of {name} does not parse", f"of {name} do not parse"
            ),
            column=name,
            found=words,
        )
    clocks = several(
        int(lost.sum()), f"clock of {name} does not parse and is", f"clocks of {name} do not parse and are"
    )
    found.note("unparsable-rows", f"{clocks} NaN: {words}", column=name)


def _text(i: int, name: str, texts: pl.Series, meaning: Meaning, found: Findings) -> SourceColumn:
    """Keep text as codes with labels; where a number was meant, say so."""
    cells = texts.fill_null("").str.strip_chars()
    wants_number = meaning.quantity is not None and quantities()[meaning.quantity].type != "text"
    if (wants_number or meaning.candidates) and cells.str.starts_with("=").any():
        raise ReadError(
            f"the column {name!r} holds formulas, not values",
            column=name,
            expected="numbers",
            found=str(cells.filter(cells.str.starts_with("="))[0]),
            cause="the sheet was exported with its formulas shown",
            hint="export the values",
        )
    if wants_number:
        found.note(
            "no-numbers",
            f"{name} should be {meaning.quantity} but holds text such as {cells[0]!r}; kept as text",
            column=name,
        )
    labels = cells.unique(maintain_order=True)
    codes = cells.cast(pl.Enum(labels)).to_physical().to_numpy()
    small = codes.astype(np.min_scalar_type(max(0, len(labels) - 1)))
    quantity = None if wants_number else meaning.quantity
    names = dict(enumerate(labels.to_list()))
    return SourceColumn(name, small, quantity, None, index=i, labels=names, is_text=True)


def is_blank(values: NDArray[Any] | pl.Series) -> bool:
    """Return whether a column (rows,) holds no value."""
    if isinstance(values, np.ndarray):
        # The first value settles it for nearly every column.
        return values.dtype.kind == "f" and not np.any(values[:1] == values[:1]) and bool(np.isnan(values).all())
    cells = values.fill_null("").str.strip_chars()
    return bool(((cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))).all())


def report(columns: Sequence[SourceColumn], meant: Sequence[Meaning], found: Findings) -> None:
    """Say which columns map to nothing, which need a unit, and which claim one quantity."""
    open_units, unknown, wrong = [], [], []
    for column in columns:
        if column.index is None:
            continue
        meaning = meant[column.index]
        if column.quantity is None and meaning.mismatch:
            wrong.append(
                f"{meaning.problem}; kept as a vendor column {'with its' if column.unit else 'without a'} unit"
            )
            continue
        if column.quantity is None and meaning.candidates and column.is_text:
            wanted = " or ".join(meaning.candidates)
            text = (
                f"{column.header} should be {wanted} but holds text such as {_first_text(column)!r}; kept as text"
            )
            found.note("no-numbers", text, column=column.header)
        elif column.quantity is None and meaning.candidates and column.unit in (None, meaning.unit):
            open_units.append(f"{column.header} ({meaning.problem or 'the unit is open'})")
        elif column.quantity is None and meaning.quantity is None:
            unknown.append(column.header)
    if open_units:
        text = f"kept as vendor columns, as their unit is open: {', '.join(open_units)}; a profile says it"
        found.note("unit-unknown", f"{text} (`echub detect FILE --write-profile lab.toml`)")
    for problem in wrong:
        found.note("unit-mismatch", problem)
    if unknown:
        found.note(
            "vendor-columns", f"kept as vendor columns, as their names map to no quantity: {', '.join(unknown)}"
        )
    _report_repeats(columns, found)


def _first_text(column: SourceColumn) -> str:
    return next((text for text in (column.labels or {}).values() if text), "")


def _report_repeats(columns: Sequence[SourceColumn], found: Findings) -> None:
    by_quantity: dict[str, list[str]] = {}
    for column in columns:
        if column.quantity:
            by_quantity.setdefault(column.quantity, []).append(column.header)
    for quantity, headers in by_quantity.items():
        if len(headers) < 2:
            continue
        if quantity == "frequency":
            raise ReadError(
                f"{len(headers)} columns are a frequency: {', '.join(headers)}",
                expected="one frequency for each row",
                cause="several spectra stand side by side",
                hint="export one under the other, each under its header",
            )
        found.note("several-columns", f"{len(headers)} columns are {quantity}: {', '.join(headers)}; all are kept")
