"""The pieces of work, each run alone in a fresh process: ``python -m tests.benchmarks.work NAME ARGUMENT...``.

Each function imports and warms up what it needs, then gives the work itself. What is measured is
that work: wall time, CPU time of all threads, and the peak memory above what was there before.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.impedance_work import hub_fits, hub_spectra, impedance_py_spectra, lmfit_spectra  # noqa: F401
from tests.benchmarks.pieces import Work, measure

SMALL = Path(__file__).parents[2] / "fixtures" / "eclab" / "cp.mpr"


def hub_columns(path: str) -> Work:
    """Read a file to columns in memory, as `echub.read` does."""
    import echub

    echub.read(SMALL)
    return lambda: echub.read(path)


def galvani_frame(path: str) -> Work:
    """Read a file with galvani to a pandas DataFrame."""
    import pandas
    from galvani import BioLogic

    return lambda: pandas.DataFrame(BioLogic.MPRfile(path).data)


def yadg_tree(path: str) -> Work:
    """Read a file with yadg to its tree of datasets."""
    from yadg.extractors import extract

    return lambda: extract(filetype="eclab.mpr", path=path)


def hub_native(path: str, target: str, *options: str) -> Work:
    """Convert a file to the native format; `synced` waits for the disk, `bare` leaves derived columns out."""
    import echub

    chosen = {"derived": "none"} if "bare" in options else {}
    echub.convert(SMALL, path=f"{target}.warm.h5", options=chosen, force=True)
    Path(f"{target}.h5").unlink(missing_ok=True)  # replacing a file costs more than making one

    def convert() -> None:
        done = echub.convert(path, path=f"{target}.h5", options=chosen)
        if "synced" in options:
            _sync(done.outputs[0])

    return convert


def copy(path: str, target: str, *options: str) -> Work:
    """Read the bytes of a file and write them; `synced` waits for the disk."""
    Path(target).unlink(missing_ok=True)

    def read_and_write() -> None:
        Path(target).write_bytes(Path(path).read_bytes())
        if "synced" in options:
            _sync(target)

    return read_and_write


def hub_batch(folder: str, target: str) -> Work:
    """Convert every file of a folder, one after another."""
    import echub

    out = Path(tempfile.mkdtemp(dir=target))
    echub.convert(SMALL, out / "warm")
    files = sorted(Path(folder).iterdir())
    return lambda: [echub.convert(file, out) for file in files]


def checks(path: str) -> Work:
    """Make the structural checks of `convert` on a record that was read."""
    from echub.files import reading

    record = reading.read(path)
    return lambda: reading._check_structure(record)


def polars_table(path: str) -> Work:
    """Read a table with polars, told its dialect."""
    import polars as pl

    schema = dict.fromkeys("abcdef", pl.Float64)
    pl.read_csv(b"1;2\n", separator=";")
    return lambda: pl.read_csv(
        path, separator=";", decimal_comma=True, has_header=False, skip_rows=1, schema=schema
    )


def hub_table(path: str) -> Work:
    """Read a table by inference to columns in memory."""
    import echub

    echub.read(b"t / s;U / V\n0,5;3,75\n1,5;3,25\n2,5;3,5\n")
    return lambda: echub.read(path)


def sniff_table(path: str) -> Work:
    """Infer the dialect of a table, without its rows."""
    from echub.model.source import Source
    from echub_table.dialect import infer

    infer(Source(path))
    return lambda: infer(Source(path))


def write_table(path: str, megabytes: str) -> Work:
    """Write a large table with decimal commas, block by block."""
    from tests.benchmarks.tables import write_large

    return lambda: write_large(Path(path), float(megabytes))


def plugins() -> Work:
    """Load all plugins of the environment."""
    from echub.registry.registry import registry

    return registry


def write_large(path: str, megabytes: str, technique: str) -> Work:
    """Generate a large file."""
    from fixtures.eclab import write_large

    return lambda: write_large(Path(path), float(megabytes), technique)


def write_large_settings(path: str, megabytes: str) -> Work:
    """Generate a large file with the settings of a real run, which other programs insist on."""
    from dataclasses import replace

    import numpy as np

    from fixtures.eclab import SCENARIOS

    def write() -> None:
        file = SCENARIOS["gcpl"]().file
        times = max(1, int(float(megabytes) * 1e6) // file.rows.nbytes)
        columns = {key: np.tile(values, times) for key, values in file.arrays.items()}
        Path(path).write_bytes(replace(file, columns=columns, flags=np.tile(file.flags, times)).to_bytes())

    return write


def write_large_text(path: str, bare: str, megabytes: str) -> Work:
    """Generate a large text export and its table without the head: the rows of one run, again and again."""
    from fixtures.eclab import SCENARIOS
    from fixtures.eclab.ascii import export
    from fixtures.eclab.texts import GCPL

    def write() -> None:
        head, _, rows = export(SCENARIOS["gcpl"]().file, parameters=GCPL).rpartition(b"half cycle\t\r\n")
        body = rows + b"\r\n"
        with Path(path).open("wb") as whole, Path(bare).open("wb") as table:
            whole.write(head + b"half cycle\t\r\n")
            for _ in range(int(float(megabytes) * 1e6) // len(body)):
                whole.write(body)
                table.write(body)

    return write


def polars_export(path: str) -> Work:
    """Read a bare table with polars alone."""
    import polars

    return lambda: polars.read_csv(path, separator="\t", has_header=False)


def galvani_text(path: str) -> Work:
    """Read a text export with galvani."""
    from galvani import BioLogic

    return lambda: BioLogic.MPTfile(path, encoding="cp1252")


def yadg_text(path: str) -> Work:
    """Read a text export with yadg."""
    from yadg.extractors import extract

    return lambda: extract(filetype="eclab.mpt", path=path)


def write_run_without_log(folder: str) -> Work:
    """Write a small run that lacks its LOG module, with the log beside it."""
    from dataclasses import replace

    from fixtures.eclab import SCENARIOS
    from fixtures.eclab.ascii import log_file
    from fixtures.eclab.texts import GCPL

    def write() -> None:
        file = SCENARIOS["gcpl"]().file
        (Path(folder) / "run.mpr").write_bytes(replace(file, log=None).to_bytes())
        (Path(folder) / "run.mpl").write_bytes(log_file(file, "03/14/2024 09:26:53.250", GCPL))

    return write


def read_run(folder: str, how: str) -> Work:
    """Read that run twenty times, with or without its siblings."""
    from echub.files.reading import read

    run, siblings = Path(folder) / "run.mpr", how == "siblings"
    read(run, siblings=siblings)
    return lambda: [read(run, siblings=siblings) for _ in range(20)]


def _sync(path: str) -> None:
    with Path(path).open("rb+") as file:
        os.fsync(file.fileno())


if __name__ == "__main__":
    prepared = globals()[sys.argv[1]](*sys.argv[2:])
    if os.environ.get("BENCHMARK_WAITS"):
        print("ready", flush=True)
        sys.stdin.readline()
    print(json.dumps(measure(prepared)), flush=True)
