"""The column Over: one letter per kind of overload, a point where there was none.

The position says which kind it is, not the letter (Gamry, Framework help, "Overloads").
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from echub.plugin import Bits, Notice, SourceColumn
from echub.text import some_of
from echub_gamry.cells import Words

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


def flags_of(header: str, words: Words) -> SourceColumn:
    """Return the overloads of each row as a packed column, one bit per position."""
    packed = np.array([_packed(text) for text in words.texts], dtype=np.uint16)[words.codes]
    fields = tuple(
        Bits(f"vendor_over_{n + 1:02d}_{letter}", f"{header}, position {n + 1}", 1 << n, None, {1: meaning})
        for n, (letter, meaning) in enumerate(POSITIONS)
    )
    recipe = f"bit n-1 is set where position n of {header} is not a point"
    return SourceColumn("overloads", packed, "flags", "1", origin="derived", bits=fields, attrs={"recipe": recipe})


def _packed(text: str) -> int:
    return sum(1 << n for n, letter in enumerate(text[: len(POSITIONS)]) if letter != _NONE)


def overload_notice(table: str, words: Words) -> list[Notice]:
    """Return how many rows have an overload, and of which kinds; nothing where there is none."""
    counts = np.bincount(words.codes, minlength=len(words.texts))
    hit: Counter[int] = Counter()
    for text, count in zip(words.texts, counts, strict=True):
        hit[_packed(text)] += int(count)
    del hit[0]
    if not hit:
        return []
    kinds = [
        f"{letter} at position {n + 1} ({meaning}) in {rows}"
        for n, (letter, meaning) in enumerate(POSITIONS)
        if (rows := sum(count for bits, count in hit.items() if bits >> n & 1))
    ]
    are = some_of(sum(hit.values()), len(words.codes), "row", f"of {table} is", f"of {table} are")
    text = f"{are} overloaded: {'; '.join(kinds)}"
    return [Notice("overload", text)]
