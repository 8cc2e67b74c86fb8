"""An error or remark says where, expected, found, cause and hint: all that it has, and no others."""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.analysis import analysis, area, points, study, sweeps
from echub.analysis.outcome import Measurand, Outcome
from echub.batch.ledger import Shard
from echub.cli import align as cli_align
from echub.cli import analyze as cli_analyze
from echub.cli import common, figure, streams
from echub.files import aligning, annotations, cells, damage, detect, output, sample_tables
from echub.files.deriving import KINDS, Derivation
from echub.model import build, clock, column, dataset, energies, samples, units, vocabulary
from echub.model.metadata import Metadata, leaf_of, leaves
from echub.model.record import Record
from echub.model.source import Source
from echub.pictures import choice
from echub.plugin import SourceColumn, build_dataset, option
from echub.registry import options
from echub.registry.registry import registry
from echub.species import molar_mass, parse_species
from echub.validation import limits, patterns, rules, structure
from tests.messages.parts import row, said
from tests.messages.saying import Fake

A = np.array


def table(**columns):
    made = [SourceColumn(n, A(v), None, "1", index=i) for i, (n, v) in enumerate(columns.items())]
    return build_dataset("table", made)


def timed(**columns):
    units_of = {"time": "s", "current": "mA"}
    made = [SourceColumn(n, A(v), n, units_of[n], index=i) for i, (n, v) in enumerate(columns.items())]
    return Record([build_dataset("timeseries", made)])


PNG = Source.from_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40), "a.strange")
ANNEX = Source.from_bytes(b"/annex/objects/SHA256E-s1--ab\n", "big.mpr")
LFS = Source.from_bytes(b"version https://git-lfs.github.com/spec/v1\n", "big.mpr")
TWO = [timed(time=[0.0, 1.0], current=[1.0, 2.0]) for _ in range(2)]
TOY = Fake(name="toy", profiles={"a": {}, "b": {}})
STUDY = Path("s.toml")

ANALYSIS = [
    row(lambda: analysis.parameters(TOY, {}, "c"), "toy has no profile 'c'", expected="a or b", found="c"),
    row(
        lambda: sweeps.sweep_of({"sweep": {"x": [1]}}, Fake(), "step 2", STUDY),
        "step 2 has a sweep that cannot be made",
        where="step 2", path="s.toml", found="{'x': [1]}",
        expected="one parameter with a list of two values or more: sweep.threshold = [2, 5, 10]",
    ),
    row(
        lambda: sweeps.sweep_of({"sweep": {"x": [1, 2]}, "params": {"x": 3}}, Fake(), "step 2", STUDY),
        "step 2 has a sweep that cannot be made",
        where="step 2", path="s.toml", found="{'x': [1, 2]}, and params.x",
        expected="one parameter with a list of two values or more: sweep.threshold = [2, 5, 10]",
    ),
    row(
        lambda: sweeps.sweep_of({"sweep": {"x": [1, 2]}, "each": "cycle"}, Fake(), "step 2", STUDY),
        "step 2 has a sweep, which takes files and no `each`",
        where="step 2", path="s.toml",
    ),
    row(
        lambda: study._files(Path(), "/x/*.mpr", STUDY), "a pattern of the study cannot be used",
        path="s.toml", where="files", expected='a name or a pattern relative to the study, such as "*.mpr"',
        found="/x/*.mpr", cause="Non-relative patterns are unsupported",
    ),
    row(
        lambda: points._mean("u", "many", "V", {}, 7), "u is not a number",
        where="row 7", expected="a number", found="many",
    ),
    row(
        lambda: points._table("a,b\n", "t.csv", ""), "the table has no rows",
        expected="a header with units, and a row per value",
    ),
    row(
        lambda: points.with_values([Outcome(metadata={"cell.area": {"value": 1}})], {"cell.area": "2 cm^2"}),
        "cell.area is stated by every outcome, and its values belong to that",
        expected="metadata that the outcomes lack", found="--set cell.area=2 cm^2",
        hint="analyse the measurements again, with --set there",
    ),
    row(
        lambda: area.require_one_basis([
            ("a", Measurand("mA/cm^2", 1.0, area_basis="geometric")), ("b", Measurand("ohm*cm^2", 1.0)),
            ("c", Measurand("V", 1.0, area_basis="x"))]),
        "the values refer to different areas: geometric, not stated",
        where="a: geometric; b: not stated",
        hint="--area-basis geometric puts them on one, if both areas of each are stated",
    ),
    row(
        lambda: area.on_basis(Outcome(label="a.mpr"), "real"), "which area the values refer to is not stated",
        where="a.mpr", hint='--set cell.area="0.785 cm^2" --set cell.area_basis=geometric',
    ),
    row(
        lambda: area.on_basis(
            Outcome(label="a.mpr", metadata={
                "cell.area": {"value": 1.0}, "cell.area_basis": {"value": "geometric"}}), "electrode"),
        "values on the geometric area cannot be put on the electrode area: cell.area_electrode is not stated",
        where="a.mpr", hint='--set cell.area_electrode="400 um^2"',
    ),
    row(lambda: Measurand("V", 1.0, -2.0), "an uncertainty is negative", expected="0 or more", found="-2.0"),
    row(
        lambda: Measurand("V", 1.0, censoring="right"), "a censored measurand has an interval and no value",
        found="value 1.0",
    ),
]  # fmt: skip

