"""IviumSoft files: every number, the programme, the sign, and what is not known of other methods."""

import os
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.plugin import Confidence, Source
from echub_ivium import sniff
from fixtures.ivium import HERE, rows
from fixtures.ivium.make import idf

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus"))
REAL = CORPUS / "vendors" / "pyimpspec" / "data.idf"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason="the corpus of real files is not here")


def codes(record):
    return [notice.code for notice in record.notices]


def test_the_fixture_holds_what_the_generator_printed():
    record = echub.read(HERE / "spectrum.idf")
    data, table = record["impedance"], np.array(rows())
    for n, name in enumerate(("impedance_real", "impedance_imag", "frequency")):
        assert np.array_equal(data[name], table[:, n])
    assert (data["impedance_imag"] < 0).all()
    assert not record.notices
    assert record.metadata.value("experiment.start") == "2022-04-03T14:00:00"
    assert record.metadata.value("instrument.serial") == "A00001"
    assert record.metadata.value("technique.name") == "Impedance"
    assert record.settings["parameters"]["Title"] == "made"
    assert "cell.area" not in record.metadata


def test_the_fixtures_are_those_of_the_generator():
    assert (HERE / "spectrum.idf").read_bytes() == idf()
    assert (HERE / "transient.idf").read_bytes() == idf("Transients")


def test_the_traces_are_kept_and_give_the_impedance_back():
    record = echub.read(HERE / "spectrum.idf")
    blocks = np.array(record.settings["osc_data"]["blocks"])
    wave = np.exp(-2j * np.pi * np.arange(8) / 8)
    z = (blocks[:, :, 2] @ wave) / (blocks[:, :, 1] @ wave)
    data = record["impedance"]
    assert z == pytest.approx(data["impedance_real"] + 1j * data["impedance_imag"], rel=1e-4)


@pytest.mark.parametrize("before", [True, False])
def test_a_setting_that_is_also_a_list_keeps_both(before):
    first, plain = b"Frequencies.freq[1]=", b"Frequencies.freq=99\n"
    behind = first if before else b"Data Options="
    record = echub.read(idf().replace(behind, plain + behind))
    said = record.settings["parameters"]
    assert "frequency-unlike-programme" not in codes(record)
    assert said["Frequencies.freq"] == "99"
    assert float(said["Frequencies.freq[1]"]) == rows()[0][2]


def test_a_cut_file_gives_its_whole_rows():
    data = idf()
    at = data.index(b"primary_data")
    line = data.index(b"\n", data.index(b"3.16228E+02", at))
    record = echub.read(data[: line - 5])
    assert record["impedance"].rows == 3
    assert "row-count" in codes(record)
    assert record.dropped[0].what == "the last row of primary_data"
    assert "no-table" in codes(echub.read(data[: at - 20]))


def test_a_damaged_row_is_refused_with_its_line():
    data = idf().replace(b"3.16228E+02", b"3.16228x+02", 1)
    with pytest.raises(ReadError, match="not one of numbers") as caught:
        echub.read(data)
    assert caught.value.where == f"line {idf()[: idf().index(b'3.16228E+02')].count(10) + 1}, in primary_data"
    with pytest.raises(ReadError, match="not an IviumSoft"):
        echub.read(b"Method=1\n", reader="ivium-idf")


@needs_real
def test_every_number_of_the_real_file():
    lines = REAL.read_bytes().decode("latin-1").split("\r\n")
    at = next(n for n, line in enumerate(lines) if line.strip() == "primary_data")
    assert [int(lines[at + 1]), int(lines[at + 2])] == [3, 29]
    printed = np.array([[float(cell) for cell in line.split()] for line in lines[at + 3 : at + 32]])
    record = echub.read(REAL)
    data = record["impedance"]
    for n, name in enumerate(("impedance_real", "impedance_imag", "frequency")):
        assert np.array_equal(data[name], printed[:, n])
    programmed = [float(text) for text in record.settings["parameters"]["Frequencies.freq"]]
    assert data["frequency"][1:] == pytest.approx(programmed[1:], rel=1e-5)
    assert codes(record) == ["frequency-unlike-programme"]  # the first: 100 kHz programmed, 10 kHz printed
    assert len(record.settings["osc_data"]["blocks"]) == 29


