"""Every format of a report, SARIF and JUnit against their published schemas."""

import json
from pathlib import Path

import pytest

from echub.remark import Remark
from echub.validation.problem import Problem
from echub.validation.reporters import FORMATS, summary
from echub.validation.rules import rule_of, rules
from echub.validation.validation import Checked, Report, validate
from fixtures.broken.make import FOLDER

DATA = Path(__file__).parents[2] / "data"


def problem(rule, path, message, **details):
    """Build a problem for a rule given by id or name, with the rule's severity; details are those of a remark."""
    known = rule_of(rule)
    place = {name: details.pop(name) for name in ("dataset", "exit_code") if name in details}
    remark = Remark(**{"code": known.name, "message": message, "severity": known.severity, **details})
    return Problem(known, path, remark, **place)


@pytest.fixture(scope="module")
def broken():
    return validate(FOLDER)


@pytest.fixture
def awkward():
    """A report whose texts need care in every format."""
    hostile = problem(
        "ECH001", "dir/a b,c:100%.h5", "line\nbreak <&> \x00 \ufffe\uffff ]]>", column="a::b", found="\x1b[31m"
    )
    return Report([Checked(hostile.path, (hostile,)), Checked("fine.h5"), Checked("odd.x", unknown=True)])


@pytest.mark.parametrize("which", ["broken", "awkward"])
def test_sarif_is_accepted_by_its_schema(which, request):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((DATA / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    report = json.loads(FORMATS["sarif"](request.getfixturevalue(which)))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in checker.iter_errors(report)] == []


def test_the_sarif_schema_can_fail(broken):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((DATA / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    report = json.loads(FORMATS["sarif"](broken))
    report["runs"][0]["results"][0]["level"] = "fatal"
    assert not jsonschema.Draft4Validator(schema).is_valid(report)


def test_sarif_has_every_problem_with_its_rule_and_place(broken):
    (run,) = json.loads(FORMATS["sarif"](broken))["runs"]
    assert len(run["results"]) == len(broken.problems)
    catalogue = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert catalogue[result["ruleIndex"]]["id"] == result["ruleId"]
    (zero,) = [r for r in run["results"] if r["ruleId"] == "ECH208"]
    assert zero["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "impedance/frequency"
    assert zero["properties"]["rows"] == [19]


@pytest.mark.parametrize(
    ("details", "place"),
    [
        ({"dataset": "timeseries", "column": "current", "rows": (3,)}, "timeseries/current"),
        ({"column": "cell.area"}, "cell.area"),
        ({"where": "line 3"}, "line 3"),
        ({}, None),
    ],
)
def test_sarif_names_the_column_or_the_place_in_the_file(details, place):
    one = problem("ECH001", "a.h5", "cut", **details)
    (result,) = json.loads(FORMATS["sarif"](Report([Checked("a.h5", (one,))])))["runs"][0]["results"]
    named = [{"fullyQualifiedName": place, "kind": "member"}] if place else None
    assert result["locations"][0].get("logicalLocations") == named


def test_sarif_uris_are_relative_to_the_repository(monkeypatch):
    monkeypatch.chdir(FOLDER)
    report = validate("group/badly named.h5")
    (result,) = json.loads(FORMATS["sarif"](report))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "group/badly%20named.h5"


@pytest.mark.parametrize("which", ["broken", "awkward"])
def test_junit_is_accepted_by_its_schema(which, request):
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))
    schema.validate(FORMATS["junit"](request.getfixturevalue(which)))


def test_junit_counts_errors_as_failures(broken):
    from xml.etree import ElementTree

    suites = ElementTree.fromstring(FORMATS["junit"](broken))
    failures = suites.findall(".//failure")
    assert len(failures) == sum(p.severity == "error" for p in broken.problems)
    assert suites.find("testsuite").get("failures") == str(len(failures))
    assert {failure.get("type") for failure in failures} == {
        p.rule.id for p in broken.problems if p.severity == "error"
    }


def test_json_has_every_problem(broken):
    report = json.loads(FORMATS["json"](broken))
    assert report["ok"] is False
    assert sorted(p["rule"] for p in report["problems"]) == sorted(p.rule.id for p in broken.problems)
    (nan,) = [p for p in report["problems"] if p["path"].endswith("ECH201_nan-everywhere.h5")]
    assert nan["count"] == 60
    assert nan["rows"] == list(range(20))


def test_github_annotations_cannot_be_broken_by_their_text(awkward):
    first, *_ = FORMATS["github"](awkward).splitlines()
    assert first.startswith("::error file=dir/a b%2Cc%3A100%25.h5,title=ECH001 unreadable::line%0Abreak")


@pytest.mark.parametrize(
    ("where", "line"), [("line 7", 7), ("line 12, cell 3", 12), ("row 7", None), ("line 0", None), ("", None)]
)
def test_a_line_that_is_named_is_where_the_annotation_stands(where, line):
    report = Report([Checked("a.csv", (problem("ECH001", "a.csv", "cut", where=where),))])
    place = "" if line is None else f",line={line}"
    assert FORMATS["github"](report).startswith(f"::error file=a.csv{place},title=ECH001 unreadable::cut")
    (result,) = json.loads(FORMATS["sarif"](report))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": line or 1}


def test_text_says_where_why_and_what_helps():
    text = FORMATS["text"](validate(FOLDER / "ECH205_implausible.bdf.csv"))
    assert "error ECH205 implausible" in text
    assert "where: timeseries/current row 1" in text
    assert "found: 1e+12 mA" in text
    assert f"hint: {rules()['ECH205'].hint}" in text


def test_columns_of_which_the_same_is_said_share_one_text_but_are_counted_and_listed_one_by_one():
    def empty(name, **more):
        return problem("ECH202", "a.h5", f"{name} holds no number at all", column=name, **more)

    told = (empty("aux1"), empty("aux2"), empty("aux3"), empty("aux4", found="something else"))
    report = Report([Checked("a.h5", told), Checked("b.h5", (empty("aux1"),))])
    lines = [line for line in FORMATS["text"](report).splitlines() if not line.startswith("  ")]
    assert [line.partition("empty-column: ")[2] for line in lines] == [
        "aux1 holds no number at all; the same of aux2, aux3",
        "aux4 holds no number at all",
        "aux1 holds no number at all",
        "",
    ]
    assert lines[-1] == "2 files: 5 warnings"
    assert len(json.loads(FORMATS["json"](report))["problems"]) == 5


def test_rows_beyond_the_shown_are_counted_in_words():
    text = FORMATS["text"](validate(FOLDER / "ECH201_nan-everywhere.h5"))
    assert "18, 19 … (60 in all)" in text


def test_the_sum_counts_everything():
    report = Report([Checked("a", (problem("ECH303", "a", "m"),), ignored=2), Checked("b", unknown=True)], known=3)
    assert (
        summary(report) == "1 file: 1 warning, 2 ignored, 3 in the baseline, 1 file of unknown format passed over"
    )


def test_json_counts_everything():
    report = Report([Checked("a", (problem("ECH303", "a", "m"),), ignored=2), Checked("b", unknown=True)], known=3)
    whole = json.loads(FORMATS["json"](report))
    found = {key: whole[key] for key in ("ok", "files", "ignored", "in_baseline", "unknown")}
    assert found == {"ok": True, "files": 2, "ignored": 2, "in_baseline": 3, "unknown": ["b"]}
    assert [p["rule"] for p in whole["problems"]] == ["ECH303"]


def test_nothing_wrong_is_said_so():
    assert FORMATS["text"](Report([Checked("a")])) == "1 file: no problem\n"
