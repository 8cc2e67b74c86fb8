"""Several runs in one file, tails of zero bytes, loops, and the log that tells BT-Lab from EC-Lab."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from echub.files.conversion import convert
from echub.files.reading import read as read_file
from fixtures.eclab import SCENARIOS, MprFile, byte_map, set_module_length, set_n_points
from fixtures.eclab.ascii import export, log_file
from fixtures.eclab.settings import Settings
from fixtures.eclab.texts import GCPL
from tests.plugins.echub_eclab.support import codes, message, read, scenario
from tests.plugins.echub_eclab.text_support import read_mpt

FIRST, SECOND = scenario("gcpl"), scenario("cp")
APPENDED = FIRST.to_bytes() + SECOND.to_bytes()[52:]


def same_columns(one, other):
    return list(one.columns) == list(other.columns) and all(
        np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one.columns
    )


# -- runs that are still going ---------------------------------------------------------------

GOING = replace(SECOND, log=None)
GOING_ROWS, GOING_SIZE = len(SECOND.rows), SECOND.rows.dtype.itemsize


def going(points, rows, *, behind=b"", file=GOING):
    """Return a file of a run that is still going: its header counts `points`, its length those of `rows` rows."""
    data = file.to_bytes()
    place = byte_map(data)["VMP data"]
    length = place.inside.records - place.data + rows * GOING_SIZE
    return set_module_length(set_n_points(data, points), "VMP data", max(length, 0)) + behind


def test_rows_behind_those_that_the_header_states_are_read_where_the_clock_goes_on():
    for points in (0, 3, GOING_ROWS - 1):
        record, more = read(going(points, points)), GOING_ROWS - points
        assert same_columns(record["timeseries"], read(GOING)["timeseries"])
        rows = "1 row stands" if more == 1 else f"{more} rows stand"
        text = f"{rows} behind the {points} that the header counts, and its clock goes on: all were read"
        assert message(record, "row-count") == text
        assert "damaged-container" not in codes(record)


def test_rows_behind_those_that_the_header_states_end_where_a_module_begins():
    record = read(going(3, 3, file=SECOND))
    assert same_columns(record["timeseries"], read(SECOND)["timeseries"])
    assert record.metadata.value("experiment.start") == read(SECOND).metadata.value("experiment.start")


def test_space_that_was_reserved_behind_the_rows_is_none():
    record = read(going(3, 3, behind=bytes(20 * GOING_SIZE)))
    assert same_columns(record["timeseries"], read(GOING)["timeseries"])
    assert message(record, "zero-tail").endswith(": 20 rows are not data")
    assert message(record, "row-count").startswith(f"{GOING_ROWS - 3} rows stand behind the 3 ")


@pytest.mark.parametrize("behind", [bytes(4 * GOING_SIZE), bytes(range(1, 250))], ids=["zeros", "other bytes"])
def test_bytes_behind_the_rows_without_a_clock_are_none(behind):
    record = read(GOING.to_bytes() + behind)
    assert record["timeseries"].rows == GOING_ROWS
    assert "row-count" not in codes(record)


@pytest.mark.parametrize("file", [GOING, SECOND], ids=["no LOG", "with LOG"])
def test_a_length_that_was_not_written_yet_does_not_hide_the_rows(file):
    for length in (0, 500):  # less than the header alone
        data = set_module_length(file.to_bytes(), "VMP data", length)
        record = read(data)
        assert same_columns(record["timeseries"], read(SECOND)["timeseries"])
        size = GOING_ROWS * GOING_SIZE
        text = f"the module VMP data states 0 bytes of rows, its {GOING_ROWS} rows are {size}"
        assert message(record, "module-length") == text


def test_a_second_file_behind_the_first_is_named():
    first = GOING.to_bytes()
    record = read(first + SECOND.to_bytes())
    text = f"a second file begins at offset {len(first)}: two were joined, and only the first is read"
    assert message(record, "damaged-container") == text
    assert [dropped.what for dropped in record.dropped] == [
        f"{len(SECOND.to_bytes())} bytes from offset {len(first)}"
    ]


# -- appended runs -----------------------------------------------------------------------------


def test_an_appended_run_is_a_dataset_with_settings_of_its_own():
    record, first, second = read(APPENDED), read(FIRST), read(SECOND)
    assert list(record) == ["timeseries", "timeseries_part_2"]
    assert record["timeseries"].same_as(first["timeseries"])
    assert same_columns(record["timeseries_part_2"], second["timeseries"])
    assert record.metadata.tree() == first.metadata.tree()
    attrs = record["timeseries_part_2"].attrs
    assert attrs["technique"] == "CP"
    assert attrs["start"] == second.metadata.value("experiment.start")
    own = record.settings["part_2"]
    assert own["parameters"] == second.settings["parameters"]
    assert own["metadata"]["technique.name"] == {"value": "CP", "unit": None}
    assert codes(record) == [*codes(first), "appended-data", *codes(second)]
    assert record.dropped == []


def test_three_runs_and_the_columns_of_each_in_the_rebuilt_table():
    data = APPENDED + scenario("ocv").to_bytes()[52:]
    record = read(data)
    assert list(record) == ["timeseries", "timeseries_part_2", "timeseries_part_3"]
    table = record.source_table()
    times = {header: len(values) for (_, header), values in table.items() if header.endswith("time/s")}
    assert times == {
        "time/s": len(FIRST.rows),
        "part_2: time/s": len(SECOND.rows),
        "part_3: time/s": len(scenario("ocv").rows),
    }


def test_an_appended_run_that_is_damaged_is_left_out_and_said():
    start = len(FIRST.to_bytes()) + byte_map(SECOND.to_bytes())["VMP data"].data - 52
    data = APPENDED[: start + 4] + b"\0\0" + APPENDED[start + 6 :]  # a header that names no columns
    record = read(data)
    assert list(record) == ["timeseries"]
    assert record["timeseries"].same_as(read(FIRST)["timeseries"])
    assert message(record, "unread-data").startswith(f"the data module at offset {start} cannot be read")
    assert [dropped.what.split(" from ")[1] for dropped in record.dropped] == [f"offset {start}"]


def test_a_cut_in_the_appended_run_costs_the_first_nothing():
    record = read(APPENDED[:-4000])
    assert record["timeseries"].same_as(read(FIRST)["timeseries"])
    assert 0 < record["timeseries_part_2"].rows < len(SECOND.rows)
    assert "truncated" in codes(record)


@pytest.mark.parametrize(("into", "said"), [(1, "1 byte"), (20, "20 bytes")])
def test_what_a_cut_costs_is_said_of_the_run_that_it_was_in(into, said):
    at = byte_map(SECOND.to_bytes())["VMP data"].end - 2 * SECOND.rows.dtype.itemsize + into
    alone, appended = read(SECOND.to_bytes()[:at]), read(APPENDED[: len(FIRST.to_bytes()) - 52 + at])
    assert [d.what for d in alone.dropped] == [f"{said} of the incomplete row {len(SECOND.rows) - 2}"]
    assert [d.what for d in appended.dropped] == [f"part_2: {d.what}" for d in alone.dropped]
    assert [d.why for d in appended.dropped] == [d.why for d in alone.dropped]


def test_settings_without_data_behind_a_run_are_kept():
    head = SECOND.head()[52:]
    record = read(FIRST.to_bytes() + head)
    assert list(record) == ["timeseries"]
    assert record.metadata.value("technique.name") == "GCPL"
    assert record.settings["settings_part_2"]["metadata"]["technique.name"]["value"] == "CP"
    assert "settings-without-data" in codes(record)


def test_appended_runs_are_written_and_read_again(tmp_path):
    path = tmp_path / "two.mpr"
    path.write_bytes(APPENDED)
    result = convert(path)
    assert result.status == "flagged"
    assert read_file(result.outputs[0]).same_as(result.record)


# -- zero bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 79, 80, 200])
def test_rows_of_zero_bytes_at_the_end_are_no_data(rows):
    data = FIRST.to_bytes()
    inside = byte_map(data)["VMP data"]
    size = FIRST.rows.dtype.itemsize
    start = inside.end - len(FIRST.rows) * size
    cut = start + rows * size
    record = read(data[:cut] + bytes(len(data) - cut))
    whole = read(data)["timeseries"]
    # A row that ends in zeros from a sector's edge on cannot be told from one that was cut there.
    edge = any(not any(data[e:cut]) for e in range(cut - size, cut) if e % 512 == 0)
    assert record["timeseries"].rows == rows - edge
    assert np.array_equal(record["timeseries"]["time"], whole["time"][: rows - edge])
    text = next(n.message for n in record.notices if n.code == "zero-tail" and "row" in n.message)
    assert text.startswith(f"zero bytes from row {rows - edge} ")
    assert "clock-restarts" not in codes(record)
    assert "damaged-container" not in codes(record)


def test_a_row_that_was_written_up_to_the_edge_of_a_sector_is_left_out():
    data = FIRST.to_bytes()
    size = FIRST.rows.dtype.itemsize
    end = byte_map(data)["VMP data"].end
    start = end - len(FIRST.rows) * size
    edge = next(e for e in range(start, end) if e % 512 == 0 and 10 < (e - start) % size < size - 10)
    record = read(data[:edge] + bytes(len(data) - edge))
    assert record["timeseries"].rows == (edge - start) // size


def test_zero_bytes_behind_the_last_module_are_no_damage():
    record = read(FIRST.to_bytes() + bytes(4096))
    assert record["timeseries"].same_as(read(FIRST)["timeseries"])
    assert "4096 zero bytes" in message(record, "zero-tail")
    assert record.dropped == []


def test_zero_values_that_were_measured_stay():
    """A first row of zeros, and a last one whose flags alone are none, are data."""
    file = MprFile("OCV", {4: [0.0, 1.0, 2.0], 6: [0.0, 0.0, 0.0]}, flags=[0, 3, 3])
    assert read(file)["timeseries"].rows == 3


# -- loops -------------------------------------------------------------------------------------


def test_every_row_has_its_loop_in_both_files():
    file = scenario("gcpl", loop=[0, 100, 200])
    numbers = np.repeat([0, 1, 2], [100, 100, 65])
    column = read(file)["timeseries"].columns["vendor_loop_number"]
    assert column.values.tolist() == numbers.tolist()
    assert column.index is None
    lines = [
        "Number of loops : 3",
        *(f"Loop {n} from point number {a} to {b}" for n, a, b in [(0, 0, 99), (1, 100, 199), (2, 200, 264)]),
    ]
    text = read_mpt(export(file, extra_lines=lines))
    assert text["timeseries"]["vendor_loop_number"].tolist() == numbers.tolist()


@pytest.mark.parametrize("loop", [None, [0], [0, 100, 50]])
def test_a_run_without_loops_has_no_such_column(loop):
    assert "vendor_loop_number" not in read(scenario("gcpl", loop=loop))["timeseries"].columns


def test_a_text_that_was_cut_numbers_the_rows_it_has():
    lines = [
        "Loop 0 from point number 0 to 2",
        "Loop 1 from point number 3 to 99",
        "Loop 2 from point number 100 to 264",
    ]
    record = read_mpt(export(FIRST, extra_lines=lines, rows=5))
    assert record["timeseries"]["vendor_loop_number"].tolist() == [0, 0, 0, 1, 1]


# -- BT-Lab ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "used"),
    [
        (lambda log: log, True),
        (lambda log: log.replace(b"Acquisition started on : 03/14/2024 09:26:53.250", b"User : "), True),
        (lambda log: log.replace(b"03/14/2024", b"14/03/2024"), True),
        (lambda log: log.replace(b"03/14/2024", b"03/15/2024"), False),
        (lambda log: log.replace(b"BT-Lab", b"EC-Lab"), False),
    ],
)
def test_a_bt_lab_file_without_log_is_one_by_its_mpl(tmp_path, change, used):
    file = SCENARIOS["gcpl"]().file
    log = log_file(file, "03/14/2024 09:26:53.250").replace(b"EC-Lab LOG FILE", b"BT-Lab LOG FILE")
    (tmp_path / "run.mpr").write_bytes(replace(file, log=None).to_bytes())
    (tmp_path / "run.mpl").write_bytes(change(log))
    dataset = read_file(tmp_path / "run.mpr")["timeseries"]
    assert ("voltage" in dataset.columns) == used
    assert ("potential_we" in dataset.columns) != used


def test_a_start_with_two_readings_is_decided_by_the_day_of_the_settings(tmp_path):
    file = replace(SCENARIOS["gcpl"]().file, log=None, set_date=date(2024, 3, 4))
    (tmp_path / "run.mpr").write_bytes(file.to_bytes())
    (tmp_path / "run.mpl").write_bytes(log_file(file, "04/03/2024 09:26:53.250"))
    record = read_file(tmp_path / "run.mpr")
    assert record.metadata.value("experiment.start") == "2024-03-04T09:26:53.250"


def test_comments_of_several_lines():
    comments = "first line\r\nRecord of the lab book, and MODULE\r\nassembled Mon, cell 4 in glove box B"
    file = replace(SCENARIOS["cp"]().file, settings=Settings(comments=comments))
    assert read(file).metadata.value("experiment.comments") == comments
    assert read_mpt(export(file, rows=4)).metadata.value("experiment.comments") == comments


# -- steps -------------------------------------------------------------------------------------


def test_steps_that_no_row_belongs_to_are_marked():
    steps = read(FIRST).metadata.value("technique.steps")
    assert [step.get("ran", True) for step in steps] == [True, True, True]
    short = replace(FIRST, columns={i: np.asarray(v)[:60] for i, v in FIRST.columns.items()}, flags=3)
    assert set(short.rows["131"]) == {0, 1}
    for record in (read(short), read_mpt(export(short, parameters=GCPL))):
        steps = record.metadata.value("technique.steps")
        assert [step.get("ran", True) for step in steps] == [True, True, False]
    others = np.asarray(FIRST.rows["131"]) != 1
    jumped = replace(FIRST, columns={i: np.asarray(v)[others] for i, v in FIRST.columns.items()}, flags=3)
    for record in (read(jumped), read_mpt(export(jumped, parameters=GCPL))):
        steps = record.metadata.value("technique.steps")
        assert [step.get("ran", True) for step in steps] == [True, False, True]
