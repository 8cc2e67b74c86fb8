"""Locks of runs: one run at a time, and who comes first knows that nobody else is there."""

import os

import pytest

from echub.batch.locks import hold, lock, shared
from echub.errors import TargetBusy, TargetNotWritable

fcntl = pytest.importorskip("fcntl", reason="locks as POSIX systems have them")


def test_one_holds_it_until_it_is_closed(tmp_path):
    path = tmp_path / "new" / "lock"
    first = hold(path)
    with pytest.raises(TargetBusy) as busy:
        hold(path)
    assert busy.value.path == str(path)
    os.close(first)
    os.close(hold(path))


def test_a_file_system_without_locks_is_told_apart(tmp_path, monkeypatch):
    file = os.open(tmp_path / "a", os.O_CREAT | os.O_RDWR)
    assert lock(file, tmp_path / "a") is True

    def none(*_):
        raise OSError(37, "no locks")

    monkeypatch.setattr(fcntl, "flock", none)
    assert lock(file, tmp_path / "a") is False
    os.fstat(file)  # it stays open
    os.close(file)
    asked = []
    with shared(tmp_path / "a", lambda: asked.append("alone")):
        assert asked == []  # nobody is known to be alone


def test_only_who_is_alone_is_told_so_and_all_may_hold_it(tmp_path):
    path, told = tmp_path / "lock", []
    with shared(path, lambda: told.append(1)):
        with shared(path, lambda: told.append(2)):
            assert told == [1]
            with pytest.raises(TargetBusy):
                hold(path)
        with shared(path, lambda: told.append(3)):
            assert told == [1]
    with shared(path, lambda: told.append(4)):
        assert told == [1, 4]
    os.close(hold(path))


def test_a_lock_where_no_file_can_be_names_the_place(tmp_path):
    (tmp_path / "a").write_text("a file")
    with pytest.raises(TargetNotWritable) as refused:
        hold(tmp_path / "a" / "lock")
    assert refused.value.path == str(tmp_path / "a" / "lock")
