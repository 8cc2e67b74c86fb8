"""What an outcome says over time, and when it started: tables of a few rows, the traces by hand."""

from __future__ import annotations

import datetime as dt

import pytest

import echub
from echub.plugin import Condition, Outcome, Series
from echub_timeline.data import starts_of, traces_of
from echub_timeline.method import placed

NAN = float("nan")


def table(**columns):
    """Return a table; each column is its unit and its values."""
    return {name: Series.of(list(values), unit) for name, (unit, *values) in columns.items()}


def outcome(*tables, zero=None, label="one", **metadata):
    stated = {path.replace("_", ".", 1): {"value": value} for path, value in metadata.items()}
    conditions = {} if zero is None else {"zero": Condition(zero, "s")}
    return Outcome(tables={str(n): each for n, each in enumerate(tables)}, metadata=stated, analysis=label,
                   label=label, conditions=conditions)  # fmt: skip


def shown(one, offset=0.0):
    return [(t.what, t.column, t.unit, t.t.tolist(), t.values.tolist()) for t in traces_of(one, offset)]


CLOCK = {"start": ("s", 0, 60)}


@pytest.mark.parametrize(
    ("columns", "traces"),
    [
        # Of a unit the first kind of column that the table has: a name of its own before the end of a step.
        ({"R_end": ("ohm*cm^2", 1, 2), "asr_b": ("ohm*cm^2", 3, 4), "asr_a": ("ohm*cm^2", 5, 6)},
         [("asr_b", "ohm*cm^2", [3, 4])]),
        ({"R_start": ("ohm*cm^2", 1, 2), "R_end": ("ohm*cm^2", 3, 4)}, [("R_end", "ohm*cm^2", [3, 4])]),
        # Of resistances in Ω all: those of a circuit are parts of one impedance.
        ({"resistance_b": ("ohm", 3, 4), "resistance_a": ("ohm", 5, 6), "R_end": ("ohm", 7, 8)},
         [("resistance_b", "ohm", [3, 4]), ("resistance_a", "ohm", [5, 6])]),
        ({"U_end": ("V", 1, 2), "potential_mean": ("V", -3, 4)}, [("potential_mean", "V", [3, 4])]),
        ({"U_start": ("V", 1, 2), "U_end": ("V", 3, -4)}, [("U_end", "V", [3, 4])]),
        ({"j": ("mA/cm^2", 1, 2), "level": ("mA/cm^2", 3, 4)}, [("level", "mA/cm^2", [3, 4])]),
        ({"j": ("mA/cm^2", -1, 2)}, [("j", "mA/cm^2", [1, 2])]),
        ({"j": ("mA", 1, 2), "level": ("mA", 3, 4)}, [("level", "mA", [3, 4])]),
        ({"j": ("mA", 1, -2)}, [("j", "mA", [1, 2])]),
        # What has another unit, or is named otherwise, is not shown.
        ({"level": ("V", 1, 2), "asr_a": ("ohm", 1, 2), "resistance_a": ("ohm*cm^2", 1, 2),
          "potential": ("mV", 1, 2), "the_level": ("mA", 1, 2), "level_error": ("", 1, 2)}, []),
        # The panels from the top: resistances, potentials, currents.
        ({"level": ("mA", 1, 2), "j": ("mA/cm^2", 3, 4), "U_end": ("V", 5, 6), "resistance": ("ohm", 0, 0),
          "resistance_a": ("ohm", 7, 8), "asr_a": ("ohm*cm^2", 9, 10)},
         [("asr_a", "ohm*cm^2", [9, 10]), ("resistance_a", "ohm", [7, 8]), ("U_end", "V", [5, 6]),
          ("j", "mA/cm^2", [3, 4]), ("level", "mA", [1, 2])]),
    ],
)  # fmt: skip
def test_a_unit_shows_the_first_kind_of_column_that_a_table_has_without_its_sign(columns, traces):
    found = shown(outcome(table(**CLOCK, **columns)), 100.0)
    assert found == [("one", column, unit, [100, 160], values) for column, unit, values in traces]


R = {"R_end": ("ohm*cm^2", 1, 2)}


@pytest.mark.parametrize(
    ("columns", "times"),
    [
        ({"start": ("s", 1, 2), "begin": ("s", 3, 4)}, [1, 2]),
        ({"begin": ("s", 3, 4), "start": ("s", 1, 2)}, [1, 2]),
        ({"begin": ("s", 3, 4)}, [3, 4]),
        ({"start": ("h", 1, 2), "begin": ("s", 3, 4)}, [3, 4]),
        ({"start": ("h", 1, 2)}, None),
        ({"time": ("s", 1, 2), "end": ("s", 1, 2)}, None),
        ({}, None),
    ],
)
def test_the_clock_of_a_table_is_its_start_in_seconds_else_its_begin(columns, times):
    found = shown(outcome(table(**columns, **R)))
    assert found == ([] if times is None else [("one", "R_end", "ohm*cm^2", times, [1, 2])])


def test_every_table_with_a_clock_is_shown_on_the_clock_of_its_outcome():
    """Tables without rows and without a clock are passed over; a clock that starts 40 s late is moved."""
    tables = (
        table(start=("s",), R_end=("ohm*cm^2",)),
        table(**R),
        table(start=("s", 0, 5), U_end=("V", 1, 2)),
        table(begin=("s", 7), R_end=("ohm*cm^2", 3)),
    )
    for zero, late in ((None, 0), (0.0, 0), (40.0, 40), (-3.0, -3)):
        assert shown(outcome(*tables, zero=zero), 1000.0) == [
            ("one", "U_end", "V", [1000 + late, 1005 + late], [1, 2]),
            ("one", "R_end", "ohm*cm^2", [1007 + late], [3]),
        ]


