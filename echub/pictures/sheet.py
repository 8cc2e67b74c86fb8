"""One figure of one or several files: its pictures below each other, its title, limits and style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from echub.drawing import new_figure, palette_of, styled, unit_text
from echub.drawing.labels import short_name
from echub.errors import DataError, SelectionError, UnknownColumn
from echub.model.dataset import Dataset
from echub.model.metadata import leaf_of
from echub.model.record import Record
from echub.pictures.aligned import is_aligned
from echub.pictures.choice import PICTURES, Picture, pictures_of, require_picture
from echub.pictures.columns import draw_columns, named
from echub.pictures.long import shortened
from echub.pictures.shown import Shown, without_infinities
from echub.text import several

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 3
"""Pictures in one figure; what has no place is named below the title."""
WIDE, HIGH, EACH = 8.0, 5.0, 4.2
"""Inches: a figure, its height with one picture, and the height of each of several."""
LONGEST = 40
"""Letters of a name in a legend: at that length it takes less than half of the figure."""
NAMED = 4
"""Datasets without a place that are named: one line of a title."""
BESIDE = 1.5
"""Width by height from which pictures stand beside each other: below each other they would be strips."""
Limits = tuple[float | None, float | None]


@dataclass(frozen=True)
class Look:
    """How a figure is to look. All of it may be left out.

    picture: a name of `choice.NAMES`. x, y: columns, with a unit if wanted (``current/mA``). by: a metadata path
    that gives files their label and colour. xlim, ylim: of the first axes, in their units. size: inches.
    """

    select: str | None = None
    picture: str | None = None
    x: str | None = None
    y: tuple[str, ...] = ()
    by: str | None = None
    xlim: Limits | None = None
    ylim: Limits | None = None
    size: tuple[float, float] | None = None
    style: str = "screen"
    title: str = ""


def draw(records: Mapping[str, Record], look: Look = Look()) -> Figure:
    """Draw records, by name, in one figure.

    Every dataset with rows gets its picture, those of one kind share it; what is not drawn is named below the
    title. Raises `DataError` if nothing can be drawn, `UnknownOption` for a picture or style that does not exist,
    `UnknownColumn`, `SelectionError`, `PluginError` without matplotlib.
    """
    if look.picture is not None:
        require_picture(look.picture)
    files = [replace(one, dataset=without_infinities(one.dataset)) for one in _files(records, look)]
    if look.x is None and not look.y:  # a picture of known columns; aligned ones may be of any
        files = [one if is_aligned(one) else replace(one, dataset=shortened(one.dataset)) for one in files]
    panels = _panels(files, look)
    used = {id(one.dataset) for _, shown in panels for one in shown}
    left = [one for one in files if id(one.dataset) not in used]
    with styled(look.style) as style:
        count = len(panels)
        size = look.size or style.size_of(count) or (WIDE, HIGH if count == 1 else EACH * count)
        figure = new_figure(*size)
        grid = (1, count) if size[0] > BESIDE * size[1] else (count, 1)
        frames = [figure] if count == 1 else list(figure.subfigures(*grid, squeeze=False).flat)
        for frame, (draw_it, shown) in zip(frames, panels, strict=True):
            draw_it(frame, shown)
        _limit(figure, look)
        _title(figure, records, left, look)
        style.finish(figure)
    return figure


def _files(records: Mapping[str, Record], look: Look) -> list[Shown]:
    """Return the datasets of all files, selected, with labels and colours if there are several of a kind."""
    found = [
        Shown(record, dataset, _label(name, record, look.by))
        for name, record in records.items()
        for dataset in _selected(record, look.select)
    ]
    labels = list(dict.fromkeys(one.label for one in found))
    shown = _short(labels)
    if len(records) == 1 and look.by is None:
        return [replace(one, label="") for one in found]
    colours = dict(zip(labels, palette_of(len(labels)), strict=True))
    return [replace(one, colour=colours[one.label], label=shown[one.label]) for one in found]


def _short(labels: Sequence[str]) -> dict[str, str]:
    """Return each label as it stands in a legend; those that would be alike when shortened get a number."""
    short = {label: short_name(label, LONGEST) for label in labels}
    alike = [label for label in labels if list(short.values()).count(short[label]) > 1]
    return short | {label: f"{short[label]} ({number})" for number, label in enumerate(alike, 1)}


def _label(name: str, record: Record, by: str | None) -> str:
    if by is None:
        return name
    value = record.metadata.value(by)
    unit = unit_text(leaf_of(by).unit or "")
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return "not stated" if value in (None, "") else f"{text} {unit}".strip()


def _selected(record: Record, expression: str | None) -> list[Dataset]:
    """Select in every dataset that has the columns; if none has them, raise the last error."""
    if expression is None:
        return list(record.datasets.values())
    chosen, refused = [], None
    for dataset in record.datasets.values():
        try:
            chosen.append(dataset.query(expression))
        except (UnknownColumn, SelectionError) as error:
            refused = error
    if refused is not None and not chosen:
        raise refused
    return chosen


# -- panels ------------------------------------------------------------------------------------

_Panel = tuple[Any, list[Shown]]


def _panels(files: Sequence[Shown], look: Look) -> list[_Panel]:
    """Return the pictures of the figure, each with its datasets."""
    full = [one for one in files if one.dataset.rows]
    if look.x is not None or look.y:
        return [_of_columns(full, look)]
    gathered: dict[str, tuple[Picture, list[Shown]]] = {}
    for one in full:
        for picture in pictures_of(one, look.picture):
            gathered.setdefault(picture.name, (picture, []))[1].append(one)
    order = [picture.name for picture in PICTURES if picture.name in gathered][:MOST]
    if not order:
        raise DataError(
            "there is nothing to draw",
            expected=f"rows for one of the pictures {', '.join(p.name for p in PICTURES)}",
            found=", ".join(f"{one.dataset.kind}: {several(one.dataset.rows, 'row')}" for one in files)
            or "no dataset",
            hint=_any_columns(full),
        )
    return [(gathered[name][0].draw, _told_apart(gathered[name][1])) for name in order]


def _any_columns(full: Sequence[Shown]) -> str:
    """Return how to draw columns that have no picture, with the first two of a file that hold numbers."""
    for one in full:
        columns = one.dataset.columns.values()
        names = [c.name for c in columns if c.name != "row" and not c.labels and one.first((c.name,)) is not None]
        if len(names) > 1:
            return f"--x {names[0]} --y {names[1]} draws these columns; `echub info FILE` lists all"
    return "--x NAME --y NAME draws any columns"


def _told_apart(shown: list[Shown]) -> list[Shown]:
    """Label the datasets of one file by their names, if one picture shows several; label each file once."""
    if not shown[0].label and len(shown) > 1:
        colours = palette_of(len(shown))
        return [replace(one, label=one.dataset.name, colour=c) for one, c in zip(shown, colours, strict=True)]
    labels = [one.label for one in shown]
    return [replace(one, label="" if one.label in labels[:n] else one.label) for n, one in enumerate(shown)]


def _of_columns(full: Sequence[Shown], look: Look) -> _Panel:
    """Return the panel of the columns that were asked for, from the first dataset of each file that has them."""
    x, y = look.x or "time", look.y or ("current",)
    wanted = {named(text)[0] for text in (x, *y)}
    chosen: dict[int, Shown] = {}
    for one in full:
        if wanted <= set(one.dataset.columns):
            chosen.setdefault(id(one.record), one)
    for one in full:
        if id(one.record) not in chosen:
            for name in wanted:
                one.dataset.column(name)  # raises UnknownColumn with similar names
    if not chosen:
        raise DataError("there is nothing to draw", expected="rows", found="no dataset with rows")
    return (lambda figure, shown: draw_columns(figure, shown, x, y)), _told_apart(list(chosen.values()))


# -- the whole figure --------------------------------------------------------------------------


def _limit(figure: Figure, look: Look) -> None:
    first = figure.get_axes()[0]
    if look.xlim is not None:
        first.set_xlim(*look.xlim)
    if look.ylim is not None:
        first.set_ylim(*look.ylim)


def _undrawn(left: Sequence[Shown]) -> list[str]:
    """Name datasets by their files if there are several, the first few of many."""
    told = [f"{one.label or one.dataset.name} ({several(one.dataset.rows, 'row')})" for one in left]
    more = len(told) - NAMED
    return told if more <= 1 else [*told[:NAMED], f"{more} more"]


def _title(figure: Figure, records: Mapping[str, Record], left: Sequence[Shown], look: Look) -> None:
    """Name the file and its technique, and what the figure does not show."""
    metadata = [record.metadata for record in records.values()]
    techniques = dict.fromkeys(
        str(m.value("technique.title") or m.value("technique.name") or "") for m in metadata
    )
    name = short_name(look.title) or (short_name(next(iter(records))) if len(records) == 1 else "")
    parts = [name, *(techniques if len(techniques) == 1 else ())]
    lines = ["  ·  ".join(part for part in parts if part)]
    if left:
        lines.append("not drawn: " + ", ".join(_undrawn(left)))
    # A file may be named with dollar signs: its name is not a formula.
    if any(lines):
        text = "\n".join(line for line in lines if line)
        figure.suptitle(text, fontsize="medium", parse_math=False, wrap=True)