@needs_real
def test_the_sign_of_the_real_file_is_that_of_causality():
    """Im Z is near (pi/2) d Re Z / d ln f: where Re rises towards low frequency, Im is negative."""
    data = echub.read(REAL)["impedance"]
    slope = np.gradient(data["impedance_real"], np.log(data["frequency"]))
    assert (np.sign(slope) == np.sign(data["impedance_imag"])).all()


# -- a file that another builder writes ------------------------------------------------------------

SPECTRUM = [(10 + 1.5 * n, -2.5 * n, 10.0 ** (4 - n)) for n in range(6)]
"""Re, Im and frequency of each row."""


def drawn(*counts):
    """Return a file with one object of the same rows for each of the counts that they state."""
    head = [
        "starttime=3.4.2022 14:00:00",
        "Method=Impedance",
        "Data Options=",
        "Mconfig=",
        "Data Objects    ",
        "0",
    ]
    rows = [" ".join(f"{number:.5E}" for number in row) for row in SPECTRUM]
    objects = [["primary_data    ", "3", str(count), *rows, "osc_data        ", "0"] for count in counts]
    return "\r\n".join([*head, *(line for one in objects for line in one), ""]).encode()


def test_rows_beyond_the_stated_number_are_not_left_out_in_silence():
    record = echub.read(drawn(4))
    assert record.metadata.value("experiment.start") == "2022-04-03T14:00:00"  # of the first line
    assert record["impedance"]["frequency"].tolist() == [10.0 ** (4 - n) for n in range(4)]
    (said,) = [notice.message for notice in record.notices if notice.code == "row-count"]
    assert said == "2 rows from line 14 on: they stand behind as many as their object states, and are not read"
    assert record.dropped[0].what == "2 rows from line 14"
    assert record.settings["unread_rows"]["rows"][-1] == "1.75000E+01 -1.25000E+01 1.00000E-01"
    assert not echub.read(drawn(6)).notices


def test_rows_that_are_missing_before_another_object_do_not_cost_the_others():
    record = echub.read(drawn(9, 6))
    assert [len(data["frequency"]) for data in record.datasets.values()] == [6, 6]
    (said,) = [notice.message for notice in record.notices if notice.code == "row-count"]
    assert said == "primary_data states 9 rows of 3 numbers and has 6: the file was cut, or edited"


def test_traces_that_are_missing_are_counted():
    traces = "\r\n".join(["osc_data        ", "3", *["2", "1", "1.0E-5 1.0E-3"] * 2, ""])
    record = echub.read(drawn(6).replace(b"osc_data        \r\n0\r\n", traces.encode()))
    (said,) = [notice.message for notice in record.notices if notice.code == "row-count"]
    assert said == "osc_data states 3 blocks and has 2: the file was cut, or edited"
    assert record.settings["osc_data"]["blocks"] == [[[1e-5, 1e-3]]] * 2


@pytest.mark.parametrize("mark", ["Method", "Data Options", "Mconfig"])
@pytest.mark.parametrize("other", ["{}s=", "x {}=", ""])
def test_a_file_without_one_of_the_marks_is_of_another_program(mark, other):
    """Many programs write `Method=` into their settings: only all three keys at the start of lines tell."""
    data, line = (HERE / "spectrum.idf").read_bytes(), f"\n{mark}=".encode()
    assert (sniff(Source.from_bytes(data)), data.count(line)) == (Confidence.CERTAIN, 1)
    changed = data.replace(line, b"\n" + other.format(mark).encode())
    assert sniff(Source.from_bytes(changed)) is Confidence.NO
