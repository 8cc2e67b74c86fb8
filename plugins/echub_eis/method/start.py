"""Start values from a dictionary: a grid of τ and n, everything linear eliminated.

Start values decide whether a fit finds its optimum, not the optimiser. Every part of a series is either a
column of its own (R, L, C, W) or one of a family of columns (an arc over τ and n); the best column of each
family is searched exhaustively for one or two families, then by exchange.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from echub_eis.method.elements import KINDS, Complex, Floats, Grid
from echub_eis.method.model import EXPONENT_LIMITS, LEAST, LIMIT, Model, Tree

PER_DECADE = 4
"""A quarter of a decade is well inside the basin of the optimum of an arc, n down to 0.6."""
ARC_EXPONENTS = (0.98, 0.88, 0.75, 0.6)
"""Each near enough to the next for a fit to find the way: 240 of 240 generated spectra reach the optimum."""
TAIL_EXPONENTS = tuple(float(n) for n in np.linspace(0.5, 1.0, 26))
"""Steps of 0.02: a tail spans decades of |Z|, and a coarser grid misses it by more than a small arc is."""
TINY = 1e-6
"""A column that the search gives nothing or less starts with this part of the median |Z|: below any noise."""
NEW = 1e-4
"""A column of which less than this part is new adds nothing that rounding does not."""
TOP = 24
"""So many best pairs are continued where three families or more are searched. By eye."""
PAIRS = 4 * TOP
"""So many pairs are ranked: neighbours among them are left out later."""
SWEEPS = 3
"""Exchanges of every column at most; they end when nothing changes. By eye."""


@dataclass(frozen=True)
class Family:
    """All forms of one term: values of its nonlinear parameters, and unit impedances (forms, n)."""

    term: int
    shapes: Sequence[tuple[float, ...]]
    units: Complex


Choice = tuple[Family, int]
"""One form of one term."""


def starts(model: Model, grid: Grid, z: Complex, sigma: Floats, count: int = 1) -> list[Floats]:
    """Return up to `count` start values, coordinates of the model, the best first, no two with the same τ.

    z, sigma: (n,), Ω. Method: variable projection on a grid of τ and n; see above.
    """
    terms = [_Term(model, tree, number) for number, tree in enumerate(model.terms)]
    forms = [term.forms(grid) for term in terms]
    fixed = [(family, 0) for family in forms if len(family.shapes) == 1]
    search = _Search(fixed, [family for family in forms if len(family.shapes) > 1], z, sigma)
    found = []
    for chosen in search.best(count):
        choices = [*fixed, *chosen]
        sizes = search.sizes(_units(choices))
        natural = [0.0] * len(model)
        for term, shape, size in _placed(terms, choices, sizes, grid):
            term.write(natural, shape, size, grid)
        found.append(_stated(model, natural))
    return found


def _units(choices: Sequence[Choice]) -> Complex:
    """Return the unit impedances (forms, n) of some forms."""
    return np.array([family.units[at] for family, at in choices])


def _stated(model: Model, natural: list[float]) -> Floats:
    """Put what the circuit's text says in the place of what was found."""
    for at, free in enumerate(model.free):
        value = model.leaves[free.element].given.get(free.name)
        if value is not None:
            natural[at] = value.value
    for number, leaf in enumerate(model.leaves):
        tau, capacity = model.at(number, "tau"), leaf.given.get("Q") or leaf.given.get("C")
        if tau is not None and capacity is not None:  # an arc's coordinate is τ = (R Q)^(1/n)
            resistance, _, n = model.values(number, natural)
            ln_tau = math.log(max(resistance * capacity.value, LEAST)) / max(n, EXPONENT_LIMITS[0])
            natural[tau] = math.exp(max(-LIMIT, min(ln_tau, LIMIT)))
    return model.coordinates(natural)


