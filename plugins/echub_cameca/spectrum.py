"""Read a Cameca mass spectrum: one table of mass and intensity."""

from __future__ import annotations

import numpy as np

from echub.plugin import Metadata, ReadError, Record, Source, SourceColumn, build_dataset
from echub_cameca.sections import describe, is_number, parse, settings

_HEADERS = ("Mass[a.m.u]", "I[cnt/s]")


def read(source: Source, options: object) -> Record:
    """Read the text export of a mass spectrum.

    Raises `ReadError` where the data are cut or damaged.
    """
    export = parse(source)
    metadata = Metadata()
    notices = describe(export, metadata)
    lines = [(number, line) for number, line in export.section("DATA START") if line.strip()]
    start = next((n for n, (_, line) in enumerate(lines) if line.startswith(_HEADERS[0])), None)
    if start is None:
        raise ReadError("the data have no header", expected=" and ".join(_HEADERS), cause="the file was cut")
    number, names = lines[start]
    if [name.strip() for name in names.split("\t") if name.strip()] != list(_HEADERS):
        raise ReadError(
            "a column of the data has an unknown header",
            where=f"line {number}",
            expected=" and ".join(_HEADERS),
            found=names.strip(),
        )
    rows = [_row(number, export.plain_row(line)) for number, line in lines[start + 1 :]]
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    columns = [
        SourceColumn(_HEADERS[0], table[:, 0], "mass_to_charge", "1", index=0),
        SourceColumn(_HEADERS[1], table[:, 1], "ion_count_rate", "count/s", index=1),
    ]
    return Record(
        [build_dataset("mass_spectrum", columns)], metadata=metadata, settings=settings(export), notices=notices
    )


def _row(number: int, line: str) -> list[float]:
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    if len(cells) != 2 or not all(is_number(cell) for cell in cells):
        raise ReadError(
            "a row of the spectrum is not a pair of numbers",
            where=f"line {number}",
            found=line[:60],
            cause="the file is damaged",
        )
    return [float(cell) for cell in cells]
