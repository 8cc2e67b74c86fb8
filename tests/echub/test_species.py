"""Ion labels: every spelling, every trap, and m/z against stated values."""

import random

import pytest

from echub.errors import UnknownSpecies
from echub.species import Atom, abundances, fits_mass, is_unlikely, molar_mass, overlay, parse_species

STATED = {
    "Na+": 22.98922,
    "ZrO+": 105.89906,
    "ZrO2-": 121.89508,
    "SiO2-": 59.96730,
    "PO2-": 62.96414,
    "O-": 15.99546,
    "18O-": 17.99971,
}


@pytest.mark.parametrize(("label", "mz"), STATED.items())
def test_mass_to_charge_is_that_of_the_base_peak(label, mz):
    assert parse_species(label).mz == pytest.approx(mz, abs=6e-6)


@pytest.mark.parametrize("label", ["18O-", "[18O]-", "^{18}O-", "^18O-", "¹⁸O⁻", "¹⁸O−", "18O–", " 18O- "])
def test_one_ion_in_all_its_spellings(label):
    species = parse_species(label)
    assert (species.atoms, species.charge, species.name) == ((Atom("O", 18),), -1, "[18O]-")


@pytest.mark.parametrize(
    ("label", "atoms", "charge"),
    [
        ("Na2+", (Atom("Na", 0, 2),), 1),
        ("Na++", (Atom("Na"),), 2),
        ("Na^2+", (Atom("Na"),), 2),
        ("Na^{2+}", (Atom("Na"),), 2),
        ("Na²⁺", (Atom("Na"),), 2),
        ("Na₂⁺", (Atom("Na", 0, 2),), 1),
        ("SiO₂⁻", (Atom("Si"), Atom("O", 0, 2)), -1),
        ("30Si16O2-", (Atom("Si", 30), Atom("O", 16, 2)), -1),
        ("30SiO2H-", (Atom("Si", 30), Atom("O", 0, 2), Atom("H")), -1),
        ("[30Si]16O-", (Atom("Si", 30, 16), Atom("O")), -1),
        ("Si16O-", (Atom("Si", 0, 16), Atom("O")), -1),
        ("Se-", (Atom("Se"),), -1),
        ("TiC", (Atom("Ti"), Atom("C")), None),
        ("D+", (Atom("H", 2),), 1),
        ("7Li", (Atom("Li", 7),), None),
        ("115In", (Atom("In", 115),), None),
    ],
)
def test_composition_and_charge(label, atoms, charge):
    species = parse_species(label)
    assert (species.atoms, species.charge) == (atoms, charge)


def test_inline_isotopes_are_no_counts():
    assert parse_species("30Si16O2-").mz == pytest.approx(61.964148, abs=1e-6)


def test_a_doubly_charged_ion_has_half_the_mass():
    assert parse_species("Zr++").mz == pytest.approx((89.904699 - 2 * 0.00054858) / 2, abs=2e-5)


@pytest.mark.parametrize(
    ("label", "name"), [("total", "total"), ("TIC", "total"), ("SE", "SE"), ("T", "T"), ("Vac", "Vac")]
)
def test_channels_that_are_no_ions(label, name):
    species = parse_species(label)
    assert (species.special, species.name, species.polarity) == (name, name, 0)
    with pytest.raises(UnknownSpecies) as refused:
        _ = species.mz
    error = refused.value
    assert (error.message, error.expected) == (f"{label!r} is not an ion and has no m/z", "an ion")
    assert error.found == name


@pytest.mark.parametrize(("label", "polarity"), [("Na+", 1), ("Ca++", 1), ("O-", -1), ("S--", -1), ("Na", 0)])
def test_the_polarity_is_the_sign_of_the_charge(label, polarity):
    assert parse_species(label).polarity == polarity


