"""What an error shows of a long line or cell of a text: its beginning or its end, of a fixed length."""

from string import ascii_lowercase

import pytest

from echub.plugin import ReadError
from echub_eclab.asciihead import LONGEST_LINE
from fixtures.eclab.ascii import bare
from tests.plugins.echub_eclab.text_support import read_mps, read_mpt, refusal

LONG = "".join(a + b for a in ascii_lowercase for b in ascii_lowercase)
"""A word of which every beginning and every end is its own, so that its length shows."""
FIRST = "EC-Lab ASCII FILE"
CELLS = [["0.0", "1.5"], ["1.0", "2.5"]]
MIXED = "".join(f"{n}.0\t{'7.5' if n != 25 else '12345678901234567890123456,5'}\n" for n in range(30))


def _head(second, *others):
    return "\r\n".join([FIRST, second, *others, ""]).encode("cp1252")


def _mps_refusal(data):
    with pytest.raises(ReadError) as caught:
        read_mps(data)
    return caught.value


SHOWN = {
    "a word where a number has to be": (
        lambda: refusal(bare(["time/s", "Ewe/V"], [*CELLS, [LONG, LONG], *CELLS])),
        repr(LONG[:40].encode()),
    ),
    "the names of another program": (
        lambda: refusal(f"{LONG}\tb\n0.0\t1.5\n".encode()),
        repr(LONG[:40]),
    ),
    "numbers in place of names": (
        lambda: refusal(bare(["1" * 50, "2.5"], CELLS)),
        repr("1" * 40),
    ),
    "names without tabs": (
        lambda: refusal(_head("Nb header lines : 3", f"time/s Ewe/V {LONG}", "0.0 1.5")),
        repr(f"time/s Ewe/V {LONG[:27]}"),
    ),
    "no count of lines": (
        lambda: refusal(_head(LONG, "more", "words")),
        repr(LONG[:60].encode()),
    ),
    "names that are cut": (
        lambda: refusal(_head("Nb header lines : 3", f"time/s\tEwe/V\t{LONG}").removesuffix(b"\r\n")),
        repr(LONG[-20:]),
    ),
    "an endless line": (
        lambda: refusal(_head("Nb header lines : 3", LONG + "x" * LONGEST_LINE)),
        repr(LONG[:24].encode()),
    ),
    "settings of another program": (lambda: _mps_refusal(LONG.encode()), repr(LONG[:40])),
    "another decimal mark": (
        lambda: refusal(f"time/s\tEwe/V\n{MIXED}".encode()),
        repr(MIXED[MIXED.index(",") - 20 : MIXED.index(",") + 20].encode()),
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_an_error_shows_a_part_of_what_is_long(name):
    found, expected = SHOWN[name]
    assert found().found == expected


def test_names_of_columns_in_a_comment_are_not_those_of_the_table():
    """The head miscounts its lines, and two names stand in a comment too, without a row of numbers below them."""
    names, rows = "time/s\tEwe/V", ["0.0\t1.5", "1.0\t2.5"]
    record = read_mpt(_head("Nb header lines : 3", "Comments :", names, "as measured", names, *rows))
    assert record["timeseries"]["potential_we"].tolist() == [1.5, 2.5]
    (said,) = [notice.message for notice in record.notices if notice.code == "header-lines"]
    assert said == "the head states 3 lines up to the names of the columns, which stand in line 6"
