"""Rows of the tables `files` and `outcomes`: what is known about each file, with units, in flat columns."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from echub.batch.lake.places import FORMAT, Partition
from echub.batch.ledger import Entry
from echub.model.dataset import Dataset
from echub.model.json_text import plain
from echub.model.metadata import Metadata, leaves
from echub.model.record import Record
from echub.text import encodable

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]
OUTCOME_FORMAT = "echub-outcome 1"
"""What `echub analyze` and studies write; another format is left out and reported."""
_FROM_LEDGER = (
    "source", "path", "status", "size", "sha256", "reader", "version", "echub", "schema", "settings",
    "content_hash", "error", "reason",
)  # fmt: skip


def state_of(line: bytes, kinds: Collection[str] = ()) -> str:
    """Hash a line of the ledger: what was gathered from an equal one, of the same kinds, is not gathered again."""
    return hashlib.sha256(FORMAT.encode() + ",".join(sorted(set(kinds))).encode() + line).hexdigest()[:16]


def bare_row(entry: Entry, state: str) -> Row:
    """Return the row of a source of which there is nothing but its line in the ledger."""
    row: Row = {name: getattr(entry, name) for name in _FROM_LEDGER}
    return row | {
        "output": [part.path for part in entry.output],
        "state": state,
        "parts": [],
        "kinds": [],
        "rows": 0,
        "notices": [],
    }


def add_record(row: Row, units: dict[str, str], record: Record) -> None:
    """Add what one output says to the row of its source: metadata, partition, counts, first and last values."""
    row |= _flat(record.metadata, units)
    place = Partition.of("", record.metadata)
    row |= {"technique": place.technique, "month": place.month, "instrument": place.instrument}
    row["notices"] = list(dict.fromkeys([*row["notices"], *(notice.code for notice in record.notices)]))
    for dataset in record.datasets.values():
        row["kinds"] = list(dict.fromkeys([*row["kinds"], dataset.kind]))
        row["rows"] += dataset.rows
        row[f"{dataset.name}.rows"] = dataset.rows
        row |= _ends(dataset, units)


def _flat(metadata: Metadata, units: dict[str, str]) -> Row:
    found: Row = {}
    for entry in metadata:
        leaf = leaves().get(entry.path)
        if leaf is None:
            continue
        is_text = leaf.type in ("list", "any")
        found[entry.path] = json.dumps(plain(entry.value), ensure_ascii=False) if is_text else entry.value
        if entry.unit:
            units[entry.path] = entry.unit
    return found


def _ends(dataset: Dataset, units: dict[str, str]) -> Row:
    """Return the first and last value of each column of numbers that has a quantity; NaN counts as none."""
    found: Row = {}
    for name, column in dataset.columns.items():
        if not column.quantity or column.bits or column.labels or len(column.axes) > 1:
            continue
        values = column.values
        if values.dtype.kind not in "fiu" or not values.size:
            continue
        known = values if values.dtype.kind != "f" else values[np.isfinite(values)]
        if known.size:
            for end, value in (("first", known[0]), ("last", known[-1])):
                found[f"{dataset.name}.{name}.{end}"] = float(value)
                if column.unit:
                    units[f"{dataset.name}.{name}.{end}"] = column.unit
    return found


@cache
def _types() -> dict[str, Any]:
    import polars as pl

    kinds = {"number": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean}
    texts = [*_FROM_LEDGER, "state", "technique", "month", "instrument"]
    lists = dict.fromkeys(("output", "parts", "kinds", "notices"), pl.List(pl.String))
    numbers = {"size": pl.Int64, "rows": pl.Int64}
    said = {path: kinds.get(leaf.type, pl.String) for path, leaf in leaves().items()}
    return dict.fromkeys(texts, pl.String) | lists | numbers | said


def files_frame(rows: Iterable[Row]) -> pl.DataFrame:
    """Return rows of `files` with every column that it always has: a question never fails for want of a value."""
    kept = ("source", "path", "status", "technique", "month", "instrument", "rows", "kinds", "parts", "notices")
    return frame_of(rows, (*kept, *_FROM_LEDGER, "output", "state", *leaves()))


def units_of_files() -> dict[str, str]:
    """Return the units of the metadata's columns."""
    return {path: leaf.unit for path, leaf in leaves().items() if leaf.unit}


