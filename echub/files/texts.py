"""The texts inside a native file: each passes its declared shape before any code uses it.

Parts that their writer left empty are not in the file; keys of a later version are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NotRequired, TypedDict, get_type_hints

from echub.errors import ReadError
from echub.files.description import BitsShape, DroppedShape, OmittedShape, ProvenanceShape
from echub.remark import RemarkShape
from echub.structured import Shape, Table, parse_written


class _ColumnShape(TypedDict):
    name: str
    scale: str
    quantity: NotRequired[str | None]
    unit: NotRequired[str | None]
    origin: NotRequired[str]
    header: NotRequired[str]
    index: NotRequired[int | None]
    sign: NotRequired[str | None]
    averaged: NotRequired[bool]
    source_dtype: NotRequired[str]
    labels: NotRequired[dict[str, str]]
    bits: NotRequired[list[BitsShape]]
    uncertainty: NotRequired[str | None]
    attrs: NotRequired[Table]
    axes: NotRequired[list[str]]
    hash: NotRequired[str]
    sha256: NotRequired[str]
    dtype: NotRequired[str]
    shape: NotRequired[list[int]]


class _DatasetShape(TypedDict):
    kind: str
    label: NotRequired[str]
    columns: list[str]
    omitted: list[OmittedShape]
    history: list[str]
    attrs: Table
    described: NotRequired[list[_ColumnShape]]


class _EntriesShape(TypedDict):
    entries: list[tuple[str, Any, str | None, str]]
    tree: NotRequired[Any]


class _ProvenanceShape(ProvenanceShape):
    notices: list[RemarkShape]
    dropped: list[DroppedShape]


_HINT = "convert the source again with --force"
_SHAPES = {
    name: Shape(f"the {name} of the native file", tree, ReadError, _HINT, unknown="drop")
    for name, tree in {
        "metadata": _EntriesShape,
        "settings": Table,
        "provenance": _ProvenanceShape,
        "datasets": list[str],
        "hashes": dict[str, str],
        "dataset": _DatasetShape,
        "column": _ColumnShape,
        "whole text": Table,
    }.items()
}


def told(what: str, text: bytes | str, path: str, of: str = "") -> Any:  # noqa: ANN401
    """Return a text of a native file as its shape declares; `ReadError` with file, place, expected, found.

    `what`: metadata, settings, provenance, datasets, the dataset or column with the name `of`, or the whole
    text, with keys that are not known here.
    """
    shape = _SHAPES[what]
    if of:
        shape = replace(shape, name=f"the description of the {what} {of} in the native file")
    return parse_written(text, shape, path)


def known_keys(what: str) -> frozenset[str]:
    """Return the keys of a text that are known here."""
    return frozenset(get_type_hints(_SHAPES[what].tree))
