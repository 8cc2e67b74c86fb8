"""`echub meta init` writes a table that `echub convert --meta` takes."""

import csv
import shutil

import pytest

import echub as package


@pytest.fixture
def folder(tmp_path, eclab):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    shutil.copy(eclab / "cp.mpr", tmp_path / "data" / 'a "b", c.mpr')
    shutil.copy(eclab / "ramp.mpr", tmp_path / "data" / "deep" / "ramp[1].mpr")
    (tmp_path / "data" / "notes.txt").write_text("no instrument file")
    return tmp_path / "data"


def test_the_table_lists_what_can_be_read_and_what_it_says(echub, folder, tmp_path):
    done = echub("meta", "init", folder, "-o", tmp_path / "cells.csv")
    assert (done.code, done.err) == (0, "")
    assert "2 files" in done.out
    with open(tmp_path / "cells.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert list(rows) == ['a "b", c.mpr', "deep/ramp[1].mpr"]
    ramp = rows["deep/ramp[1].mpr"]
    known = package.read(folder / "deep" / "ramp[1].mpr").metadata.value("cell.area", "cm^2")
    assert ramp["cell.area / cm^2"] == ("" if known is None else str(known))
    assert "cell.temperature / degC" in ramp


def test_the_filled_table_meets_every_file(echub, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    echub("meta", "init", "data")
    text = (tmp_path / "cells.csv").read_text()
    head, *rows = text.splitlines()
    column = head.split(",").index("sample.id") - len(head.split(","))
    filled = [",".join([*(cells := row.split(","))[:column], "S1", *cells[column:][1:]]) for row in rows]
    (tmp_path / "cells.csv").write_text("\n".join([head, *filled]) + "\n")
    done = echub("convert", "data", "--meta", "cells.csv", "-o", "out", "--json")
    assert (done.code, done.err) == (0, "")
    statuses = {line["source"]: line["status"] for line in done.lines}
    assert {s for name, s in statuses.items() if name.endswith(".mpr")} <= {"ok", "flagged"}
    for name in ('a "b", c.mpr', "deep/ramp[1].mpr"):
        assert package.read(tmp_path / "out" / f"{name}.h5").metadata.value("sample.id") == "S1"


def test_an_existing_table_needs_force(echub, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert echub("meta", "init", folder).code == 0
    done = echub("meta", "init", folder)
    assert (done.code, "[target-exists]" in done.err) == (2, True)
    assert echub("meta", "init", folder, "--force").code == 0


def test_a_file_is_no_folder(echub, cp):
    done = echub("meta", "init", cp)
    assert done.code == 3
    assert "this is not a folder" in done.err
