"""What follows from a fitted circuit, by its elements, their correlations and the points."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from echub.testing import synth
from tests.oracles.consistency import Linear
from tests.oracles.refitted import Refitted
from tests.oracles.told import World

OMEGA = 2 * np.pi


@dataclass(frozen=True)
class Cell:
    """R:hf (RQ):gb (RQ):int as (R, τ, n), with a relative noise; sizes of the cell in cm.

    more: relative uncertainties of area and thickness, %.
    """

    hf: float = 30.0
    gb: tuple[float, float, float] = (80.0, 2e-6, 0.93)
    int: tuple[float, float, float] = (50.0, 3e-3, 0.85)
    noise: float = 2e-3
    area: float | None = 0.6
    thickness: float | None = 0.2
    interfaces: int | None = 2
    more: tuple[float, float] = (0.0, 0.0)
    band: tuple[float, float] = (0.0, 0.0)
    level: float = 95.0
    seed: int = 3

    def case(self) -> synth.Case:
        """Return its spectrum."""
        f = np.geomspace(5e6, 0.5, 71)
        z = self.hf + sum(arc(*one, OMEGA * f) for one in (self.gb, self.int))
        rng = np.random.default_rng(self.seed)
        z = z + self.noise * np.abs(z) * (rng.normal(size=71) + 1j * rng.normal(size=71))
        stated = {"cell.area": self.area, "cell.thickness": self.thickness, "cell.n_interfaces": self.interfaces}
        units = {"cell.area": " cm^2", "cell.thickness": " cm", "cell.n_interfaces": ""}
        columns = {"frequency": synth.Column(f, "Hz"), "impedance_real": synth.Column(z.real, "ohm"),
                   "impedance_imag": synth.Column(z.imag, "ohm")}  # fmt: skip
        return synth.Case(columns, {p: f"{v}{units[p]}" for p, v in stated.items() if v}, kind="impedance")

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"circuit": "R:hf (RQ):gb (RQ):int", "sensitivity": "false", "level": f"{self.level} %",
                  "area_uncertainty": f"{self.more[0]} %", "thickness_uncertainty": f"{self.more[1]} %",
                  "f_min": f"{self.band[0]} Hz", "f_max": f"{self.band[1]} Hz"}  # fmt: skip
        given = ("elements.value", "elements.uncertainty", "correlation.")
        return World(
            "eis-resistance",
            self.case().record(),
            lambda found: Followed(self, found).expected(),
            params,
            within=1e-4,
            silent=given,
            loose=dict.fromkeys(("models.rms_over_noise", "lack_of_fit", "u(lack_of_fit)"), 1e-3),
        )


def arc(r: float, tau: float, n: float, omega: np.ndarray) -> np.ndarray:
    """Return the impedance of an arc, Ω."""
    return r / (1 + (1j * omega * tau) ** n)


class Followed:
    """Everything that follows from the seven parameters, in ln (the exponents in their logit)."""

    NAMES = ("hf.R", "gb.R", "gb.tau", "gb.n", "int.R", "int.tau", "int.n")

    def __init__(self, given: Cell, found: dict[str, Any]) -> None:
        self.given, self.found = given, found
        self.p = np.array(found["elements.value"])
        u = np.array(found["elements.uncertainty"])
        steep = np.array([p * (1 - p) if name.endswith(".n") else p
                          for p, name in zip(self.p, self.NAMES, strict=True)])  # fmt: skip
        rho = np.array([found[f"correlation.{name}"] for name in self.NAMES])
        assert np.allclose(rho, rho.T)
        assert np.allclose(np.diag(rho), 1)
        self.cov = rho * np.outer(u / steep, u / steep)
        self.used = np.array(found["points.used"], bool)
        columns = given.case().columns
        self.f = columns["frequency"].values
        self.z = columns["impedance_real"].values + 1j * columns["impedance_imag"].values
        self.noise = Linear(self.f[self.used], self.z[self.used])
        self._agree(u)
        self.t = student.ppf(0.5 + given.level / 200, 2 * self.used.sum() - 7)

    def _agree(self, u: np.ndarray) -> None:
        """Fail if plain least squares, of the noise in proportion, do not give the same elements.

        That the noise may have another part too changes what is known of them, by a fifth at most.
        """
        rest = 0.002 * np.abs(self.impedance(self.f[self.used]))
        plain = Refitted(self.f[self.used], self.z[self.used], rest, (1e-15, *self.p))
        spread = np.sqrt(np.diag(np.linalg.inv(plain.jacobian[:, 1:].T @ plain.jacobian[:, 1:])))
        spread *= np.array([p * (1 - p) if name.endswith(".n") else p
                            for p, name in zip(plain.p[1:], self.NAMES, strict=True)])  # fmt: skip
        assert np.abs(plain.p[1:] - self.p) == pytest.approx(0 * u, abs=0.1), (plain.p, self.p)
        wider = u / spread / sqrt(plain.chi2 / (plain.freedom + 1))
        assert (wider > 0.95).all(), wider
        assert (wider < 1.2).all(), wider

    def relative(self, function: Any) -> tuple[float, float]:
        """Return a function of the parameters, and its relative uncertainty by their covariance."""
        x = np.array([log(p / (1 - p)) if n.endswith(".n") else log(p)
                      for p, n in zip(self.p, self.NAMES, strict=True)])  # fmt: skip
        value, slopes = function(_natural(x)), []
        for k in range(7):
            step = 1e-4 * (np.arange(7) == k)
            slopes.append((log(function(_natural(x + step))) - log(function(_natural(x - step)))) / 2e-4)
        return value, float(np.sqrt(np.array(slopes) @ self.cov @ np.array(slopes)))

    def of(self, name: str, function: Any, *, area: bool = False, thick: bool = False) -> dict[str, float]:
        """Return a measurand with its interval, symmetric in ln, and its parts."""
        value, fit = self.relative(function)
        parts = {
            "fit": fit,
            "area": area * self.given.more[0] / 100,
            "thickness": thick * self.given.more[1] / 100,
        }
        u = float(np.sqrt(sum(part**2 for part in parts.values())))
        return {
            name: value, f"u({name})": value * u, f"low({name})": value * np.exp(-self.t * u),
            f"high({name})": value * np.exp(self.t * u),
            **{f"{name}: {part}": value * size for part, size in parts.items() if size},
        }  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        total = self.of("resistance_total", lambda p: p[0] + p[1] + p[4])
        found = self.of("resistance_hf", lambda p: p[0]) | total
        for label, at in (("gb", 1), ("int", 4)):
            found |= self._arc(label, at)
        return found | self._cell() | self._points() | self._tables() | self._curves()

    def _arc(self, label: str, at: int) -> dict[str, Any]:
        found = self.of(f"resistance_{label}", lambda p: p[at])
        found |= self.of(f"tau_{label}", lambda p: p[at + 1])
        found |= self.of(f"frequency_{label}", lambda p: 1 / (OMEGA * p[at + 1]))
        found |= self.of(f"capacitance_peak_{label}", lambda p: p[at + 1] / p[at])

        def brug(p: np.ndarray) -> float:
            q = p[at + 1] ** p[at + 2] / p[at]
            return q ** (1 / p[at + 2]) * (1 / p[0] + 1 / p[at]) ** ((p[at + 2] - 1) / p[at + 2])

        n, u = self.p[at + 2], np.sqrt(self.cov[at + 2, at + 2])
        low, high = (1 / (1 + np.exp(-log(n / (1 - n)) - s * self.t * u)) for s in (-1, 1))
        name = f"n_{label}"
        found |= {name: n, f"u({name})": n * (1 - n) * u, f"low({name})": low, f"high({name})": high}
        return found | self.of(f"capacitance_brug_{label}", brug)

    def _cell(self) -> dict[str, Any]:
        area, thick, many = self.given.area, self.given.thickness, self.given.interfaces
        if area is None:
            text = "no area is stated: resistances are in Ω, and there is no conductivity"
            return {"!no-area": (text, "")}
        found: dict[str, Any] = {}
        for label, at in (("hf", 0), ("gb", 1), ("int", 4)):
            found |= self.of(f"asr_{label}", lambda p, at=at: area * p[at], area=True)
            if thick and label != "int":
                found |= self.of(
                    f"conductivity_{label}", lambda p, at=at: thick / area / p[at], area=True, thick=True
                )
        if many:
            found |= self.of("asr_interface_int", lambda p: area * p[4] / many, area=True)
            found |= self.of("capacitance_interface_int", lambda p: 1e6 * p[5] / p[4] * many / area, area=True)
        if not thick:
            return found | {"!no-thickness": ("no thickness is stated: there is no conductivity", "")}
        return found | self.of("conductivity", lambda p: thick / area / (p[0] + p[1]), area=True, thick=True)

    def impedance(self, f: np.ndarray) -> np.ndarray:
        """Return what the elements make, Ω."""
        return self.p[0] + arc(*self.p[1:4], OMEGA * f) + arc(*self.p[4:7], OMEGA * f)

    def _points(self) -> dict[str, Any]:
        f, z, noise = self.f, self.z, self.noise
        low, high = self.given.band[0], self.given.band[1] or np.inf
        fit = self.impedance(f)
        sigma = np.hypot(noise.relative * np.abs(z), noise.additive)
        left = np.full(len(f), np.nan + 0j)
        left[self.used] = 100 * noise.rest / np.abs(z[self.used])
        rest = np.abs(z - fit)[self.used] / sigma[self.used]
        rms = float(np.sqrt((rest**2).sum() / (2 * self.used.sum() - 7)))
        reason = np.where(f < low, "below f_min", np.where(f > high, "above f_max", ""))
        rows = {"row": np.arange(len(f)), "frequency": f, "re": z.real, "im": z.imag,
                "used": (f >= low) & (f <= high), "reason": list(reason.tolist()),
                "fit_re": fit.real, "fit_im": fit.imag, "residual_re": left.real,
                "residual_im": left.imag}  # fmt: skip
        words = {(0, 0): "all frequencies", (1, 0): f"from {low:g} Hz", (0, 1): f"up to {high:g} Hz",
                 (1, 1): f"{low:g} to {high:g} Hz"}  # fmt: skip
        return {
            **{f"{where}{name}": values for where in ("points.", "~") for name, values in rows.items()},
            "lack_of_fit": rms, "u(lack_of_fit)": rms / np.sqrt(2 * (2 * self.used.sum() - 7)),
            "models.circuit": ["R:hf (RQ):gb (RQ):int"], "models.parameters": [7], "models.rms_over_noise": [rms],
            "models.chosen": [True], "models.bic_above_best": [0.0], "~noise": 100 * sigma / np.abs(z),
            "=circuit": "R:hf (RQ):gb (RQ):int", "=spectrum": 0,
            "!amplitude-unknown": ("the amplitude of the potential is not recorded", ""),
            "=mask": words[bool(low), bool(self.given.band[1])],
        }  # fmt: skip

    def _tables(self) -> dict[str, Any]:
        symbols = ["R", *["Z"] * 6]
        units = ["ohm", "ohm", "s", "1", "ohm", "s", "1"]
        names = ["resistance_hf", "resistance_gb", "tau_gb", "n_gb", "resistance_int", "tau_int", "n_int"]
        slopes = np.vstack(
            [np.eye(7), np.where(np.isin(range(7), (0, 1, 4)), self.p, 0) / self.p[[0, 1, 4]].sum()]
        )
        written = self._written()
        names = [*names, "resistance_total"]
        cov = slopes @ self.cov @ slopes.T
        sizes = np.array([self.found[f"u({name})"] for name in names])
        cov = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov))) * np.outer(sizes, sizes)
        return {
            "elements.label": [name.split(".")[0] for name in self.NAMES],
            "elements.element": symbols, "elements.parameter": [name.split(".")[1] for name in self.NAMES],
            "elements.unit": units, **written, "covariance.measurand": names,
            **{f"covariance.{name}": cov[:, k] for k, name in enumerate(names)},
        }  # fmt: skip

    def _written(self) -> dict[str, Any]:
        """Return the circuit as other programs write it: with Q = τ^n / R of each arc, twelve digits."""
        values = [self.p[0]]
        for r, tau, n in (self.p[1:4], self.p[4:7]):
            values += [r, tau**n / r, n]
        shown = [f"{value:.12g}" for value in values]
        arcs = "".join(f"(R{{R={r}}}Q{{Y={q},n={n}}})" for r, q, n in (shown[1:4], shown[4:7]))
        return {
            "circuit.written_for": ["description", "pyimpspec", "impedance.py"],
            "circuit.circuit": ["R:hf (RQ):gb (RQ):int", f"R{{R={shown[0]}}}{arcs}", "R0-p(R1,CPE2)-p(R3,CPE4)"],
            "circuit.values": ["", "", f"[{', '.join(shown)}]"],
        }

    def _curves(self) -> dict[str, Any]:
        f = self.f
        drawn = np.geomspace(f.max(), f.min(), int(np.log10(f.max() / f.min()) * 20))
        whole = self.impedance(drawn)
        first = self.p[0] + arc(*self.p[1:4], OMEGA * drawn)
        second = self.p[0] + self.p[1] + arc(*self.p[4:7], OMEGA * drawn)
        curves = {"curve": whole, "part_gb": first, "part_int": second}
        found = {f"~{n}_{end}": getattr(z, part) for n, z in curves.items()
                 for end, part in (("re", "real"), ("im", "imag"))}  # fmt: skip
        return {**found, "~curve_frequency": drawn}


def _natural(x: np.ndarray) -> np.ndarray:
    return np.array([1 / (1 + np.exp(-v)) if k in (3, 6) else np.exp(v) for k, v in enumerate(x)])


CELLS = {
    "a cell": Cell(),
    "uncertain sizes": Cell(more=(4.0, 3.0), seed=4),
    "no area": Cell(area=None),
    "no thickness": Cell(thickness=None, more=(2.0, 0.0), seed=6),
    "one interface": Cell(interfaces=1, area=2.5, level=90.0, seed=7),
    "a band": Cell(band=(2.0, 2e6), seed=8),
    "a lower end": Cell(band=(2.0, 0.0), interfaces=None, seed=9),
}
WORLDS = {f"circuit: {name}": cell.world for name, cell in CELLS.items()}
