"""Stacked files keep whose they are: area and sample by file; units survive pint-xarray."""

import sys

import numpy as np
import pytest

import echub
from echub.errors import PluginError, SelectionError, UnitMismatch, UnknownOption
from echub.files import store
from echub.model.build import SourceColumn, build_dataset, build_map
from echub.model.record import Provenance, Record
from tests.messages.parts import said

xr = pytest.importorskip("xarray")


def record(name, rows, area=None, sample=None, *more):
    columns = [
        SourceColumn("t", np.arange(float(rows)), "time", "s"),
        SourceColumn("I", np.arange(float(rows)) / 8, "current", "mA"),
        SourceColumn("n", np.arange(rows), "cycle", index=2),
        *more,
    ]
    made = Record([build_dataset("timeseries", columns)], provenance=Provenance(source={"name": name}))
    if area:
        made.metadata.set("cell.area", area, "cm^2", source="test")
    if sample:
        made.metadata.set("sample.id", sample, source="test")
    return made


def test_each_file_keeps_its_area_and_sample():
    stacked = echub.stack([record("a", 3, 0.5, "A1"), record("b", 2, 2.0)])
    assert dict(stacked.sizes) == {"file": 2, "row": 3}
    assert stacked["file"].values.tolist() == ["a", "b"]
    assert stacked["cell_area"].values.tolist() == [0.5, 2.0]
    assert stacked["sample_id"].values.tolist() == ["A1", ""]
    assert stacked["cell_area"].attrs == {"units": "cm^2"}
    density = stacked["current"] / stacked["cell_area"]
    assert density.sel(file="a").values.tolist() == [0.0, 0.25, 0.5]
    assert density.sel(file="b").values.tolist()[:2] == [0.0, 0.0625]


def test_a_shorter_file_is_missing_at_its_end_and_equal_ones_stay_whole():
    stacked = echub.stack([record("a", 3), record("b", 2)])
    assert stacked["current"].isnull().values.tolist() == [[False] * 3, [False, False, True]]
    assert echub.is_missing(stacked["cycle"].values).tolist() == [[False] * 3, [False, False, True]]
    assert echub.is_missing(stacked["cell_area"].values).all()
    assert echub.stack([record("a", 3), record("b", 3)])["cycle"].dtype == np.uint8


def test_columns_of_one_file_and_texts():
    words = SourceColumn("state", np.array(["rest", "CC"], dtype=object), index=3)
    stacked = echub.stack([record("a", 3), record("b", 2, None, None, words)])
    assert stacked["vendor_state"].values.tolist() == [["", "", ""], ["rest", "CC", ""]]


def test_attributes_stay_only_if_all_files_agree():
    derived = SourceColumn("I", np.arange(3.0), "current_density", "mA/cm^2", "derived")
    measured = SourceColumn("I", np.arange(3.0), "current_density", "mA/cm^2", "measured")
    stacked = echub.stack([record("a", 3, None, None, derived), record("b", 3, None, None, measured)])
    assert stacked["current"].attrs["units"] == "mA"
    assert stacked["current_density"].attrs["units"] == "mA/cm^2"
    assert "origin" not in stacked["current_density"].attrs


def test_one_name_in_two_units_is_refused():
    one, other = (SourceColumn("p", np.arange(3.0), unit=unit) for unit in ("mbar", "MPa"))
    with pytest.raises(UnitMismatch, match="'vendor_p' in different units") as refused:
        echub.stack([record("a", 3, None, None, one), record("b", 3, None, None, other)])
    assert (refused.value.column, refused.value.expected, refused.value.found) == (
        "vendor_p", "one unit", "MPa, mbar"
    )  # fmt: skip


def test_other_metadata_another_dimension_and_names_that_occur_twice():
    files = [record("a", 2), record("a", 2)]
    files[0].metadata.set("cell.temperature", 60.0, "degC", source="test")
    stacked = echub.stack(files, dim="cell", metadata=["cell.temperature"])
    assert stacked["cell"].values.tolist() == ["a", "a (2)"]
    assert stacked["cell_temperature"].attrs == {"units": "degC"}
    assert stacked["cell_temperature"].values.tolist()[0] == 60.0
    assert "cell_area" not in stacked.coords


def test_rows_of_a_selection_are_told():
    chosen = record("a", 4)
    chosen.datasets["timeseries"] = chosen["timeseries"].query("time > 1")
    stacked = echub.stack([chosen, record("b", 2)])
    assert stacked["source_row"].values[0].tolist() == [2, 3]
    assert echub.is_missing(stacked["source_row"].values[1]).all()
    assert "source_row" not in echub.stack([record("b", 2)])


