"""One pair of an impedance from the other: 3 - 4i Ω has a modulus of 5 Ω."""

import numpy as np
import pytest

from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.dataset import Dataset
from echub.model.polar import RULES, converted, impedance_parts, lacking

PHASE = float(np.degrees(np.arctan2(-4.0, 3.0)))
VALUES = {"real": 3.0, "imag": -4.0, "abs": 5.0, "phase": PHASE}


def spectrum(prefix, phase, *parts):
    columns = [SourceColumn("f", np.array([10.0]), "frequency", "Hz")]
    for part in parts:
        name, unit = (phase, "deg") if part == "phase" else (f"{prefix}_{part}", "ohm")
        columns.append(SourceColumn(part, np.array([VALUES[part]]), name, unit))
    return build_dataset("impedance", columns)


@pytest.mark.parametrize("electrode", ["", "_ce", "_wece"])
@pytest.mark.parametrize(
    ("wanted", "given"),
    [("real", "abs phase"), ("imag", "abs phase"), ("abs", "real imag"), ("phase", "real imag")],
)
def test_each_part_follows_from_the_other_pair_of_its_own_electrode(electrode, wanted, given):
    prefix, phase = f"impedance{electrode}", f"phase{electrode}"
    name = phase if wanted == "phase" else f"{prefix}_{wanted}"
    values, unit, formula = converted(name, spectrum(prefix, phase, *given.split()))
    assert values == pytest.approx([VALUES[wanted]])
    assert unit == ("deg" if wanted == "phase" else "ohm")
    first, second = (phase if part == "phase" else f"{prefix}_{part}" for part in given.split())
    assert formula == {
        "real": f"{first} · cos({second})", "imag": f"{first} · sin({second})",
        "abs": f"sqrt({first}² + {second}²)", "phase": f"atan2({second}, {first})",
    }[wanted]  # fmt: skip
    for one in given.split():
        half = spectrum(prefix, phase, one)
        assert converted(name, half) is None
        there, missing = (first, second) if one == given.split()[0] else (second, first)
        assert lacking(name, half.columns) == f"{there} alone does not give it: {missing} is missing"


def test_what_has_both_or_neither_lacks_nothing_that_can_be_named():
    assert lacking("impedance_real", ["impedance_abs", "phase"]) == lacking("impedance_real", []) == ""
    assert lacking("voltage", ["impedance_abs"]) == ""
    assert converted("voltage", spectrum("impedance", "phase", "real", "imag")) is None
    assert len(RULES) == 12


def test_real_and_imaginary_part_come_from_whichever_pair_there_is():
    for parts in (("real", "imag"), ("abs", "phase"), ("real", "abs", "phase")):
        real, imag = impedance_parts(spectrum("impedance", "phase", *parts))
        assert (real, imag) == (pytest.approx([3.0]), pytest.approx([-4.0]))
    both = spectrum("impedance", "phase", "real", "imag")
    alone = Dataset("impedance", {name: both.columns[name] for name in ("impedance_real", "impedance_imag")})
    assert impedance_parts(alone) == (pytest.approx([3.0]), pytest.approx([-4.0]))
    for parts in (("real",), ("imag", "phase"), ("abs",)):
        with pytest.raises(DataError, match="neither Re and Im nor"):
            impedance_parts(spectrum("impedance", "phase", *parts))
