"""Half cycles of which one is odd: what is said of it, and where; and the levels between which it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

STEP, RESTS, ASR = 5.0, 10, 60.0
SILENT = ("~", "=", "u(", "n(", "note(", "half_cycles.", "charge.", "detectors.", "criteria.", "levels.",
          "definitions.", "counter.", "last_survived", "first_failed", "asr", "half_cycle_charge")  # fmt: skip
UNKNOWN = {"!current-range-unknown": ("the current range is not known: its accuracy is not in the interval", "")}
ALONE = ("R falls, which alone does not show a short: 100 % of the fall happens at once, but R·A of the "
         "electrolyte is not known; a contact that closes looks the same")  # fmt: skip

DECIDES = '--param electrolyte_asr="11 ohm*cm^2", or --set cell.thickness and cell.electrolyte_conductivity'


@dataclass(frozen=True)
class Odd:
    """Half cycles at these levels, mA/cm², whose direction turns.

    share: of R·A = 60 Ω·cm² by number (from 0) and part of the half cycle. rows: of each, if not all have 100.
    counted: half cycle of the instrument, by number. lost: charge that its counter missed in a half cycle, a part.
    """

    levels: Sequence[float]
    low: float | None
    high: float | None
    flags: dict[str, tuple[str, str]]
    share: Callable[[int, np.ndarray], Any] = lambda k, part: 1.0
    rows: dict[int, int] = field(default_factory=dict)
    usual: int = 100
    rests: int = RESTS
    turns: bool = True
    seen: str = "voltage"
    counted: Callable[[int], int] | None = None
    lost: dict[int, float] = field(default_factory=dict)

    def world(self) -> World:
        """Return it with the interval and all flags."""
        expected = {"low(critical_current_density)": self.low, "high(critical_current_density)": self.high,
                    **UNKNOWN, **self.flags}  # fmt: skip
        if "!r-drop-alone" in self.flags:
            expected["hint(!r-drop-alone)"] = DECIDES
        return World("ccd", self.case().record(), expected, silent=SILENT)

    def case(self, **stated: str) -> synth.Case:
        """Return its columns, and what is stated beside the area."""
        j, u, number = [np.zeros(self.rests)], [np.zeros(self.rests)], [np.zeros(self.rests)]
        missed = [np.zeros(self.rests)]
        for k, level in enumerate(self.levels):
            count = self.rows.get(k, self.usual)
            signed = level * (1 if k % 2 == 0 or not self.turns else -1)
            r = ASR * self.share(k, (np.arange(count) + 0.5) / count)
            flows = np.full(count, signed)
            j += [flows, np.zeros(self.rests)]
            u += [flows * r / 1000, np.zeros(self.rests)]
            number += [np.full(count, k), np.full(self.rests, k)]
            missed += [flows * self.lost.get(k, 0.0), np.zeros(self.rests)]
        j, u, number, missed = map(np.concatenate, (j, u, number, missed))
        t = STEP * (np.arange(len(j)) + 0.5)
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(0.8 * j, "mA"),
                   self.seen: synth.Column(u, "V")}  # fmt: skip
        if self.lost:
            columns["charge"] = synth.Column(0.8 * np.cumsum(j - missed) * STEP / 3600, "mA*h")
        if self.counted:
            columns["half_cycle"] = synth.Column(np.array([self.counted(int(k)) for k in number]))
        return synth.Case(columns, {"cell.area": "0.8 cm^2", **stated})


def at(*numbers: int, levels: Sequence[float] = (), more: int = 0) -> str:
    """Name half cycles, counted from 1, with their levels."""
    named = ", ".join(f"{k} ({levels[k - 1]:g} mA/cm²)" for k in numbers)
    return f"half cycle {named}{f' and {more} more' if more else ''}"


def shorts(half: int, left: float = 0.4, part: float = 0.6) -> Callable[[int, np.ndarray], Any]:
    """Return a short in a half cycle (from 0), for good."""
    return lambda k, x: np.where((k > half) | ((k == half) & (x > part)), left, 1.0)


UP = tuple(np.repeat((0.5, 1.0, 1.5, 2.0, 2.5), 2).tolist())
AGAIN = (0.5, 0.5, 1.0, 1.0, 0.7, 0.7, 1.2, 1.2)
ODD = {
    "pores": Odd(UP, 2.5, None, {
        "!growth": ("R rises within half cycles: pores at the stripped interface, not a short",
                    at(3, 6, levels=UP))},
        share=lambda k, x: 1 + (0.9 * x if k in (2, 5) else 0 * x)),
    "levels fall": Odd(AGAIN, 1.2, None, {
        "!levels-fall": ("the levels fall, 2 rising runs: only that of the failure, or the highest, counts", "")}),
    "survived before": Odd(AGAIN, None, 0.7, {
        "!r-drop-alone": (ALONE, at(5, levels=AGAIN)),
        "!levels-fall": ("the levels fall, 2 rising runs: only that of the failure, or the highest, counts", ""),
        "!survived-higher-before": ("1 mA/cm² was survived in an earlier run: the cell has changed", "")},
        share=shorts(4)),
    "repeated": Odd(AGAIN, 0.5, 1.0, {
        "!r-drop-alone": (ALONE, at(4, levels=AGAIN)),
        "!levels-fall": ("the levels fall, 2 rising runs: only that of the failure, or the highest, counts", ""),
        "!repeated-after-failure": ("levels are repeated after the failure: what they show is another cell",
                                    at(5, 6, 7, 8, levels=AGAIN))},
        share=shorts(3)),
    "cut short": Odd(UP, 2.0, None, {
        "!not-complete": ("half cycles end early: their levels do not count as survived", at(10, levels=UP))},
        rows={9: 40}),
    "one level": Odd((1.0,) * 8, 1.0, None, {
        "!one-level": ("one level only: it bounds the critical current density from one side", "")}),
    "no rests": Odd(UP, 1.0, 1.5, {
        "!r-drop-alone": (ALONE, at(6, levels=UP)),
        "!no-rests": ("there are no rests: changes at a reversal cannot be separated from the reversal itself",
                      "")},
        share=shorts(5), rests=0),
    "few rows": Odd(UP, 2.5, None, {
        "!sampled-coarsely": ("fewer than 10 rows: a short cannot be distinguished from a slow change, and "
                              "its time is unknown", at(1, 2, 3, 4, 5, levels=UP, more=5))},
        usual=8),
    "few rows, a short": Odd(UP, 1.0, 1.5, {
        "!r-drop-alone": (ALONE, at(6, levels=UP)),
        "!sampled-coarsely": ("fewer than 10 rows: a short cannot be distinguished from a slow change, and "
                              "its time is unknown", at(1, 2, 3, 4, 5, levels=UP, more=5))},
        usual=8, share=shorts(5)),
    "burns out": Odd(UP, 2.5, None, {
        "!transient-fall": ("R fell at once and came back: a bridge that burned out, or a transient",
                            at(5, levels=UP))},
        share=lambda k, x: np.where((k == 4) & (x > 0.6), 0.4, 1.0)),
    "in a rest": Odd(UP, 1.0, 1.5, {
        "!fell-between": ("R fell between two half cycles, unseen: the level before may be the one that failed",
                          at(6, levels=UP)),
        "!r-drop-alone": (ALONE.replace("100 % of the fall happens at once", "the fall itself was not seen"),
                          at(6, levels=UP))},
        share=shorts(4, part=1.0)),
    "never turns": Odd((0.5, 1.0, 1.5, 2.0, 2.5), 2.5, None, {
        "!no-reversal": ("the current never turns: the levels of one direction stand for half cycles", "")},
        turns=False),
    "of any length": Odd(UP, 2.5, None, {
        "!unequal-half-cycles": ("the half cycles have neither equal charges nor equal times, and these do not "
                                 "grow together: levels are hard to compare", "")},
        rows=dict(enumerate(np.repeat((60, 150, 80, 170, 90), 2).tolist()))),
    "charge is lost": Odd(UP, 2.5, None, {
        "!charge-lost": ("the instrument's charge is not level × time: rows are missing; the latter is taken",
                         at(4, levels=UP))},
        lost={3: 0.4}),
    "one electrode": Odd(UP, 2.5, None, {
        "!one-electrode": ("U is the working electrode's potential: the cell voltage only in a two-electrode cell",
                           "")}, seen="potential_we"),
    "falls slowly": Odd(UP, 1.0, None, {
        "!slow-fall": ("R falls slowly: a contact that heals, or a short that creeps; R·A below that of the "
                       "electrolyte would decide; what is survived ends before, since no contact is "
                       "known to heal so far", at(5, levels=UP)),
        "!criteria-disagree": ("R is low for good from different levels on, r_drop: > 2.5 mA/cm²; half_drop: "
                               "[1, 1.5) mA/cm²; near_zero: > 2.5 mA/cm²", "")},
        share=lambda k, x: np.where(k > 4, 0.4, 1 - 0.75 * np.maximum(x - 0.2, 0) * (k == 4))),
    "opens": Odd(UP, 1.5, None, {
        "!open-circuit": ("U goes to the limit: the cell opens, it is not shorted; no higher level is known",
                          "after 6 half cycles"),
        "!growth": ("R rises within half cycles: pores at the stripped interface, not a short", at(7, levels=UP))},
        share=lambda k, x: np.where((k == 6) & (x > 0.5), 10 / 0.12, 1.0)),
    "cycles are counted": Odd(UP, 2.5, None, {
        "!counter-differs": ("the instrument counts half cycles otherwise: 10 from the current, 5 by the counter, "
                             "5 begin together", "")}, counted=lambda k: 1 + k // 2),
    "half cycles are counted": Odd(UP, 2.5, None, {}, counted=lambda k: 3 + k),
    "falls a little": Odd(UP, 2.5, None, {
        "!small-fall": ("R falls at once and for good, by less than decides: it may be the first stage of a short",
                        at(5, levels=UP))},
        share=shorts(4, left=0.88)),
}  # fmt: skip


def two_files() -> World:
    """Return a cell whose levels are in two files, given in the wrong order; it shorts in the second."""
    first, second = Odd(UP[:4], None, None, {}), Odd(UP[4:8], None, None, {}, share=shorts(1))
    stated = {"cell.id": "A", "experiment.timezone": "UTC"}
    files = [
        one.case(**stated, **{"experiment.start": start}).record()
        for one, start in ((second, "2026-03-02T11:00:00"), (first, "2026-03-02T09:00:00"))
    ]
    # A figure puts one behind the other, from 0 s on, with a gap of a fiftieth of the first.
    row = STEP * np.arange(RESTS + 4 * (100 + RESTS))
    begin = STEP * (RESTS + (100 + RESTS) * np.arange(4) - 0.5)
    expected = {"low(critical_current_density)": 1.0, "high(critical_current_density)": 1.5, **UNKNOWN,
                "hint(!r-drop-alone)": DECIDES,
                "~t": np.r_[row, row + 1.02 * row[-1]], "~begin": np.r_[begin, begin + 1.02 * row[-1]],
                "!r-drop-alone": (ALONE, at(6, levels=UP)), "half_cycles.half_cycle": np.arange(1, 9),
                "half_cycles.level": UP[:8], "levels.level": (0.5, 1.0, 1.5, 2.0), "~level": UP[:8],
                "levels.fate": ["passed", "passed", "failed", "after the failure"], "~failed": [5]}  # fmt: skip
    return World("ccd", files, expected, silent=SILENT)


WORLDS = {f"odd waves: {name}": one.world for name, one in ODD.items()} | {"odd waves: two files": two_files}
