"""The onset has the accuracy of the range of its crossing, the slope that of the rows of its fit."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.science import RANGE_ACCURACY
from echub.testing import synth

AREA = 0.785


def ask(names):
    case = synth.ramp(1)
    columns = {**case.columns, "current_range": synth.Column(np.array(names(case)))}
    return echub.analyze("ramp-onset", replace(case, columns=columns).data(), params={"bootstrap": 20}), case


def part(outcome, name):
    return next((one.uncertainty for one in outcome[name].components if one.name == RANGE_ACCURACY), 0.0)


def after(fraction, first, then):
    """Return the ranges of a ramp that change at a fraction of the current of the onset."""

    def names(case):
        turn = fraction * case.truth["onset_current_density"] * AREA
        return np.where(np.abs(case.columns["current_setpoint"].values) < turn, first, then)

    return names


def test_the_range_at_the_crossing_counts_and_not_the_widest_of_the_file():
    late, case = ask(after(1.3, "1 mA", "1 A"))
    onset = case.truth["onset_current_density"]
    expected = np.hypot(1e-3 / AREA, 1e-3 * onset) / 3**0.5
    assert part(late, "onset_current_density") == pytest.approx(expected, rel=0.01)
    assert "several-ranges" not in [flag.code for flag in late.flags]


def test_a_range_that_changes_before_the_onset_is_said_and_is_in_what_it_touches():
    early, _ = ask(after(0.8, "1 mA", "10 mA"))
    (flag,) = [flag for flag in early.flags if flag.code == "several-ranges"]
    assert "1 mA (from" in flag.message
    assert part(early, "onset_current_density") == pytest.approx(1e-2 / AREA / 3**0.5, rel=0.01)
    once, _ = ask(lambda case: ["1 mA"] * len(case.columns["time"].values))
    assert part(early, "asr_cell") == pytest.approx(part(once, "asr_cell"), rel=0.01)  # its fit ends at 0.7
    within, _ = ask(after(0.3, "1 mA", "10 mA"))
    assert part(within, "asr_cell") > 9 * part(once, "asr_cell")


def test_rows_whose_range_is_not_known_are_said():
    outcome, _ = ask(after(0.5, "1 mA", "auto"))
    (flag,) = [flag for flag in outcome.flags if flag.code == "current-range-unknown"]
    assert "rows" in flag.message