def frame_of(rows: Iterable[Row], first: Iterable[str] = ()) -> pl.DataFrame:
    """Return rows as a table: every column that any of them has, of the type that its name stands for."""
    import polars as pl

    rows = list(rows)
    names = dict.fromkeys([*first, *(name for row in rows for name in row)])
    types = {name: _types().get(name) or _type_of(name) for name in names}
    cells = [[_encodable(row.get(name)) for name in names] for row in rows]
    return pl.DataFrame(cells, schema=types, orient="row")


def _encodable(cell: Any) -> Any:  # noqa: ANN401
    """Return a text, or a list of them, that a table can hold: names of files may be no UTF-8."""
    if isinstance(cell, str):
        return encodable(cell)
    return [encodable(text) for text in cell] if isinstance(cell, list) else cell


def _type_of(name: str) -> Any:  # noqa: ANN401  a type of polars
    import polars as pl

    if name in _OUTCOME_TEXTS:
        return pl.String
    return pl.Int64 if name == "n" or name.endswith(".rows") else pl.Float64


# -- outcomes --------------------------------------------------------------------------------

_OUTCOME_TEXTS = ("file", "analysis", "label", "measurand", "unit", "interval", "censoring", "flags", "inputs")
_OUTCOME_COLUMNS = (
    "file", "analysis", "label", "status", "measurand", "value", "unit", "uncertainty", "low", "high", "interval",
    "level", "censoring", "n", "flags", "inputs",
)  # fmt: skip


def outcome_frame(folders: Iterable[Path], units: dict[str, str]) -> tuple[pl.DataFrame, list[str]]:
    """Read the stored outcomes in folders: a row for each measurand; also what could not be read."""
    rows: list[Row] = []
    wrong: list[str] = []
    for path in sorted({path for folder in folders for path in folder.rglob("*.outcome.json")}):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            if told["format"] != OUTCOME_FORMAT:
                raise ValueError(f"format {told['format']}")
            rows += _outcome_rows(path.name, told, units)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            wrong.append(f"{path}: {error}")
    return frame_of(rows, _OUTCOME_COLUMNS), wrong


def _outcome_rows(file: str, told: Mapping[str, Any], units: dict[str, str]) -> Iterable[Row]:
    said: Row = {}
    for path, entry in told["metadata"].items():
        if path in leaves() and leaves()[path].type not in ("list", "any"):
            said[path] = _typed(path, entry["value"], leaves()[path].type)
            if leaves()[path].unit:
                units[path] = str(leaves()[path].unit)
    inputs = " ".join(sorted({str(i["sha256"]) for i in told["provenance"].get("inputs", ()) if "sha256" in i}))
    flags = " ".join(flag["code"] for flag in told["flags"])
    for name, measurand in (told["measurands"] or {"": {}}).items():
        interval = measurand.get("interval") or {}
        yield {
            "file": file,
            "analysis": told["analysis"],
            "label": told["label"],
            "status": told["status"],
            "measurand": name,
            **{key: measurand.get(key) for key in ("unit", "censoring")},
            **{key: _typed(key, measurand.get(key), "number") for key in ("value", "uncertainty", "n")},
            "low": _number(interval.get("low")),
            "high": _number(interval.get("high")),
            "interval": interval.get("kind"),
            "level": _typed("level", interval.get("level"), "number"),
            "flags": flags,
            "inputs": inputs,
            **said,
        }


_PYTHON: dict[str, type | tuple[type, ...]] = {"number": (int, float), "integer": int, "boolean": bool}
"""Types that a column takes; another value would leave no table of outcomes at all."""


def _typed(name: str, value: Any, kind: str) -> Any:  # noqa: ANN401
    """Return a value; `TypeError` if its column cannot hold it."""
    if value is not None and not isinstance(value, _PYTHON.get(kind, object)):
        raise TypeError(f"{name} is {value!r}, not {'an' if kind == 'integer' else 'a'} {kind}")
    return value


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
