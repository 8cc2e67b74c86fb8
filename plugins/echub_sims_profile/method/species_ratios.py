"""Ratios of two species within one region, never across polarities unless that is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from echub.plugin import Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.method.enrichment import MATRIX
from echub_sims_profile.method.interval import NORMAL_95
from echub_sims_profile.method.regions import Total


def species_ratios(found: Sequence[Total], params: SimsProfileParams) -> dict[str, Series]:
    """Return the asked ratios, such as ``Na+/ZrO+``, in every region and window.

    Raises `Refusal`: `ratio-unreadable`, `unknown-species`, `cross-polarity`,
    `normalised-by-itself`.
    """
    rows = [row for text in params.ratios.split(",") for row in _rows(text.strip(), found, params)]
    names = ("ratio_of", "region", "window", "ratio", "low", "high", "caveat")
    return {name: Series.of([row[k] for row in rows]) for k, name in enumerate(names)}


def _rows(text: str, found: Sequence[Total], params: SimsProfileParams) -> list[tuple[str | float | None, ...]]:
    above, slash, below = (part.strip() for part in text.partition("/"))
    if not (above and slash and below):
        raise Refusal("ratio-unreadable", f"{text!r} is not a ratio", hint="--param ratios=Na+/ZrO+")
    if params.normalise == "matrix" and params.matrix in (above, below):
        raise Refusal("normalised-by-itself", f"{text} holds {params.matrix}, by which it would be normalised")
    known = {t.species for t in found}
    for name in (above, below):
        if name not in known:
            raise Refusal("unknown-species", f"there is no {name}, but {', '.join(sorted(known))}")
    upper, lower = ([t for t in found if t.species == name] for name in (above, below))
    beside = [(a, b) for a in upper for b in lower if (a.region, a.window) == (b.region, b.window)]
    if not beside:
        raise Refusal("unknown-species", f"no region has both {above} and {below} in one window")
    pairs = [(a, b) for a, b in beside if a.polarity == b.polarity or params.cross_polarity]
    if not pairs:
        raise Refusal(
            "cross-polarity",
            f"{above} and {below} were measured in different polarities: their ratio means little",
            hint="--param cross_polarity=true",
        )
    return [_row(text, a, b) for a, b in pairs]


def _row(text: str, a: Total, b: Total) -> tuple[str | float | None, ...]:
    """Return a row; a Faraday cup does not count, so that a ratio with it has no interval."""
    over = [max(t.counts - t.base, 0.0) + 0.5 for t in (a, b)]
    log = math.log(over[0] / a.exposure) - math.log(over[1] / b.exposure)
    parts = [
        math.hypot(math.sqrt(t.counts + 0.5 + t.base_error**2) / n, t.relative)
        for t, n in zip((a, b), over, strict=True)
    ]
    half = min(NORMAL_95 * math.hypot(*parts), 300.0)  # exp() of it stays finite
    across = "across polarities; " if a.polarity != b.polarity else ""
    ends = (math.exp(log - half), math.exp(log + half)) if a.counted and b.counted else (None, None)
    return (text, a.region, a.window, math.exp(log), *ends, across + MATRIX)
