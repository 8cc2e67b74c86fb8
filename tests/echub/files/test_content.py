"""One hash of what a record says, and of nothing else."""

import hashlib

import numpy as np
import pytest
from blake3 import blake3

from echub.files.content import BLOCK, blocks, column_digest, content_hash
from echub.model.build import SourceColumn, build_dataset
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.remark import Notice


def record(values=(1.0, 2.0), header="time/s", **parts):
    return Record(
        [build_dataset("timeseries", [SourceColumn(header, np.asarray(values), "time", "s", index=0)])], **parts
    )


def test_the_hash_is_that_of_the_documented_text():
    empty = '{"datasets":[],"metadata":[],"settings":{}}'
    assert content_hash(Record([])) == f"blake3:{blake3(empty.encode()).hexdigest()}"
    assert content_hash(Record([]), "sha256") == f"sha256:{hashlib.sha256(empty.encode()).hexdigest()}"


def test_equal_content_has_an_equal_hash_whatever_the_provenance():
    known = content_hash(record())
    assert content_hash(record(provenance=Provenance(source={"name": "other"}))) == known
    assert content_hash(record(notices=[Notice("a", "b")])) == known


@pytest.mark.parametrize(
    "other",
    [
        record((1.0, 3.0)),
        record(np.array([1, 2], np.float32)),
        record(header="t/s"),
        record(metadata=Metadata([Entry("cell.area", 1.0, "cm^2", "x")])),
        record(settings={"a": 1}),
        Record([]),
    ],
)
def test_other_content_has_another_hash(other):
    assert content_hash(other) != content_hash(record())


def test_byte_order_and_memory_layout_do_not_count():
    values = np.arange(10, dtype="<f8")
    assert column_digest(values.astype(">f8")) == column_digest(values)
    assert column_digest(np.repeat(values, 2)[::2]) == column_digest(values)
    assert column_digest(values[:5]) != column_digest(values)


@pytest.mark.parametrize(
    "shape", [(0,), (1,), (BLOCK,), (BLOCK + 1,), (2 * BLOCK + 3,), (3, 5), (2, 3, 400, 300), ()]
)
def test_blocks_are_contiguous_and_cover_every_value_once(shape):
    values = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(shape)
    parts = [np.ravel(block) for block in blocks(values)]
    assert all(part.size <= BLOCK for part in parts)
    assert (np.concatenate(parts) if parts else np.empty(0)).tolist() == values.ravel().tolist()


def test_zero_and_minus_zero_differ_and_nan_is_itself():
    assert column_digest(np.array([0.0])) != column_digest(np.array([-0.0]))
    assert column_digest(np.array([np.nan])) == column_digest(np.array([np.nan]))
