"""Paths to problems: find the files, read what a level needs, check, and leave out what is ignored."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from echub.batch.workers import Died, in_order
from echub.errors import (
    EchubError,
    MetadataError,
    PluginError,
    ReadError,
    SchemaError,
    SourceNotFound,
    UnknownOption,
)
from echub.files.annotations import FOLDER_FILE, SIDECAR_SUFFIX
from echub.files.output import files_below
from echub.files.reading import Reading
from echub.files.results import is_own
from echub.model.dataset import Dataset
from echub.model.given import PATH, takes
from echub.model.record import Record
from echub.remark import Remark
from echub.validation import group as groups
from echub.validation import physics as rules_physics
from echub.validation import structure as rules_structure
from echub.validation import values as rules_values
from echub.validation.group import GROUP_FILE, Group
from echub.validation.problem import Problem
from echub.validation.rules import heavier, matching, rule_of

_BY_ERROR = {
    "newer-schema": "newer-schema",
    "inconsistent-file": "length-mismatch",
    "unknown-format": "unknown-format",
    "ambiguous-format": "unknown-format",
    "reader-not-installed": "unknown-format",
    "unit-mismatch": "unit-mismatch",
    "unknown-unit": "unknown-unit",
}
"""The rule that an error while reading violates; for any other error it is `unreadable`."""
_BY_NOTICE = {"not-a-number": "not-a-number"}
"""Notices of readers that count as problems of the file."""
_LEVELS: tuple[Callable[[Dataset, Group], Iterator[Remark]], ...] = (
    rules_structure.check_dataset,
    rules_values.check_dataset,
    rules_physics.check_dataset,
)
_IGNORE = re.compile(r"^\s*#\s*echub:\s*ignore\b([^:\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Checks:
    """What to check: the level, rules to select and ignore, a group's schema to replace the one found.

    `skip_unknown`: a file that no reader knows is skipped even if it is named.
    """

    level: int = 2
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    schema: str = ""
    skip_unknown: bool = False

    def wants(self, problem: Problem) -> bool:
        """Return whether a problem is to be reported."""
        return not problem.codes & self.ignore and (not self.select or bool(problem.codes & self.select))


@dataclass(frozen=True)
class Checked:
    """One file: its problems, the number ignored on purpose, and whether no reader knows it."""

    path: str
    problems: tuple[Problem, ...] = ()
    ignored: int = 0
    unknown: bool = False


@dataclass
class Report:
    """The findings in all files; `known` counts those that a baseline covers."""

    files: list[Checked] = field(default_factory=list)
    known: int = 0

    @property
    def problems(self) -> list[Problem]:
        """Return all problems, file by file."""
        return [problem for file in self.files for problem in file.problems]

    @property
    def ok(self) -> bool:
        """Return whether there are no errors."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def ignored(self) -> int:
        """Count the problems that sidecars and group schemas ignore."""
        return sum(file.ignored for file in self.files)

    def exit_code(self, *, strict: bool = False) -> int:
        """Return the exit code of the command line; with `strict` warnings count as errors."""
        counts = ("error", "warning") if strict else ("error",)
        return max((p.exit_code for p in self.problems if p.severity in counts), default=0)


@takes(PATH, every=True)
def validate(
    *paths: str | os.PathLike[str],
    level: int = 2,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    schema: str | os.PathLike[str] = "",
    jobs: int = 1,
) -> Report:
    """Check files, folders and globs against the canonical schema and the group's.

    `level`: 0 structure, 1 values, 2 physics. `select` and `ignore` take rule ids, the start of
    ids or names; `schema` a group's schema in place of the nearest ``.echub.toml``. Raises
    `SourceNotFound` for a path that does not exist, `PluginError` for a wrong group schema.
    """
    checks = Checks(level, matching(select, "select"), matching(ignore, "ignore"), str(schema))
    return Report(list(run(find_files(paths), checks, jobs=jobs)))


def find_files(paths: Iterable[str | os.PathLike[str]]) -> list[tuple[Path, bool]]:
    """List the files, and whether each was named explicitly; globs are expanded, folders walked in order."""
    found: dict[Path, bool] = {}
    for given in paths:
        text = os.fspath(given)
        path = Path(text)
        named = [path] if path.exists() else sorted(map(Path, glob.glob(text, recursive=True)))
        if not named:
            raise SourceNotFound("no such file or folder", path=text, cause="the name is misspelt, or it moved")
        for each in named:
            for file in files_below(each) if each.is_dir() else [each]:
                found[file] = found.get(file, False) or not each.is_dir()
    return list(found.items())


def run(files: Sequence[tuple[Path, bool]], checks: Checks, *, jobs: int = 1) -> Iterator[Checked]:
    """Check files one by one, or in processes; results come in the order of the files."""
    count = min(jobs or os.cpu_count() or 1, len(files))
    for (path, _), checked in in_order(
        partial(_one, checks=checks), files, jobs=None if jobs == 1 or count < 2 else count
    ):
        if isinstance(checked, Died):
            problems = [_of_error(checked.error(str(path)), path)]
            yield _without_ignored(path, problems, _group_of(path, checks), checks)
        else:
            yield checked


def _one(file: tuple[Path, bool], checks: Checks) -> Checked:
    path, named = file
    if path.name == FOLDER_FILE or path.name.endswith((SIDECAR_SUFFIX, GROUP_FILE)):
        return Checked(str(path))  # read together with the files next to them
    if is_own(path):
        return Checked(str(path))  # what echub wrote about others: no measurement
    group = _group_of(path, checks)
    try:
        reading = Reading()
        record = reading.read(reading.source(path), values=checks.level > 0)
        findings = [*check_record(record, group, checks.level, str(path)), *_name(path, group)]
    except EchubError as error:
        unknown = error.code == "unknown-format" or _is_no_table(error)
        if unknown and (not named or checks.skip_unknown):
            return Checked(str(path), unknown=True)
        return _without_ignored(path, [_of_error(error, path)], group, checks)
    return _without_ignored(path, findings, group, checks)


