"""Columns that are read in few steps, and clocks coarser than the rows: no answer is wrong by more than it says.

Each measurement is generated with known true values; one of its columns is then rounded to so many steps of its
range, or its time to a multiple of the usual time between rows, as a clock that cuts off or one that rounds.
"""

from __future__ import annotations

import numpy as np
import pytest

import echub
from tests.odd.subjects import subjects

SUBJECTS = {subject.label: subject for subject in subjects()}
SURE = 3.0
"""Standard uncertainties by which a value may miss the truth: 1 of 370 by normal chance."""
CLOCKS = [(rows, cut) for rows in (1.6, 2.7, 5, 20) for cut in (np.floor, np.round)]
STEPS = {
    "ccd (TestCcdOfASoftShort)": {"voltage": (1000, 200), "current": (50,)},
    "ccd (TestCyclesOfCcd)": {"voltage": (1000, 200), "current": (1000, 200)},
    "cycling (TestCycling)": {"voltage": (1000, 200, 50, 10), "current": (1000, 200, 50, 10)},
    "cycling (TestCyclingByTheInstrument)": {"voltage": (200, 10), "charge": (1000, 50, 10)},
    "symmetric-cycling (TestSymmetric)": {"voltage": (1000, 200, 50, 10)},
    "pulsed-stripping (TestPulsedStripping)": {"voltage": (1000, 200), "charge": (1000, 200, 50, 10)},
    "stability-window (TestForeign)": {"current": (1000, 200, 50, 10), "potential_we": (1000, 200)},
    "ramp-onset (TestRampOnsetOfThePaper)": {"voltage": (50_000, 1000, 200, 50, 10), "current": (10,)},
    "sims-profile (TestSimsProfile)": {"sputter_time": (200, 50, 10)},
}
CLOCKED = (
    "ccd (TestCcdOfASoftShort)", "cycling (TestCycling)", "cycling (TestCyclingByTheInstrument)",
    "symmetric-cycling (TestSymmetric)", "staircase-linearity (TestStaircase)",
    "dc-polarisation (TestDcPolarisation)",
    "pulsed-stripping (TestPulsedStripping)", "pulsed-stripping (TestByEdges)", "stability-window (TestForeign)",
    "ramp-onset (TestRampOnset)",
)  # fmt: skip
REFUSED = {
    **dict.fromkeys((("ramp-onset (TestRampOnsetOfThePaper)", "voltage", n) for n in (1000, 200, 50, 10)),
                    "unresolved-noise"),
    ("dc-polarisation (TestDcPolarisation)", "time", 20): "no-offset",
}  # fmt: skip
"""What is too coarse for any answer. The onset of the ramp is at 31 Ω·cm² times 0.327 mA/cm², 10 mV, of which 5 %
are looked for: a thousandth of 10 V is 20 times that. Of 120 rows at rest, one a second, a clock of 20 s leaves 6
or 7, and the offset is the mean of ten at least."""


def in_steps(values, count):
    step = (np.nanmax(values) - np.nanmin(values)) / count
    return np.round(values / step) * step


def wrong(subject, case):
    """Return what misses the truth: by more than three standard uncertainties, and not within its interval."""
    outcome = echub.analyze(subject.analysis, case.record(), params=subject.params)
    missed = []
    for name, one in outcome.measurands.items():
        truth = case.truth.get(name)
        if truth is None or (one.interval is not None and one.interval.covers(truth)):
            continue
        if one.value is None or abs(one.value - truth) > SURE * (one.uncertainty or 0.0):
            missed.append(f"{name}: {one}, and {truth:.6g} is true")
    return missed, outcome


def require_an_answer(subject, outcome, column, coarse):
    """Fail if nothing was compared with the truth, unless it is known to be refused."""
    expected = REFUSED.get((subject.label, column, coarse))
    assert [flag.code for flag in outcome.refusals] == ([expected] if expected else [])
    assert expected or set(outcome.measurands) & set(subject.case.truth)


@pytest.mark.parametrize(
    ("label", "column", "count"),
    [(label, column, count) for label, of in STEPS.items() for column, counts in of.items() for count in counts],
)
def test_a_column_that_is_read_in_few_steps_misleads_nobody(label, column, count):
    subject = SUBJECTS[label]
    case = subject.case
    missed, outcome = wrong(subject, case.with_values(column, in_steps(case.columns[column].values, count)))
    assert missed == []
    require_an_answer(subject, outcome, column, count)


@pytest.mark.parametrize(("rows", "cut"), CLOCKS)
@pytest.mark.parametrize("label", CLOCKED)
def test_a_clock_that_is_coarser_than_the_rows_misleads_nobody_and_is_told(label, rows, cut):
    subject = SUBJECTS[label]
    time = subject.case.columns["time"].values
    step = rows * float(np.median(np.diff(time)))
    missed, outcome = wrong(subject, subject.case.with_values("time", cut(time / step) * step))
    assert missed == []
    require_an_answer(subject, outcome, "time", rows)
    assert "coarse-clock" in {flag.code for flag in outcome.flags if flag.severity == "warning"}