FILES = [
    row(
        lambda: detect._require_content(ANNEX), "this is a pointer of git-annex, not the file itself",
        path="big.mpr", found="b'/annex/objects/SHA256E-s'…",
        cause="the repository was copied without its large files", hint="git annex get big.mpr",
    ),
    row(
        lambda: detect._require_content(LFS), "this is a pointer of Git LFS, not the file itself",
        path="big.mpr", found="b'version https://git-lfs.'…",
        cause="the repository was copied without its large files", hint="git lfs pull",
    ),
    row(
        lambda: detect._unknown(Source.from_bytes(b"", "a.mpr"), registry()), "the file is empty",
        path="a.mpr", cause="the recording never started, or the copy failed",
    ),
    row(
        lambda: detect._unknown(PNG, registry()), "no reader recognises this file",
        path="a.strange", found=r"b'\x89PNG\r\n\x1a\n" + r"\x00" * 16 + "'…", cause="no plugin reads this format",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one",
    ),
    row(
        lambda: detect._unknown(Source.from_bytes(b"?" * 24, "a.mpr"), registry()),
        "no reader recognises this file",
        path="a.mpr", found=f"b'{'?' * 24}'", cause="the suffix is right but the content is not",
        expected=f"for .mpr: {', '.join(r.name for r in registry().readers.values() if '.mpr' in r.suffixes)}",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one",
    ),
    row(
        lambda: detect._ambiguous(PNG, [
            Fake(reader=Fake(name="a"), confidence=Fake(name="LIKELY")),
            Fake(reader=Fake(name="b"), confidence=Fake(name="CERTAIN"))]),
        "several readers recognise this file", path="a.strange", found="a (LIKELY), b (CERTAIN)",
        hint="say which: --reader a or --reader b",
    ),
    row(
        lambda: echub.align(TWO[:1]), "there is nothing to align", expected="two files or more", found="1",
    ),
    row(
        lambda: echub.align(TWO, near={"x": (0, 1)}), "no file is called x",
        expected="record 1, record 2", found="x",
    ),
    row(
        lambda: echub.align(TWO, event="current"), "--event takes COLUMN=COLUMN",
        expected="--event current=ion_counts, or --event auto", found="current",
    ),
    row(
        lambda: echub.align(TWO, event="current=voltage"), "record 2 has no voltage over time",
        expected="voltage", found="row, time, current", hint="--event COLUMN=COLUMN names the columns",
    ),
    row(
        lambda: aligning._column_of(Record([table(a=[1.0])]), "", ("x", "y"), "n"),
        "n has no signal with steps over time", expected="x or y", found="no time",
        hint="--event COLUMN=COLUMN names the columns",
    ),
    row(
        lambda: echub.align(TWO), "record 2 cannot be put on the clock of the first file",
        expected="a common event, the absolute clocks of both with their uncertainty, or an offset",
        found="start None, zone None; start None, zone None",
        hint='--event current=ion_counts, --clock-uncertainty 1s with --timezone, or '
        '--offset "record 2=12.5s±0.5s"',
    ),
    row(
        lambda: echub.stack(TWO, metadata=["cell.x"]), "there is no metadata 'cell.x'",
        expected=", ".join(leaves()), found="cell.x",
    ),
    row(
        lambda: output.Target(Path("x.csv"), exact=True).paths([".a.csv", ".b.csv"]),
        "the output is several files, and one is named",
        path="x.csv", found=".a.csv, .b.csv", hint="name a folder instead",
    ),
    row(
        lambda: output.Target(Path("x.csv"), exact=True).paths([]),
        "the output is several files, and one is named",
        path="x.csv", found="nothing to write", hint="name a folder instead",
    ),
    row(
        lambda: output.plan([Path("p/a.x"), Path("q/a.x")], Path("out")),
        f"two sources would be written to {Path('out/a.x')}",
        found=f"{Path('p/a.x')} and {Path('q/a.x')}", hint="convert them to different folders with -o",
    ),
    row(
        lambda: output.require_free(Path(__file__), force=False), "the output exists already",
        path=__file__, hint="--force replaces it, -o writes elsewhere",
    ),
    row(
        lambda: output.not_writable(Path("x"), OSError(28, "No space left")),
        "the output cannot be written; nothing was left behind",
        path="x", found="[Errno 28] No space left", cause="the disk is full",
    ),
    row(
        lambda: output.not_writable(Path("x"), RuntimeError("Unable (file write failed: errno = 30, 'x')")),
        "the output cannot be written; nothing was left behind",
        path="x", found="Unable (file write failed: errno = 30, 'x')", cause="the file system is read-only",
    ),
    row(
        lambda: output.not_writable(Path("x"), RuntimeError()),
        "the output cannot be written; nothing was left behind", path="x", found="RuntimeError",
    ),
    row(
        lambda: sample_tables.sample_table(["a/t.csv", "s.csv"], where={"u.csv": "x"}),
        "--where names u.csv, which is not one of the files", expected="t.csv, s.csv",
    ),
    row(
        lambda: cells.with_points([["1,5", "x"], ["1.5", "y"]], [True, False]),
        "the decimal mark of its numbers is open", found="both marks occur: 1.5 and 1,5",
        expected="decimal points, or decimal commas of which one has not exactly three digits behind it",
    ),
    row(
        lambda: annotations._row(["a", "b"], ["1", "2", "3"], Path("m.csv"), 4),
        "a row of the metadata table has more cells than its header",
        path="m.csv", where="row 4", expected="2 cells", found="3 cells",
        cause="a decimal comma, or a text with the separator in it that is not quoted",
    ),
    row(
        lambda: damage.require_same("settings", "f", "s", Fake(shown="x.h5"), "voltage"),
        "the settings are not those that were written", expected="s", found="f", path="x.h5", column="voltage",
        cause="the file was damaged, or changed by other software after it was written",
        hint="convert the source again with --force; --set and sidecars add metadata",
    ),
]  # fmt: skip

