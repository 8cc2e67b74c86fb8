"""Symmetric and formation cycling out of the same half-cycle table: overpotential, ASR, asymmetry over time."""

from __future__ import annotations

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Component, Flag, Measurand, Outcome, Series
from echub_ccd import CcdParams
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.protocol import recognise
from echub_ccd.data.table import Floats, HalfCycleTable
from echub_ccd.method.resistance import DIGIT_U, cell_resistance, digits, resistances
from echub_ccd.outcome.diagnostics import series_of


def report_cycles(
    experiment: Experiment, tables: dict[str, dict[str, Series]], bulk: float, params: CcdParams
) -> Outcome:
    """Return the medians of all half cycles, and the table `cycles`: two half cycles each."""
    table = experiment.table
    _, overpotential = cell_resistance(np.abs(table.u_median), experiment.per_area)
    levels = np.unique(recognise(table, experiment.spots).level)
    note = f"median |U| of {len(table)} half cycles at {levels[0]:.4g} {unit_text(experiment.unit)}"
    measurands = resistances(experiment, table.r_median, bulk, params)
    if len(levels) == 1:
        read = float(table.digit_u.max()) / 2 / float(np.sqrt(3))  # a median is one of the readings
        measurands = {"overpotential": _read("V", overpotential, read, len(table), note), **measurands}
    pairs = _pairs(table)
    if len(pairs):
        _, skew = cell_resistance(100 * _skew(table, pairs), experiment.per_area)
        read = 100 * float(np.sqrt(2)) * float(np.hypot(*digits(experiment, table.r_median)))
        measurands["asymmetry"] = _read("%", skew, read, len(pairs), "median of the cycles")
    flags = []
    if len(levels) > 1:
        text = f"{len(levels)} levels, so there is no single overpotential; the table `cycles` lists each"
        flags.append(Flag("several-levels", text, "info"))
    if not len(pairs):
        flags.append(Flag("no-reversal", "the current never turns: there is no cycle of two half cycles"))
    protocol = recognise(table, experiment.spots)
    return Outcome(
        measurands,
        tuple(flags),
        {"cycles": _cycles(experiment, pairs, bulk), **tables},
        diagnostics=series_of(experiment, protocol, None),
    )


def _read(unit: str, one: Measurand, read: float, count: int, note: str) -> Measurand:
    """Return a median in another unit, with the standard uncertainty by the digit in which it was read added."""
    scatter = one.uncertainty or 0.0
    parts = (Component("scatter", scatter), Component(DIGIT_U, read, "B")) if read else ()
    kept = tuple(part for part in parts if part.uncertainty)
    return Measurand(unit, one.value, float(np.hypot(scatter, read)) or None, n=count, note=note, components=kept)


def _pairs(table: HalfCycleTable) -> np.ndarray:
    """Return the first half cycle of each cycle: it and the next one have opposite directions, in one file."""
    found, number = [], 0
    while number + 1 < len(table):
        turns = table.sign[number] == -table.sign[number + 1] and table.file[number] == table.file[number + 1]
        if turns:
            found.append(number)
        number += 2 if turns else 1
    return np.array(found, dtype=np.intp)


def _skew(table: HalfCycleTable, pairs: np.ndarray) -> Floats:
    """Return R while the working electrode is oxidised over R while it is reduced, less 1."""
    oxidised = np.where(table.sign[pairs] > 0, pairs, pairs + 1)
    reduced = np.where(table.sign[pairs] > 0, pairs + 1, pairs)
    with np.errstate(divide="ignore", invalid="ignore"):  # after a short there may be no R
        return np.asarray(table.r_median[oxidised] / table.r_median[reduced] - 1)


def _cycles(experiment: Experiment, pairs: np.ndarray, bulk: float) -> dict[str, Series]:
    table, unit = experiment.table, experiment.unit
    both = np.stack([table.r_median[pairs], table.r_median[pairs + 1]])
    asr, ohm = both.mean(axis=0), "ohm*cm^2" if experiment.per_area else "ohm"
    columns = {
        "cycle": Series.of(range(1, len(pairs) + 1)),
        "time": Series.of(table.begin[pairs], "s"),
        "level": Series.of(table.level[pairs], unit),
        "charge": Series.of(table.charge[pairs], "mA*h/cm^2" if experiment.per_area else "mA*h"),
        "overpotential": Series.of((np.abs(table.u_median[pairs]) + np.abs(table.u_median[pairs + 1])) / 2, "V"),
        "asr_cell" if experiment.per_area else "resistance_cell": Series.of(asr, ohm),
        "asymmetry": Series.of(100 * _skew(table, pairs), "%"),
    }
    count = experiment.meta("cell.n_interfaces")
    if count and np.isfinite(bulk):
        columns["asr_interface"] = Series.of((asr - bulk) / count, "ohm*cm^2")
    return columns
