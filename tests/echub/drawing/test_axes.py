"""Axes, titles, the figure of a refusal, and what is written of a figure."""

import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from echub import drawing

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(
    ("ends", "labels"),
    [
        ((14, 80), {"20", "30", "40", "60"}),
        ((1e-2, 0.5), {"0.01", "0.1"}),
        ((1, 1e4), {"$\\mathdefault{10^{0}}$", "$\\mathdefault{10^{2}}$"}),
        ((2e6, 4e6), {"$\\mathdefault{3\\times10^{6}}$"}),
        ((80, 14), {"20", "30", "40", "60"}),  # turned around
        ((1e4, 1), {"$\\mathdefault{10^{0}}$", "$\\mathdefault{10^{2}}$"}),
    ],
)
def test_a_logarithmic_axis_of_few_decades_has_plain_numbers(ends, labels):
    """What 2×10¹ means is read as 20; several decades, and numbers that would be long, stay powers of ten."""
    figure = drawing.new_figure(4, 3)
    axis = figure.subplots()
    axis.loglog([1, 1e6], ends)
    drawing.tidy(axis)
    axis.set_ylim(*ends)
    figure.draw_without_rendering()
    ticks = {*axis.yaxis.get_ticklabels(), *axis.yaxis.get_ticklabels(minor=True)}
    assert labels <= {tick.get_text() for tick in ticks}


def test_a_semicircle_is_one_on_nyquist_axes():
    figure = drawing.new_figure(8, 3)
    axis = figure.subplots()
    axis.plot([0, 100], [0, 50])
    drawing.nyquist(axis, "ohm*cm^2")
    figure.set_layout_engine("none")  # which would move the axes after their scales are set
    figure.draw_without_rendering()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("Re $Z$ / Ω·cm²", "−Im $Z$ / Ω·cm²")
    box, (x0, x1), (y0, y1) = axis.get_window_extent(), axis.get_xlim(), axis.get_ylim()
    assert box.width / (x1 - x0) == pytest.approx(box.height / (y1 - y0))


def test_tidy_takes_off_the_frame_that_holds_no_ticks():
    left, right = drawing.new_figure().subplots(1, 2)
    drawing.tidy(left)
    drawing.tidy(right, right=True)
    assert [left.spines[side].get_visible() for side in ("left", "top", "right")] == [True, False, False]
    assert [right.spines[side].get_visible() for side in ("left", "top", "right")] == [True, True, False]


def test_a_title_holds_its_parts_and_reasons_and_takes_dollars_as_they_are():
    figure = drawing.new_figure()
    flags = [SimpleNamespace(code="no-area", message="the area is not given")]
    drawing.title(figure, "a$b$.mpr", "", "robust", below=drawing.reasons(flags))
    assert figure.get_suptitle() == "a$b$.mpr  ·  robust\nno-area: the area is not given"
    assert not figure._suptitle.get_parse_math()


def test_the_figure_of_a_refusal_shows_what_was_measured_and_why_there_is_no_answer():
    figure = drawing.new_figure()
    t = np.array([0.0, 3600.0, 7200.0])
    upper, lower = drawing.refused(
        figure, t, {"U / V": [1, 2, 3], "I / mA": [4, 5, 6]}, "a.mpr", "refused", below=["why"]
    )
    assert [upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel()] == ["U / V", "I / mA", "t / h"]
    assert upper.lines[0].get_xdata().tolist() == [0, 1, 2]
    assert lower.lines[0].get_ydata().tolist() == [4, 5, 6]
    assert figure.get_suptitle() == "a.mpr  ·  refused\nwhy"
    lines = [(line.get_color(), line.get_linewidth()) for axis in (upper, lower) for line in axis.lines]
    assert lines == [(drawing.BLUE, 1)] * 2


def test_text_of_a_figure_stays_text(tmp_path):
    figure = drawing.new_figure()
    drawing.title(figure, "Searchable")
    for form in ("svg", "pdf"):
        drawing.save(figure, tmp_path / f"a.{form}", form)
    assert re.search(r"<text[^>]*>Searchable</text>", (tmp_path / "a.svg").read_text(encoding="utf-8"))
    assert b"/Subtype /Type3" not in (tmp_path / "a.pdf").read_bytes()


def test_curves_in_an_order_have_colours_that_differ():
    assert drawing.shades(1) == [drawing.BLUE]
    assert len({tuple(colour) for colour in drawing.shades(7)}) == 7
    assert len(set(drawing.PALETTE)) == len(drawing.PALETTE) == 8


