"""On a cluster's workers: the same ledger and bytes, past workers that die, and never with other versions."""

import os
import shutil
import socket
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from echub.batch import engines
from echub.batch.batch import Batch, convert_many
from echub.batch.engines import DaskWorkers, Environment, packed
from echub.batch.workers import Died
from echub.errors import EngineError, PluginError
from tests.echub.folders import AGAIN, FIRST, ledger, tree
from tests.messages.saying import Fake

HERE = Environment("1", "1", (("acme", "echub-acme 1 ok"), ("table", "echub 1 ok")))


@pytest.fixture(scope="module")
def cluster():
    """Two workers on this machine, for all tests: starting them takes seconds."""
    pytest.importorskip("distributed", reason="needs the extra cluster (dask.distributed)")
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), DaskWorkers("dask", 2) as started:
        yield started


def statuses(folder, out, cluster):
    with Batch([folder], out) as batch:
        return {Path(done.source).name: done.status for done in batch.run(cluster=cluster)}


def test_the_same_ledger_and_bytes_as_processes(cluster, folder, out, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BATCH_ITEMS", 2)
    assert statuses(folder, out, cluster) == FIRST
    list(convert_many([folder], tmp_path / "jobs", jobs=2))
    assert tree(out) == tree(tmp_path / "jobs")
    assert statuses(folder, out, cluster) == AGAIN


def test_a_cluster_of_ours_is_quiet_and_no_other(cluster):
    import dask

    name = "distributed.worker.profile.enabled"
    assert set(cluster.client.run(dask.config.get, name).values()) == {False}
    assert dask.config.get(name) is True


def test_what_the_user_has_set_stays():
    dask = pytest.importorskip("dask", reason="needs the extra cluster (dask.distributed)")
    import distributed  # noqa: F401  brings its usual settings

    tick, monitor = (f"distributed.{name}.interval" for name in ("admin.tick", "admin.system-monitor"))
    with dask.config.set({tick: "7s"}), engines._settings(engines._QUIET):
        assert (dask.config.get(tick), dask.config.get(monitor)) == ("7s", "5s")
    assert dask.config.get(monitor) == "500ms"


def test_a_run_that_was_stopped_goes_on(cluster, folder, out, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BATCH_ITEMS", 1)
    for number in range(12):
        shutil.copy(folder / "cp.mpr", folder / f"{number}.mpr")
    with Batch([folder], out) as batch:
        running = batch.run(cluster=cluster)
        next(running)
        running.close()
    assert 1 <= len(ledger(out)) < 17
    statuses(folder, out, cluster)
    list(convert_many([folder], tmp_path / "jobs"))
    assert tree(out) == tree(tmp_path / "jobs")


def kill_at_three(number):
    if number == 3:
        os._exit(1)
    return number * number


def test_what_kills_its_worker_is_found_and_the_rest_is_done(cluster, monkeypatch):
    monkeypatch.setattr(engines, "BATCH_ITEMS", 4)
    found = dict(cluster.each(kill_at_three, iter(range(8)), lambda _: 0))
    assert isinstance(found.pop(3), Died)
    assert found == {number: number * number for number in (0, 1, 2, 4, 5, 6, 7)}


def test_what_only_waited_on_a_worker_that_died_is_not_blamed(cluster, monkeypatch):
    monkeypatch.setattr(engines, "BATCH_ITEMS", 1)
    monkeypatch.setattr(engines, "AHEAD", 8)
    found = dict(cluster.each(kill_at_three, iter(range(16)), lambda _: 0))
    assert [number for number, result in found.items() if isinstance(result, Died)] == [3]


def test_an_address_of_a_scheduler_takes_its_workers(cluster):
    address = cluster.started.scheduler_address.replace("tcp://", "dask://")
    with DaskWorkers(address) as other:
        assert other.workers >= 1
        assert dict(other.each(abs, iter([-1]), lambda _: 0)) == {-1: 1}
    assert cluster.workers >= 1  # what others started goes on


def test_other_versions_are_named(cluster, monkeypatch):
    address = cluster.started.scheduler_address.replace("tcp://", "dask://")
    monkeypatch.setattr(engines, "environment", lambda: HERE)
    with pytest.raises(EngineError, match="other results") as caught, DaskWorkers(address):
        pass
    assert "acme" in str(caught.value)


def test_the_differences_of_environments_in_words():
    there = Environment("2", "1", (("table", "echub 2 ok"), ("extra", "x 1 ok")))
    assert HERE.differences(HERE) == []
    assert HERE.differences(there) == [
        "echub 2 there, 1 here",
        "plugin acme is missing there, echub-acme 1 ok here",
        "plugin extra x 1 ok there, is missing here",
        "plugin table echub 2 ok there, echub 1 ok here",
    ]


def test_a_worker_that_comes_later_with_another_version_works_on_nothing(tmp_path):
    done = []
    with pytest.raises(EngineError) as refused:
        engines._in_worker(HERE, str(tmp_path), done.append, ["a source"])
    assert f"echub {engines.environment().echub} there, 1 here" in refused.value.found
    assert done == []


@pytest.mark.parametrize("address", ["dask://127.0.0.1:9", "dask://nowhere.invalid:8786"])
def test_a_scheduler_that_cannot_be_reached(address):
    pytest.importorskip("distributed", reason="needs the extra cluster (dask.distributed)")
    with pytest.raises(EngineError, match="cannot be reached"), DaskWorkers(address, wait=0.5):
        pass


def test_another_program_at_the_address_is_not_waited_for_forever():
    pytest.importorskip("distributed", reason="needs the extra cluster (dask.distributed)")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"dask://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineError, match="cannot be reached") as refused, DaskWorkers(address, wait=0.5):
            pass
    assert refused.value.found == "TimeoutError: something listens there, and did not answer within 1 s"


@pytest.mark.parametrize("address", ["ray", "dask://", "dask://host", "tcp://host:1"])
def test_an_engine_that_is_not_one(address):
    pytest.importorskip("distributed", reason="needs the extra cluster (dask.distributed)")
    with pytest.raises(EngineError, match="names an engine"), DaskWorkers(address):
        pass


@pytest.mark.parametrize(("package", "address"), [("distributed", "dask"), ("dask_jobqueue", "slurm")])
def test_what_is_missing_is_named(package, address, monkeypatch):
    if address == "slurm":
        pytest.importorskip("distributed", reason="needs the extra cluster (dask.distributed)")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PluginError) as caught, DaskWorkers(address):
        pass
    assert "pip install" in caught.value.hint


def test_batches_have_about_equal_bytes():
    sizes = [1, 1, 40 << 20, 5, 33 << 20, *[1] * 130]
    found = list(packed(iter(sizes), lambda size: size))
    assert [len(batch) for batch in found] == [3, 2, 64, 64, 2]
    assert [size for batch in found for size in batch] == sizes


def test_the_last_batches_are_divided_among_the_workers():
    found = [len(batch) for batch in packed(iter(range(1000)), lambda _: 0, 1000, 2)]
    assert sum(found) == 1000
    assert found == sorted(found, reverse=True)
    assert found[0] == 64
    assert found[-1] == 1
    assert len(found) < 60
    assert [len(batch) for batch in packed(iter(range(3)), lambda _: 0, 3, 2)] == [1, 1, 1]
    assert sum(map(len, packed(iter(range(3)), lambda _: 0, 3, 0))) == 3  # all workers died; others may come


@pytest.mark.parametrize(
    ("link", "bokeh", "shown"),
    [("http://h:1", True, "http://h:1"), (None, True, ""), ("http://h:1", False, "")],
)
def test_the_page_of_the_progress_is_named_where_there_is_one(monkeypatch, link, bokeh, shown):
    made = DaskWorkers("dask")
    made.client = Fake(dashboard_link=link)
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: bokeh and name == "bokeh")
    assert made.dashboard == shown


