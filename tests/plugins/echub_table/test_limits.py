"""What tells rows from words, names from numbers, a table from prose: just inside each limit, and just outside."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_table import blocks, cells, dialect, encodings, header_rows, headers, one_line
from echub_table.blocks import find_block


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ("n" * 9 + "t", "n"),  # nine of ten
        ("n" * 8 + "tt", "t"),
        ("n" * 9 + "t" + "e" * 20, "n"),  # empty cells do not count
        ("n" * 9 + "t" + "m" * 20, "n"),  # nor do missing ones
        ("mmm", "m"),
        ("eme", "m"),
        ("eee", "e"),
        ("", "e"),
        ("nnnccc", "t"),
        ("d" * 19 + "c" * 2, "d"),
    ],
)
def test_a_column_is_of_the_kind_of_nine_in_ten_of_its_filled_cells(kinds, kind):
    assert blocks._majority(kinds) == kind


@pytest.mark.parametrize(
    ("row", "columns", "names"),
    [
        ("tt", "nn", True),
        ("te", "nn", False),  # two texts at least
        ("ttee", "nnnn", True),  # half of the columns
        ("ttee" + "e", "nnnn" + "n", False),
        ("tu", "nn", True),  # `1 s` may be a name
        ("tm", "nn", True),
        ("ttn", "nnn", False),
        ("ttd", "nnn", False),
        ("ttc", "nnn", True),
        ("tt", "nne", True),  # the rows end with a delimiter
        ("tt", "nnn", False),
        ("t", "nne", False),
        ("ttt", "nn", False),
    ],
)
def test_a_line_of_names_has_texts_for_half_of_the_columns_and_no_number(row, columns, names):
    assert blocks.is_header(row, columns) is names


@pytest.mark.parametrize(
    ("rows", "begins"),
    [
        (["tn", "nn", "nn"], True),
        (["tn", "nn"], False),  # which of two is the odd one is open
        (["tn", "tn", "nn"], False),
        (["tn", "en", "nn"], False),
        (["nn", "nn", "nn"], False),
        (["nt", "nn", "nn"], True),
    ],
)
def test_a_first_row_with_numbers_in_it_names_the_columns_if_no_other_has_such_a_text(rows, begins):
    assert blocks._begins_with_names(rows) is begins


def test_runs_of_lines_are_listed_longest_first_and_of_equal_ones_the_last():
    assert blocks._runs([1, 2, 4, 5, 6, 9, 11, 12]) == [[4, 5, 6], [11, 12], [1, 2], [9]]


def _block(text, delimiter=","):
    return find_block(tuple(text.split("\n")), delimiter)


@pytest.mark.parametrize(
    ("text", "delimiter", "is_table"),
    [
        ("a b\n1 2\n2 3\n3 4", " ", True),  # blanks cut prose too: three rows
        ("a b\n1 2\n2 3", " ", False),
        ("a,b\n1,2", ",", True),
        ("a,b,c,d,e,f,g\n1,2,x,x,x,x,x", ",", False),  # three in ten are numbers
        ("a,b,c,d,e,f\n1,2,x,x,x,x", ",", True),
        ("a,b,c,d,e,f,g\n1,2,x,x,x,x,NaN", ",", True),  # a column of NaN speaks for neither
        ("a,b,c,d,e,f,g\n1,2,x,x,x,x,", ",", True),
        ("a,b\n1,x\n2,y", ",", False),  # two columns of numbers at least
    ],
)
def test_a_table_has_two_columns_of_numbers_and_three_in_ten(text, delimiter, is_table):
    assert _block(text, delimiter).is_table is is_table


def test_the_score_counts_numbers_by_their_share_and_blanks_half():
    # 3 rows of 2 numbers; with one text beside each pair, 2 of 3 cells are numbers
    assert _block("a,b\n1,2\n2,3\n3,4").score == 6
    assert _block("a b\n1 2\n2 3\n3 4", " ").score == 3
    assert _block("a,b,c\n1,2,x\n2,3,x\n3,4,x").score == pytest.approx(6 * (2 / 3) ** 2, rel=1e-12)
    assert _block("a,b,c\n1,2,\n2,3,\n3,4,").score == 6  # empty cells are not counted


THREE = "t / s,U / V,note\n1,2,x\n2,3,y\n3,4,z"


@pytest.mark.parametrize(
    ("kinds", "row"),
    [
        ("nnt", True),
        ("nne", True),
        ("nem", True),
        ("ntt", True),  # with a fault: two of three cells are as in the rows
        ("ttt", False),
        ("nnnn", True),  # more cells than the rows have
        ("nt", False),
        ("nn", True),  # all that are there are as in the rows
        ("tn", False),
        ("n", True),
    ],
)
def test_a_row_with_a_fault_is_told_from_words_with_a_number(kinds, row):
    assert dialect._may_be_row(kinds, _block(THREE)) is row


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        ("mean,3.3,30", True),
        ('"Std. Dev.";3.3', True),
        ("Mittelwert (V)|3.3", True),
        (";;;", True),
        ("", True),
        ("meander,3.3", False),
        ("1,mean", False),
        ("count" + " x" * 20 + "y,1", True),
        ("count" + " x" * 20 + "yy,1", False),  # a sentence
    ],
)
def test_a_mean_below_the_rows_is_told_by_its_name(line, summary):
    assert dialect._summarises(line) is summary


@pytest.mark.parametrize(
    ("cells", "numbers", "begins"),
    [
        (["time", "voltage"], (), True),  # names that are known
        (["time", "what"], (), False),
        (["s", "V"], (), True),  # units
        (["s", "what"], (), False),
        (["time"], (), False),
        (["time", "voltage", "3"], (), False),  # a number
        (["some", "words"], (0, 1), True),  # different words in all columns of numbers
        (["words", "words"], (0, 1), False),
        (["some", "words"], (0,), False),
        (["some", "words"], (0, 1, 2), False),
    ],
)
def test_names_or_units_among_the_rows_begin_another_table(cells, numbers, begins):
    assert header_rows.begins_another(cells, numbers) is begins


@pytest.mark.parametrize(
    ("printed", "cut"),
    [
        (["1:00:00", "1:00:10", "1:00:20", "1:00:3"], True),
        (["1:00:00", "1:00:10", "1:00:20", "1:00"], True),
        (["1:00:00", "1:00:10", "1:00:3"], False),  # two before it prove nothing
        (["9:59:59", "10:00:00", "10:00:01", "10:00:0"], False),  # of several lengths
        (["9:59:59", "10:00:00", "10:00:01", "10:00"], True),  # of one form
        (["1:00:00", "1:00:10", "1:00:20.5", "1:00"], False),
        (["1:00:00", "1:00:10", "1:00:20", "1:00:30"], False),
    ],
)
def test_a_clock_without_its_end_is_told_by_those_before_it(printed, cut):
    assert cells.is_cut_clock(printed) is cut


HEAD = "t / s,U / V\n1,2\n"


@pytest.mark.parametrize(
    ("data", "confidence"),
    [
        (b"t / s,U / V\n1,2\n2,3\n3,4\n", "LIKELY"),
        (b"t / s,U / V\n1,2\n2,3\n", "MAYBE"),  # one or two lines may be chance
        (b"t / s,U / V,I / mA\n", "MAYBE"),  # names without rows
        (b"time,what,else\n", "NO"),
        (b"t / s,U / V\n\n1\n", "MAYBE"),
        (b"file,cell.area\n1,2\n2,3\n3,4\n", "NO"),  # metadata by file
        (b"filed,cell.area\n1,2\n2,3\n3,4\n", "LIKELY"),
        (b'{"a": 1,\n1,2\n2,3\n3,4\n', "NO"),
        (b" <t>1,2\n2,3\n3,4\n", "NO"),
        (b"%PDF\n1,2\n2,3\n3,4\n", "NO"),
        (b"%!PS\n1,2\n2,3\n3,4\n", "NO"),
        (b"t U\n\n1 2\n2 3\n3 4\n", "LIKELY"),  # a blank line over the rows
        (b" " * 70_000 + b"\n", "NO"),  # nothing in all of the head
    ],
)
def test_how_certainly_a_text_is_a_table(data, confidence):
    assert dialect.looks_like_table(Source.from_bytes(data, "a.csv")).name == confidence


def _rows(*rows):
    return find_block(rows, ",")


@pytest.mark.parametrize(
    ("rows", "first", "fitting"),
    [
        (["a,b,c,d", "0,,,", "1,2,3,4", "2,3,4,5"], 1, 3),  # a first row with little in it is one
        (["1,2,3"] * 6 + ["", "a,b,c", "1,2,3", "2,3,4"], 0, 8),  # most rows stand over the only names
        (["1,2,3"] * 2 + ["", "a,b,c", "1,2,3", "2,3,4"], 4, 2),  # half of them do
        (["1,2,3"] * 3 + ["", "a,b,c", "1,2,3", "2,3,4"], 0, 5),
        (["1,2,3", "", "a,b,c", "1,2,3", "2,3,4", "", "d,e,f", "3,4,5"], 3, 3),  # the first names of two
    ],
)
def test_the_data_begin_under_names_if_half_of_all_rows_stand_there(rows, first, fitting):
    found = _rows(*rows)
    assert (found.first, len(found.rows)) == (first, fitting)


def test_rows_each_of_which_has_a_word_in_another_column_are_no_table():
    rows = [",".join("x" if n == m else str(n + m) for m in range(12)) for n in range(12)]
    assert _rows(*rows) is None


@pytest.mark.parametrize(
    ("line", "is_statistic"),
    [("mean,1,2", True), (",mean,2", True), (",,mean", False), (",,,mean", False), ("1,mean,2", False)],
)
def test_a_statistic_is_named_over_a_column_of_numbers(line, is_statistic):
    assert dialect._is_statistic(line, _block(THREE)) is is_statistic


@pytest.mark.parametrize(
    ("cells", "is_units"),
    [
        ("s,V,mA,K", True),
        ("s,V,foo,x y", True),  # two units, and half of the cells
        ("s,foo,x y,baz", False),
        ("s,V,foo,", True),
        ("s,,,", True),
        ("s,foo,,", False),
        (",,,", False),
    ],
)
def test_a_row_of_units_has_two_units_and_half_of_its_cells_are_such(cells, is_units):
    assert header_rows._is_units(cells.split(","), _block("a,b,c,d\n1,2,3,4")) is is_units


def test_units_over_five_columns_are_three_at_least():
    block = _block("a,b,c,d,e\n1,2,3,4,5")
    assert [header_rows._is_units(row.split(","), block) for row in ("s,V,a,b,c", "s,V,A,b,c")] == [False, True]


@pytest.mark.parametrize(
    ("names", "named"),
    [
        ("Time (s),18,28", True),
        ("Time (s),18,18", False),  # a number twice is not a name
        ("Time (s),18,", True),
        ("foo,18,28", False),
        ("Time (s),18,2024-01-01", False),
    ],
)
def test_bare_numbers_name_columns_beside_a_known_name_if_all_differ(names, named):
    assert header_rows._names_with_numbers(names.split(","), _block("x,y,z\n1,2,3\n2,3,4\n3,4,5")) is named


@pytest.mark.parametrize(("letters", "readings"), [(500, 2), (501, 1)])
def test_a_header_of_five_hundred_letters_may_have_a_unit(letters, readings):
    header = "x" * (letters - 4) + " / s"
    found = list(headers.split_header(header))
    assert len(found) == readings
    assert found[-1] == (header, "")


@pytest.mark.parametrize(("letters", "score"), [(19, 0), (18, None)])
def test_one_byte_in_twenty_letters_may_be_damaged(letters, score):
    data = ("é" * letters).encode() + b"\xff"  # counts as a letter too
    assert encodings._score(data, "utf-8") == score


@pytest.mark.parametrize(("breaks", "joined"), [(1, True), (99, True), (100, False)])
def test_a_quoted_cell_of_up_to_a_hundred_lines_is_put_into_one(breaks, joined):
    data = b'1,"a' + b"\n" * breaks + b'b",2\n'
    assert one_line.in_one_line(data) == (data.replace(b"\n", b" ", breaks) if joined else data)


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        ([b"1,a\n", b"2,b\n"], [b"1,a\n", b"2,b\n"]),
        ([b'1,"a\n', b'b"\n', b"2,c\n"], [b'1,"a b"\n', b"2,c\n"]),
        ([b'1,"a\n', b"b\n", b'c"\n'], [b'1,"a b c"\n']),
        ([b"1,a\n", b'2,"b\n', b"3,c\n"], [b"1,a\n", b'2,"b\n3,c\n']),  # no mark closes it
    ],
)
def test_a_chunk_that_ends_within_a_cell_is_held_until_the_cell_ends(chunks, found):
    assert list(one_line.chunks_in_one_line(chunks)) == found
