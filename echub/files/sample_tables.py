"""Several tables of samples as one: rows chosen, energies referred to a line, joined by `sample.id`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from echub.errors import DataError, UnknownOption
from echub.files.aligning import provenance_of_parts
from echub.files.joining import texts_of_parts
from echub.files.naming import names_of
from echub.files.reading import read
from echub.model.dataset import Dataset
from echub.model.energies import refer_energies
from echub.model.record import Record
from echub.model.samples import SAMPLE, TABLE, join_samples
from echub.remark import Remark
from echub.text import several


def sample_table(
    files: Sequence[str | os.PathLike[str]],
    *,
    where: Mapping[str, str] | None = None,
    reference: tuple[str, float] | tuple[str, float, float | None] | None = None,
    closures: Mapping[str, float] | None = None,
) -> Record:
    """Read tables of samples and join them by `sample.id`: means with means, for the samples that all have.

    where: file name to a condition on its rows. reference: a line, its energy and the standard uncertainty of that
    in eV, for the tables that have it; closures: further lines and their energies. One table is not averaged.
    Raises `DataError`, `UnknownOption`.
    """
    paths = [Path(file) for file in files]
    if unknown := sorted({*(where or {})} - {path.name for path in paths}):
        raise UnknownOption(
            f"--where names {unknown[0]}, which is not one of the files", expected=", ".join(p.name for p in paths)
        )
    records = [read(path) for path in paths]
    tables = [_chosen(record, path, where or {}) for record, path in zip(records, paths, strict=True)]
    remarks: list[Remark] = []
    if reference is not None:
        tables, remarks = _referred(tables, paths, (*reference, None)[:3], closures or {})
    whole = join_samples(tables[0], *tables[1:]) if len(tables) > 1 else tables[0]
    if len(tables) > 1:
        remarks += _left_out(tables, paths, whole)
    operations = tuple(whole.history)
    if len(records) == 1:
        said = {part: getattr(records[0], part) for part in ("metadata", "settings", "notices", "dropped")}
        provenance = replace(records[0].provenance, operations=operations)
    else:
        names = names_of(records)
        said = texts_of_parts(records, names)
        provenance = provenance_of_parts(records, names, operations)
    said["notices"] += remarks
    return Record([whole], **said, provenance=provenance)


def _chosen(record: Record, path: Path, where: Mapping[str, str]) -> Dataset:
    if TABLE not in record:
        raise DataError(
            "this is not a table of samples",
            path=str(path),
            expected="a table with a column sample.id",
            found=", ".join(record.datasets) or "no dataset",
            hint="call the column that names the samples `sample.id`",
        )
    table = record[TABLE]
    return table.query(where[path.name]) if path.name in where else table


def _referred(
    tables: Sequence[Dataset], paths: Sequence[Path], reference: tuple[Any, ...], closures: Mapping[str, float]
) -> tuple[list[Dataset], list[Remark]]:
    """Shift the tables that have the line; raise what the first one raises if none has it."""
    line, energy, u = reference
    made, remarks, first = [], [], None
    for table, path in zip(tables, paths, strict=True):
        try:
            shifted, noticed = refer_energies(table, line, energy, closures, u)
        except DataError as error:
            error.path = str(path)
            first, shifted, noticed = first or error, table, []
            if not error.message.startswith("there is no energy of a line") or error.found != line:
                raise
        made.append(shifted)
        remarks += noticed
    if first is not None and all(one is other for one, other in zip(made, tables, strict=True)):
        raise first
    return made, remarks


def _left_out(tables: Sequence[Dataset], paths: Sequence[Path], whole: Dataset) -> list[Remark]:
    """Name the samples that are not in every table."""
    kept = {str(sample) for sample in whole[SAMPLE]}
    said = []
    for table, path in zip(tables, paths, strict=True):
        if alone := sorted({str(sample) for sample in table[SAMPLE]} - kept):
            said.append(f"{path.name}: {', '.join(alone)}")
    if not said:
        return []
    text = f"{several(len(kept), 'sample')} in all tables; the others are left out"
    cause = f"{alike} differ only by case or blanks" if (alike := _alike(tables)) else ""
    return [Remark("samples-left-out", text, where="; ".join(said), cause=cause)]


def _alike(tables: Sequence[Dataset]) -> str:
    """Return the names of samples in one table or several that differ only by case or blanks."""
    spelled: dict[str, list[str]] = {}
    for name in dict.fromkeys(str(sample) for table in tables for sample in table[SAMPLE]):
        spelled.setdefault("".join(name.split()).casefold(), []).append(name)
    return ", ".join("/".join(names) for names in spelled.values() if len(names) > 1)
