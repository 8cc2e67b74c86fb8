"""Plugins that loop or leave: stopped, named, and the process goes on."""

import os
import signal
import time

import pytest

from echub.errors import ReadError
from echub.registry.boundary import PluginFault, guarded, timed
from echub.registry.registry import Plugin

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


class Mute(Exception):
    def __str__(self):
        raise ValueError("in __str__")


class Silent(ReadError):
    def as_dict(self):
        raise ValueError("in as_dict")


class Pleased(ReadError):
    exit_code = 0


@pytest.mark.parametrize("error", [Mute(), Silent("no"), Pleased("no")], ids=lambda error: type(error).__name__)
def test_an_error_that_cannot_be_told_is_the_plugins_fault(error):
    def fail():
        raise error

    with pytest.raises(PluginFault) as caught:
        guarded("the reader a", "the plugin a", fail)
    assert caught.value.found == type(error).__name__


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
