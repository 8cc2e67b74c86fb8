"""What a run says of each source, in every way it can end: the result, its object for --json, the ledger's line.

All of the files state their content, so that each field follows from what was written into them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

import echub
import echub_schemas
from echub.batch import batch as batches
from echub.batch import task as tasks
from echub.batch.batch import Batch
from echub.batch.workers import Died
from echub.files.conversion import Writing
from echub.files.layout import CONTENT_HASH, text_of
from echub.files.reading import Reading
from echub.registry.registry import registry
from echub.remark import Dropped, Remark
from tests.echub import strangers
from tests.echub.cli import acme
from tests.echub.cli.acme import A, B
from tests.echub.cli.test_objects import DROPPED, EXPLAINED, HUB, datasets
from tests.echub.folders import ledger

OWNER = "the plugin acme of echub-acme 2.5"
WRITES = "--force replaces it, -o writes elsewhere"


def failing(path, code, message, **details):
    return {"code": code, "message": message, "path": str(path), **details}


ERRORS = {
    "torn.acme": failing(
        "data/torn.acme", "plugin", "the reader acme failed", where="echub_acme:read",
        found="JSONDecodeError: Expecting value: line 1 column 12 (char 11)", cause=f"a mistake in {OWNER}",
        hint="report it to the plugin's author, with the file if you can",
    ),
    "deep/odd.xyz": failing(
        "data/deep/odd.xyz", "unknown-format", "no reader recognises this file", found=r"b'\x00\x01'",
        cause="no plugin reads this format",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one",
    ),
    "gone.acme": failing(
        "data/gone.acme", "source-not-found", "no such file", cause="the name is misspelt, or the file moved"
    ),
    "luck.acme": failing(
        "data/luck.acme", "plugin", "the conversion failed", found="ZeroDivisionError: by hand",
        cause="a mistake in echub", hint="report it, with the file if you can",
    ),
}  # fmt: skip
STATUS = {
    "a.acme": "flagged", "deep/b.acme": "ok", "torn.acme": "failed", "deep/odd.xyz": "unknown",
    "gone.acme": "failed", "luck.acme": "failed",
}  # fmt: skip
SAID = {"a.acme": A, "deep/b.acme": B}
CONTENT = {
    "a.acme": {
        "technique": "CP",
        "datasets": (("timeseries", 4, 6), ("impedance", 2, 5)),  # with row, and the number of the spectrum
        "notices": tuple(Remark(*notice) for notice in A["notices"]),
        "dropped": tuple(Dropped(*dropped) for dropped in A["dropped"]),
    },
    "deep/b.acme": {"datasets": (("timeseries", 3, 4),)},
}


@pytest.fixture
def data(acme_files, monkeypatch):
    """A folder of files that end in every way; at `luck.acme`, echub itself makes a mistake."""
    convert = tasks.convert_sources

    def unlucky(sources, *given):
        if sources[0].name == "luck.acme":
            raise ZeroDivisionError("by hand")
        return convert(sources, *given)

    monkeypatch.setattr(tasks, "convert_sources", unlucky)
    folder = acme_files / "data"
    (folder / "deep").mkdir(parents=True)
    for name, said in {**SAID, "luck.acme": B}.items():
        acme.write(folder / name, **said)
    (folder / "torn.acme").write_text('{"tables": ', "utf-8")
    (folder / "deep" / "odd.xyz").write_bytes(b"\0\1")
    (folder / "gone.acme").symlink_to("nowhere")
    return Path("data")


def run(*paths, out=Path("out"), writing=None, **how):
    """Convert, and return every result by the path of its source."""
    with Batch(paths, out, writing=writing, whole=True, **how) as batch:
        return plain(list(batch.run()))


def plain(results):
    """Return results by the path of the source, with errors and objects as plain values."""
    found = {}
    for done in results:
        said = dict(done.said)
        assert said.pop("seconds") >= 0
        found[done.source] = vars(replace(done, said=said, error=done.error and done.error.as_dict()))
    assert len(found) == len(results)
    return found


def result(source, status, **more):
    nothing = {"outputs": (), "technique": "", "datasets": (), "columns": (), "notices": (), "dropped": ()}
    return {"source": source, "status": status, "named": False, "error": None, "entry": None, **nothing, **more}


def told(of, **more):
    """Return the object for --json of a result; what a record holds besides is empty unless it is given."""
    names = of["outputs"]
    error = {"error": of["error"]} if of["error"] else {}
    return {
        "source": of["source"], "status": of["status"], "output": names[0] if len(names) == 1 else None,
        "reader": None, "datasets": [], "dropped": [], "warnings": [], "siblings": [], **error, **more,
    }  # fmt: skip


def hashed(output):
    """Return what a native file says its content hashes to."""
    import h5py

    with h5py.File(output) as held:
        return {"content_hash": text_of(held.attrs[CONTENT_HASH])}


def content(name, output):
    flagged = {"dropped": DROPPED, "warnings": EXPLAINED} if name == "a.acme" else {}
    return {"reader": "acme", "datasets": datasets(SAID[name]), **flagged, **hashed(output)}


def everything():
    """Return all results of the first run."""
    found = {}
    for name, status in STATUS.items():
        if name in SAID:
            one = result(f"data/{name}", status, outputs=(f"out/{name}.h5",), **CONTENT[name])
            one["said"] = told(one, **content(name, f"out/{name}.h5"))
        else:
            one = result(f"data/{name}", status, error=ERRORS[name])
            one["said"] = told(one)
        found[f"data/{name}"] = one
    return found


def unchanged(source, output, **more):
    one = result(source, "unchanged", outputs=(output,), **more)
    return {**one, "said": told(one, reader="acme", **hashed(output))}


def line(name, status, *outputs, folder=Path("data"), out=Path("out"), error=None):
    """Return the ledger's line of a source; the settings apart."""
    path = folder / name
    held = path.read_bytes() if path.exists() else None
    written = [(out / output).read_bytes() for output in outputs]
    facts = [(len(held), sha256(held).hexdigest())] if held is not None else [(0, "")]
    known = {"reader": "acme", "version": "1 of echub-acme 2.5", **HUB} if outputs else {}
    return {
        "source": name, "path": f"../{path}", "size": facts[0][0], "sha256": facts[0][1], "status": status,
        "output": [
            {"path": output, "size": len(bytes_), "sha256": sha256(bytes_).hexdigest()}
            for output, bytes_ in zip(outputs, written, strict=True)
        ],
        "reader": "", "version": "", "echub": "", "schema": "", "content_hash": "", "beside": {}, **known,
        "error": error["code"] if error else "", "reason": error["message"] if error else "",
    }  # fmt: skip


