"""Whole folders: skipped where unchanged, continued after kills, past bad files and dead workers."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import echub
from echub.batch import Batch, convert_many
from echub.errors import TargetBusy, TargetClash, UnknownFormat, UnknownOption
from echub.ledger import Shard
from echub.registry import registry
from fixtures.eclab import SCENARIOS
from tests.echub.strangers import install

ROOT = Path(__file__).parents[2]
TABLE = "t / s;U / V\n0,5;{0},75\n1,5;{0},25\n2,5;{0},5\n"


@pytest.fixture
def folder(tmp_path, eclab):
    """Two levels of good files, a damaged one and one that nobody knows."""
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    shutil.copy(eclab / "cp.mpr", data / "cp.mpr")
    shutil.copy(eclab / "peis.mpr", data / "deep" / "peis.mpr")
    (data / "deep" / "table.csv").write_text(TABLE.format(3))
    (data / "damaged.mpr").write_bytes((data / "cp.mpr").read_bytes()[:200])
    (data / "notes.txt").write_text("nothing an instrument wrote")
    return data


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def statuses(*arguments, **settings):
    return {Path(d.source).name: d.status for d in convert_many(*arguments, **settings)}


def ledger(out, name="echub-ledger.jsonl"):
    return [json.loads(line) for line in (out / name).read_text().splitlines()]


def tree(out):
    """Every file below a folder with its bytes; of ledgers the lines in any order."""
    files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    return {name: sorted(data.splitlines()) if name.endswith(".jsonl") else data for name, data in files.items()}


FIRST = {
    "cp.mpr": "ok",
    "peis.mpr": "ok",
    "table.csv": "ok",
    "damaged.mpr": "failed",
    "notes.txt": "unknown",
}
AGAIN = {name: "unchanged" if status == "ok" else status for name, status in FIRST.items()}


# -- the ledger ----------------------------------------------------------------------------------


def test_the_ledger_says_what_became_of_each_source(folder, out):
    assert statuses([folder], out) == FIRST
    lines = {line["source"]: line for line in ledger(out)}
    assert set(lines) == {"cp.mpr", "damaged.mpr", "notes.txt", "deep/peis.mpr", "deep/table.csv"}
    cp = lines["cp.mpr"]
    source, target = echub.read(folder / "cp.mpr"), out / "cp.mpr.h5"
    assert (cp["path"], cp["status"]) == ("../data/cp.mpr", "ok")
    assert (cp["size"], cp["sha256"]) == (source.provenance.source["size"], source.provenance.source["sha256"])
    assert [(o["path"], o["size"]) for o in cp["output"]] == [("cp.mpr.h5", target.stat().st_size)]
    assert (cp["reader"], cp["echub"]) == ("eclab-mpr", echub.__version__)
    assert cp["content_sha256"] == echub.convert(folder / "cp.mpr", out / "x").content_sha256
    assert (lines["damaged.mpr"]["status"], lines["damaged.mpr"]["error"]) == ("failed", "read-error")
    assert (lines["notes.txt"]["status"], lines["notes.txt"]["error"]) == ("unknown", "unknown-format")
    assert str(folder.parent) not in (out / "echub-ledger.jsonl").read_text()


def test_what_is_unchanged_is_skipped_and_says_nothing_new(folder, out):
    statuses([folder], out)
    before = tree(out)
    assert statuses([folder], out) == AGAIN
    assert tree(out) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_any_number_of_processes_gives_the_same(folder, out, tmp_path, jobs):
    other = tmp_path / "other"
    assert statuses([folder], out, jobs=jobs) == statuses([folder], other) == FIRST
    assert tree(out) == tree(other)


def test_another_s_executor_gives_the_same(folder, out, tmp_path):
    with ThreadPoolExecutor(1) as executor:
        assert statuses([folder], out, executor=executor) == FIRST
    statuses([folder], tmp_path / "other")
    assert tree(out) == tree(tmp_path / "other")


def test_a_changed_source_is_converted_anew(folder, out):
    statuses([folder], out)
    (folder / "deep" / "table.csv").write_text(TABLE.format(4))
    assert statuses([folder], out) == AGAIN | {"table.csv": "ok"}
    assert echub.read(out / "deep" / "table.csv.h5")["timeseries"]["voltage"][0] == 4.75
    assert statuses([folder], out) == AGAIN


@pytest.mark.parametrize(
    "change",
    [
        {"options": {}},
        {"annotations": echub.Annotations.of((), {"sample.id": "S1"})},
        {"siblings": False},
        {"force": True},
    ],
)
def test_other_settings_are_another_result(folder, out, change):
    statuses([folder], out)
    again = statuses([folder], out, **change)
    same = change == {"options": {}}
    assert again == (AGAIN if same else FIRST)


def test_another_statement_in_a_sidecar_is_another_result(folder, out):
    statuses([folder], out)
    (folder / "cp.mpr.echub.toml").write_text('[sample]\nid = "S1"\n')
    assert statuses([folder], out) == AGAIN | {"cp.mpr": "ok"}
    assert echub.read(out / "cp.mpr.h5").metadata.value("sample.id") == "S1"


def test_a_sibling_that_comes_later_is_another_result(folder, out, eclab):
    shutil.copy(eclab / "gcpl.mpr", folder)
    statuses([folder], out)
    shutil.copy(eclab / "gcpl.mpl", folder)
    again = statuses([folder], out)
    assert (again["gcpl.mpr"], again["cp.mpr"]) != ("unchanged", "ok")
    assert again["gcpl.mpl"] == "ok"
    assert again["cp.mpr"] == "unchanged"


def test_an_output_that_is_gone_is_made_again(folder, out):
    statuses([folder], out)
    (out / "cp.mpr.h5").unlink()
    assert statuses([folder], out) == AGAIN | {"cp.mpr": "ok"}


def test_an_output_that_somebody_changed_is_kept(folder, out):
    statuses([folder], out)
    (out / "cp.mpr.h5").write_bytes(b"mine")
    done = {Path(d.source).name: d for d in convert_many([folder], out)}
    assert (done["cp.mpr"].status, done["cp.mpr"].error.code) == ("failed", "target-exists")
    assert (out / "cp.mpr.h5").read_bytes() == b"mine"
    assert statuses([folder], out, force=True) == FIRST
    assert (out / "cp.mpr.h5").read_bytes() != b"mine"


def test_another_folder_s_file_of_that_name_is_not_written_over(folder, out, tmp_path):
    statuses([folder], out)
    before = (out / "deep" / "table.csv.h5").read_bytes()
    other = tmp_path / "other" / "deep"
    other.mkdir(parents=True)
    (other / "table.csv").write_text(TABLE.format(9))
    assert statuses([other.parent], out) == {"table.csv": "failed"}
    assert (out / "deep" / "table.csv.h5").read_bytes() == before


def test_a_folder_that_was_moved_is_still_known(folder, out, tmp_path):
    statuses([folder], out)
    moved = folder.rename(tmp_path / "moved")
    assert statuses([moved], out) == AGAIN


def test_without_its_ledger_everything_is_found_to_be_there(folder, out):
    """Outputs that are what would be written anyway stay, and the ledger is made again."""
    statuses([folder], out)
    before = tree(out)
    (out / "echub-ledger.jsonl").unlink()
    assert statuses([folder], out) == FIRST
    assert tree(out) == before


def test_one_named_file_keeps_no_ledger(folder, out):
    assert statuses([folder / "cp.mpr"], out) == {"cp.mpr": "ok"}
    assert tree(out).keys() == {"cp.mpr.h5"}
    assert statuses([folder / "cp.mpr"], out) == {"cp.mpr": "failed"}  # as ever: it exists


def test_without_a_folder_for_results_no_ledger_is_kept(folder):
    assert statuses([folder]) == FIRST
    assert not list(folder.rglob("*.jsonl"))


@pytest.mark.parametrize("to", ["native", "csv"])
@pytest.mark.parametrize("place", ["results", "."])
def test_results_within_the_folder_are_no_sources(folder, place, to):
    assert statuses([folder], folder / place, to=to) == FIRST
    assert statuses([folder], folder / place, to=to) == AGAIN


def test_two_sources_of_one_output_fail_before_any_work(folder, out):
    shutil.copy(folder / "cp.mpr", folder / "deep" / "cp.mpr")
    with pytest.raises(TargetClash):
        statuses([folder, folder / "deep"], out)
    assert not out.exists()


def test_joined_runs_are_known_again(out, tmp_path):
    data = tmp_path / "run"
    data.mkdir()
    for name, scenario in (("cell_01_OCV_C04.mpr", "ocv"), ("cell_02_GCPL_C04.mpr", "gcpl")):
        (data / name).write_bytes(SCENARIOS[scenario]().data)
    first = statuses([data], out, join=True)
    assert set(first.values()) <= {"ok", "flagged"}
    assert set(statuses([data], out, join=True).values()) == {"unchanged"}


# -- names ---------------------------------------------------------------------------------------

NAMES = ["日本 語.csv", "Ångström-Ω.csv", "line\nbreak.csv", "x" * 240 + ".csv", "tab\t'quote\".csv", "-o.csv"]


def test_names_in_every_script(tmp_path, out):
    data = tmp_path / "data"
    data.mkdir()
    names = list(NAMES)
    for name in names:
        (data / name).write_text(TABLE.format(3))
    if sys.platform == "linux":
        names.append(os.fsdecode(b"latin-\xe9-and-\xff.csv"))
        (data / names[-1]).write_text(TABLE.format(3))
    assert statuses([data], out, jobs=1) == dict.fromkeys(names, "ok")
    assert statuses([data], out, jobs=1) == dict.fromkeys(names, "unchanged")
    assert {line["source"] for line in ledger(out)} == set(names)


def test_what_is_no_file_and_what_is_empty(tmp_path, out):
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "empty.mpr").write_bytes(b"")
    (data / "self.mpr").symlink_to("self.mpr")
    (data / "broken.mpr").symlink_to("nowhere")
    (data / "deep" / "up").symlink_to("..", target_is_directory=True)
    found = {d.source.removeprefix(f"{data}/"): d.error.code for d in convert_many([data], out)}
    assert found == {
        "empty.mpr": "unknown-format",
        "self.mpr": "source-not-found",
        "broken.mpr": "source-not-found",
    }


NOBODY_CONVERTS = """
import os, sys
import echub
from echub.batch import convert_many
echub.read(sys.argv[2])
os.setuid(65534)
print(sorted((os.path.basename(d.source), d.error.message) for d in convert_many([sys.argv[1]])))
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_what_may_not_be_read_is_said_to_be_so(eclab):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "closed").mkdir(mode=0o700)
        Path(folder, "closed.mpr").touch(mode=0o600)
        script = [sys.executable, "-c", NOBODY_CONVERTS, folder, str(eclab / "cp.mpr")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=120)
        said = [("closed", "this folder may not be listed"), ("closed.mpr", "permission denied")]
        assert done.stdout.strip() == str(said), done.stderr


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
    import hashlib

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
    path.write_bytes(garbage + b"\n" + b"".join(others))
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


