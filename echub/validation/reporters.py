"""Reports for people and machines: text, JSON, SARIF 2.1.0, JUnit, GitHub annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from echub import __version__
from echub.text import printable
from echub.validation.problem import Problem
from echub.validation.rules import LEVELS, rules
from echub.validation.validation import Checked, Report

_WORST_FIRST = ("error", "warning", "note")
_LINE = re.compile(r"line (\d+)\b")


def text(report: Report) -> str:
    """Write for people: what is wrong, where, why, and what helps; then a summary."""
    shown = [p for file in report.files for p in _together(_sorted(file)) if p.severity != "note"]
    lines = [line for problem in shown for line in _lines(problem)]
    notes = any(p.severity == "note" for p in report.problems)
    last = summary(report) + (" (--format json lists notes)" if notes else "")
    return "\n".join([*lines, last]) + "\n"


def summary(report: Report) -> str:
    """Return the summary in one line."""
    counts = {s: sum(p.severity == s for p in report.problems) for s in _WORST_FIRST}
    parts = [f"{n} {s}{'s' if n > 1 else ''}" for s, n in counts.items() if n] or ["no problem"]
    parts += [f"{report.ignored} ignored"] if report.ignored else []
    parts += [f"{report.known} in the baseline"] if report.known else []
    unknown = sum(file.unknown for file in report.files)
    parts += [f"{unknown} file{'' if unknown == 1 else 's'} of unknown format passed over"] if unknown else []
    count = len(report.files) - unknown
    return f"{count} file{'' if count == 1 else 's'}: {', '.join(parts)}"


def _sorted(file: Checked) -> list[Problem]:
    return sorted(file.problems, key=lambda p: (_WORST_FIRST.index(p.severity), p.rule.id))


def _together(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with those that say the same of several columns of a dataset as one."""
    groups: dict[object, list[Problem]] = {}
    for p in problems:
        about = p.message.replace(p.column, "…") if p.column else p.message
        key = (p.rule.id, p.severity, p.dataset, about, p.rows, p.count, p.expected, p.found, p.cause, p.hint)
        groups.setdefault(key, []).append(p)
    return [_also(first, [p.column for p in others]) for first, *others in groups.values()]


def _also(problem: Problem, columns: list[str]) -> Problem:
    if not columns:
        return problem
    remark = replace(problem.remark, message=f"{problem.message}; the same of {', '.join(columns)}")
    return replace(problem, remark=remark)


def _lines(problem: Problem) -> Iterator[str]:
    yield printable(f"{problem.path}: {problem.severity} {problem.rule}: {problem.message}")
    for name, value in _details(problem):
        yield printable(f"  {name}: {value}")


def _details(problem: Problem) -> Iterator[tuple[str, str]]:
    given = (
        ("where", problem.place),
        ("expected", problem.expected),
        ("found", problem.found),
        ("cause", problem.cause),
        ("hint", problem.hint),
    )
    return ((name, value) for name, value in given if value)


def as_json(report: Report) -> str:
    """Write one JSON object."""
    whole = {
        "ok": report.ok,
        "files": len(report.files),
        "ignored": report.ignored,
        "in_baseline": report.known,
        "unknown": [file.path for file in report.files if file.unknown],
        "problems": [p.as_dict() for file in report.files for p in _sorted(file)],
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


# -- SARIF -------------------------------------------------------------------------------------


def sarif(report: Report) -> str:
    """Write SARIF 2.1.0, as code-scanning services read it."""
    raised = {p.rule.id: p.rule for p in report.problems}
    catalogue = list((rules() | raised).values())
    numbers = {rule.id: number for number, rule in enumerate(catalogue)}
    driver = {
        "name": "echub",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "shortDescription": {"text": rule.rule},
                "help": {"text": f"{rule.cause}; {rule.hint}"},
                "defaultConfiguration": {"level": rule.severity},
                "properties": {"tags": [LEVELS[rule.level]]},
            }
            for rule in catalogue
        ],
    }
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(p, numbers) for p in report.problems],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _result(problem: Problem, numbers: dict[str, int]) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": _uri(problem.path)}, "region": {"startLine": _line(problem) or 1}}
    location: dict[str, Any] = {"physicalLocation": physical}
    if problem.place:
        named = "/".join(part for part in (problem.dataset, problem.column) if part)
        location["logicalLocations"] = [{"fullyQualifiedName": named or problem.place, "kind": "member"}]
    told = ("where", "rows", "count", "expected", "found")
    properties = {key: value for key, value in problem.as_dict().items() if key in told}
    if problem.remark.cause:  # the usual one stands in the rule
        properties["cause"] = problem.remark.cause
    return {
        "ruleId": problem.rule.id,
        "ruleIndex": numbers[problem.rule.id],
        "level": problem.severity,
        "message": {"text": _sentence(problem)},
        "locations": [location],
        "properties": properties,
    }


