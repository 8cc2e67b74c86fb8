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
PROC = Path("/proc/self")
"""What Linux tells of this process."""
TEN = {
    "potential_we": "V",
    "potential_ce": "V",
    "voltage": "V",
    "current": "mA",
    "temperature": "degC",
    "power_we": "W",
    "charge": "mA*h",
}
"""Seven quantities with their units."""


def columns(path: str) -> Work:
    """Read a file, and use the values of all of its columns; the first lines of a text warm up what reads it."""
    import echub

    if path.endswith(".mpr"):
        echub.read(SMALL)
    else:
        with Path(path).open("rb") as file:
            echub.read(file.read(1 << 15) + file.readline())
    _touch_memory(2 * Path(path).stat().st_size)
    return lambda: [c.values for d in echub.read(path).datasets.values() for c in d.columns.values()]


def _touch_memory(size: int) -> None:
    """Fill as much memory as columns will take, and give it back to the system.

    A virtual machine may have to ask its host for memory that was not used for some seconds: filling 200 MB then
    took 0.26 s instead of 0.03, by chance, on either side of a ratio.
    """
    import numpy as np

    np.full(size, 1, np.uint8)


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


def two_columns(path: str, out: str, count: str = "100") -> Work:
    """Read two columns of as many small native files, which this tree wrote."""
    import echub

    files = _copies(_converted(path, out), int(count))
    echub.read(files[0])

    def read() -> None:
        for file in files:
            series = echub.read(file)["timeseries"]
            series["time"], series["current"]

    return read


def two_columns_h5py(path: str, out: str, count: str = "100") -> Work:
    """Read the same two columns with h5py alone."""
    import h5py

    files = _copies(_converted(path, out), int(count))

    def read() -> None:
        for file in files:
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


def validate(file: str) -> Work:
    """Check the values of a native file that this tree wrote."""
    import echub

    echub.validate(SMALL, level=1)
    return lambda: echub.validate(file, level=1)


def verify(path: str, out: str) -> Work:
    """Verify a native file that this tree wrote against its source."""
    import echub

    file, small = _converted(path, out), _converted(str(SMALL), out)
    echub.verify(small, SMALL)
    return lambda: echub.verify(file, path)


def write_ten_columns(file: str, rows: str) -> Work:
    """Write a sound native file of ten columns: row, time (float64), cycle, and seven float32."""
    import numpy as np

    from echub.plugin import Record, SourceColumn, build_dataset

    try:
        from echub.files import store
    except ImportError:  # until 990fb1d it lay at the root
        from echub import store  # type: ignore[attr-defined, no-redef]
    rng, count = np.random.default_rng(1), np.arange(int(float(rows)), dtype=np.uint32)
    columns = [
        SourceColumn("row", count, "record", "1", "reported", index=0),
        SourceColumn("time/s", count * 0.1, "time", "s", index=1),
        SourceColumn("cycle", (count // 100_000).astype(np.uint8), "cycle", "1", index=2),
    ]
    for index, (name, unit) in enumerate(TEN.items(), 3):
        columns.append(SourceColumn(name, rng.random(len(count), np.float32), name, unit, index=index))
    return lambda: store.write(Record([build_dataset("timeseries", columns)]), Path(file))


def _copies(file: Path, count: int) -> list[Path]:
    """Copy a file beside itself; the page cache holds them all."""
    data = file.read_bytes()
    copies = [file.with_name(f"{number}.h5") for number in range(count)]
    for copy in copies:
        copy.write_bytes(data)
    return copies


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


def galvani_hdf5(path: str, out: str) -> Work:
    """Read a file with galvani to a pandas DataFrame, and write its columns with h5py, compressed."""
    import h5py
    import pandas
    from galvani import BioLogic

    def convert() -> None:
        frame = pandas.DataFrame(BioLogic.MPRfile(path).data)
        with h5py.File(Path(out) / "galvani.h5", "w") as file:
            for name in frame.columns:
                file.create_dataset(name.replace("/", "|"), data=frame[name], compression="gzip", shuffle=True)

    return convert


def galvani_text(path: str) -> Work:
    """Read a text export with galvani."""
    from galvani import BioLogic

    return lambda: BioLogic.MPTfile(path, encoding="cp1252")


def copy(path: str, out: str) -> Work:
    """Read the bytes of a file and write them."""
    return lambda: (Path(out) / "copy").write_bytes(Path(path).read_bytes())


def copies(path: str, out: str) -> Work:
    """Read the bytes of a small file and write them, as many times as `batch` converts it."""
    return lambda: [(Path(out) / f"copy_{n}").write_bytes(Path(path).read_bytes()) for n in range(FILES)]


def measure(work: Work) -> dict[str, float]:
    """Do the work once; seconds of wall clock and of CPU in all threads, and MB above what was held before."""
    held = _held()
    before, begin = _used(), time.perf_counter()
    kept = work()
    used = {"wall": time.perf_counter() - begin, "cpu": _used() - before, "memory": _peak() - held}
    del kept  # only now: giving memory back is not part of the work
    return used


def _held() -> float:
    """Return the memory held now, in MB, and let the peak begin at it: what was prepared held more for a while.

    Systems without `/proc` tell the peak before instead, which hides work that stays below it.
    """
    if not PROC.exists():
        return _peak()
    (PROC / "clear_refs").write_text("5")  # man proc_pid_clear_refs: the high water mark becomes what is held
    return _peak()


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak() -> float:
    """Return the most memory that was held, in MB; by Linux since the mark was last set."""
    if PROC.exists():
        lines = (PROC / "status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.path.pop(0)  # the folder of this file
    prepared = globals()[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(measure(prepared)), flush=True)