DERIVE = [
    row(
        lambda: Derivation.parse("smell"), "there is no derivation 'smell'",
        expected=", ".join(KINDS), found="smell",
    ),
    row(
        lambda: Derivation.parse("layers: material"), "--derive takes NAME: key=value, key=value",
        expected='--derive "thickness: material=Na, density=0.968 g/cm^3"', found="layers: material",
    ),
    row(
        lambda: Derivation.parse("thickness: smell=1"), "unknown parameter 'smell' of --derive",
        expected="from, density, electrons, material, molar_mass", found="thickness: smell=1",
    ),
    row(
        lambda: Derivation.parse("thickness: material=Na"), "--derive needs density",
        expected="density=0.968 g/cm^3", found="thickness: material=Na", hint="add density=0.968 g/cm^3",
    ),
    row(
        lambda: Derivation.parse("thickness: density=1 g/cm^3, molar_mass=1 g/mol"), "--derive needs electrons",
        expected="electrons=2", found="thickness: density=1 g/cm^3, molar_mass=1 g/mol", hint="add electrons=2",
    ),
    row(
        lambda: Derivation.parse("thickness: material=Na, density=1"), "density has no unit",
        expected="density=1 g/cm^3", found="thickness: material=Na, density=1",
    ),
    row(
        lambda: Derivation.parse("thickness: material=Na, density=0 g/cm^3"), "density is positive",
        expected="a number above zero", found="thickness: material=Na, density=0 g/cm^3",
    ),
    row(
        lambda: Derivation.parse("current_density: from=charge"), "current_density does not start from charge",
        expected="current", found="current_density: from=charge",
    ),
]  # fmt: skip

