"""Conversions from store to store with local folders as stores: what is said of each source, in every case."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

import echub
from echub.batch import remote, task
from echub.batch.ledger import STEM, Entry
from echub.batch.remote import RemoteRun, _is_safe
from echub.batch.store import Store
from echub.errors import CommandError, SourceChanged, SourceNotFound, TargetNotWritable
from echub.files.annotations import Annotations, MetaTable
from echub.files.conversion import Writing
from echub.files.output import LISTING, Written
from echub.files.reading import Reading
from tests.echub.folders import FIRST, TABLE
from tests.messages.saying import Fake

pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")


@pytest.fixture
def run(folder, tmp_path):
    """Convert the folder into a store; return the results by the path of the source in the tree."""
    source, target = f"file://{folder}", f"file://{tmp_path}/store"

    def go(jobs=None, source=source, target=target, reading=Reading(), **writing):  # noqa: B008
        found = list(RemoteRun(source, target, reading, Writing(**writing)).run(jobs=jobs))
        by_name = {done.source.removeprefix(f"{source}/"): done for done in found}
        assert len(by_name) == len(found)
        return by_name

    go.source, go.target, go.there = source, target, tmp_path / "store"
    return go


def statuses(found):
    return {Path(name).name: done.status for name, done in found.items()}


def test_results_have_addresses_in_place_of_local_copies_and_come_folder_by_folder(run):
    found = run()
    assert list(found) == ["cp.mpr", "damaged.mpr", "notes.txt", "deep/peis.mpr", "deep/table.csv"]
    assert statuses(found) == FIRST
    table = found["deep/table.csv"]
    address = f"{run.target}/deep/table.csv.h5"
    assert (table.source, table.outputs, table.named) == (f"{run.source}/deep/table.csv", (address,), False)
    said = {key: table.said[key] for key in ("source", "output", "status", "reader")}
    assert said == {"source": table.source, "output": address, "status": "ok", "reader": "table"}
    (columns,) = (dataset["columns"] for dataset in table.said["datasets"])
    assert [column["name"] for column in columns] == ["row", "time", "voltage"]
    damaged = found["damaged.mpr"]
    assert damaged.error.path == damaged.said["error"]["path"] == f"{run.source}/damaged.mpr"
    assert (damaged.outputs, damaged.said["output"], damaged.said["error"]["code"]) == ((), None, "read-error")
    assert "echub-" not in json.dumps([done.said for done in found.values()])  # the names of temporary folders


def test_again_each_is_said_to_be_there_or_told_again_what_was_wrong(run):
    first = run()
    again = run()
    assert statuses(again) == {name: "unchanged" if status == "ok" else status for name, status in FIRST.items()}
    table = again["deep/table.csv"]
    output = f"{run.target}/deep/table.csv.h5"
    assert (table.said["output"], table.outputs, table.named, table.error) == (output, (output,), False, None)
    for name in ("damaged.mpr", "notes.txt"):
        before, now = first[name], again[name]
        assert (now.error.code, now.error.message) == (before.error.code, before.error.message)
        assert (now.error.path, now.error.exit_code) == (f"{run.source}/{name}", 3)
        assert (now.named, now.outputs) == (False, ())
        assert now.said.keys() == before.said.keys()
        assert now.said["error"] == now.error.as_dict()


def test_the_ledger_and_the_listing_state_every_source_and_output(run, folder):
    run()
    ledger = (run.there / f"{STEM}.jsonl").read_bytes()
    lines = [json.loads(line) for line in ledger.splitlines()]
    assert [line["source"] for line in lines] == ["cp.mpr", "damaged.mpr", "notes.txt"]
    assert [line["path"] for line in lines] == [f"{run.source}/{line['source']}" for line in lines]
    listing = json.loads((run.there / LISTING).read_text("ascii"))
    assert listing["ledger"] == hashlib.sha256(ledger).hexdigest()
    assert {name: size for name, (size, _) in listing["sources"].items()} == {
        path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()
    }
    assert list(listing["written"]) == ["cp.mpr.h5"]
    assert not list(run.there.rglob("*.part"))


def test_each_of_several_outputs_of_a_source_is_known_again(run, folder, monkeypatch):
    """Nothing but the source is read to see that they are the same."""
    run(to="csv")
    os.utime(folder / "cp.mpr", (5, 5))
    fetched, put, fetch, put_one = [], [], Store.fetch, Store.put
    monkeypatch.setattr(Store, "fetch", lambda self, one, path: fetched.append(one.name) or fetch(self, one, path))
    monkeypatch.setattr(Store, "put", lambda self, path, key: put.append(key) or put_one(self, path, key))
    again = run(to="csv")
    assert sorted(fetched) == ["cp.mpr", "damaged.mpr", "notes.txt"]
    assert put == [f"{STEM}.jsonl", LISTING]
    assert again["cp.mpr"].status == "ok"
    names = ["cp.mpr.timeseries.csv", "cp.mpr.timeseries.csv-metadata.json"]
    assert sorted(path.name for path in run.there.glob("cp.mpr*")) == names


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ("nothing", []),
        ("a source is touched", ["cp.mpr", "damaged.mpr", "notes.txt"]),
        ("a source is new", ["cp.mpr", "damaged.mpr", "new.csv", "notes.txt"]),
        ("a source is gone", ["cp.mpr", "damaged.mpr"]),
        ("an output is gone", ["cp.mpr", "damaged.mpr", "notes.txt"]),
        ("the ledger is gone", ["cp.mpr", "damaged.mpr", "notes.txt"]),
        ("the listing is gone", ["cp.mpr", "damaged.mpr", "notes.txt"]),
        ("a line of the ledger is damaged", ["cp.mpr", "damaged.mpr", "notes.txt"]),
        ("other settings", ["cp.mpr", "damaged.mpr", "deep/peis.mpr", "deep/table.csv", "notes.txt"]),
        ("force", ["cp.mpr", "damaged.mpr", "deep/peis.mpr", "deep/table.csv", "notes.txt"]),
    ],
)
def test_only_a_folder_that_changed_is_read_again(run, folder, monkeypatch, change, read):
    run()
    ledger = run.there / f"{STEM}.jsonl"
    changes = {
        "a source is touched": lambda: os.utime(folder / "notes.txt", (5, 5)),
        "a source is new": lambda: (folder / "new.csv").write_text(TABLE.format(5)),
        "a source is gone": lambda: (folder / "notes.txt").unlink(),
        "an output is gone": lambda: (run.there / "cp.mpr.h5").unlink(),
        "the ledger is gone": ledger.unlink,
        "the listing is gone": lambda: (run.there / LISTING).unlink(),
        "a line of the ledger is damaged": lambda: ledger.write_bytes(b"x" + ledger.read_bytes()),
    }
    changes.get(change, int)()
    fetched, fetch = [], Store.fetch
    monkeypatch.setattr(
        Store, "fetch", lambda self, held, to: ((to.parent.name == "data" or "deep" in held.name)
        and fetched.append(held.name)) or fetch(self, held, to)
    )  # fmt: skip
    if change == "other settings":
        monkeypatch.setattr(remote, "fingerprint", lambda *_: "another")
    found = run(force=change == "force")
    assert sorted(set(fetched) & {path.relative_to(folder).as_posix() for path in folder.rglob("*")}) == read
    assert {name for name, done in found.items() if done.status == "failed"} == {"damaged.mpr"}
    assert (run.there / "cp.mpr.h5").is_file()


@pytest.mark.parametrize(
    ("values", "rows", "converted"),
    [
        ({}, [("cp.mpr", "2")], []),
        ({}, [("cp.mpr", "3")], ["cp.mpr"]),
        ({}, [], ["cp.mpr"]),
        ({"cell.area": "4 cm^2"}, [("cp.mpr", "2")], ["cp.mpr", "deep/peis.mpr", "deep/table.csv"]),
        ({}, [("cp.mpr", "2"), ("deep/p*.mpr", "4")], ["deep/peis.mpr", "deep/table.csv"]),
        ({}, [("cp.mpr", "2"), ("elsewhere.mpr", "4")], []),
    ],
)
def test_a_folder_to_which_other_metadata_are_added_is_converted_again(run, values, rows, converted):
    def added(rows, values):
        numbered = {n: {"file": file, "cell.area / cm^2": area} for n, (file, area) in enumerate(rows, 2)}
        return Annotations([MetaTable("cells.csv", numbered)], values)

    run(reading=Reading(annotations=added([("cp.mpr", "2")], {})))
    annotations = added(rows, values)
    found = run(reading=Reading(annotations=annotations))
    assert [name for name, done in found.items() if done.status in ("ok", "flagged")] == converted
    area = float(values.get("cell.area", "").partition(" ")[0] or dict(rows).get("cp.mpr", "0.785"))
    assert echub.read(run.there / "cp.mpr.h5").metadata.value("cell.area") == pytest.approx(area)
    assert annotations.tables[0].unmatched() == [file for file, _ in rows if "elsewhere" in file]


def test_rows_of_metadata_name_addresses_or_ends_of_them(run):
    """The copies on this computer have no names of their own that a row could meet."""
    rows = {f"{run.source}/cp.mpr": "2", "data/deep/peis.mpr": "3", "raw/cp.mpr": "4", "copies/cp.mpr": "5"}
    numbered = {n: {"file": file, "cell.area / cm^2": area} for n, (file, area) in enumerate(rows.items(), 2)}
    annotations = Annotations([MetaTable("cells.csv", numbered)], {})
    run(reading=Reading(annotations=annotations))
    areas = [
        echub.read(run.there / f"{name}.h5").metadata.value("cell.area") for name in ("cp.mpr", "deep/peis.mpr")
    ]
    assert areas == [2.0, 3.0]
    assert annotations.tables[0].unmatched() == ["raw/cp.mpr", "copies/cp.mpr"]


def test_an_output_of_somebody_else_stays_and_says_what_helps(run):
    run.there.mkdir()
    (run.there / "cp.mpr.h5").write_bytes(b"mine")
    found = run()
    assert statuses(found) == FIRST | {"cp.mpr": "failed"}
    error = found["cp.mpr"].error
    assert (error.code, error.path) == ("target-exists", f"{run.target}/cp.mpr.h5")
    assert "--force" in error.hint
    assert found["cp.mpr"].said["error"] == error.as_dict()
    assert (run.there / "cp.mpr.h5").read_bytes() == b"mine"
    assert "cp.mpr" not in (run.there / f"{STEM}.jsonl").read_text()
    assert statuses(run())["cp.mpr"] == "failed"  # its folder is not done
    assert statuses(run(force=True)) == FIRST
    assert statuses(run())["cp.mpr"] == "unchanged"


def test_what_a_killed_run_has_written_is_taken_if_it_is_the_same(run, monkeypatch):
    run()
    for name in (LISTING, f"{STEM}.jsonl"):
        (run.there / name).unlink()
    written, put = [], Store.put
    monkeypatch.setattr(Store, "put", lambda self, path, name: written.append(name) or put(self, path, name))
    assert statuses(run())["cp.mpr"] == "ok"
    assert sorted(written) == [f"{STEM}.jsonl", LISTING]
    assert statuses(run())["cp.mpr"] == "unchanged"


@pytest.mark.parametrize("error", [SourceNotFound, SourceChanged])
def test_one_source_that_cannot_be_read_is_one_failed_file_and_is_tried_again(run, monkeypatch, error):
    fetch = Store.fetch

    def failing(self, held, to):
        if held.name == "cp.mpr":
            to.write_bytes(b"half")
            raise error("it cannot be read")
        fetch(self, held, to)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "fetch", failing)
        found = run()
    assert statuses(found) == FIRST | {"cp.mpr": "failed"}
    failed = found["cp.mpr"]
    assert (failed.source, failed.error.path, failed.named) == (f"{run.source}/cp.mpr",) * 2 + (False,)
    assert (failed.said["status"], failed.said["error"]["message"]) == ("failed", "it cannot be read")
    assert not (run.there / "cp.mpr.h5").exists()
    assert "cp.mpr" not in json.loads((run.there / LISTING).read_text())["sources"]
    assert statuses(run()) == FIRST | {"peis.mpr": "unchanged", "table.csv": "unchanged"}


def test_a_store_of_which_nothing_can_be_read_ends_the_run(run, monkeypatch):
    def refuse(self, held, to):
        raise SourceNotFound("the store does not read it")

    monkeypatch.setattr(Store, "fetch", refuse)
    with pytest.raises(SourceNotFound, match="does not read it"):
        run()
    assert not run.there.exists() or not list(run.there.rglob("*.h5"))


def test_a_store_whose_files_all_change_has_failed_files(run, monkeypatch):
    def refuse(self, held, to):
        raise SourceChanged("it changed while it was read")

    monkeypatch.setattr(Store, "fetch", refuse)
    assert set(statuses(run()).values()) == {"failed"}


@pytest.mark.parametrize(
    ("path", "local"), [("HELD/out/cp.mpr.h5", True), ("s3://bucket/echub/cp.mpr.h5", False), (None, False)]
)
def test_only_a_full_local_disk_is_said_to_be_one(tmp_path, path, local):
    error = TargetNotWritable("it cannot be written", path=path and path.replace("HELD", str(tmp_path / "held")))
    with pytest.raises(TargetNotWritable) as refused, remote._room_in(tmp_path / "held"):
        raise error
    assert (refused.value is not error) == local
    if local:
        assert (refused.value.path, "copied to this computer" in refused.value.message) == (str(tmp_path), True)


@pytest.mark.parametrize(("reason", "message"), [("it is cut", "it is cut"), ("", "read-error")])
def test_an_error_is_told_again_by_its_words_or_its_code(reason, message):
    entry = Entry("a.x", "s3://b/a.x", 7, "ab", "failed", error="read-error", reason=reason)
    told = remote._again(entry)
    assert (told.code, told.message, told.path, told.guessed) == ("read-error", message, "s3://b/a.x", False)


@pytest.mark.parametrize("error", [SourceChanged, CommandError])
def test_a_conversion_that_may_end_well_next_time_is_tried_again(run, monkeypatch, error):
    convert = task.convert_sources

    def failing(sources, *given):
        if sources[0].name == "cp.mpr":
            raise error("not now")
        return convert(sources, *given)

    with monkeypatch.context() as patched:
        patched.setattr(task, "convert_sources", failing)
        failed = run()["cp.mpr"]
    assert (failed.source, failed.status, failed.error.message) == (f"{run.source}/cp.mpr", "failed", "not now")
    assert "cp.mpr" not in json.loads((run.there / LISTING).read_text())["sources"]
    assert statuses(run()) == FIRST | {"peis.mpr": "unchanged", "table.csv": "unchanged"}


def test_a_local_disk_that_is_full_ends_the_run(run, monkeypatch):
    def failing(sources, links, target, *given):
        raise TargetNotWritable("it cannot be written", path=str(target.path), cause="the disk is full")

    monkeypatch.setattr(task, "convert_sources", failing)
    with pytest.raises(TargetNotWritable, match="cannot be copied to this computer") as refused:
        run()
    assert refused.value.cause == "the disk is full"
    assert not list(run.there.rglob("*.jsonl"))


def test_a_sidecar_in_a_store_is_read_with_its_file_and_is_no_source(run, folder):
    (folder / "cp.mpr.echub.toml").write_text('[sample]\nid = "S7"\n', "utf-8")
    assert statuses(run()) == FIRST
    assert echub.read(run.there / "cp.mpr.h5").metadata.value("sample.id") == "S7"


class OneStore(Fake):
    """Files of one kind of store."""


class OtherStore(Fake):
    """Files of another kind."""


@pytest.mark.parametrize(
    ("kind", "source", "target", "own"),
    [
        (OneStore, "b/raw", "b/raw/out", {"out/a.h5"}),
        (OneStore, "b/raw", "b/raw", {"a.h5"}),
        (OneStore, "b/raw", "b/raw2", set()),
        (OneStore, "b/raw/out", "b/raw", set()),
        (OtherStore, "b/raw", "b/raw/out", set()),  # only the names are alike
    ],
)
def test_results_are_among_the_sources_if_both_lie_in_one_store(kind, source, target, own):
    line = Entry("a.x", "s3://b/raw/a.x", 7, "ab", "ok", (Written("a.h5", 3, "cd"),)).line()
    written = Fake(files=kind(), root=target, read={f"{STEM}.jsonl": line}.get)
    assert remote._own_results(Fake(files=OneStore(), root=source), written, {f"{STEM}.jsonl": None}) == own


def test_of_two_lines_about_a_source_the_last_counts(run):
    """As in a ledger that a local run appended to, and that was copied to the store then."""
    run()
    ledger, listing = run.there / f"{STEM}.jsonl", run.there / LISTING
    outdated = Entry("cp.mpr", f"{run.source}/cp.mpr", 7, "ab", "failed", error="read-error", reason="cut").line()
    lines = outdated + ledger.read_bytes()
    ledger.write_bytes(lines)
    told = json.loads(listing.read_bytes())
    listing.write_text(json.dumps({**told, "ledger": hashlib.sha256(lines).hexdigest()}))
    again = run()["cp.mpr"]
    assert (again.status, again.error, again.outputs) == ("unchanged", None, (f"{run.target}/cp.mpr.h5",))


def test_nothing_at_an_address_is_said(run):
    with pytest.raises(SourceNotFound, match="nothing at this address") as caught:
        run(source=f"{run.source}/nowhere")
    assert caught.value.path == f"{run.source}/nowhere"


@pytest.mark.parametrize("to", ["native", "csv"])
@pytest.mark.parametrize("below", ["", "/", "/deep", "/new/one"])
def test_results_among_the_sources_are_no_sources(run, folder, below, to):
    before = sorted(path for path in folder.rglob("*") if path.is_file())
    again = {name: "unchanged" if status == "ok" else status for name, status in FIRST.items()}
    for expected in (FIRST, again, again):
        assert statuses(run(target=f"{run.source}{below}", to=to)) == expected
    made = [path for path in folder.rglob("*") if path.is_file() and path not in before]
    assert len([path for path in made if path.suffix == {"native": ".h5", "csv": ".csv"}[to]]) == 3
    assert all(path.is_relative_to(folder / below.strip("/")) for path in made)


def test_results_of_an_earlier_run_among_the_sources_are_no_sources(run, folder):
    """Neither those in another format, nor those whose source is gone."""
    run(target=run.source, to="csv")
    first = {path: path.read_bytes() for path in folder.glob("cp.mpr.*.csv*")}
    assert len(first) == 2
    run(target=run.source)
    for _ in range(2):
        assert FIRST.keys() == statuses(run(target=run.source)).keys()
    (folder / "cp.mpr").unlink()
    for _ in range(3):
        assert FIRST.keys() - {"cp.mpr"} == statuses(run(target=run.source)).keys()
    assert {path: path.read_bytes() for path in first} == first


def test_an_output_in_a_format_used_before_is_replaced_by_its_own_run(run, folder):
    """It is not taken for one that another program changed."""
    run(to="csv")
    run()
    (folder / "deep/table.csv").write_text(TABLE.format(7))
    assert statuses(run(to="csv")) == FIRST
    assert "7" in (run.there / "deep/table.csv.timeseries.csv").read_text()


def test_results_beside_the_sources_are_those_of_others(run, folder):
    """A folder whose name goes on where that of the sources ends is not inside it."""
    run(target=f"{run.source}2", to="csv")
    assert statuses(run(source=f"{run.source}2"))["cp.mpr.timeseries.csv"] in ("ok", "flagged")


def test_processes_give_the_same(run, tmp_path):
    other = f"file://{tmp_path}/other"
    assert statuses(run(jobs=2)) == statuses(run(target=other)) == FIRST
    one, two = (
        {
            p.relative_to(top).as_posix(): p.read_bytes()
            for p in top.rglob("*")
            if p.name.endswith((".h5", ".jsonl"))
        }
        for top in (run.there, tmp_path / "other")
    )
    assert one == two


NAMES = ["two words.csv", "Größe 温度.csv", 'it\'s "q".csv']


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
@pytest.mark.parametrize("name", [*NAMES, os.fsdecode(b"caf\xe9.csv")])
def test_odd_names_of_files_and_folders(tmp_path, name):
    raw = tmp_path / name
    raw.mkdir()
    (raw / name).write_text(TABLE.format(3))
    for status in ("ok", "unchanged"):
        (done,) = RemoteRun(f"file://{raw}", f"file://{tmp_path}/out", Reading(), Writing()).run()
        assert (done.source, done.status) == (f"file://{raw}/{name}", status)
        assert done.said["source"] == done.source
    shutil.rmtree(raw)
    assert (tmp_path / "out" / f"{name}.h5").is_file()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.mpr", True), ("x/a.mpr", True), ("x/.a", False), (".x/a", False), ("../a", False), ("x/../a", False),
        ("./a", False), ("x//a", False), ("/a", False), ("a\0", False), (LISTING, False), (f"x/{LISTING}", False),
        (f"{STEM}.jsonl", False), (f"x/{STEM}.1-of-2.jsonl", False), (f"{STEM}.jsonl/a", True), ("a..b", True),
    ],
)  # fmt: skip
def test_only_keys_that_are_paths_inside_a_folder_are_sources(name, safe):
    assert _is_safe(name) is safe
