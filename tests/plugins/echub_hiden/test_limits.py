"""Each limit of exports and declarations: a row just inside and one just outside."""

from __future__ import annotations

import math

import numpy as np
import pytest

import echub
from echub.plugin import Confidence, ReadError, SourceColumn
from echub_hiden import sniff_manifest, sniff_massoft
from echub_hiden.columns import _check_clock, _clock, _number
from echub_hiden.declared import DeclaredPart, exchanged
from echub_hiden.header import Header, Scan
from echub_hiden.images import Stack
from echub_hiden.manifest import _check_images, _check_labels, _whole
from echub_hiden.massoft import _hundreds
from echub_hiden.options import MassoftOptions
from echub_hiden.scans import groups, marked, scan_of_sweeps, sweeps
from echub_hiden.units import scan_meaning, trend_meaning
from fixtures.sims import massoft


def scan(start="10.00", stop="14.00", step="1.00"):
    return Scan("Scan 1", "Faraday", {"Start": start, "Stop": stop, "Increment": step})


def header():
    return Header(3, 9, ",", 5, ["Time", "ms", "H2"], [], False)


@pytest.mark.parametrize(("step", "off"), [("1.00", 0.5), ("0.25", 0.125), ("", 0.005), ("0", 0.005)])
def test_a_mass_is_that_of_a_scan_within_half_a_step(step, off):
    """Without a step within the rounding of two decimals; `,` is a decimal comma."""
    one = scan("10,00", "14.00", step)
    inside, outside = 0.99 * off, 1.01 * off
    ends = (
        (10 + inside, 14 - inside),
        (10 + outside, 14),
        (10, 14 - outside),
        (10 - outside, 14),
        (10, 14 + outside),
    )
    for (first, last), held in zip(ends, (True, False, False, False, False), strict=True):
        assert one.holds(np.array([first, last])) == held
        assert one.holds(np.array([first, last]), cut=True) == (held or last == 14 - outside)
        assert one.holds(np.array([last, first]), within=True) == (first >= 10 - off and last <= 14 + off)


@pytest.mark.parametrize(("stop", "ranged"), [("10.01", True), ("10.00", False), ("9.00", False), ("x", False)])
def test_a_scan_that_rises_is_ranged(stop, ranged):
    assert scan(stop=stop).is_ranged == ranged


@pytest.mark.parametrize(("step", "shape"), [("1.00", "bar"), ("0.99", "profile"), ("", None)])
def test_whole_masses_are_bars(step, shape):
    column = SourceColumn("mass amu", np.zeros(1), "mass_to_charge", "1")
    assert marked(column, scan(step=step)).attrs.get("shape") == shape


@pytest.mark.parametrize(("name", "meaning", "detector"), [
    ("SEM c/s", ("ion_count_rate", "c/s"), "SEM"), ("Faraday torr", ("partial_pressure", "torr"), "Faraday"),
    ("SEM 2 A", ("ion_current", "A"), "SEM 2"), ("SEM", (None, None), "SEM"), ("SEM furlong", (None, None), "SEM"),
    ("Cycle", ("cycle", "1"), None), ("MASS amu", ("mass_to_charge", "1"), None),
    ("mass", ("mass_to_charge", "1"), None),
])  # fmt: skip
def test_a_column_of_a_scan_ends_in_its_unit(name, meaning, detector):
    head = header()
    found = scan_meaning(head, name, np.ones(1), 7, MassoftOptions())
    assert (found.header, (found.quantity, found.unit), found.index) == (name, meaning, 7)
    assert found.attrs == ({"detector": detector} if detector else {})
    assert [notice.code for notice in head.notices] == (["unit-unknown"] if meaning[0] is None else [])


@pytest.mark.parametrize(("name", "meaning", "source"), [
    ("SEM", ("ion_count_rate", "c/s"), {"unit_from": "--option sem=c/s"}),
    ("SEM torr", ("partial_pressure", "torr"), {}), ("Faraday", (None, None), {}),
])  # fmt: skip
def test_a_column_of_a_scan_without_a_unit_has_the_stated_one(name, meaning, source):
    found = scan_meaning(header(), name, np.ones(1), 7, MassoftOptions(sem="c/s"))
    assert (found.quantity, found.unit) == meaning
    assert found.attrs == {"detector": name.split(" ")[0], **source}


