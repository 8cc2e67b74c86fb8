"""Tools for the tests of a plugin; needs pytest, which the hub itself does not.

>>> from echub.testing import ReaderContract
>>> ReaderContract.rules()["test_sniff_opens_nothing"]
'The sniffer looks at head, name and size only and opens nothing.'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from echub.testing.analysis import AnalysisContract
    from echub.testing.reader import ReaderContract

_LAZY = {
    "AnalysisContract": "echub.testing.analysis",
    "ReaderContract": "echub.testing.reader",
}

__all__ = [
    "AnalysisContract",
    "ReaderContract",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
