"""A file whose first error waits until the file is closed."""

import errno
import os

import pytest

from echub.files.steady import DeferredErrorFile


def test_it_is_an_ordinary_file_where_nothing_goes_wrong(tmp_path):
    with DeferredErrorFile(tmp_path / "a") as file:
        assert file.write(b"hello world") == 11
        assert file.truncate(5) == 5
        file.seek(0)
        assert file.read() == b"hello"
        assert file.truncate() == 5
        file.seek(2)
        assert file.truncate() == 2
        assert file.truncate(0) == 0
        file.seek(0)
        file.write(b"hello")
    assert (tmp_path / "a").read_bytes() == b"hello"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_a_full_disk_is_said_at_the_end_and_not_before():
    file = DeferredErrorFile("/dev/full")
    assert file.write(b"x" * 10) == 10
    assert file.write(memoryview(b"y" * 3)) == 3
    assert file.truncate(100) == 100
    assert file.error is not None
    with pytest.raises(OSError, match="No space left") as refused:
        file.__exit__()
    assert refused.value.errno == errno.ENOSPC
    assert file.closed


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_a_length_that_cannot_be_set_is_said_at_the_end_too():
    file = DeferredErrorFile("/dev/full")
    assert file.truncate(100) == 100
    assert file.write(b"x") == 1
    with pytest.raises(OSError, match="Invalid argument"):
        file.__exit__()


def test_an_error_of_the_program_goes_its_own_way(tmp_path):
    with pytest.raises(KeyError), DeferredErrorFile(tmp_path / "a") as file:
        raise KeyError
    assert file.closed