@pytest.mark.parametrize(
    ("label", "position", "found"),
    [
        ("Xx+", 1, "Xx"),
        ("29O-", 1, "29O"),
        ("NaQq+", 3, "Qq"),
        ("Na+?", 3, r"\+\?"),
        ("ZrO2- (raw)", 5, "raw"),
        ("na+", 1, "na"),
        ("+", 1, "no atoms"),
        ("", 1, "no atoms"),
        ("Na+-", 3, r"\+-"),
        ("Na0+", 3, "count 0"),
        ("12C2H-", 4, "nuclide 2H"),
        ("30Si2Qq-", 6, "'Qq'"),
        ("2D+", 2, "'D'"),  # D is a nuclide itself
        ("3T+", 2, "'T'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_position(label, position, found):
    with pytest.raises(UnknownSpecies, match=found) as caught:
        parse_species(label)
    assert caught.value.where == f"position {position}"


def test_a_label_of_a_hundred_characters_is_read():
    assert parse_species("C" * 99 + "+").atoms == (Atom("C"),) * 99


@pytest.mark.parametrize("formula", ["Li5.5PS4.5Cl1.5", "Li1.05Mn1.95O4", "CuSO4.5H2O"])
def test_a_formula_with_a_dot_has_no_molar_mass(formula):
    """It would be a decimal count or a hydrate; molmass itself takes every dot for a hydrate."""
    with pytest.raises(UnknownSpecies) as caught:
        molar_mass(formula)
    assert caught.value.where == f"position {formula.index('.') + 1}"


@pytest.mark.parametrize(
    ("formula", "mass"),
    [("Na", 22.98977), ("Na2O", 61.97854), ("NaNO3", 84.99467), ("Na3V2P3O12", 455.76159), ("CH3CH2OH", 46.069)],
)
def test_a_molar_mass_is_the_sum_over_the_atoms(formula, mass):
    """Atomic weights: H 1.008, C 12.011, N 14.007, O 15.999, Na 22.98977, P 30.97376, V 50.9415."""
    assert molar_mass(formula) == pytest.approx(mass, abs=6e-3)


def test_silicon_lies_on_phosphorus():
    assert [overlay(parse_species(label)) for label in ("P-", "PO2-", "P+")] == ["30SiH-", "30SiO2H-", ""]
    for label in ("P-", "PO2-"):
        ion = parse_species(label)
        assert parse_species(overlay(ion)).nominal_mass == ion.nominal_mass
    assert overlay(parse_species("Na+")) == ""


def test_elements_have_the_isotopes_of_nature():
    assert abundances("Zr") == pytest.approx({90: 0.5145, 91: 0.1122, 92: 0.1715, 94: 0.1738, 96: 0.028}, abs=2e-4)
    assert abundances("O") == pytest.approx({16: 0.99757, 17: 0.00038, 18: 0.00205}, abs=2e-5)  # IUPAC 1997


@pytest.mark.parametrize(
    ("label", "polarity", "unlikely"),
    [
        ("Na+", -1, True),
        ("Na", -1, True),
        ("ZrO2", 1, True),
        ("PO2", 1, True),
        ("Cl", 1, True),
        ("Na", 1, False),
        ("O", 1, False),
        ("ZrO", 1, False),
        ("ZrO2", -1, False),
        ("SE", -1, False),
        ("Na", 0, False),
        ("NO2", 1, False),  # its own cation, unlike PO2
        ("Cl", -1, False),
    ],
)
def test_ions_that_hardly_form_in_a_polarity(label, polarity, unlikely):
    assert is_unlikely(parse_species(label), polarity) is unlikely


@pytest.mark.parametrize(
    ("label", "mass", "fits"),
    [
        ("Zr+", 94, True),
        ("90Zr+", 94, False),
        ("70Zn", 69.925, True),
        ("ZrO2-", 122, True),
        ("ZrO2-", 106, False),
        ("Ca++", 20, True),
        ("Na+", 22.5, False),  # half a unit away
        ("Na+", 22.51, True),
        ("Na+", 23.5, False),
        ("T", 1, True),
    ],
)
def test_a_tuned_mass_is_that_of_some_isotope(label, mass, fits):
    assert fits_mass(parse_species(label), mass) is fits


ELEMENTS = ("C", "O", "S", "K", "Si", "Cl", "Ti", "Zr", "Li")
"""Symbols of one and of two letters; none of them has a nuclide as light as a count below."""
MASSES = ("[{0}{1}]", "^{{{0}}}{1}", "^{0}{1}")
CHARGES = {
    0: [""],
    1: ["+", "^+", "⁺"],
    2: ["++", "^2+", "^{2+}", "²⁺"],
    -1: ["-", "−", "⁻"],
    -3: ["---", "^3-", "³⁻"],
}


def _subscript(count: int) -> str:
    return chr(ord("₀") + count)


def drawn(draw: random.Random) -> tuple[str, tuple[Atom, ...], int | None]:
    """Draw atoms and a charge, and write them; a bare mass only at the start and after a lone nuclide."""
    atoms, text, bare = [], "", draw.random() < 0.5
    for place in range(draw.randint(1, 4)):
        symbol = draw.choice(ELEMENTS)
        nuclide = (bare and not place) or draw.random() < 0.5
        nucleons = draw.choice(list(abundances(symbol))) if nuclide else 0
        atom = Atom(symbol, nucleons, draw.choice([1, 1, 2, 3]))
        free = bare and (not place or (atoms[-1].nucleons > 0 and atoms[-1].count == 1))
        spelling = "{0}{1}" if free and (not place or draw.random() < 0.7) else draw.choice(MASSES)
        text += spelling.format(atom.nucleons, symbol) if atom.nucleons else symbol
        text += draw.choice([str, _subscript])(atom.count) if atom.count > 1 else ""
        atoms.append(atom)
    charge = draw.choice(list(CHARGES))
    return text + draw.choice(CHARGES[charge]), tuple(atoms), charge or None


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_by_the_grammar_is_read_as_it_was_drawn(seed):
    draw = random.Random(seed)
    for _ in range(200):
        label, atoms, charge = drawn(draw)
        species = parse_species(label)
        assert (species.atoms, species.charge) == (atoms, charge), label
        again = parse_species(species.name)
        assert (again.atoms, again.charge) == (atoms, charge), species.name


METALS = [
    *("Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba"),
    *("Al", "Zn", "In", "Mn", "Fe", "Co", "Ni", "Zr", "Ti"),
]
"""Alkali and alkaline earth metals, and metals of electrodes and electrolytes: no electron stays on them alone."""


@pytest.mark.parametrize("element", METALS)
def test_a_metal_alone_is_hardly_negative(element):
    assert is_unlikely(parse_species(f"{element}2-"), -1)
    assert not is_unlikely(parse_species(f"{element}+"), 1)
    assert not is_unlikely(parse_species(f"{element}O-"), -1)


@pytest.mark.parametrize("element", ["F", "Cl", "Br", "I", "S", "Se", "Te"])
def test_a_halide_or_chalcogenide_alone_is_hardly_positive(element):
    assert is_unlikely(parse_species(f"{element}+"), 1)
    assert not is_unlikely(parse_species(f"{element}-"), -1)
    assert not is_unlikely(parse_species(f"Na{element}+"), 1)


@pytest.mark.parametrize("element", ["P", "Si", "S", "B", "Al", "Zr", "Ti"])
def test_a_dioxide_of_a_former_of_oxyanions_is_hardly_positive(element):
    assert is_unlikely(parse_species(f"{element}O2+"), 1)
    assert is_unlikely(parse_species(f"{element}O3+"), 1)
    assert not is_unlikely(parse_species(f"{element}O+"), 1)
    assert not is_unlikely(parse_species(f"Na{element}O2+"), 1)


def test_a_number_before_hydrogen_that_may_be_a_count_or_a_nuclide_is_refused():
    with pytest.raises(UnknownSpecies) as refused:
        parse_species("30Si2H-")
    error = refused.value
    assert (error.message, error.where) == ("the ion label '30Si2H-' cannot be read", "position 5")
    assert error.found == "2H, which is 2 atoms before H or the nuclide 2H"
    assert error.expected == "brackets, such as [30X]2H or [30X][2H]"


@pytest.mark.parametrize(
    ("label", "found", "expected"),
    [
        ("Na" * 60, "a longer one", "at most 100 characters"),
        ("Na^{10+}", "10 charges", "1 to 9 charges"),
        ("C300+", "more atoms", "at most 200 atoms"),
        ("Na0+", "the count 0", "a count of at least 1"),
    ],
)
def test_a_label_beyond_any_ion_is_refused(label, found, expected):
    with pytest.raises(UnknownSpecies) as refused:
        parse_species(label)
    assert (refused.value.found, refused.value.expected) == (found, expected)
    inside = {"Na" * 60: "Na" * 49, "Na^{10+}": "Na^{9+}", "C300+": "C200+", "Na0+": "Na1+"}
    assert parse_species(inside[label]).atoms[0].symbol == label.rstrip("0+^{}13")[:2]


@pytest.mark.parametrize(
    ("label", "found"), [("Na^{10-}", "-10 charges"), ("Na^0+", "0 charges"), ("Na^0-", "0 charges")]
)
def test_an_ion_has_some_charges_of_one_sign(label, found):
    with pytest.raises(UnknownSpecies) as refused:
        parse_species(label)
    assert (refused.value.found, refused.value.where) == (found, "position 3")
    assert parse_species("Na^{9-}").charge == -9


@pytest.mark.parametrize("formula", ["Na+", "18O2", "D2O", "Na[18O]H", "SE", "total"])
def test_what_is_no_neutral_formula_of_natural_elements_has_no_molar_mass(formula):
    with pytest.raises(UnknownSpecies, match="is not a neutral formula") as refused:
        molar_mass(formula)
    assert (refused.value.expected, refused.value.found) == ("a formula such as Na3V2P3O12", formula)


@pytest.mark.parametrize(
    ("name", "helps", "mass"),
    [
        ("LiFSI", "write LiF2NO4S2", 187.06),
        ("LiBOB", "write LiBC4O8", 193.79),
        ("LiFOB", "write LiBC2F2O4", 143.77),
        ("NVP", "write Na3V2P3O12", 455.76),
        ("NVPF", "write Na3V2P2O8F3", 417.79),
        ("LiPON", "its formula varies: write yours, or state molar_mass=… g/mol instead", None),
        ("NaSICON", "its formula varies: write yours, or state molar_mass=… g/mol instead", None),
    ],
)
def test_a_short_name_that_reads_as_a_formula_has_no_molar_mass(name, helps, mass):
    """Atoms Li, F, S, I would be 184.9 g/mol; LiN(SO2F)2 is 187.06.

    Atomic weights: Li 6.94, B 10.81, C 12.011, N 14.007, O 15.999, F 18.998, Na 22.990, P 30.974, S 32.06,
    V 50.942.
    """
    with pytest.raises(UnknownSpecies, match="is the short name of a substance") as refused:
        molar_mass(f" {name} ")
    assert refused.value.hint == helps
    if mass:
        assert molar_mass(helps.removeprefix("write ")) == pytest.approx(mass, abs=0.02)
    assert parse_species(f"{name}-").charge == -1  # as an ion it is what it says


@pytest.mark.parametrize("name", ["LiTFSI", "PVDF", "LiDFOB", "LFP", "NCM", "LLZO"])
def test_a_short_name_with_a_letter_that_is_no_element_has_no_molar_mass(name):
    """T and D are hydrogen for other programs: pymatgen 2026.10.24 makes LiTFSI 187.9 g/mol instead of 287.1."""
    with pytest.raises(UnknownSpecies):
        molar_mass(name)


@pytest.mark.parametrize("label", ["Si(CH3)3+", "Al(OH)4-"])
def test_an_ion_in_brackets_is_refused_at_the_bracket(label):
    """pySPM 0.6.3 counts each bracket once and gives m/z 43 for Si(CH3)3+, which has 73."""
    with pytest.raises(UnknownSpecies) as refused:
        parse_species(label)
    assert refused.value.where == f"position {label.index('(') + 1}"


@pytest.mark.parametrize(("label", "mass"), [("ZrO2", 122), ("ZrO2-", 122), ("Ca++", 40), ("18O-", 18)])
def test_the_nominal_mass_is_that_of_the_atoms_whatever_their_charge(label, mass):
    assert parse_species(label).nominal_mass == mass
