"""A problem: one rule broken at one place, with the rows capped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.files.content import BLOCK
from echub.validation.rules import Rule, Severity, rules

SHOWN = 20
"""Rows that are listed for one problem; `count` says how many there are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in a dataset; `rows` are rows of the dataset, not of the source."""

    rule: str
    message: str
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule in one file.

    `dataset` is its name in the record. `rows` are 0-based rows of the source, the first `SHOWN` of
    `count`. `cause` and `hint` are the rule's own unless the place knows better. `exit_code` is what
    the command line returns for it.
    """

    rule: Rule
    path: str
    message: str
    dataset: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0
    expected: str = ""
    found: str = ""
    cause: str = ""
    hint: str = ""
    severity: Severity = "error"
    exit_code: int = field(default=1, compare=False)

    @property
    def place(self) -> str:
        """Return the place inside the file: dataset, column, rows."""
        name = "/".join(part for part in (self.dataset, self.column) if part)
        return " ".join(part for part in (name, self.shown_rows) if part)

    @property
    def shown_rows(self) -> str:
        """Return the rows in words: ``rows 3, 4, 9 … (120 in all)``."""
        if not self.rows:
            return ""
        listed = ", ".join(map(str, self.rows))
        more = f" … ({self.count} in all)" if self.count > len(self.rows) else ""
        return f"row{'s' if self.count > 1 else ''} {listed}{more}"

    def as_dict(self) -> dict[str, Any]:
        """Return the object of `--format json`; empty details are left out."""
        given: dict[str, Any] = {
            "rule": self.rule.id,
            "name": self.rule.name,
            "severity": self.severity,
            "path": self.path,
            "message": self.message,
            "dataset": self.dataset,
            "column": self.column,
            "rows": list(self.rows),
            "count": self.count,
            "expected": self.expected,
            "found": self.found,
            "cause": self.cause or self.rule.cause,
            "hint": self.hint or self.rule.hint,
        }
        return {key: value for key, value in given.items() if value not in ("", [], 0)}


def problem(rule: str, path: str, message: str, **details: Any) -> Problem:  # noqa: ANN401
    """Make a problem of a rule by its id, with the rule's severity."""
    known = rules()[rule]
    return Problem(known, path, message, severity=details.pop("severity", known.severity), **details)


def places(bad: NDArray[np.bool_]) -> tuple[tuple[int, ...], int]:
    """Return the first rows of a mask, and how many there are; memory does not grow with the latter."""
    count = int(np.count_nonzero(bad))
    first: list[int] = []
    for start in range(0, len(bad), BLOCK):
        if len(first) >= min(SHOWN, count):
            break
        first += (np.flatnonzero(bad[start : start + BLOCK]) + start).tolist()
    return tuple(first[:SHOWN]), count
