"""MASsoft exports: units never guessed, every check of the first line, every trap."""

import datetime as dt
import os
import re
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError, UnknownFormat
from echub.plugin import is_missing
from fixtures.sims import massoft, massoft_rows

REAL = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus")) / "sims"


def read(tmp_path, data, name="trend.csv", **options):
    path = tmp_path / name
    path.write_bytes(data)
    return echub.read(path, reader="hiden-massoft", options=options)


def codes(record):
    return {notice.code for notice in record.notices}


def test_time_comes_from_ms_and_units_only_from_the_user(tmp_path):
    plain = read(tmp_path, massoft())
    assert np.array_equal(plain["timeseries"]["time"], massoft_rows()[:, 0] / 1000)
    assert plain["timeseries"].column("vendor_h2").unit is None
    messages = [notice.message for notice in plain.notices if notice.code == "unit-unknown"]
    assert len(messages) == len(set(messages)) > 0  # an input of several channels is named once
    stated = read(tmp_path, massoft(), faraday="torr", sem="c/s", temperature="degC")
    assert stated["timeseries"]["partial_pressure"] == pytest.approx(massoft_rows()[:, 1])
    assert stated["timeseries"].column("ion_count_rate").header == "CO2"
    assert "unit-unknown" not in codes(stated)


def test_twelve_at_night_is_hour_zero(tmp_path):
    assert read(tmp_path, massoft()).metadata.value("experiment.start") == "2021-06-14T00:20:01"


@pytest.mark.parametrize(
    "data",
    [massoft(ends="\n"), massoft(delimiter=";"), massoft().decode().encode("utf-16")],
    ids=["git", "german", "utf-16"],
)
def test_other_ends_delimiters_and_encodings_give_the_same_numbers(tmp_path, data):
    dataset = read(tmp_path, data)["timeseries"]
    assert dataset["vendor_h2"] == pytest.approx(massoft_rows()[:, 1])
    assert dataset.rows == 12


def test_a_clock_that_a_spreadsheet_wrote_in_twelve_hours_is_the_same_clock(tmp_path):
    saved = massoft().replace(b'"', b"").replace(b"0000000012,scans", b"12,scans").replace(b" ", b"")
    twelve = re.sub(rb"\n00:(\d\d:\d\d)", rb"\n12:\1 AM", saved)
    assert twelve.count(b" AM,") == 12
    assert "clock-disagrees" not in codes(read(tmp_path, twelve))
    assert "clock-disagrees" in codes(read(tmp_path, twelve.replace(b" AM,", b" PM,", 1)))
    late = re.sub(rb"\n00:(\d\d:\d\d),(\d+)", _afternoon, saved)
    assert late.count(b" PM,") == 12
    assert "clock-disagrees" not in codes(read(tmp_path, late))


def _afternoon(row):
    """Move a row by 13 hours, printed as 1:… PM."""
    return b"\n1:%s PM,%d" % (row[1], int(row[2]) + 13 * 3_600_000)


def test_a_wrong_number_of_header_lines_is_said(tmp_path):
    record = read(tmp_path, massoft().replace(b"0000000013", b"0000000012"))
    assert "header-lines" in codes(record)
    assert record["timeseries"].rows == 12


def test_missing_rows_are_said(tmp_path):
    lines = massoft().split(b"\r\n")
    record = read(tmp_path, b"\r\n".join([*lines[:-3], b""]))
    assert "row-count" in codes(record)
    assert record["timeseries"].rows == 10


def test_a_cut_last_row_is_left_out_and_said(tmp_path):
    record = read(tmp_path, massoft()[:-9])
    assert "last-row-cut" in codes(record)
    assert record["timeseries"].rows == 11


def test_a_file_saved_by_a_spreadsheet_is_read_with_a_warning(tmp_path):
    data = massoft().replace(b'"', b"").replace(b"0000000012,scans", b"12,scans").replace(b"  ", b"")
    record = read(tmp_path, data)
    assert "resaved" in codes(record)
    assert record["timeseries"].rows == 12


def test_no_rows_are_said(tmp_path):
    assert "no-rows" in codes(read(tmp_path, massoft(cycles=0)))


def test_a_clock_from_before_2010_was_never_set(tmp_path):
    assert "clock-never-set" in codes(read(tmp_path, massoft().replace(b"6/14/2021", b"1/01/2001")))


@pytest.mark.parametrize("printed", [b"       1.#INF", b"     1.#INF00", b" 1.#INF0e+000"])
def test_old_windows_infinities_are_kept_and_said(tmp_path, printed):
    record = read(tmp_path, massoft().replace(b"  4.30000e-09", printed))
    assert np.isinf(record["timeseries"]["vendor_h2"][0])
    assert "not-a-number" in codes(record)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (massoft() + massoft(), "two exports"),
        (massoft().replace(b"4.30000e-09", b"4.300e-09"), "another length"),
        (massoft().replace(b"4.30000e-09", b"4.3x000e-09"), "not a number"),
        (massoft().replace(b"4.30000e-09", b"4.30000e509"), "not a number"),
        (massoft().replace(b'"Data"', b'"Date"'), "no line Data"),
        (massoft().replace(b"0000e-", b",0000e-"), "does not fit"),
    ],
    ids=["two-exports", "length", "not-a-number", "beyond-numbers", "no-data", "decimal-comma"],
)
def test_damage_is_refused(tmp_path, data, message):
    with pytest.raises(ReadError, match=message):
        read(tmp_path, data)


