"""The analysis: the pipeline, the interface of one species, and the regions of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from echub.plugin import Condition, Flag, Inputs, Outcome, Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.pipeline import prepare, recorded
from echub_sims_profile.data.profile import CountProfile
from echub_sims_profile.method import enrichment
from echub_sims_profile.method.alternatives import Doubts, doubts
from echub_sims_profile.method.edge import Edge, find_edge
from echub_sims_profile.method.pairing import pair, pivot
from echub_sims_profile.method.regions import means, tests, told, totals, windows
from echub_sims_profile.method.sensitivity import concentrations, limits
from echub_sims_profile.method.species_ratios import species_ratios
from echub_sims_profile.outcome.checks import checked
from echub_sims_profile.outcome.diagnostics import fitted, series
from echub_sims_profile.outcome.results import doubted, enriched, interface, said, shapes

Tables = dict[str, Mapping[str, Series]]


def run(data: Inputs, params: SimsProfileParams) -> Outcome:
    """Fit the interface of one species in one region; compare regions where a reference is named.

    The tables and the picture are given with a refusal as well, as far as they were found.
    """
    profile = prepare(data, params)
    region, species, polarity = _chosen(profile, params)
    profile, measurands = pair(profile, data, region, params)
    tables, flags = _tables(profile, data, params)
    diagnostics = series(profile, params.smooth)
    conditions = _conditions(region, species, polarity, profile)
    if params.report == "enrichment":
        try:
            found = enriched(tables.get("enrichment", {}), (region, species, polarity, params.window))
        except Refusal as refusal:
            return Outcome(
                measurands, (*profile.flags, *flags, refusal.remark), tables, (), diagnostics, conditions
            )
        return Outcome(found | measurands, (*profile.flags, *flags), tables, (), diagnostics, conditions)
    one = profile.ordered(region, species, polarity)
    try:
        edge, other = _edge(one, params)
    except Refusal as refusal:
        flags = [*profile.flags, *flags, refusal.remark]
        return Outcome(measurands, tuple(flags), tables, (), diagnostics, conditions)
    return Outcome(
        interface(edge, one, params.depth_uncertainty, other) | measurands,
        (*profile.flags, *flags, *said(edge, one), *doubted(edge, other, one.unit)),
        tables | ({"shapes": shapes(edge, other)} if other.shapes else {}),
        (),
        diagnostics | fitted(edge, one),
        conditions,
    )


def _edge(one: CountProfile, params: SimsProfileParams) -> tuple[Edge, Doubts]:
    """Fit the edge, and other shapes of it unless it lies between two points."""
    inside = (one.x >= params.start) & (one.x <= (params.stop or np.inf))
    part = one.rows(inside)
    edge = find_edge(part.x, part.n, params.edge, part.gain, part.least_dispersion)
    return edge, Doubts() if edge.undersampled else doubts(edge, part.x, part.n, part.gain)


def _chosen(profile: CountProfile, params: SimsProfileParams) -> tuple[str, str, int]:
    """Find the asked species and region.

    Raises `Refusal`: `unknown-species`, `unknown-region`, `ambiguous-polarity`.
    """
    keys = profile.channels()
    regions, known = (list(dict.fromkeys(key[k] for key in keys)) for k in (0, 1))
    region = params.region or _default_region([str(r) for r in regions], params)
    species = params.species or keys[0][1]
    if region not in regions:
        raise Refusal("unknown-region", f"there is no region {region}, but {', '.join(map(str, regions))}")
    if species not in known:
        raise Refusal("unknown-species", f"there is no {species}, but {', '.join(map(str, known))}")
    wanted = {"+": (1,), "-": (-1,)}.get(params.polarity, (-1, 0, 1))
    found = [key for key in keys if key[:2] == (region, species) and key[2] in wanted]
    if not found:
        raise Refusal("unknown-species", f"the region {region} has no {species}")
    if len(found) > 1:
        text = f"{species} was measured in both polarities"
        raise Refusal("ambiguous-polarity", text, hint="--param polarity=+ or --param polarity=-")
    return found[0]


def _default_region(regions: list[str], params: SimsProfileParams) -> str:
    """Return the first region; for an enrichment the first that is not the reference."""
    if params.report != "enrichment":
        return regions[0]
    if not params.reference:
        hint = "--param reference=REGION, several names, or a state"
        raise Refusal("no-reference", "an enrichment needs a reference to compare with", hint=hint)
    named = [part.strip() for part in params.reference.split(",")]
    return next((region for region in regions if region not in named), regions[0])


def _tables(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> tuple[Tables, list[Flag]]:
    """Return all tables: means, enrichment, ratios, limits, concentrations, checks, rebinned, steps."""
    chosen, about = windows(params, profile.unit), told(data)
    found = totals(profile, chosen)
    flags, checks = checked(profile)
    tables: Tables = {}
    if named := tests(list(dict.fromkeys(profile.region.tolist())), about):
        tables["regions"] = named
    if params.reference:
        tables["enrichment"], flag = _compared(profile, found, about, params)
        flags.append(flag)
    tables["means"] = means(found, chosen, about, profile.signal_unit, profile.unit)
    tables |= checks
    if params.ratios:
        tables["ratios"] = species_ratios(found, params)
    if (table := limits(profile, params)) is not None:
        tables["detection_limits"] = table
    table, more = concentrations(found, data, params)
    if table is not None:
        tables["concentrations"] = table
    if params.rebin:
        profile, tables["rebinned"] = pivot(profile, params.rebin)
    tables["steps"] = recorded(profile)
    return tables, flags + more


def _compared(
    profile: CountProfile, found: list[Any], about: Mapping[str, Any], params: SimsProfileParams
) -> tuple[Mapping[str, Series], Flag]:
    regions = list(dict.fromkeys(profile.region.tolist()))
    craters = enrichment.craters_of(regions, params.reference, about)
    left_out = params.matrix if params.normalise == "matrix" else ""
    rows = enrichment.ratios(found, craters, left_out)
    table = enrichment.table(rows, params.false_discovery / 100, about)
    if len(craters) < 2:
        text = f"one reference crater: {enrichment.COUNTING_ONLY}; {enrichment.MATRIX}"
        return table, Flag("counting-statistics-only", text, "info")
    text = f"{len(craters)} reference craters: intervals hold their spread; {enrichment.MATRIX}"
    return table, Flag("matrix-effect", text, "info")


def _conditions(region: str, species: str, polarity: int, profile: CountProfile) -> dict[str, Condition]:
    applied = [f"{done.step}: {done.detail}" for done in profile.steps if done.applied]
    return {
        "species": Condition(species),
        "polarity": Condition({1: "+", -1: "-"}.get(polarity, "")),
        "region": Condition(region),
        "steps": Condition("; ".join(applied)),
    }
