"""When a live folder is looked at, and what of it is converted: with a clock and wakes that the test makes."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from echub.batch import watching
from echub.batch.batch import Batch
from echub.batch.task import FileResult
from echub.batch.watching import Watch
from echub.errors import CommandError, SourceChanged
from tests.echub.folders import TABLE
from tests.messages.saying import Fake

START = 2_000_000_000
"""A whole second, so that sums of the clock are exact."""


@pytest.fixture
def clock(monkeypatch):
    made = Fake(now=float(START))
    made.monotonic = made.time = lambda: made.now
    monkeypatch.setattr(watching, "time", made)
    return made


@pytest.fixture
def watch(tmp_path, clock):
    """Watch a folder in which a.csv and b.csv were written at the start."""
    folder = tmp_path / "live"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(TABLE.format(3))
        os.utime(folder / name, (START, START))
    with Batch([folder], tmp_path / "out") as batch:
        yield Watch(batch, [folder], still=60, poll=False)


def names(ripe):
    return [path.name for path in ripe]


def test_a_file_is_ripe_from_the_second_at_which_it_has_been_still_for_so_long(watch, clock):
    clock.now += 59
    assert names(watch._ripe()) == []
    clock.now += 1
    assert names(watch._ripe()) == ["a.csv", "b.csv"]
    os.utime(watch.folders[0] / "a.csv", (START + 1, START + 1))  # only its time changed
    assert names(watch._ripe()) == ["b.csv"]
    clock.now += 60
    assert names(watch._ripe()) == ["a.csv", "b.csv"]


def test_a_file_that_cannot_be_seen_hides_no_other(watch, clock):
    (watch.folders[0] / "a.csv").unlink()
    (watch.folders[0] / "a.csv").symlink_to("nowhere")
    clock.now += 60
    assert names(watch._ripe()) == ["b.csv"]


def results(watch, **errors):
    def run(*, jobs, tasks):
        watch.asked = (jobs, len(tasks))
        for task in tasks:
            path = task.jobs[0].source
            yield FileResult(str(path), "failed" if path.stem in errors else "ok", error=errors.get(path.stem))

    watch.batch.run = run


def test_a_file_that_changed_while_it_was_read_is_not_told_and_waits_for_its_turn(watch, clock):
    results(watch, a=SourceChanged("it changed"))
    clock.now += 60
    told = list(watch._convert(watch._ripe(), lambda: False, 3))
    assert [Path(done.source).name for done in told] == ["b.csv"]
    assert watch.asked == (3, 2)
    assert watch._waits()
    results(watch)
    assert [Path(done.source).name for done in watch._convert(watch._ripe(), lambda: False, 3)] == ["a.csv"]
    assert watch.asked == (None, 1)  # one file needs no processes
    assert not watch._waits()
    assert names(watch._ripe()) == []


@pytest.mark.parametrize("jobs", [None, 3])
def test_each_look_converts_in_as_many_processes_as_asked_for(watch, clock, monkeypatch, jobs):
    results(watch)
    clock.now += 60
    monkeypatch.setattr(watch, "_wakes", lambda stopped: iter(()))
    assert [Path(done.source).name for done in watch.run(lambda: False, jobs=jobs)] == ["a.csv", "b.csv"]
    assert watch.asked == (jobs, 2)
    for name in ("a.csv", "b.csv"):
        os.utime(watch.folders[0] / name, (START + 1, START + 1))
    assert watch._ripe() == {}

    def later(stopped):
        clock.now += 60
        yield {"a change"}

    watch.asked = None
    monkeypatch.setattr(watch, "_wakes", later)
    assert len(list(watch.run(lambda: False, jobs=jobs))) == 2
    assert watch.asked == (jobs, 2)


@pytest.mark.parametrize("shares", [(), ("live",), ("other",), ("live", "other")])
def test_of_several_folders_each_is_one_and_a_single_share_is_polled(watch, tmp_path, monkeypatch, shares):
    (tmp_path / "other").mkdir()
    folders = [tmp_path / "live", tmp_path / "other"]
    monkeypatch.setattr(watching, "is_share", lambda path: path.name in shares)
    assert Watch(watch.batch, folders).poll is bool(shares)
    assert Watch(watch.batch, folders, poll=False).poll is False
    file = tmp_path / "live" / "b.csv"
    with pytest.raises(CommandError, match="--watch takes folders") as refused:
        Watch(watch.batch, [folders[0], file])
    assert refused.value.found == str(file)


def test_it_stops_between_two_files(watch, clock):
    results(watch)
    clock.now += 60
    assert len(list(watch._convert(watch._ripe(), lambda: True, None))) == 1
    assert names(watch._ripe()) == ["b.csv"]


class Looks:
    """The times at which the folder was looked at, if each look takes so long."""

    def __init__(self, watch, clock, monkeypatch, takes):
        self.at = []

        def ripe():
            self.at.append(clock.now - START)
            clock.now += takes
            return {}

        monkeypatch.setattr(watch, "_ripe", ripe)


@pytest.mark.parametrize(
    ("wakes", "poll", "waits", "looks"),
    [
        # (seconds after the start at which it wakes, whether something is reported to have changed)
        ([(2, False), (20, False), (40, False)], False, False, [0, 20]),  # one look more, then only at changes
        ([(20, False), (40, True), (60, False)], False, False, [0, 20, 40]),
        ([(20, False), (40, False)], True, False, [0, 20, 40]),  # a share is looked at regularly
        ([(20, False), (40, False)], False, True, [0, 20, 40]),  # so is a folder with files that are not still
        (
            [(10.5, False), (11, False), (21.5, True), (22, False)],
            False,
            False,
            [0, 11, 22],
        ),  # not before ten times
        ([(20, False), (25, True), (31, False), (41, False)], False, False, [0, 20, 31]),  # a report is remembered
    ],
)
def test_the_folder_is_looked_at_when_something_changed_and_for_a_tenth_of_the_time(
    watch, clock, monkeypatch, wakes, poll, waits, looks
):
    def wake(stopped):
        for second, changed in wakes:
            clock.now = max(clock.now, START + second)
            yield {"a change"} if changed else set()

    monkeypatch.setattr(watch, "_wakes", wake)
    monkeypatch.setattr(watch, "_waits", lambda: waits)
    watch.poll = poll
    seen = Looks(watch, clock, monkeypatch, takes=1.0)
    assert list(watch.run(lambda: False)) == []
    assert seen.at == looks
    assert all(later - earlier >= 11 for earlier, later in pairwise(seen.at))


@pytest.mark.parametrize(("still", "waits_ms"), [(0.2, 100), (8, 2000), (60, 5000)])
@pytest.mark.parametrize("poll", [True, False])
def test_what_is_asked_of_the_operating_system(watch, tmp_path, monkeypatch, still, waits_ms, poll):
    asked = []

    def reports(*folders, **how):
        asked.append((folders, how))
        yield set()

    monkeypatch.setattr(watching, "_watchfiles", lambda: Fake(watch=reports))
    stopped = []
    watch.still, watch.poll = still, poll
    assert list(watch._wakes(lambda: bool(stopped))) == [set()]
    ((folders, how),) = asked
    assert folders == (tmp_path / "live",)
    assert how["rust_timeout"] == waits_ms  # a quarter of the time that a file has to be still
    assert how["force_polling"] is (True if poll else None)
    assert (how["yield_on_timeout"], how["raise_interrupt"], how["ignore_permission_denied"]) == (True, True, True)
    assert not how["stop_event"].is_set()
    stopped.append(1)
    assert how["stop_event"].is_set()
    out, beside = tmp_path / "out" / "deep" / "a.h5", tmp_path / "outer" / "a.csv"
    assert [how["watch_filter"](None, str(path)) for path in (out, beside)] == [False, True]
