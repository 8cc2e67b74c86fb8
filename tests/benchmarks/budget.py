"""What a budget asks for, what was measured, and the table of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Bench:
    """What every benchmark gets: a folder for its files, the size of the large one, the repeats.

    `gigabytes`: the file whose conversion shows that memory is constant (0: none). `peers`: a folder in which
    programs that must not be installed beside the hub are kept, each in its own environment (None: without them).
    """

    folder: Path
    megabytes: float
    repeats: int
    gigabytes: float = 0.0
    peers: Path | None = None


@dataclass(frozen=True)
class Figure:
    """One figure beside its budget; `target` None: no budget, for comparison only.

    `least`: the figure must be at least the target, else at most. `measured` None: it could not be
    measured here, for the reason in `note`. `cost` and `other`: what is compared with what, `here`: the value of
    this tree, in a table of two sides.
    """

    budget: str
    what: str
    target: float | None
    measured: float | None
    unit: str = "×"
    least: bool = False
    note: str = ""
    cost: str = ""
    other: str = ""
    here: str = ""

    @property
    def verdict(self) -> str:
        """Say `ok`, `short`, or `-` where there is nothing to say."""
        if self.measured is None or self.target is None:
            return "-"
        good = self.measured >= self.target if self.least else self.measured <= self.target
        return "ok" if good else "short"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return asdict(self) | {"verdict": self.verdict}

    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        sign = "≥" if self.least else "≤"
        target = "" if self.target is None else f"{sign} {self.target:g} {self.unit}"
        measured = "" if self.measured is None else f"{self.measured:.3g} {self.unit}"
        return (self.budget, self.what, target, measured, self.verdict, self.note)


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out under their headings."""
    return aligned([("budget", "what", "target", "measured", "", "note"), *(figure.cells() for figure in figures)])


def two_sided(figures: Sequence[Figure], commit: str) -> str:
    """Lay ratios out by work and cost: to a commit at the left, to others at the right, reasons below."""
    rows = [("work", "cost", "here", f"/ {commit}", "/ others")]
    for work in dict.fromkeys(figure.budget for figure in figures):
        mine = [figure for figure in figures if figure.budget == work]
        for cost in dict.fromkeys(figure.cost for figure in mine):
            of_cost = [figure for figure in mine if figure.cost == cost]
            then = [_ratio(figure) for figure in of_cost if figure.other == commit]
            others = [f"{_ratio(figure)}, {figure.other}" for figure in of_cost if figure.other != commit]
            here = next((figure.here for figure in of_cost if figure.here), "")
            for number in range(max(len(then), len(others), 1)):
                left, right = (part[number] if number < len(part) else "" for part in (then, others))
                head = (work, cost, here) if not number else ("", "", "")
                rows.append((*head, left, right))
    short = [f for f in figures if f.verdict == "short" or (f.measured is None and f.note)]
    reasons = [f"{f.budget}, {f.cost} / {f.other}: {f.note or 'no reason is known'}" for f in short]
    judged = [f for f in figures if f.verdict != "-"]
    reached = f"{sum(f.verdict == 'ok' for f in judged)} of {len(judged)} targets are reached."
    return "\n".join([aligned(rows), "", reached, *reasons])


def _ratio(figure: Figure) -> str:
    """Return a ratio with its target and the verdict."""
    measured = "not measured" if figure.measured is None else f"{figure.measured:.3g} {figure.unit}"
    target = "" if figure.target is None else f" (≤ {figure.target:.3g})"
    verdict = {"ok": " reached", "short": " SHORT"}.get(figure.verdict, "")
    return measured + target + verdict


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows of cells out in columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join(lines)
