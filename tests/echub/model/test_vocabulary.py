"""The vocabulary says the same as the unit table, and plugins may only add to it."""

import pytest

from echub.declare import Vocabulary
from echub.errors import PluginError
from echub.model import units
from echub.model.metadata import leaves
from echub.model.vocabulary import Kind, install, kinds, quantities

TYPES = {"float", "count", "code", "flag", "text"}


@pytest.mark.parametrize("name", sorted(quantities()))
def test_stated_dimension_is_that_of_the_unit(name):
    quantity = quantities()[name]
    assert quantity.type in TYPES
    if quantity.unit is None:
        assert quantity.type == "text"
    else:
        assert units.unit(quantity.unit).symbol == quantity.unit
        assert quantity.dimension == units.unit(quantity.unit).dimension


@pytest.mark.parametrize("name", sorted(quantities()))
def test_a_quantity_is_defined_and_named_for_a_column(name):
    quantity = quantities()[name]
    assert quantity.definition
    assert name == name.lower()
    assert name.replace("_", "").isalnum()
    assert "__" not in name
    assert quantity.monotonic in (None, "strict", "nondecreasing")
    assert quantity.sign in (None, "anodic_positive", "capacitive_negative")


def test_only_offset_scales_and_absolute_clocks_are_points():
    assert {n for n, q in quantities().items() if q.point} == {"temperature", "temperature_ambient", "unix_time"}


def test_what_a_quantity_needs_is_metadata():
    needed = {path for q in quantities().values() if q.needs for path in q.needs.split(", ")}
    assert needed <= set(leaves())
    assert "cell.area" in needed


@pytest.mark.parametrize("name", sorted(kinds()))
def test_kinds_name_known_quantities_and_axes(name):
    kind = kinds()[name]
    named = {part for group in kind.any_of for entry in group for part in entry.split("+")}
    named |= {*kind.required, *kind.recommended, *kind.optional, *kind.own}
    assert named - {"mask"} <= set(quantities())
    assert kind.axes
    assert all(axis == "row" or axis in (*quantities(), "frame") for axis in kind.axes)


@pytest.mark.parametrize(
    ("present", "lacks"),
    [
        ({"time", "current"}, []),
        ({"time", "voltage"}, []),
        ({"current"}, ["time"]),
        ({"time"}, 1),
        (set(), 2),
    ],
)
def test_what_a_time_series_lacks(present, lacks):
    missing = kinds()["timeseries"].missing(present)
    assert missing == lacks or len(missing) == lacks


@pytest.mark.parametrize(
    ("present", "complete"),
    [
        ({"frequency", "impedance_real", "impedance_imag"}, True),
        ({"frequency", "impedance_abs", "phase"}, True),
        ({"frequency", "impedance_real", "phase"}, False),
        ({"impedance_real", "impedance_imag"}, False),
    ],
)
def test_impedance_needs_one_whole_pair(present, complete):
    assert (not kinds()["impedance"].missing(present)) is complete


def test_missing_is_said_in_words():
    kind = Kind("k", ("row",), required=("time",), any_of=(("a", "b+c"),))
    assert kind.missing({"b"}) == ["time", "one of a, b+c"]


HUMIDITY = {"unit": "%", "dimension": "1", "definition": "relative humidity of the chamber"}


@pytest.mark.usefixtures("fresh_vocabulary")
class TestInstall:
    def test_a_plugin_adds_quantities_and_units(self):
        inch = {"inch": {"of": "length^1", "factor": "127/5000"}}
        gap = {"unit": "inch", "dimension": "length^1", "definition": "electrode gap"}
        install(Vocabulary("acme", {"acme_humidity": HUMIDITY, "acme_gap": gap}, inch))
        assert quantities()["acme_gap"].unit == "inch"
        assert units.unit("inch").factor * 10000 == 254

    def test_a_quantity_of_texts_needs_no_unit(self):
        install(Vocabulary("acme", {"acme_operator": {"definition": "who did it"}, "acme_humidity": HUMIDITY}))
        assert quantities()["acme_operator"].unit is None
        assert quantities()["acme_humidity"].unit == "%"

    def test_the_same_twice_is_no_conflict(self):
        install(Vocabulary("acme", {"acme_humidity": HUMIDITY}))
        install(Vocabulary("acme", {"acme_humidity": HUMIDITY}))
        assert quantities()["acme_humidity"].definition == HUMIDITY["definition"]

    @pytest.mark.parametrize(
        ("addition", "message"),
        [
            (Vocabulary("acme", {"humidity": HUMIDITY}), "may not define humidity"),
            (Vocabulary("acme", {"current": HUMIDITY}), "may not define current"),
            (Vocabulary("acme", {"acme_h": HUMIDITY | {"unit": "furlong"}}), "unknown unit 'furlong'"),
            (Vocabulary("acme", {"acme_h": {"unit": "%"}}), "'acme_h' has no definition"),
            (Vocabulary("acme", {"acme_h": HUMIDITY | {"colour": "red"}}), "'acme_h' has no field 'colour'"),
            (Vocabulary("acme", {}, {"sec": {"of": "time^1", "factor": "2"}}), "'sec' already means s"),
        ],
    )
    def test_a_bad_addition_adds_no_quantity(self, addition, message):
        before = dict(quantities())
        with pytest.raises(Exception, match=message) as refused:
            install(addition)
        assert refused.value.code in ("plugin", "unknown-unit")
        assert quantities() == before

    def test_a_redefinition_is_refused(self):
        install(Vocabulary("acme", {"acme_humidity": HUMIDITY}))
        with pytest.raises(PluginError, match="defined twice and differently"):
            install(Vocabulary("acme", {"acme_humidity": HUMIDITY | {"definition": "something else"}}))


def test_a_quantity_whose_unit_has_another_dimension_is_refused():
    entry = {"unit": "s", "dimension": "length", "definition": "how long"}
    with pytest.raises(PluginError) as refused:
        install(Vocabulary("odd", {"odd_long": entry}))
    assert (
        refused.value.message == "the quantity 'odd_long' has the dimension 'length', and its unit s has 'time^1'"
    )
    assert "odd_long" not in quantities()
