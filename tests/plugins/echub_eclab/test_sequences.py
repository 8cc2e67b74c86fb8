"""The parameter table of a text, cut at its columns."""

import pytest

from echub_eclab.sequences import is_parameter_line, read_sequences, settings_mark


def line(name, *cells):
    return "".join(cell.ljust(20) for cell in (name, *cells))


def test_a_sequence_without_any_value_counts_if_its_column_is_printed_whole():
    lines = [line("Ei (V)", "0.500", "", ""), line("vs.", "Eoc", "", "")]
    assert read_sequences(lines) == [{"Ei (V)": 0.5, "vs.": "Eoc"}, *[{"Ei (V)": None, "vs.": None}] * 2]


@pytest.mark.parametrize("end", ["", " ", "     "])
def test_blanks_at_the_end_of_a_line_are_not_a_sequence(end):
    assert read_sequences(["Ei (V)".ljust(20) + "0.500".ljust(20) + end]) == [{"Ei (V)": 0.5}]


@pytest.mark.parametrize(("cells", "mark"), [(["1,5", "2"], ","), (["1.5", "2,5"], None), (["1"], "."), ([], ".")])
def test_the_mark_is_that_of_all_numbers(cells, mark):
    assert settings_mark(cells) == mark


@pytest.mark.parametrize(("printed", "word"), [
    ("\ufffdA", "µA"), ("\ufffdA.h", "µA.h"), ("\ufffdA/s", "µA/s"), ("\ufffdC", "°C"), ("\ufffdV", "\ufffdV"),
    ("1.50", 1.5), ("-2", -2), ("0:01:30.5", 90.5), ("Eoc", "Eoc"), ("", None), ("1:2", "1:2"),
])  # fmt: skip
def test_a_cell_is_a_number_a_duration_or_a_word_whose_character_is_mended(printed, word):
    assert read_sequences([line("name", printed), line("other", "x")]) == [{"name": word, "other": "x"}]


def test_names_that_are_printed_again_are_numbered():
    lines = [line("vs.", "Ref"), line("vs.", "Eoc"), line("vs.", "Ectrl")]
    assert read_sequences(lines) == [{"vs.": "Ref", "vs. [2]": "Eoc", "vs. [3]": "Ectrl"}]


@pytest.mark.parametrize(("text", "is_row"), [
    (line("Ei (V)", "0.5"), True), ("Ei (V)".ljust(20), False), (line(" Ei (V)", "0.5"), False),
    ("x" * 20 + "0.5", False), (line("Mass : 5", "mg"), False), (line("Ei\t(V)", "0.5"), False),
    (line("Turn to OCV", "between"), False), (line("Do not turn", "to OCV"), False),
])  # fmt: skip
def test_a_row_of_a_parameter_table_has_a_name_in_twenty_characters(text, is_row):
    assert is_parameter_line(text) is is_row


def test_marks_that_differ_leave_texts():
    lines = [line("a", "1,5"), line("b", "2.5"), line("c", "3")]
    assert read_sequences(lines) == [{"a": "1,5", "b": "2.5", "c": "3"}]
    assert read_sequences(lines, ",")[0]["a"] == 1.5
