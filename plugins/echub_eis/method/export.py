"""The circuit as pyimpspec and impedance.py write it, with the values of their parameters.

Equal letters are other formulas there, and a value that is copied by its name can be wrong by orders of magnitude.
So each element has its conversion here. s = jω; left our element, right what the other program computes:

=======  ====================================  ==========================================
element  pyimpspec 5.1 (its ``to_sympy()``)    impedance.py 1.7 (its documentation)
=======  ====================================  ==========================================
`Q`      1/(Y s^n), Y = Q                      `CPE`: 1/(Q s^α)
`W`      1/(Y s^n), n = ½                      A (1 - j)/√ω, A = 1/(√2 Y)
`La`     L s^n                                 (L s)^α, its L = ours^(1/n)
`Ws`     tanh((B s)^n)/(Y s)^n, n = ½:         R tanh(√(sτ))/√(sτ)
         B = τ, Y = τ/R²
`Wo`     coth((B s)^n)/(Y s)^n, likewise       R coth(√(sτ))/√(sτ)
`G`      1/(Y (k + s)^n), n = ½:               R/√(1 + sτ)
         k = 1/τ, Y = √τ/R
`Z`      `R` and `Q`, Q = τ^n/R                `R` and `CPE`
=======  ====================================  ==========================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import sqrt

from echub_eis.method.circuit import Element, Node, ParallelPart, arc_of, stay_apart
from echub_eis.method.model import Model

Values = Mapping[str, float]
"""The parameters of one element, in our names and units."""
DIGITS = 12
"""Significant digits of a printed value: rounding is far below any noise."""

HALF = {"n": "0.5F"}
"""The exponent of diffusion, fixed."""
PYIMPSPEC: Mapping[str, Callable[[Values], Mapping[str, float | str]]] = {
    "R": lambda v: {"R": v["R"]},
    "C": lambda v: {"C": v["C"]},
    "L": lambda v: {"L": v["L"]},
    "La": lambda v: {"L": v["L"], "n": v["n"]},
    "Q": lambda v: {"Y": v["Q"], "n": v["n"]},
    "W": lambda v: {"Y": v["Y"], **HALF},
    "Ws": lambda v: {"Y": v["tau"] / v["R"] ** 2, "B": v["tau"], **HALF},
    "Wo": lambda v: {"Y": v["tau"] / v["R"] ** 2, "B": v["tau"], **HALF},
    "G": lambda v: {"Y": sqrt(v["tau"]) / v["R"], "k": 1 / v["tau"], **HALF},
}
"""Parameters of pyimpspec's elements from ours; its symbols are ours."""
IMPEDANCE_PY: Mapping[str, tuple[str, Callable[[Values], Sequence[float]]]] = {
    "R": ("R", lambda v: [v["R"]]),
    "C": ("C", lambda v: [v["C"]]),
    "L": ("L", lambda v: [v["L"]]),
    "La": ("La", lambda v: [v["L"] ** (1 / v["n"]), v["n"]]),
    "Q": ("CPE", lambda v: [v["Q"], v["n"]]),
    "W": ("W", lambda v: [1 / (sqrt(2) * v["Y"])]),
    "Ws": ("Ws", lambda v: [v["R"], v["tau"]]),
    "Wo": ("Wo", lambda v: [v["R"], v["tau"]]),
    "G": ("G", lambda v: [v["R"], v["tau"]]),
}
"""Names of impedance.py's elements, and their parameters in its order."""


@dataclass(frozen=True)
class Exported:
    """An element of the exported circuit, in our symbols, with its values if they are known; an arc is two."""

    symbol: str
    values: Values | None


Tree = Exported | tuple[str, tuple["Tree", ...]]


def to_pyimpspec(node: Node, model: Model | None = None, natural: Sequence[float] = ()) -> str:
    """Return the circuit description of pyimpspec and DearEIS: ``R(RQ)``, series inside parallel in ``[ ]``.

    With a model and its parameters (p,), in their units, values stand in braces, in pyimpspec's own parameters.
    """
    return _letters(_exported(node, model, natural))


