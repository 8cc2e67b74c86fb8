"""The rule catalogue of `echub validate`, read from ``rules.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import echub_schemas
from echub.errors import UnknownOption

Severity = Literal["error", "warning", "note"]
LEVELS = {0: "structure", 1: "values", 2: "physics"}
"""What each level looks at; a level includes those below it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a stable id, a name, and what holds in a sound file.

    `cause` is the usual reason of a breach, `hint` what helps.
    """

    id: str
    name: str
    level: int
    severity: Severity
    rule: str
    cause: str
    hint: str

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


@cache
def rules() -> dict[str, Rule]:
    """Load the catalogue, by id."""
    with echub_schemas.path("rules.toml").open("rb") as file:
        return {id_: Rule(id_, **entry) for id_, entry in tomllib.load(file).items()}


def matching(texts: Iterable[str], flag: str) -> frozenset[str]:
    """Return the ids that texts mean: an id, the beginning of one (``ECH3``), or a name.

    Raises `UnknownOption` for a text that means no rule.
    """
    words = [word for text in texts for word in re.split(r"[\s,]+", text) if word]
    return frozenset(rule for word in words for rule in _ids(word, flag))


def _ids(word: str, flag: str) -> list[str]:
    found = [rule.id for rule in rules().values() if word == rule.name or rule.id.startswith(word.upper())]
    if found:
        return found
    import difflib

    near = difflib.get_close_matches(word, [rule.name for rule in rules().values()], 3, 0.5)
    raise UnknownOption(
        f"{flag} names no rule: {word!r}",
        expected="an id such as ECH101, the beginning of one such as ECH1, or a name such as unit-mismatch",
        found=word,
        hint=f"did you mean {' or '.join(near)}?" if near else "`echub schema show rules` lists them",
    )
