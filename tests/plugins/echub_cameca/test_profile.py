"""Cameca exports: own axes, placeholders, the count quantum, and the real files."""

import os
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError, UnknownFormat
from echub_cameca.quantum import RECOVERABLE, counts_of, find_quantum, fits
from echub_cameca.sections import Export, layers
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


def test_a_field_that_is_printed_twice_counts_where_it_stands_first():
    again = b"*** MEASUREMENT ***\r\n\r\nSample ID\t\tanother\r\nComments\t\t\tlater\r\n\r\n*** DATA START ***"
    record = read(cameca_profile().replace(b"*** DATA START ***", again, 1))
    assert record.metadata.value("sample.id") == "made"
    assert record.metadata.value("experiment.comments") == "later"


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


def printed_as(counts):
    """Return the profile in which 113In has other counts; those that 7Li has are its own."""
    lines = cameca_profile().decode().split("\r\n")
    first = next(k for k, line in enumerate(lines) if line.startswith("\t8.0"))
    for k, n in enumerate(counts):
        cells = lines[first + k].split("\t")
        cells[5] = f"{n * QUANTUM if n else 1e-3:.5E}"
        lines[first + k] = "\t".join(cells)
    return "\r\n".join(lines).encode()


# Above 200 counts a species cannot show its quantum; 7Li, counted as long, shows it.
HIGH = 300 + 7 * np.arange(60)


def test_a_species_of_high_rates_takes_the_quantum_of_one_counted_as_long():
    record = read(printed_as(HIGH))
    assert of(record, "113In", "count_quantum")[0] == of(record, "7Li", "count_quantum")[0]
    assert np.array_equal(of(record, "113In", "ion_counts"), HIGH)
    assert "count-quantum-stated" not in {n.code for n in record.notices}


def test_a_quantum_that_its_rates_are_no_multiples_of_is_not_taken():
    record = read(printed_as(HIGH + 0.4 * (np.arange(60) % 5 == 0)))
    assert of(record, "113In", "count_quantum")[0] == pytest.approx(100 / (1.04 * 95))
    assert "count-quantum-stated" in {n.code for n in record.notices}


def test_zeros_printed_as_placeholders_say_nothing_of_a_quantum():
    """Of rates that are all zero but one, none shows a quantum; of five that are whole, all do."""
    zeros = np.full(20, 1e-3)
    assert not fits(np.append(zeros, 3 * QUANTUM), QUANTUM)
    assert fits(np.append(zeros, QUANTUM * np.array([1.0, 2.0, 4.0, 7.0, 11.0])), QUANTUM)


WHOLE = np.array([1.0, 2.0, 57.0, 300.0, RECOVERABLE - 1.0])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (WHOLE, True),
        (np.ones(4), True),
        (WHOLE + np.array([0, 0, 0, 0.05, -0.05]), True),
        (WHOLE + np.array([0, 0, 0, 0, 0.08]), False),
        (WHOLE + np.array([0, 0, -0.08, 0, 0]), False),
        (np.append(WHOLE, 1e-3 / QUANTUM), True),  # the placeholder of 0 counts
        (np.append(WHOLE, np.nan), True),
        (np.append(WHOLE, RECOVERABLE + 0.5), True),  # the dead time leaves none of these whole
        (WHOLE[:3], False),
        (np.zeros(0), False),
        (WHOLE + 1000, False),
    ],
)
def test_a_quantum_fits_if_four_low_rates_or_more_are_its_multiples(counts, expected):
    assert fits(QUANTUM * counts, QUANTUM) == expected


def test_no_quantum_is_found_in_three_values_nor_between_whole_counts():
    counts = np.array([1.0, 2.0, 5.0, 9.0])
    for quantum in (0.05, QUANTUM, 20.0):
        assert find_quantum(quantum * np.append(counts, 250.4)) == pytest.approx(quantum, rel=0.002)
    assert find_quantum(QUANTUM * np.repeat(counts[:3], 9)) is None
    assert find_quantum(QUANTUM * (counts + np.array([0, 0.025, 0, 0]))) is None


def test_the_quantum_is_refined_over_all_counts_below_400():
    """The slope through zero by least squares, weighted by the counts."""
    counts = np.array([*range(1, 390), *range(410, 600)])
    rates = QUANTUM * (counts + 0.01 * np.sin(counts - 1))
    (slope,) = np.linalg.lstsq(counts[:389, None], rates[:389], rcond=None)[0]
    assert find_quantum(rates) == pytest.approx(slope, rel=1e-12)


def test_a_rate_just_above_the_placeholder_counts():
    assert fits(0.0025 * np.array([1.0, 2.0, 3.0, 4.0]), 0.0025)


def test_a_rate_more_than_a_tenth_off_a_whole_number_is_not_recoverable():
    zero = np.array([False, False, False, True])
    counts = counts_of(QUANTUM * np.array([5.08, 5.12, RECOVERABLE + 1, 7.0]), QUANTUM, zero)
    assert list(counts.values) == pytest.approx([5, 5.12, RECOVERABLE + 1, 0], rel=1e-12)
    assert list(counts.not_recoverable) == [False, True, True, False]


def test_values_under_a_name_without_a_unit_are_refused():
    """The slot of the axis that was not exported has no unit; a value in it is of a row whose cells moved."""
    with pytest.raises(ReadError, match="values stand under a name without a unit") as caught:
        read(cameca_profile().replace(b"Depth[um]", b"Depth"))
    assert caught.value.found == "Depth"


def test_an_export_that_ends_within_a_line_of_its_calibration_says_so():
    data = cameca_profile()
    (said,) = [notice for notice in read(data[:-9]).notices if notice.code == "truncated"]
    assert "CALIBRATION" in said.message
    assert "truncated" not in {notice.code for notice in read(data).notices}


def test_calibration_without_a_layer_is_not_that_of_one():
    lines = [
        (1, "Species\tNa+"),
        (2, "RSF\t1e22"),
        (3, "Layer #1 matrix\tNZSP"),
        (4, "Species\tNa+"),
        (5, "RSF\t2e22"),
    ]
    (layer,) = layers(Export({"CALIBRATION PARAMETERS": lines}, []))
    assert layer == {"layer": "Layer #1", "matrix": "NZSP", "species": [{"species": "Na+", "RSF": "2e22"}]}
