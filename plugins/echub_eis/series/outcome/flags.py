"""What a series cannot tell, and what stands out in it: each code once, with the spectra that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, range_unknown, several_ranges
from echub.science import robust_sigma
from echub.text import several, some_of
from echub_eis.method.answer import MISFIT
from echub_eis.method.circuit import canonical
from echub_eis.series.data import SHOWN
from echub_eis.series.method.follow import crossed
from echub_eis.series.method.linearity import linear
from echub_eis.series.method.onset import KINKS, REMEMBERED, sound
from echub_eis.series.method.recovery import ENERGY, WHITE
from echub_eis.series.method.resolve import SeriesResult
from echub_eis.series.method.shared import DIFFERENT
from echub_eis.series.outcome.answers import SeriesAnswer

SCATTER = 2.0
"""Scatter from spectrum to spectrum over the stated uncertainty that is reported."""
NOISY_TOTAL = "--param identified=… allows a larger uncertainty"


def flags(result: SeriesResult, found: SeriesAnswer) -> tuple[Flag, ...]:
    """Return all remarks."""
    own = (_of_spectra(result), _of_fits(result), _of_answers(result, found), _of_ranges(result, found))
    return tuple(chain(*own, _of_the_total(result)))


def _of_ranges(result: SeriesResult, found: SeriesAnswer) -> Iterator[Flag]:
    """Flag ranges that differ, or are known of some levels only, if a level is an answer."""
    if found.onset is None and found.onset_voltage is None:
        return
    used: dict[str, str] = {}
    series = result.series
    for k, one in enumerate(series.spectra):
        for name in one.ranges:
            used.setdefault(name, f"from spectrum {series.called(k)} on")
    yield from several_ranges(used)
    unknown = [k for k, one in enumerate(series.spectra) if not np.isfinite(one.limit)]
    if used and unknown:
        text = "there the accuracy is that of the value"
        yield range_unknown(f" in spectrum {series.listed(unknown)}", text)


def _of_spectra(result: SeriesResult) -> Iterator[Flag]:
    """Yield what the check of single spectra says, once for the series."""
    series, count = result.series, len(result.series)
    first: dict[str, Flag] = {}
    places: dict[str, list[int]] = {}
    for k, examined in enumerate(result.followed.examined):
        for flag in examined.flags if examined is not None else ():
            if flag.code not in first or (first[flag.code].severity, flag.severity) == ("info", "warning"):
                first[flag.code] = flag
            places.setdefault(flag.code, []).append(k)
    for code, where in places.items():
        flag = first[code]
        if code == "amplitude-large" and (shown := linear(result)):
            flag = Flag(code, f"{flag.message.split(',')[0]}; {shown}", "info")
        more = "" if len(where) == 1 else f"in {len(where)} of {count} spectra, first: "
        yield Flag(code, more + flag.message, flag.severity, f"spectrum {series.called(where[0])}", hint=flag.hint)
    left = [k for k, one in enumerate(result.followed.fits) if one.fitted is None]
    if left:
        reasons = ", ".join(sorted({result.followed.fits[k].reason for k in left}))
        are = some_of(len(left), count, "spectrum", "is", "are", plural="spectra")
        text = f"{are} left out ({reasons}): {series.listed(left)}"
        yield Flag("spectra-left-out", text)


def _of_fits(result: SeriesResult) -> Iterator[Flag]:
    followed, series = result.followed, result.series
    circuit = canonical(followed.model.circuit)
    if len(followed.texts) > 1:
        text = f"the spectra asked show {' and '.join(followed.texts)}; all are fitted with {circuit}"
        yield Flag("circuits-differ", text, hint="--param circuit=… states one")
    if swaps := crossed(followed):
        text = f"time constants cross at spectra {series.listed(swaps)}: labels follow (ln τ, ln R)"
        yield Flag("labels-crossed", text)
    again = [k for k, one in enumerate(followed.fits) if one.restarted][1:]
    if again:
        shown = series.listed(again)
        spectra = several(len(again), "spectrum was", "spectra were")
        text = f"{spectra} fitted from new starting values, which was better: {shown}"
        yield Flag("restarted", text, "info")
    misfit = result.misfit
    if np.isfinite(misfit).any() and np.nanmedian(misfit) > MISFIT:
        text = (
            f"the residuals are {np.nanmedian(misfit):.1f} times the noise (median): {circuit} does not "
            "describe the spectra, and the intervals hold only if it does"
        )
        yield Flag("circuit-does-not-fit", text, hint="--param circuit=…, or f_min and f_max leave a part out")
    if result.together is not None and result.together.p_shared < DIFFERENT:
        text = (
            f"the spectra do not share {result.params.shared} (p = {result.together.p_shared:.1g}): "
            "what changes in it is taken for a change of the rest"
        )
        yield Flag("shared-parts-differ", text, hint="--param shared=''")


def _of_answers(result: SeriesResult, found: SeriesAnswer) -> Iterator[Flag]:
    yield from _of_lost_parts(result)
    part = result.main
    if (ratio := _scatter(result)) > SCATTER:
        text = f"resistance_{part.label} scatters from spectrum to spectrum by {ratio:.1f} times its uncertainty"
        yield Flag("scatter-exceeds-uncertainty", text, hint="a circuit that holds, or a narrower band")
    yield from _of_levels(result, found)
    if not result.series.timed:
        yield Flag("no-time", "the points have no time: the axis is the number of the spectrum", "info")
    yield from _of_rest(result, found)
    if found.gone is not None:
        first = result.series.called(found.gone)
        yield Flag("arcs-vanished", f"from spectrum {first} on all arcs are gone: electrons flow through the cell")


def _of_rest(result: SeriesResult, found: SeriesAnswer) -> Iterator[Flag]:
    """Yield why there is no recovery time: a warning if a current flowed, from which to recover."""
    flowed = bool((np.abs(np.nan_to_num(result.series.column("level"))) > 0).any())
    if found.warmed is not None:
        low, high = found.warmed
        text = (
            f"at rest the temperature lies between {low:.4g} and {high:.4g} °C, and an activation energy of "
            f"{ENERGY:g} eV alone would move the resistance by that: no recovery time is given"
        )
        yield Flag(
            "temperature-moves",
            text,
            "warning" if flowed else "info",
            hint="hold the temperature after the current",
        )
    if found.recovered is not None and found.recovered.correlation > WHITE:
        text = f"the recovery is not one exponential: residuals correlate by {found.recovered.correlation:.2f}"
        yield Flag("recovery-not-exponential", text, "warning" if flowed else "info")


def _of_levels(result: SeriesResult, found: SeriesAnswer) -> Iterator[Flag]:
    """Yield which levels do not count for an onset, since they stand out of their neighbours."""
    levels = found.levels
    if levels is not None and not (kept := sound(levels)).all():
        shown = ", ".join(f"{level:.4g}" for level in levels.level[~kept][:SHOWN])
        text = (
            f"resistance_{result.chosen} at {shown} {unit_text(result.series.unit)} lies far off that of the "
            "levels before and after: the onset is found without"
        )
        yield Flag(
            "level-stands-out", text, hint="look at these spectra: the contact moved, or the instrument erred"
        )
    for what, onset in (("resistance_" + result.chosen, found.onset), ("U/j", found.onset_voltage)):
        if onset is not None and onset.memory > REMEMBERED:
            text = (
                f"{what} does not leave its line as a power of what exceeds the onset: its residuals correlate by "
                f"{onset.memory:.1f} standard deviations, and the interval holds only for such a shape"
            )
            yield Flag("onset-shape", text, hint="the bracket of neighbouring levels holds for any shape")


def _of_lost_parts(result: SeriesResult) -> Iterator[Flag]:
    """Yield which parts have no resistance in some spectra: a warning of the followed one, an info of others."""
    for part in result.parts.values():
        lost = [k for k, why in enumerate(part.reason) if why and result.followed.fits[k].fitted is not None]
        if lost:
            reasons = ", ".join(sorted({part.reason[k] for k in lost}))
            text = f"resistance_{part.label} is not given in {len(lost)} of {len(part.reason)} spectra ({reasons})"
            where = result.series.listed(lost)
            yield Flag("not-identified", text, "warning" if part is result.main else "info", where=where)


def _of_the_total(result: SeriesResult) -> Iterator[Flag]:
    """Yield in which spectra the sum of the resistances is withheld, and by which part; those left out apart."""
    total, fits = result.total, result.followed.fits
    lost = [k for k, why in enumerate(total.reason) if why and fits[k].fitted is not None]
    if not lost:
        return
    counts = Counter(total.reason[k] for k in lost)
    reasons = ", ".join(f"{why} in {count}" for why, count in counts.most_common())
    text = f"resistance_total is not given in {len(lost)} of {len(total.reason)} spectra: {reasons}"
    hint = "a lower f_min, or a circuit without this arc" if "arc-outside-window" in counts else NOISY_TOTAL
    yield Flag("total-not-given", text, "info", where=result.series.listed(lost), hint=hint)


def _scatter(result: SeriesResult) -> float:
    """Return the scatter of second differences of ln R over what the uncertainties explain."""
    known = np.isfinite(result.main.resistance)
    r, u = np.log(result.main.resistance[known]), result.main.relative[known]
    if len(r) < 8 or not np.median(u) > 0:
        return 0.0
    return robust_sigma(np.diff(r, 2)) / KINKS / float(np.median(u))
