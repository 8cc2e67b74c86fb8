"""Write datasets as BDF: what maps one to one, and in `.metadata.json` where it comes from and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from echub.plugin import Column, DataError, Dataset, MetadataError, Notice, Record, UnknownColumn, series_of
from echub.text import encodable
from echub_bdf.columns import COLUMNS, VERSION, BdfColumn, working

if TYPE_CHECKING:
    import polars as pl

    from echub_bdf.options import BdfOptions

POLARITY = "cell.electrodes.working.polarity"
_TABLES = ("timeseries", "impedance")

Pair = tuple[BdfColumn, Column]


def write(record: Record, options: BdfOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return the parts: `.bdf.csv` (or `.bdf.parquet`), `.impedance.bdf.csv` …, and `.bdf.metadata.json`.

    Raises `DataError` for a record without such a table, `MetadataError` where the working electrode's
    polarity or the cell's configuration is needed and unknown, `UnknownColumn` where a column that BDF requires
    is not there.
    """
    chosen = {name: dataset for name, dataset in record.datasets.items() if dataset.kind in _TABLES}
    if not chosen:
        raise _no_table(record)
    polarity = _polarity(record)
    tables = {name: _pairs(record, dataset, polarity) for name, dataset in chosen.items()}
    left_out = _left_out(record, tables)
    if left_out:
        names = ", ".join(f"{entry['dataset']}/{entry['column']}" for entry in left_out)
        record.notices.append(Notice("not-exported", f"BDF has no column for {names}"))
    suffixes = {name: f"{'' if name == 'timeseries' else f'.{name}'}.bdf.{options.format}" for name in tables}
    for name, pairs in tables.items():
        yield suffixes[name], partial(_write_table, chosen[name], pairs, polarity, options.format)
    yield ".bdf.metadata.json", partial(_write_metadata, record, tables, suffixes, left_out, polarity)


def _no_table(record: Record) -> DataError:
    return DataError(
        "the record has no table of the Battery Data Format",
        expected=f"a dataset of {' or '.join(_TABLES)}",
        found=", ".join(record.datasets) or "no dataset",
        hint="--to csv or --to parquet writes any table",
    )


def _polarity(record: Record) -> str:
    value = record.metadata.value(POLARITY)
    if value is None:
        raise MetadataError(
            "BDF counts charging as positive; whether that is anodic at the working electrode is unknown",
            where=POLARITY,
            expected="positive (charging is anodic there) or negative",
            found="not stated",
            hint=f"--set {POLARITY}=positive",
        )
    return str(value)


def _pairs(record: Record, dataset: Dataset, polarity: str) -> list[Pair]:
    """Pair every BDF column with the dataset's column that it is."""
    pairs = []
    for column in COLUMNS:
        found = _column(record, dataset, column, polarity)
        if found is not None:
            pairs.append((column, found))
        elif column.required:
            raise _missing(record, dataset, column)
    return pairs


def _column(record: Record, dataset: Dataset, column: BdfColumn, polarity: str) -> Column | None:
    quantity = working(column, polarity)
    if not quantity:
        return None
    found = dataset.columns.get("row" if quantity == "record" else quantity)
    if found is None and quantity == "voltage" and _two_electrodes(record):
        found = dataset.columns.get("potential_we")
    if found is not None and column.reset and found.attrs.get("reset") != column.reset:
        return None
    return found


def _two_electrodes(record: Record) -> bool:
    return bool(record.metadata.value("cell.configuration") == "two_electrode")


def _missing(record: Record, dataset: Dataset, column: BdfColumn) -> Exception:
    if column.quantity == "voltage" and "potential_we" in dataset.columns:
        configuration = record.metadata.value("cell.configuration")
        return MetadataError(
            "BDF needs the cell's voltage; the working electrode's potential is that in two-electrode cells only",
            where="cell.configuration",
            expected="two_electrode",
            found=str(configuration or "not stated"),
            hint="--set cell.configuration=two_electrode" if configuration is None else "--to csv or --to parquet",
        )
    return UnknownColumn(
        f"BDF requires {column.label}, and the {dataset.kind} dataset has no {column.quantity}",
        expected=column.quantity,
        found=", ".join(dataset.columns),
        hint="--to csv or --to parquet writes any table",
    )


def _left_out(record: Record, tables: dict[str, list[Pair]]) -> list[dict[str, str]]:
    """List what BDF cannot hold."""
    entries = []
    for name, dataset in record.datasets.items():
        used = {column.name for _, column in tables.get(name, ())}
        for column in dataset.columns.values():
            if column.name not in used and column.name != "row":
                entries.append({"dataset": name, "column": column.name, "source_header": column.header})
    return entries


# -- the table ---------------------------------------------------------------------------------


def _write_table(dataset: Dataset, pairs: list[Pair], polarity: str, format: str, file: BinaryIO) -> None:
    import polars as pl

    turn = polarity == "negative"
    frame = pl.DataFrame([pl.Series(bdf.label, _values(dataset, bdf, column, turn)) for bdf, column in pairs])
    if format == "parquet":
        units = json.dumps({bdf.label: bdf.unit for bdf, _ in pairs if bdf.unit})
        frame.write_parquet(file, compression="zstd", metadata={"bdf_version": VERSION, "units": units})
    else:
        frame.write_csv(file)


def _values(dataset: Dataset, bdf: BdfColumn, column: Column, turn: bool) -> pl.Series:
    import polars as pl

    if bdf.text:
        return pl.Series([str(value) for value in dataset[column.name]])
    turned = turn and bdf.turns
    if column.values.dtype.kind in "iu" and column.unit == bdf.unit and not turned:
        return pl.Series(column.values)  # counts stay whole numbers
    values = dataset.to(column.name, bdf.unit)
    return series_of("", np.ascontiguousarray(0.0 - values if turned else values))


# -- beside the table --------------------------------------------------------------------------


def _write_metadata(
    record: Record,
    tables: dict[str, list[Pair]],
    suffixes: dict[str, str],
    left_out: list[dict[str, str]],
    polarity: str,
    file: BinaryIO,
) -> None:
    whole = {
        "bdf_version": VERSION,
        "generator": "echub",
        "working_electrode": polarity,
        "tables": {suffixes[name]: [_described(*pair) for pair in pairs] for name, pairs in tables.items()},
        "not_exported": left_out,
        "metadata": record.metadata.tree(),
        "provenance": record.provenance.as_dict(),
    }
    file.write(encodable(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def _described(bdf: BdfColumn, column: Column) -> dict[str, Any]:
    return {
        "label": bdf.label,
        "name": bdf.name,
        "iri": bdf.iri,
        "unit": bdf.unit,
        "quantity": column.quantity,
        "origin": column.origin,
        "source_header": column.header,
    }
