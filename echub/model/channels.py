"""Long tables: the channels of a multi-species measurement one after another.

In a SIMS profile, each species has its own times, depths and counts, and often its own length; a
table with one column per species would have to invent what was not measured. So every channel
keeps its rows, and codes say which species, polarity and region they belong to. The place of each
channel's columns in the source is kept, so that the source's table can be rebuilt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import PluginError
from echub.model.build import SourceColumn, build_dataset
from echub.model.dataset import Dataset
from echub.model.missing import MISSING

PLACES = "places"
"""Attribute of a column in a long table: for each channel, position, header and type in the source."""
CHANNEL = "channel"


@dataclass(frozen=True, eq=False)
class Channel:
    """One species in one region and polarity: its label, and its columns, all of one length.

    `polarity` is +1, -1 or 0 if the source does not say. `row` are the 0-based rows of the
    source; by default all.
    """

    species: str
    columns: Sequence[SourceColumn]
    polarity: int = 0
    region: str = ""
    row: NDArray[Any] | None = None

    @property
    def length(self) -> int:
        """Count the rows."""
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) != 1:
            found = ", ".join(f"{c.header}: {len(c.values)}" for c in self.columns)
            raise PluginError(f"the columns of {self.species} differ in length", found=found or "no column")
        return lengths.pop()


def build_long(kind: str, channels: Sequence[Channel]) -> Dataset:
    """Build a long table: one row per channel and source row, with codes for species and region.

    A quantity that a channel lacks is NaN there, and flags that it lacks are not set. `channel` numbers the
    channels in the source's order. Raises what `build_dataset` raises.
    """
    lengths = [channel.length for channel in channels]
    rows = [np.arange(n) if c.row is None else c.row for c, n in zip(channels, lengths, strict=True)]
    number = np.repeat(np.arange(len(channels)), lengths)
    keyed = [_keyed(channel) for channel in channels]
    keys = dict.fromkeys(key for columns in keyed for key in columns)
    merged = [_merged([columns.get(key) for columns in keyed], lengths) for key in keys]
    columns = [
        _codes("species", [c.species for c in channels], number),
        SourceColumn("polarity", np.array([c.polarity for c in channels], dtype=np.int8)[number], "polarity", "1"),
        *([_codes("region", [c.region for c in channels], number)] if any(c.region for c in channels) else []),
        SourceColumn(CHANNEL, number, CHANNEL, "1", origin="reported"),
        *merged,
    ]
    return build_dataset(kind, columns, row=np.concatenate(rows) if rows else None)


_Key = tuple[str, ...]


def _keyed(channel: Channel) -> dict[_Key, SourceColumn]:
    """Return the columns of a channel by the key under which those of all channels become one column.

    A second column of one quantity, unit and origin in one channel has a key of its own, and is kept.
    """
    found: dict[_Key, SourceColumn] = {}
    for column in channel.columns:
        key = (column.quantity or column.header, column.unit or "", column.origin, str(column.negate))
        found[next(k for n in count(1) if (k := (*key, str(n))) not in found)] = column
    return found


def _merged(found: Sequence[SourceColumn | None], lengths: Sequence[int]) -> SourceColumn:
    """Join the columns of one key, one for each channel, or None where it has none."""
    first = next(column for column in found if column is not None)
    present = [column for column in found if column is not None]
    lacking = len(present) < len(found) and not first.bits
    dtype = np.result_type(*(c.values.dtype for c in present), *([np.float64] if lacking else []))
    absent = 0 if first.bits else MISSING
    parts = [np.full(n, absent) if c is None else c.values for c, n in zip(found, lengths, strict=True)]
    places = {
        str(n): [c.index, c.header, c.values.dtype.str]
        for n, c in enumerate(found)
        if c is not None and c.index is not None
    }
    return replace(
        first,
        values=np.concatenate(parts).astype(dtype, copy=False),
        index=None,
        attrs={**first.attrs, **({PLACES: json.dumps(places, separators=(",", ":"))} if places else {})},
    )


def _codes(header: str, texts: Sequence[str], number: NDArray[Any]) -> SourceColumn:
    table = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    codes = np.array([table[text] for text in texts], dtype=np.int64)[number]
    return SourceColumn(header, codes, header, labels={code: text for text, code in table.items()})


def source_pieces(dataset: Dataset) -> Iterator[tuple[tuple[int, str], tuple[NDArray[Any], NDArray[Any]]]]:
    """Return the parts of each source column: (position, header), then source rows and values, both (n,)."""
    if CHANNEL not in dataset.columns:
        return
    channel, row = dataset[CHANNEL], dataset["row"]
    for column in dataset.columns.values():
        places: Mapping[str, Any] = json.loads(column.attrs.get(PLACES, "{}"))
        values = column.source_values() if places else None
        for number, (index, header, dtype) in places.items():
            mine = channel == int(number)
            if values is not None:
                yield (index, header), (row[mine], values[mine].astype(dtype))


def is_long(dataset: Dataset) -> bool:
    """Return whether a dataset is a long table whose columns record their places in the source."""
    return any(PLACES in column.attrs for column in dataset.columns.values())
