"""The catalogue of codes: the meaning of each, its usual cause, and what helps.

The hub's own are in ``codes.toml`` of the schema package, those of a plugin in the file that its
declarations name as `codes`. A code has one meaning; the hub's entry has priority over a plugin's.
"""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import echub_schemas
from echub.errors import PluginError
from echub.registry.boundary import guarded, one_line
from echub.registry.registry import PluginWarning, registry
from echub.remark import Remark, kebab

if TYPE_CHECKING:
    from echub.declare import Reader, Writer
    from echub.declare_analysis import Analysis

Kind = Literal["error", "notice", "flag", "refusal", "rule"]
"""Where codes occur: in an exception, a reader's or an analysis's remark, a rule of `echub validate`."""
_KEYS = {"kind", "says", "cause", "hint", "id", "level", "severity"}


class Code(NamedTuple):
    """One code: where it occurs, its meaning, the usual cause, and what helps.

    `id`, `level` and `severity` are those of a rule. `owner` is the hub or the file of a plugin. A code
    that ends in ``…`` stands for all with that prefix.
    """

    code: str
    kind: tuple[Kind, ...]
    says: str
    cause: str = ""
    hint: str = ""
    id: str = ""
    level: int = 0
    severity: str = ""
    owner: str = "echub"


@cache
def of_hub() -> dict[str, Code]:
    """Load the hub's own codes; no plugin is asked."""
    return _entries(echub_schemas.path("codes.toml").read_text(encoding="utf-8"), "echub")


@cache
def of_plugin(target: str) -> dict[str, Code]:
    """Load the catalogue that a plugin names as ``"package:codes.toml"``; `PluginError` if it is wrong."""
    package, _, name = target.partition(":")
    found: dict[str, Code] = guarded("the catalogue of codes", package, lambda: _read(package, name), where=target)
    return found


def _read(package: str, name: str) -> dict[str, Code]:
    from importlib import resources

    return _entries(resources.files(package).joinpath(name).read_text(encoding="utf-8"), package)


def _entries(text: str, owner: str) -> dict[str, Code]:
    return {code: _entry(code, entry, owner) for code, entry in tomllib.loads(text).items()}


def _entry(code: str, entry: Mapping[str, Any], owner: str) -> Code:
    given = entry.get("kind", ())
    kinds = (given,) if isinstance(given, str) else tuple(given)
    if code != kebab(code) or not entry.get("says") or set(entry) - _KEYS or not set(kinds) <= set(get_args(Kind)):
        raise PluginError(
            f"the entry {code!r} is not one of a catalogue of codes",
            expected=f"a kebab-case name with says, and of {', '.join(sorted(_KEYS))}",
            found=", ".join(entry),
        )
    return Code(code, owner=owner, **{**entry, "kind": kinds})


def targets() -> list[str]:
    """List the catalogues that installed plugins declare."""
    known = registry()
    declared: tuple[Reader | Writer | Analysis, ...] = (
        *known.readers.values(),
        *known.writers.values(),
        *known.analyses.values(),
    )
    return list(dict.fromkeys(str(d.codes) for d in declared if d.codes))


def entries() -> Iterator[Code]:
    """Iterate over all codes, the hub's first; a catalogue that cannot be read is left out."""
    yield from of_hub().values()
    for target in targets():
        try:
            yield from of_plugin(target).values()
        except PluginError as error:  # only explanations are lost, never a file or a result
            # From one place, so that it is said once, whoever asks.
            warnings.warn(f"the codes in {target} cannot be used: {one_line(error)}", PluginWarning, stacklevel=1)


@cache
def catalogue() -> dict[str, Code]:
    """Return all codes by name."""
    found: dict[str, Code] = {}
    for entry in entries():
        found.setdefault(entry.code, entry)
    return found


def find(code: str) -> Code | None:
    """Return the entry of a code, if there is one; for ``mixed-pulse`` that of ``mixed-…``."""
    known = catalogue()
    return known.get(code) or next(
        (e for name, e in known.items() if name.endswith("…") and code.startswith(name[:-1])), None
    )


def explained(remark: Remark) -> Remark:
    """Return a remark with cause and hint from the catalogue if it has none of its own."""
    entry = None if remark.cause and remark.hint else find(remark.code)
    if entry is None or entry.kind == ("rule",):  # in a file of an older version the code may mean something else
        return remark
    return replace(remark, cause=remark.cause or entry.cause, hint=remark.hint or entry.hint)
