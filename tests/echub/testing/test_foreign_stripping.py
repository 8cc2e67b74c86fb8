"""Foreign stripping pulses and plateaus: where U crosses, what is counted, and what has no answer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth.foreign import pulsed_stripping as foreign
from echub.testing.synth.foreign.pulsed_stripping import SHAPES, PulseSeries, plateau, series

SETUP = PulseSeries(capacity=0.01, pulse_s=1.0, rest_s=3.0, j=2.0, area=0.5, noise_v=0.0, swing=0.0)
CROSSINGS = {
    "hyperbolic": (foreign.hyperbolic, 1 - 0.01 / 2.97),
    "abrupt": (foreign.abrupt, 1.0),
    "logistic": (foreign.logistic, 1 - 0.03 * math.log(5 / 2.96 - 1)),
    "two stages": (foreign.two_stage, 1.0),
    "fourth power": (foreign.power_law, (2.96 / 3.5) ** 0.25),
}
"""The part of the capacity at which each contact needs 3 V, by hand."""


def rng(seed=1):
    return np.random.default_rng(seed)


def columns(drawn):
    return {name: column.values for name, column in drawn.data.columns.items()}


@pytest.mark.parametrize("name", CROSSINGS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_series_ends_where_its_contact_needs_three_volts(name, sign):
    contact, share = CROSSINGS[name]
    drawn = series(contact, replace(SETUP, sign=sign), rng())
    c = columns(drawn)
    assert drawn.truth == pytest.approx(share * 0.01, rel=1e-5)
    assert sign * c["charge"][-1] / 0.5 == pytest.approx(drawn.truth, abs=1e-8)
    assert (c["voltage"][-2:] * sign > 3.0).all()
    assert (c["voltage"][:-3] * sign < 3.0).all()
    # 2 mA·s/cm² pass in each period of 4 s, the first of which starts after 10 s.
    # What ends with a pulse (18 of them take all) ends in it.
    pulses = math.ceil(share * 0.01 * 3600 / 2.0 - 1e-9) - 1
    assert c["time"][-2] == pytest.approx(10 + 4 * pulses + share * 18 - pulses, abs=1e-4)
    on = np.abs(c["current"]) > 0.5
    assert c["current"][on] == pytest.approx(sign * 1.0, abs=1e-4)
    assert c["current"][~on] == pytest.approx(0.0, abs=1e-4)
    assert (c["voltage"][:-1][~on[:-1]] == 0).all()
    inner = on.copy()
    inner[-3:] = False
    assert c["voltage"][inner] * sign == pytest.approx(contact(np.abs(c["charge"][inner]) / 0.5 / 0.01), rel=1e-3)


def test_the_current_flows_in_its_pulses():
    c = columns(series(foreign.abrupt, SETUP, rng()))
    since = c["time"] - 10.0
    inside = since % 4.0
    far = np.minimum(np.abs(inside - 1.0), np.minimum(inside, 4 - inside)) > 1e-3
    expected = (since > 0) & (inside < 1.0)
    assert ((c["current"] > 0.5) == expected)[far].all()
    charge = np.where(since > 0, np.floor(since / 4) + np.minimum(inside, 1.0), 0.0) * 2.0 / 3600 * 0.5
    assert c["charge"][far] == pytest.approx(charge[far], abs=1e-6)


def test_rows_at_edges_and_by_a_step():
    for step in (0.1, 0.7):
        t = columns(series(foreign.abrupt, replace(SETUP, edges=False, step_s=step), rng()))["time"]
        assert np.diff(t)[:-2] == pytest.approx(step)
        assert 0 <= t[0] < step
    t = columns(series(foreign.abrupt, SETUP, rng()))["time"]
    for edge in (10.0, 11.0, 14.0, 15.0, 18.0):
        assert np.abs(t - edge).min() < 1e-9
        assert np.abs(t - edge - 2e-4).min() < 1e-9
    assert t[-1] - t[-2] == pytest.approx(2e-4)


def test_what_ends_before_has_no_capacity():
    drawn = series(foreign.hyperbolic, replace(SETUP, ends=0.6), rng())
    c = columns(drawn)
    assert drawn.truth == math.inf
    assert c["charge"][-1] / 0.5 == pytest.approx(0.006, abs=1e-8)
    assert c["voltage"].max() < 0.06


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_swapped_wire_and_a_battery_have_no_answer(sign):
    swapped = series(foreign.hyperbolic, replace(SETUP, sign=sign, swapped=True), rng())
    c = columns(swapped)
    on = np.abs(c["current"]) > 0.5
    assert math.isnan(swapped.truth)
    assert (np.sign(c["voltage"][on]) == -np.sign(c["current"][on])).all()
    battery = series(foreign.hyperbolic, replace(SETUP, sign=sign, at_rest_v=1.5), rng())
    c = columns(battery)
    assert math.isnan(battery.truth)
    assert c["voltage"][c["time"] < 10] == pytest.approx(1.5)


def test_the_read_current_and_the_counted_charge_share_one_gain():
    found = []
    for seed in range(40):
        c = columns(series(foreign.abrupt, replace(SETUP, swing=0.02), rng(seed)))
        gain = np.median(c["current"][c["current"] > 0.5]) / 1.0
        assert c["charge"][-1] / 0.5 / 0.01 == pytest.approx(gain, rel=1e-4)
        found.append(1 / gain - 1)
    assert 0.015 < np.abs(found).max() <= 0.0201
    assert min(found) < 0 < max(found)


def test_noise_units_and_metadata():
    drawn = series(foreign.abrupt, replace(SETUP, noise_v=2e-3), rng(), holds=True)
    c = columns(drawn)
    resting = c["current"][:-2] < 0.5
    assert c["voltage"][:-2][resting].std() == pytest.approx(2e-3, rel=0.1)
    assert [column.unit for column in drawn.data.columns.values()] == ["s", "mA", "V", "mA*h"]
    assert drawn.data.metadata == {"cell.area": "0.5 cm^2"}
    assert (drawn.analysis, drawn.measurand, drawn.holds) == ("pulsed-stripping", "stripping_capacity", True)
    assert "charge" not in columns(series(foreign.abrupt, replace(SETUP, charge=False), rng()))


def test_a_gap_takes_five_seconds_before_the_last_pulses():
    for seed in range(6):
        whole = series(foreign.hyperbolic, SETUP, rng())
        t = columns(foreign._gap(whole, rng(seed)))["time"]
        at = int(np.argmax(np.diff(t)))
        assert 5.0 <= t[at + 1] - t[at] <= 5.2
        assert 14.8 <= t[at] < columns(whole)["time"][-1] - 19


# -- capacity against rest -----------------------------------------------------------------------------------


def values(drawn):
    """Return of each outcome: rest, capacity, its uncertainty."""
    found = [outcome.measurands for outcome in drawn.data]
    pairs = [(m["rest_duration"].value, m["stripping_capacity"]) for m in found]
    return [(rest, capacity.value, capacity.uncertainty) for rest, capacity in pairs]


RISES = {
    "saturating": (foreign.saturating, [(1e9, 10.0), (math.log(4), 5.0)]),
    "logarithmic": (foreign.logarithmic(0.05), [(0.1, 8.0), (0.1 * math.e, 8.4), (0.1 * math.e**4, 9.6)]),
    "power": (foreign.power(0.2), [(0.1, 5.0), (3.2, 10.0)]),
    "stretched": (foreign.stretched, [(1e9, 10.0), (4.0, 10 - 8 / math.e), (16.0, 10 - 8 / math.e**2)]),
    "twice": (foreign.twice, [(14.9, 6.0), (15.1, 10.0), (math.log(4) / 3, 3.0)]),
}


@pytest.mark.parametrize("name", RISES)
def test_capacities_rise_as_they_are_said_to(name):
    rise, points = RISES[name]
    rests = tuple(rest for rest, _ in points)
    drawn = plateau(rise, 10.0, rng(), scatter=0.0, cells=2, rests=rests)
    assert [(rest, value) for rest, value, _ in values(drawn)] == [
        (rest, pytest.approx(value)) for rest, value in points for _ in range(2)
    ]


@pytest.mark.parametrize("known", [True, False])
def test_cells_scatter_and_state_it_or_not(known):
    drawn = plateau(foreign.saturating, 10.0, rng(), scatter=0.05, cells=400, rests=(50.0,), known=known)
    found = values(drawn)
    ratio = np.array([value for _, value, _ in found]) / 10
    assert (ratio.mean(), ratio.std()) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.05, rel=0.12))
    assert [u / value for _, value, u in found] == pytest.approx([0.05 if known else 1e-4] * 400)
    first = drawn.data[1]
    assert (first.label, first.analysis) == ("rest 50 s, cell 2", "pulsed-stripping")
    assert {name: (c.value, c.unit) for name, c in first.conditions.items()} == {
        "cut_off": (3.0, "V"), "direction": ("we_oxidised", ""),
    }  # fmt: skip
    units = {name: m.unit for name, m in first.measurands.items()}
    assert units == {"stripping_capacity": "mA*h/cm^2", "rest_duration": "s"}
    assert (drawn.analysis, drawn.measurand, drawn.truth) == ("pulsed-stripping-plateau", "capacity_plateau", 10.0)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_what_its_name_says(name):
    drawn = SHAPES[name](rng(3))
    endless = any(word in name for word in ("logarithmic", "power law of", "wire", "battery"))
    assert math.isnan(drawn.truth) is endless
    assert (drawn.truth == math.inf) is (name == "ended before")
    if isinstance(drawn.data, list):
        found = values(drawn)
        assert sorted({rest for rest, *_ in found}) == [0.1, 0.3, 1.0, 3.0, 10.0, 20.0, 40.0]
        assert len(found) == 7 * (1 if "one cell" in name else 3)
        return
    c = columns(drawn)
    assert ("charge" in c) is ("no charge" not in name)
    assert bool(c["current"][np.argmax(np.abs(c["current"]))] < 0) is ("counter" in name or "cathodic" in name)
    assert bool(np.abs(c["voltage"][c["time"] < 9]).max() > 0.9) is (name == "a battery")
    assert bool((c["time"] == np.floor(c["time"])).all()) is ("full seconds" in name)
    assert bool((np.diff(c["time"]) == 0).any()) is ("doubled" in name or "full seconds" in name)
    assert bool(np.diff(c["time"]).max() > 4) is ("gap" in name)
