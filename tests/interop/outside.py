"""Programs that are not Python: each prints what it sees, in words of its own, and here it is read.

Numbers are printed with 17 digits, which say every bit of a float64.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.interop.seen import GROUP, Seen, by_attrs

NODE_PACKAGES = Path(os.environ.get("ECHUB_NODE_PACKAGES", "."))
"""The folder in which `npm install h5wasm hyparquet hyparquet-compressors apache-arrow
parquet-wasm` was run."""
_NAN = float("nan")


def told(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command and return what it prints; `CalledProcessError` if it fails."""
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, check=True, timeout=120, cwd=cwd
    )
    return done.stdout


@cache
def version(*command: str) -> str:
    """Return the first number with a point that a command prints; empty if it is not installed."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    found = re.search(r"\d+\.\d+[\d.]*", done.stdout + done.stderr)
    return found[0].rstrip(".") if found else ""


def node_package(name: str) -> Callable[[], str]:
    """Return the version of a package of node, if it is there."""

    def found() -> str:
        path = NODE_PACKAGES / "node_modules" / name / "package.json"
        return str(json.loads(path.read_text())["version"]) if path.exists() and shutil.which("node") else ""

    return found


def _seen(text: str) -> Seen:
    """Read what a script prints as JSON: columns and attributes by name."""
    found = json.loads(text[text.index("{") :])
    return by_attrs(found["columns"], found.get("attrs", {}))


# -- R ----------------------------------------------------------------------------------------

_R = """
value <- function(x) if (is.character(x)) toJSON(x, na = "null") else paste0("[", paste(
    ifelse(is.nan(x), "NaN", ifelse(is.na(x), "null", sprintf("%.17g", as.double(x)))), collapse = ","), "]")
table <- function(columns) paste0("{", paste0(sapply(names(columns), function(n)
    paste0(toJSON(n, auto_unbox = TRUE), ":", value(columns[[n]]))), collapse = ","), "}")
path <- commandArgs(TRUE)[1]
suppressMessages(library(jsonlite))
"""
_R_NC = (
    _R
    + """
library(ncdf4)
file <- nc_open(path)
names <- grep("^GROUP/", c(names(file$var), names(file$dim)), value = TRUE)
columns <- setNames(lapply(names, function(n) as.vector(ncvar_get(file, n))), sub("GROUP/", "", names))
attrs <- setNames(lapply(names, function(n) lapply(ncatt_get(file, n), as.character)), sub("GROUP/", "", names))
cat("{\\"columns\\":", table(columns), ",\\"attrs\\":", toJSON(attrs, auto_unbox = TRUE), "}")
""".replace("GROUP", GROUP)
)
_R_CSV = (
    _R
    + """
