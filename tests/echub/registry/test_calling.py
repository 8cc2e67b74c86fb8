"""The one door to plugins: what is called gets what it is given, and its mistakes are told with its names."""

from __future__ import annotations

import operator
import sys
import threading
from dataclasses import dataclass, replace

import pytest

from echub.declare import Confidence, KnownFormat, NoOptions, Reader, Template, Writer
from echub.declare_analysis import Analysis
from echub.errors import EchubError, PluginError, ReadError
from echub.plugin import Outcome
from echub.registry import boundary
from echub.registry.boundary import PluginFault, fault, guarded, guarded_each, in_worker, note_in, one_line, timed
from echub.registry.calling import call, call_each, failed, options_of, owner_of, require_callable
from echub.registry.registry import registry
from tests.messages.parts import said

ACME = Reader("acme", "Acme files", (".acme",), "m:sniff", "m:read")
CAUSE = "a mistake in a plugin that is not installed"
HINT = "report it to the plugin's author, with the file if you can"


def give(result):
    return result


def raising(error):
    raise error


def test_what_is_called_gets_what_it_is_given_and_a_generator_comes_back_as_a_list():
    assert call(ACME, "operator:sub", 5, 3) == 2
    assert call(ACME, operator.sub, 5, 3, returns=int) == 2
    assert call(ACME, iter, (1, 2)) == [1, 2]
    assert call(ACME, give, (1, 2)) == (1, 2)
    assert call(ACME, give, (1, 2), items=int) == [1, 2]
    assert call(ACME, give, None, returns=(tuple, type(None))) is None
    assert call(ACME, give, (), items=tuple) == []


@pytest.mark.parametrize(
    ("declared", "result", "wanted", "who", "found"),
    [
        (ACME, "x", {"returns": int}, "reader", "it gave a str, not an int"),
        (ACME, 1, {"returns": (tuple, type(None))}, "reader", "it gave an int, not a tuple"),
        (ACME, 1, {"returns": (Outcome, str)}, "reader", "it gave an int, not an Outcome or str"),
        (ACME, None, {"returns": Outcome}, "reader", "it gave a NoneType, not an Outcome"),
        (ACME, [(1,), "x", 2], {"items": tuple}, "reader", "it gave a str, not a tuple"),
        (Writer("acme", "A", "m:w"), 1, {"returns": str}, "writer", "it gave an int, not a str"),
        (Template("acme", "A", "m:t"), 1, {"returns": str}, "template", "it gave an int, not a str"),
        (KnownFormat("acme", "A", (), ""), 1, {"returns": str}, "format", "it gave an int, not a str"),
        (Analysis("acme", "A", "m:r"), 1, {"returns": str}, "analysis", "it gave an int, not a str"),
    ],
)
def test_another_type_is_the_plugins_fault_with_its_names(declared, result, wanted, who, found):
    with pytest.raises(PluginFault) as refused:
        call(declared, "tests.echub.registry.test_calling:give", result, **wanted)
    assert said(lambda: refused.value) == {
        "message": f"the {who} acme failed", "where": "tests.echub.registry.test_calling:give", "found": found,
        "cause": CAUSE, "hint": HINT,
    }  # fmt: skip


def test_who_declared_something_is_said_with_the_distribution_if_it_is_installed():
    reader = registry().readers["native"]
    assert owner_of(ACME) == "a plugin that is not installed"
    assert owner_of(reader) == f"the plugin {registry().owner(reader).shown}"
    assert said(lambda: failed(ACME, "it is odd")) == {
        "message": "the reader acme failed", "found": "it is odd", "cause": CAUSE, "hint": HINT
    }  # fmt: skip


def test_errors_that_may_pass_pass_and_those_of_echub_always():
    with pytest.raises(OSError, match="full"):
        call(ACME, raising, OSError("full"), passes=(OSError,))
    with pytest.raises(ReadError, match="torn"):
        call(ACME, raising, ReadError("torn"))
    assert said(lambda: call(ACME, raising, OSError("full")))["found"] == "OSError: full"
    assert said(lambda: call(ACME, raising, MemoryError())) == {
        "message": "there is not enough memory for the reader acme"
    }
    with pytest.raises(KeyboardInterrupt):
        call(ACME, raising, KeyboardInterrupt())


