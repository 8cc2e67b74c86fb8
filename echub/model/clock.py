"""Absolute time, computed only if the zone of the instrument's clock is known.

Instruments write local time without a zone. The zone comes from ``--timezone`` or a sidecar; until
then a start is a wall-clock time, not an instant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from echub.errors import MetadataError, UnknownOption
from echub.model.given import RECORD, takes
from echub.model.metadata import UNKNOWN, Metadata
from echub.remark import Remark
from echub.text import nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from echub.model.dataset import Dataset
    from echub.model.record import Record

START, ZONE, START_UTC = "experiment.start", "experiment.timezone", "experiment.start_utc"
INSTANTS = "unix_time"
_FARTHEST = 2.0**62
"""Microseconds from a start that datetime64 holds, with room for the start: 146 000 years."""


def require_zone(name: str) -> str:
    """Check an IANA zone name; `UnknownOption` if there is none."""
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownOption(
            f"there is no time zone {name!r}",
            expected="an IANA zone, such as Europe/Berlin, America/New_York or UTC",
            found=name,
            cause="the name is misspelt, or the system has no zone data (pip install tzdata)",
            hint=nearest(name, zoneinfo.available_timezones(), alike=0.8),
        ) from None
    return name


def set_absolute_start(metadata: Metadata, datasets: Callable[[], Iterable[Dataset]] = tuple) -> list[Remark]:
    """Set `experiment.start_utc` if start and zone are known; a start with an offset of its own is taken as it is.

    A time in an hour that daylight saving repeats is not an instant, unless a dataset starts with one of both: the
    order of its dates settled which. For that, and for an hour that is skipped, a notice says that none was made.
    The datasets are asked for in such an hour only: those of a native file stay unread else.
    """
    start, zone = metadata.value(START), metadata.value(ZONE)
    if (
        not isinstance(start, str)
        or not isinstance(zone, str)
        or not start
        or not zone
        or zone == UNKNOWN
        or START_UTC in metadata
    ):
        return []
    import zoneinfo

    try:
        told, known = dt.datetime.fromisoformat(start), zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        text = f"{start} in the zone {zone!r} cannot be read: no absolute time was made"
        return [Remark("unknown-zone", text)]
    if told.tzinfo is not None:  # it is an instant, whatever the zone
        start_source = metadata.get(START)
        _set_start(metadata, told, f"offset by {start_source.source if start_source else 'the file'}")
        return []
    local, source = told.replace(tzinfo=known), metadata.get(ZONE)
    by = f"zone by {source.source if source else 'the file'}"
    if local.utcoffset() != (later := local.replace(fold=1)).utcoffset():
        settled = [one for one in (local, later) if any(_starts(data, one) for data in datasets())]
        if len(settled) == 1:
            _set_start(metadata, settled[0], f"{by}, pass by the order of rows")
            return []
        text = f"the clocks changed at {start} in {zone}: the hour is not unique, no absolute time was made"
        return [Remark("ambiguous-time", text)]
    _set_start(metadata, local, by)
    return []


def _set_start(metadata: Metadata, local: dt.datetime, source: str) -> None:
    metadata.set(START_UTC, local.astimezone(dt.UTC).isoformat(timespec="milliseconds"), source=source)


def _starts(dataset: Dataset, instant: dt.datetime) -> bool:
    """Return whether the first row of a dataset is of an instant, to the second that a start may be rounded to."""
    known = INSTANTS in dataset.columns and dataset.rows
    return bool(known and abs(float(dataset[INSTANTS][0]) - instant.timestamp()) < 1)


@takes(RECORD)
def absolute_time(record: Record, dataset: str = "timeseries") -> NDArray[Any]:
    """Return the instants of a dataset's rows, UTC, datetime64[us] of shape (n,); NaT without a time.

    Raises `MetadataError` if the zone of the clock is unknown.
    """
    import numpy as np

    start = record.metadata.value(START_UTC)
    if start is None:
        raise MetadataError(
            "the absolute time is not known",
            where=ZONE,
            expected="a start and the zone of the instrument's clock",
            found=f"start {record.metadata.value(START)}, zone {record.metadata.value(ZONE)}",
            hint="--timezone Europe/Berlin, or experiment.timezone in echub.toml",
        )
    told = dt.datetime.fromisoformat(start)
    begin = np.datetime64((told.astimezone(dt.UTC) if told.tzinfo else told).replace(tzinfo=None), "us")
    elapsed = np.asarray(record[dataset].to("time", "us"))
    spans = np.full(elapsed.shape, np.timedelta64("NaT", "us"))
    known = np.abs(elapsed) < _FARTHEST
    spans[known] = np.round(elapsed[known]).astype("timedelta64[us]")
    return begin + spans
