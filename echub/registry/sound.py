"""Whether a declaration fits its class: a plugin's `Reader(None, …)` is refused here, before it is used."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from echub.declare import Analysis, Reader, Template, Writer
from echub.errors import PluginError

FUNCTIONS: dict[type, tuple[str, ...]] = {
    Reader: ("sniff", "read", "explain", "profile", "link", "outline", "content", "intact"),
    Writer: ("write",),
    Template: ("text",),
    Analysis: ("run", "figure", "example"),
}
"""The fields of each declaration that name a function."""
_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a text", lambda value: isinstance(value, str)),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "type": ("a class", lambda value: isinstance(value, type)),
    "tuple[str, ...]": ("texts", lambda value: _is_listed(value, str)),
    "tuple[bytes, ...]": ("bytes", lambda value: _is_listed(value, bytes)),
}
"""The type that the value of a field must have, by the annotation of the field."""


def _is_listed(value: Any, kind: type) -> bool:  # noqa: ANN401
    return isinstance(value, (tuple, list)) and all(isinstance(item, kind) for item in value)


def require_sound(declared: Any) -> None:  # noqa: ANN401
    """Raise `PluginError` for a declaration with a field of another type, without a name or without a function."""
    kind = type(declared).__name__
    for field in dataclasses.fields(declared):
        value, optional = getattr(declared, field.name), field.default is not dataclasses.MISSING
        words, fits = _KINDS.get(str(field.type), ("", lambda _: True))
        if not fits(value):
            raise PluginError(f"a {kind} has {field.name} = {value!r}, expected {words}")
        if field.name == "name" and not value.strip():
            raise PluginError(f"a {kind} has no name")
        if field.name in FUNCTIONS.get(type(declared), ()) and not optional and not value:
            raise PluginError(f"the {kind} {declared.name} has no {field.name}, expected 'module:function'")
