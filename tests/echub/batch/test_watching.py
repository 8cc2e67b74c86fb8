"""A live folder: converted when still, again when grown, and the same after a restart as without one."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from echub.batch import watching
from echub.batch.batch import Batch
from echub.batch.watching import Watch
from echub.errors import CommandError, PluginError
from tests.echub.folders import ledger, statuses, tree


@pytest.fixture
def clock(monkeypatch):
    """Time that only the test lets pass: of the clock, and of the files."""

    class Clock:
        now = time.time() + 1000

        def monotonic(self):
            return self.now

        def time(self):
            return self.now

    found = Clock()
    monkeypatch.setattr(watching, "time", found)
    return found


def put(path, content, clock):
    path.write_bytes(content)
    os.utime(path, (clock.now, clock.now))


def look(live, clock, seconds):
    """Let time pass; return what one look at the folder converts."""
    clock.now += seconds
    done = live._convert(live._ripe(), lambda: False, None)
    return {Path(result.source).name: result.status for result in done}


def test_a_file_is_converted_when_still_and_again_when_it_grew(tmp_path, eclab, out, clock):
    folder = tmp_path / "live"
    folder.mkdir()
    whole = (eclab / "gcpl.mpt").read_bytes()
    lines = whole.splitlines(keepends=True)
    run = folder / "run.mpt"
    with Batch([folder], out) as batch:
        live = Watch(batch, [folder], still=60, poll=False)
        put(run, b"".join(lines[:-20]), clock)
        assert look(live, clock, 30) == {}
        put(run, b"".join(lines[:-10]), clock)
        assert look(live, clock, 40) == {}  # 40 s after the last change
        assert look(live, clock, 61)["run.mpt"] in ("ok", "flagged")
        assert look(live, clock, 600) == {}
        put(run, whole, clock)
        assert look(live, clock, 1) == {}
        assert look(live, clock, 61)["run.mpt"] in ("ok", "flagged")
        assert look(live, clock, 61) == {}
    statuses([folder], tmp_path / "at once")
    assert (out / "run.mpt.h5").read_bytes() == (tmp_path / "at once" / "run.mpt.h5").read_bytes()
    assert len(ledger(out)) == 2


def test_a_restart_goes_on_from_the_ledger(folder, out, clock):
    os.utime(folder / "cp.mpr", (clock.now, clock.now))
    for expected in ("ok", "unchanged"):
        with Batch([folder], out) as batch:
            assert look(Watch(batch, [folder], still=60, poll=False), clock, 100)["cp.mpr"] == expected
    assert len(ledger(out)) == 5


def test_a_bad_file_is_told_once_until_it_changes(folder, out, clock, eclab):
    with Batch([folder], out) as batch:
        live = Watch(batch, [folder], still=60, poll=False)
        assert look(live, clock, 100)["damaged.mpr"] == "failed"
        assert look(live, clock, 100) == {}
        put(folder / "damaged.mpr", (eclab / "ocv.mpr").read_bytes(), clock)
        assert look(live, clock, 0) == {}
        assert look(live, clock, 100) == {"damaged.mpr": "ok"}


def test_a_file_of_the_future_waits_and_a_folder_that_vanishes_is_waited_for(folder, out, clock):
    with Batch([folder], out) as batch:
        live = Watch(batch, [folder], still=60, poll=False)
        os.utime(folder / "cp.mpr", (clock.now + 9e5, clock.now + 9e5))  # the share's clock is ahead
        assert "cp.mpr" not in look(live, clock, 0)
        assert look(live, clock, 61) == {"cp.mpr": "ok"}
        folder.rename(folder.with_name("away"))
        assert look(live, clock, 61) == {}
        folder.with_name("away").rename(folder)
        assert look(live, clock, 61) == {}


def test_only_folders_with_a_ledger_can_be_watched(folder, out, monkeypatch):
    with Batch([folder / "cp.mpr"], out) as batch, pytest.raises(CommandError, match="--watch takes folders"):
        Watch(batch, [folder / "cp.mpr"])
    with Batch([folder], None) as batch, pytest.raises(CommandError, match="-o for the results"):
        Watch(batch, [folder])
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with Batch([folder], out) as batch, pytest.raises(PluginError) as caught:
        next(Watch(batch, [folder])._wakes(lambda: False))
    assert caught.value.hint == "pip install 'echub[watch]'"


def test_shares_are_polled(monkeypatch, tmp_path):
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/data {tmp_path}/share nfs4 rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda self, **_: mounts)
    monkeypatch.setattr(sys, "platform", "linux")
    assert watching.is_share(tmp_path / "share" / "raw")
    assert not watching.is_share(tmp_path / "shared")


@pytest.mark.skipif(sys.platform == "win32", reason="sends Ctrl-C as POSIX does")
def test_the_command_converts_what_appears_and_ends_on_ctrl_c(tmp_path, eclab, out):
    pytest.importorskip("watchfiles", reason="needs the extra watch (watchfiles)")
    folder = tmp_path / "live"
    folder.mkdir()
    shutil.copy(eclab / "ocv.mpr", folder)
    words = [sys.executable, "-m", "echub", "convert", folder, "-o", out, "--watch", "--still", "0.2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        limit = threading.Timer(30, running.kill)  # else a line that never comes would be waited for
        limit.start()
        try:
            first = running.stdout.readline()
            shutil.copy(eclab / "cp.mpr", folder)
            second = running.stdout.readline()
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0
        finally:
            limit.cancel()
            running.kill()
    assert first.startswith(f"ok      {folder / 'ocv.mpr'} -> {out / 'ocv.mpr.h5'} (OCV, timeseries ")
    assert second.startswith(f"ok      {folder / 'cp.mpr'} -> ")
    assert not [name for name in tree(out) if name.endswith(".part")]
