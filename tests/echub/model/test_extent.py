"""How much a dataset holds: spans, counts, ranges and gaps, by hand."""

import numpy as np

from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset
from echub.model.extent import counts, ranges, without_value
from echub.model.missing import MISSING

NAN = np.nan


def table(*columns):
    return build_dataset("timeseries", [SourceColumn(*column) for column in columns])


def test_a_span_is_that_of_all_rows_and_counters_count_their_values():
    time = [10.0, NAN, 4.0, 25.0]
    data = table(
        ("t", np.array(time), "time", "s"),
        ("n", np.array([3.0, NAN, 3.0, 7.0]), "cycle", "1"),
        ("k", np.array([1, 2, 3, 1]), "step", "1"),
    )
    assert counts(data) == {"seconds": 21.0, "cycle": 2, "step": 3}


def test_a_time_without_numbers_has_no_span_and_an_empty_counter_counts_nothing():
    assert counts(table(("t", np.array([NAN, NAN]), "time", "s"))) == {}
    assert counts(table(("n", np.zeros(0, int), "cycle", "1"))) == {}
    assert counts(table(("n", np.array([NAN]), "cycle", "1"))) == {"cycle": 0}
    in_hours = Column("time", np.array([0.0, 2.0]), "time", "h")  # of a foreign file: the span would be in hours
    assert counts(Dataset("timeseries", {"time": in_hours})) == {}


def test_ranges_are_of_finite_numbers_only():
    flags = (Bits("flag", "flag", 1),)
    data = table(
        ("a", np.array([NAN, 2.0, -1.0, np.inf]), None, "V"),
        ("b", np.array([5, 3, 4, 3]), None, "1"),
        ("c", np.full(4, NAN), None, "V"),
        ("d", np.array(list("wxyz"), object)),
    )
    packed = build_dataset("timeseries", [SourceColumn("e", np.array([1, 0]), None, "1", bits=flags)])
    assert ranges(data) == {
        "row": (0, 3), "vendor_a": (-1.0, 2.0), "vendor_b": (3, 5), "vendor_c": None, "vendor_d": None
    }  # fmt: skip
    assert ranges(packed) == {"row": (0, 1), "vendor_e": None}
    assert ranges(table(("a", np.zeros(0), None, "V")))["vendor_a"] is None


def test_what_is_missing_is_told_from_what_is_no_number():
    data = table(
        ("a", np.array([MISSING, NAN, 1.0, MISSING]), None, "V"),
        ("b", np.array([MISSING, 1.0, 1.0, 1.0]), None, "V"),
        ("c", np.array([NAN, 1.0, 1.0, 1.0]), None, "V"),
        ("d", np.array(["x", "", "", "y"], object)),
        ("e", np.arange(4)),
    )
    assert without_value(data) == {
        "missing": {"vendor_a": 2, "vendor_b": 1, "vendor_d": 2}, "nan": {"vendor_a": 1, "vendor_c": 1}
    }  # fmt: skip


def test_what_is_counted():
    names = ("cycle", "half_cycle", "step", "spectrum", "region", "species")
    values = {name: np.arange(6) % (n + 1) for n, name in enumerate(names)}
    columns = {name: Column(name, v, name, "1") for name, v in values.items()}
    others = {name: Column(name, np.arange(6), name, "1") for name in ("row", "step_execution", "charge")}
    assert counts(Dataset("timeseries", {**columns, **others})) == {name: n + 1 for n, name in enumerate(names)}
