"""One odd question: a measurement, or what is handed over instead, parameters, and how its answer is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from echub.testing.synth import Case


@dataclass(frozen=True)
class Question:
    """A measurement and parameters. `same`: it is the measurement as it was, its clock `moved` on, s.

    `coarser`: it is the measurement as it was, read in larger steps: the answer is wider, or the same.
    `given`: what is handed over instead of the measurement: a record, or several.
    """

    what: str
    case: Case
    params: Mapping[str, Any] = field(default_factory=dict)
    same: bool = False
    moved: float = 0.0
    coarser: bool = False
    given: Any = None
