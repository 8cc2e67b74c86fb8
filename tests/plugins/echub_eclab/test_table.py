"""Columns with their meaning: names, units, origins, flags, ranges, raw bytes, notices."""

import numpy as np
import pytest

from echub_eclab.columns import FLAGS
from fixtures.eclab import SCENARIOS, AnalogInput, ExternalDevice, Log, MprFile, byte_map, replace
from fixtures.eclab.columns import record_dtype
from tests.plugins.echub_eclab.support import NAMES, TRUTH, codes, fixture, message, read, scenario


def by_header(record):
    return {c.header: c for dataset in record.datasets.values() for c in dataset.columns.values()}


def flags_of(record):
    return next(c for d in record.datasets.values() for c in d.columns.values() if c.quantity == "flags")


def stored_records(data, truth):
    """Return the records as the generator's own table has them."""
    place = byte_map(data)["VMP data"]
    dtype = record_dtype(truth["ids"], {i: np.empty(0, t) for i, t in ((9001, "<u4"), (9002, "<u8"))})
    return np.frombuffer(data[place.inside.records : place.end], dtype)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "two_unknown_ids"])
def test_every_stored_value_is_in_the_source_table(name):
    stored = stored_records(fixture(name), TRUTH[name])
    table = read(fixture(name)).source_table()
    assert len(table) == len(stored.dtype.names)
    for ((index, header), values), field in zip(table.items(), stored.dtype.names, strict=True):
        assert stored.dtype.names[index] == field
        assert values.dtype == stored.dtype[field], header
        assert values.tobytes() == stored[field].tobytes(), header


@pytest.mark.parametrize("name", NAMES)
def test_ids_of_the_columns_are_those_of_the_header(name):
    record = read(fixture(name), "none")
    assert record.settings["data"] == {"points": TRUTH[name]["rows"], "column_ids": TRUTH[name]["ids"]}
    columns = [c for d in record.datasets.values() for c in d.columns.values() if c.index is not None]
    named = {int(i) for column in columns for i in column.attrs["source_id"].split()}
    assert named == set(TRUTH[name]["ids"])
    assert not [d.omitted for d in record.datasets.values() if d.kind == "impedance" and d.omitted]


@pytest.mark.parametrize("name", [n for n in NAMES if TRUTH[n]["flags"]])
def test_flag_bytes_are_kept_whole(name):
    expected = {int(value): count for value, count in TRUTH[name]["flags"]["counts"].items()}
    bytes_, counts = np.unique(
        np.concatenate([v for (_, h), v in read(fixture(name)).source_table().items() if h == "flags"]),
        return_counts=True,
    )
    assert dict(zip(bytes_.tolist(), counts.tolist(), strict=True)) == expected


@pytest.mark.parametrize("ids", [(1,), (3,), (1, 3), (2, 21), (65,), (1, 2, 3, 21, 31, 65), (65, 1)])
def test_only_flags_that_the_header_names_are_named(ids):
    values = np.arange(256, dtype="u1")
    file = MprFile("OCV", {4: np.arange(256.0)}, flags=values, flag_ids=ids, ids=(*ids, 4))
    column = flags_of(read(file))
    rest = [] if len(ids) == 6 else ["other bits of flags"]  # six of them name every bit
    assert [bits.header for bits in column.bits] == [*(FLAGS[i].header for i in ids), "last row of a loop", *rest]
    assert column.values.tolist() == list(range(256))
    assert column.origin == "reported"


def test_bits_of_the_flag_byte_answer_under_their_names():
    file = MprFile("OCV", {4: np.arange(256.0)}, flags=np.arange(256, dtype="u1"))
    series = read(file)["timeseries"]
    every = np.arange(256)
    np.testing.assert_array_equal(series["control_mode"], every & 3)
    np.testing.assert_array_equal(series["oxidation_flag"], every >> 2 & 1)
    np.testing.assert_array_equal(series["error_flag"], every >> 3 & 1)
    np.testing.assert_array_equal(series["vendor_control_changes"], every >> 4 & 1)
    np.testing.assert_array_equal(series["vendor_ns_changes"], every >> 5 & 1)
    np.testing.assert_array_equal(series["vendor_loop_end"], every >> 6 & 1)
    np.testing.assert_array_equal(series["vendor_counter_inc"], every >> 7 & 1)


