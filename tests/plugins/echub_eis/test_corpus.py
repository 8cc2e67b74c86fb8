"""Real spectra are checked and fitted: an outcome each, and a figure."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import echub
from echub.analysis import figures
from echub.registry.registry import registry

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
FILES = (
    "biologic/AutoEIS/exampleDataBioLogic.mpt",
    "biologic/aurora-cycler-manager/PEIS.mpr",
    "tables/impedance.py/exampleDataZPlot.z",
    "tables/pyimpspec/case-multiple-spectra.csv",
    "vendors/hybrid-drt/EISGALV_EISTest3.DTA",
    "vendors/pyimpspec/drift-corrected-data.dta",
)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_is_answered(name):
    if not (CORPUS / name).is_file():
        pytest.skip("not in this corpus")
    record = echub.read(CORPUS / name)
    for analysis in ("eis-check", "eis-resistance"):
        params = {} if analysis == "eis-check" else {"sensitivity": "false"}
        outcomes = echub.analyze_each(analysis, record, params=params)
        assert len(outcomes) == len(set(record["impedance"]["spectrum"].tolist()))
        assert all(outcome.measurands for outcome in outcomes if outcome.status != "refused")
        figure = figures.draw_outcome(outcomes[0], registry().analysis(analysis))
        figure.savefig(io.BytesIO(), format="png")


def test_a_synthetic_file_of_another_program_gives_its_own_values():
    """Its values are round: 100, 200 and 500 Ω."""
    path = CORPUS / "tables" / "pyimpspec" / "data-semicolon.csv"
    if not path.is_file():
        pytest.skip("not in this corpus")
    outcome = echub.analyze("eis-fit", path, params={"sensitivity": "false"})
    found = [outcome[f"resistance_{label}"].value for label in ("hf", "1", "2")]
    assert found == pytest.approx([100, 200, 500], rel=1e-3)
