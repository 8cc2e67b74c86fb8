"""A group's schema: it adds and narrows, and every attempt to do more is refused by name."""

import re
from pathlib import Path

import numpy as np
import pytest

from echub.declare import Vocabulary
from echub.errors import EchubError, PluginError, SchemaError
from echub.files import store
from echub.model import vocabulary
from echub.registry import codes
from echub.registry.registry import registry
from echub.validation import group as groups
from echub.validation.group import load
from echub.validation.limits import Limits
from echub.validation.reporters import FORMATS
from echub.validation.validation import validate
from fixtures.broken import sound
from fixtures.broken.base import column, with_columns, with_metadata
from tests.messages.parts import said


@pytest.fixture(autouse=True)
def clean_vocabulary(monkeypatch):
    """Take out again what a test adds to the vocabulary and to the unit table."""
    from echub.model import units
    from echub.validation import validation

    yield
    for cached in (vocabulary.quantities, units.table, units._registry, validation._group, validation._nearest):
        cached.cache_clear()


def group(folder, text, name=".echub.toml"):
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder, text):
    with pytest.raises(SchemaError) as error:
        load(group(folder, text))
    assert error.value.exit_code == 4
    return error.value


GOOD = """
[schema]
name = "na-lab"
prefix = "nalab"
version = "1.2.0"
core = "1"
ignore = ["ECH203"]

[metadata]
required = ["cell.area"]
[metadata.range]
"cell.temperature" = ["-40 degC", "100 degC"]

[range]
current = ["-50 mA", "0.05 A"]
time = ["", "1 h"]

[columns]
timeseries = ["nalab_flow"]

[units.nalab_sccm]
of = "length^3 time^-1"
factor = "1/60000000"

[quantities.nalab_flow]
unit = "nalab_sccm"
definition = "flow of argon"
"""


def test_everything_is_read(tmp_path):
    found = load(group(tmp_path, GOOD))
    assert (found.name, found.version, found.prefix) == ("na-lab", "1.2.0", "nalab")
    assert found.required_metadata == ("cell.area",)
    assert (found.ranges["current"].low, found.ranges["current"].high) == (-50.0, 50.0)
    assert (found.ranges["time"].low, found.ranges["time"].high) == (0.0, 3600.0)
    assert found.metadata_ranges["cell.temperature"].low == -40
    assert found.quantities == ("nalab_flow",)
    assert vocabulary.quantities()["nalab_flow"].unit == "nalab_sccm"
    assert found.ignore == {"ECH203"}


def test_differences_name_core_and_group(tmp_path):
    rows = {what: (core, own) for what, core, own in load(group(tmp_path, GOOD)).differences()}
    assert rows["quantity current"] == ("no limits", "-50 to 50 mA")
    assert rows["quantity time"] == ("at least 0 s", "0 to 3600 s")
    assert rows["metadata cell.area"] == ("may be absent", "required")
    assert rows["rule ECH203 missing-values"] == ("warning", "ignored")


TWO_OF_EACH = """
[schema]
name = "na-lab"
prefix = "nalab"
ignore = ["ECH203", "ECH202"]

[metadata]
required = ["cell.id", "cell.area"]
[metadata.range]
"cell.temperature" = ["-40 degC", "100 degC"]
"cell.area" = ["", "5 cm^2"]

[range]
time = ["", "1 h"]
current = ["-50 mA", "0.05 A"]

[columns]
timeseries = ["nalab_flow", "temperature"]
impedance = ["phase"]

[severity]
truncated = "error"
ECH310 = "warning"
no-line-end = "note"

[files]
name = "[0-9]+.*"
example = "12_a.mpr"

[quantities.nalab_flow]
unit = "s^-1"
definition = "flow of argon"
[quantities.cycle]
min = 1
[quantities.nalab_dew]
unit = "degC"
definition = "dew point"
[quantities.voltage]
max = 5
"""


