"""Read a Neware record with fastnda: its table as columns with units, its metadata whole."""

from __future__ import annotations

import logging
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    MISSING,
    Dropped,
    Metadata,
    MetadataError,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_dataset,
)
from echub.text import several
from echub_neware import NDA, ZIP, has_neware_parts
from echub_neware.columns import SIGNED, column_of
from echub_neware.intact import end_of_rows
from echub_neware.options import NewareOptions
from echub_neware.signs import sign_notice

if TYPE_CHECKING:
    import polars as pl

_PLACES = {
    "experiment.start": ("start_time", "StartTime"),
    "experiment.end": ("EndTime",),
    "experiment.comments": ("remarks",),
    "cell.id": ("barcode", "Barcode"),
    "instrument.software": ("client_version", "CurrClientVer"),
    "instrument.firmware": ("server_version", "SvrVer"),
    "technique.title": ("StepName", "step_name", "test_name"),
}
"""Where metadata stand, in an .nda and in an .ndax."""
_STEPS, _NUMBER = "step_type", "index"
_NOT_TYPED = 1.0
"""mg: the active mass that the software offers by itself."""


def read(source: Source, options: NewareOptions) -> Record:
    """Read a record.

    Raises `ReadError` with fastnda's own words where that does not read the file.
    """
    suffix = _suffix(source)
    notices: list[Notice] = []
    with source.on_disk(suffix) as path, _heard(notices):
        frame, settings = _tried(source, path, options)
    columns = list(_columns(frame, suffix == ".ndax"))
    if {"current_mA", _STEPS} <= set(frame.columns):
        known = frame[_STEPS].is_not_null().to_numpy()
        if lost := int((~known).sum()):
            text = f"the file does not say of which step {several(lost, 'row is', 'rows are')}"
            notices.append(Notice("unknown-steps", text))
        codes = frame[_STEPS].drop_nulls().to_numpy()
        if against := sign_notice(frame["current_mA"].to_numpy()[known], codes, _words(codes)):
            notices += against
            columns = [replace(c, quantity=None) if c.header in SIGNED else c for c in columns]
    _count_numbers(frame, notices)
    metadata = _metadata(settings, notices)
    dropped = list(_cut(source, frame.height, notices)) if suffix == ".nda" else []
    return Record(
        [build_dataset("timeseries", columns)],
        metadata=metadata,
        settings=settings,
        notices=notices,
        dropped=dropped,
    )


def _cut(source: Source, rows: int, notices: list[Notice]) -> Iterator[Dropped]:
    """Say that the file ends before its rows do; fastnda reads what is there, and says nothing."""
    end = end_of_rows(source)
    if end is not None and end > source.size:
        text = f"the file ends at offset {source.size}, inside its rows, which end at {end}: {rows} were recovered"
        notices.append(Notice("truncated", text))
        yield Dropped(f"the rows behind the first {rows}", "the file ends inside or before them")


def _count_numbers(frame: pl.DataFrame, notices: list[Notice]) -> None:
    """Say how many numbers no row has: fastnda passes over rows that it cannot read."""
    if _NUMBER not in frame.columns:
        return
    numbers = frame[_NUMBER].drop_nulls().to_numpy().astype(np.int64)
    steps = np.diff(numbers)
    if lost := int((steps[steps > 1] - 1).sum()):
        behind = int(numbers[int(np.argmax(steps > 1))])
        rows = several(lost, "row is", "rows are")
        text = f"by their numbers {rows} missing among those that could be read, the first behind number {behind}"
        notices.append(Notice("row-count", text))


def _suffix(source: Source) -> str:
    """Return which of both formats it is, by its first bytes."""
    if source.head.startswith(NDA):
        return ".nda"
    if source.head.startswith(ZIP) and has_neware_parts(source.head):
        return ".ndax"
    raise ReadError(
        "this is not a Neware record",
        path=source.shown,
        expected="NEWARE, or a zip archive with data.ndc",
        found=repr(source.head[:16]),
        cause="another program's file, or a beginning that was cut",
    )


class _Ear(logging.Handler):
    """Keep what a library logs as notices."""

    def __init__(self, notices: list[Notice]) -> None:
        super().__init__(logging.WARNING)
        self.notices = notices

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.notices.append(Notice("library-warning", f"fastnda: {record.getMessage()}"))