def started(local=None, utc=None):
    stated = {"experiment_start": local, "experiment_start_utc": utc}
    return outcome(**{path: text for path, text in stated.items() if text is not None})


NINE, CET = dt.datetime(2026, 3, 2, 9), dt.timezone(dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        ([], []),
        ([(None, None), ("in the morning", None)], [None, None]),
        # One clock without a zone: all as the clock on the wall showed, and UTC is not used.
        ([("2026-03-02T09:00:00", None), ("2026-03-02T09:00:00+01:00", None)], [NINE, NINE]),
        ([("2026-03-02T09:00:00", None), ("2026-03-02T09:00:00", "2026-03-02T08:00:00+00:00"), (None, None)],
         [NINE, NINE, None]),
        # Every start is known in UTC: stated as such, or with a zone. What has none does not stand in the way.
        ([("2026-03-02T09:00:00", "2026-03-02T08:00:00+00:00"), ("2026-03-02T09:00:00+01:00", None), (None, None)],
         [dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC), dt.datetime(2026, 3, 2, 9, tzinfo=CET), None]),
        # What is stated in UTC goes before the clock on the wall; what does not say a date does not count.
        ([("2026-03-02T09:00:00+01:00", "2026-03-02T07:00:00+00:00")],
         [dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)]),
        ([("2026-03-02T09:00:00+01:00", "noon")], [dt.datetime(2026, 3, 2, 9, tzinfo=CET)]),
        ([(None, "2026-03-02T07:00:00+00:00")], [dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)]),
    ],
)  # fmt: skip
def test_all_starts_are_on_one_clock(given, starts):
    found = starts_of([started(*one) for one in given])
    assert found == starts
    # Instants in two zones can be equal: the zones have to be those, too.
    assert [one and one.tzinfo for one in found] == [one and one.tzinfo for one in starts]


def test_a_start_days_and_parts_of_a_second_later_is_placed_by_both():
    runs = [outcome(table(**CLOCK, **R), experiment_start=f"2026-{at}") for at in
            ("02-27T09:00:00", "03-02T09:01:00.500")]  # fmt: skip
    (first,), (second,) = placed(runs)
    begin = 3 * 86400 + 60.5
    assert (first.t.tolist(), second.t.tolist()) == ([0, 60], [begin, begin + 60])


def test_outcomes_are_placed_from_the_earliest_start_in_their_order():
    late, early, none = (
        outcome(table(**CLOCK, **R), label=label, **({"experiment_start": start} if start else {}))
        for label, start in (("late", "2026-03-02T09:01:00"), ("early", "2026-03-02T09:00:00"), ("none", None))
    )
    found = [[(trace.what, trace.t.tolist()) for trace in each] for each in placed([none, late, early])]
    assert found == [[("early", [0, 60])], [("late", [60, 120])], []]
    assert placed([none, none]) == [[], []]
    assert placed([]) == []


# -- the answer ----------------------------------------------------------------------------------


def run(label, start, *times, r=1.0, **metadata):
    columns = {"start": ("s", *times), "R_end": ("ohm*cm^2", *[r] * len(times))}
    return outcome(table(**columns), label=label, experiment_start=start, **metadata)


NINE_O_CLOCK, TEN = "2026-03-02T09:00:00", "2026-03-02T10:00:00"


def test_the_last_row_of_all_ends_the_time():
    """The first run lasts for two hours, the second starts after one and lasts for half of one."""
    found = echub.analyze("timeline", [run("one", NINE_O_CLOCK, 0, 7200), run("two", TEN, 0, 1800, NAN)])
    assert found["duration"].value == 2.0
    assert found["outcomes_placed"].value == 2.0
    assert found.diagnostics["run"].values == (0, 0, 1, 1, 1)


@pytest.mark.parametrize(
    ("zones", "said"),
    [([None], False), ([None, None], True), (["Europe/Berlin", None], True), ([None, "Europe/Berlin"], True),
     (["Europe/Berlin", "Europe/Berlin"], False)],
)  # fmt: skip
def test_a_clock_without_a_zone_is_told_beside_another(zones, said):
    given = [
        run(str(n), NINE_O_CLOCK, 0, 60, **({"experiment_timezone": zone} if zone else {}))
        for n, zone in enumerate(zones)
    ]
    found = [(flag.code, flag.severity) for flag in echub.analyze("timeline", given).flags]
    assert found == ([("clocks-without-zone", "info")] if said else [])


@pytest.mark.parametrize(
    ("given", "code", "message", "hint"),
    [
        ([outcome(table(**R))], "nothing-timed", "none of 1 outcome has a start and a table over time",
         "--set experiment.start=2026-03-02T09:00:00, or a column in --meta"),
        ([outcome(table(**R), experiment_start=TEN), outcome(table(**CLOCK, **R))], "nothing-timed",
         "none of 2 outcomes has a start and a table over time",
         "--set experiment.start=2026-03-02T09:00:00, or a column in --meta"),
        ([run("one", TEN, 0, 1, cell_id="B"), run("two", TEN, 0, 1), run("three", TEN, 0, 1, cell_id="A")],
         "several-cells", "the outcomes are of several cells: A, B, not stated",
         'by = "cell.id" in the study answers each cell by itself'),
    ],
)  # fmt: skip
def test_what_has_no_common_time_is_refused(given, code, message, hint):
    (refusal,) = echub.analyze("timeline", given).refusals
    assert (refusal.code, refusal.message, refusal.hint) == (code, message, hint)
