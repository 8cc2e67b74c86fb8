"""The tool sees what it looks for: planted faults, each at an input that follows from its code."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.declare_analysis import Analysis, Need, Output
from echub.plugin import Flag, Inputs, option
from echub.registry.registry import registry
from echub.testing import AnalysisContract
from echub.testing.synth import Case
from echub.testing.synth.case import Column
from tests.odd.__main__ import run
from tests.odd.combinations import KINDS
from tests.odd.judging import faults
from tests.odd.question import Question
from tests.odd.subjects import Subject, subjects


@dataclass(frozen=True)
class Params:
    divisor: float = option(1.0, "what the mean is divided by", minimum=0)
    shift: float = option(0.0, "how far the interval lies from the value", minimum=0, maximum=1)


def mean(data, params):
    """Answer the mean voltage over a divisor; wrong at 0, of one row, by a late clock, and without a voltage."""
    volts = data["U"]
    if len(volts) == 1:
        warnings.warn("so few", stacklevel=1)
    value = float(volts.mean()) / params.divisor + (1.0 if data["t"][-1] > 1e9 else 0.0)
    said = value if volts.any() else float("nan")
    interval = Interval(value + params.shift - 1e-3, value + params.shift + 1e-3)
    return Outcome({"mean": Measurand("V", value, 1e-3, interval)}, (Flag("said", f"it is {said}", "info"),))


PLANTED = Analysis(
    "planted",
    "The mean, with faults",
    run="tests.odd.test_odd:mean",
    needs=(Need("t", "time", "s"), Need("U", "voltage", "V")),
    params=Params,
    outputs=(Output("mean", "V"),),
)


def planted():
    class TestPlanted(AnalysisContract):
        analysis = PLANTED
        generate = staticmethod(
            lambda seed: Case({"time": Column(np.arange(6.0), "s"), "voltage": Column(np.ones(6), "V")})
        )

    return Subject(TestPlanted)


def found(kind):
    return {q.what: wrong for q in KINDS[kind](planted()) if (wrong := list(faults(planted(), q)))}


FAILED = "PluginFault: the analysis planted failed [plugin]"
OUTSIDE = f"{FAILED} (it gave mean = 1 V, outside its own interval [1.999, 2.001])"
DIVIDED = f"{FAILED} (ZeroDivisionError: float division by zero)"


def test_a_limit_at_which_it_fails_is_seen_and_no_other_value():
    # With `shift` at 1, its end, and just below it, 1 V lies outside [1.999, 2.001] V.
    assert found("parameters") == {
        "divisor=0.0": [DIVIDED],
        "shift=0.999999": [OUTSIDE],
        "shift=1.0": [OUTSIDE],
    }


WARNED = ["PluginFault: the analysis planted failed [plugin] (UserWarning: so few)"]


def test_a_sentence_without_a_number_and_a_warning_are_seen():
    # The hub hands over one row for all rows of one time.
    assert found("columns") == {
        "time zero in all rows": WARNED,
        "time the same in all rows": WARNED,
        "voltage zero in all rows": ["a sentence without a number: it is nan"],
    }


def test_another_answer_to_the_same_measurement_is_seen():
    assert found("rows") == {
        "1 rows": WARNED,
        "1 rows, from the middle": WARNED,
        "time in Unix seconds": ["mean is 2.0000 ± 0.0010 V, not 1.0000 ± 0.0010 V"],
    }


def test_each_fault_has_a_line_and_the_counts_come_last(capsys):
    assert run([planted()], ["parameters"]) == 1
    # Of each parameter 0, ±1, 1e12, 1e-12 and what lies beside 0 are tried: 7. The default of `divisor` gives 1000
    # and 0.001 more, the upper end of `shift` two beside it.
    assert capsys.readouterr().out.splitlines() == [
        f"planted (TestPlanted): divisor=0.0: {DIVIDED}",
        f"planted (TestPlanted): shift=0.999999: {OUTSIDE}",
        f"planted (TestPlanted): shift=1.0: {OUTSIDE}",
        "18 combinations, 3 with a fault",
    ]


def test_all_contracts_of_the_plugins_are_found():
    names = {subject.name for subject in subjects()}
    assert set(registry().analyses) - names == {"timeline"}  # it states no value


def test_a_coarse_reading_that_gives_another_answer_is_seen():
    case = planted().case.with_values("voltage", np.full(6, 1.5))
    found = list(faults(planted(), Question("voltage in steps", case, coarser=True)))
    assert found == ["mean is 1.5000 ± 0.0010 V, not 1.0000 ± 0.0010 V"]


def test_every_second_question_is_asked(capsys):
    assert run([planted()], ["parameters"], every=2) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "9 combinations, 2 with a fault"


def first(data, params):
    """Answer the first value, whatever the others are, in square metres of the first area that was said."""
    if isinstance(data, Inputs):
        return Outcome({"v": Measurand("V", data.metadata.entries[0].value, 0.1)})
    return Outcome({"v": data[0]["v"]})


COMBINED = Analysis("combined", "The first", run="tests.odd.test_odd:first", outputs=(Output("v", "V"),))


def questions_of(analysis, case, kind):
    class TestFirst(AnalysisContract):
        generate = staticmethod(lambda seed: case)

    TestFirst.analysis = analysis
    subject = Subject(TestFirst)
    return {q.what: list(faults(subject, q)) for q in KINDS[kind](subject) if q.same}


def test_an_answer_that_depends_on_the_order_of_a_set_is_seen():
    told = tuple(Outcome({"v": Measurand("V", v, 0.1)}, label=f"{v:g}") for v in (1.0, 2.0, 3.0, 4.0))
    assert questions_of(replace(COMBINED, consumes="outcomes"), Case(outcomes=told), "sets") == {
        "in reverse order": ["v is 4.00 ± 0.10 V, not 1.00 ± 0.10 V"],
        "halves exchanged": ["v is 3.00 ± 0.10 V, not 1.00 ± 0.10 V"],
    }


def test_an_answer_by_what_was_said_before_is_seen():
    case = Case({"time": Column(np.arange(6.0), "s")}, {"cell.area": "3 cm^2"})
    assert questions_of(replace(COMBINED, needs=(Need("t", "time", "s"),)), case, "stated") == {
        "cell.area twice": ["v is 6.00 ± 0.10 V, not 3.00 ± 0.10 V"],
    }
