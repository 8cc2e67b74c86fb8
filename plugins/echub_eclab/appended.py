"""Files that hold several runs one behind the other: each data module with its own settings.

EC-Lab appends a technique to an existing file as a further row of modules (Set, data, LOG, loop).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from echub.plugin import Dataset, Metadata
from echub_eclab.container import Module

DATA = "VMP data"
SET = "VMP Set"
LOG = "VMP LOG"


class AppendedRun(NamedTuple):
    """One run of a file: its modules. `number` counts from 1."""

    number: int
    modules: tuple[Module, ...]

    @property
    def name(self) -> str:
        """Return the name that tells this part from the others."""
        return f"part_{self.number}"

    def first(self, short: str) -> Module | None:
        """Return the first module of a short name."""
        return next((module for module in self.modules if module.short == short), None)


def parts_of(modules: Sequence[Module]) -> list[AppendedRun]:
    """Split the modules of a file into its runs: a second Set behind data starts the next one."""
    groups: list[list[Module]] = [[]]
    for module in modules:
        if module.short == SET and {SET, DATA} <= {m.short for m in groups[-1]}:
            groups.append([])
        groups[-1].append(module)
    return [AppendedRun(number, tuple(group)) for number, group in enumerate(groups, 1)]


def labelled(dataset: Dataset, name: str, metadata: Metadata) -> Dataset:
    """Name a dataset after its part, and keep with it which technique it is and when it started."""
    attrs = {"part": name}
    for key, path in (("technique", "technique.name"), ("start", "experiment.start")):
        if value := metadata.value(path):
            attrs[key] = str(value)
    return replace(dataset, label=f"{dataset.kind}_{name}", attrs={**dataset.attrs, **attrs})
