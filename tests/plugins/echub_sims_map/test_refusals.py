"""The whole of each refusal and flag of a map: code, message, place and what helps."""

from __future__ import annotations

import io
from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import Refusal, Series
from echub_sims_map.data.cube import Maps, grid_of, require_statistics
from echub_sims_map.data.mask import read_mask
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method.roi import regions
from echub_sims_map.method.search import _blank
from echub_sims_map.options import ProfileOptions
from echub_sims_map.outcome.results import flags, shape_flags
from echub_sims_map.outcome.sims_map import _cubes, _partners
from echub_sims_map.profile import read, to_profile
from tests.messages.parts import parts_of
from tests.messages.parts import said as told
from tests.plugins.echub_sims_map.test_limits import GRID, Told, cube, found
from tests.plugins.echub_sims_map.test_profile import outcome

Params = SimsMapParams
RAW = "export raw counts per pixel and frame"


def refused(function):
    with pytest.raises(Refusal) as caught:
        function()
    return {"code": caught.value.code, **parts_of(caught.value.remark)}


def maps(*ions, load=None):
    """Return maps of (region, species, polarity, counts of a single frame of two pixels)."""
    counts = np.array([[[one[3]]] for one in ions], float)
    return Maps(np.nan_to_num(counts), np.isfinite(counts), tuple(one[:3] for one in ions), load)


def ion(*counts):
    return maps(("r", "Na+", 1, counts)).cube("Na+", "r")


def scattering(times, largest):
    """Return counts of many pixels that scatter this many times as counts do."""
    return SimpleNamespace(species="Na+", dispersion=times, dispersion_error=0.01, counts=np.array([largest]))


THREE = maps(("a", "Na+", 1, (1, 2)), ("a", "K+", 1, (3, 4)), ("b", "Na+", 1, (5, 6)))
SCALED = Told({"n": np.zeros((1, 1, 2, 3)), "x": np.array([0.0, 1.0, 3.0]), "y": np.array([0.0, 1.0])})
ROI = '--param roi="rectangle 10 10 30 40; columns; outside"'
MASK = "a matrix of one number per pixel, rows from the first y, not zero where the region is: .npy, or text"
SHAPES = "rectangle or ellipse or polygon or mask or columns or outside or all"


def drawn(text):
    return lambda: list(regions(text, GRID, np.zeros((5, 4), bool)))


@pytest.mark.parametrize(("function", "parts"), [
    (lambda: Maps.of(Told({"n": np.zeros((2, 3, 4))})),
     ("no-map", "the counts have the shape (2, 3, 4), not (species, frame, y, x)")),
    (lambda: THREE.choose("Na+", "c"), ("unknown-region", "there is no region c, but a, b")),
    (lambda: THREE.choose("Zr+", ""), ("unknown-species", "the region a has no Zr+, but Na+, K+")),
    (lambda: THREE.choose("K+", "b"), ("unknown-species", "the region b has no K+, but Na+")),
    (lambda: ion(np.nan, np.nan), ("no-values", "Na+: no pixel was measured")),
    (lambda: ion(-1, 3), ("negative-counts", "Na+: 1 pixel is negative")),
    (lambda: ion(-1, -3), ("negative-counts", "Na+: 2 pixels are negative")),
    (lambda: ion(0, np.nan), ("empty-channel", "Na+: all pixels are zero")),
    (lambda: ion(0.5, 1), ("normalised-image", "Na+: values from 0 to 1 are a scaled picture", "hint", RAW)),
    (lambda: ion(0.5, 2), ("not-counts", "Na+: pixels are not whole counts", "hint", "export raw counts")),
    (lambda: maps(("r", "Na+", 1, (1, 10)), load=0.125).cube("Na+", "r"),
     ("saturated", "Na+: counts times dead time over dwell time reach 1.25",
      "hint", "sims.dwell_time is that of one pixel in one frame")),
    (lambda: require_statistics(scattering(5.0, 255)),
     ("eight-bit-image", "Na+: neighbouring frames scatter 5 times as counts do, and the brightest pixel is 255: "
      "a picture of 8 bits", "hint", RAW)),
    (lambda: require_statistics(scattering(0.25, 9)),
     ("smoothed-image", "Na+: neighbouring frames scatter 0.25 times as counts do: smoothed or scaled down",
      "hint", "export raw counts")),
    (lambda: grid_of(SCALED, ""), ("uneven-pixels", "the pixels differ in size along x", "column", "x")),
    (drawn("ellipse 1 1 0 2"), ("bad-roi", "'ellipse 1 1 0 2' has a radius of zero or less", "hint", ROI)),
    (drawn("ellipse 1 1 2"), ("bad-roi", "'ellipse 1 1 2' is not a region of interest: ellipse X Y RX RY",
                              "hint", ROI)),
    (drawn("rectangle 0 0 1 x"),
     ("bad-roi", "'rectangle 0 0 1 x' is not a region of interest: rectangle X0 Y0 X1 Y1", "hint", ROI)),
    (drawn("polygon 0 0 1 1 2"),
     ("bad-roi", "'polygon 0 0 1 1 2' is not a region of interest: polygon X Y X Y X Y …", "hint", ROI)),
    (drawn("circle 1 1 2"), ("bad-roi", f"'circle 1 1 2' is not a region of interest: {SHAPES}", "hint", ROI)),
    (drawn("columns; rectangle 9 9 12, 12"),
     ("empty-roi", "no pixel lies in rectangle 9 9 12, 12", "where", "the map has x from 0 to 3 and y from 0 to 4",
      "hint", ROI)),
    (lambda: _blank(cube(np.ones((1, 2, 2))), [], THREE, Params(reference="c"), [], None),
     ("no-reference", "there is no region c to compare with")),
    (lambda: _blank(THREE.cube("K+", "a"), [], THREE, Params(reference="b"), [], None),
     ("no-reference", "the region b is not a reference for K+ here")),
    (lambda: _blank(THREE.cube("K+", "a"), [], THREE, Params(reference="a"), [], None),
     ("no-reference", "the region a is not a reference for K+ here")),
    (lambda: _partners([], THREE.cube("K+", "a"), Params(partner="Zr+"), []),
     ("unknown-species", "the region a has no Zr+ to compare K+ with")),
])  # fmt: skip
def test_a_refusal_says_all_that_is_known(function, parts):
    code, message, *rest = parts
    assert refused(function) == {"code": code, "message": message, **dict(zip(rest[::2], rest[1::2], strict=True))}


