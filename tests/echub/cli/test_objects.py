"""What commands print with --json about the files of `acme`: whole objects, whose fields follow from them."""

from __future__ import annotations

import json
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

import echub_schemas
from echub import __version__
from tests.echub.cli.acme import A, B

HUB = {"echub": __version__, "schema": echub_schemas.VERSION}
QUANTITIES = {
    "t": ("time", "s"), "U": ("voltage", "V"), "I": ("current", "mA"), "n": ("cycle", "1"),
    "f": ("frequency", "Hz"), "R": ("impedance_real", "ohm"), "X": ("impedance_imag", "ohm"),
}  # fmt: skip
KNOWN = tomllib.loads(echub_schemas.path("codes.toml").read_text("utf-8"))
NOTICES = [{"code": code, "message": text, "severity": "warning"} for code, text in A["notices"]]
EXPLAINED = [
    {**notice, **{part: KNOWN[notice["code"]][part] for part in ("cause", "hint")}}
    if notice["code"] in KNOWN
    else notice
    for notice in NOTICES
]
DROPPED = [{"what": what, "why": why} for what, why in A["dropped"]]


def column(header):
    name, unit = QUANTITIES.get(header, (f"vendor_{header}", None))
    quantity = None if name.startswith("vendor") else name
    return {"name": name, "unit": unit, "quantity": quantity, "origin": "measured", "source": header}


ROW = {"name": "row", "unit": "1", "quantity": "record", "origin": "reported", "source": ""}
SPECTRUM = {"name": "spectrum", "unit": "1", "quantity": "spectrum", "origin": "derived", "source": "spectrum"}


def datasets(said, held=None):
    """Return the tables of a file as `convert` tells them; with what they hold, as `info` does."""
    found = []
    for kind, columns in said["tables"].items():
        rows = len(next(iter(columns.values())))
        listed = [ROW, *map(column, columns)] + ([SPECTRUM] if kind == "impedance" else [])
        one = {"name": kind, "kind": kind, "rows": rows, "columns": listed}
        if held is not None:
            ranges = {column(header)["name"]: [min(values), max(values)] for header, values in columns.items()}
            ranges |= {"row": [0, rows - 1]} | ({"spectrum": [0, 0]} if kind == "impedance" else {})
            one |= {"holds": held[kind], "ranges": ranges, "missing": {}, "nan": {}}
        found.append(one)
    return found


def source(path):
    data = path.read_bytes()
    return {"name": path.name, "size": len(data), "sha256": sha256(data).hexdigest()}


READER = {"name": "acme", "version": "1", "distribution": "echub-acme 2.5", "options": {"notes": "keep"}}


def test_what_a_file_holds(echub, acme_files):
    tree = {}
    for path, (value, unit) in A["metadata"].items():
        section, name = path.split(".")
        entry = {"value": value, "source": "its head"} | ({"unit": unit} if unit else {})
        tree.setdefault(section, {})[name] = entry
    assert echub("info", "a.acme", "--json").json == {
        "datasets": datasets(A, {"timeseries": {"seconds": 7200, "cycle": 2}, "impedance": {"spectrum": 1}}),
        "metadata": tree,
        "settings": A["settings"],
        "provenance": {
            "source": source(acme_files / "a.acme"),
            "reader": READER,
            "software": HUB,
            "siblings": [],
            "operations": [],
        },
        "dropped": DROPPED,
        "warnings": EXPLAINED,
    }


def converted(name, said, **more):
    full = {
        "source": name, "output": f"out/{name}.h5", "status": "flagged" if said is A else "ok", "reader": "acme",
        "datasets": datasets(said), "dropped": DROPPED if said is A else [],
        "warnings": EXPLAINED if said is A else [], "siblings": [],
    }  # fmt: skip
    return {**full, **more}


def timeless(lines):
    """Take out how long it took and the hash of the content, which must be there."""
    for line in lines:
        assert line.pop("seconds") >= 0
        assert line.pop("content_hash").startswith("blake3:")
    return lines


def test_conversions(echub, acme_files):
    words = ("convert", "a.acme", "b.acme", "-o", "out", "--json")
    assert timeless(echub(*words).lines) == [converted("a.acme", A), converted("b.acme", B)]
    empty = {"status": "unchanged", "datasets": [], "dropped": [], "warnings": []}
    assert timeless(echub(*words).lines) == [converted("a.acme", A, **empty), converted("b.acme", B, **empty)]


