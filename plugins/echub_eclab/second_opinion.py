"""Read an `.mpr` through galvani's public interface: an independent opinion on the same bytes."""

from __future__ import annotations

import warnings
from typing import Any

from echub.plugin import Metadata, NoOptions, ReadError, Record, Source, SourceColumn, build_tables
from echub_eclab.columns import meaning_of

_FLAGS = {"mode", "ox/red", "error", "control changes", "Ns changes", "counter inc."}


def read(source: Source, options: NoOptions) -> Record:
    """Read the table of an `.mpr` with galvani: no settings, no units but those of the names.

    Raises `ReadError` with galvani's own words where it does not read the file.
    """
    from galvani.BioLogic import MPRfile

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


def _columns(read: Any) -> list[SourceColumn]:  # noqa: ANN401
    """Take galvani's columns, and the flags it keeps packed as columns of their own."""
    names = read.data.dtype.names
    columns = [_column(name, read.data[name], number) for number, name in enumerate(names) if name != "flags"]
    if "flags" in names:
        flags = [name for name in read.flags_dict if name in _FLAGS]
        columns += [_column(name, read.get_flag(name), len(names) + n) for n, name in enumerate(flags)]
    return columns


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
