"""From a text to a circuit: our description, and strings of three other programs by what is in them.

============  ======================  =====================================================
description   ``LR(RQ)(R[RW])``       letters and brackets, values in braces, ``:label``
dashes        ``L0-R0-p(R1,CPE1)``    impedance.py: ``p( , )`` is parallel
dashes        ``R1-[P2,R3]``          AutoEIS: ``[ , ]`` is parallel
plus, slash   ``L1+R1+Q2/R2``         EC-Lab: ``/`` is parallel and binds closer than ``+``
============  ======================  =====================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from echub.plugin import Refusal
from echub_eis.method.circuit import Element, Node, ParallelPart, SeriesPart, Value
from echub_eis.method.elements import KINDS

EXAMPLE = "LR(RQ)(RQ)"
_LONGEST = 2000
"""Characters of a circuit: 20 elements with all their values have about 1000."""
_DEEPEST = 20
"""Brackets inside each other: a ladder of five R‖C with labels and values has 11."""
_BRACES = re.compile(r"\{[^}]*\}?")
"""Values, also those that are not closed: their signs are not those between elements."""
_SYMBOLS = sorted(KINDS, key=len, reverse=True)
_NAMES = {
    "impedance.py": {
        "CPE": "Q",
        "Wo": "Wo",
        "Ws": "Ws",
        "La": "La",
        "R": "R",
        "C": "C",
        "L": "L",
        "W": "W",
        "G": "G",
        "Zarc": "Z",
    },
    "AutoEIS": {"P": "Q", "R": "R", "C": "C", "L": "L"},
    "EC-Lab": {"Wd": "Ws", "M": "Wo", "La": "La", "Q": "Q", "R": "R", "C": "C", "L": "L", "W": "W", "G": "G"},
}
"""Element names of other programs, and ours."""


@lru_cache(maxsize=64)  # a series has one circuit
def parse(text: str) -> Node:
    """Read a circuit; `Refusal` ``circuit-syntax`` says at which character, what was expected and found."""
    if len(text) > _LONGEST:
        raise _wrong(text[:_LONGEST], _LONGEST, f"at most {_LONGEST} characters")
    _require_shallow(text)
    bare = _BRACES.sub("", text)
    if not bare.strip():
        raise _wrong(text, 0, f"a circuit, such as {EXAMPLE}")
    plus, dash = re.search(r"[+/]", bare), re.search(r"[-,]", bare)
    if plus and dash:
        where = max(plus.start(), dash.start())
        raise _wrong(text, where, "either + and / (EC-Lab) or - and , (impedance.py, AutoEIS)")
    if plus:
        return _Foreign(text, "EC-Lab").circuit()
    if dash or re.search(r"\bp\(", bare):
        return _Foreign(text, "AutoEIS" if "[" in bare else "impedance.py").circuit()
    return _Description(text).circuit()


def _require_shallow(text: str) -> None:
    """Refuse brackets nested so deeply that no data could tell the parts apart."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > _DEEPEST:
            raise _wrong(text, at, f"at most {_DEEPEST} brackets inside each other")


def _wrong(text: str, at: int, expected: str) -> Refusal:
    """Return the refusal that marks the place."""
    found = f"{text[at]!r}" if at < len(text) else "the end"
    return Refusal(
        "circuit-syntax",
        f"the circuit {text!r} cannot be read: expected {expected}, found {found}",
        where=f"character {at + 1}",
        hint=f"--param circuit='{EXAMPLE}'",
    )


