"""Gather an archive into a lake: only what is new or changed, and never a row twice.

The manifest, `files.parquet`, says which parts hold which source. New parts are written aside, then moved into
their partitions; then the new manifest replaces the old one, and parts that it does not name are deleted. A run
that was killed leaves at most parts that no manifest names, which the next run deletes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from echub.batch.lake.archive import Archive, Numbers
from echub.batch.lake.manifest import Held, Manifest
from echub.batch.lake.places import FILES, OUTCOMES, OWN_BEGIN, STAGE, Partition, claim, parts_there
from echub.batch.lake.rows import Row, add_record, bare_row, frame_of, outcome_frame, units_of_files
from echub.batch.lake.tables import join_tables, read_table, table_of, write_table
from echub.batch.ledger import Entry
from echub.batch.locks import hold
from echub.batch.workers import Died, each
from echub.errors import EchubError, SourceChanged
from echub.files.output import file_sha256, not_writable, refusals, write_atomically
from echub.files.reading import Reading
from echub.files.results import DESCRIBES
from echub.model.dataset import Dataset

if TYPE_CHECKING:
    import polars as pl

PART_BYTES = 32 << 20
"""A part is full at this size: some 10 M values; small enough to be rewritten, large enough for fast questions."""
CHUNK = 100
"""Sources that a worker takes together: 0.3 s of work, against 1 ms to send it."""


@dataclass(frozen=True)
class Fragment:
    """Rows that a worker wrote aside: of which table, and where."""

    partition: Partition
    path: Path


@dataclass
class Gathered:
    """Result of a run: counts of sources, what is now in the lake, and what could not be gathered."""

    added: int = 0
    replaced: int = 0
    removed: int = 0
    unchanged: int = 0
    unreachable: int = 0
    parts: int = 0
    outcomes: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return all of it as plain JSON types."""
        return dict(vars(self))


@dataclass(frozen=True)
class Chunk:
    """What a worker needs to read some sources: the folder of the archive, and where to write aside."""

    archive: Path
    stage: Path
    number: int
    entries: tuple[tuple[Entry, str], ...]


@dataclass(frozen=True)
class ChunkRead:
    """What a worker made of a chunk: a table of rows of `files`, its columns and units, fragments, problems."""

    rows: Path
    columns: list[str]
    units: dict[str, str]
    fragments: list[Fragment]
    problems: list[str]


def gather(
    archive: Path, lake: Path, *, outcomes: Sequence[Path] = (), kinds: Sequence[str] = (), jobs: int | None = None
) -> Gathered:
    """Bring a lake up to date with an archive; `kinds` are the tables to gather, all by default.

    outcomes: further folders with stored outcomes of analyses. jobs: worker processes. Raises `DataError` if the
    archive has no ledger, `TargetClash` if the lake is another's, `TargetBusy` while another run gathers into it.
    """
    try:
        found = Archive(archive, kinds)
        claim(lake, os.path.relpath(archive, lake).replace(os.sep, "/"))
        file = hold(lake / ".echub-lake.lock")
    except OSError as error:
        raise not_writable(lake, error) from error
    try:
        with refusals(lake / FILES):
            return _Gathering(found, lake, tuple(kinds)).run([archive, *outcomes], jobs)
    finally:
        os.close(file)
        shutil.rmtree(lake / STAGE, ignore_errors=True)


