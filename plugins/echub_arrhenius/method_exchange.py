"""An exact permutation test that exchanges cells: a cell keeps all of its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from echub.plugin import Refusal

Floats = NDArray[np.float64]
LARGEST_HALF = 5_000_000
"""Relabelings that are counted at once; twice as many classes cost only twice as much."""
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Exchangeable:
    """Cells that were measured at the same temperatures, so that their labels may be exchanged.

    high, low: (cells,), what a cell adds to the sum as a member of the group expected higher, and takes away as
    one of the other. members: (cells,), whether it belongs to the former.
    """

    high: Floats
    low: Floats
    members: NDArray[np.bool_]

    @property
    def observed(self) -> float:
        """Return what these cells add to the summed difference."""
        return float(self.high[self.members].sum() - self.low[~self.members].sum())

    def relabelled(self) -> Floats:
        """Return what they add for every choice of members."""
        count, size = len(self.members), int(self.members.sum())
        if comb(count, size) > LARGEST_HALF:
            raise _too_many()
        both = self.high + self.low
        picked = [both[list(choice)].sum() for choice in combinations(range(count), size)]
        return np.asarray(np.array(picked, dtype=np.float64) - float(self.low.sum()))


@dataclass(frozen=True)
class Exchange:
    """The p of the observed difference, the least p that can be reached, and the number of relabelings."""

    p: float
    least: float
    relabelings: int


def classes(
    cells: Sequence[Hashable], strata: Sequence[int], log_y: Floats, high: Sequence[bool]
) -> list[Exchangeable]:
    """Gather values into exchangeable cells; cells, strata, log_y, high: (values,).

    The sum is over temperatures, of the difference of the groups' mean logarithms. Fresh cells are exchanged
    within their temperature; cells that were repeated, but not all at the same temperatures, by their mean
    distance from the temperatures' means.
    """
    found: dict[Hashable, list[tuple[int, float]]] = {}
    for cell, stratum, y, up in zip(cells, strata, log_y, high, strict=True):
        found.setdefault((up, cell), []).append((stratum, float(y)))
    patterns = {key: tuple(sorted(s for s, _ in values)) for key, values in found.items()}
    if len(set(patterns.values())) > 1 and any(len(pattern) > 1 for pattern in patterns.values()):
        return [_by_distance(found, strata, log_y)]
    sizes = Counter(zip(strata, high, strict=True))
    gathered: dict[Hashable, list[Any]] = {}
    for key, pattern in patterns.items():
        gathered.setdefault(pattern, []).append(key)
    return [
        Exchangeable(
            np.array([sum(y / sizes[s, True] for s, y in found[key]) for key in alike]),
            np.array([sum(y / sizes[s, False] for s, y in found[key]) for key in alike]),
            np.array([key[0] for key in alike]),
        )
        for alike in gathered.values()
    ]


def _by_distance(
    found: Mapping[Any, list[tuple[int, float]]], strata: Sequence[int], log_y: Floats
) -> Exchangeable:
    at = np.asarray(strata)
    means = {s: float(log_y[at == s].mean()) for s in set(strata)}
    distance = np.array([np.mean([y - means[s] for s, y in values]) for values in found.values()])
    members = np.array([key[0] for key in found])
    scaled = len(means) * distance
    return Exchangeable(scaled / members.sum(), scaled / (~members).sum(), members)


def exchange(parts: Sequence[Exchangeable], *, two_sided: bool = False) -> Exchange:
    """Return the exact p of the summed difference over all relabelings, which are equally likely under the null.

    The sums are counted in two halves, one sorted, so that many temperatures stay exact.
    """
    observed = sum(part.observed for part in parts)
    each = [part.relabelled() for part in parts]
    first, second = (_all_sums(part) for part in (each[0::2], each[1::2]))
    ordered = np.sort(second)
    scale = max(1.0, abs(float(first.max())), abs(float(first.min())), abs(observed))
    tolerance = 1e-9 * scale  # rounding must not part equal sums
    total = len(first) * len(second)

    def reached(limit: float) -> float:
        above = len(ordered) - np.searchsorted(ordered, limit - tolerance - first, side="left")
        if not two_sided:
            return float(above.sum() / total)
        below = np.searchsorted(ordered, -limit + tolerance - first, side="right")
        return min(1.0, float((above.sum() + below.sum()) / total))

    top, bottom = float(first.max() + second.max()), float(first.min() + second.min())
    most = max(top, -bottom) if two_sided else top
    return Exchange(reached(abs(observed) if two_sided else observed), reached(most), total)


def _all_sums(parts: Sequence[Floats]) -> Floats:
    sums = np.zeros(1)
    for part in parts:
        if len(sums) * len(part) > LARGEST_HALF:
            raise _too_many()
        sums = (sums[:, None] + part[None, :]).ravel()
    return sums


def _too_many() -> Refusal:
    return Refusal(
        "too-many-relabelings",
        f"more than {LARGEST_HALF:,} relabelings on one side",
        hint="--param temperatures='…' chooses some, and says so",
    )


def difference_error(parts: Sequence[Exchangeable]) -> tuple[float, float] | None:
    """Return standard error and half width (95 %) of the summed difference, from the scatter of cells alike.

    None if no group has two cells that were measured at the same temperatures. Method: Welch, Satterthwaite;
    a cell without another like it is taken to scatter as the others do.
    """
    samples = [side for part in parts for side in (part.high[part.members], part.low[~part.members])]
    spread = [(len(side), float(side.var(ddof=1))) for side in samples if len(side) > 1]
    if not spread:
        return None
    freedom = sum(count - 1 for count, _ in spread)
    pooled = sum((count - 1) * variance for count, variance in spread) / freedom
    alone = pooled * sum(len(side) == 1 for side in samples)
    variances = [count * variance for count, variance in spread]
    total = sum(variances) + alone
    if total == 0:
        return 0.0, 0.0
    below = sum(v**2 / (count - 1) for v, (count, _) in zip(variances, spread, strict=True)) + alone**2 / freedom
    return float(np.sqrt(total)), float(stdtrit(total**2 / below, (1 + LEVEL) / 2) * np.sqrt(total))
