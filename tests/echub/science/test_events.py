"""The offset of two clocks on generated operando sets: coverage, drift, and what is refused."""

import numpy as np
import pytest

from echub.science.events import Brackets, match_steps
from echub.testing.synth.operando import Operando, operando


def found(seed, setup, **options):
    """Return the offset of a generated set, with its truth at the middle of the steps."""
    first, second = operando(seed, setup)
    time, current = first.columns["time"].values, first.columns["current"].values
    at = np.flatnonzero(np.abs(np.diff(current)) > 0.5)
    brackets = Brackets(time[at], time[at + 1])
    counts = second.columns["ion_counts"].values
    offset = match_steps(brackets, second.columns["time"].values, counts, counts=True, **options)
    truth = second.truth["offset"]
    return offset, truth if offset is None else truth + setup.drift * offset.middle


@pytest.mark.parametrize(
    ("setup", "half_width"),
    [
        (Operando(), 1.0),
        (Operando(averaged=False), 1.5),
        (Operando(logged=False, row_s=10.0), 4.0),
        (Operando(levels_ma=(0.0, 1.0, 0.0)), 3.5),
    ],
)
def test_the_interval_contains_the_true_offset(setup, half_width):
    """At 95 % coverage, 8 or more of 10 intervals contain the truth with 98.8 % probability."""
    covered, widths = 0, []
    for seed in range(10):
        offset, truth = found(seed, setup)
        covered += offset.low <= truth <= offset.high
        widths.append((offset.high - offset.low) / 2)
    assert covered >= 8
    assert np.mean(widths) < half_width


def test_coarse_rows_leave_no_gaps_between_the_offsets():
    """Of 60 intervals at 95 %, 52 or more contain the truth with 99.3 % probability; with gaps fewer do."""
    pairs = [found(seed, Operando(logged=False, row_s=10.0, counts=4000.0)) for seed in range(60)]
    assert sum(offset.low <= truth <= offset.high for offset, truth in pairs) >= 52


def at_one_place(seed, place, drift=0.0):
    """Return the offset, and its truth, of steps that lie at one place of brackets of 1 s, with rows of 0.71 s."""
    rng = np.random.default_rng(seed)
    offset, late = 137 + rng.uniform(0, 5), np.array([300.0, 600, 900, 1300, 1700, 2100])
    edges = late - 1 + place
    time = np.arange(0, 2800, 0.7137)
    level = 400 + 150 * (np.searchsorted(edges, time * (1 + drift) + offset) % 2)
    found = match_steps(Brackets(late - 1, late), time, rng.poisson(level), counts=True)
    return found, offset + drift * found.middle


@pytest.mark.parametrize("place", [1e-6, 1 - 1e-6])
def test_rows_that_are_written_at_the_steps_do_not_make_the_offset_better_known(place):
    """Of 20 intervals at 95 %, 16 or more contain the truth with 99.7 %; as six independent brackets, none did."""
    pairs = [at_one_place(seed, place) for seed in range(20)]
    assert sum(offset.low <= truth <= offset.high for offset, truth in pairs) >= 16


def test_a_drift_that_moves_steps_by_many_rows_is_not_cut_short():
    offset, truth = at_one_place(1, 0.5, drift=3e-3)
    assert offset.drift == pytest.approx(3e-3, abs=3 * offset.drift_uncertainty)
    assert offset.value == pytest.approx(truth, abs=1)


def test_strong_steps_are_found_within_a_hundredth_of_a_row():
    offset, truth = found(1, Operando(counts=1e6), averaged=True)
    assert offset.value == pytest.approx(truth, abs=0.05)
    assert offset.uncertainty < 0.05


def test_a_drift_is_seen_and_none_is_not_invented():
    drifting, _ = found(3, Operando(drift=0.01, counts=1e4))
    assert drifting.drifts
    assert drifting.drift == pytest.approx(0.01, abs=4 * drifting.drift_uncertainty)
    assert not found(3, Operando(counts=1e4))[0].drifts


def test_two_steps_do_not_test_a_drift():
    assert found(1, Operando(levels_ma=(0.0, 1.0, 0.0)))[0].drift is None


def test_a_signal_that_does_not_respond_gives_no_offset():
    assert [found(seed, Operando(contrast=0.0))[0] for seed in range(3)] == [None] * 3


def test_periodic_steps_of_which_some_were_seen_are_ambiguous():
    steps = np.arange(100.0, 1000.0, 100.0)
    time = np.arange(0.0, 200.0, 1.0)  # sees two of nine
    values = np.where((time > 60) & (time <= 160), 900.0, 100.0)
    rng = np.random.default_rng(0)
    brackets = Brackets(steps - 0.01, steps + 0.01)
    offset = match_steps(brackets, time, rng.poisson(values), counts=True)
    assert offset.rivals
    near = match_steps(brackets, time, rng.poisson(values), counts=True, near=(130.0, 150.0))
    assert not near.rivals
    assert near.value == pytest.approx(140, abs=1)


@pytest.mark.parametrize("values", [np.ones(100), np.full(100, np.nan), np.ones(3)])
def test_a_signal_without_noise_or_rows_gives_no_offset(values):
    time = np.arange(float(len(values)))
    assert match_steps(Brackets(np.array([1.0]), np.array([2.0])), time, values) is None
