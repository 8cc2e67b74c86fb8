"""From and to an S3 server on loopback, which fails as real ones do: nothing lost, the bytes of a local run."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from echub.batch import store as stores
from echub.batch.batch import Batch, convert_many
from echub.batch.ledger import Entry
from echub.batch.remote import Listing, RemoteRun
from echub.batch.store import Object, Store, url_of
from echub.batch.task import FileResult
from echub.cli import main
from echub.errors import PluginError, SourceNotFound, TargetNotWritable, UnknownOption, WorkerDied
from echub.files.conversion import Writing
from echub.files.output import Written
from echub.files.reading import Reading
from tests.echub.folders import FIRST
from tests.echub.s3 import SECRET, credentials, serving


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("s3fs", reason="needs the extra remote (fsspec, s3fs)")
    pytest.importorskip("moto.server", reason="tests of object stores need moto[server]")
    with serving() as app:
        yield app


@pytest.fixture
def bucket(server, monkeypatch, request):
    import s3fs

    for variable, value in credentials(server.address).items():
        monkeypatch.setenv(variable, value)
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"bucket{abs(hash(request.node.name)) % 10**9}"
    files = s3fs.S3FileSystem(use_listings_cache=False)
    files.mkdir(name)
    yield name, files
    server.on = False
    s3fs.S3FileSystem.clear_instance_cache()


def put(files, folder, where):
    for path in (p for p in folder.rglob("*") if p.is_file()):
        files.put_file(str(path), f"{where}/{path.relative_to(folder).as_posix()}")


def objects(files, where):
    return {key.removeprefix(f"{where}/"): files.cat_file(key) for key in files.find(where)}


def run(source, target, **writing):
    found = RemoteRun(source, target, Reading(), Writing(**writing)).run()
    return {done.source.rsplit("/", 1)[1]: done.status for done in found}


def outputs(out):
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*.h5")}


def test_a_bucket_gives_the_bytes_of_a_local_run_past_every_fault(server, bucket, folder, out):
    name, files = bucket
    shutil.copy(folder / "cp.mpr", folder / "deep" / "Größe 1 (β).mpr")
    put(files, folder, f"{name}/raw")
    list(convert_many([folder], out))
    server.on = True
    found = run(f"s3://{name}/raw", f"s3://{name}/echub")
    server.on = False
    assert found == FIRST | {"Größe 1 (β).mpr": "ok"}
    assert set(server.seen) == {"error", "slow", "cut"}
    made = objects(files, f"{name}/echub")
    assert {key: data for key, data in made.items() if key.endswith(".h5")} == outputs(out)
    assert SECRET.encode() not in b"".join(made.values())
    lines = [json.loads(line) for line in made["deep/echub-ledger.jsonl"].splitlines()]
    assert [line["path"] for line in lines] == sorted(f"s3://{name}/raw/{line['source']}" for line in lines)


def test_again_reads_nothing_and_a_changed_file_is_replaced(bucket, folder, monkeypatch, eclab):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    run(f"s3://{name}/raw", f"s3://{name}/echub")
    before = objects(files, f"{name}/echub")
    with monkeypatch.context() as patched:
        patched.setattr(Store, "fetch", lambda *_: pytest.fail("a source was read"))
        patched.setattr(Store, "put", lambda *_: pytest.fail("an object was written"))
        again = run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert again == {name: "unchanged" if status == "ok" else status for name, status in FIRST.items()}
    files.put_file(str(eclab / "ocv.mpr"), f"{name}/raw/cp.mpr")
    shutil.copy(folder / "deep" / "peis.mpr", folder / "peis2.mpr")
    files.put_file(str(folder / "peis2.mpr"), f"{name}/raw/peis2.mpr")
    written, put_one = [], Store.put
    with monkeypatch.context() as patched:
        patched.setattr(Store, "put", lambda self, path, key: written.append(key) or put_one(self, path, key))
        assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "ok"
    changed = {"cp.mpr.h5", "peis2.mpr.h5", "echub-ledger.jsonl", "echub-listing.json"}
    assert set(written) == changed
    after = objects(files, f"{name}/echub")
    assert {key for key in after if after[key] != before.get(key)} == changed


def test_a_run_that_was_killed_goes_on_and_strange_objects_stay(bucket, folder, monkeypatch):
    name, files = bucket
    put(files, folder, f"{name}/raw")

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        put_one = Store.put
        patched.setattr(
            Store, "put", lambda self, path, key: die() if "listing" in key else put_one(self, path, key)
        )
        with pytest.raises(KeyboardInterrupt):
            run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert run(f"s3://{name}/raw", f"s3://{name}/echub") == FIRST
    files.pipe_file(f"{name}/other/cp.mpr.h5", b"somebody's")
    assert run(f"s3://{name}/raw", f"s3://{name}/other") == FIRST | {"cp.mpr": "failed"}
    assert files.cat_file(f"{name}/other/cp.mpr.h5") == b"somebody's"
    assert run(f"s3://{name}/raw", f"s3://{name}/other", force=True) == FIRST


def test_two_clusters_at_one_prefix_end_well_and_write_each_object_whole(server, bucket, folder, out, tmp_path):
    name, files = bucket
    for number in range(6):
        shutil.copy(folder / "cp.mpr", folder / "deep" / f"{number}.mpr")
    put(files, folder, f"{name}/raw")
    command = [sys.executable, "-m", "echub", "convert", f"s3://{name}/raw", "-o", f"s3://{name}/echub", "--json"]
    server.on = True
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [[json.loads(line) for line in process.communicate()[0].splitlines()] for process in both]
    server.on = False
    assert [process.returncode for process in both] == [3, 3]  # the damaged file
    for results in told:
        assert len(results) == len({result["source"] for result in results}) == 11
    assert_whole(files, f"{name}/echub", folder, out)


def assert_whole(files, where, folder, out):
    """Every object has the bytes of a local run, and every ledger one line for each source."""
    list(convert_many([folder], out))
    made = objects(files, where)
    assert {key: data for key, data in made.items() if key.endswith(".h5")} == outputs(out)
    lines = [line for key, data in made.items() if key.endswith(".jsonl") for line in data.splitlines()]
    sources = sorted(json.loads(line)["source"] for line in lines)
    assert sources == sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert set(run(where_raw(where), f"s3://{where}").values()) == {"unchanged", "failed", "unknown"}


def where_raw(where):
    return f"s3://{where.removesuffix('echub')}raw"


def test_a_cluster_that_comes_later_takes_what_the_other_has_done(bucket, folder, monkeypatch):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    results = RemoteRun(f"s3://{name}/raw", f"s3://{name}/echub", Reading(), Writing()).run()
    first = next(results)  # its folder is done; the other run does the rest
    assert run(f"s3://{name}/raw", f"s3://{name}/echub") == FIRST | {"cp.mpr": "unchanged"}
    monkeypatch.setattr(Store, "fetch", lambda *_: pytest.fail("a source was read though it was done"))
    found = {done.source.rsplit("/", 1)[1]: done.status for done in (first, *results)}
    assert found == FIRST | {"peis.mpr": "unchanged", "table.csv": "unchanged"}


def test_clusters_that_saw_different_sources_are_not_taken_for_done(bucket, folder, eclab, monkeypatch):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    put_one, other = Store.put, []

    def late(self, path, key):
        if key == "cp.mpr.h5" and not other:  # a run with a newer source ends first
            other.append(key)
            files.put_file(str(eclab / "ocv.mpr"), f"{name}/raw/cp.mpr")
            assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "ok"
        return put_one(self, path, key)

    monkeypatch.setattr(Store, "put", late)
    run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert other
    stale = files.cat_file(f"{name}/echub/cp.mpr.h5")
    assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "ok"
    assert files.cat_file(f"{name}/echub/cp.mpr.h5") != stale
    assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "unchanged"


def test_a_worker_that_is_killed_loses_nothing(bucket, folder, out):
    name, files = bucket
    for number in range(12):
        shutil.copy(folder / "cp.mpr", folder / f"{number}.mpr")
    put(files, folder, f"{name}/raw")
    killed = []

    def killer():
        while not killed:
            crew = [p for p in multiprocessing.active_children() if p.name.startswith("ForkServerProcess")]
            if len(crew) == 2:
                os.kill(crew[0].pid, signal.SIGKILL)
                killed.append(crew[0].pid)
            time.sleep(0.01)

    watching = threading.Thread(target=killer, daemon=True)
    watching.start()
    found = RemoteRun(f"s3://{name}/raw", f"s3://{name}/echub", Reading(), Writing()).run(jobs=2)
    results = [(done.source.rsplit("/", 1)[1], done.status) for done in found]
    assert killed
    assert sorted(results) == sorted((FIRST | {f"{n}.mpr": "ok" for n in range(12)}).items())
    assert_whole(files, f"{name}/echub", folder, out)


def test_an_object_that_changes_or_goes_while_it_is_read_is_one_failed_file(bucket, folder, monkeypatch):
    monkeypatch.setattr(stores, "RANGE", 1000)
    name, files = bucket
    put(files, folder, f"{name}/raw")
    range_one, done = Store._range, []

    def changing(self, held, start, end):
        if held.name == "cp.mpr" and start and not done:
            done.append(start)
            data = bytearray((folder / "cp.mpr").read_bytes())
            data[-1] ^= 1
            files.pipe_file(f"{name}/raw/cp.mpr", bytes(data))
        if held.name == "deep/table.csv":
            raise FileNotFoundError(held.key)
        return range_one(self, held, start, end)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "_range", changing)
        found = run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert done
    assert found == FIRST | {"cp.mpr": "failed", "table.csv": "failed"}
    made = set(objects(files, f"{name}/echub"))
    assert not made & {"cp.mpr.h5", "deep/table.csv.h5"}
    again = run(f"s3://{name}/raw", f"s3://{name}/echub")  # each is tried again
    assert (again["cp.mpr"], again["table.csv"]) == ("ok", "ok")


def test_a_source_whose_worker_died_is_tried_again_though_nothing_changed(bucket, folder, monkeypatch):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    run_all = Batch.run

    def dying(self, **how):
        for done in run_all(self, **how):
            is_dead = done.source.endswith("cp.mpr")
            yield replace(done, status="failed", error=WorkerDied("died", path=done.source)) if is_dead else done

    with monkeypatch.context() as patched:
        patched.setattr(Batch, "run", dying)
        assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "failed"
    assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "ok"


def test_a_range_that_comes_short_without_an_error_is_read_again(tmp_path, monkeypatch):
    pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    (tmp_path / "a").write_bytes(b"0123456789")
    store = Store(str(tmp_path))
    whole, asked = store.files.cat_file, []

    def short(key, **limits):
        asked.append(key)
        return whole(key, **limits)[: 5 if len(asked) == 1 else None]

    monkeypatch.setattr(store.files, "cat_file", short)
    store.fetch(store.list()["a"], tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"0123456789"
    assert len(asked) == 2


def test_a_full_local_disk_is_named_and_nothing_is_written(bucket, folder, tmp_path, monkeypatch):
    name, files = bucket
    put(files, folder, f"{name}/raw")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "fetch", full)
    with pytest.raises(TargetNotWritable, match="copied to this computer") as caught:
        run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert "TMPDIR" in caught.value.hint
    assert caught.value.cause == "the disk is full"
    assert not files.find(f"{name}/echub")


def test_an_output_that_another_program_changed_is_not_replaced(bucket, folder):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    run(f"s3://{name}/raw", f"s3://{name}/echub")
    size = files.info(f"{name}/echub/cp.mpr.h5")["size"]
    files.pipe_file(f"{name}/echub/cp.mpr.h5", b"x" * size)
    assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "failed"
    assert files.cat_file(f"{name}/echub/cp.mpr.h5") == b"x" * size
    assert run(f"s3://{name}/raw", f"s3://{name}/echub", force=True) == FIRST


def test_an_interrupted_run_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(self, *, jobs=None):
        yield FileResult("s3://b/raw/a.mpr", "ok")
        raise KeyboardInterrupt

    monkeypatch.setattr(RemoteRun, "run", interrupted)
    monkeypatch.setattr(sys, "argv", ["echub", "convert", "s3://b/raw", "-o", "s3://b/echub"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert "1 file is done; the same command goes on from there" in capsys.readouterr().err


def test_a_range_at_a_time_and_a_local_folder_at_either_end(bucket, folder, out, tmp_path, monkeypatch):
    monkeypatch.setattr(stores, "RANGE", 1000)
    name, files = bucket
    put(files, folder, f"{name}/raw")
    run(f"s3://{name}/raw", str(tmp_path / "local"))
    run(str(folder), f"s3://{name}/echub")
    list(convert_many([folder], out))
    assert outputs(tmp_path / "local") == outputs(out)
    assert {k: v for k, v in objects(files, f"{name}/echub").items() if k.endswith(".h5")} == outputs(out)
    assert not list((tmp_path / "local").rglob("*.part"))


@pytest.mark.parametrize("asked", ["fetch", "put"])
def test_requests_of_a_folder_wait_side_by_side(bucket, folder, monkeypatch, asked):
    name, files = bucket
    put(files, folder, f"{name}/raw")
    one, together = getattr(Store, asked), threading.Barrier(2, timeout=60)

    def request(self, *what):
        if "ledger" not in str(what) and "listing" not in str(what) and "deep" not in str(what):
            together.wait()  # breaks, and the run with it, unless another request is under way
        return one(self, *what)

    monkeypatch.setattr(Store, asked, request)
    shutil.copy(folder / "cp.mpr", folder / "cp2.mpr")
    put(files, folder, f"{name}/raw")
    found = run(f"s3://{name}/raw", f"s3://{name}/echub")
    assert found == FIRST | {"cp2.mpr": "ok"}


def test_what_cannot_be_reached_is_an_error(bucket, folder, monkeypatch):
    name, files = bucket
    monkeypatch.setattr(stores, "TRIES", 1)
    with pytest.raises(SourceNotFound, match="nothing at this address"):
        run(f"s3://{name}/empty", f"s3://{name}/echub")
    put(files, folder, f"{name}/raw")
    with pytest.raises(TargetNotWritable, match="does not"):
        run(f"s3://{name}/raw", "s3://a-bucket-that-does-not-exist/echub")


@pytest.mark.parametrize(
    ("error", "cause", "asked"),
    [
        (
            PermissionError("The difference between the request time and the current time is too large."),
            "clock",
            1,
        ),
        (PermissionError("Access Denied"), "no rights", 1),
        (OSError("An error occurred (403): Forbidden"), "no rights", 1),
        (OSError("Unable to locate credentials"), "credentials are missing", 1),
        (OSError("The provided token has expired."), "credentials are missing", 1),
        (PermissionError("The AWS Access Key Id you provided does not exist in our records."), "credentials", 1),
        (OSError('Could not connect to the endpoint URL: "http://127.0.0.1:9/"'), "does not answer", 5),
        (OSError("We encountered an internal error. Please try again."), "out of order", 5),
        (FileNotFoundError("The specified bucket does not exist"), "no such bucket", 1),
    ],
)
def test_refusals_of_a_store_are_explained(tmp_path, error, cause, asked, monkeypatch):
    pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    store, times = Store(str(tmp_path)), []

    def refuse():
        times.append(1)
        raise error

    with pytest.raises(SourceNotFound) as caught:
        store._tried(refuse, "list")
    assert cause in caught.value.cause
    assert caught.value.hint
    assert len(times) == asked


PART = Written("a.mpr.h5", 100, "ab")
DONE = {"a.mpr": Entry("a.mpr", "../raw/a.mpr", 7, "cd", "ok", (PART,))}


@pytest.mark.parametrize(
    ("name", "size", "version", "whole"),
    [
        ("a.mpr.h5", 100, "v1", True),
        ("a.mpr.h5", 99, "v1", False),  # its upload was cut
        ("a.mpr.h5", 100, "v2", False),  # another program wrote it
        ("b.mpr.h5", 100, "v1", False),
    ],
)
def test_a_listing_matches_if_all_that_was_written_is_there_whole(name, size, version, whole):
    listing = Listing("echub", {}, "", {"a.mpr.h5": "v1"})
    assert listing.matches(DONE, {name: Object(name, f"k/{name}", size, version)}) is whole


@pytest.mark.parametrize("lost", ["made_by", "sources", "ledger", "written"])
def test_a_listing_that_lacks_a_part_is_none_of_this_version(lost):
    whole = Listing("echub", {"a.mpr": ["v1"]}, "hash", {"a.mpr.h5": "v1"})
    told = json.loads(whole.line())
    del told[lost]
    assert Listing.parse(whole.line()) == whole
    assert Listing.parse(json.dumps(told).encode()) is None
    assert Listing.parse(json.dumps({**told, lost: 7}).encode()) is None or lost in ("made_by", "ledger")


def test_addresses_and_passwords():
    assert url_of("s3:/bucket/raw") == url_of("s3://bucket/raw/") == "s3://bucket/raw"
    assert url_of("data/raw") is url_of("/data/raw") is url_of("C:/data") is url_of(None) is None
    with pytest.raises(UnknownOption) as caught:
        url_of(f"s3://key:{SECRET}@bucket/raw")
    assert SECRET not in str(caught.value)


def test_without_fsspec_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(PluginError) as caught:
        Store("s3://bucket")
    assert caught.value.hint == "pip install 'echub[remote]'"
