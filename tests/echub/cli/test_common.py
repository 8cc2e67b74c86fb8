"""What several commands share: values with an uncertainty as they are typed."""

import pytest

from echub.cli.common import stated
from echub.errors import DataError, UnknownOption


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.5", (12.5, None)),
        ("12.5 s ± 500 ms", (12.5, 0.5)),
        ("2±1 min", (120.0, 60.0)),
        ("2 min +/- 1", (120.0, 60.0)),
        ("1 +- 0", (1.0, 0.0)),
    ],
)
def test_a_value_and_its_uncertainty_in_one_unit(text, expected):
    assert stated(text, "s") == expected


def test_an_uncertainty_is_not_negative():
    with pytest.raises(UnknownOption, match="not negative") as refused:
        stated("12.5s±-3s", "s")
    assert refused.value.found == "12.5s±-3s"


@pytest.mark.parametrize("text", ["", "1±", "±1", "nan", "1 V"])
def test_what_is_no_value_in_this_dimension_is_refused(text):
    with pytest.raises(DataError):
        stated(text, "s")
