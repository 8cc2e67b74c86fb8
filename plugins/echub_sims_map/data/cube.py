"""From a record's map to cubes of counts that counting statistics hold for, or a refusal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag, Inputs, Refusal
from echub.science import live_share, saturation
from echub.text import several

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

LEAST_FRAMES = 6
"""Frames that columns need: the fewest with which the search was tested (one false column in 40 cubes)."""
DEAD_TIME_WARNING = 0.05
"""Share of hidden ions above which the correction is said to be large. By eye."""
OVERDISPERSED, PICTURE = 1.2, 2.0
"""Scatter between frames over that of counting, from which it is said, and that scaled pictures have. 1.2 widens
intervals by a tenth; of 64 × 64 pixels and 60 frames the scatter of counts is 1 within 0.01."""
SMOOTHED = 0.7
"""Less scatter than counts can have: the picture was smoothed or scaled down. By eye."""
FEW_PIXELS = 30
"""Pixels per frame below which pairs of frames are taken together: the shares of single pairs are lopsided, and
their median says less scatter than counts have, of three pixels by a third."""
BY_CHANCE = 3.0
"""Standard deviations by which the scatter has to be beyond a limit, in fields of few pixels and frames."""
EIGHT_BIT = 255
"""The largest value of 8 bits; counts may reach it, so that the scatter decides (decision 51)."""
SMALL = 1e-3
"""Relative difference between steps of the pixel grid that is rounding."""


@dataclass(frozen=True, eq=False)
class IonCube:
    """Counts of one ion in one region (frame, y, x), the variance of each, and where was measured.

    Counts are 0 where nothing was measured; `pixel` is the area of a pixel in µm², or None.
    """

    species: str
    region: str
    polarity: int
    counts: Array
    variance: Array
    measured: Truth

    @cached_property
    def dispersion(self) -> float:
        """Compare the scatter between neighbouring frames with that of counting (1)."""
        both = self._both
        change = np.where(both, np.diff(self.counts, axis=0), 0.0)
        pixels = np.maximum(both.sum(axis=(1, 2)), 1)
        change -= np.where(both, (change.sum(axis=(1, 2)) / pixels)[:, None, None], 0.0)
        expected = np.where(both, self.variance[1:] + self.variance[:-1], 0.0).sum(axis=(1, 2))
        found = (change**2).sum(axis=(1, 2))
        if len(pixels) and np.median(pixels) < FEW_PIXELS:
            whole = float((expected * (1 - 1 / pixels)).sum())  # a mean is taken off each pair
            return float(found.sum()) / whole if whole > 0 else 1.0
        enough = expected > 0
        return float(np.median(found[enough] / expected[enough])) if enough.any() else 1.0

    @cached_property
    def dispersion_error(self) -> float:
        """Return the standard uncertainty of the scatter of counts, relative; infinite for a single pixel."""
        freedom = float(np.maximum(self._both.sum(axis=(1, 2)) - 1, 0).sum())
        return math.sqrt(3 / freedom) if freedom else math.inf  # 3 and not 2: neighbouring pairs share a frame

    @property
    def _both(self) -> Truth:
        """Return the pixels (frame - 1, y, x) that were measured in a frame and in the next."""
        return np.asarray(self.measured[1:] & self.measured[:-1])

    def part(self, first: int, last: int) -> IonCube:
        """Return the frames from `first` up to and without `last`."""
        deep = slice(first, last)
        return replace(self, counts=self.counts[deep], variance=self.variance[deep], measured=self.measured[deep])

    def binned(self, frames: int) -> IonCube:
        """Add up so many frames each; those that are left over at the end are dropped."""
        if frames == 1:
            return self
        whole = len(self.counts) // frames * frames
        shape = (-1, frames, *self.counts.shape[1:])
        counts, variance = (part[:whole].reshape(shape).sum(axis=1) for part in (self.counts, self.variance))
        measured = np.asarray(self.measured[:whole].reshape(shape).all(axis=1))
        return replace(
            self, counts=np.where(measured, counts, 0), variance=np.where(measured, variance, 0), measured=measured
        )


@dataclass(frozen=True, eq=False)
class MapGrid:
    """The axes of a map: coordinates of the pixels' centres, their unit, and the depth of each frame.

    Without a pixel size `unit` is "1" and coordinates are pixels. `depth` is in nm, else sputter time
    in s, else the number of the frame ("1").
    """

    x: Array
    y: Array
    unit: str
    depth: Array
    depth_unit: str

    @property
    def pixel(self) -> tuple[float, float]:
        """Return the edges of a pixel (x, y)."""
        return _step(self.x), _step(self.y)

    @property
    def pixel_area(self) -> float:
        """Return the area of a pixel."""
        return self.pixel[0] * self.pixel[1]


def _step(axis: Array) -> float:
    return float((axis[-1] - axis[0]) / (len(axis) - 1)) if len(axis) > 1 else 1.0


@dataclass(frozen=True, eq=False)
class Maps:
    """All cubes of a record by (region, species), in the order of the file."""

    counts: NDArray[Any]
    measured: Truth
    names: tuple[tuple[str, str, int], ...]
    load: float | None

    @classmethod
    def of(cls, data: Inputs) -> Maps:
        """Take a record's map; pixels that are not numbers, or masked, were not measured."""
        counts = data["n"]
        if counts.ndim != 4:
            raise Refusal("no-map", f"the counts have the shape {counts.shape}, not (species, frame, y, x)")
        measured = np.isfinite(counts)
        if "mask" in data:
            measured &= np.broadcast_to(data["mask"] > 0, counts.shape)
        regions = data["region"] if "region" in data else [""] * len(counts)
        polarity = np.where(np.isfinite(data["polarity"]), data["polarity"], 0).astype(int)
        names = _told_apart(
            list(zip(map(str, regions), map(str, data["species"]), map(int, polarity), strict=True))
        )
        dwell, dead = data.meta("sims.dwell_time"), data.meta("sims.dead_time")
        correct = dwell and dead and data.origin_of("n") == "measured"
        return cls(counts, measured, names, dead / dwell if correct else None)

    def choose(self, species: str, region: str) -> tuple[str, str]:
        """Find the asked species and region, the first where none is asked."""
        regions = list(dict.fromkeys(name for name, _, _ in self.names))
        region = region or regions[0]
        if region not in regions:
            raise Refusal("unknown-region", f"there is no region {region}, but {', '.join(regions)}")
        known = self.ions(region)
        if (species or known[0]) not in known:
            raise Refusal("unknown-species", f"the region {region} has no {species}, but {', '.join(known)}")
        return species or known[0], region

    def ions(self, region: str) -> list[str]:
        """Return the species of a region."""
        return [species for name, species, _ in self.names if name == region]

    def shown(self, at: int) -> Array:
        """Return the counts of a channel, corrected for dead time; NaN where none were measured, or it is full."""
        counts = np.where(self.measured[at], self.counts[at], np.nan)
        return counts if self.load is None else _corrected(counts, live_share(counts * self.load), self.load)

    def cube(self, species: str, region: str, flags: list[Flag] | None = None) -> IonCube:
        """Return the counts of one ion, corrected for dead time; refuse what are not counts.

        Raises `Refusal`: `no-values`, `empty-channel`, `negative-counts`, `normalised-image`,
        `not-counts`, `saturated`.
        """
        at = next(i for i, (r, s, _) in enumerate(self.names) if (r, s) == (region, species))
        measured = self.measured[at]
        counts = np.where(measured, self.counts[at], 0.0)
        _require_counts(species, counts, measured)
        counts, variance = self._undead(species, counts, flags if flags is not None else [])
        return IonCube(species, region, self.names[at][2], counts, variance, measured)

    def _undead(self, species: str, counts: Array, flags: list[Flag]) -> tuple[Array, Array]:
        """Correct a non-paralysable detector, N = M/(1 - M·τ/T); its variance is N/(1 - M·τ/T)."""
        if self.load is None:
            return counts, counts
        load = counts * self.load
        largest = float(load.max())
        if largest >= saturation():
            text = f"{species}: counts times dead time over dwell time reach {largest:.2f}"
            raise Refusal("saturated", text, hint="sims.dwell_time is that of one pixel in one frame")
        if largest > DEAD_TIME_WARNING:
            text = f"{species}: the dead time hides up to {100 * largest:.0f} % of the ions; counts are corrected"
            flags.append(Flag("dead-time-large", text))
        live = live_share(load)
        corrected = _corrected(counts, live, self.load)
        return corrected, corrected / live


