"""Datasets as pandas, polars and xarray objects; each library is imported on first use.

Each function takes a dataset's kind, its columns, and their values by name as `Dataset.plain` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from echub.errors import PluginError, SelectionError
from echub.model.column import Column
from echub.model.missing import is_missing
from echub.text import with_article

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray

Columns = Mapping[str, Column]
Values = Mapping[str, Any]


def to_pandas(kind: str, columns: Columns, values: Values) -> pandas.DataFrame:
    """Return a DataFrame with one column per name, and the units in `attrs`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise _missing("pandas") from error
    frame = pd.DataFrame(_flat(kind, columns, values), copy=False)
    frame.attrs["units"] = units_of(columns)
    return frame


def to_polars(kind: str, columns: Columns, values: Values) -> polars.DataFrame:
    """Return a DataFrame with one column per name, null where a value is missing."""
    import polars as pl

    return pl.DataFrame([series_of(name, found) for name, found in _flat(kind, columns, values).items()])


def series_of(name: str, values: NDArray[Any]) -> polars.Series:
    """Return values (n,) as a polars Series, null where one is missing or a text is empty; NaN stays NaN."""
    import polars as pl

    if values.dtype == object:
        return pl.Series(name, [text or None for text in values.tolist()], dtype=pl.String)
    series = pl.Series(name, values)
    missing = is_missing(values)
    return series.zip_with(pl.Series(~missing), pl.Series([None], dtype=series.dtype)) if missing.any() else series


def to_xarray(kind: str, columns: Columns, values: Values) -> xarray.Dataset:
    """Return a Dataset over the kind's axes, with units and origins as attributes."""
    try:
        import xarray as xr
    except ImportError as error:
        raise _missing("xarray") from error
    of_bits = {bits.name: column for column in columns.values() for bits in column.bits}
    variables = {
        name: (of_bits.get(name, columns.get(name)).axes, array, _attrs(columns.get(name)))  # type: ignore[union-attr]
        for name, array in values.items()
    }
    axes = [name for name in variables if variables[name][0] == (name,)]
    coords = {name: variables.pop(name) for name in axes}
    return xr.Dataset(variables, coords=coords, attrs={"kind": kind})


def units_of(columns: Columns) -> dict[str, str]:
    """Return the unit of every column that has one."""
    return {name: column.unit for name, column in columns.items() if column.unit and not column.bits}


def _attrs(column: Column | None) -> dict[str, Any]:
    if column is None:
        return {}
    known = {"units": column.unit, "quantity": column.quantity, "origin": column.origin, "sign": column.sign}
    return {key: value for key, value in known.items() if value}


def _flat(kind: str, columns: Columns, values: Values) -> Values:
    if any(len(column.axes) > 1 for column in columns.values()):
        raise SelectionError(f"{with_article(kind)} dataset is not a table", hint="use .to_xarray()")
    return values


def arrow_schema(frame: polars.DataFrame, units: Mapping[str, str]) -> Any:  # noqa: ANN401  a schema of nanoarrow
    """Return the Arrow schema of a polars DataFrame with the units in the metadata of its fields (``units``)."""
    import nanoarrow

    schema = nanoarrow.c_array_stream(frame.head(0)).get_schema()
    fields = [
        field.modify(metadata={"units": units[field.name]}) if field.name in units else field
        for field in schema.children
    ]
    return schema.modify(children=fields)


def _missing(package: str) -> PluginError:
    return PluginError(f"{package} is not installed", hint=f"pip install 'echub[{package}]'")
