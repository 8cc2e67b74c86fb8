"""Impedance spectra whose circuit, noise and drift are known: twelve cases, and a foreign set.

The twelve cases are those of sodium and lithium cells with solid electrolytes, of blocking electrodes and of
diffusion; Z is computed here, apart from any analysis. Noise on Re and Im is independent: proportional to |Z|,
additive (of the median |Z|), or half of each. The foreign set violates assumptions of an analysis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.arrhenius import boltzmann_factor
from echub.testing.synth.case import Case, Column

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
NoiseKind = Literal["proportional", "additive", "mixed", "components", "student", "pink", "shared"]


def inductor(inductance: float, omega: Floats) -> Complex:
    """Return jωL, Ω; omega: (n,), rad/s, here and in all elements."""
    return np.asarray(1j * omega * inductance, dtype=np.complex128)


def arc(resistance: float | Floats, q: float, n: float, omega: Floats) -> Complex:
    """Return a resistance in parallel with Q (S·sⁿ), Ω."""
    return np.asarray(resistance / (1 + resistance * q * (1j * omega) ** n), dtype=np.complex128)


def tail(q: float, n: float, omega: Floats) -> Complex:
    """Return a constant phase element, Ω."""
    return np.asarray(1 / (q * (1j * omega) ** n), dtype=np.complex128)


def faradaic(resistance: float, q: float, n: float, diffusion: Complex, omega: Floats) -> Complex:
    """Return Q in parallel with a resistance and a diffusion impedance in series, Ω."""
    return np.asarray(1 / (q * (1j * omega) ** n + 1 / (resistance + diffusion)), dtype=np.complex128)


def _sqrt(tau: float, omega: Floats) -> Complex:
    return np.asarray(np.sqrt(1j * omega * tau), dtype=np.complex128)


def warburg(y: float, omega: Floats) -> Complex:
    """Return semi-infinite diffusion 1/(Y √(jω)), Ω."""
    return np.asarray(1 / (y * np.sqrt(1j * omega)), dtype=np.complex128)


def warburg_short(resistance: float, tau: float, omega: Floats) -> Complex:
    """Return R tanh(√(jωτ))/√(jωτ), Ω."""
    s = _sqrt(tau, omega)
    return np.asarray(resistance * np.tanh(s) / s, dtype=np.complex128)


def warburg_open(resistance: float, tau: float, omega: Floats) -> Complex:
    """Return R coth(√(jωτ))/√(jωτ), Ω."""
    s = _sqrt(tau, omega)
    return np.asarray(resistance / np.tanh(s) / s, dtype=np.complex128)


def gerischer(resistance: float, tau: float, omega: Floats) -> Complex:
    """Return R/√(1 + jωτ), Ω."""
    return np.asarray(resistance / np.sqrt(1 + 1j * omega * tau), dtype=np.complex128)


@dataclass(frozen=True)
class CircuitCell:
    """A cell in series: L (H), R (Ω), arcs (R, Q, n), and any other element as a function of ω.

    `circuit` is its description; `truth` names what `eis-resistance` should find, in its units.
    """

    circuit: str
    inductance: float
    resistance: float
    arcs: tuple[tuple[float, float, float], ...] = ()
    other: Callable[[Floats], Complex] | None = None
    truth: Mapping[str, float] = field(default_factory=dict)
    top_hz: float = 7e6
    bottom_hz: float = 5.0
    per_decade: int = 10
    identifiable: bool = True

    def frequencies(self) -> Floats:
        """Return the frequencies (n,) from high to low, Hz."""
        count = round(np.log10(self.top_hz / self.bottom_hz) * self.per_decade) + 1
        return np.geomspace(self.top_hz, self.bottom_hz, count)

    def impedance(self, frequency: Floats, growth: Floats | float = 0.0) -> Complex:
        """Return Z (n,) in Ω; `growth` multiplies the last resistance by 1 + growth, point by point."""
        omega = 2 * np.pi * frequency
        z: Complex = self.resistance + inductor(self.inductance, omega)
        for number, (r, q, n) in enumerate(self.arcs):
            last = number == len(self.arcs) - 1
            z += arc(r * (1 + growth) if last else r, q, n, omega)
        return np.asarray(z if self.other is None else z + self.other(omega))

    def expected(self) -> dict[str, float]:
        """Return the true values by the names of the measurands, arcs in the order of their τ."""
        taus = [(r * q) ** (1 / n) for r, q, n in self.arcs]
        found = {"resistance_hf": self.resistance, "resistance_total": self.resistance}
        for number, at in enumerate(np.argsort(taus), 1):
            r, _, n = self.arcs[at]
            found |= {f"resistance_{number}": r, f"tau_{number}": taus[at], f"n_{number}": n}
            found |= {f"capacitance_peak_{number}": taus[at] / r}
            found["resistance_total"] += r
        return {**found, **self.truth}


GB, TINY = (40.0, 1.6e-8, 0.90), 0.353
"""A grain boundary, and 0.1 Ω·cm² of an interface on 0.5675 cm², twice."""

CASES: Mapping[str, CircuitCell] = {
    "two_arcs": CircuitCell("LR(RQ)(RQ)", 2e-7, 20, ((100, 3e-9, 0.95), (60, 2e-6, 0.85))),
    "overlap": CircuitCell("LR(RQ)(RQ)", 2e-7, 20, ((100, 2e-9, 0.95), (60, 2e-8, 0.90))),
    "tip": CircuitCell(
        "R(RQ)(RQ)", 0, 50, ((3188, 6e-10, 0.95), (25135, 4e-9, 0.92)), bottom_hz=100, per_decade=20
    ),
    "na_sym": CircuitCell("LR(RQ)(RQ)", 2e-7, 20, (GB, (85.4, 1.2e-6, 0.95)), top_hz=13e6, per_decade=20),
    "na_tiny": CircuitCell(
        "LR(RQ)(RQ)", 2e-7, 20, (GB, (TINY, 9e-7, 0.98)), top_hz=13e6, per_decade=20, identifiable=False
    ),
    "blocking": CircuitCell(
        "LR(RQ)Q", 2e-7, 20, (GB,), lambda w: tail(5e-7, 0.93, w), {"n_tail": 0.93}, 5e6, 1.0
    ),
    "randles": CircuitCell(
        "R(Q[RW])", 0, 10, (), lambda w: faradaic(100, 2e-5, 0.9, warburg(5e-3, w), w),
        {"resistance_ct": 100.0, "resistance_total": 110.0}, 1e5, 0.01,
    ),
    "ws": CircuitCell(
        "R(Q[RWs])", 0, 10, (), lambda w: faradaic(100, 2e-5, 0.9, warburg_short(80, 10, w), w),
        {"resistance_ct": 100.0, "resistance_ws": 80.0, "resistance_total": 190.0}, 1e5, 0.01,
    ),
    "wo": CircuitCell(
        "R(Q[RWo])", 0, 10, (), lambda w: faradaic(100, 2e-5, 0.9, warburg_open(80, 10, w), w),
        {"resistance_ct": 100.0, "resistance_total": 110.0}, 1e5, 0.01,
    ),
    "gerischer": CircuitCell(
        "LR(RQ)G", 1e-7, 5, ((10, 1e-4, 0.9),), lambda w: gerischer(20, 0.05, w),
        {"resistance_g": 20.0, "resistance_total": 35.0}, 1e6, 0.01,
    ),
    "short_band": CircuitCell("LR(RQ)(RQ)", 2e-7, 20, ((100, 3e-9, 0.95), (60, 2e-4, 0.85)), bottom_hz=20),
    "one_arc": CircuitCell("LR(RQ)", 2e-7, 20, ((100, 3e-9, 0.92),)),
    "three_arcs": CircuitCell("LR(RQ)(RQ)(RQ)", 2e-7, 20, ((100, 3e-9, 0.92), (60, 2e-6, 0.9), (40, 2e-4, 0.9))),
}  # fmt: skip
"""The cases by name; twelve are identifiable."""


@dataclass(frozen=True)
class Sweep:
    """How a spectrum was measured: noise, drift, direction, outliers, a range switch, points kept.

    noise: relative, of |Z| or of its median. drift: growth of the last resistance from start to end.
    spikes: number of points off by 5 %. step: relative jump of |Z| below `step_hz`. upward: from low to high.
    """

    noise: float = 2e-3
    kind: NoiseKind = "proportional"
    drift: float = 0.0
    upward: bool = False
    spikes: int = 0
    step: float = 0.0
    step_hz: float = 1e3
    every: int = 1
    lossy: float = 0.0


def durations(frequency: Floats, rng: np.random.Generator) -> Floats:
    """Return the time (n,), s, at which each point is measured: three periods, at least 20 ms, and a pause."""
    return np.cumsum(np.maximum(3 / frequency, 0.02) + rng.uniform(0.1, 0.3, len(frequency)))


def scatter(z: Complex, sweep: Sweep, rng: np.random.Generator) -> Complex:
    """Draw the noise of every point, Ω."""
    modulus, one = np.abs(z), np.ones(len(z))
    additive = float(np.median(modulus)) * one
    if sweep.kind == "student":  # heavy tails, three degrees of freedom, scaled to the same variance
        draws = rng.standard_t(3, (2, len(z))) / np.sqrt(3)
        return np.asarray(sweep.noise * modulus * (draws[0] + 1j * draws[1]))
    real, imag = rng.standard_normal((2, len(z)))
    if sweep.kind == "pink":  # neighbours share most of their noise, as with a slow drift of the gain
        real, imag = _correlated(real), _correlated(imag)
        return np.asarray(sweep.noise * modulus * (real + 1j * imag))
    if sweep.kind == "shared":  # an error of the modulus: Re and Im move together
        return np.asarray(sweep.noise * np.sqrt(2) * z * real)
    if sweep.kind == "components":
        return np.asarray(sweep.noise * (np.abs(z.real) * real + 1j * np.abs(z.imag) * imag))
    sigma = {"proportional": modulus, "additive": additive, "mixed": np.hypot(modulus, additive) / np.sqrt(2)}
    return np.asarray(sweep.noise * sigma[sweep.kind] * (real + 1j * imag))


def _correlated(draws: Floats, memory: float = 0.7) -> Floats:
    """Return an autoregressive series (n,) of unit variance from independent draws."""
    series = draws.copy()
    for at in range(1, len(draws)):
        series[at] = memory * series[at - 1] + np.sqrt(1 - memory**2) * draws[at]
    return series


def impedance(
    seed: int = 0, cell: CircuitCell | str = "two_arcs", sweep: Sweep | None = None, **stated: str
) -> Case:
    """Generate one spectrum; `stated` is metadata with __ for the dot, such as ``cell__area="0.5 cm^2"``."""
    cell = CASES[cell] if isinstance(cell, str) else cell
    sweep = sweep or Sweep()
    rng = np.random.default_rng(seed)
    frequency = cell.frequencies()[:: sweep.every]
    measured = frequency[::-1] if sweep.upward else frequency
    time = durations(measured, rng)
    growth = sweep.drift * time / time[-1]
    z = cell.impedance(measured, growth)
    if sweep.lossy:
        z = z + sweep.lossy * (2j * np.pi * measured) ** 0.8
    z = z * np.where(measured < sweep.step_hz, 1 + sweep.step, 1.0) + scatter(z, sweep, rng)
    spiked = rng.choice(len(z), sweep.spikes, replace=False)
    z[spiked] *= 1 + 0.05 * np.exp(2j * np.pi * rng.random(sweep.spikes))
    columns = {
        "time": Column(time, "s"),
        "frequency": Column(measured, "Hz"),
        "impedance_real": Column(z.real.copy(), "ohm"),
        "impedance_imag": Column(z.imag.copy(), "ohm"),
    }
    metadata = {path.replace("__", "."): text for path, text in stated.items()}
    known = {"noise_proportional": 100 * sweep.noise} if sweep.kind == "proportional" else {}
    return Case(columns, metadata, {**cell.expected(), **known}, "impedance")


FOREIGN: Mapping[str, tuple[CircuitCell, Sweep]] = {
    "noise of each component": (CASES["two_arcs"], Sweep(5e-3, "components")),
    "heavy tails": (CASES["two_arcs"], Sweep(3e-3, "student")),
    "range switch 0.5 %": (CASES["na_sym"], Sweep(1e-3, step=5e-3)),
    "range switch 2 %": (CASES["na_sym"], Sweep(1e-3, step=2e-2)),
    "three spikes": (CASES["two_arcs"], Sweep(2e-3, spikes=3)),
    "five points per decade": (CASES["two_arcs"], Sweep(2e-3, every=2)),
    "three points per decade": (CASES["na_sym"], Sweep(2e-3, every=6)),
    "n of 0.6": (replace(CASES["two_arcs"], arcs=((100, 3e-9, 0.95), (60, 2e-5, 0.6))), Sweep(2e-3)),
    "lossy inductance": (CASES["two_arcs"], Sweep(2e-3, lossy=4e-6)),
    "upwards": (CASES["two_arcs"], Sweep(2e-3, upward=True)),
    "drift of 10 %": (CASES["na_sym"], Sweep(1e-3, drift=0.1)),
    "arc half outside": (replace(CASES["two_arcs"], arcs=((100, 3e-9, 0.95), (60, 1e-3, 0.9))), Sweep(2e-3)),
    "arc outside": (replace(CASES["two_arcs"], arcs=((100, 3e-9, 0.95), (600, 1e-3, 0.9))), Sweep(2e-3)),
    "blocking, as arcs": (CASES["blocking"], Sweep(2e-3)),
    "noise with a memory": (CASES["two_arcs"], Sweep(2e-3, "pink")),
    "noise of the modulus": (CASES["two_arcs"], Sweep(3e-3, "shared")),
    "arcs 1:3 in tau": (replace(CASES["two_arcs"], arcs=((100, 2e-9, 0.95), (60, 1.05e-8, 0.95))), Sweep(1e-3)),
    "arcs 1:2, flat": (replace(CASES["two_arcs"], arcs=((100, 2e-9, 0.9), (60, 1.3e-8, 0.85))), Sweep(5e-3)),
    "20 % outliers": (CASES["two_arcs"], Sweep(2e-3, spikes=12)),
    "drift of 3 %, upwards": (CASES["na_sym"], Sweep(1e-3, drift=0.03, upward=True)),
    "drift of 30 % in much noise": (CASES["na_sym"], Sweep(5e-3, drift=0.3)),
    "range switch at 100 kHz": (CASES["two_arcs"], Sweep(1e-3, step=1e-2, step_hz=1e5)),
    "13 points": (CASES["two_arcs"], Sweep(1e-3, every=5)),
    "two flat arcs": (replace(CASES["two_arcs"], arcs=((100, 3e-8, 0.7), (60, 2e-5, 0.65))), Sweep(2e-3)),
    "much lossy inductance": (CASES["na_sym"], Sweep(2e-3, lossy=1e-5)),
    "a Warburg tail": (replace(CASES["two_arcs"], other=lambda w: warburg(2e-3, w)), Sweep(2e-3)),
}
"""Cells and sweeps that each violate an assumption, by the name of the violation."""


def conductors(
    seed: int = 0,
    *,
    energy_ev: float = 0.15,
    conductivity: float = 2.9e-3,
    temperatures_c: tuple[float, ...] = (25.0, 50.0, 75.0, 100.0, 125.0, 150.0, 175.0),
    scatter_of_cell: float = 0.01,
) -> dict[float, Case]:
    """Generate blocking cells over temperature: σ (S/cm) at the first temperature, activated in ln σ.

    1 mm thick, 1.131 cm²; a third of R is the bulk's; every mounting scatters by a relative `scatter_of_cell`.
    """
    rng = np.random.default_rng(seed)
    made = {}
    for number, temperature in enumerate(temperatures_c):
        sigma = conductivity * boltzmann_factor(energy_ev, temperature, temperatures_c[0])
        sigma *= 1 + scatter_of_cell * rng.standard_normal()
        resistance = 0.1 / sigma / 1.131
        boundary = (2 / 3 * resistance, 1.6e-8, 0.9)
        cell = replace(CASES["blocking"], resistance=resistance / 3, arcs=(boundary,), inductance=2e-8)
        stated = {
            "cell__temperature": f"{temperature} degC",
            "cell__area": "1.131 cm^2",
            "cell__thickness": "1 mm",
        }
        case = impedance(1000 * seed + number, cell, None, **stated)
        made[temperature] = replace(case, truth={**case.truth, "conductivity": 0.1 / resistance / 1.131})
    return made
