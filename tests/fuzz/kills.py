"""Kill a command at any moment, run it again, and compare with a run that was left alone.

Each command works in a child of this process, which has imported everything and started no thread. A kill ends
the child, or also its workers, at a random time of its work. Then no file with a final name may be half, and the
runs that follow, the last of which is left alone, must leave what an undisturbed run leaves: nothing lost,
nothing doubled, nothing over.
"""

import ast
import contextlib
import hashlib
import importlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
KINDS = ("killed", "half", "lost", "over", "stuck", "too late")
"""What may become of a kill; `too late`: the command had ended, which does not count as a kill."""
SECONDS = 300
"""Time for a run that is left alone, on a busy machine."""
CHAIN = 4
"""Kills in the same folder before it is compared and a new one is taken."""


@dataclass(frozen=True)
class Command:
    """A command: what it is given, how it runs in a folder, and what of its folder has to be the same."""

    name: str
    prepare: Callable[[Path], None]
    run: Callable[[Path, Path, int | None], None]
    content: Callable[[Path], dict[str, str]]


@dataclass
class Kills:
    """What became of the kills of one command, with an example of each way to fail."""

    counts: dict = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    first: dict = field(default_factory=dict)

    def note(self, kind, why="", example=""):
        self.counts[kind] += 1
        if example:
            self.first.setdefault((kind, why), example)


# -- commands --------------------------------------------------------------------------------


def _sources(folder):
    data = folder / "data"
    natural = [FIXTURES / "eclab" / name for name in ("cp.mpr", "peis.mpr", "ocv.mpr", "wait.mpr")]
    for number in range(24):
        path = data / str(number % 5) / f"{number}.mpr"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = natural[number % len(natural)].read_bytes()
        path.write_bytes(content if number % 10 else content[:200])
    return data


def _convert(given, out, jobs):
    from echub.batch.batch import convert_many

    for _ in convert_many([given / "data"], out, jobs=jobs):
        pass


STUDY = """
files = ["*.mpr"]
meta = ["cells.csv"]
[[step]]
name = "onset"
analysis = "ramp-onset"
[[step]]
name = "activation"
analysis = "arrhenius"
from = "onset"
by = "sample.group"
"""


def _prepare_study(given):
    (given / "study").mkdir()
    for name in ("cell1_+0C.mpr", "cell1_+30C.mpr", "cell1_+60C.mpr", "cells.csv"):
        shutil.copy(FIXTURES / "study_na" / name, given / "study" / name)
    (given / "study" / "study.toml").write_text(STUDY)


def _study(given, out, jobs):
    from echub.analysis.study import load_study, run_study
    from echub.analysis.study_report import write_results

    loaded = load_study(given / "study" / "study.toml")
    write_results(loaded, run_study(loaded, out, workers=jobs or 1), out)


def _prepare_gather(given):
    _sources(given)
    _convert(given, given / "archive", None)


def _gather(given, out, jobs):
    from echub.batch.lake.gathering import gather

    gather(given / "archive", out, jobs=jobs)


def files(out):
    """Hash every file with a final name; of a ledger the lines, in any order."""
    found = {}
    for path in sorted(out.rglob("*")):
        if path.is_file() and not is_temporary(path.relative_to(out)):
            data = path.read_bytes()
            data = b"\n".join(sorted(data.splitlines())) if path.suffix == ".jsonl" else data
            found[path.relative_to(out).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def rows(lake):
    """Hash the rows of every source of a lake as any program reads them: all parts, whatever the manifest says."""
    import polars as pl

    found = {}
    for path in sorted(lake.glob("*/technique=*/month=*/instrument=*/*.parquet")):
        frame = pl.read_parquet(path, hive_partitioning=False)
        for (source,), part in frame.partition_by("source", as_dict=True, maintain_order=True).items():
            key = f"{path.relative_to(lake).parts[0]} {source}"
            text = part.select(sorted(n for n in part.columns if part[n].null_count() < part.height)).write_csv()
            found[key] = found.get(key, "") + hashlib.sha256(text.encode()).hexdigest()
    for name in ("files.parquet", "outcomes.parquet"):
        if (lake / name).exists():
            frame = pl.read_parquet(lake / name)
            found[name] = str(sorted(frame["source"].to_list())) if "source" in frame.columns else "read"
    return found


def is_temporary(path):
    """Return whether a path inside an output is one of unfinished work, or of the lock of a run."""
    return any(part.startswith(".echub-") for part in path.parts)


COMMANDS = {
    command.name: command
    for command in (
        Command("convert", _sources, _convert, files),
        Command("study", _prepare_study, _study, files),
        Command("gather", _prepare_gather, _gather, rows),
    )
}


# -- kills -----------------------------------------------------------------------------------


def _child(work):
    """Start a child that does some work in a process group of its own."""
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # the child was faster
            os.setpgid(pid, pid)
        return pid
    code = 3
    try:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(pid, seconds):
    """Wait for a child for some time; return its exit code, or None if it goes on."""
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.002)


