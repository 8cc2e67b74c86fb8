"""Files with one thing altered: the notice or error has the numbers of this file; the whole file has none."""

from __future__ import annotations

import struct

import pytest

import echub
from echub.errors import EchubError
from fixtures.sims import cameca_profile, massoft, massoft_rows
from fixtures.zahner.make import ism, isw

MASSOFT, CAMECA = massoft(), cameca_profile()


def clock_of(data, seconds):
    """Return a spectrum whose clock starts at some second: the fourth block of numbers."""
    first = data.index(struct.pack(">d", echub.read(data, reader="zahner-ism")["impedance"]["vendor_clock"][0]))
    return data[:first] + struct.pack(">d", seconds) + data[first + 8 :]


ALTERED = {
    "zahner: no such day": (
        "zahner-isw",
        isw(),
        lambda d: d.replace(b"mar,07.2024", b"mar,47.2024"),
        "no-start",
        ["mar,47.2024 09:10:00 cannot be read"],
    ),
    "zahner: no such hour": (
        "zahner-isw",
        isw(),
        lambda d: d.replace(b"09:10:00 -", b"29:10:00 -"),
        "no-start",
        ["mar,07.2024", "29:10:00"],
    ),
    "zahner: clock of 1980": ("zahner-ism", ism(), lambda d: clock_of(d, -7.0), "no-start", ["-7 s"]),
    "cameca: no polarity": (
        "cameca-profile",
        CAMECA,
        lambda d: d.replace(b"Secondary ion polarity\t\t+\t", b"\t"),
        "polarity-unknown",
        ["polarity"],
    ),
    "cameca: cations in negative": (
        "cameca-profile",
        CAMECA,
        lambda d: d.replace(b"ion polarity\t\t+\t", b"ion polarity\t\t-\t"),
        "cations-in-negative",
        ["7Li", "113In"],
    ),
    "cameca: the first mass": (
        "cameca-profile",
        CAMECA,
        lambda d: d.replace(b"7Li | 7.016", b"7Li | 8.016"),
        "mass-label",
        ["7Li was measured at mass 8.016"],
    ),
    "cameca: the second mass": (
        "cameca-profile",
        CAMECA,
        lambda d: d.replace(b"113In | 112.904", b"113In | 114.904"),
        "mass-label",
        ["113In was measured at mass 114.904"],
    ),
    "cameca: other points": (
        "cameca-profile",
        CAMECA,
        lambda d: d.replace(b"species\t\t60\t", b"species\t\t61\t"),
        "row-count",
        ["says 61 points per species, the data have 60"],
    ),
    "cameca: no conditions": (
        "cameca-profile",
        CAMECA,
        lambda d: d[: d.index(b"*** MEASUREMENT CONDITIONS")],
        "no-conditions",
        ["cut"],
    ),
    "massoft: a start that is none": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b'"Date",6/14/2021', b'"Date",someday'),
        "start-unreadable",
        ["someday", "12:20:01 AM"],
    ),
    "massoft: a clock never set": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b"6/14/2021", b"6/14/2001"),
        "clock-never-set",
        ["2001-06-14"],
    ),
    "massoft: another channel": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b'"H2","28"', b'"N2","28"'),
        "mass-label",
        ["N2 was measured at mass 2.00"],
    ),
    "massoft: the last row less": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d[: d.rindex(b"\r\n", 0, -2) + 2],
        "row-count",
        ["12", "11"],
    ),
    "massoft: time unlike ms": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b"00:01:10,", b"00:31:10,"),
        "clock-disagrees",
        ["00:31:10", "70363"],
    ),
    "massoft: a time that is none": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b"00:01:10,", b"00 01 10,"),
        "clock-unreadable",
        ["00 01 10"],
    ),
    "massoft: not a number": (
        "hiden-massoft",
        MASSOFT,
        lambda d: d.replace(b"  1.80000e-07", b"       1.#INF", 1),
        "not-a-number",
        ["1.#INF"],
    ),
}


