"""Markdown from rows and texts that were written for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([|*_<>\[\]])")
_CODE = re.compile(r"(`+[^`]+`+)")


def text(value: object) -> str:
    """Write a value inside a table or a sentence; what stands in backquotes stays code."""
    parts = _CODE.split(" ".join(str(value).split()))
    return "".join(
        part.replace("|", r"\|") if part.startswith("`") else _SPECIAL.sub(r"\\\1", part) for part in parts
    )


def code(value: object) -> str:
    """Write a value as code; nothing stays nothing."""
    return f"`{value}`".replace("|", r"\|") if value not in (None, "") else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write rows whose cells are markdown already."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def sections(title: str, intro: str, parts: Iterable[tuple[str, str]]) -> str:
    """Write a page: its title, what it says at the top, and a heading for each part."""
    return (
        "\n\n".join([f"# {title}", intro.strip(), *(f"## {head}\n\n{body.strip()}" for head, body in parts)])
        + "\n"
    )
