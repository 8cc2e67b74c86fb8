"""The tables of ids and headers against the generator's own, and against the vocabulary."""

import tomllib

import pytest

import echub_schemas
from echub.plugin import unit
from echub_eclab.columns import (
    ANALOG_QUANTITIES,
    CURRENT_RANGES,
    FLAGS,
    LOOP_END,
    HeaderMeaning,
    column_ids,
    meaning_of,
    meaning_of_input,
    meanings,
)
from fixtures.eclab.columns import COLUMNS, FLAG_HEADERS, LAST_ROW_OF_LOOP

QUANTITIES = tomllib.loads(echub_schemas.path("quantities.toml").read_text("utf-8"))
ANALOG = {16, 17}


def is_unit(text: str) -> bool:
    """Tell the units that EC-Lab prints, without the table that is tested."""
    return text in {
        "s",
        "V",
        "mA",
        "A",
        "mA.h",
        "C",
        "W.h",
        "W",
        "Ohm",
        "µF",
        "Hz",
        "deg",
        "%",
        "°C",
        "N",
        "S.cm-1",
    }


@pytest.mark.parametrize("column", sorted(set(COLUMNS) - ANALOG))
def test_types_and_headers_are_those_of_the_generator(column):
    known = column_ids()[column]
    assert (f"<{known.type}", known.header) == COLUMNS[column]
    assert known.pairs > 0


def test_analog_inputs_have_no_unit_of_their_own():
    assert [column_ids()[i].header for i in sorted(ANALOG)] == ["Analog IN 1", "Analog IN 2"]
    assert [column_ids()[i].type for i in sorted(ANALOG)] == ["f4", "f4"]


def test_flag_ids_and_masks_are_those_of_the_generator():
    assert {i: (bits.header, bits.mask) for i, bits in FLAGS.items()} == FLAG_HEADERS
    assert {i for i, known in column_ids().items() if known.type == "flag"} == set(FLAGS)
    assert LOOP_END.mask == LAST_ROW_OF_LOOP


def test_the_bits_of_the_flag_byte_neither_overlap_nor_leave_a_gap():
    masks = [bits.mask for bits in (*FLAGS.values(), LOOP_END)]
    assert sum(masks) == 0xFF


def test_every_id_has_a_type_of_known_size():
    assert {known.type for known in column_ids().values()} <= {"flag", "u1", "u2", "u4", "f4", "f8"}
    assert all(number == known.id and 0 < number < 2**16 for number, known in column_ids().items())


def test_ids_that_no_text_has_proven_are_marked():
    assert column_ids()[26].pairs == 0
    assert column_ids()[880].pairs == 1


@pytest.mark.parametrize("header", sorted(meanings()))
def test_a_header_means_a_quantity_of_the_vocabulary_in_a_unit_of_its_dimension(header):
    meaning = meanings()[header]
    assert meaning.quantity is None or meaning.quantity in QUANTITIES
    if meaning.unit is not None:
        canonical = QUANTITIES[meaning.quantity]["unit"] if meaning.quantity else header.rpartition("/")[2]
        assert unit(meaning.unit).dimension == unit(canonical).dimension


@pytest.mark.parametrize(
    "header", [h for h in sorted(meanings()) if is_unit(h.rpartition("/")[2]) and meanings()[h].unit]
)
def test_a_header_is_in_the_unit_that_it_prints(header):
    printed, meant = unit(header.rpartition("/")[2]), unit(meanings()[header].unit)
    assert (printed.dimension, printed.factor, printed.offset) == (meant.dimension, meant.factor, meant.offset)


def test_negative_imaginary_parts_are_negated_and_nothing_else():
    negated = {header for header, meaning in meanings().items() if meaning.negate}
    assert negated == {h for h, meaning in meanings().items() if h.startswith("-Im(") and meaning.quantity}
    assert len(negated) == 3


def test_averages_are_marked_as_such():
    averaged = {header for header, meaning in meanings().items() if meaning.averaged}
    assert averaged == {header for header in meanings() if header.startswith("<")}


def test_set_points_and_counters_are_programmed_and_computed_charges_reported():
    assert meaning_of("control/V").origin == "programmed"
    assert meaning_of("Ns").origin == "programmed"
    assert meaning_of("(Q-Qo)/mA.h").origin == "reported"
    assert meaning_of("Ewe/V").origin == "measured"


@pytest.mark.parametrize(
    ("header", "printed"),
    [
        ("Temperatur/°C", "°C"),
        ("Pressure/MPa", "MPa"),
        ("Some new/charge/mA.h", "mA.h"),
        ("new ratio", None),
        ("ratio/", None),
        ("a/b", None),
        ("Energy/wh", None),
        ("", None),
    ],
)
def test_the_unit_of_an_unknown_header_is_its_tail_where_that_is_a_unit(header, printed):
    assert meaning_of(header) == HeaderMeaning(unit=printed, origin="reported")


def test_the_column_that_holds_volts_or_milliamperes_has_neither_unit():
    assert meaning_of("control/V/mA") == HeaderMeaning(origin="programmed")


def test_a_name_that_is_no_unit_does_not_become_one():
    assert meaning_of("ox/red").quantity == "oxidation_flag"
    assert meaning_of("Acir/Dcir Control") == HeaderMeaning(origin="programmed")


@pytest.mark.parametrize("header", ["Force/N", "Temperature/°C"])
def test_an_analog_input_may_be_a_quantity_of_the_surroundings(header):
    assert meaning_of_input(header).quantity in ANALOG_QUANTITIES


@pytest.mark.parametrize(
    ("header", "printed"), [("I/mA", "mA"), ("Ewe/V", "V"), ("time/s", "s"), ("freq/Hz", "Hz"), ("pH", None)]
)
def test_an_analog_input_never_stands_for_a_channel_of_the_potentiostat(header, printed):
    assert meaning_of_input(header) == HeaderMeaning(unit=printed)


def test_current_ranges_are_the_proven_codes():
    assert CURRENT_RANGES[11] == CURRENT_RANGES[39] == "10 mA"
    assert CURRENT_RANGES[12] == CURRENT_RANGES[40] == CURRENT_RANGES[116] == "1 mA"
    assert 38 not in CURRENT_RANGES