def to_impedance_py(node: Node) -> str:
    """Return the string of impedance.py: ``R0-p(R1,CPE1)``, elements numbered in their order."""
    return _dashed(_exported(node, None, ()), count())


def impedance_py_values(node: Node, model: Model, natural: Sequence[float]) -> list[float]:
    """Return the values for `initial_guess` of impedance.py's `CustomCircuit`, in the order of its string.

    natural: the parameters (p,) of a model of this circuit, in their units.
    """
    exported = _leaves(_exported(node, model, natural))
    return [float(x) for leaf in exported for x in IMPEDANCE_PY[leaf.symbol][1](leaf.values or {})]


def impedance_py_text(node: Node, model: Model, natural: Sequence[float]) -> str:
    """Return those values as JSON."""
    return json.dumps([float(f"{x:.{DIGITS}g}") for x in impedance_py_values(node, model, natural)])


# -- our tree with values --------------------------------------------------------------------


def _exported(node: Node, model: Model | None, natural: Sequence[float]) -> Tree:
    return _walk(node, model, natural, count())


def _walk(node: Node, model: Model | None, natural: Sequence[float], leaves: count[int]) -> Tree:
    parts = arc_of(node)
    if parts and not stay_apart(parts):
        return "parallel", tuple(_arc(list(parts), _values(model, natural, next(leaves))))
    if isinstance(node, Element):
        values = _values(model, natural, next(leaves))
        if node.symbol != "Z":
            return Exported(node.symbol, values)
        return "parallel", tuple(_arc(["R", "Q"], values))
    kind = "parallel" if isinstance(node, ParallelPart) else "series"
    return kind, tuple(_walk(part, model, natural, leaves) for part in node.parts)


def _values(model: Model | None, natural: Sequence[float], leaf: int) -> Values | None:
    if model is None:
        return None
    names = [parameter.name for parameter in model.leaves[leaf].kind.parameters]
    return dict(zip(names, model.values(leaf, natural), strict=True))


def _arc(order: Sequence[str], values: Values | None) -> Iterator[Exported]:
    """Yield both elements of an arc from its R, τ and n."""
    if values is None:
        yield from (Exported(symbol, None) for symbol in order)
        return
    r, tau, n = values["R"], values["tau"], values["n"]
    made = {"R": {"R": r}, "Q": {"Q": tau**n / r, "n": n}, "C": {"C": tau / r}}
    yield from (Exported(symbol, made[symbol]) for symbol in order)


def _leaves(tree: Tree) -> Iterator[Exported]:
    if isinstance(tree, Exported):
        yield tree
    else:
        for part in tree[1]:
            yield from _leaves(part)


# -- as text ---------------------------------------------------------------------------------


def _letters(tree: Tree, inside: str = "series") -> str:
    if isinstance(tree, Exported):
        return tree.symbol + _braces(tree)
    kind, parts = tree
    text = "".join(_letters(part, kind) for part in parts)
    brackets = {"parallel": "()", "series": "[]" if inside == "parallel" else ""}[kind]
    text = f"{brackets[:1]}{text}{brackets[1:]}"
    return f"[{text}]" if kind == inside == "parallel" else text


def _braces(leaf: Exported) -> str:
    if leaf.values is None:
        return ""
    stated = PYIMPSPEC[leaf.symbol](leaf.values)
    pairs = (f"{n}={v if isinstance(v, str) else format(v, f'.{DIGITS}g')}" for n, v in stated.items())
    return "{" + ",".join(pairs) + "}"


def _dashed(tree: Tree, numbers: count[int]) -> str:
    if isinstance(tree, Exported):
        return f"{IMPEDANCE_PY[tree.symbol][0]}{next(numbers)}"
    kind, parts = tree
    texts = [_dashed(part, numbers) for part in parts]
    return "-".join(texts) if kind == "series" else f"p({','.join(texts)})"
