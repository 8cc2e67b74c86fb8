"""The page of a study: every table, mark, link, figure and sentence is of the answer that it stands for."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import pytest

from echub.analysis.outcome import Interval, Measurand, Outcome, Sensitivity, Series
from echub.analysis.study import Answer, Step, Study
from echub.analysis.study_report import report, write_results
from echub.analysis.sweeps import ParameterSweep
from echub.registry.registry import registry
from echub.remark import Remark

FIRST = Step("level", "ccd", by=("sample.group", "cell.temperature"))
SECOND = Step("slope", "arrhenius", source="level", sources=("level",))
SWEPT = Step("varied", "ramp-onset", sweep=ParameterSweep("threshold", (2.0, 5.0), "%"))


def used(version, **parameters):
    told = {name: {"value": value, "unit": unit} for name, (value, unit) in parameters.items()}
    inputs = [{"name": "a.mpr", "sha256": "aa", "reader": {"name": "acme", "version": "1.5"}}]
    return {"parameters": told, "software": {"echub": version, "scipy": "2"}, "inputs": inputs}


def outcome(value, u=None, *flags, group="", temperature=None, **parts):
    interval = Interval(value - 2, value + 3, level=0.95)
    stated = {"sample.group": group, "cell.temperature": temperature}
    metadata = {
        path: {"value": v, "unit": None, "source": "x"} for path, v in stated.items() if v not in ("", None)
    }
    made = {"measurands": {"the_level": Measurand("mA/cm^2", value, u, interval, n=3)}, "metadata": metadata}
    return Outcome(**{**made, "flags": flags, "provenance": used("1", window=(20.0, "s"), how=("a", "")), **parts})


WARNED = Remark("noisy", "it is <noisy>", "warning", where="row 3", hint="--param x=1")
REFUSED = Remark("no-area", "no area", "refusal", where="here", hint="--set cell.area=1")
ANSWERS = [
    Answer(FIRST, "late", ("b.mpr",), outcome(7.0, None, WARNED, group="b", temperature=60.0)),
    Answer(
        FIRST, "early", ("a.mpr",),
        outcome(
            5.0, 0.25, group="b", temperature=25.0,
            tables={"by_cycle": {"cycle": Series.of([1.0, 2.0]), "U_max": Series.of([0.5, 1.5], "mV")}},
            sensitivity=(Sensitivity("window", "30 s", "the_level", 5.5, 0.5),),
        ),
        picture=b"PNG",
    ),
    Answer(FIRST, "none", ("c.mpr",), Outcome(
        flags=(REFUSED,), provenance=used("1", window=(20.0, "s"), how=("a", ""))
    )),
    Answer(SWEPT, "swept", ("a.mpr",), outcome(1.0, provenance=used("9", threshold=(2.0, "%"), points=(3, "")))),
    Answer(SECOND, "all", ("level",), Outcome(
        {"slope": Measurand("K", 100.0, 10.0), "over": Measurand.more_than("s", 60.0)}, provenance=used("1")
    )),
]  # fmt: skip


def study(**changes):
    files = tuple(Path(name) for name in ("a.mpr", "b.mpr", "c.mpr", "d.mpr"))
    return Study(
        Path("s.toml"), "A <title>", files, (), {}, (FIRST, SWEPT, SECOND), **{"seed": 7, "figures": 2, **changes}
    )


@pytest.fixture(scope="module")
def page():
    return report(study(), ANSWERS)


def texts(part):
    """Return the texts of cells or paragraphs, without marks."""
    return html.unescape(re.sub(r"<[^>]+>", " ", part)).split()


def table_after(page, heading):
    """Return the rows of the first table after a text."""
    body = page[page.index(heading) :]
    body = body[: body.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[" ".join(texts(cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def test_the_head_counts_files_steps_and_answers(page):
    assert "<title>A &lt;title&gt;</title>" in page
    assert "4 files, 3 steps: " in page
    for status, count in (("ok", 3), ("flagged", 1), ("refused", 1)):
        assert f'<span class="{status}">{count} {status}</span>' in page


def test_refusals_and_warnings_name_step_answer_code_reason_and_help(page):
    head = ["step", "of", "code", "reason", "what helps"]
    assert table_after(page, "<h1>")[:2] == [
        head,
        ["level", "none", "no-area", "no area here", "--set cell.area=1"],
    ]
    after = page[page.index("--set cell.area=1") :]
    assert table_after(after, "<table>")[:2] == [
        head, ["level", "late", "noisy", "it is <noisy> row 3", "--param x=1"]
    ]  # fmt: skip
    calm = report(study(), [ANSWERS[1]])
    assert "<p>None: every question was answered.</p>" in calm
    assert "<p>None.</p>" in calm


def test_the_matrix_has_a_mark_a_value_and_a_link_for_each_file_and_step(page):
    rows = table_after(page, '<div class="wide"><table>')
    assert rows == [
        ["file", "level", "varied"],
        ["c.mpr", "✗ no-area", ""],
        ["a.mpr", "✓ 5.00±0.25 mA/cm²", "✓ 1 mA/cm²"],
        ["b.mpr", "! 7 mA/cm²", ""],
        ["d.mpr", "", ""],
    ]
    links = dict(re.findall(r'href="#(.*?)">(.*?)</a>', page))
    places = re.findall(r'<details id="(.*?)"', page)
    assert sorted(places) == sorted(["level/early", "level/late", "level/none", "varied/swept", "slope/all"])
    assert set(links) == set(places)


def sections(page):
    return re.findall(r"<section><h2>(.*?)</h2><p>(.*?)</p>(.*?)</section>", page, re.DOTALL)


def test_conclusions_stand_before_their_basis_with_the_title_of_their_analysis(page):
    found = [(name, html.unescape(title)) for name, title, _ in sections(page)]
    assert found == [
        (step.name, f"{registry().analysis(step.analysis).title}.") for step in (SECOND, FIRST, SWEPT)
    ]


def test_results_are_ordered_by_group_and_temperature_with_units_and_intervals(page):
    rows = table_after(page, "<h2>level</h2>")
    assert rows == [
        ["", "status", "the level / mA/cm²"],
        ["none", "refused", ""],
        ["early", "ok", "5.00±0.25 3.00 … 8.00 (95%)"],
        ["late", "flagged", "7 5 … 10 (95%)"],
    ]
    assert table_after(page, "<h2>slope</h2>") == [
        ["", "status", "slope / K", "over / s"], ["all", "ok", "100±10", "> 60"]
    ]  # fmt: skip


def test_each_answer_shows_its_figure_flags_tables_and_sensitivity(page):
    (early,) = re.findall(r'<details id="level/early">(.*?)</details>', page, re.DOTALL)
    assert '<img alt="level of early" src="data:image/png;base64,UE5H">' in early
    assert "<summary>early <span class='ok'>ok</span></summary>" in early
    assert table_after(early, "<h4>by cycle</h4>") == [["cycle", "U max / mV"], ["1", "0.5"], ["2", "1.5"]]
    assert table_after(early, "<h4>sensitivity</h4>") == [
        ["parameter", "setting", "measurand", "value", "change"], ["window", "30 s", "the_level", "5.5", "0.5"]
    ]  # fmt: skip
    (late,) = re.findall(r'<details id="level/late">(.*?)</details>', page, re.DOTALL)
    assert "<p class='warning'>it is &lt;noisy&gt; <code>noisy</code></p>" in late
    assert "<img" not in late
    assert '<details id="slope/all" open>' in page
    assert "<p>Figures of 1 of 3 answers: <code>figures = 3</code> in the study draws all.</p>" in page
    assert "Figures of" not in report(study(figures=3), ANSWERS)


@pytest.mark.parametrize(("rows", "folded", "more"), [(12, False, 0), (13, True, 0), (60, True, 0), (61, True, 1)])
def test_long_tables_are_folded_and_cut_with_their_number(rows, folded, more):
    tables = {"by_cycle": {"n": Series.of([float(n) for n in range(rows)])}}
    page = report(study(), [Answer(FIRST, "x", ("a.mpr",), outcome(1.0, tables=tables))])
    after = page[page.index("<h4>by cycle</h4>") :]
    assert after.startswith(f"<h4>by cycle</h4><div class='{'wide long' if folded else 'wide'}'>")
    assert len(table_after(after, "<table>")) == 1 + min(rows, 60)
    assert (f"{more} more row{'s' * (more > 1)} in the stored outcome" in after) is bool(more)


def test_methods_state_what_was_used_with_its_reference(page):
    part = " ".join(texts(page[page.index("<footer") - 6000 : page.index("<footer")]))
    steps = {}
    for step in (FIRST, SWEPT, SECOND):
        declared = registry().analysis(step.analysis)
        steps[step.name] = declared
        end = ")" if step is SECOND else "; "  # which has no parameter here
        assert f"with the analysis {step.analysis} (version {declared.version}{end}" in part
    assert "separately for each sample.group and cell.temperature" in part
    assert "determined from the results of level" in part
    assert "; window 20 s, how a)" in part
    assert "; points 3, threshold varied: 2, 5 %)" in part
    assert "Software: echub 1, scipy 2. Random numbers were drawn with the seed 7." in part
    listed = re.findall(r"<li>(.*?)</li>", page[page.index("Random numbers") :], re.DOTALL)
    references = [steps[name].reference for name in ("level", "varied", "slope") if steps[name].reference]
    assert [" ".join(texts(one)) for one in listed] == list(dict.fromkeys(references))
    for number, reference in enumerate(dict.fromkeys(references), 1):
        if reference.startswith("doi:"):
            assert f'<a href="https://doi.org/{reference[4:]}">{reference}</a>' in listed[number - 1]


def test_sources_are_listed_once_by_content(page):
    rows = table_after(page[page.index("Random numbers") :], "<table>")
    assert rows == [["file", "reader", "sha256"], ["a.mpr", "acme 1.5", "aa"]]


def test_the_table_of_results_has_each_field_of_each_measurand(tmp_path):
    write_results(study(), ANSWERS[:3], tmp_path / "out")
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    late, early, none = rows
    expected = {
        "step": "level", "analysis": "ccd", "label": "early", "status": "ok", "measurand": "the_level",
        "unit": "mA/cm^2", "value": "5.0", "uncertainty": "0.25", "low": "3.0", "high": "8.0",
        "interval": "coverage", "level": "0.95", "censoring": "none", "n": "3", "flags": "", "sample.group": "b",
        "cell.temperature": "25.0", "sha256": "aa",
    }  # fmt: skip
    assert {name: early[name] for name in expected} == expected
    assert (late["flags"], late["uncertainty"]) == ("noisy", "")
    assert (none["status"], none["measurand"], none["value"], none["flags"]) == ("refused", "", "", "no-area")
    with (tmp_path / "out" / "tables" / "level.by_cycle.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["label", "cycle", "U_max / mV"], ["early", "1.0", "0.5"], ["early", "2.0", "1.5"]
        ]  # fmt: skip


def test_a_column_without_a_unit_has_no_stroke_in_its_head():
    tables = {"by_cycle": {"share": Series.of([0.5], "1"), "level": Series.of([1.5], "mA/cm^2")}}
    page = report(study(), [Answer(FIRST, "x", ("a.mpr",), outcome(1.0, tables=tables))])
    assert table_after(page, "<h4>by cycle</h4>")[0] == ["share", "level / mA/cm²"]


def test_an_answer_without_an_area_states_its_unit_in_the_column_of_those_with_one():
    """Half of the cells have an area: 2 mA·h is not 2 mA·h/cm²."""
    found = [("a", "mA*h/cm^2"), ("b", "mA*h"), ("c", "mA*h/cm^2")]
    answers = [Answer(FIRST, name, (f"{name}.mpr",), Outcome({"Q": Measurand(unit, 2.0)})) for name, unit in found]
    rows = table_after(report(study(), answers), "<h2>level</h2>")
    assert rows == [
        ["", "status", "Q / mA·h/cm²"], ["a", "ok", "2"], ["b", "ok", "2 mA·h"], ["c", "ok", "2"]
    ]  # fmt: skip


def test_the_matrix_shows_the_first_measurand_and_the_first_answer_of_a_file():
    twice = [
        Answer(FIRST, "one", ("a.mpr",), Outcome({"x": Measurand("V", 1.0), "y": Measurand("V", 9.0)})),
        Answer(FIRST, "two", ("a.mpr", "b.mpr"), Outcome({"x": Measurand("V", 2.0)})),
        Answer(FIRST, "three", ("c.mpr",), Outcome(flags=(REFUSED, Remark("late", "late", "refusal")))),
    ]
    rows = table_after(report(study(), twice), '<div class="wide"><table>')
    assert [row[:2] for row in rows[1:]] == [
        ["a.mpr", "✓ 1 V"], ["b.mpr", "✓ 2 V"], ["c.mpr", "✗ no-area, late"], ["d.mpr", ""]
    ]  # fmt: skip
