"""The tab Analyse: any installed analysis, a form from its declaration, its answer with figure and reasons."""

from __future__ import annotations

import re
from collections.abc import Callable

from nicegui import ui

from echub.analysis.fitting import Standing, Suitability
from echub.analysis.outcome import Outcome, rows_of
from echub.analysis.parts import condition_on
from echub.cli.page.bench import explain, parameters
from echub.cli.page.desk import Desk, table
from echub.drawing import svg
from echub.errors import EchubError
from echub.remark import Remark
from echub.text import several

STATEMENT = re.compile(r"--set ([\w.]+)=")
PARAMETER = re.compile(r"--param (\w+)=([^\s…,;]+)(?:[\s,;]|$)")
ANALYSIS = re.compile(r"echub analyze ([\w-]+)")
"""How the catalogues of codes write what helps: as options of the command line."""
COLOURS = {"ok": ("positive", "white"), "flagged": ("warning", "black"), "refused": ("negative", "white")}
"""Of the badge and its text."""


def show(desk: Desk) -> None:
    """Choose an analysis, those that suit the file first, fill in its parameters, ask."""
    place = ui.column().classes("w-full")

    async def fill() -> None:
        found = await desk.attempt(desk.bench.analyses, "looking which analyses suit the file …")
        with place:
            if found:
                Question(desk, found).show()
            elif found is not None:
                ui.label("No installed analysis takes a file of this kind.")

    ui.timer(0, fill, once=True)


class Question:
    """The chosen analysis and its form."""

    def __init__(self, desk: Desk, found: list[Suitability]) -> None:
        self.desk, self.found = desk, found
        self.analyses = {fit.analysis.name: fit.analysis for fit in found}
        self.chosen = found[0].analysis
        self.fields: dict[str, ui.input | ui.select] = {}
        self.profile: ui.select | None = None
        self.part: ui.select | None = None

    def show(self) -> None:
        """Build the choice, the form and the place of the answer."""
        titles = {fit.analysis.name: _titled(fit) for fit in self.found}
        self.choice = ui.select(titles, value=self.chosen.name, label="question", with_input=True)
        self.choice.classes("w-full").on_value_change(lambda e: self._choose(e.value))
        self.form()
        self._others()
        ui.button("Ask", icon="play_arrow", on_click=self._ask).props("no-caps")
        self.answer()

    def _others(self) -> None:
        """Say which questions the file does not suit, and why."""
        others = [fit for fit in self.found if fit.standing is Standing.UNSUITED]
        if len(others) == len(self.found):
            ui.label("No installed analysis suits this file:")
        count = several(len(others), "analysis does", "analyses do")
        with ui.expansion(f"{count} not suit this file", icon="rule").classes("w-full"):
            table(("analysis", "why not"), [(fit.analysis.name, fit.reason) for fit in others])

    def _choose(self, name: str | None) -> None:
        if name:
            self.chosen = self.analyses[name]
            self.form.refresh()

    @ui.refreshable_method
    def form(self) -> None:
        """Show a field for each parameter, with its default and what it means."""
        self.fields, self.profile, self.part = {}, None, None
        if parts := self.desk.bench.parts(self.chosen):
            self.part = ui.select(parts, value=parts[0], label=self.chosen.each).classes("min-w-40")
        with ui.expansion("parameters", icon="tune").classes("w-full"):
            if self.chosen.profiles:
                self.profile = ui.select(list(self.chosen.profiles), label="profile", clearable=True)
                self.profile.classes("min-w-60")
            with ui.element("div").classes("w-full gap-2 two-columns"):
                for name, default, meaning, choices in parameters(self.chosen):
                    field: ui.select | ui.input
                    if choices:
                        field = ui.select(list(choices), value=None, label=f"{name} ({default})", clearable=True)
                    else:
                        field = ui.input(name, placeholder=default).props("stack-label dense")
                    field.props["hint"] = meaning
                    self.fields[name] = field.classes("w-full")

    async def _ask(self) -> None:
        given = {name: str(field.value) for name, field in self.fields.items() if field.value}
        profile = self.profile.value if self.profile is not None else None
        part = None if self.part is None else condition_on(self.chosen.each, self.part.value)
        await self.desk.attempt(lambda: self.desk.bench.analyze(self.chosen.name, given, profile, part))
        self.answer.refresh()

    @ui.refreshable_method
    def answer(self) -> None:
        """Show the answer, if there is one."""
        if self.desk.bench.outcome is not None:
            outcome_card(self.desk.bench.outcome, self._follow)

    def _follow(self, hint: str) -> None:
        """Do what a flag advises: go to the metadata it lacks, fill in a parameter, ask otherwise, or copy it."""
        if lacks := STATEMENT.search(hint):
            self.desk.turn("Metadata")
            self.desk.stating(lacks[1])
        elif (given := PARAMETER.search(hint)) and given[1] in self.fields:
            self.fields[given[1]].set_value(given[2])
            ui.notify(f"{given[1]} is {given[2]} now: ask again")
        elif (other := ANALYSIS.search(hint)) and other[1] in self.analyses:
            self.choice.set_value(other[1])
            ui.notify(f"the question is {other[1]} now: ask again")
        else:
            ui.clipboard.write(hint)
            ui.notify("copied")


def _titled(fit: Suitability) -> str:
    """Return what the list of questions says of an analysis."""
    marks = {Standing.ASKS: " (asks for the area or another statement)", Standing.UNSUITED: " (does not suit)"}
    return f"{fit.analysis.name}: {fit.analysis.title}{marks.get(fit.standing, '')}"


def outcome_card(outcome: Outcome, follow: Callable[[str], None]) -> None:
    """Show status, flags with what helps, measurands, tables and the figure."""
    with ui.card().classes("w-full").props("flat bordered"):
        with ui.row().classes("items-center"):
            behind, text = COLOURS[outcome.status]
            ui.badge(outcome.status, color=behind, text_color=text).classes("text-body2")
            ui.label(outcome.analysis).classes("text-weight-bold")
        for flag in outcome.flags:
            _flag(flag, follow)
        if rows := [(name, str(m), str(m.interval or ""), m.note) for name, m in outcome.measurands.items()]:
            table(("measurand", "value", "interval", ""), rows)
        try:
            # From our own drawing: labels are paths or escaped text, nothing of a file is markup.
            ui.html(svg(outcome.figure()), sanitize=False).classes("w-full sheet")
        except EchubError as error:
            if error.code == "plugin":  # others have none to draw
                ui.label(f"no figure: {'; '.join(explain(error))}").classes("text-caption break-words")
        for name, columns in outcome.tables.items():
            with ui.expansion(name.replace("_", " ")).classes("w-full"):
                table(*rows_of(columns), rows_per_page=20)
        ui.button(
            "Outcome as JSON",
            icon="download",
            on_click=lambda: ui.download.content(outcome.to_json(), f"{outcome.analysis}.outcome.json"),
        ).props("flat no-caps")


def _flag(flag: Remark, follow: Callable[[str], None]) -> None:
    icon = {"refusal": "block", "warning": "warning"}.get(flag.severity, "info")
    with ui.row().classes("items-start no-wrap"):
        ui.icon(icon)
        with ui.column().classes("gap-0"):
            ui.label(f"{flag.text} [{flag.code}]").classes("break-words")
            if flag.hint:
                way = ui.button(flag.hint, icon="arrow_forward", on_click=lambda hint=flag.hint: follow(hint))
                way.props("flat dense no-caps align=left")
