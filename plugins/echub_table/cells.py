"""What a cell of a table is, told from its text alone: a number, a clock, a date, or a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from echub.dates import HALF_DAYS, in_plain_form
from echub.text import NO_VALUE

EMPTY, MISSING, NUMBER, UNITED, CLOCK, DATE, TEXT = "emnucdt"
"""Kinds of cells. MISSING is a token such as NaN, UNITED a number with a unit (`3 s`, `5%`) or in parentheses."""

MISSING_TOKENS = NO_VALUE | {"nan", "-nan", "+nan", "#nan", "1.#qnan", "1.#ind", "-1.#ind"}
"""These, and words for a value that is not a number: NaN."""

NUMERIC = frozenset([NUMBER, MISSING, UNITED])
FILLED = frozenset([NUMBER, UNITED, CLOCK, DATE])

_INFINITIES = frozenset(["inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"])
MINUS_SIGNS = "−–‒—‐‑﹣－"
"""What typesetting puts in place of the hyphen that programs read as a minus."""

_MINUS = rf"[-+{MINUS_SIGNS}]"
_MANTISSA = r"\d+[.,]\d*|[.,]\d+"
DOUBLE, WITH_E = rf"^([-+]?(?:{_MANTISSA}))[dD]([-+]?\d+)$", "${1}e${2}"
"""A number in Fortran's double precision, `1.5D+02`, and what replaces it; without a decimal mark it is a name."""
_NUMBER = re.compile(
    rf"{_MINUS}?"
    r"(?:(?:\d{1,3}(?:[ '\u00a0\u202f\u2009\u2019]\d{3})+(?:[.,]\d*)?|\d[\d.,]*|[.,]\d+)"
    rf"(?:[eE]{_MINUS}?\d+)?|(?:{_MANTISSA})[dD]{_MINUS}?\d{{1,3}})\Z"
)
PARENTHESISED = re.compile(r"\((\d[\d.,]*(?:[eE][-+]?\d+)?|[.,]\d+)\)\Z")
"""A negative number as accountants write it, `(0.3)`, which spreadsheets export."""
_GROUP_BLANK = re.compile(r"(?<=\d)[ '\u00a0\u202f\u2009\u2019](?=\d{3}(?!\d))")
"""What stands between groups of thousands, and never before decimals."""
_DIGIT = len("(1)")
"""A digit in parentheses alone does not make a row one of numbers: it may be a unit, or count the columns."""
_HALF_DAY = r"[ \u00a0\u202f]?[APap]\.?[ \u00a0\u202f]?[Mm]\.?"
_IN_FRONT = rf"(?:(?:{'|'.join(HALF_DAYS)}) ?)"
"""The half of a day as Chinese, Japanese and Korean programs print it."""
_CLOCK = re.compile(r"-?(?:\d+(?: ?days?[.,]?|[-d.]) ?)?\d+:[0-9]{1,2}:[0-9]{1,2}(?:[.,]\d*)?\Z")
_CLOCK_12 = re.compile(
    rf"\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d*)?)?{_HALF_DAY}\Z|{_IN_FRONT}\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d*)?)?\Z"
)
_TIME = rf"(?:[ T,_]+{_IN_FRONT}?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:{_HALF_DAY})?)?"
_TIME += r"(?: ?(?:Z|UTC|[-+]\d{2}:?\d{2}))?\Z"
_DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4}年\d{1,2}月\d{1,2}日?"
    r"|\d{1,2}[-/ .]+[^\W\d_]{3,9}[-/ .,]+\d{2,4}|[^\W\d_]{3,9} \d{1,2},? \d{4})" + _TIME
)
_BLANK = "[ '\u00a0\u202f\u2009\u2019]"
_THOUSANDS = (
    rf"\d{{1,3}}(?:(?:\.\d{{3}})++(?:,\d*+)?|(?:,\d{{3}})++(?:\.\d*+)?|(?:{_BLANK}\d{{3}})++(?:[.,]\d*+)?)"
)
_UNITED = re.compile(
    rf"[-+]?(?:{_THOUSANDS}|\d++[.,]?\d*+|[.,]\d++)(?:[eE][-+]?\d+)? ?[A-Za-zµΩ%°][A-Za-z0-9µΩ%°./*^²-]{{0,8}}\Z"
)
_OVERLOAD = re.compile(
    r"-?\d\.#\w+|\*{2,}|#{2,}|\?+|\.{3,}|-{2,}\.-*|o\.?l\.?|ovr?ld?|ov(?:er)?(?:load|flow|range|f)?|underflow"
    r"|out of range|#\S{2,6}[!?]|err(?:or)?|invalid|saturated|clipped\Z",
    re.IGNORECASE,
)
"""What instruments and spreadsheets print where a number has no room or no meaning: `OVL`, `*****`, `#DIV/0!`."""
_ERRORS = r"#(?:n/a|nv|nan|[^\s;,|]{2,6}[!?])"
"""What spreadsheets print where a formula has no value, in English and in German."""
_NO_DIGITS = str.maketrans("123456789", "000000000")


