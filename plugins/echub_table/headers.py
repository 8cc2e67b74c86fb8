"""Headers to quantities: a name of the alias list, and a unit that agrees with one quantity."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from echub.plugin import Unit, UnitMismatch, find_unit, is_made_of_units, quantities, unit

_BRACKETS = re.compile(r"(?P<name>.*\S)\s*(?:\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\])\s*\Z")
_NESTED = re.compile(r"(?P<name>[^()]*\S)\s*\((?P<unit>[^(]*+\([^)]*+\).*)\)\s*\Z")
_MIDDLE = re.compile(
    r"(?P<name>[^()\[\]]*\S)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]\s*(?P<rest>(?:vs|versus)\b.*)\Z", re.IGNORECASE
)
_WIDE = str.maketrans("（）［］｛｝／：，", "()[]{}/:,")
"""What East Asian keyboards type for brackets and slashes."""
_LONGEST = 500
"""Characters of a header that may print a unit: those of real tables have less than 150, and every bracket, slash
and comma of a longer one would be tried as the start of its unit."""
_IN = re.compile(r"(?P<name>.+?)(?:,| in)\s+(?P<unit>\S+)\s*\Z")
_REFERENCE = re.compile(
    r"(?P<name>\S.{0,80}?)\s+(?:vs\.?|versus|against|gegen|gg\.?)\s*(?P<reference>.+)\Z", re.IGNORECASE
)
_NO_REFERENCE = frozenset(["ref", "ref.", "reference", "re", "r.e."])
"""Words that say that there is a reference, and not which."""
_OF_MATLAB = re.compile(r"(?P<name>\w*[^\W_])_(?P<unit>[^\W\d_]+)_\Z")
_OF_R = re.compile(r"(?P<name>\w+(?:\.\w+)*)\.+(?P<unit>[^\W\d_]+)\.?\Z")
_UNIT_NAMES = {"volts": ("voltage", "V"), "volt": ("voltage", "V")}
"""Names that are their unit, and whose scale no program changes; `Amps` is printed over milliamperes too."""
_QUALIFIERS = frozenset(
    [
        "top",
        "bottom",
        "raw",
        "avg",
        "mean",
        "max",
        "min",
        "set",
        "ref",
        "in",
        "out",
        "end",
        "start",
        "left",
        "right",
        "total",
        "upper",
        "lower",
        "corr",
        "corrected",
    ]
)
"""Words in brackets that are not unit."""
_FURTHER = re.compile(r"__\d+\Z")
"""What the hub adds to the name of a further column of a quantity."""

CLOCK_FORMS = re.compile(r"[hmsdHMSDYyfF]{1,4}(?:[:./-][hmsdMSDYyfF]{1,4})+\Z")
"""What stands in a row of units over a clock or a date: `hh:mm:ss`."""

_MINUS = "-−–"
_WORDS = {
    "second": "s",
    "volt": "V",
    "ampere": "A",
    "ah": "A*h",
    "wh": "W*h",
    "watt": "W",
    "ohm": "ohm",
    "celsius": "degC",
    "hertz": "Hz",
    "degree": "deg",
    "mah": "mA*h",
}
"""Units in words, as the machine names of BDF end in them."""


@dataclass(frozen=True)
class Alias:
    """A quantity's names, and units that mean something else in its columns."""

    quantity: str
    names: frozenset[str]
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Meaning:
    """What a header means: quantity, unit, sign, and what could not be told.

    `unit` is the unit text to convert from; `printed` the text that stands where a unit would.
    `problem` says why a header with a known name is not a quantity; `two_units`: header and row of units differ.
    """

    quantity: str | None = None
    unit: str | None = None
    negate: bool = False
    reference: str = ""
    candidates: tuple[str, ...] = ()
    problem: str = ""
    declared_sign: bool = False
    said_by: str = "header"
    mismatch: bool = False
    two_units: bool = False
    origin: str = "measured"

    @property
    def is_unknown(self) -> bool:
        """Return whether the header says neither what a column is nor in which unit."""
        return not (self.quantity or self.candidates or self.unit)


BY_THE_HUB = ("spectrum",)
"""Quantities that only the hub gives: a table's own number of a spectrum may repeat, and is its label."""


@cache
def aliases() -> tuple[Alias, ...]:
    """Load the alias list; every canonical name is a name of its quantity too, but for those the hub counts."""
    with (Path(__file__).parent / "aliases.toml").open("rb") as file:
        listed: dict[str, dict[str, Any]] = tomllib.load(file)
    found = []
    for quantity in quantities():
        entry = listed.get(quantity, {})
        own = () if quantity in BY_THE_HUB else (quantity,)
        names = {key_of(name) for name in (*own, *entry.get("names", ()))}
        found.append(Alias(quantity, frozenset(names), entry.get("units", {})))
    return tuple(found)


_ROUND = str.maketrans("{}[]（）", "()()()")


