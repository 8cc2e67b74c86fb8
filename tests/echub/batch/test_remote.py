"""From and to an S3 server on loopback, which fails as real ones do: nothing lost, the bytes of a local run."""

import itertools
import json
import shutil
import threading
import time

import pytest

from echub.batch import remote
from echub.batch.batch import convert_many
from echub.batch.ledger import Entry
from echub.batch.remote import Object, RemoteRun, Store, _Folder, url_of
from echub.errors import PluginError, SourceNotFound, TargetExists, TargetNotWritable, UnknownOption
from echub.files.conversion import Writing
from echub.files.output import Written
from echub.files.reading import Reading
from tests.echub.folders import FIRST

SECRET = "not-a-real-secret-2b7e"


class Faulty:
    """A server's application that fails regularly: an error, a body that is cut, a slow answer."""

    def __init__(self, app):
        self.app, self.count, self.on, self.seen = app, itertools.count(1), False, set()

    def __call__(self, environ, start):
        number = next(self.count) if self.on else 0
        if number and number % 7 == 0:
            self.seen.add("error")
            start("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return [b""]
        if number and number % 5 == 0:
            self.seen.add("slow")
            time.sleep(0.05)
        answer = self.app(environ, start)
        if (
            number
            and number % 4 == 0
            and environ["REQUEST_METHOD"] == "GET"
            and "list-type" not in environ["QUERY_STRING"]
        ):
            self.seen.add("cut")
            whole = b"".join(answer)
            return [whole[: len(whole) // 2]]
        return answer


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("s3fs", reason="needs the extra remote (fsspec, s3fs)")
    moto = pytest.importorskip("moto.server", reason="tests of object stores need moto[server]")
    from werkzeug.serving import make_server

    app = Faulty(moto.DomainDispatcherApplication(moto.create_backend_app))
    running = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    app.address = f"http://127.0.0.1:{running.server_port}"
    yield app
    running.shutdown()


@pytest.fixture
def bucket(server, monkeypatch, request):
    import s3fs

    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL", server.address),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
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
    assert server.seen == {"error", "slow", "cut"}
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
    assert run(f"s3://{name}/raw", f"s3://{name}/echub")["cp.mpr"] == "ok"
    after = objects(files, f"{name}/echub")
    assert {key for key in after if after[key] != before[key]} == {
        "cp.mpr.h5",
        "echub-ledger.jsonl",
        "echub-listing.json",
    }


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
    with pytest.raises(TargetExists):
        run(f"s3://{name}/raw", f"s3://{name}/other")
    assert files.cat_file(f"{name}/other/cp.mpr.h5") == b"somebody's"
    assert run(f"s3://{name}/raw", f"s3://{name}/other", force=True) == FIRST


def test_a_range_at_a_time_and_a_local_folder_at_either_end(bucket, folder, out, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "RANGE", 1000)
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
    monkeypatch.setattr(remote, "TRIES", 1)
    with pytest.raises(SourceNotFound, match="nothing at this address"):
        run(f"s3://{name}/empty", f"s3://{name}/echub")
    put(files, folder, f"{name}/raw")
    with pytest.raises(TargetNotWritable, match="does not"):
        run(f"s3://{name}/raw", "s3://a-bucket-that-does-not-exist/echub")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("An error occurred (RequestTimeTooSkewed): The difference between the request time and …", "clock"),
        ("An error occurred (AccessDenied)", "rights"),
    ],
)
def test_refusals_of_a_store_are_explained(tmp_path, text, cause, monkeypatch):
    pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    store = Store(str(tmp_path))

    def refuse():
        raise PermissionError(text)

    with pytest.raises(SourceNotFound) as caught:
        store._tried(refuse, "list")
    assert cause in caught.value.cause


PART = Written("a.mpr.h5", 100, "ab")
DONE = {"a.mpr": Entry("a.mpr", "../raw/a.mpr", 7, "cd", "ok", (PART,))}


@pytest.mark.parametrize(
    ("before", "entries", "sizes", "done"),
    [
        (b"s", DONE, {"a.mpr.h5": 100}, True),
        (b"s", DONE, {"a.mpr.h5": 99}, False),  # its upload was cut
        (b"s", DONE, {"b.mpr.h5": 100}, False),
        (b"t", DONE, {"a.mpr.h5": 100}, False),
        (b"s", {}, {"a.mpr.h5": 100}, False),
    ],
)
def test_a_folder_is_done_if_all_that_was_written_is_there_whole(before, entries, sizes, done):
    there = {name: Object(name, f"k/{name}", size, "") for name, size in sizes.items()}
    assert _Folder._is_done(None, before, "s", entries, there) is done


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
