"""Real files: half-cycle tables whose charge is the instrument's own; none is a critical current density."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import echub

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("ECHUB_CORPUS", ROOT.parent / "shared" / "corpus")) / "biologic"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here ($ECHUB_CORPUS)")

# Each looked at: full cells, electrodes against a reference, and potential control are not symmetric cells.
WHY = {
    "250116_kigr_gen6_01_01_GCPL_CD8.mpr": "one-half-cycle",
    "commercial_cell_001__1753280829_C01.mpr": "not-galvanostatic",
    "commercial_cell_001__1753343328_C01.mpr": "missing-column",
    "GCPL-0.mpr": "no-current",
    "MB-1.mpr": "one-half-cycle",
    "jdb11-1_e1_s3_squidTest_data_C15.mpr": "not-symmetric",
    "ACETATE BUFFER CYCING_C01.mpr": "no-current",
    "ZMO_C_C02.mpr": "no-current",
    "00_test_02_MB_C01.mpr": "not-galvanostatic",
    "00_test_04_MB_C01.mpr": "not-galvanostatic",
    "jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr": "not-symmetric",
    "gcpl.issue_149.mpr": "not-symmetric",
    "gcpl.issue_211.mpr": "not-symmetric",
    "gcpl.issue_226.CxN.mpr": "not-symmetric",
    "gcpl.issue_228.mpr": "not-symmetric",
    "gcpl.pr_182.1.mpr": "not-symmetric",
    "mb.issue_218.mpr": "not-galvanostatic",
    "mb.issue_95.mpr": "not-symmetric",
}
OUTSIDE = {"250116_kigr_gen6_01_01_GCPL_CD8.mpr": 5e-4, "mb.issue_95.mpr": 4e-5, "MB-1.mpr": 0.8}
"""Charge of the rests that the counter puts into a half cycle, relative; elsewhere below 1e-9."""


def asked(name):
    return echub.analyze("ccd", next(CORPUS.rglob(name)))


def test_every_file_of_both_techniques_is_in_the_list():
    seen = set()
    for path in CORPUS.rglob("*.mpr"):
        try:
            record = echub.read(path)
        except echub.EchubError:
            continue
        if record.metadata.value("technique.name") in ("GCPL", "MB") and "timeseries" in record:
            seen.add(path.name)
    assert seen == {*WHY, "gcpl.mpr"}


@pytest.mark.parametrize("name", WHY)
def test_none_is_a_critical_current_density(name):
    outcome = asked(name)
    assert [flag.code for flag in outcome.refusals] == [WHY[name]]
    assert not outcome.measurands
    if "half_cycles" not in outcome.tables:
        return
    table = outcome.tables["counter"]
    assert np.nanmax(np.abs(table["difference"].array())) < 1e-9
    assert np.nanmax(np.abs(table["outside"].array())) == pytest.approx(OUTSIDE.get(name, 0), rel=0.2, abs=1e-9)
    assert set(table["half_cycles"].values) == {1}, "the counter counts what the current shows"
    assert "integral_error" in outcome.tables["charge"]


def test_a_symmetric_cell_at_one_level_is_censored():
    """Twelve-hour half cycles of 0.011 mA, ±105 mV: cycling, not a staircase; it survived all of it."""
    outcome = asked("gcpl.mpr")
    current = outcome["critical_current"]
    assert (current.censoring, round(current.interval.low, 6)) == ("right", 0.011)
    assert outcome.conditions["protocol"].value == "one level"
    assert "one-level" in [flag.code for flag in outcome.flags]
    assert np.abs(outcome.tables["counter"]["difference"].array()).max() < 1e-9


def test_integrating_sparse_rows_is_off_by_what_is_tabulated():
    errors = [
        np.nanmax(np.abs(asked(n).tables["charge"]["integral_error"].array())) for n in WHY if "issue_2" in n
    ]
    assert min(errors) < 0.1
    assert 1 < max(errors) < 15


def test_a_counter_of_a_held_potential_counts_something_else():
    """11 counts against one half cycle by the current, the noise of which turns."""
    outcome = asked("ca.issue_134.mpr")
    assert outcome.refusals[0].code == "not-galvanostatic"
    assert len(outcome.tables["counter"]["counter"]) == 11
    assert set(outcome.tables["counter"]["half_cycles"].values) != {1}
