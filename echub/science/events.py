"""One clock for two instruments: the offset at which the steps of one signal are those of another.

The times of the steps are known within a bracket, from one row to the next. The other signal is noisy: around each
step, two levels are fitted for every offset, and the likelihood of all steps together gives the offset with its
interval. Nothing is assumed about size or direction of a response, only that it starts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.science.noise import difference_noise

Floats = NDArray[np.float64]
WINDOW = 25
"""Rows on each side of a step from which its levels are taken, at most: a slow drift within them is small."""
FEWEST = 3
"""Rows on each side that a level needs at least."""
SEEN = 12.5
"""Gain in log-likelihood of a step that is seen: five standard deviations."""
RIVAL = 6.0
"""Two offsets whose log-likelihoods differ by less cannot be told apart: a ratio of 400."""
GRID = 20_000
"""Offsets that are tried at most, half a row apart if that is fewer."""
POINTS = 401
"""Offsets of the fine grid, which is laid twice: the second time over what the first left."""
FINEST = 20_000
"""Times at which one step is tried at most: a bracket of hours, on a grid of seconds."""
PLACES = 201
"""Places within the brackets at which all steps may lie alike, at most."""
AT_AN_END = 0.45
"""Prior of either end among these places: a program writes a row just before, or just after, it sets a step."""
FASTEST = 5e-3
"""Drift that is looked for: a clock that is off by more than 7 min a day is noticed by its owner."""
SIGNIFICANT = 3.0
"""Standard deviations at which a drift is reported: three give 0.3 % false alarms."""


@dataclass(frozen=True, eq=False)
class Brackets:
    """Times of steps, each between `early` and `late`, s, (n,)."""

    early: Floats
    late: Floats

    @property
    def middle(self) -> Floats:
        """Return the middle of each bracket."""
        return (self.early + self.late) / 2

    def __len__(self) -> int:
        return len(self.early)


@dataclass(frozen=True)
class Offset:
    """What is added to the second clock: value, standard uncertainty, 95 % interval, all in s.

    `steps` were seen out of `inside`; `gain` is that of all steps. `rivals` are offsets that fit as well. `drift`:
    rate of the second clock against the first, less one, with its uncertainty; None for fewer than three steps.
    `middle`: time on the second clock at which the offset holds if the clocks drift.
    """

    value: float
    uncertainty: float
    low: float
    high: float
    steps: int
    inside: int
    gain: float
    rivals: tuple[float, ...] = ()
    drift: float | None = None
    drift_uncertainty: float | None = None
    middle: float = 0.0

    @property
    def drifts(self) -> bool:
        """Return whether the drift is significant."""
        return (
            self.drift is not None
            and bool(self.drift_uncertainty)
            and abs(self.drift) > SIGNIFICANT * float(self.drift_uncertainty or 0)
        )


def match_steps(
    steps: Brackets,
    time: ArrayLike,
    values: ArrayLike,
    *,
    counts: bool = False,
    averaged: bool | None = None,
    near: tuple[float, float] | None = None,
) -> Offset | None:
    """Find the offset at which the steps of one clock are those of a signal on another; None if none is seen.

    time: (n,), s, increasing; values: (n,), any unit; rows of one time, as of a clock that prints full seconds,
    are averaged. counts: the noise grows with the root of the values, as that of counts and their rates. averaged:
    whether a row is an average since the row before, or a sample of its moment; None: not known, the data weigh
    both. near: (lowest, highest) offset to search, s. An offset is added to `time`.
    """
    t, each = _merged(np.asarray(time, dtype=np.float64), np.asarray(values, dtype=np.float64))
    signal = _Signal.of(t, each, counts)
    if len(t) < 2 * FEWEST or not len(steps) or not signal.sigma > 0:
        return None
    width = _window(steps, t)
    offsets = _search(steps, t, near)
    gains = signal.gains(steps.middle[None, :] - offsets[:, None], width)
    score = gains.sum(axis=1) - np.log(len(t)) / 2 * (gains > 0).sum(axis=1)
    best = int(np.argmax(score))
    single = signal.gains(steps.middle[None, :] - offsets[best], width)[0]
    seen = single > SEEN
    if not seen.any():
        return None
    apart = np.abs(offsets - offsets[best]) > 2 * width * float(np.median(np.diff(t)))
    rivals = _peaks(offsets, np.where(apart & (score > score[best] - RIVAL), score, -np.inf))
    return _refined(steps, seen, signal, float(offsets[best]), width, rivals, int((single > 0).sum()), averaged)


def _merged(time: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return every time once, with the mean of its values."""
    if (np.diff(time) > 0).all():
        return time, values
    at, place, rows = np.unique(time, return_inverse=True, return_counts=True)
    return at, np.bincount(place, values) / rows