def notices_of(data, reader):
    return {notice.code: notice.message for notice in echub.read(data, reader=reader).notices}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_is_said_with_its_numbers(name):
    reader, data, alter, code, words = ALTERED[name]
    assert alter(data) != data
    found = notices_of(alter(data), reader)
    assert code in found
    assert all(word in found[code] for word in words), found[code]


@pytest.mark.parametrize(("reader", "data"), [(r, d) for r, d, *_ in {v[0]: v for v in ALTERED.values()}.values()])
def test_the_whole_file_has_none_of_them(reader, data):
    codes = {code for of, _, _, code, _ in ALTERED.values() if of == reader}
    assert not codes & set(notices_of(data, reader))


REFUSED = {
    "massoft: a cell of letters": (
        "hiden-massoft",
        MASSOFT.replace(b"  1.80000e-07", b"  one point 8", 1),
        ["line 16", "28", "one point 8"],
    ),
    "massoft: a row too short": ("hiden-massoft", MASSOFT.replace(b"  1.80000e-07,", b"", 1), ["line 16"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_damaged_row_is_refused_with_its_place(name):
    reader, data, words = REFUSED[name]
    with pytest.raises(EchubError) as caught:
        echub.read(data, reader=reader)
    said = " ".join(str(getattr(caught.value, part, "") or "") for part in ("message", "where", "column", "found"))
    assert all(word in said for word in words), said


UNITS = {
    "Faraday": ("torr", "mbar", "Pa", "A"),
    "SEM": ("torr", "mbar", "Pa", "c/s"),
    "Temperature": ("degC", "K"),
}
QUANTITIES = {
    "torr": "partial_pressure", "mbar": "partial_pressure", "Pa": "partial_pressure", "A": "ion_current",
    "c/s": "ion_count_rate", "degC": "temperature", "K": "temperature",
}  # fmt: skip
LEGENDS = {"Faraday": ("H2", 1), "SEM": ("CO2", 3), "Temperature": ("T", 4)}


@pytest.mark.parametrize(("given", "unit"), [(given, unit) for given, units in UNITS.items() for unit in units])
def test_a_stated_unit_is_that_of_its_input_and_of_no_other(given, unit, tmp_path):
    path = tmp_path / "trend.csv"
    path.write_bytes(MASSOFT)
    record = echub.read(path, reader="hiden-massoft", options={given.lower(): unit})
    columns = {c.header: c for d in record.datasets.values() for c in d.columns.values()}
    for other, (legend, _) in LEGENDS.items():
        quantity = columns[legend].quantity
        assert quantity == (QUANTITIES[unit] if other == given else None)
    stated = [n.message for n in record.notices if n.code == "unit-unknown"]
    assert [f"--option {other.lower()}=UNIT" in " ".join(stated) for other in UNITS] == [o != given for o in UNITS]


@pytest.mark.parametrize("unit", ["torr", "c/s"])
def test_a_unit_behind_the_input_needs_no_option(unit):
    record = echub.read(MASSOFT.replace(b'"SEM"', f'"SEM {unit}"'.encode()), reader="hiden-massoft")
    column = next(c for d in record.datasets.values() for c in d.columns.values() if c.header == "CO2")
    assert column.quantity == QUANTITIES[unit]
    assert column.attrs["unit_from"] == "the scan's input"
    assert column.attrs["mass"] == "44.00"


def test_a_dwell_is_kept_with_its_unit(tmp_path):
    path = tmp_path / "trend.csv"
    path.write_bytes(MASSOFT)
    record = echub.read(path, reader="hiden-massoft", options={"dwell": "0.25"})
    assert record.metadata.value("sims.dwell_time", "ms") == 250
    assert "sims.dwell_time" not in echub.read(path, reader="hiden-massoft").metadata
    assert len(massoft_rows()) == 12
