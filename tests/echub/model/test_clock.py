"""Absolute time: only where the zone is known, and never in an hour that is not unique."""

import numpy as np
import pytest

from echub.errors import MetadataError, UnknownOption
from echub.model.build import SourceColumn, build_dataset
from echub.model.clock import absolute_time, require_zone, set_absolute_start
from echub.model.metadata import Metadata
from echub.model.record import Record


def stated(start="2024-07-01T12:00:00.250", zone="Europe/Berlin"):
    metadata = Metadata()
    metadata.set("experiment.start", start)
    metadata.set("experiment.timezone", "unknown")
    if zone:
        metadata.set("experiment.timezone", zone, source="--set")
    return metadata


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Europe/Berlin", "2024-07-01T10:00:00.250+00:00"),
        ("America/New_York", "2024-07-01T16:00:00.250+00:00"),
        ("UTC", "2024-07-01T12:00:00.250+00:00"),
    ],
)
def test_a_known_zone_makes_an_instant(zone, utc):
    metadata = stated(zone=zone)
    assert set_absolute_start(metadata) == []
    assert metadata.value("experiment.start_utc") == utc
    assert metadata.value("experiment.start") == "2024-07-01T12:00:00.250"


@pytest.mark.parametrize(("start", "utc"), [
    ("2024-03-14T09:00:00+01:00", "2024-03-14T08:00:00.000+00:00"),
    ("2024-03-14T09:00:00Z", "2024-03-14T09:00:00.000+00:00"),
    ("2024-10-27T02:30:00+01:00", "2024-10-27T01:30:00.000+00:00"),  # the second pass of an hour of Berlin
])  # fmt: skip
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_start_with_an_offset_of_its_own_is_that_instant_in_any_zone(start, utc, zone):
    metadata = stated(start, zone)
    assert set_absolute_start(metadata) == []
    assert (metadata.value("experiment.start_utc"), metadata.get("experiment.start_utc").source) == (
        utc, "offset by file",
    )  # fmt: skip


def test_rows_without_a_time_have_no_instant_and_an_offset_counts():
    times = [0.0, np.nan, 1.5, np.inf, -1e30]
    record = Record([build_dataset("timeseries", [SourceColumn("t", np.array(times), "time", "s", index=0)])])
    record.metadata.set("experiment.start_utc", "2024-03-14T09:00:00+02:00")
    found = absolute_time(record)
    assert found.dtype == "datetime64[us]"
    assert [str(one) for one in found] == [
        "2024-03-14T07:00:00.000000", "NaT", "2024-03-14T07:00:01.500000", "NaT", "NaT",
    ]  # fmt: skip


def test_an_unknown_zone_makes_none():
    metadata = stated(zone="")
    assert set_absolute_start(metadata) == []
    assert "experiment.start_utc" not in metadata


@pytest.mark.parametrize("start", ["2024-10-27T02:30:00.000", "2024-03-31T02:30:00.000"])
def test_an_hour_that_the_clocks_repeat_or_leave_out_is_no_instant(start):
    metadata = stated(start)
    assert [notice.code for notice in set_absolute_start(metadata)] == ["ambiguous-time"]
    assert "experiment.start_utc" not in metadata


@pytest.mark.parametrize(
    ("first", "utc"),
    [
        (1729988999.6, "2024-10-27T00:30:00.000+00:00"),  # 02:30 of summer time
        (1729992600.0, "2024-10-27T01:30:00.000+00:00"),
        (1729989000.9, "2024-10-27T00:30:00.000+00:00"),
        (1729989001.0, None),  # a start is rounded to less than a second
        (1729990000.0, None),  # the first row is of neither pass
        (float("nan"), None),
    ],
)
def test_rows_of_which_the_order_settles_the_pass_settle_the_start(first, utc):
    metadata = stated("2024-10-27T02:30:00.000")
    data = build_dataset("timeseries", [SourceColumn("date", np.array([first, first + 60]), "unix_time", "s")])
    notices = set_absolute_start(metadata, lambda: [data])
    assert metadata.value("experiment.start_utc") == utc
    assert [notice.code for notice in notices] == ([] if utc else ["ambiguous-time"])


