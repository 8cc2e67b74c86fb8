"""Profiles: what a lab or a format says of its tables, as TOML files."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from echub import structured
from echub.plugin import PluginError, ReadError, Source, quantities

if TYPE_CHECKING:
    from echub_table.dialect import Dialect

KEY = "table-profile"
"""The table by which a TOML file says that it is a profile."""


class _ProfileHeadShape(TypedDict, total=False):
    title: str
    files: list[str]
    format: str


class _MatchShape(TypedDict, total=False):
    first_line: str
    line: str
    headers: list[str]
    any_headers: list[list[str]]
    quantities: list[str]
    any_of: list[list[str]]


class _ProfileDialectShape(TypedDict, total=False):
    encoding: str
    delimiter: str
    decimal: str
    header_line: int
    data_line: int
    columns: list[str]
    dates: str
    timezone: str
    clock: str


class _ProfileColumnShape(TypedDict, total=False):
    quantity: str
    unit: str
    sign: str
    origin: str
    dates: str


class _PreambleShape(TypedDict):
    path: str
    unit: NotRequired[str]
    dates: NotRequired[str]
    placeholder: NotRequired[str]


class _ImpedanceShape(TypedDict, total=False):
    zimag: str


class _SignShape(TypedDict, total=False):
    current: str


_Tree = TypedDict(
    "_Tree",
    {
        "table-profile": _ProfileHeadShape,
        "match": _MatchShape,
        "dialect": _ProfileDialectShape,
        "columns": dict[str, _ProfileColumnShape],
        "units": dict[str, str],
        "preamble": dict[str, _PreambleShape],
        "metadata": structured.Table,
        "impedance": _ImpedanceShape,
        "sign": _SignShape,
    },
    total=False,
)
PROFILE = structured.Shape(
    "the profile",
    _Tree,
    hint="`echub detect FILE --write-profile lab.toml` writes a first one",
    version=(f"{KEY}.format", 1, 0),
)
SECTIONS = tuple(_Tree.__annotations__)
_SIGNS = ("", "signed", "negated", "as printed")


@dataclass(frozen=True)
class Profile:
    """One profile.

    `columns`: printed header to quantity, unit, sign, origin; `units`: quantity to the unit of
    headers that print none; `preamble`: key to metadata path; `metadata`: constants by path.
    """

    name: str
    title: str = ""
    files: tuple[str, ...] = ()
    match: Mapping[str, Any] = field(default_factory=dict)
    dialect: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    preamble: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    impedance: Mapping[str, str] = field(default_factory=dict)
    sign: Mapping[str, str] = field(default_factory=dict)

    def fits(self, dialect: Dialect, known: Mapping[str, Any]) -> bool:
        """Return whether a table is of this format; `known` are the quantities that its names may mean."""
        rules, lines = self.match, dialect.preamble
        headers = set(dialect.names)
        tests: dict[str, Callable[[Any], bool]] = {
            "first_line": lambda v: bool(lines) and lines[0].startswith(v),
            "line": lambda v: any(line.startswith(v) for line in lines),
            "headers": headers.issuperset,
            "any_headers": lambda v: any(headers.issuperset(group) for group in v),
            "quantities": lambda v: all(name in known for name in v),
            "any_of": lambda v: any(all(name in known for name in group) for group in v),
        }
        return bool(rules) and all(tests[rule](value) for rule, value in rules.items())


@cache
def shipped() -> Mapping[str, Profile]:
    """Load the profiles of this plugin, by name; that of bare impedance headers comes last."""
    files = sorted((Path(__file__).parent / "profiles").glob("*.toml"))  # a test checks their shape
    found = {path.stem: _profile(tomllib.loads(path.read_text(encoding="utf-8")), path.stem) for path in files}
    return {name: found[name] for name in sorted(found, key=lambda n: (n.startswith("generic"), n))}


def find(source: Source, wanted: str) -> tuple[Profile | None, str]:
    """Find the profile that was asked for or that lies in the folder, and where it comes from."""
    if wanted == "none":
        return None, "none, as asked for"
    if wanted in shipped():
        return shipped()[wanted], "asked for"
    if wanted:
        return _asked(source, wanted), "asked for"
    beside = [(s, p) for s in source.beside("*.toml") if (p := _profile_in(s)) is not None]
    fitting = [(s, p) for s, p in beside if not p.files or any(fnmatch.fnmatch(source.name, f) for f in p.files)]
    if len(fitting) > 1:
        raise ReadError(
            "several profiles of the folder could be meant",
            path=source.shown,
            found=", ".join(s.name for s, _ in fitting),
            hint=f"--table-profile {fitting[0][0].name}, or `files = [...]` under [{KEY}] in each",
        )
    for found, profile in fitting:
        source.used.append(found.name)
        return profile, "found in the folder"
    return None, ""


def _asked(source: Source, wanted: str) -> Profile:
    path = Path(wanted)
    if not path.is_file():
        raise PluginError(
            f"there is no profile {wanted!r}",
            path=wanted,
            expected=f"a TOML file, or one of {', '.join(shipped())}",
            hint=f"`echub detect {source.name} --write-profile lab.toml` writes a first one",
        )
    try:
        return parse(path.read_text(encoding="utf-8"), path.name, required=True)
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError("the profile cannot be read", path=wanted, found=str(error)) from None


def _profile_in(source: Source) -> Profile | None:
    # A profile has some lines; a megabyte of text is another file.
    if source.name == "echub.toml" or source.name.endswith(".echub.toml") or source.size > 1_000_000:
        return None
    data = source.read()
    if KEY.encode() not in data:
        return None
    return parse(data.decode("utf-8", "replace"), source.name)


def parse(text: str, name: str, *, required: bool = False) -> Profile:
    """Read a profile; `PluginError` where a key, quantity or sign is none."""
    tree = structured.parse(text, PROFILE, name)
    if required and KEY not in tree:
        raise PluginError("this TOML file is not a table profile", path=name, expected=f"a table [{KEY}]")
    _check_columns(tree.get("columns", {}), name)
    return _profile(tree, name)


def _profile(tree: Mapping[str, Any], name: str) -> Profile:
    head = tree.get(KEY, {})
    sections = {key: tree.get(key, {}) for key in SECTIONS if key != KEY}
    return Profile(name, head.get("title", ""), tuple(head.get("files", ())), **sections)


def _check_columns(columns: Mapping[str, Any], name: str) -> None:
    for header, said in columns.items():
        where = structured.shown_path(("columns", header))
        quantity = said.get("quantity", "")
        if quantity and quantity not in quantities():
            raise PluginError(
                f"{quantity!r} is not a quantity",
                path=name,
                where=where,
                expected="one of `echub schema show quantities`",
            )
        if said.get("sign", "") not in _SIGNS:
            raise PluginError(
                f"the sign {said['sign']!r} is none", path=name, where=where, expected=" or ".join(_SIGNS[1:])
            )
