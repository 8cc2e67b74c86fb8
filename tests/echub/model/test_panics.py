"""A library in Rust that panics: an ordinary exception, and nothing on standard error but what others print."""

from __future__ import annotations

import os
import sys

import pytest

from echub.model.panics import LibraryPanic, panics_caught

Panic = type("PanicException", (BaseException,), {})


def report(error):
    """Print and raise as the library does."""
    os.write(2, b"thread '<unnamed>' panicked at src/lib.rs:432:30\n")
    raise error


def test_a_panic_is_an_exception_and_its_report_is_not_printed(capfd):
    with pytest.raises(LibraryPanic, match="offset beyond the end"), panics_caught():
        report(Panic("offset beyond the end"))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("another")])
def test_other_exceptions_pass_and_what_was_printed_appears(error, capfd):
    with pytest.raises(type(error)), panics_caught():
        report(error)
    assert capfd.readouterr().err == "thread '<unnamed>' panicked at src/lib.rs:432:30\n"


def test_what_is_printed_without_a_panic_appears_in_order(capfd):
    print("before", file=sys.stderr)
    with panics_caught():
        print("within", file=sys.stderr)
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "before\nwithin\nafter\n"


def test_within_another_nothing_is_lost_and_standard_error_is_what_it_was(capfd):
    with panics_caught():
        with pytest.raises(LibraryPanic), panics_caught():
            report(Panic("inner"))
        print("within", file=sys.stderr)
    print("after", file=sys.stderr)
    *before, last = capfd.readouterr().err.splitlines()
    assert ("within" in before, last) == (True, "after")


def test_without_a_file_for_it_the_panic_is_an_exception_all_the_same(monkeypatch, capfd):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("echub.model.panics.tempfile.TemporaryFile", full)
    with pytest.raises(LibraryPanic, match="outside"), panics_caught():
        report(Panic("outside"))
    assert "panicked" in capfd.readouterr().err
