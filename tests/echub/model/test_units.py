"""The unit table against pint as an independent computation, and what must never be parsed."""

import math
from fractions import Fraction

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.errors import PluginError, UnitMismatch, UnknownUnit
from echub.model import units
from echub.model.units import (
    Scale,
    UnitTable,
    convert,
    find_unit,
    is_unit,
    parse_unit,
    parse_value,
    scale_between,
    table,
    unit,
)

UNITS = table().units
ATOMIC = {symbol: u for symbol, u in UNITS.items() if symbol.isalpha()}
COMPOUND = sorted(set(UNITS) - set(ATOMIC) - {"1", "%"})
BASE = {
    "kg": "mass",
    "m": "length",
    "s": "time",
    "A": "current",
    "K": "temperature",
    "mol": "amount",
    "deg": "angle",
    "count": "count",
}


def powers(dimension):
    return {} if dimension == "1" else {n: int(p) for n, p in (part.split("^") for part in dimension.split())}


@pytest.fixture(scope="module")
def own():
    """A registry of the table's atomic units alone, with exact rationals."""
    registry = pint.UnitRegistry(None, non_int_type=Fraction)
    for symbol, dimension in BASE.items():
        registry.define(f"{symbol} = [{dimension}]")
    symbols = {dimension: symbol for symbol, dimension in BASE.items()}
    for symbol, known in ATOMIC.items():
        if symbol not in BASE:
            product = " * ".join(f"{symbols[n]}**{p}" for n, p in powers(known.dimension).items())
            registry.define(f"{symbol} = {known.factor.numerator} / {known.factor.denominator} * {product}")
    return registry


@pytest.fixture(scope="module")
def stock():
    return pint.UnitRegistry()


# -- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", COMPOUND)
def test_compound_unit_is_what_its_symbol_says(symbol, own):
    parsed = own.parse_units(symbol)
    factor, _ = own.get_base_units(parsed)
    assert Fraction(factor) == UNITS[symbol].factor
    found = {name.strip("[]"): int(power) for name, power in parsed.dimensionality.items()}
    assert found == powers(UNITS[symbol].dimension)


@pytest.mark.parametrize("symbol", sorted(UNITS))
def test_stock_pint_reads_the_same_unit(symbol, stock):
    known = UNITS[symbol]
    factor, base = stock.get_base_units(stock.parse_units(known.in_file), check_nonmult=False)
    expected = {"mass": 0, "length": 0, "time": 0, "current": 0, "temperature": 0, "substance": 0}
    wanted = powers(known.dimension)
    # Stock pint has no dimension for angle and count: a degree is pi/180, a count is 1.
    angle = (math.pi / 180) ** wanted.pop("angle", 0)
    wanted.pop("count", 0)
    expected |= {{"amount": "substance"}.get(n, n): p for n, p in wanted.items()}
    found = dict.fromkeys(expected, 0) | {n.strip("[]"): p for n, p in base.dimensionality.items()}
    assert found == expected
    assert math.isclose(factor, float(known.factor) * angle, rel_tol=1e-9)


def test_udunits_reads_the_same_units():
    cf_units = pytest.importorskip("cf_units", reason="cf_units (UDUNITS) is not installed")
    symbols = {dimension: symbol for symbol, dimension in BASE.items()} | {"angle": "degree"}
    for known in UNITS.values():
        base = " ".join(f"{symbols[n]}{p}" for n, p in powers(known.dimension).items()) or "1"
        read = cf_units.Unit(known.in_file)
        assert math.isclose(read.convert(1.0, base) - read.convert(0.0, base), known.factor, rel_tol=1e-9), known


def test_every_spelling_means_one_unit_and_is_found():
    for symbol, entry in units.tomllib.loads(units.echub_schemas.path("units.toml").read_text("utf-8")).items():
        for text in (symbol, *entry.get("text", ())):
            assert unit(text) == UNITS[symbol], text
            assert find_unit(text) == UNITS[symbol], text
            assert is_unit(text), text


