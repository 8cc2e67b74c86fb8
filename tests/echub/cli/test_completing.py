"""The Tab key: names of what there is, and nothing heavy loaded for it."""

import os
import shutil
import subprocess
import sys

import pytest

from echub.cli.completing import MEANING, SCHEMA
from echub.cli.plot import PICTURES, STYLES
from echub.cli.schema import PARTS
from echub.drawing import STYLES as KNOWN_STYLES
from echub.pictures.choice import NAMES
from echub.registry.registry import registry
from tests.test_startup import HEAVY, loaded


@pytest.fixture
def complete(process):
    """Return how a shell would go on after some words, the last of which may be incomplete."""

    def words(*typed):
        environment = {"COMP_WORDS": "echub " + " ".join(typed), "COMP_CWORD": str(len(typed))}
        done = process(_ECHUB_COMPLETE="complete_bash", **environment)
        assert done.err == ""
        return done.out.split()

    return words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["anal"], {"analyze"}),
        (["convert", "--to", "na"], {"native"}),
        (["convert", "--reader", "eclab-mp"], {"eclab-mpr", "eclab-mpt", "eclab-mps"}),
        (["convert", "--columns", "time,potential_w"], {"time,potential_we"}),
        (["convert", "--set", "cell.area_b"], {"cell.area_basis="}),
        (["convert", "--units", "time,potential_w"], {"time,potential_we="}),
        (["convert", "--units", "potential_we=m"], {"potential_we=mV"}),
        (["convert", "--units", "current=A,current_d"], {"current=A,current_density="}),
        (["convert", "--units", "no_such="], set()),
        (["analyze", "ramp-on"], {"ramp-onset"}),
        (["analyze", "ramp-onset", "--param", "boots"], {"bootstrap="}),
        (["plot", "--as", "ma"], {"mass-spectrum", "maps"}),
        (["plot", "--style", "sli"], {"slide"}),
        (["schema", "show", "cell.configur"], {"cell.configuration"}),
        (["plugins", "show", "ramp"], {"ramp-onset"}),
        (["convert", "some-fi"], set()),  # the shell completes files
    ],
)
def test_a_word_goes_on_with_what_there_is(complete, typed, expected):
    assert set(complete(*typed)) == expected


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(("typed", "goes_on"), [("cell.area_b", True), ("cell.area", False)])
def test_bash_puts_no_blank_behind_an_equals_sign(process, tmp_path, typed, goes_on):
    """The value follows at once; where several words are left, bash puts none anyway."""
    script = process(_ECHUB_COMPLETE="source_bash").out
    (tmp_path / "echub").write_text(f'#!/bin/sh\nexec {sys.executable} -m echub "$@"\n')
    (tmp_path / "echub").chmod(0o755)
    asked = f"""
        compopt() {{ echo "compopt $1 $2"; }}
        COMP_WORDS=(echub convert --set {typed}); COMP_CWORD=3
        _echub_completion echub; echo "${{COMPREPLY[0]}}"
    """
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script + asked], capture_output=True, text=True, env=environment)
    assert done.stderr == ""
    assert ("compopt -o nospace" in done.stdout) == goes_on
    assert "cell.area" in done.stdout


@pytest.mark.parametrize("words", ["convert --to ", "analyze ", "schema show "])
def test_what_a_word_means_is_one_line_in_fish(process, words):
    """A line that wraps would be taken for a word of its own."""
    asked = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": f"echub {words}"}
    lines = process(_ECHUB_COMPLETE="complete_fish", **asked).out.splitlines()
    assert lines
    assert [line for line in lines if "\t" not in line and " " in line] == []
    assert max(len(line.partition("\t")[2]) for line in lines) <= MEANING


ZSH = """
import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("zsh", ["zsh", "-f", "-i"])
def said(until):
    heard, end = b"", time.monotonic() + 30
    while until not in heard and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            heard += os.read(terminal, 65536)
    return heard
said(b"> ")
os.write(terminal, b"autoload -Uz compinit; compinit -D; . ./script; echo rea''dy\\n")
said(b"ready\\r\\n")
os.write(terminal, sys.argv[1].encode() + b"\\t")
said(sys.argv[2].encode())
os.write(terminal, b"X")
print(said(b"X").split(b"X")[0] == b"")
os.write(terminal, b"\\x03exit\\n")
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh")
@pytest.mark.parametrize(
    ("typed", "word", "goes_on"),
    [("convert --set cell.area_b", "cell.area_basis=", True), ("analyze ramp-on", "ramp-onset", False)],
)
def test_zsh_completes_and_puts_no_blank_behind_an_equals_sign(process, tmp_path, typed, word, goes_on):
    (tmp_path / "script").write_text(process(_ECHUB_COMPLETE="source_zsh").out)
    (tmp_path / "echub").write_text(f'#!/bin/sh\nexec {sys.executable} -m echub "$@"\n')
    (tmp_path / "echub").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TERM": "dumb", "PS1": "> "}
    asked = [sys.executable, "-c", ZSH, f"echub {typed}", word]
    done = subprocess.run(asked, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.stdout.strip() == "True") == goes_on, done.stdout + done.stderr


def test_every_format_analysis_and_profile_is_offered(complete):
    known = registry()
    assert set(complete("convert", "--to", "")) == set(known.writers)
    assert set(complete("analyze", "")) >= set(known.analyses)
    for analysis in known.analyses.values():
        if analysis.profiles:
            assert set(complete("analyze", analysis.name, "--profile", "")) == set(analysis.profiles)
            break


def test_the_fixed_choices_are_those_that_there_are():
    assert tuple(PARTS) == SCHEMA
    assert PICTURES == NAMES
    assert tuple(KNOWN_STYLES) == STYLES


def test_help_of_to_lists_every_built_in_format(echub):
    said = " ".join(echub("convert", "--help").out.split())
    listed = said.split("Format: ")[1].split(", or of a plugin")[0]
    assert set(listed.split(", ")) == set(registry().writers)


@pytest.mark.parametrize("word", ["", "--reader ", "--to ", "--columns ", "--set "])
def test_completion_loads_nothing_heavy(word):
    body = "sys.argv = ['echub']\nfrom echub.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    words = f"echub convert {word}"
    packages = loaded(body, COMP_WORDS=words, COMP_CWORD=str(len(words.split())), _ECHUB_COMPLETE="complete_bash")
    assert "typer" in packages
    assert not packages & set(HEAVY)
