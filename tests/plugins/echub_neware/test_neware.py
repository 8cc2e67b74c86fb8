"""Neware records: every number against plain `struct`, signs against steps, counters and programme."""

import io
import os
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub_neware.signs import sign_notice
from fixtures.neware import HERE, rows
from fixtures.neware.make import nda, ndax

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus"))
REAL = sorted((CORPUS / "vendors").glob("*/*.nda*"))
needs_real = pytest.mark.skipif(not REAL, reason="the corpus of real files is not here")
RECORD = 86
"""Bytes of a record of an .nda of version 29."""
SCALES = {-5: 1e-5, 50: 1e-3, 5: 1e-4}
"""mA per unit, by the current range in mA; negative ranges are those of instruments with a finer scale."""


def real(name):
    return next(path for path in REAL if path.name == name)


@pytest.mark.parametrize("name", ["cell.nda", "cell.ndax"])
def test_fixtures_hold_what_the_generator_wrote(name):
    data, stated = echub.read(HERE / name)["timeseries"], rows()
    of = lambda key: np.array([row[key] for row in stated])  # noqa: E731
    assert data["voltage"] == pytest.approx(of("voltage"), rel=1e-7)
    assert data["current"] == pytest.approx(of("current"), rel=1e-7)
    assert data["charge_step"] == pytest.approx(of("charge"), abs=1e-7)
    for column, key in (("time", "time"), ("step_time", "step_time"), ("cycle", "cycle"), ("step", "step")):
        assert np.array_equal(data[column], of(key))
    assert list(data["technique"]) == list(of("type"))
    assert list(data["step_execution"]) == list(of("step"))


def test_fixtures_are_those_of_the_generator():
    assert (HERE / "cell.nda").read_bytes() == nda()
    assert (HERE / "cell.ndax").read_bytes() == ndax()


def test_rows_of_a_step_that_the_file_does_not_name_are_kept_without_it(monkeypatch):
    # An .ndax counts rows and steps apart: without row 6 of 20, the rows behind the last known step have none.
    monkeypatch.setattr("fixtures.neware.make.rows", lambda: rows()[:5] + rows()[6:])
    record = echub.read(ndax())
    data = record["timeseries"]
    last = np.arange(19) >= 15
    assert [(notice.code, notice.message) for notice in record.notices][:1] == [
        ("unknown-steps", "the file does not say of which step 4 rows are")
    ]
    assert data["voltage"] == pytest.approx([row["voltage"] for row in rows()[:5] + rows()[6:]])
    for name in ("technique", "step", "cycle"):
        assert np.array_equal(data.column(name).missing, last)
    assert list(data["technique"][last]) == [""] * 4


def test_name_and_version_of_the_library_are_in_the_provenance():
    software = echub.read(HERE / "cell.nda").provenance.software
    assert re.match(r"\d+\.\d+", software["fastnda"])


def test_cycles_are_the_file_s_own_unless_asked():
    raw = echub.read(HERE / "cell.nda")["timeseries"]["cycle"]
    anew = echub.read(HERE / "cell.nda", options={"cycles": "dchg"})["timeseries"]["cycle"]
    assert [int(raw[0]), int(raw[12]), int(raw[-1])] == [1, 1, 2]
    assert [int(anew[0]), int(anew[12]), int(anew[-1])] == [1, 2, 2]


def test_the_active_mass_of_one_milligram_is_nobody_s():
    data = bytearray(nda())
    data[152:156] = struct.pack("<I", 1000)
    record = echub.read(bytes(data))
    assert "cell.active_mass" not in record.metadata
    assert [n.code for n in record.notices] == ["default-value"]
    data[152:156] = struct.pack("<I", 2500)
    assert echub.read(bytes(data)).metadata.value("cell.active_mass", "mg") == 2.5


def test_currents_against_their_steps_are_said():
    current, codes = np.array([1.0, 2.0, -3.0, -3.0]), np.array([1, 1, 2, 2])
    names = {1: "CC_Chg", 2: "CC_DChg"}
    assert not sign_notice(current, codes, names)
    assert "4 of 4 rows" in sign_notice(-current, codes, names)[0].message
    assert not sign_notice(-current, codes, {1: "Rest", 2: "Ramp"})
    assert not sign_notice(np.empty(0), np.empty(0, int), {})


def test_a_step_type_without_a_name_keeps_its_number():
    data = bytearray(nda())
    data[1024 + 503 + 12] = 99  # the step type of the first record
    assert echub.read(bytes(data))["timeseries"]["technique"][0] == "type 99"


@pytest.mark.parametrize("name", ["cell.nda", "cell.ndax"])
def test_a_damaged_file_is_refused_in_the_library_s_words(name):
    data = (HERE / name).read_bytes()
    with pytest.raises(ReadError) as caught:
        echub.read(data[:900])
    assert "export it from BTSDA" in caught.value.hint
    assert caught.value.found


