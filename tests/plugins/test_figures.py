"""The figure of every analysis: each curve is a series of the outcome, on axes that name its quantity and unit.

What each figure shows stands in `figure_facts.py`.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.patches import Polygon, Rectangle

from tests.plugins.examples import ALL, CASES, drawn, outcome_of
from tests.plugins.figure_facts import FIGURES

NUMPY = {
    name: getattr(np, name)
    for name in ("array", "append", "abs", "arange", "hypot", "interp", "log", "maximum", "isnan", "nanmedian",
                 "ptp", "quantile", "where")
} | {
    "max": np.nanmax, "min": lambda *v: np.nanmin(np.append(*v) if len(v) > 1 else v[0]),
    "quartiles": lambda v: np.ptp(np.quantile(v, [0.25, 0.75])), "free": np.nan,
}  # fmt: skip
"""What the formulas may use; `free` is an end of an axis that follows from the data."""


class Table:
    """The columns of a table as attributes."""

    def __init__(self, table):
        vars(self).update({name: column_of(series) for name, series in table.items()})


def column_of(series):
    words = any(isinstance(value, str) for value in series.values)
    return np.array(series.values) if words else series.array()


def names_of(outcome):
    """Return what the formulas may use: diagnostics, tables, and values, uncertainties and ends of measurands."""
    known = {"positive": lambda v: np.where(v > 0, v, np.nan), **NUMPY}
    for name, m in outcome.measurands.items():
        known |= {name: m.value, f"u_{name}": m.uncertainty}
        if m.interval is not None:
            known |= {f"low_{name}": m.interval.low, f"high_{name}": m.interval.high}
    known |= {name: Table(table) for name, table in outcome.tables.items()}
    return known | {name: column_of(series) for name, series in outcome.diagnostics.items()}


def values(text, known):
    """Return the arrays of a row of formulas; the functions and names in them are those of this file."""
    return [np.atleast_1d(np.asarray(eval(part, {"__builtins__": {}}, known), float)) for part in split(text)]


def split(text):
    return re.split(r" \| (?![^\[]*\])", text)


def same(first, second):
    first, second = np.asarray(first, float), np.asarray(second, float)
    return len(first) == len(second) and np.allclose(first, second, rtol=1e-6, atol=1e-12, equal_nan=True)


def curve_in(axis, text, known):
    """Return whether a curve is drawn, under the label that is stated, if one is."""
    label, _, formulas = text.rpartition(" := ")
    x, y = values(formulas, known)
    lines = [line for line in axis.lines if same(line.get_xdata(), x) and same(line.get_ydata(), y)]
    if label:
        return any(line.get_label() == label for line in lines)
    return bool(lines) or any(same(x, ends[:, 0]) and same(y, ends[:, 1]) for ends in error_bars(axis))


def error_bars(axis):
    """Yield both ends of all error bars, as one array each of (x, y)."""
    for bars in axis.containers:
        for lines in getattr(bars, "lines", [None, None, ()])[2] or ():
            segments = np.array(lines.get_segments())
            yield segments[:, 0]
            yield segments[:, 1]


def envelope_in(axis, text, known):
    """Each x has its low and its high, in either order."""
    x, low, high = values(text, known)
    for line in axis.lines:
        px, py = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        if len(px) == 2 * len(x) and same(px[::2], x) and same(px[1::2], x):
            pairs = py.reshape(-1, 2)
            return same(np.nanmin(pairs, 1), low) and same(np.nanmax(pairs, 1), high)
    return False


def band_in(axis, text, known):
    """All corners of a filled band, or of horizontal lines, are those of x, low and high."""
    x, low, high = values(text, known)
    low, high = np.broadcast_to(low, x.shape), np.broadcast_to(high, x.shape)
    corners = {(round(float(a), 9), round(float(b), 9)) for y in (low, high) for a, b in zip(x, y, strict=True)}
    corners = {corner for corner in corners if not np.isnan(corner).any()}
    for one in axis.collections:
        if isinstance(one, PolyCollection):
            points = np.concatenate([path.vertices for path in one.get_paths()])
        else:
            segments = one.get_segments() if hasattr(one, "get_segments") else []
            points = np.concatenate(segments) if len(segments) else np.empty((0, 2))
        found = {(round(float(a), 9), round(float(b), 9)) for a, b in points}
        if corners <= found:
            return True
    return False


def lines_across(axis, way):
    """Return the places of lines from edge to edge: `y` for horizontal ones, `x` for vertical ones."""
    found = []
    for line in axis.lines:
        here = np.asarray(line.get_ydata() if way == "y" else line.get_xdata(), float)
        there = np.asarray(line.get_xdata() if way == "y" else line.get_ydata(), float)
        if len(here) == 2 and list(there) == [0, 1] and here[0] == here[1]:
            found.append(here[0])
    return found


def belts_of(axis):
    """Return the ends of what is shaded from edge to edge, between two values of y."""
    boxes = [p for p in axis.patches if isinstance(p, Rectangle) and (p.get_x(), p.get_width()) == (0, 1)]
    return [(box.get_y(), box.get_y() + box.get_height()) for box in boxes]


def spans_of(axis):
    found = []
    for patch in axis.patches:
        if isinstance(patch, Rectangle):
            found.append((patch.get_x(), patch.get_x() + patch.get_width()))
        elif isinstance(patch, Polygon):
            x = patch.get_xy()[:, 0]
            found.append((x.min(), x.max()))
    return found


def close(first, second):
    return np.allclose(first, second, rtol=1e-6, atol=1e-12)


@pytest.fixture(scope="module")
def figures():
    return {}


def figure_of(name, figures):
    if name not in figures:
        figures[name] = drawn(outcome_of(name))
    return figures[name]


@pytest.mark.parametrize("name", FIGURES)
def test_axes_name_what_they_show(name, figures):
    axes = figure_of(name, figures).axes
    panels = FIGURES[name]
    assert [(a.get_ylabel(), a.get_xlabel()) for a in axes] == [(p.ylabel, p.xlabel) for p in panels]
    assert [(a.get_xscale(), a.get_yscale()) for a in axes] == [p.scales for p in panels]
    known = names_of(outcome_of(name))
    for axis, panel in zip(axes, panels, strict=True):
        legend = axis.get_legend()
        found = tuple(text.get_text() for text in legend.get_texts()) if legend else ()
        if panel.legend or not legend or name != "eis-resistance":
            assert found == tuple(text.format(**known) for text in panel.legend)


@pytest.mark.parametrize("name", FIGURES)
def test_curves_are_the_series_of_the_outcome(name, figures):
    known = names_of(outcome_of(name))
    for number, (axis, panel) in enumerate(zip(figure_of(name, figures).axes, FIGURES[name], strict=True)):
        for text in panel.curves:
            assert curve_in(axis, text, known), (number, text)
        for text in panel.envelopes:
            assert envelope_in(axis, text, known), (number, text)
        for text in panel.bands:
            assert band_in(axis, text, known), (number, text)


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_marked_is_where_the_outcome_says(name, figures):
    known = names_of(outcome_of(name))
    for number, (axis, panel) in enumerate(zip(figure_of(name, figures).axes, FIGURES[name], strict=True)):
        for texts, way in ((panel.across, "y"), (panel.down, "x")):
            expected = [values(text, known)[0][0] for text in texts]
            assert close(sorted(lines_across(axis, way)), sorted(expected)), (
                number,
                texts,
                lines_across(axis, way),
            )
        expected = sorted(tuple(values(text, known)[0]) for text in panel.spans)
        if expected:
            assert close(sorted(spans_of(axis)), expected), (number, spans_of(axis))
        belts = sorted(tuple(one[0] for one in values(text, known)) for text in panel.belts)
        assert not belts or close(sorted(belts_of(axis)), belts), (number, belts_of(axis))
        for limits, found in ((panel.xlim, axis.get_xlim()), (panel.ylim, axis.get_ylim())):
            if limits:
                stated = [one[0] for one in values(limits, known)]
                assert close(*np.array([(a, b) for a, b in zip(found, stated, strict=True) if b == b]).T), number
        written = "\n".join(text.get_text() for text in axis.texts)
        for text in panel.says:
            assert text.format(**known) in written


def stated_lines(panel, known):
    """Yield (x, y) of every line that is stated, apart from those from edge to edge."""
    for text in panel.curves:
        yield values(text.rpartition(" := ")[2], known)
    for text in panel.envelopes:
        x, low, high = values(text, known)
        yield np.repeat(x, 2), np.column_stack([low, high]).ravel()
        yield np.repeat(x, 2), np.column_stack([high, low]).ravel()


def data_lines(axis):
    """Yield x and y of the lines in the coordinates of the data that show a point."""
    for line in axis.lines:
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        if line.get_transform().contains_branch(axis.transData) and np.isfinite(x + y).any():
            yield x, y


OTHER_LINES = {"eis-check", "eis-fit", "eis-resistance", "eis-series", "sims-map", "sims-profile"}
"""Figures with marks, points left out, and lines of many spectra that are stated in tests of their own."""


@pytest.mark.parametrize("name", sorted(set(FIGURES) - OTHER_LINES))
def test_no_line_is_drawn_that_is_not_stated(name, figures):
    known = names_of(outcome_of(name))
    for number, (axis, panel) in enumerate(zip(figure_of(name, figures).axes, FIGURES[name], strict=True)):
        stated = list(stated_lines(panel, known))
        for x, y in data_lines(axis):
            edge_to_edge = len(x) == 2 and (x[0] == x[1] or y[0] == y[1])
            assert edge_to_edge or any(same(x, a) and same(y, b) for a, b in stated), (number, x[:5], y[:5])


def test_every_analysis_with_a_figure_is_here():
    assert set(FIGURES) == set(CASES)


PER_AREA = {"R·A / Ω·cm²": "R / Ω", "j / mA/cm²": "I / mA", "capacity / ": "charge / ", "/cm²": ""}


@pytest.mark.parametrize(("name", "label"), [("ramp-onset", "j / mA/cm²"), ("ramp-onset: no area", "I / mA")])
def test_above_the_time_of_a_ramp_stands_its_current(name, label):
    """At both ends of the axis it is the current that the ramp has there, by its rate from the first row."""
    outcome = outcome_of(name)
    figure = drawn(outcome)
    figure.draw_without_rendering()
    (top,) = figure.axes[0].child_axes
    assert figure.axes[-1].get_xlabel() == "t / min"
    minutes, current = outcome.diagnostics["t"].array() / 60, outcome.diagnostics["x"].array()
    rate = (current[-1] - current[0]) / (minutes[-1] - minutes[0])
    ends = [current[0] + rate * (end - minutes[0]) for end in figure.axes[0].get_xlim()]
    assert top.get_xlim() == pytest.approx(ends, abs=0.01 * np.ptp(ends))
    assert top.get_xlabel() == label


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(": no area")])
def test_without_an_area_the_axes_are_those_of_the_whole_cell(name):
    def whole(label):
        for per_area, of_cell in PER_AREA.items():
            label = label.replace(per_area, of_cell)
        return label

    panels = FIGURES[name.partition(":")[0]]
    found = [(axis.get_ylabel(), axis.get_xlabel()) for axis in drawn(outcome_of(name)).axes]
    assert found == [(whole(panel.ylabel), whole(panel.xlabel)) for panel in panels]


HEADLINES = {
    "arrhenius": "bare",
    "compare-groups": "Sn against bare  ·  ratio {ratio:.3f} ± {u_ratio:.3f}, Sn is higher "
    "(p = {p_permutation:.2g}, two-sided)",
    "ccd": "generated  ·  [3, 4) mA/cm²  ·  r_drop or below_bulk, we_reduced, constant charge",
    "ccd: no area": "generated  ·  [{low_critical_current:.4g}, {high_critical_current:.4g}) mA  ·  r_drop",
    "ccd: survived": "generated  ·  > 3 mA/cm²  ·  r_drop",
    "ccd-weibull": "20 inputs  ·  median {median[0]:.4g} mA/cm²",
    "cycling": "generated  ·  retention {retention:.4g} %, cycle 4 against cycle 2",
    "symmetric-cycling": "generated  ·  sudden drop at {lifetime:.4g} h",
    "symmetric-cycling: alive": "generated  ·  lifetime > {low_lifetime:.4g} h",
    "cell-lifetimes": "5 inputs",
    "staircase-linearity": "generated  ·  10 % off the line of up to 3 lowest levels",
    "dc-polarisation": "generated  ·  electronic conductivity (5.809 ± 0.012)e-10 S/cm",
    "dc-polarisation: no area": "generated  ·  steady current {steady_current:.4f} ± {u_steady_current:.4f} nA",
    "transference-number": "generated  ·  steady current {steady_current:.1f} ± {u_steady_current:.1f} nA",
    "transference-number: resistances": "generated  ·  transference number {transference_number:.5f} ± "
    "{u_transference_number:.5f}",
    "eis-series": "generated  ·  onset {onset_level:.5f} ± {u_onset_level:.5f} mA/cm²",
    "eis-series: no area": "generated  ·  onset {onset_level:.5f} ± {u_onset_level:.5f} mA",
    "pulsed-stripping": "generated  ·  {stripping_capacity:.7f} ± {u_stripping_capacity:.7f} mA·h/cm²",
    "pulsed-stripping: no area": "generated  ·  {stripping_charge:.7f} ± {u_stripping_charge:.7f} mA·h",
    "pulsed-stripping: blocks": "generated  ·  2 blocks",
    "pulsed-stripping-plateau": "21 capacities at 7 rests  ·  plateau {capacity_plateau:.4g} "
    "[{low_capacity_plateau:.4g}, {high_capacity_plateau:.4g}] mA·h/cm²",
    "ramp-onset": "generated  ·  robust",
    "ramp-onset: lowack": "generated  ·  lowack2026",
    "sims-map": "generated  ·  Na+",
    "stability-window": "generated  ·  10 µA/cm² beyond the baseline",
}


@pytest.mark.parametrize("name", HEADLINES)
def test_the_heading_says_the_answer_with_its_unit(name):
    known = names_of(outcome_of(name))
    heading = drawn(outcome_of(name)).get_suptitle().splitlines()[0]
    assert heading.startswith(HEADLINES[name].format(**known))
