"""A dataset without its values as plain JSON types, and back: for formats that hold only tables.

What a CSV cannot say (quantity, origin, sign, source header, codes, packed bits, metadata) is
in a description next to it. `restore` joins the two again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby, repeat
from typing import Any, NotRequired, TypedDict

import numpy as np
from blake3 import blake3
from numpy.typing import DTypeLike, NDArray

from echub.errors import ReadError
from echub.files.content import column_digest, describe_column, describe_dataset
from echub.model.column import Bits, Column, same_values
from echub.model.dataset import Dataset, Omitted
from echub.model.json_text import plain
from echub.model.metadata import Entry, Metadata
from echub.model.missing import MISSING, is_missing
from echub.model.record import Record
from echub.model.source import Source
from echub.model.units import Scale
from echub.remark import Dropped, Notice, Remark, RemarkShape
from echub.structured import Shape, Table, checked
from echub.text import encodable, rows_by_columns, several

TOLD = {field.name for field in dataclasses.fields(Column)}
FORMAT = "echub table 1"
"""The mark of a description; the number increases if an older echub could misread it."""


OmittedShape = tuple[str, int, str, str]
"""Header, position, type and value of a column that a dataset leaves out."""


Run = tuple[str, int]
"""A code as text, empty if it is missing, and on how many rows it stands."""


class BitsShape(TypedDict):
    """One field of packed bits."""

    name: str
    header: str
    mask: int
    quantity: str | None
    meanings: dict[str, str]


class _DescribedColumnShape(TypedDict):
    name: str
    dtype: str
    bits: list[BitsShape]
    labels: dict[str, str]
    scale: str
    quantity: str | None
    unit: str | None
    origin: str
    header: str
    index: int | None
    sign: str | None
    averaged: bool
    source_dtype: str
    uncertainty: str | None
    attrs: Table
    axes: list[str]


class DroppedShape(TypedDict):
    """A loss as `Dropped.as_dict` writes it."""

    what: str
    why: str


class ProvenanceShape(TypedDict, total=False):
    """Provenance as `Provenance.as_dict` writes it."""

    source: Table
    reader: Table
    software: dict[str, str]
    siblings: list[str]
    operations: list[str]


class _DescriptionShape(TypedDict):
    format: str
    label: NotRequired[str]
    digests: NotRequired[dict[str, str]]
    kind: str
    rows: int
    columns: list[_DescribedColumnShape]
    codes: NotRequired[dict[str, list[Run]]]
    omitted: list[OmittedShape]
    history: list[Any]
    attrs: Table
    metadata: list[tuple[str, Any, str | None, str]]
    settings: Table
    notices: list[RemarkShape]
    dropped: list[DroppedShape]
    provenance: ProvenanceShape


DESCRIPTION = Shape(
    "the description beside the table",
    _DescriptionShape,
    ReadError,
    "move the description away to read the table by its headers",
    unknown="keep",
)


def describe(record: Record, kind: str) -> dict[str, Any]:
    """Describe one dataset of a record: its columns with their types, and the record's other parts."""
    dataset = record[kind]
    columns = [{**describe_column(c), "dtype": c.values.dtype.str} for c in dataset.columns.values()]
    codes = {c.name: runs for c in dataset.columns.values() if c.labels and (runs := _hidden_codes(c))}
    described: dict[str, Any] = plain(
        {
            "format": FORMAT,
            **describe_dataset(dataset),
            "rows": dataset.rows,
            "columns": columns,
            **({"codes": codes} if codes else {}),
            "digests": {name: _digest(values) for name, values in dataset.plain().items()},
            "metadata": [[e.path, e.value, e.unit, e.source] for e in record.metadata.entries],
            "settings": record.settings,
            "notices": [notice.as_dict() for notice in record.notices],
            "dropped": [dropped.as_dict() for dropped in record.dropped],
            "provenance": record.provenance.as_dict(),
        }
    )
    return described


