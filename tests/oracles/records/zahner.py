"""Files of Zahner's Thales: big-endian numbers, then texts behind their lengths, then settings as bytes."""

from __future__ import annotations

import math
import struct

from tests.oracles.records.told import FileWorld, Refused, column, rows, spectra

MARK = b"\x00\x00\xff\xff\xff\xfe"
FIXED = {"unit_origin": "fixed by the format; the file does not print it"}
FREQUENCY, MODULUS = [1000.0, 100.0, 10.0], [10.0, 12.0, 15.0]
TURNS = [-0.125, -0.0625, 0.25]
CLOCK = [1_300_000_000.25, 1_300_000_001.75, 1_300_000_010.25]
"""s since 1980-01-01: 15046 days and 25600.25 s, which is 2021-03-12, 07:06:40."""
MADE = {"made": "printed in rad"}


def texts(*words: str) -> bytes:
    """Return texts, each behind its length."""
    return b"".join(struct.pack(">H", len(word)) + word.encode("cp1252") for word in words)


def ism(*words: str, clock: list[float] = CLOCK) -> bytes:
    """Return a spectrum: its numbers by quantity, the phase in rad, significance in whole numbers."""
    phase = [turn * 2 * math.pi for turn in TURNS]
    blocks = b"".join(struct.pack(">3d", *block) for block in (FREQUENCY, MODULUS, phase, clock))
    return (
        MARK
        + struct.pack(">HI", 0, 2)
        + blocks
        + struct.pack(">3h", 90, 80, -7)
        + texts(*words)
        + bytes(10)
        + b"\x01\x2a"
    )


def isw(*words: str, last: int = 1) -> bytes:
    """Return a recording: rows of mV, mA and ms."""
    numbers = struct.pack(">6d", 1700.0, 625.0, 0.0, -250.0, -0.5, 300_000.0)
    return MARK + struct.pack(">IHHI", 0, 14, 0, last) + numbers + texts(*words) + bytes(9)


def spectrum_columns(clock: list[float] = CLOCK) -> dict[str, object]:
    """Return the columns of the spectrum."""
    elapsed = [value - clock[0] for value in clock]
    name, derived = "impedance", {"recipe": "clock - clock of the first point"}
    return {
        f"{name}": {"kind": "impedance"},
        f"{name}.row": rows(3),
        f"{name}.frequency": column("frequency", FREQUENCY, "frequency", "Hz", 0, attrs=FIXED),
        f"{name}.impedance_abs": column("impedance", MODULUS, "impedance_abs", "ohm", 1, attrs=FIXED),
        f"{name}.phase": column("phase", [-45.0, -22.5, 90.0], "phase", "deg", 2, attrs=MADE),
        f"{name}.vendor_clock": column("clock", clock, None, "s", 3,
                                       attrs={"made": "since 1980-01-01, local time"}),
        f"{name}.vendor_significance": column("significance", [90, 80, -7], None, "1", 4, origin="reported",
                                              dtype="int16"),
        f"{name}.time": column("t", elapsed, "time", "s", None, origin="derived", attrs=derived),
        f"{name}.spectrum": spectra([0, 0, 0]),
    }  # fmt: skip


def spectrum() -> FileWorld:
    """Return a spectrum without a day: the clock says when it began."""
    words = ("070324", "cell 3", "", "dry")
    return FileWorld("a.ism", ism(*words), {
        **spectrum_columns(), "settings.texts": list(words), "settings.undecoded": (bytes(10) + b"\x01\x2a").hex(),
        "@instrument.manufacturer": "Zahner", "@experiment.comments": "070324\ncell 3\ndry",
        "@experiment.start": "2021-03-12T07:06:40", "@experiment.timezone": "unknown",
    }, "zahner-ism")  # fmt: skip


def spectrum_of_a_day() -> FileWorld:
    """Return a spectrum whose day and hours are printed, the month in German; its clock says nothing."""
    clock, words = [-5.0, -4.0, 4.0], ("cell 3", "okt,07.2024", "09:10:11 - 09:12:13")
    return FileWorld("b.ism", ism(*words, clock=clock), {
        **spectrum_columns(clock), "settings.texts": list(words),
        "settings.undecoded": (bytes(10) + b"\x01\x2a").hex(),
        "@instrument.manufacturer": "Zahner", "@experiment.comments": "cell 3",
        "@experiment.start": "2024-10-07T09:10:11", "@experiment.timezone": "unknown",
    }, "zahner-ism")  # fmt: skip


def spectrum_without_date() -> FileWorld:
    """Return a spectrum whose clock is before 1980, of an impossible day."""
    clock, words = [-5.0, -4.0, 4.0], ("feb,31.2024", "09:10:11 - 09:12:13")
    return FileWorld("c.ism", ism(*words, clock=clock), {
        **spectrum_columns(clock), "settings.texts": list(words),
        "settings.undecoded": (bytes(10) + b"\x01\x2a").hex(),
        "@instrument.manufacturer": "Zahner",
        "!no-start": "the start feb,31.2024 09:10:11 cannot be read",
        "!no-start 2": "the clock says -5 s, which is not a date of this century",
    }, "zahner-ism")  # fmt: skip


def recording() -> FileWorld:
    """Return two rows: the second after 300 s."""
    words = ("cell 3", "", "mar,07.2024", "23:10:00 - 23:10:07", "CP 625mA")
    name = "timeseries"
    return FileWorld("d.isw", isw(*words), {
        name: {"kind": name}, f"{name}.row": rows(2),
        f"{name}.potential_we": column("potential", [1.7, -0.25], "potential_we", "V", 0, factor=0.001,
                                       attrs=FIXED),
        f"{name}.current": column("current", [625.0, -0.5], "current", "mA", 1, attrs=FIXED),
        f"{name}.time": column("time", [0.0, 300.0], "time", "s", 2, factor=0.001, attrs=FIXED),
        "settings.texts": list(words), "settings.undecoded": bytes(9).hex(),
        "@instrument.manufacturer": "Zahner", "@experiment.comments": "cell 3\nCP 625mA",
        "@experiment.start": "2024-03-07T23:10:00", "@experiment.timezone": "unknown",
    }, "zahner-isw")  # fmt: skip


def _refused(name: str, data: bytes, reader: str, what: str) -> Refused:
    return Refused(name, data, reader, {
        "message": f"this is not {what}, or not of the version that is known",
        "expected": "the mark 00 00 FF FF FF FE, a count, and as many numbers", "found": repr(data[:20]),
        "cause": "another version of Thales, another program's file, or a file that was cut",
        "hint": "in Thales display the measurement and save it as ASCII, then convert that text",
    })  # fmt: skip


def cut_spectrum() -> Refused:
    """Return a spectrum whose numbers take one byte more than there are."""
    return _refused("e.ism", ism()[: 12 + 34 * 3 - 1], "zahner-ism", "a spectrum of Zahner Thales")


def cut_recording() -> Refused:
    """Return a recording that counts three rows and has two."""
    return _refused("f.isw", isw(last=2), "zahner-isw", "a recording of Zahner Thales")


WORLDS = {f"zahner: {world.__name__}": world for world in (
    spectrum, spectrum_of_a_day, spectrum_without_date, recording, cut_spectrum, cut_recording,
)}  # fmt: skip
