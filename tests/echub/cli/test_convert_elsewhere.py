"""Conversions by workers of a cluster, and of a live folder: what they are given, and what is printed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from echub.batch.task import FileResult
from echub.errors import ReadError, UnknownFormat


class Workers:
    """Workers of a cluster that work here, and note what they were given."""

    dashboard, workers, given = "", 4, ()

    def __init__(self, address, jobs):
        type(self).given = (address, jobs)

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        pass

    def each(self, work, items, size, count):
        items = list(items)
        type(self).given += (count, [size(item) for item in items])
        return [(item, work(item)) for item in items]


@pytest.mark.parametrize(("page", "said"), [("", ""), ("http://h:8787", "; http://h:8787")])
def test_a_cluster_gets_all_files_with_their_sizes_and_says_where_they_are_shown(
    echub, acme_files, monkeypatch, page, said
):
    monkeypatch.setattr("echub.batch.engines.DaskWorkers", Workers)
    monkeypatch.setattr(Workers, "dashboard", page)
    (acme_files / "gone.acme").symlink_to("nowhere")
    names = ("a.acme", "gone.acme", "b.acme")
    done = echub("convert", *names, "-o", "out", "--on", "dask://h:1", "-j", "3", "--json")
    assert [line["status"] for line in done.lines] == ["flagged", "failed", "ok"]
    assert done.err == f"4 workers of dask://h:1{said}\n"
    sizes = [(acme_files / name).stat().st_size if name != "gone.acme" else 0 for name in names]
    assert Workers.given == ("dask://h:1", 3, 3, sizes)
    again = echub("convert", *names, "-o", "out", "--on", "dask", "--json")
    assert [line["status"] for line in again.lines] == ["unchanged", "failed", "unchanged"]
    assert Workers.given[:2] == ("dask", 1)


def test_a_line_of_the_ledger_that_cannot_be_read_is_said(echub, acme_files):
    echub("convert", "a.acme", "b.acme", "-o", "out")
    ledger = Path("out/echub-ledger.jsonl")
    first, second = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(first + b"torn\n" + second + b"{}\n")
    done = echub("convert", "a.acme", "b.acme", "-o", "out", "--json")
    assert [line["status"] for line in done.lines] == ["unchanged", "unchanged"]
    assert done.err.splitlines() == [
        f"warning: echub-ledger.jsonl line {n} cannot be read; its file counts as not converted" for n in (2, 4)
    ]


def test_an_interruption_before_the_first_file_is_no_traceback(echub, acme_files, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("echub.batch.batch.plan", interrupted)
    done = echub("convert", "a.acme", "b.acme", "-o", "out")
    assert (done.code, done.out, done.err) == (130, "", "interrupted before the first file\n")


def test_the_size_of_a_task_is_that_of_all_its_files(acme_files):
    from echub.batch.batch import _bytes
    from echub.batch.task import Task
    from echub.files.annotations import Annotations
    from echub.files.output import plan

    jobs = tuple(plan([Path("a.acme"), Path("b.acme")], Path("out")))
    sizes = [path.stat().st_size for path in (Path("a.acme"), Path("b.acme"))]
    assert _bytes(Task(jobs, (), Annotations())) == sum(sizes)
    assert _bytes(Task(jobs[1:], (), Annotations())) == sizes[1]


CHANGES = [
    FileResult("live/a.x", "ok", outputs=("out/a.x.h5",), datasets=(("timeseries", 3, 4),), said={"n": 1}),
    FileResult("live/b.x", "unchanged", outputs=("out/b.x.h5",), said={"n": 2}),
    FileResult("live/c.x", "unknown", error=UnknownFormat("no reader knows it"), said={"n": 3}),
    FileResult("live/d.x", "failed", error=ReadError("it is damaged"), said={"n": 4}),
]


@pytest.mark.parametrize(("words", "still", "jobs"), [([], 60.0, None), (["--still", "0", "-j", "2"], 0.0, 2)])
def test_a_live_folder_says_what_becomes_of_each_file_until_it_is_stopped(
    echub, tmp_path, monkeypatch, words, still, jobs
):
    """What was there already, and what no reader knows, is said to programs only."""
    asked = []

    class Watch:
        def __init__(self, batch, folders, *, still, poll):
            asked.append((batch.ledger is not None, folders, still, poll))

        def run(self, stopped, *, jobs):
            asked.append((stopped(), jobs))
            return iter(CHANGES)

    monkeypatch.setattr("echub.batch.watching.Watch", Watch)
    monkeypatch.chdir(tmp_path)
    Path("live").mkdir()
    done = echub("convert", "live", "-o", "out", "--watch", *words)
    assert (done.code, done.err) == (0, "watching live; Ctrl-C ends it\n")
    assert done.out.splitlines() == [
        "ok      live/a.x -> out/a.x.h5 (timeseries 3 × 4)", "failed  live/d.x: it is damaged [read-error]"
    ]  # fmt: skip
    assert asked == [(True, [Path("live")], still, None), (False, jobs)]
    told = echub("convert", "live", "-o", "out", "--watch", "--json", *words)
    assert [line["n"] for line in told.lines] == [1, 2, 3, 4]
