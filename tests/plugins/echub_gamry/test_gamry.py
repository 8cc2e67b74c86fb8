"""Gamry files: every number of the fixtures and of the real files, signs, starts, overloads, damage."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.plugin import Source
from fixtures.gamry import HERE, NONE, truth
from fixtures.gamry.make import FILES, broken

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus"))
REAL = sorted(p for p in (CORPUS / "vendors").glob("*/*") if p.suffix.lower() == ".dta")
SWEPT = 0.12
"""V: tables with less are held potentials, whose noise and controller say nothing about signs."""
HEADER_ONLY = "cv_data_incompleteheader.dta"

COLUMNS = {
    "T": ("time", "s", 1),
    "Time": ("time", "s", 1),
    "Vf": ("potential_we", "V", 1),
    "Vdc": ("potential_we", "V", 1),
    "Im": ("current", "mA", 1000),
    "Idc": ("current", "mA", 1000),
    "Pwr": ("power_we", "W", 1),
    "Freq": ("frequency", "Hz", 1),
    "Zreal": ("impedance_real", "ohm", 1),
    "Zimag": ("impedance_imag", "ohm", 1),
    "Zmod": ("impedance_abs", "ohm", 1),
    "Zphz": ("phase", "deg", 1),
    "Cycle": ("cycle", "1", 1),
}
"""Header, then what it must be called, in which unit, and the factor from the printed number."""


def codes(record):
    return {notice.code for notice in record.notices}


def message(record, code):
    return next(notice.message for notice in record.notices if notice.code == code)


def plainly(path):
    """Read all tables with nothing but `split`: {table: {header: texts}}."""
    tables, rows, names = {}, None, None
    for line in path.read_bytes().decode("latin-1").splitlines():
        cells = line.split("\t")
        if len(cells) > 1 and cells[1] == "TABLE":
            rows, names = [], None
            tables[cells[0]] = rows
        elif line[:1].strip():
            rows = None
        elif rows is not None and names is None:
            names = cells[1:]
            tables[[*tables][-1]] = (names, rows)
        elif rows is not None and line.split()[:1] != ["#"] and line.strip():
            rows.append(line.split())
    return {
        table: {name: [row[n] for row in rows] for n, name in enumerate(names)}
        for table, (names, rows) in tables.items()
    }


def part_of(record, table):
    return next(d for d in record.datasets.values() if d.attrs["part"] == table)


def check_table(record, table, columns):
    """Compare all columns of a table with texts or numbers, and the canonical ones by name and unit."""
    dataset = part_of(record, table)
    by_header = {c.header: c for c in dataset.columns.values() if c.index is not None}
    assert list(by_header) == list(columns)
    for header, printed in columns.items():
        column = by_header[header]
        assert len(column.values) == len(printed)
        if header == "Over":
            assert list(column.plain()) == list(printed)
            continue
        numbers = np.array([float(str(text).replace(",", ".")) for text in printed])
        np.testing.assert_allclose(column.source_values(), numbers, rtol=1e-15)
        if header in COLUMNS and column.quantity:
            quantity, unit, factor = COLUMNS[header]
            assert (column.quantity, column.unit) == (quantity, unit)
            np.testing.assert_allclose(dataset[quantity], numbers * factor, rtol=1e-14)
    return by_header


# -- fixtures --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_fixtures_hold_what_the_generator_printed(name):
    record, stated = echub.read(HERE / f"{name}.DTA"), truth()[name]
    assert {d.attrs["part"] for d in record.datasets.values()} == set(stated["tables"])
    for table, columns in stated["tables"].items():
        check_table(record, table, columns)
    assert record.metadata.value("experiment.start") == stated["start"]
    assert record.metadata.value("technique.name") == stated["technique"]
    assert record.metadata.value("experiment.comments") == "first line, with 1 2 3\nsecond line"


def test_fixtures_are_those_of_the_generator():
    for name, make in FILES.items():
        assert (HERE / f"{name}.DTA").read_bytes() == make().to_bytes()
    for name, data in broken().items():
        assert (HERE / "broken" / f"{name}.DTA").read_bytes() == data


def test_tables_are_never_merged():
    assert list(echub.read(HERE / "cv.DTA")) == ["timeseries_ocvcurve", "timeseries_curve1", "timeseries_curve2"]
    assert list(echub.read(HERE / "ring.DTA")) == ["timeseries_curve_detector", "timeseries_curve_generator"]
    assert list(echub.read(HERE / "eis_comma.DTA")) == ["timeseries", "impedance"]


def test_the_header_is_kept_whole_and_typed():
    settings = echub.read(HERE / "cv.DTA").settings
    header = {entry["name"]: entry for entry in settings["header"]}
    assert header["VINIT"] | {"fields": []} == {
        "name": "VINIT", "type": "POTEN", "fields": [], "value": 0.0, "unit": "V", "against": "reference",
        "label": "Initial E (V)",
    }  # fmt: skip
    assert header["AREA"]["value"] == 0.785
    assert header["CONDIT"]["fields"] == ["T", "3.00000E+002", "4.00000E-001", "Conditionin&g", "Time(s)", "E(V)"]
    assert header["CONVENTION"]["value"] == 1
    assert [table["name"] for table in settings["tables"]] == ["OCVCURVE", "CURVE1", "CURVE2"]
    german = {e["name"]: e for e in echub.read(HERE / "power_comma.DTA").settings["header"]}
    assert german["CAPACITY"]["value"] == 2.5
    assert (german["MAXTIME"]["value"], german["MAXTIME"]["unit"]) == (3600.0, "s")
    two = [e["value"] for e in echub.read(HERE / "ring.DTA").settings["header"] if e["name"] == "PSTATSERIALNO"]
    assert two == ["01234", "05678"]


def test_area_and_capacity_count_where_they_were_typed():
    assert echub.read(HERE / "cv.DTA").metadata.value("cell.area", "cm^2") == 0.785
    assert echub.read(HERE / "power_comma.DTA").metadata.value("cell.capacity", "A*h") == 2.5
    untyped = echub.read(HERE / "eis_comma.DTA")
    assert "cell.area" not in untyped.metadata
    assert '--set cell.area="1 cm^2"' in message(untyped, "default-value")


def test_the_reference_is_printed_with_the_potential():
    data = echub.read(HERE / "cv.DTA")["timeseries_curve1"]
    assert data.column("potential_we").attrs["printed_reference"] == "Ref."
    assert (
        "printed_reference" not in echub.read(HERE / "power_comma.DTA")["timeseries"].column("potential_we").attrs
    )


def test_overloads_are_flags_by_their_position():
    record = echub.read(HERE / "cv.DTA")
    data = record["timeseries_curve1"]
    assert list(data["vendor_over"][:4]) == ["....ih..i..", NONE, NONE, ".e........."]
    assert list(data["flags"][:4]) == [(1 << 4) + (1 << 5) + (1 << 8), 0, 0, 1 << 1]
    assert list(np.flatnonzero(data["vendor_over_02_e"])) == [3]
    assert list(np.flatnonzero(data["vendor_over_06_h"])) == [0]
    assert not data["vendor_over_04_h"].any()
    said = message(record, "overload")
    assert said.startswith("2 of 17 rows of CURVE1 are overloaded")
    kinds = [kind.partition(" (")[0] for kind in said.partition(": ")[2].split("; ")]
    assert kinds == ["e at position 2", "i at position 5", "h at position 6", "i at position 9"]


def test_a_temperature_needs_a_sensor():
    record = echub.read(HERE / "cv.DTA")
    assert record["timeseries_curve1"]["temperature"][:2] == pytest.approx([25.0, 25.01])
    assert "temperature" not in record["timeseries_ocvcurve"]
    assert record["timeseries_ocvcurve"]["vendor_temp"][0] == -327.67
    assert "OCVCURVE" in message(record, "no-temperature-sensor")


def test_a_missing_sensor_is_said_once_for_all_tables():
    data = (HERE / "ring.DTA").read_bytes()
    for n in range(21):
        data = data.replace(f"{25 + 0.01 * n:.5E}".replace("E+01", "E+001").encode(), b"1.48000E+003")
    found = [n.message for n in echub.read(data).notices if n.code == "no-temperature-sensor"]
    assert len(found) == 1
    assert found[0].endswith("kept as a vendor column; the same in 1 more table")


# -- signs -----------------------------------------------------------------------------------


def test_the_current_of_a_resistor_is_anodic_where_its_potential_is():
    for name in ("timeseries_curve1", "timeseries_curve2"):
        data = echub.read(HERE / "cv.DTA")[name]
        assert data["current"] == pytest.approx(data["potential_we"], rel=1e-5)  # 1000 ohm: V is mA
        assert data.column("current").sign == "anodic_positive"


def test_another_convention_is_not_acted_upon_unless_the_user_says():
    record = echub.read(HERE / "panel.DTA")
    assert "current" not in record["timeseries"]
    assert record["timeseries"]["vendor_current"][2] == -2e-4
    assert "CONVENTION is 0" in message(record, "current-convention")
    said = echub.read(HERE / "panel.DTA", options={"current": "cathodic-positive"})
    assert said["timeseries"]["current"][2] == pytest.approx(0.2)
    assert "current-convention" not in codes(said)
    said = echub.read(HERE / "panel.DTA", options={"current": "anodic-positive"})
    assert said["timeseries"]["current"][2] == pytest.approx(-0.2)


def test_currents_against_their_programme_stay_vendor_columns():
    record = echub.read(HERE / "broken" / "reversed_current.DTA")
    assert "current" not in record["timeseries"]
    assert "step 1 is programmed with 1e-05 and measured with -1e-05" in message(record, "sign-contradicted")


def test_currents_against_a_closed_cycle_stay_vendor_columns():
    lines = (HERE / "cv.DTA").read_text(encoding="utf-8").split("\n")
    for n, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) == 11 and cells[1].isdecimal():
            cells[4] = cells[4][1:] if cells[4].startswith("-") else f"-{cells[4]}"
            lines[n] = "\t".join(cells)
    record = echub.read("\n".join(lines).encode())
    assert "falls where the potential rises" in message(record, "sign-contradicted")
    assert not any("current" in data for data in record.datasets.values())


def test_a_capacitor_has_a_negative_imaginary_part():
    data = echub.read(HERE / "eis_comma.DTA")["impedance"]
    assert (data["impedance_imag"] < 0).all()
    z = data["impedance_real"] + 1j * data["impedance_imag"]
    assert np.abs(z) == pytest.approx(data["impedance_abs"], rel=1e-5)
    assert np.angle(z, deg=True) == pytest.approx(data["phase"], rel=1e-4)


def test_an_inductive_point_keeps_its_sign_beside_a_capacitive_one():
    """PyEIS 1.0.10 takes the modulus of Zimag, so that both are capacitive (findings/pyeis-gamry-inductive.sh)."""
    lines = ["EXPLAIN", "TAG\tEISPOT", "TITLE\tLABEL\tPotentiostatic EIS\tTest &Identifier", "ZCURVE\tTABLE"]
    lines += ["\tPt\tTime\tFreq\tZreal\tZimag\tZmod", "\t#\ts\tHz\tohm\tohm\tohm"]
    lines += ["\t0\t0\t1e5\t0.03\t0.04\t0.05", "\t1\t1\t10\t0.04\t-0.03\t0.05"]
    data = echub.read("\n".join([*lines, ""]).encode())["impedance"]
    assert data["impedance_imag"].tolist() == [0.04, -0.03]


def test_detection_names_instrument_and_software():
    from echub_gamry.detection import explain
    from echub_gamry.options import GamryOptions

    said = {d.what: d.chosen for d in explain(Source(HERE / "cv.DTA"), GamryOptions())}
    assert said["instrument"] == "IFC1010 01234"
    assert said["software"] == "Gamry Framework 7.10.0"
    assert said["tables"] == "OCVCURVE, CURVE1, CURVE2"
    assert (said["decimal mark of CURVE2"], said["start"]) == (".", "2021-08-25T09:05:07")
    assert said["positive current"] == "anodic"


def test_two_conventions_in_one_file_contradict_each_other():
    line = b"CONVENTION\tIQUANT\t0\tCurrent Convention"
    data = (HERE / "panel.DTA").read_bytes()
    assert data.count(line) == 1
    end = data[data.index(line) + len(line) :].partition(b"\n")[0] + b"\n"
    record = echub.read(data.replace(line + end, line + end + line.replace(b"\t0\t", b"\t1\t") + end))
    assert "current" not in record["timeseries"]
    assert "CONVENTION is 0 and 1" in message(record, "current-convention")


# -- starts and marks ------------------------------------------------------------------------


def with_date(date, time="9:05:07"):
    data = (HERE / "cv.DTA").read_bytes()
    return data.replace(b"8/25/2021", date.encode()).replace(b"9:05:07", time.encode())


@pytest.mark.parametrize(
    ("date", "time", "options", "start"),
    [
        ("16/11/2023", "10:15:24", {}, "2023-11-16T10:15:24"),
        ("10/25/2024", "21:09:58.727375", {}, "2024-10-25T21:09:58.727375"),
        ("10/25/2024", "21:09:58.25", {}, "2024-10-25T21:09:58.250000"),
        ("12.11.2018", "19:08:23", {}, "2018-11-12T19:08:23"),
        ("2024-03-04", "1:02:03", {}, "2024-03-04T01:02:03"),
        ("3/10/2019", "12:00:00 AM", {"dates": "dmy"}, "2019-10-03T00:00:00"),
        ("3/10/2019", "12:00:00 PM", {"dates": "mdy"}, "2019-03-10T12:00:00"),
        ("5/5/2020", "12:00:00", {}, "2020-05-05T12:00:00"),
        ("3/10/2019", "12:00:00", {}, None),
        ("DD-M-YYYY", "HH:MM:SS", {}, None),
        ("31/2/2020", "12:00:00", {}, None),
        ("16/11/2023", "25:00:00", {}, None),
    ],
)
def test_the_start_is_known_where_the_date_has_one_reading(date, time, options, start):
    record = echub.read(with_date(date, time), options=options)
    assert record.metadata.value("experiment.start") == start
    assert bool({"date-order", "no-start"} & codes(record)) == (start is None)


def test_both_days_are_named_where_the_date_has_two():
    assert "2019-10-03 or 2019-03-10" in message(echub.read(with_date("3/10/2019")), "date-order")


@pytest.mark.parametrize("name", ["cv", "ring", "pulses", "panel"])
def test_point_and_comma_give_the_same(name):
    point = FILES[name]()
    numbers = re.compile(r"(?<=\d)\.(?=\d+E[-+]|\d+$)")
    parts = [
        part if hasattr(part, "columns") else [numbers.sub(",", text) for text in part] for part in point.parts
    ]
    one, other = echub.read(point.to_bytes()), echub.read(replace(point, parts=parts, comma=True).to_bytes())
    for dataset in one.datasets:
        for column in one[dataset].columns.values():
            assert np.array_equal(column.values, other[dataset].columns[column.name].values, equal_nan=True)


@pytest.mark.parametrize(
    "again",
    [
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
    ],
    ids=["utf-16 little endian", "utf-16 big endian", "utf-8 with its mark", "old line ends"],
)
def test_a_text_saved_again_is_recognised_and_read(again):
    record = echub.read(again((HERE / "cv.DTA").read_bytes().decode()))
    assert record.provenance.reader["name"] == "gamry-dta"
    assert [d.rows for d in record.datasets.values()] == [6, 17, 17]
    check_table(record, "CURVE2", truth()["cv"]["tables"]["CURVE2"])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("blank", [b"", b"\t", b"\t "])
def test_blank_lines_are_part_of_a_note_whatever_ends_the_lines(blank, end):
    """Also as the first and last of its lines, and with words below them that look like an object."""
    note = [blank, b"\tfirst line", blank, blank, b"\tAREA\tQUANT\t9.9", blank]
    data = (HERE / "cv.DTA").read_bytes()
    before, written, after = data.partition(b"2\t&Notes...\r\n\tfirst line, with 1 2 3\r\n\tsecond line\r\n")
    assert written
    lines = [before + b"%d\t&Notes..." % len(note), *note, after]
    record = echub.read(b"\r\n".join(lines).replace(b"\r\n", end))
    plain = echub.read(data)
    (found,) = [entry["notes"] for entry in record.settings["header"] if entry["name"] == "NOTES"]
    assert [line.strip() for line in found] == ["", "first line", "", "", "AREA\tQUANT\t9.9", ""]
    assert [entry["name"] for entry in record.settings["header"]] == [
        entry["name"] for entry in plain.settings["header"]
    ]
    assert "lines" not in record.settings  # none belongs to no object
    assert record.notices == plain.notices
    assert record.metadata.value("cell.area", "cm^2") == 0.785
    for name, columns in truth()["cv"]["tables"].items():
        check_table(record, name, columns)


@pytest.mark.parametrize("sign", ["°".encode(), b"\xa1\xe3", b"\x81\x8b", b"?", "\ufffd".encode()])
def test_a_destroyed_degree_sign_is_still_one(sign):
    data = (HERE / "eis_comma.DTA").read_bytes().replace(b"\xb0", sign)
    assert echub.read(data)["impedance"]["phase"][0] < 0


def test_header_and_table_may_have_different_marks():
    data = (HERE / "power_comma.DTA").read_bytes().replace(b"2,50000E+000", b"2.50000E+000")
    data = data.replace(b"3,60000E+003\ts\t1,0", b"3.60000E+003\ts\t1.0")
    record = echub.read(data)
    assert record.metadata.value("cell.capacity", "A*h") == 2.5
    check_table(record, "CURVE", truth()["power_comma"]["tables"]["CURVE"])


def test_a_table_may_begin_with_any_unit_and_hold_words():
    data = (HERE / "panel.DTA").read_bytes().replace(b"\tPt\tT\tVoltage", b"\tVx\tMode\tVoltage")
    lines = data.replace(b"\t#\ts\tV", b"\tV\t\tV").split(b"\r\n")
    rows = [n for n, line in enumerate(lines) if line[:1] == b"\t" and line[1:2].isdigit()]
    for n in rows:
        cells = lines[n].split(b"\t")
        lines[n] = b"\t".join([*cells[:2], b"CC" if n % 2 else b"CV", *cells[3:]])
    found = echub.read(b"\r\n".join(lines))["timeseries"]
    assert found.rows == len(rows) == 10
    assert set(found["vendor_mode"]) == {"CC", "CV"}
    assert (found.column("vendor_vx").unit, found["vendor_vx"][3]) == ("V", 3)


def test_what_windows_prints_for_no_number_is_nan():
    row = b"3.75000E-001\t3.75000E-004"
    data = (HERE / "cv.DTA").read_bytes().replace(row, b"-1.#IND0E+000\t1.#INF", 1)
    current = echub.read(data)["timeseries_curve1"]
    at = int(np.flatnonzero(np.isnan(current["potential_we"]))[0])
    assert np.isposinf(current["current"][at])


# -- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "where", "found"),
    [
        ("doubled", "line 68", "two data files"),
        ("blanks", "line 2", "tabs of the file are gone"),
        ("mixed_tables", "line 61, in CURVE2", "does not fit the names"),
        ("two_marks", "in CURVE2", "decimal mark cannot be settled"),
        ("word", "line 61, column T of CURVE2", "not a number"),
        ("row_lost_its_tab", "line 62", "behind its end"),
    ],
)
def test_damage_is_refused_with_its_place(name, where, found):
    with pytest.raises(ReadError, match=found) as caught:
        echub.read(HERE / "broken" / f"{name}.DTA")
    assert caught.value.where == where


def test_a_forced_mark_finds_the_other_one():
    with pytest.raises(ReadError, match="not a number") as caught:
        echub.read(HERE / "broken" / "two_marks.DTA", options={"decimal": "point"})
    assert caught.value.found == "'1,40000E+001'"
    german = (HERE / "power_comma.DTA").read_bytes().replace(b"8,90000E-001", b"8.90000E-001")
    with pytest.raises(ReadError, match="not a number") as caught:
        echub.read(german, options={"decimal": "comma"})
    assert caught.value.found == "'8.90000E-001'"


def test_a_cut_file_gives_its_whole_rows():
    record = echub.read(HERE / "broken" / "cut_in_row.DTA")
    assert [d.rows for d in record.datasets.values()] == [6, 17, 10]
    assert "last-row-cut" in codes(record)
    assert record.dropped[0].why == "it is cut"


@pytest.mark.parametrize("left", ["2.53300E+", "2.53300E", "2.53300E-0", "-", "1.00000E+00"])
def test_a_last_number_that_was_cut_is_not_read_as_another(left):
    lines = (HERE / "cv.DTA").read_bytes().rstrip().split(b"\r\n")
    first = lines[-1].rpartition(b"\t")[0]
    assert lines[-2].rpartition(b"\t")[2].strip().endswith(b"E+001")
    whole = echub.read(b"\r\n".join([*lines[:-1], b""]))
    record = echub.read(b"\r\n".join([*lines[:-1], first + b"\t" + left.encode()]))
    for name in whole:
        assert record[name].rows == whole[name].rows
    assert "last-row-cut" in codes(record)
    assert record.dropped[-1].what.startswith("the last row of CURVE2, '33")


def test_a_last_number_without_a_line_end_may_be_cut():
    whole = (HERE / "cv.DTA").read_bytes()
    assert "last-row-cut" in codes(echub.read(whole.rstrip()))  # the last column is a number
    assert "last-row-cut" not in codes(echub.read((HERE / "power_comma.DTA").read_bytes().rstrip()))


def test_a_header_alone_is_kept():
    record = echub.read(HERE / "broken" / "cut_in_header.DTA")
    assert not record.datasets
    assert {"no-table"} <= codes(record)
    assert record.settings["header"][0] == {"name": "TAG", "type": "", "fields": ["CV"], "value": "CV"}


def test_counts_and_abortion_are_said():
    assert message(echub.read(HERE / "broken" / "wrong_count.DTA"), "row-count").startswith(
        "CURVE states 500 rows and has 11"
    )
    assert {"row-count", "experiment-aborted"} <= codes(echub.read(HERE / "power_comma.DTA"))


def test_a_spreadsheet_may_have_saved_it():
    record = echub.read(HERE / "broken" / "semicolons.DTA")
    check_table(record, "CURVE", truth()["power_comma"]["tables"]["CURVE"])
    assert "saved-again" in codes(record)
    quoted = b"\r\n".join(
        b",".join(b'"%s"' % cell if b"," in cell else cell for cell in line.split(b"\t"))
        for line in (HERE / "power_comma.DTA").read_bytes().split(b"\r\n")
    )
    check_table(echub.read(quoted), "CURVE", truth()["power_comma"]["tables"]["CURVE"])


def test_without_units_nothing_is_assumed():
    record = echub.read(HERE / "broken" / "no_units.DTA")
    assert "no-units" in codes(record)
    assert record["timeseries_ocvcurve"].quantities == {"record", "flags"}
    assert record["timeseries_ocvcurve"]["vendor_vf"][1] == 0.301


def test_a_unit_that_does_not_fit_makes_a_vendor_column():
    data = (HERE / "pulses.DTA").read_bytes().replace(b"\t#\ts\tV vs. Ref.\tA", b"\t#\tV\tV vs. Ref.\tcoconuts")
    record = echub.read(data)
    assert {"time", "current"} & set(record["timeseries"].names) == set()
    assert record["timeseries"].column("vendor_im").unit == "coconuts"
    assert [n.message.split()[0] for n in record.notices if n.code == "unit-unfit"] == ["T", "Im"]


# -- real files ------------------------------------------------------------------------------

needs_real = pytest.mark.skipif(not REAL, reason="the corpus of real files is not here")


@needs_real
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_the_real_files(path):
    record, expected = echub.read(path), plainly(path)
    assert {d.attrs["part"] for d in record.datasets.values()} == set(expected)
    for table, columns in expected.items():
        check_table(record, table, columns)
    assert bool(expected) == (path.name != HEADER_ONLY)


@needs_real
def test_signs_of_the_real_files():
    """Sweeps, steps and programmes all say that CONVENTION 1 is anodic positive."""
    seen = {}
    for path in REAL:
        for data in echub.read(path).datasets.values():
            if "current" in data and np.ptp(data["potential_we"]) > SWEPT:
                seen[path.name, data.name] = float(np.corrcoef(data["potential_we"], data["current"])[0, 1])
    assert len(seen) >= 8
    assert min(seen.values()) > 0.3
    pulses = echub.read(next(p for p in REAL if p.name == "CHRONOP.DTA"))
    steps = pulses["timeseries"]["current"][[3, 8]]  # ISTEP1 and ISTEP2: 10 and 20 µA
    assert steps == pytest.approx([0.01, 0.02], rel=3e-3)


@needs_real
def test_starts_and_instruments_of_the_real_files():
    found = {p.name: echub.read(p).metadata for p in REAL}
    value = lambda name, path: found[name].value(path)  # noqa: E731
    assert value("EISGALV_EISTest3.DTA", "experiment.start") == "2024-10-25T21:09:58.727375"
    assert value("PWRPOTSTAT_ps10_zn8_paa1_v08.DTA", "experiment.start") == "2018-11-12T18:45:38"
    assert value("CHRONOA.DTA", "experiment.start") == "2023-11-16T10:15:24"
    assert value("chronoa_data.dta", "experiment.start") is None
    assert value("drift-corrected-data.dta", "cell.area") == 0.02
    assert value("LSG.DTA", "technique.title") == "Galvanodynamic scan"
    assert (value("CHRONOA.DTA", "instrument.model"), value("CHRONOA.DTA", "instrument.serial")) == (
        "IFC1010",
        "21185",
    )
    assert value("CHRONOA.DTA", "instrument.software") == "Gamry Framework 7.10.0"
