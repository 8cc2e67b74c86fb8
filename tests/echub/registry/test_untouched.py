"""What a plugin changes of the whole process is put back."""

import os
import sys

import numpy as np
import pytest

from echub.registry.boundary import PluginFault, guarded, guarded_each

CHANGES = {
    "folder": lambda: os.chdir(os.path.dirname(os.getcwd())),
    "depth": lambda: sys.setrecursionlimit(sys.getrecursionlimit() - 100),
    "errors": lambda: np.seterr(all="raise"),
}


def state():
    return os.getcwd(), sys.getrecursionlimit(), np.geterr()


@pytest.fixture
def before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return state()


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_setting_of_the_process_is_put_back(before, change):
    guarded("the reader a", "the plugin a", change)
    assert state() == before
    guarded_each([change], lambda _: ("the reader a", "sniff", "the plugin a"))
    assert state() == before


def test_also_after_an_error_and_if_its_folder_is_gone(before, tmp_path):
    def leave():
        folder = tmp_path / "own"
        folder.mkdir()
        os.chdir(folder)
        folder.rmdir()
        raise ValueError("no")

    with pytest.raises(PluginFault):
        guarded("the reader a", "the plugin a", leave)
    assert state() == before


def test_in_a_folder_that_is_gone_a_plugin_still_runs(before, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    assert guarded("the reader a", "the plugin a", lambda: 1) == 1
    os.chdir(before[0])
