"""The first steps: counts, and the correction for dead time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr

from echub.plugin import Flag, Inputs, Refusal
from echub.science import live_share, saturation
from echub.text import several, some_of
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.profile import Array, CountProfile

DEAD_TIME_WARNING = 0.05
"""Share of lost counts above which the correction is said to be large. By eye."""
SUSPECT_RATE = 1e6
"""counts/s at which a usual counter, 30 ns dead after each ion, misses 3 %."""
_MANY = 100.0
_LEAST_PAIRS = 15
_RARE = 0.003
"""Counts, pairs of neighbours, and level of the test of their scatter: a profile has tens of channels."""
_WHOLE = 0.02
"""Counts this close to whole numbers are whole: rate times dwell carries the rounding of printed rates. By eye."""


def counts(data: Inputs) -> CountProfile:
    """Return counts: as stored, or rate times dwell.

    Raises `Refusal`: `counts-unavailable`, `negative-counts`, `no-values`.
    """
    n, how = _counts(data)
    with np.errstate(invalid="ignore"):
        negative = int((n < 0).sum())
    if negative:
        raise Refusal(
            "negative-counts",
            f"{several(negative, 'count is', 'counts are')} negative: this is not a counting detector",
        )
    if not np.isfinite(n).any():
        raise Refusal("no-values", "no row has counts")
    size = len(data)
    profile = CountProfile(
        np.full(size, np.nan), "", n, np.ones(size), np.zeros(size), np.zeros(size), np.zeros(size),
        _texts(data["species"]), _regions(data), np.trunc(data["polarity"]),
        np.nan_to_num(data["analogue"]).astype(bool) if "analogue" in data else np.zeros(size, bool),
    )  # fmt: skip
    if "primary" in data:
        profile = replace(profile, primary=data["primary"])
    fractions = ~np.isclose(n, np.round(n), atol=_WHOLE, equal_nan=True)
    flags = []
    if fractions.any():
        are = some_of(int(fractions.sum()), size, "count", "is an estimate", "are estimates")
        text = f"{are}: their errors may be too small"
        flags.append(Flag("not-whole-counts", text))
    return profile.did("counts", how, *flags)


def _counts(data: Inputs) -> tuple[Array, str]:
    dwell = data.meta("sims.dwell_time")
    if "n" in data:
        return data["n"], f"{data.how('n')}, {data.origin_of('n')}"
    if "rate" not in data:
        raise Refusal(
            "counts-unavailable", "the profile has neither counts nor count rates", hint="--column n=NAME"
        )
    if dwell:
        return data["rate"] * dwell, f"rate · dwell of {dwell:g} s"
    raise Refusal(
        "counts-unavailable",
        "there are rates but no dwell time, and no count quantum: counting statistics are unavailable",
        hint='--set sims.dwell_time="1 ms"',
    )


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    return np.array([str(value) for value in values], dtype=object)


def _regions(data: Inputs) -> NDArray[Any]:
    return _texts(data["region"]) if "region" in data else np.full(len(data), "", dtype=object)


# -- dead time -------------------------------------------------------------------------------


def dead_time(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Correct the raw rate within the gate for the detector's dead time.

    Counts that the reader derived from corrected rates are left alone. Points at or above 1/τ are
    left out and said; `Refusal` `saturated` where they are of the asked species.
    """
    dwell, dead = data.meta("sims.dwell_time"), data.meta("sims.dead_time")
    why = _uncorrected(data, params, dwell, dead)
    if why:
        return profile.skipped("dead time", why, *_suspected(profile, data, params, dwell, dead))
    load = np.nan_to_num(np.where(profile.analogue, 0.0, profile.n) / dwell * dead)
    lost = load >= saturation(params.dead_time)
    _require_unsaturated(profile, params, load, lost)
    live = live_share(np.where(lost, 0.0, load), params.dead_time)
    flags = []
    if (1 - live[~lost]).max(initial=0.0) > DEAD_TIME_WARNING:
        share = 100 * float((1 - live[~lost]).max())
        flags.append(Flag("dead-time-large", f"the dead-time correction reaches {share:.0f} %"))
    if lost.any():
        where = ", ".join(
            sorted({f"{s} {r}".strip() for s, r in zip(profile.species[lost], profile.region[lost], strict=True)})
        )
        flags.append(
            Flag(
                "saturated-left-out",
                f"{several(int(lost.sum()), 'point is', 'points are')} saturated and left out",
                where=where,
            )
        )
    detail = f"{params.dead_time.replace('_', '-')}, {1e9 * dead:g} ns"
    return profile.did("dead time", detail, *flags, gain=profile.gain * live, n=np.where(lost, np.nan, profile.n))


def _uncorrected(data: Inputs, params: SimsProfileParams, dwell: float | None, dead: float | None) -> str:
    if params.dead_time == "none":
        return "switched off"
    if "n" in data and data.origin_of("n") != "measured":
        return "the rates behind the counts are corrected already"
    missing = [name for name, value in (("sims.dwell_time", dwell), ("sims.dead_time", dead)) if not value]
    return f"{' and '.join(missing)} not stated" if missing else ""


def _suspected(
    profile: CountProfile, data: Inputs, params: SimsProfileParams, dwell: float | None, dead: float | None
) -> list[Flag]:
    """Suspect a dead time that nobody states: from a high rate, or from counts that scatter less than counting."""
    corrected = "n" in data and data.origin_of("n") != "measured"
    if dead or corrected or params.dead_time == "none":
        return []
    found = []
    for key in profile.channels():
        n = profile.ordered(*key).n if np.isfinite(profile.x).all() else profile.n[profile.of(*key)]
        counted = n[np.isfinite(n)]
        if dwell and counted.max(initial=0.0) / dwell > SUSPECT_RATE:
            found.append(f"{key[1]}: {counted.max() / dwell:.2g} counts/s")
        elif _underdispersed(counted):
            found.append(f"{key[1]}: scatter below that of counting")
    text = "no dead time is stated, but the detector may have missed counts"
    return [Flag("dead-time-suspected", text, where="; ".join(found[:5]))] if found else []


def _underdispersed(n: Array) -> bool:
    """Return whether neighbours on the upper half of the profile differ by less than counting makes them."""
    one, two = n[:-1], n[1:]
    high = (one + two > n.max(initial=0.0)) & (one + two > 2 * _MANY)
    if high.sum() < _LEAST_PAIRS:
        return False
    scaled = float(((one - two)[high] ** 2 / (one + two)[high]).sum())
    freedom = 2 / 3 * high.sum()  # neighbouring differences share a point: the variance of their squares is 3/2
    return bool(chdtr(freedom, scaled * 2 / 3) < _RARE)


def _require_unsaturated(
    profile: CountProfile, params: SimsProfileParams, load: Array, lost: NDArray[np.bool_]
) -> None:
    asked = params.species or str(profile.species[0])
    mine = lost & (profile.species == asked)
    if params.region:
        mine &= profile.region == params.region
    if mine.any():
        raise Refusal(
            "saturated",
            f"rate times dead time reaches {float(load[mine].max()):.2f}: the detector is saturated",
            where=f"{several(int(mine.sum()), 'point')} of {asked}",
        )
