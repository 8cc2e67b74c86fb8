"""Data texts: the same numbers in every dialect, and every quirk of EC-Lab's own exports."""

from dataclasses import replace

import numpy as np
import pytest

from echub.model.source import Source
from echub_eclab.columns import meaning_of
from echub_eclab.mpr import read as read_mpr
from echub_eclab.options import MprOptions
from echub_eclab.sniff import sniff_mps, sniff_mpt
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import Dialect, bare, export, log_file, settings_file, table
from fixtures.eclab.texts import GCPL, OCV, ROWS
from tests.plugins.echub_eclab.text_support import FIXTURES, codes, read_mpt

FILE = SCENARIOS["gcpl"]().file
DIALECTS = [
    Dialect(decimal=decimal, newline=newline, encoding=encoding, extra_tab=tab, last_newline=last)
    for decimal in ".,"
    for newline in ("\n", "\r\n", "\r")
    for encoding, tab, last in (("cp1252", True, False), ("utf-8", False, True), ("utf-8-sig", True, True))
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_every_dialect_gives_the_printed_numbers(dialect):
    names, cells = table(FILE, ROWS)
    record = read_mpt(export(FILE, dialect, GCPL, ROWS), derived="none")
    found = record.source_table()
    assert [header for _, header in found] == names
    for number, values in enumerate(found.values()):
        np.testing.assert_array_equal(values, [float(row[number]) for row in cells])


def test_a_text_has_the_metadata_of_its_twin():
    text = read_mpt(export(FILE, parameters=GCPL)).metadata
    binary = read_mpr(Source.from_bytes(FILE.to_bytes(), "run.mpr"), MprOptions()).metadata
    for path in (
        "technique.name",
        "technique.title",
        "experiment.start",
        "experiment.timezone",
        "experiment.file_name",
        "cell.characteristic_mass",
        "instrument.channel",
        "instrument.channel_serial",
        "instrument.serial",
        "instrument.host",
        "instrument.address",
        "instrument.software",
        "instrument.firmware",
    ):
        assert text.value(path) == binary.value(path) is not None, path


def test_a_text_has_the_columns_of_its_twin():
    text = read_mpt(export(FILE, parameters=GCPL))["timeseries"]
    binary = read_mpr(Source.from_bytes(FILE.to_bytes(), "run.mpr"), MprOptions())["timeseries"]
    assert set(binary.names) - set(text.names) == {"flags", "vendor_loop_end"} - set(text.names)
    for name in set(text.columns) & set(binary.columns):
        one, other = text.column(name), binary.column(name)
        assert (one.unit, one.quantity, one.sign, one.averaged) == (
            other.unit,
            other.quantity,
            other.sign,
            other.averaged,
        ), name
    np.testing.assert_array_equal(text["control_mode"], binary["control_mode"])


def test_typed_steps_of_the_text():
    steps = read_mpt(export(FILE, parameters=GCPL)).metadata.value("technique.steps")
    assert len(steps) == 3
    assert steps[1]["current"] == {"value": 0.5, "unit": "mA"}
    assert steps[1]["duration"] == {"value": 3600.0, "unit": "s"}
    assert steps[1]["limit"] == {"potential": {"value": 4.2, "unit": "V"}}
    assert steps[1]["hold"] == {"duration": {"value": 240.0, "unit": "s"}}
    assert "rate" not in steps[1]
    assert "repeat" not in steps[1]
    assert steps[2]["repeat"] == {"to": 1, "times": 1}


@pytest.mark.parametrize("decimal", [".", ","])
def test_durations_over_a_day_and_words_stand_in_the_parameters(decimal):
    file = replace(SCENARIOS["ocv"]().file, settings=FILE.settings)
    (parameters,) = read_mpt(export(file, Dialect(decimal=decimal), OCV)).settings["parameters"]
    assert parameters["tR (h:m:s)"] == 360_010.0
    assert parameters["E range min (V)"] == -10.0
    assert parameters["record"] == "<Ewe>"


def test_n_3_has_no_settings_and_all_data():
    names, cells = table(FILE, 5)
    record = read_mpt(bare(names, cells))
    assert record["timeseries"].rows == 5
    assert record.settings["parameters"] == []
    assert "technique.title" not in record.metadata


def test_no_head_at_all():
    names, cells = table(FILE, 5)
    data = bare(names, cells, Dialect(head=False))
    assert sniff_mpt(Source.from_bytes(data, "run.mpt")).name == "LIKELY"
    assert read_mpt(data)["timeseries"].rows == 5


def test_an_empty_table_is_a_record_without_rows():
    record = read_mpt(export(SCENARIOS["wait"]().file))
    assert record["timeseries"].rows == 0
    assert "time" in record["timeseries"].columns


def test_doubled_names_are_both_kept():
    record = read_mpt(bare(["time/s", "<I>/mA", "<I>/mA"], [["0.0", "1.0", "2.0"], ["1.0", "1.5", "2.5"]]))
    assert record["timeseries"]["current"].tolist() == [1.0, 1.5]
    assert record["timeseries"]["current__averaged"].tolist() == [2.0, 2.5]


def test_a_name_behind_an_empty_one_has_no_values():
    record = read_mpt(bare(["time/s", "Ewe/V", "", "Ewe-Ece/V"], [["0.0", "1.5"], ["1.0", "1.6"]]))
    assert record["timeseries"]["potential_we"].tolist() == [1.5, 1.6]
    assert [dropped.what for dropped in record.dropped] == ["the column name Ewe-Ece/V"]


def test_renamed_columns_mean_the_same():
    names = ["time/s", "<Ewe/V>", "Pwe/W", "Energy we charge/W.h"]
    dataset = read_mpt(bare(names, [["0.0", "3.5", "0.7", "0.1"]]))["timeseries"]
    assert dataset.column("potential_we").averaged
    assert dataset["power_we"].tolist() == [0.7]
    assert dataset["energy_we_anodic"].tolist() == [0.1]
    assert dataset.column("potential_we").header == "<Ewe/V>"


@pytest.mark.parametrize("destroyed", ["\ufffd", "ï¿½"])
def test_destroyed_characters_are_read_by_the_one_name_that_fits(destroyed):
    names = ["time/s", f"Temperature/{destroyed}C", f"Capacitance charge/{destroyed}F"]
    dialect = Dialect(encoding="utf-8")
    record = read_mpt(bare(names, [["0.0", "24.5", "1.0"], ["1.0", "24.6", "1.0"]], dialect))
    assert record["timeseries"]["temperature"].tolist() == [24.5, 24.6]
    assert record["timeseries"]["capacitance_anodic"].tolist() == [1.0, 1.0]
    assert record["timeseries"].column("temperature").header == names[1]
    assert codes(record) == {"destroyed-characters"}


def test_comments_over_several_lines_in_both_forms():
    comment = "first line\r\nMODULE of the cell : 3\r\nlast"
    file = replace(FILE, settings=replace(FILE.settings, comments=comment))
    assert read_mpt(export(file)).metadata.value("experiment.comments") == comment
    raw = export(file).replace(b"Comments : MODULE", b"MODULE").replace(b"Comments : last", b"last")
    record = read_mpt(raw)
    assert record.metadata.value("experiment.comments") == comment
    assert record.metadata.value("cell.characteristic_mass") == pytest.approx(4.2)


def test_loops_are_kept_as_first_rows():
    lines = ["", "Number of loops : 2", "Loop 0 from point number 0 to 11", "Loop 1 from point number 12 to 23"]
    record = read_mpt(export(FILE, parameters=GCPL, rows=24, extra_lines=lines))
    assert record.settings["loop"] == {"first_rows": [0, 12, 24]}
    assert len(record.settings["parameters"]) == 3
    assert not codes(record)
    short = read_mpt(export(FILE, parameters=GCPL, rows=23, extra_lines=lines))
    assert codes(short) == {"row-count"}


def test_modifications_stand_beside_what_the_run_began_with():
    lines = ["", "Modify on : 03/15/2024 10:00", "Comments : later", "Is                  9.000               "]
    record = read_mpt(export(FILE, parameters=GCPL, rows=3, extra_lines=lines))
    assert record.settings["parameters"][1]["Is"] == 0.5
    assert record.settings["modifications"][0]["parameters"] == [{"Is": 9.0}]
    assert "experiment.comments" not in record.metadata
    assert codes(record) == {"settings-modified"}


def test_an_anonymised_start_stays_unknown():
    data = export(FILE).replace(b"03/14/2024 09:26:53.250", b"xx/xx/xxxx xx:xx:xx")
    record = read_mpt(data)
    assert "experiment.start" not in record.metadata
    assert codes(record) == {"no-start"}


def test_dates_in_the_time_column_count_from_the_stated_start():
    data = export(FILE, rows=3)
    names, cells = table(FILE, 3)
    at = names.index("time/s")
    for row, text in zip(
        cells, ("03/14/2024 09:26:53.2500", "03/14/2024 09:27:03.7500", "03/15/2024 09:26:53.2500"), strict=True
    ):
        data = data.replace(f"\t{row[at]}\t".encode(), f"\t{text}\t".encode(), 1)
    record = read_mpt(data)
    assert record["timeseries"]["time"].tolist() == [0.0, 10.5, 86400.0]
    assert record["timeseries"].column("time").attrs["printed_as"] == "local date and time"


def test_dates_without_a_stated_start_count_from_the_first_row():
    rows = [["01/31/2024 23:59:59.500", "1.0"], ["02/01/2024 00:00:01.000", "2.0"]]
    record = read_mpt(bare(["time/s", "Ewe/V"], rows))
    assert record["timeseries"]["time"].tolist() == [0.0, 1.5]
    assert codes(record) == {"clock-zero"}


def test_elapsed_times_as_clocks():
    rows = [["0:00:0.5000", "0:00:0.2500", "1.0"], ["100:00:10.0000", "1:00:00.0000", "2.0"]]
    record = read_mpt(bare(["time/s", "step time/s", "Ewe/V"], rows))
    assert record["timeseries"]["time"].tolist() == [0.5, 360_010.0]
    assert record["timeseries"]["step_time"].tolist() == [0.25, 3600.0]


def test_placeholders_are_no_area():
    assert "cell.area" not in read_mpt(export(FILE)).metadata
    real = replace(FILE, settings=replace(FILE.settings, area=78.5, area_unit="mm^2"))
    assert read_mpt(export(real)).metadata.value("cell.area") == pytest.approx(0.785)


def test_the_units_of_bt_lab():
    names = ["time/s", "Ecell/V", "I/mA", "Temperature/°C"]
    dialect = Dialect(program="BT-Lab")
    dataset = read_mpt(bare(names, [["0.0", "3.2", "2.0", "25.0"]], dialect))["timeseries"]
    assert {"voltage", "current", "temperature"} <= set(dataset.columns)
    assert "potential_we" not in dataset.columns
    np.testing.assert_allclose(dataset["power_cell"], [0.0064], rtol=1e-7)


def test_with_three_electrodes_the_cell_voltage_is_not_the_potential():
    """The cell has 3.3 V × 2 mA; 3.9 V × 2 mA would be that of none (findings/bds-three-electrodes.sh)."""
    names = ["time/s", "Ewe/V", "Ece/V", "Ecell/V", "I/mA"]
    series = read_mpt(bare(names, [["0.0", "3.9", "0.6", "3.3", "2.0"]]))["timeseries"]
    found = [series[name].tolist() for name in ("potential_we", "potential_ce", "voltage")]
    assert found == [[3.9], [0.6], [3.3]]
    powers = {name: series[name][0] for name in series.columns if name.startswith("power")}
    assert powers == pytest.approx({"power_we": 0.0078, "power_cell": 0.0066})


@pytest.mark.parametrize("name", ["gcpl.mpt", "gcpl_comma.mpt", "wait.mpt"])
def test_data_texts_are_certain_whatever_the_suffix(name):
    data = (FIXTURES / name).read_bytes()
    assert sniff_mpt(Source.from_bytes(data, "export.dat")).name == "CERTAIN"
    assert sniff_mps(Source.from_bytes(data, "x.mps")).name == "NO"


@pytest.mark.parametrize("data", [settings_file([("Wait", ())]), log_file(FILE, "03/14/2024 09:26:53")])
def test_settings_and_logs_are_no_data(data):
    assert sniff_mpt(Source.from_bytes(data, "run.mpt")).name == "NO"
    assert sniff_mps(Source.from_bytes(data, "run.mpt")).name == "CERTAIN"


@pytest.mark.parametrize("data", [b"", b"time/s\tEwe/V\n0\t1\n", b"RelaxIS 3.0 Spectrum export\n", b"\0" * 100])
def test_others_are_declined(data):
    for sniff in (sniff_mpt, sniff_mps):
        assert sniff(Source.from_bytes(data, "run.mpt")).name == "NO"


WORDS = ["time/s", "note", "Ewe/V"]


@pytest.mark.parametrize("word", ["#5", "25/12/2024 10:00:00"])
def test_a_column_of_words_is_kept_and_decides_nothing(word):
    """The day first in a note says nothing of the run: 01/02 stays the second of January."""
    rows = [[f"01/02/2024 10:00:0{n}", note, "1.5"] for n, note in enumerate(("rest", word, "rest"))]
    data = read_mpt(bare(WORDS, rows))["timeseries"]
    assert data["vendor_note"].tolist() == ["rest", word, "rest"]
    assert data["time"].tolist() == [0.0, 1.0, 2.0]
    assert data.column("time").attrs["zero"] == "2024-01-02T10:00:00 (first row)"


@pytest.mark.parametrize(
    ("header", "unit"),
    [("x/2/V", "V"), ("Q/2", None), ("I/mA/2", None), ("dQ/dE/mA.h/V", "mA.h/V"), ("x/1/mA.h/V", "mA.h/V")],
)
def test_a_number_behind_a_slash_is_no_unit(header, unit):
    assert meaning_of(header).unit == unit
