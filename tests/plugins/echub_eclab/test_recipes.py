"""Derived columns: each recipe on made numbers, and against every real twin."""

import numpy as np
import pytest

from echub.files.reading import read
from echub.model.comparison import compare
from echub.plugin import SourceColumn
from echub_eclab.derive import RECIPES, derived_columns
from tests.plugins.echub_eclab.test_text_real import BINARIES, CORPUS, NO_CORPUS, TEXTS, record, twins

NAN = np.nan


def derived(**by_header):
    columns = [
        SourceColumn(header, np.asarray(values), QUANTITIES.get(header)) for header, values in by_header.items()
    ]
    return {column.header: column for column in derived_columns(columns)}


QUANTITIES = {"I/mA": "current", "P/W": "power_we", "Ecell/V": "voltage"}
CASES = [
    ({"half cycle": [0, 1, 2, 3, 7]}, "cycle number", [0, 0, 1, 1, 3]),
    ({"Q charge/discharge/mA.h": [1.5, -2.0, 0.0]}, "Q charge/mA.h", [1.5, 0.0, 0.0]),
    ({"Q charge/discharge/mA.h": [1.5, -2.0, 0.0]}, "Q discharge/mA.h", [0.0, 2.0, 0.0]),
    ({"Q charge/discharge/mA.h": [1.5, -2.0, 0.0]}, "Capacity/mA.h", [1.5, 2.0, 0.0]),
    ({"Ewe/V": [3.0, 3.5], "I/mA": [2.0, -4.0]}, "P/W", [0.006, -0.014]),
    ({"Ewe/V": [3.0, 3.0, 3.5], "I/mA": [2.0, 0.0, -7.0]}, "R/Ohm", [1500.0, NAN, 500.0]),
    ({"Ewe/V": [3.0], "Ece/V": [-0.5]}, "Ewe-Ece/V", [3.5]),
    ({"<Ewe>/V": [3.0], "<Ece>/V": [0.5]}, "Ewe-Ece/V", [2.5]),
    ({"Ecell/V": [3.0], "I/mA": [2.0]}, "P/W", [0.006]),
    ({"control/V/mA": [1.5, 2.5, 3.5], "mode": [1, 2, 3]}, "control/V", [NAN, 2.5, NAN]),
    ({"control/V/mA": [1.5, 2.5, 3.5], "mode": [1, 2, 3]}, "control/mA", [1.5, NAN, NAN]),
    ({"dq/mA.h": [0.0, 1.0, 2.0], "time/s": [0.0, 3600.0, 3600.0]}, "<I>/mA", [NAN, 1.0, NAN]),
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-60.0, 0.0]}, "Re(Z)/Ohm", [1.0, NAN]),
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-60.0, 0.0]}, "|Y|/Ohm-1", [0.5, NAN]),
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-60.0, 0.0]}, "Phase(Y)/deg", [60.0, NAN]),
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-60.0, 0.0]}, "Re(Y)/Ohm-1", [0.25, NAN]),  # cos 60° / 2
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-90.0, 0.0]}, "Im(Y)/Ohm-1", [0.5, NAN]),  # capacitive: positive
    # EC-Lab prints -Im(Z): positive for a capacitive (negative) phase.
    ({"|Z|/Ohm": [2.0, 0.0], "Phase(Z)/deg": [-90.0, 0.0]}, "-Im(Z)/Ohm", [2.0, NAN]),
]


@pytest.mark.parametrize(("given", "header", "expected"), CASES, ids=[case[1] for case in CASES])
def test_recipe(given, header, expected):
    column = derived(**given)[header]
    np.testing.assert_allclose(column.values, expected, rtol=1e-7, atol=1e-15)
    assert column.origin == "derived"
    assert column.attrs["recipe"]
    assert column.index is None


@pytest.mark.parametrize(("given", "header", "expected"), CASES, ids=[case[1] for case in CASES])
def test_a_recipe_of_whole_numbers_gives_the_same(given, header, expected):
    """A text that prints no decimals at all is read as whole numbers: 0 as the control of every row, say."""
    found = [
        derived(**{name: np.round(values).astype(kind) for name, values in given.items()})[header].values
        for kind in (int, float)
    ]
    np.testing.assert_array_equal(*found)


def test_every_recipe_is_tried_above():
    assert {recipe.header for recipe in RECIPES} == {case[1] for case in CASES}


def test_what_the_file_says_itself_is_never_derived():
    assert "P/W" not in derived(**{"Ewe/V": [3.0], "I/mA": [2.0], "P/W": [9.0]})


def test_what_is_printed_in_8_digits_is_single_precision():
    made = derived(**{"Ewe/V": [3.0], "I/mA": [2.0], "Q charge/discharge/mA.h": [1.0]})
    assert made["P/W"].values.dtype == made["R/Ohm"].values.dtype == np.float32
    assert made["Capacity/mA.h"].values.dtype == np.float64


