"""The tab Figure: any columns, with zoom, crosshair, and all the detail that a window can show."""

from __future__ import annotations

from typing import Any

from nicegui import run, ui

from echub.cli.page.desk import Desk
from echub.cli.page.detail import Curve, first_choice, numeric, options
from echub.model.dataset import Dataset
from echub.model.record import Record

PANEL = 230
"""Height of one panel in pixels, and of what surrounds all of them."""
AROUND = 110


def show(desk: Desk) -> None:
    """Choose dataset and columns, and draw them."""
    datasets = {d.name: d for d in desk.bench.opened().datasets.values() if d.rows and numeric(d)}
    if not datasets:
        ui.label("There is nothing to draw: the file has no rows of numbers.")
        return
    largest = max(datasets.values(), key=lambda d: (d.kind == "impedance", d.rows))
    Chart(desk.bench.opened(), datasets, largest).show()


class Chart:
    """A chart and what it shows."""

    def __init__(self, record: Record, datasets: dict[str, Dataset], first: Dataset) -> None:
        self.record, self.datasets, self.dataset = record, datasets, first
        self.x, self.y = first_choice(record, first)
        self.curves: list[Curve] = []

    def show(self) -> None:
        """Build the selection and the chart."""
        with ui.row().classes("w-full items-end gap-4"):
            if len(self.datasets) > 1:
                chosen = ui.select(list(self.datasets), value=self.dataset.name, label="dataset")
                chosen.on_value_change(lambda e: self._choose(e.value)).classes("min-w-40")
            self.fields()
        self.chart()

    @ui.refreshable_method
    def fields(self) -> None:
        """Choose the columns."""
        names = numeric(self.dataset)
        across = ui.select(names, value=self.x, label="across", with_input=True).classes("min-w-40")
        across.on_value_change(lambda e: self._set(e.value, self.y))
        up = ui.select(names, value=self.y, label="upwards", multiple=True).props("use-chips").classes("min-w-60")
        up.on_value_change(lambda e: self._set(self.x, e.value))

    @ui.refreshable_method
    def chart(self) -> None:
        """Draw the chosen columns, a panel for each."""
        if not self.y:
            ui.label("Choose a column upwards.")
            return
        self.curves = [Curve(self.dataset, self.x, name) for name in self.y]
        drawn = ui.echart(options(self.curves), renderer="canvas")
        height = PANEL * max(2, len(self.y)) + AROUND
        # White in the dark too: the colours of the curves and labels are chosen for it.
        drawn.classes("w-full sheet").style(f"height: {height}px")
        drawn.props("role=img aria-label='Chart of the chosen columns'")
        drawn.on("chart:datazoom", lambda: self._zoomed(drawn), throttle=0.2)

    def _choose(self, name: str) -> None:
        self.dataset = self.datasets[name]
        self.x, self.y = first_choice(self.record, self.dataset)
        self.fields.refresh()
        self.chart.refresh()

    def _set(self, x: str, y: list[str]) -> None:
        self.x, self.y = x, y
        self.chart.refresh()

    async def _zoomed(self, drawn: Any) -> None:  # noqa: ANN401
        """Send the points of the window that is seen."""
        zoom = await drawn.run_chart_method(":getOption", timeout=2)
        window = zoom["dataZoom"][0]
        low, high = window.get("startValue"), window.get("endValue")
        points = await run.io_bound(lambda: [curve.points(low, high) for curve in self.curves])
        drawn.run_chart_method("setOption", {"series": [{"data": data} for data in points or ()]})
