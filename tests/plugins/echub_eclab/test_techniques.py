"""Technique codes against the generator's own."""

import pytest

from echub_eclab.techniques import TECHNIQUES
from fixtures.eclab import TECHNIQUE_CODES


@pytest.mark.parametrize("name", TECHNIQUE_CODES)
def test_codes_are_those_of_the_generator(name):
    assert TECHNIQUES[TECHNIQUE_CODES[name]].name == name


def test_some_techniques_have_two_codes_and_none_beyond_a_byte():
    names = [technique.name for technique in TECHNIQUES.values()]
    assert names.count("CV") == names.count("GCPL") == 2
    assert all(0 <= code <= 0xFF for code in TECHNIQUES)
    assert all(technique.title for technique in TECHNIQUES.values())
