"""Read an Arbin results file: a time series per test, auxiliary inputs beside it, other tables as settings."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from echub.plugin import (
    MISSING,
    Dataset,
    Dropped,
    Metadata,
    NoOptions,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_dataset,
)
from echub.text import several
from echub_arbin import MAIN
from echub_arbin.columns import SIGNED, auxiliary_of, column_of, reset_of
from echub_arbin.tables import Database, opened

if TYPE_CHECKING:
    import polars as pl

_KEPT = (
    "Version_Table",
    "Global_Table",
    "Resume_Table",
    "Channel_Statistic_Table",
    "Event_Table",
    "Aux_Global_Data_Table",
    "Smart_Battery_Info_Table",
    "MCell_Aci_Data_Table",
)
"""Small tables that are kept whole as settings."""
_AUXILIARY = "Auxiliary_Table"
_KEYS = ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type")
_OF_AUXILIARY = {*_KEYS, "X"}
_OF_SYSTEM = "MSys"
"""Begins the names of Access's own tables."""
_NEEDED = ("Test_ID", "Data_Point", "Test_Time", "Current", "Voltage")
_EPOCH = dt.datetime(1899, 12, 30)
_SOME = 1e-3
"""Part of the largest current below which a row says nothing about the direction of charge."""


def read(source: Source, options: NoOptions) -> Record:
    """Read a results file.

    Raises `ReadError` where the database cannot be read or has no measurement, and where the machine
    has nothing that reads databases.
    """
    notices: list[Notice] = []
    with opened(source) as database:
        main = _main(source, database)
        auxiliary = _auxiliary_table(source, database)
        settings: dict[str, Any] = {"library": database.library}
        settings |= {name: table.to_dicts() for name in _KEPT if (table := database.table(name)) is not None}
        dropped = list(_left_out(database))
    tests = main.partition_by("Test_ID", maintain_order=True)
    units = _stated_units(settings.get("Aux_Global_Data_Table", ()))
    datasets = [_dataset(test, auxiliary, units, notices) for test in tests]
    if len(datasets) > 1:
        datasets = [_named(dataset, test) for dataset, test in zip(datasets, tests, strict=True)]
    metadata = _metadata(settings.get("Global_Table", ()), notices)
    return Record(datasets, metadata=metadata, settings=settings, notices=notices, dropped=dropped)


def _left_out(database: Database) -> Iterator[Dropped]:
    """Name the tables with rows that are not read, such as the data of a smart battery."""
    for name in sorted(database.names - {MAIN, _AUXILIARY, *_KEPT}):
        if name.startswith(_OF_SYSTEM):
            continue
        try:
            table = database.table(name)
        except ReadError:
            yield Dropped(f"the table {name}", "it cannot be read")
            continue
        if table is not None and not table.is_empty():
            yield Dropped(f"the table {name}, {several(table.height, 'row')}", "what its columns are is not known")


def _stated_units(inputs: Any) -> dict[tuple[int, int], str]:  # noqa: ANN401
    """Return the units that the file states by type and number of the inputs; none where it states two."""
    found: dict[tuple[int, int], set[str]] = {}
    for one in inputs:
        if unit := str(one.get("Unit") or "").strip():
            found.setdefault((one.get("Data_Type"), one.get("Auxiliary_Index")), set()).add(unit)
    return {key: units.pop() for key, units in found.items() if len(units) == 1}


def _main(source: Source, database: Database) -> pl.DataFrame:
    main = database.table(MAIN)
    missing = [name for name in _NEEDED if main is None or name not in main.columns or _is_empty(main[name])]
    if main is None or missing:
        raise ReadError(
            "the database contains no measurement",
            path=source.shown,
            expected=f"rows in {MAIN} with {', '.join(_NEEDED)}",
            found="no such table"
            if main is None
            else "no rows"
            if main.is_empty()
            else f"no {', '.join(missing)}",
            cause="another program's database, a test that did not start, or a damaged file",
        )
    _require_numbers(main, main.columns, MAIN, source)
    return main.sort("Test_ID", "Data_Point", maintain_order=True)


def _is_empty(column: pl.Series) -> bool:
    return column.null_count() == len(column)


def _auxiliary_table(source: Source, database: Database) -> pl.DataFrame | None:
    """Return the values of auxiliary inputs that say which input and which data point they belong to."""
    import polars as pl

    table = database.table(_AUXILIARY)
    if table is None or not set(table.columns) >= _OF_AUXILIARY:
        return None
    _require_numbers(table, table.columns, _AUXILIARY, source)
    floats = table.with_columns(table[name].cast(float) for name in table.columns)
    return floats.filter(pl.all_horizontal(pl.col(_KEYS).is_finite().fill_null(False)))


def _require_numbers(table: pl.DataFrame, columns: Iterable[str], name: str, source: Source) -> None:
    """Raise `ReadError` for a column with words; one without any value is missing, not a word."""
    words = [column for column in columns if not table[column].dtype.is_numeric() and not _is_empty(table[column])]
    if words:
        raise ReadError(
            "a column of numbers holds something else",
            path=source.shown,
            where=f"{name}, column {words[0]}",
            expected="numbers",
            found=repr(table[words[0]].drop_nulls()[0])[:40],
            cause="the database is damaged",
        )


