"""The column Over: one letter per kind of overload, a point where there was none.

The position says which kind it is, not the letter (Gamry, Framework help, "Overloads").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Bits, Notice, SourceColumn

POSITIONS = (
    ("t", "timing: the data rate is too fast"),
    ("e", "potential: the electrometer is beyond its limit"),
    ("c", "control amplifier beyond its limit"),
    ("h", "control amplifier beyond its limit at some time during the point"),
    ("i", "current: the I/E converter is beyond its limit"),
    ("h", "current beyond the limit at some time during the point"),
    ("s", "settling of a hardware setting"),
    ("s", "settling of a range"),
    ("i", "current channel outside its range"),
    ("v", "voltage channel outside its range"),
    ("a", "auxiliary channel outside its range"),
    ("r", "raw data were lost"),
    ("q", "the queue of processed data was full"),
)
"""Letter and meaning by position; older and newer Frameworks print the first 11 of 13."""
_NONE = "."


def flags_of(header: str, texts: NDArray[np.object_]) -> SourceColumn:
    """Return the overloads of each row as a packed column, one bit per position."""
    words, rows = np.unique(texts.astype(str), return_inverse=True)
    packed = np.array([_packed(word) for word in words], dtype=np.uint16)[rows.reshape(-1)]
    fields = tuple(
        Bits(
            f"vendor_over_{n + 1:02d}_{letter}",
            f"{header}, position {n + 1}: {letter}",
            1 << n,
            None,
            {1: meaning},
        )
        for n, (letter, meaning) in enumerate(POSITIONS)
    )
    recipe = f"bit n-1 is set where position n of {header} is not a point"
    return SourceColumn("overloads", packed, "flags", "1", origin="derived", bits=fields, attrs={"recipe": recipe})


def _packed(word: str) -> int:
    return sum(1 << n for n, letter in enumerate(word[: len(POSITIONS)]) if letter != _NONE)


def overload_notice(table: str, texts: Sequence[str] | NDArray[np.object_]) -> Notice | None:
    """Return how many rows have an overload, and of which kinds; None where there is none."""
    words, counts = np.unique(np.asarray(texts).astype(str), return_counts=True)
    hit = {word: int(count) for word, count in zip(words, counts, strict=True) if _packed(word)}
    if not hit:
        return None
    kinds = [
        f"{letter} at position {n + 1} ({meaning}) in {rows}"
        for n, (letter, meaning) in enumerate(POSITIONS)
        if (rows := sum(count for word, count in hit.items() if _packed(word) >> n & 1))
    ]
    text = f"{sum(hit.values())} of {int(counts.sum())} rows of {table} are overloaded: {'; '.join(kinds)}"
    return Notice("overload", text)
