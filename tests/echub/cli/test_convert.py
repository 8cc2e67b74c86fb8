"""`echub convert`: reports, JSON, exit codes, several files of which some are bad."""

import shutil

import pytest

import echub as package


@pytest.fixture
def folder(tmp_path, eclab):
    """A folder with two good files, a damaged one, one nobody knows, in two levels."""
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    shutil.copy(eclab / "cp.mpr", data / "cp.mpr")
    shutil.copy(eclab / "peis.mpr", data / "deep" / "peis.mpr")
    (data / "deep" / "notes.txt").write_text("nothing an instrument wrote")
    return data


def damaged(folder):
    path = folder / "damaged.mpr"
    path.write_bytes((folder / "cp.mpr").read_bytes()[:200])
    return path


# -- one file ------------------------------------------------------------------------------------


def test_the_report_of_one_file(echub, eclab, tmp_path):
    done = echub("convert", eclab / "geis_with_dc.mpr", "-o", tmp_path)
    assert (done.code, done.err) == (0, "")
    said = done.out
    for line in (
        "  reader        eclab-mpr of echub",
        "  technique     GEIS  Galvano Electrochemical Impedance Spectroscopy",
        "  timeseries    30 rows,",
        "  impedance     51 rows,",
        f"  written       {tmp_path / 'geis_with_dc.mpr.h5'}",
        "  left out      freq/Hz,",
        "  time        ",
    ):
        assert line in said
    rows = {tuple(line.split(maxsplit=3)) for line in said.splitlines()}
    assert ("impedance_imag", "Ω", "measured", "-Im(Z)/Ohm") in rows


def test_warnings_and_vendor_columns_are_reported(echub, eclab, tmp_path):
    done = echub("convert", eclab / "unknown_id.mpr", "-o", tmp_path)
    assert done.code == 0
    assert "warning     " in done.out
    assert "[unknown-column]" in done.out
    assert "1 vendor column\n" in done.out


KEYS = ["source", "output", "status", "reader", "datasets", "dropped", "warnings", "seconds"]


def test_the_object_of_one_file(echub, cp):
    said = echub("convert", cp, "--json").json
    assert list(said)[:8] == KEYS
    assert (said["source"], said["output"], said["status"]) == (str(cp), f"{cp}.h5", "ok")
    assert said["reader"] == "eclab-mpr"
    (dataset,) = said["datasets"]
    assert {"name", "kind", "rows", "columns"} <= set(dataset)
    record = package.read(cp)
    assert (dataset["name"], dataset["rows"]) == ("timeseries", record["timeseries"].rows)
    assert [c["name"] for c in dataset["columns"]] == list(record["timeseries"].columns)
    assert (said["dropped"], said["warnings"]) == ([], [])
    assert isinstance(said["seconds"], float)


def test_a_flagged_file_is_code_0(echub, eclab, tmp_path):
    done = echub("convert", eclab / "restart.mpr", "-o", tmp_path, "--json")
    assert (done.code, done.json["status"]) == (0, "flagged")
    assert [w["code"] for w in done.json["warnings"]] == ["clock-restarts"]
    assert all({"code", "message", "severity", "cause", "hint"} <= set(w) for w in done.json["warnings"])


def test_what_is_dropped_is_said(echub, cp):
    cp.write_bytes(cp.read_bytes()[:-900])
    done = echub("convert", cp, "--json")
    assert (done.code, done.json["status"]) == (0, "flagged")
    assert all(set(d) == {"what", "why"} for d in done.json["dropped"])


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["nothing.mpr"], 3, "source-not-found"),
        (["--reader", "nonsense", "{cp}"], 2, "unknown-reader"),
        (["--to", "nonsense", "{cp}"], 2, "unknown-reader"),
        (["--option", "nonsense=1", "{cp}"], 2, "unknown-option"),
        (["--option", "derived=maybe", "{cp}"], 2, "unknown-option"),
        (["--writer-option", "nonsense=1", "{cp}"], 2, "unknown-option"),
        (["{cp}", "-o", "{cp}"], 2, "target-not-writable"),
    ],
)
def test_exit_codes_of_one_file(echub, cp, arguments, code, error):
    done = echub("convert", *(a.format(cp=cp) for a in arguments), "--json")
    assert done.code == code
    assert done.json["status"] == "failed"
    assert done.json["error"]["code"] == error
    assert done.json["output"] is None
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--option", "derived"], 2, "unknown-option"),
        (["--set", "cell.area"], 2, "unknown-option"),
        (["--set", "cell.aera=1 cm^2"], 1, "metadata"),
        (["--set", "cell.area=1"], 1, "metadata"),
        (["--meta", "nothing.csv"], 1, "metadata"),
    ],
)
def test_what_no_file_can_mend_is_refused_before_any(echub, cp, arguments, code, error):
    done = echub("convert", cp, *arguments, "--json")
    assert done.code == code
    assert done.json["error"]["code"] == error
    assert not cp.with_name("cp.mpr.h5").exists()


def test_a_broken_sidecar_is_code_4(echub, cp):
    (cp.parent / "echub.toml").write_text("this is not toml")
    done = echub("convert", cp)
    assert done.code == 4
    assert "the sidecar cannot be read" in done.err


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"just text\n", b"<html></html>", b"<?xml version='1.0'?>"])
def test_what_nobody_knows_is_code_3_when_named(echub, cp, content):
    cp.write_bytes(content)
    done = echub("convert", cp, "--json")
    assert (done.code, done.json["status"]) == (3, "unknown")
    assert done.json["error"]["code"] == "unknown-format"


