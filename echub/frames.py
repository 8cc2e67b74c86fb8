"""Datasets as pandas, polars and xarray objects; each library is imported when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echub.errors import PluginError, SelectionError

if TYPE_CHECKING:
    import pandas
    import polars
    import xarray

    from echub.dataset import Dataset


def to_pandas(dataset: Dataset) -> pandas.DataFrame:
    """Give a DataFrame with one column per name, and the units in `attrs`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise _missing("pandas") from error
    frame = pd.DataFrame(_flat(dataset), copy=False)
    frame.attrs["units"] = units_of(dataset)
    return frame


def to_polars(dataset: Dataset) -> polars.DataFrame:
    """Give a DataFrame with one column per name."""
    import polars as pl

    return pl.DataFrame({n: v.tolist() if v.dtype == object else v for n, v in _flat(dataset).items()})


def to_xarray(dataset: Dataset) -> xarray.Dataset:
    """Give a Dataset over the kind's axes, with units and origins as attributes."""
    try:
        import xarray as xr
    except ImportError as error:
        raise _missing("xarray") from error
    values = dataset.plain()
    of_bits = {bits.name: column for column in dataset.columns.values() for bits in column.bits}
    variables = {
        name: (of_bits.get(name, dataset.columns.get(name)).axes, array, _attrs(dataset, name))  # type: ignore[union-attr]
        for name, array in values.items()
    }
    axes = [name for name in variables if variables[name][0] == (name,)]
    coords = {name: variables.pop(name) for name in axes}
    return xr.Dataset(variables, coords=coords, attrs={"kind": dataset.kind})


def units_of(dataset: Dataset) -> dict[str, str]:
    """Give the unit of every column that has one."""
    return {name: column.unit for name, column in dataset.columns.items() if column.unit and not column.bits}


def _attrs(dataset: Dataset, name: str) -> dict[str, Any]:
    column = dataset.columns.get(name)
    if column is None:
        return {}
    known = {"units": column.unit, "quantity": column.quantity, "origin": column.origin, "sign": column.sign}
    return {key: value for key, value in known.items() if value}


def _flat(dataset: Dataset) -> dict[str, Any]:
    if any(len(column.axes) > 1 for column in dataset.columns.values()):
        raise SelectionError(f"a {dataset.kind} dataset is no table", hint="use .to_xarray()")
    return dataset.plain()


def _missing(package: str) -> PluginError:
    return PluginError(f"{package} is not installed", hint=f"pip install 'echub[{package}]'")
