"""Declarations are frozen, light, and ordered where it counts."""

import dataclasses
import subprocess
import sys

import pytest

from echub.declare import Confidence, KnownFormat, NoOptions, Reader, Vocabulary, Writer, option


def test_confidence_is_ordered():
    assert Confidence.NO < Confidence.MAYBE < Confidence.LIKELY < Confidence.CERTAIN
    assert not Confidence.NO
    assert Confidence.MAYBE


@pytest.mark.parametrize(
    "declared",
    [
        Reader("r", "R", (".r",), "m:s", "m:r"),
        Writer("w", "W", "m:w"),
        KnownFormat("k", "K", (".k",), "export"),
        Vocabulary("v"),
        NoOptions(),
    ],
    ids=lambda declared: type(declared).__name__,
)
def test_a_declaration_cannot_be_changed(declared):
    for field in dataclasses.fields(declared):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(declared, field.name, "other")
    assert declared == dataclasses.replace(declared)


def test_a_reader_is_asked_by_default():
    reader = Reader("r", "R", (".r",), "m:s", "m:r")
    assert (reader.fallback, reader.explicit_only, reader.requires, reader.options) == (
        False,
        False,
        "",
        NoOptions,
    )


def test_an_option_carries_its_help_unit_and_choices():
    @dataclasses.dataclass(frozen=True)
    class Options:
        wait: float = option(3.0, "time to wait", unit="s")
        mode: str = option("a", "how", choices=("a", "b"))

    wait, mode = dataclasses.fields(Options)
    assert Options() == Options(3.0, "a")
    assert (wait.metadata["help"], wait.metadata["unit"]) == ("time to wait", "s")
    assert mode.metadata["choices"] == ("a", "b")


def test_declarations_need_the_standard_library_alone():
    code = "import sys, echub.declare; print({m.partition('.')[0] for m in sys.modules} - sys.stdlib_module_names)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=_root(), check=True
    )
    assert eval(done.stdout) - {"__main__"} == {"echub"}


def _root():
    from pathlib import Path

    return Path(__file__).parents[2]
