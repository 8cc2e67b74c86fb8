"""Spectra that are checked: points left out, the noise of what is left, Kramers-Kronig by plain linear fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, log10, sqrt
from typing import Any

import numpy as np
from scipy.linalg import orth
from scipy.stats import f as fisher

from echub.testing import synth
from tests.oracles.told import World

RATIOS = np.r_[0.0, np.geomspace(1e-3, 1e3, 13)]
"""Additive over proportional noise, in units of the median |Z|."""
UNKNOWN = ("the amplitude of the potential is not recorded", "")


@dataclass(frozen=True)
class Checked:
    """A spectrum of two arcs, measured upwards; noise: relative, and in Ω.

    bad: points that are given a fault by its name. drift: by which part the resistance grows while it is measured.
    """

    noise: tuple[float, float] = (2e-3, 0.0)
    bad: dict[str, tuple[int, ...]] = field(default_factory=dict)
    drift: float = 0.0
    count: int = 61
    amplitude: float = 0.0
    distortion: tuple[float, float] | None = None
    params: dict[str, str] = field(default_factory=dict)
    flags: dict[str, tuple[str, str]] = field(default_factory=dict)
    seed: int = 1

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Return frequencies and impedance in the order of the file."""
        f = np.geomspace(1, 1e6, self.count)
        for k in self.bad.get("doubled", ()):
            f[k] = f[k - 1]
        w, rng = 2j * np.pi * f, np.random.default_rng(self.seed)
        grown = 1 + self.drift * np.linspace(1, 0, self.count)
        z = 20 + 80 / (1 + (w * 3e-6) ** 0.95) + 50 * grown / (1 + (w * 3e-3) ** 0.9)
        scatter = rng.normal(size=self.count) + 1j * rng.normal(size=self.count)
        z = z + np.hypot(self.noise[0] * np.abs(z), self.noise[1]) * scatter
        for k in (*self.bad.get("outlier", ()), *self.bad.get("too many", ())):
            z[k] *= 1.1
        for k in self.bad.get("negative real part", ()):
            z[k] -= 2 * z[k].real
        for k in self.bad.get("zero", ()):
            z[k] = 0
        for k in self.bad.get("copy", ()):
            f[k], z[k] = f[k - 1], z[k - 1]
        return f, z

    def reasons(self) -> np.ndarray:
        """Return why each point of the file is left out, "" if it is not."""
        f, _ = self.points()
        found = np.full(self.count, "", dtype=object)
        for reason in ("zero", "copy", "negative real part", "outlier"):
            found[list(self.bad.get(reason, ()))] = reason
        low, high = (float(self.params.get(end, 0)) for end in ("f_min", "f_max"))
        found[(f < low) & (found == "")] = "below f_min"
        found[(f > (high or np.inf)) & (found == "")] = "above f_max"
        return found

    def world(self) -> World:
        """Return it with its outcome."""
        f, z = self.points()
        columns = {"frequency": synth.Column(f, "Hz"), "impedance_real": synth.Column(z.real, "ohm"),
                   "impedance_imag": synth.Column(z.imag, "ohm")}  # fmt: skip
        if self.amplitude:  # largest in the middle; equal rows that differ in it are copies of one point
            lower = np.abs(np.arange(self.count) - self.count // 2) / self.count
            columns["potential_amplitude"] = synth.Column(self.amplitude / 1e3 * (1 - lower), "V")
        for name, size in zip(("potential", "current"), self.distortion or (), strict=False):
            columns[f"thd_{name}"] = synth.Column(size * np.linspace(0.5, 1, self.count), "%")
        data = synth.Case(columns, {}, kind="impedance").record()
        return World("eis-check", data, self.expected(), self.params, within=1e-5)

    def expected(self) -> dict[str, Any]:
        """Return the outcome: the points from high to low frequency, and what linear fits leave of them."""
        f, z = self.points()
        order = np.argsort(-f, kind="stable")
        reason = self.reasons()[order]
        f, z = f[order], z[order]
        used = reason == ""
        fit = Linear(f[used], z[used])
        rest = np.full(self.count, np.nan + 0j)
        rest[used] = 100 * fit.rest / np.abs(z[used])
        noise = 100 * np.hypot(fit.relative * np.abs(z), fit.additive) / np.maximum(np.abs(z), 1e-300)
        table = {"row": order, "frequency": f, "re": z.real, "im": z.imag, "used": list(used),
                 "reason": list(reason),
                 "residual_re": rest.real, "residual_im": rest.imag}  # fmt: skip
        made: dict[str, Any] = {
            f"{where}{name}": values for where in ("points.", "~") for name, values in table.items()
        }
        unneeded = "not needed beside the other part"
        made |= {
            "points_used": int(used.sum()), "noise_proportional": 100 * fit.relative,
            "noise_additive": fit.additive,
            "u(noise_proportional)": 100 * fit.u_relative if fit.relative else None,
            "u(noise_additive)": fit.u_additive if fit.additive else None,
            "note(noise_additive)": None if fit.additive else unneeded,
            "note(noise_proportional)": None if fit.relative else unneeded,
            "kk_probability": fit.p, "note(kk_probability)": "closed-form F test",
            "kk_residual": 100 * fit.largest, "~noise": np.where(np.abs(z) > 0, noise, ...),
        }  # fmt: skip
        return made | self._said(fit, f[used], reason, f)

    def _said(self, fit: Linear, used: np.ndarray, reason: np.ndarray, f: np.ndarray) -> dict[str, Any]:
        made: dict[str, Any] = {**self.flags, "=spectrum": 0}
        if not self.amplitude:
            made["!amplitude-unknown"] = UNKNOWN
        if fit.p < 1e-3:
            text = (f"the spectrum is not consistent with Kramers-Kronig: up to {fit.largest:.1%} of |Z|, "
                    f"p = {fit.p:.1g}: the cell drifted, the response is not linear, or the instrument "
                    "errs")  # fmt: skip
            if fit.largest < 0.01:
                made["!kk-deviation-small"] = (
                    f"the spectrum deviates from Kramers-Kronig (p = {fit.p:.1g}) by at most "
                    f"{100 * fit.largest:.2g} % of |Z|: good instruments show this; so does a resistance that "
                    "drifts by tens of percent",
                    "",
                )
            else:
                made["!kk-inconsistent"] = (text, f"{used[fit.worst]:.4g} Hz")
        negative = f[reason == "negative real part"]
        if len(negative) == 1:
            made["!negative-real-part"] = (f"1 point has a negative real part, {negative[0]:.3g} Hz: left out", "")
        elif len(negative):
            band = f"{negative.min():.3g} to {negative.max():.3g} Hz"
            made["!negative-real-part"] = (
                f"{len(negative)} points have a negative real part, {band}: left out",
                "",
            )
        return made


class Linear:
    """R, L, C and arcs at three time constants per decade, a decade beyond both ends, signs free.

    Re and Im by themselves tell the noise, both together what Kramers and Kronig allow.
    """

    def __init__(self, f: np.ndarray, z: np.ndarray) -> None:
        w, self.size = 2 * np.pi * f, np.abs(z)
        low, high = log10(1 / w.max()) - 1, log10(1 / w.min()) + 1
        tau = np.logspace(low, high, min(ceil((high - low) * 3) + 1, len(w) - 4))
        columns = np.column_stack([np.ones(len(w)), 1 / (1 + 1j * w[:, None] * tau), 1j * w / w.max(),
                                   -1j * w.min() / w])  # fmt: skip
        weighted = columns / self.size[:, None]
        parts = [(_span(one), y / self.size) for one, y in ((weighted.real, z.real), (weighted.imag, z.imag))]
        self.freedom = 2 * len(w) - sum(span.shape[1] for span, _ in parts)
        self._noise(parts)
        shape = np.hypot(1, self.additive / self.relative / self.size) if self.relative else 1 / self.size
        both = _span(np.vstack([weighted.real, weighted.imag]))
        y, weight = np.concatenate([z.real, z.imag]) / np.tile(self.size, 2), 1 / np.tile(shape, 2)
        rest = y - both @ np.linalg.lstsq(both * weight[:, None], y * weight, rcond=None)[0]
        more = sum(span.shape[1] for span, _ in parts) - both.shape[1]
        squares = self.relative**2 * self.freedom if self.relative else self.additive**2 * self.freedom
        lost = ((rest * weight) ** 2).sum() - squares
        self.p = float(fisher.sf(max(lost, 0) / more / (squares / self.freedom), more, self.freedom))
        self.rest = (rest[: len(w)] + 1j * rest[len(w) :]) * self.size
        self.worst = int(np.argmax(np.abs(self.rest) / self.size))
        self.largest = float(np.abs(self.rest[self.worst]) / self.size[self.worst])

    def _noise(self, parts: list[tuple[np.ndarray, np.ndarray]]) -> None:
        """Choose the ratio of both parts by the restricted likelihood, and average their sizes over it."""
        losses, sizes = [], []
        for ratio in RATIOS:
            # σ over |Z|, up to its size.
            shape = np.hypot(1, ratio * np.median(self.size) / self.size)
            squares, volume = 0.0, 4 * np.log(shape * self.size).sum()
            for span, y in parts:
                x = span / shape[:, None]
                squares += np.linalg.lstsq(x, y / shape, rcond=None)[1][0]
                volume += np.linalg.slogdet(x.T @ x)[1]
            losses.append(volume + self.freedom * np.log(squares))
            sizes.append(sqrt(squares / self.freedom))
        best = int(np.argmin(losses))
        share = np.exp((min(losses) - np.array(losses)) / 2)
        share /= share.sum()
        rho, a = RATIOS * np.median(self.size), np.array(sizes)
        self.relative, self.additive = a[best], a[best] * rho[best]
        self.u_relative, self.u_additive = (
            float(np.sqrt(share @ (one**2 / 2 / self.freedom + (one - one[best]) ** 2))) for one in (a, a * rho)
        )


def _span(weighted: np.ndarray) -> np.ndarray:
    """Return a basis of columns brought to one length; directions below 10⁻⁷ of the largest are rounding."""
    length = np.linalg.norm(weighted, axis=0)
    return orth(weighted / np.where(length > 0, length, 1), rcond=1e-7)


BAD = {"zero": (2,), "copy": (20,), "negative real part": (58, 60), "outlier": (33,)}
CHECKED = {
    "a spectrum": Checked(),
    "additive noise": Checked((0.0, 0.05), seed=2),
    "both noises": Checked((1e-3, 0.05), count=91, params={"f_min": "3", "f_max": "200000"}, seed=3),
    "bad points": Checked(bad=BAD, amplitude=8.0, seed=4, flags={
        "!copied-points": ("1 point repeats another to the last digit, and is left out", ""),
        "!outliers": ("1 point stands out of Kramers-Kronig, left out", "source rows 33")}),
    "a negative point": Checked(bad={"negative real part": (59,), "doubled": (10, 40)}, seed=5, flags={
        "!doubled-frequencies": ("2 frequencies occur twice; both points count", "")}),
    "too many outliers": Checked(bad={"too many": (3, 9, 16, 22, 30, 37, 45, 52)}, seed=13),
    "copies": Checked(amplitude=8.0, bad={"copy": (20, 41), "doubled": (10,)}, seed=12, flags={
        "!copied-points": ("2 points repeat another to the last digit, and are left out", ""),
        "!doubled-frequencies": ("1 frequency occurs twice; both points count", "")}),
    "a drift": Checked((3e-4, 0.0), drift=0.5, seed=6),
    "a small drift": Checked((1e-4, 0.0), drift=0.05, seed=7),
    "an amplitude": Checked(amplitude=20.0, distortion=(6.5, 2.0), seed=8, flags={
        "!amplitude-large": ("the excitation reaches 20 mV: above 10 mV an arc need not be linear", ""),
        "severity(!amplitude-large)": "info",  # less than two electrons and interfaces allow
        "!nonlinear": ("total harmonic distortion of the potential reaches 6.5 %", "")}),
    "no harmonics": Checked(amplitude=200.0, distortion=(1.5, 2.5), seed=9, flags={
        "!amplitude-large": ("the excitation reaches 200 mV: above 10 mV an arc need not be linear; this one "
                             "is, for the harmonic distortion is at most 2.5 %", ""),
        "severity(!amplitude-large)": "info"}),
    "harmonics": Checked(amplitude=120.0, distortion=(2.0, 7.0), seed=10, params={"amplitude": "30 mV"}, flags={
        "!nonlinear": ("total harmonic distortion of the current reaches 7 %", ""),
        "!amplitude-large": ("the excitation reaches 120 mV, and nothing shows that the response is linear: "
                             "across two interfaces with one electron each, 95 mV make a resistance 10 % too "
                             "small", ""),
        "hint(!amplitude-large)": "measure with two amplitudes, or record the harmonics; --param amplitude=… if "
                                  "it is known to be linear"}),
    "a small amplitude": Checked(amplitude=9.0, distortion=(4.0, 4.0), seed=11),
}  # fmt: skip
WORLDS = {f"check: {name}": checked.world for name, checked in CHECKED.items()}
