"""Which points of a spectrum are used, and whether these agree with Kramers and Kronig."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag, Refusal
from echub.science import MAD_TO_SIGMA
from echub.text import percent, several
from echub_eis.data import Trace
from echub_eis.declared import CheckParams
from echub_eis.method import kk
from echub_eis.method.elements import Floats, Grid
from echub_eis.method.fit import Spectrum
from echub_eis.method.noise import Noise
from echub_eis.method.turn import turns_back

LEAST_POINTS = 5
"""Two points for each parameter of the smallest model, R and an arc of R and C: fewer say nothing."""
MOST_OUTLIERS = 0.1
"""More outliers than this part are not outliers. By eye."""
ROUNDS = 5
"""Large outliers hide smaller ones: so often the rest is fitted and looked at once more. By eye."""
TOO_LARGE = 95.0
"""Amplitude from which a response is not taken for linear, mV. Butler-Volmer with α = ½ makes R of a barrier
x²/8 too small, with x = eV/2kT; 10 % at 47 mV and 25 °C, and a cell has two such barriers at least."""
LINEAR_THD = 3.0
"""Harmonic distortion below which a response is linear, %: that barrier has a third harmonic of x²/24."""
NOISY = 0.05
"""Noise over |Z| above which no arc is told from noise: fits of 1 % noise lose overlapping arcs already."""


def spectrum_of(trace: Trace) -> Spectrum:
    """Return the points in use."""
    return Spectrum(Grid.of(trace.frequency[trace.used]), trace.z[trace.used])


@dataclass(frozen=True)
class Examined:
    """A spectrum with its mask, the answer of Kramers-Kronig over the points in use, and flags."""

    trace: Trace
    spectrum: Spectrum
    check: kk.KramersKronig
    flags: tuple[Flag, ...]

    @property
    def noise(self) -> Noise:
        """Return the noise that Kramers-Kronig leaves."""
        return self.check.noise


def examine(trace: Trace, params: CheckParams) -> Examined:
    """Mask the band, negative real parts and outliers, and check the rest."""
    trace = trace.mask(np.abs(trace.z) == 0, "zero").mask(_copies(trace), "copy")
    trace = trace.mask(trace.frequency < params.f_min, "below f_min")
    if params.f_max:
        trace = trace.mask(trace.frequency > params.f_max, "above f_max")
    if params.negative_real == "mask":
        trace = trace.mask(trace.z.real < 0, "negative real part")
    _require_points(trace)
    trace, found = _outliers(trace, params)
    spectrum = spectrum_of(trace)
    flags = (*_mask_flags(trace), *_flags(trace, spectrum, found, params), *_turn_flags(spectrum, found.noise))
    return Examined(trace, spectrum, found, flags)


def _copies(trace: Trace) -> NDArray[np.bool_]:
    """Find points that repeat another to the last digit: written twice, not measured twice."""
    points = np.stack([trace.frequency, trace.z.real, trace.z.imag], axis=1)
    _, first = np.unique(points, axis=0, return_index=True)
    found = np.ones(len(points), dtype=bool)
    found[first] = False
    return found


def _require_points(trace: Trace) -> None:
    used = int(trace.used.sum())
    if used == 0:
        raise Refusal(
            "all-points-masked",
            f"none of {several(len(trace.z), 'point')} is left: {_reasons(trace)}",
            hint="--param f_max=0 --param f_min=0 --param negative_real=keep",
            diagnostics=trace.table(),
        )
    if used < LEAST_POINTS:
        left = several(used, "point is", "points are")
        raise Refusal(
            "too-few-points",
            f"{left} left, at least {LEAST_POINTS} are needed: {_reasons(trace) or 'none is masked'}",
            diagnostics=trace.table(),
        )
    frequency = trace.frequency[trace.used]
    if len(np.unique(frequency)) < LEAST_POINTS:
        raise Refusal(
            "too-few-points",
            f"{several(used, 'point is', 'points are')} left, at {_frequencies(frequency)}; "
            f"at least {LEAST_POINTS} are needed",
            diagnostics=trace.table(),
        )


def _frequencies(frequency: NDArray[np.float64]) -> str:
    return several(len(np.unique(frequency)), "frequency", "frequencies")


def _reasons(trace: Trace) -> str:
    names, counts = np.unique(trace.reason[~trace.used], return_counts=True)
    return ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))


def _outliers(trace: Trace, params: CheckParams) -> tuple[Trace, kk.KramersKronig]:
    """Leave out the worst point as long as it stands out of the robust scatter of the residuals."""
    spectrum = spectrum_of(trace)
    whole = found = kk.check(spectrum.frequency, spectrum.z)
    most = int(MOST_OUTLIERS * len(spectrum.z))
    if not params.outliers or found.p is None:
        return trace, found
    masked = trace
    for _ in range(ROUNDS):
        size = np.abs(found.standardised(spectrum.modulus))
        robust = MAD_TO_SIGMA * float(np.median(size))
        worst = size.max(axis=0)
        # Only those of at least half the worst: smaller ones may be its doing.
        far = worst > max(params.outliers * robust, 0.5 * float(worst.max()))
        if not far.any():
            return masked, found
        masked = masked.mask(_at(masked, far), "outlier")
        if int((masked.reason == "outlier").sum()) > most:
            return trace, whole
        spectrum = spectrum_of(masked)
        found = kk.check(spectrum.frequency, spectrum.z)
    return masked, found


def _at(trace: Trace, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Carry a choice among the points in use to all points."""
    everywhere = np.zeros(len(trace.z), dtype=bool)
    everywhere[np.flatnonzero(trace.used)[chosen]] = True
    return everywhere


