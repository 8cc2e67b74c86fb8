"""Which files of a folder match a name, for thousands of files that look at the same folder."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path

_SETTLED_NS = 3_000_000_000
"""A folder's time stamp tells of every change once it is older than the coarsest clock: 2 s on FAT."""


def matching(folder: Path, pattern: str) -> list[Path]:
    """List what matches a glob in a folder, by name.

    A folder that has not changed for some seconds is listed once for each pattern: without that, each of
    n sources lists n names. Raises `OSError`, `ValueError` or `NotImplementedError` for what cannot be a name.
    """
    try:
        changed = os.stat(folder).st_mtime_ns
    except OSError:
        return []
    # A pattern with folders in it depends on more than this folder's own time stamp.
    if os.path.basename(pattern) != pattern or time.time_ns() - changed < _SETTLED_NS:
        return sorted(folder.glob(pattern))
    return [folder / name for name in _listed(folder, changed, pattern)]


# Some formats ask for two or three patterns; sources come folder by folder.
@lru_cache(64)
def _listed(folder: Path, changed: int, pattern: str) -> tuple[str, ...]:
    return tuple(path.name for path in sorted(folder.glob(pattern)))
