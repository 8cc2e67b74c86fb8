"""A generated staircase: its programme, its resistance row by row, its counters, and its failure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth import CellBatch, Healing, Instrument, Short, Staircase, cell_batch, spots, staircase

STILL = Instrument(noise_v=0.0, quantum_v=0.0, noise_ma=0.0, quantum_ma=0.0, accuracy=0.0, compliance_v=10.0)
PLAN = Staircase(
    levels=(1.0, 2.0, 4.0), charge=None, time_s=100.0, rest_s=50.0, sampling_s=10.0, least_rows=10, area_cm2=0.5,
    asr=40.0, fails_above=None, instrument=STILL,
)  # fmt: skip
"""Six half cycles of 100 s, each after 50 s of rest: half cycle k from 150 k + 50 to 150 (k + 1)."""


def columns(case):
    return {name: column.values for name, column in case.columns.items()}


def flowing(case, area=0.5):
    """Return of the rows under current: number of the half cycle with its fraction, j, and R·A in Ω·cm²."""
    c = columns(case)
    on = c["current"] != 0
    t, j = c["time"][on], c["current"][on] / area
    k = np.minimum((t // 150).astype(int), 5)
    k = np.where(np.isclose(t, 150 * k) & (k > 0), k - 1, k)
    return k + (t - 150 * k - 50) / 100, j, 1000 * c["voltage"][on] / j


@pytest.mark.parametrize("first", [1, -1])
@pytest.mark.parametrize("one_way", [True, False])
def test_levels_go_up_in_one_or_both_directions(first, one_way):
    place, j, asr = flowing(staircase(0, replace(PLAN, first=first, one_way=one_way, cycles=2 if one_way else 1)))
    steps = [float(j[(place > k) & (place < k + 0.95)].mean()) for k in range(6)]
    turns = [1, 1] if one_way else [1, -1]
    assert steps == pytest.approx([first * level * turn for level in PLAN.levels for turn in turns])
    assert asr == pytest.approx(40.0)


@pytest.mark.parametrize("cycles", [1, 3])
def test_a_level_is_repeated(cycles):
    setup = replace(PLAN, cycles=cycles)
    assert setup.plan() == [
        (s * level, 100.0) for level in (1.0, 2.0, 4.0) for _ in range(cycles) for s in (1, -1)
    ]


def test_half_cycles_last_by_time_by_charge_or_each_by_its_own():
    """0.5 mA·h/cm² at 2 mA/cm² are a quarter of an hour."""
    assert [d for _, d in PLAN.plan()[::2]] == [100.0] * 3
    assert [d for _, d in replace(PLAN, charge=0.5).plan()[::2]] == [1800.0, 900.0, 450.0]
    assert [d for _, d in replace(PLAN, charge=0.5, times=(7.0, 8.0, 9.0)).plan()[1::2]] == [7.0, 8.0, 9.0]


def test_rows_rests_and_counters():
    c = columns(staircase(0, PLAN))
    resting = c["current"] == 0
    assert c["time"][0] == 0.0
    assert c["time"][-1] == 900.0
    for k in range(6):
        rest = (c["time"] > 150 * k + 1e-9) & (c["time"] <= 150 * k + 50)
        active = (c["time"] > 150 * k + 50) & (c["time"] <= 150 * k + 150)
        assert resting[rest].all()
        assert not resting[active].any()
        assert set(c["half_cycle"][active]) == {k}
        assert set(c["half_cycle"][rest]) == {max(k - 1, 0)}
        assert c["time"][active] - 150 * k - 50 == pytest.approx([2e-4, *range(10, 101, 10)])
    assert (c["step"] == 1 - resting).all()
    assert (c["voltage"][resting] == 0).all()
    without = columns(staircase(0, replace(PLAN, rest_s=0.0)))
    assert (without["current"] != 0).all()
    assert without["time"][-1] == 600.0


@pytest.mark.parametrize(("sampling", "least", "step"), [(10.0, 4, 10.0), (10.0, 50, 2.0), (40.0, 4, 25.0)])
def test_a_short_half_cycle_has_its_least_rows(sampling, least, step):
    t = columns(staircase(0, replace(PLAN, levels=(1.0,), rest_s=0.0, sampling_s=sampling, least_rows=least)))[
        "time"
    ]
    assert t[1:4] == pytest.approx(step * np.arange(1, 4))


@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_charge_is_counted_with_the_offset(offset):
    """What is counted of each row is the current until it; an offset flows at rest too."""
    c = columns(staircase(0, replace(PLAN, offset_ma=offset)))
    expected = c["current"] * np.diff(c["time"], prepend=0.0) / 3600
    assert c["charge_increment"] == pytest.approx(expected, abs=1e-7)
    assert set(np.round(c["current"][c["step"] == 0], 9)) == {offset}
    one = c["charge_increment"][(c["half_cycle"] == 2) & (c["step"] == 1)].sum()
    assert one == pytest.approx((2.0 * 0.5 + offset) * 100 / 3600)


def test_a_thermovoltage_is_in_every_row_and_the_last_half_cycle_stops():
    still, warm = (columns(staircase(0, replace(PLAN, thermo_v=by)))["voltage"] for by in (0.0, 2e-3))
    assert warm - still == pytest.approx(2e-3)
    assert columns(staircase(0, replace(PLAN, stops=0.25)))["time"][-1] == 825.0


# -- what becomes of R ---------------------------------------------------------------------------------


def test_a_resistance_grows_within_each_half_cycle():
    """1/R falls evenly, so that U of constant contact loss: to 1.5 times as much at the end."""
    place, _, asr = flowing(staircase(0, replace(PLAN, growth=0.5)))
    inside = place - np.ceil(place) + 1
    assert 40 / asr == pytest.approx(1 - inside / 3, abs=1e-5)


@pytest.mark.parametrize(("depth", "begins", "span"), [(0.3, 1.0, 1.0), (0.5, 2.0, 0.5)])
def test_a_contact_heals_by_an_exponential(depth, begins, span):
    place, _, asr = flowing(staircase(0, replace(PLAN, healing=Healing(depth, begins, span))))
    assert asr / 40 == pytest.approx(1 - depth * (1 - np.exp(-np.maximum(place - begins, 0) / span)), abs=1e-5)


def test_a_contact_heals_at_rest():
    place, _, asr = flowing(staircase(0, replace(PLAN, healing=Healing(0.3, 1.5, at_rest=True))))
    assert asr == pytest.approx(np.where(place > 2, 28.0, 40.0))


@pytest.mark.parametrize(("fails_in", "half"), [(1, 4), (-1, 5)])
@pytest.mark.parametrize(("depth", "fraction"), [(0.6, 0.35), (0.95, 0.75)])
def test_the_first_level_at_or_above_the_critical_one_shorts(fails_in, half, depth, fraction):
    setup = replace(PLAN, fails_above=3.0, fails_in=fails_in, short=Short(depth, fraction))
    case = staircase(0, setup)
    place, _, asr = flowing(case)
    assert asr == pytest.approx(np.where(place > half + fraction - 1e-3, 40 * (1 - depth), 40.0))
    # Rows come every tenth of a half cycle: the first one after the short.
    at = 150 * half + 50 + math.ceil(10 * fraction) * 10
    assert case.truth == {
        "asr_cell": 40.0, "resistance_cell": 80.0, "critical_current_density": 3.0, "failed_level": 4.0,
        "failed_half_cycle": half, "failed_sign": fails_in, "short_time": pytest.approx(at), "last_level": 2.0,
    }  # fmt: skip


def test_a_level_that_is_the_critical_one_shorts_and_the_lowest_has_none_below():
    case = staircase(0, replace(PLAN, fails_above=2.0, fails_in=1, short=Short(0.6, 0.5)))
    assert (case.truth["failed_level"], case.truth["last_level"], case.truth["failed_half_cycle"]) == (
        2.0,
        1.0,
        2.0,
    )
    case = staircase(0, replace(PLAN, fails_above=0.4, fails_in=1, short=Short(0.6, 0.5)))
    assert (case.truth["failed_half_cycle"], "last_level" in case.truth) == (0.0, False)


def test_what_never_shorts_states_no_short():
    assert staircase(0, PLAN).truth == {"asr_cell": 40.0, "resistance_cell": 80.0}
    beyond = staircase(0, replace(PLAN, fails_above=9.0)).truth
    assert beyond == {"asr_cell": 40.0, "resistance_cell": 80.0, "critical_current_density": 9.0}


def test_a_short_creeps_and_recovers():
    setup = replace(PLAN, fails_above=2.0, fails_in=1, short=Short(0.6, 0.5, creep=0.4, recovers=1.5))
    place, _, asr = flowing(staircase(0, setup))
    since = place - 2.5
    lost = np.where((since > 0) & (since < 1.5 - 1e-6), 0.6 * np.minimum(since / 0.4, 1), 0.0)
    off_edge = np.abs(since - 1.5) > 1e-3
    assert (asr / 40)[off_edge] == pytest.approx((1 - lost)[off_edge], abs=1e-4)


def test_without_a_direction_or_a_place_both_are_drawn():
    setup = replace(PLAN, fails_above=2.0, short=Short(0.6, None))
    truths = [staircase(seed, setup).truth for seed in range(40)]
    assert {truth["failed_half_cycle"] for truth in truths} == {2.0, 3.0}
    assert {truth["failed_sign"] for truth in truths} == {1.0, -1.0}
    for truth in truths:
        inside = (truth["short_time"] - 150 * truth["failed_half_cycle"] - 50) / 100
        assert 0.05 <= inside <= 1.0
    assert len({truth["short_time"] for truth in truths}) > 8


def test_a_lost_contact_goes_to_the_limit_and_nearly_nothing_flows():
    c = columns(staircase(0, replace(PLAN, opens_above=2.0)))
    sound, opened = ((c["half_cycle"] < 2) & (c["step"] == 1), (c["half_cycle"] >= 2) & (c["step"] == 1))
    assert np.abs(c["voltage"][opened]) == pytest.approx(10.0)
    assert np.sign(c["voltage"][opened]).tolist() == np.sign(c["current"][opened]).tolist()
    assert set(np.round(np.abs(c["current"][opened]), 9)) == {1e-3, 2e-3}
    assert set(np.round(np.abs(c["current"][sound]), 9)) == {0.5}


def test_noise_grows_by_its_factor_after_a_short():
    """Both parts add in squares: one standard deviation, and two more by the factor of three."""
    noisy = replace(PLAN, sampling_s=0.05, least_rows=1, instrument=replace(STILL, noise_v=1e-4), fails_above=2.0)
    case = staircase(0, replace(noisy, fails_in=1, short=Short(0.6, 0.5, noise=3.0)))
    c = columns(case)
    for rows, size, asr in (((c["half_cycle"] == 1), 1.0, 40), ((c["half_cycle"] == 4), math.sqrt(5), 16)):
        on = rows & (c["step"] == 1)
        rest = c["voltage"][on] - c["current"][on] / 0.5 * asr / 1000
        assert rest.std() == pytest.approx(size * 1e-4, rel=0.06)


def test_metadata_units_and_seeds():
    case = staircase(1, replace(PLAN, instrument=Instrument()))
    assert case.metadata == {
        "cell.area": "0.5 cm^2", "cell.temperature": "30.0 degC", "cell.symmetric": "true",
    }  # fmt: skip
    units = {name: column.unit for name, column in case.columns.items()}
    assert units == {
        "time": "s", "voltage": "V", "current": "mA", "charge_increment": "mA*h", "half_cycle": None, "step": None,
    }  # fmt: skip
    same, other = (columns(staircase(seed, replace(PLAN, instrument=Instrument())))["voltage"] for seed in (1, 2))
    assert np.array_equal(case.columns["voltage"].values, same)
    assert not np.array_equal(same, other)


def test_each_spot_has_one_level_and_says_whether_it_failed():
    setup = replace(PLAN, times=(100.0, 60.0, 30.0), fails_above=2.0, first=-1, cycles=2)
    cases = spots(5, setup)
    assert [(case.truth["failed"], case.truth["level"]) for case in cases] == [(0, 1.0), (1, 2.0), (1, 4.0)]
    for case, level, length in zip(cases, (1.0, 2.0, 4.0), (100.0, 60.0, 30.0), strict=True):
        c = columns(case)
        on = c["step"] == 1
        assert set(np.round(c["current"][on], 9)) == {-0.5 * level}
        assert c["time"][-1] == 50 + length
        assert set(c["half_cycle"]) == {0}
    assert not any(case.truth["failed"] for case in spots(5, PLAN))


# -- batches -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("median", "shape"), [(7.3, 4.0), (3.0, 1.5)])
def test_drawn_cells_are_of_their_weibull_distribution(median, shape):
    """Of twice the median, 2^-(2^shape) survive."""
    drawn = CellBatch(median, shape, 40_000).drawn(np.random.default_rng(2))
    assert np.median(drawn) == pytest.approx(median, rel=0.02)
    for factor in (0.5, 1.2):
        assert np.mean(drawn > factor * median) == pytest.approx(2 ** -(factor**shape), abs=0.01)


LEVELS = (2.0, 3.0, 5.0)


def test_each_cell_is_known_between_the_levels_around_it():
    batch = CellBatch(4.0, 2.0, 40, LEVELS)
    case = cell_batch(4, batch)
    drawn = batch.drawn(np.random.default_rng(4))
    assert case.truth == {"median": 4.0, "shape_of_the_batch": 2.0}
    kinds = set()
    for number, (value, outcome) in enumerate(zip(drawn, case.outcomes, strict=True), 1):
        found = outcome.measurands["critical_current_density"]
        ends = [e for e in (found.interval.low, found.interval.high) if e is not None]
        below, above = ([x for x in LEVELS if x < value], [x for x in LEVELS if x >= value])
        assert ends == [*below[-1:], *above[:1]]
        kinds.add(found.censoring)
        assert found.censoring == ("right" if not above else "left" if not below else "interval")
        assert (outcome.label, outcome.analysis, found.unit) == (f"cell{number:02d}", "ccd", "mA/cm^2")
        assert {name: c.value for name, c in outcome.conditions.items()} == {
            "criterion": "r_drop_or_below_bulk", "direction": "either", "protocol": "constant charge",
        }  # fmt: skip
        assert outcome.metadata["cell.temperature"]["value"] == 30.0
    assert kinds == {"left", "right", "interval"}


def test_each_spot_of_one_level_has_noise_of_its_own():
    noisy = replace(PLAN, levels=(2.0, 2.0), instrument=replace(STILL, noise_v=1e-3))
    one, other, *_ = (case.columns["voltage"].values for case in spots(3, noisy))
    again = spots(3, noisy)[1].columns["voltage"].values
    assert np.array_equal(other, again)
    apart = one - other
    assert apart.std() == pytest.approx(1e-3 * math.sqrt(2), rel=0.6)
    assert np.count_nonzero(apart) > len(apart) / 2
