"""Verify a converted file against itself and against its source.

Against itself: the content hash that was written with it. Against its source: the source's hash,
and every value of the source's table, with all scalings inverted, read anew by the same reader.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echub import store
from echub.column import same_values
from echub.content import content_sha256
from echub.errors import ReadError, SourceNotFound
from echub.reading import read
from echub.record import Record
from echub.source import Source


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified: what, whether it holds, and what was found."""

    what: str
    holds: bool
    found: str

    def as_dict(self) -> dict[str, Any]:
        """Give all of it for `--json`."""
        return {"what": self.what, "holds": self.holds, "found": self.found}


def verify(path: str | os.PathLike[str], source: str | os.PathLike[str] | None = None) -> list[Check]:
    """Verify a native file; its source is looked for beside it unless it is named.

    Raises `ReadError` where the file is none of echub's or is damaged, `SourceNotFound` where a
    named source is not there. A source that is not beside the file is reported as a check that
    could not be made (it does not hold).
    """
    target = Source(path)
    if not store.is_native(target.head):
        raise ReadError(
            "only converted files can be verified",
            path=str(path),
            expected="a native file (.h5) that echub wrote",
            found=repr(target.head[:8]),
            hint=f"echub convert {target.name} first",
        )
    record = store.read(Path(path))
    checks = [_content(record, store.stated_content(Path(path)))]
    found = _source_of(record, Path(path), source)
    if found is None:
        name = record.provenance.source.get("name")
        return [*checks, Check("source", False, f"{name} is not beside the file; name it with --source")]
    checks.append(_hash(record, found))
    if checks[-1].holds:
        checks += _values(record, found)
    return checks


def _content(record: Record, stated: str) -> Check:
    actual = content_sha256(record)
    found = "as written" if actual == stated else f"{actual[:12]}…, written was {stated[:12]}…"
    return Check("content hash", actual == stated, found)


def _source_of(record: Record, path: Path, named: str | os.PathLike[str] | None) -> Source | None:
    """Find the source: the one named, else the one beside the file."""
    if named is not None:
        return Source(named)
    beside = path.with_name(str(record.provenance.source.get("name", "")))
    try:
        return Source(beside) if beside.name and beside != path else None
    except SourceNotFound:
        return None


def _hash(record: Record, source: Source) -> Check:
    actual, stated = source.sha256(), str(record.provenance.source.get("sha256"))
    same = actual == stated
    return Check(
        "source hash", same, source.name if same else f"{source.name} has {actual[:12]}…, not {stated[:12]}…"
    )


def _values(record: Record, source: Source) -> list[Check]:
    """Read the source anew and compare the tables, bit for bit."""
    reader: Mapping[str, Any] = record.provenance.reader
    options = {key: _option(value) for key, value in reader.get("options", {}).items()}
    siblings = bool(record.provenance.siblings)
    again = read(Source(source.path or source.name, siblings=siblings), reader=reader["name"], options=options)
    written, now = record.source_table(), again.source_table()
    checks = []
    for key in dict.fromkeys([*written, *now]):
        if key not in written or key not in now:
            side = "the source" if key in now else "the converted file"
            checks.append(Check(f"column {key[1]}", False, f"only in {side}"))
        elif not same_values(written[key], now[key]):
            checks.append(Check(f"column {key[1]}", False, _difference(written[key], now[key])))
    count = len(now)
    same = f"{count} columns, {len(next(iter(now.values()), ()))} rows, bit for bit"
    return checks or [Check("values", True, same if count else "no columns")]


def _difference(written: Any, now: Any) -> str:  # noqa: ANN401
    import numpy as np

    if written.dtype != now.dtype or written.shape != now.shape:
        return f"{written.dtype} {written.shape} against {now.dtype} {now.shape}"
    unequal = np.flatnonzero(~((written == now) | ((written != written) & (now != now))))
    row = int(unequal[0])
    return f"{len(unequal)} of {len(now)} rows differ, first row {row}: {written[row]} against {now[row]}"


def _option(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)
