"""The full scale of the current's range, from labels, codes and metadata, as an analysis receives it."""

from dataclasses import replace

import numpy as np
import pytest

from echub.analysis.full_scales import full_scales
from echub.analysis.needs import bind
from echub.analysis.ranges import current_ranges, range_unknown, several_ranges
from echub.currents import full_scale
from echub.declare_analysis import CURRENT_RANGE, Analysis, Need, NeedMeta
from echub.model.column import Column
from echub.testing import synth

ASKS = Analysis(
    "asks",
    "asks",
    run="",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA"),
        CURRENT_RANGE,
        NeedMeta("cell.area", "cm^2", optional=True),
    ),
)
NAN = float("nan")


def bound(labels, **metadata):
    n = 4
    columns = {"time": synth.Column(np.arange(float(n)), "s"), "current": synth.Column(np.ones(n), "mA")}
    if labels:
        columns["current_range"] = synth.Column(np.array(labels))
    return bind(ASKS, synth.Case(columns, {k.replace("__", "."): v for k, v in metadata.items()}).record())


def bare_record():
    columns = {"time": synth.Column(np.arange(4.0), "s"), "current": synth.Column(np.ones(4), "mA")}
    return synth.Case(columns, {"instrument.current_range": "10 mA"}).record()


@pytest.mark.parametrize(
    ("label", "milliampere"),
    [
        ("10 mA", 10.0), ("1 A", 1e3), ("100 µA", 0.1), ("100uA", 0.1), ("1mA", 1.0), ("±10 nA", 1e-5),
        ("0,5 A", 500.0),
        ("auto", None), ("Auto", None), ("Auto Limited", None), ("", None), ("38", None), ("10 V", None),
        ("1 mA auto", None), ("0 mA", None), ("10 mA/cm^2", None),
        ("10 mX", None), ("10 points", None),
    ],
)  # fmt: skip
def test_a_label_says_its_full_scale_or_nothing(label, milliampere):
    assert full_scale(label) == (None if milliampere is None else pytest.approx(milliampere))


def test_labels_arrive_as_full_scales():
    data = bound(["10 mA", "auto", "100 µA", "10 mA"])
    assert data["range"] == pytest.approx([10.0, NAN, 0.1, 10.0], nan_ok=True)
    assert data.unit_of("range") == "mA"


def test_the_error_of_a_density_does_not_depend_on_the_unit_in_which_the_analysis_asks_for_the_area():
    needs = (*ASKS.needs[:-1], NeedMeta("cell.area", "m^2", optional=True))
    case = synth.Case(
        {
            "time": synth.Column(np.arange(4.0), "s"),
            "current": synth.Column(np.ones(4), "mA"),
            "current_range": synth.Column(np.array(["10 mA"] * 4)),
        },
        {"cell.area": "0.5 cm^2"},
    )
    data = bind(replace(ASKS, needs=needs), case.record())
    assert data.meta("cell.area") == pytest.approx(5e-5)
    assert current_ranges(data, 0.1, "mA/cm^2").limit == pytest.approx([0.02])


def test_a_range_without_a_unit_is_a_code_of_the_file_only():
    needs = (*ASKS.needs[:2], Need("range", "current_range", optional=True))
    assert "range" not in bind(replace(ASKS, needs=needs), bare_record())


def test_a_stated_range_counts_where_the_file_does_not_say():
    assert bound(["auto", "1 A", "auto", ""], instrument__current_range="10 mA")["range"].tolist() == [
        10,
        1000,
        10,
        10,
    ]
    assert bound(None, instrument__current_range="10 mA")["range"].tolist() == [10] * 4
    assert "range" not in bound(None, instrument__current_range="Auto")
    assert "range" not in bound(None)


def test_codes_without_a_name_are_not_known_and_wide_codes_are_looked_up_too():
    codes = np.array([11, 12, 38, 11], dtype=np.uint8)
    column = Column("current_range", codes, "current_range", labels={11: "10 mA", 12: "1 mA", 38: "38"})
    assert full_scales(column) == pytest.approx([10.0, 1.0, NAN, 10.0], nan_ok=True)
    wide = Column("current_range", np.array([-1, 10**9, -1]), "current_range", labels={-1: "1 A", 10**9: "1 mA"})
    assert full_scales(wide) == pytest.approx([1e3, 1.0, 1e3])


def test_a_bare_number_has_the_unit_of_its_header():
    labels = {0: "10", 1: "100"}
    for header in ("I Range (mA)", "Range/mA", "range [mA]"):
        column = Column("current_range", np.array([0, 1]), "current_range", header=header, labels=labels)
        assert full_scales(column) == pytest.approx([10.0, 100.0])
    bare = Column("current_range", np.array([0, 1]), "current_range", header="I Range", labels=labels)
    assert np.isnan(full_scales(bare)).all()


def test_the_error_is_that_of_the_density_with_an_area_and_of_the_current_without_one():
    labels = ["10 mA"] * 4
    assert current_ranges(bound(labels, cell__area="0.5 cm^2"), 0.1, "mA/cm^2").limit == pytest.approx([0.02])
    assert current_ranges(bound(labels, cell__area="0.5 cm^2"), 0.1, "mA").limit == pytest.approx([0.01])
    assert current_ranges(bound(labels), 0.1, "nA").limit == pytest.approx([1e4])
    assert current_ranges(bound(labels, cell__area="50 mm^2"), 0.1, "A/m^2").limit == pytest.approx([0.2])
    assert not current_ranges(bound(labels, cell__area="0.5 cm^2"), 0.1, "mA*h/cm^2").any_known
    assert not current_ranges(bound(labels), 0.1, "mA/cm^2").any_known
    assert not current_ranges(bound(None), 0.1, "mA").any_known


def test_several_ranges_are_said_with_where_and_one_is_not():
    (flag,) = several_ranges({"1 mA": "cycle 1 on", "10 mA": "cycle 3 on"})
    assert (flag.code, flag.severity) == ("several-ranges", "info")
    assert flag.message == (
        "the current was measured in 2 ranges: 1 mA (cycle 1 on), 10 mA (cycle 3 on); "
        "the intervals hold the accuracy of each"
    )
    assert several_ranges({"1 mA": ""}) == ()


def test_an_unknown_range_says_where_what_counts_and_how_to_state_it():
    flag = range_unknown(" in 3 of 8 pulses", "the largest current just fits")
    assert (flag.code, flag.severity) == ("current-range-unknown", "info")
    assert flag.message == "the current range is not known in 3 of 8 pulses: the largest current just fits"
    assert flag.hint == '--set instrument.current_range="10 mA", if it was fixed'