# -- kills and deaths ----------------------------------------------------------------------------

NATURAL = ("cp.mpr", "peis.mpr", "ocv.mpr", "wait.mpr")
KILLED = """
import os, random, signal, sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
import echub
from echub.batch import convert_many

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
    assert all(done[name].error.code == "worker-died" for name in dead)
    assert {line["source"]: line["error"] for line in ledger(out)}["a.crash"] == "worker-died"
    assert not list(out.rglob("*.part"))


def test_a_mistake_of_ours_is_one_file_s(folder, out, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a mistake")

    monkeypatch.setattr("echub.task.convert", broken)
    done = list(convert_many([folder], out))
    assert {d.error.code for d in done} == {"plugin"}
    assert len(done) == len(FIRST)


def test_a_source_that_changes_while_it_is_read_is_refused(folder, out, monkeypatch):
    from echub import reading

    whole = reading._call

    def slow(declared, source, options):
        record = whole(declared, source, options)
        if source.name == "table.csv":
            with source.path.open("a") as file:
                file.write("3,5;3,5\n")
        return record

    monkeypatch.setattr(reading, "_call", slow)
    done = {Path(d.source).name: d for d in convert_many([folder], out)}
    assert done["table.csv"].error.code == "source-changed"
    assert not (out / "deep" / "table.csv.h5").exists()
    monkeypatch.undo()
    assert statuses([folder], out)["table.csv"] == "ok"


# -- many ----------------------------------------------------------------------------------------


def test_a_thousand_sources_of_which_each_has_one_line(tmp_path, out, monkeypatch):
    """The machinery alone; ten thousand take part in `python -m tests.benchmarks folder`."""
    data = tmp_path / "data"
    for number in range(10):
        (data / str(number)).mkdir(parents=True)
        for name in range(100):
            (data / str(number) / f"{name:02}.x").touch()

    def refused(source, *_, **__):
        raise UnknownFormat("the file is empty", path=str(source))

    monkeypatch.setattr("echub.task.convert", refused)
    with Batch([data], out) as batch:
        assert len(batch) == 1000
        assert sum(done.status == "unknown" for done in batch.run()) == 1000
    lines = ledger(out)
    assert len({line["source"] for line in lines}) == len(lines) == 1000


def test_shards_are_of_about_equal_size():
    keys = [f"{number // 100:02}/{number}.mpr" for number in range(10_000)]
    sizes = [sum(key in Shard(i, 8) for key in keys) for i in range(1, 9)]
    assert sum(sizes) == 10_000
    assert min(sizes) > 1100
