"""The tables of the outcome."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Series
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.protocol import Protocol
from echub_ccd.data.table import HalfCycleTable
from echub_ccd.method.verdict import DIRECTIONS

Floats = NDArray[np.float64]
MARKS = {1: "yes", 0: "no"}


def half_cycles(experiment: Experiment, protocol: Protocol) -> dict[str, Series]:
    """Return the half-cycle table, numbered from 1."""
    table, unit = experiment.table, experiment.unit
    ohm = "ohm*cm^2" if experiment.per_area else "ohm"
    named = {"file": Series.of([experiment.traces[k].data.name for k in table.file])}
    return {
        "half_cycle": _numbers(table),
        **(named if len(experiment.traces) > 1 else {}),
        "direction": Series.of([DIRECTIONS[int(sign)] for sign in table.sign]),
        "level": Series.of(protocol.level, unit),
        "j": Series.of(table.j, unit),
        "begin": Series.of(table.begin, "s"),
        "duration": Series.of(table.duration, "s"),
        "complete": Series.of(protocol.complete),
        "U_start": Series.of(table.u_start, "V"),
        "U_end": Series.of(table.u_end, "V"),
        "U_median": Series.of(table.u_median, "V"),
        "R_start": Series.of(table.r_start, ohm),
        "R_end": Series.of(table.r_end, ohm),
        "rise": Series.of(100 * table.rise, "%"),
        "noise": Series.of(table.noise, ohm),
        "rest_before": Series.of(table.rest, "s"),
        "U_rest": Series.of(table.u_rest, "V"),
        "rows": Series.of(table.rows.astype(int)),
    }


def charges(experiment: Experiment) -> dict[str, Series]:
    """Return the charge of each half cycle three ways, and by how much two of them are off the instrument's."""
    table = experiment.table
    unit = "mA*h/cm^2" if experiment.per_area else "mA*h"
    reference = np.where(np.isnan(table.q), table.q_edges, table.q)
    return {
        "half_cycle": _numbers(table),
        "instrument": Series.of(table.q, unit),
        "edges": Series.of(table.q_edges, unit),
        "integral": Series.of(table.q_integral, unit),
        "edges_error": Series.of(_off(table.q_edges, reference), "%"),
        "integral_error": Series.of(_off(table.q_integral, reference), "%"),
        "edge_uncertainty": Series.of(
            100 * table.duration_u / np.where(table.duration, table.duration, np.nan), "%"
        ),
    }


def detectors(table: HalfCycleTable, marks: dict[str, Floats], protocol: Protocol, unit: str) -> dict[str, Series]:
    """Return what every detector says of every half cycle (m,): yes, no, or nothing where it cannot say."""
    said = {name: Series.of([MARKS.get(value) for value in mark.tolist()]) for name, mark in marks.items()}
    figures = {
        "fall": Series.of(100 * table.fall, "%"),
        "fall_sigma": Series.of(100 * table.fall_sigma, "%"),
        "sharpness": Series.of(table.fall_sharp),
        "fell_at": Series.of(table.fell, "s"),
    }
    return {"half_cycle": _numbers(table), "level": Series.of(protocol.level, unit), **said, **figures}


def levels(table: HalfCycleTable, protocol: Protocol, fails: Floats, unit: str) -> dict[str, Series]:
    """Return the staircase: each level (in `unit`) of each rising run, what passed and what failed there."""
    rows = []
    failed = np.flatnonzero(fails)
    for run in np.unique(protocol.run):
        for value in np.unique(protocol.level[protocol.run == run]):
            alike = (protocol.level == value) & (protocol.run == run)
            first = int(np.flatnonzero(alike)[0]) + 1
            rows.append(
                (int(run) + 1, float(value), int(alike.sum()), first, _fate(alike, protocol, fails, failed))
            )
    columns = zip(*rows, strict=True)
    names = ("run", "level", "half_cycles", "first", "fate")
    return {n: Series.of(c, unit if n == "level" else "") for n, c in zip(names, columns, strict=True)}


def _fate(alike: NDArray[np.bool_], protocol: Protocol, fails: Floats, failed: NDArray[np.intp]) -> str:
    if fails[alike].any():
        return "failed"
    if len(failed) and np.flatnonzero(alike)[0] > failed[0]:
        return "after the failure"
    return "passed" if protocol.complete[alike].all() else "not complete"


def _numbers(table: HalfCycleTable) -> Series:
    return Series.of(range(1, len(table) + 1))


def _off(value: Floats, reference: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * (value - reference) / np.abs(reference))