def test_factors_are_exact():
    assert unit("mA*h").factor == Fraction(18, 5)
    assert unit("torr").factor == Fraction(101325, 760)
    assert unit("eV").factor == Fraction("1.602176634e-19")
    assert unit("degC").offset == Fraction("273.15")


# -- what is looked up and what is refused -------------------------------------------------------


@pytest.mark.parametrize("text", ["a.u.", "Th", "V/mA", "carat", "arb. units", "", "  ", "nonsense", "ma", "MV"])
def test_unlisted_text_is_no_unit(text):
    assert not is_unit(text)
    assert find_unit(text) is None
    with pytest.raises(UnknownUnit):
        unit(text)


@pytest.mark.parametrize("text", ["S s^0.5", "S*s^0.9", "ohm s^-0.5", "ohm/s^0.5", "A s^0.5", "S*s^n"])
def test_a_power_that_is_not_whole_makes_no_unit(text):
    """UDUNITS takes the dot for a product: S s^0.5 would be 5 S in every file that says so in `units`."""
    assert find_unit(text) is None
    assert not units.is_made_of_units(text)


def test_counts_are_counts_and_not_carats():
    assert unit("cts").dimension == "count^1"
    assert unit("counts/s").dimension == "count^1 time^-1"
    for other in ("Hz", "kg", "1"):
        with pytest.raises(UnitMismatch):
            scale_between("cts", other)


def test_case_tells_milli_from_mega():
    assert unit("mHz").factor * 10**9 == unit("MHz").factor
    assert unit("mohm").factor * 10**9 == unit("Mohm").factor


@pytest.mark.parametrize("micro", ["\u00b5", "\u03bc"])
@pytest.mark.parametrize(("tail", "symbol"), [("A", "uA"), ("A/cm\u00b2", "uA/cm^2"), ("m", "um"), ("F", "uF")])
def test_micro_sign_and_greek_mu_are_one(micro, tail, symbol):
    assert unit(micro + tail) == UNITS[symbol]


@pytest.mark.parametrize("ohm", ["\u2126", "\u03a9"])
@pytest.mark.parametrize(
    ("before", "after", "symbol"), [("", "", "ohm"), ("k", "", "kohm"), ("", "\u00b7cm\u00b2", "ohm*cm^2")]
)
def test_ohm_sign_and_omega_are_one(ohm, before, after, symbol):
    assert unit(before + ohm + after) == UNITS[symbol]


def test_compatibility_characters_are_not_folded():
    assert units.normalise("cm²") == "cm²"  # NFKC would give cm2
    with pytest.raises(UnknownUnit):
        unit("\uff21")  # fullwidth A


def test_a_near_miss_is_named():
    with pytest.raises(UnknownUnit, match="mA"):
        unit("mAn")


@pytest.mark.parametrize(("length", "told"), [(100, "q" * 100), (101, "q" * 97 + "...")])
def test_an_unknown_unit_is_told_by_at_most_a_hundred_characters(length, told):
    with pytest.raises(UnknownUnit) as refused:
        unit("q" * length)
    assert (refused.value.message, refused.value.found) == (f"unknown unit {told!r}", told)


def test_a_unit_of_a_hundred_characters_is_read():
    spaces = " " * 97
    assert unit(f"mA{spaces}h").symbol == "mA*h"
    assert parse_unit(f"uA{spaces}h").factor == Fraction("3.6e-3")
    with pytest.raises(UnknownUnit):
        unit(f"mA {spaces}h")


# -- expressions that people write ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target", "factor"),
    [
        ("uA/mm^2", "mA/cm^2", Fraction(1, 10)),
        ("V*s", "mV/s", None),
        ("mA*h/mm^2", "mA*h/cm^2", Fraction(100)),
        ("count/min", "count/s", Fraction(1, 60)),
        ("degC/min", "K", None),
        ("kHz", "Hz", Fraction(1000)),
        ("µA/mm^2", "mA/cm^2", Fraction(1, 10)),
    ],
)
def test_expressions_resolve_exactly_or_are_refused(text, target, factor):
    if factor is None:
        with pytest.raises(UnitMismatch):
            scale_between(text, target)
    else:
        assert scale_between(text, target).factor == factor


