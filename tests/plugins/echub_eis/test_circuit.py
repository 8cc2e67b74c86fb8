"""Circuit descriptions: read, written, imported; wrong ones say where and what was expected."""

from __future__ import annotations

import re

import numpy as np
import pytest

from echub.plugin import Refusal
from echub_eis.method.circuit import Value, canonical
from echub_eis.method.elements import KINDS, Grid
from echub_eis.method.export import impedance_py_values, to_impedance_py, to_pyimpspec
from echub_eis.method.model import Model
from echub_eis.method.parse import parse

GRID = Grid.of(np.geomspace(1e6, 1e-2, 25))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("LR(RQ)(RQ)", "LR(RQ)(RQ)"),
        (" L R (R Q) Q ", "LR(RQ)Q"),
        ("R(Q[RWs])", "R(Q[RWs])"),
        ("R:hf(RQ):gb (RQ):int", "R:hf (RQ):gb (RQ):int"),
        ("R{R=20f/0/inf:hf}(RC)", "R{R=20f}:hf (RC)"),
        ("R{R=20/1/50}(R{R=100:gb}Q{Q=1e-9, n=0.9f})", "R{R=20/1/50}(R{R=100}Q{Q=1e-09, n=0.9f}):gb"),
        ("L0-R0-p(R1,CPE1)", "LR(RQ)"),
        ("R0-p(R1-Wo1,CPE1)", "R([RWo]Q)"),
        ("R1-[P2,R3]-[P4,R5-[P6,R7]]", "R(QR)(Q[R(QR)])"),
        ("L1+R1+Q2/R2+Q3/(R3+W3)", "LR(QR)(Q[RW])"),
        ("R1+Wd2", "RWs"),
        ("p(R1,C1)", "(RC)"),
        ("R0-p(p(R1,CPE2),C3)", "R([(RQ)]C)"),
        ("R1+(Q2/R2)/C3", "R([(QR)]C)"),
        ("([(RC):a] [(RQ)])", "([(RC):a][(RQ)])"),
        ("(R:aQ):b", "(R:a Q):b"),
        ("R(R:a[RC])", "R(R[RC]):a"),
        ("R(R:aW)C", "R(RW):a C"),
        ("R{R=1}C", "R{R=1}C"),
    ],
)
def test_a_circuit_is_read_and_written_canonically(text, same):
    assert canonical(parse(text)) == same
    assert parse(canonical(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("", 1, "a circuit"),
        ("LR(RQ", 6, "')' that closes the parallel"),
        ("LR(RQ))", 7, "an element or ( after a finished part"),
        ("LRX", 3, "one of R C L"),
        ("R(Q)", 4, "a second part"),
        ("R(Q(RW))", 4, "[ for a series inside a parallel"),
        ("R[RQ]", 2, "[ ] is a series inside a parallel"),
        ("R{X=3}", 3, "a parameter of R: R"),
        ("R{R=-3}", 5, "a number of at least zero"),
        ("R:9", 3, "a label of small letters"),
        ("R0-p(R1,X1)", 9, "an element of impedance.py"),
        ("R1-[P2,R3", 10, "']' that closes"),
        ("p(R1)", 6, "a second part of the parallel"),
        ("R1+Q2/", 7, "an element of EC-Lab"),
        ("R1-R2+Q3", 6, "either + and /"),
    ],
)
def test_a_wrong_circuit_says_where_and_what_was_expected(text, place, expected):
    with pytest.raises(Refusal) as caught:
        parse(text)
    assert caught.value.code == "circuit-syntax"
    assert caught.value.where == f"character {place}"
    assert expected in caught.value.message


@pytest.mark.parametrize(
    ("text", "dashed", "letters"),
    [
        ("LR:hf (RQ):gb Q", "L0-R1-p(R2,CPE3)-CPE4", "LR(RQ)Q"),
        ("R(Q[RWo])", "R0-p(CPE1,R2-Wo3)", "R(Q[RWo])"),
        ("RZ", "R0-p(R1,CPE2)", "R(RQ)"),
        ("La(C[R(QR)])G", "La0-p(C1,R2-p(CPE3,R4))-G5", "La(C[R(QR)])G"),
    ],
)
def test_other_programs_read_the_circuit(text, dashed, letters):
    assert to_impedance_py(parse(text)) == dashed
    assert to_pyimpspec(parse(text)) == letters
    assert canonical(parse(dashed)) == letters


