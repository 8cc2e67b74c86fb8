"""What the report of a study writes for a result: value, bound or interval, never nothing."""

import pytest

from echub.analysis.outcome import Interval, Measurand
from echub.analysis.study_report import _inside, _plain_value, _value


def test_a_bracket_without_a_value_is_shown():
    bracket = Interval(3.0, 4.0, "bracketing", includes_high=False)
    found = Measurand("mA/cm^2", interval=bracket, censoring="interval")
    assert _plain_value(found) == "[3, 4) mA/cm²"
    assert _value(found) == "[3, 4)"


def test_an_interval_without_a_value_is_written_once():
    assert _value(Measurand("ohm", interval=Interval(1.0, 2.0, level=0.95))) == "[1, 2]"


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Onset of a rise", "onset of a rise"),
        ("A measured quantity", "a measured quantity"),
        ("DC polarisation", "DC polarisation"),
        ("Weibull distribution", "Weibull distribution"),
    ],
)
def test_a_title_inside_a_sentence_keeps_its_abbreviations_and_names(title, inside):
    assert _inside(title) == inside
