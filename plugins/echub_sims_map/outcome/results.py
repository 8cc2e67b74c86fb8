"""What a search for columns says: measurands with intervals, and what the user has to know."""

from __future__ import annotations

import math
from collections.abc import Sequence

from echub.plugin import Flag, Interval, Measurand, Sensitivity
from echub.text import percent, several
from echub_sims_map.data.cube import MapGrid
from echub_sims_map.method.search import Search
from echub_sims_map.method.upright import Uprightness
from echub_sims_map.method.width import LEAST_CORE, Found

LARGE_SHARE = 25.0
"""In % of the field: larger columns move the surface that is fitted to the background."""
UNEVEN = 0.2
"""Spread of the background across the field, over its median, from which it is said. By eye."""
VERY_UNEVEN = 0.4
"""And from which widths suffer: of a field darker by half in its corners one width in twelve was off."""
NEAR = 1.4
"""Excess, over the least that is detectable, below which a column may be found in pieces or not at all. By eye."""
Z95 = 1.959963984540054
"""Standard deviations to either side that hold 95 % of a normal distribution."""


def measurands(search: Search, grid: MapGrid, notched: int = 0) -> tuple[dict[str, Measurand], list[Sensitivity]]:
    """Return the measurands, and what the count of columns depends on; `notched` columns may be two."""
    scatter = search.cube.dispersion
    pairs = max(1, (len(search.cube.counts) - 1) * search.cube.counts[0].size)
    count, sensitivity = _count(search, notched)
    found = {
        "column_count": count,
        "background": normal("count", *search.background),
        "dispersion": normal("1", scatter, scatter * math.sqrt(3 / pairs)),
    }
    whole = sorted((c for c in search.columns if not c.cut), key=lambda column: column.area)
    if whole:
        found["smallest_column_width"] = width(whole[0], grid, scatter)
        found["largest_column_width"] = width(whole[-1], grid, scatter)
        share = 100 / search.cube.counts[0].size
        spread = math.sqrt(max(1.0, scatter) * sum(c.area_error**2 for c in whole))
        found["column_area"] = normal("%", share * sum(c.area for c in whole), share * spread)
    return found, sensitivity


def _count(search: Search, notched: int) -> tuple[Measurand, list[Sensitivity]]:
    """Count the columns; the interval is from other thresholds and shares of the depth."""
    span, quantile, best = search.params.span / 100, search.quantile, len(search.columns)
    # Other choices that could be made: a tenth of the depth more or less, a fifth of the places above the
    # threshold, or twice as many. By eye.
    less, more = max(0.1, span - 0.1), min(1.0, span + 0.1)
    strict, lax = 1 - (1 - quantile) / 5, 1 - min(0.1, 2 * (1 - quantile))
    shallower, deeper = search.counts(search.threshold, (less, more))
    told: list[tuple[str, str, int]] = [
        ("quantile", f"{strict:.6g}", search.counts(search.at_quantile(strict), (span,))[0]),
        ("quantile", f"{lax:.6g}", search.counts(search.at_quantile(lax), (span,))[0]),
        ("span", f"{100 * less:g} %", shallower),
        ("span", f"{100 * more:g} %", deeper),
    ]
    numbers = [best, best + notched, *(number for _, _, number in told)]
    method = "other thresholds and shares of the depth"
    interval = Interval(float(min(numbers)), float(max(numbers)), "asymmetric", method=method)
    note = f"{search.false} in a blank cube"
    rows = [Sensitivity(n, s, "column_count", float(k), float(k - best)) for n, s, k in told if k != best]
    return Measurand("1", float(best), interval=interval, n=best, note=note), rows


def width(column: Found, grid: MapGrid, dispersion: float) -> Measurand:
    """Return the width of a column with its interval; "less than" where it has hardly a core."""
    edge = math.sqrt(grid.pixel_area)
    error = edge * column.width_error * math.sqrt(max(1.0, dispersion))
    value = edge * column.width
    if column.core < LEAST_CORE:
        return Measurand.less_than(grid.unit, value + Z95 * error, note="hardly wider than its pixels")
    return normal(grid.unit, value, error)


