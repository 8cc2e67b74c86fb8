"""Every real `.mpr` of the corpus: it converts, nothing is lost, and it says what its text says.

`EXCEPTIONS` lists every column in which a text differs from its `.mpr`, with the cause and with
what the differing cells must look like; one that is no longer needed fails.
"""

import re
import struct
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pytest

import echub
from fixtures.eclab import byte_map
from tests.plugins.echub_eclab.support import (
    CORPUS,
    FLAG_IDS,
    NO_CORPUS,
    assert_settings_are_whole,
    manifest,
    over,
    real,
    real_files,
    twins,
)
from tests.plugins.echub_eclab.twin import Twin, numbers, read_twin

ALIASES = {
    "<Ewe>/V": ["<Ewe/V>"],  # a misprint of three exports
    "P/W": ["Pwe/W"],  # renamed in 11.6x
    "Energy charge/W.h": ["Energy we charge/W.h"],
    "Energy discharge/W.h": ["Energy we discharge/W.h"],
    "Analog IN 1": ["Analog IN 1/V"],  # the text prints V whatever the input measures
    "Analog IN 2": ["Analog IN 2/V"],
    "Force/N": ["Analog IN 1/V"],
    "Temperatur/°C": ["Analog IN 2/V"],
}
"""Our header to those under which a text may print the same column."""

CHOSEN = {"echemistpy-cli/ZMO_C_C02.txt", "hybrid-drt/PEIS_LPSCl_IonBlocking_-25C.txt"}
"""Texts whose columns the user chose: what they leave out is not loss."""

ZEROED = "an old export prints <Ewe> as 0 in 117 of 121 rows"
MASKED = "EC-Lab masks quality indicators that it does not trust with -1"
INTEGRATED = "charge integrated again before the export, which also added energies; same to 1e-7 of it"

CP, CP_TEXTS = "biologic-converter/cp.mpr", ("biologic-converter/cp.mpt", "yadg/cp.mpt")
EIS = "yadg/peis.issue_149.mpr"
EXCEPTIONS = {
    **{(CP, text, "<Ewe>/V"): (ZEROED, 117, lambda text, _: text == 0) for text in CP_TEXTS},
    **{
        (EIS, "yadg/peis.issue_149.mpt", f"{name} {of}/%"): (MASKED, 8, lambda text, _: text == -1)
        for name in ("THD", "NSD", "NSR")
        for of in ("Ewe", "I")
    },
    (CP, "yadg/tests__test_x_eclab__cp.mpt", "Q charge/discharge/mA.h"): (
        INTEGRATED,
        120,
        lambda text, stored: np.abs(text - stored) <= 1e-7 * np.abs(stored),
    ),
}
"""(.mpr, text, header) to cause, number of differing rows, and what holds in every one of them."""


@cache
def text_of(name: str) -> Twin:
    return read_twin(CORPUS / name)


UNPRINTED = ("last row of a loop", "other bits of flags")
"""Fields of the status byte that no id of the header names."""


def printed_columns(record) -> dict[str, list[np.ndarray]]:
    """Return what a text prints of a record: source columns by header, flags taken apart."""
    bits = next((c.bits for d in record.datasets.values() for c in d.columns.values() if c.bits), ())
    columns = {}
    for (_, header), values in record.source_table().items():
        parts = (
            [(b.header, b.extract(values)) for b in bits if b.header not in UNPRINTED]
            if header == "flags"
            else [(header, values)]
        )
        for name, part in parts:
            columns.setdefault(name, []).append(part)
    return columns


# -- nothing is lost -------------------------------------------------------------------------


@over("name", real_files())
def test_every_file_converts_and_reads_back(name, tmp_path):
    result = echub.convert(CORPUS / name, path=tmp_path / "out.mpr.h5")
    (row,) = [row for row in manifest() if row["file"] == name]
    assert sum(d.rows for d in result.record.datasets.values()) == int(row["rows"])
    assert result.record.dropped == []
    assert echub.read(tmp_path / "out.mpr.h5").same_as(result.record)


