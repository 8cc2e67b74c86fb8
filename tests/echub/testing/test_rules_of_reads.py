"""What the rules of reading say of a read that breaks them: the whole answer."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from echub.errors import DataError, PluginError, ReadError, UnknownOption
from echub.model.source import Source
from echub.plugin import Record, option
from echub.testing import ReaderContract, rules_reading
from echub.testing.strangers import strangers
from tests.echub.testing.standing import KNOB, PATH, Standing, changed, record, said


def reading(how, **declared):
    """Return a contract that reads by a function of what is read and the options."""
    contract = Standing()
    contract.declared = replace(Standing.declared, **declared)
    contract.record = record()
    contract.reading = how
    return contract


def raising(error):
    def read(what, options):
        raise error

    return read


def is_path(what):
    return isinstance(what, Path)


@pytest.mark.parametrize(("how", "expected"), [
    (lambda what, _: record(), ""),
    (lambda what, _: record() if is_path(what) or isinstance(what, bytes) else record(KNOB),
     ("the record of the path from an open file too",
      "it differs: timeseries: columns ['row', 'time', 'current'] and ['row', 'time', 'current', 'vendor_knob']",
      "take all bytes from source.open(), source.read() or source.head, none from source.path")),
    (lambda what, _: record() if not isinstance(what, Source) else raising(ReadError("by path only"))(0, 0),
     ("the record of the path from named bytes too", "it differs: ReadError: by path only [read-error]",
      "take all bytes from source.open(), source.read() or source.head, none from source.path")),
    (lambda what, _: record() if not isinstance(what, bytes) else raising(ReadError("no name"))(0, 0),
     ("the record of the path from bytes without a name too", "it differs: ReadError: no name [read-error]",
      "take all bytes from source.open(), source.read() or source.head, none from source.path")),
    (lambda what, _: record() if getattr(what, "name", "") != "run.acm" or isinstance(what, (Path, Source))
     else raising(ReadError("a stream"))(0, 0),
     ("the record of the path from a stream too", "it differs: ReadError: a stream [read-error]",
      "take all bytes from source.open(), source.read() or source.head, none from source.path")),
    (raising(ReadError("alone")), "the sample cannot be read without the files beside it"),
])  # fmt: skip
def test_every_way_in_gives_the_record_of_the_path(how, expected, tmp_path):
    (tmp_path / "run.acm").write_bytes(b"ACME")
    given = {"path": tmp_path / "run.acm", "tmp_path": tmp_path / "empty"}
    assert said(reading(how), "test_reads_path_bytes_and_stream_alike", **given) == expected


def strange(what, **errors):
    """Read one stranger to something else: a record, or an error; refuse all others."""

    def read(path, options):
        if path.read_bytes() != strangers()[what]:
            raise ReadError("not mine")
        if errors:
            raise errors["error"]
        return record()

    return read


LOOK = "look for the signature before anything is read"


@pytest.mark.parametrize(("how", "flag", "expected"), [
    (raising(ReadError("no")), "", ""),
    (strange("ones"), "", ("ReadError", f"ones gave {record()!r}", LOOK)),
    (strange("ones"), "fallback", ""),
    (strange("ones", error=DataError("odd")), "", ("ReadError", "ones gave DataError: odd [data]", LOOK)),
    (strange("ones", error=DataError("odd")), "explicit_only", ""),
    (strange("ones", error=PluginError("broken")), "fallback",
     ("ReadError", "ones gave PluginError: broken [plugin]", LOOK)),
])  # fmt: skip
def test_strangers_are_refused_with_a_read_error(how, flag, expected, tmp_path):
    contract = reading(how, **({flag: True} if flag else {}))
    assert said(contract, "test_refuses_strangers", tmp_path=tmp_path) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["sample.acm"]


def test_strangers_of_a_reader_without_a_suffix_have_none(tmp_path):
    contract = reading(raising(ReadError("no")), suffixes=())
    assert said(contract, "test_refuses_strangers", tmp_path=tmp_path) == ""
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


@dataclass(frozen=True)
class Chosen:
    notes: str = option("keep", "what becomes of notes", choices=("keep", "skip"))
    deep: bool = option(default=False, help="read all of it")
    times: int = option(1, "how often")


@pytest.mark.parametrize(("error", "expected"), [
    (None, ""),
    (ReadError("no notes"), ""),
    (DataError("no notes"), ""),
    (PluginError("KeyError"), ("a record, or an error that explains",
                               "--option OPTION: PluginError: KeyError [plugin]",
                               "handle every choice that is declared")),
])  # fmt: skip
@pytest.mark.parametrize("wrong", [{"notes": "keep"}, {"notes": "skip"}, {"deep": "true"}, {"deep": "false"}])
def test_every_choice_and_both_truth_values_are_read(error, expected, wrong):
    asked = []

    def read(what, options):
        asked.append(options)
        if error and options == wrong:
            raise error
        return record()

    found = said(reading(read, options=Chosen), "test_every_choice_reads", path=PATH)
    ((name, value),) = wrong.items()
    assert found == (expected and tuple(text.replace("OPTION", f"{name}={value}") for text in expected))
    if not expected:
        assert asked == [{"notes": "keep"}, {"notes": "skip"}, {"deep": "true"}, {"deep": "false"}]


OPTIONS = "leave options to the declared dataclass"


@pytest.mark.parametrize(("how", "expected"), [
    (raising(UnknownOption("no option")), ""),
    (raising(ReadError("odd")), ("UnknownOption", "ReadError: odd [read-error]", OPTIONS)),
    (lambda *_: record(), ("UnknownOption", "a record", OPTIONS)),
])  # fmt: skip
def test_an_option_that_nobody_declared_is_refused(how, expected):
    assert said(reading(how), "test_unknown_options_are_refused", path=PATH) == expected


def aside(what, options):
    """Leave a file beside the sample."""
    what.with_name("cache").write_bytes(b"1")
    return record()


def rewritten(what, options):
    """Write the sample again with the bytes that it had: its time is another one."""
    what.write_bytes(what.read_bytes())
    raise ReadError("no")


def sealed(what, options):
    what.chmod(0o400)
    return record()


def folder(what, options):
    """Leave an empty folder beside the sample."""
    what.with_name("cache").mkdir()
    return record()


@pytest.mark.parametrize(("how", "changed"), [
    (lambda *_: record(), ""), (raising(ReadError("no")), ""), (folder, "cache"),
    (aside, "cache"), (rewritten, "run.acm"), (sealed, "run.acm"),
    (lambda what, _: (aside(what, {}), sealed(what, {}))[0], "cache, run.acm"),
    (lambda what, _: what.unlink(), "run.acm"),
])  # fmt: skip
def test_reading_leaves_the_folder_as_it_was(how, changed, tmp_path):
    (tmp_path / "run.acm").write_bytes(b"ACME")
    found = said(reading(how), "test_leaves_files_alone", path=tmp_path / "run.acm", tmp_path=tmp_path / "empty")
    assert found == (changed and ("the folder as it was", f"changed: {changed}", "read only; keep no cache file"))


def warns(*_):
    warnings.warn("divide by zero", RuntimeWarning, stacklevel=1)
    return record()


@pytest.mark.parametrize(("how", "found"), [
    (lambda *_: record(), ""),
    (lambda *_: print("reading\nmore"), "'reading'"),
    (lambda *_: print("careful", file=sys.stderr), "'careful'"),
    (warns, "'divide by zero'"),
    (lambda *_: (warns(), print("printed before")), "'printed before'"),
])  # fmt: skip
def test_reading_prints_and_warns_nothing(how, found):
    said_of_it = said(reading(how), "test_says_nothing", path=PATH)
    assert said_of_it == (found and ("silence", found, "Record(..., notices=[Notice(code, message)])"))


@pytest.mark.parametrize(("rows", "expected"), [
    ({"a": 0, "b": 1}, ""),
    ({"a": 0, "b": 0}, ("rows in one of the samples", "none in any", "add a sample with data: the rules need it")),
])  # fmt: skip
def test_one_of_the_samples_has_rows(rows, expected, tmp_path):
    contract = Standing()
    for name in rows:
        (tmp_path / name).write_bytes(b"x")
    contract.paths = lambda: [tmp_path / name for name in rows]
    contract._record = lambda path: record() if rows[path.name] else Record([])
    assert said(contract, "test_samples_hold_data") == expected


@pytest.mark.parametrize(("error", "expected"), [
    (None, ""),
    (ReadError("cut", found="80 bytes"),
     ("a record", "cut [read-error]\n  found: 80 bytes", "read the file, or take it out of `files`")),
])  # fmt: skip
def test_a_sample_is_read(error, expected):
    how = raising(error) if error else lambda *_: record()
    assert said(reading(how), "test_reads_its_files", path=PATH) == expected


# -- reading twice, and elsewhere ------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Return what makes a contract of samples whose content here and elsewhere is given, by name."""

    def made(here, *there):
        for name in here:
            (tmp_path / name).write_bytes(name.encode() * 10)
        contract = reading(lambda what, _: what.name)
        contract._kept = {}
        contract.paths = lambda: [tmp_path / name for name in here]
        asked = []

        def content(name, files, environment):
            asked.append((name, [file.name for file in files], dict(environment)))
            given = there[len(asked) - 1]
            return given and [(0, text) for text in given]

        monkeypatch.setattr(rules_reading, "content_hash", lambda name: here[name])
        monkeypatch.setattr(rules_reading, "content_elsewhere", content)
        return contract, asked

    return made