def _placed(
    terms: Sequence[_Term], choices: Sequence[Choice], sizes: Sequence[float], grid: Grid
) -> Iterator[tuple[_Term, tuple[float, ...], float]]:
    """Yield which term gets which form and size: of like terms each what is nearest to its text."""
    like: dict[tuple[int, int], list[tuple[_Term, tuple[float, ...], float]]] = {}
    for (family, at), size in zip(choices, sizes, strict=True):
        term = terms[family.term]
        alone = term.number if term.nested or len(family.shapes) == 1 else -1
        like.setdefault((id(family.units), alone), []).append((term, family.shapes[at], size))
    for found in like.values():
        if not any(term.is_stated for term, _, _ in found):
            yield from found
            continue
        far = [[term.distance(shape, size, grid) for _, shape, size in found] for term, _, _ in found]
        for row, column in zip(*linear_sum_assignment(far), strict=True):
            yield found[row][0], *found[column][1:]


class _Term:
    """One term of the outermost series: a family of columns, linear in one size."""

    def __init__(self, model: Model, tree: Tree, number: int) -> None:
        self.model = model
        self.number = number
        self.nested = not isinstance(tree, int)
        self.leaves = model.leaves_of(tree)
        self.main = self.leaves[0]
        self.symbol = "Z" if self.nested else model.leaves[self.main].symbol

    def forms(self, grid: Grid) -> Family:
        """Return all forms of this term."""
        constants = {} if self.nested else self.model.leaves[self.main].constants
        return Family(self.number, *_forms(self.symbol, tuple(sorted(constants.items())), grid.omega.tobytes()))

    def write(self, natural: list[float], shape: tuple[float, ...], size: float, grid: Grid) -> None:
        """Write the parameters of this term into the list of all."""
        inverse = self.symbol in ("C", "Q", "W")
        values = (1 / size if inverse else size, *shape)
        if not self.nested:
            for (at, _), value in zip(self.model.leaves[self.main].places, values, strict=True):
                if at >= 0:
                    natural[at] = value
            return
        self._write_nested(natural, values, grid)

    @property
    def is_stated(self) -> bool:
        """Return whether the circuit's text says anything of this term."""
        return any(self.model.leaves[leaf].given for leaf in self.leaves)

    def distance(self, shape: tuple[float, ...], size: float, grid: Grid) -> float:
        """Return the square of how far a form is from what the text says of this term, in its coordinates."""
        found = [1.0] * len(self.model)
        self.write(found, shape, size, grid)
        own = [at for leaf in self.leaves for at in self.model.leaves[leaf].coordinates]
        away = (self.model.coordinates(found) - _stated(self.model, found))[own]
        return float(away @ away)

    def _write_nested(self, natural: list[float], arc: Sequence[float], grid: Grid) -> None:
        """Start a nested part from the arc that stands for it: its R, its Q; the rest at its own size."""
        resistance, tau, n = arc
        guesses = {
            "R": resistance,
            "Q": tau**n / resistance,
            "C": tau / resistance,
            "n": n,
            "L": resistance * tau,
            "Y": 1 / (resistance * np.sqrt(grid.omega.min())),
        }
        for leaf in self.leaves:
            own = self.model.leaves[leaf]
            for (at, _), parameter in zip(own.places, KINDS[own.symbol].parameters, strict=True):
                if at >= 0:
                    # Diffusion is slower than the arc beside it: a decade, by eye.
                    far = 10.0 if own.symbol in ("Ws", "Wo", "G") else 1.0
                    natural[at] = tau * far if parameter.name == "tau" else guesses[parameter.name]


