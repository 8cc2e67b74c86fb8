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
