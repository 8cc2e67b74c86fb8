"""A missing value is a NaN of its own bits: it stays one on every way through the hub."""

import pickle
from fractions import Fraction

import numpy as np
import pytest

from echub.errors import PluginError
from echub.files import store, stored
from echub.files.content import content_hash
from echub.files.resuming import resume
from echub.model.build import SourceColumn, build_dataset, build_tables
from echub.model.column import Column, same_values
from echub.model.missing import MISSING, filled, is_missing
from echub.model.record import Record
from echub.model.units import Scale

NAN = float("nan")
GIVEN = [1.5, MISSING, NAN, 2.5, -NAN]
WHERE = [False, True, False, False, False]


def column(values=GIVEN, quantity="voltage", unit="V", **more):
    return SourceColumn("U", np.array(values), quantity, unit, index=0, **more)


def table(*columns):
    return build_dataset("timeseries", [SourceColumn("t/s", np.arange(5.0), "time", "s"), *columns])


@pytest.mark.parametrize("dtype", ["<f4", "<f8", ">f4", ">f8"])
def test_only_the_mark_is_missing(dtype):
    values = np.array([*GIVEN, np.inf, 0.0, -0.0, 5e-324], dtype)
    assert is_missing(values).tolist() == [*WHERE, False, False, False, False]
    assert is_missing(values[::-1]).tolist() == [*WHERE, False, False, False, False][::-1]
    assert is_missing(values.reshape(3, 3)).shape == (3, 3)
    assert np.isnan(MISSING)


def test_nothing_else_has_its_bits():
    """NaN of R (NA), of C and NumPy, of x86 for 0/0, and erased memory."""
    r = np.array([0x7FF00000000007A2, 0x7FF80000000007A2, 0x7FF8 << 48, 0xFFF8 << 48, 2**64 - 1], np.uint64)
    assert not is_missing(r.view(np.float64)).any()
    single = np.array([0x7FC00000, 0xFFC00000, 0x7FFFFFFF, 0xFFFFFFFF, 0x7F800001], np.uint32)
    assert not is_missing(single.view(np.float32)).any()
    assert not is_missing(np.array(["NaN", None], dtype=object)).any()
    assert not is_missing(np.array([1, 2])).any()
    assert not is_missing(np.array([np.nan], np.float16)).any()


@pytest.mark.parametrize(
    "change",
    [
        lambda v: -v,
        lambda v: np.abs(v),
        lambda v: 1000.0 * v / 3.0 + 1.0 - 2.0,
        lambda v: v.astype(np.float32).astype(np.float64),
        lambda v: Scale(Fraction(-1, 3600), Fraction(27315, 100)).apply(v),
        lambda v: np.cumsum(v[:2])[[0, 1, 0, 0, 0]],
        lambda v: np.concatenate([v, v])[5:],
        lambda v: pickle.loads(pickle.dumps(v)),
        lambda v: np.array(v.tolist()),
    ],
)
def test_numbers_computed_from_it_are_missing_too(change):
    assert is_missing(change(np.array(GIVEN))).tolist() == WHERE


def test_units_and_signs_keep_it():
    data = table(column(quantity="current", unit="A", negate=True))
    assert data.column("current").unit == "mA"
    assert data.column("current").missing.tolist() == WHERE
    assert is_missing(data.to("current", "A")).tolist() == WHERE
    assert is_missing(data.column("current").source_values()).tolist() == WHERE
    assert data.column("time").missing.tolist() == [False] * 5


def test_selections_and_tables_keep_it():
    data = table(column())
    assert data.query("time >= 1").column("voltage").missing.tolist() == WHERE[1:]
    assert data.query("voltage < 9").rows == 2
    parts = build_tables([column(), SourceColumn("f/Hz", np.array([0, 1, 1, 0, 0.0]), "frequency", "Hz")])
    assert {d.kind: d.column("voltage").missing.tolist() for d in parts} == {
        "timeseries": [False, False, False],
        "impedance": [True, False],
    }


