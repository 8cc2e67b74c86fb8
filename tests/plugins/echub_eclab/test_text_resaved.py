"""Texts that another program or another locale has changed: read as what they were, and said so."""

import datetime as dt

import numpy as np
import pytest

import echub
from echub.plugin import Confidence, ReadError, Source
from echub_eclab.asciilines import without_blank_lines
from echub_eclab.sniff import sniff_mpt
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import Dialect, bare, export, table
from fixtures.eclab.texts import GCPL
from tests.plugins.echub_eclab.text_support import codes, read_mpt, refusal

FILE = SCENARIOS["gcpl"]().file
NAMES, CELLS = table(FILE, 12)
TEXT = export(FILE, parameters=GCPL, rows=12).decode("cp1252")
TRUTH = read_mpt(TEXT.encode("cp1252"))
ROWS = "\t".join(CELLS[0])
START = TEXT.index("mode\t")


def same_table(record):
    mine, truth = record.source_table(), TRUTH.source_table()
    return mine.keys() == truth.keys() and all(np.array_equal(mine[k], truth[k]) for k in truth)


@pytest.mark.parametrize("separator", [";", ",", "    ", "  "])
def test_tabs_that_another_program_replaced_are_read_as_tabs(separator):
    data = (TEXT[:START] + TEXT[START:].replace("\t", separator)).encode("cp1252")
    record = read_mpt(data)
    assert same_table(record)
    assert "separator" in codes(record)


def test_a_spreadsheet_that_fills_up_the_lines_of_the_head():
    width = len(NAMES)
    lines = TEXT.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("mode\t"))
    head = [line + ";" * width for line in lines[:at]]
    data = "\r\n".join([*head, *(line.replace("\t", ";") for line in lines[at:])]).encode("cp1252")
    assert sniff_mpt(Source.from_bytes(data, "run.csv")) is Confidence.CERTAIN
    record = read_mpt(data)
    assert same_table(record)
    assert record.metadata.value("technique.name") == "GCPL"
    assert record.metadata.value("experiment.comments") == TRUTH.metadata.value("experiment.comments")


@pytest.mark.parametrize("change", [lambda text: text.encode("utf-16"), lambda text: text.encode() + bytes(9)])
def test_an_error_in_a_text_that_is_read_from_memory_names_its_file(tmp_path, change):
    path = tmp_path / "cut.mpt"
    path.write_bytes(change(TEXT[: START - 20]))
    with pytest.raises(ReadError) as caught:
        echub.read(path)
    assert caught.value.path == str(path)


def test_single_blanks_for_tabs_leave_the_columns_open():
    data = (TEXT[:START] + TEXT[START:].replace("\t", " ")).encode("cp1252")
    assert refusal(data).message == "the tabs are gone: the columns cannot be separated"


def test_a_line_of_prose_is_no_line_of_names_whatever_its_commas():
    error = refusal(bare(["cut, washed, dried", ""], [["1,2,3"]], Dialect(extra_tab=False)).replace(b"\t", b""))
    assert error.message == "the tabs are gone: the columns cannot be separated"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_text_in_another_encoding(encoding):
    data = TEXT.encode(encoding)
    assert sniff_mpt(Source.from_bytes(data, "run.mpt")) is Confidence.CERTAIN
    record = read_mpt(data)
    assert same_table(record)
    assert record.metadata.value("cell.area") == TRUTH.metadata.value("cell.area")
    assert ("encoding" in codes(record)) == encoding.startswith("utf-16")


def test_blank_lines_are_left_out_and_later_lines_keep_their_numbers():
    lines = TEXT.split("\r\n")
    first = len(lines) - len(CELLS)
    lines.insert(first + 5, "")
    lines.insert(first + 9, "\t\t")
    record = read_mpt("\r\n".join(lines).encode("cp1252"))
    assert same_table(record)
    (notice,) = [n for n in record.notices if n.code == "blank-lines"]
    assert notice.message.endswith(f"line {first + 6}, {first + 10}")
    lines[first + 11] = lines[first + 11].replace(CELLS[9][7], "XXX")
    (word,) = [n for n in read_mpt("\r\n".join(lines).encode("cp1252")).notices if n.code == "not-a-number"]
    assert f"'XXX' in line {first + 12}:" in word.message


class _Counted(bytes):
    """Bytes that note how many of them are searched."""

    searched = 0

    def count(self, what, start=0, end=None):
        end = len(self) if end is None else end
        _Counted.searched += end - start
        return super().count(what, start, end)


