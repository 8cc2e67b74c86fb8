"""Several files as one xarray dataset, with what differs between them as coordinates; units for pint-xarray.

xarray's own `concat` gives all files the attributes of the first, its area and units too; `combine_nested` none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import PluginError, SelectionError, UnitMismatch, UnknownOption, UnknownUnit
from echub.files.naming import names_of
from echub.files.reading import Readable, record_of
from echub.model.dataset import Dataset
from echub.model.given import SOURCES, XARRAY, require, takes
from echub.model.metadata import leaves
from echub.model.missing import MISSING, filled
from echub.model.record import Record
from echub.model.units import parse_unit
from echub.text import nearest, with_article

if TYPE_CHECKING:
    import xarray

_KEPT = ("units", "quantity", "origin", "sign")


@takes(SOURCES)
def stack(
    sources: Sequence[Readable | Record],
    kind: str = "timeseries",
    *,
    dim: str = "file",
    metadata: Sequence[str] = ("sample.id", "cell.area"),
) -> xarray.Dataset:
    """Stack one dataset of several files along a new dimension: every column (file, row).

    metadata: paths of the metadata that become coordinates along `dim`, named `sample_id`, `cell_area`, with their
    unit. A shorter file has missing values at its end (NaN; texts are empty), and so has one without the column;
    whole numbers are then float64. An attribute stays only if it is the same in all files; `source_row` is there
    if rows were left out. Raises `UnitMismatch` if two files have a column in different units, `UnknownOption`
    for an unknown path, `SelectionError` for maps.
    """
    try:
        import xarray as xr
    except ImportError:
        raise _not_installed("xarray") from None
    if strange := [path for path in metadata if path not in leaves()]:
        raise UnknownOption(
            f"there is no metadata {strange[0]!r}",
            expected=", ".join(leaves()),
            found=strange[0],
            hint=nearest(strange[0], leaves(), alike=0.8),
        )
    if isinstance(sources, (str, os.PathLike, Record)):
        sources = [sources]
    records = [record_of(source) for source in sources]
    if not records:
        raise UnknownOption("there is nothing to stack", expected="one file or more", found="0")
    tables = [record[kind] for record in records]
    if any(len(column.axes) > 1 for table in tables for column in table.columns.values()):
        raise SelectionError(
            f"{with_article(kind)} dataset is not a table", hint="use .to_xarray() on each, and xarray.concat"
        )
    columns = [_plain(table) for table in tables]
    rows = max((table.rows for table in tables), default=0)
    names = dict.fromkeys(name for found in columns for name in found)
    variables = {
        name: ((dim, "row"), _stacked([found.get(name) for found in columns], rows), _attrs(name, tables))
        for name in names
    }
    coords = {dim: names_of(records), "row": np.arange(rows)}
    coords |= {path.replace(".", "_"): (dim, *_stated(path, records)) for path in metadata}
    return xr.Dataset(variables, coords=coords, attrs={"kind": kind})


def _plain(table: Dataset) -> dict[str, NDArray[Any]]:
    """Return the columns of a table; the rows of the source only if some were left out."""
    found = table.plain()
    row = found.pop("row", None)
    if row is not None and not np.array_equal(row, np.arange(len(row))):
        found["source_row"] = row
    return found


def _stacked(parts: Sequence[NDArray[Any] | None], rows: int) -> NDArray[Any]:
    """Return the values of one column of all files, (files, rows), each file filled up with missing values."""
    there = [part for part in parts if part is not None]
    if any(part.dtype == object for part in there):
        texts = np.full((len(parts), rows), "", dtype=object)
        for number, part in enumerate(parts):
            if part is not None:
                texts[number, : len(part)] = part
        return texts
    gaps = np.ones((len(parts), rows), bool)
    values = np.zeros((len(parts), rows), np.result_type(*(part.dtype for part in there)))
    for number, part in enumerate(parts):
        if part is not None:
            values[number, : len(part)], gaps[number, : len(part)] = part, False
    return filled(values, gaps) if gaps.any() else values


def _attrs(name: str, tables: Sequence[Dataset]) -> dict[str, str]:
    """Return what all files say about a column; `UnitMismatch` if they have it in different units."""
    columns = [table.columns[name] for table in tables if name in table.columns]
    units = {column.unit for column in columns}
    if len(units) > 1:
        raise UnitMismatch(
            f"the files have {name!r} in different units",
            column=name,
            expected="one unit",
            found=", ".join(str(unit) for unit in sorted(units, key=str)),
            hint="select other columns before stacking",
        )
    found = {}
    for key in _KEPT:
        said = {getattr(column, key if key != "units" else "unit") for column in columns}
        if len(said) == 1 and (value := said.pop()):
            found[key] = str(value)
    return found


def _stated(path: str, records: Sequence[Record]) -> tuple[NDArray[Any], Mapping[str, str]]:
    """Return what each file states, in the unit of the vocabulary; NaN or an empty text if it states nothing."""
    leaf = leaves()[path]
    values = [record.metadata.value(path, *([leaf.unit] if leaf.unit else [])) for record in records]
    if leaf.type in ("number", "integer"):
        numbers = np.array([MISSING if value is None else float(value) for value in values])
        return numbers, {"units": leaf.unit} if leaf.unit else {}
    return np.array(["" if value is None else str(value) for value in values], dtype=object), {}


# -- pint-xarray --------------------------------------------------------------------------------


def to_pint(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return an xarray dataset whose numbers carry their units as pint quantities; needs pint-xarray.

    Units that pint does not read, and those of coordinates with an index, stay in the attributes.
    """
    import pint

    _add_pint()
    require(XARRAY, dataset, "to_pint")
    registry = pint.get_application_registry()
    plain = dataset.copy()
    left: dict[Any, str] = {}
    for name, variable in plain.variables.items():
        unit = variable.attrs.get("units")
        if unit and (name in plain.indexes or not _is_read(registry, unit)):
            left[name] = plain[name].attrs.pop("units")
    quantified = plain.pint.quantify(unit_registry=registry)
    for name, unit in left.items():
        quantified[name].attrs["units"] = unit
    return quantified


def from_pint(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return plain numbers with units as attributes, as echub writes them: `mA/cm^2`, which UDUNITS reads too."""
    _add_pint()
    require(XARRAY, dataset, "from_pint")
    left = {name: dataset[name].attrs.get("units") for name in dataset.variables}
    plain = dataset.pint.dequantify(format="~C")
    for name, variable in plain.variables.items():
        unit = variable.attrs.get("units")
        if left[name]:
            plain[name].attrs["units"] = left[name]
        elif unit is not None:
            plain[name].attrs["units"] = _written(unit)
    return plain


def _is_read(registry: Any, unit: str) -> bool:  # noqa: ANN401  types of pint are made at run time
    try:
        registry.parse_units(unit)
    except Exception:  # whatever pint raises for a text, it does not read it
        return False
    return True


def _written(unit: str) -> str:
    """Return a unit in our spelling; one that the table does not have with carets."""
    try:
        return parse_unit(unit).in_file.replace("**", "^") if unit else "1"
    except UnknownUnit:
        return unit.replace("**", "^")


def _add_pint() -> None:
    """Let pint-xarray add its accessor to datasets of xarray."""
    try:
        import pint_xarray  # type: ignore[import-not-found,unused-ignore]  # noqa: F401  no extra asks for it
    except ImportError:
        raise _not_installed("pint-xarray") from None


def _not_installed(package: str) -> PluginError:
    return PluginError(f"{package} is not installed", hint=f"pip install {package}")
