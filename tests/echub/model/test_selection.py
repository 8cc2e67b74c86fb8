"""Conditions on columns, and everything else refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.errors import SelectionError, UnknownColumn
from echub.model.build import SourceColumn, build_dataset
from echub.model.selection import evaluate

DATA = build_dataset(
    "timeseries",
    [
        SourceColumn("cycle", [1, 2, 3, 4], "cycle"),
        SourceColumn("I/mA", [0.0, 1.0, -2.0, np.nan], "current", "mA"),
        SourceColumn("mode", ["CC", "CV", "rest", "CC"], "technique"),
    ],
)


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("cycle == 3", [2]),
        ("cycle != 3", [0, 1, 3]),
        ("1 < cycle <= 3", [1, 2]),
        ("cycle in (1, 4)", [0, 3]),
        ("cycle not in [1, 4]", [1, 2]),
        ("current > 0 or cycle == 1", [0, 1]),
        ("cycle > 1 and current < 0", [2]),
        ("not (cycle > 1)", [0]),
        ("not cycle > 1 and not current > 0", [0]),
        ("cycle % 2 == 0", [1, 3]),
        ("cycle // 2 == 1", [1, 2]),
        ("-current == 2", [2]),
        ("+current + 1 - 1 == 1", [1]),
        ("current * 2 / 2 == current", [0, 1, 2]),
        ("1 / current > 0.5", [0, 1]),
        ("current == current", [0, 1, 2]),
        ("technique == 'CC'", [0, 3]),
        ("technique in ('CV', 'rest')", [1, 2]),
        ("row >= 2", [2, 3]),
        ("cycle - 3 < 0", [0, 1]),  # beyond the small integers that hold the counter
        ("-cycle < -2", [2, 3]),
        ("cycle * 100 > 250", [2, 3]),
        ("cycle * 1000 == 4000", [3]),
        ("cycle + 255 < 10", []),
        ("cycle % 0 == 0", []),
        ("cycle // (cycle - cycle) == 0", []),
        ("cycle in ()", []),
        ("technique not in ()", [0, 1, 2, 3]),
        ("  cycle == 3  ", [2]),
        ("cycle == 3" + " " * 1990, [2]),  # 2000 characters
    ],
)
def test_condition(expression, rows):
    chosen = evaluate(expression, DATA.__getitem__, DATA.rows)
    assert chosen.dtype == bool
    assert np.flatnonzero(chosen).tolist() == rows


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "cycle",
        "cycle +",
        "1 == 1",
        "True",
        "cycle = 3",
        "cycle ** 2 == 4",
        "abs(cycle) == 1",
        "cycle.min() == 1",
        "cycle[0] == 1",
        "[c for c in cycle]",
        "lambda: cycle",
        "(x := cycle) == 1",
        "__import__('os').system('true')",
        "cycle if cycle else current",
        "technique > 3",
        "technique == 3",
        "3 != technique",
        "cycle == '3'",
        "cycle in ('3',)",
        "cycle in (3, '4')",
        "technique not in (1, 2)",
        "1 < cycle < 'CC'",
        "-technique == 'CC'",
        "technique - 1 == 0",
        "cycle == 3\ncycle == 4",
        "cycle == '\0'\0",
        "f'{cycle}' == 'a'",
        "cycle is 3",
        "not 'a'",
        "~cycle == 1",
        "(" * 500,
        "-" * 5000 + "1",
        "cycle in cycle in",
        "None == cycle",
        "cycle == 1j",
        "current > 0 / 0",
        "cycle == 7 % 0",
        "cycle == 7 // 0",
        "cycle == 3" + " " * 1991,
        "(cycle == 3) & (cycle > 1)",
        "(cycle == 3) | (cycle > 1)",
        "technique * 2 == 'CCCC'",
        "technique + technique == 'CCCC'",
        "technique % 2 == 'CC'",
        "2 * technique == 'CCCC'",
        "'C' * 2 == technique",
        "cycle == [1] * 4",
    ],
)
def test_anything_else_is_refused(expression):
    with pytest.raises(SelectionError) as refused:
        evaluate(expression, DATA.__getitem__, DATA.rows)
    assert refused.value.cause
    assert "cycle == 3" in refused.value.expected


def test_a_text_beside_a_number_is_the_cause_that_is_named():
    with pytest.raises(SelectionError) as refused:
        evaluate("current > 'a'", DATA.__getitem__, DATA.rows)
    assert refused.value.cause == "a text is compared with a number"


def test_an_unknown_name_is_an_unknown_column():
    with pytest.raises(UnknownColumn, match="'cycel'"):
        evaluate("cycel == 3", DATA.__getitem__, DATA.rows)


TEXTS = st.text(alphabet="cycle curnt=<>!()+-*/%123.'\"andortin,[]", max_size=20)


@given(TEXTS)
def test_any_text_selects_or_is_refused(expression):
    try:
        chosen = evaluate(expression, DATA.__getitem__, DATA.rows)
    except (SelectionError, UnknownColumn):
        return
    assert chosen.shape == (4,)


@pytest.mark.parametrize(
    ("expression", "cause", "hint"),
    [
        ("x = 1", "= alone compares nothing", "two signs compare: cycle == 3"),
        (
            "x > 1h",
            "a number has a unit or a name behind it",
            "numbers stand alone, in the unit of the column: time > 3600",
        ),
        ("x > 1 && x < 2", "this is how other languages join conditions", "use and, or, not"),
        ("x == 1 or", "invalid syntax", None),
        ("", "it is empty", None),
        (3, "it is not a text", None),
    ],
)
def test_usual_slips_are_named(expression, cause, hint):
    with pytest.raises(SelectionError) as refused:
        evaluate(expression, {"x": np.array([1.0])}.__getitem__, 1)
    assert (refused.value.cause, refused.value.hint) == (cause, hint)


@pytest.mark.parametrize("expression", [f"{'-' * 1990}x > 1", f"x{'+x' * 990} > 1"])
def test_a_condition_of_a_thousand_levels_is_refused(expression):
    """Python's stack holds a thousand calls, and each level of an expression takes one."""
    assert len(expression) <= 2000  # a longer one is refused before it is looked at
    with pytest.raises(SelectionError):
        evaluate(expression, lambda name: np.arange(3.0), 3)