def test_blocks_have_no_seams():
    rows = 3 * 65_536 + 5
    dq, time = np.arange(rows, dtype=float), np.cumsum(np.full(rows, 0.5))
    current = derived(**{"dq/mA.h": dq, "time/s": time})["<I>/mA"].values
    np.testing.assert_array_equal(current[1:], dq[1:] * 3600.0 / np.diff(time))
    assert np.isnan(current[0])


def test_a_column_without_any_value_is_left_out_wherever_its_rows_end():
    rest = {"Ewe/V": np.ones(70_000), "I/mA": np.zeros(70_000)}
    assert "R/Ohm" not in derived(**rest)
    rest["I/mA"][-1] = 2.0
    assert derived(**rest)["R/Ohm"].values[-1] == 500.0


PROVEN_BY_TWINS = {
    "cycle number": 13,
    "Q charge/mA.h": 12,
    "Q discharge/mA.h": 12,
    "Capacity/mA.h": 13,
    "Ewe-Ece/V": 10,
    "P/W": 18,
    "R/Ohm": 20,
    "<I>/mA": 6,
    "control/mA": 4,
    "control/V": 1,
}
"""Real pairs, at least, in which EC-Lab's own export prints what the recipe gives."""

EXCEPTIONS = {
    ("biologic-converter/cp.mpt", "R/Ohm"): ("zeroed-potential", 117),
}
"""The rows where the export departs from its own recipe: it printed a zero for the potential first."""

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=NO_CORPUS)


@needs_corpus
def test_every_recipe_agrees_with_every_twin():
    proven: dict[str, int] = {}
    for binary, text in twins():
        of_hub = {
            c.header for d in record(binary).datasets.values() for c in d.columns.values() if c.origin == "derived"
        }
        for verdict in compare(record(binary), record(text)).verdicts:
            if verdict.a_header not in of_hub:
                continue
            if (text, verdict.a_header) in EXCEPTIONS:
                assert (verdict.verdict, verdict.rows) == EXCEPTIONS[text, verdict.a_header]
            else:
                assert verdict.agrees, (text, verdict)
                proven[verdict.a_header] = proven.get(verdict.a_header, 0) + 1
    assert {header: count for header, count in proven.items() if count < PROVEN_BY_TWINS.get(header, 1)} == {}
    assert set(PROVEN_BY_TWINS) <= set(proven)


@needs_corpus
def test_real_and_imaginary_part_follow_from_size_and_phase_where_a_file_stores_all_four():
    files = 0
    for name in [*BINARIES, *TEXTS]:
        if name.endswith(("noData.mpt", "sample_info.txt", "RelaxIS.txt")) or "impedance" not in record(name):
            continue
        spectra = record(name)["impedance"]
        needed = {"impedance_abs", "phase", "impedance_real", "impedance_imag"}
        if not needed <= set(spectra.columns) or spectra.column("impedance_real").origin == "derived":
            continue
        made = derived(**{"|Z|/Ohm": spectra["impedance_abs"], "Phase(Z)/deg": spectra["phase"]})
        size = spectra["impedance_abs"].astype(float)
        real, imaginary = (made[header].values for header in ("Re(Z)/Ohm", "-Im(Z)/Ohm"))
        assert np.abs(real - spectra["impedance_real"]).max() <= 1e-5 * size.max(), name
        assert np.all(np.abs(real - spectra["impedance_real"]) <= 1e-5 * size), name
        assert np.all(np.abs(-imaginary - spectra["impedance_imag"]) <= 1e-5 * size), name
        files += 1
    assert files >= 19


@needs_corpus
def test_zeros_printed_for_no_value_are_nan_here():
    found = {}
    for binary, text in twins():
        for verdict in compare(record(binary), record(text)).verdicts:
            if verdict.verdict == "no-value-as-zero":
                found.setdefault(verdict.a_header, []).append((text, verdict.rows))
    assert set(found) == {"<I>/mA", "P/W", "R/Ohm", "control/V", "control/mA"}
    assert ("yadg/gcpl.pr_182.1.mpt", 2351) in found["control/V"]


@needs_corpus
@pytest.mark.parametrize("name", BINARIES[:8] + TEXTS[:3])
def test_the_option_none_leaves_what_the_source_says(name):
    plain = read(CORPUS / name, options={"derived": "none"})
    derived = {c.name for d in plain.datasets.values() for c in d.columns.values() if c.origin == "derived"}
    assert derived <= {"spectrum"}  # the number that the hub gives each spectrum
    assert list(plain.source_table()) == list(record(name).source_table())
