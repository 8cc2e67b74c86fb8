"""The offset of two clocks on generated operando sets: coverage, drift, and what is refused."""

import numpy as np
import pytest

from echub.science import events
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


def test_a_signal_of_three_rows_on_either_side_gives_an_offset():
    """Of a step at 10 s, seen between 2 and 3 s."""
    found = match_steps(Brackets(np.array([10.0]), np.array([10.0])), np.arange(6.0), [0.0, 0, 0, 1, 1, 1])
    assert found.low <= 7.5 <= found.high
    assert found.low >= 7
    assert found.high <= 8
    assert (found.steps, found.inside, found.rivals, found.drift) == (1, 1, (), None)


def test_rows_of_one_time_are_averaged():
    """A clock that prints every other second, of rows of a second each; and one on which no time passes."""
    step, rng = Brackets(np.array([80.0]), np.array([82.0])), np.random.default_rng(1)
    time, values = np.repeat(np.arange(0.0, 100.0, 2.0), 2), np.repeat([1.0, 9.0], 50) + 0.1 * rng.normal(size=100)
    twice = match_steps(step, time, values)
    assert twice.low < 81.0 - 49.0 < twice.high
    assert twice == match_steps(step, time[::2], (values[::2] + values[1::2]) / 2)
    assert match_steps(step, np.zeros(100), values) is None


def test_without_steps_or_rows_there_is_no_offset():
    none = np.zeros(0)
    assert match_steps(Brackets(none, none), np.arange(6.0), [0.0, 0, 0, 1, 1, 1]) is None
    assert match_steps(Brackets(np.array([1.0]), np.array([2.0])), none, none) is None


# -- by hand -------------------------------------------------------------------------------------


def signal(values, sigma=1.0, time=None):
    values = np.asarray(values, float)
    at = np.arange(float(len(values))) if time is None else np.asarray(time, float)
    return events._Signal(at, values, sigma, np.concatenate([[0.0], np.cumsum(values)]), False)


@pytest.mark.parametrize(
    ("at", "width", "gain"),
    [
        (5.0, 5, 25 / 10 / 2),  # five rows of 0, five of 1
        (4.5, 3, 9 / 6 / 2),
        (3.0, 5, 0.6**2 * 15 / 8 / 2),  # three rows before, and 0, 0, 1, 1, 1 after
        (2.0, 5, 0.0),  # two rows before are too few
        (7.0, 5, 0.6**2 * 15 / 8 / 2),
        (8.0, 5, 0.0),
        (-9.0, 5, 0.0),
        (99.0, 5, 0.0),
    ],
)
def test_the_gain_of_a_step_is_that_of_two_means_over_one(at, width, gain):
    stepped = [0.0] * 5 + [1.0] * 5
    assert signal(stepped).gains(np.array([at]), width)[0] == pytest.approx(gain)
    assert signal(stepped, sigma=2.0).gains(np.array([at]), width)[0] == pytest.approx(gain / 4)


@pytest.mark.parametrize(
    ("middles", "row", "width"),
    [([0.0, 100.0, 300.0], 1.0, 25), ([0.0, 100.0, 300.0], 10.0, 5), ([0.0, 100.0], 40.0, 3), ([50.0], 1.0, 25)],
)
def test_a_window_ends_half_way_to_the_next_step(middles, row, width):
    steps = Brackets(np.array(middles) - 1, np.array(middles) + 1)
    assert events._window(steps, row * np.arange(50.0)) == width


def test_offsets_are_tried_half_a_row_apart_over_all_that_may_be():
    steps, time = Brackets(np.array([90.0, 190.0]), np.array([110.0, 210.0])), np.arange(0.0, 52.0, 2.0)
    tried = events._search(steps, time, None)
    assert (tried[0], tried[-1], len(tried)) == (50.0, 200.0, 151)
    assert events._search(steps, time, (3.0, 7.0)).tolist() == [3, 4, 5, 6, 7]
    assert len(events._search(steps, time, (0.0, 1e6))) == events.GRID + 1


@pytest.mark.parametrize(
    ("drift", "u", "drifts"),
    [(0.3, 0.1, False), (0.31, 0.1, True), (-0.31, 0.1, True), (None, None, False), (0.3, 0.0, False)],
)
def test_a_drift_of_more_than_three_standard_deviations_is_one(drift, u, drifts):
    assert events.Offset(0.0, 1.0, -1.0, 1.0, 3, 3, 20.0, (), drift, u).drifts is drifts


def test_the_slope_of_offsets_weighs_by_their_errors():
    """The point with a tenth of the weight of the others is 1 off a line of slope 2 through three points."""
    time, errors = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])
    assert events._drift(time, 2 * time + 5, errors) == pytest.approx((2.0, 1 / np.sqrt(2)))
    assert events._drift(time, 2 * time + 5, errors / 2) == pytest.approx((2.0, 1 / np.sqrt(8)))
    bent, steep = (
        np.array([0.0, 0.0, 3.0]),
        events._drift(time, np.array([0.0, 0.0, 3.0]), np.array([1.0, 1.0, 100.0])),
    )
    assert events._drift(time, bent, errors)[0] == pytest.approx(1.5)
    assert steep[0] < 0.01
    assert events._drift(time[:2], bent[:2], errors[:2]) == (None, None)


def test_a_row_that_a_step_divides_has_its_share_of_both_levels():
    low, high, share = np.array([10.0]), np.array([20.0]), np.array([0.25])
    assert events._mixed(low, high, share, False) == pytest.approx([12.5])
    assert events._mixed(low, high, share, True) == pytest.approx([np.sqrt(0.75 * 100 + 0.25 * 400)])


def test_a_level_without_rows_is_that_of_all():
    chosen = np.array([[False] * 3, [True, False, True], [True, False, False]])
    assert events._mean(np.array([1.0, 3.0, 8.0]), chosen).tolist() == [4.0, 4.5, 1.0]


def test_counts_are_made_of_equal_noise_by_their_root():
    counts = np.array([1.0, 4.0, 9.0, -1.0])
    found = events._Signal.of(np.arange(4.0), counts, True)
    assert found.values == pytest.approx(2 * np.sqrt(np.array([1.375, 4.375, 9.375, 0.375])))
    assert found.sums[-1] == pytest.approx(found.values.sum())
    flat = events._Signal.of(np.arange(4.0), np.array([0.0, 0.0, 0.0, 5.0]), False)
    assert flat.sigma == pytest.approx(5e-4)  # no noise from row to row: a part of the span


def test_the_best_peaks_are_apart_and_five_at_most():
    score = np.full(1000, -np.inf)
    score[[100, 105, 300, 500, 700, 850, 950]] = [5, 9, 7, 8, 6, 4, 3]
    assert events._peaks(np.arange(1000.0), score) == (105, 500, 300, 700, 850)
    score[:] = -np.inf
    assert events._peaks(np.arange(1000.0), score) == ()
