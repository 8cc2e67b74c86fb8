"""What follows from a distribution of time constants, and from the fits of a series of spectra."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, hypot, log, sqrt
from statistics import median
from typing import Any

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import nnls
from scipy.stats import norm
from scipy.stats import t as student

import echub
from echub.testing import synth
from echub.testing.synth.impedance import Sweep
from echub.testing.synth.series import SeriesPlan, eis_series
from tests.oracles.refitted import Refitted, impedance
from tests.oracles.told import World


def _peaks_are(weak, whole):
    return f"{weak} of {whole} {'peak' if whole == 1 else 'peaks'} {'is' if weak == 1 else 'are'}"


@dataclass(frozen=True)
class Distribution:
    """A spectrum whose distribution is asked for per ln τ or per decade."""

    per: str = "ln"
    kind: str = "two_arcs"
    least: float = 50.0
    stiff: float = 0.0
    beyond: float = 1.0
    seed: int = 1

    def world(self) -> World:
        """Return it with its outcome."""
        record = synth.impedance(self.seed, self.kind, Sweep(noise=2e-3)).record()
        noise = echub.analyze("eis-check", record)
        sizes = noise["noise_proportional"].value / 100, noise["noise_additive"].value
        params = {"per": self.per, "bootstrap": "8", "support": f"{self.least} %",
                  "regularisation": f"{self.stiff}", "beyond": f"{self.beyond}"}  # fmt: skip
        return World("eis-drt", record, lambda found: self.expected(found, sizes), params, within=1e-5,
                     silent=("~low", "~high"))  # fmt: skip

    def expected(self, found: dict[str, Any], noise: tuple[float, float]) -> dict[str, Any]:
        """Return the distribution, and what follows from it and from the support of each peak."""
        case = synth.impedance(self.seed, self.kind, Sweep(noise=2e-3))
        f, re, im = (case.columns[n].values for n in ("frequency", "impedance_real", "impedance_imag"))
        scale = log(10) if self.per == "decade" else 1.0
        omega = 2 * np.pi * f
        low, high = 1 / omega.max(), 1 / omega.min()
        sigma = np.hypot(noise[0] * np.hypot(re, im), noise[1])
        tau = np.array(found["~tau"])
        assert np.allclose(tau, self.grid(low, high, 10))
        smoothest = Smoothest(omega, re + 1j * im, sigma, tau)
        strength = self.stiff or smoothest.likeliest()
        infinity, coil, gamma = smoothest.solve(strength)
        step = log(tau[1] / tau[0])
        z = (gamma * step / (1 + 1j * omega[:, None] * tau)).sum(axis=1) + infinity + 1j * omega * coil
        rms = smoothest.misfit(strength)
        outside = 100 * gamma[(tau < low) | (tau > high)].sum() / gamma.sum()
        whole = gamma.sum() * step
        peaks = self._peaks(tau, gamma, step)
        support = found["peaks.support"]
        kept = [one >= self.least for one in support]
        numbered = [(*peak, one) for peak, keeps, one in zip(peaks, kept, support, strict=True) if keeps]
        told: dict[str, Any] = {f"peak_{what}_{n}": peak[k] for n, peak in enumerate(numbered, 1)
                                for k, what in enumerate(("tau", "area"))}  # fmt: skip
        told |= {f"note(peak_{what}_{n})": f"in {peak[2]:.0f}% of the resamplings; a picture, no resistance"
                 for n, peak in enumerate(numbered, 1) for what in ("tau", "area")}  # fmt: skip
        if weak := len(peaks) - len(numbered):
            text = f"{_peaks_are(weak, len(peaks))} in fewer than {self.least:g} % of the resamplings"
            told["!peaks-without-support"] = (text, "")
        if outside >= 10:
            text = f"up to {outside:.0f}% of the distribution lies at time constants that were not measured"
            told["!mostly-outside-window"] = (text, "1 of 1 spectrum")
        if rms > 2:
            finest = Smoothest(omega, re + 1j * im, sigma, self.grid(low, high, 40))
            least = finest.misfit(finest.likeliest() / 100)
            code, why = (
                (
                    "drt-not-resolved",
                    f", and {least:.1f} times with more time constants and a weaker λ: they are those of the grid "
                    "or of λ, not of the spectrum",
                )
                if least <= 2
                else ("drt-does-not-fit", ": no distribution of positive resistances describes this")
            )
            told[f"!{code}"] = (f"residuals reach {rms:.1f} times the noise{why}", "1 of 1 spectrum")
        name = "gamma_per_decade" if self.per == "decade" else "gamma_per_ln_tau"
        return told | {
            "polarisation_resistance": whole, "outside_window_share": outside, "peaks": len(numbered),
            "resistance_infinity": infinity, "regularisation": strength,
            "peaks.tau": [peak[0] for peak in peaks], "peaks.area": [peak[1] for peak in peaks],
            "peaks.kept": kept, "peaks.spectrum": [0] * len(peaks), "peaks.level": None,
            "peaks.support": support, "spectra.polarisation_resistance": [whole],
            "spectra.outside_window_share": [outside], "spectra.rms_over_noise": [rms], "spectra.spectrum": [0],
            "spectra.time": ..., "spectra.level": [None], "spectra.regularisation": [strength],
            "drt.tau": tau, f"drt.{name}": scale * gamma, "drt.measured": list((tau >= low) & (tau <= high)),
            "~per_decade": [self.per == "decade"], "~tau": tau, "~gamma": scale * gamma, "~window": [low, high],
            "~peak_tau": [peak[0] for peak in peaks], "~peak_support": [one / 100 for one in support],
            "~frequency": f, "~re": re, "~im": im, "~fit_re": z.real, "~fit_im": z.imag,
            "=per": self.per, "=points": 10,
        }  # fmt: skip

    def grid(self, low: float, high: float, points: int) -> np.ndarray:
        """Return the time constants: those measured and `beyond` decades on both sides."""
        decades = log(high / low) / log(10) + 2 * self.beyond
        return np.geomspace(low / 10**self.beyond, high * 10**self.beyond, ceil(points * decades) + 1)

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


class Smoothest:
    """R∞, an inductance and γ ≥ 0 over ln τ, by least squares with a penalty on ∫ (d²γ/dlnτ²)² dlnτ.

    γ is taken over the median of |Z|.
    """

    def __init__(self, omega: np.ndarray, z: np.ndarray, sigma: np.ndarray, tau: np.ndarray) -> None:
        step = log(tau[1] / tau[0])
        columns = np.column_stack([np.ones(len(omega)), 1j * omega / omega.max(),
                                   step / (1 + 1j * omega[:, None] * tau)]) / sigma[:, None]  # fmt: skip
        self.coil = 1 / omega.max()
        self.a = np.concatenate([columns.real, columns.imag])
        self.y = np.concatenate([z.real / sigma, z.imag / sigma])
        # γ is zero on both sides: the first and the last differences hold one, or two, of its values.
        whole = np.zeros((len(tau) + 2, len(tau)))
        for k in range(len(tau)):
            whole[k : k + 3, k] = 1, -2, 1
        self.bend = whole / step**1.5 / np.median(np.abs(z))

    def solve(self, strength: float) -> tuple[float, float, np.ndarray]:
        """Return R∞, the inductance and γ."""
        below = np.hstack([np.zeros((len(self.bend), 2)), sqrt(strength) * self.bend])
        found = nnls(np.vstack([self.a, below]), np.r_[self.y, np.zeros(len(below))], maxiter=10_000)[0]
        return found[0], found[1] * self.coil, found[2:]

    def misfit(self, strength: float) -> float:
        """Return the residuals over the noise, with two values fitted freely."""
        infinity, coil, gamma = self.solve(strength)
        rest = self.y - self.a @ np.r_[infinity, coil / self.coil, gamma]
        return sqrt(float(rest @ rest) / (len(self.y) - 2))

    def likeliest(self) -> float:
        """Return the strength of the largest restricted likelihood: γ is drawn with the inverse of the penalty."""
        free, rest = self.a[:, :2], self.a[:, 2:]
        outside = np.eye(len(self.y)) - free @ np.linalg.pinv(free)
        penalty = self.bend.T @ self.bend
        largest = eigh(rest.T @ outside @ rest, penalty, eigvals_only=True)[-1]
        spread = rest @ np.linalg.solve(penalty, rest.T)
        tried = largest / 1e6 * np.geomspace(1e-8, 1e8, 65)

        def loss(strength: float) -> float:
            inverse = np.linalg.inv(np.eye(len(self.y)) + spread / strength)
            inner = free.T @ inverse @ free
            squares = self.y @ inverse @ self.y - self.y @ inverse @ free @ np.linalg.solve(
                inner, free.T @ inverse @ self.y
            )
            volume = -np.linalg.slogdet(inverse)[1] + np.linalg.slogdet(inner)[1]
            return float(volume + (len(self.y) - 2) * log(squares))

        return float(min(tried, key=loss))


CIRCUIT = "LR:hf (RQ):gb (RQ):int"
PARTS = ("hf", "gb", "int")
DRIFTING = ("spectra.time_total", "~t_total")
"""The time of a sum rests on which of its parts drift, by chance too."""
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
        params = {"circuit": CIRCUIT, "bootstrap": "50", "level": f"{self.level} %",
                  "area_uncertainty": f"{self.more} %"}  # fmt: skip
        return World("eis-series", self.case().record(), self.expected, params, within=1e-5,
                     loose=dict.fromkeys(self.fitted(), 3e-4), silent=DRIFTING)  # fmt: skip

    @staticmethod
    def fitted() -> list[str]:
        """Return what follows from a fit, which ends where a step would be a hundredth of an uncertainty."""
        ends = [f"{what}_{name}" for what in ("resistance", "asr") for name in ("start", "end", "max")]
        each = [f"{where}{name}" for name in ends for where in ("", "u(", "low(", "high(")]
        parts = [f"{what}_{part}" for what in ("resistance", "u", "tau") for part in (*PARTS, "total")]
        drawn = [f"~{what}_{part}" for what in ("r", "u") for part in (*PARTS, "total")]
        drawn += ["~z_fit_re", "~z_fit_im"]
        more = [f"{name}: fit" for name in ends] + [f"{name}: area" for name in ends]
        return [*(name + ")" * ("(" in name) for name in each), *more, *drawn,
                *(f"spectra.{name}" for name in (*parts, "asr_int", "conductivity"))]  # fmt: skip

    def expected(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return what was done to the cell, and what follows from each spectrum."""
        columns = {name: one.values for name, one in self.case().columns.items()}
        t = columns["time"]
        parts = np.split(np.arange(len(t)), len(LEVELS))
        zero = t[parts[0][0]]
        fits = self._fits(parts)
        r, u = (np.array([one.p[5] for one in fits]), np.array([sqrt(one.covariance[5, 5]) for one in fits]))
        total = np.array([one.p[[1, 2, 5]].sum() for one in fits])
        scale = 1 / self.area if self.area else 1.0
        levels = [float(f"{one * (1.0 if self.area else 0.385):.3g}") for one in LEVELS]
        made: dict[str, Any] = {
            "spectra.spectrum": list(range(len(parts))), "spectra.file": ["generated"] * len(parts),
            "spectra.start": [t[p].min() - zero for p in parts], "spectra.end": [t[p].max() - zero for p in parts],
            "spectra.level": levels, "spectra.potential": [columns["voltage"][p].mean() for p in parts],
            "spectra.direction": ["rest" if not v else "oxidised" if v > 0 else "reduced" for v in LEVELS],
            "spectra.half_cycle": [0, 1, 1, 1, 1, 2, 2, 2, 2], "spectra.temperature": None,
            "spectra.charge": [scale * q for q in self._charge(parts)],
            "~level": levels, "~axis_is_level": [True], "~followed": ["int"],
        }  # fmt: skip
        made |= {f"~{name}_{what}": ... for name in "IU" for what in ("t", "low", "high")}
        if not self.beside:  # rows at one time leave open which of two pieces they are in
            made |= self._envelopes(found, zero)
        freedom = 2 * len(parts[0]) - 8
        for name, k in (("start", 0), ("end", -1), ("max", self._greatest(r))):
            made |= self._sized(f"resistance_{name}", r[k], u[k], freedom, 1.0, 0.0)
            made[f"note(resistance_{name})"] = f"int of spectrum {k % len(r)}"
            if self.area and name != "max":
                size = self.area / (self.interfaces or 1)
                made |= self._sized(f"asr_{name}", r[k], u[k], freedom, size, self.more / 100)
                made[f"note(asr_{name})"] = f"int of spectrum {k % len(r)}, " + (
                    "of one interface" if self.interfaces
                    else "of the whole cell: the number of interfaces is not stated")  # fmt: skip
        if self.area:
            made["spectra.asr_int"] = r * self.area / (self.interfaces or 1)
            if self.thickness:
                made["spectra.conductivity"] = self.thickness / self.area / (total - r)
        return made | self._of_fits(fits, parts, t - zero) | self._said(zero)

    def _said(self, zero: float) -> dict[str, Any]:
        """Return conditions and flags."""
        text = "in 9 of 9 spectra, first: the amplitude of the potential is not recorded"
        made: dict[str, Any] = {
            "=circuit": CIRCUIT, "=mask": "all frequencies", "=followed": "int", "=times": "own",
            "=threshold": 5.0,
            "=zero": zero, "!amplitude-unknown": (text, "spectrum 0"),
        }  # fmt: skip
        if not self.beside:
            text = "no time series lies beside the spectra: the charge is that of their own rows, gaps bridged"
            made["!charge-from-own-rows"] = (text, "")
        return made

    def _fits(self, parts: list[np.ndarray]) -> list[Refitted]:
        """Fit every spectrum, all with the median noise of the series."""
        case, noises = self.case(), []
        f, re, im = (case.columns[n].values for n in ("frequency", "impedance_real", "impedance_imag"))
        for rows in parts:
            one = synth.Case({name: synth.Column(column.values[rows], column.unit)
                              for name, column in case.columns.items()}, {}, kind="impedance")  # fmt: skip
            noise = echub.analyze("eis-check", one.record())
            noises.append((noise["noise_proportional"].value / 100, noise["noise_additive"].value))
        relative, additive = np.median(noises, axis=0)
        made = []
        for rows in parts:
            z = re[rows] + 1j * im[rows]
            sigma = np.hypot(relative * np.abs(z), additive)
            made.append(Refitted(f[rows], z, sigma, (2e-7, 20, 40, 9e-8, 0.9, 60, 4e-5, 0.95)))
        return made

    def _of_fits(self, fits: list[Refitted], parts: list[np.ndarray], t: np.ndarray) -> dict[str, Any]:
        """Return the columns of each part, what is drawn of it, and how well the circuit fits."""
        made: dict[str, Any] = {}
        times = np.array([one.times(t[rows]) for one, rows in zip(fits, parts, strict=True)])
        for name, at, tau in (("hf", [1], None), ("gb", [2], 3), ("int", [5], 6), ("total", [1, 2, 5], None)):
            r = np.array([one.p[at].sum() for one in fits])
            u = np.array([sqrt(one.p[at] @ one.covariance[np.ix_(at, at)] @ one.p[at]) for one in fits])
            made |= {f"spectra.resistance_{name}": r, f"spectra.u_{name}": u, f"~r_{name}": r, f"~u_{name}": u}
            if len(at) == 1:
                made |= {f"spectra.time_{name}": times[:, at[0]], f"~t_{name}": times[:, at[0]]}
            if tau:
                made[f"spectra.tau_{name}"] = [one.p[tau] for one in fits]
        misfit = [sqrt(one.chi2 / one.freedom) for one in fits]
        f, z = (np.concatenate([getattr(one, name) for one in fits]) for name in ("f", "z"))
        whole = np.concatenate([impedance(one.x, one.f) for one in fits])
        return made | {
            "spectra.lack_of_fit": misfit, "lack_of_fit": median(misfit), "n(lack_of_fit)": len(fits),
            "spectra.points": [len(one.f) for one in fits], "spectra.reason": [""] * len(fits),
            "spectra.from_nothing": [True] + [False] * (len(fits) - 1),
            "spectra.arcs_span": [np.ptp(one.z.real) for one in fits],
            "~z_k": np.repeat(np.arange(len(fits)), len(fits[0].f)), "~z_f": f, "~z_re": z.real, "~z_im": z.imag,
            "~z_fit_re": whole.real, "~z_fit_im": whole.imag,
        }  # fmt: skip

    @staticmethod
    def _greatest(r: np.ndarray) -> int:
        """Return where a value and the median of three around it, the lower of both, are largest.

        An end beyond counts as its neighbours continue; of several places the one that is its own median, if any.
        """
        inner = [median(three) for three in zip(r, r[1:], r[2:], strict=False)]
        first = median([r[0], inner[0], 3 * inner[0] - 2 * inner[1]])
        last = median([r[-1], inner[-1], 3 * inner[-1] - 2 * inner[-2]])
        middle = [first, *inner, last]
        return max(range(len(r)), key=lambda k: (min(r[k], middle[k]), -abs(r[k] - middle[k])))

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


