"""Ledgers: shards, lines that are none, locks, and what dead runs left."""

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from echub.batch import locks
from echub.batch.batch import Batch
from echub.batch.ledger import Entry, Ledger, Shard
from echub.errors import TargetBusy, TargetNotWritable, UnknownOption
from echub.files.output import Written
from tests.echub.folders import AGAIN, FIRST, statuses, tree
from tests.echub.folders import ledger as lines_of

# -- shards --------------------------------------------------------------------------------------


def test_shards_are_disjoint_complete_and_write_ledgers_of_their_own(folder, out):
    parts = [statuses([folder], out, shard=f"{i}/3") for i in (1, 2, 3)]
    assert sum(len(part) for part in parts) == len(FIRST)
    assert {name: status for part in parts for name, status in part.items()} == FIRST
    names = {p.name for p in out.glob("*.jsonl")}
    assert names == {f"echub-ledger.{i}-of-3.jsonl" for i in (1, 2, 3)}
    assert statuses([folder], out) == AGAIN  # an unsharded run reads them all
    assert statuses([folder], out, shard="1/2").items() <= AGAIN.items()


def test_the_part_of_a_file_is_the_same_everywhere():
    """Written down once: a partition that changes would convert files twice."""
    shards = [next(i for i in range(1, 8) if key in Shard(i, 7)) for key in ("cp.mpr", "deep/日本.mpr", "\udcff")]
    assert shards == [_hashed(key) for key in (b"cp.mpr", "deep/日本.mpr".encode(), b"\xff")]


def _hashed(octets):
    return int(hashlib.sha256(octets).hexdigest()[:16], 16) % 7 + 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "1/0", "1", "1/", "/3", "a/b", "-1/3", "1.5/3", "²/3"])
def test_a_shard_that_is_none(folder, out, text):
    with pytest.raises(UnknownOption, match="--shard takes i/N"):
        statuses([folder], out, shard=text)
    assert not out.exists()


# -- bad ledgers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "garbage",
    [
        b"{}\n",
        b"not json\n",
        b'{"source": 3}\n',
        b"\xff\xfe\n",
        b"[1, 2]\n",
        b'{"source":"cp.mpr","output":[1]}\n',
    ],
)
def test_a_line_that_is_none_is_said_and_costs_nothing_else(folder, out, garbage):
    statuses([folder], out)
    path = out / "echub-ledger.jsonl"
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(garbage + b"".join(others))
    with Batch([folder], out) as batch:
        assert batch.ledger.damaged == ["echub-ledger.jsonl line 1"]
        assert {Path(d.source).name: d.status for d in batch.run()} == {
            **AGAIN,
            Path(json.loads(first)["source"]).name: FIRST[Path(json.loads(first)["source"]).name],
        }


def test_a_torn_last_line_is_ended(folder, out):
    statuses([folder], out)
    before = tree(out)
    path = out / "echub-ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    statuses([folder], out)
    assert tree(out) == before


def test_a_ledger_that_another_run_holds(folder, out):
    with Batch([folder], out) as first:
        list(first.run())
        with pytest.raises(TargetBusy, match="another run is writing there"):
            Batch([folder], out)
    assert statuses([folder], out) == AGAIN


# -- temporary files -----------------------------------------------------------------------------


def test_only_our_own_leftovers_of_dead_runs_are_removed(folder, out):
    (out / "deep").mkdir(parents=True)
    ours = out / "deep" / ".echub-run.0123456789abcdef.part"
    old = out / ".echub-0123456789abcdef.part"
    others = [
        out / ".echub-1-of-3.0123456789abcdef.part",  # a shard that may be at work
        out / ".echub-fedcba9876543210.part",  # a single conversion that may be at work
        out / ".echub-notes.part",
        out / "echub-run.0123456789abcdef.part",
    ]
    for path in (ours, old, *others):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    statuses([folder], out)
    assert not ours.exists()
    assert not old.exists()
    assert all(path.exists() for path in others)


