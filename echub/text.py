"""Text as instruments write it: encodings, decimal marks, numbers, clocks.

What every text reader needs. Nothing is guessed: a finding comes with its evidence, and
if the text allows two readings, the value is None and the evidence says which two.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EPOCH = dt.datetime(1970, 1, 1)
_NUMBER = re.compile(r"[-+]?(?:\d[\d.,]*|[.,]\d+)(?:[eEdD][-+]?\d+)?\Z")
_OF_A_CELL = re.compile(
    r"(cell|channel|chan|chl|ch|battery|device)( (id|index|name|no|nr|num|number|code))?|sample (id|name)|barcode"
)
NO_VALUE = frozenset(["na", "n/a", "#n/a", "null", "none", "--", "---", "-", "—", "–", "−"])
"""Words for `no value`, in lower case; such a value is missing, as in an empty cell."""
_STATISTIC = re.compile(
    r"(?:mean|average|avg|median|min|max|minimum|maximum|sum|total|totals|count|range|rms|variance"
    r"|std|stdev|sd|std\.? ?dev\.?|standard deviation|mittel|mittelwert|durchschnitt|summe|gesamt|anzahl"
    r"|standardabweichung|stabw|moyenne|somme|écart[- ]type|media|promedio|suma|somma)(?:\W.{0,40})?\Z",
    re.IGNORECASE,
)
"""What spreadsheets and programs write before a mean, a sum or an extreme below the rows."""
_GROUPS = re.compile(r"[-+]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*\Z")
_PLAIN = re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][-+]?\d+)?\Z")
_NAMED = {"nan": float("nan"), "inf": float("inf"), "+inf": float("inf"), "-inf": float("-inf")}
_CLOCK = re.compile(r"(-?)(?:(\d{1,9})(?: ?days?[.,]?|[-d.]) ?)?(\d{1,9}):([0-5]?\d):([0-5]?\d(?:[.,]\d*)?)\Z")


class Finding(NamedTuple):
    """A finding about a text, or None, and the evidence for it."""

    value: str | None
    evidence: str


# -- encodings -------------------------------------------------------------------------------


def encoding_of(head: bytes, *, whole: bool = False) -> Finding:
    """Find the encoding of a text from its first bytes: a Python codec name.

    `whole`: the head is the complete text; otherwise a character cut off at its end is ignored.
    The value is None if bytes speak against any text (NUL bytes that are not UTF-16).
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Finding(name, "a byte order mark")
    if b"\0" in head:
        written = head.rstrip(b"\0")
        # A run of zero bytes at the end is space that was never written; UTF-16 ends in one, UTF-32 in three.
        is_reserved = len(head) - len(written) > 3
        if is_reserved and b"\0" not in written:
            return encoding_of(written, whole=whole)
        return _utf16(written if is_reserved else head)
    if head.isascii():
        return Finding("utf-8", "nothing but ASCII")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError as error:
        wrong = f"byte 0x{head[error.start]:02x} at offset {error.start} is not UTF-8"
        good, bad = _characters(head)
        if good > _MOST_ARE * bad:
            return Finding("utf-8", f"{wrong}, but {several(good, 'character')} are: it is damaged or cut there")
        return Finding("cp1252", wrong)
    return Finding("utf-8", "all of it is valid UTF-8")


_MOST_ARE = 3
"""Characters of several bytes for each faulty byte: letters of another encoding form such sequences by chance."""


_ASCII = bytes(range(128))


def _characters(head: bytes) -> tuple[int, int]:
    """Return the number of characters beyond ASCII that are valid UTF-8, and that of the faults."""
    text = head.decode("utf-8", "replace")
    bad = text.count("\ufffd") - head.count("\ufffd".encode())
    plain = len(head) - len(head.translate(None, _ASCII))  # each such byte is a character, also beside a fault
    return len(text) - plain - bad, bad


