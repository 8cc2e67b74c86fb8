"""Names of files made from texts inside files, and of records: unique, portable, and never a path."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING
from unicodedata import normalize

if TYPE_CHECKING:
    from echub.model.record import Record

_LONGEST = 120
"""Bytes of a name without its suffixes: file systems take 255, archives and mail often less."""
_TAKEN = 255
"""Bytes of a name that file systems take."""
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""What Windows takes as a device, with any suffix."""


def file_name(text: str) -> str:
    """Return a text as a name that every file system takes; different texts may give equal names."""
    name = re.sub(r"[^\w.+-]+", "_", text, flags=re.ASCII if not text.isprintable() else 0).strip(".")
    name = name.encode("utf-8", "ignore")[:_LONGEST].decode("utf-8", "ignore")
    return f"_{name}" if _DEVICES.fullmatch(name) or not name else name


def plain_name(text: str) -> str:
    """Return the name of a file as it is if it is one, without a path, else as `file_name` makes it.

    A record states the name of its source, and a native file may state anything.
    """
    name = PureWindowsPath(text).name.rstrip(". ")
    is_name = text and name == text and text.isprintable() and not _DEVICES.fullmatch(text)
    return text if is_name and len(text.encode()) <= _TAKEN else file_name(text)


def folded(name: str) -> str:
    """Return what two names share if some file system takes them for one: without case, composed."""
    return normalize("NFC", normalize("NFC", name).casefold())


def file_names(keys: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a name for each key, from its first text; equal keys share one, all others differ, in any case.

    If several keys would have one name, each gets a hash of its own: a name does not depend on the
    others' order. The further texts of a key tell apart what has one text, such as two files of one name.
    """
    plain = {key: file_name(key[0]) for key in keys}
    taken = Counter(map(folded, plain.values()))
    named = {key: name if taken[folded(name)] == 1 else f"{name}-{_hash(key)}" for key, name in plain.items()}
    return [named[key] for key in keys]


def names_of(records: Sequence[Record]) -> list[str]:
    """Return the names of the sources of records, with a number where one occurs again."""
    names: list[str] = []
    for number, record in enumerate(records, 1):
        name = str(record.provenance.source.get("name", "")) or f"record {number}"
        names.append(f"{name} ({number})" if name in names else name)
    return names


def _hash(key: tuple[str, ...]) -> str:
    # 48 bits: a study of 10⁴ answers that all had one name would meet a second one of them once in 10⁶ studies.
    return hashlib.sha256("\0".join(key).encode("utf-8", "backslashreplace")).hexdigest()[:12]
