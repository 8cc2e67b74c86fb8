"""Text that goes out: nothing that a terminal, a log or a spreadsheet would act on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.errors import ReadError
from echub.text import for_spreadsheet, from_spreadsheet, percent, printable


@given(st.text())
def test_nothing_printed_acts(text):
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()


def test_what_is_harmless_stays_and_what_is_not_is_shown():
    assert printable("µA·cm⁻² Ω") == "µA·cm⁻² Ω"
    assert printable("a\x1b[2Jb\nc\u202ed\udcff") == "a\\x1b[2Jb\\nc\\u202ed\\udcff"


def test_an_error_prints_no_line_that_a_file_wrote():
    error = ReadError("bad \x1b[31m\n::error::x", path="a\nb", found="\x07")
    assert str(error).splitlines() == ["a\\nb: bad \\x1b[31m\\n::error::x [read-error]", "  found: \\x07"]


@given(st.text(alphabet="'=+-@\t\r1.5eab ", max_size=8))
def test_spreadsheet_texts_come_back(text):
    assert from_spreadsheet(for_spreadsheet(text)) == text


@pytest.mark.parametrize("text", ["=1", "+a", "-a", "@a", "\ta", "\ra", "'=1", "=", "-"])
def test_a_formula_gets_an_apostrophe(text):
    assert for_spreadsheet(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "+3", "-1e-9", "a=1", "", "'a", "'", "''", "5"])
def test_numbers_and_texts_stay(text):
    assert for_spreadsheet(text) == text


@pytest.mark.parametrize(("ratio", "spec", "text"), [
    (0.1234, ".0%", "12%"), (0.1234, ".1%", "12.3%"), (-0.5, ".0%", "-50%"), (0.1234, ".1f", "12.3 %"),
    (0.5, "+.2g", "+50 %"), (10.0, ".0%", "1000%"), (10.1, ".0%", "more than 1000%"),
    (5e10, ".1f", "more than 1000 %"), (-11.0, ".0%", "less than -1000%"),
    (float("inf"), ".0f", "more than 1000 %"),
])  # fmt: skip
def test_a_ratio_to_nearly_nothing_has_no_digits(ratio, spec, text):
    assert percent(ratio, spec) == text