@pytest.mark.parametrize(
    "text", ["lb", "Celsius", "3 V", "V**", "V/0", "__import__('os')", "(", "V;A", "Hz*", "1e9 V", "kHz**9**9**9"]
)
def test_expressions_of_other_things_are_refused(text):
    with pytest.raises(UnknownUnit):
        parse_unit(text)


@given(st.text(alphabet="VAskHzmΩµ123^*/()-+. ·²'\"\\\n", max_size=12))
def test_any_text_is_a_unit_or_unknown(text):
    try:
        found = parse_unit(text)
    except UnknownUnit:
        return
    assert found.factor > 0


def test_hertz_is_no_angle_per_time():
    with pytest.raises(UnitMismatch) as refused:
        scale_between("Hz", "deg/s")
    assert "time^-1" in (refused.value.expected + refused.value.found)


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("0.785 cm^2", 0.785, "cm^2"),
        ("-5mV", -5.0, "mV"),
        ("1e-3 A", 1e-3, "A"),
        ("  .5  ", 0.5, ""),
        ("3", 3.0, ""),
        ("1. V", 1.0, "V"),
        ("1." + "0" * 496 + " V", 1.0, "V"),  # 500 characters
    ],
)
def test_number_and_unit_are_split(text, number, rest):
    assert parse_value(text) == (number, rest)


@pytest.mark.parametrize("text", ["", "cm^2", "nan V", "--1 V", "e5", "one V", "1." + "0" * 497 + " V"])
def test_text_without_a_number_is_refused(text):
    with pytest.raises(UnknownUnit):
        parse_value(text)


# -- conversions ---------------------------------------------------------------------------------


def test_temperature_is_a_point_or_a_difference():
    assert convert(25.0, "degC", "K", point=True) == 298.15
    assert convert(25.0, "degC", "K") == 25.0
    assert convert(0.0, "K", "degC", point=True) == -273.15
    assert scale_between("degC", "K", point=True).offset == Fraction("273.15")


def test_conversion_rounds_once():
    assert convert(3.6, "C", "mA*h") == 1.0
    assert convert(1.0, "mA*h", "C") == 3.6
    assert convert([1, 2], "min", "s").tolist() == [60.0, 120.0]
    assert convert(np.float32(0.1), "V", "mV") == np.float64(np.float32(0.1)) * 1000


FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)


@given(FRACTIONS.filter(bool), FRACTIONS)
def test_scale_text_and_inverse_are_exact(factor, offset):
    scale = Scale(factor, offset)
    assert Scale.parse(str(scale)) == scale
    back = scale.inverse()
    assert back.factor * scale.factor == 1
    assert (Fraction(7) * factor + offset) * back.factor + back.offset == 7


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_every_pair_converts_both_ways_or_not_at_all(a, b):
    if UNITS[a].dimension != UNITS[b].dimension:
        with pytest.raises(UnitMismatch):
            scale_between(a, b, point=True)
        return
    there, back = scale_between(a, b, point=True), scale_between(b, a, point=True)
    assert there.inverse() == back


# -- what plugins add ----------------------------------------------------------------------------


def test_a_taken_spelling_is_refused_and_nothing_is_added():
    grown = UnitTable({"s": {"of": "time^1", "factor": "1"}})
    with pytest.raises(PluginError, match="already means s"):
        grown.add({"min": {"of": "time^1", "factor": "60"}, "x": {"of": "length^1", "factor": "1", "text": ["s"]}})
    assert list(grown.units) == ["s"]
    assert grown.find("min") is None


@pytest.mark.parametrize(
    "entry",
    [
        {"factor": "1"},
        {"of": "time^1"},
        {"of": "time^1", "factor": "0"},
        {"of": "time^1", "factor": "-1"},
        {"of": "time^1", "factor": "1/0"},
        {"of": "luck^1", "factor": "1"},
        {"of": "time", "factor": "1"},
        {"of": "time^10", "factor": "1"},
        {"of": "time^-10", "factor": "1"},
    ],
)
def test_a_bad_unit_of_a_plugin_is_refused(entry):
    grown = UnitTable({})
    with pytest.raises(PluginError, match="is not defined"):
        grown.add({"bad": entry})
    assert not grown.units


