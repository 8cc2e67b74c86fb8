"""`echub info` says what a file holds, raw or converted."""

import echub as package


def test_info_of_a_raw_file(echub, eclab):
    done = echub("info", eclab / "cp.mpr")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == str(eclab / "cp.mpr")
    assert "  technique     CP  Chronopotentiometry" in done.out
    assert "  metadata" in done.out
    assert "instrument.manufacturer" in done.out


def test_columns_are_counted_apart_from_vendor_columns(echub, tmp_path):
    (tmp_path / "a.csv").write_text("t / s,U / V,knob\n1,2,5\n2,3,6\n")
    out = echub("info", tmp_path / "a.csv").out
    names = [column.name for column in package.read(tmp_path / "a.csv")["timeseries"].columns.values()]
    kept = [name for name in names if not name.startswith("vendor_")]
    assert set(names) - set(kept) == {"vendor_knob"}
    assert f"2 rows, {len(kept)} columns, 1 vendor column" in out


def test_raw_and_converted_say_the_same(echub, cp):
    raw = echub("info", cp, "--json").json
    echub("convert", cp)
    assert echub("info", f"{cp}.h5", "--json").json == raw


def test_info_for_machines(echub, cp):
    said = echub("info", cp, "--json").json
    assert list(said) == ["datasets", "metadata", "settings", "provenance", "dropped", "warnings"]
    record = package.read(cp)
    assert said["settings"] == record.settings
    assert said["provenance"]["source"]["sha256"] == record.provenance.source["sha256"]
    assert said["metadata"]["technique"]["name"]["value"] == "CP"


def test_metadata_on_the_command_line_is_shown(echub, cp):
    done = echub("info", cp, "--set", "cell.area=2 cm^2", "--json")
    assert done.json["metadata"]["cell"]["area"] == {"value": 2.0, "unit": "cm^2", "source": "--set"}


def test_a_start_without_a_time_zone_says_so(echub, tmp_path):
    (tmp_path / "a.csv").write_text("t / s,U / V\n1,2\n2,3\n")
    done = echub("info", tmp_path / "a.csv", "--set", "experiment.start=2026-01-15T10:11:12")
    assert "  started       2026-01-15T10:11:12 (time zone unknown)" in done.out


def test_a_long_value_is_shortened_on_one_line(echub, cp):
    done = echub("info", cp, "--set", f"sample.description={'word ' * 40}")
    (line,) = [line for line in done.out.splitlines() if "sample.description" in line]
    assert "…" in line


def test_info_of_a_folder_or_a_damaged_file_is_code_3(echub, cp):
    assert echub("info", cp.parent).code == 3
    cp.write_bytes(cp.read_bytes()[:300])
    assert echub("info", cp).code == 3


def test_duration_counts_and_ranges_are_shown(echub, eclab):
    out = echub("info", eclab / "gcpl.mpr").out
    assert "4.3 h, 2 cycles, 4 half cycles, 3 steps" in out
    (line,) = [line for line in out.splitlines() if line.split()[:1] == ["potential_we"]]
    assert line.split()[1:5] == ["3.4997", "…", "4.1199", "V"]
    assert "3 spectra" in echub("info", eclab / "geis_with_dc.mpr").out


def test_ranges_are_exact_in_json(echub, eclab):
    import numpy as np

    from echub import read

    (dataset,) = echub("info", eclab / "gcpl.mpr", "--json").json["datasets"]
    column = read(eclab / "gcpl.mpr")["timeseries"]["current"]
    assert dataset["ranges"]["current"] == [float(np.nanmin(column)), float(np.nanmax(column))]
    assert dataset["ranges"]["flags"] is None
    assert dataset["holds"]["cycle"] == 2
