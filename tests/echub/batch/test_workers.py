"""Work in processes: bounded, complete, and past those that die."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from weakref import WeakSet

import pytest

from echub.batch.workers import AHEAD, Died, _undisturbed, each, in_order
from echub.errors import WorkerDied
from echub.files.threads import LIMITS

DEADLY = {7, 23}
ROOT = str(Path(__file__).parents[3])


def square(number):
    return number * number


def square_or_die(number):
    if number in DEADLY:
        os._exit(3)
    return number * number


def refuse(number):
    raise ValueError(f"no {number}")


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_every_item_has_its_result(jobs):
    assert dict(each(square, range(50), jobs=jobs, chunk=4)) == {n: n * n for n in range(50)}


def test_without_processes_all_is_done_here_and_in_order():
    here = [(item, pid) for item, pid in each(lambda _: os.getpid(), "abc")]
    assert here == [(item, os.getpid()) for item in "abc"]


def test_ten_thousand_items_are_never_under_way_at_once():
    """Items may be endless: only a few are taken before their results are given back."""
    taken = 0

    def items():
        nonlocal taken
        while taken < 10_000:
            taken += 1
            yield taken

    most = 0
    for given, (item, result) in enumerate(each(square, items(), jobs=2, chunk=4), 1):
        assert result == item * item
        most = max(most, taken - given)
    assert given == 10_000
    assert most <= AHEAD * 2 * 4


@pytest.mark.parametrize("chunk", [1, 4])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_death_is_its_own_item_s_and_nobody_else_s(jobs, chunk):
    results = dict(each(square_or_die, range(30), jobs=jobs, chunk=chunk))
    assert {item for item, result in results.items() if result == Died()} == DEADLY
    assert all(results[n] == n * n for n in set(range(30)) - DEADLY)


@pytest.mark.parametrize("jobs", [None, 2])
def test_results_may_come_in_the_order_of_the_items(jobs):
    work = square if jobs is None else square_or_die
    found = list(in_order(work, range(30), jobs=jobs))
    assert [item for item, _ in found] == list(range(30))
    assert [r for n, r in found if jobs is None or n not in DEADLY] == [
        n * n for n in range(30) if jobs is None or n not in DEADLY
    ]
    assert {n for n, r in found if r == Died()} == (set() if jobs is None else DEADLY)


class Large:
    """A result that should not be kept longer than it is needed."""


def test_a_result_in_order_is_let_go_once_it_is_taken():
    made = WeakSet()

    def work(_):
        made.add(large := Large())
        return large

    for _ in in_order(work, range(20)):
        assert len(made) <= 2  # the one that was taken, and the one of the round before


@pytest.mark.parametrize("jobs", [None, 2])
def test_what_the_work_raises_is_raised(jobs):
    with pytest.raises(ValueError, match="no 0"):
        list(each(refuse, range(1), jobs=jobs))


def test_any_executor_may_do_the_work_and_stays_open():
    with ThreadPoolExecutor(2) as executor:
        assert dict(each(square, range(20), executor=executor)) == {n: n * n for n in range(20)}
        assert executor.submit(square, 3).result() == 9


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_executor_has_a_few_items_for_each_of_its_workers(jobs):
    """All that are sent together count; none is sent before there is room."""
    taken = []

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(1) as executor:
        results = each(square, items(), jobs=jobs, executor=executor, chunk=2)
        next(results)
        assert len(taken) == AHEAD * jobs * 2
        results.close()


def test_an_executor_of_another_s_that_breaks_is_said_to_be_broken():
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor,
        pytest.raises(WorkerDied, match="the workers of the executor died"),
    ):
        list(each(square_or_die, range(30), executor=executor))


def pid_and_wait(seconds):
    time.sleep(seconds)
    return os.getpid()


def test_nobody_waits_for_what_nobody_wants():
    """Leaving the results ends the workers, whatever they do."""
    results = each(pid_and_wait, [0, 600, 600], jobs=2)
    _, pid = next(results)
    begin = time.monotonic()
    results.close()
    assert time.monotonic() - begin < 300
    assert not _alive(pid)


PARENT = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from tests.echub.batch.test_workers import pid_and_wait
from echub.batch.workers import each
if __name__ == "__main__":
    for _, pid in each(pid_and_wait, [0, 0, 600], jobs=1):
        print(pid, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, script, ROOT], stdout=subprocess.PIPE, text=True)
    with parent:
        pid = int(parent.stdout.readline())
        assert _alive(pid)
        parent.kill()
    deadline = time.monotonic() + 60
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(pid)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # one that ended and is not yet collected
        return ") Z" not in stat.read()


def limits_when_numpy_was_imported(_):
    """Return what a library that reads its limit at the import of NumPy finds."""
    return [os.environ.get(name) for name in LIMITS]


def test_workers_compute_with_one_thread_each_and_the_parent_keeps_its_own(monkeypatch):
    for name in LIMITS:
        monkeypatch.delenv(name, raising=False)
    ((_, found),) = each(limits_when_numpy_was_imported, [0], jobs=1)
    assert found == ["1"] * len(LIMITS)
    assert not any(name in os.environ for name in LIMITS)


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_a_process_starts_with_the_limit_or_with_the_users_own(monkeypatch, start):
    """The first submission starts the process, whose libraries read the limit when they are imported."""
    script = (
        "import multiprocessing, os\n"
        "from echub.files.threads import SingleThreadedPool\n"
        "if __name__ == '__main__':\n"
        f"    with SingleThreadedPool(1, multiprocessing.get_context({start!r})) as pool:\n"
        "        print(*pool.map(os.getenv, ['OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS']))\n"
        "    print(os.getenv('OPENBLAS_NUM_THREADS'))\n"
    )
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["1", "3", "None"]


@pytest.mark.skipif(sys.platform != "linux", reason="the fork server is of Linux")
def test_ctrl_c_does_not_reach_the_fork_server_while_it_imports(tmp_path):
    """A terminal sends it to every process of the command: here the server sends it to itself."""
    (tmp_path / "interrupted.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    code = """
from echub.batch import workers
if __name__ == "__main__":
    workers._PRELOADED = ["interrupted"]
    print(list(workers.each(abs, [-1, -2], jobs=1)))
"""
    (tmp_path / "run.py").write_text(code)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, env=environment)
    assert (done.stdout, done.stderr) == ("[(-1, 1), (-2, 2)]\n", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_ctrl_c_waits_for_steps_that_belong_together_even_if_another_thread_hears_it():
    """The system gives it to any thread that does not block it; Python answers in the main one."""
    over, steps = threading.Event(), []
    threading.Thread(target=over.wait).start()
    told, heard = socket.socketpair()
    told.setblocking(False)
    before = signal.set_wakeup_fd(told.fileno())
    try:
        with pytest.raises(KeyboardInterrupt):
            together(steps, heard)
    finally:
        signal.set_wakeup_fd(before)
        over.set()
        told.close()
        heard.close()
    assert steps == ["begun", "done"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def together(steps, heard):
    with _undisturbed():
        steps.append("begun")
        os.kill(os.getpid(), signal.SIGINT)
        heard.recv(1)  # the other thread has it
        steps.append("done")
    steps.append("too late")