def test_the_ledger_of_a_conversion(echub, acme_files):
    echub("convert", "a.acme", "b.acme", "-o", "out", "--option", "notes=skip")
    kept = [json.loads(line) for line in (acme_files / "out" / "echub-ledger.jsonl").read_text().splitlines()]
    settings = [line.pop("settings") for line in kept]
    assert all(len(text) == 16 for text in settings)
    assert timeless([{**line, "seconds": 0} for line in kept]) == [
        {
            "source": name,
            "path": f"../{name}",
            **{key: value for key, value in source(acme_files / name).items() if key != "name"},
            "status": status,
            "output": [
                {
                    "path": f"{name}.h5",
                    **{k: v for k, v in source(acme_files / "out" / f"{name}.h5").items() if k != "name"},
                }
            ],
            "reader": "acme",
            "version": "1 of echub-acme 2.5",
            **HUB,
            "beside": {},
            "error": "",
            "reason": "",
        }
        for name, status in (("a.acme", "flagged"), ("b.acme", "ok"))
    ]


def test_files_that_cannot_be_converted(echub, acme_files):
    """One that its reader stumbles over, and one of no format, beside one that is fine; the worst code counts."""
    (acme_files / "torn.acme").write_text('{"tables": ', "utf-8")
    (acme_files / "odd.xyz").write_bytes(b"\0\1")
    done = echub("convert", "torn.acme", "odd.xyz", "b.acme", "-o", "out", "--json")
    assert done.code == 4
    owner = "the plugin acme of echub-acme 2.5"
    torn = {
        "code": "plugin", "message": "the reader acme failed", "path": "torn.acme", "where": "echub_acme:read",
        "cause": f"a mistake in {owner}", "hint": "report it to the plugin's author, with the file if you can",
    }  # fmt: skip
    odd = {
        "code": "unknown-format", "message": "no reader recognises this file", "path": "odd.xyz",
        "cause": "no plugin reads this format",
        "hint": "`echub plugins list` shows the formats; `--reader NAME` insists on one",
    }  # fmt: skip
    lines = {line["source"]: line for line in done.lines}
    assert timeless([lines.pop("b.acme")]) == [converted("b.acme", B)]
    errors = {name: line.pop("error") for name, line in lines.items()}
    assert errors["torn.acme"].pop("found").startswith("JSONDecodeError: ")
    assert errors["odd.xyz"].pop("found") == r"b'\x00\x01'"
    assert errors == {"torn.acme": torn, "odd.xyz": odd}
    nothing = {"output": None, "reader": None, "datasets": [], "dropped": [], "warnings": [], "siblings": []}
    assert [{**line, "seconds": 0} for line in lines.values()] == [
        {"source": name, "status": status, "seconds": 0, **nothing}
        for name, status in (("torn.acme", "failed"), ("odd.xyz", "unknown"))
    ]
    lines = map(json.loads, Path("out/echub-ledger.jsonl").read_text("utf-8").splitlines())
    kept = {line["source"]: (line["status"], line["error"], line["reason"], len(line["output"])) for line in lines}
    assert kept == {
        "torn.acme": ("failed", "plugin", "the reader acme failed", 0),
        "odd.xyz": ("unknown", "unknown-format", "no reader recognises this file", 0),
        "b.acme": ("ok", "", "", 1),
    }
    assert sorted(path.name for path in (acme_files / "out").iterdir()) == ["b.acme.h5", "echub-ledger.jsonl"]


def test_tables_in_other_units(echub, acme_files):
    words = ("--to", "csv", "--columns", "voltage,time", "--units", "time=min,voltage=mV", "--delimiter", ";")
    assert echub("convert", "a.acme", "b.acme", "-o", "out", *words).code == 0
    texts = {path.name: path.read_text() for path in (acme_files / "out").glob("*.csv")}
    assert texts == {
        "a.acme.timeseries.csv": "voltage / mV;time / min\n1000.0;0.0\n2000.0;30.0\n4000.0;60.0\n3000.0;120.0\n",
        "b.acme.timeseries.csv": f"voltage / mV;time / min\n1000.0;0.0\n2000.0;{1 / 6}\n6000.0;{1 / 3}\n",
    }


