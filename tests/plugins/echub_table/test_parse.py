"""Rows to arrays: the same whatever the chunks, faults counted, nothing read whole."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.model.source import HEAD, Source
from echub_table import parse as parsing
from echub_table import stream
from echub_table.dialect import Given, infer
from echub_table.parse import parse

ROWS = 30_000


def _numbers() -> list[np.ndarray]:
    i = np.arange(ROWS)
    return [i * 0.5, 3.7 - i * 1e-5, (i % 7) * 0.125 - 1.0]


def _write(path, *, decimal=".", delimiter=",", encoding="utf-8", end="\n", change=None) -> Source:
    columns = _numbers()
    lines = [
        delimiter.join(repr(float(x)).replace(".", decimal) for x in row) for row in zip(*columns, strict=True)
    ]
    if change:
        change(lines)
    text = end.join([delimiter.join(("t/s", "U/V", "I/mA")), *lines]) + end
    path.write_bytes(text.encode(encoding))
    return Source(path)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"delimiter": ";", "decimal": ","},
        {"delimiter": "\t", "encoding": "utf-16"},
        {"end": "\r\n"},
        {"end": "\r"},
        {"delimiter": " "},
    ],
    ids=str,
)
def test_chunks_do_not_show(tmp_path, form):
    source = _write(tmp_path / "a.csv", **form)
    for size in (HEAD, 150_001, 64_000_000):
        table = parse(infer(source), size)
        assert table.rows == table.total == ROWS
        for found, true in zip(table.columns, _numbers(), strict=True):
            np.testing.assert_array_equal(found, true)


@pytest.mark.parametrize(
    ("preamble", "ends"),
    [
        ("", ["\r", "\n", "\r\n"]),
        ("", ["\r\r\n"]),
        ("# made\rby a logger\n", ["\n"]),
        ("# made\rby a logger\r\n", ["\r\n"]),
    ],
)
def test_line_ends_of_several_kinds_lose_no_row(tmp_path, preamble, ends):
    lines = ["t / s,U / V,I / mA", *(f"{n},3.{n},-1.5" for n in range(10, 30))]
    text = preamble + "".join(line + ends[n % len(ends)] for n, line in enumerate(lines))
    (tmp_path / "a.csv").write_bytes(text.encode())
    np.testing.assert_array_equal(parse(infer(Source(tmp_path / "a.csv"))).columns[0], np.arange(10.0, 30.0))


def test_a_fault_is_found_in_any_chunk_with_its_line(tmp_path):
    def change(lines):
        lines[2] = lines[2].replace(",", ",x", 1)
        lines[20_000] += ",9"
        lines[25_000] = "7.5"

    table = parse(infer(_write(tmp_path / "a.csv", change=change)), HEAD)
    assert table.faults.rows == 3
    assert [text.partition(":")[0] for text in table.faults.listed] == ["line 4", "line 20002", "line 25002"]
    assert (table.rows, table.total) == (ROWS - 2, ROWS)
    np.testing.assert_array_equal(np.setdiff1d(np.arange(ROWS), table.row), [20_000, 25_000])
    assert np.isnan(table.columns[1][2])
    np.testing.assert_array_equal(table.columns[0], np.delete(_numbers()[0], [20_000, 25_000]))


def test_a_point_among_decimal_commas_is_a_fault_and_no_number(tmp_path):
    def change(lines):
        lines[20_000] = lines[20_000].replace(",", ".")

    table = parse(infer(_write(tmp_path / "a.csv", decimal=",", delimiter=";", change=change)), HEAD)
    assert table.faults.rows == 1
    assert np.isnan([column[20_000] for column in table.columns]).all()


def test_faults_of_two_rows_in_a_hundred_are_an_error_and_of_one_are_not(tmp_path):
    def spoil(count):
        def change(lines):
            for i in range(count):
                lines[i * 40 + 7] = "over,over,over"

        return change

    one = _write(tmp_path / "one.csv", change=spoil(ROWS // 100))
    assert parse(infer(one)).faults.rows == ROWS // 100
    with pytest.raises(ReadError, match="do not parse") as caught:
        parse(infer(_write(tmp_path / "two.csv", change=spoil(ROWS // 100 + 1))))
    assert "line 9: t/s is 'over', no number" in caught.value.found


def test_single_byte_text_beyond_the_head(tmp_path):
    rows = [b"0.5,3.7,rest\n"] * 40_000 + [b"1.5,3.7,R\xfcckbau\n"]
    path = tmp_path / "a.csv"
    path.write_bytes(b"t / s,U / V,note\n" + b"".join(rows) + b"2.5,3.7,end\n" * 2000)
    record = echub.read(path)
    assert record["timeseries"]["vendor_note"][40_000] == "Rückbau"
    assert "encoding-changes" in {notice.code for notice in record.notices}


def test_long_whole_numbers_keep_their_digits():
    stamps = [1_700_000_000_123_456_789 + i for i in range(5)]
    text = "t / s,stamp\n" + "".join(f"{i},{stamp}\n" for i, stamp in enumerate(stamps))
    assert echub.read(text.encode())["timeseries"]["vendor_stamp"].tolist() == stamps


def test_the_file_is_never_held_whole(tmp_path, monkeypatch):
    """The proxy for bounded memory: no read is larger than a chunk, no chunk than two."""
    source = _write(tmp_path / "a.csv")
    reads, seen = [], []
    opened = Source.open

    class Watched:
        def __init__(self, file):
            self.file = file

        def read(self, size=-1):
            data = self.file.read(size)
            reads.append(len(data))
            return data

        def readline(self):
            data = self.file.readline()
            reads.append(len(data))
            return data

        def seek(self, *args):
            return self.file.seek(*args)

    from contextlib import contextmanager

    @contextmanager
    def watched(self):
        with opened(self) as file:
            yield Watched(file)

    monkeypatch.setattr(Source, "open", watched)
    recoded = parsing._Reader._recoded
    monkeypatch.setattr(parsing._Reader, "_recoded", lambda s, data: seen.append(len(data)) or recoded(s, data))
    parse(infer(source), HEAD)
    assert 0 < max(reads) <= HEAD + stream.TAIL
    assert len(reads) > 10
    assert max(seen) <= 2 * HEAD + stream.TAIL
    assert sum(seen) > 10 * HEAD


@pytest.mark.parametrize("rows", [3, 300])
@pytest.mark.parametrize(
    ("end", "code"), [("\n", "unparsable-rows"), ("", "truncated"), ("\n\n", "unparsable-rows")]
)
def test_a_last_row_that_lacks_a_cell_was_cut_only_if_it_does_not_end(tmp_path, rows, end, code):
    path = tmp_path / "short.csv"
    whole = "".join(f"{i},{i * 0.25},0.5\n" for i in range(rows))
    path.write_text(f"time / s,voltage / V,current / A\n{whole}{rows},0.75{end}", "utf-8")
    record = echub.read(path)
    assert record["timeseries"].rows == rows
    codes = {notice.code for notice in record.notices}
    assert codes & {"unparsable-rows", "truncated"} == {code}
    assert len(record.dropped) == 1


# -- two tables in one file --------------------------------------------------------------------

_ROWS = [f"{i}.0;{3 + i / 1000:.3f};{1 + i / 100:.2f}" for i in range(600)]


@pytest.mark.parametrize(
    "second",
    ["t / s;U / mV;I / A", "t / s;I / mA;U / V", "U / V;t / s", '"t / s";"I / mA";"U / V"'],
    ids=["other units", "other order", "fewer columns", "quoted"],
)
@pytest.mark.parametrize("before", [10, 300], ids=str)
def test_rows_under_other_names_or_units_are_refused_however_many(tmp_path, second, before):
    (tmp_path / "a.csv").write_text(
        "\n".join(["t / s;U / V;I / mA", *_ROWS[:before], second, *_ROWS[before:], ""])
    )
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(tmp_path / "a.csv")
    assert caught.value.where == f"line {before + 2}"
    assert caught.value.found == second


def test_a_second_line_of_other_units_is_refused_under_the_same_names(tmp_path):
    lines = ["t;U;I", "s;V;mA", *_ROWS[:300], "t;U;I", "s;mV;A", *_ROWS[300:], ""]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(tmp_path / "a.csv")
    assert (caught.value.where, caught.value.found) == ("line 304", "s;mV;A")


@pytest.mark.parametrize("before", [10, 300], ids=str)
def test_rows_under_names_that_nobody_knows_are_refused_too(tmp_path, before):
    lines = ["t / s;U / V;I / mA", *_ROWS[:before], "", "fit;slope;offset", "1.0;2.0;3.0", ""]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(tmp_path / "a.csv")
    assert caught.value.where == f"line {before + 3}"


@pytest.mark.parametrize("end", [";", ""], ids=["as wide", "narrower"])
def test_a_summary_of_fewer_columns_below_the_rows_is_another_table(tmp_path, end):
    summary = [f"Cycle;Q / mAh{end}", f"1;2.0{end}", f"2;1.9{end}"]
    (tmp_path / "a.csv").write_text("\n".join(["t / s;U / V;I / mA", *_ROWS, "", *summary, ""]))
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(tmp_path / "a.csv")
    assert (caught.value.where, caught.value.found) == ("line 603", summary[0])


def test_a_row_of_words_for_no_value_names_no_columns(tmp_path):
    lines = ["t / s;U / V;state", *(f"{row.rpartition(';')[0]};rest" for row in _ROWS), ""]
    (tmp_path / "a.csv").write_text("\n".join([*lines[:300], "N/A;N/A;N/A", *lines[300:]]))
    assert echub.read(tmp_path / "a.csv")["timeseries"].rows == 601


def test_names_and_units_that_are_repeated_are_no_row(tmp_path):
    lines = ["t;U;I", "s;V;mA", *_ROWS[:300], "t;U;I", "s;V;mA", *_ROWS[300:], ""]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    record = echub.read(tmp_path / "a.csv")
    assert record["timeseries"]["time"].tolist() == [float(i) for i in range(600)]
    codes = {notice.code for notice in record.notices}
    assert "repeated-header" in codes
    assert not {"unparsable-rows", "non-finite"} & codes


def test_words_in_place_of_all_numbers_of_a_row_are_no_other_table(tmp_path):
    lines = ["t / s;U / V;state", *(f"{row.rpartition(';')[0]};rest" for row in _ROWS), ""]
    (tmp_path / "a.csv").write_text("\n".join([*lines[:300], "OVL;OVL;Pause", *lines[300:]]))
    assert echub.read(tmp_path / "a.csv")["timeseries"].rows == 601


@pytest.mark.parametrize("left", ["2", "20", "20:", "20:00:1", "20:00:10.0", "20:00:10.0;", "20:00:10.0;3"])
def test_what_is_left_of_a_cut_row_is_said_wherever_the_cut_is(tmp_path, left):
    rows = [f"1{i}:00:00.0;3.{i}00;0.{i}5" for i in range(6)]
    (tmp_path / "a.csv").write_text("\n".join(["t (h:m:s);U / V;I / mA", *rows, left]))
    record = echub.read(tmp_path / "a.csv", options={"clock": "elapsed"})
    assert record["timeseries"].rows == 6
    assert "truncated" in {notice.code for notice in record.notices}
    assert left in record.dropped[-1].what


STATED = [f"{n};{n % 2 + 1};Rest;3.{n % 10}5;0.{n % 7}25;2024-03-14 09:{n // 6:02d}:{n % 6}0" for n in range(300)]
"""Rows with a state and a date, as cyclers write them."""
NAMES = "t / s;step;state;U / V;I / mA;Date"


@pytest.mark.parametrize("place", range(1, len(STATED[40]) + 1))
def test_a_row_that_was_cut_anywhere_is_never_left_out_in_silence(tmp_path, place):
    (tmp_path / "a.csv").write_text("\n".join([NAMES, *STATED[:40], STATED[40][:place]]))
    record = echub.read(tmp_path / "a.csv")
    told = {notice.code for notice in record.notices} & {"truncated", "no-last-line-end"}
    if place == len(STATED[40]):
        assert (record["timeseries"].rows, told) == (41, {"no-last-line-end"})
    else:
        assert (record["timeseries"].rows, told) == (40, {"truncated"})
        assert record.dropped[-1].what.endswith(STATED[40][:place])
        assert record.settings["footer_lines"] == []


def test_a_first_row_without_one_of_its_delimiters_is_listed_like_any_other(tmp_path):
    for broken in (0, 150):
        rows = [row.replace(";Rest;", ";Rest ") if n == broken else row for n, row in enumerate(STATED)]
        (tmp_path / "a.csv").write_text("\n".join([NAMES, *rows, ""]))
        record = echub.read(tmp_path / "a.csv")
        assert record["timeseries"].rows == 299
        (said,) = [n.message for n in record.notices if n.code == "unparsable-rows"]
        assert said.startswith(f"1 of 300 rows does not parse: line {broken + 2}: 5 fields, not 6")


@pytest.mark.parametrize("left", ["2024-03-14 09:00:6", "2024-03-14 09:00", "2024-03-14 0", "2024-03-14", "202"])
def test_a_row_that_was_cut_in_its_date_is_left_out(tmp_path, left):
    rows = [f"{n};3.{n}5;2024-03-14 09:00:{10 * n:02d}" for n in range(6)]
    (tmp_path / "a.csv").write_text("\n".join(["t / s;U / V;Date", *rows, f"6;3.65;{left}"]))
    record = echub.read(tmp_path / "a.csv")
    assert record["timeseries"]["time"].tolist() == list(range(6))
    assert record.dropped[-1].what.endswith(f"6;3.65;{left}")


@pytest.mark.parametrize("last", ["3/9/2024 9:05", "12/14/2024 10:05"])
def test_a_short_date_is_not_cut_if_others_are_as_short(tmp_path, last):
    rows = [f"{n};3.{n}5;3/{9 + n}/2024 {8 + n}:05" for n in range(6)]
    (tmp_path / "a.csv").write_text("\n".join(["t / s;U / V;Date", *rows, f"6;3.65;{last}"]))
    assert echub.read(tmp_path / "a.csv", options={"dates": "month-first"})["timeseries"].rows == 7


def test_a_last_line_of_words_without_a_line_end_is_no_cut_row(tmp_path):
    (tmp_path / "a.csv").write_text("\n".join(["t / s;U / V;I / mA", *_ROWS[:6], "6 rows exported"]))
    record = echub.read(tmp_path / "a.csv")
    assert record.settings["footer_lines"] == ["6 rows exported"]
    assert not record.dropped


# -- whole tables, in small ----------------------------------------------------------------------


def small(text, encoding="utf-8", **given):
    return infer(Source.from_bytes(text.encode(encoding), "a.csv"), Given(**given))


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_of_the_encoding_is_no_part_of_a_name_whatever_ends_the_lines(encoding, end):
    dialect = small(end.join(["t / s,U / V", "0,1", "1,2", "2,3", ""]), encoding)
    assert (dialect.names, dialect.newline) == (("t / s", "U / V"), end)
    assert [column.tolist() for column in parse(dialect).columns] == [[0, 1, 2], [1, 2, 3]]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_long_file_of_either_byte_order_is_read_to_its_end(order):
    lines = ["\ufefft / s,U / V", *(f"{n},3.{n % 7}" for n in range(8000)), "mean,3.3", ""]
    dialect = small("\n".join(lines), order)
    assert not dialect.text.whole
    assert dialect.footer == ("mean,3.3",)
    table = parse(dialect, HEAD)
    assert (table.rows, table.faults.truncated, table.faults.unended) == (8000, "", False)
    np.testing.assert_array_equal(table.columns[0], np.arange(8000))


def test_a_letter_in_the_last_lines_of_a_long_file_tells_its_encoding():
    rows = "".join(f"{n},3.5,rest\n" for n in range(8000))
    dialect = infer(Source.from_bytes(f"t / s,U / V,note\n{rows}8000,3.5,Rück\n".encode("cp1252"), "a.csv"))
    decision = dialect.decisions[0]
    assert (decision.what, decision.chosen, dialect.encoding) == ("encoding", "cp1252", "cp1252")
    assert decision.evidence.startswith("in the last lines, byte 0xfc at offset ")


def test_blank_lines_beyond_the_last_row_are_no_rows():
    table = parse(small("t / s,U / V\n0,1\n1,2\n2,3\n" + " \n" * 60_000), HEAD)
    assert (table.rows, table.total, table.faults.truncated) == (3, 3, "")


def test_a_comment_at_which_a_profile_lets_the_data_begin_is_no_row():
    rows = [f"{n},{n + 1}\n" for n in range(40)]
    table = parse(small("".join(["t / s,U / V\n# 5,6\n", *rows[:20], "# 7,8\n", *rows[20:]]), data_line=1))
    assert [column.tolist() for column in table.columns] == [list(range(40)), list(range(1, 41))]
    assert (table.faults.comments, table.faults.rows) == (["# 5,6", "# 7,8"], 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
@pytest.mark.parametrize("cell", ["#N/A", "#n/a", "#NV", "#DIV/0!", "#NAME?", "#ZAHL!"])
def test_a_first_cell_without_a_number_is_no_comment(cell, delimiter):
    rows = [f"{n},{n + 1}\n" for n in range(300)]
    text = "".join(["# by hand\nt/s,U/V\n", *rows[:9], "# 5,6\n", *rows[9:99], f"{cell},100\n", *rows[100:]])
    table = parse(small(text.replace(",", delimiter)))
    time, voltage = (column.tolist() for column in table.columns)
    assert (np.isnan(time[99]), time[:99] + time[100:]) == (True, [*range(99), *range(100, 300)])
    assert voltage == list(range(1, 301))
    assert len(table.faults.comments) == 1


@pytest.mark.parametrize("line", ["#N/A is not measured", "#N/A", "# N/A,100", "#abcdefg!,1", "#a!,1"])
def test_a_comment_may_begin_with_such_a_word(line):
    rows = [f"{n},{n + 1}\n" for n in range(40)]
    table = parse(small("".join(["# by hand\nt/s,U/V\n", *rows[:20], f"{line}\n", *rows[20:]])))
    assert [column.tolist() for column in table.columns] == [list(range(40)), list(range(1, 41))]
    assert table.faults.comments == [line]


@pytest.mark.parametrize("digits", [15, 16, 17])
@pytest.mark.parametrize("sign", ["", "-"])
def test_whole_numbers_that_a_float_cannot_hold_keep_their_digits(digits, sign):
    """2⁵³ + 1 has 16 digits; those with fewer fit."""
    numbers = [int(sign + str(9_007_199_254_740_993)[:digits].ljust(digits, "7")) + n for n in range(5)]
    column = parse(
        small("t / s,stamp\n" + "".join(f"{n},{number}\n" for n, number in enumerate(numbers)))
    ).columns[1]
    assert column.dtype == (np.float64 if digits < 16 else np.int64)
    assert column.tolist() == numbers


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_a_row_that_lacks_the_delimiter_that_ends_all_others_is_whole(missing):
    rows = [f"{n};{n + 1};{'' if n == missing else ';'}" for n in range(6)]
    rows = [row.removesuffix(";;") + ";" if row.endswith(";;") else row.removesuffix(";") for row in rows]
    table = parse(small("\n".join(["t / s;U / V;", *rows, ""])))
    assert [column.tolist() for column in table.columns] == [[*range(6)], [*range(1, 7)]]
    assert table.faults.rows == 0


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_of_the_encoding_is_no_part_of_a_first_row_either(encoding, end):
    dialect = small(end.join(["0,1", "1,2", "2,3", ""]), encoding, columns=("t / s", "U / V"))
    table = parse(dialect)
    assert [column.tolist() for column in table.columns] == [[0, 1, 2], [1, 2, 3]]
    assert (table.rows, table.faults.rows) == (3, 0)
