"""Read a delimited table to a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.currents import settle_currents
from echub.dates import date_texts, order_word
from echub.plugin import (
    Dataset,
    Decision,
    Dropped,
    Notice,
    ReadError,
    Record,
    SourceColumn,
    build_dataset,
    build_tables,
    is_missing,
    quantities,
)
from echub.text import several, some_of
from echub_table.cells import TEXT
from echub_table.columns import Findings, meanings, report, source_columns
from echub_table.depths import undeclared_profile
from echub_table.dialect import IN_ONE_LINE, Dialect, Given, infer
from echub_table.headers import Meaning
from echub_table.layers import Layered, layered
from echub_table.parse import Table, parse
from echub_table.preamble import key_values, typed
from echub_table.profile import Profile, find, shipped
from echub_table.samples import check as check_samples
from echub_table.samples import is_of_samples, named_otherwise, with_units
from echub_table.spectra import settle_signs, told_apart
from echub_table.times import settle_times
from echub_table.written import read_back

if TYPE_CHECKING:
    from echub.plugin import Source
    from echub_table.options import TableOptions


@dataclass(frozen=True)
class Plan:
    """What is known of a table before its rows are read."""

    dialect: Dialect
    profile: Profile | None
    meant: Sequence[Meaning]
    decisions: Sequence[Decision]
    said: Mapping[str, str]
    layered: Layered | None = None


def read(source: Source, options: TableOptions) -> Record:
    """Read a table by its dialect and profile, or one that echub wrote by its description."""
    if (again := read_back(source)) is not None:
        return again
    return assemble(plan(source, options), source)


def plan(source: Source, options: TableOptions, file: Source | None = None) -> Plan:
    """Infer everything but the rows: dialect, profile, meaning of each column.

    `file` is the file beside which profiles are looked for, where `source` is text made from it.
    """
    asked, origin = find(file or source, options.profile)
    if (folded := layered(source, options.encoding)) is not None:
        source = folded.flat
    dialect = infer(source, given(options, asked))
    profile, why = (asked, origin) if asked or options.profile == "none" else _fitting(dialect)
    if not dialect.names:
        raise _no_header(dialect, source)
    meant = meanings(dialect, profile)
    dialect = replace(dialect, columns=_with_texts(dialect.columns, meant))
    named = Decision("profile", profile.name if profile else "none", why or "no header or first line fits one")
    said = {
        "dates": order_word(_said(options.dates, profile.dialect if profile else {}, "dates")),
        "timezone": _said(options.timezone, profile.dialect if profile else {}, "timezone"),
        "clock": _said(options.clock, profile.dialect if profile else {}, "clock"),
        "current": _said(options.current, profile.sign if profile else {}, "current"),
        "zimag": _said(options.zimag, profile.impedance if profile else {}, "zimag"),
    }
    decisions = [*dialect.decisions, named, *map(_decision, count(1), dialect.names, meant)]
    if folded is not None:
        decisions.insert(0, folded.decision)
    return Plan(dialect, profile, meant, decisions, said, folded)


def assemble(plan: Plan, source: Source, table: Table | None = None) -> Record:
    """Read the rows, unless they are given, and build the record."""
    found = Findings()
    table = table or parse(plan.dialect)
    found.dates.append(pl.Series(date_texts(plan.dialect.preamble), dtype=pl.String))
    columns = source_columns(plan.dialect, table, plan.meant, found, plan.said)
    columns = settle_times(columns, found, plan.said)
    if not any(c.quantity for c in columns):
        raise _nothing_known(columns, source)
    columns, signs = settle_signs(columns, plan.meant, plan.said["zimag"])
    if plan.profile is not None and plan.profile.name in shipped() and plan.profile.sign:
        found.note(
            "sign-by-profile",
            f"the profile {plan.profile.name} takes the current as {plan.said['current']}: "
            "--option current=… says another",
        )
    columns, currents = settle_currents(columns, plan.said["current"], found.note)
    if is_of_samples(columns):  # its columns are named freely: `Zr` is an element here, and P a fraction
        columns = with_units(columns, plan.meant)
        check_samples(columns, plan.meant, found)
    else:
        if header := named_otherwise(columns):
            found.note("sample-name", f"if {header} names samples, call it `sample.id`: the rows are then samples")
        report(columns, plan.meant, found)
    _report_rows(plan, table, columns, found)
    _report_assumed(plan, found)
    pairs = key_values(plan.dialect)
    typed(pairs, plan.profile, found, plan.said["dates"])
    datasets = _datasets(columns, table)
    found.notices += undeclared_profile(columns, source.name, plan.dialect.delimiter, plan.dialect.decimal)
    later = [*([IN_ONE_LINE] if table.faults.joined else []), *signs, *told_apart(datasets), *currents]
    settings = _settings(plan, table, pairs, [*plan.decisions, *later])
    if plan.layered is not None:
        settings["layers"] = plan.layered.settings
        found.notices += plan.layered.notices
    return Record(
        datasets,
        metadata=found.metadata,
        settings=settings,
        notices=found.notices,
        dropped=found.dropped,
    )


def _datasets(columns: Sequence[SourceColumn], table: Table) -> list[Dataset]:
    """Build a table of samples or a mass spectrum where the rows are such, else impedance and time series."""
    if is_of_samples(columns):
        return [build_dataset("table", columns, row=table.row)]
    if any(c.quantity == "recovery_delay" for c in columns):
        return [build_dataset("recovery", columns, row=table.row)]
    if any(c.quantity == "mass_to_charge" for c in columns):
        return [build_dataset("mass_spectrum", columns, row=table.row)]
    return build_tables(columns, row=table.row, starts=table.faults.repeated)


def _said(option: str, profile: Mapping[str, Any], key: str) -> str:
    """Return what the user says, else what the profile says, else nothing."""
    return str(profile.get(key, "")) if option in ("", "auto") else option


def _with_texts(columns: str, meant: Sequence[Meaning]) -> str:
    """Parse as text what means a text, whatever its cells look like: a current range may be a bare number."""
    known = [quantities()[m.quantity].type if m.quantity else "" for m in meant]
    texts = {i for i, kind in enumerate(known) if kind == "text"}
    return "".join(TEXT if i in texts else kind for i, kind in enumerate(columns))


def given(options: TableOptions, profile: Profile | None) -> Given:
    """Put together what the options and a profile say of the dialect; the options win."""
    from echub_table.blocks import NAMES

    by_word = {word: mark for mark, word in NAMES.items()}
    of_profile = Given.of(profile.dialect, f"the profile {profile.name}") if profile else Given()
    silent = options.delimiter == options.decimal == "auto"
    said = of_profile.said_by if profile and silent else "said by the user"
    decimal = {"point": ".", "comma": ","}.get(options.decimal, "")
    return Given(
        by_word.get(options.delimiter, "") or of_profile.delimiter,
        decimal or of_profile.decimal,
        options.encoding or of_profile.encoding,
        of_profile.columns,
        of_profile.header_line,
        of_profile.data_line,
        said,
    )


def _fitting(dialect: Dialect) -> tuple[Profile | None, str]:
    """Find the shipped profile that a table fits."""
    candidates: dict[str, Any] = {}
    for meaning in meanings(dialect, None):
        candidates |= dict.fromkeys((*meaning.candidates, *((meaning.quantity,) if meaning.quantity else ())))
    for profile in shipped().values():
        if profile.fits(dialect, candidates):
            return profile, f"shipped: {profile.title}"
    return None, ""


def _decision(place: int, name: str, meaning: Meaning) -> Decision:
    column = f"column {name or place}"
    if meaning.quantity is None:
        return Decision(column, "vendor column", meaning.problem or "the name maps to no quantity")
    unit = f" in {meaning.unit}" if meaning.unit else ""
    sign = ", negated" if meaning.negate else ""
    return Decision(column, f"{meaning.quantity}{unit}{sign}", f"by the {meaning.said_by}")


def _report_rows(plan: Plan, table: Table, columns: Sequence[SourceColumn], found: Findings) -> None:
    faults = table.faults
    found.notices += plan.dialect.text.remarks
    if faults.rows:
        do = some_of(faults.rows, table.total, "row", "does", "do")
        text = f"{do} not parse: {'; '.join(faults.listed)}"
        found.note("unparsable-rows", text)
    if unread := plan.dialect.unread:
        text = (
            f"{several(len(unread), 'line')} beside the rows that may be one, not read: {unread[0].strip()[:60]}"
        )
        found.note("unread-line", text)
    if table.row is not None:
        gone = table.total - table.rows
        found.dropped.append(
            Dropped(f"{several(gone, 'row')} with another number of fields", "their values have no certain column")
        )
    if faults.truncated:
        found.dropped.append(
            Dropped(f"the last row, cut short: {faults.truncated}", "its last value may be incomplete")
        )
        found.note("truncated", "the last row is cut short: the file is incomplete")
    if faults.unended and not faults.truncated:
        found.note("no-last-line-end", "the file ends without a line end: if it was cut, its last value is wrong")
    if plan.dialect.encoding not in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        evidence = next((d.evidence for d in plan.decisions if d.what == "encoding"), "")
        found.note(
            "encoding-guessed", f"read as {plan.dialect.encoding}: {evidence}; --option encoding=… says another"
        )
    if faults.recoded:
        found.note("encoding-changes", "some text is not UTF-8 and was read as cp1252")
    if faults.repeated:
        found.note(
            "repeated-header", f"the header is repeated {several(len(faults.repeated), 'time')} among the rows"
        )
    if not is_of_samples(columns):  # its gaps are `table-gaps`
        found.notices += _non_finite(columns)


def _non_finite(columns: Sequence[SourceColumn]) -> list[Notice]:
    notices = []
    for column in columns:
        if column.index is None or column.values.dtype.kind != "f" or _is_finite(column.values):
            continue
        lost = int(np.isnan(column.values).sum())
        if 0 < lost < len(column.values):
            missing = int(is_missing(column.values).sum())
            counts = {several(missing, "missing value"): missing, f"{lost - missing:,} NaN": lost - missing}
            words = ", ".join(text for text, count in counts.items() if count)
            notices.append(Notice("non-finite", f"{column.header} has {words}", column=column.header))
    return notices


def _is_finite(values: NDArray[np.floating[Any]]) -> bool:
    """Return whether there is neither NaN nor infinity, which any sum keeps; False too if the sum overflows."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(values.sum()))


