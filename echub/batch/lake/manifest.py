"""The manifest of a lake, `files.parquet`: read and written a slice at a time, however many files it tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from echub.batch.lake.rows import files_frame, frame_of
from echub.batch.lake.tables import units_of, write_batches

if TYPE_CHECKING:
    import polars as pl

SLICE = 1 << 12
"""Rows of `files` in memory at a time: 4 MB with a hundred columns, of which polars holds several copies."""
GROUP = 1 << 14
"""Rows of a group of `files`: 16 MB while it is written, and 60 groups for a million files."""


class Manifest:
    """The rows of `files` of a lake, sorted by source; none if the lake is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exists = path.exists()

    @property
    def units(self) -> dict[str, str]:
        """Return the units of its columns."""
        return units_of(self.path) if self.exists else {}

    def known(self) -> Iterator[tuple[str, str]]:
        """Return each source, and the state of its line in the ledger."""
        for frame in self._slices("source", "state"):
            yield from frame.iter_rows()

    def parts(self, of: Collection[str] | None = None) -> set[str]:
        """Return the parts that hold some of the sources, or any of them."""
        found: set[str] = set()
        for frame in self._slices("source", "parts") if of is None or of else ():
            for source, parts in frame.iter_rows():
                if parts and (of is None or source in of):
                    found.update(parts)
        return found

    def _slices(self, *columns: str) -> Iterator[pl.DataFrame]:
        return slices(self.path, *columns) if self.exists else iter(())

    def write(
        self,
        target: Path,
        new: Sequence[Path],
        names: Sequence[str],
        units: Mapping[str, str],
        without: Collection[str],
        held: Held,
    ) -> None:
        """Write the rows that stay and those of new tables, both sorted by source, with the parts that hold them.

        names: the columns of the new tables. without: sources that are taken out or replaced.
        """
        import polars as pl

        old = pl.read_parquet_schema(self.path) if self.exists else {}
        before = pl.DataFrame(schema=old) if old else files_frame([])
        whole = pl.concat([before, files_frame([]), frame_of([], names)], how="diagonal_relaxed")
        out = list(without)
        kept = (frame.filter(~pl.col("source").is_in(out)) if out else frame for frame in self._slices())
        added = (frame for path in new for frame in slices(path))

        batches = (held.told(pl.concat([whole, frame], how="diagonal_relaxed")) for frame in merged(kept, added))
        write_batches(batches, whole, units, target, GROUP)


class Held:
    """Which new parts hold which sources; `rewritten`: old parts that count no more."""

    def __init__(self) -> None:
        self.rewritten: set[str] = set()
        self.parts: list[str] = []
        self._sources: list[pl.DataFrame] = []

    def add(self, part: str, sources: pl.Series) -> None:
        """Add a part, and the sources of which it holds rows."""
        import polars as pl

        number = pl.lit(len(self.parts), pl.UInt32).alias("part")
        self._sources.append(sources.unique().alias("source").to_frame().with_columns(number))
        self.parts.append(part)

    def told(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of `files` with the parts that hold them now."""
        import polars as pl

        if len(self._sources) > 1:
            self._sources = [pl.concat(self._sources)]
        now: dict[str, list[str]] = {}
        for found in self._sources:
            between = pl.col("source").is_between(pl.lit(frame["source"][0]), pl.lit(frame["source"][-1]))
            for source, part in found.filter(between).iter_rows():
                now.setdefault(source, []).append(self.parts[part])
        parts = [
            sorted({*(part for part in before or () if part not in self.rewritten), *now.get(source, ())})
            for source, before in zip(frame["source"], frame["parts"].to_list(), strict=True)
        ]
        return frame.with_columns(pl.Series("parts", parts, pl.List(pl.String)))


def slices(path: Path, *columns: str) -> Iterator[pl.DataFrame]:
    """Read a table some rows at a time: all columns, or those named."""
    import polars as pl

    table = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    table = table.select(columns) if columns else table
    at = 0
    while (frame := table.slice(at, SLICE).collect()).height:
        yield frame
        at += frame.height


def merged(*sides: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Merge tables that are sorted by source, and share none, into slices that are sorted as a whole."""
    import polars as pl

    filled = [(frame for frame in side if frame.height) for side in sides]
    waiting = [next(side, None) for side in filled]
    while there := [frame for frame in waiting if frame is not None]:
        last = min(frame["source"][-1] for frame in there)
        ready = []
        for number, frame in enumerate(waiting):
            if frame is None:
                continue
            count = frame["source"].search_sorted(last, side="right")
            ready.append(frame[:count])
            waiting[number] = frame[count:] if count < frame.height else next(filled[number], None)
        yield pl.concat(ready, how="diagonal_relaxed").sort("source")
