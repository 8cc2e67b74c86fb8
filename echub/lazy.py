"""Names of a package that import their module when they are first used (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def names_of(package: str, places: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package; `places` says in which module each name is.

    A module of the package itself starts with a full stop. None may be called as one of the names: importing it
    would hide the name. Assign both unless `TYPE_CHECKING`: a checker takes any name of what has `__getattr__`.
    """

    def found(name: str) -> Any:  # noqa: ANN401
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(places[name], package), name)

    return found, lambda: sorted(sys.modules[package].__all__)
