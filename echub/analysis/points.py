"""Earlier outcomes as input: `.outcome.json` files, folders of them, or a table of values.

A table is CSV: its header names metadata paths and measurands, each with its unit, such as
``sample.group, cell.temperature / degC, onset_current_density / mA/cm^2``. Each row becomes an
outcome with no analysis behind it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from echub.analysis.area import with_basis
from echub.analysis.outcome import SUFFIX, Measurand, Outcome
from echub.analysis.samples import outcomes_of
from echub.analysis.stating import state
from echub.errors import DataError, SourceNotFound, UnknownOption
from echub.model.metadata import Metadata, leaves
from echub.model.samples import TABLE
from echub.model.units import parse_unit
from echub.text import from_spreadsheet

_RECORDS = (".xlsx", ".xlsm", ".h5")
"""Suffixes of files that are read as records; their rows are those of a table of samples."""


def load_outcomes(path: Path) -> list[Outcome]:
    """Read an outcome, all outcomes of a folder, or the rows of a table.

    Raises `SourceNotFound`, or `DataError` with the place of the mistake in the table.
    """
    if path.is_dir():
        return [outcome for file in sorted(path.glob(f"*{SUFFIX}")) for outcome in load_outcomes(file)]
    if path.suffix.lower() in _RECORDS:
        return _of_record(path)
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SourceNotFound(f"the outcome cannot be read: {error}", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise DataError(
            "this is not an outcome of an analysis",
            path=str(path),
            expected=f"an {SUFFIX}, a folder of them, or a CSV table",
            found=f"a file that is not text (byte {error.start})",
            cause="an instrument's file, which another analysis has to answer first",
            hint="echub analyze NAME FILE -o OUT stores outcomes in OUT",
        ) from None
    try:
        if path.name.endswith(".json"):
            return [Outcome.from_json(text)]
        if _has_replicates(text):
            return _of_record(path)
        return _table(text, path.name, hashlib.sha256(data).hexdigest())
    except DataError as error:
        error.path = error.path or str(path)
        raise


def with_values(outcomes: Sequence[Outcome], values: Mapping[str, str]) -> list[Outcome]:
    """Return outcomes with metadata that they lack, by path and text with its unit (``--set``).

    What an outcome states itself stays: its values were computed with it. Raises `UnknownOption` if all state it.
    """
    made = list(outcomes)
    for path, text in values.items():
        if made and all(path in outcome.metadata for outcome in made):
            raise UnknownOption(
                f"{path} is stated by every outcome, and its values belong to that",
                expected="metadata that the outcomes lack",
                found=f"--set {path}={text}",
                hint="analyse the measurements again, with --set there",
            )
        metadata = Metadata()
        metadata.set(path, text, source="--set")
        made = [one.replace(metadata={**_entries(metadata), **one.metadata}) for one in made]
    return [with_basis(one) for one in made] if values else made


def _has_replicates(text: str) -> bool:
    """Return whether a table names samples and replicates: its rows are not values, their means are."""
    cells = {cell.strip() for cell in text.partition("\n")[0].replace(";", ",").replace("\t", ",").split(",")}
    return {"sample.id", "replicate"} <= cells


def _of_record(path: Path) -> list[Outcome]:
    """Read a table of samples, of any format that a reader knows."""
    from echub.files.reading import read

    record = read(path)
    if TABLE not in record:
        raise DataError(
            "this is not an outcome of an analysis",
            path=str(path),
            expected=f"an {SUFFIX}, a folder of them, or a table with a column sample.id",
            found=", ".join(record.datasets) or "no dataset",
            cause="an instrument's file, which another analysis has to answer first",
            hint="echub analyze NAME FILE -o OUT stores outcomes in OUT",
        )
    return outcomes_of(record)


def _table(text: str, name: str, sha256: str) -> list[Outcome]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [
        [from_spreadsheet(cell.strip()) for cell in row]
        for row in csv.reader(text.splitlines(), delimiter=delimiter)
    ]
    rows = [row for row in rows if any(row)]
    if len(rows) < 2:
        raise DataError("the table has no rows", expected="a header with units, and a row per value")
    return [_row(rows[0], row, number, name, sha256) for number, row in enumerate(rows[1:], 2)]


def _row(header: Sequence[str], row: Sequence[str], number: int, name: str, sha256: str) -> Outcome:
    metadata, measurands = Metadata(), {}
    for title, cell in zip(header, row, strict=False):
        path, _, unit = (part.strip() for part in title.partition("/"))
        if not cell:
            continue
        if path in leaves() or path.startswith("extra."):
            state(metadata, path, cell, unit, f"{name} row {number}")
        else:
            measurands[path] = _measurand(path, cell, unit, number)
    provenance: dict[str, Any] = {"inputs": [{"name": name, "sha256": sha256, "row": number}]}
    return with_basis(
        Outcome(measurands, metadata=_entries(metadata), provenance=provenance, label=f"{name} row {number}")
    )


def _entries(metadata: Metadata) -> dict[str, Any]:
    return {e.path: {"value": e.value, "unit": e.unit, "source": e.source} for e in metadata}


def _measurand(name: str, cell: str, unit: str, number: int) -> Measurand:
    parsed = parse_unit(unit or "1")
    try:
        return Measurand(str(parsed), float(cell))
    except ValueError:
        raise DataError(
            f"{name} is not a number", where=f"row {number}", expected="a number", found=cell
        ) from None
