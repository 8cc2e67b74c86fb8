"""Limits of the Ivium reader: starts, counts, rows behind their object, frequencies beside the programme."""

from __future__ import annotations

import pytest

import echub
from echub.errors import ReadError
from echub_ivium.objects import nested
from tests.oracles.records.ivium import SETTINGS, idf, primary

STARTS = {
    "3.4.2022 7:05:09": "2022-04-03T07:05:09", "03.04.2022 07:05:09": "2022-04-03T07:05:09",
    "31.12.2022 23:59:59": "2022-12-31T23:59:59", "31.2.2022 7:05:09": None, "3.4.2022 24:00:01": None,
    "4/13/2022 7:05:09": None, "3.4.2022": None, "3.4.2022 7:05:09 PM": None,
}  # fmt: skip


@pytest.mark.parametrize("printed", STARTS)
def test_a_start_has_its_day_first(printed):
    record = echub.read(idf(SETTINGS | {"starttime": printed}, primary("1 -1 1000")))
    assert record.metadata.value("experiment.start") == STARTS[printed]
    assert record.metadata.value("experiment.timezone") == ("unknown" if STARTS[printed] else None)
    said = [notice.message for notice in record.notices if notice.code == "no-start"]
    assert said == ([] if STARTS[printed] else [f"the start {printed!r} cannot be read"])


def test_a_start_that_is_empty_is_none():
    record = echub.read(idf(SETTINGS | {"starttime": ""}, primary("1 -1 1000")))
    assert not record.notices
    assert "experiment.start" not in record.metadata


PROGRAMMES = {
    # the first frequency is programmed with 1000 Hz, and a thousandth is let through
    "a thousandth above": (["1 -1 1001"], None),
    "more above": (["1 -1 1001.01"], (0, "1001.01", "1000")),
    "a thousandth below": (["1 -1 999"], None),
    "more below": (["1 -1 998.99"], (0, "998.99", "1000")),
    "the second of two": (["1 -1 1000", "1 -1 101"], (1, "101", "100")),
    "the first of two": (["1 -1 1002", "1 -1 101"], (0, "1002", "1000")),
    "more rows than programmed": (["1 -1 1000", "1 -1 100", "1 -1 10", "1 -1 5"], None),
}


@pytest.mark.parametrize("what", PROGRAMMES)
def test_frequencies_beside_the_programme(what):
    lines, said = PROGRAMMES[what]
    record = echub.read(idf(SETTINGS, primary(*lines)))
    text = "row {} was measured at {} Hz and programmed at {} Hz"
    assert [notice.message for notice in record.notices] == ([text.format(*said)] if said else [])
    assert record["impedance"].rows == len(lines)


def test_a_programme_of_words_is_none():
    record = echub.read(idf(SETTINGS | {"Frequencies.freq[2]": "fast"}, primary("1 -1 7", "1 -1 8")))
    assert not record.notices


BEHIND = {
    "two numbers": (["1 2"], 1), "one number": (["7"], 0), "words": (["1 2 x"], 0), "nothing": ([""], 0),
    "in many spellings": (["-1.5E+03 +2 3.", "1 2"], 2), "not a number of theirs": (["1 .5"], 0),
}  # fmt: skip


@pytest.mark.parametrize("what", BEHIND)
def test_rows_behind_as_many_as_are_stated(what):
    lines, many = BEHIND[what]
    data = idf(SETTINGS, primary("1 -1 1000"), *lines)
    record = echub.read(data)
    kept = record.settings.get("unread_rows", {}).get("rows", [])
    assert kept == [line for line in lines if len(line.split()) > 1][:many]
    assert [lost.why for lost in record.dropped] == (
        ["the file was edited, or its count is wrong; they are in the settings"] if many else []
    )
    if many:
        first = data.decode("latin-1").split("\r\n").index(lines[0]) + 1
        rows = f"{many} row{'s' * (many > 1)} from line {first}"
        assert record.dropped[0].what == rows
        assert record.notices[0].message == (
            f"{rows} on: they stand behind as many as their object states, and are not read"
        )


def test_rows_before_any_object_are_none():
    assert not echub.read(idf(SETTINGS, "1 2 3", primary("1 -1 1000"))).dropped


COUNTS = {"1": 1, "000000001": 1, "999999999": 2, "0": 0, "1000000000": 0, "-1": 0, "x": 0, "": 0, "²": 0}
"""As printed, and how many of two rows are read: one with ten digits is none."""


@pytest.mark.parametrize("printed", COUNTS)
def test_how_many_rows_an_object_states(printed):
    lines = "\r\n".join(["primary_data", "3", printed, "1 -1 1000", "2 -2 100"])
    record = echub.read(idf(SETTINGS, lines))
    assert sum(dataset.rows for dataset in record.datasets.values()) == COUNTS[printed]


