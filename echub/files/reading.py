"""Read one source to a complete record: the reader, provenance, structure, added metadata."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

import echub_schemas
from echub import __version__
from echub.declare import Reader
from echub.errors import EchubError, SourceError, UnknownOption
from echub.files.annotations import Annotations
from echub.files.detect import choose
from echub.files.enriching import enrich
from echub.files.rehearsal import rehearse
from echub.model import clock
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import Deferred, held, held_or_loaded, parts
from echub.model.given import takes
from echub.model.later import LaterRecord, settled
from echub.model.metadata import UNKNOWN, Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source, SourceFacts
from echub.model.vocabulary import kinds
from echub.registry.calling import call, options_of
from echub.registry.options import as_dict, parse_options
from echub.registry.registry import registry
from echub.remark import Remark, is_named
from echub.segments import clock_restarts
from echub.text import nearest, several, with_article

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from echub.files.deriving import Derivation

_KEPT = 1 << 26
"""Bytes of a clock that is kept once it has been looked at, since nearly everything else needs it."""
_SECONDS, _SECONDS_PER_MB = 300.0, 30.0
"""Time of a reader, after which it counts as an endless loop: the slowest takes 2 s per megabyte."""
_NOTHING = Source.from_bytes(b"", "nothing")
"""A source without sidecars."""
Readable = str | os.PathLike[str] | bytes | BinaryIO | Source


@dataclass(frozen=True)
class Reading:
    """How sources are read: reader and options, metadata to add, and whether other files may be read.

    Without `reader`, it is found by content; without `siblings`, the reader sees no other file. `derive`: columns
    to add.
    """

    reader: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    annotations: Annotations = field(default_factory=Annotations)
    siblings: bool = True
    derive: tuple[Derivation, ...] = ()

    def __post_init__(self) -> None:
        """Raise `UnknownOption` for metadata in another form, such as a dictionary."""
        if not isinstance(self.annotations, Annotations):
            raise UnknownOption(
                f"metadata cannot be added as {with_article(type(self.annotations).__name__)}",
                expected='annotations=echub.Annotations.of(values={"cell.area": "0.785 cm^2"})',
            )

    def require_known(self) -> None:
        """Refuse a reader or an option that no plugin has: it would be wrong for every file.

        Raises `UnknownReader`, `ReaderNotInstalled` or `UnknownOption`.
        """
        if self.reader:
            declared = registry().reader(self.reader)
            parse_options(options_of(declared), self.options, f"the reader {declared.name}")
            return
        known = _options_of_all() if self.options else []
        if strange := [key for key in self.options if key.replace("-", "_") not in known]:
            raise UnknownOption(
                f"no reader has an option {strange[0]!r}",
                expected="an option of the reader of these files",
                found=strange[0],
                hint=nearest(strange[0], known),
            )

    def source(self, what: Readable) -> Source:
        """Wrap what is to be read."""
        return Source.of(what, siblings=self.siblings)

    def read(self, source: Source, *, values: bool = True, later: bool = False) -> Record:
        """Read a source to a complete record, as `read` does; without `values`, its structure may be enough.

        `later`: the texts of a native file may be read, and damage to them reported, when they are used.
        """
        declared = registry().reader(self.reader) if self.reader else choose(source, registry())
        given = _with_zone(declared, source, self.options, self.annotations)
        options = parse_options(options_of(declared), given, f"the reader {declared.name}")
        if declared.content:
            record = self._called(declared, source, options, values)
        else:
            record = self._called(declared, source, options, values)
            _check_structure(record)
            record.provenance = _provenance(source, declared, options)
            source.require_unchanged()
            enrich(record, source)
        if later and isinstance(record, LaterRecord) and not self.derive and not self.annotations.any_for(source):
            record.afterwards(partial(_annotate, source=_NOTHING, annotations=Annotations()))
            return record
        _annotate(settled(record), source, self.annotations)
        if self.derive:
            from echub.files.deriving import derive

            derive(record, self.derive)
            record.notices = list(dict.fromkeys(record.notices))
        return record

    def _called(self, declared: Reader, source: Source, options: Any, values: bool) -> Record:  # noqa: ANN401
        """Call the reader; if the user did not name it and it is a fallback, its error is marked as a guess."""
        target = declared.read if values or not declared.outline else declared.outline
        try:
            rehearse(declared, target, source, options)
            seconds = _SECONDS + _SECONDS_PER_MB * source.size / 1e6
            record: Record = call(declared, target, source, options, returns=Record, seconds=seconds)
        except EchubError as error:
            error.path = error.path or source.shown
            error.guessed = self.reader is None and declared.fallback and isinstance(error, SourceError)
            raise
        return record


def _options_of_all() -> list[str]:
    """List the options of all readers; one that cannot be asked has none."""
    names: set[str] = set()
    for reader in registry().readers.values():
        with suppress(EchubError):
            names.update(getattr(options_of(reader), "__dataclass_fields__", ()))
    return sorted(names)


@takes()
def read(
    what: Readable,
    *,
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
    derive: Sequence[str] = (),
) -> Record:
    """Read a raw or a native file to a record.

    The reader is found by content unless it is named. The record carries provenance, the added
    metadata, and a notice for everything the user must know. Of a native file, what is used is read, and
    checked, when it is used. Without `siblings`, the reader sees no other file. `derive` are columns to add,
    as with ``--derive``: ``"current_density"``. Raises `SourceError`
    if it cannot be read or changes meanwhile, `CommandError` for a wrong reader or option, `PluginError` if the
    reader itself fails.
    """
    asked: tuple[Derivation, ...] = ()
    if derive:
        from echub.files.deriving import Derivation

        asked = tuple(Derivation.parse(text) for text in derive)
    how = Reading(reader, options or {}, annotations or Annotations(), siblings, asked)
    return how.read(how.source(what), later=True)


def record_of(what: Readable | Record) -> Record:
    """Return a record unchanged; read anything else."""
    return what if isinstance(what, Record) else read(what)


def _with_zone(
    declared: Reader, source: Source, options: Mapping[str, str], annotations: Annotations
) -> Mapping[str, str]:
    """Pass the stated zone of the clock to a reader with an option `timezone`, which needs it for dates."""
    if "timezone" in options or not any(field.name == "timezone" for field in fields(options_of(declared))):
        return options
    stated = Metadata()
    annotations.apply(source, stated)
    zone = stated.value(clock.ZONE)
    return options if not zone or zone == UNKNOWN else {**options, "timezone": str(zone)}


def _provenance(source: Source, declared: Reader, options: Any) -> Provenance:  # noqa: ANN401
    owner = registry().owner(declared)
    return Provenance(
        source=SourceFacts(source),
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
    """Return name and version of the library that a reader uses, if it declares one."""
    if not declared.requires:
        return {}
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {declared.requires: version(declared.requires)}
    except PackageNotFoundError:  # a package whose distribution has another name
        return {declared.requires: "of unknown version"}


def _annotate(record: Record, source: Source, annotations: Annotations) -> None:
    """Add the metadata of sidecars, tables and the command line."""
    notices = annotations.apply(source, record.metadata) + clock.set_absolute_start(
        record.metadata, lambda: record.datasets.values()
    )
    record.notices = list(dict.fromkeys([*record.notices, *notices]))  # a table that echub wrote has its own


# -- structure -------------------------------------------------------------------------------


def _check_structure(record: Record) -> None:
    """Flag violations of the rules of a dataset's kind; none of them stops a conversion."""
    for kind, dataset in record.datasets.items():
        record.notices += _missing_columns(dataset)
        record.notices += _without_frequency(dataset)
        record.notices += _without_numbers(dataset, record.notices)
        record.notices += _infinite(dataset)
        if dataset.kind == "timeseries":
            record.datasets[kind], restarts = _mark_restarts(dataset)
            record.notices += restarts


