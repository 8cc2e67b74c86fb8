"""Real instrument files convert and validate without a false alarm."""

import os
from pathlib import Path

import pytest

import echub

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
FILES = sorted(CORPUS.glob("biologic/**/*.mpr"))

ERRORS_FLAGGED = {
    "MB-1.mpr",
    "cv.mpr",
    "lsv.mpr",
    "kmc3_biologic_CA_example.mpr",
    "cva.issue_202.mpr",
    "gcpl.issue_228.mpr",
    "gcpl.pr_182.1.mpr",
    "ocv.issue_149.mpr",
}
"""Files in which the instrument itself set its error bit in some rows."""


@pytest.mark.skipif(not FILES, reason="the corpus is not here (set ECHUB_CORPUS)")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_and_its_native_twin_raise_no_false_alarm(path, tmp_path):
    expected = ["ECH310"] if path.name in ERRORS_FLAGGED else []
    report = echub.validate(path)
    assert [p.rule.id for p in report.problems] == expected
    native = echub.convert(path, tmp_path).outputs[0]
    twin = echub.validate(native)
    assert [(p.rule.id, p.column, p.rows) for p in twin.problems] == [
        (p.rule.id, p.column, p.rows) for p in report.problems
    ]
