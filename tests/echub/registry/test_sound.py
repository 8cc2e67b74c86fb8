"""A declaration with a part that is not what its class says is refused by name, before it is used."""

import dataclasses

import pytest

from echub.declare import KnownFormat, Reader, Template, Writer
from echub.declare_analysis import Analysis, Need, NeedMeta, Output, Sampling
from echub.errors import PluginError
from echub.registry.sound import require_sound
from tests.messages.parts import said

READER = Reader("r", "R", (".r",), "m:s", "m:r")
WRITER = Writer("w", "W", "m:w")
ANALYSIS = Analysis(
    "a", "A", "m:r", (Need("t", "time", "s"), NeedMeta("cell.area", "cm^2")), outputs=(Output("x", "V"),)
)
KNOWN = KnownFormat("k", "K", (".k",), "export it", (b"K1",))


@pytest.mark.parametrize(
    "sound",
    [
        READER, WRITER, ANALYSIS, KNOWN, Template("t", "T", "m:t"),
        dataclasses.replace(READER, options="m:Options"),
        dataclasses.replace(READER, suffixes=[".r"]), dataclasses.replace(KNOWN, magic=()),
        dataclasses.replace(ANALYSIS, consumes="outcomes", needs=(), sampling=Sampling(rows=3)),
    ],
)  # fmt: skip
def test_what_is_as_declared_passes(sound):
    require_sound(sound)


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (READER, {"title": None}, "a Reader has title = None, expected a text"),
        (READER, {"fallback": 1}, "a Reader has fallback = 1, expected true or false"),
        (READER, {"options": 3}, "a Reader has options = 3, expected a class or its name"),
        (READER, {"suffixes": (".r", 3)}, "a Reader has suffixes = ('.r', 3), expected texts"),
        (READER, {"suffixes": {".r"}}, "a Reader has suffixes = {'.r'}, expected texts"),
        (READER, {"name": "  "}, "a Reader has no name"),
        (READER, {"sniff": ""}, "the Reader r has no sniff, expected 'module:function'"),
        (WRITER, {"write": ""}, "the Writer w has no write, expected 'module:function'"),
        (WRITER, {"suffixes": ".w"}, "a Writer has suffixes = '.w', expected texts"),
        (WRITER, {"whole": "yes"}, "a Writer has whole = 'yes', expected true or false"),
        (Template("t", "T", ""), {}, "the Template t has no text, expected 'module:function'"),
        (KNOWN, {"magic": ("K1",)}, "a KnownFormat has magic = ('K1',), expected bytes"),
        (ANALYSIS, {"run": ""}, "the Analysis a has no run, expected 'module:function'"),
        (ANALYSIS, {"params": "m:P"}, "an Analysis has params = 'm:P', expected a class"),
        (ANALYSIS, {"outputs": ("x",)}, "an Analysis has outputs = ('x',), expected a tuple of Output"),
        (ANALYSIS, {"sampling": None}, "an Analysis has sampling = None, expected a Sampling"),
        (ANALYSIS, {"needs": (Need("", "time"),)}, "a Need has no name"),
        (ANALYSIS, {"needs": (NeedMeta(None),)}, "a NeedMeta has path = None, expected a text"),
        (ANALYSIS, {"outputs": (Output("x", 3),)}, "an Output has unit = 3, expected a text"),
        (ANALYSIS, {"each": 3}, "an Analysis has each = 3, expected a text"),
        (
            ANALYSIS, {"consumes": "file"},
            "an Analysis has consumes = 'file', expected one of dataset, datasets, outcomes",
        ),
    ],
)  # fmt: skip
def test_the_first_part_that_is_not_as_declared_is_named(base, changes, message):
    assert said(lambda: require_sound(dataclasses.replace(base, **changes))) == {"message": message}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            dataclasses.replace(READER, suffixes=("r",)),
            "a Reader has the suffix 'r', expected a dot and small letters",
        ),
        (
            dataclasses.replace(READER, suffixes=(".R",)),
            "a Reader has the suffix '.R', expected a dot and small letters",
        ),
        (
            dataclasses.replace(ANALYSIS, needs=(Need("t"),)),
            "the Need t asks for nothing, expected quantity or any_of",
        ),
    ],
)
def test_what_could_never_match_is_refused(wrong, message):
    with pytest.raises(PluginError) as refused:
        require_sound(wrong)
    assert refused.value.message == message
