"""Needs of an analysis of maps: columns over several axes, none of which is left out."""

from dataclasses import replace

import numpy as np
import pytest

from echub.analysis.needs import bind
from echub.analysis.outcome import Refusal
from echub.declare_analysis import Analysis, Need
from echub.testing import synth
from echub.testing.synth import Cube

MAP = Analysis(
    "toy-map",
    "a toy",
    run="nowhere:run",
    kind="ion_map",
    needs=(
        Need("n", "ion_counts", "count"),
        Need("species", "species"),
        Need("x", "x", "nm", optional=True),
        Need("z", "depth", "nm", optional=True),
    ),
)
CASE = synth.cube(0, Cube(pixels=8, frames=3))


def test_a_map_arrives_with_its_axes_and_in_the_asked_units():
    data = bind(MAP, CASE.record())
    assert data["n"].shape == (1, 3, 8, 8)
    assert data["x"].tolist() == [1000.0 * k for k in range(8)]
    assert data["species"].tolist() == ["Na+"]
    assert len(data) == 1


def test_a_frame_without_a_number_stays_in_a_map():
    depth = synth.Column(np.array([1.0, np.nan, 3.0]), "nm", ("frame",))
    needs = (*MAP.needs[:-1], Need("z", "depth", "nm"))
    data = bind(replace(MAP, needs=needs), replace(CASE, columns={**CASE.columns, "depth": depth}).record())
    assert np.isnan(data["z"]).tolist() == [False, True, False]
    assert data.flags == ()


def test_counts_without_a_number_are_refused():
    with pytest.raises(Refusal) as caught:
        bind(MAP, CASE.lost("ion_counts").record())
    assert caught.value.code == "no-values"


def test_a_map_without_a_place_is_refused():
    with pytest.raises(Refusal) as caught:
        bind(MAP, CASE.rows(0).record())
    assert caught.value.code == "empty"
