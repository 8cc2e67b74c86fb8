"""The table of other programs: its words say no where a bit, a unit, a label or a row is not there."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.interop import odd
from tests.interop.files import Truth
from tests.interop.judge import HEADS, judge
from tests.interop.programs import NOT_TRIED, PROGRAMS
from tests.interop.seen import Seen

PAGE = Path(__file__).parents[1] / "docs/open-elsewhere.md"
TRUTH = Truth({"U": np.array([3.5, 0.1], dtype=np.float32)}, "V", "I", "range", "flag")
GOOD = {"U": [3.5, 0.1], "I": [None, 1.0], "range": ["1 mA"], "flag": [0]}


def test_all_is_there():
    assert judge(Seen(GOOD, {"U": "V"}), TRUTH) == ("all bits", "yes", "missing", "yes", "a column")


@pytest.mark.parametrize(
    ("changed", "at", "word"),
    [
        ({"U": [3.5, 0.100001]}, 0, "no: 1 of 2 differ"),
        ({"U": [3.5]}, 0, "no: 1 of 2 rows"),
        ({"I": [0.0, 1.0]}, 2, "no: 0.0"),
        ({"I": [float("nan"), 1.0]}, 2, "NaN"),
        ({"range": [12]}, 3, "no: 12"),
    ],
)
def test_what_is_lost_is_said(changed, at, word):
    assert judge(Seen(GOOD | changed, {}), TRUTH)[at] == word


def test_a_unit_is_seen_beside_the_numbers_or_in_the_name():
    named = Truth({"U / V": TRUTH.numbers["U"]}, "V")
    assert judge(Seen({"U / V": [3.5, 0.1]}), named)[1] == "in the name"
    assert judge(Seen(GOOD), TRUTH)[1] == "no"


def test_the_page_has_the_table_of_the_command():
    text = (
        PAGE.read_text(encoding="utf-8")
        .partition("<!-- interop: start -->")[2]
        .partition("<!-- interop: end -->")[0]
    )
    assert f"| file | program | {' | '.join(HEADS)} |" in text
    shown = set(re.findall(r"^\| (\w+) \| (.+?) \d[\w./]* \|", text, re.MULTILINE))
    declared = {(form, program.name) for program in PROGRAMS for form in program.openers}
    assert shown <= declared
    assert {form for form, _ in shown} == {"native", "csv", "parquet", "bdf", "mat", "z"}
    assert all(name in text for name in NOT_TRIED)


def test_every_odd_file_has_its_row_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"\n| {what} | " in text for what in odd.TABLES)
