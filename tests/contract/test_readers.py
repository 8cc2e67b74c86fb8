"""The contract, run on every built-in reader; a new reader needs a row in `READERS`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from echub.registry.registry import GROUP, registry
from echub.testing import ReaderContract
from fixtures.bdf import BINARY as BDF_BINARY
from fixtures.bdf import TABLES as BDF
from fixtures.eclab import COLUMNS, FLAG_IDS, SCENARIOS, header_of
from fixtures.eclab.ascii import table
from fixtures.eclab.texts import ROWS
from fixtures.gamry.make import FILES as GAMRY_FILES

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Row:
    """The samples of a reader, and what else knows their source tables."""

    files: list[Path]
    source_table: Callable[[Path], Mapping[tuple[int, str], ArrayLike]] | None = None
    holds_data: bool = True


def eclab_table(path: Path) -> dict[tuple[int, str], ArrayLike]:
    """What the generator put into a fixture, by position in the record: flags are one column.

    Behind an unknown id no position is sure.
    """
    file = SCENARIOS[path.stem]().file
    places = list(file.rows.dtype.names)
    known = itertools.takewhile(lambda i: i in COLUMNS or i in FLAG_IDS, file.column_ids)
    inputs = file.external_device.inputs if file.external_device else ()
    analog = {16 + number: given.name for number, given in enumerate(inputs)}
    columns = [i for i in known if i not in FLAG_IDS]
    return {(places.index(str(i)), analog.get(i, header_of(i))): file.rows[str(i)] for i in columns}


def eclab_text_table(path: Path) -> dict[tuple[int, str], ArrayLike]:
    """What the generator printed into a text, by position; comma or point, the numbers are the same."""
    file = SCENARIOS[path.stem.removesuffix("_comma")]().file
    names, cells = table(file, ROWS)
    return {(n, name): [float(row[n]) for row in cells] for n, name in enumerate(names)}


SAMPLES = ("cp1252", "crlf", "nan-inf", "repeated-header", "dates-with-commas", "preamble-199", "utf-16")
NASTY = [FIXTURES / "tables" / "nasty" / "files" / f"{name}.csv" for name in SAMPLES]


def bdf_table(path: Path) -> dict[tuple[int, str], ArrayLike]:
    """What the generator put into a BDF table, by position."""
    columns = BDF[path.name if path.suffix == ".csv" else "labels.bdf.csv"]
    return {(number, header): values for number, (header, values) in enumerate(columns.items())}


def gamry_table(path: Path) -> dict[tuple[int, str], ArrayLike]:
    """What the generator printed into a data file, by position and table."""
    tables = GAMRY_FILES[path.stem]().numbers()
    return {
        (position, f"{table}: {header}"): values
        for table, columns in tables.items()
        for position, (header, values) in enumerate(columns.items())
    }


READERS = {
    "arbin-res": Row([FIXTURES / "arbin" / "test.res"]),
    "bdf-csv": Row(sorted((FIXTURES / "bdf").glob("*.bdf.csv")), bdf_table),
    "parquet": Row([FIXTURES / "bdf" / name for name in BDF_BINARY], bdf_table),
    "eclab-mpr": Row(sorted((FIXTURES / "eclab").glob("*.mpr")), eclab_table),
    "table": Row(NASTY),
    "excel": Row([FIXTURES / "tables" / "workbook.xlsx"]),
    "eclab-mpt": Row(sorted((FIXTURES / "eclab").glob("*.mpt")), eclab_text_table),
    "eclab-mps": Row(
        sorted(p for p in (FIXTURES / "eclab").iterdir() if p.suffix in (".mps", ".mpl")), holds_data=False
    ),
    "gamry-dta": Row([FIXTURES / "gamry" / f"{n}.DTA" for n in ("cv", "eis_comma")], gamry_table),
    "ivium-idf": Row([FIXTURES / "ivium" / "spectrum.idf"]),
    "neware": Row(sorted((FIXTURES / "neware").glob("cell.*"))),
    "hiden-massoft": Row([FIXTURES / "sims" / "trend.csv", FIXTURES / "sims" / "scans.csv"]),
    "sims-declared": Row([FIXTURES / "sims" / folder / "sims.toml" for folder in ("declared", "maps")]),
    "sims-map-profile": Row([FIXTURES / "sims" / "maps" / "roi.outcome.json"]),
    "cameca-profile": Row([FIXTURES / "sims" / "profile.dp_rpc_asc"]),
    "cameca-spectrum": Row([FIXTURES / "sims" / "spectrum.ms_rpc_asc"]),
    "native": Row([FIXTURES / "golden" / "schema-1.0.0.h5"]),
    "zahner-ism": Row([FIXTURES / "zahner" / "spectrum.ism"]),
    "zahner-isw": Row([FIXTURES / "zahner" / "recording.isw"]),
    "galvani-mpr": Row([FIXTURES / "eclab" / f"{name}.mpr" for name in ("gcpl", "cp", "peis")]),
}


def _contract(name: str, row: Row) -> type[ReaderContract]:
    others = [file for other, its in READERS.items() if other != name for file in its.files]
    foreign = [file for file in others if file not in row.files]  # two readers may share a format
    attributes = {"reader": name, "files": row.files, "foreign": foreign, "__module__": __name__}
    if not row.holds_data:  # settings alone: the rule that asks for rows does not apply
        attributes["test_samples_hold_data"] = None
    if row.source_table is not None:
        attributes["source_table"] = lambda _self, path: row.source_table(path)
    return type(f"Test_{name.replace('-', '_')}", (ReaderContract,), attributes)


for _name, _row in READERS.items():
    _class = _contract(_name, _row)
    globals()[_class.__name__] = _class


def test_every_built_in_reader_has_its_row():
    built_in = {name for name, r in registry().readers.items() if registry().owner(r).distribution == GROUP}
    assert built_in == set(READERS), "give every reader a row in READERS, with generated sample files"


@pytest.mark.parametrize("name", READERS)
def test_every_row_is_run(name):
    contract = globals()[f"Test_{name.replace('-', '_')}"]
    assert contract.reader == name
    assert all(path.is_file() for path in contract().paths())
    assert contract().paths()


def test_the_truth_covers_every_fixture():
    stated = json.loads((FIXTURES / "eclab" / "truth.json").read_text(encoding="utf-8"))
    assert {path.stem for path in READERS["eclab-mpr"].files} == set(stated)
    assert all(np.size(values) == stated["ramp"]["rows"] for values in eclab_table(Path("ramp.mpr")).values())
