"""All flags of an interface, and of the columns in a map: each just inside and just outside of its limit."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub_sims_map.outcome import results as of_maps
from echub_sims_profile.method.alternatives import Doubts, ShapeFit
from echub_sims_profile.outcome import results
from tests.messages.saying import Fake

A = np.array
X = np.arange(12.0) * 10


def told(flags):
    return [(flag.code, flag.severity, flag.message, flag.where or "", flag.hint or "") for flag in flags]


# -- an interface ------------------------------------------------------------------------------


def interface(dispersion=1.0, window=(20.0, 90.0), undersampled=False, cup=(), spike=None, level=100.0, gain=1.0):
    """Return an edge, and a profile of twelve points in which some are of a cup, and one stands out.

    Its plateau is `level` above a background of 20; a unit of both are `gain` counts.
    """
    n = np.full(12, 100.0)
    if spike is not None:
        n[spike] = 400
    one = Fake(x=X, n=n, analogue=np.isin(np.arange(12), cup), gain=np.full(12, gain))
    edge = Fake(dispersion=dispersion, window=window, undersampled=undersampled, step=7.25, high=level, low=20.0)
    return edge, one


CUP = (
    "faraday-cup-in-fit",
    "warning",
    "the fit includes points of the Faraday cup, whose scatter is not that of counting",
    "",
    "",
)
SPIKE = ("spikes-in-fit", "warning", "the fit includes single points that stand out; they are kept", "", "")
SAID = {
    "nothing": (interface(dispersion=2.0), []),
    "scatter": (
        interface(dispersion=2.04),
        [
            (
                "overdispersed",
                "warning",
                "the scatter is 2.0 times that of counting; the intervals are widened",
                "",
                "",
            )
        ],
    ),
    "between points": (
        interface(undersampled=True),
        [
            (
                "interface-undersampled",
                "warning",
                "the width is below two steps of 7.25: the edge is only bracketed by its points",
                "",
                "",
            )
        ],
    ),
    "a cup at the start": (interface(cup=[2]), [CUP]),
    "a cup at the end": (interface(cup=[9]), [CUP]),
    "a cup outside": (interface(cup=[1, 10]), []),
    "five counts": (interface(level=80.0, gain=0.05), []),  # (80 + 20) · 0.05
    "less than five counts": (
        interface(level=70.0, gain=0.05),
        [
            (
                "few-counts",
                "warning",
                "the plateau has 4.5 counts a point: intervals hold the truth in about 90 of 100, not 95",
                "",
                "add cycles or craters up, or count for longer",
            )
        ],
    ),
    "no points within": (interface(window=(41.0, 49.0), level=0.0), []),
    "a spike": (interface(spike=4), [SPIKE]),
    "a spike outside": (interface(spike=4, window=(50.0, 90.0)), []),
    "both": (
        interface(spike=5, cup=[5], dispersion=3.16),
        [
            (
                "overdispersed",
                "warning",
                "the scatter is 3.2 times that of counting; the intervals are widened",
                "",
                "",
            ),
            CUP,
            SPIKE,
        ],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_an_interface_says_what_limits_it(case):
    (edge, one), expected = SAID[case]
    assert told(results.said(edge, one)) == expected


def shape(name, deviance, more):
    return ShapeFit(name, 1.0, 2.0, deviance, more, A([0.0]))


PARTS = "--param start=… --param stop=… fit one of them"
LOGISTIC, TAIL, STEPS = (
    shape("logistic", 90.0, 0),
    shape("exponential tail on the low side", 88.5, 1),
    shape("two steps", 80.0, 3),
)
MATRIX = "--param normalise=matrix --param matrix=ION"
DOUBTED = {
    "nothing": (Doubts(runs=0.01), []),
    "another shape": (
        Doubts(better=(LOGISTIC, TAIL)),
        [
            (
                "edge-shape",
                "warning",
                "the edge is not an error function: logistic fits better; the intervals include the difference",
                "",
                "",
            )
        ],
    ),
    "two steps": (
        Doubts(better=(LOGISTIC, STEPS)),
        [("several-steps", "warning", "two steps fit better than one: this is more than one edge", "", PARTS)],
    ),
    "further steps": (
        Doubts(steps=(123.456, 7890.1)),
        [("several-steps", "warning", "the signal steps again in the same direction", "123.5 nm, 7890 nm", PARTS)],
    ),
    "runs": (
        Doubts(runs=0.0094),
        [
            (
                "residuals-not-random",
                "warning",
                "too many neighbouring residuals have the same sign (p = 0.0094): the "
                "model is not that of the data",
                "",
                "",
            )
        ],
    ),
    "a yield": (
        Doubts(yields=SimpleNamespace(factor=1.5, position=4.0, place=2.0)),
        [
            (
                "yield-changes",
                "warning",
                "the edge fits better if the yield changes within it, by a factor of 1.50: the "
                "position would then be 96 nm; the interval includes both",
                "98 nm",
                MATRIX,
            )
        ],
    ),
}


@pytest.mark.parametrize("case", DOUBTED)
def test_an_interface_says_what_other_shapes_make_of_it(case):
    doubts, expected = DOUBTED[case]
    assert told(results.doubted(Fake(position=100.0, sign=-1), doubts, "nm")) == expected


# -- columns in a map --------------------------------------------------------------------------

MISSING = (
    "no-reference-region",
    "info",
    "no reference region: the threshold is from the map itself, its columns left out, shuffled",
    "",
    "--param reference=REGION",
)


def column(pixels=4, contrast=3.0, cut=False):
    return SimpleNamespace(cut=cut, contrast=contrast, footprint=np.arange(100) < pixels)


def a_search(*columns, flat=(1.0, 1.0), reference="", false=0, unit="um", detectable=1.2):
    """Return a search in a field of a hundred pixels."""
    cube = Fake(counts=np.zeros((3, 10, 10)))
    params = Fake(window=3, frames=1, reference=reference)
    found = Fake(columns=columns, flat=A(flat), cube=cube, params=params, false=false, detectable=detectable)
    return found, Fake(unit=unit)


def uneven(low, high, severity):
    text = (
        f"the background varies across the field from {low} to {high} % of its median; a smooth surface is "
        "taken for it"
    )
    return ("uneven-background", severity, text, "", "")


NEAR = (
    "columns-near-threshold",
    "warning",
    "1 column stands out by little: others like these may be missed, or found in pieces",
    "",
    "--param window=5, or --param frames=2",
)
MAPS = {
    "nothing": (a_search(column(), flat=(0.91, 1.1), reference="b"), []),
    "no reference": (a_search(column()), [MISSING]),
    "false ones": (
        a_search(false=2),
        [
            MISSING,
            (
                "columns-in-blank",
                "warning",
                "2 columns in a shuffled cube: some may be chance",
                "",
                "--param quantile=0.999",
            ),
        ],
    ),
    "a reference with columns": (
        a_search(reference="b", false=3),
        [("reference-has-columns", "warning", "the reference region has 3 columns itself", "", "")],
    ),
    "cut": (
        a_search(column(cut=True), column(), column(cut=True), reference="b"),
        [
            (
                "columns-cut",
                "warning",
                "2 columns touch the edge of the field, or pixels that were not measured: no width",
                "",
                "",
            )
        ],
    ),
    "near": (a_search(column(contrast=1.27), column(contrast=1.29), reference="b"), [NEAR]),
    "near, darker": (
        a_search(column(contrast=0.73), column(contrast=0.71), reference="b", detectable=0.8),
        [NEAR],
    ),
    "a quarter": (a_search(column(pixels=25), reference="b"), []),
    "more than a quarter": (
        a_search(column(pixels=26), reference="b"),
        [
            (
                "column-fills-field",
                "warning",
                "a column covers more than 25 % of the field: an uneven background looks like this",
                "",
                "",
            )
        ],
    ),
    "uneven": (a_search(flat=(0.87, 1.08), reference="b"), [uneven(87, 108, "info")]),
    "very uneven": (a_search(flat=(0.79, 1.2), reference="b"), [uneven(79, 120, "warning")]),
    "pixels": (
        a_search(unit="1", reference="b"),
        [
            (
                "no-pixel-size",
                "warning",
                "no pixel size is stated: widths are in pixels",
                "",
                'sims.pixel_size = "0.5 um" in the sims.toml',
            )
        ],
    ),
}


@pytest.mark.parametrize("case", MAPS)
def test_a_search_for_columns_says_what_limits_it(case):
    (search, grid), expected = MAPS[case]
    assert told(of_maps.flags(search, grid)) == expected


def test_columns_that_are_not_upright_sharp_and_single_are_numbered():
    """A column for each fault, and one that has two."""
    faults = ("tapered", "leaning", "soft", "notched")
    shapes = [
        SimpleNamespace(**{name: name in has for name in faults})
        for has in ((), ("tapered", "leaning"), ("soft",), ("notched",), ("tapered",))
    ]
    assert told(of_maps.shape_flags(shapes)) == [
        (
            "column-tapered",
            "warning",
            "2 columns with a width that changes with depth: one width does not describe it",
            "columns 2, 5",
            "",
        ),
        (
            "column-leans",
            "warning",
            "1 column at an angle: the width over all frames is larger than that in one",
            "column 2",
            "",
        ),
        (
            "column-soft",
            "warning",
            "1 column without a sharp rim: the width depends on where the rim is drawn",
            "column 3",
            "",
        ),
        (
            "column-may-be-two",
            "warning",
            "1 column with a waist, perhaps two each; the interval of the count says so",
            "column 4",
            "",
        ),
    ]
    assert of_maps.shape_flags(shapes[:1]) == []


def test_the_count_of_columns_has_the_range_of_other_choices():
    """A fifth, and twice, of the places above the threshold; a tenth of the depth less, and more."""
    counts = {0.998: 2, 0.98: 7, 0.5: 4, 0.7: 3}
    asked = []

    def count(threshold, spans):
        asked.append((round(threshold, 6), tuple(round(span, 6) for span in spans)))
        return [counts[round(threshold, 6)]] if len(spans) == 1 else [counts[round(span, 6)] for span in spans]

    search = Fake(
        params=Fake(span=60.0),
        quantile=0.99,
        threshold=2.5,
        columns=[0] * 4,
        counts=count,
        at_quantile=lambda quantile: quantile,
        false=1,
    )
    found, rows = of_maps._count(search, 2)
    assert (2.5, (0.5, 0.7)) in asked
    assert {(0.998, (0.6,)), (0.98, (0.6,))} < set(asked)
    assert (found.value, found.n, found.note) == (4.0, 4, "1 in a blank cube")
    assert (found.interval.low, found.interval.high) == (2.0, 7.0)
    told = [(row.parameter, row.setting, row.measurand, row.value, row.change) for row in rows]
    assert told == [  # the same number of columns counts for nothing
        ("quantile", "0.998", "column_count", 2.0, -2.0),
        ("quantile", "0.98", "column_count", 7.0, 3.0),
        ("span", "70 %", "column_count", 3.0, -1.0),
    ]


@pytest.mark.parametrize(("core", "bounded"), [(3, True), (4, False)])
def test_a_width_of_few_pixels_is_bounded_from_above(core, bounded):
    """Pixels of 2 x 8 µm are 4 µm wide; the scatter is twice that of counting in error."""
    column = SimpleNamespace(width=5.0, width_error=0.25, core=core)
    found = of_maps.width(column, Fake(pixel_area=16.0, unit="um"), 4.0)
    if bounded:
        assert found.value is None
        assert found.interval.high == pytest.approx(20 + 1.96 * 2, abs=1e-3)
        assert found.note == "hardly wider than its pixels"
    else:
        assert (found.value, found.uncertainty) == (20.0, 2.0)
        assert found.interval.low == pytest.approx(20 - 1.96 * 2, abs=1e-3)
