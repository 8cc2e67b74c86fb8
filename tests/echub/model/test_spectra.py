"""Every impedance dataset has a running number of its spectra, made by the hub."""

from dataclasses import replace

import numpy as np

from echub.model.build import SourceColumn, build_dataset, build_tables
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.spectra import numbered

SWEEP = [1000.0, 100.0, 10.0]


def columns(frequency, **others):
    found = [SourceColumn("f/Hz", np.array(frequency), "frequency", "Hz", index=0)]
    return found + [SourceColumn(q, np.array(v), q, "1", index=n) for n, (q, v) in enumerate(others.items(), 1)]


def test_the_number_is_derived_and_says_how():
    spectrum = build_dataset("impedance", columns(SWEEP * 2)).column("spectrum")
    assert spectrum.values.tolist() == [0, 0, 0, 1, 1, 1]
    assert (spectrum.origin, spectrum.index, spectrum.quantity) == ("derived", None, "spectrum")
    assert "jumps back" in spectrum.attrs["recipe"]
    assert spectrum.values.dtype == np.uint8


def test_rows_without_a_frequency_part_spectra():
    _, impedance = build_tables(columns([50.0, 0.0, 50.0, 50.0, 0.0]))
    assert impedance["spectrum"].tolist() == [0, 1, 1]


def test_step_cycle_and_technique_part_spectra():
    for counter in ("step", "cycle", "step_execution"):
        built = build_dataset("impedance", columns([4.0, 3.0, 2.0, 1.0], **{counter: [1, 1, 2, 2]}))
        assert built["spectrum"].tolist() == [0, 0, 1, 1]
        assert f"{counter} changes" in built.column("spectrum").attrs["recipe"]


def test_a_number_of_the_source_is_a_label():
    built = build_dataset("impedance", columns(SWEEP * 2, spectrum=[7, 7, 7, 7, 7, 7]))
    assert built["spectrum"].tolist() == [0, 0, 0, 1, 1, 1]
    assert built.column("spectrum_label").header == "spectrum"
    assert built["spectrum_label"].tolist() == [7] * 6


def test_a_source_can_say_where_spectra_start():
    (built,) = build_tables(columns([4.0, 3.0, 2.0, 1.0]), row=np.array([10, 11, 15, 16]), starts=[15, 99])
    assert built["spectrum"].tolist() == [0, 0, 1, 1]


def test_a_dataset_of_an_earlier_version_is_numbered_when_it_is_used():
    new = build_dataset("impedance", columns(SWEEP * 2))
    old = replace(new, columns={n: c for n, c in new.columns.items() if n != "spectrum"})
    assert numbered(old).same_as(new)
    assert numbered(new) is new
    vendor = replace(new.columns["spectrum"], origin="reported", index=3)
    assert numbered(replace(new, columns={**new.columns, "spectrum": vendor}))["spectrum_label"].tolist() == [
        0, 0, 0, 1, 1, 1,
    ]  # fmt: skip


def test_other_datasets_are_left_alone():
    series = build_dataset("timeseries", columns(SWEEP))
    assert "spectrum" not in series.columns
    empty = build_dataset("impedance", [SourceColumn("x", np.zeros(2), index=0)])
    assert numbered(empty) is empty
    field = Column("frequency", np.ones((2, 3)), "frequency", "Hz", axes=("y", "x"))
    mapped = Dataset("impedance", {"frequency": field})
    assert numbered(mapped) is mapped


def test_a_counter_along_another_axis_parts_no_spectra():
    frequency = Column("frequency", np.array([4.0, 3.0, 2.0, 1.0]), "frequency", "Hz")
    cycle = Column("cycle", np.array([1, 1, 2, 2, 2]), "cycle", "1", axes=("x",))
    found = numbered(Dataset("impedance", {"frequency": frequency, "cycle": cycle}))
    assert found["spectrum"].tolist() == [0, 0, 0, 0]
    assert "cycle" not in found.column("spectrum").attrs["recipe"]