def test_what_cannot_be_stacked_is_refused():
    with pytest.raises(UnknownOption, match=r"cell\.aera"):
        echub.stack([record("a", 2)], metadata=["cell.aera"])
    counts = SourceColumn("m", np.ones((2, 2)), "ion_counts", "count", axes=("y", "x"))
    with pytest.raises(SelectionError, match="an ion_map dataset is not a table") as refused:
        echub.stack([Record([build_map("ion_map", [counts])])], "ion_map")
    assert refused.value.hint == "use .to_xarray() on each, and xarray.concat"


UNITS = ("mA/cm^2", "mA*h", "mA*h/cm^2", "ohm*cm^2", "S*K/cm", "degC", "degree", "count/s", "um", "1", "%")


def test_units_survive_pint_xarray():
    pytest.importorskip("pint_xarray")
    given = xr.Dataset({f"c{n}": ("row", [1.0, 2.0], {"units": unit}) for n, unit in enumerate(UNITS)})
    again = echub.from_pint(echub.to_pint(given))
    assert [again[f"c{n}"].attrs["units"] for n in range(len(UNITS))] == list(UNITS)
    xr.testing.assert_equal(again, given)


def test_units_that_follow_by_calculation_are_ours(tmp_path):
    pytest.importorskip("pint_xarray")
    store.write(record("a", 3), tmp_path / "a.h5")
    quantities = echub.to_pint(xr.open_dataset(tmp_path / "a.h5", group="timeseries", engine="h5netcdf"))
    quantities["charge"] = (quantities["current"] * quantities["time"]).pint.to("mA*h")
    again = echub.from_pint(quantities)
    assert again["charge"].attrs["units"] == "mA*h"
    assert again["current"].attrs["units"] == "mA"
    assert again["row"].attrs["units"] == "1"


def test_a_unit_that_pint_does_not_read_stays_a_text():
    pytest.importorskip("pint_xarray")
    given = xr.Dataset({"x": ("row", [1.0], {"units": "a.u./none"})})
    assert echub.from_pint(echub.to_pint(given))["x"].attrs["units"] == "a.u./none"


def test_without_pint_xarray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pint_xarray", None)
    with pytest.raises(PluginError, match="pint-xarray is not installed"):
        echub.to_pint(xr.Dataset())


def test_a_stack_says_its_kind_and_all_that_its_files_agree_on():
    odd = SourceColumn("p", np.arange(2.0), unit="mbar", averaged=True)
    stacked = echub.stack([record("a", 3), record("b", 2, None, None, odd)], metadata=["cell.n_interfaces"])
    assert stacked.attrs == {"kind": "timeseries"}
    assert {name: (stacked[name].dims, dict(stacked[name].attrs)) for name in stacked.data_vars} == {
        "time": (("file", "row"), {"units": "s", "quantity": "time", "origin": "measured"}),
        "current": (("file", "row"), {
            "units": "mA", "quantity": "current", "origin": "measured", "sign": "anodic_positive",
        }),
        "cycle": (("file", "row"), {"units": "1", "quantity": "cycle", "origin": "measured"}),
        "vendor_p": (("file", "row"), {"units": "mbar", "origin": "measured"}),
    }  # fmt: skip
    assert stacked["row"].values.tolist() == [0, 1, 2]
    assert echub.is_missing(stacked["vendor_p"].values).tolist() == [[True] * 3, [False, False, True]]
    assert (stacked["cell_n_interfaces"].dims, stacked["cell_n_interfaces"].attrs) == (("file",), {})
    assert np.isnan(stacked["cell_n_interfaces"].values).all()
    assert dict(echub.stack([record("a", 0)]).sizes) == {"file": 1, "row": 0}


def test_what_cannot_be_stacked_says_what_can(monkeypatch):
    known = said(lambda: echub.stack([record("a", 2)], metadata=["cell.area", "cell.aera"]))
    assert (known["message"], known["found"]) == ("there is no metadata 'cell.aera'", "cell.aera")
    assert known["expected"].startswith("cell.id, ")
    one, other = (SourceColumn("p", np.arange(3.0), unit=unit) for unit in ("mbar", None))
    files = [record("a", 3, None, None, one), record("b", 3, None, None, other)]
    assert said(lambda: echub.stack(files)) == {
        "message": "the files have 'vendor_p' in different units", "column": "vendor_p", "expected": "one unit",
        "found": "None, mbar", "hint": "select other columns before stacking",
    }  # fmt: skip
    for package, call in (("xarray", lambda: echub.stack([])), ("pint_xarray", lambda: echub.from_pint(None))):
        monkeypatch.setitem(sys.modules, package, None)
        shown = package.replace("_", "-")
        assert said(call) == {"message": f"{shown} is not installed", "hint": f"pip install {shown}"}
