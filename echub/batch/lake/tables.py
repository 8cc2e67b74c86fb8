"""Tables of a lake: frames with a unit for each column, written and joined as Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echub.model.dataset import Dataset
from echub.model.frames import arrow_schema

if TYPE_CHECKING:
    import polars as pl

ROW_GROUP = 1 << 17
"""Rows of a group: some MB, so that a question about one file reads little."""


def table_of(dataset: Dataset, source: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return a dataset as a table that others can be appended to, and the units of its columns.

    A column without a quantity keeps the unit that was printed, which another file may print differently: the unit
    becomes part of its name, so that one column never holds two units.
    """
    import polars as pl

    frame, units, names = dataset.to_polars(), {}, {}
    for name, column in dataset.columns.items():
        if column.bits or not column.unit:
            continue
        names[name] = name if column.quantity else f"{name} [{column.unit}]"
        units[names[name]] = column.unit
    frame = frame.rename(names).with_columns(pl.lit(source).alias("source"), pl.lit(dataset.name).alias("dataset"))
    return frame.select("source", "dataset", pl.exclude("source", "dataset")), units


def write_table(frame: pl.DataFrame, units: Mapping[str, str], path: Path) -> None:
    """Write a table with its units in the metadata of its fields, and of the file."""
    frame.write_parquet(path, row_group_size=ROW_GROUP, **_described(frame, units))


def write_batches(
    batches: Iterable[pl.DataFrame], form: pl.DataFrame, units: Mapping[str, str], path: Path, rows: int
) -> None:
    """Write a table that comes in batches, as `write_table` does; form: its columns without rows."""
    from polars.io.plugins import register_io_source

    register_io_source(lambda *_: iter(batches), schema=form.schema).sink_parquet(
        path, row_group_size=rows, engine="streaming", **_described(form, units)
    )


def _described(frame: pl.DataFrame, units: Mapping[str, str]) -> dict[str, Any]:
    own = {name: unit for name, unit in units.items() if name in frame.columns}
    return {
        "metadata": {"units": json.dumps(own, ensure_ascii=False, sort_keys=True)},
        "arrow_schema": arrow_schema(frame, own),
    }


def units_of(path: Path) -> dict[str, str]:
    """Read the units of a table: opened here, because a path may hold `*` or `[`."""
    import polars as pl

    with path.open("rb") as file:
        return dict(json.loads(pl.read_parquet_metadata(file).get("units", "{}")))


def read_table(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """Read one table; `*` and `[` in a path stand for themselves."""
    import polars as pl

    return pl.read_parquet(path, columns=columns, glob=False, hive_partitioning=False)


def join_tables(paths: Sequence[Path], target: Path, without: Iterable[str] = ()) -> int:
    """Write several tables as one, ordered by source, without the rows of some sources; return the rows.

    A table that lacks a column has no values there. Nothing is written if no row is left.
    """
    import polars as pl

    gone = list(without)
    frames = [read_table(path) for path in paths]
    kept = [frame.filter(~pl.col("source").is_in(gone)) if gone else frame for frame in frames]
    whole = pl.concat(kept, how="diagonal_relaxed").sort("source", maintain_order=True)
    if whole.height:
        units: dict[str, str] = {}
        for path in paths:
            units |= units_of(path)
        write_table(whole, units, target)
    return whole.height
