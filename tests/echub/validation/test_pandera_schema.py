"""The pandera schemas agree with `echub validate`, level 0 and 1, table by table."""

import warnings

import numpy as np
import pytest

from echub.errors import UnknownColumn
from echub.model.vocabulary import kinds
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


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_a_schema_with_units(kind):
    schema = table_schema(kind)
    assert schema.columns["^current(__.+)?$"].metadata == {"unit": "mA", "quantity": "current"}


def test_an_unknown_kind_is_refused():
    with pytest.raises(UnknownColumn):
        table_schema("voltammogram")
