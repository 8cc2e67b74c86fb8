"""What an analysis is given of a record: its rows, its values, and each remark, with all that these say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub.analysis.needs import bind, describe
from echub.analysis.outcome import Refusal
from echub.declare_analysis import Analysis, Need, NeedMeta, Sampling
from echub.errors import EchubError
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.metadata import Metadata
from echub.model.record import Record

NAN = float("nan")
TIME, VOLTAGE = Need("t", "time", "s"), Need("U", any_of=("voltage", "potential_we"), unit="V")


def asking(*needs, kind="timeseries", **more):
    return Analysis("toy", "a toy", run="nowhere:run", kind=kind, needs=needs, **more)


def column(quantity, values, unit=None, header="", **more):
    return SourceColumn(header or quantity, np.asarray(values), quantity, unit, index=0, **more)


def table(*columns, kind="timeseries", first=10, label=""):
    """Return a dataset whose first row is a later row of its source."""
    rows = np.arange(first, first + len(columns[0].values))
    given = [dataclasses.replace(one, index=number) for number, one in enumerate(columns)]
    return dataclasses.replace(build_dataset(kind, given, row=rows), label=label)


def record(*tables, **stated):
    metadata = Metadata()
    for path, text in stated.items():
        metadata.set(path.replace("__", "."), text)
    return Record(list(tables), metadata=metadata)


def values_of(data):
    return {name: data[name].tolist() for name in data.answers}


def said(remark):
    """Return all that a remark says."""
    return {name: value for name, value in dataclasses.asdict(remark).items() if value}


# -- rows of one time ------------------------------------------------------------------------------

ASKED = (
    TIME,
    VOLTAGE,
    Need("set", "current_setpoint", "mA"),
    Need("step", "step"),
    Need("Q", "charge", "mA*h"),
    Need("dQ", "charge_increment", "mA*h"),
    Need("range", "current_range", "mA"),
)


def stamped(time, voltage, step):
    rows = np.arange(float(len(time)))
    return record(
        table(
            column("time", np.asarray(time, float), "s"),
            column("voltage", np.asarray(voltage, float), "V"),
            column("current_setpoint", 10 + rows, "mA", origin="programmed"),
            column("step", np.asarray(step)),
            column("charge", 20 + rows, "mA*h"),
            column("charge_increment", 1 + rows, "mA*h"),
            column("current_range", np.array([0, 1, 1, 0, 1, 1][: len(time)]), labels={0: "1 mA", 1: "10 mA"}),
        )
    )


def test_rows_of_one_time_are_joined_as_their_quantities_are():
    """Means of what is measured, sums of increments, the last of what counts on, is set or names a state."""
    data = bind(asking(*ASKED), stamped([0, 1, 1, 2, 2, 2], [1, 2, 4, 3, 6, 9], [1, 2, 2, 3, 3, 3]))
    assert values_of(data) == {
        "t": [0, 1, 2], "U": [1, 3, 6], "set": [10, 12, 15], "step": [1, 2, 3], "Q": [20, 22, 25],
        "dQ": [1, 2 + 3, 4 + 5 + 6], "range": [1, 10, 10],
    }  # fmt: skip
    assert data.row.tolist() == [10, 11, 13]
    (flag,) = data.flags
    assert said(flag) == {
        "code": "coarse-clock", "severity": "warning", "where": "source row 12",
        "message": "3 of 6 rows have the time of the row before and were merged with it: "
        "the clock moves in steps of 1 s",
    }  # fmt: skip
    assert data.clock_step == 1


def test_a_stamp_with_both_directions_of_the_current_is_cut():
    """Rows at 0, 0, 60, 60, 60 and 120 s: of the three at 60 s two charge, in the first 2/3 of 30 to 90 s."""
    current = np.array([2.0, 2.1, 2, 2, -2, -2])
    asked = asking(TIME, Need("I", "current", "mA"))
    data = bind(asked, record(table(column("time", np.array([0.0, 0, 60, 60, 60, 120]), "s"),
                                    column("current", current, "mA"))))  # fmt: skip
    assert values_of(data) == {"t": [0, 50, 80, 120], "I": [2.05, 2, -2, -2]}
    assert data.clock_step == 60
    assert [flag.code for flag in data.flags] == ["coarse-clock"]


def test_rows_written_at_a_reversal_do_not_make_a_clock_coarse():
    asked = asking(TIME, Need("I", "current", "mA"))
    data = bind(asked, record(table(column("time", np.array([0.0, 30, 30, 60]), "s"),
                                    column("current", np.array([2.0, 2, -2, -2]), "mA"))))  # fmt: skip
    assert values_of(data) == {"t": [0, 30, 60], "I": [2, -2, -2]}
    (flag,) = data.flags
    assert (flag.code, flag.severity, data.clock_step) == ("equal-times", "info", 0)
    assert flag.cause == "rows are written where the current or the programme changes"


def test_of_a_row_before_a_change_of_state_only_the_increment_counts():
    data = bind(asking(*ASKED), stamped([0, 1, 1, 2], [1, 2, 4, 3], [1, 1, 2, 2]))
    assert values_of(data)["U"] == [1, 4, 3]
    assert values_of(data)["dQ"] == [1, 2 + 3, 4]


def test_rows_that_are_there_twice_count_once():
    twice = record(table(column("time", [0.0, 1, 1, 2], "s"), column("voltage", [1.0, 5, 5, 7], "V")))
    data = bind(asking(TIME, VOLTAGE), twice)
    assert values_of(data) == {"t": [0, 1, 2], "U": [1, 5, 7]}
    (flag,) = data.flags
    assert (flag.cause, flag.where) == ("the rows are duplicated", "source row 12")


@pytest.mark.parametrize(
    "need", [dataclasses.replace(TIME, restarts=True), dataclasses.replace(TIME, optional=True)]
)
def test_rows_of_one_time_stay_where_the_clock_may_restart_or_does_not_matter(need):
    twice = record(table(column("time", [0.0, 1, 1, 2], "s"), column("voltage", [1.0, 5, 5, 7], "V")))
    data = bind(asking(need, VOLTAGE), twice)
    assert (values_of(data)["U"], data.flags) == ([1, 5, 5, 7], ())


# -- rows of spectra and profiles ------------------------------------------------------------------

FREQUENCY, REAL, IMAGINARY = (
    Need("f", "frequency", "Hz"), Need("re", "impedance_real", "ohm"),
    Need("im", "impedance_imag", "ohm", gaps=True),
)  # fmt: skip
REPEATED = (
    column("frequency", [100.0, 10, 10, 1, 1], "Hz"),
    column("impedance_real", [1.0, 2, 2, 3, 4], "Ohm"),
    column("impedance_imag", [-1.0, NAN, NAN, -3, -3], "Ohm"),
)


def test_a_row_of_a_spectrum_that_repeats_the_one_before_counts_once():
    """The last row has the frequency of the one before, but another resistance: it was measured again."""
    data = bind(asking(FREQUENCY, REAL, IMAGINARY, kind="impedance"), record(table(*REPEATED, kind="impedance")))
    assert values_of(data)["re"] == [1, 2, 3, 4]
    assert data.row.tolist() == [10, 11, 13, 14]
    (flag,) = data.flags
    assert said(flag) == {
        "code": "repeated-rows", "severity": "info", "where": "source row 12",
        "message": "1 of 5 rows repeats the row before and was left out",
    }  # fmt: skip


def test_equal_rows_without_the_axis_are_not_known_to_repeat():
    data = bind(asking(REAL, IMAGINARY, kind="impedance"), record(table(*REPEATED, kind="impedance")))
    assert (values_of(data)["re"], data.flags) == ([1, 2, 2, 3, 4], ())


# -- another kind of dataset beside -----------------------------------------------------------------

SPECTRA = table(
    column("frequency", [100.0, 10.0], "Hz"),
    column("impedance_real", [1.0, 2.0], "Ohm"),
    kind="impedance",
    first=0,
)
BESIDE = (
    Need("E", "potential_we", "V", kind="timeseries", optional=True),
    Need("I", "current", "mA", kind="timeseries", optional=True, gaps=True),
    Need("T", "temperature", "degC", kind="timeseries", optional=True),
)


def part(label, first, time, potential, *more):
    return table(
        column("time", np.asarray(time, float), "s"), column("potential_we", np.asarray(potential, float), "V"),
        *more, first=first, label=label,
    )  # fmt: skip


def test_datasets_beside_follow_each_other_by_their_start():
    """The part that starts first has no current, which may have gaps, and no temperature, which may not."""
    warm = (column("current", [7.0, 8.0], "mA"), column("temperature", [25.0, 26.0], "degC"))
    late = part("b", 40, [100, 101], [3, 4], *warm)
    early = part("a", 60, [0, 1, 2], [0, 1, 2])
    data = bind(asking(FREQUENCY, REAL, *BESIDE, kind="impedance"), record(SPECTRA, late, early))
    found = values_of(data)
    assert found["f"] == [100, 10]
    assert found["E"] == [0, 1, 2, 3, 4]
    assert np.array_equal(data["I"], [NAN, NAN, NAN, 7, 8], equal_nan=True)
    assert "T" not in data
    assert data.row.tolist() == data.row_of("f").tolist() == [0, 1]
    assert data.row_of("E").tolist() == data.row_of("I").tolist() == [60, 61, 62, 40, 41]
    (flag,) = data.flags
    assert said(flag) == {
        "code": "beside-not-used", "severity": "info",
        "message": "the temperature of the timeseries data beside is not used: 1 of 2 parts has it, and it may "
        "have no gaps",
    }  # fmt: skip


def test_what_is_said_of_each_dataset_beside_is_passed_on():
    need = (Need("t", "time", "s", kind="timeseries"), Need("E", "potential_we", "V", kind="timeseries"))
    parts = [part("a", 60, [0, 1, 2], [0, NAN, 2]), part("b", 40, [100, 101, 101, 103], [1, 2, 3, 4])]
    data = bind(asking(FREQUENCY, *need, kind="impedance"), record(SPECTRA, *parts))
    assert values_of(data) == {"f": [100, 10], "t": [0, 2, 100, 101, 103], "E": [0, 2, 1, 2.5, 4]}
    assert [flag.message for flag in data.flags] == [
        "1 of 3 rows lacks a value and was left out",
        "1 of 4 rows has the time of the row before and was merged with it: the clock moves in steps of 1 s",
    ]


def test_needs_of_two_other_kinds_come_with_their_own_rows_and_remarks():
    run = table(column("time", [0.0, 1.0], "s"), column("voltage", [3.0, 4.0], "V"))
    profile = table(column("depth", [1.0, 2, 2], "nm"), column("temperature", [5.0, 6, 6], "degC"),
                    kind="depth_profile", first=70)  # fmt: skip
    impedance = table(
        column("frequency", [100.0, 10, 10, 1], "Hz"), column("impedance_real", [NAN, 2.0, 2, 3], "Ohm"),
        kind="impedance", first=80,
    )  # fmt: skip
    needs = (
        Need("f", "frequency", "Hz", kind="impedance"), Need("z", "depth", "nm", kind="depth_profile"),
        Need("re", "impedance_real", "ohm", kind="impedance"),
        Need("T", "temperature", "degC", kind="depth_profile"),
    )  # fmt: skip
    data = bind(asking(TIME, VOLTAGE, *needs), record(run, profile, impedance))
    assert values_of(data) == {"t": [0, 1], "U": [3, 4], "f": [10, 1], "re": [2, 3], "z": [1, 2], "T": [5, 6]}
    assert {need: data.row_of(need).tolist() for need in data.answers} == {
        "t": [10, 11], "U": [10, 11], "f": [81, 83], "re": [81, 83], "z": [70, 71], "T": [70, 71]
    }  # fmt: skip
    assert [flag.message for flag in data.flags] == [
        "1 of 4 rows lacks a value and was left out",
        "1 of 3 rows repeats the row before and was left out",
        "1 of 3 rows repeats the row before and was left out",
    ]


def test_both_remarks_of_one_part_are_passed_on():
    parts = [part("a", 60, [0, 1, 1, 2], [0, 1, 2, NAN]), part("b", 40, [100, 101], [1, 2])]
    need = (Need("t", "time", "s", kind="timeseries"), Need("E", "potential_we", "V", kind="timeseries"))
    data = bind(asking(FREQUENCY, *need, kind="impedance"), record(SPECTRA, *parts))
    assert [flag.code for flag in data.flags] == ["rows-without-values", "coarse-clock"]


@pytest.mark.parametrize("optional", [(True, False), (False, True), (True, True)])
def test_data_beside_are_refused_if_any_need_of_them_must_be_met(optional):
    back = part("", 0, [5, 6, 1], [1, 2, 3])
    needs = (
        Need("t", "time", "s", kind="timeseries", optional=optional[0]),
        Need("E", "potential_we", "V", kind="timeseries", optional=optional[1]),
    )
    asked = asking(FREQUENCY, *needs, kind="impedance")
    if all(optional):
        assert [flag.code for flag in bind(asked, record(SPECTRA, back)).flags] == ["beside-not-used"]
        return
    with pytest.raises(Refusal, match="goes back"):
        bind(asked, record(SPECTRA, back))


def test_what_no_part_beside_has_or_each_has_in_another_unit_is_not_there():
    density = Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA",
                   kind="timeseries", optional=True, gaps=True)  # fmt: skip
    nobody = Need("p", "pressure", "bar", kind="timeseries", optional=True, gaps=True)
    needs = (Need("E", "potential_we", "V", kind="timeseries"), density, BESIDE[2], nobody)
    one = part("a", 60, [0, 1], [0, 1], column("current", [7.0, 8.0], "mA"))
    other = part("b", 40, [100, 101], [2, 3], column("current_density", [7.0, 8.0], "mA/cm^2"))
    data = bind(asking(FREQUENCY, *needs, kind="impedance"), record(SPECTRA, one, other))
    assert values_of(data) == {"f": [100, 10], "E": [0, 1, 2, 3]}
    (flag,) = data.flags
    what = "the current_density or current of the timeseries data beside is"
    assert said(flag) == {
        "code": "beside-not-used", "severity": "info", "message": f"{what} not used: it is in mA and mA/cm^2",
        "hint": '--set cell.area="0.785 cm^2"',
    }  # fmt: skip
    must = (needs[0], dataclasses.replace(density, optional=False))
    with pytest.raises(Refusal) as caught:
        bind(asking(FREQUENCY, *must, kind="impedance"), record(SPECTRA, one, other))
    assert said(caught.value.remark) == {
        "code": "mixed-unit", "message": f"{what} in mA and mA/cm^2", "hint": '--set cell.area="0.785 cm^2"',
        "severity": "refusal",
    }  # fmt: skip
    bare = Need("p", "pressure", kind="timeseries", optional=True)
    printed = []
    for dataset, unit in ((one, "bar"), (other, None)):
        pressure = Column("pressure", np.array([1.0, 2.0]), unit=unit)
        printed.append(dataclasses.replace(dataset, columns={**dataset.columns, "pressure": pressure}))
    (flag,) = bind(asking(FREQUENCY, bare, kind="impedance"), record(SPECTRA, *printed)).flags
    assert flag.message == "the pressure of the timeseries data beside is not used: it is in bar and no unit"
    stated = bind(asking(FREQUENCY, *needs, kind="impedance"), record(SPECTRA, one, other, cell__area="0.5 cm^2"))
    assert stated["j"].tolist() == [14, 16, 7, 8]


def test_spectra_beside_are_counted_on_from_part_to_part():
    def spectra(label, time, frequencies):
        return table(
            column("time", np.asarray(time, float), "s"),
            column("frequency", np.asarray(frequencies, float), "Hz"),
            column("impedance_real", np.asarray(frequencies, float) + 1, "Ohm"), kind="impedance", label=label,
        )  # fmt: skip

    run = table(column("time", [0.0, 1.0], "s"), column("voltage", [3.0, 4.0], "V"))
    needs = (
        Need("n", "spectrum", kind="impedance"), Need("re", "impedance_real", "ohm", kind="impedance")
    )  # fmt: skip
    parts = [spectra("x", [9, 10, 11, 12], [100, 10, 100, 10]), spectra("y", [20, 21], [5, 1])]
    data = bind(asking(TIME, VOLTAGE, *needs), record(run, *parts))
    numbers = data["n"] - data["n"][0]
    assert numbers.tolist() == [0, 0, 1, 1, 2, 2]
    assert data["re"].tolist() == [101, 11, 101, 11, 6, 2]


def test_data_beside_that_would_only_be_useful_say_why_they_are_not_used():
    clock = Need("t", "time", "s", kind="timeseries", optional=True)
    back = part("", 0, [5, 6, 1], [1, 2, 3])
    data = bind(asking(FREQUENCY, clock, kind="impedance"), record(SPECTRA, back))
    assert list(data.answers) == ["f"]
    (flag,) = data.flags
    assert said(flag) == {
        "code": "beside-not-used", "severity": "info",
        "message": "the timeseries data beside are not used: time goes back 1 time",
        "hint": '--select "row < 2" keeps the part before',
    }  # fmt: skip
    with pytest.raises(Refusal, match="goes back"):
        bind(
            asking(FREQUENCY, dataclasses.replace(clock, optional=False), kind="impedance"), record(SPECTRA, back)
        )


# -- refusals --------------------------------------------------------------------------------------

T4 = column("time", [0.0, 1, 2, 3], "s")
U4 = column("voltage", [1.0, 2, 3, 4], "V")
CURRENT = Need("j", any_of=("current_density", "current"), unit="mA/cm^2")


@pytest.mark.parametrize(
    ("analysis", "columns", "stated", "expected"),
    [
        (asking(TIME, VOLTAGE), [T4, column("current", [1.0] * 4, "mA")], {}, {
            "code": "missing-column", "message": "there is no voltage or potential_we",
            "where": "columns row, time, current", "hint": "--column U=NAME names a column that answers",
        }),
        (asking(TIME, Need("V", "voltage", "V")), [T4, column("potential_we", [1.0] * 4, "V")], {}, {
            "code": "missing-column", "message": "there is no voltage", "where": "columns row, time, potential_we",
            "hint": "--column V=NAME names a column that answers; --set cell.configuration=two_electrode where "
            "the potential is the cell voltage",
        }),
        (asking(TIME, CURRENT), [T4, column("current", [1.0] * 4, "mA")], {}, {
            "code": "missing-area", "message": "cell.area is not stated: current becomes current_density by it",
            "hint": '--set cell.area="0.785 cm^2"',
        }),
        (asking(TIME, NeedMeta("cell.thickness", "cm", help="of the pellet")), [T4], {}, {
            "code": "missing-metadata", "message": "cell.thickness is not stated: of the pellet",
            "hint": '--set cell.thickness="1 um"',
        }),
        (asking(TIME, NeedMeta("cell.configuration")), [T4], {}, {
            "code": "missing-metadata", "message": "cell.configuration is not stated",
            "hint": '--set cell.configuration="two_electrode|three_electrode"',
        }),
        (asking(TIME, NeedMeta("sample.group")), [T4], {}, {
            "code": "missing-metadata", "message": "sample.group is not stated",
            "hint": '--set sample.group="..."',
        }),
        (asking(TIME, Need("V", "voltage", "V")), [T4, column("voltage", [NAN] * 4, "V")], {}, {
            "code": "no-values", "message": "the column voltage holds no number",
        }),
        (asking(TIME, VOLTAGE, Need("I", "current", "mA")), [
            T4, column("voltage", [NAN, 1, NAN, 1], "V"), column("current", [1, NAN, 1, NAN], "mA")
        ], {}, {"code": "no-values", "message": "no row has a value in all the columns that are needed"}),
        (asking(TIME, VOLTAGE), [column("time", [0.0, 5, 1, 0], "s"), U4], {}, {
            "code": "clock-restarts", "message": "time goes back 2 times", "where": "source row 12",
            "hint": '--select "row < 12" keeps the part before',
        }),
        (asking(TIME, VOLTAGE, sampling=Sampling(rows=5)), [T4, U4], {}, {
            "code": "too-few-rows", "message": "4 rows, at least 5 are needed",
        }),
        (asking(TIME, VOLTAGE, sampling=Sampling(span_s=3.5)), [T4, U4], {}, {
            "code": "too-short", "message": "the data span 3 s, at least 3.5 s are needed",
        }),
        (asking(TIME, VOLTAGE, sampling=Sampling(step_s=2.5)), [column("time", [0.0, 3, 5, 8], "s"), U4], {}, {
            "code": "sampled-too-coarsely", "message": "a row every 3 s, at most 2.5 s are needed",
        }),
        (asking(TIME, VOLTAGE), [column("time", np.zeros(0), "s"), column("voltage", np.zeros(0), "V")], {}, {
            "code": "empty", "message": "the timeseries dataset has no rows",
        }),
    ],
)  # fmt: skip
def test_a_need_that_is_not_met_is_refused_with_its_place_and_what_helps(analysis, columns, stated, expected):
    with pytest.raises(Refusal) as refused:
        bind(analysis, record(table(*columns), **stated))
    assert said(refused.value.remark) == {"severity": "refusal", **expected}


@pytest.mark.parametrize(
    "sampling",
    [Sampling(rows=4), Sampling(span_s=3.0), Sampling(step_s=1.0), Sampling(rows=4, span_s=3, step_s=1)],
)
def test_what_just_reaches_a_limit_of_the_sampling_is_taken(sampling):
    assert len(bind(asking(TIME, VOLTAGE, sampling=sampling), record(table(T4, U4)))) == 4


# -- where a value comes from ----------------------------------------------------------------------


def test_each_answer_says_its_quantity_unit_origin_and_how_it_was_had():
    given = table(
        column("time", [0.0, 60.0], "s"), column("potential_we", [1.0, 2.0], "V"),
        column("potential_ce", [0.25, 0.5], "V"), column("current", [3.0, 6.0], "mA", averaged=True),
        column("charge", [0.5, 1.5], "mA*h", origin="reported"),
    )  # fmt: skip
    needs = (
        Need("t", "time", "min"), VOLTAGE, CURRENT,
        Need("q", any_of=("areal_charge", "charge"), unit="mA*h/cm^2", without_area="A*h"),
    )  # fmt: skip
    data = bind(asking(*needs), record(given, cell__area="150 mm^2"))
    assert values_of(data) == {
        "t": [0, 1], "U": [0.75, 1.5], "j": pytest.approx([2, 4]), "q": pytest.approx([0.5 / 1.5, 1])
    }  # fmt: skip
    told = {n: (data.source_of(n), data.unit_of(n), data.origin_of(n), data.is_averaged(n)) for n in data.answers}
    assert told == {
        "t": ("time", "min", "measured", False), "U": ("voltage", "V", "derived", False),
        "j": ("current", "mA/cm^2", "derived", True), "q": ("charge", "mA*h/cm^2", "derived", False),
    }  # fmt: skip
    assert [data.how(n) for n in ("t", "U", "j")] == [
        "time", "potential_we - potential_ce", "current / 1.5 cm^2 (cell.area by file)"
    ]  # fmt: skip
    other = (
        Need("j", any_of=("current_density", "current"), unit="A/m^2"),
        Need("q", any_of=("areal_charge", "charge"), unit="C/m^2"),
    )
    data = bind(asking(*other), record(given, cell__area="150 mm^2"))
    assert values_of(data) == {"j": pytest.approx([20, 40]), "q": pytest.approx([12_000, 36_000])}
    bare = bind(asking(needs[-1]), record(given))
    assert (bare["q"].tolist(), bare.unit_of("q"), bare.origin_of("q")) == ([0.0005, 0.0015], "A*h", "reported")
    assert bare.how("q") == "charge; no area is stated"


def test_the_codes_of_texts_are_no_numbers():
    texts = build_dataset("timeseries", [
        SourceColumn("t", np.arange(2.0), "time", "s", index=0),
        SourceColumn("I", np.array(["1,5", "2"]), None, "mA", index=1),
    ])  # fmt: skip
    with pytest.raises(Refusal) as caught:
        bind(asking(TIME, Need("I", "current", "mA")), record(texts), columns={"I": "vendor_i"})
    assert said(caught.value.remark) == {
        "code": "no-values", "severity": "refusal", "column": "I",
        "message": "the column vendor_i holds texts, not numbers",
    }  # fmt: skip


@pytest.mark.parametrize(("we", "ce"), [(True, False), (False, True), (False, False)])
def test_a_voltage_of_averaged_potentials_is_averaged(we, ce):
    given = (T4, column("potential_we", [1.0] * 4, "V", averaged=we))
    counter = column("potential_ce", [0.5] * 4, "V", averaged=ce)
    assert bind(asking(TIME, VOLTAGE), record(table(*given, counter))).is_averaged("U") is (we or ce)
    alone = bind(asking(TIME, VOLTAGE), record(table(*given), cell__configuration="two_electrode"))
    assert alone.is_averaged("U") is we


def test_a_need_is_described_by_its_unit_and_what_meets_it():
    assert describe(Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA")) == (
        "j", "mA/cm^2 (mA without an area)", "current_density or current"
    )  # fmt: skip
    assert describe(Need("E", "potential_we", "V", kind="timeseries", help="at rest")) == (
        "E", "V", "potential_we of the timeseries; at rest"
    )  # fmt: skip
    assert describe(NeedMeta("cell.temperature", "K", help="of the cell")) == (
        "cell.temperature",
        "K",
        "of the cell",
    )
    path, unit, text = describe(NeedMeta("cell.area"))
    assert (path, unit) == ("cell.area", "cm^2")
    assert "area" in text


# -- each kind, quantity and choice ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "axis", "unit"),
    [
        ("impedance", "frequency", "Hz"), ("depth_profile", "sputter_time", "s"), ("depth_profile", "depth", "nm"),
        ("recovery", "recovery_delay", "s"),
    ],
)  # fmt: skip
def test_a_row_that_repeats_the_one_before_counts_once_in_each_kind_with_an_axis(kind, axis, unit):
    given = record(
        table(column(axis, [4.0, 3, 3, 1], unit), column("temperature", [1.0, 2, 2, 2], "degC"), kind=kind)
    )
    data = bind(asking(Need("x", axis, unit), Need("T", "temperature", "degC"), kind=kind), given)
    assert values_of(data) == {"x": [4, 3, 1], "T": [1, 2, 2]}
    assert [flag.code for flag in data.flags] == ["repeated-rows"]


@pytest.mark.parametrize("kind", ["mass_spectrum", "timeseries"])
def test_rows_that_repeat_stay_in_kinds_without_an_axis(kind):
    needs = (Need("T", "temperature", "degC"), Need("U", "voltage", "V"))
    given = record(table(column("temperature", [1.0, 1], "degC"), column("voltage", [2.0, 2], "V"), kind=kind))
    assert values_of(bind(asking(*needs, kind=kind), given)) == {"T": [1, 1], "U": [2, 2]}


@pytest.mark.parametrize(
    ("quantity", "unit", "merged"),
    [
        ("voltage", "V", 3.0), ("temperature", "degC", 3.0), ("charge", "mA*h", 4.0), ("charge_step", "mA*h", 4.0),
        ("charge_anodic", "mA*h", 4.0), ("energy_we", "W*h", 4.0), ("energy_abs", "W*h", 4.0),
        ("specific_charge", "mA*h/g", 4.0),
        ("areal_charge", "mA*h/cm^2", 4.0), ("step_time", "s", 4.0), ("charge_increment", "mA*h", 6.0),
    ],
)  # fmt: skip
def test_rows_of_one_time_give_a_mean_a_sum_or_what_has_run_up(quantity, unit, merged):
    given = record(table(column("time", [0.0, 1, 1], "s"), column(quantity, [1.0, 2, 4], unit)))
    assert bind(asking(TIME, Need("x", quantity, unit)), given)["x"].tolist() == [1, merged]


def test_a_clock_that_is_only_useful_can_be_left_out():
    back = record(table(column("time", [0.0, 5, 1], "s"), column("voltage", [1.0, 2, 3], "V")))
    optional = dataclasses.replace(TIME, optional=True)
    with pytest.raises(Refusal) as refused:
        bind(asking(optional, VOLTAGE), back)
    assert said(refused.value.remark) == {
        "code": "clock-restarts", "severity": "refusal", "message": "time goes back 1 time",
        "where": "source row 12",
        "hint": '--column t= leaves the times out, --select "row < 12" keeps the part before',
    }  # fmt: skip
    assert values_of(bind(asking(optional, VOLTAGE), back, columns={"t": ""})) == {"U": [1, 2, 3]}
    assert values_of(bind(asking(dataclasses.replace(TIME, restarts=True), VOLTAGE), back))["t"] == [0, 5, 1]
    with pytest.raises(EchubError, match="has no column ''"):
        bind(asking(TIME, VOLTAGE), back, columns={"t": ""})


@pytest.mark.parametrize(
    ("needs", "times", "sampling"),
    [
        ((Need("t", "time", "min"), VOLTAGE), [0.0, 60.0], Sampling(span_s=1e9)),  # not in seconds
        ((TIME, VOLTAGE), [0.0], Sampling(span_s=5.0)),  # one row spans nothing
        ((VOLTAGE,), [0.0, 1.0], Sampling(span_s=5.0, step_s=0.1)),
        ((TIME, VOLTAGE), [0.0, 1, 2, 20], Sampling(step_s=1.0)),  # the usual step counts
    ],
)
def test_a_span_is_only_asked_of_a_clock_in_seconds(needs, times, sampling):
    given = record(table(column("time", times, "s"), column("voltage", np.arange(float(len(times))), "V")))
    assert len(bind(asking(*needs, sampling=sampling), given)) == len(times)


def test_a_bit_of_a_packed_column_meets_a_need():
    bits = (Bits("vendor_error", "Error", 0b100, "error_flag"), Bits("mode", "Mode", 0b011, "control_mode"))
    given = record(table(column("time", [0.0, 1], "s"), column("flags", np.array([6, 1], np.uint8), bits=bits)))
    data = bind(asking(TIME, Need("e", "error_flag"), Need("m", "control_mode")), given)
    assert (values_of(data)["e"], values_of(data)["m"]) == ([1, 0], [2, 1])
    assert (data.how("e"), data.unit_of("e"), data.origin_of("e"), data.source_of("e")) == (
        "vendor_error", "1", "reported", "error_flag"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([column("current", [1.0], "mA"), column("current", [1.0], "mA", averaged=True, header="<I>")], None),
        ([column("charge", [1.0] * 4, "mA*h")], {
            "code": "missing-column", "message": "there is no current",
            "where": "columns row, charge", "hint": "--column I=NAME names a column that answers",
        }),
    ],
)  # fmt: skip
def test_the_column_of_the_name_is_taken_among_several(columns, expected):
    needs = asking(Need("I", "current", "mA"))
    if expected is None:
        assert bind(needs, record(table(*columns))).how("I") == "current"
        return
    with pytest.raises(Refusal) as refused:
        bind(needs, record(table(*columns)))
    assert said(refused.value.remark) == {"severity": "refusal", **expected}


def test_several_columns_of_which_none_has_the_name_are_told():
    given = table(column("current", [1.0], "mA"), column("current", [1.0], "mA"), column("current", [1.0], "mA"))
    left = dataclasses.replace(given, columns={n: c for n, c in given.columns.items() if n != "current"})
    with pytest.raises(Refusal) as refused:
        bind(asking(Need("I", "current", "mA")), record(left))
    assert said(refused.value.remark) == {
        "code": "ambiguous-column", "severity": "refusal",
        "message": "2 columns are a current: current__2, current__3", "hint": "--column I=current__2",
    }  # fmt: skip


def test_a_column_without_a_unit_and_a_selection_without_rows_are_told():
    bare = dataclasses.replace(table(T4, U4).columns["voltage"], unit=None, header="U", quantity="voltage")
    given = table(T4, U4)
    with pytest.raises(Refusal) as refused:
        bind(asking(VOLTAGE), record(dataclasses.replace(given, columns={**given.columns, "voltage": bare})))
    assert said(refused.value.remark) == {
        "code": "no-unit", "severity": "refusal", "message": "the column voltage has no unit", "column": "U"
    }  # fmt: skip
    chosen = given.query("time > 9").select("time", "voltage")
    with pytest.raises(Refusal) as refused:
        bind(asking(VOLTAGE), record(given), dataset=chosen)
    assert refused.value.message == (
        "the timeseries dataset has no rows after query time > 9; columns time, voltage"
    )  # fmt: skip


def test_what_an_analysis_can_ask_of_its_inputs():
    whole = record(table(T4, U4), cell__temperature="30 degC", sample__group="bare")
    whole.provenance = dataclasses.replace(whole.provenance, source={"name": "a.mpr"}, siblings=("a.mps",))
    needs = (VOLTAGE, NeedMeta("cell.temperature", "K"), NeedMeta("cell.area", "m^2", optional=True))
    data = bind(asking(*needs), whole, dataset=whole["timeseries"].query("time > 0"), seed=5)
    assert (data.name, len(data), data.row.tolist(), data.seed) == ("a.mpr", 3, [11, 12, 13], 5)
    assert (data.meta("cell.temperature"), data.meta("cell.area"), data.meta("sample.group")) == (
        pytest.approx(303.15), None, "bare"
    )  # fmt: skip
    assert data.rng().random() == data.rng().random() == np.random.default_rng(5).random()
    assert (data.origin["selection"], data.origin["siblings"]) == (["query time > 0"], ["a.mps"])
    assert ("U" in data, "V" in data) == (True, False)
    assert bind(asking(VOLTAGE), record(table(T4, U4))).name == "record"
