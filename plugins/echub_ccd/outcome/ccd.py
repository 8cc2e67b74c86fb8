"""The critical current density of one experiment, with everything it was judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from echub.plugin import Component, Condition, Inputs, InputSet, Measurand, Outcome, Refusal, Series
from echub.science import RANGE_ACCURACY
from echub_ccd import DEFAULT, CcdParams
from echub_ccd.data.experiment import Experiment, counted, gather
from echub_ccd.data.protocol import Protocol, recognise
from echub_ccd.data.spectra import arcs_of
from echub_ccd.method.accuracy import half_digit, range_error, within
from echub_ccd.method.answerable import require_answerable, require_consistent_electrolyte, require_visible
from echub_ccd.method.criteria import table_of_criteria, verdicts_of
from echub_ccd.method.definitions import table_of_definitions
from echub_ccd.method.detectors import Context, Floats, decides, evaluate
from echub_ccd.method.doubts import Marks, doubts
from echub_ccd.method.resistance import DIGIT_J, electrolyte, measurands_of
from echub_ccd.method.verdict import DIRECTIONS, CcdVerdict, judge
from echub_ccd.outcome.cycles import report_cycles
from echub_ccd.outcome.diagnostics import series_of
from echub_ccd.outcome.flags import flags_of
from echub_ccd.outcome.tables import charges, detectors, half_cycles, levels

EDGES = "edges between rows"
OF_ANY_CELL = ("half_cycles", "charge", "counter")
"""Tables that a refused file still has: they are true of any cell, what fails and at which level is not."""


@dataclass(frozen=True, eq=False)
class CcdFindings:
    """All that was found: the experiment, its protocol, the marks of every detector, the verdict."""

    experiment: Experiment
    protocol: Protocol
    context: Context
    marks: dict[str, Floats]
    fails: Floats
    doubts: Marks
    criteria: dict[str, CcdVerdict]

    def tables(self) -> dict[str, dict[str, Series]]:
        """Return all tables."""
        table, unit = self.experiment.table, self.experiment.unit
        found = {
            "half_cycles": half_cycles(self.experiment, self.protocol),
            "charge": charges(self.experiment),
            "detectors": detectors(table, self.marks, self.protocol, unit),
            "criteria": table_of_criteria(self.criteria, unit),
            "levels": levels(table, self.protocol, self.fails, unit),
            "definitions": table_of_definitions(
                self.marks, self.protocol, self.experiment.opened, self.experiment.spots, unit
            ),
        }
        counter = counted(self.experiment.traces[0]) if len(self.experiment.traces) == 1 else None
        return found | ({"counter": counter} if counter else {})


def look(data: InputSet[Inputs], params: CcdParams) -> None:
    """Raise the refusal of data that are not steps of a controlled current through a symmetric cell."""
    require_answerable(gather(tuple(data), params))


def run(data: InputSet[Inputs], params: CcdParams) -> Outcome:
    """Return the interval from the last level survived to the first level failed."""
    experiment = gather(tuple(data), params)
    context = Context(params, electrolyte(experiment, params), arcs_of(experiment))
    marks = evaluate(experiment.table, context)
    experiment = experiment.opening(marks["limit"] == 1)
    protocol = recognise(experiment.table, experiment.spots, experiment.opened)
    decided = decides(params.criterion, marks)  # what fails in the direction that is not asked for is no doubt
    fails = decided & _in_direction(experiment, params)
    doubted = doubts(experiment.table, context, decided) & (params.criterion == DEFAULT)  # others decide alone
    criteria = verdicts_of(marks, experiment, protocol)
    findings = CcdFindings(experiment, protocol, context, marks, fails.astype(np.float64), doubted, criteria)
    try:
        require_answerable(experiment)
        require_consistent_electrolyte(experiment, context)
        if params.report == "cycles":
            return report_cycles(experiment, findings.tables(), context.bulk, params)
        verdict = judge(protocol, fails, experiment.opened, experiment.spots, doubted)
        require_visible(experiment, verdict.survived)
    except Refusal as refusal:
        refusal.tables.update({name: t for name, t in findings.tables().items() if name in OF_ANY_CELL})
        refusal.diagnostics.update(series_of(experiment, protocol, None))
        raise
    return _outcome(findings, verdict, params)


def _in_direction(experiment: Experiment, params: CcdParams) -> np.ndarray:
    if params.direction == "either":
        return np.ones(len(experiment.table), bool)
    wanted = next(sign for sign, name in DIRECTIONS.items() if name == params.direction)
    return np.asarray(experiment.table.sign == wanted)


# -- the outcome -------------------------------------------------------------------------------


def _outcome(findings: CcdFindings, verdict: CcdVerdict, params: CcdParams) -> Outcome:
    experiment, protocol = findings.experiment, findings.protocol
    name = "critical_current_density" if experiment.per_area else "critical_current"
    measurands = {
        name: verdict.measurand(
            experiment.unit, _note(findings, verdict, params), within(verdict, experiment, protocol, params)
        ),
        **_ends(experiment, protocol, verdict, params),
        **measurands_of(experiment, verdict, findings.context.bulk, params),
    }
    return Outcome(
        measurands,
        tuple(flags_of(findings, verdict)),
        findings.tables(),
        diagnostics=series_of(experiment, protocol, verdict),
        conditions=dict(_conditions(findings, verdict, params)),
    )


def _note(findings: CcdFindings, verdict: CcdVerdict, params: CcdParams) -> str:
    """Say criterion, direction and protocol in a few words."""
    parts = [params.criterion.replace("_or_", " or "), findings.protocol.name]
    if verdict.half_cycle is not None:
        parts.insert(1, spoken_direction(findings.experiment, verdict.half_cycle))
    if basis := findings.experiment.meta("cell.area_basis"):
        parts.append(f"{basis} area")
    return ", ".join(parts)


def spoken_direction(experiment: Experiment, number: int) -> str:
    """Name a half cycle's direction; strip and plate only where an electrode of interest is declared."""
    sign = int(experiment.table.sign[number])
    interest = experiment.meta("cell.electrode_of_interest")
    if interest is None:
        return DIRECTIONS[sign]
    oxidised = sign if interest == "working" else -sign
    return f"{DIRECTIONS[sign]} ({'strip' if oxidised > 0 else 'plate'})"


