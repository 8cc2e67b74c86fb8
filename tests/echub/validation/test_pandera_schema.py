"""The pandera schemas agree with `echub validate`, level 0 and 1, table by table."""

import warnings

import numpy as np
import pytest

from echub.errors import UnknownColumn
from echub.model.vocabulary import kinds, quantities
from echub.validation.group import Group
from echub.validation.limits import Limits

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandera.errors

    from echub.validation.pandera_schema import table_schema
from fixtures.broken import sound, spectrum
from fixtures.broken.base import changed, column, put, values_of, with_columns, without

ROWS = np.arange(60.0)


def frame(record):
    (dataset,) = record.datasets.values()
    return dataset.to_polars()


@pytest.mark.parametrize(("kind", "record"), [("timeseries", sound()), ("impedance", spectrum())])
def test_sound_tables_pass(kind, record):
    assert table_schema(kind).validate(frame(record)).height


@pytest.mark.parametrize(
    ("kind", "record", "check"),
    [
        ("timeseries", changed(sound(), "time", values=ROWS - 5), "possible"),
        ("timeseries", changed(sound(), "time", values=put(ROWS, 3, np.nan)), "time"),
        ("timeseries", changed(sound(), "current", values=put(ROWS, 3, np.inf)), "finite"),
        ("timeseries", changed(sound(), "current", values=put(ROWS, 3, 1e12)), "plausible"),
        ("timeseries", with_columns(sound(), column("cycle", ROWS + 0.5, "1")), "whole numbers"),
        (
            "timeseries",
            with_columns(sound(), column("current__2", put(ROWS, 3, 1e12), "mA", "current")),
            "plausible",
        ),
        ("timeseries", without(sound(), "time"), "time"),
        ("timeseries", without(sound(), "current", "potential_we"), "has current"),
        (
            "impedance",
            changed(spectrum(), "frequency", values=put(values_of(spectrum(), "frequency"), 0, 0.0)),
            "above zero",
        ),
    ],
)
def test_broken_tables_fail_by_name(kind, record, check):
    with pytest.raises(pandera.errors.SchemaErrors, match=check):
        table_schema(kind).validate(frame(record), lazy=True)


def test_a_group_narrows():
    small = Group("small", ranges={"current": Limits(-0.5, 0.5, "mA")})
    with pytest.raises(pandera.errors.SchemaErrors, match="range of small"):
        table_schema("timeseries", small).validate(frame(sound()), lazy=True)


@pytest.mark.parametrize(
    ("low", "high", "passes"), [(1.0, 1.0, True), (None, 1.0, True), (1.01, None, False), (None, 0.99, False)]
)
def test_the_ends_of_a_range_are_inside(low, high, passes):
    record = changed(sound(), "current", values=np.ones(60))
    schema = table_schema("timeseries", Group("small", ranges={"current": Limits(low, high, "mA")}))
    if passes:
        assert schema.validate(frame(record)).height == 60
        return
    with pytest.raises(pandera.errors.SchemaErrors, match="range of small"):
        schema.validate(frame(record), lazy=True)


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_schema_with_units(kind):
    schema = table_schema(kind)
    assert schema.columns["^current(__.+)?$"].metadata == {"unit": "mA", "quantity": "current"}


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownColumn):
        table_schema("voltammogram")


@pytest.mark.parametrize(("low", "high"), [(-0.5, None), (None, 0.5), (-0.5, 0.5), (None, None)])
@pytest.mark.parametrize("value", [-0.6, -0.5, 0.0, 0.5, 0.6])
def test_a_range_is_closed_at_the_ends_that_it_has(low, high, value):
    lab = Group("lab", ranges={"current": Limits(low, high, "mA")})
    table = frame(changed(sound(), "current", values=np.full(60, value)))
    fits = (low is None or value >= low) and (high is None or value <= high)
    if fits:
        assert table_schema("timeseries", lab).validate(table).height == 60
        return
    with pytest.raises(pandera.errors.SchemaError, match="range of lab"):
        table_schema("timeseries", lab).validate(table)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_quantity_has_the_checks_that_its_entry_asks_for(kind):
    lab = Group("lab", ranges={"current": Limits(-0.5, None, "mA")}, columns={kind: ("temperature",)})
    made = table_schema(kind, lab)
    needed = {name for part in kinds()[kind].any_of for entry in part for name in entry.split("+")}
    required = {*kinds()[kind].required, "temperature"}
    numbers = {name: q for name, q in quantities().items() if q.type != "text"}
    assert set(made.columns) == {f"^{name}(__.+)?$" for name in numbers}
    for name, quantity in numbers.items():
        column_of = made.columns[f"^{name}(__.+)?$"]
        expected = {
            "possible": quantity.min is not None or quantity.max is not None,
            "range of lab": name == "current",
            "plausible": quantity.plausible is not None,
            "above zero": name == "frequency",
            "whole numbers": quantity.is_integer,
            "finite": name in required | needed,
        }
        assert {check.name for check in column_of.checks} == {key for key, there in expected.items() if there}
        assert column_of.required is (name in required)
        assert column_of.nullable is not expected["finite"]
        assert column_of.metadata == {"unit": quantity.unit, "quantity": name}
        assert column_of.description == quantity.definition
