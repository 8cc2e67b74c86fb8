"""Declarations are frozen, light, and ordered where it counts."""

import dataclasses
import subprocess
import sys

import pytest

from echub.analysis.outcome import Component, Condition, Interval, Measurand, Outcome, Sensitivity
from echub.declare import Confidence, KnownFormat, NoOptions, Reader, Template, Vocabulary, Writer, option
from echub.declare_analysis import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling


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


LEFT_OUT = [
    (Reader("r", "R", (".r",), "m:s", "m:r"), {
        "options": NoOptions, "version": "1", "fallback": False, "explicit_only": False, "name": "r", "title": "R",
        "suffixes": (".r",), "sniff": "m:s", "read": "m:r",
    }),
    (Writer("w", "W", "m:w"), {
        "name": "w", "title": "W", "write": "m:w", "options": NoOptions, "suffixes": (), "whole": False,
    }),
    (KnownFormat("k", "K", (".k",), "export"), {
        "name": "k", "title": "K", "suffixes": (".k",), "advice": "export", "magic": (),
    }),
    (Template("t", "T", "m:t"), {"name": "t", "title": "T", "text": "m:t"}),
    (Vocabulary("v"), {"prefix": "v", "quantities": {}, "units": {}, "rules": {}}),
    (Analysis("a", "A", "m:r"), {
        "name": "a", "title": "A", "run": "m:r", "needs": (), "kind": "timeseries", "consumes": "dataset",
        "every_dataset": False, "sampling": Sampling(1, 0.0, None), "params": NoOptions, "profiles": {},
        "outputs": (), "tolerances": {}, "version": "1",
    }),
    (Need("t", "time"), {
        "name": "t", "quantity": "time", "any_of": (), "without_area": None, "optional": False, "restarts": False,
        "gaps": False,
    }),
    (NeedMeta("cell.area"), {"path": "cell.area", "optional": False}),
    (Output("x"), {"name": "x", "or_units": ()}),
    (Sampling(), {"rows": 1, "span_s": 0.0, "step_s": None}),
    (Interval(1.0, 2.0), {
        "low": 1.0, "high": 2.0, "kind": "coverage", "level": None, "includes_low": True, "includes_high": True,
    }),
    (Component("c", 0.5), {"name": "c", "uncertainty": 0.5, "kind": "A"}),
    (Measurand("V"), {
        "unit": "V", "value": None, "uncertainty": None, "interval": None, "censoring": "none", "n": None,
        "components": (),
    }),
    (Sensitivity("p", "s", "m", 1.0), {"parameter": "p", "setting": "s", "measurand": "m", "value": 1.0,
                                       "change": None}),
    (Condition(1), {"value": 1, "compared": True}),
    (Outcome(), {
        "measurands": {}, "flags": (), "tables": {}, "sensitivity": (), "diagnostics": {}, "conditions": {},
        "metadata": {}, "provenance": {},
    }),
]  # fmt: skip


@pytest.mark.parametrize(("made", "usual"), LEFT_OUT, ids=[type(made).__name__ for made, _ in LEFT_OUT])
def test_what_is_left_out_is_as_documented(made, usual):
    """Every other field is a text, and empty."""
    fields = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    assert fields == {**dict.fromkeys(fields, ""), **usual}


def test_an_option_without_more_has_neither_unit_nor_choices_nor_bounds():
    bare, whole = option(3, "a number"), option(3.0, "a time", unit="s", choices=("a",), minimum=1, maximum=5)
    assert (bare.default, dict(bare.metadata)) == (
        3, {"help": "a number", "unit": None, "choices": (), "minimum": None, "maximum": None}
    )  # fmt: skip
    assert dict(whole.metadata) == {
        "help": "a time", "unit": "s", "choices": ("a",), "minimum": 1, "maximum": 5
    }  # fmt: skip


def test_units_and_quantities_that_are_preferred_come_first():
    assert Output("x", "V", or_units=("mV", "A")).units == ("V", "mV", "A")
    assert Need("t", "time").quantities == ("time",)
    assert Need("U", "x", any_of=("voltage", "potential_we")).quantities == ("voltage", "potential_we")
    declared = Analysis("a", "A", "m:r", (Need("t", "time"), NeedMeta("cell.area"), Need("U", "voltage")))
    assert [need.name for need in declared.columns] == ["t", "U"]
    assert [need.path for need in declared.metadata] == ["cell.area"]
    assert Need(
        "range", "current_range", "mA", optional=True,
        help="its accuracy is in the intervals; without the column, instrument.current_range",
    ) == CURRENT_RANGE  # fmt: skip
