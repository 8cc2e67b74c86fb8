"""The analyses that are tried: the contracts of `tests/plugins`, each with the measurement that it generates."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from echub.declare_analysis import Analysis
from echub.testing import AnalysisContract
from echub.testing.synth import Case

PLUGINS = Path(__file__).parents[1] / "plugins"


class Subject:
    """A contract: the analysis, its parameters, and its measurement."""

    def __init__(self, contract: type[AnalysisContract]) -> None:
        self._contract = contract()
        self.name = self._contract.subject
        self.label = f"{self.name} ({contract.__name__})"

    @property
    def analysis(self) -> Analysis:
        return self._contract._declaration

    @property
    def params(self) -> dict[str, Any]:
        return dict(self._contract._tolerance("params"))

    @property
    def case(self) -> Case:
        return self._contract._case

    def tolerance(self, name: str) -> Any:
        return self._contract._tolerance(name)


def subjects() -> Iterator[Subject]:
    """Yield every contract that a test of a plugin defines, in the order of the files."""
    for path in sorted(PLUGINS.glob("*/test_*.py")):
        if "AnalysisContract)" not in path.read_text("utf-8"):
            continue
        module = importlib.import_module(f"tests.plugins.{path.parent.name}.{path.stem}")
        for found in vars(module).values():
            if (
                isinstance(found, type)
                and issubclass(found, AnalysisContract)
                and found.__module__ == module.__name__
            ):
                yield Subject(found)
