"""Find numbers by the hash of a text, without keeping the texts: a million take 16 MB, a dict 150."""

from __future__ import annotations

from array import array

import numpy as np


class Hashes:
    """Numbers of 63 bits under the hashes of texts, in the order in which they were added.

    Of a million texts, two have the same hash of 64 bits with a probability of 10⁻⁷. The first question sorts
    what is there; what is added later is found in a dict.
    """

    def __init__(self) -> None:
        self._keys, self._numbers = array("q"), array("q")
        self._sorted = self._order = np.empty(0, np.int64)
        self._asked = False
        self._later: dict[int, list[int]] = {}

    def add(self, text: str, number: int = 0) -> None:
        """Add a number under a text."""
        if self._asked:
            self._later.setdefault(hash(text), []).append(number)
        else:
            self._keys.append(hash(text))
            self._numbers.append(number)

    def __bool__(self) -> bool:
        """Return whether anything is there."""
        return bool(self._keys or len(self._order) or self._later)

    def __contains__(self, text: str) -> bool:
        """Return whether any number is there under a text."""
        return bool(self.of(text))

    def of(self, text: str) -> list[int]:
        """Return the numbers under a text, oldest first."""
        if not self._asked:
            self._sort()
        key = hash(text)
        first, last = np.searchsorted(self._sorted, key, "left"), np.searchsorted(self._sorted, key, "right")
        return [*self._order[first:last].tolist(), *self._later.get(key, ())]

    def _sort(self) -> None:
        keys, numbers = (np.array(held, np.int64) for held in (self._keys, self._numbers))
        order = np.argsort(keys, kind="stable")
        self._sorted, self._order = keys[order], numbers[order]
        self._keys, self._numbers, self._asked = array("q"), array("q"), True
