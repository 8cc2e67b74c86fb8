"""From sputter time to depth: by one crater, or piecewise by a table of layers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag, Inputs, Refusal
from echub.text import several
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.profile import Array, CountProfile

_SECONDS = {"nm/s": 1.0, "nm/min": 1 / 60, "nm/h": 1 / 3600, "um/min": 1000 / 60, "um/h": 1000 / 3600}
"""Units of a sputter rate, in nm/s."""
_LENGTHS = {"nm": 1.0, "um": 1000.0, "µm": 1000.0}
_NAMES = {
    "rate": ("rate", "Mean SR (nm/min)"),
    "start": ("from", "1st Interface (nm)"),
    "stop": ("to", "2nd Interface (nm)"),
}
"""Keys of a layer, as declared, and as an instrument's software prints them."""
_BESIDE = 0.01
"""Part of the depth by which printed ends of neighbouring layers may differ. By eye."""
_PRINTED = re.compile(r"\((\S+)\)\Z")


def axis(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Return depth in nm, each channel at its own time; without a calibration time is kept, and said.

    Raises `Refusal` `no-axis` without depth and time, `layers-unreadable` for a wrong layer table.
    """
    if "z" in data:
        return _placed(profile.did("depth", f"{data.how('z')}, {data.origin_of('z')}", x=data["z"], unit="nm"))
    if "t" not in data:
        raise Refusal("no-axis", "the profile has neither depth nor sputter time")
    layers = _layers(data.meta("sims.depth_calibration") or [])
    craters, missing = _craters(profile, data)
    if not missing:
        z = _by_craters(profile, data, craters)
        return _placed(profile.did("depth", "time · crater depth / total time, per crater", x=z, unit="nm"))
    if layers:
        detail = f"piecewise by {several(len(layers), 'layer')}"
        return _placed(profile.did("depth", detail, x=by_layers(data["t"], layers), unit="nm"))
    where = ", ".join(name for name in missing if name) or "the file"
    flag = Flag(
        "depth-uncalibrated",
        f"no crater depth and no sputter rate is stated for {where}: sputter time is kept",
        hint='--set sims.crater_depth="1 um"',
    )
    return _placed(replace(profile.skipped("depth", flag.message, flag), x=data["t"], unit="s"))


def _placed(profile: CountProfile) -> CountProfile:
    """Leave out rows without counts or place."""
    known = np.isfinite(profile.n) & np.isfinite(profile.x)
    if not known.any():
        raise Refusal("no-values", "no row has both counts and a depth or time")
    return profile.rows(known)


# -- craters ---------------------------------------------------------------------------------


def _craters(profile: CountProfile, data: Inputs) -> tuple[dict[str, float], list[str]]:
    """Return stated crater depths in nm by region, and the regions without one."""
    stated = data.meta("sims.regions") or []
    found = {str(r["name"]): 1000 * float(r["crater_depth"]) for r in stated if r.get("crater_depth")}
    overall = data.meta("sims.crater_depth")
    regions = list(dict.fromkeys(profile.region.tolist()))
    known = {name: found.get(name, overall) for name in regions}
    return {n: d for n, d in known.items() if d}, [n for n, d in known.items() if not d]


def _by_craters(profile: CountProfile, data: Inputs, depths: Mapping[str, float]) -> Array:
    """Scale each crater's time by its end: one crater per region, or per polarity where measured in turn."""
    time = data["t"]
    in_turn = data.meta("sims.acquisition") == "sequential"
    crater = [(r, p if in_turn else 0) for r, p in zip(profile.region, profile.polarity, strict=True)]
    z = np.full(len(time), np.nan)
    for key in dict.fromkeys(crater):
        mine = np.array([k == key for k in crater])
        end = _end(time[mine], profile.species[mine])
        z[mine] = time[mine] * depths[key[0]] / end if end > 0 else np.nan
    return z


MIDDLE = 0.05
"""Part of a cycle within which a stamp is in the middle of its point: channels in turn rarely start there."""


def _end(time: Array, species: NDArray[Any]) -> float:
    """Return when sputtering ended: one cycle after the last one began, since the crater is measured afterwards.

    time, species: (n,), s, of all channels of a crater. The cycle is the median distance of a channel's points.
    """
    channels = [np.unique(time[(species == name) & np.isfinite(time)]) for name in dict.fromkeys(species.tolist())]
    cycles = [float(np.median(np.diff(at))) for at in channels if len(at) > 1]
    last = max((float(at[-1]) for at in channels if len(at)), default=0.0)
    cycle = float(np.median(cycles)) if cycles else 0.0
    first = min((float(at[0]) for at in channels if len(at)), default=0.0)
    # A clock that starts at a whole cycle stamps the ends of points: the last one is the end already. One that
    # starts at half a cycle, for all channels at once, stamps their middle: half of the last one is left.
    at_once = all(len(at) == len(channels[0]) and np.array_equal(at, channels[0]) for at in channels)
    if at_once and abs(first - cycle / 2) < MIDDLE * cycle:
        return last + cycle / 2
    return last + (cycle if first < 0.9 * cycle else 0.0)


# -- layers ----------------------------------------------------------------------------------


def _layers(table: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return (thickness in nm, rate in nm/s) of each layer from the surface on; the last has no end.

    A layer without a start begins where the one above it ends, one without an end reaches to the next.
    Raises `Refusal` `layers-unreadable` where they leave a gap, or lie on each other.
    """
    read = [
        (_value(row, "start", _LENGTHS), _value(row, "stop", _LENGTHS), rate)
        for row in table
        if (rate := _value(row, "rate", _SECONDS)) is not None
    ]
    rows = sorted(read, key=_place)
    if any(rate <= 0 or (stop is not None and stop <= (start or 0.0)) for start, stop, rate in rows):
        raise Refusal("layers-unreadable", "a layer has no positive thickness and sputter rate")
    found, depth = [], 0.0
    for k, (start, stop, rate) in enumerate(rows):
        if start is not None and abs(start - depth) > _BESIDE * max(start, depth):
            text = f"a layer starts at {start:g} nm, and the one above it ends at {depth:g} nm"
            raise Refusal("layers-unreadable", text, hint="the first layer starts at the surface, 0 nm")
        below = rows[k + 1][0] if k + 1 < len(rows) else np.inf
        end = below if stop is None else stop
        if end is None:
            raise Refusal("layers-unreadable", "two layers have neither a start nor an end")
        found.append((end - (depth if start is None else start), rate))
        depth = end
    return found


def _place(row: Sequence[float | None]) -> tuple[float, bool]:
    """Return the depth by which layers are put in order: the start, else the end; without both it is the last."""
    start, stop = row[:2]
    return next((end for end in (start, stop) if end is not None), np.inf), start is not None


def _value(row: Mapping[str, Any], name: str, units: Mapping[str, float]) -> float | None:
    """Read a number with its unit: of the key as printed, or of the text."""
    for key in _NAMES[name]:
        text = str(row.get(key, "")).strip()
        if not text:
            continue
        printed = _PRINTED.search(key)
        number, _, unit = (text, "", printed[1]) if printed else text.partition(" ")
        try:
            return float(number) * units[unit.strip()]
        except (ValueError, KeyError):
            raise Refusal(
                "layers-unreadable",
                f"the layer's {key} is {text!r}",
                hint=f"a number with a unit: {', '.join(units)}",
            ) from None
    return None


def by_layers(time: Array, layers: Sequence[tuple[float, float]]) -> Array:
    """Sputter through layers one after another; the last one goes on.

    time: (n,), s; layers: thickness in nm, rate in nm/s. Returns the depth (n,), nm.
    """
    z, at, depth = np.full(len(time), np.nan), 0.0, 0.0
    for thickness, rate in layers:
        inside = time >= at
        z[inside] = depth + (time[inside] - at) * rate
        at, depth = at + thickness / rate, depth + thickness
    return z