def test_the_last_row_of_every_loop_is_marked():
    # the spectra and the rows between them are two datasets; together they hold every loop's end
    record = read(fixture("geis_with_dc"))
    ends = np.sort(np.concatenate([d["row"][d["vendor_loop_end"] == 1] for d in record.datasets.values()]))
    per_loop = TRUTH["geis_with_dc"]["rows"] // 3
    assert ends.tolist() == [per_loop - 1, 2 * per_loop - 1, 3 * per_loop - 1]
    firsts = record.settings["loop"]["first_rows"]
    assert firsts == [0, per_loop, 2 * per_loop]


def test_a_file_without_flags_has_no_flag_column():
    assert "flags" not in by_header(read(fixture("peis")))


def test_current_ranges_have_words_where_they_are_proven():
    file = MprFile("CP", {4: np.arange(4.0), 39: [11, 12, 38, 39]})
    series = read(file)["timeseries"]
    assert series["current_range"].tolist() == ["10 mA", "1 mA", "38", "10 mA"]
    assert series.column("current_range").source_values().tolist() == [11, 12, 38, 39]


@pytest.mark.parametrize("header", ["v1", "v2"])
def test_analog_inputs_bear_the_name_and_unit_of_the_device(header):
    columns = by_header(read(fixture(f"external_device_{header}")))
    assert (columns["Force/N"].quantity, columns["Force/N"].unit) == ("force", "N")
    assert (columns["Temperature/°C"].quantity, columns["Temperature/°C"].unit) == ("temperature", "degC")
    assert columns["Force/N"].values[0] == np.float32(163.0)
    assert columns["Force/N"].attrs["source_id"] == "16"


def test_analog_inputs_without_a_device_have_no_unit():
    columns = by_header(read(scenario("external_device_v1", external_device=None)))
    assert (columns["Analog IN 1"].name, columns["Analog IN 1"].unit) == ("vendor_analog_in_1", None)
    assert columns["Analog IN 2"].is_vendor


@pytest.mark.parametrize("name", ["I/mA", "freq/Hz", "time/s", "Ewe/V"])
def test_an_analog_input_named_like_a_channel_does_not_take_its_place(name):
    device = ExternalDevice([AnalogInput(name), AnalogInput("Temperature/°C")])
    record = read(scenario("external_device_v2", external_device=device))
    plain = read(scenario("external_device_v2"))
    assert list(record) == list(plain) == ["timeseries"]
    (column,) = [c for c in record["timeseries"].columns.values() if c.attrs.get("source_id") == "16"]
    assert (column.header, column.quantity, column.unit) == (name, None, name.partition("/")[2])
    for quantity in ("time", "potential_we"):
        assert record["timeseries"].quantity(quantity).same_as(plain["timeseries"].quantity(quantity))


BCD = 0x88


@pytest.mark.parametrize(
    ("technique", "version", "header", "quantity"),
    [
        (0x04, "11.50", "Ewe/V", "potential_we"),
        (0x04, "10.40", "Ewe/V", "potential_we"),
        (0x04, "1.79", "Ecell/V", "voltage"),
        (BCD, "11.50", "Ecell/V", "voltage"),
    ],
    ids=["EC-Lab 11", "EC-Lab 10", "BT-Lab", "BCD"],
)
def test_the_working_potential_is_the_cells_voltage_in_bcd_and_bt_lab(technique, version, header, quantity):
    log = Log(SCENARIOS["gcpl"]().file.log.start, version=version)
    record = read(scenario("gcpl", technique=technique, parameters=None, log=log))
    (column,) = [c for c in record["timeseries"].columns.values() if c.attrs.get("source_id") == "6"]
    assert (column.header, column.quantity) == (header, quantity)


