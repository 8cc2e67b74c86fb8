"""The search: cubes without columns set the threshold, what spans the depth above it are columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from echub.plugin import Flag, Refusal
from echub.text import several
from echub_sims_map.data.cube import LEAST_FRAMES, Array, IonCube, Maps, Truth
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method.columns import (
    Cluster,
    blank,
    detectable_contrast,
    normal_threshold,
    spanning,
    stand_out,
    threshold_of,
)
from echub_sims_map.method.surface import surface
from echub_sims_map.method.width import Found, Surroundings, clear_of, measure, pieces

LEAST_IN_WINDOW = 27.0
"""Background counts in a window from which the statements about columns were tested: 1 per pixel and frame."""
LEAST_WINDOWS = 3.0
"""Windows, one below the other, that a column has to reach over: what reaches over fewer is often chance."""
STRICTER = 10.0
ROUNDS = 3
"""How much rarer what is above the threshold becomes, and how often: 99 % becomes 99.9 % (decision 51), and at
last 99.999 %, the strictest that may be asked for."""


@dataclass(frozen=True, eq=False)
class Search:
    """A search for columns: the cube, how far its places stand out, its threshold, and what was found.

    `blank` is how far places stand out in a cube without columns, `flat` is the background across
    the field over its median.
    """

    cube: IonCube
    params: SimsMapParams
    apart: Array
    flat: Array
    blank: Array
    quantile: float
    threshold: float
    columns: list[Found]

    @property
    def sign(self) -> int:
        """Return +1 for columns with more ions, -1 for columns with fewer."""
        return sign_of(self.params)

    def counts(self, threshold: float, spans: Sequence[float]) -> list[int]:
        """Count the columns at another threshold, for each share of the depth (0 to 1)."""
        components = spanning(self.apart, threshold, min(spans))
        around = Surroundings.of(self.cube, components)
        found = list(pieces(self.cube, components, around, min(spans), self.sign))
        frames = len(self.cube.counts)
        return [sum(piece.last - piece.first >= span * frames for piece in found) for span in spans]

    def at_quantile(self, quantile: float) -> float:
        """Return the threshold at a quantile of the blank cube."""
        return threshold_of(self.blank, quantile)

    @cached_property
    def false(self) -> int:
        """Count what was found in the blank cube."""
        return len(spanning(self.blank, self.threshold, self.params.span / 100))

    @cached_property
    def background(self) -> tuple[float, float]:
        """Return counts per pixel and frame outside the columns and their rims, and the standard uncertainty."""
        outside = clear_of(self.columns, footprint(self.columns, self.cube))
        measured = int(self.cube.measured[:, outside].sum())
        counts = float(self.cube.counts[:, outside].sum())
        variance = float(self.cube.variance[:, outside].sum()) * max(1.0, self.cube.dispersion)
        return counts / max(measured, 1), math.sqrt(variance) / max(measured, 1)

    @property
    def detectable(self) -> float:
        """Return the brightness over the background from which a column stands out in each window."""
        return detectable_contrast(self.background[0], self.threshold, self.params.window, self.sign)


def sign_of(params: SimsMapParams) -> int:
    """Return +1 for columns with more ions, -1 for columns with fewer."""
    return 1 if params.columns == "brighter" else -1


def footprint(columns: Sequence[Found], cube: IonCube) -> Truth:
    """Return the pixels of all columns."""
    inside = np.zeros(cube.counts.shape[1:], dtype=bool)
    for column in columns:
        inside |= column.footprint
    return inside


def search(
    whole: IonCube, maps: Maps, params: SimsMapParams, flags: list[Flag], rng: np.random.Generator
) -> Search:
    """Find the columns of a cube; raise `Refusal` where it is too short or too dark to tell.

    Raises `one-frame`, `too-few-frames`, `field-too-small`, `background-too-low`, `no-reference`.
    """
    cube = whole.binned(params.frames)
    _require_depth(whole, cube)
    _require_field(cube, params)
    _require_light(cube, params)
    sign, span = sign_of(params), params.span / 100
    normal = normal_threshold(params.quantile, cube.dispersion)
    first = spanning(stand_out(cube, params.window, sign, surface(cube)), normal, span)
    flat = surface(cube, Surroundings.of(cube, first).clear)
    apart = stand_out(cube, params.window, sign, flat)
    empty = stand_out(_blank(cube, first, maps, params, flags, rng), params.window, sign)
    quantile = _quantile(cube, empty, params)
    threshold = threshold_of(empty, quantile)
    columns = measure(cube, spanning(apart, threshold, span), span, sign)
    found = Search(cube, params, apart, flat, empty, quantile, threshold, columns)
    if found.background[0] <= 0:
        text = (
            f"{cube.species}: nothing was counted outside of the columns: there is no background to compare with"
        )
        raise Refusal("background-too-low", text, hint="map a larger field, or use a smaller --param window=…")
    return found


def _blank(
    cube: IonCube,
    components: list[Cluster],
    maps: Maps,
    params: SimsMapParams,
    flags: list[Flag],
    rng: np.random.Generator,
) -> IonCube:
    """Return a cube without columns: the reference region, or the map with its columns left out, shuffled."""
    if not params.reference:
        return blank(cube, components, rng)
    if params.reference not in {name for name, _, _ in maps.names}:
        raise Refusal("no-reference", f"there is no region {params.reference} to compare with")
    if params.reference == cube.region or cube.species not in maps.ions(params.reference):
        raise Refusal("no-reference", f"the region {params.reference} is not a reference for {cube.species} here")
    return maps.cube(cube.species, params.reference, flags).binned(params.frames)


def _quantile(cube: IonCube, empty: Array, params: SimsMapParams) -> float:
    """Return the quantile: the asked one, or a stricter one where chance makes columns.

    That is in stacks of few frames, and where the shuffled map shows it, as large ones do.
    """
    few = params.span / 100 * len(cube.counts) <= LEAST_WINDOWS * params.window
    quantile = 1 - (1 - params.quantile) / (STRICTER if few else 1)
    for _ in range(ROUNDS if not params.reference else 0):
        if not spanning(empty, threshold_of(empty, quantile), params.span / 100):
            break
        quantile = 1 - (1 - quantile) / STRICTER
    return quantile


def _require_depth(whole: IonCube, cube: IonCube) -> None:
    if len(cube.counts) >= LEAST_FRAMES:
        return
    code = "one-frame" if len(whole.counts) == 1 else "too-few-frames"
    text = f"{several(len(cube.counts), 'frame has', 'frames have')} hardly a depth; columns need {LEAST_FRAMES}"
    raise Refusal(code, text, hint="--param frames=1" if len(whole.counts) > len(cube.counts) else "")


def _require_field(cube: IonCube, params: SimsMapParams) -> None:
    """Refuse a field that a single window covers: a column needs something beside it."""
    rows, across = cube.counts.shape[1:]
    if max(rows, across) > params.window:
        return
    text = (
        f"the window of {params.window} × {params.window} pixels in which counts are summed covers the whole "
        f"field of {across} × {rows}: nothing lies beside a column"
    )
    raise Refusal("field-too-small", text)


def _require_light(cube: IonCube, params: SimsMapParams) -> None:
    """Refuse a background below which columns are neither counted nor measured as they should be."""
    measured = cube.measured.sum(axis=0)
    known = measured > 0
    level = float(np.median(cube.counts.sum(axis=0)[known] / measured[known])) if known.any() else 0.0
    needed = LEAST_IN_WINDOW / params.window**3
    if level >= needed:
        return
    frames = params.frames * math.ceil(needed / level) if level > 0 else 0
    fits = frames and len(cube.counts) * params.frames // frames >= LEAST_FRAMES
    raise Refusal(
        "background-too-low",
        f"{cube.species}: {level:.2g} counts per pixel and frame; columns are told from {needed:.2g} on",
        hint=f"--param frames={frames}" if fits else "count longer",
    )