def test_of_two_of_each_the_differences_list_both(tmp_path):
    found = load(group(tmp_path, TWO_OF_EACH))
    assert found.quantities == ("nalab_flow", "nalab_dew")
    assert list(found.differences()) == [
        ("metadata cell.id", "may be absent", "required"),
        ("metadata cell.area", "may be absent", "required"),
        ("metadata cell.temperature", "at least -273.15 degC", "-40 to 100 degC"),
        ("metadata cell.area", "at least 0 cm^2", "0 to 5 cm^2"),
        ("quantity cycle", "at least 0", "at least 1"),
        ("quantity voltage", "no limits", "at most 5 V"),
        ("quantity time", "at least 0 s", "0 to 3600 s"),
        ("quantity current", "no limits", "-50 to 50 mA"),
        ("kind timeseries", "may be absent", "requires nalab_flow, temperature"),
        ("kind impedance", "may be absent", "requires phase"),
        ("quantity nalab_flow", "unknown", "flow of argon"),
        ("quantity nalab_dew", "unknown", "dew point"),
        ("rule ECH202 empty-column", "warning", "ignored"),
        ("rule ECH203 missing-values", "warning", "ignored"),
        ("rule ECH310 instrument-error", "note", "warning"),
        ("rule no-line-end", "no problem", "note"),
        ("rule truncated", "no problem", "error"),
        ("file names", "any", "12_a.mpr"),
    ]


def test_a_child_narrows_each_range_of_its_parent(tmp_path):
    group(tmp_path, TWO_OF_EACH, "parent.toml")
    own = '[range]\ncurrent = ["-1 mA", ""]\ntime = ["1 s", ""]\n[metadata.range]\n"cell.area" = ["1 cm^2", ""]\n'
    found = load(
        group(tmp_path, f'[schema]\nextends = ["parent.toml"]\n{own}"cell.temperature" = ["", "60 degC"]\n')
    )
    both = {**found.ranges, **found.metadata_ranges}
    assert {name: (one.low, one.high) for name, one in both.items()} == {
        "cycle": (1, None), "voltage": (None, 5), "time": (1, 3600), "current": (-1, 50),
        "cell.temperature": (-40, 60), "cell.area": (1, 5),
    }  # fmt: skip


def test_the_start_of_several_ids_raises_each_that_is_below(tmp_path):
    raised = load(group(tmp_path, '[severity]\nECH30 = "error"\n'))
    assert raised.severity == {f"ECH30{n}": "error" for n in range(1, 10)}


def test_it_is_applied(tmp_path):
    group(tmp_path, GOOD)
    record = with_columns(sound(), column("temperature", np.full(60, 20.0), "degC"))
    store.write(with_metadata(record, {"cell.temperature": "120 degC"}), tmp_path / "run.h5")
    found = {(p.rule.id, p.column) for p in validate(tmp_path).problems}
    assert found == {("ECH104", ""), ("ECH111", "cell.area"), ("ECH116", "cell.temperature")}


def test_a_narrower_range_is_applied_and_named(tmp_path):
    group(tmp_path, '[schema]\nname = "small-cells"\n[range]\ncurrent = ["-0.5 mA", "0.5 mA"]\n')
    store.write(sound(), tmp_path / "run.h5")
    (problem,) = validate(tmp_path).problems
    assert (problem.rule.id, problem.column, problem.count) == ("ECH204", "current", 60)
    assert problem.expected == "-0.5 to 0.5 mA, by small-cells"


def test_the_nearest_counts_and_the_repository_is_the_end(tmp_path):
    group(tmp_path, "[metadata]\nrequired = ['cell.area']\n")
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "data").mkdir()
    assert groups.find(repository / "data" / "run.h5") is None
    own = group(repository, "")
    assert groups.find(repository / "data" / "run.h5") == own


@pytest.mark.parametrize(
    ("text", "ranges", "differences"),
    [
        (
            "[quantities.current]\nmin = -0.5\nmax = 1e-5\n",  # in mA, the unit of the quantity
            {"current": (-0.5, 1e-5, "mA")},
            [("quantity current", "no limits", "-0.5 to 1e-05 mA")],
        ),
        (
            '[quantities.temperature]\nunit = "degC"\nmax = 60\n',
            {"temperature": (-273.15, 60.0, "degC")},
            [("quantity temperature", "at least -273.15 degC", "-273.15 to 60 degC")],
        ),
        (
            "[quantities.cycle]\nmin = 1\n",
            {"cycle": (1.0, None, "1")},
            [("quantity cycle", "at least 0", "at least 1")],
        ),
        (
            "[range]\ncycle = [1, 100]\n",
            {"cycle": (1.0, 100.0, "1")},
            [("quantity cycle", "at least 0", "1 to 100")],
        ),
        (
            '[range]\ncycle = ["1", "100"]\ntechnique = [1, ""]\n',
            {"cycle": (1.0, 100.0, "1"), "technique": (1.0, None, None)},
            [("quantity cycle", "at least 0", "1 to 100"), ("quantity technique", "no limits", "at least 1")],
        ),
        ('[quantities.current]\nunit = "mA"\nplausible = [-1e8, 1e8]\n', {}, []),  # the core's own definition
        (
            '[quantities.technique]\nmin = 2\n[range]\ncurrent_range = ["1", "9"]\n',  # neither has a unit
            {"technique": (2.0, None, None), "current_range": (1.0, 9.0, None)},
            [("quantity technique", "no limits", "at least 2"), ("quantity current_range", "no limits", "1 to 9")],
        ),
        ('[files]\nname = "a.*"\n', {}, [("file names", "any", "a.*")]),
    ],
)
def test_ranges_of_core_quantities(tmp_path, text, ranges, differences):
    found = load(group(tmp_path, text))
    assert {name: (one.low, one.high, one.unit) for name, one in found.ranges.items()} == ranges
    assert list(found.differences()) == differences
    assert found.quantities == ()


