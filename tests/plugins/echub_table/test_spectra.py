"""Signs of impedances by declaration only, and spectra told apart."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.case import FREQUENCY, IMAGINARY, REAL, lines

MINUS = [-z for z in IMAGINARY]


def _read(header: str, *columns, **options: str):
    return echub.read(lines(*columns, header=header).encode(), options=options)


@pytest.mark.parametrize("said", ["signed", "negated"])
def test_both_ways_to_say_the_sign(said):
    record = echub.read(CASES["undeclared-sign.csv"].data, options={"zimag": said})
    np.testing.assert_array_equal(record["impedance"]["impedance_imag"], MINUS if said == "signed" else IMAGINARY)


def test_refusal_shows_both_ways():
    with pytest.raises(ReadError) as caught:
        echub.read(CASES["undeclared-sign.csv"].data)
    assert "zimag=negated" in caught.value.hint
    assert "zimag=signed" in caught.value.hint


def test_an_option_never_turns_a_declared_sign():
    record = _read("f / Hz,Z' / ohm,-Z'' / ohm", FREQUENCY, REAL, MINUS, zimag="signed")
    np.testing.assert_array_equal(record["impedance"]["impedance_imag"], IMAGINARY)


def test_a_negative_real_part_is_refused():
    with pytest.raises(ReadError, match="Z' / ohm is not declared") as caught:
        _read("f / Hz,Z' / ohm,Z'' / ohm", FREQUENCY, [-z for z in REAL], IMAGINARY)
    assert "zimag" not in caught.value.hint  # that option is for the other part
    assert '[columns."Z\' / ohm"] sign' in caught.value.hint


def test_modulus_and_negated_phase():
    record = _read("f / Hz,|Z| / Ohm,-phase / deg", FREQUENCY, REAL, [10.0, 20.0, 30.0, 5.0])
    assert record["impedance"]["phase"].tolist() == [-10.0, -20.0, -30.0, -5.0]


def test_a_phase_that_may_be_in_radians_is_refused():
    with pytest.raises(ReadError, match="radians"):
        _read("f,|Z|,phase", FREQUENCY, REAL, [-0.5, -1.0, -1.5, -0.25])


def test_the_numbers_of_the_table_stay_as_labels_beside_the_running_number():
    record = _read(
        "f / Hz,Z' / ohm,Z'' / ohm,spectrum", [*FREQUENCY] * 2, REAL * 2, IMAGINARY * 2, [7, 7, 7, 7, 8, 8, 8, 8]
    )
    assert record["impedance"]["spectrum_label"].tolist() == [7] * 4 + [8] * 4
    assert record["impedance"]["spectrum"].tolist() == [0] * 4 + [1] * 4
    decision = record.settings["decisions"][-1]
    assert (decision["what"], decision["chosen"]) == ("spectra", "2")
    assert "the source's own number changes" in decision["evidence"]


def test_the_rule_is_recorded():
    record = echub.read(CASES["spectra-in-a-row.csv"].data)
    column = record["impedance"].column("spectrum")
    assert column.origin == "derived"
    assert "the frequency turns or jumps back" in column.attrs["recipe"]


def test_rising_sweeps_are_told_apart_too():
    record = _read("f / Hz,Z' / ohm,Z'' / ohm", FREQUENCY[::-1] * 2, REAL * 2, IMAGINARY * 2)
    assert record["impedance"]["spectrum"].tolist() == [0] * 4 + [1] * 4


def test_a_single_point_is_a_spectrum():
    assert _read("f / Hz,Z' / ohm,Z'' / ohm", [10.0], [1.5], [-0.5])["impedance"].rows == 1
