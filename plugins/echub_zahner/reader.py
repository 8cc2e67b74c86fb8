"""Read Thales spectra and recordings: big-endian numbers, then texts, each behind its length.

The layout is that of real files; the units follow from them: the phase is the angle whose slope of log |Z| it
matches (radians, capacitive negative), and recordings named after their programme (625 mA for 5 min, 1700 mV
for 10 min) hold 625, 300000 and 1700: mA, ms and mV.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    Metadata,
    NoOptions,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_dataset,
    build_tables,
)
from echub.text import several
from echub_zahner import RECORDING_START, SPECTRUM_START, recording_points, spectrum_points
from echub_zahner.doubts import in_words, of_recording, of_spectrum

EPOCH = dt.datetime(1980, 1, 1)
"""Zero of the clock of a spectrum, local time."""
_CENTURY, _NEXT = 631_152_000.0, 4e9
"""Seconds since 1980 of the year 2000, and of 2106."""
_FIXED = "fixed by the format; the file does not print it"
_SPAN = re.compile(r"(\d{2}:\d{2}:\d{2}) - (\d{2}:\d{2}:\d{2})\Z")
_DAY = re.compile(r"([a-z]{3}),(\d{2})\.(\d{4})\Z", re.IGNORECASE)
_MONTHS = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        range(1, 13),
        strict=True,
    )
) | {"mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_MOST_TEXTS = 16


def read_spectrum(source: Source, options: NoOptions) -> Record:
    """Read a spectrum; raises `ReadError` for another file and for one that ends inside its numbers."""
    data = source.read()
    points = spectrum_points(source.head, source.size)
    if not points:
        raise _stranger(source, "a spectrum of Zahner Thales")
    columns = [_doubles(data, SPECTRUM_START + 8 * points * n, points) for n in range(4)]
    frequency, modulus, phase, clock = columns
    at = SPECTRUM_START + 32 * points
    significance = np.frombuffer(data, ">i2", points, at).astype(np.int16)
    texts, end = _texts(data, at + 2 * points)
    notices = _unconfirmed(texts, points)
    if notices and not _is_clock(clock):
        raise _wrong_count(source, points, clock)
    notices += of_spectrum(frequency, modulus, phase, clock)
    with np.errstate(over="ignore"):  # of a phase that is reported
        degrees = np.degrees(phase)
    made = [
        SourceColumn("frequency", frequency, "frequency", "Hz", index=0, attrs={"unit_origin": _FIXED}),
        SourceColumn("impedance", modulus, "impedance_abs", "ohm", index=1, attrs={"unit_origin": _FIXED}),
        SourceColumn("phase", degrees, "phase", "deg", index=2, attrs={"made": "printed in rad"}),
        SourceColumn("clock", clock, None, "s", index=3, attrs={"made": "since 1980-01-01, local time"}),
        SourceColumn("significance", significance, None, "1", origin="reported", index=4),
        SourceColumn(
            "t",
            clock - clock[0],
            "time",
            "s",
            origin="derived",
            attrs={"recipe": "clock - clock of the first point"},
        ),
    ]
    metadata = _metadata(texts, notices)
    _start_of_clock(clock, metadata, notices)
    return Record(build_tables(made), metadata=metadata, settings=_settings(texts, data[end:]), notices=notices)


def read_recording(source: Source, options: NoOptions) -> Record:
    """Read a recording of potential and current; raises `ReadError` for another file and for a cut one."""
    data = source.read()
    points = recording_points(source.head, source.size)
    if not points:
        raise _stranger(source, "a recording of Zahner Thales")
    table = _doubles(data, RECORDING_START, 3 * points).reshape(points, 3)
    texts, end = _texts(data, RECORDING_START + 24 * points)
    fixed = {"unit_origin": _FIXED}
    columns = [
        SourceColumn("potential", table[:, 0], "potential_we", "mV", index=0, attrs=fixed),
        SourceColumn("current", table[:, 1], "current", "mA", index=1, attrs=fixed),
        SourceColumn("time", table[:, 2], "time", "ms", index=2, attrs=fixed),
    ]
    notices = _unconfirmed(texts, points) + of_recording(*table.T)
    metadata = _metadata(texts, notices)
    return Record(
        [build_dataset("timeseries", columns)],
        metadata=metadata,
        settings=_settings(texts, data[end:]),
        notices=notices,
    )


def _settings(texts: list[str], rest: bytes) -> dict[str, object]:
    """Keep the texts, and the bytes of the settings behind them as they are: their layout is not known."""
    return {"texts": texts, "undecoded": rest.hex()}


def _unconfirmed(texts: Sequence[str], points: int) -> list[Notice]:
    """Say where no text stands behind the numbers: nothing else shows that they are as many as the file states."""
    if any(text.strip() for text in texts):
        return []
    stated = f"behind the {several(points, 'point')} that the file states"
    return [Notice("row-count", f"{stated} stands no text: it may have another number of points")]


def _is_clock(clock: NDArray[np.float64]) -> bool:
    """Return whether the times of a spectrum rise, and are of this century."""
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.diff(clock) >= 0) and clock[0] > _CENTURY and clock[-1] < _NEXT)


def _wrong_count(source: Source, points: int, clock: NDArray[np.float64]) -> ReadError:
    return ReadError(
        "the spectrum has not as many points as it states",
        path=source.shown,
        where="bytes 8 to 11",
        expected=f"behind {several(points, 'point')} the texts, and before them times that rise",
        found=f"no text, and the times {clock[0]:g}, {clock[1]:g} …",
        cause="the file is damaged, or of another version of Thales",
        hint="in Thales display the measurement and save it as ASCII, then convert that text",
    )


def _doubles(data: bytes, at: int, count: int) -> NDArray[np.float64]:
    return np.frombuffer(data, ">f8", count, at).astype(np.float64)


def _stranger(source: Source, what: str) -> ReadError:
    return ReadError(
        f"this is not {what}, or not of the version that is known",
        path=source.shown,
        expected="the mark 00 00 FF FF FF FE, a count, and as many numbers",
        found=repr(source.head[:20]),
        cause="another version of Thales, another program's file, or a file that was cut",
        hint="in Thales display the measurement and save it as ASCII, then convert that text",
    )


def _texts(data: bytes, at: int) -> tuple[list[str], int]:
    """Return the texts behind the numbers, each behind its length in two bytes, and where they end."""
    texts: list[str] = []
    while len(texts) < _MOST_TEXTS and at + 2 <= len(data):
        length = struct.unpack_from(">H", data, at)[0]
        text = data[at + 2 : at + 2 + length]
        if len(text) < length or any(byte < 32 for byte in text):
            break
        if not length and texts and not any(data[at : at + 8]):  # zeros: the settings begin
            break
        texts.append(text.decode("cp1252", "replace"))
        at += 2 + length
    return texts, at


def _metadata(texts: list[str], notices: list[Notice]) -> Metadata:
    """Return what the texts say: the day and the span of hours; the others are the user's own words."""
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "Zahner")
    span = next((m for text in texts if (m := _SPAN.match(text.strip()))), None)
    day = next((m for text in texts if (m := _DAY.match(text.strip()))), None)
    words = [t for t in texts if t.strip() and not _SPAN.match(t.strip()) and not _DAY.match(t.strip())]
    if words:
        metadata.set("experiment.comments", "\n".join(words))
    if span and day and day[1].lower() in _MONTHS:
        try:
            date = dt.date(int(day[3]), _MONTHS[day[1].lower()], int(day[2]))
            start = dt.datetime.combine(date, dt.time.fromisoformat(span[1]))
        except ValueError:
            notices.append(Notice("no-start", f"the start {day[0]} {span[1]} cannot be read"))
            return metadata
        metadata.set("experiment.start", start.isoformat())
        metadata.set("experiment.timezone", "unknown")
    return metadata


def _start_of_clock(clock: NDArray[np.float64], metadata: Metadata, notices: list[Notice]) -> None:
    """Take the start of a spectrum from its clock, to the second."""
    first = float(clock[0])
    if "experiment.start" in metadata:
        return
    if not 0 < first < _NEXT:
        verb = "says" if np.isfinite(first) else "is"
        text = f"the clock {verb} {in_words(first, 's')}, which is not a date of this century"
        notices.append(Notice("no-start", text))
        return
    start = EPOCH + dt.timedelta(seconds=int(first))
    metadata.set("experiment.start", start.isoformat())
    metadata.set("experiment.timezone", "unknown")