class _Gathering:
    def __init__(self, archive: Archive, lake: Path, kinds: tuple[str, ...]) -> None:
        self.archive, self.lake, self.kinds = archive, lake, kinds
        self.stage = lake / STAGE
        self.manifest = Manifest(lake / FILES)
        self.units = units_of_files() | self.manifest.units
        self.rows: list[Path] = []
        self.columns: list[str] = []
        self.result = Gathered(unreachable=archive.unreachable)
        self.result.problems += [f"{place} cannot be read" for place in archive.damaged]

    def run(self, outcomes: Sequence[Path], jobs: int | None) -> Gathered:
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir(parents=True)
        for unfinished in self.lake.glob(f"{OWN_BEGIN}*.part"):  # the lock is ours: nobody writes it
            unfinished.unlink(missing_ok=True)
        self._delete(set(parts_there(self.lake)) - self.manifest.parts())  # left by a run that was killed
        new, out = self._compare()
        fragments = self._read(new, jobs)
        if len(new) or out or not self.manifest.exists:
            self._commit(fragments, set(out))
        self._outcomes(outcomes)
        self.result.parts = len(list(parts_there(self.lake)))
        return self.result

    def _compare(self) -> tuple[Numbers, list[str]]:
        """Return the lines to read, and the sources that the lake holds and that are taken out or replaced."""
        new, replaced, gone = self.archive.compare(self.manifest.known())
        self.result.replaced, self.result.removed = len(replaced), len(gone)
        self.result.added = len(new) - len(replaced)
        self.result.unchanged = len(self.archive) - len(new)
        return self.archive.by_source(new), [*replaced, *gone]

    def _read(self, lines: Numbers, jobs: int | None) -> list[Fragment]:
        fragments: list[Fragment] = []
        first: dict[str, tuple[int, int]] = {}
        for chunk, read in each(partial(read_chunk, self.kinds), self._chunks(lines), jobs=jobs):
            if isinstance(read, Died):
                raise read.error(", ".join(entry.source for entry, _ in chunk.entries[:3]))
            self.rows.append(read.rows)
            for place, name in enumerate(read.columns):
                first[name] = min((chunk.number, place), first.get(name, (chunk.number, place)))
            fragments += read.fragments
            self.units |= read.units
            self.result.problems += read.problems
        # Processes answer in any order; the same archive gives the same bytes.
        self.rows.sort()
        self.columns = sorted(first, key=first.__getitem__)
        return sorted(fragments, key=lambda fragment: fragment.path.name)

    def _chunks(self, lines: Numbers) -> Iterator[Chunk]:
        for number, at in enumerate(range(0, len(lines), CHUNK)):
            entries = tuple(self.archive.entries(lines[at : at + CHUNK]))
            yield Chunk(self.archive.folder, self.stage, number, entries)

    def _commit(self, fragments: list[Fragment], out: set[str]) -> None:
        """Write new parts and the manifest, then make them count."""
        touched = self.manifest.parts(of=out)
        moves, held = [], Held()
        by_folder: dict[str, list[Fragment]] = {}
        for fragment in fragments:
            by_folder.setdefault(fragment.partition.folder, []).append(fragment)
        small: set[str] = set()
        for folder in dict.fromkeys([*by_folder, *(os.path.dirname(part) for part in touched)]):
            old = self._to_rewrite(folder, touched)
            small |= set(old)
            paths = [*(self.lake / part for part in old), *(f.path for f in by_folder.get(folder, ()))]
            for group in _groups(paths):
                if (made := self._part(folder, group, out)) is not None:
                    moves.append(made[:2])
                    held.add(*made[1:])
        held.rewritten = small | touched
        self._put(out, held, moves)

    def _to_rewrite(self, folder: str, touched: set[str]) -> list[str]:
        """Return the parts of a partition that are written anew: those touched, and those that are not full."""
        there = sorted((self.lake / folder).glob("*.parquet"))
        found = [(f"{folder}/{path.name}", path.stat().st_size) for path in there]
        return [part for part, size in found if part in touched or size < PART_BYTES]

    def _part(self, folder: str, paths: list[Path], out: set[str]) -> tuple[Path, str, pl.Series] | None:
        """Write one part aside; return it, its place, and its sources."""

        aside = self.stage / "part.parquet"
        old = [path for path in paths if self.stage not in path.parents]
        new = [path for path in paths if self.stage in path.parents]
        trimmed = []
        for number, path in enumerate(old):
            cut = self.stage / f"old-{number}.parquet"
            trimmed += [cut] if join_tables([path], cut, out) else []
        if not [*trimmed, *new] or not join_tables([*trimmed, *new], aside):
            return None
        name = f"part-{file_sha256(aside)[:16]}.parquet"
        path = self.stage / f"{hashlib.sha256(folder.encode()).hexdigest()[:8]}-{name}"
        os.replace(aside, path)
        return path, f"{folder}/{name}", read_table(path, ["source"])["source"].unique()

    def _put(self, out: set[str], held: Held, moves: list[tuple[Path, str]]) -> None:
        """Move the parts into place, then let the new manifest replace the old one, then delete the old parts."""
        for path, target in moves:
            (self.lake / target).parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, self.lake / target)
        write = partial(
            self.manifest.write, new=self.rows, names=self.columns, units=self.units, without=out, held=held
        )
        write_atomically([(self.manifest.path, write)])
        self._delete(held.rewritten - set(held.parts))

    def _delete(self, parts: Iterable[str]) -> None:
        for part in sorted(parts):
            path = self.lake / part
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty, as the lake itself is: it holds its mark
                for folder in path.parents:
                    folder.rmdir()

    def _outcomes(self, folders: Sequence[Path]) -> None:
        units: dict[str, str] = {}
        frame, wrong = outcome_frame(folders, units)
        self.result.outcomes = frame["file"].n_unique()
        self.result.problems += wrong
        write_atomically([(self.lake / OUTCOMES, partial(write_table, frame, units))])


