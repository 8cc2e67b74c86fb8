"""Ion labels as mass spectrometrists write them: composition, charge, m/z (the only module that imports molmass).

Grammar: nuclides as ``18O``, ``[18O]``, ``^{18}O``, ``^18O`` or with superscripts; counts after
the symbol, subscripts too; the charge last: ``+``, ``-`` (also U+2212 and the en dash), repeated
(``Na++``) or as ``^2+``. ``Na2+`` is the singly charged dimer, as in SIMS. In a label whose
nuclides are written inline (``30Si16O2-``) digits between two symbols are the next nuclide if
that nuclide exists; if they could also be a count before hydrogen (``12C2H-``), brackets
must say which. Channels that are not ions (total, SE, T, Vac) are known by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from echub.errors import UnknownSpecies

if TYPE_CHECKING:
    from molmass.elements import Element

SPECIAL: Mapping[str, str] = {
    "total": "total",
    "tic": "total",
    "sum": "total",
    "se": "SE",
    "esi": "SE",
    "t": "T",
    "temperature": "T",
    "vac": "Vac",
    "vacuum": "Vac",
}
"""Channels that are not ions, by their printed name in lower case."""

SILICON_INTERFERENCES: Mapping[str, str] = {"P-": "30SiH-", "PO2-": "30SiO2H-"}
"""Ions that silicon ions from a silicon-rich matrix overlap at unit mass resolution (m/z 31 and 63)."""

_CATIONS = frozenset(
    ["Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba", "Al", "Zn", "In", "Mn", "Fe", "Co", "Ni", "Zr", "Ti"]
)
"""Elements that by themselves form almost no negative ions."""
_ANIONS = frozenset(["F", "Cl", "Br", "I", "S", "Se", "Te"])
"""Elements that by themselves form almost no positive ions."""
_OXYANIONS = frozenset(["P", "Si", "S", "B", "Al", "Zr", "Ti"])
"""Elements whose dioxides and higher oxides appear as negative ions."""

_SHORT_NAMES: Mapping[str, str] = {
    "LiFSI": "LiF2NO4S2",
    "NaFSI": "NaF2NO4S2",
    "KFSI": "KF2NO4S2",
    "LiBOB": "LiBC4O8",
    "NaBOB": "NaBC4O8",
    "LiFOB": "LiBC2F2O4",
    "NVP": "Na3V2P3O12",
    "NVPF": "Na3V2P2O8F3",
    "NVOPF": "Na3V2P2O10F",
    "KVPF": "KVPO4F",
    "LiPON": "",
    "LiSiPON": "",
    "LiBON": "",
    "NaPON": "",
    "LiSICON": "",
    "NaSICON": "",
    "PVP": "",
}
"""Short names of salts and materials that read as formulas of other ones, with their own; "" if it varies.

