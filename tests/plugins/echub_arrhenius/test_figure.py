"""The Arrhenius plot where it is not as usual: resistances, falling values, single cells, other intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import echub
from echub.plugin import Condition, Interval, Measurand, Outcome, Series
from echub_arrhenius.figure import arrhenius, comparison
from tests.plugins.test_figures_by_hand import drawn


def outcome(form="ln_y", energy=0.2512, unit="S/cm", name="conductivity", cells=3, level=0.95):
    """Return values at -23.15, 26.85 and 76.85 °C, of one cell each, or of two at the first."""
    kelvin = np.array([250.0, 300.0, 350.0])
    y = np.array([1.0, 2.0, 4.0])
    curves = {"T": (kelvin, "K"), "y": (y, unit), "lower": (0.1 * y, unit), "upper": (0.2 * y, unit),
              "cell_T": (np.r_[kelvin, 250.0][:cells], "K"), "cell_y": (np.r_[y, 0.8][:cells], unit),
              "line_T": (kelvin, "K"), "line": (1.1 * y, unit), "band_low": (0.9 * y, unit),
              "band_high": (1.3 * y, unit), "name": ([name], "")}  # fmt: skip
    interval = Interval(energy - 0.03, energy + 0.03, level=level)
    return Outcome(
        {f"activation_energy_{form}": Measurand("eV", energy, 0.0123, interval)},
        diagnostics={key: Series.of(values, one) for key, (values, one) in curves.items()},
        conditions={"form": Condition(form), "replicates": Condition("max")},
    )


@pytest.mark.parametrize(("form", "unit", "name", "label"), [
    ("ln_y", "S/cm", "ionic_conductivity", "ionic conductivity / S/cm"),
    ("ln_yT", "K*S/cm", "conductivity", "conductivity · T / K·S/cm"),
    ("ln_1_over_y", "S", "1 / resistance", "1 / resistance / S"),
    ("ln_T_over_y", "K*S", "1 / resistance", "1 / resistance · T / K·S"),
])  # fmt: skip
def test_the_axis_says_what_is_fitted(form, unit, name, label):
    (axis,) = drawn(arrhenius, outcome(form, unit=unit, name=name)).axes
    assert (axis.get_ylabel(), axis.get_xlabel(), axis.get_yscale()) == (label, "1000 K / T", "log")
    assert axis.texts[0].get_text().endswith(f"\n{form.replace('_', ' ')} against 1/T")


@pytest.mark.parametrize(("energy", "said", "side", "corner"), [
    (0.2512, "$E_A$ = 0.251 ± 0.012 eV\n95%: 0.221 … 0.281 eV\nln y against 1/T", "right", 3),
    (-0.2512, "$E_A$ = -0.251 ± 0.012 eV\n95%: -0.281 … -0.221 eV\nln y against 1/T", "left", 4),
])  # fmt: skip
def test_the_result_stands_where_the_line_is_not(energy, said, side, corner):
    (axis,) = drawn(arrhenius, outcome(energy=energy)).axes
    (text,) = axis.texts
    assert (text.get_text(), text.get_horizontalalignment()) == (said, side)
    assert text.xy == (0.97 if side == "right" else 0.03, 0.95)
    assert axis.get_legend()._loc == corner  # lower left, lower right


@pytest.mark.parametrize(("level", "shown"), [(0.8, "80"), (0.95, "95"), (0.999, "99.9")])
def test_band_and_interval_say_their_coverage(level, shown):
    (axis,) = drawn(arrhenius, outcome(level=level)).axes
    assert axis.get_legend_handles_labels()[1][0] == f"{shown} % of the line"
    assert f"\n{shown}%: " in axis.texts[0].get_text()


@pytest.mark.parametrize(("cells", "labels"), [(3, ["values"]), (4, ["cells", "max of the cells"])])
def test_single_values_are_no_cells(cells, labels):
    (axis,) = drawn(arrhenius, outcome(cells=cells)).axes
    assert axis.get_legend_handles_labels()[1] == ["95 % of the line", *labels]


@pytest.mark.parametrize(("energy", "said", "band"), [
    (Measurand("eV", 0.25), "$E_A$ = 0.25 eV", " % of the line"),  # without an interval
    (Measurand("eV", 0.25, 0.0, Interval(0.25, 0.25, level=0.95)),
     "$E_A$ = 0.25 eV\n95%: 0.25 … 0.25 eV\nln y against 1/T", "95 % of the line"),  # exact
    (Measurand("eV", 0.0, 0.5, Interval(-1, 1, level=0.95)),
     "$E_A$ = 0.00 ± 0.50 eV\n95%: -1.00 … 1.00 eV\nln y against 1/T", "95 % of the line"),
])  # fmt: skip
def test_an_energy_without_uncertainty_is_written_with_two_digits(energy, said, band):
    (axis,) = drawn(arrhenius, replace(outcome(), measurands={"activation_energy_ln_y": energy})).axes
    (text,) = axis.texts
    assert (text.get_text(), text.get_horizontalalignment()) == (said, "right")
    assert axis.get_legend_handles_labels()[1][0] == band


def test_a_ratio_without_an_interval_has_no_band():
    values = [
        Outcome({"onset": Measurand("V", y)}, label=f"{group}{celsius}",
                metadata={"cell.temperature": {"value": celsius}, "sample.group": {"value": group}})
        for celsius in (0.0, 30.0) for group, y in (("a", 1.0), ("b", 3.0))
    ]  # fmt: skip
    lower = drawn(comparison, echub.analyze("compare-groups", values)).axes[1]
    assert len(lower.collections) == 0
    assert [list(line.get_ydata()) for line in lower.lines[1:]] == [pytest.approx([3.0, 3.0])] * 2


def test_temperatures_stand_above_in_degrees():
    figure = Figure()
    arrhenius.draw(outcome(), figure)
    (top,) = figure.axes[0].child_axes
    figure.draw_without_rendering()
    assert top.get_xlabel() == "T / °C"
    assert list(top.get_xticks()) == [-23, 27, 77]
    assert arrhenius._celsius(np.array([4.0])) == pytest.approx([250 - 273.15])
    assert arrhenius._inverse(np.array([-23.15])) == pytest.approx([4.0])
    assert figure.get_suptitle() == "Arrhenius"
