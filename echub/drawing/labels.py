"""Text for axes: units as papers print them, labels, prefixes, a readable unit of time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache

_UP = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PRINTED = (
    (re.compile(r"\bu(?=(?:A|V|W|F|C|S|s|m|g|L|mol|ohm)\b)"), lambda _: "µ"),
    (re.compile(r"\^(-?\d+)"), lambda match: match[1].translate(_UP)),
    (re.compile(r"\bdeg(?=[CF]\b)"), lambda _: "°"),
    (re.compile(r"\bdeg\b"), lambda _: "°"),
    (re.compile(r"\*"), lambda _: "·"),
    (re.compile(r"ohm\b"), lambda _: "Ω"),
)
"""ASCII of the unit table, and how it is printed. Micro comes first: a printed ² is part of a word."""
_ONE_OVER = re.compile(r"1/(\w+?)(?:\^(\d+))?")
"""A unit that is one over another: on an axis a power, since the two strokes of R / 1/s mean different things."""

_PREFIXES = {"p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}
_PREFIXED = re.compile(r"([pnumkMG]?)(A|V|W|F|C|S|Hz|eV|ohm)(?![A-Za-z])(.*)")
"""Units that are commonly written with any prefix; a length, a time or a mass keeps its unit."""

_TIMES = ((2 * 86400, 86400.0, "d"), (2 * 3600, 3600.0, "h"), (300, 60.0, "min"), (0, 1.0, "s"))
"""Span in s from which a unit of time is readable, its duration in s, its name: an axis shows at least
two days or hours, five minutes."""


@lru_cache(1024)  # tables of a report ask for the same few units again and again
def unit_text(unit: str) -> str:
    """Return a unit as papers print it: ``mA/cm^2`` as mA/cm², ``ohm*cm^2`` as Ω·cm²; empty for ``1``."""
    if unit == "1":
        return ""
    for pattern, printed in _PRINTED:
        unit = pattern.sub(printed, unit)
    return unit


def symbol_text(symbol: str) -> str:
    """Return a symbol as papers set it, italic with an upright index; anything but letters is unchanged."""
    name, _, index = symbol.partition("_")
    if not name.isalpha():
        return symbol
    return f"${name}_{{\\mathrm{{{index}}}}}$" if index else f"${name}$"


def axis_label(symbol: str, unit: str = "", *, against: str = "") -> str:
    """Return the label of an axis: symbol, reference of a potential, unit: ``E vs Na⁺/Na / V``."""
    named = f"{symbol} vs {against}" if against else symbol
    if match := _ONE_OVER.fullmatch(unit):
        unit = f"{match[1]}^-{match[2] or 1}"
    return f"{named} / {printed}" if (printed := unit_text(unit)) else named


def current_label(unit: str) -> str:
    """Return the label of an axis of currents: ``j`` for a unit per area, else ``I``."""
    return axis_label("j" if "m^2" in unit else "I", unit)


def time_unit(seconds: Iterable[float]) -> tuple[float, str]:
    """Return a readable unit of time for a span: its duration in seconds, its name.

    seconds: (n,), s; non-finite values are left out. In days from two days on, in hours from two hours, in minutes
    from five minutes, else in seconds.
    """
    import numpy as np

    given = np.asarray(seconds, dtype=np.float64)
    timed = given[np.isfinite(given)]
    span = float(np.ptp(timed)) if len(timed) else 0.0
    return next((length, name) for least, length, name in _TIMES if span >= least)


def prefixed(largest: float, unit: str) -> tuple[float, str]:
    """Return the factor and unit that bring the largest value to between 1 and 1000: 0.02 V is 20 mV.

    The factor multiplies the values; pass the unit to `unit_text`. A unit that takes no prefix (``%``, ``h``,
    ``cm``), zero, and non-finite values keep theirs, with the factor 1. Prefixes end at pico and giga.
    """
    match = _PREFIXED.fullmatch(unit)
    if match is None or not largest or not math.isfinite(largest):
        return 1.0, unit
    have, base, rest = match.groups()
    size = math.floor(math.log10(abs(largest))) + _PREFIXES[have]
    power = min(max(3 * (size // 3), -12), 9)
    prefix = next(name for name, exponent in _PREFIXES.items() if exponent == power)
    return 10.0 ** (_PREFIXES[have] - power), f"{prefix}{base}{rest}"


def short_name(name: str, most: int = 64) -> str:
    """Return a name of at most `most` letters; of a longer one its two ends, where names differ: ``long…7.mpr``.

    most: by default what leaves room for a technique in a line of a title.
    """
    if len(name) <= most:
        return name
    tail = most // 2
    return f"{name[: most - tail - 1]}…{name[-tail:]}"


def value_text(value: float | None, uncertainty: float | None = None) -> str:
    """Return a value with its standard uncertainty to two digits (0.351 ± 0.012); without one, to five digits.

    For a measurand without a value, which has only an interval, an en dash.
    """
    if value is None:
        return "–"
    if not uncertainty:
        return f"{value:.5g}"
    from uncertainties import ufloat

    return f"{ufloat(value, uncertainty):.2u}".replace("+/-", " ± ")