def _utf16(head: bytes) -> Finding:
    """Distinguish UTF-16 without a mark from binary data: in ASCII text every second byte is NUL."""
    low, high = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    for count, other, name in ((high, low, "utf-16-le"), (low, high, "utf-16-be")):
        # Nine in ten characters are ASCII in any instrument header; binary data have NUL in both bytes.
        if count > 0.9 * half and other < 0.1 * half:
            return Finding(name, f"{count} of {half} characters have a NUL as their high byte")
    return Finding(None, f"a NUL byte at offset {head.index(0)}")


def decode(data: bytes, encoding: str) -> str:
    """Decode with an encoding from `encoding_of`; undefined bytes stay visible as \\xNN."""
    return data.decode(encoding, "backslashreplace")


def plain_bytes(data: bytes, *, whole: bool = False) -> bytes:
    """Return the first bytes of a text, or all if `whole`, as those of an encoding that ASCII is part of.

    UTF-16 becomes UTF-8; a byte order mark is left out. Line ends become single ones (see `single_ends`).
    """
    encoding = encoding_of(data, whole=whole).value or ""
    if encoding.startswith("utf-16"):
        data = data.decode(encoding, "replace").encode()
    data = data.removeprefix(codecs.BOM_UTF8)
    return single_ends(data, data)


def single_ends(data: bytes, head: bytes) -> bytes:
    """Return bytes of a text, given its head, without the line ends that no program expects.

    A lone carriage return ends the lines of old Macintosh programs. A doubled one comes from a program that wrote
    CRLF to a file that turns each LF into CRLF: only if all lines end so, for one may stand in a comment.
    """
    ends = head.count(b"\n")
    if ends and head.count(b"\r\r\n") == ends:
        return data.replace(b"\r\r\n", b"\r\n")
    return data if ends or b"\r" not in head else data.replace(b"\r", b"\n")


# -- names -------------------------------------------------------------------------------------


def names_a_cell(header: str) -> bool:
    """Return whether a header, without its unit, names the cell or channel of a row: ``Channel_Index``."""
    return bool(_OF_A_CELL.fullmatch(re.sub(r"[\W_]+", " ", header).strip().lower()))


def names_a_statistic(text: str) -> bool:
    """Return whether a cell names what summarises the rows above it, such as `Mean` or `Summe`."""
    return bool(_STATISTIC.match(text.strip()))


# -- text that goes out ------------------------------------------------------------------------


