"""Records of which only what is used is read: each part once, when it is first used."""

import pickle
from collections import Counter

import numpy as np
import pytest

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.later import LaterColumns, LaterRecord, Outline, require_whole
from echub.model.metadata import Metadata
from echub.model.record import Record

OUTLINES = {name: Outline(name, ("row",), (3,)) for name in ("time", "current")}


def later():
    """Return columns and how often each was made."""
    made = Counter()

    def make(name):
        made[name] += 1
        return Column(name, np.arange(3.0), origin="measured")

    return LaterColumns(OUTLINES, make), made


def test_a_column_is_made_when_it_is_used_and_only_once():
    columns, made = later()
    assert (list(columns), len(columns), "time" in columns, "voltage" in columns) == (
        ["time", "current"],
        2,
        True,
        False,
    )
    assert not made
    assert columns["time"] is columns["time"]
    assert made == {"time": 1}


def test_a_column_that_is_not_there_is_not_made():
    columns, made = later()
    with pytest.raises(KeyError):
        columns["voltage"]
    assert not made


def test_columns_travel_whole():
    copied = pickle.loads(pickle.dumps(later()[0]))
    assert type(copied) is dict
    assert list(copied) == ["time", "current"]


def record():
    """Return a record and how often its datasets and its texts were read."""
    read = Counter()

    def datasets():
        read["datasets"] += 1
        return {"timeseries": Dataset("timeseries", later()[0])}

    def texts():
        read["texts"] += 1
        return {"metadata": Metadata(), "settings": {"a": 1}, "notices": [], "dropped": [], "provenance": None}

    return LaterRecord(datasets, texts, lambda: None), read


def test_datasets_and_texts_are_read_apart_and_once():
    found, read = record()
    assert not read
    assert found.datasets is found.datasets
    assert read == {"datasets": 1}
    assert found.settings is found.settings
    assert found.notices == found.dropped == []
    assert read == {"datasets": 1, "texts": 1}


def test_what_was_set_before_the_texts_were_read_stays():
    found, _ = record()
    found.settings = {"b": 2}
    assert found.notices == []
    assert found.settings == {"b": 2}


def test_what_waits_for_the_texts_runs_once_with_the_record():
    found, read = record()
    seen = []
    found.afterwards(seen.append)
    _ = found.datasets
    assert seen == []
    _ = found.metadata
    _ = found.notices
    assert [one is found for one in seen] == [True]
    assert read["texts"] == 1


def test_what_waits_for_the_texts_runs_in_the_order_in_which_it_was_given():
    found, _ = record()
    seen = []
    found.afterwards(lambda _: seen.append("first"))
    found.afterwards(lambda _: seen.append("second"))
    _ = found.metadata
    assert seen == ["first", "second"]


def test_a_record_has_no_other_attributes():
    found, read = record()
    with pytest.raises(AttributeError) as refused:
        _ = found.nothing
    assert (refused.value.name, refused.value.obj is found, not read) == ("nothing", True, True)


def test_a_record_in_memory_is_whole():
    require_whole(Record([Dataset("timeseries", later()[0])]))
