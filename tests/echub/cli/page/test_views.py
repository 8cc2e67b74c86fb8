"""The page itself, built without a browser on the files of `acme`: its list, tabs, errors and reports."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("nicegui")

from nicegui import background_tasks, core, ui
from nicegui.client import Client
from nicegui.page import page

from echub.cli.page import looks, views
from echub.cli.page.bench import Bench
from echub.cli.page.desk import Desk
from echub.cli.page.reports import Reports
from echub.drawing import BLUE
from tests.messages.saying import Fake

FILES = ["a.acme", "b.acme", "s1.csv", "s2.csv", "group/a.acme", "group/c.acme"]


class Shown:
    """A page with its bench, what it notified, and what a user does to it."""

    def __init__(self, folder):
        self.said = []
        self.reports = Reports()
        self.client = Client(page("/"))
        self.bench = Bench(folder)
        with self.client:
            self.page = views.Page(Desk(self.bench), self.reports)
            self.page.show()
        self.settle()

    def settle(self):
        """Let everything happen that was asked for, in threads too; what sends to the browser never ends."""
        for _ in range(200):
            core.loop.run_until_complete(asyncio.sleep(0.001))
            if all(task.get_name().startswith("outbox loop") for task in background_tasks.running_tasks):
                return

    def all(self, kind):
        return [element for element in self.client.elements.values() if isinstance(element, kind)]

    def listed(self):
        return [item.text for item in self.all(ui.item_label)]

    def labels(self):
        return [label.text for label in self.all(ui.label)]

    def click(self, element):
        for listener in list(element._event_listeners.values()):
            if listener.type == "click":
                with self.client:
                    listener.handler(Fake(args=None, sender=element, client=self.client))
        self.settle()

    def choose(self, name):
        """Click a file of the list."""
        (item,) = [
            item
            for item in self.all(ui.item)
            if any(isinstance(inner, ui.item_label) and inner.text == name for inner in item.descendants())
        ]
        self.click(item)

    def do(self, work, *given):
        """Run what the page does when it is asked to, and return its result."""

        async def within():
            with self.client:
                return await work(*given)

        result = core.loop.run_until_complete(within())
        self.settle()
        return result

    def trouble(self):
        return [
            inner.text for inner in self.page.trouble.descendants() if isinstance(inner, (ui.label, ui.button))
        ]


@pytest.fixture
def shown(acme_files, monkeypatch):
    made = asyncio.new_event_loop()
    monkeypatch.setattr(core, "loop", made)
    monkeypatch.setattr(background_tasks, "create_or_defer", background_tasks.create)

    async def wide(*_, **__):
        return False

    monkeypatch.setattr(ui, "run_javascript", wide)
    found = Shown(acme_files)
    monkeypatch.setattr(ui, "notify", lambda text, **_: found.said.append(text))
    yield found
    found.bench.close()
    made.run_until_complete(asyncio.sleep(0.01))
    made.close()


def test_the_files_are_listed_and_filtered(shown, monkeypatch):
    assert sorted(shown.listed()) == sorted(FILES)
    assert "Drop a file, or choose one on the left." in shown.labels()
    monkeypatch.setattr(views, "SHOWN", 3)
    for wanted, found in (("GROUP", ["group/a.acme", "group/c.acme"]), ("a.acme", ["a.acme", "group/a.acme"])):
        with shown.client:
            shown.page.filter.set_value(wanted)
        shown.settle()
        assert sorted(shown.listed()) == found
        assert "no file" not in shown.labels()
    with shown.client:
        shown.page.filter.set_value("nothing")
    shown.settle()
    assert shown.listed() == []
    assert "no file" in shown.labels()
    monkeypatch.setattr(views, "SHOWN", len(FILES))
    with shown.client:
        shown.page.filter.set_value("")
    shown.settle()
    assert not [text for text in shown.labels() if "more: filter" in text]
    monkeypatch.setattr(views, "SHOWN", 3)
    with shown.client:
        shown.page.listed.refresh()
    shown.settle()
    assert len(shown.listed()) == 3
    assert f"… and {len(FILES) - 3} more: filter" in shown.labels()


def test_a_file_is_opened_with_its_tabs_each_filled_when_it_is_looked_at(shown):
    shown.choose("a.acme")
    assert shown.bench.file.name == "a.acme"
    assert shown.page.title.text == "a.acme  ·  Constant current"
    tabs = [tab._props["label"] for tab in shown.all(ui.tab)]
    assert tabs == ["Figure", "Data", "Metadata", "Analyse", "Convert", "Compare", "Validate"]
    panels = shown.all(ui.tab_panel)
    filled = [title for title, panel in zip(tabs, panels, strict=True) if list(panel.descendants())]
    assert filled == ["Figure"]
    with shown.client:
        shown.page.desk.turn("Metadata")
    shown.settle()
    (bar,) = shown.all(ui.tabs)
    assert bar.value == "Metadata"
    filled = [title for title, panel in zip(tabs, panels, strict=True) if list(panel.descendants())]
    assert filled == ["Figure", "Metadata"]
    assert current(shown) == ["a.acme"]
    with shown.client:
        bar.set_value("Convert")  # as the user does
    shown.settle()
    filled = [title for title, panel in zip(tabs, panels, strict=True) if list(panel.descendants())]
    assert filled == ["Figure", "Metadata", "Convert"]
    with shown.client:
        shown.page.desk.turn("Metadata")
    shown.choose("b.acme")  # stays at the tab
    assert current(shown) == ["b.acme"]
    assert shown.page.title.text == "b.acme"
    (bar,) = shown.all(ui.tabs)
    assert bar.value is None or bar.value == "Metadata"
    filled = [
        title for title, panel in zip(tabs, shown.all(ui.tab_panel), strict=True) if list(panel.descendants())
    ]
    assert filled == ["Metadata"]


def current(shown):
    """Return the files of the list that are marked as open, for the eye and for screen readers."""
    marked = [item for item in shown.all(ui.item) if item._props.get("aria-current") == "true"]
    assert all(item._props["active"] for item in marked)
    return [inner.text for item in marked for inner in item.descendants() if isinstance(inner, ui.item_label)]


def test_an_error_stays_until_another_file_is_opened(shown):
    (shown.bench.folder / "odd.xyz").write_bytes(b"\0\1")
    with shown.client:
        shown.page.listed.refresh()
    shown.settle()
    shown.choose("odd.xyz")
    first, *details = shown.trouble()
    assert first == "odd.xyz: no reader recognises this file [unknown-format]"
    assert any(line.startswith("hint: ") for line in details)
    assert shown.bench.file is None
    shown.choose("b.acme")
    assert shown.trouble() == []
    assert shown.page.title.text == "b.acme"


def test_a_way_out_of_an_error_is_a_button(shown):
    text = "time / s;voltage / V\n" + "".join(f"{n};1,{200 + n}\n" for n in range(5))
    (shown.bench.folder / "comma.csv").write_text(text, "utf-8")
    with shown.client:
        shown.page.listed.refresh()
    shown.settle()
    shown.choose("comma.csv")
    (button,) = [
        b
        for b in shown.page.trouble.descendants()
        if isinstance(b, ui.button) and b.text == "--option decimal=comma"
    ]
    shown.click(button)
    assert shown.trouble() == []
    assert shown.bench.options == {"decimal": "comma"}
    assert shown.bench.opened()["timeseries"]["voltage"].tolist() == [1.2, 1.201, 1.202, 1.203, 1.204]


def test_what_was_chosen_before_is_kept_by_the_next_way_out(shown, monkeypatch):
    """The reader that a first button named stays with the second one, its options with the third."""
    from echub.errors import DataError

    asked = []

    def stumble(path, reader=None, options=None):
        asked.append((path.name, reader, dict(options or {})))
        raise DataError("it is ambiguous", hint="--reader acme or --option decimal=comma or --reader acme-too")

    monkeypatch.setattr(shown.bench, "open", stumble)
    shown.choose("b.acme")
    for text in ("--reader acme", "--option decimal=comma", "--reader acme-too"):
        (button,) = [b for b in shown.page.trouble.descendants() if isinstance(b, ui.button) and b.text == text]
        shown.click(button)
    comma = {"decimal": "comma"}
    assert asked == [
        ("b.acme", None, {}), ("b.acme", "acme", {}), ("b.acme", "acme", comma), ("b.acme", "acme-too", comma)
    ]  # fmt: skip


def test_a_report_that_cannot_be_shown_leaves_the_file_that_is_open(shown, monkeypatch):
    monkeypatch.setattr("echub.cli.page.bench.LARGEST_PAGE", 3)
    (shown.bench.folder / "one.html").write_text("<p>1", "utf-8")
    with shown.client:
        shown.page.listed.refresh()
    shown.settle()
    shown.choose("b.acme")
    shown.choose("one.html")
    assert (shown.page.title.text, shown.reports._open) == ("b.acme", {})
    assert shown.page.desk.error.message.splitlines()[0] == "one.html is too large to be shown here [data]"


@pytest.mark.parametrize(
    ("stated", "title"),
    [({}, "b.acme"), ({"technique.name": "CP"}, "b.acme  ·  CP"),
     ({"technique.name": "CP", "technique.title": "Ramp"}, "b.acme  ·  Ramp")],
)  # fmt: skip
def test_a_file_is_titled_by_its_technique_as_far_as_it_is_known(shown, stated, title):
    shown.choose("b.acme")
    shown.do(shown.page.desk.reading, lambda: shown.bench.reread(stated), "")
    assert shown.page.title.text == title


def test_reports_are_shown_one_at_a_time(shown):
    for name in ("one.html", "two.HTM"):
        (shown.bench.folder / name).write_text(f"<p>{name}</p>", "utf-8")
    with shown.client:
        shown.page.listed.refresh()
    shown.settle()
    shown.choose("one.html")
    first = shown.page.report
    assert shown.page.title.text == "one.html"
    (frame,) = [element for element in shown.all(ui.element) if element.tag == "iframe"]
    assert (frame._props["src"], frame._props["title"]) == (first, "one.html")
    assert frame._props["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    shown.choose("two.HTM")
    assert list(shown.reports._open.values()) == ["<p>two.HTM</p>"]
    shown.page.close_report()
    assert shown.reports._open == {}


def test_what_was_done_to_the_file_is_said_and_shown(shown):
    shown.choose("b.acme")
    reading = shown.page.desk.reading
    shown.do(reading, lambda: shown.bench.reread({"technique.title": "Ramp"}), "It is read again.")
    assert shown.said == ["It is read again."]
    assert shown.page.title.text == "b.acme  ·  Ramp"
    shown.do(reading, lambda: shown.bench.reread({"cell.area": "2 V"}), "It is read again.")
    assert shown.said == ["It is read again."]
    assert "where: cell.area" in shown.trouble()
    assert shown.page.title.text == "b.acme  ·  Ramp"


def test_an_attempt_returns_its_result_or_shows_the_error(shown):
    desk = shown.page.desk
    assert shown.do(desk.attempt, lambda: 7) == 7
    assert desk.error is None
    assert shown.do(desk.attempt, lambda: shown.bench.open(shown.bench.folder / "none.acme")) is None
    assert desk.error.message.splitlines()[0] == "none.acme: no such file [source-not-found]"
    assert shown.do(desk.attempt, lambda: 8) == 8


# -- the frame -------------------------------------------------------------------------------------


def test_the_frame_names_its_controls_and_takes_files_of_up_to_4_gib(shown):
    assert shown.labels()[:2] == ["echub", str(shown.bench.folder)]
    buttons = [(button._props["icon"], button._props["aria-label"]) for button in shown.all(ui.button)]
    assert buttons == [("menu", "Files"), ("contrast", "Light or dark")]
    (upload,) = shown.all(ui.upload)
    assert {name: upload._props.get(name) for name in ("label", "multiple", "auto-upload", "max-file-size")} == {
        "label": "Drop files here", "multiple": True, "auto-upload": True, "max-file-size": 4 * 1024**3
    }  # fmt: skip
    (rejected,) = [one for one in upload._event_listeners.values() if one.type == "rejected"]
    with shown.client:
        rejected.handler()
    assert shown.said == ["Larger than 4 GB: open it from the folder."]


def luminance(colour):
    """Return the relative luminance of a colour as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_white_words_on_the_colours_of_the_page_can_be_read(shown):
    """WCAG 2 asks for a contrast of 4.5 to 1; the header has the blue of the figures."""
    (colours,) = shown.all(ui.colors)
    assert colours._props["primary"] == BLUE
    for name in ("primary", "positive"):
        assert 1.05 / (luminance(colours._props[name]) + 0.05) >= 4.5


