"""Neware binary records (.nda, .ndax), through the library fastnda."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

NDA = b"NEWARE"
ZIP = b"PK\x03\x04"


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of this plugin."""
    return (
        Reader(
            "neware",
            "Neware binary record (.nda, .ndax)",
            (".nda", ".ndax"),
            sniff="echub_neware:sniff",
            read="echub_neware.reader:read",
            codes="echub_neware:codes.toml",
            options="echub_neware.options:NewareOptions",
            requires="fastnda",
            intact="echub_neware.intact:is_intact",
            extra="neware",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise the signature of a record, or an archive that begins with one of Neware's own parts."""
    if source.head.startswith(NDA):
        return Confidence.CERTAIN
    return Confidence.CERTAIN if source.head.startswith(ZIP) and has_neware_parts(source.head) else Confidence.NO


def has_neware_parts(head: bytes) -> bool:
    """Return whether the first names of an archive are those of an .ndax: its data or its step file."""
    names = (
        b"data.ndc",
        b"data_step.ndc",
        b"data_runInfo.ndc",
        b"VersionInfo.xml",
        b"TestInfo.xml",
        b"EditStep.xml",
    )
    return any(name in head for name in names)
