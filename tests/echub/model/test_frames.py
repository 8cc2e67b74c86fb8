"""Datasets in pandas, polars, xarray and Arrow hold the same numbers."""

import numpy as np
import pytest

from echub.errors import PluginError, SelectionError
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset
from echub.model.frames import arrow_schema, series_of
from echub.model.missing import MISSING

DATA = build_dataset(
    "timeseries",
    [
        SourceColumn("time/s", [0.0, 0.1, np.nan], "time", "s", index=0),
        SourceColumn("I/mA", np.array([1, -2, 3.5], np.float32), "current", "mA", index=1),
        SourceColumn("mode", ["CC", "CV", "CC"], "technique", index=2),
        SourceColumn("n", np.array([1, 2, 3], np.uint32), "cycle", index=3),
        SourceColumn("b", np.array([1, 4, 5], np.uint8), "flags", bits=(Bits("error_flag", "e", 4),), index=4),
        SourceColumn("odd", np.array([7, 8, 9], np.int64), unit="V/mA", index=5),
    ],
)
NAMES = ["row", "time", "current", "technique", "cycle", "vendor_odd", "error_flag", "vendor_other_flags"]


def check(columns):
    """Compare columns, given as lists, with the dataset's."""
    assert list(columns) == NAMES
    assert columns["time"][:2] == [0.0, 0.1]
    assert columns["current"] == [1.0, -2.0, 3.5]
    assert columns["technique"] == ["CC", "CV", "CC"]
    assert columns["error_flag"] == [0, 1, 1]
    assert columns["vendor_other_flags"] == [1, 0, 1]  # a bit that no name is given for
    assert columns["vendor_odd"] == [7, 8, 9]


def test_pandas():
    pytest.importorskip("pandas")
    frame = DATA.to_pandas()
    check({name: frame[name].tolist() for name in frame})
    assert frame["current"].dtype == np.float32
    assert frame["cycle"].dtype == np.uint8
    assert np.isnan(frame["time"][2])
    assert frame.attrs["units"] == {
        "row": "1",
        "time": "s",
        "current": "mA",
        "cycle": "1",
        "vendor_odd": "V/mA",
    }  # neither of texts nor of packed bits


def test_polars():
    import polars as pl

    frame = DATA.to_polars()
    check({name: frame[name].to_list() for name in frame.columns})
    assert frame.schema["current"] == pl.Float32
    assert frame.schema["technique"] == pl.String


def test_arrow_stream():
    pyarrow = pytest.importorskip("pyarrow")
    check(pyarrow.table(DATA).to_pydict())


def test_xarray():
    pytest.importorskip("xarray")
    data = DATA.to_xarray()
    assert list(data.coords) == ["row"]
    assert dict(data.sizes) == {"row": 3}
    assert data["current"].attrs == {
        "units": "mA",
        "quantity": "current",
        "origin": "measured",
        "sign": "anodic_positive",
    }
    check({"row": data["row"].values.tolist()} | {n: data[n].values.tolist() for n in NAMES[1:]})
    assert data.attrs == {"kind": "timeseries"}
    assert {name: data[name].dims for name in NAMES} == dict.fromkeys(NAMES, ("row",))
    assert {name: data[name].attrs for name in NAMES if name != "current"} == {
        "row": {"units": "1", "quantity": "record", "origin": "reported"},
        "time": {"units": "s", "quantity": "time", "origin": "measured"},
        "technique": {"quantity": "technique", "origin": "measured"},
        "cycle": {"units": "1", "quantity": "cycle", "origin": "measured"},
        "vendor_odd": {"units": "V/mA", "origin": "measured"},
        "error_flag": {}, "vendor_other_flags": {},
    }  # fmt: skip


def test_a_map_is_no_frame_but_an_xarray_dataset():
    pytest.importorskip("xarray")
    counts = Column("ion_counts", np.arange(6).reshape(2, 3), "ion_counts", "count", axes=("y", "x"))
    across = Column("x", np.array([0.0, 0.5, 1.0]), "x", "um", axes=("x",))
    data = Dataset("ion_map", {"ion_counts": counts, "x": across})
    for adapter in (data.to_pandas, data.to_polars):
        with pytest.raises(SelectionError, match="an ion_map dataset is not a table") as refused:
            adapter()
        assert refused.value.hint == "use .to_xarray()"
    cube = data.to_xarray()
    assert cube["ion_counts"].dims == ("y", "x")
    assert cube["ion_counts"].sel(x=0.5).values.tolist() == [1, 4]


@pytest.mark.parametrize("package", ["pandas", "xarray"])
def test_a_missing_package_is_named_with_its_extra(package, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(PluginError, match=f"{package} is not installed") as refused:
        getattr(DATA, f"to_{package}")()
    assert refused.value.hint == f"pip install 'echub[{package}]'"


@pytest.mark.parametrize("texts", [["", ""], ["a", ""], []])
def test_texts_are_texts_even_if_all_are_empty(texts):
    series = series_of("word", np.array(texts, dtype=object))
    assert str(series.dtype) == "String"
    assert series.to_list() == [text or None for text in texts]


def test_a_missing_number_is_null_and_one_that_is_no_number_stays_nan():
    series = series_of("E", np.array([1.5, MISSING, np.nan], np.float32))
    assert (series.name, str(series.dtype), series.null_count()) == ("E", "Float32", 1)
    assert series.to_list()[:2] == [1.5, None]
    assert np.isnan(series.to_list()[2])
    assert series_of("n", np.array([1, 2], np.uint8)).to_list() == [1, 2]


def test_units_stand_in_the_fields_of_an_arrow_schema():
    pytest.importorskip("nanoarrow")
    schema = arrow_schema(DATA.to_polars()[["time", "technique", "current"]], {"time": "s", "current": "mA"})
    told = [(field.name, {key: bytes(value) for key, value in (field.metadata or {}).items()})
            for field in schema.children]  # fmt: skip
    assert told == [("time", {b"units": b"s"}), ("technique", {}), ("current", {b"units": b"mA"})]
