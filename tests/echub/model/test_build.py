"""Names, units, types and rows: the rules of the data model, for every reader alike."""

import itertools
import unicodedata
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from echub.errors import PluginError, UnitMismatch, UnknownUnit
from echub.model import build
from echub.model.build import SourceColumn, build_dataset, build_tables, slug
from echub.model.column import Bits, Origin
from echub.model.record import Record
from echub.model.vocabulary import quantities


def source(header, values=(1.0, 2.0), quantity=None, unit=None, **known):
    return SourceColumn(header, np.asarray(values), quantity, unit, **known)


def table(*columns):
    return build_dataset("timeseries", [*columns])


# -- names ---------------------------------------------------------------------------------------


def names(*columns):
    return list(table(*columns).columns)[1:]


def test_first_column_of_a_quantity_bears_its_name_and_the_next_a_number():
    columns = [source(h, quantity="current", unit="mA", index=i) for i, h in enumerate("abc")]
    assert names(*columns) == ["current", "current__2", "current__3"]


def test_numbers_of_equal_names_go_on_where_the_last_ended(monkeypatch):
    """300 columns of one name draw 299 numbers; counted from 2 again for each they would be 45 000."""
    drawn, count = [], itertools.count

    def noted(number):
        drawn.append(number)
        return number

    monkeypatch.setattr(build.itertools, "count", lambda start: map(noted, count(start)))
    columns = [source("I/mA", quantity="current", unit="mA", index=i) for i in range(300)]
    assert names(*columns)[-1] == "current__300"
    assert drawn == list(range(2, 301))


@pytest.mark.parametrize("averaged_first", [True, False])
def test_instantaneous_comes_before_averaged_whatever_the_order(averaged_first):
    mean = source("<I>/mA", quantity="current", unit="mA", averaged=True, index=0)
    now = source("I/mA", quantity="current", unit="mA", index=1)
    pair = [mean, now] if averaged_first else [now, mean]
    built = table(*pair)
    assert built.column("current").header == "I/mA"
    assert built.column("current__averaged").header == "<I>/mA"


def test_a_lone_average_bears_the_quantitys_name():
    assert names(source("<I>/mA", quantity="current", unit="mA", averaged=True)) == ["current"]


def test_a_second_average_is_numbered():
    columns = [source(h, quantity="current", unit="mA", averaged=True, index=i) for i, h in enumerate("abc")]
    assert names(*columns) == ["current", "current__averaged", "current__2"]


def test_derived_comes_after_what_the_source_holds():
    derived = source("<I>/mA", quantity="current", unit="mA", origin="derived")
    held = source("I/mA", quantity="current", unit="mA", averaged=True, index=4)
    assert table(derived, held).column("current").header == "I/mA"


def test_vendor_columns_are_slugs_and_collisions_are_numbered():
    columns = [source(h, index=i) for i, h in enumerate(["A b", "A-b", "a_b", "row", ""])]
    assert names(*columns) == ["vendor_a_b", "vendor_a_b__2", "vendor_a_b__3", "vendor_row", "vendor_unnamed"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("control/V/mA", "control_v_ma"),
        ("|Z|/Ohm", "z_ohm"),
        ("R/\u2126", "r_ohm"),
        ("R/\u03a9", "r_ohm"),
        ("C/\u00b5F", "c_uf"),
        ("C/\u03bcF", "c_uf"),
        ("SoC / %", "soc_percent"),
        ("T/°C", "t_c"),
        ("Größe", "groe"),
        ("温度", "unnamed"),
        ("  __ ", "unnamed"),
    ],
)
def test_slug(header, expected):
    assert slug(header) == expected
    assert slug(unicodedata.normalize("NFD", header)) == expected


@given(st.lists(st.text(max_size=8), max_size=6))
def test_names_are_unique_and_fit_every_format(headers):
    built = names(*(source(h, index=i) for i, h in enumerate(headers)))
    assert len(set(built)) == len(headers)
    assert all(n.isascii() and n.replace("_", "a").isalnum() for n in built)


# -- units and signs -----------------------------------------------------------------------------


def test_canonical_unit_is_stored_bit_for_bit_in_its_precision():
    values = np.array([0.1, np.nan, -0.0], np.float32)
    column = table(source("I/mA", values, "current", "mA", index=0)).column("current")
    assert column.values.dtype == np.float32
    assert column.values.tobytes() == values.tobytes()
    assert column.scale.is_identity
    assert column.source_dtype == ""


def test_another_unit_is_scaled_by_an_exact_rational():
    column = table(source("Q/C", np.array([3.6], np.float32), "charge", "C", index=0)).column("charge")
    assert column.scale.factor == Fraction(5, 18)
    assert column.unit == "mA*h"
    assert column.values.dtype == np.float64
    assert column.source_dtype == "<f4"
    assert column.source_values().tolist() == [np.float32(3.6)]


