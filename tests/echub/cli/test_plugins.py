"""`echub plugins`: what is installed, what one plugin declares, how a new one begins and is checked."""

import importlib.util
import os
import sys

import pytest

from echub.testing import checking
from tests.echub import strangers


def test_every_plugin_is_a_row(echub):
    done = echub("plugins", "list")
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line for line in done.out.splitlines()[1:]}
    assert "reader eclab-mpr" in rows["eclab"]
    assert "writer csv" in rows["export"]


def test_a_blocked_plugin_is_shown_as_such(echub, monkeypatch):
    monkeypatch.setenv("ECHUB_PLUGINS", "-export")
    done = echub("plugins", "list", "--json")
    assert done.code == 0
    assert {p["name"]: p["state"] for p in done.json}["export"] == "blocked"


# -- show ----------------------------------------------------------------------------------------


def test_a_plugin_is_shown_with_all_that_it_declares(echub):
    out = echub("plugins", "show", "eclab").out
    for part in ("echub 0.", "Apache-2.0", "state    ok", "eclab-mpr", ".mpr", "format", "reader"):
        assert part in out


@pytest.mark.parametrize("there", [True, False])
def test_a_package_is_asked_for_only_if_it_is_not_installed(echub, monkeypatch, there):
    monkeypatch.setattr("echub.registry.registry.is_installed", lambda declared: there or not declared.requires)
    asked = "needs the package fastnda" in echub("plugins", "show", "neware").out
    assert asked == (not there)


def test_a_distribution_shows_all_its_plugins(echub):
    done = echub("plugins", "show", "echub")
    assert "ramp-onset: echub" in done.out + done.err
    shown = echub("plugins", "show", "echub", "--json").json
    names = [plugin["name"] for plugin in shown]
    assert names == sorted(names)
    analyses = [d for plugin in shown for d in plugin["declares"] if d["kind"] == "analysis"]
    assert "doi:10.48550/arXiv.2603.23340" in [analysis.get("reference") for analysis in analyses]


@pytest.mark.parametrize("name", ["echub-acme", "Echub_ACME", "echub.acme"])
def test_a_distribution_is_known_however_its_name_is_written(echub, acme_files, name):
    assert echub("plugins", "show", name, "--json").json["name"] == "acme"


def test_a_template_alone_goes_to_the_output(echub):
    (named,) = [p for p in echub("plugins", "list", "--json").json if "template sims.toml" in p["offers"]]
    done = echub("plugins", "show", named["name"])
    assert done.out.startswith("# sims.toml")
    assert f"{named['name']}: echub" in done.err
    (template,) = echub("plugins", "show", named["name"], "--json").json["templates"]
    assert template["text"].rstrip() == done.out.rstrip()


def test_each_template_and_vocabulary_of_a_plugin_is_shown(echub, acme_files):
    code = """
        from echub.plugin import Template, Vocabulary, hookimpl

        @hookimpl
        def echub_readers():
            second = Template("two.toml", "the second", "echub_two:two")
            return [second, Template("one.toml", "the first", "echub_two:one")]

        @hookimpl
        def echub_vocabulary():
            flow = {"unit": "s^-1", "definition": "flow"}
            return [Vocabulary("twoa", {"twoa_flow": flow}), Vocabulary("twob", {"twob_flow": flow})]

        def one():
            return "# one\\n\\n"

        def two():
            return "# two\\nn = 2\\n"
        """
    strangers.install(acme_files.parent / "site", "echub-two", code, entry="two", module="echub_two")
    done = echub("plugins", "show", "two")
    assert done.out.splitlines() == ["# two", "n = 2", "# one"]
    assert done.err.splitlines()[-4:] == [
        "  template    two.toml  the second",
        "  template    one.toml  the first",
        "  vocabulary  twoa      twoa_flow",
        "  vocabulary  twob      twob_flow",
    ]
    assert echub("plugins", "show", "two", "--json").json["templates"] == [
        {"name": "two.toml", "title": "the second", "text": "# two\nn = 2\n"},
        {"name": "one.toml", "title": "the first", "text": "# one\n\n"},
    ]


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_plugin_that_is_not_there(echub, command):
    done = echub("plugins", command, "acme")
    assert done.code == 2
    assert "no plugin is called 'acme'" in done.err


