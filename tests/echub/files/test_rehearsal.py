"""A file that may end the process is read in another one first; ours goes on."""

import contextlib
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import echub
from echub import errors
from echub.cli import app
from echub.declare import Reader
from echub.errors import EchubError, PluginError, ReadError
from echub.files import rehearsal
from echub.model.source import Source
from echub.registry.boundary import PluginFault
from echub.registry.calling import options_of
from tests.messages.saying import Fake

FIXTURES = Path(__file__).parents[3] / "fixtures"
GOLDEN = FIXTURES / "golden" / "schema-1.0.0.h5"


@pytest.fixture
def asked(monkeypatch):
    """Record what the worker is asked, and let it be asked."""
    seen = []
    ask = rehearsal._Worker.ask
    monkeypatch.setattr(
        rehearsal._Worker, "ask", lambda self, request, source: (seen.append(request), ask(self, request, source))
    )
    return seen


def test_an_old_native_file_is_rehearsed_and_reads_the_same(asked):
    record = echub.read(GOLDEN)
    assert [request["reader"] for request in asked] == ["native"]
    assert record.datasets


@pytest.mark.parametrize(
    "name", ["bdf/labels.bdf.parquet", "bdf/labels.bdf.feather", "golden/table-1.timeseries.parquet"]
)
def test_every_binary_table_is_rehearsed_and_reads_the_same(asked, name, monkeypatch):
    record = echub.read(FIXTURES / name)
    assert [request["reader"] for request in asked] == ["parquet"]
    monkeypatch.setattr(rehearsal, "in_worker", lambda: True)  # whose death the whole-folder commands survive
    assert echub.read(FIXTURES / name)["timeseries"].same_as(record["timeseries"])
    assert len(asked) == 1


def test_files_beside_that_the_check_looked_at_count_for_the_limits(asked, tmp_path):
    """Those that were asked for before do not: they are not read again."""
    for name, size in (("a.acme", 10), ("a.aux", 200), ("a.old", 4000)):
        (tmp_path / name).write_bytes(bytes(size))
    declared = echub.registry.registry.registry().readers["native"]
    source = Source(tmp_path / "a.acme")
    source.used.append("a.old")

    def intact(source):
        source.used.append("a.aux")
        return False

    with pytest.raises(EchubError):
        rehearsal.rehearse(replace(declared, intact=intact), declared.read, source, options_of(declared)())
    assert [request["size"] for request in asked] == [210]
    assert source.used == ["a.old"]


def test_an_instrument_file_is_not(asked):
    echub.read(FIXTURES / "eclab" / "ocv.mpr")
    assert asked == []