def test_an_existing_target_needs_force(echub, cp):
    target = cp.with_name("cp.mpr.h5")
    target.write_bytes(b"mine")
    done = echub("convert", cp)
    assert done.code == 2
    assert "the output exists already [target-exists]" in done.err
    assert target.read_bytes() == b"mine"
    assert echub("convert", cp, "--force").code == 0
    assert target.read_bytes() != b"mine"


def test_options_and_metadata_reach_the_record(echub, cp):
    assert echub("convert", cp, "--option", "derived=none", "--set", 'cell.area="0.5 cm^2"').code == 0
    record = package.read(f"{cp}.h5")
    assert record.provenance.reader["options"] == {"derived": "none"}
    assert record.metadata.get("cell.area").source == "--set"
    assert record.metadata.value("cell.area", "mm^2") == 50.0


# -- several files -------------------------------------------------------------------------------


def test_a_folder_is_walked_mirrored_and_what_nobody_knows_is_listed(echub, folder, tmp_path):
    out = tmp_path / "out"
    done = echub("convert", folder, "-o", out)
    assert (done.code, done.err) == (0, "")
    assert sorted(str(p.relative_to(out)) for p in out.rglob("*.h5")) == ["cp.mpr.h5", "deep/peis.mpr.h5"]
    lines = done.out.splitlines()
    assert f"unknown {folder}/deep/notes.txt" in lines
    assert lines[-1].startswith("3 files: 2 ok, 1 unknown in ")
    assert len([line for line in lines if line.startswith("ok ")]) == 2


def test_one_object_per_file(echub, folder, tmp_path):
    done = echub("convert", folder, "-o", tmp_path / "out", "--json")
    assert done.code == 0
    assert [(line["source"].removeprefix(f"{folder}/"), line["status"]) for line in done.lines] == [
        ("cp.mpr", "ok"),
        ("deep/notes.txt", "unknown"),
        ("deep/peis.mpr", "ok"),
    ]
    assert all(list(line)[:8] == KEYS for line in done.lines)


def test_one_bad_file_does_not_stop_the_others(echub, folder, tmp_path):
    bad = damaged(folder)
    done = echub("convert", folder, "-o", tmp_path / "out")
    assert done.code == 3
    assert (tmp_path / "out" / "deep" / "peis.mpr.h5").exists()
    assert not (tmp_path / "out" / "damaged.mpr.h5").exists()
    assert done.out.splitlines()[0] == f"failed  {bad}"
    assert "[read-error]" in done.out


def test_named_files_of_which_nobody_knows_one(echub, folder, tmp_path):
    done = echub("convert", folder / "cp.mpr", folder / "deep" / "notes.txt", "-o", tmp_path / "out")
    assert done.code == 3
    assert (tmp_path / "out" / "cp.mpr.h5").exists()


def test_the_worst_code_counts(echub, folder, tmp_path):
    bad = damaged(folder)
    done = echub("convert", folder / "cp.mpr", bad, "--option", "header_lines=3", "-o", tmp_path / "out", "--json")
    assert {line["source"]: line["error"]["code"] for line in done.lines} == {
        str(folder / "cp.mpr"): "unknown-option",
        str(bad): "unknown-option",
    }
    assert done.code == 2


def test_two_sources_for_one_target_fail_before_any_work(echub, folder, tmp_path):
    shutil.copy(folder / "cp.mpr", folder / "deep" / "cp.mpr")
    done = echub("convert", folder / "cp.mpr", folder / "deep" / "cp.mpr", "-o", tmp_path / "out")
    assert done.code == 2
    assert "[target-clash]" in done.err
    assert not (tmp_path / "out").exists()


def test_an_empty_folder_is_said_to_be_empty(echub, tmp_path):
    done = echub("convert", tmp_path)
    assert done.code == 0
    assert done.out.startswith("0 files: nothing to convert")


def test_csv_of_a_folder(echub, folder, tmp_path):
    assert echub("convert", folder, "--to", "csv", "-o", tmp_path / "out").code == 0
    written = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.csv"))
    assert written == ["cp.mpr.timeseries.csv", "deep/peis.mpr.impedance.csv"]


# -- metadata tables -----------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [False, True])
def test_rows_and_files_without_a_partner_are_reported(echub, folder, tmp_path, as_json):
    cells = tmp_path / "cells.csv"
    cells.write_text("file,sample.id\ncp.mpr,S1\ngone.mpr,S2\n")
    done = echub("convert", folder, "--meta", cells, "-o", tmp_path / "out", *(["--json"] if as_json else []))
    assert done.code == 0
    assert done.err == "cells.csv: no file matches 'gone.mpr'\n"
    assert "no row of cells.csv is for this file" in done.out
    assert package.read(tmp_path / "out" / "cp.mpr.h5").metadata.value("sample.id") == "S1"
    cells.write_text("file,sample.id\ngone.mpr,S2\ncp.mpr,S1\nlost.mpr,S3\n")
    (tmp_path / "more.csv").write_text("file,cell.id\nold.mpr,C2\n")
    tables = ["--meta", cells, "--meta", tmp_path / "more.csv"]
    assert echub("convert", folder, *tables, "-o", tmp_path / "again").err.splitlines() == [
        "cells.csv: no file matches 'gone.mpr'", "cells.csv: no file matches 'lost.mpr'",
        "more.csv: no file matches 'old.mpr'",
    ]  # fmt: skip
