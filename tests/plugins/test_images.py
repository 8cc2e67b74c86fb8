"""What is drawn as an image is what the outcome holds: each pixel, its place, the range of colours, outlines."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.image import AxesImage

import echub
from echub.analysis import figures
from echub.registry.registry import registry
from echub.testing.synth.series import SeriesPlan, eis_series
from tests.oracles import operando, pillars, spectra

DX, DY, X0, Y0 = pillars.DX, pillars.DY, pillars.X0, pillars.Y0


def drawn(world):
    """Return an outcome's diagnostics, and its figure."""
    outcome = world.outcome()
    figure = figures.draw_outcome(outcome, registry().analysis(world.analysis))
    shown = {
        name: np.array(series.values) if isinstance(series.values[0], str) else series.array()
        for name, series in outcome.diagnostics.items()
        if len(series.values)
    }
    return shown, figure


def meshes(figure):
    return [(axes, one) for axes in figure.axes for one in axes.collections if isinstance(one, QuadMesh)]


def places(mesh):
    """Return the middles of the columns and of the rows of a mesh, these as ln."""
    corners = np.asarray(mesh.get_coordinates())
    return (corners[0, 1:, 0] + corners[0, :-1, 0]) / 2, np.log(corners[1:, 0, 1] * corners[:-1, 0, 1]) / 2


@pytest.mark.parametrize(
    ("name", "label", "order"),
    [("distributions", "j / mA/cm²", [0, 2, 1, 3]), ("distributions: no area", "I / mA", [0, 2, 1, 3])],
)
def test_distributions_lie_side_by_side_by_their_levels(name, label, order):
    shown, figure = drawn(spectra.WORLDS[name]())
    ((axes, mesh),) = [(axes, one) for axes, one in meshes(figure) if axes.get_yscale() == "log"]
    gamma = shown["map_gamma"].reshape(4, -1)
    np.testing.assert_allclose(mesh.get_array(), gamma[order].T)
    assert axes.get_xlabel() == label
    assert axes.get_ylabel() == "τ / s"
    assert axes.get_ylim() == pytest.approx((shown["map_tau"][0], shown["map_tau"][-1]))
    assert mesh.norm.vmax == pytest.approx(np.percentile(gamma[gamma > 0], 99))
    assert mesh.norm.vmin == 0
    unit = "per decade of τ" if label.startswith("j") else "per ln τ"
    bar = next(one for one in figure.axes if "root scale" in one.get_ylabel())
    assert bar.get_ylabel() == f"γ / Ω {unit} (root scale; hatched: not measured)"
    spans = [tuple(sorted(patch.get_extents().transformed(axes.transData.inverted()).get_points()[:, 1]))
             for patch in axes.patches]  # fmt: skip
    low, high = shown["window"]
    expected = [(shown["map_tau"][0], low), (high, shown["map_tau"][-1])]
    np.testing.assert_allclose(sorted(spans), expected, rtol=1e-6)


@pytest.mark.parametrize(("known", "label"), [("all", "t / s"), ("some", "number of the spectrum")])
def test_distributions_at_equal_levels_lie_by_their_times_or_their_numbers(known, label):
    case = eis_series(2, SeriesPlan(levels=(0.1, 0.3, 0.1), onset=9.0))
    t = case.columns["time"].values.copy()
    rows = len(t) // 3
    if known == "some":
        t[rows : 2 * rows] = np.nan
    case = case.with_values("time", t, "s")
    outcome = echub.analyze("eis-drt", case.data(), params={"bootstrap": "0"})
    figure = figures.draw_outcome(outcome, registry().analysis("eis-drt"))
    ((axes, mesh),) = [(axes, one) for axes, one in meshes(figure) if axes.get_yscale() == "log"]
    assert axes.get_xlabel() == label
    middles = [(t[k * rows] + t[(k + 1) * rows - 1]) / 2 - t[0] for k in range(3)]
    assert places(mesh)[0] == pytest.approx(middles if known == "all" else [0, 1, 2], rel=0.05)