def test_blank_lines_after_every_row_take_no_longer_than_their_bytes():
    """A text that got two line ends per line: looking for each blank line from the start would take n² / 2."""
    data = _Counted(b"0.5\t1\r\n\r\n" * 199 + b"0.5\t1\r\n")
    kept, lines = without_blank_lines(data, 4, [])
    assert kept == b"0.5\t1\r\n" * 200
    assert [lines.of(row) for row in (0, 1, 199)] == [4, 6, 402]
    assert _Counted.searched <= 4 * len(data)


def test_a_tail_of_zero_bytes_is_no_row():
    data = TEXT.encode("cp1252")
    record = read_mpt(data[: -len(CELLS[-1][-1]) - 8] + b"\0" * 40)
    assert record["timeseries"].rows == len(CELLS) - 1
    assert {"zero-tail", "truncated"} <= codes(record)


def test_a_last_row_that_lost_its_last_tab_is_whole():
    rows = [[*cells, ""] for cells in CELLS]
    rows[-1] = CELLS[-1]
    assert read_mpt(bare(NAMES, rows))["timeseries"].rows == len(CELLS)


# -- names and cells ---------------------------------------------------------------------------


@pytest.mark.parametrize("names", [["time/s", "", "Ewe/V"], ["time/s", "", "Ewe/V", ""]])
def test_an_empty_name_among_others_is_a_column_where_it_stands_or_refused(names):
    record = read_mpt(bare(names, [["0.0", "7.5", "3.25"]] * 3, Dialect(extra_tab=False)))
    dataset = record["timeseries"]
    assert dataset["potential_we"].tolist() == [3.25] * 3
    assert dataset["vendor_unnamed_2"].tolist() == [7.5] * 3
    error = refusal(bare(names, [["0.0", "3.25"]] * 3, Dialect(extra_tab=False)))
    assert error.message == "the table has 3 names for 2 values"


def test_a_value_under_an_empty_last_name_is_not_dropped():
    record = read_mpt(bare(["time/s", "Ewe/V", ""], [["0.0", "3.25", "9.5"]] * 3, Dialect(extra_tab=False)))
    assert record["timeseries"]["vendor_unnamed_3"].tolist() == [9.5] * 3


# -- units -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "printed", "name", "unit", "value"),
    [
        ("time/h", "0.5", "time", "s", 1800.0),
        ("time/ms", "250.0", "time", "s", 0.25),
        ("Ewe/mV", "3250.0", "potential_we", "V", 3.25),
        ("<Ewe>/mV", "3250.0", "potential_we", "V", 3.25),
        ("Ece/mV", "250.0", "potential_ce", "V", 0.25),
        ("I/A", "0.5", "current", "mA", 500.0),
        ("I/µA", "500.0", "current", "mA", 0.5),
        ("<I>/A", "0.5", "current", "mA", 500.0),
        ("(Q-Qo)/A.h", "0.5", "charge", "mA*h", 500.0),
        ("Q charge/discharge/A.h", "0.5", "charge_half_cycle", "mA*h", 500.0),
        ("P/mW", "500.0", "power_we", "W", 0.5),
        ("R/kOhm", "0.5", "resistance_we", "ohm", 500.0),
        ("Temperature/K", "298.15", "temperature", "degC", 25.0),
        ("Capacity/mA.h/g", "2.5", "vendor_capacity_ma_h_g", "mA.h/g", 2.5),
        ("dQ/dE/mAh/V", "2.5", "vendor_dq_de_mah_v", "mAh/V", 2.5),
        ("Re(Conductivity)/mS/cm", "2.5", "vendor_re_conductivity_ms_cm", "mS/cm", 2.5),
    ],
)
def test_printed_units_are_converted_and_vendor_units_kept_whole(header, printed, name, unit, value):
    record = read_mpt(bare([header, "x"], [[printed, "0.25"]] * 3))
    column = record["timeseries"].columns[name]
    assert column.unit == unit
    assert column.values.tolist() == pytest.approx([value] * 3, rel=1e-12)
    assert column.header == header


def test_an_impedance_in_other_units():
    names = ["freq/kHz", "Re(Z)/kOhm", "-Im(Z)/kOhm", "|Z|/MOhm"]
    record = read_mpt(bare(names, [["2.5", "0.05", "0.02", "0.001"]] * 3))
    spectrum = record["impedance"]
    for name, value in [
        ("frequency", 2500.0),
        ("impedance_real", 50.0),
        ("impedance_imag", -20.0),
        ("impedance_abs", 1000.0),
    ]:
        assert spectrum[name].tolist() == pytest.approx([value] * 3, rel=1e-12), name


# -- dates -------------------------------------------------------------------------------------