MODEL = [
    row(
        lambda: SourceColumn("U", A([1j])), "the column 'U' holds neither numbers nor text, one per row",
        expected="one value per row: whole numbers, floats of at most 64 bits, truth values or texts",
        found="NumPy's complex128 of shape (1,)",
        hint="decode bytes; give times as seconds, complex numbers as two columns",
    ),
    row(
        lambda: build_dataset("x", [SourceColumn("a", A([1])), SourceColumn("b", A([1, 2]))]),
        "the columns of a table differ in length", found="a: 1, b: 2",
    ),
    row(
        lambda: build._quantity(SourceColumn("U", A([1.0]), "smell", "V")),
        "the column 'U' claims the unknown quantity 'smell'",
        expected="a quantity of the vocabulary (`echub schema show quantities`)", found="smell",
    ),
    row(
        lambda: build_dataset("timeseries", [SourceColumn("U", A([1.0]), "voltage")]),
        "the column 'U' claims to be a voltage and states no unit", column="U",
        expected="a printed unit, such as V", found="no unit",
        cause="the reader does not know the unit; without one the column is a vendor column",
        hint="give the unit, or no quantity",
    ),
    row(
        lambda: build_dataset("timeseries", [SourceColumn("U", A([1.0]), "voltage", "mA")]),
        "the column 'U' is in mA, which is not a unit of voltage", column="U",
        expected=f"V ({units.parse_unit('V').dimension})", found=f"mA ({units.parse_unit('mA').dimension})",
        cause="the header names another quantity, or its unit is misspelt",
    ),
    row(
        lambda: build.build_map("ion_map", [
            SourceColumn("a", np.zeros((2, 3)), axes=("y", "x")), SourceColumn("b", np.zeros(4), axes=("x",))]),
        "the axis x has two lengths", found="3, and 4 in 'b'",
    ),
    row(
        lambda: clock.require_zone("Mars/Base"), "there is no time zone 'Mars/Base'",
        expected="an IANA zone, such as Europe/Berlin, America/New_York or UTC", found="Mars/Base",
        cause="the name is misspelt, or the system has no zone data (pip install tzdata)",
    ),
    row(
        lambda: column.Column("U", A([1.0])).to("V"), "the column 'U' has no unit",
        expected="V", found="no unit",
    ),
    row(
        lambda: table(ab=[1], ac=[2]).column("vendor_ax"), "the table dataset has no column 'vendor_ax'",
        found="row, vendor_ab, vendor_ac", hint="did you mean vendor_ac or vendor_ab?",
    ),
    row(
        lambda: table(a=[1]).column("zzzzzz"), "the table dataset has no column 'zzzzzz'", found="row, vendor_a",
    ),
    row(
        lambda: build_dataset("timeseries", [
            SourceColumn(n, A([1.0]), "voltage", "V") for n in ("U1", "U2")]).quantity("voltage"),
        "2 columns are a voltage", found="voltage, voltage__2", hint="ask for one of them by its name",
    ),
    row(
        lambda: dataset.Dataset("a/b", {}), "a dataset cannot have the kind 'a/b'",
        expected="a name without slashes",
    ),
    row(
        lambda: dataset.Dataset("a", {}, label="b/c"), "a dataset cannot have the label 'b/c'",
        expected="a name without slashes",
    ),
    row(
        lambda: table(a=[1])._keep(A([True, False]), ""), "a selection must give one truth value per row",
        found="(2,)",
    ),
    row(
        lambda: energies._line([], "C 1s"), "there is no energy of a line C 1s",
        expected="a column in eV, such as C 1s / eV", found="C 1s",
    ),
    row(
        lambda: samples.require_samples(table(a=[1])), "the table dataset does not name its samples",
        expected="a table with a column sample.id", found="row, vendor_a",
    ),
    row(
        lambda: units.parse_unit("smell"), "unknown unit 'smell'",
        expected="a unit of the table (`echub schema show units`)", found="smell",
    ),
    row(
        lambda: units.parse_value("much"), "'much' is not a number with a unit",
        expected="a number and a unit", found="much",
    ),
    row(
        lambda: units.scale_between("V", "mA"), "V cannot become mA",
        expected=f"mA ({units.parse_unit('mA').dimension})", found=f"V ({units.parse_unit('V').dimension})",
    ),
    row(
        lambda: units._unit_of("x", {"of": "length^1"}), "the unit 'x' is not defined",
        expected='of = "length^1 time^-1" and factor = "1/1000"', found="{'of': 'length^1'}",
        cause="KeyError: 'factor'",
    ),
    row(
        lambda: units._unit_of("x", {"of": "smell^1", "factor": "2"}), "the unit 'x' is not defined",
        expected=f"a positive factor, and powers up to 9 of {', '.join(units._BASE)}", found="2 of smell^1",
    ),
    row(
        lambda: vocabulary.quantity_of("ab_c", {"smell": 1}), "the quantity 'ab_c' has no field 'smell'",
        expected=", ".join(vocabulary.Quantity._fields[1:]), found="{'smell': 1}",
    ),
    row(
        lambda: Metadata().set("cell.area", "2 V"), "cell.area cannot be '2 V'",
        where="cell.area", expected="a number above 0 with a unit, such as cm^2", found="2 V",
        cause="V cannot become cm^2", hint='--set cell.area="1 cm^2"',
    ),
    row(
        lambda: Metadata().set("cell.area_basis", "x"), "cell.area_basis cannot be 'x'",
        where="cell.area_basis", expected=f"one of {', '.join(leaf_of('cell.area_basis').choices)}", found="x",
        cause=f"it must be one of {', '.join(leaf_of('cell.area_basis').choices)}",
        hint=f'--set cell.area_basis="{leaf_of("cell.area_basis").choices[0]}"',
    ),
    row(
        lambda: leaf_of("cell.aera"), "unknown metadata path 'cell.aera'",
        where="cell.aera", expected="a path of the metadata schema, or extra.<name> for your own",
        hint=f"did you mean {' or '.join(difflib.get_close_matches('cell.aera', leaves(), 3, 0.5))}?",
    ),
    row(
        lambda: leaf_of("qqqqqq"), "unknown metadata path 'qqqqqq'",
        where="qqqqqq", expected="a path of the metadata schema, or extra.<name> for your own",
        hint="`echub schema show metadata` lists all paths",
    ),
    row(
        lambda: choice.require_picture("x"), "there is no picture x", expected=", ".join(choice.NAMES), found="x",
    ),
    row(
        lambda: molar_mass("Na+"), "'Na+' is not a neutral formula",
        expected="a formula such as Na3V2P3O12", found="Na+",
    ),
    row(
        lambda: parse_species("Na?"), "the ion label 'Na?' cannot be read",
        where="position 3", expected="an element symbol", found="'?'",
    ),
]  # fmt: skip


