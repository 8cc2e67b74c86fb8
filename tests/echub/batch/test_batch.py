"""Whole folders: skipped where unchanged, past bad files, names and places of every kind."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import echub
from echub.batch.batch import Batch, convert_many
from echub.batch.ledger import Shard
from echub.errors import TargetClash, UnknownFormat
from echub.files.conversion import Writing
from echub.files.reading import Reading
from fixtures.eclab import SCENARIOS
from tests.echub.folders import AGAIN, FIRST, TABLE, ledger, statuses, tree

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
    assert cp["content_hash"] == echub.convert(folder / "cp.mpr", out / "x").content_hash
    assert (lines["damaged.mpr"]["status"], lines["damaged.mpr"]["error"]) == ("failed", "read-error")
    assert (lines["notes.txt"]["status"], lines["notes.txt"]["error"]) == ("unknown", "unknown-format")
    assert str(folder.parent) not in (out / "echub-ledger.jsonl").read_text()


@pytest.mark.parametrize("to", ["csv", "native"])
def test_the_hash_is_that_of_the_file_that_was_converted(tmp_path, out, to):
    """A result of echub states the file that it was made of, which may have the same name."""
    source = tmp_path / "data" / "table.csv"
    source.parent.mkdir()
    source.write_text(TABLE.format(3))
    statuses([source.parent], tmp_path / "made", to=to)
    (made,) = [path for path in (tmp_path / "made").iterdir() if path.suffix in (".csv", ".h5")]
    (tmp_path / "again").mkdir()
    described = made.with_name(f"{made.name}-metadata.json")
    if described.exists():
        described.rename(tmp_path / "again" / "table.csv-metadata.json")
    made = made.rename(tmp_path / "again" / ("table.csv" if to == "csv" else made.name))
    assert echub.read(made).provenance.source["name"] == "table.csv"
    other = tmp_path / "other.csv"
    other.write_text(TABLE.format(4))
    for file, target in ((source, out / "first"), (made, out / "second")):
        assert statuses([file, other], target).keys() == {file.name, "other.csv"}
        (line,) = [line for line in ledger(target) if line["source"] == file.name]
        content = file.read_bytes()
        assert (line["size"], line["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


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


def test_options_reach_the_reader_and_the_writer(tmp_path, out):
    """Numbers that may be thousands or decimals are decimals by an option of the reader."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("time / s;voltage / V\n" + "".join(f"{n};1,{200 + n}\n" for n in range(3)))
    assert statuses([data], out) == {"a.csv": "unknown"}
    given = {"options": {"decimal": "comma"}, "writer_options": {"delimiter": ";"}}
    assert statuses([data], out, to="csv", **given) == {"a.csv": "ok"}
    (made,) = out.glob("*.csv")
    assert made.read_text().splitlines() == [
        "row;time / s;voltage / V", "0;0.0;1.2", "1;1.0;1.201", "2;2.0;1.202"
    ]  # fmt: skip


def test_a_folder_that_is_looked_at_again_has_the_new_files_of_the_shard(tmp_path, out):
    data = tmp_path / "data"
    data.mkdir()
    for n in range(6):
        (data / f"{n}.csv").write_text(TABLE.format(n))
    found = []
    for shard in (None, Shard(1, 2), Shard(2, 2)):
        with Batch([data], out / str(shard and shard.index), shard=shard) as batch:
            (data / "late.csv").write_text(TABLE.format(7))
            found.append([task.key for task in batch.planned_again()])
            (data / "late.csv").unlink()
    whole, first, second = found
    assert sorted(whole) == sorted([*first, *second]) == [*(f"{n}.csv" for n in range(6)), "late.csv"]
    assert all(key in Shard(1, 2) for key in first)
    assert len(first) < 7
    assert len(second) < 7


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


def test_what_the_same_version_would_now_write_otherwise_is_written_again(folder, out, monkeypatch):
    statuses([folder], out)
    monkeypatch.setattr("echub.batch.skipping.RESULT", 3)
    assert statuses([folder], out)["cp.mpr"] == "ok"
    assert statuses([folder], out)["cp.mpr"] == "unchanged"


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
from echub.batch.batch import convert_many
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


# -- many ----------------------------------------------------------------------------------------


def test_a_thousand_sources_of_which_each_has_one_line(tmp_path, out, monkeypatch):
    """The machinery alone; ten thousand take part in `python -m tests.benchmarks folder`."""
    data = tmp_path / "data"
    for number in range(10):
        (data / str(number)).mkdir(parents=True)
        for name in range(100):
            (data / str(number) / f"{name:02}.x").touch()

    def refused(sources, *_, **__):
        raise UnknownFormat("the file is empty", path=sources[0].shown)

    monkeypatch.setattr("echub.batch.task.convert_sources", refused)
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


def test_all_that_is_asked_for_reaches_the_run(tmp_path, monkeypatch):
    seen = []

    class Recorded:
        def __init__(self, *given, **named):
            seen.append((given, named))

        def __enter__(self):
            return self

        def __exit__(self, *raised):
            seen.append("left")

        def run(self, **how):
            seen.append(how)
            return iter("ab")

    monkeypatch.setattr("echub.batch.batch.Batch", Recorded)
    said = echub.Annotations.of((), {"cell.id": "A7"})
    asked = {
        "to": "csv", "reader": "table", "options": {"delimiter": ";"}, "writer_options": {"style": "plain"},
        "annotations": said, "siblings": False, "force": True, "join": True, "shard": "2/3", "jobs": 4,
        "executor": "executor",
    }  # fmt: skip
    assert list(convert_many(["a", tmp_path], str(tmp_path / "out"), **asked)) == ["a", "b"]
    reading = Reading("table", {"delimiter": ";"}, said, False)
    writing = Writing("csv", {"style": "plain"}, True)
    named = {"join": True, "shard": Shard.parse("2/3")}
    given = [Path("a"), tmp_path], tmp_path / "out", reading, writing
    assert seen == [(given, named), {"jobs": 4, "executor": "executor"}, "left"]
    seen.clear()
    assert list(convert_many(["a"])) == ["a", "b"]
    usual = [Path("a")], None, Reading(), Writing()
    assert seen == [(usual, {"join": False, "shard": None}), {"jobs": None, "executor": None}, "left"]


def test_one_path_is_one_path_and_not_each_of_its_letters(tmp_path):
    (tmp_path / "a.csv").write_text("t / s;U / V\n0,5;3,75\n1,5;3,25\n2,5;3,5\n")
    done = list(echub.convert_many(str(tmp_path / "a.csv"), tmp_path / "out"))
    assert [(each.source, each.status) for each in done] == [(str(tmp_path / "a.csv"), "ok")]