FIRST = {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SECOND = {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"}
SORT = "sort what comes from a set; keep local time as it stands; name the encoding; store no folder"
IN_FIRST = "equal content_hash with PYTHONHASHSEED=1 TZ=Asia/Tokyo LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0"
IN_SECOND = "equal content_hash with PYTHONHASHSEED=2 TZ=America/Lima LC_ALL=C.UTF-8"


@pytest.mark.parametrize(("there", "expected"), [
    ((["1", "2", "3"], ["1", "2", "3"]), ""),
    ((["1", "x", "y"], ["1", "2", "3"]), (IN_FIRST, "another one for b, c", SORT)),
    ((["1", "2", "3"], ["x", "2", "3"]), (IN_SECOND, "another one for a", SORT)),
    ((["1", "2", "3"], None), (IN_SECOND, "the files could not be read there", SORT)),
])  # fmt: skip
def test_content_in_two_other_environments(there, expected, elsewhere, tmp_path):
    contract, asked = elsewhere({"a": "1", "b": "2", "c": "3"}, *there)
    assert said(contract, "test_same_everywhere", tmp_path=tmp_path / "work") == expected
    assert asked == [("acme-acm", ["a", "b", "c"], FIRST), ("acme-acm", ["a", "b", "c"], SECOND)]
    assert list(contract._kept["sizes"].values()) == [10, 10, 10]
    said(contract, "test_memory_follows_the_size", tmp_path=tmp_path / "again")
    assert len(asked) == 2  # once for both rules


def test_samples_that_need_their_neighbours_are_not_read_elsewhere(elsewhere, tmp_path):
    contract, asked = elsewhere({"a": "1"}, ["1"], ["1"])
    contract.reading = raising(ReadError("alone"))
    reason = "no sample can be read by itself: test_reads_its_files says why"
    assert said(contract, "test_same_everywhere", tmp_path=tmp_path / "work") == reason
    assert asked == []


class Converted:
    """What a conversion returns."""

    def __init__(self, folder, data, made, content):
        folder.mkdir(parents=True)
        (folder / "out.h5").write_bytes(data)
        self.outputs, self.record, self.content_hash = [str(folder / "out.h5")], made, content


@pytest.mark.parametrize(("first", "second", "expected"), [
    ((b"x", record(), "h"), (b"x", record(), "h"), ""),
    ((b"x", None, "h"), (b"x", record(), "h"), "nothing was read: test_reads_its_files says why"),
    ((b"x", record(), "h"), (b"y", record(), "h"), "they differ: the bytes of the native file"),
    ((b"x", record(), "h"), (b"x", record(), "i"), "they differ: the bytes of the native file"),
    ((b"x", record(), "h"), (b"x", changed("time", unit="h"), "h"), "they differ: timeseries: time"),
    ((b"x", record(), "h"), (b"x", Record([]), "h"), "they differ: datasets ['timeseries'] and []"),
    ((b"x", record(), "h"), (b"x", None, "h"), "nothing was read: test_reads_its_files says why"),
])  # fmt: skip
def test_a_sample_is_the_same_after_other_files(first, second, expected, tmp_path, monkeypatch):
    for name in ("run.acm", "other.acm"):
        (tmp_path / name).write_bytes(b"ACME")
    results, seen = iter([first, second]), []
    contract = reading(lambda what, _: seen.append(what.name))
    contract.paths = lambda: [tmp_path / "run.acm", tmp_path / "other.acm"]
    contract._record = lambda path: seen.append("once")  # or the rule is skipped

    def convert(copy, folder, reader):
        seen.append((copy.name, folder.name, reader))
        return Converted(folder, *next(results))

    monkeypatch.setattr(rules_reading, "convert", convert)
    given = {"path": tmp_path / "run.acm", "tmp_path": tmp_path / "work"}
    found = said(contract, "test_same_each_time", **given)
    assert seen == ["once", ("run.acm", "first", "acme-acm"), "other.acm", ("run.acm", "second", "acme-acm")]
    advice = "keep no state between files; use no clock, no counter and no random number"
    asked = ("equal records, equal bytes", expected, advice)
    assert found == (asked if expected.startswith("they") else expected)


# -- readers that cannot be tried ------------------------------------------------------------------------

MISSING = "math:no_such cannot be loaded: AttributeError: module 'math' has no attribute 'no_such'"


@pytest.mark.parametrize(("changes", "reason"), [
    ({}, ""),
    (None, "no reader 'acme-acm': test_is_registered says why"),
    ({"requires": "no_such_package"}, "acme-acm needs the package no_such_package, which is not installed"),
    ({"sniff": "math:no_such"}, f"{MISSING}: test_its_functions_load says why"),
    ({"read": "math:no_such"}, f"{MISSING}: test_its_functions_load says why"),
])  # fmt: skip
def test_a_reader_that_cannot_be_tried_is_skipped_with_the_rule_that_says_why(changes, reason, monkeypatch):
    known = {} if changes is None else {"acme-acm": replace(Standing.declared, **changes)}
    monkeypatch.setattr("echub.testing.base.registry", lambda: SimpleNamespace(readers=known))
    contract = type("TestOne", (ReaderContract,), {"reader": "acme-acm", "files": (PATH,)})()
    if reason:
        with pytest.raises(pytest.skip.Exception) as skipped:
            _ = contract._usable
        assert str(skipped.value) == reason
    else:
        assert contract._usable == known["acme-acm"]


def test_a_sample_is_read_once_and_one_that_cannot_be_read_is_skipped():
    asked = []

    class Once(ReaderContract):
        def _read(self, what, **options):
            asked.append(what.name)
            if what.name == "cut":
                raise ReadError("cut")
            return record()

    assert Once()._record(Path("whole")) is Once()._record(Path("whole"))
    for _ in range(2):
        with pytest.raises(
            pytest.skip.Exception, match=r"^the sample cannot be read: test_reads_its_files says why$"
        ):
            Once()._record(Path("cut"))
    assert asked == ["whole", "cut"]
    assert type("Other", (Once,), {})._kept == {}


def test_samples_are_found_beside_the_test(tmp_path):
    here = Path(__file__).parent
    made = type(
        "TestOne", (ReaderContract,), {"files": ("data/one.acm", tmp_path / "two.acm"), "__module__": __name__}
    )
    assert made.paths() == [here / "data" / "one.acm", tmp_path / "two.acm"]
    assert made._absolute(()) == []
