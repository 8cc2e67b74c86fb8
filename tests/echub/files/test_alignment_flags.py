"""What is said of an alignment has its own numbers, and is said just beyond its bound and not within."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.errors import NoCommonClock
from echub.files import aligning
from echub.files.aligning import (
    STEP_SHARE,
    Alignment,
    _by_clock,
    _clock_option,
    _column_of,
    _no_clock,
    _report,
    _steps_of,
    _with_drift,
    _zero,
)
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.plugin import SourceColumn, build_dataset
from echub.science.events import SIGNIFICANT, Offset

PLAIN = {"value": 5.0, "uncertainty": 0.3, "low": 4.4, "high": 5.6, "steps": 4, "inside": 4, "gain": 1.0}
TESTED = {"drift": 2e-6, "drift_uncertainty": 1e-6, "middle": 700.0}


def event(**more):
    return Offset(**{**PLAIN, **TESTED, **more})


def told(found, by_clock=None):
    notices = []
    _report(found, by_clock, notices)
    return [(notice.code, notice.message) for notice in notices]


def of(event_, offset=5.0, drift=0.0):
    return Alignment("b.csv", "steps", offset, 0.3, 4.4, 5.6, drift, event_)


def clocks(offset, uncertainty=0.4):
    return Alignment("b.csv", "absolute clocks", offset, uncertainty, None, None)


def test_nothing_is_said_without_an_event_or_of_one_that_fits():
    assert told(of(None), clocks(99.0)) == []
    assert told(of(event())) == []


def test_two_steps_tell_no_drift():
    found = event(drift=None, drift_uncertainty=None, steps=2, inside=2)
    assert told(of(found)) == [("drift-not-tested", "b.csv: 2 common steps, a drift needs three")]


@pytest.mark.parametrize(("factor", "count"), [(0.999, 0), (1.001, 1)])
def test_a_drift_is_said_beyond_its_uncertainty(factor, count):
    found = event(drift=-factor * SIGNIFICANT * 1e-6)
    assert len(told(of(found))) == count


def test_a_drift_is_said_with_its_rate_and_what_was_done():
    found = event(drift=-40e-6, drift_uncertainty=3e-6)
    rate = "b.csv: its clock drifts by -40 ± 3 ppm, "
    kept = "not corrected: the offset holds at 700 s of its own time"
    assert told(of(found)) == [("clock-drift", rate + kept)]
    assert told(of(found, drift=-40e-6)) == [("clock-drift", rate + "corrected")]


def test_steps_that_are_not_seen_are_counted():
    found = event(steps=4, inside=6)
    assert told(of(found)) == [("steps-not-seen", "b.csv: 4 of 6 steps are seen in its signal")]


@pytest.mark.parametrize("sign", [-1, 1])
def test_clocks_disagree_beyond_three_of_both_uncertainties(sign):
    allowed = 3 * np.hypot(0.3, 0.4)
    assert told(of(event()), clocks(5.0 + sign * 0.999 * allowed)) == []
    ((code, text),) = told(of(event()), clocks(5.0 + sign * 4.0))
    assert code == "clocks-disagree"
    assert text == f"b.csv: the event says 5 s, the clocks {5.0 + 4 * sign:g} s, 4 s apart"


def test_clocks_are_compared_where_a_corrected_offset_holds():
    """At its middle of 700 s a drift of 0.01 has moved the offset by 7 s."""
    found = event(drift=0.01, drift_uncertainty=0.0001)
    assert [code for code, _ in told(of(found, offset=-2.0, drift=0.01), clocks(5.0))] == ["clock-drift"]


def test_an_unknown_uncertainty_of_the_clocks_counts_as_none():
    assert told(of(event()), clocks(5.0 + 0.95, None))[0][0] == "clocks-disagree"
    assert told(of(event()), clocks(5.0 + 0.85, None)) == []


def test_words_have_offset_interval_and_drift():
    assert of(None).words == "time +5 s [4.4, 5.6] s, by steps"
    assert of(None, offset=-5.25, drift=-1e-4).words == "time (1 -0.0001) -5.25 s [4.4, 5.6] s, by steps"
    assert clocks(5.0).words == "time +5 s, by absolute clocks"


# -- absolute clocks -------------------------------------------------------------------------------


def record(start="", zone="", clock=None):
    metadata = Metadata()
    if start:
        metadata.set("experiment.start", start)
    if zone:
        metadata.set("experiment.timezone", zone)
    columns = [SourceColumn("t", np.array([0.0, 1.0, 2.0]), "time", "s", index=0)]
    if clock is not None:
        columns.append(SourceColumn("c", np.asarray(clock), "unix_time", "s", index=1))
    return Record([build_dataset("timeseries", columns)], metadata=metadata)


def utc(text):
    made = record()
    made.metadata.set("experiment.start_utc", text)
    return made


def test_time_zero_is_the_stated_start_or_the_middle_of_the_rows():
    assert _zero(utc("1970-01-01T00:01:00+00:00")) == 60.0
    assert _zero(utc("1970-01-01T00:01:00")) == 60.0
    assert _zero(record(clock=[100.0, 101.0, 103.0])) == 100.0
    assert _zero(record(clock=[np.nan] * 3)) is None
    assert _zero(record(start="2024-01-01T00:00:00")) is None


def test_any_dataset_of_a_record_may_have_the_clocks_and_no_other_column():
    kinds = {
        "table": None,
        "impedance": [np.nan] * 3,
        "timeseries": [50.0, 51.0, 52.0],
        "recovery": [80.0, 81.0, 82.0],
    }
    made = []
    for kind, clock in kinds.items():
        columns = {"time": Column("time", np.arange(3.0), "time", "s")}
        if clock is not None:
            columns["unix_time"] = Column("unix_time", np.array(clock), "unix_time", "s")
        made.append(Dataset(kind, columns))
    assert _zero(Record(made)) == 50.0


def test_clocks_of_equal_uncertainty_are_uncertain_by_root_two():
    found = _by_clock(record(clock=[100.0, 101.0, 102.0]), record(clock=[107.0, 108.0, 109.0]), "b", 2.0)
    assert (found.offset, found.found, found.name) == (7.0, "absolute clocks", "b")
    assert found.uncertainty == pytest.approx(2 * np.sqrt(2))
    assert (found.low, found.high) == pytest.approx((7 - 3.92 * np.sqrt(2), 7 + 3.92 * np.sqrt(2)))
    assert _by_clock(record(clock=[1.0, 2.0, 3.0]), record(), "b", 2.0) is None
    assert _by_clock(record(), record(clock=[1.0, 2.0, 3.0]), "b", 2.0) is None
    assert _by_clock(record(clock=[1.0, 2.0, 3.0]), record(clock=[1.0, 2.0, 3.0]), "b", None) is None


def test_what_is_missing_is_said_of_each_file():
    known, bare = record(clock=[1.0, 2.0, 3.0]), record(start="2024-01-01T00:00:00")
    assert _no_clock(known, bare, "b").found == "an absolute clock; start 2024-01-01T00:00:00, zone None"
    assert _no_clock(bare, known, "b").found == "start 2024-01-01T00:00:00, zone None; an absolute clock"
    assert _clock_option([known, known]) == "--clock-uncertainty 1s, --event current=ion_counts, or "
    assert _clock_option([known, bare]).startswith("--clock-uncertainty 1s --timezone Europe/Berlin (the zone")
    assert _clock_option([record(), bare]).startswith("--event current=ion_counts, --clock-uncertainty 1s with")


# -- steps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "count"), [(0.9 * STEP_SHARE, 1), (1.1 * STEP_SHARE, 2)])
def test_a_step_is_a_tenth_of_the_range_of_its_signal(share, count):
    levels = np.repeat([0.0, 10.0, 10.0 * (1 - share)], 20)
    columns = [
        SourceColumn("t", 2.0 * np.arange(60), "time", "s", index=0),
        SourceColumn("I", levels, "current", "mA", index=1),
    ]
    name, found = _steps_of(Record([build_dataset("timeseries", columns)]), "")
    assert name == "current"
    assert list(found.early) == [38.0, 78.0][:count]
    assert list(found.late) == [40.0, 80.0][:count]


def test_a_current_without_a_number_has_no_steps():
    columns = [
        SourceColumn("t", np.arange(4.0), "time", "s", index=0),
        SourceColumn("I", np.full(4, np.nan), "current", "mA", index=1),
    ]
    name, found = _steps_of(Record([build_dataset("timeseries", columns)]), "")
    assert (name, list(found.early), list(found.late)) == ("current", [], [])
    with pytest.raises(NoCommonClock, match="no step of current is seen in current of record"):
        echub.align([Record([build_dataset("timeseries", columns)])] * 2, event="auto")


def test_a_signal_is_found_in_any_dataset_with_a_time():
    def data(kind, label, **columns):
        units = {"time": "s", "current": "mA", "voltage": "V"}
        made = [SourceColumn(n, np.array(v, float), n, units[n]) for n, v in columns.items()]
        return replace(build_dataset(kind, made), label=label)

    one = data("timeseries", "a", time=[0, 1], voltage=[1, 1])
    two = data("timeseries", "b", time=[0, 1, 2, 3], current=[0, 0, 9, 9], voltage=[2, 2, 2, 2])
    bare = data("table", "c", current=[1, 9])
    record_ = Record([bare, one, two])
    assert list(_steps_of(record_, "current")[1].late) == [2.0]
    found, column = _column_of(record_, "", ("nothing", "voltage", "current"), "x")
    assert (found.label, column.name) == ("a", "voltage")
    with pytest.raises(NoCommonClock) as refused:
        _column_of(record_, "ion_counts", (), "x")
    assert refused.value.found == "row, time, voltage, current"
    with pytest.raises(NoCommonClock) as refused:
        _column_of(Record([bare]), "", ("current", "voltage"), "x")
    assert (refused.value.message, refused.value.expected, refused.value.found) == (
        "x has no signal with steps over time", "current or voltage", "no time"
    )  # fmt: skip


@pytest.mark.parametrize(("averaged", "told"), [(True, True), (False, None)])
def test_a_signal_that_the_file_calls_an_average_is_matched_as_one(monkeypatch, averaged, told):
    given = {}
    monkeypatch.setattr(aligning, "match_steps", lambda *arrays, **more: given.update(more) or event())
    time = SourceColumn("t", np.arange(4.0), "time", "s", index=0)
    first = Record(
        [build_dataset("timeseries", [time, SourceColumn("I", np.array([0.0, 0, 9, 9]), "current", "mA")])]
    )
    signal = SourceColumn("U", np.array([1.0, 1, 2, 2]), "voltage", "V", averaged=averaged)
    other = Record([build_dataset("timeseries", [time, signal])], provenance=Provenance(source={"name": "b"}))
    echub.align([first, other], event="auto", near={"b": (1.0, 9.0)})
    assert given == {"counts": False, "averaged": told, "near": (1.0, 9.0)}


def test_two_steps_leave_no_drift_to_correct():
    found = _with_drift("b", "steps", event(drift=None, drift_uncertainty=None), True)
    assert (found.drift, found.offset, found.low, found.high) == (0.0, 5.0, 4.4, 5.6)
    found = _with_drift("b", "steps", event(drift=0.01), True)  # 7 s at the middle of 700 s
    assert (found.drift, found.offset, found.low, found.high) == (
        0.01,
        -2.0,
        pytest.approx(-2.6),
        pytest.approx(-1.4),
    )


def test_the_record_says_where_all_of_it_comes_from():
    import hashlib

    def of_file(name, size):
        made = record()
        made.provenance = Provenance(
            source={"name": name, "size": size, "sha256": f"hash of {name}"}, siblings=(f"{name}.mps", "log"),
            reader={"name": f"reader of {name}"}, software={"echub": "1"},
        )  # fmt: skip
        return made

    given = [of_file("a", 3), of_file("b", 4), of_file("c", 5)]
    aligned = echub.align(given, offsets={"b": (2.0, 0.5), "c": (-1.0, None)})
    found = aligned.record.provenance
    assert found.source["name"] == "a and 2 more"
    assert found.source["size"] == 12
    assert found.source["sha256"] == hashlib.sha256(b"hash of ahash of bhash of c").hexdigest()
    assert [part["name"] for part in found.source["parts"]] == ["a", "b", "c"]
    assert (found.reader, found.software) == ({"name": "reader of a"}, {"echub": "1"})
    assert found.siblings == ("a.mps", "log", "b.mps", "c.mps")
    assert found.operations == tuple(f"aligned {how.name}: {how.words}" for how in aligned.alignments[1:])
    assert list(aligned.record.datasets) == ["timeseries_1", "timeseries_2", "timeseries_3"]
    assert [dataset.attrs["part"] for dataset in aligned.record.datasets.values()] == ["a", "b", "c"]
    assert list(aligned.record["timeseries_2"]["time_aligned"]) == [2.0, 3.0, 4.0]
    assert list(aligned.record["timeseries_3"]["time_aligned"]) == [-1.0, 0.0, 1.0]
    assert aligned.record["timeseries_2"].columns["time_aligned"].attrs["recipe"] == aligned.alignments[1].words
