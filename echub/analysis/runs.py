"""Files of one run that are named side by side: an analysis of every dataset takes them as one record."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from echub.files.joining import Link, join, links_of, why_not_one_run
from echub.model.record import Record
from echub.model.source import Source


def joined_runs(named: Sequence[Any], records: Sequence[Record], reader: str | None = None) -> list[Record]:
    """Join the records of files that are linked techniques of one run; all others stay as they are.

    named: what each record was read from; only paths can be linked. A run stands where its first file stood.
    Files that are linked by their names but do not state one start are left apart.
    """
    groups: dict[Any, list[int]] = {}
    links = _links(named, reader)
    for number, link in enumerate(links):
        path = _path(named[number])
        key = number if link is None or path is None else (path.parent, link.run)
        groups.setdefault(key, []).append(number)
    found = [placed for numbers in groups.values() for placed in _of_one_run(numbers, records, links)]
    return [record for _, record in sorted(found, key=lambda placed: placed[0])]


def _links(named: Sequence[Any], reader: str | None) -> list[Link | None]:
    """Ask what the names say, folder by folder: the first file of a resumed run is told by its neighbours."""
    found: list[Link | None] = [None] * len(named)
    folders: dict[Path, list[int]] = {}
    for number, item in enumerate(named):
        if (path := _path(item)) is not None:
            folders.setdefault(path.parent, []).append(number)
    for numbers in folders.values():
        for number, link in zip(numbers, links_of([Source.of(named[n]) for n in numbers], reader), strict=True):
            found[number] = link
    return found


def _path(item: Any) -> Path | None:  # noqa: ANN401
    """Return the path of a file; None for anything else, such as a record."""
    path = item.path if isinstance(item, Source) else item
    return Path(path) if isinstance(path, (str, os.PathLike)) and Path(path).is_file() else None


def _of_one_run(
    numbers: Sequence[int], records: Sequence[Record], links: Sequence[Link | None]
) -> list[tuple[int, Record]]:
    """Return the record of a run, or its files apart, each with its place in the list."""
    linked = sorted(
        ((link, records[n]) for n in numbers if (link := links[n]) is not None),
        key=lambda pair: (pair[0].resumed, pair[0].number),
    )
    names, parts = [link for link, _ in linked], [record for _, record in linked]
    places = {(link.resumed, link.number) for link in names}
    if len(places) < 2 or len(places) < len(linked) or why_not_one_run(parts, names):
        return [(n, records[n]) for n in numbers]
    return [(numbers[0], join(parts, names))]
