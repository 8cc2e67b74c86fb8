"""Zahner files: every number by plain `struct`; units and signs from causality and from the programmes' names."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError, UnknownFormat
from fixtures.zahner import HERE, recording, spectrum
from fixtures.zahner.make import ism, isw

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus"))
REAL = CORPUS / "vendors" / "nomad-chemical-energy"
needs_real = pytest.mark.skipif(not (REAL / "geis-100ma.ism").is_file(), reason="the corpus is not here")
RECORDINGS = {"21-cp-625ma-5min.isw": 301, "22-cp-1700mv-10min.isw": 601}
POINTS = 33


def test_the_fixtures_hold_what_the_generator_wrote():
    record, stated = echub.read(HERE / "spectrum.ism"), np.array(spectrum())
    data = record["impedance"]
    assert np.array_equal(data["frequency"], stated[:, 0])
    assert np.array_equal(data["impedance_abs"], stated[:, 1])
    assert np.array_equal(data["phase"], np.degrees(stated[:, 2]))
    assert np.array_equal(data["vendor_clock"], stated[:, 3])
    assert np.array_equal(data["time"], stated[:, 3] - stated[0, 3])
    assert np.array_equal(data["vendor_significance"], stated[:, 4])
    assert record.metadata.value("experiment.start") == "2024-03-07T09:00:00"
    record, stated = echub.read(HERE / "recording.isw"), np.array(recording())
    for n, (name, factor) in enumerate((("potential_we", 1e-3), ("current", 1), ("time", 1e-3))):
        assert record["timeseries"][name] == pytest.approx(stated[:, n] * factor, rel=1e-15)
    assert record.metadata.value("experiment.start") == "2024-03-07T09:10:00"
    assert record.metadata.value("experiment.comments") == "cell 3\nCP 500mA"


def test_the_fixtures_are_those_of_the_generator():
    assert (HERE / "spectrum.ism").read_bytes() == ism()
    assert (HERE / "recording.isw").read_bytes() == isw()


@pytest.mark.parametrize(("data", "reader"), [(ism(), "zahner-ism"), (isw(), "zahner-isw")])
def test_a_cut_file_is_refused(data, reader):
    with pytest.raises(ReadError, match="not of the version that is known") as caught:
        echub.read(data[:150], reader=reader)
    assert "save it as ASCII" in caught.value.hint


def test_another_version_is_recognised_by_its_suffix(tmp_path):
    path = tmp_path / "old.ism"
    path.write_bytes(b"\x00\x00\x00\x10" + bytes(600))
    with pytest.raises(UnknownFormat) as caught:
        echub.read(path)
    assert "save it as ASCII" in caught.value.hint


@needs_real
def test_every_number_of_the_real_spectrum():
    raw = (REAL / "geis-100ma.ism").read_bytes()
    assert struct.unpack(">I", raw[8:12])[0] + 1 == POINTS
    frequency, modulus, phase, clock = np.array(
        struct.unpack(f">{4 * POINTS}d", raw[12 : 12 + 32 * POINTS])
    ).reshape(4, -1)
    data = echub.read(REAL / "geis-100ma.ism")["impedance"]
    assert np.array_equal(data["frequency"], frequency)
    assert np.array_equal(data["impedance_abs"], modulus)
    assert np.array_equal(data["phase"], np.degrees(phase))
    assert np.array_equal(data["vendor_clock"], clock)
    assert np.array_equal(data["vendor_significance"], struct.unpack(f">{POINTS}h", raw[1068:1134]))


@needs_real
def test_radians_and_sign_of_the_phase_are_those_of_causality():
    """The phase is near (pi/2) d ln|Z| / d ln f: in radians, negative for a capacitor."""
    data = echub.read(REAL / "geis-100ma.ism")["impedance"]
    slope = np.gradient(np.log(data["impedance_abs"]), np.log(data["frequency"])) * 90
    slow = (data["frequency"] < 50) & (data["frequency"] > 1)
    assert data["phase"][slow] == pytest.approx(slope[slow], abs=5)


@needs_real
def test_the_clock_counts_from_1980():
    """Both texts of the file bracket what its clock says: 2 July 2025, 15:05:00 to 15:06:55."""
    record = echub.read(REAL / "geis-100ma.ism")
    assert record.metadata.value("experiment.start") == "2025-07-02T15:05:02"
    assert "15:05:00 - 15:06:55" in record.settings["texts"]
    assert "020725" in record.settings["texts"]
    assert record["impedance"]["time"][-1] < 115


@needs_real
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_number_of_the_real_recordings(name):
    raw, rows = (REAL / name).read_bytes(), RECORDINGS[name]
    table = np.array(struct.unpack(f">{3 * rows}d", raw[18 : 18 + 24 * rows])).reshape(rows, 3)
    data = echub.read(REAL / name)["timeseries"]
    for n, (quantity, factor) in enumerate((("potential_we", 1e-3), ("current", 1), ("time", 1e-3))):
        np.testing.assert_allclose(data[quantity], table[:, n] * factor, rtol=1e-14)


@needs_real
def test_the_programmes_in_the_names_prove_units_and_sign():
    """625 mA for 5 min and 1700 mV for 10 min on one cell: more potential, more current, so anodic positive."""
    one, other = (echub.read(REAL / name)["timeseries"] for name in RECORDINGS)
    assert np.ptp(one["current"]) == 0
    assert (one["current"][0], one["time"][-1]) == (625.0, 300.0)
    assert other["potential_we"] == pytest.approx(np.full(601, 1.7), abs=1e-12)
    assert other["time"][-1] == 600.0
    assert other["potential_we"].mean() > one["potential_we"].mean()
    assert other["current"].mean() > one["current"].mean()
    assert echub.read(REAL / "21-cp-625ma-5min.isw").metadata.value("experiment.start") == "2025-07-02T12:56:56"


@pytest.mark.parametrize("millivolts", [500.0, 512.0, 625.0, 1700.0, -3.25, 1e-3, 0.0])
@pytest.mark.parametrize("rows", [2, 14, 15, 20, 300])
def test_a_recording_is_never_a_spectrum_whatever_stands_behind_it(rows, millivolts):
    """A recording has 14 where a spectrum has the number of its last point, and bytes enough for 15 points."""
    table = [(millivolts, -3.0 + row, 100.0 * row) for row in range(rows)]
    head = b"\x00\x00\xff\xff\xff\xfe" + struct.pack(">IHHI", 0, 14, 0, rows - 1)
    data = head + b"".join(struct.pack(">3d", *row) for row in table)
    for behind in (b"", bytes(600), b"\x07" * 5000, bytes(range(256)) * 4):
        record = echub.read(data + behind)
        assert record.provenance.reader["name"] == "zahner-isw"
        assert record["timeseries"]["current"].tolist() == [row[1] for row in table]


@pytest.mark.parametrize("points", [2, 14, 15, 16, 60])
def test_a_spectrum_is_never_a_recording(points):
    frequencies = np.logspace(5, -2, points)
    numbers = np.concatenate([frequencies, np.full(points, 7.0), np.full(points, -0.5), 1.4e9 + np.arange(points)])
    head = b"\x00\x00\xff\xff\xff\xfe" + struct.pack(">HI", 0, points - 1)
    record = echub.read(head + numbers.astype(">f8").tobytes() + bytes(2 * points + 900))
    assert record.provenance.reader["name"] == "zahner-ism"
    assert record["impedance"]["frequency"].tolist() == frequencies.tolist()


# -- a count that is wrong ---------------------------------------------------------------------------


def counted(data, at, change):
    """Return the file with another number of points."""
    (count,) = struct.unpack_from(">I", data, at)
    return data[:at] + struct.pack(">I", count + change) + data[at + 4 :]


@pytest.mark.parametrize("change", [-4, -1, 1, 2])
def test_a_spectrum_with_another_count_is_never_read_with_shifted_columns(change):
    with pytest.raises(ReadError) as caught:
        echub.read(counted(ism(), 8, change), reader="zahner-ism")
    assert "not as many points" in caught.value.message or "not of the version" in caught.value.message


@pytest.mark.parametrize("change", [-3, -1])
def test_a_recording_with_a_lower_count_says_that_it_may_be_longer(change):
    record = echub.read(counted(isw(), 14, change), reader="zahner-isw")
    points = len(recording()) + change
    (said,) = [notice.message for notice in record.notices if notice.code == "row-count"]
    assert said == (
        f"behind the {points} points that the file states stands no text: it may have another number of points"
    )
    assert "row-count" not in {notice.code for notice in echub.read(isw(), reader="zahner-isw").notices}
