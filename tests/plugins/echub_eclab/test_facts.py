"""Every row of the tables of EC-Lab against a list of facts that was written down apart from them.

`facts/` restates what pairs of `.mpr` and text have proven: layouts of parameters, words of codes, column ids,
headers. A row that is wrong, missing or too many in the reader's own tables differs from it.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest

import echub_eclab
from echub.plugin import unit
from echub_eclab.columns import column_ids, current_range_labels, meaning_of, meanings
from echub_eclab.parameters import TAIL, layout, read_parameters
from echub_eclab.techniques import TECHNIQUES

FACTS = Path(__file__).parent / "facts"
SIZES = {"u1": 1, "u2": 2, "u4": 4, "f4": 4}
PACKED = {"u1": "B", "u2": "H", "u4": "I", "f4": "f"}
SAME_WORDS = {
    "I Range": "I Range min|I Range max|I Range init",
    "unit Is": "unit Is1|unit Is2|unit Im|unit dI|unit Imax|unit Imin|unit  Ia",
    "unit dQ": "unit dq|unit dQM",
    "unit fi": "unit ff|unit f",
    "vs.": "EM1 vs.|EM2 vs.|ctrl1_val_vs|ctrl2_val_vs|ctrl3_val_vs",
    "Set I/C": "Apply I/C|Apply I/C_1",
    "I sign": "I1 sign|I2 sign",
    "charge/discharge": "charge/discharge_1",
    "ctrl2_val_unit": "ctrl3_val_unit",
}
"""A field of words to the others that use them."""
NAMES = {
    0x04: "GCPL", 0x06: "CV", 0x0B: "OCV", 0x16: "MP", 0x18: "CA", 0x19: "CP", 0x1C: "WAIT", 0x1D: "PEIS",
    0x1E: "GEIS", 0x30: "CV", 0x32: "ZIR", 0x33: "CVA", 0x6C: "LSV", 0x75: "CstV", 0x76: "CstC", 0x77: "GCPL",
    0x7F: "MB", 0x88: "BCD",
}  # fmt: skip
TITLE = {
    "GCPL": "Galvanostatic Cycling Potential Limitation", "CV": "Cyclic Voltammetry",
    "OCV": "Open Circuit Voltage", "MP": "Modular Potentio", "CA": "Chronoamperometry",
    "CP": "Chronopotentiometry", "WAIT": "Wait", "PEIS": "Potentio Electrochemical Impedance Spectroscopy",
    "ZIR": "IR compensation", "GEIS": "Galvano Electrochemical Impedance Spectroscopy",
    "CVA": "Cyclic Voltammetry Advanced", "LSV": "Linear Sweep Voltammetry", "CstV": "Constant Voltage",
    "CstC": "Constant Current", "MB": "Modulo Bat", "BCD": "Battery Capacity Determination",
}  # fmt: skip
"""Words of the title of each technique."""
RANGES = {
    9: "1 A", 11: "10 mA", 12: "1 mA", 13: "100 µA", 14: "10 µA", 37: "1 A", 39: "10 mA", 40: "1 mA",
    41: "100 µA", 65: "10 A", 116: "1 mA", 117: "100 µA", 10: "10", 0: "0", 38: "38", 64: "64",
}  # fmt: skip
"""Codes of the column `I Range`; one that no text has proven stays a number."""


def layouts():
    """Return (technique, version, parameters, stride) → [(type, name), …]."""
    found, key = {}, ()
    for line in (FACTS / "layouts.txt").read_text("utf-8").splitlines():
        if line.startswith(" "):
            found[key] += [tuple(field.strip().split(" ", 1)) for field in line.split(";") if field.strip()]
        else:
            technique, version, count, stride = line.split()
            key = technique, int(version[1:]), int(count), int(stride)
            found[key] = []
    return found


LAYOUTS = layouts()


def printed(name):
    return "" if name.startswith("(not printed)") else name


@pytest.mark.parametrize("key", LAYOUTS, ids=str)
def test_a_layout_is_that_of_the_facts(key):
    offset, expected = 0, []
    for type_, name in LAYOUTS[key]:
        expected.append((offset, type_, printed(name)))
        offset += SIZES[type_]
    assert [tuple(place) for place in layout(*key)] == expected
    assert (len(expected), offset) == key[2:]


def test_no_layout_is_known_beside_the_facts():
    table = Path(echub_eclab.__file__).with_name("parameters.tsv").read_text("utf-8").splitlines()
    known = {tuple(line.split("\t")[:4]) for line in table[1:]}
    assert known == {tuple(map(str, key)) for key in LAYOUTS}


def words():
    """Return (techniques, condition, field, code, word) of every proven code."""
    for line in (FACTS / "words.txt").read_text("utf-8").splitlines():
        of, _, rest = line.partition(": ")
        condition = next((part for part in of.split() if "=" in part), "")
        field, _, codes = rest.partition(" = ")
        for code in codes.split(", "):
            number, word = code.split(" ", 1)
            yield [part for part in of.split() if "=" not in part], condition, field, int(number), word


WORDS = list(words())


def read(key, codes):
    """Return what is read of one row in which every number is 2 and these fields have these codes."""
    seen, row = {}, b""
    for type_, name in LAYOUTS[key]:
        seen[name] = seen.get(name, 0) + 1
        value = codes.get(name if seen[name] == 1 else f"{name} [{seen[name]}]", 2)
        row += struct.pack("<" + PACKED[type_], value)
    data = bytes(0x1847) + struct.pack("<HH", 1, key[2]) + row + bytes(TAIL)
    found, notices = read_parameters(data, key[0], key[1])
    return found["parameters"][0], notices


def fields_of(key, field):
    """Return the fields of a layout that use the words of one, with the number of their block, if any."""
    alike = {field, *SAME_WORDS.get(field, "").split("|")}
    found, seen = [], {}
    for type_, name in LAYOUTS[key]:
        seen[name] = seen.get(name, 0) + 1
        block = re.fullmatch(r"(lim|rec)(\d)_(.*)", name)
        plain = f"{block[1]}_{block[3]}" if block else name
        if plain in alike and type_ != "f4" and printed(name):
            found.append((name if seen[name] == 1 else f"{name} [{seen[name]}]", block[2] if block else ""))
    return found


def codes_for(condition, number, field):
    """Return the codes of the fields on which a word depends; of an unknown control type everything is printed."""
    if not condition:
        return {"ctrl_type": 1, "lim_nb": 3, "rec_nb": 3}
    name, _, word = condition.partition("=")
    code = next(c for _, _, f, c, w in WORDS if f == name and w == word)
    name = name.replace("_", f"{number}_", 1) if number else name
    return {"ctrl_type": 1, "lim_nb": 3, "rec_nb": 3, name: code}


@pytest.mark.parametrize("key", LAYOUTS, ids=str)
def test_every_code_has_the_word_of_the_facts(key):
    tried = 0
    for techniques, condition, field, code, word in WORDS:
        if "*" not in techniques and key[0] not in techniques:
            continue
        for name, number in fields_of(key, field):
            given = {**codes_for(condition, number, field), name: code}
            assert read(key, given)[0][name] == word, (name, given)
            tried += 1
    assert tried or key[0] == "WAIT" or key == ("OCV", 1, 6, 24)


@pytest.mark.parametrize("key", LAYOUTS, ids=str)
def test_a_code_beside_the_facts_stays_a_number_and_is_reported(key):
    for field in {field for _, _, field, _, _ in WORDS}:
        rows = [w for w in WORDS if w[2] == field and ("*" in w[0] or key[0] in w[0])]
        for name, number in fields_of(key, field) if rows else ():
            given = codes_for(rows[0][1], number, field)
            proven = {code for _, condition, _, code, _ in rows if condition == rows[0][1] or not condition}
            for code in {*range(6), 41, 99} - proven - ({0} if field == "vs." else set()):
                values, notices = read(key, {**given, name: code})
                if name != "ctrl_type":
                    assert values[name] == code, (name, code)
                    assert re.search(rf"{re.escape(name)} = [\d ]*\b{code}\b", notices[0].message)


def test_techniques_are_those_of_the_facts():
    assert {code: technique.name for code, technique in TECHNIQUES.items()} == NAMES
    for technique in TECHNIQUES.values():
        for word in TITLE[technique.name].split():
            assert word in technique.title


def test_current_ranges_are_those_of_the_facts():
    for code, word in RANGES.items():
        assert current_range_labels(np.array([code])) == {code: word}


def test_column_ids_are_those_of_the_facts():
    facts = {}
    for line in (FACTS / "columns.txt").read_text("utf-8").splitlines():
        type_, _, entries = line.partition(": ")
        for number, header, pairs in re.findall(r"(\d+) (.*?) \((\d+)\)(?:; |$)", entries):
            facts[int(number)] = (int(number), type_, header, int(pairs))
    assert {number: tuple(known) for number, known in column_ids().items()} == facts


HEADERS = [line.split(" | ") for line in (FACTS / "headers.txt").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("header", "quantity", "printed_unit", "how", "origin"), HEADERS)
def test_a_header_means_what_the_facts_say(header, quantity, printed_unit, how, origin):
    found = meaning_of(header)
    assert found.quantity == quantity
    assert (found.averaged, found.negate, found.origin) == (how == "averaged", how == "negate", origin.strip())
    if printed_unit:
        assert unit(found.unit) == unit(printed_unit)
    else:
        assert found.unit is None


LATER = {
    "NSD Ewe/%": "nsd_potential",
    "NSD I/%": "nsd_current",
    "NSR Ewe/%": "nsr_potential",
    "NSR I/%": "nsr_current",
}


@pytest.mark.parametrize("header", sorted(set(meanings()) - {row[0] for row in HEADERS}))
def test_a_header_beside_them_is_what_its_name_says(header):
    """Distortions are reported; set points and outputs programmed; everything else of a channel is measured."""
    found = meaning_of(header)
    expected = {**LATER, "Force/N": "force"}.get(header)
    set_by_user = any(word in header for word in ("control", "Control", "OUT"))
    origin = "reported" if header in LATER else "programmed" if set_by_user else "measured"
    assert (found.quantity, found.origin, found.averaged) == (expected, origin, header.startswith("<"))
    name, _, tail = header.rpartition("/")
    unit_in_name = name and header not in ("control/V/mA", "Acir/Dcir Control")
    assert found.unit == (tail if unit_in_name else None)