def kept(out=Path("out")):
    """Return the lines of the ledger by source, and the settings of those that were converted."""
    lines = ledger(out)
    settings = {entry["source"]: entry.pop("settings") for entry in lines}
    return {entry["source"]: entry for entry in lines}, settings


def all_lines():
    found = {}
    for name, status in STATUS.items():
        if name in SAID:
            found[name] = line(name, status, f"{name}.h5") | hashed(f"out/{name}.h5")
        else:
            found[name] = line(name, status, error=ERRORS[name])
    return found


def test_every_way_in_which_a_source_ends(data):
    assert run(data) == everything()
    lines, settings = kept()
    assert lines == all_lines()
    (one,) = {text for name, text in settings.items() if name in SAID}  # of one reader, and nothing is added
    assert len(one) == 16
    assert {text for name, text in settings.items() if name not in SAID} == {""}


def test_a_run_that_is_repeated_says_what_is_there_and_again_what_is_wrong(data):
    first = run(data)
    before = Path("out/echub-ledger.jsonl").read_bytes()
    again = {f"data/{name}": unchanged(f"data/{name}", f"out/{name}.h5") for name in SAID}
    assert run(data) == {**first, **again}
    assert Path("out/echub-ledger.jsonl").read_bytes() == before


def test_an_output_that_was_changed_is_a_refusal_and_a_new_line(data):
    run(data)
    others = kept()[0]
    Path("out/a.acme.h5").write_bytes(b"mine")
    error = failing(
        "out/a.acme.h5", "target-exists", "the output exists already, and is not what echub wrote there",
        cause="it was changed, or made from another source or by another run without a ledger", hint=WRITES,
    )  # fmt: skip
    one = result("data/a.acme", "failed", error=error)
    assert run(data)["data/a.acme"] == {**one, "said": told(one)}
    assert kept()[0] == {**others, "a.acme": line("a.acme", "failed", error=error)}
    assert len(ledger(Path("out"))) == len(STATUS) + 1


