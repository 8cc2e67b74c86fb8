"""Options from text: typed, with units and choices, and refused with what was expected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from echub.declare import NoOptions, option
from echub.errors import PluginError, UnknownOption
from echub.registry.options import as_dict, parse_options
from tests.messages.parts import said


@dataclass(frozen=True)
class Options:
    """Every kind of option."""

    name: str = option("x", "a text")
    count: int = option(1, "a number of things")
    share: float = option(0.5, "a share")
    header: bool = option(True, "whether there is one")
    wait: float = option(10.0, "a time", unit="s")
    limit: float | None = option(None, "a potential", unit="V")
    mode: str = option("fast", "how", choices=("fast", "slow"))
    dead_time: int = option(0, "dead time")


def parse(**given):
    return parse_options(Options, given, "the reader r")


def test_without_texts_the_defaults_stand():
    assert parse() == Options()
    assert parse_options(NoOptions, {}, "r") == NoOptions()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("name", "a=b c", "a=b c"),
        ("count", "3", 3),
        ("share", "1e-3", 0.001),
        ("header", "no", False),
        ("header", "ON", True),
        ("header", "0", False),
        ("wait", "30", 30.0),
        ("wait", "30s", 30.0),
        ("wait", "2 min", 120.0),
        ("wait", "500 ms", 0.5),
        ("limit", "5 mV", 0.005),
        ("mode", "slow", "slow"),
        ("dead-time", "7", 7),
        ("dead_time", "7", 7),
    ],
)
def test_a_text_becomes_its_type(key, text, value):
    found = getattr(parse(**{key: text}), key.replace("-", "_"))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("key", "given", "value"), [("header", True, True), ("count", 3, 3), ("wait", 0.5, 0.5)])
def test_in_python_an_option_may_have_its_own_type(key, given, value):
    assert getattr(parse(**{key: given}), key) == value


def test_an_option_in_two_spellings_is_given_twice():
    with pytest.raises(UnknownOption, match="the option dead_time of the reader r is given twice"):
        parse_options(Options, {"dead-time": "7", "dead_time": "8"}, "the reader r")


def test_a_fraction_is_not_cut_to_a_whole_number():
    with pytest.raises(UnknownOption, match=r"the option count of the reader r cannot be 2\.7"):
        parse(count=2.7)


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("count", "3.5", "a whole number"),
        ("count", "", "a whole number"),
        ("share", "half", "a number"),
        ("header", "perhaps", "true or false"),
        ("wait", "30 V", "a number with a unit, such as 1s"),
        ("wait", "long", "a number with a unit, such as 1s"),
        ("wait", "3 fortnights", "a number with a unit, such as 1s"),
        ("mode", "medium", "fast or slow"),
        ("mode", "Fast", "fast or slow"),
    ],
)
def test_a_wrong_text_says_what_was_expected(key, text, expected):
    with pytest.raises(UnknownOption, match=f"the option {key} of the reader r cannot be") as refused:
        parse(**{key: text})
    assert refused.value.expected == expected
    assert (refused.value.found or "") == text
    assert refused.value.cause


@pytest.mark.parametrize(
    ("key", "text", "cause"),
    [
        ("header", "perhaps", "neither true nor false"),
        ("mode", "medium", "not one of the choices"),
        ("share", "inf", "it must be a finite number"),
    ],
)
def test_a_wrong_text_says_why(key, text, cause):
    with pytest.raises(UnknownOption) as refused:
        parse(**{key: text})
    assert refused.value.cause == cause


def test_an_unknown_key_is_refused_with_near_names():
    with pytest.raises(UnknownOption, match="the reader r has no option 'cuont'") as refused:
        parse(cuont="1")
    assert refused.value.hint == "did you mean count?"
    assert refused.value.expected.startswith("name, count, share")
    with pytest.raises(UnknownOption) as refused:
        parse_options(NoOptions, {"a": "1"}, "the reader n")
    assert refused.value.expected == "the reader n takes no options"


def test_a_dataclass_that_checks_itself_is_heard():
    @dataclass(frozen=True)
    class Checked:
        low: float = option(0.0, "lower end")

        def __post_init__(self):
            if self.low < 0:
                raise ValueError("low must not be negative")

    with pytest.raises(UnknownOption, match="low must not be negative"):
        parse_options(Checked, {"low": "-1"}, "r")


@dataclass(frozen=True)
class Listed:
    """An option that no text can be."""

    items: list[str] = option(None, "several")


@dataclass(frozen=True)
class Either:
    """An option of two types, of which a text could be either."""

    item: int | str | None = option(None, "one")


@dataclass(frozen=True)
class Unresolved:
    """An option of a type that does not exist."""

    item: NotThere = option(None, "one")  # noqa: F821


@dataclass(frozen=True)
class Needed:
    """An option without a default."""

    item: float


@pytest.mark.parametrize("declared", [Listed, Either, Unresolved, Needed, int])
def test_a_declaration_that_cannot_be_is_the_plugins_fault(declared):
    with pytest.raises(PluginError, match="the reader r declares"):
        parse_options(declared, {}, "the reader r")


def test_all_options_are_kept_for_provenance():
    assert as_dict(parse(wait="1 min"))["wait"] == 60.0
    assert as_dict(NoOptions()) == {}
    assert list(as_dict(Options())) == ["name", "count", "share", "header", "wait", "limit", "mode", "dead_time"]


@dataclass(frozen=True)
class Bounded:
    """Numbers within bounds."""

    both: float = option(1.0, "a potential", unit="V", minimum=0, maximum=5)
    least: int = option(1, "a count", minimum=1)
    most: float = option(1.0, "a share", maximum=0.5)
    free: float = option(1.0, "a time", unit="s")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("both", "0", 0.0), ("both", "5 V", 5.0), ("both", "5000 mV", 5.0), ("both", "-0.001", None),
        ("both", "5.001 V", None), ("both", "6000 mV", None), ("least", "1", 1), ("least", "0", None),
        ("least", "1000000", 1_000_000), ("most", "0.5", 0.5), ("most", "-1e9", -1e9), ("most", "0.51", None),
        ("free", "-3", -3.0), ("both", "nan", None), ("free", "1e999", None),
    ],
)  # fmt: skip
def test_bounds_are_inside(key, text, value):
    if value is None:
        with pytest.raises(UnknownOption):
            parse_options(Bounded, {key: text}, "the reader r")
    else:
        assert getattr(parse_options(Bounded, {key: text}, "the reader r"), key) == value


@pytest.mark.parametrize(
    ("key", "text", "bounds"),
    [
        ("both", "6 V", "at least 0 V and at most 5 V"), ("least", "0", "at least 1"),
        ("most", "1", "at most 0.5"),
    ],
)  # fmt: skip
def test_a_number_outside_its_bounds_says_them(key, text, bounds):
    assert said(lambda: parse_options(Bounded, {key: text}, "the reader r")) == {
        "message": f"the option {key} of the reader r cannot be {text!r}", "expected": f"a number, {bounds}",
        "found": text, "cause": f"it must be {bounds}",
    }  # fmt: skip


def test_an_option_that_is_not_there_is_told_with_those_that_are():
    assert said(lambda: parse_options(Bounded, {"leest-": "1"}, "the reader r")) == {
        "message": "the reader r has no option 'leest-'", "expected": "both, least, most, free", "found": "leest-",
        "hint": "did you mean least?",
    }  # fmt: skip
    assert "hint" not in said(lambda: parse_options(Bounded, {"xyz": "1"}, "the reader r"))
