"""Messages of readers hold the numbers and names of the file, each in its place: all numbers of a row differ."""

from __future__ import annotations

import io
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

from echub.plugin import Metadata, Source
from echub_bdf import binary
from echub_cameca import checks
from echub_cameca import profile as cameca_profile
from echub_eclab import asciihead, asciilines, mpr, mps, mpt, prose, siblings
from echub_gamry import objects, overloads
from echub_gamry import reader as gamry_reader
from echub_hiden import columns as hiden_columns
from echub_hiden import declared, header, images, manifest, scans, units
from echub_ivium import reader as ivium
from echub_table import columns, digits, excel, samples
from tests.messages.saying import Fake, Noting, said

A = np.array


def _fake_conditions(rows):
    return patch.object(checks, "conditions", lambda _: rows)


def _points(notices):
    with _fake_conditions([{}]):
        checks.check_points(Fake(fields=lambda: {"# of data point/species": "12"}), 7, notices)


def _masses(notices):
    with _fake_conditions([{"Species": "Na+", "Mass (amu)": "39"}]):
        checks.check_masses(Fake(), notices)


def _zero_tail(notices):
    return asciihead.plain_source(Source.from_bytes(b"abcd\0\0\0\0\0", "a.mpt"))[1]


def _rest(data):
    def run(notices):
        found = Fake(notices=notices, dropped=notices)
        mpr._damage(Fake(size=100, read=lambda _: data), Fake(damage="it ends", stopped=80), found)

    return run


def _orders(notices):
    stated = Fake(contradicts=True, proof="03/14/2024", contradiction="15/03/2024")
    with patch.object(prose, "settle_order", lambda *_: stated):
        prose._settle_order([], "auto", [], Fake(notices=notices))


def _size(text):
    def run(notices):
        gamry = Fake(text=lambda _: text)
        objects._size(gamry, "AREA", "cell.area", "cm^2", Metadata(), ".", notices)

    return run


def _overload(notices):
    letter, meaning = overloads.POSITIONS[1]
    dots = "." * len(overloads.POSITIONS)
    words = Fake(texts=[dots, f".{letter}{dots[2:]}"], codes=A([0, 0, 0, 1, 1]))
    return overloads.overload_notice("CURVE1", words), f"{letter} at position 2 ({meaning}) in 2"


def _sha(notices):
    region = {"name": "R1", "test": "a.mpr", "test_sha256": "aaa"}
    with patch.object(declared, "open_beside", lambda *_: Fake(sha256=lambda: "bbb")):
        said_too = []
        declared._test_sha256(region, Fake(beside=lambda _: [1]), said_too)
    return said_too


def _odd_profile(notices):
    told = {"file": "f", "layout": "odd", "x": "sideways", "y": "smell"}
    with patch.object(declared, "_missing_polarity", lambda *_: []):
        return declared._missing_in_profile(Fake(told=told, where="profile 1"))


def _cut_array(notices):
    stream = io.BytesIO()
    np.save(stream, np.arange(10.0))
    images._require_all_there(stream.getvalue()[:-56])


def _frequencies(notices):
    with patch.object(ivium, "nested", lambda _: {"Frequencies.freq": ["1000", "120"]}):
        ivium._check_programme(A([1000.0, 95.0]), Fake(settings={}, notices=notices))


def _clocks(notices):
    found = Fake(names=["Time", "ms"], notices=notices)
    hiden_columns._check_clock(found, ["0:00:00", "0:00:09"], A([0.0, 4000.0]))


def _lost(notices):
    columns._report_lost(A([1.0, np.nan, np.nan, 2.0, 3.0]), pl.Series(["1", "x", "y", "2", "3"]), "t", Noting())


def _digits(notices):
    cells = pl.Series(["a", "1,234", "b", "4", "5"])
    bad, lone = pl.Series([True, True, True, False, False]), pl.Series([False, True, False, False, False])
    digits._report(cells, bad, lone, "I", lambda _, message: notices.append(message))