def _told_apart(names: Sequence[tuple[str, str, int]]) -> tuple[tuple[str, str, int], ...]:
    """Add the polarity to the name of an ion that a region has in both, and a number to one that stands twice."""
    both = Counter((region, species) for region, species, _ in dict.fromkeys(names))
    found, times = [], Counter[tuple[str, str, int]]()
    for name in names:
        region, species, polarity = name
        times[name] += 1
        sign = {1: " (+)", -1: " (-)"}.get(polarity, "") if both[region, species] > 1 else ""
        again = f", {times[name]}" if times[name] > 1 else ""
        found.append((region, f"{species}{sign}{again}", polarity))
    return tuple(found)


def _corrected(counts: Array, live: Array, load: float) -> Array:
    """Divide by the live share; the correction bends upwards: scattered counts come out too high, by τ/T."""
    return np.asarray(counts / live / (1 + load))


def _require_counts(species: str, counts: Array, measured: Truth) -> None:
    """Refuse what counting statistics cannot hold for."""
    if not measured.any():
        raise Refusal("no-values", f"{species}: no pixel was measured")
    if counts.min() < 0:
        raise Refusal(
            "negative-counts", f"{species}: {several(int((counts < 0).sum()), 'pixel is', 'pixels are')} negative"
        )
    if not counts.any():
        raise Refusal("empty-channel", f"{species}: all pixels are zero")
    if np.array_equal(counts, np.round(counts)):
        return
    if counts.max() <= 1:
        text = f"{species}: values from 0 to 1 are a scaled picture"
        raise Refusal("normalised-image", text, hint="export raw counts per pixel and frame")
    raise Refusal("not-counts", f"{species}: pixels are not whole counts", hint="export raw counts")


