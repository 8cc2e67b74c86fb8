"""Sheets of a workbook whose rows go on from one to the next, because a sheet has room for so many only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from echub_table.reader import Plan


def is_summary(planned: Plan, cells: pl.DataFrame) -> bool:
    """Return whether a sheet has one row per cycle or per step, as statistics beside the records have."""
    rows = _rows(planned, cells)
    counters = [n for n, m in enumerate(planned.meant) if {m.quantity, *m.candidates} & {"cycle", "step"}]
    return any(rows.to_series(n).is_duplicated().sum() == 0 for n in counters)


def continued(names: Sequence[str], plans: Mapping[str, Plan], cells: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the sheets in their order, if a counter of the rows goes on from each to the next; else none.

    Equal names and units alone may stand over two channels: each of them counts from 1.
    """
    if len({(plans[name].dialect.names, plans[name].dialect.units, cells[name].width) for name in names}) != 1:
        return []
    rows = {name: _rows(plans[name], cells[name]) for name in names}
    for column in range(rows[names[0]].width):
        counts = {name: rows[name].to_series(column).cast(pl.Int64, strict=False) for name in names}
        if any(count.null_count() for count in counts.values()):
            continue
        ordered = sorted(names, key=lambda name: int(counts[name][0]))
        if (pl.concat(counts[name] for name in ordered).diff().drop_nulls() == 1).all():
            return ordered
    return []


def stacked(frames: Sequence[pl.DataFrame], firsts: Sequence[int]) -> pl.DataFrame:
    """Put sheets one below the other; `firsts`: the row with which the data of each begin."""
    below = (frame[first:] for frame, first in zip(frames[1:], firsts[1:], strict=True))
    return pl.concat([frames[0], *below])


def _rows(planned: Plan, cells: pl.DataFrame) -> pl.DataFrame:
    return cells[planned.dialect.data_line :]
