"""The profile as it goes through the pipeline: counts, what one unit of the signal counts, and x."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag
from echub_sims_profile.data.poisson import half_widths

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Done:
    """One step of the pipeline: its name, whether it changed anything, and what was done or why not."""

    step: str
    applied: bool
    detail: str


@dataclass(frozen=True)
class CountProfile:
    """All rows of a file; the signal is (counts - base) / gain.

    `n` are detected counts and never change, so that their statistics stay those of counting;
    corrections act on `gain` (counts per unit of the signal) and `base` (background counts).
    `base_error` is the standard error of the base, `relative` that of the gain, as a fraction.
    `analogue` marks points of a Faraday cup, which counts no ions. `primary` is the primary current of each point
    in nA, if it was measured.
    """

    x: Array
    unit: str
    n: Array
    gain: Array
    base: Array
    base_error: Array
    relative: Array
    species: NDArray[Any]
    region: NDArray[Any]
    polarity: Array
    analogue: Mask
    signal_unit: str = "count"
    steps: tuple[Done, ...] = ()
    flags: tuple[Flag, ...] = ()
    primary: Array | None = None

    def did(self, step: str, detail: str, *flags: Flag, **changes: Any) -> CountProfile:  # noqa: ANN401
        """Record a step that was applied."""
        steps = (*self.steps, Done(step, True, detail))
        return replace(self, steps=steps, flags=(*self.flags, *flags), **changes)

    def skipped(self, step: str, why: str, *flags: Flag) -> CountProfile:
        """Record a step that was not applied."""
        return replace(self, steps=(*self.steps, Done(step, False, why)), flags=(*self.flags, *flags))

    def rows(self, kept: NDArray[Any]) -> CountProfile:
        """Keep some rows: those that are true in a mask (rows,), or those of these numbers, in their order."""
        arrays: dict[str, Any] = {n: v[kept] for n, v in vars(self).items() if isinstance(v, np.ndarray)}
        return replace(self, **arrays)

    @property
    def signal(self) -> Array:
        """Return the corrected signal."""
        return (self.n - self.base) / self.gain

    def band(self) -> tuple[Array, Array]:
        """Return the signal's 68 % band; NaN where the points are not counted."""
        below, above = half_widths(self.n)
        signal = self.signal
        rest = np.hypot(self.base_error / self.gain, self.relative * signal)
        low = signal - np.hypot(below / self.gain, rest)
        high = signal + np.hypot(above / self.gain, rest)
        return np.where(self.analogue, np.nan, low), np.where(self.analogue, np.nan, high)

    @property
    def least_dispersion(self) -> float:
        """Return the variance over that of counting which the gain's own uncertainty makes."""
        return 1.0 + float((self.relative**2 * self.n).mean()) if len(self.n) else 1.0

    def channels(self) -> list[tuple[str, str, int]]:
        """Return region, species and polarity of every channel, in the order of the file."""
        keys = zip(self.region.tolist(), self.species.tolist(), self.polarity.tolist(), strict=True)
        return [(str(r), str(s), int(p)) for r, s, p in dict.fromkeys(keys)]

    def of(self, region: str, species: str, polarity: int) -> Mask:
        """Return which rows are of one channel."""
        mine = (self.region == region) & (self.species == species) & (self.polarity == polarity)
        return np.asarray(mine, dtype=bool)

    def ordered(self, region: str, species: str, polarity: int) -> CountProfile:
        """Return one channel by rising x."""
        mine = self.rows(self.of(region, species, polarity))
        return mine.rows(np.argsort(mine.x, kind="stable"))
