"""Every public function says what it takes when it is given something else, in a typed error."""

import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import EchubError, UnknownOption

FIXTURE = Path(__file__).parents[2] / "fixtures" / "eclab" / "cp.mpr"
FUNCTIONS = [name for name in dir(echub) if not isinstance(getattr(echub, name), type)]
CALLS = {
    **{name: [getattr(echub, name)] for name in FUNCTIONS},
    "analyze": [lambda thing: echub.analyze(thing, FIXTURE), lambda thing: echub.analyze("ccd", thing)],
    "analyze_each": [lambda thing: echub.analyze_each(thing, FIXTURE)],
    "compare": [lambda thing: echub.compare(FIXTURE, thing), lambda thing: echub.compare(thing, FIXTURE)],
    "convert": [lambda thing: echub.convert(thing, "out")],
    "convert_many": [lambda thing: list(echub.convert_many(thing, "out"))],
}
"""How each function is called with a thing; the others take it as their only argument."""
WRONG = {
    "absolute_time": "a record",
    "align": "a list of files or records",
    "analyze": "the name of an analysis",
    "analyze_each": "the name of an analysis",
    "averaged": "a dataset",
    "convert_many": "a path or a list of paths",
    "join_samples": "a dataset",
    "stack": "a list of files or records",
    "validate": "the path of a file or folder",
    "verify": "the path of a file that echub wrote",
}
"""What each function says that it takes; those that are not here read files, or take any value."""


@pytest.fixture(scope="module")
def things():
    record = echub.read(FIXTURE)
    dataset = record["timeseries"]
    return [
        str(FIXTURE), FIXTURE, None, [], [FIXTURE], record, [record], dataset, [dataset], {"a": 1}, 3, 1.5, b"xx",
        "nonsense", np.arange(3.0), pl.DataFrame({"a": [1]}), dataset.to_pandas(), echub.Record,
        dataset.columns["time"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_ends_in_an_error_of_python(name, things, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for call in CALLS[name]:
        for thing in things:
            with suppress(EchubError):
                call(thing)


@pytest.mark.parametrize(("name", "words"), WRONG.items())
def test_the_message_says_what_is_expected_and_found(name, words):
    with pytest.raises(UnknownOption) as refused:
        CALLS[name][0](None)
    error = refused.value
    assert (error.message, error.expected, error.found) == (f"{name} takes {words}", words, "None")
    assert error.hint


@pytest.mark.parametrize(("thing", "found"), [
    ([1, 2], "a list of 2 items"),
    ({"a": 1}, "a dict of 1 item"),
    ("cp.mpr", "the text 'cp.mpr'"),
    (echub.Record, "the class Record"),
    (1.5, "a float"),
])  # fmt: skip
def test_what_was_found_is_said_in_words(thing, found):
    with pytest.raises(UnknownOption) as refused:
        echub.absolute_time(thing)
    assert refused.value.found == found


@pytest.mark.parametrize("name", ["from_pint", "to_pint"])
def test_units_of_pint_are_those_of_a_dataset_of_xarray(name):
    """Without the package it is the package that lacks, whatever is given."""
    pytest.importorskip("pint_xarray")
    with pytest.raises(UnknownOption, match=f"{name} takes a dataset of xarray"):
        getattr(echub, name)(None)


def test_several_datasets_are_several_arguments(things):
    dataset = things[7]
    with pytest.raises(UnknownOption, match="join_samples takes a dataset") as refused:
        echub.join_samples(dataset, [dataset])
    assert refused.value.hint == 'record["timeseries"] is one; several are several arguments'


ARGUMENTS = {
    "align": ([FIXTURE, FIXTURE],),
    "analyze": ("ccd", FIXTURE),
    "analyze_each": ("ccd", FIXTURE),
    "convert": (FIXTURE, "out"),
    "convert_many": (FIXTURE, "out"),
    "plot": (FIXTURE,),
    "read": (FIXTURE,),
    "stack": ([FIXTURE, FIXTURE],),
    "validate": (FIXTURE,),
}
OPTIONS = [
    (name, option)
    for name in ARGUMENTS
    for option, one in inspect.signature(getattr(echub, name)).parameters.items()
    if one.kind is one.KEYWORD_ONLY and option != "executor"  # which has the methods of one, whatever its class
]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_no_option_of_another_type_ends_in_an_error_of_python(name, option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for thing in (1.5, [1], {1: 2}, object(), b"x"):
        with suppress(EchubError):
            found = getattr(echub, name)(*ARGUMENTS[name], **{option: thing})
            list(found if isinstance(found, Iterator) else ())


@pytest.mark.parametrize(("call", "message", "found"), [
    (lambda: echub.read(FIXTURE, derive="power"), "read takes a list of texts as derive", "the text 'power'"),
    (lambda: echub.read(FIXTURE, options=[("a", "1")]),
     "read takes a mapping of names to a text or None as options", "a list of 1 item"),
    (lambda: echub.validate(FIXTURE, level="physics"), "validate takes a whole number as level",
     "the text 'physics'"),
    (lambda: echub.analyze("ccd", FIXTURE, time="1 h"), "analyze takes a pair or None as time", "the text '1 h'"),
    (lambda: echub.align([FIXTURE, FIXTURE], offsets={"a": 1.0}),
     "align takes a mapping of names to a pair or None as offsets", "a dict of 1 item"),
    (lambda: echub.convert(FIXTURE, force="yes"), "convert takes True or False as force", "the text 'yes'"),
])  # fmt: skip
def test_an_option_of_another_type_is_refused_by_its_name(call, message, found):
    with pytest.raises(UnknownOption) as refused:
        call()
    assert (refused.value.message, refused.value.found) == (message, found)


def test_arrays_and_numbers_of_numpy_count(tmp_path):
    assert echub.plot(FIXTURE, xlim=np.array([0.0, 1.0]))
    assert echub.validate(FIXTURE, level=np.int64(0))
    assert echub.convert(FIXTURE, tmp_path, force=np.bool_(True))
