"""How far a half cycle polarises a cell, in time, and which cells are none with two equal electrodes."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Refusal
from echub.segments import Segments
from echub_cycling.data import polarised
from echub_cycling.data.polarised import median_in_time
from tests.messages.saying import Fake

A = np.array


def cut(*rows):
    stop = np.cumsum(rows)
    return Segments(stop - A(rows), stop, np.ones(len(rows), np.int8))


def medians(t, values, rows, kept=None):
    kept = np.ones(len(t), bool) if kept is None else A(kept, bool)
    return median_in_time(A(t, float), A(values, float), kept, cut(*rows)).tolist()


@pytest.mark.parametrize(
    ("t", "values", "median"),
    [
        # Three rows stand for 0.5, 1 and 0.5 s: half of the time is passed in the middle of the second.
        ([0, 1, 2], [1, 2, 4], 2.0),
        ([0, 1, 2], [4, 1, 2], 1 + 0.5 / 0.75),  # 1 for 1 s, then 2 and 4: their middles lie at 0.5, 1.25, 1.75 s
        # Two rows share the time: half is between them. One row is its own median.
        ([0, 1], [1, 2], 1.5),
        ([0, 1], [2, 1], 1.5),
        ([5], [3], 3.0),
        # Four rows within a second, and one 9 s later: 0.5 + 4.5 s at 1, the last 4.5 s at 3.
        ([0, 0.25, 0.5, 1, 10], [9, 9, 9, 1, 3], 1 + 2 * (5 - 2.375) / (7 - 2.375)),
        # Rows at one time stand for no time.
        ([0, 0, 0, 1], [9, 9, 1, 1], 1.0),
        ([0, 1, 2], [7, 7, 7], 7.0),
        ([0, 1, 2], [-1, -2, -4], -2.0),
    ],
)
def test_a_row_counts_for_half_of_the_time_to_both_neighbours(t, values, median):
    assert medians(t, values, [len(t)]) == pytest.approx([median])


def test_half_cycles_do_not_share_time_or_values():
    """The gap of 90 s between them belongs to none; rows at rest are left out."""
    t, values = [0, 1, 2, 92, 93, 94, 95, 96], [1, 2, 4, 10, 20, 40, 0, 0]
    assert medians(t, values, [3, 3, 2]) == pytest.approx([2.0, 20.0, 0.0])
    found = medians(t, values, [3, 3, 2], [1, 1, 0, 1, 1, 1, 1, 0])
    # Of the first 0.5 s at 1 and 1 s at 2: the half of 1.5 s lies two thirds of the way between their middles.
    assert found == pytest.approx([1 + (0.75 - 0.25) / (1.0 - 0.25), 20.0, 0.0])


@pytest.mark.parametrize("larger", [1, 1.5])
@pytest.mark.parametrize("shift", [1, -1])
@pytest.mark.parametrize(("part", "equal"), [(0.24, True), (0.25, True), (0.26, False)])
def test_a_mean_voltage_above_half_of_the_polarisation_is_that_of_two_electrodes(part, equal, shift, larger):
    """Neighbours of 1 and -1 V, both shifted: their sum is twice the shift, their difference 2 V; half of that."""
    sign = A([1, -1, 1, -1, 1, -1], np.int8)
    middle = larger * (sign + 2 * shift * part)
    means = [float(np.median(middle[sign == s])) for s in (1, -1)]
    if equal:
        polarised._require_symmetric(middle, sign, means)
        return
    with pytest.raises(Refusal) as refused:
        polarised._require_symmetric(middle, sign, means)
    assert (refused.value.code, refused.value.remark.hint) == ("unequal-electrodes", "echub analyze cycling")
    assert refused.value.message.startswith(
        f"U is {means[0]:.4g} V while the working electrode is oxidised and {means[1]:.4g} V while it is reduced"
    )


def test_what_is_left_of_the_voltage_after_a_short_does_not_count():
    """Half of the half cycles have 1 mV of an offset alone."""
    sign = A([1, -1, 1, -1, 1, -1, 1, -1], np.int8)
    middle = np.where(np.arange(8) < 5, 0.1 * sign, 0.001)
    polarised._require_symmetric(middle, sign, [0.1, -0.1])
    # As after a turned wire: the larger half decides, and is against the current.
    with pytest.raises(Refusal) as refused:
        polarised._require_symmetric(-middle, sign, [-0.1, 0.2])
    assert (refused.value.code, refused.value.remark.hint) == (
        "not-resistive", "for a table: --option current=cathodic-positive",
    )  # fmt: skip
    assert "U is -0.1 V while the current is anodic and 0.2 V while it is cathodic" in refused.value.message


@pytest.mark.parametrize(
    ("area", "unit", "per_area", "level", "resistance", "scale"),
    [
        (2.0, "mA", True, "mA/cm^2", "ohm*cm^2", 2.0),
        (None, "mA", False, "mA", "ohm", 1.0),
        (None, "mA/cm^2", True, "mA/cm^2", "ohm*cm^2", 1.0),
        (2.0, "mA/cm^2", True, "mA/cm^2", "ohm*cm^2", 1.0),
    ],
)
def test_levels_are_per_area_where_an_area_or_a_density_is_known(area, unit, per_area, level, resistance, scale):
    nothing = np.zeros(0)
    found = polarised.Polarised(Fake(area=area, unit=unit), Fake(), nothing, nothing, nothing, 0.0)
    assert (found.per_area, found.level_unit, found.resistance_unit, found.scale) == (
        per_area, level, resistance, scale,
    )  # fmt: skip


@pytest.mark.parametrize(("area", "unit"), [(2.0, "mA"), (None, "mA"), (None, "mA/cm^2")])
def test_a_polarisation_is_u_in_the_direction_of_the_current_and_over_it(area, unit, monkeypatch):
    """0.12 and -0.08 V at 4 mA or mA/cm²: an offset of 20 mV, and 30 and 20 Ω, or twice that times cm²."""
    rows = cut(3, 3)
    rows = Segments(rows.start, rows.stop, A([1, -1], np.int8))
    trace = Fake(
        t=np.arange(6.0), u=A([0.12] * 3 + [-0.08] * 3), state=A([1] * 3 + [-1] * 3), area=area, unit=unit
    )
    halves = Fake(rows=rows, sign=rows.sign, level=A([4.0, 4.0]))
    asked = []
    monkeypatch.setattr(polarised, "trace_of", lambda *given: asked.append(given) or trace)
    monkeypatch.setattr(polarised, "halves_of", lambda given: halves if given is trace else None)
    monkeypatch.setattr(polarised, "require_held", lambda *given: asked.append(given))
    data = Fake(meta={"cell.symmetric": True}.get)
    found = polarised.polarised(data, 0.25)
    assert asked == [(data, 0.25), (trace, halves)]
    scale = 2.0 if unit == "mA" and area else 1.0
    assert found.overpotential == pytest.approx([0.12, 0.08])
    assert found.level == pytest.approx([4 / scale] * 2)
    assert found.resistance == pytest.approx([30 * scale, 20 * scale])
    assert found.offset == pytest.approx(0.02)
    halves.sign = A([1, 1], np.int8)
    with pytest.raises(Refusal) as refused:
        polarised.polarised(data, 0.25)
    assert (refused.value.code, refused.value.message) == (
        "one-direction", "the current never reverses, so there are no half cycles to compare",
    )  # fmt: skip
    assert refused.value.remark.hint == (
        "staircase-linearity is for levels in one direction, dc-polarisation for a decay"
    )
    with pytest.raises(Refusal, match=r"cell.symmetric is false: U/j of two different electrodes") as refused:
        polarised.polarised(Fake(meta={"cell.symmetric": False}.get), 0.25)
    assert refused.value.code == "unequal-electrodes"