def test_a_whole_workbook_is_not_and_a_damaged_one_is(asked, tmp_path):
    pytest.importorskip("fastexcel")
    workbook = FIXTURES / "tables" / "workbook.xlsx"
    echub.read(workbook)
    assert asked == []
    data = bytearray(workbook.read_bytes())
    data[len(data) // 3] ^= 0xFF
    (tmp_path / "w.xlsx").write_bytes(data)
    with contextlib.suppress(EchubError):
        echub.read(tmp_path / "w.xlsx")
    assert [request["reader"] for request in asked] == ["excel"]


def test_a_workbook_that_no_program_writes_is_rehearsed_also_for_its_decisions(asked, tmp_path):
    pytest.importorskip("fastexcel")
    workbook = FIXTURES / "tables" / "workbook.xlsx"
    with zipfile.ZipFile(workbook) as given, zipfile.ZipFile(tmp_path / "w.xlsx", "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace(b"<sheetData>", b"<!-- a --><sheetData ><!-- b -->"))
    whole = echub.read(workbook)["timeseries"]["time"]
    assert echub.read(tmp_path / "w.xlsx")["timeseries"]["time"].tolist() == whole.tolist()
    assert CliRunner().invoke(app, ["detect", "-v", str(tmp_path / "w.xlsx")]).exit_code == 0
    assert [request["target"] for request in asked] == ["echub_table.excel:read", "echub_table.excel:explain"]


def test_a_worker_that_waits_for_the_processor_is_waited_for(monkeypatch, tmp_path):
    times = iter([1.0, 1.01, 1.02, 1.03])  # it works for little of its time
    monkeypatch.setattr(rehearsal, "_processor_time", lambda pid: next(times))
    error = _lost(monkeypatch, tmp_path, 'time.sleep(0.7); print(\'{"message": "late"}\', flush=True)', 0.2)
    assert error.message == "late"


def _lost(monkeypatch, tmp_path, code, seconds=10.0):
    """Let a worker that runs `code` for each request answer for the native file."""
    monkeypatch.setattr(
        rehearsal, "_START", f"import sys, os, time\nprint('', flush=True)\nfor line in sys.stdin:\n    {code}\n"
    )
    monkeypatch.setattr(rehearsal, "_worker", worker := rehearsal._Worker())
    monkeypatch.setattr(rehearsal, "_SECONDS", seconds)
    declared = echub.registry.registry.registry().readers["native"]
    assert isinstance(declared, Reader)
    try:
        with pytest.raises(ReadError) as caught:
            rehearsal.rehearse(declared, declared.read, Source(GOLDEN), options_of(declared)())
    finally:
        worker.end()
    return caught.value


def test_a_library_that_ends_the_process_is_an_error_of_the_file(monkeypatch, tmp_path):
    error = _lost(monkeypatch, tmp_path, "os.abort()")
    assert "ended the process" in error.message
    assert error.path == str(GOLDEN)


def test_a_library_that_loops_is_stopped(monkeypatch, tmp_path):
    error = _lost(monkeypatch, tmp_path, "time.sleep(60)", seconds=0.3)
    assert "took too long" in error.message


def test_the_worker_sends_texts_and_no_objects(monkeypatch, tmp_path):
    answer = '{"code": "x", "message": "it is damaged", "severity": "error", "found": "y"}'
    error = _lost(monkeypatch, tmp_path, f"print({answer!r}, flush=True)")
    assert type(error) is ReadError  # no class but those of echub.errors
    assert (error.message, error.found) == ("it is damaged", "y")


def test_the_next_file_gets_a_new_worker():
    for _ in range(2):
        assert echub.read(GOLDEN).datasets
        os.kill(rehearsal._worker._process.pid, 9)
        rehearsal._worker._process.wait()
    assert echub.read(GOLDEN).datasets


# -- every error -----------------------------------------------------------------------------------

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EchubError)]
PARTS = ("where", "expected", "found", "cause", "hint", "column")


def answered(monkeypatch, error, path):
    """Return the error that arrives if the reader raises one in the worker."""

    def raises(*_, **__):
        raise error

    declared = Fake(name="acme")
    monkeypatch.setattr(rehearsal, "registry", lambda: Fake(reader=lambda name: declared))
    for name, answer in (("options_of", None), ("parse_options", None), ("_limit", None)):
        monkeypatch.setattr(rehearsal, name, lambda *_, answer=answer: answer)
    monkeypatch.setattr(rehearsal, "call", raises)
    asked = {"reader": "acme", "target": "m:f", "path": str(path), "options": {}, "size": 1}
    return rehearsal._rebuilt(json.loads(rehearsal._answer(asked)))


@pytest.mark.parametrize("kind", [*KINDS, PluginFault], ids=lambda kind: kind.__name__)
def test_an_error_in_the_worker_is_the_error_here(monkeypatch, tmp_path, kind):
    (path := tmp_path / "a.h5").touch()
    error = kind("it is torn", path="/d/beside.csv", **{name: f"the {name}" for name in PARTS})
    told = answered(monkeypatch, error, path)
    assert told.as_dict() == error.as_dict()
    assert told.exit_code == error.exit_code
    assert isinstance(told, PluginError if kind is PluginFault else kind)
    bare = answered(monkeypatch, kind("it is torn", path=str(path)), path)
    assert (bare.as_dict(), bare.path) == ({"code": kind.code, "message": "it is torn"}, None)  # the file itself


