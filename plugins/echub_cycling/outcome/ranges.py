"""What is said of the ranges of the current in which an answer was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Condition, Flag, Inputs, range_unknown, several_ranges
from echub_cycling.data.ranges import RangeShares


@dataclass(frozen=True)
class RangesUsed:
    """Ranges of an answer by name, each with where it was used first; where one was not known, "" if nowhere.

    recorded: the file says anything of ranges. One that never does is not flagged: its condition says so.
    """

    first: dict[str, str]
    unknown: str
    recorded: bool

    @classmethod
    def of(
        cls, shares: RangeShares, rows: slice | NDArray[np.intp], called: Sequence[str], data: Inputs
    ) -> RangesUsed:
        """Return the ranges of some rows of the shares, which are called as given."""
        used = shares.charge[rows] > 0
        first = np.argmax(used, axis=0).tolist()
        known = {name: called[first[k]] for k, name in enumerate(shares.names) if used[:, k].any()}
        return cls(known, called[first[-1]] if used[:, -1].any() else "", "range" in data)

    def condition(self) -> Condition:
        """Return them as a condition, which need not be alike to compare outcomes."""
        unknown = ("not known" if self.recorded else "not recorded",) if self.unknown else ()
        return Condition(", ".join((*self.first, *unknown)), compared=False)

    def flags(self) -> Iterator[Flag]:
        """Yield a flag of several ranges, and of one that is recorded, but not known."""
        yield from several_ranges({name: f"{where} on" for name, where in self.first.items()})
        if self.unknown and self.recorded:
            yield range_unknown(f" from {self.unknown} on", "there the accuracy is that of the value")
