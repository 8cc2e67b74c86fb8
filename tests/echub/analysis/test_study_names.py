"""What a study writes: a file for every answer, in its folder, all of them or none, and nothing in them runs."""

import csv
import errno
import re
from dataclasses import replace
from pathlib import Path

import pytest

from echub.analysis import study_report
from echub.analysis.outcome import Measurand, Outcome, Series
from echub.analysis.study import Answer, Step, Study
from echub.errors import TargetNotWritable


def study(folder, *steps):
    return Study(folder / "study.toml", "t", (), (), {}, tuple(Step(name, "ramp-onset") for name in steps))


def answer(step, label, *sources, **parts):
    parts = {"measurands": {"x": Measurand("V", 1.0)}} | parts
    return Answer(Step(step, "ramp-onset"), label, sources, Outcome(**parts))


HARD = ["a/b", "a?b", "a_b", "A_B", "..", "../../a", "", "con", "x" * 300, "x" * 301, "\udcff", "a\nb"]


@pytest.fixture
def written(tmp_path):
    found = study(tmp_path, "s", "../t")
    answers = [answer("s", label, f"{label}.mpr") for label in HARD]
    answers += [answer("s", "run", str(tmp_path / day / "run")) for day in ("d1", "d2")]
    answers += [answer("../t", "a/b")]
    study_report.write_results(found, answers, tmp_path / "out")
    return tmp_path, answers


def test_every_answer_is_a_file_of_its_own_in_the_folder(written):
    folder, answers = written
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(folder / "out") for path in files)
    stored = [path for path in files if path.name.endswith(".outcome.json")]
    assert len({str(path).casefold() for path in stored}) == len(answers) == 15


def test_anchors_are_unique_and_every_link_has_one(written):
    page = (written[0] / "out" / "report.html").read_text("utf-8")
    anchors = re.findall(r' id="([^"]*)"', page)
    assert len(anchors) == len(set(anchors)) == 15
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(anchors)


def test_a_name_does_not_depend_on_where_the_study_lies(tmp_path):
    names = []
    for place in ("here", "there"):
        folder = tmp_path / place
        found = study(folder, "s")
        same = [answer("s", "run", str(folder / day / "run.mpr")) for day in ("d1", "d2")]
        study_report.write_results(found, same, folder / "out")
        names.append(sorted(path.name for path in (folder / "out" / "outcomes" / "s").iterdir()))
    assert names[0] == names[1]


def test_texts_that_a_spreadsheet_would_run_are_neutralised_and_numbers_are_not(tmp_path):
    found = study(tmp_path, "s")
    table = {"t": {"=cmd()": Series(("+1+1", "-2.5"), ""), "n": Series((-1.5, 2.0), "V")}}
    study_report.write_results(found, [answer("s", "=HYPERLINK(1)", tables=table)], tmp_path / "out")
    rows = list(csv.reader((tmp_path / "out" / "results.csv").read_text("utf-8").splitlines()))
    assert "'=HYPERLINK(1)" in rows[1]
    rows = list(csv.reader((tmp_path / "out" / "tables" / "s.t.csv").read_text("utf-8").splitlines()))
    assert rows == [
        ["label", "'=cmd()", "n / V"],
        ["'=HYPERLINK(1)", "'+1+1", "-1.5"],
        ["'=HYPERLINK(1)", "-2.5", "2.0"],
    ]


def test_answers_of_one_step_that_share_a_label_have_files_of_their_own(tmp_path):
    found = study(tmp_path, "s")
    study_report.write_results(found, [answer("s", "a"), answer("s", "b"), answer("s", "a")], tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out" / "outcomes" / "s").iterdir())
    assert len(names) == 3


@pytest.mark.parametrize("broken", [0, 1, 3, 4])
def test_a_full_disk_leaves_the_earlier_results_whole_and_is_called_that(tmp_path, monkeypatch, broken):
    found, out = study(tmp_path, "s"), tmp_path / "out"
    study_report.write_results(found, [answer("s", "a")], out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    write, calls = Path.write_bytes, iter(range(100))

    def full(path, data):
        if next(calls) == broken:
            write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    other = [replace(answer("s", label), label=label) for label in ("a", "b")]
    with pytest.raises(TargetNotWritable) as caught:
        study_report.write_results(found, other, out)
    assert caught.value.cause == "the disk is full"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(("rows", "told"), [(60, None), (61, "1 more row"), (75, "15 more rows")])
def test_a_report_shows_sixty_rows_of_a_table_and_counts_the_others(tmp_path, rows, told):
    table = {"t": {"level": Series(tuple(1000.0 + n for n in range(rows)), "V")}}
    study_report.write_results(study(tmp_path, "s"), [answer("s", "a", tables=table)], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert len(re.findall(r"<td>10\d\d</td>", page)) == 60
    assert re.findall(r"\d+ more rows?", page) == ([told] if told else [])