@pytest.mark.parametrize(("given", "options", "meaning", "source"), [
    ("SEM c/s", {"sem": "torr"}, ("ion_count_rate", "c/s"), "the scan's input"),
    ("SEM", {"sem": "c/s", "faraday": "torr"}, ("ion_count_rate", "c/s"), "--option sem=c/s"),
    ("Faraday", {"faraday": "A"}, ("ion_current", "A"), "--option faraday=A"),
    ("Vacuum", {"vacuum": "mbar"}, ("ambient_pressure", "mbar"), "--option vacuum=mbar"),
    ("temperature", {"temperature": "K"}, ("temperature", "K"), "--option temperature=K"),
    ("SEM", {"vacuum": "mbar"}, (None, None), None), ("other", {}, (None, None), None),
    (None, {}, (None, None), None),
])  # fmt: skip
def test_a_channel_of_a_trend_has_the_unit_of_its_input_or_the_stated_one(given, options, meaning, source):
    """A legend that is a number, or an ion at its own mass, is not doubted."""
    one, head = Scan("Scan 3", given, {"Start": "44.00"}) if given else None, header()
    for legend, mass in (("CO2", "44.00"), ("28", None)):
        found = trend_meaning(head, one, legend, np.ones(1), 5, MassoftOptions(**options))
        assert (found.header, (found.quantity, found.unit), found.index) == (legend, meaning, 5)
        assert found.attrs == {
            "legend": legend, "input": given or "", **({"scan": "Scan 3"} if given else {}),
            **({"mass": mass} if mass and given else {}), **({"unit_from": source} if source else {}),
        }  # fmt: skip
    how = f"; state it: --option {given.lower()}=UNIT" if given == "SEM" else ""
    text = f"the file prints no unit for the input {given or '(none)'}{how}"
    assert [(notice.code, notice.message) for notice in head.notices] == [("unit-unknown", text)] * (
        source is None
    )


def test_a_sweep_starts_where_the_mass_does_not_rise_or_another_scan_does():
    two = [scan("10", "12", "1"), scan("13", "15", "1")]
    mass = np.array([10.0, 11, 12, 13, 14, 15, 15, 10, 12, 14.0])
    assert sweeps(mass, two).tolist() == [0, 0, 0, 1, 1, 1, 2, 3, 3, 3]
    assert sweeps(mass, ()).tolist() == [0] * 6 + [1, 2, 2, 2]
    assert sweeps(np.array([10, 11, 12.5, 13.5, 15]), two).tolist() == [0, 0, 0, 1, 1]
    for early, late in ((12.51, 13.5), (12.5, 13.51)):
        assert sweeps(np.array([10, 11, early, late, 15]), two).tolist() == [0] * 5
    assert sweeps(mass[:0], two).tolist() == []


def test_only_the_last_sweep_may_be_cut():
    two = [scan("10", "12", "1"), scan("13", "15", "1")]
    assert scan_of_sweeps(two, np.array([10.0, 11, 12, 13, 14]), np.array([0, 0, 0, 1, 1])) == two
    with pytest.raises(ReadError, match="cannot be told apart") as refused:
        scan_of_sweeps(two, np.array([10.0, 11, 13, 14, 15]), np.array([0, 0, 1, 1, 1]))
    assert refused.value.found == "a sweep from 10 to 11, which fits none"


@pytest.mark.parametrize(("names", "found"), [
    (["ms", "mass amu", "A", "mass", "B"], [[0, 1, 2], [0, 3, 4]]),
    (["ms", "mass amu", "A", "Time", "mass", "B", "C"], [[0, 1, 2], [3, 4, 5, 6]]),
    (["odd", "UTC", "mass amu", "A", "mass amu", "B"], [[0, 1, 2, 3], [1, 4, 5]]), (["ms", "H2"], []),
])  # fmt: skip
def test_clocks_before_the_first_mass_are_of_every_scan_without_its_own(names, found):
    assert groups(names) == found


