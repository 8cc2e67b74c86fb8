"""Whether a declaration fits its class: a plugin's `Reader(None, …)` is refused here, before it is used."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

from echub.errors import PluginError

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "Reader": ("sniff", "read", "explain", "profile", "link", "outline", "content", "intact"),
    "Writer": ("write",),
    "Template": ("text",),
    "Analysis": ("run", "figure", "look", "example"),
}
"""The fields of each declaration that name a function, by the name of its class."""
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a text", lambda value: isinstance(value, str)),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "type": ("a class", lambda value: isinstance(value, type)),
    "type | str": ("a class or its name", lambda value: isinstance(value, (type, str))),
    "tuple[str, ...]": ("texts", lambda value: _is_listed(value, str)),
    "tuple[bytes, ...]": ("bytes", lambda value: _is_listed(value, bytes)),
    "tuple[Need | NeedMeta, ...]": (
        "a tuple of Need and NeedMeta",
        lambda told: _is_listed(told, *_parts("Need", "NeedMeta")),
    ),
    "tuple[Output, ...]": ("a tuple of Output", lambda value: _is_listed(value, *_parts("Output"))),
    "Sampling": ("a Sampling", lambda value: isinstance(value, _parts("Sampling"))),
}
"""The type that the value of a field must have, by the annotation of the field."""


def _parts(*names: str) -> tuple[type, ...]:
    """Return classes of parts of an analysis, which only plugins that declare one import."""
    from echub import declare_analysis

    return tuple(getattr(declare_analysis, name) for name in names)


def _is_listed(value: Any, *kinds: type) -> bool:  # noqa: ANN401
    return isinstance(value, (tuple, list)) and all(isinstance(item, kinds) for item in value)


@cache
def _kind_of(annotation: str) -> tuple[str, Callable[[Any], bool]]:
    """Return what a field of this annotation must be, in words and as a test."""
    if annotation.startswith("Literal["):
        choices = ast.literal_eval(f"({annotation.removeprefix('Literal[').removesuffix(']')},)")
        return f"one of {', '.join(choices)}", lambda value: value in choices
    return _KINDS.get(annotation, ("", lambda _: True))


def require_sound(declared: Any) -> None:  # noqa: ANN401
    """Raise `PluginError` for a declaration with a field of another type, without a name or without a function.

    So for each of its parts, such as the needs of an analysis.
    """
    kind = type(declared).__name__
    article = "an" if kind[0] in "AO" else "a"
    for field in dataclasses.fields(declared):
        value, optional = getattr(declared, field.name), field.default is not dataclasses.MISSING
        words, fits = _kind_of(str(field.type))
        if not fits(value):
            raise PluginError(f"{article} {kind} has {field.name} = {value!r}, expected {words}")
        if field.name == "suffixes" and (odd := [s for s in value if s and (s[0] != "." or s != s.lower())]):
            raise PluginError(f"{article} {kind} has the suffix {odd[0]!r}, expected a dot and small letters")
        if field.name == "name" and not value.strip():
            raise PluginError(f"{article} {kind} has no name")
        if field.name in FUNCTIONS.get(kind, ()) and not optional and not value:
            raise PluginError(f"the {kind} {declared.name} has no {field.name}, expected 'module:function'")
        if field.name == "any_of" and not value and not declared.quantity:
            raise PluginError(f"the {kind} {declared.name} asks for nothing, expected quantity or any_of")
        for part in value if isinstance(value, (tuple, list)) else ():
            if dataclasses.is_dataclass(part):
                require_sound(part)
