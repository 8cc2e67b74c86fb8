"""The analysis: one ion's columns in one region, its company, and regions of interest as profiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Refusal, Sensitivity
from echub_sims_map import SimsMapParams
from echub_sims_map.columns import (
    Component,
    blank,
    detectable_contrast,
    normal_threshold,
    spanning,
    stand_out,
    threshold_of,
)
from echub_sims_map.cube import (
    LEAST_FRAMES,
    Array,
    Cube,
    Grid,
    Maps,
    Truth,
    grid_of,
    require_statistics,
)
from echub_sims_map.pictures import pictures
from echub_sims_map.surface import surface
from echub_sims_map.tables import colocation_table, column_table, roi_table
from echub_sims_map.width import LEAST_CORE, Found, Surroundings, measure, pieces

LEAST_IN_WINDOW = 27.0
"""Background counts in a window from which the statements about columns were tested: 1 per pixel and frame."""
BLANKS = 2
LARGE_SHARE = 25.0
UNEVEN = 0.2
NEAR = 1.4
"""Excess, over the least that is detectable, below which a column may be found in pieces or not at all."""
Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Search:
    """A search for columns: the cube, how far its places stand out, its threshold, and what was found."""

    cube: Cube
    apart: Array
    blanks: tuple[Array, ...]
    threshold: float
    columns: list[Found]
    params: SimsMapParams

    @property
    def sign(self) -> int:
        """Give +1 for columns with more ions, -1 for columns with fewer."""
        return 1 if self.params.columns == "brighter" else -1

    def count(self, threshold: float, span: float) -> int:
        """Count the columns at another threshold and share of the depth (0 to 1)."""
        components = spanning(self.apart, threshold, span)
        around = Surroundings.of(self.cube, components)
        return sum(1 for _ in pieces(self.cube, components, around, span, self.sign))

    def at_quantile(self, quantile: float) -> float:
        """Give the threshold at a quantile of the blank cubes."""
        return float(np.mean([threshold_of(apart, quantile) for apart in self.blanks]))

    @cached_property
    def false(self) -> int:
        """Count what was found in the blank cubes."""
        return sum(len(spanning(apart, self.threshold, self.params.span / 100)) for apart in self.blanks)

    @property
    def footprint(self) -> Truth:
        """Give the pixels of all columns."""
        inside = np.zeros(self.cube.counts.shape[1:], dtype=bool)
        for column in self.columns:
            inside |= column.footprint
        return inside


def run(data: Inputs, params: SimsMapParams) -> Outcome:
    """Find the columns of one ion in one region; compare its map with others; add up regions of interest."""
    flags: list[Flag] = []
    maps = Maps.of(data)
    species, region = maps.choose(params.species, params.region)
    grid = grid_of(data, region)
    cube = maps.cube(species, region, flags)
    flags += require_statistics(cube)
    try:
        search = _search(cube, maps, params, flags, data.rng())
    except Refusal as refusal:
        nothing = np.zeros(cube.counts.shape[1:], dtype=bool)
        refusal.tables |= _tables(maps, cube, grid, nothing, params, data, flags)
        refusal.diagnostics |= pictures(cube, grid, [])
        raise
    measurands, sensitivity = _measurands(search, grid)
    flags += _flags(search, grid)
    tables = {"columns": column_table(search.columns, grid, cube.dispersion, params.frames)} if search.columns else {}
    tables |= _tables(maps, cube, grid, search.footprint, params, data, flags)
    conditions = {
        "species": Condition(species),
        "region": Condition(region),
        "reference": Condition(params.reference or "the map itself, shuffled"),
        "threshold": Condition(search.threshold),
        "detectable_contrast": Condition(_detectable(search)),
        "false_columns_in_blank_cubes": Condition(f"{search.false} in {len(search.blanks)}"),
    }
    diagnostics = pictures(cube, grid, search.columns, params.frames)
    return Outcome(measurands, tuple(flags), tables, tuple(sensitivity), diagnostics, conditions)


# -- columns ---------------------------------------------------------------------------------


def _search(
    whole: Cube, maps: Maps, params: SimsMapParams, flags: list[Flag], rng: np.random.Generator
) -> Search:
    """Find the columns; raise `Refusal` where the map is too short or too dark to tell."""
    cube = whole.binned(params.frames)
    if len(cube.counts) < LEAST_FRAMES:
        code = "one_frame" if len(whole.counts) == 1 else "too_few_frames"
        text = f"{len(cube.counts)} frames have no depth; columns need {LEAST_FRAMES}"
        raise Refusal(code, text, hint="--param frames=1" if params.frames > 1 else "")
    _require_light(cube, params)
    sign = 1 if params.columns == "brighter" else -1
    span, normal = params.span / 100, normal_threshold(params.quantile, cube.dispersion)
    first = spanning(stand_out(cube, params.window, sign, surface(cube)), normal, span)
    flat = surface(cube, Surroundings.of(cube, first).clear)
    apart = stand_out(cube, params.window, sign, flat)
    blanks = tuple(
        stand_out(empty, params.window, sign) for empty in _blanks(cube, first, maps, params, flags, rng)
    )
    threshold = float(np.mean([threshold_of(one, params.quantile) for one in blanks]))
    flags += _uneven(flat)
    columns = measure(cube, spanning(apart, threshold, span), span, sign)
    return Search(cube, apart, blanks, threshold, columns, params)


def _blanks(
    cube: Cube,
    components: list[Component],
    maps: Maps,
    params: SimsMapParams,
    flags: list[Flag],
    rng: np.random.Generator,
) -> list[Cube]:
    """Give cubes without columns: the reference region, or the map with its columns left out, shuffled."""
    if not params.reference:
        return [blank(cube, components, rng) for _ in range(BLANKS)]
    if params.reference not in {name for name, _, _ in maps.names}:
        raise Refusal("no_reference", f"there is no region {params.reference} to compare with")
    if params.reference == cube.region or cube.species not in maps.ions(params.reference):
        raise Refusal("no_reference", f"the region {params.reference} is no reference for {cube.species} here")
    return [maps.cube(cube.species, params.reference, flags).binned(params.frames)]


def _uneven(flat: Array) -> list[Flag]:
    """Say where the background varies across the field by much."""
    low, high = float(flat.min()), float(flat.max())
    if high - low < UNEVEN:
        return []
    text = f"the background varies across the field from {100 * low:.0f} to {100 * high:.0f} % of its median"
    return [Flag("uneven_background", f"{text}; a smooth surface is taken for it", "info")]


def _require_light(cube: Cube, params: SimsMapParams) -> None:
    """Refuse a background below which columns are neither counted nor measured as they should be."""
    level = float(np.median(np.where(cube.measured, cube.counts, 0).mean(axis=0)))
    needed = LEAST_IN_WINDOW / params.window**3
    if level >= needed:
        return
    frames = params.frames * math.ceil(needed / level) if level > 0 else 0
    fits = frames and len(cube.counts) * params.frames // frames >= LEAST_FRAMES
    raise Refusal(
        "background_too_low",
        f"{cube.species}: {level:.2g} counts per pixel and frame, at least {needed:.2g} are needed to tell columns",
        hint=f"--param frames={frames}" if fits else "count longer, or look at --param columns of another ion",
    )


def _detectable(search: Search) -> float:
    level = _background(search)[0]
    return detectable_contrast(level, search.threshold, search.params.window, search.sign)


def _background(search: Search) -> tuple[float, float]:
    """Give counts per pixel and frame outside the columns, and their standard uncertainty."""
    outside = ~search.footprint
    measured = int(search.cube.measured[:, outside].sum())
    counts = float(search.cube.counts[:, outside].sum())
    variance = float(search.cube.variance[:, outside].sum()) * max(1.0, search.cube.dispersion)
    return counts / max(measured, 1), math.sqrt(variance) / max(measured, 1)


# -- results ---------------------------------------------------------------------------------


def _measurands(search: Search, grid: Grid) -> tuple[dict[str, Measurand], list[Sensitivity]]:
    level, error = _background(search)
    scatter = search.cube.dispersion
    pairs = max(1, (len(search.cube.counts) - 1) * search.cube.counts[0].size)
    count, sensitivity = _count(search)
    found = {
        "column_count": count,
        "background": _normal("count", level, error),
        "dispersion": _normal("1", scatter, scatter * math.sqrt(3 / pairs)),
    }
    whole = sorted((c for c in search.columns if not c.cut), key=lambda column: column.area)
    if whole:
        found["smallest_column_width"] = width(whole[0], grid, scatter)
        found["largest_column_width"] = width(whole[-1], grid, scatter)
        share = 100 / search.cube.counts[0].size
        spread = math.sqrt(max(1.0, scatter) * sum(c.area_error**2 for c in whole))
        found["column_area"] = _normal("%", share * sum(c.area for c in whole), share * spread)
    return found, sensitivity


def _count(search: Search) -> tuple[Measurand, list[Sensitivity]]:
    """Count the columns; the interval is from all other reasonable thresholds and shares of the depth."""
    span, quantile, best = search.params.span / 100, search.params.quantile, len(search.columns)
    stricter, laxer = 1 - (1 - quantile) / 5, 1 - min(0.1, 2 * (1 - quantile))
    others = [
        ("quantile", f"{stricter:.6g}", search.at_quantile(stricter), span),
        ("quantile", f"{laxer:.6g}", search.at_quantile(laxer), span),
        ("span", f"{100 * max(0.1, span - 0.1):g} %", search.threshold, max(0.1, span - 0.1)),
        ("span", f"{100 * min(1.0, span + 0.1):g} %", search.threshold, min(1.0, span + 0.1)),
    ]
    told = [(name, setting, search.count(threshold, part)) for name, setting, threshold, part in others]
    numbers = [best, *(number for _, _, number in told)]
    interval = Interval(
        float(min(numbers)), float(max(numbers)), "asymmetric", method="other thresholds and shares of the depth"
    )
    note = f"{search.false} in {len(search.blanks)} blank cubes"
    rows = [Sensitivity(n, s, "column_count", float(k), float(k - best)) for n, s, k in told if k != best]
    return Measurand("1", float(best), interval=interval, n=best, note=note), rows


def width(column: Found, grid: Grid, dispersion: float) -> Measurand:
    """Give the width of a column with its interval; "less than" where it has hardly a core."""
    edge = math.sqrt(grid.pixel_area)
    error = edge * column.width_error * math.sqrt(max(1.0, dispersion))
    value = edge * column.width
    if column.core < LEAST_CORE:
        return Measurand.less_than(grid.unit, value + Z95 * error, note="hardly wider than its pixels")
    return _normal(grid.unit, value, error)


def _normal(unit: str, value: float, error: float) -> Measurand:
    half = Z95 * error
    interval = Interval(value - half, value + half, level=0.95, method="counting statistics")
    return Measurand(unit, value, error, interval)


def _flags(search: Search, grid: Grid) -> list[Flag]:
    found = []
    if not search.params.reference:
        text = "no reference region: the threshold is from the map itself, its columns left out, shuffled"
        found.append(Flag("no_reference_region", text, "info", hint="--param reference=REGION"))
    if grid.unit == "1":
        text = "no pixel size is stated: widths are in pixels"
        found.append(Flag("no_pixel_size", text, hint='sims.pixel_size = "0.5 um" in the sims.toml'))
    if cut := sum(column.cut for column in search.columns):
        text = f"{cut} columns touch the edge of the field, or pixels that were not measured: no width"
        found.append(Flag("columns_cut", text))
    least = abs(_detectable(search) - 1)
    if near := sum(abs(column.contrast - 1) < NEAR * least for column in search.columns):
        text = f"{near} columns hardly stand out: others like them may be missed, or found in pieces"
        wider = search.params.window + 2
        found.append(Flag("columns_near_threshold", text, hint=f"--param window={wider}, or --param frames=2"))
    share = 100 / search.cube.counts[0].size
    if any(share * column.footprint.sum() > LARGE_SHARE for column in search.columns):
        text = f"a column covers more than {LARGE_SHARE:g} % of the field: an uneven background looks like this"
        found.append(Flag("column_fills_field", text))
    if search.false and search.params.reference:
        found.append(Flag("reference_has_columns", f"the reference has {search.false} columns itself"))
    elif search.false:
        found.append(Flag("columns_in_blank", f"a shuffled cube has {search.false} columns: raise the quantile"))
    return found


def _tables(
    maps: Maps, cube: Cube, grid: Grid, columns: Truth, params: SimsMapParams, data: Inputs, flags: list[Flag]
) -> dict[str, dict[str, object]]:
    """Give the company of the ion, and the regions of interest of all ions of the region."""
    cubes = _cubes(maps, cube, flags)
    tables = {"colocation": colocation_table(cube, _partners(cubes, cube, params, flags), columns, data.rng())}
    tables["roi_profile"] = roi_table(cubes, grid, columns, params.roi)
    return {name: table for name, table in tables.items() if table}


def _cubes(maps: Maps, cube: Cube, flags: list[Flag]) -> list[Cube]:
    """Give the cubes of all ions of the region; one that holds no counts is left out, and that is said."""
    found = []
    for species in maps.ions(cube.region):
        if species == cube.species:
            found.append(cube)
            continue
        try:
            found.append(maps.cube(species, cube.region, flags))
        except Refusal as refusal:
            flags.append(Flag(refusal.code, f"{refusal.message}; left out of the comparison", hint=refusal.hint or ""))
    return found


def _partners(cubes: Sequence[Cube], cube: Cube, params: SimsMapParams, flags: list[Flag]) -> list[Cube]:
    """Give the ions to compare with; raise `Refusal` for one that is asked for and cannot be."""
    others = [other for other in cubes if other.species != cube.species]
    if params.partner:
        named = [other for other in others if other.species == params.partner]
        if not named:
            text = f"the region {cube.region} has no {params.partner} to compare {cube.species} with"
            raise Refusal("unknown_species", text)
        if named[0].polarity != cube.polarity and not params.across_polarities:
            text = f"{params.partner} and {cube.species} are of opposite polarity: two detectors, maybe two scans"
            raise Refusal("across_polarities", text, hint="--param across_polarities=true")
        return named
    same = [other for other in others if params.across_polarities or other.polarity == cube.polarity]
    if len(same) < len(others):
        text = f"{len(others) - len(same)} ions of opposite polarity are not compared"
        flags.append(Flag("across_polarities", text, "info", hint="--param across_polarities=true"))
    return same
