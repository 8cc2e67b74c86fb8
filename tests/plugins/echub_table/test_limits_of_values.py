"""Limits that values are held against, in small tables: just inside, and just outside."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import Ambiguous, PluginError, ReadError
from echub_table.excel_numbers import _require_equal


def read(names, *columns, **options):
    rows = zip(*columns, strict=True)
    text = "\n".join([names, *(",".join(map(str, row)) for row in rows)])
    return echub.read(f"{text}\n".encode(), reader="table", options=options)


def said(record, code):
    return [notice.message for notice in record.notices if notice.code == code]


# -- clocks ----------------------------------------------------------------------------------------

ROWS = range(60)
TENS = (10, 20, 30, 40, 50)


def restarting(places, least=0.0):
    """Return a clock in s that starts again at these rows."""
    return [least + n - max([0, *(p for p in places if p <= n)]) for n in ROWS]


def counted(places):
    """Return the number of a step that changes at these rows."""
    return [1 + sum(p <= n for p in places) for n in ROWS]


@pytest.mark.parametrize(
    ("falls", "changes", "of_step"),
    [
        (TENS, TENS, True),
        (TENS, (10, 20, 30, 40, 45), True),  # four of five restarts, and of five changes
        (TENS, (10, 20, 30, 40), True),
        ((10, 20, 30, 40), TENS, True),
        (TENS, (10, 20, 30, 45), False),  # three of five restarts
        ((10, 20, 30), TENS, False),  # three of five changes
        (TENS, (), False),
    ],
)
def test_a_clock_is_that_of_the_step_if_four_in_five_restarts_and_changes_agree(falls, changes, of_step):
    record = read("time/s,step,Ewe/V", restarting(falls), counted(changes), ROWS)
    assert ("step_time" in record["timeseries"].columns) is of_step
    assert bool(said(record, "step-clock")) is of_step


def test_a_clock_that_starts_again_below_zero_is_not_that_of_the_step():
    record = read("time/s,step,Ewe/V", restarting(TENS, least=-0.5), counted(TENS), ROWS)
    assert "step_time" not in record["timeseries"].columns


def clock(seconds):
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


@pytest.mark.parametrize(("first", "is_open"), [(20, False), (21, True)])
def test_a_lone_clock_is_elapsed_if_it_begins_within_two_steps_of_zero(first, is_open):
    columns = [clock(first + 10 * n) for n in ROWS], ROWS
    if is_open:
        with pytest.raises(Ambiguous):
            read("Time,Ewe/V", *columns)
    else:
        assert read("Time,Ewe/V", *columns)["timeseries"]["time"][0] == first


@pytest.mark.parametrize(("last", "elapsed"), [(86_399, False), (86_400, True)])
def test_a_clock_that_reaches_a_day_is_elapsed(last, elapsed):
    columns = [clock(last - 590 + 10 * n) for n in range(59)] + [clock(last)], ROWS
    if elapsed:
        assert read("Time,Ewe/V", *columns)["timeseries"]["time"][-1] == last
    else:
        with pytest.raises(Ambiguous):
            read("Time,Ewe/V", *columns)


@pytest.mark.parametrize(("fall", "of_day"), [(43_200, False), (43_201, True)])
def test_a_clock_that_falls_by_more_than_half_a_day_is_a_time_of_day(fall, of_day):
    seconds = [50_000] * 30 + [50_000 - fall] * 30
    record = read("Time,Ewe/V", map(clock, seconds), ROWS)
    assert bool(said(record, "time-of-day")) is of_day


@pytest.mark.parametrize(("lost", "refused"), [(2, False), (3, True)])
def test_one_clock_in_a_hundred_may_be_a_word(lost, refused):
    clocks = ["never" if 50 <= n < 50 + lost else clock(n) for n in range(200)]
    if refused:
        with pytest.raises(ReadError, match="3 of 200 clocks of Test time do not parse"):
            read("Test time,U / V", clocks, range(200))
    else:
        assert np.isnan(read("Test time,U / V", clocks, range(200))["timeseries"]["time"]).sum() == lost


# -- impedance -------------------------------------------------------------------------------------

EIS = "f / Hz,Z' / ohm,Z'' / ohm"


@pytest.mark.parametrize(
    ("frequencies", "parts", "share"),
    [
        ([4, 3, 2, 1], [-1, -1, 1, 1], 50),
        ([5, 4, 3, 2, 1], [-1, -1, 1, 1, 1], None),
        ([5, 4, 3, 2, 1], [-1, 0, 0, 0, 1], 50),  # zero has no sign
        ([4, 3, 2, 1, 0], [-1, -1, 1, 1, 1], 50),  # nor has what is not measured at a frequency
    ],
)
def test_half_of_the_imaginary_parts_have_the_sign_of_a_capacitor_or_it_is_asked(frequencies, parts, share):
    if share is None:
        with pytest.raises(ReadError, match="not declared") as refused:
            read(EIS, frequencies, [1] * len(parts), parts)
        assert refused.value.found == "60% of the values have the other sign"
        return
    record = read(EIS, frequencies, [1] * len(parts), parts)
    signs = {d["what"]: d["evidence"] for d in record.settings["decisions"]}
    assert signs["sign of Z'' / ohm"] == f"{share}% of its values are negative, as the quantity has it"


@pytest.mark.parametrize(("largest", "is_open"), [(-1.58, True), (-1.6, False), (1.6, False)])
def test_a_phase_without_a_unit_is_in_degrees_if_a_value_is_beyond_a_right_angle_in_radians(largest, is_open):
    columns = "f,|Z|,phase", [3, 2, 1], [1, 1, 1], [-0.5, -1, largest]
    if is_open:
        with pytest.raises(ReadError, match="radians"):
            read(*columns)
    else:
        assert read(*columns)["impedance"]["phase"].tolist() == [-0.5, -1, largest]


# -- samples ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "sums", "told"),
    [
        ("%", [100, 100, 98.1], 0),  # rounding
        ("%", [100, 100, 97.9], 1),
        ("%", [100, 101.9, 102.1], 1),
        ("%", [51, 51, 51], 3),  # meant to close: half of the whole
        ("%", [50, 50, 50], 0),
        ("%", [49, 49, 49], 0),
        ("1", [0.981, 0.981, 0.9], 1),
        ("1", [0.979, 0.979, 0.9], 0),  # pure numbers that do not close need not be fractions
    ],
)
def test_fractions_add_up_to_the_whole_within_two_percent(unit, sums, told):
    half = [s / 2 for s in sums]
    record = read(f"sample.id,replicate,A / {unit},B / {unit}", ["S1"] * 3, [1, 2, 3], half, half)
    found = said(record, "no-closure")
    assert len(found) == bool(told)
    if told:
        assert f"{told} of 3 rows {'is' if told == 1 else 'are'} off" in found[0]


# -- words among numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "is_text"),
    [
        (["1.5", "2.5", "on", "off"], False),  # half of the filled cells
        (["1.5", "2.5", "on", "off", "on"], True),
        (["1.5", "", "", "on", ""], False),
        (["1.5", "", "", "on", "off"], True),
    ],
)
def test_a_column_of_mostly_words_stays_text(cells, is_text):
    record = read("t / s,I / mA,U / V", range(len(cells)), cells, range(len(cells)))
    assert bool(said(record, "no-numbers")) is is_text
    assert ("current" in record["timeseries"].columns) is not is_text


def test_twenty_faults_are_listed_and_all_are_counted():
    cells = ["word" if n % 100 == 50 else n / 8 for n in range(2500)]
    record = read("t / s,I / mA,U / V", range(2500), cells, range(2500))
    listed = record.settings["unparsable_rows"]
    assert listed == [f"line {100 * n + 52}: I / mA is 'word', no number" for n in range(20)]
    assert said(record, "unparsable-rows")[0].startswith("25 of 2500 rows do not parse")


# -- names, and both views of a sheet --------------------------------------------------------------


def test_a_delimiter_may_end_the_line_of_names_alone():
    data = read("t / s,I / mA,U / V,", range(4), range(4), range(4))["timeseries"]
    assert [data.columns[name].header for name in ("time", "current", "voltage")] == ["t / s", "I / mA", "U / V"]


@pytest.mark.parametrize("apart", [1.5e-6, 2.5e-6, -1.5e-6, -2.5e-6])
def test_both_views_of_a_number_of_a_sheet_agree_within_a_millionth_of_it_and_a_millionth(apart):
    values, cells = pl.DataFrame({"a": [2.0, 1.0 + apart]}), pl.DataFrame({"a": ["2", "1"]})
    if abs(apart) < 2e-6:
        _require_equal(values, cells)
    else:
        with pytest.raises(PluginError, match="reads differently as numbers and as text"):
            _require_equal(values, cells)


def test_fractions_of_each_unit_add_up_by_themselves():
    record = read(
        "sample.id,replicate,A / %,B / %,C / 1,D / 1", "aab", [1, 2, 1], [60, 60, 60], [30, 40, 40],
        [0.99, 0.5, 0.5], [0.01, 0.4, 0.5],
    )  # fmt: skip
    assert said(record, "no-closure") == [
        "A / %, B / % add up to 90 in row 1, not 100; 1 of 3 rows is off by more than 2%",
        "C / 1, D / 1 add up to 0.9 in row 2, not 1; 1 of 3 rows is off by more than 2%",
    ]


# -- clocks of one row, of a day, and of states ----------------------------------------------------


@pytest.mark.parametrize("name", ["Time", "Total Time"])
def test_a_single_row_has_a_clock(name):
    assert read(f"{name},Ewe/V", ["0:00:00"], [3])["timeseries"]["time"].tolist() == [0]
    if name == "Time":
        with pytest.raises(Ambiguous) as caught:
            read(f"{name},Ewe/V", ["1:00:00"], [3])
        assert caught.value.found == "3600 s at the first row, 3600 s at the last"
    else:
        assert read(f"{name},Ewe/V", ["1:00:00"], [3])["timeseries"]["time"].tolist() == [3600]


@pytest.mark.parametrize(("last", "joined"), [("23:59:59", True), ("24:00:00", False)])
def test_a_clock_beside_dates_that_reaches_a_day_is_elapsed(last, joined):
    columns = ["2024-01-01", "2024-01-01", "2024-01-02"], ["23:59:50", "23:59:55", last], range(3)
    series = read("Date,Time,Ewe/V", *columns)["timeseries"]
    assert any(c.header == "Date + Time" for c in series.columns.values()) is joined
    assert series["time"].tolist() == ([0, 5, 86_409] if joined else [86_390, 86_395, 86_400])


def test_a_clock_of_an_unknown_name_is_a_vendor_column_in_seconds():
    series = read("t / s,Rest duration,Ewe/V", range(3), ["0:00:05", "0:00:06", "1:00:00"], range(3))["timeseries"]
    column = series.column("vendor_rest_duration")
    assert (column.values.tolist(), column.unit, column.quantity) == ([5, 6, 3600], "s", None)


@pytest.mark.parametrize(("least", "of_step"), [(2.0, True), (2.125, False)])
def test_a_restart_from_a_tenth_is_that_of_a_step(least, of_step):
    """From 20 back to 2 is, beside a clock that never goes back; to more than a tenth is not."""
    clock = [least, 4, 8, 12, 16, 20] * 10
    record = read("Time/s,Total Time/s,Ewe/V", clock, ROWS, ROWS)
    assert ("step_time" in record["timeseries"].columns) is of_step


@pytest.mark.parametrize(("names", "of_step"), [(100, True), (101, False)])
def test_a_hundred_states_are_steps(names, of_step):
    """Each state has two rows, at the first of which the clock restarts; a name for each row would be a remark."""
    rows = range(2 * names)
    record = read("Time/s,state,Ewe/V", [n % 2 for n in rows], [f"s{n // 2}" for n in rows], rows)
    assert ("step_time" in record["timeseries"].columns) is of_step


@pytest.mark.parametrize("order", [("step", "state"), ("state", "step")])
def test_a_clock_restarts_with_either_the_step_or_the_state(order):
    changing = {"step": [1] * 60, "state": ["ab"[n // 10 % 2] for n in ROWS]}
    record = read(f"Time/s,{','.join(order)},Ewe/V", restarting(TENS), *(changing[name] for name in order), ROWS)
    assert record["timeseries"]["step_time"].tolist() == restarting(TENS)


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000)])
def test_an_instant_without_dates_gives_the_elapsed_time_and_no_start(unit, factor):
    record = read(f"unix_time / {unit},Ewe/V", [factor * (1_700_000_000 + 5 * n) for n in range(3)], range(3))
    assert record["timeseries"]["time"].tolist() == [0, 5, 10]
    assert "experiment.start" not in record.metadata
    assert said(record, "derived-time") == [
        f"the table has no elapsed time: time = unix_time / {unit} - its first value"
    ]


def test_a_phase_without_a_unit_and_without_a_value_is_none():
    phase = read("f,|Z|,phase", [3, 2, 1], [1, 1, 1], ["", "", ""])["impedance"].column("phase")
    assert (np.isnan(phase.values).tolist(), phase.unit) == ([True] * 3, "deg")


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (("Time (s)", "Total Time (s)"), 1),  # `Time` may be that of a step
        (("Total Time (s)", "Time (s)"), 0),
        (("Test Time (s)", "Total Time (s)"), 0),  # of two such names the one with more digits
    ],
)
def test_of_two_clocks_that_never_restart_one_is_the_time_and_both_are_kept(names, first):
    clocks = [n / 8 for n in ROWS], [float(n // 8) for n in ROWS]
    series = read(f"{','.join(names)},Ewe/V", *clocks, ROWS)["timeseries"]
    assert [(name, column.header) for name, column in series.columns.items()][1:3] == [
        ("time", names[first]), ("time__2", names[1 - first]),
    ]  # fmt: skip
    assert series["time"].tolist() == clocks[first]
    assert list(series.columns)[3:] == ["potential_we"]


@pytest.mark.parametrize(
    ("name", "of_step"), [("State", True), ("Cell", False), ("Cell ID", False), ("Step", True)]
)
def test_a_clock_that_restarts_with_the_cell_is_not_that_of_a_step(name, of_step):
    cells = [f"S{n // 10}" if name != "Step" else n // 10 for n in ROWS]
    record = read(f"Time/s,{name},Ewe/V", restarting(TENS), cells, ROWS)
    assert ("step_time" in record["timeseries"].columns) is of_step
    assert (
        said(record, "step-clock")
        == ["Time/s restarts where the step changes: it is the time of the step"] * of_step
    )


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["23:59:58", "23:59:59", "0:00:00"],
         "Time is a time of day: it starts again at midnight and is not an elapsed time"),
        (["9:59:59 am", "10:00:00 am", "10:00:01 am"], "Time is a time of day and no elapsed time"),
        (["11:59:59 pm", "12:00:00 am", "12:00:01 am"],
         "Time is a time of day: it starts again at midnight and is not an elapsed time"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_said_with_what_it_does_at_midnight(cells, text):
    record = read("Time,Ewe/V", cells, range(3))
    assert said(record, "time-of-day") == [text]
    assert "time" not in record["timeseries"].columns


@pytest.mark.parametrize(
    ("header", "cell", "options", "start", "zone"),
    [
        ("Date", "2024-03-14 09:26:5{}", {}, ("2024-03-14T09:26:50", "file: Date"), None),
        ("Date (UTC)", "2024-03-14 09:26:5{}", {}, ("2024-03-14T09:26:50", "file: Date (UTC)"),
         ("UTC", "file: Date (UTC)")),
        ("Date", "2024-03-14T09:26:5{}+01:00", {}, ("2024-03-14T08:26:50", "file: Date"), ("UTC", "file: Date")),
        ("Date", "2024-03-14 09:26:5{}", {"timezone": "Europe/Berlin"}, ("2024-03-14T09:26:50", "file: Date"),
         ("Europe/Berlin", "option timezone")),
        ("Date", "2024-03-14T09:26:5{}+01:00", {"timezone": "Asia/Tokyo"}, ("2024-03-14T08:26:50", "file: Date"),
         ("UTC", "file: Date")),
    ],
)  # fmt: skip
def test_start_and_zone_say_where_they_are_from(header, cell, options, start, zone):
    record = read(f"{header},Ewe/V", [cell.format(n) for n in range(3)], range(3), **options)
    paths = ("experiment.start", "experiment.timezone")
    found = [record.metadata.get(path) if path in record.metadata else None for path in paths]
    assert [entry and (entry.value, entry.source) for entry in found] == [start, zone]
    assert record["timeseries"]["time"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "quantity", "origin", "zone"),
    [({}, None, "measured", "unknown"), ({"timezone": "Europe/Berlin"}, "unix_time", "assumed", "Europe/Berlin")],
)
def test_a_column_of_dates_says_how_it_was_read(options, quantity, origin, zone):
    cells = [f"14.03.2024 09:26:5{n}" for n in range(3)]
    record = read("t / s,Date,Ewe/V", range(3), cells, range(3), **options)
    (column,) = [c for c in record["timeseries"].columns.values() if c.header == "Date"]
    assert (column.quantity, column.origin, column.unit) == (quantity, origin, "s")
    assert column.attrs == {
        "printed_as": cells[0], "date_order": "dmy", "epoch": "1970-01-01T00:00:00", "zone": zone
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "per_row", "text"),
    [
        ("t / min", 10, ["time/s spans 390 s but t / min 23400 s, 60 times as much: a unit is wrong"]),
        ("t / h", 10, ["time/s spans 390 s but t / h 1.404e+06 s, 3600 times as much: a unit is wrong"]),
        ("t / min", 1 / 6, []),
    ],
)
def test_two_elapsed_times_are_compared_in_their_units(header, per_row, text):
    record = read(
        f"time/s,{header},Ewe/V", [10 * n for n in range(40)], [n * per_row for n in range(40)], range(40)
    )
    assert said(record, "clocks-differ") == text


@pytest.mark.parametrize("header", ["Time (h)", "Time (min)"])
def test_an_elapsed_time_is_compared_with_the_dates_in_its_unit(header):
    per_row = {"Time (h)": 1 / 60, "Time (min)": 1}[header]
    dates = [f"2024-03-14 09:{n:02d}:00" for n in range(40)]
    right = read(f"{header},DateTime,Ewe/V", [n * per_row for n in range(40)], dates, range(40))
    assert said(right, "clocks-differ") == []
    with pytest.raises(ReadError, match="as fast as the wall clock"):
        read(f"{header},DateTime,Ewe/V", [60 * n * per_row for n in range(40)], dates, range(40))
