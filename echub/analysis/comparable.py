"""Whether outcomes may be combined: conditions and metadata agree, none is there twice, flags are passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from echub.analysis.outcome import Outcome, Refusal
from echub.drawing import unit_text
from echub.remark import Flag
from echub.text import some_of


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


def wrong_unit(name: str, unit: str, units: Sequence[str]) -> str:
    """Say that a value is in none of the units in which it is combined, as another program's is; or nothing."""
    if unit in units:
        return ""
    return f"{name} is in {unit_text(unit)}, not in {' or '.join(map(unit_text, units))}"


def require_distinct(outcomes: Sequence[Outcome]) -> None:
    """Raise `Refusal` (``same-outcome-twice``) if two outcomes are one: the same answer to the same source.

    The name of a source does not count, since a copy has another. Outcomes without a source are compared with
    their labels.
    """
    seen: dict[str, str] = {}
    for outcome in outcomes:
        identity = _identity(outcome)
        if identity in seen:
            pair = f"{seen[identity]} and {outcome.label}" if seen[identity] != outcome.label else outcome.label
            raise Refusal(
                "same-outcome-twice",
                f"{pair or 'an outcome'}: one result was given twice, and would count twice",
                where=outcome.label or None,
                hint="give each result once",
            )
        seen[identity] = outcome.label


def _identity(outcome: Outcome) -> str:
    whole = outcome.as_dict()
    inputs = [_nameless(entry) for entry in outcome.provenance.get("inputs", ())]
    parts = [whole[key] for key in ("measurands", "tables", "conditions", "metadata")]
    chosen = outcome.provenance.get("selection", ())
    return json.dumps([inputs or outcome.label, list(chosen), *parts], sort_keys=True, default=str)


def _nameless(entry: object) -> object:
    if isinstance(entry, Mapping):
        return {key: _nameless(value) for key, value in entry.items() if key not in ("name", "outcome")}
    return [_nameless(part) for part in entry] if isinstance(entry, (list, tuple)) else entry


def input_flags(outcomes: Sequence[Outcome]) -> list[Flag]:
    """Return the warnings that outcomes in use carry, which hold for the result as well.

    A remark that all of them carry, such as a reader's of the table that they are from, is repeated as it is; of
    the others only the codes are given, in one flag, ``flagged-inputs``.
    """
    carried = [[f for f in outcome.flags if f.severity == "warning"] for outcome in outcomes]
    common = [f for f in carried[0] if all(f in flags for flags in carried[1:])] if len(outcomes) > 1 else []
    flagged = [o for o, flags in zip(outcomes, carried, strict=True) if any(f not in common for f in flags)]
    if not flagged:
        return common
    codes = sorted({f.code for flags in carried for f in flags if f not in common})
    are = some_of(len(flagged), len(outcomes), "result in use", "is", "are", plural="results in use")
    text = f"{are} flagged: {', '.join(codes)}"
    return [*common, Flag("flagged-inputs", text, where=", ".join(o.label for o in flagged[:10]))]
