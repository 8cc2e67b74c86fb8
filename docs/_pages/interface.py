"""The Python interface and the plugin interface, from their docstrings and signatures."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import echub
import echub.hookspecs
import echub.plugin
from docs._pages.markdown import sections

INTRO = """
All public names: `echub` is for scripts and notebooks, `echub.plugin` is all that a plugin imports, and
the hooks are all that a plugin can offer. What is not here may change without notice.
"""


def page() -> str:
    """Give the page of public names."""
    parts = [("echub", _names(echub)), ("echub.plugin", _names(echub.plugin)), ("Hooks", "\n\n".join(_hooks()))]
    return sections("Python", INTRO, parts)


def hooks() -> list[str]:
    """Name every hook."""
    return sorted(name for name in vars(echub.hookspecs) if name.startswith("echub_"))


def _hooks() -> Iterator[str]:
    for name in hooks():
        yield _entry(name, getattr(echub.hookspecs, name))


def _names(module: ModuleType) -> str:
    return "\n\n".join(_entry(name, getattr(module, name)) for name in module.__all__ if name != "hookimpl")


def _entry(name: str, found: Any) -> str:  # noqa: ANN401
    shown = f"{name}{_signature(found)}"
    return f"### {name}\n\n```text\n{shown}\n```\n\n{_prose(found)}"


def _signature(found: Any) -> str:  # noqa: ANN401
    if inspect.isclass(found) and issubclass(found, (Exception, int)):
        return ""
    signature = str(inspect.signature(found)).replace("'", "")
    one_by_one = signature.replace(", ", ",\n    ").replace("(", "(\n    ", 1)
    return signature if len(signature) < 90 else one_by_one


def _prose(found: Any) -> str:  # noqa: ANN401
    """Give the docstring; an indented or drawn part of it stays as it is drawn."""
    return "\n\n".join(
        f"```text\n{part}\n```"
        if part.startswith(" ") or "\n " in part
        else part.replace("``", "`").replace("::", ":")
        for part in (inspect.getdoc(found) or "").split("\n\n")
    )
