"""Circuits: the tree that a description becomes, and its canonical text.

`R(RQ)` is a series of a resistance and a parallel of two; a series inside a parallel stands in `[ ]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Value:
    """What a description says of a parameter: start value, fixed or free, limits."""

    value: float
    fixed: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Element:
    """One element, with a label and values if they are given."""

    symbol: str
    label: str = ""
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class SeriesPart:
    """Parts in series."""

    parts: tuple[Node, ...]
    label: str = ""


@dataclass(frozen=True)
class ParallelPart:
    """Parts in parallel."""

    parts: tuple[Node, ...]
    label: str = ""


Node = Element | SeriesPart | ParallelPart


def arc_of(node: Node) -> dict[str, Element]:
    """Return both elements by symbol if a node is a resistance in parallel with one C or Q, else nothing."""
    if not isinstance(node, ParallelPart) or len(node.parts) != 2:
        return {}
    parts = {part.symbol: part for part in node.parts if isinstance(part, Element)}
    return parts if set(parts) in ({"R", "C"}, {"R", "Q"}) else {}


def canonical(node: Node, *, top: bool = True) -> str:
    """Write a circuit as this project writes it; `parse` of the text gives the circuit again."""
    if isinstance(node, Element):
        return node.symbol + _braces(node) + _label(node)
    inside = _joined([_inside(part, node) for part in node.parts])
    if isinstance(node, SeriesPart):
        return inside if top else f"[{inside}]"
    return f"({inside}){_label(node)}"


def _inside(part: Node, of: SeriesPart | ParallelPart) -> str:
    """Write a part of a circuit; a parallel in a parallel is a series of one, as `parse` reads it."""
    text = canonical(part, top=False)
    return f"[{text}]" if isinstance(part, ParallelPart) and isinstance(of, ParallelPart) else text


def _joined(texts: list[str]) -> str:
    """Join parts; after a label a space parts it from what follows."""
    return "".join(text + " " * (":" in text and text[-1] not in ")]}") for text in texts).strip()


def _braces(element: Element) -> str:
    if not element.values:
        return ""
    return "{" + ", ".join(f"{name}={_value(v)}" for name, v in element.values.items()) + "}"


def _value(value: Value) -> str:
    text = f"{value.value:g}" + "f" * value.fixed
    if value.low is not None or value.high is not None:
        low = "0" if value.low is None else f"{value.low:g}"
        text += f"/{low}/{'inf' if value.high is None else f'{value.high:g}'}"
    return text


def _label(node: Node) -> str:
    return f":{node.label}" if node.label else ""


def stay_apart(parts: Mapping[str, Element]) -> bool:
    """Return whether R and Q of an arc stay two elements: Q (or C) is fixed or has limits, and τ cannot say so."""
    stated = [value for name, value in (parts.get("Q") or parts["C"]).values.items() if name != "n"]
    return any(value.fixed or value.low is not None or value.high is not None for value in stated)
