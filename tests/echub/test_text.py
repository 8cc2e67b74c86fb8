"""Encodings, decimal marks, numbers and clocks."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import polars as pl
import pytest

from echub.text import (
    argument,
    clocks,
    decimal_mark,
    decode,
    encoding_of,
    is_cut_number,
    iso_time,
    nearest,
    not_finite,
    parse_clock,
    parse_number,
    rows_by_columns,
    several,
    some_of,
    with_article,
)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"time/s\tEwe/V", "utf-8"),
        ("Fläche / cm²".encode(), "utf-8"),
        ("Fläche / cm²".encode("cp1252"), "cp1252"),
        ("µ".encode("utf-8-sig"), "utf-8-sig"),
        ("time\tµA".encode("utf-16"), "utf-16"),
        ("time;current\n1;2\n".encode("utf-16-le"), "utf-16-le"),
        ("time;current\n1;2\n".encode("utf-16-be"), "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_encoding_is_found_and_decodes(raw: bytes, encoding: str) -> None:
    found = encoding_of(raw, whole=True)
    assert found.value == encoding
    assert found.evidence
    assert "\\x" not in decode(raw, encoding)


def test_a_character_cut_at_the_end_of_the_head_is_no_evidence_against_utf8() -> None:
    head = "µA µA".encode()[:-2]  # ends inside the second µ
    assert encoding_of(head).value == "utf-8"
    assert encoding_of(head, whole=True).value == "cp1252"


@pytest.mark.parametrize(
    ("raw", "evidence"),
    [
        ("µ".encode("utf-8-sig"), "a byte order mark"),
        ("µ".encode("utf-16"), "a byte order mark"),
        (b"t/s", "nothing but ASCII"),
        ("µ".encode(), "all of it is valid UTF-8"),
        (b"a\xb5", "byte 0xb5 at offset 1 is not UTF-8"),
    ],
)
def test_what_speaks_for_an_encoding(raw, evidence):
    assert encoding_of(raw, whole=True).evidence == evidence


def test_nul_bytes_are_no_text() -> None:
    found = encoding_of(b"time\tE\n1.0\t\0\0\0\0\n2.0\t3\n")
    assert found.value is None
    assert "offset 11" in found.evidence


def test_bytes_without_a_meaning_stay_visible() -> None:
    assert decode(b"a\x81b", "cp1252") == "a\\x81b"


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.5", "2"], "."),
        (["1,5"], ","),
        ([",5"], ","),
        ([".5"], "."),
        (["0,123"], ","),
        (["0.123"], "."),
        (["2,3278546E+000"], ","),
        (["-9,999E-001"], ","),
        (["1,234.5"], "."),
        (["1.234,5"], ","),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1234,567"], ","),
        (["1,234", "0,5"], ","),
        (["12", "7"], "."),
        (["abc", "1,x"], "."),
    ],
)
def test_decimal_mark_that_the_numbers_settle(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts).value == mark


@pytest.mark.parametrize("texts", [["1,234"], ["1.234", "12.345"], ["1.5", "1,5"], ["1,234.5", "1.234,5"]])
def test_decimal_mark_that_stays_open(texts: list[str]) -> None:
    assert decimal_mark(texts).value is None


def test_numbers() -> None:
    assert parse_number("2,3278546E+000", ",") == 2.3278546
    assert parse_number(" -1.5e-3 ") == -0.0015
    assert parse_number("14", ",") == 14
    assert math.isnan(parse_number("NaN"))
    assert parse_number("-inf") == -math.inf


@pytest.mark.parametrize(
    ("text", "decimal"), [("1,5", "."), ("1.5", ","), ("1 000", "."), ("1_0", "."), ("", "."), ("0x1", ".")]
)
def test_what_is_no_number_is_refused(text: str, decimal: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text, decimal)


CLOCKS = {
    "100:00:10.0000": 360_010.0,
    "0:00:0.0000": 0.0,
    "0:30:10,5": 1810.5,
    "1-02:03:04": 93_784.0,
    "2d 03:04:05": 183_845.0,
    "-0:00:01": -1.0,
}


@pytest.mark.parametrize(("text", "seconds"), CLOCKS.items())
def test_clocks_one_by_one_and_as_a_column(text: str, seconds: float) -> None:
    assert parse_clock(text) == seconds
    assert clocks(pl.Series("t", [text])).to_list() == [seconds]


@pytest.mark.parametrize("text", ["12:61:00", "1:2", "12:00:60", "noon", "1:2:3:4"])
def test_what_is_no_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' is not an elapsed time h:m:s$"):
        parse_clock(text)
    assert clocks(pl.Series("t", [text])).to_list() == [None]


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 spectra"), (1, "1 spectrum"), (2, "2 spectra"), (1200, "1,200 spectra")]
)
def test_a_count_has_its_word(count, told):
    assert several(count, "spectrum", "spectra") == told
    assert several(count, "row") == told.replace("spectrum", "row").replace("spectra", "rows")


@pytest.mark.parametrize(
    ("count", "whole", "told"),
    [
        (1, 3, "1 of 3 spectra is"), (2, 3, "2 of 3 spectra are"), (1, 1, "1 of 1 spectrum is"),
        (0, 3, "0 of 3 spectra are"), (1500, 2500, "1500 of 2500 spectra are"),
    ],
)  # fmt: skip
def test_a_part_of_a_whole_has_the_verb_of_the_part_and_the_word_of_the_whole(count, whole, told):
    assert some_of(count, whole, "spectrum", "is", "are", plural="spectra") == told
    rows = told.replace("spectrum", "row").replace("spectra", "rows")
    assert some_of(count, whole, "row", "is", "are") == rows


@pytest.mark.parametrize("said", ["an ion_map", "an impedance", "a table", "an energy", "a µ"])
def test_a_word_has_the_article_of_its_first_letter(said):
    assert with_article(said.partition(" ")[2]) == said


def test_the_size_of_a_table_is_told():
    assert rows_by_columns(1, 2) == "1 row, 2 columns"
    assert rows_by_columns(1200, 1) == "1,200 rows, 1 column"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("out/cp-1_a.mpr", "out/cp-1_a.mpr"), ("C:\\Daten\\Zelle ü.mpr", '"C:\\Daten\\Zelle ü.mpr"'),
        ("größer.mpr", "größer.mpr"),
        (Path("two words"), '"two words"'), ("a(1).mpr", '"a(1).mpr"'), ('5" $x', r'"5\" \$x"'), ("", '""'),
    ],
)  # fmt: skip
def test_a_path_in_a_command_to_copy_is_one_argument(path, told):
    assert argument(path) == told


@pytest.mark.parametrize(
    ("cells", "decimal", "cut"),
    [
        (["19.0", "18.0", "17.0", "2"], ".", True),
        (["19.00", "18.00", "17.00", "20.0"], ".", True),
        (["1,5E-003", "1,5E-003", "1,5E-003", "1,5E-0"], ",", True),
        (["19.0", "18.0", "17.0", "20.0"], ".", False),
        (["19.0", "18.25", "17.0", "2"], ".", False),
        (["19", "18", "17", "2"], ".", False),
        (["19.0", "18.0", "2"], ".", False),
        (["19.0 ", " 18.0", "17.0", "2 "], ".", True),
    ],
)
def test_a_number_that_was_cut(cells: list[str], decimal: str, cut: bool) -> None:
    assert is_cut_number(cells, decimal) is cut


def test_one_faulty_byte_among_characters_of_utf8_is_damage():
    text = "电压 / V, Strom / µA, Größe".encode()
    assert encoding_of(text[:-1] + b"\xff" + text[-1:], whole=True).value == "utf-8"
    assert encoding_of(text + "°".encode()[:1], whole=True).value == "utf-8"  # cut within a character
    found = encoding_of(b"\xff" + text, whole=True)
    assert found.evidence == "byte 0xff at offset 0 is not UTF-8, but 5 characters are: it is damaged or cut there"


def test_a_head_is_not_looked_at_character_by_character():
    """A text of 100 MB would take half a minute."""
    calls = []
    sys.setprofile(lambda _, event, __: calls.append(event))
    try:
        found = encoding_of("T / °C; U / V\n".encode("cp1252") * 5000)
    finally:
        sys.setprofile(None)
    assert found.value == "cp1252"
    assert len(calls) < 100


@pytest.mark.parametrize("text", ["Strom / µA", "Größe / µm, T / °C", "Ã© and Ü, ä, ö", "25 °C"])
def test_text_of_one_byte_per_character_is_not_taken_for_damaged_utf8(text):
    assert encoding_of(text.encode("cp1252"), whole=True).value == "cp1252"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("µµµ".encode() + b"\xff", "cp1252"),  # three characters of several bytes for a faulty byte may be chance
        ("µµµµ".encode() + b"\xff", "utf-8"),
        ("µµµ\ufffd".encode() + b"\xff", "utf-8"),  # a replaced character in the text is one
        (b"a;b\n1;2\n" + b"\0" * 4, "utf-8"),  # space that was never written
        (b"a;b\n1;2\n" + b"\0" * 3, None),
        ("123456789Ω".encode("utf-16-le"), None),  # nine of ten characters are ASCII, and not more
        ("1234567890Ω".encode("utf-16-le"), "utf-16-le"),
        ("1234567890Ω".encode("utf-16-be"), "utf-16-be"),
        (("1234567890" * 2)[:18].encode("utf-16-le") + b"\0\1\0\0", None),  # a tenth has a NUL as its low byte
        (("1234567890" * 2)[:19].encode("utf-16-le") + b"\0\1\0\0", "utf-16-le"),
    ],
)
def test_how_many_bytes_settle_an_encoding(raw, encoding):
    found = encoding_of(raw, whole=True)
    assert found.value == encoding
    if encoding and "16" in encoding:
        count, half = len(raw) // 2 - 1, len(raw) // 2
        assert found.evidence == f"{count} of {half} characters have a NUL as their high byte"


@pytest.mark.parametrize(
    ("texts", "evidence"),
    [
        (["x", "1.5 ", "2,5", "3.5"], "both marks occur: 1.5 and 2,5"),
        (["7", "1,25", "2,5"], "1,25 has no other reading"),
        (["7", " 1,234", "2,345"], "1,234 may be a decimal or a group of thousands"),
        (["7", "x,y", "1,2,3"], "no number has a mark"),
        (["1,234", "1,234.5"], "1,234.5 has no other reading"),
    ],
)
def test_what_speaks_for_a_decimal_mark(texts, evidence):
    assert decimal_mark(texts).evidence == evidence


@pytest.mark.parametrize(("whole", "encoding"), [(False, "utf-8"), (True, "cp1252")])
@pytest.mark.parametrize("zeros", [0, 4, 100])
def test_space_never_written_does_not_change_the_encoding(zeros: int, whole: bool, encoding: str):
    """The last character is cut in its middle: usual at the end of a head, a fault at the end of a text."""
    assert encoding_of("time;µ".encode()[:-1] + bytes(zeros), whole=whole).value == encoding


@pytest.mark.parametrize(("zeros", "encoding"), [(1, None), (3, None), (4, "utf-8")])
def test_three_zero_bytes_may_be_the_end_of_another_text(zeros: int, encoding: str | None):
    assert encoding_of(b"time;I" + bytes(zeros)).value == encoding


@pytest.mark.parametrize(
    ("good", "faults", "encoding"), [(3, 1, "cp1252"), (4, 1, "utf-8"), (6, 2, "cp1252"), (7, 2, "utf-8")]
)
def test_more_than_three_characters_for_each_fault_are_a_damaged_text(good: int, faults: int, encoding: str):
    found = encoding_of("µ".encode() * good + b"\xff;" * faults, whole=True)
    assert found.value == encoding
    start = f"byte 0xff at offset {2 * good} is not UTF-8"
    said = f"{start}, but {good} characters are: it is damaged or cut there"
    assert found.evidence == (said if encoding == "utf-8" else start)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("cvs", ["csv", "native"], "did you mean csv?"),
        ("CSV", ["csv", "native"], "did you mean csv?"),
        ("current", ["native"], None),
        ("", ["csv"], None),
    ],
)
def test_a_misspelt_name_gets_those_that_are_near(word, known, hint):
    assert nearest(word, known) == hint


@pytest.mark.parametrize(("text", "value"), [
    ("1.#INF", math.inf),
    ("+1.#INF00", math.inf),
    ("-1,#INF000E+000", -math.inf),
    ("1.#inf0e+000", math.inf),
    ("-1.#IND0E+000", math.nan),
    ("1.#QNAN00", math.nan),
    ("1.#SNAN", math.nan),
    ("NaN", math.nan),
    ("-nan", math.nan),
    ("-Inf", -math.inf),
    ("1.5", None),
    ("1.#IND x", None),
    ("1.#INF5", None),
    ("#INF", None),
    ("information", None),
    ("", None),
])  # fmt: skip
def test_what_is_printed_for_no_finite_number(text, value):
    found = not_finite(text)
    assert (found is None) if value is None else (found == value or (math.isnan(value) and math.isnan(found)))


@pytest.mark.parametrize(("word", "shown"), [
    ("table", "a table"),
    ("ion_map", "an ion_map"),
    ("int", "an int"),
    ("a", "an a"),
    ("R", "an R"),
    ("u", "a u"),
    ("", "a "),
])  # fmt: skip
def test_an_article_goes_by_the_sound_of_a_letter(word, shown):
    assert with_article(word) == shown


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "1970-01-01T00:00:00"), (86_399.5, "1970-01-01T23:59:59.500"), (0.0004, "1970-01-01T00:00:00"),
     (1_727_431_872.25, "2024-09-27T10:11:12.250"), (-1.0, "1969-12-31T23:59:59")],
)  # fmt: skip
def test_milliseconds_are_written_where_there_are_any(seconds, written):
    assert iso_time(seconds) == written
