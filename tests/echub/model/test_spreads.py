"""Columns that state how well another is known, told by their headers."""

import pytest

from echub.model.spreads import named, spreads_of


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Zr 3d5/2 / eV", "Zr 3d5/2", "eV"),
        ("R1 / 1/s", "R1", "1/s"),
        ("H (GPa)", "H", "GPa"),
        ("E [GPa]", "E", "GPa"),
        ("H(GPa)", "H", "GPa"),
        ("H/GPa", "H", "GPa"),
        ("u(H)", "u(H)", None),
        ("u(s)", "u(s)", None),
        ("u(H) (GPa)", "u(H)", "GPa"),
        ("E (mean)", "E (mean)", None),
        ("Zr 3d5/2", "Zr 3d5/2", None),
    ],
)
def test_a_header_is_a_name_and_a_unit(header, name, unit):
    assert named(header) == (name, unit)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("u(H) / GPa", "u"),
        ("u_H", "u"),
        ("esd(H)", "u"),
        ("H SE / GPa", "u"),
        ("std err of H", "u"),
        ("H ± / GPa", "assumed"),
        ("± H", "assumed"),
        ("±", "assumed"),
        ("+/-", "assumed"),
        ("H error", "assumed"),
        ("H_err (GPa)", "assumed"),
        ("SD(H)", "sd"),
        ("H Stdev", "sd"),
        ("σ(H) / GPa", "sd"),
        ("U(H)", "expanded"),
        ("u_shared(H)", "shared"),
        ("n(H)", "n"),
        ("n_H", "n"),
    ],
)
def test_a_spread_belongs_to_the_name_that_it_has(header, kind):
    found = spreads_of(["sample.id", "H / GPa", header])
    assert [(place, spread.of, spread.kind) for place, spread in found.items()] == [(2, 1, kind)]


@pytest.mark.parametrize(
    "header", ["U_cell", "Se / %", "σ / S/cm", "U / V", "u(E)", "n", "N / %", "Hn", "reference", "σ(E)", "s(E)"]
)
def test_what_states_nothing_of_another_column(header):
    assert spreads_of(["sample.id", "H / GPa", header]) == {}


def test_a_bare_word_is_about_the_nearest_value_to_its_left():
    found = spreads_of(["Si / %", "±", "Zr / %", "SD", "n"])
    assert {place: (spread.of, spread.kind) for place, spread in found.items()} == {
        1: (0, "assumed"),
        3: (2, "sd"),
        4: (2, "n"),
    }


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("H / ", "H", None),
        (" / GPa", "/ GPa", None),
        ("H / per cent", "H", "per cent"),  # a stroke between blanks parts a unit, known or not
        ("H (hard)", "H (hard)", None),
        ("u(H)(GPa)", "u(H)", "GPa"),
        ("SD (GPa)", "SD", "GPa"),
        ("n/s", "n", "s"),
        ("+/-", "+/-", None),
        ("E[Ah/V]", "E", "Ah/V"),
    ],
)
def test_further_headers(header, name, unit):
    assert named(header) == (name, unit)


def test_the_first_of_two_equal_names_has_the_spread_and_a_mean_is_known_by_what_was_averaged():
    assert {p: s.of for p, s in spreads_of(["H", "H", "u(H)"]).items()} == {2: 0}
    assert {p: s.of for p, s in spreads_of(["H mean / GPa", "H SD / GPa"]).items()} == {1: 0}
    assert {p: s.of for p, s in spreads_of(["average of H", "H", "SD of H"]).items()} == {2: 1}


def test_bare_words_after_one_another_are_all_about_the_value_before_them():
    found = spreads_of(["±", "Si", "±", "SD", "n", "Zr", "n", "U"])
    assert {place: (spread.of, spread.kind) for place, spread in found.items()} == {
        2: (1, "assumed"), 3: (1, "sd"), 4: (1, "n")
    }  # fmt: skip
