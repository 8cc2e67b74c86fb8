"""Whole folders, continued after kills and past workers that die."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from echub.batch.batch import convert_many
from echub.registry.registry import registry
from tests.echub.folders import FIRST, ledger, statuses, tree
from tests.echub.strangers import install

ROOT = Path(__file__).parents[3]


# -- kills and deaths ----------------------------------------------------------------------------

NATURAL = ("cp.mpr", "peis.mpr", "ocv.mpr", "wait.mpr")
KILLED = """
import os, random, signal, sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
import echub
from echub.batch.batch import convert_many

def main():
    echub.read({warm!r})  # imported once; no table, whose library has threads that a fork would cut off
    data, out = Path({data!r}), Path({out!r})
    chance, ledger = random.Random({seed}), out / "echub-ledger.jsonl"
    size = lambda: ledger.stat().st_size if ledger.exists() else 0
    for kill in range(10):
        begun = size()
        pid = os.fork()
        if not pid:
            try:
                for _ in convert_many([data], out, jobs=2 if kill % 5 == 3 else None):
                    pass
            finally:
                os._exit(7)
        while size() == begun and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.015))
        os.kill(pid, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), size() - begun, flush=True)

if __name__ == "__main__":
    main()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that were forked")
def test_ten_kills_change_nothing(tmp_path, eclab):
    data, out, undisturbed = (tmp_path / name for name in ("data", "out", "undisturbed"))
    for number in range(56):
        path = data / str(number % 7) / f"{number}.mpr"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = (eclab / NATURAL[number % len(NATURAL)]).read_bytes()
        path.write_bytes(content if number % 10 else content[:200])
    told = KILLED.format(root=str(ROOT), warm=str(eclab / "cp.mpr"), data=str(data), out=str(out), seed=1)
    script = tmp_path / "killed.py"
    script.write_text(told)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300)
    kills = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert [code for code, _ in kills] == [-9] * 10, done.stderr
    assert all(written > 0 for _, written in kills)
    last = statuses([data], out)
    assert "unchanged" in last.values()
    assert "ok" in last.values()  # the kills were not too late
    statuses([data], undisturbed)
    assert tree(out) == tree(undisturbed)


CRASHING = """
import os
from echub.plugin import Confidence, Reader, ReadError, hookimpl

@hookimpl
def echub_readers():
    return [Reader("crash", "crash", (".crash",), sniff="crash_plugin:sniff", read="crash_plugin:read")]

def sniff(source):
    return Confidence.CERTAIN if source.head.startswith(b"crash") else Confidence.NO

def read(source, options):
    {what}
"""


@pytest.fixture
def crashing(tmp_path, monkeypatch):
    """Install a reader whose process dies, found by this process and its workers."""

    def installed(what):
        place = tmp_path / "plugins"
        place.mkdir()
        install(place, "crash-plugin", CRASHING.format(what=what))
        monkeypatch.syspath_prepend(str(place))
        registry.cache_clear()

    yield installed
    registry.cache_clear()
    sys.modules.pop("crash_plugin", None)


@pytest.mark.parametrize("what", ["os._exit(1)", "os.kill(os.getpid(), 11)", "os.kill(os.getpid(), 9)"])
def test_a_worker_that_dies_costs_its_own_file_only(folder, out, crashing, what):
    crashing(what)
    for name in ("a.crash", "deep/z.crash"):
        (folder / name).write_bytes(b"crash")
    done = {Path(d.source).name: d for d in convert_many([folder], out, jobs=2)}
    dead = {"a.crash": "failed", "z.crash": "failed"}
    assert {name: d.status for name, d in done.items()} == FIRST | dead
    for error in (done[name].error for name in dead):
        assert (error.code, error.exit_code) == ("plugin-died", 4)
        assert error.message.endswith(
            "in the reader crash, crash_plugin:read, in the plugin crash_plugin of crash-plugin 1.0"
        )
    assert {line["source"]: line["error"] for line in ledger(out)}["a.crash"] == "plugin-died"
    assert not list(out.rglob("*.part"))


def test_a_mistake_of_ours_is_one_file_s(folder, out, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a mistake")

    monkeypatch.setattr("echub.batch.task.convert_sources", broken)
    done = list(convert_many([folder], out))
    assert {d.error.code for d in done} == {"plugin"}
    assert len(done) == len(FIRST)


def test_a_source_that_changes_while_it_is_read_is_refused(folder, out, monkeypatch):
    from echub.files.reading import Reading

    whole = Reading._called

    def slow(self, declared, source, options, values):
        record = whole(self, declared, source, options, values)
        if source.name == "table.csv":
            with source.path.open("a") as file:
                file.write("3,5;3,5\n")
        return record

    monkeypatch.setattr(Reading, "_called", slow)
    done = {Path(d.source).name: d for d in convert_many([folder], out)}
    assert done["table.csv"].error.code == "source-changed"
    assert not (out / "deep" / "table.csv.h5").exists()
    monkeypatch.undo()
    assert statuses([folder], out)["table.csv"] == "ok"
