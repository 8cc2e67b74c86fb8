"""Gamry Framework data files (.DTA)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

SIGNATURE = re.compile(rb'"?EXPLAIN"?[\t ;,]*\r?\n"?TAG"?[\t ;,]')
"""The two lines that every file of the Framework begins with, also when a spreadsheet has saved it again."""


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of this plugin."""
    return (
        Reader(
            "gamry-dta",
            "Gamry Framework data (.DTA)",
            (".dta",),
            sniff="echub_gamry:sniff",
            read="echub_gamry.reader:read",
            codes="echub_gamry:codes.toml",
            options="echub_gamry.options:GamryOptions",
            explain="echub_gamry.detection:explain",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise the lines EXPLAIN and TAG at the beginning of the file."""
    from echub.text import plain_bytes

    return Confidence.CERTAIN if SIGNATURE.match(plain_bytes(source.head[:512])) else Confidence.NO
