"""Whether outcomes may be combined: their conditions and the metadata of their cells must agree."""

from __future__ import annotations

from collections.abc import Sequence

from echub.analysis.outcome import Outcome, Refusal


def require_comparable(outcomes: Sequence[Outcome], paths: Sequence[str], *, within: float = 0.02) -> None:
    """Raise `Refusal` (``mixed-<name>``) if a condition, or the metadata at a path, differs.

    Numbers are the same within a fraction `within` of the largest: a measured ramp rate scatters. What one
    outcome states and another does not counts as different.
    """
    for name in dict.fromkeys(n for outcome in outcomes for n, c in outcome.conditions.items() if c.compared):
        stated = [outcome.conditions.get(name) for outcome in outcomes]
        _require_same(name, [None if c is None else c.value for c in stated], within)
    for path in paths:
        _require_same(path.rpartition(".")[2], [outcome.meta(path) for outcome in outcomes], within)


def _require_same(name: str, values: Sequence[object], within: float) -> None:
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) == len(values) and numbers:
        same = max(numbers) - min(numbers) <= within * max(map(abs, numbers))
    else:
        same = len(set(map(str, values))) <= 1
    if not same:
        texts = sorted(
            {"not stated" if v is None else f"{v:.4g}" if isinstance(v, float) else str(v) for v in values}
        )
        raise Refusal(
            f"mixed-{name.replace('_', '-')}",
            f"the {name.replace('_', ' ')} is not the same: {', '.join(texts)}",
            hint="--param allow_mixed=true takes them all the same",
        )
