"""Where output goes, and files that appear whole or not at all."""

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from echub.errors import TargetClash, TargetExists, TargetNotWritable
from echub.files.output import (
    PreviousOutputs,
    Target,
    files_below,
    plan,
    require_free,
    write_atomically,
)
from echub.registry.boundary import PluginFault

OUT = Path("out")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder `data` with files in two levels, hidden ones, sidecars and results."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "b.mpr",
        "a.mpr",
        "deep/er/c.mpr",
        "deep/readme.txt",
        ".hidden.mpr",
        ".git/config",
        "echub.toml",
        "a.mpr.echub.toml",
        "a.mpr.h5",
    ):
        path = Path("data", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89HDF\r\n\x1a\n" if path.suffix == ".h5" else b"x")  # a cut file is one of ours still
    return tmp_path


def planned(paths, out=None):
    return [(str(job.source), str(job.stem), job.named) for job in plan([Path(p) for p in paths], out)]


# -- planning ------------------------------------------------------------------------------------


def test_a_named_file_stays_beside_itself_or_goes_to_the_folder(tree):
    assert planned(["data/a.mpr"]) == [("data/a.mpr", "data/a.mpr", True)]
    assert planned(["data/a.mpr"], OUT) == [("data/a.mpr", "out/a.mpr", True)]
    assert planned(["data/.hidden.mpr"]) == [("data/.hidden.mpr", "data/.hidden.mpr", True)]
    assert planned(["nothing.mpr"]) == [("nothing.mpr", "nothing.mpr", True)]  # refused when it is opened


def test_a_folder_is_walked_in_order_and_mirrored(tree):
    assert planned(["data"], OUT) == [
        ("data/a.mpr", "out/a.mpr", False),
        ("data/b.mpr", "out/b.mpr", False),
        ("data/deep/readme.txt", "out/deep/readme.txt", False),
        ("data/deep/er/c.mpr", "out/deep/er/c.mpr", False),
    ]


def test_without_a_folder_for_results_they_lie_beside_their_sources(tree):
    assert [stem for _, stem, _ in planned(["data"])] == [source for source, _, _ in planned(["data"])]


def test_results_inside_the_walked_folder_are_not_walked(tree):
    inside = Path("data/out")
    inside.mkdir()
    (inside / "old.mpr").write_bytes(b"x")
    assert "data/out/old.mpr" not in [source for source, _, _ in planned(["data"], inside)]
    assert "data/out/old.mpr" in [source for source, _, _ in planned(["data"])]


def test_two_sources_of_one_target_fail_before_any_work(tree):
    (tree / "other").mkdir()
    (tree / "other" / "a.mpr").write_bytes(b"y")
    with pytest.raises(TargetClash, match=r"two sources would be written to out/a\.mpr") as refused:
        planned(["data/a.mpr", "other/a.mpr"], OUT)
    assert refused.value.found == "data/a.mpr and other/a.mpr"
    assert refused.value.exit_code == 2


def test_the_same_source_twice_is_one_job(tree):
    assert planned(["data/a.mpr", "data/../data/a.mpr"]) == [("data/a.mpr", "data/a.mpr", True)]
    jobs = planned(["data", "data/a.mpr"], OUT)
    assert [job for job in jobs if job[0] == "data/a.mpr"] == [("data/a.mpr", "out/a.mpr", True)]
    assert len(jobs) == 4


def test_links_to_folders_are_not_followed_and_loops_end(tree):
    (tree / "data" / "self").symlink_to("..", target_is_directory=True)
    (tree / "data" / "loop.mpr").symlink_to("loop.mpr")
    (tree / "data" / "broken.mpr").symlink_to("nowhere")
    (tree / "data" / "link.mpr").symlink_to("a.mpr")
    sources = [source for source, _, _ in planned(["data"], OUT)]
    assert not [source for source in sources if "self/" in source]
    assert {"data/loop.mpr", "data/broken.mpr", "data/link.mpr"} <= set(sources)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("name", ["pipe.mpr", "pipe.csv", "pipe.toml"])  # of some the first line is read
def test_a_pipe_in_a_folder_is_passed_over(tree, name):
    os.mkfifo(tree / "data" / name)
    assert f"data/{name}" not in [source for source, _, _ in planned(["data"])]


def test_a_file_that_is_only_called_as_one_of_ours_is_walked(tree):
    """Text, another program's HDF5 and an empty file: none holds a record, and passing over them told nobody."""
    for name, data in {"text.h5": b"t / s,U / V\n", "empty.h5": b""}.items():
        Path("data", name).write_bytes(data)
    h5py = pytest.importorskip("h5py")
    with h5py.File("data/other.h5", "w") as other:
        other["counts"] = [1, 2, 3]
    sources = [source for source, _, _ in planned(["data"], OUT)]
    assert [source for source in sources if source.endswith(".h5")] == [
        "data/empty.h5",
        "data/other.h5",
        "data/text.h5",
    ]


NOBODY_PLANS = """
import os, sys
from pathlib import Path
from echub import validate
from echub.files.output import plan
os.setuid(65534)
print([str(job.source) for job in plan([Path(sys.argv[1])], None)])
print([(problem.rule.name, problem.path) for problem in validate(sys.argv[1]).problems])
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_may_not_be_listed_is_not_passed_over_in_silence():
    with tempfile.TemporaryDirectory() as folder:
        closed = Path(folder, "closed")
        closed.mkdir()
        closed.chmod(0o700)
        Path(folder).chmod(0o755)
        done = subprocess.run([sys.executable, "-c", NOBODY_PLANS, folder], capture_output=True, text=True)
        assert done.stdout.splitlines() == [str([str(closed)]), str([("unreadable", str(closed))])], done.stderr


# -- targets -------------------------------------------------------------------------------------


def test_an_existing_target_is_refused_without_force(tmp_path):
    target = tmp_path / "a.h5"
    require_free(target, force=False)
    target.write_bytes(b"")
    with pytest.raises(TargetExists, match="the output exists already") as refused:
        require_free(target, force=False)
    assert refused.value.path == str(target)
    require_free(target, force=True)
    (tmp_path / "broken").symlink_to("nowhere")
    with pytest.raises(TargetExists):
        require_free(tmp_path / "broken", force=False)


# -- writing -------------------------------------------------------------------------------------


def writing(data):
    return lambda path: path.write_bytes(data)


def failing(error, data=b"half"):
    def write(path):
        path.write_bytes(data)
        raise error

    return write


def test_all_parts_appear(tmp_path):
    parts = [(tmp_path / "new" / "a.csv", writing(b"1")), (tmp_path / "b.csv", writing(b"2"))]
    write_atomically(parts)
    assert (tmp_path / "new" / "a.csv").read_bytes() == b"1"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.csv", "new"]


def test_while_writing_no_target_is_there(tmp_path):
    seen = []
    first = tmp_path / "a"

    def look(path):
        path.write_bytes(b"x")
        seen.append(first.exists())

    write_atomically([(first, writing(b"x")), (tmp_path / "b", look)])
    assert seen == [False]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt(), MemoryError(), SystemExit(1)])
@pytest.mark.parametrize("first_fails", [True, False])
def test_an_exception_in_the_middle_leaves_nothing(tmp_path, error, first_fails):
    parts = [(tmp_path / "a", writing(b"1")), (tmp_path / "b", failing(error))]
    with pytest.raises(type(error)):
        write_atomically(parts[::-1] if first_fails else parts)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(ValueError, match="mine"):
        write_atomically([(tmp_path / "a", failing(ValueError("mine")))])
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the quota is used up"),
        (errno.EFBIG, "the file would be larger than allowed here"),
        (errno.EACCES, "no permission to write there"),
        (errno.EPERM, "no permission to write there"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EISDIR, "a folder has that name"),
        (errno.ENOTDIR, "a part of the path is a file, not a folder"),
        (errno.EEXIST, "a part of the path is a file, not a folder"),
        (errno.ENAMETOOLONG, "the name is too long for this file system"),
        (errno.EIO, None),
    ],
)
def test_what_the_system_refuses_is_said_in_words(tmp_path, number, cause):
    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / "a", failing(OSError(number, os.strerror(number))))])
    assert refused.value.cause == cause
    assert refused.value.path == str(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "message",
    [
        "Can't write data (file write failed: time = ..., errno = 28, error message = 'No space left on device')",
        "IO error: No space left on device (os error 28)",
    ],
)
def test_the_error_number_is_found_in_the_message_of_a_library(tmp_path, message):
    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / "a", failing(RuntimeError(message)))])
    assert refused.value.cause == "the disk is full"


@pytest.mark.parametrize("error", [ValueError("zlib"), PluginFault("the writer failed", found="ComputeError")])
def test_an_error_of_a_library_on_a_full_disk_is_the_disks(tmp_path, monkeypatch, error):
    def full(path, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(path):
        monkeypatch.setattr(Path, "write_bytes", full)
        raise error

    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / "a", write)])
    assert refused.value.cause == "the disk is full"


@pytest.mark.parametrize("error", [ValueError("zlib"), PluginFault("the writer failed")])
def test_an_error_of_a_library_stays_its_own_if_there_is_room(tmp_path, error):
    def write(path):
        raise error

    with pytest.raises(type(error)):
        write_atomically([(tmp_path / "a", write)])
    assert list(tmp_path.iterdir()) == []


HASH_OF_OLD = hashlib.sha256(b"old").hexdigest()


@pytest.mark.parametrize("other", ["a", "b"])
@pytest.mark.parametrize(("earlier", "there", "is_kept"), [
    ({}, b"old", True), ({}, b"new", False), ({HASH_OF_OLD}, b"old", False),
    ({"0" * 64, HASH_OF_OLD}, b"old", False), ({"0" * 64}, b"old", True),
])  # fmt: skip
def test_every_part_replaces_only_what_an_earlier_run_wrote(tmp_path, other, earlier, there, is_kept):
    """Either all parts are written, whichever of them is there already, or none."""
    (tmp_path / other).write_bytes(there)
    parts = [(tmp_path / name, writing(b"new")) for name in "ab"]
    before = PreviousOutputs({str(tmp_path / other): frozenset(earlier)})
    if is_kept:
        with pytest.raises(TargetExists, match="is not what echub wrote there") as refused:
            write_atomically(parts, before)
        assert refused.value.path == str(tmp_path / other)
        assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(other, there)]
        write_atomically(parts, PreviousOutputs(anything=True))
    else:
        written = write_atomically(parts, before)
        new = hashlib.sha256(b"new").hexdigest()
        assert written == [(str(tmp_path / name), 3, new) for name in "ab"]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"new", "b": b"new"}


@pytest.mark.parametrize("make", ["link", "folder"])
def test_what_is_no_file_is_not_what_an_earlier_run_wrote(tmp_path, make):
    target = tmp_path / "a"
    target.symlink_to("nowhere") if make == "link" else target.mkdir()
    with pytest.raises(TargetExists if make == "link" else TargetNotWritable):
        write_atomically([(target, writing(b"new"))], PreviousOutputs())
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert target.is_symlink() is (make == "link")


def test_temporary_files_are_marked_by_their_run(tmp_path):
    names = []

    def look(path):
        names.append(path.name)
        path.write_bytes(b"x")

    write_atomically([(tmp_path / "a", look)], PreviousOutputs(run="1-of-3"))
    write_atomically([(tmp_path / "b", look)], run="2-of-3")
    write_atomically([(tmp_path / "c", look)])
    marks = [re.fullmatch(r"\.echub-(.*?)[0-9a-f]{16}\.part", name)[1] for name in names]
    assert marks == ["1-of-3.", "2-of-3.", ""]


def test_files_below_a_folder_are_those_of_no_kind_of_ours(tree):
    found = [str(path) for path in files_below(Path("data"))]
    assert found == ["data/a.mpr", "data/a.mpr.h5", "data/b.mpr", "data/deep/readme.txt", "data/deep/er/c.mpr"]


@pytest.mark.parametrize(("suffixes", "paths"), [
    ([".csv", ".csv-metadata.json"], ["x.txt", "x.txt-metadata.json"]), ([".csv-metadata.json", ".csv"],
     ["x.txt-metadata.json", "x.txt"]), ([".csv", ".json"], None), ([], None), ([".csv", ".csv"], None),
])  # fmt: skip
def test_a_target_that_is_one_file_takes_one_part_and_its_companions(suffixes, paths):
    target = Target.of(Path("a/run.mpr"), "out", "to/x.txt")
    if paths is None:
        with pytest.raises(TargetClash) as refused:
            target.paths(suffixes)
        assert refused.value.found == (", ".join(suffixes) or "nothing to write")
        assert refused.value.path == str(Path("to/x.txt"))
    else:
        assert target.paths(suffixes) == [Path("to") / name for name in paths]
    assert Target.of(Path("a/run.mpr"), "out").paths([".csv"]) == [Path("out/run.mpr.csv")]
    assert Target.of(Path("a/run.mpr")).paths([".csv"]) == [Path("a/run.mpr.csv")]


def test_a_folder_of_that_name_is_refused_and_nothing_is_replaced(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").mkdir()
    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / "a", writing(b"new")), (tmp_path / "b", writing(b"new"))])
    assert refused.value.cause == "a folder has that name"
    assert (tmp_path / "a").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_a_file_where_a_folder_must_be_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / "file" / "a", writing(b"x"))])
    assert refused.value.cause == "a part of the path is a file, not a folder"


def test_a_name_too_long_is_refused_and_the_longest_possible_is_not(tmp_path):
    with pytest.raises(TargetNotWritable) as refused:
        write_atomically([(tmp_path / ("n" * 300), writing(b"x"))])
    assert refused.value.cause == "the name is too long for this file system"
    write_atomically([(tmp_path / ("n" * 255), writing(b"x"))])
    assert [len(p.name) for p in tmp_path.iterdir()] == [255]


# -- a disk that is really full ------------------------------------------------------------------

CONVERT = """
import sys, echub
from echub.errors import EchubError
if len(sys.argv) > 4:
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)
try:
    from pathlib import Path
    from echub.files.conversion import Writing, convert_sources
    from echub.files.output import Target
    from echub.files.reading import Reading
    source = Reading().source(sys.argv[1])
    convert_sources((source,), (), Target(Path(sys.argv[2])), Reading(), Writing(sys.argv[3]))
