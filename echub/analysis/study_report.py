"""The output of a study: a long table of results, stored outcomes, one self-contained page."""

from __future__ import annotations

import base64
import html
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from echub import __version__
from echub.analysis.outcome import SUFFIX, Measurand, Outcome, Series
from echub.analysis.study import Answer, Step, Study
from echub.analysis.study_folder import RUN, inside, names_of, writing_in
from echub.analysis.study_pictures import overlay
from echub.drawing import unit_text
from echub.files import results
from echub.files.naming import file_name, file_names
from echub.files.output import write_atomically
from echub.registry.codes import explained
from echub.remark import Remark
from echub.text import encodable, for_spreadsheet, several

if TYPE_CHECKING:
    import polars as pl

CARRIED = ("sample.group", "sample.id", "cell.id", "cell.temperature", "cell.area", "cell.area_basis")
"""Metadata shown in the results table: what results are most often grouped by."""
_MARKS = {"ok": "✓", "flagged": "!", "refused": "✗"}
_NAMES = ("Weibull",)
"""First words of titles that are names."""
_LONG = 60
"""Rows of a table that the page shows: all are in the stored outcome, and nobody reads more."""
_FOLDED = 12
"""Rows from which a table scrolls in a window of its own: figures of several steps then stand on few screens."""


def write_results(study: Study, answers: Sequence[Answer], output: Path) -> list[Path]:
    """Write `results.csv`, `results.parquet`, the outcomes, their tables and `report.html`; return their paths.

    Each table that a step's outcomes have is one file, ``tables/<step>.<table>.csv``, with the
    outcomes' rows one below another; the header states the units.
    """
    import polars as pl

    rows = [[_encodable(cell) for cell in row] for answer in answers for row in _rows(answer)]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    table, parquet, page = output / results.TABLE, output / results.PARQUET, output / results.PAGE
    places = _places(study, answers)
    parts = [(table, _csv(frame)), (parquet, _parquet(frame))]
    parts.append((page, report(study, answers).encode("utf-8", "backslashreplace")))
    tables = list(_tables(study, answers, output / results.TABLES))
    outcomes = [
        (output.joinpath(results.OUTCOMES, step, f"{name}{SUFFIX}"), partial(_put_outcome, answer.outcome))
        for answer, (step, name) in zip(answers, places, strict=True)
    ]
    with writing_in(output):
        write_atomically([*((path, partial(_put, data)) for path, data in (*parts, *tables)), *outcomes], run=RUN)
    return [page, table, parquet, *(path for path, _ in tables)]


def _put_outcome(outcome: Outcome, path: Path) -> None:
    """Write an outcome as it is needed: the texts of 1000 would take 300 MB."""
    path.write_bytes(f"{outcome.to_json()}\n".encode())


def _encodable(cell: Any) -> Any:  # noqa: ANN401
    return encodable(cell) if isinstance(cell, str) else cell