@dataclass
class _Cursor:
    """A text and the place in it."""

    text: str
    at: int = field(default=0, init=False)

    def peek(self) -> str:
        """Return the next character that is not a space, "" at the end."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, pattern: str) -> re.Match[str] | None:
        """Take what a pattern matches here."""
        self.peek()
        match = re.compile(pattern).match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def require(self, character: str, meaning: str = "") -> None:
        """Take one character or refuse."""
        if self.peek() != character:
            raise self.wrong(f"{character!r}{meaning}")
        self.at += 1

    def wrong(self, expected: str) -> Refusal:
        """Return the refusal at this place."""
        return _wrong(self.text, self.at, expected)


class _Description(_Cursor):
    """Our own descriptions."""

    def circuit(self) -> Node:
        """Read all of it."""
        node = self._series("")
        if self.peek():
            raise self.wrong("an element or ( after a finished part")
        return node

    def _series(self, closing: str) -> Node:
        parts: list[Node] = []
        while self.peek() and self.peek() != closing and self.peek() not in ")]":
            parts.append(self._part(inside_parallel=False))
        if not parts:
            raise self.wrong(f"one of {' '.join(KINDS)} or (")
        return parts[0] if len(parts) == 1 else SeriesPart(tuple(parts))

    def _part(self, *, inside_parallel: bool) -> Node:
        character = self.peek()
        if character == "(":
            if inside_parallel:
                raise self.wrong("[ for a series inside a parallel")
            return self._parallel()
        if character == "[":
            if not inside_parallel:
                raise self.wrong("an element or (: [ ] is a series inside a parallel")
            self.at += 1
            node = self._series("]")
            self.require("]", " that closes the series")
            return node
        return self._element()

    def _parallel(self) -> Node:
        self.at += 1
        parts: list[Node] = []
        while self.peek() and self.peek() not in ")]":
            parts.append(self._part(inside_parallel=True))
        self.require(")", " that closes the parallel")
        if len(parts) < 2:
            self.at -= 1
            raise self.wrong("a second part of the parallel")
        label = self._label()
        inner = next((p.label for p in parts if isinstance(p, Element) and p.label and p.symbol == "R"), "")
        if inner and not label:
            parts = [replace(p, label="") if isinstance(p, Element) and p.label == inner else p for p in parts]
        return ParallelPart(tuple(parts), label or inner)

    def _element(self) -> Element:
        symbol = self.take("|".join(_SYMBOLS))
        if symbol is None:
            raise self.wrong(f"one of {' '.join(KINDS)} or (")
        self.take(r"\d+")
        values, label = self._braces(symbol[0]) if self.peek() == "{" else ({}, "")
        return Element(symbol[0], self._label() or label, values)

    def _label(self) -> str:
        if self.text[self.at : self.at + 1] != ":":
            return ""
        self.at += 1
        match = self.take(r"[a-z][a-z0-9_]*")
        if match is None:
            raise self.wrong("a label of small letters")
        return match[0]

    def _braces(self, symbol: str) -> tuple[dict[str, Value], str]:
        self.require("{")
        known = [parameter.name for parameter in KINDS[symbol].parameters]
        values: dict[str, Value] = {}
        while self.peek() not in ("}", ":", ""):
            name = self.take(r"\w+")
            if name is None or name[0] not in known:
                self.at -= len(name[0]) if name else 0
                raise self.wrong(f"a parameter of {symbol}: {' '.join(known)}")
            self.require("=")
            values[name[0]] = self._value()
            self.take(",")
        label = self._label()
        self.require("}", " that closes the values")
        return values, label

    def _value(self) -> Value:
        start = self._number()
        fixed = self.take("[fF]") is not None
        limits: list[float | None] = []
        while self.take("/"):
            limits.append(None if self.take("-?inf") else self._number())
            self.take("%")
        low, high = (*limits, None, None)[:2]
        return Value(start, fixed, low or None, high)

    def _number(self) -> float:
        match = self.take(r"[-+]?(\d++\.?\d*+|\.\d++)([eE][-+]?\d+)?")
        if match is None or float(match[0]) < 0:
            self.at -= len(match[0]) if match else 0
            raise self.wrong("a number of at least zero")
        return float(match[0])


class _Foreign(_Cursor):
    """Strings of other programs: elements with numbers, joined by separators."""

    def __init__(self, text: str, program: str) -> None:
        super().__init__(text)
        self.program = program
        self.names = _NAMES[program]

    def circuit(self) -> Node:
        """Read all of it."""
        node = self._sum() if self.program == "EC-Lab" else self._dashed()
        if self.peek():
            raise self.wrong("+ or /" if self.program == "EC-Lab" else "- or the end")
        return node

    def _dashed(self) -> Node:
        parts = [self._dashed_part()]
        while self.take("-"):
            parts.append(self._dashed_part())
        return parts[0] if len(parts) == 1 else SeriesPart(tuple(parts))

    def _dashed_part(self) -> Node:
        opening, closing = (r"\[", "]") if self.program == "AutoEIS" else (r"p\(", ")")
        if not self.take(opening):
            return self._named()
        branches = [self._dashed()]
        while self.take(","):
            branches.append(self._dashed())
        self.require(closing, " that closes the parallel")
        return self._branched(branches)

    def _sum(self) -> Node:
        parts = [self._product()]
        while self.take(r"\+"):
            parts.append(self._product())
        return parts[0] if len(parts) == 1 else SeriesPart(tuple(parts))

    def _product(self) -> Node:
        branches = [self._factor()]
        while self.take("/"):
            branches.append(self._factor())
        return branches[0] if len(branches) == 1 else self._branched(branches)

    def _factor(self) -> Node:
        if self.take(r"\("):
            node = self._sum()
            self.require(")")
            return node
        return self._named()

    def _branched(self, branches: list[Node]) -> Node:
        if len(branches) < 2:
            raise self.wrong("a second part of the parallel")
        return ParallelPart(tuple(branches))

    def _named(self) -> Element:
        match = self.take(r"([A-Za-z]+)_?\d*")
        if match is None or match[1] not in self.names:
            self.at -= len(match[0]) if match else 0
            raise self.wrong(f"an element of {self.program}: {' '.join(self.names)}")
        return Element(self.names[match[1]])