# -- the signal ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Signal:
    """Rows of the second signal with noise that is equal everywhere, and their running sums."""

    time: Floats
    values: Floats
    sigma: float
    sums: Floats
    root: bool

    @classmethod
    def of(cls, time: Floats, values: Floats, counts: bool) -> _Signal:
        """Stabilise the noise of counts by the root (Anscombe), and estimate it from row to row."""
        flat = 2 * np.sqrt(np.maximum(values, 0) + 0.375) if counts else values
        span = float(np.ptp(flat)) if len(flat) else 0.0
        sigma = max(difference_noise(flat), 1e-4 * span)
        return cls(time, flat, sigma, np.concatenate([[0.0], np.cumsum(flat)]), counts)

    def gains(self, at: Floats, width: int) -> Floats:
        """Return the gain in log-likelihood of a step at each time, (…,); 0 outside."""
        place = np.searchsorted(self.time, at)
        first, last = np.maximum(place - width, 0), np.minimum(place + width, len(self.time))
        before, after = place - first, last - place
        whole = (before >= FEWEST) & (after >= FEWEST)
        safe = np.where(whole, place, FEWEST)
        low = (self.sums[safe] - self.sums[np.where(whole, first, 0)]) / np.maximum(before, 1)
        high = (self.sums[np.where(whole, last, FEWEST)] - self.sums[safe]) / np.maximum(after, 1)
        weight = before * after / np.maximum(before + after, 1)
        return np.where(whole, (high - low) ** 2 * weight / (2 * self.sigma**2), 0.0)


def _window(steps: Brackets, time: Floats) -> int:
    """Return the rows on each side of a step, so that no window reaches the next step."""
    spacing = float(np.min(np.diff(steps.middle))) if len(steps) > 1 else np.inf
    rows = spacing / 2 / float(np.median(np.diff(time)))
    return int(np.clip(rows, FEWEST, WINDOW)) if np.isfinite(rows) else WINDOW


def _search(steps: Brackets, time: Floats, near: tuple[float, float] | None) -> Floats:
    """Return the offsets to try, half a row apart: all at which a step falls into the signal, or those given."""
    low, high = near or (steps.middle[0] - time[-1], steps.middle[-1] - time[0])
    half_row = float(np.median(np.diff(time))) / 2
    count = int(np.clip((high - low) / half_row, 2, GRID)) + 1
    return np.linspace(low, high, count)


