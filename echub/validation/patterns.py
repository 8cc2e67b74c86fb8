"""Patterns that people write, matched in bounded time.

Python's `re` tries the ways in which a pattern can match one after another: ``(a+)+$`` takes a second for a
name of 25 characters and a year for one of 50. The regular expressions of polars (the Rust crate `regex`)
take time in proportion to the text, for any pattern; they know no look-around and no back-references.
"""

from __future__ import annotations

from echub.errors import SchemaError

LONGEST = 500
"""Characters of a pattern: a naming rule of five parts has about 100."""


def require(pattern: str, where: str) -> None:
    """Raise `SchemaError` unless a text is a pattern that `matches` can use."""
    if len(pattern) > LONGEST:
        raise SchemaError(
            f"{where} is too long", where=where, expected=f"at most {LONGEST} characters", found=str(len(pattern))
        )
    _search(pattern, "", where)


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern fits a whole name."""
    return _search(pattern, name, "files.name")


def _search(pattern: str, name: str, where: str) -> bool:
    import polars as pl

    text = name.encode("utf-8", "backslashreplace").decode()  # names of files may be no text
    try:
        return bool(pl.Series([text]).str.contains(rf"\A(?:{pattern})\z")[0])
    except pl.exceptions.PolarsError as error:
        raise SchemaError(
            f"{where} is not a regular expression",
            where=where,
            expected="a regular expression without look-around and back-references",
            found=pattern,
            cause=_reason(str(error)),
        ) from None


def _reason(text: str) -> str:
    """Return the line that says what is wrong with a pattern: polars shows the pattern before and a call after."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "")
