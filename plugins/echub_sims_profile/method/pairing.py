"""Two polarities: the lag of two clocks from a common feature, and rebinning that conserves counts."""

from __future__ import annotations

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, Inputs, Interval, Measurand, Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.profile import Array, CountProfile
from echub_sims_profile.method.edge import Edge, find_edge
from echub_sims_profile.method.likelihood import usual_step

_MOST_BINS = 2000
"""Rows of the wide table, for which it is meant to be read. By eye."""


def pair(
    profile: CountProfile, data: Inputs, region: str, params: SimsProfileParams
) -> tuple[CountProfile, dict[str, Measurand]]:
    """Estimate the lag between the polarities where a common feature is named; apply it only if told to.

    Raises `Refusal`: `no-common-feature` where one of the two has no interface, `unknown-species`,
    `common-unreadable`.
    """
    polarities = {p for _, _, p in profile.channels()} - {0}
    if len(polarities) < 2:
        return profile, {}
    acquisition = data.meta("sims.acquisition")
    if acquisition != "sequential":
        known = "one clock for both polarities" if acquisition else "sims.acquisition is not stated"
        return profile.skipped("pairing", f"{known}: no lag is fitted"), {}
    if not params.common:
        text = "two polarities one after another, paired on depth by their own starts: their lag is not known"
        flag = Flag("lag-unknown", text, "info", hint="--param common=Na+,PO2- names a feature seen in both")
        return profile.skipped("pairing", text, flag), {}
    lag = _lag(profile, region, params)
    detail = f"lag of the negative polarity by {params.common}: {lag.value:.4g} {unit_text(lag.unit)}"
    if not params.apply_lag:
        return profile.skipped("pairing", f"{detail}; not applied"), {"polarity_lag": lag}
    moved = np.where(profile.polarity < 0, profile.x - (lag.value or 0.0), profile.x)
    return profile.did("pairing", f"{detail}; subtracted from the negative", x=moved), {"polarity_lag": lag}


def _lag(profile: CountProfile, region: str, params: SimsProfileParams) -> Measurand:
    """Return the position of the common feature in the negative less that in the positive polarity."""
    names = [part.strip() for part in params.common.split(",")]
    if len(names) != 2:
        text = f"{params.common!r} does not name two species"
        raise Refusal("common-unreadable", text, hint="--param common=Na+,PO2-")
    found = {}
    for name in names:
        key = next((k for k in profile.channels() if k[:2] == (region, name)), None)
        if key is None:
            raise Refusal("unknown-species", f"the region {region} has no {name}")
        found[key[2]] = _edge(profile.ordered(*key), name, params)
    if set(found) != {1, -1}:
        raise Refusal("common-unreadable", f"{params.common} are not of two polarities")
    return _difference(found[-1], found[1], profile.unit)


def _edge(one: CountProfile, name: str, params: SimsProfileParams) -> Edge:
    try:
        return find_edge(one.x, one.n, params.edge, one.gain)
    except Refusal as refusal:
        raise Refusal("no-common-feature", f"{name}: {refusal.message}") from None


def _difference(late: Edge, early: Edge, unit: str) -> Measurand:
    value = late.position - early.position
    error = float(np.hypot(late.position_error, early.position_error))
    half = 1.96 * error  # 95 % of a normal distribution
    interval = Interval(value - half, value + half, level=0.95, method="difference of two interface positions")
    return Measurand(unit, value, error, interval, note="not applied unless --param apply_lag=true")


# -- rebinning -------------------------------------------------------------------------------


def rebin(x: Array, n: Array, edges: Array) -> Array:
    """Share counts out to bins: each point covers half the way to its neighbours; the sum is conserved.

    x, n: (n,); x ascending, below zero where a lag was subtracted; edges: (bins + 1,), in the unit of x; returns
    counts (bins,), NaN for bins that no point reaches. Those of points that reach beyond the outer edges are in
    no bin.
    """
    middle = (x[1:] + x[:-1]) / 2
    first = 2 * x[0] - middle[0]
    # A first point below the surface begins there at the earliest; one that was moved above it does not.
    ends = np.concatenate([[max(first, 0.0) if x[0] >= 0 else first], middle, [2 * x[-1] - middle[-1]]])
    running = np.concatenate([[0.0], np.cumsum(n)])
    reached = (edges[1:] > ends[0]) & (edges[:-1] < ends[-1])
    return np.where(reached, np.diff(np.interp(edges, ends, running)), np.nan)


def pivot(profile: CountProfile, step: float) -> tuple[CountProfile, dict[str, Series]]:
    """Return a wide table: one row per region and bin, one column per species and polarity.

    Raises `Refusal` `rebin-too-fine` for bins finer than the points, or more than 2000 of them.
    """
    places = [profile.ordered(*key).x for key in profile.channels()]
    own = min((usual_step(x) for x in places if len(x) > 1), default=0.0)
    stop = float(profile.x.max())
    if step < own or stop / step > _MOST_BINS:
        printed = unit_text(profile.unit)
        why = f"are finer than the points, {own:.3g} {printed} apart"
        if step >= own:
            why = f"make more than {_MOST_BINS} rows"
        hint = f"--param rebin={2 * max(own, stop / _MOST_BINS):.2g}"
        raise Refusal("rebin-too-fine", f"bins of {step:g} {printed} {why}", hint=hint)
    edges = np.arange(0.0, stop + 1.5 * step, step)
    regions = list(dict.fromkeys(profile.region.tolist()))
    table: dict[str, Series] = {
        "region": Series.of([r for r in regions for _ in edges[:-1]]),
        "from": Series.of(np.tile(edges[:-1], len(regions)), profile.unit),
        "to": Series.of(np.tile(edges[1:], len(regions)), profile.unit),
    }
    for species, polarity in dict.fromkeys((s, p) for _, s, p in profile.channels()):
        parts = [_binned(profile, (region, species, polarity), edges) for region in regions]
        sign = {1: "+", -1: "-"}.get(polarity, "")
        name = species if not sign or species.endswith(sign) else f"{species} ({sign})"
        table[name] = Series.of(np.concatenate(parts), "count")
    return profile.did("rebinning", f"counts shared out to bins of {step:g} {unit_text(profile.unit)}"), table


def _binned(profile: CountProfile, key: tuple[str, str, int], edges: Array) -> Array:
    one = profile.ordered(*key)
    if len(one.x) < 2:
        return np.full(len(edges) - 1, np.nan)
    return rebin(one.x, one.n, edges)
