"""A store without a network: what is asked of its file system, how often, in which ranges, and what is said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from echub.batch import store as module
from echub.batch.store import RANGE, TRIES, Object, Store, _mark, _reason, url_of
from echub.errors import EchubError, SourceChanged, SourceNotFound, TargetNotWritable, UnknownOption

BIG = bytes(range(256)) * 10


class Files:
    """A file system of keys and bytes that notes what it is asked, and fails as often as it is told."""

    def __init__(self, held, fails=0, error=None):
        self.held, self.fails, self.error, self.asked = dict(held), fails, error or OSError("slow down"), []

    def _ask(self, *what):
        self.asked.append(what)
        if self.fails:
            self.fails -= 1
            raise self.error

    def find(self, root, maxdepth, detail):
        self._ask("find", root, maxdepth)
        told = {
            key: {"type": "file", "size": len(data), "ETag": f'"{len(data)}"'} for key, data in self.held.items()
        }
        deep = [key for key in told if maxdepth and "/" in key.removeprefix(root).lstrip("/")]
        return {key: told[key] for key in told if key.startswith(root) and key not in deep} | {
            f"{root}/folder": {"type": "directory", "size": 0}
        }

    def cat_file(self, key, start=None, end=None):
        self._ask("cat", key, start, end)
        if key not in self.held:
            raise FileNotFoundError(key)
        return self.held[key][start:end]

    def info(self, key):
        self._ask("info", key)
        if key not in self.held:
            raise FileNotFoundError(key)
        return {"size": len(self.held[key]), "ETag": f'"{len(self.held[key])}"'}

    def put_file(self, source, key):
        self._ask("put", key)
        self.held[key] = Path(source).read_bytes()

    def makedirs(self, folder, exist_ok):
        self._ask("makedirs", folder)

    def mv(self, source, target):
        self._ask("mv", source, target)
        self.held[target] = self.held.pop(source)


def store(held=(), scheme="s3", target=False, **more):
    made = Store.__new__(Store)
    made.where, made.root, made.scheme = f"{scheme}://b/k", "b/k", scheme
    made._error = TargetNotWritable if target else SourceNotFound
    made.files = Files(held, **more)
    return made


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Note the pauses instead of waiting."""
    found = []
    monkeypatch.setattr(module.time, "sleep", found.append)
    return found


@pytest.mark.parametrize(("path", "url"), [
    ("s3://b/k/", "s3://b/k"), ("s3:/b/k", "s3://b/k"), (Path("s3://b/k"), "s3://b/k"), ("gs://b", "gs://b"),
    ("https://host/a?b", "https://host/a?b"), ("a/b", None), (None, None), ("abfs://c@account/k", "abfs://c@account/k"),
    ("s3://b/me:x@y", "s3://b/me:x@y"), ("file:///a/b/", "file:///a/b"), (Path("file:///a/b"), "file:///a/b"),
    ("local:/a", "local:///a"), (Path("sftp://host/a"), "sftp://host/a"),
])  # fmt: skip
def test_an_address_is_told_from_a_path(path, url):
    assert url_of(path) == url


@pytest.mark.parametrize("url", ["s3://me:secret@b/k", "ftp://me:@host"])
def test_a_password_is_refused_and_not_repeated(url):
    with pytest.raises(UnknownOption) as caught:
        url_of(url)
    assert "secret" not in str(caught.value)


def test_files_are_listed_by_their_path_in_the_folder():
    held = {"b/k/a.mpr": b"123", "b/k/x/b.mpr": b"12345"}
    found = store(held).list()
    assert found == {
        "a.mpr": Object("a.mpr", "b/k/a.mpr", 3, "3"), "x/b.mpr": Object("x/b.mpr", "b/k/x/b.mpr", 5, "5")
    }  # fmt: skip
    one = store(held)
    assert list(one.list("x")) == ["x/b.mpr"]
    assert one.files.asked == [("find", "b/k/x", 1)]
    assert list(store(held).list("")) == ["a.mpr"]


def test_marks_of_folders_are_no_files():
    """Consoles keep an empty object for a folder that was made there, with a slash or as the folder itself."""
    held = {"b/k": b"", "b/k/": b"", "b/k/new/": b"", "b/k/new/a.mpr": b"123"}
    assert list(store(held).list()) == ["new/a.mpr"]


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 250])
def test_an_object_is_read_in_ranges_without_gap_or_overlap(tmp_path, monkeypatch, size):
    monkeypatch.setattr(module, "RANGE", 100)
    made = store({"b/k/a": BIG[:size]})
    made.fetch(Object("a", "b/k/a", size, str(size)), tmp_path / "x" / "a")
    assert (tmp_path / "x" / "a").read_bytes() == BIG[:size]
    ranges = [(start, min(start + 100, size)) for start in range(0, size, 100)]
    assert [asked[2:] for asked in made.files.asked if asked[0] == "cat"] == ranges
    assert (("info", "b/k/a") in made.files.asked) is (size > 100)


def test_an_object_that_was_replaced_between_ranges_or_is_gone_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RANGE", 100)
    with pytest.raises(SourceChanged, match="changed after") as caught:
        store({"b/k/a": BIG[:150]}).fetch(Object("a", "b/k/a", 150, "other"), tmp_path / "a")
    assert (caught.value.found, caught.value.path) == ("another version is there now", "s3://b/k/a")
    with pytest.raises(SourceChanged) as caught:
        store().fetch(Object("a", "b/k/a", 50, "x"), tmp_path / "a")
    assert caught.value.found == "it is not there any more"


