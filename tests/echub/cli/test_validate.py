"""`echub validate` as a process: formats, exit codes, baseline."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from echub.files import store
from fixtures.broken import sound
from fixtures.broken.base import changed
from fixtures.broken.make import FOLDER


def echub(*arguments, cwd=None):
    program = "from echub.cli import main; main()"
    command = [sys.executable, "-c", program, "validate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.fixture
def good(tmp_path):
    store.write(sound(), tmp_path / "run.h5")
    return tmp_path / "run.h5"


@pytest.mark.parametrize(
    ("name", "rule", "place"),
    [
        ("ECH004_not-a-number.bdf.csv", "ECH004", "line 3 'x'"),
        ("ECH204_out-of-range.bdf.csv", "ECH204", "timeseries/time row 0"),
        ("ECH205_implausible.bdf.csv", "ECH205", "timeseries/current row 1"),
        ("ECH101_unit-mismatch.bdf.csv", "ECH101", "Current / kg"),
    ],
)
def test_what_other_validators_accept_fails_with_rule_and_place(name, rule, place):
    done = echub(FOLDER / name)
    assert done.returncode == 1
    assert rule in done.stdout
    assert place in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_sound_file_passes(good):
    done = echub(good)
    assert (done.returncode, done.stdout) == (0, "1 file: no problem\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ECH303_power.h5"], 0),
        (["ECH303_power.h5", "--strict"], 1),
        (["ECH303_power.h5", "--strict", "--ignore", "power"], 0),
        (["ECH001_unreadable.h5"], 3),
        (["ECH003_unknown-format.dat", "--skip-unknown"], 0),
        (["ECH301_impedance-modulus.h5", "--level", "1"], 0),
        (["no-such-file.h5"], 3),
        (["ECH303_power.h5", "--select", "ECH9"], 2),
        (["ECH303_power.h5", "--format", "yaml"], 2),
        (["ECH303_power.h5", "--update-baseline"], 2),
        (["ECH303_power.h5", "--baseline", "none.json"], 2),
        (["ECH303_power.h5", "--schema", "none.toml"], 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(arguments, code):
    done = echub(*arguments, cwd=FOLDER)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_the_option_with_a_wrong_rule_is_named(option):
    done = echub("ECH303_power.h5", option, "ECH9", cwd=FOLDER)
    other = {"--select", "--ignore"} - {option}
    assert done.returncode == 2
    assert option in done.stderr
    assert other.pop() not in done.stderr


def test_machine_formats_are_alone_on_stdout():
    assert json.loads(echub(FOLDER, "--format", "sarif").stdout)["version"] == "2.1.0"
    assert json.loads(echub(FOLDER, "--json").stdout)["ok"] is False


def test_a_report_is_written_to_a_file(tmp_path):
    done = echub(FOLDER / "ECH303_power.h5", "--format", "json", "-o", tmp_path / "report.json")
    assert done.stdout == ""
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["problems"][0]["rule"] == "ECH303"


def test_a_baseline_lets_old_problems_through_and_stops_new_ones(tmp_path):
    store.write(changed(sound(), "time", values=np.arange(60.0) - 5), tmp_path / "old.h5")
    known = tmp_path / "known.json"
    assert echub(tmp_path, "--baseline", known, "--update-baseline").returncode == 0
    again = echub(tmp_path / "old.h5", "--baseline", known)
    assert (again.returncode, again.stdout) == (0, "1 file: no problem, 1 in the baseline\n")
    store.write(changed(sound(), "time", values=np.arange(60.0) - 5), tmp_path / "new.h5")
    assert echub(tmp_path, "--baseline", known).returncode == 1


def test_processes(good):
    assert echub(good, FOLDER / "ECH301_impedance-modulus.h5", "--jobs", "2").returncode == 1


def test_a_wrong_group_schema_is_an_error_of_the_configuration(good):
    (Path(good).parent / ".echub.toml").write_text("[quantities.current]\nunit = 'A'\n")
    done = echub(good)
    assert done.returncode == 4
    assert "core: unit = 'mA'" in done.stderr
    assert "group: unit = 'A'" in done.stderr