def test_where_files_cannot_be_locked_nobody_is_known_to_be_dead(folder, out, monkeypatch):
    def unknown(file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "_lock_file", unknown)
    out.mkdir()
    part = out / ".echub-run.0123456789abcdef.part"
    part.write_bytes(b"of a run on another computer")
    assert statuses([folder], out) == FIRST
    assert part.exists()


# -- lines ---------------------------------------------------------------------------------------


def entry(source, status="ok", **more):
    return Entry(source, f"../{source}", 7, "ab" * 32, status, **more)


def test_entries_about_a_source_come_oldest_first_and_those_of_this_run_last(out):
    with Ledger(out, Shard(2, 3)) as other:
        other.note(entry("a", reader="by the shard"))
        other.note(entry("b"))
        assert other.path.name == "echub-ledger.2-of-3.jsonl"
    with Ledger(out) as own:
        own.note(entry("a", "failed", error="read-error", reason="it is cut"))
        own.note(entry("a", reader="at last"))
    with Ledger(out) as again:
        assert again.path.name == "echub-ledger.jsonl"
        assert [(e.status, e.reader, e.reason) for e in again.about("a")] == [
            ("ok", "by the shard", ""),
            ("failed", "", "it is cut"),
            ("ok", "at last", ""),
        ]
        assert [e.source for e in again.about("b")] == ["b"]
        assert again.about("c") == ()
        assert again.damaged == []
    with Ledger(out, Shard(2, 3)) as other:
        assert [e.reader for e in other.about("a")] == ["", "at last", "by the shard"]


def test_the_same_again_is_not_written_and_what_differs_is(out):
    with Ledger(out) as ledger:
        for status in ("ok", "ok", "failed", "failed", "ok"):
            ledger.note(entry("a", status))
    assert [line["status"] for line in lines_of(out)] == ["ok", "failed", "ok"]


def test_outputs_are_known_by_their_real_path(out, tmp_path):
    written = (Written("deep/a.h5", 3, "cd" * 32), Written("a.json", 4, "ef" * 32))
    with Ledger(out) as ledger:
        assert not ledger.is_output(out / "a.json")
        ledger.note(entry("a", output=written))
        assert ledger.is_output(out / "a.json")
        assert ledger.is_output(out / "deep" / ".." / "deep" / "a.h5")
        assert not ledger.is_output(tmp_path / "a.json")
    with Ledger(out) as again:
        assert again.is_output(out / "deep" / "a.h5")
        assert again.about("a")[0].output == written


def test_the_hash_of_an_older_version_is_read_under_its_old_key():
    line = {"source": "a", "path": "../a", "size": 7, "sha256": "ab", "status": "ok", "content_sha256": "12"}
    assert Entry.parse(json.dumps(line).encode()).content_hash == "12"
    assert Entry.parse(json.dumps({**line, "content_hash": "34", "later": 1}).encode()).content_hash == "34"


def test_a_ledger_where_none_can_be_names_the_place(out):
    out.write_text("a file")
    with pytest.raises(TargetNotWritable) as refused:
        Ledger(out)
    assert refused.value.path == str(out / "echub-ledger.jsonl")
    assert refused.value.cause == "a part of the path is a file, not a folder"


def test_sources_that_are_kept_as_one_are_told_apart_by_their_lines(out):
    """Their names are kept as hashes, of which two may be the same."""
    out.mkdir()
    with Ledger(out) as ledger:
        for source in ("a", "b", "a"):
            ledger.note(Entry(source, f"../{source}", len(ledger.about(source)), "", "ok"))
        every = [place for source in "ab" for place in ledger._places.of(source)]
        ledger._places.of = lambda _: every
        assert [(entry.source, entry.size) for entry in ledger.about("a")] == [("a", 0), ("a", 1)]
        assert [(entry.source, entry.size) for entry in ledger.about("b")] == [("b", 0)]
        assert ledger.about("c") == ()
