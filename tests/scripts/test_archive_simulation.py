"""The measurements of large archives run, and the memory of a run grows by little for each entry."""

import pytest

pytest.importorskip("resource", reason="measures memory as POSIX systems do")
from scripts import archive_simulation as simulation


def test_a_small_simulation(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    simulation.write_ledger(small / "ledger", 100)
    simulation.write_ledger(large / "ledger", 20_000)
    for step in ("open the ledger", "index for gather"):
        before, after = (simulation.measured(step, folder) for folder in (small, large))
        assert after["MB"] - before["MB"] <= 300 / 50  # 300 MB for a million
    simulation.write_tree(tmp_path / "raw" / "tree", 3)
    assert simulation.STEPS["plan"](tmp_path / "raw") == 3
