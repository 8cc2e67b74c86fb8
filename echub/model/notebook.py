"""What a notebook shows of a record and its parts: short tables, folded, that no text of a file can break."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.text import several

LONG = 60
"""Rows of a table that are shown; a notebook with more is scrolled past."""
WIDE = 120
"""Characters of a cell that are shown: a comment or a recipe can be a page long."""


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return an HTML table; texts are escaped and shortened, rows beyond `LONG` counted."""
    listed = list(rows)
    head = "".join(f"<th style='text-align:left'>{escape(header)}</th>" for header in headers)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in listed[:LONG])
    more = f"<p>… {several(len(listed) - LONG, 'more row')}</p>" if len(listed) > LONG else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def folded(title: str, content: str, *, is_open: bool = False) -> str:
    """Return a section that opens on a click."""
    return f"<details{' open' if is_open else ''}><summary>{escape(short(title))}</summary>{content}</details>"


def heading(title: str, *lines: str) -> str:
    """Return a bold title and lines below it."""
    return f"<b>{escape(short(title))}</b>" + "".join(f"<br>{escape(short(line))}" for line in lines if line)


def short(value: object) -> str:
    """Return a value as one line of at most `WIDE` characters; numbers with five digits."""
    text = f"{value:.5g}" if isinstance(value, float) else "" if value is None else str(value)
    line = " ".join(text.split())
    return line if len(line) <= WIDE else f"{line[: WIDE - 1]}…"


def span(values: NDArray[Any]) -> str:
    """Return the smallest and largest number of an array, as ``-0.5 … 0.5``; empty for words and for nothing."""
    if values.dtype.kind not in "fiub" or not values.size:
        return ""
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not finite.size:
        return "only NaN"
    low, high = finite.min(), finite.max()
    return f"{low:.5g}" if low == high else f"{low:.5g} … {high:.5g}"


def _cell(value: object) -> str:
    aligned = "right" if isinstance(value, (int, float)) and not isinstance(value, bool) else "left"
    return f"<td style='text-align:{aligned}'>{escape(short(value))}</td>"
