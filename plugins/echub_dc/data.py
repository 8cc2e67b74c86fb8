"""From the rows of a file to one decay: what flows after a step of the potential, and at rest before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal, UnknownOption, current_ranges
from echub.science import CurrentRanges, digit, digit_error, robust_sigma
from echub.text import several
from echub_dc import DecayParams

Floats = NDArray[np.float64]
CONSTANT = 0.02
"""A potential within 2 % of its final value is the applied one: a potentiostat settles to a tenth of that."""
AT_REST = 0.02
"""A potential below this part of the applied one is none."""
EARLIEST = 6
"""Rows after the step that show how it is sampled there."""
DECAYS = 1.05
"""The first sixth of a decay is this much larger than its last: a controlled current, whose potential settles as
well, is constant to 1 %."""
AGAINST = 5.0
"""Uncertainties of the offset by which a current flows against the potential: one in three million by chance."""
SPIKE = 2
"""Rows of another potential that are a lost reading, not a step: a step lasts."""
MISSED = 1.05
"""A gap this much longer than the intervals around it is not their jitter. By eye."""
OTHERS = "`echub analyze --list FILE` shows what suits it"
LEAST_ROWS, LEAST_REST = 50, 10
"""Rows of a decay whose last tenth is a mean of five; rows at rest that tell an offset."""


@dataclass(frozen=True, eq=False)
class Decay:
    """A decay: time (n,) since the step in s, current (n,) in nA less the offset, step in V, noise in nA.

    u_offset: standard uncertainty of the offset, nA; how it is known. interval: of sampling after the step, s, in
    which the step lies. ranges: of the current, of each row. lost: rows of another potential, left out.
    unexplained: by how much the step may be earlier, as no rows explain the gap before the first one, s.
    """

    time: Floats
    current: Floats
    step: float
    u_step: float
    sign: float
    offset: float
    u_offset: float
    how: str
    noise: float
    interval: float
    row: NDArray[np.int64]
    ranges: CurrentRanges
    lost: int = 0
    unexplained: float = 0.0

    def limits(self, rows: slice | NDArray[np.bool_], current: float) -> tuple[float, ...]:
        """Return ± the offset and the gain of the ranges of some rows, nA, for their current; () if not known.

        The offset that is subtracted was read at rest, and need not be that of the current that flows.
        """
        found = self.ranges.at(rows)
        limit = found.error_of_mean()
        return (limit, found.gain * abs(current)) if limit else ()

    @property
    def span(self) -> float:
        """Return the length of the decay, s."""
        return float(self.time[-1])


def look(data: Inputs, params: DecayParams) -> None:
    """Refuse what is not a polarisation; one that only lacks an offset is, if its current decays.

    An offset is a statement that a person can add, and is not asked for here.
    """
    try:
        decay_of(data, params)
    except Refusal as refusal:
        if refusal.code != "no-offset":
            raise
        first, _ = stepped(data)
        flowing = np.abs(data["I"][first:])
        part = max(len(flowing) // 6, 1)
        if not np.median(flowing[:part]) > DECAYS * np.median(flowing[-part:]):
            raise


def stepped(data: Inputs) -> tuple[int, float]:
    """Return the first row of the applied potential and its value, V; refuse a record without a step."""
    t, current, u = data["t"], data["I"], data["U"]
    if not np.any(current):
        raise Refusal("no-current", "the current is zero throughout: nothing was polarised", hint=OTHERS)
    first, step = _step(u, data)
    if first and not np.ptp(current):
        text = f"the current is {current[0]:.4g} nA throughout, before the step as after it: nothing was measured"
        raise Refusal("no-current", text, hint=OTHERS)
    if len(t) - first < LEAST_ROWS:
        raise Refusal(
            "too-few-rows-after-step",
            f"{several(len(t) - first, 'row')} after the step, at least {LEAST_ROWS} are needed",
            where=f"source row {data.row[first]}",
            hint=OTHERS,
        )
    _require_response(current, first, data)
    return first, step


def _require_direction(flowing: Floats, u_offset: float, noise: float, data: Inputs, first: int) -> None:
    """Refuse a decay against the potential, flowing (n,) in nA: its sign, or that of the potential, is turned."""
    part = max(len(flowing) // 6, 1)
    early, late = float(np.median(flowing[:part])), float(np.median(flowing[-part:]))
    if late < 0 and early < DECAYS * late and early < -AGAINST * float(np.hypot(u_offset, noise)):
        raise Refusal(
            "current-reversed",
            f"{-early:.4g} nA flow against the potential, and decay: the current or the potential has the "
            "opposite sign",
            where=f"source row {data.row[first]}",
            hint="multiply one of the columns by -1, or exchange the leads of the potential",
        )


def decay_of(data: Inputs, params: DecayParams) -> Decay:
    """Find the step; subtract the offset; refuse if either is not known."""
    t, current, u = data["t"], data["I"], data["U"]
    first, step = stepped(data)
    offset, u_offset, how = _offset(current[:first], u[:first], step, params, data)
    sign = float(np.sign(step))
    # The first row comes one sampling interval after the step at the latest, and the step after the last rest.
    interval = float(np.median(np.diff(t[first : first + EARLIEST])))
    applied = max(t[first - 1], t[first] - interval) if first else t[first] - interval
    after = np.arange(len(u)) >= first
    kept = after & (np.abs(u - step) <= CONSTANT * abs(step))
    flowing = sign * (current[kept] - offset)
    coarse = digit(current)
    noise = robust_sigma(np.diff(flowing[len(flowing) // 2 :], 2)) / float(np.sqrt(6))
    noise = max(noise, coarse / 2)  # neighbours are equal, or a digit apart
    # A digit moves the mean at rest and that of the tail, each on its own: uniform, 1/√3 for the two of them √2.
    _require_direction(flowing, u_offset, noise, data, first)
    u_offset = float(np.hypot(u_offset, digit_error(flowing[len(flowing) // 2 :], coarse) * np.sqrt(2 / 3)))
    plateau = u[kept]
    spread = 0.0  # one value throughout, a set point, has no scatter but the rounding of its mean
    if np.ptp(plateau):
        spread = float(np.std(plateau)) / float(np.sqrt(len(plateau)))
    rows = np.asarray(data.row)[kept].astype(np.int64)
    return Decay(
        t[kept] - applied, flowing, abs(step), spread, sign, sign * offset, u_offset, how, noise, interval, rows,
        current_ranges(data, params.range_accuracy, "nA").at(kept), int(after.sum() - kept.sum()),
        _unexplained(t, first, interval),
    )  # fmt: skip


def _unexplained(t: Floats, first: int, interval: float) -> float:
    """Return by how much the first row of the step comes later than the rows before and after it explain, s.

    A step may come an interval of the rest after its last row, and its first row an interval of the decay later.
    In a longer gap rows are missing, and the step may be that much earlier.
    """
    if first < 2:  # no interval of a rest
        return 0.0
    explained = interval + float(np.max(np.diff(t[max(first - EARLIEST, 0) : first])))
    gap = float(t[first] - t[first - 1])
    return gap - explained if gap > MISSED * explained else 0.0


def _step(u: Floats, data: Inputs) -> tuple[int, float]:
    """Return the first row of the applied potential, and its value: that of the last rows."""
    last = float(np.median(u[-max(len(u) // 10, 1) :]))
    away = np.flatnonzero(np.abs(u - last) > CONSTANT * abs(last)) if last else np.arange(len(u))
    runs = np.split(away, np.flatnonzero(np.diff(away) > 1) + 1) if last else [away]
    lasting = [run for run in runs if len(run) and (run[0] == 0 or len(run) > SPIKE)]
    first = int(lasting[-1][-1]) + 1 if lasting else 0
    if not last or first >= len(u):
        raise Refusal(
            "no-step",
            f"the potential ends at {last:.3g} V and is not constant before that",
            where=data.name,
            hint=f"--time START:END takes the polarisation alone; {OTHERS}",
        )
    return first, last


def _require_response(current: Floats, first: int, data: Inputs) -> None:
    """Refuse a controlled current: the potential rests at its limit, and the current was as large before that."""
    before, after = (float(np.max(np.abs(part), initial=0.0)) for part in (current[:first], current[first:]))
    if before > after:
        raise Refusal(
            "no-step",
            f"before the potential reached its last value {before:.4g} nA flowed, after it at most "
            f"{after:.4g} nA: the current was controlled, or an earlier step was larger",
            where=f"source row {data.row[first]}",
            hint="--time START:END takes the polarisation alone; ramp-onset is for ramps",
        )


def _offset(before: Floats, u: Floats, step: float, params: DecayParams, data: Inputs) -> tuple[float, float, str]:
    """Return the offset, its standard uncertainty in nA, and how it is known."""
    if params.offset_uncertainty:
        return params.offset, params.offset_uncertainty, "stated"
    if params.offset:  # the offset at rest would take its place without a word
        raise UnknownOption(
            "an offset counts only with its uncertainty",
            expected="--param offset_uncertainty='0.1 nA' beside it",
            found=f"offset = {params.offset:g} nA",
        )
    resting = before[np.abs(u) < AT_REST * abs(step)]
    if len(resting) >= LEAST_REST:
        half = len(resting) // 2
        drift = abs(float(np.mean(resting[half:]) - np.mean(resting[:half])))
        u_mean = float(np.std(resting)) / float(np.sqrt(len(resting)))
        return (
            float(np.mean(resting)),
            float(np.hypot(u_mean, drift)),
            f"{several(len(resting), 'row')} at rest before the step",
        )
    raise Refusal(
        "no-offset",
        "the offset current is not known: it is not stated, and there is no rest at 0 V before the step",
        where=data.name,
        hint="--param offset_uncertainty='0.1 nA' (and offset), from a run without a cell",
    )
