"""The technique codes of the Set module."""

from __future__ import annotations

from typing import NamedTuple


class Technique(NamedTuple):
    """A technique: EC-Lab's own code name, and its title."""

    name: str
    title: str


TECHNIQUES: dict[int, Technique] = {
    0x04: Technique("GCPL", "Galvanostatic Cycling with Potential Limitation"),
    0x06: Technique("CV", "Cyclic Voltammetry"),
    0x0B: Technique("OCV", "Open Circuit Voltage"),
    0x16: Technique("MP", "Modular Potentio"),
    0x18: Technique("CA", "Chronoamperometry / Chronocoulometry"),
    0x19: Technique("CP", "Chronopotentiometry"),
    0x1C: Technique("WAIT", "Wait"),
    0x1D: Technique("PEIS", "Potentio Electrochemical Impedance Spectroscopy"),
    0x1E: Technique("GEIS", "Galvano Electrochemical Impedance Spectroscopy"),
    0x30: Technique("CV", "Cyclic Voltammetry"),
    0x32: Technique("ZIR", "IR compensation (PEIS)"),
    0x33: Technique("CVA", "Cyclic Voltammetry Advanced"),
    0x6C: Technique("LSV", "Linear Sweep Voltammetry"),
    0x75: Technique("CstV", "Constant Voltage"),
    0x76: Technique("CstC", "Constant Current"),
    0x77: Technique("GCPL", "Galvanostatic Cycling with Potential Limitation"),
    0x7F: Technique("MB", "Modulo Bat"),
    0x88: Technique("BCD", "Battery Capacity Determination"),
}
"""Code to technique; some techniques have two codes. Any other code stays a number."""

TITLES = (
    Technique("LOOP", "Loop"),
    Technique("SPEIS", "Staircase Potentio Electrochemical Impedance Spectroscopy"),
    Technique("SPEIS", "Staircase Potentio Electrochemical Impedance Spectroscopy (Mott-Schottky)"),
    Technique("SGEIS", "Staircase Galvano Electrochemical Impedance Spectroscopy"),
)
"""Techniques that texts name, and whose code in a binary file is not known. A loop has no data."""