def stored(array):
    """Return an array as NumPy stores it."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(("content", "says"), [
    (None, "cannot be read: No such file or directory"), (b"1 2\n3\n", "is not a matrix of numbers"),
    (b"1 x\n", "is not a matrix of numbers"),
    (b"1,2,3\n4,5,6\n", "has 2 × 3 values, the map 1 × 2 pixels (y × x)"),
    (b"1;nan\n", "holds values that are not numbers"), (b"\n \n", "is not a matrix of numbers"),
    (stored(np.ones((1, 1, 2))), "is not a matrix of numbers"),
    (stored(np.array([["a", "b"]])), "is not a matrix of numbers"),
])  # fmt: skip
def test_a_mask_that_cannot_be_used(tmp_path, content, says):
    path = tmp_path / "mask.txt"
    if content is not None:
        path.write_bytes(content)
    assert refused(lambda: read_mask(str(path), (1, 2))) == {
        "code": "bad-roi", "message": f"the mask {path} {says}", "hint": MASK,
    }  # fmt: skip


# -- flags -------------------------------------------------------------------------------------------

PAIR = maps(
    ("r", "Na+", 1, (1, 2)), ("r", "K+", 1, (3, 4)), ("r", "O-", -1, (5, 6)), ("r", "Cl-", -1, (5, 6)),
    ("r", "Zr+", 1, (0.5, 2)),
)  # fmt: skip
ACROSS = "--param across_polarities=true"


def shown(notes):
    return [(one.code, one.message, one.severity, one.where, one.hint) for one in notes]


def test_a_channel_that_holds_no_counts_is_left_out_and_said():
    notes = []
    sodium = PAIR.cube("Na+", "r")
    cubes = _cubes(PAIR, sodium, notes)
    assert [one.species for one in cubes] == ["Na+", "K+", "O-", "Cl-"]
    assert cubes[0] is sodium
    left = ("not-counts", "Zr+: pixels are not whole counts; it is left out", "warning", "", "export raw counts")
    assert shown(notes) == [left]


@pytest.mark.parametrize(("params", "partners", "notes"), [
    ({}, ["K+"], [("across-polarities", "not compared with Na+, being of opposite polarity: O-, Cl-", "info", "",
                   ACROSS)]),
    ({"across_polarities": True}, ["K+", "O-", "Cl-"], []),
    ({"partner": "K+"}, ["K+"], []),
    ({"partner": "O-", "across_polarities": True}, ["O-"], []),
])  # fmt: skip
def test_an_ion_is_compared_with_those_of_its_polarity_or_with_the_asked_one(params, partners, notes):
    sodium, said = PAIR.cube("Na+", "r"), []
    found = _partners(_cubes(PAIR, sodium, []), sodium, Params(**params), said)
    assert ([one.species for one in found], shown(said)) == (partners, notes)


def test_an_asked_ion_of_the_other_polarity_is_refused():
    sodium = PAIR.cube("Na+", "r")
    assert refused(lambda: _partners(_cubes(PAIR, sodium, []), sodium, Params(partner="O-"), [])) == {
        "code": "across-polarities", "hint": ACROSS,
        "message": "O- and Na+ are of opposite polarity: two detectors, maybe two scans",
    }  # fmt: skip


def searched(**more):
    facts = {"columns": [], "detectable": 1.1, "false": 0, "flat": np.array([1.0]), "params": Params(),
             "cube": SimpleNamespace(counts=np.ones((1, 10, 10)))}  # fmt: skip
    return SimpleNamespace(**facts | more)


PIXELS = GRID.__class__(GRID.x, GRID.y, "1", GRID.depth, "1")
NO_REFERENCE = (
    "no-reference-region", "no reference region: the threshold is from the map itself, its columns left out, "
    "shuffled", "info", "", "--param reference=REGION",
)  # fmt: skip


def test_what_limits_a_search_is_said_in_order():
    """A column of 30 of 100 pixels touches the edge; both stand out by 0.1, where 1.4 times 0.1 can be missed."""
    wide = found(np.arange(100).reshape(10, 10) < 30, cut=True, level=0.1, background=1.0)
    near = found(level=0.1, background=1.0)
    one = searched(columns=[wide, near], false=1, flat=np.array([0.5, 1.0]), params=Params(window=5, frames=2))
    assert shown(flags(one, PIXELS)) == [
        ("columns-cut", "1 column touches the edge of the field, or pixels that were not measured: no width",
         "warning", "", ""),
        ("columns-near-threshold", "2 columns stand out by little: others like these may be missed, or found in "
         "pieces", "warning", "", "--param window=7, or --param frames=3"),
        ("column-fills-field", "a column covers more than 25 % of the field: an uneven background looks like this",
         "warning", "", ""),
        NO_REFERENCE,
        ("columns-in-blank", "1 column in a shuffled cube: some may be chance", "warning", "",
         "--param quantile=0.999"),
        ("uneven-background", "the background varies across the field from 50 to 100 % of its median; a smooth "
         "surface is taken for it", "warning", "", ""),
        ("no-pixel-size", "no pixel size is stated: widths are in pixels", "warning", "",
         'sims.pixel_size = "0.5 um" in the sims.toml'),
    ]  # fmt: skip
    assert shown(flags(searched(), GRID)) == [NO_REFERENCE]
    assert shown(flags(searched(false=2, params=Params(reference="b")), GRID)) == [
        ("reference-has-columns", "the reference region has 2 columns itself", "warning", "", ""),
    ]  # fmt: skip


def test_columns_that_are_not_upright_sharp_and_single_are_counted_by_number():
    odd = ("tapered", "leaning", "soft", "notched")
    shapes = [
        SimpleNamespace(
            **{name: n in marked for name, marked in zip(odd, ([1], [1, 2], [3], [1, 3]), strict=True)}
        )
        for n in (1, 2, 3)
    ]
    assert [(one.code, one.message, one.where) for one in shape_flags(shapes)] == [
        ("column-tapered", "1 column with a width that changes with depth: one width does not describe it",
         "column 1"),
        ("column-leans", "2 columns at an angle: the width over all frames is larger than that in one",
         "columns 1, 2"),
        ("column-soft", "1 column without a sharp rim: the width depends on where the rim is drawn", "column 3"),
        ("column-may-be-two", "2 columns with a waist, perhaps two each; the interval of the count says so",
         "columns 1, 3"),
    ]  # fmt: skip
    assert shape_flags([]) == []


# -- the reader of profiles --------------------------------------------------------------------------


def test_an_outcome_without_regions_of_interest():
    one = outcome()
    one = one.__class__(one.measurands, tables={"columns": {"column": Series.of([1])}})
    missing = {
        "message": "the outcome has no regions of interest",
        "expected": "an outcome of sims-map with the table roi_profile",
        "hint": 'echub analyze sims-map FILE --param roi="columns; outside" -o FOLDER',
    }  # fmt: skip
    assert told(lambda: to_profile(one)) == {**missing, "found": "columns"}
    assert told(lambda: to_profile(one.__class__(one.measurands))) == {**missing, "found": "no table"}


def test_a_region_of_interest_that_is_not_there():
    assert told(lambda: to_profile(outcome(), "rim")) == {
        "message": "there is no region of interest 'rim'", "expected": "columns or outside", "found": "rim",
    }  # fmt: skip


def test_an_outcome_that_was_changed():
    from echub.plugin import Source

    text = outcome().to_json()
    damaged = Source.from_bytes(text.replace('"roi"', '"rio"').encode(), "a.outcome.json")
    assert told(lambda: read(damaged, ProfileOptions())) == {
        "message": "the outcome is damaged", "path": "a.outcome.json", "found": "KeyError: 'roi'",
        "cause": "it was changed",
    }  # fmt: skip
    newer = Source.from_bytes(text.replace("echub-outcome 1", "echub-outcome 99").encode(), "a.outcome.json")
    parts = told(lambda: read(newer, ProfileOptions()))
    assert (parts["message"], parts["path"]) == ("the outcome cannot be read", "a.outcome.json")
    assert parts["found"]


@pytest.mark.parametrize("content", [b"0 1\n", b"\n0 1\n\n", b"0\t-2.5\n", stored(np.array([[False, True]]))])
def test_a_mask_is_where_it_is_not_zero(tmp_path, content):
    path = tmp_path / "mask.txt"
    path.write_bytes(content)
    name, inside = read_mask(str(path), (1, 2))
    assert (name, inside.tolist()) == (f"mask mask.txt sha256:{sha256(content).hexdigest()[:12]}", [[False, True]])
