"""Ledgers: shards, lines that are none, locks, and what dead runs left."""

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from echub.batch import locks
from echub.batch.batch import Batch
from echub.batch.ledger import Shard
from echub.errors import TargetBusy, UnknownOption
from tests.echub.folders import AGAIN, FIRST, statuses, tree

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
