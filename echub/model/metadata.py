"""Metadata as one list of (path, value, unit, source); the later entry wins.

The paths, types and units are those of ``metadata.schema.json``. Nothing is overwritten: what a
later source contradicts stays in the list, and is reported.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

import echub_schemas
from echub.errors import MetadataError, UnitMismatch, UnknownUnit
from echub.model.json_text import plain
from echub.model.units import parse_value, scale_between
from echub.remark import Remark
from echub.text import nearest

UNKNOWN = "unknown"
"""Words for "not known": no entry that another could contradict."""

_TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "list": list,
    "any": object,
}
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Leaf(NamedTuple):
    """What the schema says about one path."""

    path: str
    type: str
    unit: str | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    exclusive_minimum: float | None = None
    description: str = ""


class Entry(NamedTuple):
    """One entry: a value in the schema's unit, and where it comes from."""

    path: str
    value: Any
    unit: str | None
    source: str


_SHOWN = 200
"""Characters of a wrong value that a message repeats."""


class Metadata:
    """The list of metadata entries of a measurement."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = list(entries)

    def set(self, path: str, value: Any, unit: str | None = None, *, source: str = "file") -> None:  # noqa: ANN401
        """Add an entry; raise `MetadataError` for an unknown path, a wrong type, unit or range.

        A text is parsed to the type of the path, with its unit: ``"0.785 cm^2"``.
        """
        leaf = leaf_of(path)
        try:
            checked = _checked(leaf, value, unit)
        except (UnknownUnit, UnitMismatch, ValueError, TypeError) as error:
            raise MetadataError(
                f"{path} cannot be {_cut(repr(value))}" + (f" {unit}" if unit else ""),
                where=path,
                expected=_expectation(leaf),
                found=_cut(str(value)),
                cause=getattr(error, "message", str(error)),
                hint=f'--set {path}="{_example(leaf)}"',
            ) from None
        self.entries.append(Entry(path, checked, leaf.unit, source))

    def get(self, path: str) -> Entry | None:
        """Return the valid entry, which is the last one, or None; `MetadataError` for a path that cannot be."""
        found = next((entry for entry in reversed(self.entries) if entry.path == path), None)
        if found is None:
            leaf_of(path)  # a misspelt path would look as if nothing was stated
        return found

    def value(self, path: str, unit: str | None = None) -> Any:  # noqa: ANN401
        """Return the valid value in the requested unit, or None; `MetadataError` for a path that cannot be."""
        entry = self.get(path)
        if entry is None or unit is None or entry.unit is None:
            return entry.value if entry else None
        return float(scale_between(entry.unit, unit, point=entry.unit == "degC").apply(entry.value))

    def shown(self, path: str) -> str:
        """Return the valid value with its unit, as a message says it; `not stated` if there is none."""
        entry = self.get(path)
        return _shown(entry) if entry else "not stated"

    def __contains__(self, path: object) -> bool:
        return any(entry.path == path for entry in self.entries)

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over the valid entries, by path."""
        return iter({entry.path: entry for entry in self.entries}.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Metadata) and self.entries == other.entries

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Metadata: {', '.join(dict.fromkeys(entry.path for entry in self.entries)) or 'nothing'}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the value of each path that counts, with its unit and source."""
        from echub.model.notebook import table

        kept = {entry.path: entry for entry in self.entries if entry == self.get(entry.path)}
        rows = [(entry.path, str(entry.value), entry.unit, entry.source) for entry in kept.values()]
        return table(("path", "value", "unit", "source"), rows)

    def contradictions(self) -> list[Remark]:
        """Report paths for which two sources give different values."""
        notices = []
        first: dict[str, Entry] = {}
        for entry in self.entries:
            before = first.setdefault(entry.path, entry)
            if before.value == UNKNOWN:
                first[entry.path] = entry
            elif not _agree(before.value, entry.value):
                was, now, counts = map(_shown, (before, entry, self.get(entry.path) or entry))
                text = f"{entry.path} is {now} by {entry.source} but {was} by {before.source}; {counts} counts"
                notices.append(Remark("metadata-contradiction", text))
        return notices

    def tree(self) -> dict[str, Any]:
        """Return the valid entries as a nested tree of leaves."""
        root: dict[str, Any] = {}
        for entry in self:
            *parents, last = entry.path.split(".")
            node = root
            for parent in parents:
                node = node.setdefault(parent, {})
            unit = {} if entry.unit is None else {"unit": entry.unit}
            node[last] = {"value": entry.value, **unit, "source": entry.source}
        return root


@cache
def leaves() -> dict[str, Leaf]:
    """Flatten the schema to its leaves, by path."""
    schema = json.loads(echub_schemas.path("metadata.schema.json").read_text(encoding="utf-8"))
    return {leaf.path: leaf for leaf in _walk(schema, "")}


def leaf_of(path: str) -> Leaf:
    """Look up a path; `MetadataError` with similar paths if the schema does not have it."""
    if path in leaves():
        return leaves()[path]
    if path.startswith("extra.") and all(path.split(".")):
        return Leaf(path, "any")
    raise MetadataError(
        f"unknown metadata path {_cut(repr(path))}",
        where=_cut(path),
        expected="a path of the metadata schema, or extra.<name> for your own",
        hint=nearest(path, leaves()) or "`echub schema show metadata` lists all paths",
    )


def _walk(node: dict[str, Any], path: str) -> Iterator[Leaf]:
    if "$ref" in node:
        yield Leaf(
            path,
            node["$ref"].rsplit("/", 1)[1],
            node.get("x-unit"),
            tuple(node.get("x-choices", ())),
            node.get("x-minimum"),
            node.get("x-exclusiveMinimum"),
            node.get("description", ""),
        )
        return
    for name, child in node.get("properties", {}).items():
        yield from _walk(child, f"{path}.{name}" if path else name)


def _checked(leaf: Leaf, value: Any, unit: str | None) -> Any:  # noqa: ANN401
    value = value if leaf.type == "number" and isinstance(value, float) else plain(value)
    if isinstance(value, str) and leaf.type not in ("text", "any"):
        value, unit = _parsed(leaf, value, unit)
    if not isinstance(value, _TYPES[leaf.type]) or (
        isinstance(value, bool) and leaf.type not in ("boolean", "any")
    ):
        raise ValueError(f"it must be {_expectation(leaf)}")
    if leaf.unit is not None and isinstance(value, (int, float)):
        value = _in_unit(leaf, value, unit)
    elif unit:
        raise ValueError(f"it has no unit, not {unit}")
    if leaf.choices and value not in leaf.choices:
        raise ValueError(f"it must be one of {', '.join(leaf.choices)}")
    if leaf.minimum is not None and value < leaf.minimum:
        raise ValueError(f"it must not be below {leaf.minimum:g} {leaf.unit or ''}".rstrip())
    if leaf.exclusive_minimum is not None and value <= leaf.exclusive_minimum:
        raise ValueError(f"it must be above {leaf.exclusive_minimum:g} {leaf.unit or ''}".rstrip())
    return value


def _parsed(leaf: Leaf, text: str, unit: str | None) -> tuple[Any, str | None]:
    if leaf.type == "boolean":
        return _BOOLEANS.get(text.strip().lower(), text), None
    if leaf.type == "list":
        try:
            return json.loads(text), None
        except RecursionError:
            raise ValueError("the list is nested too deeply") from None
    number, written = parse_value(text)
    whole = int(number) if leaf.type == "integer" and number.is_integer() else number
    return whole, written or unit


def _in_unit(leaf: Leaf, value: float, unit: str | None) -> float:
    if not math.isfinite(value):
        raise ValueError("it must be a finite number")
    if not unit:
        raise ValueError("it needs a unit")
    scale = scale_between(unit, leaf.unit or "1", point=leaf.unit == "degC")
    return float(value) if scale.is_identity else float(scale.apply(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _expectation(leaf: Leaf) -> str:
    if leaf.choices:
        return f"one of {', '.join(leaf.choices)}"
    if leaf.unit:
        above = "" if leaf.exclusive_minimum is None else f" above {leaf.exclusive_minimum:g}"
        return f"a number{above} with a unit, such as {leaf.unit}"
    return _KINDS[leaf.type]


def _example(leaf: Leaf) -> str:
    if leaf.choices:
        return leaf.choices[0]
    return f"1 {leaf.unit}" if leaf.unit else _EXAMPLES.get(leaf.type, "...")


_KINDS = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "any": "a text, a number, or a list or table of them",
}
"""What a leaf of each type without a unit takes, in words."""
_EXAMPLES = {"integer": "1", "number": "1", "boolean": "true"}


def _shown(entry: Entry) -> str:
    return f"{entry.value} {entry.unit or ''}".rstrip()


def _agree(a: Any, b: Any) -> bool:  # noqa: ANN401
    if isinstance(a, float) and isinstance(b, float):
        # Six digits: files and people round values, and units are converted.
        return math.isclose(a, b, rel_tol=1e-6)
    return bool(a == b)
