"""Plugins that loop or leave: stopped, named, and the process goes on."""

import os
import signal
import sys
import threading
import time

import pytest

import echub
from echub.analysis.figures import draw_outcome
from echub.errors import PluginError, ReadError
from echub.files import detect
from echub.plugin import Outcome, Series, Source
from echub.registry import boundary
from echub.registry.boundary import PluginFault, guarded, timed
from echub.registry.registry import Plugin, registry
from tests.echub import strangers

timers = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")


def loop():
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


@timers
def test_an_endless_loop_is_stopped_and_named():
    with pytest.raises(PluginFault, match="the reader a failed") as caught:
        guarded("the reader a", "the plugin a", loop, seconds=0.1)
    assert "took longer than 0.1 s" in caught.value.found
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@timers
def test_one_timer_stops_each_of_several():
    with timed(0.1):
        for _ in range(2):
            with pytest.raises(PluginFault):
                guarded("the reader a", "the plugin a", loop)
        time.sleep(0.15)  # ours, between two plugins: not interrupted


def test_an_exit_of_the_process_is_an_error():
    leave = os._exit
    with pytest.raises(PluginFault) as caught:
        guarded("the reader a", "the plugin a", lambda: os._exit(0))
    assert "os._exit(0)" in caught.value.found
    assert os._exit is leave


@pytest.mark.parametrize("who", ["a thread", "a child"])
def test_an_exit_that_is_not_the_plugins_own_ends_what_it_is_in(monkeypatch, who):
    """The thread that watches for the parent's end, and a child that a library forked."""
    left = []
    monkeypatch.setattr(boundary, "_exit_now", lambda status: left.append(status) or sys.exit(7))

    def end():
        with pytest.raises(SystemExit, match="7"):  # as `_exit_now` of this test ends it
            os._exit(5)

    def leave():
        if who == "a child":
            monkeypatch.setattr(os, "getpid", lambda: -1)
            return end()
        watch = threading.Thread(target=end)
        watch.start()
        return watch.join()

    assert guarded("the reader a", "the plugin a", leave) is None
    assert left == [5]


class Mute(Exception):
    def __str__(self):
        raise ValueError("in __str__")


class Silent(ReadError):
    def as_dict(self):
        raise ValueError("in as_dict")


class Pleased(ReadError):
    exit_code = 0


class Empty(ReadError):
    def __str__(self):
        return ""


class Worded(ReadError):
    exit_code = "3"