def _alone(work):
    """Do some work in a child that is left alone; raise `RuntimeError` if it fails or does not end."""
    pid = _child(work)
    code = _ended(pid, SECONDS)
    if code is None:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if code != 0:
        raise RuntimeError(f"a run that was left alone ended with {code}")


def _content(command, out, told):
    """Return the content of an output, read in a child: the library that reads it has threads."""
    _alone(lambda: told.write_text(repr(command.content(out))))
    return ast.literal_eval(told.read_text())


def _one(command, given, out, jobs, seconds, tally, *, all_of_them):
    """Run a command and kill it after some seconds; return whether it was alive."""
    pid = _child(lambda: command.run(given, out, jobs))
    code = _ended(pid, seconds)
    if code is None:
        (os.killpg if all_of_them else os.kill)(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        tally.note("killed")
        return True
    tally.note("too late" if code == 0 else "stuck", f"code {code}", "" if code == 0 else f"after {seconds:.2f} s")
    return False


def kill(command, count, seed=0):
    """Kill a command so many times; return what became of it."""
    chance, tally = random.Random(f"{command.name} {seed}"), Kills()
    with tempfile.TemporaryDirectory(prefix="echub-kills-") as place:
        folder = Path(place)
        given, told = folder / "given", folder / "told"
        given.mkdir()
        _alone(lambda: command.prepare(given))
        began = time.monotonic()
        _alone(lambda: command.run(given, folder / "whole", None))
        length = time.monotonic() - began
        whole, number = _content(command, folder / "whole", told), 0
        while tally.counts["killed"] < count and number < 10 * count:
            out = folder / f"out-{number}"
            for step in range(CHAIN):
                jobs = 2 if number % 5 == 3 else None
                seconds = chance.uniform(0, 1.1) * length / (step + 1)
                _one(command, given, out, jobs, seconds, tally, all_of_them=bool(number % 3))
                number += 1
                if out.exists():
                    _compare(tally, "half", _half(_content(command, out, told), whole, command), number)
            _finish(command, given, out, tally, number)
            if out.exists():
                found = _content(command, out, told)
                _compare(tally, "lost", [name for name in whole if found.get(name) != whole[name]], number)
                _compare(tally, "over", sorted(set(found) - set(whole)) + _left(out, folder / "whole"), number)
            shutil.rmtree(out, ignore_errors=True)
    return tally


def _finish(command, given, out, tally, number):
    time.sleep(0.2)  # a worker without its parent ends by itself
    try:
        _alone(lambda: command.run(given, out, None))
    except RuntimeError as error:
        tally.note("stuck", str(error), f"kill {number}")


def _half(found, whole, command):
    """Name what is there and not as in the whole; the ledger, and what is not yet in the manifest, grow."""
    growing = {"echub-ledger.jsonl", "files.parquet", "outcomes.parquet"}
    return [name for name, value in found.items() if name not in growing and whole.get(name) != value]


def _left(out, whole):
    """Name unfinished work that is still there, and that an undisturbed run does not leave."""
    here, there = ({p.relative_to(o).as_posix() for p in o.rglob("*") if p.is_file()} for o in (out, whole))
    return sorted(name for name in here - there if is_temporary(Path(name)))


def _compare(tally, kind, names, number):
    if names:
        tally.note(kind, ", ".join(names[:3]), f"kill {number}")


def warm():
    """Import what the commands use, without starting a thread of theirs: a fork would cut it off."""
    import h5py  # noqa: F401
    import polars  # noqa: F401

    import echub.analysis.study_report
    import echub.batch.batch
    import echub.batch.lake.gathering
    import echub.registry.registry

    echub.registry.registry.registry().readers  # noqa: B018
    for name in ("echub_eclab", "echub_ramp_onset", "echub_arrhenius", "echub_native", "echub_export"):
        for module in sorted((ROOT / "plugins" / name).glob("*.py")):
            importlib.import_module(name if module.stem == "__init__" else f"{name}.{module.stem}")


def main(names, count, seed=0):
    """Kill each command so many times and print the table; return 1 if anything was half, lost, over or stuck."""
    warm()
    bad = []
    print(f"| command | {' | '.join(KINDS)} |\n| --- | {' | '.join(['---:'] * len(KINDS))} |")
    for name in names:
        tally = kill(COMMANDS[name], count, seed)
        print(f"| {name} | {' | '.join(str(n) for n in tally.counts.values())} |", flush=True)
        bad += [(name, *found, example) for found, example in tally.first.items()]
    for line in bad:
        print("\n" + ": ".join(line), flush=True)
    return 1 if bad else 0
