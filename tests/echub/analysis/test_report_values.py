"""What the report of a study writes for a result: value, bound or interval, never nothing."""

import pytest

from echub.analysis.outcome import Interval, Measurand
from echub.analysis.study_report import _inside, _plain_value, _value


def test_a_bracket_without_a_value_is_shown():
    bracket = Interval(3.0, 4.0, "bracketing", includes_high=False)
    found = Measurand("mA/cm^2", interval=bracket, censoring="interval")
    assert _plain_value(found) == "[3, 4) mA/cm²"
    assert _value(found, "mA/cm^2") == "[3, 4)"


def test_an_interval_without_a_value_is_written_once():
    assert _value(Measurand("ohm", interval=Interval(1.0, 2.0, level=0.95)), "ohm") == "[1, 2]"


@pytest.mark.parametrize("low", [True, False])
@pytest.mark.parametrize("high", [True, False])
def test_a_bracket_shows_which_of_its_ends_it_includes(low, high):
    bracket = Interval(3.0, 4.0, "bracketing", includes_low=low, includes_high=high)
    shown = _plain_value(Measurand("s", interval=bracket, censoring="interval"))
    assert shown == f"{'[' if low else '('}3, 4{']' if high else ')'} s"


@pytest.mark.parametrize(
    ("measurand", "text"),
    [
        (Measurand("s"), "– s"),
        (Measurand("1", 3), "3"),
        (Measurand("1", 0.123456), "0.1235"),
        (Measurand("V", 2.0, 0.0), "2 V"),
        (Measurand("V", 2.0, 0.123), "2.00±0.12 V"),
        (Measurand.more_than("h", 12345.6), "> 1.235e+04 h"),
        (Measurand.less_than("h", 0.5), "< 0.5 h"),
        (Measurand("h", interval=Interval(None, 2.0)), "[–, 2] h"),
    ],
)
def test_a_value_as_the_page_writes_it(measurand, text):
    assert _plain_value(measurand) == text


@pytest.mark.parametrize(
    ("u", "ends"),
    [(0.25, "3.00 … 8.00"), (2.5, "3.0 … 8.0"), (25.0, "3 … 8"), (0.0, "3 … 8"), (None, "3 … 8")],
)
def test_ends_of_an_interval_have_the_digits_of_the_uncertainty(u, ends):
    for level, said in ((0.95, "95%"), (None, "coverage")):
        shown = _value(Measurand("V", 5.0, u, Interval(3.0, 8.0, level=level)), "V")
        assert shown.endswith(f"<br><small>{ends} ({said})</small>")
    assert _value(Measurand("V", 5.0, u, Interval(None, 8.0)), "V").endswith(
        f"<br><small>– … {ends.split(' … ')[1]} (coverage)</small>"
    )


def test_a_value_in_another_unit_than_its_column_states_it():
    assert _value(Measurand("mA*h", 2.0), "mA*h/cm^2") == "2 mA·h"
    assert _value(Measurand.less_than("mA*h/cm^2", 2.0), "mA*h/cm^2") == "&lt; 2"
    assert _value(None, "V") == ""


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
