"""Errors keep their details, and the tree in the docstring is the tree there is."""

import pickle
import re

import pytest

from echub import errors
from echub.errors import EchubError, ReadError


def tree(kind=EchubError):
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


KINDS = list(tree())
DRAWN = re.compile(r"^[\s│├└─]*(\w+)(?:\s+(\d))?", re.MULTILINE)


def test_the_drawing_is_the_tree():
    drawing = errors.__doc__.partition("exit code\n")[2].partition("\n\n")[0]
    drawn = {name: code for name, code in DRAWN.findall(drawing) if name[0].isupper()}
    assert set(drawn) == {kind.__name__ for kind in KINDS} - {"EchubError"}
    for kind in KINDS:
        if drawn.get(kind.__name__):
            assert kind.exit_code == int(drawn[kind.__name__])


def test_codes_are_unique_and_stable_words():
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize(
    ("where", "column", "place"),
    [
        ("row 3", "U/V", "row 3, column U/V"),
        ("row 3, column U/V", "U/V", "row 3, column U/V"),  # not twice
        ("", "U/V", "column U/V"),
        ("row 3", "", "row 3"),
        ("", "", None),
    ],
)
def test_the_place_has_the_column_once(where, column, place):
    assert ReadError("x", where=where, column=column).where == place


def test_a_detail_can_be_given_and_taken_away_later():
    error = ReadError("x", hint="help")
    error.path, error.hint = "a.mpr", None
    assert (error.path, error.hint, error.cause) == ("a.mpr", None, None)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_exit_code_is_that_of_the_branch(kind):
    branch = {"CommandError": 2, "SourceError": 3, "DataError": 1, "PluginError": 4, "EchubError": 1}
    parent = next(k for k in kind.__mro__ if k.__name__ in branch)
    assert kind.exit_code == branch[parent.__name__]


ERROR = ReadError(
    "the header contradicts itself",
    path="a b.mpr",
    where="offset 1007",
    expected="20 columns",
    found="200",
    cause="a flipped bit",
    hint="export again",
)


def test_text_says_where_expected_found_cause_and_hint_in_order():
    assert str(ERROR).splitlines() == [
        "a b.mpr: the header contradicts itself [read-error]",
        "  where: offset 1007",
        "  expected: 20 columns",
        "  found: 200",
        "  cause: a flipped bit",
        "  hint: export again",
    ]


def test_unset_details_are_left_out():
    error = ReadError("short")
    assert str(error) == "short [read-error]"
    assert error.as_dict() == {"code": "read-error", "message": "short"}


def test_dict_holds_every_detail():
    assert ERROR.as_dict() == {
        "code": "read-error",
        "message": "the header contradicts itself",
        "path": "a b.mpr",
        "where": "offset 1007",
        "expected": "20 columns",
        "found": "200",
        "cause": "a flipped bit",
        "hint": "export again",
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_survives_the_way_to_another_process(kind):
    error = kind("m", path="p", where="w", expected="e", found="f", cause="c", hint="h")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert back.as_dict() == error.as_dict()
    assert str(back) == str(error)


OF_THEIR_OWN = {
    "EchubError": "error", "CommandError": "command", "SourceError": "source", "DataError": "data",
    "MetadataError": "metadata", "SelectionError": "selection", "PluginError": "plugin", "SchemaError": "schema",
    "EngineError": "engine", "Ambiguous": "ambiguous-dialect", "OpenSign": "current-sign",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_code_is_the_name_of_its_class_or_kept_from_earlier(kind):
    """Files, reports and scripts have them: a code keeps its meaning for ever."""
    spelt = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()
    assert kind.code == OF_THEIR_OWN.get(kind.__name__, spelt)
    assert errors.of_code(kind.code) is kind


def test_an_error_of_a_plugins_own_code_is_one_of_reading():
    assert errors.of_code("acme-torn") is ReadError
