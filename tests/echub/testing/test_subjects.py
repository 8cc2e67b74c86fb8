"""Which rules `echub plugins check` asks of whom, on which samples, and what it leaves out with the reason."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from echub.declare import Reader
from echub.errors import PluginError
from echub.plugin import Analysis
from echub.registry.registry import Plugin
from echub.testing import AnalysisContract, ReaderContract, checking
from echub.testing.rules_plugin import PluginContract

ACME = Plugin("acme", "echub_acme", "echub-acme", "1.2")
READER = Reader("acme-acm", "Acme", (".acm",), sniff="math:floor", read="math:ceil")
DRIFT = Analysis("acme-drift", "Drift", run="math:floor")
WITHOUT_SAMPLES = {
    "test_is_registered", "test_is_described", "test_its_functions_load", "test_options_explain_themselves",
    "test_entry_module_is_light", "test_suffix_alone_is_maybe_at_most", "test_rejects_strangers",
    "test_refuses_strangers",
}  # fmt: skip
"""Rules of a reader that need none of its files."""
WITHOUT_EXAMPLE = {"test_its_declaration_is_sound", "test_declaring_it_is_light"}


@pytest.fixture
def acme(monkeypatch, tmp_path):
    """Return what lays out a plugin with declarations, among readers of others, whose samples are there."""

    def made(*declared):
        names = ("acme-acm", "zenith", "last", "asked", "broken")
        samples = dict(zip(names, ([tmp_path / f"{name}.x"] for name in names), strict=True))

        def samples_of(reader):
            if reader.name == "broken":
                raise PluginError("no such files")
            return samples[reader.name] if reader.samples else []

        flags = {"zenith": {}, "last": {"fallback": True}, "asked": {"explicit_only": True}, "broken": {}}
        others = [replace(READER, name=name, samples="a:*.x", **more) for name, more in flags.items()]
        readers = {r.name: r for r in (*declared, *others) if isinstance(r, Reader)}
        registry = SimpleNamespace(declared_by=lambda plugin: declared if plugin is ACME else [], readers=readers)
        monkeypatch.setattr(checking, "registry", lambda: registry)
        monkeypatch.setattr(checking, "samples_of", samples_of)
        return list(checking._contracts(ACME)), tmp_path

    return made


def asked(contract):
    return {name for name in contract.rules() if getattr(contract, name) is not None}


def test_a_plugin_is_a_subject_and_so_is_each_of_its_readers_and_analyses(acme):
    reader, drift = replace(READER, samples="echub_acme:*.x"), replace(DRIFT, example="echub_acme:example")
    found, folder = acme(reader, object(), drift)
    assert [(s.kind, s.name, s.samples, s.verdicts) for s, _, _ in found] == [
        ("plugin", "acme", [], []), ("reader", "acme-acm", ["acme-acm.x"], []), ("analysis", "acme-drift", [], []),
    ]  # fmt: skip
    assert [s.plugin is ACME for s, _, _ in found] == [True] * 3
    assert [left for _, _, left in found] == [{}, {}, {}]
    plugin, contract, analysis = (contract for _, contract, _ in found)
    assert (issubclass(plugin, PluginContract), plugin.plugin, plugin.entry) == (True, "acme", ACME)
    assert (contract.reader, contract.files) == ("acme-acm", [folder / "acme-acm.x"])
    assert contract.foreign == [folder / "zenith.x"]  # not of fallbacks, nor of those that are asked for
    assert asked(contract) == set(ReaderContract.rules())
    assert (analysis.analysis, asked(analysis)) == ("acme-drift", set(AnalysisContract.rules()))


def test_without_samples_or_an_example_the_declaration_alone_is_checked(acme):
    found, _ = acme(READER, DRIFT)
    (_, _, _), (reader, contract, left), (analysis, answers, without) = found
    assert (reader.samples, contract.files) == ([], [])
    assert set(ReaderContract.rules()) - set(left) == WITHOUT_SAMPLES == asked(contract)
    assert left["test_says_nothing"] == (
        "Reading prints nothing and issues no Python warning: what users must know is a Notice.",
        'the reader declares no samples="package:folder/*.suffix"',
    )
    assert set(AnalysisContract.rules()) - set(without) == WITHOUT_EXAMPLE == asked(answers)
    assert without["test_it_answers"] == (
        "It answers a good measurement, with at least one value.",
        'the analysis declares no example="module:function"',
    )
    assert analysis.samples == []


def test_what_is_left_out_stands_before_what_was_run(acme, monkeypatch):
    acme(READER, DRIFT)
    run = []

    def ran(classes, seen):
        run.append(list(classes))
        for name in classes:
            seen.found[name] = {"test_x": [checking.RuleVerdict("test_x", "X.", "kept")]}
        return 1

    monkeypatch.setattr(checking, "_run", ran)
    plugin, reader, analysis = checking.check([ACME, Plugin("none", "none", "d", "1")])[:3]
    assert run == [["Test0", "Test1", "Test2", "Test3"]]
    assert [v.rule for v in plugin.verdicts] == ["test_x"]
    assert (reader.count("skipped"), reader.count("kept")) == (len(ReaderContract.rules()) - 8, 1)
    assert reader.verdicts[-1].rule == analysis.verdicts[-1].rule == "test_x"
    assert analysis.verdicts[0].reason == checking.NO_EXAMPLE
    assert analysis.verdicts[0].text == AnalysisContract.rules()[analysis.verdicts[0].rule]


@pytest.mark.parametrize("code", [2, 3, 4, 5])
def test_rules_that_cannot_be_run_are_an_error(acme, monkeypatch, code):
    acme()

    def ran(classes, seen):
        seen.pytest_collectreport(SimpleNamespace(failed=False, longrepr="all is well"))
        seen.pytest_collectreport(SimpleNamespace(failed=True, longrepr="in a file\nE  ImportError: x\n"))
        return code

    monkeypatch.setattr(checking, "_run", ran)
    with pytest.raises(PluginError) as error:
        checking.check([ACME])
    assert (error.value.message, error.value.found) == (
        "the rules could not be run", f"pytest ended with {code}: E  ImportError: x")  # fmt: skip


def item(name, doc):
    return SimpleNamespace(name=name, parent=SimpleNamespace(name="Test0"), function=SimpleNamespace(__doc__=doc))


def test_an_unforeseen_error_is_broken_on_its_sample_and_a_setup_that_failed_counts():
    seen = checking._Seen()
    report = SimpleNamespace(outcome="failed")
    seen._note(item("test_a[one.acm]", "\n    A rule.\n\n    More."), report, ValueError("no\nmore"))
    seen._note(item("test_b", None), report, ValueError("no"))
    advice = "a mistake in the plugin's code, or in what it generates"
    common = {"verdict": "broken", "expected": "no exception", "found": "ValueError: no", "advice": advice}
    assert seen.verdicts("Test0") == [
        checking.RuleVerdict("test_a", "A rule.", about="one.acm", **common),
        checking.RuleVerdict("test_b", "test_b", **common),
    ]
    assert seen.verdicts("Test1") == []
