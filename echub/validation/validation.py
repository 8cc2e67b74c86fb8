"""Paths to problems: find the files, read what a level needs, check, and leave out what is ignored."""

from __future__ import annotations

import glob
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from echub.errors import (
    EchubError,
    MetadataError,
    NewerSchema,
    PluginError,
    ReadError,
    SourceNotFound,
    UnknownOption,
)
from echub.files import store
from echub.files.annotations import FOLDER_FILE, SIDECAR_SUFFIX, Annotations
from echub.files.reading import read
from echub.files.threads import SingleThreadedPool
from echub.model.dataset import Dataset
from echub.model.notice import Notice
from echub.model.record import Record
from echub.model.source import Source
from echub.validation import group as groups
from echub.validation import physics as rules_physics
from echub.validation import structure as rules_structure
from echub.validation import values as rules_values
from echub.validation.group import GROUP_FILE, Group
from echub.validation.problem import Finding, Problem, problem
from echub.validation.rules import matching

_BY_ERROR = {
    "newer-schema": "ECH002",
    "inconsistent-file": "ECH108",
    "unknown-format": "ECH003",
    "ambiguous-format": "ECH003",
    "reader-not-installed": "ECH003",
    "unit-mismatch": "ECH101",
    "unknown-unit": "ECH102",
    "metadata": "ECH110",
}
"""Which rule an error of reading breaks; any other is ECH001."""
_BY_NOTICE = {"not-a-number": "ECH004"}
"""Notices of readers that are problems of the file."""
_LEVELS: tuple[Callable[[Dataset, Group], Iterator[Finding]], ...] = (
    rules_structure.check_dataset,
    rules_values.check_dataset,
    rules_physics.check_dataset,
)
_IGNORE = re.compile(r"^\s*#\s*echub:\s*ignore\b([^:\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Checks:
    """What to check: the level, rules to select and to ignore, a group's schema instead of the found one.

    `skip_unknown`: a file that no reader knows is skipped even where it is named.
    """

    level: int = 2
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    schema: str = ""
    skip_unknown: bool = False

    def wants(self, rule: str) -> bool:
        """Return whether a rule counts."""
        return rule not in self.ignore and (not self.select or rule in self.select)


@dataclass(frozen=True)
class Checked:
    """One file: its problems, how many were ignored on purpose, and whether no reader knows it."""

    path: str
    problems: tuple[Problem, ...] = ()
    ignored: int = 0
    unknown: bool = False


@dataclass
class Report:
    """What was found in all files; `known` counts what a baseline covers."""

    files: list[Checked] = field(default_factory=list)
    known: int = 0

    @property
    def problems(self) -> list[Problem]:
        """Return all problems, file by file."""
        return [problem for file in self.files for problem in file.problems]

    @property
    def ok(self) -> bool:
        """Return whether nothing is an error."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def ignored(self) -> int:
        """Count what sidecars and group schemas ignore."""
        return sum(file.ignored for file in self.files)

    def exit_code(self, *, strict: bool = False) -> int:
        """Return the code of the command line; with `strict` warnings count as errors."""
        counts = ("error", "warning") if strict else ("error",)
        return max((p.exit_code for p in self.problems if p.severity in counts), default=0)


def validate(
    *paths: str | os.PathLike[str],
    level: int = 2,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    schema: str | os.PathLike[str] = "",
    jobs: int = 1,
) -> Report:
    """Check files, folders and globs against the canonical schema and the group's.

    `level`: 0 structure, 1 values, 2 physics. `select` and `ignore` take rule ids, beginnings of
    ids or names; `schema` a group's schema in place of the nearest ``.echub.toml``. Raises
    `SourceNotFound` for a path that is none, `PluginError` for a wrong group schema.
    """
    checks = Checks(level, matching(select, "select"), matching(ignore, "ignore"), str(schema))
    return Report(list(run(find_files(paths), checks, jobs=jobs)))


def find_files(paths: Iterable[str | os.PathLike[str]]) -> list[tuple[Path, bool]]:
    """List the files, and whether each was named itself; globs are expanded, folders walked in order."""
    found: dict[Path, bool] = {}
    for given in paths:
        text = os.fspath(given)
        path = Path(text)
        named = [path] if path.exists() else sorted(map(Path, glob.glob(text, recursive=True)))
        if not named:
            raise SourceNotFound("no such file or folder", path=text, cause="the name is misspelt, or it moved")
        for each in named:
            for file in _walk(each) if each.is_dir() else [each]:
                found[file] = found.get(file, False) or not each.is_dir()
    return list(found.items())


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name != FOLDER_FILE and not name.endswith(SIDECAR_SUFFIX):
                yield Path(root) / name


def run(files: Sequence[tuple[Path, bool]], checks: Checks, *, jobs: int = 1) -> Iterator[Checked]:
    """Check files one by one, or in processes; results come in the order of the files."""
    work = partial(_one, checks=checks)
    if jobs == 1 or len(files) < 2:
        yield from map(work, files)
        return
    count = min(jobs or os.cpu_count() or 1, len(files))
    # Forking would copy the locks of library threads in whatever state they are.
    with SingleThreadedPool(count, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, files, chunksize=max(1, len(files) // (8 * count)))


def _one(file: tuple[Path, bool], checks: Checks) -> Checked:
    path, named = file
    if path.name == FOLDER_FILE or path.name.endswith((SIDECAR_SUFFIX, GROUP_FILE)):
        return Checked(str(path))  # read together with what they stand beside
    group = _group(checks.schema or _nearest(path.absolute().parent))
    try:
        record = _read(path, checks.level)
    except EchubError as error:
        unknown = error.code == "unknown-format"
        if unknown and (not named or checks.skip_unknown):
            return Checked(str(path), unknown=True)
        return _without_ignored(path, [_of_error(error, path)], group, checks)
    findings = [*check_record(record, group, checks.level, str(path)), *_name(path, group)]
    return _without_ignored(path, findings, group, checks)


@cache
def _group(schema: str) -> Group:
    return groups.load(schema) if schema else groups.CORE


@cache
def _nearest(folder: Path) -> str:
    return str(groups.find(folder / "file") or "")


def _read(path: Path, level: int) -> Record:
    """Read what a level needs; of a native file at level 0 no values."""
    source = Source(path)
    if level > 0 or not source.head.startswith(store.SIGNATURE):
        return read(source)
    try:
        record = store.read(source, values=False)
    except NewerSchema:
        raise
    except ReadError:
        return read(source)  # HDF5 of another kind has a reader, or is damaged, and this says which
    record.notices += Annotations().apply(source, record.metadata)
    return record


def check_record(record: Record, group: Group = groups.CORE, level: int = 2, path: str = "") -> Iterator[Problem]:
    """Check a record that was read already."""
    for notice in record.notices:
        yield from _of_notice(notice, path)
    for finding in rules_structure.check_metadata(record, group):
        yield _problem(finding, path)
    for dataset in record.datasets.values():
        for check in _LEVELS[: level + 1]:
            # A table with columns of unequal length cannot be looked at row by row.
            found = [_problem(finding, path, dataset) for finding in check(dataset, group)]
            yield from found
            if any(p.rule.id in ("ECH107", "ECH108") for p in found):
                break


def _problem(finding: Finding, path: str, dataset: Dataset | None = None) -> Problem:
    return problem(
        finding.rule,
        path,
        finding.message,
        dataset=dataset.name if dataset else "",
        column=finding.column,
        rows=_source_rows(finding.rows, dataset),
        count=finding.count,
        expected=finding.expected,
        found=finding.found,
    )


def _source_rows(rows: tuple[int, ...], dataset: Dataset | None) -> tuple[int, ...]:
    if not rows or dataset is None or "row" not in dataset.columns:
        return rows
    numbers = dataset.columns["row"].values
    return tuple(int(numbers[row]) for row in rows)


def _name(path: Path, group: Group) -> Iterator[Problem]:
    for finding in rules_structure.check_name(path.name, group):
        yield _problem(finding, str(path))


def _of_notice(notice: Notice, path: str) -> Iterator[Problem]:
    if notice.code in _BY_NOTICE:
        column = notice.message.partition(": ")[0]
        yield problem(_BY_NOTICE[notice.code], path, notice.message, column=column)


def _of_error(error: EchubError, path: Path) -> Problem:
    if isinstance(error, PluginError) and not (error.path or "").endswith((FOLDER_FILE, SIDECAR_SUFFIX)):
        error.path = error.path or str(path)
        raise error
    rule = "ECH110" if isinstance(error, PluginError) else _BY_ERROR.get(error.code, "ECH001")
    return problem(
        rule,
        str(path),
        error.message,
        column=(error.where or "").removeprefix("column "),
        expected=error.expected or "",
        found=error.found or "",
        cause=error.cause or "",
        hint=error.hint or "",
        exit_code=1 if rule == "ECH110" else error.exit_code,
    )


def _without_ignored(path: Path, found: Iterable[Problem], group: Group, checks: Checks) -> Checked:
    """Leave out what was not asked for, and count what sidecars and the group ignore."""
    by_sidecars, misspelt = _ignored_by_sidecars(path)
    wanted = [p for p in (*found, *misspelt) if checks.wants(p.rule.id)]
    ignored = group.ignore | by_sidecars
    kept = tuple(p for p in wanted if p.rule.id not in ignored)
    return Checked(str(path), kept, len(wanted) - len(kept))


def _ignored_by_sidecars(path: Path) -> tuple[frozenset[str], list[Problem]]:
    """Collect lines ``# echub: ignore ECH203, ECH3: why`` of the folder's and the file's sidecar.

    Without a rule the line ignores all. A rule that is none is a problem of its own.
    """
    ids: frozenset[str] = frozenset()
    problems = []
    for sidecar in (path.with_name(FOLDER_FILE), path.with_name(path.name + SIDECAR_SUFFIX)):
        text = sidecar.read_text(encoding="utf-8", errors="replace") if sidecar.is_file() else ""
        for match in _IGNORE.finditer(text):
            try:
                ids |= matching((match[1].strip() or "ECH",), f"`# echub: ignore` in {sidecar.name}")
            except UnknownOption as error:
                problems.append(_of_error(MetadataError(error.message, hint=error.hint), path))
    return ids, problems


def apply_baseline(report: Report, has: Callable[[Problem], bool]) -> None:
    """Take out of a report what a baseline knows, and count it."""
    for number, file in enumerate(report.files):
        kept = tuple(p for p in file.problems if not has(p))
        report.known += len(file.problems) - len(kept)
        report.files[number] = replace(file, problems=kept)
