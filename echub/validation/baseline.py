"""A baseline: the known problems of a repository, so that only new ones count.

A JSON file with one line per file and rule, to be read and reviewed; a problem that got worse
(more rows) counts again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from echub.errors import CommandError
from echub.files.output import write_text
from echub.structured import Shape, read_file
from echub.validation.problem import Problem

_Key = tuple[str, str, str, str]


class _ProblemShape(TypedDict):
    path: str
    rule: str
    dataset: str
    column: str
    count: int


class _BaselineShape(TypedDict):
    problems: list[_ProblemShape]


BASELINE = Shape(
    "the baseline", _BaselineShape, CommandError, "--update-baseline writes one from what is found now"
)


class Baseline:
    """Known problems, by file, rule, dataset and column, with how many rows each had."""

    def __init__(self, known: dict[_Key, int], folder: Path) -> None:
        self._known = known
        self._folder = folder

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a baseline; `CommandError` if there is none."""
        entries = read_file(path, BASELINE, "json")["problems"]
        known: dict[_Key, int] = {}
        for entry in entries:  # a rule may be broken in two ways by one column, such as by gaps and by NaN
            key = entry["path"], entry["rule"], entry["dataset"], entry["column"]
            known[key] = max(entry["count"], known.get(key, 0))
        return cls(known, path.absolute().parent)

    def has(self, problem: Problem) -> bool:
        """Return whether a problem was already known, with as many rows or more."""
        return self._known.get(_key(problem, self._folder), -1) >= problem.count


def save(path: Path, problems: Iterable[Problem]) -> int:
    """Write a baseline of these problems; paths are relative to its folder. Returns their number."""
    folder = path.absolute().parent
    entries = [
        dict(zip(("path", "rule", "dataset", "column"), _key(p, folder), strict=True)) | {"count": p.count}
        for p in problems
    ]
    lines = ",\n".join(
        json.dumps(entry, ensure_ascii=False)
        for entry in sorted(entries, key=lambda e: list(map(str, e.values())))
    )
    write_text(path, f'{{"problems": [\n{lines}\n]}}\n')
    return len(entries)


def _key(problem: Problem, folder: Path) -> _Key:
    path = Path(problem.path).absolute()
    shown = path.relative_to(folder) if path.is_relative_to(folder) else path
    return shown.as_posix(), problem.rule.id, problem.dataset, problem.column or problem.remark.where