@dataclasses.dataclass
class Checks:
    low: float = option(1.0, "a number", unit="V", minimum=0)
    how: str = option("a", "a word", choices=("a", "b"))


COMMANDS = [
    row(lambda: common.pairs(["x"], "--set"), "--set takes key=value", expected="--set key=value", found="x"),
    row(lambda: common.pairs(["a = 1", "b=1", "a='2'"], "--set"), "--set names a twice", expected="each name once",
        found="a=1 and a=2"),
    row(lambda: common.reader_options(["profile=a.toml"], Path("b.toml")),
        "--option, with --table-profile, names profile twice", expected="each name once",
        found="profile=a.toml and profile=b.toml"),
    row(lambda: common.user_metadata(None, ["experiment.timezone=Asia/Tokyo"], "Europe/Berlin"),
        "--set, with --timezone, names experiment.timezone twice", expected="each name once",
        found="experiment.timezone=Asia/Tokyo and experiment.timezone=Europe/Berlin"),
    row(
        lambda: common.stated("2 s±-1 s", "s"), "a standard uncertainty is not negative",
        expected="2 ± u s", found="2 s±-1 s",
    ),
    row(
        lambda: figure.inches("8"), "--size is width x height",
        expected="8x5 or 86x60mm, sides of 0.5 to 60 inches", found="8",
    ),
    row(
        lambda: figure.limits("8", "--xlim"), "--xlim takes two numbers", expected="--xlim 0:10", found="8",
    ),
    row(
        lambda: streams.sources([streams.DASH] * 2, None), "standard input can be read once",
        expected="one -", found="2 of them",
    ),
    row(
        lambda: streams.sources([], "x"), "--name is the name of standard input",
        expected="echub … - --name run.mpr",
    ),
    row(
        lambda: streams.sources([streams.DASH], "a/b"), "--name is a name, not a path",
        expected="run.mpr", found="a/b",
    ),
    row(
        lambda: streams.require_one([streams.DASH], None, as_json=False, others={"--join": True}),
        "- takes one file and gives one", expected="one file", found="--join",
    ),
    row(
        lambda: streams.require_one([Path("a"), Path("b")], streams.DASH, as_json=False, others={}),
        "-o - takes one file and gives one", expected="one file", found="several files",
    ),
    row(
        lambda: streams.require_one([Path("a")], streams.DASH, as_json=True, others={}),
        "-o - takes one file and gives one", expected="one file", found="--json, which is printed there too",
    ),
    row(
        lambda: cli_align._range("1"), "--near takes FILE=LOW:HIGH", expected="sims.csv=100:160", found="1",
    ),
    row(
        lambda: cli_align._range("100:"), "--near takes FILE=LOW:HIGH", expected="sims.csv=100:160", found="100:",
    ),
    row(
        lambda: cli_align._range("160:100"), "the range 160:100 does not end after its start",
        expected="the earlier end first, such as sims.csv=100:160", found="160 s to 100 s",
        hint="a unit at one end alone applies to both: 5s:1min names each",
    ),
    row(
        lambda: cli_analyze._time_range("5:1min"), "the range 5:1min does not end after its start",
        expected="the earlier end first, such as --time 0:3600s", found="300 s to 60 s",
        hint="a unit at one end alone applies to both: 5s:1min names each",
    ),
    row(
        lambda: cli_analyze._time_range("1"), "--time takes START:STOP", expected="--time 0:3600s", found="1",
    ),
    row(
        lambda: cli_analyze._basis("x", None), "--area-basis x cannot be used here",
        expected=f"{', '.join(area.BASES)}; without --each", found="x",
    ),
    row(
        lambda: cli_analyze._basis("geometric", "cycle"), "--area-basis geometric cannot be used here",
        expected=f"{', '.join(area.BASES)}; without --each", found="--each cycle",
    ),
    row(
        lambda: Shard.parse("4/3"), "--shard takes i/N",
        expected="i/N with i from 1 to N, such as 3/16", found="4/3",
    ),
    row(
        lambda: options.parse_options(Checks, {"lov": "1"}, "x"), "x has no option 'lov'",
        expected="low, how", found="lov", hint="did you mean low?",
    ),
    row(
        lambda: options.parse_options(Checks, {"low": "-1"}, "x"), "the option low of x cannot be '-1'",
        expected="a number, at least 0 V", found="-1", cause="it must be at least 0 V",
    ),
    row(
        lambda: options.parse_options(Checks, {"how": "c"}, "x"), "the option how of x cannot be 'c'",
        expected="a or b", found="c", cause="not one of the choices",
    ),
]  # fmt: skip

