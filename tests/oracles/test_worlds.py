"""Each number, word and flag of an outcome is what follows by hand from how its input was built."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.oracles.told import require

MODULES = (
    "cells", "charged_cells", "consistency", "corrections", "craters", "detectors", "fitted_circuits",
    "fitted_curves", "halves", "interfaces", "ion_maps", "many_outcomes", "operando", "pillars", "plateaus",
    "polarisations", "pulse_trains", "ramps", "spectra", "square_waves", "stairs", "voltammograms",
)  # fmt: skip
WORLDS = {
    name: world
    for module in MODULES
    for name, world in import_module(f"tests.oracles.{module}").WORLDS.items()
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_an_outcome_says_what_was_built_and_nothing_else(name):
    require(WORLDS[name]())
