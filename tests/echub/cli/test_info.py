"""`echub info` says what a file holds, raw or converted."""

import pytest

from echub.model.comparison import shortened


def test_raw_and_converted_say_the_same(echub, cp):
    raw = echub("info", cp, "--json").json
    echub("convert", cp)
    assert echub("info", f"{cp}.h5", "--json").json == raw


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), ("a\n  b", "a b"), (f"{'x' * 59}  y", "x" * 59 + "…")],
)
def test_a_line_of_sixty_characters_is_whole(text, shown):
    assert shortened(text) == shown


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
