"""Arbin results files (.res), which are Access databases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

JET = b"\x00\x01\x00\x00Standard Jet DB\x00"
MAIN = "Channel_Normal_Table"
"""The table of the measurement; only Arbin's databases have it."""


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of this plugin."""
    return (
        Reader(
            "arbin-res",
            "Arbin results file (.res)",
            (".res",),
            sniff="echub_arbin:sniff",
            read="echub_arbin.reader:read",
            codes="echub_arbin:codes.toml",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise an Access database that names Arbin's main table, or has Arbin's suffix."""
    if not source.head.startswith(JET):
        return Confidence.NO
    if MAIN.encode("utf-16-le") in source.head:
        return Confidence.CERTAIN
    return Confidence.LIKELY if source.suffix == ".res" else Confidence.NO