def test_files_that_are_named_have_no_folder_in_their_keys(data):
    found = run(data / "a.acme", data / "deep" / "b.acme")
    assert {name: (one["named"], one["outputs"]) for name, one in found.items()} == {
        "data/a.acme": (True, ("out/a.acme.h5",)),
        "data/deep/b.acme": (True, ("out/b.acme.h5",)),
    }
    lines, _ = kept()
    assert lines == {
        "a.acme": line("a.acme", "flagged", "a.acme.h5") | hashed("out/a.acme.h5"),
        "b.acme": line("b.acme", "ok", "b.acme.h5", folder=data / "deep") | hashed("out/b.acme.h5"),
    }


def test_chosen_columns_are_named_and_a_companion_is_none_of_the_outputs(data):
    """With chosen columns there is no description; with one, a result names the table, the ledger both."""
    chosen = ("voltage", "time")
    table, description = (f"b.acme.timeseries.csv{more}" for more in ("", "-metadata.json"))
    for out, columns, names in ((Path("out"), chosen, [table]), (Path("all"), (), [table, description])):
        writing = Writing("csv", {"columns": " voltage, time,"} if columns else {})
        source, outputs = "data/deep/b.acme", (f"{out}/{table}",)
        one = result(source, "ok", outputs=outputs, columns=columns, **CONTENT["deep/b.acme"])
        assert run(data / "deep", out=out, writing=writing)[source] == {
            **one, "said": told(one, reader="acme", datasets=datasets(B))
        }  # fmt: skip
        expected = line("b.acme", "ok", *names, folder=data / "deep", out=out)
        assert kept(out)[0]["b.acme"] == expected
        again = result(source, "unchanged", outputs=outputs)
        assert run(data / "deep", out=out, writing=writing)[source] == {
            **again, "said": told(again, reader="acme")
        }  # fmt: skip


def test_the_hash_is_that_of_what_was_read_or_the_change_is_told(data, monkeypatch):
    """A native file states the hash of its source; chosen columns do not, and the file has changed meanwhile."""
    source, convert = data / "deep" / "b.acme", tasks.convert_sources
    before = source.read_bytes()

    def changing(*given):
        made = convert(*given)
        source.write_bytes(before + b" ")
        return made

    monkeypatch.setattr(tasks, "convert_sources", changing)
    assert [one["status"] for one in run(data / "deep").values()] == ["ok", "unknown"]
    assert (kept()[0]["b.acme"]["size"], kept()[0]["b.acme"]["sha256"]) == (
        len(before),
        sha256(before).hexdigest(),
    )
    source.write_bytes(before)
    found = run(data / "deep", out=Path("some"), writing=Writing("csv", {"columns": "voltage"}))
    error = failing(
        "data/deep/b.acme", "source-changed", "the file changed while it was read",
        cause="its measurement is still running, or it is being copied",
        hint="convert it again when it is complete",
    )  # fmt: skip
    assert found["data/deep/b.acme"]["error"] == error
    expected = line("b.acme", "failed", folder=data / "deep", out=Path("some"), error=error)
    assert kept(Path("some"))[0]["b.acme"] == expected


def test_without_a_folder_for_the_results_no_line_is_written(data):
    found = run(data / "deep", out=None)
    one = result("data/deep/b.acme", "ok", outputs=("data/deep/b.acme.h5",), **CONTENT["deep/b.acme"])
    assert found["data/deep/b.acme"] == {**one, "said": told(one, **content("deep/b.acme", one["outputs"][0]))}
    error = failing("data/deep/b.acme.h5", "target-exists", "the output exists already", hint=WRITES)
    again = result("data/deep/b.acme", "failed", error=error)
    assert run(data / "deep", out=None)["data/deep/b.acme"] == {**again, "said": told(again)}
    assert not list(Path("data").rglob("*.jsonl"))


@pytest.mark.parametrize("inside", ["", f"the reader acme, echub_acme:read, in {OWNER}"])
def test_the_death_of_a_process_is_a_failure_of_its_source(data, monkeypatch, inside):
    monkeypatch.setattr(batches, "each", lambda work, items, **_: [(item, Died(inside)) for item in items])
    message = "the process that worked on this file died" + (f" in {inside}" if inside else "")
    for name, one in run(data).items():
        key = name.removeprefix("data/")
        error = failing(
            name, "plugin-died" if inside else "worker-died", message,
            cause="a library crashed on it, or the system ended the process because memory ran out",
            hint="work on it alone to see; if memory is short, with fewer --jobs",
        )  # fmt: skip
        expected = result(name, "failed", error=error)
        assert one == {**expected, "said": told(expected)}
        assert kept()[0][key] == line(key, "failed", error=error)


