"""Verify a converted file against itself and against its source.

Against itself: the content hash that was written with it. Against its source: the source's hash,
and every value of the source's table, with all scalings inverted, read again by the same reader.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echub.errors import ChangedContent, ReadError, SourceNotFound
from echub.files.bit_by_bit import compare_tables
from echub.files.content import BLAKE3, SCHEMES, content_hash
from echub.files.detect import rank
from echub.files.hdf5 import files_stay_open
from echub.files.joining import join, links_of
from echub.files.reading import Reading
from echub.files.rehearsal import rehearse
from echub.model.given import FILE, takes
from echub.model.later import LaterRecord, require_whole
from echub.model.record import Record
from echub.model.source import Source
from echub.registry.calling import call, options_of
from echub.registry.registry import registry
from echub.text import argument, several


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was verified, whether it holds, and what was found."""

    what: str
    holds: bool
    found: str

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return {"what": self.what, "holds": self.holds, "found": self.found}


@takes(FILE)
def verify(path: str | os.PathLike[str], source: str | os.PathLike[str] | None = None) -> list[Check]:
    """Verify a native file; its source is looked for next to it unless it is named.

    Raises `ReadError` if the file was not written by echub or is damaged, `SourceNotFound` if a
    named source does not exist. A source that is not next to the file is reported as a check that
    could not be made (it does not hold).
    """
    with files_stay_open():
        return _checks(Path(path), source)


def _checks(path: Path, source: str | os.PathLike[str] | None) -> list[Check]:
    try:
        record, stated = _as_written(Source(path))
    except ChangedContent as error:
        return [Check("content hash", False, error.message)]
    checks = [_content(record, stated)]
    for part in _parts_of(record):
        found = _source_of(str(part.get("name", "")), path, source)
        if found is None:
            name = part.get("name")
            missing = f"{name} is not beside the file; name it (or its folder) with --source"
            checks.append(
                Check("source", False, missing if name else "the file does not say what it was made from")
            )
        else:
            checks.append(_hash(str(part.get("sha256", "")), found))
    if all(check.holds for check in checks[1:]):
        parts = [_source_of(str(part.get("name", "")), path, source) for part in _parts_of(record)]
        checks += _values(record, [part for part in parts if part is not None])
    return checks


def _as_written(target: Source) -> tuple[Record, str]:
    """Return the record of a file that echub wrote, without additions, and the content hash written with it."""
    wrote = {reader.name: reader for reader in registry().readers.values() if reader.content}
    claims = [match for match in rank(target, registry()) if match.confidence and match.reader.name in wrote]
    if not claims:
        raise ReadError(
            "only converted files can be verified",
            path=target.shown,
            expected=f"a file that echub wrote ({', '.join(registry().own_suffixes)})",
            found=repr(target.head[:8]),
            hint=f"echub convert {argument(target.name)} first",
        )
    reader = claims[0].reader
    options = options_of(reader)()
    rehearse(reader, reader.read, target, options)
    record: Record = call(reader, reader.read, target, options, returns=Record)
    require_whole(record)
    return record, call(reader, reader.content, target, returns=str)


def _parts_of(record: Record) -> list[Mapping[str, Any]]:
    """List the sources of a record: one, or those of a joined run."""
    source = record.provenance.source
    return list(source.get("parts") or [source])


def _content(record: Record, stated: str) -> Check:
    """Hash the content as the file did: without a name before the hash, by SHA-256."""
    scheme, _, digest = stated.rpartition(":")
    said = record.said() if isinstance(record, LaterRecord) else None
    known = scheme or "sha256" if scheme in ("", *SCHEMES) else BLAKE3
    actual = content_hash(record, known, said=said).rpartition(":")[2]
    found = "as written" if actual == digest else f"{actual[:12]}…, written was {digest[:12]}…"
    return Check("content hash", actual == digest, found)


def _source_of(name: str, path: Path, named: str | os.PathLike[str] | None) -> Source | None:
    """Find a source: the one named or in the folder named, else the one next to the file."""
    beside = path.with_name(name) if name else path
    if named is not None:
        beside = Path(named) / name if Path(named).is_dir() else Path(named)
    try:
        return Source(beside) if beside != path else None
    except SourceNotFound:
        if named is not None:
            raise
        return None


def _hash(stated: str, source: Source) -> Check:
    actual = source.sha256()
    same = actual == stated
    return Check(
        "source hash", same, source.name if same else f"{source.name} has {actual[:12]}…, not {stated[:12]}…"
    )


def _values(record: Record, sources: Sequence[Source]) -> list[Check]:
    """Read the sources again and compare the tables, bit for bit."""
    compared = compare_tables(record, _again(record, sources))
    checks = [Check(f"column {header}", False, found) for (_, header), found in compared.items() if found]
    rows = sum(dataset.rows for dataset in record.datasets.values())
    same = f"{several(len(compared), 'column')}, {several(rows, 'row')}, bit for bit" if compared else "no columns"
    return checks or [Check("values", True, same)]


def _again(record: Record, sources: Sequence[Source]) -> Record:
    """Read the sources with the reader and options that the file was made with."""
    reader: Mapping[str, Any] = record.provenance.reader
    options = {key: _option(value) for key, value in reader.get("options", {}).items()}
    how = Reading(reader["name"], options, siblings=bool(record.provenance.siblings))
    records = [how.read(how.source(source.path or source.name)) for source in sources]
    if len(records) == 1:
        return records[0]
    links = links_of(sources, reader["name"])
    return join(records, [link for link in links if link is not None])


def _option(value: Any) -> str:  # noqa: ANN401
    return str(value).lower() if isinstance(value, bool) else str(value)