def normal(unit: str, value: float, error: float) -> Measurand:
    """Return a measurand with a symmetric interval of 95 %."""
    half = Z95 * error
    interval = Interval(value - half, value + half, level=0.95, method="counting statistics")
    return Measurand(unit, value, error, interval)


def flags(search: Search, grid: MapGrid) -> list[Flag]:
    """Say what limits the answer."""
    found = [*_of_columns(search), *_of_blanks(search)]
    low, high = float(search.flat.min()), float(search.flat.max())
    if high - low > UNEVEN:
        text = (
            f"the background varies across the field from {100 * low:.0f} to {percent(high, '.0f')} of its median"
        )
        text = f"{text}; a smooth surface is taken for it"
        found.append(Flag("uneven-background", text, "warning" if high - low > VERY_UNEVEN else "info"))
    if grid.unit == "1":
        text = "no pixel size is stated: widths are in pixels"
        found.append(Flag("no-pixel-size", text, hint='sims.pixel_size = "0.5 um" in the sims.toml'))
    return found


def shape_flags(shapes: Sequence[Uprightness]) -> list[Flag]:
    """Flag columns that are not upright, sharp and single."""
    tapered = "with a width that changes with depth: one width does not describe it"
    lean = "at an angle: the width over all frames is larger than that in one"
    soft = "without a sharp rim: the width depends on where the rim is drawn"
    two = "with a waist, perhaps two each; the interval of the count says so"
    return [
        *_shaped("column-tapered", [shape.tapered for shape in shapes], tapered),
        *_shaped("column-leans", [shape.leaning for shape in shapes], lean),
        *_shaped("column-soft", [shape.soft for shape in shapes], soft),
        *_shaped("column-may-be-two", [shape.notched for shape in shapes], two),
    ]


def _shaped(code: str, marks: Sequence[object], text: str) -> list[Flag]:
    numbers = [str(number) for number, marked in enumerate(marks, 1) if marked]
    if not numbers:
        return []
    where = f"{'column' if len(numbers) == 1 else 'columns'} {', '.join(numbers)}"
    return [Flag(code, f"{several(len(numbers), 'column')} {text}", where=where)]


def _of_columns(search: Search) -> list[Flag]:
    found = []
    if cut := sum(column.cut for column in search.columns):
        text = f"{several(cut, 'column touches', 'columns touch')} the edge of the field, or pixels that were not"
        text = f"{text} measured: no width"
        found.append(Flag("columns-cut", text))
    least = NEAR * abs(search.detectable - 1)
    if near := sum(abs(column.contrast - 1) < least for column in search.columns):
        text = f"{several(near, 'column stands', 'columns stand')} out by little: others like these may be missed,"
        text = f"{text} or found in pieces"
        hint = f"--param window={search.params.window + 2}, or --param frames={search.params.frames + 1}"
        found.append(Flag("columns-near-threshold", text, hint=hint))
    share = 100 / search.cube.counts[0].size
    if any(share * column.footprint.sum() > LARGE_SHARE for column in search.columns):
        text = f"a column covers more than {LARGE_SHARE:g} % of the field: an uneven background looks like this"
        found.append(Flag("column-fills-field", text))
    return found


def _of_blanks(search: Search) -> list[Flag]:
    if search.params.reference:
        text = f"the reference region has {several(search.false, 'column')} itself"
        return [Flag("reference-has-columns", text)] if search.false else []
    text = "no reference region: the threshold is from the map itself, its columns left out, shuffled"
    found = [Flag("no-reference-region", text, "info", hint="--param reference=REGION")]
    if search.false:
        text = f"{several(search.false, 'column')} in a shuffled cube: some may be chance"
        found.append(Flag("columns-in-blank", text, hint="--param quantile=0.999"))
    return found
