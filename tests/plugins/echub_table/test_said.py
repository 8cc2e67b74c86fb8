"""What the reader says of rows, marks and profiles has the numbers and names of this file."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import echub
from echub.errors import Ambiguous, EchubError
from echub_table.dialect import Given
from echub_table.options import TableOptions
from echub_table.profile import Profile
from echub_table.reader import _said, given
from echub_table.times import DAY, _beside
from tests.messages.saying import Fake

ROWS = [f"{n};{0.5 + n / 8};{1.25 - n / 16}" for n in range(12)]
NAMES = "t / s;I / mA;U / V"


def read(*lines, end="\n", encoding="utf-8", **options):
    return echub.read(("\n".join(lines) + end).encode(encoding), reader="table", options=options)


def told(record, code):
    return [notice.message for notice in record.notices if notice.code == code]


# -- rows --------------------------------------------------------------------------------------------


def test_a_file_that_is_whole_has_nothing_to_say_of_its_rows():
    codes = {notice.code for notice in read(NAMES, *ROWS).notices}
    assert not codes & {
        "unparsable-rows", "truncated", "no-last-line-end", "encoding-guessed", "encoding-changes",
        "repeated-header", "non-finite",
    }  # fmt: skip


def test_a_file_without_its_last_line_end():
    record = read(NAMES, *ROWS, end="")
    assert told(record, "no-last-line-end") == [
        "the file ends without a line end: if it was cut, its last value is wrong"
    ]
    assert record["timeseries"].rows == 12


def test_a_row_that_was_cut_is_kept_as_a_text():
    record = read(NAMES, *ROWS, "12;2.0", end="")
    assert told(record, "truncated") == ["the last row is cut short: the file is incomplete"]
    assert told(record, "no-last-line-end") == []
    (dropped,) = record.dropped
    assert "12;2.0" in dropped.what
    assert dropped.why == "its last value may be incomplete"
    assert record["timeseries"].rows == 12


@pytest.mark.parametrize("times", [1, 2])
def test_repeated_headers_are_counted(times):
    lines = [*ROWS[:4], NAMES, *ROWS[4:8], *[NAMES] * (times - 1), *ROWS[8:]]
    record = read(NAMES, *lines)
    word = "1 time" if times == 1 else "2 times"
    assert told(record, "repeated-header") == [f"the header is repeated {word} among the rows"]
    assert record["timeseries"].rows == 12


def test_another_encoding_is_said_with_its_evidence():
    record = read("t / s;I / µA", "0;1.5", "1;2.5", "2;3.5", encoding="cp1252")
    (text,) = told(record, "encoding-guessed")
    (evidence,) = [d["evidence"] for d in record.settings["decisions"] if d["what"] == "encoding"]
    assert (
        text == f"read as {record.settings['dialect']['encoding']}: {evidence}; --option encoding=… says another"
    )
    assert record["timeseries"].columns["current"].header == "I / µA"


def test_an_encoding_that_is_said_is_taken():
    data = "t / s;I / µA\n0;1.5\n1;2.5\n2;3.5\n".encode("cp1252")
    record = echub.read(data, reader="table", options={"encoding": "cp1252"})
    assert record.settings["dialect"]["encoding"] == "cp1252"
    assert list(record["timeseries"]["current"]) == pytest.approx([1.5e-3, 2.5e-3, 3.5e-3])


@pytest.mark.parametrize(("cells", "words"), [
    (["nan", "inf", "1.5", "2.5"], ["1 NaN", "1 infinite value, the first in row 1"]),
    (["", "", "inf", "2.5"], ["2 missing values", "1 infinite value, the first in row 2"]),
    (["nan", "", "nan", "2.5"], ["1 missing value, 2 NaN"]),
])  # fmt: skip
def test_values_that_are_none_are_counted_by_kind(cells, words):
    record = read("t / s;U / V", *(f"{n};{cell}" for n, cell in enumerate([*cells, *["1.0"] * 20])))
    notices = [notice for notice in record.notices if notice.code == "non-finite"]
    assert [notice.message for notice in notices] == [f"U / V has {each}" for each in words]
    assert {notice.column for notice in notices} == {"U / V"}


def test_the_dialect_is_stated_with_lines_from_one():
    record = read("made by hand", "and on another line", NAMES, *ROWS)
    stated = record.settings["dialect"]
    assert (stated["header_line"], stated["units_line"], stated["data_line"]) == (3, None, 4)
    assert (stated["delimiter"], stated["decimal"], stated["encoding"]) == (";", ".", "utf-8")
    assert record.settings["preamble_lines"] == ["made by hand", "and on another line", NAMES]
    assert record.settings["profile"] is None


def test_units_below_the_names_have_their_line():
    record = read("t;I;U", "s;mA;V", *ROWS)
    stated = record.settings["dialect"]
    assert (stated["header_line"], stated["units_line"], stated["data_line"]) == (1, 2, 3)


# -- marks -------------------------------------------------------------------------------------------


def refused(*lines):
    with pytest.raises(EchubError) as caught:
        read(*lines)
    return caught.value


def test_two_marks_are_refused_with_lines_and_cells():
    error = refused("a remark", "t / s;U / V", "0;0,5", "1;0.25", "2;0,75", "3;1,5")
    assert isinstance(error, Ambiguous)
    assert error.message == "the numbers mix two decimal marks"
    assert error.where == "lines 3 to 6"
    assert error.expected == "one decimal mark"
    assert error.cause == "two programs or two locales wrote this file"
    assert error.hint == "`--option decimal=comma` or `--option decimal=point` says which"


def test_groups_of_three_are_refused_with_what_would_settle_them():
    error = refused("t / s;U / V", "0;1,500", "1;2,250", "2;3,750")
    assert error.message == "the decimal mark is not settled"
    assert error.where == "lines 2 to 4"
    assert error.expected == "a number that has one reading only, such as 0,5"
    assert error.cause == "every number has three digits behind its mark"


# -- options and profiles ----------------------------------------------------------------------------

PROFILE = Profile(
    "lab",
    dialect={
        "delimiter": "semicolon", "decimal": "comma", "encoding": "cp1252", "columns": ["a", "b"],
        "header_line": 3, "data_line": 5,
    },
)  # fmt: skip
OF_PROFILE = Given(";", ",", "cp1252", ("a", "b"), 2, 4, "the profile lab")


@pytest.mark.parametrize(("options", "changed"), [
    ({}, {}),
    ({"delimiter": "tab"}, {"delimiter": "\t", "said_by": "said by the user"}),
    ({"decimal": "point"}, {"decimal": ".", "said_by": "said by the user"}),
    ({"encoding": "utf-16"}, {"encoding": "utf-16"}),
], ids=str)  # fmt: skip
def test_an_option_wins_over_the_profile_and_leaves_the_rest(options, changed):
    assert given(TableOptions(**options), PROFILE) == dataclasses.replace(OF_PROFILE, **changed)


@pytest.mark.parametrize(("options", "found"), [
    ({}, Given()),
    ({"delimiter": "pipe", "decimal": "comma", "encoding": "gbk"}, Given("|", ",", "gbk")),
    ({"delimiter": "blanks"}, Given(" ")), ({"delimiter": "comma"}, Given(",")),
], ids=str)  # fmt: skip
def test_without_a_profile_the_options_stand_alone(options, found):
    assert given(TableOptions(**options), None) == found


@pytest.mark.parametrize(("option", "profile", "found"), [
    ("auto", {"dates": "dmy"}, "dmy"), ("", {"dates": "dmy"}, "dmy"), ("mdy", {"dates": "dmy"}, "mdy"),
    ("auto", {}, ""), ("mdy", {}, "mdy"), ("auto", {"zimag": "signed"}, ""),
])  # fmt: skip
def test_an_option_wins_over_what_a_profile_says_of_its_key(option, profile, found):
    assert _said(option, profile, "dates") == found


@pytest.mark.parametrize(("word", "mark"), [
    ("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("blanks", " ")
])  # fmt: skip
def test_each_delimiter_by_its_word(word, mark):
    lines = [mark.join(cells) for cells in (("time/s", "U/V"), ("0", "1.5"), ("1", "2.5"), ("2", "3.5"))]
    record = echub.read(("\n".join(lines) + "\n").encode(), reader="table", options={"delimiter": word})
    assert record.settings["dialect"]["delimiter"] == mark
    assert np.array_equal(record["timeseries"]["voltage"], [1.5, 2.5, 3.5])


def test_a_table_without_names_says_how_many_are_needed():
    error = refused("0;0.5;1.5", "1;0.25;2.5", "2;0.75;3.5")
    assert error.message == "the table has no line of names"
    assert error.where == "line 1"
    assert error.expected == "a line with 3 names over the data, or a profile that names the columns"
    assert error.found.split() == ["0", "0.5", "1.5"]


@pytest.mark.parametrize(("names", "ends"), [("foo;bar", "to complete"), ("föö;bar", "if names are garbled")])
def test_unknown_names_are_listed(names, ends):
    error = refused(names, "0;0.5", "1;0.25", "2;0.75")
    assert error.message == "no column of this table is known with its unit"
    assert error.found == names.replace(";", ", ")
    assert error.hint.endswith(ends)


# -- clocks beside dates -----------------------------------------------------------------------------

HOURS = 3600.0 * np.arange(1, 11)


@pytest.mark.parametrize("apart", [1.0, 1.1])
@pytest.mark.parametrize(("agreeing", "kind"), [(10, "time-of-day"), (9, "elapsed"), (0, "elapsed")])
def test_a_clock_is_the_time_of_day_of_more_than_nine_tenths_of_the_dates(agreeing, kind, apart):
    wall = 19_000 * DAY + HOURS + np.where(np.arange(10) < agreeing, 0.9, apart)
    clocks = {"day": Fake(dated=True, seconds=HOURS * 0), "when": Fake(dated=False, seconds=wall)}
    assert _beside(HOURS, Fake(seconds=HOURS), Fake(clocks=clocks)) == kind


def test_dates_without_a_time_or_a_value_say_nothing_of_a_clock():
    dated, empty = Fake(dated=True, seconds=HOURS * 0), Fake(dated=False, seconds=HOURS * np.nan)
    assert _beside(HOURS, Fake(seconds=HOURS), Fake(clocks={"a": dated, "b": empty})) == "time-of-day"


def test_each_column_without_a_quantity_is_told_why():
    """A unit that does not fit, one that is missing, a name that nobody knows, and each again behind them."""
    names = "t / s;Current / kg;Time;what;U / s;Voltage;else"
    record = read(names, *(f"{n};1;2;3;4;5;6" for n in range(5)))
    told_of = {notice.code: [] for notice in record.notices}
    for notice in record.notices:
        told_of[notice.code].append(notice.message)
    assert [text.partition(" names")[0] for text in told_of["unit-mismatch"]] == [
        "the column 'Current / kg'", "the column 'U / s'",
    ]  # fmt: skip
    assert told_of["vendor-columns"] == ["kept as vendor columns, as their names map to no quantity: what, else"]
    (units,) = told_of["unit-unknown"]
    assert units.startswith(
        "kept as vendor columns, as their unit is open: Time (no unit is printed), Voltage (no unit is printed);"
    )


# -- what is said of a second one, and of none ---------------------------------------------------------


def test_the_reference_of_a_record_is_that_of_its_first_potential():
    record = read("t / s;Ewe vs. Na/Na+ / V;E vs. SHE / V", *ROWS)
    assert record.metadata.value("cell.reference") == "Na/Na+"
    assert told(record, "several-columns") == [
        "2 columns are potential_we: Ewe vs. Na/Na+ / V, E vs. SHE / V; all are kept"
    ]


def test_a_name_with_units_of_two_quantities_in_a_profile_is_open(tmp_path):
    profile = tmp_path / "lab.toml"
    profile.write_text('[table-profile]\n[units]\ncurrent = "mA"\ncurrent_density = "mA/cm^2"\n')
    record = read("t / s;I;U / V", *ROWS, profile=str(profile))
    assert told(record, "unit-unknown") == [
        "kept as vendor columns, as their unit is open: I (the unit is open); a profile says it "
        "(`echub detect FILE --write-profile lab.toml`)"
    ]


def test_a_sum_beyond_all_numbers_has_nothing_missing():
    record = read("t / s;U / V", "0;1e308", "1;1e308", "2;1e308")
    assert told(record, "non-finite") == []
    assert record["timeseries"]["voltage"].tolist() == [1e308] * 3


def test_a_column_that_is_empty_has_nothing_missing():
    assert told(read("t / s;U / V;I / mA", "0;1;", "1;1;", "2;1;"), "non-finite") == []


@pytest.mark.parametrize("words", [("(see note)",), ("(1.5)", "(off)"), ("(2.5)", "(off)", "(on)")])
def test_words_in_parentheses_are_no_negative_numbers(words):
    cells = ["2.5", *words, "3.5", "4.5"]
    record = read("t / s;U / V;I / mA", *(f"{n};{cell};{n}" for n, cell in enumerate(cells)))
    numbers = [
        np.nan if cell[1:2].isalpha() else -float(cell[1:-1]) if cell[0] == "(" else float(cell) for cell in cells
    ]
    np.testing.assert_array_equal(record["timeseries"]["voltage"], numbers)
    negative = [cell for cell in words if cell[1:2].isdigit()]
    assert told(record, "negative-in-parentheses") == [
        f"1 cell of U / V in parentheses read as negative: {cell!r}" for cell in negative
    ]
    (text,) = told(record, "unparsable-rows")
    left = [cell for cell in words if cell not in negative]
    are = "is not a number and is" if len(left) == 1 else "are not numbers and are"
    assert text == f"{len(left)} of {len(cells)} cells of U / V {are} NaN: {', '.join(map(repr, left))}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_an_encoding_that_marks_itself_is_not_called_a_guess(encoding):
    text = "t / s;I / µA\n0;1.5\n1;2.5\n2;3.5\n"
    record = echub.read(text.encode(encoding), reader="table")
    assert record["timeseries"]["current"].tolist() == pytest.approx([0.0015, 0.0025, 0.0035], rel=1e-12)
    assert bool(told(record, "encoding-guessed")) is (encoding == "cp1252")
    assert record.settings["dialect"]["encoding"] == encoding


@pytest.mark.parametrize("count", [1, 2])
def test_rows_of_another_width_are_counted_and_the_others_keep_their_numbers(count):
    rows = [f"{n};{n}{';9' * (n in (50, 150)[:count])}" for n in range(250)]
    record = read("t / s;U / V", *rows)
    series = record["timeseries"]
    left = [n for n in range(250) if n not in (50, 150)[:count]]
    assert (series["row"].tolist(), series["time"].tolist()) == (left, left)
    assert [(d.what, d.why) for d in record.dropped] == [
        (
            f"{'1 row' if count == 1 else '2 rows'} with another number of fields",
            "their values have no certain column",
        )
    ]
    lines = "; ".join(f"line {n + 2}: 3 fields, not 2: {n};{n};9" for n in (50, 150)[:count])
    do = "does" if count == 1 else "do"
    assert told(record, "unparsable-rows") == [f"{count} of 250 rows {do} not parse: {lines}"]


def test_lines_beside_the_rows_that_may_be_rows_are_counted():
    record = read(NAMES, *ROWS, "x;y;1", "z;y;2")
    assert told(record, "unread-line") == ["2 lines beside the rows that may be one, not read: x;y;1"]


def test_each_column_is_decided_with_its_unit_its_sign_and_who_says_so():
    record = read("f / Hz;Z' / ohm;-Z'' / ohm;note;cycle", *(f"{9 - n};1;2;x;1" for n in range(4)))
    columns = [d for d in record.settings["decisions"] if d["what"].startswith("column ")]
    assert [(d["what"], d["chosen"], d["evidence"]) for d in columns] == [
        ("column f / Hz", "frequency in Hz", "by the header"),
        ("column Z' / ohm", "impedance_real in ohm", "by the header"),
        ("column -Z'' / ohm", "impedance_imag in ohm, negated", "by the header"),
        ("column note", "vendor column", "the name maps to no quantity"),
        ("column cycle", "cycle", "by the header"),
    ]
    signs = [d for d in record.settings["decisions"] if d["what"].startswith("sign of ")]
    assert [(d["what"], d["chosen"], d["evidence"]) for d in signs] == [
        ("sign of Z' / ohm", "as printed", "100% of its values are positive, as the quantity has it"),
        ("sign of -Z'' / ohm", "negated", "declared by the header"),
    ]