# -- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text"),
    [("unit", 'unit = "A"'), ("sign", 'sign = "cathodic_positive"'), ("definition", 'definition = "x"')],
)
def test_a_core_quantity_cannot_be_redefined(tmp_path, key, text):
    error = refused(tmp_path, f"[quantities.current]\n{text}\n")
    assert "redefines the core quantity 'current'" in error.message
    assert error.expected.startswith(f"core: {key} = ")
    assert error.found.startswith(f"group: {key} = ")


def test_two_changes_of_a_core_quantity_are_both_named(tmp_path):
    error = refused(tmp_path, '[quantities.current]\nunit = "A"\nmin = 1\nplausible = [-1, 1]\n')
    assert error.expected == "core: unit = 'mA', plausible = [-100000000.0, 100000000.0]"
    assert error.found == "group: unit = 'A', plausible = [-1, 1]"


@pytest.mark.parametrize(("path", "kind"), [
    ("cell.id", "text"), ("cell.symmetric", "boolean"), ("technique.steps", "list"),
])  # fmt: skip
def test_a_range_of_what_is_not_a_number_is_refused(tmp_path, path, kind):
    assert said(lambda: load(group(tmp_path, f'[metadata.range]\n"{path}" = [1, 2]\n'))) == {
        "message": f"a range is given for '{path}', which holds no number", "path": str(tmp_path / ".echub.toml"),
        "where": f"range.{path}", "expected": "a path with a number, or extra.<name>", "found": kind,
        "hint": "`echub schema show metadata` lists all paths",
    }  # fmt: skip


def test_a_range_cannot_be_loosened(tmp_path):
    error = refused(tmp_path, '[range]\ntemperature = ["-400 degC", "50 degC"]\n')
    assert error.expected == "core: at least -273.15 degC"
    assert error.found == "group: -400 to 50 degC"


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [("", "-0.1 s", "0 to -0.1 s"), ("", "0 s", None), ("20.1 s", "", "20.1 to 20 s"), ("20 s", "", None)],
)
def test_a_range_leaves_something_of_the_one_it_builds_on(tmp_path, low, high, found):
    """Time is at least 0 s by the core, and at most 20 s by the parent."""
    group(tmp_path, '[range]\ntime = ["", "20 s"]\n', "parent.toml")
    text = f'[schema]\nextends = ["parent.toml"]\n[range]\ntime = ["{low}", "{high}"]\n'
    if found is None:
        assert len({load(group(tmp_path, text)).ranges["time"].low, float((low or high).split()[0])}) == 1
    else:
        assert said(lambda: load(group(tmp_path, text))) == {
            "message": "the range of the quantity 'time' leaves nothing of the one it builds on",
            "path": str(tmp_path / ".echub.toml"), "where": "range.time", "expected": "group: 0 to 20 s",
            "found": f"group: {found}", "hint": "a group's schema may narrow a range, never widen it",
        }  # fmt: skip


def test_a_unit_of_what_has_none_is_refused(tmp_path):
    error = refused(tmp_path, '[range]\ncurrent_range = ["1", "2 mA"]\n')
    assert (error.expected, error.cause) == ("a unit of the dimension of 1", "mA cannot become 1")


def test_a_parent_cannot_be_loosened(tmp_path):
    group(tmp_path, '[range]\ncurrent = ["-1 mA", "1 mA"]\n', "parent.toml")
    error = refused(tmp_path, '[schema]\nextends = ["parent.toml"]\n[range]\ncurrent = ["-2 mA", "1 mA"]\n')
    assert error.expected == "group: -1 to 1 mA"
    assert error.found == "group: -2 to 1 mA"