def key_of(name: str) -> str:
    """Bring a name to the form in which names are compared."""
    plain = re.sub(
        r"[\s_]+",
        " ",
        name.translate(_ROUND).replace("’", "'").replace("´", "'").replace("′", "'").replace("″", "''"),
    )
    plain = plain.strip().replace('"', "''")
    # The case of short names tells them apart, as that of t and T.
    return plain.lower() if sum(c.isalpha() for c in plain) >= 4 else plain


@cache
def _by_name() -> dict[str, tuple[Alias, ...]]:
    found: dict[str, tuple[Alias, ...]] = {}
    for alias in aliases():
        for name in alias.names:
            found[name] = (*found.get(name, ()), alias)
    return found


def split_header(header: str) -> Iterator[tuple[str, str]]:
    """Return every reading of a header as name and unit text; the whole as a name comes last."""
    text = encoded_once(header.strip()).translate(_WIDE)
    if len(text) > _LONGEST:
        yield text, ""
        return
    if match := _MIDDLE.match(text):
        yield f"{match['name']} {match['rest']}", match["unit"].strip()
    if match := _BRACKETS.match(text):
        yield match["name"], (match["round"] or match["square"] or "").strip()
    if match := _NESTED.match(text):
        yield match["name"], match["unit"].strip()
    for at in (i for i, c in enumerate(text) if c == "/"):
        if _is_balanced(text[at:]):  # the slash in `log(f/Hz)` stands within the name
            yield text[:at].strip(), text[at + 1 :].strip()
    if match := _IN.match(text):
        yield match["name"], match["unit"]
    yield from _made_names(text)
    name, underscore, last = text.rpartition("_")
    is_label = (
        re.fullmatch(r"[\d.]+", name) is not None
    )  # `17_amu` is a mass that was measured, not a column in amu
    # `Aux_Temperature_1` is the first of several sensors, not one in the unit 1.
    if (
        underscore
        and not is_label
        and not last.isdecimal()
        and _known_unit(_WORDS.get(last, last), aliases()) is not None
    ):
        yield name, _WORDS.get(last, last)
    yield text, ""


def _is_balanced(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in ("()", "[]"))


def _made_names(text: str) -> Iterator[tuple[str, str]]:
    """Read headers that programs made names of variables of: `Current_mA_` (MATLAB) and `Current..mA.` (R)."""
    if (match := _OF_MATLAB.match(text)) and _known_unit(match["unit"], aliases()) is not None:
        yield match["name"], match["unit"]
    if (match := _OF_R.match(text)) and _known_unit(match["unit"], aliases()) is not None:
        name = match["name"].replace(".", " ")
        if is_name(name):  # else the last word of any name with points would be a unit
            yield name, match["unit"]


def encoded_once(text: str) -> str:
    """Return a text whose characters were encoded twice as it was: `Î©` is Ω, and `Âµ` is µ."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text  # of one encoding, as nearly all are


def meaning_of(header: str, unit_cell: str = "", units: Mapping[str, str] | None = None) -> Meaning:
    """Say what a header means.

    `unit_cell` is its cell of the row of units; `units` are a profile's units by quantity, for
    headers that print none. Raises `UnitMismatch` where name and unit contradict each other.
    """
    found = _meaning(header, unit_cell, units or {})
    if found.quantity or found.candidates or header.strip()[:1] not in tuple(_MINUS):
        return found
    negated = _meaning(header.strip()[1:], unit_cell, units or {})
    if not negated.quantity:
        return found if not negated.candidates else negated
    return Meaning(
        negated.quantity, negated.unit, True, negated.reference, declared_sign=True, said_by=negated.said_by
    )


def _meaning(header: str, unit_cell: str, units: Mapping[str, str]) -> Meaning:
    loose, unsure = Meaning(), Meaning()
    mismatch: UnitMismatch | None = None
    for name, printed in split_header(header):
        base, reference = _without_reference(_FURTHER.sub("", name))
        printed, against = _without_reference("" if CLOCK_FORMS.match(printed) else printed)
        named = _by_name().get(key_of(base), ())
        cell = _without_reference((bare_unit(unit_cell) or unit_cell).strip())[0]
        if CLOCK_FORMS.match(cell):
            cell = ""  # how a clock is printed, and no unit
        text = printed or cell
        if not named:
            if loose.unit is None and (whole := printed_unit(printed) or unit_cell.strip()):
                loose = Meaning(unit=whole)
            continue
        try:
            found = _fit(header, named, text, units, base)
        except UnitMismatch as error:
            mismatch = mismatch or error
            continue
        if found is not None and found.unit is None and printed:
            unsure = unsure if unsure.candidates else replace(found, unit=printed_unit(printed) or None)
        elif found is not None:
            reference = reference or against or _without_reference(_unwrapped(unit_cell))[1]
            return _against(replace(found, unit=found.unit or printed_unit(text) or None), reference)
    if mismatch is not None:
        raise mismatch
    # `dQ/dV (Ah/V)`: a unit behind a name that is unknown says more than a known name cut out of it.
    certain = loose.unit is not None and is_made_of_units(loose.unit)
    return unsure if unsure.candidates and not certain else loose


def _against(found: Meaning, reference: str) -> Meaning:
    """Keep the reference of a potential: a voltage against one is the working electrode's."""
    if not reference or reference.lower() in _NO_REFERENCE:
        return found
    quantity = "potential_we" if found.quantity == "voltage" else found.quantity
    return replace(found, quantity=quantity, reference=reference)