@over("name", real_files())
def test_every_byte_of_every_record_comes_back_from_the_columns(name):
    data = (CORPUS / name).read_bytes()
    place = byte_map(data)["VMP data"]
    table = real(name).source_table()
    rows = len(next(iter(table.values())))
    packed = np.empty(rows, [(f"{k}", values.dtype) for k, values in enumerate(table.values())])
    for field, values in zip(packed.dtype.names, table.values(), strict=True):
        packed[field] = values
    assert packed.tobytes() == data[place.inside.records : place.end]


@over("name", real_files())
def test_stored_ids_are_the_columns_of_the_record(name):
    data = (CORPUS / name).read_bytes()
    place = byte_map(data)["VMP data"]
    count = struct.unpack_from("<H" if place.version == 11 else "<B", data, place.inside.n_columns)[0]
    ids = struct.unpack_from(f"<{count}H", data, place.inside.ids)
    (row,) = [row for row in manifest() if row["file"] == name]
    assert len(printed_columns(real(name))) <= int(row["columns"]) == len(ids)
    record = real(name)
    assert record.settings["data"]["column_ids"] == list(ids)
    own = [i for i in ids if i not in FLAG_IDS]
    assert len(record.source_table()) == len(own) + bool(FLAG_IDS & set(ids))
    columns = [c for d in record.datasets.values() for c in d.columns.values() if c.index is not None]
    named = {int(i) for c in columns for i in c.attrs["source_id"].split()}
    assert named == set(ids)


@over("name", real_files())
def test_every_byte_of_every_settings_module_is_kept(name):
    assert_settings_are_whole(real(name), (CORPUS / name).read_bytes())


def test_the_table_of_all_files(record_property):
    if not real_files():
        pytest.skip(NO_CORPUS)
    lines = [f"{'file':66}{'rows':>7}{'columns':>9}{'vendor':>8}  warnings"]
    for name in real_files():
        record = real(name)
        columns = [c for d in record.datasets.values() for c in d.columns.values() if c.index is not None]
        names = {c.header for c in columns}
        vendor = {c.header for c in columns if c.is_vendor}
        rows = sum(d.rows for d in record.datasets.values())
        warnings = ", ".join(notice.code for notice in record.notices) or "-"
        lines.append(f"{name:66}{rows:7}{len(names):9}{len(vendor):8}  {warnings}")
        record_property(name, f"{rows} rows, {len(names)} columns, {len(vendor)} vendor, {warnings}")
    print("\n" + "\n".join(lines))
    assert len(lines) == 1 + 51
    coded = {n for n in real_files() if any(notice.code == "unknown-setting-code" for notice in real(n).notices)}
    assert coded == {"navani/00_test_02_MB_C01.mpr", "navani/00_test_04_MB_C01.mpr", "yadg/gcpl.pr_182.1.mpr"}
    warned = {n for n in real_files() if {notice.code for notice in real(n).notices} - {"unknown-setting-code"}}
    assert warned == {row["file"] for row in manifest() if row["kind"] == "mpr" and "LOG" not in row["modules"]}


# -- the texts -------------------------------------------------------------------------------


def test_there_are_26_files_with_a_text():
    if not twins():
        pytest.skip(NO_CORPUS)
    assert len({mpr for mpr, _ in twins()}) == 26


@over("mpr_and_text", twins(), ids=lambda pair: pair[1])
def test_every_stored_column_is_what_the_text_prints(mpr_and_text):
    mpr, text = mpr_and_text
    record, twin = real(mpr), text_of(text)
    columns = printed_columns(record)
    compared = 0
    for header, stored in columns.items():
        printed = _printed(header, twin)
        if not printed:
            assert text in CHOSEN, f"{text} does not print {header}"
            continue
        assert len(printed) >= len(stored)
        for values, cells in zip(stored, printed, strict=False):
            compared += 1
            _compare(values, cells, record, (mpr, text, header))
    assert compared == (len(columns) if text not in CHOSEN else len(twin.names) - _only_exported(twin, columns))


def _printed(header: str, twin: Twin) -> list[list[str]]:
    names = [header, *ALIASES.get(header, [])]
    return next((found for name in names if (found := twin.column(name))), [])


def _only_exported(twin: Twin, columns) -> int:
    """Count the printed columns that EC-Lab computes on export."""
    return len([name for name in twin.names if name not in columns])