def test_the_list_is_shown_and_hidden_and_the_light_changes(shown):
    menu, contrast = shown.all(ui.button)
    (dark,) = shown.all(ui.dark_mode)
    assert (shown.page.drawer.value, dark.value) == (True, None)  # the light is that of the system
    seen = []
    for button in (menu, contrast, menu, contrast):
        shown.click(button)
        seen.append((shown.page.drawer.value, dark.value))
    assert seen == [(False, None), (False, True), (True, True), (True, False)]


@pytest.mark.parametrize(("width", "covers"), [(799, True), (800, False), (None, False)])
def test_the_list_is_hidden_where_it_covers_what_was_opened(shown, monkeypatch, width, covers):
    """A browser that does not answer keeps it."""

    async def answer(code, timeout):
        if width is None:
            raise TimeoutError
        left, sign, right = code.split()
        assert (left, sign, timeout) == ("window.innerWidth", "<", 5)
        return width < int(right)

    monkeypatch.setattr(ui, "run_javascript", answer)
    shown.choose("b.acme")
    assert shown.bench.file.name == "b.acme"
    assert shown.page.drawer.value is not covers


def test_a_file_that_is_dropped_is_kept_aside_and_opened(shown):
    data = (shown.bench.folder / "b.acme").read_bytes()

    class Dropped:
        name = "C:\\mine\\new.acme"

        async def save(self, place):
            place.write_bytes(data)

    shown.do(shown.page._dropped, Fake(file=Dropped()))
    assert (shown.page.title.text, shown.bench.file.read_bytes()) == ("new.acme", data)
    assert shown.bench.file.parent != shown.bench.folder
    assert "new.acme" not in shown.listed()


