"""How many answers of a study are drawn, and that asking for more draws what is in the cache."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from echub.analysis import study_pictures
from echub.analysis.study import load_study, run_study
from echub.analysis.study_pictures import TEMPERATURE, overlay, pictured
from echub.analysis.study_report import report
from echub.files.annotations import Annotations, MetaTable
from fixtures.study_na.make import FOLDER

FIXTURE = Path(__file__).parents[3] / "fixtures" / "eclab" / "cp.mpr"


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


@pytest.mark.parametrize(
    ("files", "stated", "by"), [(2, 0, None), (2, 1, None), (2, 2, TEMPERATURE), (1, 1, "none"), (3, 3, "none")]
)
def test_an_overlay_is_coloured_by_temperature_if_all_state_one(tmp_path, monkeypatch, files, stated, by):
    """Of one file there is none, and none of more than `MOST`."""
    paths = [Path(shutil.copy(FIXTURE, tmp_path / f"{n}.mpr")) for n in range(files)]
    rows = {n: {"file": f"{n}.mpr", "cell.temperature / degC": f"{30 + n}"} for n in range(stated)}
    looks = []
    draw = study_pictures.draw
    monkeypatch.setattr(study_pictures, "draw", lambda records, look: looks.append(look.by) or draw(records, look))
    monkeypatch.setattr(study_pictures, "MOST", 2)
    picture = overlay({path: path.name for path in paths}, Annotations([MetaTable("t", rows)]))
    assert picture.startswith(b"\x89PNG") == (by != "none")
    assert looks == ([] if by == "none" else [by])


def test_files_of_one_name_in_two_folders_are_both_drawn_and_told_apart(tmp_path, monkeypatch):
    for folder in ("mon", "tue"):
        (tmp_path / folder).mkdir()
        shutil.copy(FIXTURE, tmp_path / folder / "run.mpr")
    shutil.copy(FIXTURE, tmp_path / "other.mpr")
    text = 'files = ["*.mpr", "*/*.mpr"]\n[[step]]\nanalysis = "ramp-onset"\nparams.bootstrap = 0\n'
    (tmp_path / "study.toml").write_text(text, "utf-8")
    study = load_study(tmp_path / "study.toml")
    answers = run_study(study, tmp_path / "out", workers=1)
    assert [answer.label for answer in answers] == ["other.mpr", "mon/run.mpr", "tue/run.mpr"]
    drawn = []
    monkeypatch.setattr(study_pictures, "draw", lambda records, look: drawn.append(records) or Figure())
    report(study, [replace(answer, picture=b"drawn") for answer in answers])
    assert [list(records) for records in drawn] == [["other.mpr", "mon/run.mpr", "tue/run.mpr"]]