OMEGA = 2 * np.pi * 0.7
S = 1j * OMEGA
THEIRS = {  # formulas of the other programs, at one frequency: letters mean other things there
    "pyimpspec": {
        "R": lambda p: p["R"],
        "C": lambda p: 1 / (S * p["C"]),
        "L": lambda p: S * p["L"],
        "La": lambda p: p["L"] * S ** p["n"],
        "Q": lambda p: 1 / (p["Y"] * S ** p["n"]),
        "W": lambda p: 1 / (p["Y"] * S ** p["n"]),
        "Ws": lambda p: np.tanh((p["B"] * S) ** p["n"]) / (p["Y"] * S) ** p["n"],
        "Wo": lambda p: 1 / np.tanh((p["B"] * S) ** p["n"]) / (p["Y"] * S) ** p["n"],
        "G": lambda p: 1 / (p["Y"] * (p["k"] + S) ** p["n"]),
    },
    "impedance.py": {
        "R": lambda r: r,
        "C": lambda c: 1 / (c * S),
        "L": lambda inductance: inductance * S,
        "La": lambda inductance, alpha: (inductance * S) ** alpha,
        "CPE": lambda q, alpha: 1 / (q * S**alpha),
        "W": lambda a: a * (1 - 1j) / np.sqrt(OMEGA),
        "Ws": lambda r, tau: r * np.tanh(np.sqrt(tau * S)) / np.sqrt(tau * S),
        "Wo": lambda r, tau: r / np.tanh(np.sqrt(tau * S)) / np.sqrt(tau * S),
        "G": lambda r, tau: r / np.sqrt(1 + tau * S),
    },
}


def of_pyimpspec(text):
    """Evaluate a description of pyimpspec by its formulas: a series of elements and of parallels of them."""
    z = 0
    for group, alone in re.findall(r"\(([^)]*)\)|([A-Z][a-z]?\{[^}]*\})", text):
        elements = re.findall(r"([A-Z][a-z]?)\{([^}]*)\}", group or alone)
        values = [{k: float(v.rstrip("F")) for k, v in (p.split("=") for p in t.split(","))} for _, t in elements]
        parts = [THEIRS["pyimpspec"][s](v) for (s, _), v in zip(elements, values, strict=True)]
        z += 1 / sum(1 / part for part in parts)
    return z


def of_impedance_py(text, values):
    """Evaluate a string of impedance.py by its formulas."""
    z, left = 0, list(values)
    for term in re.findall(r"p\([^)]*\)|[A-Za-z]+\d+", text):
        parts = []
        for name in re.findall(r"([A-Z][A-Za-z]*)\d+", term):
            formula = THEIRS["impedance.py"][name]
            parts.append(formula(*[left.pop(0) for _ in range(formula.__code__.co_argcount)]))
        z += 1 / sum(1 / part for part in parts)
    assert not left
    return z


@pytest.mark.parametrize(
    "text", ["R", "C", "L", "La", "Q", "W", "Ws", "Wo", "G", "Z", "LR(RQ)(CR)Q", "R(R{R=7f}Q)"]
)
def test_values_for_other_programs_give_the_same_impedance(text):
    node = parse(text)
    model = Model(node)
    natural = [0.6 if free.is_exponent else 0.3 + 0.4 * at for at, free in enumerate(model.free)]
    ours = model.impedance(model.coordinates(natural), Grid.of(np.array([0.7])))[0]
    assert of_pyimpspec(to_pyimpspec(node, model, natural)) == pytest.approx(ours, rel=1e-9)
    values = impedance_py_values(node, model, natural)
    assert of_impedance_py(to_impedance_py(node), values) == pytest.approx(ours, rel=1e-12)


@pytest.mark.parametrize(("text", "letters", "dashed"), [
    ("R(ZC)", "R([(RQ)]C)", "R0-p(p(R1,CPE2),C3)"), ("(CR)", "(CR)", "p(C0,R1)"),
    ("(QR)(RQ)", "(QR)(RQ)", "p(CPE0,R1)-p(R2,CPE3)"),
])  # fmt: skip
def test_an_arc_in_a_parallel_stands_in_brackets_and_its_elements_in_their_order(text, letters, dashed):
    assert (to_pyimpspec(parse(text)), to_impedance_py(parse(text))) == (letters, dashed)
    assert canonical(parse(dashed)) == letters