VALIDATION = [
    row(
        lambda: limits.column_limits("smell"), "a range is given for the unknown quantity 'smell'",
        where="range.smell", expected="a quantity of the vocabulary, or one that this schema defines",
        found="smell", hint="`echub schema show quantities` lists them",
    ),
    row(
        lambda: limits._read("t", ["1 V"], limits.Limits(None, None, "V")), "the range of 't' is not a pair",
        where="range.t", expected='[low, high], such as ["-50 mA", "50 mA"]; "" leaves an end open',
        found="['1 V']",
    ),
    row(
        lambda: limits._read("t", ["2 V", "1 V"], limits.Limits(None, None, "V")), "the range of 't' is empty",
        where="range.t", found="['2 V', '1 V']",
    ),
    row(
        lambda: limits._end("t", 5, limits.Limits(None, None, "V")), "the range of 't' has no unit",
        where="range.t", expected='a text with a unit, such as "5 V"', found="5",
    ),
    row(
        lambda: limits._end("t", "5 mA", limits.Limits(None, None, "V")), "the range of 't' cannot be '5 mA'",
        where="range.t", expected="a unit of the dimension of V", found="5 mA", cause="mA cannot become V",
    ),
    row(
        lambda: limits.narrowed(
            {"t": ["-9 V", ""]}, lambda _: limits.Limits(-5.0, 5.0, "V"), {}, "column"),
        "the range of the column 't' is looser than the one it builds on",
        where="range.t", expected="core: -5 to 5 V", found="group: -9 to 5 V",
        hint="a group's schema may narrow a range, never widen it",
    ),
    row(
        lambda: patterns.require("(", "files.name"), "files.name is not a regular expression",
        where="files.name", expected="a regular expression without look-around and back-references",
        found="(", cause="error: unclosed group",
    ),
    row(
        lambda: patterns.require("x" * 501, "files.name"), "files.name is too long",
        where="files.name", expected="at most 500 characters", found="501",
    ),
    row(
        lambda: rules._unknown("ECH999", "--ignore", [], None), "--ignore names no rule: 'ECH999'",
        expected="an id such as ECH101, the start of one such as ECH1, a name such as unit-mismatch, or the code "
        "of a notice such as truncated", found="ECH999", hint="`echub schema show rules` lists them",
    ),
    row(
        lambda: structure._unit(Fake(name="u", unit="smell"), Fake(name="voltage", unit="V")),
        "u is in the unknown unit 'smell'", expected="V", found="smell", column="u",
    ),
    row(
        lambda: structure._unit(Fake(name="u", unit=""), Fake(name="voltage", unit="V")),
        "u has no unit", expected="V", found="no unit", column="u",
    ),
    row(
        lambda: structure._unit(Fake(name="u", unit="mV"), Fake(name="voltage", unit="V")),
        "u is in mV, not in V", expected="V", found="mV", column="u",
    ),
    row(
        lambda: structure._unit(Fake(name="u", unit="mA"), Fake(name="voltage", unit="V")),
        "u is in mA, which is not a unit of voltage", column="u",
        expected=f"V ({units.parse_unit('V').dimension})", found=f"mA ({units.parse_unit('mA').dimension})",
    ),
    row(
        lambda: structure._sign(Fake(name="i", sign=""), Fake(sign="anodic positive")),
        "the sign convention of i is not stated", column="i", expected="anodic positive", found="none",
    ),
    row(
        lambda: structure._sign(Fake(name="i", sign="x"), Fake(sign="")),
        "the sign convention of i is x", column="i", expected="none", found="x",
    ),
    row(
        lambda: structure._column(Fake(name="i", origin="smell", quantity=None)),
        "the origin of i is 'smell'", column="i", expected="measured, programmed, reported, derived, assumed",
        found="smell",
    ),
    row(
        lambda: structure._column(Fake(name="i", origin="measured", quantity="smell")),
        "the quantity 'smell' is not known", column="i", found="smell",
    ),
    row(
        lambda: structure._type(Fake(name="i", dtype=A([1]).dtype, labels={}, shape=(1,)), Fake(type="text")),
        "i is text without a table of labels", column="i", found="i",
    ),
    row(
        lambda: structure._type(Fake(name="i", dtype=A([True]).dtype, labels={}, shape=(1,)), Fake(type="")),
        "i is not a column of numbers", column="i", found="bool",
    ),
    row(
        lambda: structure._required(
            Fake(quantities={"time", "a"}, kind="k"), Fake(missing=lambda _: ["voltage"]), Fake(columns={})),
        "there is no voltage", expected="voltage", found="a, time",
    ),
    row(
        lambda: structure._required(
            Fake(quantities=set(), kind="k"), Fake(missing=lambda _: ["voltage"]), Fake(columns={})),
        "there is no voltage", expected="voltage", found="no quantity",
    ),
    row(
        lambda: structure.check_name("a.x", Fake(file_name="b", file_example="", name="lab")),
        "the name 'a.x' does not fit", expected="b by lab", found="a.x",
    ),
    row(
        lambda: structure.check_name("a.x", Fake(file_name="b", file_example="b.mpr", name="lab")),
        "the name 'a.x' does not fit", expected="b.mpr by lab", found="a.x",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), [*ANALYSIS, *FILES, *DERIVE, *MODEL, *COMMANDS, *VALIDATION])
def test_an_error_has_these_parts_and_no_others(function, expected):
    assert said(function) == expected
