"""Where a lake keeps what: its manifest, its parts, and their partitions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from echub.errors import DataError, TargetClash
from echub.text import argument

if TYPE_CHECKING:
    from echub.model.metadata import Metadata

FORMAT = "echub-lake 2"
"""Increases if what an older echub gathered has to be gathered again. 2: a missing value is null, not NaN."""
FILES, OUTCOMES, MARK = "files.parquet", "outcomes.parquet", "lake.json"
STAGE = ".echub-stage"
"""Folder of unfinished parts: no pattern of another program finds it, and the next run empties it."""
OWN_BEGIN = ".echub-"
"""How the names of unfinished files and of locks begin: a run that was killed early leaves only these."""
UNKNOWN = "unknown"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Partition:
    """The folder of a part: kind, and what questions most often ask for."""

    kind: str
    technique: str
    month: str
    instrument: str

    @classmethod
    def of(cls, kind: str, metadata: Metadata) -> Partition:
        """Read technique, month of the start and instrument; `unknown` stands for what is not stated."""
        start = str(metadata.value("experiment.start_utc") or metadata.value("experiment.start") or "")
        month = _MONTH.match(start)
        named = [metadata.value(f"instrument.{name}") for name in ("model", "serial")]
        instrument = " ".join(str(part) for part in named if part)
        technique = str(metadata.value("technique.name") or UNKNOWN)
        return cls(kind, technique, month[0] if month else UNKNOWN, instrument or UNKNOWN)

    @property
    def folder(self) -> str:
        """Return the folder in the lake, with the names that DuckDB, polars and Spark read as columns."""
        return (
            f"{self.kind}/technique={_safe(self.technique)}/month={_safe(self.month)}"
            f"/instrument={_safe(self.instrument)}"
        )


def _safe(text: str) -> str:
    """Encode a value as those programs decode it: anything but letters, digits, `_`, `-` and `.` by percent."""
    return quote(text, safe="") if text.strip(".") else UNKNOWN


def claim(lake: Path, archive: str) -> None:
    """Mark a folder as the lake of an archive; `TargetClash` if it is another's, or holds something else."""
    from echub.files.output import write_atomically

    mark = lake / MARK
    if mark.is_file():
        if (made := told(lake).get("archive")) != archive:
            raise TargetClash(
                "this lake was gathered from another archive",
                path=str(lake),
                expected=str(made),
                found=archive,
                hint="name another folder with --to",
            )
    elif lake.exists() and any(not path.name.startswith(OWN_BEGIN) for path in lake.iterdir()):
        raise TargetClash(
            "the folder holds something else than a lake",
            path=str(lake),
            expected="no such folder, an empty one, or a lake",
            hint="name another folder with --to",
        )
    text = json.dumps({"format": FORMAT, "archive": archive}).encode() + b"\n"
    write_atomically([(mark, lambda path: _put(path, text))])


def _put(path: Path, text: bytes) -> None:
    path.write_bytes(text)


def told(lake: Path) -> dict[str, str]:
    """Read the mark of a lake; `DataError` if the folder is none, or one of a newer echub."""
    try:
        mark = json.loads((lake / MARK).read_text(encoding="utf-8"))
        made = str(mark["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(
            f"{lake} is not a lake",
            expected=f"a folder with {MARK}",
            hint=f"echub gather DST --to {argument(lake)}",
        ) from None
    if made.split()[0] != FORMAT.split()[0] or int(made.split()[1]) > int(FORMAT.split()[1]):
        raise DataError(f"{lake} was made by a newer echub", expected=FORMAT, found=made, hint="update echub")
    return dict(mark)


def parts_there(lake: Path) -> Iterator[str]:
    """List the parts of all tables, by their paths in the lake."""
    for path in sorted(lake.glob("*/technique=*/month=*/instrument=*/*.parquet")):
        yield path.relative_to(lake).as_posix()