@pytest.mark.parametrize(
    ("low", "high", "fits"),
    [("-1 mA", "1 mA", True), ("-1 mA", "1.01 mA", False), ("-1.01 mA", "1 mA", False), ("0 mA", "0.5 mA", True)],
)
def test_a_range_may_reach_to_the_ends_of_that_of_its_parent(tmp_path, low, high, fits):
    group(tmp_path, '[range]\ncurrent = ["-1 mA", "1 mA"]\n', "parent.toml")
    text = f'[schema]\nextends = ["parent.toml"]\n[range]\ncurrent = ["{low}", "{high}"]\n'
    if fits:
        assert load(group(tmp_path, text)).ranges["current"].within(Limits(-1, 1, "mA"))
    else:
        assert refused(tmp_path, text).expected == "group: -1 to 1 mA"


def test_a_child_inherits_and_narrows(tmp_path):
    group(tmp_path, '[metadata]\nrequired = ["cell.id"]\n[range]\ncurrent = ["-1 mA", "1 mA"]\n', "parent.toml")
    head = '[schema]\nextends = ["parent.toml"]\n[metadata]\nrequired = ["cell.area"]\n'
    text = head + '[range]\ncurrent = ["", "0.5 mA"]\n'
    found = load(group(tmp_path, text))
    assert found.required_metadata == ("cell.id", "cell.area")
    assert (found.ranges["current"].low, found.ranges["current"].high) == (-1.0, 0.5)


def test_an_error_of_the_core_cannot_be_ignored(tmp_path):
    error = refused(tmp_path, '[schema]\nignore = ["unit-mismatch"]\n')
    assert "ECH101" in error.message
    assert "core: error" in error.expected


def test_a_circle_is_shown(tmp_path):
    group(tmp_path, '[schema]\nextends = [".echub.toml"]\n', "other.toml")
    error = refused(tmp_path, '[schema]\nextends = ["other.toml"]\n')
    assert "circle" in error.message
    assert error.found.count("extends") == 2


def test_an_unknown_unit_is_refused(tmp_path):
    text = '[schema]\nprefix = "nalab"\n[quantities.nalab_x]\nunit = "furlong"\ndefinition = "x"\n'
    with pytest.raises(EchubError, match="furlong") as error:
        load(group(tmp_path, text))
    assert error.value.path.endswith(".echub.toml")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[range]\ncurrent = ["1 V", "2 V"]\n', "range.current"),
        ("[range]\ncurrent = [1, 2]\n", "range.current"),
        ('[range]\ncurrent = ["1", "2 mA"]\n', "range.current"),
        ('[range]\ncurrent = ["1 mA"]\n', "range.current"),
        ("[quantities.cycle]\nmin = -1\n", "range.cycle"),
        ('[columns]\ntimeseries = ["voltag"]\n', "columns.timeseries: voltag"),
        ('[range]\ncurrent = ["2 mA", "1 mA"]\n', "range.current"),
        ('[range]\ncurrent = "1 mA"\n', "range.current"),
        ('[range]\ncurent = ["1 mA", "2 mA"]\n', "range.curent"),
        ("[metdata]\nrequired = []\n", "metdata"),
        ("[metadata]\nrequire = []\n", "metadata.require"),
        ("[columns]\ntimeserie = []\n", "columns.timeserie"),
        ('[files]\nname = "("\n', "files.name"),
        ('[schema]\ncore = "2"\n', "schema.core"),
        ('[schema]\nextends = ["plugin:nobody"]\n', "schema.extends"),
        ('[units.x]\nof = "1"\nfactor = "1"\n', "schema.prefix"),
    ],
)
def test_mistakes_name_their_place(tmp_path, text, where):
    assert refused(tmp_path, text).where == where


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("10.0", "pip install --upgrade echub"),
        ("0.9", "bring the group's schema up to date"),
        ("two", "bring the group's schema up to date"),
    ],
)
def test_whoever_has_the_older_version_of_the_core_is_told(tmp_path, wanted, hint):
    assert refused(tmp_path, f'[schema]\ncore = "{wanted}"\n').hint == hint


