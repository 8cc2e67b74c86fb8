"""A circuit as a function of its fit coordinates, with analytic derivatives.

A resistance in parallel with one Q (or C) is fitted as an arc in (R, τ, n): there the correlation of τ
and n is about 0.2, between Q and n it is above 0.98.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from echub_eis.method.circuit import Element, Node, SeriesPart, Value, arc_of, stay_apart
from echub_eis.method.elements import KINDS, Complex, ElementKind, Floats, Grid

EXPONENT_LIMITS = (1e-4, 1 - 1e-6)
"""A start value of an exponent is kept inside: its logit is finite."""
LEAST = 1e-100
"""A start value of a positive parameter is at least this: ln of zero is not a number."""
LIMIT = 250.0
"""A coordinate beyond would overflow; the parameter has long lost its influence there."""


@dataclass(frozen=True)
class Free:
    """One coordinate of the fit: which parameter of which element it is."""

    element: int
    name: str
    is_exponent: bool


@dataclass
class ModelElement:
    """One element of the model: its kind, where its coordinates are, constants of the rest."""

    symbol: str
    label: str
    given: Mapping[str, Value]
    coordinates: list[int] = field(default_factory=list)
    constants: dict[str, float] = field(default_factory=dict)
    places: list[tuple[int, float]] = field(default_factory=list)

    @property
    def kind(self) -> ElementKind:
        """Return what the symbol stands for."""
        return KINDS[self.symbol]


Tree = int | tuple[str, tuple["Tree", ...]]


class Model:
    """A compiled circuit: `evaluate(x, grid)` gives Z and dZ/dx.

    `free` are the coordinates in the order of x; `leaves` the elements, arcs as one; `terms` the
    leaves and branches of the outermost series.
    """

    def __init__(self, circuit: Node) -> None:
        self.circuit = circuit
        self.leaves: list[ModelElement] = []
        self.free: list[Free] = []
        self.tree = self._compile(circuit)
        self.terms: tuple[Tree, ...] = (self.tree,)
        if not isinstance(self.tree, int) and self.tree[0] == "series":
            self.terms = self.tree[1]

    def __len__(self) -> int:
        return len(self.free)

    def evaluate(self, x: Sequence[float] | Floats, grid: Grid) -> tuple[Complex, Complex]:
        """Return Z (n,) and its derivatives (parameters, n)."""
        jacobian = np.empty((len(self.free), len(grid.omega)), dtype=np.complex128)
        return self._node(self.tree, self.natural(x), grid, jacobian), jacobian

    def evaluate_many(self, x: Floats, grid: Grid) -> tuple[Complex, Complex]:
        """Return Z (k, n) of coordinates x (k, parameters), and the derivatives (parameters, k, n)."""
        jacobian = np.empty((len(self.free), len(x), len(grid.omega)), dtype=np.complex128)
        inside = np.clip(x, -LIMIT, LIMIT)
        natural: Any = [
            1 / (1 + np.exp(-inside[:, at : at + 1])) if free.is_exponent else np.exp(inside[:, at : at + 1])
            for at, free in enumerate(self.free)
        ]
        z = self._node(self.tree, natural, grid, jacobian)
        return np.broadcast_to(z, jacobian.shape[1:]), jacobian

    def impedance(self, x: Sequence[float] | Floats, grid: Grid) -> Complex:
        """Return Z (n,)."""
        return self.evaluate(x, grid)[0]

    def term(self, tree: Tree, x: Sequence[float] | Floats, grid: Grid) -> Complex:
        """Return the impedance (n,) of one part, Ω, at coordinates x (parameters,)."""
        jacobian = np.empty((len(self.free), len(grid.omega)), dtype=np.complex128)
        return self._node(tree, self.natural(x), grid, jacobian)

    def natural(self, x: Sequence[float] | Floats) -> list[float]:
        """Return the parameters in their units, of coordinates x (parameters,)."""
        return [
            1 / (1 + math.exp(-min(max(value, -LIMIT), LIMIT))) if free.is_exponent
            else math.exp(min(max(value, -LIMIT), LIMIT))
            for free, value in zip(self.free, np.asarray(x).tolist(), strict=True)
        ]  # fmt: skip

    def coordinates(self, natural: Sequence[float]) -> Floats:
        """Return the coordinates of parameters in their units."""
        return np.array([self._coordinate(free, value) for free, value in zip(self.free, natural, strict=True)])

    @staticmethod
    def _coordinate(free: Free, value: float) -> float:
        low, high = EXPONENT_LIMITS
        if free.is_exponent:
            inside = min(max(value, low), high)
            return math.log(inside / (1 - inside))
        return math.log(max(value, LEAST))

    def values(self, leaf: int, natural: Sequence[float]) -> list[float]:
        """Return the parameters of an element, free and fixed, in its own order."""
        return [natural[at] if at >= 0 else constant for at, constant in self.leaves[leaf].places]

    def at(self, leaf: int, name: str) -> int | None:
        """Return the place of a parameter among the coordinates, None where it is fixed."""
        return next((i for i in self.leaves[leaf].coordinates if self.free[i].name == name), None)

    def alike(self) -> list[list[list[int]]]:
        """Return groups of arcs that may exchange places, each by its coordinates: R, τ, and n unless it is 1.

        They are of one form, in the outermost series, and the circuit's text says nothing of them.
        """
        forms: dict[int, list[list[int]]] = {}
        for tree in self.terms:
            if isinstance(tree, int) and self.leaves[tree].symbol == "Z" and not self.leaves[tree].given:
                own = self.leaves[tree].coordinates
                forms.setdefault(len(own), []).append(own)
        return [arcs for arcs in forms.values() if len(arcs) > 1]

    def limits(self) -> tuple[Floats, Floats]:
        """Return the limits of the coordinates that the circuit states; infinite ones otherwise."""
        low, high = np.full(len(self), -np.inf), np.full(len(self), np.inf)
        for at, free in enumerate(self.free):
            value = self.leaves[free.element].given.get(free.name)
            if value is not None and value.low is not None:
                low[at] = self._coordinate(free, value.low)
            if value is not None and value.high is not None:
                high[at] = self._coordinate(free, value.high)
        return low, high

    # -- compiling -------------------------------------------------------------------------

    def _compile(self, node: Node) -> Tree:
        if parts := arc_of(node):
            return self._arc(parts, node.label)
        if isinstance(node, Element):
            return self._leaf(ModelElement(node.symbol, node.label, node.values))
        kind = "series" if isinstance(node, SeriesPart) else "parallel"
        return kind, tuple(self._compile(part) for part in node.parts)

    def _arc(self, parts: Mapping[str, Element], label: str) -> Tree:
        other = parts.get("Q") or parts["C"]
        given: dict[str, Value] = dict(parts["R"].values)
        leaf = ModelElement("Z", label, given)
        if "C" in parts:
            leaf.constants["n"] = 1.0
        elif "n" in other.values:
            given["n"] = other.values["n"]
        if stay_apart(parts):
            return "parallel", tuple(self._leaf(ModelElement(p.symbol, label, p.values)) for p in parts.values())
        given.update({name: value for name, value in other.values.items() if name in ("Q", "C")})
        return self._leaf(leaf)

    def _leaf(self, leaf: ModelElement) -> int:
        number = len(self.leaves)
        self.leaves.append(leaf)
        for parameter in KINDS[leaf.symbol].parameters:
            stated = leaf.given.get(parameter.name)
            if stated is not None and stated.fixed:
                leaf.constants[parameter.name] = stated.value
            is_fixed = parameter.name in leaf.constants
            leaf.places.append((-1, leaf.constants[parameter.name]) if is_fixed else (len(self.free), 0.0))
            if not is_fixed:
                leaf.coordinates.append(len(self.free))
                self.free.append(Free(number, parameter.name, parameter.is_exponent))
        return number

    # -- evaluating ------------------------------------------------------------------------

    def _node(self, tree: Tree, natural: Sequence[float], grid: Grid, jacobian: Complex) -> Complex:
        if isinstance(tree, int):
            return self._element(tree, natural, grid, jacobian)
        kind, parts = tree
        impedances = [self._node(part, natural, grid, jacobian) for part in parts]
        if kind == "series":
            return np.asarray(sum(impedances))
        z = 1 / np.asarray(sum(1 / part for part in impedances))
        for part, inner in zip(parts, impedances, strict=True):
            factor = (z / inner) ** 2
            for at in self.coordinates_of(part):
                jacobian[at] *= factor
        return z

    def _element(self, leaf: int, natural: Sequence[float], grid: Grid, jacobian: Complex) -> Complex:
        z, derivatives = KINDS[self.leaves[leaf].symbol].evaluate(self.values(leaf, natural), grid)
        for (at, _), derivative in zip(self.leaves[leaf].places, derivatives, strict=True):
            if at >= 0:
                jacobian[at] = derivative
        return z

    def coordinates_of(self, tree: Tree) -> list[int]:
        """Return the coordinates of a part."""
        if isinstance(tree, int):
            return self.leaves[tree].coordinates
        return [at for part in tree[1] for at in self.coordinates_of(part)]

    def leaves_of(self, tree: Tree) -> list[int]:
        """Return the elements of a part."""
        return [tree] if isinstance(tree, int) else [leaf for part in tree[1] for leaf in self.leaves_of(part)]
