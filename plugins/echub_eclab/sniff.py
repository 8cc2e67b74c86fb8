"""Recognise EC-Lab and BT-Lab text by its first lines."""

from __future__ import annotations

from echub.plugin import Confidence, Source
from echub.text import plain_bytes
from echub_eclab.asciihead import kind_of

_OWN_NAMES = frozenset(
    {"mode", "ox/red", "control changes", "Ns changes", "counter inc.", "I Range", "half cycle"}
)
"""Column names that no other program prints; two of them make a table without a head ours."""


def sniff_mpt(source: Source) -> Confidence:
    """Recognise a data text: its first line, or column names of EC-Lab without any head."""
    if kind_of(source.head) == "data":
        return Confidence.CERTAIN
    first = plain_bytes(source.head[:4096]).split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
    own = _OWN_NAMES.intersection(first.split("\t"))
    return Confidence.LIKELY if len(own) >= 2 else Confidence.NO


def sniff_mps(source: Source) -> Confidence:
    """Recognise a settings or log file: its first line, or the start line in what bears the suffix of a log."""
    if kind_of(source.head) in ("settings", "log"):
        return Confidence.CERTAIN
    started = source.suffix == ".mpl" and b"Acquisition started on :" in plain_bytes(source.head)
    return Confidence.LIKELY if started else Confidence.NO
