"""The whole refusal of each Cameca export that is not read, and what is said of one that is."""

from __future__ import annotations

import pytest

from echub.model.channels import source_pieces
from echub.plugin import Source
from echub_cameca.profile import read as read_profile
from echub_cameca.sections import Export, describe, parse, polarity
from echub_cameca.spectrum import read as read_spectrum
from tests.messages.parts import row, said

FIRST, START, END = "*** DATA FILES ***", "*** DATA START ***", "*** DATA END ***"
NAMES = ("run.dp", "Na+\tK+", "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]\tI[cnt/s]")
ROW = "\t1\t10\t\t2\t20"


def export(*data, end="\n", more=()):
    """Return the bytes of an export with these lines of data."""
    return ("\n".join([FIRST, START, *data, END, *more]) + end).encode()


def profile(*data, **more):
    return lambda: read_profile(Source.from_bytes(export(*data, **more), "run.dp_rpc_asc"), None)


def spectrum(*data):
    return lambda: read_spectrum(Source.from_bytes(export(*data), "run.ms_rpc_asc"), None)


@pytest.mark.parametrize(("function", "parts"), [
    row(lambda: parse(Source.from_bytes(b"\0\1\2" * 20)), "the file is not text",
        found="a NUL byte at offset 0", cause="it is damaged, or no export"),
    row(lambda: parse(Source.from_bytes(b"nothing\n")), "the data of the export are not whole",
        expected="*** DATA START *** and *** DATA END ***", found="no section", cause="the file was cut",
        hint="export it again"),
    row(lambda: parse(Source.from_bytes(f"{FIRST}\n{START}\n1\t2\n".encode())),
        "the data of the export are not whole",
        expected="*** DATA START *** and *** DATA END ***", found="DATA FILES, DATA START",
        cause="the file was cut", hint="export it again"),
    row(profile(*NAMES[:2]), "the data have no header",
        expected="file name, species, column headers", cause="it was cut"),
    row(profile(*NAMES[:2], "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]"),
        "the column headers do not fit the species",
        where="line 5", expected="3 for each of Na+, K+", found="5"),
    row(profile(*NAMES[:2], "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]\tI[mA]", ROW),
        "a column of the data has an unknown header", found="I[mA]"),
    row(profile(*NAMES[:2], "Time\tDepth[nm]\tRate\tTime\tDepth[nm]\tI[cnt/s]", ROW),
        "a column of the data has an unknown header", found="Rate"),
    row(profile(*NAMES, ROW, "\t1\t10\t\t2"), "a row of the data does not fit the species",
        where="line 7", expected="3 cells for each of 2 species", found="5 cells", cause="the file is damaged"),
    row(profile(*NAMES, f"{ROW}\t3"), "a row of the data does not fit the species",
        where="line 6", expected="3 cells for each of 2 species", found="7 cells", cause="the file is damaged"),
    row(profile(*NAMES, "\t1\tx1\t\t2\t20"), "a cell is not a number",
        where="line 6", found="'x1'", cause="the file is damaged"),
    row(profile(*NAMES, "3\t1\t10\t\t2\t20"), "values stand under a name without a unit",
        where="the columns of Na+", expected="Time[s] or Depth[um] over the axis that was exported", found="Time",
        cause="cells of the rows were moved, or it is another version of the export"),
    row(spectrum("run.ms", "1\t2"), "the data have no header",
        expected="Mass[a.m.u] and I[cnt/s]", cause="the file was cut"),
    row(spectrum("run.ms", "Mass[a.m.u]\tI[cnt]\t", "1\t2"), "a column of the data has an unknown header",
        where="line 4", expected="Mass[a.m.u] and I[cnt/s]", found="Mass[a.m.u]\tI[cnt]"),
    row(spectrum("Mass[a.m.u]\tI[cnt/s]", "1\t2", "3\tx"), "a row of the spectrum is not a pair of numbers",
        where="line 5", found="3\tx", cause="the file is damaged"),
    row(spectrum("Mass[a.m.u]\tI[cnt/s]", "1\t2\t3"), "a row of the spectrum is not a pair of numbers",
        where="line 4", found="1\t2\t3", cause="the file is damaged"),
])  # fmt: skip
def test_an_export_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == parts