def _peaks(offsets: Floats, score: Floats) -> tuple[float, ...]:
    """Return the offsets of at most five separate peaks, the best first."""
    found: list[float] = []
    left = score.copy()
    while len(found) < 5 and np.isfinite(left).any():
        at = int(np.argmax(left))
        found.append(float(offsets[at]))
        left[max(0, at - len(offsets) // 100 - 1) : at + len(offsets) // 100 + 2] = -np.inf
    return tuple(found)


# -- the interval ----------------------------------------------------------------------------


def _refined(
    steps: Brackets,
    seen: NDArray[np.bool_],
    signal: _Signal,
    start: float,
    width: int,
    rivals: tuple[float, ...],
    inside: int,
    averaged: bool | None,
) -> Offset:
    """Return the offset from the likelihood of all steps together, on a grid that is refined once."""
    row = float(np.median(np.diff(signal.time)))
    chosen = Brackets(steps.early[seen], steps.late[seen])
    reach = 3 * row + float(np.max(chosen.late - chosen.early))
    grid = np.linspace(start - reach, start + reach, POINTS)
    _, joint = _likelihoods(chosen, signal, grid, width, averaged)
    kept = grid[joint > 1e-6 * joint.max()]
    grid = np.linspace(kept[0] - (grid[1] - grid[0]), kept[-1] + (grid[1] - grid[0]), POINTS)
    far = reach + FASTEST * float(np.ptp(chosen.middle)) / 2
    wide_grid = np.linspace(start - far, start + far, POINTS)
    wide = _moments(wide_grid, _likelihoods(chosen, signal, wide_grid, width, averaged)[0])
    _, joint = _likelihoods(chosen, signal, grid, width, averaged)
    joint = joint / joint.sum()
    value = float(joint @ grid)
    spread = float(np.sqrt(joint @ (grid - value) ** 2))
    low, high = np.interp([0.025, 0.975], np.cumsum(joint) - joint / 2, grid)
    own = chosen.middle - value
    drift, drift_u = _drift(own, *wide)
    gain = float(signal.gains(own, width).sum())
    found = Offset(
        value,
        spread,
        float(low),
        float(high),
        int(seen.sum()),
        inside,
        gain,
        rivals,
        drift,
        drift_u,
        float(own.mean()),
    )
    return _about_its_middle(found, own, *wide) if found.drifts else found


def _about_its_middle(found: Offset, time: Floats, offsets: Floats, errors: Floats) -> Offset:
    """Return the offset at the middle of the steps: with a drift no single one holds for all of them."""
    weight = 1 / np.maximum(errors, 1e-12) ** 2
    value, u = float(np.average(offsets, weights=weight)), float(1 / np.sqrt(weight.sum()))
    middle = float(np.average(time, weights=weight))
    return replace(found, value=value, uncertainty=u, low=value - 1.96 * u, high=value + 1.96 * u, middle=middle)


def _likelihoods(
    steps: Brackets, signal: _Signal, grid: Floats, width: int, averaged: bool | None
) -> tuple[Floats, Floats]:
    """Return the likelihood over offsets, of each step (steps, grid) and of all together (grid,).

    A row may be a sample of its moment or an average since the row before: if not stated, the data weigh both.
    They weigh as well whether steps lie anywhere in their brackets, or all at the same place, as those of a
    program that starts each step with a row do: then more steps do not tell that place any better.
    """
    brackets = list(zip(steps.early, steps.late, strict=True))
    models = (False, True) if averaged is None else (averaged,)
    profiles = [[_profile(one, width, signal, grid, model) for one in brackets] for model in models]
    logs = np.array(
        [[_within(one, grid, *profile) for one, profile in zip(brackets, row, strict=True)] for row in profiles]
    )
    alike = np.array([_alike(brackets, grid, row) for row in profiles])
    together = np.logaddexp(logs.sum(axis=1), alike)
    joint = np.exp(together - together.max()).sum(axis=0)
    peak = logs.max(axis=(0, 2), keepdims=True)
    return np.exp(logs - peak).sum(axis=0), joint


Bracket = tuple[float, float]


def _profile(bracket: Bracket, width: int, signal: _Signal, grid: Floats, averaged: bool) -> tuple[Floats, Floats]:
    """Return times at which a step may be, and its log-likelihood there: as fine as the grid.

    Parts of the bracket that are wider than what the signal tells leave gaps between them, in which no offset
    seems possible.
    """
    early, late = bracket
    step = float(grid[1] - grid[0])
    if late - early < step:
        at = (early + late) / 2 - grid[::-1]
    else:
        count = min(int((late - early + grid[-1] - grid[0]) / step) + 2, FINEST)
        at = np.linspace(early - grid[-1], late - grid[0], count)
    return at, _levels(at, width, signal, averaged)


def _within(bracket: Bracket, grid: Floats, at: Floats, each: Floats) -> Floats:
    """Return the log-likelihood of one step over the grid: its mean over the bracket, in which the step is."""
    early, late = bracket
    if late - early < grid[1] - grid[0]:
        return each[::-1]
    top = each.max()
    density = np.exp(each - top)
    sums = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2)) * (at[1] - at[0])
    inside = np.interp(late - grid, at, sums) - np.interp(early - grid, at, sums)
    return np.asarray(top + np.log(np.maximum(inside / (late - early), 0) + 1e-300))


