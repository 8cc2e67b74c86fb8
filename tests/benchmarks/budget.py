"""What a budget asks for, what was measured, and the table of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Bench:
    """What every benchmark gets: a folder for its files, the size of the large one, the repeats."""

    folder: Path
    megabytes: float
    repeats: int


@dataclass(frozen=True)
class Figure:
    """One figure beside its budget; `target` None: no budget, for comparison only.

    `least`: the figure must be at least the target, else at most. `measured` None: it could not be
    measured here, for the reason in `note`.
    """

    budget: str
    what: str
    target: float | None
    measured: float | None
    unit: str = "×"
    least: bool = False
    note: str = ""

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
    rows = [("budget", "what", "target", "measured", "", "note"), *(figure.cells() for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join(lines)
