"""Synthetic measurements with known truth: seeded, with a model of the instrument.

>>> from echub.testing import synth
>>> case = synth.ramp(seed=1)
>>> round(case.truth["onset_current_density"], 3)
0.327
"""

from __future__ import annotations

from echub.testing.synth.arrhenius import BOLTZMANN_EV, Cells, activated, boltzmann_factor, faulty
from echub.testing.synth.case import Case, Column
from echub.testing.synth.ccd import Healing, Short, Staircase, spots, staircase
from echub.testing.synth.ccd_cells import CellBatch, cell_batch
from echub.testing.synth.ccd_published import PUBLISHED, published
from echub.testing.synth.instrument import Instrument, quantise
from echub.testing.synth.ramp import THRESHOLDS, ContactLoss, Ramp, ramp

__all__ = [
    "BOLTZMANN_EV",
    "PUBLISHED",
    "THRESHOLDS",
    "Case",
    "CellBatch",
    "Cells",
    "Column",
    "ContactLoss",
    "Healing",
    "Instrument",
    "Ramp",
    "Short",
    "Staircase",
    "activated",
    "boltzmann_factor",
    "cell_batch",
    "faulty",
    "published",
    "quantise",
    "ramp",
    "spots",
    "staircase",
]
