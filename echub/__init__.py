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
    from echub.analysis import analyze
    from echub.annotate import Annotations
    from echub.batch import convert_many
    from echub.clock import absolute_time
    from echub.column import Column
    from echub.comparison import Comparison, compare
    from echub.conversion import Conversion, convert
    from echub.dataset import Dataset
    from echub.errors import EchubError
    from echub.metadata import Metadata
    from echub.outcome import Outcome
    from echub.reading import read
    from echub.record import Record
    from echub.validation import validate
    from echub.verification import Check, verify

_LAZY = {
    "Annotations": "echub.annotate",
    "Check": "echub.verification",
    "Column": "echub.column",
    "Comparison": "echub.comparison",
    "Conversion": "echub.conversion",
    "Dataset": "echub.dataset",
    "EchubError": "echub.errors",
    "Metadata": "echub.metadata",
    "Outcome": "echub.outcome",
    "Record": "echub.record",
    "absolute_time": "echub.clock",
    "analyze": "echub.analysis",
    "compare": "echub.comparison",
    "convert": "echub.conversion",
    "convert_many": "echub.batch",
    "read": "echub.reading",
    "validate": "echub.validation",
    "verify": "echub.verification",
}

__all__ = [
    "Annotations",
    "Check",
    "Column",
    "Comparison",
    "Conversion",
    "Dataset",
    "EchubError",
    "Metadata",
    "Outcome",
    "Record",
    "absolute_time",
    "analyze",
    "compare",
    "convert",
    "convert_many",
    "read",
    "validate",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)
