"""What each tab shows of a file that states its content: every text, button, field and cell."""

from __future__ import annotations

import pytest

pytest.importorskip("nicegui")

from nicegui import ui

from echub.model.metadata import leaves
from echub.registry.registry import registry
from tests.echub.cli.acme import A
from tests.echub.cli.page.test_views import shown  # noqa: F401  a fixture


def table_of(element):
    heads = {column["field"]: column["label"] for column in element.columns}
    return [tuple(heads.values()), *(tuple(row[field] for field in heads) for row in element.rows)]


KINDS = {
    ui.table: table_of,
    ui.button: lambda element: (element.text, element._props.get("icon")),
    ui.select: lambda element: (element._props["label"], element.options, element.value),
    ui.input: lambda element: (element._props["label"], element._props.get("placeholder"), element.value),
    ui.expansion: lambda element: (element.text, element.value),
    ui.label: lambda element: element.text,
}


def seen(page, title):
    """Return what a tab shows of the open file, kind by kind and in order."""
    with page.client:
        page.page.desk.turn(title)
    page.settle()
    titles = [tab._props["label"] for tab in page.all(ui.tab)]
    panel = page.all(ui.tab_panel)[-len(titles) :][titles.index(title)]
    found = {}
    for element in panel.descendants():
        kind = next((kind for kind in KINDS if type(element) is kind), None)
        if kind is not None:
            found.setdefault(kind.__name__, []).append(KINDS[kind](element))
    return found


COLUMNS = ("column", "unit", "range", "origin", "source")


@pytest.fixture
def opened(shown):  # noqa: F811
    """The page with A open."""
    shown.choose("a.acme")
    return shown


def test_the_data(opened):
    """Each range follows from the values of the file, each unit and origin from its reader."""
    assert seen(opened, "Data") == {
        "Expansion": [
            ("4 warnings", True), ("timeseries: 4 rows, 6 columns", True), ("rows", False),
            ("impedance: 2 rows, 5 columns", False), ("rows", False), ("How the file was recognised", False),
        ],
        "Table": [
            [
                ("code", "what"), *map(tuple, A["notices"]),
                *(("dropped", f"{what}: {why}") for what, why in A["dropped"]),
            ],
            [
                COLUMNS, ("row", "", "0 … 3", "reported", ""), ("time", "s", "0 … 7200", "measured", "t"),
                ("voltage", "V", "1 … 4", "measured", "U"), ("current", "mA", "-4 … 2", "measured", "I"),
                ("cycle", "", "1 … 2", "measured", "n"), ("vendor_knob", "", "5 … 7", "measured", "knob"),
            ],
            [
                ("row", "time", "voltage", "current", "cycle", "vendor_knob"), ("0", "0", "1", "2", "1", "7"),
                ("1", "1800", "2", "2", "1", "5"), ("2", "3600", "4", "-4", "2", "7"),
                ("3", "7200", "3", "1.5", "2", "7"),
            ],
            [
                COLUMNS, ("row", "", "0 … 1", "reported", ""), ("frequency", "Hz", "10 … 100", "measured", "f"),
                ("impedance_real", "Ω", "3 … 5", "measured", "R"),
                ("impedance_imag", "Ω", "-2 … -1", "measured", "X"), ("spectrum", "", "0", "derived", "spectrum"),
            ],
            [
                ("row", "frequency", "impedance_real", "impedance_imag", "spectrum"), ("0", "100", "3", "-1", "0"),
                ("1", "10", "5", "-2", "0"),
            ],
            [
                ("confidence", "reader", "format", "remark"), ("certain", "acme", "Acme file", ""),
                ("maybe", "acme-too", "Acme file, otherwise", ""),
            ],
        ],
    }  # fmt: skip


def meaning(path):
    """Return what the schema says of a path, with its unit."""
    leaf = leaves()[path]
    return f"{leaf.description} ({leaf.unit})" if leaf.unit and leaf.unit != "1" else leaf.description


