"""What a figure shows is what the numbers say: colours, bands, directions."""

from __future__ import annotations

import numpy as np
import pytest

from echub.drawing.canvas import colour_bar, new_figure, shades_of
from echub.plugin import Series
from echub_eis import figure as eis_figure
from echub_sims_map import figure as map_figure


@pytest.mark.parametrize("values", [[1.0, 2.0, 5.0], [0.25, 0.5, 1.75]])
def test_a_colour_bar_has_the_colours_of_the_curves(values):
    figure = new_figure()
    axes = figure.subplots()
    colour_bar(figure, [axes], np.array(values), "level")
    bar = figure.axes[-1]._colorbar
    assert (bar.norm.vmin, bar.norm.vmax) == (min(values), max(values))
    for value, shade in zip(values, shades_of(np.array(values)), strict=True):
        assert bar.cmap(bar.norm(value)) == pytest.approx(tuple(shade), abs=0.01)


def test_the_band_of_residuals_is_twice_the_noise():
    shown = {
        "used": np.array([1.0, 1.0, 0.0]), "frequency": np.array([100.0, 1.0, 10.0]),
        "noise": np.array([0.3, 0.1, 0.2]),
        "residual_re": np.array([0.1, 0.2, 9.0]), "residual_im": np.array([-0.1, -0.2, 9.0]),
    }  # fmt: skip
    axes = new_figure().subplots()
    eis_figure._residuals(axes, shown, "Z − KK")
    band = axes.collections[0].get_paths()[0].vertices
    for frequency, noise in zip(shown["frequency"], shown["noise"], strict=True):
        ends = band[band[:, 0] == frequency, 1]
        assert (ends.min(), ends.max()) == pytest.approx((-2 * noise, 2 * noise))
    assert "2 σ" in axes.collections[0].get_label()
    re, im = axes.lines[:2]
    assert (list(re.get_xdata()), list(re.get_ydata())) == ([100.0, 1.0], [0.1, 0.2])
    assert list(im.get_ydata()) == [-0.1, -0.2]


def test_a_fit_is_compared_in_percent_of_the_modulus():
    shown = {
        "used": np.array([1.0]), "frequency": np.array([10.0]), "noise": np.array([0.1]), "re": np.array([3.0]),
        "im": np.array([-4.0]), "fit_re": np.array([2.95]), "fit_im": np.array([-4.1]),
    }  # fmt: skip
    axes = new_figure().subplots()
    eis_figure._residuals(axes, shown, "Z − fit")
    assert [float(line.get_ydata()[0]) for line in axes.lines[:2]] == pytest.approx([1.0, 2.0])


def test_a_section_runs_from_the_surface_down():
    """Four frames of 10 nm: the first row of the image is at the top, from -5 nm; x from half a pixel before 0."""
    figure = new_figure()
    shown = {
        "field": Series.of([0.0, 2.0, 0.0, 2.0, 1.0, 1.0], "um"),
        "depth": Series.of([0.0, 30.0, 4.0], "nm"),
        "section_y": Series.of([1.0, 0.0]),
        "section_shape": Series.of([4.0, 3.0]),
        "section": Series.of(np.arange(12.0)),
        "outline_column": Series.of([]),
        **{f"outline_{end}": Series.of([]) for end in ("x0", "x1", "y0", "y1")},
        "column_span": Series.of([]),
    }
    map_figure._sections(figure, figure.add_gridspec(1, 1)[0, 0], shown)
    axes = figure.axes[0]
    assert axes.images[0].get_extent() == [-0.5, 2.5, 35.0, -5.0]
    assert axes.get_ylim() == (35.0, -5.0)
    assert axes.images[0].get_array()[0].tolist() == [0.0, 1.0, 2.0]
    assert axes.get_title() == "section at y = 1 µm"
    assert axes.get_ylabel() == "depth / nm"


@pytest.mark.parametrize(("width", "length"), [(40.0, 10.0), (30.0, 5.0), (9.0, 2.0)])
def test_a_scale_bar_is_a_round_length_of_at_most_a_quarter_of_the_field(width, length):
    axes = new_figure().subplots()
    map_figure._scale_bar(axes, (0.0, width, width, 0.0), "um")
    left, right = axes.lines[0].get_xdata()
    assert right - left == pytest.approx(length)
    assert axes.texts[0].get_text() == f"{length:g} µm"