# -- a store ---------------------------------------------------------------------------------------


def as_in_a_store(told):
    """Return a local result with the addresses of a store in place of paths."""
    if isinstance(told, str):
        for folder in ("data", "out"):
            if told.startswith(f"{folder}/"):
                return f"file://{Path(folder).absolute()}{told.removeprefix(folder)}"
        return told
    if isinstance(told, dict):
        return {as_in_a_store(key): as_in_a_store(value) for key, value in told.items()}
    return type(told)(map(as_in_a_store, told)) if type(told) in (list, tuple) else told


def test_of_a_store_the_same_is_said_as_of_a_folder_with_addresses(data):
    """When it is repeated, too; of an error, code and message are kept."""
    pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    from echub.batch.remote import RemoteRun

    (data / "gone.acme").unlink()
    source, target = (f"file://{Path(name).absolute()}" for name in ("data", "out"))
    store = RemoteRun(source, target, Reading(), Writing())
    first = plain(list(store.run()))
    expected = everything()
    del expected["data/gone.acme"]
    assert first == as_in_a_store(expected)
    again = {f"data/{name}": unchanged(f"data/{name}", f"out/{name}.h5") for name in SAID}
    for name, one in expected.items():
        if one["error"]:
            error = {key: one["error"][key] for key in ("code", "message", "path")}
            again[name] = {**one, "error": error, "said": {**one["said"], "error": error}}
    assert plain(list(store.run())) == as_in_a_store(again)


@pytest.mark.parametrize(
    ("code", "status", "kind", "exit_code"),
    [
        ("plugin", "failed", "PluginError", 4),
        ("unknown-unit", "failed", "UnknownUnit", 1),
        ("read-error", "failed", "ReadError", 3),
        ("read-error", "unknown", "ReadError", 3),  # of a reader of last resort
        ("unknown-format", "unknown", "UnknownFormat", 3),
        ("one-of-a-plugin", "failed", "ReadError", 3),
    ],
)
def test_an_error_is_told_again_with_its_code_and_status(code, status, kind, exit_code):
    from echub.batch.ledger import Entry
    from echub.batch.remote import _again
    from echub.files.conversion import Conversion

    error = _again(Entry("a", "s3://b/a", 1, "", status, error=code, reason="it is torn"))
    assert (type(error).__name__, error.message, error.path) == (kind, "it is torn", "s3://b/a")
    assert (error.exit_code, Conversion("a", error=error).status) == (exit_code, status)


# -- runs of several files -------------------------------------------------------------------------