def test_one_unknown_id_is_a_column_of_its_raw_bytes():
    record = read(fixture("unknown_id"))
    column = by_header(record)["unknown id 9001"]
    assert column.name == "vendor_unknown_id_9001"
    assert column.values.dtype == "<u4"
    np.testing.assert_array_equal(column.values.view("<f4"), np.linspace(20, 21, 100, dtype="<f4"))
    assert (column.quantity, column.unit, column.origin) == (None, None, "reported")
    expected = "the column ids 9001 include unknown ones: their bytes are kept raw, their meaning is open"
    assert message(record, "unknown-column") == expected


def test_several_unknown_ids_are_columns_of_bytes_in_their_order():
    record = read(fixture("two_unknown_ids"))
    raw = [c for h, c in by_header(record).items() if h.startswith("unknown id")]
    assert [c.header for c in raw] == [f"unknown id 9001 9002 byte {n}" for n in range(12)]
    packed = np.stack([c.values for c in raw], axis=1)
    first = np.ascontiguousarray(packed[:, :4]).view("<f4").ravel()
    second = np.ascontiguousarray(packed[:, 4:]).view("<f8").ravel()
    np.testing.assert_array_equal(first, np.linspace(20, 21, 100, dtype="<f4"))
    np.testing.assert_array_equal(second, np.linspace(1e5, 2e5, 100))


@pytest.mark.parametrize("name", ["unknown_id", "two_unknown_ids"])
def test_known_columns_around_unknown_ones_are_read_as_without_them(name):
    plain, found = by_header(read(fixture("cp"))), by_header(read(fixture(name)))
    assert set(plain) <= set(found)
    for header, column in plain.items():
        np.testing.assert_array_equal(found[header].values, column.values)
        assert (found[header].quantity, found[header].unit) == (column.quantity, column.unit)


def test_an_unknown_id_costs_nothing_where_there_are_no_rows():
    file = scenario("wait", columns={**scenario("wait").columns, 9001: np.empty(0, "u1")})
    record = read(file)
    assert record["timeseries"].rows == 0
    assert "unknown-column" in codes(record)


def test_a_repeated_id_is_kept_twice_and_reported():
    place = byte_map(fixture("cp"))["VMP data"]
    at = place.inside.ids + 2 * TRUTH["cp"]["ids"].index(8)
    record = read(replace(fixture("cp"), at, (174).to_bytes(2, "little")))
    assert message(record, "repeated-column") == "the column ids [174] stand twice in the header; all are kept"
    assert len(record.source_table()) == len(read(fixture("cp")).source_table())
    assert {"potential_we", "potential_we__averaged"} <= set(record["timeseries"].columns)


def test_a_name_that_no_text_has_proven_is_marked():
    file = MprFile("CP", {4: np.arange(3.0), 27: np.ones(3, "<f4"), 6: np.ones(3)})
    columns = by_header(read(file))
    assert columns["Ewe-Ece/V"].attrs == {"source_id": "27", "name_confirmed": "no"}
    assert columns["Ewe/V"].attrs == {"source_id": "6"}


def test_an_unproven_id_of_another_size_costs_neither_the_file_nor_its_neighbours():
    file = MprFile("CP", {4: np.arange(3.0), 27: np.arange(3, dtype="<f8"), 6: [1.0, 2.0, 3.0]})
    record = read(file)
    assert by_header(record)["unknown id 27"].values.view("<f8").tolist() == [0.0, 1.0, 2.0]
    assert record["timeseries"]["potential_we"].tolist() == [1.0, 2.0, 3.0]
    assert codes(record)[-1] == "unknown-column"


def test_an_assumed_version_is_reported():
    place = byte_map(fixture("cp"))["VMP data"]
    record = read(replace(fixture("cp"), place.length_field + 8, (12).to_bytes(4, "little")))
    expected = "data of the unknown version v2/12 were read as v2/11, which their sizes prove"
    assert message(record, "assumed-version") == expected
    assert record["timeseries"].same_as(read(fixture("cp"))["timeseries"])
