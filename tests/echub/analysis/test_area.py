"""The basis of an area: a field of areal measurands, never mixed, converted with both areas only."""

import math

import pytest

import echub
from echub.analysis.area import areal_power, on_basis, require_one_basis, with_basis
from echub.analysis.outcome import (
    Component,
    Condition,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Sensitivity,
    Series,
)

STATED = {
    "cell.area": {"value": 1e-8, "unit": "cm^2", "source": "t"},
    "cell.area_basis": {"value": "tip", "unit": None, "source": "t"},
    "cell.area_island": {"value": 4e-6, "unit": "cm^2", "source": "t"},
}
J = Measurand(
    "mA/cm^2", 4000.0, 40.0, Interval(3900, 4100, level=0.95), components=(Component("area", 30.0, "B", "a"),)
)
OUTCOME = with_basis(
    Outcome(
        {"j": J, "asr": Measurand("ohm*cm^2", 0.05), "U": Measurand("V", 1.0)},
        tables={"levels": {"j": Series((4000.0,), "mA/cm^2")}},
        diagnostics={"j": Series((4000.0,), "mA/cm^2")},
        sensitivity=(Sensitivity("window", "30 s", "j", 4100.0),),
        conditions={"area_basis": Condition("tip"), "rate": Condition(2.0)},
        metadata=STATED,
        label="spot",
    )
)


@pytest.mark.parametrize(
    ("unit", "power"),
    [("mA/cm^2", -1), ("uA/um^2", -1), ("mA*h/cm^2", -1), ("uF/cm^2", -1), ("ohm*cm^2", 1), ("S/cm", 0),
     ("mA", 0), ("cm^2", 0), ("1/cm^2", 0), ("cm^2/s", 0), ("mA/cm^2/h", -1), ("1", 0)],
)  # fmt: skip
def test_which_units_refer_to_an_area(unit, power):
    assert areal_power(unit) == power


@pytest.mark.parametrize("length", ["nm", "um", "mm", "cm", "dm", "m", "km"])
@pytest.mark.parametrize("electric", ["uA", "mA*h", "ohm", "kohm", "MS", "nF", "C", "mW"])
def test_an_area_is_the_square_of_any_length(electric, length):
    powers = {f"{electric}/{length}^2": -1, f"{electric}*{length}^2": 1, f"{electric}/{length}": 0}
    assert {unit: areal_power(unit) for unit in powers} == powers


def test_the_basis_is_a_field_of_areal_measurands_only():
    assert [m.area_basis for m in OUTCOME.measurands.values()] == ["tip", "tip", ""]
    assert Outcome.from_json(OUTCOME.to_json()) == OUTCOME


def test_without_a_statement_there_is_none():
    assert with_basis(Outcome({"j": J}))["j"].area_basis == ""


def test_a_value_on_an_area_of_its_own_stays_on_it():
    own = Measurand("mA/cm^2", 2.0, area_basis="geometric")
    stated = with_basis(Outcome({"j": J, "own": own}, metadata=STATED))
    assert {name: m.area_basis for name, m in stated.measurands.items()} == {"j": "tip", "own": "geometric"}
    island = on_basis(stated, "island")
    assert (island["j"].area_basis, island["own"]) == ("island", own)


def test_values_that_are_on_the_asked_area_stay_as_they_are():
    assert on_basis(OUTCOME, "tip") is OUTCOME


def test_conversion_scales_everything_and_says_so():
    island = on_basis(OUTCOME, "island")
    j = island["j"]
    assert (j.value, j.uncertainty) == (pytest.approx(10), pytest.approx(0.1))
    assert (j.interval.low, j.interval.high) == (pytest.approx(9.75), pytest.approx(10.25))
    assert j.components[0].uncertainty == pytest.approx(0.075)
    assert island["asr"].value == pytest.approx(20)
    assert island["U"] == OUTCOME["U"]
    assert {m.area_basis for m in (j, island["asr"])} == {"island"}
    assert (island.meta("cell.area"), island.meta("cell.area_tip")) == (4e-6, 1e-8)
    assert (j.note, island["U"].note) == ("converted from the tip area", "")
    assert (j.components[0].name, j.components[0].kind, j.components[0].group) == ("area", "B", "a")
    assert island.provenance["area_basis"] == "tip to island: 1e-08 to 4e-06 cm^2"
    assert (island.tables, island.diagnostics, island.sensitivity) == ({}, {}, ())
    assert {name: c.value for name, c in island.conditions.items()} == {"area_basis": "island", "rate": 2.0}
    back = on_basis(island, "tip")
    assert back["j"].value == pytest.approx(4000)