@pytest.mark.parametrize(
    ("firsts", "utc"),
    [
        ((1729990000.0, 1729992600.0), "2024-10-27T01:30:00.000+00:00"),  # the second dataset settles it
        ((1729992600.0, 1729990000.0), "2024-10-27T01:30:00.000+00:00"),
        ((1729989000.0, 1729992600.0), None),  # each starts with another pass
    ],
)
def test_any_dataset_settles_the_pass_and_two_that_differ_do_not(firsts, utc):
    metadata = stated("2024-10-27T02:30:00.000")
    data = [
        build_dataset(kind, [SourceColumn("date", np.array([first]), "unix_time", "s")])
        for kind, first in zip(("timeseries", "table"), firsts, strict=True)
    ]
    notices = set_absolute_start(metadata, lambda: data)
    assert metadata.value("experiment.start_utc") == utc
    assert [notice.code for notice in notices] == ([] if utc else ["ambiguous-time"])


@pytest.mark.parametrize("dates", [None, []])
def test_rows_without_dates_settle_no_pass(dates):
    time = SourceColumn("time/s", np.zeros(1 if dates is None else 0), "time", "s")
    date = [] if dates is None else [SourceColumn("date", np.zeros(0), "unix_time", "s")]
    data = build_dataset("timeseries", [time, *date])
    (notice,) = set_absolute_start(stated("2024-10-27T02:30:00.000"), lambda: [data])
    assert notice.code == "ambiguous-time"


@pytest.mark.parametrize(("start", "zone"), [("", "Europe/Berlin"), ("2024-07-01T12:00:00", "")])
def test_an_empty_start_or_zone_says_nothing(start, zone):
    metadata = Metadata()
    metadata.set("experiment.start", start)
    metadata.set("experiment.timezone", zone)
    assert set_absolute_start(metadata) == []
    assert "experiment.start_utc" not in metadata


def test_naming_the_zone_contradicts_nothing():
    assert stated().contradictions() == []


def test_two_named_zones_contradict():
    metadata = stated()
    metadata.set("experiment.timezone", "UTC", source="echub.toml")
    assert [notice.code for notice in metadata.contradictions()] == ["metadata-contradiction"]


@pytest.mark.parametrize("name", ["Berlin", "CET+1", "", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(UnknownOption) as caught:
        require_zone(name)
    assert "Europe/Berlin" in caught.value.expected


def test_instants_of_the_rows():
    metadata = stated()
    set_absolute_start(metadata)
    dataset = build_dataset("timeseries", [SourceColumn("time/s", np.array([0.0, 1.5]), "time", "s", index=0)])
    instants = absolute_time(Record([dataset], metadata=metadata))
    assert instants.astype(str).tolist() == ["2024-07-01T10:00:00.250000", "2024-07-01T10:00:01.750000"]


def test_instants_of_another_dataset():
    metadata = stated()
    set_absolute_start(metadata)
    kinds = {"timeseries": 0.0, "impedance": 2.0}
    made = [build_dataset(kind, [SourceColumn("t", np.array([t]), "time", "s")]) for kind, t in kinds.items()]
    found = absolute_time(Record(made, metadata=metadata), "impedance")
    assert found.astype(str).tolist() == ["2024-07-01T10:00:02.250000"]


def test_no_instants_without_a_zone():
    dataset = build_dataset("timeseries", [SourceColumn("time/s", np.array([0.0]), "time", "s", index=0)])
    with pytest.raises(MetadataError) as caught:
        absolute_time(Record([dataset], metadata=stated(zone="")))
    assert "--timezone" in caught.value.hint
