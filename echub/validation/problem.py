"""A problem: one rule violated in one place, with a limited number of rows; its text is a remark."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from echub.files.content import BLOCK
from echub.remark import Remark
from echub.validation.rules import Rule, Severity

SHOWN = 20
"""Rows that are listed for one problem, to keep reports short; `count` is their full number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One violated rule in one file: a remark with its place.

    `dataset` is its name in the record. The remark's `rows` are 0-based rows of the source, the first
    `SHOWN` of `count`; its severity is the one that applies to this file. `exit_code` is what the command
    line returns for it.
    """

    rule: Rule
    path: str
    remark: Remark
    dataset: str = ""
    exit_code: int = field(default=1, compare=False)

    @property
    def message(self) -> str:
        """Return what is wrong."""
        return self.remark.message

    @property
    def severity(self) -> Severity:
        """Return the severity: error, warning or note."""
        return cast(Severity, self.remark.severity)

    @property
    def column(self) -> str:
        """Return the column or the metadata path, if there is one."""
        return self.remark.column

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the first rows."""
        return self.remark.rows

    @property
    def count(self) -> int:
        """Return the total number of rows."""
        return self.remark.count

    @property
    def expected(self) -> str:
        """Return what was expected."""
        return self.remark.expected

    @property
    def found(self) -> str:
        """Return what was found."""
        return self.remark.found

    @property
    def cause(self) -> str:
        """Return the likely cause: the rule's own unless the finding has one."""
        return self.remark.cause or self.rule.cause

    @property
    def hint(self) -> str:
        """Return what helps: the rule's own unless the finding has one."""
        return self.remark.hint or self.rule.hint

    @property
    def place(self) -> str:
        """Return the place inside the file: dataset, column, rows."""
        name = "/".join(part for part in (self.dataset, self.column) if part)
        return " ".join(part for part in (name, self.remark.where, self.remark.shown_rows) if part)

    @property
    def codes(self) -> frozenset[str]:
        """Return all names for it in `ignore` or `select`: the id of the rule, the code of the remark."""
        return frozenset((self.rule.id, self.remark.code))

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
            "where": self.remark.where,
            "rows": list(self.rows),
            "count": self.count,
            "expected": self.expected,
            "found": self.found,
            "cause": self.cause,
            "hint": self.hint,
        }
        return {key: value for key, value in given.items() if value not in ("", [], 0)}


def places(bad: NDArray[np.bool_]) -> tuple[tuple[int, ...], int]:
    """Return the first rows of a mask (n,), and their total number; memory does not grow with the total."""
    count = int(np.count_nonzero(bad))
    first: list[int] = []
    for start in range(0, len(bad), BLOCK):
        if len(first) >= min(SHOWN, count):
            break
        first += (np.flatnonzero(bad[start : start + BLOCK]) + start).tolist()
    return tuple(first[:SHOWN]), count
