"""The whole reader on every fixture: structure, metadata, physics, notices, options."""

import numpy as np
import pytest

import echub
from echub.plugin import Confidence, Source
from echub_eclab import sniff_mpr
from echub_eclab.container import FIRST_MODULE
from echub_eclab.header import HEADERS
from echub_eclab.mpr import LARGEST_SETTINGS
from fixtures.eclab import (
    SCENARIOS,
    append_garbage,
    byte_map,
    drop_module,
    duplicate_module,
    old_xml,
    rename_module,
    replace,
)
from fixtures.eclab.make import FOLDER
from fixtures.eclab.mpr import encode_module
from tests.plugins.echub_eclab.support import (
    NAMES,
    TRUTH,
    assert_settings_are_whole,
    codes,
    fixture,
    message,
    read,
    refusal,
    scenario,
)

NOTICES = {
    "unknown_id": ["unknown-column"],
    "two_unknown_ids": ["unknown-column"],
    "unknown_technique": ["unknown-technique", "unknown-parameters"],
    "ramp": ["unknown-setting-code"],
    "cv": ["unknown-setting-code"],
    "awkward": ["no-log"],
    "oldest_unverified": ["unverified-version"],
}
PARTS = {"peis": {"impedance": 49}, "geis_with_dc": {"impedance": 51, "timeseries": 30}}
CP = fixture("cp")
PHYSICS = {name: TRUTH[name]["physics"] for name in NAMES}


# -- structure -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_rows_notices_and_losses_are_those_of_the_truth(name):
    record = read(fixture(name))
    expected = PARTS.get(name, {"timeseries": TRUTH[name]["rows"]})
    assert {kind: dataset.rows for kind, dataset in record.datasets.items()} == expected
    assert codes(record) == NOTICES.get(name, [])
    assert record.dropped == []


@pytest.mark.parametrize("name", NAMES)
def test_metadata_are_those_of_the_truth(name):
    truth, metadata = TRUTH[name], read(fixture(name)).metadata
    assert metadata.value("technique.code") == truth["technique_code"]
    assert metadata.value("technique.name") == truth["technique"]
    assert metadata.value("experiment.comments") == (truth["comments"] or None)
    assert metadata.value("experiment.start") == truth["start"]
    assert metadata.value("instrument.channel") == (None if truth["channel"] is None else truth["channel"] + 1)
    area, unit = truth["area"]
    expected = None if area == 0.001 else pytest.approx(area / (100 if unit == "mm^2" else 1), rel=1e-15)
    assert metadata.value("cell.area") == expected
    assert metadata.value("instrument.manufacturer") == "BioLogic"


@pytest.mark.parametrize("name", NAMES)
def test_first_last_and_extreme_values_are_those_of_the_truth(name):
    table = {index: values for (index, _), values in read(fixture(name)).source_table().items()}
    known = [column for column in TRUTH[name]["columns"] if column["id"] < 9000]
    positions = _positions(TRUTH[name])
    for column in known:
        if column["id"] not in positions or "first" not in column:
            continue
        values = table[positions[column["id"]]]
        found = (values[0], values[-1], values.min(), values.max())
        assert found == tuple(column[key] for key in ("first", "last", "min", "max")), column["header"]


def _positions(truth):
    """Return the position of each id among the fields; behind a raw run they shift."""
    positions, at, flags_seen, widths = {}, 0, False, truth["physics"].get("unknown_sizes", {})
    for number in truth["ids"]:
        if number in (1, 2, 3, 21, 31, 65):
            at += not flags_seen
            flags_seen = True
        elif str(number) in widths and len(widths) > 1:
            at += widths[str(number)]
        else:
            positions[number] = at
            at += 1
    return positions


@pytest.mark.parametrize("name", NAMES)
def test_settings_keep_every_byte_of_every_module(name):
    record = read(fixture(name))
    assert [m["name"] for m in record.settings["modules"]] == list(byte_map(fixture(name)))
    assert_settings_are_whole(record, fixture(name))


# -- physics ---------------------------------------------------------------------------------


