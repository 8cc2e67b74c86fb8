"""What a refusal says is needed at least is enough, and one less is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import echub
from echub.analysis.outcome import Measurand, Outcome
from echub.testing import synth
from echub.testing.synth import SymmetricRun
from echub.testing.synth.recovery import Recovering


def spectrum(analysis: str, count: int, **params: str) -> Outcome:
    case = synth.impedance(1)
    columns = {name: replace(c, values=c.values[:count]) for name, c in case.columns.items()}
    return echub.analyze(analysis, replace(case, columns=columns).data(), params=params)


def temperatures(count: int) -> Outcome:
    cells = [
        Outcome(
            {"onset_current_density": Measurand("mA/cm^2", 1.5**n)},
            metadata={"cell.temperature": {"value": 30.0 * n, "unit": "degC", "source": "test"}},
            label=f"{n}",
        )
        for n in range(count)
    ]
    return echub.analyze("arrhenius", cells)


def lifetimes(count: int) -> Outcome:
    cells = (synth.symmetric(k, SymmetricRun(count=6, drop_h=None)).data() for k in range(count))
    return echub.analyze("cell-lifetimes", [echub.analyze("symmetric-cycling", cell) for cell in cells])


def recovery(count: int) -> Outcome:
    return echub.analyze("relaxation", synth.recovery(1, Recovering(points=count)).record())


ASKED: dict[str, Callable[[int], Outcome]] = {
    "arrhenius": temperatures,
    "ccd-weibull": lambda count: echub.analyze("ccd-weibull", list(synth.cell_batch(1).outcomes)[:count]),
    "cell-lifetimes": lifetimes,
    "eis-check": lambda count: spectrum("eis-check", count),
    "eis-fit": lambda count: spectrum("eis-fit", count, circuit="LR(RQ)", sensitivity="false"),
    "relaxation": recovery,
}


def needed(outcome: Outcome) -> list[str]:
    """Return how many a refusal says are needed; nothing if none says so."""
    said = (re.search(r"at least (\d+) are needed", refusal.message) for refusal in outcome.refusals)
    return [found[1] for found in said if found]


@pytest.mark.parametrize(("analysis", "few"), [(name, 6 if name == "eis-fit" else 2) for name in ASKED])
def test_as_many_are_enough_as_are_said_to_be_needed(analysis, few):
    ask = ASKED[analysis]
    (least,) = needed(ask(few))
    assert needed(ask(int(least) - 1)) == [least]
    assert not needed(ask(int(least)))