def _alike(brackets: Sequence[Bracket], grid: Floats, profiles: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the log-likelihood of all steps over the grid if all lie at one place of their brackets, any one."""
    widest = max(late - early for early, late in brackets)
    places = np.linspace(0, 1, int(np.clip(widest / (grid[1] - grid[0]) + 1, 1, PLACES)))
    total = np.zeros((len(places), len(grid)))
    for (early, late), (at, each) in zip(brackets, profiles, strict=True):
        total += np.interp(early + places[:, None] * (late - early) - grid[None, :], at, each)
    weight = np.full(len(places), 1 / len(places))
    if len(places) > 2:
        weight = np.full(len(places), (1 - 2 * AT_AN_END) / (len(places) - 2))
        weight[[0, -1]] = AT_AN_END
    return np.asarray(np.logaddexp.reduce(total + np.log(weight)[:, None], axis=0))


def _levels(at: Floats, width: int, signal: _Signal, averaged: bool) -> Floats:
    """Return -RSS / 2σ² of two levels in a fixed window, for a step at each time (g,) of the signal."""
    centre = int(np.searchsorted(signal.time, float(np.median(at))))
    first, last = max(0, centre - width), min(len(signal.time), centre + width)
    time, values = signal.time[first:last], signal.values[first:last]
    place = np.clip(np.searchsorted(time, at), 1, len(time) - 1)
    column, row = np.arange(len(time))[None, :], place[:, None]
    before = column < row
    after = (column > row) if averaged else ~before
    low = _mean(values, before)
    high = _mean(values, after)
    model = np.where(before, low[:, None], high[:, None])
    if averaged:
        share = np.clip((time[place] - at) / (time[place] - time[place - 1]), 0, 1)
        mixed = _mixed(low, high, share, signal.root)
        model = np.where(column == row, mixed[:, None], model)
    return np.asarray(-((values[None, :] - model) ** 2).sum(axis=1) / (2 * signal.sigma**2))


def _mean(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    number = chosen.sum(axis=1)
    whole = values.mean()
    return np.asarray(np.where(number > 0, (chosen * values[None, :]).sum(axis=1) / np.maximum(number, 1), whole))


def _mixed(low: Floats, high: Floats, share: Floats, root: bool) -> Floats:
    """Return the value of a row that the step divides: `share` of it is after the step."""
    if not root:
        return low + share * (high - low)
    return np.sqrt(low**2 + share * (high**2 - low**2))


def _moments(grid: Floats, each: Floats) -> tuple[Floats, Floats]:
    weight = each / each.sum(axis=1, keepdims=True)
    mean = weight @ grid
    return mean, np.sqrt(np.maximum((weight * (grid[None, :] - mean[:, None]) ** 2).sum(axis=1), 0))


def _drift(time: Floats, offsets: Floats, errors: Floats) -> tuple[float | None, float | None]:
    """Return the slope of the offsets of single steps over time, and its uncertainty."""
    if len(time) < 3:
        return None, None
    weight = 1 / np.maximum(errors, 1e-12) ** 2
    centred = time - np.average(time, weights=weight)
    spread = float((weight * centred**2).sum())
    slope = float((weight * centred * offsets).sum() / spread)
    return slope, float(1 / np.sqrt(spread))
