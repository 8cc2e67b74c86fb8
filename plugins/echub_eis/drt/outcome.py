"""`eis-drt`: distributions of a series of spectra, peaks of each with their support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from echub.plugin import Condition, Flag, Inputs, InputSet, Measurand, Outcome, Refusal, Series
from echub.text import several, some_of
from echub_eis.drt import DrtParams
from echub_eis.drt.method.kernel import FREE, DrtKernel, kernel, stacked, typical
from echub_eis.drt.method.peaks import Peak, peaks_of, resample, supported
from echub_eis.drt.method.solve import NonNegative, evidence
from echub_eis.method.elements import Floats
from echub_eis.method.examine import Examined, examine
from echub_eis.method.fit import Spectrum
from echub_eis.series.data import SeriesSpectrum, SpectrumSeries, load_series

STRONGER = 10.0
"""Resampled spectra are solved with λ this many times as large: ripples of a weak regularisation go, arcs stay. Of
371 false peaks 5 % are kept (14 % at the same λ), of 288 true ones all."""
DECADE = float(np.log(10))
"""γ per decade over γ per ln τ."""
MUCH_OUTSIDE, MISFIT = 0.1, 2.0
"""Share beyond the window that is reported; residuals over noise that say there is no such distribution."""
FINEST, WEAKER = 40, 0.01
"""Time constants per decade, and part of λ, with which a misfit is tried again: residuals that go then are those
of the grid (0.1 % of |Z| at 10 per decade, for sharp arcs) or of λ."""
ASKED = ("below f_min", "above f_max")
"""Reasons of points that the parameters leave out."""
BAND = (2.5, 97.5)
"""Percentiles of the resamplings that are drawn as a band."""


@dataclass(frozen=True)
class Distribution:
    """The distribution of one spectrum: coefficients (2 + m,), peaks, resamplings."""

    examined: Examined
    one: SeriesSpectrum
    model: DrtKernel
    strength: float
    found: Floats
    peaks: tuple[Peak, ...]
    resampled: Floats
    variance: float
    least: float
    """Of the weighted residuals, with more time constants and a weaker λ where `variance` is a misfit."""

    @property
    def gamma(self) -> Floats:
        """Return γ (m,) in Ω per ln τ."""
        return self.found[FREE:]

    @property
    def polarisation(self) -> float:
        """Return ∫γ dlnτ, Ω."""
        return float(self.gamma.sum()) * self.model.step

    @property
    def outside(self) -> float:
        """Return the part of it beyond the window."""
        low, high = self.model.window
        beyond = (self.model.tau < low) | (self.model.tau > high)
        return float(self.gamma[beyond].sum() / self.gamma.sum()) if self.gamma.sum() > 0 else 0.0


def run(data: InputSet[Inputs], params: DrtParams) -> Outcome:
    """Compute the distribution of every spectrum."""
    series = load_series(list(data))
    found, left = [], []
    for one in series.spectra:
        try:
            found.append(distribution(one, params, data.seed))
        except Refusal as refusal:
            left.append((one.spectrum, refusal))
    if not found:
        raise left[0][1]
    tables = {"peaks": _peaks(found, series, params), "spectra": _spectra(found, series)}
    if len(found) == 1:
        tables["drt"] = _drt(found[0], params)
    return Outcome(
        _measurands(found, params),
        (*_flags(found, params), *_points_left(found), *_left(left, len(series))),
        tables,
        diagnostics=_diagnostics(found, series, params),
        conditions={"per": Condition(params.per), "points": Condition(params.points)},
    )


def distribution(one: SeriesSpectrum, params: DrtParams, seed: int) -> Distribution:
    """Return the distribution of one spectrum."""
    examined = examine(one.trace, params)
    spectrum = examined.spectrum
    sigma = examined.noise.sigma(spectrum.modulus)
    model = kernel(spectrum.frequency, sigma, typical(spectrum.modulus), params)
    y = stacked(spectrum.z, sigma)
    likeliest = evidence(model, y)
    strength = params.regularisation or likeliest.best
    found = NonNegative.of(model, strength).solve(y)
    rest = y - model.columns @ found
    variance = float(rest @ rest) / (len(y) - FREE)
    firm = NonNegative.of(model, STRONGER * strength)
    resampled = resample(model, firm, found, likeliest.variance, params.bootstrap, np.random.default_rng(seed))
    peaks = supported(peaks_of(model.tau, found[FREE:], model.step, params.least / 100), model, resampled, params)
    least = variance if variance <= MISFIT**2 else min(variance, _least(spectrum, sigma, params))
    return Distribution(examined, one, model, strength, found, tuple(peaks), resampled, variance, least)


def _least(spectrum: Spectrum, sigma: Floats, params: DrtParams) -> float:
    """Return the variance of the weighted residuals that a finer grid and a weaker λ leave."""
    model = kernel(spectrum.frequency, sigma, typical(spectrum.modulus), replace(params, points=FINEST))
    y = stacked(spectrum.z, sigma)
    rest = y - model.columns @ NonNegative.of(model, WEAKER * evidence(model, y).best).solve(y)
    return float(rest @ rest) / (len(y) - FREE)


def _measurands(found: Sequence[Distribution], params: DrtParams) -> dict[str, Measurand]:
    """Return the numbers of one distribution, or medians; none has an interval, for λ made the shape."""
    note = "" if len(found) == 1 else f"median of {len(found)} spectra"
    made = {
        "polarisation_resistance": Measurand("ohm", float(np.median([d.polarisation for d in found])), note=note),
        "outside_window_share": Measurand("%", 100 * max(d.outside for d in found)),
        "resistance_infinity": Measurand("ohm", float(np.median([d.found[0] for d in found])), note=note),
        "regularisation": Measurand("1", float(np.median([d.strength for d in found])), note=note),
    }
    if len(found) > 1:
        return made
    kept = [peak for peak in found[0].peaks if 100 * peak.support >= params.support]
    made["peaks"] = Measurand("1", float(len(kept)))
    for number, peak in enumerate(kept, 1):
        told = f"in {peak.support:.0%} of the resamplings; a picture, no resistance"
        made[f"peak_tau_{number}"] = Measurand("s", peak.tau, note=told)
        made[f"peak_area_{number}"] = Measurand("ohm", peak.area, note=told)
    return made


def _flags(found: Sequence[Distribution], params: DrtParams) -> list[Flag]:
    made = []
    outside = [d for d in found if d.outside >= MUCH_OUTSIDE]
    spectra = several(len(found), "spectrum", "spectra")
    if outside:
        worst = max(outside, key=lambda d: d.outside)
        text = f"up to {worst.outside:.0%} of the distribution lies at time constants that were not measured"
        made.append(Flag("mostly-outside-window", text, where=f"{len(outside)} of {spectra}"))
    checked = [d for d in found if d.examined.check.p is not None]
    misfit = [d for d in checked if d.least > MISFIT**2]
    if misfit:
        worst = max(misfit, key=lambda d: d.variance)
        text = (
            f"residuals reach {worst.variance**0.5:.1f} times the noise: "
            "no distribution of positive resistances describes this"
        )
        made.append(Flag("drt-does-not-fit", text, where=f"{len(misfit)} of {spectra}"))
    coarse = [d for d in checked if d.least <= MISFIT**2 < d.variance]
    if coarse:
        worst = max(coarse, key=lambda d: d.variance)
        text = (
            f"residuals reach {worst.variance**0.5:.1f} times the noise, and {worst.least**0.5:.1f} times with "
            "more time constants and a weaker λ: they are those of the grid or of λ, not of the spectrum"
        )
        made.append(Flag("drt-not-resolved", text, "info", where=f"{len(coarse)} of {spectra}"))
    weak = sum(peak.support < params.support / 100 for d in found for peak in d.peaks)
    if weak and params.bootstrap:
        whole = sum(len(d.peaks) for d in found)
        made.append(
            Flag(
                "peaks-without-support",
                some_of(weak, whole, "peak", "is", "are")
                + f" in fewer than {params.support:g} % of the resamplings",
                "info",
            )
        )
    return made


def _points_left(found: Sequence[Distribution]) -> list[Flag]:
    """Report the points that are left out by what they are; those of a band were asked for."""
    reasons = np.concatenate([d.examined.trace.reason for d in found])
    names, counts = np.unique(reasons[~np.isin(reasons, ["", *ASKED])], return_counts=True)
    if not len(names):
        return []
    listed = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
    left = several(int(counts.sum()), "point is", "points are")
    hint = "--param outliers=0 and --param negative_real=keep take them"
    text = f"{left} left out of {several(len(found), 'spectrum', 'spectra')}: {listed}"
    return [Flag("points-left-out", text, "info", hint=hint)]


def _left(left: Sequence[tuple[int, Refusal]], count: int) -> list[Flag]:
    if not left:
        return []
    codes = ", ".join(sorted({refusal.remark.code for _, refusal in left}))
    are = some_of(len(left), count, "spectrum", "is", "are", plural="spectra")
    return [Flag("spectra-left-out", f"{are} left out ({codes})")]


# -- tables ------------------------------------------------------------------------------------


def _peaks(found: Sequence[Distribution], series: SpectrumSeries, params: DrtParams) -> dict[str, Series]:
    rows = [(d.one, peak) for d in found for peak in d.peaks]
    return {
        "spectrum": Series.of([one.spectrum for one, _ in rows]),
        "level": Series.of([one.level for one, _ in rows], series.unit),
        "tau": Series.of([peak.tau for _, peak in rows], "s"),
        "area": Series.of([peak.area for _, peak in rows], "ohm"),
        "support": Series.of([100 * peak.support for _, peak in rows], "%"),
        "kept": Series.of([100 * peak.support >= params.support for _, peak in rows]),
    }


def _spectra(found: Sequence[Distribution], series: SpectrumSeries) -> dict[str, Series]:
    return {
        "spectrum": Series.of([d.one.spectrum for d in found]),
        "time": Series.of([d.one.middle for d in found], "s"),
        "level": Series.of([d.one.level for d in found], series.unit),
        "regularisation": Series.of([d.strength for d in found], "1"),
        "polarisation_resistance": Series.of([d.polarisation for d in found], "ohm"),
        "outside_window_share": Series.of([100 * d.outside for d in found], "%"),
        "rms_over_noise": Series.of([d.variance**0.5 for d in found], "1"),
    }


def _factor(params: DrtParams) -> float:
    return DECADE if params.per == "decade" else 1.0


def _drt(one: Distribution, params: DrtParams) -> dict[str, Series]:
    low, high = one.model.window
    name = "gamma_per_decade" if params.per == "decade" else "gamma_per_ln_tau"
    return {
        "tau": Series.of(one.model.tau, "s"),
        name: Series.of(_factor(params) * one.gamma, "ohm"),
        "measured": Series.of((one.model.tau >= low) & (one.model.tau <= high)),
    }


def _diagnostics(found: Sequence[Distribution], series: SpectrumSeries, params: DrtParams) -> dict[str, Series]:
    """Return one distribution with its band and peaks, or a map of all on one grid of τ."""
    factor = _factor(params)
    made = {"per_decade": Series.of([params.per == "decade"])}
    if len(found) == 1:
        one = found[0]
        gammas = one.resampled if len(one.resampled) else one.gamma[None, :]
        low, high = np.percentile(gammas, BAND, axis=0)
        z = one.examined.spectrum.z
        sigma = one.examined.noise.sigma(np.abs(z))
        fit = one.model.columns @ one.found
        half = len(z)
        return made | {
            "tau": Series.of(one.model.tau, "s"),
            "gamma": Series.of(factor * one.gamma, "ohm"),
            "low": Series.of(factor * low, "ohm"),
            "high": Series.of(factor * high, "ohm"),
            "window": Series.of(list(one.model.window), "s"),
            "peak_tau": Series.of([p.tau for p in one.peaks], "s"),
            "peak_support": Series.of([p.support for p in one.peaks], "1"),
            "frequency": Series.of(one.examined.spectrum.frequency, "Hz"),
            "re": Series.of(z.real, "ohm"),
            "im": Series.of(z.imag, "ohm"),
            "fit_re": Series.of(fit[:half] * sigma, "ohm"),
            "fit_im": Series.of(fit[half:] * sigma, "ohm"),
        }
    low_tau, high_tau = min(d.model.tau[0] for d in found), max(d.model.tau[-1] for d in found)
    grid = np.geomspace(low_tau, high_tau, int(params.points * np.log10(high_tau / low_tau)) + 1)
    image = [np.interp(np.log(grid), np.log(d.model.tau), factor * d.gamma, left=0.0, right=0.0) for d in found]
    return made | {
        "map_tau": Series.of(grid, "s"),
        "map_gamma": Series.of(np.concatenate(image), "ohm"),
        "map_level": Series.of(np.array([d.one.level for d in found]), series.unit),
        "map_time": Series.of(np.array([d.one.middle for d in found]), "s"),
        "window": Series.of([max(d.model.window[0] for d in found), min(d.model.window[1] for d in found)], "s"),
    }