def printed_unit(text: str) -> str:
    """Return what stands where a unit would, if it may be one; empty for a word that qualifies a name."""
    if _known_unit(text, ()) is not None or (text and is_made_of_units(text)):
        return text
    plain = text.strip()
    # Units are short; a longer word qualifies the name. Eight letters by eye.
    likely = 2 <= len(plain) <= 8 and plain.isascii() and plain.isalpha() and plain.lower() not in _QUALIFIERS
    return plain if likely else ""


def _without_reference(name: str) -> tuple[str, str]:
    if match := _REFERENCE.match(name):
        return match["name"], match["reference"].strip()
    return name, ""


def _fit(header: str, named: Sequence[Alias], text: str, units: Mapping[str, str], base: str) -> Meaning | None:
    """Let the unit choose among the quantities that a name may mean."""
    names = tuple(alias.quantity for alias in named)
    if not text:
        return _without_unit(named, units, base)
    known = {alias.quantity: _known_unit(text, (alias,)) for alias in named}
    if all(found is None for found in known.values()):
        # What looked like a unit may belong to a name of the list, as in `Im(Z)` and `Z'(a)`.
        if base != header.strip() and key_of(header) in _by_name():
            return None
        return Meaning(candidates=names, problem=f"the unit {text!r} is unknown")
    for quantity, found in known.items():  # no two quantities of one name have one dimension
        if found is not None and _dimension(quantity) == found.dimension:
            return Meaning(quantity, str(found))
    wanted = " or ".join(f"{quantities()[q].unit} ({q})" for q in names if quantities()[q].unit is not None)
    raise UnitMismatch(
        f"the column {header!r} names {' or '.join(names)}, but its unit {text} does not fit",
        column=header,
        expected=f"a unit of the dimension of {wanted}" if wanted else "no unit",
        found=f"{text} ({next(f.dimension for f in known.values() if f is not None)})",
        cause="the header names another quantity, or its unit is misspelt",
        hint="say what the column is in a profile: `echub detect FILE --write-profile lab.toml`",
    )


def _without_unit(named: Sequence[Alias], units: Mapping[str, str], base: str) -> Meaning:
    """Take a name alone for counters and labels, and where a profile gives the unit."""
    names = tuple(alias.quantity for alias in named)
    if key_of(base) in _UNIT_NAMES:
        return Meaning(*_UNIT_NAMES[key_of(base)])
    if said := [q for q in names if q in units]:
        return Meaning(said[0], units[said[0]], said_by="profile") if len(said) == 1 else Meaning(candidates=names)
    unitless = [q for q in names if quantities()[q].is_integer or quantities()[q].unit in (None, "1")]
    if len(unitless) == 1:  # the others would print a unit
        return Meaning(unitless[0])
    return Meaning(candidates=names, problem="no unit is printed")


def _known_unit(text: str, named: Sequence[Alias]) -> Unit | None:
    for alias in named:
        if text in alias.units:
            return unit(alias.units[text])
    return find_unit(text)


def contradict(meaning: Meaning, text: str) -> bool:
    """Return whether a unit behind the numbers of a column is another than that of its header."""
    named = [alias for alias in aliases() if alias.quantity == meaning.quantity]
    found, said = _known_unit(text, named), _known_unit(meaning.unit or "", named)
    return found is not None and said is not None and found[1:4] != said[1:4]  # whatever their symbols are


def _dimension(quantity: str) -> str | None:
    symbol = quantities()[quantity].unit
    return unit(symbol).dimension if symbol is not None else None


def _unwrapped(cell: str) -> str:
    text = encoded_once(cell.strip())
    return text[1:-1].strip() if text[:1] + text[-1:] in ("()", "[]", "{}") else text


def bare_unit(cell: str) -> str | None:
    """Return the unit that a cell consists of, brackets taken off; None where it is none."""
    text = _without_reference(_unwrapped(cell))[0]
    if not text:
        return None
    listed = {spelling for alias in aliases() for spelling in alias.units}
    return text if text in listed or _known_unit(text, ()) is not None or is_made_of_units(text) else None


def is_name(text: str) -> bool:
    """Return whether a text without a unit is a name of the alias list."""
    return key_of(_without_reference(text)[0]) in _by_name()


@lru_cache(4096)
def knows(cell: str) -> bool:
    """Return whether a cell has a name of the alias list, whatever its unit."""
    text = cell.strip()
    plain = text.lstrip(_MINUS)
    return any(is_name(name) for part in (text, plain) for name, _ in split_header(part))


@lru_cache(4096)
def heads(cell: str) -> bool:
    """Return whether a cell may stand over a column: its name is known, or a known unit stands behind another."""
    return knows(cell) or any(
        printed and _known_unit(printed, ()) is not None for _, printed in split_header(cell)
    )
