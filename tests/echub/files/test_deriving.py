"""Columns by ``--derive``: values by hand, their recipes, and what is refused or flagged."""

import dataclasses

import numpy as np
import pytest

import echub
from echub.errors import UnknownOption
from echub.files.deriving import Derivation, derive
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.testing.synth import Case, Column

SODIUM = "material=Na, density=0.968 g/cm^3"
STATED = {"cell.area": "0.5 cm^2", "cell.area_basis": "island"}


def record_of(metadata=STATED, **columns):
    columns = columns or {
        "current": (np.array([0.0, 5.0, -5.0]), "mA"),
        "charge": (np.array([0, 1.0, -2.0]), "mA*h"),
    }
    made = {"time": Column(np.arange(3.0), "s")} | {n: Column(v, u) for n, (v, u) in columns.items()}
    return Case(made, metadata).record()


def derived(text, record=None):
    record = record or record_of()
    derive(record, (Derivation.parse(text),))
    return record


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("current_density", "current_density", [0, 10, -10]),
        ("areal_charge", "areal_charge", [0, 2, -4]),
        (f"thickness: {SODIUM}", "layer_thickness", [0, 2 * 8.862, -4 * 8.862]),
        ("thickness: material=Na, density=968 kg/m^3", "layer_thickness", [0, 2 * 8.862, -4 * 8.862]),
        (f"thickness: {SODIUM}, electrons=2", "layer_thickness", [0, 8.862, -2 * 8.862]),
        (f"thickness_rate: {SODIUM}", "layer_rate", [0, 24.615, -24.615]),
        (f"layers: {SODIUM}, spacing=0.304 nm", "layer_count", [0, 2 * 8862 / 0.304, -4 * 8862 / 0.304]),
    ],
)
def test_a_column_by_hand(text, name, values):
    record = derived(text)
    column = record["timeseries"].column(name)
    assert column.values == pytest.approx(values, rel=1e-4)
    assert (column.origin, column.attrs["area_basis"]) == ("derived", "island")
    assert "0.5 cm^2 by generator" in column.attrs["recipe"]
    assert record.provenance.operations == (f"derived {text}",)
    assert not record.notices


def test_several_columns_are_derived_one_after_another():
    record = record_of()
    derive(record, (Derivation.parse("areal_charge"), Derivation.parse("current_density")))
    assert list(record["timeseries"].columns)[-2:] == ["areal_charge", "current_density"]
    assert record.provenance.operations == ("derived areal_charge", "derived current_density")


def test_a_charge_per_area_needs_no_area():
    record = record_of({}, areal_charge=(np.array([0.0, 1.0, 2.0]), "mA*h/cm^2"))
    column = derived(f"thickness: {SODIUM}", record)["timeseries"].column("layer_thickness")
    assert column.values == pytest.approx([0, 8.862, 17.724], rel=1e-4)
    assert "areal_charge" in column.attrs["recipe"]


def test_the_start_can_be_named():
    columns = {"charge": (np.arange(3.0), "mA*h"), "charge_half_cycle": (np.array([0.0, 0.5, 0.0]), "mA*h")}
    record = derived(f"thickness: {SODIUM}, from=charge_half_cycle", record_of(STATED, **columns))
    assert record["timeseries"]["layer_thickness"] == pytest.approx([0, 8.862, 0], rel=1e-4)


BOTH = {"charge": (np.array([0.0, 1.0, 2.0]), "mA*h"), "areal_charge": (np.array([0.0, 3.0, 6.0]), "mA*h/cm^2")}


@pytest.mark.parametrize(("more", "by", "factor"), [
    ("", "Q M / (z F rho A) from areal_charge; molar_mass", 3.0),  # what the file has is not computed again
    (", from=areal_charge", "Q M / (z F rho A) from areal_charge; molar_mass", 3.0),
    (", from=charge", "Q M / (z F rho A) from charge; cell.area 0.5 cm^2 by generator; molar_mass", 2.0),
])  # fmt: skip
def test_a_quotient_in_the_file_comes_first_unless_another_start_is_named(more, by, factor):
    column = derived(f"thickness: {SODIUM}{more}", record_of(**BOTH))["timeseries"].column("layer_thickness")
    assert column.values == pytest.approx([0, factor * 8.862, 2 * factor * 8.862], rel=1e-4)
    assert column.attrs["recipe"] == f"{by} 22.9898, electrons 1, density 0.968"


def test_a_charge_per_mass_has_no_area():
    """1 mA·h and -2 mA·h of 4 mg."""
    column = derived("specific_charge", record_of({**STATED, "cell.active_mass": "4 mg"}))["timeseries"].column(
        "specific_charge"
    )
    assert column.values == pytest.approx([0, 250, -500])
    assert (column.unit, column.attrs) == (
        "mA*h/g", {"recipe": "Q / m from charge; cell.active_mass 4 mg by generator"}
    )  # fmt: skip


def test_the_first_charge_of_a_table_is_taken_and_a_second_result_has_another_name():
    columns = {"charge_step": (np.ones(3), "mA*h"), "charge_half_cycle": (np.array([0.0, 1, 2]), "mA*h")}
    record = derived("areal_charge", derived("areal_charge: from=charge_step", record_of(**columns)))
    table = record["timeseries"]
    assert table["areal_charge"].tolist() == [2, 2, 2]
    assert table["areal_charge__2"].tolist() == [0, 2, 4]
    assert table.columns["areal_charge__2"].quantity == "areal_charge"
    assert list(record.provenance.operations) == ["derived areal_charge: from=charge_step", "derived areal_charge"]


