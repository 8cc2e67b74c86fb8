"""A copy of a dataset, a column or a record keeps every field that the operation is not about."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import echub
from echub.analysis.reasons import stating
from echub.files.deriving import Derivation, derive
from echub.files.joining import Link, join
from echub.files.reading import read
from echub.files.store import write
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted
from echub.model.energies import refer_energies
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.samples import averaged, join_samples
from echub.model.spectra import numbered
from echub.model.units import Scale
from echub.remark import Dropped, Notice

ROWS = 6


def full_columns() -> dict[str, Column]:
    """Columns that between them have every field, none at its default."""
    flags = np.array([0, 1, 2, 3, 0, 1], np.uint8)
    made = (
        Column("row", np.arange(ROWS), "record", "1", "reported", "row", attrs={"recipe": "counted"}),
        Column("time", np.arange(float(ROWS)), "time", "s", "measured", "time/h", 0, scale=Scale(Fraction(3600))),
        Column(
            "current", np.arange(float(ROWS)), "current", "mA", "programmed", "I/uA", 1, "anodic positive", True,
            Scale(Fraction(1, 1000)), "<f4", uncertainty="u_current", attrs={"note": "n"},
        ),
        Column("u_current", np.ones(ROWS), None, "mA", "reported", "u(I)/mA", 2),
        Column("mode", flags, "mode", None, "reported", "mode", 3, source_dtype="text", labels={0: "a", 1: "b"}),
        Column("flags", flags, None, None, "reported", "flags", 4, bits=(Bits("on", "on", 1, None, {1: "yes"}),)),
    )  # fmt: skip
    return {column.name: column for column in made}


def full(**changes: object) -> Dataset:
    fields = {
        "kind": "timeseries", "columns": full_columns(), "omitted": (Omitted("x", 5, "<f8", bytes(8).hex()),),
        "history": ("from a dataset",), "attrs": {"technique": "CP"}, "label": "timeseries_a",
    }  # fmt: skip
    return Dataset(**{**fields, **changes})


def full_record(*datasets: Dataset, name: str = "a.x") -> Record:
    metadata = Metadata()
    metadata.set("cell.area", "2 cm^2", source="file")
    metadata.set("experiment.start_utc", "2026-01-01T00:00:00+00:00", source="file")
    return Record(
        datasets or (full(),),
        metadata=metadata,
        settings={"mode": "CP", "of": name},
        notices=[Notice("truncated", "the file was cut")],
        dropped=[Dropped("3 bytes", "no column")],
        provenance=Provenance(
            {"name": name, "size": 5, "sha256": name}, {"name": "x"}, {"echub": "1"}, (f"{name}.mps",), ("read",)
        ),
    )


def fields_of(thing: object, but: tuple[str, ...] = ()) -> dict[str, object]:
    return {f.name: getattr(thing, f.name) for f in dataclasses.fields(thing) if f.name not in but}


def written(tmp_path, record: Record) -> Record:
    write(record, tmp_path / "a.h5")
    return read(tmp_path / "a.h5")


def test_what_is_copied_here_has_every_field():
    """A new field with a default would pass everything below without being looked at."""
    for field in dataclasses.fields(Column):
        if field.name not in ("axes",):  # a table has one axis; maps are copied whole
            default = field.default_factory() if callable(field.default_factory) else field.default
            others = [column for column in full_columns().values() if getattr(column, field.name) is not default]
            assert any(np.any(getattr(column, field.name) != default) for column in others), field.name
    for field in dataclasses.fields(Dataset):
        default = field.default_factory() if callable(field.default_factory) else field.default
        assert getattr(full(), field.name) != default, field.name


ROW_CHOICES = {
    "query": (lambda d: d.query("current > 1"), [2, 3, 4, 5], "query current > 1"),
    "query of a bit field": (lambda d: d.query("on == 1"), [1, 3, 5], "query on == 1"),
    "time_slice": (lambda d: d.time_slice(1, 4), [1, 2, 3], "time 1:4 s"),
    "time_slice without an end": (lambda d: d.time_slice(4), [4, 5], "time 4: s"),
    "time_slice without a start": (lambda d: d.time_slice(None, 2), [0, 1], "time :2 s"),
    "every": (lambda d: d.every(4), [0, 4], "every 4 rows"),
    "select": (lambda d: d.select("time", "current"), list(range(ROWS)), "columns time, current"),
}


@pytest.mark.parametrize("choice", ROW_CHOICES)
def test_a_choice_of_rows_or_columns_changes_values_and_history_only(choice):
    function, rows, told = ROW_CHOICES[choice]
    chosen = function(full())
    assert fields_of(chosen, ("columns", "history")) == fields_of(full(), ("columns", "history"))
    assert chosen.history == ("from a dataset", told)
    names = ["row", "time", "current"] if choice == "select" else list(full_columns())
    assert list(chosen.columns) == names
    for name in names:
        assert fields_of(chosen.columns[name], ("values",)) == fields_of(full_columns()[name], ("values",))
        assert chosen.columns[name].values.tolist() == full_columns()[name].values[rows].tolist()


def with_settings_of(parts: dict[str, str]) -> dict[str, dict[str, str]]:
    return {place: {"mode": "CP", "of": name} for place, name in parts.items()}


WHOLE = {
    "stating": lambda record, _: stating(record, {"cell.temperature": "25 degC"}),
    "written and read": lambda record, path: written(path, record),
}
RECORD_PARTS = ("settings", "notices", "dropped")


@pytest.mark.parametrize("how", WHOLE)
def test_a_copy_of_a_record_keeps_all_of_it(how, tmp_path):
    given = full_record()
    made = WHOLE[how](given, tmp_path)
    for part in RECORD_PARTS:
        assert getattr(made, part) == getattr(full_record(), part), part
    assert made.provenance.as_dict() == full_record().provenance.as_dict()
    assert list(made) == ["timeseries_a"]
    dataset = made["timeseries_a"]
    assert fields_of(dataset, ("columns",)) == fields_of(full(), ("columns",))
    for name, column in full_columns().items():
        assert fields_of(dataset.columns[name], ("values",)) == fields_of(column, ("values",)), name
        assert dataset.columns[name].values.tolist() == column.values.tolist()
    assert made.metadata.value("cell.area") == 2
    assert given.metadata.value("cell.temperature") is None  # a statement is the copy's own


def test_records_on_one_clock_keep_what_each_says_under_its_name():
    one, two = full_record(name="a.x"), full_record(full(attrs={"technique": "OCV"}), name="b.x")
    two.metadata.set("cell.area", "3 cm^2", source="file")
    made = echub.align([one, two], offsets={"b.x": (10.0, None)}).record
    assert list(made) == ["timeseries_a_1", "timeseries_a_2"]
    for number, (technique, part) in enumerate((("CP", "a.x"), ("OCV", "b.x")), 1):
        dataset = made[f"timeseries_a_{number}"]
        assert dict(dataset.attrs) == {"technique": technique, "part": part}
        changed = ("columns", "attrs", "label")
        assert fields_of(dataset, changed) == fields_of(full(), changed)
        for name, column in full_columns().items():
            assert fields_of(dataset.columns[name], ("values",)) == fields_of(column, ("values",))
        added = dataset.columns["time_aligned"]
        assert (added.unit, added.origin, added.quantity) == ("s", "derived", "time_aligned")
        assert added.values.tolist() == [t + 10.0 * (number - 1) for t in range(ROWS)]
    assert made.settings == with_settings_of({"a.x": "a.x", "b.x": "b.x"})
    assert [n.message for n in made.notices[:2]] == ["a.x: the file was cut", "b.x: the file was cut"]
    assert [n.code for n in made.notices] == ["truncated", "truncated", "drift-not-tested"]
    assert [(d.what, d.why) for d in made.dropped] == [
        ("a.x: 3 bytes", "no column"), ("b.x: 3 bytes", "no column")
    ]  # fmt: skip
    assert made.metadata.value("cell.area") is None  # the two do not agree
    provenance = made.provenance
    assert (provenance.source["name"], provenance.source["size"]) == ("a.x and 1 more", 10)
    assert [part["name"] for part in provenance.source["parts"]] == ["a.x", "b.x"]
    assert provenance.siblings == ("a.x.mps", "b.x.mps")
    assert (provenance.reader, provenance.software) == ({"name": "x"}, {"echub": "1"})
    assert provenance.operations == ("aligned b.x: time +10 s, by statement",)


def test_parts_of_a_run_keep_the_fields_of_their_datasets():
    links = [Link("run", 1, "01_CP"), Link("run", 2, "02_OCV")]
    for label in ("", "timeseries_a"):
        records = [full_record(full(label=label), name=name) for name in ("a", "b")]
        made = join(records, links)
        name = label or "timeseries"
        assert list(made) == [f"{name}_01_CP", f"{name}_02_OCV"]
        for dataset, part in zip(made.datasets.values(), ("01_CP", "02_OCV"), strict=True):
            assert dataset.attrs == {"technique": "CP", "part": part, "offset_s": "0.0"}
            changed = ("columns", "attrs", "label")
            assert fields_of(dataset, changed) == fields_of(full(), changed)
            for key, column in full_columns().items():
                assert fields_of(dataset.columns[key], ("values",)) == fields_of(column, ("values",))


def test_parts_that_were_resumed_keep_the_fields_of_the_first_and_say_where_they_meet():
    one, two = full_record(name="a"), full_record(name="b")
    two.metadata.set("experiment.start_utc", "2026-01-01T00:01:40+00:00", source="file")
    for record, start in ((one, "00:00:00"), (two, "00:01:40")):
        record.metadata.set("experiment.start", f"2026-01-01T{start}", source="file")
    made = join([one, two], [Link("a", 1, "", 1), Link("a", 1, "", 2)])["timeseries_a"]
    assert made.rows == 2 * ROWS
    assert made.attrs == {"technique": "CP", "run_starts": str(ROWS), "gaps_s": "95"}
    changed = ("columns", "attrs")
    assert fields_of(made, changed) == fields_of(full(), changed)
    for name, column in full_columns().items():
        assert fields_of(made.columns[name], ("values",)) == fields_of(column, ("values",)), name
    assert made["time"].tolist() == [*range(ROWS), *range(100, 100 + ROWS)]
    assert made["row"].tolist() == list(range(2 * ROWS))
    assert made["current"].tolist() == [*range(ROWS)] * 2


def test_a_derived_column_leaves_the_others_and_its_dataset_as_they_are():
    record = full_record()
    record.metadata.set("cell.area_basis", "geometric", source="file")
    derive(record, (Derivation.parse("current_density"),))
    dataset = record["timeseries_a"]
    assert fields_of(dataset, ("columns",)) == fields_of(full(), ("columns",))
    assert list(dataset.columns) == [*full_columns(), "current_density"]
    for name, column in full_columns().items():
        assert fields_of(dataset.columns[name], ("values",)) == fields_of(column, ("values",))
    made = dataset.columns["current_density"]
    assert (made.unit, made.origin, made.header) == ("mA/cm^2", "derived", "current_density from current")
    assert made.attrs == {"recipe": "I / A from current; cell.area 2 cm^2 by file", "area_basis": "geometric"}
    assert made.values.tolist() == [n / 2 for n in range(ROWS)]
    assert record.provenance.operations == ("read", "derived current_density")


# -- samples -----------------------------------------------------------------------------------


def samples(name="E", unit="eV", **changes):
    columns = [
        SourceColumn("sample.id", np.array(["a", "a", "b"], object), "sample_id", index=0),
        SourceColumn("replicate", np.array([1, 2, 1]), "replicate", "1", index=1),
        SourceColumn(f"{name} / {unit}", np.array([1.0, 3.0, 9.0]), None, unit, index=2, attrs={"recipe": "fit"}),
        SourceColumn("N / count", np.array([4.0, 6.0, 7.0]), None, "count", index=3),
    ]
    return dataclasses.replace(build_dataset("table", columns), history=("read",), **changes)


def test_a_mean_keeps_the_fields_of_its_table_and_says_what_it_was_before():
    given = samples(attrs={"part": "x"}, label="table_a")
    made = averaged(given)
    assert fields_of(made, ("columns", "history")) == fields_of(given, ("columns", "history"))
    assert made.history == ("read", "mean of the replicates")
    energy, counts = made.columns["vendor_e_ev"], made.columns["vendor_n_count"]
    assert energy.attrs == {"recipe": "mean of the replicates; fit"}
    assert counts.attrs == {"recipe": "mean of the replicates"}
    for column, values, errors in ((energy, [2.0, 9.0], [1.0, np.nan]), (counts, [5.0, 7.0], [1.0, np.nan])):
        before = given.columns[column.name]
        assert (column.unit, column.header, column.origin) == (before.unit, before.header, "derived")
        assert column.values.tolist() == values
        u, n = made.columns[column.uncertainty], made.columns[f"n_{column.name}"]
        np.testing.assert_array_equal(u.values, errors)
        name, _, unit = before.header.partition(" / ")
        assert (u.unit, u.origin, u.header) == (before.unit, "derived", f"u({name}) / {unit}")
        assert u.attrs == {"recipe": "standard deviation of the replicates / sqrt(n)"}
        assert (n.values.tolist(), n.unit, n.header) == ([2, 1], "1", f"n({name})")


def test_columns_of_a_joined_table_point_to_their_own_uncertainty():
    made = join_samples(samples(), dataclasses.replace(samples(), history=("chosen", "read")))
    assert made.history == (
        "read", "mean of the replicates", "chosen", "read", "joined by sample_id; left out: none"
    )  # fmt: skip
    assert made.columns["vendor_e_ev"].uncertainty == "u_vendor_e_ev"
    again = made.columns["vendor_e_ev__2"]
    assert again.uncertainty == "u_vendor_e_ev__2"
    assert (again.unit, again.header, again.values.tolist()) == ("eV", "E / eV", [2.0, 9.0])


def test_a_shift_of_energies_keeps_the_fields_of_each_column():
    given = samples("C 1s", attrs={"part": "x"}, label="table_a")
    made, _ = refer_energies(given, "C 1s", 10.0, uncertainty_ev=0.1)
    assert fields_of(made, ("columns", "history")) == fields_of(given, ("columns", "history"))
    assert made.history == ("read", "energies shifted by +1 to +9 eV: C 1s at 10 ± 0.1 eV")
    name = "vendor_c_1s_ev"
    changed = ("values", "origin", "attrs")
    assert fields_of(made.columns[name], changed) == fields_of(given.columns[name], changed)
    assert made.columns[name].values.tolist() == [10.0] * 3
    assert fields_of(made.columns["vendor_n_count"], ("values",)) == fields_of(
        given.columns["vendor_n_count"], ("values",)
    )


def test_numbers_of_spectra_are_added_and_a_sources_own_become_labels():
    columns = [
        SourceColumn("f", np.array([8.0, 4.0, 8.0, 4.0]), "frequency", "Hz", index=0),
        SourceColumn("n", np.array([7, 7, 9, 9]), "spectrum", "1", index=1),
    ]
    built = build_dataset("impedance", columns)
    own = dataclasses.replace(built, columns={c: v for c, v in built.columns.items() if c != "spectrum"})
    given = dataclasses.replace(own, history=("x",), attrs={"part": "p"}, label="impedance_a")
    made = numbered(given)
    assert fields_of(made, ("columns",)) == fields_of(given, ("columns",))
    assert made["spectrum_label"].tolist() == [7, 7, 9, 9]
    assert made["spectrum"].tolist() == [0, 0, 1, 1]
    assert numbered(made) is made
