"""What pytest saw becomes one verdict for each rule; what ran before leaves nothing behind."""

import os

import pytest

from echub.testing.base import Broken
from echub.testing.checking import Subject, Verdict, _bare_environment, _Seen, _told


def test_one_rule_on_several_samples_is_one_verdict():
    seen = _Seen()
    seen.found["Test0"] = {
        "a": [Verdict("a", "A.", "kept"), Verdict("a", "A.", "broken", "x.acme"), Verdict("a", "A.", "skipped")],
        "b": [Verdict("b", "B.", "skipped"), Verdict("b", "B.", "kept")],
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
    error.broken = Broken("two", "one", "add one")
    assert _told(error) == ("two", "one", "add one")


def test_the_users_options_of_pytest_have_no_part_in_it(monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    with _bare_environment():
        assert "PYTEST_ADDOPTS" not in os.environ
    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only"
    with pytest.raises(KeyError), _bare_environment():
        raise KeyError
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ
