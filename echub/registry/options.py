"""Options of readers and writers, parameters of analyses: from ``key=value`` to a dataclass, with units."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from echub.errors import EchubError, PluginError, UnknownOption
from echub.model.units import parse_value, scale_between
from echub.text import nearest

_BOOLEANS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def parse_options(options: type, given: Mapping[str, str], owner: str) -> Any:  # noqa: ANN401
    """Build an options dataclass from texts; `UnknownOption` for a wrong key, value or unit."""
    fields, kinds = _declared(options, owner)
    values: dict[str, Any] = {}
    for key, stated in given.items():
        text = str(stated)  # in Python also `bom=True`
        name = key.replace("-", "_")
        if name not in fields:
            raise _no_such(key, fields, owner)
        if name in values:  # as dead-time and dead_time
            raise UnknownOption(
                f"the option {key} of {owner} is given twice", expected="each option once", found=key
            )
        try:
            values[name] = _parse(text, kinds[name], fields[name].metadata)
        except (ValueError, OverflowError, EchubError) as error:
            raise UnknownOption(
                f"the option {key} of {owner} cannot be {stated!r}",
                expected=_expectation(kinds[name], fields[name].metadata),
                found=text,
                cause=getattr(error, "message", str(error)),
                hint=nearest(text, fields[name].metadata.get("choices") or ()),
            ) from None
    try:
        return options(**values)
    except ValueError as error:  # a dataclass that checks its own values
        raise UnknownOption(f"the options of {owner} do not fit: {error}", found=str(dict(given))) from None
    except TypeError as error:  # a field without a default
        raise PluginError(f"{owner} declares options that cannot be left out: {error}") from None


@cache
def _declared(options: type, owner: str) -> tuple[dict[str, Any], dict[str, type]]:
    """Return the fields of an options dataclass and the type of each; `X | None` counts as X."""
    try:
        fields = {field.name: field for field in dataclasses.fields(options)}
        hints = typing.get_type_hints(options)
    except (TypeError, NameError) as error:
        raise PluginError(f"{owner} declares options that are not a dataclass with types: {error}") from None
    kinds = {}
    for name in fields:
        union = typing.get_origin(hints[name]) in (typing.Union, types.UnionType)
        named = [k for k in (typing.get_args(hints[name]) if union else (hints[name],)) if k is not type(None)]
        if len(named) != 1 or named[0] not in (str, int, float, bool):
            raise PluginError(
                f"{owner} declares the option {name!r} with a type that no text can be",
                expected="str, int, float or bool",
                found=str(hints[name]),
            )
        kinds[name] = named[0]
    return fields, kinds


def as_dict(options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return all options with their values, defaults included, for provenance."""
    return {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}


def _parse(text: str, kind: type, metadata: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise ValueError("neither true nor false")
        return _BOOLEANS[text.lower()]
    if metadata.get("unit"):
        number, unit = parse_value(text)
        return _bounded(float(scale_between(unit or metadata["unit"], metadata["unit"]).apply(number)), metadata)
    if metadata.get("choices") and text not in metadata["choices"]:
        raise ValueError("not one of the choices")
    return _bounded(kind(text), metadata)


def _bounded(value: Any, metadata: Mapping[str, Any]) -> Any:  # noqa: ANN401
    low, high = metadata.get("minimum"), metadata.get("maximum")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it must be a finite number")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"it must be {_range(metadata)}")
    return value


def _range(metadata: Mapping[str, Any]) -> str:
    ends = ((metadata.get("minimum"), "at least"), (metadata.get("maximum"), "at most"))
    unit = f" {metadata['unit']}" if metadata.get("unit") else ""
    return " and ".join(f"{word} {end:g}{unit}" for end, word in ends if end is not None)


def _expectation(kind: type, metadata: Mapping[str, Any]) -> str:
    if metadata.get("choices"):
        return " or ".join(metadata["choices"])
    if _range(metadata):
        return f"a number, {_range(metadata)}"
    if metadata.get("unit"):
        return f"a number with a unit, such as 1{metadata['unit']}"
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "a text")


def _no_such(key: str, fields: Mapping[str, Any], owner: str) -> UnknownOption:
    return UnknownOption(
        f"{owner} has no option {key!r}",
        expected=", ".join(fields) or f"{owner} takes no options",
        found=key,
        hint=nearest(key, fields),
    )