Names with a D, a T or a letter that is not an element (PVDF, LiTFSI, LFP) are refused as they are. VC and SN are
also vanadium carbide and sulphur nitride, and stay formulas.
"""

_LONGEST = 100
"""Characters of a label: the longest printed ones have about 30."""
_ATOMS = 200
"""Atoms of an ion: clusters and fragments in SIMS have about 100; isotope patterns of more take seconds."""
_CHARGES = 9
"""Charges of an ion: SIMS ions have one to three."""
_HALF_UNIT = 0.5
"""Largest difference in u between a tuned and a nominal mass: at unit resolution the next peak is 1 u away."""
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉−–", "0123456789--")
_CHARGE = re.compile(r"(?:\^\{?(\d*)([+-])\}?|([+-]+))\Z")
_ATOM = re.compile(r"(?:\[(\d+)([A-Z][a-z]?)\]|(?:\^\{(\d+)\}|\^(\d+))([A-Z][a-z]?)|(\d*)([A-Z][a-z]?))")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Atom:
    """One kind of atom in an ion: `nucleons` is 0 for the natural mixture of isotopes."""

    symbol: str
    nucleons: int = 0
    count: int = 1


@dataclass(frozen=True)
class Species:
    """The meaning of a label: atoms and charge, or the name of a channel that is not an ion.

    `charge` is None if the label has no sign: the polarity must come from the file.
    """

    label: str
    atoms: tuple[Atom, ...] = ()
    charge: int | None = None
    special: str = ""

    @property
    def polarity(self) -> int:
        """Return +1, -1, or 0 if the label does not say."""
        charge = self.charge or 0
        return (charge > 0) - (charge < 0)

    @property
    def name(self) -> str:
        """Return the label in its canonical spelling: ``[18O]-``, ``ZrO2-``; the name of a special channel."""
        if self.special:
            return self.special
        atoms = "".join(
            (f"[{a.nucleons}{a.symbol}]" if a.nucleons else a.symbol) + (str(a.count) if a.count > 1 else "")
            for a in self.atoms
        )
        return atoms + _sign(self.charge)

    @cached_property
    def mz(self) -> float:
        """Compute m/z of the most abundant isotopologue, less the electrons; without a sign, the atoms' mass in u.

        Raises `UnknownSpecies` for a channel that is not an ion.
        """
        if self.special:
            raise UnknownSpecies(
                f"{self.label!r} is not an ion and has no m/z", expected="an ion", found=self.special
            )
        from molmass import Formula

        text = "".join(
            f"[{a.nucleons}{a.symbol}]{a.count}" if a.nucleons else f"{a.symbol}{a.count}" for a in self.atoms
        )
        charge = f"_{abs(self.charge)}{'+' if self.charge > 0 else '-'}" if self.charge else ""
        peaks = Formula(text + charge).spectrum()
        return float(max(peaks.values(), key=lambda peak: peak.fraction).mz)

    @property
    def nominal_mass(self) -> int:
        """Return the mass number of the most abundant isotopologue."""
        return round(self.mz * abs(self.charge or 1))

    def elements(self) -> set[str]:
        """Return the symbols of the elements."""
        return {atom.symbol for atom in self.atoms}


def _sign(charge: int | None) -> str:
    if not charge:
        return ""
    sign = "+" if charge > 0 else "-"
    return sign if abs(charge) == 1 else f"^{abs(charge)}{sign}"


@cache
def parse_species(text: str) -> Species:
    """Parse an ion label.

    Raises `UnknownSpecies` with the position for an unknown element, an impossible nuclide,
    trailing characters, or a label that can be read in two ways.
    """
    label = text.strip()
    if len(label) > _LONGEST:
        raise _refused(f"{label[:_LONGEST]}...", _LONGEST, "a longer one", f"at most {_LONGEST} characters")
    if label.lower() in SPECIAL and label not in ("Se", "TiC"):
        return Species(label, special=SPECIAL[label.lower()])
    plain = _ascii(label)
    body, charge = _split_charge(plain)
    if not body:
        raise _refused(label, 0, "no atoms", "an ion label such as Na+, ZrO2-, [18O]-")
    if charge is not None and not 0 < abs(charge) <= _CHARGES:
        raise _refused(label, len(body), f"{charge} charges", f"1 to {_CHARGES} charges")
    atoms = _atoms(label, body)
    if sum(atom.count for atom in atoms) > _ATOMS:
        raise _refused(label, 0, "more atoms", f"at most {_ATOMS} atoms")
    return Species(label, atoms, charge)


def _ascii(label: str) -> str:
    """Write super- and subscripts plainly: superscripts as ``^...``."""
    text = label.translate(_PLAIN)
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+[⁺⁻]\Z", lambda m: "^" + m[0].translate(_SUPER), text)
    text = re.sub(r"[⁺⁻]+\Z", lambda m: m[0].translate(_SUPER), text)
    return re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^{" + m[0].translate(_SUPER) + "}", text)


def _split_charge(text: str) -> tuple[str, int | None]:
    match = _CHARGE.search(text)
    if not match:
        return text, None
    if match[3]:
        if len(set(match[3])) > 1:
            raise _refused(text, match.start(), f"{match[3]!r}", "a charge of one sign")
        number, sign = len(match[3]), match[3][0]
    else:
        number, sign = int(match[1] or 1), match[2]
    return text[: match.start()], number if sign == "+" else -number


def _atoms(label: str, body: str) -> tuple[Atom, ...]:
    atoms: list[Atom] = []
    at = 0
    inline = body[0].isdigit()
    while at < len(body):
        match = _ATOM.match(body, at)
        if not match:
            raise _refused(label, at, repr(body[at:]), "an element symbol")
        nucleons, symbol = _nuclide(match, label, at)
        at = match.end()
        count, at = _count(label, body, at, nucleons, inline)
        atoms.append(Atom(symbol, nucleons, count))
    return tuple(atoms)


def _nuclide(match: re.Match[str], label: str, at: int) -> tuple[int, str]:
    """Check an atom: a known element, and a nuclide that exists."""
    digits = match[1] or match[3] or match[4] or match[6] or ""
    symbol = match[2] or match[5] or match[7]
    nucleons = int(digits or 0)
    if symbol in ("D", "T") and not digits:
        nucleons, symbol = {"D": 2, "T": 3}[symbol], "H"
    element = _element(symbol)
    if element is None:
        raise _refused(label, at + match[0].rindex(symbol), repr(symbol), "the symbol of an element")
    if digits and nucleons not in element.isotopes:
        known = ", ".join(str(n) for n in element.isotopes)
        raise _refused(label, at, f"{nucleons}{symbol}", f"a nuclide of {symbol}: {known}")
    return nucleons, symbol


def _count(label: str, body: str, at: int, nucleons: int, inline: bool) -> tuple[int, int]:
    """Read the count after a symbol, unless its digits belong to the next nuclide."""
    match = _DIGITS.match(body, at)
    if not match:
        return 1, at
    following = re.match(r"[A-Z][a-z]?", body[match.end() :])
    if inline and nucleons and following:
        element = _element(following[0])
        if element is not None and int(match[0]) in element.isotopes:
            if following[0] == "H":
                raise _refused(
                    label,
                    at,
                    f"{match[0]}H, which is {match[0]} atoms before H or the nuclide {match[0]}H",
                    f"brackets, such as [{nucleons}X]{match[0]}H or [{nucleons}X][{match[0]}H]",
                )
            return 1, at
    if int(match[0]) == 0:
        raise _refused(label, at, "the count 0", "a count of at least 1")
    return int(match[0]), match.end()


@cache
def _element(symbol: str) -> Element | None:
    from molmass import ELEMENTS

    try:
        return ELEMENTS[symbol]
    except KeyError:
        return None


def _refused(label: str, at: int, found: str, expected: str) -> UnknownSpecies:
    return UnknownSpecies(
        f"the ion label {label!r} cannot be read", where=f"position {at + 1}", expected=expected, found=found
    )


def molar_mass(formula: str) -> float:
    """Return the molar mass of a neutral formula, such as ``Na`` or ``Na3V2P3O12``, g/mol, at natural abundance.

    Raises `UnknownSpecies` if it cannot be read, or is an ion, a single nuclide or the short name of a substance.
    """
    if (own := _SHORT_NAMES.get(formula.strip())) is not None:
        raise UnknownSpecies(
            f"{formula!r} is the short name of a substance, which reads as the formula of another",
            expected="a formula such as Na3V2P3O12",
            found=formula,
            hint=f"write {own}" if own else "its formula varies: write yours, or state molar_mass=… g/mol instead",
        )
    parsed = parse_species(formula)
    if parsed.special or parsed.charge or any(atom.nucleons for atom in parsed.atoms):
        raise UnknownSpecies(
            f"{formula!r} is not a neutral formula", expected="a formula such as Na3V2P3O12", found=formula
        )
    return float(sum(_element(atom.symbol).mass * atom.count for atom in parsed.atoms))  # type: ignore[union-attr]


def abundances(symbol: str) -> dict[int, float]:
    """Return the natural abundances of an element by nucleon number."""
    element: Any = _element(symbol)
    if element is None:
        raise _refused(symbol, 0, repr(symbol), "the symbol of an element")
    return {number: isotope.abundance for number, isotope in element.isotopes.items()}


def is_unlikely(species: Species, polarity: int) -> bool:
    """Return whether an ion hardly forms in a polarity: metals as negative, halides and XO2 as positive ions.

    In files with swapped polarities every label is unlikely; a single one may be intended.
    """
    if species.special or polarity == 0:
        return False
    elements = species.elements()
    if polarity < 0:
        return elements <= _CATIONS
    oxygen = sum(atom.count for atom in species.atoms if atom.symbol == "O")
    return elements <= _ANIONS or (oxygen >= 2 and len(elements) == 2 and bool(elements & _OXYANIONS))


def fits_mass(species: Species, mass: float) -> bool:
    """Return whether a tuned mass fits a label: within half a unit of any natural isotopologue.

    A label without nuclides stands for any of its isotopes (Zr at 90 or 94). A channel that is not an
    ion, fits every mass.
    """
    if species.special:
        return True
    charge = abs(species.charge or 1)
    options = {0}
    for atom in species.atoms:
        numbers = [atom.nucleons] if atom.nucleons else list(abundances(atom.symbol))
        for _ in range(atom.count):
            options = {total + number for total in options for number in numbers}
    return any(abs(total / charge - mass) < _HALF_UNIT for total in options)


def overlay(species: Species) -> str:
    """Return the ion of a silicon-rich matrix that overlaps this one at unit mass resolution, or nothing."""
    return SILICON_INTERFERENCES.get(species.name, "")
