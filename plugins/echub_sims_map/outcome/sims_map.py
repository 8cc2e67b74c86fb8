"""The analysis: one ion's columns in one region, its company, and regions of interest as profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echub.plugin import Condition, Flag, Inputs, Outcome, Refusal, Series
from echub_sims_map.data.cube import IonCube, MapGrid, Maps, grid_of, require_statistics, undated
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method.search import Search, footprint, search
from echub_sims_map.method.upright import Uprightness, uprightness
from echub_sims_map.method.width import Found
from echub_sims_map.outcome.diagnostics import pictures, scale_of
from echub_sims_map.outcome.results import flags as flags_of
from echub_sims_map.outcome.results import measurands as measurands_of
from echub_sims_map.outcome.results import shape_flags
from echub_sims_map.outcome.tables import (
    colocation_by_depth,
    colocation_table,
    column_table,
    depth_table,
    roi_table,
)

Tables = dict[str, Mapping[str, Series]]


def run(data: Inputs, params: SimsMapParams) -> Outcome:
    """Find the columns of one ion in one region; compare its map with others; add up regions of interest.

    Where columns cannot be told the outcome is refused, and holds the other tables all the same.
    """
    flags: list[Flag] = []
    maps = Maps.of(data)
    species, region = maps.choose(params.species, params.region)
    grid = grid_of(data, region)
    cube = maps.cube(species, region, flags)
    flags += [*undated(data, grid), *require_statistics(cube)]
    try:
        found = search(cube, maps, params, flags, data.rng())
    except Refusal as refusal:
        refusal.tables |= _tables(maps, cube, grid, [], params, data, flags)
        refusal.diagnostics |= pictures(cube, grid, []) | scale_of(maps, species)
        refusal.diagnostics["species"] = Series.of([species])
        raise
    shapes = shapes_of(found)
    measurands, sensitivity = measurands_of(found, grid, sum(shape.notched for shape in shapes))
    flags += [*flags_of(found, grid), *shape_flags(shapes)]
    tables: Tables = {}
    if found.columns:
        tables["columns"] = column_table(found.columns, grid, cube.dispersion, params.frames)
        tables["columns_by_depth"] = depth_table(shapes, grid, params.frames)
    tables |= _tables(maps, cube, grid, found.columns, params, data, flags)
    diagnostics = pictures(cube, grid, found.columns, params.frames) | scale_of(maps, species)
    return Outcome(measurands, tuple(flags), tables, tuple(sensitivity), diagnostics, _conditions(found))


def shapes_of(found: Search) -> list[Uprightness]:
    """Measure every column by thirds of its depth."""
    covered = footprint(found.columns, found.cube)
    return [uprightness(found.cube, c, covered, found.cube.dispersion, found.sign) for c in found.columns]


def _conditions(found: Search) -> dict[str, Condition]:
    return {
        "species": Condition(found.cube.species),
        "region": Condition(found.cube.region),
        "reference": Condition(found.params.reference or "the map itself, shuffled"),
        "quantile": Condition(found.quantile),
        "threshold": Condition(found.threshold),
        "detectable_contrast": Condition(found.detectable),
        "columns_in_blank": Condition(found.false),
    }


def _tables(
    maps: Maps,
    cube: IonCube,
    grid: MapGrid,
    columns: Sequence[Found],
    params: SimsMapParams,
    data: Inputs,
    flags: list[Flag],
) -> Tables:
    """Return the company of the ion, and the regions of interest of all ions of the region."""
    cubes = _cubes(maps, cube, flags)
    partners = _partners(cubes, cube, params, flags)
    tables = {
        "colocation": colocation_table(cube, partners, columns, params.frames, data.rng()),
        "colocation_by_depth": colocation_by_depth(cube, partners, grid, data.rng()),
        "roi_profile": roi_table(cubes, grid, footprint(columns, cube), params.roi),
    }
    return {name: table for name, table in tables.items() if table}


def _cubes(maps: Maps, cube: IonCube, flags: list[Flag]) -> list[IonCube]:
    """Return the cubes of all ions of the region; one that holds no counts is left out, and that is said."""
    found = []
    for species in maps.ions(cube.region):
        if species == cube.species:
            found.append(cube)
            continue
        try:
            found.append(maps.cube(species, cube.region, flags))
        except Refusal as refusal:
            flags.append(Flag(refusal.code, f"{refusal.message}; it is left out", hint=refusal.hint or ""))
    return found


def _partners(cubes: Sequence[IonCube], cube: IonCube, params: SimsMapParams, flags: list[Flag]) -> list[IonCube]:
    """Return the ions to compare with; raise `Refusal` for one that is asked for and cannot be."""
    others = [other for other in cubes if other.species != cube.species]
    if params.partner:
        named = [other for other in others if other.species == params.partner]
        if not named:
            text = f"the region {cube.region} has no {params.partner} to compare {cube.species} with"
            raise Refusal("unknown-species", text)
        if named[0].polarity != cube.polarity and not params.across_polarities:
            text = f"{params.partner} and {cube.species} are of opposite polarity: two detectors, maybe two scans"
            raise Refusal("across-polarities", text, hint="--param across_polarities=true")
        return named
    same = [other for other in others if params.across_polarities or other.polarity == cube.polarity]
    if len(same) < len(others):
        left = ", ".join(other.species for other in others if other not in same)
        text = f"not compared with {cube.species}, being of opposite polarity: {left}"
        flags.append(Flag("across-polarities", text, "info", hint="--param across_polarities=true"))
    return same
