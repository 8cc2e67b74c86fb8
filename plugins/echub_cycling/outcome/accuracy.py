"""What the accuracy of the current adds to charges and their ratios, by the ranges in which they were measured.

Of every range an offset and a gain are unknown, each within the accuracy, the same in the whole run (GUM, JCGM
100:2008, 4.3.7 and 5.2: what two quantities share is added with its sign). An offset makes a charge larger by
what it makes the discharge smaller, so that in an efficiency the two add; in a retention, of one direction, what
both cycles share cancels. The gains of both directions are taken as independent, as those of the two halves of an
amplifier.
Without a known range the accuracy is that of the value: a gain alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echub.science import RANGE_ACCURACY
from echub_cycling.data.charge import Floats
from echub_cycling.data.ranges import RangeShares

OF_VALUE = "accuracy of the current"
ALIKE, SMALL = 0.1, 0.02
"""Errors of cycles that differ by less than a tenth, and below 2 %: then a ratio is linear to a fiftieth."""
ELEMENTS, MOST, DRAWS = 1e6, 1000, (1000, 20_000)
"""Drawn ratios, cycles and draws at most: 20,000 draws leave the ends of an interval open by 0.02 standard
deviations, 1000 by 0.08; every so many of thousands of cycles have the same median, and take 0.05 s."""
LEAST_LEFT = 0.02
"""Part of a charge that is left at least of one whose offset may be all of it."""
Limits = dict[str, tuple[float, ...]]
"""Half widths of independent uniform errors by the name of the component."""


def of_charge(shares: RangeShares, k: int, value: float) -> Limits:
    """Return what is open of a charge, or of anything in proportion to it, in the unit of `value`."""
    return _named(shares, [k], value * np.concatenate([shares.offset[k], shares.scale[k]]))


def of_ratio(one: RangeShares, other: RangeShares, k: int, value: float) -> Limits:
    """Return what is open of a ratio of a discharge to a charge of cycle k."""
    offset, gains = one.offset[k] + other.offset[k], (one.scale[k], other.scale[k])
    if not (one.used(np.array([k])) | other.used(np.array([k])))[:-1].any():
        ways = ("charging", "discharging")
        return {f"{OF_VALUE}, {way}": tuple(value * gain) for way, gain in zip(ways, gains, strict=True)}
    return _named(one, [k], value * np.concatenate([offset, *gains]), known=True)


def median_ratios(
    one: RangeShares, other: RangeShares, values: Floats, places: NDArray[np.intp], rng: np.random.Generator
) -> Floats | None:
    """Return medians (draws,) of the ratios of these cycles with offsets and gains drawn from their rectangles.

    one, other: of the charges and the discharges; values: (n,) of the cycles at `places`. None if that changes
    nothing: if errors are small, and the same in every cycle, so that no order changes (JCGM 101, clause 5.10).
    """
    widths = (one.offset + other.offset)[places].sum(axis=1)
    if not widths.any() or (np.ptp(widths) < ALIKE * widths.max() and widths.max() < SMALL):
        return None
    whole, thin = float(np.median(values)), len(places) // MOST + 1
    values, places = values[::thin], places[::thin]
    count = int(np.clip(ELEMENTS / len(places), *DRAWS))
    shape = (count, one.offset.shape[1])
    offset, charging, discharging = (rng.uniform(-1, 1, shape) for _ in range(3))
    taken = offset @ one.offset[places].T + charging @ one.scale[places].T
    given = discharging @ other.scale[places].T - offset @ other.offset[places].T
    drawn = np.median(values * (1 - given) / np.maximum(1 - taken, LEAST_LEFT), axis=1)
    return np.asarray(drawn + whole - np.median(values))


def of_change(shares: RangeShares, k: int, last: int, value: float) -> Limits:
    """Return what is open of a ratio of two charges of one direction: what both share cancels."""
    parts = [np.abs(part[last] - part[k]) for part in (shares.offset, shares.scale)]
    return _named(shares, [k, last], value * np.concatenate(parts))


def of_level(shares: RangeShares, k: int, level: float, value: float) -> Limits:
    """Return what is open of a quantity in proportion to the mean current of cycle k, in the unit of `value`."""
    weights = shares.charge[k] / shares.charge[k].sum()
    parts = [shares.limit / level * weights, shares.gain * weights]
    return _named(shares, [k], value * np.concatenate(parts))


def of_line(limit: Floats, gain: float, level: Floats, weight: Floats, value: float) -> Limits:
    """Return what is open of the slope of a line through the origin, in the unit of `value`.

    limit: (m,), ± error of each level by its range, NaN if that is not known; level: (m,), in the same unit;
    weight: (m,), of each in the least squares. Levels of one range share its offset and gain.
    """
    share = weight * level**2 / np.sum(weight * level**2)
    known = np.isfinite(limit)
    sizes = np.unique(limit[known]).tolist()
    groups = [limit == size for size in sizes] + [~known]
    gains = [gain * float(np.sum(share[group])) for group in groups]
    offsets = [float(np.sum((share * limit / level)[group])) for group in groups[:-1]]
    return {RANGE_ACCURACY if sizes else OF_VALUE: tuple(value * width for width in (*offsets, *gains) if width)}


def _named(shares: RangeShares, places: Sequence[int], widths: Floats, *, known: bool = False) -> Limits:
    """Name the widths that are not zero."""
    known = known or bool(shares.used(np.asarray(places))[:-1].any())
    return {RANGE_ACCURACY if known else OF_VALUE: tuple(width for width in widths.tolist() if width)}


def middle(values: Floats, places: NDArray[np.intp]) -> int:
    """Return the place of the value that is the median, or nearest to it: its ranges are those of the median."""
    return int(places[np.argmin(np.abs(values - np.median(values)))])