def _report_assumed(plan: Plan, found: Findings) -> None:
    """Say which units come from a shipped profile and not from the file."""
    if plan.profile is None or not plan.profile.units:
        return
    names = [
        f"{name} in {meaning.unit}"
        for name, meaning in zip(plan.dialect.names, plan.meant, strict=False)
        if meaning.said_by == "profile"
    ]
    if names:
        found.note("unit-assumed", f"no unit is printed; by the profile {plan.profile.name}: {', '.join(names)}")


def _settings(plan: Plan, table: Table, pairs: Mapping[str, str], decisions: Sequence[Decision]) -> dict[str, Any]:
    dialect = plan.dialect
    keys = ("encoding", "newline", "delimiter", "decimal", "header_line", "units_line", "data_line")
    shown = {key: getattr(dialect, key) for key in keys}
    return {
        "dialect": {k: v + 1 if k.endswith("_line") and v is not None else v for k, v in shown.items()},
        "decisions": [decision.as_dict() for decision in decisions],
        "profile": plan.profile.name if plan.profile else None,
        "preamble": dict(pairs),
        "preamble_lines": list(dialect.preamble),
        "footer_lines": list(dialect.footer),
        "comments": table.faults.comments,
        "unparsable_rows": table.faults.listed,
    }


def _no_header(dialect: Dialect, source: Source) -> ReadError:
    return ReadError(
        "the table has no line of names",
        path=source.shown,
        where=f"line {dialect.data_line + 1}",
        expected=f"a line with {dialect.width} names over the data, or a profile that names the columns",
        found=" ".join(dialect.sample[0])[:80],
        hint="`echub detect FILE --write-profile lab.toml`, put the names into `columns = [...]`, "
        "and read it with `--table-profile lab.toml`",
    )


def _nothing_known(columns: Sequence[SourceColumn], source: Source) -> ReadError:
    header = named_otherwise(columns)
    samples = f"call the column {header} `sample.id` if the rows are samples; else " if header else ""
    return ReadError(
        "no column of this table is known with its unit",
        path=source.shown,
        expected="names such as time/s, Current (mA), Z' / ohm",
        found=", ".join(column.header for column in columns)[:200],
        cause="the names are those of another instrument or language, or no units are printed",
        hint=f"{samples}`echub detect FILE --write-profile lab.toml` writes a profile to complete"
        + (
            ""
            if "".join(c.header for c in columns).isascii()
            else "; `--option encoding=gbk` (or shift-jis) if names are garbled"
        ),
    )
