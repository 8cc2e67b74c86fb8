"""Values at fixed offsets, texts behind their length, and the bytes that no table names."""

import pytest

from echub_eclab.fields import At, decode, text, verbatim

TABLE = (At("byte", 0, "B"), At("word", 1, "H"), At("float", 3, "f"), At("name", 7, "pascal"))
DATA = bytes.fromhex("2a 0102 0000c03f 02") + b"Na" + bytes(3)


def test_values_are_read_little_endian_at_their_offsets():
    assert decode(DATA, TABLE) == {"byte": 42, "word": 513, "float": 1.5, "name": "Na"}


def test_a_shift_moves_every_offset():
    assert decode(b"\xff" + DATA, TABLE, shift=1) == decode(DATA, TABLE)


@pytest.mark.parametrize(
    ("length", "names"),
    [
        (0, []),
        (1, ["byte"]),
        (2, ["byte"]),
        (3, ["byte", "word"]),
        (7, ["byte", "word", "float"]),
        (8, ["byte", "word", "float"]),
        (9, ["byte", "word", "float"]),
        (10, ["byte", "word", "float", "name"]),
    ],
)
def test_values_that_reach_beyond_the_data_are_left_out(length, names):
    assert list(decode(DATA[:length], TABLE)) == names


def test_a_text_of_no_length_is_empty():
    assert decode(bytes(10), TABLE)["name"] == ""


def test_a_text_of_255_bytes_is_read_whole():
    assert decode(b"\xff" + b"x" * 255, (At("t", 0, "pascal"),)) == {"t": "x" * 255}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"\xb5A 25\xb0C \x80\x89", "µA 25°C €‰"),
        (b"line\r\nMODULE", "line\r\nMODULE"),
        (b"a\x81b", "a\\x81b"),
        (b"name\0\0", "name"),
        (b"na\0me", "na\\x00me"),
        (b"", ""),
    ],
)
def test_text_is_cp1252_and_nothing_of_it_vanishes(raw, expected):
    assert text(raw) == expected


def test_verbatim_gives_back_every_byte_that_is_not_zero():
    data = bytes(5) + b"abc" + bytes(15) + b"d" + bytes(16) + b"end\x01" + bytes(7)
    runs = verbatim(data)
    rebuilt = bytearray(len(data))
    for offset, run in runs.items():
        at, raw = int(offset, 16), bytes.fromhex(run)
        rebuilt[at : at + len(raw)] = raw
    assert bytes(rebuilt) == data
    assert list(runs) == ["0x0005", "0x0028"]
    assert verbatim(b"ab") == {"0x0000": "6162"}


def test_verbatim_of_zeros_is_empty():
    assert verbatim(bytes(1000)) == {}