def notices(*data, **more):
    return [(notice.code, notice.message) for notice in profile(*data, **more)().notices]


CONDITIONS = ("*** MEASUREMENT CONDITIONS ***", "Species|Mass (amu)", "Na+|22.99", "K+|{}")


def test_what_does_not_fit_together_is_said():
    """No polarity; potassium at the mass of scandium; two points stated of one; rates too few for a quantum."""
    more = "Impact energy (eV)\thigh", "# of data point/species\t2"
    found = notices(*NAMES, ROW, more=[*more, *CONDITIONS[:3], CONDITIONS[3].format("45.00")])
    assert found[0][0] == "field-unreadable"
    assert found[0][1].startswith("Impact energy (eV) is 'high': ")
    assert found[1:] == [
        ("no-count-quantum", "Na+: no count quantum in the intensities; counts are unknown"),
        ("no-count-quantum", "K+: no count quantum in the intensities; counts are unknown"),
        ("polarity-unknown", "the header does not say the polarity of the detected ions"),
        ("mass-label", "K+ was measured at mass 45.00, which is not its own"),
        ("row-count", "the header says 2 points per species, the data have 1"),
    ]  # fmt: skip


def test_an_export_that_ends_within_a_line_and_before_its_conditions():
    found = notices(*NAMES, ROW, end="", more=["Secondary ion polarity\t-"])
    assert found[0] == (
        "truncated", "the file ends within a line of the section DATA END: what stood behind it is missing",
    )  # fmt: skip
    assert found[-1] == ("no-conditions", "the measurement conditions are missing: the file was cut")
    assert found[-2] == (
        "cations-in-negative", "the header says negative ions, but Na+, K+ form almost none; check the polarity",
    )  # fmt: skip


FIELDS = {
    "Sample ID": "S1", "Raw data file name(s)": "run.dp", "Comments": "wet", "Primary ions": "Cs+",
    "Impact energy (eV)": "500", "Prim beam intensity @t=0 (nA)": "2.5", "Raster size (um)": "250",
    "EM dead time (ns)": "28", "Total depth (nm)": "400", "Analysis date": "3/14/2024", "Analysis time": "09:05",
}  # fmt: skip


def stated(fields):
    from echub.plugin import Metadata

    found = Metadata()
    describe(Export({"A": [(n, f"{name}\t{text}") for n, (name, text) in enumerate(fields.items(), 1)]}), found)
    return {entry.path: (entry.value, entry.unit) for entry in found.entries}


def test_every_field_of_the_header_is_metadata():
    """28 ns are 2.8e-5 ms, 500 eV half a keV, 400 nm 0.4 µm; a path without a value is not set."""
    found = stated(FIELDS)
    dead, _ = found.pop("sims.dead_time")
    assert dead == pytest.approx(2.8e-5)
    assert {path: value for path, (value, _) in found.items()} == {
        "instrument.manufacturer": "Cameca", "sample.id": "S1", "experiment.file_name": "run.dp",
        "experiment.comments": "wet", "sims.primary_ion": "Cs+", "sims.primary_energy": 0.5,
        "sims.primary_current": 2.5, "sims.raster": 250.0, "sims.crater_depth": 0.4,
        "experiment.start": "2024-03-14T09:05:00", "experiment.timezone": "unknown",
    }  # fmt: skip
    assert [found[path][1] for path in (
        "sims.primary_energy", "sims.primary_current", "sims.raster", "sims.crater_depth",
    )] == ["keV", "nA", "um", "um"]  # fmt: skip
    assert stated(dict.fromkeys(FIELDS, "-")) == {"instrument.manufacturer": ("Cameca", None)}