@pytest.mark.parametrize(("clock", "ms", "said"), [
    ("00:00:05", 5999, False), ("00:00:05", 6999, False), ("00:00:05", 7000, True), ("00:00:05", 4000, False),
    ("00:00:05", 3999, True), ("odd", 5000, None),
])  # fmt: skip
def test_a_clock_may_be_off_by_a_second(clock, ms, said):
    one = header()
    _check_clock(one, ["00:00:00", clock, clock], np.array([0.0, ms, ms]))
    codes = [notice.code for notice in one.notices]
    assert codes == (["clock-unreadable"] if said is None else ["clock-disagrees"] * said)


@pytest.mark.parametrize(("text", "seconds"), [
    ("12:00:01 AM", 1), ("12:00:01 PM", 43_201), ("1:02:03 am", 3723), ("11:02:03 PM", 82_923),
    ("25:00:02", 90_002),
])  # fmt: skip
def test_a_clock_is_read_in_24_or_in_12_hours(text, seconds):
    assert _clock(text) == seconds


@pytest.mark.parametrize(("text", "value"), [
    ("-1.#INF", -math.inf), ("+1.#INF00", math.inf), ("1.#QNAN", math.nan), ("-1.#IND00e+000", math.nan),
    ("1.#SNAN0", math.nan), ("inf", math.inf), ("2.5", 2.5),
])  # fmt: skip
def test_what_is_no_number_keeps_its_sign(text, value):
    one = header()
    assert _number(one, 2, 0, text) == pytest.approx(value, nan_ok=True)
    assert [(notice.code, notice.column) for notice in one.notices] == [("not-a-number", "H2")] * ("#" in text)


@pytest.mark.parametrize("text", ["1.#INF5", "7e505", "", "1.#"])
def test_what_is_no_number_at_all_is_named_by_its_line(text):
    with pytest.raises(ReadError) as refused:
        _number(header(), 2, 3, text)
    assert (refused.value.where, refused.value.found) == ("line 9, column H2", repr(text))


@pytest.mark.parametrize(("row", "more"), [
    ("00:00:00, 1,", 0), ("99:59:59, 1,", 0), ("100:00:00, 1,", 1), ("1000:00:00, 1,", 2),
    ("0:00:00, 1", 0), ("9", 0), (" 100:00:00  , 1,", 1), ("12:00:01 AM, 1,", 0),
])  # fmt: skip
def test_a_clock_from_100_hours_on_makes_a_row_longer(row, more):
    assert _hundreds(row, 0, ",") == more
    assert _hundreds(f"x,{row}", 1, ",") == more * (row != "9")
    assert _hundreds(row, None, ",") == 0


@pytest.mark.parametrize(("year", "said"), [(b"2009", True), (b"2010", False)])
def test_a_clock_of_2009_was_never_set(tmp_path, year, said):
    (tmp_path / "a.csv").write_bytes(massoft().replace(b"6/14/2021", b"6/14/" + year))
    codes = {notice.code for notice in echub.read(tmp_path / "a.csv").notices}
    assert ("clock-never-set" in codes) == said


class Head:
    """A source of which only the beginning is asked for."""

    def __init__(self, head):
        self.head = head


@pytest.mark.parametrize(("head", "found"), [
    (b"0000000012,scans,0000000052,DataLength", True), (b'"12";"scans";"52";"DataLength"', True),
    (b"\xef\xbb\xbf12,scans,52,DataLength", True), ("12,scans,52,DataLength".encode("utf-16"), True),
    (b"1234567890123,scans,52,DataLength", False), (b"12,scan,52,DataLength", False),
    (b"x12,scans,52,DataLength", False),
])  # fmt: skip
def test_an_export_is_known_by_its_first_line(head, found):
    assert sniff_massoft(Head(head)) == (Confidence.CERTAIN if found else Confidence.NO)


@pytest.mark.parametrize(("head", "found"), [
    (b'format = "sims"\n', True), (b'# a\n\n[x]\nformat = "sims"\n', True),
    (b'\xef\xbb\xbfa = 1\nformat = "sims"', True),
    (b'format = "sims2"\n', False), (b'print("x")\nformat = "sims"\n', False),
    (b'a = """\nformat = "sims"\n"""', False), (b'a = """b"""\nformat = "sims"\n', True), (b"x", False),
])  # fmt: skip
def test_a_manifest_is_known_by_its_own_key(head, found):
    assert sniff_manifest(Head(head)) == (Confidence.CERTAIN if found else Confidence.NO)


