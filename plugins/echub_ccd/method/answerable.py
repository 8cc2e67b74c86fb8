"""What is refused: data that hold no galvanostatic experiment on a symmetric cell with levels to compare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.drawing import unit_text
from echub.plugin import Refusal
from echub.text import percent, several
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.table import Floats, HalfCycleTable
from echub_ccd.data.trace import LEAST_ROWS, CcdTrace
from echub_ccd.method.detectors import Context
from echub_ccd.method.verdict import DIRECTIONS, ONE_LEVEL

MOST_UNSTEADY = 0.5
"""An experiment is not galvanostatic where most half cycles have no level, or most rows a set potential; fewer are
odd parts of one that is."""
MOST_OFFSET = 0.5
"""A voltage at rest, or without current, above this part of the voltage under current is not an overpotential:
most of |U| is then not R·j."""
NOTHING = 0.1
"""A voltage at rest below this part of that under current is none of the cell's own. By eye."""
DEAD = 0.01
"""A voltage below this part of the largest is what a short, or an instrument's offset, leaves: it has no sign to
follow. Soft shorts leave more."""
SURE = 5.0
"""Standard deviations of slow noise that R must exceed: as `r_drop_sigma`, for a short that takes all of it."""
HOW_VOLTAGE = "--column U=NAME names the cell voltage"


def require_answerable(experiment: Experiment) -> None:
    """Raise `Refusal` for the first reason that applies."""
    table = experiment.table
    if experiment.meta("cell.symmetric") is False:
        raise Refusal("not-symmetric", "cell.symmetric is false: U/j of such a cell is not a resistance")
    _require_controlled_current(experiment)
    if len(table) == 1:
        raise Refusal(
            "one-half-cycle",
            f"there is one half cycle, at {table.level[0]:.4g} {unit_text(experiment.unit)}: "
            "no reversal, no other level",
            hint="several files of one level each are one experiment: name them together",
        )
    if np.median(table.rows) < LEAST_ROWS:
        text = f"half of the half cycles have fewer than {LEAST_ROWS} rows (median {np.median(table.rows):g})"
        raise Refusal("sampled-too-coarsely", text)
    if not table.u_median.any():
        raise Refusal(
            "no-voltage",
            f"U is 0 V in all {len(table)} half cycles: the cell is shorted from the start, or its voltage is not "
            "connected",
            hint=HOW_VOLTAGE,
        )
    _require_ohmic_sign(table)
    _require_no_offset(table)


def require_consistent_electrolyte(experiment: Experiment, context: Context) -> None:
    """Refuse a stated R·A of the electrolyte above that of the whole cell before anything can have failed."""
    table = experiment.table
    least = context.bulk * (1 - context.params.below_bulk / 100)
    if np.isfinite(context.bulk) and table.r_start[0] + 3 * table.noise[0] < least and table.r_end[0] < least:
        raise Refusal(
            "electrolyte-contradicted",
            f"the electrolyte is stated as {context.bulk:.4g} Ω·cm², but the whole cell has "
            f"{table.r_start[0]:.4g} Ω·cm² from its first half cycle on: the statement is "
            "wrong, or the cell was shorted before",
            hint="check electrolyte_asr, thickness and conductivity, and the area that each refers to",
        )


def _require_controlled_current(experiment: Experiment) -> None:
    table = experiment.table
    unsteady = int((~table.steady).sum())
    if unsteady > MOST_UNSTEADY * len(table):
        raise Refusal(
            "not-galvanostatic",
            f"in {unsteady} of {several(len(table), 'half cycle')} the current has no level: the potential was "
            "controlled, or the current was a ramp",
            hint="echub analyze ramp-onset answers for a ramp",
        )
    if any(_potential_was_set(trace) for trace in experiment.traces):
        raise Refusal(
            "not-galvanostatic", "a potential was set while current flowed: the cell decided the current"
        )


def _potential_was_set(trace: CcdTrace) -> bool:
    """Return whether a potential, and no current, was set in most rows with current."""
    if "U_set" not in trace.data:
        return False
    potential = np.isfinite(trace["U_set"])
    current = np.isfinite(trace["j_set"]) if "j_set" in trace.data else np.zeros(len(potential), bool)
    return bool(np.mean((potential & ~current)[trace.flows]) > MOST_UNSTEADY)