def test_a_range_that_is_short_is_read_again(tmp_path, waits):
    made = store({"b/k/a": BIG[:50]})
    with pytest.raises(SourceNotFound) as caught:
        made.fetch(Object("a", "b/k/a", 60, "x"), tmp_path / "a")
    assert caught.value.found == "50 of 60 bytes came"
    assert len(made.files.asked) == TRIES
    assert waits == [0.1 * 2**n for n in range(TRIES - 1)]


@pytest.mark.parametrize("fails", [0, 1, TRIES - 1])
def test_a_passing_failure_is_asked_again(waits, fails):
    made = store({"b/k/a": b"1"}, fails=fails)
    assert made.read("a") == b"1"
    assert len(made.files.asked) == fails + 1
    assert waits == [0.1 * 2**n for n in range(fails)]


@pytest.mark.parametrize(
    "error", [PermissionError("no"), OSError("AccessDenied"), OSError("the token is expired")]
)
def test_a_refusal_that_lasts_is_asked_once(waits, error):
    made = store({"b/k/a": b"1"}, fails=9, error=error)
    with pytest.raises(SourceNotFound):
        made.read("a")
    assert (len(made.files.asked), waits) == (1, [])


def test_a_small_object_that_is_not_there_is_none():
    assert store().read("a") is None


@pytest.mark.parametrize(("scheme", "aside"), [
    ("s3", False), ("s3a", False), ("gs", False), ("gcs", False), ("abfs", False), ("abfss", False), ("az", False),
    ("adl", False), ("oss", False), ("file", True), ("sftp", True),
])  # fmt: skip
def test_a_file_is_written_whole(tmp_path, scheme, aside):
    (tmp_path / "a").write_bytes(b"12345")
    made = store(scheme=scheme, target=True)
    assert made.put(tmp_path / "a", "x/a.h5") == "5"
    assert made.files.held == {"b/k/x/a.h5": b"12345"}
    part = "b/k/x/.echub-a.h5.part"
    moved = [("makedirs", "b/k/x"), ("put", part), ("mv", part, "b/k/x/a.h5")]
    assert made.files.asked == [*(moved if aside else [("put", "b/k/x/a.h5")]), ("info", "b/k/x/a.h5")]


def test_a_file_that_arrives_short_is_an_error_of_the_target(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"12345")
    made = store(target=True)
    monkeypatch.setattr(made.files, "info", lambda key: {"size": 3})
    with pytest.raises(TargetNotWritable) as caught:
        made.put(tmp_path / "a", "a")
    assert caught.value.found == "3 bytes are there instead of 5"
    assert caught.value.message == "the store does not write it"


REASONS = [
    ("RequestTimeTooSkewed", "the clock of this computer is wrong", True, False),
    ("Unable to locate credentials", "the credentials are missing", True, False),
    ("InvalidAccessKeyId", "the credentials are missing", True, False),
    ("the provided token has expired", "the credentials are missing", True, False),
    ("Access Denied", "these credentials have no rights", True, True),
    ("403 Forbidden", "these credentials have no rights", True, True),
    ("Could not connect to the endpoint", "the store does not answer", False, False),
    ("timed out", "the store does not answer", False, False),
    ("NoSuchBucket", "there is no such bucket", False, False),
    ("out of cheese", "the store is out of order", False, False),
    ("the difference between the request time and the current time", "the clock of this computer", True, False),
    ("request time too far away", "the clock of this computer is wrong", True, False),
    ("your access key id", "the credentials are missing", True, False),
    ("the signature does not match", "the credentials are missing", True, False),
    ("anonymous caller", "the credentials are missing", True, False),
    ("Unauthorized", "these credentials have no rights", True, True),
    ("unauthorised", "these credentials have no rights", True, True),
    ("no permission", "these credentials have no rights", True, True),
    ("cannot resolve it", "the store does not answer", False, False),
    ("the endpoint", "the store does not answer", False, False),
    ("timeout", "the store does not answer", False, False),
    ("read time out", "the store does not answer", False, False),
    ("network unreachable", "the store does not answer", False, False),
    ("it does not exist", "there is no such bucket", False, False),
    ("no such file", "there is no such bucket", False, False),
    ("not found", "there is no such bucket", False, False),
]


@pytest.mark.parametrize(("said", "cause", "lasts", "rights"), REASONS)
@pytest.mark.parametrize("what", ["list", "read", "write"])
def test_a_refusal_has_its_cause_and_what_was_asked(said, cause, lasts, rights, what):
    error = OSError(f"{said}\nand more")
    assert _reason(error).lasts is lasts
    refused: EchubError = store()._refused(error, what)
    assert refused.message == f"the store does not {what} it"
    assert refused.cause.startswith(cause)
    assert refused.found == said
    assert refused.expected == (f"credentials with the right to {what}" if rights else "") or not rights
    assert bool(refused.expected) is rights
    assert refused.path == "s3://b/k"


def test_an_error_without_words_is_named_by_its_kind():
    assert store()._refused(TimeoutError(), "list").found == "TimeoutError"


@pytest.mark.parametrize(("told", "mark"), [
    ({"ETag": '"a"', "mtime": 5}, "a"), ({"etag": "b", "mtime": 5}, "b"), ({"mtime": 5.5, "created": 1}, "5.5"),
    ({"LastModified": "2024", "created": 1}, "2024"), ({"created": 7}, "7"),
    ({"ETag": "", "mtime": 3}, "3"), ({}, ""),
])  # fmt: skip
def test_the_mark_of_an_object_is_its_tag_or_its_time(told, mark):
    assert _mark(told) == mark


def test_a_range_is_eight_megabytes():
    assert RANGE == 8 * 1024**2
    assert io.DEFAULT_BUFFER_SIZE < RANGE