@pytest.mark.parametrize(("date", "time", "start", "told"), [
    ("3/14/2024", "09:05", "2024-03-14T09:05:00", []),
    ("14/30/2024", "09:05", None, ["Analysis date and time are '14/30/2024 09:05'"]),
    ("3/14/2024", "", None, ["Analysis date and time are '3/14/2024 '"]),
    ("-", "09:05", None, []), ("", "", None, []),
])  # fmt: skip
def test_a_start_that_cannot_be_read_is_said(date, time, start, told):
    from echub.plugin import Metadata

    metadata = Metadata()
    lines = [(1, f"Analysis date\t{date}"), (2, f"Analysis time\t{time}")]
    found = describe(Export({"A": lines}), metadata)
    said = [("field-unreadable", f"{text}, not month/day/year and hour:minute") for text in told]
    assert [(notice.code, notice.message) for notice in found] == said
    assert metadata.value("experiment.start") == start


@pytest.mark.parametrize(("date", "time", "other", "start", "proof"), [
    ("3/4/2024", "09:05:30", "3/5/2024", "2024-03-04T09:05:30", ""),
    ("3/4/2024", "9:05 PM", "", "2024-03-04T21:05:00", ""),
    ("03.04.2024", "09:05", "12.31.2023", "2024-03-04T09:05:00", ""),
    ("14/3/2024", "09:05", "", "2024-03-14T09:05:00", "14/3/2024"),
    ("3/4/2024", "09:05", "25/3/2024", "2024-04-03T09:05:00", "25/3/2024"),
    ("3/4/2024", "09:05", "25/26/2024", "2024-03-04T09:05:00", ""),
])  # fmt: skip
def test_a_date_that_only_the_day_first_explains_decides_for_all(date, time, other, start, proof):
    from echub.plugin import Metadata

    metadata = Metadata()
    lines = [(1, f"Analysis date\t{date}"), (2, f"Analysis time\t{time}"), (3, f"Creation date\t{other}")]
    found = describe(Export({"A": lines}), metadata)
    told = [("day-first", f"the dates have the day first: {proof} has no other reading")] if proof else []
    assert [(notice.code, notice.message) for notice in found] == told
    assert metadata.value("experiment.start") == start


PLAIN = export(*NAMES, "\t1.5\t10.5\t\t2.5\t20.5", "\t2.5\t11.5\t\t3.5\t21.5", more=["Raster size (um)\t2.5"])


@pytest.mark.parametrize("data", [
    PLAIN.replace(b".5", b",5"), PLAIN.replace(b"\n", b"\r"), PLAIN.decode().encode("utf-16"),
], ids=["decimal commas", "CR", "UTF-16"])  # fmt: skip
def test_other_locales_line_ends_and_encodings_give_the_same(data):
    def whole(content):
        record = read_profile(Source.from_bytes(content, "run.dp_rpc_asc"), None)
        table = record["depth_profile"]
        columns = {name: str(table[name].tolist()) for name in table.names}
        return columns, record.metadata.tree(), [(notice.code, notice.message) for notice in record.notices]

    assert whole(data) == whole(PLAIN)
    assert whole(PLAIN)[1]["sims"]["raster"] is not None


@pytest.mark.parametrize("count", ["\u00b2", "9" * 5000])
def test_a_count_of_points_that_is_none_says_nothing(count):
    assert [
        one for one in notices(*NAMES, ROW, more=[f"# of data point/species\t{count}"]) if one[0] == "row-count"
    ] == []


def test_cells_without_a_number_are_missing_and_said():
    rows = ("\t1\t-1.#IND0E+000\t\t2\t20", "\t2\t\t\t3\tNaN", "\t3\t30\t\t4\t1.#INF")
    values, _ = columns(*NAMES, *rows)
    assert str(values["ion_count_rate"]) == "[nan, nan, 30.0, 20.0, nan, inf]"
    assert [one for one in notices(*NAMES, *rows) if one[0] in ("empty-cells", "not-a-number")] == [
        ("empty-cells", "Na+: I[cnt/s]: 1 cell is empty: missing"),
        ("not-a-number",
         "Na+: I[cnt/s]: 1 cell is not a number, the first '-1.#IND0E+000': kept as NaN or infinite"),
        ("not-a-number", "K+: I[cnt/s]: 2 cells are not numbers, the first 'NaN': kept as NaN or infinite"),
    ]  # fmt: skip


