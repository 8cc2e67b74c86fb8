"""From parsed columns to source columns: meaning by header and profile, values by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import Dropped, Metadata, Notice, ReadError, SourceColumn, quantities
from echub.text import clocks
from echub_table.cells import CLOCK, DATE, MISSING_TOKENS, UNITED
from echub_table.clocks import WallClock, compare, to_utc, wall_clock
from echub_table.dialect import Dialect
from echub_table.headers import Meaning, meaning_of
from echub_table.parse import ALLOWED, Table
from echub_table.profile import Profile

DAY = 86_400.0


@dataclass
class Findings:
    """What is collected while the columns are made."""

    metadata: Metadata = field(default_factory=Metadata)
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    clocks: dict[str, WallClock] = field(default_factory=dict)

    def note(self, code: str, message: str, *, column: str = "") -> None:
        """Add a warning, of one column where it is of one."""
        self.notices.append(Notice(code, message, column=column))


def meanings(dialect: Dialect, profile: Profile | None) -> list[Meaning]:
    """Say what each column means; `UnitMismatch` where a name and its unit contradict each other."""
    width = dialect.width - dialect.trailing
    names = [*dialect.names, *[""] * width][:width]
    units = [*dialect.units, *[""] * width][:width]
    return [_meaning(name, unit, profile) for name, unit in zip(names, units, strict=True)]


def _meaning(name: str, unit: str, profile: Profile | None) -> Meaning:
    said = profile.columns.get(name) if profile else None
    if said is None:
        return meaning_of(name, unit, profile.units if profile else {})
    if not said.get("quantity", ""):
        return Meaning(unit=said.get("unit") or None, said_by="profile")
    printed = Meaning() if "unit" in said else meaning_of(name, unit, {})
    sign = said.get("sign", "")
    return Meaning(
        said["quantity"],
        said.get("unit") or printed.unit,
        negate=sign == "negated",
        declared_sign=bool(sign),
        said_by="profile",
        attrs={"origin": said["origin"]} if "origin" in said else {},
    )


def source_columns(
    dialect: Dialect, table: Table, meant: Sequence[Meaning], found: Findings, options: Mapping[str, str]
) -> list[SourceColumn]:
    """Make the source columns of a table; clocks are kept in `found` for comparison."""
    columns = []
    for i, values in enumerate(table.columns):
        name = dialect.names[i] if i < len(dialect.names) else ""
        if not name and _is_blank(values):
            found.dropped.append(Dropped(f"column {i + 1}", "it has neither a name nor a value"))
            continue
        columns.append(_column(i, name, values, dialect, meant[i], found, options))
    _report(columns, meant, found)
    _compare_clocks(columns, found)
    return columns


def _column(
    i: int,
    name: str,
    values: NDArray[Any] | pl.Series,
    dialect: Dialect,
    meaning: Meaning,
    found: Findings,
    options: Mapping[str, str],
) -> SourceColumn:
    if meaning.reference and "cell.reference" not in found.metadata:
        found.metadata.set("cell.reference", meaning.reference)
    kind = dialect.columns[i]
    if isinstance(values, pl.Series) and meaning.quantity and quantities()[meaning.quantity].type == "text":
        return _text(i, name, values, meaning, found)
    if isinstance(values, np.ndarray):
        return _numeric(i, name, values, meaning)
    if _is_blank(values):
        return _numeric(i, name, np.full(len(values), np.nan), meaning)
    if kind == CLOCK:
        return _elapsed(i, name, values, meaning, found)
    if kind == DATE:
        return _wall(i, name, values, meaning, found, options)
    numbers, unit = _numbers(values, dialect, united=kind == UNITED)
    if numbers is not None:
        if unit and meaning.candidates:
            meaning = meaning_of(f"{name} ({unit})")
        return _numeric(i, name, numbers, meaning)
    return _text(i, name, values, meaning, found)


def _numeric(i: int, name: str, values: NDArray[Any], meaning: Meaning) -> SourceColumn:
    attrs = {key: value for key, value in meaning.attrs.items() if key != "origin"}
    if meaning.said_by == "profile" and meaning.quantity:
        attrs["unit_from"] = "profile"
    return SourceColumn(
        name or f"column {i + 1}",
        values,
        meaning.quantity,
        meaning.unit,
        origin=meaning.attrs.get("origin", "measured"),  # type: ignore[arg-type]
        negate=meaning.negate,
        index=i,
        attrs=attrs,
    )


def _numbers(texts: pl.Series, dialect: Dialect, *, united: bool) -> tuple[NDArray[np.float64] | None, str]:
    """Read numbers with groups of thousands or a unit behind each; None where a text is none."""
    cells = texts.fill_null("").str.strip_chars()
    unit = ""
    if united:
        words = cells.str.extract(r"\s([^\s\d]\S*)$").drop_nulls().unique()
        unit = str(words[0]) if len(words) == 1 else ""
        cells = cells.str.strip_suffix(f" {unit}") if unit else cells
    group = rf"([1-9]\d{{0,2}})((?:[{'.' if dialect.decimal == ',' else ','} '’\u00a0\u202f]\d{{3}})+)"
    grouped = cells.str.contains(rf"^[-+]?{group}(?:\D|$)")
    plain = cells.str.replace_all(r"[ '’\u00a0\u202f]", "").str.replace_all(dialect.thousands, "", literal=True)
    cells = plain.zip_with(grouped, cells)
    if dialect.decimal == ",":
        pointed = cells.str.contains(".", literal=True) & ~grouped
        cells = cells.str.replace_all(",", ".", literal=True)
        if pointed.any():
            return None, ""
    empty = (cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))
    numbers = cells.cast(pl.Float64, strict=False)
    if bool((numbers.is_null() & ~empty).any()) or empty.all():
        return None, ""
    return numbers.fill_null(np.nan).to_numpy(), unit


def _elapsed(i: int, name: str, texts: pl.Series, meaning: Meaning, found: Findings) -> SourceColumn:
    """Read h:m:s as seconds; a clock that starts again at midnight tells the time of day."""
    seconds = clocks(texts.fill_null("")).fill_null(np.nan).to_numpy()
    _report_lost(seconds, texts, name, found)
    times = [q for q in (meaning.quantity, *meaning.candidates) if q in ("time", "step_time")]
    finite = seconds[np.isfinite(seconds)]
    if len(finite) > 1 and np.diff(finite).min() < -DAY / 2 and finite.max() < DAY:
        found.note(
            "time-of-day",
            f"{name} is a time of day: it starts again at midnight and is no elapsed time",
            column=name,
        )
        times = []
    quantity = times[0] if len(times) == 1 else None
    return SourceColumn(name, seconds, quantity, "s", index=i, attrs={"printed_as": "h:m:s"})


def _wall(
    i: int, name: str, texts: pl.Series, meaning: Meaning, found: Findings, options: Mapping[str, str]
) -> SourceColumn:
    """Read dates as seconds of the wall clock; UTC only where a zone is stated."""
    clock = wall_clock(texts.fill_null(""), name, options.get("dates", ""))
    _report_lost(clock.seconds, texts, name, found)
    found.clocks[name] = clock
    attrs = {"printed_as": str(texts[0]), "date_order": clock.order, "epoch": "1970-01-01T00:00:00"}
    if clock.zoned:
        return SourceColumn(name, clock.seconds, "unix_time", "s", index=i, attrs={**attrs, "zone": "as printed"})
    zone = options.get("timezone", "")
    if zone:
        utc = to_utc(clock.seconds, zone)
        return SourceColumn(name, utc, "unix_time", "s", origin="assumed", index=i, attrs={**attrs, "zone": zone})
    return SourceColumn(name, clock.seconds, None, "s", index=i, attrs={**attrs, "zone": "unknown"})


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
            f"{int(lost.sum())} of {len(seconds)} clocks of {name} do not parse",
            column=name,
            found=words,
        )
    found.note(
        "unparsable-rows", f"{int(lost.sum())} clocks of {name} do not parse and are NaN: {words}", column=name
    )


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
        _require_text(cells, name, meaning)
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
    return SourceColumn(name or f"column {i + 1}", small, quantity, None, index=i, labels=names)


def _require_text(cells: pl.Series, name: str, meaning: Meaning) -> None:
    """Refuse a column of numbers with so much else between them that it was taken for text."""
    numbers = int(cells.str.contains(r"^[-+]?[\d.,]+(?:[eE][-+]?\d+)?$").sum())
    if 2 * numbers > len(cells):
        other = cells.filter(~cells.str.contains(r"^[-+]?[\d.,]+(?:[eE][-+]?\d+)?$") & (cells != ""))
        raise ReadError(
            f"{len(other)} of {len(cells)} cells of {name} are no numbers",
            column=name,
            expected=f"numbers of {meaning.quantity}",
            found=", ".join(repr(cell) for cell in other.unique(maintain_order=True)[:3]),
            cause="two tables in one file, or words for values out of range",
        )


def _is_blank(values: NDArray[Any] | pl.Series) -> bool:
    if isinstance(values, np.ndarray):
        return values.dtype.kind == "f" and bool(np.isnan(values).all())
    cells = values.fill_null("").str.strip_chars()
    return bool(((cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))).all())


def _report(columns: Sequence[SourceColumn], meant: Sequence[Meaning], found: Findings) -> None:
    """Say which columns map to nothing, which need a unit, and which claim one quantity."""
    open_units, unknown = [], []
    for column in columns:
        meaning = meant[column.index or 0]
        if column.quantity is None and meaning.candidates:
            open_units.append(f"{column.header} ({meaning.problem or 'the unit is open'})")
        elif column.quantity is None:
            unknown.append(column.header)
    if open_units:
        text = f"kept as vendor columns, as their unit is open: {', '.join(open_units)}; a profile says it"
        found.note("unit-unknown", f"{text} (`echub detect FILE --write-profile lab.toml`)")
    if unknown:
        found.note(
            "vendor-columns", f"kept as vendor columns, as their names map to no quantity: {', '.join(unknown)}"
        )
    _report_repeats(columns, found)


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


def _compare_clocks(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Compare elapsed times with the wall clock where both exist."""
    from echub.plugin import unit

    for column in columns:
        if column.quantity != "time" or column.unit is None:
            continue
        for name, clock in found.clocks.items():
            elapsed = np.asarray(column.values, dtype=np.float64) * float(unit(column.unit).factor)
            if warning := compare(elapsed, clock.seconds, column.header):
                found.note("clocks-differ", f"{warning} ({name})")
