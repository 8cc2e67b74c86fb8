"""A native file of a later minor version: read with a notice, verified, and damage to it found."""

from dataclasses import replace

import h5py
import numpy as np
import pytest

import echub
from echub.errors import ChangedContent
from echub.files import content, store, stored
from echub.files.verification import verify
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from tests.echub.files.test_store import series


@pytest.fixture
def later(tmp_path, monkeypatch):
    """A file as a later minor version may write it: with more keys, which its content hash covers."""
    path = tmp_path / "later.h5"
    column, dataset = store.describe_column, store.describe_dataset
    more = {"a_new_field": {"deep": [1, 2.5]}}
    with monkeypatch.context() as patch:
        patch.setattr(store.echub_schemas, "VERSION", "1.9.0")
        for module in (store, content):
            patch.setattr(module, "describe_column", lambda c: column(c) | (more if c.name == "current" else {}))
            patch.setattr(module, "describe_dataset", lambda d: dataset(d) | {"a_new_text": "x"})
        store.write(series(5000, settings={"a": 1}), path)
    return path


def test_a_later_minor_schema_reads_with_a_notice_and_verifies(later, tmp_path):
    record = echub.read(later)
    (notice,) = [notice for notice in record.notices if notice.code == "later-schema"]
    assert "1.9.0" in notice.message
    assert "(timeseries: a_new_text, current: a_new_field)" in notice.message
    known = tmp_path / "known.h5"
    store.write(series(5000, settings={"a": 1}), known)
    assert content.content_hash(stored.read(later)) == content.content_hash(stored.read(known))
    assert verify(later)[0].holds


@pytest.mark.parametrize("place", ["timeseries", "timeseries/current"])
def test_damage_to_what_a_later_schema_adds_is_found(later, place):
    with h5py.File(later, "r+") as file:
        text = file[place].attrs["echub"].replace(b'"deep":[1,2.5]', b'"deep":[1,3.5]')
        file[place].attrs["echub"] = np.array(text, h5py.string_dtype("utf-8", len(text)))
    assert not verify(later)[0].holds
    with pytest.raises(ChangedContent):
        stored.read(later)


def test_every_key_of_a_later_schema_is_named_with_its_dataset_and_column(tmp_path, monkeypatch):
    path = tmp_path / "later.h5"
    column, dataset = store.describe_column, store.describe_dataset
    with monkeypatch.context() as patch:
        patch.setattr(store.echub_schemas, "VERSION", "1.9.0")
        for module in (store, content):
            patch.setattr(
                module, "describe_column", lambda c: column(c) | ({"one": 1, "two": 2} if c.name == "y" else {})
            )
            patch.setattr(module, "describe_dataset", lambda d: dataset(d) | {"three": 3, "four": 4})
        made = [build_dataset(kind, [SourceColumn("y", np.ones(2), index=0)]) for kind in ("table", "recovery")]
        renamed = [replace(d, columns={"y": replace(d.columns["vendor_y"], name="y")}) for d in made]
        store.write(Record(renamed), path)
    (notice,) = [notice for notice in stored.read(path).notices if notice.code == "later-schema"]
    named = notice.message.partition("(")[2].partition(")")[0].split(", ")
    assert named == ["table: four", "table: three", "y: one", "y: two", "recovery: four and 3 more"]
    assert verify(path)[0].holds


def test_a_value_of_a_later_schema_that_changed_is_found(later):
    with h5py.File(later, "r+") as file:
        file["timeseries/current"][7] += 1.0
    assert not verify(later)[0].holds


@pytest.fixture
def native(tmp_path):
    store.write(series(5000), tmp_path / "run.h5")
    return tmp_path / "run.h5"


def test_a_later_minor_schema_without_more_keys_has_no_notice(native):
    with h5py.File(native, "r+") as file:
        file.attrs["schema_version"] = "1.9.0"
    assert [notice for notice in echub.read(native).notices if notice.code == "later-schema"] == []


def test_a_file_that_does_not_say_its_source_is_verified_as_far_as_it_goes(native):
    checks = verify(native)
    assert [(check.what, check.holds) for check in checks] == [("content hash", True), ("source", False)]
    assert checks[1].found == "the file does not say what it was made from"
