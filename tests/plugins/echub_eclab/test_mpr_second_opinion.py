"""galvani, through its public interface, on every real file that it can open."""

import io
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.plugins.echub_eclab.support import CORPUS, NO_CORPUS, real, real_files


def opinion(biologic, name):
    """Return what galvani reads, or why it does not."""
    try:
        return biologic.MPRfile(io.BytesIO((CORPUS / name).read_bytes())), ""
    except NotImplementedError as error:
        return None, str(error)


def test_galvani_reads_the_same_numbers_wherever_it_opens_a_file(record_property):
    biologic = pytest.importorskip("galvani.BioLogic")
    if not real_files():
        pytest.skip(NO_CORPUS)
    refused = {}
    for name in real_files():
        theirs, why = opinion(biologic, name)
        if theirs is None:
            refused[name] = why
        else:
            _agree(theirs, real(name), name)
    opened = len(real_files()) - len(refused)
    print(
        f"\ngalvani opens {opened} of {len(real_files())}:",
        *(f"  {n}: {why}" for n, why in refused.items()),
        sep="\n",
    )
    record_property("opened by galvani", opened)
    assert opened >= 40


def _agree(theirs, record, name):
    table = record.source_table()
    assert len(theirs.data.dtype.names) == len(table), name
    for field, ((_, header), mine) in zip(theirs.data.dtype.names, table.items(), strict=True):
        assert theirs.data.dtype[field].itemsize == mine.dtype.itemsize, (name, header)
        assert np.array_equal(theirs.data[field].astype(mine.dtype), mine, equal_nan=mine.dtype.kind == "f"), (
            name,
            header,
        )
    start = record.metadata.value("experiment.start")
    if start is not None and isinstance(theirs.timestamp, datetime):
        assert abs(theirs.timestamp - datetime.fromisoformat(start)) < timedelta(milliseconds=1), name