@lru_cache(maxsize=64)  # of a study: some elements on a few grids
def _forms(
    symbol: str, constants: tuple[tuple[str, float], ...], omega: bytes
) -> tuple[list[tuple[float, ...]], Complex]:
    """Return the nonlinear parameters of every form of an element, and the impedances of size one.

    Kept for the next spectrum of the same frequencies: series have one grid.
    """
    grid = Grid.of(np.frombuffer(omega) / (2 * np.pi))
    stated = dict(constants)
    exponents = ARC_EXPONENTS if symbol == "Z" else TAIL_EXPONENTS
    choices = [
        (stated[p.name],) if p.name in stated else _times(grid) if p.name == "tau" else exponents
        for p in KINDS[symbol].parameters[1:]
    ]
    shapes = list(itertools.product(*choices))
    return shapes, np.array([KINDS[symbol].evaluate((1.0, *shape), grid)[0] for shape in shapes])


def _times(grid: Grid) -> tuple[float, ...]:
    # A factor of five beyond the band: an arc further off shows less than its flank.
    low, high = np.log10(0.2 / grid.omega.max()), np.log10(5 / grid.omega.min())
    return tuple(np.logspace(low, high, int((high - low) * PER_DECADE) + 1).tolist())


def further_arc(grid: Grid, rest: Complex, jacobian: Complex, sigma: Floats) -> float:
    """Return by how much one arc more would lower χ², the fit (rest, derivatives) taken as linear.

    rest, sigma: (n,), Ω; jacobian: (parameters, n).
    A score test: for a small arc this is its gain, up to the grid of τ and n.
    """
    _, units = _forms("Z", (), grid.omega.tobytes())
    q, _ = np.linalg.qr(_scaled(_stack(jacobian / sigma).T))
    y, d = _stack(rest / sigma), _stack(units / sigma).T
    y = y - q @ (q.T @ y)
    before = np.sqrt((d**2).sum(axis=0))
    d = d - q @ (q.T @ d)
    norm = np.sqrt((d**2).sum(axis=0))
    seen = norm > NEW * before
    return float(np.max(np.maximum(d[:, seen].T @ y / norm[seen], 0.0) ** 2, initial=0.0))


