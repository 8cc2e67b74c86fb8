"""Real profiles: interfaces come out with intervals, or as what their points allow."""

import os
from pathlib import Path

import pytest

import echub

REAL = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus")) / "sims" / "SIMS"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real files is not here")


def analyze(name, species, **params):
    return echub.analyze("sims-profile", REAL / f"{name}.dp_rpc_asc", params={"species": species, **params})


@pytest.mark.parametrize("name", ["160112b", "160112f"])
def test_the_indium_film_ends_between_two_points(name):
    """By eye: 113In falls from 47136 to 7881 and 320 counts between 230 and 261 nm, in steps of 15 nm."""
    outcome = analyze(name, "113In")
    position, width = outcome["interface_position"], outcome["interface_width"]
    assert position.interval.kind == "bracketing"
    assert 210 < position.interval.low < 240 < position.interval.high < 270
    assert width.value is None
    assert width.interval.high < 50
    assert "interface-undersampled" in {flag.code for flag in outcome.flags}


def test_the_zinc_beneath_has_a_wide_edge_with_an_open_interval():
    outcome = analyze("160112b", "70Zn")
    assert outcome["interface_position"].interval.covers(245)
    assert outcome["interface_width"].value > 100


def test_lithium_decays_behind_the_film():
    outcome = analyze("160112f", "7Li")
    # by eye: 6089 counts at 250 nm, 716 at 342 nm: 100 nm for a decade
    assert outcome["trailing_decay_length"].interval.covers(100)


def test_four_decades_between_two_points_on_the_faraday_cup():
    outcome = analyze("151112s", "115In")
    codes = {flag.code for flag in outcome.flags}
    assert {"interface-undersampled", "faraday-cup-in-fit", "overdispersed"} <= codes
    assert "detector-switch-step" not in codes  # the film ends there
    position = outcome["interface_position"]
    assert position.interval.low < 240 < 280 < position.interval.high


def test_a_time_axis_with_a_table_of_layers_becomes_depth():
    outcome = analyze("time_x_axis", "63Cu")
    assert outcome["interface_position"].unit == "nm"
    details = dict(zip(*(outcome.tables["steps"][k].values for k in ("step", "detail")), strict=True))
    assert details["depth"] == "piecewise by 1 layer"


def test_a_concentration_is_that_of_the_instruments_own_software():
    record = echub.read(REAL / "151112s.dp_rpc_asc")
    data = record["depth_profile"]
    near = (data["species"] == "7Li") & (data["depth"] < 0.5)
    table = analyze("151112s", "7Li").tables["concentrations"]
    found = dict(zip(table["window"].values, table["concentration"].values, strict=True))
    assert found["near_surface"] == pytest.approx(data["atomic_concentration"][near].mean(), rel=1e-6)


@pytest.mark.parametrize(("name", "factors"), [("151112s", 1), ("160112b", 0)])
def test_concentrations_are_given_where_a_factor_is_printed(name, factors):
    outcome = analyze(name, "7Li")
    assert ("concentrations" in outcome.tables) == bool(factors)
    if factors:
        table = outcome.tables["concentrations"]
        assert set(table["convention"].values) == {"per_count_rate"}
        assert set(table["species"].values) == {"7Li"}
