"""A dataset answers by name and by quantity, selects, and refuses what it cannot hold."""

import numpy as np
import pytest

from echub.errors import AmbiguousColumn, PluginError, SelectionError, UnitMismatch, UnknownColumn
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted

BITS = (Bits("control_mode", "mode", 0x03, "control_mode"), Bits("error_flag", "error", 0x08, "error_flag"))


@pytest.fixture
def series():
    columns = [
        SourceColumn("time/s", [0.0, 1.0, 2.0, 3.0], "time", "s", index=0),
        SourceColumn("I/mA", [1.0, -1.0, 2.0, np.nan], "current", "mA", index=1),
        SourceColumn("<I>/mA", [1.5, -1.5, 2.5, 0.0], "current", "mA", averaged=True, index=2),
        SourceColumn("flags", np.array([1, 2, 11, 3], np.uint8), "flags", bits=BITS, index=3),
        SourceColumn("T/K", [273.15, 298.15, 298.15, 298.15], "temperature", "K", index=4),
        SourceColumn("mode", ["CC", "CC", "CV", "rest"], "technique", index=5),
    ]
    return build_dataset("timeseries", columns)


def ion_map():
    shape = {"species": 2, "y": 3, "x": 4}
    counts = Column(
        "ion_counts", np.arange(24, dtype=np.uint32).reshape(2, 3, 4), "ion_counts", "count", axes=(*shape,)
    )
    return Dataset("ion_map", {"ion_counts": counts})


# -- looking -------------------------------------------------------------------------------------


def test_names_are_columns_then_bit_fields(series):
    assert series.names == [
        "row",
        "time",
        "current",
        "current__averaged",
        "flags",
        "temperature",
        "technique",
        "control_mode",
        "error_flag",
    ]
    assert list(series) == series.names
    assert "error_flag" in series
    assert "voltage" not in series
    assert (series.rows, len(series)) == (4, 4)


def test_a_name_gives_its_array(series):
    assert series["time"].tolist() == [0, 1, 2, 3]
    assert series["control_mode"].tolist() == [1, 2, 3, 3]
    assert series["error_flag"].tolist() == [0, 0, 1, 0]
    assert series["technique"].tolist() == ["CC", "CC", "CV", "rest"]


def test_an_unknown_name_is_refused_with_near_names(series):
    with pytest.raises(UnknownColumn, match="the timeseries dataset has no column 'curent'") as refused:
        series["curent"]
    assert "current" in refused.value.hint
    with pytest.raises(UnknownColumn, match="control_mode is a bit of the column flags, and no column") as refused:
        series.column("control_mode")
    assert refused.value.hint.startswith('dataset["control_mode"] gives its values')


def test_a_quantity_of_several_columns_is_ambiguous(series):
    assert series.quantity("time").name == "time"
    with pytest.raises(AmbiguousColumn) as refused:
        series.quantity("current")
    assert refused.value.found == "current, current__averaged"
    with pytest.raises(UnknownColumn):
        series.quantity("voltage")


def test_quantities_include_those_of_bit_fields(series):
    assert series.quantities == {
        "record",
        "time",
        "current",
        "flags",
        "temperature",
        "technique",
        "control_mode",
        "error_flag",
    }


def test_any_unit_on_request(series):
    assert series.to("current", "A").dtype == np.float64
    assert series.to("current", "A")[0] == 0.001
    assert series.to("temperature", "K").tolist() == [273.15, 298.15, 298.15, 298.15]
    with pytest.raises(UnitMismatch):
        series.to("current", "V")
    vendor = Dataset("timeseries", {"gap": Column("gap", np.array([1.5]), unit="mm")})
    assert vendor.to("gap", "um").tolist() == [1500.0]


# -- choosing ------------------------------------------------------------------------------------


def test_query_keeps_rows_and_remembers(series):
    kept = series.query("current > 0")
    assert kept["row"].tolist() == [0, 2]
    assert kept["technique"].tolist() == ["CC", "CV"]
    assert kept.query("time > 1").history == ("query current > 0", "query time > 1")
    assert series.history == ()


