"""The vocabulary and the rule catalogue, from the schema files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

import echub_schemas
from docs._pages.markdown import code, sections, table, text
from echub.model.metadata import leaves
from echub.model.units import table as unit_table
from echub.model.vocabulary import core, kinds
from echub.validation.rules import LEVELS, rules


def quantities_page() -> str:
    """Return what a column can be."""
    intro = f"""
What a column can be, in schema {echub_schemas.VERSION}: `echub schema show NAME` shows one in full. A column that
is none of these keeps its header and is named `vendor_…`. Each quantity has one canonical unit. Beyond *possible*
a value is refused by rule `ECH204`; beyond *plausible*, where a wrong unit is likely, it is a warning (`ECH205`).
"""
    rows = [
        [
            code(quantity.name),
            text(quantity.symbol),
            text(quantity.unit or quantity.type),
            text(quantity.definition),
            text(quantity.sign or ""),
            _range(quantity.min, quantity.max),
            _range(*(quantity.plausible or (None, None))),
        ]
        for quantity in core().values()
    ]
    headers = ["quantity", "symbol", "unit", "says", "sign", "possible", "plausible"]
    return sections("Quantities", intro, [("All quantities", table(headers, rows))])


def kinds_page() -> str:
    """Return what a dataset can be."""
    intro = """
What a dataset can be. A file that lacks a required column is converted all the same; the record says so, and
`echub validate` reports it (`ECH104`). An entry `a+b` requires both columns.
"""
    return sections("Dataset kinds", intro, [(kind.name, _kind(kind)) for kind in kinds().values()])


def _kind(kind: Any) -> str:  # noqa: ANN401
    lines = [
        ("axes", kind.axes),
        ("required", kind.required),
        *(("one of", group) for group in kind.any_of),
        ("recommended", kind.recommended),
        ("optional", kind.optional),
        ("only in rows of this kind", kind.own),
    ]
    listed = [f"- {title}: {', '.join(code(name) for name in names)}" for title, names in lines if names]
    return "\n".join([*listed, *(f"- rule: {text(rule)}" for rule in kind.rules)])


def units_page() -> str:
    """Return which unit texts are understood."""
    intro = """
The closed, case-sensitive table of units: a unit that a file prints is looked up here and never parsed. What you
type yourself may also be an expression of these (`uA/mm^2`). Angle and count are dimensions of their own: Hz is
neither rad/s nor counts/s.
"""
    spelt = tomllib.loads(echub_schemas.path("units.toml").read_text(encoding="utf-8"))
    rows = [
        [
            code(unit.symbol),
            text(unit.dimension),
            text(unit.factor),
            text(unit.offset or ""),
            ", ".join(map(code, spelt.get(unit.symbol, {}).get("text", []))),
        ]
        for unit in unit_table().units.values()
    ]
    headers = ["unit", "dimension", "in base units", "offset", "also printed as"]
    return sections("Units", intro, [("All units", table(headers, rows))])


def metadata_page() -> str:
    """Return what is known besides the columns."""
    intro = """
What can be said of a measurement besides its columns: with `--set cell.area="0.785 cm^2"`, in a table for
`--meta`, in an `echub.toml` of the folder, or in `FILE.echub.toml` ([metadata](../metadata.md)).
"""
    rows = [
        [code(leaf.path), text(leaf.type), text(leaf.unit or ""), text(leaf.description) + _choices(leaf.choices)]
        for leaf in leaves().values()
    ]
    return sections("Metadata paths", intro, [("All paths", table(["path", "type", "unit", "says"], rows))])


def _choices(choices: Iterable[str]) -> str:
    listed = ", ".join(code(choice) for choice in choices)
    return f": {listed}" if listed else ""


def rules_page() -> str:
    """Return the rule catalogue of `echub validate`."""
    intro = """
What [`echub validate`](../validate.md) checks. Ids are stable for ever. An error makes exit code 1, a warning does
with `--strict`, a note never does.
"""
    parts = [(f"Level {level}: {name}", _level(level)) for level, name in LEVELS.items()]
    return sections("Rules", intro, parts)


def _level(level: int) -> str:
    rows = [
        [f"{code(r.id)} {text(r.name)}", r.severity, text(r.rule), text(r.cause), text(r.hint)]
        for r in rules().values()
        if r.level == level
    ]
    return table(["rule", "severity", "holds in a valid file", "usual cause", "what helps"], rows)


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}".strip()
