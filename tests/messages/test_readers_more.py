"""More of what readers say, each message with stand-ins whose numbers and names all differ."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import echub
from echub.analysis.datasets import chosen_dataset
from echub.files.reading import _without_numbers
from echub.model.energies import _line
from echub.plugin import Record, Source, SourceColumn, build_dataset
from echub.segments.current import NOISE, pulse_threshold
from echub_bdf.times import compare_dates
from echub_eclab import mps, mpt
from echub_eclab import settings as eclab
from echub_eclab.asciicells import _bad_row
from echub_eclab.asciilines import Lines
from echub_eclab.siblings import _refuse
from echub_export.spectra import _spectra
from echub_gamry import columns as gamry
from echub_gamry.cells import Words
from echub_gamry.explain import GamryTable
from echub_gamry.overloads import POSITIONS, flags_of
from echub_hiden import massoft
from echub_hiden.declared import _missing_in_profile
from echub_hiden.header import Header
from echub_neware import reader as neware
from echub_table.columns import _report_lost
from echub_table.excel import _require_filled
from echub_table.spectra import _undeclared
from fixtures.zahner.make import ism
from tests.messages.saying import Fake, Noting, said

A = np.array
SHOWN = Source.from_bytes(b"", "a.x")


def noting():
    return Noting(said=[], dropped=[], notices=[])


def column(header, values, quantity=None, unit=None, **more):
    return SourceColumn(header, A(values), quantity, unit, index=0, **more)


# -- tables ------------------------------------------------------------------------------------------


def test_clocks_that_do_not_parse_are_counted_and_three_are_shown():
    found = noting()
    texts = pl.Series(["0:00:01"] * 400 + ["x", "", "y", "-", "z", "w"])
    seconds = A([1.0] * 400 + [np.nan] * 6)
    lost = [text for text in ("x", "y", "-", "z", "w") if text != "-"]
    _report_lost(seconds, texts, "Time", found)
    (text,) = found.said
    assert text.startswith(f"{len(lost)} clocks of Time do not parse and are NaN: 'x', 'y', ")
    assert "'w'" not in text
    (message, _) = said(lambda _: _report_lost(seconds[396:], texts[396:], "Time", noting()))[:2]
    assert message == f"{len(lost)} of 10 clocks of Time do not parse"


def test_gaps_of_a_table_of_samples_are_counted():
    record = echub.read(b"sample.id,Zr / 1,Na / 1\na,1.5,2.5\nb,,2.5\nc,,2.5\n", reader="table")
    assert "Zr / 1 has no value in 2 of 3 rows" in [notice.message for notice in record.notices]


@pytest.mark.parametrize(("values", "share"), [([-1.0, -2.0, -3.0, 4.0], "75%"), ([-1.0, 2.0], "50%")])
def test_an_undeclared_sign_is_told_with_its_share(values, share):
    decision = _undeclared(column("Z2", values, "impedance_imag", "ohm"), None)
    assert (decision.what, decision.chosen) == ("sign of Z2", "as printed")
    assert decision.evidence == f"{share} of its values are negative, as the quantity has it"


def test_values_against_the_usual_sign_are_refused_with_their_share():
    message, _, expected, found, *_ = said(
        lambda _: _undeclared(column("Z2", [1.0, 2.0, -3.0, 4.0], "impedance_imag", "ohm"), None)
    )
    assert message == "the sign of Z2 is not declared, and its values speak against it"
    assert expected == "mostly negative values, or a header -Z2"
    assert found == "75% of the values have the other sign"


def test_a_sheet_of_few_cells_far_apart_is_refused_with_its_area():
    sheet = b'<row r="900000"><c r="A900000"/></row><row r="900001"><c r="XFD900001"/></row>'
    texts = said(lambda _: _require_filled(sheet, "sheet3.xml", SHOWN))
    assert "sheet3.xml: 2 cells spread over 900,001 rows and 16,384 columns" in texts


# -- instruments -------------------------------------------------------------------------------------


def test_dates_that_another_unit_explains_name_both_columns():
    notes = []
    dates = [f"2024-01-01 {hour:02d}:00:00" for hour in range(10)]
    time = column("t", 3600.0e3 * np.arange(10), "time", "s")
    compare_dates([time, column("when", A(dates, dtype=object))], "ymd", lambda *text: notes.append(text))
    ((code, text),) = notes
    assert code == "clocks-differ"
    assert text == "t runs 1000 times as fast as when (3.24e+07 s elapsed, 32400 s by the wall clock): it is in ms"


def test_a_row_of_eclab_that_does_not_fit_says_line_column_and_cell():
    data = b"1\t2.5\r\n2\tabc\r\n3\t4.5"
    message, where, expected, found, *_ = said(
        lambda _: _bad_row(SHOWN, Lines(50, (1,)), data, ("whole", "float"), 2, "odd")
    )
    assert message == "a row of the table does not fit the others"
    assert where == f"line {Lines(50, (1,)).of(1)}"
    assert (expected, found) == ("a number (float) in column 2", "b'abc'")
    assert said(lambda _: _bad_row(SHOWN, Lines(50), b"1\t2\t3", ("whole",), 1, "odd"))[3] == "3 cells"


def test_a_start_at_an_older_place_names_start_and_offset():
    offset = eclab.OLDER_STARTS[-1]
    data = bytearray(4000)
    data[offset : offset + 8] = np.float64(45000.5).tobytes()
    start, (notice,) = eclab._start({"start": 0.0}, bytes(data))
    assert start == "2023-03-15T12:00:00.000"
    assert notice.message == (
        f"the start {start} was found at offset {offset} of LOG, a place that is not confirmed"
    )


def test_cells_that_are_no_times_are_counted_with_the_first_and_its_row():
    prose = Fake(notices=[], start=None)
    series = pl.Series(["0:00:01", "0:00:02", "x", "0:00:04", "y"])
    mpt._timed(SHOWN, column("time/s", [0.0] * 5, "time", "s"), series, prose)
    assert prose.notices[0].message == "time/s: 2 cells are not times, the first 'x' in row 2: read as NaN"


@pytest.mark.parametrize(("stated", "found"), [(3, 0), (3, 2), (3, 3)])
def test_techniques_that_are_named_are_counted(stated, found):
    lines = ["EC-LAB SETTING FILE", "", f"Number of linked techniques : {stated}", ""]
    prose = Fake(notices=[])
    texts = said(lambda _: mps._check_count(SHOWN, lines, found, prose))
    if not found:
        assert texts[:4] == [
            "the settings name 3 techniques and hold none", "line 4", "Technique : 1", "the end of the file"
        ]  # fmt: skip
        assert texts[4] == "the file was truncated"
    expected = ["the settings name 3 linked techniques and hold 2"] if found == 2 else []
    assert [notice.message for notice in prose.notices] == expected


def test_a_log_that_is_not_used_is_named_with_the_reason():
    source, findings = Fake(used=["a.mpl", "b.mpl"]), Fake(notices=[])
    _refuse(source, Fake(name="a.mpl"), "it states no start", findings)
    assert source.used == ["b.mpl"]
    assert findings.notices[-1].message == "a.mpl was not used: it states no start"


@pytest.mark.parametrize(("printed", "shown"), [("V", "V"), ("", "no unit")])
def test_a_unit_of_gamry_that_does_not_fit(printed, shown):
    block = GamryTable("CURVE7", 3, ("Im",), (printed,), 0, 0, 0)
    notices = []
    made = gamry.column_of(block, 0, A([1.0, 2.0]), 1, notices)
    assert made.quantity is None
    assert [notice.message for notice in notices] == [
        f"Im of CURVE7 is printed in {shown}, not one of current: vendor column"
    ]


def test_overloads_are_bits_by_their_position():
    made = flags_of("Over", Words(A([0, 1, 2, 1]), ["...........", ".e.........", "t.........a"]))
    assert list(made.values) == [0, 2, 1 + (1 << 10), 2]
    assert [bits.header for bits in made.bits] == [f"Over, position {n + 1}" for n in range(len(POSITIONS))]
    assert [bits.meanings[1] for bits in made.bits] == [meaning for _, meaning in POSITIONS]
    assert made.attrs["recipe"] == "bit n-1 is set where position n of Over is not a point"


def header(**more):
    return Header(**{
        "rows": 4, "row_length": 9, "delimiter": ",", "first_row": 20, "names": ["ms", "a"], "lines": [],
        "is_resaved": False, **more,
    })  # fmt: skip


def test_rows_of_a_trend_are_counted_against_its_first_line():
    made = header(rows=5)
    massoft._blocks(made, [*[""] * 20, "00001,2", "00003,4", ""], 2, [])
    assert made.notices[0].message == "line 1 says 5 rows, the file has 2: it was truncated or edited"


def test_lengths_of_rows_are_compared_with_its_first_line():
    made = header(row_length=12)
    massoft._check_lengths(made, ["00001,2", "00003,4"], 2, True, True)
    assert [n.message for n in made.notices] == ["line 1 says 12 bytes per row, the rows have 9"]
    where = said(lambda _: massoft._check_lengths(header(), ["00001,2", "00003,45"], 2, True, True))[1]
    assert where == "line 22"


def test_a_declared_profile_names_what_it_lacks():
    part = Fake(
        told={"x": "time", "layout": "odd", "y": "odd", "file": "f.csv"}, where="region[1].profile[2]", polarity=1
    )
    found = _missing_in_profile(part)
    assert "region[1].profile[2]: x_unit, the unit of time" in found
    assert found[0].startswith("region[1].profile[2]: layout is 'odd', not ")
    assert found[1].startswith("region[1].profile[2]: y is 'odd', not ")


def test_a_cut_record_of_neware_says_where_it_ends(monkeypatch):
    monkeypatch.setattr(neware, "end_of_rows", lambda source: 900)
    notices = []
    (dropped,) = neware._cut(Fake(size=700), 13, notices)
    assert notices[0].message == (
        "the file ends at offset 700, inside its rows, which end at 900: 13 were recovered"
    )
    assert (dropped.what, dropped.why) == ("the rows behind the first 13", "the file ends inside or before them")
    assert list(neware._cut(Fake(size=900), 13, notices)) == []


def test_columns_of_a_spectrum_of_zahner():
    made = echub.read(ism(), reader="zahner-ism")["impedance"].columns
    fixed = "fixed by the format; the file does not print it"
    facts = {
        c.header: (c.quantity, c.unit, c.origin, c.index, c.attrs.get("unit_origin"), c.attrs.get("made"))
        for c in made.values()
    }
    assert facts["frequency"] == ("frequency", "Hz", "measured", 0, fixed, None)
    assert facts["impedance"] == ("impedance_abs", "ohm", "measured", 1, fixed, None)
    assert facts["phase"] == ("phase", "deg", "measured", 2, None, "printed in rad")
    assert facts["clock"] == (None, "s", "measured", 3, None, "since 1980-01-01, local time")
    assert facts["significance"][:4] == (None, "1", "reported", 4)
    assert made["time"].origin == "derived"
    assert made["time"].attrs["recipe"] == "clock - clock of the first point"


# -- writers and the hub -----------------------------------------------------------------------------


def spectrum(*numbers):
    ones = np.ones(len(numbers))
    columns = [
        SourceColumn("f", 10.0 ** np.arange(len(numbers), 0, -1), "frequency", "Hz", index=0),
        SourceColumn("re", ones, "impedance_real", "ohm", index=1),
        SourceColumn("im", -ones, "impedance_imag", "ohm", index=2),
        SourceColumn("n", A(numbers), "spectrum", "1", index=3),
    ]
    return build_dataset("impedance", columns)


def test_each_spectrum_has_an_ending_of_its_own():
    import dataclasses

    one, two = spectrum(4, 4), spectrum(0, 0, 1)
    assert [ending for ending, _ in _spectra(Record([one]))] == [""]
    assert [ending for ending, _ in _spectra(Record([two]))] == [".spectrum-0", ".spectrum-1"]
    both = Record([dataclasses.replace(d, label=f"impedance_{n}") for n, d in enumerate((one, two), 1)])
    assert [(ending, part.rows) for ending, part in _spectra(both)] == [
        (".impedance_1", 2), (".impedance_2.spectrum-0", 2), (".impedance_2.spectrum-1", 1)
    ]  # fmt: skip


def test_columns_without_a_number_are_named_at_once():
    nothing = [column(name, [np.nan, np.nan], None, "1") for name in ("a", "b")]
    dataset = build_dataset("timeseries", [column("t", [0.0, 1.0], "time", "s"), *nothing])
    (remark,) = _without_numbers(dataset, [])
    assert remark.message == "2 columns hold no number at all: a, b"
    (remark,) = _without_numbers(dataset, [Fake(column="a", message="")])
    assert (remark.message, remark.column) == ("b holds no number at all", "b")


def test_two_energies_of_one_line_are_counted():
    made = build_dataset("table", [column("C 1s", [284.0], None, "eV")])
    (energy,) = [c for c in made.columns.values() if c.header]
    assert said(lambda _: _line([energy, energy], "C 1s"))[0] == "2 columns of energies are called C 1s"


@pytest.mark.parametrize(("apart", "levels"), [(0.9 * NOISE, False), (4 * NOISE, True)])
def test_two_levels_of_a_current_are_apart_by_more_than_their_noise(apart, levels):
    noise = np.tile([-1.0, 1.0, 0.0, -0.5, 0.5], 40)
    current = np.concatenate([noise, noise + 0.5 * 1.4826 * apart])
    found = pulse_threshold(current)
    assert (found.on > 0) is levels
    assert found.how.startswith("rest at " if levels else "no two levels: ")


def test_datasets_that_would_do_are_counted_and_the_last_is_proposed():
    import dataclasses

    times = [build_dataset("timeseries", [column("t", [0.0, float(n)], "time", "s")]) for n in (1, 2)]
    record = Record([dataclasses.replace(d, label=f"part_{n}") for n, d in enumerate(times, 1)])
    asked = Fake(kind="timeseries", columns=(), needs=(), name="toy")
    message, hint, *_ = said(lambda _: chosen_dataset(record, asked))
    assert message.startswith("2 datasets of the record would do: ")
    assert "part_1" in message
    assert hint == "--dataset part_2 names one of them"
    lacking = said(lambda _: chosen_dataset(record, Fake(kind="impedance", columns=(), needs=(), name="toy")))
    assert lacking[0] == "the record has no impedance dataset, but part_1, part_2"