def test_a_label_with_blanks_between_its_nuclides_is_read():
    data = ("run.dp", "23Na 16O+\t28Si 30Si+", NAMES[2], ROW)
    assert [one for one in notices(*data) if one[0] == "unknown-species"] == []
    labels = profile(*data)()["depth_profile"].column("species").labels
    assert sorted(labels.values()) == ["23Na16O+", "28Si30Si+"]


@pytest.mark.parametrize(("x", "y", "depths", "rates"), [
    ("Time[min]\tDepth", "I[c/s]", [60.0, 120.0], [10, 20]), ("Time[s]\tDepth", "I[cps]", [1, 2], [10, 20]),
])  # fmt: skip
def test_other_spellings_of_units(x, y, depths, rates):
    values, _ = columns(*NAMES[:2], "\t".join([f"{x}\t{y}"] * 2), "1\t\t10\t2\t\t20")
    assert (values["sputter_time"], values["ion_count_rate"]) == (depths, rates)


@pytest.mark.parametrize(("printed", "sign"), [
    ("+", 1), ("-", -1), ("\u2212", -1), ("Positive", 1), ("negative", -1), ("", 0), ("both", 0),
])  # fmt: skip
def test_the_polarity_of_the_header(printed, sign):
    assert polarity(Export({"A": [(1, f"Secondary ion polarity\t{printed}")]})) == sign


def test_a_spectrum_is_read_whole():
    record = spectrum("run.ms", "", "Mass[a.m.u]\tI[cnt/s]\t", "1.5\t20\t", "", "2.5\t3.5E+01")()
    table = record["mass_spectrum"]
    _, *found = table.columns.values()
    assert [(c.header, c.quantity, c.unit, c.index, c.values.tolist()) for c in found] == [
        ("Mass[a.m.u]", "mass_to_charge", "1", 0, [1.5, 2.5]),
        ("I[cnt/s]", "ion_count_rate", "count/s", 1, [20, 35]),
    ]  # fmt: skip
    assert record.settings == {
        "sections": {"DATA FILES": [], "DATA END": []}, "layers": [], "conditions": [],
    }  # fmt: skip
    assert [(notice.code, notice.message) for notice in record.notices] == []
    assert {entry.path: entry.value for entry in record.metadata} == {"instrument.manufacturer": "Cameca"}
    assert spectrum("Mass[a.m.u]\tI[cnt/s]")()["mass_spectrum"].rows == 0


POLARITY = "the header does not say the polarity of the detected ions"


@pytest.mark.parametrize(("labels", "sign", "mass", "expected"), [
    ("O-\tF", "-", "-", []),
    ("O-\tNa\tUnobtainium\tK", "-", "45.00", [
        ("unknown-species", None),
        ("cations-in-negative", "the header says negative ions, but Na, K form almost none; check the polarity"),
        ("mass-label", "K was measured at mass 45.00, which is not its own")]),
    ("Na\tK", "+", "38.96", []), ("Na\tK", "", "", [("polarity-unknown", POLARITY)]),
])  # fmt: skip
def test_polarity_and_mass_are_checked_of_each_species_that_is_known(labels, sign, mass, expected):
    """An anion fits negative ions; a mass that is not printed fits all; what is unknown is said as that alone."""
    more = (f"Secondary ion polarity\t{sign}", *CONDITIONS[:2], "Unobtainium|1.00", f"K|{mass}")
    species = labels.count("\t") + 1
    found = notices("run.dp", labels, "\t".join(["Time\tDepth[nm]\tI[cnt/s]"] * species), more=more)
    told = [(code, None if code == "unknown-species" else text) for code, text in found]
    assert [one for one in told if one[0] != "no-count-quantum"] == expected


def columns(*data, **more):
    found = profile(*data, **more)()
    table = found["depth_profile"]
    values = {name: column.values.tolist() for name, column in table.columns.items()}
    return values, [(one.where, one.message) for one in found.dropped]