@pytest.mark.parametrize(
    ("without", "basis", "code"),
    [("cell.area_island", "island", "no-second-area"), ("cell.area_basis", "island", "no-area-basis"),
     ("cell.area", "island", "no-area-basis"), ("cell.area", "electrode", "no-area-basis")],
)  # fmt: skip
def test_one_area_is_not_enough(without, basis, code):
    metadata = {path: entry for path, entry in STATED.items() if path != without}
    with pytest.raises(Refusal) as refused:
        on_basis(OUTCOME.replace(metadata=metadata), basis)
    assert (refused.value.code, refused.value.where) == (code, "spot")
    second = "values on the tip area cannot be put on the island area: cell.area_island is not stated"
    no_basis = "which area the values refer to is not stated"
    assert refused.value.message == (second if code == "no-second-area" else no_basis)
    both = '--set cell.area="0.785 cm^2" --set cell.area_basis=geometric'
    assert refused.value.hint == ('--set cell.area_island="400 um^2"' if code == "no-second-area" else both)


def test_bases_do_not_mix():
    other = Measurand("mA/cm^2", 1.0, area_basis="geometric")
    with pytest.raises(Refusal) as refused:
        require_one_basis([("a", OUTCOME["j"]), ("v", OUTCOME["U"]), ("b", other)])
    assert refused.value.message == "the values refer to different areas: geometric, tip"
    assert refused.value.where == "a: tip; b: geometric"
    assert refused.value.hint == "--area-basis geometric puts them on one, if both areas of each are stated"
    with pytest.raises(Refusal, match="not stated, tip"):
        require_one_basis([("a", OUTCOME["j"]), ("b", J)])
    require_one_basis([("a", OUTCOME["U"]), ("b", OUTCOME["j"])])


def test_mixing_is_refused_even_where_other_conditions_may_be_mixed(tmp_path):
    table = tmp_path / "onsets.csv"
    rows = "".join(
        f"{basis},{t},{t / 100}\n" for t, basis in ((0, "tip"), (30, "tip"), (60, "geometric"), (90, "tip"))
    )
    table.write_text(f"cell.area_basis,cell.temperature / degC,onset_current_density / mA/cm^2\n{rows}")
    outcome = echub.analyze("arrhenius", table, params={"allow_mixed": True})
    assert [flag.code for flag in outcome.refusals] == ["mixed-area-basis"]


def test_earlier_outcomes_are_put_on_the_asked_area_first(tmp_path):
    """Half the area is twice the density: ln 2 more in the prefactor, and the same activation energy."""
    areas = "cell.area_basis,cell.area / cm^2,cell.area_island / cm^2"
    rows = "".join(f"tip,0.5,0.25,{t},{t / 100}\n" for t in (10, 30, 60, 90))
    table = tmp_path / "onsets.csv"
    table.write_text(f"{areas},cell.temperature / degC,onset_current_density / mA/cm^2\n{rows}")
    tip, same, island = (echub.analyze("arrhenius", table, area_basis=basis) for basis in (None, "tip", "island"))
    assert tip.measurands == same.measurands
    energy, prefactor = "activation_energy_ln_y", "ln_prefactor_ln_y"
    assert island[energy].value == pytest.approx(tip[energy].value)
    assert island[prefactor].value == pytest.approx(tip[prefactor].value + math.log(2))
    refused = echub.analyze("arrhenius", table, area_basis="electrode")
    assert [flag.code for flag in refused.refusals] == ["no-second-area"]


def test_an_analysis_answers_on_another_area():
    stated = {"cell.area": "0.5 cm^2", "cell.area_basis": "geometric"}
    one = echub.analyze("ramp-onset", "fixtures/eclab/ramp.mpr", metadata=stated)
    assert one["onset_current_density"].area_basis == "geometric"
    asked = {"area_basis": "electrode", "metadata": stated | {"cell.area_electrode": "0.25 cm^2"}}
    two = echub.analyze("ramp-onset", "fixtures/eclab/ramp.mpr", **asked)
    assert two["onset_current_density"].value == pytest.approx(2 * one["onset_current_density"].value)
    assert two["asr_to_reference"].value == pytest.approx(one["asr_to_reference"].value / 2)
    refused = echub.analyze("ramp-onset", "fixtures/eclab/ramp.mpr", metadata=stated, area_basis="electrode")
    assert [flag.code for flag in refused.refusals] == ["no-second-area"]
    assert not refused.measurands
