"""Many files through an S3 server that fails: ``python -m tests.benchmarks.store --files 10000``.

Small tables go to moto's server on loopback. Of its answers, each seventh is an error, each fifth is slow,
and of each fourth read the second half is missing. One run (two processes) converts them and loses a worker
to SIGKILL now and then; a second run at the same prefix joins it when the part `--join-at` is done. What is
in the store at the end is compared with a local run: sources, statuses, ledger lines, names and bytes. A
third run has nothing to do. Exits with 1 if anything is lost, doubled or different. CPU is that of a command
without its workers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

from echub.batch.store import Store
from scripts import archive_simulation
from tests.benchmarks.budget import aligned
from tests.benchmarks.measure import ROOT, environment

KILL_EVERY = 40.0
"""Seconds between two kills of a worker: the pool has started again long before."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and print the table; return 1 if the store does not hold what a local run makes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.store", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="number of small files (2000)")
    parser.add_argument("--join-at", type=float, default=0.6, help="part done when the second run starts (0.6)")
    parser.add_argument("--per-folder", type=int, default=1000, help="files of one prefix (1000)")
    parser.add_argument("--keys", type=int, default=0, help="instead: only list so many keys")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        return _serve(chosen.serve, chosen.keys)
    with tempfile.TemporaryDirectory(prefix="echub-store-") as held:
        if chosen.keys:
            rows, wrong = listed(Path(held), chosen.keys), []
        else:
            rows, wrong = measured(Path(held), chosen.files, chosen.per_folder, chosen.join_at)
    print(aligned([("what", "measured"), *rows]))
    print("\n".join(wrong) or "nothing lost, nothing doubled, the bytes of a local run")
    return 1 if wrong else 0


def listed(folder: Path, keys: int) -> list[tuple[str, str]]:
    """List many keys as each run does first; return the rows of the table."""
    with _server(folder, keys) as address:
        _files(address)
        begin, before = time.perf_counter(), _peak()
        found = Store("s3://bucket/raw").list()
        seconds, held = time.perf_counter() - begin, _peak() - before
        told = _control(address, "off")
    if len(found) != keys or any("zelle ü" not in name for name in list(found)[:9]):
        raise RuntimeError(f"{len(found)} keys were listed")
    return [
        ("keys", str(keys)),
        ("list", f"{seconds:.1f} s with {told['cpu'] - told['started']:.1f} s of CPU of the server"),
        ("memory", f"{held:.0f} MB more: {held / keys * 1e6:.0f} bytes for each key"),
        ("requests", ", ".join(f"{n} {kind}" for kind, n in sorted(told["requests"].items()))),
    ]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measured(folder: Path, files: int, per_folder: int, join_at: float) -> tuple[list[tuple[str, str]], list[str]]:
    """Fill the store, run against it, compare; return the rows of the table, and what is wrong."""
    _say("writing the files, and converting them locally")
    archive_simulation.PER_FOLDER = per_folder
    archive_simulation.write_tree(folder / "raw", files)
    for number, path in enumerate(sorted((folder / "raw").rglob("*.csv"))):
        if number % 500 == 0:
            path.rename(path.with_name(path.name.replace("cell_", "Zelle ü (β) ")))
    with _server(folder) as address:
        return _measured(folder, address, files, join_at)


def _measured(folder: Path, address: str, files: int, join_at: float) -> tuple[list[tuple[str, str]], list[str]]:
    local = _finished(_start(folder / "local.jsonl", address, str(folder / "raw"), str(folder / "out")))
    store = _files(address)
    _control(address, "on")
    first, second, killed = _two_runs(folder, address, files, join_at)
    told = _control(address, "off")
    _say("comparing")
    third = _finished(_start(folder / "third.jsonl", address, "s3://bucket/raw", "s3://bucket/echub"))
    wrong = list(_wrong(folder, store, files, local, (first, second), third))
    rows = [
        ("files", str(files)),
        ("faults", ", ".join(f"{n} {kind}" for kind, n in sorted(told["faults"].items()))),
        ("workers killed", str(killed)),
        ("requests", ", ".join(f"{n} {kind}" for kind, n in sorted(told["requests"].items()))),
        ("CPU of the server", f"{told['cpu'] - told['started']:.0f} s"),
        ("requests for each file and run", f"{sum(told['requests'].values()) / files / (2 - join_at):.1f}"),
        *(_cost(name, run, files) for name, run in (("local run", local), ("first run", first))),
        *(_cost(name, run, files) for name, run in (("second run", second), ("third run", third))),
        ("second run took over", f"{second['statuses'].get('unchanged', 0)} files that the first had done"),
    ]
    return rows, wrong


def _cost(name: str, run: Mapping[str, Any], files: int) -> tuple[str, str]:
    each = run["cpu"] / files * 1e3
    return (
        name,
        f"{run['wall']:.0f} s, {run['cpu']:.0f} s of CPU ({each:.1f} ms for each file), {run['MB']:.0f} MB",
    )


