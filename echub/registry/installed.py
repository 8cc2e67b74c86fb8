"""What an installed distribution says about itself: name, version, licence, the hub it needs, samples.

Read from the head of its METADATA. `importlib.metadata` parses the whole text, README included,
each time: ten times as slow and, with many plugins, most of the start-up time of the registry.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from echub.declare import Reader
from echub.errors import PluginError
from echub.registry.discovery import Folder

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_NEEDS_HUB = re.compile(r"echub(?![\w.-])\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?", re.IGNORECASE)
_AT_LEAST = re.compile(r"(?:>=|~=|==|>)\s*v?(\d+(?:\.\d+)*)")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


class Stated(NamedTuple):
    """What the metadata of a distribution states; `needs_hub` is the lowest version of echub."""

    name: str
    version: str
    licence: str = ""
    needs_hub: str = ""


def stated(distribution: Folder | Distribution) -> Stated:
    """Return what a distribution states."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    fields: dict[str, list[str]] = {}
    for line in text.partition("\n\n")[0].splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            fields.setdefault(name, []).append(value)
    return Stated(
        fields.get("Name", ["unknown"])[0],
        fields.get("Version", [""])[0],
        _licence(fields),
        _needs_hub(fields.get("Requires-Dist", [])),
    )


def _licence(fields: dict[str, list[str]]) -> str:
    """Return the licence as stated: an SPDX expression, a text's first line, or a classifier."""
    classifiers = [c.rpartition(" :: ")[2] for c in fields.get("Classifier", []) if c.startswith("License ::")]
    named = [*fields.get("License-Expression", []), *fields.get("License", []), *classifiers]
    return next((text for text in named if text and text != "UNKNOWN"), "")


def _needs_hub(requirements: list[str]) -> str:
    """Return the lowest required version of echub, without the extras of the distribution."""
    least: list[str] = []
    for requirement in requirements:
        match = _NEEDS_HUB.fullmatch(requirement.strip())
        if match and "extra" not in (match[2] or ""):
            least += _AT_LEAST.findall(match[1])
    return max(least, key=release, default="")


def release(version: str) -> tuple[int, ...]:
    """Return the numbers of a version; a development or pre-release counts as the release it leads to.

    A checkout of the hub on the way to 0.2 has what a plugin for 0.2 needs.
    """
    match = _RELEASE.match(version)
    numbers = [int(number) for number in match[0].split(".")] if match else [0]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def samples_of(reader: Reader) -> list[Path]:
    """List the sample files that a reader declares, by name; `PluginError` if there are none."""
    package, _, pattern = reader.samples.partition(":")
    if not pattern:
        return []
    folders = _folders(package)
    found = sorted(path for folder in folders for path in folder.glob(pattern) if path.is_file())
    if not found:
        raise PluginError(
            f"the reader {reader.name} has no sample files",
            expected=f"files at {reader.samples}",
            found=f"the package {package} without any" if folders else f"no package {package}",
            hint='write samples="package:folder/*.suffix", and see that the wheel holds the files',
        )
    return found


def _folders(package: str) -> list[Path]:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # the parent of a dotted name is missing
        return []
    return [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
