"""What the files beside an `.mpr` say: the `.mpl` knows the start of a run that has no LOG module."""

from __future__ import annotations

from typing import Protocol

from echub.plugin import Metadata, Notice, ReadError, Source
from echub_eclab.asciihead import read_lines
from echub_eclab.container import Module
from echub_eclab.settings import iso_date

_FROM_LOG = ("experiment.start", "experiment.timezone", "instrument.")
"""Paths that the missing LOG module would have filled."""


class LogFindings(Protocol):
    """What a reader has found so far."""

    metadata: Metadata
    notices: list[Notice]
    bt_lab: bool


def fill_from_log(source: Source, settings: Module | None, found: LogFindings) -> None:
    """Fill what a missing LOG leaves open from the sibling `.mpl`, where it began on the same day.

    The source of each entry is the sibling's name. A sibling of another day is not used, with a
    notice: files are renamed and left over.
    """
    if "experiment.start" in found.metadata:
        return
    sibling = source.sibling(".mpl")
    if sibling is None:
        return
    from echub_eclab.prose import read_prose  # what texts need: most binary files have a log of their own
    from echub_eclab.stamps import DAY_FIRST

    try:
        lines = read_lines(sibling)
        prose = read_prose(lines)
        day = iso_date(settings.date) if settings is not None else None
        if day is not None and not prose.order.proof and prose.start and prose.start.date().isoformat() != day:
            # The day of the Set module decides a date with two readings.
            other = read_prose(lines, dates=DAY_FIRST)
            prose = other if other.start and other.start.date().isoformat() == day else prose
    except ReadError as error:
        _refuse(source, sibling, error.message, found)
        return
    other_day = prose.start is not None and day is not None and prose.start.date().isoformat() != day
    # Which program wrote the log, and so what Ewe is, holds without a start as well.
    found.bt_lab = not other_day and sibling.head[:6].lower() == b"bt-lab"
    if prose.start is None and found.bt_lab:
        found.notices.append(
            Notice("no-start", f"{sibling.name} states no start: only its program is taken from it")
        )
    elif prose.start is None:
        _refuse(source, sibling, "it states no start", found)
    elif other_day:
        _refuse(source, sibling, f"it began on {prose.start.date()}, this file on {day}", found)
    else:
        for entry in prose.metadata:
            if entry.path.startswith(_FROM_LOG) and entry.path not in found.metadata:
                found.metadata.set(entry.path, entry.value, entry.unit, source=sibling.name)


def _refuse(source: Source, sibling: Source, why: str, found: LogFindings) -> None:
    source.used.remove(sibling.name)
    found.notices.append(Notice("sibling-not-used", f"{sibling.name} was not used: {why}"))
