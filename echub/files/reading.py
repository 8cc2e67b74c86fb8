"""Read one source to a complete record: the reader, provenance, structure, added metadata."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

import echub_schemas
from echub import __version__
from echub.declare import NoOptions, Reader
from echub.errors import EchubError, PluginError, ReadError, SourceError
from echub.files import store
from echub.files.annotations import Annotations
from echub.files.detect import choose
from echub.model import clock
from echub.model.dataset import Dataset
from echub.model.notice import Notice
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.model.vocabulary import kinds
from echub.registry.options import as_dict, parse_options
from echub.registry.registry import PLUGIN_FAULTS, registry, resolve
from echub.segments import clock_restarts

_SMALL = 1 << 20
Readable = str | os.PathLike[str] | bytes | BinaryIO | Source


def read(
    what: Readable,
    *,
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
) -> Record:
    """Read a raw or a native file to a record.

    The reader is found by content unless it is named. The record carries provenance, the added
    metadata, and a notice for everything the user has to know. Without `siblings` the reader sees
    no other file. Raises `SourceError` where it cannot be read or changes meanwhile, `CommandError`
    for a wrong reader or option.
    """
    source = Source.of(what, siblings=siblings)
    if reader is None and store.is_native(source):
        parse_options(NoOptions, options or {}, "the reader of native files")
        return _annotated(store.read(source), source, annotations)
    declared = registry().reader(reader) if reader else choose(source, registry())
    chosen = parse_options(declared.options, options or {}, f"the reader {declared.name}")
    with _hashing(source) as digest:
        record = _tried(declared, source, chosen) if reader is None else _call(declared, source, chosen)
        _check_structure(record)
    record.provenance = _provenance(source, digest(), declared, chosen)
    source.require_unchanged()
    _enrich(record, source)
    _annotated(record, source, annotations)
    record.notices = list(dict.fromkeys(record.notices))  # a table that echub wrote brings its own
    return record


@contextmanager
def _hashing(source: Source) -> Iterator[Any]:
    """Hash the source in a thread beside the reader; a small one costs less than the thread."""
    if source.size < _SMALL:
        yield source.sha256
        return
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(source.sha256)
        yield future.result


def _call(declared: Reader, source: Source, options: Any) -> Record:  # noqa: ANN401
    """Run a reader; what is no error of ours is the plugin's fault, and said so."""
    try:
        record = resolve(declared.read)(source, options)
    except EchubError as error:
        error.path = error.path or source.shown
        raise
    except MemoryError:
        raise ReadError("there is not enough memory to read the file", path=source.shown) from None
    except PLUGIN_FAULTS as error:
        raise _plugin_failed(declared, source, f"{type(error).__name__}: {error}") from error
    if not isinstance(record, Record):
        raise _plugin_failed(declared, source, f"it gave a {type(record).__name__}, not a Record")
    return record


def _tried(declared: Reader, source: Source, options: Any) -> Record:  # noqa: ANN401
    """Run a reader that was found, not named; where that was a fallback, its refusal is marked as a guess's."""
    try:
        return _call(declared, source, options)
    except SourceError as error:
        error.guessed = declared.fallback
        raise


def _plugin_failed(declared: Reader, source: Source, found: str) -> PluginError:
    owner = registry().owner(declared)
    return PluginError(
        f"the reader {declared.name} failed",
        path=source.shown,
        found=found,
        cause=f"a mistake in the plugin {owner.name} of {owner.distribution} {owner.version}",
        hint="report it to the plugin's author, with the file if you can",
    )


def _provenance(source: Source, sha256: str, declared: Reader, options: Any) -> Provenance:  # noqa: ANN401
    owner = registry().owner(declared)
    return Provenance(
        source={"name": source.name, "size": source.size, "sha256": sha256},
        reader={
            "name": declared.name,
            "version": declared.version,
            "distribution": f"{owner.distribution} {owner.version}",
            "options": as_dict(options),
        },
        software={"echub": __version__, "schema": echub_schemas.VERSION, **_library(declared)},
        siblings=tuple(source.used),
    )


def _library(declared: Reader) -> dict[str, str]:
    """Return name and version of the library that a reader reads through, where it declares one."""
    if not declared.requires:
        return {}
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {declared.requires: version(declared.requires)}
    except PackageNotFoundError:  # a package whose distribution has another name
        return {declared.requires: "of unknown version"}


def _enrich(record: Record, source: Source) -> None:
    for plugin, problem in registry().enrich(record, source):
        record.notices.append(Notice("plugin-failed", f"{plugin.name} of {plugin.distribution}: {problem}"))


def _annotated(record: Record, source: Source, annotations: Annotations | None) -> Record:
    """Add the metadata of sidecars, tables and the command line."""
    notices = (annotations or Annotations()).apply(source, record.metadata)
    notices += clock.set_absolute_start(record.metadata)
    record.notices += [notice for notice in notices if notice not in record.notices]
    return record


# -- structure -------------------------------------------------------------------------------


def _check_structure(record: Record) -> None:
    """Flag what breaks a rule of its kind; nothing here stops a conversion."""
    for kind, dataset in record.datasets.items():
        record.notices += _missing_columns(dataset)
        if dataset.kind == "timeseries":
            record.datasets[kind], restarts = _mark_restarts(dataset)
            record.notices += restarts


def _missing_columns(dataset: Dataset) -> list[Notice]:
    known = kinds().get(dataset.kind)
    if known is None:
        return [Notice("unknown-kind", f"the dataset kind {dataset.kind!r} is not in the vocabulary")]
    lacks = known.missing(dataset.quantities)
    return [Notice("incomplete", f"the {dataset.kind} dataset has no {lack}") for lack in lacks]


def _mark_restarts(dataset: Dataset) -> tuple[Dataset, list[Notice]]:
    """List the rows at which the clock restarts; time itself is never changed."""
    if "time" not in dataset.columns:
        return dataset, []
    rows = clock_restarts(dataset["time"])
    if not len(rows):
        return dataset, []
    shown = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
    marked = replace(dataset, attrs={**dataset.attrs, "clock_restarts": " ".join(map(str, rows))})
    return marked, [Notice("clock-restarts", f"time goes back {len(rows)} times, at the rows {shown}")]
