"""What a killed study left unfinished is removed by the next run, and what a living one writes is not."""

import os
import signal
import time
from pathlib import Path

import pytest

from echub.analysis import study_report
from echub.analysis.study_folder import RUN, writing_in
from echub.files.output import write_atomically
from tests.echub.analysis.test_study_names import answer, study

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="stops processes that were forked")
PLACES = ("results.csv", "outcomes/s/a.outcome.json", "tables/s.t.csv", "cache/x.outcomes.json")


def _unfinished(out, name, pause):
    """Start a process that writes one file of a study, and pauses before it is whole; return it."""

    def write(path):
        path.write_bytes(b"half")
        time.sleep(pause)

    child = os.fork()
    if child:
        end = time.monotonic() + 10
        while time.monotonic() < end and not list(out.rglob(".echub-*.part")):
            time.sleep(0.01)
        return child
    with writing_in(out):
        write_atomically([(out / name, write)], run=RUN)
    os._exit(0)


def _left(out):
    return list(out.rglob(".echub-*.part"))


def _run(folder, out):
    study_report.write_results(study(folder, "s"), [answer("s", "a")], out)


@pytest.mark.parametrize("name", PLACES)
def test_the_rest_of_a_killed_run_is_removed(tmp_path, name):
    out = tmp_path / "out"
    child = _unfinished(out, name, 60)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert len(_left(out)) == 1
    _run(tmp_path, out)
    assert _left(out) == []


def test_the_work_of_a_living_run_is_not(tmp_path):
    out = tmp_path / "out"
    child = _unfinished(out, PLACES[3], 1.0)
    _run(tmp_path, out)  # and does not wait for the other one
    assert len(_left(out)) == 1
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (out / PLACES[3]).read_bytes() == b"half"


def test_all_that_killed_runs_left_is_removed(tmp_path):
    left = [
        tmp_path / f".echub-{RUN}.{digits}.part" for digits in ("0123456789abcdef", "fedcba9876543210", "0" * 16)
    ]
    for path in left:
        path.write_bytes(b"half")
    with writing_in(tmp_path):
        assert _left(tmp_path) == []


def test_other_files_of_the_folder_stay(tmp_path):
    out = tmp_path / "out"
    _run(tmp_path, out)
    kept = [
        out / ".echub-run.0123456789abcdef.part",
        out / "cache" / ".echub-0123456789abcdef.part",
        out / ".echub-x",
    ]
    deep = out / "mine" / f".echub-{RUN}.0123456789abcdef.part"  # a folder that no study writes
    deep.parent.mkdir()
    for path in (*kept, deep):
        Path(path).write_bytes(b"x")
    _run(tmp_path, out)
    assert all(path.exists() for path in (*kept, deep))
