"""What stands in the figure of a recovery: the form, its times with their units, and no unit of an exponent."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Condition, Measurand, Outcome, Series
from echub_relaxation import figure
from tests.plugins.test_figures_by_hand import drawn


def outcome(form, **measurands):
    at = np.array([0.1, 1.0])
    names = ("delay", "signal", "residual", "line_delay", "line", "time")
    return Outcome(measurands, diagnostics={name: Series.of(at) for name in names},
                   conditions={"form": Condition(form)})  # fmt: skip


@pytest.mark.parametrize(("form", "measurands", "said"), [
    ("single", {"T1": Measurand("s", 0.00512, 0.00021), "R1": Measurand("1/s", 195.0, 8.0)},
     "single\n$T_1$ = 0.00512 ± 0.00021 s"),
    ("stretched", {"beta": Measurand("1", 0.712, 0.023), "T1": Measurand("s", 0.00512, 0.00021),
                   "T1_mean": Measurand("s", 0.006)},
     "stretched\n$T_1$ = 0.00512 ± 0.00021 s\nβ = 0.712 ± 0.023"),
    ("double", {"T1_slow": Measurand("s", 0.0512, 0.0021), "T1_fast": Measurand("s", None)},
     "double\n$T_1$ slow = 0.0512 ± 0.0021 s"),
])  # fmt: skip
def test_the_times_of_the_form_are_written(form, measurands, said):
    upper, lower = drawn(figure, outcome(form, **measurands)).axes
    (text,) = upper.texts
    assert (text.get_text(), text.xy) == (said, (0.03, 0.95))
    assert (upper.get_xscale(), lower.get_xlabel()) == ("log", "delay / s")
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("signal", "residual")