def test_negation_is_bit_for_bit():
    values = np.array([0.1, -0.0, np.nan, np.inf], np.float32)
    column = table(source("-Im(Z)/Ohm", values, "impedance_imag", "Ohm", negate=True, index=0)).column(
        "impedance_imag"
    )
    assert column.values.dtype == np.float32
    assert column.values.tobytes() == (-values).tobytes()
    assert column.source_values().tobytes() == values.tobytes()
    assert column.sign == "capacitive_negative"


def test_negation_and_scale_together():
    column = table(source("-I/A", [0.001], "current", "A", negate=True, index=0)).column("current")
    assert column.values.tolist() == [-1.0]
    assert column.scale.factor == -1000


def test_temperature_in_kelvin_becomes_celsius():
    column = table(source("T/K", [298.15, 273.15], "temperature", "K", index=0)).column("temperature")
    assert column.values.tolist() == [25.0, 0.0]
    assert column.source_values().tolist() == [298.15, 273.15]


def test_a_negated_temperature_is_negated_before_it_is_converted():
    column = table(source("-T/K", [-298.15, -273.15], "temperature", "K", negate=True, index=0)).column(
        "temperature"
    )
    assert column.values.tolist() == [25.0, 0.0]
    assert column.source_values().tolist() == [-298.15, -273.15]


def test_a_unit_of_another_dimension_names_the_column():
    with pytest.raises(UnitMismatch, match="'I/V' is in V, which is not a unit of current") as refused:
        table(source("I/V", quantity="current", unit="V"))
    assert refused.value.where == "column I/V"


def test_an_unlisted_unit_and_an_unknown_quantity_are_refused():
    with pytest.raises(UnknownUnit):
        table(source("I/furlong", quantity="current", unit="furlong"))
    with pytest.raises(PluginError) as refused:
        table(source("luck", quantity="luck"))
    assert refused.value.message == "the column 'luck' claims the unknown quantity 'luck'"
    assert (refused.value.expected, refused.value.found) == (
        "a quantity of the vocabulary (`echub schema show quantities`)",
        "luck",
    )


def test_a_vendor_column_keeps_its_unit_as_printed():
    column = table(source("control/V/mA", unit="V/mA")).columns["vendor_control_v_ma"]
    assert (column.unit, column.is_vendor, column.header) == ("V/mA", True, "control/V/mA")


# -- types ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (np.array([0, 255], np.uint16), "u1"),
        (np.array([0, 256], np.uint16), "u2"),
        (np.array([-1, 127], np.int64), "i1"),
        (np.array([-1, 128], np.int64), "i2"),
        (np.array([0, 2**32], np.int64), "u8"),
        (np.array([2**64 - 1], np.uint64), "u8"),
        (np.array([-(2**63)], np.int64), "i8"),
        (np.array([0.0, 3.0]), "u1"),
        (np.array([1.0, 70000.0], np.float32), "u4"),
        (np.array([], np.float64), "u1"),
        (np.array([0.0, -0.0]), "f8"),
        (np.array([1.0, np.nan], np.float32), "f4"),
        (np.array([1.0, np.inf]), "f8"),
        (np.array([0.5]), "f8"),
        (np.array([2.0**64]), "f8"),
        (np.array([1e300]), "f8"),
        (np.array([True, False]), "u1"),
    ],
)
def test_whole_numbers_take_the_smallest_type_that_loses_nothing(values, dtype):
    column = table(source("n", values, "cycle", index=0)).column("cycle")
    assert column.values.dtype == dtype
    assert column.source_values().dtype == values.dtype
    assert column.source_values().tobytes() == values.tobytes()


NUMBERS = st.one_of(
    hnp.arrays(hnp.integer_dtypes() | hnp.unsigned_integer_dtypes(), st.integers(0, 12)),
    hnp.arrays(hnp.floating_dtypes(sizes=(16, 32, 64)), st.integers(0, 12)),
    hnp.arrays(np.float64, st.integers(0, 12), elements=st.integers(-(2**55), 2**55).map(float)),
    hnp.arrays(np.bool_, st.integers(0, 12)),
)


@given(NUMBERS, st.sampled_from([("cycle", None), ("voltage", "V"), (None, None)]))
def test_any_numbers_come_back_bit_for_bit(values, meaning):
    column = list(table(source("x", values, *meaning, index=0)).columns.values())[1]
    back = column.source_values()
    assert back.dtype == values.dtype
    assert back.tobytes() == values.tobytes()