def test_a_ramp_shows_its_resistance_and_where_it_stops_being_ohmic():
    truth, series = PHYSICS["ramp"], read(fixture("ramp"))["timeseries"]
    density = series["current"].astype(float) / truth["area_cm2"]
    voltage = series["potential_we"].astype(float)
    ohmic = (density > 0.02) & (density < truth["j_crit_mA_per_cm2"])
    resistance = 1000 * voltage[ohmic].sum() / density[ohmic].sum()
    noise = 1000 * truth["noise_V"] * np.sqrt(ohmic.sum()) / density[ohmic].sum()
    assert resistance == pytest.approx(truth["asr_ohm_cm2"], abs=5 * noise)
    onset = truth["onset_time_s"]["5%"]
    at = np.searchsorted(series["time"], onset)
    assert density[at] == pytest.approx(truth["onset_mA_per_cm2"]["5%"], abs=1e-3)
    assert 1000 * voltage[at] / density[at] / truth["asr_ohm_cm2"] == pytest.approx(1.05, abs=0.01)


@pytest.mark.parametrize("name", ["cp", "linked", "restart", "unknown_id", "two_unknown_ids"])
def test_a_constant_current_shows_its_resistance(name):
    truth, series = PHYSICS[name], read(fixture(name))["timeseries"]
    current, voltage = series["current"].astype(float), series["potential_we"].astype(float)
    assert current.mean() == pytest.approx(truth["current_mA"], abs=5 * 1.5e-4 / 10)
    resistance = 1000 * (voltage.mean() - truth["open_circuit_V"]) / truth["current_mA"]
    assert resistance == pytest.approx(truth["resistance_ohm"], abs=1000 * 5 * 3e-5 / 10 / truth["current_mA"])


@pytest.mark.parametrize(
    "name",
    ["ocv", "unknown_technique", "oldest_unverified", "external_device_v1", "external_device_v2", "awkward"],
)
def test_a_relaxation_follows_its_time_constant(name):
    truth, series = PHYSICS[name], read(fixture(name))["timeseries"]
    fall = truth["potential_step_V"] * np.exp(-series["time"] / truth["time_constant_s"])
    residual = series["potential_we"] - (truth["potential_end_V"] + fall)
    assert np.abs(residual).max() < 5 * truth["noise_V"]


def test_a_voltammogram_shows_resistance_and_capacitance():
    truth, series = PHYSICS["cv"], read(fixture("cv"))["timeseries"]
    control = series["potential_setpoint"].astype(float)
    up = (np.arange(len(control)) % 200 < 100) & (np.arange(len(control)) < 400)
    down = ~up & (np.arange(len(control)) < 400)
    both = [np.polyfit(control[half], series["current"][half], 1) for half in (up, down)]
    slope = np.mean([fit[0] for fit in both])
    gap = both[0][1] - both[1][1]
    assert 1000 / slope == pytest.approx(truth["resistance_ohm"], rel=1e-3)
    assert gap / 2000 / truth["rate_V_per_s"] == pytest.approx(truth["capacitance_F"], rel=2e-3)


