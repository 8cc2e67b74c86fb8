"""Columns that state how well another one is known: ``u(H)``, ``H ±``, ``H SD``, ``n(H)``, and bare ``±``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from echub.model.units import is_made_of_units, is_unit

Kind = Literal["u", "assumed", "sd", "expanded", "shared", "n"]
"""A standard uncertainty; one without a stated coverage (`±`); a standard deviation; an expanded uncertainty; one
that all rows share; the number of values."""

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("shared", r"u_(?:shared|common|scale)"),
    ("u", r"u|esd|e\.s\.d\.|ESD|se|SE|sem|SEM|(?:std\.?|standard) (?:err\.?|error|uncertainty)|Standardfehler"),
    (
        "sd",
        r"sd|SD|s\.d\.|S\.D\.|[Ss]t\.?[Dd]ev\.?|[Ss]td(?:[. ]?[Dd]ev)?\.?|standard deviation|Standardabweichung",
    ),
    ("expanded", r"U|expanded uncertainty|95 ?% ?CI|CI ?95|2 ?(?:σ|sigma)"),
    ("assumed", r"±|\+/-|\+-|[Ee]rr\.?|[Ee]rror|[Uu]nc\.?|[Uu]ncertainty|Fehler|Unsicherheit|erreur|incertitude"),
    ("n", r"n|number of|count"),
)
"""Case counts: u and U, SE and selenium. Programs of laboratories and spreadsheets write these."""
_FORMS = tuple(
    (kind, re.compile(rf"(?:{word})(?:\((?P<a>.+)\)|[ _](?:of )?(?P<b>.+))|(?P<c>.+?)[ _]?(?<![^\W_])(?:{word})"))
    for kind, word in _WORDS
)
_BARE = tuple((kind, re.compile(word)) for kind, word in _WORDS)
_SYMBOLS = re.compile(r"[σs]\((?P<a>.+)\)")
"""A symbol that is a standard deviation only of something: σ alone is a conductivity."""
_MEAN = re.compile(
    r"(?:mean|average|avg\.?)[ _](?:of )?(?P<a>.+)|(?P<b>.+?)[ _](?:mean|average|avg\.?|Mittelwert)"
)
"""Names of a mean, whose spread is named after what was averaged."""
_BRACKETS = re.compile(r"(?P<name>.*\S)(?P<gap>\s*)[(\[](?P<unit>[^()\[\]]+)[)\]]\Z")


@dataclass(frozen=True)
class StatedSpread:
    """What a column states, and the place of the column that it is about."""

    of: int
    kind: Kind

    @property
    def least(self) -> float:
        """Return the least number that it can have: a value at least for a count, 0 for all else."""
        return least(self.kind)


def least(kind: Kind) -> float:
    """Return the least number that a spread of a kind can have."""
    return 1.0 if kind == "n" else 0.0


def named(header: str) -> tuple[str, str | None]:
    """Return name and unit as a header prints them: ``Zr 3d5/2 / eV``, ``H (GPa)``, ``E [GPa]``."""
    name, slash, unit = header.partition(" / ")
    if slash and name.strip():
        return name.strip(), unit.strip() or None
    match = _BRACKETS.match(header.strip())
    if match and _is_printed(match["unit"]) and (match["gap"] or not _kind_of_word(match["name"])):
        return match["name"], match["unit"].strip()
    name, slash, unit = header.partition("/") if not _kind_of_word(header.strip()) else (header, "", "")
    if slash and name.strip() and _is_printed(unit):
        return name.strip(), unit.strip()
    return header.strip(), None


def _is_printed(text: str) -> bool:
    return is_unit(text.strip()) or is_made_of_units(text.strip())


def spreads_of(headers: Sequence[str]) -> dict[int, StatedSpread]:
    """Return the columns that state the spread of another one, by their place.

    A name must be that of another column; a bare ``±`` or ``SD`` is about the nearest column to its left.
    """
    names = [" ".join(named(header)[0].split()) for header in headers]
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    means = {m["a"] or m["b"]: place for place, name in enumerate(names) if (m := _MEAN.fullmatch(name))}
    places = {**means, **places}
    found: dict[int, StatedSpread] = {}
    for place, name in enumerate(names):
        about = _about(name, places) or _beside(name, place, found)
        if about is not None and about.of != place:
            found[place] = about
    return found


def _about(name: str, places: dict[str, int]) -> StatedSpread | None:
    """Return the spread that a name states of another name."""
    if (match := _SYMBOLS.fullmatch(name)) and match["a"] in places:
        return StatedSpread(places[match["a"]], "sd")
    for kind, form in _FORMS:
        if (match := form.fullmatch(name)) and (of := match["a"] or match["b"] or match["c"]) in places:
            return StatedSpread(places[of], kind)
    return None


def _beside(name: str, place: int, found: dict[int, StatedSpread]) -> StatedSpread | None:
    """Return the spread that a bare word states of the column to its left."""
    kind = _kind_of_word(name)
    left = place - 1
    while left in found:
        left -= 1
    # A bare U is a voltage, and a bare count may count anything but the values that a spread is of.
    if kind in (None, "expanded", "shared") or left < 0 or (kind == "n" and left == place - 1):
        return None
    return StatedSpread(left, kind)


def _kind_of_word(name: str) -> Kind | None:
    return next((kind for kind, word in _BARE if word.fullmatch(name)), None)