@pytest.mark.parametrize(("labels", "polarity", "said"), [
    (["Na+", "K+", "O-"], -1, True), (["Na", "O"], -1, False), (["Na", "K", "O"], -1, True),
    (["Na", "total", "SE"], -1, True),
    (["Na", "K"], 1, False), (["F", "Cl"], 1, True),
])  # fmt: skip
def test_files_are_exchanged_if_more_than_half_of_their_ions_hardly_form(labels, polarity, said):
    part = DeclaredPart("r", "region r, profile 1", {"polarity": "+" if polarity > 0 else "-"})
    found = exchanged(part, labels)
    assert (found is not None) == said
    if said:
        words = ("positive", "negative") if polarity > 0 else ("negative", "positive")
        assert found[0] == "polarity-exchanged"
        assert found[1].endswith(f"hardly form {words[0]} ions; were the {words[1]} ions meant?")


@pytest.mark.parametrize(("values", "dtype"), [
    (np.array([0, 255], "i2"), "uint32"), (np.array([0.0, 2.0**32 - 1]), "uint32"),
    (np.array([0.0, 2.0**32]), "float64"),
    (np.array([-1, 5], "i2"), "int16"), (np.array([0.5, 1.0]), "float64"), (np.array([1, 2], "u2"), "uint16"),
])  # fmt: skip
def test_whole_counts_of_32_bits_become_unsigned(values, dtype):
    found = _whole(values)
    assert found.dtype.name == dtype
    assert found.tolist() == values.tolist()


@pytest.mark.parametrize(("values", "codes"), [
    (np.array([[[0, 254]]] * 2, "u1"), []), (np.array([[[0, 255]]] * 2, "u1"), ["eight-bit-image"]),
    (np.array([[[0, 255]]] * 2, "u2"), []), (np.array([[[0.5, 1.0]]] * 2), ["normalised-image"]),
    (np.array([[[0.5, 1.01]]] * 2), ["not-counts"]), (np.array([[[-0.5, 1.0]]] * 2), ["negative-counts"]),
    (np.array([[[0.0, np.nan]]] * 2), ["all-zero"]), (np.array([[[np.nan, np.nan]]] * 2), []),
    (np.array([[[1.0, np.nan]]]), ["one-frame"]),
])  # fmt: skip
def test_pictures_are_told_from_counts(values, codes):
    """Pixels that are not numbers are neither zero nor counts."""
    notices = []
    _check_images([Stack("r", "Na+", 1, values)], notices)
    assert [notice.code for notice in notices] == codes


@pytest.mark.parametrize(("label", "polarity", "said"), [
    ("Na", 1, False), ("Na+", 0, False), ("Na+", 1, False), ("Na+", -1, True), ("O-", 1, True),
])  # fmt: skip
def test_a_label_of_the_other_polarity_is_said(label, polarity, said):
    notices = []
    _check_images([Stack("r", label, polarity, np.ones((2, 1, 1)))], notices)
    text = f"r, {label}: {label} cannot come from the declared polarity"
    assert [(one.code, one.message) for one in notices] == [("polarity-mismatch", text)] * said


@pytest.mark.parametrize(("labels", "said"), [
    ([("P-", -1), ("Si-", -1), ("PO2-", -1)], ["30SiH- of a silicon-rich matrix lies on P- at", "30SiO2H- of a "
     "silicon-rich matrix lies on PO2- at"]), ([("P-", -1), ("Na+", 1)], []), ([("Si-", -1), ("O-", -1)], []),
    ([("P", -1), ("SiO2", -1)], ["30SiH- of a silicon-rich matrix lies on P- at"]), ([("P", 1), ("Si", 1)], []),
    ([("P-", 0), ("total", -1), ("Si", 0)], ["30SiH- of a silicon-rich matrix lies on P- at"]),
])  # fmt: skip
def test_silicon_lies_on_phosphorus_in_negative_ions(labels, said):
    """A label without a sign has that of the declared polarity."""
    notices = []
    _check_labels(labels, notices)
    told = [(one.code, one.message) for one in notices]
    assert told == [("mass-interference", f"{text} unit mass resolution") for text in said]
