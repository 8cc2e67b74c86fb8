"""A file as readers see it: path, bytes and open file alike, and what is not a file refused."""

import hashlib
import io
import os
import pickle
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from echub.errors import ReadError, SourceChanged, SourceNotFound
from echub.model.source import HEAD, Source, SourceFacts, without_zero_tail
from tests.messages.parts import said

DATA = bytes(range(256)) * 300


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "Run 1.MPR"
    file.write_bytes(DATA)
    return file


def sources(path):
    with path.open("rb") as file:
        yield Source.of(file)
    yield from (Source(path), Source.of(str(path)), Source.of(path.read_bytes()), Source.of(io.BytesIO(DATA)))


def test_all_ways_in_give_the_same_bytes(path):
    for source in sources(path):
        assert source.size == len(DATA)
        assert source.head == DATA[:HEAD]
        assert source.read() == DATA
        assert source.read(70_000, 10) == DATA[70_000:70_010]
        assert source.read(len(DATA) - 3, 100) == DATA[-3:]
        assert source.sha256() == hashlib.sha256(DATA).hexdigest()


def test_names_and_suffixes(path):
    assert [source.name for source in sources(path)] == ["Run 1.MPR", "Run 1.MPR", "Run 1.MPR", "data", "data"]
    assert Source(path).suffix == ".mpr"
    assert Source(path).shown == str(path)
    assert Source.from_bytes(b"", "a.B").shown == "a.B"
    source = Source(path)
    assert Source.of(source) is source


def test_an_open_file_is_read_from_where_it_stands():
    file = io.BytesIO(b"skipped data")
    file.seek(8)
    assert Source.of(file).read() == b"data"


def test_an_open_file_without_a_name_is_called_data():
    file = io.BytesIO(b"abc")
    file.name = 7  # as a temporary file without a name has
    assert (Source.of(file).name, Source.of(io.BytesIO(b"")).name) == ("data", "data")
    file.name = "dir/run.mpr"
    assert Source.of(file).name == "run.mpr"


def test_head_is_read_once(path):
    source = Source(path)
    head = source.head
    path.write_bytes(b"")
    assert source.head is head


# -- siblings ------------------------------------------------------------------------------------


def test_a_sibling_differs_in_the_suffix_and_is_remembered(path):
    path.with_suffix(".mps").write_bytes(b"settings")
    source = Source(path)
    assert source.sibling(".mps").read() == b"settings"
    assert source.sibling(".mpl") is None
    assert source.sibling(".MPR") is None  # itself
    assert source.used == ["Run 1.mps"]


def test_no_siblings_for_bytes_or_on_request(path):
    path.with_suffix(".mps").write_bytes(b"settings")
    assert Source.of(DATA).sibling(".mps") is None
    assert Source(path, siblings=False).sibling(".mps") is None


# -- what is not a file -----------------------------------------------------------------------------


def test_a_missing_file(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file") as refused:
        Source(tmp_path / "nothing.mpr")
    assert refused.value.path == str(tmp_path / "nothing.mpr")


def test_a_directory(tmp_path):
    with pytest.raises(SourceNotFound, match="this is a directory"):
        Source(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "n" * 5000, "x/" * 3000])
def test_a_name_that_no_file_has(name):
    with pytest.raises(SourceNotFound):
        Source(name)