def _require_ohmic_sign(table: HalfCycleTable) -> None:
    """Refuse a cell whose voltage does not follow the sign of its current: U/j is not a resistance there.

    If most of it does not, because most is after a short, what is not dead has to.
    """
    for sign, name in DIRECTIONS.items():
        for every in (table.u_median, table.u_start):
            voltage = every[table.sign == sign]
            if not len(voltage) or not np.nanmedian(voltage) * sign <= 0:
                continue
            alive = voltage[_is_alive(every)[table.sign == sign]]
            if not (len(alive) and np.median(alive) * sign > 0):
                raise Refusal(
                    "not-symmetric",
                    f"the median voltage of the half cycles {name} is {np.nanmedian(voltage):+.4g} V: the voltage "
                    "does not follow the sign of the current, as it does in a symmetric cell",
                    hint=HOW_VOLTAGE,
                )


def _is_alive(voltage: Floats) -> NDArray[np.bool_]:
    """Return which half cycles (m,) have more voltage than a dead short leaves."""
    return np.asarray(np.abs(voltage) > DEAD * np.nanmax(np.abs(voltage)))


def _require_no_offset(table: HalfCycleTable) -> None:
    """Refuse a cell with a voltage of its own: at rest, or where the levels of one direction point to it.

    After a dead short all voltage is an offset: there is nothing to compare.
    """
    alive = _is_alive(table.u_median)
    size = np.abs(table.u_median)[alive]
    at_rest = np.abs(table.u_rest[alive]) / size
    if np.isfinite(at_rest).any() and np.nanmedian(at_rest) > MOST_OFFSET:
        raise Refusal(
            "not-symmetric",
            f"the voltage at rest is {np.nanmedian(np.abs(table.u_rest[alive])):.4g} V, most of that under "
            f"current ({np.nanmedian(size):.4g} V): U/j is not a resistance",
            hint=HOW_VOLTAGE,
        )
    offset = _without_a_short(_extrapolated(table.level[alive], size), at_rest)
    if len(np.unique(table.sign)) == 1 and len(offset) and np.median(offset) > MOST_OFFSET:
        raise Refusal(
            "not-symmetric",
            "the voltage hardly grows with the current: without current it would be "
            f"{percent(float(np.median(offset)), '.0f')} of what it is; U/j is not a resistance",
            hint=HOW_VOLTAGE,
        )


def _without_a_short(offset: Floats, at_rest: Floats) -> Floats:
    """Leave out the pair of levels between which a short would lie: a voltage of the cell's own is in all pairs.

    If it is seen to be nothing at rest, a voltage that falls as the current rises is a short and nothing else.
    """
    if (offset > 1).any() and np.isfinite(at_rest).any() and np.nanmedian(at_rest) < NOTHING:
        return offset[:0]
    return np.delete(offset, np.argmax(offset)) if len(offset) > 1 else offset


def _extrapolated(level: Floats, size: Floats) -> Floats:
    """Return |U| at no current over |U|, along the line through each pair of neighbouring levels; 0 if U is 0."""
    rises = np.flatnonzero(np.abs(np.diff(level)) > 0.05 * level[1:])  # `SAME_LEVEL`: smaller steps are one level
    low, high = level[rises], level[rises + 1]
    at_none = (size[rises] * high - size[rises + 1] * low) / (high - low)
    return np.divide(at_none, size[rises], out=np.zeros(len(rises)), where=size[rises] > 0)


def require_visible(experiment: Experiment, survived: float | None) -> None:
    """Refuse to call levels survived at the highest of which slow noise of U would hide even a short."""
    table = experiment.table
    if survived is None:
        return
    at = np.abs(table.level / survived - 1) <= ONE_LEVEL
    slow, r = (float(np.nanmedian(values[at])) for values in (table.slow, table.r_median))
    if SURE * slow <= r:
        return
    raise Refusal(
        "noise-hides-shorts",
        f"U wanders by {slow * survived:.3g} mV from half cycle to half cycle, and is {r * survived:.3g} mV at "
        f"{survived:.4g} {unit_text(experiment.unit)}: less than {SURE:g} times as much, so that "
        "a short would not be seen",
        hint="higher currents, quieter leads, or a steady temperature",
    )
