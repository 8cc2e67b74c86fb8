"""Impedance while it happens: spectra one after another while current flows, or after it, with the truth.

A cell of sodium on a solid electrolyte: inductance, bulk, grain boundary, interface. The resistance of the
interface is a function of the current density and of time, and it changes *within* each sweep as it does
between sweeps. Nothing here is shared with an analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.model.record import Record
from echub.testing.synth.case import Case, Column
from echub.testing.synth.impedance import CircuitCell, Sweep, durations, scatter

Floats = NDArray[np.float64]

CELL = CircuitCell("LR:hf (RQ):gb (RQ):int", 2e-7, 20, ((40, 1.6e-8, 0.90), (60, 1.2e-6, 0.95)))
"""20 Ω bulk, 40 Ω grain boundary (apex 1.2 MHz), 60 Ω interface (apex 3.7 kHz)."""
SCENARIOS: Mapping[str, float] = {"nak50": 0.6, "nak65": 0.15}
"""Current density, mA/cm², above which the interface of two liquid anodes is not constant (10.1039/d5eb00097a)."""


@dataclass(frozen=True)
class SeriesPlan:
    """What is done to the cell, and how it answers.

    levels: current density of each spectrum, mA/cm². onset: the interface is constant up to it; then it grows
    with the square of the excess, `curvature` per (mA/cm²)². doubling: spectra in which the interface
    doubles, 0 for never. relaxation: (excess at the start, time constant in s) of an exponential after the
    current. hold: s of direct current before each spectrum; with `beside`, these rows are a time series. noise:
    relative. cut: points that are missing of the last spectrum. reused: the instrument's own numbers start
    again. shorted: from this spectrum on a wire of `wire` Ω lies across the cell. scale: spread of the
    truth between seeds, relative.
    """

    levels: tuple[float, ...] = tuple(0.05 + 0.01 * n for n in range(96))
    onset: float = 0.6
    curvature: float = 16.0
    doubling: float = 0.0
    relaxation: tuple[float, float] = (0.0, 1.0)
    hold: float = 5.0
    noise: float = 3e-3
    cut: int = 0
    beside: bool = False
    reused: bool = False
    shorted: int | None = None
    wire: float = 2.0
    per_decade: int = 10
    area: float = 0.385


@dataclass(frozen=True, eq=False)
class OperandoCase(Case):
    """A case with a time series beside its spectra."""

    beside: Case | None = None

    def record(self) -> Record:
        """Return one record with both."""
        record = super().record()
        if self.beside is None:
            return record
        other = self.beside.record()
        return Record(
            [*record.datasets.values(), *other.datasets.values()],
            metadata=record.metadata,
            provenance=record.provenance,
        )


def interface(plan: SeriesPlan, level: float, t: Floats, period: float) -> Floats:
    """Return the resistance of the interface (n,), Ω, at times t (n,) since the first spectrum, s."""
    excess = max(abs(level) - plan.onset, 0.0)
    grown = 1 + plan.curvature * excess**2
    size, constant = plan.relaxation
    relaxing = 1 + size * np.exp(-t / constant)
    doubled = 2.0 ** (t / (plan.doubling * period)) if plan.doubling else 1.0
    return np.asarray(CELL.arcs[1][0] * grown * relaxing * doubled, dtype=np.float64)


def eis_series(seed: int = 0, plan: SeriesPlan | None = None, **stated: str) -> OperandoCase:
    """Generate a series; `stated` is metadata with __ for the dot, such as ``cell__id="A"``."""
    plan = plan or SeriesPlan()
    rng = np.random.default_rng(seed)
    frequency = replace(CELL, per_decade=plan.per_decade).frequencies()
    period = float(durations(frequency, np.random.default_rng(0))[-1]) + plan.hold
    parts: dict[str, list[Floats]] = {name: [] for name in ("t", "f", "re", "im", "I", "U", "n")}
    dc: dict[str, list[Floats]] = {name: [] for name in ("t", "I", "U")}
    clock = 0.0
    for number, level in enumerate(plan.levels):
        held = clock + np.arange(0.0, plan.hold, 0.5)
        clock += plan.hold
        measured = frequency[: len(frequency) - (plan.cut if number == len(plan.levels) - 1 else 0)]
        t = clock + durations(measured, rng)
        clock = float(t[-1])
        z = _impedance(plan, number, level, measured, t, period)
        z = z + scatter(z, Sweep(plan.noise), rng)
        for name, values in (("t", t), ("f", measured), ("re", z.real), ("im", z.imag)):
            parts[name].append(values)
        current = level * plan.area
        for into, at in ((parts, t), (dc, held)):
            into["I"].append(np.full(len(at), current))
            noise = 2e-5 * rng.standard_normal(len(at))
            into["U"].append(1e-3 * current * _total(plan, number, level, at, period) + noise)
        parts["n"].append(np.full(len(t), number % 5 if plan.reused else number, dtype=np.float64))
        dc["t"].append(held)
    return _case(plan, parts, dc, _truth(plan), stated)


def _impedance(
    plan: SeriesPlan, number: int, level: float, f: Floats, t: Floats, period: float
) -> NDArray[np.complex128]:
    growth = interface(plan, level, t, period) / CELL.arcs[1][0] - 1
    z = CELL.impedance(f, growth)
    if not _is_shorted(plan, number):
        return z
    wire = plan.wire + 2j * np.pi * f * CELL.inductance
    return np.asarray(1 / (1 / z + 1 / wire), dtype=np.complex128)


def _is_shorted(plan: SeriesPlan, number: int) -> bool:
    return plan.shorted is not None and number >= plan.shorted


def _total(plan: SeriesPlan, number: int, level: float, t: Floats, period: float) -> Floats:
    total = CELL.resistance + CELL.arcs[0][0] + interface(plan, level, t, period)
    return np.asarray(1 / (1 / total + 1 / plan.wire)) if _is_shorted(plan, number) else total


def _truth(plan: SeriesPlan) -> dict[str, float]:
    """Return what is true of a series; nothing of a cell with a short."""
    if plan.shorted is not None:
        return {}
    truth = {}
    if plan.curvature and max(plan.levels) > plan.onset:
        # R_int is 5 % above its constant where c x² = 0.05; U/j where R_int/(sum) times that is 5 %.
        share = CELL.arcs[1][0] / (CELL.resistance + sum(arc[0] for arc in CELL.arcs))
        truth["onset_level"] = plan.onset + float(np.sqrt(0.05 / plan.curvature))
        truth["onset_level_voltage"] = plan.onset + float(np.sqrt(0.05 / share / plan.curvature))
    if plan.relaxation[0]:
        truth["recovery_time"] = plan.relaxation[1]
    return truth


def _case(
    plan: SeriesPlan,
    parts: Mapping[str, list[Floats]],
    dc: Mapping[str, list[Floats]],
    truth: Mapping[str, float],
    stated: Mapping[str, str],
) -> OperandoCase:
    joined = {name: np.concatenate(values) for name, values in parts.items()}
    metadata = {"cell.area": f"{plan.area} cm^2", **{p.replace("__", "."): v for p, v in stated.items()}}
    columns = {
        "time": Column(joined["t"], "s"),
        "frequency": Column(joined["f"], "Hz"),
        "impedance_real": Column(joined["re"], "ohm"),
        "impedance_imag": Column(joined["im"], "ohm"),
        "current": Column(joined["I"], "mA"),
        "voltage": Column(joined["U"], "V"),
    }
    if plan.reused:
        columns["spectrum_label"] = Column(joined["n"].astype(np.int64))
    beside = None
    if plan.beside:
        series = {name: np.concatenate(values) for name, values in dc.items()}
        beside = Case(
            {
                "time": Column(series["t"], "s"),
                "current": Column(series["I"], "mA"),
                "voltage": Column(series["U"], "V"),
            }
        )
    return OperandoCase(columns, metadata, truth, "impedance", beside=beside)