@pytest.mark.parametrize("text", ['[metadata]\nrequired = ["cell.aera"]\n', "[schema\n"])
def test_other_mistakes_are_errors_of_ours(tmp_path, text):
    with pytest.raises(EchubError) as error:
        load(group(tmp_path, text))
    assert error.value.path.endswith(".echub.toml")


def test_names_outside_the_prefix_are_refused(tmp_path):
    with pytest.raises(PluginError, match="nalab"):
        load(group(tmp_path, '[schema]\nprefix = "nalab"\n[quantities.flow]\nunit = "s"\ndefinition = "x"\n'))


# -- from a plugin ------------------------------------------------------------------------------


def test_an_installed_plugin_offers_a_schema(tmp_path, monkeypatch):
    addition = Vocabulary("acme", rules={"metadata": {"required": ["cell.id"]}})
    monkeypatch.setitem(registry().vocabularies, "acme", addition)
    found = load(group(tmp_path, '[schema]\nextends = ["plugin:acme"]\n[metadata]\nrequired = ["cell.area"]\n'))
    assert found.required_metadata == ("cell.id", "cell.area")
    assert found.sources[0] == "plugin:acme"
    assert load("plugin:acme").required_metadata == ("cell.id",)
    assert (load("plugin:acme").name, load("plugin:acme").prefix) == ("acme", "acme")


def test_a_plugin_s_schema_may_say_more_of_itself(monkeypatch):
    """Name and prefix are the vocabulary's own unless the rules say otherwise; what they extend are plugins."""
    known = {
        "acme": Vocabulary("acme", rules={"schema": {"ignore": ["ECH203"], "extends": ["plugin:lab"]}}),
        "lab": Vocabulary("lab", rules={"schema": {"name": "the lab"}, "metadata": {"required": ["cell.id"]}}),
        "bad": Vocabulary("bad", rules={"schema": {"extends": ["lab.toml"]}}),
    }
    for prefix, vocabulary_ in known.items():
        monkeypatch.setitem(registry().vocabularies, prefix, vocabulary_)
    found = load("plugin:acme")
    assert (found.name, found.prefix, found.ignore) == ("acme", "acme", {"ECH203"})
    assert (found.required_metadata, found.sources) == (("cell.id",), ("plugin:lab", "plugin:acme"))
    assert load("plugin:lab").name == "the lab"
    assert said(lambda: load("plugin:bad")) == {
        "message": "the schema of a plugin extends a file", "path": "plugin:bad", "where": "schema.extends",
        "expected": "schemas of plugins, such as plugin:acme", "found": "lab.toml",
        "hint": "tell the plugin's authors: a file beside it does not exist",
    }  # fmt: skip
    assert said(lambda: load("plugin:nobody")) == {
        "message": "no installed plugin offers the vocabulary 'nobody'", "path": "plugin:nobody",
        "where": "schema.extends", "expected": "acme, bad, lab", "found": "nobody",
        "hint": "install the group's plugin; `echub plugins list` shows what there is",
    }  # fmt: skip


# -- codes ---------------------------------------------------------------------------------------


def fresh(path):
    """Validate with the group's schema read anew."""
    from echub.validation import validation

    validation._group.cache_clear()
    validation._nearest.cache_clear()
    return validate(path)


def cut_file(folder):
    """A BDF file whose last line has no end: its reader gives a notice, no rule is broken."""
    lines = ["Test Time / s,Voltage / V,Current / A", *(f"{n},3.5,0.001" for n in range(20))]
    (folder / "cut.bdf.csv").write_text("\n".join(lines))
    return folder / "cut.bdf.csv"


def test_a_notice_becomes_a_problem_where_the_group_raises_it(tmp_path):
    path = cut_file(tmp_path)
    assert validate(path).problems == []
    (tmp_path / ".echub.toml").write_text('[severity]\nno-line-end = "error"\n')
    (problem,) = fresh(path).problems
    assert (problem.rule.id, problem.severity, problem.remark.code) == ("no-line-end", "error", "no-line-end")
    assert problem.hint == codes.find("no-line-end").hint
    for form in FORMATS.values():
        assert "no-line-end" in form(fresh(path))


def test_a_raised_notice_is_ignored_by_its_code_or_altogether(tmp_path):
    path = cut_file(tmp_path)
    (tmp_path / ".echub.toml").write_text('[severity]\nno-line-end = "warning"\n')
    for line in ("# echub: ignore no-line-end: known", "# echub: ignore"):
        (tmp_path / "cut.bdf.csv.echub.toml").write_text(line + "\n")
        report = fresh(path)
        assert (report.problems, report.ignored) == ([], 1)


