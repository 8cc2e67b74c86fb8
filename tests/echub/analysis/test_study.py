"""A study: cached, resumable, one bad file never stops it, and a report that says it all."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from echub.analysis.study import load_study, run_study
from echub.analysis.study_report import report, write_results
from echub.errors import PluginError
from fixtures.study_na.make import FOLDER

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TRUTH = json.loads((FOLDER / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The committed study with two files more: one that is not an instrument file, one cut in the middle."""
    folder = tmp_path_factory.mktemp("study")
    for path in FOLDER.iterdir():
        if path.suffix in (".mpr", ".csv", ".toml"):
            shutil.copy(path, folder)
    (folder / "notes.mpr").write_text("no instrument wrote this")
    data = (folder / "cell1_+0C.mpr").read_bytes()
    (folder / "short.mpr").write_bytes(data[: len(data) // 2])
    study = load_study(folder / "study.toml")
    answers = run_study(study, folder / "out")
    return study, answers, folder / "out", write_results(study, answers, folder / "out")


def one(answers, step, label):
    return next(a.outcome for a in answers if a.step.name == step and a.label == label)


def test_the_tables_of_a_step_are_one_file_with_units_and_labels(done):
    _, answers, _, written = done
    found = {path.name: path for path in written if path.parent.name == "tables"}
    outcome = one(answers, "activation of the onset", "bare")
    name, table = next(iter(outcome.tables.items()))
    frame = pl.read_csv(found[f"activation_of_the_onset.{name}.csv"])
    assert set(frame["label"]) == {"bare"}
    assert frame.columns[1:] == [f"{n} / {s.unit}" if s.unit else n for n, s in table.items()]
    assert frame.height == len(next(iter(table.values())))


def test_the_activation_energies_cover_the_truth(done):
    onset = one(done[1], "activation of the onset", "bare")["activation_energy_ln_y"]
    assert onset.interval.covers(TRUTH["activation_energy_onset_eV"])
    assert onset.value == pytest.approx(TRUTH["activation_energy_onset_eV"], abs=0.015)
    resistance = one(done[1], "activation of the resistance", "bare")["activation_energy_ln_1_over_y"]
    assert resistance.interval.covers(TRUTH["activation_energy_asr_eV"])


def test_the_onsets_cover_the_truth(done):
    truth = TRUTH["onset_mA_per_cm2"]
    measurands = {n: one(done[1], "onset", n)["onset_current_density"] for n in truth}
    assert all(m.value == pytest.approx(truth[n], rel=0.03) for n, m in measurands.items())
    assert sum(m.interval.covers(truth[n]) for n, m in measurands.items()) >= 13


def test_a_bad_file_is_a_line_of_the_report_and_stops_nothing(done):
    codes = {a.label: [f.code for f in a.outcome.refusals] for a in done[1] if a.outcome.refusals}
    assert codes["notes.mpr"] == ["unknown-format"]
    assert len([a for a in done[1] if a.step.name == "onset" and a.outcome.status != "refused"]) >= 15


def test_a_second_run_takes_everything_from_the_cache(done):
    study, answers, output, _ = done
    again = run_study(study, output)
    assert [a.outcome for a in again] == [a.outcome for a in answers]
    assert all(a.cached for a in again if not (a.outcome.refusals and not a.outcome.provenance))


def test_another_statement_about_a_file_is_another_answer(done, tmp_path):
    study, _, output, _ = done
    table = study.tables[0]
    changed = tmp_path / "cells.csv"
    changed.write_text(table.read_text("utf-8").replace("cell1_+0C.mpr,cell1", "cell1_+0C.mpr,cell9"), "utf-8")
    other = load_study(study.path)
    again = run_study(type(other)(**{**vars(other), "tables": (changed,), "steps": other.steps[:1]}), output)
    fresh = {a.label for a in again if not a.cached and a.outcome.provenance}
    assert "cell1_+0C.mpr" in fresh


def test_another_seed_is_another_answer(done):
    """What draws random numbers must not take another seed's answer from the cache."""
    study, _, output, _ = done
    few = {**vars(study), "steps": study.steps[:1], "seed": study.seed + 1}
    again = run_study(type(study)(**few), output)
    assert not [a.label for a in again if a.cached]


def test_processes_do_not_change_the_answers(done, tmp_path):
    study, answers, _, _ = done
    alone = run_study(study, tmp_path, workers=1)
    assert [a.outcome for a in alone] == [a.outcome for a in answers]


def test_the_results_table_is_long(done):
    table = pl.read_parquet(done[2] / "results.parquet")
    energy = table.filter(pl.col("measurand").str.starts_with("activation_energy"))
    assert energy["unit"].to_list() == ["eV", "eV"]
    assert energy["level"].to_list() == [0.95, 0.95]
    onsets = table.filter(pl.col("measurand") == "onset_current_density")
    assert onsets.height == 15
    assert set(onsets["sample.group"]) == {"bare"}
    assert sorted(set(onsets["cell.temperature"])) == [-30, 0, 30, 60, 90]
    refused = table.filter(pl.col("status") == "refused")
    assert "notes.mpr" in refused["label"].to_list()


def test_the_report_stands_alone_and_begins_with_what_was_refused(done):
    page = done[3][0].read_text("utf-8")
    outside = re.findall(r'(?:src|href)="(?!data:|#|https://doi\.org/)([^"]*)"', page)
    assert outside == []
    assert page.index("notes.mpr") < page.index("Files and analyses")
    assert page.count("data:image/png") >= 15
    assert "<script" not in page
    assert str(done[2].parent) not in page


def test_the_report_is_ordered_by_temperature_and_draws_the_files_of_a_step_together(done):
    page = done[3][0].read_text("utf-8")
    matrix = page[page.index("Files and analyses") :].partition("</table>")[0]
    temperatures = [int(t) for t in re.findall(r"cell\d_([+-]\d+)C\.mpr</th>", matrix)]
    assert temperatures == sorted(temperatures)
    assert len(set(temperatures)) == 5
    assert page.count('<img alt="all files of onset"') == 1  # though one of them cannot be read


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_every_box_is_open_in_print(done):
    """Also those that are closed on the screen."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(done[3][0].as_uri())
        heights = "[...document.querySelectorAll('details:has(img):not([open])')].map(d => d.offsetHeight)"
        on_screen = page.evaluate(heights)
        page.emulate_media(media="print")
        printed = page.evaluate(heights)
        browser.close()
    assert max(on_screen) < 100
    assert min(printed) > 400


def test_the_methods_are_those_that_were_used(done):
    page = done[3][0].read_text("utf-8")
    methods = page[page.index("<h2>Methods") :]
    assert "threshold 5 %" in methods
    assert "replicates max" in methods
    assert "https://doi.org/10.48550/arXiv.2603.23340" in methods
    assert methods.count("<li>") == 1


def test_the_report_escapes_what_it_shows(done):
    study = done[0]
    named = type(study)(**{**vars(study), "title": "<script>alert(1)</script>"})
    assert "<script" not in report(named, done[1])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("files = [", "cannot be read"),
        ('files = ["*.none"]\n[[step]]\nanalysis = "ramp-onset"', "no file"),
        ('files = ["*.toml"]', "no step"),
        ('files = ["*.toml"]\n[[step]]\nanalysis = "ramp-onset"\nwindow = 3', "window"),
        ('files = ["*.toml"]\n[[step]]\nanalysis = "arrhenius"', "needs `from`"),
        ('files = ["*.toml"]\n[[step]]\nanalysis = "arrhenius"\nfrom = "onset"', "no earlier step"),
        ('files = ["*.toml"]\nfile = "x"\n[[step]]\nanalysis = "ramp-onset"', "file"),
    ],
)
def test_a_study_that_is_wrong_says_where(tmp_path, text, says):
    path = tmp_path / "study.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PluginError, match=re.escape(says)):
        load_study(path)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_shows_the_report(done, tmp_path):
    """Rendered, the page has its figures and no sideways scrolling; the picture is not blank."""
    shot = tmp_path / "report.png"
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += [
        "--disable-component-update",
        "--disable-sync",
        "--no-sandbox",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    command = [
        CHROMIUM,
        "--headless",
        *quiet,
        "--window-size=1200,2400",
        f"--screenshot={shot}",
        done[3][0].as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    import matplotlib.image

    pixels = matplotlib.image.imread(shot)
    assert pixels.shape[:2] == (2400, 1200)
    assert (pixels[..., :3].min(axis=2) < 0.6).mean() > 0.01


def test_the_fixture_study_is_as_documented():
    study = load_study(FOLDER / "study.toml")
    assert len(study.files) == 15
    assert [step.analysis for step in study.steps] == ["ramp-onset", "arrhenius", "arrhenius"]
    assert Path(study.path).name == "study.toml"
