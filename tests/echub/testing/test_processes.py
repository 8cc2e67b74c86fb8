"""What a fresh Python is asked and how its answer is taken; no process is started here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from echub.testing import processes, texts

ANSWERED = {
    "the last line": ("loading\n[3, 4]\n", 0, [3, 4]),
    "a process that failed": ("[3, 4]\n", 1, None),
    "one that was killed": ("[3, 4]\n", -9, None),
    "one that said nothing": ("", 0, None),
}


@pytest.fixture
def started(monkeypatch):
    """Return what is started, and what it answers."""
    found = SimpleNamespace(calls=[], answer=("[]\n", 0))

    def start(command, **how):
        found.calls.append((command, how))
        printed, code = found.answer
        return SimpleNamespace(communicate=lambda: (printed, None), returncode=code)

    monkeypatch.setattr(subprocess, "Popen", start)
    return found


@pytest.mark.parametrize("what", ANSWERED)
def test_the_answer_of_a_process(what, started):
    printed, code, answer = ANSWERED[what]
    started.answer = printed, code
    assert processes.imported_by("acme") == (answer and set(answer))


def test_an_import_is_tried_with_this_path_and_environment(started, monkeypatch):
    real = list(sys.path)
    monkeypatch.setattr(sys, "path", ["relative", "/absolute"])
    processes.imported_by("acme")
    ((python, flag, code, given), how) = started.calls[0]
    assert (python, flag) == (sys.executable, "-c")
    assert json.loads(given) == {"module": "acme", "path": [str(Path.cwd() / "relative"), "/absolute"]}
    assert how["env"] == dict(os.environ)
    assert (how["stdout"], how["stderr"], how["text"], how["encoding"]) == (-1, -3, True, "utf-8")
    said = []
    space = {"print": said.append}
    monkeypatch.setattr(sys, "argv", ["-c", json.dumps({"module": "wave", "path": real})])
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    exec(code, space)
    assert "wave" in json.loads(said[0])
    assert not {"os", "json", "wave.x"} & set(json.loads(said[0]))


def test_files_are_read_elsewhere_with_what_they_take(started, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")  # what is asked for counts, not what stands here
    started.answer = '[[5, "a"], [0, "b"]]\n', 0
    files = [tmp_path / "one", tmp_path / "two"]
    assert processes.content_elsewhere("acme-acm", files, {"TZ": "Asia/Tokyo"}) == [(5, "a"), (0, "b")]
    ((*_, given), how) = started.calls[0]
    asked = json.loads(given)
    assert (asked["reader"], asked["files"]) == ("acme-acm", [str(file) for file in files])
    assert how["env"] == {**os.environ, "TZ": "Asia/Tokyo"}
    started.answer = "", 1
    assert processes.content_elsewhere("acme-acm", files, {}) is None


def test_the_memory_of_a_process_is_what_it_grew_to(monkeypatch):
    """In kB in /proc/self/status: 1000 before, at most 1500 and 2500 after each of two files."""
    peaks, said, used = iter([1500, 2500]), [], []

    def status(_):
        return SimpleNamespace(
            read=lambda: f"Name:\tpython\nVmHWM:\t{next(peaks) if used else 1} kB\nVmRSS:\t1000 kB\n"
        )

    column = SimpleNamespace(values=None)
    record = SimpleNamespace(datasets={"t": SimpleNamespace(columns={"time": column})})
    monkeypatch.setattr("echub.files.reading.read", lambda file, reader: used.append((file, reader)) or record)
    monkeypatch.setattr("echub.files.content.content_hash", lambda record: f"hash {len(used)}")
    space = {
        "open": status,
        "print": said.append,
        "given": {"files": ["a", "b"], "reader": "acme-acm"},
        "json": json,
    }
    exec(processes._CONTENT, space)
    assert json.loads(said[0]) == [[500 * 1024, "hash 1"], [1500 * 1024, "hash 2"]]
    assert used == [("a", "acme-acm"), ("b", "acme-acm")]
    space["open"] = lambda _: (_ for _ in ()).throw(OSError())
    exec(processes._CONTENT, space)
    assert [memory for memory, _ in json.loads(said[1])] == [0, 0]


def test_numbers_that_hardly_anybody_expects():
    """Small, negative, too large, none, beyond 16 and 64 bits; written in three other ways, or missing."""
    assert [float(text) for text in texts.NUMBERS[:6]] == pytest.approx(
        [0.0, -1.0, float("inf"), float("nan"), 1e20, 1e-320], nan_ok=True
    )
    assert texts.NUMBERS[6:10] == (b"1,5", b"1.500", b"", b"0x10")
    assert int(texts.NUMBERS[10]) == 2**16 + 1
    assert int(texts.NUMBERS[4]) > 2**63


def test_texts_that_would_act_if_a_program_let_them():
    """An escape of a terminal, a path upwards, text from right to left, a formula, marks of rich and of GitHub."""
    assert texts.TEXTS == (
        "", "\0", "\x1b[2J", "a" * 3000, "../../x", "\N{RIGHT-TO-LEFT OVERRIDE}", "9" * 400, "=1+1", "[bold]",
        "µ²·\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT ONE}", "\n::error::x", "a.b",
    )  # fmt: skip
