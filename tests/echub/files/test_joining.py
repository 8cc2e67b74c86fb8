"""Joining linked techniques: on request, of one run, with nothing renumbered or re-zeroed."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from echub.batch.batch import convert_many
from echub.declare import Reader
from echub.files import joining, stored
from echub.files.joining import Link, join, link_of, runs_of, why_not_one_run
from echub.files.output import plan
from echub.files.reading import read
from echub.model.build import SourceColumn, build_dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.remark import Dropped, Notice
from fixtures.eclab import SCENARIOS
from fixtures.eclab.scenarios.base import log

NAMES = ("cell_01_OCV_C04.mpr", "cell_02_GCPL_C04.mpr")


@pytest.fixture
def run(tmp_path):
    for name, scenario in zip(NAMES, ("ocv", "gcpl"), strict=True):
        (tmp_path / name).write_bytes(SCENARIOS[scenario]().data)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("cell_02_GCPL_C04.mpr", Link("cell_C04.mpr", 2, "02_GCPL")),
        ("a b_01_05_PEIS_DUSB0_C01.mpt", Link("a b_01_DUSB0_C01.mpt", 5, "05_PEIS")),
        ("cell.mpr", None),
        ("cell_2_GCPL_C04.mpr", None),
    ],
)
def test_the_reader_says_from_the_name_what_is_linked(tmp_path, name, link):
    path = tmp_path / name
    path.write_bytes(SCENARIOS["ocv"]().data)
    assert link_of(Source(path)) == link


def reader(name, link=""):
    return Reader(name, name, (".x",), sniff="a:b", read="a:b", link=link)


@pytest.mark.parametrize(
    ("readers", "asked"),
    [
        ([("a", ""), ("b", "b:link"), ("c", "c:link")], "b"),
        ([("a", "a:link"), ("b", "b:link")], "a"),
        ([("a", ""), ("b", "")], None),
        ([], None),
    ],
)
def test_the_first_reader_that_links_files_is_asked(monkeypatch, readers, asked):
    known = [SimpleNamespace(reader=reader(*one), confidence=1) for one in readers]
    unsure = SimpleNamespace(reader=reader("z", "z:link"), confidence=0)
    monkeypatch.setattr(joining, "rank", lambda source, registry: [*known, unsure])
    monkeypatch.setattr(
        joining, "call", lambda reader, target, name, **_: (f"{reader.name} {target} {name}", 3, "p")
    )
    found = link_of(Source.from_bytes(b"", "run.x"))
    assert found == (Link(f"{asked} {asked}:link run.x", 3, "p") if asked else None)


def test_every_pair_of_parts_that_were_resumed_must_follow_one_another():
    def record(start, technique):
        metadata = Metadata()
        metadata.set("experiment.start", start)
        metadata.set("technique.name", technique)
        column = SourceColumn("t", np.array([0.0, 10.0]), "time", "s")
        return Record([build_dataset("timeseries", [column])], metadata=metadata)

    early, late = (f"2024-03-14T09:{minute}:00" for minute in ("00", "30"))
    records = [record(early, "OCV"), record(early, "CP"), record(late, "OCV"), record(late, "CP")]
    links = [Link("r", n, part, run) for run, n, part in ((1, 1, "01"), (1, 2, "02"), (2, 1, "01"), (2, 2, "02"))]
    assert why_not_one_run(records, links) == ""
    records[3] = record(late, "CA")
    assert why_not_one_run(records, links) == "the parts are of different techniques: CA, CP"


def test_files_of_a_run_are_grouped_in_order(run):
    (run / "alone.mpr").write_bytes(SCENARIOS["cp"]().data)
    given = plan([run], None)
    for jobs in (given, given[::-1]):
        grouped = runs_of(jobs)
        assert [[part.link.number for part in item] for item in grouped if isinstance(item, list)] == [[1, 2]]
    assert [item.source.name for item in grouped if not isinstance(item, list)] == ["alone.mpr"]


def test_two_files_with_one_place_are_not_grouped(run):
    (run / "cell_02_CP_C04.mpr").write_bytes(SCENARIOS["cp"]().data)
    assert not any(isinstance(item, list) for item in runs_of(plan([run], None)))


def test_a_joined_record_keeps_rows_clocks_and_cycles(run):
    records = [read(run / name) for name in NAMES]
    links = [link_of(Source(run / name)) for name in NAMES]
    joined = join(records, links)
    assert list(joined) == ["timeseries_01_OCV", "timeseries_02_GCPL"]
    for dataset, record in zip(joined.datasets.values(), records, strict=True):
        for name, column in record["timeseries"].columns.items():
            assert dataset.column(name).same_as(column)
    assert joined["timeseries_02_GCPL"].attrs["technique"] == "GCPL"
    assert joined.provenance.operations == (f"joined {', '.join(NAMES)}",)
    assert [part["name"] for part in joined.provenance.source["parts"]] == list(NAMES)
    assert set(joined.settings) == {"01_OCV", "02_GCPL"}
    assert "technique.name" not in joined.metadata
    assert joined.metadata.value("experiment.start") == records[0].metadata.value("experiment.start")


def test_a_joined_record_comes_back_from_its_file(run):
    (result,) = convert_many([run], join=True)
    assert result.outputs == (str(run / "cell_C04.mpr.h5"),)
    expected = join([read(run / name) for name in NAMES], [link_of(Source(run / name)) for name in NAMES])
    assert stored.read(run / "cell_C04.mpr.h5").same_as(expected)


def test_different_starts_are_not_one_run(run):
    gcpl = SCENARIOS["gcpl"]().file
    later = replace(gcpl, log=log(start=gcpl.log.start + timedelta(hours=1)))
    (run / NAMES[1]).write_bytes(later.to_bytes())
    results = list(convert_many([run], join=True))
    assert all("different starts" in result.notices[-1].message for result in results)
    assert sorted(path.name for path in run.glob("*.h5")) == [f"{name}.h5" for name in NAMES]


def test_no_start_is_no_proof_of_one_run(run):
    (run / NAMES[1]).write_bytes(replace(SCENARIOS["gcpl"]().file, log=None).to_bytes())
    assert "does not state the start" in why_not_one_run([read(run / name) for name in NAMES])


LINKS = [Link("cell_C04.mpr", 1, "01_OCV"), Link("cell_C04.mpr", 2, "02_GCPL")]


def clocks(*times):
    """Return a record per clock, s."""
    return [
        Record(
            [build_dataset("timeseries", [SourceColumn("time/s", np.array(time, float), "time", "s", index=0)])],
            provenance=Provenance({"name": "a", "size": 1, "sha256": "0"}),
        )
        for time in times
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (range(100), range(100)),  # both clocks start again
        (range(100), np.arange(0.5, 200)),  # the second runs on
        (range(10, 100), range(5)),  # the second is over before the first starts
        ([*range(100), float("nan")], range(50, 150)),
    ],
)
def test_parts_that_measure_at_once_are_reported(first, second):
    (notice,) = join(clocks(first, second), LINKS).notices
    assert notice.code == "overlapping-clocks"
    assert "01_OCV from" in notice.message
    assert "02_GCPL from" in notice.message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (range(100), range(100, 200)),
        (range(100), range(99, 200)),  # the last row of one is the first of the next
        ([*range(50), *range(100, 150)], [*range(50, 100), *range(150, 200)]),  # a loop
        (
            [0, 100, 200, 300],
            [*range(1, 100), *range(101, 200), *range(201, 300)],
        ),  # waits of one row
        ([], range(10)),
    ],
)
def test_parts_that_follow_each_other_and_loops_are_not(first, second):
    assert join(clocks(first, second), LINKS).notices == []


def test_a_part_without_a_clock_has_no_offset_and_overlaps_with_none():
    first, second = clocks(range(3), range(3))
    voltage = SourceColumn("U/V", np.ones(3), "voltage", "V", index=0)
    second.datasets["timeseries"] = build_dataset("timeseries", [voltage])
    joined = join([first, second], LINKS)
    assert joined.notices == []
    assert [dict(dataset.attrs) for dataset in joined.datasets.values()] == [
        {"part": "01_OCV", "offset_s": "0.0"}, {"part": "02_GCPL"}
    ]  # fmt: skip


def test_what_is_said_of_a_part_is_kept_whole_with_its_name():
    told = Notice("cut", "it was cut", "note", "line 3", "4 cells", "3", "why", "help", "I/mA", (7, 9), 20)
    parts = clocks([0.0], [5.0])
    parts[1].notices.append(told)
    parts[0].dropped.append(Dropped("a line", "it is empty"))
    joined = join(parts, LINKS)
    assert joined.notices == [replace(told, message="02_GCPL: it was cut")]
    assert [(d.what, d.why) for d in joined.dropped] == [("01_OCV: a line", "it is empty")]


@pytest.mark.parametrize(("after", "at_once"), [
    ([0.5, 1.5, 2.5, 9.0], True),  # each row in a gap of its own, three of either within the other
    ([0.5, 1.5, 9.0], False),  # two
    ([0.5, 0.6, 1.5, 1.6, 2.5, 2.6, 9.0], False),  # half of its rows in gaps of their own
    ([0.5, 0.6, 1.5, 1.6, 2.5, 2.6, 3.5, 9.0], True),  # four of seven
    ([-0.5, 9.0], True),  # it starts first
    ([0.0, 9.0], False),
])  # fmt: skip
def test_how_rows_alternate_decides_what_ran_at_once(after, at_once):
    found = join(clocks([0.0, 1, 2, 3, 4], after), LINKS).notices
    assert [notice.code for notice in found] == ["overlapping-clocks"] * at_once


def test_what_a_dataset_of_a_part_says_of_it():
    first, second = clocks([2.5, 3.0], [])
    second.metadata.set("technique.name", "GCPL")
    joined = join([first, second], LINKS)
    assert [dict(dataset.attrs) for dataset in joined.datasets.values()] == [
        {"part": "01_OCV", "offset_s": "2.5"}, {"part": "02_GCPL", "technique": "GCPL"}
    ]  # fmt: skip


def test_the_offset_of_a_part_is_its_first_time_that_is_known():
    nan = float("nan")
    joined = join(clocks([nan, 2.5, 3.0], [nan, nan]), LINKS)
    assert [dataset.attrs.get("offset_s") for dataset in joined.datasets.values()] == ["2.5", None]


def test_metadata_are_those_that_all_parts_share_and_the_start_of_the_first():
    parts = clocks([0.0], [5.0], [6.0])
    for number, part in enumerate(parts):
        part.metadata.set("cell.area", "1 cm^2")
        part.metadata.set("sample.id", "A" if number < 2 else "B")
        part.metadata.set("experiment.start", f"2024-03-14T09:00:0{number}")
    parts[0].metadata.set("cell.id", "only here")
    found = join(parts, [*LINKS, Link("cell_C04.mpr", 3, "03_CP")])
    assert {entry.path: entry.value for entry in found.metadata} == {
        "cell.area": 1.0, "experiment.start": "2024-03-14T09:00:00"
    }  # fmt: skip
    assert found.provenance.source["size"] == 3
