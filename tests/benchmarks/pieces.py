"""The pieces of work that an earlier commit can do as well, by what both have in public.

Run by path in a fresh process, with the tree to measure first on PYTHONPATH: ``pieces.py NAME ARGUMENT...``.
Every value that a piece is about is used: what is read later, when it is asked for, is read here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Work = Callable[[], object]
SMALL = Path(__file__).parents[2] / "fixtures" / "eclab" / "gcpl.mpr"
FILES = 100


def columns(path: str) -> Work:
    """Read a file, and use the values of all of its columns."""
    import echub

    echub.read(SMALL)
    return lambda: [c.values for d in echub.read(path).datasets.values() for c in d.columns.values()]


def native(path: str, out: str) -> Work:
    """Convert a file to the native format in a new folder."""
    import echub

    folder = tempfile.mkdtemp(dir=out)
    echub.convert(SMALL, f"{folder}/warm")
    return lambda: echub.convert(path, f"{folder}/large")


def batch(path: str, out: str) -> Work:
    """Convert a small file again and again, each to a folder of its own."""
    import echub

    folder = tempfile.mkdtemp(dir=out)
    echub.convert(path, f"{folder}/warm")
    return lambda: [echub.convert(path, f"{folder}/{number}") for number in range(FILES)]


def two_columns(path: str, out: str) -> Work:
    """Read two columns of a small native file that this tree wrote, many times."""
    import echub

    file = _converted(path, out)
    echub.read(file)

    def read() -> None:
        for _ in range(FILES):
            series = echub.read(file)["timeseries"]
            series["time"], series["current"]

    return read


def two_columns_h5py(path: str, out: str) -> Work:
    """Read the same two columns with h5py alone."""
    import h5py

    file = _converted(path, out)

    def read() -> None:
        for _ in range(FILES):
            with h5py.File(file) as opened:
                opened["timeseries/time"][()], opened["timeseries/current"][()]

    return read


def described(path: str, out: str) -> Work:
    """Read all that a small native file says but its values, many times."""
    import echub

    file = _converted(path, out)

    def read() -> None:
        for _ in range(FILES):
            record = echub.read(file)
            record.metadata.tree(), [c.unit for d in record.datasets.values() for c in d.columns.values()]

    read()
    return read


def validate(path: str, out: str, level: str = "1") -> Work:
    """Check a native file that this tree wrote: its values, or at level 2 also its columns against each other."""
    import echub

    file = _converted(path, out)
    echub.validate(_converted(str(SMALL), out), level=int(level))
    return lambda: echub.validate(file, level=int(level))


def verify(path: str, out: str) -> Work:
    """Verify a native file that this tree wrote against its source."""
    import echub

    file, small = _converted(path, out), _converted(str(SMALL), out)
    echub.verify(small, SMALL)
    return lambda: echub.verify(file, path)


def _converted(path: str, out: str) -> Path:
    """Convert a file; earlier commits take a name for the output, later ones a folder."""
    import echub

    folder = tempfile.mkdtemp(dir=out)
    echub.convert(path, f"{folder}/run")
    return next(Path(folder).rglob("*.h5"))


def galvani_frame(path: str) -> Work:
    """Read a file with galvani to a pandas DataFrame."""
    import pandas
    from galvani import BioLogic

    return lambda: pandas.DataFrame(BioLogic.MPRfile(path).data)


def copy(path: str, out: str) -> Work:
    """Read the bytes of a file and write them."""
    return lambda: (Path(out) / "copy").write_bytes(Path(path).read_bytes())


def copies(path: str, out: str) -> Work:
    """Read the bytes of a small file and write them, as many times as `batch` converts it."""
    return lambda: [(Path(out) / f"copy_{n}").write_bytes(Path(path).read_bytes()) for n in range(FILES)]


def measure(work: Work) -> dict[str, float]:
    """Do the work once; seconds of wall clock and of CPU in all threads, and MB above the peak before."""
    before, peak, begin = _used(), _peak(), time.perf_counter()
    kept = work()
    used = {"wall": time.perf_counter() - begin, "cpu": _used() - before, "memory": _peak() - peak}
    del kept  # only now: giving memory back is not part of the work
    return used


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.path.pop(0)  # the folder of this file
    prepared = globals()[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(measure(prepared)), flush=True)
