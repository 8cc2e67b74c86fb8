"""Read an `.mpr` through galvani's public interface: an independent opinion on the same bytes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from echub.plugin import Metadata, NoOptions, ReadError, Record, Source, SourceColumn, build_tables
from echub.text import several
from echub_eclab.columns import meaning_of
from echub_eclab.container import walk

_FLAGS = {"mode", "ox/red", "error", "control changes", "Ns changes", "counter inc."}


def read(source: Source, options: NoOptions) -> Record:
    """Read the table of an `.mpr` with galvani: no settings, no units but those of the names.

    Raises `ReadError` with galvani's own words where it does not read the file.
    """
    from galvani.BioLogic import MPRfile

    _require_whole(source)
    with warnings.catch_warnings(), source.open() as file:
        warnings.simplefilter("ignore")
        try:
            read = MPRfile(file)
        except Exception as error:  # another program's boundary: galvani raises whatever it meets
            raise ReadError(
                "galvani does not read this file",
                path=source.shown,
                found=f"{type(error).__name__}: {error}",
                cause="a column id or a module version that it does not know",
                hint="--reader eclab-mpr",
            ) from None
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "BioLogic")
    return Record(build_tables(_columns(read)), metadata=metadata)


def _require_whole(source: Source) -> None:
    """Refuse a file that holds less than its headers claim: galvani would take memory for all of it."""
    container = walk(source)
    data = container.first("VMP data")
    held = data.held if data is not None else 0
    claims = int(np.frombuffer(source.read(data.offset, 4), "<u4", 1)[0]) if data is not None and held >= 4 else 0
    if container.damage or not held or claims > held:
        raise ReadError(
            "galvani does not read damaged files",
            path=source.shown,
            found=container.damage or f"{several(claims, 'row')} in {several(held, 'byte')}",
            cause="the file was truncated or changed",
            hint="--reader eclab-mpr recovers the whole rows",
        )


def _columns(read: Any) -> list[SourceColumn]:  # noqa: ANN401
    """Take galvani's columns, and the flags it keeps packed as columns of their own."""
    arrays = {name: read.data[name] for name in read.data.dtype.names if name != "flags"}
    if "flags" in read.data.dtype.names:
        arrays |= {name: read.get_flag(name).astype(np.uint8) for name in read.flags_dict if name in _FLAGS}
    return [_column(name, values, number) for number, (name, values) in enumerate(arrays.items())]


def _column(name: str, values: Any, number: int) -> SourceColumn:  # noqa: ANN401
    meaning = meaning_of(name)
    return SourceColumn(
        name,
        values.copy(),
        meaning.quantity,
        meaning.unit,
        origin=meaning.origin,
        averaged=meaning.averaged,
        negate=meaning.negate,
        index=number,
    )
