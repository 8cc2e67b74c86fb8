"""The entry points of installed plugins, and the metadata of their distributions.

`importlib.metadata` finds the same, but to import it and to look through two hundred distributions takes 6 % of
the time of converting a small file. It is still asked if something else than folders can hold distributions.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import importlib.metadata

_METADATA = re.compile(r"([^-]+).*\.(?:dist|egg)-info", re.IGNORECASE)
"""The folder of a distribution's metadata, with its name: of a wheel, and of what older tools install in place."""

_NAME = re.compile(r"^Name: *(\S+)", re.MULTILINE)


class Folder(NamedTuple):
    """The folder of a distribution's metadata."""

    path: str

    def read_text(self, filename: str) -> str | None:
        """Return a text of the metadata; None if there is none of this name."""
        try:
            with open(os.path.join(self.path, filename), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return None


class EntryPoint(NamedTuple):
    """What a distribution registers in a group: a name, and a module or something in it."""

    group: str
    name: str
    value: str
    dist: Folder | importlib.metadata.Distribution

    def load(self) -> Any:  # noqa: ANN401
        """Import the module, and return it or what is named in it."""
        module, _, attributes = self.value.partition("[")[0].partition(":")
        found = importlib.import_module(module.strip())
        for attribute in filter(None, attributes.strip().split(".")):
            found = getattr(found, attribute)
        return found


def entry_points(*groups: str, path: Sequence[str] | None = None) -> list[EntryPoint]:
    """Return the entry points of groups; of distributions with the same name, the first on the path counts."""
    path = sys.path if path is None else path
    try:
        return list(_in_folders(groups, path))
    except _OtherPlaces:
        return list(_anywhere(groups, path))


class _OtherPlaces(Exception):
    """Distributions may also lie in something else than a folder, such as an archive."""


def _in_folders(groups: Sequence[str], path: Sequence[str]) -> Iterator[EntryPoint]:
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if finder is not PathFinder):
        raise _OtherPlaces
    seen: set[str] = set()
    for folder in map(str, path):
        for found in filter(None, map(_METADATA.fullmatch, _listed(folder))):
            name = _normal(found[1])
            if name not in seen:
                seen.add(name)
                yield from _of_groups(groups, Folder(os.path.join(folder, found[0])))


def _anywhere(groups: Sequence[str], path: Sequence[str]) -> Iterator[EntryPoint]:
    import importlib.metadata

    seen: set[str] = set()
    for distribution in importlib.metadata.distributions(path=list(path)):
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        name = _normal(named[1]) if (named := _NAME.search(text)) else ""
        if not name or name not in seen:
            seen.add(name)
            points = [point for point in distribution.entry_points if point.group in groups]
            yield from (EntryPoint(point.group, point.name, point.value, distribution) for point in points)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _listed(folder: str) -> list[str]:
    if folder.endswith(".egg"):
        raise _OtherPlaces
    try:
        return os.listdir(folder or ".")
    except NotADirectoryError:
        raise _OtherPlaces from None
    except OSError:
        return []


def _of_groups(groups: Sequence[str], distribution: Folder) -> Iterator[EntryPoint]:
    group = ""
    for line in map(str.strip, (distribution.read_text("entry_points.txt") or "").splitlines()):
        if line.startswith("["):
            group = line.strip("[]")
        elif group in groups and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield EntryPoint(group, name.strip(), value.strip(), distribution)