EMPTY = "the column is empty in the export"


@pytest.mark.parametrize(("rows", "depths", "species", "row"), [
    ([], [], [], []), (["\t1\t10\t\t\t", "\t2\t20\t\t\t"], [0.001, 0.002], [0, 0], [0, 1]),
    (["\t\t\t\t3\t10", "\t1\t20\t\t4\t20"], [0.001, 0.003, 0.004], [0, 1, 1], [1, 0, 1]),
])  # fmt: skip
def test_an_export_without_a_row_and_a_species_without_a_point(rows, depths, species, row):
    """The axis that was not exported has no unit: without a row, too, it is left out; 1 nm is 0.001 µm."""
    values, dropped = columns(*NAMES, *rows)
    assert list(values) == ["row", "species", "polarity", "channel", "depth", "ion_count_rate", "flags"]
    assert (values["species"], values["row"]) == (species, row)
    assert values["depth"] == pytest.approx(depths)
    cells = [line.split("\t") for line in rows]
    assert dropped == [
        (f"{label}: {header}", EMPTY)
        for at, label in enumerate(("Na+", "K+"))
        for slot, header in enumerate(("Time", "Depth[nm]", "I[cnt/s]"))
        if not any(row[3 * at + slot] for row in cells)
    ]  # fmt: skip


def test_intensities_without_a_unit_are_no_rates_and_have_no_counts():
    values, dropped = columns(*NAMES[:2], "Time\tDepth[nm]\tI\tTime\tDepth[nm]\tI[cnt/s]", ROW)
    nothing = pytest.approx([float("nan")] * 2, nan_ok=True)
    assert (values["vendor_i"][0], values["ion_count_rate"][1], values["flags"][1]) == (10, 20, 2)
    assert [values["vendor_i"][1], values["ion_count_rate"][0]] == nothing
    assert dropped == [("Na+: Time", EMPTY), ("K+: Time", EMPTY)]


def calibrated(*factors):
    lines = (
        (f"Layer #{n} matrix\tSi", "Species\tK+", "RSF  (at/cm3)\t9", "Species\tNa+", f"RSF  (at/cm3)\t{factor}")
        for n, factor in enumerate(factors, 1)
    )
    return ["*** CALIBRATION PARAMETERS ***", *(line for layer in lines for line in layer)]


@pytest.mark.parametrize(
    ("factors", "factor"),
    [(("5",), 5), (("5", "5.0"), 5), (("none", "7"), 7), ((), None), (("0",), None), (("5", "7"), None)],
)
def test_concentrations_become_rates_by_the_one_factor_of_their_species(factors, factor):
    """1, 2, 3 and 5 counts times the factor: the rates of one count are found where the factor is known.

    Of two layers with a factor each, no row says in which of them it is: its counts are unknown.
    """
    rows = [f"\t{n}\t{n * (factor or 1)}" for n in (1, 2, 3, 5)]
    head = ("run.dp", "Na+", "Time\tDepth[nm]\tC[atom/cm3]")
    values, _ = columns(*head, *rows, more=calibrated(*factors))
    assert values.get("count_quantum") == (pytest.approx([1.0] * 4) if factor else None)
    assert values.get("ion_counts") == ([1, 2, 3, 5] if factor else None)


ONE = ("run.dp", "K+", "Time\tDepth[nm]\tI[cnt/s]")


@pytest.mark.parametrize(("time", "percent", "quantum"), [
    ("2", "80", 100 / 160), ("0", "80", None), ("-", "80", None), ("2", "0", None), ("2", "high", None),
    ("0.5", "0.5", 400),
])  # fmt: skip
def test_without_low_rates_one_count_is_what_counting_time_and_yield_say(time, percent, quantum):
    """1 count in 2 s, of which 80 % were seen, are 0.625 counts/s; 3 different rates show no quantum."""
    more = (f"EM yield (%)\t{percent}", "*** MEASUREMENT CONDITIONS ***", "Species|CT(s)", f"Na+|9\nK+|{time}")
    values, _ = columns(*ONE, "\t1\t1000", "\t2\t2000", "\t3\t2000", more=more)
    assert values.get("count_quantum") == (pytest.approx([quantum] * 3) if quantum else None)
    said = [text for code, text in notices(*ONE, "\t1\t1000", more=more) if code == "count-quantum-stated"]
    text = "K+: its rates do not show its count quantum; that of counting time and yield is used"
    assert said == [text] * (quantum is not None)