def plain_types(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of the table by name, with their NumPy types; text is `O`.

    Packed columns are replaced by their bit fields, as in `Dataset.plain`.
    """
    described = checked(described, DESCRIPTION)
    types: dict[str, str] = {}
    for column in described["columns"]:
        types |= {column["name"]: "O" if column["labels"] else column["dtype"]} if not column["bits"] else {}
    for column in described["columns"]:
        types |= {bits["name"]: column["dtype"] for bits in column["bits"]}
    return types


def restored(
    source: Source, described: Mapping[str, Any], values: Mapping[str, NDArray[Any]], *, hint: str
) -> Record:
    """Return the record of a table that echub wrote, each column of it (n,), and say where it is from.

    Raises `ReadError` with the hint if rows, columns or values are no longer those of the description.
    """
    if difference := _difference(described, values):
        raise ReadError(
            "the table is no longer the one that its description was written for",
            path=source.shown,
            expected=rows_by_columns(described["rows"], len(plain_types(described))),
            found=difference,
            cause="it was changed after echub wrote it, and the description was kept",
            hint=hint,
        )
    record = restore(described, values)
    name = described["provenance"].get("source", {}).get("name", "another source")
    record.notices.append(Notice("read-back", f"this table was written by echub from {name}"))
    return record


def _difference(described: Mapping[str, Any], values: Mapping[str, NDArray[Any]]) -> str:
    """Say how a table differs from its description; empty if it does not, as far as an older one can tell."""
    rows = len(next(iter(values.values()), ()))
    if set(values) != set(plain_types(described)) or rows != described["rows"]:
        return f"{rows_by_columns(rows, len(values))}: {', '.join(values)}"[:200]
    digests = described.get("digests", {})
    changed = [name for name, column in values.items() if name in digests and digests[name] != _digest(column)]
    return f"other values in {several(len(changed), 'column')}: {', '.join(changed)}"[:200] if changed else ""


def _digest(values: NDArray[Any]) -> str:
    """Return the hash of a column of a table, (n,): of texts as UTF-8, of numbers with one NaN for all."""
    if values.dtype == object:
        return str(blake3("\0".join(values.tolist()).encode("utf-8", "surrogatepass")).hexdigest())
    if values.dtype.kind == "f":  # a text has one word for all NaN
        values = np.where(np.isnan(values), values.dtype.type(np.nan), values)
    return column_digest(values)


def restore(described: Mapping[str, Any], values: Mapping[str, NDArray[Any]]) -> Record:
    """Join a description with the values of the table, each (n,); `ReadError` if they do not fit."""
    described = checked(described, DESCRIPTION)
    try:
        codes = described.get("codes", {})
        columns = [restore_column(k, _values(k, values, codes.get(k["name"], ()))) for k in described["columns"]]
        dataset = Dataset(
            described["kind"],
            {column.name: column for column in columns},
            tuple(Omitted(*omitted) for omitted in described["omitted"]),
            tuple(described["history"]),
            described["attrs"],
            described.get("label", ""),
        )
        return Record(
            [dataset],
            metadata=Metadata(Entry(*entry) for entry in described["metadata"]),
            settings=described["settings"],
            notices=[Remark.from_dict(notice) for notice in described["notices"]],
            dropped=[Dropped(**dropped) for dropped in described["dropped"]],
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ReadError(
            "the description beside the table does not fit it",
            found=f"{type(error).__name__}: {error}",
            hint="move the description away to read the table by its headers",
        ) from None


def restore_column(described: Mapping[str, Any], values: NDArray[Any]) -> Column:
    """Join a description from `describe_column` with the values, one dimension per axis."""
    known = {key: value for key, value in described.items() if key in TOLD}  # a newer minor schema has more
    bits = tuple(
        Bits(b["name"], b["header"], b["mask"], b["quantity"], {int(v): word for v, word in b["meanings"].items()})
        for b in known.pop("bits", ())
    )
    labels = {int(code): label for code, label in known.pop("labels", {}).items()}
    scale = Scale.parse(known.pop("scale"))
    axes = tuple(known.pop("axes", ()))
    return Column(values=values, bits=bits, labels=labels, scale=scale, axes=axes, **known)


def _hidden_codes(column: Column) -> list[Run]:
    """Return the codes of a column whose words do not tell them, run by run; empty if they do.

    Two codes may have one label, the label of one may be the number of another, and NaN that is not missing
    has none.
    """
    codes = {encodable(label): code for code, label in column.labels.items()}
    present = replace(column, values=_distinct(column.values))
    read = _coded(present.plain().tolist(), codes, column.dtype)
    if len(codes) == len(column.labels) and same_values(read, present.values):
        return []
    texts = np.where(is_missing(column.values), "", column.values.astype(str)).tolist()
    return [(text, sum(1 for _ in run)) for text, run in groupby(texts)]


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the values that occur, each once, with one NaN of each kind, of which `np.unique` makes a third."""
    missing, lost = is_missing(values), np.isnan(values)
    kinds = (values[missing][:1], values[lost & ~missing][:1])
    return np.concatenate([np.unique(values[~lost]), *kinds])


def _values(known: Mapping[str, Any], values: Mapping[str, NDArray[Any]], runs: Sequence[Run]) -> NDArray[Any]:
    if known["bits"]:
        return _packed(known, values)
    found = values[known["name"]]
    if not known["labels"]:
        return found.astype(known["dtype"])
    if runs:
        return _coded(chain.from_iterable(repeat(text, n) for text, n in runs), {}, known["dtype"])
    labels = {encodable(label): int(code) for code, label in known["labels"].items()}
    return _coded(found.tolist(), labels, known["dtype"])


def _coded(words: Iterable[Any], codes: Mapping[str, int], dtype: DTypeLike) -> NDArray[Any]:
    """Return the codes of words, each (n,); as texts of Python, because those of NumPy end before a zero byte."""
    texts = [str(word) for word in words]
    known = {text: _code(text, codes) for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=dtype)


def _code(text: str, codes: Mapping[str, int]) -> float:
    """Return the code of a word: a code without a word was written as its number, a missing one as nothing."""
    if text in codes:
        return codes[text]
    if not text:
        return MISSING
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        raise KeyError(text) from None


def _packed(known: Mapping[str, Any], values: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Pack bit fields into bytes again."""
    first = values[known["bits"][0]["name"]]
    there = np.isfinite(first) if first.dtype.kind == "f" else np.ones(len(first), bool)
    shifted = [
        _unsigned(values[b["name"]][there]) << np.uint64((b["mask"] & -b["mask"]).bit_length() - 1)
        for b in known["bits"]
    ]
    packed = first.astype(known["dtype"])  # as it is where flags are missing
    packed[there] = np.bitwise_or.reduce(shifted, axis=0).astype(known["dtype"])
    return packed


def _unsigned(field: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a bit field as it was cut out, without a sign."""
    return (
        field.view(f"u{field.itemsize}").astype(np.uint64) if field.dtype.kind == "i" else field.astype(np.uint64)
    )
