"""`--join` honours every option of `convert`, and -o names a folder or the one file."""

from dataclasses import replace

import pytest

import echub as api
from echub.files.content import content_hash
from echub.files.joining import join, link_of
from echub.model.source import Source
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import log_file

NAMES = ("cell_01_OCV_C04.mpr", "cell_02_GCPL_C04.mpr")
RUN = "cell_C04.mpr"
PARTS = ("timeseries_01_OCV", "timeseries_02_GCPL")


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir()
    for name, scenario in zip(NAMES, ("ocv", "gcpl"), strict=True):
        (folder / name).write_bytes(SCENARIOS[scenario]().data)
    monkeypatch.chdir(tmp_path)
    return folder


def made(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith((".jsonl", ".lock")))


def test_without_o_it_lies_beside_its_sources(echub, run):
    assert echub("convert", run, "--join").code == 0
    assert made(run) == sorted([*NAMES, f"{RUN}.h5"])


def test_the_joined_file_holds_the_join_of_the_records(echub, run, tmp_path):
    echub("convert", run, "--join", "-o", "out")
    expected = join([api.read(run / n) for n in NAMES], [link_of(Source(run / n)) for n in NAMES])
    assert content_hash(api.read(tmp_path / "out" / f"{RUN}.h5")) == content_hash(expected)


def test_to_and_writer_option(echub, run, tmp_path):
    done = echub(
        "convert", run, "--join", "--to", "csv", "--writer-option", "delimiter=;", "--decimal", ",", "-o", "out"
    )
    assert done.code == 0
    tables = [f"{RUN}.{part}.csv" for part in PARTS]
    assert made(tmp_path / "out") == sorted([*tables, *(f"{table}-metadata.json" for table in tables)])
    for table in tables:
        header, row = (tmp_path / "out" / table).read_text().splitlines()[:2]
        assert header.count(";") == row.count(";") > 3
        assert "." not in row
        assert "," in row


@pytest.mark.parametrize("to", ["native", "csv"])
def test_an_option_that_the_writer_lacks_is_refused(echub, run, to):
    done = echub("convert", run, "--join", "--to", to, "--writer-option", "colour=red", "-o", "out")
    assert done.code == 2
    assert done.out == ""
    assert done.err.splitlines()[0] == f"the writer {to} has no option 'colour' [unknown-option]"


def test_reader_and_its_options(echub, run, tmp_path):
    done = echub("convert", run, "--join", "--reader", "eclab-mpr", "--option", "derived=none", "-o", "out")
    assert done.code == 0
    record = api.read(tmp_path / "out" / f"{RUN}.h5")
    assert record.provenance.reader["options"]["derived"] == "none"
    assert not any(c.origin == "derived" for d in record.datasets.values() for c in d.columns.values())
    assert echub("convert", run, "--join", "--option", "no-such=1", "-o", "other").code == 2


def test_set_and_meta_and_timezone(echub, run, tmp_path):
    (tmp_path / "cells.csv").write_text(f"file,sample.id\n{NAMES[0]},S1\n{NAMES[1]},S1\n")
    done = echub(
        *("convert", run, "--join", "-o", "out", "--meta", "cells.csv"),
        *("--set", "cell.area=0.5 cm^2", "--timezone", "Europe/Berlin"),
    )
    assert done.code == 0
    metadata = api.read(tmp_path / "out" / f"{RUN}.h5").metadata
    assert metadata.value("cell.area") == 0.5
    assert metadata.value("sample.id") == "S1"
    assert metadata.value("experiment.start_utc").endswith("+00:00")


def test_no_siblings(echub, run, tmp_path):
    for name, scenario in zip(NAMES, ("ocv", "gcpl"), strict=True):
        file = SCENARIOS[scenario]().file
        (run / name).write_bytes(replace(file, log=None).to_bytes())
        (run / name).with_suffix(".mpl").write_bytes(log_file(file, "03/14/2024 09:26:53.250"))
    files = [run / name for name in NAMES]
    assert echub("convert", *files, "--join", "-o", "a").code == 0
    assert made(tmp_path / "a") == [f"{RUN}.h5"]
    assert len(api.read(tmp_path / "a" / f"{RUN}.h5").provenance.siblings) == 2
    done = echub("convert", *files, "--join", "-o", "b", "--no-siblings")
    assert made(tmp_path / "b") == [f"{name}.h5" for name in NAMES]  # nothing else states their start
    assert "not-joined" in done.out


