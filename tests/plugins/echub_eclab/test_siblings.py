"""Siblings: what the `.mpl` beside a file adds where LOG is missing, and what keeps it from being used."""

from dataclasses import replace

import pytest

from echub.files.conversion import convert
from echub.files.reading import read
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import log_file
from fixtures.eclab.corrupt import drop_module
from fixtures.eclab.texts import GCPL

FILE = SCENARIOS["gcpl"]().file
START = "03/14/2024 09:26:53.250"


@pytest.fixture
def run(tmp_path):
    """A run without a LOG module, and its log."""
    (tmp_path / "run.mpr").write_bytes(replace(FILE, log=None).to_bytes())
    (tmp_path / "run.mpl").write_bytes(log_file(FILE, START, GCPL))
    return tmp_path / "run.mpr"


def codes(record):
    return {notice.code for notice in record.notices}


def test_the_start_comes_from_the_log_and_says_so(run):
    record = read(run)
    entry = record.metadata.get("experiment.start")
    assert (entry.value, entry.source) == ("2024-03-14T09:26:53.250", "run.mpl")
    assert record.metadata.value("experiment.timezone") == "unknown"
    assert record.metadata.value("instrument.serial") == "0967"
    assert record.provenance.siblings == ("run.mpl",)
    assert "no-log" not in codes(record)


def test_no_siblings_reads_the_file_alone(run):
    record = read(run, siblings=False)
    assert "experiment.start" not in record.metadata
    assert record.metadata.value("experiment.date") == "2024-03-14"
    assert record.provenance.siblings == ()
    assert "no-log" in codes(record)


def test_a_file_with_a_log_of_its_own_asks_no_sibling(run):
    run.write_bytes(FILE.to_bytes())
    assert read(run).provenance.siblings == ()


def test_a_log_of_another_day_is_refused(run):
    run.with_suffix(".mpl").write_bytes(log_file(FILE, "03/15/2024 09:26:53.250"))
    record = read(run)
    assert "experiment.start" not in record.metadata
    assert record.provenance.siblings == ()
    assert codes(record) >= {"sibling-not-used", "no-log"}


@pytest.mark.parametrize("data", [b"", b"\0" * 50, b"EC-Lab LOG FILE\n", log_file(FILE, "xx/xx/xxxx xx:xx:xx")])
def test_a_log_that_says_nothing_costs_nothing(run, data):
    run.with_suffix(".mpl").write_bytes(data)
    record = read(run)
    assert record["timeseries"].rows == 265
    assert "experiment.start" not in record.metadata
    assert "sibling-not-used" in codes(record)


NO_LOG = (
    "no-log", "there is no LOG module (an unfinished run, or a cut file): the start time is unknown, "
    "and whether Ewe is a cell voltage, as in BT-Lab files",
)  # fmt: skip


def unused(why):
    return [("sibling-not-used", f"run.mpl was not used: {why}"), NO_LOG]


@pytest.mark.parametrize(("log", "told", "start"), [
    (log_file(FILE, START), [], "2024-03-14T09:26:53.250"),
    (log_file(FILE, "03/15/2024 09:26:53.250"), unused("it began on 2024-03-15, this file on 2024-03-14"), None),
    (log_file(FILE, "04/05/2024 09:26:53.250"), unused("it began on 2024-04-05, this file on 2024-03-14"), None),
    (log_file(FILE, "xx/xx/xxxx xx:xx:xx"), unused("it states no start"), None),
    (b"\0\1\2" * 20, unused("this is not text of EC-Lab"), None),
    (log_file(FILE, "xx/xx/xxxx xx:xx:xx").replace(b"EC-Lab LOG", b"BT-Lab LOG"), [
        ("no-start", "run.mpl states no start: only its program is taken from it"), NO_LOG], None),
])  # fmt: skip
def test_all_that_is_said_of_a_log(run, log, told, start):
    run.with_suffix(".mpl").write_bytes(log)
    record = read(run)
    assert [(notice.code, notice.message) for notice in record.notices] == told
    assert record.metadata.value("experiment.start") == start


def test_a_log_beside_a_file_without_settings_needs_no_day(run):
    """Nothing says on which day the file began: its log is all that does."""
    run.write_bytes(drop_module(replace(FILE, log=None).to_bytes(), "VMP Set"))
    for date in ("03/14/2024", "04/05/2024"):
        run.with_suffix(".mpl").write_bytes(log_file(FILE, f"{date} 09:26:53.250"))
        record = read(run)
        month, day, year = date.split("/")
        assert record.metadata.value("experiment.start") == f"{year}-{month}-{day}T09:26:53.250"
        assert codes(record) == {"no-settings"}


def test_the_report_of_a_conversion_names_the_siblings(run):
    assert convert(run).as_dict()["siblings"] == ["run.mpl"]
    assert convert(run, force=True, siblings=False).as_dict()["siblings"] == []


def test_changes_while_running_are_kept_with_their_time(tmp_path):
    path = tmp_path / "run.mpl"
    path.write_bytes(log_file(FILE, START, GCPL, {"03/14/2024 10:00": GCPL[:4]}))
    record = read(path)
    assert len(record.settings["parameters"]) == 3
    (change,) = record.settings["modifications"]
    assert change["on"] == "03/14/2024 10:00"
    assert change["time_s"] == pytest.approx(33 * 60 + 6.75, abs=1e-6)
    assert change["parameters"][1] == {"Ns": 1, "Set I/C": "I", "Is": 0.5, "unit Is": "mA"}
    assert codes(record) == {"settings-modified"}