# -- flags -----------------------------------------------------------------------------------


def _mask_flags(trace: Trace) -> list[Flag]:
    flags = []
    copies = int((trace.reason == "copy").sum())
    if copies:
        repeated = several(copies, "point repeats", "points repeat")
        text = f"{repeated} another to the last digit, and {'is' if copies == 1 else 'are'} left out"
        flags.append(Flag("copied-points", text, hint="the export may have written them twice"))
    kept = trace.frequency[trace.reason != "copy"]
    doubled = len(kept) - len(np.unique(kept))
    if doubled:
        twice = several(doubled, "frequency occurs", "frequencies occur")
        text = f"{twice} twice; both points count"
        if np.unique(kept, return_counts=True)[1].max() > 2:
            text = f"{several(len(kept), 'point has', 'points have')} {_frequencies(kept)}; all count"
        flags.append(Flag("doubled-frequencies", text, "info"))
    negative = int((trace.reason == "negative real part").sum())
    if negative:
        at = trace.frequency[trace.reason == "negative real part"]
        found = several(negative, "point has", "points have")
        band = f"{at.min():.3g} Hz" if negative == 1 else f"{at.min():.3g} to {at.max():.3g} Hz"
        text = f"{found} a negative real part, {band}: left out"
        flags.append(Flag("negative-real-part", text, hint="--param negative_real=keep"))
    if outliers := int((trace.reason == "outlier").sum()):
        rows = ", ".join(str(row) for row in trace.row[trace.reason == "outlier"])
        points = several(outliers, "point stands", "points stand")
        text = f"{points} out of Kramers-Kronig, left out"
        flags.append(Flag("outliers", text, "info", f"source rows {rows}", hint="--param outliers=0"))
    return flags


def _too_few(frequency: Floats) -> str:
    """Say what there is too little of: points measured again add no frequency."""
    distinct = len(np.unique(frequency))
    if distinct == len(frequency):
        return f"{several(distinct, 'point is', 'points are')} too few"
    return f"{len(frequency)} points at {several(distinct, 'frequency', 'frequencies')} are too few frequencies"


