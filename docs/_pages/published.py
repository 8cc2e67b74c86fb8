"""The page of published numbers, from `fixtures/published.toml`."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs._pages.markdown import sections, table, text
from echub.drawing import unit_text

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SOURCE = Path(__file__).parents[2] / "fixtures" / "published.toml"


def page() -> str:
    """Return every published number with its check and what came of it, by paper."""
    known = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    numbers = known["number"].values()
    counted = Counter(entry["status"] for entry in numbers)
    intro = f"""
The numbers that five papers publish, and what `echub` or a plain formula makes of them: {counted["reproduced"]}
are *reproduced*, {counted["discrepant"]} are *discrepant* (both values are shown), and {counted["not-checkable"]}
are *not checkable*, because data or parameters are not at hand. The tests repeat every check. Discrepant does not
mean wrong: the note says what differs. This page is made from `fixtures/published.toml`.
"""
    parts = [
        (_title(paper), _listed([entry for entry in numbers if entry["paper"] == name]))
        for name, paper in known["paper"].items()
    ]
    return sections("Published numbers", intro, parts)


def _title(paper: Mapping[str, str]) -> str:
    return f"{paper['about']}: doi:{paper['doi']}" if paper["doi"] else paper["about"]


def _listed(entries: list[Mapping[str, Any]]) -> str:
    headers = ["number", "published", "check", "gives", "status", "note"]
    return table(headers, [_row(entry) for entry in entries])


def _row(entry: Mapping[str, Any]) -> list[str]:
    unit = "" if entry["unit"] == "1" else f" {unit_text(entry['unit'])}"
    where = f" ({entry['where']})" if "where" in entry else ""
    bound = f"{entry['bound']} " if entry.get("bound") and entry.get("limit") != "check" else ""
    published = bound + _values(entry["value"]) + unit
    return [
        text(entry["says"] + where),
        text(published),
        text(entry["check"]),
        text(_found(entry, unit)),
        entry["status"].replace("-", " "),
        text(entry.get("note", "")),
    ]


def _found(entry: Mapping[str, Any], unit: str) -> str:
    if "implies" in entry:
        implied = entry["implies"]
        return f"implies {_values(implied['value'])} {unit_text(implied['unit'])}"
    if "computed" in entry:
        bound = f"{entry['bound']} " if entry.get("limit") == "check" else ""
        return bound + _values(entry["computed"]) + unit
    return "the same" if entry["status"] == "reproduced" else ""


def _values(value: float | list[float]) -> str:
    return ", ".join(_number(one) for one in (value if isinstance(value, list) else [value]))


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{float(mantissa):g}·10{str(int(exponent)).translate(_RAISED)}"