def test_the_severity_of_a_rule_is_raised_by_id_or_name(tmp_path):
    for name in ("ECH310", "instrument-error"):
        (tmp_path / ".echub.toml").write_text(f'[severity]\n{name} = "error"\n')
        assert load(tmp_path / ".echub.toml").severity == {"ECH310": "error"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[severity]\nECH204 = "note"\n', "lowers ECH204 out-of-range from error to note"),
        ('[severity]\ntruncated = "bad"\n', "'bad' is not a severity"),
        ('[severity]\ntruncatd = "error"\n', "names no rule: 'truncatd'"),
        ('[severity]\nno-area = "error"\n', "names no rule: 'no-area'"),
        ('[schema]\nignore = ["read-error"]\n', "ignores read-error, an error of the core"),
    ],
)
def test_a_severity_that_cannot_be_is_refused(tmp_path, text, says):
    (tmp_path / ".echub.toml").write_text(text)
    with pytest.raises(EchubError, match=re.escape(says)):
        load(tmp_path / ".echub.toml")


def test_a_mistyped_severity_is_told_the_nearest_and_a_code_of_an_analysis_none(tmp_path):
    for text, hint in (
        ('[severity]\ntruncated = "eror"\n', "did you mean error?"),
        ('[severity]\nno-area = "error"\n', "`echub schema show rules` lists them"),
    ):
        (tmp_path / ".echub.toml").write_text(text)
        with pytest.raises(EchubError) as refused:
            load(tmp_path / ".echub.toml")
        assert refused.value.hint == hint


def test_the_example_of_a_file_name_fits_its_pattern(tmp_path):
    text = "[files]\nname = '\\d+_a'\nexample = \"{}\"\n"
    (tmp_path / ".echub.toml").write_text(text.format("12_a"))
    assert load(tmp_path / ".echub.toml").file_example == "12_a"
    (tmp_path / ".echub.toml").write_text(text.format("x_a"))
    with pytest.raises(EchubError, match="does not fit the pattern") as refused:
        load(tmp_path / ".echub.toml")
    assert (refused.value.remark.where, refused.value.found) == ("files.example", "x_a")


def test_what_a_parent_raises_stays_raised(tmp_path):
    (tmp_path / "parent.toml").write_text('[schema]\nname = "lab"\n[severity]\ntruncated = "error"\n')
    child = tmp_path / ".echub.toml"
    child.write_text('[schema]\nextends = ["parent.toml"]\n')
    assert load(child).severity == {"truncated": "error"}
    child.write_text('[schema]\nextends = ["parent.toml"]\nignore = ["truncated"]\n')
    with pytest.raises(EchubError, match="an error of the lab"):
        load(child)
    child.write_text('[schema]\nextends = ["parent.toml"]\n[severity]\ntruncated = "note"\n')
    with pytest.raises(EchubError, match="from error to note"):
        load(child)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[severity]\ntruncatd = "error"\n', "severity.truncatd names no rule: 'truncatd'"),
        ('[schema]\nignore = ["ECH999"]\n', "schema.ignore names no rule: 'ECH999'"),
        ('[metadata]\nrequired = ["cell.aera"]\n', "unknown metadata path 'cell.aera'"),
        ('[metadata.range]\n"cell.aera" = ["1 cm^2", "2 cm^2"]\n', "cell.aera"),
        ('[range]\ncurrent = ["1 V", "2 V"]\n', "V"),
        ('[range]\ncurrent = ["1 mB", "2 mB"]\n', "mB"),
        ('[range]\ncurent = ["1 mA", "2 mA"]\n', "curent"),
        ("[columns]\nimpedence = []\n", "impedence"),
        ('[files]\nname = "["\n', "["),
        ('[schema]\ncore = "0"\n', "version 0 of the core schema"),
        ('[schema]\nextends = ["none.toml"]\n', "cannot be read"),
        ("[schema\n", "cannot be read"),
    ],
)
def test_whatever_is_wrong_is_an_error_of_the_schema_that_names_its_file(tmp_path, text, says):
    """No file of the group is at fault, and neither is the command line: exit code 4."""
    path = tmp_path / ".echub.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SchemaError) as refused:
        load(path)
    assert says in f"{refused.value.message} {refused.value.found}"
    assert (refused.value.code, refused.value.exit_code) == ("schema", 4)
    named = "none.toml" if "none.toml" in text else ".echub.toml"
    assert refused.value.path == str(tmp_path / named)


