"""Bad texts: a typed error that is right about why, or a flagged result; never a wrong number."""

import numpy as np
import pytest

from echub.errors import EchubError, ReadError
from echub.files.reading import read
from echub_eclab.asciihead import LONGEST_LINE
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import Dialect, bare, export, settings_file, table
from fixtures.eclab.texts import GCPL, OCV
from tests.plugins.echub_eclab.text_support import codes, read_mps, read_mpt, refusal

FILE = SCENARIOS["gcpl"]().file
NAMES, CELLS = table(FILE, 12)
WHOLE = export(FILE, parameters=GCPL, rows=12)
FIRST_ROW = len(WHOLE.decode("cp1252").split("\r\n")) - 12 + 1


def row_line(row):
    return f"line {FIRST_ROW + row}"


@pytest.mark.parametrize("decimal", [".", ","])
def test_every_cut_loses_rows_and_never_changes_a_number(decimal):
    data = export(FILE, Dialect(decimal=decimal), GCPL, 12)
    truth = read_mpt(data, derived="none").source_table()
    begin = data.index(b"mode\t") + 200
    for end in range(begin, len(data)):
        try:
            record = read_mpt(data[:end], derived="none")
        except ReadError:
            continue
        rows = record["timeseries"].rows
        cut = record.source_table()
        for key, values in cut.items():
            assert _same_or_flagged(values, truth[key][:rows], record), (end, key)
        if not _ends_with_a_row(data, end):
            assert codes(record) & {"truncated", "unterminated"}, end


def _ends_with_a_row(data, end):
    """EC-Lab itself ends a file behind its last number: a cut there cannot be told from the end."""
    return data[end : end + 1] == b"\r" or data[end - 1 : end] in (b"\r", b"\n")


def _same_or_flagged(values, truth, record):
    """A whole number at the very end may have lost digits: it is read, and flagged."""
    if np.array_equal(values, truth):
        return True
    return "unterminated" in codes(record) and np.array_equal(values[:-1], truth[:-1])


def test_what_is_no_text_of_ec_lab_is_refused_though_the_reader_was_named():
    assert refusal(WHOLE[:10] + b"\nof another program\n").message == "this is not an EC-Lab text"


@pytest.mark.parametrize("end", [60, 400, 1500])
def test_a_text_cut_in_its_head_says_so(end):
    error = refusal(WHOLE[:end])
    assert "header" in error.message
    assert "--option header_lines" in (error.hint or "")


def test_a_row_of_another_width_names_its_line():
    lines = WHOLE.split(b"\r\n")
    short = lines.copy()
    short[FIRST_ROW - 1 + 5] = short[FIRST_ROW - 1 + 5].rpartition(b"\t")[0]
    error = refusal(b"\r\n".join(short))
    assert error.where == row_line(5)
    assert error.found == f"{len(NAMES) - 1} cells"
    wide = lines.copy()
    wide[FIRST_ROW - 1 + 7] += b"\t1"
    assert refusal(b"\r\n".join(wide)).where == row_line(7)


def test_names_that_do_not_fit_the_rows():
    error = refusal(bare(["time/s", "Ewe/V"], [["0.0", "1.0", "2.0", "3.0"]]))
    assert error.message == "the table has 2 names for 4 values"


def test_a_word_among_numbers_costs_its_cell_only_and_names_its_line():
    whole = read_mpt(WHOLE, derived="none").source_table()
    record = read_mpt(WHOLE.replace(CELLS[6][7].encode(), b"overload", 1), derived="none")
    (notice,) = [n for n in record.notices if n.code == "not-a-number"]
    assert (
        notice.message == f"{NAMES[7]}: 1 cell is not a number, the first 'overload' in {row_line(6)}: read as NaN"
    )
    for (index, _), values in record.source_table().items():
        expected = next(v for (i, _), v in whole.items() if i == index).astype(float)
        if index == 7:
            expected[6] = np.nan
        assert np.array_equal(values.astype(float), expected, equal_nan=True), index


def test_the_names_of_a_second_table_are_no_row_of_the_first():
    lines = WHOLE.split(b"\r\n")
    names = lines[FIRST_ROW - 2].rstrip(b"\t")
    joined = [*lines[: FIRST_ROW + 4], names, *lines[FIRST_ROW + 4 :]]
    assert refusal(b"\r\n".join(joined)).where == row_line(5)


