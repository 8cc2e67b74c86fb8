"""`echub convert FOLDER -o OUT`: what is said of many files, interruptions, shards, and places that cannot be."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from echub.batch.task import FileResult
from echub.cli.show.folder import Summary
from echub.errors import ReadError, UnknownFormat

TABLE = "t / s;U / V\n0,5;3,75\n1,5;3,25\n2,5;3,5\n"


@pytest.fixture
def folder(tmp_path, eclab):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("cp", "ocv", "peis"):
        shutil.copy(eclab / f"{name}.mpr", data)
    return data


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_what_was_chosen_of_the_columns_is_said(echub, folder, out):
    said = echub(
        "convert", folder / "cp.mpr", folder / "ocv.mpr", "-o", out, "--to", "csv", "--columns", "time, row"
    ).out
    assert said.count(" (only time, row)\n") == 2
    alone = echub("convert", folder / "cp.mpr", "-o", out, "--force", "--to", "csv", "--columns", "time").out
    assert "only the columns time\n" in alone
    assert "only" not in echub("convert", folder, "-o", out, "--force", "--to", "csv").out


def test_a_second_run_says_that_nothing_changed(echub, folder, out):
    assert echub("convert", folder, "-o", out).out.splitlines()[-1].startswith("3 files: 3 ok in ")
    again = echub("convert", folder, "-o", out)
    assert again.code == 0
    assert again.out.splitlines()[:3] == [f"unchanged {folder}/{name}.mpr" for name in ("cp", "ocv", "peis")]
    assert again.out.splitlines()[-1].startswith("3 files: 3 unchanged in ")


def test_the_object_of_what_is_unchanged(echub, folder, out):
    first = {line["source"]: line for line in echub("convert", folder, "-o", out, "--json").lines}
    for line in echub("convert", folder, "-o", out, "--json", "--jobs", 1).lines:
        before = first[line["source"]]
        assert list(line) == list(before)
        assert (line["status"], line["datasets"]) == ("unchanged", [])
        same = ("source", "output", "reader", "content_hash")
        assert [line[key] for key in same] == [before[key] for key in same]


def test_only_a_part(echub, folder, out):
    parts = [echub("convert", folder, "-o", out, "--shard", f"{i}/2", "--json").lines for i in (1, 2)]
    assert sorted(line["source"] for part in parts for line in part) == sorted(map(str, folder.iterdir()))


@pytest.mark.parametrize("arguments", [["--jobs", "0"], ["--jobs", "-1"], ["--shard", "0/3"], ["--shard", "4/3"]])
def test_what_cannot_be_asked_for(echub, folder, out, arguments):
    assert echub("convert", folder, "-o", out, *arguments).code == 2
    assert not out.exists()


def test_the_folder_for_results_is_a_file(echub, folder, out):
    out.write_text("mine")
    done = echub("convert", folder, "-o", out)
    assert done.code == 2
    assert "[target-not-writable]" in done.err
    assert out.read_text() == "mine"


def test_two_runs_at_once(echub, folder, out):
    from echub.batch.ledger import Ledger

    with Ledger(out):
        done = echub("convert", folder, "-o", out)
    assert done.code == 2
    assert "another run is writing there [target-busy]" in done.err


def test_a_damaged_ledger_is_said(echub, folder, out):
    echub("convert", folder, "-o", out)
    with (out / "echub-ledger.jsonl").open("a") as file:
        file.write("no entry\n")
    done = echub("convert", folder, "-o", out)
    assert done.code == 0
    assert done.err.startswith("warning: echub-ledger.jsonl line 4 cannot be read")


def test_a_full_disk_under_the_ledger_ends_the_run_in_words(echub, folder, out, monkeypatch):
    whole = os.write

    def full(file, data):  # the pool of workers writes to pipes of its own
        return whole(file, data[:10] if data.startswith(b"{") else data)

    monkeypatch.setattr("echub.batch.ledger.os.write", full)
    done = echub("convert", folder, "-o", out)
    assert done.code == 2
    assert "the disk is full" in done.err
    assert (out / "echub-ledger.jsonl").read_bytes() == b""  # no half line
    monkeypatch.undo()
    assert echub("convert", folder, "-o", out).out.splitlines()[-1].startswith("3 files: 3 ok in ")


# -- what only a guess took ----------------------------------------------------------------------


def test_a_table_without_names_in_a_folder_is_unknown_with_its_reason(echub, folder, out):
    (folder / "numbers.csv").write_text("1.5,2.5,3.5\n" * 20)
    done = echub("convert", folder, "-o", out)
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        f"unknown {folder}/numbers.csv",
        "          the table has no line of names [read-error]",
    ]
    assert echub("convert", folder / "numbers.csv", "-o", out).code == 3


# -- the end of a long run -----------------------------------------------------------------------


def many(status, count, error=None):
    names = [f"data/{status}{number:03}" for number in range(count)]
    return [FileResult(name, status, named=False, error=error() if error else None) for name in names]


def shown(capsys, *results):
    summary = Summary()
    for done in results:
        summary.add(done)
    summary.show(100.0)
    return summary, capsys.readouterr().out.splitlines()


def test_many_that_went_wrong_are_grouped_the_most_frequent_first(capsys):
    short = many("failed", 30, lambda: ReadError("the file is cut", hint="copy it again"))
    other = many("failed", 3, lambda: ReadError("the header is damaged"))
    unknown = many("unknown", 2, lambda: UnknownFormat("the file is empty"))
    summary, lines = shown(capsys, *many("ok", 500), *unknown, *other, *short)
    assert summary.exit_code == 3
    assert lines[0] == "failed  30 × the file is cut [read-error]"
    assert lines[1:3] == ["          data/failed000", "          data/failed001"]
    assert lines[11] == "          … and 20 more (--json and the ledger name all)"
    assert lines[12] == "          hint: copy it again"
    assert lines[13] == "failed  3 × the header is damaged [read-error]"
    assert lines[17:19] == ["unknown data/unknown000", "          the file is empty [unknown-format]"]
    assert lines[-1] == "535 files: 500 ok, 2 unknown, 33 failed in 1 min 40 s, 5.3 files/s"
    assert not [line for line in lines if line.startswith("ok")]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.123, "0.12 s"), (99, "99.00 s"), (150, "2 min 30 s"), (7260, "2 h 1 min")]
)
def test_times_as_people_say_them(capsys, seconds, said):
    Summary().show(seconds)
    assert capsys.readouterr().out == f"0 files: nothing to convert in {said}\n"


# -- interruption --------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("jobs", [[], ["--jobs", "1"]])
def test_ctrl_c_ends_in_words_and_the_same_command_goes_on(echub, folder, out, jobs):
    for number in range(300):
        shutil.copy(folder / "cp.mpr", folder / f"{number:03}.mpr")
    command = [sys.executable, "-c", "from echub.cli import main; main()", "convert", folder, "-o", out, *jobs]
    ledger = out / "echub-ledger.jsonl"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        while child.poll() is None and not (ledger.exists() and ledger.stat().st_size):
            time.sleep(0.001)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=120)
    assert child.returncode == 130, errors
    (line,) = errors.splitlines()
    assert line.startswith("interrupted: ")
    assert re.search(r" of 303 files (is|are) done; the same command goes on from there$", line)
    done = int(line.split()[1])
    assert len(ledger.read_text().splitlines()) == done
    assert not list(out.rglob("*.part"))
    for path in list(folder.glob("[0-9]*"))[:290]:
        path.unlink()
    assert echub("convert", folder, "-o", out).code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "cvs"), "no writer is called 'cvs' [unknown-reader]"),
        (("--reader", "eclab-mrp"), "no reader is called 'eclab-mrp' [unknown-reader]"),
        (("--option", "deriveed=none"), "no reader has an option 'deriveed' [unknown-option]"),
        (("--writer-option", "a=b"), "the writer native has no option 'a' [unknown-option]"),
    ],
)
def test_what_is_wrong_for_every_file_is_said_once_before_any_work(echub, folder, tmp_path, words, message):
    done = echub("convert", folder, "-o", tmp_path / "out", *words)
    assert (done.code, done.out, done.err.splitlines()[0]) == (2, "", message)
    assert not (tmp_path / "out").exists()


def test_a_file_of_settings_keeps_its_technique_and_warnings_among_others(echub, folder, eclab, tmp_path):
    shutil.copy(next(eclab.glob("*.mpl")), folder / "log.mpl")
    alone = echub("convert", folder / "log.mpl", "-o", tmp_path / "alone", "--json").lines[0]
    many = {done["source"]: done for done in echub("convert", folder, "-o", tmp_path / "out", "--json").lines}
    among = many[str(folder / "log.mpl")]
    assert (among["reader"], among["datasets"], among["warnings"]) == ("eclab-mps", [], alone["warnings"])


def test_workers_that_are_not_known_are_refused_for_a_single_file_too(echub, folder, tmp_path):
    done = echub("convert", folder / "cp.mpr", "-o", tmp_path / "out", "--on", "dsk")
    assert done.code == 2
    assert not (tmp_path / "out" / "cp.mpr.h5").exists()
