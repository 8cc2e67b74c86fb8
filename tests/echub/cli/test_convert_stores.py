"""`echub convert` from and to addresses of stores: a local folder stands for one at either end, or at both."""

from __future__ import annotations

import pytest

pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")


@pytest.fixture
def raw(acme_files):
    """Stand beside a folder of A, B and a file that its reader stumbles over."""
    folder = acme_files / "raw"
    folder.mkdir()
    for name in ("a.acme", "b.acme"):
        (acme_files / name).rename(folder / name)
    (folder / "torn.acme").write_text('{"tables": ', "utf-8")
    return acme_files


ENDS = ["store to store", "store to folder", "folder to store"]


def ends(raw, which):
    """Return the words for both ends, the address of the sources, and that of the results."""
    source, target = raw / "raw", raw / "out"
    words = [f"file://{source}" if which != "folder to store" else "raw", "-o"]
    words.append(f"file://{target}" if which != "store to folder" else "out")
    shown = [f"file://{source}" if which != "folder to store" else str(source)]
    shown.append(f"file://{target}" if which != "store to folder" else str(target))
    return words, *shown


@pytest.mark.parametrize("which", ENDS)
def test_each_source_is_told_with_its_addresses(echub, raw, which):
    words, source, target = ends(raw, which)
    done = echub("convert", *words)
    assert (done.code, done.err) == (4, "")
    lines = done.out.splitlines()
    assert lines[:2] == [f"failed  {source}/torn.acme", "          the reader acme failed [plugin]"]
    start = lines.index(f"flagged {source}/a.acme")
    assert lines[start + 1] == f"          CP, timeseries 4 × 6, impedance 2 × 5 -> {target}/a.acme.h5"
    assert f"ok      {source}/b.acme" in lines
    assert lines[-1].startswith("3 files: 1 ok, 1 flagged, 1 failed in ")
    assert (raw / "out" / "b.acme.h5").is_file()
    again = echub("convert", *words, "-j", "2", "--json")
    assert again.code == 4  # as the first time: a plugin's mistake does not become the file's
    told = {line["source"]: (line["status"], line.get("output")) for line in again.lines}
    assert told == {
        f"{source}/a.acme": ("unchanged", f"{target}/a.acme.h5"),
        f"{source}/b.acme": ("unchanged", f"{target}/b.acme.h5"),
        f"{source}/torn.acme": ("failed", None),
    }
    assert echub("convert", *words).out.splitlines()[-1].startswith("3 files: 2 unchanged, 1 failed in ")


def test_options_reach_the_conversion(echub, raw):
    words, source, target = ends(raw, "store to store")
    given = ("--to", "csv", "--columns", "time,voltage", "--set", "sample.id=S1", "--force")
    lines = {line["source"]: line for line in echub("convert", *words, *given, "--json").lines}
    assert lines[f"{source}/b.acme"]["output"] == f"{target}/b.acme.timeseries.csv"
    table = (raw / "out" / "b.acme.timeseries.csv").read_text("utf-8")
    assert table.splitlines()[0] == "time / s,voltage / V"


def test_a_row_for_no_file_is_named(echub, raw):
    """Also when all is there already: of three rows, two are for files."""
    words, *_ = ends(raw, "store to store")
    for _ in range(2):
        assert echub("convert", *words, "--meta", "cells.csv").err == "cells.csv: no file matches 'c.acme'\n"


@pytest.mark.parametrize("shard", [1, 2])
def test_a_row_for_a_file_of_another_shard_is_not_without_a_file(echub, acme_files, shard):
    """Of three rows, two are for files here, whichever shard they are in."""
    done = echub("convert", "a.acme", "b.acme", "-o", "out", "--meta", "cells.csv", "--shard", f"{shard}/2")
    assert (done.code, done.err) == (0, "cells.csv: no file matches 'c.acme'\n")
