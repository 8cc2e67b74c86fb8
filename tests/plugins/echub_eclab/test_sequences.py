"""The parameter table of a text, cut at its columns."""

import pytest

from echub_eclab.sequences import read_sequences, settings_mark


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
