"""Write datasets as Parquet: zstd, one file each, units and provenance in file-level metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echub.plugin import DataError, Dataset, Record, arrow_schema, describe
from echub.text import encodable, with_article
from echub_export.shape import shaped

if TYPE_CHECKING:
    from echub_export.options import ExportOptions


def write(record: Record, options: ExportOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return one part per dataset: `.timeseries.parquet`, `.impedance.parquet` …"""
    chosen = shaped(record, options)
    for dataset in chosen.datasets.values():
        yield f".{dataset.name}.parquet", partial(write_dataset, record, dataset, whole=chosen is record)


def write_dataset(record: Record, dataset: Dataset, file: BinaryIO, *, whole: bool = True) -> None:
    """Write one table with the keys `units`, `columns`, `kind`, `metadata`, `provenance`, each a JSON text.

    The units are in the metadata of each field as well (``units``), where pyarrow, R's arrow and DuckDB show them.
    whole: all columns are in their canonical units, so that `echub` describes the record and it can be read back.
    """
    if any(len(column.axes) > 1 for column in dataset.columns.values()):
        raise DataError(
            f"{with_article(dataset.kind)} dataset is not a table and has no Parquet", hint="--to native keeps it"
        )
    units = {name: c.unit for name, c in dataset.columns.items() if c.unit and not c.bits}
    texts = {
        "units": units,
        "columns": {
            name: {"quantity": c.quantity, "origin": c.origin, "sign": c.sign, "source_header": c.header}
            for name, c in dataset.columns.items()
        },
        "metadata": record.metadata.tree(),
        "provenance": record.provenance.as_dict(),
        **({"echub": describe(record, dataset.name)} if whole else {}),
    }
    encoded = {
        key: encodable(json.dumps(value, ensure_ascii=False, sort_keys=True)) for key, value in texts.items()
    }
    frame = dataset.to_polars()
    schema = arrow_schema(frame, units)
    frame.write_parquet(file, compression="zstd", metadata={"kind": dataset.kind, **encoded}, arrow_schema=schema)