def test_spectra_of_a_series_lie_side_by_side_by_their_levels():
    """Between two points −Im is drawn straight over ln f; outside of the band there is none."""
    shown, figure = drawn(operando.WORLDS["onset: falls"]())
    ((axes, mesh),) = [(axes, one) for axes, one in meshes(figure) if axes.get_yscale() == "log"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("j / mA/cm²", "f / Hz")
    x, ln_f = places(mesh)
    levels = shown["level"]
    order = np.argsort(levels)  # all are negative: the largest in size comes first
    assert x == pytest.approx(levels[order])
    image = np.asarray(mesh.get_array())
    for column, k in enumerate(order):
        rows = shown["z_k"] == k
        f, z = np.log(shown["z_f"][rows])[::-1], -shown["z_im"][rows][::-1]
        inside = (ln_f >= f[0]) & (ln_f <= f[-1])
        np.testing.assert_allclose(image[inside, column], np.interp(ln_f[inside], f, z), rtol=2e-2, atol=0.05)


def test_waterfalls_rise_by_the_same_step():
    shown, figure = drawn(operando.WORLDS["onset: rises"]())
    axes = next(one for one in figure.axes if one.get_ylabel() == "−Im $Z$, raised / Ω")
    points = [line for line in axes.lines if line.get_marker() == "."]
    curves = [line for line in axes.lines if line.get_marker() != "."]
    some = np.unique(np.linspace(0, 19, 16).round().astype(int))
    assert len(points) == len(curves) == len(some)
    tall = np.median([(-shown["z_im"][shown["z_k"] == k]).max() for k in some])
    for number, (k, measured, fitted) in enumerate(zip(some, points, curves, strict=True)):
        rows = shown["z_k"] == k
        for line, name in ((measured, "z_im"), (fitted, "z_fit_im")):
            assert line.get_xdata() == pytest.approx(shown["z_f"][rows])
            assert line.get_ydata() == pytest.approx(-shown[name][rows] + 0.35 * tall * number)


@pytest.mark.parametrize("name", ["depths", "frames added up"])
def test_maps_show_their_counts_where_they_were_counted(name):
    shown, figure = drawn(pillars.WORLDS[f"columns: {name}"]())
    images = [(axes, one) for axes in figure.axes for one in axes.images if isinstance(one, AxesImage)]
    (mean, of_mean), (deep, of_depth), *sections = images
    field = (X0 - DX / 2, X0 + DX * 59.5, Y0 + DY * 43.5, Y0 - DY / 2)
    for image, values in ((of_mean, "mean"), (of_depth, "mid_depth")):
        np.testing.assert_array_equal(image.get_array(), shown[values].reshape(44, 60))
        assert image.get_extent() == pytest.approx(field)
        assert image.get_clim() == pytest.approx(tuple(shown["scale"]))
    whole = 12.0 * 30 if name == "depths" else 30.0
    top = 0.0 if name == "depths" else -0.5
    assert mean.get_title() == "mean of all frames"
    assert deep.get_title() == ("depth 174 to 186 nm" if name == "depths" else "frame 14 to 15")
    cuts = shown["section"].reshape(2, 30, 60)
    for (axes, image), values, (y, thick) in zip(sections, cuts, shown["section_y"].reshape(2, 2), strict=True):
        np.testing.assert_array_equal(image.get_array(), values)
        assert image.get_extent() == pytest.approx((field[0], field[1], top + whole, top))
        assert image.get_clim() == pytest.approx(tuple(np.percentile(cuts, [0.5, 99.5])))
        assert axes.get_title() == f"section at y = {y:.3g} ± {thick:.3g} µm"
        assert axes.get_ylabel() == ("depth / nm" if name == "depths" else "frame")


def test_outlines_and_boxes_are_numbered_as_in_the_table():
    world = pillars.WORLDS["columns: depths"]()
    shown, figure = drawn(world)
    for axes in figure.axes[:2]:
        (lines,) = [one for one in axes.collections if isinstance(one, LineCollection)]
        ends = np.stack([shown[f"outline_{end}"] for end in ("x0", "y0", "x1", "y1")], axis=1)
        np.testing.assert_allclose(np.array(lines.get_segments()).reshape(-1, 4), ends)
        numbers = {text.get_text(): text.xy for text in axes.texts if text.get_text() in ("1", "2", "3")}
        for number, at in zip("123", pillars.ORDER, strict=True):
            x, y, wide = pillars.SQUARES[at]
            assert numbers[number] == pytest.approx((X0 + DX * (x + wide - 0.5), Y0 + DY * (y - 0.5)))
    # The sections are those of the widest column, which is the third, and of the narrowest in the row of another.
    boxes = [[text.get_text() for text in axes.texts] for axes in figure.axes if "section" in axes.get_title()]
    assert boxes == [["3"], ["1", "2"]]
    first, last = world.data.datasets["ion_map"].columns["depth"].values[[4, 24]] * 1000 + np.array([-6, 6])
    for axes in (one for one in figure.axes if "section" in one.get_title()):
        for line in axes.lines:
            assert line.get_ydata() == pytest.approx([first, first, last, last, first])


def test_without_a_clock_resistances_are_drawn_over_the_number_of_their_spectrum():
    shown, figure = drawn(operando.WORLDS["spectra: no clock"]())
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    for part in ("hf", "gb", "int", "total"):
        assert list(lines[part].get_xdata()) == [0, 1, 2]
        assert lines[part].get_ydata() == pytest.approx(shown[f"r_{part}"])
    assert "number of the spectrum" in {axes.get_xlabel() for axes in figure.axes}
