"""Energies referred to a line: values, recipes, history and each remark, as they follow from three spectra."""

from __future__ import annotations

import numpy as np
import pytest

from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.energies import CLOSURE_EV, refer_energies

NAN = float("nan")
CARBON = [285.0, 285.5, 284.75]
"""Charging moves each spectrum as a whole: by 0.25, 0.75 and 0 eV, if carbon belongs at 284.75 eV."""


def spectra(zirconium=(182.25, 182.75, 182.5), carbon=CARBON):
    columns = [("sample_id", ["S1", "S2", "S3"], "sample_id", None), ("C 1s / eV", carbon, None, "eV")]
    columns += [("Zr 3d / keV", 1e-3 * np.array(zirconium), None, "keV"), ("Zr fwhm / eV", [1.5] * 3, None, "eV")]
    columns += [("Zr / %", [10.0, 11, 12], None, "%"), ("Ti / %", ["<0.1", "0.2", "0.3"], None, None)]
    made = [SourceColumn(h, np.array(v), q, u, index=n) for n, (h, v, q, u) in enumerate(columns)]
    return build_dataset("table", made)


def names_of(table):
    return {column.header: name for name, column in table.columns.items()}


def test_each_spectrum_moves_by_its_own_charging_and_widths_and_shares_stay():
    given = spectra()
    found, remarks = refer_energies(given, "C 1s", 284.75, uncertainty_ev=0.2)
    names = names_of(found)
    assert found[names["C 1s / eV"]].tolist() == [284.75] * 3
    assert found[names["Zr 3d / keV"]].tolist() == [182.0, 182.0, 182.5]
    for header, column in ((h, found.columns[n]) for h, n in names.items() if h in ("C 1s / eV", "Zr 3d / keV")):
        assert (column.unit, column.origin) == ("eV", "derived")
        place = "so that C 1s at 284.75 ± 0.2 eV"
        assert column.attrs["recipe"] == f"{header} shifted, as a whole with all energies, {place}"
    for header in ("Zr fwhm / eV", "Zr / %", "Ti / %"):
        assert found.columns[names[header]] == given.columns[names[header]]
    assert found.history == ("energies shifted by -0.75 to +0 eV: C 1s at 284.75 ± 0.2 eV",)
    assert [(r.code, r.severity, r.message) for r in remarks] == [
        ("energies-left", "info", "left as they are: Zr fwhm")
    ]


def test_one_shift_is_said_once_and_a_missing_uncertainty_with_how_to_state_it():
    found, remarks = refer_energies(spectra(carbon=[285.0] * 3), "C 1s", 284.8)
    assert found.history == ("energies shifted by -0.2 eV: C 1s at 284.8 eV",)
    (missing,) = [r for r in remarks if r.code == "reference-uncertainty"]
    assert missing.severity == "info"
    assert missing.message == (
        "C 1s is put at 284.8 eV without an uncertainty: all energies have one more, the same for all"
    )
    assert missing.hint == "--reference 'C 1s=284.8±… eV'"


@pytest.mark.parametrize(
    ("beyond", "rows", "said"),
    [(-0.001, 0, ""), (0.001, 1, "is +0.101 eV away from 182 eV"), (-0.5, 1, "is -0.4 eV away from 182 eV"),
     (NAN, 1, "has no energy")],
)  # fmt: skip
def test_a_line_that_does_not_close_is_named_with_the_row_of_the_largest_distance(beyond, rows, said):
    third = 182.0 + (CLOSURE_EV + beyond if beyond != -0.5 else -0.4)
    _, remarks = refer_energies(spectra((182.25, 182.75, third)), "C 1s", 284.75, {"Zr 3d": 182.0})
    found = [r for r in remarks if r.code == "energy-closure"]
    assert len(found) == rows
    for remark in found:
        assert remark.message == f"Zr 3d {said} after the shift, in 1 of 3 rows by more than 0.1 eV"
        assert remark.where == "row 3, sample S3"
        assert remark.cause == "the reference line is another species, or charging differs between the lines"


def test_of_several_rows_the_worst_is_named():
    _, remarks = refer_energies(spectra((182.5, 183.75, 182.0)), "C 1s", 284.75, {"Zr 3d": 182.0})
    (closure,) = [r for r in remarks if r.code == "energy-closure"]
    assert closure.message == "Zr 3d is +1 eV away from 182 eV after the shift, in 2 of 3 rows by more than 0.1 eV"
    assert closure.where == "row 2, sample S2"


def test_a_row_without_the_line_is_refused():
    with pytest.raises(DataError) as refused:
        refer_energies(spectra(carbon=[285.0, NAN, NAN]), "C 1s", 284.8)
    assert refused.value.message == "the reference line C 1s has no energy in row 2"
    assert refused.value.expected == "an energy of the line in every row: each is shifted by its own"
    assert refused.value.hint == "--where FILE='…' chooses rows"
