"""Columns that are not upright cylinders with sharp rims are flagged, and their tables say how."""

from __future__ import annotations

import numpy as np
import pytest

from echub.testing.synth.foreign import cube


def answer(shape, seed=1):
    return cube.SHAPES[shape](np.random.default_rng(seed)).answer()


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("cone, one half", "column-tapered"),
        ("a waist", "column-tapered"),
        ("tilted", "column-leans"),
        ("soft rim", "column-soft"),
        ("two that overlap: count", "column-may-be-two"),
    ],
)
def test_what_is_not_upright_is_flagged(shape, code):
    assert code in {flag.code for flag in answer(shape).flags}


def test_an_upright_column_is_not_flagged():
    for seed in range(4):
        assert answer("upright, sharp", seed).status == "ok"


def test_a_cone_has_a_width_at_the_top_and_one_at_the_bottom():
    """One end is half of the other, so the outer thirds are 11/12 and 7/12 of the wide one: a ratio of 1.57."""
    widths = answer("cone, one half").tables["columns_by_depth"]["width"].array()
    assert max(widths[0], widths[-1]) / min(widths[0], widths[-1]) == pytest.approx(11 / 7, rel=0.08)


def test_two_that_overlap_widen_the_count():
    count = answer("two that overlap: count")["column_count"]
    assert (count.interval.low, count.interval.high) == (1, 2)
