"""`echub schema init|check|diff|export` in-process."""

import json

import pytest
from typer.testing import CliRunner

from echub.cli.schema import app
from echub.errors import SchemaError, TargetExists, UnknownOption
from echub.validation.group import load


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)


def test_init_writes_a_schema_that_check_accepts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("init", tmp_path, "--name", "Na Lab 2").exit_code == 0
    found = load(tmp_path / ".echub.toml")
    assert (found.name, found.prefix) == ("Na Lab 2", "nalab2")
    assert "Na Lab 2 1.0.0: valid" in run("check").stdout
    assert "nothing differs" in run("diff").stdout


def test_the_template_s_examples_are_valid_when_uncommented(tmp_path):
    run("init", tmp_path, "--prefix", "nalab")
    path = tmp_path / ".echub.toml"
    lines = path.read_text("utf-8").splitlines()
    examples = [
        line.removeprefix("# ")
        if line.startswith(("# [", "#")) and ("=" in line or line.startswith("# ["))
        else line
        for line in lines[4:]
    ]
    # A unit has to be known before the quantity that is in it: TOML's order does not matter.
    path.write_text("\n".join(examples), encoding="utf-8")
    found = load(path)
    assert found.ranges["current"].high == 50
    assert found.quantities == ("nalab_gas_flow",)
    assert found.columns == {"timeseries": ("temperature",)}


def test_init_replaces_nothing_unasked(tmp_path):
    run("init", tmp_path)
    with pytest.raises(TargetExists):
        run("init", tmp_path)
    assert run("init", tmp_path, "--force").exit_code == 0


def test_diff_lists_what_changes(tmp_path):
    path = tmp_path / ".echub.toml"
    path.write_text('[metadata]\nrequired = ["cell.area"]\n')
    assert json.loads(run("diff", path, "--json").stdout) == [
        {"what": "metadata cell.area", "core": "may be absent", "group": "required"}
    ]


def test_check_refuses(tmp_path):
    path = tmp_path / ".echub.toml"
    path.write_text("[quantities.current]\nunit = 'A'\n")
    with pytest.raises(SchemaError):
        run("check", path)


def test_without_a_schema_the_way_to_one_is_shown(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SchemaError) as error:
        run("check")
    assert "echub schema init" in error.value.hint


def test_export(tmp_path):
    assert "metadata" in json.loads(run("export").stdout)["$defs"]
    run("export", "--to", "markdown", "-o", tmp_path / "reference.md")
    assert (tmp_path / "reference.md").read_text("utf-8").startswith("# Schema ")
    with pytest.raises(UnknownOption):
        run("export", "--to", "yaml")


def test_rules_are_a_part_of_the_schema():
    assert "unit-mismatch" in run("show", "rules").stdout
    assert "ECH101" in run("show", "ECH101").stdout


def test_check_counts_what_changes_as_diff_lists_it(echub, tmp_path):
    (tmp_path / ".echub.toml").write_text(
        '[schema]\nname = "x"\nprefix = "xx"\nversion = "1.0.0"\ncore = "1"\n'
        '[metadata]\nrequired = ["cell.area", "cell.temperature"]\n[range]\ncurrent = ["-50 mA", "50 mA"]\n',
        "utf-8",
    )
    rows = echub("schema", "diff", tmp_path / ".echub.toml", "--json").json
    assert len(rows) == 3
    said = echub("schema", "check", tmp_path / ".echub.toml").out
    assert said.split()[-2:] == ["changes", "3"]


def test_a_valid_schema_is_told_as_an_object(tmp_path):
    path = tmp_path / ".echub.toml"
    assert run("init", tmp_path, "--name", "Na Lab").exit_code == 0
    told = json.loads(run("check", path, "--json").stdout)
    assert (told["name"], told["version"]) == ("Na Lab", "1.0.0")
    assert str(path) in " ".join(told["sources"])


def test_each_source_of_a_schema_is_told(echub, tmp_path):
    parent, own = tmp_path / "parent.toml", tmp_path / ".echub.toml"
    parent.write_text('[metadata]\nrequired = ["cell.id"]\n', "utf-8")
    own.write_text('[schema]\nname = "Lab"\nversion = "3"\nextends = ["parent.toml"]\n', "utf-8")
    assert echub("schema", "check", own).out.splitlines() == [
        "Lab 3: valid", f"  read          {parent}", f"  read          {own}", "  changes       1"
    ]  # fmt: skip
    told = {"name": "Lab", "version": "3", "sources": [str(parent), str(own)]}
    assert echub("schema", "check", own, "--json").json == told
