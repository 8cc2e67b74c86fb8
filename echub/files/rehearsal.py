"""Rehearse the reading of a doubtful file where it may end the process: in a worker, under limits.

The libraries that read HDF5, workbooks and binary tables can crash, loop without end or fill the memory on a
damaged file. A reader that uses one declares ``intact(source)``: a cheap check that answers True if such damage
would be noticed. Any other file is read once in a worker. If that ends well, it is read here; an error there is
the error here; and if the worker dies or takes too long, that is an error about this one file. The worker is
started for the first doubtful file, and serves all later ones of this process.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from echub.declare import Reader
from echub.errors import EchubError, ReadError, of_code
from echub.model.later import settled
from echub.model.record import Record
from echub.model.source import Source
from echub.registry.boundary import in_worker
from echub.registry.calling import call, options_of
from echub.registry.options import as_dict, parse_options
from echub.registry.registry import registry
from echub.remark import DETAILS

_SECONDS, _SECONDS_PER_MB = 10.0, 2.0
"""Time for a file: reading takes below 0.05 s per megabyte."""
_PATIENCE = 6
"""A file may take so many times its limit while the worker waits for the processor, on a busy machine."""
_BUSY = 0.8
"""Part of the limit that a process works if nothing else keeps it waiting."""
_START_SECONDS = 60.0
"""Time for the start of the worker, which takes a second."""
_BYTES, _BYTES_PER_BYTE = 4 << 30, 20
"""Address space for a file, which libraries reserve much more of than they use, and more for each of its bytes."""
_START = (
    "import json, sys\nsys.path[:] = json.loads(sys.argv[1])\nfrom echub.files.rehearsal import serve\nserve()\n"
)
_HINT = "copy it again from the instrument's computer, or convert its source again"


def rehearse(declared: Reader, target: str, source: Source, options: Any) -> None:  # noqa: ANN401
    """Read a doubtful file in the worker first; raise what was raised there, or `ReadError` if it was lost.

    Does nothing for a file that the reader's check accepts, and in a process that is itself a worker,
    whose death the whole-folder commands survive. Files beside it that the check notes as used count for
    the limits.
    """
    if not declared.intact or in_worker() or registry().owner_if_known(declared) is None:
        return
    known = len(source.used)
    if call(declared, declared.intact, source, returns=bool):
        del source.used[known:]
        return
    from glob import escape

    size = source.size + sum(file.size for name in source.used[known:] for file in source.beside(escape(name)))
    del source.used[known:]
    texts = {name: str(value) for name, value in as_dict(options).items()}
    with source.on_disk() as path:
        request = {"reader": declared.name, "target": target, "path": str(path), "options": texts, "size": size}
        _worker.ask(request, source)


class _Worker:
    """The process, while it lives; one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: dict[str, Any], source: Source) -> None:
        """Send one request and wait for its answer."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                self.end()
            process = self._process or self._started()
            limit = _SECONDS + _SECONDS_PER_MB * request["size"] / 1e6
            with _limited(process, limit) as ended:
                answer = _exchange(process, request)
        if answer is None:
            self.end()
            raise _lost(source, limit if ended.is_set() else None)
        if answer:
            raise _rebuilt(json.loads(answer))

    def _started(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with _limited(self._process, _START_SECONDS):
            if self._process.stdout is not None:
                self._process.stdout.readline()
        return self._process

    def end(self) -> None:
        """End the process, if it lives."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError, AttributeError):
                    pipe.close()  # type: ignore[union-attr]
            self._process.kill()
            self._process.wait()
            self._process = None


_worker = _Worker()
atexit.register(_worker.end)


@contextmanager
def _limited(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process if it works for longer, or the context takes far longer; the event says so."""
    ended, done = threading.Event(), threading.Event()

    def watch() -> None:
        used = _processor_time(process.pid)
        for _ in range(_PATIENCE):
            if done.wait(seconds):
                return
            if not 0 < _processor_time(process.pid) - used < _BUSY * seconds:
                break
        ended.set()
        process.kill()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield ended
    finally:
        done.set()


def _processor_time(pid: int) -> float:
    """Return the processor time of a process in seconds; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _rebuilt(told: dict[str, Any]) -> EchubError:
    """Build the error that the worker raised, from plain texts: what decoded a damaged file sends no objects."""
    named = {name: told[name] for name in (*DETAILS, "column") if name in told}
    error = of_code(str(told.get("code")))(str(told["message"]), **named)
    error.path = str(told["path"]) if "path" in told else None
    return error


def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any]) -> bytes | None:
    """Return the worker's answer: empty if all went well, an error else; None if the worker is gone."""
    if process.stdin is None or process.stdout is None:
        return None
    with suppress(OSError, ValueError):
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        return line.strip() if line.endswith(b"\n") else None
    return None


def _lost(source: Source, limit: float | None) -> ReadError:
    what = "took too long" if limit is not None else "ended the process of the library that reads it"
    return ReadError(
        f"reading this file {what}",
        path=source.shown,
        expected=f"at most {limit:.0f} s" if limit is not None else "an intact file",
        cause="the file is damaged in a way that the library does not notice",
        hint=_HINT,
    )


# -- in the worker -----------------------------------------------------------------------------


def serve() -> None:
    """Answer requests on standard input until it closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not an answer
    answers.write(b"\n")
    answers.flush()
    for line in sys.stdin.buffer:
        answers.write(_answer(json.loads(line)) + b"\n")
        answers.flush()


def _answer(request: dict[str, Any]) -> bytes:
    _limit(_BYTES + _BYTES_PER_BYTE * request["size"])
    try:
        declared = registry().reader(request["reader"])
        options = parse_options(options_of(declared), request["options"], f"the reader {declared.name}")
        record = call(declared, request["target"], Source(request["path"]), options)
        for dataset in settled(record).datasets.values() if isinstance(record, Record) else ():
            for name in dataset.columns:
                _ = dataset.columns[name].values  # a column may be read only when it is asked for
    except EchubError as error:
        # The file itself may be a copy on disk; one beside it, which a manifest names, is told by its path.
        beside = {"path": error.path} if error.path and error.path != request["path"] else {}
        told = {**error.remark.as_dict(), **beside}
        return json.dumps(told).encode()
    return b""


def _limit(size: int) -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
