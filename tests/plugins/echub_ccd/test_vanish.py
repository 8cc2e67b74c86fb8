"""Spectra beside the current: a short takes all arcs away, and `eis_vanish` says in which half cycle."""

from __future__ import annotations

import pytest

import echub
from echub.testing.synth.series import SeriesPlan, eis_series

LEVELS = tuple(round(0.1 * n, 1) for n in range(1, 9))
ASR = {"electrolyte_asr": "23.1 ohm*cm^2", "criterion": "eis_vanish"}  # 60 Ω on 0.385 cm²


def outcome(shorted, **params):
    plan = SeriesPlan(levels=LEVELS, curvature=0, beside=True, shorted=shorted, hold=30)
    return echub.analyze("ccd", [eis_series(3, plan).data()], params={**ASR, **params})


def test_the_level_without_arcs_is_the_one_that_failed():
    found = outcome(5)
    ccd = found["critical_current_density"]
    assert (ccd.interval.low, ccd.interval.high) == pytest.approx((0.5, 0.6))
    assert found.tables["detectors"]["eis_vanish"].values == ("no",) * 5 + ("yes",) * 3


def test_a_cell_with_arcs_survives():
    assert outcome(None)["critical_current_density"].censoring == "right"


def test_without_the_electrolyte_nothing_is_said():
    marks = outcome(5, electrolyte_asr="0 ohm*cm^2", criterion="near_zero").tables["detectors"]["eis_vanish"]
    assert set(marks.values) == {None}


def test_arcs_that_were_never_there_have_not_vanished():
    """A cell that is shorted from the start contradicts the stated electrolyte; by itself nothing has vanished."""
    assert [flag.code for flag in outcome(0).refusals] == ["electrolyte-contradicted"]
    marks = outcome(0, electrolyte_asr="0.5 ohm*cm^2").tables["detectors"]["eis_vanish"].values
    assert set(marks) == {"no"}
