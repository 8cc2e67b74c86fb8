"""What each cell is, told from its text: numbers, clocks, dates, words for no value, and words."""

from __future__ import annotations

import pytest

from echub_table.cells import Splitter, bare_number, kind_of, shape

KINDS = {
    "n": """1 -1 +1 1.5 1,5 .5 -,5 1. 1e5 1E-5 1.5e+05 −1.5 –1 ‒1 —1 ‐1 ‑1 ﹣1 －1 1.234.567 1,234,567.5 1.234,5
        1.5D+02 -1,5d-3 .5D2 1e−5 inf INF -inf +inf Infinity -infinity +infinity
        1_234 1_234_567 12_345,5 1'234.5 1’234""",
    "u": """1_s 3723_s 1.5_mA 1,5_mV -2.5e-3_A 25_°C 50_% 0.5_mA/cm² 1_Ω 1_µA (0.3) (12) (1.5e3) (.5) (1,234.5)
        5% 5.5% -5,5%""",
    "c": """0:00:01 12:34:56 100:00:00 1:02:03.5 1:02:03,5 -0:00:01 1-02:03:04 1.02:03:04 2d_03:04:05
        1_day,_2:03:04 3_days_02:03:04 1:02_PM 11:59:59_pm 1:02:03.5_a.m.
        1:02:03_p._m. 下午_1:02:03 오전1:02""",
    "d": """2024-03-14 2024/3/14 14.03.2024 3/14/24 14-Mar-2024 14_March_2024 March_14,_2024 2024年3月14日
        2024-03-14_10:00:00 2024-03-14T10:00:00.5Z 2024-03-14_10:00:00+01:00 3/14/2024_1:02:03_PM
        2024-03-14_10:00_UTC 2024/3/14_下午_1:02:03 2024年3月14日_午後1:02 14/03/2024_1:02:03_p._m.""",
    "m": """nan NaN -nan +nan #nan na N/A #N/A null NULL none None -- --- - — – − 1.#QNAN 1.#IND -1.#IND
        OVL ol O.L. ovrld overload overflow over overrange ov underflow out_of_range **** ## ?? ... --.-- #DIV/0!
        #WERT! err Error invalid saturated clipped""",
    "t": """a time s V Rest 1a CC_Chg 5D+02x 1:2 mA/cm² 1_s_2 (1) (2) (a) (-0.3) 12345_a_b 1__234_56 e5 . ,
        over_2 1.5e5e5 下午 上午_1 오류 午後_a""",
}
"""Texts by kind; `_` stands for a blank."""


@pytest.mark.parametrize(("text", "kind"), [
    (word.replace("_", " "), kind) for kind, words in KINDS.items() for word in words.split()
])  # fmt: skip
def test_the_kind_of_a_cell(text, kind):
    assert kind_of(text) == kind
    assert kind_of(f"  {text} ") == kind


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_an_empty_cell(text):
    assert kind_of(text) == "e"


@pytest.mark.parametrize(("cell", "number"), [
    ("3723 s", "3723"), (" 1.5 ", "1.5"), ("(0.3)", "0.3"), ("1 234,5 mA", "1234,5"), ("1'234'567", "1234567"),
    ("12 345", "12345"), ("1 23", "1"), ("(2", "(2"), ("5,5%", "5,5"), ("5.5 %", "5.5"),
])  # fmt: skip
def test_the_number_of_a_cell(cell, number):
    assert bare_number(cell) == number


def test_rows_of_one_shape_look_alike():
    assert shape("12.5 mA; 2024-03-14") == "00.0 mA; 0000-00-00"


@pytest.mark.parametrize(("delimiter", "line", "cells", "kinds"), [
    (";", "1;2,5;a", ["1", "2,5", "a"], "nnt"), (" ", "  1  2.5 a, ", ["1", "2.5", "a,"], "nnt"),
    (" ", "1, 2; 3", ["1,", "2;", "3"], "ttn"),  # what hangs on a number ends another kind of line
    (",", '"1,5", "a ""b""",2', ["1,5", 'a "b"', "2"], "ntn"), ("\t", "1\t\t", ["1", "", ""], "nee"),
    ("|", "", [""], "e"),
])  # fmt: skip
def test_a_line_is_cut_at_its_delimiter(delimiter, line, cells, kinds):
    splitter = Splitter(delimiter)
    assert splitter.split(line) == cells
    assert splitter.kinds(line) == kinds
    assert splitter.kinds(line.replace("1", "7")) == kinds
