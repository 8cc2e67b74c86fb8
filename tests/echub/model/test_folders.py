"""Listing a folder for many sources: once while it does not change, anew as soon as it does."""

import os
import time
from pathlib import Path

import pytest

from echub.model.folders import matching


@pytest.fixture
def listings(monkeypatch):
    """Count how often a folder is listed."""
    counted, glob = [], Path.glob
    monkeypatch.setattr(Path, "glob", lambda self, pattern: counted.append(pattern) or glob(self, pattern))
    return counted


def settle(folder, age=60):
    past = time.time() - age
    os.utime(folder, (past, past))


def test_an_unchanged_folder_is_listed_once_for_each_pattern(tmp_path, listings):
    for name in ("b.mps", "a.mps", "c.csv"):
        (tmp_path / name).touch()
    settle(tmp_path)
    for _ in range(5):
        assert [path.name for path in matching(tmp_path, "*.mps")] == ["a.mps", "b.mps"]
        assert [path.name for path in matching(tmp_path, "*.csv")] == ["c.csv"]
    assert listings == ["*.mps", "*.csv"]


def test_a_change_is_seen_at_once_even_within_the_grain_of_the_clock(tmp_path, listings):
    (tmp_path / "a.mps").touch()
    settle(tmp_path)
    assert len(matching(tmp_path, "*.mps")) == 1
    (tmp_path / "b.mps").touch()  # now the folder is young: whoever asks, lists
    assert len(matching(tmp_path, "*.mps")) == 2
    (tmp_path / "c.mps").touch()
    assert len(matching(tmp_path, "*.mps")) == 3
    settle(tmp_path, age=30)
    assert len(matching(tmp_path, "*.mps")) == 3


def test_a_pattern_with_folders_is_never_kept(tmp_path):
    (tmp_path / "deep").mkdir()
    settle(tmp_path)
    assert matching(tmp_path, "deep/*.mps") == []
    (tmp_path / "deep" / "a.mps").touch()
    settle(tmp_path)
    assert [path.name for path in matching(tmp_path, "deep/*.mps")] == ["a.mps"]


def test_no_folder_has_no_files(tmp_path):
    assert matching(tmp_path / "none", "*") == []