def test_a_damaged_cell_is_named_by_the_line_of_an_editor_and_its_column(tmp_path):
    data = massoft().replace(b"4.30000e-09", b"4.3x000e-09")
    line = next(n for n, text in enumerate(data.split(b"\n"), 1) if b"4.3x000e-09" in text)
    with pytest.raises(ReadError, match="not a number") as refused:
        read(tmp_path, data)
    assert refused.value.where == f"line {line}, column H2"
    assert "4.3x000e-09" in refused.value.found


def test_sidecars_are_answered(tmp_path):
    (tmp_path / "run.exp").write_bytes(b"\x01\x02\x03\x04")
    with pytest.raises(UnknownFormat) as caught:
        echub.read(tmp_path / "run.exp")
    assert "export the data as CSV from MASsoft" in (caught.value.hint or "")


@pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real files is not here")
def test_a_real_export():
    record = echub.read(REAL / "catXAS" / "SnO2_TPR_MS.csv", options={"faraday": "torr"})
    dataset = record["timeseries"]
    assert dataset.rows == 77
    assert dataset["time"][[0, -1]] == pytest.approx([0.031, 7645.971])
    assert dataset["partial_pressure"][0] == 4.29999e-09


def test_a_clock_beyond_a_day_goes_on(tmp_path):
    data = massoft().replace(b"00:00:00,        31", b"25:00:00,  90000031")
    record = read(tmp_path, data)
    assert record["timeseries"]["time"][0] == 90000.031


@pytest.mark.parametrize(("printed", "hour"), [("12:00:01 AM", "00:00:01"), ("12:00:01 PM", "12:00:01")])
def test_twelve_is_midnight_or_noon(tmp_path, printed, hour):
    record = read(tmp_path, massoft().replace(b"12:20:01 AM", printed.encode()))
    assert record.metadata.value("experiment.start") == f"2021-06-14T{hour}"


def test_equal_legends_are_two_columns(tmp_path):
    dataset = read(tmp_path, massoft().replace(b'"CO2"', b'"H2"'))["timeseries"]
    assert dataset["vendor_h2"] == pytest.approx(massoft_rows()[:, 1])
    assert dataset["vendor_h2__2"] == pytest.approx(massoft_rows()[:, 3])


def test_a_legend_may_hold_the_separator(tmp_path):
    dataset = read(tmp_path, massoft().replace(b'"CO2"', b'"CO,2"'))["timeseries"]
    column = next(c for c in dataset.columns.values() if c.header == "CO,2")
    assert column.values == pytest.approx(massoft_rows()[:, 3])


def test_a_formula_measured_at_another_mass_is_said(tmp_path):
    assert "mass-label" not in codes(read(tmp_path, massoft()))
    other = massoft().replace(b'"SEM","mass",44.00', b'"SEM","mass",40.00')
    assert "mass-label" in codes(read(tmp_path, other))


@pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real files is not here")
def test_a_real_export_converts(tmp_path):
    echub.convert(REAL / "catXAS" / "SnO2_TPR_MS.csv", output=tmp_path)
    (native,) = tmp_path.glob("*.h5")
    assert echub.read(native)["timeseries"].rows == 77


def test_a_clock_beyond_99_hours_makes_rows_longer_and_is_no_damage(tmp_path):
    lines = massoft().decode().split("\r\n")
    first = next(n for n, line in enumerate(lines) if line.startswith("00:00:00,"))
    start = 100 * 3600 - 300
    for n in range(first, first + 12):
        _, ms, rest = lines[n].split(",", 2)
        seconds = start + int(ms) // 1000
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        lines[n] = f"{clock},{int(ms) + start * 1000:10d},{rest}"
    assert len({len(line) for line in lines[first : first + 12]}) == 2
    record = read(tmp_path, "\r\n".join(lines).encode())
    assert record["timeseries"]["time"].tolist() == pytest.approx(massoft_rows()[:, 0] / 1000 + start)
    assert not codes(record) & {"row-length", "row-count", "clock-disagrees"}
    lines[first + 3] = lines[first + 3].replace("e-10", "e-1").replace("e-09", "e-9")
    with pytest.raises(ReadError, match="another length"):
        read(tmp_path, "\r\n".join(lines).encode())


def test_decimal_commas_between_semicolons_give_the_same_numbers(tmp_path):
    data = read(tmp_path, massoft(delimiter=";").replace(b".", b","))["timeseries"]
    assert data["vendor_h2"] == pytest.approx(massoft_rows()[:, 1])
    assert data["time"] == pytest.approx(massoft_rows()[:, 0] / 1000)


