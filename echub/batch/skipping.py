"""What a conversion depends on, and whether its result still exists: what is unchanged is not repeated."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import echub_schemas
from echub import __version__
from echub.batch.ledger import Entry
from echub.files.annotations import Annotations
from echub.files.conversion import Writing
from echub.files.output import Written, file_sha256
from echub.files.reading import Reading
from echub.model.folders import matching
from echub.model.json_text import plain, to_json
from echub.model.metadata import Metadata
from echub.model.source import Source
from echub.registry.registry import registry

RESULT = 2
"""Increases if equal versions write another result than before, so that it is written anew. 2: missing values are
marked as such in native files, and apart from an instrument's NaN."""


def fingerprint(reading: Reading, writing: Writing) -> str:
    """Hash the settings of a conversion, the files named by options, and all versions that may change a result."""
    asked = [writing.to, reading.reader, reading.options, writing.options, reading.siblings]
    asked += [derivation.text for derivation in reading.derive]
    files = {value: _state(Path(value)) for value in reading.options.values() if os.path.isfile(value)}
    plugins = [[p.name, p.distribution, p.version, p.state] for p in registry().plugins]
    readers = [[r.name, r.version] for r in registry().readers.values()]
    versions = [__version__, echub_schemas.VERSION, RESULT]
    return _hash([asked, sorted(files.values()), plugins, readers, versions])


def settings_of(fingerprint: str, sources: Iterable[Path], annotations: Annotations) -> str:
    """Hash the settings together with the metadata that are added to these sources."""
    said = []
    for path in sources:
        metadata = Metadata()
        annotations.apply(Source(path), metadata)
        said.append([[e.path, e.value, e.unit, e.source] for e in metadata.entries])
    return _hash([fingerprint, said])


def still_there(entries: Iterable[Entry], sha256: str, settings: str, folder: Path, out: Path) -> Entry | None:
    """Find the entry of an earlier conversion that a new one would only repeat, if its outputs are complete.

    `folder` is that of the source; the files next to it are compared as well.
    """
    for entry in entries:
        same = (entry.sha256, entry.settings) == (sha256, settings) and entry.status in ("ok", "flagged")
        if same and entry.beside == beside(folder, entry.beside) and _are_whole(entry.output, out):
            return entry
    return None


def replaceable(entries: Iterable[Entry], path: str, sha256: str, out: Path) -> dict[str, frozenset[str]]:
    """Return what may be replaced at each path: what was written for this source, even if it was moved."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        if path == entry.path or sha256 == entry.sha256:
            for part in entry.output:
                found.setdefault(str(out / part.path), set()).add(part.sha256)
    return {target: frozenset(hashes) for target, hashes in found.items()}


def _are_whole(output: Iterable[Written], out: Path) -> bool:
    try:
        return all(file_sha256(out / part.path) == part.sha256 for part in output)
    except OSError:
        return False


def sha256_of(hashes: Sequence[str]) -> str:
    """Hash the sources of one output: a single one's own hash, or that of all."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


def beside(folder: Path, asked: Iterable[str]) -> dict[str, str]:
    """Return the state of the files that a reader looked for next to a source, by name or pattern; empty: none."""
    return {pattern: _found(folder, pattern) for pattern in sorted(set(asked))}


def _found(folder: Path, pattern: str) -> str:
    exact = folder / pattern
    if os.path.isfile(exact):
        return _state(exact)
    try:
        paths = matching(folder, pattern)
    except (OSError, ValueError, NotImplementedError):  # not a valid file name
        return ""
    found = [path for path in paths if path.is_file() and path.suffix not in (*registry().own_suffixes, ".jsonl")]
    return _hash([[path.name, _state(path)] for path in found]) if found else ""


def _state(path: Path) -> str:
    try:
        stated = os.stat(path)
        return _sha256_once(path, stated.st_size, stated.st_mtime_ns)
    except OSError:
        return ""


# Bounded, and more than the files that the sources of a folder share.
@lru_cache(4096)
def _sha256_once(path: Path, size: int, changed: int) -> str:
    """Hash a file that many sources have next to them, once for each of its states."""
    return file_sha256(path)[:16]


def _hash(value: Any) -> str:  # noqa: ANN401
    return hashlib.sha256(to_json(plain(value)).encode()).hexdigest()[:16]