columns <- read.csv(path, check.names = FALSE)
cat("{\\"columns\\":", table(columns), "}")
"""
)


@cache
def r_version() -> str:
    """Return the versions of R and of ncdf4; empty without them, or without jsonlite."""
    if shutil.which("Rscript") is None:
        return ""
    asked = "library(jsonlite); cat(paste0(getRversion(), '/', packageVersion('ncdf4')))"
    done = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
    return done.stdout.strip() if not done.returncode else ""


def _r(script: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        file = path.with_suffix(".R")
        file.write_text(script, encoding="utf-8")
        return _seen(told("Rscript", file, path))

    return seen


r_ncdf4, r_csv = _r(_R_NC), _r(_R_CSV)


# -- Octave -----------------------------------------------------------------------------------

_OCTAVE = """
function text = shown(x)
  if iscell(x), text = jsonencode(x);
  else text = ["[" strjoin(arrayfun(@(v) sprintf("%.17g", v), double(x(:)'), "UniformOutput", 0), ",") "]"]; end
end
path = argv(){end};
"""
_OCTAVE_H5 = (
    _OCTAVE
    + """
data = load("-hdf5", path, "GROUP").GROUP;
attrs = struct();
try
  pkg load netcdf
catch
end
if exist("import_netcdf")
  import_netcdf
  file = netcdf.open(path, "NOWRITE"); group = netcdf.inqNcid(file, "GROUP");
  for name = fieldnames(data)'
    at = netcdf.inqVarID(group, name{1});
    told = jsondecode(netcdf.getAtt(group, at, "echub"));
    if isfield(told, "unit"), attrs.(name{1}).units = told.unit; end
    if isfield(told, "labels") || isfield(told, "bits"), attrs.(name{1}).flag_meanings = ""; end
  end
end
parts = cellfun(@(n) ["\\"" n "\\":" shown(data.(n))], fieldnames(data), "UniformOutput", false);
printf("{\\"columns\\":{%s},\\"attrs\\":%s}", strjoin(parts', ","), jsonencode(attrs));
""".replace("GROUP", GROUP)
)
_OCTAVE_MAT = (
    _OCTAVE
    + """
data = load(path).GROUP;
names = setdiff(fieldnames(data), {"units", "names"});
attrs = struct();
for name = names', attrs.(name{1}).units = data.units.(name{1}); end
parts = cellfun(@(n) ["\\"" n "\\":" shown(data.(n))], names, "UniformOutput", false);
printf("{\\"columns\\":{%s},\\"attrs\\":%s}", strjoin(parts', ","), jsonencode(attrs));
""".replace("GROUP", GROUP)
)


def _octave(script: str, unit_in: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        file = path.with_suffix(".m")
        file.write_text(script, encoding="utf-8")
        # A Debian Octave without its manual says so when it ends, with another exit code.
        done = subprocess.run(["octave", "-q", str(file), str(path)], capture_output=True, text=True, timeout=120)
        return replace(_seen(done.stdout), unit_in=unit_in)

    return seen


octave_hdf5 = _octave(_OCTAVE_H5, "in the attribute `echub`")  # it does not show texts of variable length
octave_mat = _octave(_OCTAVE_MAT, "yes")


# -- the tools of NetCDF, HDF5 and NCO ----------------------------------------------------------


def ncdump(path: Path) -> Seen:
    """Read the text of `ncdump`: CDL, numbers with 9 and 17 digits."""
    text = told("ncdump", "-p", "9,17", "-g", GROUP, path)
    head, _, data = text.partition(f"group: {GROUP}")[2].partition("data:")
    attrs: dict[str, dict[str, str]] = {}
    for name, key, value in re.findall(r'^\s*(?:string )?(\w+):(\w+) = "?(.*?)"? ;$', head, re.MULTILINE):
        attrs.setdefault(name, {})[key] = value
    columns = {n: _numbers(cells) for n, cells in re.findall(r"^\s*(\w+) = ([^;]*);", data, re.MULTILINE)}
    return by_attrs(columns, attrs)


def _numbers(cells: str) -> list[float | None]:
    found: list[float | None] = []
    for cell in cells.replace("\n", " ").split(","):
        word = cell.strip().rstrip("f") if "NaN" in cell else cell.strip()
        found.append(None if word == "_" else float(word))
    return found


def ncks(path: Path) -> Seen:
    """Read the JSON of `ncks`, which knows no NaN of its own."""
    text = told("ncks", "--jsn", "--fmt_val", "%.17g", "-g", GROUP, path)
    text = re.sub(r"(?<=[\[ ,])-?nan(?=[,\] ])", "NaN", text)
    variables = json.loads(text)["groups"][GROUP]["variables"]
    return by_attrs(
        {name: v["data"] for name, v in variables.items()},
        {name: v.get("attributes", {}) for name, v in variables.items()},
    )


def h5dump(path: Path) -> Seen:
    """Read the text of `h5dump`, asked for the numbers with 17 digits, and for the texts beside them."""
    columns: dict[str, Any] = {}
    attrs: dict[str, dict[str, str]] = {}
    names = re.findall(r'^ {3}DATASET "(\w+)"', told("h5dump", "-H", "-g", f"/{GROUP}", path), re.MULTILINE)
    for name in names:
        text = told("h5dump", "-y", "-w", "0", "-m", "%.17g", "-d", f"/{GROUP}/{name}", path)
        data = re.search(r"^ {3}DATA \{(.*?)^ {3}\}", text, re.DOTALL | re.MULTILINE)
        columns[name] = _numbers(data[1]) if data else []
        found = re.findall(r'ATTRIBUTE "(units|flag_meanings)" \{.*?DATA \{\s*"(.*?)"', text, re.DOTALL)
        attrs[name] = dict(found)
    return by_attrs(columns, attrs)


# -- gnuplot and node ---------------------------------------------------------------------------


_GNUPLOT = """set datafile separator ","
set key autotitle columnhead
set table "/dev/stdout"
plot "{path}" using (sprintf("@%.17g@%s", column({number}), strcol({number}))) with table
"""


def gnuplot(path: Path) -> Seen:
    """Read what gnuplot takes from each column: the number that it would draw, or the text."""
    names = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    return Seen({name: _plotted(path, number) for number, name in enumerate(names, 1)})


def _plotted(path: Path, number: int) -> list[Any]:
    script = path.with_suffix(".gp")
    script.write_text(_GNUPLOT.format(path=path, number=number), encoding="utf-8")
    return [_drawn(*cells) for cells in re.findall(r"^ @(.*?)@(.*?) *$", told("gnuplot", script), re.MULTILINE)]


def _drawn(number: str, text: str) -> float | str:
    try:
        float(text or "nan")
    except ValueError:
        return text
    return float(number)


_NODE_CSV = """
const rows = require("fs").readFileSync(process.argv[1], "utf8").trim().split("\\n").map(line => line.split(","));
const value = text => text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
const names = rows.shift();
const columns = Object.fromEntries(names.map((name, k) => [name, rows.map(row => value(row[k]))]));
console.log(JSON.stringify({columns}));
"""
_NODE_SHOW = """
const plain = v => typeof v === "bigint" ? Number(v) : typeof v === "number" && Number.isNaN(v) ? "@NaN" : v;
const show = seen => console.log(JSON.stringify(seen, (key, v) => plain(v)).replaceAll('"@NaN"', "NaN"));
"""
_NODE_H5 = (
    _NODE_SHOW
    + """
import h5wasm from "h5wasm/node";
await h5wasm.ready;
const group = new h5wasm.File(process.argv[1], "r").get("GROUP");
const of = call => Object.fromEntries(group.keys().map(name => [name, call(group.get(name))]));
const texts = v => Object.fromEntries(Object.entries(v.attrs).map(([key, a]) => [key, String(a.value)]));
show({columns: of(v => Array.from(v.value)), attrs: of(texts)});
""".replace("GROUP", GROUP)
)
_NODE_PARQUET = (
    _NODE_SHOW
    + """
import {asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects} from "hyparquet";
import {compressors} from "hyparquet-compressors";
const file = await asyncBufferFromFile(process.argv[1]);
const rows = await parquetReadObjects({file, compressors});
const told = (await parquetMetadataAsync(file)).key_value_metadata.find(pair => pair.key === "units");
const attrs = Object.fromEntries(Object.entries(JSON.parse(told.value)).map(([name, units]) => [name, {units}]));
const names = Object.keys(rows[0]);
show({columns: Object.fromEntries(names.map(name => [name, rows.map(row => row[name])])), attrs});
"""
)


_NODE_ARROW = (
    _NODE_SHOW
    + """
import {readFileSync} from "fs";
import {readParquet} from "parquet-wasm";
import {tableFromIPC} from "apache-arrow";
const table = tableFromIPC(readParquet(readFileSync(process.argv[1])).intoIPCStream());
const fields = table.schema.fields;
const columns = Object.fromEntries(fields.map((field, k) => [field.name, Array.from(table.getChildAt(k))]));
show({columns, attrs: Object.fromEntries(fields.map(field => [field.name, Object.fromEntries(field.metadata)]))});
"""
)


def node_csv(path: Path) -> Seen:
    """Read a CSV as a page does: by its commas."""
    return _seen(told("node", "-e", _NODE_CSV, path))


def _module(script: str) -> Callable[[Path], Seen]:
    def seen(path: Path) -> Seen:
        asked: Sequence[str | Path] = ("node", "--input-type=module", "-e", script, path.resolve())
        return _seen(told(*asked, cwd=NODE_PACKAGES))

    return seen


node_h5wasm, node_hyparquet, node_arrow = _module(_NODE_H5), _module(_NODE_PARQUET), _module(_NODE_ARROW)