class Cluster:
    """What a scheduler that is asked for results answers, and what it was told."""

    def __init__(self, **answers):
        self.answers, self.closed = answers, 0

    def wait_for_workers(self, count, timeout):
        assert (count, timeout) == (1, 7)
        if "none" in self.answers:
            raise TimeoutError

    def run(self, function, *given, on_error):
        assert on_error == "return"
        return {"tcp://a": "0.1", "tcp://b": self.answers["echub" if given else "environment"]}

    def close(self):
        self.closed += 1


@pytest.mark.parametrize(
    ("answers", "found", "path"),
    [
        ({"none": True}, None, "dask://h:1"),
        ({"echub": ImportError("no echub")}, "echub is missing there", "tcp://b"),
        ({"echub": "0.1", "environment": ValueError("torn")}, "ValueError: torn", "tcp://b"),
        ({"echub": "0.1", "environment": Environment("2", "1", HERE.plugins)}, "echub 2 there, 1 here", "tcp://b"),
        ({"echub": "0.1", "environment": HERE}, "", ""),
    ],
)
def test_workers_that_would_give_other_results_are_refused(monkeypatch, answers, found, path):
    made = DaskWorkers("dask://h:1", wait=7)
    made.client = Cluster(**answers)
    run = made.client.run
    first = {"tcp://a": HERE}
    made.client.run = lambda function, *given, **how: run(function, *given, **how) | ({} if given else first)
    monkeypatch.setattr(engines, "environment", lambda: HERE)
    if found == "":
        made._require_workers()
        return
    with pytest.raises(EngineError) as refused:
        made._require_workers()
    assert (refused.value.found, refused.value.path) == (found, path)
    assert refused.value.hint


