"""From an analysis's inputs to one spectrum, and which of its points are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag, Inputs, Refusal, Series
from echub_eis import CheckParams
from echub_eis.method import kk
from echub_eis.method.elements import Complex, Floats, Grid
from echub_eis.method.fit import Spectrum
from echub_eis.method.noise import Noise

LEAST_POINTS = 5
"""Two points for each parameter of the smallest model, R and an arc of R and C: fewer say nothing."""
MOST_OUTLIERS = 0.1
"""More outliers than this part are no outliers."""
ROUNDS = 5
MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
TURNS = 0.2
"""A part of steps against the direction of a sweep above which the frequencies are in no order."""


@dataclass(frozen=True)
class Trace:
    """One spectrum as measured, from high to low frequency; `reason` is "" where a point is used."""

    frequency: Floats
    z: Complex
    row: NDArray[np.int64]
    reason: NDArray[np.str_]
    extras: Mapping[str, Floats]

    @property
    def used(self) -> NDArray[np.bool_]:
        """Return which points are used."""
        return np.asarray(self.reason == "")

    def mask(self, where: NDArray[np.bool_], reason: str) -> Trace:
        """Leave out points that are still in use."""
        return replace(self, reason=np.where(where & self.used, reason, self.reason))

    def spectrum(self) -> Spectrum:
        """Return the points in use."""
        return Spectrum(Grid.of(self.frequency[self.used]), self.z[self.used])

    def table(self) -> dict[str, Series]:
        """Tabulate all points, with the reason of each that is not used."""
        return {
            "row": Series.of(self.row),
            "frequency": Series.of(self.frequency, "Hz"),
            "re": Series.of(self.z.real, "ohm"),
            "im": Series.of(self.z.imag, "ohm"),
            "used": Series.of(self.used),
            "reason": Series.of(self.reason),
        }


def load(data: Inputs) -> Trace:
    """Take the one spectrum; refuse several, and frequencies that are none."""
    if "spectrum" in data and len(numbers := np.unique(data["spectrum"])) > 1:
        raise Refusal(
            "several-spectra",
            f"there are {len(numbers)} spectra, numbered {numbers[0]:g} to {numbers[-1]:g}",
            hint=f'--select "spectrum == {numbers[0]:g}" takes one',
        )
    frequency = data["f"]
    if not np.all(frequency > 0):
        at = int(np.flatnonzero(~(frequency > 0))[0])
        raise Refusal(
            "frequency-not-positive",
            f"{int((~(frequency > 0)).sum())} frequencies are not above zero",
            where=f"source row {data.row[at]}",
            hint='--select "frequency > 0"',
        )
    _require_one_sweep(frequency, data)
    order = np.argsort(-frequency, kind="stable")
    extras = {name: data[name][order] for name in ("E_ac", "thd_E", "thd_I") if name in data}
    z = (data["re"] + 1j * data["im"])[order]
    trace = Trace(frequency[order], z, np.asarray(data.row)[order], np.full(len(z), "", dtype="U24"), extras)
    return _require_impedance(trace)


def _require_one_sweep(frequency: Floats, data: Inputs) -> None:
    """Refuse a file without spectrum numbers in which the frequency returns."""
    steps = np.sign(np.diff(frequency))
    steps = steps[steps != 0]
    if not len(steps):
        return
    against = int((steps != np.sign(steps.sum() or steps[0])).sum())
    doubled = len(frequency) - len(np.unique(frequency))
    if against and (doubled > 1 or against > TURNS * len(steps)):
        turn = int(np.flatnonzero(np.sign(np.diff(frequency)) == -np.sign(frequency[1] - frequency[0]))[0])
        code = "several-spectra" if doubled > 1 else "unsorted-frequencies"
        raise Refusal(
            code,
            f"the frequency turns {against} times: these are several spectra, or rows in no order",
            where=f"source row {data.row[turn + 1]}",
            hint=f'--select "row <= {data.row[turn]}" takes the first sweep',
        )


def _require_impedance(trace: Trace) -> Trace:
    trace = trace.mask(np.abs(trace.z) == 0, "zero")
    if len(trace.z) < LEAST_POINTS:
        raise Refusal("too-few-points", f"{len(trace.z)} points: at least {LEAST_POINTS} are needed")
    return trace


# -- mask ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Examined:
    """A spectrum with its mask, the answer of Kramers-Kronig over the points in use, and flags."""

    trace: Trace
    spectrum: Spectrum
    check: kk.Check
    flags: tuple[Flag, ...]

    @property
    def noise(self) -> Noise:
        """Return the noise that Kramers-Kronig leaves."""
        return self.check.noise


def examine(trace: Trace, params: CheckParams) -> Examined:
    """Mask the band, negative real parts and outliers, and check the rest."""
    trace = trace.mask(trace.frequency < params.f_min, "below f_min")
    if params.f_max:
        trace = trace.mask(trace.frequency > params.f_max, "above f_max")
    if params.negative_real == "mask":
        trace = trace.mask(trace.z.real < 0, "negative real part")
    _require_points(trace)
    trace, found = _outliers(trace, params)
    spectrum = trace.spectrum()
    return Examined(trace, spectrum, found, (*_mask_flags(trace), *_flags(trace, spectrum, found, params)))


def _require_points(trace: Trace) -> None:
    used = int(trace.used.sum())
    if used == 0:
        raise Refusal(
            "all-points-masked",
            f"none of {len(trace.z)} points is left: {_reasons(trace)}",
            hint="--param f_max=0 --param f_min=0 --param negative_real=keep",
            tables={"points": trace.table()},
        )
    if used < LEAST_POINTS:
        raise Refusal(
            "too-few-points",
            f"{used} points are left, at least {LEAST_POINTS} are needed: {_reasons(trace) or 'none is masked'}",
            tables={"points": trace.table()},
        )


def _reasons(trace: Trace) -> str:
    names, counts = np.unique(trace.reason[~trace.used], return_counts=True)
    return ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))


def _outliers(trace: Trace, params: CheckParams) -> tuple[Trace, kk.Check]:
    """Leave out the worst point as long as it stands out of the robust scatter of the residuals."""
    spectrum = trace.spectrum()
    found = kk.check(spectrum.frequency, spectrum.z)
    most = int(MOST_OUTLIERS * len(spectrum.z))
    if not params.outliers or found.p is None:
        return trace, found
    masked = trace
    for _ in range(ROUNDS):
        size = np.abs(found.standardised(spectrum.modulus))
        robust = MAD * float(np.median(size))
        worst = size.max(axis=0)
        far = worst > max(params.outliers * robust, 0.5 * float(worst.max()))
        if not (far & (worst > params.outliers * robust)).any():
            return masked, found
        masked = masked.mask(_at(masked, far), "outlier")
        if int((masked.reason == "outlier").sum()) > most:
            return trace, kk.check(trace.spectrum().frequency, trace.spectrum().z)
        spectrum = masked.spectrum()
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
    doubled = len(trace.frequency) - len(np.unique(trace.frequency))
    if doubled:
        flags.append(Flag("doubled-frequencies", f"{doubled} frequencies occur twice; both points count", "info"))
    negative = int((trace.reason == "negative real part").sum())
    if negative:
        at = trace.frequency[trace.reason == "negative real part"]
        text = (
            f"{negative} points have a negative real part, {at.min():.3g} to {at.max():.3g} Hz, and are left out"
        )
        flags.append(Flag("negative-real-part", text, hint="--param negative_real=keep"))
    if outliers := int((trace.reason == "outlier").sum()):
        rows = ", ".join(str(row) for row in trace.row[trace.reason == "outlier"])
        text = f"{outliers} points stand out of Kramers-Kronig and are left out"
        flags.append(Flag("outliers", text, "info", f"source rows {rows}", "--param outliers=0"))
    return flags


def _flags(trace: Trace, spectrum: Spectrum, found: kk.Check, params: CheckParams) -> list[Flag]:
    flags = []
    if found.p is None:
        text = f"{len(spectrum.z)} points are too few to test Kramers-Kronig and to know the noise"
        flags.append(Flag("kk-not-assessed", text, "info"))
    elif found.p < params.kk_p and 100 * found.largest(spectrum.modulus) > params.kk_residual:
        at = spectrum.frequency[int(np.argmax(np.abs(found.residual) / spectrum.modulus))]
        text = (
            f"the spectrum is not consistent with Kramers-Kronig: up to {found.largest(spectrum.modulus):.1%} "
            f"of |Z|, p = {found.p:.1g}: the cell drifted, the response is not linear, or the instrument errs"
        )
        flags.append(Flag("kk-inconsistent", text, where=f"{at:.4g} Hz", hint="--param f_max=… leaves a part out"))
    return flags + _linearity(trace, params)


def _linearity(trace: Trace, params: CheckParams) -> list[Flag]:
    flags = []
    amplitude = trace.extras.get("E_ac")
    known = amplitude[np.isfinite(amplitude) & trace.used] if amplitude is not None else np.array([])
    if not len(known) or not known.max() > 0:
        flags.append(Flag("amplitude-unknown", "the amplitude of the potential is not recorded", "info"))
    elif (largest := float(known.max())) > params.amplitude:
        text = f"the excitation reaches {largest:.3g} mV: above {params.amplitude:g} mV an arc need not be linear"
        flags.append(Flag("amplitude-large", text, "info"))
    for name, what in (("thd_E", "potential"), ("thd_I", "current")):
        values = trace.extras.get(name)
        if values is None or not np.isfinite(values).any():
            continue
        worst = float(np.nanmax(np.where(trace.used, values, np.nan)))
        if worst > params.thd:
            text = f"total harmonic distortion of the {what} reaches {worst:.3g} %"
            flags.append(Flag("nonlinear", text))
    return flags