def test_it_is_not_the_nan_of_the_source():
    missing, nan = np.array([1.0, MISSING]), np.array([1.0, NAN])
    assert same_values(missing, missing.copy())
    assert same_values(missing, np.array([1.0, -MISSING]))
    assert not same_values(missing, nan)
    one, other = (Record([build_dataset("timeseries", [column(values)])]) for values in (missing, nan))
    assert content_hash(one) != content_hash(other)
    assert not one.same_as(other)


@pytest.mark.parametrize("rows", [5, 200_000])  # the second is stored in chunks and read when it is used
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_native_file_keeps_every_bit_and_is_nan_to_h5py(tmp_path, rows, dtype):
    import h5py

    values = np.resize(np.array(GIVEN, dtype), rows)
    record = Record([build_dataset("timeseries", [column(values)])])
    store.write(record, tmp_path / "a.h5")
    again = stored.read(tmp_path / "a.h5")["timeseries"]["voltage"]
    bits = f"u{values.itemsize}"
    assert (again.view(bits) == values.view(bits)).all()
    with h5py.File(tmp_path / "a.h5") as file:
        assert np.isnan(file["timeseries/voltage"][:5]).tolist() == [False, True, True, False, True]


def test_polars_and_arrow_have_null():
    data = table(column(), SourceColumn("step", np.array(["a", "", "b", "", "c"], dtype=object), "technique"))
    frame = data.to_polars()
    assert frame["voltage"].is_null().to_list() == WHERE
    assert frame["voltage"].is_nan().to_list() == [False, None, True, False, True]
    assert frame["technique"].to_list() == ["a", None, "b", None, "c"]
    pyarrow = pytest.importorskip("pyarrow")
    assert pyarrow.table(data)["voltage"].null_count == 1


def test_without_missing_values_polars_gets_the_array_itself():
    series = table(column([1.0, NAN, 2.0, 3.0, 4.0])).to_polars()["voltage"]
    assert series.null_count() == 0
    assert series.is_nan().sum() == 1


# -- what plugins give -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8, np.bool_, ">i2"])
def test_masked_arrays_are_taken_at_their_word(dtype):
    given = np.ma.masked_array(np.array([1, 1, 0, 1, 0], dtype), [0, 1, 0, 0, 1])
    found = table(SourceColumn("n", given, None, None)).column("vendor_n")
    assert found.missing.tolist() == [False, True, False, False, True]
    assert found.values[[0, 2, 3]].tolist() == [1, 0, 1]


def test_masked_texts_are_empty_and_masks_of_nothing_change_nothing():
    words = np.ma.masked_array(["a", "b", "c", "d", "e"], [0, 1, 0, 0, 0])
    assert table(SourceColumn("w", words, None)).column("vendor_w").plain().tolist() == ["a", "", "c", "d", "e"]
    whole = np.ma.masked_array(np.arange(5, dtype=np.int16), [0, 0, 0, 0, 0])
    assert table(SourceColumn("n", whole, None)).column("vendor_n").dtype == np.int16


def test_whole_numbers_that_no_float_holds_are_refused():
    given = np.ma.masked_array(np.array([2**53 + 1, 0, 1, 2, 3], np.int64), [0, 1, 0, 0, 0])
    with pytest.raises(PluginError, match="masked values that cannot be kept"):
        SourceColumn("n", given)
    hidden = np.ma.masked_array(np.array([2**53 + 1, 0, 1, 2, 3], np.int64), [1, 0, 0, 0, 0])
    assert is_missing(SourceColumn("n", hidden).values).tolist() == [True, False, False, False, False]
    with pytest.raises(TypeError):
        filled(np.array(["a"]), np.array([True]))


def test_half_precision_becomes_single_where_values_are_masked():
    given = np.ma.masked_array(np.arange(5, dtype=np.float16), [0, 1, 0, 0, 0])
    assert is_missing(SourceColumn("n", given).values).tolist() == WHERE


# -- parts without a column ------------------------------------------------------------------


def test_a_column_that_one_part_of_a_run_lacks_is_missing_there():
    joined = resume([table(column()), table()], [0.0, 10.0])
    assert joined.column("voltage").missing.tolist() == [*WHERE, True, True, True, True, True]


def test_a_column_is_asked_row_by_row():
    column = Column("voltage", np.array([1.0, MISSING, np.nan]), "V")
    assert is_missing(column).tolist() == [False, True, False]