def _closure(notices):
    parts = [Fake(unit="%", values=[30, 30, 50], header="A"), Fake(unit="%", values=[70, 70, 40], header="B")]
    samples._closure(parts, Noting(said=notices))


def _repeats(quantity):
    def run(notices):
        one = [Fake(quantity=quantity, header=name) for name in ("a", "b", "c")]
        columns._report_repeats(one, Noting(said=notices))

    return run


FOUND = Fake(loops=[(0, 3), (4, 9)], sequences=[], modifications=[])
DATA_LINES = ['"x"', "3", "a", "b", "c", '"Data"', '"names"', "1,2"]


def _parquet(notices):
    stream = io.BytesIO()
    pl.DataFrame({"smell": [1.0], "colour": [2.0]}).write_parquet(stream)
    binary.read(Fake(shown="a.parquet", read=stream.getvalue), Fake())


ROWS = {
    "bdf: columns": (_parquet, "columns with labels of BDF, such as Test Time / s, Voltage / V, Current / A"),
    "bdf: columns found": (_parquet, "smell, colour"),
    "cameca: points": (_points, "the header says 12 points per species, the data have 7"),
    "cameca: mass": (_masses, "Na+ was measured at mass 39, which is not its own"),
    "cameca: cells": (
        lambda _: cameca_profile._row(5, "a\tb", 3), f"{cameca_profile._SLOTS} cells for each of 3 species"),
    "eclab: zeros in text": (_zero_tail, "the file ends in 5 zero bytes from offset 4: they are not data"),
    "eclab: zeros in a container": (
        _rest(b"\0" * 20), "the file ends in 20 zero bytes from offset 80: they are not data"),
    "eclab: no module": (_rest(b"x" * 20), "20 bytes from offset 80"),
    "eclab: blank lines": (
        lambda notices: asciilines.without_blank_lines(b"1\t2\n\n3\t4\n5\t6\n\n7\t8", 10, notices) and None,
        "2 blank lines in the table left out: line 11, 14"),
    "eclab: techniques": (
        lambda notices: mps._check_count(
            Fake(shown=""), ["Number of linked techniques : 5"], 2, Fake(notices=notices)),
        "the settings name 5 linked techniques and hold 2"),
    "eclab: no techniques": (
        lambda _: mps._check_count(Fake(shown=""), ["Number of linked techniques : 5"], 0, Fake()),
        "the settings name 5 techniques and hold none"),
    "eclab: loops": (
        lambda notices: mpt._settings([], Fake(notices=notices, **vars(FOUND)), 25) and None,
        "the loops end at row 9, the table has 25 rows"),
    "eclab: dates": (
        _orders,
        "dates of both orders occur: 03/14/2024 has the month first, 15/03/2024 the day; --option "
        "dates=day-first|month-first decides"),
    "eclab: sibling": (
        lambda notices: siblings._refuse(
            Fake(used=["a.mpl"]), Fake(name="a.mpl"), "it is of another run", Fake(notices=notices)),
        "a.mpl was not used: it is of another run"),
    "gamry: default": (
        _size("1"), 'AREA is 1, which the software offers by itself: not taken; --set cell.area="1 cm^2"'),
    "gamry: impossible": (_size("-3"), "AREA is -3: not taken as cell.area"),
    "gamry: units": (
        lambda _: gamry_reader._check_head(
            Fake(shown=""), Fake(units=("V", "A", "s"), names=("T", "Vf"), end=9, start=2, name="CURVE")),
        "2 units: one for each of T, Vf"),
    "gamry: units found": (
        lambda _: gamry_reader._check_head(
            Fake(shown=""), Fake(units=("V", "A", "s"), names=("T", "Vf"), end=9, start=2, name="CURVE")),
        "3: V, A, s"),
    "hiden: exchanged": (
        lambda _: declared.exchanged(Fake(where="file 2", polarity=-1), ["Na+", "K+", "O-"]),
        "file 2: Na+, K+ hardly form negative ions; were the positive ions meant?"),
    "hiden: key": (
        lambda _: declared._unknown({"colour": 1}, ("file", "x"), "profile 3"),
        "profile 3: colour is not a key here; known are file, x"),
    "hiden: test": (_sha, "region R1: the test a.mpr has the sha256 bbb, declared is aaa"),
    "hiden: frame time": (
        lambda _: declared._wrong_time(Fake(told={"frame_time": "-5 s"}, where="images 1")),
        "images 1: frame_time is '-5 s', not a time such as \"10 s\""),
    "hiden: layout": (_odd_profile, f"profile 1: layout is 'odd', not {' or '.join(declared.LAYOUTS)}"),
    "hiden: x": (_odd_profile, f"profile 1: x is 'sideways', not {', '.join(declared.X)}"),
    "hiden: y": (_odd_profile, f"profile 1: y is 'smell', not {' or '.join(declared.Y)}"),
    "hiden: header": (
        lambda notices: header._data_line(DATA_LINES, ",", 3, notices) and None,
        'line 2 says that 3 lines precede "Data", but 5 do; 5 counts'),
    "hiden: array": (_cut_array, "its header says 80 bytes, and 24 are there"),
    "hiden: frames": (lambda _: images._check_frames([3, 4, 7, 9], "Na+"), "the frames 3 to 9"),
    "hiden: frames that are not there": (
        lambda _: images._check_frames([3, 4, 7, 9], "Na+"), "none for 5, 6, 8"),
    "hiden: silicon": (
        lambda notices: manifest._check_labels([("P-", 0), ("Si-", 0)], notices),
        "30SiH- of a silicon-rich matrix lies on P- at unit mass resolution"),
    "hiden: not finite": (
        lambda notices: manifest._judged(
            "Na+", A([1, np.nan, np.nan, 2, 3]), "ion_counts", Fake(where="profile 1"), notices) and None,
        "profile 1, Na+: 2 are not numbers"),
    "hiden: gas": (
        lambda notices: units._check_mass(Fake(notices=notices), "N2", "40"),
        "N2 was measured at mass 40, which is not its own"),
    "hiden: legends": (
        lambda notices: units.scans_of_legends(
            Fake(scans=[Fake(is_ranged=False)] * 3, notices=notices), [1, 2, 3, 4, 5]) and None,
        "the header lists 3 scans, the rows have 5 channels; none is matched"),
    "hiden: sweep": (
        lambda _: scans._mixed(A([1.0, 2.0, 50.0]), [Fake(name="a"), Fake(name="b")]),
        "a sweep from 1 to 50, which fits a and b"),
    "hiden: clock": (_clocks, "Time says 0:00:09 where ms says 4000; ms counts"),
    "ivium: frequency": (_frequencies, "row 1 was measured at 95 Hz and programmed at 120 Hz"),
    "table: clocks": (_lost, "2 of 5 clocks of t do not parse"),
    "table: which clocks": (_lost, "'x', 'y'"),
    "table: frequencies": (_repeats("frequency"), "3 columns are a frequency: a, b, c"),
    "table: columns": (_repeats("voltage"), "3 columns are voltage: a, b, c; all are kept"),
    "table: thousands": (
        _digits,
        "I: 1 cell may be thousands or decimals, read as NaN: '1,234'; export them without groups of thousands"),
    "table: no numbers": (_digits, "2 of 5 cells of I are not numbers and are NaN: 'a', 'b'"),
    "table: sheet": (
        lambda _: excel._about_sheet(
            b"", Fake(among=4, sheet="Data", why="the largest", parts=()), pl.DataFrame({"a": ["1"]})),
        "Data is read, of 4 sheets with cells: it is the largest; --option sheet=… names another"),
    "table: closure": (
        _closure,
        f"A, B add up to 90 in row 3, not 100; 1 of 3 rows is off by more than {samples.CLOSED:.0%}"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_message_says_the_numbers_of_the_file(row):
    function, expected = ROWS[row]
    assert expected in said(function)


def test_an_overload_is_counted_in_rows_of_its_table():
    (notice,), kind = _overload([])
    assert notice.message == f"2 of 5 rows of CURVE1 are overloaded: {kind}"