def _without_frequency(dataset: Dataset) -> list[Remark]:
    """Flag impedance that stays in the time series, because its rows have no frequency above zero."""
    frequency = next((c for c in dataset.columns.values() if c.quantity == "frequency"), None)
    if dataset.kind != "timeseries" or frequency is None or not dataset.rows or (frequency.values > 0).any():
        return []
    found = "has no value" if np.isnan(frequency.values).all() else "is not above 0"
    text = f"{frequency.header} {found} in {several(dataset.rows, 'row')} with impedance"
    return [Remark("no-frequency", f"{text}: such rows stay in the time series, and are in no spectrum")]


def _missing_columns(dataset: Dataset) -> list[Remark]:
    known = kinds().get(dataset.kind)
    if known is None:
        return [Remark("unknown-kind", f"the dataset kind {dataset.kind!r} is not in the vocabulary")]
    lacks = known.missing(dataset.quantities)
    return [Remark("incomplete", f"the {dataset.kind} dataset has no {lack}") for lack in lacks]


def _without_numbers(dataset: Dataset, told: Sequence[Remark]) -> list[Remark]:
    """Report the columns of the source without any number, in one notice, unless one already names them."""
    found = [c.header for c in dataset.columns.values() if c.index is not None and _is_nan(held(c))]
    empty = [h for h in found if not any(h == notice.column or is_named(h, notice.message) for notice in told)]
    if len(empty) > 1:
        columns = several(len(empty), "column holds", "columns hold")
        return [Remark("no-number", f"{columns} no number at all: {', '.join(empty)}")]
    return [Remark("no-number", f"{header} holds no number at all", column=header) for header in empty]


