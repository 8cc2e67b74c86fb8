"""Numbers of Zahner files that do not fit those beside them: one just inside and just outside of each limit."""

from __future__ import annotations

import struct

import numpy as np
import pytest

import echub
from echub_zahner.doubts import of_recording, of_spectrum
from fixtures.zahner import spectrum
from fixtures.zahner.make import ism, isw

DECADES, YEAR = [1000.0, 100.0, 10.0, 1.0], 366 * 86_400.0
DENSE = [10 ** (3 - n / 8) for n in range(8)]
"""Hz, in eighths of a decade."""


def said(frequency=DECADES, modulus=None, phase=None, clock=None):
    many = len(frequency)
    given = (frequency, modulus or [10.0] * many, phase or [-0.5] * many, clock or [float(n) for n in range(many)])
    return [notice.message for notice in of_spectrum(*map(np.array, given))]


def odd(name, row, value, beside):
    return [f"{name} of row {row} is {value} beside {beside}: the file may be damaged"]


SPECTRA = {
    # a capacitor changes by 10 from decade to decade, and 8 times more is allowed
    "|Z| as high as it may be": ({"modulus": [10.0, 799.0, 10.0, 10.0]}, []),
    "|Z| too high": ({"modulus": [10.0, 801.0, 10.0, 11.0]}, odd("|Z|", 1, "801 ohm", "10 and 10")),
    "|Z| as low as it may be": ({"modulus": [10.0, 10.0, 0.126, 10.0]}, []),
    "|Z| too low": ({"modulus": [10.0, 12.0, 0.124, 10.0]}, odd("|Z|", 2, "0.124 ohm", "12 and 10")),
    "|Z| too high at first": ({"modulus": [801.0, 10.0, 10.0, 10.0]}, odd("|Z|", 0, "801 ohm", "10")),
    "|Z| too low at first": ({"modulus": [0.124, 10.0, 10.0, 10.0]}, odd("|Z|", 0, "0.124 ohm", "10")),
    "|Z| too high at last": ({"modulus": [10.0, 10.0, 10.0, 801.0]}, odd("|Z|", 3, "801 ohm", "10")),
    "|Z| too low at last": ({"modulus": [10.0, 10.0, 10.0, 0.124]}, odd("|Z|", 3, "0.124 ohm", "10")),
    "a contact that broke": ({"modulus": [10.0, 10.0, 9000.0, 9000.0]}, []),
    "a contact that closed": ({"modulus": [9000.0, 9000.0, 10.0, 10.0]}, []),
    # dense points leave room for 8 times an eighth of a decade, 10.67
    "dense as high as it may be": ({"frequency": DENSE, "modulus": [1.0] * 3 + [10.6] + [1.0] * 4}, []),
    "dense too high": (
        {"frequency": DENSE, "modulus": [1.0] * 3 + [10.7] + [1.0] * 4}, odd("|Z|", 3, "10.7 ohm", "1 and 1"),
    ),
    "|Z| of 0": ({"modulus": [10.0, 10.0, 10.0, 0.0]}, odd("|Z|", 3, "0 ohm", "10")),
    "|Z| below 0": ({"modulus": [10.0, -5.0, 10.0, 10.0]}, odd("|Z|", 1, "-5 ohm", "10 and 10")),
    "|Z| without end": ({"modulus": [10.0, 10.0, np.inf, 10.0]}, odd("|Z|", 2, "infinite", "10 and 10")),
    # 0.9 of a decade, or twice the usual step
    "a step as wide as it may be": ({"frequency": [*DENSE, DENSE[-1] * 10**-0.89]}, []),
    "a step up as wide as it may be": ({"frequency": [*DENSE, DENSE[-1] * 10**0.89]}, []),
    "too wide a step": ({"frequency": [10.0, 8.0, 6.0, 0.75]}, odd("frequency", 3, "0.75 Hz", "6")),
    "twice the usual step": ({"frequency": [1000.0, 100.0, 10.0, 0.101]}, []),
    "more than twice the usual step": (
        {"frequency": [1000.0, 100.0, 10.0, 0.099]}, odd("frequency", 3, "0.099 Hz", "10"),
    ),
    "two numbers too many": (
        {"frequency": [10.0, 8.0, 96.0, 6.0, 5.0, 4.0]},
        ["frequency of row 2 is 96 Hz beside 8 and 6, as 1 more: the file may be damaged"],
    ),
    "a phase of a whole turn": ({"phase": [-6.28, 6.28, -0.5, 0.0]}, []),
    "a phase of more": ({"phase": [-0.5, -0.5, 6.29, -0.5]}, odd("phase", 2, "6.29 rad", "-0.5 and -0.5")),
    "a phase of less": ({"phase": [-6.29, -0.5, -0.5, -0.5]}, odd("phase", 0, "-6.29 rad", "-0.5")),
    "no phase": ({"phase": [np.nan, -0.5, -0.5, -0.5]}, odd("phase", 0, "not a number", "-0.5")),
    "a phase of nothing": ({"phase": [-1e-101, -0.5, -0.5, -0.5]}, odd("phase", 0, "-1e-101 rad", "-0.5")),
    "a small phase": ({"phase": [-1e-100, -0.5, -0.5, -0.5]}, []),
    "a clock that stands": ({"clock": [5.0, 5.0, 5.0, 6.0]}, []),
    "a clock that goes back": ({"clock": [5.0, 6.0, 5.5, 7.0]}, odd("clock", 2, "5.5 s", "6 and 7")),
    "a year": ({"clock": [0.0, 1.0, 1.0 + YEAR, 2.0 + YEAR]}, []),
    "more than a year": ({"clock": [0.0, 0.0, 0.0, 1.0 + YEAR]}, odd("clock", 3, "3.16224e+07 s", "0")),
    "no clock": ({"clock": [0.0, 1.0, 2.0, np.nan]}, odd("clock", 3, "not a number", "2")),
}  # fmt: skip


