"""Questions to a lake against DuckDB on Parquet made by hand: ``python -m tests.benchmarks.ask --runs 2000``.

Half of the runs are cycling, half are spectra, of forty cells at three temperatures. By hand means what one
would write who knows the questions: one Parquet file for each table, made with polars from the same values
and sorted by source; its table of files has four columns, that of a lake more than a hundred. Both sides are
asked in turn in this process, and their answers must be equal; then the command is compared with a Python script
that asks the table by hand. CPU is of all threads: other work on the machine changes it less.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from echub.batch.lake.query import Lake
from tests.benchmarks.budget import Figure, table
from tests.benchmarks.measure import ROOT, Sample, environment, process, side_by_side

QUESTIONS = {
    "count by technique": "SELECT technique, count(*) AS n FROM files GROUP BY ALL ORDER BY ALL",
    "charge by cell": (
        'SELECT f."cell.id" AS cell, max(t.charge) AS charge FROM timeseries t JOIN files f USING (source)'
        " GROUP BY ALL ORDER BY ALL"
    ),
    "spectra by temperature": (
        'SELECT f."cell.temperature" AS t, count(DISTINCT i.source) AS n, max(i.impedance_real) AS z'
        " FROM impedance i JOIN files f USING (source) GROUP BY ALL ORDER BY ALL"
    ),
}
TEMPERATURES = (0, 30, 60)
CELLS = 40
ROWS = {"gcpl": 2000, "eis": 60}
"""Rows of a run: some hours of cycling each 10 s, and six decades of frequency with ten points each."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the archive and the lake, ask both sides, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ask", description=__doc__)
    parser.add_argument("--runs", type=int, default=2000, help="number of runs (2000)")
    parser.add_argument("--repeats", type=int, default=20, help="times that each question is asked (20)")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="echub-ask-") as held:
        folder = Path(held)
        _make(folder, chosen.runs)
        print(table(figures(folder, chosen.repeats)))


def figures(folder: Path, repeats: int) -> list[Figure]:
    """Ask both sides in turn; return the ratios of the best of each."""
    opened, lake = _best(3, lambda: Lake(folder / "lake"))
    bare, mine = _best(3, lambda: _by_hand(folder))
    found = [Figure("query", "opening", None, opened * 1e3, "ms", note=f"by hand {bare * 1e3:.0f} ms")]
    for name, sql in QUESTIONS.items():
        ours, theirs = [], []
        for _ in range(repeats):
            ours.append(_timed(lambda sql=sql: list(lake.ask(sql).rows())))  # type: ignore[misc]
            theirs.append(_timed(lambda sql=sql: mine.execute(sql).fetchall()))  # type: ignore[misc]
        if ours[0][1] != theirs[0][1]:
            raise RuntimeError(f"{name}: {ours[0][1][:2]} and {theirs[0][1][:2]}")
        one, other = (Sample.best([sample for sample, _ in side]) for side in (ours, theirs))
        note = f"{one.cpu * 1e3:.1f} and {other.cpu * 1e3:.1f} ms; wall {one.wall / other.wall:.2f} ×"
        found.append(Figure("query", f"{name}, CPU", 1.5, one.cpu / other.cpu, note=note))
    return [*found, _command_figure(folder)]


def _command_figure(folder: Path) -> Figure:
    """Compare the command with a script, each a process that asks one question."""
    name, sql = next(iter(QUESTIONS.items()))
    by_hand = sql.replace("files", f"'{folder / 'hand' / 'files.parquet'}'")
    script = f"import duckdb; print(duckdb.sql({by_hand!r}).fetchall())"
    one, other = side_by_side(
        5,
        lambda: process([sys.executable, "-m", "echub", "query", sql, str(folder / "lake")]),
        lambda: process([sys.executable, "-c", script]),
    )
    note = f"{one.cpu * 1e3:.0f} and {other.cpu * 1e3:.0f} ms; wall {one.wall / other.wall:.2f} ×"
    return Figure("query", f"{name}, whole process, CPU", None, one.cpu / other.cpu, note=note)


def _timed(ask: Callable[[], list[Any]]) -> tuple[Sample, list[Any]]:
    begin, before = time.perf_counter(), time.process_time()
    answer = ask()
    return Sample(time.perf_counter() - begin, time.process_time() - before), answer


def _best(times: int, work: Callable[[], Any]) -> tuple[float, Any]:
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        made = work()
        found.append(time.perf_counter() - begin)
    return min(found), made


def _make(folder: Path, runs: int) -> None:
    """Write the runs and the tables by hand; convert and gather with the command."""
    (folder / "raw").mkdir()
    chance = np.random.default_rng(1)
    files: list[dict[str, Any]] = []
    tables: dict[str, list[pl.DataFrame]] = {"gcpl": [], "eis": []}
    for number in range(runs):
        kind = ("gcpl", "eis")[number % 2]
        name = f"{kind}_{number:05}.csv"
        frame = _run(kind, chance)
        frame.rename(_HEADERS, strict=False).write_csv(folder / "raw" / name)
        tables[kind].append(frame.with_columns(source=pl.lit(name)))
        temperature = TEMPERATURES[number % 3]
        files.append({"file": name, "cell.id": f"cell {number % CELLS:02}", "cell.temperature": temperature})
    meta = pl.DataFrame(files).rename({"cell.temperature": "cell.temperature / degC"})
    meta.with_columns(pl.Series("technique.name", [row["file"].split("_")[0] for row in files])).write_csv(
        folder / "meta.csv"
    )
    _command("convert", folder / "raw", "-o", folder / "out", "--meta", folder / "meta.csv", "--jobs", "2", "-q")
    _command("gather", folder / "out", "--to", folder / "lake", "--jobs", "2")
    (folder / "hand").mkdir()
    told = pl.DataFrame(files).rename({"file": "source"})
    technique = pl.read_parquet(folder / "lake" / "files.parquet").select("source", "technique")
    told.join(technique, on="source").write_parquet(folder / "hand" / "files.parquet")
    for kind, view in (("gcpl", "timeseries"), ("eis", "impedance")):
        pl.concat(tables[kind]).write_parquet(folder / "hand" / f"{view}.parquet", compression="zstd")


_HEADERS = {
    "time": "time/s",
    "potential_we": "Ewe/V",
    "current": "I/mA",
    "charge": "(Q-Qo)/mA.h",
    "frequency": "freq/Hz",
    "impedance_real": "Re(Z)/Ohm",
    "impedance_imag": "Im(Z)/Ohm",
}


def _run(kind: str, chance: np.random.Generator) -> pl.DataFrame:
    rows = ROWS[kind]
    if kind == "eis":
        frequency = np.logspace(6, 0, rows).round(6)
        z = 10 + chance.random() + 100 / (1 + 1j * frequency / 1e3)
        return _frame(frequency=frequency, impedance_real=z.real, impedance_imag=z.imag)
    time_ = np.arange(rows) * 10.0
    current = 1 + chance.random()
    voltage = 3.2 + 0.5 * np.tanh(time_ / time_[-1]) + chance.normal(0, 1e-4, rows)
    return _frame(time=time_, potential_we=voltage, current=np.full(rows, current), charge=current * time_ / 3600)


def _frame(**columns: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({name: values.round(9) for name, values in columns.items()})


def _by_hand(folder: Path) -> Any:
    found = duckdb.connect()
    for name in ("files", "timeseries", "impedance"):
        path = folder / "hand" / f"{name}.parquet"
        found.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    return found


def _command(*words: object) -> None:
    command = [sys.executable, "-m", "echub", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