def test_both_the_client_and_a_cluster_that_was_started_are_let_go():
    made = DaskWorkers("dask")
    made.__exit__()  # nothing is held yet
    made.client, made.started = Cluster(), Cluster()
    made.__exit__()
    assert (made.client.closed, made.started.closed) == (1, 1)


def test_work_is_done_in_the_folder_of_the_command(tmp_path):
    before = os.getcwd()
    here = engines.environment()
    assert engines._in_worker(here, str(tmp_path), lambda item: (item, os.getcwd()), [1, 2]) == [
        (1, str(tmp_path)),
        (2, str(tmp_path)),
    ]
    assert os.getcwd() == before
    with pytest.raises(EngineError, match="does not see the folder") as refused:
        engines._in_worker(here, str(tmp_path / "gone"), abs, [1])
    assert refused.value.path == str(tmp_path / "gone")
    with pytest.raises(ZeroDivisionError):
        engines._in_worker(here, str(tmp_path), lambda item: 1 / item, [0])
    assert os.getcwd() == before


# -- how workers are started -----------------------------------------------------------------------


def test_the_environment_states_each_plugin_with_its_distribution_and_state():
    import echub_schemas
    from echub import __version__
    from echub.registry.registry import registry

    here = engines.environment()
    assert (here.echub, here.schema) == (__version__, echub_schemas.VERSION)
    assert ("native", f"echub {__version__} ok") in here.plugins
    assert [name for name, _ in here.plugins] == sorted(plugin.name for plugin in registry().plugins)


@pytest.mark.parametrize(("bokeh", "page"), [(True, ":0"), (False, None)])
def test_workers_of_this_machine_are_processes_of_one_thread_that_nobody_else_reaches(monkeypatch, bokeh, page):
    asked = []
    monkeypatch.setattr(engines.importlib.util, "find_spec", lambda name: bokeh and name == "bokeh")
    monkeypatch.setattr(engines, "_settings", lambda wanted: asked.append(wanted) or nullcontext())
    made = DaskWorkers("dask", jobs=3)
    dask = Fake(LocalCluster=lambda **how: asked.append(how) or "a cluster")
    assert (made._start(dask), made.started) == ("a cluster", "a cluster")
    assert asked == [
        engines._QUIET,
        {"n_workers": 3, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": page},
    ]


def test_jobs_of_slurm_are_as_many_as_asked_for(monkeypatch):
    scaled = []
    cluster = Fake(scale=scaled.append)
    monkeypatch.setitem(sys.modules, "dask_jobqueue", Fake(SLURMCluster=lambda: cluster))
    made = DaskWorkers("slurm", jobs=5)
    assert made._start(None) is made.started is cluster
    assert scaled == [5]


@pytest.mark.parametrize(
    ("address", "where"), [("dask://h:1", "tcp://h:1"), ("dask://10.0.0.1:8786", "tcp://10.0.0.1:8786")]
)
def test_a_scheduler_that_runs_is_reached_by_its_address_and_not_ended(address, where):
    made = DaskWorkers(address)
    assert (made._start(None), made.started) == (where, None)


def test_a_client_is_ours_alone_and_waits_so_long_for_the_scheduler():
    asked = []
    dask = Fake(Client=lambda where, **how: asked.append((where, how)) or "a client")
    assert DaskWorkers("dask://h:1", wait=7)._connected(dask, "tcp://h:1") == "a client"
    assert asked == [("tcp://h:1", {"timeout": 7, "set_as_default": False})]

    def refuse(*_, **__):
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        DaskWorkers("dask://h:1")._connected(Fake(Client=refuse), "tcp://h:1")


def test_all_workers_are_counted_not_only_those_that_are_shown():
    made = DaskWorkers("dask://h:1")
    asked = []
    made.client = Fake(
        scheduler_info=lambda n_workers: asked.append(n_workers) or {"workers": dict.fromkeys("abc")}
    )
    assert (made.workers, asked) == (3, [-1])


def test_a_batch_ends_at_its_bytes_or_at_its_number():
    """32 MiB, or 64 sources; the last ones are a quarter of a worker's part: of 16 for two workers, two each."""
    half = engines.BATCH_BYTES // 2
    assert engines.BATCH_BYTES == 32 * 1024**2
    assert [len(batch) for batch in packed(iter([half] * 5), int)] == [2, 2, 1]
    assert [len(batch) for batch in packed(iter([half - 1] * 5), int)] == [3, 2]
    assert [len(batch) for batch in packed(iter([0] * 129), int)] == [64, 64, 1]
    assert [len(batch) for batch in packed(iter([0] * 16), int, 16, 2)] == [2, *[1] * 14]
    assert list(packed(iter([]), int, 0, 2)) == []
