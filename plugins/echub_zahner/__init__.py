"""Zahner Thales spectra (.ism) and recordings (.isw), of the version that real files show."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

MARK = b"\x00\x00\xff\xff\xff\xfe"
"""What both kinds of file begin with."""
SPECTRUM_START, RECORDING_START = 12, 18
"""Offsets of the first number."""
RECORDING = 14
"""Stands in a recording where a spectrum has the number of its last point."""
_SLOWEST, _FASTEST = 1e-7, 1e9
"""Hz, beyond any instrument: a period of four months, and a gigahertz. The counts of a recording, where a
spectrum has its first frequency, are 10⁻³⁰⁰ as a number."""
_ADVICE = "in Thales display the measurement and save it as ASCII, then convert that text"


@hookimpl
def echub_readers() -> Iterable[Reader | KnownFormat]:
    """Declare the readers of this plugin."""
    return (
        Reader(
            "zahner-ism",
            "Zahner Thales impedance spectrum (.ism)",
            (".ism",),
            sniff="echub_zahner:sniff_spectrum",
            read="echub_zahner.reader:read_spectrum",
            codes="echub_zahner:codes.toml",
        ),
        Reader(
            "zahner-isw",
            "Zahner Thales recording against time (.isw)",
            (".isw",),
            sniff="echub_zahner:sniff_recording",
            read="echub_zahner.reader:read_recording",
            codes="echub_zahner:codes.toml",
        ),
        KnownFormat("zahner-other", "a Zahner Thales file of another version", (".ism", ".isw"), _ADVICE),
    )


def sniff_spectrum(source: Source) -> Confidence:
    """Recognise the mark, and behind it as many possible frequencies as the file counts and has room for."""
    points = spectrum_points(source.head, source.size)
    return Confidence.CERTAIN if points else Confidence.NO


def sniff_recording(source: Source) -> Confidence:
    """Recognise the mark, and rows whose time begins at 0 and fits the size."""
    return Confidence.CERTAIN if recording_points(source.head, source.size) else Confidence.NO


def spectrum_points(head: bytes, size: int) -> int:
    """Return the number of points of a spectrum; 0 where it is none."""
    if not head.startswith(MARK) or len(head) < SPECTRUM_START + 16:
        return 0
    points = struct.unpack_from(">I", head, 8)[0] + 1
    shown = min(points, (len(head) - SPECTRUM_START) // 8)
    frequencies = struct.unpack_from(f">{shown}d", head, SPECTRUM_START)
    fits = points > 1 and SPECTRUM_START + 34 * points <= size
    return points if fits and all(_SLOWEST < frequency < _FASTEST for frequency in frequencies) else 0


def recording_points(head: bytes, size: int) -> int:
    """Return the number of rows of a recording; 0 where it is none."""
    if (
        not head.startswith(MARK)
        or len(head) < RECORDING_START + 24
        or head[6:12] != bytes([0, 0, 0, 0, 0, RECORDING])
    ):
        return 0
    points = struct.unpack_from(">I", head, 14)[0] + 1
    *_, first = struct.unpack_from(">ddd", head, RECORDING_START)
    return points if first == 0 and RECORDING_START + 24 * points <= size else 0