@pytest.mark.parametrize("decimal", [".", ","])
def test_mixed_decimal_marks_are_refused_with_the_line(decimal):
    data = export(FILE, Dialect(decimal=decimal), GCPL, 12)
    cell = CELLS[9][7].replace(".", decimal)
    other = cell.replace(decimal, "." if decimal == "," else ",")
    error = refusal(data.replace(cell.encode(), other.encode(), 1))
    assert error.where == row_line(9)
    assert "--option decimal" in error.hint


def test_marks_mixed_among_columns_are_refused():
    error = refusal(bare(["time/s", "Ewe/V"], [["1,5E+000", "2.5E+000"]]))
    assert error.message == "the decimal mark cannot be settled"
    assert "both marks occur" in error.found


def test_what_may_be_thousands_is_refused_and_the_option_settles_it():
    data = bare(["time/s", "Ewe/V"], [["0", "1.234"], ["1", "2.345"]])
    assert refusal(data).hint == "say which: --option decimal=comma or --option decimal=point"
    assert read_mpt(data, decimal="point")["timeseries"]["potential_we"].tolist() == [1.234, 2.345]


def test_the_wrong_option_is_an_error_and_no_number():
    assert refusal(WHOLE, decimal="comma").code == "read-error"
    comma = export(FILE, Dialect(decimal=","), GCPL, 12)
    assert refusal(comma, decimal="point").code == "read-error"


def test_day_first_dates_are_read_by_a_day_that_is_no_month():
    rows = [["31/01/2024 23:59:59.500", "1.5"], ["01/02/2024 00:00:00.250", "1.5"]]
    record = read_mpt(bare(["time/s", "Ewe/V"], rows))
    assert record["timeseries"]["time"].tolist() == [0.0, 0.75]
    assert "31/01/2024" in next(n.message for n in record.notices if n.code == "date-order")


def test_dates_of_both_orders_in_one_column_are_refused():
    rows = [["31/01/2024 23:59:59.500", "1.5"], ["01/31/2024 23:59:59.750", "1.5"]]
    error = refusal(bare(["time/s", "Ewe/V"], rows))
    assert error.where == "row 0, column time/s"
    assert "--option dates=day-first" in error.hint


def test_nul_bytes_in_the_table_are_named():
    at = WHOLE.index(CELLS[10][7].encode())
    error = refusal(WHOLE[:at] + b"\0" * 4 + WHOLE[at + 4 :])
    assert "NUL" in (error.where or "") or "x00" in error.message


def test_nul_bytes_far_behind_the_head_are_named():
    names, cells = table(FILE, None)
    data = bare(names, cells * 3)
    assert len(data) > 70_000
    error = refusal(data[:-500] + b"\0" * 300 + data[-200:])
    assert error.where is not None
    assert error.where.startswith("line ")


@pytest.mark.parametrize("wrong", ["0", "1", str(FIRST_ROW - 2), str(FIRST_ROW), "99999", "many"])
def test_a_wrong_header_count_is_corrected_by_the_line_of_names_and_said(wrong):
    lines = WHOLE.split(b"\r\n")
    lines[1] = f"Nb header lines : {wrong}".encode()
    record, whole = read_mpt(b"\r\n".join(lines)), read_mpt(WHOLE)
    for key, values in whole.source_table().items():
        np.testing.assert_array_equal(record.source_table()[key], values)
    assert {entry.path: entry.value for entry in record.metadata} == {e.path: e.value for e in whole.metadata}
    message = next(n.message for n in record.notices if n.code == "header-lines")
    assert message.endswith(f"line {FIRST_ROW - 1}")
    assert "header-lines" not in codes(whole)


def test_a_wrong_header_count_is_refused_if_no_line_or_two_lines_look_like_names():
    lines = WHOLE.split(b"\r\n")
    lines[1] = b"Nb header lines : many"
    twice = b"\r\n".join([*lines[:6], lines[FIRST_ROW - 2], b"1.0\t2.0", *lines[6:]])
    unknown = b"\r\n".join([*lines[: FIRST_ROW - 2], b"a\tb\tc", *lines[FIRST_ROW - 1 :]])
    for data in (twice, unknown):
        assert refusal(data).where == "line 2"
    record = read_mpt(b"\r\n".join(lines), header_lines=FIRST_ROW - 1)
    assert record["timeseries"].rows == 12


