"""How many answers of a study are drawn, and that asking for more draws what is in the cache."""

from __future__ import annotations

import shutil

import pytest

from echub.analysis.study import load_study, run_study
from echub.analysis.study_pictures import pictured
from echub.analysis.study_report import report
from fixtures.study_na.make import FOLDER


@pytest.mark.parametrize(
    ("count", "most", "drawn"),
    [(3, 24, [0, 1, 2]), (100, 2, [0, 99]), (100, 1, [0]), (100, 0, []), (0, 24, []), (24, 24, list(range(24)))],
)
def test_all_are_drawn_up_to_a_number_and_then_some(count, most, drawn):
    assert pictured(count, most) == drawn


def test_of_many_nine_are_drawn_with_the_first_and_the_last():
    drawn = pictured(1000, 24)
    assert (len(drawn), drawn[0], drawn[-1]) == (9, 0, 999)


def test_the_study_says_how_many_and_a_larger_number_draws_the_rest(tmp_path):
    for name in ("cell1_-30C.mpr", "cell1_+30C.mpr", "cell1_+90C.mpr", "cells.csv"):
        shutil.copy(FOLDER / name, tmp_path)
    text = 'figures = {}\nfiles = ["*.mpr"]\nmeta = ["cells.csv"]\n[[step]]\nanalysis = "ramp-onset"\n'
    for figures, drawn in ((1, 1), (3, 3)):
        (tmp_path / "study.toml").write_text(text.format(figures) + "params.bootstrap = 0\n", "utf-8")
        study = load_study(tmp_path / "study.toml")
        answers = run_study(study, tmp_path / "out", workers=1)
        assert sum(bool(answer.picture) for answer in answers) == drawn
        assert ("Figures of 1 of 3 answers" in report(study, answers)) == (drawn == 1)
    assert all(answer.cached for answer in answers)
