"""Set, LOG, loop and ExtDev: the typed part, what counts as not set, and what is kept verbatim."""

import math
import struct
from datetime import datetime

import pytest

from echub.plugin import Metadata
from echub_eclab.settings import (
    _plausible,
    iso,
    iso_date,
    read_external_device,
    read_log,
    read_loop,
    read_set,
    shortest,
)
from fixtures.eclab import AnalogInput, ExternalDevice, Log, RawParameters, Settings
from fixtures.eclab.settings import encode_external_device, encode_log, encode_loop, encode_settings

START = datetime(2024, 3, 14, 9, 26, 53, 250000)


def set_module(technique=0x19, version="v2", **changes):
    return encode_settings(technique, Settings(**changes), RawParameters(5, [bytes(range(1, 18))]), version)


def typed(data, reader=read_set):
    """Read a module; give the typed values with their units, and the codes of the notices."""
    metadata = Metadata()
    _, notices = reader(data, metadata)
    return {e.path: (e.value, e.unit) if e.unit else e.value for e in metadata}, [n.code for n in notices]


# -- Set -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_what_the_user_typed_arrives_with_units(version):
    data = set_module(
        version=version,
        comments="cell 7\r\nMODULE µ",
        area=0.785,
        active_mass_mg=4.25,
        characteristic_mass=2.5,
        characteristic_mass_unit="mg",
        capacity_mah=5.5,
        electrode_material="Na",
        electrolyte="NZSP",
        volume=1.25,
    )
    assert typed(data) == (
        {
            "technique.code": 25,
            "technique.name": "CP",
            "technique.title": "Chronopotentiometry",
            "experiment.comments": "cell 7\r\nMODULE µ",
            "cell.electrolyte": "NZSP",
            "cell.electrodes.working.material": "Na",
            "cell.active_mass": (4.25, "mg"),
            "cell.capacity": (5.5, "mA*h"),
            "cell.area": (0.785, "cm^2"),
            "cell.characteristic_mass": (2.5, "mg"),
            "cell.volume": (1.25, "cm^3"),
        },
        [],
    )


def test_nothing_typed_leaves_only_the_technique():
    assert set(typed(set_module())[0]) == {"technique.code", "technique.name", "technique.title"}


MEASURED = {
    "area": ("electrode_area", "cell.area"),
    "active_mass_mg": ("active_mass", "cell.active_mass"),
    "characteristic_mass": ("characteristic_mass", "cell.characteristic_mass"),
    "capacity_mah": ("battery_capacity", "cell.capacity"),
    "volume": ("volume", "cell.volume"),
}
"""Name in the settings, and path in the metadata."""


@pytest.mark.parametrize("value", [0.0, 0.001])
@pytest.mark.parametrize("setting", MEASURED)
def test_placeholders_are_not_set(setting, value):
    found, notices = typed(set_module(**{setting: value}))
    assert MEASURED[setting][1] not in found
    assert not notices


@pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1"), (math.nan, "nan"), (math.inf, "inf")])
@pytest.mark.parametrize("setting", MEASURED)
def test_impossible_values_are_not_set_and_told(setting, value, shown):
    name, path = MEASURED[setting]
    metadata = Metadata()
    _, (notice,) = read_set(set_module(**{setting: value}), metadata)
    assert path not in metadata
    assert notice.code == "impossible-value"
    assert notice.message.startswith(f"{name} is {shown} ")
    assert notice.message.endswith(f"which it cannot be: it is kept verbatim, not as {path}")


def test_a_placeholder_is_kept_verbatim():
    values, _ = read_set(set_module(), Metadata())
    assert values["electrode_area"] == pytest.approx(0.001)
    assert values["battery_capacity"] == 0


@pytest.mark.parametrize(
    ("setting", "value", "unit", "path", "expected"),
    [
        ("area", 78.5, "mm^2", "cell.area", (0.785, "cm^2")),
        ("area", 0.785, "cm^2", "cell.area", (0.785, "cm^2")),
        ("characteristic_mass", 0.25, "g", "cell.characteristic_mass", (250.0, "mg")),
        ("characteristic_mass", 17.233, "mg", "cell.characteristic_mass", (17.233, "mg")),
    ],
)
def test_the_unit_byte_decides(setting, value, unit, path, expected):
    assert typed(set_module(**{setting: value, f"{setting}_unit": unit}))[0][path] == expected


