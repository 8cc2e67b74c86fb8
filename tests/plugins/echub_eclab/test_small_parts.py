"""Tables of EC-Lab's words and recipes written out, and limits of what is taken for a clock."""

from __future__ import annotations

import numpy as np
import pytest

from echub_eclab.decode import is_clock
from echub_eclab.derive import RECIPES
from echub_eclab.links import link
from echub_eclab.techniques import TECHNIQUES, TITLES

TITLE = {
    "GCPL": "Galvanostatic Cycling with Potential Limitation", "CV": "Cyclic Voltammetry",
    "OCV": "Open Circuit Voltage", "MP": "Modular Potentio", "CA": "Chronoamperometry / Chronocoulometry",
    "CP": "Chronopotentiometry", "WAIT": "Wait", "PEIS": "Potentio Electrochemical Impedance Spectroscopy",
    "GEIS": "Galvano Electrochemical Impedance Spectroscopy", "ZIR": "IR compensation (PEIS)",
    "CVA": "Cyclic Voltammetry Advanced", "LSV": "Linear Sweep Voltammetry", "CstV": "Constant Voltage",
    "CstC": "Constant Current", "MB": "Modulo Bat", "BCD": "Battery Capacity Determination",
}  # fmt: skip
STAIRCASE = "Staircase {} Electrochemical Impedance Spectroscopy"


def test_each_technique_has_the_title_that_ec_lab_prints():
    assert dict(TECHNIQUES.values()) == TITLE
    assert [tuple(one) for one in TITLES] == [
        ("LOOP", "Loop"), ("SPEIS", STAIRCASE.format("Potentio")),
        ("SPEIS", f"{STAIRCASE.format('Potentio')} (Mott-Schottky)"), ("SGEIS", STAIRCASE.format("Galvano")),
    ]  # fmt: skip


MADE = [
    ("<I>/mA", "current", "mA", "dq/mA.h * 3600 / (time/s - time/s of the row before)",
     {"averaged", "even_empty", "looks_back"}),
    ("control/V", "potential_setpoint", "V", "control/V/mA where mode = 2", set()),
    ("control/mA", "current_setpoint", "mA", "control/V/mA where mode = 1", set()),
    ("cycle number", "cycle", None, "floor(half cycle / 2)", set()),
    ("Q charge/mA.h", "charge_anodic", "mA*h", "max(Q charge/discharge/mA.h, 0)", set()),
    ("Q discharge/mA.h", "charge_cathodic", "mA*h", "max(-Q charge/discharge/mA.h, 0)", set()),
    ("Capacity/mA.h", "capacity", "mA*h",
     "|Q charge/discharge/mA.h|, 0 where the current runs against it within its half cycle", {"looks_back"}),
    ("Capacity/mA.h", "capacity", "mA*h", "|Q charge/discharge/mA.h|", set()),
    ("Ewe-Ece/V", "voltage", "V", "Ewe/V - Ece/V", {"single"}),
    ("P/W", "power_we", "W", "Ewe/V * I/mA / 1000", {"single"}),
    ("P/W", "power_cell", "W", "Ecell/V * I/mA / 1000", {"single"}),
    ("R/Ohm", "resistance_we", "ohm", "|Ewe/V / (I/mA)| * 1000", {"single"}),
    ("Re(Z)/Ohm", "impedance_real", "ohm", "|Z|/Ohm * cos(Phase(Z)/deg)", {"single"}),
    ("-Im(Z)/Ohm", "impedance_imag", "ohm", "-|Z|/Ohm * sin(Phase(Z)/deg)", {"negate", "single"}),
    ("|Y|/Ohm-1", "admittance_abs", "Ohm-1", "1 / (|Z|/Ohm)", {"single"}),
    ("Phase(Y)/deg", "admittance_phase", "deg", "-Phase(Z)/deg where |Z|/Ohm > 0", {"single"}),
    ("Re(Y)/Ohm-1", "admittance_real", "Ohm-1", "cos(Phase(Z)/deg) / (|Z|/Ohm)", {"single"}),
    ("Im(Y)/Ohm-1", "admittance_imag", "Ohm-1", "-sin(Phase(Z)/deg) / (|Z|/Ohm)", {"single"}),
]  # fmt: skip
"""Header, quantity, unit, recipe and what is set: the first needs the row before and is a mean over it; what
EC-Lab prints with eight digits is single; of the impedance the negated part is printed."""


def test_each_derived_column_is_made_as_it_says():
    flags = ("averaged", "even_empty", "negate", "single", "looks_back")
    assert [
        (one.header, one.quantity, one.unit, one.text, {flag for flag in flags if getattr(one, flag)})
        for one in RECIPES
    ] == MADE
    assert {one.header: one.mode for one in RECIPES if one.mode} == {"control/V": 2, "control/mA": 1}


@pytest.mark.parametrize(("time", "clock"), [
    ([0.0, 1.0, 2.0], True), ([], True), ([5.0], True), ([0.0, 9.9e9], True), ([0.0, 1.01e10], False),
    ([0.0, 1.1e-9], True), ([0.0, 0.9e-9], False), ([0.0, np.nan], False), ([0.0, np.inf], False),
    ([0.0, 1e10], False), ([0.0, 1e-9], False), ([-9.9e9, 0.0], True), ([-1.01e10, 0.0], False),
    ([0.0, 0.0, 0.0], True),  # a clock that stands
    ([*range(11), 0], True),  # ten of eleven steps go on
    ([*range(1, 11), 1], False),  # nine of ten do
])  # fmt: skip
def test_rows_that_go_back_or_are_wild_are_no_clock(time, clock):
    assert is_clock(np.array(time, float)) is clock


@pytest.mark.parametrize(("name", "parts"), [
    ("run_02_GCPL_C01.mpr", ("run_C01.mpr", 2, "02_GCPL", 1)),
    ("run_02_GCPL2_C01.mpr", ("run_C01.mpr", 2, "02_GCPL2", 1)),
    ("my_run_12_PEIS_D3_CA2.mpt", ("my_run_D3_CA2.mpt", 12, "12_PEIS", 1)),
    ("cell_2ndrun_02_GCPL_C01.mpr", ("cell_C01.mpr", 2, "02_GCPL", 2)),
    ("cell-11th-run_01_OCV_C01.mpr", ("cell_C01.mpr", 1, "01_OCV", 11)),
    ("cell 3rd run.mpr", ("cell.mpr", 1, "", 3)),
    ("cell_1strun.mpr", None), ("run_2_GCPL_C01.mpr", None), ("run_02_GCPL.mpr", None), ("run.mpr", None),
    ("cell_2ndruns_02_GCPL_C01.mpr", ("cell_2ndruns_C01.mpr", 2, "02_GCPL", 1)),
])  # fmt: skip
def test_names_of_linked_techniques(name, parts):
    assert link(name) == parts
