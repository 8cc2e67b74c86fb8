"""Cameca exports: own axes, placeholders, the count quantum, and the real files."""

import os
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError, UnknownFormat
from fixtures.sims import QUANTUM, cameca_counts, cameca_profile

REAL = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus")) / "sims"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the corpus of real files is not here")


def read(data):
    return echub.read(data, reader="cameca-profile")


def of(record, species, name):
    data = record["depth_profile"]
    return data[name][data["species"] == species]


def test_counts_come_back_from_the_quantum_in_the_data():
    record = read(cameca_profile())
    for species, counts in zip(("7Li", "113In"), cameca_counts(), strict=True):
        assert np.array_equal(of(record, species, "ion_counts"), counts)
        assert np.array_equal(of(record, species, "placeholder_zero"), counts == 0)
    assert of(record, "7Li", "count_quantum")[0] == pytest.approx(QUANTUM, rel=2e-5)


def test_each_species_has_its_own_depths():
    record = read(cameca_profile())
    apart = of(record, "113In", "depth") - of(record, "7Li", "depth")
    assert apart == pytest.approx(np.full(60, 0.0035), abs=1e-7)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"*** DATA END ***", b"", "not whole"),
        (b"8.00000E-03", b"8.00x00E-03", "not a number"),
        (b"\tDepth[um]\tI[cnt/s]\r\n", b"\tDepth[um]\r\n", "do not fit the species"),
    ],
)
def test_damage_is_refused(old, new, message):
    with pytest.raises(ReadError, match=message):
        read(cameca_profile().replace(old, new, 1))


def test_fewer_points_than_stated_are_said():
    record = read(cameca_profile().replace(b"species\t\t60", b"species\t\t61"))
    assert "row-count" in {notice.code for notice in record.notices}


def test_cations_among_negative_ions_are_said():
    record = read(
        cameca_profile()
        .replace(b"polarity\t\t\t+", b"polarity\t\t\t-")
        .replace(b"polarity\t\t+", b"polarity\t\t-")
    )
    assert "cations-in-negative" in {notice.code for notice in record.notices}


@needs_real
def test_the_offset_between_species_is_waiting_and_counting_times_the_sputter_rate():
    record = echub.read(REAL / "SIMS" / "151112s.dp_rpc_asc")
    zinc = next(row for row in record.settings["conditions"] if row["Species"] == "70Zn")
    seconds = sum(float(zinc[key]) for key in ("WT(s)", "Extra WT(s)", "CT(s)"))
    apart = of(record, "70Zn", "depth")[0] - of(record, "7Li", "depth")[0]
    assert 1000 * apart == pytest.approx(306.8 / 60 * seconds, abs=0.5)


@needs_real
@pytest.mark.parametrize("name", ["160112b", "160112f"])
def test_low_rates_of_real_files_are_whole_counts(name):
    record = echub.read(REAL / "SIMS" / f"{name}.dp_rpc_asc")
    data = record["depth_profile"]
    low = data["not_recoverable"] == 0
    assert low.sum() > 100
    assert np.array_equal(data["ion_counts"][low], np.round(data["ion_counts"][low]))
    assert (data["ion_counts"][~low] > 900).all()


@needs_real
def test_time_axis_and_four_header_slots_for_three():
    record = echub.read(REAL / "SIMS" / "time_x_axis.dp_rpc_asc")
    assert "depth" not in record["depth_profile"]
    assert of(record, "32S", "sputter_time")[0] == 4.96
    assert of(record, "119Sn", "ion_count_rate")[0] == 2.42175e5


@needs_real
def test_the_binary_image_is_recognised_and_refused():
    with pytest.raises(UnknownFormat, match="binary Cameca file"):
        echub.read(REAL / "sims" / "image sun.im")


def test_a_mass_that_is_not_the_species_own_is_said():
    assert "mass-label" not in {n.code for n in read(cameca_profile()).notices}
    record = read(cameca_profile().replace(b"113In | 112.904", b"113In | 114.904"))
    assert "mass-label" in {n.code for n in record.notices}


def test_units_are_each_species_own():
    header = b"Time\tDepth[um]\tI[cnt/s]\tTime"
    record = read(cameca_profile().replace(header, header.replace(b"I[cnt/s]", b"C[atom/cm3]"), 1))
    lithium, indium = (of(record, species, "atomic_concentration") for species in ("7Li", "113In"))
    assert np.isfinite(lithium).all()
    assert np.isnan(indium).all()
    assert np.isnan(of(record, "7Li", "ion_count_rate")).all()


@needs_real
@pytest.mark.parametrize("name", ["151112s", "160112b", "160112f", "time_x_axis"])
def test_every_real_profile_converts_and_reads_back(name, tmp_path):
    source = REAL / "SIMS" / f"{name}.dp_rpc_asc"
    echub.convert(source, output=tmp_path)
    (native,) = tmp_path.glob("*.h5")
    again, first = echub.read(native)["depth_profile"], echub.read(source)["depth_profile"]
    for column in first.columns:
        assert np.array_equal(again[column], first[column], equal_nan=first[column].dtype.kind == "f"), column


@needs_real
def test_the_spectrum_and_the_sensitivity_table_are_what_they_are():
    spectrum = echub.read(REAL / "SIMS" / "ITO_mass-spectra_A.ms_rpc_asc")["mass_spectrum"]
    assert spectrum["mass_to_charge"].max() > 100
    with pytest.raises(UnknownFormat):
        echub.read(REAL / "SIMS" / "RSF_ZnO_values.txt")


@needs_real
def test_the_binary_profile_is_recognised_and_refused():
    with pytest.raises(UnknownFormat, match="Cameca"):
        echub.read(REAL / "sims" / "depth profile.dp")
