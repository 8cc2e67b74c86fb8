"""Earlier outcomes as input: `.outcome.json` files, folders of them, or a table of values.

A table is CSV: its header names metadata paths and measurands, each with its unit, such as
``sample.group, cell.temperature / degC, onset_current_density / mA/cm^2``, and their uncertainties
(``u(onset_current_density)``). Each row becomes an outcome with no analysis behind it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from echub.analysis.area import with_basis
from echub.analysis.outcome import SUFFIX, Outcome
from echub.analysis.samples import measurand_of, outcomes_of
from echub.analysis.stating import state
from echub.errors import DataError, SourceNotFound, UnknownOption
from echub.model.cell_text import cell_reading
from echub.model.metadata import Metadata, leaves
from echub.model.replicates import Floats, Mean
from echub.model.samples import TABLE
from echub.model.spreads import Kind, StatedSpread, named, spreads_of
from echub.model.stated_spread import in_unit_of, standard
from echub.model.units import is_made_of_units, is_unit, parse_unit
from echub.text import from_spreadsheet

_RECORDS = (".xlsx", ".xlsm", ".h5")
"""Suffixes of files that are read as records; their rows are those of a table of samples."""
_TEMPERATURES = ("T", "temperature", "Temperature")
"""Names of the temperature of a row, beside the path of the metadata."""
_HEAD = 20
"""Lines in which the header is looked for: comments may stand above it."""


def load_outcomes(
    path: Path, *, reader: str | None = None, options: Mapping[str, str] | None = None
) -> list[Outcome]:
    """Read an outcome, all outcomes of a folder, or the rows of a table.

    reader, options: for a table of samples, such as the sheet of a workbook. Raises `SourceNotFound`, or
    `DataError` with the place of the mistake in the table.
    """
    if path.is_dir():
        return [outcome for file in sorted(path.glob(f"*{SUFFIX}")) for outcome in load_outcomes(file)]
    if path.suffix.lower() in _RECORDS:
        return _of_record(path, reader, options)
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
        if _names_samples(text):
            return _of_record(path, reader, options)
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


def _names_samples(text: str) -> bool:
    """Return whether a table names its samples: it is read as such, whose rows may be replicates."""
    return any("sample.id" in _words(line) for line in text.splitlines()[:_HEAD])


def _words(line: str) -> set[str]:
    return {cell.strip(' "') for cell in line.replace(";", ",").replace("\t", ",").split(",")}


def _of_record(path: Path, reader: str | None, options: Mapping[str, str] | None) -> list[Outcome]:
    """Read a table of samples, of any format that a reader knows."""
    from echub.files.reading import read

    record = read(path, reader=reader, options=options)
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
    lines = [line for line in text.splitlines() if line.strip(",;\t ") and not line.startswith("#")]
    first = lines[0] if lines else ""
    delimiter = max(",;\t", key=first.count)
    rows = [[from_spreadsheet(cell.strip()) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    if len(rows) < 2:
        raise DataError("the table has no rows", expected="a header with units, and a row per value")
    units = rows[1] if _are_units(rows[1]) else []
    header = [f"{title} / {unit}" if unit else title for title, unit in zip_longest(rows[0], units, fillvalue="")]
    spreads = spreads_of(header)
    first_row = 3 if units else 2
    return [
        _row(header, row, spreads, number, name, sha256)
        for number, row in enumerate(rows[first_row - 1 :], first_row)
    ]


def _are_units(row: Sequence[str]) -> bool:
    """Return whether a row below the header holds units and nothing else: a 1 is a number, beside a sample A."""
    filled = [cell for cell in row if cell]
    return bool(filled) and all(cell != "1" and (is_unit(cell) or is_made_of_units(cell)) for cell in filled)


def _row(
    header: Sequence[str],
    row: Sequence[str],
    spreads: Mapping[int, StatedSpread],
    number: int,
    name: str,
    sha256: str,
) -> Outcome:
    metadata, measurands = Metadata(), {}
    for place, (title, cell) in enumerate(zip(header, row, strict=False)):
        path, unit = named(title)
        if not cell or place in spreads:
            continue
        if path in leaves() or path.startswith("extra."):
            state(metadata, path, cell, unit or "", f"{name} row {number}")
        elif path in _TEMPERATURES and unit in ("K", "°C", "degC"):
            state(metadata, "cell.temperature", cell, unit, f"{name} row {number}")
        else:
            told = {spread.kind: at for at, spread in spreads.items() if spread.of == place and at < len(row)}
            mean = _mean(path, cell, unit, {kind: (header[at], row[at]) for kind, at in told.items()}, number)
            measurands[path] = measurand_of(str(parse_unit(unit or "1")), mean)
    provenance: dict[str, Any] = {"inputs": [{"name": name, "sha256": sha256, "row": number}]}
    return with_basis(
        Outcome(measurands, metadata=_entries(metadata), provenance=provenance, label=f"{name} row {number}")
    )


def _entries(metadata: Metadata) -> dict[str, Any]:
    return {e.path: {"value": e.value, "unit": e.unit, "source": e.source} for e in metadata}


def _mean(name: str, cell: str, unit: str | None, stated: Mapping[Kind, tuple[str, str]], number: int) -> Mean:
    """Return one cell, with what other cells of its row state of it, as a mean of one value."""
    read = cell_reading(cell, unit)
    if read is None:
        raise DataError(f"{name} is not a number", where=f"row {number}", expected="a number", found=cell)
    told = {kind: _spread(kind, *said, read.value, unit, number) for kind, said in stated.items()}
    own = float(np.nan_to_num(standard(told, np.array([read.u])))[0])
    shared = float(np.nan_to_num(told["shared"])[0]) if "shared" in told else 0.0
    below = not np.isnan(read.limit)
    n = int(not np.isnan(read.value))
    return Mean(read.value, own or None, n, int(below), read.limit, shared=shared)


def _spread(kind: Kind, header: str, cell: str, value: float, unit: str | None, number: int) -> Floats:
    own = named(header)[1]
    read = cell_reading(cell, own)
    if read is None:
        raise DataError(f"{header} is not a number", where=f"row {number}", expected="a number", found=cell)
    given = np.array([read.value])
    return given if kind == "n" else in_unit_of(given, own, np.array([value]), unit, header)
