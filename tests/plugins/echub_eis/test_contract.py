"""The three analyses keep the contract."""

from __future__ import annotations

from typing import ClassVar

from echub.testing import AnalysisContract, synth

CELL = {"cell__area": "0.5675 cm^2", "cell__thickness": "1.7 mm", "cell__n_interfaces": "2"}


class TestEisCheck(AnalysisContract):
    analysis = "eis-check"
    generate = staticmethod(synth.impedance)
    bias = 0.1  # proportional and additive noise are told apart imperfectly: a part of one goes to the other
    test_the_sampling_hardly_matters = None  # p of half the points is another p
    seeds = 10


class TestEisFit(AnalysisContract):
    analysis = "eis-fit"
    generate = staticmethod(synth.impedance)
    params: ClassVar = {"circuit": "LR(RQ)(RQ)"}
    seeds = 10


class TestEisFitOfAsManyArcsAsThereAre(AnalysisContract):
    analysis = "eis-fit"
    generate = staticmethod(lambda seed: synth.impedance(seed, "three_arcs"))
    seeds = 5


class TestEisResistance(AnalysisContract):
    analysis = "eis-resistance"
    generate = staticmethod(lambda seed: synth.impedance(seed, "na_sym", **CELL))
    params: ClassVar = {"circuit": "LR(RQ)(RQ)"}
    seeds = 6


class TestEisResistanceOfABlockingCell(AnalysisContract):
    analysis = "eis-resistance"
    generate = staticmethod(lambda seed: synth.impedance(seed, "blocking", **CELL))
    params: ClassVar = {"circuit": "LR(RQ)Q"}
    seeds = 8
