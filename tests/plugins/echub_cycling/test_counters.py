"""Counters that run, restart or jump, with and without rows at the edges: intervals hold, or a flag says why."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from tests.plugins import counters

RUNS = 8
EDGES = ("none", "end", "both")


def ask(data):
    return echub.analyze("cycling", data)


def held(kind, **setup):
    """Return how many intervals of `RUNS` runs hold the truth, of how many, and the codes of all runs."""
    right, asked, said = 0, 0, []
    for seed in range(RUNS):
        data, truth = counters.run(seed, kind, **setup)
        outcome = ask(data)
        right += sum(outcome[name].interval.covers(value) for name, value in truth.items())
        asked += len(truth)
        said.append({flag.code for flag in outcome.flags})
    return right, asked, said


@pytest.mark.parametrize("kind", counters.KINDS)
def test_a_counter_that_restarts_between_rows_is_completed(kind):
    for edges in EDGES:
        right, asked, said = held(kind, edges=edges)
        assert right >= 0.93 * asked, edges
        assert not any({"ways-disagree", "counter-jumps"} & codes for codes in said), edges


@pytest.mark.parametrize("kind", ["net, running", "net, by cycle", "increments", "both, by half cycle", "step"])
def test_a_counter_that_jumps_by_itself_is_told_and_the_current_counts_there(kind):
    right, asked, said = held(kind, jumps=1)
    assert right >= 0.93 * asked
    assert all({"ways-disagree", "counter-jumps"} & codes for codes in said)
    assert np.mean(["counter-jumps" in codes for codes in said]) >= 0.75


def test_what_a_restart_in_a_rest_hides_is_in_the_interval():
    open_ = {}
    for edges in EDGES[:2]:
        for seed in range(RUNS):
            data, _ = counters.run(seed, "step", edges=edges)
            parts = {part.name: part.uncertainty for part in ask(data)["discharge_capacity"].components}
            open_.setdefault(edges, []).append(parts.get("edges between rows", 0.0))
    assert max(open_["none"]) > 10 * max(open_["end"])
