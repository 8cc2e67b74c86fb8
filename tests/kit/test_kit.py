"""The template is a stranger: built, installed beside the built hub, tested there, used, and ill-treated."""

import json
import re
import shutil
import zipfile

import pytest

from tests.kit import broken
from tests.kit.conftest import ROOT, TEMPLATE, run

PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text(encoding="utf-8")


def shown(command):
    """Return the output that docs/write-a-plugin.md shows for a command; … stands for a time."""
    block = PAGE.partition(f"\n$ {command}\n")[2]
    text = re.split(r"\n(?:\$ |```)", block, maxsplit=1)[0]
    assert text, f"the page does not show {command}"
    return re.escape(text).replace("…", r"[\d.]+")


@pytest.fixture
def scratch(tmp_path):
    """Return a folder with the sample of a complete log."""
    shutil.copy(TEMPLATE / "echub_acme" / "samples" / "rest.acme", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("long_runs")
def test_the_wheel_holds_neither_tests_nor_the_template_but_what_new_writes_from(wheels):
    names = zipfile.ZipFile(wheels["echub"]).namelist()
    assert not [n for n in names if "acme" in n or n.startswith(("tests/", "plugins/"))]
    assert "echub/templates/plugin/MODULE/decode.py.txt" in names
    assert "echub_acme/samples/rest.acme" in zipfile.ZipFile(wheels["echub_acme"]).namelist()


def test_the_wheels_are_what_runs(installed):
    code = "import echub, echub_acme; print(echub.__file__, echub_acme.__file__, sep='\\n')"
    for path in run(installed.python, "-c", code, cwd=installed.folder).stdout.splitlines():
        assert path.startswith(str(installed.site))


def test_its_sample_converts_and_is_analysed(installed, scratch):
    for command in ("convert rest.acme", "analyze acme-drift rest.acme.h5"):
        done = installed.echub(*command.split(), cwd=scratch)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(shown(f"echub {command}"), done.stdout.rstrip()), done.stdout
    outcome = installed.json("analyze", "acme-drift", "rest.acme.h5", cwd=scratch)
    drift = outcome["measurands"]["drift"]
    assert (outcome["status"], drift["unit"]) == ("ok", "mV/h")
    assert drift["interval"]["low"] < -2.0 < drift["interval"]["high"]  # what the generator put in


def test_its_refusal_its_cut_file_and_its_damaged_file_are_said(installed, scratch):
    log = (scratch / "rest.acme").read_text(encoding="utf-8")
    (scratch / "run.acme").write_text(log.replace(";0.0;", ";20.0;"), encoding="utf-8")
    refused = installed.json("analyze", "acme-drift", "run.acme", cwd=scratch)
    assert [flag["code"] for flag in refused["flags"]] == ["not-at-rest"]
    (scratch / "cut.acme").write_text(log[:-20], encoding="utf-8")
    (scratch / "odd.acme").write_text(log.replace("END 61", "END 62"), encoding="utf-8")
    done = installed.echub("convert", "cut.acme", "odd.acme", cwd=scratch)
    assert done.returncode == 3
    assert "[truncated]" in done.stdout
    assert "rows are missing" in done.stdout + done.stderr


def test_any_part_of_what_new_writes_works_alone(installed, scratch):
    (scratch / "run.my-lab").write_text(
        (scratch / "rest.acme").read_text(encoding="utf-8").replace("ACME LOG", "MY-LAB LOG"), encoding="utf-8"
    )
    assert installed.echub("convert", "run.my-lab", cwd=scratch).returncode == 0
    outcome = installed.json("analyze", "only-drift-drift", "run.my-lab.h5", cwd=scratch)
    assert outcome["status"] == "ok"
    assert installed.echub("convert", "run.my-lab", "--to", "plotter-plot", cwd=scratch).returncode == 0
    lines = (scratch / "run.my-lab.timeseries.plotter-plot").read_text(encoding="utf-8").split("\n")
    assert lines[0] == "PLOTTER PLOT 1"
    assert lines[3].split("\t")[:4] == ["0", "0.0", "3.40011", "0.0"]  # row, time, voltage, current
    (scratch / ".echub.toml").write_text('[schema]\nextends = ["plugin:my_lab"]\n', encoding="utf-8")
    (scratch / "cut.my-lab").write_bytes((scratch / "run.my-lab").read_bytes()[:-30])
    checked = installed.echub("validate", "run.my-lab", "cut.my-lab", cwd=scratch)
    assert checked.returncode == 1
    assert "run.my-lab: error" not in checked.stdout
    assert "cut.my-lab: error" in checked.stdout


# -- beside mistaken plugins ---------------------------------------------------------------------


def test_every_mistake_is_a_row_with_its_reason(ill):
    done = ill.echub("plugins", "list", "--json")
    assert done.returncode == 4
    rows = json.loads(done.stdout)
    strange = [row for row in rows if row["distribution"].startswith("zz-")]
    assert {row["name"]: row["state"] for row in strange if row["state"] != "ok"} == broken.STATES
    assert all(row["state"] == "ok" for row in rows if row not in strange)
    for row in strange:
        reason = broken.BROKEN.get(row["name"], ("", "both register the plugin 'acme'"))[1]
        assert len(row["problems"]) == bool(reason), row
        assert all(reason in problem for problem in row["problems"])


@pytest.mark.parametrize("command", ["convert rest.acme", "analyze acme-drift rest.acme"])
def test_the_other_commands_work_and_warn_in_one_line_each(ill, scratch, command):
    done = ill.echub(*command.split(), cwd=scratch)
    assert done.returncode == 0, done.stderr
    warned = done.stderr.splitlines()
    assert all(line.startswith("warning: ") for line in warned)
    reasons = [reason for _, reason in broken.BROKEN.values() if reason]
    reasons += ["both register the plugin 'acme'", "the reader claims-files also claims random bytes"]
    assert [sum(reason in line for line in warned) for reason in reasons] == [1] * len(reasons)
    assert len(warned) == len(reasons)


def test_help_knows_nothing_of_them_and_a_selection_silences_them(ill, scratch):
    assert ill.echub("--help").stderr == ""
    chosen = ill.beside(**dict(ill.extra), ECHUB_PLUGINS="my-lab")
    done = chosen.echub("plugins", "list", cwd=scratch)
    assert done.returncode == 0


def test_a_file_that_only_the_greedy_reader_claims_is_unknown(ill, scratch):
    (scratch / "holiday.xyz").write_bytes(bytes(range(256)) * 4)
    done = ill.echub("convert", "holiday.xyz", cwd=scratch)
    assert done.returncode == 3
    assert "no reader recognises this file" in done.stderr


def test_a_reader_that_gives_no_record_is_named(ill, scratch):
    done = ill.echub("convert", "rest.acme", "--reader", "claims-files", cwd=scratch)
    assert done.returncode == 4
    assert "it gave a NoneType, not a Record" in done.stderr
    assert "a mistake in the plugin claims of zz-broken 1.0" in done.stderr


# -- what was started at the beginning -----------------------------------------------------------


def test_the_templates_own_tests_pass(installed, long_runs):
    done = installed.finished(long_runs["tests"])
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout.splitlines()[-1]


def test_check_passes_the_template(installed, long_runs):
    done = installed.finished(long_runs["check"])
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(shown("echub plugins check echub-acme"), done.stdout.rstrip()), done.stdout


def test_check_says_which_rules_the_mistaken_break(ill, long_runs):
    done = ill.finished(long_runs["check-broken"])
    assert done.returncode == 4
    found = json.loads(done.stdout)
    assert found["status"] == "broken"
    rules = {
        (s["kind"], s["name"]): {r["rule"] for r in s["rules"] if r["verdict"] == "broken"}
        for s in found["subjects"]
    }
    for plugin in ("acme", "raises", "wrong", "twin", "misspelt", "units"):
        assert "test_it_loads" in rules["plugin", plugin]
    assert "test_rejects_strangers" in rules["reader", "claims-files"]
    assert "test_sniff_opens_nothing" in rules["reader", "opens-files"]
    for subject in found["subjects"]:
        for rule in subject["rules"]:
            assert rule["verdict"] != "broken" or all(rule[key] for key in ("expected", "found", "advice"))
