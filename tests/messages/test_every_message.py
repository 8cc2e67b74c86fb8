"""How many messages with several values are asserted with these values: swapped ones would be seen there.

Read from the sources: an f-string with words between two values, and a literal of the tests or the documentation
with the same words between two values. A code alone does not count.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_OPEN = 0.13
"""Part of the places that no test asserts: it was 0.44 when they were first counted, and may only fall."""
NO_MESSAGES = ("testing", "templates", "template", "tests", "pictures", "drawing", "figure", "figure.py")
"""Parts of paths whose f-strings are labels of figures, or speak to authors of plugins."""
WORDS = re.compile(r"[A-Za-z]{2,}")


def f_strings(path: Path) -> Iterator[tuple[int, list[str | None]]]:
    """Yield the line of each f-string and its parts, None for a value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, [plain(p.value) if isinstance(p, ast.Constant) else None for p in node.values]


def plain(text: object) -> str:
    return re.sub(r"\s+", " ", str(text))


def between(parts: list[str | None]) -> Iterator[str]:
    """Yield the words between two neighbouring values."""
    places = [n for n, part in enumerate(parts) if part is None]
    for first, second in itertools.pairwise(places):
        words = "".join(part or "" for part in parts[first + 1 : second])
        if WORDS.search(words) and " " in words:
            yield words


def messages() -> dict[tuple[str, int, str], bool]:
    """Return every place with words between two values, and whether a test or a page has them with values."""
    known = asserted()
    found = {}
    for folder in ("echub", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT)
            if not set(place.parts) & set(NO_MESSAGES):
                for line, parts in f_strings(path):
                    found |= {(str(place), line, words): has(known, words) for words in between(parts)}
    return found


def asserted() -> str:
    """Return all texts of tests and documentation, with `0` in place of a computed value."""
    texts = [page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md")]
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append("".join(str(p.value) if isinstance(p, ast.Constant) else "0" for p in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return plain(re.sub(r"\\(.)", r"\1", "\0".join(texts)))


def has(known: str, words: str) -> bool:
    """Return whether the words stand between two other things somewhere."""
    at = known.find(words)
    while at >= 0:
        if known[at - 1 : at] not in ("", "\0") and known[at + len(words) : at + len(words) + 1] not in ("", "\0"):
            return True
        at = known.find(words, at + 1)
    return False


def test_most_messages_are_asserted_with_their_values():
    found = messages()
    open_places = [f"{path}:{line} …{words}…" for (path, line, words), seen in found.items() if not seen]
    assert len(found) > 400
    assert len(open_places) <= MOST_OPEN * len(found), "\n".join(open_places)


def test_a_message_of_which_only_the_code_is_asserted_counts_as_open():
    assert list(between(["the file has ", None, " rows, not ", None, ""])) == [" rows, not "]
    assert list(between([None, ": ", None])) == []
    assert has("the file has 3 rows, not 5", " rows, not ")
    assert not has("row-count\0 rows, not \0", " rows, not ")


PARTS = ("expected", "found", "cause", "hint")
MOST_SILENT = 0.15
"""Part of the places that state a text as expected, found, cause or hint, and that no test asserts; it may only
fall."""


def stated_parts() -> dict[tuple[str, int, str], list[str]]:
    """Return the texts that errors and remarks state beside their message, by file, line and part."""
    found: dict[tuple[str, int, str], list[str]] = {}
    for path in sorted((ROOT / "echub").rglob("*.py")):
        place = path.relative_to(ROOT)
        if set(place.parts) & {"testing", "templates"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                texts = [plain(c.value).strip() for c in ast.walk(keyword.value) if isinstance(c, ast.Constant)]
                texts = [text for text in texts if WORDS.search(text) and " " in text]
                if keyword.arg in PARTS and texts:
                    found[str(place), node.lineno, keyword.arg] = texts
    return found


def test_most_parts_of_errors_are_asserted():
    known, found = asserted(), stated_parts()
    silent = [f"{key} {texts}" for key, texts in found.items() if not all(text in known for text in texts)]
    assert len(found) > 200
    assert len(silent) <= MOST_SILENT * len(found), "\n".join(silent)