def test_the_option_counts_the_lines_of_a_head_that_states_none():
    lines = WHOLE.split(b"\r\n")
    del lines[1]
    lines[FIRST_ROW - 3] = b"a\tb" + b"\tc" * (len(NAMES) - 2)
    assert refusal(b"\r\n".join(lines)).where == "line 2"
    assert read_mpt(b"\r\n".join(lines), header_lines=FIRST_ROW - 2)["timeseries"].rows == 12


def test_blank_lines_before_the_first_line_do_no_harm(tmp_path):
    (tmp_path / "run.mpt").write_bytes(b"\r\n\r\n" + WHOLE)
    record = read(tmp_path / "run.mpt")
    assert record.provenance.reader["name"] == "eclab-mpt"
    assert record["timeseries"].rows == 12


def test_two_exports_in_one_file_are_refused_with_the_line_to_split_at():
    error = refusal(WHOLE + WHOLE)
    assert "two exports" in error.message
    assert error.where == f"line {len(WHOLE.splitlines())}"  # EC-Lab ends no last line


def test_a_line_of_100_mb_is_refused_without_reading_it_all():
    head = b"EC-Lab ASCII FILE\nNb header lines : 12\n"
    error = refusal(head + b"x" * 100_000_000)
    assert error.where == "line 3"
    assert f"{LONGEST_LINE:,}" in error.message


def test_a_table_row_of_100_mb_is_refused():
    data = WHOLE + b"\r\n" + b"1" * 100_000_000
    record = read_mpt(data)
    assert record["timeseries"].rows == 12
    assert "truncated" in codes(record)


def test_wrong_magic_with_the_right_suffix_and_the_reverse(tmp_path):
    (tmp_path / "wrong.mpt").write_bytes(b"PK\x03\x04" + b"\0" * 200)
    with pytest.raises(EchubError) as caught:
        read(tmp_path / "wrong.mpt")
    assert caught.value.code == "unknown-format"
    (tmp_path / "right.dat").write_bytes(WHOLE)
    assert read(tmp_path / "right.dat").provenance.reader["name"] == "eclab-mpt"
    (tmp_path / "text.mpr").write_bytes(WHOLE)
    assert read(tmp_path / "text.mpr").provenance.reader["name"] == "eclab-mpt"


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "noData.mpt").write_bytes(b"")
    with pytest.raises(EchubError, match="the file is empty"):
        read(tmp_path / "noData.mpt")


def test_an_unknown_technique_keeps_its_table_and_its_title():
    data = WHOLE.replace(b"Galvanostatic Cycling with Potential Limitation", b"Cycling by Moonlight")
    record = read_mpt(data)
    assert record.metadata.value("technique.title") == "Cycling by Moonlight"
    assert record.settings["parameters"][1]["Is"] == 0.5
    assert record["timeseries"].rows == 12
    assert codes(record) == {"unknown-technique"}


def test_settings_of_an_unknown_technique_keep_their_parameters():
    record = read_mps(settings_file([("Open Circuit Voltage", OCV), ("Moonlight", GCPL)]))
    first, second = record.settings["techniques"]
    assert first["steps"][0]["rest"] == {"duration": {"value": 360_010.0, "unit": "s"}}
    assert (second["name"], second["title"]) == (None, "Moonlight")
    assert second["parameters"][2]["Is"] == -0.5
    assert codes(record) == {"unknown-technique"}


def test_settings_that_lack_what_they_name():
    with pytest.raises(EchubError, match="2 techniques and hold none"):
        read_mps(settings_file([], stated=2))
    record = read_mps(settings_file([("Open Circuit Voltage", OCV)], stated=3))
    assert codes(record) == {"technique-count"}


