"""Convert one source: read it, check it, write it, and report the result."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from echub.declare import Writer
from echub.errors import EchubError, TargetClash, UnknownOption
from echub.files.annotations import Annotations
from echub.files.naming import folded, plain_name
from echub.files.output import PreviousOutputs, Target, Written, require_free, write_atomically
from echub.files.reading import Readable, Reading
from echub.model.dataset import Dataset
from echub.model.given import takes
from echub.model.record import Record
from echub.model.source import Source, SourceFacts
from echub.registry.calling import call, failed, options_of
from echub.registry.codes import explained
from echub.registry.options import parse_options
from echub.registry.registry import registry

if TYPE_CHECKING:
    from echub.files.joining import Link

Status = Literal["ok", "flagged", "failed", "unknown"]
_SMALL = 1 << 20
"""Bytes up to which hashing a source takes less time than starting a thread for it."""


@dataclass
class Conversion:
    """Result of converting one source.

    `companions` are files that describe an output and have its name with a suffix; `sources` the
    files that were read, `written` what was written, if the conversion knew about earlier runs; `columns` those
    that were chosen to be written, if not all.
    """

    source: str
    outputs: list[str] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    record: Record | None = None
    error: EchubError | None = None
    seconds: float = 0.0
    content_hash: str = ""
    sources: list[Source] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """Return the status: `flagged` is a success with warnings, `unknown` means that no reader knows the file.

        A file that only a reader of last resort took, and could not read, also counts as unknown.
        """
        if self.error is not None:
            return "unknown" if self.error.code == "unknown-format" or self.error.guessed else "failed"
        return "flagged" if self.record is not None and (self.record.notices or self.record.dropped) else "ok"

    def __repr__(self) -> str:
        from echub.model.notebook import short

        said = str(self.error) if self.error else ", ".join(self.outputs) or "nothing written"
        return f"<Conversion {Path(self.source).name}: {self.status}: {short(said)}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what was written, or why nothing was, and the record, folded."""
        from echub.model.notebook import folded, heading

        heads = [self.status, *self.outputs, *(f"with {path}" for path in self.companions)]
        heads += [str(self.error)] if self.error else []
        below = folded(repr(self.record)[1:-1], self.record._repr_html_()) if self.record is not None else ""
        return heading(self.source, *heads) + below

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints for a file."""
        record = self.record
        result: dict[str, Any] = {
            "source": self.source,
            "output": self.outputs[0] if len(self.outputs) == 1 else (self.outputs or None),
            "status": self.status,
            "reader": record.provenance.reader.get("name") if record is not None else None,
            "datasets": [summary(d) for d in record.datasets.values()] if record is not None else [],
            "dropped": [d.as_dict() for d in record.dropped] if record is not None else [],
            "warnings": [explained(n).as_dict() for n in record.notices] if record is not None else [],
            "seconds": round(self.seconds, 4),
            "siblings": list(record.provenance.siblings) if record is not None else [],
        }
        if self.error is not None:
            result["error"] = self.error.as_dict()
        if self.content_hash:
            result["content_hash"] = self.content_hash
        return result


def summary(dataset: Dataset) -> dict[str, Any]:
    """Return kind, rows and columns of a dataset, for `--json`."""
    return {
        "name": dataset.name,
        "kind": dataset.kind,
        "rows": dataset.rows,
        "columns": [
            {"name": c.name, "unit": c.unit, "quantity": c.quantity, "origin": c.origin, "source": c.header}
            for c in dataset.columns.values()
        ],
    }


@dataclass(frozen=True)
class Writing:
    """How a record is written: the format and its options, and what may be replaced.

    `earlier` lists what may be replaced without `force`.
    """

    to: str = "native"
    options: Mapping[str, str] = field(default_factory=dict)
    force: bool = False
    earlier: PreviousOutputs | None = None

    def chosen(self) -> tuple[Writer, Any]:
        """Return the writer and its options; raise `UnknownReader`, `ReaderNotInstalled` or `UnknownOption`."""
        writer = registry().writer(self.to)
        return writer, parse_options(options_of(writer), self.options, f"the writer {writer.name}")

    def require_free(self, target: Path) -> None:
        """Raise `TargetExists` unless the target may be written; `earlier` is checked later."""
        require_free(target, force=self.force or self.earlier is not None)


@takes()
def convert(
    what: Readable | Record,
    output: str | os.PathLike[str] | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    to: str = "native",
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    writer_options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
    force: bool = False,
    earlier: PreviousOutputs | None = None,
) -> Conversion:
    """Convert one source, or a record; the output's name is the source's with a suffix added.

    `output` is the folder for it (default: next to the source), `path` the file itself, for formats
    that make one file of the source. `earlier` lists what may be replaced without `force`. Raises
    what `read` raises, `TargetExists` without `force`, and `TargetNotWritable`; then nothing is
    written. A record takes no reader, options or annotations.
    """
    if output is not None and path is not None:
        raise UnknownOption("`output` is a folder and `path` a file: only one of them can be given")
    reading = Reading(reader, options or {}, annotations or Annotations(), siblings)
    writing = Writing(to, writer_options or {}, force, earlier)
    if isinstance(what, Record):
        if reader or options or annotations:
            raise UnknownOption("a record takes no reader, options or annotations: it is read already")
        name = plain_name(str(what.provenance.source.get("name") or "record"))
        target = Target.of(Path(name), output, path)
        return _converted(Conversion(name), lambda: what, target, writing)
    source = reading.source(what)
    target = Target.of(source.path or Path(source.name), output, path)
    return convert_sources((source,), (), target, reading, writing)


def convert_sources(
    sources: Sequence[Source], links: Sequence[Link], target: Target, reading: Reading, writing: Writing
) -> Conversion:
    """Convert one source, or the linked sources of one run to one output.

    Raises what `convert` raises, and `NotOneRun` if the sources turn out not to be one run.
    """

    def read() -> Record:
        records = [reading.read(source) for source in sources]
        if len(records) == 1:
            return records[0]
        from echub.files.joining import NotOneRun, join, why_not_one_run

        if why := why_not_one_run(records, links):
            raise NotOneRun(why)
        return join(records, links)

    shown = ", ".join(source.shown for source in sources)
    return _converted(Conversion(shown, sources=list(sources)), read, target, writing)


def _converted(result: Conversion, read: Callable[[], Record], target: Target, writing: Writing) -> Conversion:
    """Read and write; everything that can be refused before reading is refused before."""
    begin = time.perf_counter()
    writer, options = writing.chosen()
    if writer.whole or target.exact:
        writing.require_free(target.path if target.exact else target.paths(writer.suffixes)[0])
    result.record = read()
    made = call(writer, writer.write, result.record, options, items=tuple)
    parts = _parts(result, writer, target, made)
    for path, _ in parts:
        writing.require_free(path)
    with _hashing(result.record):
        result.written = write_atomically(parts, writing.earlier)
    written = [str(path) for path, _ in parts]
    result.outputs = without_companions(written)
    result.companions = [path for path in written if path not in result.outputs]
    result.columns = tuple(filter(None, map(str.strip, writing.options.get("columns", "").split(","))))
    result.seconds = time.perf_counter() - begin
    return result


def without_companions(written: Sequence[str]) -> list[str]:
    """Leave out the files that describe another one and have its name with a suffix."""
    return [path for path in written if not any(path != other and path.startswith(other) for other in written)]


@contextmanager
def _hashing(record: Record) -> Iterator[None]:
    """Hash a source in a thread while its record is written; a small one later: a thread would cost more."""
    facts = record.provenance.source
    if not isinstance(facts, SourceFacts) or facts["size"] < _SMALL:
        yield
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(facts.__getitem__, "sha256")  # whoever writes it asks again, and gets the hash or the error
        yield


def _parts(
    result: Conversion, writer: Writer, target: Target, made: Sequence[tuple[Any, ...]]
) -> list[tuple[Path, Callable[[Path], None]]]:
    """List the files to write: path, and the function that writes it."""
    wrong = next((part for part in made if not _is_part(part)), None)
    if wrong is not None:
        raise failed(writer, f"it gave {wrong!r}, not (suffix, function)", writer.write)
    paths = target.paths([suffix for suffix, _ in made])
    _require_different(paths)

    def write_part(path: Path, write: Callable[[BinaryIO], object]) -> None:
        with path.open("w+b") as file:  # HDF5 reads what it has written
            # An error of the operating system, such as a full disk, is not the writer's mistake.
            content = call(writer, write, file, passes=(OSError,))
        result.content_hash = content if isinstance(content, str) else result.content_hash

    return [(path, partial(write_part, write=write)) for path, (_, write) in zip(paths, made, strict=True)]


def _is_part(part: tuple[Any, ...]) -> bool:
    return (
        len(part) == 2
        and isinstance(part[0], str)
        and callable(part[1])
        and not {"/", os.sep, "\0"} & set(part[0])
    )


def _require_different(paths: Sequence[Path]) -> None:
    """Raise `TargetClash` if two parts would be one file, be it on another file system than this one."""
    first: dict[str, Path] = {}
    for path in paths:
        if (other := first.setdefault(folded(path.name), path)) is not path:
            raise TargetClash(
                "two parts of the output would be one file",
                path=str(path),
                found=" and ".join(dict.fromkeys((other.name, path.name))),
                cause="names that differ only in case, or in how an accent is written",
                hint="--to native keeps all in one file",
            )
