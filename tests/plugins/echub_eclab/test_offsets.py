"""Where numbers and texts of the modules lie, what unit codes mean, and first lines, against a list of facts."""

from __future__ import annotations

import pytest

from echub.plugin import Confidence, Source
from echub_eclab.asciihead import kind_of
from echub_eclab.settings import (
    AREA_UNITS,
    EXTERNAL_DEVICE,
    LOG,
    MASS_UNITS,
    OLDER_STARTS,
    SET,
    VOLUME_UNITS,
)
from echub_eclab.sniff import sniff_mps, sniff_mpt

SET_FACTS = {
    0x00: ("B", "technique"), 0x07: ("pascal", "comments"), 0x107: ("f", "mass"), 0x10B: ("f", "x"),
    0x10F: ("f", "molecular weight"), 0x113: ("f", "ion weight"), 0x117: ("f", "xo"), 0x11B: ("H", "electrons"),
    0x11E: ("pascal", "electrode material"), 0x1C0: ("pascal", "electrolyte"), 0x211: ("f", "electrode area"),
    0x215: ("pascal", "reference electrode"), 0x24C: ("f", "characteristic mass"), 0x250: ("B", "area unit"),
    0x251: ("B", "characteristic mass unit"), 0x25C: ("f", "battery capacity"), 0x260: ("B", "capacity unit"),
    0x261: ("f", "charge"), 0x265: ("f", "volume"), 0x269: ("B", "volume unit"),
}  # fmt: skip
LOG_FACTS = {
    0x09: ("B", "channel"), 0xAB: ("I", "channel serial"), 0x1F8: ("f", "control min"),
    0x1FC: ("f", "control max"),
    0x249: ("d", "start"), 0x251: ("pascal", "file name"), 0x351: ("pascal", "host"), 0x384: ("pascal", "address"),
    0x3B7: ("pascal", "software"), 0x3BE: ("pascal", "server"), 0x3C5: ("pascal", "interpreter"),
    0x3CF: ("pascal", "device serial"), 0x922: ("B", "averaging"),
}  # fmt: skip
DEVICE_FACTS = {
    0x36: ("pascal", "in 1"), 0x63: ("pascal", "in 2"), 0x52: ("f", "1 max volt"), 0x56: ("f", "1 min volt"),
    0x5A: ("f", "1 max"), 0x5E: ("f", "1 min"), 0x7F: ("f", "2 max volt"), 0x83: ("f", "2 min volt"),
    0x87: ("f", "2 max"), 0x8B: ("f", "2 min"),
}  # fmt: skip
"""Offset → type and words of the name, in v1 modules."""


@pytest.mark.parametrize(
    ("places", "facts"),
    [(SET, SET_FACTS), (LOG, LOG_FACTS), (EXTERNAL_DEVICE, DEVICE_FACTS)],
    ids=["set", "log", "device"],
)
def test_places_are_those_of_the_facts(places, facts):
    found = {offset: (type_, set(name.split("_"))) for name, offset, type_ in places}
    assert len(found) == len(places)
    assert set(found) == set(facts)
    for offset, (type_, words) in facts.items():
        assert found[offset][0] == type_
        assert set(words.split()) <= found[offset][1]
        assert ("unit" in words.split()) == ("unit" in found[offset][1])
        assert ("volt" in words.split()) == ("volt" in found[offset][1])


def test_unit_codes_and_older_starts():
    assert (AREA_UNITS, MASS_UNITS, VOLUME_UNITS) == ({2: "cm^2", 3: "mm^2"}, {1: "g", 2: "mg"}, {1: "cm^3"})
    assert OLDER_STARTS == (465, 469, 473)


@pytest.mark.parametrize("program", ["EC-Lab", "BT-Lab", "EC-LAB", "bt-lab"])
@pytest.mark.parametrize(
    ("words", "kind"), [("ASCII FILE", "data"), ("SETTING FILE", "settings"), ("LOG FILE", "log")]
)
def test_first_lines(program, words, kind):
    head = f"{program} {words}\r\n".encode()
    assert kind_of(head) == kind
    data, other = sniff_mpt(Source.from_bytes(head, "x.txt")), sniff_mps(Source.from_bytes(head, "x.txt"))
    assert (data, other) == (
        (Confidence.CERTAIN, Confidence.NO) if kind == "data" else (Confidence.NO, Confidence.CERTAIN)
    )


OWN = ("mode", "ox/red", "control changes", "Ns changes", "counter inc.", "I Range", "half cycle")


@pytest.mark.parametrize("name", OWN)
def test_two_names_of_ec_lab_make_a_table_without_a_head_its_own(name):
    other = OWN[OWN.index(name) - 1]
    for text, found in ((f"{name}\ttime/s\t{other}", Confidence.LIKELY), (f"{name}\ttime/s", Confidence.NO)):
        for mark in (b"", b"\xef\xbb\xbf"):
            assert (
                sniff_mpt(Source.from_bytes(mark + text.encode("latin-1") + b"\r\n1\t2\t3\r\n", "x.txt")) is found
            )


@pytest.mark.parametrize(("name", "found"), [("x.mpl", Confidence.LIKELY), ("x.txt", Confidence.NO)])
def test_a_log_without_its_first_line_is_known_by_its_start(name, found):
    text = b"whatever\r\nAcquisition started on : 03/14/2024 09:26:53.250\r\n"
    assert sniff_mps(Source.from_bytes(text, name)) is found
