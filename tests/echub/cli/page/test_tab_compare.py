"""The tab Compare: what stands under which heading."""

import pytest

pytest.importorskip("nicegui")

from nicegui import ui
from nicegui.client import Client
from nicegui.page import page

from echub.cli.page.tab_compare import _verdicts
from echub.model.comparison import SAME, Comparison, Verdict


def shown(result):
    """Return the labels and the rows of the table by heading, as the page gets them."""
    with Client(page("/")) as client:
        _verdicts(result)
        elements = list(client.elements.values())
    (table,) = [element for element in elements if isinstance(element, ui.table)]
    heads = {column["field"]: column["label"] for column in table.columns}
    rows = [{heads[key]: cell for key, cell in row.items() if key in heads} for row in table.rows]
    return [element.text for element in elements if isinstance(element, ui.label)], rows


def test_what_differs_comes_first_and_each_number_under_its_own_file():
    same = Verdict("timeseries", "time/s", "t", SAME, compared=9)
    apart = Verdict("timeseries", "Ewe/V", "E", "differs", compared=9, rows=2, first=4, a=3.5, b=3.25)
    labels, rows = shown(Comparison([same, apart], only_a=["I/mA"], only_b=["Q"], differences=["9 rows, not 8"]))
    assert labels == ["1 of 2 common columns agrees", "only here: I/mA", "only there: Q", "9 rows, not 8"]
    assert [row["this file"] for row in rows] == ["Ewe/V", "time/s"]
    assert rows[0] == {
        "this file": "Ewe/V",
        "the other": "E",
        "verdict": "differs",
        "rows that differ": "2",
        "first here": "3.5",
        "first there": "3.25",
    }
    assert rows[1]["first here"] == rows[1]["rows that differ"] == ""
