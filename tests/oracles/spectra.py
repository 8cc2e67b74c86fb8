"""What follows from a distribution of time constants, and from the fits of a series of spectra."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, hypot, log
from typing import Any

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

import echub
from echub.testing import synth
from echub.testing.synth.impedance import Sweep
from echub.testing.synth.series import SeriesPlan, eis_series
from tests.oracles.told import World


@dataclass(frozen=True)
class Distribution:
    """A spectrum whose distribution is asked for per ln τ or per decade."""

    per: str = "ln"
    kind: str = "two_arcs"
    least: float = 50.0
    seed: int = 1

    def world(self) -> World:
        """Return it with its outcome."""
        record = synth.impedance(self.seed, self.kind, Sweep(noise=2e-3)).record()
        noise = echub.analyze("eis-check", record)
        sizes = noise["noise_proportional"].value / 100, noise["noise_additive"].value
        params = {"per": self.per, "bootstrap": "8", "support": f"{self.least} %"}
        return World("eis-drt", record, lambda found: self.expected(found, sizes), params, within=1e-5,
                     silent=("note(", "~low", "~high", "regularisation", "!", "resistance_inf"))  # fmt: skip

    def expected(self, found: dict[str, Any], noise: tuple[float, float]) -> dict[str, Any]:
        """Return what follows from γ, R∞, and the support of each peak."""
        case = synth.impedance(self.seed, self.kind, Sweep(noise=2e-3))
        f, re, im = (case.columns[n].values for n in ("frequency", "impedance_real", "impedance_imag"))
        scale = log(10) if self.per == "decade" else 1.0
        tau, gamma = np.array(found["~tau"]), np.array(found["~gamma"]) / scale
        step, omega = log(tau[1] / tau[0]), 2 * np.pi * f
        z = (gamma * step / (1 + 1j * omega[:, None] * tau)).sum(axis=1) + found["resistance_infinity"]
        coil = np.mean((np.array(found["~fit_im"]) - z.imag) / omega)
        z = z + 1j * omega * coil
        sigma = np.hypot(noise[0] * np.hypot(re, im), noise[1])
        rms = float(np.sqrt((np.abs((re + 1j * im - z) / sigma) ** 2).sum() / (2 * len(f) - 2)))
        low, high = 1 / omega.max(), 1 / omega.min()
        outside = 100 * gamma[(tau < low) | (tau > high)].sum() / gamma.sum()
        whole = gamma.sum() * step
        peaks = self._peaks(tau, gamma, step)
        support = found["peaks.support"]
        kept = [one >= self.least for one in support]
        numbered = [peak for peak, keeps in zip(peaks, kept, strict=True) if keeps]
        told = {f"peak_{what}_{n}": peak[k] for n, peak in enumerate(numbered, 1)
                for k, what in enumerate(("tau", "area"))}  # fmt: skip
        name = "gamma_per_decade" if self.per == "decade" else "gamma_per_ln_tau"
        return told | {
            "polarisation_resistance": whole, "outside_window_share": outside, "peaks": len(numbered),
            "peaks.tau": [peak[0] for peak in peaks], "peaks.area": [peak[1] for peak in peaks],
            "peaks.kept": kept, "peaks.spectrum": [...] * len(peaks), "peaks.level": [...] * len(peaks),
            "peaks.support": support, "spectra.polarisation_resistance": [whole],
            "spectra.outside_window_share": [outside], "spectra.rms_over_noise": [rms], "spectra.spectrum": [...],
            "spectra.time": [...], "spectra.level": [...], "spectra.regularisation": [found["regularisation"]],
            "drt.tau": tau, f"drt.{name}": scale * gamma, "drt.measured": list((tau >= low) & (tau <= high)),
            "~per_decade": [self.per == "decade"], "~tau": tau, "~gamma": scale * gamma, "~window": [low, high],
            "~peak_tau": [peak[0] for peak in peaks], "~peak_support": [one / 100 for one in support],
            "~frequency": f, "~re": re, "~im": im, "~fit_re": z.real, "~fit_im": z.imag,
            "=per": self.per, "=points": ...,
        }  # fmt: skip

    def _peaks(self, tau: np.ndarray, gamma: np.ndarray, step: float) -> list[tuple[float, float]]:
        """Return τ and area of each maximum, between the minima beside it, that holds a hundredth at least."""
        tops = [k for k in range(1, len(gamma) - 1) if gamma[k - 1] < gamma[k] >= gamma[k + 1]]
        cuts = [
            0,
            *(a + int(np.argmin(gamma[a : b + 1])) for a, b in pairwise(tops)),
            len(gamma),
        ]
        found = []
        for k, a, b in zip(tops, cuts, cuts[1:], strict=False):
            bow = np.polyfit([-1, 0, 1], gamma[k - 1 : k + 2], 2)
            found.append((tau[k] * exp(-bow[1] / 2 / bow[0] * step), gamma[a:b].sum() * step))
        return [one for one in found if one[1] >= 0.01 * gamma.sum() * step]


LEVELS = (0.0, 0.1, 0.2, 0.3, 0.4, -0.1, -0.2, -0.3, 0.0)


@dataclass(frozen=True)
class Spectra:
    """Spectra under current, one way and the other, with rests; sizes in cm. more: %, of the area."""

    area: float | None = 0.385
    thickness: float | None = 0.2
    interfaces: int | None = None
    more: float = 0.0
    level: float = 95.0
    beside: bool = True

    def case(self) -> Any:
        """Return the spectra, and the current beside them."""
        plan = SeriesPlan(levels=LEVELS, onset=9.0, beside=self.beside)
        stated = {"cell__thickness": self.thickness and f"{self.thickness} cm",
                  "cell__n_interfaces": self.interfaces and str(self.interfaces)}  # fmt: skip
        case = eis_series(3, plan, **{path: text for path, text in stated.items() if text})
        return case if self.area else case.without("cell.area")

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"circuit": "R:hf (RQ):gb (RQ):int", "bootstrap": "50", "level": f"{self.level} %",
                  "area_uncertainty": f"{self.more} %"}  # fmt: skip
        given = ("note(", "~", "!", "lack", "n(", "onset", "low(onset", "high(onset", "u(onset", "levels",
                 "spectra.u_",
                 "spectra.resistance_", "spectra.time_", "spectra.tau", "spectra.lack", "spectra.from",
                 "spectra.reason",
                 "spectra.arcs", "recovery", "low(recovery", "high(recovery", "u(recovery", "resistance_recovered",
                 "u(resistance_recovered", "spectra.file", "=", "spectra.points", "resistance_max",
                 "u(resistance_max",
                 "low(resistance_max", "high(resistance_max", "spectra.temperature")  # fmt: skip
        return World("eis-series", self.case().record(), self.expected, params, within=1e-5, silent=given)

    def expected(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return what was done to the cell, and what follows from each resistance."""
        columns = {name: one.values for name, one in self.case().columns.items()}
        t = columns["time"]
        parts = np.split(np.arange(len(t)), len(LEVELS))
        zero = t[parts[0][0]]
        r, u, total = (
            np.array(found[f"spectra.{n}"], float) for n in ("resistance_int", "u_int", "resistance_total")
        )
        scale = 1 / self.area if self.area else 1.0
        levels = [float(f"{one * (1.0 if self.area else 0.385):.3g}") for one in LEVELS]
        made: dict[str, Any] = {
            "spectra.spectrum": list(range(len(parts))),
            "spectra.start": [t[p].min() - zero for p in parts], "spectra.end": [t[p].max() - zero for p in parts],
            "spectra.level": levels, "spectra.potential": [...] * len(parts),
            "spectra.direction": ["rest" if not v else "oxidised" if v > 0 else "reduced" for v in LEVELS],
            "spectra.half_cycle": [0, 1, 1, 1, 1, 2, 2, 2, 2],
            "spectra.charge": [scale * q for q in self._charge(parts)],
            "resistance_start": r[0], "resistance_end": r[-1],
        }  # fmt: skip
        if not self.beside:  # rows at one time leave open which of two pieces they are in
            made |= self._envelopes(found, zero)
        freedom = 2 * len(parts[0]) - 7
        for name, k in (("start", 0), ("end", -1)):
            made |= self._sized(f"resistance_{name}", r[k], u[k] / r[k], freedom, 1.0, 0.0)
            if self.area:
                size = self.area / (self.interfaces or 1)
                made |= self._sized(f"asr_{name}", r[k], u[k] / r[k], freedom, size, self.more / 100)
        if self.area:
            made["spectra.asr_int"] = r * self.area / (self.interfaces or 1)
            if self.thickness:
                made["spectra.conductivity"] = self.thickness / self.area / (total - r)
        return made

    def _sized(self, name: str, r: float, u: float, freedom: int, factor: float, area: float) -> dict[str, float]:
        reach = hypot(student.ppf(0.5 + self.level / 200, freedom) * u, norm.ppf(0.5 + self.level / 200) * area)
        value = factor * r
        found = {name: value, f"u({name})": value * hypot(u, area), f"{name}: fit": value * u,
                 f"low({name})": value * exp(-reach), f"high({name})": value * exp(reach)}  # fmt: skip
        return found | ({f"{name}: area": value * area} if area else {})

    def _rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return time, mA and V of all rows, those beside the spectra too, in their order."""
        case = self.case()
        tables = [case, *([case.beside] if case.beside is not None else [])]
        joined = [np.concatenate([t.columns[n].values for t in tables]) for n in ("time", "current", "voltage")]
        order = np.argsort(joined[0], kind="stable")
        return tuple(values[order] for values in joined)

    def _envelopes(self, found: dict[str, Any], zero: float) -> dict[str, Any]:
        """Return the least and the largest U and I of each piece, which starts where the outcome says."""
        t, i, u = self._rows()
        made: dict[str, Any] = {}
        for name, values in (("I", i / (self.area or 1.0)), ("U", u)):
            starts = np.searchsorted(t - zero, np.array(found[f"~{name}_t"]) - 1e-9)
            ends = [np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)]
            made |= {f"~{name}_low": ends[0], f"~{name}_high": ends[1]}
        return made

    def _charge(self, parts: list[np.ndarray]) -> list[float]:
        """Return mA·h until the middle of each spectrum."""
        t, i, _ = self._rows()
        q = np.r_[0, np.cumsum(np.diff(t) * (i[1:] + i[:-1]) / 2)] / 3600
        own = self.case().columns["time"].values
        return [float(np.interp((own[p].min() + own[p].max()) / 2, t, q)) for p in parts]


WORLDS = {
    "distribution": Distribution().world,
    "distribution: decade": Distribution(per="decade", least=90.0, seed=4).world,
    "spectra": Spectra().world,
    "spectra: interfaces": Spectra(interfaces=2, more=3.0, level=90.0, thickness=None).world,
    "spectra: no area": Spectra(area=None, beside=False).world,
}