def test_an_archive_of_another_kind_is_not_taken():
    with pytest.raises(ReadError, match="not a Neware record"):
        echub.read(b"PK\x03\x04" + bytes(60), reader="neware")


@pytest.mark.parametrize(
    ("old", "new", "start", "said"),
    [
        (b"2024-03-14 08:00:00", b"2024-03-14 08:00:01", "2024-03-14T08:00:01", []),
        (b"2024-03-14 08:00:00", b"2024/03/14 08:00:00", None, ["the start '2024/03/14 08:00:00' cannot be read"]),
        (b"2024-03-14 08:00:00", bytes(19), None, []),
        (b"2024-03-14 08:00:00", b"2024-03-14 08:00".ljust(19, b"\0"), "2024-03-14T08:00:00", []),
        (
            b"2024-03-14 08:00:00",
            b"2024-03-14".ljust(19, b"\0"),
            None,
            ["the start '2024-03-14' cannot be read"],
        ),
    ],
)
def test_a_start_that_cannot_be_read_is_said(old, new, start, said):
    assert nda().count(old) == 1
    record = echub.read(nda().replace(old, new))
    assert record.metadata.value("experiment.start") == start
    assert ("experiment.timezone" in record.metadata) == (start is not None)
    assert [notice.message for notice in record.notices if notice.code == "no-start"] == said


def repacked(first=None, **edits):
    """Return the archive with a part before all others, and other bytes in the description of the test."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ndax())) as old, zipfile.ZipFile(packed, "w") as new:
        for name, content in {**(first or {}), **{name: old.read(name) for name in old.namelist()}}.items():
            if name == "TestInfo.xml":
                for key, value in edits.items():
                    content = re.sub(rb'%s="[^"]*"' % key.encode(), b'%s="%s"' % (key.encode(), value), content)
            new.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("size", [100, 5_000, 60_000])
def test_a_long_programme_may_stand_before_all_other_parts(size):
    step = b'<root><config type="made" version="1">' + b" " * size + b"</config></root>"
    record = echub.read(repacked({"Step.xml": step}))
    assert record.provenance.reader["name"] == "neware"
    assert record["timeseries"].rows == len(rows())


@pytest.mark.parametrize(
    ("edits", "address"),
    [
        ({}, "24-1-5"),
        ({"UnitID": b"0"}, "24-0-5"),
        ({"DevID": b""}, None),
        ({"UnitID": b""}, None),
        ({"ChlID": b""}, None),
    ],
)
def test_the_channel_has_all_its_three_parts(edits, address):
    assert echub.read(repacked(**edits)).metadata.value("instrument.address") == address


# -- real files ------------------------------------------------------------------------------


@needs_real
def test_every_number_of_the_real_nda():
    """Version 29: signed tenths of mV, the current range's unit, milliseconds, in records of 86 bytes."""
    path = real("test.nda")
    raw = path.read_bytes()
    first = raw.index(b"\x55\x00\x01\x00\x00\x00")
    records = [raw[at : at + RECORD] for at in range(first, len(raw), RECORD) if raw[at] == 0x55]
    data = echub.read(path)["timeseries"]
    fields = [struct.unpack_from("<xxIIHBBQii8xqqqqHBBBBBxi", record) for record in records]
    assert len(fields) == len(data["voltage"]) == 439
    scale = np.array([SCALES[f[-1]] for f in fields])
    column = lambda n: np.array([f[n] for f in fields])  # noqa: E731
    assert list(data["vendor_index"]) == list(column(0))
    assert list(data["cycle"]) == list(column(1) + 1)
    assert list(data["step"]) == list(column(2))
    assert np.array_equal(data["step_time"], column(5) / 1000)
    assert data["voltage"] == pytest.approx(column(6) / 10_000, abs=1e-8)
    assert data["current"] == pytest.approx(column(7) * scale, rel=1e-6)
    assert data["charge_step"] == pytest.approx((column(8) - column(9)) * scale / 3600, rel=1e-6)
    assert data["vendor_energy_mwh"] == pytest.approx((column(10) - column(11)) * scale / 3600, rel=1e-6)
    seconds = column(15) * 3600 + column(16) * 60 + column(17)
    assert np.array_equal(np.diff(data["vendor_unix_time_s"]), np.diff(seconds))