def _compare(values, cells, record, key) -> None:
    assert len(values) == len(cells), key
    if cells and "/" in cells[0]:
        values, printed, half = _clock(values, cells, record)
    else:
        printed, half = numbers(cells)
    wrong = ~(np.abs(printed - values.astype(float)) <= half * (1 + 1e-9) + np.spacing(np.abs(printed)))
    cause, count, holds = EXCEPTIONS.get(key, ("", 0, None))
    assert wrong.sum() == count, f"{key}: {wrong.sum()} rows differ, {count} expected ({cause or 'none known'})"
    if holds is not None:
        assert np.all(holds(printed[wrong], values[wrong])), f"{key}: {cause}"


def _clock(values, cells, record):
    """Compare absolute times of day, printed to 0.1 ms, as seconds since the start."""
    start = datetime.fromisoformat(record.metadata.value("experiment.start"))
    moments = [datetime.strptime(cell, "%m/%d/%Y %H:%M:%S.%f") for cell in cells]
    seconds = np.array([(moment - start) / timedelta(seconds=1) for moment in moments])
    return values, seconds, np.full(len(cells), 0.5e-4)


def test_every_exception_belongs_to_a_pair_that_is_compared():
    if not twins():
        pytest.skip(NO_CORPUS)
    for mpr, text, header in EXCEPTIONS:
        assert (mpr, text) in twins()
        assert header in printed_columns(real(mpr))
        assert _printed(header, text_of(text))


# -- the headers of the texts ----------------------------------------------------------------

WITH_HEADER = [pair for pair in twins() if len(text_of(pair[1]).lines) > 2]
CAPACITY = {"A.h": 1e3, "mA.h": 1.0, "µA.h": 1e-3}
TO_CM2 = {"cm²": 1.0, "mm²": 0.01, "cm\ufffd": 1.0}
TO_MG = {"g": 1e3, "mg": 1.0}


def said(twin: Twin, key: str) -> str | None:
    """Return what a text says behind a key; several lines of one key are one text."""
    lines = [line.lstrip() for line in twin.lines]
    found = [line.partition(" :")[2].removeprefix(" ") for line in lines if line.startswith(f"{key} :")]
    return "\r\n".join(found).rstrip() if found else None


def amount(text: str) -> tuple[float, float, str]:
    """Split `0,785 cm²` into number, half a unit of its last digit, and unit."""
    number, unit = text.replace(",", ".").split(" ")
    (value,), (half,) = numbers([number])
    return value, half, unit


@over("mpr_and_text", WITH_HEADER, ids=lambda pair: pair[1])
def test_the_header_of_the_text_says_the_same(mpr_and_text):
    mpr, text = mpr_and_text
    twin, metadata, settings = text_of(text), real(mpr).metadata, real(mpr).settings
    assert twin.lines[3] == metadata.value("technique.title")
    for path, key in (
        ("experiment.comments", "Comments"),
        ("cell.electrolyte", "Electrolyte"),
        ("cell.electrodes.working.material", "Electrode material"),
        ("instrument.address", "Address"),
        ("instrument.host", "Host"),
    ):
        assert (metadata.value(path) or "").rstrip() == said(twin, key), key
    channel, serial = re.fullmatch(r"(\d+) \(SN (\d+)\)", said(twin, "Run on channel")).groups()
    assert metadata.value("instrument.channel") == int(channel)
    assert metadata.value("instrument.channel_serial") == serial
    assert said(twin, "Device").endswith(f"(SN {metadata.value('instrument.serial')})")
    versions = [re.search(r" v(\S+) \(", line)[1] for line in twin.lines if re.search(r" v\S+ \(", line)]
    log = settings["log"]
    assert versions == [log["software_version"], log["server_version"], log["interpreter_version"]]
    low, high = re.fullmatch(
        r"min = (\S+) V, max = (\S+) V", said(twin, "Ewe ctrl range").replace(",,", ",")
    ).groups()
    for name, printed in (("ewe_control_min", low.rstrip(",")), ("ewe_control_max", high)):
        assert log[name] == pytest.approx(float(printed.replace(",", ".")), abs=0.005)