def _flags(trace: Trace, spectrum: Spectrum, found: kk.KramersKronig, params: CheckParams) -> list[Flag]:
    flags = []
    if found.p is None:
        text = f"{_too_few(spectrum.frequency)} to test Kramers-Kronig and to know the noise"
        flags.append(Flag("kk-not-assessed", text, "info"))
    elif (noise := float(np.median(found.noise.sigma(spectrum.modulus) / spectrum.modulus))) > NOISY:
        flags.append(Flag("noisy", f"the noise is {percent(noise, '.1%')} of |Z|: there is hardly a spectrum"))
    largest = 100 * found.largest(spectrum.modulus)
    if found.p is not None and found.p < params.kk_p and largest > params.kk_residual:
        at = spectrum.frequency[int(np.argmax(np.abs(found.residual) / spectrum.modulus))]
        text = (
            "the spectrum is not consistent with Kramers-Kronig: up to "
            f"{percent(found.largest(spectrum.modulus), '.1%')} of |Z|, p = {found.p:.1g}: the cell drifted, "
            "the response is not linear, or the instrument errs"
        )
        flags.append(Flag("kk-inconsistent", text, where=f"{at:.4g} Hz", hint="--param f_max=… leaves a part out"))
        if _is_mirrored(spectrum, params):
            text = "with the opposite sign of the imaginary part the spectrum is consistent with Kramers-Kronig"
            hint = "a column of -Im is taken for Im: name it -Im(Z), or multiply it by -1"
            flags.append(Flag("imaginary-turned", text, hint=hint))
    elif found.p is not None and found.p < params.kk_p:
        text = (
            f"the spectrum deviates from Kramers-Kronig (p = {found.p:.1g}) by at most {largest:.2g} % of |Z|: "
            "good instruments show this; so does a resistance that drifts by tens of percent"
        )
        flags.append(Flag("kk-deviation-small", text, "info"))
    return flags + _linearity(trace, params)


def _is_mirrored(spectrum: Spectrum, params: CheckParams) -> bool:
    """Return whether the spectrum with the opposite sign of Im is consistent with Kramers-Kronig."""
    found = kk.check(spectrum.frequency, spectrum.z.conj())
    if found.p is None:
        return False
    return found.p >= params.kk_p or 100 * found.largest(spectrum.modulus) <= params.kk_residual


def _turn_flags(spectrum: Spectrum, noise: Noise) -> list[Flag]:
    turn = turns_back(spectrum, noise)
    if turn is None:
        return []
    text = f"Re falls again below {turn.frequency:.3g} Hz: an inductive loop, or a resistance that fell meanwhile"
    hint = "--param f_min=… leaves it out; the resistance at direct current is then not known"
    return [Flag("turns-back", text, where=f"{turn.frequency:.4g} Hz", hint=hint)]


def _linearity(trace: Trace, params: CheckParams) -> list[Flag]:
    flags = []
    amplitude = amplitude_of(trace)
    distortion = {what: _largest(trace, name) for name, what in (("thd_E", "potential"), ("thd_I", "current"))}
    if not amplitude > 0:
        flags.append(Flag("amplitude-unknown", "the amplitude of the potential is not recorded", "info"))
    elif amplitude > params.amplitude:
        flags.append(_large(amplitude, float(np.nanmax([*distortion.values(), 0.0])), distortion, params))
    for what, worst in distortion.items():
        if worst > params.thd:
            text = f"total harmonic distortion of the {what} reaches {worst:.3g} %"
            flags.append(Flag("nonlinear", text))
    return flags


def _large(amplitude: float, worst: float, distortion: Mapping[str, float], params: CheckParams) -> Flag:
    """Return a warning of an amplitude that no barrier answers linearly; an info if harmonics say it did."""
    text = f"the excitation reaches {amplitude:.3g} mV: above {params.amplitude:g} mV an arc need not be linear"
    if amplitude <= max(TOO_LARGE, params.amplitude):
        return Flag("amplitude-large", text, "info")
    if np.isfinite(list(distortion.values())).all() and worst < LINEAR_THD:
        text += f"; this one is, for the harmonic distortion is at most {worst:.2g} %"
        return Flag("amplitude-large", text, "info")
    text = (
        f"the excitation reaches {amplitude:.3g} mV, and nothing shows that the response is linear: across two "
        f"interfaces with one electron each, {TOO_LARGE:.0f} mV make a resistance 10 % too small"
    )
    hint = "measure with two amplitudes, or record the harmonics; --param amplitude=… if it is known to be linear"
    return Flag("amplitude-large", text, hint=hint)


def amplitude_of(trace: Trace) -> float:
    """Return the largest amplitude of the potential at the points in use, mV; NaN if it is not recorded."""
    return _largest(trace, "E_ac")


def _largest(trace: Trace, name: str) -> float:
    values = trace.extras.get(name)
    known = values[np.isfinite(values) & trace.used] if values is not None else np.array([])
    return float(known.max()) if len(known) else np.nan
