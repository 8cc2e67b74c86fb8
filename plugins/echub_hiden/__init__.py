"""Hiden MASsoft text exports, and SIMS profiles and maps declared by a `sims.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, Template, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

FIRST_LINE = re.compile(rb'"?\d{1,12}"?[,;\t]\s*"?scans"?\s*[,;\t]\s*"?\d{1,12}"?[,;\t]\s*"?DataLength')
MANIFEST = re.compile(rb"""^\s*format\s*=\s*(["'])sims\1\s*(?:#.*)?$""", re.MULTILINE)
STARTS_AS_TOML = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:\[|[\w.\"-]+[ \t]*=)")
"""The first line that is neither blank nor a comment is a table or a key."""


@hookimpl
def echub_readers() -> Iterable[Reader | KnownFormat | Template]:
    """Declare the readers of this plugin."""
    return (
        Reader(
            "hiden-massoft",
            "Hiden MASsoft text export",
            (".csv", ".txt"),
            sniff="echub_hiden:sniff_massoft",
            read="echub_hiden.massoft:read",
            options="echub_hiden.options:MassoftOptions",
            codes="echub_hiden:codes.toml",
        ),
        Reader(
            "sims-declared",
            "SIMS profiles and maps declared by a sims.toml",
            (".toml",),
            sniff="echub_hiden:sniff_manifest",
            read="echub_hiden.manifest:read",
            intact="echub_hiden.tiff:is_intact",
        ),
        Template("sims.toml", "what a folder of SIMS exports holds, for `sims-declared`", "echub_hiden:template"),
        KnownFormat(
            "hiden-sidecar",
            "a working file of Hiden MASsoft",
            (".exp", ".scn", ".env", ".ann"),
            "export the data as CSV from MASsoft, and convert that",
        ),
        KnownFormat(
            "quadstar",
            "a file of Pfeiffer Quadstar (not of Hiden)",
            (".sac",),
            "export it as ASCII from Quadstar",
        ),
    )


def sniff_massoft(source: Source) -> Confidence:
    """Recognise the first line: rows, `scans`, bytes per row, `DataLength`."""
    from echub.text import plain_bytes

    return Confidence.CERTAIN if FIRST_LINE.match(plain_bytes(source.head[:512])) else Confidence.NO


def sniff_manifest(source: Source) -> Confidence:
    """Recognise a manifest by its own key ``format = "sims"``."""
    if b"sims" not in source.head:  # quick, where the pattern takes a millisecond for bytes of other formats
        return Confidence.NO
    own = MANIFEST.search(source.head)
    if own is None or not STARTS_AS_TOML.match(source.head):
        return Confidence.NO
    before = source.head[: own.start()]
    quoted = any(before.count(mark) % 2 for mark in (b'"""', b"'''"))  # a program that quotes a manifest
    return Confidence.NO if quoted else Confidence.CERTAIN


def template() -> str:
    """Return a commented `sims.toml`."""
    from importlib.resources import files

    return files("echub_hiden").joinpath("template.toml").read_text(encoding="utf-8")