@over("mpr_and_text", WITH_HEADER, ids=lambda pair: pair[1])
def test_the_start_is_that_of_the_text_to_the_millisecond(mpr_and_text):
    mpr, text = mpr_and_text
    printed = said(text_of(text), "Acquisition started on")
    form = "%m/%d/%Y %H:%M:%S.%f" if "." in printed else "%m/%d/%Y %H:%M:%S"
    start = datetime.fromisoformat(real(mpr).metadata.value("experiment.start"))
    moment = datetime.strptime(printed, form)
    assert start if "." in printed else start.replace(microsecond=0) == moment
    assert abs(start - moment) < timedelta(milliseconds=1 if "." in printed else 1000)
    assert real(mpr).metadata.value("experiment.timezone") == "unknown"


@over("mpr_and_text", WITH_HEADER, ids=lambda pair: pair[1])
def test_area_masses_and_capacity_are_those_of_the_text_with_their_units(mpr_and_text):
    mpr, text = mpr_and_text
    twin, metadata = text_of(text), real(mpr).metadata
    for path, key, units in (
        ("cell.area", "Electrode surface area", TO_CM2),
        ("cell.characteristic_mass", "Characteristic mass", TO_MG),
        ("cell.active_mass", "Mass of active material", TO_MG),
        ("cell.capacity", "Battery capacity", CAPACITY),
    ):
        printed = said(twin, key)
        if printed is None:
            continue
        value, half, unit = amount(printed)
        if value in (0, 0.001):
            assert path not in metadata, f"{key} {printed} is not set"
        else:
            scale = units[unit]
            assert metadata.value(path) == pytest.approx(value * scale, abs=1.0001 * half * scale), key


@over("mpr_and_text", WITH_HEADER, ids=lambda pair: pair[1])
def test_loops_and_averaging_are_those_of_the_text(mpr_and_text):
    mpr, text = mpr_and_text
    twin, settings = text_of(text), real(mpr).settings
    loops = [re.match(r"Loop (\d+) from point number (\d+) to (\d+)", line) for line in twin.lines]
    printed = [(int(m[2]), int(m[3])) for m in loops if m]
    assert len(printed) == int(said(twin, "Number of loops") or 0)
    if printed:
        firsts = settings["loop"]["first_rows"]
        assert [first for first, _ in printed] == firsts
        assert [last + 1 for _, last in printed] == [*firsts[1:], settings["loop"]["rows"]]
    average = next(
        (re.search(r"Average data every (\d+)", line) for line in twin.lines if "Average" in line), None
    )
    assert average is None or settings["log"]["averaging"] == int(average[1])


@over("name", real_files())
def test_current_ranges_of_the_record_are_the_stored_codes(name):
    record = real(name)
    codes = [v for (_, h), v in record.source_table().items() if h == "I Range"]
    for dataset in record.datasets.values():
        if "current_range" in dataset.columns:
            column = dataset.column("current_range")
            assert set(column.labels) == set(np.unique(column.source_values()).tolist())
            assert column.labels.get(11, "10 mA") == column.labels.get(39, "10 mA") == "10 mA"
    assert len(codes) == (39 in record.settings["data"]["column_ids"])


@over("name", real_files())
def test_techniques_are_those_of_the_manifest(name):
    (row,) = [row for row in manifest() if row["file"] == name]
    record = real(name)
    assert record.metadata.value("technique.name") == row["technique"]
    assert (record.metadata.value("instrument.software") or "") == row["eclab"]
    data = next(m for m in record.settings["modules"] if m["name"] == "VMP data")
    assert (f"v{data['header']}", data["version"]) == (row["header"], int(row["data_version"]))


def test_bits_that_no_id_names_occur_and_stay(tmp_path):
    record = real("yadg/vsp_ocv_wo.mpr")  # ids 1 and 3 share the byte; EC-Lab sets the bit of ox/red all the same
    assert set(record["timeseries"]["vendor_other_flags"].tolist()) == {0x04 >> 2}  # the lowest bit without a name
    echub.convert(record, path=tmp_path / "a.csv", to="csv")
    again = echub.read(tmp_path / "a.csv")["timeseries"].columns["flags"].values
    np.testing.assert_array_equal(again, record["timeseries"].columns["flags"].values)
