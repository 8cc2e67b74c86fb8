"""A baseline covers what was there, and nothing that is new or worse."""

import json
from dataclasses import replace

import numpy as np
import pytest

from echub.errors import CommandError
from echub.files import store
from echub.remark import Remark
from echub.validation import baseline
from echub.validation.problem import Problem
from echub.validation.rules import rule_of
from echub.validation.validation import Checked, Report, apply_baseline, validate
from fixtures.broken import sound
from fixtures.broken.base import changed


def negative(rows):
    return changed(sound(), "time", values=np.arange(60.0) - rows)


def test_known_problems_do_not_count(tmp_path):
    store.write(negative(5), tmp_path / "a.h5")
    baseline.save(tmp_path / "known.json", validate(tmp_path / "a.h5").problems)
    report = validate(tmp_path / "a.h5")
    apply_baseline(report, baseline.Baseline.load(tmp_path / "known.json").has)
    assert (report.problems, report.known, report.ok) == ([], 1, True)


def test_new_files_and_worse_problems_count(tmp_path):
    store.write(negative(5), tmp_path / "a.h5")
    baseline.save(tmp_path / "known.json", validate(tmp_path / "a.h5").problems)
    (tmp_path / "a.h5").unlink()
    store.write(negative(6), tmp_path / "a.h5")
    store.write(negative(5), tmp_path / "b.h5")
    report = validate(tmp_path / "*.h5")
    apply_baseline(report, baseline.Baseline.load(tmp_path / "known.json").has)
    assert [(p.path[-4:], p.count) for p in report.problems] == [("a.h5", 6), ("b.h5", 5)]


def test_paths_are_relative_to_the_baseline(tmp_path, monkeypatch):
    store.write(negative(5), tmp_path / "a.h5")
    monkeypatch.chdir(tmp_path.parent)
    baseline.save(tmp_path / "known.json", validate(f"{tmp_path.name}/a.h5").problems)
    (entry,) = json.loads((tmp_path / "known.json").read_text())["problems"]
    assert entry == {"path": "a.h5", "rule": "ECH204", "dataset": "timeseries", "column": "time", "count": 5}


def test_the_same_notice_about_another_place_counts(tmp_path):
    known, other = (
        Problem(rule_of("row-count"), "a.h5", Remark("row-count", "rows are missing", where=where))
        for where in ("part 1", "part 2")
    )
    assert baseline.save(tmp_path / "known.json", [known]) == 1
    loaded = baseline.Baseline.load(tmp_path / "known.json")
    assert (loaded.has(known), loaded.has(other)) == (True, False)


@pytest.mark.parametrize("counts", [(9, 10), (10, 9), (0, 3)])
def test_a_column_that_breaks_a_rule_in_two_ways_is_known_with_both(tmp_path, counts):
    """Such as by missing values and by NaN, of which there are more or fewer."""
    path = str(tmp_path / "a.h5")
    problems = [
        Problem(
            rule_of("not-finite"), path, Remark("not-finite", what, column="current", count=count), "timeseries"
        )
        for what, count in zip(("current is missing", "current is not a number (NaN)"), counts, strict=True)
    ]
    assert baseline.save(tmp_path / "known.json", problems) == 2
    known = baseline.Baseline.load(tmp_path / "known.json")
    report = Report([Checked(path, tuple(problems)), Checked("b.h5")])
    apply_baseline(report, known.has)
    assert (report.problems, report.known) == ([], 2)
    worse = replace(problems[0], remark=replace(problems[0].remark, count=11))
    assert not known.has(worse)


@pytest.mark.parametrize("text", ["", "[]", '{"problems": [{"path": 1}]}'])
def test_what_is_no_baseline_is_refused(tmp_path, text):
    (tmp_path / "known.json").write_text(text)
    with pytest.raises(CommandError, match="baseline cannot be read"):
        baseline.Baseline.load(tmp_path / "known.json")