def _two_runs(
    folder: Path, address: str, files: int, join_at: float
) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Run two at one prefix, and kill workers of the first; return what both say, and the number of the dead."""
    command = ("s3://bucket/raw", "s3://bucket/echub")
    first = _start(folder / "first.jsonl", address, *command)
    second, killed, said, last = None, 0, 0, time.monotonic()
    while first[0].poll() is None:
        time.sleep(0.5)
        done = _lines(folder / "first.jsonl")
        if done != said:
            _say(f"{done} of {files} done, {killed} workers killed")
            said = done
        if second is None and done >= join_at * files:
            second = _start(folder / "second.jsonl", address, *command)
        if time.monotonic() - last > KILL_EVERY / (1 + 9 * (not killed)):
            if worker := _worker_of(first[0].pid):
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    killed += 1
            last = time.monotonic()
    second = second or _start(folder / "second.jsonl", address, *command)
    return _finished(first), _finished(second), killed


def _worker_of(command: int) -> int | None:
    """Return a worker of a command that has two at work, whose children are: fork server, and its children."""
    for child in _children(command):
        for server in (child, *_children(child)):
            workers = [w for w in _children(server) if "forkserver" in _line_of(w) or "spawn" in _line_of(w)]
            if len(workers) >= 2:
                return workers[0]
    return None


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _line_of(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    return ""


# -- comparison ------------------------------------------------------------------------------


def _wrong(
    folder: Path,
    store: Any,
    files: int,
    local: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]],
    third: Mapping[str, Any],
) -> Iterator[str]:
    """Say what the store, or a run, has too little, too much or otherwise."""
    for number, run in enumerate((local, *runs, third)):
        if len(run["sources"]) != files or len(set(run["sources"])) != files:
            yield f"run {number}: {len(run['sources'])} results, {len(set(run['sources']))} sources"
    for run in runs:
        if set(run["statuses"]) - {"unchanged"} - set(local["statuses"]):
            yield f"statuses {run['statuses']}, locally {local['statuses']}"
    if third["statuses"] != {"unchanged": files}:
        yield f"the third run says {third['statuses']}"
    mine = {p.relative_to(folder / "out").as_posix(): p for p in (folder / "out").rglob("*.h5")}
    keys = [key.removeprefix("bucket/echub/") for key in store.find("bucket/echub")]
    made = sorted(key for key in keys if key.endswith(".h5"))
    if made != sorted(mine):
        yield f"{len(set(mine) - set(made))} outputs lost, {len(set(made) - set(mine))} too many"
    if odd := [k for k in keys if not k.endswith((".h5", "echub-ledger.jsonl", "echub-listing.json"))]:
        yield f"half an object, or a strange one: {odd[:3]}"
    different = [key for key in made if key in mine and _hash(store, key) != _local_hash(mine[key])]
    if different:
        yield f"{len(different)} outputs have other bytes: {different[:3]}"
    lines: Counter[str] = Counter()
    for key in (key for key in keys if key.endswith("echub-ledger.jsonl")):
        lines.update(json.loads(line)["source"] for line in store.cat_file(f"bucket/echub/{key}").splitlines())
    if len(lines) != files or max(lines.values()) != 1:
        yield f"the ledgers have {lines.total()} lines about {len(lines)} sources"


def _hash(store: Any, key: str) -> str:
    return hashlib.sha256(store.cat_file(f"bucket/echub/{key}")).hexdigest()


def _local_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# -- processes -------------------------------------------------------------------------------


def _start(log: Path, address: str, source: str, target: str) -> tuple[subprocess.Popen[bytes], Path, float]:
    """Start the command that a user would, with its results in a file."""
    from tests.echub.s3 import credentials

    words = [sys.executable, "-m", "echub", "convert", source, "-o", target, "--json", "--jobs", "2"]
    with log.open("wb") as file:
        process = subprocess.Popen(words, cwd=ROOT, env=environment(**credentials(address)), stdout=file)
    return process, log, time.perf_counter()


def _finished(started: tuple[subprocess.Popen[bytes], Path, float]) -> dict[str, Any]:
    """Wait for a command; return its sources and statuses, seconds, and memory."""
    process, log, begin = started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    with suppress(ChildProcessError):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    results = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return {
        "wall": time.perf_counter() - begin,
        "cpu": usage.ru_utime + usage.ru_stime,
        "MB": usage.ru_maxrss * 1024 / 1e6,
        "sources": [result["source"] for result in results],
        "statuses": dict(Counter(result["status"] for result in results)),
        "exit": process.returncode,
    }


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


@contextmanager
def _server(folder: Path, keys: int = 0) -> Iterator[str]:
    """Start the server in a process of its own, filled with the files of a folder, or with so many keys."""
    words = [sys.executable, "-m", "tests.benchmarks.store", "--serve", str(folder), "--keys", str(keys)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


def _serve(folder: Path, keys: int) -> int:
    from tests.echub.s3 import fill, serving

    names = (f"raw/zelle ü {n // 1000:03}/größe {n} (β) #+.csv" for n in range(keys))
    paths = sorted(path for path in (folder / "raw").rglob("*") if path.is_file())
    with serving() as app:
        fill(chain(((name, b"x") for name in names), ((_key(folder, path), path.read_bytes()) for path in paths)))
        app.started = time.process_time()
        print(app.address, flush=True)
        signal.pause()
    return 0


def _key(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _control(address: str, word: str) -> dict[str, Any]:
    """Turn the faults on or off; return what was asked and what was spoiled until now."""
    with urllib.request.urlopen(f"{address}/-faults/{word}") as answer:
        return dict(json.load(answer))


def _files(address: str) -> Any:
    import s3fs

    from tests.echub.s3 import credentials

    os.environ |= credentials(address)
    return s3fs.S3FileSystem(use_listings_cache=False)


if __name__ == "__main__":
    sys.exit(main())