def _groups(paths: list[Path]) -> Iterator[list[Path]]:
    """Put files together until a part is full."""
    group: list[Path] = []
    size = 0
    for path in paths:
        if group and size >= PART_BYTES:
            yield group
            group, size = [], 0
        group.append(path)
        size += path.stat().st_size
    if group:
        yield group


# -- in a worker -----------------------------------------------------------------------------


def read_chunk(kinds: tuple[str, ...], chunk: Chunk) -> ChunkRead:
    """Read the outputs of some sources, and write their tables aside, one file for each partition."""
    import polars as pl

    read = ChunkRead(chunk.stage / f"files-{chunk.number:08}.parquet", [], {}, [], [])
    rows: list[Row] = []
    tables: dict[Partition, list[tuple[str, pl.DataFrame, dict[str, str]]]] = {}
    for entry, state in chunk.entries:
        row = bare_row(entry, state)
        try:
            for partition, frame, units in _tables(chunk.archive, entry, kinds, row, read):
                tables.setdefault(partition, []).append((entry.source, frame, units))
        except EchubError as error:
            read.problems.append(f"{entry.source}: {error.message} [{error.code}]")
            # Without a state: the next run tries again.
            row |= {"status": "failed", "error": error.code, "reason": error.message, "state": ""}
            for held in tables.values():
                held[:] = [known for known in held if known[0] != entry.source]
        rows.append(row)
    for number, (partition, found) in enumerate(item for item in tables.items() if item[1]):
        path = chunk.stage / f"{chunk.number}-{number}.parquet"
        units = {name: unit for _, _, own in found for name, unit in own.items()}
        write_table(pl.concat([frame for _, frame, _ in found], how="diagonal_relaxed"), units, path)
        read.fragments.append(Fragment(partition, path))
    files = frame_of(sorted(rows, key=lambda row: str(row["source"])))
    read.columns.extend(files.columns)
    write_table(files, {}, read.rows)
    return read


def _tables(
    archive: Path, entry: Entry, kinds: tuple[str, ...], row: Row, read: ChunkRead
) -> Iterator[tuple[Partition, pl.DataFrame, dict[str, str]]]:
    """Read the outputs of one source; return each of its tables with its partition and units."""
    for part in entry.output:
        if part.path.endswith(f".csv{DESCRIBES}"):
            continue
        path = archive / part.path
        if not path.is_file() or file_sha256(path) != part.sha256:
            raise _not_as_written(path)
        record = Reading().read(Reading().source(path))
        add_record(row, read.units, record)
        for dataset in record.datasets.values():
            if _is_table(dataset) and (not kinds or dataset.kind in kinds):
                yield Partition.of(dataset.kind, record.metadata), *table_of(dataset, entry.source)


def _is_table(dataset: Dataset) -> bool:
    return all(len(column.axes) <= 1 for column in dataset.columns.values())


def _not_as_written(path: Path) -> EchubError:
    return SourceChanged(
        "the output is not what the ledger says was written",
        path=str(path),
        cause="it was changed or deleted after the conversion",
        hint="repeat echub convert, with --force if you want its result",
    )