@pytest.mark.parametrize(("text", "elements"), [
    ("(RQ)", ["Z"]), ("(RC)", ["Z"]), ("(RQ{n=0.9f})", ["Z"]), ("(RQ{n=0.9/0.5/0.95})", ["Z"]),
    ("(RQ{Q=1e-6})", ["Z"]),
    ("(RQ{Q=1e-6f})", ["R", "Q"]), ("(RQ{Q=1e-6/1e-9/inf})", ["R", "Q"]), ("(RQ{Q=1e-6/0/1e-3})", ["R", "Q"]),
    ("(RC{C=1e-6/0/1e-3})", ["R", "C"]), ("(RRC)", ["R", "R", "C"]), ("(RC[RQ])", ["R", "C", "R", "Q"]),
    ("(R[RC])", ["R", "R", "C"]), ("(RW)", ["R", "W"]),
])  # fmt: skip
def test_one_r_and_one_q_or_c_are_an_arc_unless_q_is_fixed_or_has_limits(text, elements):
    assert [leaf.symbol for leaf in Model(parse(text)).leaves] == elements


def test_a_circuit_that_is_one_parallel_is_one_term():
    """Of 2 Ω beside 1 Ω and 0.5 F in series, at 1 rad/s: 2 (1 - 2j) / (3 - 2j)."""
    model = Model(parse("(R[RC])"))
    z = model.impedance(model.coordinates([2.0, 1.0, 0.5]), Grid.of(np.array([1 / (2 * np.pi)])))
    assert z[0] == pytest.approx(2 * (1 - 2j) / (3 - 2j))
    assert len(model.terms) == 1


def test_values_and_labels_reach_their_elements():
    resistance, arc = parse("R{R=20f/1/50:hf}(RQ{n=0.8})").parts
    assert resistance.label == "hf"
    stated = resistance.values["R"]
    assert (stated.value, stated.fixed, stated.low, stated.high) == (20, True, 1, 50)
    assert [part.values for part in arc.parts] == [{}, {"n": Value(0.8)}]


# -- impedances against formulas that stand here ------------------------------------------------

W = GRID.omega
FORMULAS = {
    "R": ([20.0], np.full(len(W), 20 + 0j)),
    "C": ([1e-6], 1 / (1j * W * 1e-6)),
    "L": ([1e-6], 1j * W * 1e-6),
    "La": ([1e-6, 0.9], 1e-6 * (1j * W) ** 0.9),
    "Q": ([1e-5, 0.8], 1 / (1e-5 * (1j * W) ** 0.8)),
    "W": ([1 / (np.sqrt(2) * 30)], 30 / np.sqrt(W) * (1 - 1j)),
    "Ws": ([80.0, 1e-3], 80 * np.tanh(np.sqrt(1j * W * 1e-3)) / np.sqrt(1j * W * 1e-3)),
    "Wo": ([80.0, 1e-3], 80 / np.tanh(np.sqrt(1j * W * 1e-3)) / np.sqrt(1j * W * 1e-3)),
    "G": ([20.0, 0.05], 20 / np.sqrt(1 + 1j * W * 0.05)),
    "Z": ([100.0, 1e-4, 0.8], 100 / (1 + (1j * W * 1e-4) ** 0.8)),
}


@pytest.mark.parametrize("symbol", sorted(KINDS))
def test_an_element_has_its_impedance(symbol):
    values, expected = FORMULAS[symbol]
    z, _ = KINDS[symbol].evaluate(values, GRID)
    np.testing.assert_allclose(z, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "text", ["R", "C", "L", "La", "Q", "W", "Ws", "Wo", "G", "Z", "LR(RQ)(RC)Q", "R(Q[R(CW)])"]
)
def test_the_derivatives_are_those_of_the_impedance(text):
    model = Model(parse(text))
    x = np.linspace(-0.5, 0.7, len(model))
    _, jacobian = model.evaluate(x, GRID)
    for at in range(len(model)):
        step = np.zeros(len(model))
        step[at] = 1e-6
        numeric = (model.impedance(x + step, GRID) - model.impedance(x - step, GRID)) / 2e-6
        rounding = 1e-9 * np.abs(model.impedance(x, GRID))
        assert (np.abs(jacobian[at] - numeric) <= 1e-6 * np.abs(numeric) + rounding).all()


def test_an_arc_is_a_resistance_and_a_constant_phase_element_in_parallel():
    r, q, n = 100.0, 3e-9, 0.95
    model = Model(parse("(RQ)"))
    assert [free.name for free in model.free] == ["R", "tau", "n"]
    z = model.impedance(model.coordinates([r, (r * q) ** (1 / n), n]), GRID)
    np.testing.assert_allclose(z, 1 / (1 / r + q * (1j * W) ** n), rtol=1e-9)


def test_no_impedance_overflows():
    model = Model(parse("R(RQ)WsWoG"))
    with np.errstate(over="raise", invalid="raise"):
        z = model.impedance(np.full(len(model), 60.0), Grid.of(np.geomspace(1e9, 1e-6, 31)))
    assert np.isfinite(z).all()
