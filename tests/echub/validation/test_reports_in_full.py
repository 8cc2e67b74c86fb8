"""Two problems whose every part differs, and a sound file: each format says all of it, in its place."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import echub
from echub.remark import Remark
from echub.validation.problem import Problem, places
from echub.validation.reporters import FORMATS
from echub.validation.rules import LEVELS, rule_of, rules
from echub.validation.validation import Checked, Report

ZERO = Problem(
    rule_of("ECH208"), "b/two.h5",
    Remark(
        "zero", "two zeros", "warning", "by hand", "above 0", "0 Hz", "a stop", "cut it", "frequency", (3, 8), 5
    ),
    dataset="impedance",
)  # fmt: skip
UNREADABLE = Problem(rule_of("ECH001"), "b/two.h5", Remark("unreadable", "it is cut", "error"), exit_code=3)
NOTE = Problem(rule_of("ECH202"), "a.h5", Remark("empty-column", "nothing in it", "note"), dataset="table")
REPORT = Report(
    [
        Checked("b/two.h5", (ZERO, UNREADABLE), ignored=3), Checked("fine.h5", ignored=1),
        Checked("a.h5", (NOTE,)), Checked("c.x", unknown=True),
    ],
    known=6,
)  # fmt: skip
RULE = {rule.id: rule for rule in (ZERO.rule, UNREADABLE.rule, NOTE.rule)}
OBJECTS = {
    "ECH208": {
        "rule": "ECH208", "name": ZERO.rule.name, "severity": "warning", "path": "b/two.h5",
        "message": "two zeros", "expected": "above 0",
        "dataset": "impedance", "column": "frequency", "where": "by hand", "rows": [3, 8], "count": 5,
        "found": "0 Hz", "cause": "a stop", "hint": "cut it",
    },
    "ECH001": {
        "rule": "ECH001", "name": UNREADABLE.rule.name, "severity": "error", "path": "b/two.h5",
        "message": "it is cut", "cause": UNREADABLE.rule.cause, "hint": UNREADABLE.rule.hint,
    },
    "ECH202": {
        "rule": "ECH202", "name": NOTE.rule.name, "severity": "note", "path": "a.h5", "message": "nothing in it",
        "dataset": "table", "cause": NOTE.rule.cause, "hint": NOTE.rule.hint,
    },
}  # fmt: skip
SUMMARY = "3 files: 1 error, 1 warning, 1 note, 4 ignored, 6 in the baseline, 1 file of unknown format passed over"
PLACE = "impedance/frequency by hand rows 3, 8 … (5 in all)"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(name):
    return FORMATS[name](REPORT)


def test_the_text_has_the_worst_first_and_a_summary():
    error, zero = RULE["ECH001"], RULE["ECH208"]
    assert written("text").splitlines() == [
        f"b/two.h5: error {error}: it is cut",
        f"  cause: {error.cause}",
        f"  hint: {error.hint}",
        f"b/two.h5: warning {zero}: two zeros",
        f"  where: {PLACE}",
        "  expected: above 0",
        "  found: 0 Hz",
        "  cause: a stop",
        "  hint: cut it",
        f"{SUMMARY} (--format json lists notes)",
    ]
    assert written("text").endswith("\n")


def test_without_problems_the_text_says_so():
    assert FORMATS["text"](Report([Checked("a.h5")])) == "1 file: no problem\n"
    assert FORMATS["text"](Report([])) == "0 files: no problem\n"
    two = Report([Checked("a.h5", (ZERO, ZERO)), Checked("c.x", unknown=True), Checked("d.x", unknown=True)])
    assert FORMATS["text"](two).splitlines()[-1] == "1 file: 2 warnings, 2 files of unknown format passed over"


def test_json_has_all_fields_that_are_set_and_no_others():
    assert json.loads(written("json")) == {
        "ok": False, "files": 4, "ignored": 4, "in_baseline": 6, "unknown": ["c.x"],
        "problems": [OBJECTS["ECH001"], OBJECTS["ECH208"], OBJECTS["ECH202"]],
    }  # fmt: skip
    assert "\n " in written("json")


@pytest.mark.parametrize("name", FORMATS)
def test_characters_of_the_field_stay_as_they_are(name):
    told = Problem(ZERO.rule, "µ.h5", Remark("zero", "5 µΩ·cm² at −20 °C", "warning"))
    assert "5 µΩ·cm² at −20 °C" in FORMATS[name](Report([Checked("µ.h5", (told,))]))


def test_warnings_alone_are_ok():
    assert json.loads(FORMATS["json"](Report([Checked("b", (ZERO,))])))["ok"] is True


def test_the_exit_code_is_the_highest_of_the_errors_or_of_the_warnings_too():
    assert (REPORT.exit_code(), REPORT.exit_code(strict=True)) == (3, 3)
    warning = Report([Checked("b", (ZERO, NOTE))])
    assert (warning.exit_code(), warning.exit_code(strict=True)) == (0, 1)
    assert Report([Checked("a", (NOTE,))]).exit_code(strict=True) == 0


def test_sarif_has_rule_level_place_and_sentence():
    (run,) = json.loads(written("sarif"))["runs"]
    assert [r["ruleId"] for r in run["results"]] == ["ECH208", "ECH001", "ECH202"]
    assert [r["level"] for r in run["results"]] == ["warning", "error", "note"]
    assert [r["message"]["text"] for r in run["results"]] == [
        f"two zeros ({PLACE}); found 0 Hz; cut it",
        f"it is cut; {UNREADABLE.rule.hint}",
        f"nothing in it (table); {NOTE.rule.hint}",
    ]
    zero, unreadable, note = run["results"]
    (location,) = zero["locations"]
    assert location == {
        "physicalLocation": {"artifactLocation": {"uri": "b/two.h5"}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": "impedance/frequency", "kind": "member"}],
    }
    assert "logicalLocations" not in unreadable["locations"][0]
    assert note["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "table"
    more = {"where": "by hand", "rows": [3, 8], "count": 5, "expected": "above 0", "found": "0 Hz"}
    assert zero["properties"] == {**more, "cause": "a stop"}
    assert unreadable["properties"] == {}


def test_sarif_has_the_catalogue_of_all_rules():
    log = json.loads(written("sarif"))
    driver = log["runs"][0]["tool"]["driver"]
    assert (log["version"], log["runs"][0]["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert (driver["name"], driver["version"], driver["semanticVersion"]) == ("echub", *[echub.__version__] * 2)
    assert [entry["id"] for entry in driver["rules"]] == list(rules())
    for entry in driver["rules"]:
        rule = rules()[entry["id"]]
        assert entry == {
            "id": rule.id, "name": rule.name, "shortDescription": {"text": rule.rule},
            "help": {"text": f"{rule.cause}; {rule.hint}"}, "defaultConfiguration": {"level": rule.severity},
            "properties": {"tags": [LEVELS[rule.level]]},
        }  # fmt: skip


def test_sarif_is_this_and_nothing_else():
    log = json.loads(written("sarif"))
    (run,) = log["runs"]
    numbers = {entry["id"]: number for number, entry in enumerate(run["tool"]["driver"].pop("rules"))}

    def result(rule, level, uri, text, member="", **properties):
        place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}
        named = {"logicalLocations": [{"fullyQualifiedName": member, "kind": "member"}]} if member else {}
        return {
            "ruleId": rule, "ruleIndex": numbers[rule], "level": level, "message": {"text": text},
            "locations": [place | named], "properties": properties,
        }  # fmt: skip

    found = {"expected": "above 0", "found": "0 Hz", "cause": "a stop"}
    assert log == {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "echub",
                        "version": echub.__version__,
                        "semanticVersion": echub.__version__,
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    result(
                        "ECH208", "warning", "b/two.h5", f"two zeros ({PLACE}); found 0 Hz; cut it",
                        "impedance/frequency", where="by hand", rows=[3, 8], count=5, **found,
                    ),
                    result("ECH001", "error", "b/two.h5", f"it is cut; {UNREADABLE.rule.hint}"),
                    result("ECH202", "note", "a.h5", f"nothing in it (table); {NOTE.rule.hint}", "table"),
                ],
            }
        ],
    }  # fmt: skip


def test_sarif_names_a_file_outside_by_its_whole_path():
    path = Path("/elsewhere/a b.h5")
    log = json.loads(FORMATS["sarif"](Report([Checked(str(path), (Problem(ZERO.rule, str(path), ZERO.remark),))])))
    location = log["runs"][0]["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "file:///elsewhere/a%20b.h5"


def test_junit_has_a_case_per_problem_and_one_per_sound_file():
    suite = ElementTree.fromstring(written("junit")).find("testsuite")
    assert suite.attrib == {
        "name": "echub validate", "tests": "5", "failures": "1", "errors": "0", "skipped": "1", "time": "0",
    }  # fmt: skip
    assert [(case.get("name"), case.get("classname")) for case in suite] == [
        (str(UNREADABLE.rule), "b/two.h5"),
        (f"{ZERO.rule} {PLACE}", "b/two.h5"),
        ("sound", "fine.h5"),
        (f"{NOTE.rule} table", "a.h5"),
        ("unknown format", "c.x"),
    ]
    failure = suite[0].find("failure")
    assert (failure.get("message"), failure.get("type")) == ("it is cut", "ECH001")
    assert failure.text.splitlines()[0] == f"b/two.h5: error {UNREADABLE.rule}: it is cut"
    assert suite[1].find("failure") is None
    assert suite[1].find("system-out").text.splitlines()[1] == f"  where: {PLACE}"


def test_junit_has_every_line_of_a_problem_in_its_case():
    zero, unreadable, note = (problem.rule for problem in (ZERO, UNREADABLE, NOTE))
    (suite,) = ElementTree.fromstring(written("junit"))
    cases = [[(part.tag, part.attrib, (part.text or "").splitlines()) for part in case] for case in suite]
    assert all(case.attrib.keys() == {"name", "classname", "time"} and case.get("time") == "0" for case in suite)
    assert cases == [
        [
            (
                "failure",
                {"message": "it is cut", "type": "ECH001"},
                [
                    f"b/two.h5: error {unreadable}: it is cut",
                    f"  cause: {unreadable.cause}",
                    f"  hint: {unreadable.hint}",
                ],
            )
        ],
        [
            (
                "system-out",
                {},
                [
                    f"b/two.h5: warning {zero}: two zeros",
                    f"  where: {PLACE}",
                    "  expected: above 0",
                    "  found: 0 Hz",
                    "  cause: a stop",
                    "  hint: cut it",
                ],
            )
        ],
        [],
        [
            (
                "system-out",
                {},
                [
                    f"a.h5: note {note}: nothing in it",
                    "  where: table",
                    f"  cause: {note.cause}",
                    f"  hint: {note.hint}",
                ],
            )
        ],
        [("skipped", {"message": "no reader recognises this file"}, [])],
    ]


def test_github_has_a_command_per_problem_and_the_summary():
    titles = [str(RULE[name]) for name in ("ECH208", "ECH001", "ECH202")]
    assert written("github").splitlines() == [
        f"::warning file=b/two.h5,title={titles[0]}::two zeros ({PLACE}); found 0 Hz; cut it",
        f"::error file=b/two.h5,title={titles[1]}::it is cut; {UNREADABLE.rule.hint}",
        f"::notice file=a.h5,title={titles[2]}::nothing in it (table); {NOTE.rule.hint}",
        SUMMARY,
    ]


@pytest.mark.parametrize("total", [1, 19, 20, 21, 300])
def test_the_first_twenty_rows_are_named_and_all_are_counted(total):
    import numpy as np

    bad = np.zeros(1000, dtype=bool)
    bad[7 : 7 + 3 * total : 3] = True
    assert places(bad) == (tuple(range(7, 7 + 3 * min(total, 20), 3)), total)