def require_statistics(cube: IonCube) -> list[Flag]:
    """Refuse pictures that are scaled to whole numbers; flag other scatter than that of counting.

    Raises `Refusal`: `eight-bit-image`, `smoothed-image`.
    """
    scatter, chance = cube.dispersion, BY_CHANCE * cube.dispersion_error
    said = f"{cube.species}: neighbouring frames scatter {scatter:.2g} times as counts do"
    if cube.counts.max() == EIGHT_BIT and scatter > max(PICTURE, 1 + chance):
        text = f"{said}, and the brightest pixel is 255: a picture of 8 bits"
        raise Refusal("eight-bit-image", text, hint="export raw counts per pixel and frame")
    if scatter < min(SMOOTHED, 1 - chance):
        raise Refusal("smoothed-image", f"{said}: smoothed or scaled down", hint="export raw counts")
    if scatter > max(OVERDISPERSED, 1 + chance):
        return [Flag("overdispersed", f"{said}; intervals are widened", hint="are these raw counts?")]
    return []


def grid_of(data: Inputs, region: str) -> MapGrid:
    """Return the axes of a map; raise `Refusal` (`uneven-pixels`) where pixels differ in size."""
    frames, rows, columns = data["n"].shape[1:]
    scaled = "x" in data and "y" in data
    x, y = (data["x"], data["y"]) if scaled else (np.arange(columns, dtype=float), np.arange(rows, dtype=float))
    for name, axis in (("x", x), ("y", y)):
        if not np.isfinite(axis).all():
            raise Refusal("uneven-pixels", f"the place of some pixels along {name} is not known", column=name)
        steps = np.diff(axis)
        if len(steps) and steps.max() <= 0:
            raise Refusal("uneven-pixels", f"{name} falls from pixel to pixel; it has to rise", column=name)
        if len(steps) and (steps.min() <= 0 or np.ptp(steps) > SMALL * steps.max()):
            raise Refusal("uneven-pixels", f"the pixels differ in size along {name}", column=name)
    depth, unit = _depth(data, region, frames)
    return MapGrid(x, y, "um" if scaled else "1", depth, unit)


def _depth(data: Inputs, region: str, frames: int) -> tuple[Array, str]:
    """Return the depth of each frame: as stored, by the crater depth, else the time, else its number."""
    for need, unit in (("z", "nm"), ("t", "s")):
        if unit == "s" and (crater := _crater_nm(data, region)):
            return (np.arange(frames) + 0.5) / frames * crater, "nm"
        if need in data and data[need].shape == (frames,) and np.isfinite(data[need]).all():
            return data[need], unit
    return np.arange(frames, dtype=float), "1"


def undated(data: Inputs, grid: MapGrid) -> list[Flag]:
    """Flag that the depth or time of the frames is not used, since some have none."""
    need, name = ("z", "depth") if "z" in data else ("t", "sputter time")
    if need not in data or data[need].ndim != 1 or (need, grid.depth_unit) == ("t", "nm"):
        return []
    lost = int((~np.isfinite(data[need])).sum())
    text = f"{several(lost, 'frame has', 'frames have')} no {name}: it is not used"
    return [Flag("frames-without-depth", text)] if lost else []


def _crater_nm(data: Inputs, region: str) -> float | None:
    told: list[dict[str, Any]] = data.meta("sims.regions") or []
    found = next((r["crater_depth"] for r in told if r.get("name") == region and "crater_depth" in r), None)
    return 1000 * float(found) if found is not None else data.meta("sims.crater_depth")
