"""`echub study init` writes a study that `echub study` takes."""

import shutil
import tomllib

import pytest

from echub.analysis.study import load_study
from echub.analysis.study_draft import draft
from echub.files.readable import Readable
from echub.model.metadata import Metadata
from echub.registry.registry import registry


@pytest.fixture
def folder(tmp_path, eclab):
    (tmp_path / "data").mkdir()
    shutil.copy(eclab / "ramp.mpr", tmp_path / "data" / "ramp[1].mpr")
    shutil.copy(eclab / "peis.mpr", tmp_path / "data" / "peis.mpr")
    (tmp_path / "data" / "notes.txt").write_text("no instrument file")
    return tmp_path / "data"


def test_files_that_can_be_read_are_listed_and_steps_are_comments(echub, folder):
    done = echub("study", "init", folder)
    assert done.code == 0
    text = (folder / "study.toml").read_text("utf-8")
    study = tomllib.loads(text)
    assert study["files"] == ["peis.mpr", "ramp[[]1].mpr"]
    assert "step" not in study
    assert '# analysis = "ramp-onset"' in text
    assert (folder / "cells.csv").read_text("utf-8").startswith("file,cell.area / cm^2")
    (folder / "study.toml").write_text(text + '[[step]]\nanalysis = "ramp-onset"\n', "utf-8")
    assert {path.name for path in load_study(folder / "study.toml").files} == {"peis.mpr", "ramp[1].mpr"}


def test_the_table_of_metadata_is_no_measurement_of_a_first_study(echub, folder):
    """Even if a reader can read it."""
    for name in ("cells.csv", "run.csv"):
        (folder / name).write_text("t / s,U / V\n0,1\n1,2\n2,3\n", "utf-8")
    assert echub("study", "init", folder).code == 0
    study = tomllib.loads((folder / "study.toml").read_text("utf-8"))
    assert study["files"] == ["peis.mpr", "ramp[[]1].mpr", "run.csv"]


def test_what_only_some_files_state_is_asked_for_with_their_number(tmp_path):
    stating = Metadata()
    stating.set("cell.thickness", 1.0, "mm")
    found = [
        Readable(tmp_path / name, name, metadata, frozenset({"impedance"}))
        for name, metadata in (("a.mpr", stating), ("b.mpr", Metadata()))
    ]
    text = draft(found, tmp_path / "study.toml")
    assert '# cell.thickness = "… mm"  # stated by 1 of 2 files' in text
    assert '# cell.area = "… cm^2"  # stated by 0 of 2 files' in text
    assert "cell.thickness" not in draft(found[:1], tmp_path / "study.toml").split("# Steps")[0]


def test_steps_of_a_plugin_take_the_files_that_they_can_answer(echub, folder):
    (folder / "cells.csv").write_text("file,cell.area / cm^2\npeis.mpr,2\n", "utf-8")
    assert echub("study", "init", folder, "--eis").code == 0
    study = load_study(folder / "study.toml")
    assert [path.name for path in study.files] == ["peis.mpr"]
    assert [step.analysis for step in study.steps] == ["eis-resistance", "arrhenius"]
    assert (folder / "cells.csv").read_text("utf-8").endswith("peis.mpr,2\n")


def test_what_cannot_be_is_refused_and_leaves_nothing(echub, folder):
    done = echub("study", "init", folder, "--steps", "none")
    assert done.code == 2
    assert "eis" in done.err
    (folder / "peis.mpr").unlink()
    done = echub("study", "init", folder, "--eis")
    assert done.code == 1
    assert "impedance" in done.err
    assert {path.name for path in folder.iterdir()} == {"ramp[1].mpr", "notes.txt"}
    assert echub("study", "init", folder / "missing").code == 3
    assert echub("study", "init", folder).code == 0
    assert echub("study", "init", folder).code == 2


def test_a_study_whose_steps_are_still_comments_is_told_how_to_go_on(echub, folder):
    study = folder / "a study.toml"
    command = f'then: echub study "{study}"\n'
    assert echub("study", "init", folder, "-o", study).err.endswith(command)
    done = echub("study", study)
    assert done.code == 4
    assert "the study has no step" in done.err
    assert f"take the # away from the steps that are wanted, {command}" in done.err


@pytest.mark.parametrize("kinds", [{"impedance"}, {"timeseries"}, {"impedance", "timeseries"}, {"ion_map"}])
def test_only_analyses_of_the_kinds_that_are_there_are_proposed(tmp_path, kinds):
    path = tmp_path / "a.mpr"
    text = draft([Readable(path, "a.mpr", Metadata(), frozenset(kinds))], tmp_path / "study.toml")
    named = [line.split('"')[1] for line in text.splitlines() if line.startswith("# analysis = ")]
    known = registry().analyses.values()
    assert named == sorted(a.name for a in known if a.consumes == "dataset" and a.kind in kinds)
    parts = [line.split('"')[1] for line in text.splitlines() if line.startswith("# each = ")]
    assert parts == [a.each for a in sorted(known, key=lambda a: a.name) if a.name in named and a.each]