@pytest.mark.parametrize("what", SPECTRA)
def test_points_of_a_spectrum(what):
    given, expected = SPECTRA[what]
    assert said(**given) == expected


def recorded(potential=(1.0, 2.0, 3.0), current=(1.0, 2.0, 3.0), time=(0.0, 1.0, 2.0)):
    return [notice.message for notice in of_recording(*map(np.array, (potential, current, time)))]


RECORDINGS = {
    "a spike": ({"current": (0.5, -499.0, 0.25)}, []),
    "more than a spike": ({"current": (0.5, -501.0, 0.25)}, odd("current", 1, "-501 mA", "0.5 and 0.25")),
    "a potential as well": ({"potential": (501.0, 0.5, 0.25)}, odd("potential", 0, "501 mV", "0.5")),
    "one row under current": ({"current": (0.0, 625.0, 0.0)}, []),
    "two rows of any size": (
        {"current": (625.0, -1e-3), "potential": (1e6, 1.0), "time": (0.0, 3e5)}, [],
    ),
    "two rows of which one is nothing": (
        {"current": (625.0, 1e-200), "potential": (1.0, 1.0), "time": (0.0, 3e5)},
        odd("current", 1, "1e-200 mA", "625"),
    ),
    "no number": ({"potential": (1.0, 2.0, np.nan)}, odd("potential", 2, "not a number", "2")),
    "no number in two rows": (
        {"current": (1.0, np.nan, np.nan)},
        ["current of row 1 is not a number beside 1, as 1 more: the file may be damaged"],
    ),
    "nothing": ({"current": (1.0, 2.0, 1e-101)}, odd("current", 2, "1e-101 mA", "2")),
    "time that stands": ({"time": (0.0, 1.0, 1.0)}, []),
    "time that goes back": ({"time": (0.0, 1.0, 0.5)}, odd("time", 2, "0.5 ms", "1")),
    "time that doubles": ({"time": (1.0, 2.0, 4.0)}, []),
    "twice all other steps": ({"time": (0.0, 1.0, 3.0)}, []),
    "more than twice": ({"time": (0.0, 1.0, 3.01)}, odd("time", 2, "3.01 ms", "1")),
    "one long step": ({"time": (0.0, 0.0, 9.0)}, []),
    "no time": ({"time": (0.0, 1.0, np.nan)}, odd("time", 2, "not a number", "1")),
}  # fmt: skip


@pytest.mark.parametrize("what", RECORDINGS)
def test_rows_of_a_recording(what):
    given, expected = RECORDINGS[what]
    assert recorded(**given) == expected


# -- a bit of an exponent --------------------------------------------------------------------------------

POINTS = len(spectrum())


def flipped(data: bytes, at: int, bit: int) -> bytes:
    """Return the file with one bit of the exponent of the number at an offset the other way round."""
    (number,) = struct.unpack_from(">Q", data, at)
    return data[:at] + struct.pack(">Q", number ^ 1 << 52 + bit) + data[at + 8 :]


@pytest.mark.parametrize("row", [0, 4, POINTS - 1])
@pytest.mark.parametrize(("block", "name"), [(1, "|Z|"), (3, "clock")])
@pytest.mark.parametrize("bit", range(5, 11))
def test_a_flipped_exponent_of_a_spectrum_is_said(bit, block, name, row):
    """From bit 5 on the factor is 2³² or more; below, SPECTRA has the limits."""
    record = echub.read(flipped(ism(), 12 + 8 * (block * POINTS + row), bit), reader="zahner-ism")
    (found,) = [notice.message for notice in record.notices if notice.code == "unlikely-number"]
    assert found.startswith(f"{name} of row ")


@pytest.mark.parametrize(("column", "name", "bits"), [(0, "potential", range(4, 10)), (1, "current", range(4, 10)),
                                                      (2, "time", range(2, 10))])  # fmt: skip
def test_a_flipped_exponent_of_a_recording_is_said(column, name, bits):
    """500 mV and 500 mA have bits 0 to 2 and 10 unset: from bit 4 on a flip makes at least 2¹⁶ of them."""
    for bit in bits:
        record = echub.read(flipped(isw(), 18 + 8 * (3 * 5 + column), bit), reader="zahner-isw")
        found = [notice.message for notice in record.notices if notice.code == "unlikely-number"]
        assert len(found) == 1
        assert found[0].startswith(f"{name} of row ")
    assert not echub.read(isw(), reader="zahner-isw").notices


def test_the_only_row_of_a_recording_stands_beside_nothing():
    found = of_recording(np.array([1e-200]), np.array([2.0]), np.array([0.0]))
    assert [notice.message for notice in found] == [
        "potential of row 0 is 1e-200 mV: the file may be damaged"
    ]  # fmt: skip
