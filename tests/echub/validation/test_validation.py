"""Every rule on its broken file; sound files; levels, ignoring, jobs, folders."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import SourceNotFound, UnknownOption
from echub.files import store, stored
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.validation import validation
from echub.validation.problem import SHOWN
from echub.validation.validation import Checks, check_record, find_files, run, validate
from fixtures.broken import CASES, sound, spectrum
from fixtures.broken.base import changed, native, values_of, with_columns
from fixtures.broken.base import column as made
from fixtures.broken.make import FOLDER
from fixtures.eclab.make import FOLDER as ECLAB


def found(report):
    return [(p.rule.id, p.dataset, p.column, p.rows, p.count) for p in report.problems]


def write(folder, record, name="made.h5"):
    path = folder / name
    store.write(record, path)
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_the_broken_rule_is_found(case):
    report = validate(FOLDER / case.name)
    problems = [entry for entry in found(report) if entry[0] not in case.also]
    assert problems == [(case.rule, case.dataset, case.column, case.rows, case.count)]
    assert {p.rule.id for p in report.problems} == {case.rule, *case.also}


FOUND = {
    "ECH002": "2.0.0",
    "ECH101": "kg (",
    "ECH102": "mAn",
    "ECH103": "A",
    "ECH105": "voltammogram",
    "ECH106": "acme_flow",
    "ECH109": "cathodic_positive",
    "ECH110": "0.785 kg",
    "ECH114": "guessed",
    "ECH116": "20",
    "ECH205": "1e+12 mA",
    "ECH208": "0 Hz",
    "ECH209": "4.5",
}
"""What was put into the broken files, each in its place."""
EXPECTED = {
    "ECH101": "mA (",
    "ECH102": "mA",
    "ECH103": "mA",
    "ECH104": "time",
    "ECH109": "anodic_positive",
    "ECH113": "cell.area",
    "ECH114": "measured, programmed, reported, derived, assumed",
    "ECH116": "0.1 to 5 cm^2",
    "ECH208": "> 0 Hz",
}
"""What the vocabulary, the kind or the group asks for there."""


@pytest.mark.parametrize("case", [c for c in CASES if c.rule in FOUND or c.rule in EXPECTED], ids=lambda c: c.name)
def test_a_problem_says_what_was_found_and_what_was_expected(case):
    (problem, *_) = [p for p in validate(FOLDER / case.name).problems if p.rule.id == case.rule]
    assert problem.found.startswith(FOUND.get(case.rule, ""))
    assert problem.expected.startswith(EXPECTED.get(case.rule, ""))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_committed_files_are_what_the_generator_makes(case, tmp_path):
    """Compared by what they say: compressed bytes may differ between versions of the compressor."""
    path = tmp_path / case.name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(case.make())
    if case.name.startswith("group/"):
        shutil.copy(FOLDER / "group" / ".echub.toml", path.parent)
    assert found(validate(path)) == found(validate(FOLDER / case.name))


@pytest.mark.parametrize("record", [sound(), spectrum()], ids=["time series", "spectrum"])
def test_what_the_broken_files_are_made_from_is_sound(record):
    assert list(check_record(record)) == []


@pytest.mark.parametrize("path", sorted(ECLAB.glob("*.mpr")), ids=lambda path: path.name)
def test_generated_instrument_files_raise_no_false_alarm(path):
    """`oldest_unverified` and the files with unknown ids are sound too: what is unknown is kept."""
    assert [p for p in validate(path).problems if p.severity != "note"] == []


def test_level_0_reads_no_values(tmp_path, monkeypatch):
    path = write(tmp_path, changed(sound(), "time", values=np.full(60, np.nan)))
    monkeypatch.setattr(np, "isnan", lambda *_: pytest.fail("level 0 looked at values"))
    assert validate(path, level=0).problems == []


def test_a_record_without_values_has_no_values(tmp_path):
    path = write(tmp_path, sound())
    whole, outline = stored.read(path), stored.read(path, values=False)
    assert outline["timeseries"].columns["time"].values.shape == whole["timeseries"].columns["time"].values.shape
    assert outline["timeseries"].columns["time"].values.strides == (0,)
    assert outline["timeseries"].columns["time"].values.dtype == whole["timeseries"].columns["time"].values.dtype


@pytest.mark.parametrize(("level", "rules"), [(0, set()), (1, {"ECH201"}), (2, {"ECH201", "ECH303"})])
def test_a_level_includes_those_below_it(tmp_path, level, rules):
    potential = 0.5 + 1e-3 + 1e-4 * np.arange(60.0)
    potential[3] = np.nan
    power = made("power_we", np.full(60, 1.0), "W")
    path = write(tmp_path, with_columns(changed(sound(), "potential_we", values=potential), power))
    assert {p.rule.id for p in validate(path, level=level).problems} == rules


def test_rows_are_those_of_the_source(tmp_path):
    """A dataset of every third source row names source rows, not its own."""
    record = changed(sound(), "row", values=np.arange(0, 180, 3))
    record = changed(record, "time", values=np.where(np.arange(60) == 4, np.nan, np.arange(60.0)))
    (problem,) = validate(write(tmp_path, record)).problems
    assert (problem.rule.id, problem.rows, problem.count) == ("ECH201", (12,), 1)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_rows_without_a_number_of_the_source_are_those_of_the_dataset(number):
    record = changed(sound(), "row", values=np.where(np.arange(60) == 4, number, np.arange(60.0)))
    record = changed(record, "time", values=np.where(np.arange(60) % 10 == 4, np.nan, np.arange(60.0)))
    (rows,) = (p.rows for p in check_record(record) if p.column == "time")
    assert rows == (4, 14, 24, 34, 44, 54)


def test_ten_million_bad_rows_are_capped():
    rows = 10_000_000
    values = {
        "row": np.arange(rows, dtype=np.uint32),
        "time": np.full(rows, -5.0),
        "current": np.full(rows, 1e12, np.float32),
        "potential_we": np.full(rows, np.nan, np.float32),
    }
    columns = sound()["timeseries"].columns
    record = Record([Dataset("timeseries", {n: replace(columns[n], values=v) for n, v in values.items()})])
    problems = {p.rule.id: p for p in check_record(record, level=1)}
    assert set(problems) == {"ECH201", "ECH204", "ECH205"}
    for problem in problems.values():
        assert problem.rows == tuple(range(SHOWN))
        assert problem.count == rows


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinities_never_pass(tmp_path, value):
    values = np.ones(60)
    values[7] = value
    report = validate(write(tmp_path, changed(sound(), "current", values=values)))
    assert [p for p in found(report) if p[0] == "ECH201"] == [("ECH201", "timeseries", "current", (7,), 1)]


def test_nan_does_not_hide_a_value_out_of_range(tmp_path):
    values = np.arange(60.0)
    values[2], values[3] = np.nan, -5.0
    rules = {p.rule.id for p in validate(write(tmp_path, changed(sound(), "time", values=values))).problems}
    assert {"ECH201", "ECH204"} <= rules


def test_set_points_may_be_absent_in_some_rows(tmp_path):
    values = np.where(np.arange(60) < 30, np.nan, 1.0)
    record = with_columns(
        sound(), made("current_setpoint", values, "mA", sign="anodic_positive", origin="programmed")
    )
    assert validate(write(tmp_path, record)).problems == []


def test_one_frequency_against_time_and_the_same_sweep_twice_do_not_alarm(tmp_path):
    record = spectrum()
    alone = changed(record, "frequency", values=np.full(20, 1000.0))
    twice = changed(record, "frequency", values=np.tile(np.logspace(4, 0, 10), 2))
    for sound_one in (alone, twice):
        assert validate(write(tmp_path, sound_one), select=["ECH213"]).problems == []


# -- physics: what must not alarm ------------------------------------------------------------------


def test_a_phase_turned_once_around_is_the_same_phase(tmp_path):
    record = spectrum()
    record = changed(record, "phase", values=values_of(record, "phase") + 360)
    assert validate(write(tmp_path, record)).problems == []


def test_charge_sampled_too_coarsely_does_not_alarm(tmp_path):
    """A current that jumps between rows says nothing about the charge in between."""
    current = np.where(np.arange(60) % 2, 1.0, -1.0)
    charge = made("charge", np.arange(60) * 1e-3, "mA*h", sign="anodic_positive", origin="reported")
    record = with_columns(changed(sound(), "current", values=current), charge)
    assert validate(write(tmp_path, record), select=["ECH304"]).problems == []


def test_a_gap_in_time_does_not_alarm_the_charge(tmp_path):
    """Another technique ran for an hour between two rows, and passed charge of its own."""
    time = np.arange(60.0) + np.where(np.arange(60) >= 30, 3600, 0)
    charge = np.arange(60.0) / 3600 - np.where(np.arange(60) >= 30, 0.5, 0)
    column = made("charge", charge, "mA*h", sign="anodic_positive", origin="reported")
    record = with_columns(changed(sound(), "time", values=time), column)
    assert validate(write(tmp_path, record), select=["ECH304"]).problems == []


def test_a_charge_of_the_wrong_sign_alarms(tmp_path):
    charge = made("charge", -np.arange(60.0) / 3600, "mA*h", sign="anodic_positive", origin="reported")
    (problem,) = validate(write(tmp_path, with_columns(sound(), charge))).problems
    assert problem.rule.id == "ECH304"
    assert "-1 times" in problem.message


def test_a_few_stray_flags_do_not_alarm(tmp_path):
    flags = np.ones(60, np.uint8)
    flags[[3, 30]] = 0
    record = with_columns(sound(), made("oxidation_flag", flags, "1", origin="reported"))
    assert validate(write(tmp_path, record)).problems == []


def test_short_runs_of_zero_potential_do_not_alarm(tmp_path):
    potential = 0.5 + 1e-3 + 1e-4 * np.arange(60.0)
    potential[10:14] = 0
    assert validate(write(tmp_path, changed(sound(), "potential_we", values=potential))).problems == []


def test_whole_second_clocks_do_not_alarm(tmp_path):
    record = with_columns(sound(), made("unix_time", 1.7e9 + np.floor(np.arange(60.0) + 0.9), "s"))
    assert validate(write(tmp_path, record)).problems == []


def test_a_listed_restart_from_zero_is_sound(tmp_path):
    time = np.concatenate([np.arange(30.0), np.arange(30.0)])
    record = changed(sound(), "time", values=time)
    table = record["timeseries"]
    record.datasets["timeseries"] = replace(table, attrs={"clock_restarts": "30"})
    assert validate(write(tmp_path, record)).problems == []


def test_an_infinite_vendor_column_is_a_warning(tmp_path):
    column = Column("vendor_efficiency", np.where(np.arange(60) < 3, np.inf, 1.0), header="Efficiency/%")
    (problem,) = validate(write(tmp_path, with_columns(sound(), column))).problems
    assert (problem.rule.id, problem.severity, problem.count) == ("ECH203", "warning", 3)


def test_a_flag_that_says_the_direction_of_the_scan_does_not_alarm(tmp_path):
    """Oxidation current all along; the flag falls with the potential, and lags at the vertex."""
    potential = np.concatenate([np.linspace(0, 1, 30), np.linspace(1, 0, 30)])
    flag = made("oxidation_flag", (np.arange(60) < 33).astype(np.uint8), "1", origin="reported")
    mode = made("control_mode", np.full(60, 2, np.uint8), "1", origin="programmed")
    record = with_columns(changed(sound(), "potential_we", values=potential), flag, mode)
    assert validate(write(tmp_path, record)).problems == []


# -- choosing -----------------------------------------------------------------------------------


def test_select_and_ignore():
    assert {p.rule.id for p in validate(FOLDER, select=["ECH30"]).problems} == {f"ECH30{n}" for n in range(1, 10)}
    everything = {p.rule.id for p in validate(FOLDER).problems}
    assert {p.rule.id for p in validate(FOLDER, ignore=["ECH3"]).problems} == {
        rule for rule in everything if not rule.startswith("ECH3")
    }


def test_unknown_rules_are_refused():
    with pytest.raises(UnknownOption):
        validate(FOLDER, select=["ECH999"])


def test_a_sidecar_ignores_a_rule_for_its_file(tmp_path):
    path = write(tmp_path, changed(sound(), "time", values=np.arange(60.0) - 5))
    other = write(tmp_path, changed(sound(), "time", values=np.arange(60.0) - 5), "other.h5")
    (tmp_path / "made.h5.echub.toml").write_text("# echub: ignore ECH204: the clock was set\n")
    report = validate(tmp_path)
    assert [(p.path, p.rule.id) for p in report.problems] == [(str(other), "ECH204")]
    assert report.ignored == 1
    assert path.exists()


def test_a_misspelt_rule_in_a_sidecar_is_a_problem_of_its_file(tmp_path):
    write(tmp_path, sound())
    (tmp_path / "made.h5.echub.toml").write_text("# echub: ignore out-of-rang\n")
    (problem,) = validate(tmp_path).problems
    assert problem.rule.id == "ECH110"
    assert "out-of-rang" in problem.message


@pytest.mark.parametrize(
    ("lines", "left", "ignored"),
    [
        ("# echub: ignore ECH204: set\n# echub: ignore ECH203\n", [], 2),
        ("# echub: ignore ECH203\n", ["ECH204"], 1),
        ("# echub: ignore: all of it\n# echub: ignore ECH203\n", [], 2),
        ("# echub: ignore ECH20, no-area-at-all\n# echub: ignore ECH203\n", ["ECH204", "ECH110"], 1),
        ("# echub: ignore ECH999\n# echub: ignore ECH998\n", ["ECH203", "ECH204", "ECH110", "ECH110"], 0),
    ],
)
def test_each_line_of_a_sidecar_ignores(tmp_path, lines, left, ignored):
    vendor = Column("vendor_x", np.where(np.arange(60) < 3, np.inf, 1.0))
    write(tmp_path, with_columns(changed(sound(), "time", values=np.arange(60.0) - 5), vendor))
    (tmp_path / "made.h5.echub.toml").write_text(lines)
    report = validate(tmp_path)
    assert sorted(p.rule.id for p in report.problems) == sorted(left)
    assert report.ignored == ignored


def test_a_schema_may_be_named_in_place_of_the_nearest(tmp_path):
    path = write(tmp_path, sound())
    (tmp_path / ".echub.toml").write_text('[metadata]\nrequired = ["cell.area"]\n')
    (tmp_path / "other.toml").write_text('[schema]\nname = "lab"\n[metadata]\nrequired = ["cell.id"]\n')
    for given in (tmp_path / "other.toml", str(tmp_path / "other.toml")):
        (problem,) = validate(path, schema=given).problems
        assert (problem.message, problem.expected) == ("cell.id is not there", "required by lab")


def test_the_folder_file_ignores_for_all_its_files(tmp_path):
    for name in ("a.h5", "b.h5"):
        write(tmp_path, changed(sound(), "time", values=np.arange(60.0) - 5), name)
    (tmp_path / "echub.toml").write_text("# echub: ignore out-of-range\n")
    report = validate(tmp_path)
    assert report.problems == []
    assert report.ignored == 2


def test_sidecar_metadata_are_checked(tmp_path):
    write(tmp_path, sound())
    (tmp_path / "echub.toml").write_text('[cell]\narea = "0.785 kg"\n')
    (problem,) = validate(tmp_path).problems
    assert (problem.rule.id, problem.column, problem.exit_code) == ("ECH110", "cell.area", 1)


def test_a_sidecar_that_is_no_toml_is_a_problem_of_the_file(tmp_path):
    write(tmp_path, sound())
    (tmp_path / "made.h5.echub.toml").write_text("[cell\n")
    (problem,) = validate(tmp_path).problems
    assert problem.rule.id == "ECH110"


def test_folders_are_walked_and_unknown_files_passed_over(tmp_path):
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", sound())
    (tmp_path / "notes.dat").write_text("not data")
    report = validate(tmp_path)
    assert [file.unknown for file in report.files] == [True, False]
    assert report.exit_code() == 0


def test_a_named_unknown_file_is_an_error(tmp_path):
    path = tmp_path / "notes.dat"
    path.write_text("not data")
    report = validate(path)
    assert [p.rule.id for p in report.problems] == ["ECH003"]
    assert report.exit_code() == 3


def test_skip_unknown_passes_over_named_files_too(tmp_path):
    path = tmp_path / "notes.dat"
    path.write_text("not data")
    assert [c.unknown for c in run(find_files([path]), Checks(skip_unknown=True))] == [True]


def test_globs_are_expanded_and_nothing_is_checked_twice():
    pattern = f"{FOLDER}/ECH30*.h5"
    files = find_files([pattern, FOLDER / "ECH301_impedance-modulus.h5"])
    assert len(files) == 9
    assert all(named for _, named in files)


def test_a_path_that_is_none_is_refused():
    with pytest.raises(SourceNotFound):
        validate("no/such/folder")


def test_processes_give_the_same_report():
    files = find_files([FOLDER])
    alone = list(run(files, Checks(), jobs=1))
    assert list(run(files, Checks(), jobs=2)) == alone


def test_exit_codes():
    assert validate(FOLDER / "ECH301_impedance-modulus.h5").exit_code() == 1
    warned = validate(FOLDER / "ECH303_power.h5")
    assert (warned.exit_code(), warned.exit_code(strict=True), warned.ok) == (0, 1, True)
    assert validate(FOLDER / "ECH001_unreadable.h5").exit_code() == 3
    assert validate(FOLDER / "ECH310_instrument-error.h5").exit_code(strict=True) == 0


def test_a_newer_major_says_how_to_upgrade():
    (problem,) = validate(FOLDER / "ECH002_newer-schema.h5").problems
    assert problem.hint == "pip install --upgrade echub"
    assert problem.found == "2.0.0"


def test_validate_is_public_and_no_module():
    assert echub.validate is validation.validate


def test_native_bytes_of_a_sound_record_are_readable(tmp_path):
    path = Path(tmp_path) / "made.h5"
    path.write_bytes(native(sound()))
    assert validate(path).problems == []


@pytest.mark.parametrize(("row", "rows"), [([5, 6, 7], (6, 7)), (None, (1, 2))])
def test_rows_are_those_of_the_source_where_they_are_known(row, rows):
    columns = [made("time", np.arange(3.0), "s"), made("current", np.array([1.0, np.inf, np.inf]), "mA")]
    if row:
        columns.insert(0, made("row", np.array(row), "1", "record", origin="reported"))
    record = Record([Dataset("timeseries", {c.name: c for c in columns})], provenance=sound().provenance)
    assert [p.rows for p in check_record(record) if p.rule.name == "not-finite"] == [rows]


def test_what_is_said_about_files_is_no_file_to_check(tmp_path):
    for name in ("echub.toml", "made.h5.echub.toml", ".echub.toml"):
        (tmp_path / name).write_text("")
        named = validate(tmp_path / name)
        assert (named.problems, [file.unknown for file in named.files]) == ([], [False])
