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
    seconds: float = 0.0

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


def _serve(pipe, name):
    soft = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, soft))
    os.nice(10)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    target = (TARGETS | TESTING)[name]
    with tempfile.TemporaryDirectory(
        prefix="echub-fuzz-"
    ) as folder:  # imports are not counted as time of an input
        file, data = _seeds(target)[0]
        (Path(folder) / file).write_bytes(data)
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name not in TESTING:
                target.run(Path(folder) / file)
    pipe.send("ready")
    while (number := pipe.recv()) is not None:
        pipe.send(one(target, number))


PATIENCE = 6
"""On a busy machine an input may take so many times its limit, if its process had no processor for the limit."""


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


def run(name, *, seconds=None, count=None, start=0, limit=SECONDS):
    """Feed inputs to one target for some seconds (after the first worker has started), or a number of them."""
    tally, began = Tally(), None
    context = multiprocessing.get_context("spawn")
    worker = pipe = None
    number = start
    try:
        while (count is None or number < start + count) and (
            seconds is None or began is None or time.monotonic() - began < seconds
        ):
            if worker is None:
                pipe, theirs = context.Pipe()
                worker = context.Process(target=_serve, args=(theirs, name), daemon=True)
                worker.start()
                theirs.close()
                if not pipe.poll(120):
                    raise RuntimeError(f"the worker for {name} does not start")
                pipe.recv()
                began = began or time.monotonic()
            pipe.send(number)
            kind, why = "hang", ""
            with contextlib.suppress(EOFError, OSError):
                if _answers(pipe, worker, limit):
                    kind, why = "lost", ""
                    kind, why = pipe.recv()
            if kind in ("hang", "lost"):
                worker.kill()
                worker.join()
                worker = None
            tally.note(kind, why, number)
            number += 1
    finally:
        if worker is not None:
            worker.kill()
            worker.join()
    tally.seconds = time.monotonic() - (began or time.monotonic())
    return tally
