"""What else may stand in a BDF table: short and older labels, clocks, dates, contradictions, binary files."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import polars as pl
import pytest

import echub
import echub_bdf
from echub.declare import Confidence
from echub.errors import Ambiguous, ReadError
from echub.model.source import Source
from echub.plugin import is_missing
from echub_bdf.columns import known, misnamed
from fixtures.bdf import BINARY, TABLES, binary
from fixtures.bdf.make import FOLDER

ROWS = 12


def table(header, *columns, name="run.csv", **options):
    rows = "".join(",".join(map(str, row)) + "\n" for row in zip(*columns, strict=True))
    return echub.read(Source.from_bytes(f"{header}\n{rows}".encode(), name), options=options)


def codes(record):
    return {notice.code for notice in record.notices}


SECONDS = np.arange(ROWS) * 60.0
VOLTS = np.full(ROWS, 3.5)
SIGNED = np.where(np.arange(ROWS) < 6, 1.0, -1.0)

HEADERS = {
    "test_time_s,voltage_V,current_A": 1.0,
    "test_time_second,voltage_volt,current_ampere": 1.0,
    "test_time_millisecond,voltage_millivolt,current_milliampere": 1e-3,
    "Test Time / ms,Voltage / mV,Current / mA": 1e-3,
    "Test Time/s,Voltage/V,Current/A": 1.0,
    "test time / s,voltage / V,current / A": 1.0,
    "Test Time  /  s,Voltage / V,Current / A": 1.0,
}


@pytest.mark.parametrize("header", ["step_type_s", "step_type_second", "Step Type / s"])
def test_a_column_of_texts_has_no_unit(header):
    assert known(header) is None
    assert misnamed(header) is None


@pytest.mark.parametrize("header", HEADERS)
def test_labels_and_names_in_their_variants(header):
    factor = HEADERS[header]
    rows = "".join(f"{t},3.5,1\n" for t in range(5))
    data = echub.read(f"{header}\n{rows}".encode(), reader="bdf-csv")["timeseries"]
    np.testing.assert_allclose(data["time"], np.arange(5) * factor)
    np.testing.assert_allclose(data["current"], 1000 * factor)


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("test_time_s,voltage_V,current_A,cycle_count", Confidence.CERTAIN),
        ("Unix Time / s,Voltage / V", Confidence.CERTAIN),
        ("cycle_count,step_index,E (V)", Confidence.NO),
        ("Cycle Count / 1,Step Count / 1,I/mA", Confidence.NO),
        ("t (s),U (V),I (A)", Confidence.NO),
    ],
)
def test_a_table_is_known_by_its_columns_and_not_by_its_name(header, chosen):
    for name in ("run.bdf.csv", "run.csv", "run.txt"):
        assert echub_bdf.sniff(Source.from_bytes(f"{header}\n1,2,3,4\n".encode(), name)) is chosen


def test_an_absolute_time_alone_gives_the_elapsed_one():
    record = table("Unix Time / s,Voltage / V", 1.7e9 + SECONDS, VOLTS)
    column = record["timeseries"].column("time")
    assert (column.values.tolist(), column.origin) == (SECONDS.tolist(), "derived")


@pytest.mark.parametrize("header", ["Voltage / V,Current / A", "Unix Time,Voltage / V,Current / A"])
def test_without_a_time_of_known_unit_none_is_derived(header):
    rows = "".join(",".join(["1"] * (header.count(",") + 1)) + "\n" for _ in range(3))
    record = echub.read(f"{header}\n{rows}".encode(), reader="bdf-csv")
    assert "time" not in record["timeseries"].columns
    assert codes(record) == {"incomplete"}


def test_clocks_in_a_time_column():
    cells = [f"{i // 60:02d}:{i % 60:02d}:30.5" for i in range(ROWS)]
    record = table("Test Time / s,Voltage / V,Current / A", cells, VOLTS, SIGNED)
    assert record["timeseries"]["time"].tolist() == [30.5 + 60 * i for i in range(ROWS)]
    assert "text-time" in codes(record)


def test_dates_in_the_absolute_time():
    zoned = [f"2024-09-27T10:{i:02d}:00+02:00" for i in range(ROWS)]
    data = table("Unix Time / s,Voltage / V", zoned, VOLTS)["timeseries"]
    assert data["unix_time"][0] == 1727424000
    assert data["time"].tolist() == SECONDS.tolist()
    local = [text[:19] for text in zoned]
    open_ = table("Unix Time / s,Voltage / V", local, VOLTS)
    assert "unix_time" not in open_["timeseries"].columns
    assert "no-zone" in codes(open_)
    said = table("Unix Time / s,Voltage / V", local, VOLTS, timezone="Europe/Berlin")["timeseries"]
    assert said["unix_time"][0] == 1727424000


def test_dates_in_the_elapsed_time_give_it():
    local = [f"2024-09-27 10:{i:02d}:00" for i in range(ROWS)]
    record = table("Test Time / s,Voltage / V", local, VOLTS)
    data = record["timeseries"]
    assert data["time"].tolist() == SECONDS.tolist()
    assert data["vendor_test_time_s"][0] == 1727431200  # date -u -d "2024-09-27 10:00" +%s
    assert codes(record) >= {"text-time", "no-zone", "derived-time"}


def test_a_time_since_1970_in_milliseconds_gives_no_elapsed_time():
    record = table("Unix Time / s,Voltage / V", 1.7e12 + 1000 * SECONDS, VOLTS)
    assert record["timeseries"]["vendor_unix_time_s"].tolist() == (1.7e12 + 1000 * SECONDS).tolist()
    assert "time" not in record["timeseries"].columns
    assert "unix-time-unit" in codes(record)


@pytest.mark.parametrize("cells", [[f'"1,{n:03d}"' for n in range(ROWS)], ["over"] * ROWS])
def test_a_column_in_which_no_cell_is_a_number_keeps_its_texts(cells):
    record = table("Test Time / s,Voltage / V,Current / A", SECONDS, VOLTS, cells)
    column = record["timeseries"].column("vendor_current_a")
    assert (column.header, column.quantity, column.unit) == ("Current / A", None, None)
    assert column.plain().tolist() == [cell.strip('"') for cell in cells]
    assert "not-a-number" in codes(record)


def test_a_word_for_no_value_is_a_missing_one_and_any_other_is_not_a_number():
    record = table("Test Time / s,Voltage / V", SECONDS[:4], ["3.5", "N/A", "", "OVERLOAD"])
    volts = record["timeseries"]["voltage"]
    assert (np.isnan(volts).tolist(), is_missing(volts).tolist()) == (
        [False, True, True, True],
        [False, True, True, False],
    )
    assert [n.message for n in record.notices if n.code == "not-a-number"] == ["line 5 'OVERLOAD'"]


def test_what_summarises_the_rows_above_it_is_no_row():
    cells = [*SECONDS, "Mean", "Max. value"]
    record = table("Test Time / s,Voltage / V", cells, [*VOLTS, 3.5, 3.5])
    assert record["timeseries"]["time"].tolist() == SECONDS.tolist()
    assert [(d.what, d.why) for d in record.dropped] == [
        (f"the line '{name},3.5'", "it summarises the rows above it") for name in ("Mean", "Max. value")
    ]


def test_a_column_without_a_name_is_called_by_its_place():
    record = table("Test Time / s,Voltage / V,", SECONDS, VOLTS, [""] * ROWS)
    assert [n.message for n in record.notices if n.code == "no-number"] == ["column 3 holds no number at all"]


def test_dates_of_an_open_order_ask_for_it():
    cells = [f"03/04/2024 10:{i:02d}:00" for i in range(ROWS)]
    with pytest.raises(Ambiguous, match="the order of day, month and year is not settled") as caught:
        table("Unix Time / s,Voltage / V", cells, VOLTS)
    assert caught.value.hint == "`--option dates=dmy` or `--option dates=mdy` says which"
    said = table("Unix Time / s,Voltage / V", cells, VOLTS, dates="dmy", timezone="UTC")["timeseries"]
    assert said["unix_time"][0] == 1712138400  # date -u -d "2024-04-03 10:00" +%s


def test_a_contradiction_is_refused_and_decided_by_an_option():
    discharged = np.round(np.arange(ROWS) / 60, 6)
    columns = (SECONDS, VOLTS, np.ones(ROWS), discharged)
    header = "Test Time / s,Voltage / V,Current / A,Discharging Capacity / Ah"
    with pytest.raises(ReadError) as caught:
        table(header, *columns)
    assert caught.value.code == "current-sign"
    assert set(table(header, *columns, current="cathodic-positive")["timeseries"]["current"]) == {-1000.0}


def test_a_step_type_sets_the_sign():
    words = np.where(SIGNED > 0, "CC Charge", "CC Discharge")
    record = table("Test Time / s,Voltage / V,Current / A,Step Type", SECONDS, VOLTS, np.abs(SIGNED), words)
    np.testing.assert_array_equal(record["timeseries"]["current"], SIGNED * 1000)
    assert "sign-by-state" in codes(record)


def test_the_format_defines_the_sign_where_nothing_proves_it():
    record = table("Test Time / s,Voltage / V,Current / A", SECONDS, VOLTS, SIGNED)
    assert record["timeseries"].column("current").attrs["sign_evidence"] == "defined"
    assert "sign-assumed" not in codes(record)


def test_a_time_in_another_unit_than_the_dates_beside_it():
    dates = [f"2024-09-27 10:{i:02d}:00" for i in range(ROWS)]
    record = table("When,Test Time / s,Voltage / V", dates, SECONDS * 1000, VOLTS)
    (said,) = [notice.message for notice in record.notices if notice.code == "clocks-differ"]
    assert "1000" in said
    assert said.endswith("ms")
    assert "clocks-differ" not in codes(table("When,Test Time / s,Voltage / V", dates, SECONDS, VOLTS))


def test_a_column_without_a_number_is_said():
    record = table("Test Time / s,Voltage / V,Current / A", SECONDS, VOLTS, [""] * ROWS)
    assert [n.message for n in record.notices if n.code == "no-number"] == ["Current / A holds no number at all"]


@pytest.mark.parametrize("name", BINARY)
def test_binary_tables_hold_what_the_text_holds(name):
    found, text = (echub.read(FOLDER / file)["timeseries"] for file in (name, "labels.bdf.csv"))
    assert list(found.columns) == list(text.columns)
    for column in text.columns.values():
        np.testing.assert_array_equal(found[column.name], column.values)


@pytest.mark.parametrize("name", BINARY)
def test_the_committed_binary_tables_are_those_of_the_generator(name):
    read = pl.read_parquet if name.endswith(".parquet") else pl.read_ipc
    assert read(io.BytesIO((FOLDER / name).read_bytes())).equals(read(io.BytesIO(binary(name))))
    assert (FOLDER / name).stat().st_size < 10_000


def test_instants_and_durations_of_a_binary_table():
    start = dt.datetime(2024, 9, 27, 8, tzinfo=dt.UTC)
    frame = pl.DataFrame({"i": range(4), "Voltage / V": [3.5] * 4}).select(
        (pl.lit(start) + pl.duration(seconds="i")).alias("Unix Time / s"),
        pl.duration(seconds="i").alias("Step Time / s"),
        "Voltage / V",
    )
    held = io.BytesIO()
    frame.write_parquet(held)
    data = echub.read(Source.from_bytes(held.getvalue(), "run.parquet"))["timeseries"]
    assert data["unix_time"][0] == 1727424000
    assert data["time"].tolist() == data["step_time"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "broken", [b"PAR1" + b"\0" * 50, binary("labels.bdf.parquet")[:500], b"ARROW1\0\0" + b"\1" * 40]
)
def test_a_damaged_binary_table_is_said(broken):
    with pytest.raises(ReadError):
        echub.read(Source.from_bytes(broken, "run.bdf.parquet"))


def test_another_parquet_table_is_none():
    held = io.BytesIO()
    pl.DataFrame({"a": [1.0], "b": [2.0]}).write_parquet(held)
    with pytest.raises(ReadError, match="not a BDF table"):
        echub.read(Source.from_bytes(held.getvalue(), "run.parquet"))


def test_the_generator_knows_the_table():
    assert "labels.bdf.csv" in TABLES


def test_lists_and_bytes_of_a_binary_table_are_kept_as_texts(tmp_path):
    frame = pl.DataFrame({"Test Time / s": [0.0, 1.0], "Voltage / V": [3.5, 3.25], "Current / A": [1.0, 1.0]})
    frame = frame.with_columns(pl.Series("pulses", [[1, 2], None]), pl.Series("raw", [b"\xff", b"a"]))
    frame.write_parquet(tmp_path / "run.parquet")
    series = echub.read(tmp_path / "run.parquet")["timeseries"]
    assert series["voltage"].tolist() == [3.5, 3.25]
    assert series["vendor_pulses"].tolist() == ["[1, 2]", ""]
    assert series["vendor_raw"].tolist() == ["b'\\xff'", "b'a'"]
