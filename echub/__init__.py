"""echub: instrument files in, one unit-checked record, analyses out.

>>> import echub
>>> record = echub.read("fixtures/eclab/ramp.mpr")
>>> record["timeseries"].rows
1821
>>> bool(record["timeseries"].to("current", "A").max() > 0)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from echub.annotate import Annotations
    from echub.column import Column
    from echub.conversion import Conversion, convert
    from echub.dataset import Dataset
    from echub.errors import EchubError
    from echub.metadata import Metadata
    from echub.reading import read
    from echub.record import Record

_LAZY = {
    "Annotations": "echub.annotate",
    "Column": "echub.column",
    "Conversion": "echub.conversion",
    "Dataset": "echub.dataset",
    "EchubError": "echub.errors",
    "Metadata": "echub.metadata",
    "Record": "echub.record",
    "convert": "echub.conversion",
    "read": "echub.reading",
}

__all__ = [
    "Annotations",
    "Column",
    "Conversion",
    "Dataset",
    "EchubError",
    "Metadata",
    "Record",
    "convert",
    "read",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