def _group_of(path: Path, checks: Checks) -> Group:
    return _group(checks.schema or _nearest(path.absolute().parent))


@cache
def _group(schema: str) -> Group:
    return groups.load(schema) if schema else groups.CORE


@cache
def _nearest(folder: Path) -> str:
    return str(groups.find(folder / "file") or "")


def check_record(record: Record, group: Group = groups.CORE, level: int = 2, path: str = "") -> Iterator[Problem]:
    """Check a record that has already been read."""
    for notice in record.notices:
        yield from _of_notice(notice, path, group)
    for finding in rules_structure.check_metadata(record, group):
        yield _problem(finding, path)
    for dataset in record.datasets.values():
        for check in _LEVELS[: level + 1]:
            # A table with columns of unequal length cannot be checked row by row.
            found = [_problem(finding, path, dataset) for finding in check(dataset, group)]
            yield from found
            if any(p.rule.id in ("ECH107", "ECH108") for p in found):
                break


def _problem(finding: Remark, path: str, dataset: Dataset | None = None) -> Problem:
    rule = rule_of(finding.code)
    remark = replace(finding, severity=rule.severity, rows=_source_rows(finding.rows, dataset))
    return Problem(rule, path, remark, dataset.name if dataset else "")


def _source_rows(rows: tuple[int, ...], dataset: Dataset | None) -> tuple[int, ...]:
    if not rows or dataset is None or "row" not in dataset.columns:
        return rows
    numbers = dataset.columns["row"].values[list(rows)]
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        return rows
    return tuple(int(number) for number in numbers)


def _name(path: Path, group: Group) -> Iterator[Problem]:
    for finding in rules_structure.check_name(path.name, group):
        yield _problem(finding, str(path))


def _of_notice(notice: Remark, path: str, group: Group) -> Iterator[Problem]:
    """Return a reader's notice as a problem if it is one, or if the group makes it one."""
    rule = rule_of(_BY_NOTICE.get(notice.code, notice.code))
    if notice.code in _BY_NOTICE or notice.code in group.severity:
        yield Problem(rule, path, replace(notice, severity=rule.severity))


def _is_no_table(error: EchubError) -> bool:
    """Return whether only a reader of last resort took a file, and failed to read it, as for `convert`."""
    return error.guessed and error.code == ReadError.code


def _of_error(error: EchubError, path: Path) -> Problem:
    of_sidecar = isinstance(error, PluginError) and (error.path or "").endswith((FOLDER_FILE, SIDECAR_SUFFIX))
    if isinstance(error, SchemaError):  # it belongs to the group, not to this file
        error.path = error.path or str(path)
        raise error
    of_metadata = of_sidecar or error.code == "metadata"
    rule = rule_of(
        "invalid-metadata"
        if of_metadata
        else "unknown-format"
        if _is_no_table(error)
        else _BY_ERROR.get(error.code, "unreadable")
    )
    remark = replace(error.remark, severity=rule.severity)
    if of_metadata:  # the place is the path of the metadata
        remark = replace(remark, where="", column=error.column or (error.where or "").removeprefix("column "))
    return Problem(rule, str(path), remark, exit_code=1 if of_metadata else error.exit_code)


def _without_ignored(path: Path, found: Iterable[Problem], group: Group, checks: Checks) -> Checked:
    """Leave out unselected problems, count those ignored by sidecars or group, and apply its severities."""
    by_sidecars, all_of_them, misspelt = _ignored_by_sidecars(path)
    wanted = [p for p in (*found, *misspelt) if checks.wants(p)]
    ignored = group.ignore | by_sidecars
    kept = tuple(_weighed(p, group) for p in wanted if not all_of_them and not p.codes & ignored)
    return Checked(str(path), kept, len(wanted) - len(kept))


def _weighed(problem: Problem, group: Group) -> Problem:
    """Return a problem with the severity that the group assigns."""
    raised = [group.severity[code] for code in problem.codes if code in group.severity]
    severity = heavier(problem.severity, *raised)
    return replace(problem, remark=replace(problem.remark, severity=severity))


def _ignored_by_sidecars(path: Path) -> tuple[frozenset[str], bool, list[Problem]]:
    """Collect lines ``# echub: ignore ECH203, truncated: why`` of the folder's and the file's sidecar.

    A line without a rule ignores everything: the second value. An unknown rule is a problem of its own.
    """
    ids: frozenset[str] = frozenset()
    whole = False
    problems = []
    for sidecar in (path.with_name(FOLDER_FILE), path.with_name(path.name + SIDECAR_SUFFIX)):
        text = sidecar.read_text(encoding="utf-8", errors="replace") if sidecar.is_file() else ""
        for match in _IGNORE.finditer(text):
            whole |= not match[1].strip()
            try:
                ids |= matching((match[1],), f"`# echub: ignore` in {sidecar.name}")
            except UnknownOption as error:
                problems.append(_of_error(MetadataError(error.message, hint=error.hint), path))
    return ids, whole, problems


def apply_baseline(report: Report, has: Callable[[Problem], bool]) -> None:
    """Remove the problems that a baseline covers from a report, and count them."""
    for number, file in enumerate(report.files):
        kept = tuple(p for p in file.problems if not has(p))
        report.known += len(file.problems) - len(kept)
        report.files[number] = replace(file, problems=kept)