def test_where_is_the_deprecated_name_of_query(series):
    with pytest.deprecated_call(match=r"Dataset\.query"):
        kept = series.where("current > 0")
    assert kept.same_as(series.query("current > 0"))


def test_time_slice_holds_its_start_and_not_its_stop(series):
    assert series.time_slice(1, 3)["time"].tolist() == [1, 2]
    assert series.time_slice(stop=1)["time"].tolist() == [0]
    assert series.time_slice(2.5)["time"].tolist() == [3]
    assert series.time_slice(1, 3).history == ("time 1:3 s",)
    assert series.time_slice(2.5).history == ("time 2.5: s",)


def test_select_keeps_the_row_numbers(series):
    chosen = series.select("current", "time")
    assert list(chosen.columns) == ["row", "current", "time"]
    assert chosen.history == ("columns current, time",)
    assert list(series.select("row").columns) == ["row"]
    with pytest.raises(UnknownColumn):
        series.select("nothing")
    bare = Dataset("timeseries", {"time": Column("time", np.zeros(2))})
    assert list(bare.select("time").columns) == ["time"]


def test_a_map_has_no_rows_to_choose():
    with pytest.raises(SelectionError, match="not a table of rows"):
        ion_map().query("ion_counts > 3")


# -- handing over --------------------------------------------------------------------------------


def test_plain_gives_bit_fields_in_place_of_the_packed_column(series):
    assert "flags" not in series.plain()
    assert list(series.plain())[-2:] == ["control_mode", "error_flag"]


def test_same_as_sees_every_difference(series):
    assert series.same_as(series.query("row >= 0")) is False  # another history
    assert series.same_as(Dataset("timeseries", dict(series.columns)))
    assert not series.same_as(Dataset("impedance", dict(series.columns)))
    assert not series.same_as(series.select("time"))
    assert not series.same_as(Dataset("timeseries", dict(series.columns), (Omitted("a", 9, "<f4", "00000000"),)))
    assert not series.same_as(Dataset("timeseries", dict(series.columns), attrs={"a": "b"}))
    backwards = dict(reversed(series.columns.items()))
    assert not series.same_as(Dataset("timeseries", backwards))


# -- what a dataset cannot hold ------------------------------------------------------------------


def test_omitted_values_are_repeated_bit_for_bit():
    negative_zero = np.array([-0.0], np.float32)
    left_out = Omitted("a", 0, "<f4", negative_zero.tobytes().hex())
    assert left_out.values(3).tobytes() == negative_zero.tobytes() * 3
    assert Omitted("a", 0, "<f4", "").values(0).dtype == np.float32


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"a": Column("b", np.zeros(2))}, "calls itself 'b'"),
        ({"a/b": Column("a/b", np.zeros(2))}, "no file format can hold"),
        ({"": Column("", np.zeros(2))}, "no file format can hold"),
        ({"a\udcff": Column("a\udcff", np.zeros(2))}, "no file format can hold"),
        ({"a": Column("a", np.zeros((2, 2)))}, "2 dimensions, but the axes row"),
        ({"a": Column("a", np.zeros((2, 2)), axes=("y",))}, "2 dimensions, but the axes y"),
        ({"a": Column("a", np.zeros(2), axes=())}, "1 dimensions, but the axes none"),
        ({"a": Column("a", np.zeros(2)), "b": Column("b", np.zeros(3))}, "3 values along row"),
        (
            {"m": Column("m", np.zeros((2, 3)), axes=("y", "x")), "x": Column("x", np.zeros(4), axes=("x",))},
            "along x",
        ),
    ],
)
def test_a_contradiction_is_refused(columns, problem):
    with pytest.raises(PluginError, match="cannot hold the column") as refused:
        Dataset("timeseries", columns)
    assert problem in refused.value.found


def test_a_dataset_without_columns_has_no_rows():
    empty = Dataset("timeseries", {})
    assert (empty.rows, empty.names) == (0, [])


def test_a_single_value_beside_a_table_counts_no_rows():
    area, time = Column("area", np.array(2.0), axes=()), Column("time", np.zeros(3))
    assert Dataset("timeseries", {"area": area, "time": time}).rows == 3
    assert Dataset("timeseries", {"area": area}).rows == 0
