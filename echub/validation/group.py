"""A group's own schema: ``.echub.toml`` of a repository, or the `rules` of an installed plugin.

It may add quantities under its prefix, require metadata and columns, narrow ranges and say how
files are named. It must not redefine or loosen the core: that is a `SchemaError` naming both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

import echub_schemas
from echub.declare import Vocabulary
from echub.errors import EchubError, PluginError, SchemaError
from echub.model import vocabulary
from echub.model.json_text import plain
from echub.model.metadata import leaf_of
from echub.model.vocabulary import QuantityShape, UnitShape
from echub.registry import codes
from echub.structured import Number, Shape, checked, read_file
from echub.text import nearest
from echub.validation import patterns
from echub.validation.limits import Limits, column_limits, metadata_limits, narrowed
from echub.validation.rules import SCALE, Severity, heavier, matching, rule_of

GROUP_FILE = ".echub.toml"
_PLUGIN = "plugin:"


class _HeadShape(TypedDict, total=False):
    name: str
    prefix: str
    version: str
    core: str | int
    extends: list[str]
    ignore: list[str]


class _MetadataShape(TypedDict, total=False):
    required: list[str]
    range: dict[str, list[Number | str]]


class _FilesShape(TypedDict, total=False):
    name: str
    example: str


class _GroupShape(TypedDict, total=False):
    schema: _HeadShape
    severity: dict[str, str]
    metadata: _MetadataShape
    files: _FilesShape
    range: dict[str, list[Number | str]]
    columns: dict[str, list[str]]
    quantities: dict[str, QuantityShape]
    units: dict[str, UnitShape]


GROUP = Shape(
    "a group's schema",
    _GroupShape,
    SchemaError,
    "`echub schema init` writes a first one",
    version=("schema.core", int(echub_schemas.VERSION.split(".")[0]), int(echub_schemas.VERSION.split(".")[1])),
)


@dataclass(frozen=True)
class Group:
    """What a group adds to the core schema; the empty one is the core itself.

    `ranges` and `metadata_ranges` are in canonical units. `sources` are the files and plugins that
    it was read from, parents first. `ignore` and `severity` hold ids of rules and codes of notices
    and errors; a severity is never below the core's or a parent's.
    """

    name: str = "core"
    version: str = echub_schemas.VERSION
    prefix: str = ""
    required_metadata: tuple[str, ...] = ()
    metadata_ranges: Mapping[str, Limits] = field(default_factory=dict)
    ranges: Mapping[str, Limits] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quantities: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    file_name: str = ""
    file_example: str = ""
    sources: tuple[str, ...] = ()

    def differences(self) -> Iterator[tuple[str, str, str]]:
        """Iterate over its changes: (name, definition in the core, definition in the group)."""
        for path in self.required_metadata:
            yield f"metadata {path}", "may be absent", "required"
        for path, limits in self.metadata_ranges.items():
            yield f"metadata {path}", str(metadata_limits(path)), str(limits)
        for name, limits in self.ranges.items():
            yield f"quantity {name}", str(column_limits(name)), str(limits)
        for kind, names in self.columns.items():
            yield f"kind {kind}", "may be absent", f"requires {', '.join(names)}"
        for name in self.quantities:
            yield f"quantity {name}", "unknown", vocabulary.quantities()[name].definition
        for rule in sorted(self.ignore):
            yield f"rule {rule_of(rule)}", _core_severity(rule), "ignored"
        for rule, severity in sorted(self.severity.items()):
            yield f"rule {rule_of(rule)}", _core_severity(rule), severity
        if self.file_name:
            yield "file names", "any", self.file_example or self.file_name


CORE = Group()


def find(path: Path) -> Path | None:
    """Find the ``.echub.toml`` that applies to a file: in its folder or the nearest above.

    The search ends at the root of the repository, so that nothing outside it applies.
    """
    for folder in path.absolute().parents:
        candidate = folder / GROUP_FILE
        if candidate.is_file():
            return candidate
        if (folder / ".git").exists():
            return None
    return None


def load(path: Path | str) -> Group:
    """Load a group's schema with its parents; `SchemaError` says what is wrong with it."""
    return _load(str(path) if str(path).startswith(_PLUGIN) else str(Path(path).absolute()), ())


def _load(where: str, children: tuple[str, ...]) -> Group:
    if where in children:
        chain = " extends ".join([*children[children.index(where) :], where])
        raise SchemaError(
            "group schemas extend each other in a circle",
            path=children[-1],
            where="schema.extends",
            found=chain,
            hint="take one of these `extends` out",
        )
    try:
        return _group(where, _tables(where), (*children, where))
    except EchubError as error:
        error.path = error.path or where
        if isinstance(error, PluginError):
            raise
        raise _of_schema(error) from error


def _of_schema(error: EchubError) -> SchemaError:
    """Return the error of an unknown rule, unit or path as one of the schema that names it."""
    made = SchemaError(error.message, path=error.path)
    made.remark = replace(error.remark, code=SchemaError.code)
    return made