def test_each_time_series_gets_its_column_and_nothing_else_does():
    one, other = record_of(), record_of(current=(np.array([1.0, 2, 3]), "mA"))
    spectrum = Dataset("impedance", one["timeseries"].columns)
    first, last = (dataclasses.replace(r["timeseries"], label=label) for r, label in ((one, "a"), (other, "b")))
    datasets = [first, spectrum, last]
    record = derived("current_density", Record(datasets, metadata=one.metadata))
    found = {name: dataset.columns.get("current_density") for name, dataset in record.datasets.items()}
    assert {name: None if column is None else column.values.tolist() for name, column in found.items()} == {
        "a": [0, 10, -10], "impedance": None, "b": [2, 4, 6]
    }  # fmt: skip
    assert (record.notices, record.provenance.operations) == ([], ("derived current_density",))


def test_what_is_computed_from_averages_is_an_average():
    record = record_of()
    table = record["timeseries"]
    averaged = dataclasses.replace(table.columns["current"], averaged=True)
    record.datasets["timeseries"] = dataclasses.replace(table, columns={**table.columns, "current": averaged})
    derive(record, tuple(map(Derivation.parse, ("areal_charge", "current_density", f"thickness_rate: {SODIUM}"))))
    found = record["timeseries"].columns
    assert {name for name, column in found.items() if column.averaged} == {
        "current", "current_density", "layer_rate",
    }  # fmt: skip
    again = derived(f"thickness_rate: {SODIUM}, from=current_density", record)["timeseries"].columns
    assert again["layer_rate__2"].averaged


def test_a_record_without_a_time_series_says_that_nothing_was_added():
    one = record_of()
    spectrum = Record([Dataset("impedance", one["timeseries"].columns)], metadata=one.metadata)
    for record in (spectrum, Record([])):
        derive(record, tuple(map(Derivation.parse, ("areal_charge", "current_density"))))
        assert [(n.code, n.message) for n in record.notices] == [
            ("not-derived", f"{name}: there is no time series, to which alone columns are added")
            for name in ("areal_charge", "current_density")
        ]
        assert record.provenance.operations == ()
    assert list(spectrum["impedance"].columns) == list(one["timeseries"].columns)


@pytest.mark.parametrize(
    ("metadata", "columns", "text", "hint"),
    [
        ({}, {}, "current_density", '--set cell.area="0.785 cm^2"'),
        (STATED, {}, "specific_charge", '--set cell.active_mass="1.2 mg"'),
        (STATED, {"voltage": (np.zeros(3), "V")}, "current_density", "from=COLUMN names another start"),
    ],
)
def test_what_a_file_does_not_allow_is_flagged(metadata, columns, text, hint):
    record = derived(text, record_of(metadata, **columns))
    assert [(n.code, n.hint) for n in record.notices] == [("not-derived", hint)]
    assert record.provenance.operations == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("thicknes", "no derivation"),
        ("thickness", "molar_mass and density and electrons"),
        ("thickness: material=Na", "density"),
        ("thickness: material=Zn, density=7.1 g/cm^3", "electrons"),
        ("thickness: material=Na, density=0.968", "no unit"),
        ("thickness: material=Na, density=-1 g/cm^3", "positive"),
        ("thickness: material=Na, density=0 g/cm^3", "positive"),
        ("thickness: material=Na, density=nan g/cm^3", "density cannot be nan"),
        ("thickness: material=Na, density=1 furlong", "density cannot be 1 furlong"),
        ("thickness: material=Na, density=1 V", "density cannot be 1 V"),
        (f"thickness: {SODIUM}, electrons=two", "electrons cannot be two"),
        (f"thickness: {SODIUM}, electrons=2 V", "electrons is a pure number"),
        ("thickness: material=Na, density=", "key=value"),
        ("thickness: material=Qq, density=1 g/cm^3", "cannot be read"),
        ("thickness: material=Na+, density=1 g/cm^3", "neutral"),
        ("thickness: material=NVP, density=1 g/cm^3", "short name"),
        ("thickness: Na", "key=value"),
        (f"thickness: {SODIUM}, density=1 g/cm^3", "--derive names density twice"),
        (f"layers: {SODIUM}", "spacing"),
        (f"current_density: {SODIUM}", "unknown parameter"),
        (f"thickness: {SODIUM}, from=current", "does not start"),
    ],
)
def test_a_wrong_request_is_refused_before_reading(text, says):
    with pytest.raises(UnknownOption, match=says):
        Derivation.parse(text)


def test_a_converted_file_keeps_the_column_and_verifies(tmp_path):
    made = tmp_path / "gcpl.mpr.h5"
    stated = echub.Annotations.of((), {"cell.area": "0.5 cm^2"})
    record = echub.read("fixtures/eclab/gcpl.mpr", annotations=stated, derive=[f"thickness: {SODIUM}"])
    echub.convert(record, path=made)
    again = echub.read(made)
    assert np.array_equal(again["timeseries"]["layer_thickness"], record["timeseries"]["layer_thickness"])
    assert all(check.holds for check in echub.verify(made, "fixtures/eclab/gcpl.mpr"))