def test_each_tab_of_the_browser_has_a_bench_that_goes_with_it(shown, monkeypatch):
    registered, left = {}, []

    def at(path, title):
        return lambda function: registered.update({(path, title): function})

    monkeypatch.setattr(ui, "page", at)
    monkeypatch.setattr(views.app, "include_router", lambda router: registered.update(router=router))
    monkeypatch.setattr(views.app, "on_exception", lambda handler: registered.update(handler=handler))
    views.build(shown.bench.folder)
    benches = []
    for _ in range(2):
        client = Client(page("/"))
        monkeypatch.setattr(client, "on_delete", left.append)
        with client:
            registered["/", f"echub · {shown.bench.folder.name}"]()
        benches.append(left[-2].__self__)
        assert f"opening {shown.bench.folder.name} …" in client._body_html
        assert all(part in client._head_html for part in (looks.CLASSES, looks.CONTRAST, looks.NAMES))
    assert [bench.folder for bench in benches] == [shown.bench.folder] * 2
    assert benches[0] is not benches[1]
    assert [function.__name__ for function in left] == ["close", "close_report"] * 2
    assert [route.path for route in registered["router"].routes] == ["/report/{key}"]


def test_only_an_error_that_nobody_expects_is_printed_where_the_page_was_started(shown, monkeypatch, capsys):
    from echub.errors import DataError

    handlers = []
    monkeypatch.setattr(ui, "page", lambda *_, **__: lambda function: None)
    monkeypatch.setattr(views.app, "include_router", lambda router: None)
    monkeypatch.setattr(views.app, "on_exception", handlers.append)
    views.build(shown.bench.folder)
    for error in (DataError("it is shown on the page"), ZeroDivisionError("by hand")):
        handlers[0](error)
    assert capsys.readouterr().out == "echub: ZeroDivisionError('by hand')\n"
