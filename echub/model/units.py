"""The closed unit table and exact conversions.

Units printed in a file are looked up in ``units.toml``, never parsed: a general parser reads `cts`
as carat and `V/mA` as a resistance. Units that people write on a command line or in a plugin may also
be an expression of the table's units (`uA/mm^2`), which a pint registry built only from that table
resolves; pint is loaded only then. Conversions are exact rationals.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import echub_schemas
from echub.errors import PluginError, UnitMismatch, UnknownUnit
from echub.text import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_NUMBER_AND_UNIT = r"(?s)\s*([-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$"
_LONGEST_VALUE = 500
"""Characters of a number with its unit."""
LONGEST = 100
"""Characters of a unit: the longest of the table has 14; the work on longer ones grows with their square."""
_EXPRESSION = r"[\w\s*/^().·⁻-]+"
_ENDLESS = r"\d\d|[\d)]\s*(?:\*\*|\^)"
"""Powers of powers and two-digit exponents: no unit needs them, and they may take forever."""

_BASE = {
    "mass": "kg",
    "length": "m",
    "time": "s",
    "current": "A",
    "temperature": "K",
    "amount": "mol",
    "angle": "deg",
    "count": "count",
}


class Unit(NamedTuple):
    """A unit of the table.

    One of it is `factor` coherent base units; `offset` is the base value at its zero, for
    points on a scale only. `in_file` is the word that pint and UDUNITS both read.
    """

    symbol: str
    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    in_file: str = ""

    def __str__(self) -> str:
        return self.symbol


class Scale(NamedTuple):
    """An exact affine map ``target = source * factor + offset``."""

    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    @property
    def is_identity(self) -> bool:
        """Return whether the map changes nothing."""
        return self.factor == 1 and self.offset == 0

    def apply(self, values: ArrayLike) -> NDArray[np.float64]:
        """Scale values of any shape to float64 as ``x * num / den``, with one rounding each."""
        import numpy as np

        with np.errstate(invalid="ignore"):  # a damaged file may hold signalling NaN
            scaled = np.asarray(values, dtype=np.float64)
        if self.factor.numerator != 1:
            scaled = scaled * float(self.factor.numerator)
        if self.factor.denominator != 1:
            scaled = scaled / float(self.factor.denominator)
        return scaled if self.offset == 0 else scaled + float(self.offset)

    def inverse(self) -> Scale:
        """Return the inverse map."""
        return Scale(1 / self.factor, -self.offset / self.factor)

    def __str__(self) -> str:
        return f"{self.factor} {self.offset}" if self.offset else f"{self.factor}"

    @classmethod
    @lru_cache(1024)  # every column of every file has one, and nearly all are alike
    def parse(cls, text: str) -> Scale:
        """Read what `str` wrote."""
        factor, _, offset = text.partition(" ")
        return cls(rational(factor), rational(offset or "0"))


_RATIONAL = re.compile(r"[-+]?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,2}|/\d{1,40})?")


def rational(text: str | float) -> Fraction:
    """Read an exact number, as text or as TOML has it; `ValueError` if its power of ten has three digits."""
    if not _RATIONAL.fullmatch(str(text)):
        raise ValueError(f"{str(text)[:60]!r} is not a rational number such as 1/3600, 0.001 or 1e-9")
    return Fraction(text)


def normalise(text: str) -> str:
    """Compose accents (NFC, not NFKC, which would turn `²` into `2`) and take the Greek mu as micro.

    NFC makes the ohm sign the letter omega, but leaves micro sign and Greek mu apart.
    """
    return unicodedata.normalize("NFC", text).replace("\u03bc", "\u00b5").strip()


Product = frozenset[tuple[str, int]]
"""A unit as symbols with their powers."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_FACTOR = r"([^\W\d_]+|[%#°Ωµ]+)(?:\^?([-+]?\d))?"
_POWER_IN_BRACKETS = r"\^\(([-+]?\d)\)"
_SEPARATORS = r"\s*[·.*⋅•×]\s*|\s+"
_GLUED = {
    "mAh": "mA h",
    "Ah": "A h",
    "µAh": "µA h",
    "uAh": "uA h",
    "Wh": "W h",
    "mWh": "mW h",
    "hr": "h",
    "hrs": "h",
}
_SAME = {
    "Ohm": "ohm",
    "Ω": "ohm",
    "ohms": "ohm",
    "Ohms": "ohm",
    "µA": "uA",
    "µm": "um",
    "µF": "uF",
    "µV": "uV",
    "µW": "uW",
}


def product_of(text: str) -> Product | None:
    """Split a unit into symbols with powers, for any separator; None if it is not a unit.

    A division applies to the one factor after it, or to all of those in brackets: `mA/(cm^2*h)`.
    """
    if len(text) > LONGEST:
        return None
    plain = normalise(text).translate(_SUPERSCRIPTS).replace("−", "-").replace("–", "-").replace("**", "^")
    plain = re.sub(_POWER_IN_BRACKETS, r"^\1", plain)
    powers: dict[str, int] = {}
    for number, part in enumerate(plain.replace("(", " ").replace(")", " ").split("/")):
        factors = [_GLUED.get(factor, factor) for factor in re.split(_SEPARATORS, part.strip())]
        if not all(factors):
            return None
        for place, factor in enumerate(" ".join(factors).split()):
            match = re.fullmatch(_FACTOR, factor)
            if match is None:
                return None
            below = number > 0 and (place == 0 or "(" in plain)
            symbol = _SAME.get(match[1], match[1])
            powers[symbol] = powers.get(symbol, 0) + int(match[2] or 1) * (-1 if below else 1)
    return frozenset(powers.items())


class UnitTable:
    """Spellings to units; the core table, and what plugins add under their prefix."""

    def __init__(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self.units: dict[str, Unit] = {}
        self._by_text: dict[str, Unit] = {}
        self.add(entries)

    def add(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Add units, all or none; `PluginError` if a spelling already means another unit."""
        claims: dict[str, Unit] = {}
        for symbol, entry in entries.items():
            unit = _unit_of(symbol, entry)
            for text in map(normalise, (symbol, *entry.get("text", ()))):
                known = self._by_text.get(text) or claims.setdefault(text, unit)
                if known != unit:
                    raise PluginError(f"the unit text {text!r} already means {known}, it cannot mean {unit} too")
        self._by_text |= claims
        vars(self).pop("_by_product", None)
        self.units |= {unit.symbol: unit for unit in claims.values()}
        _registry.cache_clear()

    @cached_property
    def _by_product(self) -> dict[Product, Unit]:
        """Return the units by product; most files print only spellings that are listed, and need none of this."""
        return {product: unit for text, unit in self._by_text.items() if (product := product_of(text))}

    def find(self, text: str) -> Unit | None:
        """Look up a spelling, first literally, then as a product of powers; None if it is not in the table.

        `mA·cm⁻²`, `mA cm^-2` and `mA/cm²` are the same product, so the spelling does not matter. No unit is made
        up: the product must be one of the table's.
        """
        if len(text) > LONGEST:
            return None
        found = self._by_text.get(normalise(text))
        if found is None and (product := product_of(text)):
            return self._by_product.get(product)
        return found

    def is_made_of_units(self, text: str) -> bool:
        """Return whether a text is a product of powers of known units, such as `Ah/V`, in the table or not."""
        product = product_of(text)
        return product is not None and all(symbol in self._by_text for symbol, _ in product)

    def spellings(self) -> Iterable[str]:
        """Return every text that the table knows."""
        return self._by_text.keys()


def _unit_of(symbol: str, entry: Mapping[str, Any]) -> Unit:
    """Read one entry of the table; `PluginError` if it is not a unit of the base dimensions."""
    try:
        dimension, factor = entry["of"], rational(entry["factor"])
        offset = rational(entry.get("offset", "0"))
        powers = {
            name: int(power) for name, power in (part.split("^") for part in dimension.split() if part != "1")
        }
    except (KeyError, ValueError, ZeroDivisionError, AttributeError, TypeError) as error:
        raise PluginError(
            f"the unit {symbol!r} is not defined",
            expected='of = "length^1 time^-1" and factor = "1/1000"',
            found=str(dict(entry)),
            cause=f"{type(error).__name__}: {error}",
        ) from None
    if factor <= 0 or not powers.keys() <= _BASE.keys() or any(abs(power) > 9 for power in powers.values()):
        raise PluginError(
            f"the unit {symbol!r} is not defined",
            expected=f"a positive factor, and powers up to 9 of {', '.join(_BASE)}",
            found=f"{factor} of {dimension}",
        )
    return Unit(symbol, dimension, factor, offset, entry.get("file", symbol))


@cache
def table() -> UnitTable:
    """Load the unit table, once."""
    with echub_schemas.path("units.toml").open("rb") as file:
        return UnitTable(tomllib.load(file))


def is_made_of_units(text: str) -> bool:
    """Return whether a printed text is a product of powers of known units, such as `Ah/V`."""
    return table().is_made_of_units(text)


def is_unit(text: str) -> bool:
    """Return whether a printed text is a unit of the table; an empty text is not."""
    return find_unit(text) is not None


def find_unit(text: str) -> Unit | None:
    """Look up a unit as files print it; None if it is not listed.

    For texts that may well be something else: the similar spellings in the error of `unit` take milliseconds.
    """
    return table().find(text)


def unit(text: str | Unit) -> Unit:
    """Look up a unit as files print it; `UnknownUnit` with similar spellings if it is not listed."""
    if isinstance(text, Unit):
        return text
    if found := table().find(text):
        return found
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    raise UnknownUnit(
        f"unknown unit {shown!r}",
        expected="a unit of the table (`echub schema show units`)",
        found=shown,
        hint=nearest(shown, table().spellings(), alike=0.6),
    )


def parse_unit(text: str | Unit) -> Unit:
    """Read a unit as people write it: one of the table, or an expression of its units."""
    if isinstance(text, Unit) or not text.strip() or table().find(text):
        return unit(text)
    if (
        len(text) > LONGEST
        or re.search(_ENDLESS, text.translate(_SUPERSCRIPTS))
        or not re.fullmatch(_EXPRESSION, text)
    ):
        return unit(text)
    import tokenize

    import pint

    # for nonsense pint raises whatever its parser meets, including AssertionError.
    stumbles = (ArithmeticError, AssertionError, AttributeError, LookupError, SyntaxError, TypeError, ValueError)
    try:
        parsed = _registry().parse_units(normalise(text))
        base = _registry().get_base_units(parsed)
    except (pint.PintError, tokenize.TokenError, RecursionError, *stumbles):
        return unit(text)  # raises, with similar spellings
    powers = sorted((str(name).strip("[]"), exponent) for name, exponent in parsed.dimensionality.items())
    dimension = " ".join(f"{name}^{exponent}" for name, exponent in powers) or "1"
    return Unit(text.strip(), dimension, Fraction(base[0]), in_file=text.strip())


@cache
def _registry() -> Any:  # noqa: ANN401  pint's registry types are built at run time
    import pint

    registry = pint.UnitRegistry(None, non_int_type=Fraction)
    for dimension, symbol in _BASE.items():
        registry.define(f"{symbol} = [{dimension}]")
    for text in table().spellings():
        known = table().find(text)
        if text.isalpha() and text not in _BASE.values() and known is not None:
            registry.define(f"{text} = {_pint_definition(known)}")
    return registry


def _pint_definition(known: Unit) -> str:
    powers = [factor.split("^") for factor in known.dimension.split()] if known.dimension != "1" else []
    product = " * ".join(f"{_BASE[name]}**{exponent}" for name, exponent in powers)
    number = f"{known.factor.numerator} / {known.factor.denominator}"
    return f"{number} * {product}" if product else number


def scale_between(source: Unit | str, target: Unit | str, *, point: bool = False) -> Scale:
    """Return the exact map from one unit to another.

    `point`: the values are points on an offset scale (a temperature), not differences.
    Raises `UnitMismatch` if the dimensions differ.
    """
    have, want = parse_unit(source), parse_unit(target)
    if have is want:
        return Scale()
    if have.dimension != want.dimension:
        raise UnitMismatch(
            f"{have} cannot become {want}",
            expected=f"{want} ({want.dimension})",
            found=f"{have} ({have.dimension})",
        )
    factor = have.factor / want.factor
    return Scale(factor, (have.offset - want.offset) / want.factor if point else Fraction(0))


def convert(values: ArrayLike, source: Unit | str, target: Unit | str, *, point: bool = False) -> Any:  # noqa: ANN401
    """Convert values of any shape to a float64 array in another unit; `UnitMismatch` if the dimensions differ."""
    return scale_between(source, target, point=point).apply(values)


def parse_value(text: str) -> tuple[float, str]:
    """Split ``0.785 cm^2`` into number and unit text (empty if none is written)."""
    if len(text) <= _LONGEST_VALUE and (match := re.match(_NUMBER_AND_UNIT, text)):
        return float(match[1]), match[2]
    text = text[:_LONGEST_VALUE]
    raise UnknownUnit(f"{text!r} is not a number with a unit", expected="a number and a unit", found=text)
