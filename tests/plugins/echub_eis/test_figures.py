"""The figures draw what the outcome says, for answers and for refusals."""

from __future__ import annotations

import io

import numpy as np
import pytest

import echub
from echub.analysis import figures
from echub.registry.registry import registry
from echub.testing import synth
from echub.testing.synth.impedance import Sweep


def drawn(analysis, case, **params):
    outcome = echub.analyze(analysis, case.data(), params=params)
    figure = figures.draw_outcome(outcome, registry().analysis(analysis))
    figure.set_size_inches(7, 6)
    figure.savefig(io.BytesIO(), format="png")
    return figure


@pytest.mark.parametrize("case", ["three_arcs", "blocking", "randles"])
def test_a_nyquist_plot_has_equal_axes_and_shows_all_points_in_use(case):
    upper, lower = drawn("eis-fit", synth.impedance(1, case), sensitivity="false").axes[:2]
    box, x, y = upper.get_window_extent(), upper.get_xlim(), upper.get_ylim()
    assert box.width / (x[1] - x[0]) == pytest.approx(box.height / (y[1] - y[0]), rel=0.01)
    used = next(line for line in upper.lines if line.get_label() == "used")
    assert ((used.get_xdata() >= x[0]) & (used.get_xdata() <= x[1])).all()
    assert ((used.get_ydata() >= y[0]) & (used.get_ydata() <= y[1])).all()
    assert lower.get_xscale() == "log"


def test_the_end_of_a_blocking_spectrum_is_drawn_large_and_no_other():
    figure = drawn("eis-fit", synth.impedance(1, "blocking"), sensitivity="false")
    (inset,) = figure.axes[0].child_axes
    assert inset.get_xlim()[0] < 20 < 60 < inset.get_xlim()[1]
    assert "Ω" in inset.get_title()
    assert not drawn("eis-fit", synth.impedance(1), sensitivity="false").axes[0].child_axes


def test_masked_points_are_hollow_and_decades_are_labelled():
    upper, lower = drawn("eis-check", synth.impedance(1, "two_arcs", Sweep(1e-3, spikes=3))).axes
    masked = next(line for line in upper.lines if line.get_label() == "masked")
    assert masked.get_markerfacecolor() == "none"
    assert len(masked.get_xdata()) >= 3
    texts = {text.get_text() for text in upper.texts}
    assert {"1 MHz", "10 kHz"} <= texts
    band = lower.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(-band.min())


def test_what_is_refused_shows_its_points_and_reason():
    figure = drawn("eis-check", synth.impedance(1), f_min="10 MHz")
    assert "all-points-masked" in figure.get_suptitle()
    assert len(figure.axes) == 1


def test_the_fit_goes_through_the_points():
    upper = drawn("eis-fit", synth.impedance(1), sensitivity="false").axes[0]
    fit = next(line for line in upper.lines if line.get_label() == "fit")
    assert np.interp(100.0, fit.get_xdata(), fit.get_ydata()) > 0


@pytest.mark.parametrize(
    ("re", "im", "side"),
    [
        ([-2, -1, 0, 1, 2], [-2, -1, 0, 1, 2], (5, -8)),
        ([-2, -1, 0, 1, 2], [2, 1, 0, -1, -2], (4, 5)),
        ([-2, -1, 0, 1, 2], [2, 0.5, 0, 0.5, 2], (0, -11)),
    ],
)
def test_the_name_of_a_decade_covers_no_neighbour(re, im, side):
    from echub_eis.figure import _beside

    assert _beside(np.array(re), np.array(im))[1] == side