# -- several parents -----------------------------------------------------------------------------


def children(tmp_path, one, other, own=""):
    """Load a schema that extends two others, in this order."""
    for name, text in (("one.toml", one), ("other.toml", other)):
        (tmp_path / name).write_text(text)
    return load(group(tmp_path, f'[schema]\nextends = ["one.toml", "other.toml"]\n{own}'))


RANGES = [("-1 mA", "1 mA", -1, 1), ("-5 mA", "0.5 mA", -1, 0.5), ("", "2 mA", -1, 1), ("0 mA", "", 0, 1)]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("low", "high", "least", "most"), RANGES)
def test_of_two_parents_the_narrower_end_counts(tmp_path, low, high, least, most, turned):
    first, second = '[range]\ncurrent = ["-1 mA", "1 mA"]\n', f'[range]\ncurrent = ["{low}", "{high}"]\n'
    found = children(tmp_path, *((second, first) if turned else (first, second)))
    assert (found.ranges["current"].low, found.ranges["current"].high) == (least, most)
    temperatures = (f'[metadata.range]\n"cell.temperature" = ["{n} degC", "{50 - n} degC"]\n' for n in (10, 20))
    found = children(tmp_path, *(tuple(temperatures)[:: -1 if turned else 1]))
    limits = found.metadata_ranges["cell.temperature"]
    assert (limits.low, limits.high) == (20, 30)


def test_of_two_parents_each_range_is_the_narrower(tmp_path):
    one = '[range]\ncurrent = ["-1 mA", "9 mA"]\ntime = ["1 s", "9 s"]\nvoltage = ["1 V", "9 V"]\n'
    found = children(tmp_path, one, one.replace('"1 ', '"2 ').replace('"-1 ', '"-2 ').replace("9", "8"))
    assert {name: (own.low, own.high) for name, own in found.ranges.items()} == {
        "current": (-1, 8), "time": (2, 8), "voltage": (2, 8),
    }  # fmt: skip


def test_two_parents_that_leave_no_value_are_refused(tmp_path):
    with pytest.raises(SchemaError, match="leave no value of 'current'") as refused:
        children(tmp_path, '[range]\ncurrent = ["", "1 mA"]\n', '[range]\ncurrent = ["2 mA", ""]\n')
    assert (refused.value.expected, refused.value.found) == ("at most 1 mA", "at least 2 mA")
    one = children(tmp_path, '[range]\ncurrent = ["", "1 mA"]\n', '[range]\ncurrent = ["1 mA", ""]\n')
    assert (one.ranges["current"].low, one.ranges["current"].high) == (1, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_parents_the_heavier_severity_counts_and_an_error_is_not_ignored(tmp_path, turned):
    first = '[severity]\ntruncated = "error"\nno-line-end = "note"\n'
    second = '[schema]\nignore = ["truncated", "no-line-end"]\n[severity]\nno-line-end = "warning"\n'
    found = children(tmp_path, *((second, first) if turned else (first, second)))
    assert found.severity == {"truncated": "error", "no-line-end": "warning"}
    assert found.ignore == {"no-line-end"}


def test_a_child_may_make_an_error_of_what_its_parent_ignores(tmp_path):
    found = children(tmp_path, '[schema]\nignore = ["truncated"]\n', "", '[severity]\ntruncated = "error"\n')
    assert (found.severity, found.ignore) == ({"truncated": "error"}, frozenset())


def test_what_two_parents_require_is_required_once_and_in_order(tmp_path):
    first = '[metadata]\nrequired = ["cell.id", "cell.area"]\n[columns]\ntimeseries = ["voltage"]\n'
    second = (
        '[metadata]\nrequired = ["cell.area", "sample.id"]\n[columns]\ntimeseries = ["current", "voltage"]\n'
        '[files]\nname = "b.*"\nexample = "b1"\n'
    )
    found = children(tmp_path, first, second, '[columns]\nimpedance = ["phase"]\n')
    assert found.required_metadata == ("cell.id", "cell.area", "sample.id")
    assert found.columns == {"timeseries": ("voltage", "current"), "impedance": ("phase",)}
    assert (found.file_name, found.file_example) == ("b.*", "b1")
    assert [source.rpartition("/")[2] for source in found.sources] == ["one.toml", "other.toml", ".echub.toml"]