def distributions(per: str, area: bool) -> World:
    """Return four spectra of a series, each with the distribution that it has alone; one has three points."""
    case = eis_series(2, SeriesPlan(levels=(0.1, 0.3, 0.2, 0.0, 0.4), onset=9.0))
    case = case if area else case.without("cell.area")
    parts = np.split(np.arange(len(case.columns["time"].values)), 5)
    parts[1], parts[2] = (
        parts[1][:-6],
        parts[2][5:],
    )  # each ends elsewhere: a map holds all, its window what all have
    kept = np.r_[np.concatenate(parts[:3]), parts[3][:3], parts[4]]
    params = {"per": per, "bootstrap": "4", "support": "75 %"}

    def alone(rows: np.ndarray) -> Any:
        columns = {name: synth.Column(one.values[rows], one.unit) for name, one in case.columns.items()}
        return synth.Case(columns, dict(case.metadata), kind="impedance").record()

    whole = alone(kept)
    each = [echub.analyze("eis-drt", alone(parts[k]), params=params) for k in (0, 1, 2, 4)]
    zero = case.columns["time"].values[0]
    times = [float(np.mean(case.columns["time"].values[parts[k]][[0, -1]]) - zero) for k in (0, 1, 2, 4)]
    unit = 1.0 if area else 0.385
    levels = [float(f"{unit * one:.3g}") for one in (0.1, 0.3, 0.2, 0.4)]
    note = "median of 4 spectra"
    made: dict[str, Any] = {
        "spectra.spectrum": [0, 1, 2, 4], "spectra.level": levels, "spectra.time": times,
        "=per": per, "=points": 10,
        "~map_level": levels, "~map_time": times, "~per_decade": [per == "decade"],
        "!spectra-left-out": ("1 of 5 spectra is left out (too-few-points)", ""),
    }  # fmt: skip
    for name in ("polarisation_resistance", "resistance_infinity", "regularisation"):
        values = [one[name].value for one in each]
        made |= {name: median(values), f"note({name})": note}
        if name != "resistance_infinity":
            made[f"spectra.{name}"] = values
    shares = [one["outside_window_share"].value for one in each]
    made |= {"outside_window_share": max(shares), "spectra.outside_window_share": shares,
             "spectra.rms_over_noise": [one.tables["spectra"]["rms_over_noise"].values[0]
                                        for one in each]}  # fmt: skip
    peaks = [one.tables["peaks"] for one in each]
    for name in ("tau", "area", "support", "kept"):
        made[f"peaks.{name}"] = [value for one in peaks for value in one[name].values]
    many = [len(one["tau"].values) for one in peaks]
    made |= {"peaks.spectrum": np.repeat([0, 1, 2, 4], many), "peaks.level": np.repeat(levels, many)}
    if weak := made["peaks.kept"].count(False):
        text = f"{_peaks_are(weak, sum(many))} in fewer than 75 % of the resamplings"
        made["!peaks-without-support"] = (text, "")
    taus, gammas, windows = (
        [one.diagnostics[name].array() for one in each] for name in ("tau", "gamma", "window")
    )
    low, high = min(tau[0] for tau in taus), max(tau[-1] for tau in taus)
    grid = np.geomspace(low, high, int(10 * np.log10(high / low)) + 1)
    images = [np.interp(np.log(grid), np.log(tau), gamma, left=0, right=0)
              for tau, gamma in zip(taus, gammas, strict=True)]  # fmt: skip
    made |= {"~map_tau": grid, "~map_gamma": np.concatenate(images),
             "~window": [max(one[0] for one in windows), min(one[1] for one in windows)]}  # fmt: skip
    return World("eis-drt", whole, made, params, within=1e-6)


WORLDS = {
    "distributions": lambda: distributions("decade", area=True),
    "distributions: no area": lambda: distributions("ln", area=False),
    "distribution": Distribution().world,
    "distribution: decade": Distribution(per="decade", least=90.0, seed=4).world,
    "distribution: stiff": Distribution(stiff=3e4, beyond=0.5, seed=5).world,
    "distribution: three arcs": Distribution(kind="three_arcs", beyond=0.0, least=100.0, seed=7).world,
    "distribution: a tail": Distribution(kind="blocking", beyond=2.0, stiff=0.1, seed=6).world,
    "spectra": Spectra().world,
    "spectra: interfaces": Spectra(interfaces=2, more=3.0, level=90.0, thickness=None).world,
    "spectra: no area": Spectra(area=None, beside=False).world,
}