def test_a_ninth_power_is_a_unit():
    grown = UnitTable({"s9": {"of": "time^9", "factor": "1"}, "s-9": {"of": "time^-9", "factor": "1"}})
    assert list(grown.units) == ["s9", "s-9"]


def test_a_unit_may_have_a_power_of_every_base():
    of = " ".join(f"{name}^1" for name in units._BASE)
    grown = UnitTable({"all": {"of": of, "factor": "1"}})
    assert grown.units["all"].dimension == of


@pytest.mark.parametrize(("extra", "known"), [(0, True), (1, False)])
def test_an_expression_has_at_most_so_many_characters(extra, known):
    text = "mA/cm^2" + " " * (units.LONGEST + extra - 9) + "*s"
    if known:
        assert scale_between(text, "A*s/cm^2").factor == Fraction(1, 1000)
    else:
        with pytest.raises(UnknownUnit):
            parse_unit(text)


def test_an_added_unit_is_understood_in_expressions(fresh_vocabulary):
    parse_unit("uA/mm^2")  # builds the expression registry before the addition
    table().add({"inch": {"of": "length^1", "factor": "127/5000"}})
    assert scale_between("inch", "mm").factor == Fraction("25.4")
    assert scale_between("mA/inch", "mA/inch").is_identity


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("mA/cm^2*h", {"mA": 1, "cm": -2, "h": 1}),  # a division applies to the one factor after it
        ("mA/(cm^2*h)", {"mA": 1, "cm": -2, "h": -1}),
        ("mA·cm⁻²·h⁻¹", {"mA": 1, "cm": -2, "h": -1}),
        ("mA / cm2 / h", {"mA": 1, "cm": -2, "h": -1}),
        ("Ohm cm**2", {"ohm": 1, "cm": 2}),
        ("µAh", {"uA": 1, "h": 1}),
        ("m m", {"m": 2}),
        ("s^(-1)", {"s": -1}),
        ("mA·cm^(-2)", {"mA": 1, "cm": -2}),
        ("mA/cm^(2)*h", {"mA": 1, "cm": -2, "h": 1}),
        ("mA/(cm^(2)*h)", {"mA": 1, "cm": -2, "h": -1}),
        ("", None),
        ("mA//cm", None),
        ("mA/", None),
        ("mA·", None),
        ("3 mA", None),
        ("m" * 101, None),
    ],
)
def test_a_unit_is_a_product_of_symbols_with_powers(text, powers):
    assert units.product_of(text) == (None if powers is None else frozenset(powers.items()))


@pytest.mark.parametrize("numerator", [1, 2, 3, -2])
@pytest.mark.parametrize("denominator", [1, 2, 3, 5])
@pytest.mark.parametrize("offset", [0, 1, -2])
def test_a_scale_multiplies_divides_and_adds(numerator, denominator, offset):
    scale = units.Scale(Fraction(numerator, denominator), Fraction(offset))
    assert scale.apply([30.0, -60.0]).tolist() == [
        30 * numerator / denominator + offset, -60 * numerator / denominator + offset
    ]  # fmt: skip
    assert units.Scale.parse(str(scale)) == scale
    assert scale.is_identity == (numerator == denominator and offset == 0)


@pytest.mark.parametrize(
    ("factor", "offset", "scaled"),
    [("1", "0", 9.0), ("1000", "0", 9000.0), ("1/1000", "0", 0.009), ("5/9", "0", 5.0), ("1", "273.15", 282.15)],
)
def test_what_is_scaled_stays_as_it_was(factor, offset, scaled):
    """The values are those of a reader or a user, who may use them again."""
    values = np.array([9.0, 18.0])
    made = Scale(Fraction(factor), Fraction(offset)).apply(values)
    assert (made[0], values.tolist()) == (scaled, [9.0, 18.0])
