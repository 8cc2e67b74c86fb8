"""The rule catalogue of `echub validate`: the hub's codes that have an id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal, NamedTuple, cast

from echub.errors import UnknownOption
from echub.registry import codes
from echub.text import nearest

Severity = Literal["error", "warning", "note"]
SCALE: tuple[Severity, ...] = ("note", "warning", "error")
LEVELS = {0: "structure", 1: "values", 2: "physics"}
"""What each level checks; a level includes those below it."""


class Rule(NamedTuple):
    """One rule: a stable id, a name, and what is true of a valid file.

    `cause` is the usual cause of a violation, `hint` what helps.
    """

    id: str
    name: str
    level: int
    severity: Severity
    rule: str
    cause: str
    hint: str

    def __str__(self) -> str:
        return self.id if self.id == self.name else f"{self.id} {self.name}"


@cache
def rules() -> dict[str, Rule]:
    """Load the rules, by id."""
    return {entry.id: _rule(entry) for entry in codes.of_hub().values() if entry.id}


@cache
def _ids_by_name() -> dict[str, str]:
    return {rule.name: rule.id for rule in rules().values()}


def rule_of(code: str) -> Rule:
    """Return the rule with that id or name; any other code is a rule of its own, which a group may raise."""
    if rule := rules().get(_ids_by_name().get(code, code)):
        return rule
    entry = codes.find(code)
    return Rule(code, code, 0, "note", *((entry.says, entry.cause, entry.hint) if entry else ("", "", "")))


def _rule(entry: codes.Code) -> Rule:
    severity = cast(Severity, entry.severity)
    return Rule(entry.id, entry.code, entry.level, severity, entry.says, entry.cause, entry.hint)


def heavier(*severities: Severity) -> Severity:
    """Return the more severe one: error before warning before note."""
    return max(severities, key=SCALE.index)


def matching(texts: Iterable[str], flag: str) -> frozenset[str]:
    """Return the ids that texts refer to: an id, its start (``ECH3``), a name, the code of a notice or error.

    Raises `UnknownOption` for a text that matches nothing that `validate` can find.
    """
    words = [word for text in texts for word in re.split(r"[\s,]+", text) if word]
    return frozenset(rule for word in words for rule in _ids(word, flag))


def _ids(word: str, flag: str) -> list[str]:
    found = [rule.id for rule in rules().values() if word == rule.name or rule.id.startswith(word.upper())]
    if found:
        return found
    others = {code: entry for code, entry in codes.catalogue().items() if not entry.id}
    if (entry := others.get(word)) and {"notice", "error"} & set(entry.kind):
        return [word]
    raise _unknown(word, flag, list(others) if entry is None else [], entry)


def _unknown(word: str, flag: str, others: list[str], entry: codes.Code | None) -> UnknownOption:
    of_analysis = "an analysis says this, and `echub validate` runs none" if entry else None
    return UnknownOption(
        f"{flag} names no rule: {word!r}",
        expected="an id such as ECH101, the start of one such as ECH1, a name such as unit-mismatch, "
        "or the code of a notice such as truncated",
        found=word,
        cause=of_analysis,
        hint=(None if entry else nearest(word, [*_ids_by_name(), *others]))
        or "`echub schema show rules` lists them",
    )