def test_a_link_loop_and_a_broken_link(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "broken").symlink_to("nowhere")
    for name in ("loop", "broken"):
        with pytest.raises(SourceNotFound):
            Source(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_and_a_socket_do_not_hang(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for name in ("pipe", "socket"):
            with pytest.raises(SourceNotFound, match="not a regular file"):
                Source(tmp_path / name)


AS_NOBODY = """
import os, sys
from echub.model.source import Source
from echub.errors import SourceNotFound
os.setuid(65534)
try:
    Source(sys.argv[1])
except SourceNotFound as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_no_permission_as_somebody_else():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.mpr"
        path.write_bytes(DATA)
        path.chmod(0)
        path.parent.chmod(0o755)
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True)
    assert "permission denied" in done.stdout, done.stderr
    assert "chmod +r run.mpr" in done.stdout


@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may read everything")
def test_no_permission(path):
    path.chmod(0)
    with pytest.raises(SourceNotFound, match="permission denied"):
        Source(path)


def test_a_file_that_vanishes_is_a_read_error(path):
    source = Source(path)
    path.unlink()
    with pytest.raises(ReadError, match="the file cannot be read") as refused:
        source.read()
    assert refused.value.path == str(path)


def test_a_library_is_given_the_file_itself_or_a_copy(path):
    with Source(path).on_disk(path.suffix.lower()) as given:
        assert given == path.resolve()
    with Source(path).on_disk(".other") as given:
        assert given.suffix == ".other"
        assert given.read_bytes() == path.read_bytes()
    assert not given.exists()
    with Source.from_bytes(b"abc", "data").on_disk() as given:
        assert given.read_bytes() == b"abc"
    assert not given.parent.exists()


# -- all that an error says, other files, and facts --------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing", {"message": "no such file", "cause": "the name is misspelt, or the file moved"}),
        (".", {
            "message": "this is a directory", "expected": "a file", "hint": "`echub convert` walks directories"
        }),
        ("/dev/null", {"message": "this is not a regular file", "expected": "a file", "found": "a device"}),
        ("a\0b", {"message": "the file cannot be opened: embedded null byte"}),
    ],
)  # fmt: skip
def test_what_is_no_file_is_told_in_full(tmp_path, name, told):
    path = tmp_path / name
    assert said(lambda: Source(path)) == {**told, "path": str(path)}


def test_files_beside_are_found_by_name_and_count_as_asked_for_only(path):
    for name in ("b.cal", "a.cal", "a.mpl"):
        (path.parent / name).write_bytes(name.encode())
    (path.parent / "c.cal").mkdir()
    source = Source(path)
    found = source.beside("*.cal")
    assert [(one.name, one.read()) for one in found] == [("a.cal", b"a.cal"), ("b.cal", b"b.cal")]
    assert [one.name for one in source.beside("*")] == ["a.cal", "a.mpl", "b.cal"]
    assert found[0].sibling(".mpl") is None  # a file beside has none of its own
    assert (source.asked, source.used) == (["*.cal", "*"], [])
    assert source.beside("n" * 5000) == []
    for alone in (Source(path, siblings=False), Source.of(DATA)):
        assert (alone.beside("*"), alone.asked) == ([], [])


def test_what_a_sibling_asks_for_its_file_depends_on(path):
    path.with_suffix(".mps").write_bytes(b"settings")
    source = Source(path)
    source.sibling(".mps").beside("*.cal")
    assert source.sibling(".mpl") is None
    assert (source.asked, source.used) == (["Run 1.mps", "*.cal", "Run 1.mpl"], ["Run 1.mps"])
    assert Source.of(str(path), siblings=False).sibling(".mps") is None


def _grow(path):
    with path.open("ab") as file:
        file.write(b"x")
    os.utime(path, ns=(0, 0))


def _touch(path):
    os.utime(path, ns=(0, 1))


@pytest.mark.parametrize("change", [_grow, _touch, Path.unlink])
def test_a_file_that_changes_is_told(path, change):
    os.utime(path, ns=(0, 0))
    source = Source(path)
    source.require_unchanged()
    change(path)
    assert said(source.require_unchanged) == {
        "message": "the file changed while it was read", "path": str(path),
        "cause": "its measurement is still running, or it is being copied",
        "hint": "convert it again when it is complete",
    }  # fmt: skip
    Source.of(DATA).require_unchanged()


def test_facts_of_a_source_are_hashed_when_asked_for_and_once(path, monkeypatch):
    hashed = []
    sha256 = Source.sha256
    monkeypatch.setattr(Source, "sha256", lambda source: hashed.append(source.name) or sha256(source))
    facts = SourceFacts(Source(path))
    assert (list(facts), len(facts), facts["name"], facts["size"]) == (
        ["name", "size", "sha256"], 3, "Run 1.MPR", 76_800
    )  # fmt: skip
    assert hashed == []
    assert repr(facts) == "SourceFacts({'name': 'Run 1.MPR', 'size': 76800})"
    whole = {"name": "Run 1.MPR", "size": 76_800, "sha256": hashlib.sha256(DATA).hexdigest()}
    assert facts == whole
    sent = pickle.loads(pickle.dumps(facts))
    assert (type(sent), sent, hashed) == (dict, whole, ["Run 1.MPR"])
    with pytest.raises(KeyError):
        facts["path"]


def test_the_hash_of_a_file_that_has_changed_is_refused(path):
    facts = SourceFacts(Source(path))
    path.write_bytes(DATA[:-1])
    with pytest.raises(SourceChanged):
        facts["sha256"]


@pytest.mark.parametrize(
    ("text", "zeros", "kept"),
    [
        (b"t;I\n1;2\n", 3, None),
        (b"t;I\n1;2\n", 4, 8),
        ("t;I\n1;2\n".encode("utf-16"), 4, 18),  # the mark, and 8 characters of which the last ends in a zero
        ("t;I\n1;2\n".encode("utf-16-be"), 5, 16),
        (b"", 4, 0),
        (b"", 3, None),
    ],
)
def test_four_zero_bytes_at_the_end_of_a_text_are_none_of_it(tmp_path, text, zeros, kept):
    path = tmp_path / "a.txt"
    path.write_bytes(text + bytes(zeros))
    path.with_suffix(".cal").touch()
    source = Source(path)
    plain, notices = without_zero_tail(source)
    if kept is None:
        assert (plain is source, notices) == (True, [])
        return
    assert (plain.read(), plain.size, plain.head) == (text[:kept], kept, text[:kept])
    assert (plain.shown, [one.name for one in plain.beside("*.cal")]) == (str(path), ["a.cal"])
    lost = len(text) + zeros - kept
    (notice,) = notices
    assert (notice.code, notice.message) == (
        "zero-tail", f"the file ends in {lost} zero bytes from offset {kept}: they are not data"
    )  # fmt: skip
    plain.require_unchanged()


@pytest.mark.parametrize(
    ("what", "found", "hint"),
    [
        (None, "NoneType", None),
        (3, "int", None),
        (
            ["a.mpr"],
            "list",
            "read one file at a time; echub.convert_many, echub.stack and echub.align take several",
        ),
        (io.StringIO("t;U"), "a file opened as text", 'open(path, "rb") opens a file as it is'),
    ],
)
def test_what_is_neither_path_nor_bytes_nor_file_is_refused(what, found, hint):
    with pytest.raises(SourceNotFound) as refused:
        Source.of(what)
    assert (refused.value.message, refused.value.found, refused.value.hint) == (
        "this cannot be read as a file",
        found,
        hint,
    )
