"""The parts of errors of whole runs: a lock, a live folder, a cluster, a store, what is not installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from echub.batch import engines, locks, store, watching
from echub.batch.batch import Batch
from echub.batch.remote import RemoteRun
from echub.batch.watching import Watch
from echub.cli.page.bench import Bench
from echub.errors import EchubError
from echub.files.conversion import Writing, convert
from echub.files.output import require_free, write_atomically
from echub.files.reading import Reading
from echub.model.record import Record
from echub.registry import boundary, calling
from tests.messages.parts import said
from tests.messages.saying import Fake

ELSEWHERE = "--force replaces it, -o writes elsewhere"
DASK = {"expected": "a scheduler of Dask that answers there", "path": "dask://h:1"}


def twice(path):
    first = locks.hold(path)
    try:
        locks.hold(path)
    finally:
        os.close(first)


def watch(*paths, out):
    with Batch([Path(path) for path in paths], out) as batch:
        Watch(batch, [Path(path) for path in paths])


def unreachable(error):
    made = engines.DaskWorkers("dask://h:1")
    made._start = made._connected = lambda *_: fails(error)
    made.__enter__()


def fails(error):
    raise error


def without_workers():
    made = engines.DaskWorkers("dask://h:1")
    made.client = Fake(wait_for_workers=lambda *_, **__: fails(TimeoutError()))
    made._require_workers()


def large():
    Path("large.html").touch()
    with Path("large.html").open("r+b") as file:
        file.truncate(65 << 20)
    return Bench(Path()).page_of(Path("large.html"))


ROWS = {
    "a lock": (
        lambda: twice(Path("ledger")),
        {
            "message": "another run is writing there", "path": "ledger",
            "hint": "wait for its end, write elsewhere with -o, or share the work with --shard i/N",
        },
    ),
    "a file to watch": (
        lambda: watch("a.csv", "b.csv", out=Path("out")),
        {
            "message": "--watch takes folders, and -o for the results", "found": "a.csv",
            "hint": "echub convert SRC -o DST --watch",
        },
    ),
    "a watch without results": (
        lambda: watch("data", out=None),
        {
            "message": "--watch takes folders, and -o for the results", "found": "no -o",
            "hint": "echub convert SRC -o DST --watch",
        },
    ),
    "one file for two": (
        lambda: Batch([Path("a.csv"), Path("b.csv")], None, exact=Path("x.h5")),
        {
            "message": "one output file is named for several inputs", "path": "x.h5", "found": "2 outputs",
            "hint": "name a folder",
        },
    ),
    "a scheduler that refuses": (
        lambda: unreachable(OSError("refused\nmore")),
        {
            "message": "the scheduler cannot be reached", **DASK, "found": "OSError: refused",
            "cause": "it does not run, listens elsewhere, or a firewall or another program is there",
            "hint": "start one with `dask scheduler`, and workers with `dask worker HOST:PORT`",
        },
    ),
    "a scheduler that says nothing": (
        lambda: unreachable(TimeoutError()),
        {
            "message": "the scheduler cannot be reached", **DASK, "found": "TimeoutError: ",
            "cause": "it does not run, listens elsewhere, or a firewall or another program is there",
            "hint": "start one with `dask scheduler`, and workers with `dask worker HOST:PORT`",
        },
    ),
    "no workers": (
        without_workers,
        {
            "message": "the scheduler has no workers", "path": "dask://h:1",
            "hint": "start some: `dask worker HOST:PORT`",
        },
    ),
    "a worker elsewhere": (
        lambda: engines._in_worker(engines.environment(), "gone", abs, [1]),
        {
            "message": "a worker does not see the folder of this command", "path": "gone",
            "found": "[Errno 2] No such file or directory: 'gone'",
            "hint": "start the workers on machines that mount the same file system at the same place",
        },
    ),
    "an output that is there": (
        lambda: require_free(Path("a.csv"), force=False),
        {"message": "the output exists already", "path": "a.csv", "hint": ELSEWHERE},
    ),
    "a folder with the output's name": (
        lambda: write_atomically([(Path("data"), lambda path: path.touch())]),
        {
            "message": "the output cannot be written; nothing was left behind", "path": "data",
            "found": "[Errno 21] the output is a folder", "cause": "a folder has that name",
        },
    ),
    "a folder and a file": (
        lambda: convert("a.csv", "out", path="x.h5"),
        {"message": "`output` is a folder and `path` a file: only one of them can be given"},
    ),
    "a record with a reader": (
        lambda: convert(Record([]), reader="table"),
        {"message": "a record takes no reader, options or annotations: it is read already"},
    ),
    "a target that is not there": (
        lambda: calling.resolve("echub.nowhere:read"),
        {
            "message": "echub.nowhere:read cannot be loaded: "
            "ModuleNotFoundError: No module named 'echub.nowhere'"
        },
    ),
    "a target that is a number": (
        lambda: calling.resolve("echub.batch.store:TRIES"),
        {"message": "echub.batch.store:TRIES is not callable", "found": "int"},
    ),
    "no memory": (
        lambda: boundary.guarded("the reader x", "x", lambda: fails(MemoryError())),
        {"message": "there is not enough memory for the reader x"},
    ),
    "a large report": (
        large,
        {
            "message": "large.html is too large to be shown here", "expected": "at most 64 MB", "found": "65 MB",
            "hint": "open it in the browser itself",
        },
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).touch()


@pytest.mark.parametrize("name", ROWS)
def test_an_error_has_these_parts_and_no_others(monkeypatch, name):
    function, parts = ROWS[name]
    monkeypatch.setattr(engines, "_distributed", lambda: None)
    assert said(function) == parts


MISSING = {
    "distributed": (lambda: engines._distributed(), "dask.distributed", "pip install 'echub[cluster]'"),
    "dask_jobqueue": (lambda: engines._slurm(1), "dask-jobqueue", "pip install dask-jobqueue"),
    "watchfiles": (lambda: watching._watchfiles(), "watchfiles", "pip install 'echub[watch]'"),
    "fsspec": (lambda: store.Store("s3://b"), "fsspec", "pip install 'echub[remote]'"),
}


@pytest.mark.parametrize("package", MISSING)
def test_what_is_not_installed_is_named_with_what_installs_it(monkeypatch, package):
    function, name, hint = MISSING[package]
    monkeypatch.setitem(sys.modules, package, None)
    assert said(function) == {"message": f"{name} is not installed", "hint": hint}


# -- stores ----------------------------------------------------------------------------------------

LOG_IN = "log in again, or choose the profile, as the packages of the store describe (AWS_PROFILE for s3)"
ASK = "ask the owner of the bucket for the rights to list and read the source, and to list, read and write -o"
REFUSALS = {
    "RequestTimeTooSkewed": (
        "the clock of this computer is wrong: a store takes requests of the last minutes only",
        "set the clock by the network's time, and repeat the command",
    ),
    "Unable to locate credentials": ("the credentials are missing, wrong or expired", LOG_IN),
    "Access Denied": ("these credentials have no rights for that here", ASK),
    "Could not connect": (
        "the store does not answer: no network, a firewall, or another address",
        "check the network and the address of the store (AWS_ENDPOINT_URL for s3 that is not Amazon's)",
    ),
    "NoSuchBucket": (
        "there is no such bucket",
        "check the name, or make the bucket with the tool of the store, such as `aws s3 mb`",
    ),
    "503": (
        "the store is out of order",
        "try the same with the tool of the store, such as `aws s3 ls`, and repeat the command",
    ),
}


@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize("what", ["list", "write"])
def test_a_refusal_of_a_store_has_the_cause_and_the_hint_of_its_words(words, what):
    cause, hint = REFUSALS[words]
    given = Fake(where="s3://b/k", _error=EchubError)
    rights = {"expected": f"credentials with the right to {what}"} if words == "Access Denied" else {}
    assert said(lambda: store.Store._refused(given, ValueError(f"{words}\nmore"), what)) == {
        "message": f"the store does not {what} it", "path": "s3://b/k", "found": words, "cause": cause,
        "hint": hint, **rights,
    }  # fmt: skip


def test_an_address_at_which_nothing_is():
    pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    Path("empty").mkdir()
    where = f"file://{Path('empty').absolute()}"
    run = RemoteRun(where, f"{where}/out", Reading(), Writing())
    assert said(lambda: list(run.run())) == {
        "message": "there is nothing at this address", "path": where,
        "cause": "no such bucket, or no key begins so",
        "hint": "compare with the list of the store's own tool, such as `aws s3 ls`",
    }  # fmt: skip
