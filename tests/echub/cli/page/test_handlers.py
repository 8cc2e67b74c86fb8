"""Every control of every tab does what it says: built without a browser, and its handlers called one by one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nicegui")

from nicegui import background_tasks, core, ui
from nicegui.client import Client
from nicegui.page import page

from echub.analysis.fitting import Standing, Suitability
from echub.cli.page import (
    tab_answer,
    tab_compare,
    tab_data,
    tab_export,
    tab_figure,
    tab_metadata,
    tab_validate,
)
from echub.cli.page.desk import Desk
from echub.declare_analysis import Analysis
from echub.errors import DataError, PluginError, UnknownOption
from echub.model.comparison import Comparison
from echub.plugin import Dataset, Dropped, Interval, Measurand, Outcome, Record, Series
from echub.registry.registry import registry
from echub.remark import Remark
from tests.messages.saying import Fake


def dataset(kind, rows, **columns):
    from echub.model.column import Column

    made = {name: Column(name, np.arange(float(rows)), name, unit) for name, unit in columns.items()}
    return Dataset(kind, made)


TIMES = dataset("timeseries", 1000, time="s", current="mA", voltage="V")
SPECTRUM = dataset("impedance", 30, frequency="Hz", impedance_real="ohm", impedance_imag="ohm")


class Bench(Fake):
    """Records every call of a method that is not given as an attribute, and returns what `answers` says."""

    def __getattr__(self, name):
        if name.startswith("__") or name == "calls":
            raise AttributeError(name)

        def called(*given, **more):
            self.calls.append((name, *given, *more.values()))
            return self.answers.get(name)

        return called


@pytest.fixture(autouse=True)
def loop(monkeypatch):
    """Set up a loop for the page, without a server."""
    made = asyncio.new_event_loop()
    monkeypatch.setattr(core, "loop", made)
    monkeypatch.setattr(background_tasks, "create_or_defer", background_tasks.create)  # no server will start
    yield made
    made.run_until_complete(asyncio.sleep(0.01))
    made.close()


def settle():
    """Let everything happen that was asked for."""
    for _ in range(5):
        core.loop.run_until_complete(asyncio.sleep(0))


class Page:
    """The elements that a function builds, and what it says to the user."""

    def __init__(self, monkeypatch, show, **answers):
        self.said = []
        monkeypatch.setattr(ui, "notify", lambda text, **_: self.said.append(text))
        self.downloads = []
        monkeypatch.setattr(ui.download, "content", lambda content, name: self.downloads.append((name, content)))
        fields = {name: answers.pop(name) for name in ("folder", "file", "values", "outcome") if name in answers}
        self.bench = Bench(calls=[], answers=answers, **fields)
        self.turned = []
        self.desk = Desk(self.bench, reading=self._reading, turn=self.turned.append, stating=self.turned.append)
        self.desk.attempt = self._attempt
        self.client = Client(page("/"))
        with self.client:
            self.shown = show(self.desk)
        settle()

    async def _attempt(self, work, said=""):
        return work()

    async def _reading(self, work, said=""):
        work()
        self.said.append(said)

    def all(self, kind):
        """Return the elements of a kind, in order."""
        return [element for element in self.client.elements.values() if isinstance(element, kind)]

    def labels(self):
        """Return the texts of all labels."""
        return [label.text for label in self.all(ui.label)]

    def press(self, text):
        """Call the handler of a button by its text."""
        (button,) = [button for button in self.all(ui.button) if button.text == text]
        self.click(button)

    def click(self, element):
        """Call the click handlers of an element."""
        for listener in list(element._event_listeners.values()):
            if listener.type == "click":
                with self.client:
                    listener.handler(Fake(args=None, sender=element, client=self.client))
        settle()

    def put(self, element, value):
        """Set the value of a control, as the user does."""
        with self.client:
            element.set_value(value)
        settle()

    def table(self, number=0):
        """Return the rows of a table by heading."""
        table = self.all(ui.table)[number]
        heads = {column["field"]: column["label"] for column in table.columns}
        assert [row[table.row_key] for row in table.rows] == list(range(len(table.rows)))
        return [{heads[key]: cell for key, cell in row.items() if key in heads} for row in table.rows]


# -- Figure ------------------------------------------------------------------------------------


def chart_of(monkeypatch, *datasets):
    charts = []
    original = tab_figure.Chart.__init__

    def keep(self, *given):
        original(self, *given)
        charts.append(self)

    monkeypatch.setattr(tab_figure.Chart, "__init__", keep)
    shown = Page(monkeypatch, tab_figure.show, opened=Record(datasets))
    return shown, charts[0]


def test_a_figure_starts_with_the_spectrum_or_else_the_most_rows(monkeypatch):
    assert chart_of(monkeypatch, TIMES, SPECTRUM)[1].dataset is SPECTRUM
    short = dataset("steps", 5, time="s", voltage="V")
    assert chart_of(monkeypatch, short, TIMES)[1].dataset is TIMES


def test_another_dataset_and_other_columns_are_drawn(monkeypatch):
    shown, chart = chart_of(monkeypatch, TIMES, SPECTRUM)
    chosen, across, up = shown.all(ui.select)
    assert (chosen.value, across.value, up.value) == ("impedance", chart.x, chart.y)
    shown.put(across, "frequency")
    assert (chart.x, chart.y) == ("frequency", up.value)
    shown.put(up, ["impedance_real"])
    assert (chart.x, chart.y) == ("frequency", ["impedance_real"])
    shown.put(chosen, "timeseries")
    assert chart.dataset is TIMES
    across, up = shown.all(ui.select)[-2:]
    assert (across.value, set(across.options)) == ("time", {"time", "current", "voltage"})
    assert [(curve.dataset, curve.y) for curve in chart.curves] == [(TIMES, name) for name in chart.y]


@pytest.mark.parametrize(("upwards", "height"), [(1, 570), (2, 570), (3, 800)])
def test_a_figure_is_as_high_as_two_panels_or_more_and_what_is_around_them(monkeypatch, upwards, height):
    """A panel has 230 pixels, what is around all of them 110."""
    shown, chart = chart_of(monkeypatch, TIMES)
    shown.put(shown.all(ui.select)[-1], ["time", "current", "voltage"][:upwards])
    (drawn,) = shown.all(ui.echart)
    assert (drawn._style["height"], len(chart.curves)) == (f"{height}px", upwards)
    assert drawn._props["aria-label"] == "Chart of the chosen columns"


def test_a_figure_without_a_column_says_what_to_do(monkeypatch):
    shown, _ = chart_of(monkeypatch, TIMES)
    shown.put(shown.all(ui.select)[-1], [])
    assert (shown.all(ui.echart), shown.labels()) == ([], ["Choose a column upwards."])


def test_a_window_gets_the_points_between_its_ends(monkeypatch):
    _, chart = chart_of(monkeypatch, TIMES)
    asked, sent = [], []
    chart.curves = [
        Fake(points=lambda low, high, n=n: asked.append((low, high)) or [[low, high, n]]) for n in range(2)
    ]

    class Drawn:
        def run_chart_method(self, name, *given, timeout=0):
            if name == "setOption":
                return sent.append(given[0])
            future = asyncio.get_running_loop().create_future()
            future.set_result({"dataZoom": [{"startValue": 3, "endValue": 8}]})
            return future

    core.loop.run_until_complete(chart._zoomed(Drawn()))
    assert asked == [(3, 8), (3, 8)]
    assert sent == [{"series": [{"data": [[3, 8, 0]]}, {"data": [[3, 8, 1]]}]}]


def test_maps_have_no_rows_to_be_shown(monkeypatch):
    from echub.model.build import SourceColumn, build_map

    axes = ("species", "frame", "y", "x")
    counts = SourceColumn("N", np.ones((1, 1, 2, 2)), "ion_counts", "count", axes=axes)
    shown = Page(monkeypatch, tab_data.show, opened=Record([build_map("ion_map", [counts])]), detection=[])
    assert "The dataset is not a table of rows." in shown.labels()


def test_without_numbers_there_is_nothing_to_draw(monkeypatch):
    shown = Page(monkeypatch, tab_figure.show, opened=Record(()))
    assert shown.labels() == ["There is nothing to draw: the file has no rows of numbers."]


def test_a_dataset_without_rows_or_without_numbers_is_not_offered(monkeypatch):
    from echub.model.column import Column

    words = Dataset("log", {"note": Column("note", np.arange(2), labels={0: "a", 1: "b"})})
    shown, chart = chart_of(monkeypatch, words, dataset("steps", 0, time="s", voltage="V"), TIMES)
    assert (list(chart.datasets), len(shown.all(ui.select))) == (["timeseries"], 2)  # across and upwards


# -- Data --------------------------------------------------------------------------------------


def test_the_data_are_counted_and_each_cell_stands_under_its_heading(monkeypatch):
    notices = [Remark("truncated", "the file was cut")]
    record = Record([TIMES, SPECTRUM], notices=notices, dropped=[Dropped("3 bytes", "no column")])
    record.metadata.set("instrument.software", "EC-Lab")
    record.metadata.set("instrument.model", "VSP")
    shown = Page(monkeypatch, tab_data.show, opened=record, detection=[("certain", "r", "f", "")])
    heads = [element.text for element in shown.all(ui.expansion)]
    assert heads[0] == "2 warnings"
    assert "timeseries: 1,000 rows, 3 columns" in heads
    assert "impedance: 30 rows, 3 columns" in heads
    assert shown.table(0) == [
        {"code": "truncated", "what": "the file was cut"},
        {"code": "dropped", "what": "3 bytes: no column"},
    ]
    (time, *_), rows = shown.table(1), shown.table(2)
    assert (time["column"], time["unit"], time["origin"]) == ("time", "s", TIMES.columns["time"].origin)
    assert [row["unit"] for row in shown.table(3)] == ["Hz", "Ω", "Ω"]
    assert len(rows) == tab_data.FIRST
    assert "The first 200 of 1,000 rows." in shown.labels()
    assert "VSP  ·  EC-Lab" in shown.labels()
    assert shown.table(-1) == [{"confidence": "certain", "reader": "r", "format": "f", "remark": ""}]


@pytest.mark.parametrize(
    ("rows", "said", "known", "labels"),
    [
        (200, 1, {"instrument.manufacturer": "Bio-Logic"}, ["Bio-Logic"]),
        (201, 2, {"instrument.manufacturer": "Bio-Logic", "instrument.model": "VSP"},
         ["The first 200 of 201 rows.", "VSP"]),
        (1, 0, {}, []),
    ],
)  # fmt: skip
def test_what_is_shown_of_data_follows_their_number(monkeypatch, rows, said, known, labels):
    notices = [Remark(f"n{n}", "it was cut") for n in range(said)]
    record = Record([dataset("timeseries", rows, time="s")], notices=notices)
    for path, value in known.items():
        record.metadata.set(path, value)
    shown = Page(monkeypatch, tab_data.show, opened=record, detection=[])
    first = {0: "timeseries: 1 row, 1 column", 1: "1 warning", 2: "2 warnings"}[said]
    assert (shown.all(ui.expansion)[0].text, shown.labels()) == (first, labels)


# -- Metadata ----------------------------------------------------------------------------------

FIELDS = [
    ("cell.area", "", "", "the area"),
    ("cell.id", "A7", "file", "the name of the cell"),
    ("sample.colour", "", "", "its colour"),
]


def metadata_page(monkeypatch):
    return Page(monkeypatch, tab_metadata.show, metadata_fields=FIELDS, values={"cell.area": "1 cm^2"})


def test_metadata_that_are_typed_in_are_read_with_the_file(monkeypatch):
    shown = metadata_page(monkeypatch)
    area, cell, value = shown.all(ui.input)
    assert area.value == "1 cm^2"
    assert cell._props["placeholder"] == "A7 (file)"
    assert shown.table() == [
        {"path": "cell.id", "value": "A7", "source": "file", "meaning": "the name of the cell"}
    ]
    shown.put(area, "2 cm^2")
    (other,) = shown.all(ui.select)
    shown.put(other, "sample.colour")
    shown.put(value, "red")
    shown.press("Use")
    given = {"cell.area": "2 cm^2", "cell.id": "", "sample.colour": "red"}
    assert shown.bench.calls[-1] == ("reread", given)
    assert shown.said == ["The file is read with these values."]


@pytest.mark.parametrize(("path", "value"), [("sample.colour", ""), (None, "red")])
def test_a_value_without_a_path_or_a_path_without_a_value_states_nothing(monkeypatch, path, value):
    shown = metadata_page(monkeypatch)
    shown.put(shown.all(ui.select)[0], path)
    shown.put(shown.all(ui.input)[-1], value)
    shown.press("Use")
    assert shown.bench.calls[-1] == ("reread", {"cell.area": "1 cm^2", "cell.id": ""})


def test_a_statement_that_is_lacking_gets_the_cursor(monkeypatch):
    """A path with a field of its own goes to that field, another one to the field for any value."""
    asked = []
    monkeypatch.setattr(ui.input, "run_method", lambda self, name: asked.append((self._props["label"], name)))
    shown = metadata_page(monkeypatch)
    for path in ("cell.area", "sample.colour", "no.such.path"):
        with shown.client:
            shown.desk.stating(path)
    assert asked == [("cell.area", "focus"), ("its value, with unit", "focus")]


def test_metadata_are_saved_and_a_path_without_a_field_is_chosen(monkeypatch):
    shown = metadata_page(monkeypatch)
    shown.bench.answers["save_sidecar"] = Path("a.echub.toml")
    shown.press("Save next to the file")
    assert shown.bench.calls[-1] == ("save_sidecar",)
    assert shown.said == ["written: a.echub.toml"]
    with shown.client:
        shown.desk.stating("sample.colour")
    assert shown.all(ui.select)[0].value == "sample.colour"


# -- Convert, Compare, Validate ------------------------------------------------------------------


def test_a_file_is_written_to_the_folder_and_downloaded(monkeypatch, tmp_path):
    target = tmp_path / "a.csv"
    target.write_bytes(b"1,2")
    beside = tmp_path / "a.csv.json"
    beside.write_bytes(b"{}")
    shown = Page(monkeypatch, tab_export.show, writers={"csv": "CSV", "native": "HDF5"}, folder=Path("/data"),
                 convert=[target, beside])  # fmt: skip
    chosen, folder = shown.all(ui.select)[0], shown.all(ui.input)[0]
    assert (chosen.value, folder.value) == ("native", "/data")
    shown.put(chosen, "csv")
    shown.press("Download")
    name, form, place = shown.bench.calls[-1]
    assert (name, form) == ("convert", "csv")
    assert place != Path("/data")
    assert shown.downloads == [("a.csv", b"1,2"), ("a.csv.json", b"{}")]
    shown.press("Write to the folder")
    assert shown.bench.calls[-1] == ("convert", "csv", Path("/data"), False)
    assert shown.said == [f"written: {target}", f"written: {beside}"]
    (replace,) = shown.all(ui.checkbox)
    assert replace.text == "replace what is there"
    shown.put(replace, True)
    shown.press("Write to the folder")
    assert shown.bench.calls[-1] == ("convert", "csv", Path("/data"), True)


def test_without_another_file_there_is_nothing_to_compare(monkeypatch):
    only = Path("/d/a.mpr")
    shown = Page(monkeypatch, tab_compare.show, files=[only], file=only, folder=Path("/d"))
    assert (shown.labels(), shown.all(ui.button)) == (["There is no other file in the folder."], [])


def test_the_other_file_is_compared_once_it_is_chosen(monkeypatch):
    files = [Path("/d/a.mpr"), Path("/d/b.mpr"), Path("/d/c.mpr")]
    shown = Page(monkeypatch, tab_compare.show, files=files, file=files[1], folder=Path("/d"),
                 compare=Comparison([], only_a=["I"], only_b=[], differences=[]))  # fmt: skip
    (other,) = shown.all(ui.select)
    assert other.options == {"/d/a.mpr": "a.mpr", "/d/c.mpr": "c.mpr"}
    shown.press("Compare")
    assert shown.said == ["Choose the other file first."]
    shown.put(other, "/d/c.mpr")
    shown.press("Compare")
    assert shown.bench.calls[-1] == ("compare", Path("/d/c.mpr"))
    assert shown.labels() == ["0 of 0 common columns agree", "only here: I"]


def test_a_problem_opens_its_file(monkeypatch):
    problems = [
        Fake(path=f"/d/{name}.mpr", severity="error", message=f"{name} is cut", remark=Fake(code="truncated"))
        for name in ("a", "b")
    ]
    shown = Page(monkeypatch, tab_validate.show, validate=problems, folder=Path("/d"))
    shown.press("Check the folder")
    assert shown.labels() == ["2 problems"]
    texts = [label.text for label in shown.all(ui.item_label)]
    assert texts == ["error: a is cut [truncated]", "a.mpr", "error: b is cut [truncated]", "b.mpr"]
    shown.click(shown.all(ui.item)[1])
    assert shown.bench.calls[-1] == ("open", Path("/d/b.mpr"))
    shown.bench.answers["validate"] = []
    shown.press("Check the folder")
    assert shown.labels() == ["No problem: all files are as they should be."]


async def fails(work, said=""):
    """Stand for `Desk.attempt` after an error, which it has shown."""


@pytest.mark.parametrize(
    ("show", "buttons", "fields"),
    [
        (tab_export.show, ["Download", "Write to the folder"], {"writers": {"native": "HDF5"}}),
        (tab_metadata.show, ["Save next to the file"], {"metadata_fields": FIELDS, "values": {}}),
    ],
)
def test_what_could_not_be_written_is_not_said_to_be(monkeypatch, show, buttons, fields):
    shown = Page(monkeypatch, show, folder=Path("/d"), **fields)
    shown.desk.attempt = fails
    for button in buttons:
        shown.press(button)
    assert (shown.said, shown.downloads) == ([], [])


def test_a_comparison_that_fails_leaves_none_and_a_check_that_fails_leaves_the_last(monkeypatch):
    files = [Path("/d/a.mpr"), Path("/d/b.mpr")]
    compared = Page(monkeypatch, tab_compare.show, files=files, file=files[0], folder=Path("/d"),
                    compare=Comparison([], only_a=["I"], only_b=[], differences=[]))  # fmt: skip
    compared.put(compared.all(ui.select)[0], "/d/b.mpr")
    checked = Page(monkeypatch, tab_validate.show, validate=[], folder=Path("/d"))
    sound = ["No problem: all files are as they should be."]
    for shown, button, before, after in (
        (compared, "Compare", ["0 of 0 common columns agree", "only here: I"], []),
        (checked, "Check the folder", sound, sound),
    ):
        shown.press(button)
        assert shown.labels() == before
        shown.desk.attempt = fails
        shown.press(button)
        assert shown.labels() == after


# -- Analyse -----------------------------------------------------------------------------------


def suitable(name, standing, message=""):
    declared = registry().analyses[name]
    return Suitability(declared, standing, Remark("no", message) if message else None)


FOUND = [
    suitable("ramp-onset", Standing.SUITS),
    suitable("ccd", Standing.ASKS, "no area"),
    suitable("pulsed-stripping", Standing.UNSUITED, "no pulses"),
]


def question(monkeypatch, found=None, outcome=None, **answers):
    made = []

    def show(desk):
        asked = tab_answer.Question(desk, found or FOUND)
        made.append(asked)
        asked.show()

    shown = Page(monkeypatch, show, outcome=outcome, parts=[], **answers)
    return shown, made[0]


def test_a_question_is_asked_with_what_was_filled_in(monkeypatch):
    shown, asked = question(monkeypatch)
    assert [text.rpartition("(")[2] for text in asked.choice.options.values()][1:] == [
        "asks for the area or another statement)", "does not suit)"
    ]  # fmt: skip
    assert shown.table() == [{"analysis": "pulsed-stripping", "why not": "no pulses"}]
    assert "1 analysis does not suit this file" in [element.text for element in shown.all(ui.expansion)]
    assert asked.choice._props["use-input"]  # the list is long
    shown.put(asked.fields["threshold"], "7")
    shown.put(asked.profile, next(iter(asked.chosen.profiles)))
    shown.press("Ask")
    expected = ("analyze", "ramp-onset", {"threshold": "7"}, asked.profile.value, None)
    assert shown.bench.calls[-1] == expected


@pytest.mark.parametrize(
    ("standing", "mark"),
    [(Standing.SUITS, ""), (Standing.ASKS, " (asks for the area or another statement)"),
     (Standing.UNSUITED, " (does not suit)")],
)  # fmt: skip
def test_a_question_is_listed_with_what_it_lacks(standing, mark):
    title = registry().analyses["ccd"].title
    assert tab_answer._titled(suitable("ccd", standing, "no")) == f"ccd: {title}{mark}"


@pytest.mark.parametrize(
    ("found", "labels"),
    [(FOUND, []), ([], ["No installed analysis takes a file of this kind."]), (None, [])],
)
def test_questions_are_looked_for_when_the_tab_is_looked_at(monkeypatch, found, labels):
    """None: an error, which was shown."""
    begun = []
    monkeypatch.setattr(ui, "timer", lambda seconds, work, once: begun.append((seconds, work, once)))
    shown = Page(monkeypatch, tab_answer.show, analyses=found, outcome=None, parts=[])
    ((seconds, work, once),) = begun
    assert (seconds, once, shown.bench.calls, shown.labels()) == (0, True, [], [])

    async def look():
        with shown.client:
            await work()

    core.loop.run_until_complete(look())
    assert ("analyses",) in shown.bench.calls
    assert (shown.labels(), bool(shown.all(ui.select))) == (labels, bool(found))


def test_a_question_that_is_cleared_leaves_the_form_of_the_last(monkeypatch):
    shown, asked = question(monkeypatch)
    shown.put(asked.choice, "ccd")
    shown.put(asked.choice, None)
    assert asked.chosen.name == "ccd"


def test_a_file_that_suits_no_question_is_told_so(monkeypatch):
    shown, _ = question(monkeypatch, FOUND[2:])
    assert shown.labels() == ["No installed analysis suits this file:"]
    assert question(monkeypatch)[0].labels() == []


def test_the_last_answer_is_there_when_the_tab_is_looked_at_and_after_each_question(monkeypatch):
    first, second = (Outcome().replace(analysis=name) for name in ("one", "two"))
    shown, _ = question(monkeypatch, outcome=first)
    assert "one" in shown.labels()
    shown.bench.outcome = second
    shown.press("Ask")
    assert "two" in shown.labels()
    assert "one" not in shown.labels()


def test_one_part_is_asked_about_if_there_are_several(monkeypatch):
    shown, asked = question(monkeypatch)
    shown.bench.answers["parts"] = [2, 5]
    with shown.client:
        asked.chosen = Analysis("x", "X", run="m:f", each="spectrum")
        asked.form.refresh()
    settle()
    shown.put(asked.part, 5)
    shown.press("Ask")
    assert shown.bench.calls[-1] == ("analyze", "x", {}, None, "spectrum == 5")


@pytest.mark.parametrize(
    ("hint", "does"),
    [
        ("--set cell.area=\"1 cm^2\"", ["Metadata", "cell.area"]),
        ("--param threshold=7, or less", []),
        ("echub analyze ccd FILE", []),
    ],
)  # fmt: skip
def test_advice_is_followed(monkeypatch, hint, does):
    shown, asked = question(monkeypatch)
    with shown.client:
        asked._follow(hint)
    settle()
    assert shown.turned == does
    if "--param" in hint:
        assert asked.fields["threshold"].value == "7"
        assert shown.said == ["threshold is 7 now: ask again"]
    if "analyze" in hint:
        assert asked.chosen.name == "ccd"
        assert shown.said == ["the question is ccd now: ask again"]


@pytest.mark.parametrize("hint", ["--param no_such=1", "echub analyze no-such FILE", "measure again"])
def test_advice_that_no_field_takes_is_copied(monkeypatch, hint):
    shown, asked = question(monkeypatch)
    copied = []
    monkeypatch.setattr(ui.clipboard, "write", copied.append)
    with shown.client:
        asked._follow(hint)
    assert (copied, shown.said, asked.chosen.name) == ([hint], ["copied"], "ramp-onset")


def test_an_answer_shows_values_flags_and_tables(monkeypatch):
    flag = Remark("noisy", "it is noisy", "warning", hint="--param window=60s")
    outcome = Outcome(
        {"onset": Measurand("V", 1.25, 0.5, Interval(1.0, 1.5, level=0.95), note="at 5 %")},
        (flag,),
        {"levels": {"level": Series.of([1.0, 2.0], "mA"), "row": Series.of([3, 4])}},
    ).replace(analysis="ramp-onset")
    followed = []
    shown = Page(monkeypatch, lambda _: tab_answer.outcome_card(outcome, followed.append))
    assert [badge.text for badge in shown.all(ui.badge)] == ["flagged"]
    assert "it is noisy [noisy]" in shown.labels()
    (value,) = shown.table(0)
    assert (value["measurand"], value["interval"], value[""]) == (
        "onset",
        str(outcome["onset"].interval),
        "at 5 %",
    )
    assert shown.table(1) == [{"level / mA": "1", "row": "3"}, {"level / mA": "2", "row": "4"}]
    shown.press("--param window=60s")
    assert followed == ["--param window=60s"]
    shown.press("Outcome as JSON")
    assert shown.downloads == [("ramp-onset.outcome.json", outcome.to_json())]


def test_each_flag_value_and_table_of_an_answer_is_shown(monkeypatch):
    flags = (
        Remark("noisy", "it is noisy", "warning", hint="wait"),
        Remark("late", "it is late", "info", hint="hurry"),
    )
    tables = {"of_all": {"n": Series.of([1.0], "V")}, "by_cycle": {"m": Series.of([2.0, 3.0])}}
    values = {"onset": Measurand("V", 1.25), "end": Measurand("mA", 2.0, 0.5)}
    followed = []
    outcome = Outcome(values, flags, tables).replace(analysis="ramp-onset")
    shown = Page(monkeypatch, lambda _: tab_answer.outcome_card(outcome, followed.append))
    assert shown.labels() == ["ramp-onset", "it is noisy [noisy]", "it is late [late]"]
    assert [row["measurand"] for row in shown.table(0)] == ["onset", "end"]
    assert [element.text for element in shown.all(ui.expansion)] == ["of all", "by cycle"]
    assert (shown.table(1), shown.table(2)) == ([{"n / V": "1"}], [{"m": "2"}, {"m": "3"}])
    shown.press("hurry")
    shown.press("wait")
    assert followed == ["hurry", "wait"]


def test_each_analysis_that_does_not_suit_is_listed_with_its_reason(monkeypatch):
    shown, _ = question(monkeypatch, [*FOUND, suitable("eis-fit", Standing.UNSUITED, "no impedance")])
    assert shown.table() == [
        {"analysis": "pulsed-stripping", "why not": "no pulses"},
        {"analysis": "eis-fit", "why not": "no impedance"},
    ]  # fmt: skip
    assert "2 analyses do not suit this file" in [element.text for element in shown.all(ui.expansion)]


def test_a_value_without_an_interval_has_an_empty_cell(monkeypatch):
    outcome = Outcome({"onset": Measurand("V", 1.25)}).replace(analysis="ramp-onset")
    shown = Page(monkeypatch, lambda _: tab_answer.outcome_card(outcome, print))
    assert shown.table() == [{"measurand": "onset", "value": "1.25 V", "interval": "", "": ""}]


@pytest.mark.parametrize(
    ("severity", "icon"), [("refusal", "block"), ("warning", "warning"), ("info", "info"), ("note", "info")]
)
def test_a_flag_has_the_icon_of_its_weight_and_a_button_for_what_helps(monkeypatch, severity, icon):
    for hint, buttons in (("measure again", ["measure again", "Outcome as JSON"]), (None, ["Outcome as JSON"])):
        outcome = Outcome({}, (Remark("odd", "it is odd", severity, hint=hint),)).replace(analysis="ramp-onset")
        shown = Page(monkeypatch, lambda _, outcome=outcome: tab_answer.outcome_card(outcome, print))
        assert [one._props["name"] for one in shown.all(ui.icon)] == [icon]
        assert [button.text for button in shown.all(ui.button)] == buttons


@pytest.mark.parametrize("code", [PluginError, DataError])
def test_a_figure_that_a_plugin_cannot_draw_is_told_and_that_of_no_figure_is_not(monkeypatch, code):
    def fails(outcome):
        raise code("it cannot be drawn", hint="report it")

    monkeypatch.setattr(Outcome, "figure", fails)
    outcome = Outcome().replace(analysis="ramp-onset")
    shown = Page(monkeypatch, lambda _: tab_answer.outcome_card(outcome, print))
    said = ["no figure: it cannot be drawn [plugin]; hint: report it"] if code is PluginError else []
    assert [text for text in shown.labels() if text.startswith("no figure")] == said


# -- all tabs ----------------------------------------------------------------------------------


def test_an_error_is_shown_with_what_helps(monkeypatch):
    shown = Page(monkeypatch, lambda _: None)

    def fails():
        raise UnknownOption("it cannot be read", hint="echub detect FILE")

    async def attempt():
        with shown.client:
            return await Desk.attempt(shown.desk, fails)

    assert core.loop.run_until_complete(attempt()) is None
    said = shown.desk.error
    assert said.message == "it cannot be read [unknown-option]\nhint: echub detect FILE"

    async def succeeds():
        with shown.client:
            return await Desk.attempt(shown.desk, lambda: 1)

    gone = []
    said.dismiss = lambda: gone.append(said)
    assert core.loop.run_until_complete(succeeds()) == 1
    assert gone == [said]  # an error of before is not that of this
    said.delete()  # as the user does who closes it: there is nothing to dismiss
    assert core.loop.run_until_complete(succeeds()) == 1
    assert gone == [said]
