"""Styles and colours: every setting of each is in what is drawn in it."""

import io

import numpy as np
import pytest

from echub.drawing import colour_bar, new_figure, palette_of, save, shades, style, styled, svg, thinned, tidy
from echub.drawing.canvas import png
from echub.errors import UnknownOption

mpl = pytest.importorskip("matplotlib")

SETTINGS = {
    "screen": {},
    "single-column": {"font.size": 7, "axes.linewidth": 0.6, "lines.markersize": 2},
    "slide": {"font.size": 16, "axes.linewidth": 1.2},
    "origin": {"font.size": 11, "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"]},
}
"""86 mm is one column of most journals, of which 7 pt is the least that they print; a slide is read from afar."""
SIZES = {"screen": (None, None), "single-column": ((3.39, 2.6), (3.39, 7.8)), "slide": ((10.0, 5.6),) * 2}
SIZES["origin"] = (None, None)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_style_has_its_settings_inside_and_none_after(name):
    usual = {key: mpl.rcParams[key] for settings in SETTINGS.values() for key in settings}
    with styled(name) as style:
        for key, value in usual.items():
            assert mpl.rcParams[key] == SETTINGS[name].get(key, value), key
    assert {key: mpl.rcParams[key] for key in usual} == usual
    assert (style.size_of(1), style.size_of(3)) == tuple(
        size if size is None else pytest.approx(size) for size in SIZES[name]
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_a_frame_is_closed_with_ticks_inside_only_by_the_style_that_has_one(name):
    with styled(name) as style:
        figure = new_figure(4, 3)
        axes = figure.subplots(1, 2)
        for axis in axes:
            axis.plot([1, 2])
            tidy(axis)
        style.finish(figure)
        figure.draw_without_rendering()
    framed = name == "origin"
    for axis in axes:
        assert [side for side, spine in axis.spines.items() if not spine.get_visible()] == (
            [] if framed else ["right", "top"]
        )
        tick = axis.xaxis.get_major_ticks()[0]
        assert (tick.gridline.get_visible(), tick.tick2line.get_visible()) == (not framed, framed)
        assert tick.get_tickdir() == ("in" if framed else "out")
        assert axis.yaxis.get_major_ticks()[0].tick2line.get_visible() is framed


def test_a_style_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UnknownOption) as refused, styled("loud"):
        pass
    assert (refused.value.message, refused.value.expected) == ("there is no style loud", ", ".join(SETTINGS))


@pytest.mark.parametrize("right", [False, True])
def test_a_faint_grid_lies_behind(right):
    axis = new_figure().subplots()
    tidy(axis, right=right)
    assert [side for side, spine in axis.spines.items() if spine.get_visible()] == [
        "left", "bottom", *(["top"] if right else [])
    ]  # fmt: skip
    line = axis.xaxis.get_major_ticks()[0].gridline
    assert (line.get_visible(), line.get_alpha(), line.get_linewidth()) == (True, 0.25, 0.5)
    assert not axis.xaxis.get_minor_ticks()


def test_minor_ticks_of_a_short_decade_get_a_grid_on_request():
    for which, shown in (("major", False), ("both", True)):
        figure = new_figure()
        axis = figure.subplots()
        axis.set_xscale("log")
        axis.set_xlim(10, 90)
        tidy(axis, which=which)
        figure.draw_without_rendering()
        assert axis.xaxis.get_minor_ticks()[0].gridline.get_visible() is shown


@pytest.mark.parametrize("count", [1, 8, 9, 20])
def test_files_have_a_colour_each(count):
    found = palette_of(count)
    assert len(set(found)) == len(found) == count
    assert all(colour.startswith("#") for colour in found)
    assert (found == palette_of(8)[:count]) is (count <= 8)


def test_shades_run_from_dark_to_light_and_stop_before_the_palest():
    light = [float(np.dot(colour[:3], (0.2126, 0.7152, 0.0722))) for colour in shades(5)]
    assert light == sorted(light)
    assert tuple(shades(5)[-1]) == mpl.colormaps["viridis"](0.9)
    assert tuple(shades(5)[0]) == mpl.colormaps["viridis"](0.0)


@pytest.mark.parametrize(("values", "whole"), [([1.0, 2.0], True), ([1.0, 1.5], False)])
def test_a_bar_of_whole_numbers_has_no_ticks_between(values, whole):
    figure = new_figure()
    axis = figure.subplots()
    colour_bar(figure, [axis], np.array(values), "cycle")
    bar = figure.axes[-1]
    figure.draw_without_rendering()
    assert bar.get_ylabel() == "cycle"
    ticks = [tick for tick in bar.get_yticks() if min(values) <= tick <= max(values)]
    assert all(tick == round(tick) for tick in ticks) is whole
    assert not bar.spines["outline"].get_visible()


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_the_same_figure_gives_the_same_bytes_without_a_date(form, tmp_path):
    made = []
    for name in ("a", "b"):
        figure = new_figure(2, 1)
        figure.subplots().plot([1, 2])
        save(figure, tmp_path / name, form)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert b"Date" not in made[0]


@pytest.mark.parametrize("dpi", [50, 150])
def test_a_picture_has_the_pixels_of_its_inches(dpi, tmp_path):
    from PIL import Image

    figure = new_figure(2, 1)
    save(figure, tmp_path / "a.png", "png", dpi=dpi)
    assert Image.open(io.BytesIO((tmp_path / "a.png").read_bytes())).size == (2 * dpi, dpi)
    image = Image.open(io.BytesIO(png(figure, dpi=dpi)))
    assert image.size == (2 * dpi, dpi)
    assert image.info["dpi"] == pytest.approx((dpi, dpi), rel=1e-3)
    assert Image.open(io.BytesIO(png(figure))).size == (300, 150)


def test_an_svg_for_a_page_starts_with_its_element_and_keeps_text():
    figure = new_figure(2, 1)
    figure.subplots().set_title("a title in µΩ·cm²")
    assert svg(figure).startswith("<svg")
    assert ">a title in µΩ·cm²<" in svg(figure)


@pytest.mark.parametrize(("rows", "most", "step"), [(10, 10, 1), (11, 10, 2), (100, 10, 10), (0, 10, 1)])
def test_every_so_many_rows(rows, most, step):
    assert thinned(rows, most) == slice(None, None, step)


def test_text_of_a_file_stays_text_and_its_parts_have_the_same_names_each_time():
    """In SVG none is drawn as paths, in PDF fonts are TrueType, which is type 42."""
    usual = {name: mpl.rcParams[name] for name in ("svg.fonttype", "pdf.fonttype", "svg.hashsalt")}
    with style():
        assert {name: mpl.rcParams[name] for name in usual} == {
            "svg.fonttype": "none", "pdf.fonttype": 42, "svg.hashsalt": "echub"
        }  # fmt: skip
    assert {name: mpl.rcParams[name] for name in usual} == usual


def test_a_png_has_150_dots_per_inch_unless_others_are_asked_for(tmp_path):
    from PIL import Image

    save(new_figure(2, 1), tmp_path / "a.png", "png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (300, 150)
