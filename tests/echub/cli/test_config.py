"""Defaults of a person: read by every command, checked, told where they come from, and never needed for help."""

import tomllib
from typing import get_type_hints

import pytest

from echub.cli.commands import COMMANDS
from echub.cli.config import built_in
from echub.cli.defaults import ENVIRONMENT, Tree, load, place


@pytest.fixture
def defaults(tmp_path, monkeypatch):
    """Write the file of defaults."""
    path = tmp_path / "config.toml"
    monkeypatch.setenv(ENVIRONMENT, str(path))

    def write(text):
        path.write_text(text, "utf-8")
        return path

    return write


def test_every_key_is_an_option_of_its_command_with_the_type_that_it_declares():
    keys = {(command, key) for command, key, _ in built_in()}  # fails for a key that is not an option
    assert {command for command, _ in keys} == set(get_type_hints(Tree)) <= set(COMMANDS)


def test_a_default_is_used_and_an_option_wins(echub, cp, defaults, tmp_path):
    defaults('[convert]\nto = "csv"\ndelimiter = ";"\nquiet = true\n')
    assert echub("convert", cp, "-o", tmp_path / "a").out == ""
    (made,) = (tmp_path / "a").glob("*.csv")
    assert made.read_text("utf-8").startswith("row;step;")
    assert echub("convert", cp, "-o", tmp_path / "b", "--to", "native").code == 0  # which knows no delimiter
    assert (tmp_path / "b" / "cp.mpr.h5").exists()


def test_a_writer_option_wins_over_a_default_and_is_given_once(echub, cp, defaults, tmp_path):
    defaults('[convert]\nto = "csv"\ndelimiter = ";"\nquiet = true\n')
    said = ("--writer-option", "delimiter=tab")
    assert echub("convert", cp, "-o", tmp_path / "a", *said).code == 0
    (made,) = (tmp_path / "a").glob("*.csv")
    assert made.read_text("utf-8").startswith("row\tstep\t")
    refused = echub("convert", cp, "-o", tmp_path / "b", *said, "--delimiter", ",")
    assert (refused.code, refused.err.splitlines()[0]) == (
        2, "the writer's option delimiter is given twice [unknown-option]"
    )  # fmt: skip


def test_an_option_of_another_format_that_is_typed_is_still_refused(echub, cp, defaults):
    defaults('[convert]\ndelimiter = ";"\n')
    assert echub("convert", cp, "--to", "native", "--decimal", ",").code == 2


def test_config_tells_where_each_value_comes_from(echub, defaults):
    path = defaults("[study]\njobs = 3\n[plot]\nstyle = 'slide'\n")
    said = echub("config", "--json").json
    assert said["file"] == str(path)
    rows = {(row["command"], row["option"]): (row["value"], row["from"]) for row in said["defaults"]}
    assert rows["study", "jobs"] == (3, str(path))
    assert rows["plot", "style"] == ("slide", str(path))
    assert rows["plot", "dpi"] == (150, "built in")
    assert echub("config").out.splitlines()[0] == str(path)


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ('[convert]\ntoo = "csv"\n', "convert.too", "did you mean to?"),
        ('[plots]\nstyle = "slide"\n', "plots", "did you mean plot?"),
        ('[plot]\nstyle = "slides"\n', "plot.style", "screen, single-column, slide, origin"),
        ('[convert]\njobs = "two"\n', "convert.jobs", "a whole number"),
        ("[convert\n", "", "TOML"),
    ],
)
def test_a_mistake_names_file_place_and_what_is_near(echub, cp, defaults, text, where, hint):
    path = defaults(text)
    done = echub("info", cp)
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith(str(path))
    assert where in done.err
    assert hint in done.err
    assert ("`echub config` lists the keys" in done.err) is (not hint.startswith("did you mean"))


def test_help_and_version_work_with_any_file(echub, defaults):
    defaults("[convert\n")
    assert echub("--help").code == echub("convert", "-h").code == echub("--version").code == 0


def test_a_command_line_that_fails_tells_the_defaults_in_force(echub, cp, defaults):
    path = defaults('[convert]\nto = "cvs"\n')
    done = echub("convert", cp)
    assert done.code == 2
    assert done.err.splitlines()[-1] == f"  note: defaults of {path} are in force: to = cvs"


def test_a_number_out_of_range_is_refused_as_on_the_command_line(echub, cp, defaults):
    defaults("[convert]\njobs = 0\n")
    done = echub("convert", cp)
    assert (done.code, "jobs = 0" in done.err) == (2, True)


def test_the_place_is_the_platforms_and_a_named_file_must_be_there(monkeypatch, tmp_path):
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert place().name == "config.toml"
    assert place().parent.name == "echub"
    assert load().tables == {}
    monkeypatch.setenv(ENVIRONMENT, "")
    assert place() is None
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "gone.toml"))
    with pytest.raises(Exception, match="cannot be read"):
        load()


def test_a_place_without_a_file_is_named_as_such(echub, tmp_path, monkeypatch):
    """The usual place may be empty; only a file that is named has to be there."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("echub.cli.defaults.typer.get_app_dir", lambda *_, **__: str(tmp_path))
    empty = echub("config").out
    assert f"{tmp_path / 'config.toml'}  (not there: all is built in)" in empty
    (tmp_path / "config.toml").write_text("[app]\nport = 9\n", "utf-8")
    filled = echub("config").out
    assert "not there" not in filled
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "other.toml"))
    assert echub("config").code == 4


EVERY = """
[convert]
to = "csv"
csv-style = "origin"
delimiter = ";"
decimal = ","
columns = "time"
units = "time=h"
for = "excel"
jobs = 2
quiet = true
[plot]
style = "slide"
size = "8x5"
dpi = 90
quiet = true
[analyze]
verbose = true
quiet = true
[study]
jobs = 2
quiet = true
[gather]
jobs = 2
quiet = true
[validate]
jobs = 2
format = "json"
[app]
port = 8000
browser = false
"""
"""What a person may set once: how to write, draw and print, never what a file means."""


def test_every_default_there_is_can_be_set(echub, defaults):
    path = defaults(EVERY)
    rows = echub("config", "--json").json["defaults"]
    stated = {
        (command, option): value
        for command, table in tomllib.loads(EVERY).items()
        for option, value in table.items()
    }
    assert {(row["command"], row["option"]): row["value"] for row in rows} == stated
    assert {row["from"] for row in rows} == {str(path)}