def test_an_object_that_is_cut_behind_its_name():
    record = echub.read(idf(SETTINGS, "primary_data", end=""))
    assert not record.datasets
    assert "no-table" in {notice.code for notice in record.notices}


@pytest.mark.parametrize(("row", "columns"), [("1 -1", "3"), ("1 -1 1000 5", "3"), ("1 -1 1e3x", "3")])
def test_a_row_has_as_many_numbers_as_its_object_states(row, columns):
    with pytest.raises(ReadError, match="not one of numbers") as caught:
        echub.read(idf(SETTINGS, primary("1 -1 1000", row)))
    assert caught.value.expected == f"{columns} numbers"
    assert caught.value.found == repr(row)


def test_a_long_row_is_shown_up_to_60_characters():
    with pytest.raises(ReadError) as caught:
        echub.read(idf(SETTINGS, primary("1 " * 50)))
    assert caught.value.found == repr("1 " * 30)


@pytest.mark.parametrize(
    ("columns", "rows", "name"), [(3, "1 -1 1000", "impedance"), (4, "1 -1 1000 5", "timeseries")]
)
def test_a_spectrum_has_three_columns(columns, rows, name):
    assert list(echub.read(idf(SETTINGS, primary(rows, columns=columns)))) == [name]


@pytest.mark.parametrize(("printed", "shown"), [("True", "1mA, automatic"), (" TRUE ", "1mA, automatic"),
                                                ("false", "1mA"), ("", "1mA")])  # fmt: skip
def test_an_automatic_range_is_that_of_the_start(printed, shown):
    record = echub.read(idf(SETTINGS | {"AutoCR": printed}, primary("1 -1 1000")))
    assert record.metadata.value("instrument.current_range") == shown


@pytest.mark.parametrize("lines", ["1", "2", "3"])
def test_traces_that_are_cut_are_counted(lines):
    """Of three stated traces of one row, as many as there are."""
    traces = "\r\n".join(["osc_data", "3", *["2", "1", "1.5 0.5"] * int(lines), ""])
    record = echub.read(idf(SETTINGS, primary("1 -1 1000"), traces))
    assert record.settings["osc_data"]["blocks"] == [[[1.5, 0.5]]] * int(lines)
    said = [notice.message for notice in record.notices]
    assert said == (
        [] if lines == "3" else [f"osc_data states 3 blocks and has {lines}: the file was cut, or edited"]
    )


@pytest.mark.parametrize(
    ("settings", "tree"),
    [
        ({"f[1]": "a", "f[2]": "b"}, {"f": ["a", "b"]}),
        ({"f": "x", "f[1]": "a"}, {"f": "x", "f[1]": "a"}),
        ({"f[²]": "a"}, {"f[²]": "a"}),
        ({"f[x]": "a"}, {"f[x]": "a"}),
        ({"f[]": "a"}, {"f[]": "a"}),
    ],
)
def test_numbered_settings_are_a_list_of_what_has_no_value_itself(settings, tree):
    assert nested(settings) == tree


@pytest.mark.parametrize(("method", "called"), [("Transients", "Transients"), ("", "(none)")])
def test_columns_of_another_method_stay_vendor_columns(method, called):
    record = echub.read(idf(SETTINGS | {"Method": method}, primary("1 -1 1000", "2 -2 100")))
    series = record["timeseries"]
    assert [column.header for column in series.columns.values()][1:] == ["column 1", "column 2", "column 3"]
    assert series["vendor_column_3"].tolist() == [1000, 100]
    assert [notice.message for notice in record.notices if notice.code == "unverified-layout"] == [
        f"what the columns of the method {called} are is not verified on a real file: they stay vendor columns; "
        "export the scan from IviumSoft as text with column names, and convert that"
    ]


ENDINGS = {
    # what stands behind the first of two stated rows: rows that are read, and whether a row is lost
    "\r\n2 -2 100\r\n": (2, False),
    "\r\n2 -2 100": (1, True),  # without a line end it may be cut
    "\r\n2 -2 1": (1, True),
    "\r\n": (1, False),
    "\r\n \r\n ": (1, False),
}


@pytest.mark.parametrize("end", ENDINGS)
def test_a_last_row_without_a_line_end_is_left_out_and_said(end):
    rows, lost = ENDINGS[end]
    record = echub.read(idf(SETTINGS, primary("1 -1 1000", stated=2), end=end))
    assert record["impedance"].rows == rows
    assert [(d.what, d.why) for d in record.dropped] == [
        ("the last row of primary_data", "the file ends inside it")
    ] * lost
    assert [notice.message for notice in record.notices if notice.code == "row-count"] == [
        "primary_data states 2 rows of 3 numbers and has 1: the file was cut, or edited"
    ] * (rows < 2)
