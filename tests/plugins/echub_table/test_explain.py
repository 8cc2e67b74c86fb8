"""`echub detect -v` and `--write-profile`: what was inferred, for people to correct."""

from __future__ import annotations

import json
import tomllib

import pytest
from typer.testing import CliRunner

import echub
from echub.cli import app
from echub_table.profile import parse
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.make import FILES


def _run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_decisions_are_shown_with_evidence_and_rival():
    shown = _run("detect", "-v", FILES / "crlf.csv")
    assert shown.exit_code == 0
    for text in ("semicolon", "6 of the first", "comma", "has no other reading", "line 2", "voltage in V"):
        assert text in shown.stdout


def test_without_verbose_the_answer_is_short():
    assert "semicolon" not in _run("detect", FILES / "crlf.csv").stdout


@pytest.mark.parametrize(
    "name", ["crlf.csv", "units-row.csv", "negated-parts.csv", "spectra-in-a-row.csv", "cp1252.csv", "blanks.txt"]
)
def test_first_profile_reads_the_table_alike(name, tmp_path):
    target = tmp_path / "lab.toml"
    written = _run("detect", FILES / name, "--write-profile", target)
    assert written.exit_code == 0
    (by_headers,) = echub.read(FILES / name).datasets.values()
    (by_profile,) = echub.read(FILES / name, options={"profile": str(target)}).datasets.values()
    for column in by_headers.columns:
        assert by_profile[column].tolist() == by_headers[column].tolist()


def test_guesses_are_marked(tmp_path):
    target = tmp_path / "lab.toml"
    _run("detect", FILES / "no-header.csv", "--write-profile", target)
    text = target.read_text(encoding="utf-8")
    assert 'columns = ["column 1", "column 2", "column 3"]  # (guess)' in text
    assert parse(text, "lab.toml", required=True).dialect["delimiter"] == "comma"


def test_an_open_unit_is_a_question_in_the_profile(tmp_path):
    table, target = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_text("test_time,cycle\n0.5,1\n1.0,1\n")
    _run("detect", table, "--write-profile", target)
    assert 'quantity = ""  # (guess) time? no unit is printed' in target.read_text(encoding="utf-8")


def test_a_contradiction_is_written_and_not_hidden(tmp_path):
    target = tmp_path / "lab.toml"
    assert _run("detect", FILES / "unit-contradiction.csv", "--write-profile", target).exit_code == 0
    assert "contradict" in target.read_text(encoding="utf-8")
    assert "contradict" in _run("detect", "-v", FILES / "unit-contradiction.csv").stdout


def test_doubled_names_make_a_valid_profile(tmp_path):
    table, target = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_text("t / s,U / V,U / V\n0,1,2\n1,1,2\n2,1,2\n")
    assert _run("detect", table, "--write-profile", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["columns"]) == {"t / s", "U / V"}
    assert '# column 3 is named "U / V" too' in text
    record = echub.read(table, options={"profile": str(target)})
    assert record["timeseries"]["voltage__2"].tolist() == [2, 2, 2]


def test_an_existing_profile_stays(tmp_path):
    target = tmp_path / "lab.toml"
    target.write_text("mine")
    failed = _run("detect", FILES / "crlf.csv", "--write-profile", target)
    assert failed.exit_code != 0
    assert target.read_text() == "mine"


def test_table_profile_is_the_option_profile(tmp_path):
    table, profile = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_bytes(CASES["no-header.csv"].data)
    profile.write_text("[table-profile]\ntitle = 'x'\n[dialect]\ncolumns = ['t / s', 'U / V', 'I / mA']\n")
    out = _run("convert", table, "--table-profile", profile, "-o", tmp_path / "out", "--json")
    assert out.exit_code == 0
    names = [column["name"] for column in json.loads(out.stdout)["datasets"][0]["columns"]]
    assert names == ["row", "time", "voltage", "current"]


def test_a_reader_without_profiles_says_so(tmp_path):
    from fixtures.eclab.scenarios import SCENARIOS

    path = tmp_path / "ocv.mpr"
    path.write_bytes(SCENARIOS["ocv"]().data)
    failed = _run("detect", path, "--write-profile", tmp_path / "lab.toml")
    assert failed.exit_code != 0
    assert "needs no profile" in str(failed.exception)
