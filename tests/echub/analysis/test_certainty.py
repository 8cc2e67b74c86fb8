"""An uncertainty of 0 would say that a measured value is exact: it is told as not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

import echub
from echub.analysis.certainty import without_certainty
from echub.analysis.outcome import Interval, Measurand, Outcome
from tests.echub.analysis.test_datasets import record
from tests.echub.toy_analysis import TOY

POINT = Interval(2.0, 2.0, level=0.95)
HERE = "tests.echub.analysis.test_certainty"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Measurand("V", 2.0, 0.0), Measurand("V", 2.0)),
        (Measurand("V", 2.0, 0.0, POINT), Measurand("V", 2.0)),
        (Measurand("V", 2.0, 2.0**-51), Measurand("V", 2.0)),  # as large as the last digit of 2
        (Measurand("V", 2.0, 2.0**-50), Measurand("V", 2.0, 2.0**-50)),
        (Measurand("V", 0.0, 1e-300), Measurand("V", 0.0, 1e-300)),
        (Measurand("V", 2.0, 0.1, replace(POINT, high=2 + 2.0**-49)), Measurand("V", 2.0, 0.1)),
        (
            Measurand("V", 2.0, 0.1, replace(POINT, high=2 + 2.0**-48)),
            Measurand("V", 2.0, 0.1, replace(POINT, high=2 + 2.0**-48)),
        ),
        (Measurand("V", 2.0, 0.1, replace(POINT, low=1.9)), Measurand("V", 2.0, 0.1, replace(POINT, low=1.9))),
        # between two observations that agree there is nothing, which was observed; open ends are none
        (Measurand("V", 2.0, None, Interval(2.0, 2.0, "bracketing")), None),
        (Measurand("V", interval=Interval(None, None)), None),
        (Measurand("1", 3.0), None),
    ],
)
def test_what_is_told_of_a_certain_value(said, told):
    assert without_certainty(Outcome({"x": said}))["x"] == (told or said)


def exact(data, params):
    return Outcome({"level": Measurand("V", float(data["U"].mean()), 0.0)})


def test_what_a_plugin_computes_as_exact_is_told_as_not_known():
    found = echub.analyze(replace(TOY, run=f"{HERE}:exact"), record(("timeseries", 2.5)))
    assert found["level"] == Measurand("V", 2.5)