def test_a_verification(echub, acme_files):
    echub("convert", "a.acme", "b.acme", "-o", ".")
    done = echub("verify", "a.acme.h5", "b.acme.h5", "--source", "b.acme", "--json")
    assert done.code == 1
    hashes = {name: source(acme_files / name)["sha256"][:12] for name in ("a.acme", "b.acme")}
    whole = {"what": "content hash", "holds": True, "found": "as written"}
    other = f"b.acme has {hashes['b.acme']}…, not {hashes['a.acme']}…"
    assert done.lines == [
        {
            "file": "a.acme.h5",
            "holds": False,
            "checks": [whole, {"what": "source hash", "holds": False, "found": other}],
        },
        {
            "file": "b.acme.h5",
            "holds": True,
            "checks": [
                whole,
                {"what": "source hash", "holds": True, "found": "b.acme"},
                {"what": "values", "holds": True, "found": "3 columns, 3 rows, bit for bit"},
            ],
        },
    ]


def compared(header, rows=0, first=-1, a=None, b=None):
    verdict = "differs" if rows else "same"
    found = {"dataset": "timeseries", "a_header": header, "b_header": header, "verdict": verdict, "compared": 3}
    return {**found, "rows": rows, "first": first, "a": a, "b": b}


def test_a_comparison(echub, acme_files):
    assert echub("compare", "a.acme", "b.acme", "--json").json == {
        "a": "a.acme",
        "b": "b.acme",
        "agrees": False,
        "columns": [compared("t", 2, 1, 1800, 10), compared("U", 1, 2, 4, 6), compared("I")],
        "only_a": ["timeseries: n", "timeseries: knob"],
        "only_b": [],
        "differences": ["timeseries: 4 rows against 3, 3 in common", "only the first has impedance rows (2)"],
        "metadata": ["cell.id: A7 against B8"],
    }


def test_clocks(echub, acme_files):
    def clock(name, found, offset, u, low, high):
        ends = {"low": low, "high": high}
        return {"name": name, "found": found, "offset": offset, "uncertainty": u, **ends, "drift": 0.0}

    done = echub("align", "a.acme", "b.acme", "--offset", "b.acme=2min±3s", "-o", "x.h5", "--json")
    width = pytest.approx(1.96 * 3, abs=1e-3)
    found = done.json["sources"][1]
    assert (found["offset"] - found["low"], found["high"] - found["offset"]) == (width, width)
    assert done.json == {
        "sources": [
            clock("a.acme", "its own clock", 0.0, 0.0, None, None),
            clock("b.acme", "statement", 120.0, 3.0, found["low"], found["high"]),
        ],
        "written": ["x.h5"],
    }


def test_tables_of_samples(echub, acme_files):
    (acme_files / "s3.csv").write_text(
        "sample.id,replicate,voltage / V\nS1,1,1\nS1,2,2\nS1,3,3\nS2,1,5\nS9,1,4\n", "utf-8"
    )
    done = echub("samples", "s1.csv", "s3.csv", "-o", "x.csv", "--json").json
    u = (1 / 3) ** 0.5  # a standard deviation of 1 V, of three
    assert done["table"] == {
        "sample_id": {"unit": None, "values": ["S1", "S2"]},
        "vendor_thickness_um": {"unit": "um", "values": [10, 30]},
        "u_vendor_thickness_um": {"unit": "um", "values": [None, None]},
        "n_vendor_thickness_um": {"unit": "1", "values": [1, 1]},
        "voltage": {"unit": "V", "values": [2, 5]},
        "u_voltage": {"unit": "V", "values": [pytest.approx(u), None]},
        "n_voltage": {"unit": "1", "values": [3, 1]},
    }
    assert done["history"] == ["mean of the replicates", "joined by sample_id; left out: S3, S9"]
    assert done["written"] == ["x.csv", "x.csv-metadata.json"]
    assert [(notice["code"], notice["where"]) for notice in done["notices"]] == [
        ("no-replicates", ""),
        ("replicates-differ", ""),
        ("samples-left-out", "s1.csv: S3; s3.csv: S9"),
    ]


