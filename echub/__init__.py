"""echub: instrument files in, one unit-checked record, analyses out.

>>> import echub
>>> record = echub.read("fixtures/eclab/ramp.mpr")
>>> record["timeseries"].rows
1821
>>> bool(record["timeseries"].to("current", "A").max() > 0)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.lazy import names_of

__version__ = "0.1.0"

if TYPE_CHECKING:
    from echub.analysis.analysis import analyze, analyze_each
    from echub.analysis.figures import plot
    from echub.analysis.outcome import Outcome
    from echub.batch.batch import convert_many
    from echub.errors import EchubError
    from echub.files.aligning import Aligned, align
    from echub.files.annotations import Annotations
    from echub.files.comparing import compare
    from echub.files.conversion import Conversion, convert
    from echub.files.reading import read
    from echub.files.stacking import from_pint, stack, to_pint
    from echub.files.verification import Check, verify
    from echub.model.clock import absolute_time
    from echub.model.column import Column
    from echub.model.comparison import Comparison
    from echub.model.dataset import Dataset
    from echub.model.metadata import Metadata
    from echub.model.missing import is_missing
    from echub.model.record import Record
    from echub.model.samples import averaged, join_samples
    from echub.validation.validation import validate

_LAZY = {
    "Aligned": "echub.files.aligning",
    "Annotations": "echub.files.annotations",
    "Check": "echub.files.verification",
    "Column": "echub.model.column",
    "Comparison": "echub.model.comparison",
    "Conversion": "echub.files.conversion",
    "Dataset": "echub.model.dataset",
    "EchubError": "echub.errors",
    "Metadata": "echub.model.metadata",
    "Outcome": "echub.analysis.outcome",
    "Record": "echub.model.record",
    "absolute_time": "echub.model.clock",
    "align": "echub.files.aligning",
    "analyze": "echub.analysis.analysis",
    "analyze_each": "echub.analysis.analysis",
    "averaged": "echub.model.samples",
    "compare": "echub.files.comparing",
    "convert": "echub.files.conversion",
    "convert_many": "echub.batch.batch",
    "from_pint": "echub.files.stacking",
    "is_missing": "echub.model.missing",
    "join_samples": "echub.model.samples",
    "plot": "echub.analysis.figures",
    "read": "echub.files.reading",
    "stack": "echub.files.stacking",
    "to_pint": "echub.files.stacking",
    "validate": "echub.validation.validation",
    "verify": "echub.files.verification",
}

__all__ = [
    "Aligned",
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
    "align",
    "analyze",
    "analyze_each",
    "averaged",
    "compare",
    "convert",
    "convert_many",
    "from_pint",
    "is_missing",
    "join_samples",
    "plot",
    "read",
    "stack",
    "to_pint",
    "validate",
    "verify",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)
