"""What is done to the table of a text, and what the rules say of a reader that makes something else of it."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

from echub.errors import PluginError, ReadError
from echub.plugin import Dropped, Notice, Record, SourceColumn, build_tables
from echub.testing import guard, odd_readings
from echub.testing.odd_tables import BUDGET, chosen, odd_columns, odd_rows
from echub.testing.text_table import find_tables, number
from tests.echub.testing.standing import Standing, said

TEXT = b"made by hand\nt/s;U/V;I/uA\n0;3.5;-2\n1;3.6;-2\n2;3.7;-2\n3;3.8;-2\n4;3.9;-2\n"
"""Rows in lines 3 to 7; the middle one is line 5."""

# -- the table of a text -------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "mark", "first", "rows", "numbers"), [
    (TEXT, b";", 2, 5, {0: [0, 1, 2, 3, 4], 1: [3.5, 3.6, 3.7, 3.8, 3.9], 2: [-2] * 5}),
    (b"a\tb\n1,5\tx\n2,5\ty\n3,5\tz\n", b"\t", 1, 3, {0: [1.5, 2.5, 3.5]}),
    (b"1 2\n  3   4e1\n5 6\n", b" ", 0, 3, {0: [1, 3, 5], 1: [2, 40, 6]}),
    (b"\t1\t2\r\n\t3\t4\r\n\t5\t6\r\n", b"\t", 0, 3, {1: [1, 3, 5], 2: [2, 4, 6]}),
    # nine numbers of ten make a column of numbers, eight of ten do not
    (b"0;-;7\n1;7;-\n2;7;-\n" + b"".join(b"%d;7;7\n" % n for n in range(3, 10)),
     b";", 0, 10, {0: list(range(10)), 1: [np.nan, *[7] * 9]}),
])  # fmt: skip
def test_the_table_of_a_text_is_its_longest_run_of_rows(text, mark, first, rows, numbers):
    table = find_tables(text)[0]
    assert (table.mark, table.first, table.rows) == (mark, first, rows)
    assert list(table.numbers) == list(numbers)
    for column, values in numbers.items():
        np.testing.assert_array_equal(table.numbers[column], values)
    assert table.written(table.body) == text


@pytest.mark.parametrize("text", [b"", b"words of a letter\n" * 9, b"1;2\n3;4\n", b"\0\1\2" * 99, b"1\n2\n3\n4\n"])
def test_a_text_without_three_rows_of_cells_has_no_table(text):
    assert find_tables(text) == []


def test_several_tables_are_found_the_one_with_the_most_numbers_first():
    short, long = b"1;2\n3;4\n5;6\n", b"1;2\n3;4\n5;6\n7;8\n"
    assert [(t.first, t.rows) for t in find_tables(short + b"second\n" + long)] == [(4, 4), (0, 3)]


@pytest.mark.parametrize(("cell", "value"), [
    (b"1", 1.0), (b"-1,5", -1.5), (b".5e-3", 0.0005), (b"1e+03", 1000.0),
    (b"", np.nan), (b"nan", np.nan), (b"1.2.3", np.nan), (b"12:30", np.nan), (b"-", np.nan),
])  # fmt: skip
def test_a_cell_is_a_number_or_something_else(cell, value):
    assert number(cell) == pytest.approx(value, nan_ok=True)


# -- what is done to it --------------------------------------------------------------------------


def lines(text):
    return text.split(b"\n")[2:-1]


def test_rows_are_repeated_left_out_parted_and_shortened():
    table = find_tables(TEXT)[0]
    a, b, c, d, e = lines(TEXT)
    assert [(odd.what, lines(odd.data), odd.rows.tolist(), odd.changed) for odd in odd_rows(table)] == [
        ("line 5 twice", [a, b, c, c, d, e], [0, 1, 2, 2, 3, 4], {}),
        ("without line 5", [a, b, d, e], [0, 1, 3, 4], {}),
        ("a blank line before line 5", [a, b, b"", c, d, e], [0, 1, 2, 3, 4], {}),
        ("the last row without its last cell", [a, b, c, d, b"4;3.9"], [0, 1, 2, 3, 4],
         {2: {4: pytest.approx(np.nan, nan_ok=True)}}),
        ("the first row with its first number only", [b"0", b, c, d, e], [0, 1, 2, 3, 4],
         {place: {0: pytest.approx(np.nan, nan_ok=True)} for place in (1, 2)}),
    ]  # fmt: skip


def test_a_first_row_that_begins_with_its_only_number_at_the_end_is_not_shortened():
    table = find_tables(b"x;1\ny;2\nz;3\n")[0]
    assert [odd.what for odd in odd_rows(table)][3:] == ["the last row without its last cell"]


def test_one_cell_then_all_of_a_column_are_made_odd():
    table = find_tables(TEXT)[0]
    nothing = {2: pytest.approx(np.nan, nan_ok=True)}
    found = [
        (odd.what, [row.split(b";")[1] for row in lines(odd.data)], odd.changed) for odd in odd_columns(table, [1])
    ]
    assert found == [
        ("nothing for 3.7 in line 5, cell 2", [b"3.5", b"3.6", b"", b"3.8", b"3.9"], {1: nothing}),
        ("--- for 3.7 in line 5, cell 2", [b"3.5", b"3.6", b"---", b"3.8", b"3.9"], {1: nothing}),
        ("#N/A for 3.7 in line 5, cell 2", [b"3.5", b"3.6", b"#N/A", b"3.8", b"3.9"], {1: nothing}),
        ("3.5 for 3.7 in line 5, cell 2", [b"3.5", b"3.6", b"3.5", b"3.8", b"3.9"], {1: {2: 3.5}}),
        ("0.0 in all cells 2", [b"0.0"] * 5, {1: dict.fromkeys(range(5), 0.0)}),
        ("3.7 in all cells 2", [b"3.7"] * 5, {1: dict.fromkeys(range(5), 3.7)}),
    ]
    # the same in all rows: another last digit; the sign goes with the zero
    constant = [odd.what for odd in odd_columns(table, [2])]
    assert constant[3:] == ["-3 for -2 in line 5, cell 3", "0 in all cells 3", "-2 in all cells 3"]


@pytest.mark.parametrize(("text", "row"), [
    (b"1,  20,\n2,  30,\n3,  40,\n", b"2,    ,"),  # blanks keep the width
    (b"1  20\n2  30\n3  40\n", b"2    "),
    (b"1;20\r\n2;30\r\n3;40\r\n", b"2;\r"),
])  # fmt: skip
def test_an_empty_cell_leaves_the_others_where_they_are(text, row):
    odd = next(iter(odd_columns(find_tables(text)[0], [1])))
    assert odd.data.split(b"\n")[1] == row


@pytest.mark.parametrize(("size", "many"), [
    (100, 12), (BUDGET // 72, 12), (BUDGET // 66, 11), (BUDGET // 12, 2), (BUDGET, 2),
])  # fmt: skip
def test_fewer_columns_of_a_large_sample_are_made_odd(size, many):
    found = chosen(list(range(20)), size)
    assert (len(found), found[0], found[-1]) == (many, 0, 19)
    assert chosen([4], size) == [4]
    assert chosen([], size) == []


# -- readers -------------------------------------------------------------------------------------


def cells_of(path, *, keep=lambda line: bool(line)):
    names, *rows = [line.split(";") for line in path.read_text().split("\n")[1:] if keep(line)]
    return names, rows


def value(cell):
    try:
        return float(cell)
    except ValueError:
        return np.nan


UNITS = {"t/s": ("time", "s"), "U/V": ("voltage", "V"), "I/uA": ("current", "uA")}


def built(names, rows, **more):
    columns = [
        SourceColumn(
            name, np.array([value(row[n]) if n < len(row) else np.nan for row in rows]), *UNITS[name], index=n
        )
        for n, name in enumerate(names)
    ]
    return Record(build_tables(columns), **more)


def good(path):
    return built(*cells_of(path))


def strict(path):
    names, rows = cells_of(path)
    if any(len(row) != 3 for row in rows):
        raise ReadError("a row is damaged")
    return built(names, rows)


def filled(path):
    """Repeat the cell above where there is none."""
    names, rows = cells_of(path)
    for above, row in itertools.pairwise(rows):
        row[:] = [cell or "".join(above[n : n + 1]) for n, cell in enumerate(row)]
    return built(names, rows)


def shifted(path):
    """Let the cells behind an empty one move up."""
    names, rows = cells_of(path)
    return built(names, [[cell for cell in row if cell] for row in rows])


def unique(path):
    """Leave out a row that stands twice."""
    names, rows = cells_of(path)
    return built(names, [row for n, row in enumerate(rows) if row not in rows[:n]])


def noted(path):
    """Do the same, and say so."""
    record = unique(path)
    _, rows = cells_of(path)
    lost = len(rows) - record["timeseries"].rows
    return Record(record.datasets.values(), dropped=[Dropped(f"{lost} rows", "they stand twice")] * bool(lost))


def mixed(path):
    """Say that a row is lost, and turn the others round."""
    names, rows = cells_of(path)
    if len(rows) == 5:
        return built(names, rows)
    return built(names, rows[:3][::-1], notices=[Notice("lost", "some rows are lost")])


def until_blank(path):
    """Read up to the first blank line."""
    text = path.read_text().partition("\n\n")[0]
    names, rows = cells_of(path)
    return built(names, rows[: text.count("\n") - 1])


def nameless(path):
    """Leave out a column that is zero."""
    names, rows = cells_of(path)
    keep = [n for n in range(3) if any(value(row[n]) for row in rows if n < len(row))]
    return built([names[n] for n in keep], [[row[n] if n < len(row) else "" for n in keep] for row in rows])


def scaled(path):
    """Keep numbers that stand nowhere in the text."""
    names, rows = cells_of(path)
    return built(names, [[str(7 * value(cell) + 1) for cell in row] for row in rows][::-1])


CHANGE = "that change and no other, or an error, or a Notice or Dropped for each lost row"
PLACE = "place each cell by its column and line; a cell without a number is NaN"


@pytest.mark.parametrize(("read", "found"), [
    (good, ""), (strict, ""), (noted, ""), (scaled, ""),
    (filled, "nothing for 2 in line 5, cell 1: the column 't/s' holds 1 in row 2, not nan"),
    (shifted, "nothing for 2 in line 5, cell 1: the column 't/s' holds 3.7 in row 2, not nan"),
    (unique, "line 5 twice: the column 't/s' has 5 rows, not 6, and no remark says so"),
    (mixed, "line 5 twice: the column 't/s' holds numbers that do not stand there, in this order"),
    (until_blank, "a blank line before line 5: the column 't/s' has 2 rows, not 5, and no remark says so"),
    (nameless, "0 in all cells 1: the column 't/s' is gone, and no remark says so"),
])  # fmt: skip
def test_a_change_in_the_table_is_that_change_in_the_record(read, found, tmp_path):
    expected = found and (CHANGE, found, PLACE)
    assert said(contract_of(read), "test_a_changed_cell_changes_only_itself", path=sample(tmp_path)) == expected


def warning(path):
    record = good(path)
    if not record["timeseries"]["time"].any():
        warnings.warn("invalid value", RuntimeWarning, stacklevel=1)
    return record


def told(text):
    def read(path):
        rows = cells_of(path)[1]
        is_odd = any("---" in row for row in rows)
        return built(*cells_of(path), notices=[Notice("odd", text)] * is_odd)

    return read


def infinite(path):
    names, rows = cells_of(path)
    return built(names, [[cell.replace("---", "inf") for cell in row] for row in rows])


def raising(error):
    def read(path):
        if b"---" in path.read_bytes():
            raise error
        return good(path)

    return read


SOUND = "no warning, a number in each sentence, no infinite value"
COMPUTE = "compute from the numbers that are there, and say how many are missing"
TYPED = "SourceError or DataError, or a record"
CHECK = "check what is in a cell before it is used; a cell without a number is NaN"
FIRST = "--- for 2 in line 5, cell 1"


@pytest.mark.parametrize(("read", "expected"), [
    (good, ""), (raising(ReadError("no number")), ""), (told("the mean is 3"), ""), (told("Finance, info"), ""),
    (warning, (SOUND, "0 in all cells 1: RuntimeWarning: invalid value", COMPUTE)),
    (told("the mean is nan"), (SOUND, f"{FIRST}: the mean is nan", COMPUTE)),
    (told("at None"), (SOUND, f"{FIRST}: at None", COMPUTE)),
    (infinite, (SOUND, f"{FIRST}: time is infinite", COMPUTE)),
    (raising(KeyError("x")), (TYPED, f"{FIRST}: KeyError: 'x'", CHECK)),
    (raising(PluginError("it failed")), (TYPED, f"{FIRST}: PluginError: it failed [plugin]", CHECK)),
])  # fmt: skip
def test_an_odd_table_is_read_or_refused(read, expected, tmp_path):
    found = said(contract_of(read), "test_odd_tables_are_read_or_refused", path=sample(tmp_path))
    assert found == expected


def test_a_reader_that_does_not_end_is_stopped_at_its_first_odd_table(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "LINES", 20_000)
    path, tried = sample(tmp_path), []

    def endless(copy):
        tried.append(copy.read_bytes())
        while tried[-1] != TEXT:
            pass
        return good(copy)

    expected = (
        "an end, within a number of steps that the size allows", "line 5 twice: none",
        "let every loop end with the file, whatever a count or a length in it says",
    )  # fmt: skip
    assert said(contract_of(endless), "test_odd_tables_are_read_or_refused", path=path) == expected
    assert [text == TEXT for text in tried] == [True, False]


def contract_of(read):
    contract = Standing()
    contract._kept = {}
    contract.reading = lambda what, _: read(what)
    return contract


def sample(folder, text=TEXT):
    (folder / "run.acm").write_bytes(text)
    return folder / "run.acm"


@pytest.mark.parametrize(("read", "text", "expected"), [
    (good, b"words\n" * 9, "the sample holds no table of numbers in lines of text"),
    (lambda _: raising(ReadError("alone"))(_), b"---\n" + TEXT,
     "the sample cannot be read without the files beside it"),
])  # fmt: skip
def test_a_sample_without_a_table_or_that_cannot_be_read_alone_is_skipped(read, text, expected, tmp_path):
    for rule in ("test_a_changed_cell_changes_only_itself", "test_odd_tables_are_read_or_refused"):
        assert said(contract_of(read), rule, path=sample(tmp_path, text)) == expected


def test_columns_of_equal_numbers_are_told_apart_by_their_order(tmp_path):
    text = b"made\nt/s;U/V;I/uA\n0;0;5\n1;1;5\n2;2;5\n"
    path = sample(tmp_path, text)
    places = odd_readings.placed(find_tables(text)[0], good(path))
    assert places.keys == {0: (0, "t/s"), 1: (1, "U/V"), 2: (2, "I/uA")}
    assert places.start == 0


def test_of_two_blocks_with_the_same_numbers_neither_is_judged(tmp_path):
    rows = b"1;3.6;-2\n2;3.7;-2\n3;3.8;-2\n"
    path = sample(tmp_path, b"made\nt/s;U/V;I/uA\n" + rows + rows.replace(b"3.8", b"3.9"))
    whole, part = good(path), find_tables(rows)[0]
    assert odd_readings.placed(part, whole).start == 0
    path = sample(tmp_path, b"made\nt/s;U/V;I/uA\n" + rows + rows)
    assert odd_readings.placed(part, good(path)) == odd_readings.Places({})


def test_a_table_that_stands_in_the_middle_of_the_rows_is_placed_there(tmp_path):
    record = good(sample(tmp_path))
    part = find_tables(b"1;3.6;-2\n2;3.7;-2\n3;3.8;-2\n")[0]
    # the current is the same in all rows, so it fits elsewhere too: time and voltage decide
    assert odd_readings.placed(part, record).start == 1