def _line(problem: Problem) -> int | None:
    """Return the line of the file, if the remark names one: rows of a dataset are not lines."""
    match = _LINE.match(problem.remark.where)
    return int(match[1]) if match and int(match[1]) else None


def _sentence(problem: Problem) -> str:
    """Put message, place and remedy into one sentence."""
    place = f" ({problem.place})" if problem.place else ""
    found = f"; found {problem.found}" if problem.found else ""
    return f"{problem.message}{place}{found}; {problem.hint}"


def _uri(path: str) -> str:
    """Return a path as a relative URI if it lies under the working directory, else as a file URI."""
    shown = _relative(path)
    return Path(shown).as_uri() if Path(shown).is_absolute() else quote(shown)


def _relative(path: str) -> str:
    whole, here = Path(path).absolute(), Path.cwd()
    return (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()


# -- JUnit -------------------------------------------------------------------------------------


def junit(report: Report) -> str:
    """Write JUnit XML: a test case per valid file and one per problem; a file that no reader knows was skipped."""
    errors = [p for p in report.problems if p.severity == "error"]
    cases = [case for file in report.files for case in _cases(file)]
    unknown = sum(file.unknown for file in report.files)
    counts = {"tests": len(cases), "failures": len(errors), "errors": 0, "skipped": unknown, "time": 0}
    totals = {name: str(count) for name, count in counts.items()}
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "echub validate", **totals})
    suite.extend(cases)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _cases(file: Checked) -> Iterator[ElementTree.Element]:
    named = {"classname": _printable(file.path), "time": "0"}
    if file.unknown:
        case = ElementTree.Element("testcase", {"name": "unknown format", **named})
        ElementTree.SubElement(case, "skipped", {"message": "no reader recognises this file"})
        yield case
    elif not file.problems:
        yield ElementTree.Element("testcase", {"name": "sound", **named})
    for problem in _sorted(file):
        case = ElementTree.Element(
            "testcase", {"name": f"{problem.rule} {_printable(problem.place)}".strip(), **named}
        )
        details = _printable("\n".join(_lines(problem)))
        if problem.severity == "error":
            told = {"message": _printable(problem.message), "type": problem.rule.id}
            ElementTree.SubElement(case, "failure", told).text = details
        else:
            ElementTree.SubElement(case, "system-out").text = details
        yield case


def _printable(value: str) -> str:
    """Remove the characters that XML cannot represent."""
    return "".join(c if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff") else "?" for c in value)


# -- GitHub ------------------------------------------------------------------------------------


def github(report: Report) -> str:
    """Write workflow commands, which become annotations of a pull request."""
    words = {"error": "error", "warning": "warning", "note": "notice"}
    lines = []
    for p in report.problems:
        line = f",line={_line(p)}" if _line(p) else ""
        place = f"file={_property(_relative(p.path))}{line},title={_property(str(p.rule))}"
        lines.append(f"::{words[p.severity]} {place}::{_data(_sentence(p))}")
    return "\n".join([*lines, summary(report)]) + "\n"


def _data(value: str) -> str:
    shown = printable(value, keep="\r\n")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "junit": junit,
    "github": github,
}
"""The formats of reports."""
