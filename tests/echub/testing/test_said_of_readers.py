"""What the rules of a reader's declaration say, one wrong thing at a time; what watches a sniffer and a read."""

from __future__ import annotations

import dataclasses
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import NoOptions, option
from echub.registry.registry import registry
from echub.testing import ReaderContract, guard
from echub.testing.rules_sniffing import SealedSource

NAME, SOUND = next((name, found) for name, found in registry().readers.items() if found.options is NoOptions)


def broken(monkeypatch, rule, files=(), **wrong):
    """Return what a rule says of a wrong declaration: expected, found, advice; None if it passes."""
    changed = dataclasses.replace(SOUND, **wrong)
    monkeypatch.setitem(registry().readers, NAME, changed)
    return told(getattr(type("TestOne", (ReaderContract,), {"reader": NAME, "files": files})(), rule))


def told(rule):
    """Return what a rule says: expected, found, advice; None if it passes."""
    try:
        rule()
    except pytest.fail.Exception as failure:
        found = failure.broken
        return found.expected, found.found, found.advice
    return None


DESCRIBED = {
    "title": (" ", "a title for people", "' '", "name the instrument and the suffix"),
    "suffixes": ((".a", "b"), "suffixes such as .mpr", "('.a', 'b')", "write them with their dot"),
    "name": ("Two_words", "a name such as acme-acm", "'Two_words'", "it is typed: --reader NAME"),
}


@pytest.mark.parametrize("what", DESCRIBED)
def test_a_description_that_is_wrong(what, monkeypatch):
    value, *said = DESCRIBED[what]
    assert broken(monkeypatch, "test_is_described") is None
    assert broken(monkeypatch, "test_is_described", **{what: value}) == tuple(said)


def test_a_reader_needs_a_suffix(monkeypatch):
    assert broken(monkeypatch, "test_is_described", suffixes=())[1] == "()"


INSTALL = 'name the plugin under [project.entry-points.echub], and install it: "pip install -e ."'


@pytest.mark.parametrize(("problems", "readers", "owned", "said"), [
    ([], ["b", "acme-acm", "a"], [], None),
    ([], ["b", "a"], [], ("a reader 'acme-acm'", "the readers a, b", INSTALL)),
    ([("p", "no module"), ("q", "a typo")], ["b"], [],
     ("a reader 'acme-acm'", "p: no module; q: a typo", INSTALL)),
    ([], ["acme-acm"], ["a typo", "a twin"],
     ("no problem", "a typo; a twin", "`echub plugins list` shows what the hub saw")),
])  # fmt: skip
def test_a_reader_is_registered_or_why_not(problems, readers, owned, said, monkeypatch):
    known = SimpleNamespace(
        readers=dict.fromkeys(readers, SOUND),
        problems=lambda: [(SimpleNamespace(name=name), text) for name, text in problems],
        owner=lambda found: SimpleNamespace(problems=owned),
    )
    monkeypatch.setattr("echub.testing.rules_declaration.registry", lambda: known)
    contract = type("TestOne", (ReaderContract,), {"reader": "acme-acm"})()
    try:
        contract.test_is_registered()
    except pytest.fail.Exception as failure:
        assert (failure.broken.expected, failure.broken.found, failure.broken.advice) == said  # noqa: PT017
    else:
        assert said is None


@pytest.mark.parametrize("what", ["sniff", "read"])
def test_a_function_that_is_not_there(what, monkeypatch):
    expected, found, advice = broken(monkeypatch, "test_its_functions_load", **{what: "math:no_such"})
    assert (expected, advice) == ("a function at math:no_such", 'write "module:function"')
    assert "no_such" in found
    assert broken(monkeypatch, "test_its_functions_load") is None


@dataclasses.dataclass(frozen=True)
class Sound:
    way: str = option("keep", help="what becomes of it", choices=("keep", "skip"))
    times: int = option(3, help="how often")
    name: str | None = option(None, help="whose")


@dataclasses.dataclass
class Thawed:
    way: str = option("keep", help="what becomes of it")


@dataclasses.dataclass(frozen=True)
class Silent:
    way: str = "keep"


@dataclasses.dataclass(frozen=True)
class Asking:
    way: str = dataclasses.field(metadata={"help": "what becomes of it"})


@dataclasses.dataclass(frozen=True)
class Other:
    times: int = option("3", help="how often")  # type: ignore[assignment]


class Plain:
    way = "keep"


