"""What a reader may hand over as values: numbers and texts, and the texts come back as texts."""

import numpy as np
import pytest

from echub.errors import PluginError
from echub.model.build import build_dataset, build_tables
from echub.plugin import Record, SourceColumn


def test_texts_come_back_from_both_parts_of_a_split_table():
    columns = [
        SourceColumn("freq/Hz", np.array([0.0, 0.0, 50.0, 40.0]), "frequency", "Hz", index=0),
        SourceColumn("note", np.array(["rest", "hold", "sweep", "hold"]), index=1),
    ]
    table = Record(build_tables(columns)).source_table()
    assert table[1, "note"].tolist() == ["rest", "hold", "sweep", "hold"]


def test_codes_with_labels_of_the_source_come_back_as_codes():
    column = SourceColumn("range", np.array([9, 11, 9], "u1"), index=0, labels={9: "1 A", 11: "10 mA"})
    table = Record([build_dataset("timeseries", [column])]).source_table()
    assert table[0, "range"].tolist() == [9, 11, 9]


@pytest.mark.parametrize("values", [np.array([b"a"]), np.array([1j]), np.array(["2024-03-14"], "M8[s]")])
def test_other_types_are_refused_by_name(values):
    with pytest.raises(PluginError, match="the column 'odd' holds neither numbers nor text") as caught:
        build_dataset("timeseries", [SourceColumn("odd", values, index=0)])
    assert str(values.dtype) in caught.value.found
