"""Limits of the Zahner readers: what is a spectrum or a recording, which bytes are texts, what a clock is."""

from __future__ import annotations

import struct

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub_zahner import recording_points, spectrum_points
from echub_zahner.reader import _is_clock, _texts

MARK = b"\x00\x00\xff\xff\xff\xfe"


def spectrum(frequencies=(100.0, 10.0), *, size=None, mark=MARK, clock=(1.4e9, 1.4e9 + 1)):
    """Return a file of points that states as many, 34 bytes each; `size` bytes of it."""
    many = len(frequencies)
    numbers = [*frequencies, *[5.0] * many, *[-0.5] * many, *clock]
    data = mark + struct.pack(">HI", 0, many - 1) + struct.pack(f">{4 * many}d", *numbers) + bytes(2 * many)
    return data if size is None else data[:size]


SPECTRA = {
    "two points": (spectrum(), 2),
    "a byte less": (spectrum(size=12 + 2 * 34 - 1), 0),
    "one point": (spectrum((100.0,), clock=(1.4e9,)) + bytes(100), 0),
    "the slowest": (spectrum((100.0, 1.01e-7)), 2),
    "slower": (spectrum((100.0, 1e-7)), 0),
    "the fastest": (spectrum((0.99e9, 100.0)), 2),
    "faster": (spectrum((1e9, 100.0)), 0),
    "a frequency below zero": (spectrum((100.0, -10.0)), 0),
    "another mark": (spectrum(mark=b"\x00\x00\xff\xff\xff\xff"), 0),
    "nothing behind the count": (spectrum(size=12), 0),
}


@pytest.mark.parametrize("what", SPECTRA)
def test_what_is_a_spectrum(what):
    data, points = SPECTRA[what]
    assert spectrum_points(data, len(data)) == points
    if points:
        assert echub.read(data + struct.pack(">H", 4) + b"cell").provenance.reader["name"] == "zahner-ism"


@pytest.mark.parametrize(("shown", "points"), [(12 + 8 * 3, 3), (12 + 8 * 2, 3), (27, 0)])
def test_a_head_that_ends_within_the_frequencies(shown, points):
    """The head of a file ends before its numbers do: what it shows decides."""
    data = spectrum((100.0, 10.0, 1.0), clock=(1.4e9,) * 3)
    assert spectrum_points(data[:shown], len(data)) == points


def recording(rows=2, first=0.0, *, mark=MARK, middle=(0, 14, 0)):
    numbers = [number for n in range(rows) for number in (500.0, 5.0, first if n == 0 else 1000.0 * n)]
    return mark + struct.pack(">IHHI", *middle, rows - 1) + struct.pack(f">{3 * rows}d", *numbers)


RECORDINGS = {
    "two rows": (recording(), 2),
    "a byte less": (recording()[:-1], 0),
    "three rows of which a byte lacks": (recording(3)[:-1], 0),
    "one row": (recording(1), 1),
    "one row of which a byte lacks": (recording(1)[:-1], 0),
    "a time that begins later": (recording(first=0.5), 0),
    "another mark": (recording(mark=b"\x00\x00\xff\xff\xff\xff"), 0),
    "another kind": (recording(middle=(0, 15, 0)), 0),
    "another kind before": (recording(middle=(1, 14, 0)), 0),
}


@pytest.mark.parametrize("what", RECORDINGS)
def test_what_is_a_recording(what):
    data, rows = RECORDINGS[what]
    assert recording_points(data, len(data)) == rows


TEXTS = {
    "two": (b"\x00\x01a\x00\x02bc\x01\x00", ["a", "bc"], 7),
    "an empty one between them": (b"\x00\x01a\x00\x00\x00\x01b", ["a", "", "b"], 8),
    "an empty one first": (b"\x00\x00\x00\x01b", ["", "b"], 5),
    "one that is longer than the file": (b"\x00\x01a\x00\x02b", ["a"], 3),
    "one with a control character": (b"\x00\x01a\x00\x02b\x1f", ["a"], 3),
    "one with a blank": (b"\x00\x01a\x00\x02b\x20", ["a", "b "], 7),
    "zeros behind": (b"\x00\x01a" + bytes(9), ["a"], 3),
    "zeros up to another number": (b"\x00\x01a" + bytes(7) + b"\x05", ["a", "", "", ""], 9),
    "one byte behind": (b"\x00\x01a\x00", ["a"], 3),
    "sixteen": (b"\x00\x01a" * 17, ["a"] * 16, 48),
    "the degree sign of Windows": (b"\x00\x02\xb0C", ["°C"], 4),
}


@pytest.mark.parametrize("what", TEXTS)
def test_texts_behind_the_numbers(what):
    data, texts, end = TEXTS[what]
    assert _texts(data, 0) == (texts, end)
    assert _texts(b"before" + data, 6) == (texts, end + 6)


CENTURY, NEXT = 631_152_000.0, 4e9
CLOCKS = {
    "this century": ([CENTURY + 1, CENTURY + 1, NEXT - 1], True),
    "its first second": ([CENTURY, CENTURY + 1], False),
    "the next": ([CENTURY + 1, NEXT], False),
    "back": ([CENTURY + 2, CENTURY + 1], False),
    "no number": ([CENTURY + 1, np.nan], False),
}


@pytest.mark.parametrize("what", CLOCKS)
def test_a_count_without_texts_needs_a_clock(what):
    clock, is_clock = CLOCKS[what]
    assert _is_clock(np.array(clock)) is is_clock


@pytest.mark.parametrize(
    ("first", "start"),
    [(0.5, "1980-01-01T00:00:00"), (86_400.75, "1980-01-02T00:00:00"), (0.0, None), (-1.0, None), (4e9, None),
     (4e9 - 1, "2106-10-03T07:06:39")],
)  # fmt: skip
def test_the_clock_of_the_first_point_is_the_start(first, start):
    record = echub.read(spectrum(clock=(first, first)) + b"\x00\x04cell")
    assert record.metadata.value("experiment.start") == start
    assert record.metadata.value("experiment.timezone") == ("unknown" if start else None)
    said = [notice.message for notice in record.notices if notice.code == "no-start"]
    assert said == ([] if start else [f"the clock says {first:g} s, which is not a date of this century"])


MONTHS = {"jan": 1, "feb": 2, "mar": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
          "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12, "xyz": None}  # fmt: skip


@pytest.mark.parametrize("name", MONTHS)
def test_months_in_english_and_german(name):
    behind = b"".join(struct.pack(">H", len(text)) + text for text in (f"{name.title()},07.2024".encode(),
                                                                       b" 23:10:00 - 23:10:07 "))  # fmt: skip
    record = echub.read(recording() + behind)
    start = f"2024-{MONTHS[name]:02d}-07T23:10:00" if MONTHS[name] else None
    assert record.metadata.value("experiment.start") == start


def test_a_spectrum_of_another_version_names_its_first_times():
    data = spectrum((100.0, 10.0, 1.0), clock=(3.0, 2.0, 1.0))
    with pytest.raises(ReadError) as caught:
        echub.read(data, reader="zahner-ism")
    assert caught.value.expected == "behind 3 points the texts, and before them times that rise"
    assert caught.value.found == "no text, and the times 3, 2 …"