def test_several_cells_that_are_no_number_are_said_once(tmp_path):
    both = massoft().replace(b"  4.30000e-09", b"       1.#INF").replace(b"  3.30000e-09", b"      -1.#INF")
    record = read(tmp_path, both)
    assert record["timeseries"]["vendor_h2"][:2].tolist() == [np.inf, -np.inf]
    assert [notice.code for notice in record.notices].count("not-a-number") == 1


@pytest.mark.parametrize(("name", "zone"), [(b"UTC", "UTC"), (b"GMT", "UTC"), (b"When", "unknown")])
def test_dates_are_instants_only_where_their_column_names_utc(tmp_path, name, zone):
    plain = massoft().replace(b'"', b"").replace(b"0000000012,scans", b"12,scans").replace(b"  ", b"")
    dated = plain.replace(b"Time,ms,H2", b"Time,ms," + name + b",H2")
    dated = re.sub(rb"\n(\d\d:\d\d:\d\d),( *\d+),", rb"\n\1,\2,2021-06-14 00:20:01,", dated)
    columns = read(tmp_path, dated)["timeseries"].columns.values()
    (column,) = [column for column in columns if column.header == name.decode()]
    start = dt.datetime(2021, 6, 14, 0, 20, 1, tzinfo=dt.UTC).timestamp()
    assert (column.attrs["zone"], set(column.values.tolist())) == (zone, {start})
    assert (column.quantity == "unix_time") is (zone == "UTC")


def trend(names, *rows):
    """Write a trend of these columns, without anything else in its header."""
    body = [",".join(row) + "," for row in rows]
    counts = f"{len(body):010d},scans,{len(body[0]) + 2:010d},DataLength"
    named = ",".join(f'"{name}"' for name in names)
    lines = [counts, '"header",0000000003,"lines"', '"Scans",0', '"Data",4', named, *body, ""]
    return "\r\n".join(lines).encode()


def test_a_trend_of_clocks_alone_without_milliseconds_is_read(tmp_path):
    record = read(tmp_path, trend(["Time"], ["00:00:01"], ["00:00:02"]))
    assert record["timeseries"]["vendor_time"].tolist() == ["00:00:01", "00:00:02"]
    assert codes(record) == {"incomplete"}


@pytest.mark.parametrize("blank", [0, 1, 2])
def test_an_instant_that_is_blank_leaves_the_others(tmp_path, blank):
    texts = [f"2021-06-14 15:20:0{n}" for n in range(3)]
    texts[blank] = " " * len(texts[0])
    record = read(tmp_path, trend(["UTC", "ms", "H2"], *([text, f"{n}", "1.5"] for n, text in enumerate(texts))))
    start = 1623684000.0  # date -u -d "2021-06-14 15:20:00" +%s
    expected = [float("nan") if n == blank else start + n for n in range(3)]
    column = record["timeseries"].column("unix_time")
    assert column.values.tolist() == pytest.approx(expected, nan_ok=True)
    assert column.attrs["printed_as"] == texts[blank == 0]


UNFILLED = b"00:12:53,    773683, -6.70000e-09,  1.80000e-07,  2.20000e-07,    27.6000,\r\n"


@pytest.mark.parametrize("cell", [b"", b"           "])
def test_a_last_cell_that_was_never_written_is_missing_and_said(tmp_path, cell):
    """The run was stopped before the temperature of its last cycle was read."""
    whole = massoft()
    assert whole.endswith(UNFILLED)
    record = read(tmp_path, whole.removesuffix(UNFILLED) + UNFILLED.replace(b"    27.6000", cell))
    data = record["timeseries"]
    (column,) = [data.column(name) for name in data.names if data.column(name).header == "T"]
    assert np.isnan(column.values).tolist() == [False] * 11 + [True]
    (said,) = [notice for notice in record.notices if notice.code == "empty-cells"]
    assert (said.message, said.column) == ("1 cell is empty: the values are missing", "T")


def test_a_row_without_its_last_cell_and_its_delimiter_is_damaged(tmp_path):
    whole = massoft()
    with pytest.raises(ReadError):
        read(tmp_path, whole.removesuffix(UNFILLED) + UNFILLED.replace(b"    27.6000,", b""))


def test_a_name_without_a_column_is_no_column_of_missing_cells(tmp_path):
    with pytest.raises(ReadError, match="does not fit the column names"):
        read(tmp_path, trend(["Time", "ms", "H2", "O2"], ["00:00:01", "1000", "1.5"], ["00:00:02", "2000", "1.6"]))


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_last_row_that_was_never_filled_is_kept_with_or_without_a_line_end(tmp_path, end):
    """All delimiters are there, one of them behind the last cell: the row is whole, and its last value missing."""
    head, _, _ = massoft().rstrip(b"\r\n").rpartition(b"    27.6000,")
    record = read(tmp_path, head + b"," + end)
    series = record["timeseries"]
    assert (series.rows, is_missing(series.columns["vendor_t"]).tolist()) == (12, [False] * 11 + [True])
    assert codes(record) & {"last-row-cut", "empty-cells"} == {"empty-cells"}
    assert record.dropped == []
