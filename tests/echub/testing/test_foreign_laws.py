"""Foreign sets of outcomes are what their words say: energies drawn without chance, medians drawn many times."""

from __future__ import annotations

import math

import numpy as np
import pytest

from echub.testing.synth.ccd_cells import CellBatch, cell_batch
from echub.testing.synth.foreign import arrhenius, weibull
from echub.testing.synth.foreign.arrhenius import FIVE, law

ENERGY = 0.29
"""Half way between 0.08 and 0.5 eV."""
FOUR = (16.0, 39.5, 63.0, 86.5)
"""Four temperatures, each 23.5 K (half way between 12 and 35) above the one before; the first above -7.5 °C."""


class Steady:
    """Draws without chance: the middle of a range, the least number, one standard deviation (1, 2, … of more)."""

    def standard_normal(self, n=None):
        return 1.0 if n is None else np.arange(1.0, n + 1)

    def uniform(self, low, high, n=None):
        return (low + high) / 2 if n is None else np.full(n, (low + high) / 2)

    def random(self):
        return 0.5

    def integers(self, low, high=None):
        return low if high is not None else 1


def drawn(shape):
    return arrhenius.SHAPES[shape](Steady())


def rows(case):
    """Return temperature, value, relative uncertainty and cell of each outcome."""
    found = []
    for outcome in case.data:
        ((_, m),) = outcome.measurands.items()
        said = {path: entry["value"] for path, entry in outcome.metadata.items()}
        u = None if m.uncertainty is None else m.uncertainty / m.value
        found.append((said["cell.temperature"], m.value, u, said.get("cell.id", "")))
    return found


def off(case, energy=ENERGY, shift=0.0):
    """Return ln of each value over that of the law."""
    return [math.log(y / law(energy, t + shift)) for t, y, _, _ in rows(case)]


def test_the_law_is_that_of_arrhenius():
    assert law(0.2, 26.85, 5.0) == pytest.approx(5 * math.exp(-0.2 / (8.617333e-5 * 300)))


