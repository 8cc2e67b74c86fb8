"""Files of one run that are named side by side: joined where the first stood, in the order of the run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from echub.analysis import runs
from echub.analysis.runs import joined_runs
from echub.files.joining import Link
from echub.files.reading import read
from fixtures.eclab import SCENARIOS
from fixtures.eclab.scenarios.base import log

NAMES = ("cell_02_GCPL_C04.mpr", "other_01_CP_C05.mpr", "cell_01_OCV_C04.mpr", "alone.mpr")
"""The second technique of a run, one of another run, and the first of the run, which started before it."""


def named(folder, names=NAMES, **starts):
    """Write files with the data of their technique; return their paths and records."""
    paths = []
    for name in names:
        scenario = SCENARIOS["ocv" if "OCV" in name else "gcpl" if "GCPL" in name else "cp"]().file
        if name in starts:
            scenario = replace(scenario, log=starts[name] and log(start=starts[name]))
        (folder / name).write_bytes(scenario.to_bytes())
        paths.append(folder / name)
    return paths, [read(path) for path in paths]


def names_of(records):
    return [record.provenance.source["name"] for record in records]


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_techniques_of_a_run_are_one_record_where_its_first_file_stood(tmp_path, kind):
    paths, records = named(tmp_path)
    found = joined_runs([kind(path) for path in paths], records)
    assert names_of(found) == ["cell_C04.mpr", "other_01_CP_C05.mpr", "alone.mpr"]
    assert list(found[0]) == ["timeseries_01_OCV", "timeseries_02_GCPL"]
    assert [part["name"] for part in found[0].provenance.source["parts"]] == [NAMES[2], NAMES[0]]
    assert found[1] is records[1]
    assert found[2] is records[3]


def test_runs_of_one_name_in_two_folders_are_two(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, ours = named(tmp_path / "a", [NAMES[0]])
    second, theirs = named(tmp_path / "b", [NAMES[2]])
    assert joined_runs([*first, *second], [*ours, *theirs]) == [*ours, *theirs]


def test_what_was_not_read_from_a_path_is_left_alone(tmp_path):
    _, records = named(tmp_path)
    assert joined_runs(records, records) == records
    assert joined_runs([path.read_bytes() for path in sorted(tmp_path.iterdir())], records) == records
    assert joined_runs([f"s3://bucket/{name}" for name in NAMES], records) == records


def test_files_of_different_starts_and_copies_stay_apart_in_their_order(tmp_path):
    later = dt.datetime(2031, 1, 1)
    paths, records = named(tmp_path, **{NAMES[0]: later})
    assert joined_runs(paths, records) == records
    paths, records = named(tmp_path)
    twice = [*records, records[0]]
    assert joined_runs([*paths, paths[0]], twice) == twice


def test_runs_that_were_resumed_follow_one_another_and_their_techniques_within(tmp_path, monkeypatch):
    """Named: the second run's first technique, the first run's second, a stranger, and the first of both."""
    links, readers = [Link("r", 1, "01", 2), Link("r", 2, "02", 1), None, Link("r", 1, "01", 1)], []
    paths = [tmp_path / name for name in "abcd"]
    for path in paths:
        path.write_bytes(b"x")
    monkeypatch.setattr(runs, "links_of", lambda sources, reader: readers.append(reader) or links)
    monkeypatch.setattr(runs, "why_not_one_run", lambda parts, names: "")
    monkeypatch.setattr(runs, "join", lambda parts, names: (tuple(parts), tuple(names)))
    joined, stranger = joined_runs(paths, ["A", "B", "C", "D"], "eclab-mpr")
    assert readers == ["eclab-mpr"]
    assert joined == (("D", "B", "A"), (links[3], links[1], links[0]))
    assert stranger == "C"
    monkeypatch.setattr(runs, "why_not_one_run", lambda parts, names: "other starts")
    assert joined_runs(paths, ["A", "B", "C", "D"]) == ["A", "B", "C", "D"]