def started(text, **options):
    data = export(FILE, rows=3).decode("cp1252")
    line = next(line for line in data.splitlines() if line.startswith("Acquisition started on"))
    return read_mpt(data.replace(line, f"Acquisition started on : {text}").encode("cp1252"), **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02/01/2022 14.05.33", "2022-02-01T14:05:33.000"),
        ("02/01/2022 14.05.33.250", "2022-02-01T14:05:33.250"),
        ("02.01.2022 14:05:33", "2022-02-01T14:05:33.000"),
        ("02/01/2022 02:05:33 PM", "2022-02-01T14:05:33.000"),
        ("02/01/2022 2:05:33.5 pm", "2022-02-01T14:05:33.500"),
        ("02/01/2022 12:05:33 AM", "2022-02-01T00:05:33.000"),
        ("02/01/2022 12:05:33 PM", "2022-02-01T12:05:33.000"),
        ("01-31-2020 10:32:02", "2020-01-31T10:32:02.000"),
        ("1/31/20 10:32:02,125", "2020-01-31T10:32:02.125"),
        ("25/03/2022 14:05:33", "2022-03-25T14:05:33.000"),
        ("25.03.2022 14:05:33", "2022-03-25T14:05:33.000"),
        ("2022-03-25 14:05:33", "2022-03-25T14:05:33.000"),
        ("02/30/2022 14:05:33", None),
        ("13/13/2022 14:05:33", None),
        ("02/01/2022 14:05:33 PM", None),
    ],
)
def test_a_start_in_every_spelling(text, expected):
    record = started(text)
    assert record.metadata.value("experiment.start") == expected
    assert ("no-start" in codes(record)) == (expected is None)
    assert ("date-order" in codes(record)) == text.startswith("25")


def test_the_option_decides_what_no_date_of_the_file_does():
    record = started("02/01/2022 14:05:33", dates="day-first")
    assert record.metadata.value("experiment.start") == "2022-01-02T14:05:33.000"


def test_a_later_date_of_the_file_decides_the_order_of_the_start():
    lines = ["Modify on : 13/02/2022 10:00:00", "Comments : changed"]
    data = export(FILE, rows=3, extra_lines=lines).decode("cp1252")
    line = next(line for line in data.splitlines() if line.startswith("Acquisition started on"))
    data = data.replace(line, "Acquisition started on : 12/02/2022 09:00:00")
    record = read_mpt(data.encode("cp1252"))
    assert record.metadata.value("experiment.start") == "2022-02-12T09:00:00.000"


@pytest.mark.parametrize("spelling", ["%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%m-%d-%Y %H.%M.%S"])
def test_a_column_of_dates_over_midnight_counts_from_the_start(spelling):
    start = dt.datetime(2023, 8, 25, 23, 59, 57)
    rows = [[(start + dt.timedelta(seconds=s)).strftime(spelling), "1.5"] for s in range(1, 7)]
    data = bare(["time/s", "Ewe/V"], rows).decode()
    line = f"Acquisition started on : {start.strftime(spelling)}"
    data = data.replace("Nb header lines : 3", f"Nb header lines : 4\r\n{line}")
    record = read_mpt(data.encode())
    assert record["timeseries"]["time"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert record["timeseries"].columns["time"].attrs["printed_resolution"] == "1e-0"


def test_a_time_that_is_none_costs_its_cell():
    rows = [["0:00:01.0", "1.5"], ["XXX", "1.5"], ["0:00:03.0", "1.5"]]
    record = read_mpt(bare(["time/s", "Ewe/V"], rows))
    assert np.array_equal(record["timeseries"]["time"], [1.0, np.nan, 3.0], equal_nan=True)
    assert "not-a-number" in codes(record)


# -- comments ----------------------------------------------------------------------------------


def test_comment_lines_of_the_shape_of_a_table_row_are_comments():
    second = "assembled Mon, cell 4 in glove box B"
    assert second[19] == " "
    assert second[0] != " "
    data = TEXT.replace(
        "Comments : ", f"Comments : first\r\n{second}\r\nRecord of the lab book, page 7\r\nComments : ", 1
    )
    count = int(data.split("Nb header lines : ")[1].split()[0])
    data = data.replace(f"Nb header lines : {count}", f"Nb header lines : {count + 3}")
    said = read_mpt(data.encode("cp1252")).metadata.value("experiment.comments")
    assert said.split("\r\n")[:3] == ["first", second, "Record of the lab book, page 7"]


@pytest.mark.parametrize(
    ("names", "confidence"),
    [
        ("time/s\tEwe/V", Confidence.NO),
        ("time/s\tEwe/V\tox/red", Confidence.NO),
        ("mode\tox/red\ttime/s\tEwe/V", Confidence.LIKELY),
        ("\ufeffmode\tox/red\ttime/s", Confidence.LIKELY),
    ],
)
def test_one_name_of_ours_does_not_make_a_table_ours(names, confidence):
    assert sniff_mpt(Source.from_bytes(f"{names}\n1\t2\n".encode(), "run.txt")) == confidence