@pytest.mark.parametrize(
    ("typed", "meant"), [("acmee", "acme"), ("echub-acmee", "echub-acme"), ("relaxatoin", "relaxation")]
)
def test_a_misspelt_name_of_a_plugin_or_of_its_distribution_is_told(echub, acme_files, typed, meant):
    done = echub("plugins", "show", typed)
    assert (done.code, f"hint: did you mean {meant}" in done.err) == (2, True)
    (expected,) = (line for line in done.err.splitlines() if line.startswith("  expected: "))
    assert meant in expected.removeprefix("  expected: ").split(", ")


# -- new -----------------------------------------------------------------------------------------


def test_a_new_plugin_is_listed_file_by_file(echub, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = echub("plugins", "new", "echub-acme", "--analysis")
    assert done.code == 0
    assert "echub-acme/echub_acme/outcome.py" in done.out.splitlines()
    assert all((tmp_path / line).is_file() for line in done.out.splitlines())
    assert 'pip install -e "echub-acme[test]" && echub plugins check echub-acme' in done.err
    again = echub("plugins", "new", "echub-acme", "--analysis")
    assert (again.code, "[target-exists]" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("a/b", "--reader"), "invalid-name"),
        (("export", "--reader"), "name-taken"),
        (("acme",), "unknown-option"),
    ],
)
def test_a_new_plugin_is_refused(echub, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(tmp_path)
    done = echub("plugins", "new", *arguments)
    assert (done.code, f"[{code}]" in done.err) == (2, True)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("answers", "proposed"),
    [("ynnn", "ynnn"), ("nynn", "yynn"), ("nnyn", "yyyn"), ("nnny", "yyyn"), ("yyyy", "ynnn"), ("nnnn", "yyyn")],
)
def test_on_a_terminal_it_asks(echub, tmp_path, monkeypatch, answers, proposed):
    """By default it has a reader; what is asked next is proposed to who wants none, rules to nobody."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    given, asked = iter(answers), []
    monkeypatch.setattr("typer.confirm", lambda text, default: asked.append((text, default)) or next(given) == "y")
    done = echub("plugins", "new", "acme")
    words = "A reader of a file format?", "A writer of a file format?", "An analysis?", "Rules of validation?"
    assert asked == [(text, mark == "y") for text, mark in zip(words, proposed, strict=True)]
    holds = [
        part for part, mark in zip(("reader", "writer", "analysis", "rules"), answers, strict=True) if mark == "y"
    ]
    assert done.code == (0 if holds else 2)
    for part in ("reader", "writer", "analysis", "rules"):
        assert (f"acme/tests/test_{part}.py" in done.out) is (part in holds)
    assert done.err == 'next: pip install -e "acme[test]" && echub plugins check acme\n' or not holds


# -- check ---------------------------------------------------------------------------------------


def test_the_hub_s_own_plugins_keep_the_rules_that_need_no_samples(process):
    done = process("plugins", "check", "bdf", "--json")
    assert done.code == 0, done.err
    plugin, *readers = done.json["subjects"]
    assert (plugin["kept"], plugin["broken"], plugin["skipped"]) == (4, 0, 0)
    *readers, writer = readers
    assert [reader["name"] for reader in readers] == ["bdf-csv", "parquet"]
    assert (writer["kind"], writer["name"], writer["broken"]) == ("writer", "bdf", 0)
    for reader in readers:
        assert reader["kept"] > 5
        assert {r["reason"] for r in reader["rules"] if r["verdict"] == "skipped"} == {checking.NO_SAMPLES}


@pytest.mark.parametrize(("broken", "code", "status"), [(0, 0, "kept"), (1, 4, "broken"), (2, 4, "broken")])
def test_all_plugins_are_checked_without_a_name(echub, monkeypatch, broken, code, status):
    asked = []
    verdicts = ["broken"] * broken + ["kept"]
    rules = [checking.RuleVerdict("r", "it reads", verdict) for verdict in verdicts]

    def check(plugins):
        asked.append({plugin.name for plugin in plugins})
        return [checking.Subject(plugins[0], "plugin", "acme", [], rules)]

    monkeypatch.setattr(checking, "check", check)
    told = echub("plugins", "check", "--json")
    assert (told.code, told.json["status"], told.json["subjects"][0]["broken"]) == (code, status, broken)
    shown = echub("plugins", "check")
    assert (shown.code, "rule" in shown.out.splitlines()[-1]) == (code, True)
    assert asked[0] == asked[1] >= {"eclab", "export", "bdf"}
    echub("plugins", "check", "bdf")
    assert asked[2] == {"bdf"}


def test_without_pytest_check_says_what_to_install(echub, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "pytest" else found(name, *a)
    )
    done = echub("plugins", "check", "bdf")
    assert done.code == 4
    assert "hint: pip install pytest" in done.err
