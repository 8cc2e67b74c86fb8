"""`echub plugins list` shows what is installed."""

import dataclasses

from echub.registry import Plugin


def test_every_plugin_is_a_row(echub):
    done = echub("plugins", "list")
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line for line in done.out.splitlines()[1:]}
    assert "reader eclab-mpr" in rows["eclab"]
    assert "writer csv" in rows["export"]


def test_for_machines(echub):
    found = {plugin["name"]: plugin for plugin in echub("plugins", "list", "--json").json}
    assert found["export"]["state"] == "ok"
    assert found["export"]["distribution"] == "echub"
    assert found["export"]["licence"] == "Apache-2.0"
    assert list(found["export"]) == [field.name for field in dataclasses.fields(Plugin)]


def test_a_blocked_plugin_is_shown_as_such(echub, monkeypatch):
    monkeypatch.setenv("ECHUB_PLUGINS", "-export")
    done = echub("plugins", "list", "--json")
    assert done.code == 0
    assert {p["name"]: p["state"] for p in done.json}["export"] == "blocked"
