"""What is asked for and not there is named in the refusal, and what is there beside it."""

from __future__ import annotations

import pytest

import echub
from tests.plugins.examples import case_of

ASKED = [
    ("sims-map", "species", "Xx+", "unknown-species", ["Na+"]),
    ("sims-map", "region", "nowhere", "unknown-region", []),
    ("sims-profile", "region", "nowhere", "unknown-region", ["pristine", "failed"]),
    ("sims-profile", "species", "Xx+", "unknown-species", ["Na+", "Zr+", "Si+"]),
    ("stability-window", "scan", "9", "no-such-scan", ["3"]),
]


@pytest.mark.parametrize(("name", "param", "asked", "code", "there"), ASKED)
def test_the_refusal_names_what_was_asked_and_what_is_there(name, param, asked, code, there):
    refusal = echub.analyze(name, case_of(name).data(), params={param: asked}).refusals[0]
    assert refusal.code == code
    before, _, after = refusal.message.partition(asked)
    assert after
    assert all(word in after and word not in before for word in there), refusal.message
