"""`echub analyze` answers, refuses with the exact flag, draws and stores."""

import json
from pathlib import Path

import pytest

from echub.analysis.outcome import Outcome

FIXTURES = Path(__file__).parents[3] / "fixtures"
AREA = ("--set", 'cell.area="0.785 cm^2"')


def test_the_list_and_the_help_of_an_analysis(echub):
    listed = echub("analyze", "--list", "--json").json
    assert {"ramp-onset", "arrhenius", "compare-groups"} <= {entry["name"] for entry in listed}
    shown = echub("analyze", "ramp-onset", "--help").out
    for text in ("current_density or current", "mA/cm²", "window", "30.0 s", "lowack2026", "doi:10.48550"):
        assert text in shown
    assert "Usage: echub analyze" in echub("analyze", "--help").out


def test_an_answer_for_people_and_for_machines(echub, eclab):
    told = echub("analyze", "ramp-onset", eclab / "ramp.mpr", *AREA)
    assert told.code == 0
    assert "onset_current_density" in told.out
    assert "mA/cm²" in told.out
    said = echub("analyze", "ramp-onset", eclab / "ramp.mpr", *AREA, "--json").json
    assert said["status"] == "flagged"
    assert said["provenance"]["parameters"]["window"] == {"value": 30.0, "unit": "s", "default": True}
    assert said["metadata"]["cell.area"]["source"] == "--set"


def test_parameters_profile_selection_and_time(echub, eclab):
    common = ("analyze", "ramp-onset", eclab / "ramp.mpr", "--json")
    said = echub(*common, "--param", "window=0.25min", "--select", "row >= 5", "--time", "0:25min").json
    assert said["provenance"]["parameters"]["window"]["value"] == 15
    assert said["provenance"]["selection"] == [["query row >= 5", "time 0:1500 s"]]
    paper = echub(*common, "--profile", "lowack2026").json
    assert paper["conditions"]["method"]["value"] == "lowack2026"
    assert paper["provenance"]["profile"] == "lowack2026"


def test_a_refusal_is_code_1_and_says_what_helps(echub, eclab):
    done = echub("analyze", "ramp-onset", eclab / "cp.mpr")
    assert done.code == 1
    assert "not-a-ramp" in done.out


def test_files_are_parted_by_a_value_of_their_metadata(echub, tmp_path):
    files = [FIXTURES / "ccd" / f"{name}.mpr" for name in ("hard_short", "soft_short_20pct", "censored")]
    table = tmp_path / "cells.csv"
    table.write_text("file,cell.id\nhard*,A\nsoft*,B 2\ncensored*,C\n")
    words = ("analyze", "ccd", *files, "--meta", table, "--set", 'cell.area="1 cm^2"')
    assert "several-cells" in echub(*words).out
    done = echub(*words, "--by", "cell.id", "-o", tmp_path / "out")
    assert done.code == 0
    assert done.out.count("[3.99, 5.01)") == 2
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["A.ccd.outcome.json", "B_2.ccd.outcome.json", "C.ccd.outcome.json"]
    table.write_text("file,cell.id\nhard*,b 2\nsoft*,b/2\ncensored*,B_2\n")
    assert echub(*words, "--by", "cell.id", "-o", tmp_path / "alike").code == 0
    assert len({path.name.casefold() for path in (tmp_path / "alike").iterdir()}) == 3
    assert echub("analyze", "ccd", *files, *words[-2:], "--by", "file").out.count("[3.99, 5.01)") == 2
    assert echub("analyze", "ramp-onset", files[0], "--by", "cell.id").code == 2
    assert echub("analyze", "ccd", "none.mpr", "--by", "cell.id").code == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nothing", "x"), 2),
        (("ramp-onset",), 2),
        (("ramp-onset", "x", "--param", "windw=3"), 2),
        (("ramp-onset", "none.mpr"), 3),
        (("ramp-onset", "x", "--time", "5"), 2),
        (("ramp-onset", "x", "--plot", "x.gif"), 2),
    ],
)
def test_exit_codes(echub, words, code):
    assert echub("analyze", *words).code == code


def test_one_bad_file_does_not_stop_the_others(echub, eclab):
    done = echub("analyze", "ramp-onset", eclab / "none.mpr", eclab / "ramp.mpr", "--json")
    assert done.code == 3
    assert [line["status"] for line in done.lines] == ["failed", "flagged"]


