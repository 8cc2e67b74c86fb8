"""Tools for the tests of a plugin; needs pytest, which the hub itself does not.

>>> from echub.testing import ReaderContract
>>> ReaderContract.rules()["test_sniff_opens_nothing"]
'The sniffer looks at head, name and size only and opens nothing.'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.lazy import names_of

if TYPE_CHECKING:
    from echub.testing.analysis import AnalysisContract
    from echub.testing.reader import ReaderContract
    from echub.testing.writer import WriterContract

_LAZY = {
    "AnalysisContract": "echub.testing.analysis",
    "ReaderContract": "echub.testing.reader",
    "WriterContract": "echub.testing.writer",
}

__all__ = [
    "AnalysisContract",
    "ReaderContract",
    "WriterContract",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)