def test_parameters_in_two_decimal_marks_stay_text():
    lines = WHOLE.replace(b"-0.500 ", b"-0,500 ")
    record = read_mpt(lines)
    assert record.settings["parameters"][2]["Is"] == "-0,500"
    assert "current" not in record.metadata.value("technique.steps")[2]


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_last_number_that_lost_digits_is_left_out(cut):
    rows = [["0", "3.4999743E+000"], ["1", "3.4999743E-012"]]
    data = bare(["Ns", "Ewe/V"], rows)
    record = read_mpt(data[:-cut])
    assert record["timeseries"]["potential_we"].tolist() == [3.4999743]
    assert codes(record) == {"truncated"}
    assert read_mpt(data)["timeseries"]["potential_we"].tolist() == [3.4999743, 3.4999743e-12]


def test_a_last_whole_number_with_fewer_digits_than_before_is_left_out_and_any_other_change_flagged():
    data = bare(["Ewe/V", "half cycle"], [["1.5", "10"], ["1.5", "11"]])
    whole, cut = read_mpt(data), read_mpt(data[:-1])
    assert whole["timeseries"]["half_cycle"].tolist() == [10, 11]
    assert codes(whole) == {"unterminated"}
    assert cut["timeseries"]["half_cycle"].tolist() == [10]
    assert codes(cut) == {"truncated"}


def test_an_empty_cell_is_nan_and_costs_neither_its_row_nor_the_file():
    lines = WHOLE.split(b"\r\n")
    row = lines[FIRST_ROW - 1 + 5].split(b"\t")
    for column in (NAMES.index("Ns"), NAMES.index("Ewe/V")):
        cells = row.copy()
        cells[column] = b""
        lines[FIRST_ROW - 1 + 5] = b"\t".join(cells)
        record = read_mpt(b"\r\n".join(lines), derived="none")
        assert "empty-cells" in codes(record)
        values = record.source_table()[column, NAMES[column]]
        assert np.flatnonzero(np.isnan(values)).tolist() == [5]
        assert len(values) == 12


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    ("printed", "value"),
    [("-1.#IND0000E+000", np.nan), ("1.#QNAN000E+000", np.nan), ("1.#INF", np.inf), ("-1.#INF00", -np.inf)],
)
@pytest.mark.parametrize("row", [0, 7])
def test_what_windows_prints_for_no_number_is_none(printed, value, decimal, row):
    column = NAMES.index("Ewe/V")
    data = export(FILE, Dialect(decimal=decimal), GCPL, 12)
    lines = data.split(b"\r\n")
    cells = lines[FIRST_ROW - 1 + row].split(b"\t")
    cells[column] = printed.replace(".", decimal).encode()
    lines[FIRST_ROW - 1 + row] = b"\t".join(cells)
    record = read_mpt(b"\r\n".join(lines), derived="none")
    assert "undefined-number" in codes(record)
    values = record.source_table()[column, "Ewe/V"]
    assert np.array_equal(values[row : row + 1], [value], equal_nan=True)
    assert np.isfinite(np.delete(values, row)).all()


def test_whole_numbers_at_first_may_have_decimals_later():
    cells = [["0", str(n)] for n in range(300)] + [["0.5", "300"]]
    record = read_mpt(bare(["time/s", "Ns"], cells), decimal="point")
    assert record["timeseries"]["time"][-1] == 0.5


@pytest.mark.parametrize(("row", "expected", "found"), [
    (["1.0", "", "1.5", ""], "a word in column 2", "b''"),
    (["1.0", "rest", "1.5", "7"], "3 values in every row", "b'7' in column 4, which has no name"),
    (["1.0", "rest", "1.5", "", ""], "3 values in every row", "5 cells"),
])  # fmt: skip
def test_a_row_with_an_empty_word_or_a_value_beyond_the_names_is_refused(row, expected, found):
    names, plain = ["time/s", "note", "Ewe/V"], ["0.0", "rest", "1.0", ""]
    error = refusal(bare(names, [plain, row, plain]))
    assert (error.message, error.expected, error.found) == (
        "a row of the table does not fit the others", expected, found,
    )  # fmt: skip


def test_an_empty_cell_among_times_is_refused():
    error = refusal(bare(["time/s", "Ewe/V"], [["0:00:00", "1.0"], ["", "1.5"], ["0:00:02", "1.5"]]))
    assert (error.expected, error.found) == ("a time h:m:s in column 1", "b''")