def test_readers_that_know_a_file(echub, acme_files):
    found = echub("detect", "a.acme", "--json").json
    known = [answer for answer in found if answer["confidence"] != "NO"]
    assert known == found[:2]
    assert known == [
        {"reader": "acme", "confidence": "CERTAIN", "problem": ""},
        {"reader": "acme-too", "confidence": "MAYBE", "problem": ""},
    ]


PLUGIN = {
    "name": "acme", "module": "echub_acme", "distribution": "echub-acme", "version": "2.5", "licence": "MIT",
    "needs_hub": "0.1", "state": "ok", "problems": [],
    "offers": [
        "reader acme", "reader acme-too", "template acme-form", "analysis acme-level", "analysis acme-count",
    ],
}  # fmt: skip


def test_a_plugin(echub, acme_files):
    assert echub("plugins", "list", "--json").json[-1] == PLUGIN
    assert echub("plugins", "show", "echub-acme", "--json").json == PLUGIN | {
        "declares": [
            {"kind": "reader", "name": "acme", "title": "Acme file", "suffixes": [".acme"]},
            {"kind": "reader", "name": "acme-too", "title": "Acme file, otherwise", "suffixes": [".acme", ".ac2"]},
            {"kind": "template", "name": "acme-form", "title": "a form to fill in"},
            {
                "kind": "analysis",
                "name": "acme-level",
                "title": "Level of a voltage",
                "reference": "doi:10.1000/acme",
            },
            {"kind": "analysis", "name": "acme-count", "title": "Number of files"},
        ],
        "templates": [{"name": "acme-form", "title": "a form to fill in", "text": "# a form\nname = 1\n"}],
    }


def test_plugins_with_problems(echub, acme_files, monkeypatch):
    """Two that offer the same, one that fails: all are listed, with what is wrong, and the exit code tells it."""
    from tests.echub import strangers
    from tests.echub.cli import acme

    site = acme_files.parent / "site"
    twin = acme.CODE.replace("echub_acme", "echub_zinc").replace('"acme-count"', '"zinc-count"')
    strangers.install(site, "echub-zinc", twin, entry="zinc", module="echub_zinc")
    strangers.install(site, "echub-torn", "raise ValueError('torn')", entry="torn", module="echub_torn")
    monkeypatch.setenv("ECHUB_PLUGINS", "-ccd")
    done = echub("plugins", "list")
    found = {p["name"]: p for p in echub("plugins", "list", "--json").json}
    assert done.code == 4
    assert [(n, p["state"]) for n, p in found.items() if p["state"] != "ok"] == [
        ("ccd", "blocked"),
        ("torn", "failed"),
    ]
    taken = ("reader", "acme"), ("reader", "acme-too"), ("template", "acme-form"), ("analysis", "acme-level")
    problems = [
        f"the {word} {name!r} of echub-zinc is also registered by echub-acme, which is used"
        for word, name in taken
    ]
    assert found["zinc"]["problems"] == problems
    assert found["zinc"]["offers"] == ["analysis zinc-count"]
    (torn,) = found["torn"]["problems"]
    assert "ValueError: torn" in torn
    told = ["  ccd: blocked by ECHUB_PLUGINS", f"  torn: {torn}", *(f"  zinc: {problem}" for problem in problems)]
    assert done.err.splitlines() == told
    rows = [line.split() for line in done.out.splitlines() if line.split()[0] in ("acme", "torn", "zinc")]
    assert rows == [
        ["acme", "ok", "echub-acme", "2.5", "MIT", *", ".join(PLUGIN["offers"]).split()],
        ["torn", "failed", "echub-torn", "1.0", "not", "stated", "nothing"],
        ["zinc", "ok", "echub-zinc", "1.0", "not", "stated", "analysis", "zinc-count"],
    ]
    assert echub("plugins", "show", "torn").out.splitlines() == [
        "torn: echub-torn 1.0",
        "  state    failed",
        "  licence  not stated",
        "  module   echub_torn",
        f"  problem  {torn}",
    ]


def measurand(unit, value, uncertainty=None, n=None):
    none = {"interval": None, "censoring": "none", "quantity": "", "components": [], "note": "", "area_basis": ""}
    return {"unit": unit, "value": value, "uncertainty": uncertainty, "n": n, **none}