def _named(dataset: Dataset, test: pl.DataFrame) -> Dataset:
    number = test["Test_ID"][0]
    return replace(dataset, label=f"timeseries_test_{number}", attrs={**dataset.attrs, "part": f"test {number}"})


# -- one test --------------------------------------------------------------------------------


def _dataset(
    test: pl.DataFrame,
    auxiliary: pl.DataFrame | None,
    units: Mapping[tuple[int, int], str],
    notices: list[Notice],
) -> Dataset:
    arrays = {name: _numbers(test[name]) for name in test.columns}
    _check_points(arrays["Data_Point"], notices)
    resets: dict[str, str] = {}
    if {"Cycle_Index", "Step_Index"} <= set(arrays):
        for name in ("Charge_Capacity", "Discharge_Capacity"):
            if name in arrays:
                resets[name] = reset_of(arrays[name], arrays["Cycle_Index"], arrays["Step_Index"])
    columns = [column_of(name, values, index, resets) for index, (name, values) in enumerate(arrays.items())]
    if against := _against_counters(arrays):
        notices.append(Notice("sign-contradicted", against))
        columns = [replace(c, quantity=None) if c.header in SIGNED else c for c in columns]
    columns += _auxiliary(test, auxiliary, units, len(columns))
    return build_dataset("timeseries", columns)


def _numbers(series: pl.Series) -> Any:  # noqa: ANN401
    """Return an array; empty cells are missing."""
    import polars as pl

    return (series if not series.null_count() else series.cast(pl.Float64).fill_null(MISSING)).to_numpy()


def _check_points(points: Any, notices: list[Notice]) -> None:  # noqa: ANN401
    """Report points that are missing: a damaged page of a database takes its rows with it."""
    points = points[np.isfinite(points)]  # a cell without a number is said as such
    steps = np.diff(points)
    if (odd := np.flatnonzero(steps != 1)).size:
        at = int(odd[0])
        text = f"after the data point {points[at]:g} comes {points[at + 1]:g}: rows are missing or doubled"
        notices.append(Notice("missing-rows", text))


def _against_counters(arrays: dict[str, Any]) -> str:
    """Say whether the charge counter grows while the current is negative; empty where it does not."""
    if not {"Charge_Capacity", "Discharge_Capacity"} <= set(arrays):
        return ""
    current = arrays["Current"]
    grows = np.diff(arrays["Charge_Capacity"]) - np.diff(arrays["Discharge_Capacity"])
    inside = (np.diff(arrays["Charge_Capacity"]) >= 0) & (np.diff(arrays["Discharge_Capacity"]) >= 0)
    said = inside & (np.abs(current[1:]) > _SOME * np.nanmax(np.abs(current), initial=0.0)) & (grows != 0)
    against = said & (np.sign(grows) != np.sign(current[1:]))
    if not said.any() or against.sum() <= 0.5 * said.sum():
        return ""
    return f"in {int(against.sum())} of {int(said.sum())} rows the charge counters say the opposite of the current"


def _auxiliary(
    test: pl.DataFrame, auxiliary: pl.DataFrame | None, units: Mapping[tuple[int, int], str], first: int
) -> Iterator[SourceColumn]:
    """Return the auxiliary inputs of a test at its data points; missing where an input has no value."""
    import polars as pl

    if auxiliary is None:
        return
    own = auxiliary.filter(pl.col("Test_ID") == test["Test_ID"][0])
    points = test.select(pl.col("Data_Point").cast(pl.Float64))
    parts = ["X", *(name for name in auxiliary.columns if name not in _OF_AUXILIARY)]
    number = itertools.count(first)
    for (kind, index), rows in sorted(own.partition_by("Data_Type", "Auxiliary_Index", as_dict=True).items()):
        once = rows.unique("Data_Point", keep="first", maintain_order=True)
        joined = points.join(once, on="Data_Point", how="left", maintain_order="left")
        stated = units.get((int(kind), int(index)), "")
        for part in parts:
            values = joined[part].fill_null(MISSING).to_numpy()
            named = "" if part == "X" else part
            yield auxiliary_of(int(kind), int(index), values, next(number), stated=stated, part=named)


# -- metadata --------------------------------------------------------------------------------


def _metadata(tests: Any, notices: list[Notice]) -> Metadata:  # noqa: ANN401
    """Return what the table of tests says of the first; several are all in the settings."""
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "Arbin")
    if not tests:
        return metadata
    test = tests[0]
    for path, name in (
        ("experiment.file_name", "Test_Name"),
        ("technique.title", "Schedule_File_Name"),
        ("experiment.comments", "Comments"),
        ("cell.id", "Item_ID"),
    ):
        if text := str(test.get(name) or "").strip():
            metadata.set(path, text)
    if test.get("Channel_Index") is not None:
        metadata.set("instrument.address", f"channel index {test['Channel_Index']}")
    start = test.get("Start_DateTime")
    if isinstance(start, (int, float)) and 32_874 < start < 73_051:  # 1990 to 2100
        moment = _EPOCH + dt.timedelta(seconds=round(start * 86_400))
        metadata.set("experiment.start", moment.isoformat())
        metadata.set("experiment.timezone", "unknown")
    else:
        said = f"the start {start!r} is not a date of this century"
        notices.append(Notice("no-start", "the file states no start" if start is None else said))
    return metadata
