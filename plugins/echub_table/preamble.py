"""The lines over the table: keys and values verbatim, and typed metadata where a profile says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from echub.dates import wall_clock
from echub.plugin import Ambiguous, Dropped, MetadataError, ReadError
from echub.text import iso_time
from echub_table.columns import Findings
from echub_table.dialect import Dialect, splitter_of
from echub_table.profile import Profile

_KEY_VALUE = re.compile(r"\s*+(?:[#%*/]++\s*+)?([^:=]{1,80}?)\s*+[:=]\s*+(.*)\Z")
"""What repeats is possessive: thousands of blanks take time in proportion."""


def key_values(dialect: Dialect) -> dict[str, str]:
    """Split the lines over the header into keys and values; a repeated key keeps all its values."""
    found: dict[str, str] = {}
    last = dialect.header_line if dialect.header_line is not None else dialect.data_line
    for line in dialect.preamble[:last]:
        for key, value in _pair(line, dialect):
            found[key] = f"{found[key]}\n{value}" if key in found else value
    return found


def _pair(line: str, dialect: Dialect) -> Iterator[tuple[str, str]]:
    text = line.rstrip(dialect.delimiter + " \t")
    cells = splitter_of(dialect).split(text) if dialect.delimiter in text else [text]
    if len(cells) == 2 and cells[0].strip():
        yield cells[0].strip().rstrip(":= "), cells[1].strip()
    elif match := _KEY_VALUE.match(text):
        yield match[1].strip(), match[2].rstrip()


def typed(pairs: Mapping[str, str], profile: Profile | None, found: Findings, dates: str = "") -> None:
    """Add a profile's constants and what it reads from the preamble to the metadata."""
    if profile is None:
        return
    for path, value in profile.metadata.items():
        found.metadata.set(path, value, source=f"profile {profile.name}")
    for key, said in profile.preamble.items():
        text = pairs.get(key, "").strip()
        if not text:
            continue
        if text == said.get("placeholder"):
            found.note("placeholder", f"{key} = {text} is the software's default and counts as not set")
            continue
        _set(key, text, said, found, dates)


def _set(key: str, text: str, said: Mapping[str, str], found: Findings, dates: str) -> None:
    zoned = False
    try:
        if "dates" in said:
            text, zoned = _iso(text, key, dates or said["dates"], found.dates)
        number = text.replace(",", ".") if "unit" in said else text
        found.metadata.set(said["path"], number, said.get("unit"), source=f"file: {key}")
        if zoned and said["path"] == "experiment.start":
            found.metadata.set("experiment.timezone", "UTC", source=f"file: {key}")
    except Ambiguous as error:
        found.note("date-order-open", f"{key} = {text} has two readings and is not taken: {error.hint}")
    except (MetadataError, ReadError) as error:
        found.dropped.append(
            Dropped(f"{key} = {text} as {said['path']}", f"{error.message}; kept in the settings")
        )


def _iso(text: str, key: str, order: str, others: Sequence[pl.Series]) -> tuple[str, bool]:
    """Write a date of the preamble as ISO 8601, and say whether it is one of UTC; `others` may prove its order."""
    clock = wall_clock(pl.Series([text]), key, order, others)
    seconds = clock.seconds[0]
    if seconds != seconds:
        raise ReadError(f"{text!r} is not a date")
    return iso_time(float(seconds)), clock.zoned