def test_an_outcome(echub, acme_files):
    import numpy
    import scipy

    words = ("analyze", "acme-level", "b.acme", "--json", "--param", "above=1500mV", "--seed", "7")
    words += ("--select", "row > 0", "--time", "5s:", "--set", "sample.id=S1")
    done = echub(*words)
    assert done.code == 0
    assert done.json == {
        "format": "echub-outcome 1",
        "analysis": "acme-level",
        "label": "b.acme",
        "status": "ok",
        "measurands": {
            "level": measurand("V", 4.0, 0.25, 2),  # of 2 V and 6 V
            "charge": measurand("mA*h", pytest.approx(-4 * 10 / 3600)),
        },
        "flags": [
            {
                "code": "rows-left-out",
                "message": "0 of 2 rows are left out",
                "severity": "info",
                "where": "",
                "hint": "",
            }
        ],
        "conditions": {},
        "sensitivity": [],
        "tables": {
            "rows_used": {"t": {"unit": "s", "values": [10, 20]}, "U": {"unit": "V", "values": [2, 6]}},
        },
        "metadata": {
            "cell.id": {"value": "B8", "unit": None, "source": "its head"},
            "sample.id": {"value": "S1", "unit": None, "source": "--set"},
        },
        "provenance": {
            "inputs": [{**source(acme_files / "b.acme"), "reader": READER, "siblings": []}],
            "columns": [{"t": "time", "U": "voltage", "I": "current"}],
            "selection": [["query row > 0", "time 5: s"]],
            "analysis": {
                "name": "acme-level",
                "version": "1",
                "distribution": "echub-acme 2.5",
                "reference": "doi:10.1000/acme",
            },
            "parameters": {
                "above": {"value": 1.5, "unit": "V", "default": False},
                "how": {"value": "mean", "unit": "", "default": True},
            },
            "profile": None,
            "software": {**HUB, "numpy": numpy.__version__, "scipy": scipy.__version__},
            "seed": 7,
        },
        "diagnostics": {"U": {"unit": "V", "values": [2, 6]}},
    }


def test_answers_of_several_files_one_of_which_cannot_be_read(echub, acme_files):
    done = echub("analyze", "acme-level", "none.acme", "b.acme", "--json")
    assert done.code == 3
    failed, answer = done.lines
    cause = "the name is misspelt, or the file moved"
    error = {"code": "source-not-found", "message": "no such file", "path": "none.acme", "cause": cause}
    assert failed == {"analysis": "acme-level", "status": "failed", "error": error}
    assert (answer["label"], answer["status"]) == ("b.acme", "ok")
    assert done.err.splitlines()[0] == "none.acme: no such file [source-not-found]"


def test_what_suits_a_file(echub, acme_files):
    one, two = echub("analyze", "--list", "a.acme", "b.acme", "--json").lines
    assert (one["file"], two["file"]) == ("a.acme", "b.acme")
    suits = [fit["name"] for fit in two["analyses"] if fit["standing"] == "suits"]
    assert suits == ["acme-count", "acme-level"]
    assert [fit["name"] for fit in one["analyses"] if fit["standing"] == "suits"][:2] == suits


def test_a_study(echub, acme_files):
    done = echub("study", "study.toml", "-j", "1", "-o", "res", "--json")
    assert done.json == {
        "study": "study.toml",
        "steps": {"early": {"flagged": 2}, "sum": {"ok": 1}},
        "written": ["res/report.html", "res/results.csv", "res/results.parquet", "res/tables/early.rows_used.csv"],
    }


def test_a_lake(echub, acme_files):
    echub("convert", "a.acme", "b.acme", "-o", "out")
    (acme_files / "out" / "b.acme.h5").write_bytes(b"other")
    done = echub("gather", "out", "--to", "lake", "--json")
    assert done.code == 1
    (problem,) = done.json.pop("problems")
    assert problem == "b.acme: the output is not what the ledger says was written [source-changed]"
    assert done.json == {
        "added": 2, "replaced": 0, "removed": 0, "unchanged": 0, "unreachable": 0, "parts": 2, "outcomes": 0,
        "problems": [problem],
    }  # fmt: skip
    pytest.importorskip("duckdb")
    asked = 'SELECT source, status, rows, kinds, "cell.id", "cell.area", error FROM files ORDER BY source'
    assert echub("query", asked, "lake", "--json").json == [
        {
            "source": "a.acme",
            "status": "flagged",
            "rows": 6,
            "kinds": ["timeseries", "impedance"],
            "cell.id": "A7",
            "cell.area": 2.0,
            "error": "",
        },
        {
            "source": "b.acme",
            "status": "failed",
            "rows": 0,
            "kinds": [],
            "cell.id": None,
            "cell.area": None,
            "error": "source-changed",
        },
    ]