OPTIONS = {
    Plain: ("a frozen dataclass", "Plain", "put @dataclass(frozen=True) above it"),
    Thawed: ("a frozen dataclass", "Thawed", "put @dataclass(frozen=True) above it"),
    Silent: ("a help text", "the option way has none", "use echub.plugin.option(...)"),
    Asking: ("a default", "the option way has none", "a reader works without options"),
    Other: (
        "--option times=3 to give the default", "3",
        "make the default one of the choices, and of the annotated type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
def test_options_that_are_wrong(options, monkeypatch):
    assert broken(monkeypatch, "test_options_explain_themselves", options=Sound) is None
    assert broken(monkeypatch, "test_options_explain_themselves", options=options) == OPTIONS[options]


MODULE = registry().owner(SOUND).module.partition(":")[0]
OWN = MODULE.partition(".")[0]
LOADED = {
    "nothing else": ({OWN, "echub", "pluggy", "json"}, None),
    "heavy packages": (
        {OWN, "scipy", "json", "numpy"},
        (
            "the standard library and echub.plugin", f"import {MODULE} also loads numpy, scipy",
            'import them in the module that `read="module:function"` names; types under TYPE_CHECKING',
        ),
    ),
    "it cannot be imported": (None, f"{MODULE} cannot be imported by itself: test_is_registered says why"),
}  # fmt: skip


@pytest.mark.parametrize("what", LOADED)
def test_what_the_module_of_the_entry_point_loads(what, monkeypatch):
    loaded, said = LOADED[what]
    monkeypatch.setattr("echub.testing.rules_declaration.imported_by", {MODULE: loaded}.get)
    if isinstance(said, str):
        with pytest.raises(pytest.skip.Exception) as skipped:
            ReaderContract.test_entry_module_is_light(type("TestOne", (ReaderContract,), {"reader": NAME})())
        assert str(skipped.value) == said
    else:
        contract = type("TestOne", (ReaderContract,), {"reader": NAME})()
        assert told(contract.test_entry_module_is_light) == said


def test_samples_that_are_not_there_or_empty(monkeypatch, tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "full").write_bytes(b"x")
    paths = [str(tmp_path / name) for name in ("full", "empty", "none")]
    said = broken(monkeypatch, "test_samples_hold_data", paths)
    assert said == (
        "paths of sample files in `files`",
        f"no file, or an empty one, at {paths[1]}, {paths[2]}",
        'files = sorted(Path(__file__).parent.glob("data/*.acm"))',
    )
    assert broken(monkeypatch, "test_samples_hold_data", (), samples="")[1] == "none"


# -- a sniffer, and a read that is watched ---------------------------------------------------------------

TOUCHES = {
    "path": lambda source: source.path,
    "open()": lambda source: source.open().__enter__(),
    "read()": lambda source: source.read(0, 16),
    "sibling()": lambda source: source.sibling(".x"),
    "sha256()": lambda source: source.sha256(),
}


@pytest.mark.parametrize("what", TOUCHES)
def test_a_sniffer_may_use_the_head_and_the_name_only(what):
    source = SealedSource(b"HEAD", "one.acme", 1234)
    assert (source.head, source.name, source.suffix, source.size, source.shown) == (
        b"HEAD", "one.acme", ".acme", 1234, "one.acme",
    )  # fmt: skip
    assert source.touched == []
    with pytest.raises(OSError, match="a sniffer may not use ") as caught:
        TOUCHES[what](source)
    assert str(caught.value) == f"a sniffer may not use {what}"
    assert source.touched == [what]


@pytest.mark.parametrize("tracing", [True, False])
def test_a_watched_call_leaves_tracing_as_it_was(tracing):
    before = sys.gettrace()
    if tracing:
        tracemalloc.start()
    try:
        done = guard.run(lambda: np.zeros(4 << 20, np.uint8).size, 1000)
        assert tracemalloc.is_tracing() is tracing
    finally:
        tracemalloc.stop()
    assert sys.gettrace() is before
    assert (done.result, done.error) == (4 << 20, None)
    assert done.peak == pytest.approx(4 << 20, rel=0.05)


def test_a_watched_call_that_does_not_end_is_stopped():
    def endless():
        while True:
            pass

    size = 10
    done = guard.run(endless, size)
    assert (done.result, type(done.error)) == (None, guard.Endless)
    assert str(done.error) == f"more than {guard.line_limit(size)} lines ran"


def test_an_error_of_a_watched_call_is_kept():
    done = guard.run(lambda: Path("/no/such/file").read_bytes(), 1)
    assert isinstance(done.error, FileNotFoundError)
    assert done.result is None


def test_limits_grow_with_the_size():
    for limit in (guard.line_limit, guard.memory_limit):
        assert 0 < limit(0) < limit(1000)
        assert limit(2000) - limit(1000) == limit(1000) - limit(0)


# -- memory ----------------------------------------------------------------------------------------------

BASE, PER = 300 << 20, 20
"""Bytes that reading may take in all, and for each byte of the largest file so far."""
SMALL, LARGE = 1000, 1 << 20
MEMORY = {
    "as much as it may take": ((SMALL,), [[BASE + PER * SMALL], [0]], None),
    "a byte more": ((SMALL,), [[BASE + PER * SMALL + 1], [0]], 0),
    "a byte more in the other environment": ((SMALL,), [[0], [BASE + PER * SMALL + 1]], 0),
    "more in the only one that answered": ((SMALL,), [None, [BASE + PER * SMALL + 1]], 0),
    "no environment answered": ((SMALL,), [None, None], None),
    "what the file before it may take": ((LARGE, SMALL), [[0, BASE + PER * LARGE]] * 2, None),
    "more than the file before it may take": ((LARGE, SMALL), [[0, BASE + PER * LARGE + 1]] * 2, 1),
    "what only the file behind it may take": ((SMALL, LARGE), [[BASE + PER * SMALL + 1, 0]] * 2, 0),
}
"""Sizes of files; what each of two environments took for each of them; the file that is reported."""


@pytest.mark.parametrize("what", MEMORY)
def test_memory_of_files_in_two_environments(what, tmp_path):
    sizes, took, reported = MEMORY[what]
    paths = [tmp_path / f"file {n}" for n in range(len(sizes))]

    class TestOne(ReaderContract):
        reader = NAME

        def _elsewhere(self, folder):
            self._kept["sizes"] = dict(zip(paths, sizes, strict=True))
            return dict.fromkeys(paths, ""), [one and [(taken, "") for taken in one] for one in took]

    if reported is None:
        TestOne().test_memory_follows_the_size(tmp_path)
        return
    with pytest.raises(pytest.fail.Exception) as failure:
        TestOne().test_memory_follows_the_size(tmp_path)
    found = failure.value.broken
    taken = max(one[reported] for one in took if one)
    assert found.found == f"file {reported}: {taken >> 20} MiB"
    limit = (BASE + PER * max(sizes[: reported + 1])) >> 20
    assert found.expected == f"at most {limit} MiB for {sizes[reported]} bytes"