@pytest.mark.parametrize("display", ["A.h", "mA.h", "uA.h"])
def test_a_capacity_is_in_milliampere_hours_whatever_unit_is_displayed(display):
    assert typed(set_module(capacity_mah=1.44, capacity_unit=display))[0]["cell.capacity"] == (1.44, "mA*h")


@pytest.mark.parametrize(
    ("setting", "path"),
    [("area", "cell.area"), ("characteristic_mass", "cell.characteristic_mass"), ("volume", "cell.volume")],
)
def test_an_unknown_unit_code_keeps_the_number_verbatim_and_says_so(setting, path):
    metadata = Metadata()
    values, notices = read_set(set_module(**{setting: 2.5, f"{setting}_unit": 9}), metadata)
    assert path not in metadata
    assert 2.5 in values.values()
    assert [n.code for n in notices] == ["unknown-unit-code"]
    assert notices[0].message.startswith("the unit code 9 of ")
    assert notices[0].message.endswith(f"2.5 is kept verbatim, not as {path}")


def test_an_unknown_unit_code_of_nothing_is_no_news():
    assert typed(set_module(area=0.001, area_unit=9))[1] == []


def test_the_reference_electrode_is_verbatim_and_never_the_cells():
    metadata = Metadata()
    values, _ = read_set(set_module(reference_electrode="SCE Sat'd Calomel"), metadata)
    assert values["reference_electrode"] == "SCE Sat'd Calomel"
    assert not [e for e in metadata if "reference" in e.path]


def test_an_unknown_technique_keeps_its_number():
    found, notices = typed(set_module(technique=0xE7))
    assert found == {"technique.code": 0xE7}
    assert notices == ["unknown-technique"]


def test_a_set_module_cut_anywhere_gives_what_is_there():
    whole = set_module(area=0.785, comments="abc", capacity_mah=1.0)
    complete, _ = read_set(whole, Metadata())
    for cut in range(0x270):
        values, _ = read_set(whole[:cut], Metadata())
        assert all(complete[name] == value for name, value in values.items())
        assert ("electrode_area" in values) == (cut >= 0x215)
    assert read_set(b"", Metadata()) == ({}, [])


@pytest.mark.parametrize(("value", "expected"), [(0.785, 0.785), (1.539, 1.539), (7000.0, 7000.0), (1e-6, 1e-6)])
def test_a_float32_becomes_the_decimal_that_was_typed(value, expected):
    assert shortest(struct.unpack("<f", struct.pack("<f", value))[0]) == expected


# -- LOG -------------------------------------------------------------------------------------


def test_the_log_says_when_and_on_what():
    found, notices = typed(encode_log(Log(START, channel=3, averaging=5, device_serial=".003076")), read_log)
    assert found == {
        "experiment.start": "2024-03-14T09:26:53.250",
        "experiment.timezone": "unknown",
        "instrument.channel": 4,
        "instrument.channel_serial": "15300",
        "instrument.serial": ".003076",
        "instrument.address": "192.0.2.20",
        "instrument.host": "192.0.2.10",
        "instrument.software": "11.50",
        "instrument.firmware": "11.50",
        "experiment.file_name": "C:\\Data\\Na symmetric cell.mpr",
    }
    assert not notices


def test_control_range_and_averaging_are_kept_verbatim():
    values, _ = read_log(encode_log(Log(START, e_range=(-2.5, 5.0), averaging=50)), Metadata())
    assert (values["ewe_control_min"], values["ewe_control_max"], values["averaging"]) == (-2.5, 5.0, 50)


@pytest.mark.parametrize("offset", [465, 469, 473])
def test_the_start_of_an_older_log_is_found_and_marked_unconfirmed(offset):
    days = struct.unpack_from("<d", encode_log(Log(START)), 0x249)[0]
    old = bytearray(600)
    struct.pack_into("<d", old, offset, days)
    metadata = Metadata()
    _, notices = read_log(bytes(old), metadata)
    assert metadata.value("experiment.start") == "2024-03-14T09:26:53.250"
    assert [n.code for n in notices] == ["unconfirmed-start"]
    assert f"offset {offset}" in notices[0].message