except EchubError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def convert_in_process(source, stem, to, *limit):
    command = [sys.executable, "-c", CONVERT, str(source), str(stem), to, *limit]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("to", ["native", "csv"])
@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit of file sizes")
@pytest.mark.parametrize("limit", ["0", "3000", "20000"])
def test_a_file_that_may_not_grow_leaves_nothing(tmp_path, eclab, to, limit):
    done = convert_in_process(eclab / "ramp.mpr", tmp_path / "out" / "ramp.mpr", to, limit)
    assert done.returncode == 2, done.stderr
    assert "target-not-writable" in done.stdout
    assert "larger than allowed" in done.stdout
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def tiny_disk(tmp_path):
    """Mount a file system of 24 KiB, where that is allowed."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if not shutil.which("mount") or not hasattr(os, "getuid") or os.getuid() != 0:
        pytest.skip("only root can mount a tiny file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tiny file system is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("to", ["native", "csv", "parquet", "xlsx", "mat"])
def test_a_full_disk_leaves_nothing(tiny_disk, eclab, to):
    done = convert_in_process(eclab / "ramp.mpr", tiny_disk / "ramp.mpr", to)
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stdout
    assert "Traceback" not in done.stderr
    assert list(tiny_disk.iterdir()) == []


AS_NOBODY = """
import os, sys
from pathlib import Path
from echub.errors import TargetNotWritable
from echub.files.output import write_atomically
os.setuid(65534)
try:
    write_atomically([(Path(sys.argv[1]), lambda path: path.write_bytes(b"x"))])
except TargetNotWritable as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
def test_no_permission_is_said():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        target = str(Path(folder, "a.h5"))
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, target], capture_output=True, text=True)
        assert "no permission to write there" in done.stdout, done.stderr
        assert os.listdir(folder) == []