@pytest.mark.parametrize(("rates", "lost"), [
    ([10.4], ["1 of 1 point lies between whole counts"]),
    ([1.02, 10.4, 20.6], ["2 of 3 points lie between whole counts"]),
    ([9010, 10.4, 1], ["1 of 3 points exceeds 900 counts", "1 of 3 points lies between whole counts"]),
    ([9010, 9020], ["2 of 2 points exceed 900 counts"]), ([1, 2.05], []),
])  # fmt: skip
def test_counts_that_are_not_recoverable_say_why(rates, lost):
    """At 100 s and 1 %, one count is 1 count/s."""
    more = ("EM yield (%)\t1", "*** MEASUREMENT CONDITIONS ***", "Species|CT(s)", "K+|100")
    told = notices(*ONE, *(f"\t{n}\t{rate}" for n, rate in enumerate(rates)), more=more)
    expected = [f"K+: {text}, not recoverable" for text in lost]
    assert [text for code, text in told if code == "counts-not-recoverable"] == expected


def test_a_species_without_intensities_has_no_flag_set():
    """2 counts/s of K+ show no quantum; the flags stay whole numbers, which each of them can be taken from."""
    table = profile(*NAMES, "\t1\t\t\t2\t20")()["depth_profile"]
    assert (table["flags"].dtype.kind, table["flags"].tolist()) == ("u", [0, 2])
    assert table["not_recoverable"].tolist() == [0, 1]


def test_flags_at_their_limits():
    """0.002 counts/s is twice the placeholder: no zero, nor a rate that shows a quantum; 9 is not above 9."""
    rows = [f"\t{n}\t{rate}" for n, rate in enumerate((0.001, 0.0019, 0.002, 9, 9.01))]
    values, _ = columns(*ONE, *rows, more=["EM -> FC threshold (c/s)\t9"])
    assert values["flags"] == [3, 3, 2, 2, 6]
    low = [f"\t{n}\t{rate}" for n, rate in enumerate((0.002, 3, 6, 9, 15))]
    assert columns(*ONE, *low)[0]["count_quantum"] == pytest.approx([3] * 5)


def test_each_column_of_the_file_keeps_its_place_and_its_printed_values():
    """Cells 1, 2 and 4, 5 of a row are full; the second row has none of Na+."""
    table = profile(*NAMES, ROW, "\t\t\t\t3\t30")()["depth_profile"]
    found = {place: (rows.tolist(), values.tolist()) for place, (rows, values) in source_pieces(table)}
    assert found == {
        (1, "Depth[nm]"): ([0], [1.0]), (2, "I[cnt/s]"): ([0], [10.0]),
        (4, "Depth[nm]"): ([0, 1], [2.0, 3.0]), (5, "I[cnt/s]"): ([0, 1], [20.0, 30.0]),
    }  # fmt: skip


@pytest.mark.parametrize(("time", "quantum"), [("1", 2.5), ("2", 50)])
def test_a_quantum_is_taken_from_a_species_counted_as_long_only(time, quantum):
    """Rates of K+ are above 200 counts of 2.5 counts/s; 1 / (2 s at 1 %) are 50 counts/s."""
    rows = [f"\t{n}\t{2.5 * n}\t\t{n}\t{2.5 * (500 + n)}" for n in (1, 2, 3, 5)]
    more = ("EM yield (%)\t1", "*** MEASUREMENT CONDITIONS ***", "Species|CT(s)", f"Na+|1\nK+|{time}")
    values, _ = columns(*NAMES, *rows, more=more)
    assert values["count_quantum"] == pytest.approx([2.5] * 4 + [quantum] * 4)
