"""What `echub analyze` prints: an outcome, or the needs and outputs of an analysis."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from echub.cli.show.terminal import field, heading, remark, table
from echub.drawing import unit_text
from echub.registry.codes import explained
from echub.text import several

if TYPE_CHECKING:
    from echub.analysis.outcome import Measurand, Outcome, Series
    from echub.declare_analysis import Analysis
    from echub.remark import Remark

_COLOURS = {"ok": "green", "flagged": "yellow", "refused": "red"}
_WORST_FIRST = ("refusal", "error", "warning", "info", "note")
_LONG, _SHORT, _SCREEN = 20, 2, 36
"""Rows of a table that are shown at most, and at least, and lines of all tables together, so that an outcome fits
a screen of 50 lines; the rest is in the JSON, and on the screen with -v."""


def show(outcome: Outcome, source: str, written: Iterable[Path] = (), *, verbose: bool = False) -> None:
    """Report one outcome: refusals and warnings first, then the measurands and tables.

    Tables are cut to fit a screen, and those of a refused outcome left out, unless `verbose`.
    """
    heading(f"{outcome.analysis}: {source}")
    field("status", outcome.status, _COLOURS[outcome.status])
    for flag in sorted(outcome.flags, key=lambda f: _WORST_FIRST.index(f.severity)):
        _flag(flag)
    rows = [(name, *result(measurand), measurand.note) for name, measurand in outcome.measurands.items()]
    table(("measurand", "value", "unit", "interval", ""), rows)
    _tables(outcome, verbose=verbose)
    if outcome.sensitivity:
        typer.echo("  sensitivity")
        lines = [
            (s.parameter, s.setting, s.measurand, number(s.value), number(s.change)) for s in outcome.sensitivity
        ]
        table(("parameter", "setting", "measurand", "value", "change"), lines, indent=4)
    for path in written:
        field("written", str(path), "green")


def _tables(outcome: Outcome, *, verbose: bool) -> None:
    if outcome.status == "refused" and outcome.tables and not verbose:
        names = ", ".join(name.replace("_", " ") for name in outcome.tables)
        field("tables", f"{names}: -v shows them")
        return
    most = _rows_that_fit([len(next(iter(t.values()), ())) for t in outcome.tables.values()], verbose=verbose)
    for name, columns in outcome.tables.items():
        typer.echo(f"  {name.replace('_', ' ')}")
        _table(columns, most)


def _rows_that_fit(lengths: list[int], *, verbose: bool) -> int:
    """Return how many rows of each table are shown: it has a name, a header and perhaps a last line as well."""
    if verbose:
        return max(lengths, default=0)

    def lines(most: int) -> int:
        return sum(2 + min(most, length) + (length > most) for length in lengths)

    return next((n for n in range(_LONG, _SHORT, -1) if lines(n) <= _SCREEN), _SHORT)


def _flag(flag: Remark) -> None:
    """Show a flag with its own hint, or that of the catalogue."""
    where = f" ({flag.where})" if flag.where else ""
    remark(flag.severity, f"{flag.text}{where} [{flag.code}]", "red" if flag.severity == "refusal" else "")
    if advice := flag.hint or ("" if flag.severity == "info" else explained(flag).hint):
        field("", f"what helps: {advice}")


def result(measurand: Measurand) -> tuple[str, str, str]:
    """Return the value with its uncertainty, the unit and the interval as texts."""
    unit = unit_text(measurand.unit)
    interval = measurand.interval
    if measurand.censoring == "right" and interval is not None:
        return f"> {number(interval.low)}", unit, ""
    if measurand.censoring == "left" and interval is not None:
        return f"< {number(interval.high)}", unit, ""
    value = number(measurand.value)
    if measurand.value is not None and measurand.uncertainty:
        value = rounded(measurand.value, measurand.uncertainty)
    if interval is None:
        return value, unit, ""
    ends_of = _alike if measurand.value is None else _each
    low, high = ends_of(interval.low, interval.high)
    ends = f"{'[('[not interval.includes_low]}{low}, {high}{'])'[not interval.includes_high]}"
    if measurand.value is None:
        return ends, unit, interval.coverage
    return value, unit, f"{ends} ({interval.coverage})"


def _each(low: float | None, high: float | None) -> tuple[str, str]:
    return number(low), number(high)


def _alike(low: float | None, high: float | None) -> tuple[str, str]:
    """Return both ends with as many decimals as the longer one."""
    texts = number(low), number(high)
    decimals = [len(text.partition(".")[2]) for text in texts]
    if low is None or high is None or any("e" in text for text in texts) or decimals[0] == decimals[1]:
        return texts
    return f"{low:.{max(decimals)}f}", f"{high:.{max(decimals)}f}"


def rounded(value: float, uncertainty: float) -> str:
    """Return a value rounded to the second digit of its standard uncertainty: ``0.3271 ± 0.0012``."""
    from uncertainties import ufloat

    return f"{ufloat(value, uncertainty):.2u}".replace("+/-", " ± ")


def number(value: object) -> str:
    """Return a number with five significant digits, anything else unchanged."""
    if value is None:
        return "-"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _table(series: Mapping[str, Series], most: int) -> None:
    headers = [f"{name} / {unit}" if (unit := unit_text(s.unit)) else name for name, s in series.items()]
    rows = list(zip(*(s.values for s in series.values()), strict=True))
    table(headers, [[number(cell) for cell in row] for row in rows[:most]], indent=4)
    if len(rows) > most:
        typer.echo(f"    … {several(len(rows) - most, 'more row')}; -v shows them, --json has all")


def describe(declared: Analysis) -> None:
    """Show the question, needs, parameters and outputs of an analysis."""
    from echub.analysis.needs import describe as need_texts

    heading(f"{declared.name}: {declared.title}")
    if declared.reference:
        field("reference", declared.reference)
    what = {"dataset": f"one file, its {declared.kind}", "datasets": f"one file or several, their {declared.kind}"}
    field(
        "takes", what.get(declared.consumes, "outcomes of other analyses (.outcome.json, folders) or a CSV table")
    )
    if declared.each:
        field("each", f"one {declared.each} at a time; --each {declared.each} analyses each")
    limits = declared.sampling
    if limits.rows > 1 or limits.span_s:
        span = f" over at least {limits.span_s:g} s" if limits.span_s else ""
        field("sampling", f"at least {several(limits.rows, 'row')}{span}")
    if declared.needs:
        typer.echo("  needs")
        lines = [
            (name, unit_text(unit), answer, "optional" if need.optional else "required")
            for need in declared.needs
            for name, unit, answer in [need_texts(need)]
        ]
        table(("name", "unit", "answered by", ""), lines, indent=4)
    typer.echo("  parameters (--param name=value)")
    table(("name", "default", "meaning"), [*_parameters(declared)], indent=4)
    for name, values in declared.profiles.items():
        field("profile", f"{name}: " + ", ".join(f"{key}={value}" for key, value in values.items()))
    typer.echo("  gives")
    table(
        ("measurand", "unit", "meaning"),
        [
            (g.name, " or ".join(map(unit_text, g.units)) if not g.unit_from else g.unit_from, g.help)
            for g in declared.outputs
        ],
        indent=4,
    )


def _parameters(declared: Analysis) -> Iterable[tuple[str, str, str]]:
    for option in dataclasses.fields(declared.params):
        unit = option.metadata.get("unit")
        limits = (("at least", option.metadata.get("minimum")), ("at most", option.metadata.get("maximum")))
        bounds = ", ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None)
        choices = " | ".join(option.metadata.get("choices") or ())
        remark = "; ".join(part for part in (option.metadata.get("help", ""), choices, bounds) if part)
        yield option.name, f"{option.default}{f' {unit}' if unit else ''}", remark