def test_force(echub, run):
    assert echub("convert", run, "--join").code == 0
    again = echub("convert", run, "--join")
    assert again.code == 2
    assert "target-exists" in again.out
    assert echub("convert", run, "--join", "--force").code == 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_json_and_jobs(echub, run, tmp_path, jobs):
    done = echub("convert", run, "--join", "-o", "out", "--jobs", jobs, "--json")
    assert done.code == 0
    assert done.json["output"] == f"out/{RUN}.h5"
    assert done.json["source"] == ", ".join(str(run / name) for name in NAMES)
    assert [dataset["name"] for dataset in done.json["datasets"]] == list(PARTS)
    assert done.json["content_hash"] == content_hash(api.read(tmp_path / "out" / f"{RUN}.h5"))
    second = echub("convert", run, "--join", "-o", "out", "--json")
    assert second.json["status"] == "unchanged"


def test_shard(echub, run, tmp_path):
    for shard in ("1/2", "2/2"):
        assert echub("convert", run, "--join", "-o", "out", "--shard", shard).code == 0
    assert made(tmp_path / "out") == [f"{RUN}.h5"]


# -- -o names a folder, or the one file ----------------------------------------------------------


@pytest.mark.parametrize(("to", "name"), [("csv", "run.csv"), ("native", "run.h5"), ("parquet", "run.parquet")])
def test_o_with_a_suffix_of_the_format_is_the_file(echub, cp, tmp_path, monkeypatch, to, name):
    monkeypatch.chdir(tmp_path)
    done = echub("convert", cp, "-o", f"new/{name}", "--to", to, "--json")
    assert (done.code, done.json["output"]) == (0, f"new/{name}")
    assert made(tmp_path / "new") == sorted([name, *([f"{name}-metadata.json"] if to == "csv" else [])])
    assert echub("convert", cp, "-o", f"new/{name}", "--to", to).code == 2
    assert echub("convert", cp, "-o", f"new/{name}", "--to", to, "--force").code == 0


@pytest.mark.parametrize("name", ["result.h5", "result", "2024.03.14"])
def test_o_with_any_other_suffix_is_a_folder(echub, cp, tmp_path, name):
    assert echub("convert", cp, "-o", tmp_path / name, "--to", "csv").code == 0
    assert (tmp_path / name / "cp.mpr.timeseries.csv").is_file()


@pytest.mark.parametrize(("name", "format_"), [("run.csv", "csv"), ("run.parquet", "parquet"), ("run.MAT", "mat")])
def test_o_with_the_suffix_of_a_format_that_is_not_asked_for_is_refused(echub, cp, tmp_path, name, format_):
    done = echub("convert", cp, "-o", tmp_path / name)
    assert (done.code, f"--to {format_}" in done.err) == (2, True)
    assert not (tmp_path / name).exists()
    assert echub("convert", cp, "-o", tmp_path / name, "--to", "native").code == 0  # asked for: it is a folder


def test_a_folder_that_is_there_is_a_folder(echub, cp, tmp_path):
    (tmp_path / "odd.csv").mkdir()
    assert echub("convert", cp, "-o", tmp_path / "odd.csv", "--to", "csv").code == 0
    assert (tmp_path / "odd.csv" / "cp.mpr.timeseries.csv").is_file()


def test_one_file_for_several_datasets_or_inputs_is_refused(echub, eclab, cp, run, tmp_path):
    target = tmp_path / "one.csv"
    two_datasets = echub("convert", eclab / "geis_with_dc.mpr", "-o", target, "--to", "csv")
    two_inputs = echub("convert", cp, run / NAMES[0], "-o", target, "--to", "csv")
    for done in (two_datasets, two_inputs):
        assert done.code == 2
        assert "target-clash" in done.out + done.err
    assert not target.exists()


def test_a_joined_run_may_have_its_file_named(echub, run, tmp_path):
    done = echub("convert", run, "--join", "-o", "whole.h5", "--json")
    assert (done.code, done.json["output"]) == (0, "whole.h5")
    assert list(api.read(tmp_path / "whole.h5")) == list(PARTS)


def test_files_that_are_not_one_run_do_not_fit_one_file(echub, run, tmp_path):
    (run / NAMES[1]).write_bytes(replace(SCENARIOS["gcpl"]().file, log=None).to_bytes())
    done = echub("convert", run, "--join", "-o", "whole.h5", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "target-clash")
    assert "does not state the start" in done.json["error"]["cause"]
    assert not (tmp_path / "whole.h5").exists()
