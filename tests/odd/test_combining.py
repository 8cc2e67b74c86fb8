"""What holds for every analysis that combines outcomes: none counts twice, no refused one, and flags travel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from echub.analysis.analysis import analyze
from echub.plugin import Flag
from tests.odd.subjects import subjects

COMBINING = [subject for subject in subjects() if subject.case.outcomes]


def ask(subject, outcomes):
    return analyze(subject.analysis, list(outcomes), params=subject.params)


@pytest.fixture(params=COMBINING, ids=lambda subject: subject.name)
def subject(request):
    return request.param


def test_a_result_that_is_given_twice_is_refused(subject):
    given = subject.case.outcomes
    for again in (given[0], replace(given[-1])):
        assert [flag.code for flag in ask(subject, [*given, again]).refusals] == ["same-outcome-twice"]


def test_what_one_of_the_results_in_use_is_flagged_for_is_said_again(subject):
    given = subject.case.outcomes
    flagged = replace(given[0], flags=(*given[0].flags, Flag("odd", "it is odd")))
    found = ask(subject, [flagged, *given[1:]])
    texts = [flag.text for flag in found.flags if flag.code == "flagged-inputs"]
    assert len(texts) == 1
    assert "odd" in texts[0]


def test_a_refused_result_counts_as_little_as_none(subject):
    given = subject.case.outcomes
    refused = replace(given[-1], flags=(*given[-1].flags, Flag("odd", "it is odd", "refusal")))
    found = ask(subject, [*given[:-1], refused])
    assert found.measurands == ask(subject, given[:-1]).measurands
    if found.status != "refused":
        assert "left-out" in [flag.code for flag in found.flags]


def test_a_refused_result_beside_all_others_changes_no_value(subject):
    """It is one of them again, which would be refused if it counted."""
    given = subject.case.outcomes
    refused = replace(given[-1], flags=(*given[-1].flags, Flag("odd", "it is odd", "refusal")))
    found, before = ask(subject, [*given, refused]), ask(subject, given)
    assert before.measurands
    assert found.measurands == before.measurands