def test_importing_costs_nothing_and_words_need_no_numpy():
    code = (
        "import sys\nfrom echub.drawing import axis_label, unit_text\nassert axis_label('U', 'V')\n"
        "print(sorted({'numpy', 'matplotlib', 'scipy', 'uncertainties'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    assert sorted(drawing._LAZY) == sorted(drawing.__all__)
    assert all(getattr(drawing, name) is not None for name in drawing.__all__)
    with pytest.raises(AttributeError):
        _ = drawing.nothing


@pytest.mark.parametrize(
    ("ends", "tick", "plain"),
    [
        ((1.0, 99.0), 10.0, "10"),
        ((1.0, 101.0), 10.0, ""),
        ((5e-4, 2e-2), 1e-3, "0.001"),
        ((5e-5, 2e-3), 1e-4, ""),  # 0.0001 is longer than 10⁻⁴
        ((5e3, 3e5), 1e4, "10000"),
        ((5e3, 3e5), 1e5, ""),
    ],
)
def test_a_tick_is_a_plain_number_within_two_decades_if_that_is_short(ends, tick, plain):
    both = drawing.new_figure().subplots()
    both.loglog([1, 2], [1, 2])
    drawing.tidy(both)
    both.set(xlim=ends, ylim=ends)
    for axis in (both.xaxis, both.yaxis):
        for formatter in (axis.get_major_formatter(), axis.get_minor_formatter()):
            axis.set_major_formatter(formatter)
            text = formatter(tick)
            assert text == plain if plain else "10^" in text


def test_a_linear_axis_keeps_its_numbers():
    axis = drawing.new_figure().subplots()
    axis.semilogy([1, 2], [1, 2])
    drawing.tidy(axis)
    assert axis.xaxis.get_major_formatter().format_ticks([1.0, 1.5, 2.0]) == ["1.0", "1.5", "2.0"]


def test_a_linear_axis_keeps_the_labels_that_a_figure_has_chosen():
    axis = drawing.new_figure().subplots()
    axis.semilogy([1, 2], [1, 2])
    axis.xaxis.set_major_formatter("cycle {x:.0f}")
    chosen = axis.xaxis.get_major_formatter()
    drawing.tidy(axis)
    assert axis.xaxis.get_major_formatter() is chosen


def test_colours_go_from_the_first_value_to_the_last_and_end_before_the_palest():
    import matplotlib as mpl

    viridis = mpl.colormaps["viridis"]
    found = drawing.shades_of(np.array([5.0, 1.0, 3.0]))
    assert [tuple(one) for one in found] == [viridis(0.9), viridis(0.0), viridis(0.45)]
    assert [tuple(one) for one in drawing.shades_of(np.array([2.0, 2.0]))] == [viridis(0.0)] * 2
    assert drawing.palette_of(8) == list(drawing.PALETTE)
    assert drawing.palette_of(2) == list(drawing.PALETTE[:2])
    nine = drawing.palette_of(9)
    assert len(set(nine)) == 9
    assert nine[0] == mpl.colors.to_hex(viridis(0.0))


def test_a_figure_for_a_page_is_the_same_each_time_and_has_its_size():
    import io

    import PIL.Image

    from echub.drawing.canvas import png

    texts = []
    for _ in range(2):
        figure = drawing.new_figure(4, 3)
        figure.subplots().plot([0, 1])
        texts.append(drawing.svg(figure))
    assert texts[0] == texts[1]
    assert texts[0].startswith("<svg")
    assert "<dc:date>" not in texts[0]
    image = PIL.Image.open(io.BytesIO(png(figure, dpi=50)))
    assert image.size == (200, 150)
    assert image.info["dpi"] == pytest.approx((50, 50), rel=0.01)
    assert (drawing.new_figure().get_size_inches() == (8, 6)).all()


@pytest.mark.parametrize(("below", "size"), [((), 10), (("why",), 9)])
def test_a_title_of_two_lines_is_smaller(below, size):
    figure = drawing.new_figure()
    drawing.title(figure, "a", below=below)
    assert figure._suptitle.get_fontsize() == size


def test_ticks_are_whole_numbers_and_powers_of_ten_are_printed():
    """0.1200 to 0.1201 is not 0.0000 to 0.0001 beside a 0.12 above the axis; 2e15 is 2 × 10¹⁵."""
    figure = drawing.new_figure()
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [0.12, 0.1201])
    right.plot([0, 1], [0, 2e15])
    drawing.tidy(left, right)
    figure.draw_without_rendering()
    assert left.yaxis.get_offset_text().get_text() == ""
    assert {label.get_text()[:4] for label in left.get_yticklabels()} <= {"0.11", "0.12"}
    assert right.yaxis.get_offset_text().get_text() == "×10¹⁵"