def _is_nan(values: NDArray[Any] | Deferred) -> bool:
    """Return whether there are values and all are NaN; the first value settles it for nearly every column."""
    if values.dtype.kind != "f" or 0 in values.shape:
        return False
    if values.ndim == 1 and next(parts(values, 1))[1][0] == next(parts(values, 1))[1][0]:
        return False
    return all(bool((part != part).all()) for _, part in parts(values))


def _infinite(dataset: Dataset) -> list[Remark]:
    """Report infinite values: the text `1e999` becomes one in every parser, whatever the instrument meant.

    What is computed from one is infinite too, and not reported.
    """
    columns = [c for c in dataset.columns.values() if c.dtype.kind == "f" and c.origin != "derived"]
    found = dict(zip([c.name for c in columns], _infinite_rows([held(c) for c in columns]), strict=True))
    return [_of_infinite(column, found[column.name]) for column in columns if len(found[column.name])]


def _infinite_rows(columns: Sequence[NDArray[Any] | Deferred]) -> list[NDArray[np.intp]]:
    """Return the rows of infinite values of each column (n, …), known to its reader or looked for."""
    known = [c.infinite() if isinstance(c, Deferred) and c.infinite is not None else None for c in columns]
    rows = [[np.empty(0, np.intp) if one is None else one] for one in known]
    unknown = [number for number, one in enumerate(known) if one is None]
    # Block by block, not column by column: columns of one file are read together.
    for blocks in itertools.zip_longest(*(parts(columns[number]) for number in unknown)):
        for number, block in zip(unknown, blocks, strict=True):
            if block is not None and (infinite := np.isinf(block[1])).any():
                rows[number].append(block[0] + np.nonzero(infinite)[0])
    return [np.concatenate(one) for one in rows]


def _of_infinite(column: Column, rows: NDArray[np.intp]) -> Remark:
    name, count = column.header or column.name, len(rows)
    where = f", the first in row {rows[0]}" if len(column.shape) == 1 else ""
    return Remark("non-finite", f"{name} has {several(count, 'infinite value')}{where}", column=name, count=count)


def _mark_restarts(dataset: Dataset) -> tuple[Dataset, list[Remark]]:
    """List the rows at which the clock restarts; time itself is never changed."""
    if "time" not in dataset.columns:
        return dataset, []
    time = held(dataset.columns["time"])
    rows = _restarts(held_or_loaded(time) if time.nbytes <= _KEPT else time)
    if not len(rows):
        return dataset, []
    shown = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
    marked = replace(dataset, attrs={**dataset.attrs, "clock_restarts": " ".join(map(str, rows))})
    where = f"at the {'row' if len(rows) == 1 else 'rows'} {shown}"
    return marked, [Remark("clock-restarts", f"time goes back {several(len(rows), 'time')}, {where}")]


def _restarts(time: NDArray[Any] | Deferred) -> list[int]:
    """Return the rows at which a clock restarts, block by block: each with the last known time before it."""
    rows: list[int] = []
    before = np.empty(0, time.dtype)
    for first, part in parts(time):
        joined = np.concatenate([before, part])
        rows += (clock_restarts(joined) + (first - len(before))).tolist()
        before = joined[~np.isnan(joined)][-1:]
    return rows