@pytest.mark.parametrize("days", [0.0, math.nan, math.inf, -1.0, 32_000.0, 80_000.0, 1e300, 5e-324])
def test_a_start_that_cannot_be_is_none(days):
    data = bytearray(encode_log(Log(START)))
    struct.pack_into("<d", data, 0x249, days)
    found, notices = typed(bytes(data), read_log)
    assert "experiment.start" not in found
    assert notices == ["no-start"]


def test_a_log_cut_anywhere_gives_what_is_there():
    whole = encode_log(Log(START))
    complete, _ = read_log(whole, Metadata())
    for cut in range(0, 0x930, 3):
        values, _ = read_log(whole[:cut], Metadata())
        assert all(complete[name] == value for name, value in values.items())


@pytest.mark.parametrize(("days", "start"), [
    (32_874.0, None), (32_874.5, "1990-01-01T12:00:00.000"), (73_050.5, "2099-12-31T12:00:00.000"),
    (73_051.0, None), (None, None), (math.nan, None),
])  # fmt: skip
def test_a_start_lies_between_1990_and_2100(days, start):
    """Day 32 874 is the first of January 1990, which no instrument's clock was set to."""
    assert _plausible(days) == start


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(1999, 12, 31, 23, 59, 59, 999000), "1999-12-31T23:59:59.999"),
        (datetime(2024, 2, 29), "2024-02-29T00:00:00.000"),
        (datetime(2021, 10, 3, 0, 0, 0, 1000), "2021-10-03T00:00:00.001"),
    ],
)
def test_days_since_1899_become_local_time_to_the_millisecond(moment, expected):
    assert iso((moment - datetime(1899, 12, 30)).total_seconds() / 86_400) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("03/14/24", "2024-03-14"),
        ("03-14-24", "2024-03-14"),
        ("03.14.24", "2024-03-14"),
        ("12/31/99", "1999-12-31"),
        ("01/02/03", "2003-01-02"),
        ("01/02/79", "2079-01-02"),
        ("01/02/80", "1980-01-02"),
        ("14/03/24", None),
        ("02/30/24", None),
        ("00/00/00", None),
        ("", None),
        ("03/14", None),
        ("xx/xx/xx", None),
        ("0²/14/24", None),
        ("03/1\ufffd/24", None),
    ],
)
def test_module_dates_are_month_first(date, expected):
    assert iso_date(date) == expected


# -- loop and ExtDev -------------------------------------------------------------------------


def test_loops_are_first_rows_and_the_number_of_rows():
    assert read_loop(encode_loop([0, 21, 42], 84)) == {"first_rows": [0, 21, 42], "rows": 84}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", {}),
        (b"\x01\0\0", {}),
        (struct.pack("<I", 0), {"first_rows": [], "rows": 0}),
        (struct.pack("<3I", 0xFFFFFFFF, 0, 9), {"first_rows": [0], "rows": 9}),
        (struct.pack("<2I", 5, 9), {"first_rows": [], "rows": 9}),
    ],
    ids=["empty", "cut", "none", "2^32 loops", "fewer than counted"],
)
def test_loops_that_are_cut_or_miscounted_cost_nothing(data, expected):
    assert read_loop(data) == expected


@pytest.mark.parametrize(("version", "header"), [("v1", 1), ("v2", 2)])
def test_the_external_device_names_and_scales_its_inputs(version, header):
    inputs = [AnalogInput("Force/N", 10.0, -1.0, 1100.0, 5.0), AnalogInput("Temperature/°C", max_value=150.0)]
    data = encode_external_device(ExternalDevice(inputs), version)
    assert read_external_device(data, header) == {
        "analog_in_1": "Force/N",
        "analog_in_1_max_volt": 10.0,
        "analog_in_1_min_volt": -1.0,
        "analog_in_1_max": 1100.0,
        "analog_in_1_min": 5.0,
        "analog_in_2": "Temperature/°C",
        "analog_in_2_max_volt": 10.0,
        "analog_in_2_min_volt": 0.0,
        "analog_in_2_max": 150.0,
        "analog_in_2_min": 0.0,
    }


def test_offsets_of_the_wrong_version_do_not_read_the_same():
    data = encode_external_device(ExternalDevice([AnalogInput("Force/N")]), "v2")
    assert read_external_device(data, 1) != read_external_device(data, 2)
