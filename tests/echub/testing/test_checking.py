"""What pytest saw becomes one verdict for each rule; what ran before leaves nothing behind."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from echub.declare import Reader, Vocabulary
from echub.errors import PluginError
from echub.registry.registry import registry
from echub.testing import AnalysisContract, ReaderContract, checking
from echub.testing.base import Contract, RuleViolation, rule, skip
from echub.testing.checking import RuleVerdict, Subject, _bare_environment, _run, _Seen, _told
from echub.testing.rules_plugin import PluginContract
from tests.tiny_plugin import installed


def test_one_rule_on_several_samples_is_one_verdict():
    seen = _Seen()
    seen.found["Test0"] = {
        "a": [
            RuleVerdict("a", "A.", "kept"),
            RuleVerdict("a", "A.", "broken", "x.acme"),
            RuleVerdict("a", "A.", "skipped"),
        ],
        "b": [RuleVerdict("b", "B.", "skipped"), RuleVerdict("b", "B.", "kept")],
    }
    assert [(v.rule, v.verdict, v.about) for v in seen.verdicts("Test0")] == [
        ("a", "broken", "x.acme"),
        ("b", "kept", ""),
    ]
    subject = Subject(None, "reader", "r", verdicts=seen.verdicts("Test0"))
    assert [subject.count(v) for v in ("kept", "broken", "skipped")] == [1, 1, 0]


def test_what_a_rule_did_not_foresee_is_the_plugins_mistake():
    error = ZeroDivisionError("division by zero")
    assert _told(error)[:2] == ("no exception", "ZeroDivisionError: division by zero")
    error.broken = RuleViolation("two", "one", "add one")
    assert _told(error) == ("two", "one", "add one")


def test_the_users_options_of_pytest_have_no_part_in_it(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    with _bare_environment():
        assert "PYTEST_ADDOPTS" not in os.environ
    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only"
    with pytest.raises(KeyError), _bare_environment():
        raise KeyError
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


# -- what is judged ------------------------------------------------------------------------------


def test_a_reader_is_judged_on_its_samples_and_those_of_others_that_recognise_files(monkeypatch):
    marks = {"own": {}, "one": {}, "two": {}, "last": {"fallback": True}, "asked": {"explicit_only": True}}
    readers = {
        name: Reader(name, name, (f".{name}",), "m:s", "m:r", samples="m:*", **mark)
        for name, mark in marks.items()
    }
    monkeypatch.setattr(checking, "registry", lambda: SimpleNamespace(readers=readers))

    def samples(reader):
        if reader.name == "two":
            raise PluginError("it has no sample files")
        return [Path(f"there/{reader.name}.{n}") for n in (1, 2)]

    monkeypatch.setattr(checking, "samples_of", samples)
    subject, contract, left_out = checking._of_reader("the plugin", readers["own"])
    assert subject == Subject("the plugin", "reader", "own", ["own.1", "own.2"])
    assert (contract.reader, left_out) == ("own", {})
    assert contract.files == [Path("there/own.1"), Path("there/own.2")]
    assert contract.foreign == [Path("there/one.1"), Path("there/one.2")]
    subject, contract, left_out = checking._of_reader("the plugin", readers["two"])
    assert subject == Subject("the plugin", "reader", "two", [])
    assert contract.foreign == [Path(f"there/{name}.{n}") for name in ("own", "one") for n in (1, 2)]
    rules = ReaderContract.rules()
    assert left_out == {
        rule: (text, checking.NO_SAMPLES) for rule, text in rules.items() if rule not in checking._READERS_ALWAYS
    }
    assert {getattr(contract, rule) for rule in left_out} == {None}


# -- the rules of a plugin as a whole, each broken once ------------------------------------------


class Tiny(PluginContract):
    plugin = "tiny"


def broken_rules():
    found = {}
    for name in ("test_it_loads", "test_it_offers_something", "test_what_it_names_exists"):
        try:
            getattr(Tiny(), name)()
        except pytest.fail.Exception as failure:
            found[name] = str(failure)
    return found


@pytest.mark.parametrize(
    ("edits", "rule", "found"),
    [
        ({}, None, ""),
        ({"def echub_readers": "def echub_reader"}, "test_it_loads", "did you mean echub_readers?"),
        ({'"tiny_decode:read"': '"tiny_decode:reed"'}, "test_what_it_names_exists", "tiny_decode:reed cannot be"),
        ({"options=TinyOptions": 'samples="tiny:*.tiny"'}, "test_what_it_names_exists", "has no sample files"),
    ],
)
@pytest.mark.filterwarnings("ignore::echub.registry.registry.PluginWarning")
def test_exactly_the_broken_rule_of_a_plugin_fails(tmp_path, edits, rule, found):
    with installed(tmp_path, edits):
        broken = broken_rules()
    broken.pop("test_it_offers_something" if rule == "test_it_loads" else "", None)
    assert list(broken) == ([rule] if rule else [])
    assert found in "".join(broken.values())


def test_a_plugin_without_a_hook_offers_nothing(tmp_path):
    with installed(tmp_path, {"@hookimpl\ndef echub_readers": "def unused"}):
        assert list(broken_rules()) == ["test_it_offers_something"]


def entry(**stated):
    return SimpleNamespace(**{"name": "tiny", "state": "ok", "problems": [], "offers": ["a reader"], **stated})


NOTHING = ("at least one declaration", "none", "implement a hook of echub.registry.hookspecs with @hookimpl")
MEND = "mend what is named; `echub plugins list` shows what the hub saw"


@pytest.mark.parametrize(("rule", "stated", "enriches", "said"), [
    ("test_it_loads", {}, False, None),
    ("test_it_loads", {"state": "blocked"}, False, ("the state ok, and no problem", "blocked: ", MEND)),
    ("test_it_loads", {"problems": ["a typo", "a twin"]}, False,
     ("the state ok, and no problem", "ok: a typo; a twin", MEND)),
    ("test_it_offers_something", {}, False, None),
    ("test_it_offers_something", {"offers": []}, False, NOTHING),
    ("test_it_offers_something", {"offers": []}, True, None),
    ("test_it_offers_something", {"offers": [], "state": "failed"}, False, None),  # the other rule says so
])  # fmt: skip
def test_what_a_plugin_is_told(rule, stated, enriches, said, monkeypatch):
    known = SimpleNamespace(enriches=lambda plugin: enriches)
    monkeypatch.setattr("echub.testing.rules_plugin.registry", lambda: known)
    contract = type("One", (PluginContract,), {"entry": entry(**stated)})()
    try:
        getattr(contract, rule)()
    except pytest.fail.Exception as failure:
        found = failure.broken
        assert (found.expected, found.found, found.advice) == said
    else:
        assert said is None


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, None),
        ({"metadata": {"required": ["cell.area"]}}, None),
        (
            {"metadata": {"required": ["cell.aera"]}},
            ("unknown metadata path 'cell.aera'", "did you mean cell.area"),
        ),
        ({"severity": {"truncatd": "error"}}, ("severity.truncatd names no rule", "did you mean truncated")),
        ({"ranges": {}}, ("has no ranges", "did you mean range?")),
        ({"range": {"current": ["2 mA", "1 mA"]}}, ("is empty", "correct `rules` of its Vocabulary")),
    ],
)
def test_rules_of_validation_are_a_schema(rules, said, monkeypatch):
    monkeypatch.setitem(registry().vocabularies, "tinyrules", Vocabulary("tinyrules", rules=rules))
    offers = ["a reader", "vocabulary tinyrules"]
    contract = type("One", (PluginContract,), {"entry": entry(offers=offers)})()
    try:
        contract.test_its_rules_are_a_schema()
    except pytest.fail.Exception as failure:
        assert said[0] in failure.broken.found  # noqa: PT017
        assert failure.broken.advice.startswith(said[1])  # noqa: PT017
    else:
        assert said is None


class Unset(Contract):
    """What it needs cannot be made."""

    def setup_method(self):
        raise ZeroDivisionError("division by zero")

    @rule
    def test_never(self):
        """It is asked."""


class Bare(Contract):
    """A rule that is not described goes by its name."""

    reader = "acme-acm"

    @rule
    def test_bare(self):
        raise RuleViolation("two", "one", "add one")


def test_a_rule_without_a_description_goes_by_its_name():
    with pytest.raises(pytest.fail.Exception) as failure:
        Bare().test_bare()
    assert str(failure.value).splitlines()[0] == "acme-acm: test_bare"
    for contract in (ReaderContract, AnalysisContract):
        assert type("One", (contract,), {"test_bare": Bare.test_bare}).rules() == {
            **contract.rules(),
            "test_bare": "",
        }


class Three(Contract):
    """One rule for each verdict."""

    @rule
    def test_kept(self):
        """It is kept."""

    @rule
    def test_skipped(self):
        """It is not judged."""
        skip("the measurement states no area")

    @rule
    def test_broken(self):
        """It is broken."""
        raise RuleViolation("two", "one", "add one")


def test_each_verdict_comes_with_what_explains_it():
    seen = _Seen()
    assert _run({"TestThree": Three, "TestUnset": Unset, "TestBare": Bare}, seen) == pytest.ExitCode.TESTS_FAILED
    assert seen.verdicts("TestBare") == [
        RuleVerdict("test_bare", "test_bare", "broken", expected="two", found="one", advice="add one")
    ]
    mistake = "a mistake in the plugin's code, or in what it generates"
    found = "ZeroDivisionError: division by zero"
    assert seen.verdicts("TestUnset") == [
        RuleVerdict("test_never", "It is asked.", "broken", expected="no exception", found=found, advice=mistake)
    ]
    assert {v.rule: v for v in seen.verdicts("TestThree")} == {
        "test_kept": RuleVerdict("test_kept", "It is kept.", "kept"),
        "test_skipped": RuleVerdict(
            "test_skipped", "It is not judged.", "skipped", reason="the measurement states no area"
        ),
        "test_broken": RuleVerdict(
            "test_broken", "It is broken.", "broken", expected="two", found="one", advice="add one"
        ),
    }