def _put(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _csv(frame: pl.DataFrame) -> bytes:
    """Write a table for spreadsheets: no text in it is a formula."""
    import polars as pl

    safe = [
        frame[name].map_elements(for_spreadsheet, return_dtype=pl.String)
        if frame[name].dtype == pl.String
        else frame[name]
        for name in frame.columns
    ]
    named = pl.DataFrame([column.alias(for_spreadsheet(column.name) or "") for column in safe])
    return named.write_csv().encode("utf-8", "backslashreplace")


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _places(study: Study, answers: Sequence[Answer]) -> list[tuple[str, str]]:
    """Return the names of step and answer for each answer: no two answers share both."""
    steps = dict(zip((s.name for s in study.steps), file_names([(s.name,) for s in study.steps]), strict=True))
    names: dict[int, str] = {}
    for step in study.steps:
        own = [number for number, answer in enumerate(answers) if answer.step.name == step.name]
        keys = _apart([(answers[n].label, *_relative(study, answers[n])) for n in own])
        names |= dict(zip(own, file_names(keys), strict=True))
    return [(steps[answer.step.name], names[number]) for number, answer in enumerate(answers)]


def _relative(study: Study, answer: Answer) -> list[str]:
    """Return the sources as seen from the study, so that names are the same wherever it lies."""
    return [inside(Path(source), study.path.parent) for source in answer.sources]


def _apart(keys: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Number keys that are still equal, such as two parts of a file with one label."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for key in keys:
        seen[key] += 1
        found.append(key if seen[key] == 1 else (*key, str(seen[key])))
    return found


def _tables(study: Study, answers: Sequence[Answer], folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Make the tables of every step: where each goes, and its text."""
    import polars as pl

    names = {s.name: {n for a in answers if a.step.name == s.name for n in a.outcome.tables} for s in study.steps}
    pairs = [(step.name, name) for step in study.steps for name in sorted(names[step.name])]
    stems = file_names([(f"{file_name(step)}.{file_name(name)}", step, name) for step, name in pairs])
    of_step = {step.name: [a for a in answers if a.step.name == step.name] for step in study.steps}
    for (step_name, name), stem in zip(pairs, stems, strict=True):
        parts = [
            pl.DataFrame({"label": [encodable(answer.label)] * _length(table)} | _with_units(table), strict=False)
            for answer in of_step[step_name]
            if (table := answer.outcome.tables.get(name))
        ]
        if parts:
            yield folder / f"{stem}.csv", _csv(pl.concat(parts, how="diagonal_relaxed"))


def _length(table: Mapping[str, Series]) -> int:
    return len(next(iter(table.values()))) if table else 0


def _with_units(table: Mapping[str, Series]) -> dict[str, Sequence[Any]]:
    named = {f"{name} / {series.unit}" if series.unit else name: series.values for name, series in table.items()}
    return {encodable(name): [_encodable(cell) for cell in values] for name, values in named.items()}


_COLUMNS = {
    **dict.fromkeys(("step", "analysis", "label", "status", "measurand", "unit"), str),
    **dict.fromkeys(("value", "uncertainty", "low", "high"), float),
    "interval": str,
    "level": float,
    "censoring": str,
    "n": int,
    "flags": str,
    **{path: (float if path in ("cell.temperature", "cell.area") else str) for path in CARRIED},
    "sha256": str,
}
_SCHEMA: Any = _COLUMNS


def _rows(answer: Answer) -> Iterable[tuple[Any, ...]]:
    """Return a row per measurand; an outcome without measurands has one row."""
    outcome = answer.outcome
    flags = " ".join(flag.code for flag in outcome.flags)
    carried = [outcome.meta(path) for path in CARRIED]
    hashes = " ".join(sorted({str(i["sha256"]) for i in outcome.provenance.get("inputs", ()) if "sha256" in i}))
    for name, measurand in (outcome.measurands or {"": Measurand("")}).items():
        interval = measurand.interval
        yield (
            answer.step.name, answer.step.analysis, answer.label, outcome.status, name, measurand.unit,
            measurand.value, measurand.uncertainty,
            interval.low if interval else None, interval.high if interval else None,
            interval.kind if interval else None, interval.level if interval else None,
            measurand.censoring, measurand.n, flags, *carried, hashes,
        )  # fmt: skip


# -- the page --------------------------------------------------------------------------------


def report(study: Study, answers: Sequence[Answer]) -> str:
    """Return the page: refusals first, the matrix, results and figures by step, methods, provenance."""
    template = Template(resources.files("echub").joinpath("templates/report.html").read_text(encoding="utf-8"))
    places = _places(study, answers)
    answers = [replace(a, anchor="/".join(place)) for a, place in zip(answers, places, strict=True)]
    answers = sorted(answers, key=_group_and_temperature)
    order = sorted(study.steps, key=lambda step: step.source is None)  # conclusions before their basis
    return template.substitute(
        title=html.escape(study.title),
        summary=_summary(study, answers),
        refusals=_refusals(answers),
        warnings=_warnings(answers),
        matrix=_matrix(study, answers),
        results="\n".join(_step(step, [a for a in answers if a.step.name == step.name], study) for step in order),
        methods=_methods(study, answers),
        inputs=_inputs(answers),
        version=__version__,
    )


def _group_and_temperature(answer: Answer) -> tuple[str, float]:
    """Return by what a report is ordered, so that a trend is read down a column; the rest stays as it was."""
    group, temperature = (answer.outcome.meta(path) for path in ("sample.group", "cell.temperature"))
    return str(group or ""), float(temperature) if isinstance(temperature, int | float) else math.inf


def _summary(study: Study, answers: Sequence[Answer]) -> str:
    counts = {s: sum(a.outcome.status == s for a in answers) for s in ("ok", "flagged", "refused")}
    parts = [f'<span class="{status}">{count} {status}</span>' for status, count in counts.items() if count]
    return f"{several(len(study.files), 'file')}, {several(len(study.steps), 'step')}: {', '.join(parts)}"


def _refusals(answers: Sequence[Answer]) -> str:
    rows = [(a, flag) for a in answers for flag in a.outcome.refusals]
    if not rows:
        return "<p>None: every question was answered.</p>"
    return _flag_table(rows)


def _warnings(answers: Sequence[Answer]) -> str:
    rows = [(a, flag) for a in answers for flag in a.outcome.flags if flag.severity == "warning"]
    return _flag_table(rows) if rows else "<p>None.</p>"


def _flag_table(rows: Sequence[tuple[Answer, Remark]]) -> str:
    cells = [
        (a.step.name, a.label, f"<code>{html.escape(f.code)}</code>",
         html.escape(f.message) + (f"<br><small>{html.escape(f.where)}</small>" if f.where else ""),
         f"<code>{html.escape(f.hint)}</code>" if f.hint else "")
        for a, f in ((answer, explained(flag)) for answer, flag in rows)
    ]  # fmt: skip
    return _table(("step", "of", "code", "reason", "what helps"), cells, raw=(2, 3, 4))


def _matrix(study: Study, answers: Sequence[Answer]) -> str:
    """Cross files with the steps that take files; each mark leads to its result."""
    steps = [step for step in study.steps if step.source is None]
    head = "".join(f"<th>{html.escape(step.name)}</th>" for step in steps)
    lines = []
    first: dict[tuple[str, str], Answer] = {}  # searching 1000 answers for each of 1000 files takes a second
    order: dict[str, int] = {}
    for answer in answers:
        for source in answer.sources:
            first.setdefault((answer.step.name, source), answer)
            order.setdefault(source, len(order))
    for file in sorted(study.files, key=lambda file: order.get(str(file), len(order))):
        cells = [_mark(first.get((step.name, str(file)))) for step in steps]
        lines.append(f"<tr><th scope='row'>{html.escape(file.name)}</th>{''.join(cells)}</tr>")
    return f"<table><thead><tr><th>file</th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _mark(answer: Answer | None) -> str:
    if answer is None:
        return "<td></td>"
    status = answer.outcome.status
    value = next(iter(answer.outcome.measurands.values()), None)
    shown = _plain_value(value) if value else ", ".join(flag.code for flag in answer.outcome.refusals)
    return f'<td class="{status}">{_MARKS[status]} <a href="#{_anchor(answer)}">{html.escape(shown)}</a></td>'


def _anchor(answer: Answer) -> str:
    return html.escape(quote(answer.anchor))


def _step(step: Step, answers: Sequence[Answer], study: Study) -> str:
    declared = step.declared
    parts = [f"<section><h2>{html.escape(step.name)}</h2><p>{html.escape(declared.title)}.</p>"]
    names = list(dict.fromkeys(name for a in answers for name in a.outcome.measurands))
    if names:
        parts.append(_results(answers, names))
    drawn = sum(bool(answer.picture) for answer in answers)
    if drawn and len(answers) > study.figures:
        hint = f"<code>figures = {len(answers)}</code> in the study draws all"
        parts.append(f"<p>Figures of {drawn} of {len(answers)} answers: {hint}.</p>")
    if drawn and step.source is None:
        files = [Path(path) for path in dict.fromkeys(path for a in answers for path in a.sources)]
        named = names_of(files, study.path.parent)
        parts.append(_image(overlay(named, study.annotations()), f"all files of {step.name}"))
    parts += [_one(answer) for answer in answers]
    return "\n".join(parts) + "</section>"


def _head(name: str, unit: str) -> str:
    """Return the head of a column: what it is, and its unit if it has one."""
    shown = unit_text(unit)
    return name.replace("_", " ") + (f" / {shown}" if shown else "")


def _results(answers: Sequence[Answer], names: Sequence[str]) -> str:
    """Tabulate the measurands of a step, one line per answer; one in another unit than its column states it."""
    units = {n: next(a.outcome.measurands[n].unit for a in answers if n in a.outcome.measurands) for n in names}
    head = ["", "status", *(_head(name, unit) for name, unit in units.items())]
    rows = []
    for answer in answers:
        cells = [_value(answer.outcome.measurands.get(name), unit) for name, unit in units.items()]
        rows.append(
            (f'<a href="#{_anchor(answer)}">{html.escape(answer.label)}</a>', answer.outcome.status, *cells)
        )
    return _table(head, rows, raw=(0, *range(2, len(head))))


def _value(measurand: Measurand | None, unit: str) -> str:
    if measurand is None:
        return ""
    text = html.escape(_plain_value(measurand, unit=measurand.unit != unit))
    interval = measurand.interval
    if interval is not None and measurand.censoring == "none" and measurand.value is not None:
        ends = (_rounded(end, measurand.uncertainty) for end in (interval.low, interval.high))
        text += f"<br><small>{' … '.join(ends)} ({interval.coverage})</small>"
    return text


def _plain_value(measurand: Measurand, *, unit: bool = True) -> str:
    """Write value and uncertainty; the bound or the interval if there is no value."""
    interval = measurand.interval
    if measurand.value is not None and measurand.uncertainty:
        from uncertainties import ufloat

        text = f"{ufloat(measurand.value, measurand.uncertainty):.2uP}"
    elif measurand.value is not None:
        text = _number(measurand.value)
    elif interval is not None and measurand.censoring in ("right", "left"):
        text = f"> {_number(interval.low)}" if measurand.censoring == "right" else f"< {_number(interval.high)}"
    elif interval is not None:
        first, last = "(["[interval.includes_low], ")]"[interval.includes_high]
        text = f"{first}{_number(interval.low)}, {_number(interval.high)}{last}"
    else:
        text = "–"
    return f"{text} {unit_text(measurand.unit)}".strip() if unit else text


def _rounded(value: float | None, uncertainty: float | None) -> str:
    """Write the end of an interval to the second digit of the standard uncertainty."""
    if value is None or not uncertainty:
        return _number(value)
    return f"{value:.{max(0, 1 - math.floor(math.log10(uncertainty)))}f}"


def _number(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _one(answer: Answer) -> str:
    """Show one answer: figure and tables, collapsed if there are many."""
    outcome = answer.outcome
    inside = []
    if answer.picture:
        inside.append(_image(answer.picture, f"{answer.step.name} of {answer.label}"))
    inside += [
        f"<p class='{f.severity}'>{html.escape(f.message)} <code>{f.code}</code></p>" for f in outcome.flags
    ]
    for name, table in outcome.tables.items():
        inside.append(f"<h4>{html.escape(name.replace('_', ' '))}</h4>{_series_table(table)}")
    if outcome.sensitivity:
        lines = [
            (s.parameter, s.setting, s.measurand, _number(s.value), _number(s.change)) for s in outcome.sensitivity
        ]
        inside.append(
            "<h4>sensitivity</h4>" + _table(("parameter", "setting", "measurand", "value", "change"), lines)
        )
    opened = " open" if answer.step.source is not None else ""
    head = f"<summary>{html.escape(answer.label)} <span class='{outcome.status}'>{outcome.status}</span></summary>"
    return f'<details id="{_anchor(answer)}"{opened}>{head}{"".join(inside)}</details>'


def _image(picture: bytes, text: str) -> str:
    data = base64.b64encode(picture).decode()
    return f'<img alt="{html.escape(text)}" src="data:image/png;base64,{data}">' if picture else ""


def _series_table(table: Mapping[str, Any]) -> str:
    head = [_head(name, series.unit) for name, series in table.items()]
    rows = [
        [_number(cell) if cell is not None else "" for cell in row]
        for row in zip(*(s.values for s in table.values()), strict=True)
    ]
    more = (
        f"<p><small>{several(len(rows) - _LONG, 'more row')} in the stored outcome</small></p>"
        if len(rows) > _LONG
        else ""
    )
    return _table(head, rows[:_LONG], folded=len(rows) > _FOLDED) + more


def _table(
    head: Sequence[str], rows: Iterable[Sequence[object]], raw: Sequence[int] = (), *, folded: bool = False
) -> str:
    top = "".join(f"<th>{html.escape(str(name))}</th>" for name in head)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{cell if i in raw else html.escape(str(cell))}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    kind = "wide long" if folded else "wide"
    return f"<div class='{kind}'><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"


# -- methods and provenance ------------------------------------------------------------------


def _methods(study: Study, answers: Sequence[Answer]) -> str:
    """Write the methods paragraph from the parameters that were used."""
    sentences, references = [], []
    for step in study.steps:
        used = next(
            (a.outcome.provenance for a in answers if a.step.name == step.name and a.outcome.provenance), None
        )
        if used is None:
            continue
        reference = step.declared.reference
        if reference and reference not in references:
            references.append(reference)
        cited = f" [{references.index(reference) + 1}]" if reference else ""
        taken = f" from the results of <em>{html.escape(step.source)}</em>" if step.source else ""
        per = f", separately for each {html.escape(' and '.join(step.by))}" if step.by else ""
        varied = step.sweep.name if step.sweep else ""
        settings = ", ".join(
            [
                _setting(name, p)
                for name, p in used["parameters"].items()
                if p["value"] not in ("", None) and name != varied
            ]
            + [html.escape(str(step.sweep))] * (step.sweep is not None)
        )
        title = step.declared.title.rstrip("?.")
        sentences.append(
            f"<em>{html.escape(step.name)}</em>: {html.escape(_inside(title))}{cited}, determined"
            f"{taken}{per} with the analysis <code>{step.analysis}</code> "
            f"(version {step.declared.version}{f'; {settings}' if settings else ''})."
        )
    software: Mapping[str, str] = next(
        (a.outcome.provenance["software"] for a in answers if a.outcome.provenance), {}
    )
    versions = ", ".join(f"{name} {version}" for name, version in software.items())
    listed = "".join(f"<li>{_link(reference)}</li>" for reference in references)
    used_seed = f"Random numbers were drawn with the seed {study.seed}."
    return f"<p>{' '.join(sentences)} Software: {html.escape(versions)}. {used_seed}</p><ol>{listed}</ol>"


def _inside(title: str) -> str:
    """Return a title as it stands inside a sentence: abbreviations and names keep their capitals."""
    first = title.split(" ", 1)[0]
    return title if (len(first) > 1 and first.isupper()) or first in _NAMES else title[0].lower() + title[1:]


def _setting(name: str, parameter: Mapping[str, Any]) -> str:
    value = parameter["value"]
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return html.escape(
        f"{name.replace('_', ' ')} {text}{' ' + unit_text(parameter['unit']) if parameter['unit'] else ''}"
    )


def _link(reference: str) -> str:
    text = html.escape(reference)
    return f'<a href="https://doi.org/{text[4:]}">{text}</a>' if reference.startswith("doi:") else text


def _inputs(answers: Sequence[Answer]) -> str:
    """List every source by content."""
    seen: dict[str, tuple[str, str, str]] = {}
    for answer in answers:
        for origin in answer.outcome.provenance.get("inputs", ()):
            if "sha256" in origin:
                reader = origin.get("reader", {})
                seen[origin["sha256"]] = (
                    origin["name"],
                    f"{reader.get('name', '')} {reader.get('version', '')}",
                    origin["sha256"],
                )
    return _table(("file", "reader", "sha256"), seen.values())
