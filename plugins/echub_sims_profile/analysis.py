"""The analysis: counts, dead time, depth, then the interface of one species and the regions of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.edge import NORMAL_95, Edge, decay_length, find_edge
from echub_sims_profile.regions import Total, enrichment, poisson_interval

Array = NDArray[np.float64]
OVERDISPERSED = 2.0
DEAD_TIME_WARNING = 0.05
PICTURE_POINTS = 2000


@dataclass
class Prepared:
    """The profile as it is analysed: one x and counts per row, and what was done."""

    x: Array
    unit: str
    n: Array
    species: NDArray[Any]
    region: NDArray[Any]
    polarity: Array
    analogue: NDArray[np.bool_]
    flags: list[Flag]
    steps: list[str]


def run(data: Inputs, params: SimsProfileParams) -> Outcome:
    """Fit the interface of one species in one region; compare regions where a reference is named."""
    ready = _prepare(data)
    species, region = _choose(ready, params)
    mine = (ready.species == species) & (ready.region == region)
    x, n = _ordered(ready.x[mine], ready.n[mine])
    inside = (x >= params.start) & (x <= (params.stop or np.inf))
    tables, flags = _regions(ready, params, data)
    diagnostics = _series(ready, species, region)
    try:
        edge = find_edge(x[inside], n[inside], params.edge)
    except Refusal as refusal:
        refusal.tables.update(tables)
        refusal.diagnostics.update(diagnostics)
        raise
    measurands = _measurands(edge, x[inside], n[inside], ready.unit)
    flags += _edge_flags(edge, x[inside])
    in_window = mine & (ready.x >= edge.window[0]) & (ready.x <= edge.window[1])
    if ready.analogue[in_window].any():
        text = "the fit holds points of the Faraday cup, whose scatter is not that of counting"
        flags.append(Flag("faraday_cup_in_fit", text))
    fine = np.linspace(*edge.window, 200)
    diagnostics |= {
        "fit_x": Series.of(fine, ready.unit),
        "fit_n": Series.of(edge.model(fine), "count"),
        "interface": Series.of([edge.position, edge.position_error], ready.unit),
    }
    conditions = {
        "species": Condition(species),
        "region": Condition(region),
        "steps": Condition("; ".join(ready.steps)),
    }
    return Outcome(measurands, tuple(ready.flags + flags), tables, (), diagnostics, conditions)


# -- the pipeline, in its order --------------------------------------------------------------


def _prepare(data: Inputs) -> Prepared:
    flags: list[Flag] = []
    steps: list[str] = []
    n = _counts(data, flags, steps)
    x, unit = _axis(data, steps)
    region = data["region"] if "region" in data else np.full(len(data), "", dtype=object)
    known = np.isfinite(n) & np.isfinite(x)
    if not known.any():
        raise Refusal("no_values", "no row has both counts and a depth or time")
    analogue = data["analogue"].astype(bool) if "analogue" in data else np.zeros(len(data), bool)
    species, polarity = data["species"][known], data["polarity"][known]
    return Prepared(x[known], unit, n[known], species, region[known], polarity, analogue[known], flags, steps)


def _counts(data: Inputs, flags: list[Flag], steps: list[str]) -> Array:
    """Give counts: as stored, or rate times dwell; corrected for dead time where both times are stated."""
    dwell, dead = data.meta("sims.dwell_time"), data.meta("sims.dead_time")
    if "n" in data:
        n = data["n"]
    elif "rate" in data and dwell:
        n = data["rate"] * dwell
        steps.append("counts = rate · dwell")
    else:
        raise Refusal(
            "counts_unavailable",
            "there are rates but no dwell time, and no count quantum: counting statistics are unavailable",
            hint='--set sims.dwell_time="1 ms"',
        )
    with np.errstate(invalid="ignore"):
        negative = int((n < 0).sum())
    if negative:
        raise Refusal("negative_counts", f"{negative} counts are negative: this is no counting detector")
    if not np.allclose(n, np.round(n), atol=0.02, equal_nan=True):
        flags.append(Flag("not_whole_counts", "some counts are estimates: their errors may be too small"))
    if "n" in data and dwell and dead and data.origin_of("n") == "measured":
        n = _undead(n, dwell, dead, flags, steps)
    return n


def _undead(n: Array, dwell: float, dead: float, flags: list[Flag], steps: list[str]) -> Array:
    """Correct a non-paralysable detector: N = M / (1 - M·tau)."""
    load = n / dwell * dead
    load = np.where(np.isfinite(load), load, 0.0)
    if load.max() >= 1:
        raise Refusal("saturated", f"rate times dead time reaches {load.max():.2f}: the detector is saturated")
    if load.max() > DEAD_TIME_WARNING:
        flags.append(Flag("dead_time_large", f"the dead-time correction reaches {100 * load.max():.0f} %"))
    steps.append("dead time, non-paralysable")
    return n / (1 - load)


def _axis(data: Inputs, steps: list[str]) -> tuple[Array, str]:
    """Give depth in nm, by one crater depth where only the time is there; else time in s."""
    if "z" in data:
        return data["z"], "nm"
    if "t" not in data:
        raise Refusal("no_axis", "the profile has neither depth nor sputter time")
    depths = _crater_depths(data)
    region = data["region"] if "region" in data else np.full(len(data), "", dtype=object)
    if not all(name in depths for name in np.unique(region.astype(str))):
        steps.append("no crater depth: time kept")
        return data["t"], "s"
    steps.append("depth = time · crater depth / total time, per region")
    z = np.empty(len(data))
    for name in np.unique(region.astype(str)):
        mine = region == name
        z[mine] = data["t"][mine] * depths[name] / data["t"][mine].max()
    return z, "nm"


def _crater_depths(data: Inputs) -> dict[str, float]:
    """Give stated crater depths in nm by region; one for all where the file states one."""
    found = {r["name"]: 1000 * r["crater_depth"] for r in data.meta("sims.regions") or [] if "crater_depth" in r}
    overall = data.meta("sims.crater_depth")
    names = np.unique(data["region"].astype(str)) if "region" in data else [""]
    return {name: overall for name in names if overall} | found


def _choose(ready: Prepared, params: SimsProfileParams) -> tuple[str, str]:
    """Find the asked species and region."""
    known, regions = list(dict.fromkeys(ready.species)), list(dict.fromkeys(ready.region))
    species, region = params.species or str(known[0]), params.region or str(regions[0])
    if species not in known:
        raise Refusal("unknown_species", f"there is no {species}, but {', '.join(map(str, known))}")
    if region not in regions:
        raise Refusal("unknown_region", f"there is no region {region}, but {', '.join(map(str, regions))}")
    if not ((ready.species == species) & (ready.region == region)).any():
        raise Refusal("unknown_species", f"the region {region} has no {species}")
    return species, region


def _ordered(x: Array, n: Array) -> tuple[Array, Array]:
    order = np.argsort(x, kind="stable")
    return x[order], n[order]


# -- results ---------------------------------------------------------------------------------


def _measurands(edge: Edge, x: Array, n: Array, unit: str) -> dict[str, Measurand]:
    found = {
        "interface_position": _with_interval(edge.position, edge.position_error, unit),
        "interface_width": _with_interval(2 * edge.sigma, 2 * edge.sigma_error, unit),
        "dispersion": Measurand("1", edge.dispersion, n=len(x)),
    }
    if _is_undersampled(edge, x):
        return found | _bracketed(edge, x, unit)
    decay = decay_length(x, n, edge)
    if decay is not None:
        found["trailing_decay_length"] = _with_interval(*decay, unit)
    return found


def _is_undersampled(edge: Edge, x: Array) -> bool:
    return 2 * edge.sigma < 2 * float(np.median(np.diff(x)))


def _bracketed(edge: Edge, x: Array, unit: str) -> dict[str, Measurand]:
    """Say what is known of an edge between two points: where it lies at most, and how wide it is at most.

    The fit's own errors would rest on the shape of an error function that no point shows.
    """
    step = float(np.median(np.diff(x)))
    after = int(np.clip(np.searchsorted(x, edge.position), 1, len(x) - 1))
    low, high = float(x[max(after - 2, 0)]), float(x[min(after + 1, len(x) - 1)])
    interval = Interval(low, high, "bracketing", method="two points on either side")
    error = float(np.hypot(edge.position_error, step / np.sqrt(12)))
    return {
        "interface_position": Measurand(unit, edge.position, error, interval),
        "interface_width": Measurand.less_than(unit, 2 * step + 2 * NORMAL_95 * edge.sigma_error),
    }


def _with_interval(value: float, error: float, unit: str) -> Measurand:
    half = NORMAL_95 * error
    interval = Interval(value - half, value + half, level=0.95, method="Fisher information times the dispersion")
    return Measurand(unit, value, error, interval)


def _edge_flags(edge: Edge, x: Array) -> list[Flag]:
    flags = []
    step = float(np.median(np.diff(x)))
    if _is_undersampled(edge, x):
        text = f"the width is below two steps of {step:.3g}: the edge is only bracketed by its points"
        flags.append(Flag("interface_undersampled", text))
    if edge.dispersion > OVERDISPERSED:
        text = f"the scatter is {edge.dispersion:.1f} times that of counting; the intervals are widened"
        flags.append(Flag("overdispersed", text))
    return flags


def _regions(ready: Prepared, params: SimsProfileParams, data: Inputs) -> tuple[dict[str, Any], list[Flag]]:
    """Give the table of window means of all regions, and their enrichment."""
    windows = {
        "surface": (0.0, params.surface),
        "whole": (0.0, params.bulk),
        "bulk": (params.surface, params.bulk),
    }
    if ready.unit != "nm":
        windows = {"whole": (0.0, float("inf"))}
    totals = []
    keys = dict.fromkeys(zip(ready.region, ready.species, ready.polarity, strict=True))
    for region, species, polarity in keys:
        mine = (ready.region == region) & (ready.species == species) & (ready.polarity == polarity)
        for name, (low, high) in windows.items():
            inside = mine & (ready.x >= low) & (ready.x < high)
            if inside.any():
                total = float(ready.n[inside].sum())
                totals.append(Total(str(region), str(species), int(polarity), name, total, int(inside.sum())))
    tables: dict[str, Any] = {"means": _means(totals, data)}
    if not params.reference:
        return tables, []
    if params.reference not in {t.region for t in totals}:
        raise Refusal("no_reference", f"there is no region {params.reference} to compare with")
    rows = enrichment(totals, params.reference, params.false_discovery / 100)
    if rows:
        tables["enrichment"] = {key: Series.of([row[key] for row in rows]) for key in rows[0]}
    text = "one reference crater: counting statistics only, no significance claimed; matrix effects remain"
    return tables, [Flag("counting_statistics_only", text, "info")]


def _means(totals: list[Total], data: Inputs) -> dict[str, Series]:
    """One row per region, species and window, with the region's electrochemical test."""
    told = {r["name"]: r for r in data.meta("sims.regions") or []}
    intervals = [poisson_interval(t.counts) for t in totals]
    return {
        "region": Series.of([t.region for t in totals]),
        "state": Series.of([told.get(t.region, {}).get("state") for t in totals]),
        "current_density": Series.of([told.get(t.region, {}).get("current_density") for t in totals], "mA/cm^2"),
        "test_sha256": Series.of([told.get(t.region, {}).get("test_sha256") for t in totals]),
        "species": Series.of([t.species for t in totals]),
        "polarity": Series.of([t.polarity for t in totals]),
        "window": Series.of([t.window for t in totals]),
        "mean": Series.of([t.mean for t in totals], "count"),
        "low": Series.of([low / t.points for t, (low, _) in zip(totals, intervals, strict=True)], "count"),
        "high": Series.of([high / t.points for t, (_, high) in zip(totals, intervals, strict=True)], "count"),
    }


def _series(ready: Prepared, species: str, region: str) -> dict[str, Series]:
    """Give what the figure draws: all profiles, thinned."""
    every = max(1, len(ready.x) // PICTURE_POINTS)
    return {
        "x": Series.of(ready.x[::every], ready.unit),
        "n": Series.of(ready.n[::every], "count"),
        "species": Series.of([str(s) for s in ready.species[::every]]),
        "region": Series.of([str(r) for r in ready.region[::every]]),
    }
