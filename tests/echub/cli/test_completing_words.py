"""What a word can go on with, and what each word means, among the declarations of `acme`; no shell is asked."""

from __future__ import annotations

import pytest

from echub.cli import completing
from echub.cli.completing import Words
from echub.model.metadata import leaves
from echub.model.vocabulary import quantities
from echub.registry.registry import registry
from tests.messages.saying import Fake


@pytest.fixture
def acme(acme_files):
    registry.cache_clear()
    yield
    registry.cache_clear()


def words(found: Words, *names: str) -> Words:
    """Return the words that are among the names."""
    return [pair for pair in found if pair[0] in names]


def typed(*others, **params):
    return Fake(params=params, args=list(others))


def test_readers_formats_and_analyses_go_with_their_titles(acme):
    assert words(completing.readers(), "acme", "acme-too") == [
        ("acme", "Acme file"), ("acme-too", "Acme file, otherwise")
    ]  # fmt: skip
    assert words(completing.analyses(), "acme-level", "acme-count") == [
        ("acme-level", "Level of a voltage"), ("acme-count", "Number of files")
    ]  # fmt: skip
    known = registry()
    assert completing.formats() == [(name, writer.title) for name, writer in known.writers.items()]
    assert dict(completing.formats()).keys() >= {"native", "csv", "xlsx"}


def test_a_plugin_goes_with_its_distribution_which_is_a_word_once(acme):
    found = completing.plugins()
    assert words(found, "acme", "echub-acme") == [("acme", "echub-acme"), ("echub-acme", "")]
    assert [name for name, _ in found].count("echub") == 1
    assert dict(found)["native"] == "echub"


@pytest.mark.parametrize("others", [{"name": "acme-level"}, {}])
def test_parameters_and_profiles_are_those_of_the_analysis_that_is_named(acme, others):
    """While an option is typed, the name may still be among the other words."""
    asked = typed(*([] if others else ["a.acme", "acme-level"]), **others)
    assert completing.parameters(asked) == [("above=", "use rows above this voltage"), ("how=", "statistic")]
    assert completing.profiles(asked) == [("top", ""), ("low", "")]
    unnamed = typed("a.acme")
    assert completing.parameters(unnamed) == completing.profiles(unnamed) == []
    assert completing.profiles(typed(name="acme-count")) == []


def test_options_are_those_of_the_reader_that_is_named_or_of_all(acme):
    own = [("notes=", "what becomes of notes")]
    assert completing.reader_options(typed(reader="acme")) == own
    assert completing.reader_options(typed(reader="acme-too")) == []
    everyone = completing.reader_options(typed(reader=None))
    assert len(everyone) > 10
    assert set(own) <= set(everyone)


def test_options_of_a_format_are_there_once_it_is_named(acme):
    assert "delimiter=" in dict(completing.writer_options(typed(to="csv")))
    assert completing.writer_options(typed(to="no-such")) == completing.writer_options(typed()) == []


@pytest.mark.parametrize("before", ["", "time,", "time,current,"])
def test_a_list_of_quantities_goes_on_after_a_comma(before):
    found = completing.quantities(f"{before}volt")
    assert len(found) == len(quantities())
    assert (f"{before}voltage", quantities()["voltage"].definition) in found


@pytest.mark.parametrize("before", ["", "time=h,"])
def test_a_quantity_goes_on_with_its_units(before):
    """Without an equals sign, with what has a unit; behind it, with units of its dimension, areal ones last."""
    without = completing.units(f"{before}curr")
    assert (f"{before}current=", quantities()["current"].definition) in without
    assert f"{before}cycle=" not in dict(without)  # a number
    units = [word.removeprefix(f"{before}current=") for word, _ in completing.units(f"{before}current=")]
    assert {"A", "mA", "uA", "mA/cm^2"} <= set(units)
    assert not {"V", "s", "ohm"} & set(units)
    areal = [unit.endswith("/cm^2") for unit in units]
    assert areal == sorted(areal)
    assert len(set(units)) == len(units)
    assert {meaning for _, meaning in completing.units(f"{before}current=")} == {""}
    assert completing.units(f"{before}no_such=") == []


def test_metadata_are_stated_with_an_equals_sign_and_shown_without():
    paths = [(path, leaf.description) for path, leaf in leaves().items()]
    assert completing.metadata() == paths
    assert completing.statements() == [(f"{path}=", meaning) for path, meaning in paths]
    parts = [(part, "") for part in ("quantities", "units", "kinds", "metadata", "rules", "codes")]
    assert completing.entries("x") == parts + completing.quantities("x") + paths


def test_a_fixed_choice_has_no_meanings():
    assert completing.choices("plain", "origin")() == [("plain", ""), ("origin", "")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("short\n and  sweet", "short and sweet"), ("a" * 70, "a" * 70), (f"{'a' * 68} b", f"{'a' * 68} b"),
        (f"{'a' * 60} {'b' * 9} c", f"{'a' * 60} …"),
    ],
)  # fmt: skip
def test_a_meaning_is_one_line_of_at_most_seventy_characters(text, line):
    assert completing.one_line(text) == line


@pytest.mark.parametrize(
    ("items", "line"),
    [
        ([("cell.area=", "area of it"), ("cell.id=", "")],
         'local -a hub_words; hub_words=("cell.area=:area of it" "cell.id="); '
         "_describe -t words word hub_words -S ''"),
        ([("cell.area=", "area"), ("cell.id", "")], 'as typer: "cell.area=":"area" "cell.id"'),
        ([("cell.area", "")], 'as typer: "cell.area"'),
        ([], "as typer: "),  # files, perhaps
    ],
)  # fmt: skip
def test_zsh_puts_no_blank_behind_words_that_all_end_with_an_equals_sign(monkeypatch, items, line):
    from typer import _completion_classes, _completion_shared

    zsh, found = _completion_classes.ZshComplete, [Fake(value=value, help=said) for value, said in items]

    def usual(asked):
        return "as typer: " + " ".join(map(asked.format_completion, asked.get_completions("args", "incomplete")))

    monkeypatch.setattr(zsh, "complete", usual)
    monkeypatch.setattr(zsh, "get_completion_args", lambda _: ("args", "incomplete"))
    monkeypatch.setattr(
        zsh, "get_completions", lambda _, *given: found if given == ("args", "incomplete") else None
    )
    monkeypatch.setitem(_completion_shared._completion_scripts, "bash", "")
    for owner, name in (
        (_completion_classes.BashComplete, "source_template"),
        (_completion_classes, "_sanitize_help_text"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    completing.suit_shells()
    assert zsh(None, {}, "echub", "_ECHUB_COMPLETE").complete() == line
