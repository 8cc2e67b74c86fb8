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
from echub.testing.synth.cube import PILLARS, Cube, MappedIon, Pillar, cube
from echub.testing.synth.cycling import CyclingCell, CyclingSetup, Programme, Recorder, cycles, foreign_cycles
from echub.testing.synth.impedance import Sweep, conductors, impedance
from echub.testing.synth.instrument import Ammeter, Instrument, quantise
from echub.testing.synth.operando import Operando, operando
from echub.testing.synth.polarisation import PolarisationPlan, polarisation, symmetric_polarisation
from echub.testing.synth.profile import Ion, IonChannel, Layers, channels, layered
from echub.testing.synth.pulses import Pulses, Voids, pulses, rest_series, stripped
from echub.testing.synth.ramp import THRESHOLDS, ContactLoss, Ramp, ramp
from echub.testing.synth.recovery import Recovering, recovery
from echub.testing.synth.series import SeriesPlan, eis_series
from echub.testing.synth.symmetric import LevelSteps, SymmetricRun, linear_staircase, symmetric
from echub.testing.synth.voltammogram import Sweeps, sweeps

__all__ = [
    "BOLTZMANN_EV",
    "PILLARS",
    "PUBLISHED",
    "THRESHOLDS",
    "Ammeter",
    "Case",
    "CellBatch",
    "Cells",
    "Column",
    "ContactLoss",
    "Cube",
    "CyclingCell",
    "CyclingSetup",
    "Healing",
    "Instrument",
    "Ion",
    "IonChannel",
    "Layers",
    "LevelSteps",
    "MappedIon",
    "Operando",
    "Pillar",
    "PolarisationPlan",
    "Programme",
    "Pulses",
    "Ramp",
    "Recorder",
    "Recovering",
    "SeriesPlan",
    "Short",
    "Staircase",
    "Sweep",
    "Sweeps",
    "SymmetricRun",
    "Voids",
    "activated",
    "boltzmann_factor",
    "cell_batch",
    "channels",
    "conductors",
    "cube",
    "cycles",
    "eis_series",
    "faulty",
    "foreign_cycles",
    "impedance",
    "layered",
    "linear_staircase",
    "operando",
    "polarisation",
    "published",
    "pulses",
    "quantise",
    "ramp",
    "recovery",
    "rest_series",
    "spots",
    "staircase",
    "stripped",
    "sweeps",
    "symmetric",
    "symmetric_polarisation",
]
