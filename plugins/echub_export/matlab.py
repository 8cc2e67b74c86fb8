"""Write a record as a MATLAB file: a struct per dataset, with units, and the metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from echub.plugin import DataError, Dataset, Record
from echub.text import encodable
from echub_export.shape import shaped

if TYPE_CHECKING:
    from echub_export.options import ExportOptions

LONGEST = 63
"""Characters of a name in MATLAB (namelengthmax)."""
MOST_BYTES = 2**31
"""Bytes of a variable in a file of version 5 (MathWorks, "MAT-File Versions")."""


def write(record: Record, options: ExportOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return one part: the `.mat` file of version 5, which MATLAB, Octave and SciPy load.

    Raises `DataError` for a dataset beyond 2 GB.
    """
    chosen = shaped(record, options)
    for dataset in chosen.datasets.values():
        size = sum(column.values.nbytes for column in dataset.columns.values())
        if size >= MOST_BYTES:
            raise DataError(
                f"the {dataset.name} dataset has {size / 2**30:.1f} GB: too much for a variable of MATLAB's file",
                expected="less than 2 GB",
                hint="the native file opens in MATLAB with h5read; --columns writes some columns",
            )
    yield ".mat", partial(write_mat, chosen)


def write_mat(record: Record, file: BinaryIO) -> None:
    """Write a struct per dataset, with its units, and the struct ``echub``: metadata and provenance as JSON."""
    from scipy.io import savemat

    taken: set[str] = {"echub"}
    content: dict[str, Any] = {
        _name(dataset.name, taken): _struct(dataset) for dataset in record.datasets.values()
    }
    texts = {"metadata": record.metadata.tree(), "provenance": record.provenance.as_dict()}
    content["echub"] = {key: encodable(json.dumps(value, ensure_ascii=False)) for key, value in texts.items()}
    content["echub"]["warnings"] = _texts([notice.text for notice in record.notices])
    savemat(file, content, long_field_names=True, do_compression=True, oned_as="column")


def _struct(dataset: Dataset) -> dict[str, Any]:
    taken: set[str] = {"units", "names"}
    struct: dict[str, Any] = {}
    units: dict[str, str] = {}
    originals: dict[str, str] = {}
    for name, values in dataset.plain().items():
        field = _name(name, taken)
        struct[field] = _texts(values.tolist()) if values.dtype == object else np.ascontiguousarray(values)
        column = dataset.columns.get(name)
        units[field] = column.unit if column is not None and column.unit and column.unit != "1" else ""
        originals[field] = encodable(column.header) if column is not None else ""
    return {**struct, "units": units, "names": originals}


def _texts(texts: list[Any]) -> Any:  # noqa: ANN401
    """Return a cell array of texts."""
    cells = np.empty(len(texts), dtype=object)
    cells[:] = ["" if text is None else encodable(str(text)) for text in texts]
    return cells


def _name(name: str, taken: set[str]) -> str:
    """Return a name that MATLAB accepts: letters, digits, underscores, a letter first; numbered if taken."""
    plain = re.sub(r"[^0-9A-Za-z_]", "_", name)
    plain = (plain if plain[:1].isalpha() else f"x{plain}")[:LONGEST]
    found, number = plain, 2
    while found in taken:
        found = f"{plain[: LONGEST - len(str(number)) - 1]}_{number}"
        number += 1
    taken.add(found)
    return found