def _tables(where: str) -> dict[str, Any]:
    if where.startswith(_PLUGIN):
        return _plugin_tables(where.removeprefix(_PLUGIN))
    return read_file(where, GROUP)  # type: ignore[no-any-return]


def _plugin_tables(prefix: str) -> dict[str, Any]:
    from echub.registry.registry import registry

    known = registry().vocabularies
    if prefix not in known:
        raise SchemaError(
            f"no installed plugin offers the vocabulary {prefix!r}",
            where="schema.extends",
            expected=", ".join(sorted(known)) or "no plugin offers one",
            found=prefix,
            hint="install the group's plugin; `echub plugins list` shows what there is",
        )
    rules = checked(plain(known[prefix].rules), GROUP, f"{_PLUGIN}{prefix}")
    return {**rules, "schema": {"name": prefix, "prefix": prefix, **rules.get("schema", {})}}


def _group(where: str, tables: Mapping[str, Any], chain: tuple[str, ...]) -> Group:
    head = tables.get("schema", {})
    _check_core(head)
    parent = CORE
    for name in head.get("extends", ()):
        parent = _joined(parent, _load(_resolved(where, name), chain))
    _install(head.get("prefix", ""), tables)
    metadata = tables.get("metadata", {})
    own = Group(
        name=head.get("name", "group"),
        version=head.get("version", "0"),
        prefix=head.get("prefix", ""),
        required_metadata=tuple(leaf_of(path).path for path in metadata.get("required", ())),
        metadata_ranges=narrowed(metadata.get("range", {}), metadata_limits, parent.metadata_ranges, "metadata"),
        ranges=narrowed(_ranges(tables), column_limits, parent.ranges, "quantity"),
        columns={kind: _columns(kind, names) for kind, names in tables.get("columns", {}).items()},
        quantities=tuple(n for n in tables.get("quantities", {}) if n.startswith(f"{head.get('prefix', '')}_")),
        ignore=_ignored(head.get("ignore", ()), parent),
        severity=_raised(tables.get("severity", {}), parent),
        file_name=_pattern(tables.get("files", {})),
        file_example=tables.get("files", {}).get("example", ""),
        sources=(where,),
    )
    return _joined(parent, own)


def _joined(parent: Group, child: Group) -> Group:
    """Merge two groups so that what either demands holds: a child with its parent, or two parents of one child."""
    kinds = {**parent.columns, **child.columns}
    severity = dict(parent.severity)
    for code, own in child.severity.items():
        severity[code] = heavier(own, severity.get(code, own))
    return replace(
        child,
        required_metadata=tuple(dict.fromkeys((*parent.required_metadata, *child.required_metadata))),
        metadata_ranges=_in_both(parent.metadata_ranges, child.metadata_ranges),
        ranges=_in_both(parent.ranges, child.ranges),
        columns={
            kind: tuple(dict.fromkeys((*parent.columns.get(kind, ()), *child.columns.get(kind, ()))))
            for kind in kinds
        },
        quantities=tuple(dict.fromkeys((*parent.quantities, *child.quantities))),
        ignore=frozenset(code for code in parent.ignore | child.ignore if severity.get(code) != "error"),
        severity=severity,
        file_name=child.file_name or parent.file_name,
        file_example=child.file_example or parent.file_example,
        sources=(*parent.sources, *child.sources),
    )


def _in_both(parent: Mapping[str, Limits], child: Mapping[str, Limits]) -> dict[str, Limits]:
    """Return the ranges of both; of a name that both have, what lies in either."""
    joined = {**parent, **child}
    for name in parent.keys() & child.keys():
        joined[name] = parent[name].narrowed_to(child[name])
        if joined[name].is_empty:
            raise SchemaError(
                f"the schemas that this one extends leave no value of {name!r}",
                where="schema.extends",
                expected=str(parent[name]),
                found=str(child[name]),
                hint="extend one of them",
            )
    return joined


def _resolved(where: str, name: str) -> str:
    if name.startswith(_PLUGIN):
        return name
    if where.startswith(_PLUGIN):
        raise SchemaError(
            "the schema of a plugin extends a file",
            where="schema.extends",
            expected="schemas of plugins, such as plugin:acme",
            found=name,
            hint="tell the plugin's authors: a file beside it does not exist",
        )
    return str((Path(where).parent / name).resolve())


def _unknown(name: str, known: list[str]) -> SchemaError:

    return SchemaError(
        f"a group's schema has no {name!r}",
        where=name,
        expected=", ".join(known),
        found=name,
        hint=nearest(name, known, 1, 0.6),
    )


def _check_core(head: Mapping[str, Any]) -> None:
    """Refuse an earlier version of the core schema; a later one was refused when the file was read."""
    wanted, have = str(head.get("core", "1")).split(".")[0], echub_schemas.VERSION.split(".")[0]
    if wanted != have:
        raise SchemaError(
            f"the group's schema is written for version {wanted} of the core schema",
            where="schema.core",
            expected=f'core = "{have}"',
            found=wanted,
            hint="bring the group's schema up to date",
        )