@pytest.mark.parametrize("origin", get_args(Origin))
@pytest.mark.parametrize("quantity", ["voltage", "phase", "thd_current", "ion_counts", "unix_time", "temperature"])
def test_a_column_of_any_origin_states_the_unit_of_its_quantity(quantity, origin):
    printed = quantities()[quantity].unit
    with pytest.raises(PluginError, match="states no unit") as refused:
        table(source("x", np.array([1.0]), quantity, origin=origin))
    assert (refused.value.column, refused.value.found) == ("x", "no unit")
    assert refused.value.expected.endswith(printed)
    column = table(source("x", np.array([1.0]), quantity, printed, origin=origin)).column(quantity)
    assert (column.unit, column.origin, column.values.tolist()) == (printed, origin, [1.0])


@pytest.mark.parametrize("origin", get_args(Origin))
@pytest.mark.parametrize("quantity", ["cycle", "mass_to_charge"])
def test_a_quantity_without_a_unit_needs_none_whatever_its_origin(quantity, origin):
    column = table(source("x", np.array([1.0]), quantity, origin=origin)).column(quantity)
    assert (column.unit, column.origin, column.values.tolist()) == ("1", origin, [1.0])


def test_big_endian_is_stored_little_and_comes_back_big():
    values = np.array([1.5, 2.5], ">f4")
    column = table(source("E/V", values, "voltage", "V", index=0)).column("voltage")
    assert column.values.dtype.str == "<f4"
    assert column.source_values().dtype.str == ">f4"
    assert column.source_values().tobytes() == values.tobytes()


def test_a_field_of_a_record_array_needs_no_copy_by_the_reader():
    records = np.array([(1, 0.5), (2, 1.5)], dtype=[("n", "<f4"), ("e", "<f8")])
    built = table(
        source("n", records["n"], "cycle", index=0), source("E/V", records["e"], "voltage", "V", index=1)
    )
    assert built["cycle"].tolist() == [1, 2]
    assert built.column("cycle").values.dtype == np.uint8


def test_text_becomes_codes_in_order_of_appearance():
    column = table(source("mode", np.array(["CV", "CC", "CV", None], object), "technique", index=0)).column(
        "technique"
    )
    assert column.values.tolist() == [0, 1, 0, 2]
    assert column.labels == {0: "CV", 1: "CC", 2: ""}
    assert column.source_values().tolist() == ["CV", "CC", "CV", ""]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 2)),
        np.array(1.0),
        np.array([1j]),
        np.array(["2024-01-01"], "datetime64[D]"),
        np.array([b"raw"]),
        np.array([1.0], np.longdouble),
        np.zeros(2, [("a", "f4")]),
    ],
    ids=["table", "scalar", "complex", "date", "bytes", "long double", "record"],
)
def test_values_that_no_file_holds_are_refused_by_their_column(values):
    with pytest.raises(PluginError, match="'odd' holds neither numbers nor text"):
        SourceColumn("odd", values)


def test_lists_are_taken_as_arrays():
    assert table(SourceColumn("E/V", [1, 2], "voltage", "V"))["voltage"].tolist() == [1, 2]


def test_columns_of_different_length_are_refused_by_name():
    with pytest.raises(PluginError, match="differ in length") as refused:
        table(source("a", [1.0]), source("b", [1.0, 2.0]))
    assert refused.value.found == "a: 1, b: 2"


# -- rows ----------------------------------------------------------------------------------------


def test_row_numbers_the_source():
    built = build_dataset("timeseries", [source("a", [5.0, 6.0])], row=np.array([3, 300]))
    assert built["row"].tolist() == [3, 300]
    assert built.column("row").values.dtype == np.uint16
    assert table(source("a"))["row"].tolist() == [0, 1]


def spectrum(frequency, *others):
    rows = len(frequency)
    return build_tables(
        [
            source("freq/Hz", np.asarray(frequency, np.float32), "frequency", "Hz", index=0),
            source("time/s", np.arange(rows, dtype=np.float64), "time", "s", index=1),
            *others,
        ]
    )


def test_rows_with_a_frequency_are_impedance_and_the_rest_is_time_series():
    series, impedance = spectrum([0, 10, -1, np.nan, 5])
    assert (series.kind, impedance.kind) == ("timeseries", "impedance")
    assert series["row"].tolist() == [0, 2, 3]
    assert impedance["row"].tolist() == [1, 4]
    assert impedance["frequency"].tolist() == [10, 5]