@pytest.mark.parametrize(
    "error",
    [Mute(), Silent("no"), Pleased("no"), Empty("no"), Worded("no")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_that_cannot_be_told_is_the_plugins_fault(error):
    def fail():
        raise error

    with pytest.raises(PluginFault) as caught:
        guarded("the reader a", "the plugin a", fail)
    assert caught.value.found == type(error).__name__


@pytest.mark.parametrize("module", ["echub_acme.errors", "echubacme", "acme.echub"])
def test_a_plugin_whose_name_begins_like_the_hubs_is_not_the_hub(monkeypatch, module):
    monkeypatch.setattr(Pleased, "__module__", module)

    def fail():
        raise Pleased("no")

    with pytest.raises(PluginFault):
        guarded("the reader a", "the plugin a", fail)


class Own(ReadError):
    exit_code = 1


def test_an_error_of_a_plugins_own_kind_is_passed_on_with_its_exit_code():
    def fail():
        raise Own("a wrong cell")

    with pytest.raises(Own) as caught:
        guarded("the reader a", "the plugin a", fail)
    assert (caught.value.message, caught.value.exit_code) == ("a wrong cell", 1)


@timers
@pytest.mark.parametrize("seconds", [7.0, 0.2])
def test_a_plugin_has_its_own_time(seconds):
    plugin = Plugin("a", "m", "echub-a", "1.0")
    left, again = plugin.run(lambda: signal.getitimer(signal.ITIMER_REAL), seconds=seconds)
    assert 0 < left <= seconds
    assert again == seconds
    assert plugin.run(lambda: signal.getitimer(signal.ITIMER_REAL)) == (0, 0)
    with pytest.raises(PluginFault) as caught:
        plugin.run(loop, where="a place", seconds=0.1)
    assert caught.value.message == "the plugin a failed"
    assert (caught.value.where, caught.value.found) == (
        "a place", "TooLong: it took longer than 0.1 s, and was stopped"
    )  # fmt: skip
    assert "echub-a 1.0" in caught.value.cause


FAULTY = """
from echub.plugin import Analysis, Confidence, Need, Outcome, Output, Reader, Series, Writer, hookimpl

@hookimpl
def echub_readers():
    return [Reader("faulty", "Faulty files", (".faulty",), sniff="faulty:sniff", read="faulty:read")]

@hookimpl
def echub_writers():
    return [Writer("faulty-out", "Faulty output", "faulty:write", suffixes=(".out",))]

@hookimpl
def echub_analyses():
    known = {"needs": (Need("U", "voltage", "V"),), "outputs": (Output("level", "V", "a level"),)}
    return [Analysis("faulty-mean", "A mean", run="faulty:run", figure="faulty:draw", **known)]

def fail(*given):
    raise KeyError("x")

sniff = read = write = run = draw = fail
"""
SHOWN = Outcome(diagnostics={"x": Series.of([1.0])}, analysis="faulty-mean")
HOOKS = {
    "sniff": ("reader faulty", lambda run, own: detect.ask(own.readers["faulty"], Source(run)).error),
    "read": ("reader faulty", lambda run, own: echub.read(run, reader="faulty")),
    "write": ("writer faulty-out", lambda run, own: echub.convert(table(run), to="faulty-out")),
    "run": ("analysis faulty-mean", lambda run, own: echub.analyze("faulty-mean", table(run))),
    "draw": ("analysis faulty-mean", lambda run, own: draw_outcome(SHOWN, own.analyses["faulty-mean"])),
}
"""Each function that a plugin declares: who it belongs to, and what a user does that calls it."""


def table(beside):
    path = beside.with_suffix(".csv")
    path.write_text("t / s,U / V\n0,1\n1,2\n2,3\n3,4\n")
    return path


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    strangers.install(tmp_path, "faulty-files", FAULTY, entry="faulty", module="faulty", version="2.5")
    monkeypatch.syspath_prepend(tmp_path)
    registry.cache_clear()
    yield tmp_path / "a.faulty"
    registry.cache_clear()
    sys.modules.pop("faulty", None)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_error_of_each_hook_names_plugin_distribution_and_function(faulty, hook):
    faulty.write_bytes(b"FAULTY")
    who, use = HOOKS[hook]
    try:
        error = use(faulty, registry())
    except PluginFault as raised:
        error = raised
    assert isinstance(error, PluginFault)
    assert error.message == f"the {who} failed"
    assert error.where == f"faulty:{hook}"
    assert error.found == "KeyError: 'x'"
    assert error.cause == "a mistake in the plugin faulty of faulty-files 2.5"
    assert error.hint == "report it to the plugin's author, with the file if you can"


def test_an_error_of_a_plugins_code_names_the_plugin():
    def unit_lost():
        raise PluginError("the columns of a table differ in length")

    with pytest.raises(PluginError) as raised:
        guarded("the reader acme", "the plugin acme of echub-acme 1.0", unit_lost, where="acme:read")
    assert (raised.value.where, raised.value.cause) == (
        "acme:read",
        "a mistake in the plugin acme of echub-acme 1.0",
    )


def test_a_package_that_is_missing_is_no_mistake_of_the_plugin():
    def needs():
        raise PluginError("matplotlib is not installed", hint="pip install 'echub[plot]'")

    with pytest.raises(PluginError) as raised:
        guarded("the analysis a", "the plugin a of b 1.0", needs, where="a:draw")
    assert (raised.value.where, raised.value.cause) == (None, None)