def shape(text: str) -> str:
    """Replace every digit by 0, so that rows of one table look alike."""
    return text.translate(_NO_DIGITS)


def spreadsheet_error(delimiter: str) -> re.Pattern[str]:
    """Return what a row matches whose first cell is an error of a spreadsheet; a comment may begin with # too."""
    between = r"\s" if delimiter == " " else re.escape(delimiter)
    return re.compile(rf"(?i)^\s*{_ERRORS} *{between}")


def bare_number(cell: str) -> str:
    """Return the number of a cell without its unit, its parentheses, or blanks between its thousands."""
    text = _GROUP_BLANK.sub("", cell.strip())
    return text[1:-1] if PARENTHESISED.match(text) else text.partition(" ")[0].rstrip("%")


def is_cut_clock(cells: Sequence[str]) -> bool:
    """Return whether the last clock or date of a column is shorter than all those before, which are of one form.

    Then its end is missing, if the file ends there without a line end. Fewer than three before it prove nothing.
    """
    *before, last = [cell.strip() for cell in cells]
    forms, lengths = ({of(cell) for cell in before} for of in (_form, len))
    shorter = len(lengths) == 1 and len(last) < len(before[0])
    return len(before) > 2 and len(forms) == 1 and (shorter or len(_form(last)) < len(_form(before[0])))


def _form(clock: str) -> str:
    return re.sub(r"\d+", "0", clock)


def kind_of(cell: str) -> str:
    """Tell the kind of a cell; whichever decimal mark it uses, a number is a number."""
    text = cell.strip()
    if not text:
        return EMPTY
    if text[0].isdigit() or text[0] in f"+-.,{MINUS_SIGNS}":
        if _DATE.match(text):
            return DATE
        if _NUMBER.match(text):
            return NUMBER
        if _CLOCK.match(text) or _CLOCK_12.match(text):
            return CLOCK
        if _UNITED.match(text) and (" " in text or text.endswith("%")):
            return UNITED
    if text[0] in "上下午오" and _CLOCK_12.match(text):
        return CLOCK
    if len(text) > _DIGIT and PARENTHESISED.match(text):
        return UNITED
    lower = text.lower()
    if lower in _INFINITIES:
        return NUMBER
    if lower in MISSING_TOKENS or _OVERLOAD.fullmatch(text):
        return MISSING
    return DATE if _DATE.match(text) or _DATE.match(in_plain_form(text)) else TEXT


class Splitter:
    """Split lines at one delimiter and tell the kinds of their cells, each shape once.

    A blank delimiter stands for any run of blanks and tabs; a cell that then ends with another
    delimiter is not a number.
    """

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self._kinds: dict[str, str] = {}
        self._rows: dict[str, str] = {}

    def split(self, line: str) -> list[str]:
        """Return the cells of a line, without quotes."""
        if self.delimiter == " ":
            return line.split()
        if '"' in line:
            return next(csv.reader([line], delimiter=self.delimiter, skipinitialspace=True), [])
        return line.split(self.delimiter)

    def kinds(self, line: str) -> str:
        """Return one letter for the kind of each cell."""
        like = shape(line)
        found = self._rows.get(like)
        if found is None:
            found = self._rows[like] = "".join(self._kind(cell) for cell in self.split(like))
        return found

    def _kind(self, cell: str) -> str:
        found = self._kinds.get(cell)
        if found is None:
            hanging = self.delimiter == " " and cell.endswith((",", ";"))
            found = self._kinds[cell] = TEXT if hanging else kind_of(cell)
        return found
