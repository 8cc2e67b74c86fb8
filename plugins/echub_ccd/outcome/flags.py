"""What the user has to know beside the interval: one small function per flag, in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, range_unknown, several_ranges
from echub.text import percent, several
from echub_ccd import DEFAULT
from echub_ccd.data.experiment import counter_text
from echub_ccd.data.fall import NARROW
from echub_ccd.method.accuracy import range_error
from echub_ccd.method.criteria import disagreeing, spoken
from echub_ccd.method.detectors import FEW_ROWS, after, beyond_jumps, fell_between, sharp_fall, slow_fall
from echub_ccd.method.doubts import first_stages
from echub_ccd.method.verdict import CcdVerdict

if TYPE_CHECKING:
    from echub_ccd.outcome.ccd import CcdFindings

HIDDEN = 2.0
"""Falls twice as deep as those that count are a reservation: noise of one and a half hides few of real shorts."""
INTEGRAL_OFF = 0.01
"""An error of integration above 1 % is said: in real files it is 0.03 to 10 %."""
HOW_BULK = '--param electrolyte_asr="11 ohm*cm^2", or --set cell.thickness and cell.electrolyte_conductivity'
UNSEEN = "the fall itself was not seen"
Found = Iterator[Flag]


def flags_of(findings: CcdFindings, verdict: CcdVerdict) -> Iterator[Flag]:
    """Return every flag that applies."""
    for function in FLAGS:
        yield from function(findings, verdict)


def _half_cycles(mask: np.ndarray, findings: CcdFindings) -> str:
    """Name half cycles by number and level."""
    numbers = np.flatnonzero(mask)
    level, unit = findings.protocol.level, findings.experiment.unit
    named = [f"{k + 1} ({level[k]:.4g} {unit_text(unit)})" for k in numbers[:5]]
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"half cycle {', '.join(named)}{more}"


def _number(k: int, findings: CcdFindings) -> str:
    mask = np.zeros(len(findings.protocol.level), bool)
    mask[k] = True
    return _half_cycles(mask, findings)


# -- about the failure -------------------------------------------------------------------------


def _r_drop_alone(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    """A fall of R alone is not proof of a short: a contact that closes at once looks the same."""
    k, marks, p = verdict.half_cycle, findings.marks, findings.context.params
    if k is None or marks["r_drop"][k] != 1 or p.criterion not in ("r_drop", DEFAULT):
        return
    table = findings.experiment.table
    collapsed = table.r_end[k] < p.near_zero / 100 * np.fmax(table.fall_before[k], table.r_start[k])
    if marks["below_bulk"][k] == 1 or collapsed:
        return
    bulk = findings.context.bulk
    left = f"R·A stays at {table.r_end[k]:.4g}, not below the electrolyte's {bulk:.4g} Ω·cm²"
    reason = left if np.isfinite(bulk) else "R·A of the electrolyte is not known"
    sharp = f"{100 * table.fall_sharp[k]:.0f} % of the fall happens at once" if table.fall[k] > 0 else UNSEEN
    text = (
        f"R falls, which alone does not show a short: {sharp}, but {reason}; a contact that closes looks the same"
    )
    yield Flag("r-drop-alone", text, where=_number(k, findings), hint="" if np.isfinite(bulk) else HOW_BULK)


def _fell_at_rest(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    k = verdict.half_cycle
    if k is None or findings.marks["r_drop"][k] != 1:
        return
    if (
        fell_between(findings.experiment.table, findings.context)[k]
        and not sharp_fall(findings.experiment.table, findings.context)[k]
    ):
        text = "R fell between two half cycles, unseen: the level before may be the one that failed"
        yield Flag("fell-between", text, where=_number(k, findings))


def _fell_a_little_at_rest(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    """Warn of falls between half cycles that are too small to decide where the level changes."""
    table, context = findings.experiment.table, findings.context
    end = len(table) if verdict.half_cycle is None else verdict.half_cycle
    found = (
        fell_between(table, context, changed=1.0) & (findings.marks["r_drop"] != 1) & (np.arange(len(table)) < end)
    )
    if found.any() and not findings.experiment.spots:
        text = (
            "R falls where the level changes, by less than decides: a soft short in the rest, or a cell not ohmic"
        )
        yield Flag("fell-with-level", text, where=_half_cycles(found, findings), hint=HOW_BULK)


def _criteria(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    others = disagreeing(findings.criteria, verdict)
    if others:
        unit = findings.experiment.unit
        said = "; ".join(f"{name}: {spoken(v, unit)}" for name, v in findings.criteria.items())
        yield Flag("criteria-disagree", f"R is low for good from different levels on, {said}",
                   hint="--param criterion=NAME decides by another")  # fmt: skip


def _doubted(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if verdict.doubted is None:
        return
    early = findings.doubts & (findings.protocol.level == verdict.doubted)
    if not (early & slow_fall(findings.experiment.table, findings.context)).any() or verdict.failed is not None:
        text = "R is lower for good from here on, by less than decides or slowly: what is survived ends before"
        yield Flag("earlier-fall", text, where=_half_cycles(early, findings), hint=HOW_BULK)


def _small_fall(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    small = first_stages(findings.experiment.table, findings.context) & (findings.marks["r_drop"] != 1)
    if verdict.half_cycle is None and small.any() and not findings.experiment.spots:
        text = "R falls at once and for good, by less than decides: it may be the first stage of a short"
        yield Flag("small-fall", text, where=_half_cycles(small, findings))


def _not_confirmed(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    k, table = verdict.half_cycle, findings.experiment.table
    if k is None or findings.experiment.spots:
        return
    if k + 1 == len(table) or table.file[k + 1] != table.file[k]:
        yield Flag("not-confirmed", "the file ends with the half cycle that failed: none follows that confirms it",
                   where=_number(k, findings))  # fmt: skip


def _slow_fall(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    """Warn of falls before the failure that are as deep but slow."""
    end = verdict.half_cycle if verdict.half_cycle is not None else len(findings.experiment.table)
    slow = slow_fall(findings.experiment.table, findings.context) & (np.arange(len(findings.fails)) < end)
    slow &= ~(_at_once(findings) & _comes_back(findings))
    if slow.any() and not findings.experiment.spots:
        text = (
            "R falls slowly: a contact that heals, or a short that creeps; R·A below that of the "
            "electrolyte would decide"
        )
        if verdict.doubted is not None and verdict.failed is None:
            text += "; what is survived ends before, since no contact is known to heal so far"
        yield Flag("slow-fall", text, where=_half_cycles(slow, findings), hint=HOW_BULK)


def _at_once(findings: CcdFindings) -> np.ndarray:
    """Mark half cycles (m,) with a deep fall at once that did not decide."""
    table, p = findings.experiment.table, findings.context.params
    deep = table.fall > np.fmax(p.r_drop / 100, p.r_drop_sigma * table.fall_sigma)
    found = deep & (table.fall_sharp >= p.r_drop_sharpness) & (findings.marks["r_drop"] == 0)
    found &= table.fall_held > p.r_drop / 100  # a contact that rattles has single low rows
    return np.asarray(found & beyond_jumps(table, table.fall, table.fall_before))


def _comes_back(findings: CcdFindings) -> np.ndarray:
    """Mark half cycles (m,) after which the next starts with half of what R fell by, or more, regained."""
    table = findings.experiment.table
    return np.asarray(after(table, table.r_start) > (1 - table.fall / 2) * table.fall_before)


def _transient(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    slow = slow_fall(findings.experiment.table, findings.context)
    passing = _at_once(findings) & (~slow | _comes_back(findings))
    if passing.any():
        yield Flag("transient-fall", "R fell at once and came back: a bridge that burned out, or a transient",
                   where=_half_cycles(passing, findings))  # fmt: skip


def _hidden(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    """Warn of levels at which slow noise of U hides falls twice as deep as those that count."""
    table, p = findings.experiment.table, findings.context.params
    end = len(table) if verdict.half_cycle is None else verdict.half_cycle
    with np.errstate(divide="ignore", invalid="ignore"):
        share = p.r_drop_sigma * table.fall_sigma
        slow = table.slow > table.noise / np.sqrt(np.maximum(table.rows * NARROW, 1))
    hidden = slow & (share > HIDDEN * p.r_drop / 100) & (np.arange(len(table)) < end)
    if hidden.any() and not findings.experiment.spots:
        text = (
            f"U wanders by {np.median(table.slow * table.level):.2g} mV: at these levels R may fall by up to "
            f"{100 * min(float(share[hidden].max()), 1.0):.0f} % unseen, and a short that does is not told"
        )
        yield Flag("falls-hidden", text, where=_half_cycles(hidden, findings))
    yield from _hidden_by_digits(findings, end)


def _hidden_by_digits(findings: CcdFindings, end: int) -> Found:
    """Warn of levels at which a fall twice as deep as those that count is less than a digit of U."""
    table, p = findings.experiment.table, findings.context.params
    with np.errstate(divide="ignore", invalid="ignore"):
        share = table.digit_u / np.abs(table.u_median)
    hidden = (share > HIDDEN * p.r_drop / 100) & (np.arange(len(table)) < end)
    if hidden.any():
        text = (
            f"U is read in steps of {1000 * float(table.digit_u[hidden].max()):.2g} mV: at these levels R may "
            f"fall by up to {100 * min(float(share[hidden].max()), 1.0):.0f} % unseen, and a short that does is "
            "not told"
        )
        yield Flag("falls-hidden", text, where=_half_cycles(hidden, findings))


def _open_circuit(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if verdict.opened is not None:
        text = "U goes to the limit: the cell opens, it is not shorted; no higher level is known"
        yield Flag("open-circuit", text, where=f"after {several(verdict.opened, 'half cycle')}")


def _growth(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    grown = findings.marks["growth"] == 1
    if grown.any():
        yield Flag("growth", "R rises within half cycles: pores at the stripped interface, not a short", "info",
                   where=_half_cycles(grown, findings))  # fmt: skip


# -- about the protocol ------------------------------------------------------------------------


def _levels_fall(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    opened = findings.experiment.opened
    runs = len(np.unique(findings.protocol.run[:opened]))
    if runs > 1:
        text = f"the levels fall, {runs} rising runs: only that of the failure, or the highest, counts"
        yield Flag("levels-fall", text)
    if verdict.higher is not None:
        level = f"{verdict.higher:.4g} {unit_text(findings.experiment.unit)}"
        text = f"{level} was survived in an earlier run: the cell has changed"
        yield Flag("survived-higher-before", text)


def _repeated(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    k = verdict.half_cycle
    if k is None or findings.experiment.spots:
        return
    later = np.arange(len(findings.fails)) > k
    again = later & (findings.protocol.run > findings.protocol.run[k])
    if again.any():
        text = "levels are repeated after the failure: what they show is another cell"
        yield Flag("repeated-after-failure", text, where=_half_cycles(again, findings))


def _unequal(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if findings.protocol.name == "unequal half cycles":
        text = (
            "the half cycles have neither equal charges nor equal times, and these do not grow "
            "together: levels are hard to compare"
        )
        yield Flag("unequal-half-cycles", text)


def _incomplete(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    short = ~findings.protocol.complete
    end = verdict.half_cycle if verdict.half_cycle is not None else len(short)
    short &= np.arange(len(short)) < end
    if short.any():
        yield Flag("not-complete", "half cycles end early: their levels do not count as survived",
                   where=_half_cycles(short, findings))  # fmt: skip


def _one_level(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if findings.protocol.name == "one level":
        yield Flag("one-level", "one level only: it bounds the critical current density from one side",
                   hint="--param report=cycles for symmetric cycling")  # fmt: skip


def _no_reversal(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if any(trace.by_level for trace in findings.experiment.traces) and not findings.experiment.spots:
        yield Flag("no-reversal", "the current never turns: the levels of one direction stand for half cycles")


def _no_rests(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if np.isnan(findings.experiment.table.rest).all():
        yield Flag(
            "no-rests",
            "there are no rests: changes at a reversal cannot be separated from the reversal itself",
            "info",
        )


# -- about the data ----------------------------------------------------------------------------


def _coarse(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    coarse = findings.experiment.table.rows < FEW_ROWS
    if coarse.any():
        text = (
            f"fewer than {FEW_ROWS} rows: a short cannot be distinguished from a slow change, and "
            "its time is unknown"
        )
        yield Flag("sampled-coarsely", text, where=_half_cycles(coarse, findings))


def _no_area(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if not findings.experiment.per_area:
        yield Flag("no-area", "no area is stated: the levels are currents", "info",
                   hint='--set cell.area="0.785 cm^2"')  # fmt: skip


def _no_range(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    """Flag levels of the answer whose range is not known, and ranges that differ."""
    found, protocol = findings.experiment, findings.protocol
    ends = [level for level in (verdict.survived, verdict.failed) if level is not None]
    unknown = [level for level in ends if range_error(found, protocol, level) is None]
    if unknown and findings.context.params.range_accuracy:
        where = "" if len(unknown) == len(ends) else f" at {unknown[0]:.4g} {unit_text(found.unit)}"
        yield range_unknown(where, "its accuracy is not in the interval")
    yield from several_ranges(_ranges_of(findings, verdict, ends))


def _ranges_of(findings: CcdFindings, verdict: CcdVerdict, ends: Sequence[float]) -> dict[str, str]:
    """Return the ranges in which the levels of the answer were measured, each with the lowest level in it."""
    table, used = findings.experiment.table, dict[str, str]()
    for level in sorted(ends):
        for k in np.flatnonzero(findings.protocol.level == level).tolist():
            trace = findings.experiment.traces[table.file[k]]
            rows = slice(*np.searchsorted(trace["t"], (table.begin[k], table.end[k])).tolist())
            for name in trace.ranges.at(rows).at(trace.flows[rows]).used():
                used.setdefault(name, f"at {level:.4g} {unit_text(findings.experiment.unit)}")
    return used


def _one_electrode(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    if findings.experiment.first.source_of("U") != "voltage":
        text = "U is the working electrode's potential: the cell voltage only in a two-electrode cell"
        yield Flag("one-electrode", text, "info", hint="--set cell.configuration=two_electrode")


def _counter(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    texts = [counter_text(trace) for trace in findings.experiment.traces]
    differing = [text for text in texts if text]
    if differing:
        yield Flag("counter-differs", f"the instrument counts half cycles otherwise: {differing[0]}", "info")


def _charge_lost(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    lost = findings.experiment.table.charge_lost
    if lost.any():
        text = "the instrument's charge is not level × time: rows are missing; the latter is taken"
        yield Flag("charge-lost", text, where=_half_cycles(lost, findings))


def _integral(findings: CcdFindings, verdict: CcdVerdict) -> Found:
    table = findings.experiment.table
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(table.q_integral / table.q - 1)
    off[table.charge_lost | (table.q == 0.0)] = np.nan  # there the instrument's charge is the wrong one
    if np.nanmax(np.append(off, 0.0)) > INTEGRAL_OFF:
        text = f"integrating the recorded current would be wrong by up to {percent(float(np.nanmax(off)), '.2g')}"
        yield Flag("integral-off", text, "info")


FLAGS: tuple[Callable[[CcdFindings, CcdVerdict], Found], ...] = (
    _r_drop_alone,
    _fell_at_rest,
    _fell_a_little_at_rest,
    _criteria,
    _doubted,
    _small_fall,
    _not_confirmed,
    _slow_fall,
    _transient,
    _hidden,
    _open_circuit,
    _growth,
    _levels_fall,
    _repeated,
    _unequal,
    _incomplete,
    _one_level,
    _no_reversal,
    _no_rests,
    _coarse,
    _no_area,
    _no_range,
    _one_electrode,
    _counter,
    _charge_lost,
    _integral,
)
