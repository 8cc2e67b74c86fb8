"""A worker process that takes damaged inputs under limits of time and memory, and is replaced if lost."""

import contextlib
import multiprocessing
import os
import random
import resource
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.targets import TARGETS, TESTING

SECONDS = 10
"""Time for one input: the clean seeds take below a second."""
MEMORY = 3 << 30
"""Bytes of address space: the libraries map about 1 GB before any file is read."""
KINDS = ("read", "refused", "wrapped", "traceback", "memory", "hang", "lost")
"""What may become of an input; the first two are as it should be."""


@dataclass
class Tally:
    """What became of the inputs of one target; `first` has one example of each way to fail."""

    counts: dict = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    first: dict = field(default_factory=dict)

    def note(self, kind, why, number):
        self.counts[kind] += 1
        if kind not in ("read", "refused"):
            self.first.setdefault((kind, why), number)


def damaged(target, number):
    """Build the damaged input of a number: always the same bytes for equal seeds."""
    chance = random.Random(f"{target.name} {number}")
    name, data = chance.choice(_seeds(target))
    return name, target.mutate(data, chance)


_SEEDS = {}


def _seeds(target):
    if target.name not in _SEEDS:
        _SEEDS[target.name] = target.seeds()
    return _SEEDS[target.name]


def one(target, number):
    """Feed one damaged input; return (kind, one line that tells failures apart)."""
    from echub.errors import EchubError
    from echub.registry.boundary import PluginFault

    name, data = damaged(target, number)
    with tempfile.TemporaryDirectory(prefix="echub-fuzz-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(None):
                warnings.simplefilter("ignore")
                target.run(path)
        except PluginFault as error:
            return "wrapped", f"{error.message}: {error.found}"[:160]
        except EchubError:
            return "refused", ""
        except MemoryError:
            return "memory", _where()
        except Exception as error:
            return "traceback", f"{type(error).__name__} {_where()}: {error}"[:200]
    return "read", ""


def _where():
    frames = traceback.extract_tb(__import__("sys").exc_info()[2])
    own = [frame for frame in frames if "echub" in frame.filename and "tests" not in frame.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"


def _serve(pipe):
    soft = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, soft))
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    pipe.send("ready")
    while (asked := pipe.recv()) is not None:
        name, number = asked
        pipe.send(one((TARGETS | TESTING)[name], number) if number is not None else _warm(name))


def _warm(name):
    """Feed the first seed as it is, so that imports are not counted as time of an input."""
    target = (TARGETS | TESTING)[name]
    with tempfile.TemporaryDirectory(prefix="echub-fuzz-") as folder:
        file, data = _seeds(target)[0]
        (Path(folder) / file).write_bytes(data)
        if name not in TESTING:
            with contextlib.suppress(Exception), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                target.run(Path(folder) / file)
    return "warm", ""


class Feeder:
    """The worker process, replaced when it is lost; it serves one target after the other."""

    def __init__(self):
        self.process = self.pipe = self.warm = None

    def feed(self, name, number, limit):
        """Feed one input; return what became of it."""
        self._make_ready(name)
        self.pipe.send((name, number))
        found = ("hang", "")
        with contextlib.suppress(EOFError, OSError):
            if _answers(self.pipe, self.process, limit):
                found = ("lost", "")
                found = self.pipe.recv()
        if found[0] in ("hang", "lost"):
            self.end()
        return found

    def _make_ready(self, name):
        """Start the process if there is none, and feed it a seed; a process that is lost meanwhile is replaced."""
        for _ in range(TRIES):
            if self.process is None:
                self._start()
            if self.warm == name:
                return
            with contextlib.suppress(EOFError, OSError):
                self.pipe.send((name, None))
                if self.pipe.poll(START):
                    self.pipe.recv()
                    self.warm = name
                    return
            self.end()
        raise RuntimeError(f"the seeds of {name} are not read")

    def _start(self):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process, self.warm = context.Process(target=_serve, args=(theirs,), daemon=True), None
        self.process.start()
        theirs.close()
        if not self.pipe.poll(START):
            raise RuntimeError("the worker does not start")
        self.pipe.recv()

    def end(self):
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


START = 600
"""Seconds for the start of a worker, and for its first seed: imports, on a busy machine."""
TRIES = 3
"""Processes that are started before the seeds of a target are said to be what ends them."""
PATIENCE = 6
"""An input may take so many times its limit if its process had to wait for the processor meanwhile."""


def _answers(pipe, worker, limit):
    """Wait for an answer: as long as the limit, or longer if other programs kept the worker waiting."""
    used = _processor_time(worker)
    for _ in range(PATIENCE):
        if pipe.poll(limit):
            return True
        if not 0 < _processor_time(worker) - used < 0.8 * limit:
            return False
    return False


def _processor_time(worker):
    """Return the processor time of a process in seconds; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(name, *, seconds=None, count=None, start=0, limit=SECONDS, feeder=None):
    """Feed inputs to one target for some seconds (after the first one), or a number of them; return the tally."""
    tally, began, own = Tally(), None, feeder is None
    feeder = feeder or Feeder()
    number = start
    try:
        while (count is None or number < start + count) and (
            seconds is None or began is None or time.monotonic() - began < seconds
        ):
            tally.note(*feeder.feed(name, number, limit), number)
            began = began or time.monotonic()
            number += 1
    finally:
        if own:
            feeder.end()
    return tally
