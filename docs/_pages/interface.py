"""The Python interface and the plugin interface, from their docstrings and signatures."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import echub
import echub.drawing
import echub.plugin
import echub.registry.hookspecs
import echub.science
from docs._pages.markdown import sections

INTRO = """
All public names: `echub` is for scripts and notebooks, `echub.plugin` is what a plugin declares and builds
with, `echub.science` and `echub.drawing` are [the shelf](../shelf.md) of what analyses share, and the hooks are
all that a plugin can offer. What is not here may change without notice.
"""

PUBLIC = (echub, echub.plugin, echub.science, echub.drawing)


def page() -> str:
    """Return the page of public names."""
    parts = [(module.__name__, _names(module)) for module in PUBLIC]
    return sections("Python", INTRO, [*parts, ("Hooks", "\n\n".join(_hooks()))])


def hooks() -> list[str]:
    """Name every hook."""
    return sorted(name for name in vars(echub.registry.hookspecs) if name.startswith("echub_"))


def _hooks() -> Iterator[str]:
    for name in hooks():
        yield _entry(name, getattr(echub.registry.hookspecs, name))


def _names(module: ModuleType) -> str:
    return "\n\n".join(_entry(name, getattr(module, name)) for name in module.__all__ if name != "hookimpl")


def _entry(name: str, found: Any) -> str:  # noqa: ANN401
    if not callable(found):
        return f"### {name}\n\n```text\n{name} = {dict(found) if isinstance(found, Mapping) else found!r}\n```"
    parts = [f"### {name}", f"```text\n{name}{_signature(found)}\n```", _prose(found)]
    return "\n\n".join([*parts, _methods(found)] if inspect.isclass(found) else parts)


def _signature(found: Any) -> str:  # noqa: ANN401
    if inspect.isclass(found) and issubclass(found, (Exception, int)):
        return ""
    signature = inspect.signature(found)
    shown = list(_parameters(signature))
    result = signature.return_annotation
    gives = f" -> {result}" if isinstance(result, str) and not inspect.isclass(found) else ""
    line = f"({', '.join(shown)}){gives}"
    return line if len(line) < 80 else "(\n    " + ",\n    ".join(shown) + f",\n){gives}"


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    before = None
    for name, parameter in signature.parameters.items():
        if name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and before not in (
            parameter.KEYWORD_ONLY,
            parameter.VAR_POSITIONAL,
        ):
            yield "*"
        before = parameter.kind
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"{star}{name}: {parameter.annotation}{default}"


def _methods(found: type) -> str:
    """List the public methods and properties of a class by what their first line says."""
    rows = []
    for name, member in vars(found).items():
        inner = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        said = (inspect.getdoc(inner) or "").splitlines()
        if not name.startswith("_") and (inspect.isfunction(inner)) and said:
            call = "" if isinstance(member, property) else f"({', '.join(_names_of(inner))})"
            rows.append(f"- `{name}{call}`: {said[0].replace('``', '`')}")
    return "\n".join(rows)


def _names_of(function: Any) -> list[str]:  # noqa: ANN401
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def _prose(found: Any) -> str:  # noqa: ANN401
    """Return the docstring; an indented or drawn part of it stays as it is drawn."""
    return "\n\n".join(
        f"```text\n{part}\n```"
        if part.startswith(" ") or "\n " in part
        else part.replace("``", "`").replace("::", ":")
        for part in (inspect.getdoc(found) or "").split("\n\n")
    )
