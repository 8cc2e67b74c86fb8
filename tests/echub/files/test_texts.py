"""The texts of a native file: what a later version adds is left out at any depth, what is wrong is refused."""

from __future__ import annotations

import json

import pytest

from echub.errors import ReadError
from echub.files.texts import told

DATASET = {"kind": "timeseries", "columns": ["time"], "omitted": [], "history": [], "attrs": {}}
COLUMN = {"name": "time", "scale": "1", "bits": []}
TEXTS = {
    "metadata": ("metadata", {"entries": []}, {"entries": [], "later": 1}),
    "dataset": ("dataset", DATASET, {**DATASET, "later": {"deep": [1]}}),
    "column": ("column", COLUMN, {**COLUMN, "later": None}),
}


@pytest.mark.parametrize("which", TEXTS)
def test_what_a_later_version_adds_is_left_out(which):
    what, known, later = TEXTS[which]
    assert told(what, json.dumps(known), "a.h5") == known
    assert told(what, json.dumps(later), "a.h5") == known


@pytest.mark.parametrize("which", TEXTS)
def test_what_is_missing_or_of_another_type_is_refused_and_not_what_a_later_version_adds(which):
    what, known, later = TEXTS[which]
    for name in known.keys() - {"bits"}:  # which may be missing
        missing = {key: value for key, value in later.items() if key != name}
        for wrong, place in ((missing, ""), ({**later, name: 7}, name)):
            with pytest.raises(ReadError) as refused:
                told(what, json.dumps(wrong), "a.h5")
            assert (refused.value.path, refused.value.hint) == ("a.h5", "convert the source again with --force")
            assert "later" not in refused.value.message
            assert place in str(refused.value)
