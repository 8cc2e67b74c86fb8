"""Structured text: the place of every mistake, bounds, later versions; nothing escapes as another error."""

import warnings
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from echub.errors import DataError, EchubError, PluginError
from echub.structured import LaterVersion, Number, Shape, Table, checked, parse, parse_written, read_file


class StepTree(TypedDict):
    name: str
    params: NotRequired[Table]
    severity: NotRequired[dict[str, Literal["note", "error"]]]


class Tree(TypedDict, total=False):
    format: str
    seed: int
    step: list[StepTree]
    tables: dict[str, dict[str, list[Number | None]]]


SHAPE = Shape("the thing", Tree, hint="see the page", version=("format", 1, 0))


def refused(text, syntax="toml", shape=SHAPE):
    with pytest.raises(EchubError) as caught:
        parse(text, shape, "a.toml", syntax)
    assert caught.value.path == "a.toml"
    return caught.value


WORSE = "[[step]]\nname = 'a'\nseverity = {b = 'note', c = 'worse', d = 'x'}"
SECOND = "[tables.a]\nc = [1]\n[tables.b]\nc = [true]\n[tables.d]\nc = ['']"


@pytest.mark.parametrize(
    ("text", "where", "expected", "found"),
    [
        ("seed = 'x'", "seed", "a whole number", '"x"'),
        ("seed = 1.0", "seed", "a whole number", "1.0"),
        ("seed = true", "seed", "a whole number", "true"),
        ("[[step]]\nname = 'a'\n[[step]]\nname = 2", "step[1].name", "a text", "2"),
        ("step = 3", "step", "a list", "3"),
        (WORSE, "step[0].severity.c", "one of note, error", '"worse"'),
        ("[tables.'a b']\nc = [1, 'x']", 'tables."a b".c[1]', "a number or nothing", '"x"'),
        (SECOND, "tables.b.c[0]", "a number or nothing", "true"),
    ],
)
def test_a_mistake_says_path_expected_and_found(text, where, expected, found):
    error = refused(text)
    assert (error.where, error.expected, error.found) == (where, expected, found)


def test_a_missing_and_an_unknown_key_are_named():
    error = refused("[[step]]\nparams = {}")
    assert (error.where, error.expected) == ("step[0]", "name")
    error = refused("[[step]]\nname = 'a'\nnmae = 'b'")
    assert (error.where, error.hint) == ("step[0].nmae", "did you mean name?")
    assert (error.message, error.found) == ("step[0] has no nmae", "nmae")
    assert error.expected == "name, params, severity"
    error = refused("seeds = 1")
    assert (error.message, error.where, error.hint) == ("the thing has no seeds", "seeds", "did you mean seed?")
    assert error.expected == "format, seed, step, tables"
    assert refused("xyz = 1").hint == "see the page"


class Choices(TypedDict, total=False):
    several: list[StepTree | str]
    one: StepTree | None


@pytest.mark.parametrize(
    ("text", "where"),
    [("[one]\nname = 'a'\nnmae = 1", "one.nmae"), ("several = ['a', {name = 'b', nmae = 1}]", "several[1].nmae")],
)
def test_an_unknown_key_is_named_also_where_something_else_may_stand(text, where):
    assert refused("three = 3", shape=Shape("the thing", Choices)).expected == "one, several"
    error = refused(text, shape=Shape("the thing", Choices))
    assert (error.message, error.where, error.hint) == (
        f"{where.rpartition('.')[0]} has no nmae", where, "did you mean name?"
    )  # fmt: skip


def test_values_come_back_as_they_were_written():
    tree = parse('{"seed": 5, "tables": {"a": {"b": [5, 5.0, null]}}}', SHAPE, syntax="json")
    assert [type(value) for value in tree["tables"]["a"]["b"]] == [int, float, type(None)]


def test_a_later_minor_version_reads_with_a_warning_and_without_its_keys():
    text = 'format = "thing 1.3"\nnew = 1\n[[step]]\nname = "a"\nmode = "fast"'
    with pytest.warns(LaterVersion) as said:
        tree = parse(text, SHAPE, "a.toml")
    assert tree == {"format": "thing 1.3", "step": [{"name": "a"}]}
    assert "step[0].mode" in "".join(str(w.message) for w in said)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse('format = "thing 1.3"', SHAPE)


@pytest.mark.parametrize("stated", ["thing 2", "thing 2.0", "thing 10.1"])
def test_a_later_major_version_is_refused(stated):
    error = refused(f'format = "{stated}"')
    assert (error.where, error.found) == ("format", stated)


