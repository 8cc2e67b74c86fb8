"""Whether a zip archive is whole, and small enough unpacked."""

import io
import zipfile

import pytest

from echub.model.archive import is_whole_zip
from echub.model.source import Source

SIZE = 100_000


def archive(members):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(members):
            made.writestr(f"{number}.txt", bytes(SIZE))
    return held.getvalue()


@pytest.mark.parametrize(
    ("members", "most", "whole"),
    [(1, SIZE, True), (1, SIZE - 1, False), (2, 2 * SIZE, True), (2, 2 * SIZE - 1, False)],
)
def test_the_size_that_counts_is_that_of_all_members_unpacked(members, most, whole):
    data = archive(members)
    assert len(data) < SIZE / 100
    assert is_whole_zip(Source.from_bytes(data, "a.zip"), most) is whole


def test_a_member_that_was_changed_makes_an_archive_damaged():
    data = bytearray(archive(1))
    data[60] ^= 0xFF
    assert is_whole_zip(Source.from_bytes(bytes(archive(1)), "a.zip"), SIZE)
    assert not is_whole_zip(Source.from_bytes(bytes(data), "a.zip"), SIZE)
