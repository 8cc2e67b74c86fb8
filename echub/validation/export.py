"""The schema in other forms: JSON Schema 2020-12 and a reference page, core and group combined."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import echub_schemas
from echub.model.metadata import leaves
from echub.model.vocabulary import Kind, Quantity, kinds, quantities
from echub.validation.group import CORE, Group
from echub.validation.limits import Limits, column_limits
from echub.validation.rules import LEVELS, rules

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {"float": "number", "text": "string"}


def metadata_schema(group: Group = CORE) -> dict[str, Any]:
    """Return the schema of the metadata tree, with the requirements and narrower ranges of a group."""
    schema: dict[str, Any] = json.loads(echub_schemas.path("metadata.schema.json").read_text(encoding="utf-8"))
    for path in group.required_metadata:
        node = schema
        for name in path.split("."):
            node.setdefault("required", []).append(name)
            node["required"] = sorted(set(node["required"]))
            node = node["properties"][name]
    for path, limits in group.metadata_ranges.items():
        node = schema
        for name in path.split("."):
            node = node["properties"][name]
        node["properties"] = {"value": _range(limits)}
    return schema


def records_schema(kind: str, group: Group = CORE) -> dict[str, Any]:
    """Return the schema of a table of one kind as a list of rows, values in canonical units."""
    known = kinds()[kind]
    one_of = [{"anyOf": [{"required": entry.split("+")} for entry in part]} for part in known.any_of]
    return {
        "$schema": _DIALECT,
        "$id": f"urn:echub:schema:{kind}:{echub_schemas.VERSION.split('.')[0]}",
        "title": f"{group.name} {kind}",
        "type": "array",
        "items": {
            "type": "object",
            "required": [*known.required, *group.columns.get(kind, ())],
            **({"allOf": one_of} if one_of else {}),
            "properties": {name: _property(quantity, group) for name, quantity in quantities().items()},
        },
    }


def _property(quantity: Quantity, group: Group) -> dict[str, Any]:
    kind = _TYPES.get(quantity.type, "integer")
    property_: dict[str, Any] = {"type": kind, "description": quantity.definition}
    if quantity.unit:
        property_["x-unit"] = quantity.unit
    return property_ | _range(group.ranges.get(quantity.name, column_limits(quantity.name)))


def _range(limits: Limits) -> dict[str, float]:
    ends = {"minimum": limits.low, "maximum": limits.high}
    return {key: end for key, end in ends.items() if end is not None}


def json_schema(group: Group = CORE) -> str:
    """Return one document: under ``$defs`` the metadata tree, and every kind that is a table."""
    whole = {
        "$schema": _DIALECT,
        "title": f"echub schema {echub_schemas.VERSION}" + ("" if group is CORE else f" with {group.name}"),
        "$defs": {
            "metadata": metadata_schema(group),
            **{kind.name: records_schema(kind.name, group) for kind in kinds().values() if kind.axes == ("row",)},
        },
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


# -- the reference page ------------------------------------------------------------------------


def reference(group: Group = CORE) -> str:
    """Return the reference page in Markdown: kinds, quantities, metadata, rules."""
    changes = "".join(f"- {what}: {theirs} (core: {ours})\n" for what, ours, theirs in group.differences())
    parts = [
        f"# Schema {echub_schemas.VERSION}\n",
        f"## What {group.name} {group.version} changes\n\n{changes}" if group is not CORE else "",
        "## Dataset kinds\n\n" + _table(("kind", "axes", "required", "one of"), map(_kind_row, kinds().values())),
        "## Quantities\n\n"
        + _table(
            ("quantity", "unit", "range", "sign", "meaning"),
            (_quantity_row(q, group) for q in quantities().values()),
        ),
        "## Metadata\n\n"
        + _table(
            ("path", "type", "unit", "meaning"),
            ((f"`{leaf.path}`", leaf.type, leaf.unit or "", leaf.description) for leaf in leaves().values()),
        ),
        "## Rules\n\n"
        + _table(
            ("rule", "level", "severity", "what holds in a valid file"),
            ((f"{r.id} `{r.name}`", f"{r.level} {LEVELS[r.level]}", r.severity, r.rule) for r in rules().values()),
        ),
    ]
    return "\n".join(part for part in parts if part)


def _kind_row(kind: Kind) -> tuple[str, ...]:
    groups = "; ".join(" or ".join(part) for part in kind.any_of)
    return kind.name, ", ".join(kind.axes), ", ".join(kind.required), groups


def _quantity_row(quantity: Quantity, group: Group) -> tuple[str, ...]:
    limits = group.ranges.get(quantity.name, column_limits(quantity.name))
    shown = "" if limits.low is None and limits.high is None else str(limits)
    return f"`{quantity.name}`", quantity.unit or quantity.type, shown, quantity.sign or "", quantity.definition


def _table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headers, tuple("---" for _ in headers), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


FORMS: dict[str, Callable[[Group], str]] = {"json-schema": json_schema, "markdown": reference}
"""The formats of exports."""