class _Search:
    """Weighted least squares over one form of each family, the fixed ones projected out.

    Families of one kind, as those of all arcs, share their columns: `spans` then repeat.
    """

    def __init__(self, fixed: list[Choice], families: list[Family], z: Complex, sigma: Floats) -> None:
        self.families = families
        self.sigma = sigma
        self.z = z
        self.middle = float(np.median(np.abs(z)))
        y = _stack(z / sigma)
        kinds = list({id(family.units): family for family in families}.values())
        edges = np.cumsum([0, *(len(kind.shapes) for kind in kinds)]).tolist()
        place = {id(kind.units): slice(*span) for kind, span in zip(kinds, itertools.pairwise(edges), strict=True)}
        self.spans = [place[id(family.units)] for family in families]
        self.tau = [math.log10(shape[0]) for kind in kinds for shape in kind.shapes]
        d: Any = _stack(np.concatenate([np.empty((0, len(z))), *(kind.units for kind in kinds)]) / sigma).T
        if fixed:
            q, _ = np.linalg.qr(_scaled(_stack(_units(fixed) / sigma).T))
            y = y - q @ (q.T @ y)
            d = d - q @ (q.T @ d)
        d = d / (np.sqrt((d**2).sum(axis=0)) + 1e-300)
        self.gram, self.overlap = d.T @ d, d.T @ y

    def best(self, count: int) -> list[list[Choice]]:
        """Return up to `count` choices of one form for each family, the best first."""
        if not self.families:
            return [[]]
        ranked = self._singles() if len(self.families) == 1 else self._pairs()
        if len(self.families) > 2:
            ranked = sorted((self._continued(list(chosen)) for _, chosen in ranked[:TOP]), key=lambda c: -c[0])
        kept: list[tuple[int, ...]] = []
        for _, chosen in ranked:
            if all(self._differs(chosen, other) for other in kept):
                kept.append(chosen)
            if len(kept) == count:
                break
        return [
            [(f, i - span.start) for f, span, i in zip(self.families, self.spans, chosen, strict=True)]
            for chosen in kept
        ]

    def _differs(self, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        """Return whether two choices differ by more than a neighbouring n or τ."""
        shapes = [sorted(self.tau[i] for i in chosen) for chosen in (one, other)]
        # One and a half steps of the grid: more than a neighbour.
        return any(abs(a - b) > 1.5 / PER_DECADE for a, b in zip(*shapes, strict=True))

    def _singles(self) -> list[tuple[float, tuple[int, ...]]]:
        gain = np.where(self.overlap > 0, self.overlap**2, 0)
        return [(float(gain[i]), (int(i),)) for i in np.argsort(-gain)[:TOP]]

    def _pairs(self) -> list[tuple[float, tuple[int, ...]]]:
        """Rank all pairs of the first two families by what they explain, both sizes positive."""
        first, second = self.spans[:2]
        g = self.gram[first, second]
        a, b = self.overlap[first][:, None], self.overlap[second][None, :]
        rest = np.maximum(1 - g**2, 1e-9)  # two columns that are one (g² > 1 - 1e-7) are not a pair
        gain = (a * a - 2 * g * a * b + b * b) / rest
        gain = np.where((a - g * b > 0) & (b - g * a > 0) & (g**2 < 1 - 1e-7), gain, 0)
        gain = np.triu(gain) if first == second else gain  # a pair of one kind in both orders is one pair
        flat = gain.ravel()
        order = np.argpartition(-flat, min(PAIRS, len(flat) - 1))[:PAIRS]
        order = order[np.argsort(-flat[order], kind="stable")]
        i, j = np.unravel_index(order, gain.shape)
        chosen = zip((first.start + i).tolist(), (second.start + j).tolist(), strict=True)
        return list(zip(flat[order].tolist(), chosen, strict=True))

    def _continued(self, chosen: list[int]) -> tuple[float, tuple[int, ...]]:
        """Add the best column of every further family, then exchange each in turn."""
        gain = 0.0
        for span in self.spans[2:]:
            gain, column = self._next(chosen, span)
            chosen.append(column)
        for _ in range(SWEEPS):
            before = list(chosen)
            for place, span in enumerate(self.spans):
                gain, column = self._next([c for k, c in enumerate(chosen) if k != place], span)
                chosen[place] = column
            if chosen == before:
                break
        return gain, tuple(chosen)

    def _next(self, chosen: list[int], span: slice) -> tuple[float, int]:
        """Return what is explained with the best further column of a span, and that column."""
        # Columns have norm 1: 1e-9 keeps the matrix regular, and a column of which 1e-6 is new adds nothing.
        inner = self.gram[np.ix_(chosen, chosen)] + 1e-9 * np.eye(len(chosen))
        cross = self.gram[chosen, span]
        solved = np.linalg.solve(inner, np.column_stack([cross, self.overlap[chosen]]))
        left = self.overlap[span] - cross.T @ solved[:, -1]
        free = 1 - (cross * solved[:, :-1]).sum(axis=0)
        gain = np.where((left > 0) & (free > 1e-6), left**2 / np.maximum(free, 1e-9), 0)
        best = int(np.argmax(gain))
        return float(gain[best] + self.overlap[chosen] @ solved[:, -1]), span.start + best

    def sizes(self, units: Complex) -> list[float]:
        """Return the size of each of some columns (m, n); one that is not positive becomes small instead."""
        design = _stack(units / self.sigma).T
        norm = np.sqrt((design**2).sum(axis=0)) + 1e-300
        found = np.linalg.lstsq(design / norm, _stack(self.z / self.sigma), rcond=1e-10)[0] / norm
        least = TINY * self.middle / np.median(np.abs(units), axis=1)
        return list(np.where(found > least, found, least))


def _stack(values: Any) -> Floats:  # noqa: ANN401
    return np.concatenate([values.real, values.imag], axis=-1)


def _scaled(design: Floats) -> Floats:
    return np.asarray(design / (np.sqrt((design**2).sum(axis=0)) + 1e-300))