@pytest.mark.parametrize(
    ("shape", "deviations", "stated", "holds"),
    [
        ("scatter", [0.08] * 4, [None] * 4, True),
        ("stated uncertainties", [0.085] * 4, [0.085] * 4, True),
        ("uncertainties stated three times too small", [0.085] * 4, [0.085 / 3] * 4, False),
        ("scatter tenfold in the cold", np.geomspace(0.2, 0.02, 4), np.geomspace(0.2, 0.02, 4), False),
        ("thickness wrong by 20 %", [0.2 + math.log(1.01)] * 4, [math.hypot(0.2, 0.01)] * 4, False),
        ("one flagged value", np.log([1.02] * 3 + [0.51]), [None] * 4, False),
        ("one value twice too high", np.log([1.02, 2.04, 1.02, 1.02]), [None] * 4, False),
        ("every file twice", [0.08] * 8, [None] * 8, False),
    ],
)
def test_values_are_off_the_law_by_what_is_said(shape, deviations, stated, holds):
    case = drawn(shape)
    assert off(case) == pytest.approx(list(deviations))
    assert [u for _, _, u, _ in rows(case)] == pytest.approx(list(stated))
    assert [t for t, *_ in rows(case)] == pytest.approx(FOUR * (len(deviations) // 4))
    assert (case.truth, case.holds, case.params) == (pytest.approx(ENERGY), holds, {})
    assert (case.analysis, case.measurand) == ("arrhenius", "activation_energy_ln_y")
    sources = [outcome.provenance["inputs"][0]["sha256"] for outcome in case.data]
    assert len(set(sources)) == 4


def test_what_is_shared_and_what_is_flagged_is_said():
    (part,) = drawn("thickness wrong by 20 %").data[2].measurands["conductivity"].components
    value = rows(drawn("thickness wrong by 20 %"))[2][1]
    assert (part.name, part.uncertainty, part.kind, part.group) == (
        "thickness", pytest.approx(0.2 * value), "B", "sample"
    )  # fmt: skip
    flags = [[flag.code for flag in outcome.flags] for outcome in drawn("one flagged value").data]
    assert flags == [[], [], [], ["slow-fall"]]


@pytest.mark.parametrize(
    ("shape", "warmer"),
    [("thermometer off by 2 K", lambda t: 2.0), ("cell 2 % behind the oven", lambda t: 0.5 + 0.02 * (t - 23))],
)
def test_a_cell_is_warmer_than_its_thermometer(shape, warmer):
    case = drawn(shape)
    for t, y, *_ in rows(case):
        assert math.log(y / law(ENERGY, t + warmer(t))) == pytest.approx(0.002)


def test_cells_have_energies_or_prefactors_of_their_own():
    case = drawn("cells with energies of their own")
    for t, y, _, cell in rows(case):
        k = int(cell[1]) + 1
        assert math.log(y / law(ENERGY + 0.02 * k, t)) == pytest.approx(0.3 * k + math.log(1.01))
    assert [(t, cell) for t, _, _, cell in rows(case)] == [(t, f"c{k}") for t in FIVE for k in range(3)]
    assert (case.truth, case.params) == (pytest.approx(ENERGY), {"replicates": "mean"})
    relieved = drawn("another cell in the warmth")
    assert [cell for *_, cell in rows(relieved)] == ["a"] * 3 + ["b"] * 3
    assert off(relieved) == pytest.approx([0.5 + math.log(1.01)] * 3 + [1.0 + math.log(1.01)] * 3)


def test_slopes_that_change():
    curved = drawn("VTF")
    kelvin = np.array([t + 273.15 for t, *_ in rows(curved)])
    exponent = -0.065 / (8.617333e-5 * (kelvin - 162.5))
    assert [math.log(y / 3) for _, y, *_ in rows(curved)] == pytest.approx(exponent + 0.02 * np.arange(1, 6))
    x = 1 / kelvin - np.mean(1 / kelvin)
    assert curved.truth == pytest.approx(-8.617333e-5 * (x @ exponent) / (x @ x))
    two = drawn("two regimes")
    assert two.truth == pytest.approx(0.15)
    for t, y, *_ in rows(two):
        cold = law(0.30, t) / law(0.30, 30.0) * law(0.15, 30.0)  # from 30 °C on with 0.15 eV more
        assert y == pytest.approx((cold if t < 30 else law(0.15, t)) * math.exp(0.02))


def test_losses_and_replicates_by_temperature():
    losing = drawn("loss in the cold only")
    left = [1 - 0.3 * (90 - t) / 120 for t in FIVE]
    assert np.exp(off(losing)) == pytest.approx(np.repeat(left, 3))
    assert len({cell for *_, cell in rows(losing)}) == 15
    unequal = drawn("one cell cold, eight warm")
    assert [t for t, *_ in rows(unequal)] == list(np.repeat(FIVE, (1, 2, 3, 5, 8)))
    assert off(unequal) == pytest.approx([0.3] * 19)
    assert unequal.params == {"error_bars": "generalised"}


def test_scales_of_temperature_that_are_exchanged():
    kelvin = drawn("kelvin as °C")
    assert [t for t, *_ in rows(kelvin)] == pytest.approx(273.15 + 18.0 * np.arange(5))
    assert off(kelvin, shift=-273.15) == pytest.approx([0.03] * 5)
    both = rows(drawn("half of the table in kelvin"))
    assert [t for t, *_ in both] == pytest.approx([0, 20, 40, 333.15, 353.15, 373.15])
    true = [0.0, 20, 40, 60, 80, 100]
    assert [math.log(y / law(ENERGY, t)) for (_, y, *_), t in zip(both, true, strict=True)] == pytest.approx(
        [0.03] * 6
    )


def test_resistances_fall():
    case = drawn("resistances")
    assert case.measurand == "activation_energy_ln_1_over_y"
    for t, y, *_ in rows(case):
        assert y * law(ENERGY, t) == pytest.approx(math.exp(0.05))
    assert {(name, m.unit) for one in case.data for name, m in one.measurands.items()} == {("resistance", "ohm")}


# -- critical current densities ----------------------------------------------------------------------


def ends(outcome):
    found = outcome.measurands["critical_current_density"]
    return found.unit, found.interval.low, found.interval.high, found.censoring


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, (None, 1.0, "left")), (1.0, (None, 1.0, "left")), (1.001, (1.0, 2.0, "interval")),
     (2.0, (1.0, 2.0, "interval")), (2.5, (2.0, 4.0, "interval")), (4.1, (4.0, None, "right"))],
)  # fmt: skip
def test_a_cell_is_known_between_the_level_that_it_bears_and_the_next(value, expected):
    levels = (1.0, 2.0, 4.0)
    assert ends(weibull._outcome(7, value, levels)) == ("mA/cm^2", *expected)

    class One(CellBatch):
        def drawn(self, rng):
            return np.array([value])

    (outcome,) = cell_batch(0, One(levels=levels)).outcomes
    assert ends(outcome) == ("mA/cm^2", *expected)
    assert outcome.label == "cell01"