def test_a_version_may_lie_deeper_and_states_only_what_it_states():
    """The part of a patch is not compared; only a text with a number states a version."""
    shape = Shape("the thing", dict[str, Any], version=("about.format", 1, 2))
    for stated in ("thing 1.2", "1.2", "thing 1.2.9", "thing 1.3.9", 7, None, "1.x", "thing1.3"):
        assert checked({"about": {"format": stated}}, shape)
    for tree in ({}, {"about": "thing 2"}, {"about": {}}, {"format": "thing 2"}):
        assert checked(tree, shape) == tree
    for stated in ("thing 2", "2", "thing 2.0.1"):
        with pytest.raises(PluginError, match="a later version") as caught:
            checked({"about": {"format": stated}}, shape, "a.toml")
        error = caught.value
        assert (error.where, error.path, error.found) == ("about.format", "a.toml", stated)
        assert (error.expected, error.hint) == ("version 1.2 or earlier", "pip install --upgrade echub")


def test_keys_of_a_later_minor_version_are_left_out_only_beyond_the_known_one():
    shape = Shape("the thing", Tree, version=("format", 1, 2))
    for stated in ("thing 1.2", "thing 1.1", "thing 0.3"):
        with pytest.raises(PluginError, match="has no new"):
            checked({"format": stated, "new": 1}, shape)
    with pytest.warns(LaterVersion) as said:
        assert checked({"format": "thing 1.3", "new": 1}, shape) == {"format": "thing 1.3"}
    assert [str(one.message) for one in said] == [
        "the thing is of a later version than this echub: new is not read"
    ]
    with pytest.warns(LaterVersion) as said:
        checked({"format": "thing 1.3", "old": 1, "new": 1, "seed": 2}, shape, "a.toml")
    assert [str(one.message).split(": ")[0] for one in said] == ["a.toml", "a.toml"]


@pytest.mark.parametrize("stated", ["thing 1", "thing 1.0", "thing 0.9", "thing"])
def test_an_unknown_key_in_a_known_version_is_refused(stated):
    assert refused(f'format = "{stated}"\nnew = 1').where == "new"


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("[" * 100_000, "json"),
        ('{"a":' * 100_000, "json"),
        ("a = " + "[" * 100_000, "toml"),
        ("a" + ".a" * 200_000 + " = 1", "toml"),
        ("['x'" + ' . "y"' * 200 + "]", "toml"),
        ("seed = " + "9" * 5000, "toml"),
        ("seed = " + "9" * 30, "toml"),
        ('{"seed": ' + "9" * 5000 + "}", "json"),
        ('{"seed": NaN}', "json"),
        ('{"seed": 1, "seed": 2}', "json"),
        ("3", "json"),
        ("null", "json"),
        ("", "json"),
        (b"\xff\xfe", "toml"),
        (b"a = '\x00'", "toml"),
        ("x" * (1 << 21), "toml"),
    ],
)
def test_whatever_is_not_of_the_shape_is_the_error_of_the_shape(text, syntax):
    assert type(refused(text, syntax)) is PluginError
    assert type(refused(text, syntax, Shape("x", Tree, DataError))) is DataError


def test_nesting_is_bounded_also_where_anything_may_stand():
    shape = Shape("x", Any)
    deep: Any = 1
    for _ in range(31):
        deep = [deep]
    assert checked(deep, shape) == deep
    with pytest.raises(PluginError, match="too deeply"):
        checked([[deep]], shape)


def test_files_that_cannot_be_read_are_named(tmp_path):
    for path in (tmp_path, tmp_path / "none", tmp_path / "a\0b", "/dev/zero"):
        with pytest.raises(PluginError, match="cannot be read"):
            read_file(path, SHAPE)


def test_what_programs_add_is_left_out_and_what_lists_all_mistakes_is_kept():
    assert parse("new = 1", Shape("x", Tree, unknown="drop")) == {}
    assert parse("new = 1", Shape("x", Tree, unknown="keep")) == {"new": 1}


@pytest.mark.parametrize(
    "text", ['{"step":[{"name":"a","params":{"b":[1,2.5]}}],"seed":5}', "{}", '{"format":"\\ud800"}']
)
def test_what_echub_wrote_is_read_the_same_in_one_pass(text):
    for given in (text, text.encode()):
        assert parse_written(given, SHAPE) == parse(given, SHAPE, syntax="json")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"seed":"x"}', '"x"'),
        ('{"tables":{"a":{"b":[' + "[" * 40 + "]" * 40 + "]}}}", "more than that"),
        ('{"seed":' + "9" * 30 + "}", "a longer one"),
        ('{"seed":1', None),
        ('{"seed":NaN}', None),
    ],
)
def test_what_echub_did_not_write_is_refused_with_its_place(text, found):
    with pytest.raises(EchubError) as caught:
        parse_written(text, SHAPE, "a.h5")
    assert caught.value.path == "a.h5"
    assert found is None or caught.value.found == found