def encodable(text: str) -> str:
    """Return a text with lone surrogates, which UTF-8 cannot hold, as escapes; in JSON these give them back.

    They come from names of files that are not UTF-8, and from what decoders could not read.
    """
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def several(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word: 1 row, 2 rows, 1,200 rows; `plural` of what takes no s, such as spectra."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {plural or f'{word}s'}"


def some_of(count: int, whole: int, word: str, verb: str, verbs: str, *, plural: str = "") -> str:
    """Return a part of a whole with its verb: 1 of 3 rows is, 2 of 3 rows are, 1 of 1 row is."""
    return f"{count} of {whole} {word if whole == 1 else plural or f'{word}s'} {verb if count == 1 else verbs}"


def iso_time(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601: to the millisecond, which is left out where it is zero."""
    moment = _EPOCH + dt.timedelta(milliseconds=round(seconds * 1000))
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def with_article(word: str) -> str:
    """Return a word with a or an, by its first letter, or as a letter is spoken: a table, an ion_map, a u."""
    an = "aefhilmnorsx" if len(word) == 1 else "aeiou"
    return f"{'an' if word[:1].lower() in tuple(an) else 'a'} {word}"


MUCH = 10.0
"""Times from which on a ratio is told as large: its digits are those of a divisor that is nearly nothing."""


def percent(ratio: float, spec: str = ".0%") -> str:
    """Return a ratio in percent for a sentence, and of one beyond `MUCH` only that it is: never 5e+12 %.

    spec: a format of the ratio (".1%") or of its percentage, which then stands apart from the sign (".1f").
    """
    gap = "" if spec.endswith("%") else " "
    if abs(ratio) > MUCH:
        return f"{'more than ' if ratio > 0 else 'less than -'}{100 * MUCH:.0f}{gap}%"
    return f"{ratio:{spec}}" if not gap else f"{100 * ratio:{spec}} %"


def rows_by_columns(rows: int, columns: int) -> str:
    """Return the size of a table in words: 265 rows, 1 column."""
    return f"{several(rows, 'row')}, {several(columns, 'column')}"


def nearest(
    word: str, known: Iterable[str], count: int = 3, alike: float = 0.5, *, prefix: str = ""
) -> str | None:
    """Return a hint with the names that a misspelt one may stand for, else None: ``did you mean cycle?``.

    Capitals count only where a name has nothing near that is written as it is. `alike`: the least ratio of
    `difflib`, from 0 to 1. `prefix`: what all names begin with; with it, any short word is like one of them.
    """
    import difflib  # only an error needs it

    names = [name.removeprefix(prefix) for name in known]
    shown = str(word).removeprefix(prefix)[:_COMPARED]
    near = difflib.get_close_matches(shown, names, count, alike)
    if not near:
        folded = {name.casefold(): name for name in names}
        near = [folded[name] for name in difflib.get_close_matches(shown.casefold(), folded, count, alike)]
    return f"did you mean {' or '.join(prefix + name for name in near)}?" if near else None


_COMPARED = 100
"""Characters of a name that are compared: the time grows with the square, and no name is longer."""


def argument(path: object) -> str:
    """Return a path for a command that is copied: if needed in double quotes, which every shell takes."""
    text = str(path)
    return text if re.fullmatch(r"[\w./\\:~+,@%=-]+", text) else '"' + re.sub(r'(["$`])', r"\\\1", text) + '"'


def printable(text: str, keep: str = "") -> str:
    """Return a text with everything that a terminal or a log would act on as escapes, apart from `keep`.

    Line breaks, control sequences, marks that reverse the direction of writing, and the bytes of names
    that are not text: file names and files may hold all of these.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else repr(char)[1:-1] for char in text)


def for_spreadsheet(text: str | None) -> str | None:
    """Return a text that no spreadsheet takes as a formula: one that it would run gets an apostrophe in front.

    Numbers stay as they are. `from_spreadsheet` takes exactly what was added away again.
    """
    return f"'{text}" if text and _would_run(text) else text


def from_spreadsheet(text: str) -> str:
    """Return the text that `for_spreadsheet` was given."""
    return text[1:] if text.startswith("'") and _would_run(text) else text


def _would_run(text: str) -> bool:
    """Return whether a text starts as a formula, behind any number of apostrophes, and is not a number."""
    bare = text.lstrip("'")
    return bare != "" and bare[0] in _FORMULA and not _PLAIN.match(bare)


_FORMULA = frozenset("=+-@\t\r")
"""What makes a cell a formula in spreadsheet programs (OWASP, "CSV injection")."""


# -- numbers ---------------------------------------------------------------------------------


def decimal_mark(texts: Iterable[str]) -> Finding:
    """Find the decimal mark of numbers: ``"."``, ``","``, or None if they do not settle it.

    A single mark followed by exactly three digits (`1,234`) may group thousands and proves
    nothing; if both marks are in one number, the last is the decimal mark. Without any mark the
    value is ``"."`` with the evidence that nothing depends on it.
    """
    proofs: dict[str, str] = {}
    open_case = ""
    for text in texts:
        mark, certain = _mark_in(text.strip())
        if mark and certain:
            proofs.setdefault(mark, text.strip())
        elif mark:
            open_case = open_case or text.strip()
    if len(proofs) > 1:
        return Finding(None, f"both marks occur: {proofs['.']} and {proofs[',']}")
    if proofs:
        mark, text = next(iter(proofs.items()))
        return Finding(mark, f"{text} has no other reading")
    if open_case:
        return Finding(None, f"{open_case} may be a decimal or a group of thousands")
    return Finding(".", "no number has a mark")


def _mark_in(text: str) -> tuple[str, bool]:
    """Return the decimal mark that a number uses (empty: none), and whether that is certain."""
    if not _NUMBER.match(text):
        return "", False
    dot, comma = text.rfind("."), text.rfind(",")
    if dot < 0 and comma < 0:
        return "", False
    if dot >= 0 and comma >= 0:
        return text[max(dot, comma)], True
    mark = "." if dot >= 0 else ","
    if text.count(mark) > 1:
        return ({".": ",", ",": "."}[mark], True) if _GROUPS.match(text) else ("", False)
    return mark, not _GROUPS.match(text)


def parse_number(text: str, decimal: str = ".") -> float:
    """Parse one number with a known decimal mark; `ValueError` for anything else.

    Groups of thousands are refused: handling them is up to the caller. `nan` and `inf`
    are numbers, in any case.
    """
    text = text.strip()
    if text.lower() in _NAMED:
        return _NAMED[text.lower()]
    plain = text if decimal == "." else text.replace(".", "\0").replace(decimal, ".")
    if not _PLAIN.match(plain):
        raise ValueError(f"{text!r} is not a number with the decimal mark {decimal!r}")
    return float(plain)


NOT_FINITE = r"[-+]?1[.,]#(?i:INF|IND|QNAN|SNAN)0*(?:[eE][-+]?\d+)?"
"""What the C library of older Windows prints for NaN and infinities: 1.#INF, -1.#IND; zeros may fill it up, and an
exponent may follow (-1.#IND0E+000)."""
_NOT_FINITE = re.compile(rf"(?:{NOT_FINITE}|[-+]?(?i:nan|inf))\Z")


def not_finite(text: str) -> float | None:
    """Return NaN or an infinity for a text that prints one, also by `NOT_FINITE`; None for any other text."""
    if not _NOT_FINITE.match(text):
        return None
    if "INF" not in text.upper():
        return float("nan")
    return float("-inf") if text.startswith("-") else float("inf")


def finitely_printed(printed: re.Match[bytes]) -> bytes:
    """Return what a parser reads as NaN or an infinity, for `re.sub` with the pattern `NOT_FINITE` in bytes."""
    return str(not_finite(printed[0].decode("ascii"))).encode()


# -- clocks ----------------------------------------------------------------------------------


def parse_clock(text: str) -> float:
    """Parse an elapsed time ``h:m:s`` to seconds: `100:00:10.0000`, `0:00:5,5`, `1-02:03:04`, `2d 03:04:05`,
    `1.02:03:04.5`, `1 day, 2:03:04`.

    Hours may exceed 23; minutes and seconds may not exceed 59. `ValueError` for anything else.
    """
    match = _CLOCK.match(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not an elapsed time h:m:s")
    sign, days, hours, minutes, seconds = match.groups()
    whole = int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60
    value = whole + float(seconds.replace(",", "."))
    return -value if sign else value


def clocks(texts: pl.Series) -> pl.Series:
    """Parse a column of ``h:m:s`` to seconds, float64; null if a text is not an elapsed time."""
    import polars as pl

    parts = texts.str.strip_chars().str.replace(",", ".", literal=True).str.extract_groups(_CLOCK_GROUPS)
    number = [parts.struct.field(name).cast(pl.Float64, strict=False) for name in ("h", "m", "s")]
    days = parts.struct.field("d").cast(pl.Float64, strict=False).fill_null(0.0)
    total = days * 86_400.0 + number[0] * 3600.0 + number[1] * 60.0 + number[2]
    signs = (parts.struct.field("sign") == "-").fill_null(False)
    return total.zip_with(~signs, -total).alias(texts.name)


_CLOCK_GROUPS = (
    r"^(?P<sign>-?)(?:(?P<d>\d+)(?: ?days?[.,]?|[-d.]) ?)?(?P<h>\d+):(?P<m>[0-5]?\d):(?P<s>[0-5]?\d(?:\.\d*)?)$"
)


def is_cut_number(cells: Sequence[str], decimal: str = ".") -> bool:
    """Return whether the last number of a column has fewer decimals than all of those before, which have as many.

    Then its end is missing, if the file ends there without a line end. Fewer than three before it prove nothing.
    """
    decimals = [len(cell.strip().partition(decimal)[2]) for cell in cells]
    return len(decimals) > 3 and len(set(decimals[:-1])) == 1 and decimals[-1] < decimals[0]
