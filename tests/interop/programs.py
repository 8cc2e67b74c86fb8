"""How each program opens each format: its columns, and the units, labels and bits of flags that it shows."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

GROUP = "timeseries"


@dataclass(frozen=True)
class Seen:
    """What a program shows: columns by name, units by column, and labels or bits beside the numbers."""

    columns: Mapping[str, Any]
    units: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """A program: `package` or `command` that it needs, and the opener of each format."""

    name: str
    openers: Mapping[str, Callable[[Path], Seen]]
    package: str = ""
    command: str = ""

    def version(self) -> str:
        """Return its version; empty if it is not there."""
        if self.command:
            if shutil.which(self.command) is None:
                return ""
            told = subprocess.run([self.command, "--version"], capture_output=True, text=True)
            return (told.stdout or told.stderr).strip().splitlines()[0].removeprefix("v")
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


_TOLD = ("flag_meanings", "flag_masks")


def _xarray(engine: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        import xarray

        with xarray.open_dataset(path, group=GROUP, engine=engine) as found:
            columns = {str(name): found[name].values for name in found.variables}
            attrs = {str(name): found[name].attrs for name in found.variables}
        return _by_attrs(columns, attrs)

    return seen


def _by_attrs(columns: Mapping[str, Any], attrs: Mapping[str, Mapping[str, Any]]) -> Seen:
    units = {name: str(told["units"]) for name, told in attrs.items() if "units" in told}
    meanings = {
        n: "; ".join(f"{k}" for k in _TOLD if k in told) for n, told in attrs.items() if "flag_meanings" in told
    }
    return Seen(columns, units, meanings)


def _h5py(path: Path) -> Seen:
    import h5py

    with h5py.File(path) as file:
        group = file[GROUP]
        return _by_attrs(
            {name: data[:] for name, data in group.items()}, {n: dict(d.attrs) for n, d in group.items()}
        )


def _netcdf4(path: Path) -> Seen:
    import netCDF4

    with netCDF4.Dataset(path) as file:
        found = file[GROUP].variables
        attrs = {name: {key: data.getncattr(key) for key in data.ncattrs()} for name, data in found.items()}
        return _by_attrs({name: data[:] for name, data in found.items()}, attrs)


def _pandas_csv(path: Path) -> Seen:
    import pandas

    return Seen({str(n): c.to_numpy() for n, c in pandas.read_csv(path).items()})


def _pandas_parquet(path: Path) -> Seen:
    import pandas

    found = pandas.read_parquet(path)
    return Seen({str(n): c.to_numpy() for n, c in found.items()}, dict(found.attrs))


def _polars_csv(path: Path) -> Seen:
    import polars

    return Seen({c.name: c.to_list() for c in polars.read_csv(path, infer_schema_length=None)})


def _polars_parquet(path: Path) -> Seen:
    import polars

    return Seen({c.name: c.to_list() for c in polars.read_parquet(path)})


def _pyarrow_csv(path: Path) -> Seen:
    from pyarrow import csv

    return Seen(csv.read_csv(path).to_pydict())


def _pyarrow_parquet(path: Path) -> Seen:
    from pyarrow import parquet

    found = parquet.read_table(path)
    told = {f.name: {k.decode(): v.decode() for k, v in (f.metadata or {}).items()} for f in found.schema}
    return _by_attrs(found.to_pydict(), told)


def _duckdb(reader: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        import duckdb  # type: ignore[import-not-found,unused-ignore]  # no extra asks for it

        found = duckdb.sql(f"select * from {reader.format(path)}")
        return Seen(dict(zip(found.columns, zip(*found.fetchall(), strict=True), strict=True)))

    return seen


_NODE = """
const rows = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\\n").map(line => line.split(","));
const value = text => text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
const names = rows.shift();
console.log(JSON.stringify(Object.fromEntries(names.map((name, k) => [name, rows.map(row => value(row[k]))]))));
"""


def _node(path: Path) -> Seen:
    told = subprocess.run(["node", "-e", _NODE, str(path)], capture_output=True, text=True, check=True)
    return Seen(json.loads(told.stdout))


def _numpy_z(path: Path) -> Seen:
    import numpy

    lines = path.read_text(encoding="ascii").splitlines()
    start = lines.index("End Comments")
    return Seen(dict(zip(lines[start - 1].strip().split("\t"), numpy.loadtxt(lines[start + 1 :]).T, strict=True)))


def unread_units(units: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence by program that reads units: how many of the native file it reads, and which not."""
    found = {}
    texts = sorted(set(units.values()))
    for name, reads in (("UDUNITS (udunits2)", _udunits), ("pint", _pint)):
        if (unread := reads(texts)) is not None:
            most = f"{len(texts) - len(unread)} of {len(texts)}"
            found[name] = (
                f"{most}; not {', '.join(f'`{text}`' for text in unread)}" if unread else f"all {len(texts)}"
            )
    return found


def _udunits(texts: Sequence[str]) -> list[str] | None:
    if shutil.which("udunits2") is None:
        return None
    command = ("udunits2", "-W", "", "-H")
    told = [subprocess.run([*command, text], input="\n", capture_output=True, text=True) for text in texts]
    return [text for text, one in zip(texts, told, strict=True) if "recognize" in one.stdout + one.stderr]


def _pint(texts: Sequence[str]) -> list[str] | None:
    try:
        import pint
    except ImportError:
        return None
    registry = pint.UnitRegistry()
    return [text for text in texts if not _is_read(registry.parse_units, text)]


def _is_read(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except Exception:  # whatever it raises, the unit is not read
        return False
    return True


native_columns = _h5py
"""The opener whose units are taken for those of the file."""

PROGRAMS = (
    Program("xarray, h5netcdf", {"native": _xarray("h5netcdf")}, "xarray"),
    Program("xarray, netCDF4", {"native": _xarray("netcdf4")}, "xarray"),
    Program("h5py", {"native": _h5py}, "h5py"),
    Program("netCDF4", {"native": _netcdf4}, "netCDF4"),
    Program("pandas", {"csv": _pandas_csv, "bdf": _pandas_csv, "parquet": _pandas_parquet}, "pandas"),
    Program("polars", {"csv": _polars_csv, "bdf": _polars_csv, "parquet": _polars_parquet}, "polars"),
    Program("pyarrow", {"csv": _pyarrow_csv, "bdf": _pyarrow_csv, "parquet": _pyarrow_parquet}, "pyarrow"),
    Program(
        "DuckDB",
        {
            "csv": _duckdb("read_csv('{}', sample_size=-1)"),
            "bdf": _duckdb("read_csv('{}', sample_size=-1)"),
            "parquet": _duckdb("'{}'"),
        },
        "duckdb",
    ),
    Program("NumPy (loadtxt)", {"z": _numpy_z}, "numpy"),
    Program("node", {"csv": _node, "bdf": _node}, command="node"),
)
NOT_TRIED = ("R (ncdf4, arrow)", "Octave", "ncdump", "h5dump", "ncks", "gnuplot")
"""Programs that the hub should be tried with, and for which there is no opener yet."""
