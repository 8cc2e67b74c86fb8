"""What is stated of each region stands in the table of regions, each in its row; what is not stated is empty."""

from __future__ import annotations

import pytest

import echub
from echub.testing import synth

STATED = {
    "pristine": {"state": "pristine"},
    "failed": {
        "state": "failed", "current_density": 0.25, "current_density_unit": "mA/cm^2", "test": "failed.mpr",
        "test_sha256": "ab12",
    },
}  # fmt: skip


def regions(*stated):
    record = synth.layered(1).record()
    if stated:
        record.metadata.set("sims.regions", [{"name": name, **STATED[name]} for name in stated], source="test")
    return echub.analyze("sims-profile", record).tables.get("regions")


@pytest.mark.parametrize("order", [("pristine", "failed"), ("failed", "pristine")])
def test_each_region_has_what_was_stated_of_it(order):
    table = regions(*order)
    rows = {name: at for at, name in enumerate(table["region"].values)}
    assert set(rows) == {"pristine", "failed"}
    for name, stated in STATED.items():
        for key in ("state", "current_density", "test", "test_sha256"):
            assert table[key].values[rows[name]] == stated.get(key), (name, key)
    assert table["current_density"].unit == "mA/cm^2"


def test_nothing_stated_gives_no_table():
    assert regions() is None


def test_a_column_that_no_region_states_is_left_out():
    table = regions("pristine")
    assert "current_density" not in table
    assert [v for v in table["state"].values if v] == ["pristine"]
