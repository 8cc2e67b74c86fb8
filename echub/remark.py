"""A remark: a statement of the hub or a plugin about a file, a result or a command.

Notices of readers, flags and refusals of analyses, findings of `echub validate`, losses and the
content of every error are remarks. This module is the lowest of the hub, so that errors carry one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

Severity = Literal["info", "note", "warning", "error", "refusal"]
"""Severity of a remark: `note` is what `echub validate` calls info, `refusal` means no answer."""

DETAILS = ("where", "expected", "found", "cause", "hint")
"""The details that are texts, in the order in which they are printed."""
_SHOWN = ("where", "expected", "found", "cause", "hint", "column", "rows", "count")


def is_named(column: str, message: str) -> bool:
    """Return whether a message names a column, as a word of its own: `I` stands in many others."""
    return not column or re.search(rf"(?<!\w){re.escape(column)}(?!\w)", message) is not None


class RemarkShape(TypedDict):
    """The declared shape of a stored remark, as `Remark.as_dict` writes it."""

    code: str
    message: str
    severity: Severity
    where: NotRequired[str]
    expected: NotRequired[str]
    found: NotRequired[str]
    cause: NotRequired[str]
    hint: NotRequired[str]
    column: NotRequired[str]
    rows: NotRequired[list[int]]
    count: NotRequired[int]


@dataclass(frozen=True, slots=True)
class Remark:
    """Describe a problem under a stable code: where, what was expected and found, why, and what helps.

    `code` is kebab-case (``no-area``) and listed in a catalogue, whose cause and hint apply if a
    remark has none of its own. `where` is a place in words (``line 12``), `column` the name or the
    header of a column, `rows` the first rows (0-based) of `count`.
    """

    code: str
    message: str
    severity: Severity = "warning"
    where: str = ""
    expected: str = ""
    found: str = ""
    cause: str = ""
    hint: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()
    count: int = 0

    @property
    def shown_rows(self) -> str:
        """Return the rows in words: ``rows 3, 4, 9 … (120 in all)``."""
        if not self.rows:
            return ""
        listed = ", ".join(map(str, self.rows))
        more = f" … ({self.count} in all)" if self.count > len(self.rows) else ""
        return f"row{'s' if self.count > 1 else ''} {listed}{more}"

    @property
    def text(self) -> str:
        """Return the message, preceded by the column if the message does not name it."""
        return self.message if is_named(self.column, self.message) else f"{self.column}: {self.message}"

    def details(self) -> list[tuple[str, str]]:
        """Return the texts that are set, in the order in which they are printed."""
        return [(name, value) for name in DETAILS if (value := getattr(self, name))]

    def as_dict(self) -> dict[str, Any]:
        """Return code, message, severity and the details that are set, as plain JSON types."""
        given = {name: value for name in _SHOWN if (value := getattr(self, name))}
        if self.rows:
            given["rows"] = list(self.rows)
        return {"code": self.code, "message": self.message, "severity": self.severity, **given}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Remark:
        """Read what `as_dict` gave, also of earlier versions: a snake_case code is read as kebab-case."""
        rows = {"rows": tuple(data["rows"])} if "rows" in data else {}
        return cls(**{**data, "code": kebab(data["code"]), **rows})


Notice = Remark
"""The name for a reader's remark about a file."""
Flag = Remark
"""The name for an analysis's remark about its answer."""


class Dropped(Remark):
    """Something in the source that is not in the record, and why."""

    __slots__ = ()

    def __init__(self, what: str, why: str) -> None:
        super().__init__("dropped", why, where=what)

    @property
    def what(self) -> str:
        """Return what was dropped."""
        return self.where

    @property
    def why(self) -> str:
        """Return the reason."""
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (Dropped, (self.what, self.why))

    def as_dict(self) -> dict[str, Any]:
        """Return both for `--json`, and as native files keep it."""
        return {"what": self.what, "why": self.why}


_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def kebab(code: str) -> str:
    """Return a code in its current spelling; older files have snake_case codes instead of kebab-case."""
    return code.replace("_", "-") if _SNAKE.fullmatch(code) else code
