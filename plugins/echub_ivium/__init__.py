"""IviumSoft data files (.idf)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

_MARKS = (b"Method=", b"Data Options=", b"Mconfig=")
"""Keys that stand together in the settings of IviumSoft only, each at the beginning of a line."""


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of this plugin."""
    return (
        Reader(
            "ivium-idf",
            "IviumSoft data file (.idf)",
            (".idf",),
            sniff="echub_ivium:sniff",
            read="echub_ivium.reader:read",
            codes="echub_ivium:codes.toml",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise the keys of IviumSoft's settings at the beginning of lines."""
    return Confidence.CERTAIN if is_ivium(source.head) else Confidence.NO


def is_ivium(head: bytes) -> bool:
    """Return whether all keys that mark the settings of IviumSoft begin a line."""
    return all(b"\n" + mark in head for mark in _MARKS)
