"""From a series of spectra to one value of every part in each, with its uncertainty and its own time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from echub.plugin import Refusal
from echub_eis.method.answer import CONDUCTING, MISFIT
from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit
from echub_eis.method.turn import turns_back
from echub_eis.series import SeriesParams
from echub_eis.series.data import SpectrumSeries
from echub_eis.series.method.follow import FollowedSeries, examine_all, follow
from echub_eis.series.method.instants import interpolated, own_times, sum_times
from echub_eis.series.method.shared import JointFit, joint, shared_coordinates

INTERFACES = ("int", "ct")
"""Beginnings of the labels of an interface."""
AROUND = (2, 6)
"""Spectra before and after each that tell how a part drifts, first the nearest, then, if they do not, more."""
DRIFTS = 3.0
"""Standard deviations of a slope from which a part drifts."""
MEANWHILE = 0.5
"""Part of the fall of Re by which the sum falls from spectrum to spectrum if it fell meanwhile: the slow points of
a sweep take most of its time, a pause between spectra takes some."""

_Row = tuple[float, float, float, float, str]


@dataclass(frozen=True)
class PartOverTime:
    """One part in every spectrum (k,): R in Ω, relative u, time of measurement in s, τ in s, why not."""

    label: str
    resistance: Floats
    relative: Floats
    time: Floats
    tau: Floats
    reason: tuple[str, ...]


@dataclass(frozen=True)
class SeriesResult:
    """A series with its fits, its parts by label, their sum, and which part is followed."""

    series: SpectrumSeries
    followed: FollowedSeries
    together: JointFit | None
    parts: dict[str, PartOverTime]
    total: PartOverTime
    chosen: str
    params: SeriesParams

    @property
    def main(self) -> PartOverTime:
        """Return the part that is followed."""
        return self.parts[self.chosen]

    @property
    def misfit(self) -> Floats:
        """Return the rms of the residuals over the noise of every spectrum (k,)."""
        noise, fits = self.followed.noise, self.followed.fits
        return np.array(
            [np.nan if f.fitted is None or not noise.known else f.fitted.rms_over(noise) for f in fits]
        )


def resolve(series: SpectrumSeries, params: SeriesParams) -> SeriesResult:
    """Fit all spectra, together if they share parts, and take out every part."""
    if params.times == "interpolated" and series.timed and len(series) > 1:
        series = _moved(series)
    followed = follow(examine_all([one.trace for one in series.spectra], params), params)
    _require_resistance(followed)
    together = None
    at = shared_coordinates(followed, params)
    if len(at):
        together = joint(followed, at)
        followed = together.followed
    rows = [_row(series, followed, together, k, params) for k in range(len(series))]
    rows = [
        _without_turned(row, followed, k, fell)
        for k, (row, fell) in enumerate(zip(rows, _falls(rows), strict=True))
    ]
    parts = {label: _over_time(label, [row[n] for row in rows]) for n, label in enumerate(followed.resistances)}
    total = _over_time("total", [row[-1] for row in rows])
    if series.timed:
        total = replace(total, time=_sum_times(series, followed, parts, total.time))
    return SeriesResult(series, followed, together, parts, total, _chosen(followed, parts, params), params)


def _require_resistance(followed: FollowedSeries) -> None:
    if not followed.resistances:
        raise Refusal(
            "no-resistance", "the circuit has no free resistance to follow", hint="--param circuit='LR(RQ)'"
        )


def _sum_times(
    series: SpectrumSeries, followed: FollowedSeries, parts: dict[str, PartOverTime], otherwise: Floats
) -> Floats:
    """Return the time (k,), s, at which the sum of the parts is what was measured; otherwise: where none drifts.

    It is the mean of the times at which a drift of each part alone would be seen in the sum, each with the weight
    with which that part drifts: a part that is constant may be measured at any time.
    """
    at = np.array(list(followed.resistances.values()), dtype=np.intp)
    drift = np.zeros((len(otherwise), len(parts)))
    for around in (*AROUND, len(otherwise)):  # further away only where those nearby show no drift
        still = np.array([np.abs(_drift(part, around)) for part in parts.values()]).reshape(len(parts), -1).T
        drift = np.where(drift.any(axis=1, keepdims=True), drift, still)
    found = otherwise.copy()
    for k in np.flatnonzero(drift.any(axis=1) & np.isfinite(otherwise)):
        fitted, examined = followed.fits[k].fitted, followed.examined[k]
        if fitted is not None and examined is not None:
            times = sum_times(fitted, series.spectra[k].time[examined.trace.used], at)
            found[k] = drift[k] @ times / drift[k].sum()
    return found


def _drift(part: PartOverTime, around: int) -> Floats:
    """Return dR/dt (k,), Ω/s, by a line through the spectra around each; 0 where it is not significant."""
    found = np.zeros(len(part.time))
    known = np.flatnonzero(np.isfinite(part.resistance) & np.isfinite(part.time) & (part.relative > 0))
    t, r = part.time[known], part.resistance[known]
    w = 1 / (part.relative[known] * r) ** 2
    for k in range(len(found)):
        near = slice(np.searchsorted(known, k - around), np.searchsorted(known, k + around, side="right"))
        here = w[near]
        if len(here) < 2:
            continue
        x = t[near] - (here @ t[near]) / here.sum()
        spread = here @ x**2
        slope = (here * x) @ r[near] / max(spread, 1e-300)
        found[k] = slope if spread * slope**2 > DRIFTS**2 else 0.0
    return found


def _over_time(label: str, rows: list[_Row]) -> PartOverTime:
    """Return what the rows of all spectra say of one part."""
    resistance, relative, time, tau = np.array([row[:4] for row in rows], dtype=np.float64).T
    return PartOverTime(label, resistance, relative, time, tau, tuple(row[4] for row in rows))


def _moved(series: SpectrumSeries) -> SpectrumSeries:
    traces, times = interpolated([one.trace for one in series.spectra], [one.time for one in series.spectra])
    spectra = [
        replace(one, trace=trace, time=time)
        for one, trace, time in zip(series.spectra, traces, times, strict=True)
    ]
    return replace(series, spectra=tuple(spectra))


_NONE = (np.nan, np.nan, np.nan, np.nan)


def _row(
    series: SpectrumSeries,
    followed: FollowedSeries,
    together: JointFit | None,
    k: int,
    params: SeriesParams,
) -> list[_Row]:
    """Return R, relative u, time, τ and reason of every part of one spectrum, and of their sum."""
    fitted, examined = followed.fits[k].fitted, followed.examined[k]
    if fitted is None or examined is None:
        return [(*_NONE, followed.fits[k].reason)] * (len(followed.resistances) + 1)
    spread = together.covariances[k] if together is not None else None
    covariance = fitted.covariance() if spread is None else spread
    used = examined.trace.used
    times = own_times(fitted, series.spectra[k].time[used])
    rows = [_part(fitted, covariance, times, at, params) for at in followed.resistances.values()]
    return [*rows, _sum(fitted, covariance, times, followed, params)]


def _falls(rows: list[list[_Row]]) -> list[float]:
    """Return by how much the sum falls from each spectrum to the next, or from the one before, Ω; else NaN."""
    step = -np.diff([row[-1][0] for row in rows])
    return list(np.fmax(np.append(step, np.nan), np.append(np.nan, step)).tolist())


def _without_turned(rows: list[_Row], followed: FollowedSeries, k: int, fell: float) -> list[_Row]:
    """Withhold the slowest arc, and the sum, which is last, of a spectrum that turns back, unlike its circuit.

    If the resistance falls as much from spectrum to spectrum, it fell meanwhile: its part has a time of its own.
    """
    fitted, examined = followed.fits[k].fitted, followed.examined[k]
    if fitted is None or examined is None or not followed.noise.known:
        return rows
    turn = turns_back(examined.spectrum, examined.noise)
    if turn is None or fitted.rms_over(followed.noise) <= MISFIT or fell >= MEANWHILE * turn.fall:
        return rows
    slow = max((row[3] for row in rows if np.isfinite(row[3])), default=np.nan)
    lost = [n == len(rows) - 1 or row[3] == slow for n, row in enumerate(rows)]
    return [
        (np.nan, np.nan, row[2], row[3], row[4] or "turns-back") if one else row
        for row, one in zip(rows, lost, strict=True)
    ]


def _part(fitted: CircuitFit, covariance: Floats, times: Floats, at: int, params: SeriesParams) -> _Row:
    number = fitted.model.free[at].element
    u = float(np.sqrt(covariance[at, at]))
    tau_at = fitted.model.at(number, "tau")
    tau = fitted.natural[tau_at] if tau_at is not None else np.nan
    if reason := _why_not(fitted, number, u, tau, params):
        return np.nan, np.nan, float(times[at]), tau, reason
    return fitted.natural[at], u, float(times[at]), tau, ""


def _why_not(fitted: CircuitFit, number: int, u: float, tau: float, params: SeriesParams) -> str:
    """Return why a resistance is not given: apex outside of the band, or not known well enough."""
    frequency = fitted.spectrum.frequency
    if fitted.model.leaves[number].symbol == "Z" and np.isfinite(tau):
        apex = 1 / (2 * np.pi * tau)
        if not frequency.min() <= apex <= frequency.max():
            return "arc-outside-window"
    return "" if 100 * u <= params.identified else "not-identified"


def _sum(
    fitted: CircuitFit, covariance: Floats, times: Floats, followed: FollowedSeries, params: SeriesParams
) -> _Row:
    model = fitted.model
    numbers = [n for n in followed.labels if model.leaves[n].symbol in CONDUCTING]
    at = np.array([place for n in numbers if (place := model.at(n, "R")) is not None], dtype=np.intp)
    if not len(at):
        return (*_NONE, "no resistance")
    lowest = float(fitted.spectrum.frequency.min())
    for number in numbers:
        place = model.at(number, "tau")
        if (
            model.leaves[number].symbol == "Z"
            and place is not None
            and fitted.natural[place] * 2 * np.pi * lowest > 1
        ):
            return (*_NONE, "arc-outside-window")
    r = np.array(fitted.natural)[at]
    block = covariance[np.ix_(at, at)]
    if not np.isfinite(block).all():
        return (*_NONE, "not-identified")
    variance = float(r @ block @ r)
    value = float(sum(model.values(n, fitted.natural)[0] for n in numbers))
    relative = float(np.sqrt(max(variance, 0.0))) / value
    share = r / r.sum()
    if 100 * relative > params.identified:
        return np.nan, np.nan, float(share @ times[at]), np.nan, "not-identified"
    return value, relative, float(share @ times[at]), np.nan, ""


def _chosen(followed: FollowedSeries, parts: dict[str, PartOverTime], params: SeriesParams) -> str:
    """Return the label of the part that is followed: as stated, else an interface, else the slowest arc."""
    if params.follow:
        if params.follow in parts:
            return params.follow
        raise Refusal(
            "unknown-label",
            f"no resistance is called {params.follow}, but {', '.join(parts)}",
            where="follow",
            hint=f"--param follow={next(iter(parts))}",
        )
    for start in INTERFACES:
        for label in parts:
            if label.startswith(start):
                return label
    arcs = [
        label for n, label in followed.labels.items() if followed.model.leaves[n].symbol == "Z" and label in parts
    ]
    if arcs:
        slow = [
            float(np.nanmedian(parts[label].tau)) if np.isfinite(parts[label].tau).any() else -1.0
            for label in arcs
        ]
        return arcs[int(np.argmax(slow))]
    return list(parts)[-1]