def stopped(start, **more):
    """Return a run of 20 s that starts so many seconds after ten o'clock."""
    said = {"technique.name": ["CP", None], "experiment.start": [f"2024-03-14T10:00:{start:02}", None]}
    return {"tables": {"timeseries": {"t": [0, 10, 20], "U": [1, 2, 6]}}, "metadata": said, **more}


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A plugin whose names say the run: `x.2.acme` was started second, `x.2-CP.acme` is its second part."""
    code = acme.CODE.replace(
        '"echub_acme:read", options=AcmeOptions', '"echub_acme:read", options=AcmeOptions, link="echub_acme:link"'
    )
    code += (
        "\n\ndef link(name):\n    run, place, *_ = [*name.split('.'), '']\n"
        "    number, _, part = place.partition('-')\n"
        "    if number.isdecimal():\n"
        "        return (run, int(number), part) if part else (run, 1, '', int(number))\n"
    )
    site = tmp_path / "site"
    acme.install(site, monkeypatch)
    strangers.install(site, "echub-acme", code, entry="acme", metadata=acme.METADATA, version="2.5")
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    registry.cache_clear()
    yield Path("data")
    registry.cache_clear()


@pytest.fixture(autouse=True)
def _other_modules():
    import sys

    yield
    for module in acme.MODULES:
        sys.modules.pop(module, None)


BOTH = ("x.1.acme", "x.2.acme")
LATE = "part 2 starts before part 1 ends"


def test_a_run_that_was_joined_has_the_names_of_all_its_files_and_one_line(runs):
    for name, start in zip(BOTH, (0, 50), strict=True):
        acme.write(runs / name, **stopped(start, notices=[["late", f"from {start}"]]))
    together = "data/x.1.acme, data/x.2.acme"
    remarks = [Remark("late", f"run{n}: from {start}") for n, start in ((1, 0), (2, 50))]
    one = result(
        together, "flagged", outputs=("out/x.h5",), technique="CP", datasets=(("timeseries", 6, 3),),
        notices=tuple(remarks),
    )  # fmt: skip
    (table,) = datasets(stopped(0))
    more = {"datasets": [{**table, "rows": 6}], "warnings": [remark.as_dict() for remark in remarks]}
    assert run(runs, join=True) == {
        together: {**one, "said": told(one, reader="acme", **more, **hashed("out/x.h5"))}
    }
    dataset = echub.read("out/x.h5")["timeseries"]
    assert dataset["time"].tolist() == [0, 10, 20, 50, 60, 70]
    assert dataset.attrs["gaps_s"] == "30"
    lines, _ = kept()
    hashes = [sha256((runs / name).read_bytes()).hexdigest() for name in BOTH]
    assert lines == {
        "x": {
            **line(BOTH[0], "flagged", "x.h5"),
            "source": "x",
            "size": sum((runs / name).stat().st_size for name in BOTH),
            "sha256": sha256("".join(hashes).encode()).hexdigest(),
            **hashed("out/x.h5"),
        }
    }
    assert run(runs, join=True) == {together: unchanged(together, "out/x.h5")}
    assert kept()[0] == lines


def test_the_techniques_of_a_run_are_counted_under_the_names_of_their_parts(runs):
    for name in ("x.1-OCV.acme", "x.2-CP.acme"):
        acme.write(runs / name, **stopped(0))
    together = "data/x.1-OCV.acme, data/x.2-CP.acme"
    (found,) = run(runs, join=True).values()
    names = ("timeseries_OCV", "timeseries_CP")
    assert found["datasets"] == tuple((name, 3, 3) for name in names)
    (table,) = datasets(stopped(0))
    assert found["said"]["datasets"] == [{**table, "name": name} for name in names]
    assert (found["source"], found["outputs"], found["technique"]) == (together, ("out/x.h5",), "CP")


def test_files_that_are_not_one_run_are_converted_apart_and_each_says_why(runs):
    for name, start in zip(BOTH, (0, 5), strict=True):
        acme.write(runs / name, **stopped(start))
    (runs / "y.1.acme").write_text('{"tables": ', "utf-8")
    acme.write(runs / "z.acme", **stopped(0))
    notice = Remark("not-joined", f"converted by itself: {LATE}")
    explained = {
        **notice.as_dict(),
        "cause": "the parts do not fit together, or one is missing",
        "hint": "convert all parts together; the message says what does not fit",
    }
    found = run(runs, join=True)
    for name in BOTH:
        one = result(
            f"data/{name}", "flagged", outputs=(f"out/{name}.h5",), technique="CP",
            datasets=(("timeseries", 3, 3),), notices=(notice,),
        )  # fmt: skip
        more = {"datasets": datasets(stopped(0)), "warnings": [explained], **hashed(f"out/{name}.h5")}
        assert found[f"data/{name}"] == {**one, "said": told(one, reader="acme", **more)}
    assert (found["data/z.acme"]["status"], found["data/z.acme"]["notices"]) == ("ok", ())
    again = run(runs, join=True)
    assert {name: again[f"data/{name}"] for name in BOTH} == {
        name: unchanged(f"data/{name}", f"out/{name}.h5") for name in BOTH
    }


def test_files_that_are_not_one_run_are_not_written_to_one_file(runs):
    for name, start in zip(BOTH, (0, 5), strict=True):
        acme.write(runs / name, **stopped(start))
    error = failing(
        "one.h5", "target-clash", "these files are not one run, and one output file is named", cause=LATE,
        hint="name a folder",
    )  # fmt: skip
    together = "data/x.1.acme, data/x.2.acme"
    one = result(together, "failed", error=error)
    assert run(runs, out=None, join=True, exact=Path("one.h5")) == {together: {**one, "said": told(one)}}
    assert not Path("one.h5").exists()


def test_the_lines_of_a_ledger_are_what_a_later_run_reads(data):
    from echub.batch.ledger import Entry

    run(data)
    for text in Path("out/echub-ledger.jsonl").read_bytes().splitlines(keepends=True):
        entry = Entry.parse(text)
        assert entry.line() == text
        said = json.loads(text)
        assert {**vars(entry), "output": [part._asdict() for part in entry.output]} == said
    assert said["schema"] in (echub_schemas.VERSION, "")
