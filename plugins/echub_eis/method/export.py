"""The circuit as other programs write it; without values, for their parameters are not all ours."""

from __future__ import annotations

from itertools import count

from echub_eis.method.circuit import Element, Node, ParallelPart, SeriesPart

IMPEDANCE_PY = {"Q": "CPE"}
"""Names of impedance.py that differ from ours; its La is (L jω)^n, its W takes A_W."""


def to_pyimpspec(node: Node) -> str:
    """Return the circuit description of pyimpspec and DearEIS: ``R(RQ)``, series inside parallel in ``[ ]``."""
    if isinstance(node, Element):
        return "(RQ)" if node.symbol == "Z" else node.symbol
    inside = "".join(
        f"[{to_pyimpspec(part)}]" if isinstance(node, ParallelPart) and _is_several(part) else to_pyimpspec(part)
        for part in node.parts
    )
    return f"({inside})" if isinstance(node, ParallelPart) else inside


def to_impedance_py(node: Node) -> str:
    """Return the string of impedance.py: ``R0-p(R1,CPE1)``, elements numbered in their order."""
    numbers = count()
    return _dashed(node, numbers)


def _dashed(node: Node, numbers: count[int]) -> str:
    if isinstance(node, Element):
        if node.symbol == "Z":
            return f"p(R{next(numbers)},CPE{next(numbers)})"
        return f"{IMPEDANCE_PY.get(node.symbol, node.symbol)}{next(numbers)}"
    parts = [_dashed(part, numbers) for part in node.parts]
    return "-".join(parts) if isinstance(node, SeriesPart) else f"p({','.join(parts)})"


def _is_several(node: Node) -> bool:
    return isinstance(node, SeriesPart) or (isinstance(node, Element) and node.symbol == "Z")
