"""What the report of a study writes for a result: value, bound or interval, never nothing."""

from echub.analysis.outcome import Interval, Measurand
from echub.analysis.study_report import _plain_value, _value


def test_a_bracket_without_a_value_is_shown():
    bracket = Interval(3.0, 4.0, "bracketing", includes_high=False)
    found = Measurand("mA/cm^2", interval=bracket, censoring="interval")
    assert _plain_value(found) == "[3, 4) mA/cm²"
    assert _value(found) == "[3, 4)"


def test_an_interval_without_a_value_is_written_once():
    assert _value(Measurand("ohm", interval=Interval(1.0, 2.0, level=0.95))) == "[1, 2]"