def test_spectra_are_the_circuits_with_a_negative_imaginary_part():
    for name in ("peis", "geis_with_dc"):
        truth, spectra = PHYSICS[name], read(fixture(name))["impedance"]
        omega = 2 * np.pi * spectra["frequency"].astype(float)
        cpe = truth["q"] * (1j * omega) ** truth["alpha"]
        z = truth["r0_ohm"] + 1 / (1 / truth["r1_ohm"] + cpe)
        np.testing.assert_allclose(spectra["impedance_real"], z.real, rtol=2e-6)
        np.testing.assert_allclose(spectra["impedance_imag"], z.imag, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(spectra["impedance_abs"], np.abs(z), rtol=2e-6)
        np.testing.assert_allclose(spectra["phase"], np.degrees(np.angle(z)), rtol=1e-5, atol=1e-6)
        assert spectra["impedance_imag"].max() < 0


def test_rows_between_spectra_are_a_time_series_of_constant_current():
    truth, record = PHYSICS["geis_with_dc"], read(fixture("geis_with_dc"))
    assert set(record["timeseries"]["current"].tolist()) == {np.float32(truth["dc_current_mA"])}
    assert record["timeseries"].rows == truth["dc_rows_per_loop"] * truth["loops"]
    assert record["impedance"].rows == truth["spectrum_rows_per_loop"] * truth["loops"]
    assert not record["timeseries"].quantities & {"frequency", "impedance_real", "impedance_imag", "phase"}
    together = np.sort(np.concatenate([d["row"] for d in record.datasets.values()]))
    assert together.tolist() == list(range(TRUTH["geis_with_dc"]["rows"]))


def test_cycling_without_a_current_column_has_its_charges_and_a_derived_current():
    truth, series = PHYSICS["gcpl"], read(fixture("gcpl"))["timeseries"]
    half, charge = series["half_cycle"], series["charge_half_cycle"]
    ends = [charge[half == n][-1] for n in range(4)]
    np.testing.assert_allclose(ends, truth["half_cycle_charge_mAh"], rtol=1e-9)
    current, time, mode = series["current"], series["time"], series["control_mode"]
    moved = np.nansum(current[1:] * np.diff(time)) / 3600
    assert moved == pytest.approx(series["charge"][-1], abs=1e-9)
    steady = (mode == 1) & (series["vendor_control_changes"] == 0)
    np.testing.assert_allclose(np.abs(current[steady]), truth["current_mA"], rtol=1e-6)
    np.testing.assert_array_equal(np.isnan(series["current_setpoint"]), mode != 1)
    np.testing.assert_array_equal(np.isnan(series["potential_setpoint"]), mode != 2)
    assert set(np.abs(series["current_setpoint"][mode == 1]).tolist()) == {truth["current_mA"]}


def test_the_third_technique_of_a_linked_run_starts_late_and_is_not_shifted():
    record = read(fixture("linked"))
    assert record["timeseries"]["time"][0] == TRUTH["linked"]["columns"][1]["first"]
    assert record["timeseries"]["time"][0] == pytest.approx(PHYSICS["linked"]["first_time_nominal_s"], abs=1e-3)
    assert record.metadata.value("experiment.start") == TRUTH["cp"]["start"]


def test_a_clock_that_restarts_is_reported_and_kept():
    record = echub.read(FOLDER / "restart.mpr")
    row = PHYSICS["restart"]["restarts_at_row"]
    assert record["timeseries"].attrs["clock_restarts"] == str(row)
    assert record["timeseries"]["time"][row] == 0
    assert codes(record) == ["clock-restarts"]


# -- modules ---------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["first", "last"])
def test_an_unknown_module_is_kept_as_raw_bytes(order):
    data = fixture("cp")
    module = encode_module("VMP new", b"\x01\x02 hello", "v2", 12, "03/14/24")
    place = byte_map(data)["VMP data"].start
    data = data[:place] + module + data[place:] if order == "first" else data + module
    record = read(data)
    assert record.settings["new"] == {"bytes": {"0x0000": b"\x01\x02 hello".hex()}}
    assert message(record, "unknown-module") == "the module 'VMP new' is unknown and kept as raw bytes"
    assert record["timeseries"].same_as(read(fixture("cp"))["timeseries"])


def test_two_modules_of_a_name_are_both_kept():
    record = read(duplicate_module(fixture("cp"), "VMP LOG"))
    assert record.settings["log_3"] == record.settings["log"]


def test_a_module_called_like_a_key_of_ours_does_not_hide_it():
    record = read(scenario("cp", extra=[("VMP data2", b"x"), ("modules", b"y"), ("", b"z")]))
    assert len(record.settings["modules"]) == 6
    assert record.settings["modules_4"]["bytes"] == {"0x0000": "79"}
    assert record.settings["unnamed"]["bytes"] == {"0x0000": "7a"}


def test_bytes_behind_the_column_ids_are_kept_where_there_are_any():
    at = byte_map(fixture("cp"))["VMP data"].inside.records - 40
    record = read(replace(fixture("cp"), at, b"new"))
    assert next(iter(record.settings["data"]["bytes_behind_ids"].values())) == b"new".hex()
    assert record["timeseries"].same_as(read(fixture("cp"))["timeseries"])
    assert set(read(fixture("cp")).settings["data"]) == {"points", "column_ids"}


def test_a_second_data_module_of_the_same_settings_is_a_dataset_of_its_own():
    data = duplicate_module(fixture("cp"), "VMP data")
    second = byte_map(data)["VMP data#2"]
    record, alone = read(data), read(fixture("cp"))
    assert record["timeseries"].same_as(alone["timeseries"])
    assert record.metadata.tree() == alone.metadata.tree()
    further = record["timeseries_part_2"]
    assert list(further.columns) == list(alone["timeseries"].columns)
    assert all(column.same_as(alone["timeseries"].columns[n]) for n, column in further.columns.items())
    expected = f"a further run stands behind the first, at offset {second.data}: timeseries_part_2"
    assert message(record, "appended-data") == expected
    assert record.dropped == []


def test_a_module_too_large_to_be_settings_is_reported_and_not_kept():
    record = read(scenario("wait", extra=[("VMP huge", bytes(LARGEST_SETTINGS + 1))]))
    assert "huge" not in record.settings
    assert codes(record) == ["module-too-large"]
    assert len(record.dropped) == 1


def test_rows_may_be_more_than_settings_ever_are_and_settings_as_many_as_the_limit(monkeypatch):
    settings = byte_map(fixture("cv"))["VMP LOG"]  # the largest but the data
    data = byte_map(fixture("cv"))["VMP data"]
    limit = settings.end - settings.data
    assert limit < data.end - data.data
    monkeypatch.setattr("echub_eclab.mpr.LARGEST_SETTINGS", limit)
    record = read(fixture("cv"))
    assert (codes(record), record.dropped) == (NOTICES["cv"], [])
    assert {"set", "log", "loop"} <= set(record.settings)
    monkeypatch.setattr("echub_eclab.mpr.LARGEST_SETTINGS", limit - 1)
    assert codes(read(fixture("cv"))) == ["unknown-setting-code", "module-too-large"]


def test_garbage_behind_the_modules_is_reported():
    record = read(append_garbage(fixture("cp"), b"garbage!!"))
    end = len(fixture("cp"))
    assert message(record, "damaged-container") == f"no module begins at offset {end}: found b'garbage!'"
    assert [d.as_dict() for d in record.dropped] == [
        {"what": f"9 bytes from offset {end}", "why": "they belong to no module"}
    ]
    assert record["timeseries"].same_as(read(fixture("cp"))["timeseries"])


def test_a_file_without_set_still_gives_its_columns():
    record = read(drop_module(fixture("cp"), "VMP Set"))
    assert record["timeseries"].same_as(read(fixture("cp"))["timeseries"])
    assert "technique.code" not in record.metadata
    assert codes(record) == ["no-settings"]


def test_a_file_without_log_knows_the_day_only():
    record = read(drop_module(fixture("cp"), "VMP LOG"))
    assert record.metadata.value("experiment.date") == "2024-03-14"
    assert "experiment.start" not in record.metadata
    assert codes(record) == ["no-log"]


def test_a_start_makes_a_day_needless():
    assert "experiment.date" not in read(fixture("cp")).metadata


def test_modules_may_come_in_any_order():
    data, places = fixture("cp"), byte_map(fixture("cp"))
    blocks = [data[p.start : p.end] for p in places.values()]
    for order in ([2, 1, 0], [1, 2, 0], [1, 0, 2]):
        record = read(data[:52] + b"".join(blocks[k] for k in order))
        assert record["timeseries"].same_as(read(data)["timeseries"])
        assert record.metadata.tree() == read(data).metadata.tree()


@pytest.mark.parametrize(("others", "read_"), [
    (["VMP loop", "VMP ExtDev"], True), (["VMP loop"], True), (["VMP ExtDev", "VMP new"], False),
    (["VMP Set2"], False),
])  # fmt: skip
def test_a_run_without_rows_may_have_loops_and_a_device(others, read_):
    data = drop_module(fixture("cp"), "VMP data") + b"".join(
        encode_module(name, bytes(8), "v2", 1, "03/14/24") for name in others
    )
    if read_:
        assert codes(read(data)) == ["no-data"]
    else:
        assert refusal(data).found == ", ".join(["VMP Set", "VMP LOG", *others])


def test_an_appended_run_of_two_datasets_is_named_by_its_first():
    alone, record = read(fixture("geis_with_dc")), read(CP + fixture("geis_with_dc")[52:])
    assert len(list(alone)) == 2
    assert list(record) == ["timeseries", *(f"{name}_part_2" for name in alone)]
    for name in alone:
        assert record[f"{name}_part_2"].rows == alone[name].rows
        assert record[f"{name}_part_2"].attrs["part"] == "part_2"
    said = message(record, "appended-data")
    assert said == f"a further run stands behind the first, at offset {_second_data()}: {next(iter(alone))}_part_2"


def _second_data():
    return byte_map(fixture("geis_with_dc"))["VMP data"].data + len(CP) - 52


def test_a_technique_that_recorded_nothing_gives_its_settings():
    record = read(drop_module(fixture("cp"), "VMP data"))
    whole = read(fixture("cp"))
    assert (list(record), codes(record)) == ([], ["no-data"])
    assert record.metadata.value("technique.name") == "CP"
    assert {e.path for e in record.metadata} == {e.path for e in whole.metadata}


@pytest.mark.parametrize("version", HEADERS)
@pytest.mark.parametrize("kept", ["nothing", "a blank header"])
def test_a_data_module_without_columns_is_one_without_rows(version, kept):
    length = {"nothing": 0, "a blank header": HEADERS[version].start}[kept]
    settings, log = (CP[p.start : p.end] for n, p in byte_map(CP).items() if n != "VMP data")
    empty = encode_module("VMP data", bytes(length), f"v{version[0]}", version[1], "03/14/24")
    record = read(CP[:FIRST_MODULE] + settings + empty + log)
    assert (list(record), codes(record)) == ([], ["no-data"])
    followed = read(CP[:FIRST_MODULE] + settings + empty + log + CP[FIRST_MODULE:])
    assert list(followed) == ["timeseries_part_2"]
    assert followed["timeseries_part_2"].rows == read(CP)["timeseries"].rows


def test_an_empty_part_behind_others_keeps_its_settings():
    settings = CP[52 : byte_map(CP)["VMP data"].start]
    record = read(CP + settings + encode_module("VMP data", b"", "v2", 11, "03/14/24"))
    assert codes(record) == ["no-data", "settings-without-data", "no-log"]
    assert record.settings["settings_part_2"]["metadata"]["technique.name"]["value"] == "CP"


def test_a_file_that_was_cut_behind_its_settings_is_refused():
    error = refusal(drop_module(drop_module(fixture("cp"), "VMP data"), "VMP LOG"))
    assert error.message == "the file contains no data module"
    assert (error.expected, error.found) == ("VMP data", "VMP Set")
    assert error.cause == "the technique never recorded a row, or the file was cut there"


def test_a_data_module_of_another_name_is_refused():
    assert refusal(rename_module(fixture("cp"), "VMP data", "VMP dat4")).found == "VMP Set, VMP dat4, VMP LOG"


def test_names_with_control_characters_survive_the_native_file(tmp_path):
    device = scenario("external_device_v2").external_device
    inputs = [type(device.inputs[0])("For\x00ce\x01/N"), device.inputs[1]]
    path = tmp_path / "odd.mpr"
    path.write_bytes(scenario("external_device_v2", external_device=type(device)(inputs)).to_bytes())
    echub.convert(path)
    again = echub.read(f"{path}.h5")
    assert "For\\x00ce\x01/N" in [c.header for c in again["timeseries"].columns.values()]


# -- recognising -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_is_recognised_by_content(name):
    assert sniff_mpr(Source.from_bytes(fixture(name), "no suffix")) is Confidence.CERTAIN


@pytest.mark.parametrize("data", [b"", bytes(100), old_xml(), b"EC-Lab ASCII FILE\r\n", b"BIO-LOGIC MODULAR FILE"])
def test_nothing_else_is_recognised_by_its_name(data):
    assert sniff_mpr(Source.from_bytes(data, "run.mpr")) is Confidence.NO


def test_the_reader_is_the_same_for_path_and_bytes(tmp_path):
    path = tmp_path / "cp.mpr"
    path.write_bytes(fixture("cp"))
    assert read(path).same_as(read(fixture("cp")))


def test_the_committed_scenarios_are_all_tested():
    assert set(NAMES) == set(SCENARIOS)