# -- limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "seconds"), [(0, 10.0), (1_000_000, 12.0), (250_000_000, 510.0)])
def test_a_file_has_ten_seconds_and_two_for_each_megabyte(monkeypatch, size, seconds):
    worker, limits = rehearsal._Worker(), []
    monkeypatch.setattr(worker, "_started", lambda: None)
    monkeypatch.setattr(rehearsal, "_exchange", lambda process, request: b"")
    limited = contextlib.nullcontext(Fake(is_set=lambda: False))
    monkeypatch.setattr(rehearsal, "_limited", lambda process, limit: limits.append(limit) or limited)
    worker.ask({"size": size}, Source.from_bytes(b""))
    assert limits == [seconds]


@pytest.mark.parametrize(("is_set", "message"), [(True, "took too long"), (False, "ended the process")])
def test_a_worker_that_gives_no_answer_is_ended_and_the_file_refused(monkeypatch, is_set, message):
    worker, ended = rehearsal._Worker(), []
    monkeypatch.setattr(worker, "_started", lambda: None)
    monkeypatch.setattr(worker, "end", lambda: ended.append(True))
    monkeypatch.setattr(rehearsal, "_exchange", lambda process, request: None)
    monkeypatch.setattr(rehearsal, "_limited", lambda *_: contextlib.nullcontext(Fake(is_set=lambda: is_set)))
    with pytest.raises(ReadError, match=message):
        worker.ask({"size": 0}, Source.from_bytes(b""))
    assert ended == [True]


def test_a_library_has_four_gigabytes_and_twenty_for_each_of_the_file(monkeypatch, tmp_path):
    limits = []
    declared = Fake(name="acme")
    monkeypatch.setattr(rehearsal, "registry", lambda: Fake(reader=lambda name: declared))
    monkeypatch.setattr(rehearsal, "options_of", lambda _: None)
    monkeypatch.setattr(rehearsal, "parse_options", lambda *given: given)
    monkeypatch.setattr(rehearsal, "_limit", limits.append)
    called = []
    monkeypatch.setattr(rehearsal, "call", lambda *given: called.append(given))
    (path := tmp_path / "a.h5").touch()
    asked = {"reader": "acme", "target": "m:f", "path": str(path), "options": {"a": "1"}, "size": 5}
    assert rehearsal._answer(asked) == b""
    assert limits == [4 * 2**30 + 20 * 5]
    ((who, target, source, options),) = called
    assert (who, target, source.shown) == (declared, "m:f", str(path))
    assert options == (None, {"a": "1"}, "the reader acme")


@pytest.mark.parametrize(
    ("sent", "answer"), [(b"\n", b""), (b'{"a": 1}\n', b'{"a": 1}'), (b"", None), (b"half", None)]
)
def test_an_answer_is_a_whole_line(sent, answer):
    written = io.BytesIO()
    process = Fake(stdin=written, stdout=io.BytesIO(sent))
    assert rehearsal._exchange(process, {"size": 3}) == answer
    assert written.getvalue() == b'{"size": 3}\n'
    written.close()
    assert rehearsal._exchange(process, {"size": 3}) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        # proc(5): the name stands in brackets, and the 14th and 15th field are ticks in user and in kernel mode
        ("7 (python) S 1 7 7 0 -1 4194304 900 0 3 0 150 50 8 9 20 0 1 0 33", 2.0),
        ("7 (a) b (c) S 1 7 7 0 -1 4194304 900 0 3 0 0 25 8 9 20 0 1 0 33", 0.25),
        ("7 (python) S 1", 0.0),
        ("7 (python) S 1 7 7 0 -1 4194304 900 0 3 0 x 50 8 9", 0.0),
        (None, 0.0),
    ],
)
def test_work_in_the_kernel_counts_as_work(text, seconds, monkeypatch, tmp_path):
    """Reading and mapping a file is work of the kernel: a process that does only this is not idle."""
    told = tmp_path / "stat"
    if text is not None:
        told.write_text(text)
    monkeypatch.setattr(rehearsal, "Path", lambda place: told if place == "/proc/7/stat" else None)
    monkeypatch.setattr(rehearsal.os, "sysconf", lambda name: {"SC_CLK_TCK": 100}[name])
    assert rehearsal._processor_time(7) == seconds
