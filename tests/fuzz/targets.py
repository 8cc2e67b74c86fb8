"""What is fed: each target has seeds, a mutator that knows their form, and the code that takes them."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import mutators

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Target:
    """One boundary: `seeds` are (file name, bytes), `run` takes the path of a damaged copy."""

    name: str
    mutate: Callable
    seeds: Callable
    run: Callable
    decoded_elsewhere: bool = False
    """Another project's native library decodes it: a lost process is the guard's to catch, not a surprise."""


def _files(*patterns):
    def seeds():
        found = [path for pattern in patterns for path in sorted(FIXTURES.glob(pattern))]
        return [(path.name, path.read_bytes()) for path in found if path.stat().st_size < 300_000]

    return seeds


def _texts(*texts):
    return lambda: [("text", text.encode()) for text in texts]


def _read(path):
    import echub

    record = echub.read(path)
    for dataset in record.datasets.values():
        for name in dataset.columns:
            _ = dataset[name]


# -- structured text -------------------------------------------------------------------------


def _native_seeds():
    """Return the golden file of the present schema, and one with compressed columns, with what each says."""
    import tempfile

    import numpy as np

    from echub.files import store
    from echub.model.build import SourceColumn, build_dataset
    from echub.model.record import Record
    from fixtures.golden.make import path

    rows = np.arange(30_000)
    columns = [
        SourceColumn("time/s", rows * 0.5, "time", "s", index=0),
        SourceColumn("I/mA", np.sin(rows).astype(np.float32), "current", "mA", index=1),
        SourceColumn("cycle", (rows // 1000).astype(np.uint8), "cycle", "1", index=2),
    ]
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.h5"
        store.write(Record([build_dataset("timeseries", columns)]), large)
        found = [(file.name, file) for file in (path(), large)]
        _CLEAN.update({name: _said(file) for name, file in found})
        return [(name, file.read_bytes()) for name, file in found]


_CLEAN = {}


def _said(path):
    import echub
    from echub.files.content import content_hash

    record = echub.read(path)
    return content_hash(record), record.provenance.as_dict(), [notice.as_dict() for notice in record.notices]


class SilentDifferenceError(Exception):
    """A damaged file gave other values, or another text, without a word."""


def _same(path):
    if _said(path) != _CLEAN[path.name]:
        raise SilentDifferenceError(path.name)


def _image_seeds():
    import io

    import numpy as np
    from PIL import Image

    pages = [Image.fromarray(np.full((5, 7), n, np.uint16)) for n in range(3)]
    found = []
    for name in ("raw", "tiff_lzw", "tiff_deflate", "packbits"):
        out = io.BytesIO()
        pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression=name)
        found.append((f"{name}.tif", out.getvalue()))
    return found


IMAGES = """
format = "sims"
[sims]
pixel_size = "0.5 um"
acquisition = "simultaneous"
[[region]]
name = "x"
[[region.images]]
pattern = "{name}"
species = ["Na+"]
polarity = "+"
"""


def _image(path):
    manifest = path.parent / "sims.toml"
    manifest.write_text(IMAGES.replace("{name}", path.name))
    _read(manifest)


def _outcome_seeds():
    from echub.plugin import Component, Condition, Flag, Interval, Measurand, Outcome, Sensitivity, Series

    outcome = Outcome(
        {
            "onset": Measurand(
                "mA/cm^2", 1.5, 0.1, Interval(1.3, 1.7, level=0.95), n=5, components=(Component("area", 0.1),)
            )
        },
        (Flag("no-area", "no area is stated", "warning", rows=(1, 2)),),
        {"rows": {"t": Series((1.0, None), "s"), "state": Series(("a", "b"))}},
        (Sensitivity("window", "30 s", "onset", 1.4, -0.1),),
        {"t": Series((1.0, 2.0), "s")},
        {"ramp": Condition(1.0, "mA/h")},
        {"sample.group": {"value": "a", "unit": None, "source": "--set"}},
        {"inputs": [{"name": "a.mpr", "sha256": "0"}]},
        "ramp-onset",
        "a",
    )
    return [("a.outcome.json", outcome.to_json().encode())]


def _outcome(path):
    from echub.analysis.points import load_outcomes
    from echub.cli.show.outcome import result

    for outcome in load_outcomes(path):
        assert type(outcome).from_json(outcome.to_json()) == outcome
        for measurand in outcome.measurands.values():
            result(measurand)


STUDY = b"""
title = "x"
files = ["*.csv"]
meta = []
seed = 1
[set]
cell.area = "1 cm^2"
[[step]]
name = "r"
analysis = "eis-resistance"
profile = "blocking"
select = "frequency > 1"
time = [0, 10]
columns = {f = "frequency"}
params.area_uncertainty = "5 %"
[[step]]
name = "a"
analysis = "arrhenius"
from = "r"
by = "sample.group"
"""


def _study(path):
    from echub.analysis.study import load_study

    (path.parent / "a.csv").write_text("t / s,U / V\n1,2\n")
    load_study(path).annotations()


GROUP = b"""
[schema]
name = "g"
prefix = "nalab"
version = "1"
core = "1"
extends = []
ignore = ["ECH203"]
[severity]
ECH301 = "error"
[metadata]
required = ["cell.area"]
range."cell.temperature" = ["0 degC", "60 degC"]
[files]
name = "[a-z]+_\\\\d{4}\\\\.mpr"
example = "a_0001.mpr"
[range]
voltage = ["-5 V", "5 V"]
[columns]
timeseries = ["current"]
[quantities.nalab_flow]
unit = "nalab_sccm"
definition = "flow"
dimension = "time^-1"
[units.nalab_sccm]
of = "time^-1"
factor = "1/60"
text = ["sccm"]
"""


def _group(path):
    from echub.model import units, vocabulary
    from echub.validation import group, structure

    for cached in (vocabulary.quantities, units.table, units._registry):
        cached.cache_clear()
    loaded = group.load(path)
    list(loaded.differences())
    list(structure.check_name("a" * 60 + "!", loaded))


SIDECAR = b"""
[cell]
id = "c1"
area = "0.785 cm^2"
temperature = "25 degC"
[cell.electrodes.working]
material = "Na"
[sample]
group = "a"
[extra]
note = [1, 2]
"""


def _sidecar(path):
    from echub.files.annotations import Annotations
    from echub.model.metadata import Metadata
    from echub.model.source import Source

    run = path.parent / "run.mpr"
    run.write_bytes(b"x")
    path.rename(path.parent / "echub.toml")
    metadata = Metadata()
    Annotations().apply(Source(run), metadata)
    json.dumps(metadata.tree())


def _meta_table(path):
    from echub.files.annotations import Annotations
    from echub.model.metadata import Metadata
    from echub.model.source import Source

    run = path.parent / "run.mpr"
    run.write_bytes(b"x")
    Annotations.of([path]).apply(Source(run), Metadata())


PROFILE = b"""
[table-profile]
title = "lab"
files = ["*.csv"]
[match]
headers = ["t", "I"]
[dialect]
delimiter = ";"
decimal = "comma"
header_line = 2
data_line = 3
[columns.t]
quantity = "time"
unit = "s"
[columns.I]
quantity = "current"
unit = "mA"
sign = "signed"
[units]
voltage = "V"
[preamble]
"Area (cm2)" = { path = "cell.area", unit = "cm^2", placeholder = "1" }
[metadata]
"instrument.manufacturer" = "x"
[sign]
current = "unsigned"
"""


def _profile(path):
    import echub

    data = path.parent / "data.csv"
    data.write_text("Area (cm2);2,0\nt;I;U\n" + "".join(f"{n};{n},5;3,{n}\n" for n in range(9)))
    echub.read(data, options={"profile": str(path)})


def _sims(path):
    import echub

    folder = FIXTURES / "sims" / ("hi5" if b"profile" in path.read_bytes() else "declared")
    for source in (*folder.iterdir(), *(FIXTURES / "sims" / "declared").glob("*.csv")):
        if source.suffix == ".csv":
            (path.parent / source.name).write_bytes(source.read_bytes())
    echub.read(path.rename(path.parent / "sims.toml"))


def _csv_description_seeds():
    import tempfile

    import echub

    with tempfile.TemporaryDirectory() as folder:
        echub.convert(FIXTURES / "eclab" / "ocv.mpr", output=folder, to="csv")
        found = sorted(Path(folder).iterdir())
        _CSV.update({p.name: p.read_bytes() for p in found if p.suffix == ".csv"})
        return [(p.name, p.read_bytes()) for p in found if p.name.endswith("-metadata.json")]


_CSV = {}


def _csv_description(path):
    table = path.parent / path.name.removesuffix("-metadata.json")
    table.write_bytes(_CSV[table.name])
    _read(table)


def _bdf_seeds():
    import tempfile

    import echub
    from echub.files.annotations import Annotations

    with tempfile.TemporaryDirectory() as folder:
        echub.convert(
            FIXTURES / "eclab" / "gcpl.mpr",
            output=folder,
            to="bdf",
            annotations=Annotations.of((), STATED),
        )
        found = sorted(Path(folder).iterdir())
        _BDF.update({p.name: p.read_bytes() for p in found if not p.name.endswith(".json")})
        return [(p.name, p.read_bytes()) for p in found if p.name.endswith(".json")]


_BDF = {}
STATED = {"cell.electrodes.working.polarity": "positive", "cell.configuration": "two_electrode"}


def _bdf(path):
    for name, data in _BDF.items():
        (path.parent / name).write_bytes(data)
    _read(path.parent / next(iter(_BDF)))


def _ledger_seeds():
    from echub.batch.ledger import Entry
    from echub.files.output import Written

    entry = Entry("a.mpr", "../a.mpr", 10, "0" * 64, "ok", (Written("a.mpr.h5", 3, "1" * 64),), beside={"x": "y"})
    return [("echub-ledger.jsonl", entry.line() * 2)]


def _ledger(path):
    from echub.batch.ledger import Ledger

    with Ledger(path.parent) as ledger:
        ledger.about("a.mpr")
        ledger.is_output(path)


def _baseline(path):
    from echub.validation.baseline import Baseline

    Baseline.load(path)


# -- short texts -----------------------------------------------------------------------------


def _unit(path):
    from echub.model.units import is_made_of_units, parse_unit, parse_value, scale_between, table

    text = path.read_bytes().decode(errors="replace")
    table().find(text)
    is_made_of_units(text)
    for work in (parse_unit, parse_value, lambda t: scale_between(t, "mA")):
        _refusable(work, text)


def _refusable(work, text):
    from echub.errors import EchubError

    with contextlib.suppress(EchubError):
        work(text)


def _species(path):
    from echub.species import parse_species

    ion = parse_species(path.read_bytes().decode(errors="replace"))
    _ = ion.label, getattr(ion, "mz", None)


def _selection(path):
    import numpy as np

    from echub.errors import UnknownColumn
    from echub.model.selection import evaluate

    columns = {"cycle": np.arange(1000.0), "current": np.ones(1000)}

    def values(name):
        if name not in columns:
            raise UnknownColumn(name)
        return columns[name]

    evaluate(path.read_bytes().decode(errors="replace"), values, 1000)


def _circuit(path):
    from echub_eis.method.parse import parse

    parse(path.read_bytes().decode(errors="replace"))


def _value(path):
    from echub.model.metadata import Metadata

    text = path.read_bytes().decode(errors="replace")
    leaf, _, value = text.partition("=")
    Metadata().set(leaf, value, source="--set")


def _date(path):
    import polars as pl

    from echub.dates import wall_clock
    from echub.text import clocks, decimal_mark, parse_clock, parse_number

    text = path.read_bytes().decode(errors="replace")
    decimal_mark([text])
    for work in (parse_clock, parse_number):
        with contextlib.suppress(ValueError):
            work(text)
    clocks(pl.Series([text]))
    wall_clock(pl.Series([text]), "t")


def _misbehave(path):
    """Do what a text says, for the tests of the harness itself."""
    import os
    import time

    match path.read_bytes():
        case b"loop":
            time.sleep(100)
        case b"exit":
            os._exit(0)
        case b"raise":
            raise KeyError("x")
        case b"fill":
            bytearray(1 << 40)


def _as_is(data, chance):
    return data


TESTING = {
    name: Target(name, _as_is, _texts(name), _misbehave) for name in ("loop", "exit", "raise", "fill", "read")
}
"""Targets for the tests of the harness, which `all` does not contain."""

TARGETS = {
    target.name: target
    for target in (
        Target("outcome", mutators.as_json, _outcome_seeds, _outcome),
        Target("study", mutators.toml, lambda: [("study.toml", STUDY)], _study),
        Target("group", mutators.toml, lambda: [(".echub.toml", GROUP)], _group),
        Target("sidecar", mutators.toml, lambda: [("side.toml", SIDECAR)], _sidecar),
        Target("profile", mutators.toml, lambda: [("lab.toml", PROFILE)], _profile),
        Target("sims", mutators.toml, _files("sims/hi5/sims.toml", "sims/declared/sims.toml"), _sims),
        Target("description", mutators.as_json, _csv_description_seeds, _csv_description),
        Target("bdf-metadata", mutators.as_json, _bdf_seeds, _bdf),
        Target("ledger", mutators.lines_of_json, _ledger_seeds, _ledger),
        Target(
            "baseline",
            mutators.as_json,
            _texts('{"problems": [{"path": "a", "rule": "ECH1", "dataset": "t", "column": "c", "count": 3}]}'),
            _baseline,
        ),
        Target(
            "meta-table",
            mutators.table,
            _texts("file,cell.area / cm^2,sample.group\nrun.mpr,0.785,a\n*.mpr,1,b\n"),
            _meta_table,
        ),
        Target("unit", mutators.expression, _texts("mA/cm^2", "1.5 uA*h/mm**2", "mA·cm⁻²", "Ohm*cm^2"), _unit),
        Target(
            "species",
            mutators.expression,
            _texts("30Si16O2-", "[18O]2^2+", "Na2ZrSi2PO12+", "C8H10N4O2+"),
            _species,
        ),
        Target(
            "selection",
            mutators.expression,
            _texts("cycle == 3 and current > 0", "cycle in (1, 2, 3) or not current * 2 < 1"),
            _selection,
        ),
        Target("circuit", mutators.expression, _texts("R0-p(R1,C1)-W2", "R(Q[RWo])", "R-(RC)-(RQ)"), _circuit),
        Target(
            "value",
            mutators.expression,
            _texts("cell.area=0.785 cm^2", "cell.temperature=25 degC", "extra.list=[1, 2]", "sims.regions=[]"),
            _value,
        ),
        Target(
            "date", mutators.expression, _texts("2024-02-29 12:00:01.5", "3/4/2021 1:02 PM", "1-02:03:04"), _date
        ),
        Target("eclab-mpr", mutators.binary, _files("eclab/*.mpr", "eclab/scenarios/*.mpr"), _read),
        Target("eclab-text", mutators.table, _files("eclab/*.mpt", "eclab/*.mps", "eclab/*.mpl"), _read),
        Target("table", mutators.table, _files("tables/nasty/files/*", "impedance/*C.csv"), _read),
        Target("sims-text", mutators.table, _files("sims/*.csv", "sims/*asc"), _read),
        Target("gamry", mutators.table, _files("gamry/*.DTA"), _read),
        Target("ivium", mutators.table, _files("ivium/*.idf"), _read),
        Target("zahner", mutators.binary, _files("zahner/*.is*"), _read),
        Target("arbin", mutators.binary, _files("arbin/*.res"), _read),
        Target("neware", mutators.binary, _files("neware/cell.nda*"), _read, decoded_elsewhere=True),
        Target("image", mutators.binary, _image_seeds, _image, decoded_elsewhere=True),
        Target("workbook", mutators.archive, _files("tables/workbook.xlsx"), _read, decoded_elsewhere=True),
        Target("native-flips", mutators.flip, _native_seeds, _same, decoded_elsewhere=True),
        Target("native", mutators.binary, _files("golden/*.h5"), _read, decoded_elsewhere=True),
    )
}