def _ends(
    experiment: Experiment, protocol: Protocol, verdict: CcdVerdict, params: CcdParams
) -> dict[str, Measurand]:
    """Return both ends of the interval as measured levels, and the charge passed in the failed half cycle."""
    unit, table = experiment.unit, experiment.table
    ends = {"last_survived": verdict.survived, "first_failed": verdict.failed}
    found = {
        name: _level(
            unit,
            value,
            Component("scatter of the measured current", _scatter(table.j, protocol.level == value, value)),
            (range_error(experiment, protocol, value) or 0.0, half_digit(experiment, protocol, value)),
            experiment,
            params,
        )
        for name, value in ends.items()
        if value is not None
    }
    if verdict.half_cycle is not None:
        number = verdict.half_cycle
        # Where in the time between two rows an edge lies is assumed, not observed: kind B (JCGM 100:2008, 4.3.7).
        edges = Component(EDGES, float(abs(table.level[number]) * table.duration_u[number] / 3600), "B")
        level, hours = protocol.level[number], table.duration[number] / 3600
        by_level = np.isnan(table.q[number]) or table.charge_lost[number]  # else the instrument counted it
        read = half_digit(experiment, protocol, level) if by_level else 0.0
        limits = (range_error(experiment, protocol, level) or 0.0) * hours, read * hours
        unit = "mA*h/cm^2" if experiment.per_area else "mA*h"
        charge = float(table.charge[number])
        found["half_cycle_charge"] = _level(unit, charge, edges, limits, experiment, params)
    return found


def _level(
    unit: str,
    value: float,
    own: Component,
    limits: tuple[float, float],
    experiment: Experiment,
    params: CcdParams,
) -> Measurand:
    """Return a level, or its charge, with the parts of its uncertainty; limits: ± by the range, by the digit."""
    accuracy, read = (float(limit / np.sqrt(3)) for limit in limits)  # uniform within ±
    area = value * params.area_uncertainty / 100 if experiment.per_area else 0.0
    parts = (
        own,
        Component(RANGE_ACCURACY, accuracy, "B"),
        Component(DIGIT_J, read, "B"),
        Component("area", area, "B", "area"),
    )
    kept = tuple(part for part in parts if part.uncertainty)
    total = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    return Measurand(unit, value, total, components=kept)


def _scatter(j: Floats, alike: np.ndarray, level: float) -> float:
    """Return how far the measured currents of a level lie from it, root mean square."""
    return float(np.sqrt(np.mean((np.abs(j[alike]) - level) ** 2)))


def _conditions(findings: CcdFindings, verdict: CcdVerdict, params: CcdParams) -> Iterator[tuple[str, Condition]]:
    """Return what outcomes must share to be compared."""
    experiment, protocol = findings.experiment, findings.protocol
    yield "criterion", Condition(params.criterion)
    yield "direction", Condition(params.direction)
    yield "protocol", Condition(protocol.name)
    if protocol.charge is not None and protocol.name == "constant charge":
        yield "half_cycle_charge", Condition(protocol.charge, "mA*h/cm^2" if experiment.per_area else "mA*h")
    if protocol.time is not None and protocol.name == "constant time":
        yield "half_cycle_time", Condition(protocol.time, "s")
    yield "area_basis", Condition(experiment.meta("cell.area_basis") or "not stated")