def test_the_metadata(opened):
    known = {path: f"{value:g} {unit}" if unit else value for path, (value, unit) in A["metadata"].items()}
    often = ("area", "temperature", "configuration", "thickness", "active_mass", "id")
    fields = [*(f"cell.{name}" for name in often), "sample.id", "sample.group"]
    found = seen(opened, "Metadata")
    ((label, paths, chosen),) = found.pop("Select")
    assert (label, chosen) == ("another path", None)
    assert paths == sorted(path for path, leaf in leaves().items() if leaf.type not in ("list", "any"))
    assert found == {
        "Input": [
            *((p, f"{known[p]} (its head)" if p in known else meaning(p), "") for p in fields),
            ("its value, with unit", None, ""),
        ],
        "Button": [("Use", "check"), ("Save next to the file", "save")],
        "Table": [
            [
                ("path", "value", "source", "meaning"),
                *((path, known[path], "its head", meaning(path)) for path in sorted(known)),
            ]
        ],
    }


def test_the_formats(opened):
    formats = {writer.name: f"{writer.name}: {writer.title}" for writer in registry().writers.values()}
    assert seen(opened, "Convert") == {
        "Select": [("format", formats, "native")],
        "Input": [("folder", None, str(opened.bench.folder))],
        "Button": [("Download", "download"), ("Write to the folder", "save")],
    }


def test_the_comparison(opened):
    """A and B have three columns in common, of which I agrees; what follows is of their first three rows."""
    names = ["b.acme", "group/a.acme", "group/c.acme", "s1.csv", "s2.csv"]
    choice = {str(opened.bench.folder / name): name for name in names}
    before = seen(opened, "Compare")
    assert before == {"Select": [("the other file", choice, None)], "Button": [("Compare", "compare_arrows")]}
    (other,) = [element for element in opened.all(ui.select) if element._props["label"] == "the other file"]
    with opened.client:
        other.set_value(str(opened.bench.folder / "b.acme"))
    opened.click(next(button for button in opened.all(ui.button) if button.text == "Compare"))
    after = seen(opened, "Compare")
    assert after["Label"] == [
        "1 of 3 common columns agrees", "only here: timeseries: n, timeseries: knob",
        "timeseries: 4 rows against 3, 3 in common; only the first has impedance rows (2)",
    ]  # fmt: skip
    assert after["Table"] == [
        [
            ("this file", "the other", "verdict", "rows that differ", "first here", "first there"),
            ("t", "t", "differs", "2", "1800", "10"),
            ("U", "U", "differs", "1", "4", "6"),
            ("I", "I", "same", "", "", ""),
        ]
    ]


def test_the_figure_and_the_check(opened):
    columns = ["row", "frequency", "impedance_real", "impedance_imag", "spectrum"]
    assert seen(opened, "Figure") == {
        "Select": [
            ("dataset", ["timeseries", "impedance"], "impedance"),
            ("across", columns, "impedance_real"),
            ("upwards", columns, ["impedance_imag"]),
        ]
    }
    assert seen(opened, "Validate") == {"Button": [("Check the folder", "fact_check")]}


def test_a_choice_among_many_can_be_typed_into(opened):
    for title in ("Metadata", "Convert", "Compare"):
        seen(opened, title)
    typed = {one._props["label"]: bool(one._props.get("use-input")) for one in opened.all(ui.select)}
    long = ("across", "another path", "the other file")
    short = ("dataset", "upwards", "format")
    assert {name: typed[name] for name in (*long, *short)} == dict.fromkeys(long, True) | dict.fromkeys(
        short, False
    )


def test_the_page_is_made_of_elements_that_a_browser_knows(opened):
    for title in ("Data", "Metadata", "Analyse", "Convert", "Compare", "Validate"):
        seen(opened, title)
    tags = {element.tag for element in opened.all(ui.element) if type(element) is ui.element}
    assert {tag for tag in tags if not tag.startswith("q-")} == {"div", "nav"}
