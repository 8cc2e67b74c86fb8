"""Convert one source: read it, check it, write it, and say what became of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from echub.declare import NoOptions, Writer
from echub.errors import EchubError, PluginError
from echub.files import store
from echub.files.annotations import Annotations
from echub.files.joining import Part, join, why_not_one_run
from echub.files.output import PreviousOutputs, Written, require_free, write_atomically
from echub.files.reading import Readable, read
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.model.source import Source
from echub.registry.options import parse_options
from echub.registry.registry import PLUGIN_FAULTS, registry, resolve

Status = Literal["ok", "flagged", "failed", "unknown"]


@dataclass
class Conversion:
    """What became of one source.

    `companions` are files that describe an output and bear its name with a suffix; `sources` the
    files that were read, `written` what was written, where the conversion knew of earlier runs.
    """

    source: str
    outputs: list[str] = field(default_factory=list)
    companions: list[str] = field(default_factory=list)
    record: Record | None = None
    error: EchubError | None = None
    seconds: float = 0.0
    content_sha256: str = ""
    sources: list[Source] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """Return how it went: `flagged` is a success with warnings, `unknown` no reader knows it.

        What only a reader of last resort took and could not read counts as unknown, too.
        """
        if self.error is not None:
            return "unknown" if self.error.code == "unknown-format" or self.error.guessed else "failed"
        return "flagged" if self.record is not None and (self.record.notices or self.record.dropped) else "ok"

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints for a file."""
        record = self.record
        result: dict[str, Any] = {
            "source": self.source,
            "output": self.outputs[0] if len(self.outputs) == 1 else (self.outputs or None),
            "status": self.status,
            "reader": record.provenance.reader.get("name") if record else None,
            "datasets": [summary(d) for d in record.datasets.values()] if record else [],
            "dropped": [d.as_dict() for d in record.dropped] if record else [],
            "warnings": [n.as_dict() for n in record.notices] if record else [],
            "seconds": round(self.seconds, 4),
            "siblings": list(record.provenance.siblings) if record else [],
        }
        if self.error is not None:
            result["error"] = self.error.as_dict()
        if self.content_sha256:
            result["content_sha256"] = self.content_sha256
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


def convert(
    what: Readable,
    output: str | os.PathLike[str] | None = None,
    *,
    to: str = "native",
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    writer_options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
    force: bool = False,
    earlier: PreviousOutputs | None = None,
) -> Conversion:
    """Convert one source; the output's name is the source's with a suffix added.

    `output` is the path that outputs begin with (default: beside the source). `earlier` tells what
    may be replaced without `force`. Raises what `read` raises, `TargetExists` without `force`, and
    `TargetNotWritable`; then nothing is written.
    """
    begin = time.perf_counter()
    source = Source.of(what, siblings=siblings)
    stem = Path(output) if output is not None else (source.path or Path(source.name))
    result = Conversion(source.shown, sources=[source])
    if to == "native":
        parse_options(NoOptions, writer_options or {}, "the native writer")
        require_free(_with_suffix(stem, store.SUFFIX), force=force or earlier is not None)
    writer = None if to == "native" else registry().writer(to)
    result.record = read(source, reader=reader, options=options, annotations=annotations)
    _write(result, _parts(result, stem, writer, writer_options or {}), force, earlier)
    result.seconds = time.perf_counter() - begin
    return result


def convert_joined(
    parts: Sequence[Part],
    *,
    to: str = "native",
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    writer_options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
    force: bool = False,
    earlier: PreviousOutputs | None = None,
) -> Conversion | str:
    """Convert the linked files of one run to one output, named after the run.

    Gives the reason, in words, where the files turn out not to be one run; then nothing is
    written. Raises what `convert` raises.
    """
    begin = time.perf_counter()
    stem = parts[0].job.stem.with_name(parts[0].link.run)
    sources = [Source(part.job.source, siblings=siblings) for part in parts]
    result = Conversion(", ".join(source.shown for source in sources), sources=sources)
    writer = None if to == "native" else registry().writer(to)
    records = [read(source, reader=reader, options=options, annotations=annotations) for source in sources]
    links = [part.link for part in parts]
    if why := why_not_one_run(records, links):
        return why
    result.record = join(records, links)
    _write(result, _parts(result, stem, writer, writer_options or {}), force, earlier)
    result.seconds = time.perf_counter() - begin
    return result


def _write(
    result: Conversion, parts: list[tuple[Path, Any]], force: bool, earlier: PreviousOutputs | None
) -> None:
    for target, _ in parts:
        require_free(target, force=force or earlier is not None)
    result.written = write_atomically(parts, earlier)
    written = [str(target) for target, _ in parts]
    result.companions = [
        path for path in written if any(path != other and path.startswith(other) for other in written)
    ]
    result.outputs = [path for path in written if path not in result.companions]


def _parts(
    result: Conversion, stem: Path, writer: Writer | None, options: Mapping[str, str]
) -> list[tuple[Path, Any]]:
    """List what has to be written: path, and the function that writes it."""
    record = result.record
    if record is None:
        return []
    if writer is None:

        def write_native(path: Path) -> None:
            result.content_sha256 = store.write(record, path)

        return [(_with_suffix(stem, store.SUFFIX), write_native)]
    chosen = parse_options(writer.options, options, f"the writer {writer.name}")
    with _plugin_boundary(writer):
        made = list(resolve(writer.write)(record, chosen))
    return [
        (_with_suffix(stem, suffix), partial(_write_part, write=write, writer=writer)) for suffix, write in made
    ]


def _write_part(path: Path, write: Any, writer: Writer) -> None:  # noqa: ANN401
    with _plugin_boundary(writer), path.open("wb") as file:
        write(file)


@contextmanager
def _plugin_boundary(writer: Writer) -> Iterator[None]:
    """Turn what is neither an error of ours nor the operating system's into the writer's fault."""
    try:
        yield
    except (EchubError, OSError):
        raise
    except PLUGIN_FAULTS as error:
        owner = registry().owner(writer)
        raise PluginError(
            f"the writer {writer.name} failed",
            found=f"{type(error).__name__}: {error}",
            cause=f"a mistake in the plugin {owner.name} of {owner.distribution} {owner.version}",
            hint="--to native keeps the record whole; report it to the plugin's author",
        ) from error


def _with_suffix(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)
