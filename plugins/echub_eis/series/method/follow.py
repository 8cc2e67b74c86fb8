"""Fit the spectra of a series one after another: from the last one's values, and from nothing where these fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, permutations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Refusal
from echub.text import several
from echub_eis.data import Trace
from echub_eis.declared import PRESETS
from echub_eis.method.answer import answer, labels_of
from echub_eis.method.choose import affordable, ordered
from echub_eis.method.circuit import canonical
from echub_eis.method.elements import Floats
from echub_eis.method.examine import Examined, examine
from echub_eis.method.fit import SAME, CircuitFit, Spectrum, fit, off_its_limits, solve
from echub_eis.method.model import Model
from echub_eis.method.noise import UNKNOWN, Noise
from echub_eis.method.parse import parse
from echub_eis.method.start import starts
from echub_eis.series import SeriesParams
from echub_eis.series.method.ahead import proposals
from echub_eis.series.method.warm import FLOOR, lost, onward, warm

ASKED = 4
"""Spectra, even over the series, that are asked for the number of arcs: a change shows in four."""
RUNNING = 9
"""Spectra whose median χ² is what a fit is compared with: four outliers do not move it."""
BETTER = 0.99
"""A start from nothing wins only with a χ² lower than this part: the same optimum differs by 1e-6."""
LOST = 9.0
"""A fit with a χ² this many times the running median is not a place to start the next one from (three times the
residuals)."""

TREND, LEAST_TREND = 6, 4
"""Spectra whose usual change is continued, and the least of them: one jump among three changes does not count."""
FARTHEST_TREND = 6
"""Spectra over which a change is continued: as many as show it."""


@dataclass(frozen=True)
class FollowedFit:
    """The fit of one spectrum; fitted None: it could not be, for `reason`."""

    fitted: CircuitFit | None = None
    reason: str = ""
    restarted: bool = False


@dataclass(frozen=True)
class FollowedSeries:
    """All fits with one circuit; `texts`: what the spectra asked would have chosen; `labels` by element."""

    model: Model
    examined: tuple[Examined | None, ...]
    fits: tuple[FollowedFit, ...]
    noise: Noise
    texts: tuple[str, ...]
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def resistances(self) -> dict[str, int]:
        """Return the coordinate of each resistance that is not fixed, by the label of its part."""
        places = ((label, self.model.at(number, "R")) for number, label in self.labels.items())
        return {label: at for label, at in places if at is not None}


def examine_all(traces: Sequence[Trace], params: SeriesParams) -> list[tuple[Examined | None, str]]:
    """Examine every spectrum; for one that cannot be, the code of the reason."""
    found: list[tuple[Examined | None, str]] = []
    for trace in traces:
        try:
            found.append((examine(trace, params), ""))
        except Refusal as refusal:
            found.append((None, refusal.remark.code))
    return found


def follow(examined: Sequence[tuple[Examined | None, str]], params: SeriesParams) -> FollowedSeries:
    """Fit every spectrum, arcs kept apart by continuity."""
    usable = [one for one, _ in examined if one is not None]
    if not usable:
        codes = sorted({reason for _, reason in examined})
        raise Refusal(
            "no-spectrum",
            f"none of {several(len(examined), 'spectrum', 'spectra')} can be used: {', '.join(codes)}",
        )
    texts = _circuits(usable, params)
    model = Model(parse(max(texts, key=lambda text: len(Model(parse(text))))))
    noise = pooled(usable)
    chain = _Chain(model, noise, params)
    fits = []
    for number, (one, reason) in enumerate(examined):
        fits.append(FollowedFit(reason=reason) if one is None else chain.next(one))
        if chain.count == 1 and not chain.proposed:
            chain.propose([later for later, _ in examined[number + 1 :] if later is not None])
    if all(one.fitted is None for one in fits):
        raise Refusal(
            "too-few-points",
            f"no spectrum has points enough for the {several(len(model), 'parameter')} "
            f"of {canonical(model.circuit)}",
            hint="--param circuit='R(RC)'",
        )
    return FollowedSeries(model, tuple(one for one, _ in examined), tuple(fits), noise, texts, labels_of(model))


def _circuits(usable: Sequence[Examined], params: SeriesParams) -> tuple[str, ...]:
    if params.circuit != "arcs":
        return (canonical(parse(PRESETS.get(params.circuit, params.circuit))),)
    asked = sorted({round(n * (len(usable) - 1) / (ASKED - 1)) for n in range(ASKED)})
    found = []
    for number in asked:
        try:
            found.append(answer(usable[number], params.fitting()).chosen.text)
        except Refusal:  # a truncated spectrum has no say
            continue
    if not found:
        raise Refusal(
            "too-few-points", "no spectrum has points enough to choose a circuit", hint="--param circuit=…"
        )
    return tuple(dict.fromkeys(found))


def pooled(usable: Sequence[Examined]) -> Noise:
    """Return the noise of the series: the medians of both parts, which one bad spectrum does not rule."""
    known = [one.noise for one in usable if one.noise.known]
    if not known:
        return UNKNOWN
    parts = np.array([(noise.proportional, noise.additive, noise.freedom) for noise in known])
    proportional, additive, freedom = np.median(parts, axis=0)
    if not proportional and not additive:
        return UNKNOWN
    return Noise(float(proportional), float(additive), float(freedom))


class _Chain:
    """The state between one fit and the next: where to start, where arcs were seen last, what χ² is usual."""

    def __init__(self, model: Model, noise: Noise, params: SeriesParams) -> None:
        self.model, self.noise, self.params = model, noise, params
        self.last: Floats | None = None
        self.groups = model.alike()
        self.seen: dict[int, list[tuple[int, Floats]]] = {}
        self.usual: list[float] = []
        self.count = 0
        self.proposed: dict[int, CircuitFit] = {}

    def propose(self, later: Sequence[Examined]) -> None:
        """Fit the spectra that follow the first one all at once."""
        spectra = [one.spectrum for one in later if affordable(self.model, one.spectrum)]
        if self.last is None:
            return
        found = proposals(self.model, self.noise, spectra, self.last)
        self.proposed = {id(s): f for s, f in zip(spectra, found, strict=True) if f is not None}

    def next(self, examined: Examined) -> FollowedFit:
        """Fit one spectrum, and remember it unless it is lost."""
        spectrum = examined.spectrum
        if not affordable(self.model, spectrum):
            return FollowedFit(reason="too-few-points")
        self.count += 1
        restarted = False
        if self.last is None:
            fitted, restarted = ordered(fit(self.model, spectrum, self.noise)), True
        else:
            fitted = self._nearest(spectrum, self.last)
            other = self._from_nothing(fitted)
            if other is not None and other.chi2 < BETTER * fitted.chi2:
                fitted, restarted = other, True
        share = fitted.chi2 / fitted.freedom
        sound = not self.usual or share < LOST * median(self.usual[-RUNNING:])
        fitted = self._labelled(fitted, remember=sound)
        if sound:
            self.last = onward(fitted)
        self.usual.append(share)
        return FollowedFit(fitted, "", restarted)

    def _labelled(self, fitted: CircuitFit, *, remember: bool) -> CircuitFit:
        """Return the fit with its arcs at the places of those before; remember where they are if it tells."""
        if not self.groups:
            return fitted
        variance, arcs = variance_of(fitted), [arc for group in self.groups for arc in group]
        if self.seen:
            there = fitted.x.copy()
            for arc in arcs:
                there[arc[:2]] = expected(self.seen[arc[0]], self.count)
            place = continued(fitted.x, variance, there, self.groups)
            fitted = replace(fitted, x=fitted.x[place], jacobian=fitted.jacobian[place])
            variance = variance[place]
        else:
            self.seen = {arc[0]: [(self.count, onward(fitted)[arc[:2]])] for arc in arcs}
        known = np.sqrt(variance) < self.params.identified / 100
        for arc in arcs:
            if remember and known[arc[:2]].all():
                self.seen[arc[0]] = [*self.seen[arc[0]][-TREND:], (self.count, fitted.x[arc[:2]])]
        return fitted

    def _nearest(self, spectrum: Spectrum, last: Floats) -> CircuitFit:
        """Return the proposal if it is as good as others are, else the fit from the values of the one before."""
        ready = self.proposed.get(id(spectrum))
        usual = median(self.usual[-RUNNING:])
        if ready is not None and ready.chi2 / ready.freedom < self.params.restart * usual:
            return ready
        fitted = warm(self.model, spectrum, self.noise, last)
        return off_its_limits(fitted) if lost(fitted) else fitted

    def _from_nothing(self, fitted: CircuitFit) -> CircuitFit | None:
        """Start anew where the fit is unusually bad, and from one start every so many spectra."""
        usual = median(self.usual[-RUNNING:])
        if fitted.chi2 / fitted.freedom > self.params.restart * usual:
            return fit(self.model, fitted.spectrum, self.noise, 1)
        if self.count % self.params.restart_every:
            return None
        found = starts(self.model, fitted.spectrum.grid, fitted.spectrum.z, fitted.spectrum.modulus, 1)
        return solve(self.model, fitted.spectrum, self.noise, found[0])


# -- which arc is which ----------------------------------------------------------------------


def continued(
    x: Floats, variance: Floats, seen: Floats, groups: Sequence[Sequence[Sequence[int]]]
) -> NDArray[np.intp]:
    """Return the order of the coordinates (p,) in which each arc lies nearest, in (ln R, ln τ), to where it was.

    x, variance: (p,) of a fit; seen: (p,) where each arc is expected; groups: arcs that may exchange
    places, as their coordinates, R and τ first. What a fit hardly knows counts for little: a change of one, or a
    variance of one, are alike.
    """
    place = np.arange(len(x))
    for arcs in groups:
        at = np.array([arc[:2] for arc in arcs])
        far = ((x[at][None, :, :] - seen[at][:, None, :]) ** 2 / (1 + variance[at][None, :, :])).sum(axis=2)
        best = min(permutations(range(len(arcs))), key=lambda order: sum(far[i, j] for i, j in enumerate(order)))
        for target, source in enumerate(best):
            place[list(arcs[target])] = arcs[source]
    return place


def variance_of(fitted: CircuitFit) -> Floats:
    """Return the variance of each coordinate (p,), infinite where nothing holds it; good enough for labels."""
    slopes = fitted.jacobian / fitted.noise.sigma(fitted.spectrum.modulus)
    normal = (slopes @ slopes.conj().T).real
    size = np.sqrt(np.diag(normal))
    if not size.min() > SAME * size.max():
        return np.diag(fitted.covariance())
    scaled = normal / np.outer(size, size)
    scaled[np.diag_indices(len(size))] += FLOOR
    return np.asarray(np.diag(np.linalg.inv(scaled)) / size**2 * (fitted.chi2 / fitted.freedom))


def expected(seen: Sequence[tuple[int, Floats]], now: int) -> Floats:
    """Return (ln R, ln τ) that continue the usual change from spectrum to spectrum: arcs may pass each other."""
    number, last = seen[-1]
    if len(seen) < LEAST_TREND:
        return last
    each = [(after - before) / max(k - j, 1) for (j, before), (k, after) in pairwise(seen)]
    ordered = np.sort(each, axis=0)  # the median; np.median takes 0.2 ms, 0.1 s of a series
    usual = (ordered[(len(each) - 1) // 2] + ordered[len(each) // 2]) / 2
    return np.asarray(last + min(now - number, FARTHEST_TREND) * usual)


def crossed(followed: FollowedSeries) -> list[int]:
    """Return the spectra at which the order of the time constants is another than in the one before."""
    found: list[int] = []
    for arcs in followed.model.alike():
        at = [tau for _, tau, *_ in arcs]
        orders = [
            (k, tuple(np.argsort(f.fitted.x[at]))) for k, f in enumerate(followed.fits) if f.fitted is not None
        ]
        found += [k for (_, before), (k, order) in pairwise(orders) if order != before]
    return sorted(set(found))