@contextmanager
def _heard(notices: list[Notice]) -> Iterator[None]:
    """Turn what fastnda logs and warns of into notices; nothing reaches the terminal."""
    logger, ear = logging.getLogger("fastnda"), _Ear(notices)
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(ear)
    try:
        with warnings.catch_warnings(record=True) as issued:
            warnings.simplefilter("always")
            yield
        notices += [Notice("library-warning", f"fastnda: {warning.message}") for warning in issued]
    finally:
        logger.removeHandler(ear)
        logger.propagate = propagated


@contextmanager
def _zlib_kept() -> Iterator[None]:
    """Keep Python's own zlib: fastnda 1.3.1 puts another library in its place, with errors of another class."""
    own = zlib.decompress, zlib.decompressobj
    try:
        yield
    finally:
        zlib.decompress, zlib.decompressobj = own


@_zlib_kept()
def _tried(source: Source, path: Path, options: NewareOptions) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Call fastnda; whatever it raises is a file that it does not read."""
    import fastnda

    try:
        frame = fastnda.read(path, cycle_mode=options.cycles, raw_categories=True)
        settings = dict(fastnda.read_metadata(path))
    except Exception as error:  # another program's boundary: it raises whatever it meets
        raise ReadError(
            "fastnda does not read this file",
            path=source.shown,
            found=f"{type(error).__name__}: {error}".splitlines()[0],
            cause="the file is damaged, still being written, or of a version that fastnda does not know",
            hint="export it from BTSDA as Excel or CSV, and convert that",
        ) from None
    return frame, settings


def _columns(frame: pl.DataFrame, is_utc: bool) -> Iterator[SourceColumn]:
    for index, name in enumerate(frame.columns):
        column = column_of(name, _values(frame[name]), index, is_utc=is_utc)
        labels = _words(frame[name].drop_nulls().to_numpy()) if name == _STEPS else {}
        yield replace(column, labels=labels, is_text=True) if name == _STEPS else column


def _values(series: pl.Series) -> NDArray[np.generic]:
    """Return the values of a column; where fastnda found none, they are missing."""
    values: NDArray[np.generic] = series.to_numpy()
    if series.null_count() and values.dtype.kind == "f":
        values = np.where(series.is_null().to_numpy(), values.dtype.type(MISSING), values)
    return values


def _words(codes: NDArray[np.integer[Any]]) -> dict[int, str]:
    """Return the names of the step types that occur; a type without one keeps its number."""
    from fastnda import step_type_map

    present = np.flatnonzero(np.bincount(codes)) if len(codes) else ()
    return {int(code): step_type_map.get(int(code), f"type {code}") for code in present}


# -- metadata --------------------------------------------------------------------------------


def _metadata(settings: Mapping[str, Any], notices: list[Notice]) -> Metadata:
    """Return what the file says of the experiment; the whole of it stands in the settings."""
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "Neware")
    found = dict(_leaves(settings))
    for path, names in _PLACES.items():
        text = next((str(found[name]).strip() for name in names if found.get(name)), "")
        if path in ("experiment.start", "experiment.end"):
            text = _iso(printed := text)
            if printed and not text and path == "experiment.start":
                notices.append(Notice("no-start", f"the start {printed!r} cannot be read"))
        if text:
            metadata.set(path, text)
    if "experiment.start" in metadata:
        metadata.set("experiment.timezone", "unknown")
    channel = [found.get(name) for name in ("DevID", "UnitID", "ChlID")]
    if all(channel):
        metadata.set("instrument.address", "-".join(str(part) for part in channel))
    _mass(found.get("active_mass_mg"), metadata, notices)
    return metadata


def _mass(value: Any, metadata: Metadata, notices: list[Notice]) -> None:  # noqa: ANN401
    if not isinstance(value, (int, float)) or value == 0:  # where none was typed
        return
    if value == _NOT_TYPED:
        text = 'the active mass is 1 mg, the default of the software: not taken; --set cell.active_mass="1 mg"'
        notices.append(Notice("default-value", text))
        return
    try:
        metadata.set("cell.active_mass", float(value), "mg")
    except MetadataError:
        notices.append(Notice("impossible-value", f"the active mass {value:g} mg is not taken"))


def _leaves(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Walk all values of a nested tree with their last name; the first part of the file comes last."""
    for name, value in reversed(list(tree.items())):
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif not isinstance(value, list):
            yield name, value


def _iso(text: str) -> str:
    """Return a moment as ISO 8601; empty for what is none, or only a day."""
    try:
        return datetime.fromisoformat(text).isoformat() if ":" in text else ""
    except ValueError:
        return ""