@needs_real
@pytest.mark.parametrize("name", ["filetype14-0.ndax", "nw4-120-6-1-36.ndax"])
def test_every_voltage_and_current_of_the_real_ndax(name):
    """Version 14: pairs of float32, V and A, in blocks of 4096 bytes whose mask says what is filled."""
    with zipfile.ZipFile(real(name)) as archive:
        raw = archive.read("data.ndc")
    pairs = []
    for at in range(4096, len(raw), 4096):
        mask = int.from_bytes(raw[at + 4 : at + 132], "little")
        many = (4096 - 132 - 1) // 8
        pairs += [struct.unpack_from("<ff", raw, at + 132 + 8 * n) for n in range(many) if mask >> n & 1]
    data = echub.read(real(name))["timeseries"]
    assert len(data["voltage"]) == len(pairs)
    assert np.array_equal(data["voltage"], np.array([p[0] for p in pairs], np.float32))
    assert data["current"] == pytest.approx([p[1] * 1000 for p in pairs], rel=1e-7)


@needs_real
@pytest.mark.filterwarnings("ignore")  # what the other library does is not ours
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_a_second_library_agrees(path):
    second = pytest.importorskip("NewareNDA").read(str(path), log_level="ERROR")
    data = echub.read(path, options={"cycles": "chg"})["timeseries"]
    assert np.array_equal(data["cycle"], second["Cycle"])
    assert data["voltage"] == pytest.approx(second["Voltage"].to_numpy(), abs=1e-6)
    assert data["current"] == pytest.approx(second["Current(mA)"].to_numpy(), abs=1e-6)
    assert data["step_time"] == pytest.approx(second["Time"].to_numpy(), abs=1e-3)
    charge = second["Charge_Capacity(mAh)"] - second["Discharge_Capacity(mAh)"]
    assert data["charge_step"] == pytest.approx(charge.to_numpy(), abs=1e-4)


@needs_real
@pytest.mark.parametrize(("name", "agree"), [("test.nda", 0.015), ("nw4-120-6-1-36.ndax", 2e-4)])
def test_the_charge_counter_proves_current_time_and_sign(name, agree):
    data = echub.read(real(name))["timeseries"]
    counted = 0
    for step in np.unique(data["step_execution"]):
        here = data["step_execution"] == step
        time, current, charge = (data[c][here].astype(float) for c in ("step_time", "current", "charge_step"))
        if np.abs(current).max() > 0 and len(time) > 3:
            assert np.trapezoid(current, time) / 3600 == pytest.approx(charge[-1] - charge[0], rel=agree)
            counted += 1
    assert counted >= 3


@needs_real
def test_the_programme_proves_unit_and_sign():
    """The step file programmes 22.5 mA; charging raises the voltage, discharging lowers it."""
    record = echub.read(real("nw4-120-6-1-36.ndax"))
    steps = record.settings["Step"]["Step_Info"]
    assert float(steps["Step1"]["Limit"]["Main"]["Curr"]["Value"]) == 22.5
    data = record["timeseries"]
    for name, sign in (("CC_Chg", 1), ("CC_DChg", -1)):
        here = data["technique"] == name
        assert np.median(data["current"][here]) == pytest.approx(22.5 * sign, rel=1e-3)
        first = here & (data["step_execution"] == data["step_execution"][here][0])
        assert np.sign(data["voltage"][first][-1] - data["voltage"][first][0]) == sign
    assert record.metadata.value("experiment.start") == "2025-02-06T10:59:55"
    assert record.metadata.value("instrument.address") == "120-0-41"


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("aux3_temperature_degC", "degC"),
        ("aux1_voltage_V", "V"),
        ("aux-1_clamp_air_pressure_kPa", "kPa"),
        ("aux2_humidity", None),
    ],
)
def test_auxiliary_channels_keep_the_unit_of_their_name(name, unit):
    from echub_neware.columns import column_of

    column = column_of(name, np.zeros(2), 12, is_utc=True)
    assert (column.quantity, column.unit) == (None, unit)


@pytest.mark.parametrize(("cut", "lost"), [(1, 1), (5, 1), (85, 1), (86, 1), (100, 2), (400, 5)])
def test_a_record_that_was_cut_says_so(tmp_path, cut, lost):
    path = tmp_path / "cell.nda"
    path.write_bytes(nda()[:-cut])
    record = echub.read(path)
    assert record["timeseries"].rows == len(rows()) - lost
    (notice,) = [n for n in record.notices if n.code == "truncated"]
    assert f"{len(rows()) - lost} were recovered" in notice.message
    assert [dropped.code for dropped in record.dropped] == ["dropped"]
    path.write_bytes(nda() + bytes(3000))
    whole = echub.read(path)
    assert (whole["timeseries"].rows, whole.notices, whole.dropped) == (len(rows()), [], [])


@needs_real
def test_a_real_record_states_where_its_rows_end(tmp_path):
    path = real("test.nda")
    assert not echub.read(path).dropped
    (tmp_path / "cut.nda").write_bytes(path.read_bytes()[:-5])
    assert "truncated" in {notice.code for notice in echub.read(tmp_path / "cut.nda").notices}