def _install(prefix: str, tables: Mapping[str, Any]) -> None:
    """Add the group's units and quantities to the vocabulary."""
    core = vocabulary.core()
    own = {name: entry for name, entry in tables.get("quantities", {}).items() if name not in core}
    for name, entry in tables.get("quantities", {}).items():
        if name in core:
            _check_redefinition(name, entry)
    units = tables.get("units", {})
    if (own or units) and not re.fullmatch(r"[a-z][a-z0-9]*", prefix):
        raise SchemaError(
            "a schema that adds quantities or units needs a prefix of its own",
            where="schema.prefix",
            expected='prefix = "nagr", lower-case letters and digits',
            found=prefix or "no prefix",
        )
    vocabulary.install(Vocabulary(prefix, own, units))


def _check_redefinition(name: str, entry: Mapping[str, Any]) -> None:
    """Allow only narrowing of a core quantity; otherwise name both definitions."""
    known = vocabulary.core()[name]
    same = {**known._asdict(), "plausible": None if known.plausible is None else list(known.plausible)}
    changed = [k for k in entry if k not in ("min", "max") and entry[k] != same.get(k)]
    if changed:
        raise SchemaError(
            f"the group's schema redefines the core quantity {name!r}",
            where=f"quantities.{name}",
            expected="core: " + ", ".join(f"{key} = {same.get(key)!r}" for key in changed),
            found="group: " + ", ".join(f"{key} = {entry[key]!r}" for key in changed),
            hint="give the quantity a name of your own, with the group's prefix",
        )


def _ranges(tables: Mapping[str, Any]) -> dict[str, list[float | str]]:
    """Collect ranges: from the table `range`, and `min` and `max` of core quantities, in the unit of each."""
    core = vocabulary.core()
    of_core = {
        name: ["" if entry.get(end) is None else f"{entry[end]} {core[name].unit or ''}" for end in ("min", "max")]
        for name, entry in tables.get("quantities", {}).items()
        if name in core and not {"min", "max"}.isdisjoint(entry)
    }
    return {**of_core, **tables.get("range", {})}


def _columns(kind: str, names: list[str]) -> tuple[str, ...]:
    if kind not in vocabulary.kinds():
        raise _unknown(f"columns.{kind}", [f"columns.{known}" for known in vocabulary.kinds()])
    for name in names:
        if name not in vocabulary.quantities():
            raise _unknown(f"columns.{kind}: {name}", sorted(vocabulary.quantities()))
    return tuple(names)


def _ignored(texts: list[str], parent: Group) -> frozenset[str]:
    """Take the codes to ignore; an error of the core or a parent can never be switched off for all files."""
    chosen = matching(texts, "schema.ignore")
    strict = sorted(code for code in chosen if parent.severity.get(code, _core_severity(code)) == "error")
    if strict:
        rule = rule_of(strict[0])
        whose = parent.name if strict[0] in parent.severity else "core"
        raise SchemaError(
            f"the group's schema ignores {rule}, an error of the {whose}",
            where="schema.ignore",
            expected=f"{whose}: error: {rule.rule}",
            found=f"group: ignore {rule.id}",
            hint=f"`# echub: ignore {rule.id}` in a file's sidecar, or --baseline for files of before",
        )
    return chosen


_UNSAID = "no problem"
"""Severity in `echub validate` of a notice that no group raises."""


def _core_severity(code: str) -> str:
    rule = rule_of(code)
    if rule.id != rule.name:
        return rule.severity
    entry = codes.find(code)
    return "error" if entry is not None and "error" in entry.kind else _UNSAID


def _raised(table: Mapping[str, Any], parent: Group) -> dict[str, Severity]:
    """Take the severities that a group gives to codes; one below the core's or a parent's is refused."""
    raised: dict[str, Severity] = {}
    for text, severity in table.items():
        if severity not in SCALE:
            raise SchemaError(
                f"{severity!r} is not a severity",
                where=f"severity.{text}",
                expected=", ".join(SCALE),
                found=str(severity),
                hint=nearest(str(severity), list(SCALE)),
            )
        for code in sorted(matching((text,), f"severity.{text}")):
            before = parent.severity.get(code, _core_severity(code))
            if before in SCALE and heavier(severity, before) != severity:
                raise SchemaError(
                    f"the group's schema lowers {rule_of(code)} from {before} to {severity}",
                    where=f"severity.{text}",
                    expected=f"{before} or heavier",
                    found=severity,
                    hint='schema.ignore leaves out warnings and notes: ignore = ["ECH203"]',
                )
            raised[code] = severity
    return raised


def _pattern(files: Mapping[str, str]) -> str:
    """Return the pattern of file names; its example, which people are told to follow, has to fit it."""
    text, example = files.get("name", ""), files.get("example", "")
    if not text:
        return ""
    patterns.require(text, "files.name")
    if example and not patterns.matches(text, example):
        raise SchemaError(
            "the example of a file name does not fit the pattern",
            where="files.example",
            expected=f"a name that fits {text}",
            found=example,
            hint="in TOML a pattern stands in single quotes: name = '\\d{8}_.*'",
        )
    return text