@pytest.mark.parametrize("shape", [name for name in weibull.SHAPES if name not in ("one flagged cell",)])
def test_half_of_the_cells_fail_below_the_stated_median(shape):
    rng = np.random.default_rng(11)
    below = above = cells = 0
    for _ in range(60):
        case = weibull.SHAPES[shape](rng)
        assert (case.analysis, case.measurand) == ("ccd-weibull", "median")
        for outcome in case.data:
            _, low, high, _ = ends(outcome)
            below += high is not None and high <= case.truth
            above += low is not None and low >= case.truth
            cells += 1
    spread = 4 * math.sqrt(cells) / 2 * (math.sqrt(2) if shape == "every cell twice" else 1)
    assert max(below, above) <= cells / 2 + spread
    assert below + above >= 0.45 * cells  # the others are known on neither side


@pytest.mark.parametrize(("shape", "cells"), [("Weibull", (6, 30)), ("Weibull, 4 to 6 cells", (4, 6))])
def test_a_batch_has_as_many_cells_as_its_name_says(shape, cells):
    rng = np.random.default_rng(2)
    drawn = [weibull.SHAPES[shape](rng) for _ in range(150)]
    counts = {len(case.data) for case in drawn}
    assert (min(counts), max(counts)) == cells
    assert {case.holds for case in drawn} == {shape == "Weibull"}


def test_the_median_of_a_batch_is_where_half_of_its_cells_fail():
    values = CellBatch(median=7.0, shape=3.0, cells=40_000).drawn(np.random.default_rng(1))
    assert np.median(values) == pytest.approx(7.0, rel=0.01)
    # ln(-ln(1 - F)) is a line of slope 3 in ln x: at 1 - 1/e the value is the scale, at F = 0.05 below it.
    scale, low = np.quantile(values, [1 - math.exp(-1), 0.05])
    assert math.log(-math.log(0.95)) / math.log(low / scale) == pytest.approx(3.0, rel=0.03)
    case = cell_batch(0, CellBatch(median=7.0, shape=3.0))
    assert case.truth == {"median": 7.0, "shape_of_the_batch": 3.0}
    assert len(case.outcomes) == 20


AT = {
    "VTF": [-30, 0, 30, 60, 90],
    "two regimes": [-30, -10, 10, 30, 50, 70, 90],
    "another cell in the warmth": [-30, -10, 10, 30, 50, 70],
    "cells with energies of their own": np.repeat([-30, 0, 30, 60, 90], 3),
    "loss in the cold only": np.repeat([-30, 0, 30, 60, 90], 3),
    "one cell cold, eight warm": np.repeat([-30, 0, 30, 60, 90], [1, 2, 3, 5, 8]),
    "half of the table in kelvin": [0, 20, 40, 333.15, 353.15, 373.15],
    "kelvin as °C": 273.15 + 18 * np.arange(5),
}
"""Temperatures as the set states them, in °C."""


@pytest.mark.parametrize("shape", AT)
def test_the_temperatures_of_a_set(shape):
    assert [row[0] for row in rows(drawn(shape))] == pytest.approx(list(AT[shape]))