def test_outcomes_are_stored_and_feed_the_next_analysis(echub, eclab, tmp_path):
    words = ("analyze", "ramp-onset", eclab / "ramp.mpr", "-o", tmp_path, "--plot", tmp_path / "ramp.svg")
    assert echub(*words).code == 0
    stored = tmp_path / "ramp.mpr.ramp-onset.outcome.json"
    outcome = Outcome.from_json(stored.read_text("utf-8"))
    assert outcome["onset_current_density"].unit == "mA/cm^2"
    assert (tmp_path / "ramp.svg").read_text("utf-8").count("<svg") == 1
    assert echub(*words).code == 2  # they are there already
    said = echub("analyze", "arrhenius", tmp_path, "--json").json
    assert [flag["code"] for flag in said["flags"]] == ["missing-temperature"]
    assert "--set cell.temperature" in said["flags"][0]["hint"]


def test_a_refusal_is_drawn_where_there_is_something_to_show(echub, eclab, tmp_path):
    assert echub("analyze", "ramp-onset", eclab / "cp.mpr", "--plot", tmp_path / "cp.svg").code == 1
    assert (tmp_path / "cp.svg").exists()
    done = echub("analyze", "ramp-onset", eclab / "peis.mpr", "--plot", tmp_path / "peis.svg")
    assert done.code == 1
    assert "no-dataset" in done.out
    assert "not drawn" in done.err
    assert not (tmp_path / "peis.svg").exists()


def test_a_study_from_the_command_line(echub, eclab, tmp_path):
    (tmp_path / "ramp.mpr").write_bytes((eclab / "ramp.mpr").read_bytes())
    (tmp_path / "cp.mpr").write_bytes((eclab / "cp.mpr").read_bytes())
    step = '[[step]]\nname = "onset"\nanalysis = "ramp-onset"\nparams.bootstrap = 0\n'
    (tmp_path / "study.toml").write_text(f'files = ["*.mpr"]\n{step}', "utf-8")
    done = echub("study", tmp_path / "study.toml", "--json")
    assert done.code == 1
    assert done.json["steps"] == {"onset": {"refused": 1, "flagged": 1}}
    assert json.loads(json.dumps(done.json))["written"][0].endswith("report.html")
    assert "cached" in echub("study", tmp_path / "study.toml").out


def test_one_answer_per_value_of_a_column_with_files_of_their_own(echub, eclab, tmp_path):
    target = ("-o", tmp_path, "--plot", tmp_path / "ramp.svg")
    done = echub("analyze", "ramp-onset", eclab / "ramp.mpr", *AREA, "--each", "cycle", *target)
    assert done.code == 0
    assert "ramp.mpr, cycle 0" in done.out
    written = tmp_path / "ramp.mpr.cycle-0.ramp-onset.outcome.json"
    assert {written.name, "ramp.cycle-0.svg"} == {path.name for path in tmp_path.iterdir()}
    assert Outcome.from_json(written.read_text()).conditions["cycle"].value == 0
    again = echub("analyze", "ramp-onset", eclab / "ramp.mpr", *AREA, "--each", "cycle", *target)
    assert again.code == 2
    assert "exists" in again.err


def test_a_column_that_is_not_there_parts_nothing(echub, eclab):
    done = echub("analyze", "ramp-onset", eclab / "ramp.mpr", *AREA, "--each", "cycles")
    assert done.code != 0
    assert "did you mean cycle" in done.err


def test_list_takes_files_and_no_name_of_an_analysis(echub, eclab):
    told = echub("analyze", "ramp-onset", "--list", eclab / "ramp.mpr")
    assert told.code == 2
    assert "echub analyze ramp-onset --help" in told.err


def test_list_with_a_file_puts_what_suits_it_first_and_says_why_not_the_rest(echub, eclab):
    lines = echub("analyze", "--list", eclab / "ramp.mpr").out.splitlines()
    assert lines[2].split()[:3] == ["ramp-onset", "suits", "it"]
    assert "the current was a ramp" in next(line for line in lines if line.split()[0] == "ccd")
    part = echub("analyze", "--list", eclab / "ramp.mpr", "--select", "time < 2", "--json").json["analyses"]
    assert next(fit["standing"] for fit in part if fit["name"] == "ramp-onset") == "unsuited"
    assert echub("analyze", "--list", eclab / "ramp.mpr", "--dataset", "nothing").code == 2
    told = echub("analyze", "--list", eclab / "cv.mpr", "--json").json
    assert told["analyses"][0]["standing"] == "asks"
    assert told["analyses"][0]["why"]["hint"].startswith("--set cell.area=")


def test_a_refused_analysis_of_another_measurement_is_told_which_ones_suit(echub, eclab):
    told = echub("analyze", "cycling", eclab / "cv.mpr")
    assert told.code == 1
    assert "analyses that suit this file: stability-window" in told.out
    assert "analyses that suit" not in echub("analyze", "stability-window", eclab / "cv.mpr").out