@pytest.mark.parametrize(
    ("frequency", "kinds"),
    [
        ([1, 2], ["impedance"]),
        ([0, 0], ["timeseries"]),
        ([], ["timeseries"]),
        ([0, 1], ["timeseries", "impedance"]),
    ],
)
def test_an_empty_dataset_is_left_out(frequency, kinds):
    assert [d.kind for d in spectrum(frequency)] == kinds


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ([0.0, 7.0, 0.0], True),
        ([np.nan, 7.0, np.nan], True),
        ([-0.0, 7.0, -0.0], True),
        ([0.0, 7.0, -0.0], False),
        ([0.0, 7.0, np.nan], False),
        ([0.0, 7.0, 1e-30], False),
        ([3.0, 7.0, 3.0], False),
    ],
)
def test_impedance_column_leaves_the_series_only_where_it_says_nothing(values, left_out):
    real = source("Re(Z)/Ohm", np.array(values, np.float32), "impedance_real", "Ohm", index=2)
    series, impedance = spectrum([0, 10, 0], real)
    assert ("impedance_real" not in series.columns) is left_out
    assert [o.header for o in series.omitted].count("Re(Z)/Ohm") == left_out
    assert impedance["impedance_real"].tolist() == [7.0]
    rebuilt = Record([series, impedance]).source_table()[2, "Re(Z)/Ohm"]
    assert rebuilt.tobytes() == np.array(values, np.float32).tobytes()


@pytest.mark.parametrize(
    ("values", "kept"), [([1.0, 2.0, 3.0], True), ([0.0, 0.0, 3.0], False), ([0.0, 2.0, 3.0], True)]
)
@pytest.mark.parametrize("missing", [0.0, np.nan])
def test_an_empty_frequency_stays_beside_impedance_that_is_not_empty(values, kept, missing):
    """The third row has a frequency; the others have none, and their impedance is that of no spectrum."""
    real = source("Re(Z)/Ohm", np.array(values), "impedance_real", "Ohm", index=2)
    series, _ = spectrum([missing, missing, 10], real)
    assert ("frequency" in series.columns, "impedance_real" in series.columns) == (kept, kept)


def test_current_stays_in_the_series_even_where_it_is_zero():
    series, _ = spectrum([0, 10], source("I/mA", [0.0, 0.0], "current", "mA", index=2))
    assert series["current"].tolist() == [0.0]


@st.composite
def source_tables(draw):
    rows = draw(st.integers(0, 12))
    frequency = draw(hnp.arrays(np.float32, rows, elements=st.sampled_from([0.0, -0.0, 1.0, np.nan, -3.0, 2.5])))
    columns = [("freq/Hz", frequency, "frequency", "Hz", False)]
    kinds = st.sampled_from(
        [
            ("impedance_real", "Ohm", False),
            ("impedance_imag", "Ohm", True),
            ("cycle", None, False),
            ("charge", "C", False),
            (None, None, False),
        ]
    )
    for number in range(draw(st.integers(0, 4))):
        quantity, unit, negate = draw(kinds)
        elements = st.sampled_from([0.0, -0.0, 1.0, 2.5, np.nan]) | st.floats(-(2.0**90), 2.0**90, width=32)
        values = draw(hnp.arrays(np.float32, rows, elements=elements))
        columns.append((f"c{number}", values, quantity, unit, negate))
    return columns


@given(source_tables())
def test_the_source_table_is_rebuilt_bit_for_bit(columns):
    built = build_tables(
        [
            SourceColumn(header, values, quantity, unit, negate=negate, index=i)
            for i, (header, values, quantity, unit, negate) in enumerate(columns)
        ]
    )
    rebuilt = Record(built).source_table()
    assert list(rebuilt) == [(i, header) for i, (header, *_) in enumerate(columns)]
    for i, (header, values, *_) in enumerate(columns):
        back = rebuilt[i, header]
        assert back.dtype == values.dtype
        assert back.tobytes() == values.tobytes()


def test_packed_bits_stay_with_their_column():
    flags = source("flags", np.array([3, 0], np.uint8), "flags", bits=(Bits("control_mode", "mode", 3),), index=0)
    assert table(flags)["control_mode"].tolist() == [3, 0]


def test_a_packed_column_keeps_room_for_all_its_bits():
    """No row may have the high bit: its mask must fit the column's type all the same."""
    high = (Bits("vendor_low", "low", 1), Bits("vendor_high", "high", 1 << 12))
    data = table(source("flags", np.array([1, 0], np.uint16), "flags", bits=high, index=0))
    assert data.column("flags").values.dtype == np.uint16
    assert list(data["vendor_high"]) == [0, 0]
    assert list(data["vendor_low"]) == [1, 0]


def test_codes_of_texts_give_the_texts_back_as_the_source_had_them():
    codes = np.array([1, 0, 1], np.uint8)
    given = source("State", codes, labels={0: "rest", 1: "charge"}, is_text=True, index=0)
    column = table(given).column("vendor_state")
    assert list(column.source_values()) == ["charge", "rest", "charge"]
    assert list(table(replace(given, is_text=False)).column("vendor_state").source_values()) == [1, 0, 1]
