"""All analyses against generators that are not theirs: bias, scatter, coverage, and how often an answer misleads.

The table of `docs/analyses/limits.md`: one row per shape of `echub.testing.synth.foreign`. *Silently wrong* is an
answer without a warning whose interval, made three times as wide, does not hold the truth.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from dataclasses import dataclass

import numpy as np

from echub.testing.synth import foreign
from echub.testing.synth.foreign import Draw

DRAWS = {"cube": 20, "ccd": 40, "profile": 60}
USUAL = 200
"""Draws of a shape: a share of 1 % is then known to 0.7 %. Maps and staircases take longer."""


@dataclass(frozen=True)
class Row:
    """What came of the draws of one shape; shares in %, coverage None where the model does not hold."""

    bias: float | None
    sd: float | None
    covered: float | None
    refused: float
    flagged: float
    wrong: float


def tables() -> dict[str, dict[str, Draw]]:
    """Return the shapes of every module of foreign generators, by the name of the module."""
    found = {}
    for module in pkgutil.iter_modules(foreign.__path__):
        shapes = getattr(importlib.import_module(f"{foreign.__name__}.{module.name}"), "SHAPES", None)
        if shapes:
            found[module.name] = shapes
    return found


def measured(draw: Draw, draws: int) -> Row:
    """Answer so many draws of a shape."""
    seen: Counter[str] = Counter()
    errors, covered = [], []
    for seed in range(draws):
        case = draw(np.random.default_rng(seed))
        outcome = case.answer()
        seen[case.judge(outcome)] += 1
        found = outcome.measurands.get(case.measurand)
        if found is None:
            continue
        if case.holds:
            covered.append(case.covered(found))
        if found.value is not None and np.isfinite(case.truth):
            errors.append(found.value - case.truth)
    share = {name: 100 * count / draws for name, count in seen.items()}
    return Row(
        float(np.mean(errors)) if errors else None,
        float(np.std(errors)) if errors else None,
        100 * float(np.mean(covered)) if covered else None,
        share.get("refused", 0.0),
        share.get("flagged", 0.0),
        share.get("silently wrong", 0.0),
    )


def run() -> None:
    """Print the table as it stands in the docs."""
    print("\n| analysis | shape | bias | sd | covered / % | refused / % | flagged / % | silently wrong / % |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for module, shapes in tables().items():
        for name, draw in shapes.items():
            row = measured(draw, DRAWS.get(module, USUAL))
            analysis = draw(np.random.default_rng(0)).analysis
            numbers = [_text(row.bias, ".2g"), _text(row.sd, ".2g"), _text(row.covered, ".0f")]
            shares = [f"{value:.0f}" for value in (row.refused, row.flagged)] + [f"{row.wrong:.1f}"]
            print(f"| {analysis} | {name} | {' | '.join([*numbers, *shares])} |", flush=True)


def _text(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
