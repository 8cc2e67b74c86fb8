"""Compare two files, or records that were read."""

from __future__ import annotations

from echub.files.reading import Readable, record_of
from echub.model import comparison
from echub.model.comparison import Comparison
from echub.model.record import Record


def compare(a: Readable | Record, b: Readable | Record) -> Comparison:
    """Compare two files, or records, that should hold the same data, to the printed precision.

    Every column gets a verdict; known anomalies in exports are named. Raises what `read` raises.
    """
    return comparison.compare(record_of(a), record_of(b))