def test_one_entry_of_the_schema(echub):
    assert echub("schema", "show", "cell.area", "--json").json == {
        "path": "cell.area", "type": "number", "unit": "cm^2", "choices": [], "minimum": None,
        "exclusive_minimum": 0, "description": "electrode area that current densities refer to",
    }  # fmt: skip
    assert echub("schema", "show", "mA", "--json").json == {
        "symbol": "mA", "dimension": "current^1", "factor": "1/1000", "offset": "0", "in_file": "mA",
    }  # fmt: skip
    lines = echub("schema", "show", "kinds").out.splitlines()
    assert lines[0].split() == ["name", "axes", "required"]
    assert sum(line.split()[0] == "impedance" for line in lines) == 1


def test_defaults_and_where_they_come_from(echub, tmp_path, monkeypatch):
    place = tmp_path / "own.toml"
    place.write_text('[convert]\nto = "csv"\njobs = 3\n[plot]\ndpi = 90\n[app]\nbrowser = false\n', "utf-8")
    monkeypatch.setenv("ECHUB_CONFIG", str(place))
    said = echub("config", "--json").json
    assert said["file"] == str(place)
    own = {(d["command"], d["option"]): d["value"] for d in said["defaults"] if d["from"] == str(place)}
    expected = {("convert", "to"): "csv", ("convert", "jobs"): 3, ("plot", "dpi"): 90, ("app", "browser"): False}
    assert own == expected
    built_in = {(d["command"], d["option"]): d["value"] for d in said["defaults"] if d["from"] == "built in"}
    assert built_in["plot", "style"] == "screen"
    assert built_in["validate", "jobs"] == 1
    rows = [line.split() for line in echub("config").out.splitlines()]
    assert ["convert", "to", "csv", str(place)] in rows
    assert ["app", "browser", "false", str(place)] in rows
    assert ["analyze", "verbose", "false", "built", "in"] in rows


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_an_object_suits_the_encoding_of_the_output(capsys, monkeypatch, encoding):
    from echub.cli.common import print_json

    class Stream:
        def __init__(self):
            self.encoding, self.text = encoding, ""

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    print_json({"unit": "µA", "values": (1.5, float("nan"), float("-inf"))})
    shown = "µA" if encoding == "utf-8" else "\\u00b5A"
    assert stream.text == f'{{"unit": "{shown}", "values": [1.5, null, null]}}\n'


def test_problems_of_files(echub, acme_files):
    """One that its reader cannot read, and where; one that no reader knows; one that is well."""
    (acme_files / "torn.acme").write_text('{"tables": ', "utf-8")
    (acme_files / "odd.xyz").write_bytes(b"\0\1")
    torn = {
        "message": "the reader acme failed", "where": "echub_acme:read",
        "found": "JSONDecodeError: Expecting value: line 1 column 12 (char 11)",
        "cause": "a mistake in the plugin acme of echub-acme 2.5",
        "hint": "report it to the plugin's author, with the file if you can",
    }  # fmt: skip
    odd = {
        "message": "no reader recognises this file", "found": r"b'\x00\x01'",
        "cause": "no plugin reads this format",
        "hint": "`echub plugins list` shows the formats; `--reader NAME` insists on one",
    }  # fmt: skip
    names = {"torn.acme": ("ECH001", "unreadable", torn), "odd.xyz": ("ECH003", "unknown-format", odd)}
    done = echub("validate", *names, "b.acme", "--format", "json")
    assert done.code == 4
    whole = {"ok": False, "files": 3, "ignored": 0, "in_baseline": 0, "unknown": []}
    assert json.loads(done.out) == whole | {
        "problems": [
            {"rule": number, "name": name, "severity": "error", "path": path, **more}
            for path, (number, name, more) in names.items()
        ]
    }