def test_of_several_each_has_its_result_or_its_error_in_its_place():
    others = [replace(ACME, name=name) for name in ("a", "b", "c", "d", "e")]
    targets = ["operator:pos", "operator:not_there", "operator:neg", "operator:index", "math:sqrt"]
    found = call_each(others, targets, -1, returns=(int, float))
    assert [found[0], found[2], found[3]] == [-1, 1, -1]
    told = {name: said(lambda error=error: error) for name, error in zip("be", (found[1], found[4]), strict=True)}
    assert told["b"]["message"] == "operator:not_there cannot be loaded: AttributeError: module 'operator' has " \
        "no attribute 'not_there'"  # fmt: skip
    assert (told["e"]["message"], told["e"]["where"], told["e"]["cause"]) == (
        "the reader e failed", "math:sqrt", CAUSE
    )  # fmt: skip
    assert told["e"]["found"].startswith("ValueError: ")
    (wrong,) = call_each([ACME], ["operator:pos"], 1, returns=Confidence)
    assert said(lambda: wrong) == {
        "message": "the reader acme failed", "where": "operator:pos", "found": "it gave an int, not a Confidence",
        "cause": CAUSE, "hint": HINT,
    }  # fmt: skip


def test_of_several_that_run_out_of_memory_the_others_go_on():
    functions = [lambda: raising(MemoryError()), lambda: 2, lambda: raising(SystemExit(3))]
    first, second, third = guarded_each(functions, lambda n: (f"the reader {n}", f"m:f{n}", f"the plugin {n}"))
    assert (type(first), first.message) == (ReadError, "there is not enough memory for the reader 0")
    assert second == 2
    assert (third.message, third.where, third.found, third.cause) == (
        "the reader 2 failed", "m:f2", "SystemExit: 3", "a mistake in the plugin 2"
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        guarded_each([lambda: raising(KeyboardInterrupt())], lambda n: ("", "", ""))


@dataclass(frozen=True)
class Options:
    """Options of a reader."""


def test_options_are_a_class_or_named_as_one():
    assert options_of(ACME) is NoOptions
    assert options_of(replace(ACME, options="tests.echub.registry.test_calling:Options")) is Options
    named = "tests.echub.registry.test_calling:give"
    assert said(lambda: options_of(replace(ACME, options=named))) == {
        "message": "the reader acme failed", "where": named, "found": "its options are a function, not a class",
        "cause": CAUSE, "hint": HINT,
    }  # fmt: skip


def test_what_is_named_must_be_callable():
    require_callable("operator:add")
    assert said(lambda: require_callable("math:pi")) == {"message": "math:pi is not callable", "found": "float"}


# -- the boundary -------------------------------------------------------------------------------------


class Mute(Exception):
    def __str__(self):
        raise ValueError("no")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (ValueError("  "), "ValueError"),
        (SystemExit(), "SystemExit"),
        (Mute(), "Mute"),
        (ReadError("torn", found="x"), "torn"),
        (fault("the reader a", "the plugin a", "ValueError: no"), "ValueError: no"),
        (fault("the reader a", "the plugin a", ""), "the reader a failed"),
    ],
)
def test_an_error_in_one_line(error, line):
    assert one_line(error) == line


def test_what_is_printed_goes_to_standard_error_until_the_last_one_is_out(capsys):
    def inner():
        print("inner")

    def outer():
        guarded("a", "b", inner)
        print("outer")

    before = sys.stdout
    guarded("a", "b", outer)
    with pytest.raises(EchubError):
        guarded("a", "b", lambda: raising(ValueError("no")))
    assert sys.stdout is before
    print("ours")
    told = capsys.readouterr()
    assert (told.err, told.out) == ("inner\nouter\n", "ours\n")


class Memory:
    value = b"before"


def test_a_worker_notes_which_function_runs_and_puts_the_note_back(monkeypatch):
    monkeypatch.setattr(boundary, "_note", None)
    assert in_worker() is False
    note_in(memory := Memory())
    assert in_worker() is True
    seen = []
    guarded("the reader a", "the plugin a of x 1", lambda: seen.append(memory.value), where="m:f")
    guarded("b" * 500, "c", lambda: seen.append(memory.value))
    guarded_each([lambda: seen.append(memory.value)], lambda n: ("the reader a", "m:f", "the plugin a of x 1"))
    with pytest.raises(PluginError):
        guarded("the reader a", "the plugin a", lambda: raising(ValueError()))
    whole = b"the reader a, m:f, in the plugin a of x 1"
    assert (seen, memory.value) == ([whole, b"b" * 399, whole], b"before")


@pytest.mark.skipif(not hasattr(boundary.signal, "setitimer"), reason="no timers here")
def test_a_time_limit_is_that_of_the_outermost_and_of_the_main_thread_alone():
    left = boundary.signal.getitimer
    seen = []

    def look():
        with timed(5.0):
            seen.append(left(boundary.signal.ITIMER_REAL)[0])

    with timed(50.0), timed(5.0):
        assert left(boundary.signal.ITIMER_REAL)[0] > 40
    assert left(boundary.signal.ITIMER_REAL) == (0, 0)
    with timed(None):
        assert left(boundary.signal.ITIMER_REAL) == (0, 0)
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [0]
