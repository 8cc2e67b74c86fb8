"""The whole refusal of each Thales file that is not read, and the doubts about one that is."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import NoOptions, Source
from echub_zahner.reader import _unconfirmed, _wrong_count, read_recording, read_spectrum
from tests.messages.parts import row, said

ASCII = "in Thales display the measurement and save it as ASCII, then convert that text"
OTHER = "another version of Thales, another program's file, or a file that was cut"
MARK = "the mark 00 00 FF FF FF FE, a count, and as many numbers"


def other(read):
    return lambda: read(Source.from_bytes(b"another program's file", "run.ism"), NoOptions())


@pytest.mark.parametrize(("function", "parts"), [
    row(other(read_spectrum), "this is not a spectrum of Zahner Thales, or not of the version that is known",
        expected=MARK, found=repr(b"another program's fi"), cause=OTHER, hint=ASCII),
    row(other(read_recording), "this is not a recording of Zahner Thales, or not of the version that is known",
        expected=MARK, found=repr(b"another program's fi"), cause=OTHER, hint=ASCII),
    row(lambda: _wrong_count(Source.from_bytes(b"", "run.ism"), 7, np.array([5.0, 2.5, 1.0])),
        "the spectrum has not as many points as it states",
        where="bytes 8 to 11", expected="behind 7 points the texts, and before them times that rise",
        found="no text, and the times 5, 2.5 …", cause="the file is damaged, or of another version of Thales",
        hint=ASCII),
])  # fmt: skip
def test_a_file_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == {**parts, "path": "run.ism"}


@pytest.mark.parametrize(("texts", "doubted"), [
    ([], True), (["", "  "], True), (["", "a remark"], False), (["mar,14.2024"], False),
])  # fmt: skip
def test_a_count_is_confirmed_by_any_text_behind_the_numbers(texts, doubted):
    message = "behind the 7 points that the file states stands no text: it may have another number of points"
    assert [(one.code, one.message) for one in _unconfirmed(texts, 7)] == [("row-count", message)] * doubted
