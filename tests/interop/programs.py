"""How each program opens each format: its columns, and the units, labels and bits of flags that it shows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.interop import outside
from tests.interop.seen import GROUP, Seen, by_attrs


@dataclass(frozen=True)
class Program:
    """A program: how to open each format, and the Python package that it is, or a function for its version."""

    name: str
    openers: Mapping[str, Callable[[Path], Seen]]
    package: str = ""
    found: Callable[[], str] | None = None

    def version(self) -> str:
        """Return its version; empty if it is not installed."""
        if self.found is not None:
            return self.found()
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


def _xarray(engine: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        import xarray

        with xarray.open_dataset(path, group=GROUP, engine=engine) as found:
            columns = {str(name): found[name].values for name in found.variables}
            attrs = {str(name): found[name].attrs for name in found.variables}
        return by_attrs(columns, attrs)

    return seen


def _pint_xarray(path: Path) -> Seen:
    """Read numbers with units through pint-xarray, and back to the units that a file has."""
    import xarray

    import echub

    with xarray.open_dataset(path, group=GROUP, engine="h5netcdf") as found:
        again = echub.from_pint(echub.to_pint(found.load()))
    columns = {str(name): again[name].values for name in again.variables}
    return by_attrs(columns, {str(name): again[name].attrs for name in again.variables})


def _h5py(path: Path) -> Seen:
    import h5py

    with h5py.File(path) as file:
        group = file[GROUP]
        return by_attrs(
            {name: data[:] for name, data in group.items()}, {n: dict(d.attrs) for n, d in group.items()}
        )


def _netcdf4(path: Path) -> Seen:
    import netCDF4

    with netCDF4.Dataset(path) as file:
        found = file[GROUP].variables
        attrs = {name: {key: data.getncattr(key) for key in data.ncattrs()} for name, data in found.items()}
        return by_attrs({name: data[:] for name, data in found.items()}, attrs)


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
    return by_attrs(found.to_pydict(), told)


def _duckdb(reader: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        import duckdb  # type: ignore[import-not-found,unused-ignore]  # no extra asks for it

        found = duckdb.sql(f"select * from {reader.format(path)}")
        return Seen(dict(zip(found.columns, zip(*found.fetchall(), strict=True), strict=True)))

    return seen


def _numpy_z(path: Path) -> Seen:
    import numpy

    lines = path.read_text(encoding="ascii").splitlines()
    start = lines.index("End Comments")
    return Seen(dict(zip(lines[start - 1].strip().split("\t"), numpy.loadtxt(lines[start + 1 :]).T, strict=True)))


def _scipy(path: Path) -> Seen:
    from scipy.io import loadmat

    found = loadmat(path, squeeze_me=True, simplify_cells=True)[GROUP]
    units = found.pop("units")
    del found["names"]
    return Seen(found, units)


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
    Program("pint-xarray, echub.from_pint", {"native": _pint_xarray}, "pint-xarray"),
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
    Program("SciPy (loadmat)", {"mat": _scipy}, "scipy"),
    Program(
        "R/ncdf4", {"native": outside.r_ncdf4, "csv": outside.r_csv, "bdf": outside.r_csv}, found=outside.r_version
    ),
    Program(
        "Octave",
        {"native": outside.octave_hdf5, "mat": outside.octave_mat},
        found=partial(outside.version, "octave", "--version"),
    ),
    Program("ncdump", {"native": outside.ncdump}, found=partial(outside.version, "ncdump")),
    Program("ncks", {"native": outside.ncks}, found=partial(outside.version, "ncks", "--version")),
    Program("h5dump", {"native": outside.h5dump}, found=partial(outside.version, "h5dump", "--version")),
    Program(
        "gnuplot",
        {"csv": outside.gnuplot, "bdf": outside.gnuplot},
        found=partial(outside.version, "gnuplot", "--version"),
    ),
    Program(
        "node",
        {"csv": outside.node_csv, "bdf": outside.node_csv},
        found=partial(outside.version, "node", "--version"),
    ),
    Program("node, h5wasm", {"native": outside.node_h5wasm}, found=outside.node_package("h5wasm")),
    Program("node, hyparquet", {"parquet": outside.node_hyparquet}, found=outside.node_package("hyparquet")),
    Program("node, Apache Arrow", {"parquet": outside.node_arrow}, found=outside.node_package("apache-arrow")),
)
NOT_TRIED = {"R's arrow": "Debian has no package of it; it is the C++ library that pyarrow is, which was tried"}
"""Programs that the hub should be tried with, for which there is no opener, and why."""
