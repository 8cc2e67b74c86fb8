"""A remark compares, prints and travels by what it says."""

import pickle

import pytest

from echub.analysis.outcome import Outcome, Refusal
from echub.errors import EchubError, ReadError
from echub.plugin import Flag, Notice
from echub.remark import Dropped, Remark, kebab

WHOLE = Remark("a-b", "m", "info", "line 3", "1", "2", "cut", "copy it", "Ewe/V", (3, 4), 9)


def test_notice_and_flag_are_remarks():
    assert Notice is Flag is Remark
    assert Notice("a", "b") == Remark("a", "b", "warning") != Notice("a", "c")
    assert Flag("a", "b", "info", where="w", hint="h") == Remark("a", "b", severity="info", where="w", hint="h")


def test_json_holds_what_is_set_and_gives_it_back():
    assert Remark("a", "b").as_dict() == {"code": "a", "message": "b", "severity": "warning"}
    assert Remark.from_dict(WHOLE.as_dict()) == WHOLE
    assert WHOLE.as_dict()["rows"] == [3, 4]


@pytest.mark.parametrize(
    ("rows", "count", "text"),
    [
        ((), 0, ""),
        ((3,), 1, "row 3"),
        ((3, 4), 2, "rows 3, 4"),
        ((3,), 5, "rows 3 … (5 in all)"),
        ((3, 4), 9, "rows 3, 4 … (9 in all)"),
    ],
)
def test_rows_in_words(rows, count, text):
    assert Remark("a-b", "m", rows=rows, count=count).shown_rows == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("missing_area", "missing-area"),
        ("no_c_rate_2", "no-c-rate-2"),
        ("no-area", "no-area"),
        ("empty", "empty"),
        ("A_b", "A_b"),
        ("a-b_c", "a-b_c"),
    ],
)
def test_a_code_of_before_is_read_in_the_spelling_of_today(old, new):
    assert kebab(old) == new
    assert Remark.from_dict({"code": old, "message": "m"}).code == new


def test_an_outcome_of_before_opens():
    flag = {"code": "no-area", "message": "m", "severity": "info", "where": "", "hint": ""}
    old = Outcome().as_dict() | {"flags": [flag]}
    assert Outcome.from_dict(old).flags == (Remark("no-area", "m", "info"),)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("I/mA", "I/mA: it is cut"), ("cut", "it is cut"), ("", "it is cut"), ("i", "i: it is cut"),
        ("cu", "cu: it is cut"), ("s", "s: it is cut"), ("is cut", "it is cut"),
    ],
)  # fmt: skip
def test_a_column_precedes_the_message_that_does_not_name_it(column, text):
    assert Remark("a", "it is cut", column=column).text == text


def test_a_loss_is_a_remark_and_keeps_its_form():
    lost = Dropped("line 9", "it is cut")
    assert isinstance(lost, Remark)
    assert (lost.code, lost.where, lost.message) == ("dropped", "line 9", "it is cut")
    assert lost.as_dict() == {"what": "line 9", "why": "it is cut"}
    assert pickle.loads(pickle.dumps(lost)) == lost


def test_an_error_and_a_refusal_carry_one():
    error = ReadError("a cell is damaged", column="I/mA", found="x")
    assert error.remark == Remark("read-error", "a cell is damaged", "error", found="x", column="I/mA")
    assert error.where == "column I/mA"
    assert ReadError("m").where is None
    assert error.details() == [("where", "column I/mA"), ("found", "x")]
    assert error.as_dict()["column"] == "I/mA"
    error.where = "line 3"
    assert error.details()[0] == ("where", "line 3, column I/mA")
    assert pickle.loads(pickle.dumps(error)).remark == error.remark
    refusal = pickle.loads(pickle.dumps(Refusal("no-rest", "m", hint="h")))
    assert refusal.remark == Remark("no-rest", "m", "refusal", hint="h")
    assert isinstance(refusal, EchubError)
    assert Outcome.refused(refusal).flags == (refusal.remark,)
